//! Names what a file seems to be, for messages about files that are not what they should be.

/// What compressed files and archives begin with.
const ARCHIVES: [(&[u8], &str); 10] = [
    (b"\x1f\x8b", "a gzip file"),
    (b"\xfd7zXZ\0", "an xz file"),
    (b"BZh", "a bzip2 file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"LZIP", "an lzip file"),
    // lc=3 lp=0 pb=2 and a dictionary of at least 64 KiB.
    (b"\x5d\0\0", "an lzma file"),
    (b"\x1f\x9d", "a file of compress(1)"),
    (b"PK\x03\x04", "a zip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x7fELF", "a program"),
];

/// The magic of a tar archive, and where it stands (POSIX, ustar).
const TAR: &[u8] = b"ustar";
const TAR_AT: usize = 257;

/// Whether `bytes` seem to be a compressed file or an archive.
pub(crate) fn is_archive(bytes: &[u8]) -> bool {
    let what = describe(bytes);
    what == "a tar archive" || ARCHIVES.iter().any(|(_, kind)| *kind == what)
}

/// What `bytes` seem to be, as a noun phrase. Only a hint for people: nothing is decided by it.
pub(crate) fn describe(bytes: &[u8]) -> &'static str {
    let text = trim_start(bytes);
    let starts = |prefix: &[u8]| {
        text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if bytes.is_empty() {
        "an empty file"
    } else if starts(b"<!doctype html") || starts(b"<html") || starts(b"<head") {
        "an HTML page"
    } else if starts(b"<?xml") || starts(b"<error") {
        "an XML document"
    } else if starts(b"untrusted comment:") {
        if contains(text, b"trusted comment: ") && lines(text) >= 4 {
            "a minisign signature"
        } else if contains(first_line(text), b"secret key") {
            "a signify or minisign secret key"
        } else if contains(first_line(text), b"public key") {
            "a signify or minisign public key"
        } else {
            "a signify signature"
        }
    } else if starts(b"-----BEGIN SSH SIGNATURE-----") {
        "an SSH signature"
    } else if starts(b"-----BEGIN PGP SIGNED MESSAGE-----") {
        "a cleartext-signed OpenPGP message"
    } else if starts(b"-----BEGIN PGP PUBLIC KEY BLOCK-----") {
        "an OpenPGP key"
    } else if starts(b"-----BEGIN PGP PRIVATE KEY BLOCK-----") {
        "an OpenPGP secret key"
    } else if starts(b"-----BEGIN PGP SIGNATURE-----") {
        "an OpenPGP signature"
    } else if starts(b"-----BEGIN PGP ARMORED FILE-----") {
        "an armored file of no stated kind (\"PGP ARMORED FILE\")"
    } else if starts(b"-----BEGIN PGP MESSAGE-----") {
        "an OpenPGP message"
    } else if starts(b"-----BEGIN OPENSSH PRIVATE KEY-----") {
        "an OpenSSH secret key"
    } else if starts(b"-----BEGIN ") && contains(first_line(text), b"PRIVATE KEY-----") {
        "a secret key in PEM"
    } else if starts(b"-----BEGIN ") {
        "a PEM file"
    } else if starts(b"{") || starts(b"[") {
        "a JSON document"
    } else if let Some((_, kind)) = ARCHIVES.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        kind
    } else if bytes.get(TAR_AT..TAR_AT + TAR.len()) == Some(TAR) {
        "a tar archive"
    } else if std::str::from_utf8(bytes).is_ok() {
        "a text file"
    } else {
        "a binary file of another kind"
    }
}

/// The kinds of detached signatures that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureKind {
    /// OpenPGP, and everything that is none of the others.
    Openpgp,
    /// signify.
    Signify,
    /// minisign: signify's form with a trusted comment behind it, or prehashed.
    Minisign,
    /// `ssh-keygen -Y sign`.
    Ssh,
}

/// Which of the readers a signature file is for.
pub(crate) fn signature_kind(bytes: &[u8]) -> SignatureKind {
    if bytes.starts_with(b"untrusted comment:") {
        let mut lines = bytes.split(|b| *b == b'\n').skip(1);
        let prehashed = lines.next().is_some_and(|line| line.starts_with(b"RU"));
        let commented = lines.next().is_some_and(|line| line.starts_with(b"trusted comment: "));
        return match prehashed || commented {
            true => SignatureKind::Minisign,
            false => SignatureKind::Signify,
        };
    }
    match bytes.trim_ascii_start().starts_with(b"-----BEGIN SSH SIGNATURE-----") {
        true => SignatureKind::Ssh,
        false => SignatureKind::Openpgp,
    }
}

fn trim_start(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.trim_ascii_start()
}

fn first_line(bytes: &[u8]) -> &[u8] {
    bytes.split(|b| *b == b'\n').next().unwrap_or_default()
}

fn lines(bytes: &[u8]) -> usize {
    bytes.trim_ascii_end().split(|b| *b == b'\n').count()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).skip(1).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::{SignatureKind, describe, signature_kind};

    #[test]
    fn kinds() {
        for (bytes, kind) in [
            (&b""[..], "an empty file"),
            (b"\xef\xbb\xbf\n <!DOCTYPE html><html>", "an HTML page"),
            (b"untrusted comment: verify with x.pub\nRWQ=\n", "a signify signature"),
            (b"untrusted comment: x public key\nRWQ=\n", "a signify or minisign public key"),
            (b"untrusted comment: s\nRUQ=\ntrusted comment: t\nx==\n", "a minisign signature"),
            (b"-----BEGIN PGP SIGNED MESSAGE-----\n", "a cleartext-signed OpenPGP message"),
            (b"{\"a\":1}", "a JSON document"),
            (b"\x1f\x8b\x08", "a gzip file"),
            (b"\xfd7zXZ\0\0\x04", "an xz file"),
            (b"\x28\xb5\x2f\xfd\x04", "a zstd file"),
            (b"PK\x03\x04\x14", "a zip archive"),
            (&[&[0; 257][..], b"ustar\0"].concat(), "a tar archive"),
            (b"untrusted comment: signify secret key\nRWQ=\n", "a signify or minisign secret key"),
            (b"-----BEGIN OPENSSH PRIVATE KEY-----\n", "an OpenSSH secret key"),
            (b"-----BEGIN RSA PRIVATE KEY-----\n", "a secret key in PEM"),
            (b"-----BEGIN CERTIFICATE-----\nPRIVATE KEY-----\n", "a PEM file"),
            (b"hello", "a text file"),
            (b"\xff\xfe\x00", "a binary file of another kind"),
        ] {
            assert_eq!(describe(bytes), kind, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn readers() {
        for (bytes, kind) in [
            (&b"untrusted comment: s\nRUQ=\n"[..], SignatureKind::Minisign),
            (b"untrusted comment: s\nRWQ=\ntrusted comment: t\nx==\n", SignatureKind::Minisign),
            (b"untrusted comment: s\nRWQ=\n", SignatureKind::Signify),
            (b"untrusted comment: s\nRWQ=\nhello\ntrusted comment: t\n", SignatureKind::Signify),
            (b"-----BEGIN SSH SIGNATURE-----\n", SignatureKind::Ssh),
            (b"-----BEGIN PGP SIGNATURE-----\n", SignatureKind::Openpgp),
            (b"", SignatureKind::Openpgp),
        ] {
            assert_eq!(signature_kind(bytes), kind, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
