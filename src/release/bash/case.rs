//! `case`.

use super::cursor::Parser;
use super::limits::Lost;
use super::syntax::{Arm, CommandKind};
use super::words::Place;

impl Parser<'_> {
    pub(super) fn case(&mut self) -> Result<CommandKind, Lost> {
        self.blanks();
        let subject = self.some_word(Place::Command)?;
        self.keyword("in")?;
        let mut arms = Vec::new();
        loop {
            self.newlines()?;
            if self.reserved() == Some("esac") {
                self.expect("esac")?;
                return Ok(CommandKind::Case { subject, arms });
            }
            self.takes("(");
            let mut patterns = Vec::new();
            loop {
                self.blanks();
                patterns.push(self.some_word(Place::Pattern)?);
                self.blanks();
                if !self.takes("|") {
                    break;
                }
            }
            self.expect(")")?;
            let body = self.nested(|parser| parser.list(false))?;
            let goes_on = self.is_at(";&") || self.is_at(";;&");
            let ended = self.takes(";;&") || self.takes(";;") || self.takes(";&");
            arms.push(Arm { patterns, body, goes_on });
            self.newlines()?;
            if !ended && self.reserved() != Some("esac") {
                return self.lost();
            }
        }
    }
}
