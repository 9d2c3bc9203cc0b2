//! What a scan found, as lines of JSON, which it can take up again.
//!
//! A package's versions come first, one a line, then a line for the package itself: where that line
//! is, all of the package is there.

use crate::answer::kinds::{FindingName, Level};
use crate::bytes::json::{self, Limits};
use crate::check::scan::{Observation, Package, Version};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::SystemTime;

/// The schema of the lines.
pub(crate) const SCHEMA: u64 = 1;

/// The lines of a package.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn lines(package: &Package, out: &mut dyn Write) -> io::Result<()> {
    for version in &package.versions {
        let value = json!({
            "schema": SCHEMA,
            "package": package.name,
            "version": version.version,
            "ebuild": version.ebuild.to_string_lossy(),
            "distfiles_from": version.distfiles_from,
            "distfiles": version.distfiles,
            "fetched": version.fetched,
            "findings": findings(&version.findings),
        });
        writeln!(out, "{value}")?;
    }
    let until = package.until.and_then(|until| Timestamp::try_from(until).ok());
    let key_files = package.key_files.iter().map(|path| path.to_string_lossy());
    let value = json!({
        "schema": SCHEMA,
        "package": package.name,
        "version": null,
        "versions": package.versions.len(),
        "key_packages": package.key_packages,
        "key_files": key_files.collect::<Vec<_>>(),
        "until": until.map(|until| until.to_string()),
        "fingerprint": package.fingerprint,
        "findings": findings(&package.findings),
    });
    writeln!(out, "{value}")
}

fn findings(observations: &[Observation]) -> Vec<Value> {
    let one = |observation: &Observation| {
        json!({
            "kind": observation.kind.name(),
            "level": observation.level.name(),
            "file": observation.file.to_string_lossy(),
            "line": observation.line,
            "distfile": observation.distfile,
            "text": observation.text,
            "excused": observation.excused,
        })
    };
    observations.iter().map(one).collect()
}

/// A line that was read.
#[derive(Debug)]
pub(crate) enum Line {
    /// A version of the package of that name.
    Version(String, Version),
    /// The package itself, whose versions have come; how many they are.
    Package(Package, usize),
}

/// Reads a line; `None` where it is none of ours.
pub(crate) fn read(line: &str) -> Option<Line> {
    let value = json::parse(line.as_bytes(), Limits::default()).ok()?;
    let object = value.as_object()?;
    if object.get("schema")?.as_u64()? != SCHEMA {
        return None;
    }
    let name = text(object, "package")?;
    let findings = read_findings(object.get("findings")?)?;
    let strings = |key: &str| -> Option<Vec<String>> {
        let list = object.get(key)?.as_array()?;
        list.iter().map(|item| item.as_str().map(str::to_owned)).collect()
    };
    if object.get("version")?.is_null() {
        let until = match object.get("until")? {
            Value::Null => None,
            other => Some(SystemTime::from(other.as_str()?.parse::<Timestamp>().ok()?)),
        };
        let versions = usize::try_from(object.get("versions")?.as_u64()?).ok()?;
        let package = Package {
            name,
            versions: Vec::new(),
            findings,
            key_packages: strings("key_packages")?.into_iter().collect(),
            key_files: strings("key_files")?.into_iter().map(PathBuf::from).collect(),
            fingerprint: text(object, "fingerprint")?,
            until,
        };
        return Some(Line::Package(package, versions));
    }
    let number = |key: &str| usize::try_from(object.get(key)?.as_u64()?).ok();
    let version = Version {
        version: text(object, "version")?,
        ebuild: PathBuf::from(text(object, "ebuild")?),
        distfiles_from: text(object, "distfiles_from")?,
        distfiles: number("distfiles")?,
        fetched: number("fetched")?,
        findings,
    };
    Some(Line::Version(name, version))
}

fn text(object: &Map<String, Value>, key: &str) -> Option<String> {
    object.get(key)?.as_str().map(str::to_owned)
}

fn read_findings(value: &Value) -> Option<Vec<Observation>> {
    let one = |value: &Value| {
        let object = value.as_object()?;
        let maybe = |key: &str| match object.get(key)? {
            Value::Null => Some(None),
            other => Some(Some(other.as_str()?.to_owned())),
        };
        let line = match object.get("line")? {
            Value::Null => None,
            other => Some(usize::try_from(other.as_u64()?).ok()?),
        };
        Some(Observation {
            kind: FindingName::from_name(object.get("kind")?.as_str()?)?,
            level: Level::from_name(object.get("level")?.as_str()?)?,
            file: PathBuf::from(text(object, "file")?),
            line,
            distfile: maybe("distfile")?,
            text: text(object, "text")?,
            excused: maybe("excused")?,
        })
    };
    value.as_array()?.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::answer::kinds::SIGNATURE_UNCHECKED;
    use std::time::Duration;

    #[test]
    fn what_is_written_is_read_back() {
        let observation = |level| Observation {
            kind: SIGNATURE_UNCHECKED.into(),
            level,
            file: PathBuf::from("a-b/c/c-1.ebuild"),
            line: Some(3),
            distfile: Some("c-1.tar.gz\u{202e}\n".to_owned()),
            text: "\u{0}\"\\".to_owned(),
            excused: None,
        };
        let package = Package {
            name: "a-b/c".to_owned(),
            versions: vec![Version {
                version: "1".to_owned(),
                ebuild: PathBuf::from("a-b/c/c-1.ebuild"),
                distfiles_from: "metadata/md5-cache".to_owned(),
                distfiles: 2,
                fetched: 1,
                findings: vec![observation(Level::Warning)],
            }],
            findings: vec![Observation {
                excused: Some("until 2027-01-01: x".to_owned()),
                line: None,
                ..observation(Level::Note)
            }],
            key_packages: ["openpgp-keys-c".to_owned()].into(),
            key_files: [PathBuf::from("/usr/share/openpgp-keys/c.asc")].into(),
            fingerprint: "00".to_owned(),
            until: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000)),
        };
        let mut bytes = Vec::new();
        lines(&package, &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.lines().count(), 2);
        let mut versions = Vec::new();
        let mut found = None;
        for line in text.lines() {
            match read(line).unwrap() {
                Line::Version(name, version) => {
                    assert_eq!(name, "a-b/c");
                    versions.push(version);
                }
                Line::Package(package, count) => found = Some((package, count)),
            }
        }
        let (mut read, count) = found.unwrap();
        assert_eq!(count, 1);
        read.versions = versions;
        assert_eq!(read, package);
        assert!(super::read("{}").is_none() && super::read(&text[..40]).is_none());
    }
}
