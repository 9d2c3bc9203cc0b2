//! Real archives: that none of them falls out of the grammar without a reason that is known.
//!
//! `tests/real-archives` collects them and runs this; by itself it reads a few that are made here
//! with the tools that are installed.

use super::super::common::{Scratch, skipped};
use super::readers;
use crate::bytes::suffix;
use crate::release::archive::{Wanted, read};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn archives(directory: &Path) -> Vec<PathBuf> {
    let (mut found, mut todo) = (Vec::new(), vec![directory.to_owned()]);
    while let Some(directory) = todo.pop() {
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                todo.push(path);
            } else if suffix::archive(&name).is_some() {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Lists every archive below `DISTVOUCH_ARCHIVES`; with `DISTVOUCH_UNPACK` set it unpacks them, too,
/// with every program that is installed, and compares.
#[test]
fn real_archives_are_listed() {
    let Some(directory) = std::env::var_os("DISTVOUCH_ARCHIVES").map(PathBuf::from) else {
        skipped("real archives", "DISTVOUCH_ARCHIVES is not set: see tests/real-archives");
        return;
    };
    let unpack = std::env::var_os("DISTVOUCH_UNPACK").is_some();
    let (mut tar, mut zip) = (readers::of_tar("real archives"), readers::of_zip("real archives"));
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let (mut refused, mut differ, mut members) = (Vec::new(), Vec::new(), 0);
    for path in archives(&directory) {
        let below = path.strip_prefix(&directory).unwrap();
        let kind = below.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let count = counts.entry(kind).or_default();
        count.0 += 1;
        let listing = match read(&path, &Wanted::default(), &|_| {}) {
            Ok(listing) => listing,
            Err(error) => {
                count.1 += 1;
                refused.push(error.to_string());
                continue;
            }
        };
        members += listing.entries.len();
        if unpack {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let problems = match suffix::archive(&name) {
                Some(suffix::Archive::Zip) => readers::compare(&mut zip, "zip", &path, &listing),
                _ => readers::compare(&mut tar, "tar", &path, &listing),
            };
            differ.extend(problems.into_iter().map(|how| format!("{}: {how}", below.display())));
        }
    }
    let all: usize = counts.values().map(|(all, _)| all).sum();
    for (kind, (all, refused)) in &counts {
        println!("{kind}: {all} archives, {refused} refused");
    }
    println!("altogether: {all} archives, {members} members, {} refused", refused.len());
    refused.iter().for_each(|line| println!("refused: {line}"));
    differ.iter().for_each(|line| println!("differs: {line}"));
    assert!(all > 0, "no archives below {}", directory.display());
}

/// What the tools make that are installed is taken.
#[test]
fn what_tools_write_is_listed() {
    let scratch = Scratch::new();
    let long = format!("{}/{}", "d".repeat(90), "f".repeat(95));
    for (path, contents) in [
        ("top/a", "hello\n"),
        ("top/é", "accents\n"),
        ("top/empty", ""),
        (&format!("top/{long}"), "long\n"),
    ] {
        let path = scratch.file(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
    }
    std::os::unix::fs::symlink("a", scratch.file("top/link")).unwrap();
    std::fs::hard_link(scratch.file("top/a"), scratch.file("top/hard")).unwrap();
    let mut made = Vec::new();
    let mut make = |name: &str, program: &str, args: &[&str]| {
        let Some(program) = super::super::common::tool("archives of tools", program) else {
            return;
        };
        let output = std::process::Command::new(program)
            .args(args)
            .current_dir(scratch.path())
            .env("LC_ALL", "C.UTF-8")
            .output()
            .unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        made.push(name.to_owned());
    };
    for format in ["gnu", "pax", "ustar", "oldgnu"] {
        let name = format!("{format}.tar");
        make(&name, "tar", &["--format", format, "-cf", &name, "top"]);
    }
    make("v7.tar", "tar", &["--format=v7", "-cf", "v7.tar", "top/a", "top/empty", "top/link"]);
    for (name, format) in [("b-ustar.tar", "ustar"), ("b-pax.tar", "pax"), ("b-gnu.tar", "gnutar")]
    {
        make(name, "bsdtar", &["--format", format, "-cf", name, "top"]);
    }
    make("b.zip", "bsdtar", &["--format", "zip", "-cf", "b.zip", "top/a", "top/é", "top/link"]);
    make("bb.tar", "busybox", &["tar", "-cf", "bb.tar", "top"]);
    let python = "import tarfile, zipfile, sys\n\
        for f in (0, 1, 2):\n  t = tarfile.open(f'p{f}.tar', 'w', format=f); t.add('top'); t.close()\n\
        z = zipfile.ZipFile('p.zip', 'w', zipfile.ZIP_DEFLATED); z.write('top'); z.write('top/a')\n\
        z.write('top/é'); z.close()\n\
        z = zipfile.ZipFile('p2.zip', 'w'); z.comment = b'comment'\n\
        z.open('top/large', 'w', force_zip64=True).close(); z.close()\n";
    make("p.zip", "python3", &["-X", "utf8", "-c", python]);
    for name in ["p0.tar", "p1.tar", "p2.tar", "p2.zip"] {
        if scratch.file(name).exists() {
            made.push(name.to_owned());
        }
    }
    let (mut tar, mut zip) =
        (readers::of_tar("archives of tools"), readers::of_zip("archives of tools"));
    for name in &made {
        let path = scratch.file(name);
        let listing = read(&path, &Wanted::default(), &|_| {}).unwrap();
        let problems = match name.ends_with(".zip") {
            true => readers::compare(&mut zip, "zip", &path, &listing),
            false => readers::compare(&mut tar, "tar", &path, &listing),
        };
        assert!(problems.is_empty(), "{name}: {problems:?}");
    }
    println!("{} archives of tools are unpacked as listed", made.len());
}
