//! Mutants of an OpenPGP signature, made along its structure (RFC 9580, sections 4.2, 5.2.3 and 6).
#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use base64ct::{Base64, Encoding as _};

/// A mutated signature file, by a name that says what was changed.
pub type Mutant = (String, Vec<u8>);

/// A version 4 signature packet, taken apart.
#[derive(Clone)]
pub struct Parts {
    /// Version, type, public-key algorithm, hash algorithm.
    pub head: [u8; 4],
    /// The subpackets that are hashed.
    pub hashed: Vec<u8>,
    /// The subpackets that are not.
    pub unhashed: Vec<u8>,
    /// The first two octets of the digest.
    pub prefix: [u8; 2],
    /// The numbers, each with its bit count.
    pub mpis: Vec<Vec<u8>>,
}

impl Parts {
    /// Takes the one packet of a binary signature file apart.
    pub fn of(packet: &[u8]) -> Self {
        let body = body(packet);
        let hashed = 6 + usize::from(u16::from_be_bytes([body[4], body[5]]));
        let unhashed =
            hashed + 2 + usize::from(u16::from_be_bytes([body[hashed], body[hashed + 1]]));
        let mut rest = &body[unhashed + 2..];
        let mut mpis = Vec::new();
        while !rest.is_empty() {
            let bits = usize::from(u16::from_be_bytes([rest[0], rest[1]]));
            let (mpi, more) = rest.split_at(2 + bits.div_ceil(8));
            mpis.push(mpi.to_vec());
            rest = more;
        }
        Self {
            head: body[..4].try_into().unwrap(),
            hashed: body[6..hashed].to_vec(),
            unhashed: body[hashed + 2..unhashed].to_vec(),
            prefix: body[unhashed..unhashed + 2].try_into().unwrap(),
            mpis,
        }
    }

