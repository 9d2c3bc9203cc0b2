//! `distvouch diff` on releases made here, hostile ones among them.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use crate::common;
use crate::support;
use crate::support::{
    Node, binary, json, no_verdict, release, run, script, status, stderr, stdout, tar, text,
};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn dir() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn diff(old: &Path, new: &Path) -> Value {
    let output = run(&[Path::new("diff"), Path::new("--json"), old, new]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    json(&output)
}

/// The change at `path`, with its word and the names of its hazards.
fn change(diff: &Value, path: &str) -> Option<(String, Vec<String>)> {
    let changes = diff["changes"].as_array().unwrap();
    let change = changes.iter().find(|change| change["path"] == path)?;
    let hazards = change["hazards"].as_array().unwrap().iter();
    let hazards = hazards.map(|hazard| hazard["name"].as_str().unwrap().to_owned()).collect();
    Some((change["change"].as_str().unwrap().to_owned(), hazards))
}

fn expect(diff: &Value, path: &str, word: &str, hazards: &[&str]) {
    let (found, names) = change(diff, path).unwrap_or_else(|| panic!("no change at {path}"));
    assert_eq!(
        (found.as_str(), names.as_slice()),
        (word, &hazards.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>()[..]),
        "{path}"
    );
}

/// Two releases with `old` and `new` below their top-level directories.
fn two(dir: &Path, old: &[(&str, Node)], new: &[(&str, Node)]) -> (PathBuf, PathBuf) {
    (release(dir, "foo-1.2", old), release(dir, "foo-1.3", new))
}

const HOSTILE: &str = "<script>document.title='owned'</script><img src=x onerror=alert(1)>\n\
    </pre></details><style>*{display:none}</style>&amp;\u{202e}gnp.exe\u{2066}\x1b[31m\n";

#[test]
fn each_change_is_named_and_the_same_is_counted() {
    let dir = dir();
    let (old, new) = two(
        dir.path(),
        &[
            ("same.c", text("same\n")),
            ("changed.c", text("a\nb\nc\n")),
            ("gone.c", text("gone\n")),
            ("before/name.c", text("moved about\n")),
            ("mode.txt", text("mode\n")),
            ("link", Node::Symlink("same.c".to_owned())),
            ("becomes-link", text("file\n")),
            ("foo-1.2.egg-info/PKG-INFO", text("Version: 1.2\n")),
        ],
        &[
            ("same.c", text("same\n")),
            ("changed.c", text("a\nB\nc\nd\n")),
            ("added.c", text("added\n")),
            ("after/name.c", text("moved about\n")),
            ("mode.txt", script("mode\n")),
            ("link", Node::Symlink("changed.c".to_owned())),
            ("becomes-link", Node::Symlink("added.c".to_owned())),
            ("foo-1.3.egg-info/PKG-INFO", text("Version: 1.3\n")),
        ],
    );
    let diff = diff(&old, &new);
    expect(&diff, "changed.c", "changed", &[]);
    expect(&diff, "gone.c", "removed", &[]);
    expect(&diff, "added.c", "added", &[]);
    expect(&diff, "after/name.c", "moved", &[]);
    expect(&diff, "mode.txt", "mode", &["executable-bit"]);
    expect(&diff, "link", "changed", &["link"]);
    expect(&diff, "becomes-link", "retyped", &["link"]);
    expect(&diff, "foo-1.3.egg-info/PKG-INFO", "changed", &[]);
    assert_eq!(change(&diff, "same.c"), None);
    assert_eq!(diff["totals"]["same"], 1);
    let changed = diff["changes"].as_array().unwrap().iter().find(|c| c["path"] == "changed.c");
    assert_eq!(changed.unwrap()["lines_added"], 2);
    assert_eq!(changed.unwrap()["lines_removed"], 1);
    assert_eq!(diff["old"]["top"], "foo-1.2");
    assert_eq!(diff["new"]["digests"]["BLAKE2B"].as_str().unwrap().len(), 128);
}

#[test]
fn a_release_against_itself_has_no_change() {
    let dir = dir();
    let path = release(dir.path(), "foo-1.2", &[("a", text("a\n"))]);
    let diff = diff(&path, &path);
    assert_eq!(diff["changes"].as_array().unwrap().len(), 0);
    let output = run(&[Path::new("diff"), &path, &path]);
    assert!(stdout(&output).contains("No file differs: 1 file, unchanged"));
}

#[test]
fn what_reaches_farthest_stands_on_top() {
    let dir = dir();
    let base64 =
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3ODkr"
            .repeat(3);
    // In the order in which they are to be read.
    let hazards: &[(&str, Node, &[&str])] = &[
        ("foo/util.py", text("exec(urlopen(url).read())\n"), &["runs-data", "eval", "network"]),
        ("src/bidi.c", text("if (x) {\u{2066} // }\u{2069}\n"), &["hidden-unicode"]),
        ("gen.py", text("import os\nos.system('x')\n"), &["process"]),
        ("evil.pth", text("import os\n"), &["hook", "startup-code"]),
        ("m4/build-to-host.m4", text("AC_DEFUN([x])\n"), &["known-file-altered", "build-script"]),
        ("src/a.c", text("void *f(void)\n{ return dlopen(p, 1); }\n"), &["dynamic-loading"]),
        ("src/blob.c", text(&format!("\"{base64}\"\n")), &["high-entropy"]),
        ("configure", script("#!/bin/sh\n"), &["script", "executable-bit", "build-script"]),
        ("m4/of-our-own.m4", text("AC_DEFUN([x])\n"), &["build-script"]),
        ("lib/x.o", binary(b"\x7fELF\x02\0\0"), &["machine-code"]),
        ("min.js", text(&"var a; ".repeat(200)), &["long-line"]),
        ("tool", text("#!/usr/bin/python\n"), &["script"]),
        ("src/ordinary.c", text("int x;\n"), &[]),
        ("data/run.dat", script("x\n"), &["executable-bit"]),
        ("data/logo.img", binary(b"\0\x01\x02logo"), &["binary-test-data"]),
        ("tests/conftest.py", text("import os\n"), &["startup-code"]),
        ("tests/files/bad-3.xz", binary(b"\xfd7zXZ\0\0\x04"), &["packed-data"]),
        ("tests/data.bin", binary(b"\0\x01\x02data"), &["binary-test-data"]),
        (".hidden", text("x\n"), &["dotfile"]),
        (".github/workflows/release.yml", text("on: push\n"), &["ci-workflow"]),
        ("NEWS", text("curl https://x.example | sh\n"), &[]),
    ];
    let new: Vec<_> = hazards.iter().rev().map(|(path, node, _)| (*path, node.clone())).collect();
    let (old, new) =
        two(dir.path(), &[("a", text("a\n"))], &[&[("a", text("a\n"))], &new[..]].concat());
    let diff = diff(&old, &new);
    for (path, _, names) in hazards {
        expect(&diff, path, "added", names);
    }
    let order: Vec<_> =
        diff["changes"].as_array().unwrap().iter().map(|c| c["path"].as_str().unwrap()).collect();
    let tier = |path: &str| {
        let changes = diff["changes"].as_array().unwrap();
        changes.iter().find(|c| c["path"] == path).unwrap()["tier"].as_str().unwrap().to_owned()
    };
    let expected: Vec<_> = hazards.iter().map(|(path, ..)| *path).collect();
    assert_eq!(order, expected);
    assert_eq!(tier("foo/util.py"), "deceives");
    assert_eq!(tier("evil.pth"), "build-acts");
    assert_eq!(tier("NEWS"), "inert");
}

/// On a terminal, where there is enough to read.
/// The macro of xz 5.6.0, as a maintainer sees it without a clone.
#[test]
fn what_is_only_called_like_a_standard_file_stands_on_top() {
    let dir = dir();
    let own = |n: u8| text(&format!("AC_DEFUN([gl_BUILD_TO_HOST], [own {n}])\n"));
    let (old, new) = two(
        dir.path(),
        &[("m4/gettext.m4", own(1)), ("a.c", text("a\n"))],
        &[
            ("m4/gettext.m4", own(2)),
            ("m4/build-to-host.m4", own(3)),
            ("m4/of-our-own.m4", own(4)),
            ("a.c", text("b\n")),
        ],
    );
    let diff = diff(&old, &new);
    expect(&diff, "m4/build-to-host.m4", "added", &["known-file-altered", "build-script"]);
    // A variant that the project had before is no news.
    expect(&diff, "m4/gettext.m4", "changed", &["build-script"]);
    expect(&diff, "m4/of-our-own.m4", "added", &["build-script"]);
    let output = run(&[Path::new("diff"), &old, &new]);
    let shown = stdout(&output);
    let line = shown.lines().nth(2).unwrap_or_default();
    assert!(line.contains("m4/build-to-host.m4") && line.contains("none of the"), "{shown}");
}

/// What is installed along with a package is imported like any other part of it.
#[test]
fn code_in_a_packages_own_tests_is_looked_into() {
    let dir = dir();
    let evil = "import os\n\n\ndef f():\n    os.system('id')\n";
    let (old, new) = two(
        dir.path(),
        &[("foo/__init__.py", text("x = 1\n"))],
        &[
            ("foo/__init__.py", text("x = 2\n")),
            ("foo/tests/plugin.py", text(evil)),
            ("foo/tests/quiet.py", text("x = 1\n")),
            ("foo/tests/test_foo.py", text(evil)),
            ("tests/helper.py", text(evil)),
            (".vscode/tasks.json", text("{}\n")),
        ],
    );
    let diff = diff(&old, &new);
    let tier = |path: &str| {
        let changes = diff["changes"].as_array().unwrap();
        changes.iter().find(|c| c["path"] == path).unwrap()["tier"].clone()
    };
    assert_eq!(tier("foo/tests/plugin.py"), "acts");
    for folded in ["foo/tests/quiet.py", "foo/tests/test_foo.py", "tests/helper.py"] {
        assert_eq!(tier(folded), "test", "{folded}");
    }
    expect(&diff, "foo/tests/plugin.py", "added", &["process"]);
    assert_eq!(tier(".vscode/tasks.json"), "build");
}

#[test]
fn progress_is_shown_on_a_terminal() {
    let Some(script) = common::tool("progress", "script") else { return };
    let dir = dir();
    let noise: Vec<u8> =
        (0..18u32 << 20).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for version in ["1.2", "1.3"] {
        let members = [(format!("foo-{version}/noise"), binary(&noise))];
        std::fs::write(dir.path().join(format!("foo-{version}.tar")), tar(&members)).unwrap();
    }
    let program = crate::common::program().display().to_string();
    let shown = |command: &str| {
        let output = std::process::Command::new(&script)
            .args(["-qec", command, "/dev/null"])
            .current_dir(dir.path())
            .env("TERM", "xterm")
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let text = shown(&format!("{program} diff foo-1.2.tar foo-1.3.tar"));
    assert!(text.contains("iB of 36.00 MiB ["), "{text}");
    assert!(text.contains("No file differs"), "{text}");
    let text = shown(&format!("{program} diff foo-1.2.tar foo-1.3.tar 2>/dev/null"));
    assert!(!text.contains("iB of 36.00"), "{text}");
}

/// Renaming a file can be what makes it run.
#[test]
fn moving_a_file_to_where_it_runs_is_a_hazard() {
    let dir = dir();
    let (old, new) = two(
        dir.path(),
        &[("tests/data.txt", text("import os; os.system('x')\n"))],
        &[("setup.py", text("import os; os.system('x')\n"))],
    );
    // All that it does is new there.
    expect(&diff(&old, &new), "setup.py", "moved", &["hook", "process", "build-script"]);
}

#[test]
fn unified_shows_the_lines_of_the_files_that_fit() {
    let dir = dir();
    let (old, new) = two(
        dir.path(),
        &[("a.m4", text("one\ntwo\nthree")), ("b.c", text("x\n"))],
        &[("a.m4", text("one\n2\nthree")), ("b.c", text("y\n"))],
    );
    let output = run(&[Path::new("diff"), Path::new("--unified=*.m4"), &old, &new]);
    let printed = stdout(&output);
    let unified = "--- foo-1.2/a.m4\n+++ foo-1.3/a.m4\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n\\ No newline";
    assert!(printed.contains(unified), "{printed}");
    assert!(!printed.contains("+++ foo-1.3/b.c"), "{printed}");
    let output = run(&[Path::new("diff"), Path::new("--unified"), &old, &new]);
    assert!(stdout(&output).contains("+++ foo-1.3/b.c"));
}

/// What `patch` makes of our hunks is the new file: no off-by-one in the ranges.
#[test]
fn hunks_can_be_applied() {
    let dir = dir();
    let old: String = (0..200).map(|n| format!("line {n}\n")).collect();
    let mut lines: Vec<_> = old.lines().map(str::to_owned).collect();
    lines.remove(150);
    lines.insert(100, "inserted".to_owned());
    lines[3] = "changed".to_owned();
    lines.push("at the end".to_owned());
    lines.remove(0);
    let new = lines.join("\n") + "\n";
    let (a, b) = two(dir.path(), &[("f", text(&old))], &[("f", text(&new))]);
    let printed = stdout(&run(&[Path::new("diff"), Path::new("--unified"), &a, &b]));
    let patch = &printed[printed.find("--- ").unwrap()..];
    let (file, patch_file) = (dir.path().join("f"), dir.path().join("patch"));
    std::fs::write(&file, old).unwrap();
    std::fs::write(&patch_file, patch).unwrap();
    let Ok(result) = std::process::Command::new("patch").arg(&file).arg(&patch_file).output()
    else {
        common::skipped("unified diff", "patch is not installed");
        return;
    };
    assert!(result.status.success(), "{}", String::from_utf8_lossy(&result.stdout));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), new);
}

