//! `distvouch checksums` beside sha256sum, sha512sum, b2sum and openssl.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common::{Run, Scratch, distvouch, tool};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The files that lists are made of.
const FILES: &[(&str, &str)] = &[
    ("foo-1.2.tar.gz", "abc"),
    ("bar.tar.xz", ""),
    ("with blank.zip", "blank"),
    ("back\\slash", "slash"),
    ("new\nline", "line"),
    ("*star", "star"),
    ("bracket) = x", "bracket"),
];

struct Bench {
    scratch: Scratch,
}

impl Bench {
    fn new() -> Self {
        let scratch = Scratch::new();
        for (name, bytes) in FILES {
            scratch.write(name, bytes);
        }
        Self { scratch }
    }

    /// What a program writes of `files`.
    fn made(&self, program: &str, options: &[&str], files: &[&str]) -> String {
        let mut command = Command::new(program);
        let output = command
            .current_dir(self.scratch.path())
            .args(options)
            .args(files)
            .output()
            .expect(program);
        assert!(output.status.success(), "{program}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn run(&self, format: &str, list: impl AsRef<[u8]>, files: &[&str]) -> Run {
        self.scratch.write("LIST", list);
        let mut command = distvouch();
        command.current_dir(self.scratch.path());
        command.args(["checksums", "LIST", "--json", "--format", format, "--"]).args(files);
        Run::of(command.output().unwrap())
    }

    /// Class or outcome of each file.
    fn said(&self, format: &str, list: impl AsRef<[u8]>, files: &[&str]) -> Vec<String> {
        let json = self.run(format, list, files).json();
        let distfiles = json["distfiles"].as_array().unwrap();
        let finding = |d: &serde_json::Value| d["findings"][0].clone();
        let word = |f: serde_json::Value| f["class"].as_str().unwrap_or("agrees").to_owned();
        distfiles.iter().map(|d| word(finding(d))).collect()
    }
}

#[test]
fn lists_of_every_program_agree() {
    let bench = Bench::new();
    let names: Vec<_> = FILES.iter().map(|(name, _)| *name).collect();
    let openssl = tool("checksums, openssl", "openssl");
    for (format, program, options) in [
        ("sha256", "sha256sum", &[][..]),
        ("sha256", "sha256sum", &["--binary"]),
        ("sha256", "sha256sum", &["--tag"]),
        ("bsd", "sha256sum", &["--tag"]),
        ("sha512", "sha512sum", &[]),
        ("sha512", "sha512sum", &["--tag"]),
        ("bsd", "sha384sum", &["--tag"]),
        ("b2", "b2sum", &[]),
        ("b2", "b2sum", &["--tag"]),
        ("bsd", "b2sum", &["--tag"]),
        ("openssl-dgst", "openssl", &["dgst", "-sha256"]),
        ("openssl-dgst", "openssl", &["dgst", "-sha512"]),
        ("openssl-dgst", "openssl", &["dgst", "-blake2b512"]),
        ("openssl-dgst", "openssl", &["dgst", "-sha3-256"]),
        ("sha256", "openssl", &["dgst", "-sha256", "-r"]),
    ] {
        // openssl writes a line end of a name as it is.
        let names: Vec<_> =
            names.iter().copied().filter(|n| program != "openssl" || !n.contains('\n')).collect();
        if program == "openssl" && openssl.is_none() {
            continue;
        }
        let list = bench.made(program, options, &names);
        for list in [list.clone(), list.replace('\n', "\r\n"), list.trim_end().to_owned()] {
            let run = bench.run(format, &list, &names);
            assert_eq!(run.status, 0, "{program} {options:?}: {list}{}", run.stdout);
            let said = bench.said(format, &list, &names);
            assert_eq!(said, vec!["agrees"; names.len()], "{program} {options:?}: {list}");
        }
        // Each list without one of its lines, and with one digit changed.
        for (index, name) in names.iter().enumerate() {
            let lines: Vec<_> = list.lines().collect();
            let mut without = lines.clone();
            without.remove(index);
            let said = bench.said(format, without.join("\n"), &names);
            assert_eq!(said[index], "checksum-missing", "{program} {options:?}: {name}");
            assert_eq!(said.iter().filter(|said| *said == "agrees").count(), names.len() - 1);
        }
    }
}

/// A list that is altered, and what comes of it here and there.
struct Altered {
    list: Vec<u8>,
    ours: &'static str,
    /// Whether `sha256sum --check --strict --ignore-missing` exits with 0.
    sha256sum: bool,
    why: &'static str,
}

/// `line` is that of the file, `bar` that of another.
fn altered(line: &str, bar: &str) -> Vec<Altered> {
    let (digest, name) = line.split_once("  ").unwrap();
    let other = bar.split_once("  ").unwrap().0;
    let case =
        |list: String, ours, sha256sum, why| Altered { list: list.into(), ours, sha256sum, why };
    let same = |list: String, ours: &'static str| case(list, ours, ours == "agrees", "");
    const SILENT: &str = "lines about other files are none of our business";
    const SPACES: &str = "blanks around the name are no part of it, as for verify-sig.eclass";
    const BARE: &str = "one digest and nothing else is that of the one file that was asked for";
    const LOOSE: &str = "sha256sum looks at the lines that are there, whatever they are about";
    const PLACED: &str =
        "upstream has its releases in directories; sha256sum takes that for a path here";
    const TWICE: &str = "sha256sum wants each line to agree; so do we, and say why none decides";
    let mut cases = vec![
        same(format!("{digest}  {name}\n"), "agrees"),
        same(format!("{digest} *{name}\n"), "agrees"),
        same(format!("{digest} {name}\n"), "agrees"),
        same(format!("{digest}\t{name}\n"), "agrees"),
        same(format!("  {digest}  {name}\n"), "agrees"),
        same(format!("{}  {name}\n", digest.to_uppercase()), "agrees"),
        same(format!("{digest}  ./{name}\n"), "agrees"),
        same(format!("SHA256 ({name}) = {digest}\n"), "agrees"),
        same(format!("SHA256({name})= {digest}\n"), "agrees"),
        same(format!("\\{digest}  {name}\n"), "agrees"),
        same(format!("{digest}  {name}\n{digest}  {name}\n"), "agrees"),
        same(format!("{digest}  {name}\n{bar}\n"), "agrees"),
        same(format!("{other}  {name}\n"), "checksum-mismatch"),
        same(format!("{other} *{name}\n"), "checksum-mismatch"),
        same(format!("{other}  ./{name}\n"), "checksum-mismatch"),
        same(format!("SHA256 ({name}) = {other}\n"), "checksum-mismatch"),
        case(format!("{digest}  {name}\n{other}  {name}\n"), "checksum-ambiguous", false, TWICE),
        case(format!("{other}  {name}\n{digest}  {name}\n"), "checksum-ambiguous", false, TWICE),
        case(format!("{digest}  {name}\n{other}  ./{name}\n"), "checksum-ambiguous", false, TWICE),
        same(String::new(), "checksum-missing"),
        same("\n\n".to_owned(), "checksum-missing"),
        same("<html><body>Not found</body></html>\n".to_owned(), "checksum-missing"),
        case(format!("{digest}\n"), "agrees", false, BARE),
        same(format!("{digest}\n{digest}\n"), "checksum-missing"),
        same(format!(" {digest}\n"), "checksum-missing"),
        same(format!("{digest}  \n"), "checksum-missing"),
        same(format!("{digest}  {name}x\n"), "checksum-missing"),
        same(format!("{digest}  x{name}\n"), "checksum-missing"),
        case(format!("{digest}  dir/{name}\n"), "agrees", false, PLACED),
        same(format!("{other}  dir/{name}\n"), "checksum-mismatch"),
        case(format!("{digest}  a/{name}\n{digest}  ./b/{name}\n"), "agrees", false, PLACED),
        same(format!("{digest}  a/{name}\n{other}  b/{name}\n"), "checksum-missing"),
        same(format!("{digest}  dir/x{name}\n"), "checksum-missing"),
        same(format!("{digest}  {name}/dir\n"), "checksum-missing"),
        same(format!("{other}  dir/{name}\n{digest}  {name}\n"), "agrees"),
        same(format!("{digest}  dir/{name}\n{other}  {name}\n"), "checksum-mismatch"),
        same(format!("{digest}  {}\n", name.to_uppercase()), "checksum-missing"),
        same(format!("SHA512 ({name}) = {digest}\n"), "checksum-missing"),
        same(format!("{}  {name}\n", &digest[1..]), "checksum-malformed"),
        same(format!("{digest}0  {name}\n"), "checksum-malformed"),
        same(format!("{digest}{name}\n"), "checksum-missing"),
        same(format!("{name}: {digest}\n"), "checksum-malformed"),
        same(format!("SHA256 ({name}) {digest}\n"), "checksum-malformed"),
        case(format!("{bar}\n"), "checksum-missing", true, LOOSE),
        case(format!("{digest}   {name}\n"), "agrees", false, SPACES),
        case(format!("{digest}  {name} \n"), "agrees", false, SPACES),
        case(format!("heading\n{digest}  {name}\n"), "agrees", false, SILENT),
        case(format!("{digest}  {name}\nsha256sum {name}\n"), "agrees", false, SILENT),
        case(format!("{other}  bar.tar.xz2\n{digest}  {name}\n"), "agrees", true, SILENT),
        case(format!("{digest}  bar.tar.xz\n{digest}  {name}\n"), "agrees", false, SILENT),
        case(
            format!("{digest}  {name}\n{digest}00  {name}\n"),
            "checksum-malformed",
            false,
            "a line about the file that cannot be read is not skipped",
        ),
    ];
    cases.push(same(format!("{digest}  {name}\r\n"), "agrees"));
    cases
}

/// Whether a program of coreutils takes the list that stands in LIST.
fn taken(bench: &Bench, program: &str) -> bool {
    let output = Command::new(program)
        .current_dir(bench.scratch.path())
        .args(["--check", "--strict", "--ignore-missing", "--status", "LIST"])
        .output()
        .unwrap();
    output.status.success()
}

#[test]
fn altered_lists_beside_sha256sum() {
    let bench = Bench::new();
    let lines = bench.made("sha256sum", &[], &["foo-1.2.tar.gz", "bar.tar.xz"]);
    let (line, bar) = lines.trim_end().split_once('\n').unwrap();
    let cases = altered(line, bar);
    assert!(cases.len() > 40);
    let mut failures = Vec::new();
    for case in &cases {
        let said = bench.said("sha256", &case.list, &["foo-1.2.tar.gz"]);
        let real = taken(&bench, "sha256sum");
        let differs = case.sha256sum != (case.ours == "agrees");
        assert!(!differs || !case.why.is_empty(), "{:?}", case.list);
        if said != [case.ours] || real != case.sha256sum {
            let list = String::from_utf8_lossy(&case.list);
            failures.push(format!("{list:?}: {said:?}, sha256sum {real}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A digest that is not one, made of one that is: whatever became of it, the line is still about the
/// file.
fn broken_digests(digest: &str) -> Vec<Vec<u8>> {
    let size = digest.len();
    let mut broken: Vec<Vec<u8>> = Vec::new();
    for at in [0, 1, size / 2, size - 2, size - 1] {
        for byte in *b"gG-.:/=)\0\x7f\xff\r" {
            let mut bytes = digest.as_bytes().to_vec();
            bytes[at] = byte;
            broken.push(bytes);
        }
    }
    for length in [1, 3, 8, 31, 33, size - 1] {
        broken.push(digest.as_bytes()[..length].to_vec());
    }
    for more in ["0", "00", "g", "=", ".", &digest[..8]] {
        broken.push([digest, more].concat().into());
        broken.push([more, digest].concat().into());
    }
    for other in ["none", "TBD", "???", "0x00", "sha256:", "\u{ff11}\u{ff12}"] {
        broken.push(other.into());
    }
    broken.retain(|bytes| bytes != digest.as_bytes());
    broken
}

#[test]
fn a_line_about_the_file_whose_digest_is_none_is_never_skipped() {
    let bench = Bench::new();
    let name = "foo-1.2.tar.gz";
    let openssl = tool("checksums, broken digests by openssl", "openssl");
    let (mut count, mut by_real) = (0, 0);
    for (format, program, options) in [
        ("sha256", "sha256sum", &[][..]),
        ("sha256", "sha256sum", &["--binary"]),
        ("sha256", "sha256sum", &["--tag"]),
        ("sha512", "sha512sum", &[]),
        ("sha512", "sha512sum", &["--tag"]),
        ("b2", "b2sum", &[]),
        ("b2", "b2sum", &["--tag"]),
        ("bsd", "sha256sum", &["--tag"]),
        ("openssl-dgst", "openssl", &["dgst", "-sha256"]),
    ] {
        if program == "openssl" && openssl.is_none() {
            continue;
        }
        let line = bench.made(program, options, &[name]);
        let line = line.trim_end();
        let digest = line.split([' ', '=']).max_by_key(|word| word.len()).unwrap();
        let (before, behind) = line.split_once(digest).unwrap();
        let mut broken = broken_digests(digest);
        // Nothing at all in place of the digest.
        broken.push(Vec::new());
        for bytes in broken {
            // A word with a colon before the name is a heading, as announcements have them.
            if bytes == b"sha256:" && before.is_empty() {
                continue;
            }
            let bad = [before.as_bytes(), &bytes, behind.as_bytes(), b"\n"].concat();
            for list in [bad.clone(), [line.as_bytes(), b"\n", &bad].concat()] {
                let said = bench.said(format, &list, &[name]);
                let shown = String::from_utf8_lossy(&list);
                assert_eq!(said, ["checksum-malformed"], "{program} {options:?}: {shown:?}");
                count += 1;
                if program != "openssl" {
                    assert!(!taken(&bench, program), "{program} {options:?} takes {shown:?}");
                    by_real += 1;
                }
            }
        }
    }
    println!(
        "{count} lists with a broken digest, {by_real} of them given to coreutils: all refused"
    );
}

/// A C program reads a name as far as its first NUL byte.
#[test]
fn a_nul_byte_behind_the_name_is_said() {
    let bench = Bench::new();
    let name = "foo-1.2.tar.gz";
    for (format, options) in [("sha256", &[][..]), ("sha256", &["--tag"]), ("bsd", &["--tag"])] {
        let line = bench.made("sha256sum", options, &[name]);
        for nul in ["\0", "\0x", "\0/../x"] {
            let list = line.replace(name, &format!("{name}{nul}"));
            assert_eq!(bench.said(format, &list, &[name]), ["checksum-malformed"], "{list:?}");
            let both = line.clone() + &list;
            assert_eq!(bench.said(format, &both, &[name]), ["checksum-malformed"], "{list:?}");
        }
    }
    // sha256sum takes this list: the file it opens is the one before the NUL byte.
    let line = bench.made("sha256sum", &[], &[name]);
    bench.said("sha256", line.replace(name, &format!("{name}\0x")), &[name]);
    assert!(taken(&bench, "sha256sum"));
}

#[test]
fn standard_input_is_a_file_by_the_name_of_a_dash() {
    let bench = Bench::new();
    let list = bench.made("sha256sum", &[], &["foo-1.2.tar.gz"]).replace("foo-1.2.tar.gz", "-");
    let run = |args: &[&str], input: &str| {
        let mut command = distvouch();
        command.current_dir(bench.scratch.path()).arg("checksums").args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // It may end before it reads.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Run::of(child.wait_with_output().unwrap())
    };
    bench.scratch.write("LIST", &list);
    let args = ["LIST", "--format", "sha256", "--json", "--", "-"];
    assert_eq!(run(&args, "abc").said("checksums"), "agrees");
    assert_eq!(run(&args, "abd").said("checksums"), "checksum-mismatch");
    // Both cannot be.
    let twice = run(&["-", "--format", "sha256", "--", "-"], &list);
    assert_eq!(twice.status, 2);
    assert!(twice.stderr.contains("standard input cannot be both"), "{}", twice.stderr);
    // ./- is the file of that name.
    bench.scratch.write("-", "abd");
    let args = ["LIST", "--format", "sha256", "--json", "--", "./-"];
    assert_eq!(run(&args, "abc").said("checksums"), "checksum-mismatch");
}

#[test]
fn one_digit_is_enough() {
    let bench = Bench::new();
    let list = bench.made("sha256sum", &[], &["foo-1.2.tar.gz"]);
    for at in 0..64 {
        let mut altered = list.clone().into_bytes();
        altered[at] = if altered[at] == b'0' { b'1' } else { b'0' };
        let altered = String::from_utf8(altered).unwrap();
        let run = bench.run("sha256", &altered, &["foo-1.2.tar.gz"]);
        assert_eq!((run.status, run.said("checksums").as_str()), (1, "checksum-mismatch"), "{at}");
    }
    bench.scratch.flip("foo-1.2.tar.gz", 0);
    let run = bench.run("sha256", &list, &["foo-1.2.tar.gz"]);
    assert_eq!((run.status, run.said("checksums").as_str()), (1, "checksum-mismatch"));
}

#[test]
fn weak_digests_alone_do_not_count() {
    let bench = Bench::new();
    for (program, format) in [("md5sum", "bsd"), ("sha1sum", "bsd"), ("md5sum", "openssl-dgst")] {
        let list = bench.made(program, &["--tag"], &["foo-1.2.tar.gz"]);
        assert_eq!(bench.said(format, &list, &["foo-1.2.tar.gz"]), ["checksum-weak"]);
        let strong = list + &bench.made("sha256sum", &["--tag"], &["foo-1.2.tar.gz"]);
        assert_eq!(bench.said(format, &strong, &["foo-1.2.tar.gz"]), ["agrees"]);
    }
}

#[test]
fn the_list_comes_from_standard_input_and_the_files_from_a_directory() {
    let bench = Bench::new();
    let list = bench.made("sha512sum", &[], &["foo-1.2.tar.gz"]);
    let elsewhere = Scratch::new();
    let mut child = distvouch()
        .current_dir(elsewhere.path())
        .args(["checksums", "-", "--format", "sha512", "--distdir"])
        .arg(bench.scratch.path())
        .args(["--report", "portage", "--", "foo-1.2.tar.gz"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(list.as_bytes()).unwrap();
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert!(
        run.stdout.starts_with("say\tfoo-1.2.tar.gz: checksums agrees: SHA512"),
        "{}",
        run.stdout
    );
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let bench = Bench::new();
    let list = bench.made("sha256sum", &[], &["foo-1.2.tar.gz"]);
    let run = bench.run("sha256", &list, &["foo-1.2.tar.gz", "none"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("none: cannot open"), "{}", run.stderr);
    let missing: PathBuf = bench.scratch.file("none");
    let run = Run::of(
        distvouch()
            .args(["checksums", "--format", "sha256"])
            .arg(missing)
            .arg("x")
            .output()
            .unwrap(),
    );
    assert_eq!(run.status, 2);
    for args in
        [&["checksums", "LIST", "--format", "sha256"][..], &["checksums", "LIST", "--", "f"]]
    {
        assert_eq!(Run::of(distvouch().args(args).output().unwrap()).status, 2);
    }
}

#[test]
fn nobody_vouches_for_a_list_by_itself() {
    let bench = Bench::new();
    let list = bench.made("sha256sum", &[], &["foo-1.2.tar.gz"]);
    let run = bench.run("sha256", &list, &["foo-1.2.tar.gz"]);
    let forgers = run.finding("checksums")["forgers"].to_string();
    for word in ["mirror", "index", "token", "gentoo"] {
        assert!(forgers.contains(word), "{forgers}");
    }
}
