//! Real Manifests of several repositories: every one parses.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use super::common;
use crate::evidence::manifest::{Lookup, Manifest};

#[test]
fn every_real_manifest_parses() {
    let Some(corpora) = common::corpora("Manifest corpus") else { return };
    let (mut files, mut dist, mut armored) = (0, 0, 0);
    for entry in std::fs::read_dir(corpora.join("manifests")).unwrap() {
        let path = entry.unwrap().path();
        let manifest = Manifest::read(&path).unwrap_or_else(|error| panic!("{error}"));
        files += 1;
        armored += usize::from(manifest.armored());
        for name in manifest.names() {
            assert!(
                matches!(manifest.lookup(name), Lookup::Entry(_)),
                "{name} of {}",
                path.display()
            );
            dist += 1;
        }
    }
    assert_eq!((files, armored, dist), (75, 13, 446));
}
