//! Where the contents of two archives meet while both are read: the two sides of a file that
//! differ are compared as soon as both are there, and then let go.
//!
//! Archives of one project have their files in nearly the same order, so that little is held at a
//! time. Where they have not, the side that is ahead waits; what would exceed the budget is let go
//! and read again.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The old or the new release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The one that was read before.
    Old,
    /// The one to read.
    New,
}

/// Contents of one side.
#[derive(Debug)]
pub(super) struct Held {
    side: Side,
    /// The place of the member in its archive.
    pub(super) index: usize,
    digest: Option<[u8; 32]>,
    /// What it holds.
    pub(super) contents: Vec<u8>,
}

/// Two sides of one file that differ.
pub(super) struct Both<'a> {
    /// What the two were matched by.
    pub(super) key: &'a [u8],
    /// The old one.
    pub(super) old: &'a Held,
    /// The new one.
    pub(super) new: &'a Held,
}

#[derive(Debug, Default)]
struct State {
    held: HashMap<Vec<u8>, Held>,
    bytes: u64,
    /// Which side waits for the other.
    waits: [bool; 2],
    /// Which side is being read: begun, and not at its end.
    works: [bool; 2],
}

/// Where they meet.
#[derive(Debug)]
pub(super) struct Meeting {
    state: Mutex<State>,
    turn: Condvar,
    budget: u64,
}

impl Meeting {
    /// Holds `budget` bytes, and half as many again where nothing else helps.
    pub(super) fn new(budget: u64) -> Self {
        Self { state: Mutex::default(), turn: Condvar::new(), budget }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings the contents of a member. Where the other side's are there already and differ,
    /// `meet` is called with both, while others go on.
    pub(super) fn bring(
        &self,
        key: Vec<u8>,
        side: Side,
        index: usize,
        digest: Option<[u8; 32]>,
        contents: Vec<u8>,
        meet: &mut dyn FnMut(Both<'_>),
    ) {
        let mine = Held { side, index, digest, contents };
        let size = mine.contents.len() as u64;
        let (here, there) = side.places();
        let mut state = self.lock();
        loop {
            if state.held.get(&key).is_some_and(|other| other.side != side) {
                let Some(other) = state.held.remove(&key) else { return };
                state.bytes = state.bytes.saturating_sub(other.contents.len() as u64);
                // There is room: the other side looks again, so it does not wait any more, even
                // where it has not been woken yet.
                set(&mut state.waits, there, false);
                drop(state);
                self.turn.notify_all();
                if mine.digest.is_some() && mine.digest == other.digest {
                    return;
                }
                let (old, new) = match side {
                    Side::Old => (&mine, &other),
                    Side::New => (&other, &mine),
                };
                meet(Both { key: &key, old, new });
                return;
            }
            let full = state.bytes.saturating_add(size) > self.budget;
            let other_works = of(&state.works, there) && !of(&state.waits, there);
            if !full || !other_works {
                break;
            }
            set(&mut state.waits, here, true);
            self.turn.notify_all();
            state = self.turn.wait(state).unwrap_or_else(PoisonError::into_inner);
            set(&mut state.waits, here, false);
        }
        // Both would wait, or the other is not being read: what is too much is read again.
        if state.bytes.saturating_add(size) > self.budget + self.budget / 2 {
            return;
        }
        state.bytes += size;
        if let Some(before) = state.held.insert(key, mine) {
            // The same name twice: unpacking leaves the last.
            state.bytes = state.bytes.saturating_sub(before.contents.len() as u64);
        }
    }

    /// Nothing more comes from `side`.
    pub(super) fn end(&self, side: Side) {
        set(&mut self.lock().works, side.places().0, false);
        self.turn.notify_all();
    }

    /// What is left that never met: by side and place in the archive.
    pub(super) fn left(self) -> HashMap<(bool, usize), Vec<u8>> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let held = state.held.into_values();
        held.map(|held| ((held.side == Side::New, held.index), held.contents)).collect()
    }
}

/// A side's part in a meeting: it ends when this is dropped, however its reader ends.
pub(super) struct Part<'a>(&'a Meeting, Side);

