//! Mutants of tar headers, pax records, sequences of members and compressed streams.

use super::mutants::{self, Base, Chance};
use super::readers;
use std::io::Write as _;

/// The fields of a header: where they are, and what is put there.
const FIELDS: [(usize, usize, &[&[u8]]); 16] = [
    (0, 100, NAMES),
    (100, 108, NUMBERS),
    (108, 116, NUMBERS),
    (116, 124, NUMBERS),
    (124, 136, SIZES),
    (136, 148, NUMBERS),
    (148, 156, NUMBERS),
    (156, 157, FLAGS),
    (157, 257, NAMES),
    (257, 263, &[b"ustar\0", b"ustar ", b"\0\0\0\0\0\0", b"USTAR\0", b"ustarx", b"tar\0\0\0"]),
    (263, 265, &[b"00", b" \0", b"\0\0", b"01", b"  ", b"\x000", b"0\0"]),
    (265, 297, NAMES),
    (329, 337, NUMBERS),
    (337, 345, NUMBERS),
    (345, 500, NAMES),
    (500, 512, &[b"\0", b"tar\0", b"x", b"            "]),
];

const NAMES: &[&[u8]] = &[
    b"top/a",
    b"top/b",
    b"top/new",
    b"top/dir",
    b"top/dir/",
    b"top/dir/in",
    b"top/link",
    b"top/link/x",
    b"top/",
    b"top",
    b".",
    b"./",
    b"/",
    b"",
    b"..",
    b"../x",
    b"top/../x",
    b"/tmp/distvouch-absolute",
    b"./top/a",
    b"top//a",
    b"top/./a",
    b"top/a/",
    b"top/a/.",
    b"top/a ",
    b" top/a",
    b"top/a\n",
    b"top/\xff",
    b"top/\xc3\xa9",
    b"top/a\\b",
    b"top/a\0b",
    b"\0top/a",
    b"TOP/A",
    b"p",
    b"p/q",
    b"\x1f\x8b\x08\x00",
    b"BZh9",
    b"begin 644 x",
    b"070701",
];

const NUMBERS: &[&[u8]] = &[
    b"0000000\0",
    b"0000644\0",
    b"000644 \0",
    b"   644 \0",
    b"0000755 ",
    b"0000000",
    b"00000000",
    b"77777777",
    b"        ",
    b"\0\0\0\0\0\0\0\0",
    b"-000001\0",
    b"+000644\0",
    b"0x00644\0",
    b"0_00644\0",
    b"0000648\0",
    b"0644\0xyz",
    b"0644 644",
    b"\t000644\0",
    b"\x00000644\0",
    b"\x80\0\0\0\0\0\x01\xa4",
    b"\x80\0\0\0\0\x20\0\0",
    b"\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x81\0\0\0\0\0\0\0",
    b"abc",
];

const SIZES: &[&[u8]] = &[
    b"00000000000\0",
    b"00000000001\0",
    b"00000000005\0",
    b"00000001000\0",
    b"00000001001\0",
    b"00000002000\0",
    b"00000000000 ",
    b"          5 ",
    b"5\0\0\0\0\0\0\0\0\0\0\0",
    b"5           ",
    b"000000000005",
    b"            ",
    b"\0\0\0\0\0\0\0\0\0\0\0\0",
    b"-0000000001\0",
    b"77777777777\0",
    b"\x80\0\0\0\0\0\0\0\0\0\0\x05",
    b"\x80\0\0\0\0\0\0\x02\0\0\0\0",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfb",
    b"+0000000005\0",
    b"0000000000_5",
];

const FLAGS: &[&[u8]] = &[
    b"0", b"\0", b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"x", b"g", b"L", b"K", b"S", b"M",
    b"V", b"N", b"D", b"X", b"A", b"I", b"E", b"Z", b" ", b"8", b"s",
];

