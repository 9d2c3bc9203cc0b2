//! `PKG-INFO` and `METADATA` (the core metadata of Python packages).

use super::Checked;
use super::declared::Declared;
use super::required::{self, Stated};
use super::requirement::{Requirement, comparisons, normal};
use crate::release::source::context::Context;
use crate::release::source::derived::version::is_release;

/// The fields that there are.
const FIELDS: [&str; 33] = [
    "metadata-version",
    "name",
    "version",
    "platform",
    "supported-platform",
    "summary",
    "description",
    "description-content-type",
    "keywords",
    "home-page",
    "download-url",
    "author",
    "author-email",
    "maintainer",
    "maintainer-email",
    "license",
    "license-expression",
    "license-file",
    "classifier",
    "requires-dist",
    "requires-python",
    "requires-external",
    "project-url",
    "provides-extra",
    "provides-dist",
    "obsoletes-dist",
    "dynamic",
    "provides",
    "requires",
    "obsoletes",
    "import-name",
    "import-namespace",
    "license-files",
];

/// `used` where an installer reads it as it is.
pub(super) fn check(context: &Context<'_>, text: &str, path: &str, used: bool) -> Checked {
    let Some(fields) = fields(text) else {
        return Checked::differs("a line of its head is not a field");
    };
    if let Some((name, _)) = fields.iter().find(|(name, _)| !FIELDS.contains(&name.as_str())) {
        return Checked::differs(format!(
            "it has a field {name}, which core metadata does not have"
        ));
    }
    let all = |name: &str| values(&fields, name);
    let declared = Declared::read(context);
    let names = all("name");
    let is_named = |name: &str| {
        let name = normal(name);
        declared.names.contains(&name) || name == normal(&context.release.name)
    };
    if names.len() != 1 || !names.iter().all(|name| is_named(name)) {
        return Checked::differs(format!("it names another project: {}", names.join(", ")));
    }
    let versions = all("version");
    // setuptools-scm and pbr take the version from here.
    if versions.len() != 1 || !versions.iter().all(|version| is_release(context, version)) {
        return Checked::differs(format!("it names another version: {}", versions.join(", ")));
    }
    let requires: Option<Vec<Requirement>> =
        all("requires-dist").into_iter().map(Requirement::parse).collect();
    let Some(requires) = requires else {
        return Checked::differs("a requirement in it is malformed");
    };
    let mut rest = others(&declared, &fields);
    let mut how = "the build backend's: name, version and requirements as in git";
    // hatchling takes from PKG-INFO what git's pyproject.toml says is dynamic.
    let used = used || declared.is_hatch && declared.dynamic_requires && path == "PKG-INFO";
    match required::stated(&declared, &requires) {
        Stated::Differs(why) => return Checked::Differs(why),
        Stated::Same => {}
        Stated::Partly(more) => rest.push(more),
        Stated::Unknown if used && !requires.is_empty() => {
            return Checked::NotCompared(required::unknown(&declared, &requires));
        }
        Stated::Unknown if requires.is_empty() => {
            how = "the build backend's: name and version as in git";
        }
        Stated::Unknown => {
            how = "the build backend's: name and version as in git";
            rest.push(format!("Requires-Dist: {}", required::unknown(&declared, &requires)));
        }
    }
    Checked::partly(how, rest)
}

/// The fields beside the requirements that decide what is installed, or where, as far as git does not say the
/// same.
fn others(declared: &Declared, fields: &[(String, String)]) -> Vec<String> {
    let all = |name: &str| values(fields, name);
    let mut rest = Vec::new();
    let written = all("requires-python").into_iter().flat_map(comparisons).collect();
    if !declared.asks_for_python(&written) {
        rest.push("Requires-Python".to_owned());
    }
    for (field, name) in [
        ("requires-external", "Requires-External"),
        ("requires", "Requires"),
        ("provides", "Provides"),
        ("provides-dist", "Provides-Dist"),
        ("obsoletes", "Obsoletes"),
        ("obsoletes-dist", "Obsoletes-Dist"),
        ("supported-platform", "Supported-Platform"),
    ] {
        if !all(field).is_empty() {
            rest.push(name.to_owned());
        }
    }
    rest
}

/// The values of the field `name`.
fn values<'a>(fields: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    let found = fields.iter().filter(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str()).collect()
}

/// The fields of the head, names in lower case, as Python's email module reads them: up to a line that is
/// empty; one of blanks goes on.
fn fields(text: &str) -> Option<Vec<(String, String)>> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines().take_while(|line| !line.is_empty()) {
        // There a line ends, too.
        if line.contains('\r') {
            return None;
        }
        if line.starts_with([' ', '\t']) {
            let (_, value) = fields.last_mut()?;
            value.push('\n');
            value.push_str(line.trim());
            continue;
        }
        let (name, value) = line.split_once(':')?;
        // With a blank in it, it is no field there, and ends the head.
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic()) {
            return None;
        }
        fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_head_ends_where_python_ends_it() {
        let head = "Name: foo\r\nLicense: MIT\r\n        \r\n\tmore\r\nRequires-Dist: a\r\n\r\nName: b\r\n";
        let found = fields(head).unwrap();
        assert_eq!(values(&found, "requires-dist"), ["a"]);
        assert_eq!(values(&found, "name"), ["foo"]);
        for other in ["Name: foo\nPlatform : x\nRequires-Dist: a\n", ": x\n"] {
            assert_eq!(fields(other), None, "{other:?}");
        }
        for other in ["Name: foo\rRequires-Dist: evil\n", " Name: foo\n", "Name: foo\nnothing\n"] {
            assert_eq!(fields(other), None, "{other:?}");
        }
    }
}
