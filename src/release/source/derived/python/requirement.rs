//! What a project requires (PEP 508), as far as that has to be told apart.

use crate::evidence::pep740;
use std::collections::BTreeSet;

/// A requirement: which package, which of its extras, which versions or place, and when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Requirement {
    pub(super) name: String,
    pub(super) extras: BTreeSet<String>,
    pub(super) versions: BTreeSet<String>,
    pub(super) when: When,
}

/// When something is required.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct When {
    /// The extra of the project that wants it.
    pub(super) extra: Option<String>,
    /// The rest of the marker, by its words.
    pub(super) marker: Vec<String>,
}

/// A name as PEP 503 has it, without blanks around it.
pub(super) fn normal(name: &str) -> String {
    pep740::normal(name.trim())
}

/// Versions as a set of comparisons, without blanks.
pub(super) fn comparisons(text: &str) -> BTreeSet<String> {
    words(text, ',')
}

/// A comparison without zeros at the version's end.
pub(super) fn plain(comparison: &str) -> String {
    let mut plain = comparison;
    while let Some(shorter) = plain.strip_suffix(".0") {
        plain = shorter;
    }
    plain.to_owned()
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
    pub(super) fn plainly(&self) -> Self {
        let versions = self.versions.iter().map(|one| plain(one)).collect();
        Self { versions, ..self.clone() }
    }

    /// Whether the same package is asked for, in the same versions.
    pub(super) fn same_package(&self, other: &Self) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_walked_once() {
        // Each pair in a walk of its own would be 10^10 steps.
        let deep = 100_000;
        let marker = format!("{}x and y or z{}", "(".repeat(deep), ")".repeat(deep));
        assert_eq!(When::of(&marker).marker, ["x", "and", "y", "or", "z"]);
        assert_eq!(When::of("(x and y) or (z)").marker.len(), 9);
        assert_eq!(When::of("x and y or )(").marker.len(), 6);
    }
}