impl<'a> Part<'a> {
    /// `side` is being read from now on. Before that the other side does not wait for it: where
    /// no thread can be started, the two are read one after the other.
    pub(super) fn begin(meeting: &'a Meeting, side: Side) -> Self {
        set(&mut meeting.lock().works, side.places().0, true);
        Self(meeting, side)
    }
}

impl Drop for Part<'_> {
    fn drop(&mut self) {
        self.0.end(self.1);
    }
}

impl Side {
    const fn places(self) -> (usize, usize) {
        match self {
            Self::Old => (0, 1),
            Self::New => (1, 0),
        }
    }
}

fn of(flags: &[bool; 2], place: usize) -> bool {
    flags.get(place).copied().unwrap_or_default()
}

fn set(flags: &mut [bool; 2], place: usize, value: bool) {
    if let Some(flag) = flags.get_mut(place) {
        *flag = value;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn bring(meeting: &Meeting, side: Side, name: u32, met: &Mutex<Vec<(usize, usize)>>) {
        let key = name.to_be_bytes().to_vec();
        let contents = vec![side as u8; 1000];
        meeting.bring(key, side, name as usize, None, contents, &mut |both| {
            let first = |held: &Held| held.contents.first().copied();
            assert_eq!((first(both.old), first(both.new)), (Some(0), Some(1)));
            met.lock().unwrap().push((both.old.index, both.new.index));
        });
    }

    /// How many of 200 files meet while 20 fit, where the sides bring them in these orders.
    fn met(old: &[u32], new: &[u32], threads: bool) -> usize {
        let meeting = Meeting::new(20_000);
        let met = Mutex::new(Vec::new());
        let start = std::sync::Barrier::new(if threads { 2 } else { 1 });
        let side = |side, names: &[u32]| {
            let part = Part::begin(&meeting, side);
            start.wait();
            names.iter().for_each(|name| bring(&meeting, side, *name, &met));
            drop(part);
        };
        if threads {
            std::thread::scope(|scope| {
                scope.spawn(|| side(Side::Old, old));
                side(Side::New, new);
            });
        } else {
            side(Side::Old, old);
            side(Side::New, new);
        }
        assert!(meeting.left().values().map(Vec::len).sum::<usize>() <= 30_000);
        met.into_inner().unwrap().len()
    }

    #[test]
    fn what_comes_in_the_same_order_always_meets() {
        let names: Vec<u32> = (0..200).collect();
        for _ in 0..20 {
            assert_eq!(met(&names, &names, true), 200);
        }
        // What never meets takes room, and then something has to be read again: more or less of it, by
        // which side is ahead.
        let some: Vec<u32> = names.iter().copied().filter(|n| n % 20 > 0).collect();
        for (old, new) in [(&names, &some), (&some, &names)] {
            assert!((20..=some.len()).contains(&met(old, new, true)));
        }
    }

    #[test]
    fn other_orders_end_too() {
        let names: Vec<u32> = (0..200).collect();
        let back: Vec<u32> = names.iter().rev().copied().collect();
        let other: Vec<u32> = (200..400).collect();
        assert!(met(&names, &back, true) <= 200);
        assert_eq!(met(&names, &other, true), 0);
        assert!(met(&names, &names, false) >= 20);
        assert_eq!(met(&names, &[], true), 0);
    }

    #[test]
    fn the_same_contents_are_let_go() {
        let meeting = Meeting::new(100);
        let mut meet = |_: Both<'_>| unreachable!("they are the same");
        meeting.bring(b"a".to_vec(), Side::Old, 0, Some([1; 32]), vec![1], &mut meet);
        meeting.bring(b"a".to_vec(), Side::New, 0, Some([1; 32]), vec![1], &mut meet);
        assert!(meeting.left().is_empty());
    }
}
