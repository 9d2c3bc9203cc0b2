//! A git that never ends is ended, within a time that no option sets.

use super::common::Scratch;
use crate::answer::failure::FailureClass;
use crate::release::source::{CommitSpec, Options, check};
use std::process::Command;
use std::time::{Duration, Instant};

#[test]
fn a_git_that_hangs_is_ended() {
    let scratch = Scratch::new();
    scratch.write("a", "x");
    let run = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.current_dir(scratch.path()).args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null");
        assert!(command.status().unwrap().success(), "{program} {arguments:?}");
    };
    run("tar", &["cf", "foo-1.tar", "a"]);
    run("git", &["init", "-q", "clone"]);
    // A FIFO where git looks for packed references: opening it waits for ever.
    run("mkfifo", &["clone/.git/packed-refs"]);
    let start = Instant::now();
    let spec = CommitSpec { tag: Some("v9".to_owned()), ..CommitSpec::default() };
    let options = Options { timeout: Duration::from_secs(1), directory: None };
    let (archive, clone) = (scratch.file("foo-1.tar"), scratch.file("clone"));
    let finding = check(&archive, &clone, &spec, &options, &|_| {});
    assert_eq!(finding.class, Some(FailureClass::NotCheckedNoClone));
    assert!(finding.compared.contains("more than 1 seconds"), "{}", finding.compared);
    assert!(start.elapsed().as_secs() < 30);
}
