//! One page of HTML that reads without scripts and without anything from elsewhere.
//!
//! Every byte from the archives goes through [`escape`]. The page forbids itself to load or run
//! anything, so that a slip there would still have no effect.

use super::unified::{shown, silence};
use super::{extent, name, reason, tops, totals};
use crate::bytes::digests::hex;
use crate::bytes::escape::is_harmful;
use crate::release::diff::rank::Tier;
use crate::release::diff::{Change, Diff, Side};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Bytes of HTML from which on contents are left out, and only said to be.
const ENOUGH: u64 = 64 << 20;

/// How many changes at the top are unfolded.
const OPEN: usize = 20;

/// Lines of an unfolded change from which on it is folded all the same.
const MANY: usize = 2_000;

const STYLE: &str = "\
:root{color-scheme:light dark}
body{font:15px/1.5 sans-serif;margin:2em auto;max-width:75em;padding:0 1em}
h1{font-size:1.4em}h2{font-size:1.15em;margin-top:2em}
code,pre,.path,.digest{font-family:monospace;font-size:13px}
.digest,.path{overflow-wrap:anywhere}
table{border-collapse:collapse}td,th{padding:.1em .8em .1em 0;text-align:left;vertical-align:top}
details{border:1px solid #8886;border-radius:4px;margin:.5em 0}
summary{cursor:pointer;padding:.4em .7em}
.kind{display:inline-block;min-width:5em;font-weight:bold}
.extent{opacity:.75;margin-left:1em}
.hazard{display:block;margin-left:5.2em;color:#b3261e}
pre{margin:0;padding:.5em .7em;overflow-x:auto;border-top:1px solid #8886;tab-size:4}
pre span{display:block;white-space:pre-wrap;overflow-wrap:anywhere;min-height:1.2em}
.a{background:#e8a3351f;border-left:3px solid #e8a335}
.r{opacity:.6;border-left:3px solid #888}
.s{border-left:3px solid transparent}
.h{color:#5577aa;margin-top:.5em}
pre b{background:#b3261e;color:#fff;font-weight:normal}
b.x{background:#b3261e;color:#fff;font-weight:normal}
@media(prefers-color-scheme:dark){.hazard{color:#f2b8b5}}
";

/// Prints one page of all `diffs`.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn print(diffs: &[&Diff], out: &mut dyn Write) -> io::Result<()> {
    let mut out = Counted { out, bytes: 0 };
    let title = diffs.iter().map(|diff| super::title(diff)).collect::<Vec<_>>().join(", ");
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        escape(&title)
    )?;
    for diff in diffs {
        writeln!(out, "<h1>{}</h1>", escape(&super::title(diff)))?;
        print_diff(diff, &mut out)?;
    }
    writeln!(
        out,
        "<p>Made by distvouch {}. No line of this was read for you.</p>\n</body>\n</html>",
        env!("CARGO_PKG_VERSION")
    )
}

fn print_diff(diff: &Diff, out: &mut Counted<'_>) -> io::Result<()> {
    writeln!(out, "<table>")?;
    diff.old.iter().try_for_each(|old| print_side("old", old, out))?;
    print_side("new", &diff.new, out)?;
    writeln!(out, "</table>")?;
    if let Some(tops) = tops(diff) {
        writeln!(out, "<p>{}.</p>", escape(&tops))?;
    }
    writeln!(out, "<p>{}.</p>", escape(&totals(diff)))?;
    if !diff.new_oddities.is_empty() {
        writeln!(out, "<h2>New in how the archive is packed</h2>\n<ul>")?;
        for oddity in &diff.new_oddities {
            writeln!(out, "<li>{}</li>", escape(&oddity.to_string()))?;
        }
        writeln!(out, "</ul>")?;
    }
    part("Riskiest first", &|tier| tier < Tier::Build, diff, out)?;
    part("Build files", &|tier| tier == Tier::Build, diff, out)?;
    part("Source", &|tier| matches!(tier, Tier::Opaque | Tier::Source), diff, out)?;
    part("Data", &|tier| tier == Tier::Data, diff, out)?;
    part("Tests and examples", &|tier| tier == Tier::Test, diff, out)?;
    let inert = "Documentation, translations, CI, images, packer's metadata";
    part(inert, &|tier| tier == Tier::Inert, diff, out)?;
    part("Removed", &|tier| tier == Tier::Gone, diff, out)
}

fn print_side(word: &str, side: &Side, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<tr><th>{word}</th><td class=\"path\">{}</td><td>{} bytes, {} files</td></tr>\n\
         <tr><td></td><td colspan=\"2\" class=\"digest\">BLAKE2B {}</td></tr>",
        escape(&side.name()),
        side.size,
        side.files,
        hex(&side.blake2b)
    )
}

fn part(
    heading: &str,
    belongs: &dyn Fn(Tier) -> bool,
    diff: &Diff,
    out: &mut Counted<'_>,
) -> io::Result<()> {
    let mut any = false;
    for (place, change) in diff.changes.iter().enumerate() {
        if !belongs(change.tier) {
            continue;
        }
        if !any {
            writeln!(out, "<h2>{heading}</h2>")?;
            any = true;
        }
        print_change(diff, change, place < OPEN, out)?;
    }
    Ok(())
}

fn print_change(diff: &Diff, change: &Change, top: bool, out: &mut Counted<'_>) -> io::Result<()> {
    // The top of the list is unfolded.
    let short = change.lines.is_none_or(|(added, removed)| added + removed <= MANY);
    let open = if top && short { " open" } else { "" };
    write!(
        out,
        "<details{open}><summary><span class=\"kind\">{}</span><span class=\"path\">{}</span>\
         <span class=\"extent\">{}</span>",
        change.kind.word(),
        escape(&name(change)),
        escape(&extent(change))
    )?;
    for hazard in &change.hazards {
        write!(out, "<span class=\"hazard\">{}</span>", escape(&reason(hazard)))?;
    }
    writeln!(out, "</summary>")?;
    match silence(change) {
        Some(silence) => writeln!(out, "<pre><span>{}</span></pre>", escape(&silence))?,
        None if out.bytes >= ENOUGH => {
            writeln!(out, "<pre><span>left out: the page is large enough</span></pre>")?;
        }
        None => match diff.hunks(change)? {
            Some(hunks) => print_lines(&hunks, out)?,
            None => writeln!(out, "<pre><span>its lines could not be kept</span></pre>")?,
        },
    }
    writeln!(out, "</details>")
}

fn print_lines(hunks: &[u8], out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<pre>")?;
    for line in hunks.split_inclusive(|b| *b == b'\n') {
        let class = match line.first() {
            Some(b'+') => "a",
            Some(b'-') => "r",
            Some(b' ') => "s",
            _ => "h",
        };
        write!(out, "<span class=\"{class}\">{}</span>", content(line))?;
    }
    writeln!(out, "</pre>")
}

fn content(line: &[u8]) -> String {
    escape(&shown(line))
}

/// `text` as HTML text or attribute value; what would not be seen is made visible.
fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\t' => html.push(c),
            _ if is_harmful(c) => {
                let _ = write!(html, "<b class=\"x\">U+{:04X}</b>", u32::from(c));
            }
            _ => html.push(c),
        }
    }
    html
}

/// A writer that counts.
struct Counted<'a> {
    out: &'a mut dyn Write,
    bytes: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_becomes_markup() {
        assert_eq!(
            escape("<script>\"x\"&'y'\u{202e}\x1b\t"),
            "&lt;script&gt;&quot;x&quot;&amp;&#39;y&#39;<b class=\"x\">U+202E</b><b class=\"x\">U+001B</b>\t"
        );
    }
}
