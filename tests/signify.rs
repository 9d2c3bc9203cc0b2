//! signify signatures, compared with the corpora and the real tool.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::common::mutations;
use crate::common::oddities;
use crate::common::{Run, Scratch, corpora, distvouch, linked, tool};
use std::path::Path;
use std::process::Command;

fn detached(key: &Path, signature: &Path, file: &Path) -> Run {
    let mut command = distvouch();
    command.args(["detached", "--json", "--signify-key"]).args([key, signature, file]);
    Run::of(command.output().unwrap())
}

#[test]
fn selfmade_corpus() {
    let Some(corpora) = corpora("signify selfmade_corpus") else { return };
    let dir = corpora.join("signify/selfmade");
    let results = std::fs::read_to_string(dir.join("results.tsv")).unwrap();
    // How results.tsv calls signify-openbsd, and what we say.
    for (arguments, exit, expected) in [
        ("-V -p sig.pub -m small.txt -x small.txt.sig", 0, "agrees"),
        ("-V -p sig.pub -m empty -x empty.sig", 0, "agrees"),
        ("-V -p sig.pub -m data.bin -x data.bin.sig", 0, "agrees"),
        ("-V -p sig2.pub -m small.txt -x small.txt.sig", 1, "signer-unknown"),
        ("-V -p sig.pub -m data.bin -x small.txt.sig", 1, "signature-bad"),
        ("-V -p sig.pub -m small.txt -x s_nocomment.sig", 1, "signature-malformed"),
        ("-V -p sig.pub -m small.txt -x s_crlf.sig", 0, "agrees"),
        ("-V -p sig.pub -m small.txt -x s_trail.sig", 0, "agrees"),
        ("-V -p mini.pub -m small.txt -x small.txt.legacy.minisig", 0, "agrees"),
        // signify refuses symbolic links; Portage's DISTDIR is made of them.
        ("-V -p sig.pub -m lnk/small.txt -x small.txt.sig", 1, "agrees"),
        ("-V -p sig.pub -m small.txt -x lnk/small.txt.sig", 1, "agrees"),
        ("-C -p sig.pub -x SHA256.sig small.txt", 0, "agrees"),
        ("-C -p sig.pub -x SHA256.sig nonesuch", 1, "signature-absent"),
        ("-C -p sig.pub -x SHA256_gnu.sig small.txt", 1, "signature-malformed"),
    ] {
        assert!(results.contains(&format!("signify-openbsd {arguments}\t{exit}\t")), "{arguments}");
        let words: Vec<&str> = arguments.split(' ').collect();
        let after = |flag: &str| words.iter().position(|w| *w == flag).map(|at| words[at + 1]);
        let file = after("-m").unwrap_or(words[words.len() - 1]);
        let scratch = Scratch::new();
        let mut path = linked(&dir, file, &scratch);
        if !path.exists() {
            path = scratch.write(file, "");
        }
        let signature = linked(&dir, after("-x").unwrap(), &scratch);
        let run = detached(&dir.join(after("-p").unwrap()), &signature, &path);
        assert_eq!(run.said("signify"), expected, "{arguments}");
        assert_eq!(run.status, i32::from(expected != "agrees"), "{arguments}");
    }
}

#[test]
fn real_corpus() {
    let Some(corpora) = corpora("signify real_corpus") else { return };
    let dir = corpora.join("signify");
    let mut agreed = 0;
    for case in std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()) {
        let signature = case.join("canary.txt.sig");
        if !signature.exists() {
            continue;
        }
        for name in ["canary.txt.sig", "canary.txt.embed.sig"] {
            let key = dir.join("keyname.pub");
            let run = detached(&key, &case.join(name), &case.join("canary.txt"));
            assert_eq!(run.said("signify"), "agrees", "{} {name}", case.display());
            agreed += 1;
        }
    }
    assert_eq!(agreed, 6);
}

