//! Mutated OpenPGP signatures, given to gpg, gpgv, gemato, sqv and us: each agrees with us, or the
//! difference is one of those that doc/openpgp.md lists.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common;
use crate::common::openpgp_mutants::{Mutant, armored, binary};
use crate::common::{Run, Scratch, tool};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A key, a signature by it, and the programs to ask.
struct Bench {
    scratch: Scratch,
    gpg: PathBuf,
    others: BTreeMap<&'static str, PathBuf>,
}

impl Bench {
    /// A bench with a new key of that algorithm, and the signature of `f` by it.
    fn new(test: &str, algorithm: &str) -> Option<(Self, Vec<u8>)> {
        let gpg = tool(test, "gpg")?;
        let others = ["gpgv", "gemato", "sqv"]
            .into_iter()
            .filter_map(|n| Some((n, tool(test, n)?)))
            .collect();
        let bench = Self { scratch: Scratch::new(), gpg, others };
        std::fs::create_dir(bench.scratch.file("home")).unwrap();
        bench.scratch.write("f", "a release\n");
        let done = |args: &[&str]| {
            let output = bench.gpg(args);
            assert!(output.status.success(), "{args:?}: {output:?}");
        };
        done(&["--quick-generate-key", "a <a@example.org>", algorithm, "sign", "never"]);
        done(&["--output", "key.gpg", "--export"]);
        done(&["--output", "f.sig", "--detach-sign", "f"]);
        let signature = std::fs::read(bench.scratch.file("f.sig")).unwrap();
        Some((bench, signature))
    }

    fn gpg(&self, args: &[&str]) -> Output {
        let mut command = Command::new(&self.gpg);
        command.args(["--batch", "--no-tty", "--quiet", "--homedir", "home", "--passphrase", ""]);
        command.args(["--pinentry-mode", "loopback"]).args(args);
        command.current_dir(self.scratch.path()).output().unwrap()
    }

    /// Which programs take the signature in the file `name`.
    fn taken(&self, name: &str, all: bool) -> BTreeMap<&'static str, bool> {
        let run = |program: &Path, args: &[&str]| {
            let mut command = Command::new(program);
            command.args(args).current_dir(self.scratch.path());
            command.output().unwrap().status.success()
        };
        let mut taken = BTreeMap::new();
        taken.insert("gpg", self.gpg(&["--verify", name, "f"]).status.success());
        for (tool, program) in self.others.iter().filter(|(tool, _)| all || **tool != "gemato") {
            let args: &[&str] = match *tool {
                "gpgv" => &["--quiet", "--keyring", "./key.gpg", name, "f"],
                "gemato" => &["openpgp-verify-detached", "-q", "-R", "-K", "key.gpg", name, "f"],
                _ => &["--keyring", "key.gpg", name, "f"],
            };
            taken.insert(tool, run(program, args));
        }
        taken
    }

    /// Our class, or "agrees".
    fn said(&self, name: &str) -> String {
        let mut command = common::distvouch();
        command.args(["detached", "--json", "--openpgp-key", "key.gpg", name, "f"]);
        Run::of(command.current_dir(self.scratch.path()).output().unwrap()).said("openpgp")
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let mut command = Command::new("gpgconf");
        command.args(["--homedir", "home", "--kill", "all"]).current_dir(self.scratch.path());
        drop(command.status());
    }
}

/// Where programs decide otherwise than we do: a row of the table in doc/openpgp.md.
struct Difference {
    /// The situation, in the words of the row.
    row: &'static str,
    /// What the names of its mutants begin with.
    mutants: &'static [&'static str],
    /// The programs that decide otherwise.
    tools: &'static [&'static str],
    /// Our class, or "agrees".
    ours: &'static str,
}

const GPG: &[&str] = &["gpg", "gpgv", "gemato"];
const ALL: &[&str] = &["gpg", "gpgv", "gemato", "sqv"];
const BAD: &str = "signature-bad";
const BROKEN: &str = "signature-malformed";

