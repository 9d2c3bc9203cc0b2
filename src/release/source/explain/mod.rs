//! Why a file of an archive is there: what explains it, or that nothing does.
//!
//! In this order: git has it after what packing is known to do; it is a standard build file; it was
//! made from something that git has, and what it says was compared with that; the ebuild makes it
//! anew; a generator says that it made it, from an input that git has, and nothing compared it; it
//! can neither run nor be built, installed or imported; rules of git's have it made, and nothing
//! compared it. What is left is not explained. A name alone
//! explains nothing.

mod acting;
mod anew;
mod documents;
mod inert;
mod packing;
mod pictures;
mod standard;

use super::context::Context;
use super::derived::{self, Checked};
use super::generated;
use super::texts::{directory_of, name_of, prose, same_text, text};
use crate::release::archive::{Entry, Kind};
use crate::release::git::TreeEntry;
use crate::release::known;
use anew::regenerated;
use documents::is_documentation;
use standard::{altered, known_file};

/// What becomes of a file of the archive that git does not have as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// git has it; packing made of it what it is. Whether that leaves room.
    Packed { how: String, room: bool },
    /// A standard build file of that project.
    Known { project: String, day: Option<u32> },
    /// What it says was compared with what git has; and what of it was not, where that decides what is
    /// built or installed.
    Derived { how: String, rest: Option<String> },
    /// The ebuild makes it anew before it is used.
    NotUsed { by: &'static str },
    /// It can neither run nor be built, installed or imported.
    Inert { what: &'static str },
    /// It says that a generator made it; it was compared with nothing. What came of making it anew,
    /// where that was tried.
    NotCompared { by: String, tried: Option<String> },
    /// It has the name of a standard build file, and is none of its versions.
    Altered { versions: String },
    /// git has another file at its path.
    Changed { why: Option<String> },
    /// Nothing explains it.
    Unexplained { why: String },
}

impl Standing {
    /// The word for text and JSON.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Packed { .. } => "packed",
            Self::Known { .. } => "known",
            Self::Derived { .. } => "derived",
            Self::NotUsed { .. } => "not-used",
            Self::Inert { .. } => "inert",
            Self::NotCompared { .. } => "not-compared",
            Self::Altered { .. } => "altered",
            Self::Changed { .. } => "changed",
            Self::Unexplained { .. } => "unexplained",
        }
    }

    /// In a phrase.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Packed { how, .. } | Self::Derived { how, rest: None } => how.clone(),
            Self::Derived { how, rest: Some(rest) } => format!("{how}; not compared: {rest}"),
            Self::Known { project, day: Some(day) } => {
                format!("{project}'s, first committed there on {}", known::date(*day))
            }
            Self::Known { project, day: None } => format!("as {project} installs it"),
            Self::NotUsed { by } => format!("not used: the ebuild runs {by}, which regenerates it"),
            Self::Inert { what } => format!("not as in git; {what}, which nothing runs or builds"),
            Self::NotCompared { by, tried: None } => format!("not explained: {by}, not compared"),
            Self::NotCompared { by, tried: Some(tried) } => format!("not explained: {by}; {tried}"),
            Self::Altered { versions } => versions.clone(),
            Self::Changed { why: Some(why) } => format!("differs from git: {why}"),
            Self::Changed { why: None } => "differs from git, and nothing explains how".to_owned(),
            Self::Unexplained { why } => format!("nothing explains it: {why}"),
        }
    }

    /// What a generator made, compared with nothing.
    const fn not_compared(by: String) -> Self {
        Self::NotCompared { by, tried: None }
    }

    /// Whether it contradicts that the archive is what git has.
    pub(crate) const fn is_contradiction(&self) -> bool {
        matches!(self, Self::Altered { .. } | Self::Changed { .. } | Self::Unexplained { .. })
    }

    /// Whether something could be in it that came neither from git nor from a list.
    pub(crate) const fn has_room(&self) -> bool {
        match self {
            Self::Packed { room, .. } => *room,
            Self::Derived { rest, .. } => rest.is_some(),
            Self::Known { .. } | Self::NotUsed { .. } => false,
            _ => true,
        }
    }

    /// Its place in lists, worst first.
    pub(crate) const fn rank(&self) -> usize {
        match self {
            Self::Altered { .. } => 0,
            Self::Unexplained { .. } => 1,
            Self::Changed { .. } => 2,
            Self::NotCompared { .. } => 3,
            Self::Derived { rest: Some(_), .. } => 4,
            Self::Inert { .. } => 5,
            Self::Packed { room: true, .. } => 6,
            Self::NotUsed { .. } => 7,
            Self::Derived { .. } => 8,
            Self::Packed { .. } => 9,
            Self::Known { .. } => 10,
        }
    }
}

