//! Feeds every target with its seeds and with mutations of them, for a stated time: for compilers
//! that cannot make the real fuzz targets. `harness SEEDS SECONDS [TARGET …]`; prints executions, and
//! leaves what made a target panic, or take longer than a second, in SEEDS/../finds.

mod mutate;

use mutate::{Chance, mutate, seeds};
use std::panic::catch_unwind;
use std::path::PathBuf;
use std::time::{Duration, Instant};

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
