//! What each change can do: its hazards, its tier, and what is said of it.

use super::hazard::{Hazard, HazardKind, by_name, by_nature, disguise};
use super::lang::is_unknown;
use super::place::{self, Role, place};
use super::rank::tier;
use super::reading::Read;
use super::store::Store;
use super::task::Results;
use super::{Change, ChangeKind, links, shadow, signs};
use crate::release::archive::{self, Entry, Kind};
use crate::release::known::{self, Known};
use std::collections::HashSet;

/// Finds out why changes deserve to be read.
pub(super) fn judge(changes: &mut [Change], results: &mut Results, now: &Read, store: &Store) {
    // A line that is gone elsewhere has moved, and does nothing new.
    let gone: HashSet<u64> =
        results.values().flat_map(|judged| judged.gone.iter().copied()).collect();
    let altered = standard_files(changes);
    let links = links::follow(changes, &now.listing);
    for ((change, altered), links) in changes.iter_mut().zip(altered).zip(links) {
        if change.kind != ChangeKind::Removed {
            judge_one(change, results, now, store, &gone);
        }
        change.hazards.extend(links);
        if let Some(altered) = altered {
            change.hazards.push(Hazard::new(HazardKind::Altered, altered));
        }
        if change.standard.is_some() {
            // Not this release's own: its project published it, and everybody has it.
            change.hazards.retain(|hazard| hazard.kind == HazardKind::ExecutableBit);
        }
        change.hazards.sort_by(|a, b| {
            let weight =
                |hazard: &Hazard| (hazard.kind.deceives(), hazard.unasked, hazard.kind.weight());
            weight(b).cmp(&weight(a)).then_with(|| a.cmp(b))
        });
        change.tier = tier(change.kind, change.place, &change.hazards);
    }
}

/// Finds the files that are standard build files byte for byte; and says of those that only are called
/// so, and were not before, that they are none.
fn standard_files(changes: &mut [Change]) -> Vec<Option<String>> {
    let mut list = None;
    let mut find = |entry: &Entry| -> Option<(Option<String>, Option<String>)> {
        let name =
            entry.path.rsplit(|b| *b == b'/').next().and_then(|n| std::str::from_utf8(n).ok());
        let name = name.filter(|name| entry.kind == Kind::File && known::is_distinctive(name))?;
        let digest = entry.sha256?;
        // Without a list nothing is known, and everything is read.
        let list = list.get_or_insert_with(|| Known::load().or_else(|_| Known::built_in()).ok());
        let list = list.as_ref()?;
        let version = list.find(name, &digest).map(|version| version.family().to_owned());
        let none = match version {
            Some(_) => None,
            None => list.none_of(name).map(|none| none.short()),
        };
        Some((version, none))
    };
    let mut said = Vec::with_capacity(changes.len());
    for change in changes {
        let found = change.new.as_ref().and_then(&mut find);
        let (standard, altered) = found.unwrap_or_default();
        // A project's own variant stays one.
        let before = match altered.is_some() {
            true => change.old.as_ref().and_then(&mut find).and_then(|(_, none)| none),
            false => None,
        };
        said.push(altered.filter(|_| before.is_none()));
        change.standard = standard;
    }
    said
}

fn judge_one(
    change: &mut Change,
    results: &mut Results,
    now: &Read,
    store: &Store,
    gone: &HashSet<u64>,
) {
    let Some(new) = change.new.clone() else { return };
    let mut hazards = Vec::new();
    let runs = by_name(&new.path);
    match change.kind {
        // Its contents stand under the name that it is a link to, and are looked at there: by `links`.
        _ if new.kind == Kind::Hardlink => hazards.extend(runs),
        ChangeKind::Added | ChangeKind::Changed | ChangeKind::Retyped => {
            hazards.extend(runs);
            hazards.extend(unreadable(change, &new, now));
            read_text(change, &new, results, store, gone, &mut hazards);
        }
        ChangeKind::Moved => {
            // Moving a file can be what makes it run.
            let before = change.old.as_ref().and_then(|old| by_name(&old.path));
            hazards.extend(runs.filter(|hazard| Some(hazard) != before.as_ref()));
            if change.runs_anew() {
                read_text(change, &new, results, store, gone, &mut hazards);
            }
        }
        ChangeKind::Mode | ChangeKind::Removed => {}
    }
    if !matches!(change.kind, ChangeKind::Mode | ChangeKind::Changed) {
        hazards.extend(signs::strange_path(&new.path));
        hazards.extend(shadow::shadows(&new.path));
    }
    hazards.extend(link(change, &new));
    hazards.extend(mode_hazard(change.old.as_ref(), &new));
    change.hazards = hazards;
}