const KNOWN: &[Difference] = &[
    Difference {
        row: "a number with a bit count that is not its own, or a leading zero",
        mutants: &[
            "number 0: a leading",
            "number 1: a leading",
            "number 0: one bit",
            "number 1: one bit",
        ],
        tools: GPG,
        ours: BROKEN,
    },
    Difference {
        row: "Ed25519 with the group's order added to S",
        mutants: &["number 1: plus the order"],
        tools: GPG,
        ours: BAD,
    },
    Difference {
        row: "a packet length beyond the end of the file",
        mutants: &["bit: packet length", "header: largest length", "header: one octet long"],
        tools: GPG,
        ours: BROKEN,
    },
    Difference {
        row: "a trust packet, or one of an unknown or private tag, next to the signature",
        mutants: &["before: trust", "behind: trust", "behind: packet of"],
        tools: GPG,
        ours: BROKEN,
    },
    Difference {
        row: "a padding packet next to the signature",
        mutants: &["before: padding packet", "behind: padding packet"],
        tools: ALL,
        ours: "agrees",
    },
    Difference {
        row: "a signature of an unknown version next to one that counts",
        mutants: &["one of version 9"],
        tools: GPG,
        ours: "agrees",
    },
    Difference {
        row: "an unknown critical subpacket outside of what is hashed",
        mutants: &["unhashed area: critical unknown"],
        tools: GPG,
        ours: "agrees",
    },
    Difference {
        row: "subpackets outside of what is hashed that cannot be read",
        mutants: &[
            "unhashed area: embedded signature that is none",
            "unhashed area: empty subpacket",
        ],
        tools: GPG,
        ours: BROKEN,
    },
    Difference {
        row: "an issuer subpacket without an issuer outside of what is hashed",
        mutants: &["unhashed area: subpacket 16 without its content"],
        tools: &["gemato", "sqv"],
        ours: BROKEN,
    },
    Difference {
        row: "another version octet in the hashed issuer fingerprint",
        mutants: &["bit: hashed area, byte 11,"],
        tools: &["sqv"],
        ours: BAD,
    },
    Difference {
        row: "a bad signature by a known key next to one that counts",
        mutants: &["a bad one", "armor: a bad block behind"],
        tools: &["sqv"],
        ours: BAD,
    },
    Difference {
        row: "bytes behind a binary signature, or characters within base64 that are none",
        mutants: &[
            "behind: NUL",
            "behind: line feed",
            "behind: ASCII",
            "behind: 0xff",
            "armor: ! within",
            "armor: - within",
            "armor: NUL within",
            "armor: é within",
        ],
        tools: &["gemato"],
        ours: BROKEN,
    },
    Difference {
        row: "armor with a wrong checksum",
        mutants: &["armor: another checksum"],
        tools: GPG,
        ours: "agrees",
    },
    Difference {
        row: "armor without its blank line, or with its first line indented",
        mutants: &["armor: no blank line", "armor: first line indented"],
        tools: GPG,
        ours: "agrees",
    },
    Difference {
        row: "armor whose checksum is none or occurs twice, with base64 or padding behind the end",
        mutants: &[
            "armor: checksum that is no",
            "armor: two checksums",
            "armor: base64 behind",
            "armor: padding behind",
            "armor: base64 without its padding",
        ],
        tools: GPG,
        ours: BROKEN,
    },
    Difference {
        row: "armor without its last line, or with another label there",
        mutants: &["armor: ends as a message", "armor: without its last"],
        tools: GPG,
        ours: BROKEN,
    },
    Difference {
        row: "an armor header without a value",
        mutants: &["armor: header without a value"],
        tools: &["sqv"],
        ours: "agrees",
    },
    Difference {
        row: "armor with four dashes at its end, or a cut block behind it",
        mutants: &["armor: four dashes at the end", "armor: a cut block behind"],
        tools: ALL,
        ours: BROKEN,
    },
    Difference {
        row: "armor with CR as its line ends, on one line, or with four or six dashes in front",
        mutants: &["armor: CR", "armor: on one line", "armor: four dashes at the b", "armor: six"],
        tools: &["sqv"],
        ours: BROKEN,
    },
    Difference {
        row: "armor of the kind `PGP ARMORED FILE`",
        mutants: &["armor: labelled \"ARMORED FILE\""],
        tools: ALL,
        ours: BROKEN,
    },
    Difference {
        row: "an empty armored block behind the signature",
        mutants: &["armor: an empty block behind"],
        tools: &["gemato", "sqv"],
        ours: BROKEN,
    },
];

