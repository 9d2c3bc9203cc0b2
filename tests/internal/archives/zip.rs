//! Mutants of zip headers, names, extra fields, data and end records.

use super::mutants::{self, Base, Chance};
use super::readers;
use std::io::Write as _;

/// A member, from which both headers are made.
#[derive(Clone)]
struct Member {
    name: Vec<u8>,
    contents: Vec<u8>,
    deflate: bool,
    descriptor: u8,
    flags: u16,
    host: u8,
    attributes: u32,
    extra: Vec<u8>,
    /// What is put over both headers, or over one of them: where, and what.
    local: Vec<(usize, Vec<u8>)>,
    central: Vec<(usize, Vec<u8>)>,
    local_name: Option<Vec<u8>>,
    local_extra: Vec<u8>,
    padding: Vec<u8>,
    behind_data: Vec<u8>,
}

impl Member {
    fn new(name: &[u8], contents: &[u8]) -> Self {
        Self {
            name: name.to_vec(),
            contents: contents.to_vec(),
            deflate: contents.len() > 20,
            descriptor: 0,
            flags: 0,
            host: 3,
            attributes: if name.ends_with(b"/") { 0o040_755 << 16 | 16 } else { 0o100_644 << 16 },
            extra: Vec::new(),
            local: Vec::new(),
            central: Vec::new(),
            local_name: None,
            local_extra: Vec::new(),
            padding: Vec::new(),
            behind_data: Vec::new(),
        }
    }
}

/// Several of them, and what follows.
#[derive(Clone)]
struct Zip {
    members: Vec<Member>,
    comment: Vec<u8>,
    /// What is put over the end record.
    end: Vec<(usize, Vec<u8>)>,
    before: Vec<u8>,
    between: Vec<u8>,
    behind: Vec<u8>,
    large: bool,
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn put(bytes: &mut [u8], changes: &[(usize, Vec<u8>)]) {
    for (at, new) in changes {
        for (to, from) in bytes.iter_mut().skip(*at).zip(new) {
            *to = *from;
        }
    }
}

impl Zip {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.before.clone();
        let mut directory = Vec::new();
        for member in &self.members {
            let offset = bytes.len() as u32;
            let mut crc = flate2::Crc::new();
            crc.update(&member.contents);
            let mut data =
                if member.deflate { deflate(&member.contents) } else { member.contents.clone() };
            data.extend_from_slice(&member.behind_data);
            let sizes = [
                crc.sum().to_le_bytes(),
                (data.len() as u32).to_le_bytes(),
                (member.contents.len() as u32).to_le_bytes(),
            ]
            .concat();
            let flags = member.flags | if member.descriptor > 0 { 8 } else { 0 };
            let head = |sizes: &[u8], name: &[u8], extra: &[u8]| {
                let mut head = vec![20, 0];
                head.extend_from_slice(&flags.to_le_bytes());
                head.extend_from_slice(&[if member.deflate { 8 } else { 0 }, 0, 0, 0, 0x21, 0x50]);
                head.extend_from_slice(sizes);
                head.extend_from_slice(&(name.len() as u16).to_le_bytes());
                head.extend_from_slice(&(extra.len() as u16).to_le_bytes());
                head
            };
            let deferred = if member.descriptor > 0 { vec![0; 12] } else { sizes.clone() };
            let name = member.local_name.as_ref().unwrap_or(&member.name);
            let extra = [&member.extra[..], &member.local_extra].concat();
            let mut local = [&b"PK\x03\x04"[..], &head(&deferred, name, &extra)].concat();
            put(&mut local, &member.local);
            for part in [&local, name, &extra, &data] {
                bytes.extend_from_slice(part);
            }
            match member.descriptor {
                1 => bytes.extend_from_slice(&sizes),
                2 => bytes.extend_from_slice(&[b"PK\x07\x08", &sizes[..]].concat()),
                3 => {
                    let wide = [&sizes[..8], &[0; 4], &sizes[8..], &[0; 4]].concat();
                    bytes.extend_from_slice(&[b"PK\x07\x08", &wide[..]].concat());
                }
                _ => {}
            }
            bytes.extend_from_slice(&member.padding);
            let mut central = [&b"PK\x01\x02\x14"[..], &[member.host]].concat();
            central.extend_from_slice(&head(&sizes, &member.name, &member.extra));
            central.extend_from_slice(&[0; 6]);
            central.extend_from_slice(&member.attributes.to_le_bytes());
            central.extend_from_slice(&offset.to_le_bytes());
            put(&mut central, &member.central);
            for part in [&central, &member.name, &member.extra] {
                directory.extend_from_slice(part);
            }
        }
        bytes.extend_from_slice(&self.between);
        let (start, size) = (bytes.len() as u64, directory.len() as u64);
        bytes.extend_from_slice(&directory);
        let count = self.members.len() as u16;
        if self.large {
            let at = bytes.len() as u64;
            bytes.extend_from_slice(b"PK\x06\x06\x2c\0\0\0\0\0\0\0\x2d\0\x2d\0\0\0\0\0\0\0\0\0");
            for number in [u64::from(count), u64::from(count), size, start] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
            bytes.extend_from_slice(b"PK\x06\x07\0\0\0\0");
            bytes.extend_from_slice(&at.to_le_bytes());
            bytes.extend_from_slice(&[1, 0, 0, 0]);
        }
        let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
        end.extend_from_slice(&count.to_le_bytes());
        end.extend_from_slice(&count.to_le_bytes());
        end.extend_from_slice(&(size as u32).to_le_bytes());
        end.extend_from_slice(&(start as u32).to_le_bytes());
        end.extend_from_slice(&(self.comment.len() as u16).to_le_bytes());
        put(&mut end, &self.end);
        for part in [&end, &self.comment, &self.behind] {
            bytes.extend_from_slice(part);
        }
        bytes
    }
}