/// What `entry` is, if git has `git` at its path with the contents `blob`.
pub(super) fn changed(
    context: &Context<'_>,
    entry: &Entry,
    git: &TreeEntry,
    blob: Option<&[u8]>,
) -> Standing {
    if git.is_symlink() || !entry.is_file() {
        return retyped(context, entry, git);
    }
    if let Some(packed) = packing::explain(context, entry, git, blob) {
        return packed;
    }
    let Some(path) = utf8(entry) else { return Standing::Changed { why: None } };
    if let Some((project, _)) = known_file(context, entry, path) {
        // One of many versions, and git has another, perhaps a patched one.
        let how = format!("{project}'s, in another version than git's");
        let rest = "why it is another version than git's".to_owned();
        return partly(context, entry, path, how, rest);
    }
    // What has nothing in it denies nothing, revokes nothing, checks nothing.
    if entry.size == 0 && !is_documentation(path) {
        return Standing::Changed { why: Some("it is empty here".to_owned()) };
    }
    let original = blob.and_then(|blob| std::str::from_utf8(blob).ok());
    let mut why = None;
    match derived::check(context, entry, path, blob) {
        Some(Checked::Same(how)) => return Standing::Derived { how, rest: None },
        Some(Checked::Partly { how, rest }) => return partly(context, entry, path, how, rest),
        Some(Checked::NotCompared(by)) => return Standing::not_compared(by),
        Some(Checked::Differs(differs)) => why = Some(differs),
        None => {}
    }
    if let Some(by) = regenerated(context, entry, path) {
        return Standing::NotUsed { by };
    }
    if let Some(by) = generated::by(context, entry, path)
        && original.is_some_and(|original| generated::claims(original, path).is_some())
    {
        return Standing::not_compared(format!("{by} in git and in the archive"));
    }
    if why.is_none()
        && !inert::decides(path)
        && let Ok(what) = inert::inert(context, entry, path)
    {
        return Standing::Inert { what };
    }
    Standing::Changed { why }
}

/// A link here and a file there, or the other way around.
fn retyped(context: &Context<'_>, entry: &Entry, git: &TreeEntry) -> Standing {
    if git.is_symlink()
        && let Some((path, target)) = context.view.followed(&entry.path)
        && entry.is_file()
        && entry.blob.as_ref() == Some(&target.object)
    {
        let path = crate::release::archive::show(&path);
        return Standing::Packed {
            how: format!("git's {path}, to which git has a link here"),
            room: false,
        };
    }
    let there = match (git.is_symlink(), git.is_submodule()) {
        (true, _) => "a symbolic link",
        (_, true) => "a submodule",
        _ => "a file",
    };
    let why = format!("a {} here and {there} in git", entry.kind.word());
    Standing::Changed { why: Some(why) }
}

