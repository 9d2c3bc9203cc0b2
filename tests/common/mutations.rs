//! Mutated signature files, the same at every run, for comparing with the real tools.
#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

/// Named mutations of a text of several lines: single bits all over it, and the ways in which
/// editors, mailers and forgers change lines.
pub fn mutations(text: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut all = vec![("unchanged".to_owned(), text.to_vec())];
    let mut add = |name: String, bytes: Vec<u8>| {
        if bytes != text {
            all.push((name, bytes));
        }
    };
    for n in 0..40 {
        let at = n * text.len() / 40;
        let mut bytes = text.to_vec();
        bytes[at] ^= 1 << (n % 7);
        add(format!("bit {} of byte {at}", n % 7), bytes);
    }
    let lines: Vec<&[u8]> = text.split_inclusive(|b| *b == b'\n').collect();
    for (n, line) in lines.iter().enumerate() {
        let mut with = |what: &str, new: Vec<u8>| {
            let bytes = [lines[..n].concat(), new, lines[n + 1..].concat()].concat();
            add(format!("line {}: {what}", n + 1), bytes);
        };
        let body = line.strip_suffix(b"\n").unwrap_or(line);
        with("removed", Vec::new());
        with("twice", [*line, *line].concat());
        with("blank line before", [b"\n", *line].concat());
        with("space behind", [body, b" \n"].concat());
        with("space before", [b" ", *line].concat());
        with("cut short", [&body[..body.len() * 3 / 4], b"\n"].concat());
        with("longer", [body, b"AAAA\n"].concat());
        with("padding behind", [body, b"=\n"].concat());
    }
    let crlf = text.split(|b| *b == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]);
    add("CRLF".to_owned(), crlf);
    add("no line feed at the end".to_owned(), text.trim_ascii_end().to_vec());
    add("garbage behind".to_owned(), [text, b"garbage\n"].concat());
    add("NUL behind".to_owned(), [text, b"\0"].concat());
    add("byte order mark".to_owned(), [b"\xef\xbb\xbf", text].concat());
    add("twice".to_owned(), [text, text].concat());
    add("empty".to_owned(), Vec::new());
    add("one line feed".to_owned(), b"\n".to_vec());
    all
}

/// Why the real tool (`true`) or only ours (`false`) takes a mutation; `None` where nothing explains
/// it.
pub type Explain<'a> = &'a dyn Fn(bool, &[u8]) -> Option<&'static str>;

/// Judges every mutation with the real tool and with ours, and holds that they differ in nothing
/// that `explain` does not know.
pub fn compare(
    text: &[u8],
    real: &mut dyn FnMut(&[u8]) -> bool,
    ours: &mut dyn FnMut(&[u8]) -> bool,
    explain: Explain,
) {
    let all = mutations(text);
    assert!(all.len() > 30, "{}", all.len());
    let mut accepted = 0;
    for (name, bytes) in &all {
        let (real, ours) = (real(bytes), ours(bytes));
        assert!(name != "unchanged" || (real && ours), "the unchanged one: {real} {ours}");
        accepted += usize::from(real);
        let explained = real == ours || explain(real, bytes).is_some();
        assert!(explained, "{name}: the real tool {real}, ours {ours}");
    }
    assert!(accepted < all.len() / 2, "{accepted} of {} taken: that tests nothing", all.len());
}
