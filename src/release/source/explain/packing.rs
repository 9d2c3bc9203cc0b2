//! What git and the tools that pack do to a file on its way into an archive.

use super::{Context, Standing, text};
use crate::bytes::digests::hex;
use crate::release::archive::Entry;
use crate::release::git::TreeEntry;
use crate::release::source::attributes::Said;
use crate::release::source::explain::inert::Role;

/// How often `$Format:…$` may be in a file, and bytes of one that is looked at.
const FORMATS: usize = 40;
const FORMATTED: usize = 64 << 10;

/// What packing did to git's `blob`; `None` where that does not explain the whole difference.
pub(super) fn explain(
    context: &Context<'_>,
    entry: &Entry,
    git: &TreeEntry,
    blob: Option<&[u8]>,
) -> Option<Standing> {
    let blob = blob?;
    let packed = |how: &str| Some(Standing::Packed { how: how.to_owned(), room: false });
    let digest = entry.sha256.map(|digest| hex(&digest));
    if digest.is_some() && lfs_digest(blob) == digest.as_deref() {
        return packed("git has a Git LFS pointer with the SHA-256 of these contents");
    }
    let contents = entry.contents.as_ref()?.as_slice();
    let said = context.attributes.of_file(&context.view.path(&entry.path));
    if !blob.contains(&0)
        && let Some(standing) = line_ends(entry, contents, blob, said)
    {
        return Some(standing);
    }
    let (text, original) = (text(entry)?, std::str::from_utf8(blob).ok()?);
    if said.ident && text == with_ident(original, &hex(&git.object)) {
        return packed("git's, with $Id$ filled in (ident)");
    }
    if said.export_subst && is_expanded(context, text, original) {
        return packed("git's, with $Format:…$ filled in by git archive (export-subst)");
    }
    None
}

/// Whether every line of one side ends in CR LF and every one of the other in LF, and that is all.
///
/// Where only some of the lines have another end, they were not converted but changed; and a shell
/// or make takes a CR for a character of the line.
fn line_ends(entry: &Entry, contents: &[u8], blob: &[u8], said: Said) -> Option<Standing> {
    let lines = |text: &[u8]| text.iter().filter(|b| **b == b'\n').count();
    let crlfs = |text: &[u8]| text.windows(2).filter(|pair| pair == b"\r\n").count();
    let returns = |text: &[u8]| text.iter().filter(|b| **b == b'\r').count();
    let whole = |text: &[u8]| {
        let (lines, crlfs, returns) = (lines(text), crlfs(text), returns(text));
        lines > 0 && returns == crlfs && (crlfs == 0 || crlfs == lines)
    };
    if !whole(contents) || !whole(blob) || without_returns(contents) != without_returns(blob) {
        return None;
    }
    let to_crlf = crlfs(contents) > 0;
    let path = std::str::from_utf8(&entry.path).ok()?;
    // What git would do depends on more attributes than this one: it explains, and leaves room.
    let how = match (to_crlf, said.crlf) {
        (true, true) => "git's, with line ends as its .gitattributes say (eol=crlf)",
        (true, false) => "git's, with every line end made CR LF",
        (false, _) => "git's, with every line end made LF",
    };
    match Role::of(path, contents) {
        Some(role) if role.minds_returns() => None,
        _ => Some(Standing::Packed { how: how.to_owned(), room: true }),
    }
}

/// The SHA-256 in a Git LFS pointer.
fn lfs_digest(blob: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(blob).ok().filter(|text| text.len() < 1024)?;
    let mut lines = text.lines();
    lines.next().filter(|line| *line == "version https://git-lfs.github.com/spec/v1")?;
    lines.find_map(|line| line.strip_prefix("oid sha256:"))
}

fn without_returns(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|b| *b != b'\r').collect()
}

/// `$Id$` filled in with the blob's name.
fn with_ident(text: &str, object: &str) -> String {
    text.replace("$Id$", &format!("$Id: {object} $"))
}

/// Whether `text` is `original` with each `$Format:…$` replaced by what `git archive` would write
/// there for this commit, as far as that can be told: its name, its tree's, beginnings of both, and
/// by their form times, references and numbers. What others may choose freely, such as names and
/// subjects, is not taken.
fn is_expanded(context: &Context<'_>, text: &str, original: &str) -> bool {
    const OPEN: &str = "$Format:";
    let formats = original.matches(OPEN).count();
    if formats == 0 || formats > FORMATS || text.len() > FORMATTED || original.len() > FORMATTED {
        return false;
    }
    if original.contains([COMMIT, TREE]) {
        return false;
    }
    let mut pattern = String::from(r"\A");
    let mut rest = original;
    while let Some(at) = rest.find(OPEN) {
        pattern.push_str(&regex::escape(rest.get(..at).unwrap_or_default()));
        let placeholder = rest.get(at + OPEN.len()..).unwrap_or_default();
        let Some(close) = placeholder.find(['$', '\n']) else { return false };
        if placeholder.get(close..).is_none_or(|p| p.starts_with('\n')) {
            return false;
        }
        let Some(form) = form(context, placeholder.get(..close).unwrap_or_default()) else {
            return false;
        };
        pattern.push_str(&form);
        rest = placeholder.get(close + 1..).unwrap_or_default();
    }
    pattern.push_str(&regex::escape(rest));
    pattern.push_str(r"\z");
    let (commit, tree) = (context.commit.name.as_str(), context.commit.tree.as_str());
    let (pattern, names) = with_groups(&pattern, commit, tree);
    let Ok(pattern) = regex::RegexBuilder::new(&pattern).size_limit(4 << 20).build() else {
        return false;
    };
    pattern.captures(text).is_some_and(|found| {
        let groups = found.iter().skip(1).zip(names);
        groups.into_iter().all(|(group, name)| group.is_none_or(|g| name.starts_with(g.as_str())))
    })
}

