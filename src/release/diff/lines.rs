//! Two texts line by line.

use super::hazard::Hazard;
use super::place::place;
use super::signs::{LONG_LINE, Seen};
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices_deadline, group_diff_ops};
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// After this long a comparison of two texts becomes coarse rather than slow.
const PATIENCE_EACH: Duration = Duration::from_millis(500);

/// After this long every further comparison of a release becomes coarse.
const PATIENCE_ALL: Duration = Duration::from_secs(10);

/// Bytes of text that are looked into, whatever the archives have, and for each of theirs: compressed text is a tenth
/// of what it was, and less only where it was made to be.
const TEXT: u64 = 32 << 20;
const TEXT_OF_EACH: u64 = 12;

/// How much longer comparisons may take that could be made to be slow, and of how much more text.
#[derive(Debug)]
pub(crate) struct Patience {
    time: Duration,
    text: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self { time: PATIENCE_ALL, text: u64::MAX }
    }
}

impl Patience {
    /// What two archives of so many bytes together get.
    pub(super) const fn with(archives: u64) -> Self {
        Self {
            time: PATIENCE_ALL,
            text: TEXT.saturating_add(archives.saturating_mul(TEXT_OF_EACH)),
        }
    }

    /// Takes `bytes` of text; whether there were so many left.
    pub(super) const fn takes(&mut self, bytes: u64) -> bool {
        match self.text.checked_sub(bytes) {
            Some(left) => {
                self.text = left;
                true
            }
            None => false,
        }
    }
}

/// Bytes of a line in which what it does is looked for.
const LOOKED_AT: usize = 400;

/// The beginning of a line, without the blanks around it.
pub(super) fn clip(line: &[u8]) -> &[u8] {
    line.get(..LOOKED_AT).unwrap_or(line).trim_ascii()
}

/// Unchanged lines around each change that is shown.
const CONTEXT: usize = 3;

/// Two texts split in lines, and how one becomes the other.
pub(crate) struct Lines<'a> {
    /// The lines of the old text, with their ends.
    pub(crate) old: Vec<&'a [u8]>,
    /// The lines of the new text, with their ends.
    pub(crate) new: Vec<&'a [u8]>,
    /// The new text.
    pub(crate) text: &'a [u8],
    /// The steps from old to new.
    pub(crate) ops: Vec<DiffOp>,
}

impl<'a> Lines<'a> {
    /// Compares `old` with `new`.
    pub(crate) fn compare(old: &'a [u8], new: &'a [u8], patience: &mut Patience) -> Self {
        let lines = Self::of(old, new, Vec::new());
        let start = Instant::now();
        let deadline = start.checked_add(PATIENCE_EACH.min(patience.time));
        let ops = capture_diff_slices_deadline(Algorithm::Myers, &lines.old, &lines.new, deadline);
        patience.time = patience.time.saturating_sub(start.elapsed());
        Self { ops, ..lines }
    }

    /// The two texts with the steps that were found before.
    pub(crate) fn of(old: &'a [u8], new: &'a [u8], ops: Vec<DiffOp>) -> Self {
        let split = |text: &'a [u8]| text.split_inclusive(|b| *b == b'\n').collect();
        Self { old: split(old), new: split(new), text: new, ops }
    }

    /// How many lines were added and removed.
    pub(crate) fn count(&self) -> (usize, usize) {
        self.ops.iter().fold((0, 0), |(added, removed), op| match op {
            DiffOp::Equal { .. } => (added, removed),
            DiffOp::Delete { old_len, .. } => (added, removed + old_len),
            DiffOp::Insert { new_len, .. } => (added + new_len, removed),
            DiffOp::Replace { old_len, new_len, .. } => (added + new_len, removed + old_len),
        })
    }

