//! Mutated compressed streams, given to xz, gzip, bzip2, zstd and lzip and to us: what the real tool
//! refuses is refused here, and other differences are rows of doc/signatures.md.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use super::common::{Scratch, tool};
use crate::bytes::compress::{Stopped, StreamLimits, run};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

type Mutant = (String, Vec<u8>);

/// What a distfile may look like: text that shrinks, with something in it that does not.
fn plain() -> Vec<u8> {
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..400)
        .flat_map(|n| {
            let mut line = format!("line {n} of a file that was released\n").into_bytes();
            line.extend([noise(), noise(), noise()]);
            line
        })
        .collect()
}

fn piped(program: &Path, args: &[&str], input: &Path) -> Option<Vec<u8>> {
    let output = Command::new(program)
        .args(args)
        .stdin(File::open(input).unwrap())
        .stderr(Stdio::null())
        .output()
        .unwrap();
    output.status.success().then_some(output.stdout)
}

/// What comes out here, or the fault.
fn ours(mut bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut each = |bytes: &[u8]| {
        out.extend_from_slice(bytes);
        Ok(())
    };
    match run(&mut bytes, StreamLimits::default(), &mut each) {
        Ok(()) => Ok(out),
        Err(Stopped::Fault(fault)) => Err(fault.to_string()),
        Err(Stopped::Sink(error)) => panic!("{error}"),
    }
}

/// Where the real tool and we differ: a row of doc/signatures.md.
struct Difference {
    row: &'static str,
    tools: &'static [&'static str],
    /// What the names of its mutants begin with.
    mutants: &'static [&'static str],
    /// Whether we take it.
    ours: bool,
}

const KNOWN: &[Difference] = &[
    Difference {
        row: "another member or frame, or zeros, behind the stream",
        tools: &["xz", "gzip", "bzip2", "zstd", "lzip"],
        mutants: &[
            "behind: itself",
            "behind: a NUL",
            "behind: four NULs",
            "behind: 512 NULs",
            "behind: a skippable frame",
        ],
        ours: false,
    },
    Difference {
        row: "text behind the stream",
        tools: &["bzip2", "lzip"],
        mutants: &["behind: text", "behind: a line feed"],
        ours: false,
    },
    Difference {
        row: "a skippable frame before the frame",
        tools: &["zstd"],
        mutants: &["before: a skippable frame"],
        ours: false,
    },
    Difference {
        row: "a frame without a checksum in which bits were changed",
        tools: &["zstd"],
        mutants: &["bit ", "byte ", "bytes "],
        ours: false,
    },
    Difference {
        row: "the first octet of the LZMA stream, or bits behind its end marker",
        tools: &["lzip"],
        mutants: &["bit "],
        ours: false,
    },
    Difference {
        row: "a dictionary of more than 128 MiB",
        tools: &["lzip"],
        mutants: &["dictionary 29"],
        ours: false,
    },
    Difference {
        row: "sizes of single blocks that are wrong in the index or in block headers, with the right sums",
        tools: &["xz"],
        mutants: &[
            "index: one byte more in the block",
            "index: records swapped",
            "index: a byte of content moved",
            "block header: another compressed size",
            "block header: another uncompressed size",
        ],
        ours: true,
    },
];