/// In a pattern, the beginning of the commit's name, and of its tree's. What is found there is compared
/// with the name: a pattern of all beginnings of one is slow to make.
const COMMIT: char = '\u{1}';
const TREE: char = '\u{2}';

/// A pattern as a regular expression, with the name that each of its groups has to begin.
fn with_groups<'n>(pattern: &str, commit: &'n str, tree: &'n str) -> (String, Vec<&'n str>) {
    let mut names = Vec::new();
    let mut expression = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        match c {
            COMMIT => names.push(commit),
            TREE => names.push(tree),
            c => {
                expression.push(c);
                continue;
            }
        }
        expression.push_str("([0-9a-f]{4,64})");
    }
    (expression, names)
}

/// The form of what `git archive` writes for a format of git-log(1), as a regular expression; `None`
/// where someone else chooses what that is.
fn form(context: &Context<'_>, format: &str) -> Option<String> {
    const REF: &str = r"[0-9A-Za-z._/+@#-]{1,200}";
    let (commit, tree) = (context.commit.name.as_str(), context.commit.tree.as_str());
    let reference = format!("(?:HEAD -> {REF}|tag: {REF}|{REF})");
    let references = format!("{reference}(?:, {reference})*");
    let day = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
    let month = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
    let (clock, zone) = (r"[0-9]{2}:[0-9]{2}:[0-9]{2}", r"[+-][0-9]{2}:?[0-9]{2}");
    let known = [
        ("H", commit.to_owned()),
        ("T", tree.to_owned()),
        ("h", COMMIT.to_string()),
        ("t", TREE.to_string()),
        ("d", format!(r"(?: \({references}\))?")),
        ("D", format!("(?:{references})?")),
        ("at", r"[0-9]{1,12}".to_owned()),
        ("ct", r"[0-9]{1,12}".to_owned()),
        ("ai", format!("[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}} {clock} {zone}")),
        ("ci", format!("[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}} {clock} {zone}")),
        ("aI", format!("[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{clock}(?:Z|{zone})")),
        ("cI", format!("[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{clock}(?:Z|{zone})")),
        ("as", r"[0-9]{4}-[0-9]{2}-[0-9]{2}".to_owned()),
        ("cs", r"[0-9]{4}-[0-9]{2}-[0-9]{2}".to_owned()),
        ("ad", format!("{day} {month} [0-9]{{1,2}} {clock} [0-9]{{4}} {zone}")),
        ("cd", format!("{day} {month} [0-9]{{1,2}} {clock} [0-9]{{4}} {zone}")),
        ("aD", format!("{day}, [0-9]{{1,2}} {month} [0-9]{{4}} {clock} {zone}")),
        ("cD", format!("{day}, [0-9]{{1,2}} {month} [0-9]{{4}} {clock} {zone}")),
        ("n", r"\n".to_owned()),
        ("%", "%".to_owned()),
    ];
    // git-describe(1): the tag, or a tag before it, a number and the beginning of the commit's name.
    let here = [context.tag.unwrap_or_default(), context.release.version.as_str()];
    let here = here.into_iter().filter(|name| !name.is_empty()).map(regex::escape);
    let here = here.collect::<Vec<_>>().join("|v?");
    let described = format!(
        r"(?:(?:v?{here})(?:-0-g{names})?|[0-9A-Za-z._+-]{{1,80}}-[0-9]{{1,6}}-g{names})",
        names = COMMIT
    );
    let mut pattern = String::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        pattern.push_str(&regex::escape(rest.get(..at).unwrap_or_default()));
        let code = rest.get(at + 1..).unwrap_or_default();
        if let Some(after) = code.strip_prefix("(describe") {
            let close = after.find(')')?;
            pattern.push_str(&described);
            rest = after.get(close + 1..).unwrap_or_default();
            continue;
        }
        let (name, form) = known.iter().find(|(name, _)| code.starts_with(name))?;
        pattern.push_str(form);
        rest = code.get(name.len()..).unwrap_or_default();
    }
    pattern.push_str(&regex::escape(rest));
    Some(format!("(?:{pattern})"))
}