/// A header with its checksum, and its contents.
fn member(
    name: &[u8],
    flag: u8,
    link: &[u8],
    mode: &[u8],
    contents: &[u8],
    magic: &[u8],
) -> Vec<u8> {
    let mut header = [0; 512];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name);
    put(100, mode);
    put(108, b"0000000\x000000000\0");
    put(124, format!("{:011o}\0", contents.len()).as_bytes());
    put(136, b"14371573400\0");
    put(156, &[flag]);
    put(157, link);
    put(257, magic);
    if magic == USTAR {
        put(329, b"0000000\x000000000\0");
    }
    sum_up(&mut header);
    let mut bytes = header.to_vec();
    bytes.extend_from_slice(contents);
    bytes.resize(bytes.len().div_ceil(512) * 512, 0);
    bytes
}

fn sum_up(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header[..512].iter().map(|b| u32::from(*b)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

const USTAR: &[u8] = b"ustar\x0000";
const GNU: &[u8] = b"ustar  \0";
const OLD: &[u8] = b"";
const MODE: &[u8] = b"0000644\0";

fn record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let length = (1..).find(|n: &usize| n.to_string().len() + rest == *n).unwrap();
    [format!("{length} {key}=").as_bytes(), value, b"\n"].concat()
}

/// A release in one of the formats, with long names as each has them.
fn release(magic: &[u8], extended: u8) -> Vec<u8> {
    let long = [&b"top/"[..], &[b'd'; 60], b"/", &[b'f'; 70]].concat();
    let file = |name: &[u8], contents: &[u8]| member(name, b'0', b"", MODE, contents, magic);
    let mut parts = Vec::new();
    if extended == b'x' {
        parts.push(member(
            b"pax_global_header",
            b'g',
            b"",
            MODE,
            &record("comment", &[b'a'; 40]),
            magic,
        ));
    }
    parts.push(member(b"top/", if magic == OLD { 0 } else { b'5' }, b"", b"0000755\0", b"", magic));
    parts.push(file(b"top/a", b"hello\n"));
    parts.push(member(b"top/run", b'0', b"", b"0000755\0", &[b'#'; 700], magic));
    parts.push(file(b"top/dir/in", b""));
    parts.push(member(b"top/link", b'2', b"dir/in", b"0000777\0", b"", magic));
    parts.push(member(b"top/hard", b'1', b"top/a", MODE, b"", magic));
    match extended {
        b'x' => {
            let records = [record("mtime", b"1700000000.5"), record("path", &long)].concat();
            parts.push(member(b"PaxHeaders/x", b'x', b"", MODE, &records, magic));
            parts.push(file(&long[..90], b"long\n"));
            let records = [record("linkpath", &long), record("uid", b"1000")].concat();
            parts.push(member(b"PaxHeaders/y", b'x', b"", MODE, &records, magic));
            parts.push(member(b"top/far", b'2', b"x", b"0000777\0", b"", magic));
            parts.push(member(b"PaxHeaders/z", b'x', b"", MODE, &record("size", b"3"), magic));
            parts.push(file(b"top/sized", b"abc"));
        }
        b'L' => {
            let name = [&long[..], b"\0"].concat();
            parts.push(member(b"././@LongLink", b'L', b"", MODE, &name, magic));
            parts.push(file(&long[..100], b"long\n"));
            parts.push(member(b"././@LongLink", b'K', b"", MODE, &name, magic));
            parts.push(member(b"top/far", b'2', &long[..100], b"0000777\0", b"", magic));
        }
        _ => {
            if magic == USTAR {
                let mut split = file(b"name", b"split\n");
                split[345..353].copy_from_slice(b"top/dir2");
                sum_up(&mut split);
                parts.push(split);
            }
        }
    }
    parts.push(file(b"top/last", b"end\n"));
    parts.push(vec![0; 1024]);
    parts.concat()
}

fn bases() -> Vec<Base> {
    [
        ("ustar", release(USTAR, 0)),
        ("pax", release(USTAR, b'x')),
        ("gnu", release(GNU, b'L')),
        ("plain gnu", release(GNU, 0)),
        ("ustar with long names of GNU", release(USTAR, b'L')),
        ("old", release(OLD, 0)),
    ]
    .map(|(name, bytes)| (name.to_owned(), bytes))
    .to_vec()
}

/// Where headers are, as far as the sizes lead.
fn headers(bytes: &[u8]) -> Vec<usize> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(block) = bytes.get(at..at + 512).filter(|block| block.iter().any(|b| *b != 0)) {
        found.push(at);
        let size = std::str::from_utf8(&block[124..135]).ok();
        let size = size.and_then(|text| usize::from_str_radix(text.trim(), 8).ok()).unwrap_or(0);
        at += 512 + size.div_ceil(512) * 512;
    }
    found
}