/// Mutations that any format can suffer.
fn anything(bytes: &[u8]) -> Vec<Mutant> {
    let mut all = vec![("unchanged".to_owned(), bytes.to_vec())];
    let mut add = |name: String, bytes: Vec<u8>| all.push((name, bytes));
    let size = bytes.len();
    let edge = 40.min(size / 2);
    let places: BTreeSet<usize> =
        (0..edge).chain(size - edge..size).chain((0..60).map(|n| n * size / 60)).collect();
    for at in places {
        let mut changed = bytes.to_vec();
        changed[at] ^= 1 << (at % 8);
        let from_end = size - at;
        add(format!("bit {} of byte {at}, {from_end} from the end", at % 8), changed);
    }
    for at in (0..edge).step_by(3) {
        add(format!("cut to {at} bytes"), bytes[..at].to_vec());
        add(format!("cut by {} bytes", at + 1), bytes[..size - at - 1].to_vec());
    }
    for at in (0..10).map(|n| n * (size - 1) / 10) {
        let mut changed = bytes.to_vec();
        changed.remove(at);
        add(format!("without byte {at}"), changed.clone());
        changed.insert(at, !bytes[at]);
        add(format!("byte {at} inverted"), changed.clone());
        changed.insert(at, bytes[at]);
        add(format!("byte {at} inserted"), changed);
        let mut changed = bytes.to_vec();
        if changed[at] != changed[at + 1] {
            changed.swap(at, at + 1);
            add(format!("bytes {at} and {} swapped", at + 1), changed);
        }
    }
    for (name, rest) in [
        ("a NUL", &b"\0"[..]),
        ("four NULs", &[0; 4]),
        ("512 NULs", &[0; 512]),
        ("text", b"garbage behind the end\n"),
        ("a line feed", b"\n"),
    ] {
        add(format!("behind: {name}"), [bytes, rest].concat());
        add(format!("before: {name}"), [rest, bytes].concat());
    }
    add("behind: itself".into(), [bytes, bytes].concat());
    add("behind: a cut one".into(), [bytes, &bytes[..size / 2]].concat());
    all
}

