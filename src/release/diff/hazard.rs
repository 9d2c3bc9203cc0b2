//! Why a change deserves to be read before others.

mod kind;

use super::place::{Role, is_what_it_says, place};
use crate::release::archive::{self, Nature};
pub(crate) use kind::HazardKind;

/// Characters of a line that are quoted with a reason.
const EXCERPT: usize = 100;

/// Characters of one name, of one value and of a whole reason where they are printed in short.
const NAME: usize = 60;
const REASON: usize = 320;

/// Why a change deserves to be read before others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hazard {
    /// The kind.
    pub(crate) kind: HazardKind,
    /// The line of the new file that it is about, from 1.
    pub(crate) line: Option<usize>,
    /// The reason, in a phrase without a final full stop. May hold text from outside.
    pub(crate) reason: String,
    /// The beginning of that line, as it is there.
    pub(crate) excerpt: Option<String>,
    /// Whether it happens without anyone asking for it: as soon as a file is imported.
    pub(crate) unasked: bool,
    /// The same in short, where the reason has names or values as long as someone chose to make them.
    pub(super) brief: Option<Brief>,
}

/// A reason in short.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Brief {
    what: String,
    /// What it is about, each in few characters.
    names: Vec<String>,
}

/// A name as it is, and in short.
#[derive(Debug, Clone)]
pub(super) struct Named {
    whole: String,
    short: String,
}

impl From<String> for Named {
    fn from(whole: String) -> Self {
        Self { short: cut(&whole, NAME), whole }
    }
}

impl From<&str> for Named {
    fn from(whole: &str) -> Self {
        whole.to_owned().into()
    }
}

impl Named {
    /// `name` with what is said of it.
    pub(super) fn with(name: &str, said: &str) -> Self {
        let joined = |name: &str, said: &str| format!("{name} {said}").trim_end().to_owned();
        Self { whole: joined(name, said), short: joined(&cut(name, NAME), &cut(said, NAME)) }
    }

    /// `name` with what became of it.
    pub(super) fn changed(name: &str, old: &str, new: &str) -> Self {
        let (was, is) = parted(old, new);
        Self {
            whole: format!("{name} {old} -> {new}"),
            short: format!("{} {was} -> {is}", cut(name, NAME)),
        }
    }
}

/// The first `most` characters.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Two values in short: of long ones the part in which they differ.
fn parted(old: &str, new: &str) -> (String, String) {
    let fits = |text: &str| text.char_indices().nth(NAME).is_none();
    let same = old.chars().zip(new.chars()).take_while(|(a, b)| a == b).count();
    // A little of what they have in common, to know where it is.
    let skip = if fits(old) && fits(new) { 0 } else { same.saturating_sub(NAME / 4) };
    let part = |text: &str| {
        let rest: String = text.chars().skip(skip).collect();
        format!("{}{}", if skip > 0 { "…" } else { "" }, cut(&rest, NAME))
    };
    (part(old), part(new))
}

impl Hazard {
    /// A hazard of `kind`.
    pub(crate) fn new(kind: HazardKind, reason: impl Into<String>) -> Self {
        Self { kind, line: None, reason: reason.into(), excerpt: None, unasked: false, brief: None }
    }

    /// A hazard that is a list of names, behind `what` and a colon where that is not empty.
    pub(super) fn of_names(kind: HazardKind, what: &str, names: Vec<Named>) -> Self {
        let (whole, short): (Vec<String>, Vec<String>) =
            names.into_iter().map(|name| (name.whole, name.short)).unzip();
        let reason = match what {
            "" => whole.join(", "),
            what => format!("{what}: {}", whole.join(", ")),
        };
        let brief = Some(Brief { what: what.to_owned(), names: short });
        Self { brief, ..Self::new(kind, reason) }
    }

