//! What a project requires (PEP 508), as far as that has to be told apart.

use super::{Checked, declared};
use crate::release::source::explain::Context;
use std::collections::BTreeSet;

/// A requirement without its marker: which package, which extras, which versions or place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Requirement {
    pub(super) name: String,
    extras: BTreeSet<String>,
    versions: BTreeSet<String>,
}

/// A name as PEP 503 has it.
pub(super) fn normal(name: &str) -> String {
    let parts = name.trim().split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_lowercase()
}

impl Requirement {
    /// Reads a requirement; `None` where it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (text, place) = match text.split_once('@') {
            Some((text, place)) => (text, Some(place.split(" ;").next()?.trim().to_owned())),
            None => (text.split(';').next()?, None),
        };
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c));
        let (name, rest) = text.split_at(end.unwrap_or(text.len()));
        let (extras, rest) = match rest.trim().strip_prefix('[') {
            Some(rest) => rest.split_once(']')?,
            None => ("", rest.trim()),
        };
        let words = |text: &str, separator: char| -> BTreeSet<String> {
            let words =
                text.split(separator).map(|word| word.split_whitespace().collect::<String>());
            words.filter(|word| !word.is_empty()).collect()
        };
        let versions = rest.trim().trim_start_matches('(').trim_end_matches(')');
        let mut versions = words(versions, ',');
        versions.extend(place);
        let name = normal(name);
        let extras = words(extras, ',').iter().map(|extra| normal(extra)).collect();
        (!name.is_empty()).then_some(Self { name, extras, versions })
    }
}

/// `requires.txt` of setuptools: requirements, with the extras that want them as headings.
pub(super) fn check(context: &Context<'_>, text: &str) -> Checked {
    let lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('['));
    let Some(requires) = lines.map(Requirement::parse).collect::<Option<Vec<_>>>() else {
        return Checked::differs("a line of it is not a requirement");
    };
    match within(context, &requires) {
        Some(Err(why)) => Checked::Differs(why),
        Some(Ok(())) => Checked::same("setuptools' copy of what git's files require"),
        None if requires.is_empty() => Checked::same("setuptools' list of requirements: empty"),
        None => Checked::NotCompared(unknown(context, &requires)),
    }
}

/// Which requirement only running `setup.py` could tell.
pub(super) fn unknown(context: &Context<'_>, requires: &[Requirement]) -> String {
    let literals = &declared(context).literals;
    let first = requires.iter().find(|one| !literals.contains(one));
    let name = first.map(|one| format!(" ({})", one.name)).unwrap_or_default();
    format!("requirements that only running setup.py could tell{name}")
}

/// Whether git's files require all of these; `None` where they do not say.
pub(super) fn within(
    context: &Context<'_>,
    requires: &[Requirement],
) -> Option<Result<(), String>> {
    let declared = declared(context);
    let missing = if let Some(known) = &declared.requires {
        requires.iter().find(|one| !known.contains(one) && !is_itself(&declared.names, one))
    } else if !declared.literals.is_empty() {
        // What a setup.py of git's has as text, it may require; what it puts together, only
        // running it could tell.
        let all = requires
            .iter()
            .all(|one| declared.literals.contains(one) || is_itself(&declared.names, one));
        return all.then_some(Ok(()));
    } else {
        let names = declared.required_names.as_ref()?;
        requires.iter().find(|one| !names.contains(&one.name) && !is_itself(&declared.names, one))
    };
    Some(match missing {
        None => Ok(()),
        Some(one) => {
            let versions = one.versions.iter().cloned().collect::<Vec<_>>().join(",");
            Err(format!("it requires {}{versions}, which git's files do not", one.name))
        }
    })
}

/// A project may require itself with another extra.
fn is_itself(names: &BTreeSet<String>, one: &Requirement) -> bool {
    names.contains(&one.name)
}
