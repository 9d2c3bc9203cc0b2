//! What a project requires (PEP 508), as far as that has to be told apart.

use super::{Checked, declared, poetry};
use crate::release::source::explain::Context;
use std::collections::BTreeSet;

/// A requirement: which package, which of its extras, which versions or place, and when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Requirement {
    pub(super) name: String,
    extras: BTreeSet<String>,
    versions: BTreeSet<String>,
    when: When,
}

/// When something is required.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct When {
    /// The extra of the project that wants it.
    extra: Option<String>,
    /// The rest of the marker, by its words.
    marker: Vec<String>,
}

/// A name as PEP 503 has it.
pub(super) fn normal(name: &str) -> String {
    let parts = name.trim().split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_lowercase()
}

/// Versions as a set of comparisons, without blanks.
pub(super) fn comparisons(text: &str) -> BTreeSet<String> {
    words(text, ',')
}

fn words(text: &str, separator: char) -> BTreeSet<String> {
    let words = text.split(separator).map(|word| word.split_whitespace().collect::<String>());
    words.filter(|word| !word.is_empty()).collect()
}

impl Requirement {
    /// Reads a requirement; `None` where it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (text, place, marker) = match text.split_once('@') {
            Some((text, place)) => {
                let (place, marker) = place.split_once(" ;").unwrap_or((place, ""));
                (text, Some(place.trim().to_owned()), marker)
            }
            None => {
                let (text, marker) = text.split_once(';').unwrap_or((text, ""));
                (text, None, marker)
            }
        };
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c));
        let (name, rest) = text.split_at(end.unwrap_or(text.len()));
        let (extras, rest) = match rest.trim().strip_prefix('[') {
            Some(rest) => rest.split_once(']')?,
            None => ("", rest.trim()),
        };
        let versions = rest.trim().trim_start_matches('(').trim_end_matches(')');
        let mut versions = comparisons(versions);
        versions.extend(place);
        let name = normal(name);
        let extras = words(extras, ',').iter().map(|extra| normal(extra)).collect();
        let when = When::of(marker);
        (!name.is_empty()).then_some(Self { name, extras, versions, when })
    }

    /// One of these versions, without a marker.
    pub(super) fn of(name: &str, extras: &[&str], versions: BTreeSet<String>) -> Self {
        let extras = extras.iter().map(|extra| normal(extra)).collect();
        Self { name: normal(name), extras, versions, when: When::default() }
    }

    /// The same, wanted under a heading of setuptools': `extra`, `extra:marker` or `:marker`.
    pub(super) fn under(mut self, heading: &str) -> Self {
        let (extra, marker) = heading.split_once(':').unwrap_or((heading, ""));
        let extra = normal(extra);
        if !extra.is_empty() {
            self.when.extra = Some(extra);
        }
        let more = When::of(marker).marker;
        if !more.is_empty() && !self.when.marker.is_empty() {
            self.when.marker.push("and".to_owned());
        }
        self.when.marker.extend(more);
        self
    }

    /// With versions as they are compared with poetry's.
    fn plainly(&self) -> Self {
        let versions = self.versions.iter().map(|one| poetry::plain(one)).collect();
        Self { versions, ..self.clone() }
    }

    /// Whether the same package is asked for, in the same versions.
    fn same_package(&self, other: &Self) -> bool {
        (&self.name, &self.extras, &self.versions) == (&other.name, &other.extras, &other.versions)
    }
}

impl When {
    /// Reads a marker. Brackets count only where `and` and `or` are mixed.
    fn of(marker: &str) -> Self {
        let mut words = tokens(marker);
        let extra = words
            .windows(3)
            .position(|three| matches!(three, [word, is, _] if word == "extra" && is == "=="));
        let extra = extra.and_then(|at| {
            let rest = words.split_off(at);
            let name = rest.get(2).map(|name| normal(name));
            let mut after: Vec<String> = rest.into_iter().skip(3).collect();
            // `(a) and extra == "x"`: the connection goes with it, and brackets that are empty now.
            if words.last().is_some_and(|word| word == "and") {
                words.pop();
            } else if after.first().is_some_and(|word| word == "and") {
                after.remove(0);
            }
            words.append(&mut after);
            name
        });
        let mixed = words.iter().any(|word| word == "and") && words.iter().any(|word| word == "or");
        if !mixed {
            words.retain(|word| word != "(" && word != ")");
        }
        let around = brackets_around(&words);
        let end = words.len().saturating_sub(around);
        Self { extra, marker: words.drain(around..end.max(around)).collect() }
    }
}

/// How many pairs of brackets stand around all of the words.
fn brackets_around(words: &[String]) -> usize {
    let (mut open, mut closes) = (Vec::new(), vec![None; words.len()]);
    for (at, word) in words.iter().enumerate() {
        match word.as_str() {
            "(" => open.push(at),
            ")" => {
                if let Some(opened) = open.pop().and_then(|first: usize| closes.get_mut(first)) {
                    *opened = Some(at);
                }
            }
            _ => {}
        }
    }
    let pairs = closes.iter().zip((0..words.len()).rev());
    pairs.take_while(|(closes, last)| **closes == Some(*last)).count()
}

