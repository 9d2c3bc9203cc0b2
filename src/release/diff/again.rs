//! The second reading: texts that could not be compared during the first.

use super::large::Region;
use super::lines::{Lines, Patience};
use super::manifest;
use super::meeting::{Meeting, Side};
use super::place::place;
use super::signs::Watch;
use super::task::{Results, Show, Task};
use super::text::{self, Judged};
use crate::release::archive::{Entry, Sink};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Sees the contents of one archive again.
pub(super) struct Again<'a> {
    side: Side,
    tasks: &'a [Task],
    meeting: &'a Meeting,
    results: &'a Mutex<Results>,
    show: Show<'a>,
    patience: Patience,
    /// The tasks by the place of their member.
    pub(super) wanted: HashMap<usize, Vec<usize>>,
    /// The place of the member whose bytes come next.
    index: usize,
    /// How many bytes of it came.
    at: u64,
    taken: Vec<u8>,
    streams: Vec<(usize, Stream)>,
}

impl<'a> Again<'a> {
    pub(super) fn new(
        side: Side,
        tasks: &'a [Task],
        meeting: &'a Meeting,
        results: &'a Mutex<Results>,
        show: Show<'a>,
        patience: Patience,
    ) -> Self {
        let mut wanted: HashMap<usize, Vec<usize>> = HashMap::new();
        for (number, task) in tasks.iter().enumerate() {
            let index = match side {
                Side::Old => task.key.0.filter(|_| !task.stream),
                Side::New => Some(task.key.1),
            };
            if let Some(index) = index {
                wanted.entry(index).or_default().push(number);
            }
        }
        Self {
            side,
            tasks,
            meeting,
            results,
            show,
            patience,
            wanted,
            index: 0,
            at: 0,
            taken: Vec::new(),
            streams: Vec::new(),
        }
    }

    pub(super) fn ranges(task: &Task, side: Side) -> impl Iterator<Item = &Range<u64>> {
        task.regions.iter().map(move |region| match side {
            Side::Old => &region.old,
            Side::New => &region.new,
        })
    }

    /// The parts of `bytes`, which begin at `at` of their file, that a task wants.
    pub(super) fn parts<'b>(
        task: &'b Task,
        side: Side,
        at: u64,
        bytes: &'b [u8],
    ) -> impl Iterator<Item = (usize, &'b [u8])> {
        Self::ranges(task, side).enumerate().filter_map(move |(region, range)| {
            let start = range.start.max(at);
            let end = range.end.min(at + bytes.len() as u64);
            let place = |point: u64| usize::try_from(point.checked_sub(at)?).ok();
            let part = bytes.get(place(start)?..place(end)?)?;
            (!part.is_empty()).then_some((region, part))
        })
    }
}

impl Sink for Again<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        let numbers = self.wanted.get(&self.index).map(Vec::as_slice).unwrap_or_default();
        for number in numbers {
            let Some(task) = self.tasks.get(*number) else { continue };
            if !task.stream {
                // Of several tasks for one member, each has the same ranges or is a whole.
                if numbers.first() == Some(number) {
                    for (_, part) in Self::parts(task, self.side, self.at, bytes) {
                        self.taken.extend_from_slice(part);
                    }
                }
                continue;
            }
            let known = self.streams.iter().position(|(of, _)| of == number);
            let place = known.unwrap_or_else(|| {
                self.streams.push((*number, Stream::new(task, (self.show)(&task.path))));
                self.streams.len() - 1
            });
            if let Some((_, stream)) = self.streams.get_mut(place) {
                for (region, part) in Self::parts(task, self.side, self.at, bytes) {
                    stream.feed(task, region, part);
                }
            }
        }
        self.at += bytes.len() as u64;
    }

    fn member(&mut self, _entry: &Entry) {
        let numbers = self.wanted.get(&self.index).map(Vec::as_slice).unwrap_or_default();
        let taken = std::mem::take(&mut self.taken);
        let mut streams = std::mem::take(&mut self.streams);
        for number in numbers {
            let Some(task) = self.tasks.get(*number) else { continue };
            if task.stream {
                let place = streams.iter().position(|(of, _)| of == number);
                let judged = place.map(|place| streams.swap_remove(place).1.finish(task));
                let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
                results.insert(task.key, judged.unwrap_or_default());
                continue;
            }
            let show = (self.show)(&task.path);
            if task.key.0.is_none() {
                let judged = text::judge(&task.path, None, &taken, show, &mut self.patience);
                let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
                results.insert(task.key, judged);
                continue;
            }
            let (patience, results) = (&mut self.patience, self.results);
            let key = number.to_be_bytes().to_vec();
            self.meeting.bring(key, self.side, self.index, None, taken.clone(), &mut |both| {
                let texts = (both.old.contents.as_slice(), both.new.contents.as_slice());
                let judged = judge_regions(task, texts, show, patience);
                let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                results.insert(task.key, judged);
            });
        }
        self.index += 1;
        self.at = 0;
    }
}