fn release() -> Zip {
    let mut members = vec![
        Member::new(b"top/", b""),
        Member::new(b"top/a", b"hello\n"),
        Member::new(b"top/long", &b"some text that shrinks\n".repeat(30)),
        Member::new(b"top/run", b"#!/bin/sh\n"),
        Member::new(b"top/dir/\xc3\xa9", b"accent\n"),
        Member::new(b"top/link", b"dir"),
        Member::new(b"top/last", &b"streamed\n".repeat(9)),
        Member::new(b"top/dos", b"from elsewhere\n"),
        Member::new(b"top/timed", b"with fields\n"),
    ];
    members[3].attributes = 0o100_755 << 16;
    members[4].flags = 0x800;
    members[5].attributes = 0o120_777 << 16;
    members[6].descriptor = 2;
    members[7].host = 0;
    members[7].attributes = 0x20;
    members[8].extra = b"UT\x05\0\x03\0\0\0\x50".to_vec();
    Zip {
        members,
        comment: b"0123456789012345678901234567890123456789".to_vec(),
        end: Vec::new(),
        before: Vec::new(),
        between: Vec::new(),
        behind: Vec::new(),
        large: false,
    }
}

const NAMES: &[&[u8]] = &[
    b"top/a",
    b"top/new",
    b"top/dir/",
    b"top/dir",
    b"top/a;1",
    b"top/a;",
    b"top/a;x",
    b"top/\x02a",
    b"top/a\x7f",
    b"top/a\xff",
    b"top/\xc2\x80a",
    b"top/\xc3\xa9",
    b"top/\xe9",
    b"top/a\0b",
    b"top/a.",
    b"top/a ",
    b"top\\a",
    b"top/..",
    b"../x",
    b"top/../x",
    b"/tmp/distvouch-absolute",
    b"./top/a",
    b"top//a",
    b"top/./a",
    b"C:/x",
    b"C:x",
    b"",
    b"/",
    b"top/a/",
    b"TOP/A",
    b"top/link/x",
    b"top/a/x",
    b"top/a\n",
    b"top/a:b",
    b"top/*",
    b"-x",
    b"top/#U00e9",
];

const EXTRAS: &[&[u8]] = &[
    b"",
    b"UT\x05\0\x03\0\0\0\x50",
    b"ux\x0b\0\x01\x04\0\0\0\0\x04\0\0\0\0",
    b"\x01\0\x10\0\x06\0\0\0\0\0\0\0\x06\0\0\0\0\0\0\0",
    b"\x01\0\0\0",
    b"up\x0c\0\x01\0\0\0\0top/new",
    b"uc\x05\0\x01\0\0\0\0",
    b"un\x0e\0\0\0\0\0\xff\xa1\0\0\0\0\0\0\0\0",
    b"\x0d\0\x0c\0\0\0\0\0\0\0\0\0\0\0\0\0",
    b"\xfe\xca\0\0",
    b"\x01\x99\x07\0\x02\0AE\x03\0\0",
    b"zz\0\0",
    b"UT\xff\0\x03",
    b"U",
    b"\0\0\0",
    b"UT\x05\0\x03\0\0\0\x50UT\x05\0\x03\0\0\0\x50",
    b"lx\x05\0\x01\x03\0\0\0",
];

fn number(chance: &mut Chance, length: usize) -> Vec<u8> {
    let values = [
        0_u32,
        1,
        2,
        3,
        5,
        6,
        8,
        10,
        12,
        20,
        45,
        63,
        64,
        0x800,
        0x808,
        0x2000,
        0xffff,
        0xffff_ffff,
    ];
    chance.of(&values).to_le_bytes()[..length].to_vec()
}

/// Fields of the local header, of the record in the directory, and of the end record.
const LOCAL: [(usize, usize); 8] =
    [(0, 4), (4, 2), (6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2)];
const CENTRAL: [(usize, usize); 14] = [
    (4, 2),
    (5, 1),
    (6, 2),
    (8, 2),
    (10, 2),
    (16, 4),
    (20, 4),
    (24, 4),
    (28, 2),
    (30, 2),
    (32, 2),
    (34, 2),
    (38, 4),
    (42, 4),
];
const END: [(usize, usize); 7] = [(4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)];

