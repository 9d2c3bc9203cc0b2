//! `RECORD` and `WHEEL` of a wheel.

use super::Checked;
use crate::bytes::digests::hex;
use crate::release::source::context::Context;
use base64ct::{Base64UrlUnpadded, Encoding};

/// The fields of `WHEEL`.
const FIELDS: [&str; 5] = ["wheel-version", "generator", "root-is-purelib", "tag", "build"];

pub(super) fn wheel(text: &str) -> Checked {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let is_field = |line: &str| {
        let Some((name, value)) = line.split_once(':') else { return false };
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        FIELDS.contains(&name.as_str())
            && match name.as_str() {
                "generator" => !value.chars().any(char::is_control),
                "root-is-purelib" => ["true", "false"].contains(&value.to_lowercase().as_str()),
                _ => value.chars().all(plain),
            }
    };
    match lines.into_iter().find(|line| !is_field(line)) {
        None => Checked::same("the build backend's note of the wheel's form"),
        Some(_) => Checked::differs("a line of it is not one of the wheel's form"),
    }
}

/// Whether each file is there with the digest that `RECORD` names.
pub(super) fn check(context: &Context<'_>, text: &str, own: &str) -> Checked {
    for line in text.lines().filter(|line| !line.is_empty()) {
        let mut columns = line.rsplitn(3, ',');
        let (size, digest, path) = (columns.next(), columns.next(), columns.next());
        let (Some(_), Some(digest), Some(path)) = (size, digest, path) else {
            return Checked::differs("a line of it has not three columns");
        };
        let path = path.trim_matches('"');
        if path == own || path.ends_with(".jws") || path.ends_with(".p7s") {
            continue;
        }
        let found = context.members.get(path.as_bytes()).and_then(|entry| entry.sha256);
        // An installer removes what is listed here.
        if found.is_none() {
            return Checked::differs(format!("it lists {path}, which is not in the wheel"));
        }
        let listed = digest.strip_prefix("sha256=").map(|text| text.trim_end_matches('='));
        let listed = listed.and_then(|text| Base64UrlUnpadded::decode_vec(text).ok());
        if found.map(|digest| hex(&digest)) != listed.map(|digest| hex(&digest)) {
            return Checked::differs(format!("its digest of {path} is not that of the file"));
        }
    }
    Checked::same("the digests of the wheel's own files")
}
