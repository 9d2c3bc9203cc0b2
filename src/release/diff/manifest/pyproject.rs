//! `pyproject.toml`.

use super::super::hazard::{Hazard, HazardKind};
use super::cargo::parse;
use super::flat::{Flat, Known};
use super::python::{requirement, under};
use super::settings::{is_minor_of_tests, is_of_tests, options, plugins};
use super::{Said, Sides, Table, both, compare, compare_sets, setting};
use crate::bytes::toml::{at, shown};
use toml::Value;

use HazardKind::{Configuration, Dependency, Hook};

/// What is known of the settings. Of tools for texts, types, style, changelogs and releases, no build asks.
const PYPROJECT: Known = Known {
    apart: &[
        "build-system.requires",
        "build-system.build-backend",
        "build-system.backend-path",
        "dependency-groups",
        "project.name",
        "project.version",
        "project.description",
        "project.readme",
        "project.license",
        "project.license-files",
        "project.authors",
        "project.maintainers",
        "project.keywords",
        "project.classifiers",
        "project.urls",
        "project.dependencies",
        "project.optional-dependencies",
        "project.requires-python",
        "project.scripts",
        "project.gui-scripts",
        "project.entry-points",
        "tool.poetry.name",
        "tool.poetry.version",
        "tool.poetry.description",
        "tool.poetry.authors",
        "tool.poetry.maintainers",
        "tool.poetry.license",
        "tool.poetry.readme",
        "tool.poetry.homepage",
        "tool.poetry.repository",
        "tool.poetry.documentation",
        "tool.poetry.keywords",
        "tool.poetry.classifiers",
        "tool.poetry.urls",
        "tool.poetry.dependencies",
        "tool.poetry.group.*.dependencies",
        "tool.poetry.dev-dependencies",
        "tool.poetry.scripts",
        "tool.flit.scripts",
        "tool.flit.sdist",
        "tool.flit.metadata.author",
        "tool.flit.metadata.author-email",
        "tool.flit.metadata.maintainer",
        "tool.flit.metadata.maintainer-email",
        "tool.flit.metadata.home-page",
        "tool.flit.metadata.description-file",
        "tool.flit.metadata.classifiers",
        "tool.flit.metadata.keywords",
        "tool.flit.metadata.license",
        "tool.flit.metadata.urls",
        "tool.hatch.build.targets.sdist.include",
        "tool.hatch.build.targets.sdist.exclude",
        "tool.coverage",
        "tool.pytest",
        "tool.autoflake",
        "tool.autopep8",
        "tool.bandit",
        "tool.basedpyright",
        "tool.black",
        "tool.bumpver",
        "tool.bumpversion",
        "tool.check-manifest",
        "tool.check-sdist",
        "tool.check-wheel-contents",
        "tool.codespell",
        "tool.commitizen",
        "tool.deptry",
        "tool.djlint",
        "tool.doc8",
        "tool.docformatter",
        "tool.flake8",
        "tool.importlinter",
        "tool.interrogate",
        "tool.isort",
        "tool.mypy",
        "tool.numpydoc_validation",
        "tool.pycln",
        "tool.pydoclint",
        "tool.pydocstyle",
        "tool.pylint",
        "tool.pyproject-fmt",
        "tool.pyrefly",
        "tool.pyright",
        "tool.refurb",
        "tool.repo-review",
        "tool.rstcheck",
        "tool.ruff",
        "tool.scriv",
        "tool.sponcon",
        "tool.semantic_release",
        "tool.tbump",
        "tool.tomlsort",
        "tool.towncrier",
        "tool.ty",
        "tool.typos",
        "tool.vulture",
        "tool.yapf",
        "tool.zest-releaser",
    ],
    minor: &[
        "project.dynamic",
        "tool.cibuildwheel",
        "tool.hatch.build.targets.sdist",
        "tool.hatch.build.targets.wheel.packages",
        "tool.hatch.build.targets.wheel.include",
        "tool.hatch.build.targets.wheel.exclude",
        "tool.hatch.build.targets.wheel.only-include",
        "tool.hatch.envs",
        "tool.nox",
        "tool.pdm.dev-dependencies",
        "tool.pdm.scripts",
        "tool.pixi",
        "tool.poe",
        "tool.poetry.exclude",
        "tool.poetry.extras",
        "tool.poetry.group",
        "tool.poetry.include",
        "tool.poetry.packages",
        "tool.setuptools.exclude-package-data",
        "tool.setuptools.include-package-data",
        "tool.setuptools.license-files",
        "tool.setuptools.package-data",
        "tool.setuptools.packages",
        "tool.setuptools.py-modules",
        "tool.setuptools.zip-safe",
        "tool.taskipy",
        "tool.tox",
        "tool.uv.cache-keys",
        "tool.uv.default-groups",
        "tool.uv.dev-dependencies",
        "tool.uv.required-version",
    ],
};

