//! Characters that show something else than what is run.

use super::super::hazard::{Hazard, HazardKind};
use crate::bytes::escape::is_harmful;
use unicode_security::confusable_detection::skeleton;

/// The hidden characters and foreign letters that were seen so far.
#[derive(Debug, Default)]
pub(super) struct Unicode {
    hidden: Option<(usize, char, usize)>,
    foreign: Option<(usize, String, usize)>,
}

impl Unicode {
    pub(super) fn line(&mut self, number: usize, line: &[u8]) {
        if let Some(c) = hidden_character(number, line) {
            let count = self.hidden.map_or(1, |(_, _, count)| count + 1);
            let (first, c) = self.hidden.map_or((number, c), |(first, c, _)| (first, c));
            self.hidden = Some((first, c, count));
        }
        if line.is_ascii() {
            return;
        }
        let word = line.utf8_chunks().find_map(|chunk| foreign_word(chunk.valid()));
        if let Some(word) = word {
            match &mut self.foreign {
                Some((_, _, count)) => *count += 1,
                None => self.foreign = Some((number, word, 1)),
            }
        }
    }

    pub(super) fn hazards(&self) -> Vec<Hazard> {
        let more = |count: usize| match count {
            1 => String::new(),
            count => format!(", {count} such lines"),
        };
        let mut found = Vec::new();
        if let Some((number, c, count)) = self.hidden {
            let reason = format!(
                "line {number} has the hidden character U+{:04X} ({}){}",
                u32::from(c),
                character_name(c),
                more(count)
            );
            found.push(Hazard::at(HazardKind::HiddenUnicode, number, reason));
        }
        if let Some((number, word, count)) = &self.foreign {
            let reason = format!("line {number} {}{}", looks_like(word), more(*count));
            found.push(Hazard::at(HazardKind::Homoglyph, *number, reason));
        }
        found
    }
}

/// A path that has hidden characters, or letters that look like others.
pub(crate) fn strange_path(path: &[u8]) -> Option<Hazard> {
    let text = std::str::from_utf8(path).ok()?;
    if text.is_ascii() {
        return None;
    }
    if let Some(c) = text.chars().find(|c| is_harmful(*c)) {
        let reason = format!(
            "the name has the hidden character U+{:04X} ({})",
            u32::from(c),
            character_name(c)
        );
        return Some(Hazard::new(HazardKind::HiddenUnicode, reason));
    }
    let word = foreign_word(text)?;
    Some(Hazard::new(HazardKind::Homoglyph, format!("the name {}", looks_like(&word))))
}

fn looks_like(word: &str) -> String {
    let foreign = word.chars().find(|c| is_foreign(*c));
    let code = foreign.map(|c| format!("U+{:04X}", u32::from(c))).unwrap_or_default();
    format!("has \"{word}\", which looks like \"{}\" and has {code} in it", plainly(word))
}

/// The word with its foreign letters as those that they look like. Of the others it has what a reader
/// takes it for: the skeleton of "m" is "rn".
fn plainly(word: &str) -> String {
    let letters = word.chars().map(|c| match c.is_ascii() {
        true => c.to_string(),
        false => skeleton(c.encode_utf8(&mut [0; 4])).collect(),
    });
    letters.collect()
}

/// A letter beyond those of Latin with accents, which people write words and names with.
fn is_foreign(c: char) -> bool {
    c.is_alphabetic() && c > '\u{24f}' && !('\u{1e00}'..='\u{1eff}').contains(&c)
}

/// A word that looks as if it were of ASCII letters, and is not.
fn foreign_word(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| !word.is_ascii()).find(|word| is_lookalike(word, text)).map(str::to_owned)
}

fn is_lookalike(word: &str, line: &str) -> bool {
    // Science writes Greek letters with a few Latin ones: names there are cut at underscores.
    let part = word.split(|c: char| c == '_' || c.is_ascii_digit()).find(|part| !part.is_ascii());
    let Some(part) = part else { return false };
    let foreign = part.chars().filter(|c| is_foreign(*c)).count();
    let ascii = part.chars().filter(char::is_ascii_alphabetic).count();
    let other = part.chars().filter(|c| !c.is_ascii() && !is_foreign(*c)).count();
    if foreign == 0 || other > 0 {
        return false;
    }
    let like: String = skeleton(part).collect();
    if !like.chars().all(|c| c.is_ascii_alphanumeric() || c == '\'') {
        return false;
    }
    let greek = part.chars().any(|c| ('\u{370}'..='\u{3ff}').contains(&c));
    if ascii > 0 {
        return ascii >= if greek { 3 } else { 1 } && part.chars().count() > 1;
    }
    // A word of such letters alone may be one of its own language; a name that is called is not,
    // where nothing else is written in that language.
    let alone = line.chars().filter(|c| is_foreign(*c)).count() == foreign;
    let at = line.find(word).unwrap_or_default();
    let after = line.get(at + word.len()..).unwrap_or_default().trim_start();
    let before = line.get(..at).unwrap_or_default();
    let used = after.starts_with('(') || after.starts_with('=') || before.ends_with('.');
    alone && used && part.chars().count() > 2 && !greek
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
        | '\u{3164}'
        | '\u{ffa0}'
        | '\u{e0100}'..='\u{e01ef}' => true,
        // The empty pattern of braille, but not in a row of such patterns.
        '\u{2800}' => before.is_none_or(|b| !('\u{2801}'..='\u{28ff}').contains(&b)),
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
    let end = inner.iter().rposition(|b| *b != b'\r').map_or(0, |at| at + 1);
    let inner = inner.get(..end).unwrap_or_default();
    if let Some(at) = inner.iter().position(|b| *b == b'\r') {
        // One that ends all lines is of an old Macintosh.
        let many = inner.iter().filter(|b| **b == b'\r').count() > 3;
        if !many && inner.get(at..).is_some_and(|rest| !rest.trim_ascii().is_empty()) {
            return Some('\r');
        }
    }
    if line.is_ascii() && !line.contains(&0x08) {
        return None;
    }
    // One byte of another encoding must not switch this off for the others.
    line.utf8_chunks().find_map(|chunk| hidden_in(number, chunk.valid()))
}

