//! How the files beside this one were made: provenance of a run on a ref whose name does something
//! when it is printed, under a Sigstore of its own. To make them anew, copy this file to
//! `tests/hostile_ref.rs`, put a `hostile_ref-1.tar.gz` here and run `cargo test hostile_ref::`.
#![cfg(feature = "sigstore")]
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "common/sigstore/mod.rs"]
mod made;

use made::{Signing, Sigstore, Workflow};
use std::path::Path;

#[test]
fn make() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/portage/hostile-ref");
    let name = "hostile_ref-1.tar.gz";
    let file = std::fs::read(dir.join(name)).unwrap();
    let sigstore = Sigstore::new("hostile-ref.example");
    let mut run = Workflow::release("example/hostile-ref", "v1", &"ab".repeat(20));
    // the alternative name, which has to be ASCII, stays that of the plain ref
    let mut signing = Signing::of(&sigstore, &run, 1_780_000_000, name, &file);
    run.reference =
        "refs/tags/x\\033[2J\\x1b[2J\\a\\c\u{1b}[31m\u{9b}31m\u{202e}\n * forged".to_owned();
    signing.leaf.claims = run.claims();
    std::fs::write(dir.join("trusted_root.json"), sigstore.trusted_root().to_string()).unwrap();
    std::fs::write(dir.join(format!("{name}.provenance")), signing.provenance(&run).to_string()).unwrap();
}
