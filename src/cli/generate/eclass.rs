//! The manual page of an eclass, from its eclassdoc (devmanual, "Documenting eclasses").

use super::{Page, roff, see_also, title};
use std::io;

/// What the page has beyond the eclassdoc: the example of a package with provenance.
const EXAMPLE: &str = "\
# PyPI's provenance, with the pins that \"distvouch pin FILE\" prints
VERIFY_SIG_METHOD=provenance
VERIFY_PROVENANCE_REPO=https://github.com/example/foo
VERIFY_PROVENANCE_PINS=(
	--workflow=.github/workflows/release.yml
	--ref=refs/tags/v${PV}
)
inherit verify-sig

SRC_URI+=\"
	verify-provenance? (
		$(verify-sig_pypi_provenance_uri foo ${PV} ${P}.tar.gz)
	)
\"";

/// What it reads, beyond the distfiles.
const FILES: [(&str, &str); 3] = [
    (
        "/usr/share/openpgp-keys/*.asc",
        "Keys that packages of the category sec-keys install; VERIFY_SIG_OPENPGP_KEY_PATH names one.",
    ),
    (
        "DISTFILE.provenance",
        "In DISTDIR: the PEP 740 provenance of DISTFILE, as the index serves it.",
    ),
    (
        "/usr/share/distvouch/eclass/verify-sig.eclass",
        "The eclass itself, for overlays that carry it.",
    ),
];

/// A line of which no page can be made, and why.
type Fault = (usize, String);

/// A function or a variable.
#[derive(Debug, Default)]
struct Item {
    name: String,
    usage: String,
    /// What `@DEFAULT_UNSET` and its like say.
    remarks: Vec<&'static str>,
    internal: bool,
    text: Vec<String>,
}

/// What the eclassdoc says.
#[derive(Debug, Default)]
struct Eclass {
    name: String,
    blurb: String,
    eapis: String,
    text: Vec<String>,
    example: Vec<String>,
    functions: Vec<Item>,
    variables: Vec<Item>,
}

/// What the lines that come belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum In {
    Nothing,
    Eclass,
    Example,
    Maintainer,
    Function,
    Variable,
}

/// The page of the eclass whose text is `text`.
///
/// # Errors
///
/// If it has no name, or a tag that is not known.
pub(super) fn page(text: &str) -> Result<Page, Fault> {
    let eclass = parse(text)?;
    let mut page = title(&eclass.name, 5, &eclass.blurb);
    // Writing to a vector cannot fail.
    let _ = print(&eclass, &mut page);
    Ok(Page { name: format!("{}.5", eclass.name), text: page })
}

fn parse(text: &str) -> Result<Eclass, Fault> {
    let mut eclass = Eclass::default();
    let mut within = In::Nothing;
    for (at, line) in text.lines().enumerate() {
        let fault = |what: String| (at + 1, what);
        let Some(line) = line.strip_prefix('#') else {
            default(line, within, &mut eclass);
            within = In::Nothing;
            continue;
        };
        let line = line.strip_prefix(' ').unwrap_or(line);
        match line.strip_prefix('@').filter(|rest| rest.starts_with(char::is_uppercase)) {
            Some("CODE") => push(line, within, &mut eclass),
            Some(tag) => {
                let (tag, value) = tag.split_once(':').unwrap_or((tag, ""));
                within = take(tag, value.trim(), within, &mut eclass)
                    .ok_or_else(|| fault(format!("@{tag}: not a tag that is known here")))?;
            }
            None => push(line, within, &mut eclass),
        }
    }
    match eclass.name.is_empty() || eclass.blurb.is_empty() {
        true => Err((1, "no @ECLASS and @BLURB".to_owned())),
        false => Ok(eclass),
    }
}

