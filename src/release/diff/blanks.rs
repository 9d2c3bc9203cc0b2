//! What blanks make of a line.

/// What blanks make of a line with the same words: a comment where there was none, or another text in a line that
/// `decides` something; elsewhere texts are only printed.
pub(super) fn spaced(old: &[u8], new: &[u8], decides: bool) -> Option<&'static str> {
    const PAIRS: [&[u8]; 5] = [b"/*", b"*/", b"//", b"++", b"--"];
    let count = |line: &[u8], pair: &[u8]| line.windows(2).filter(|two| *two == pair).count();
    if PAIRS.iter().any(|pair| count(old, pair) != count(new, pair)) {
        return Some("has blanks that make another comment or operator");
    }
    (decides && in_texts(old) != in_texts(new)).then_some("has another text: by its blanks")
}

/// A line without the blanks that stand in no text.
fn in_texts(line: &[u8]) -> Vec<u8> {
    let mut open = None;
    let mut escaped = false;
    let kept = line.iter().filter(|byte| {
        let quote = matches!(byte, b'"' | b'\'' | b'`');
        match open {
            Some(_) if escaped => escaped = false,
            Some(_) if **byte == b'\\' => escaped = true,
            Some(end) if end == **byte => open = None,
            None if quote => open = Some(**byte),
            _ => {}
        }
        open.is_some() || !byte.is_ascii_whitespace()
    });
    kept.copied().collect()
}
