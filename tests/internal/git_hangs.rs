//! A git that never ends is ended, within a time that no option sets.

use super::common::Scratch;
use crate::answer::failure::FailureClass;
use crate::release::git::{Clone, GitError};
use crate::release::source::{CommitSpec, Options, check};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

/// A directory with an archive and an empty clone.
fn scene() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("a", "x");
    run(&scratch, "tar", &["cf", "foo-1.tar", "a"]);
    run(&scratch, "git", &["init", "-q", "clone"]);
    scratch
}

fn run(scratch: &Scratch, program: &str, arguments: &[&str]) {
    let mut command = Command::new(program);
    command.current_dir(scratch.path()).args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null");
    assert!(command.status().unwrap().success(), "{program} {arguments:?}");
}

#[test]
fn a_git_that_hangs_is_ended() {
    let scratch = scene();
    let program = scratch.write("git", "#!/bin/sh\nsleep 600 & wait\n");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let start = Instant::now();
    let clone = Clone::with(program, &scratch.file("clone"), Duration::from_secs(1)).unwrap();
    let timeout = |result: Result<(), GitError>| {
        assert!(result.unwrap_err().to_string().contains("more than 1 seconds"));
    };
    timeout(clone.tags().map(drop));
    timeout(clone.commit("0123abcd").map(drop));
    timeout(clone.tree(&"0".repeat(40)).map(drop));
    assert!(start.elapsed().as_secs() < 30);
}

/// Opening a FIFO waits for ever: nothing opens one in a clone.
#[test]
fn a_clone_with_a_fifo_is_refused() {
    for place in ["packed-refs", "refs/tags/v1", "objects/info/alternates", "shallow", "config"] {
        let scratch = scene();
        let path = format!("clone/.git/{place}");
        let _ = std::fs::remove_file(scratch.file(&path));
        run(&scratch, "mkfifo", &[&path]);
        let start = Instant::now();
        let spec = CommitSpec { tag: Some("v9".to_owned()), ..CommitSpec::default() };
        let (archive, clone) = (scratch.file("foo-1.tar"), scratch.file("clone"));
        let finding = check(&archive, &clone, &spec, &Options::default(), &|_| {});
        assert_eq!(finding.class, Some(FailureClass::NotCheckedNoClone), "{place}");
        assert!(finding.compared.contains("not a git clone"), "{}", finding.compared);
        assert!(start.elapsed().as_secs() < 10, "{place}");
    }
    // What its configuration includes is not read.
    let scratch = scene();
    run(&scratch, "mkfifo", &["fifo"]);
    run(&scratch, "git", &["-C", "clone", "config", "include.path", "../../fifo"]);
    let start = Instant::now();
    let clone = Clone::open(&scratch.file("clone"), Duration::from_secs(60)).unwrap();
    assert_eq!(clone.tags().unwrap(), []);
    assert!(start.elapsed().as_secs() < 10);
}
