//! Documents that do something when they are made into pages, tested, opened, or taken for something else
//! than a document.
//!
//! Of markup that has names for what it does (directives, keywords), those that are known to do nothing
//! are listed, and every other one acts.

use super::documents::is_edition_of_document;
use crate::release::diff::lang::{extension, is_among};
use regex::bytes::Regex;
use std::sync::LazyLock;

/// Directives of reStructuredText, Sphinx and MyST that only set text. Those of a domain (`c:function`)
/// describe something.
const DIRECTIVES: &str = "admonition attention caution danger error hint important note tip warning \
    image figure math code code-block sourcecode highlight parsed-literal table csv-table list-table \
    contents toctree versionadded versionchanged versionremoved deprecated seealso rubric centered hlist \
    glossary productionlist index only tabularcolumns topic sidebar epigraph compound container header \
    footer meta class role default-role replace unicode sectnum pull-quote highlights option program \
    envvar describe object function method attribute data cmdoption confval module currentmodule \
    exception decorator property target-notes tabs tab tab-set tab-item dropdown grid card";

const DOMAINS: [&str; 5] = ["py:", "c:", "cpp:", "js:", "std:"];

/// Keywords of Org that only say or set something.
const KEYWORDS: &str = "title subtitle author date email language description keywords options caption name \
    attr_html attr_latex begin_example end_example begin_quote end_quote begin_verse end_verse begin_center \
    end_center toc tblfm filetags category startup todo select_tags exclude_tags latex_class latex_header \
    html_head texinfo_filename results plot";

/// Where a line begins, for readers that end lines at other characters, too; and the blanks there.
const BEGIN: &str = r"(?:^|[\r\x0b\x0c])[ \t\r\x0b\x0c>*+|-]*";

const RUNS: &str = "a document of which a part runs when it is made into pages";

/// A pattern, and why what it finds acts.
const ACTING: [(&str, &str); 10] = [
    // Examples that are tests: Python's, Elixir's, Julia's, Haskell's.
    (
        r"BEGIN(?:>>>|iex(?:\([0-9]+\))?>|julia>|ghci>|Prelude>|In \[[0-9]+\]:)",
        "a document with examples that tests run",
    ),
    (r"[`~]{3}.*\bexec=", RUNS),
    // groff's requests, and AsciiDoc's and Org's macros that run a program or read a file.
    (
        r"^(?:[.'].*[ \t{])?[.'][ \t]*(?:sy|pso|pi|opena?|cc|c2)\b|^[.'].*\b(?:als|rn)\b.*\b(?:sy|pso|pi|opena?)\b|BEGIN(?:sys[0-9]?|eval|include[0-9]?|script|template)::|\{(?:sys[0-9]?|eval|include)[:0-9]|\b(?:src|call)_[A-Za-z0-9-]+[\[{(]|\{\{\{",
        RUNS,
    ),
    // TeX's ways to other files and programs, and to write their names otherwise.
    (
        r#"\\(?:immediate|write|openin|openout|directlua|catcode|csname|chardef|let|e?def|gdef|xdef|expandafter|ShellEscape|special)\b|\\input[ \t]*\{?[ \t]*"?\||@(?:tex|macro|rmacro|include|verbatiminclude|definfoenclose)\b"#,
        RUNS,
    ),
    (
        r#"(?i)<!--[ \t]*#|<script\b|<iframe\b|javascript[ \t\r\n]*(?::|&)|http-equiv[ \t]*=[ \t]*["']?refresh|<[a-z][^<>]*[ \t\r\n/"']on[a-z]+[ \t]*=[ \t]*["']"#,
        "a page that a server or a browser runs",
    ),
    // What editors do on opening.
    (
        r"(?i)Local Variables:(?s:.{0,3000})\beval:|-\*-.*\beval:|\b(?:vim?|ex)[0-9<=>]*:.*(?:expr|fde|inde|inex|fex|kp|mp|prg|exrc|rtp|shell)[ \t]*=",
        "a document that has an editor run something",
    ),
    (r"BEGIN(?:INPUT|GROUP|OUTPUT_FORMAT)[ \t]*\(", "a text that a linker takes for its own"),
    // Lists of what pip installs, by any name.
    (
        r"^[ \t]*(?:--?(?:index-url|extra-index-url|find-links|trusted-host|requirement|constraint|editable|[irce])[ =]+[^ \t\r\n]+[ \t]*\r?$|[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]\n]*\])?[ \t]*(?:@[ \t]*[a-z+]+:[^ \t\r\n]+|(?:===?|~=)[ \t]*[0-9][0-9A-Za-z.*+!-]*)[ \t]*(?:;.*)?\r?$)",
        "a text that pip takes for requirements",
    ),
    (r"^From [0-9a-f]{40} |^diff --git ", "a patch"),
    (r"^%PDF-|^\x7fELF|^MZ", "a document that is none"),
];

