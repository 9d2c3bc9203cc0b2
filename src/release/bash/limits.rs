//! How much is done for a script: it may have been written to take for ever, or all memory.

use std::fmt;

/// The most that may be nested.
pub(super) const NESTING: usize = 100;

/// The most commands, words and expansions that a script may have.
const PARTS: usize = 1 << 16;

/// The most variables that a script may set.
pub(super) const VARIABLES: usize = 4096;

/// The most bytes of one value.
pub(super) const VALUE: usize = 1 << 20;

/// The steps that following any script may take, and those for each of its bytes: a byte that is
/// made, and a character that is compared, is a step as well.
const STEPS: usize = 2 << 20;
const STEPS_A_BYTE: usize = 32;
const MOST_STEPS: usize = 32 << 20;

/// What running a command, setting a variable or making a word takes, beside its bytes.
pub(super) const COMMAND: usize = 32;

/// What there was too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Steps.
    Steps(usize),
    /// Commands in commands, expansions in expansions.
    Nesting,
    /// Commands, words and expansions.
    Parts,
    /// Variables.
    Variables,
    /// Bytes of one value.
    Value,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steps(most) => write!(f, "it takes more than {most} steps to follow"),
            Self::Nesting => write!(f, "it nests deeper than {NESTING}"),
            Self::Parts => write!(f, "it has more than {PARTS} commands and words"),
            Self::Variables => write!(f, "it sets more than {VARIABLES} variables"),
            Self::Value => write!(f, "a value is longer than {VALUE} bytes"),
        }
    }
}

/// The reader does not understand what is at this byte of the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lost {
    pub(super) at: usize,
    /// Where there is too much of it, of what.
    pub(super) limit: Option<Limit>,
}

/// Why something is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct NotKnown {
    /// Whether it is what the script never set.
    pub(super) foreign: bool,
    /// The limit that it would be beyond.
    pub(super) limit: Option<Limit>,
}

impl NotKnown {
    pub(super) const FOREIGN: Self = Self { foreign: true, limit: None };

    pub(super) const LARGE: Self = Self { foreign: false, limit: Some(Limit::Value) };
}

/// What is known, or why it is not.
pub(super) type Known<T> = Result<T, NotKnown>;

/// Counts what a script has.
#[derive(Debug, Default)]
pub(super) struct Parts(usize);

impl Parts {
    /// Counts one more.
    pub(super) fn more(&mut self) -> Result<(), Limit> {
        self.0 += 1;
        if self.0 > PARTS { Err(Limit::Parts) } else { Ok(()) }
    }
}

/// The most steps that following a script of so many bytes takes.
pub(super) fn steps(length: usize) -> usize {
    STEPS.saturating_add(length.saturating_mul(STEPS_A_BYTE)).min(MOST_STEPS)
}
