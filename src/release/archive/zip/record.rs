//! The headers of a member, in the directory and before its data (APPNOTE, sections 4.3.7 to
//! 4.3.12).

use super::super::error::{Fault, Limit, Structure, ambiguous, ambiguous_whole};
use super::super::listing::{Kind, show};
use super::directory::{Directory, number};
use std::io::{BufRead, Read};

pub(super) const STORE: u16 = 0;
pub(super) const DEFLATE: u16 = 8;

/// The flags that may be set: how hard deflate tried, that sizes follow the data, UTF-8.
const FLAGS: u64 = 0x0002 | 0x0004 | DESCRIPTOR | UTF8;
const ENCRYPTED: u64 = 0x0001;
const DESCRIPTOR: u64 = 0x0008;
const UTF8: u64 = 0x0800;

/// The extra field of large archives, and that of a name in Unicode.
const LARGE: u64 = 0x0001;
const UNICODE_NAME: u64 = 0x7075;

/// Extra fields that decide neither where a member goes nor what is in it: times, owners, comments,
/// Java's and Android's marks, padding.
const INERT: [u64; 9] = [0x5455, 0x7875, 0x5855, 0x7855, 0x000a, 0x6375, 0xcafe, 0xd935, 0xa220];

/// A member as the directory describes it.
pub(super) struct Central {
    pub(super) name: Vec<u8>,
    pub(super) offset: u64,
    pub(super) compressed: u64,
    pub(super) size: u64,
    pub(super) crc: u32,
    pub(super) method: u16,
    /// Type and permissions as Unix has them; the type is 0 where it says none.
    mode: u32,
    flags: u64,
    is_unix: bool,
}

/// Every record of the directory, of which there may be `most`.
pub(super) fn all(directory: &Directory, most: u64) -> Result<Vec<Central>, Fault> {
    let elsewhere = || ambiguous_whole("its directory is not where and what its end record says");
    if directory.entries > most {
        return Err(Limit::Entries(most).into());
    }
    let mut rest = directory.bytes.get(..directory.size).ok_or_else(elsewhere)?;
    let mut members = Vec::new();
    while !rest.is_empty() {
        let (member, behind) = Central::read(rest)?.ok_or_else(elsewhere)?;
        if members.len() as u64 >= directory.entries {
            return Err(elsewhere());
        }
        members.push(member);
        rest = behind;
    }
    match members.len() as u64 == directory.entries {
        true => Ok(members),
        false => Err(elsewhere()),
    }
}

impl Central {
    /// The first record of `bytes`, and what follows it; `None` where it is none.
    fn read(bytes: &[u8]) -> Result<Option<(Self, &[u8])>, Fault> {
        let Some((fixed, rest)) = bytes.split_at_checked(46) else { return Ok(None) };
        let field = |at, length| number(fixed, at, length).unwrap_or_default();
        let length = |at| usize::try_from(field(at, 2)).unwrap_or_default();
        let parts = rest.split_at_checked(length(28)).and_then(|(name, rest)| {
            let (extra, rest) = rest.split_at_checked(length(30))?;
            let (_comment, rest) = rest.split_at_checked(length(32))?;
            Some((name, extra, rest))
        });
        let Some((name, extra, rest)) = parts.filter(|_| fixed.starts_with(b"PK\x01\x02")) else {
            return Ok(None);
        };
        let refuse = |what| Err(ambiguous(show(name), what));
        let host = field(5, 1);
        let is_unix = host == 3;
        let (needed, flags, disk) = (field(6, 2), field(8, 2), field(34, 2));
        if flags & ENCRYPTED != 0 {
            return Err(Structure::ZipEncrypted(show(name)).into());
        }
        if ![0, 3].contains(&host) {
            return refuse("comes from a system whose names programs read differently");
        }
        if flags & !FLAGS != 0 || needed > 45 || disk != 0 {
            return refuse("uses what few programs know");
        }
        check_name(name, flags)?;
        if !is_unix && !name.is_ascii() {
            return refuse("has a name that unzip takes for one of another encoding");
        }
        // Of DOS: the name of a volume, and a directory.
        let attributes = field(38, 1);
        if attributes & 0x08 != 0 || attributes & 0x10 != 0 && !name.ends_with(b"/") {
            return refuse("has attributes that programs read differently");
        }
        let large = [field(24, 4), field(20, 4), field(42, 4)];
        let Some(sizes) = extra_fields(extra, name, &large) else {
            return refuse("has extra fields that programs read differently");
        };
        let [size, compressed, offset] = sizes;
        let method = u16::try_from(field(10, 2)).unwrap_or(u16::MAX);
        if method == STORE && size != compressed {
            return refuse("is stored, and its two sizes differ");
        }
        let member = Self {
            name: name.to_vec(),
            offset,
            compressed,
            size,
            crc: u32::try_from(field(16, 4)).unwrap_or_default(),
            method,
            mode: u32::try_from(field(40, 2)).unwrap_or_default(),
            flags,
            is_unix,
        };
        Ok(Some((member, rest)))
    }