/// What a document does, where it does something.
pub(super) fn acts(name: &str, contents: &[u8]) -> Option<&'static str> {
    static PATTERNS: LazyLock<Vec<Option<(Regex, &'static str)>>> = LazyLock::new(|| {
        let made = ACTING.iter().map(|(pattern, why)| {
            let pattern = pattern.replace("BEGIN", BEGIN);
            Some((Regex::new(&format!("(?m-u){pattern}")).ok()?, *why))
        });
        made.collect()
    });
    static FILLED_IN: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?-u)\{\{|\{%|<\?(?:php|=)|<%|\$\{[^}]*[(.]").ok());
    let extension = extension(name);
    if name.starts_with('.') && name.ends_with("ignore") {
        return Some("rules for what is left out, which packers read");
    }
    if name == ".gitattributes" {
        return Some(
            "settings of git's, which can name programs to run, and by which `git apply` rewrites files",
        );
    }
    if has_other_directive(contents) {
        return Some("a document of which a part may run when it is made into pages");
    }
    for pattern in PATTERNS.iter() {
        let Some((pattern, why)) = pattern else {
            return Some("a document that was not looked into");
        };
        if pattern.is_match(contents) {
            return Some(why);
        }
    }
    let filled = FILLED_IN.as_ref().is_none_or(|pattern| pattern.is_match(contents));
    if matches!(extension, "html" | "htm" | "xhtml" | "md") && filled {
        return Some("a page that a program fills in");
    }
    // `libfoo.so.3` may be a text for the linker, `NEWS-2.1` is none.
    let digit = matches!(extension.as_bytes(), [b'1'..=b'9']);
    (digit && !is_roff(contents) && !is_edition_of_document(name))
        .then_some("called like a manual page, and none by its contents")
}

/// Whether there is a directive, or a keyword of Org's, that is not known to do nothing.
fn has_other_directive(contents: &[u8]) -> bool {
    static DIRECTIVE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let rst = r"\.\.[ \t\x0b\x0c]+(?:\|[^|\n]+\|[ \t]*)?([A-Za-z][A-Za-z0-9:._+-]*?)[ \t]*::(?:[ \t\r\n]|\z)";
        Regex::new(&format!(r"(?m-u){rst}|[`~:]{{3,}}[ \t]*\{{[ \t]*([^}}\s]*)")).ok()
    });
    static KEYWORD: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(&format!(r"(?m-u){BEGIN}#\+([A-Za-z_]+)(?::|[ \t\r\n\[]|\z)")).ok()
    });
    let (Some(directive), Some(keyword)) = (DIRECTIVE.as_ref(), KEYWORD.as_ref()) else {
        return true;
    };
    let among = |list: &str, name: &[u8]| {
        is_among(list, &String::from_utf8_lossy(name).to_ascii_lowercase())
    };
    let other = |found: regex::bytes::Captures<'_>| {
        let name = found.get(1).or(found.get(2)).map_or(&b""[..], |name| name.as_bytes());
        let domain = DOMAINS.iter().any(|domain| name.starts_with(domain.as_bytes()));
        !domain && !among(DIRECTIVES, name)
    };
    directive.captures_iter(contents).any(other)
        || keyword
            .captures_iter(contents)
            .any(|found| !found.get(1).is_some_and(|name| among(KEYWORDS, name.as_bytes())))
}

