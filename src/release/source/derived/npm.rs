//! What `npm pack` makes of `package.json`.

use super::{Checked, PARSED};
use crate::bytes::json::{self, Limits};
use crate::release::archive::Entry;
use crate::release::source::context::Context;
use crate::release::source::spelling::is_same;
use crate::release::source::texts::text;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// What publishing adds or fills in.
const STAMPED: [&str; 3] = ["version", "gitHead", "_resolved"];

/// What says something of the package and does nothing. Not the repository or the homepage: installers of
/// prebuilt programs make the address that they fetch of them.
const SAYS: [&str; 8] = [
    "keywords",
    "license",
    "author",
    "contributors",
    "funding",
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
    let Ok(other) = other_order(text, original) else {
        return Some(Checked::differs("the order of its keys cannot be read"));
    };
    if let Some(key) = other {
        return Some(Checked::differs(format!("\"{key}\" is in another order than in git")));
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

/// The key whose conditions are in another order: node takes the first one that holds.
///
/// # Errors
///
/// If one of the texts is no JSON.
fn other_order(text: &str, original: &str) -> Result<Option<&'static str>, serde_json::Error> {
    let new = serde_json::from_str::<Keys>(text)?;
    let old = serde_json::from_str::<Keys>(original)?;
    let below = |keys: &Keys, key: &str| {
        keys.0.iter().find(|(name, _)| name == key).map(|(_, keys)| keys.clone())
    };
    Ok(["exports", "imports"].into_iter().find(|key| below(&new, key) != below(&old, key)))
}

/// The keys of a value in the order of its text, and those below each.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Keys(Vec<(String, Keys)>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Keys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Keys, M::Error> {
                let mut keys = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    keys.push(entry);
                }
                Ok(Keys(keys))
            }
            fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Keys, S::Error> {
                let mut keys = Vec::new();
                while let Some(value) = seq.next_element()? {
                    keys.push((String::new(), value));
                }
                Ok(Keys(keys))
            }
            fn visit_str<E>(self, _: &str) -> Result<Keys, E> {
                Ok(Keys::default())
            }
            fn visit_bool<E>(self, _: bool) -> Result<Keys, E> {
                Ok(Keys::default())
            }
            fn visit_unit<E>(self) -> Result<Keys, E> {
                Ok(Keys::default())
            }
            fn visit_u64<E>(self, _: u64) -> Result<Keys, E> {
                Ok(Keys::default())
            }
            fn visit_i64<E>(self, _: i64) -> Result<Keys, E> {
                Ok(Keys::default())
            }
            fn visit_f64<E>(self, _: f64) -> Result<Keys, E> {
                Ok(Keys::default())
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
