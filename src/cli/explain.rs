//! `distvouch explain`.

use super::printed;
use crate::answer::explain::{self, Topic};
use crate::answer::requirement::Status;
use crate::cli::error::Error;
use clap::Args;
use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsStr;
use std::io::{self, Write};

const EXAMPLES: &str = "\
Examples:
  # Every name, with a sentence
  distvouch explain

  # What a class means, causes without an attacker, what to ask upstream
  distvouch explain signer-unknown

  # What an agreement of provenance is worth, and who gets past it
  distvouch explain provenance

  # What a word behind 'could forge it' means
  distvouch explain branch

  # Several at once, as the last line of a report names them
  distvouch explain subject-digest publisher-mismatch";

/// Explain failure classes, checks and kinds of access.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Explain {
    /// Classes, checks, findings of a scan, kinds of access, as a report names them; default: list
    /// all
    #[arg(value_name = "CLASS|CHECK", value_parser = TopicParser, hide_possible_values = true)]
    pub(crate) topics: Vec<Topic>,
}

/// Reads the name of a topic; completions know them all.
#[derive(Debug, Clone)]
struct TopicParser;

impl TypedValueParser for TopicParser {
    type Value = Topic;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Topic, clap::Error> {
        let name = value.to_string_lossy();
        if let Some(topic) = Topic::from_name(&name) {
            return Ok(topic);
        }
        let mut error = clap::Error::new(ErrorKind::InvalidValue).with_cmd(command);
        let argument = argument.map(ToString::to_string).unwrap_or_default();
        error.insert(ContextKind::InvalidArg, ContextValue::String(argument));
        error.insert(ContextKind::InvalidValue, ContextValue::String(name.clone().into_owned()));
        let lists = "'distvouch explain' lists all names".into();
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![lists]));
        let near: Vec<_> = near(&name).into_iter().map(str::to_owned).collect();
        if !near.is_empty() {
            error.insert(ContextKind::SuggestedValue, ContextValue::Strings(near));
        }
        Err(error)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Topic::names().map(PossibleValue::new)))
    }
}

/// The names that are most like `name`, at most three.
fn near(name: &str) -> Vec<&'static str> {
    let distance = |known: &str| strsim::damerau_levenshtein(known, name);
    let mut near: Vec<_> = Topic::names()
        .map(|known| (distance(known), known))
        .filter(|(distance, known)| {
            *distance <= 3 || name.len() > 3 && known.split('-').any(|part| part == name)
        })
        .collect();
    near.sort_unstable();
    near.into_iter().take(3).map(|(_, known)| known).collect()
}

impl Explain {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If standard output cannot be written to.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let texts: Vec<_> = self.topics.iter().map(|topic| topic.render()).collect();
        let text = if texts.is_empty() { explain::list() } else { texts.join("\n") };
        printed(io::stdout().write_all(text.as_bytes()))?;
        Ok(Status::Met)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found() {
        assert_eq!(near("signature-bat").first(), Some(&"signature-bad"));
        assert!(near("signer").contains(&"signer-unknown"));
        assert_eq!(near("zzzzzzzzzzzzzz"), Vec::<&str>::new());
    }
}