fn set(bytes: &[u8], at: usize, new: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

fn crc32(bytes: &[u8]) -> [u8; 4] {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum().to_le_bytes()
}

/// RFC 1952, section 2.3.
fn gzip(bytes: &[u8]) -> Vec<Mutant> {
    let with = |flags: u8, fields: &[u8]| {
        [&bytes[..3], &[flags], &bytes[4..10], fields, &bytes[10..]].concat()
    };
    let head = |flags: u8| [&bytes[..3], &[flags], &bytes[4..10]].concat();
    let crc16 = crc32(&head(2));
    let mut all = vec![
        ("flag: text".into(), with(1, b"")),
        ("flag: header checksum".into(), with(2, &crc16[..2])),
        ("flag: header checksum that is wrong".into(), with(2, b"xx")),
        ("flag: extra field".into(), with(4, b"\x04\0ab\0\0")),
        ("flag: extra field beyond the end".into(), with(4, b"\xff\xffab")),
        ("flag: name".into(), with(8, b"name\0")),
        ("flag: name without an end".into(), [&head(8)[..], b"name"].concat()),
        ("flag: comment".into(), with(16, b"comment\0")),
        ("flag: encrypted".into(), with(32, b"")),
        ("flag: reserved, 64".into(), with(64, b"")),
        ("flag: reserved, 128".into(), with(128, b"")),
    ];
    for method in [0, 7, 9] {
        all.push((format!("method {method}"), set(bytes, 2, &[method])));
    }
    all.push(("another time".into(), set(bytes, 4, &[1, 2, 3, 4])));
    all.push(("another system".into(), set(bytes, 9, &[77])));
    let size = bytes.len();
    all.push(("content size: zero".into(), set(bytes, size - 4, &[0; 4])));
    all.push(("checksum: zero".into(), set(bytes, size - 8, &[0; 4])));
    all
}

fn bzip2(bytes: &[u8]) -> Vec<Mutant> {
    let mut all = Vec::new();
    for level in *b"01289:" {
        all.push((format!("level {}", char::from(level)), set(bytes, 3, &[level])));
    }
    all.push(("version 1".into(), set(bytes, 2, b"0")));
    all.push(("block checksum: zero".into(), set(bytes, 10, &[0; 4])));
    all.push(("randomized".into(), set(bytes, 14, &[bytes[14] | 0x80])));
    all
}

fn lzip(bytes: &[u8]) -> Vec<Mutant> {
    let size = bytes.len();
    let mut all = Vec::new();
    for version in [0, 2, 255] {
        all.push((format!("version {version}"), set(bytes, 4, &[version])));
    }
    // 4 KiB, below it, 512 MiB, beyond it; a larger dictionary than needed changes nothing.
    for dictionary in [12, 11, 20, 29, 30, 0xff, 0] {
        all.push((format!("dictionary {dictionary}"), set(bytes, 5, &[dictionary])));
    }
    for (name, at) in [("checksum", 20), ("data size", 16), ("member size", 8)] {
        let field = bytes[size - at];
        let wrong = set(bytes, size - at, &[field ^ 1]);
        all.push((format!("{name}: wrong"), wrong));
        all.push((format!("{name}: zero"), set(bytes, size - at, &[0; 4])));
    }
    all
}

/// RFC 8878, section 3.1.1. The frame states the size of its content in two octets, or in four.
fn zstd(bytes: &[u8]) -> Vec<Mutant> {
    let descriptor = bytes[4];
    let size = bytes.len();
    let single = usize::from(descriptor & 0x20 == 0);
    let at = 5 + single;
    let length = 1 << (descriptor >> 6);
    let mut all = Vec::new();
    for (name, bits) in [
        ("reserved bit", 0x08),
        ("unused bit", 0x10),
        ("checksum bit", 0x04),
        ("single segment bit", 0x20),
        ("dictionary bits, 1", 0x01),
        ("dictionary bits, 2", 0x02),
        ("content size bits, 1", 0x40),
        ("content size bits, 2", 0x80),
    ] {
        all.push((format!("descriptor: {name}"), set(bytes, 4, &[descriptor ^ bits])));
    }
    for (name, change) in [("one more", 1_i32), ("one less", -1), ("256 more", 256)] {
        let mut field = [0; 4];
        field[..length].copy_from_slice(&bytes[at..at + length]);
        let new = (i32::from_le_bytes(field) + change).to_le_bytes();
        all.push((format!("content size: {name}"), set(bytes, at, &new[..length])));
    }
    all.push(("content size: zero".into(), set(bytes, at, &vec![0; length])));
    all.push(("content size: largest".into(), set(bytes, at, &vec![0xff; length])));
    if single == 1 {
        for window in [0, 0x10, 0x50, 0x70] {
            all.push((format!("window {window:#04x}"), set(bytes, 5, &[window])));
        }
    }
    // The size is not stated at all: the frame with a window of 8 MiB in its place.
    let without = [&bytes[..4], &[descriptor & 0x04, 13 << 3], &bytes[at + length..]].concat();
    all.push(("content size: not stated".into(), without));
    let unchecked = [&bytes[..4], &[descriptor & !4], &bytes[5..size - 4]].concat();
    all.push(("without its checksum".into(), unchecked));
    let block = at + length;
    all.push(("block type: reserved".into(), set(bytes, block, &[bytes[block] | 6])));
    all.push(("block: not the last".into(), set(bytes, block, &[bytes[block] & !1])));
    let skippable = b"\x50\x2a\x4d\x18\x04\0\0\0abcd";
    all.push(("before: a skippable frame".into(), [&skippable[..], bytes].concat()));
    all.push(("behind: a skippable frame".into(), [bytes, skippable].concat()));
    all
}

/// An .xz file, taken apart (sections 2.1 and 4 of the .xz file format).
#[derive(Clone)]
struct Xz {
    header: Vec<u8>,
    blocks: Vec<u8>,
    /// Unpadded size and uncompressed size of each block.
    records: Vec<(u64, u64)>,
    flags: [u8; 2],
    backward: i64,
}

fn variable(mut number: u64) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        out.push(if number == 0 { byte } else { byte | 0x80 });
        if number == 0 {
            return out;
        }
    }
}

fn read_variable(bytes: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..).step_by(7) {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}

impl Xz {
    fn of(bytes: &[u8]) -> Self {
        let footer = bytes.len() - 12;
        let backward = u32::from_le_bytes(bytes[footer + 4..footer + 8].try_into().unwrap());
        let index = footer - (backward as usize + 1) * 4;
        let mut fields = &bytes[index + 1..];
        let records = (0..read_variable(&mut fields))
            .map(|_| (read_variable(&mut fields), read_variable(&mut fields)))
            .collect();
        Self {
            header: bytes[..12].to_vec(),
            blocks: bytes[12..index].to_vec(),
            records,
            flags: bytes[footer + 8..footer + 10].try_into().unwrap(),
            backward: 0,
        }
    }