/// Whether a text begins as a manual page. BSD make's rules begin with a dot, too: `.include`, `.if`, `.for`.
fn is_roff(contents: &[u8]) -> bool {
    let first = contents.trim_ascii_start().split(|b| b" \t\n\r".contains(b)).next();
    first.is_some_and(|first| {
        let comment = first.starts_with(b".\\\"") || first.starts_with(b"'\\\"");
        let requests = [
            ".TH", ".Dd", ".so", ".de", ".ie", ".nr", ".ds", ".hy", ".na", ".ll", ".pl", ".ad",
            ".ft", ".nh", ".do", ".SH", ".Sh", ".ig", ".tr", ".mso", ".rm", ".lf", ".\\", "'\\",
            ".",
        ];
        comment || requests.iter().any(|request| first == request.as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_told_in_every_spelling() {
        for (name, text) in [
            ("use.rst", ".. command-output:: id\n"),
            ("use.rst", "..  Command-Output :: id\n"),
            ("use.rst", "* .. command-output:: id\n"),
            ("use.rst", ".. |x| command-output:: id\n"),
            ("use.rst", ":a: .. program-output:: id\n"),
            ("use.rst", "a\r\r.. command-output:: id\n"),
            ("use.rst", ".. ifconfig:: f()\n"),
            ("use.rst", ".. autosummary::\n   x\n"),
            ("use.rst", ".. bokeh-plot::\n"),
            ("use.rst", ".. include:: x\n"),
            ("use.rst", "    >>>\timport os\n"),
            ("use.rst", "text\r>>> import os\n"),
            ("use.md", "    iex> f()\n"),
            ("use.md", ":::{plot}\n:::\n"),
            ("use.md", "```{exec_code}\n```\n"),
            ("use.md", "``` python exec=\"on\"\n"),
            ("x.adoc", "{sys:id}\n"),
            ("x.txt", "sys::[id]\n"),
            ("x.txt", "eval::[f()]\n"),
            ("x.org", "#+MACRO: x (eval (f))\n"),
            ("x.org", "text src_sh{id} text\n"),
            ("x.tex", "\\chardef\\w=18 \\immediate\\write\\w{id}\n"),
            ("x.texi", "@tex\n\\input x\n@end tex\n"),
            ("x.html", "<p><!--#exec cmd=\"id\" --></p>\n"),
            ("x.html", "<p>${f('x')}</p>\n"),
            ("x.html", "<script>f()</script>\n"),
            ("x.html", "<SCRIPT type=module>import 'https://x.example'</SCRIPT>\n"),
            ("x.html", "<img src=x onerror=\"f()\">\n"),
            ("x.html", "<a href=\"javascript:f()\">\n"),
            ("x.html", "<meta http-equiv='refresh' content='0;url=x'>\n"),
            ("x.md", "text <script>f()</script>\n"),
            ("x.md", "x\n\nLocal Variables:\neval: (f)\nEnd:\n"),
            ("x.md", "x\n# vim: set fde=f() fdm=expr:\n"),
            ("NEWS", "INPUT(-lx)\n"),
            ("deps.txt", "--index-url https://x.example/\nfoo\n"),
            ("deps.txt", "foo @ https://x.example/foo.whl\n"),
            ("deps.txt", "foo==1.2\n"),
            ("x.1", ".TH X 1\n.if n .sy id\n"),
            ("x.1", ".TH X 1\n.als x sy\n.x id\n"),
            ("x.1", ".TH X 1\n.cc #\n#sy id\n"),
            ("x.1", ".include x\n"),
            (".gitignore", "x\n"),
            (".gitattributes", "* filter=x\n"),
        ] {
            assert!(acts(name, text.as_bytes()).is_some(), "{name}: {text}");
        }
    }

    #[test]
    fn what_only_sets_text_does_not() {
        for (name, text) in [
            (
                "use.rst",
                ".. note:: a\n.. _x: https://x.example\n.. a comment\n.. c:function:: int f()\n",
            ),
            ("use.md", "```{note}\na\n```\n```python\nx = 1\n```\n"),
            ("NEWS", "* Version 1.2 >= 1.1 == fine; call it.\n- src/a.c: foo_bar (x)\n"),
            (
                "ChangeLog",
                "2020  A  <a@x.example>\n\n\t* a.c (f): x.\n\nLocal Variables:\ncoding: utf-8\nEnd:\n",
            ),
            ("x.org", "#+TITLE: x\n* A\n#+begin_example\na\n#+end_example\n"),
            ("x.texi", "\\input texinfo\n@setfilename x.info\n@node Top\n"),
            ("x.1", ".TH X 1\n.SS \"open\"\n.MTO \"a\" \"zhenwei pi\"\n"),
            ("x.1", ".\\\" a\n.TH X 1\n.SH NAME\nx \\- y\n"),
            ("x.html", "<html><body><p>a {b} $5 one = 1</p></body></html>\n"),
            ("README", "Run ./configure; make; make install\n"),
        ] {
            assert_eq!(acts(name, text.as_bytes()), None, "{name}: {text}");
        }
    }
}