fn mutate_zip(chance: &mut Chance, zip: &mut Zip) -> String {
    let nth = chance.below(zip.members.len());
    let other = zip.members[chance.below(zip.members.len())].clone();
    let member = &mut zip.members[nth];
    match chance.below(24) {
        0..=2 => {
            member.name = chance.of(NAMES).to_vec();
            if chance.one_in(2) {
                member.flags ^= 0x800;
            }
            format!("name {} of {nth}", member.name.escape_ascii())
        }
        3 => {
            member.local_name = Some(chance.of(NAMES).to_vec());
            format!("local name of {nth}")
        }
        4..=5 => {
            let (at, length) = *chance.of(&LOCAL);
            member.local.push((at, number(chance, length)));
            format!("local field {at} of {nth}: {:?}", member.local.last())
        }
        6..=8 => {
            let (at, length) = *chance.of(&CENTRAL);
            member.central.push((at, number(chance, length)));
            format!("field {at} of {nth}: {:?}", member.central.last())
        }
        9 => {
            let flags = [1_u16, 2, 4, 8, 0x10, 0x20, 0x40, 0x800, 0x1000, 0x2000];
            member.flags ^= chance.of(&flags);
            format!("flags {:#x} of {nth}", member.flags)
        }
        10 => {
            member.host = *chance.of(&[0, 1, 2, 3, 6, 7, 10, 11, 14, 19, 20, 255]);
            format!("host {} of {nth}", member.host)
        }
        11 => {
            let modes = [
                0_u32, 0o100_644, 0o100_755, 0o040_755, 0o120_777, 0o020_644, 0o010_644, 0o140_644,
                0o644,
            ];
            member.attributes = chance.of(&modes) << 16 | *chance.of(&[0, 1, 0x10, 0x20]);
            format!("attributes {:#x} of {nth}", member.attributes)
        }
        12..=13 => {
            member.extra = chance.of(EXTRAS).to_vec();
            format!("extra {} of {nth}", member.extra.escape_ascii())
        }
        14 => {
            member.local_extra = chance.of(EXTRAS).to_vec();
            format!("local extra {} of {nth}", member.local_extra.escape_ascii())
        }
        15 => {
            member.descriptor = chance.below(4) as u8;
            format!("descriptor {} of {nth}", member.descriptor)
        }
        16 => {
            member.deflate = !member.deflate;
            format!("method of {nth}")
        }
        17 => {
            let part: &[u8] = chance.of::<&[u8]>(&[&b"x"[..], b"PK\x03\x04", &[0; 12], &[0; 30]]);
            match chance.below(2) {
                0 => member.padding = part.to_vec(),
                _ => member.behind_data = part.to_vec(),
            }
            format!("bytes behind {nth}")
        }
        18 => {
            let (at, length) = *chance.of(&END);
            zip.end.push((at, number(chance, length)));
            format!("end record: {:?}", zip.end.last())
        }
        19 => {
            let tail = release().bytes();
            let part: &[u8] =
                chance.of::<&[u8]>(&[&b"x"[..], b"PK\x05\x06", &tail[tail.len() - 22..], &tail]);
            match chance.below(4) {
                0 => zip.before = part.to_vec(),
                1 => zip.between = part.to_vec(),
                2 => zip.behind = part.to_vec(),
                _ => zip.comment = part.to_vec(),
            }
            format!("{} bytes around", part.len())
        }
        20 => {
            zip.members.insert(nth, other);
            format!("a member again at {nth}")
        }
        21 => {
            zip.members.remove(nth);
            if zip.members.is_empty() {
                zip.members.push(other);
            }
            format!("without member {nth}")
        }
        22 => {
            zip.large = !zip.large;
            "a record for large archives".to_owned()
        }
        _ => {
            let with = chance.below(zip.members.len());
            zip.members.swap(nth, with);
            format!("{nth} and {with} swapped")
        }
    }
}

fn bases() -> Vec<Base> {
    vec![("zip".to_owned(), release().bytes())]
}

fn mutate(chance: &mut Chance, base: &[u8]) -> (String, Vec<u8>) {
    let mut how = Vec::new();
    if chance.one_in(8) {
        let mut bytes = base.to_vec();
        for _ in 0..1 + chance.below(2) {
            let at = chance.below(bytes.len());
            bytes[at] ^= 1 << chance.below(8);
            how.push(format!("bit of byte {at}"));
        }
        return (how.join(", "), bytes);
    }
    let mut zip = release();
    for _ in 0..1 + chance.below(3) {
        how.push(mutate_zip(chance, &mut zip));
    }
    (how.join(", "), zip.bytes())
}

#[test]
fn what_is_listed_of_zip_is_what_programs_write() {
    let Some(count) = mutants::wanted("mutants of zip") else { return };
    let mut readers = readers::of_zip("mutants of zip");
    mutants::run("zip", |_| "zip", &mut readers, &bases(), count, &mutate);
}
