//! Who feeds the lanes: the thread that reads, and others where the file is big enough and a
//! processor is free.
//!
//! The reader puts blocks into a ring; each lane takes them in order, on whichever thread has nothing
//! else to do. A lane is only ever worked on by one thread, and the one that is furthest behind goes
//! first, so the slowest digest sets the pace. A full ring stops the reader, which feeds lanes itself
//! then: memory is bounded, no thread is idle while there is work, and with no other thread at all
//! the result is the same.

use super::block::Block;
use super::lanes::Lane;
use crate::bytes::threads::{hire, lock};
use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// Blocks of a stream that wait for its slowest lane.
const RING: usize = 8;

/// Bytes of a stream that are read before other threads are asked to help: what one thread does in
/// the time that it takes to start another.
const ALONE: u64 = 1024 * 1024;

/// Which of the two streams of a distfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// The distfile.
    File = 0,
    /// What it compresses.
    Uncompressed = 1,
}

/// A lane, and how far it has come.
struct Slot {
    /// `None` while a thread works on it.
    lane: Option<Lane>,
    /// The number of the block that it wants next.
    next: u64,
}

/// A stream on its way into its lanes.
#[derive(Default)]
struct Feed {
    slots: Vec<Slot>,
    ring: VecDeque<Arc<Block>>,
    /// The number of the ring's first block.
    first: u64,
}

impl Feed {
    fn of(lanes: Vec<Lane>) -> Self {
        let slots = lanes.into_iter().map(|lane| Slot { lane: Some(lane), next: 0 });
        Self { slots: slots.collect(), ..Self::default() }
    }

    fn end(&self) -> u64 {
        self.first + self.ring.len() as u64
    }

    fn block(&self, number: u64) -> Option<&Arc<Block>> {
        self.ring.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// Lets go of the blocks that every lane has had.
    fn drop_done(&mut self, spare: &mut Vec<Block>) {
        let end = self.end();
        let behind = self.slots.iter().map(|slot| slot.next).min().unwrap_or(end);
        while self.first < behind {
            self.first += 1;
            let block = self.ring.pop_front();
            // The reader may still look at it, and gives it back then.
            spare.extend(block.and_then(Arc::into_inner));
        }
    }
}

#[derive(Default)]
struct State {
    feeds: [Feed; 2],
    spare: Vec<Block>,
    /// No block will come any more.
    ended: bool,
    /// A thread panicked, so some lane will never come back.
    broken: bool,
}

/// A lane to feed a block to.
struct Task {
    stream: usize,
    slot: usize,
    lane: Lane,
    block: Arc<Block>,
}

impl State {
    /// What is most urgent, if there is anything to do.
    fn task(&mut self) -> Option<Task> {
        let waiting = self.feeds.iter().enumerate().flat_map(|(stream, feed)| {
            let end = feed.end();
            feed.slots.iter().enumerate().filter_map(move |(number, slot)| {
                let behind = end - slot.next;
                (behind > 0 && slot.lane.is_some()).then_some((behind, stream, number))
            })
        });
        let (_, stream, number) = waiting.max_by_key(|(behind, ..)| *behind)?;
        let feed = self.feeds.get_mut(stream)?;
        let next = feed.slots.get(number)?.next;
        let block = Arc::clone(feed.block(next)?);
        let lane = feed.slots.get_mut(number)?.lane.take()?;
        Some(Task { stream, slot: number, lane, block })
    }

    fn give_back(&mut self, task: Task) {
        let Task { stream, slot, lane, block } = task;
        drop(block);
        let Some(feed) = self.feeds.get_mut(stream) else { return };
        if let Some(slot) = feed.slots.get_mut(slot) {
            slot.lane = Some(lane);
            slot.next += 1;
        }
        feed.drop_done(&mut self.spare);
    }

    fn is_full(&self, stream: Stream) -> bool {
        self.feeds.get(stream as usize).is_some_and(|feed| feed.ring.len() >= RING)
    }

    fn is_done(&self) -> bool {
        let idle = |slot: &Slot, end| slot.lane.is_some() && slot.next == end;
        self.feeds.iter().all(|feed| feed.slots.iter().all(|slot| idle(slot, feed.end())))
    }
}

/// What the threads share.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// A block came, or none will come any more.
    work: Condvar,
    /// A lane has moved on.
    moved: Condvar,
}

impl Shared {
    /// Feeds one block to one lane, if any waits. The lock is not held meanwhile.
    fn help<'a>(&'a self, mut state: MutexGuard<'a, State>) -> (MutexGuard<'a, State>, bool) {
        let Some(mut task) = state.task() else { return (state, false) };
        drop(state);
        task.lane.update(task.block.bytes());
        let mut state = lock(&self.state);
        state.give_back(task);
        (state, true)
    }

    /// What a thread next to the reader does.
    fn labour(&self) {
        let _alarm = Alarm(self);
        let mut state = lock(&self.state);
        loop {
            let helped;
            (state, helped) = self.help(state);
            if helped {
                self.moved.notify_one();
            } else if state.ended {
                return;
            } else {
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

/// Wakes the reader when a thread panics.
struct Alarm<'a>(&'a Shared);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            lock(&self.0.state).broken = true;
            self.0.moved.notify_one();
        }
    }
}

/// The lanes of both streams, and the threads that feed them.
pub(super) struct Crew {
    /// Lanes that this thread alone feeds, while the streams are short.
    alone: [Vec<Lane>; 2],
    sizes: [u64; 2],
    shared: Arc<Shared>,
    helpers: Vec<JoinHandle<()>>,
    /// More helpers than this have nothing to do.
    most: usize,
    /// What was uncompressed and is not a whole block yet.
    rest: Option<Block>,
}

