//! What decides how a Python package is built, what it needs and what is started.

use super::super::hazard::{Hazard, HazardKind};
use super::cargo::{at, both, shown};
use super::sections::{Sections, sections};
use super::settings::plugins;
use super::{Said, Sides, Table, compare, compare_sets, setting, unreadable};
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use toml::Value;

use HazardKind::{Configuration, Dependency, Hook};

pub(super) fn pyproject(sides: Sides<'_>) -> Vec<Hazard> {
    let Some((old, new)) = both(sides) else { return unreadable("TOML") };
    let mut found = Vec::new();
    let text = |table: &toml::Table, path: &[&str]| at(table, path).map(shown);
    for (path, what) in [
        (&["build-system", "build-backend"][..], "the build backend"),
        (&["build-system", "backend-path"], "the path of the build backend"),
        (&["tool", "poetry", "build"], "poetry's build script"),
        (&["tool", "pdm", "build"], "pdm's build settings"),
        (&["tool", "hatch", "build", "hooks"], "hatch's build hooks"),
        (&["tool", "hatch", "metadata", "hooks"], "hatch's metadata hooks"),
        (&["tool", "setuptools", "cmdclass"], "setuptools' commands"),
        (&["tool", "setuptools", "ext-modules"], "extension modules"),
        (&["tool", "setuptools", "script-files"], "installed scripts"),
        (&["tool", "setuptools", "data-files"], "installed data"),
        (&["tool", "uv", "sources"], "places of dependencies"),
    ] {
        let (old, new) = (text(&old, path), text(&new, path));
        found.extend(setting(Hook, what, old.as_deref(), new.as_deref()));
    }
    let listed = |table: &toml::Table, path: &[&str]| text(table, path).unwrap_or_default();
    let addopts = &["tool", "pytest", "ini_options", "addopts"];
    let plugins = |table: &toml::Table| plugins(&listed(table, addopts));
    found.extend(compare_sets(Hook, "plugin of a test run", plugins(&old), plugins(&new)));
    let covered = &["tool", "coverage", "run", "plugins"];
    let (before, now) = (text(&old, covered), text(&new, covered));
    found.extend(setting(Hook, "plugins of coverage", before.as_deref(), now.as_deref()));
    let requirements = |table: &toml::Table, path: &[&str]| -> Table {
        let list = at(table, path).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(|r| requirement(&shown(r))).collect()
    };
    for (path, what) in [
        (&["build-system", "requires"][..], "build requirement"),
        (&["project", "dependencies"], "dependency"),
    ] {
        let (old, new) = (requirements(&old, path), requirements(&new, path));
        found.extend(compare(Dependency, what, &old, &new));
    }
    let table = |side: &toml::Table, path: &[&str]| -> Table {
        let table = at(side, path).and_then(Value::as_table);
        table.into_iter().flatten().map(|(key, value)| (key.clone(), said(value))).collect()
    };
    let poetry = &["tool", "poetry", "dependencies"];
    found.extend(compare(Dependency, "dependency", &table(&old, poetry), &table(&new, poetry)));
    for (path, what) in [
        (&["project", "scripts"][..], "command"),
        (&["project", "gui-scripts"], "command"),
        (&["tool", "poetry", "scripts"], "command"),
        (&["tool", "flit", "scripts"], "command"),
    ] {
        found.extend(compare(Hook, what, &table(&old, path), &table(&new, path)));
    }
    let points = |side: &toml::Table| -> Table {
        let groups = at(side, &["project", "entry-points"]).and_then(Value::as_table);
        let groups = groups.into_iter().flatten();
        let entries = groups.flat_map(|(group, entries)| {
            let entries = entries.as_table().into_iter().flatten();
            entries.map(move |(name, value)| (format!("{group}: {name}"), said(value)))
        });
        entries.collect()
    };
    found.extend(compare(Hook, "entry point", &points(&old), &points(&new)));
    let optional = |side: &toml::Table| -> Table {
        let groups = at(side, &["project", "optional-dependencies"]).and_then(Value::as_table);
        let lists = groups.into_iter().flatten();
        let of_extra = |(extra, list): (&String, &Value)| -> Vec<(String, Said)> {
            let list = list.as_array().into_iter().flatten();
            let list = list.filter_map(|r| requirement(&shown(r)));
            list.map(|(name, said)| (format!("{extra}: {name}"), said)).collect()
        };
        lists.flat_map(of_extra).collect()
    };
    let (before, now) = (optional(&old), optional(&new));
    found.extend(compare(Configuration, "optional dependency", &before, &now));
    let (before, now) = (groups(&old), groups(&new));
    found.extend(compare(Configuration, "dependency of a group", &before, &now));
    let python = &["project", "requires-python"];
    let (before, now) = (text(&old, python), text(&new, python));
    found.extend(setting(Configuration, "requires-python", before.as_deref(), now.as_deref()));
    found
}