#[test]
fn oddities_are_said_where_they_are_new() {
    let dir = dir();
    let old = release(
        dir.path(),
        "foo-1.2",
        &[("a", text("a\n")), ("l", Node::Symlink("/etc".to_owned()))],
    );
    let new = release(
        dir.path(),
        "foo-1.3",
        &[
            ("a", text("a\n")),
            ("l", Node::Symlink("/etc".to_owned())),
            ("m", Node::Symlink("../../x".to_owned())),
            ("M", text("other case\n")),
        ],
    );
    let diff = diff(&old, &new);
    let names: Vec<_> = diff["new_oddities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| o["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["link-outside", "case-collision"], "{diff}");
}

/// What programs may unpack to other files is not compared, and not recorded as read.
#[test]
fn what_programs_unpack_differently_is_refused() {
    let dir = dir();
    let old = release(dir.path(), "foo-1.2", &[("a", text("a\n"))]);
    let link = ("m", Node::Symlink("x".to_owned()));
    let new = release(dir.path(), "foo-1.3", &[("a", text("a\n")), link, ("m/x", text("b\n"))]);
    let output = run(&[Path::new("diff"), &old, &new]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("programs unpack it to different files"), "{said}");
    let records = dir.path().join("records");
    let options = ["--reviewer", "A", "--note", "read", "--file"].map(Path::new);
    let mut arguments = vec![Path::new("review")];
    arguments.extend(options);
    arguments.extend([records.as_path(), old.as_path(), new.as_path()]);
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(!records.exists());
}