/// A marker's words, strings without their quotes.
fn tokens(marker: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = marker.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' => 1,
            '"' | '\'' => {
                let inside = rest.get(1..).unwrap_or_default();
                let end = inside.find(first).unwrap_or(inside.len());
                tokens.push(inside.get(..end).unwrap_or_default().to_owned());
                rest = inside.get(end + 1..).unwrap_or_default().trim_start();
                continue;
            }
            _ if "<>=!~".contains(first) => {
                rest.find(|c: char| !"<>=!~".contains(c)).unwrap_or(rest.len())
            }
            _ => rest
                .find(|c: char| c.is_whitespace() || "()\"'<>=!~".contains(c))
                .unwrap_or(rest.len())
                .max(first.len_utf8()),
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token.to_owned());
        rest = after.trim_start();
    }
    tokens
}

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
    match stated(context, &requires) {
        Stated::Differs(why) => Checked::Differs(why),
        Stated::Same => Checked::same("setuptools' copy of what git's files require"),
        Stated::Partly(rest) => {
            Checked::partly("setuptools' copy of what git's files require", vec![rest])
        }
        Stated::Unknown if requires.is_empty() => {
            Checked::same("setuptools' list of requirements: empty")
        }
        Stated::Unknown => Checked::NotCompared(unknown(context, &requires)),
    }
}

/// Which requirement only running `setup.py` could tell.
pub(super) fn unknown(context: &Context<'_>, requires: &[Requirement]) -> String {
    let literals = &declared(context).literals;
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

/// Whether git's files require all of these.
pub(super) fn stated(context: &Context<'_>, requires: &[Requirement]) -> Stated {
    let declared = declared(context);
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
    let at_another = |one: &&Requirement| {
        let extras = reached(known, itself, one.when.extra.as_deref());
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

/// The extras whose requirements are those of `extra`: itself, and what it has of the project's own
/// (`all = ["foo[x,y]"]`), which some build backends write out.
fn reached<'a>(
    known: &'a [Requirement],
    itself: &dyn Fn(&Requirement) -> bool,
    extra: Option<&'a str>,
) -> BTreeSet<Option<&'a str>> {
    let mut reached = BTreeSet::from([extra]);
    let mut new = vec![extra];
    while let Some(extra) = new.pop() {
        let own = known.iter().filter(|one| itself(one) && one.when.extra.as_deref() == extra);
        for name in own.flat_map(|one| &one.extras) {
            if reached.insert(Some(name)) {
                new.push(Some(name));
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
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn one(text: &str) -> Requirement {
        Requirement::parse(text).unwrap()
    }

    fn said(known: &[&str], requires: &[Requirement]) -> Stated {
        let known: Vec<_> = known.iter().map(|text| one(text)).collect();
        conditions(&known, requires, &|_| false)
    }

    #[test]
    fn the_same_markers_in_other_spellings() {
        for (known, written) in [
            ("a; python_version < '3.11'", "a ; python_version<\"3.11\""),
            ("a>=1; (os_name=='nt')", "a>=1; os_name == \"nt\""),
            ("a; (x=='1' or y=='2') and z=='3'", "a ; (x == \"1\" or y == \"2\") and z == \"3\""),
            ("a; x=='1' and (y=='2' or z=='3')", "a; ((x=='1' and (y=='2' or z=='3')))"),
        ] {
            assert_eq!(said(&[known], &[one(written)]), Stated::Same, "{written}");
        }
        let extra = [one("a; (python_version < \"3\") and extra == 'Dev_x'")];
        let known = [one("a; python_version < '3'").under("dev-x")];
        assert_eq!(conditions(&known, &extra, &|_| false), Stated::Same);
        let under = [one("a").under("dev-x:python_version<\"3\"")];
        assert_eq!(conditions(&known, &under, &|_| false), Stated::Same);
    }

    #[test]
    fn brackets_are_walked_once() {
        // Each pair in a walk of its own would be 10^10 steps.
        let deep = 100_000;
        let marker = format!("{}x and y or z{}", "(".repeat(deep), ")".repeat(deep));
        assert_eq!(When::of(&marker).marker, ["x", "and", "y", "or", "z"]);
        assert_eq!(When::of("(x and y) or (z)").marker.len(), 9);
        assert_eq!(When::of("x and y or )(").marker.len(), 6);
    }

    #[test]
    fn other_markers_and_what_is_left_out_are_not_the_same() {
        for (known, written) in [
            ("a; python_version < '3.11'", "a"),
            ("a", "a; extra == 'x'"),
            ("a; python_version < '3.11'", "a; python_version < '3.12'"),
            ("a; (x=='1' or y=='2') and z=='3'", "a; x=='1' or (y=='2' and z=='3')"),
        ] {
            assert!(matches!(said(&[known], &[one(written)]), Stated::Partly(_)), "{written}");
        }
        assert!(matches!(said(&["a", "b"], &[one("a")]), Stated::Partly(_)));
        let known = [one("foo[x]").under("all"), one("a").under("x"), one("b").under("y")];
        let itself = |one: &Requirement| one.name == "foo";
        let wanted =
            |name: &str| [one(name).under("all"), one("a").under("x"), one("b").under("y")];
        assert_eq!(conditions(&known, &wanted("a"), &itself), Stated::Same);
        assert!(matches!(conditions(&known, &wanted("b"), &itself), Stated::Partly(_)));
    }
}