/// The parts of two texts that differ, one after the other in `texts`.
pub(super) fn judge_regions(
    task: &Task,
    texts: (&[u8], &[u8]),
    show: bool,
    patience: &mut Patience,
) -> Judged {
    let whole = |region: &Region| region.new == (0..task.size) && region.old.start == 0;
    if let [region] = task.regions.as_slice()
        && whole(region)
    {
        return text::judge(&task.path, Some(texts.0), texts.1, show, patience);
    }
    let place = place(&task.path, b"");
    let (mut old_rest, mut new_rest) = texts;
    let mut judged = Judged { hunks: show.then(Vec::new), ..Judged::default() };
    for region in &task.regions {
        let length = |range: &Range<u64>| usize::try_from(range.end - range.start).unwrap_or(0);
        let (old, rest) = old_rest.split_at(length(&region.old).min(old_rest.len()));
        old_rest = rest;
        let (new, rest) = new_rest.split_at(length(&region.new).min(new_rest.len()));
        new_rest = rest;
        let lines = Lines::compare(old, new, patience);
        judged.extend(text::of_lines(&task.path, place, &lines, region.before, show));
    }
    judged.generated = text::generator(&task.path, &task.head);
    judged.large(task.size);
    judged.facts.extend(manifest::too_large(&task.path, place));
    judged
}

/// Lines of a large text that are looked through as they come.
pub(super) struct Stream {
    watch: Watch,
    line: Vec<u8>,
    region: usize,
    number: usize,
    count: usize,
    hunks: Option<Vec<u8>>,
    head: Vec<u8>,
}

/// Bytes of a line that are looked at in one piece.
pub(super) const LINE: usize = 1 << 20;

/// Bytes of a streamed text that are kept to be shown.
pub(super) const SHOWN: usize = 1 << 20;

impl Stream {
    pub(super) fn new(task: &Task, show: bool) -> Self {
        Self {
            watch: Watch::new(place(&task.path, b""), task.key.0.is_some()),
            line: Vec::new(),
            region: 0,
            number: 1,
            count: 0,
            hunks: show.then(Vec::new),
            head: Vec::new(),
        }
    }

    pub(super) fn feed(&mut self, task: &Task, region: usize, part: &[u8]) {
        if region != self.region || self.count == 0 && self.line.is_empty() {
            self.end_line();
            self.region = region;
            self.number = task.regions.get(region).map_or(0, |region| region.before.1) + 1;
        }
        if self.head.len() < 2048 {
            self.head.extend_from_slice(part.get(..2048).unwrap_or(part));
        }
        for piece in part.split_inclusive(|b| *b == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.line.len() > LINE {
                self.end_line();
            }
        }
    }

    pub(super) fn end_line(&mut self) {
        if self.line.is_empty() {
            return;
        }
        self.watch.line(self.number, &self.line);
        let line = &self.line;
        if let Some(hunks) = self.hunks.as_mut().filter(|h| h.len() + line.len() < SHOWN) {
            hunks.push(b'+');
            hunks.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
            hunks.push(b'\n');
        }
        self.line.clear();
        self.number += 1;
        self.count += 1;
    }

    pub(super) fn finish(mut self, task: &Task) -> Judged {
        self.end_line();
        let mut judged = Judged { lines: (self.count, 0), ..Judged::default() };
        judged.seen = self.watch.finish();
        judged.generated = text::generator(&task.path, &self.head);
        judged.script = self.head.starts_with(b"#!");
        judged.hunks = self.hunks.map(|hunks| {
            let head = format!("@@ -0,0 +1,{} @@\n", self.count);
            let cut = "\\ a large text: what is gone from it and the rest of it are left out\n";
            [head.as_bytes(), &hunks, cut.as_bytes()].concat()
        });
        judged.too_large(task.key.0.is_some());
        judged.facts.extend(manifest::too_large(&task.path, place(&task.path, &self.head)));
        judged
    }
}