    /// The permissions that programs give it: those of another system than Unix they make up.
    pub(super) const fn permissions(&self) -> u32 {
        if self.is_unix { self.mode & 0o7777 } else { 0o644 }
    }

    /// What it is: by its name to some programs, by its mode to others, and to both the same.
    pub(super) fn kind(&self) -> Result<Kind, Fault> {
        let is_directory = self.name.ends_with(b"/");
        let refuse = |what| Err(ambiguous(show(&self.name), what));
        let kind = match (self.mode & 0o170_000, is_directory) {
            (0 | 0o040_000, true) => Kind::Directory,
            (0 | 0o100_000, false) => Kind::File,
            (0o120_000, false) if self.is_unix => Kind::Symlink,
            (0o040_000, false) => return refuse("is a directory with the name of a file"),
            (_, true) => return refuse("is a file with the name of a directory"),
            _ => return refuse("is of a kind that few programs know"),
        };
        if kind == Kind::Directory && self.size != 0 {
            return refuse("is a directory and has contents");
        }
        Ok(kind)
    }
}

/// Refuses names that some program changes.
fn check_name(name: &[u8], flags: u64) -> Result<(), Fault> {
    let refuse = |what| Err(ambiguous(show(name), what));
    let Ok(text) = std::str::from_utf8(name) else {
        return refuse("has a name that is not UTF-8");
    };
    if !text.is_ascii() && flags & UTF8 == 0 {
        return refuse("has a name that does not say how it is encoded");
    }
    if text.chars().any(|c| c.is_control() || matches!(c, ';' | '\\')) {
        return refuse("has a name with characters that some programs drop or read as others");
    }
    let text = text.strip_suffix('/').unwrap_or(text);
    for component in text.split('/') {
        if matches!(component, "" | "." | "..") || component.ends_with(['.', ' ']) {
            return refuse("has a name that some programs shorten");
        }
    }
    Ok(())
}

/// Reads extra fields: the values that stand in for those of `fields` that do not fit there. `None`
/// where programs may read the fields differently.
fn extra_fields<const N: usize>(
    mut extra: &[u8],
    name: &[u8],
    fields: &[u64; N],
) -> Option<[u64; N]> {
    let is_large = |field: &u64| *field == 0xffff_ffff;
    let mut seen = Vec::new();
    let mut values = *fields;
    while !extra.is_empty() {
        let (id, length) = (number(extra, 0, 2)?, number(extra, 2, 2)?);
        let (data, rest) = extra.get(4..)?.split_at_checked(usize::try_from(length).ok()?)?;
        extra = rest;
        if seen.contains(&id) {
            return None;
        }
        seen.push(id);
        match id {
            LARGE => {
                let mut at = 0;
                for value in values.iter_mut().filter(|value| is_large(value)) {
                    *value = number(data, at, 8)?;
                    at += 8;
                }
                if at != data.len() || at == 0 {
                    return None;
                }
            }
            UNICODE_NAME => {
                let mut crc = flate2::Crc::new();
                crc.update(name);
                let same = number(data, 1, 4) == Some(u64::from(crc.sum()));
                if data.first() != Some(&1) || !same || data.get(5..) != Some(name) {
                    return None;
                }
            }
            _ if INERT.contains(&id) => {}
            _ => return None,
        }
    }
    let resolved = seen.contains(&LARGE) || !fields.iter().any(is_large);
    resolved.then_some(values)
}

