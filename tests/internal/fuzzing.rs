//! A short run of the fuzz targets, without feedback: their seeds, and what chance makes of them.
//! tests/fuzz/run goes on for as long as it is told to.

#[path = "../fuzz/src/mutate.rs"]
mod mutate;

use super::common::tool;
use crate::fuzz::TARGETS;
use mutate::{Chance, mutate, seeds};
use std::process::Command;
use std::time::{Duration, Instant};

/// How long each target is fed.
const LONG: Duration = Duration::from_secs(1);

#[test]
fn every_reader_takes_whatever_comes() {
    let Some(bash) = tool("fuzz targets", "bash") else { return };
    let directory = tempfile::tempdir().unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/seeds");
    let made = Command::new(bash).arg(script).arg(directory.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    for (name, read) in TARGETS {
        let seeds = seeds(&directory.path().join(name));
        let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
        let (begin, mut executions) = (Instant::now(), 0);
        while begin.elapsed() < LONG || executions < seeds.len() {
            // A panic is a find, and fails the test with the target's name in its backtrace.
            match seeds.get(executions) {
                Some(seed) => read(seed),
                None => read(&mutate(&mut chance, &seeds)),
            }
            executions += 1;
        }
        println!("{name}: {} seeds, {executions} executions", seeds.len());
    }
}