    /// A hazard where one setting is another.
    pub(super) fn of_setting(
        kind: HazardKind,
        what: &str,
        old: Option<&str>,
        new: Option<&str>,
    ) -> Self {
        let said = |old: Option<&str>, new: Option<&str>| match (old, new) {
            (_, None) => format!("{what} is gone"),
            (None, Some(new)) => format!("{what} is {new}"),
            (Some(old), Some(new)) => format!("{what} was {old}, is {new}"),
        };
        let (was, is) = parted(old.unwrap_or_default(), new.unwrap_or_default());
        let brief = said(old.map(|_| was.as_str()), new.map(|_| is.as_str()));
        let brief = Some(Brief { what: brief, names: Vec::new() });
        Self { brief, ..Self::new(kind, said(old, new)) }
    }

    /// The reason in short: of a list the first `most` names, and how many more there are.
    pub(crate) fn brief(&self, most: usize) -> String {
        let Some(Brief { what, names }) = &self.brief else { return cut(&self.reason, REASON) };
        let first = names.get(..most.min(names.len())).unwrap_or_default().join(", ");
        let listed = match names.len().saturating_sub(most) {
            0 => first,
            more => format!("{first} and {more} more"),
        };
        match (what.is_empty(), listed.is_empty()) {
            (true, _) => listed,
            (false, true) => what.clone(),
            (false, false) => format!("{what}: {listed}"),
        }
    }

    /// A hazard of `kind` in a line.
    pub(crate) fn at(kind: HazardKind, line: usize, reason: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::new(kind, reason) }
    }

    /// With the beginning of the line that it is about.
    pub(super) fn quoting(mut self, line: &[u8]) -> Self {
        self.excerpt = Some(archive::show(line.trim_ascii()).chars().take(EXCERPT).collect());
        self
    }
}

/// How many besides the one that a reason is about: ` (2 more)`, or nothing.
pub(super) fn more(count: usize) -> String {
    if count > 1 { format!(" ({} more)", count - 1) } else { String::new() }
}

/// What a file does by its name alone.
pub(crate) fn by_name(path: &[u8]) -> Option<Hazard> {
    let place = place(path, b"");
    let kind = match place.role {
        Role::Build => HazardKind::BuildScript,
        Role::Startup => HazardKind::StartupCode,
        Role::Ci if place.why.is_some_and(|why| why.starts_with("tells")) => HazardKind::Workflow,
        _ => return other_name(path),
    };
    Some(Hazard::new(kind, place.why.unwrap_or_default()))
}

fn other_name(path: &[u8]) -> Option<Hazard> {
    let lower = String::from_utf8_lossy(path).to_lowercase();
    let name = lower.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    match extension {
        "sh" | "bash" | "zsh" | "ksh" | "csh" | "fish" | "bat" | "cmd" | "ps1" => {
            Some(Hazard::new(HazardKind::Script, "a shell script"))
        }
        "service" | "timer" | "socket" => {
            Some(Hazard::new(HazardKind::Script, "runs as a service or is started by a desktop"))
        }
        "pkl" | "pickle" | "joblib" | "dill" | "pt" | "rds" | "ser" => {
            Some(Hazard::new(HazardKind::Deserialising, "saved objects: loading them can run code"))
        }
        _ if lower.split('/').any(|part| part.starts_with('.') && part.len() > 2) => {
            Some(Hazard::new(HazardKind::Dotfile, "a hidden file: directory listings leave it out"))
        }
        _ => None,
    }
}

/// What a file's contents are by their first bytes, where no one can read them.
pub(crate) fn by_nature(path: &[u8], nature: Nature) -> Option<Hazard> {
    let lower = String::from_utf8_lossy(path).to_lowercase();
    let tests = lower
        .split('/')
        .any(|part| part.contains("test") || matches!(part, "data" | "fixtures" | "corpus"));
    let among =
        if tests { " among the tests: the payload of xz 5.6 lay in such files" } else { "" };
    let kind = match nature {
        Nature::Empty | Nature::Text => return None,
        Nature::Code(_) => HazardKind::MachineCode,
        Nature::Packed(_) => HazardKind::PackedData,
        Nature::Binary if tests => HazardKind::BinaryTestData,
        Nature::Binary => HazardKind::Binary,
    };
    Some(Hazard::new(kind, format!("{}{among}, which cannot be reviewed", nature.describe())))
}