fn mutate(chance: &mut Chance, base: &[u8]) -> (String, Vec<u8>) {
    let mut bytes = base.to_vec();
    let mut how = Vec::new();
    for _ in 0..1 + chance.below(3) {
        let places = headers(&bytes);
        if places.is_empty() {
            break;
        }
        let nth = chance.below(places.len());
        let at = places[nth];
        let end = places.get(nth + 1).copied().unwrap_or(bytes.len());
        how.push(match chance.below(12) {
            0..=4 => field(chance, &mut bytes, at),
            5..=6 => records(chance, &mut bytes, at, end),
            7 => insert(chance, &mut bytes, at),
            8 => {
                let part = bytes[at..end].to_vec();
                let to = *chance.of(&places);
                bytes.splice(to..to, part);
                format!("member {at} again at {to}")
            }
            9 => {
                bytes.drain(at..end);
                format!("without member {at}")
            }
            10 => {
                let at = chance.below(bytes.len());
                bytes[at] ^= 1 << chance.below(8);
                let header = at / 512 * 512;
                if places.contains(&header) {
                    sum_up(&mut bytes[header..header + 512]);
                }
                format!("bit of byte {at}")
            }
            _ => tail(chance, &mut bytes),
        });
    }
    if chance.one_in(3) {
        how.push(compress(chance, &mut bytes));
    }
    (how.join(", "), bytes)
}

fn field(chance: &mut Chance, bytes: &mut [u8], at: usize) -> String {
    let (from, to, values) = *chance.of(&FIELDS);
    let value = *chance.of(values);
    let value = &value[..value.len().min(to - from)];
    if chance.one_in(3) {
        bytes[at + from..at + to].fill(0);
    }
    bytes[at + from..at + from + value.len()].copy_from_slice(value);
    if from != 148 {
        sum_up(&mut bytes[at..at + 512]);
    }
    format!("{} at {from} of header {at}", value.escape_ascii())
}

/// Other records in a pax header, or another name in one of GNU's.
fn records(chance: &mut Chance, bytes: &mut Vec<u8>, at: usize, end: usize) -> String {
    let keys = [
        "path",
        "linkpath",
        "size",
        "mtime",
        "uid",
        "comment",
        "GNU.sparse.name",
        "hdrcharset",
        "SCHILY.filetype",
        "SCHILY.realsize",
        "SCHILY.xattr.user.a",
        "LIBARCHIVE.xattr.user.a",
        "charset",
        " path",
        "path ",
        "PATH",
        "VENDOR.key",
        "GNU.sparse.major",
        "GNU.sparse.realsize",
    ];
    let values: [&[u8]; 16] = [
        b"top/a",
        b"top/new",
        b"top/dir/",
        b"",
        b"0",
        b"5",
        b"512",
        b"1.5",
        b"-1",
        b"x\ny",
        b"top/a\0b",
        b"\xff",
        b"x\n16 path=top/new\n",
        b"17 hdrcharset=BINARY",
        b"../x",
        b"top/\xc3\xa9",
    ];
    let mut list: Vec<Vec<u8>> = Vec::new();
    for _ in 0..1 + chance.below(3) {
        let key = if chance.one_in(2) { keys[chance.below(4)] } else { *chance.of(&keys) };
        let mut one = record(key, chance.of::<&[u8]>(&values));
        match chance.below(14) {
            0 => one.insert(0, b' '),
            1 => one.insert(0, b'0'),
            2 => {
                let blank = one.iter().position(|b| *b == b' ').unwrap();
                one.insert(blank, *chance.of(b" \t\n"));
            }
            3 => drop(one.pop()),
            4 => one.push(b'\n'),
            5 => one.push(0),
            _ => {}
        }
        list.push(one);
    }
    let data = list.concat();
    let flag = *chance.of(b"xxxxgLK");
    let new = member(b"PaxHeaders/m", flag, b"", MODE, &data, chance.of::<&[u8]>(&[USTAR, GNU]));
    let is_extended = matches!(bytes[at + 156], b'x' | b'g' | b'L' | b'K');
    let replaced = if is_extended { at..end } else { at..at };
    bytes.splice(replaced, new);
    format!("{} header {} at {at}", char::from(flag), data.escape_ascii())
}