    /// The file, with all checksums computed anew.
    fn bytes(&self) -> Vec<u8> {
        let mut index = vec![0];
        index.extend(variable(self.records.len() as u64));
        for (unpadded, content) in &self.records {
            index.extend([variable(*unpadded), variable(*content)].concat());
        }
        index.resize(index.len().next_multiple_of(4), 0);
        index.extend(crc32(&index));
        let backward = (index.len() as i64 / 4 - 1 + self.backward) as u32;
        let footer = [&backward.to_le_bytes()[..], &self.flags].concat();
        [&self.header[..], &self.blocks, &index, &crc32(&footer), &footer, b"YZ"].concat()
    }

    /// The first block's header with other bytes from `at` on, and its checksum computed anew.
    fn with_header(&self, at: usize, new: &[u8]) -> Vec<u8> {
        let mut xz = self.clone();
        let size = (usize::from(xz.blocks[0]) + 1) * 4;
        xz.blocks[at..at + new.len()].copy_from_slice(new);
        let crc = crc32(&xz.blocks[..size - 4]);
        xz.blocks[size - 4..size].copy_from_slice(&crc);
        xz.bytes()
    }
}

fn xz(bytes: &[u8]) -> Vec<Mutant> {
    let parts = Xz::of(bytes);
    assert_eq!(parts.bytes(), bytes);
    let mut all = Vec::new();
    let mut with = |name: &str, change: &dyn Fn(&mut Xz)| {
        let mut xz = parts.clone();
        change(&mut xz);
        all.push((name.to_owned(), xz.bytes()));
    };
    with("index: one byte more content", &|xz| xz.records[0].1 += 1);
    with("index: no content", &|xz| xz.records[0].1 = 0);
    with("index: one byte more in the block", &|xz| xz.records[0].0 += 1);
    with("index: four bytes more in the block", &|xz| xz.records[0].0 += 4);
    with("index: four bytes less in the block", &|xz| xz.records[0].0 -= 4);
    with("index: empty block", &|xz| xz.records[0].0 = 0);
    with("index: largest block", &|xz| xz.records[0].0 = (1 << 62) - 4);
    with("index: one record more", &|xz| xz.records.push((24, 0)));
    with("index: one record less", &|xz| _ = xz.records.pop());
    with("index: no record", &|xz| xz.records.clear());
    with("footer: backward size one more", &|xz| xz.backward = 1);
    with("footer: backward size one less", &|xz| xz.backward = -1);
    with("footer: backward size far more", &|xz| xz.backward = 100_000);
    with("footer: another check", &|xz| xz.flags[1] ^= 5);
    with("footer: reserved flag", &|xz| xz.flags[0] = 1);
    with("header: check that is not known", &|xz| {
        xz.header[7] = 2;
        xz.flags[1] = 2;
        let crc = crc32(&[0, 2]);
        xz.header[8..12].copy_from_slice(&crc);
    });
    if parts.records.len() > 1 {
        with("index: records swapped", &|xz| {
            let last = xz.records.len() - 1;
            xz.records.swap(0, last);
        });
        with("index: a byte of content moved", &|xz| {
            xz.records[0].1 += 1;
            xz.records[1].1 -= 1;
        });
    }
    let flags = parts.blocks[1];
    for bit in [0x04, 0x08, 0x10, 0x20] {
        let name = format!("block header: reserved flag {bit:#04x}");
        all.push((name, parts.with_header(1, &[flags | bit])));
    }
    // Behind the flags stand the sizes, if xz wrote them.
    let mut at = 2;
    for (bit, name) in [(0x40, "compressed"), (0x80, "uncompressed")] {
        if flags & bit != 0 {
            let name = format!("block header: another {name} size");
            all.push((name, parts.with_header(at, &[parts.blocks[at] ^ 1])));
            let mut rest = &parts.blocks[at..];
            let before = rest.len();
            read_variable(&mut rest);
            at += before - rest.len();
        }
    }
    all.push(("block header: unknown filter".into(), parts.with_header(at, &[0x7f])));
    all.push(("block header: dictionary of 64 MiB".into(), parts.with_header(at + 2, &[28])));
    all.push(("block header: dictionary beyond 4 GiB".into(), parts.with_header(at + 2, &[41])));
    let end = usize::from(parts.blocks[0]) * 4 - 1;
    all.push(("block header: padding that is not zero".into(), parts.with_header(end, &[1])));
    all
}

