//! `PKG-INFO` and `METADATA` (the core metadata of Python packages).

use super::requirement::{self, Requirement, normal};
use super::{Checked, declared};
use crate::release::source::derived::version::is_release;
use crate::release::source::explain::Context;

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
pub(super) fn check(context: &Context<'_>, text: &str, used: bool) -> Checked {
    let Some(fields) = fields(text) else {
        return Checked::differs("a line of its head is not a field");
    };
    if let Some((name, _)) = fields.iter().find(|(name, _)| !FIELDS.contains(&name.as_str())) {
        return Checked::differs(format!(
            "it has a field {name}, which core metadata does not have"
        ));
    }
    let all = |name: &str| -> Vec<&str> {
        let found = fields.iter().filter(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).collect()
    };
    let declared = declared(context);
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
    match requirement::within(context, &requires) {
        Some(Err(why)) => Checked::Differs(why),
        Some(Ok(())) => {
            Checked::same("the build backend's: name, version and requirements as in git")
        }
        None if used && !requires.is_empty() => {
            Checked::NotCompared(requirement::unknown(context, &requires))
        }
        None => Checked::same("the build backend's: name and version as in git"),
    }
}

/// The fields of the head, names in lower case.
fn fields(text: &str) -> Option<Vec<(String, String)>> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if line.trim().is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            let (_, value) = fields.last_mut()?;
            value.push('\n');
            value.push_str(line.trim());
            continue;
        }
        let (name, value) = line.split_once(':')?;
        fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
    Some(fields)
}
