//! Two texts line by line, and what in the new lines can hurt.

use super::hazard::{Hazard, HazardKind};
use super::runs::Watch;
use crate::bytes::escape::is_harmful;
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};
use std::time::{Duration, Instant};

/// After this long a comparison of two texts becomes coarse rather than slow.
const PATIENCE_EACH: Duration = Duration::from_millis(500);

/// After this long every further comparison of a release becomes coarse.
const PATIENCE_ALL: Duration = Duration::from_secs(10);

/// How much longer comparisons may take that could be made to be slow.
#[derive(Debug)]
pub(crate) struct Patience(Duration);

impl Default for Patience {
    fn default() -> Self {
        Self(PATIENCE_ALL)
    }
}

/// Bytes from which on a line is too long to be read in a diff.
const LONG_LINE: usize = 1000;

/// Bytes of base64-like or hexadecimal text in one piece that are more than a digest or a key.
const ENCODED: usize = 160;

/// Blanks in one piece within a line that push what follows out of sight.
const BLANKS: usize = 100;

/// Lines of nothing but base64 or hexadecimal digits that are more than a key or a certificate's
/// fingerprint.
const WRAPPED: usize = 8;

/// Bytes from which on a line counts as one of these.
const WRAPPED_LINE: usize = 56;

/// Two texts split in lines, and how one becomes the other.
pub(crate) struct Lines<'a> {
    /// The lines of the old text, with their ends.
    pub(crate) old: Vec<&'a [u8]>,
    /// The lines of the new text, with their ends.
    pub(crate) new: Vec<&'a [u8]>,
    /// The steps from old to new.
    pub(crate) ops: Vec<DiffOp>,
}

impl<'a> Lines<'a> {
    /// Compares `old` with `new`.
    pub(crate) fn compare(old: &'a [u8], new: &'a [u8], patience: &mut Patience) -> Self {
        let lines = Self::of(old, new, Vec::new());
        let start = Instant::now();
        let deadline = start.checked_add(PATIENCE_EACH.min(patience.0));
        let ops = capture_diff_slices_deadline(Algorithm::Myers, &lines.old, &lines.new, deadline);
        patience.0 = patience.0.saturating_sub(start.elapsed());
        Self { ops, ..lines }
    }

    /// The two texts with the steps that were found before.
    pub(crate) fn of(old: &'a [u8], new: &'a [u8], ops: Vec<DiffOp>) -> Self {
        let split = |text: &'a [u8]| text.split_inclusive(|b| *b == b'\n').collect();
        Self { old: split(old), new: split(new), ops }
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
    fn inserted(&self) -> impl Iterator<Item = (usize, &'a [u8])> + '_ {
        self.ops.iter().flat_map(move |op| {
            let range = match op {
                DiffOp::Equal { .. } | DiffOp::Delete { .. } => 0..0,
                DiffOp::Insert { .. } | DiffOp::Replace { .. } => op.new_range(),
            };
            range.filter_map(move |at| Some((at + 1, *self.new.get(at)?)))
        })
    }

    /// What in the new lines can hurt.
    pub(crate) fn hazards(&self) -> Vec<Hazard> {
        hazards(self.inserted())
    }
}

/// What in numbered lines can hurt: one hazard of each kind at most, for the first such line.
fn hazards<'a>(lines: impl Iterator<Item = (usize, &'a [u8])>) -> Vec<Hazard> {
    let mut hidden: Option<(usize, char, usize)> = None;
    let mut long: Option<(usize, usize)> = None;
    let mut encoded: Option<(usize, usize, f64)> = None;
    let mut behind: Option<usize> = None;
    let mut wrapped = Wrapped::default();
    let mut watch = Watch::default();
    for (number, line) in lines {
        wrapped.line(number, line);
        behind = behind.or_else(|| is_behind_blanks(line).then_some(number));
        watch.line(number, line);
        if let Some(c) = hidden_character(number, line) {
            let count = hidden.map_or(1, |(_, _, count)| count + 1);
            let (first, c) = hidden.map_or((number, c), |(first, c, _)| (first, c));
            hidden = Some((first, c, count));
        }
        if line.len() > LONG_LINE && long.is_none_or(|(_, length)| line.len() > length) {
            long = Some((number, line.len()));
        }
        let longer = |(length, _): &(usize, f64)| encoded.is_none_or(|(_, most, _)| *length > most);
        if let Some((length, bits)) = encoded_run(line).filter(longer) {
            encoded = Some((number, length, bits));
        }
    }
    let mut found = Vec::new();
    if let Some((number, c, count)) = hidden {
        let more = if count > 1 { format!(", {count} such lines") } else { String::new() };
        let reason = format!(
            "line {number} has the hidden character U+{:04X} ({}){more}",
            u32::from(c),
            character_name(c)
        );
        found.push(Hazard::new(HazardKind::HiddenUnicode, reason));
    }
    found.extend(watch.hazard());
    if let Some(number) = behind {
        let reason = format!("line {number} goes on behind {BLANKS} blanks or more");
        found.push(Hazard::new(HazardKind::LongLine, reason));
    }
    if let Some((number, length)) = long {
        let reason = format!("line {number} is {length} bytes long");
        found.push(Hazard::new(HazardKind::LongLine, reason));
    }
    if let Some((number, length, bits)) = encoded {
        let reason = format!(
            "line {number} has {length} bytes in one piece that look encoded ({bits:.1} bits of entropy a byte)"
        );
        found.push(Hazard::new(HazardKind::HighEntropy, reason));
    }
    if let Some((first, count)) = wrapped.found {
        let reason = format!("{count} lines from line {first} on look encoded");
        found.push(Hazard::new(HazardKind::HighEntropy, reason));
    }
    found
}

