//! One page of HTML that reads without scripts and without anything from elsewhere.
//!
//! Every byte from the archives goes through [`escape`]. The page forbids itself to load or run
//! anything, so that a slip there would still have no effect.

use super::unified::{LINES, Line, shown, silence, unified};
use super::{extent, name, tops, totals};
use crate::bytes::digests::hex;
use crate::bytes::escape::is_harmful;
use crate::release::diff::lines::Lines;
use crate::release::diff::{Change, ChangeKind, Diff, Side};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Bytes of HTML from which on contents are left out, and only said to be.
const ENOUGH: u64 = 64 << 20;

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
/// Where `out` cannot be written to.
pub(crate) fn print(diffs: &[&Diff], out: &mut dyn Write) -> io::Result<()> {
    let mut out = Counted { out, bytes: 0 };
    let heading = |diff: &Diff| format!("{} against {}", diff.old.name(), diff.new.name());
    let title = diffs.iter().map(|diff| heading(diff)).collect::<Vec<_>>().join(", ");
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
        writeln!(out, "<h1>{}</h1>", escape(&heading(diff)))?;
        print_diff(diff, &mut out)?;
    }
    writeln!(
        out,
        "<p>Made by distvouch {}. Nothing here read a line for you.</p>\n</body>\n</html>",
        env!("CARGO_PKG_VERSION")
    )
}

fn print_diff(diff: &Diff, out: &mut Counted<'_>) -> io::Result<()> {
    writeln!(out, "<table>")?;
    print_side("old", &diff.old, out)?;
    print_side("new", &diff.new, out)?;
    writeln!(out, "</table>")?;
    if let Some(tops) = tops(diff) {
        writeln!(out, "<p>{}.</p>", escape(&tops))?;
    }
    writeln!(out, "<p>{}.</p>", escape(&totals(diff)))?;
    if !diff.new_oddities.is_empty() {
        writeln!(out, "<h2>New in how the archive is made</h2>\n<ul>")?;
        for oddity in &diff.new_oddities {
            writeln!(out, "<li>{}</li>", escape(&oddity.to_string()))?;
        }
        writeln!(out, "</ul>")?;
    }
    let dangerous = |change: &Change| !change.hazards.is_empty();
    let gone = |change: &Change| change.kind == ChangeKind::Removed;
    part("Read these first, worst on top", &|c| dangerous(c), diff, out)?;
    part("Then these", &|c| !dangerous(c) && !gone(c), diff, out)?;
    part("Gone", &|c| gone(c), diff, out)
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
    belongs: &dyn Fn(&Change) -> bool,
    diff: &Diff,
    out: &mut Counted<'_>,
) -> io::Result<()> {
    let mut any = false;
    for change in diff.changes.iter().filter(|change| belongs(change)) {
        if !any {
            writeln!(out, "<h2>{heading}</h2>")?;
            any = true;
        }
        print_change(change, out)?;
    }
    Ok(())
}

fn print_change(change: &Change, out: &mut Counted<'_>) -> io::Result<()> {
    // What is dangerous is unfolded.
    let open = if change.hazards.is_empty() { "" } else { " open" };
    write!(
        out,
        "<details{open}><summary><span class=\"kind\">{}</span><span class=\"path\">{}</span>\
         <span class=\"extent\">{}</span>",
        change.kind.word(),
        escape(&name(change)),
        escape(&extent(change))
    )?;
    for hazard in &change.hazards {
        write!(out, "<span class=\"hazard\">{}</span>", escape(&hazard.reason))?;
    }
    writeln!(out, "</summary>")?;
    match (silence(change), change.compared()) {
        (Some(silence), _) => writeln!(out, "<pre><span>{}</span></pre>", escape(&silence))?,
        (None, Some(lines)) if out.bytes < ENOUGH => print_lines(&lines, out)?,
        (None, _) => writeln!(out, "<pre><span>left out: the page is large enough</span></pre>")?,
    }
    writeln!(out, "</details>")
}

fn print_lines(lines: &Lines<'_>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "<pre>")?;
    for (count, line) in unified(lines).enumerate() {
        if count == LINES {
            writeln!(
                out,
                "<span class=\"h\">more than {LINES} lines; the rest is left out</span>"
            )?;
            break;
        }
        match line {
            Line::Hunk(hunk) => write!(out, "<span class=\"h\">{}</span>", escape(&hunk))?,
            Line::Same(bytes) => write!(out, "<span class=\"s\"> {}</span>", content(bytes))?,
            Line::Removed(bytes) => write!(out, "<span class=\"r\">-{}</span>", content(bytes))?,
            Line::Added(bytes) => write!(out, "<span class=\"a\">+{}</span>", content(bytes))?,
        }
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
