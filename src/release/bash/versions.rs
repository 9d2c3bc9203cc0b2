//! `ver_cut` and `ver_rs` of PMS, section 12.3.14, as package managers have them.

/// Separators and components in turn, a separator first; it may be empty.
fn split(version: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = version;
    while !rest.is_empty() {
        let of = |text: &str, fits: fn(&char) -> bool| -> usize {
            text.chars().take_while(fits).map(char::len_utf8).sum()
        };
        let (separator, tail) = rest.split_at(of(rest, |c| !c.is_ascii_alphanumeric()));
        let component = match tail.starts_with(|c: char| c.is_ascii_digit()) {
            true => of(tail, char::is_ascii_digit),
            false => of(tail, char::is_ascii_alphabetic),
        };
        let (component, tail) = tail.split_at(component);
        parts.extend([separator.to_owned(), component.to_owned()]);
        rest = tail;
    }
    parts
}

/// `N`, `N-M` or `N-`, of which nothing is beyond `most`.
fn range(text: &str, most: usize) -> Option<(usize, usize)> {
    let (start, end) = match text.split_once('-') {
        Some((start, "")) => (start.parse().ok()?, most),
        Some((start, end)) => (start.parse().ok()?, end.parse().ok()?),
        None => (text.parse().ok()?, text.parse().ok()?),
    };
    // Bash takes `010` for octal.
    if text.split('-').any(|number| number.len() > 1 && number.starts_with('0')) {
        return None;
    }
    let digits = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let ordered = start <= end || text.ends_with('-');
    (digits && ordered).then_some((start, end.min(most)))
}

/// The most bytes of a version, and of each of what its separators become.
const LONG: usize = 200;

/// Whether the arguments are as short as those of versions are.
fn are_short(arguments: &[String]) -> bool {
    arguments.len() <= LONG && arguments.iter().all(|argument| argument.len() <= LONG)
}

/// `ver_cut RANGE [VERSION]`.
pub(super) fn cut(arguments: &[String], pv: &str) -> Option<String> {
    if !are_short(arguments) {
        return None;
    }
    let (wanted, version) = match arguments {
        [wanted] => (wanted, pv),
        // `${2:-${PV}}`, as PMS has it.
        [wanted, version] if version.is_empty() => (wanted, pv),
        [wanted, version] => (wanted, version.as_str()),
        _ => return None,
    };
    let parts = split(version);
    let (start, end) = range(wanted, parts.len() / 2)?;
    // Beyond the end, bash says so and prints nothing.
    let first = start.saturating_mul(2).saturating_sub(1);
    Some(parts.get(first..end * 2).unwrap_or_default().concat())
}

/// `ver_rs RANGE REPLACEMENT [RANGE REPLACEMENT …] [VERSION]`.
pub(super) fn replace_separators(arguments: &[String], pv: &str) -> Option<String> {
    let (pairs, version) = match arguments.split_last() {
        Some((version, pairs)) if arguments.len() % 2 == 1 => (pairs, version.as_str()),
        _ => (arguments, pv),
    };
    if pairs.is_empty() || !are_short(arguments) {
        return None;
    }
    let mut parts = split(version);
    let most = (parts.len() / 2).saturating_sub(1);
    for pair in pairs.chunks_exact(2) {
        let [wanted, replacement] = pair else { return None };
        let (start, end) = range(wanted, most)?;
        for at in start..=end {
            match parts.get_mut(at * 2) {
                Some(separator) if at == 0 && separator.is_empty() => {}
                Some(separator) => separator.clone_from(replacement),
                None => {}
            }
        }
    }
    Some(parts.concat())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn as_package_managers_have_them() {
        let run = |function: fn(&[String], &str) -> Option<String>, arguments: &str| {
            let arguments: Vec<String> = arguments.split(' ').map(str::to_owned).collect();
            function(&arguments, "1.2.3_p4")
        };
        for (arguments, expected) in [
            ("1", Some("1")),
            ("1-2", Some("1.2")),
            ("2-", Some("2.3_p4")),
            ("2-10", Some("2.3_p4")),
            ("0-2 v1.2", Some("v1")),
            ("1-2 1.2b3", Some("1.2")),
            ("3 1.2b3", Some("b")),
            ("9", Some("")),
            ("2-1", None),
            ("x", None),
        ] {
            assert_eq!(run(cut, arguments).as_deref(), expected, "{arguments}");
        }
        for (arguments, expected) in [
            ("1 -", Some("1-2.3_p4")),
            ("1- -", Some("1-2-3-p-4")),
            ("3 - 1.2.3_rc4", Some("1.2.3-rc4")),
            ("1-2 _ 4 . 1.2.3rc4", Some("1_2_3rc.4")),
            ("1-", None),
        ] {
            assert_eq!(run(replace_separators, arguments).as_deref(), expected, "{arguments}");
        }
    }
}
