//! What `--version` prints below the version: all that two builds of it can differ in.

use crate::evidence::sigstore::TrustedRoot;

/// The version, a line feed, and a line each for the features, the library behind OpenPGP and the
/// built-in trusted root of Sigstore.
pub(crate) fn long() -> String {
    let features = super::FEATURES;
    let features = if features.is_empty() { "none".to_owned() } else { features.join(", ") };
    format!(
        "{}\nfeatures: {features}\nOpenPGP: {}\ntrusted root: {}",
        env!("CARGO_PKG_VERSION"),
        sequoia_openpgp::crypto::backend(),
        root()
    )
}

/// How old the built-in trusted root is: from when its newest log or authority counts.
fn root() -> String {
    match TrustedRoot::built_in() {
        Ok(root) => match root.summary().newest_start() {
            Some(newest) => format!("built in, newest entry of {}", newest.strftime("%Y-%m-%d")),
            None => "none built in".to_owned(),
        },
        Err(error) => format!("built in, cannot be used: {error}"),
    }
}
