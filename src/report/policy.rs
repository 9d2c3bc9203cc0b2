//! A policy, with the lines that say it.

use super::json_writer;
use super::layout::{hang, paragraph};
use crate::answer::check::Check;
use crate::release::policy::{Exception, FileLine, Policies, Policy, Set};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    /// The root of the overlay.
    pub(crate) root: &'a Path,
    /// The package, if one was named.
    pub(crate) package: Option<&'a str>,
    /// The policies.
    pub(crate) policies: &'a Policies,
}

impl Shown<'_> {
    fn policy(&self) -> Policy {
        self.policies.of(self.package)
    }

    fn exceptions(&self) -> Vec<Exception> {
        match self.package {
            Some(_) => self.policy().exceptions,
            None => self.policies.exceptions(),
        }
    }
}

/// A key, its value in words, and where it was set.
type Row = (&'static str, String, Option<FileLine>);

fn rows(policy: &Policy) -> Vec<Row> {
    fn row<T>(
        key: &'static str,
        set: Option<&Set<T>>,
        unset: &str,
        show: impl Fn(&T) -> String,
    ) -> Row {
        match set {
            Some(set) => (key, show(&set.value), Some(set.place.clone())),
            None => (key, unset.to_owned(), None),
        }
    }
    let checks = |checks: &BTreeSet<Check>| {
        checks.iter().map(|check| check.name()).collect::<Vec<_>>().join(", ")
    };
    let review = |required: &bool| if *required { "required" } else { "optional" }.to_owned();
    vec![
        row("require", policy.require.as_ref(), "by the ebuild and the command line", checks),
        row("review", policy.review.as_ref(), "at a bump", review),
        row("openpgp-policy", policy.openpgp.as_ref(), "gentoo", |kind| kind.name().to_owned()),
        row("publishers", policy.publishers.as_ref(), "any", |list: &Vec<String>| list.join(", ")),
        row("clones", policy.clones.as_ref(), "$DISTVOUCH_CLONES", |p| p.display().to_string()),
        row("tag-keys", policy.tag_keys.as_ref(), "in a bump, the ebuild's key", |list| {
            shown_paths(list).join(", ")
        }),
    ]
}

fn shown_paths(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| path.display().to_string()).collect()
}

fn place(place: &FileLine, root: &Path) -> String {
    let file = place.file.strip_prefix(root).unwrap_or(&place.file);
    format!("{}:{}", file.display(), place.line)
}

/// Prints it for people.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn text(shown: &Shown<'_>, out: &mut dyn Write) -> io::Result<()> {
    let what = shown.package.map_or_else(|| shown.root.display().to_string(), str::to_owned);
    let files: Vec<_> = shown.policies.files().map(|path| path.display().to_string()).collect();
    match files.is_empty() {
        true => paragraph(out, 2, &format!("{what}: no policy file was found, so this holds:"))?,
        false => paragraph(out, 2, &format!("{what}, by {}:", files.join(" and ")))?,
    }
    for (key, value, set) in rows(&shown.policy()) {
        let set = set.map(|set| format!(" ({})", place(&set, shown.root)));
        hang(out, &format!("  {key:<15} "), 18, &format!("{value}{}", set.unwrap_or_default()))?;
    }
    if shown.package.is_none() {
        let own = shown.policies.packages();
        if !own.is_empty() {
            paragraph(out, 2, &format!("Packages with rules of their own: {}", own.join(", ")))?;
        }
    }
    for exception in shown.exceptions() {
        let version = exception.version.as_ref().map(|v| format!("-{v}")).unwrap_or_default();
        let text = format!(
            "{}{version}: {} until {}: {} ({})",
            exception.package,
            exception.finding,
            exception.expires,
            exception.reason,
            place(&exception.place, shown.root)
        );
        hang(out, "  excepted        ", 18, &text)?;
    }
    Ok(())
}

/// Prints it as JSON.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn json(shown: &Shown<'_>, out: &mut dyn Write) -> io::Result<()> {
    let at = |at: &FileLine| json!({"file": at.file.to_string_lossy(), "line": at.line});
    let policy = shown.policy();
    let set = |value: Value, from: &FileLine| json!({"value": value, "set": at(from)});
    let checks = |checks: &BTreeSet<Check>| -> Value {
        checks.iter().map(|check| Value::from(check.name())).collect()
    };
    let exceptions = shown.exceptions();
    let exceptions = exceptions.iter().map(|exception| {
        json!({
            "package": exception.package,
            "version": exception.version,
            "finding": exception.finding.name(),
            "reason": exception.reason,
            "expires": exception.expires.to_string(),
            "set": at(&exception.place),
        })
    });
    let value = json!({
        "package": shown.package,
        "files": shown.policies.files().map(|p| p.to_string_lossy()).collect::<Vec<_>>(),
        "require": policy.require.as_ref().map(|s| set(checks(&s.value), &s.place)),
        "review": policy.review.as_ref().map(|s| set(Value::from(s.value), &s.place)),
        "openpgp_policy": policy.openpgp.as_ref().map(|s| set(s.value.name().into(), &s.place)),
        "publishers": policy.publishers.as_ref().map(|s| set(s.value.clone().into(), &s.place)),
        "clones": policy.clones.as_ref().map(|s| set(s.value.to_string_lossy().into(), &s.place)),
        "tag_keys": policy.tag_keys.as_ref().map(|s| set(shown_paths(&s.value).into(), &s.place)),
        "exceptions": exceptions.collect::<Vec<_>>(),
    });
    json_writer::print(&value, out)
}
