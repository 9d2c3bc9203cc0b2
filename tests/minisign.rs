//! minisign signatures, compared with the corpora and the real tool.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common::mutations;
use crate::common::oddities;
use crate::common::{Run, Scratch, corpora, distvouch, linked, tool};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn detached(key: &Path, signature: &Path, file: &Path) -> Run {
    let mut command = distvouch();
    command.args(["detached", "--json", "--minisign-key"]).args([key, signature, file]);
    Run::of(command.output().unwrap())
}

/// `agrees`, or the class.
fn class(run: &Run) -> String {
    run.said("minisign")
}

#[test]
fn selfmade_corpus() {
    let Some(corpora) = corpora("minisign selfmade_corpus") else { return };
    let dir = corpora.join("signify/selfmade");
    // The rows of results.tsv that call minisign, with what it says there and what we say.
    let scratch = Scratch::new();
    let mut seen = 0;
    for (key, file, signature, exit, expected) in [
        ("mini.pub", "small.txt", "small.txt.minisig", 0, "agrees"),
        ("mini.pub", "small.txt", "small.txt.legacy.minisig", 0, "agrees"),
        ("mini.pub", "empty", "empty.minisig", 0, "agrees"),
        ("mini.pub", "empty", "empty.legacy.minisig", 0, "agrees"),
        ("mini.pub", "data.bin", "data.bin.minisig", 0, "agrees"),
        ("mini.pub", "data.bin", "data.bin.legacy.minisig", 0, "agrees"),
        ("mini2.pub", "small.txt", "small.txt.minisig", 1, "signer-unknown"),
        ("mini.pub", "data.bin", "small.txt.minisig", 1, "signature-bad"),
        ("mini.pub", "small.txt", "tc.minisig", 1, "signature-bad"),
        ("mini.pub", "small.txt", "uc.minisig", 0, "agrees"),
        ("mini.pub", "small.txt", "crlf.minisig", 0, "agrees"),
        ("mini.pub", "small.txt", "nonl.minisig", 0, "agrees"),
        ("mini.pub", "small.txt", "trail.minisig", 0, "agrees"),
        ("mini.pub", "small.txt", "two.minisig", 2, "signature-malformed"),
        ("sig.pub", "small.txt", "small.txt.sig", 2, "signature-malformed"),
        ("mini.pub", "lnk/small.txt", "small.txt.minisig", 0, "agrees"),
    ] {
        let row = format!("minisign -V -p {key} -m {file} -x {signature}\t{exit}\t");
        let results = std::fs::read_to_string(dir.join("results.tsv")).unwrap();
        assert!(results.contains(&row), "{row}");
        let file = linked(&dir, file, &scratch);
        let run = detached(&dir.join(key), &dir.join(signature), &file);
        assert_eq!(class(&run), expected, "{row}");
        assert_eq!(run.status, i32::from(expected != "agrees"), "{row}");
        assert_eq!(run.status == 0, exit == 0);
        seen += 1;
    }
    assert_eq!(seen, 16);
}

#[test]
fn real_corpus() {
    let Some(corpora) = corpora("minisign real_corpus") else { return };
    let dir = corpora.join("minisign");
    let mut agreed = 0;
    for case in std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()) {
        if !case.is_dir() {
            continue;
        }
        let files: Vec<PathBuf> =
            std::fs::read_dir(&case).unwrap().map(|entry| entry.unwrap().path()).collect();
        let is_signature = |path: &&PathBuf| path.extension().is_some_and(|e| e == "minisig");
        let signature = files.iter().find(is_signature).unwrap();
        let file = files.iter().find(|path| !is_signature(path)).unwrap();
        let run = detached(&dir.join("minisign.pub"), signature, file);
        assert_eq!(class(&run), "agrees", "{}", case.display());
        let finding = run.finding("minisign");
        let name = file.file_name().unwrap().to_str().unwrap();
        let comment = finding["detail"]["trusted_comment"].as_str().unwrap();
        assert!(comment.ends_with(&format!("file:{name}")), "{comment}");
        agreed += 1;
    }
    assert_eq!(agreed, 13);
}

/// Signs with the real tool: a prehashed signature and a legacy one.
fn made(minisign: &Path, scratch: &Scratch) {
    let run = |args: &[&str]| {
        let status = Command::new(minisign)
            .args(args)
            .current_dir(scratch.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "{args:?}");
    };
    scratch.write("f", "a release\n");
    run(&["-G", "-W", "-f", "-p", "key.pub", "-s", "key"]);
    run(&["-S", "-W", "-s", "key", "-m", "f", "-x", "new.minisig", "-t", "a comment"]);
    run(&["-S", "-W", "-l", "-s", "key", "-m", "f", "-x", "old.minisig", "-t", "a comment"]);
}

