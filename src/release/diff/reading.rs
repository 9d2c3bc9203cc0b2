//! Reading both archives at once: first all of each, then again what could not be compared the
//! first time.

use super::again::Again;
use super::large::{Chunk, Chunker, Region, regions};
use super::lines::Patience;
use super::meeting::{Both, Meeting, Part, Side};
use super::place::{Role, place};
use super::task::{Results, Show, Task};
use super::text;
use super::{CONTENTS_EACH, Change};
use crate::bytes::compress::WINDOW_KIB;
use crate::bytes::threads;
use crate::release::archive::{self, ArchiveError, Entry, Kind, Listing, Progress, Sink, Wanted};
use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Bytes of contents that wait for their other side.
const BUDGET: u64 = 40 << 20;

/// The most memory for the window of each archive while both are read at once, in KiB: what `xz -9`
/// takes. One that wants more is read by itself.
const HALF_WINDOW_KIB: u32 = WINDOW_KIB / 2;

/// Bytes of the parts of one large text that differ and are compared line by line.
const LARGE_CHANGED: u64 = 8 << 20;

/// Bytes of a file's beginning that are kept of what is named like a picture.
const HEAD: usize = 64;

/// Bytes of a large text that are kept, in which the program that wrote it says so.
const LARGE_HEAD: usize = 2048;

/// What is in a key for the top-level directory.
const TOP: &[u8] = b"\0/";

/// What one archive holds.
#[derive(Default)]
pub(super) struct Read {
    pub(super) listing: Listing,
    /// The chunks of large texts.
    large: HashMap<usize, Vec<Chunk>>,
    /// How files begin that are named like pictures.
    pub(super) heads: HashMap<usize, Vec<u8>>,
}

/// Reads both archives and compares what differs as far as that is possible while reading.
pub(super) fn first(
    files: (Option<&Path>, &Path),
    show: Show<'_>,
    progress: Progress<'_>,
) -> Result<(Read, Read, Contents), ArchiveError> {
    let mut meeting = Meeting::new(BUDGET);
    let mut results = Mutex::new(Results::new());
    let read = |path: Option<&Path>, side, meeting: &Meeting, results: &Mutex<Results>, window| {
        let Some(path) = path else { return Ok((Read::default(), None)) };
        let _part = Part::begin(meeting, side);
        let wanted = wanted(window);
        let shared = Shared { meeting, results, show, sizes: sizes(files) };
        one(path, side, &wanted, shared, progress)
    };
    let (old, new) = threads::both(
        || read(files.0, Side::Old, &meeting, &results, HALF_WINDOW_KIB),
        || read(Some(files.1), Side::New, &meeting, &results, HALF_WINDOW_KIB),
    );
    let wants_more = |read: &Result<_, ArchiveError>| {
        read.as_ref().is_err_and(ArchiveError::wants_larger_window)
    };
    let (old, new) = if wants_more(&old) || wants_more(&new) {
        // One after the other, so that only one of them has it at a time.
        (meeting, results) = (Meeting::new(BUDGET), Mutex::new(Results::new()));
        let old = read(files.0, Side::Old, &meeting, &results, WINDOW_KIB);
        (old, read(Some(files.1), Side::New, &meeting, &results, WINDOW_KIB))
    } else {
        (old, new)
    };
    let ((old, old_top), (new, new_top)) = (old?, new?);
    // What was matched by names without their first part only counts if that part is the top.
    let as_assumed = old.listing.top == old_top && new.listing.top == new_top;
    let contents = match as_assumed {
        true => Contents {
            results: results.into_inner().unwrap_or_else(PoisonError::into_inner),
            left: meeting.left(),
        },
        false => Contents::default(),
    };
    Ok((old, new, contents))
}

/// What is read of an archive: the digest of the same bytes, too.
fn wanted(window: u32) -> Wanted {
    let mut wanted = Wanted { blake2b: true, single: true, ..Wanted::default() };
    wanted.limits.stream.window = window;
    wanted
}

