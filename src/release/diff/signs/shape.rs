//! Lines that are long, encoded or pushed out of sight.

use super::super::hazard::{Hazard, HazardKind};
use super::super::place::{Place, Role};

/// Bytes from which on a line is too long to be read in a diff.
pub(crate) const LONG_LINE: usize = 1000;

/// Bytes of base64-like or hexadecimal text in one piece that are more than a digest or a key.
const ENCODED: usize = 160;

/// Blanks in one piece within a line that push what follows out of sight.
const BLANKS: usize = 100;

/// Lines of nothing but base64 or hexadecimal digits that are more than a key or a certificate's
/// fingerprint.
const WRAPPED: usize = 8;

/// Bytes from which on a line counts as one of these.
const WRAPPED_LINE: usize = 56;

/// What the lines that were seen so far look like.
#[derive(Debug, Default)]
pub(super) struct Shape {
    old_is_long: bool,
    long: Option<(usize, usize)>,
    encoded: Option<(usize, usize, f64)>,
    behind: Option<usize>,
    wrapped: Wrapped,
}

impl Shape {
    pub(super) fn new(old_is_long: bool) -> Self {
        Self { old_is_long, ..Self::default() }
    }

    pub(super) fn line(&mut self, number: usize, line: &[u8]) {
        self.wrapped.line(number, line);
        self.behind = self.behind.or_else(|| is_behind_blanks(line).then_some(number));
        if line.len() > LONG_LINE && self.long.is_none_or(|(_, length)| line.len() > length) {
            self.long = Some((number, line.len()));
        }
        let most = self.encoded.map_or(0, |(_, most, _)| most);
        if let Some((length, bits)) = encoded_run(line).filter(|(length, _)| *length > most) {
            self.encoded = Some((number, length, bits));
        }
    }

    pub(super) fn hazards(self, place: Place) -> Vec<Hazard> {
        let mut found = Vec::new();
        let code = matches!(place.role, Role::Build | Role::Startup | Role::Source);
        if let Some(number) = self.behind.filter(|_| code) {
            let reason = format!("line {number} goes on behind {BLANKS} blanks or more");
            found.push(Hazard::at(HazardKind::LongLine, number, reason));
        }
        // No one reads a long line of a test's data, and where there were some before it is usual.
        if let Some((number, length)) = self.long.filter(|_| code && !self.old_is_long) {
            let reason = format!("line {number} is {length} bytes long");
            found.push(Hazard::at(HazardKind::LongLine, number, reason));
        }
        if place.role == Role::Test {
            return found;
        }
        if let Some((number, length, bits)) = self.encoded {
            let reason = format!(
                "line {number} has {length} bytes in one piece that look encoded \
                 ({bits:.1} bits of entropy a byte)"
            );
            found.push(Hazard::at(HazardKind::HighEntropy, number, reason));
        }
        if let Some((first, count)) = self.wrapped.found {
            let reason = format!("{count} lines from line {first} on look encoded");
            found.push(Hazard::at(HazardKind::HighEntropy, first, reason));
        }
        found
    }
}

/// Lines one after the other that are one encoded piece, broken up.
#[derive(Debug, Default)]
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

/// Whether something is in a line behind so many blanks that a viewer does not show it.
fn is_behind_blanks(line: &[u8]) -> bool {
    let mut seen = false;
    let mut blanks = 0;
    for byte in line {
        match byte {
            b' ' | b'\t' => blanks += 1,
            b'\r' | b'\n' => {}
            // The backslash that goes on in the next line is often lined up.
            b'\\' if seen => {}
            _ if seen && blanks >= BLANKS => return true,
            _ => (seen, blanks) = (true, 0),
        }
    }
    false
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
pub(crate) fn entropy(bytes: &[u8]) -> f64 {
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
