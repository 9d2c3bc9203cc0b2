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

/// Phrases that are grammatical and not what an engineer would write.
pub const STILTED: &[&str] = &[
    "beside",
    "gone away",
    "held against",
    "hold against",
    "holds against",
    "nobody",
    "no trouble of ours",
    "somebody",
    "stand beside",
    "stands before",
    "stands behind",
    "stands beside",
    "stands twice",
    "that is none",
    "what can hurt",
    "whoever",
];

/// The phrases of `text` that are stilted, as whole words, also across lines.
pub fn stilted(text: &str) -> Vec<&'static str> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let folded = text.to_lowercase().replace(r"\-", "-");
    let folded = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    let stands = |phrase: &&&str| {
        folded.match_indices(**phrase).any(|(at, _)| {
            !folded[..at].ends_with(word) && !folded[at + phrase.len()..].starts_with(word)
        })
    };
    STILTED.iter().filter(stands).copied().collect()
}

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
