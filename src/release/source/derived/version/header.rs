//! Headers of C that define versions and nothing else.

use super::super::Checked;
use super::{is_part, is_value, names_this_version};
use crate::release::source::context::Context;
use crate::release::source::texts::name_of;
use regex::Regex;
use std::sync::LazyLock;

/// Words of which the name of a guard against being included twice has one.
const GUARDS: [&str; 6] = ["H", "HH", "HPP", "HXX", "INCLUDED", "GUARD"];

/// Words that the name of a switch has.
const SWITCHES: [&str; 7] = ["HAVE", "USE", "WITH", "WITHOUT", "ENABLE", "DISABLE", "NO"];

/// A line that does something.
enum Line<'t> {
    /// `#ifndef NAME`
    Unless(&'t str),
    /// `#define NAME`
    Flag(&'t str),
    /// `#define NAME "VALUE"`
    Text(&'t str, &'t str),
    /// `#define NAME NUMBER`
    Number(&'t str, &'t str),
    /// `#endif`
    End,
    /// `#pragma once`
    Once,
}

pub(super) fn check(context: &Context<'_>, path: &str, text: &str) -> Option<Checked> {
    // A trigraph for a backslash joins lines, as one does.
    if !path.ends_with(".h") || text.contains("??/") {
        return None;
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !is_comment(line));
    let lines: Vec<Line<'_>> = lines.map(line).collect::<Option<_>>()?;
    // What a condition is about is defined in the next line, so that it switches nothing else.
    let asked = |at: usize| match at.checked_sub(1).and_then(|before| lines.get(before)) {
        Some(Line::Unless(name)) => Some(*name),
        _ => None,
    };
    let (mut defined, mut open) = (0, 0_usize);
    for (at, line) in lines.iter().enumerate() {
        let name = match line {
            Line::Unless(_) => {
                open += 1;
                continue;
            }
            Line::End => {
                open = open.checked_sub(1)?;
                None
            }
            Line::Once => None,
            Line::Flag(name) => (asked(at) == Some(name) && is_guard(path, name)).then_some(*name),
            Line::Text(name, value) => {
                let says = names_this_version(context, &name.to_ascii_uppercase())
                    && !value.is_empty()
                    && is_value(context, value);
                defined += usize::from(says);
                says.then_some(*name)
            }
            Line::Number(name, number) => {
                let upper = name.to_ascii_uppercase();
                let says = names_this_version(context, &upper) && is_part(context, &upper, number);
                defined += usize::from(says);
                says.then_some(*name)
            }
        };
        // What defines has to say the version; and what a condition asks for is defined below it.
        let defines = !matches!(line, Line::End | Line::Once);
        if defines && name.is_none() || asked(at).is_some_and(|asked| name != Some(asked)) {
            return None;
        }
    }
    (defined > 0 && open == 0)
        .then(|| Checked::same("a header that defines the release's version and nothing else"))
}

/// Whether a macro is the guard of the header at `path`: it has the words of its name.
fn is_guard(path: &str, name: &str) -> bool {
    let upper = |text: &str| text.to_ascii_uppercase();
    let (name, file) = (upper(name), upper(name_of(path)));
    let words: Vec<&str> = name.split('_').filter(|word| !word.is_empty()).collect();
    let has = |word: &str| words.contains(&word);
    let mut named = file.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| *word != "H");
    named.all(has) && GUARDS.into_iter().any(has) && !SWITCHES.into_iter().any(has)
}

/// Whether a line is a comment from its beginning to its end, and opens no other.
fn is_comment(line: &str) -> bool {
    let whole = |line: &str| {
        let inside = line.strip_prefix("/*").and_then(|line| line.strip_suffix("*/"));
        inside.is_some_and(|inside| !inside.contains("*/"))
    };
    line.starts_with("//") && !line.ends_with('\\') || whole(line)
}

fn line(line: &str) -> Option<Line<'_>> {
    static DEFINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"\A#[ \t]*define[ \t]+([A-Za-z_][A-Za-z0-9_]*)(?:[ \t]+(?:"([^"\\]*)"|([0-9]+)))?[ \t]*(?:/\*[^*]*\*/)?\z"#).ok()
    });
    static OTHER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"\A#[ \t]*(?:ifndef[ \t]+([A-Za-z_][A-Za-z0-9_]*)|(endif)|pragma once)[ \t]*(?:/\*[^*]*\*/)?\z").ok()
    });
    if let Some(found) = DEFINE.as_ref()?.captures(line) {
        let name = found.get(1)?.as_str();
        return Some(match (found.get(2), found.get(3)) {
            (Some(value), _) => Line::Text(name, value.as_str()),
            (None, Some(number)) => Line::Number(name, number.as_str()),
            (None, None) => Line::Flag(name),
        });
    }
    let found = OTHER.as_ref()?.captures(line)?;
    Some(match (found.get(1), found.get(2)) {
        (Some(name), _) => Line::Unless(name.as_str()),
        (None, Some(_)) => Line::End,
        (None, None) => Line::Once,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn comments_end_in_their_line() {
        for text in ["// a", "/* a */", "/**/", "/***/", "/* // */"] {
            assert!(is_comment(text), "{text}");
        }
        for text in
            ["/*/", "// a \\", "/* a */ int x; /* b */", "/* a", "/*/ a */ b /*", "a */", "#"]
        {
            assert!(!is_comment(text), "{text}");
        }
        assert!(is_comment("/*/ a */"));
    }

    #[test]
    fn lines_are_whole() {
        for text in [
            "#ifndef X",
            "#endif",
            "#endif /* X */",
            "#pragma once",
            "#define X",
            "# define X 1 /* y */",
        ] {
            assert!(line(text).is_some(), "{text}");
        }
        for text in [
            "#ifndef X /*",
            "#endif /* a */ x /* b */",
            "#ifndef X Y",
            "#if X",
            "#define X(a) a",
            "#define X \"a\" b",
            "#endif /*/",
        ] {
            assert!(line(text).is_none(), "{text}");
        }
    }
}
