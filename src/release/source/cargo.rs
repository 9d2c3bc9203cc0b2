//! What `cargo package` writes into a .crate about where it comes from.

use crate::bytes::json::{self, Limits};
use crate::release::archive::Entry;
use serde_json::Value;
use std::collections::BTreeMap;

/// The file that names the commit.
pub(crate) const VCS_INFO: &[u8] = b".cargo_vcs_info.json";

/// What the .crate says of itself. Whoever made it wrote this.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct VcsInfo {
    /// The commit.
    pub(crate) commit: Option<String>,
    /// The package's directory in the repository, without slashes at its ends.
    pub(crate) directory: Option<Vec<u8>>,
}

/// What the .crate with these members says; `None` where it says nothing that can be read.
pub(crate) fn vcs_info(members: &BTreeMap<&[u8], &Entry>) -> Option<VcsInfo> {
    parse(members.get(VCS_INFO)?.contents.as_ref()?)
}

fn parse(text: &[u8]) -> Option<VcsInfo> {
    let tree = json::parse(text, Limits::default()).ok()?;
    let text = |pointer: &str| tree.pointer(pointer).and_then(Value::as_str);
    let directory = text("/path_in_vcs").map(|path| path.trim_matches('/').as_bytes().to_vec());
    Some(VcsInfo { commit: text("/git/sha1").map(str::to_owned), directory })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_writes() {
        let info = parse(br#"{"git": {"sha1": "0a"}, "path_in_vcs": "crates/foo/"}"#);
        let directory = Some(b"crates/foo".to_vec());
        assert_eq!(info, Some(VcsInfo { commit: Some("0a".to_owned()), directory }));
        assert_eq!(parse(b"{}"), Some(VcsInfo::default()));
        assert_eq!(parse(b"[]"), Some(VcsInfo::default()));
        assert_eq!(parse(b"{\"git\": {}, \"git\": {}}"), None);
        assert_eq!(parse(b"x"), None);
    }
}
