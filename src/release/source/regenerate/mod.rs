//! `--regenerate`: what autoconf and automake left in the archive, made anew and compared.
//!
//! The inputs are git's files, and what git lacks and was explained without room; of the files in
//! question nothing is an input, and neither is an aclocal.m4 that is not made anew, or that is said.
//! The programs are the system's, of the version that the file names, and run confined: they read the
//! system's programs, write in a directory of our own, and make no sockets.
//! Byte for byte the same explains a file. Anything else says nothing against it: distributions patch
//! their autoconf, and the tree that upstream ran it in was another.

mod program;
mod tree;

use super::compare::{Comparison, Difference, SHOWN};
use super::context::Context;
use super::explain::Standing;
use super::generated::claims;
use super::texts::{directory_of, name_of};
use crate::bytes::input::read_bounded;
use crate::release::diff::hazard::by_name;
use crate::release::diff::lines::{Lines, Patience};
use crate::release::git::GitError;
use program::{Place, Programs, Tool};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Runs what it is given where programs can do no more than they have to; told are the directory that
/// they may write to and the process group that they may not leave. An error says what the system lacks.
pub(crate) type Confine = fn(&Path, i32, &mut (dyn FnMut() + Send)) -> Result<(), &'static str>;

/// Directories with a `configure.ac` that are looked after.
const DIRECTORIES: usize = 16;

/// Bytes of a file that is made.
const SIZE: u64 = 16 << 20;

/// Files that automake puts into a tree, where they are not there.
const ADDED: [&str; 10] = [
    "ar-lib",
    "compile",
    "depcomp",
    "install-sh",
    "mdate-sh",
    "missing",
    "py-compile",
    "tap-driver.sh",
    "test-driver",
    "ylwrap",
];

/// A file to be made anew.
struct Target {
    /// Its path in the archive.
    path: String,
    /// What makes it.
    tool: Tool,
    /// Its version, where the file says it.
    version: Option<String>,
}

/// Makes anew what can be, and says of each file what came of it.
///
/// # Errors
///
/// If git cannot be read.
pub(super) fn again(
    context: &Context<'_>,
    comparison: &mut Comparison,
    confine: Confine,
) -> Result<(), GitError> {
    let mut by_directory: BTreeMap<String, Vec<Target>> = BTreeMap::new();
    for target in comparison.differences.iter().filter_map(|d| target(context, d)) {
        if let Some(directory) = configured_above(context, &target.path) {
            by_directory.entry(directory).or_default().push(target);
        }
    }
    if by_directory.is_empty() {
        return Ok(());
    }
    let targets: BTreeSet<&str> =
        by_directory.values().flatten().map(|target| target.path.as_str()).collect();
    let mut made = BTreeMap::new();
    let mut programs = Programs::new(confine);
    for (directory, ours) in by_directory.iter().take(DIRECTORIES) {
        // A tree of its own: what runs in one could write in another.
        let tree = tree::write(context, comparison, &targets)?;
        let mut attempts = Attempts {
            context,
            tree: &tree,
            directory,
            programs: &mut programs,
            made: BTreeMap::new(),
            unsure: false,
        };
        attempts.run(ours);
        made.append(&mut attempts.made);
    }
    let mut patience = Patience::default();
    for difference in &mut comparison.differences {
        let Ok(path) = std::str::from_utf8(&difference.path) else { continue };
        if let Some(made) = made.remove(path) {
            settle(context, difference, made, &mut patience);
        }
    }
    Ok(())
}

/// What came of making a file anew.
enum Made {
    /// The same, by that program; whether from an aclocal.m4 that was not compared itself.
    Same { by: String, unsure: bool },
    /// Something else.
    Other { by: String, contents: Vec<u8> },
    /// Nothing, and why.
    Nothing(String),
}

