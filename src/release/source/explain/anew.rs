//! What the ebuild makes anew, so that the archive's own is not used.

use super::generated::is_autoheader;
use super::{Context, directory_of, name_of, same_text, text};
use crate::release::archive::Entry;

/// What the ebuild runs that makes the file anew, where it does.
pub(super) fn regenerated(
    context: &Context<'_>,
    entry: &Entry,
    path: &str,
) -> Option<&'static str> {
    const BY: &str = "eautoreconf";
    const LIBTOOL: [&str; 5] =
        ["libtool.m4", "ltoptions.m4", "ltsugar.m4", "ltversion.m4", "lt~obsolete.m4"];
    const LIBTOOLIZE: [&str; 3] = ["LT_INIT", "AC_PROG_LIBTOOL", "AM_PROG_LIBTOOL"];
    const NAMES: [&str; 6] =
        ["configure", "aclocal.m4", "config.guess", "config.sub", "ltmain.sh", "Makefile.in"];
    let made =
        |name: &str| NAMES.contains(&name) || LIBTOOL.contains(&name) || name.ends_with(".in");
    if !context.eautoreconf || !made(name_of(path)) {
        return None;
    }
    let (directory, name) = (directory_of(path), name_of(path));
    let in_git = |name: &str| context.view.has_file(&format!("{directory}{name}"));
    // What git's own configure.ac, which the archive has as it is, says.
    let input = context
        .configure_input("")
        .and_then(|input| same_text(context.view, input, context.members.get(input.as_bytes())?));
    // What a comment says is not done.
    let input = input.map(without_comments);
    let input = input.as_deref();
    let says = |words: &[&str]| input.is_some_and(|text| words.iter().any(|w| text.contains(w)));
    // In the root, or in a directory that it names for such files.
    let placed = || {
        let directory = directory.trim_end_matches('/');
        directory.is_empty() || says(&[&format!("[{directory}]"), &format!("({directory})")])
    };
    let anew = match name {
        // eautoreconf looks after the root alone.
        "configure" | "aclocal.m4" => directory.is_empty() && input.is_some(),
        "Makefile.in" => {
            let made = path.strip_suffix(".in").unwrap_or(path);
            let edge = |c: char| c.is_whitespace() || "[](),:;\"'".contains(c);
            let names = |text: &str| text.split(edge).any(|word| word == made);
            in_git("Makefile.am") && says(&["AM_INIT_AUTOMAKE"]) && input.is_some_and(names)
        }
        "config.guess" | "config.sub" => placed() && input.is_some(),
        "ltmain.sh" => placed() && says(&LIBTOOLIZE),
        _ if LIBTOOL.contains(&name) => placed() && says(&LIBTOOLIZE),
        _ => path.strip_suffix(".in").is_some_and(|header| {
            text(entry).is_some_and(is_autoheader)
                && input.is_some_and(|text| configures(text, header))
        }),
    };
    anew.then_some(BY)
}

/// m4's text without its comments.
fn without_comments(text: &str) -> String {
    let code = |line: &str| {
        let dnl = line.match_indices("dnl").map(|(at, _)| at).find(|at| {
            let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            let before = line.get(..*at).and_then(|text| text.chars().last());
            !word(before) && !word(line.get(at + 3..).and_then(|text| text.chars().next()))
        });
        let end = [dnl, line.find('#')].into_iter().flatten().min().unwrap_or(line.len());
        line.get(..end).unwrap_or_default().to_owned()
    };
    text.lines().map(code).collect::<Vec<_>>().join("\n")
}

/// Whether autoheader makes the template of that header: the first that `AC_CONFIG_HEADERS` names.
pub(super) fn configures(input: &str, header: &str) -> bool {
    let named = input.split("_CONFIG_HEADER").nth(1).and_then(|rest| rest.split(')').next());
    let first = named.and_then(|named| {
        named.split(['(', '[', ']', ' ', '\n', ',']).find(|word| !word.is_empty() && *word != "S")
    });
    first == Some(header)
}
