//! The tables of a `.mo`.

use super::{MESSAGES, Messages};

/// The catalogue in a `.mo`.
pub(super) fn read(bytes: &[u8]) -> Option<Messages> {
    let little = match bytes.first_chunk::<4>()? {
        [0xde, 0x12, 0x04, 0x95] => true,
        [0x95, 0x04, 0x12, 0xde] => false,
        _ => return None,
    };
    let number = |at: usize| -> Option<usize> {
        let word: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        let word = if little { u32::from_le_bytes(word) } else { u32::from_be_bytes(word) };
        usize::try_from(word).ok()
    };
    let (count, originals, translations) = (number(8)?, number(12)?, number(16)?);
    if count > MESSAGES {
        return None;
    }
    let string = |table: usize, at: usize| -> Option<&[u8]> {
        let entry = table.checked_add(at.checked_mul(8)?)?;
        let (length, offset) = (number(entry)?, number(entry + 4)?);
        bytes.get(offset..offset.checked_add(length)?)
    };
    // Strings of a genuine one do not overlap.
    let mut room = bytes.len();
    let mut catalogue = Messages::new();
    let mut add = |original: &[u8], translation: &[u8]| -> Option<()> {
        // The plural form follows the original behind a NUL.
        let key = original.split(|b| *b == 0).next()?.to_vec();
        let value = translation.split(|b| *b == 0).map(<[u8]>::to_vec).collect();
        // Of two, programs take the first that they find.
        catalogue.insert(key, value).is_none().then_some(())
    };
    for at in 0..count {
        let (original, translation) = (string(originals, at)?, string(translations, at)?);
        room = room.checked_sub(original.len())?.checked_sub(translation.len())?;
        add(original, translation)?;
    }
    // Of revision 0.1, strings with what depends on the system are in tables of their own.
    let count = match number(4)? {
        0 => 0,
        1 => number(36)?,
        _ => return None,
    };
    if count > MESSAGES {
        return None;
    }
    for at in 0..count {
        let mut text = |table: usize| -> Option<Vec<u8>> {
            let entry = number(table.checked_add(at.checked_mul(4)?)?)?;
            let (text, read) = system_dependent(bytes, &number, entry)?;
            room = room.checked_sub(read)?;
            Some(text)
        };
        add(&text(number(40)?)?, &text(number(44)?)?)?;
    }
    Some(catalogue)
}

/// A string with what depends on the system as `<PRIu64>`, as a `.po` has it, and how many bytes were read for it.
fn system_dependent(
    bytes: &[u8],
    number: &dyn Fn(usize) -> Option<usize>,
    entry: usize,
) -> Option<(Vec<u8>, usize)> {
    const END: usize = 0xffff_ffff;
    let mut offset = number(entry)?;
    let mut text = Vec::new();
    let mut read = 4;
    for at in 0.. {
        let segment = entry.checked_add(4)?.checked_add(at * 8)?;
        let (size, reference) = (number(segment)?, number(segment + 4)?);
        text.extend_from_slice(bytes.get(offset..offset.checked_add(size)?)?);
        offset += size;
        read += size + 8;
        if reference == END || read > bytes.len() {
            break;
        }
        if reference >= number(28)? {
            return None;
        }
        let name = number(32)?.checked_add(reference.checked_mul(8)?)?;
        let (length, place) = (number(name)?, number(name + 4)?);
        let name = bytes.get(place..place.checked_add(length)?)?;
        let name = name.strip_suffix(b"\0").unwrap_or(name);
        read += name.len();
        text.push(b'<');
        text.extend_from_slice(name.get(..name.len().min(30))?);
        text.push(b'>');
    }
    text.pop_if(|last| *last == 0);
    Some((text, read))
}
