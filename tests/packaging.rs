//! The overlay below eclass/: what its ebuilds say follows from Cargo.toml, Cargo.lock and the
//! crates, and both ebuilds are one file. tests/portage/package builds and installs it.
use crate::common::skipped;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the package's USE flags switch on, beside what is always there.
const FLAGS: &[(&str, &str)] = &[
    ("botan", "crypto-botan"),
    ("nettle", "crypto-nettle"),
    ("openssl", "crypto-openssl"),
    ("sigstore", "crypto-rust,sigstore"),
];

/// SPDX's names of licences, and ::gentoo's (its metadata/license-mapping.conf).
const GENTOO_NAMES: &[(&str, &str)] = &[
    ("0BSD", "0BSD"),
    ("Apache-2.0", "Apache-2.0"),
    ("Apache-2.0 WITH LLVM-exception", "Apache-2.0-with-LLVM-exceptions"),
    ("BSD-1-Clause", "BSD-1"),
    ("BSD-2-Clause", "BSD-2"),
    ("BSD-3-Clause", "BSD"),
    ("BSL-1.0", "Boost-1.0"),
    ("CC0-1.0", "CC0-1.0"),
    ("GPL-2.0-only", "GPL-2"),
    ("GPL-3.0-only", "GPL-3"),
    ("ISC", "ISC"),
    ("LGPL-2.0-or-later", "LGPL-2+"),
    ("LGPL-2.1-or-later", "LGPL-2.1+"),
    ("LGPL-3.0-only", "LGPL-3"),
    ("MIT", "MIT"),
    ("MIT-0", "MIT-0"),
    ("Unicode-3.0", "Unicode-3.0"),
    ("Unlicense", "Unlicense"),
    ("Zlib", "ZLIB"),
    ("bzip2-1.0.6", "BZIP2"),
];

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The package's directory; `None` in a release, which does not carry the overlay.
fn package() -> Option<PathBuf> {
    let path = top().join("eclass/overlay/app-portage/distvouch");
    if path.is_dir() {
        return Some(path);
    }
    skipped("overlay", "it is not part of a release");
    None
}

fn release(package: &Path) -> PathBuf {
    package.join(concat!("distvouch-", env!("CARGO_PKG_VERSION"), ".ebuild"))
}

/// The licences of one set of crates: those that all apply, and those of which any may be chosen.
#[derive(Debug, Default)]
struct Licences {
    all: BTreeSet<String>,
    any: BTreeSet<BTreeSet<String>>,
}

impl Licences {
    fn add(&mut self, expression: &str, of: &str) {
        // "MIT/Apache-2.0" is what cargo took before it took SPDX.
        let expression = expression.replace('/', " OR ");
        for clause in expression.split(" AND ") {
            let clause = clause.trim().trim_start_matches('(').trim_end_matches(')');
            let name = |spdx: &str| {
                let found = GENTOO_NAMES.iter().find(|(name, _)| *name == spdx.trim());
                found.unwrap_or_else(|| panic!("{of}: {spdx}: no name in ::gentoo")).1.to_owned()
            };
            let names: BTreeSet<String> = clause.split(" OR ").map(name).collect();
            match names.len() {
                1 => self.all.extend(names),
                _ => drop(self.any.insert(names)),
            }
        }
    }

    /// Where one of a choice applies anyway, that is chosen.
    fn settle(&mut self, beside: &BTreeSet<String>) {
        let all = &self.all;
        self.any.retain(|names| names.is_disjoint(all) && names.is_disjoint(beside));
        self.all.retain(|name| !beside.contains(name));
    }

    fn words(&self) -> Vec<String> {
        let any = self.any.iter().map(|names| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            format!("|| ( {} )", names.join(" "))
        });
        self.all.iter().cloned().chain(any).collect()
    }
}

/// The licences of the crates that become part of the program with these features.
fn licences(features: &str) -> Licences {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--edges", "normal,no-proc-macro"])
        .args(["--target", "x86_64-unknown-linux-gnu", "--prefix", "none"])
        .args(["--format", "{p}|{l}", "--no-default-features", "--features", features])
        .current_dir(top())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut licences = Licences::default();
    let lines: BTreeSet<&str> = text.lines().collect();
    for line in &lines {
        // A crate that was listed before ends in " (*)".
        let (of, licence) = line.trim_end_matches(" (*)").split_once('|').unwrap();
        assert!(!licence.is_empty(), "{of} has no licence");
        licences.add(licence, of);
    }
    assert!(lines.len() > 100, "{features}: {text}");
    licences
}

