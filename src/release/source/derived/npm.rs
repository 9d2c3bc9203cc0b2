//! What `npm pack` makes of `package.json`.

use super::{Checked, PARSED};
use crate::bytes::json::{self, Limits};
use crate::release::archive::Entry;
use crate::release::source::explain::{Context, text};
use crate::release::source::tag::spelling::is_same;
use serde_json::Value;

/// What publishing adds or fills in.
const STAMPED: [&str; 3] = ["version", "gitHead", "_resolved"];

/// What says something of the package and does nothing.
const SAYS: [&str; 12] = [
    "description",
    "keywords",
    "homepage",
    "bugs",
    "license",
    "author",
    "contributors",
    "funding",
    "repository",
    "readme",
    "readmeFilename",
    "maintainers",
];

/// What may be left out: it is for those who develop the package.
const LEFT_OUT: [&str; 5] =
    ["devDependencies", "private", "publishConfig", "workspaces", "packageManager"];

pub(super) fn check(
    context: &Context<'_>,
    entry: &Entry,
    path: &str,
    original: Option<&str>,
) -> Option<Checked> {
    let is_npm = context.top == Some(b"package");
    if !is_npm || path != "package.json" {
        return None;
    }
    let original = original.filter(|text| text.len() <= PARSED)?;
    let text = text(entry).filter(|text| text.len() <= PARSED)?;
    let parse = |text: &str| json::parse(text.as_bytes(), Limits::default()).ok();
    let (Some(Value::Object(new)), Some(Value::Object(old))) = (parse(text), parse(original))
    else {
        return Some(Checked::differs(
            "it is not a JSON object, or one that can be read in two ways",
        ));
    };
    for (key, value) in &new {
        let same = old.get(key) == Some(value);
        let stamped = match (key.as_str(), value.as_str()) {
            ("version", Some(version)) => is_same(version, &context.release.version),
            ("gitHead", Some(head)) => head == context.commit.name,
            _ => false,
        };
        if !same && !(STAMPED.contains(&key.as_str()) && stamped) && !SAYS.contains(&key.as_str()) {
            return Some(Checked::differs(format!("\"{key}\" is not as git has it")));
        }
    }
    let missing = old.keys().find(|key| {
        let key = key.as_str();
        !new.contains_key(key) && !LEFT_OUT.contains(&key) && !SAYS.contains(&key)
    });
    Some(match missing {
        Some(key) => Checked::differs(format!("\"{key}\" is missing")),
        None => Checked::same("git's package.json with the release's version"),
    })
}