/// Lines one after the other that are one encoded piece, broken up.
#[derive(Default)]
struct Wrapped {
    begun: Option<(usize, usize)>,
    found: Option<(usize, usize)>,
}

impl Wrapped {
    fn line(&mut self, number: usize, line: &[u8]) {
        let quotes = |b: &u8| b" \t\r\n\"',+\\".contains(b);
        let start = line.iter().position(|b| !quotes(b)).unwrap_or(line.len());
        let end = line.iter().rposition(|b| !quotes(b)).map_or(start, |at| at + 1);
        let inner = line.get(start..end).unwrap_or_default();
        let digit =
            |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-');
        let encoded =
            inner.len() >= WRAPPED_LINE && inner.iter().all(digit) && entropy(inner) > 3.5;
        self.begun = match self.begun {
            _ if !encoded => None,
            Some((first, count)) if first + count == number => Some((first, count + 1)),
            _ => Some((number, 1)),
        };
        if let Some((first, count)) = self.begun.filter(|(_, count)| *count >= WRAPPED)
            && self.found.is_none_or(|(at, most)| at == first || count > most)
        {
            self.found = Some((first, count));
        }
    }
}

/// Whether something stands in a line behind so many blanks that a viewer does not show it.
fn is_behind_blanks(line: &[u8]) -> bool {
    let mut seen = false;
    let mut blanks = 0;
    for byte in line {
        match byte {
            b' ' | b'\t' => blanks += 1,
            b'\r' | b'\n' => {}
            _ if seen && blanks >= BLANKS => return true,
            _ => (seen, blanks) = (true, 0),
        }
    }
    false
}

/// Characters that show as nothing and are none of [`is_harmful`]: fillers and blanks of scripts,
/// and selectors of variants that follow nothing that has any.
fn is_blank(c: char, before: Option<char>) -> bool {
    match c {
        '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{ffa0}'
        | '\u{e0100}'..='\u{e01ef}' => true,
        // One behind an emoji is usual.
        '\u{fe00}'..='\u{fe0f}' => {
            before.is_none_or(|b| b.is_ascii_alphanumeric() && !b.is_ascii_digit())
                || matches!(before, Some('\u{fe00}'..='\u{fe0f}'))
        }
        _ => false,
    }
}

/// The first character of a line that is not shown, or that turns others around.
fn hidden_character(number: usize, line: &[u8]) -> Option<char> {
    // A lone carriage return begins a new line for some programs and not for others.
    let inner = line.strip_suffix(b"\n").unwrap_or(line);
    let inner = inner.strip_suffix(b"\r").unwrap_or(inner);
    if inner.contains(&b'\r') {
        return Some('\r');
    }
    if line.is_ascii() && !line.contains(&0x1b) {
        return None;
    }
    // One byte of another encoding must not switch this off for the others.
    line.utf8_chunks().find_map(|chunk| hidden_in(number, chunk.valid()))
}

fn hidden_in(number: usize, text: &str) -> Option<char> {
    // A byte order mark at the very beginning is a habit of some editors.
    let text = if number == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
    let mut before = None;
    text.chars().find(|c| {
        let blank = is_blank(*c, before.replace(*c));
        blank || is_harmful(*c) && !matches!(c, '\t' | '\n' | '\r' | '\x0c')
    })
}

