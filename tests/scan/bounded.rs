//! Ebuilds, caches and Manifests that are made to take for ever, or all memory.

use super::{kinds, lines};
use crate::common::overlay::{Overlay, dist};
use crate::common::{Run, distvouch, flat, skipped};
use std::process::Command;

/// The most memory that the program may have, in KiB: heap and stacks.
const MEMORY: &str = "262144";

/// The most seconds of a processor, in a build that is not optimized.
const SECONDS: u32 = 60;

/// Scans an overlay with bounded memory and time.
fn bounded(overlay: &Overlay) -> Option<Run> {
    let script = format!("ulimit -d {MEMORY} && ulimit -t {SECONDS} || exit 77; exec \"$@\"");
    let mut given = overlay.command("scan");
    given.arg(overlay.path("")).args(["--json", "--jobs", "2"]);
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh"]).arg(distvouch().get_program()).args(given.get_args());
    for (name, value) in given.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let output = command.output().unwrap();
    if output.status.code() == Some(77) {
        skipped("bounded memory", "the shell cannot limit it");
        return None;
    }
    assert!(output.status.code().is_some_and(|code| code < 3), "{output:?}");
    Some(Run::of(output))
}

fn repeated(line: impl Fn(usize) -> String, count: usize) -> String {
    (0..count).map(line).collect()
}

/// `for` in `for`, around `body`.
fn loops(depth: usize, body: &str) -> String {
    let begin = repeated(|n| format!("for v{n} in 1 2 3 4 5 6 7 8 9 0; do "), depth);
    format!("{begin}{body}; {}\n", "done; ".repeat(depth))
}

/// Texts of ebuilds, and whether a limit stops the reader or makes a value unknown.
fn hostile() -> Vec<(&'static str, String, bool)> {
    let ten = "X=aaaaaaaaaa\n";
    let last = "SRC_URI=https://example.org/${X}\n";
    let grown = |line: &str, count| format!("{ten}{}{last}", line.repeat(count));
    vec![
        ("loops", loops(9, "X=${v0}${v8}") + last, true),
        ("tests", loops(9, "[[ ${v0} == *${v1}*x ]] && X+=${v2}") + last, true),
        ("replace", grown("X=${X//a/$X}\n", 12), true),
        ("double", grown("X=$X$X\n", 60), true),
        ("append", grown("X+=$X\n", 60), true),
        (
            "elements",
            format!("A=(a b)\n{}SRC_URI=${{A[*]}}\n", "A+=(\"${A[@]}\")\n".repeat(40)),
            true,
        ),
        ("echo", grown("X=$(echo $X $X)\n", 60), true),
        ("crates", format!("CRATES='{}'\ninherit cargo\n{last}", "a@ ".repeat(300_000)), false),
        (
            "crate",
            format!("CRATES={}!{}\ninherit cargo\n", "a".repeat(200_000), "-1.1.1".repeat(80_000)),
            false,
        ),
        ("uris", format!("{}SRC_URI=$X\n", grown("X=\"$X https://example.org/a\"\n", 2_000)), true),
        ("elif", format!("if use x; then :\n{}fi\n", "elif use y; then :\n".repeat(50_000)), true),
        (
            "case",
            format!("case $(x) in\n{}esac\n", repeated(|n| format!("{n}) :;;\n"), 60_000)),
            true,
        ),
        ("and", format!("[[ {}a ]]\n", "a && ".repeat(150_000)), true),
        ("variables", repeated(|n| format!("v{n}=\n"), 20_000), true),
        ("line", format!("f() {{ {} }}\n", repeated(|n| format!("v{n}=$(x); "), 60_000)), true),
        ("commands", "a;".repeat(500_000), true),
        ("expansions", format!("X={}\n", "$a".repeat(400_000)), true),
        ("trim", format!("X={}\nY=${{X%%*b*}}\n", "a".repeat(500_000)), true),
        ("begins", format!("X={}\nY=${{X//b*/c}}\n", "a".repeat(900_000)), false),
        (
            "inner",
            format!(
                "for i in {}; do for j in; do {} done; done\n",
                "1 ".repeat(50_000),
                "a;".repeat(9_000)
            ),
            true,
        ),
        ("functions", "use a && f() { :; }\n".repeat(9_000) + &"f\n".repeat(9_000), true),
        (
            "branches",
            repeated(|n| format!("v{n}=x;"), 3_900)
                + "\n"
                + &repeated(|n| format!("if use a{n}; then V{n}=x; "), 45)
                + &"fi; ".repeat(45)
                + "\n",
            true,
        ),
        ("deep", "X=".to_owned() + &"${X:-".repeat(5_000) + &"}".repeat(5_000) + "\n", true),
        (
            "cut",
            format!("X=$(ver_rs 1- {} {})\n", "b".repeat(200_000), "a1".repeat(200_000)),
            false,
        ),
        ("expressions", format!("X=$(( {}1 ))\n", "1+".repeat(200_000)), false),
        ("documents", format!("cat <<A <<A <<A\n{}A\nA\nA\n", "x\n".repeat(200_000)), false),
    ]
}

