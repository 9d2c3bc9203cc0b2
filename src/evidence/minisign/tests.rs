#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::*;
use crate::bytes::pass::measure_stream;
use crate::evidence::ed25519::tests::{line, public, secret};
use base64ct::{Base64, Encoding};
use ed25519_dalek::Signer;

fn file(algorithm: [u8; 2], message: &[u8], comment: &str) -> String {
    let signature = line(1, algorithm, message);
    let raw = Base64::decode_vec(&signature).unwrap();
    let signed = [&raw[10..], comment.as_bytes()].concat();
    let global = Base64::encode_string(&secret(1).0.sign(&signed).to_bytes());
    format!("untrusted comment: x\n{signature}\ntrusted comment: {comment}\n{global}\n")
}

fn class(file: &str, key: &PublicKey, data: &[u8]) -> Option<FailureClass> {
    let signature = UnverifiedSignature::parse(file.as_bytes()).unwrap();
    let keys = std::slice::from_ref(key);
    let wanted = Wanted {
        hashes: signature.hash().into_iter().collect(),
        ed25519: signature.wanted(keys).into_iter().collect(),
        ..Wanted::default()
    };
    let measured =
        measure_stream(&mut &data[..], "x".as_ref(), &wanted, None, &mut |_| {}).unwrap();
    check(&signature, keys, "x", &measured).class
}

#[test]
fn exactly_the_right_class() {
    let digest = {
        let mut hasher = crate::bytes::digests::Hasher::new(HashName::Blake2b);
        hasher.update(b"data");
        hasher.finish().unwrap()
    };
    for text in [file(PREHASHED, &digest, "c"), file(PLAIN, b"data", "c")] {
        assert_eq!(class(&text, &public(1), b"data"), None);
        assert_eq!(class(&text, &public(1), b"dat"), Some(FailureClass::SignatureBad));
        assert_eq!(class(&text, &public(2), b"data"), Some(FailureClass::SignerUnknown));
        let other = text.replace("trusted comment: c", "trusted comment: d");
        assert_eq!(class(&other, &public(1), b"data"), Some(FailureClass::SignatureBad));
        let other = text.replacen("untrusted comment: x", "untrusted comment: y", 1);
        assert_eq!(class(&other, &public(1), b"data"), None, "nothing protects that one");
    }
}

#[test]
fn what_is_no_signature_is_named() {
    let whole = file(PREHASHED, b"", "c");
    let lines: Vec<_> = whole.lines().collect();
    for (text, fault) in [
        (String::new(), SignatureFault::NoComment),
        (lines[1..].join("\n"), SignatureFault::NoComment),
        (lines[..1].join("\n"), SignatureFault::Base64),
        (lines[..2].join("\n"), SignatureFault::NoTrustedComment),
        (lines[..3].join("\n"), SignatureFault::CommentBase64),
        (whole.replace("RUQ", "RUX"), SignatureFault::Algorithm),
        (whole.replace("comment: c", &"x".repeat(9000)), SignatureFault::NoTrustedComment),
        (whole.replace(": c", &format!(": {}", "x".repeat(9000))), SignatureFault::Comment),
    ] {
        let got = UnverifiedSignature::parse(text.as_bytes());
        assert_eq!(got.as_ref().err(), Some(&fault), "{text:.60}");
    }
}

#[test]
fn the_file_that_a_trusted_comment_names() {
    let class = |comment: &str, name: &str| other_file(comment, name).map(|note| note.class);
    let version = Some(FailureClass::CommentOtherVersion);
    for (comment, name, expected) in [
        ("timestamp:1\tfile:foo-1.2.tar.gz\thashed", "foo-1.2.tar.gz", None),
        ("timestamp:1 file:foo-1.1.tar.gz hashed", "foo-1.2.tar.gz", version),
        ("file:foo-1.10.0.tar.gz", "foo-1.9.tar.gz", version),
        ("file:dist/foo-1.2.tar.gz", "foo-1.2.tar.gz", None),
        ("file:bar-1.2.tar.gz", "foo-1.2.tar.gz", Some(FailureClass::CommentOtherFile)),
        ("file: evil", "foo-1.2.tar.gz", Some(FailureClass::CommentOtherFile)),
        ("file:foo-1.2.tar.gz\tfile:evil", "foo-1.2.tar.gz", Some(FailureClass::CommentOtherFile)),
        ("file:foo bar.tar.gz\thashed", "foo bar.tar.gz", None),
        ("file:foo-1.2.zip", "foo-1.2.tar.gz", Some(FailureClass::CommentOtherFile)),
        ("timestamp:1", "foo-1.2.tar.gz", None),
        ("a profile:foo", "foo-1.2.tar.gz", None),
        ("file:", "foo-1.2.tar.gz", None),
    ] {
        assert_eq!(class(comment, name), expected, "{comment}");
    }
}