/// Compresses with each set of options, mutates, and asks both.
fn differential(program: &'static str, options: &[&[&str]], special: fn(&[u8]) -> Vec<Mutant>) {
    let test = format!("uncompress_mutations, {program}");
    let Some(path) = tool(&test, program) else { return };
    let scratch = Scratch::new();
    let plain = plain();
    let input = scratch.write("plain", &plain);
    let (mut count, mut same, mut problems) = (0, 0, Vec::new());
    let mut rows = BTreeSet::new();
    for options in options {
        let bytes = piped(&path, &[&["-c"], *options].concat(), &input).unwrap();
        let mut all = anything(&bytes);
        all.extend(special(&bytes));
        assert!(all.len() > 100, "{}", all.len());
        for (name, mutant) in &all {
            let file = scratch.write("mutant", mutant);
            let real = piped(&path, &["-dc"], &file);
            let ours = ours(mutant);
            assert!(name != "unchanged" || ours.as_ref() == Ok(&plain), "{program} {options:?}");
            assert!(name != "unchanged" || real.as_ref() == Some(&plain));
            count += 1;
            if real.as_ref() == ours.as_ref().ok() {
                same += 1;
                continue;
            }
            // Where both take it, both make the same of it; what only we take is what it was.
            assert!(real.is_none() || ours.is_err(), "{program} {options:?}: {name}: other bytes");
            assert!(ours.as_ref().map_or(true, |out| *out == plain), "{program}: {name}");
            let known = KNOWN.iter().find(|row| {
                row.tools.contains(&program)
                    && row.ours == ours.is_ok()
                    && row.mutants.iter().any(|start| name.starts_with(start))
            });
            match known {
                Some(row) => drop(rows.insert(row.row)),
                None => problems.push(format!(
                    "{program} {options:?}: {name}: the real tool {}, ours {:?}",
                    if real.is_some() { "takes it" } else { "refuses it" },
                    ours.map(|out| out.len())
                )),
            }
        }
    }
    println!(
        "{program}: {count} mutants, {same} as ours, {} listed",
        count - same - problems.len()
    );
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    for row in KNOWN.iter().filter(|row| row.tools.contains(&program)) {
        assert!(rows.contains(row.row), "{program}: no longer so: {}", row.row);
    }
}

#[test]
fn xz_streams() {
    let options: &[&[&str]] = &[
        &["-1"],
        &["-0", "--check=sha256"],
        &["-1", "--block-size=4096"],
        &["-1", "-T2", "--block-size=4096"],
        &["-1", "--check=none"],
    ];
    differential("xz", options, xz);
}

#[test]
fn gzip_streams() {
    differential("gzip", &[&["-n"], &["-n", "-1"]], gzip);
}

#[test]
fn bzip2_streams() {
    differential("bzip2", &[&["-9"], &["-1"]], bzip2);
}

#[test]
fn zstd_streams() {
    differential("zstd", &[&["-3", "--check"], &["-19", "--no-check"]], zstd);
}

#[test]
fn lzip_streams() {
    differential("lzip", &[&["-9"], &["-0"]], lzip);
}

/// Each row of the table above is one of the manual.
#[test]
fn the_manual_has_every_difference() {
    let manual = include_str!("../../doc/signatures.md");
    for row in KNOWN {
        let tools = row.tools.join(", ");
        assert!(manual.contains(&format!("| {tools} | {} |", row.row)), "{tools}: {}", row.row);
    }
}