/// What those who develop a project install (PEP 735), and the groups that others include.
fn groups(side: &toml::Table) -> Table {
    let mut found = Table::default();
    let groups = side.get("dependency-groups").and_then(Value::as_table);
    for (group, list) in groups.into_iter().flatten() {
        for entry in list.as_array().into_iter().flatten() {
            let said = match entry.as_str() {
                Some(text) => requirement(text),
                None => Some((shown(entry), Said::default())),
            };
            found.extend(said.map(|(name, said)| (format!("{group}: {name}"), said)));
        }
    }
    found
}

/// The name of a requirement (PEP 508), and the rest of it.
fn requirement(text: &str) -> Option<(String, Said)> {
    // A comment stands alone or behind a blank; elsewhere `#` is a part of an address.
    let comment = text.match_indices('#').find(|(at, _)| {
        text.get(..*at).is_none_or(|before| before.is_empty() || before.ends_with([' ', '\t']))
    });
    let text = text.get(..comment.map_or(text.len(), |(at, _)| at)).unwrap_or_default().trim();
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-'));
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    let name = name.to_ascii_lowercase().replace(['_', '.'], "-");
    let rest = rest.trim();
    let elsewhere = rest.starts_with('@') || rest.starts_with("://") || rest.starts_with('+');
    let said = Said { text: rest.to_owned(), elsewhere };
    (!name.is_empty() && !name.starts_with('-')).then_some((name, said))
}

/// What TOML says of a name.
fn said(value: &Value) -> Said {
    let elsewhere = ["git", "url", "path"];
    let elsewhere =
        value.as_table().is_some_and(|table| elsewhere.iter().any(|key| table.contains_key(*key)));
    Said { text: shown(value), elsewhere }
}

/// Requirements, one a line.
pub(super) fn requirements(sides: Sides<'_>) -> Vec<Hazard> {
    // A line goes on behind a backslash: digests mostly stand there.
    let [old, new] = [sides.old, sides.new].map(|text| text.replace('\r', "").replace("\\\n", " "));
    let table = |text: &str| -> Table {
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| !line.starts_with(['#', '[', '-']));
        lines.filter_map(requirement).collect()
    };
    let mut found = compare(Dependency, "dependency", &table(&old), &table(&new));
    let options = |text: &str| -> BTreeSet<String> {
        let lines = text.lines().map(str::trim).filter(|line| line.starts_with('-'));
        lines.map(str::to_owned).collect()
    };
    found.extend(compare_sets(Hook, "option", options(&old), options(&new)));
    found
}

/// `requires.txt` of setuptools: requirements in sections, which are extras but where they only have a marker.
pub(super) fn requires_txt(sides: Sides<'_>) -> Vec<Hazard> {
    let table = |text: &str, extras: bool| -> Table {
        let mut section = String::new();
        let mut found = Table::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                section = name.to_owned();
            } else if extras != (section.is_empty() || section.starts_with(':')) {
                found.extend(requirement(line).map(|(name, said)| (under(&section, &name), said)));
            }
        }
        found
    };
    let both = |extras: bool| (table(sides.old, extras), table(sides.new, extras));
    let ((old, new), (old_extras, new_extras)) = (both(false), both(true));
    let mut found = compare(Dependency, "dependency", &old, &new);
    found.extend(compare(Configuration, "optional dependency", &old_extras, &new_extras));
    found
}

/// A name below the extra or the condition that it is needed for.
pub(super) fn under(section: &str, name: &str) -> String {
    if section.is_empty() { name.to_owned() } else { format!("{section}: {name}") }
}

/// The fields of a package's metadata that name other packages.
pub(super) fn metadata(sides: Sides<'_>) -> Vec<Hazard> {
    let table = |text: &str, extras: bool| -> Table {
        let head = text.split("\n\n").next().unwrap_or_default();
        let fields = head.lines().filter_map(|line| line.strip_prefix("Requires-Dist:"));
        let needed = fields.filter(|field| field.contains("extra ==") == extras);
        needed.filter_map(requirement).collect()
    };
    let both = |extras: bool| (table(sides.old, extras), table(sides.new, extras));
    let ((old, new), (old_extras, new_extras)) = (both(false), both(true));
    let mut found = compare(Dependency, "dependency", &old, &new);
    found.extend(compare(Configuration, "optional dependency", &old_extras, &new_extras));
    let python = |text: &str| -> Option<String> {
        let head = text.split("\n\n").next().unwrap_or_default();
        let field = head.lines().find_map(|line| line.strip_prefix("Requires-Python:"));
        field.map(|field| field.trim().to_owned())
    };
    let (old, new) = (python(sides.old), python(sides.new));
    found.extend(setting(Configuration, "Requires-Python", old.as_deref(), new.as_deref()));
    found
}

