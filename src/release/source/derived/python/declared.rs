//! What a project in git says of itself, in `pyproject.toml`, `setup.cfg` and `setup.py`.

use super::requirement::{Requirement, comparisons, normal, plain};
use super::settings::settings;
use super::{literal, poetry};
use crate::release::source::context::Context;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use toml::{Table, Value};

/// A command or plugin: group, name, and what it leads to.
pub(super) type EntryPoint = (String, String, String);

/// What is known of a project by files of git's that are read and not run.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// The names that it goes by, as PEP 503 has them.
    pub(super) names: BTreeSet<String>,
    /// What it requires; `None` where only running something could tell.
    pub(super) requires: Option<Vec<Requirement>>,
    /// What it requires, where that is spelled in poetry's way.
    pub(super) spelled: Option<Vec<Requirement>>,
    /// The versions of Python that it asks for.
    pub(super) python: Option<BTreeSet<String>>,
    /// Whether hatchling builds it.
    pub(super) is_hatch: bool,
    /// Whether `pyproject.toml` leaves what is required to the build backend.
    pub(super) dynamic_requires: bool,
    /// Its commands and plugins; `None` where only running something could tell.
    pub(super) entry_points: Option<BTreeSet<EntryPoint>>,
    /// What quoted texts of `setup.py` would require, where it says what is required.
    pub(super) literals: BTreeSet<Requirement>,
    /// `setup.py` without blanks and quotes.
    pub(super) setup: Option<String>,
}

impl Declared {
    pub(super) fn read(context: &Context<'_>) -> Self {
        let mut declared = Self::default();
        let project = context.view.text_upwards("pyproject.toml");
        let project = project.and_then(|text| crate::bytes::toml::parse::<Table>(&text).ok());
        let setup = context.view.text_upwards("setup.py");
        let cfg = context.view.text_upwards("setup.cfg");
        let cfg = cfg.as_deref().and_then(settings);
        let has_project = project.as_ref().is_some_and(|p| p.contains_key("project"));
        if let Some(project) = &project {
            declared.project(project);
            if declared.dynamic_requires {
                declared.requires = from_files(context, project);
            }
        }
        if let Some(cfg) = cfg.filter(|_| !has_project) {
            declared.settings(&cfg, setup.is_some());
        }
        if let Some(setup) = setup.as_ref().filter(|_| !has_project || declared.dynamic_requires) {
            declared.script(setup);
        }
        declared.setup = setup.map(|text| squeezed(&text));
        declared
    }

    /// Whether these are the versions of Python that it asks for, whatever zeros are at their ends.
    pub(super) fn asks_for_python(&self, versions: &BTreeSet<String>) -> bool {
        let plain = |all: &BTreeSet<String>| -> BTreeSet<String> {
            all.iter().map(|one| plain(one)).collect()
        };
        plain(versions) == self.python.as_ref().map(plain).unwrap_or_default()
    }

    fn project(&mut self, project: &Table) {
        let tool = |path: &[&str]| -> Option<&Value> {
            let mut value = project.get("tool")?;
            for part in path {
                value = value.get(part)?;
            }
            Some(value)
        };
        if let Some(table) = project.get("project").and_then(Value::as_table) {
            self.names.extend(table.get("name").and_then(Value::as_str).map(normal));
            let dynamic: Vec<&str> = strings(table.get("dynamic"));
            self.dynamic_requires =
                dynamic.contains(&"dependencies") || dynamic.contains(&"optional-dependencies");
            if !self.dynamic_requires {
                let extras = table.get("optional-dependencies").and_then(Value::as_table);
                let extras = extras.into_iter().flatten().flat_map(|(extra, list)| {
                    strings(Some(list)).into_iter().map(move |text| (extra.as_str(), text))
                });
                let all = strings(table.get("dependencies")).into_iter().map(|text| ("", text));
                let all = all.chain(extras);
                self.requires =
                    all.map(|(extra, text)| Some(Requirement::parse(text)?.under(extra))).collect();
            }
            self.python = table.get("requires-python").and_then(Value::as_str).map(comparisons);
            if !dynamic
                .iter()
                .any(|name| matches!(*name, "scripts" | "gui-scripts" | "entry-points"))
            {
                self.entry_points = Some(entry_points(table));
            }
        }
        let backend = project.get("build-system").and_then(|build| build.get("build-backend"));
        self.is_hatch =
            backend.and_then(Value::as_str).is_some_and(|name| name.starts_with("hatchling"));
        if let Some(poetry) = tool(&["poetry"]).and_then(Value::as_table) {
            self.poetry(poetry, project.contains_key("project"));
        }
        if let Some(scripts) = tool(&["flit", "scripts"]) {
            let points = self.entry_points.get_or_insert_default();
            add(points, "console_scripts", Some(scripts));
        }
        let name = tool(&["flit", "metadata", "module"]).and_then(Value::as_str);
        self.names.extend(name.map(normal));
    }

    fn poetry(&mut self, poetry: &Table, has_project: bool) {
        self.names.extend(poetry.get("name").and_then(Value::as_str).map(normal));
        let points = self.entry_points.get_or_insert_default();
        add(points, "console_scripts", poetry.get("scripts"));
        for (group, list) in poetry.get("plugins").and_then(Value::as_table).into_iter().flatten() {
            add(points, group, Some(list));
        }
        if !has_project {
            self.spelled = Some(poetry::requires(poetry));
            self.python = poetry::python(poetry);
        }
    }