fn character_name(c: char) -> &'static str {
    match c {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "turns text around",
        '\u{200e}' | '\u{200f}' | '\u{061c}' => "direction mark",
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => "no width",
        '\u{e0000}'..='\u{e007f}' => "invisible tag",
        '\r' => "carriage return within the line",
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => "variation selector",
        '\u{1b}' => "begins a terminal's escape sequence",
        _ if c.is_control() => "control character",
        _ => "invisible",
    }
}

/// The longest piece of a line that looks encoded: its length, and its entropy in bits a byte.
fn encoded_run(line: &[u8]) -> Option<(usize, f64)> {
    if line.len() < ENCODED {
        return None;
    }
    let escapes = line.windows(2).filter(|pair| *pair == b"\\x").count();
    let part =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-' | b'\\');
    line.split(|b| !part(b))
        .filter(|run| run.len() >= ENCODED)
        .map(|run| (run.len(), entropy(run)))
        // Words of one letter, rules of dashes and paths stay below; hexadecimal is just under 4.
        .filter(|(_, bits)| *bits > 3.5 || escapes >= ENCODED / 4)
        .max_by_key(|(length, _)| *length)
}

/// Shannon's entropy of `bytes`, in bits a byte.
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let total = bytes.len() as f64;
    let share = |count: &u32| f64::from(*count) / total;
    -counts.iter().filter(|c| **c > 0).map(|c| share(c) * share(c).log2()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(old: &str, new: &str) -> Vec<HazardKind> {
        let lines = Lines::compare(old.as_bytes(), new.as_bytes(), &mut Patience::default());
        lines.hazards().into_iter().map(|hazard| hazard.kind).collect()
    }

    #[test]
    fn only_new_lines_count() {
        let trojan = "if access \u{2066}// check\u{2069}\n";
        assert_eq!(kinds("", trojan), [HazardKind::HiddenUnicode]);
        assert_eq!(kinds(trojan, &format!("{trojan}more\n")), []);
        assert_eq!(kinds("", "\u{feff}first line may have a mark\n"), []);
    }

    #[test]
    fn long_and_encoded_lines() {
        let words = "word ".repeat(300);
        assert_eq!(kinds("", &words), [HazardKind::LongLine]);
        let base64: String = (0..200u32)
            .filter_map(|i| char::from_u32(u32::from(b'A') + i * 7 % 26 + 32 * (i % 2)))
            .collect();
        assert_eq!(kinds("", &base64), [HazardKind::HighEntropy]);
        assert_eq!(kinds("", &"-".repeat(400)), []);
    }

    #[test]
    fn another_encoding_hides_nothing() {
        let line = [&b"x = \xe9 "[..], "\u{202e}".as_bytes(), b"\n"].concat();
        let lines = Lines::compare(b"", &line, &mut Patience::default());
        let kinds: Vec<_> = lines.hazards().into_iter().map(|hazard| hazard.kind).collect();
        assert_eq!(kinds, [HazardKind::HiddenUnicode]);
    }

    #[test]
    fn ways_to_hide() {
        use HazardKind::{HiddenUnicode, HighEntropy, LongLine};
        for (text, kind) in [
            ("x = 'a\u{fe01}\u{fe02}'\n".to_owned(), HiddenUnicode),
            ("x = '\u{e0100}\u{e0101}'\n".to_owned(), HiddenUnicode),
            ("let \u{3164} = 1;\n".to_owned(), HiddenUnicode),
            ("a\u{2800}b\n".to_owned(), HiddenUnicode),
            ("# comment\revil()\n".to_owned(), HiddenUnicode),
            (format!("pass{}evil()\n", " ".repeat(250)), LongLine),
            (
                "TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsuIE1hbnkgaGFuZHMgbWFrZSBsaWdodCB3b3Jr\n"
                    .repeat(9),
                HighEntropy,
            ),
            (format!("x = \"{}\"\n", "\\x41".repeat(60)), HighEntropy),
        ] {
            assert_eq!(kinds("", &text), [kind], "{text}");
        }
        for text in [
            "I \u{2764}\u{fe0f} this, 1\u{fe0f}\u{20e3}\n".to_owned(),
            format!("{}x\n", " ".repeat(250)),
            "line\r\n".to_owned(),
            "TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsuIE1hbnkgaGFuZHMgbWFrZSBsaWdodCB3b3Jr\n".repeat(3),
            "=".repeat(70) + "\n",
        ] {
            assert_eq!(kinds("", &text), [], "{text}");
        }
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
        let mut patience = Patience(Duration::from_millis(600));
        for _ in 0..20 {
            let lines = Lines::compare(&old, &new, &mut patience);
            assert!(lines.count().0 > 0);
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
        assert_eq!(patience.0, Duration::ZERO);
    }
}
