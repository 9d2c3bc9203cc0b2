//! The names of what checks something.

use regex::bytes::Regex;
use std::sync::LazyLock;

/// Parts of the names of what checks something.
const GUARDS: [&str; 26] = [
    "compare_digest",
    "memcmp",
    "timing",
    "constant_time",
    "ct_eq",
    "secure",
    "verif",
    "authent",
    "authoriz",
    "check",
    "is_valid",
    "is_safe",
    "is_admin",
    "is_allowed",
    "permission",
    "escape",
    "saniti",
    "csrf",
    "safe_",
    "safeloader",
    "validate",
    "realpath",
    "assert",
    "require_",
    "seccomp",
    "landlock",
];

/// What a line calls to check something.
static GUARD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r"(?i-u)(?:{})", GUARDS.join("|"))).ok());

/// The whole names around what looks like a check, each once.
pub(super) fn guards(line: &[u8]) -> Vec<&[u8]> {
    let Some(pattern) = GUARD.as_ref() else { return Vec::new() };
    let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let mut names: Vec<&[u8]> = Vec::new();
    for hit in pattern.find_iter(line) {
        let start = line.get(..hit.start()).unwrap_or_default();
        let start = hit.start() - start.iter().rev().take_while(|b| word(b)).count();
        let rest = line.get(hit.end()..).unwrap_or_default();
        let end = hit.end() + rest.iter().take_while(|b| word(b)).count();
        let name = line.get(start..end).unwrap_or_default();
        // `assertion`, `checkout` and `check` in a sentence are no calls.
        let called = line.get(end..).unwrap_or_default().trim_ascii_start().starts_with(b"(");
        let opening =
            name.eq_ignore_ascii_case(b"assert") || name.eq_ignore_ascii_case(b"SafeLoader");
        if (called || opening) && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