#[test]
fn differential() {
    let Some(minisign) = tool("minisign differential", "minisign") else { return };
    let scratch = Scratch::new();
    made(&minisign, &scratch);
    for name in ["new.minisig", "old.minisig"] {
        let text = std::fs::read(scratch.file(name)).unwrap();
        let mut real = |bytes: &[u8]| {
            scratch.write("x.minisig", bytes);
            let mut command = Command::new(&minisign);
            command.args(["-V", "-q", "-p", "key.pub", "-m", "f", "-x", "x.minisig"]);
            command.current_dir(scratch.path()).output().unwrap().status.success()
        };
        let mut ours = |bytes: &[u8]| {
            let signature = scratch.write("y.minisig", bytes);
            detached(&scratch.file("key.pub"), &signature, &scratch.file("f")).status == 0
        };
        mutations::compare(&text, &mut real, &mut ours, &|_, _| None);
    }
}

#[test]
fn one_changed_byte_is_exactly_one_class() {
    let Some(minisign) = tool("minisign one_changed_byte", "minisign") else { return };
    let scratch = Scratch::new();
    made(&minisign, &scratch);
    for name in ["new.minisig", "old.minisig"] {
        let whole = std::fs::read_to_string(scratch.file(name)).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        let judge = |key: &str| {
            class(&detached(&scratch.file(key), &scratch.file("y"), &scratch.file("f")))
        };
        let with = |n: usize, at: usize| {
            let mut lines = lines.clone();
            let mut line = lines[n].as_bytes().to_vec();
            line[at] = if line[at] == b'A' { b'B' } else { b'A' };
            let line = String::from_utf8(line).unwrap();
            lines[n] = &line;
            scratch.write("y", format!("{}\n", lines.join("\n")));
            judge("key.pub")
        };
        assert_eq!(with(0, 25), "agrees", "nothing protects the first line");
        assert_eq!(with(1, 5), "signer-unknown", "the key number");
        assert_eq!(with(1, 40), "signature-bad");
        assert_eq!(with(2, 20), "signature-bad", "the comment");
        assert_eq!(with(3, 10), "signature-bad", "the comment's signature");
        scratch.write("y", &whole);
        assert_eq!(judge("key.pub"), "agrees");
        scratch.write("f", "b release\n");
        assert_eq!(judge("key.pub"), "signature-bad");
        scratch.write("f", "a release\n");
        // The key with another number, and with other bits.
        let key = std::fs::read_to_string(scratch.file("key.pub")).unwrap();
        let mut bytes = key.into_bytes();
        let start = bytes.iter().position(|b| *b == b'\n').unwrap() + 1;
        for (at, expected) in [(start + 5, "signer-unknown"), (start + 30, "signature-bad")] {
            let old = bytes[at];
            bytes[at] = if old == b'A' { b'B' } else { b'A' };
            scratch.write("other.pub", &bytes);
            bytes[at] = old;
            let run = detached(&scratch.file("other.pub"), &scratch.file("y"), &scratch.file("f"));
            // Half of all 32-byte strings are no point of the curve.
            if run.status != 2 {
                assert_eq!(class(&run), expected);
            }
        }
    }
}

#[test]
fn beside_a_distfile() {
    let Some(minisign) = tool("minisign beside_a_distfile", "minisign") else { return };
    let scratch = Scratch::new();
    made(&minisign, &scratch);
    std::fs::rename(scratch.file("new.minisig"), scratch.file("f.minisig")).unwrap();
    let key = scratch.file("key.pub");
    let key = key.to_str().unwrap();
    let run = scratch.check(["--minisign-key", key, "--require", "minisign", "f"]);
    assert_eq!((run.status, run.said("minisign").as_str()), (0, "agrees"));
    let finding = run.finding("minisign");
    assert_eq!(finding["detail"]["trusted_comment"], "a comment");
    assert!(finding["vouches"].as_str().unwrap().contains("key.pub"), "{finding}");
    // Without a key, no one looked; with one, it is required by default.
    let run = scratch.check(["--require", "minisign", "f"]);
    assert_eq!((run.status, run.said("minisign").as_str()), (3, "not-checked-no-expectation"));
    std::fs::remove_file(scratch.file("f.minisig")).unwrap();
    let manifest = scratch.manifest(&["f"]);
    let manifest = manifest.to_str().unwrap();
    let run = scratch.check(["--minisign-key", key, "--manifest", manifest, "f"]);
    assert_eq!((run.status, run.said("minisign").as_str()), (1, "signature-absent"));
}