/// What a difference would have to be made with.
fn target(context: &Context<'_>, difference: &Difference) -> Option<Target> {
    let open = match &difference.standing {
        Standing::NotCompared { .. } => true,
        Standing::Derived { rest, .. } => rest.is_some(),
        _ => false,
    };
    let path = std::str::from_utf8(&difference.path).ok().filter(|_| open)?;
    let text = String::from_utf8_lossy(contents(context, path.as_bytes())?);
    let (by, _) = claims(&text, path)?;
    let (name, version) = by.split_once(' ').unwrap_or((&by, ""));
    let tool = Tool::named(name)?;
    let version = Some(version).filter(|version| !version.is_empty()).map(str::to_owned);
    Some(Target { path: path.to_owned(), tool, version })
}

/// The nearest directory above a file in which git has a `configure.ac`, with the slash behind it.
fn configured_above(context: &Context<'_>, path: &str) -> Option<String> {
    let mut directory = directory_of(path);
    loop {
        if context.configure_input(directory).is_some() {
            return Some(directory.to_owned());
        }
        let above = directory.strip_suffix('/')?;
        directory = directory_of(above);
    }
}

/// The making of one directory's files.
struct Attempts<'a> {
    context: &'a Context<'a>,
    tree: &'a tree::Tree,
    directory: &'a str,
    programs: &'a mut Programs,
    made: BTreeMap<String, Made>,
    /// Whether the aclocal.m4 is the archive's, compared with nothing.
    unsure: bool,
}

impl Attempts<'_> {
    fn run(&mut self, targets: &[Target]) {
        let root = match &self.tree.root {
            Ok(root) => root,
            Err(why) => {
                let nothing = |t: &Target| (t.path.clone(), Made::Nothing(why.clone()));
                self.made.extend(targets.iter().map(nothing));
                return;
            }
        };
        let place = Place { root: root.path(), directory: root.path().join(self.directory) };
        let version_of = |tool: Tool| {
            let target = targets.iter().find(|target| target.tool == tool);
            target.and_then(|target| target.version.as_deref())
        };
        self.aclocal(&place, targets, version_of(Tool::Automake));
        let autoconf = version_of(Tool::Autoconf);
        let tools: BTreeSet<(Tool, Option<&str>)> =
            targets.iter().map(|target| (target.tool, target.version.as_deref())).collect();
        // What reads it comes after it.
        for (tool, version) in tools.into_iter().filter(|(tool, _)| *tool != Tool::Aclocal) {
            let ours: Vec<&Target> = targets
                .iter()
                .filter(|t| t.tool == tool && t.version.as_deref() == version)
                .collect();
            for way in tool.ways() {
                if way.contains(&"--add-missing") {
                    self.remove_added(place.root);
                }
                let ran = self.programs.run(tool, version.or(autoconf), way, &place);
                ours.iter().for_each(|target| self.note(&place, target, &ran));
                if ours.iter().all(|target| self.is_same(target)) {
                    break;
                }
            }
            // automake looks whether there is one.
            if tool == Tool::Autoheader {
                for target in ours.into_iter().filter(|target| !self.is_same(target)) {
                    let _ = self.tree.put(&target.path, b"");
                }
            }
        }
    }

    /// Makes the `aclocal.m4` that the other programs read, whether or not it is in question: one that
    /// lacks a macro makes a configure that lacks what it does. git's own stays.
    fn aclocal(&mut self, place: &Place<'_>, targets: &[Target], automake: Option<&str>) {
        let path = format!("{}aclocal.m4", self.directory);
        if self.context.view.has_file(&path) {
            return;
        }
        let archives = contents(self.context, path.as_bytes());
        let target = targets.iter().find(|target| target.path == path);
        let stated = archives.and_then(|text| claims(&String::from_utf8_lossy(text), &path));
        let stated = stated.and_then(|(by, _)| Some(by.split_once(' ')?.1.to_owned()));
        let version = stated.as_deref().or(automake);
        let mut made = false;
        for way in Tool::Aclocal.ways() {
            let ran = self.programs.run(Tool::Aclocal, version, way, place);
            if let Some(target) = target {
                self.note(place, target, &ran);
            }
            let contents = read_bounded(&place.directory.join("aclocal.m4"), SIZE);
            made = ran.is_ok()
                && archives.is_none_or(|archives| contents.is_ok_and(|c| c == archives));
            if made {
                break;
            }
        }
        if !made {
            self.unsure = true;
            let _ = archives.map(|archives| self.tree.put(&path, archives));
        }
    }

    /// Removes what automake would bring itself.
    fn remove_added(&self, root: &Path) {
        for path in self.context.members.keys() {
            let Ok(path) = std::str::from_utf8(path) else { continue };
            if path.starts_with(self.directory)
                && ADDED.contains(&name_of(path))
                && !self.context.view.has_file(path)
            {
                let _ = std::fs::remove_file(root.join(path));
            }
        }
    }

    fn is_same(&self, target: &Target) -> bool {
        matches!(self.made.get(&target.path), Some(Made::Same { .. }))
    }

    /// What a run made of a target. What failed in another way says no more than the first.
    fn note(&mut self, place: &Place<'_>, target: &Target, ran: &Result<String, String>) {
        let made = match ran {
            _ if self.is_same(target) => return,
            Err(_) if self.made.contains_key(&target.path) => return,
            Err(why) => Made::Nothing(format!("{why}{}", self.tree.lacking())),
            Ok(by) => self.outcome(place, target, by),
        };
        self.made.insert(target.path.clone(), made);
    }

    /// The file that was made, against the archive's.
    fn outcome(&self, place: &Place<'_>, target: &Target, by: &str) -> Made {
        let below = target.path.strip_prefix(self.directory).unwrap_or(&target.path);
        let Ok(made) = read_bounded(&place.directory.join(below), SIZE) else {
            return Made::Nothing(format!("{by} makes no {}", name_of(&target.path)));
        };
        match contents(self.context, target.path.as_bytes()) == Some(&made) {
            true => Made::Same { by: by.to_owned(), unsure: self.unsure },
            false => Made::Other { by: by.to_owned(), contents: made },
        }
    }
}

