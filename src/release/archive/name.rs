//! Names that every program writes to the same place.

/// The longest name that is read, in bytes: file systems take 4096, less where it is unpacked.
pub(super) const LONGEST: usize = 2048;

/// The longest component that file systems take, in bytes.
const COMPONENT: usize = 255;

/// Why programs may write `name` to different places; completes a sentence about it.
pub(super) fn refuse(name: &[u8], is_directory: bool) -> Option<&'static str> {
    let trimmed = if is_directory { trim_slashes(name) } else { name };
    if name.is_empty() {
        return Some("has no name");
    }
    if name.contains(&0) {
        return Some("has a NUL in its name");
    }
    if name.starts_with(b"/") {
        return Some("has an absolute name");
    }
    // bsdtar takes it for a drive, and drops it.
    if let [b'a'..=b'z' | b'A'..=b'Z', b':', ..] = name {
        return Some("has a name that begins like a drive of Windows");
    }
    let mut components = trimmed.split(|b| *b == b'/').peekable();
    while let Some(component) = components.next() {
        let is_last = components.peek().is_none();
        match component {
            b".." => return Some("climbs out of the directory it is unpacked in"),
            b"" if is_last => return Some("is a file with the name of a directory"),
            b"." if is_last && !is_directory => {
                return Some("is a file with the name of a directory");
            }
            _ if component.len() > COMPONENT => {
                return Some("has a name that is longer than file systems take");
            }
            _ => {}
        }
    }
    (name.len() > LONGEST).then_some("has a name that is longer than file systems take")
}

fn trim_slashes(mut name: &[u8]) -> &[u8] {
    while let Some(rest) = name.strip_suffix(b"/") {
        name = rest;
    }
    name
}

/// The name without empty and `.` components; `..` stays.
pub(super) fn clean(name: &[u8]) -> Vec<u8> {
    let parts = name.split(|b| *b == b'/').filter(|part| !part.is_empty() && *part != b".");
    let mut clean = Vec::with_capacity(name.len());
    for part in parts {
        if !clean.is_empty() {
            clean.push(b'/');
        }
        clean.extend_from_slice(part);
    }
    clean
}

/// What precedes the first NUL.
pub(super) fn until_nul(field: &[u8]) -> &[u8] {
    field.split(|b| *b == 0).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_one_place() {
        let long = [b'x'; 256];
        for (name, is_directory, taken) in [
            (&b"foo/a"[..], false, true),
            (b"./foo//a", false, true),
            (b"foo/./a", false, true),
            (b"./", true, true),
            (b".", true, true),
            (b"foo/", true, true),
            (b"foo//", true, true),
            (b"foo/a/", false, false),
            (b"foo/.", false, false),
            (b".", false, false),
            (b"", false, false),
            (b"/", true, false),
            (b"/a", false, false),
            (b"a/../b", false, false),
            (b"..", true, false),
            (b"a\0b", false, false),
            (b"C:/x", false, false),
            (b"c:x", false, false),
            (b"ab:x", false, true),
            (&long, false, false),
            (&long[1..], false, true),
        ] {
            assert_eq!(refuse(name, is_directory).is_none(), taken, "{}", name.escape_ascii());
        }
    }
}
