//! The options for pins, one for each row of [`PINS`].

use super::options::id;
use crate::cli::error::UsageError;
use crate::evidence::expectation::{PINS, Pin, Pins};
use clap::{Arg, ArgAction, ArgMatches, Args, Command};

/// The pins that were given, in the order of [`PINS`].
#[derive(Debug, Clone, Default)]
pub(crate) struct PinOptions(Vec<Given>);

/// One pin with its values: several only for a list.
#[derive(Debug, Clone)]
struct Given {
    option: &'static str,
    values: Vec<String>,
}

impl PinOptions {
    /// The options that were given.
    pub(crate) fn options(&self) -> Vec<&'static str> {
        self.0.iter().map(|given| given.option).collect()
    }

    /// Whether the option was given.
    pub(crate) fn has(&self, option: &str) -> bool {
        self.0.iter().any(|given| given.option == option)
    }

    /// These, and for each pin that is not among them what `other` has.
    pub(crate) fn or<'a>(&self, other: impl Fn(&Pin) -> Option<&'a str>) -> Self {
        let both = PINS.iter().filter_map(|pin| {
            let given = self.0.iter().find(|given| given.option == pin.option).cloned();
            let of_other =
                || Some(Given { option: pin.option, values: vec![other(pin)?.to_owned()] });
            given.or_else(of_other)
        });
        Self(both.collect())
    }

    /// What they pin.
    ///
    /// # Errors
    ///
    /// If a value is not of the form that its pin takes.
    pub(crate) fn pins(&self) -> Result<Pins, UsageError> {
        let mut pins = Pins::default();
        for Given { option, values } in &self.0 {
            let Some(pin) = PINS.iter().find(|pin| pin.option == *option) else { continue };
            for value in values {
                let put = pin.put(&mut pins, value);
                put.map_err(|source| UsageError::Pin { option, source })?;
            }
        }
        Ok(pins)
    }
}

impl Args for PinOptions {
    fn augment_args(command: Command) -> Command {
        PINS.iter().fold(command, |command, pin| {
            let action = if pin.is_list() { ArgAction::Append } else { ArgAction::Set };
            let option =
                Arg::new(id(pin.option)).long(id(pin.option)).value_name(pin.value).help(pin.help);
            command.arg(option.action(action).help_heading("Provenance pins"))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for PinOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut options = Self::default();
        options.update_from_arg_matches(matches)?;
        Ok(options)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let given = PINS.iter().filter_map(|pin| {
            let values = matches.get_many::<String>(id(pin.option))?.cloned().collect();
            Some(Given { option: pin.option, values })
        });
        self.0 = given.collect();
        Ok(())
    }
}
