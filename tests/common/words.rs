//! Words that read as a verdict, and where they stand.
#![allow(dead_code)]

/// The words.
pub const VERDICTS: &[&str] = &[
    "verified", "valid", "trusted", "good", "secure", "safe", "ok", "okay", "passed", "tick",
    "ticks", "green",
];

/// Signs that say the same.
const SIGNS: &[char] = &['✓', '✔', '☑', '✅', '🟢', '👍'];

/// Names of other people's things that hold such a word.
const NAMES: &[&str] = &[
    "trusted root",
    "trusted-root",
    "trusted_root",
    "trusted comment",
    "trusted_comment",
    "trusted publisher",
    "valid-after",
    "valid-before",
    "no-require-all-good",
];

/// The words and signs of `text` that read as a verdict. A name may break across lines.
pub fn verdicts(text: &str) -> Vec<String> {
    let folded = text.to_lowercase().replace(r"\-", "-");
    let mut folded = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    for name in NAMES {
        folded = folded.replace(name, "");
    }
    let words = folded.split(|c: char| !c.is_alphanumeric()).map(str::to_owned);
    let signs = folded.chars().filter(|c| SIGNS.contains(c)).map(String::from);
    words.filter(|word| VERDICTS.contains(&word.as_str())).chain(signs).collect()
}