    /// The packet's body.
    pub fn body(&self) -> Vec<u8> {
        let area = |bytes: &[u8]| [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat();
        let (hashed, unhashed) = (area(&self.hashed), area(&self.unhashed));
        [&self.head[..], &hashed, &unhashed, &self.prefix, &self.mpis.concat()].concat()
    }

    /// The packet, with a header of the old format, as gpg writes it.
    pub fn packet(&self) -> Vec<u8> {
        framed(&self.body())
    }

    fn with(&self, change: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut parts = self.clone();
        change(&mut parts);
        parts.packet()
    }
}

/// The body of the one packet in `packet`, whose header is of the old format.
fn body(packet: &[u8]) -> &[u8] {
    let length = 1 << (packet[0] & 3);
    &packet[1 + length..]
}

/// `body` as a signature packet of the old format with two octets of length.
fn framed(body: &[u8]) -> Vec<u8> {
    [&[0x89][..], &(body.len() as u16).to_be_bytes(), body].concat()
}

/// Subpackets, each as it stands in its area.
fn subpackets(mut area: &[u8]) -> Vec<&[u8]> {
    let mut all = Vec::new();
    while !area.is_empty() {
        let (one, rest) = area.split_at(1 + usize::from(area[0]));
        all.push(one);
        area = rest;
    }
    all
}

/// The subpackets with the one at `index` changed.
fn replaced(area: &[u8], index: usize, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut all: Vec<Vec<u8>> = subpackets(area).into_iter().map(<[u8]>::to_vec).collect();
    change(&mut all[index]);
    all.concat()
}

/// Mutants of a binary signature file with one packet.
pub fn binary(packet: &[u8]) -> Vec<Mutant> {
    let parts = Parts::of(packet);
    // With two octets of length, whatever gpg wrote.
    let packet = &parts.packet()[..];
    let mut all = vec![("unchanged".to_owned(), packet.to_vec())];
    let mut add = |name: String, bytes: Vec<u8>| all.push((name, bytes));
    bits(&parts, packet, &mut add);
    frames(&parts, packet, &mut add);
    for version in [0, 2, 3, 5, 6, 255] {
        add(format!("version {version}"), parts.with(|p| p.head[0] = version));
    }
    for kind in [0x01, 0x02, 0x10, 0x18, 0x20, 0x40, 0x50, 0xff] {
        add(format!("type {kind:#04x}"), parts.with(|p| p.head[1] = kind));
    }
    for algorithm in [0, 1, 3, 16, 17, 19, 22, 27, 28, 100, 255] {
        if algorithm != parts.head[2] {
            add(format!("key algorithm {algorithm}"), parts.with(|p| p.head[2] = algorithm));
        }
    }
    for algorithm in [0, 1, 2, 3, 8, 9, 10, 11, 12, 14, 100, 255] {
        if algorithm != parts.head[3] {
            add(format!("hash algorithm {algorithm}"), parts.with(|p| p.head[3] = algorithm));
        }
    }
    areas(&parts, &mut add);
    numbers(&parts, &mut add);
    all.retain(|(name, bytes)| name == "unchanged" || bytes != packet);
    all
}

type Add<'a> = &'a mut dyn FnMut(String, Vec<u8>);

/// One bit in each byte of the packet, named by the part that it is in.
fn bits(parts: &Parts, packet: &[u8], add: Add) {
    let unhashed = 3 + 6 + parts.hashed.len();
    let prefix = unhashed + 2 + parts.unhashed.len();
    for at in 0..packet.len() {
        let place = match at {
            0 => "packet tag",
            1 | 2 => "packet length",
            3..7 => "head",
            7 | 8 => "hashed length",
            at if at < unhashed => "hashed area",
            at if at < unhashed + 2 => "unhashed length",
            at if at < prefix => "unhashed area",
            at if at < prefix + 2 => "digest prefix",
            _ => "numbers",
        };
        let bits: &[u8] = if at < 9 { &[0, 1, 2, 3, 4, 5, 6, 7] } else { &[(at % 8) as u8] };
        for bit in bits {
            let mut bytes = packet.to_vec();
            bytes[at] ^= 1 << bit;
            add(format!("bit: {place}, byte {at}, bit {bit}"), bytes);
        }
    }
}

/// Packet headers, and what precedes and behind the packet.
fn frames(parts: &Parts, packet: &[u8], add: Add) {
    let body = parts.body();
    let size = body.len();
    let mut header = |name: &str, header: &[u8]| {
        add(format!("header: {name}"), [header, &body].concat());
    };
    header("new format", &new_header(size));
    header("new format, five octets", &[&[0xc2, 255][..], &(size as u32).to_be_bytes()].concat());
    header("old format, four octets", &[&[0x8a][..], &(size as u32).to_be_bytes()].concat());
    header("old format, indeterminate", &[0x8b]);
    header("without", &[]);
    header("one octet short", &[&[0x89][..], &(size as u16 - 1).to_be_bytes()].concat());
    header("one octet long", &[&[0x89][..], &(size as u16 + 1).to_be_bytes()].concat());
    header("no length", &[0x89, 0, 0]);
    header("largest length", &[0x8a, 0xff, 0xff, 0xff, 0xff]);
    let chunk = 64;
    let partial =
        [&[0xc2, 224 + 6][..], &body[..chunk], &[(size - chunk) as u8], &body[chunk..]].concat();
    if size - chunk < 192 {
        add("header: partial length".into(), partial);
    }
    for (name, tag) in [("key", 6u8), ("literal", 11), ("marker", 10), ("private", 60)] {
        let mut bytes = new_header(size);
        bytes[0] = 0xc0 | tag;
        add(format!("header: tag of a {name} packet"), [&bytes, &body[..]].concat());
    }
    let marker = b"\xca\x03PGP";
    let padding = b"\xd5\x04abcd";
    let trust = b"\xb0\x02\x00\x00";
    let private = b"\xfc\x01x";
    let critical = b"\xd6\x01x";
    for (name, other) in [
        ("marker packet", &marker[..]),
        ("padding packet", padding),
        ("trust packet", trust),
        ("packet of a private tag", private),
        ("packet of an unknown tag", critical),
        ("NUL", b"\0"),
        ("line feed", b"\n"),
        ("ASCII text", b"garbage\n"),
        ("0xff", b"\xff"),
    ] {
        add(format!("before: {name}"), [other, packet].concat());
        add(format!("behind: {name}"), [packet, other].concat());
    }
    add("twice".into(), [packet, packet].concat());
    add("cut in half".into(), packet[..packet.len() / 2].to_vec());
    add("without the last byte".into(), packet[..packet.len() - 1].to_vec());
    add("the first byte alone".into(), packet[..1].to_vec());
    add("empty".into(), Vec::new());
    let mut other = parts.clone();
    *other.mpis.last_mut().unwrap().last_mut().unwrap() ^= 1;
    add("a bad one before".into(), [&other.packet(), packet].concat());
    add("a bad one behind".into(), [packet, &other.packet()].concat());
    let unknown = framed(&[9; 20]);
    add("one of version 9 before".into(), [&unknown, packet].concat());
    add("one of version 9 behind".into(), [packet, &unknown].concat());
}

fn new_header(size: usize) -> Vec<u8> {
    match size {
        0..192 => vec![0xc2, size as u8],
        _ => vec![0xc2, ((size - 192) / 256 + 192) as u8, ((size - 192) % 256) as u8],
    }
}

/// Subpackets that are changed, dropped, repeated and added, in the areas that are hashed and not.
fn areas(parts: &Parts, add: Add) {
    for (area, hashed) in [("hashed", true), ("unhashed", false)] {
        let old = if hashed { &parts.hashed } else { &parts.unhashed };
        let mut with = |name: String, bytes: Vec<u8>| {
            let packet = parts.with(|p| {
                *(if hashed { &mut p.hashed } else { &mut p.unhashed }) = bytes;
            });
            add(format!("{area} area: {name}"), packet);
        };
        with("emptied".into(), Vec::new());
        for (index, subpacket) in subpackets(old).into_iter().enumerate() {
            let kind = subpacket[1];
            let name = |what: &str| format!("subpacket {kind} {what}");
            with(name("dropped"), replaced(old, index, Vec::clear));
            with(name("twice"), replaced(old, index, |s| s.extend(subpacket)));
            with(name("critical"), replaced(old, index, |s| s[1] |= 0x80));
            with(name("of another type"), replaced(old, index, |s| s[1] = 100));
            with(name("longer than its area"), replaced(old, index, |s| s[0] = 190));
            with(name("without its type"), replaced(old, index, |s| *s = vec![0]));
            with(name("without its content"), replaced(old, index, |s| *s = vec![1, kind]));
            with(
                name("with five octets of length"),
                replaced(old, index, |s| {
                    s.splice(..1, [255, 0, 0, 0, (subpacket.len() - 1) as u8]);
                }),
            );
            with(name("of another value"), replaced(old, index, |s| *s.last_mut().unwrap() ^= 1));
            with(
                name("of all ones"),
                replaced(old, index, |s| s.iter_mut().skip(2).for_each(|b| *b = 0xff)),
            );
        }
        let issuer = [&[9, 16][..], &[0xaa; 8]].concat();
        let fingerprint = [&[22, 33, 4][..], &[0xaa; 20]].concat();
        for (name, subpacket) in [
            ("creation time", &[5, 2, 0, 0, 0, 1][..]),
            ("signature expiration of a second", &[5, 3, 0, 0, 0, 1]),
            ("not exportable", &[2, 4, 0]),
            ("key expiration of a second", &[5, 9, 0, 0, 0, 1]),
            ("another issuer", &issuer),
            ("another issuer fingerprint", &fingerprint),
            ("notation", b"\x0f\x14\0\0\0\0\0\x03\0\x03a@bxyz"),
            ("critical unknown", &[2, 0x80 | 100, 0]),
            ("unknown", &[2, 100, 0]),
            ("reason for revocation", &[2, 29, 0]),
            ("primary user id", &[2, 25, 1]),
            ("embedded signature that is none", &[3, 32, 4, 0x19]),
            ("key flags", &[2, 27, 0]),
            ("empty subpacket", &[0]),
            ("cut subpacket", &[9, 16, 1]),
        ] {
            with(format!("{name} added"), [old, subpacket].concat());
            with(format!("{name} in front"), [subpacket, old].concat());
        }
    }
    // What is hashed moves to where it is not, and the other way round.
    add("areas: swapped".into(), parts.with(|p| std::mem::swap(&mut p.hashed, &mut p.unhashed)));
    add(
        "areas: all unhashed".into(),
        parts.with(|p| p.unhashed.splice(..0, std::mem::take(&mut p.hashed)).for_each(drop)),
    );
    add("areas: all hashed".into(), parts.with(|p| p.hashed.append(&mut p.unhashed)));
}

/// The numbers that make up the signature proper.
fn numbers(parts: &Parts, add: Add) {
    for index in 0..parts.mpis.len() {
        let mut with = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
            add(format!("number {index}: {name}"), parts.with(|p| change(&mut p.mpis[index])));
        };
        let recount = |mpi: &mut Vec<u8>, by: i32| {
            let bits = i32::from(u16::from_be_bytes([mpi[0], mpi[1]])) + by;
            mpi.splice(..2, (bits as u16).to_be_bytes());
        };
        with("one bit more", &|mpi| recount(mpi, 1));
        with("one bit less", &|mpi| recount(mpi, -1));
        with("eight bits more", &|mpi| recount(mpi, 8));
        with("eight bits less", &|mpi| recount(mpi, -8));
        with("a leading zero", &|mpi| {
            mpi.insert(2, 0);
            recount(mpi, 8);
        });
        with("zero", &|mpi| *mpi = vec![0, 0]);
        with("one", &|mpi| *mpi = vec![0, 1, 1]);
        with("all ones", &|mpi| mpi.iter_mut().skip(2).for_each(|b| *b = 0xff));
        with("65535 bits", &|mpi| {
            mpi.splice(..2, [0xff, 0xff]);
        });
        with("dropped", &|mpi| mpi.clear());
        with("twice", &|mpi| mpi.extend(mpi.clone()));
    }
    if parts.mpis.len() == 2 {
        add("numbers: swapped".into(), parts.with(|p| p.mpis.swap(0, 1)));
    }
    add("numbers: one more".into(), parts.with(|p| p.mpis.push(vec![0, 1, 1])));
    add("digest prefix: zero".into(), parts.with(|p| p.prefix = [0, 0]));
    // s + the order of Ed25519's group: the same equation, another signature (RFC 8032, 5.1.7).
    if parts.head[2] == 22 {
        let order = "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed";
        let order: Vec<u8> = (0..32)
            .map(|n| u8::from_str_radix(&order[2 * n..2 * n + 2], 16).unwrap())
            .rev()
            .collect();
        add(
            "number 1: plus the order of the group".into(),
            parts.with(|p| {
                let mut s = vec![0; 34 - p.mpis[1].len()];
                s.extend(&p.mpis[1][2..]);
                let mut carry = 0u16;
                for (byte, more) in s.iter_mut().zip(&order) {
                    carry += u16::from(*byte) + u16::from(*more);
                    *byte = carry as u8;
                    carry >>= 8;
                }
                let zeros = s.iter().take_while(|b| **b == 0).count();
                let bits = (s.len() - zeros) * 8 - s[zeros].leading_zeros() as usize;
                p.mpis[1] = [&(bits as u16).to_be_bytes()[..], &s[zeros..]].concat();
            }),
        );
    }
}

