//! doc/CONTRIBUTING.md: the files that it lists are those that its commands find.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, found),
            false if path.extension().is_some_and(|suffix| suffix == "rs") => found.push(path),
            false => {}
        }
    }
}

/// The files of src, tests among them left out, in which `pattern` is found.
fn found(pattern: &str) -> BTreeSet<String> {
    let pattern = regex::Regex::new(pattern).unwrap();
    let mut files = Vec::new();
    sources(&top().join("src"), &mut files);
    let name = |path: &Path| path.strip_prefix(top()).unwrap().to_string_lossy().into_owned();
    files
        .into_iter()
        .filter(|path| !path.ends_with("tests.rs") && !name(path).ends_with("_tests.rs"))
        .filter(|path| pattern.is_match(&std::fs::read_to_string(path).unwrap()))
        .map(|path| name(&path))
        .collect()
}

/// The files that a section lists in its items.
fn listed(heading: &str) -> BTreeSet<String> {
    let page = std::fs::read_to_string(top().join("doc/CONTRIBUTING.md")).unwrap();
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let items = section.split("\n- ").skip(1).map(|item| item.split("\n\n").next().unwrap());
    items
        .flat_map(|item| item.split('`').skip(1).step_by(2))
        .filter(|span| span.starts_with("src/"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_lists_are_what_the_code_has() {
    assert_eq!(listed("A failure class"), found(r"\b(CommentOtherFile|COMMENT_OTHER_FILE)\b"));
    assert_eq!(listed("A pin"), found(r"RunnerMismatch|RUNNER_MISMATCH|pins\.runner"));
    let mut signature = found(r"(Check|Self)::Ssh\b|Kind::SshSignature|of::<AllowedSigners>");
    // The signatures of tags are another list: git names their kinds.
    assert!(signature.remove("src/release/source/signed.rs"), "tags are no longer left out");
    assert_eq!(listed("A kind of signature"), signature);
}
