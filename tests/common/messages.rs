//! Makes signed messages, packet by packet and line by line.
#![allow(dead_code)]

use sequoia_openpgp as openpgp;

use openpgp::cert::{CertBuilder, CipherSuite};
use openpgp::packet::signature::SignatureBuilder;
use openpgp::packet::{Literal, OnePassSig, Signature};
use openpgp::policy::StandardPolicy;
use openpgp::serialize::stream::{Compressor, LiteralWriter, Message};
use openpgp::serialize::{Marshal as _, MarshalInto as _};
use openpgp::types::{CompressionAlgorithm, DataFormat, HashAlgorithm, SignatureType};
use openpgp::{Cert, Packet};
use std::io::Write as _;
use std::time::{Duration, SystemTime};

/// 2024-01-01, when keys are made.
pub fn start() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_704_067_200)
}

/// A day.
pub const DAY: Duration = Duration::from_secs(86_400);

/// A fresh key that signs by a subkey.
pub fn key(name: &str) -> Cert {
    CertBuilder::new()
        .add_userid(format!("{name} <{name}@example.org>"))
        .add_signing_subkey()
        .set_cipher_suite(CipherSuite::Cv25519)
        .set_creation_time(start())
        .set_validity_period(None)
        .generate()
        .unwrap()
        .0
}

/// A signature over `signed`, which is already as it is hashed, 30 days after the key was made.
pub fn signature(cert: &Cert, kind: SignatureType, signed: &[u8]) -> Signature {
    signature_with(cert, kind, HashAlgorithm::SHA512, signed)
}

/// The same with another hash function.
pub fn signature_with(
    cert: &Cert,
    kind: SignatureType,
    hash: HashAlgorithm,
    signed: &[u8],
) -> Signature {
    sign(cert, kind, hash, start() + DAY * 30, signed)
}

/// The same at another time.
pub fn signature_at(cert: &Cert, kind: SignatureType, at: SystemTime, signed: &[u8]) -> Signature {
    sign(cert, kind, HashAlgorithm::SHA512, at, signed)
}

fn sign(
    cert: &Cert,
    kind: SignatureType,
    hash: HashAlgorithm,
    at: SystemTime,
    signed: &[u8],
) -> Signature {
    let policy = StandardPolicy::new();
    let keys = cert.keys().with_policy(&policy, start() + DAY).for_signing().secret();
    let mut signer = keys.last().unwrap().key().clone().into_keypair().unwrap();
    SignatureBuilder::new(kind)
        .set_hash_algo(hash)
        .set_signature_creation_time(at)
        .unwrap()
        .sign_message(&mut signer, signed)
        .unwrap()
}

/// Packets in their binary form, one behind the other.
pub fn packets(packets: impl IntoIterator<Item = Packet>) -> Vec<u8> {
    packets.into_iter().flat_map(|packet| packet.to_vec().unwrap()).collect()
}

/// `bytes` in armor of that kind.
pub fn armored(kind: &str, bytes: &[u8]) -> Vec<u8> {
    let kind_of = match kind {
        "MESSAGE" => openpgp::armor::Kind::Message,
        "SIGNATURE" => openpgp::armor::Kind::Signature,
        "PUBLIC KEY BLOCK" => openpgp::armor::Kind::PublicKey,
        _ => unreachable!(),
    };
    let mut out = Vec::new();
    let mut writer = openpgp::armor::Writer::new(&mut out, kind_of).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finalize().unwrap();
    out
}

/// The bytes that a cleartext signature over these lines hashes.
pub fn canonical(text: &str) -> Vec<u8> {
    let lines: Vec<_> = text
        .strip_suffix('\n')
        .unwrap_or(text)
        .split('\n')
        .map(|l| l.trim_end_matches([' ', '\t', '\r']))
        .collect();
    lines.join("\r\n").into_bytes()
}

/// The lines of `text` with dash escapes.
pub fn escaped(text: &str) -> String {
    let escape = |line: &str| if line.starts_with('-') { format!("- {line}") } else { line.into() };
    text.split_inclusive('\n').map(escape).collect()
}

/// A cleartext-signed message with these signatures. `text` ends in a line end.
pub fn cleartext(text: &str, signatures: impl IntoIterator<Item = Signature>) -> String {
    let block = armored("SIGNATURE", &packets(signatures.into_iter().map(Packet::from)));
    let block = String::from_utf8(block).unwrap();
    format!("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{}{block}", escaped(text))
}

/// A cleartext-signed message by `cert`.
pub fn clearsigned(cert: &Cert, text: &str) -> String {
    cleartext(text, [signature(cert, SignatureType::Text, &canonical(text))])
}

/// A literal packet.
pub fn literal(format: DataFormat, body: &[u8]) -> Packet {
    let mut literal = Literal::new(format);
    literal.set_body(body.to_vec());
    literal.into()
}

/// The one-pass signature that announces `signature`.
pub fn one_pass(signature: &Signature, last: bool) -> Packet {
    let mut one_pass = OnePassSig::try_from(signature).unwrap();
    if let OnePassSig::V3(one_pass) = &mut one_pass {
        one_pass.set_last(last);
    }
    one_pass.into()
}

/// One-pass signatures, a literal, the signatures.
pub fn inline(body: &[u8], signatures: &[Signature]) -> Vec<u8> {
    let count = signatures.len();
    let heads = signatures.iter().enumerate().map(|(i, s)| one_pass(s, i + 1 == count));
    let tails = signatures.iter().rev().cloned().map(Packet::from);
    packets(heads.chain([literal(DataFormat::Binary, body)]).chain(tails))
}

/// `inside` in a compressed packet.
pub fn compressed(algorithm: CompressionAlgorithm, inside: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let message = Message::new(&mut out);
    let mut writer = Compressor::new(message).algo(algorithm).build().unwrap();
    writer.write_all(inside).unwrap();
    writer.finalize().unwrap();
    out
}

/// A literal without any signature.
pub fn unsigned(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = LiteralWriter::new(Message::new(&mut out)).build().unwrap();
    writer.write_all(body).unwrap();
    writer.finalize().unwrap();
    out
}

/// The public part of a key.
pub fn public(cert: &Cert) -> Vec<u8> {
    let mut out = Vec::new();
    cert.serialize(&mut out).unwrap();
    out
}