/// What the lines of its text say.
fn read_text(
    change: &mut Change,
    new: &Entry,
    results: &mut Results,
    store: &Store,
    gone: &HashSet<u64>,
    hazards: &mut Vec<Hazard>,
) {
    let old = change.base().filter(|old| !old.nature.is_binary() && old.size > 0);
    let key = (old.map(|old| old.data), new.data);
    match results.remove(&key) {
        Some(judged) => {
            change.place = if judged.script { place(&new.path, b"#!") } else { change.place };
            // What tests nothing is no test, whatever its name.
            if change.place.role == Role::Source && change.place.aside && !judged.tests {
                change.place.aside = !place::is_named_test(&new.path, change.place.lang);
            }
            hazards.extend(judged.facts);
            hazards.extend(judged.seen.hazards(change.place, gone));
            // What starts something is code, though its name says nothing.
            let runs = hazards.iter().any(|hazard| {
                matches!(hazard.kind, HazardKind::Process | HazardKind::Eval)
                    && hazard.line.is_some()
            });
            if runs && change.place.role == Role::Data && is_unknown(&new.path) {
                change.place.role = Role::Source;
            }
            if judged.script && !hazards.iter().any(|h| h.kind == HazardKind::Script) {
                let reason = "a script: begins with #!";
                hazards.push(Hazard::new(HazardKind::Script, reason));
            }
            change.generated = judged.generated;
            change.lines = Some(judged.lines);
            change.shown = judged.hunks.and_then(|hunks| store.put(&hunks));
        }
        None if change.has_text() => {
            let reason = "was not looked into: its archive has the files in another order";
            hazards.push(Hazard::new(HazardKind::Unread, reason));
        }
        None => {}
    }
}

/// What no one can read, and what is not what its name says.
fn unreadable(change: &Change, new: &Entry, now: &Read) -> Vec<Hazard> {
    let role = change.place.role;
    let head = now.heads.get(&new.data).map(Vec::as_slice).unwrap_or_default();
    let disguise = disguise(&new.path, role, head, new.nature);
    // A picture is no text, and a translation for machines is none either.
    let usual = matches!(role, place::Role::Image | place::Role::Translation | place::Role::Docs);
    let nature = by_nature(&new.path, new.nature).filter(|_| !usual);
    disguise.into_iter().chain(nature).collect()
}

fn link(change: &Change, new: &Entry) -> Option<Hazard> {
    if change.kind == ChangeKind::Mode {
        return None;
    }
    let reason = if matches!(new.kind, Kind::Symlink | Kind::Hardlink) {
        let target = archive::show(new.target.as_deref().unwrap_or_default());
        let was = change.old.as_ref().and_then(|old| old.target.as_deref());
        let was = was.filter(|was| Some(*was) != new.target.as_deref()).map(archive::show);
        let was = was.map(|was| format!(" (was to {was})")).unwrap_or_default();
        format!("a {} to {target}{was}", new.kind.word())
    } else if change.kind == ChangeKind::Retyped {
        let was = change.old.as_ref().map_or("nothing", |old| old.kind.word());
        format!("was a {was} and is a {}", new.kind.word())
    } else {
        return None;
    };
    Some(Hazard::new(HazardKind::Link, reason))
}

/// A file that may be executed now, or with more rights.
fn mode_hazard(old: Option<&Entry>, new: &Entry) -> Option<Hazard> {
    if !new.is_file() {
        return None;
    }
    let before = old.map_or(0, |old| old.mode);
    let reason = if new.mode & 0o6000 & !before != 0 {
        "has a set-user-id or set-group-id bit"
    } else if new.is_executable() && before & 0o111 == 0 {
        if old.is_some() { "became executable" } else { "is executable" }
    } else {
        return None;
    };
    Some(Hazard::new(HazardKind::ExecutableBit, format!("{reason} (mode {:04o})", new.mode)))
}