/// The row for such a difference.
fn known(mutant: &str, tool: &str, ours: &str) -> Option<&'static Difference> {
    KNOWN.iter().find(|row| {
        let named = row.mutants.iter().any(|start| mutant.starts_with(start));
        named && row.tools.contains(&tool) && row.ours == ours
    })
}

/// Whether gemato is asked, too. It takes ten times as long as the others, and asks gpg.
fn for_gemato(index: usize, name: &str) -> bool {
    const KINDS: [&str; 8] =
        ["armor", "before", "behind", "header", "number", "one of", "a bad", "unhashed area: emb"];
    index.is_multiple_of(8) || KINDS.iter().any(|kind| name.starts_with(kind))
}

/// What came of the mutants of one signature.
#[derive(Default)]
struct Outcome {
    problems: Vec<String>,
    rows: BTreeSet<&'static str>,
}

fn differential(algorithm: &str, mutants: fn(&[u8]) -> Vec<Mutant>) -> Outcome {
    let test = format!("openpgp_mutations, {algorithm}");
    let mut outcome = Outcome::default();
    let Some((bench, signature)) = Bench::new(&test, algorithm) else { return outcome };
    let all = mutants(&signature);
    assert!(all.len() > 90, "{}", all.len());
    let mut counts: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut classes: BTreeMap<String, usize> = BTreeMap::new();
    for (index, (name, bytes)) in all.iter().enumerate() {
        bench.scratch.write("x", bytes);
        let said = bench.said("x");
        assert!(name != "unchanged" || said == "agrees", "{algorithm}: {said}");
        for (tool, taken) in bench.taken("x", for_gemato(index, name)) {
            assert!(name != "unchanged" || taken, "{algorithm}: {tool}");
            let same = taken == (said == "agrees");
            counts.entry(tool).or_default()[usize::from(!same)] += 1;
            match known(name, tool, &said) {
                _ if same => {}
                Some(row) => drop(outcome.rows.insert(row.row)),
                None => outcome.problems.push(format!(
                    "{algorithm}: {name}: {tool} {}, ours {said}",
                    if taken { "takes it" } else { "refuses it" }
                )),
            }
        }
        *classes.entry(said).or_default() += 1;
    }
    println!("{algorithm}: {} mutants, ours {classes:?}", all.len());
    for (tool, [same, other]) in counts {
        println!("{algorithm}: {tool}: {same} as ours, {other} listed as different");
    }
    // A signature that was changed where it counts is never a matter of form alone.
    assert!(classes.get(BAD).copied().unwrap_or_default() > 10, "{classes:?}");
    outcome
}

fn judge(outcomes: Vec<Outcome>, armor: bool) {
    let problems: Vec<_> = outcomes.iter().flat_map(|o| o.problems.clone()).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    let seen: BTreeSet<_> = outcomes.iter().flat_map(|o| o.rows.clone()).collect();
    let there = |tool: &str| common::installed(tool).is_some();
    for row in
        KNOWN.iter().filter(|row| row.mutants.iter().any(|m| m.starts_with("armor") == armor))
    {
        let run = row.tools.iter().any(|tool| there(tool)) && there("gpg");
        let elsewhere = row.mutants.iter().any(|m| m.starts_with("armor") != armor);
        assert!(!run || elsewhere || seen.contains(row.row), "no longer so: {}", row.row);
    }
}

#[test]
fn mutated_packets() {
    let run = |algorithm| differential(algorithm, binary);
    let outcomes = std::thread::scope(|scope| {
        let threads = ["ed25519", "rsa2048", "nistp256"].map(|a| scope.spawn(move || run(a)));
        threads.map(|thread| thread.join().unwrap())
    });
    judge(outcomes.into(), false);
}

#[test]
fn mutated_armor() {
    judge(vec![differential("ed25519", armored)], true);
}

/// Each row of the table above is one of the manual.
#[test]
fn the_manual_has_every_difference() {
    let manual = include_str!("../doc/openpgp.md");
    for row in KNOWN {
        let line = manual.lines().find(|line| line.starts_with(&format!("| {} |", row.row)));
        let line = line.unwrap_or_else(|| panic!("doc/openpgp.md has no row: {}", row.row));
        let ours = if row.ours == "agrees" { "agrees".into() } else { format!("`{}`", row.ours) };
        assert_eq!(line.split('|').nth(2).map(str::trim), Some(ours.as_str()), "{line}");
    }
}
