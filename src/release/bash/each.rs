//! `for` over words.

use super::effects::{self, Effect};
use super::limits::{COMMAND, Lost};
use super::run::{Flow, Machine, Status};
use super::syntax::{List, Word};

impl<'a> Machine<'a> {
    /// Runs `body` once for each of the fields of `words`.
    pub(super) fn each(
        &mut self,
        name: &'a str,
        words: Option<&'a [Word]>,
        body: &'a List,
    ) -> Result<Flow, Lost> {
        let mut values = words.map(|_| Vec::new());
        for word in words.unwrap_or_default() {
            let fields = self.fields(word)?;
            values = values.zip(fields).map(|(mut all, more)| {
                all.extend(more);
                all
            });
        }
        self.spend(effects::size(body))?;
        let Some(values) = values.filter(|_| !jumps(body)) else {
            self.any_times(&[body], Some(name), false)?;
            return Ok(Flow::Next(Status::Unknown));
        };
        let mut status = Status::Succeeds;
        for value in values {
            self.spend(COMMAND)?;
            self.set_text(name, value)?;
            match self.list(body)? {
                Flow::Next(found) => status = found,
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next(status))
    }
}

/// Whether something in `list` leaves a loop or the script.
fn jumps(list: &List) -> bool {
    let mut found = false;
    effects::of_list(list, &mut |effect, _| {
        found |= matches!(effect, Effect::Calls("break" | "continue" | "return"));
    });
    found
}