pub(super) fn setup_cfg(sides: Sides<'_>) -> Vec<Hazard> {
    let (old, new) = (sections(sides.old), sections(sides.new));
    let mut found = Vec::new();
    let needed = |side: &Sections, key: &str| -> Table {
        let text = side.get(&("options".to_owned(), key.to_owned()));
        text.into_iter().flat_map(|text| text.lines()).filter_map(requirement).collect()
    };
    for (key, what) in [("install_requires", "dependency"), ("setup_requires", "build requirement")]
    {
        found.extend(compare(Dependency, what, &needed(&old, key), &needed(&new, key)));
    }
    let points = |side: &Sections| -> Table {
        let keys = side.iter().filter(|((section, _), _)| section == "options.entry_points");
        let lines = keys.flat_map(|((_, group), text)| {
            let lines = text.lines().filter_map(|line| line.split_once('='));
            lines.map(move |(name, at)| {
                (format!("{group}: {}", name.trim()), at.trim().to_owned().into())
            })
        });
        lines.collect()
    };
    found.extend(compare(Hook, "entry point", &points(&old), &points(&new)));
    for (key, kind) in [
        ("cmdclass", Hook),
        ("scripts", Hook),
        ("package_dir", Hook),
        ("data_files", Hook),
        ("python_requires", Configuration),
    ] {
        let value = |side: &Sections| side.get(&("options".to_owned(), key.to_owned())).cloned();
        let (old, new) = (value(&old), value(&new));
        found.extend(setting(kind, key, old.as_deref(), new.as_deref()));
    }
    found
}

pub(super) fn entry_points(sides: Sides<'_>) -> Vec<Hazard> {
    let table = |text: &str| -> Table {
        let entries = sections(text).into_iter();
        entries.map(|((section, name), at)| (format!("{section}: {name}"), at.into())).collect()
    };
    compare(Hook, "entry point", &table(sides.old), &table(sides.new))
}

/// The lines of a `.pth` file that Python runs.
pub(super) fn pth(sides: Sides<'_>) -> Vec<Hazard> {
    let lines = |text: &str| -> BTreeSet<String> {
        let runs = |line: &&str| line.starts_with("import ") || line.starts_with("import\t");
        text.lines().filter(runs).map(str::to_owned).collect()
    };
    let (old, new) = (lines(sides.old), lines(sides.new));
    compare_sets(Hook, "line that Python runs at every start", old, new)
}

static REQUIRES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?s)\b(install_requires|setup_requires|tests_require)\s*=\s*\[(.*?)\]").ok()
});
static PYTHON_REQUIRES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\bpython_requires["']?\s*[=:]\s*["']([^"']*)["']"#).ok());
static QUOTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"["']([A-Za-z0-9][^"']*)["']"#).ok());

/// What of `setup.py` can be told without running it.
pub(super) fn setup_py(sides: Sides<'_>) -> Vec<Hazard> {
    let (Some(requires), Some(quoted)) = (REQUIRES.as_ref(), QUOTED.as_ref()) else {
        return Vec::new();
    };
    let needed = |text: &str| -> Table {
        let lists = requires.captures_iter(text).filter_map(|c| Some(c.get(2)?.as_str()));
        let names = lists.flat_map(|list| quoted.captures_iter(list));
        names.filter_map(|c| requirement(c.get(1)?.as_str())).collect()
    };
    let mut found = compare(Dependency, "dependency", &needed(sides.old), &needed(sides.new));
    let python = |text: &str| -> Option<String> {
        let found = PYTHON_REQUIRES.as_ref()?.captures(text)?;
        Some(found.get(1)?.as_str().to_owned())
    };
    let (old, new) = (python(sides.old), python(sides.new));
    found.extend(setting(Configuration, "python_requires", old.as_deref(), new.as_deref()));
    for word in ["cmdclass", "ext_modules", "entry_points", "data_files", "setup_requires"] {
        let has = |text: &str| {
            let calls = text.match_indices(word).any(|(at, _)| {
                let rest = text.get(at + word.len()..).unwrap_or_default();
                rest.trim_start().starts_with('=') && !rest.trim_start().starts_with("==")
            });
            calls || text.contains(&format!("\"{word}\"")) || text.contains(&format!("'{word}'"))
        };
        if has(sides.new) && !has(sides.old) && !sides.old.is_empty() {
            found.push(Hazard::new(Hook, format!("gives setup() {word}, which it did not")));
        }
    }
    found
}