    /// The new lines with their numbers, from 1.
    pub(crate) fn inserted(&self) -> impl Iterator<Item = (usize, &'a [u8])> + '_ {
        self.ops.iter().flat_map(move |op| {
            let range = match op {
                DiffOp::Equal { .. } | DiffOp::Delete { .. } => 0..0,
                DiffOp::Insert { .. } | DiffOp::Replace { .. } => op.new_range(),
            };
            range.filter_map(move |at| Some((at + 1, *self.new.get(at)?)))
        })
    }

    /// The old lines that are gone, with their numbers, from 1.
    pub(crate) fn deleted(&self) -> impl Iterator<Item = (usize, &'a [u8])> + '_ {
        self.ops.iter().flat_map(move |op| {
            let range = match op {
                DiffOp::Equal { .. } | DiffOp::Insert { .. } => 0..0,
                DiffOp::Delete { .. } | DiffOp::Replace { .. } => op.old_range(),
            };
            range.filter_map(move |at| Some((at + 1, *self.old.get(at)?)))
        })
    }

    /// What in the new lines can hurt, where they stand in a file at `path`.
    pub(crate) fn hazards(&self, path: &[u8]) -> Vec<Hazard> {
        let place = place(path, self.new.first().copied().unwrap_or_default());
        Seen::of(place, (&self.new, 0), self.inserted(), self.is_long())
            .hazards(place, &HashSet::new())
    }

    /// Whether the old text has lines that are too long to be read.
    pub(crate) fn is_long(&self) -> bool {
        self.old.iter().any(|line| line.len() > LONG_LINE)
    }

    /// The hunks of a unified diff. Each line of them begins with `@`, a blank, `-`, `+` or `\\`, and
    /// ends in a newline. `before` is how many lines come before both texts.
    pub(crate) fn unified(&self, before: (usize, usize), most: usize) -> Vec<u8> {
        let mut text = Vec::new();
        let mut count = 0;
        for group in group_diff_ops(self.ops.clone(), CONTEXT) {
            text.extend_from_slice(hunk(&group, before).as_bytes());
            for op in group {
                let old = || self.old.get(op.old_range()).unwrap_or_default().iter();
                let new = || self.new.get(op.new_range()).unwrap_or_default().iter();
                let mut put = |mark: u8, line: &[u8]| {
                    if count < most {
                        text.push(mark);
                        text.extend_from_slice(line);
                        if !line.ends_with(b"\n") {
                            text.extend_from_slice(b"\n\\ No newline at end of file\n");
                        }
                    }
                    count += 1;
                };
                match op.tag() {
                    DiffTag::Equal => old().for_each(|line| put(b' ', line)),
                    DiffTag::Delete => old().for_each(|line| put(b'-', line)),
                    DiffTag::Insert => new().for_each(|line| put(b'+', line)),
                    DiffTag::Replace => {
                        old().for_each(|line| put(b'-', line));
                        new().for_each(|line| put(b'+', line));
                    }
                }
            }
            if count > most {
                let more = format!("\\ {} more lines are left out\n", count - most);
                text.extend_from_slice(more.as_bytes());
                break;
            }
        }
        text
    }
}

fn hunk(group: &[DiffOp], before: (usize, usize)) -> String {
    let range = |start: usize, end: usize| match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        length => format!("{},{length}", start + 1),
    };
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return String::new() };
    let side =
        |first: usize, last: usize, before: usize| range(first + before, last.max(first) + before);
    format!(
        "@@ -{} +{} @@\n",
        side(first.old_range().start, last.old_range().end, before.0),
        side(first.new_range().start, last.new_range().end, before.1)
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::hazard::HazardKind;
    use super::*;

    #[test]
    fn only_new_lines_count() {
        let trojan = "if access \u{2066}// check\u{2069}\n";
        let kinds = |old: &str, new: &str| -> Vec<HazardKind> {
            let lines = Lines::compare(old.as_bytes(), new.as_bytes(), &mut Patience::default());
            lines.hazards(b"src/a.c").into_iter().map(|hazard| hazard.kind).collect()
        };
        assert_eq!(kinds("", trojan), [HazardKind::HiddenUnicode]);
        assert_eq!(kinds(trojan, &format!("{trojan}more\n")), []);
        // One byte of another encoding hides nothing.
        let line = [&b"x = \xe9 "[..], "\u{202e}".as_bytes(), b"\n"].concat();
        let lines = Lines::compare(b"", &line, &mut Patience::default());
        let kinds: Vec<_> = lines.hazards(b"a.py").into_iter().map(|h| h.kind).collect();
        assert_eq!(kinds, [HazardKind::HiddenUnicode]);
    }

    #[test]
    fn hunks_are_those_of_diff() {
        let lines = Lines::compare(b"a\nb\nc\nd\ne", b"a\nb\nx\nd\ne", &mut Patience::default());
        let text = String::from_utf8(lines.unified((10, 20), 100)).unwrap();
        let expected = "@@ -11,5 +21,5 @@\n a\n b\n-c\n+x\n d\n e\n\\ No newline at end of file\n";
        assert_eq!(text, expected);
        let text = String::from_utf8(lines.unified((0, 0), 2)).unwrap();
        assert_eq!(text, "@@ -1,5 +1,5 @@\n a\n b\n\\ 4 more lines are left out\n");
    }

    #[test]
    fn counts() {
        let lines = Lines::compare(b"a\nb\nc\n", b"a\nx\ny\nc\n", &mut Patience::default());
        assert_eq!(lines.count(), (2, 1));
    }

    #[test]
    fn texts_made_to_be_slow_end_in_time() {
        let text = |seed: u64| -> Vec<u8> {
            let mut state = seed;
            let mut text = Vec::new();
            for _ in 0..200_000 {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                text.extend_from_slice(&[b'a' + (state >> 62) as u8, b'\n']);
            }
            text
        };
        let start = Instant::now();
        let (old, new) = (text(1), text(2));
        let mut patience = Patience { time: Duration::from_millis(600), text: u64::MAX };
        for _ in 0..20 {
            let lines = Lines::compare(&old, &new, &mut patience);
            assert!(lines.count().0 > 0);
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
        assert_eq!(patience.time, Duration::ZERO);
    }

    #[test]
    fn text_is_looked_into_as_far_as_archives_of_their_size_have_it() {
        let mut patience = Patience::with(1 << 20);
        let whole = TEXT + (TEXT_OF_EACH << 20);
        assert!(patience.takes(whole - 1) && patience.takes(1));
        assert!(!patience.takes(1));
        assert!(Patience::with(u64::MAX).takes(u64::MAX));
    }
}