/// What the first reading left.
#[derive(Default)]
pub(super) struct Contents {
    results: Results,
    /// Contents that met no other side, by whether they are of the new release and by place.
    left: HashMap<(bool, usize), Vec<u8>>,
}

/// What both readings take, and the bytes that the archives have together.
struct Shared<'a> {
    meeting: &'a Meeting,
    results: &'a Mutex<Results>,
    show: Show<'a>,
    sizes: u64,
}

/// The bytes of both archives; of one that is no file any more, none.
pub(super) fn sizes(files: (Option<&Path>, &Path)) -> u64 {
    let size = |path: &Path| path.metadata().map_or(0, |metadata| metadata.len());
    files.0.map_or(0, size).saturating_add(size(files.1))
}

fn one(
    path: &Path,
    side: Side,
    wanted: &Wanted,
    shared: Shared<'_>,
    progress: Progress<'_>,
) -> Result<(Read, Option<Vec<u8>>), ArchiveError> {
    let Shared { meeting, results, show, sizes } = shared;
    let mut reader = Reader {
        side,
        meeting,
        results,
        show,
        patience: Patience::with(sizes),
        top: None,
        contents: Vec::new(),
        chunker: None,
        large: HashMap::new(),
        heads: HashMap::new(),
    };
    let listing = archive::read_to(path, wanted, Some(&mut reader), progress)?;
    meeting.end(side);
    let Reader { top, large, heads, .. } = reader;
    Ok((Read { listing, large, heads }, top))
}

/// Sees the contents of one archive.
struct Reader<'a> {
    side: Side,
    meeting: &'a Meeting,
    results: &'a Mutex<Results>,
    show: Show<'a>,
    patience: Patience,
    /// The first part of the first name.
    top: Option<Vec<u8>>,
    contents: Vec<u8>,
    chunker: Option<Chunker>,
    large: HashMap<usize, Vec<Chunk>>,
    heads: HashMap<usize, Vec<u8>>,
}

impl Sink for Reader<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        if let Some(chunker) = &mut self.chunker {
            chunker.feed(bytes);
        } else if (self.contents.len() + bytes.len()) as u64 > CONTENTS_EACH {
            let mut chunker = Chunker::default();
            chunker.feed(&self.contents);
            chunker.feed(bytes);
            self.contents.truncate(LARGE_HEAD);
            self.chunker = Some(chunker);
        } else {
            self.contents.extend_from_slice(bytes);
        }
    }

    fn member(&mut self, entry: &Entry) {
        let contents = std::mem::take(&mut self.contents);
        let chunker = self.chunker.take();
        let mut parts = entry.path.splitn(2, |b| *b == b'/');
        let (first, rest) = (parts.next().unwrap_or_default(), parts.next());
        let top = self.top.get_or_insert_with(|| first.to_vec());
        let key = match rest {
            Some(rest) if top.as_slice() == first => [TOP, rest].concat(),
            _ => entry.path.clone(),
        };
        if entry.kind != Kind::File {
            return;
        }
        let path = key.strip_prefix(TOP).unwrap_or(&key);
        if place(path, b"").role == Role::Image {
            let head = contents.get(..HEAD).unwrap_or(&contents);
            self.heads.insert(entry.data, head.to_vec());
        }
        if entry.nature.is_binary() || entry.size == 0 {
            return;
        }
        if let Some(chunker) = chunker {
            self.heads.insert(entry.data, contents);
            self.large.insert(entry.data, chunker.finish());
            return;
        }
        let Self { patience, results, show, .. } = self;
        self.meeting.bring(key, self.side, entry.data, entry.sha256, contents, &mut |both| {
            let Both { key, old, new } = both;
            let path = key.strip_prefix(TOP).unwrap_or(key);
            let judged =
                text::judge(path, Some(&old.contents), &new.contents, show(path), patience);
            let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
            results.insert((Some(old.index), new.index), judged);
        });
    }
}

