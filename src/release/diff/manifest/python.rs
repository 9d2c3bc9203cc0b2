//! What decides how a Python package is built, what it needs and what is started.

use super::super::hazard::{Hazard, HazardKind};
use super::flat::{Flat, Known};
use super::sections::{Sections, sections};
use super::settings::{is_minor_of_tests, is_of_tests, options, plugins};
use super::{Said, Sides, Table, compare, compare_sets, setting};
use std::collections::BTreeSet;

use HazardKind::{Configuration, Dependency, Hook};

/// What setuptools is given that says what is needed, in `setup()` and in `setup.cfg`.
pub(super) const NEEDED: [(&str, &str, HazardKind); 3] = [
    ("install_requires", "dependency", Dependency),
    ("setup_requires", "build requirement", Dependency),
    ("tests_require", "test dependency", Configuration),
];

/// The name of a requirement (PEP 508), and the rest of it.
pub(super) fn requirement(text: &str) -> Option<(String, Said)> {
    // A comment stands alone or behind a blank; elsewhere `#` is a part of an address.
    let comment = text.match_indices('#').find(|(at, _)| {
        text.get(..*at).is_none_or(|before| before.is_empty() || before.ends_with([' ', '\t']))
    });
    let text = text.get(..comment.map_or(text.len(), |(at, _)| at)).unwrap_or_default().trim();
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-'));
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    let name = name.to_ascii_lowercase().replace(['_', '.'], "-");
    let rest = rest.trim();
    // Extras stand before the place.
    let extras = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let place = extras.map_or(rest, |(_, behind)| behind.trim_start());
    let elsewhere = ["@", "://", "+", "/", ":/"].iter().any(|begin| place.starts_with(begin));
    let said = Said { text: rest.to_owned(), elsewhere };
    (!name.is_empty() && !name.starts_with('-')).then_some((name, said))
}

/// Requirements, one a line.
pub(super) fn requirements(sides: Sides<'_>) -> Vec<Hazard> {
    let [old, new] = [joined(sides.old), joined(sides.new)];
    let table = |text: &str| -> Table {
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| !line.starts_with(['#', '[', '-']));
        lines.filter_map(|line| requirement(line).or_else(|| path(line))).collect()
    };
    let mut found = compare(Dependency, "dependency", &table(&old), &table(&new));
    let options = |text: &str| -> BTreeSet<String> {
        let lines = text.lines().map(str::trim).filter(|line| line.starts_with('-'));
        lines.map(str::to_owned).collect()
    };
    found.extend(compare_sets(Hook, "option", options(&old), options(&new)));
    found
}

/// The lines of requirements: one goes on behind a backslash, where digests mostly stand, but for one that has a comment,
/// behind which setuptools reads the next by itself, and pip where nothing stands before the comment.
fn joined(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    for line in text.lines() {
        let is_remarked = line.trim_start().starts_with('#')
            || line.contains([' ', '\t']) && { line.contains(" #") || line.contains("\t#") };
        match line.strip_suffix('\\') {
            Some(line) if !is_remarked => {
                found.push_str(line);
                found.push(' ');
            }
            _ => {
                found.push_str(line);
                found.push('\n');
            }
        }
    }
    found
}

/// A requirement without a name: a path, or a variable that holds one. `.` is the project itself.
fn path(line: &str) -> Option<(String, Said)> {
    let end = line.find([' ', '\t']).unwrap_or(line.len());
    let (path, rest) = line.split_at(end);
    let is_path = path.starts_with(['.', '/', '$', '~', '\\', '"', '\'']);
    let elsewhere = path != "." && !path.starts_with(".[");
    let is_dots = path.trim_matches('.').is_empty() && path.len() > 2;
    let said = Said { text: rest.trim().to_owned(), elsewhere };
    (is_path && !is_dots).then(|| (path.to_owned(), said))
}

/// What a list in `setup.cfg` has: in one line `;` parts them, in several that begins a condition.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    let mark = if text.contains('\n') { '\n' } else { ';' };
    text.split(mark)
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
                found.extend(requirement(line).map(
                    |(name, said)| match section.strip_prefix(':') {
                        // A condition is said of what is needed anyway.
                        Some(marker) => {
                            let text = format!("{} ; {marker}", said.text).trim_start().to_owned();
                            (name, Said { text, ..said })
                        }
                        None => (under(&section, &name), said),
                    },
                ));
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

