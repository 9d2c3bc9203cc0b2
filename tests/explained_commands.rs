//! Every command of this program that an explanation prints, run on a made situation: it does what
//! the text says.
#![cfg(feature = "sigstore")]

use crate::bump::{BEFORE, NOW, Stage};
use crate::common::ed25519::Key;
use crate::common::{Run, distvouch, flat, tool};
use std::collections::BTreeSet;
use std::process::Command;

/// The commands of all explanations, without their placeholders filled in.
fn printed() -> BTreeSet<String> {
    let list = Run::of(distvouch().arg("explain").output().unwrap()).stdout;
    let names = list.lines().filter_map(|line| line.strip_prefix("  "));
    let names = names.filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty());
    let names: Vec<_> = names.collect();
    let text = Run::of(distvouch().arg("explain").args(names).output().unwrap()).stdout;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let spans = text.split('`').skip(1).step_by(2);
    spans.filter(|span| span.starts_with("distvouch ")).map(str::to_owned).collect()
}

/// A package with two attested, signed versions.
fn stage() -> Stage {
    let stage = Stage::new("VERIFY_PROVENANCE_REPO=https://github.com/example/foo");
    for (version, time) in [("1.2", BEFORE), ("1.10", NOW)] {
        stage.attest(version, time);
        stage.sign(version);
    }
    let name = "distfiles/foo-1.10.tar.gz";
    let bytes = std::fs::read(stage.path(name)).unwrap();
    let digest = sha2::Sha256::digest(&bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    stage.scratch.write("SHA256SUMS", format!("{hex}  {}\n", stage.path(name)));
    stage.scratch.write("ed25519.pub", Key::new(1).public());
    std::fs::create_dir(stage.path("signify")).unwrap();
    std::fs::create_dir(stage.path("minisign")).unwrap();
    for directory in ["signify", "minisign"] {
        stage.scratch.write(&format!("{directory}/foo-1.10.tar.gz"), &bytes);
    }
    stage.scratch.write("signify/foo-1.10.tar.gz.sig", Key::new(1).signify(&bytes));
    stage.scratch.write("minisign/foo-1.10.tar.gz.minisig", Key::new(1).minisign(&bytes));
    stage
}

use sha2::Digest as _;

/// What a command is in the stage, its status, and what it must print. `None` where the text names
/// a command only by its name.
fn made(command: &str, stage: &Stage) -> Option<(Vec<String>, i32, &'static str)> {
    let at = |name: &str| stage.path(name);
    let distfiles = at("distfiles");
    let root = ["--trusted-root".to_owned(), at("root.json")];
    let commit = stage.git(&["rev-parse", "v1.10^{commit}"]);
    let new = "foo-1.10.tar.gz";
    let asc = at("distfiles/foo-1.10.tar.gz.asc");
    let provenance = at("distfiles/foo-1.10.tar.gz.provenance");
    let (fill, status, says): (Vec<(&str, String)>, i32, &str) = match command {
        "distvouch bump"
        | "distvouch known"
        | "distvouch pin"
        | "distvouch policy"
        | "distvouch check"
        | "distvouch source"
        | "distvouch check --json"
        | "distvouch check --identity ID --issuer URL" => return None,
        "distvouch explain" => (vec![], 0, "signer-unknown"),
        "distvouch trust" => (vec![], 0, ""),
        "distvouch bump PKGDIR" => (
            vec![("PKGDIR", format!("{} --distdir {distfiles}", at("dev-libs/foo")))],
            3,
            "attacker",
        ),
        "distvouch bump . --record NOTE" => (
            vec![
                (".", format!("{} --distdir {distfiles}", at("dev-libs/foo"))),
                // Elsewhere, so that what is recorded changes no other answer.
                ("NOTE", format!("read --reviewer me --reviews {}", at("recorded"))),
            ],
            0,
            "review        agrees",
        ),
        "distvouch check --distdir DIR --openpgp-key FILE DISTFILE" => (
            vec![("DIR", distfiles), ("DISTFILE", new.to_owned()), ("FILE", at("key.pgp"))],
            3,
            "openpgp       agrees",
        ),
        "distvouch check --distdir DIR --repository URL DISTFILE" => (
            vec![
                ("DIR", distfiles),
                ("URL", "https://github.com/example/foo".to_owned()),
                ("DISTFILE", new.to_owned()),
            ],
            3,
            "provenance    agrees",
        ),
        "distvouch check --distdir DIR --signify-key FILE DISTFILE" => (
            vec![("DIR", at("signify")), ("DISTFILE", new.to_owned()), ("FILE", at("ed25519.pub"))],
            3,
            "signify       agrees",
        ),
        "distvouch check --distdir DIR --minisign-key FILE DISTFILE" => (
            vec![
                ("DIR", at("minisign")),
                ("DISTFILE", new.to_owned()),
                ("FILE", at("ed25519.pub")),
            ],
            3,
            "minisign      agrees",
        ),
        "distvouch check --distdir DIR --ssh-allowed-signers FILE --ssh-identity ID DISTFILE" => {
            let ssh = ssh(stage)?;
            (
                vec![
                    ("DIR", ssh.clone()),
                    ("DISTFILE", new.to_owned()),
                    ("FILE", format!("{ssh}/allowed")),
                    ("ID", "me@example.org".to_owned()),
                ],
                3,
                "ssh           agrees",
            )
        }
        "distvouch check --distdir DIR --identity ID --issuer URL DISTFILE" => (
            vec![
                ("DIR", distfiles),
                ("DISTFILE", new.to_owned()),
                (
                    "ID",
                    "https://github.com/example/foo/.github/workflows/release.yml@refs/tags/v1.10"
                        .to_owned(),
                ),
                ("URL", "https://token.actions.githubusercontent.com".to_owned()),
            ],
            1,
            "signature-absent",
        ),
        "distvouch check --manifest Manifest --distdir DIR" => (
            vec![("DIR", distfiles), ("Manifest", at("dev-libs/foo/Manifest"))],
            0,
            "manifest      agrees",
        ),
        "distvouch check --previous FILE --previous-signature FILE" => (
            vec![(
                "--previous FILE --previous-signature FILE",
                format!(
                    "--distdir {distfiles} --openpgp-key {} --previous {} --previous-signature {} {new}",
                    at("key.pgp"),
                    at("distfiles/foo-1.2.tar.gz.provenance"),
                    at("distfiles/foo-1.2.tar.gz.asc")
                ),
            )],
            3,
            "continuity    agrees",
        ),
        "distvouch check --signature DISTFILE=FILE" => (
            vec![(
                "--signature DISTFILE=FILE",
                format!(
                    "--distdir {distfiles} --openpgp-key {} --signature {new}={asc} {new}",
                    at("key.pgp")
                ),
            )],
            3,
            "openpgp       agrees",
        ),
        "distvouch check --upstream-name DISTFILE=NAME" => {
            // Renamed by an ebuild, with its provenance.
            for suffix in ["", ".provenance"] {
                let bytes = std::fs::read(at(&format!("distfiles/{new}{suffix}"))).unwrap();
                std::fs::create_dir_all(at("renamed")).unwrap();
                stage.scratch.write(&format!("renamed/bar.tar.gz{suffix}"), bytes);
            }
            (
                vec![(
                    "--upstream-name DISTFILE=NAME",
                    format!(
                        "--distdir {} --repository https://github.com/example/foo --upstream-name bar.tar.gz={new} bar.tar.gz",
                        at("renamed")
                    ),
                )],
                3,
                "provenance    agrees",
            )
        }
        "distvouch checksums FILE --format sha256 -- FILES" => (
            vec![("FILES", at(&format!("distfiles/{new}"))), ("FILE", at("SHA256SUMS"))],
            0,
            "agrees",
        ),
        "distvouch detached --uncompress --openpgp-key KEY SIG FILE" => (
            // The signature is over the compressed file, so over the stream it is another's.
            vec![("KEY", at("key.pgp")), ("SIG", asc), ("FILE", at(&format!("distfiles/{new}")))],
            1,
            "signature-bad",
        ),
        "distvouch diff OLD NEW" | "distvouch diff --unified OLD NEW" => (
            vec![("OLD", at("distfiles/foo-1.2.tar.gz")), ("NEW", at(&format!("distfiles/{new}")))],
            0,
            "setup.py",
        ),
        "distvouch review OLD NEW --note TEXT" => (
            vec![
                ("OLD", at("distfiles/foo-1.2.tar.gz")),
                ("NEW", at(&format!("distfiles/{new}"))),
                ("TEXT", format!("read --reviewer me --file {}", at("reviews.jsonl"))),
            ],
            0,
            "me read the diff",
        ),
        "distvouch diff NEW" => (vec![("NEW", at(&format!("distfiles/{new}")))], 0, "setup.py"),
        "distvouch review NEW --note TEXT" => (
            vec![
                ("NEW", at(&format!("distfiles/{new}"))),
                ("TEXT", format!("read --reviewer me --file {}", at("reviews.jsonl"))),
            ],
            0,
            "me read foo-1.10.tar.gz, without a previous version",
        ),
        "distvouch bump . --read" => (
            vec![(".", format!("{} --distdir {distfiles}", at("dev-libs/foo")))],
            3,
            "=== changed setup.py",
        ),
        "distvouch inspect SIG" => (vec![("SIG", asc)], 0, "OpenPGP"),
        "distvouch inspect KEYFILE" => (vec![("KEYFILE", at("key.pgp"))], 0, "OpenPGP"),
        "distvouch inspect SIG KEYFILE" => {
            (vec![("KEYFILE", at("key.pgp")), ("SIG", asc)], 0, "OpenPGP")
        }
        "distvouch inspect FILE" => (vec![("FILE", asc)], 0, "OpenPGP"),
        "distvouch inspect FILE.provenance" => {
            (vec![("FILE.provenance", provenance)], 0, "https://github.com/example/foo")
        }
        "distvouch pin FILE" => (vec![("FILE", provenance)], 0, "VERIFY_PROVENANCE_REPO="),
        "distvouch source DISTFILE --git CLONE" => (
            vec![("DISTFILE", at(&format!("distfiles/{new}"))), ("CLONE", at("clone"))],
            0,
            "source        agrees",
        ),
        "distvouch source DISTFILE --git CLONE --commit SHA" => (
            vec![
                ("DISTFILE", at(&format!("distfiles/{new}"))),
                ("CLONE", at("clone")),
                ("SHA", commit),
            ],
            0,
            "source        agrees",
        ),
        other => panic!("an explanation prints \"{other}\", which nothing here runs"),
    };
    let mut line = command.to_owned();
    for (placeholder, value) in fill {
        line = line.replacen(placeholder, &value, 1);
    }
    let mut words: Vec<String> = line.split(' ').skip(1).map(str::to_owned).collect();
    let sigstore = ["bump", "check", "source", "pin", "trust"];
    // A commit by hand goes without the provenance and its root.
    if sigstore.contains(&words[0].as_str()) {
        words.extend(root);
    }
    Some((words, status, says))
}

/// The distfile with an SSH signature and its list of signers, where ssh-keygen is installed.
fn ssh(stage: &Stage) -> Option<String> {
    let keygen = tool("explained commands, ssh", "ssh-keygen")?;
    let directory = stage.path("ssh");
    std::fs::create_dir(&directory).unwrap();
    let bytes = std::fs::read(stage.path("distfiles/foo-1.10.tar.gz")).unwrap();
    stage.scratch.write("ssh/foo-1.10.tar.gz", bytes);
    let run = |arguments: &[&str]| {
        let output =
            Command::new(&keygen).current_dir(&directory).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    run(&["-q", "-t", "ed25519", "-N", "", "-f", "key"]);
    run(&["-q", "-Y", "sign", "-n", "file", "-f", "key", "foo-1.10.tar.gz"]);
    let public = std::fs::read_to_string(format!("{directory}/key.pub")).unwrap();
    stage.scratch.write("ssh/allowed", format!("me@example.org {public}"));
    Some(directory)
}

#[test]
fn every_command_that_an_explanation_prints_works() {
    let stage = stage();
    let printed = printed();
    assert!(printed.len() > 20, "{printed:?}");
    let mut run = 0;
    for command in &printed {
        let Some((words, status, says)) = made(command, &stage) else { continue };
        let output = Run::of(distvouch().args(&words).output().unwrap());
        let said = format!("{}{}", output.stdout, output.stderr);
        assert_eq!(output.status, status, "{command}: {words:?}: {said}");
        let says = |text: &str| text.contains(says);
        assert!(says(&output.stdout) || says(&flat(&output.stdout)), "{command}: {said}");
        run += 1;
    }
    assert!(run > 20, "{run}");
}