#[test]
fn ebuilds_that_would_take_for_ever() {
    let overlay = Overlay::new();
    // Each many times, in one package and in many: about 500.
    for (name, text, _) in hostile() {
        overlay.write(&format!("dev-libs/{name}/{name}-1.ebuild"), &format!("EAPI=8\n{text}"));
        for version in 0..if text.len() < 4_000 { 70 } else { 1 } {
            let file = format!("dev-libs/all-{name}/all-{name}-{version}.ebuild");
            overlay.write(&file, &format!("EAPI=8\n{text}"));
        }
    }
    let Some(run) = bounded(&overlay) else { return };
    let found = lines(&run);
    for (name, _, stopped) in hostile() {
        let package = format!("dev-libs/{name}");
        let line = found.iter().find(|line| line["package"] == package.as_str());
        let line = line.unwrap_or_else(|| panic!("{name}: {}", run.stdout));
        let text = line["findings"].to_string();
        let told =
            ["more than", "deeper than", "longer than"].iter().any(|limit| text.contains(limit));
        assert_eq!(told, stopped, "{name}: {text}");
        // What is not followed is not said to fetch nothing.
        assert!(!stopped || line["distfiles_from"] != "the ebuild's text", "{name}: {line}");
    }
    assert!(!kinds(&run).contains(&"unreadable".to_owned()), "{}", run.stdout);
}

#[test]
fn a_bump_of_one_says_which_limit_stopped_it() {
    let overlay = Overlay::new();
    let text = loops(9, "X=${v0}") + "VERIFY_PROVENANCE_REF=refs/a\n" + super::PLAIN;
    overlay.write("dev-libs/foo/foo-1.ebuild", &text);
    overlay.distfile("foo-1.tar.gz", b"");
    overlay.write("dev-libs/foo/Manifest", &dist("foo-1.tar.gz", b""));
    let run = overlay.bump("dev-libs/foo", &[]);
    let text = flat(&run.stdout);
    assert!(text.contains("is read to line 1 only (it takes more than"), "{text}");
    assert!(text.contains("VERIFY_PROVENANCE_REF is not known"), "{text}");
}

#[test]
fn many_versions_and_a_manifest_of_many_lines() {
    let overlay = Overlay::new();
    let digest = "0".repeat(128);
    overlay.write(
        "dev-libs/foo/Manifest",
        &repeated(|n| format!("DIST foo-{n}.b.{n}.tar 1 SHA512 {digest}\n"), 60_000),
    );
    for version in 0..400 {
        overlay.write(&format!("dev-libs/foo/foo-{version}.ebuild"), "SRC_URI=$(x)\n");
    }
    // Entries of the cache with as many files as they can have, and conditions around each.
    let flags = repeated(|n| format!("{}{n}? ( ", "f".repeat(200)), 60);
    let deep = format!(
        "{flags}{}{}",
        repeated(|n| format!("https://e.org/{n} "), 15_000),
        ") ".repeat(60)
    );
    let wide = repeated(|n| format!("https://e.org/bar-{n} "), 25_000);
    let one = "a ".repeat(1_000_000);
    for (version, uris) in [("1", &deep), ("2", &wide), ("3", &one)] {
        overlay.ebuild("dev-libs/bar", version, "SRC_URI=$(x)");
        overlay.md5_cache("dev-libs/bar", version, uris);
    }
    let Some(run) = bounded(&overlay) else { return };
    assert_eq!(
        kinds(&run).iter().filter(|kind| *kind == "cache-unused").count(),
        3,
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("more than 20000 files or 200000 conditions"), "{}", run.stdout);
}