#[test]
fn odd_key_files_beside_minisign() {
    let Some(minisign) = tool("minisign odd key files", "minisign") else { return };
    let scratch = Scratch::new();
    made(&minisign, &scratch);
    let key = std::fs::read_to_string(scratch.file("key.pub")).unwrap();
    let rows: &[oddities::Row] = &[
        (
            "a key file without its comment line, or with blank lines, blanks, or a long comment",
            false,
            &[
                "without its comment",
                "base64 alone",
                "a blank line between",
                "a blank line before",
                "a comment of 2000 characters",
                "a blank before the base64",
                "a blank behind the base64",
            ],
        ),
        (
            "a key file with more lines or a NUL byte behind the key",
            true,
            &["garbage behind", "its base64 twice", "twice", "a NUL behind the base64"],
        ),
        (
            "a key file whose first line is not an untrusted comment",
            true,
            &[
                "a comment without its colon",
                "another comment",
                "a comment with a capital",
                "a trusted comment",
                "byte order mark",
            ],
        ),
    ];
    let mut real = |key: &str| {
        scratch.write("odd.pub", key);
        let mut command = Command::new(&minisign);
        command.args(["-V", "-q", "-p", "odd.pub", "-x", "new.minisig", "-m", "f"]);
        command.current_dir(scratch.path()).output().unwrap().status.success()
    };
    let mut ours = |key: &str| {
        let key = scratch.write("odd.pub", key);
        detached(&key, &scratch.file("new.minisig"), &scratch.file("f")).status == 0
    };
    oddities::compare("minisign", &oddities::key_files(&key), rows, &mut real, &mut ours);
}

#[test]
fn where_minisign_decides_otherwise() {
    let Some(minisign) = tool("minisign decides otherwise", "minisign") else { return };
    let scratch = Scratch::new();
    made(&minisign, &scratch);
    let real = |args: &[&str]| {
        let mut command = Command::new(&minisign);
        command.args(["-V", "-q", "-m", "f"]).args(args).current_dir(scratch.path());
        command.output().unwrap().status.success()
    };
    // The key file as one word for -P; here it is a file, and its first line is not part of the key.
    let key = std::fs::read_to_string(scratch.file("key.pub")).unwrap();
    let base64 = key.lines().nth(1).unwrap();
    assert!(real(&["-x", "new.minisig", "-P", base64]));
    assert!(!real(&["-x", "new.minisig", "-P", key.trim_end()]));
    let [path, signature, file] = ["key.pub", "new.minisig", "f"].map(|name| scratch.file(name));
    assert_eq!(detached(&path, &signature, &file).status, 0);
    // A signify signature by the same key: the legacy one without its trusted comment.
    let text = std::fs::read_to_string(scratch.file("old.minisig")).unwrap();
    let two: Vec<_> = text.lines().take(2).collect();
    let signature = scratch.write("f.sig", two.join("\n") + "\n");
    assert!(real(&["-x", "old.minisig", "-p", "key.pub"]));
    assert!(!real(&["-x", "f.sig", "-p", "key.pub"]));
    let mut command = distvouch();
    command.args(["detached", "--json", "--signify-key"]).args([&path, &signature, &file]);
    assert_eq!(Run::of(command.output().unwrap()).said("signify"), "agrees");
    let run = detached(&path, &signature, &file);
    assert_eq!((run.status, class(&run).as_str()), (1, "signature-malformed"));
}

#[test]
fn a_trusted_comment_that_names_another_version_is_said() {
    let test = "minisign, trusted comment";
    let Some(minisign) = tool(test, "minisign") else { return };
    let scratch = Scratch::new();
    scratch.write("foo-1.1.tar.gz", "old bytes\n");
    let made = std::process::Command::new(&minisign)
        .current_dir(scratch.path())
        .args(["-G", "-W", "-f", "-p", "k.pub", "-s", "k.key"])
        .output()
        .unwrap();
    assert!(made.status.success());
    let made = std::process::Command::new(&minisign)
        .current_dir(scratch.path())
        .args(["-S", "-s", "k.key", "-m", "foo-1.1.tar.gz", "-x", "foo-1.2.tar.gz.minisig"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    // A mirror hands out the old release under the new name.
    scratch.write("foo-1.2.tar.gz", "old bytes\n");
    let key = scratch.file("k.pub").to_string_lossy().into_owned();
    let run = scratch.check(["--require", "minisign", "--minisign-key", &key, "foo-1.2.tar.gz"]);
    assert_eq!((run.status, run.said("minisign").as_str()), (0, "agrees"), "{}", run.stdout);
    let notes = run.finding("minisign")["detail"]["notes"].to_string();
    assert!(notes.contains("comment-other-version") && notes.contains("foo-1.1.tar.gz"), "{notes}");
    // Or another file altogether.
    scratch.write("bar-7.tar.gz", "old bytes\n");
    std::fs::copy(scratch.file("foo-1.2.tar.gz.minisig"), scratch.file("bar-7.tar.gz.minisig"))
        .unwrap();
    let run = scratch.check(["--require", "minisign", "--minisign-key", &key, "bar-7.tar.gz"]);
    let notes = run.finding("minisign")["detail"]["notes"].to_string();
    assert!(notes.contains("comment-other-file") && notes.contains("foo-1.1.tar.gz"), "{notes}");
}