/// What `entry` is, which git does not have.
pub(super) fn added(context: &Context<'_>, entry: &Entry) -> Standing {
    if let Some((path, target)) = context.view.followed(&entry.path)
        && entry.is_file()
        && entry.blob.as_ref() == Some(&target.object)
    {
        let path = crate::release::archive::show(&path);
        return Standing::Packed {
            how: format!("git's {path}, to which a link of git's leads"),
            room: false,
        };
    }
    if entry.kind == Kind::Symlink || !entry.is_file() {
        return match link_into(context, entry) {
            true => Standing::Inert { what: "a link to a file of documentation" },
            false => {
                Standing::Unexplained { why: format!("a {} that git lacks", entry.kind.word()) }
            }
        };
    }
    let Some(path) = utf8(entry) else {
        return Standing::Unexplained { why: "its name is not UTF-8".to_owned() };
    };
    if let Some((project, day)) = known_file(context, entry, path) {
        return Standing::Known { project, day };
    }
    match derived::check(context, entry, path, None) {
        Some(Checked::Same(how)) => return Standing::Derived { how, rest: None },
        Some(Checked::Partly { how, rest }) => return partly(context, entry, path, how, rest),
        Some(Checked::NotCompared(by)) => return Standing::not_compared(by),
        Some(Checked::Differs(why)) => return Standing::Unexplained { why },
        None => {}
    }
    if let Some(by) = regenerated(context, entry, path) {
        return Standing::NotUsed { by };
    }
    if let Some(by) = generated::by(context, entry, path) {
        return Standing::not_compared(by);
    }
    if let Some(altered) = altered(context, entry, path) {
        return altered;
    }
    if let Some(module) = context.view.submodule(&entry.path) {
        let module = crate::release::archive::show(&module);
        let by = format!("a file of the submodule {module}, which the clone does not have");
        return Standing::not_compared(by);
    }
    match inert::inert(context, entry, path) {
        Ok(what) => match copy_of(context, entry) {
            Some(path) => Standing::Packed { how: format!("a copy of git's {path}"), room: false },
            None => Standing::Inert { what },
        },
        Err(why) => match context.rules.naming(path) {
            Some(rules) if !entry.is_executable() && !entry.nature.is_binary() => {
                Standing::not_compared(format!("git's {rules} names it"))
            }
            _ => Standing::Unexplained { why },
        },
    }
}

fn utf8(entry: &Entry) -> Option<&str> {
    std::str::from_utf8(&entry.path).ok()
}

/// Whether a link of the archive leads to documentation in it.
fn link_into(context: &Context<'_>, entry: &Entry) -> bool {
    let (Some(path), Some(target)) = (utf8(entry), entry.target.as_deref()) else { return false };
    let Ok(target) = std::str::from_utf8(target) else { return false };
    let plain = |part: &str| !part.is_empty() && part != "..";
    if !target.split('/').all(plain) {
        return false;
    }
    let there = format!("{}{target}", directory_of(path));
    let both = is_documentation(path) && is_documentation(&there);
    let read =
        [path, there.as_str()].into_iter().any(|path| context.consumers.reading(path).is_some());
    both && !read
        && context.members.get(there.as_bytes()).is_some_and(|entry| entry.kind == Kind::File)
}

/// The path in git of a document with the same contents and name. Elsewhere a copy of what git has
/// may be what makes it run.
fn copy_of(context: &Context<'_>, entry: &Entry) -> Option<String> {
    let name = |path: &[u8]| path.rsplit(|b| *b == b'/').next().map(<[u8]>::to_vec);
    let paths = context.view.whole().paths_of(entry.blob.as_deref()?);
    let path = paths.iter().find(|path| name(path) == name(&entry.path))?;
    Some(crate::release::archive::show(path))
}

/// What is compared in part, or made anew before it is used.
fn partly(context: &Context<'_>, entry: &Entry, path: &str, how: String, rest: String) -> Standing {
    match regenerated(context, entry, path) {
        Some(by) => Standing::NotUsed { by },
        None => Standing::Derived { how, rest: Some(rest) },
    }
}

#[cfg(test)]
mod tests;
