#![allow(clippy::unwrap_used)]
use super::*;
use crate::bytes::digests::{HashName, hex};
use crate::evidence::ed25519::tests::{line, public};
use std::time::SystemTime;

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

/// What follows a signature is looked at once, however many files the list is about.
#[test]
fn many_files_on_one_list() {
    let digest = hex(&[7; 32]);
    let list: String = (0..20_000).map(|n| format!("SHA256 (f-{n}) = {digest}\n")).collect();
    let text = file(1, list.as_bytes(), &list);
    let keys = Keys(vec![public(1)]);
    let signature = Keys::parse(text.as_bytes()).unwrap();
    let digests = std::collections::BTreeMap::from([(HashName::Sha256, vec![7; 32])]);
    let measured = Measured { digests, ..Measured::default() };
    let begin = std::time::Instant::now();
    for n in 0..2_000 {
        let name = format!("f-{n}");
        let subject = Subject { name: &name, measured: &measured, now: SystemTime::UNIX_EPOCH };
        assert_eq!(keys.judge(&signature, &subject).class, None);
    }
    let other = Subject { name: "g", measured: &measured, now: SystemTime::UNIX_EPOCH };
    assert_eq!(keys.judge(&signature, &other).class, Some(FailureClass::SignatureAbsent));
    assert!(begin.elapsed().as_secs() < 10, "{:?}", begin.elapsed());
    // By another key, it is the file itself that would have to be signed.
    let others = Keys(vec![public(2)]);
    let signature = Keys::parse(text.as_bytes()).unwrap();
    assert_eq!(others.judge(&signature, &other).class, Some(FailureClass::SignerUnknown));
}
