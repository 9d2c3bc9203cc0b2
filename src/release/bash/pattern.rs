//! Patterns of the shell.

/// A pattern's character, and whether it only stands for itself.
pub(super) type PatternChar = (char, bool);

/// What a pattern is made of.
#[derive(Debug, PartialEq, Eq)]
enum Atom {
    One(char),
    Any,
    Star,
    Class { negated: bool, ranges: Vec<(char, char)> },
}

/// A pattern that was understood.
#[derive(Debug)]
pub(super) struct Pattern(Vec<Atom>);

impl Pattern {
    /// `None` where it holds what is not understood: extended patterns, classes by name, and what is
    /// beyond ASCII, which depends on the locale.
    pub(super) fn parse(chars: &[PatternChar]) -> Option<Self> {
        if chars.iter().any(|(c, literal)| !c.is_ascii() && !literal) {
            return None;
        }
        let mut atoms = Vec::new();
        let mut rest = chars;
        while let Some((&(c, literal), tail)) = rest.split_first() {
            rest = tail;
            match c {
                _ if literal => atoms.push(Atom::One(c)),
                '?' | '*' | '+' | '@' | '!' if matches!(rest.first(), Some(('(', false))) => {
                    return None;
                }
                '?' => atoms.push(Atom::Any),
                '*' => atoms.push(Atom::Star),
                '[' => {
                    let (atom, tail) = class(rest)?;
                    atoms.push(atom);
                    rest = tail;
                }
                '\\' => return None,
                _ => atoms.push(Atom::One(c)),
            }
        }
        Some(Self(atoms))
    }

    /// Whether what it matches of `text` is the same in every locale: what a character is, and which are
    /// letters, is not.
    pub(super) fn reads(&self, text: &str) -> bool {
        text.is_ascii() || self.0.iter().all(|atom| matches!(atom, Atom::One(_) | Atom::Star))
    }

    /// Whether it matches all of `text`.
    pub(super) fn matches(&self, text: &[char]) -> bool {
        // Stars are tried shortest first; only the last one is ever tried again.
        let (mut at, mut atom, mut retry) = (0, 0, None);
        loop {
            match (self.0.get(atom), text.get(at)) {
                (None, None) => return true,
                (Some(Atom::Star), _) => {
                    retry = Some((atom, at));
                    atom += 1;
                    continue;
                }
                (Some(found), Some(c)) if found.fits(*c) => {
                    atom += 1;
                    at += 1;
                    continue;
                }
                _ => {}
            }
            match retry {
                Some((star, from)) if from < text.len() => {
                    retry = Some((star, from + 1));
                    atom = star + 1;
                    at = from + 1;
                }
                _ => return false,
            }
        }
    }

    /// What a match costs, at most, by the length of the text.
    pub(super) fn cost(&self, length: usize) -> usize {
        (self.0.len() + 1).saturating_mul(length + 1)
    }

    /// The length of all that it matches, if that is one.
    pub(super) fn length(&self) -> Option<usize> {
        (!self.0.contains(&Atom::Star)).then_some(self.0.len())
    }

    /// Whether what it matches may begin with `c`.
    pub(super) fn may_begin_with(&self, c: char) -> bool {
        self.0.first().is_none_or(|atom| *atom == Atom::Star || atom.fits(c))
    }
}

impl Atom {
    fn fits(&self, c: char) -> bool {
        match self {
            Self::One(own) => *own == c,
            Self::Any => true,
            Self::Star => false,
            Self::Class { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated
            }
        }
    }
}

/// What follows `[`, and what follows `]`.
fn class(chars: &[PatternChar]) -> Option<(Atom, &[PatternChar])> {
    let (negated, mut rest) = match chars.split_first() {
        Some((('!' | '^', false), tail)) => (true, tail),
        _ => (false, chars),
    };
    let mut ranges = Vec::new();
    loop {
        let (&(c, literal), tail) = rest.split_first()?;
        rest = tail;
        match c {
            ']' if !literal && !ranges.is_empty() => {
                return Some((Atom::Class { negated, ranges }, rest));
            }
            '[' if !literal => {
                let (name, tail) = named(rest)?;
                ranges.extend(name);
                rest = tail;
                continue;
            }
            '\\' if !literal => return None,
            _ => {}
        }
        match rest {
            [('-', false), (end, _), tail @ ..] if *end != ']' => {
                let alike = c.is_ascii_digit() && end.is_ascii_digit()
                    || c.is_ascii_lowercase() && end.is_ascii_lowercase()
                    || c.is_ascii_uppercase() && end.is_ascii_uppercase();
                if !alike || c > *end {
                    return None;
                }
                ranges.push((c, *end));
                rest = tail;
            }
            _ => ranges.push((c, c)),
        }
    }
}

type Named<'a> = (Vec<(char, char)>, &'a [PatternChar]);

/// What follows `[` in a class: `:digit:]` and its kin.
fn named(chars: &[PatternChar]) -> Option<Named<'_>> {
    let text: String = chars.iter().take(9).map(|(c, _)| *c).collect();
    let known: [(&str, &[(char, char)]); 5] = [
        (":digit:]", &[('0', '9')]),
        (":lower:]", &[('a', 'z')]),
        (":upper:]", &[('A', 'Z')]),
        (":alpha:]", &[('a', 'z'), ('A', 'Z')]),
        (":alnum:]", &[('a', 'z'), ('A', 'Z'), ('0', '9')]),
    ];
    let (name, ranges) = known.into_iter().find(|(name, _)| text.starts_with(name))?;
    Some((ranges.to_vec(), chars.get(name.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("", "", Some(true)),
            ("a*c", "abbc", Some(true)),
            ("a*c", "abbd", Some(false)),
            ("*9999*", "1.9999", Some(true)),
            ("[0-9]*", "1.2", Some(true)),
            ("[!0-9]*", "1.2", Some(false)),
            ("[]a]", "]", Some(true)),
            ("[[:digit:]_]", "_", Some(true)),
            ("*.*.*", "1.2", Some(false)),
            ("a?c", "abc", Some(true)),
            ("+(a)", "a", None),
            ("[[:space:]]", " ", None),
            ("[a-Z]", "b", None),
            ("[a", "[a", None),
        ] {
            let chars: Vec<_> = pattern.chars().map(|c| (c, false)).collect();
            let text: Vec<char> = text.chars().collect();
            let found = Pattern::parse(&chars).map(|pattern| pattern.matches(&text));
            assert_eq!(found, expected, "{pattern}");
        }
    }
}
