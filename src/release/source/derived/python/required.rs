//! What an archive says that a project requires, against what git's files require.

use super::Checked;
use super::declared::Declared;
use super::requirement::Requirement;
use crate::release::source::context::Context;
use std::collections::{BTreeMap, BTreeSet};

/// `requires.txt` of setuptools: requirements, with the extras that want them as headings.
pub(super) fn check(context: &Context<'_>, text: &str) -> Checked {
    let mut heading = "";
    let mut requires = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            heading = name;
            continue;
        }
        let Some(one) = Requirement::parse(line) else {
            return Checked::differs("a line of it is not a requirement");
        };
        requires.push(one.under(heading));
    }
    let declared = Declared::read(context);
    match stated(&declared, &requires) {
        Stated::Differs(why) => Checked::Differs(why),
        Stated::Same => Checked::same("setuptools' copy of what git's files require"),
        Stated::Partly(rest) => {
            Checked::partly("setuptools' copy of what git's files require", vec![rest])
        }
        Stated::Unknown if requires.is_empty() => {
            Checked::same("setuptools' list of requirements: empty")
        }
        Stated::Unknown => Checked::NotCompared(unknown(&declared, &requires)),
    }
}

/// Which requirement only running `setup.py` could tell.
pub(super) fn unknown(declared: &Declared, requires: &[Requirement]) -> String {
    let literals = &declared.literals;
    let first = requires.iter().find(|one| !literals.iter().any(|other| other.same_package(one)));
    let name = first.map(|one| format!(" ({})", one.name)).unwrap_or_default();
    format!("requirements that only running setup.py could tell{name}")
}

/// What git's files say of a list of requirements.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stated {
    /// They require these.
    Same,
    /// They require these, as far as was compared; what was not.
    Partly(String),
    /// They do not require one of these.
    Differs(String),
    /// They do not say.
    Unknown,
}

/// Pairs of requirements that are compared: the largest projects have some millions.
const PAIRS: usize = 10_000_000;

/// Whether git's files require all of these.
pub(super) fn stated(declared: &Declared, requires: &[Requirement]) -> Stated {
    let known = declared.requires.as_ref().or(declared.spelled.as_ref()).map_or(0, Vec::len);
    let known = known.max(declared.literals.len());
    if requires.len().saturating_mul(known) > PAIRS {
        return Stated::Differs("it requires more than is compared".to_owned());
    }
    // A project may require itself with another extra.
    let itself = |one: &Requirement| declared.names.contains(&one.name);
    if let Some(known) = &declared.requires {
        let is_known = |one: &&Requirement| known.iter().any(|other| other.same_package(one));
        if let Some(one) = requires.iter().find(|one| !is_known(one) && !itself(one)) {
            return Stated::Differs(other(one));
        }
        return conditions(known, requires, &itself);
    }
    if !declared.literals.is_empty() {
        // What a setup.py of git's has as text, it may require; what it puts together, only
        // running it could tell.
        let quoted = |one: &&Requirement| {
            itself(one) || declared.literals.iter().any(|other| other.same_package(one))
        };
        if !requires.iter().all(|one| quoted(&one)) {
            return Stated::Unknown;
        }
        return match requires.is_empty() {
            true => Stated::Unknown,
            false => Stated::Partly(
                "whether git's setup.py requires everything that it quotes".to_owned(),
            ),
        };
    }
    let Some(known) = &declared.spelled else { return Stated::Unknown };
    let written: Vec<Requirement> = requires.iter().map(Requirement::plainly).collect();
    let named = |one: &&Requirement| known.iter().any(|other| other.name == one.name);
    if let Some(one) = written.iter().find(|one| !named(one) && !itself(one)) {
        return Stated::Differs(other(one));
    }
    let differs = |one: &&Requirement| !known.contains(one) && !itself(one);
    let lacks = |one: &&Requirement| !written.iter().any(|other| other.name == one.name);
    let spelled = names(written.iter().filter(differs).collect())
        .map(|name| format!("versions and conditions for {name}, which git spells another way"));
    partly([spelled, left_out(names(known.iter().filter(lacks).collect()))])
}

fn other(one: &Requirement) -> String {
    let versions = one.versions.iter().cloned().collect::<Vec<_>>().join(",");
    format!("it requires {}{versions}, which git's files do not", one.name)
}

/// Whether each is required when git's files say, and whether none of theirs is left out.
fn conditions(
    known: &[Requirement],
    requires: &[Requirement],
    itself: &dyn Fn(&Requirement) -> bool,
) -> Stated {
    let own = of_itself(known, itself);
    let at_another = |one: &&Requirement| {
        let extras = reached(&own, one.when.extra.as_deref());
        let fits = |other: &Requirement| {
            other.same_package(one)
                && other.when.marker == one.when.marker
                && extras.contains(&other.when.extra.as_deref())
        };
        !itself(one) && !known.iter().any(fits)
    };
    let is_left_out =
        |one: &&Requirement| !itself(one) && !requires.iter().any(|other| other.same_package(one));
    let when = names(requires.iter().filter(at_another).collect());
    let when = when.map(|name| format!("the condition for {name}, which git spells another way"));
    partly([when, left_out(names(known.iter().filter(is_left_out).collect()))])
}

/// Which extras of its own a project requires under each extra (`all = ["foo[x,y]"]`).
type OfItself<'a> = BTreeMap<Option<&'a str>, Vec<&'a str>>;

fn of_itself<'a>(known: &'a [Requirement], itself: &dyn Fn(&Requirement) -> bool) -> OfItself<'a> {
    let mut own = OfItself::new();
    for one in known.iter().filter(|one| itself(one)) {
        let extras = own.entry(one.when.extra.as_deref()).or_default();
        extras.extend(one.extras.iter().map(String::as_str));
    }
    own
}

/// The extras whose requirements are those of `extra`: itself, and what it has of the project's own,
/// which some build backends write out.
fn reached<'a>(own: &OfItself<'a>, extra: Option<&'a str>) -> BTreeSet<Option<&'a str>> {
    let mut reached = BTreeSet::from([extra]);
    let mut new = vec![extra];
    while let Some(extra) = new.pop() {
        for name in own.get(&extra).into_iter().flatten() {
            if reached.insert(Some(*name)) {
                new.push(Some(*name));
            }
        }
    }
    reached
}

/// The first of them, and how many more there are.
fn names(list: Vec<&Requirement>) -> Option<String> {
    let first = list.first()?;
    Some(match list.len() {
        1 => first.name.clone(),
        more => format!("{} and {} more", first.name, more - 1),
    })
}

fn left_out(names: Option<String>) -> Option<String> {
    names.map(|names| format!("why it leaves out {names}, which git's files require"))
}

fn partly(rest: [Option<String>; 2]) -> Stated {
    match rest.into_iter().flatten().collect::<Vec<_>>().as_slice() {
        [] => Stated::Same,
        rest => Stated::Partly(rest.join("; ")),
    }
}

#[cfg(test)]
mod tests;
