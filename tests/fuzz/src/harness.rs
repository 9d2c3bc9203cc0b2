//! Feeds every target with its seeds and with mutations of them, for a stated time: for compilers
//! that cannot make the real fuzz targets. `harness SEEDS SECONDS [TARGET …]`; prints executions, and
//! leaves what made a target panic, or take longer than a second, in SEEDS/../finds.

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end.max(1)
    }
}

/// Bytes that formats care about.
const TOKENS: [&[u8]; 24] = [
    b"\0", b"\n", b"\r\n", b"\xff", b"\xff\xff\xff\xff", b"\x80\0\0\0", b"\"", b"{", b"[", b"\\u0000",
    b"-----", b"DIST ", b"<<", b"$((", b"${", b"PK\x01\x02", b"ustar\x0000", b"../", b"=", b" ", b"(",
    b")", b"untrusted comment: ", b"\xc2\x85",
];

fn mutate(chance: &mut Chance, seeds: &[Vec<u8>]) -> Vec<u8> {
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

fn seeds(directory: &Path) -> Vec<Vec<u8>> {
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

fn main() {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().expect("SEEDS"));
    let seconds: u64 = arguments.next().and_then(|text| text.parse().ok()).expect("SECONDS");
    let wanted: Vec<String> = arguments.collect();
    let finds = directory.join("../finds");
    let targets = distvouch::fuzz::TARGETS;
    let targets = targets.iter().filter(|(name, _)| {
        wanted.is_empty() || wanted.iter().any(|wanted| wanted == name)
    });
    let mut failed = false;
    for (name, read) in targets {
        let seeds = seeds(&directory.join(name));
        let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
        let (begin, mut executions, mut found) = (Instant::now(), 0_u64, 0);
        while begin.elapsed() < Duration::from_secs(seconds) {
            let next = executions as usize;
            let bytes = seeds.get(next).cloned().unwrap_or_else(|| mutate(&mut chance, &seeds));
            let start = Instant::now();
            let panicked = catch_unwind(|| read(&bytes)).is_err();
            executions += 1;
            if panicked || start.elapsed() > Duration::from_secs(1) {
                found += 1;
                let _ = std::fs::create_dir_all(&finds);
                let _ = std::fs::write(finds.join(format!("{name}-{executions}")), &bytes);
            }
        }
        println!("{name}: {} seeds, {executions} executions in {seconds} s, {found} finds", seeds.len());
        failed |= found > 0;
    }
    std::process::exit(i32::from(failed));
}
