//! The compact form of a list.
//!
//! A line that names the format, then one zlib stream: the projects; the names, each with its rows'
//! projects and days; and the digests of all rows in that order. Numbers are LEB128; a day is the
//! difference from the row before, so that a row takes little more than the 16 bytes of its digest.

use super::{Digest, KEPT, Known, Row};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use std::io::{self, Read, Write};

const MAGIC: &[u8] = b"distvouch known files 1\n";

/// Uncompressed bytes, and rows, of a list.
const BYTES: u64 = 256 << 20;
const ROWS: u64 = 4_000_000;

/// Whether the bytes begin as the compact form does.
pub(super) fn is_list(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

pub(super) fn write(known: &Known) -> io::Result<Vec<u8>> {
    let mut out = MAGIC.to_vec();
    let mut body = ZlibEncoder::new(&mut out, Compression::best());
    number(&mut body, known.projects.len() as u64)?;
    for project in &known.projects {
        word(&mut body, project)?;
    }
    number(&mut body, known.names.len() as u64)?;
    for (place, name) in known.names.iter().enumerate() {
        word(&mut body, name)?;
        let of = |row: &Row| row.name as usize;
        let from = known.rows.partition_point(|row| of(row) < place);
        let to = known.rows.partition_point(|row| of(row) <= place);
        let rows = known.rows.get(from..to).unwrap_or_default();
        number(&mut body, rows.len() as u64)?;
        let mut before = 0;
        for row in rows {
            number(&mut body, row.project.into())?;
            // 0 is "not known".
            let day = row.day.map_or(0, |day| i64::from(day) + 1);
            let difference = day - before;
            number(&mut body, ((difference << 1) ^ (difference >> 63)).cast_unsigned())?;
            before = day;
        }
    }
    for row in &known.rows {
        body.write_all(&row.digest)?;
    }
    body.finish()?;
    Ok(out)
}

pub(super) fn read(bytes: &[u8]) -> Result<Known, &'static str> {
    let body = bytes.strip_prefix(MAGIC).ok_or("it does not begin as one")?;
    let mut decoder = ZlibDecoder::new(body);
    let mut whole = Vec::new();
    decoder
        .by_ref()
        .take(BYTES + 1)
        .read_to_end(&mut whole)
        .map_err(|_| "its stream is damaged")?;
    if whole.len() as u64 > BYTES {
        return Err("it unpacks to more than the limit");
    }
    if decoder.total_in() != body.len() as u64 {
        return Err("something follows its stream");
    }
    let mut rest = whole.as_slice();
    let list = parse(&mut rest).ok_or("it ends too early, or a number in it is wrong")?;
    match rest.is_empty() {
        true => Ok(list),
        false => Err("something follows its rows"),
    }
}

fn parse(rest: &mut &[u8]) -> Option<Known> {
    let count = take_number(rest)?;
    let projects: Vec<String> = (0..count).map(|_| take_word(rest)).collect::<Option<_>>()?;
    let mut names = Vec::new();
    let mut rows = Vec::new();
    for place in 0..take_number(rest)? {
        names.push(take_word(rest)?);
        let mut day = 0i64;
        for _ in 0..take_number(rest)? {
            let project = u32::try_from(take_number(rest)?).ok()?;
            projects.get(project as usize)?;
            let number = take_number(rest)?;
            let difference = (number >> 1).cast_signed() ^ -((number & 1).cast_signed());
            day = day.checked_add(difference)?;
            let known = match day {
                0 => None,
                day => Some(u32::try_from(day - 1).ok()?),
            };
            let name = u32::try_from(place).ok()?;
            rows.push(Row { name, project, day: known, digest: Digest::default() });
            if rows.len() as u64 > ROWS {
                return None;
            }
        }
    }
    for row in &mut rows {
        let (digest, after) = rest.split_at_checked(KEPT)?;
        row.digest = digest.try_into().ok()?;
        *rest = after;
    }
    let in_order = |words: &[String]| words.windows(2).all(|pair| pair.first() < pair.last());
    (in_order(&projects) && in_order(&names)).then(|| Known::of(projects, names, rows))
}

fn number(out: &mut dyn Write, mut number: u64) -> io::Result<()> {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            return out.write_all(&[low]);
        }
        out.write_all(&[low | 0x80])?;
    }
}

fn take_number(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for at in 0..10 {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        number |= u64::from(byte & 0x7f).checked_shl(7 * at)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn word(out: &mut dyn Write, word: &str) -> io::Result<()> {
    number(out, word.len() as u64)?;
    out.write_all(word.as_bytes())
}

fn take_word(rest: &mut &[u8]) -> Option<String> {
    let length = usize::try_from(take_number(rest)?).ok()?;
    let (word, after) = rest.split_at_checked(length)?;
    *rest = after;
    String::from_utf8(word.to_vec()).ok()
}
