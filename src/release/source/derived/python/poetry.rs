//! What poetry makes of the versions in `[tool.poetry.dependencies]`.

use super::requirement::{Requirement, comparisons, plain};
use std::collections::BTreeSet;
use toml::{Table, Value};

/// A comparison that no metadata has: poetry spells it in a way that is not read here.
const OTHER: &str = "?";

/// What a project of poetry's requires, each for each extra that wants it.
pub(super) fn requires(poetry: &Table) -> Vec<Requirement> {
    let list = poetry.get("dependencies").and_then(Value::as_table).into_iter().flatten();
    let extras = poetry.get("extras").and_then(Value::as_table);
    let wanting = |name: &str| -> Vec<&str> {
        let wants = |list: &Value| {
            list.as_array().is_some_and(|list| list.iter().any(|one| one.as_str() == Some(name)))
        };
        let extras = extras.into_iter().flatten().filter(|(_, list)| wants(list));
        extras.map(|(extra, _)| extra.as_str()).collect()
    };
    let mut all = Vec::new();
    for (name, value) in list.filter(|(name, _)| name.as_str() != "python") {
        let text = |key: &str| value.get(key).and_then(Value::as_str);
        let spelled = value.as_str().or_else(|| text("version"));
        let versions = spelled.and_then(versions).unwrap_or_else(other);
        let more = value.get("extras").and_then(Value::as_array).into_iter().flatten();
        let more: Vec<&str> = more.filter_map(Value::as_str).collect();
        let one = Requirement::of(name, &more, versions);
        let marked = value.get("markers").is_some() || value.get("python").is_some();
        let one = if marked { one.under(":?") } else { one };
        match wanting(name).as_slice() {
            [] => all.push(one),
            extras => all.extend(extras.iter().map(|extra| one.clone().under(extra))),
        }
    }
    all
}

/// The versions of Python.
pub(super) fn python(poetry: &Table) -> Option<BTreeSet<String>> {
    let python = poetry.get("dependencies")?.get("python")?.as_str()?;
    Some(versions(python).unwrap_or_else(other))
}

fn other() -> BTreeSet<String> {
    BTreeSet::from([OTHER.to_owned()])
}

/// `^1.2,!=1.4` as `>=1.2`, `<2` and `!=1.4`; `None` where that cannot be done.
fn versions(text: &str) -> Option<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    for word in comparisons(text) {
        let caret = word.strip_prefix('^');
        let tilde = word.strip_prefix('~').filter(|rest| !rest.starts_with('='));
        let (from, to) = match (caret, tilde) {
            (Some(version), _) => (version, caret_end(version)?),
            (_, Some(version)) => (version, tilde_end(version)?),
            _ => {
                match word.as_str() {
                    "*" => {}
                    word if word.contains('|') || word.contains(char::is_whitespace) => {
                        return None;
                    }
                    word if word.starts_with(|c: char| c.is_ascii_digit()) => {
                        all.insert(plain(&format!("=={word}")));
                    }
                    word => {
                        all.insert(plain(word));
                    }
                }
                continue;
            }
        };
        all.insert(plain(&format!(">={from}")));
        all.insert(plain(&format!("<{to}")));
    }
    Some(all)
}

fn numbers(version: &str) -> Option<Vec<u64>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}

fn caret_end(version: &str) -> Option<String> {
    let numbers = numbers(version)?;
    let last = numbers.len().checked_sub(1)?;
    let at = numbers.iter().position(|number| *number != 0).unwrap_or(last);
    next(&numbers, at)
}

fn tilde_end(version: &str) -> Option<String> {
    let numbers = numbers(version)?;
    next(&numbers, 1.min(numbers.len().checked_sub(1)?))
}

/// The version whose number at that place is the next one.
fn next(numbers: &[u64], at: usize) -> Option<String> {
    let (head, more) = (numbers.get(..at)?, numbers.get(at)?.checked_add(1)?);
    let head = head.iter().map(u64::to_string).chain([more.to_string()]);
    Some(head.collect::<Vec<_>>().join("."))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn spellings_of_poetry() {
        for (spelled, meant) in [
            ("^1.2.3", ">=1.2.3,<2"),
            ("^0.2.3", ">=0.2.3,<0.3"),
            ("^0.0.3", ">=0.0.3,<0.0.4"),
            ("^3.8", ">=3.8,<4"),
            ("~1.2.3", ">=1.2.3,<1.3"),
            ("~1", ">=1,<2"),
            ("~=1.4", "~=1.4"),
            ("1.2", "==1.2"),
            ("*", ""),
            (">=1.0, <3, !=2.1", ">=1,<3,!=2.1"),
        ] {
            assert_eq!(versions(spelled), Some(comparisons(meant)), "{spelled}");
        }
        for other in ["^1.x", "^1 || ^2", "^99999999999999999999", "^18446744073709551615"] {
            assert_eq!(versions(other), None, "{other}");
        }
    }
}