fn insert(chance: &mut Chance, bytes: &mut Vec<u8>, at: usize) -> String {
    let name = *chance.of(NAMES);
    let link = if chance.one_in(2) { *chance.of(NAMES) } else { b"" };
    let flag = chance.of(FLAGS)[0];
    let contents: &[u8] = if chance.one_in(2) { b"" } else { b"inserted\n" };
    let magic = *chance.of(&[USTAR, GNU, OLD]);
    let new = match chance.below(8) {
        0 => vec![0; 512],
        1 => vec![b'x'; 512],
        _ => member(name, flag, link, MODE, contents, magic),
    };
    bytes.splice(at..at, new);
    format!("{flag:#x} {} -> {} at {at}", name.escape_ascii(), link.escape_ascii())
}

fn tail(chance: &mut Chance, bytes: &mut Vec<u8>) -> String {
    let new = member(b"top/behind", b'0', b"", MODE, b"behind\n", USTAR);
    match chance.below(7) {
        0 => bytes.extend_from_slice(&new),
        1 => bytes.truncate(bytes.len() - 512),
        2 => bytes.truncate(bytes.len() - 1024),
        3 => bytes.truncate(chance.below(bytes.len())),
        4 => bytes.extend_from_slice(b"garbage"),
        5 => bytes.extend_from_slice(&[0; 700]),
        _ => {
            let at = bytes.len() - 512;
            bytes.truncate(at);
            bytes.extend_from_slice(&new);
        }
    }
    format!("another end, {} bytes", bytes.len())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What every program of these reads is gzip.
fn compress(chance: &mut Chance, bytes: &mut Vec<u8>) -> String {
    let middle = chance.below(bytes.len()) / 512 * 512;
    let mut packed = gzip(bytes);
    let how = chance.below(10);
    match how {
        0 => packed = [gzip(&bytes[..middle]), gzip(&bytes[middle..])].concat(),
        1 => packed.extend_from_slice(&[0; 512]),
        2 => packed.extend_from_slice(b"garbage"),
        3 => packed.extend_from_slice(&gzip(&member(b"top/more", b'0', b"", MODE, b"m", USTAR))),
        4 => packed = gzip(&packed),
        5 => packed[3] = 1 << chance.below(8),
        6 => {
            packed[3] = 4;
            packed.splice(10..10, *b"\x02\0ab");
        }
        7 => {
            packed[3] = 8;
            packed.splice(10..10, *b"name\0");
        }
        8 => {
            let at = chance.below(packed.len());
            packed[at] ^= 1 << chance.below(8);
        }
        _ => {}
    }
    *bytes = packed;
    format!("gzip {how}")
}

fn suffix(bytes: &[u8]) -> &'static str {
    if bytes.starts_with(b"\x1f\x8b") { "tar.gz" } else { "tar" }
}

#[test]
fn what_is_listed_of_tar_is_what_programs_write() {
    let Some(count) = mutants::wanted("mutants of tar") else { return };
    let mut readers = readers::of_tar("mutants of tar");
    mutants::run("tar", suffix, &mut readers, &bases(), count, &mutate);
}