/// The lines between `LICENSE+="` and `"`.
fn computed() -> String {
    let mut always = licences("crypto-rust");
    always.settle(&BTreeSet::new());
    let mut text = format!("\t{}\n", always.words().join(" "));
    for (flag, features) in FLAGS {
        let mut more = licences(features);
        more.settle(&always.all);
        more.any.retain(|names| !always.any.contains(names));
        let words = more.words();
        if !words.is_empty() {
            text += &format!("\t{flag}? ( {} )\n", words.join(" "));
        }
    }
    text
}

#[test]
fn the_licence_is_that_of_the_crates() {
    const BEGIN: &str = "LICENSE+=\"\n";
    let Some(package) = package() else { return };
    let path = release(&package);
    let ebuild = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = ebuild.split_once(BEGIN).unwrap();
    let (there, tail) = rest.split_once("\"\n").unwrap();
    let computed = computed();
    if std::env::var_os("DISTVOUCH_BLESS").is_some() {
        let ebuild = format!("{head}{BEGIN}{computed}\"\n{tail}");
        std::fs::write(&path, &ebuild).unwrap();
        std::fs::write(package.join("distvouch-9999.ebuild"), &ebuild).unwrap();
    } else {
        assert_eq!(there, computed, "write it anew: DISTVOUCH_BLESS=1 cargo test packaging::");
    }
    for licence in ["LGPL-2+", "MIT", "Apache-2.0", "BSD"] {
        assert!(computed.split_whitespace().any(|word| word == licence), "{computed}");
    }
}

#[test]
fn a_choice_is_settled_by_what_applies_anyway() {
    let mut licences = Licences::default();
    licences.add("MIT", "a");
    licences.add("MIT OR Apache-2.0", "b");
    licences.add("(Zlib OR ISC) AND BSD-3-Clause", "c");
    licences.add("Unlicense/0BSD", "d");
    licences.settle(&BTreeSet::from(["0BSD".to_owned()]));
    assert_eq!(licences.words(), ["BSD", "MIT", "|| ( ISC ZLIB )"]);
}

/// The value of a variable that is set in one line.
fn variable<'a>(ebuild: &'a str, name: &str) -> &'a str {
    let begin = format!("{name}=\"");
    let line = ebuild.lines().find_map(|line| line.strip_prefix(begin.as_str()));
    line.and_then(|line| line.strip_suffix('"')).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn the_ebuilds_are_one_file_for_this_version() {
    let Some(package) = package() else { return };
    let ebuild = std::fs::read_to_string(release(&package)).unwrap();
    let live = std::fs::read_to_string(package.join("distvouch-9999.ebuild")).unwrap();
    assert!(ebuild == live, "the release ebuild and the live ebuild differ");
    let ebuilds = std::fs::read_dir(&package).unwrap().map(|entry| entry.unwrap().file_name());
    let ebuilds = ebuilds.filter(|name| name.to_string_lossy().ends_with(".ebuild"));
    assert_eq!(ebuilds.count(), 2);

    // As rust.eclass compares it: a version with three parts.
    assert_eq!(variable(&ebuild, "RUST_MIN_VER"), concat!(env!("CARGO_PKG_RUST_VERSION"), ".0"));
    let manifest = std::fs::read_to_string(top().join("Cargo.toml")).unwrap();
    let flags: BTreeSet<&str> = variable(&ebuild, "IUSE").split_whitespace().collect();
    for (flag, features) in FLAGS {
        assert!(flags.iter().any(|f| f.trim_start_matches('+') == *flag), "IUSE lacks {flag}");
        for feature in features.split(',') {
            assert!(manifest.contains(&format!("\n{feature} = [")), "no feature {feature}");
        }
    }
    let default = manifest.lines().find(|line| line.starts_with("default = ")).unwrap();
    assert_eq!(default, r#"default = ["sigstore", "crypto-rust"]"#);
    assert!(flags.contains("+sigstore") && flags.contains("test"), "{flags:?}");
}

#[test]
fn the_overlay_has_the_eclass_itself() {
    if package().is_none() {
        return;
    }
    let eclass = top().join("eclass/overlay/eclass/verify-sig.eclass");
    assert_eq!(
        eclass.canonicalize().unwrap(),
        top().join("eclass/verify-sig.eclass").canonicalize().unwrap()
    );
}
