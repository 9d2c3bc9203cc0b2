//! The bump: everything there is to say of a new version, from an ebuild, its Manifest and DISTDIR.
//!
//! [`package`] finds out what is to be compared; [`examine`] compares. Printing is the report's.

mod candidates;
mod dependencies;
mod examine;
pub(crate) mod expectation;
mod files;
mod head;
mod lock;
mod names;
mod package;
mod unread;

pub(crate) use dependencies::Dependencies;
pub(crate) use examine::{Bump, Comparison, DiffError, Examined, examine, held, judge_again};
pub(crate) use files::{Pair, pairs};
pub(crate) use package::{Before, Package, PackageError, Source};
pub(crate) use unread::{Reading, unread};

use crate::evidence::expectation::PINS;
use crate::release::gentoo::{Ebuild, Expansion, Literal, Metadata, known_variables};
use std::fmt;

/// Something that the ebuild says in a way that only bash can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The variable.
    pub(crate) variable: &'static str,
    /// The flag that says the same.
    pub(crate) flag: &'static str,
    /// Why it was not read.
    pub(crate) why: Expansion,
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { variable, flag, why } = self;
        match why {
            Expansion::Bash(text) => {
                write!(f, "{variable} is not literal ({text}): say it with {flag}")
            }
            Expansion::Form(text) => {
                write!(f, "{variable} cannot be read ({text}): say it with {flag}")
            }
            Expansion::Place(line) => {
                write!(f, "{variable} is set where only bash knows ({line}): say it with {flag}")
            }
            Expansion::Limit(limit) => {
                write!(f, "{variable} is not known ({limit}): say it with {flag}")
            }
            Expansion::Line { stop, .. } => {
                write!(f, "{variable} is not known: the ebuild {stop}; say it with {flag}")
            }
        }
    }
}

/// Whether the ebuild may fetch the distfile `name` under another name, and nothing tells which.
pub(crate) fn may_be_renamed(ebuild: &Ebuild, metadata: &Metadata, name: &str) -> bool {
    let array = ebuild.variables.get("VERIFY_PROVENANCE_UPSTREAM_NAMES");
    let unread = matches!(array, Some(Literal::Unknown(why)) if why.is_named());
    unread || metadata.src_uri.as_ref().is_none_or(|src_uri| src_uri.file(name).is_none())
}

/// The variables of `ebuild` that are not literal.
pub(crate) fn asked(ebuild: &Ebuild) -> Vec<Asked> {
    let is_number = |variable| PINS.iter().any(|pin| pin.is_number() && pin.variable == variable);
    known_variables()
        .filter_map(|(variable, flag)| match ebuild.variables.get(variable)? {
            Literal::Words(words) if is_number(variable) => {
                let text = words.join(" ");
                let number = text.parse::<u64>().is_ok();
                let why = Expansion::Form(text);
                (!number).then_some(Asked { variable, flag, why })
            }
            Literal::Words(_) | Literal::Unknown(Expansion::Line { named: false, .. }) => None,
            Literal::Unknown(why) => Some(Asked { variable, flag, why: why.clone() }),
        })
        .collect()
}