#[test]
fn terminals_get_no_control_characters() {
    let dir = dir();
    let (old, new) = two(dir.path(), &[], &[("x\x1b[2J\u{202e}.c", text(HOSTILE))]);
    let output = run(&[Path::new("diff"), Path::new("--unified"), &old, &new]);
    let printed = stdout(&output);
    assert!(printed.contains("x<U+001B>[2J<U+202E>.c"), "{printed}");
    assert!(!printed.contains(['\x1b', '\u{202e}', '\u{2066}']), "{printed:?}");
}

fn hostile_page(dir: &Path) -> PathBuf {
    let (old, new) = two(
        dir,
        &[("a.c", text("int x;\n"))],
        &[
            ("a.c", text(HOSTILE)),
            ("<img src=x onerror=document.title='owned'>.sh", text(HOSTILE)),
            ("q\"'>&\u{202e}.c", Node::Symlink("\"><script>x</script>".to_owned())),
        ],
    );
    let page = dir.join("page.html");
    let output = run(&[Path::new("diff"), Path::new("--html"), &page, &old, &new]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    // A second run must not overwrite it.
    let output = run(&[Path::new("diff"), Path::new("--html"), &page, &old, &new]);
    assert_eq!(status(&output), 2);
    page
}

/// The page as an HTML parser sees it: only our own elements, no attribute that loads or runs.
#[test]
fn nothing_from_the_archives_becomes_markup() {
    let dir = dir();
    let page = std::fs::read_to_string(hostile_page(dir.path())).unwrap();
    no_verdict(&page);
    let elements = [
        "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "ul", "li", "table",
        "tr", "th", "td", "details", "summary", "span", "pre", "b", "tbody",
    ];
    let attributes =
        ["lang", "charset", "http-equiv", "content", "name", "class", "open", "colspan"];
    let mut seen = String::new();
    let (mut opened, mut closed) = (0, 0);
    for token in html5gum::Tokenizer::new(&page) {
        match token.unwrap() {
            html5gum::Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                assert!(elements.contains(&name.as_str()), "{name}");
                for attribute in tag.attributes.keys() {
                    let attribute = String::from_utf8_lossy(attribute).into_owned();
                    assert!(attributes.contains(&attribute.as_str()), "{name} {attribute}");
                }
                opened += usize::from(name != "meta");
            }
            html5gum::Token::EndTag(_) => closed += 1,
            html5gum::Token::String(text) => seen.push_str(&String::from_utf8_lossy(&text)),
            html5gum::Token::Comment(_) => panic!("a comment"),
            html5gum::Token::Error(error) => panic!("{error:?}"),
            html5gum::Token::Doctype(_) => {}
        }
    }
    assert_eq!(opened, closed);
    // It is still all there, as text.
    assert!(seen.contains("<script>document.title='owned'</script>"), "{seen}");
    assert!(seen.contains("U+202E") && !seen.contains('\u{202e}'));
    assert_eq!(seen.matches("owned").count(), 3, "{seen}");
    for outside in ["http://", "https://", "url(", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

/// A real browser renders the page, runs nothing and asks for nothing.
#[test]
fn a_browser_shows_the_page_and_runs_nothing() {
    let Some(chromium) = common::tool("the diff as a page", "chromium") else { return };
    let dir = dir();
    let page = hostile_page(dir.path());
    let output = std::process::Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        .args(["--virtual-time-budget=2000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", dir.path().join("profile").display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    if !dom.contains("</html>") {
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        common::skipped("the diff as a page", &format!("chromium did not run: {why}"));
        return;
    }
    let title = &dom[dom.find("<title>").unwrap()..dom.find("</title>").unwrap()];
    assert!(title.ends_with("foo-1.2.tar.gz -&gt; foo-1.3.tar.gz"), "{title}");
    assert!(!dom.contains("<script") && !dom.contains("<img"), "{dom}");
    assert_eq!(dom.matches("<style").count(), 1);
    assert_eq!(dom.matches("<details").count(), 3);
    assert!(dom.contains("&lt;script&gt;document.title='owned'"), "{dom}");
}

#[test]
fn what_is_no_archive_ends_with_status_2() {
    let dir = dir();
    let new = release(dir.path(), "foo-1.3", &[("a", text("a\n"))]);
    let page = dir.path().join("old.tar.gz");
    std::fs::write(&page, "<html>gone</html>").unwrap();
    let output = run(&[Path::new("diff"), &page, &new]);
    assert_eq!(status(&output), 2);
    assert!(
        stderr(&output).contains("is an HTML page, not a tar or zip archive"),
        "{}",
        stderr(&output)
    );
    let output = run(&[Path::new("diff"), &dir.path().join("none"), &new]);
    assert_eq!(status(&output), 2);
}

#[test]
fn releases_without_a_common_directory_and_other_tops_are_held_against_each_other() {
    let dir = dir();
    let flat = dir.path().join("flat.tar");
    let members = [("a".to_owned(), text("a\n")), ("b/c".to_owned(), text("c\n"))];
    std::fs::write(&flat, support::tar(&members)).unwrap();
    let new = release(dir.path(), "foo-1.3", &[("a", text("a\n")), ("b/c", text("c\n"))]);
    let diff = diff(&flat, &new);
    assert_eq!(diff["totals"]["same"], 2, "{diff}");
    assert_eq!(diff["old"]["top"], Value::Null);
}

/// Two ebuilds stand for the distfiles that they name: those of the Manifest, and no others.
#[cfg(feature = "sigstore")]
#[test]
fn ebuilds_stand_for_their_distfiles() {
    let stage = crate::bump::Stage::new("");
    let ebuild = |version: &str| stage.scratch.file(&format!("dev-libs/foo/foo-{version}.ebuild"));
    for version in ["1.2", "1.10"] {
        stage.ebuild(version, "SRC_URI=\"https://x.example/foo-${PV}.tar.gz\"");
    }
    let run = |directory: &Path, old: &Path, new: &Path| {
        let mut command = crate::common::distvouch();
        command.current_dir(directory).arg("diff").arg(old).arg(new);
        command.arg("--distdir").arg(stage.scratch.file("distfiles"));
        crate::common::Run::of(command.output().unwrap())
    };
    let package = stage.scratch.file("dev-libs/foo");
    let whole = run(Path::new("/"), &ebuild("1.2"), &ebuild("1.10"));
    assert_eq!(whole.status, 0, "{}", whole.stderr);
    assert!(whole.stdout.contains("foo-1.2.tar.gz -> foo-1.10.tar.gz"), "{}", whole.stdout);
    let here = run(&package, Path::new("foo-1.2.ebuild"), Path::new("foo-1.10.ebuild"));
    assert_eq!(here.status, 0, "{}", here.stderr);
    // One byte more, no BLAKE2B, two entries that contradict each other.
    let manifest = stage.scratch.file("dev-libs/foo/Manifest");
    let genuine = std::fs::read_to_string(&manifest).unwrap();
    let line = genuine.lines().find(|line| line.contains("foo-1.2.tar.gz")).unwrap();
    let words: Vec<&str> = line.split(' ').collect();
    let [dist, name, size, .., sha512, value] = words.as_slice() else { panic!("{line}") };
    let longer = size.parse::<u64>().unwrap() + 1;
    for (what, entry, said) in [
        (
            "size",
            line.replacen(size, &longer.to_string(), 1),
            "is not the file that its DIST entry",
        ),
        ("no BLAKE2B", format!("{dist} {name} {size} {sha512} {value}"), "have no BLAKE2B"),
        (
            "two entries",
            format!("{line}\n{}", line.replacen(size, &longer.to_string(), 1)),
            "contradict each other",
        ),
    ] {
        std::fs::write(&manifest, genuine.replace(line, &entry)).unwrap();
        let run = run(&package, Path::new("foo-1.2.ebuild"), Path::new("foo-1.10.ebuild"));
        assert_eq!(run.status, 2, "{what}: {}", run.stdout);
        assert!(run.stderr.contains(said), "{what}: {}", run.stderr);
    }
    std::fs::write(&manifest, genuine).unwrap();
    stage.distfile("foo-1.10.tar.gz", b"another");
    let other = run(&package, Path::new("foo-1.2.ebuild"), Path::new("foo-1.10.ebuild"));
    assert_eq!(other.status, 2, "{}", other.stdout);
}

/// JSON has everything whether or not that is asked for.
#[test]
fn json_of_all() {
    let dir = dir();
    let (old, new) = two(dir.path(), &[("README", text("a\n"))], &[("README", text("b\n"))]);
    let plain = diff(&old, &new);
    for option in ["--all", "--verbose", "-v"] {
        let output = run(&[Path::new("diff"), Path::new("--json"), Path::new(option), &old, &new]);
        assert_eq!(status(&output), 0, "{option}: {}", stderr(&output));
        assert_eq!(json(&output), plain, "{option}");
    }
    assert!(change(&plain, "README").is_some(), "{plain}");
}

/// All that manifests say otherwise is there without a flag, in lines of 80 columns, and what is left out is
/// counted.
#[test]
fn manifests_are_told_in_words() {
    let dir = dir();
    let manifest = |version: &str, more: &[String], python: &str| {
        let list: String = more.iter().map(|name| format!("'{name}', ")).collect();
        format!(
            "[build-system]\nrequires = ['setuptools']\n[project]\nrequires-python = '>={python}'\n\
             dependencies = [{list}'old-dependency>={version}']\n\
             [dependency-groups]\ntests = ['pytest>={version}']\n"
        )
    };
    let names = |count: usize| -> Vec<String> {
        (0..count).map(|n| format!("a-dependency-with-a-long-name-{n}>=1.{n}")).collect()
    };
    let (old, new) = two(
        dir.path(),
        &[("pyproject.toml", text(&manifest("1", &[], "3.8")))],
        &[("pyproject.toml", text(&manifest("2", &names(4), "3.10")))],
    );
    let out = stdout(&run(&[Path::new("diff"), &old, &new]));
    let first = out.lines().take_while(|line| !line.starts_with("What these")).count();
    assert!(out.lines().take(first).any(|line| line.contains("pyproject.toml")), "{out}");
    let said = common::flat(&out.lines().skip(first).collect::<Vec<_>>().join("\n"));
    for part in [
        "a-dependency-with-a-long-name-3 >=1.3",
        "dependency changed: old-dependency >=1 -> >=2",
        "requires-python was >=3.8, is >=3.10",
        "dependency of a group changed: tests: pytest >=1 -> >=2",
    ] {
        assert!(said.contains(part), "{part}: {out}");
    }
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    // More than the lines hold, and more manifests than are told.
    let many = |version: &str, count: usize| -> Vec<(String, Node)> {
        let manifest = manifest(version, &names(count), version);
        (0..12).map(|n| (format!("part{n:02}/pyproject.toml"), text(&manifest))).collect()
    };
    let nodes = |files: &[(String, Node)]| -> Vec<(String, Node)> { files.to_vec() };
    let (old, new) = (nodes(&many("3.8", 0)), nodes(&many("3.10", 30)));
    let borrowed = |files: &[(String, Node)], top: &str| {
        let files: Vec<(&str, Node)> = files.iter().map(|(p, n)| (p.as_str(), n.clone())).collect();
        release(dir.path(), top, &files)
    };
    let (old, new) = (borrowed(&old, "bar-1"), borrowed(&new, "bar-2"));
    let out = stdout(&run(&[Path::new("diff"), &old, &new]));
    let below: Vec<&str> = out.lines().skip_while(|line| !line.starts_with("What these")).collect();
    assert!(below.iter().any(|line| line.contains("and 2 more manifests (--verbose)")), "{out}");
    assert!(common::flat(&below.join("\n")).contains("and 26 more"), "{out}");
    assert!(below.len() < 90 && out.lines().all(|line| line.chars().count() <= 80), "{out}");
    let verbose = stdout(&run(&[Path::new("diff"), Path::new("--verbose"), &old, &new]));
    assert!(!verbose.contains("What these"), "{verbose}");
}

/// What a maintainer would call false: a lock file's names, a docstring's words, a list of letters.
#[test]
fn what_does_nothing_is_no_reason() {
    let dir = dir();
    let lock = |more: &str| {
        format!(
            "[[package]]\nname = 'a'\nversion = '1'\nsource = {{ registry = 'https://pypi.org/simple' }}\n{more}"
        )
    };
    let more = "[[package]]\nname = 'paramiko'\nversion = '1'\nsource = { registry = 'https://pypi.org/simple' }\n\
                dependencies = [{ name = \"curl\" }, { name = 'smtplib' }]\n";
    let code = "\"\"\"A module.\"\"\"\n\n\ndef f(x):\n    return x\n";
    let docs = "\"\"\"A module.\n\nIt is run by subprocess.Popen(x).\nimport socket\n\"\"\"\n\n\ndef f(x):\n    return x\n\
                \nSAFE = [chr(i) for i in range(0x20, 0x7F) if i != 0x22]\n";
    let (old, new) = two(
        dir.path(),
        &[("uv.lock", text(&lock(""))), ("foo/a.py", text(code)), ("foo/b.py", text(code))],
        &[
            ("uv.lock", text(&lock(more))),
            ("foo/a.py", text(docs)),
            ("foo/b.py", text(&code.replace("return x", "return subprocess.Popen(x)"))),
        ],
    );
    let diff = diff(&old, &new);
    expect(&diff, "uv.lock", "changed", &["configuration", "build-script"]);
    expect(&diff, "foo/a.py", "changed", &[]);
    expect(&diff, "foo/b.py", "changed", &["process"]);
}