    /// What `setup.py` says without being run.
    fn script(&mut self, setup: &str) {
        let times = |word: &str| setup.matches(word).count();
        if self.python.is_none() && times("python_requires") == 1 {
            self.python = literal::text(setup, "python_requires").as_deref().map(comparisons);
        }
        let (requires, extras) = (times("install_requires"), times("extras_require"));
        if requires + extras == 0 {
            return;
        }
        // A list that is named once is handed to setup() as it is.
        let listed = || -> Option<Vec<Requirement>> {
            let mut all = match requires {
                0 => Vec::new(),
                1 => literal::list(setup, "install_requires")?,
                _ => return None,
            };
            match extras {
                0 => {}
                1 => all.extend(literal::lists(setup, "extras_require")?),
                _ => return None,
            }
            Some(all)
        };
        // What setup.cfg requires as well, one of them overrides.
        let listed = listed().filter(|_| self.requires.is_none() && !setup.contains("**"));
        self.requires = listed;
        self.literals = literals(setup);
    }

    fn settings(&mut self, settings: &[(String, String, String)], has_setup: bool) {
        let get = |section: &str, key: &str| {
            let found = settings.iter().find(|(s, k, _)| s == section && k == key);
            found.map(|(.., value)| value.as_str())
        };
        self.names.extend(get("metadata", "name").map(normal));
        let lines = |value: &str| -> Vec<String> {
            let lines = value.split('\n').map(|line| line.trim().to_owned());
            lines.filter(|line| !line.is_empty()).collect()
        };
        self.python = get("options", "python_requires").map(comparisons);
        let has_extras = settings.iter().any(|(section, ..)| section == "options.extras_require");
        let requires = get("options", "install_requires").or(has_extras.then_some(""));
        if let Some(requires) = requires {
            let extras =
                settings.iter().filter(|(section, ..)| section == "options.extras_require");
            let extras = extras.flat_map(|(_, extra, value)| {
                lines(value).into_iter().map(move |line| (extra.as_str(), line))
            });
            let all = lines(requires).into_iter().map(|line| ("", line)).chain(extras);
            let all = all.map(|(extra, line)| Some(Requirement::parse(&line)?.under(extra)));
            self.requires = all.collect();
        }
        let groups = settings.iter().filter(|(section, ..)| section == "options.entry_points");
        let mut points = BTreeSet::new();
        for (_, group, value) in groups {
            for line in lines(value) {
                if let Some((name, value)) = line.split_once('=') {
                    points.insert((group.clone(), name.trim().to_owned(), squeezed(value)));
                }
            }
        }
        if !points.is_empty() || !has_setup {
            self.entry_points = Some(points);
        }
    }
}

/// What the files require that `pyproject.toml` has setuptools read.
fn from_files(context: &Context<'_>, project: &Table) -> Option<Vec<Requirement>> {
    let fields = strings(project.get("project")?.get("dynamic"));
    let dynamic = project.get("tool")?.get("setuptools")?.get("dynamic")?.as_table()?;
    let read = |place: &Value, extra: &str| -> Option<Vec<Requirement>> {
        let files = place.get("file")?;
        let files = files.as_str().map_or_else(|| strings(Some(files)), |file| vec![file]);
        let mut all = Vec::new();
        for file in files {
            let text = context.view.text(file)?;
            for line in text.lines() {
                let line = line.split(" #").next().unwrap_or(line).trim();
                if !line.is_empty() && !line.starts_with('#') {
                    all.push(Requirement::parse(line)?.under(extra));
                }
            }
        }
        Some(all)
    };
    let table = project.get("project")?.as_table()?;
    let stated = |key: &str| strings(table.get(key)).into_iter().map(Requirement::parse);
    let mut all = match fields.contains(&"dependencies") {
        true => read(dynamic.get("dependencies")?, "")?,
        false => stated("dependencies").collect::<Option<Vec<_>>>()?,
    };
    if fields.contains(&"optional-dependencies") {
        for (extra, place) in dynamic.get("optional-dependencies")?.as_table()? {
            all.extend(read(place, extra)?);
        }
    } else if table.contains_key("optional-dependencies") {
        return None;
    }
    Some(all)
}

/// The requirements that texts in quotes on one line are.
fn literals(setup: &str) -> BTreeSet<Requirement> {
    static QUOTED: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#""([^"\\\n]*)"|'([^'\\\n]*)'"#).ok());
    let Some(quoted) = QUOTED.as_ref() else { return BTreeSet::new() };
    let found = setup.lines().filter(|line| !line.trim_start().starts_with('#'));
    let found = found.flat_map(|line| quoted.captures_iter(line)).filter_map(|found| {
        let text = found.get(1).or(found.get(2))?.as_str();
        Requirement::parse(text)
    });
    found.collect()
}

fn strings(value: Option<&Value>) -> Vec<&str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn entry_points(project: &Table) -> BTreeSet<EntryPoint> {
    let mut points = BTreeSet::new();
    add(&mut points, "console_scripts", project.get("scripts"));
    add(&mut points, "gui_scripts", project.get("gui-scripts"));
    let groups = project.get("entry-points").and_then(Value::as_table);
    for (group, list) in groups.into_iter().flatten() {
        add(&mut points, group, Some(list));
    }
    points
}

fn add(points: &mut BTreeSet<EntryPoint>, group: &str, list: Option<&Value>) {
    for (name, value) in list.and_then(Value::as_table).into_iter().flatten() {
        let value = value.as_str().or_else(|| value.get("reference")?.as_str());
        let value = value.or_else(|| list?.get(name)?.get("callable")?.as_str());
        if let Some(value) = value {
            points.insert((group.to_owned(), name.clone(), squeezed(value)));
        }
    }
}

/// Text without blanks and quotes.
pub(super) fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'')).collect()
}