/// The CRC-24 of section 6.1.1, in base64.
fn checksum(bytes: &[u8]) -> String {
    let mut crc = 0x00b7_04ce_u32;
    for byte in bytes {
        crc ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc & 0x0100_0000 != 0 {
                crc ^= 0x0186_4cfb;
            }
        }
    }
    Base64::encode_string(&crc.to_be_bytes()[1..])
}

/// An armored block.
fn block(label: &str, headers: &str, lines: &[&str], checksum: &str) -> String {
    let lines = lines.join("\n");
    format!(
        "-----BEGIN PGP {label}-----\n{headers}\n{lines}\n{checksum}-----END PGP {label}-----\n"
    )
}

/// Mutants of the armor around a signature.
pub fn armored(packet: &[u8]) -> Vec<Mutant> {
    let base64 = Base64::encode_string(packet);
    let lines: Vec<&str> =
        base64.as_bytes().chunks(64).map(|c| std::str::from_utf8(c).unwrap()).collect();
    let crc = format!("={}\n", checksum(packet));
    let plain = block("SIGNATURE", "", &lines, &crc);
    let mut all = vec![("unchanged".to_owned(), plain.clone().into_bytes())];
    let mut add = |name: &str, text: String| all.push((format!("armor: {name}"), text.into()));
    for (name, headers) in [
        ("Version header", "Version: 1\n"),
        ("Comment header", "Comment: hello\n"),
        ("Hash header", "Hash: SHA256\n"),
        ("Charset header", "Charset: UTF-8\n"),
        ("unknown header", "X-Other: 1\n"),
        ("header without a value", "Comment:\n"),
        ("header without a colon", "Comment\n"),
        ("header with a blank in its name", "My Comment: x\n"),
        ("two headers", "Version: 1\nComment: x\n"),
        ("header of 5000 characters", &format!("Comment: {}\n", "x".repeat(5000))),
        ("header that is not UTF-8 text", "Comment: \u{80}\u{ff}\n"),
        ("indented header", " Comment: x\n"),
        ("base64 among the headers", "iQA=\n"),
    ] {
        add(name, block("SIGNATURE", headers, &lines, &crc));
    }
    add("no blank line", plain.replacen("\n\n", "\n", 1));
    add("two blank lines", plain.replacen("\n\n", "\n\n\n", 1));
    add("blank line of blanks", plain.replacen("\n\n", "\n \t\n", 1));
    add("without the checksum", block("SIGNATURE", "", &lines, ""));
    add("another checksum", block("SIGNATURE", "", &lines, "=AAAA\n"));
    add("checksum that is no base64", block("SIGNATURE", "", &lines, "=!!!!\n"));
    add("short checksum", block("SIGNATURE", "", &lines, "=AA\n"));
    add("two checksums", block("SIGNATURE", "", &lines, &(crc.clone() + &crc)));
    add("base64 behind the checksum", block("SIGNATURE", "", &lines, &format!("{crc}AAAA\n")));
    add("CR LF", plain.replace('\n', "\r\n"));
    add("CR", plain.replace('\n', "\r"));
    add("no line feed at the end", plain.trim_end().to_owned());
    add("on one line", plain.replace('\n', ""));
    add("base64 on one line", block("SIGNATURE", "", &[&base64], &crc));
    let short: Vec<&str> =
        base64.as_bytes().chunks(4).map(|c| std::str::from_utf8(c).unwrap()).collect();
    add("lines of four", block("SIGNATURE", "", &short, &crc));
    let odd: Vec<&str> =
        base64.as_bytes().chunks(63).map(|c| std::str::from_utf8(c).unwrap()).collect();
    add("lines of 63", block("SIGNATURE", "", &odd, &crc));
    let indented: Vec<String> = lines.iter().map(|line| format!("  {line}")).collect();
    let refs = |lines: &[String]| lines.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
    add("blanks before base64", block("SIGNATURE", "", &[&refs(&indented)], &crc));
    let trailing: Vec<String> = lines.iter().map(|line| format!("{line} \t")).collect();
    add("blanks behind base64", block("SIGNATURE", "", &[&refs(&trailing)], &crc));
    let spaced: Vec<String> =
        lines.iter().map(|line| format!("{} {}", &line[..8], &line[8..])).collect();
    add("blank within base64", block("SIGNATURE", "", &[&refs(&spaced)], &crc));
    let blank_line = [lines[0], ""].iter().chain(&lines[1..]).copied().collect::<Vec<_>>();
    add("blank line within base64", block("SIGNATURE", "", &blank_line, &crc));
    for (name, byte) in [("!", "!"), ("-", "-"), ("NUL", "\0"), ("é", "é"), ("=", "=")] {
        let broken = format!("{}{byte}{}", &base64[..10], &base64[10..]);
        add(&format!("{name} within base64"), block("SIGNATURE", "", &[&broken], &crc));
    }
    add("padding behind base64", block("SIGNATURE", "", &[&format!("{base64}====")], &crc));
    add(
        "base64 without its padding",
        block("SIGNATURE", "", &[base64.trim_end_matches('=')], &crc),
    );
    for label in ["MESSAGE", "PUBLIC KEY BLOCK", "ARMORED FILE", "signature", "SIGNATURE ", "OTHER"]
    {
        add(&format!("labelled \"{label}\""), block(label, "", &lines, &crc));
    }
    add("ends as a message", plain.replace("END PGP SIGNATURE", "END PGP MESSAGE"));
    add("without its last line", plain.replace("-----END PGP SIGNATURE-----\n", ""));
    add("without its first line", plain.replace("-----BEGIN PGP SIGNATURE-----\n", ""));
    add("four dashes at the beginning", plain.replacen("-----BEGIN", "----BEGIN", 1));
    add("six dashes at the beginning", plain.replacen("-----BEGIN", "------BEGIN", 1));
    add("four dashes at the end", plain.replacen("-----END", "----END", 1));
    add("dash-escaped", plain.replace("-----", "- -----"));
    add("first line indented", format!("  {plain}"));
    add("blanks behind the first line", plain.replacen("-----\n", "----- \t\n", 1));
    add("text behind the first line", plain.replacen("-----\n", "-----x\n", 1));
    add(
        "text behind the last line",
        plain.replace("-----END PGP SIGNATURE-----", "-----END PGP SIGNATURE-----x"),
    );
    add("text before", format!("Signed by me:\n{plain}"));
    add("text before on the same line", format!("text {plain}"));
    add("text behind", format!("{plain}Cheers\n"));
    add("byte order mark", format!("\u{feff}{plain}"));
    add("NUL behind", format!("{plain}\0"));
    add("NUL before", format!("\0{plain}"));
    add("twice", format!("{plain}{plain}"));
    add("an empty block before", format!("{}{plain}", block("SIGNATURE", "", &[], "")));
    add("an empty block behind", format!("{plain}{}", block("SIGNATURE", "", &[], "")));
    add("a cut block before", format!("{}\n{plain}", &plain[..plain.len() / 2]));
    add("a cut block behind", format!("{plain}{}", &plain[..plain.len() / 2]));
    let mut bad = packet.to_vec();
    *bad.last_mut().unwrap() ^= 1;
    let bad64 = Base64::encode_string(&bad);
    let bad = block("SIGNATURE", "", &[&bad64], "");
    add("a bad block before", format!("{bad}{plain}"));
    add("a bad block behind", format!("{plain}{bad}"));
    let twice = Base64::encode_string(plain.as_bytes());
    add("armored once more", block("SIGNATURE", "", &[&twice], ""));
    let both = Base64::encode_string(&[packet, packet].concat());
    add("two signatures in one block", block("SIGNATURE", "", &[&both], ""));
    for at in 0..24 {
        let mut bytes = packet.to_vec();
        let at = at * bytes.len() / 24;
        bytes[at] ^= 0x10;
        let base64 = Base64::encode_string(&bytes);
        let crc = format!("={}\n", checksum(&bytes));
        add(&format!("base64 of byte {at} changed"), block("SIGNATURE", "", &[&base64], &crc));
    }
    all
}