/// Makes a key, a signature `f.sig` over `f`, and `SHA256.sig` over a list of `f` and `g`.
fn made(signify: &Path, scratch: &Scratch) {
    let run = |args: &[&str]| {
        let output = Command::new(signify).args(args).current_dir(scratch.path()).output().unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
    };
    scratch.write("f", "a release\n");
    scratch.write("g", "another\n");
    let sums = Command::new("sha256sum")
        .args(["--tag", "f", "g"])
        .current_dir(scratch.path())
        .output()
        .unwrap();
    scratch.write("SHA256", sums.stdout);
    run(&["-G", "-n", "-p", "key.pub", "-s", "key.sec"]);
    run(&["-S", "-s", "key.sec", "-m", "f", "-x", "f.sig"]);
    run(&["-S", "-e", "-s", "key.sec", "-m", "SHA256", "-x", "SHA256.sig"]);
}

#[test]
fn differential() {
    let Some(signify) = tool("signify differential", "signify-openbsd") else { return };
    let scratch = Scratch::new();
    made(&signify, &scratch);
    for (signature, args) in
        [("f.sig", ["-V", "-m", "f"].as_slice()), ("SHA256.sig", ["-C", "f"].as_slice())]
    {
        let text = std::fs::read(scratch.file(signature)).unwrap();
        let mut real = |bytes: &[u8]| {
            scratch.write("x", bytes);
            let mut command = Command::new(&signify);
            command.args([args[0], "-q", "-p", "key.pub", "-x", "x"]).args(&args[1..]);
            command.current_dir(scratch.path()).output().unwrap().status.success()
        };
        let mut ours = |bytes: &[u8]| {
            let signature = scratch.write("y", bytes);
            detached(&scratch.file("key.pub"), &signature, &scratch.file("f")).status == 0
        };
        mutations::compare(&text, &mut real, &mut ours, &|_, _| None);
    }
}

#[test]
fn a_signed_list_covers_several_distfiles() {
    let Some(signify) = tool("signify a_signed_list", "signify-openbsd") else { return };
    let scratch = Scratch::new();
    made(&signify, &scratch);
    let key = scratch.file("key.pub");
    let key = key.to_str().unwrap();
    let check = |names: &[&str]| {
        let mut args = vec!["--signify-key", key, "--require", "signify"];
        let pairs: Vec<String> = names.iter().map(|n| format!("{n}=SHA256.sig")).collect();
        args.extend(pairs.iter().flat_map(|pair| ["--signature", pair]));
        args.extend(names);
        args.push("SHA256.sig");
        scratch.check(args)
    };
    let run = check(&["f", "g"]);
    assert_eq!(run.status, 0, "{}", run.stdout);
    let json = run.json();
    for n in [0, 1] {
        let finding = &json["distfiles"][n]["findings"][1];
        assert_eq!((&finding["check"], &finding["outcome"]), (&"signify".into(), &"agrees".into()));
        let compared = finding["compared"].as_str().unwrap();
        assert!(compared.starts_with("SHA256 with the list"), "{compared}");
    }
    // The list itself is evidence, not a stray signature.
    assert_eq!(json["distfiles"][2]["findings"].as_array().unwrap().len(), 1, "{json}");

    scratch.write("f", "b release\n");
    let run = check(&["f", "g"]);
    assert_eq!((run.status, run.said("signify").as_str()), (1, "signature-bad"));
    assert_eq!(run.finding("signify")["detail"]["expected"].as_str().unwrap().len(), 64);
    scratch.write("h", "not in the list\n");
    let run = check(&["h"]);
    assert_eq!((run.status, run.said("signify").as_str()), (1, "signature-absent"));
    // One digit of the list, and it is no longer what was signed; nor is it over the distfile.
    let text = std::fs::read_to_string(scratch.file("SHA256.sig")).unwrap();
    scratch.write("SHA256.sig", text.replace("SHA256 (g) = ", "SHA256 (i) = "));
    let run = check(&["g"]);
    assert_eq!((run.status, run.said("signify").as_str()), (1, "signature-bad"));
}

