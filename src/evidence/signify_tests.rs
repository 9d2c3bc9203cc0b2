#![allow(clippy::unwrap_used)]
use super::*;
use crate::evidence::ed25519::tests::{line, public};

fn file(seed: u8, message: &[u8], rest: &str) -> String {
    format!("untrusted comment: verify with x.pub\n{}\n{rest}", line(seed, PLAIN, message))
}

fn refusal(file: &str, keys: &[PublicKey]) -> FailureClass {
    let signature = embedded(file.as_bytes()).unwrap();
    signature.message(keys).map(|_| ()).unwrap_err().0
}

#[test]
fn an_embedded_message_is_reachable_only_through_its_signature() {
    let text = file(1, b"hello\n", "hello\n");
    let keys = [public(1)];
    let signature = embedded(text.as_bytes()).unwrap();
    assert_eq!(signature.message(&keys).unwrap().bytes(), b"hello\n");
    assert_eq!(refusal(&text.replace("hello", "hallo"), &keys), FailureClass::SignatureBad);
    assert_eq!(refusal(&text, &[public(2)]), FailureClass::SignerUnknown);
    assert_eq!(refusal(&text, &[]), FailureClass::SignerUnknown);
}

#[test]
fn what_is_no_signature_is_named() {
    let whole = file(1, b"", "");
    for (text, fault) in [
        (whole.replace("untrusted comment", "comment"), SignatureFault::NoComment),
        (String::new(), SignatureFault::NoComment),
        (whole.trim_end().to_owned(), SignatureFault::NoSignature),
        ("untrusted comment: x\n".to_owned(), SignatureFault::NoSignature),
        ("untrusted comment: x\nRWQ=\n".to_owned(), SignatureFault::Base64),
        (whole.replace("verify", &"x".repeat(1024)), SignatureFault::LongComment),
        (format!("untrusted comment: x\n{}\n", line(1, *b"ED", b"")), SignatureFault::Algorithm),
    ] {
        assert_eq!(embedded(text.as_bytes()), Err(fault), "{text}");
    }
}

#[test]
fn lists_are_read_whole_or_not_at_all() {
    let digest = "a".repeat(64);
    let text = format!("SHA256 (a (b) = c.gz) = {digest}\n");
    let list = List::parse(text.as_bytes()).unwrap();
    assert_eq!(list.0, [("a (b) = c.gz", HashName::Sha256, digest.clone())]);
    for text in [
        String::new(),
        format!("{digest}  a\n"),
        format!("SHA256 (a) = {digest}\nhello\n"),
        format!("SHA256 (a) = {digest}0\n"),
        format!("MD5 (a) = {digest}\n"),
        format!("SHA256 () = {digest}\n"),
    ] {
        assert!(List::parse(text.as_bytes()).is_none(), "{text}");
    }
}