/// What is known of the settings of `setup.cfg`.
const SETUP_CFG: Known = Known {
    apart: &[
        "metadata.name",
        "metadata.version",
        "metadata.author",
        "metadata.author_email",
        "metadata.maintainer",
        "metadata.maintainer_email",
        "metadata.description",
        "metadata.summary",
        "metadata.long_description",
        "metadata.long_description_content_type",
        "metadata.description_file",
        "metadata.description_content_type",
        "metadata.license",
        "metadata.license_file",
        "metadata.license_files",
        "metadata.classifier",
        "metadata.classifiers",
        "metadata.keywords",
        "metadata.platforms",
        "metadata.url",
        "metadata.home_page",
        "metadata.download_url",
        "metadata.project_urls",
        "metadata.provides",
        "metadata.obsoletes",
        "options.install_requires",
        "options.setup_requires",
        "options.tests_require",
        "options.python_requires",
        "options.entry_points",
        "options.extras_require",
        "egg_info",
        "bdist_wheel",
        "wheel",
        "upload",
        "upload_docs",
        "build_sphinx",
        "flake8",
        "pycodestyle",
        "pydocstyle",
        "pep8",
        "pylint",
        "mypy",
        "isort",
        "yapf",
        "bandit",
        "codespell",
        "doc8",
        "interrogate",
        "vulture",
        "towncrier",
        "bumpversion",
        "check-manifest",
        "zest",
        "coverage:run",
        "coverage:report",
        "coverage:html",
        "coverage:xml",
        "coverage:paths",
        "tool:pytest",
    ],
    minor: &[
        "options.packages",
        "options.package_data",
        "options.exclude_package_data",
        "options.include_package_data",
        "options.zip_safe",
        "options.py_modules",
        "options.namespace_packages",
        "options.test_suite",
    ],
};

pub(super) fn setup_cfg(sides: Sides<'_>) -> Vec<Hazard> {
    // setuptools takes `install-requires` for the same.
    let read = |text: &str| -> Sections {
        let mut found = Sections::new();
        for ((section, key), value) in sections(text) {
            let said = found.entry((section, key.replace('-', "_"))).or_default();
            said.push_str(if said.is_empty() { "" } else { "\n" });
            said.push_str(&value);
        }
        found
    };
    let (old, new) = (read(sides.old), read(sides.new));
    let value = |side: &Sections, section: &str, key: &str| {
        side.get(&(section.to_owned(), key.to_owned())).cloned()
    };
    let mut found = Vec::new();
    let needed = |side: &Sections, key: &str| -> Table {
        let text = value(side, "options", key).unwrap_or_default();
        listed(&text).filter_map(requirement).collect()
    };
    for (key, what, kind) in NEEDED {
        found.extend(compare(kind, what, &needed(&old, key), &needed(&new, key)));
    }
    let in_section = |side: &Sections, wanted: &str| -> Vec<(String, String)> {
        let keys = side.iter().filter(|((section, _), _)| section == wanted);
        keys.map(|((_, key), value)| (key.clone(), value.clone())).collect()
    };
    let extras = |side: &Sections| -> Table {
        let extras = in_section(side, "options.extras_require").into_iter();
        let of_extra = |(extra, list): (String, String)| -> Vec<(String, Said)> {
            let list = listed(&list).filter_map(requirement);
            list.map(|(name, said)| (under(&extra, &name), said)).collect()
        };
        extras.flat_map(of_extra).collect()
    };
    found.extend(compare(Configuration, "optional dependency", &extras(&old), &extras(&new)));
    let points = |side: &Sections| -> Table {
        let groups = in_section(side, "options.entry_points").into_iter();
        let of_group = |(group, text): (String, String)| -> Vec<(String, Said)> {
            let lines = text.lines().filter_map(|line| line.split_once('='));
            let entry = |(name, at): (&str, &str)| {
                (format!("{group}: {}", name.trim()), at.trim().to_owned().into())
            };
            lines.map(entry).collect()
        };
        groups.flat_map(of_group).collect()
    };
    found.extend(compare(Hook, "entry point", &points(&old), &points(&new)));
    let python = |side: &Sections| value(side, "options", "python_requires");
    let (was, is) = (python(&old), python(&new));
    found.extend(setting(Configuration, "python_requires", was.as_deref(), is.as_deref()));
    let flat = |side: &Sections| -> Flat {
        let mut flat = Flat::default();
        for ((section, key), text) in side {
            // `[mypy-foo.*]`, `[bumpversion:file:x]`.
            if section.starts_with("mypy-") || section.starts_with("bumpversion:") {
                continue;
            }
            let path: Vec<&str> = section.split('.').chain([key.as_str()]).collect();
            let lines = || text.lines().filter(|line| !line.is_empty());
            SETUP_CFG.add(&path, lines().map(|line| line.to_owned().into()), &mut flat);
            let runs = match (section.as_str(), key.as_str()) {
                ("metadata", "version") => text.contains(':'),
                ("coverage:run", "plugins") => true,
                ("tool:pytest", key) => !is_of_tests(key),
                _ => false,
            };
            if runs {
                let is_minor = section == "tool:pytest" && is_minor_of_tests(key);
                flat.put(is_minor, &path, lines().map(|line| line.to_owned().into()));
            }
        }
        flat
    };
    found.extend(Flat::changed(&flat(&old), &flat(&new), sides.old.is_empty()));
    let acting =
        |side: &Sections| options(&value(side, "tool:pytest", "addopts").unwrap_or_default());
    found.extend(compare_sets(Hook, "option of a test run", acting(&old), acting(&new)));
    let addopts =
        |side: &Sections| plugins(&value(side, "tool:pytest", "addopts").unwrap_or_default());
    found.extend(compare_sets(Hook, "plugin of a test run", addopts(&old), addopts(&new)));
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
