//! Mutants of archives: chance that can be repeated, and the run over them.

use super::super::common::skipped;
use super::readers::{self, Reader};
use crate::release::archive::{ArchiveError, Wanted, read};
use std::collections::BTreeMap;
use std::time::Instant;

/// Chance with a seed (xorshift64*).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() >> 11) as usize % end.max(1)
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// A base's name and its bytes.
pub type Base = (String, Vec<u8>);

/// How many mutants are made: as many as `DISTVOUCH_MUTANTS` says.
pub fn wanted(test: &str) -> Option<usize> {
    let said = std::env::var("DISTVOUCH_MUTANTS").ok().and_then(|text| text.parse().ok());
    if said.is_none() {
        skipped(test, "DISTVOUCH_MUTANTS does not say how many");
    }
    said
}

/// The seed: the same in every run, unless `DISTVOUCH_SEED` says another.
pub fn seed() -> u64 {
    std::env::var("DISTVOUCH_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// One in so many of what is refused is unpacked all the same, to know whether that was needed.
const SAMPLE: usize = 40;

/// Makes mutants and holds each against all programs: whatever is listed has to be what every one of
/// them writes.
pub fn run(
    kind: &str,
    suffix: fn(&[u8]) -> &'static str,
    readers: &mut [Reader],
    bases: &[Base],
    count: usize,
    mutate: &dyn Fn(&mut Chance, &[u8]) -> (String, Vec<u8>),
) {
    let begin = Instant::now();
    let directory = tempfile::tempdir().unwrap();
    // GNU tar goes by the name where the bytes say nothing.
    let place = |bytes: &[u8]| {
        let path = directory.path().join(format!("mutant.{}", suffix(bytes)));
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let mut chance = Chance::new(seed());
    let (mut listed, mut refused, mut sampled, mut alike) = (0, 0, 0, 0);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut problems = Vec::new();
    for (name, bytes) in bases {
        let path = place(bytes);
        let listing =
            read(&path, &Wanted::default(), &|_| {}).unwrap_or_else(|e| panic!("{name}: {e}"));
        let differ = readers::compare(readers, kind, &path, &listing);
        assert!(differ.is_empty(), "{name} itself: {differ:?}");
    }
    for number in 0..count {
        let (base, bytes) = chance.of(bases).clone();
        let (how, mutant) = mutate(&mut chance, &bytes);
        let path = place(&mutant);
        match read(&path, &Wanted::default(), &|_| {}) {
            Ok(listing) => {
                listed += 1;
                let differ = readers::compare(readers, kind, &path, &listing);
                if !differ.is_empty() {
                    if let Some(keep) = std::env::var_os("DISTVOUCH_KEEP") {
                        let name = format!("{number}.{}", suffix(&mutant));
                        let keep = std::path::Path::new(&keep).join(name);
                        std::fs::copy(&path, keep).unwrap();
                    }
                    problems.push(format!("{number} of {base}: {how}: {}", differ.join("; ")));
                }
            }
            Err(error) => {
                refused += 1;
                assert!(!matches!(error, ArchiveError::Decoder { .. }), "{number}: a panic");
                let text = error.to_string();
                let reason = text.split("\" ").last().unwrap_or(&text).to_owned();
                let plain = |c: char| if c.is_ascii_digit() { '#' } else { c };
                *reasons.entry(reason.chars().map(plain).collect()).or_default() += 1;
                if refused % SAMPLE == 0 {
                    sampled += 1;
                    alike += usize::from(readers::alike(readers, kind, &path));
                }
            }
        }
    }
    let names: Vec<_> = readers.iter().map(Reader::name).collect();
    println!(
        "{kind}: {count} mutants of {} archives, seed {}: {listed} listed and unpacked alike by {}; \
         {refused} refused for {} reasons; of {sampled} of these, {alike} are unpacked alike all the \
         same; {} s",
        bases.len(),
        seed(),
        names.join(", "),
        reasons.len(),
        begin.elapsed().as_secs()
    );
    if std::env::var_os("DISTVOUCH_REASONS").is_some() {
        reasons.iter().for_each(|(reason, count)| println!("{count:6} {reason}"));
    }
    assert!(problems.is_empty(), "{} differ:\n{}", problems.len(), problems.join("\n"));
    // Mutants that are all refused, or none, would show nothing.
    assert!(listed * 50 > count && refused * 50 > count, "{listed} of {count} listed");
}
