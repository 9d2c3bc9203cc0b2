//! What an overlay may hold that is in a scan's way.

use super::{PLAIN, found, kinds, lines, package, scan};
use crate::common::overlay::{Overlay, dist};
use crate::common::{Run, distvouch, flat, skipped, tool};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

const FOO: &str = "dev-libs/foo";

#[test]
fn links_are_not_followed() {
    let overlay = Overlay::new();
    package(&overlay, FOO, "1", PLAIN);
    // Round in circles, and out of the overlay.
    symlink("..", overlay.path("dev-libs/loop")).unwrap();
    symlink(".", overlay.path("dev-loop")).unwrap();
    symlink("/", overlay.path("dev-root")).unwrap();
    symlink("foo-1.ebuild", overlay.path("dev-libs/foo/foo-2.ebuild")).unwrap();
    symlink("/etc/passwd", overlay.path("dev-libs/foo/foo-3.ebuild")).unwrap();
    symlink("loop-b", overlay.path("dev-libs/loop-a")).unwrap();
    symlink("loop-a", overlay.path("dev-libs/loop-b")).unwrap();
    let run = scan(&overlay, &["--json"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert_eq!(kinds(&run), ["symlink-skipped"; 7]);
    let versions = lines(&run).iter().filter(|line| line["version"].is_string()).count();
    assert_eq!(versions, 1);
}

#[test]
fn pipes_directories_and_names() {
    let Some(mkfifo) = tool("scan, pipes", "mkfifo") else { return };
    let overlay = Overlay::new();
    package(&overlay, FOO, "1", PLAIN);
    let fifo = |name: &str| {
        std::fs::create_dir_all(overlay.path(name).parent().unwrap()).unwrap();
        assert!(Command::new(&mkfifo).arg(overlay.path(name)).status().unwrap().success());
    };
    fifo("dev-libs/pipe");
    fifo("dev-libs/foo/foo-2.ebuild");
    fifo("dev-libs/bar/Manifest");
    overlay.ebuild("dev-libs/bar", "1", PLAIN);
    std::fs::create_dir_all(overlay.path("dev-libs/foo/foo-3.ebuild")).unwrap();
    // A package is what its ebuilds are called.
    overlay.write("dev-libs/foo/other-1.ebuild", PLAIN);
    overlay.write("dev-libs/\u{1b}[31mred/red-1.ebuild", PLAIN);
    overlay.write("dev-libs/-x/x-1.ebuild", PLAIN);
    let run = scan(&overlay, &["--json"]);
    assert_eq!(run.status, 1);
    let expected = [
        ("manifest-unreadable".to_owned(), "error".to_owned(), "dev-libs/bar/Manifest".to_owned()),
        ("unreadable".to_owned(), "error".to_owned(), "dev-libs/foo/foo-2.ebuild".to_owned()),
    ];
    assert_eq!(found(&run), expected, "{}", run.stdout);
    assert!(!run.stdout.contains('\u{1b}'));
}

/// No one: root can read everything.
const NOBODY: u32 = 65534;

#[test]
fn files_that_cannot_be_read() {
    let overlay = Overlay::new();
    package(&overlay, FOO, "1", PLAIN);
    package(&overlay, "dev-libs/bar", "1", PLAIN);
    package(&overlay, "dev-perl/baz", "1", PLAIN);
    let mode = |path: PathBuf, mode| {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    };
    mode(overlay.scratch.path().to_owned(), 0o755);
    let closed = ["dev-libs/foo/foo-1.ebuild", "dev-libs/foo/Manifest", "dev-libs/bar", "dev-perl"];
    closed.iter().for_each(|name| mode(overlay.path(name), 0o000));
    let mut command = overlay.command("scan");
    command.arg(overlay.path("")).arg("--json");
    if rustix::process::getuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output();
    closed.iter().for_each(|name| mode(overlay.path(name), 0o700));
    let Ok(output) = output else {
        return skipped("scan, unreadable files", "nobody cannot run the program here");
    };
    let run = Run::of(output);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let kinds = kinds(&run);
    assert_eq!(kinds, ["manifest-unreadable", "unreadable", "unreadable", "unreadable"]);
}

#[test]
fn manifests_of_many_lines() {
    let overlay = Overlay::new();
    package(&overlay, FOO, "1", PLAIN);
    let own = std::fs::read_to_string(overlay.path("dev-libs/foo/Manifest")).unwrap();
    let digest = "0".repeat(128);
    let many = |count: usize| {
        let line = |n| format!("DIST other-{n} 1 BLAKE2B {digest} SHA512 {digest}\n");
        let text: String = (1..count).map(line).collect();
        overlay.write("dev-libs/foo/Manifest", &(text + &own));
    };
    many(100_000);
    let start = Instant::now();
    let run = scan(&overlay, &["--json"]);
    assert_eq!((run.status, kinds(&run)), (0, Vec::new()), "{}", run.stderr);
    // Seconds, even in a build that is not optimized.
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    many(100_002);
    let run = scan(&overlay, &["--json"]);
    assert_eq!(kinds(&run), ["manifest-unreadable"]);
    // As many entries that are wrong are told of in a few lines.
    let line = |n| format!("DIST other-{n} 1 SHA1 {}\n", "0".repeat(40));
    overlay.write("dev-libs/foo/Manifest", &((0..50_000).map(line).collect::<String>() + &own));
    let run = scan(&overlay, &["--json"]);
    assert_eq!(kinds(&run), ["manifest-weak"; 21]);
    assert!(run.stdout.contains("49980 more entries"), "{}", run.stdout);
}

/// An entry of the cache that fits by its digests, which are no secret, and says something else than
/// the ebuild.
#[test]
fn a_forged_cache_hides_nothing() {
    let overlay = Overlay::new();
    let lines = "inherit verify-sig\nSRC_URI=\"https://example.org/${P}.tar.gz \
        https://example.org/${P}.tar.gz.asc\"";
    overlay.ebuild(FOO, "1", lines);
    let text = dist("foo-1.tar.gz", b"a") + &dist("foo-1.tar.gz.asc", b"b");
    overlay.write("dev-libs/foo/Manifest", &text);
    overlay.md5_cache(FOO, "1", "https://example.org/harmless-1.tar.gz");
    let run = scan(&overlay, &["--json"]);
    assert_eq!(lines_from(&run), "the ebuild's text");
    assert!(kinds(&run).contains(&"cache-unused".to_owned()), "{}", run.stdout);
    assert!(!run.stdout.contains("harmless"), "{}", run.stdout);
    // Stale: of another state of the ebuild, and of an eclass.
    let honest = "https://example.org/foo-1.tar.gz https://example.org/foo-1.tar.gz.asc";
    overlay.md5_cache(FOO, "1", honest);
    assert_eq!(lines_from(&scan(&overlay, &["--json"])), "metadata/md5-cache");
    overlay.write("eclass/verify-sig.eclass", "# another\n");
    let run = scan(&overlay, &["--json"]);
    assert_eq!(lines_from(&run), "the ebuild's text");
    assert!(run.stdout.contains("another state of verify-sig.eclass"), "{}", run.stdout);
}

fn lines_from(run: &Run) -> String {
    lines(run)[0]["distfiles_from"].as_str().unwrap().to_owned()
}

#[test]
fn an_ebuild_is_never_run() {
    let overlay = Overlay::new();
    let made = overlay.scratch.file("made");
    let lines =
        format!("$(touch {0})\nSRC_URI=\"`touch {0}` $(touch {0})\"\ntouch {0}", made.display());
    overlay.ebuild(FOO, "1", &lines);
    scan(&overlay, &[]);
    overlay.bump(FOO, &[]);
    assert!(!made.exists());
}

#[test]
fn what_is_no_repository() {
    let dir = tempfile::tempdir().unwrap();
    for path in [dir.path().to_owned(), dir.path().join("none")] {
        let run = distvouch().arg("scan").arg(&path).output().unwrap();
        assert_eq!(run.status.code(), Some(2));
        let text = String::from_utf8(run.stderr).unwrap();
        assert!(flat(&text).contains("is not an ebuild repository"), "{text}");
    }
}

#[test]
fn a_key_path_that_leads_away() {
    let overlay = Overlay::new();
    package(
        &overlay,
        FOO,
        "1",
        &format!("VERIFY_SIG_OPENPGP_KEY_PATH=/../../../../etc/passwd\n{PLAIN}"),
    );
    let run = scan(&overlay, &["--json"]);
    assert!(!run.stdout.contains("root:"), "{}", run.stdout);
    let kinds = kinds(&run);
    assert!(kinds == ["key-file-missing"] || kinds == ["key-file-unreadable"], "{kinds:?}");
}
