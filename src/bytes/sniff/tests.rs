use super::*;

/// A file of signify or minisign whose base64 encodes `bytes` bytes.
fn ed25519_file(comment: &str, bytes: usize, algorithm: &str, rest: &str) -> Vec<u8> {
    let digits = bytes.div_ceil(3) * 4;
    let padding = (3 - bytes % 3) % 3;
    let base64 = format!("{algorithm}{}", "A".repeat(digits - algorithm.len() - padding));
    format!("untrusted comment: {comment}\n{base64}{}\n{rest}", "=".repeat(padding)).into_bytes()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn kinds() {
    for (bytes, kind) in [
        (&b""[..], Kind::Empty),
        (b"\xef\xbb\xbf\n <!DOCTYPE html><html>", Kind::Html),
        (b"-----BEGIN PGP SIGNED MESSAGE-----\n", Kind::Cleartext),
        (b"\xef\xbb\xbf-----BEGIN PGP SIGNED MESSAGE-----\n", Kind::Cleartext),
        (b"{\"a\":1}", Kind::Json),
        (b"{\"a\":1}\n", Kind::Json),
        (b"{\"a\":\n{}}", Kind::Json),
        (b"[{}\n,{}]", Kind::Json),
        (b"{\"a\":1}\r\n\r\n{\"a\":2}\r\n", Kind::JsonLines),
        (b"\x1f\x8b\x08", Kind::Gzip),
        (b"\x1f\x8b\x08\x10\0\0\0\0\0\x03untrusted comment: x\n", Kind::SignifyGzip),
        (b"\x1f\x8b\x08\x08\0\0\0\0\0\x03untrusted comment: x\n", Kind::Gzip),
        (b"MAYCAQECAQI=\n", Kind::BareSignature),
        (b"MAYCAQECAQIA\n", Kind::Text),
        (b"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==", Kind::BareCertificate),
        (b"\xfd7zXZ\0\0\x04", Kind::Xz),
        (b"\x28\xb5\x2f\xfd\x04", Kind::Zstd),
        (b"\xff\x06\x00\x00sNaPpY\x00", Kind::Snappy),
        (b"\xe4\x51\xf0\x49{\n\t\"mediaType\": \"", Kind::Snappy),
        (b"\x50\x2a\x4d\x18\0\0\0\0", Kind::Zstd),
        (b"BZh9", Kind::Bzip2),
        (b"BZhello", Kind::Text),
        (b"LZIP\x01", Kind::Lzip),
        (b"PK\x03\x04\x14", Kind::Zip),
        (&[&[0; 257][..], b"ustar\0"].concat(), Kind::Tar),
        (b"\0\0\0\x20\x01\x01\0\x02KBXf\0\0", Kind::Keybox),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\n", Kind::SshSecretKey),
        (b"-----BEGIN RSA PRIVATE KEY-----\n", Kind::PemSecretKey),
        (b"-----BEGIN CERTIFICATE-----\nPRIVATE KEY-----\n", Kind::PemCertificate),
        (b"-----BEGIN PUBLIC KEY-----\n", Kind::PemPublicKey),
        (b"-----BEGIN PKCS7-----\n", Kind::Pem),
        (b"ssh-ed25519 AAAA a@b\n", Kind::SshPublicKey),
        (b"sk-ssh-ed25519@openssh.com AAAA\n", Kind::SshPublicKey),
        (b"ssh-ed25519-cert-v01@openssh.com AAAA\n", Kind::Text),
        (b"ssh-keygen makes keys\n", Kind::Text),
        (b"\x88\x5d\x04\x00", Kind::OpenpgpSignature),
        (b"\x89\x01\x33\x04\x00", Kind::OpenpgpSignature),
        (b"\xc2\xc1\x33\x04\x00", Kind::OpenpgpSignature),
        (b"\x99\x01\x0d\x04", Kind::OpenpgpKey),
        (b"\xc6\x33\x06", Kind::OpenpgpKey),
        (b"\x95\x01\x0d\x04", Kind::OpenpgpSecretKey),
        (b"\xa3\x01\x78", Kind::OpenpgpMessage),
        (b"\x90\x0d\x03\x00", Kind::OpenpgpMessage),
        (b"hello", Kind::Text),
        (b"\xff\xfe\xff\xff", Kind::Binary),
        (b"\xff\xfb\x90\x44", Kind::Binary),
    ] {
        assert_eq!(Kind::of(bytes), kind, "{:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn utf_16_with_a_mark_and_without() {
    for text in ["-----BEGIN PGP PUBLIC KEY BLOCK-----", "{\"a\": 1234}", "0123abcd  file"] {
        assert_eq!(Kind::of(&utf16(text)), Kind::Utf16, "{text}");
        assert_eq!(Kind::of(&utf16(&format!("\u{feff}{text}"))), Kind::Utf16, "{text}");
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(Kind::of(&big), Kind::Utf16, "{text}");
    }
}

#[test]
fn files_of_signify_and_minisign_are_told_by_what_they_hold_not_by_their_comment() {
    let comment = "signature from minisign secret key";
    for (bytes, algorithm, rest, kind) in [
        (74, "RW", "", Kind::SignifySignature),
        (74, "RU", "", Kind::MinisignShort),
        (74, "RU", "trusted comment: t\nx==\n", Kind::MinisignSignature),
        (74, "RW", "trusted comment: t\nx==\n", Kind::MinisignSignature),
        (74, "RW", "a message\n", Kind::SignifySignature),
        (42, "RW", "", Kind::Ed25519PublicKey),
        (104, "RW", "", Kind::Ed25519SecretKey),
        (158, "RW", "", Kind::Ed25519SecretKey),
        (7, "RW", "", Kind::Ed25519Other),
    ] {
        let file = ed25519_file(comment, bytes, algorithm, rest);
        assert_eq!(Kind::of(&file), kind, "{bytes} {algorithm}");
    }
}
