//! `.pytest_cache`, which pytest leaves where it ran and some sdists have in them: names of tests,
//! which only pytest reads, and nothing else.

use super::Checked;
use crate::bytes::json::{self, Limits};
use crate::release::source::context::Context;
use serde_json::Value;

/// The directory's name, with the slashes around it.
const DIRECTORY: &str = ".pytest_cache/";

/// What is to be seen at `path`, where it is in a cache of pytest's.
pub(super) fn check(context: &Context<'_>, path: &str, text: &str) -> Option<Checked> {
    let at = path.find(DIRECTORY)?;
    let above = path.get(..at).filter(|above| above.is_empty() || above.ends_with('/'))?;
    let inside = path.get(at + DIRECTORY.len()..)?;
    let note = |fits: bool| match fits {
        true => Checked::same("pytest's note in its cache"),
        false => Checked::differs("not what pytest writes there"),
    };
    match inside {
        "CACHEDIR.TAG" => Some(note(is_tag(text))),
        ".gitignore" => {
            Some(note(text.lines().all(|line| line.starts_with('#') || line.trim() == "*")))
        }
        "v/cache/nodeids" | "v/cache/lastfailed" | "v/cache/stepwise" => {
            if let Some(place) = context.consumers.reading(path) {
                return Some(Checked::differs(format!("{place} reads it as code")));
            }
            Some(names(text, &|file| has(context, above, file)))
        }
        _ => None,
    }
}

/// The signature of a cache's directory, and comments.
fn is_tag(text: &str) -> bool {
    let mut lines = text.lines();
    lines.next() == Some("Signature: 8a477f597d28d172789f06886806bc55")
        && lines.all(|line| line.is_empty() || line.starts_with('#'))
}

/// Whether the archive has that file, named from where pytest ran.
fn has(context: &Context<'_>, above: &str, file: &str) -> bool {
    let there = format!("{above}{file}");
    context.members.contains_key(there.as_bytes())
}

/// A list of tests, or what failed of them, each in a file that `has` knows.
fn names(text: &str, has: &dyn Fn(&str) -> bool) -> Checked {
    let Ok(value) = json::parse(text.as_bytes(), Limits::default()) else {
        return Checked::differs("it is not JSON, or can be read in two ways");
    };
    let names: Vec<&str> = match &value {
        Value::Array(names) if names.iter().all(Value::is_string) => {
            names.iter().filter_map(Value::as_str).collect()
        }
        Value::Object(failed) if failed.values().all(|value| *value == Value::Bool(true)) => {
            failed.keys().map(String::as_str).collect()
        }
        _ => return Checked::differs("it is not a list of tests"),
    };
    let file = |name: &str| name.split("::").next().unwrap_or(name).to_owned();
    match names.into_iter().find(|name| !has(&file(name))) {
        None => Checked::same("pytest's list of tests that are in the archive"),
        Some(name) => {
            let name: String = name.chars().take(60).collect();
            Checked::differs(format!("it names a test of no file of the archive: {name}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_tests() {
        let has = |file: &str| file == "test_a.py";
        let is = |text: &str| matches!(names(text, &has), Checked::Same(_));
        assert!(is("[]") && is("[\"test_a.py::test_b[$(x)]\", \"test_a.py\"]"));
        assert!(is("{\"test_a.py::T::b\": true}"));
        for other in [
            "",
            "[1]",
            "[\"test_b.py::x\"]",
            "{\"test_a.py::b\": \"rm -rf ~\"}",
            "{\"../x\": true}",
            "[\"test_a.py::b\"] x",
            "\"test_a.py\"",
        ] {
            assert!(!is(other), "{other}");
        }
    }

    #[test]
    fn the_tag_of_a_cache() {
        let tag = "Signature: 8a477f597d28d172789f06886806bc55\n# a comment\n";
        assert!(is_tag(tag));
        assert!(!is_tag(&format!("{tag}evil\n")) && !is_tag("# a comment\n"));
    }
}