/// Takes a tag; what the lines below it belong to, or `None` where it is not known.
fn take(tag: &str, value: &str, within: In, eclass: &mut Eclass) -> Option<In> {
    let named = || Item { name: value.to_owned(), ..Item::default() };
    let item = match within {
        In::Function => eclass.functions.last_mut(),
        In::Variable => eclass.variables.last_mut(),
        _ => None,
    };
    match (tag, item) {
        ("ECLASS", _) => {
            value.clone_into(&mut eclass.name);
            return Some(In::Eclass);
        }
        ("MAINTAINER" | "AUTHOR" | "BUGREPORTS" | "VCSURL", _) => return Some(In::Maintainer),
        ("SUPPORTED_EAPIS", _) => value.clone_into(&mut eclass.eapis),
        ("BLURB", _) => value.clone_into(&mut eclass.blurb),
        ("EXAMPLE", _) => return Some(In::Example),
        ("FUNCTION", _) => {
            eclass.functions.push(named());
            return Some(In::Function);
        }
        ("ECLASS_VARIABLE" | "VARIABLE", _) => {
            eclass.variables.push(named());
            return Some(In::Variable);
        }
        ("DESCRIPTION", Some(_)) => {}
        ("DESCRIPTION", None) => return Some(In::Eclass),
        ("USAGE", Some(item)) => value.clone_into(&mut item.usage),
        ("INTERNAL", Some(item)) => item.internal = true,
        ("PRE_INHERIT", Some(item)) => item.remarks.push("Set it before inherit."),
        ("DEFAULT_UNSET", Some(item)) => item.remarks.push("Unset by default."),
        ("USER_VARIABLE", Some(item)) => item.remarks.push("For users, not for ebuilds."),
        ("REQUIRED", Some(item)) => item.remarks.push("Required."),
        _ => return None,
    }
    Some(within)
}

fn push(line: &str, within: In, eclass: &mut Eclass) {
    let text = match within {
        In::Eclass => Some(&mut eclass.text),
        In::Example => Some(&mut eclass.example),
        In::Function => eclass.functions.last_mut().map(|item| &mut item.text),
        In::Variable => eclass.variables.last_mut().map(|item| &mut item.text),
        In::Maintainer | In::Nothing => None,
    };
    text.into_iter().for_each(|text| text.push(line.to_owned()));
}

/// `: "${VARIABLE:=value}"` below a variable's documentation is its default.
fn default(line: &str, within: In, eclass: &mut Eclass) {
    let inner = line.strip_prefix(": \"${").and_then(|rest| rest.strip_suffix("}\""));
    let (In::Variable, Some((name, value)), Some(item)) =
        (within, inner.and_then(|inner| inner.split_once(":=")), eclass.variables.last_mut())
    else {
        return;
    };
    // Another variable is described in the text.
    if item.name == name && !value.contains('$') {
        item.text.extend([String::new(), format!("Default: {value}")]);
    }
}

fn print(eclass: &Eclass, out: &mut dyn io::Write) -> io::Result<()> {
    let inherit = eclass.name.strip_suffix(".eclass").unwrap_or(&eclass.name);
    writeln!(out, ".SH SYNOPSIS\n.B inherit {}", roff(inherit))?;
    writeln!(out, ".SH DESCRIPTION")?;
    lines(&eclass.text, ".PP", out)?;
    writeln!(out, ".PP\nEAPIs: {}.", roff(&eclass.eapis.replace(' ', ", ")))?;
    for (heading, items) in [("FUNCTIONS", &eclass.functions), ("VARIABLES", &eclass.variables)] {
        writeln!(out, ".SH {heading}")?;
        for item in items.iter().filter(|item| !item.internal) {
            let usage = match item.usage.as_str() {
                "" => String::new(),
                usage => format!(" {}", arguments(usage)),
            };
            writeln!(out, ".TP\n\\fB{}\\fR{usage}", roff(&item.name))?;
            lines(&item.text, ".IP", out)?;
            if !item.remarks.is_empty() {
                writeln!(out, ".IP\n{}", item.remarks.join(" "))?;
            }
        }
    }
    writeln!(out, ".SH EXAMPLES")?;
    lines(&eclass.example, ".PP", out)?;
    writeln!(out, ".PP\n.nf\n{}\n.fi", roff(EXAMPLE))?;
    writeln!(out, ".SH FILES")?;
    for (file, meaning) in FILES {
        writeln!(out, ".TP\n.I {}\n{}", roff(file), roff(meaning))?;
    }
    let pages =
        ["distvouch(1)", "distvouch-pin(1)", "distvouch-explain(1)", "distvouch-classes(7)"];
    let mut text = Vec::new();
    see_also(&mut text, pages.into_iter().chain(["ebuild(5)"]))?;
    out.write_all(&text)
}