/// A member's contents.
fn contents<'e>(context: &'e Context<'_>, path: &[u8]) -> Option<&'e [u8]> {
    context.members.get(path)?.contents.as_deref().map(Vec::as_slice)
}

/// Writes down what came of it.
fn settle(context: &Context<'_>, difference: &mut Difference, made: Made, patience: &mut Patience) {
    let tried = match made {
        Made::Same { by, unsure } => {
            let rest = unsure.then(|| "the aclocal.m4 that it was made with".to_owned());
            if rest.is_none() {
                difference.hazards.clear();
                difference.hunks = None;
            }
            let how = format!("made anew by this system's {by} from git's files: the same bytes");
            difference.standing = Standing::Derived { how, rest };
            return;
        }
        Made::Other { by, contents: made } => {
            let path = difference.path.as_slice();
            let lines = contents(context, path).map(|here| Lines::compare(&made, here, patience));
            let seen = lines.as_ref().map(|lines| lines.hazards(path));
            difference.hazards =
                by_name(path).into_iter().chain(seen.unwrap_or_default()).collect();
            difference.hazards.sort();
            if context.unified {
                difference.hunks = lines.as_ref().map(|lines| lines.unified((0, 0), SHOWN));
            }
            let count = lines.map(|lines| {
                let (more, fewer) = lines.count();
                format!(": +{more} −{fewer} lines")
            });
            format!("made anew by this system's {by}, it differs{}", count.unwrap_or_default())
        }
        Made::Nothing(why) => format!("not made anew: {why}"),
    };
    match &mut difference.standing {
        Standing::NotCompared { tried: place, .. } => *place = Some(tried),
        Standing::Derived { rest: Some(rest), .. } => *rest = format!("{rest} ({tried})"),
        _ => {}
    }
}