fn hidden_in(number: usize, text: &str) -> Option<char> {
    // A byte order mark at the very beginning is a habit of some editors.
    let text = if number == 1 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let last = before.replace(c);
        // Colours of terminals, page breaks and other control characters of old are no disguise:
        // every viewer shows them or does nothing.
        let control = c.is_control() && c != '\u{8}';
        // Emoji and some scripts are joined by characters without width.
        let joins = matches!(c, '\u{200c}' | '\u{200d}')
            && last.is_some_and(|c| !c.is_ascii())
            && chars.peek().is_some_and(|c| !c.is_ascii());
        // A soft hyphen within a word of another language.
        let hyphen = c == '\u{ad}' && last.is_some_and(|c| !c.is_ascii());
        // What is_blank decides by what comes before.
        let decided = matches!(c, '\u{2800}' | '\u{fe00}'..='\u{fe0f}');
        if is_blank(c, last) || is_harmful(c) && !decided && !control && !joins && !hyphen {
            return Some(c);
        }
    }
    None
}

fn character_name(c: char) -> &'static str {
    match c {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "turns text around",
        '\u{200e}' | '\u{200f}' | '\u{061c}' => "direction mark",
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => "no width",
        '\u{e0000}'..='\u{e007f}' => "invisible tag",
        '\r' => "carriage return within the line",
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => "variation selector",
        _ if c.is_control() => "control character",
        _ => "invisible",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn seen(text: &str) -> Vec<HazardKind> {
        let mut unicode = Unicode::default();
        for (at, line) in text.split_inclusive('\n').enumerate() {
            unicode.line(at + 1, line.as_bytes());
        }
        unicode.hazards().into_iter().map(|hazard| hazard.kind).collect()
    }

    #[test]
    fn lookalikes_are_seen() {
        for text in [
            "def is_\u{430}dmin(user):",
            "\u{455}ystem(cmd)",
            "if us\u{435}r == 1:",
            "x = p\u{3b1}ssword",
            "self.\u{441}\u{43e}\u{440}\u{443}(a)",
            "\u{1d41e}\u{1d42f}\u{1d41a}\u{1d425}(code)",
            "import \u{ff4f}s_path",
        ] {
            assert_eq!(seen(text), [HazardKind::Homoglyph], "{text}");
        }
        for text in [
            "# \u{442}\u{435}\u{43a}\u{441}\u{442} \u{43d}\u{430} \u{440}\u{443}\u{441}\u{441}\u{43a}\u{43e}\u{43c}",
            "# \u{441} \u{43e} \u{430} \u{432}\u{441}\u{435}",
            "name = 'na\u{ef}ve stra\u{df}e \u{142}\u{f3}d\u{17a} \u{131}\u{15f}\u{131}k'",
            "\u{394}t = \u{3c1}_0 * \u{3bc}s + d\u{3bd}",
            "x = '\u{65e5}\u{672c}\u{8a9e}abc'",
            "'\u{43c}\u{430}\u{43c}\u{430}' = 'mama'",
        ] {
            assert_eq!(seen(text), [], "{text}");
        }
    }

    #[test]
    fn hidden_characters_in_code() {
        for text in [
            "x = 'a\u{fe01}\u{fe02}'\n",
            "x = '\u{e0100}\u{e0101}'\n",
            "let \u{3164} = 1;\n",
            "a\u{2800}b\n",
            "# comment\revil()\n",
            "if access \u{2066}// check\u{2069}\n",
            "a\u{200b}b = 1\n",
            "a\u{200d}b = 1\n",
            "x\u{8}y\n",
        ] {
            assert_eq!(seen(text), [HazardKind::HiddenUnicode], "{text:?}");
        }
        for text in [
            "\u{feff}first line may have a mark\n",
            "I \u{2764}\u{fe0f} this, 1\u{fe0f}\u{20e3}\n",
            "RED = '\u{1b}[31m'\n",
            "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\n",
            "\u{915}\u{94d}\u{200d}\u{937}\n",
            "frames = '\u{28fe}\u{28fd}\u{2800}'\n",
            "line\r\n",
            "line\r\r\n",
            "page\u{c}\n",
        ] {
            assert_eq!(seen(text), [], "{text:?}");
        }
    }

    #[test]
    fn paths_are_looked_at() {
        assert_eq!(strange_path(b"src/config.py"), None);
        assert_eq!(strange_path("src/\u{fc}ber.py".as_bytes()), None);
        let hazard = strange_path("src/c\u{43e}nfig.py".as_bytes()).unwrap();
        assert_eq!(hazard.kind, HazardKind::Homoglyph);
        assert!(hazard.reason.contains("which looks like \"config\""), "{}", hazard.reason);
        assert_eq!(plainly("is\u{430}dmin"), "isadmin");
        let hazard = strange_path("src/\u{202e}yp.c".as_bytes()).unwrap();
        assert_eq!(hazard.kind, HazardKind::HiddenUnicode);
    }
}
