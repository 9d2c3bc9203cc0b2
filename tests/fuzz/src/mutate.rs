//! Mutations of seeds, by chance and the same on every machine.

use std::path::{Path, PathBuf};

/// A small generator of numbers.
pub struct Chance(pub u64);

impl Chance {
    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end.max(1)
    }
}

/// Bytes that formats care about.
const TOKENS: [&[u8]; 24] = [
    b"\0",
    b"\n",
    b"\r\n",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\x80\0\0\0",
    b"\"",
    b"{",
    b"[",
    b"\\u0000",
    b"-----",
    b"DIST ",
    b"<<",
    b"$((",
    b"${",
    b"PK\x01\x02",
    b"ustar\x0000",
    b"../",
    b"=",
    b" ",
    b"(",
    b")",
    b"untrusted comment: ",
    b"\xc2\x85",
];

/// One of the seeds, changed in a few places.
pub fn mutate(chance: &mut Chance, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[chance.below(seeds.len())].clone();
    for _ in 0..1 + chance.below(4) {
        let at = chance.below(bytes.len() + 1);
        let to = (at + chance.below(64)).min(bytes.len());
        match chance.below(8) {
            0 if !bytes.is_empty() => {
                let at = chance.below(bytes.len());
                bytes[at] ^= 1 << chance.below(8);
            }
            1 => drop(bytes.drain(at..to)),
            2 => {
                let token = TOKENS[chance.below(TOKENS.len())];
                bytes.splice(at..at, token.iter().copied());
            }
            3 => {
                let part = bytes[at..to].to_vec();
                let to = chance.below(bytes.len() + 1);
                bytes.splice(to..to, part);
            }
            4 => {
                let other = &seeds[chance.below(seeds.len())];
                let from = chance.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            5 => bytes.truncate(at),
            6 if at < bytes.len() => bytes[at] = chance.below(256) as u8,
            _ => {
                let times = 1 + chance.below(40);
                let part = bytes[at..to].repeat(times);
                bytes.splice(at..to, part);
            }
        }
    }
    bytes.truncate(1 << 20);
    bytes
}

/// The files of a directory; one empty seed where there is none.
pub fn seeds(directory: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(directory)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    paths.sort();
    let mut seeds: Vec<_> = paths.iter().filter_map(|path| std::fs::read(path).ok()).collect();
    if seeds.is_empty() {
        seeds.push(Vec::new());
    }
    seeds
}