impl Crew {
    /// The reader alone, with the lanes of the file and of what it compresses.
    pub(super) fn new(file: Vec<Lane>, uncompressed: Vec<Lane>) -> Self {
        let most = file.len() + uncompressed.len();
        Self {
            alone: [file, uncompressed],
            sizes: [0; 2],
            shared: Arc::default(),
            helpers: Vec::new(),
            most,
            rest: None,
        }
    }

    /// An empty block.
    pub(super) fn block(&self) -> Block {
        let spare = lock(&self.shared.state).spare.pop();
        spare.map_or_else(Block::new, Block::emptied)
    }

    /// Takes back a block that was looked at.
    pub(super) fn give_back(&self, block: Arc<Block>) {
        if let Some(block) = Arc::into_inner(block) {
            lock(&self.shared.state).spare.push(block);
        }
    }

    /// Bytes of `stream` so far.
    pub(super) fn size(&self, stream: Stream) -> u64 {
        self.sizes.get(stream as usize).copied().unwrap_or_default()
    }

    fn count(&mut self, stream: Stream, bytes: usize) {
        if let Some(size) = self.sizes.get_mut(stream as usize) {
            *size += bytes as u64;
        }
    }

    /// Feeds the next block of the file.
    pub(super) fn feed(&mut self, block: &Arc<Block>) {
        self.count(Stream::File, block.bytes().len());
        if self.is_alone() {
            self.update(Stream::File, block.bytes());
        } else {
            self.enqueue(Stream::File, Arc::clone(block));
        }
    }

    /// Feeds the next bytes of what the file compresses.
    pub(super) fn feed_uncompressed(&mut self, mut bytes: &[u8]) {
        self.count(Stream::Uncompressed, bytes.len());
        if self.is_alone() {
            return self.update(Stream::Uncompressed, bytes);
        }
        // Decoders hand out pieces of any size; lanes get whole blocks.
        while !bytes.is_empty() {
            let mut block = self.rest.take().unwrap_or_else(|| self.block());
            bytes = block.take(bytes);
            if block.room().is_empty() {
                self.enqueue(Stream::Uncompressed, Arc::new(block));
            } else {
                self.rest = Some(block);
            }
        }
    }

    fn update(&mut self, stream: Stream, bytes: &[u8]) {
        for lane in self.alone.iter_mut().skip(stream as usize).take(1).flatten() {
            lane.update(bytes);
        }
    }

    /// Whether this thread is the only one. Looks for others once it is worth it.
    fn is_alone(&mut self) -> bool {
        if !self.helpers.is_empty() {
            return false;
        }
        if self.sizes.iter().all(|size| *size <= ALONE) || !self.hire() {
            return true;
        }
        let [file, uncompressed] = std::mem::take(&mut self.alone);
        let mut state = lock(&self.shared.state);
        state.feeds = [Feed::of(file), Feed::of(uncompressed)];
        false
    }

    /// Whether another thread helps now.
    fn hire(&mut self) -> bool {
        if self.helpers.len() >= self.most {
            return false;
        }
        let shared = Arc::clone(&self.shared);
        let helper = hire(move || shared.labour());
        let hired = helper.is_some();
        self.helpers.extend(helper);
        hired
    }

    fn enqueue(&mut self, stream: Stream, block: Arc<Block>) {
        let shared = Arc::clone(&self.shared);
        let mut state = lock(&shared.state);
        if state.is_full(stream) {
            // A processor may have become free since.
            drop(state);
            self.hire();
            state = lock(&shared.state);
        }
        while state.is_full(stream) && !state.broken {
            state = self.help_or_wait(&shared, state);
        }
        let State { feeds, spare, .. } = &mut *state;
        if let Some(feed) = feeds.get_mut(stream as usize) {
            feed.ring.push_back(block);
            // Without a lane no one wants it.
            feed.drop_done(spare);
        }
        drop(state);
        shared.work.notify_all();
    }

    fn help_or_wait<'a>(
        &self,
        shared: &'a Shared,
        state: MutexGuard<'a, State>,
    ) -> MutexGuard<'a, State> {
        let (state, helped) = shared.help(state);
        match helped {
            true => state,
            false => shared.moved.wait(state).unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// The lanes of both streams, at the ends of these.
    pub(super) fn finish(mut self) -> [Vec<Lane>; 2] {
        if self.helpers.is_empty() {
            return std::mem::take(&mut self.alone);
        }
        if let Some(rest) = self.rest.take() {
            self.enqueue(Stream::Uncompressed, Arc::new(rest));
        }
        let shared = Arc::clone(&self.shared);
        let mut state = lock(&shared.state);
        while !state.is_done() && !state.broken {
            state = self.help_or_wait(&shared, state);
        }
        drop(state);
        self.dismiss();
        let feeds = std::mem::take(&mut lock(&shared.state).feeds);
        feeds.map(|feed| feed.slots.into_iter().filter_map(|slot| slot.lane).collect())
    }

    /// Waits until no other thread works here. A panic of one goes on in this one.
    fn dismiss(&mut self) {
        lock(&self.shared.state).ended = true;
        self.shared.work.notify_all();
        for helper in std::mem::take(&mut self.helpers) {
            if let Err(panic) = helper.join()
                && !std::thread::panicking()
            {
                resume_unwind(panic);
            }
        }
    }
}

impl Drop for Crew {
    /// Where reading stops half-way, what is queued is of no use to anyone.
    fn drop(&mut self) {
        if self.helpers.is_empty() {
            return;
        }
        lock(&self.shared.state).feeds = Default::default();
        self.dismiss();
    }
}
