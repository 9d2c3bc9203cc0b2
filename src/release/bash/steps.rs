//! Counts what following a script takes.

use super::limits::{Limit, Lost, VARIABLES};
use super::run::Machine;

impl Machine<'_> {
    /// Counts what is done.
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Lost> {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                self.stopped(Limit::Steps(self.most))
            }
        }
    }

    /// A variable more.
    pub(super) fn one_more_variable(&self) -> Result<(), Lost> {
        match self.state.len() < VARIABLES {
            true => Ok(()),
            false => self.stopped(Limit::Variables),
        }
    }

    fn stopped<T>(&self, limit: Limit) -> Result<T, Lost> {
        Err(Lost { at: self.at, limit: Some(limit) })
    }
}
