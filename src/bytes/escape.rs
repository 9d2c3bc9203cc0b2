//! Makes text from outside harmless before it is printed.
//!
//! File names, user ids, claims and comments are chosen by others. Control characters could move
//! the cursor, forge a line of the report or, behind `echo -e`, become one; directional and
//! zero-width characters could make one name look like another.

use std::fmt;

/// Marks over or under one letter that are shown; more of them reach into the lines around.
const MARKS: usize = 4;

/// Displays `0` on one line with every control, directional and zero-width character as
/// `<U+XXXX>`: no backslash is added, because some printers behind us interpret those. So are the blanks
/// behind a blank, which push what follows into another column or line, and many marks on one letter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self.0, false, f)
    }
}

/// `text` with the characters that [`Escaped`] makes visible, but for blanks behind blanks and tabs: a line of a file,
/// where a mark in front says that it is one.
pub(crate) fn escaped_contents(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Writing to a text does not fail.
    let _ = write(text, true, &mut out);
    out
}

fn write(text: &str, keeps_blanks: bool, f: &mut dyn fmt::Write) -> fmt::Result {
    let (mut before, mut marks) = (None, 0);
    for c in text.chars() {
        marks = if c.is_alphanumeric() || c.is_ascii() { 0 } else { marks + 1 };
        let piled = marks > MARKS && textwrap::core::display_width(c.encode_utf8(&mut [0; 4])) == 0;
        let padding = c == ' ' && before == Some(' ') && !keeps_blanks;
        before = Some(c);
        let kept = c == '\t' && keeps_blanks;
        if is_harmful(c) && !kept || padding || piled {
            write!(f, "<U+{:04X}>", u32::from(c))?;
        } else {
            f.write_char(c)?;
        }
    }
    Ok(())
}

/// `text` as [`Escaped`] shows it.
pub(crate) fn escaped(text: &str) -> String {
    Escaped(text).to_string()
}

/// A line of ours as [`Escaped`] shows it, which may have text from outside in it, and keeps the blanks that
/// it begins with.
pub(crate) fn escaped_line(line: &str) -> String {
    let body = line.trim_start_matches(' ');
    " ".repeat(line.len() - body.len()) + &escaped(body)
}

/// `1,204`.
pub(crate) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Whether printing `c` as it is could move the cursor, forge a line or hide something.
pub(crate) fn is_harmful(c: char) -> bool {
    c.is_control() || is_invisible(c) || has_no_meaning(c)
}

/// Whether what `c` looks like is a matter of the font: private use, where some fonts have ticks and
/// padlocks, and what is no character at all.
fn has_no_meaning(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{f0000}'..='\u{10ffff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// Whether `c` turns the text around, cannot be seen, or looks like a blank and is none.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00a0}' | '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{1680}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2000}'..='\u{200f}'
        | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}' | '\u{2800}' | '\u{3000}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{13430}'..='\u{1345f}' | '\u{16fe4}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_pushes_or_piles_up() {
        assert_eq!(escaped("a  b c"), "a <U+0020>b c");
        assert_eq!(escaped_contents("\t    if  x:\u{202e}"), "\t    if  x:<U+202E>");
        assert_eq!(escaped("e\u{301}\u{302} \u{e9}"), "e\u{301}\u{302} \u{e9}");
        let piled = escaped(&format!("e{}", "\u{301}".repeat(3000)));
        assert_eq!(piled.matches('\u{301}').count(), MARKS);
    }

    #[test]
    fn long_numbers() {
        assert_eq!(thousands(1_204), "1,204");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_000_000), "1,000,000");
    }

    #[test]
    fn control_characters_become_visible() {
        assert_eq!(
            escaped("a\x1b[32mb\r\nc\x7f\u{9b}"),
            "a<U+001B>[32mb<U+000D><U+000A>c<U+007F><U+009B>"
        );
    }

    #[test]
    fn directional_and_invisible_characters_become_visible() {
        assert_eq!(escaped("x\u{202e}y\u{200b}z\u{feff}"), "x<U+202E>y<U+200B>z<U+FEFF>");
        // Blank braille, a Hangul filler, a variation selector, blanks that are none.
        for c in [
            '\u{1bca0}',
            '\u{2800}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{e0101}',
            '\u{a0}',
            '\u{2007}',
            '\u{202f}',
        ] {
            assert_eq!(escaped(&format!("a{c}b")), format!("a<U+{:04X}>b", u32::from(c)));
        }
    }

    #[test]
    fn what_a_font_decides_becomes_visible() {
        for c in
            ['\u{e000}', '\u{f00c}', '\u{fdd0}', '\u{ffff}', '\u{1fffe}', '\u{f0000}', '\u{10fffd}']
        {
            assert_eq!(escaped(&c.to_string()), format!("<U+{:04X}>", u32::from(c)));
        }
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        for text in ["Tim Rühsen <tim@example.org>", r"back\slash", "名前", ""] {
            assert_eq!(escaped(text), text);
        }
    }
}
