//! Lists and notes that setuptools and its plugins leave: files, modules, and what git said.

use super::Checked;
use crate::bytes::json::{self, Limits};
use crate::release::source::context::Context;
use crate::release::source::derived::version::is_value;
use serde_json::Value;
use std::collections::BTreeSet;

/// Names that `SOURCES.txt` may leave out: setuptools writes them after it.
const AFTER: [&str; 2] = ["PKG-INFO", "setup.cfg"];

/// `SOURCES.txt`, by which setuptools takes data files into the package where there is no git.
pub(super) fn sources(context: &Context<'_>, text: &str, directory: &str) -> Checked {
    let plain = |line: &&str| {
        let plain = |part: &str| part != ".." && !part.is_empty();
        line.split('/').all(plain) && !line.chars().any(char::is_control)
    };
    let lines: Vec<&str> = lines(text).collect();
    if let Some(line) = lines.iter().find(|line| !plain(line)) {
        return no_name(line);
    }
    let listed: BTreeSet<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
    let mut files = context.members.iter().filter(|(_, entry)| entry.is_file());
    let lacking = files.find_map(|(path, _)| {
        let own =
            path.strip_prefix(directory.as_bytes()).is_some_and(|rest| rest.starts_with(b"/"));
        let after = own || AFTER.iter().any(|name| name.as_bytes() == *path);
        (!after && !listed.contains(path)).then_some(path)
    });
    let how = "setuptools' list of the archive's files";
    match lacking {
        None => Checked::same(how),
        Some(path) => {
            let path = crate::release::archive::show(path);
            Checked::partly(how, vec![format!("why it leaves out {path}")])
        }
    }
}

/// How often a name is looked for among the archive's files.
const LOOKED: usize = 5_000_000;

/// `top_level.txt` and `namespace_packages.txt`: names of modules.
pub(super) fn modules(context: &Context<'_>, text: &str) -> Checked {
    if let Some(line) = lines(text).find(|line| !line.split(['.', '/']).all(is_identifier)) {
        return no_name(line);
    }
    let how = "setuptools' list of modules";
    if lines(text).count().saturating_mul(context.members.len()) > LOOKED {
        return Checked::differs("it names more modules than are looked for");
    }
    let there = |line: &str| {
        let path = line.replace('.', "/");
        context.members.keys().any(|member| {
            let member = String::from_utf8_lossy(member);
            member.match_indices(&path).any(|(at, _)| {
                let before =
                    member.get(..at).is_none_or(|rest| rest.is_empty() || rest.ends_with('/'));
                let after = member.get(at + path.len()..);
                before && after.is_some_and(|rest| rest.starts_with(['/', '.']))
            })
        })
    };
    match lines(text).find(|line| !there(line)) {
        None => Checked::same(how),
        Some(line) => {
            Checked::partly(how, vec![format!("{line}, which the archive does not have")])
        }
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn no_name(line: &str) -> Checked {
    let line: String = line.chars().take(60).collect();
    Checked::differs(format!("a line of it is not a name: {line}"))
}

fn is_identifier(part: &str) -> bool {
    !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

/// Notes in JSON of the plugins that ask git: which commit and version, and which files it has.
/// setuptools-scm reads them where there is no git.
pub(super) fn json(context: &Context<'_>, text: &str) -> Checked {
    let Ok(value) = json::parse(text.as_bytes(), Limits::default()) else {
        return Checked::differs("it is not JSON, or can be read in two ways");
    };
    let how = "a note of the build backend's about git";
    match unknown(context, "", &value) {
        None => Checked::same(how),
        Some(key) => Checked::partly(how, vec![format!("\"{key}\"")]),
    }
}

/// The key of a value that says something else than git.
fn unknown(context: &Context<'_>, key: &str, value: &Value) -> Option<String> {
    let fits = match value {
        Value::Array(list) => return list.iter().find_map(|one| unknown(context, key, one)),
        Value::Object(map) => {
            return map.iter().find_map(|(key, value)| unknown(context, key, value));
        }
        Value::Null => true,
        Value::Bool(value) => !(*value && key == "dirty"),
        Value::Number(number) => number.as_u64() == Some(0),
        Value::String(text) => {
            key == "branch"
                || is_value(context, text)
                || context.members.contains_key(text.as_bytes())
        }
    };
    (!fits).then(|| key.to_owned())
}
