#![allow(clippy::unwrap_used)]

use super::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// A directory of this test alone, removed when it ends.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("distvouch-root-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn put(&self, path: &str, text: &str) -> PathBuf {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn load(&self) -> Result<TrustedRoot, RootError> {
        TrustedRoot::load_with(None, &self.0)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const ROOT: &str = backend::Root::BUILT_IN;

fn hashed(digit: &str) -> String {
    format!("{PRODUCTION}/{}.{TARGET}", digit.repeat(64))
}

#[test]
fn without_a_file_it_is_the_built_in_root() {
    let directory = Directory::new();
    assert_eq!(*directory.load().unwrap().source(), TrustedRootSource::BuiltIn);
    let none = TrustedRoot::load_with(None, Path::new("/nonexistent/x")).unwrap();
    assert_eq!(*none.source(), TrustedRootSource::BuiltIn);
}

#[test]
fn the_system_s_root_is_found_in_the_cache() {
    for place in [
        format!("{PRODUCTION}/{TARGET}"),
        format!("{PRODUCTION}/targets/{TARGET}"),
        hashed("a"),
        format!("{PRODUCTION}/targets/{}.{TARGET}", "b".repeat(128)),
    ] {
        let directory = Directory::new();
        let path = directory.put(&place, ROOT);
        directory.put(&format!("{PRODUCTION}/signing_config.json"), "{}");
        directory.put(&format!("{PRODUCTION}/x.{TARGET}"), "{}");
        let root = directory.load().unwrap();
        assert_eq!(*root.source(), TrustedRootSource::System(path));
    }
}

#[test]
fn other_instances_are_not_looked_at() {
    let directory = Directory::new();
    let staging = PRODUCTION.replace("sigstore.dev", "sigstage.dev");
    directory.put(&format!("{staging}/{TARGET}"), ROOT);
    directory.put(TARGET, ROOT);
    assert_eq!(*directory.load().unwrap().source(), TrustedRootSource::BuiltIn);
}

#[test]
fn the_plain_name_counts_first_and_two_hashed_ones_are_ambiguous() {
    let directory = Directory::new();
    directory.put(&hashed("a"), ROOT);
    directory.put(&hashed("b"), ROOT);
    assert!(matches!(directory.load(), Err(RootError::Ambiguous { .. })));
    let plain = directory.put(&format!("{PRODUCTION}/{TARGET}"), ROOT);
    assert_eq!(*directory.load().unwrap().source(), TrustedRootSource::System(plain));
}

#[test]
fn a_broken_root_is_never_replaced_by_another() {
    let directory = Directory::new();
    directory.put(&format!("{PRODUCTION}/{TARGET}"), "<html>");
    let error = directory.load();
    assert!(matches!(error, Err(RootError::Kind { kind: Kind::Html, .. })), "{error:?}");
    directory.put(&format!("{PRODUCTION}/{TARGET}"), "{\"mediaType\": ");
    assert!(matches!(directory.load(), Err(RootError::Json { path: Some(_), .. })));
    directory.put(&format!("{PRODUCTION}/{TARGET}"), "{}");
    #[cfg(feature = "sigstore")]
    assert!(matches!(directory.load(), Err(RootError::Unusable { path: Some(_), .. })));
    let missing = directory.0.join("missing");
    let error = TrustedRoot::load_with(Some(&missing), &directory.0);
    assert!(matches!(error, Err(RootError::Input(InputError::Open { .. }))));
    fs::remove_file(directory.0.join(format!("{PRODUCTION}/{TARGET}"))).unwrap();
    std::os::unix::fs::symlink("nowhere", directory.0.join(format!("{PRODUCTION}/{TARGET}")))
        .unwrap();
    assert!(matches!(directory.load(), Err(RootError::Input(InputError::Open { .. }))));
}

#[test]
fn only_a_regular_file_of_bounded_size_is_read() {
    let directory = Directory::new();
    let error = TrustedRoot::load(Some(&directory.0));
    assert!(matches!(error, Err(RootError::Input(InputError::NotRegular { .. }))));
    let error = TrustedRoot::load(Some(Path::new("/dev/zero")));
    assert!(matches!(error, Err(RootError::Input(InputError::NotRegular { .. }))));
    let fifo = directory.0.join("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    if made.is_ok_and(|status| status.success()) {
        let error = TrustedRoot::load(Some(&fifo));
        assert!(matches!(error, Err(RootError::Input(InputError::NotRegular { .. }))));
    } else {
        println!("skipped: no mkfifo");
    }
    let large = directory.put("large", &" ".repeat(SIZE_LIMIT as usize + 1));
    assert!(matches!(
        TrustedRoot::load(Some(&large)),
        Err(RootError::Input(InputError::TooLarge { .. }))
    ));
}

#[test]
#[cfg(feature = "sigstore")]
fn a_root_that_says_two_things_is_refused() {
    let directory = Directory::new();
    let load = |text: &str| TrustedRoot::load(Some(&directory.put("root.json", text)));
    let repeated = ROOT.replacen("\"tlogs\"", "\"tlogs\": [], \"tlogs\"", 1);
    assert!(matches!(load(&repeated), Err(RootError::Json { .. })));
    assert!(matches!(load("{}"), Err(RootError::Unusable { .. })));
    let bundle = ROOT.replace("trustedroot", "bundle");
    assert!(matches!(load(&bundle), Err(RootError::Unusable { .. })));
    let mut tree: serde_json::Value = serde_json::from_str(ROOT).unwrap();
    let logs = tree.get_mut("tlogs").and_then(|t| t.as_array_mut()).unwrap();
    logs.push(logs.first().unwrap().clone());
    assert!(matches!(load(&tree.to_string()), Err(RootError::Unusable { .. })));
}

#[test]
#[cfg(feature = "sigstore")]
fn the_summary_lists_everything_with_its_dates() {
    let summary = TrustedRoot::load_with(None, Path::new("/nonexistent")).unwrap().summary();
    assert!(summary.logs.iter().any(|log| log.name == "https://rekor.sigstore.dev"));
    assert!(summary.logs.iter().all(|log| log.key_id.as_ref().is_some_and(|id| id.len() == 64)));
    assert!(!summary.ct_logs.is_empty() && !summary.timestamp_authorities.is_empty());
    assert!(summary.certificate_authorities.iter().any(|ca| ca.end.is_none()));
    let newest = summary.newest_start().unwrap();
    assert!(summary.entries().all(|e| e.start.is_none_or(|start| start <= newest)));
}
