//! Lines of at most 80 columns: wrapping with hanging indents, and names that are too long.

use crate::bytes::escape::{escaped, escaped_line, thousands};
use std::io::{self, Write};
use textwrap::core::display_width;

/// Columns of a line.
pub(crate) const WIDTH: usize = 80;

/// The most lines that one word may take before its middle is left out.
const LINES: usize = 4;

/// Writes `text`, escaped, after `head`, which takes `column` columns and is printed as it is. Further
/// lines begin at `column`, too.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn hang(out: &mut dyn Write, head: &str, column: usize, text: &str) -> io::Result<()> {
    let width = WIDTH.saturating_sub(column).max(20);
    let text = escaped(text);
    let words: Vec<_> = text.split(' ').map(|word| shorten(word, width * LINES)).collect();
    let text = words.join(" ");
    // Who signed is told by a long word, and whole: half of it could be anyone's.
    // Further lines stand deeper: text from outside cannot begin where a line of ours does.
    let options = textwrap::Options::new(width).break_words(true).subsequent_indent("  ");
    let options = options.word_splitter(textwrap::WordSplitter::NoHyphenation);
    let options = options.word_separator(textwrap::WordSeparator::AsciiSpace);
    let mut lines = textwrap::wrap(&text, options).into_iter();
    writeln!(out, "{head}{}", lines.next().unwrap_or_default())?;
    lines.try_for_each(|line| writeln!(out, "{:column$}{line}", ""))
}

/// Writes `text`, escaped, from column `indent` on, further lines four columns deeper. A word that is too
/// long, such as a URL that someone may copy, stays whole and stands out.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn whole(out: &mut dyn Write, indent: usize, text: &str) -> io::Result<()> {
    prefixed(out, [&" ".repeat(indent), &" ".repeat(indent + 4)], text)
}

/// As [`whole`], behind the first of `prefixes`, and further lines behind the second.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn prefixed(out: &mut dyn Write, prefixes: [&str; 2], text: &str) -> io::Result<()> {
    let text = escaped(text);
    let [first, others] = prefixes;
    let options = textwrap::Options::new(WIDTH).break_words(false);
    let options = options.initial_indent(first).subsequent_indent(others);
    let options = options.word_splitter(textwrap::WordSplitter::NoHyphenation);
    // Between blanks only: a URL has no other place to break.
    let options = options.word_separator(textwrap::WordSeparator::AsciiSpace);
    textwrap::wrap(&text, options).into_iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// Writes `text`, escaped, from the first column on, further lines indented by `indent` columns.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn paragraph(out: &mut dyn Write, indent: usize, text: &str) -> io::Result<()> {
    let text = escaped_line(text);
    let words: Vec<_> = text.split(' ').map(|word| shorten(word, WIDTH - indent)).collect();
    let text = words.join(" ");
    let hanging = " ".repeat(indent);
    let options = textwrap::Options::new(WIDTH).subsequent_indent(&hanging).break_words(false);
    let options = options.word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(&text, options).into_iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// `name`, with `…` for its middle where it takes more than `width` columns. JSON and `--verbose`
/// have it whole.
pub(crate) fn shorten(name: &str, width: usize) -> String {
    if display_width(name) <= width {
        return name.to_owned();
    }
    let half = width.saturating_sub(1) / 2;
    let take = |characters: &mut dyn Iterator<Item = char>| -> Vec<char> {
        let mut columns = 0;
        let mut fits = |c: &char| {
            columns += display_width(c.encode_utf8(&mut [0; 4]));
            columns <= half
        };
        characters.take_while(|c| fits(c)).collect()
    };
    let start = take(&mut name.chars());
    let mut end = take(&mut name.chars().rev());
    end.reverse();
    start.into_iter().chain(['…']).chain(end).collect()
}

/// Writes a command that a shell runs as it is: a line too long continues after a backslash.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn command(out: &mut dyn Write, head: &str, words: &[String]) -> io::Result<()> {
    let column = display_width(head);
    let mut used = column;
    write!(out, "{head}")?;
    for (at, word) in words.iter().enumerate() {
        let width = display_width(word);
        // Two more for the backslash.
        if at > 0 && used + 1 + width + 2 > WIDTH {
            write!(out, " \\\n{:indent$}{word}", "", indent = column + 4)?;
            used = column + 4 + width;
        } else {
            let gap = if at > 0 { " " } else { "" };
            write!(out, "{gap}{word}")?;
            used += gap.len() + width;
        }
    }
    writeln!(out)
}

/// `count` with its thousands apart, and the noun.
pub(crate) fn count(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn printed(print: impl Fn(&mut dyn Write) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        print(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nothing_is_wider_than_eighty_columns() {
        let long = format!("{} and {} end", "word ".repeat(40), "x".repeat(400));
        for column in [0, 4, 28] {
            let head = " ".repeat(column);
            let text = printed(|out| hang(out, &head, column, &long));
            assert!(text.lines().all(|line| display_width(line) <= WIDTH), "{text}");
            assert!(text.contains('…') && text.trim_end().ends_with("end"));
        }
    }

    #[test]
    fn who_signed_is_printed_whole() {
        let (one, other) = ("https://github.com/example-a/", "https://github.com/example-b/");
        let rest = format!("{}/release.yml@refs/tags/v1", "long-name/".repeat(9));
        for begins in [one, other] {
            let text = printed(|out| hang(out, "  signed by: ", 13, &format!("{begins}{rest}")));
            let joined: String = text.split_whitespace().collect();
            assert!(joined.ends_with(&format!("{begins}{rest}")), "{text}");
        }
    }

    #[test]
    fn a_command_is_the_same_to_a_shell() {
        let words: Vec<String> = ["printf", "'%s\\n'"]
            .into_iter()
            .map(str::to_owned)
            .chain((0..30).map(|n| format!("word-{n}")))
            .collect();
        let text = printed(|out| command(out, "  ", &words));
        assert!(text.lines().all(|line| display_width(line) <= WIDTH), "{text}");
        let run = std::process::Command::new("sh").args(["-c", &text]).output().unwrap();
        let expected: String = words[2..].iter().map(|word| format!("{word}\n")).collect();
        assert_eq!(String::from_utf8(run.stdout).unwrap(), expected);
    }

    #[test]
    fn thousands_are_apart() {
        assert_eq!(count(1, "byte", "bytes"), "1 byte");
        assert_eq!(count(29_882, "byte", "bytes"), "29,882 bytes");
        assert_eq!(count(1_000_000, "byte", "bytes"), "1,000,000 bytes");
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(shorten("日本語日本語", 9), "日本…本語");
    }
}
