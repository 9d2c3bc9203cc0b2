//! A `setup.py` that a build backend wrote for tools that know no other way (flit, poetry, pdm): values that
//! are plain text, and one call of `setup()` with them.

use super::declared::Declared;
use super::literal::{Value, call};
use super::required::{self, Stated};
use super::requirement::{Requirement, comparisons, normal};
use super::{Checked, entry_points};
use crate::release::python::DESCRIBING;
use crate::release::source::context::Context;
use crate::release::source::derived::version::is_release;
use crate::release::source::texts::directory_of;
use std::collections::BTreeSet;
use std::ops::Bound::{Included, Unbounded};

const HOW: &str = "the build backend's: setup() with what git's pyproject.toml says";

/// `None` where it does anything but hand plain values to `setup()`.
pub(super) fn check(context: &Context<'_>, text: &str) -> Option<Checked> {
    let arguments = call(text)?;
    let get = |name: &str| arguments.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let declared = Declared::read(context);
    let mut rest = Vec::new();
    let (mut requires, mut points) = (Vec::new(), Vec::new());
    for (key, value) in &arguments {
        // Line breaks would be fields of their own in the metadata that setuptools writes.
        let fits = match key.as_str() {
            "long_description" => value.text().is_some() || *value == Value::Constant,
            _ if !value.is_of_lines() => false,
            key if DESCRIBING.contains(&key) => true,
            "name" => value.text().is_some_and(|name| declared.names.contains(&normal(name))),
            "version" => value.text().is_some_and(|version| is_release(context, version)),
            "install_requires" => read(value, "", &mut requires).is_some(),
            "extras_require" => value.dictionary().is_some_and(|extras| {
                extras.iter().all(|(extra, list)| read(list, extra, &mut requires).is_some())
            }),
            "entry_points" => value.dictionary().is_some_and(|groups| {
                groups.iter().all(|(group, list)| started(group, list, &mut points).is_some())
            }),
            "python_requires" => {
                if !declared.asks_for_python(&value.text().map(comparisons).unwrap_or_default()) {
                    rest.push("python_requires".to_owned());
                }
                value.text().is_some()
            }
            // Checked together, below.
            "packages" | "package_dir" | "py_modules" => true,
            "package_data" => value.dictionary().is_some_and(|data| data.iter().all(is_inside)),
            _ => false,
        };
        if !fits {
            return Some(Checked::differs(format!(
                "it calls setup() with {key}, which is not what git says"
            )));
        }
    }
    if get("name").is_none() || get("version").is_none() {
        return Some(Checked::differs("it calls setup() without a name or version"));
    }
    let own: BTreeSet<String> = declared.names.iter().map(|name| name.replace('-', "_")).collect();
    match packages(context, &own, get("package_dir"), get("packages"), get("py_modules")) {
        None => {
            return Some(Checked::differs("it installs packages that the archive does not have"));
        }
        Some(false) => rest.push("which packages it installs".to_owned()),
        Some(true) => {}
    }
    match required::stated(&declared, &requires) {
        Stated::Same => {}
        Stated::Partly(more) => rest.push(more),
        Stated::Differs(why) => return Some(Checked::Differs(why)),
        Stated::Unknown if requires.is_empty() => rest.push("what it requires".to_owned()),
        Stated::Unknown => {
            return Some(Checked::NotCompared(required::unknown(&declared, &requires)));
        }
    }
    Some(match entry_points::compare(&declared, &points, true) {
        Checked::Same(_) => Checked::partly(HOW, rest),
        Checked::Partly { rest: more, .. } => {
            rest.push(more);
            Checked::partly(HOW, rest)
        }
        other => other,
    })
}

/// Adds the requirements of a list.
fn read(list: &Value, extra: &str, requires: &mut Vec<Requirement>) -> Option<()> {
    for text in list.texts()? {
        requires.push(Requirement::parse(text)?.under(extra));
    }
    Some(())
}

/// Adds the commands of a list: `name = module:function`.
fn started(group: &str, list: &Value, points: &mut Vec<(String, String, String)>) -> Option<()> {
    for text in list.texts()? {
        let (name, value) = text.split_once('=')?;
        points.push((group.to_owned(), name.trim().to_owned(), value.trim().to_owned()));
    }
    Some(())
}

/// Whether a package's patterns of data stay in the package.
fn is_inside((_, patterns): &(String, Value)) -> bool {
    let inside = |pattern: &&str| {
        !pattern.starts_with('/') && pattern.split(['/', '\\']).all(|part| part != "..")
    };
    patterns.texts().is_some_and(|all| all.iter().all(inside))
}

/// Whether these are all packages and modules of the project's `own` names, from the one place where such are;
/// `None` where one of them is not there.
fn packages(
    context: &Context<'_>,
    own: &BTreeSet<String>,
    directory: Option<&Value>,
    packages: Option<&Value>,
    modules: Option<&Value>,
) -> Option<bool> {
    let root = match directory.map(Value::dictionary) {
        None => String::new(),
        Some(directories) => match directories? {
            [] => String::new(),
            [(package, Value::Text(root))] if package.is_empty() => format!("{root}/"),
            _ => return None,
        },
    };
    let none = Value::List(Vec::new());
    let packages: BTreeSet<&str> = packages.unwrap_or(&none).texts()?.into_iter().collect();
    let modules = modules.unwrap_or(&none).texts()?;
    let files = context.members.iter().filter(|(_, entry)| entry.is_file());
    let python: BTreeSet<&str> = files
        .filter_map(|(path, _)| std::str::from_utf8(path).ok()?.strip_prefix(root.as_str()))
        .filter(|path| path.ends_with(".py"))
        .collect();
    let there: BTreeSet<String> = python
        .iter()
        .map(|path| directory_of(path).trim_end_matches('/').replace('/', "."))
        .filter(|package| !package.is_empty())
        .collect();
    // One without code of its own has some below it.
    let is_there = |package: &&str| {
        let inside = format!("{package}.");
        let mut below = there.range(inside.clone()..);
        there.contains(*package) || below.next().is_some_and(|next| next.starts_with(&inside))
    };
    let is_module =
        |module: &&str| python.contains(format!("{}.py", module.replace('.', "/")).as_str());
    if !packages.iter().all(is_there) || !modules.iter().all(is_module) {
        return None;
    }
    let top = |package: &str| package.split('.').next().map(str::to_owned);
    let tops: BTreeSet<String> =
        packages.iter().chain(&modules).filter_map(|one| top(one)).collect();
    let elsewhere = if root.is_empty() { "src/" } else { "" };
    let is_here_alone = |top: &String| {
        let (package, module) = (format!("{elsewhere}{top}/"), format!("{elsewhere}{top}.py"));
        let mut from = context.members.range::<[u8], _>((Included(package.as_bytes()), Unbounded));
        !context.members.contains_key(module.as_bytes())
            && !from.next().is_some_and(|(path, _)| path.starts_with(package.as_bytes()))
    };
    let is_own = tops.iter().all(|top| own.contains(&top.to_lowercase()) && is_here_alone(top))
        && matches!(root.as_str(), "" | "src/");
    let below = |package: &&String| top(package).is_some_and(|top| tops.contains(&top));
    let all = there.iter().filter(below).all(|package| packages.contains(package.as_str()));
    Some(all && is_own && !(packages.is_empty() && modules.is_empty()))
}