/// Paragraphs, which an empty line parts, and code, which stays as it is.
fn lines(text: &[String], paragraph: &str, out: &mut dyn io::Write) -> io::Result<()> {
    let trimmed = |line: &&String| line.trim().is_empty();
    let end = text.len() - text.iter().rev().take_while(trimmed).count();
    let mut code = false;
    for line in text.iter().take(end).skip_while(trimmed) {
        match (line.as_str(), code) {
            ("@CODE", false) => writeln!(out, ".nf")?,
            ("@CODE", true) => writeln!(out, ".fi")?,
            ("", false) => writeln!(out, "{paragraph}")?,
            (line, true) => writeln!(out, "{}", roff(line))?,
            // roff puts its own space behind a full stop.
            (line, false) => writeln!(out, "{}", arguments(&line.replace(".  ", ". ")))?,
        }
        code ^= line == "@CODE";
    }
    Ok(())
}

/// `<file> [<key-file>]` with the names in italics.
fn arguments(text: &str) -> String {
    let mut parts = text.split('<');
    let mut line = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let name = |name: &str| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        };
        match part.split_once('>').filter(|(inner, _)| name(inner)) {
            Some((inner, rest)) => line.push_str(&format!("\u{1}{inner}\u{2}{rest}")),
            None => line.push_str(&format!("<{part}")),
        }
    }
    roff(&line).replace('\u{1}', "\\fI").replace('\u{2}', "\\fR")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const DOC: &str = "\
# @ECLASS: foo.eclass
# @SUPPORTED_EAPIS: 7 8
# @BLURB: Do foo
# @DESCRIPTION:
# One.
#
# Two.
# @EXAMPLE:
# @CODE
# .inherit foo
# @CODE

# @ECLASS_VARIABLE: FOO
# @PRE_INHERIT
# @DESCRIPTION:
# What foo is.
: \"${FOO:=bar}\"

# @FUNCTION: foo_do
# @USAGE: <file> [<key-file>]
# @DESCRIPTION:
# Does it.
foo_do() {
	# @NOT: a tag
}

# @FUNCTION: _foo_inner
# @INTERNAL
# @DESCRIPTION:
# Hidden.
";

    #[test]
    fn everything_has_its_place() {
        let page = page(DOC).unwrap();
        let text = String::from_utf8(page.text).unwrap();
        assert_eq!(page.name, "foo.eclass.5");
        for part in [
            "foo.eclass \\- Do foo\n",
            ".SH DESCRIPTION\nOne.\n.PP\nTwo.\n",
            ".nf\n\\&.inherit foo\n.fi\n",
            ".TP\n\\fBfoo_do\\fR \\fIfile\\fR [\\fIkey\\-file\\fR]\nDoes it.\n",
            ".TP\n\\fBFOO\\fR\nWhat foo is.\n.IP\nDefault: bar\n.IP\nSet it before inherit.\n",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("_foo_inner") && !text.contains("Hidden"), "{text}");
    }

    #[test]
    fn what_is_not_eclassdoc_is_named() {
        let (line, what) = page(&DOC.replace("# @USAGE:", "# @USAEG:")).unwrap_err();
        assert_eq!((line, what.as_str()), (20, "@USAEG: not a tag that is known here"));
        assert!(page("# nothing\n").is_err());
    }
}