/// The header before a member's data.
pub(super) struct Local {
    /// Its length with the name and extra fields.
    pub(super) length: u64,
}

impl Local {
    /// Reads it, and holds it against what the directory says.
    pub(super) fn read(stream: &mut impl Read, central: &Central) -> Result<Self, Fault> {
        let shown = || show(&central.name);
        let differs = |what| Err(ambiguous(shown(), what));
        let mut fixed = [0; 30];
        stream.read_exact(&mut fixed)?;
        if !fixed.starts_with(b"PK\x03\x04") {
            return differs("has no header where the directory says");
        }
        let field = |at, length| number(&fixed, at, length).unwrap_or_default();
        let (name_length, extra_length) = (field(26, 2), field(28, 2));
        let mut name = Vec::new();
        stream.by_ref().take(name_length).read_to_end(&mut name)?;
        let mut extra = Vec::new();
        stream.by_ref().take(extra_length).read_to_end(&mut extra)?;
        if name != central.name {
            return differs("has another name in its own header than in the directory");
        }
        if field(6, 2) != central.flags || field(4, 2) > 45 {
            return differs("has other flags in its own header than in the directory");
        }
        if field(8, 2) != u64::from(central.method) {
            return differs("has another method in its own header than in the directory");
        }
        let sizes = extra_fields(&extra, &name, &[field(22, 4), field(18, 4)]);
        let Some([size, compressed]) = sizes else {
            return differs("has extra fields that programs read differently");
        };
        let crc = field(14, 4);
        // Where the values follow the data, the header may have zeros.
        let deferred = central.flags & DESCRIPTOR != 0;
        let same = |local: u64, central: u64| local == central || (deferred && local == 0);
        if !same(size, central.size)
            || !same(compressed, central.compressed)
            || !same(crc, u64::from(central.crc))
        {
            return differs("has another size or CRC in its own header than in the directory");
        }
        Ok(Self { length: 30 + name_length + extra_length })
    }
}

/// Reads the `length` bytes behind the data of a member: what its header left open, once more.
pub(super) fn descriptor(
    stream: &mut impl BufRead,
    central: &Central,
    length: u64,
) -> Result<(), Fault> {
    let refuse = || ambiguous(show(&central.name), "is followed by bytes that belong to no member");
    let mut data = Vec::new();
    if length > 24 {
        return Err(refuse());
    }
    stream.by_ref().take(length).read_to_end(&mut data)?;
    // With a signature or without, with sizes of 4 or 8 bytes: nothing says which.
    let (signature, size) = match (length, central.flags & DESCRIPTOR != 0) {
        (0, false) => return Ok(()),
        (12, true) => (0, 4),
        (16, true) => (4, 4),
        (20, true) => (0, 8),
        (24, true) => (4, 8),
        _ => return Err(refuse()),
    };
    let signed = signature == 0 || data.starts_with(b"PK\x07\x08");
    let stated = [
        number(&data, signature, 4),
        number(&data, signature + 4, size),
        number(&data, signature + 4 + size, size),
    ];
    let expected = [u64::from(central.crc), central.compressed, central.size].map(Some);
    match signed && stated == expected {
        true => Ok(()),
        false => Err(refuse()),
    }
}
