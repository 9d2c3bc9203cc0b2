//! Versions and their order (PMS, sections 3.2 and 3.3).

use std::cmp::Ordering;
use std::fmt;

/// A version with its revision.
///
/// Equality is that of the order: `1.0-r0` is `1.0`. What it was read from is kept for printing.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    text: String,
    /// The numeric components, as written.
    numbers: Vec<String>,
    letter: Option<char>,
    suffixes: Vec<(Suffix, String)>,
    /// The digits of the revision; none for none.
    revision: String,
}

/// The kinds of suffix, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Suffix {
    Alpha,
    Beta,
    Pre,
    Rc,
    P,
}

impl Suffix {
    const ALL: [(&'static str, Self); 5] = [
        // `pre` is tried before `p`.
        ("alpha", Self::Alpha),
        ("beta", Self::Beta),
        ("pre", Self::Pre),
        ("rc", Self::Rc),
        ("p", Self::P),
    ];
}

impl Version {
    /// Reads a version; `None` where PMS, section 3.2, has no such version.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (main, revision) = match text.rsplit_once("-r") {
            Some((main, digits)) if is_digits(digits) => (main, digits),
            _ => (text, ""),
        };
        let mut parts = main.split('_');
        let head = parts.next()?;
        let letter = head.chars().last().filter(char::is_ascii_lowercase);
        let numbers = letter.map_or(head, |_| head.get(..head.len() - 1).unwrap_or_default());
        let numbers: Vec<String> = numbers.split('.').map(str::to_owned).collect();
        if !numbers.iter().all(|number| is_digits(number)) {
            return None;
        }
        let suffixes: Option<Vec<_>> = parts.map(suffix).collect();
        Some(Self {
            text: text.to_owned(),
            numbers,
            letter,
            suffixes: suffixes?,
            revision: revision.to_owned(),
        })
    }

    /// Reads a version as upstreams write them: `1.0rc1`, `1.0a2`, `1.0.post1`, `1.0.dev3`, and
    /// Gentoo's own.
    pub(crate) fn from_upstream(text: &str) -> Option<Self> {
        if let Some(version) = Self::parse(text) {
            return Some(version);
        }
        let lower = text.to_ascii_lowercase();
        let end = lower.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let numbers = lower.get(..end)?.trim_end_matches('.');
        let rest = lower.get(end..)?.trim_start_matches(['-', '_', '.']);
        let word = rest.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = rest.get(word.len()..)?;
        let suffix = match word.trim_end_matches(['-', '_', '.']) {
            "a" | "alpha" => "alpha",
            "b" | "beta" => "beta",
            "c" | "rc" => "rc",
            "dev" | "pre" | "preview" => "pre",
            "post" | "p" | "pl" => "p",
            _ => return None,
        };
        Self::parse(&format!("{numbers}_{suffix}{number}"))
    }

    /// What it was read from, with its revision: PVR.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Without its revision: PV.
    pub(crate) fn without_revision(&self) -> &str {
        match self.revision.is_empty() {
            true => &self.text,
            false => self.text.rsplit_once("-r").map_or(&self.text, |(main, _)| main),
        }
    }

    /// How upstreams may write it, Gentoo's own spelling first.
    pub(crate) fn spellings(&self) -> Vec<String> {
        let own = self.without_revision().to_owned();
        let mut spellings = vec![own.clone()];
        let mut add = |text: String| {
            if !spellings.contains(&text) {
                spellings.push(text);
            }
        };
        let pep440 = own
            .replace("_alpha", "a")
            .replace("_beta", "b")
            .replace("_rc", "rc")
            .replace("_pre", ".dev")
            .replace("_p", ".post");
        add(pep440);
        add(own.replace('_', ""));
        add(own.replace('_', "-"));
        add(own.replace('_', "."));
        add(own.replace('.', "_"));
        add(own.replace('.', "-"));
        spellings
    }

    /// Whether it stands for whatever upstream has today, as live ebuilds do.
    pub(crate) fn is_live(&self) -> bool {
        self.numbers.iter().any(|number| number.len() >= 4 && number.bytes().all(|b| b == b'9'))
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn suffix(text: &str) -> Option<(Suffix, String)> {
    Suffix::ALL.into_iter().find_map(|(name, suffix)| {
        let digits = text.strip_prefix(name)?;
        (digits.is_empty() || is_digits(digits)).then(|| (suffix, digits.to_owned()))
    })
}

/// Integers of any length; none counts as 0.
fn integers(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Algorithm 3.3: a component with a leading zero is compared like the digits behind a point.
fn component(a: &str, b: &str) -> Ordering {
    if a.starts_with('0') || b.starts_with('0') {
        a.trim_end_matches('0').cmp(b.trim_end_matches('0'))
    } else {
        integers(a, b)
    }
}

impl Ord for Version {
    /// Algorithms 3.1 to 3.7.
    fn cmp(&self, other: &Self) -> Ordering {
        let first = |version: &Self| version.numbers.first().cloned().unwrap_or_default();
        let rest = || self.numbers.iter().zip(&other.numbers).skip(1);
        integers(&first(self), &first(other))
            .then_with(|| {
                rest().map(|(a, b)| component(a, b)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
            })
            .then_with(|| self.numbers.len().cmp(&other.numbers.len()))
            .then_with(|| self.letter.cmp(&other.letter))
            .then_with(|| suffixes(&self.suffixes, &other.suffixes))
            .then_with(|| integers(&self.revision, &other.revision))
    }
}

/// Algorithms 3.5 and 3.6: what is longer is later by `_p` and earlier by any other suffix.
fn suffixes(a: &[(Suffix, String)], b: &[(Suffix, String)]) -> Ordering {
    for ((kind_a, number_a), (kind_b, number_b)) in a.iter().zip(b) {
        let ordering = kind_a.cmp(kind_b).then_with(|| integers(number_a, number_b));
        if ordering.is_ne() {
            return ordering;
        }
    }
    let later = |longer: &[(Suffix, String)], shorter: &[(Suffix, String)]| {
        longer.get(shorter.len()).is_some_and(|(kind, _)| *kind == Suffix::P)
    };
    match a.len().cmp(&b.len()) {
        Ordering::Equal => Ordering::Equal,
        Ordering::Greater if later(a, b) => Ordering::Greater,
        Ordering::Greater => Ordering::Less,
        Ordering::Less if later(b, a) => Ordering::Less,
        Ordering::Less => Ordering::Greater,
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn what_is_a_version() {
        for text in ["0", "1.0", "1.0a", "1.0_rc", "1_p1_pre2", "007.008", "1-r0", "9999", "1b_p"] {
            assert!(Version::parse(text).is_some(), "{text}");
        }
        for text in [
            "", ".", "1.", ".1", "1..2", "a", "1A", "1ab", "1_", "1_x", "1_rc-r", "1-r", "1-rx",
            "1-r1-r2", "v1", "1.0_rc1a", "1 ", "1_rc_", "1.a", "1-1", "1_prc",
        ] {
            assert!(Version::parse(text).is_none(), "{text}");
        }
    }

    /// Each less than the next, by the steps of PMS 3.3.
    #[test]
    fn the_order_of_pms() {
        let rows: &[&[&str]] = &[
            // 3.2 and 3.3: integers, unless there is a leading zero.
            &["1", "2", "10", "99999999999999999999", "100000000000000000000"],
            &["1.001", "1.01", "1.02", "1.1", "1.2", "1.10"],
            &["1.0", "1.0.0", "1.0.1"],
            &["1", "1.0", "1.1", "2"],
            // 3.4: letters; none is first.
            &["1.0", "1.0a", "1.0b", "1.0.0", "1.0.0a"],
            // 3.5 and 3.6: suffixes.
            &["1_alpha", "1_alpha1", "1_beta", "1_pre", "1_rc", "1", "1_p", "1_p1"],
            &["1_alpha_alpha", "1_alpha_pre2", "1_alpha", "1_alpha_p"],
            &["1_pre1", "1_pre2_alpha", "1_pre2", "1_pre2_p1", "1_pre10"],
            &["1_p1_beta", "1_p1", "1_p1_p", "1_p2"],
            &["1.0b_rc1", "1.0b", "1.0b_p1", "1.0c"],
            // 3.7: revisions, last.
            &["1_rc1", "1_rc1-r1", "1_rc1-r2", "1_rc1-r10", "1_rc2", "1", "1-r1"],
            &["20.14", "20.15", "9999"],
        ];
        for row in rows {
            for (at, low) in row.iter().enumerate() {
                for high in row.iter().skip(at + 1) {
                    assert!(version(low) < version(high), "{low} {high}");
                    assert!(version(high) > version(low), "{high} {low}");
                }
            }
        }
    }

    #[test]
    fn what_is_equal() {
        for (a, b) in [
            ("1.0", "1.0-r0"),
            ("1-r1", "1-r01"),
            ("001.1", "1.1"),
            ("1.010", "1.01"),
            ("1_rc", "1_rc0"),
            ("1_p00", "1_p"),
            ("1.00", "1.0"),
        ] {
            assert_eq!(version(a), version(b), "{a} {b}");
        }
        // An integer, not a fraction: the first component has no leading zeros to care for.
        assert_ne!(version("1.10"), version("1.1"));
        assert_ne!(version("1.0"), version("1.00.0"));
    }

    #[test]
    fn upstream_spellings() {
        for (upstream, gentoo) in [
            ("1.0rc1", "1.0_rc1"),
            ("1.0a2", "1.0_alpha2"),
            ("1.0.post1", "1.0_p1"),
            ("1.0.dev3", "1.0_pre3"),
            ("1.0-beta.2", "1.0_beta2"),
            ("20.15", "20.15"),
        ] {
            let found = Version::from_upstream(upstream).map(|v| v.to_string());
            assert_eq!(found.as_deref(), Some(gentoo), "{upstream}");
        }
        assert!(Version::from_upstream("1.0-docs").is_none());
        assert!(version("1.0_rc1-r2").spellings().contains(&"1.0rc1".to_owned()));
        assert!(version("1.0_p2").spellings().contains(&"1.0.post2".to_owned()));
        assert!(version("9999").is_live() && version("1.9999").is_live());
        assert!(!version("1.99").is_live());
    }
}
