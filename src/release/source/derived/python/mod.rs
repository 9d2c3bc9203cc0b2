//! What the build backends of Python write into an sdist or a wheel.

mod cache;
mod declared;
mod entry_points;
mod literal;
mod metadata;
mod notes;
mod poetry;
mod record;
mod required;
mod requirement;
mod script;
mod settings;

use super::{Checked, PARSED};
use crate::release::archive::Entry;
use crate::release::source::context::Context;
use crate::release::source::texts::{directory_of, name_of, text};
use toml::{Table, Value};

/// Files of metadata that are looked into: an sdist has two or three.
const METADATA: usize = 64;

pub(super) fn check(
    context: &Context<'_>,
    entry: &Entry,
    path: &str,
    original: Option<&str>,
) -> Option<Checked> {
    let (directory, name) = (directory_of(path).trim_end_matches('/'), name_of(path));
    let inside = name_of(directory);
    let egg_info = inside.ends_with(".egg-info");
    let dist_info = directory.ends_with(".dist-info") && !directory.contains('/');
    let known = match name {
        "PKG-INFO" => directory.is_empty() || egg_info,
        "METADATA" | "WHEEL" | "RECORD" => dist_info,
        "SOURCES.txt"
        | "requires.txt"
        | "dependency_links.txt"
        | "zip-safe"
        | "not-zip-safe"
        | "namespace_packages.txt"
        | "pbr.json"
        | "scm_version.json"
        | "scm_file_list.json" => egg_info,
        "top_level.txt" | "entry_points.txt" => egg_info || dist_info,
        "setup.cfg" | "pyproject.toml" => true,
        // Any other than git's own is a program.
        "setup.py" => directory.is_empty() && original.is_none(),
        _ => false,
    };
    if !known {
        let text = text(entry).filter(|text| text.len() <= 4 * PARSED && !entry.is_executable())?;
        return cache::check(context, path, text);
    }
    if entry.is_executable() && name != "setup.py" {
        return Some(Checked::differs("it is executable"));
    }
    let Some(text) = text(entry).filter(|text| text.len() <= 4 * PARSED) else {
        return Some(Checked::differs("it is not UTF-8, or too large"));
    };
    // Each is compared with the project's settings, which are read for it.
    if context.metadata > METADATA {
        return Some(Checked::differs("there are more files of metadata than are looked into"));
    }
    match name {
        "PKG-INFO" | "METADATA" => Some(metadata::check(context, text, path, dist_info)),
        "WHEEL" => Some(record::wheel(text)),
        "RECORD" => Some(record::check(context, text, path)),
        "entry_points.txt" => Some(entry_points::check(context, text, dist_info)),
        "requires.txt" => Some(required::check(context, text)),
        "SOURCES.txt" => Some(notes::sources(context, text, directory)),
        "top_level.txt" | "namespace_packages.txt" => Some(notes::modules(context, text)),
        "dependency_links.txt" => Some(match text.trim().is_empty() {
            true => Checked::same("setuptools' own: it is empty"),
            false => Checked::differs("it names places to fetch dependencies from"),
        }),
        "zip-safe" | "not-zip-safe" => Some(match text.trim().is_empty() {
            true => Checked::same("setuptools' own: it is empty"),
            false => Checked::differs("it is not empty, as setuptools leaves it"),
        }),
        "pbr.json" | "scm_version.json" | "scm_file_list.json" => Some(notes::json(context, text)),
        "setup.cfg" => settings::check(text, original),
        "pyproject.toml" => project(context, text, original?),
        "setup.py" => script::check(context, text),
        _ => None,
    }
}

/// `pyproject.toml` with the version filled in, as pdm and others write it.
fn project(context: &Context<'_>, text: &str, original: &str) -> Option<Checked> {
    let parse = |text: &str| crate::bytes::toml::parse::<Table>(text).ok();
    let (mut new, mut old) = (parse(text)?, parse(original)?);
    let version = new.get("project").and_then(|p| p.get("version")).and_then(Value::as_str);
    let stamped = version.is_some_and(|version| {
        crate::release::source::derived::version::is_release(context, version)
    });
    // pdm runs what tool.pdm.version names, where the version is left to it.
    let pdm = |table: &Table| table.get("tool")?.get("pdm")?.get("version").cloned();
    if pdm(&new).is_some_and(|version| pdm(&old) != Some(version)) {
        return Some(Checked::differs("it has another [tool.pdm.version] than git's"));
    }
    for table in [&mut new, &mut old] {
        let Some(project) = table.get_mut("project").and_then(Value::as_table_mut) else {
            continue;
        };
        if stamped {
            project.remove("version");
        }
        if let Some(dynamic) = project.get_mut("dynamic").and_then(Value::as_array_mut) {
            dynamic.retain(|name| name.as_str() != Some("version"));
            if dynamic.is_empty() {
                project.remove("dynamic");
            }
        }
        let Some(pdm) = table.get_mut("tool").and_then(|tool| tool.get_mut("pdm")) else {
            continue;
        };
        if let Some(pdm) = pdm.as_table_mut() {
            pdm.remove("version");
        }
    }
    (new == old).then(|| Checked::same("git's pyproject.toml with the release's version"))
}