pub(super) fn facts(sides: Sides<'_>) -> Vec<Hazard> {
    let (old, new) = match both(sides, "TOML here", parse) {
        Ok(both) => both,
        Err(unreadable) => return unreadable,
    };
    let mut found = Vec::new();
    let text = |table: &toml::Table, path: &[&str]| at(table, path).map(shown);
    for (path, what) in [
        (&["build-system", "build-backend"][..], "the build backend"),
        (&["build-system", "backend-path"], "the path of the build backend"),
        (&["tool", "coverage", "run", "plugins"], "plugins of coverage"),
        (&["tool", "mypy", "plugins"], "plugins of mypy"),
    ] {
        let (old, new) = (text(&old, path), text(&new, path));
        found.extend(setting(Hook, what, old.as_deref(), new.as_deref()));
    }
    let addopts = |table: &toml::Table| {
        let given = |path: &[&str]| text(table, path).unwrap_or_default();
        let ini = given(&["tool", "pytest", "ini_options", "addopts"]);
        format!("{ini} {}", given(&["tool", "pytest", "addopts"]))
    };
    let (was, is) = (addopts(&old), addopts(&new));
    found.extend(compare_sets(Hook, "plugin of a test run", plugins(&was), plugins(&is)));
    found.extend(compare_sets(Hook, "option of a test run", options(&was), options(&is)));
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
    // The group `main` is what is needed.
    let poetry = |side: &toml::Table| {
        let mut all = table(side, &["tool", "poetry", "dependencies"]);
        all.extend(of_poetry(side, |group| group == "main").map(|(_, name, said)| (name, said)));
        all
    };
    found.extend(compare(Dependency, "dependency", &poetry(&old), &poetry(&new)));
    for path in [
        &["project", "scripts"][..],
        &["project", "gui-scripts"],
        &["tool", "poetry", "scripts"],
        &["tool", "flit", "scripts"],
    ] {
        found.extend(compare(Hook, "command", &table(&old, path), &table(&new, path)));
    }
    let points = |side: &toml::Table| -> Table {
        let groups = at(side, &["project", "entry-points"]).and_then(Value::as_table);
        let groups = groups.into_iter().flatten();
        let entries = groups.flat_map(|(group, entries)| {
            let entries = entries.as_table().into_iter().flatten();
            entries.map(move |(name, value)| (under(group, name), said(value)))
        });
        entries.collect()
    };
    found.extend(compare(Hook, "entry point", &points(&old), &points(&new)));
    let optional = ["project", "optional-dependencies"];
    let (before, now) = (groups(&old, &optional), groups(&new, &optional));
    found.extend(compare(Configuration, "optional dependency", &before, &now));
    // What those who develop a project install (PEP 735), and the groups that others include.
    let grouped = |side: &toml::Table| {
        let mut all = groups(side, &["dependency-groups"]);
        let poetry = of_poetry(side, |group| group != "main");
        all.extend(poetry.map(|(group, name, said)| (under(&group, &name), said)));
        let older = table(side, &["tool", "poetry", "dev-dependencies"]).0.into_iter();
        all.extend(older.flat_map(|(name, said)| {
            said.into_iter().map(move |said| (under("dev", &name), said))
        }));
        all
    };
    let (before, now) = (grouped(&old), grouped(&new));
    found.extend(compare(Configuration, "dependency of a group", &before, &now));
    let python = &["project", "requires-python"];
    let (before, now) = (text(&old, python), text(&new, python));
    found.extend(setting(Configuration, "requires-python", before.as_deref(), now.as_deref()));
    found.extend(Flat::changed(&flat(&old), &flat(&new), sides.old.is_empty()));
    found
}

/// The settings that are compared as they are.
fn flat(side: &toml::Table) -> Flat {
    let mut flat = PYPROJECT.of(side);
    for path in [&["tool", "pytest"][..], &["tool", "pytest", "ini_options"]] {
        let settings = at(side, path).and_then(Value::as_table).into_iter().flatten();
        for (key, value) in settings.filter(|(key, _)| *key != "ini_options" && !is_of_tests(key)) {
            // pytest reads either table, and newer projects move from one to the other.
            let path = ["tool", "pytest", key.as_str()];
            let said = match value.as_array() {
                Some(values) => values.iter().map(|value| shown(value).into()).collect(),
                None => vec![shown(value).into()],
            };
            flat.put(is_minor_of_tests(key), &path, said);
        }
    }
    flat
}

/// What the groups of poetry's have that are wanted: the group, a name, and what is said of it.
fn of_poetry(
    side: &toml::Table,
    wanted: impl Fn(&str) -> bool,
) -> impl Iterator<Item = (String, String, Said)> {
    let groups = at(side, &["tool", "poetry", "group"]).and_then(Value::as_table);
    let groups = groups.into_iter().flatten().filter(move |(group, _)| wanted(group));
    groups.flat_map(|(group, value)| {
        let list = value.get("dependencies").and_then(Value::as_table).into_iter().flatten();
        list.map(move |(name, value)| (group.clone(), name.clone(), said(value)))
    })
}

/// Lists of requirements by their group.
fn groups(side: &toml::Table, path: &[&str]) -> Table {
    let mut found = Table::default();
    let groups = at(side, path).and_then(Value::as_table);
    for (group, list) in groups.into_iter().flatten() {
        for entry in list.as_array().into_iter().flatten() {
            let said = match entry.as_str() {
                Some(text) => requirement(text),
                None => Some((shown(entry), Said::default())),
            };
            found.extend(said.map(|(name, said)| (under(group, &name), said)));
        }
    }
    found
}

/// What TOML says of a name.
fn said(value: &Value) -> Said {
    Said { text: shown(value), elsewhere: is_elsewhere(value) }
}

/// Whether poetry takes it from elsewhere than its registry, in one of the cases that it may list.
fn is_elsewhere(value: &Value) -> bool {
    const PLACES: [&str; 5] = ["git", "url", "path", "file", "source"];
    match value {
        Value::Table(table) => PLACES.iter().any(|key| table.contains_key(*key)),
        Value::Array(cases) => cases.iter().any(is_elsewhere),
        _ => false,
    }
}