/// What each change's texts are: from the first reading, else from a second one.
pub(super) fn texts(
    files: (Option<&Path>, &Path),
    reads: (&Read, &Read),
    changes: &[Change],
    mut contents: Contents,
    show: Show<'_>,
) -> Result<Results, ArchiveError> {
    let mut results = Results::new();
    let mut tasks = Vec::new();
    let mut patience = Patience::with(sizes(files));
    for change in changes.iter().filter(|change| change.has_text()) {
        let Some(new) = &change.new else { continue };
        let old = change.base().filter(|old| is_text(old));
        let key = (old.map(|old| old.data), new.data);
        if results.contains_key(&key) {
            continue;
        }
        if let Some(judged) = contents.results.remove(&key) {
            results.insert(key, judged);
            continue;
        }
        let held = |side: bool, index: usize| contents.left.get(&(side, index));
        let before = key.0.map(|index| held(false, index));
        if let (Some(now), None | Some(Some(_))) = (held(true, key.1), before) {
            let before = before.flatten().map(Vec::as_slice);
            let judged = text::judge(&new.path, before, now, show(&new.path), &mut patience);
            results.insert(key, judged);
            continue;
        }
        tasks.push(task(old, new, key, reads));
    }
    drop(contents);
    if !tasks.is_empty() {
        again(files, reads, &tasks, &mut results, show)?;
    }
    Ok(results)
}

fn is_text(entry: &Entry) -> bool {
    entry.is_file() && entry.size > 0 && !entry.nature.is_binary()
}

fn task(
    old: Option<&Entry>,
    new: &Entry,
    key: (Option<usize>, usize),
    reads: (&Read, &Read),
) -> Task {
    let whole =
        || vec![Region { old: 0..old.map_or(0, |old| old.size), new: 0..new.size, before: (0, 0) }];
    let chunks = key.0.and_then(|old| reads.0.large.get(&old)).zip(reads.1.large.get(&key.1));
    let regions = chunks.map_or_else(whole, |(old, new)| regions(old, new));
    let length = |range: &Range<u64>| range.end - range.start;
    let total: u64 = regions.iter().map(|r| length(&r.old) + length(&r.new)).sum();
    let stream = total > 2 * LARGE_CHANGED || old.is_none() && new.size > CONTENTS_EACH;
    let head = reads.1.heads.get(&key.1).cloned().unwrap_or_default();
    Task { path: new.path.clone(), key, regions, stream, size: new.size, head }
}

/// Reads both archives again for these tasks.
fn again(
    files: (Option<&Path>, &Path),
    reads: (&Read, &Read),
    tasks: &[Task],
    results: &mut Results,
    show: Show<'_>,
) -> Result<(), ArchiveError> {
    let meeting = Meeting::new(BUDGET);
    let found = Mutex::new(std::mem::take(results));
    let read = |path: Option<&Path>, side, read: &Read| {
        let Some(path) = path else { return Ok(()) };
        let _part = Part::begin(&meeting, side);
        let mut sink =
            Again::new(side, tasks, &meeting, &found, show, Patience::with(sizes(files)));
        if sink.wanted.is_empty() {
            return Ok(());
        }
        let listing = archive::read_to(path, &wanted(WINDOW_KIB), Some(&mut sink), &|_| {})?;
        // What is looked into now has to be what was listed.
        let same = |index: &usize| {
            let digest = |listing: &Listing| listing.entries.get(*index).map(|e| e.sha256);
            digest(&listing) == digest(&read.listing)
        };
        match listing.blake2b == read.listing.blake2b && sink.wanted.keys().all(same) {
            true => Ok(()),
            false => Err(ArchiveError::Changed { path: path.to_owned() }),
        }
    };
    let (old, new) = threads::both(
        || read(files.0, Side::Old, reads.0),
        || read(Some(files.1), Side::New, reads.1),
    );
    old.and(new)?;
    *results = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(())
}