/// A picture or a text that is something else by its first bytes.
pub(crate) fn disguise(path: &[u8], role: Role, head: &[u8], nature: Nature) -> Option<Hazard> {
    let code = match nature {
        Nature::Code(what) => Some(what),
        _ => None,
    };
    let reason = match role {
        Role::Image if head.is_empty() => return None,
        Role::Image if !is_what_it_says(path, head, nature) => match code {
            Some(what) => format!("named like a picture and is an {what}"),
            None => "is not what its name says".to_owned(),
        },
        Role::Docs | Role::Translation | Role::Metadata | Role::Ci => {
            format!("named like a text and is an {}", code?)
        }
        _ => return None,
    };
    Some(Hazard::new(HazardKind::Disguised, reason))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_that_run_are_known() {
        for (path, kind) in [
            ("m4/build-to-host.m4", HazardKind::BuildScript),
            ("configure", HazardKind::BuildScript),
            ("src/Makefile.in", HazardKind::BuildScript),
            ("Makefile.am", HazardKind::BuildScript),
            ("setup.py", HazardKind::BuildScript),
            ("pyproject.toml", HazardKind::BuildScript),
            ("build.rs", HazardKind::BuildScript),
            ("tests/conftest.py", HazardKind::StartupCode),
            ("foo/distutils-precedence.pth", HazardKind::StartupCode),
            (".github/workflows/release.yml", HazardKind::Workflow),
            ("tools/Run.SH", HazardKind::Script),
            (".hidden/x", HazardKind::Dotfile),
            ("src/config.h.in", HazardKind::BuildScript),
        ] {
            assert_eq!(by_name(path.as_bytes()).unwrap().kind, kind, "{path}");
        }
        for path in ["src/main.c", "README", "foo/__init__.py", "a/./b", "doc/index.in.rst"] {
            assert_eq!(by_name(path.as_bytes()), None, "{path}");
        }
    }

    /// Each name is cut by itself, so that none hides the one behind it; the reason has them all.
    #[test]
    fn what_is_cut_hides_no_name() {
        let names = ["a".repeat(700), "evil".to_owned(), "b".to_owned(), "c".to_owned()];
        let hazard = Hazard::of_names(HazardKind::Hook, "x", names.map(Named::from).into());
        assert!(hazard.reason.ends_with("a, evil, b, c"), "{}", hazard.reason);
        let short = format!("x: {}…, evil and 2 more", "a".repeat(60));
        assert_eq!(hazard.brief(2), short);
        let [old, new] = ["1", "2"].map(|end| format!("{}{end}", "c".repeat(200)));
        let hazard = Hazard::of_setting(HazardKind::Hook, "x", Some(&old), Some(&new));
        let same = "c".repeat(15);
        assert_eq!(hazard.brief(6), format!("x was …{same}1, is …{same}2"));
        assert!(hazard.reason.contains(&new));
    }

    #[test]
    fn unreadable_contents_are_named() {
        let hazard = by_nature(b"tests/files/bad-3.xz", Nature::Packed("xz data")).unwrap();
        assert_eq!(hazard.kind, HazardKind::PackedData);
        assert!(hazard.reason.contains("among the tests"), "{}", hazard.reason);
        assert_eq!(by_nature(b"x", Nature::Text), None);
    }

    #[test]
    fn disguises_are_seen() {
        let elf = Nature::Code("ELF object");
        assert!(disguise(b"img/a.png", Role::Image, b"\x7fELF", elf).is_some());
        assert!(disguise(b"img/a.png", Role::Image, b"#!/bin/sh\n", Nature::Text).is_some());
        assert!(disguise(b"po/de.mo", Role::Translation, b"\x7fELF", elf).is_some());
        assert_eq!(disguise(b"img/a.png", Role::Image, b"\x89PNG", Nature::Binary), None);
        assert_eq!(disguise(b"README", Role::Docs, b"text", Nature::Text), None);
    }
}