#[test]
fn one_changed_byte_is_exactly_one_class() {
    let Some(signify) = tool("signify one_changed_byte", "signify-openbsd") else { return };
    let scratch = Scratch::new();
    made(&signify, &scratch);
    let whole = std::fs::read(scratch.file("f.sig")).unwrap();
    let second = whole.iter().position(|b| *b == b'\n').unwrap() + 1;
    let judge = || {
        detached(&scratch.file("key.pub"), &scratch.file("y"), &scratch.file("f")).said("signify")
    };
    for (at, expected) in [
        (25, "agrees"),
        (3, "signature-malformed"),
        (second, "signature-malformed"),
        (second + 5, "signer-unknown"),
        (second + 30, "signature-bad"),
    ] {
        let mut bytes = whole.clone();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        scratch.write("y", &bytes);
        assert_eq!(judge(), expected, "byte {at}");
    }
    scratch.write("y", &whole);
    assert_eq!(judge(), "agrees");
    scratch.write("f", "a release");
    assert_eq!(judge(), "signature-bad");
}

#[test]
fn the_kind_is_told_by_the_content() {
    let Some(signify) = tool("signify the_kind", "signify-openbsd") else { return };
    let scratch = Scratch::new();
    made(&signify, &scratch);
    let key = scratch.file("key.pub");
    let key = key.to_str().unwrap();
    let run = scratch.check(["--signify-key", key, "--require", "signify", "f"]);
    // The signed list has a line for it, too.
    assert_eq!((run.status, run.said("signify").as_str()), (0, "agrees,agrees"));
    std::fs::remove_file(scratch.file("SHA256.sig")).unwrap();
    let run = scratch.check(["--signify-key", key, "--require", "signify", "f"]);
    assert_eq!((run.status, run.said("signify").as_str()), (0, "agrees"));
    // The same under another suffix, and in the armor that gpg --enarmor puts around files.
    let signature = std::fs::read(scratch.file("f.sig")).unwrap();
    std::fs::remove_file(scratch.file("f.sig")).unwrap();
    let base64 = |bytes: &[u8]| {
        let file = scratch.write("raw", bytes);
        let output = Command::new("base64").arg(file).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    for label in ["ARMORED FILE", "SIGNATURE", "MESSAGE"] {
        let armored = format!(
            "-----BEGIN PGP {label}-----\nComment: Use \"gpg --dearmor\" for unpacking\n\n{}-----END PGP {label}-----\n",
            base64(&signature)
        );
        scratch.write("f.asc", armored);
        let run = scratch.check(["--signify-key", key, "--require", "signify", "f"]);
        assert_eq!((run.status, run.said("signify").as_str()), (0, "agrees"), "{label}");
        let openpgp = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/key.asc");
        let openpgp = openpgp.to_str().unwrap();
        let run = scratch.check(["--openpgp-key", openpgp, "--require", "openpgp", "f"]);
        assert_eq!((run.status, run.said("openpgp").as_str()), (1, "signature-malformed"));
        let finding = run.finding("openpgp");
        assert_eq!(finding["detail"]["looks_like"], "a signify signature in OpenPGP armor");
        let compared = finding["compared"].as_str().unwrap();
        assert!(compared.contains("it is a signify signature in OpenPGP armor"), "{compared}");
        // With no key at all, it is named, too.
        let run = scratch.check(["--require", "signify", "f"]);
        assert_eq!(run.said("signify"), "not-checked-no-expectation");
    }
}

/// Signed lists, and their oddities.
fn lists(scratch: &Scratch) -> Vec<oddities::Odd> {
    let of = |program: &str, args: &[&str], name: &str| {
        let mut command = Command::new(program);
        let output = command.args(args).arg(name).current_dir(scratch.path()).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    };
    let (f, g) = (of("sha256sum", &["--tag"], "f"), of("sha256sum", &["--tag"], "g"));
    let hex = f.rsplit_once(' ').unwrap().1.to_owned();
    let other = g.rsplit_once(' ').unwrap().1.to_owned();
    let (long, middle) = (of("sha512sum", &["--tag"], "f"), of("sha384sum", &["--tag"], "f"));
    let short = of("md5sum", &["--tag"], "f");
    let name = |name: &str| format!("SHA256 ({name}) = {hex}\n");
    let digest = |digest: &str| format!("SHA256 (f) = {digest}\n");
    vec![
        ("one line", format!("{f}\n")),
        ("no line feed at the end", f.clone()),
        ("two lines", format!("{f}\n{g}\n")),
        ("the other first", format!("{g}\n{f}\n")),
        ("SHA512", format!("{long}\n")),
        ("SHA512 and SHA256", format!("{long}\n{f}\n")),
        ("twice the same", format!("{f}\n{f}\n")),
        ("CR LF", format!("{f}\r\n")),
        ("a blank line behind", format!("{f}\n\n")),
        ("a blank line before", format!("\n{f}\n")),
        ("a blank behind", format!("{f} \n")),
        ("a blank before", format!(" {f}\n")),
        ("a tab before", format!("\t{f}\n")),
        ("capitals", digest(&hex.to_uppercase())),
        ("the function in small letters", format!("sha256 (f) = {hex}\n")),
        ("no blank before the bracket", format!("SHA256(f) = {hex}\n")),
        ("no blank behind the bracket", format!("SHA256 (f)= {hex}\n")),
        ("two blanks behind the bracket", format!("SHA256 (f)  = {hex}\n")),
        ("no blank behind the sign", format!("SHA256 (f) ={hex}\n")),
        ("two blanks before the bracket", format!("SHA256  (f) = {hex}\n")),
        ("a blank before the name", name(" f")),
        ("a blank behind the name", name("f ")),
        ("a dot before the name", name("./f")),
        ("a directory before the name", name("dir/f")),
        ("a NUL behind the name", name("f\0x")),
        ("a bracket behind the name", name("f)")),
        ("an empty name beside it", format!("{}{f}\n", name(""))),
        ("a name of 223 characters beside it", format!("{}{f}\n", name(&"x".repeat(223)))),
        ("a name of 2000 characters beside it", format!("{}{f}\n", name(&"x".repeat(2000)))),
        ("a digit more", digest(&format!("{hex}0"))),
        ("a digit less", digest(&hex[1..])),
        ("a digit that is none", digest(&format!("g{}", &hex[1..]))),
        ("another digest", digest(&other)),
        ("another digest first", format!("{}{f}\n", digest(&other))),
        ("another digest behind", format!("{f}\n{}", digest(&other))),
        ("a word behind", digest(&format!("{hex} x"))),
        ("SHA384", format!("{middle}\n")),
        ("MD5", format!("{short}\n")),
        ("MD5 beside it", format!("{f}\n{short}\n")),
        ("SHA512/256 beside it", format!("{f}\nSHA512/256 (f) = {other}\n")),
        ("a size before", format!("SIZE (f) = 10\n{f}\n")),
        ("a size behind", format!("{f}\nSIZE (f) = 10\n")),
        ("SHA512 with too few digits", format!("SHA512 (f) = {hex}\n")),
        ("a comment", format!("# comment\n{f}\n")),
        ("garbage before", format!("garbage\n{f}\n")),
        ("garbage behind", format!("{f}\ngarbage\n")),
        ("as coreutils write it", format!("{hex}  f\n")),
        ("a NUL behind the digest", format!("{f}\0\n")),
        ("a NUL on a line of its own", format!("{f}\n\0\n")),
        ("byte order mark", format!("\u{feff}{f}\n")),
        ("another file", format!("{g}\n")),
        ("nothing", String::new()),
        ("a line feed", "\n".to_owned()),
    ]
}

#[test]
fn odd_lists_beside_signify() {
    let Some(signify) = tool("signify odd lists", "signify-openbsd") else { return };
    let scratch = Scratch::new();
    made(&signify, &scratch);
    let run = |args: &[&str]| {
        let mut command = Command::new(&signify);
        command.args(args).current_dir(scratch.path()).output().unwrap().status.success()
    };
    let sign = |list: &str| {
        scratch.write("L", list);
        assert!(run(&["-S", "-e", "-s", "key.sec", "-m", "L", "-x", "L.sig"]));
    };
    let rows: &[oddities::Row] = &[
        (
            "a signed list with blanks otherwise than sha256(1) writes them, or words behind a digest",
            true,
            &[
                "a blank behind",
                "a blank before",
                "a tab before",
                "no blank behind the bracket",
                "two blanks behind the bracket",
                "no blank behind the sign",
                "two blanks before the bracket",
                "a word behind",
            ],
        ),
        ("a signed list with digits in capitals", false, &["capitals"]),
        (
            "a signed list with two digests of a file",
            true,
            &["another digest first", "another digest behind"],
        ),
        (
            "a signed list with other functions, sizes or NUL bytes behind the file's line",
            true,
            &[
                "MD5 beside it",
                "SHA512/256 beside it",
                "a size behind",
                "a NUL behind the digest",
                "a NUL on a line of its own",
            ],
        ),
        (
            "a signed list with a name of more than 1023 characters",
            false,
            &["a name of 2000 characters beside it"],
        ),
    ];
    let mut real = |list: &str| {
        sign(list);
        run(&["-C", "-q", "-p", "key.pub", "-x", "L.sig", "f"])
    };
    let mut ours = |list: &str| {
        sign(list);
        let run = detached(&scratch.file("key.pub"), &scratch.file("L.sig"), &scratch.file("f"));
        run.status == 0
    };
    oddities::compare("signify", &lists(&scratch), rows, &mut real, &mut ours);
}

#[test]
fn odd_key_files_beside_signify() {
    let Some(signify) = tool("signify odd key files", "signify-openbsd") else { return };
    let scratch = Scratch::new();
    made(&signify, &scratch);
    let key = std::fs::read_to_string(scratch.file("key.pub")).unwrap();
    let rows: &[oddities::Row] = &[
        (
            "a key file without its comment line, or with blank lines, blanks, or an odd comment",
            false,
            &[
                "without its comment",
                "base64 alone",
                "no line feed at the end",
                "a blank line between",
                "a blank line before",
                "an empty comment",
                "a comment without its blank",
                "a blank before the comment",
                "a comment of 2000 characters",
                "a NUL in the comment",
            ],
        ),
        (
            "a key file with more lines behind the key",
            true,
            &["garbage behind", "its base64 twice", "twice"],
        ),
    ];
    let mut real = |key: &str| {
        scratch.write("odd.pub", key);
        let mut command = Command::new(&signify);
        command.args(["-V", "-q", "-p", "odd.pub", "-x", "f.sig", "-m", "f"]);
        command.current_dir(scratch.path()).output().unwrap().status.success()
    };
    let mut ours = |key: &str| {
        let key = scratch.write("odd.pub", key);
        detached(&key, &scratch.file("f.sig"), &scratch.file("f")).status == 0
    };
    oddities::compare("signify", &oddities::key_files(&key), rows, &mut real, &mut ours);
}

/// signify opens files with O_NOFOLLOW; Portage's DISTDIR is a directory of symbolic links.
#[test]
fn symbolic_links_beside_signify() {
    let Some(signify) = tool("signify symbolic links", "signify-openbsd") else { return };
    let scratch = Scratch::new();
    made(&signify, &scratch);
    std::os::unix::fs::symlink("f", scratch.file("f-link")).unwrap();
    std::os::unix::fs::symlink("f.sig", scratch.file("sig-link")).unwrap();
    for (signature, file, taken) in
        [("f.sig", "f", true), ("f.sig", "f-link", false), ("sig-link", "f", false)]
    {
        let mut command = Command::new(&signify);
        command.args(["-V", "-q", "-p", "key.pub", "-x", signature, "-m", file]);
        let output = command.current_dir(scratch.path()).output().unwrap();
        assert_eq!(output.status.success(), taken, "{signature} {file}");
        let [key, signature, path] = ["key.pub", signature, file].map(|name| scratch.file(name));
        let run = detached(&key, &signature, &path);
        assert_eq!((run.status, run.said("signify").as_str()), (0, "agrees"), "{file}");
    }
    // The link leads to what is judged.
    scratch.write("f", "b release\n");
    let [key, signature, path] = ["key.pub", "f.sig", "f-link"].map(|name| scratch.file(name));
    assert_eq!(detached(&key, &signature, &path).said("signify"), "signature-bad");
}
