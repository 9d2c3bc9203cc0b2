//! Hosts, keys and digests that a line names and that became others.

use regex::bytes::Regex;
use std::sync::LazyLock;

/// The host of an address with a scheme.
const WITH_SCHEME: &str = r"(?-u)\b[a-z][a-z0-9+.-]*://([A-Za-z0-9.@:_-]+)";

/// A host alone in quotes, or with a port or a path: under a domain whose name no file's extension and no module
/// has, or in numbers.
const IN_QUOTES: &str = r#"(?-u)["'`]((?:[A-Za-z0-9_-]+\.)+(?:com|org|net|io|dev|gov|edu|int|app|cloud|info|biz|co|ai|de|uk|fr|nl|eu|ru|cn|jp|ch|us|ca|au|br|xyz|top)|[0-9]{1,3}(?:\.[0-9]{1,3}){3})(?::[0-9]+)?["'`/]"#;

static HOSTS: LazyLock<Vec<Regex>> =
    LazyLock::new(|| [WITH_SCHEME, IN_QUOTES].iter().filter_map(|p| Regex::new(p).ok()).collect());

/// Text that is long enough for a digest of 128 bits or a key, and has digits among its letters.
static CONSTANT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?-u)[A-Za-z0-9+/_=-]{32,}").ok());

/// Digits that keep a long name from being taken for a key.
const DIGITS: usize = 4;

/// What `new` names that `old` did not, in a phrase.
pub(super) fn changed(old: &[u8], new: &[u8]) -> Option<String> {
    host(old, new).or_else(|| constant(old, new))
}

fn host(old: &[u8], new: &[u8]) -> Option<String> {
    let (was, is) = (hosts(old), hosts(new));
    let added = is.iter().find(|host| !was.contains(host))?;
    let added = crate::release::archive::show(added);
    Some(match was.iter().find(|host| !is.contains(host)) {
        Some(gone) => {
            format!("names another host: {added} (was {})", crate::release::archive::show(gone))
        }
        None => format!("names a host: {added}"),
    })
}

fn hosts(line: &[u8]) -> Vec<&[u8]> {
    let found = HOSTS.iter().flat_map(|pattern| pattern.captures_iter(line));
    found.filter_map(|found| found.get(1).map(|host| host.as_bytes())).collect()
}

/// A long constant in the place of another one, in a line that is otherwise the same.
fn constant(old: &[u8], new: &[u8]) -> Option<String> {
    let ((before, was, after), (b, is, a)) = (around(old)?, around(new)?);
    let same = before == b && after == a && was != is;
    same.then(|| format!("holds another constant of {} characters", is.len()))
}

/// What looks like a key or a digest, with what is before and behind it.
fn around(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let hit = CONSTANT.as_ref()?.find(line)?;
    let text = hit.as_bytes();
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    let (before, after) = (line.get(..hit.start())?, line.get(hit.end()..)?);
    (digits >= DIGITS).then_some((before, text, after))
}

/// How an armored key or certificate begins.
static ARMOR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?-u)-----BEGIN [^\n]*(?:KEY|CERT)|(?:KEY|CERT)[^\n]*-----BEGIN ").ok()
});

/// Whether the text has an armored key or certificate, and one of `inserted` may be a line of it.
pub(super) fn touches_key<'l>(text: &[u8], mut inserted: impl Iterator<Item = &'l [u8]>) -> bool {
    ARMOR.as_ref().is_some_and(|armor| armor.is_match(text))
        && inserted.any(|line| {
            CONSTANT.as_ref().and_then(|pattern| pattern.find(line)).is_some_and(|hit| {
                // Little beside it, as in a string of a program.
                hit.len() + 8 >= line.trim_ascii().len()
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_are_new_are_named() {
        for (old, new, expected) in [
            (
                "u = 'https://a.org/'",
                "u = 'https://b.org/'",
                "names another host: b.org (was a.org)",
            ),
            (
                "u = ['https://a.org/', 'https://b.org/']",
                "u = ['https://a.org/', 'https://c.org/']",
                "names another host: c.org (was b.org)",
            ),
            (
                "HOST = \"api.foo.org\"",
                "HOST = \"api.f00.org\"",
                "names another host: api.f00.org (was api.foo.org)",
            ),
            (
                "connect(\"10.0.0.1:80\")",
                "connect(\"10.0.0.2:80\")",
                "names another host: 10.0.0.2 (was 10.0.0.1)",
            ),
            ("u = base", "u = 'https://a.org/'", "names a host: a.org"),
            (
                "K = \"0123456789abcdef0123456789abcdef\"",
                "K = \"1123456789abcdef0123456789abcdef\"",
                "holds another constant of 32 characters",
            ),
        ] {
            assert_eq!(changed(old.as_bytes(), new.as_bytes()).as_deref(), Some(expected), "{old}");
        }
        for (old, new) in [
            ("load('foo.rs')", "load('bar.rs')"),
            ("load('foo.py')", "load('bar.py')"),
            ("a('https://a.org/x')", "a('https://a.org/y')"),
            ("a('https://a.org', 'https://b.org')", "a('https://b.org')"),
            (
                "import_a_name_that_is_very_very_long_indeed()",
                "import_a_name_that_is_very_very_short_indeed()",
            ),
            ("version = '1.2.3.4.5'", "version = '1.2.3.4.6'"),
        ] {
            assert_eq!(changed(old.as_bytes(), new.as_bytes()), None, "{old}");
        }
    }

    #[test]
    fn lines_of_keys_are_told() {
        let text =
            |key: &str| format!("-----BEGIN PUBLIC KEY-----\n{key}\n-----END PUBLIC KEY-----\n");
        let key = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
        let armored = text(key);
        let armored = armored.as_bytes();
        assert!(touches_key(armored, [key.as_bytes()].into_iter()));
        assert!(!touches_key(armored, [&b"# a note"[..]].into_iter()));
        assert!(!touches_key(key.as_bytes(), [key.as_bytes()].into_iter()));
    }
}
