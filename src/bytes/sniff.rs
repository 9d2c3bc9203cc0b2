//! Names what a file seems to be, for messages about files that are not what they should be.

mod contents;

use super::compression::Compression;
use contents::{bare, ed25519, is_bare_snappy, is_lines, is_signify_gzip, is_utf16, openpgp};

/// One kind of file, by what it begins with.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $name:literal;)+) => {
        /// What a file seems to be.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Kind {
            $($(#[$doc])* $variant,)+
        }

        impl Kind {
            /// The kind as a noun phrase. It is for people; nothing is decided by it.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

kinds! {
    /// No bytes at all.
    Empty "an empty file";
    /// UTF-16, as PowerShell's `>` writes it.
    Utf16 "UTF-16 text";
    /// A web page.
    Html "an HTML page";
    /// XML of any kind.
    Xml "an XML document";
    /// JSON of any kind, one document.
    Json "a JSON document";
    /// One JSON document a line.
    JsonLines "JSON Lines: one JSON document a line";
    /// signify, detached or with its message.
    SignifySignature "a signify signature";
    /// minisign, all four lines.
    MinisignSignature "a minisign signature";
    /// minisign, prehashed, of which only the first two lines are there.
    MinisignShort "a minisign signature without its trusted comment";
    /// A public key of signify or minisign.
    Ed25519PublicKey "a signify or minisign public key";
    /// A secret key of signify or minisign.
    Ed25519SecretKey "a signify or minisign secret key";
    /// An untrusted comment above something else.
    Ed25519Other "a damaged signify or minisign file";
    /// `ssh-keygen -Y sign`.
    SshSignature "an SSH signature";
    /// An OpenSSH public key, or a list of them.
    SshPublicKey "an SSH public key";
    /// A secret key of OpenSSH.
    SshSecretKey "an OpenSSH secret key";
    /// Text between armor lines.
    Cleartext "a cleartext-signed OpenPGP message";
    /// A public key, armored or not.
    OpenpgpKey "an OpenPGP key";
    /// A secret key, armored or not.
    OpenpgpSecretKey "an OpenPGP secret key";
    /// A signature, armored or not.
    OpenpgpSignature "an OpenPGP signature";
    /// A message, armored or not.
    OpenpgpMessage "an OpenPGP message";
    /// What `gpg --enarmor` makes.
    OpenpgpArmoredFile "an armored file of no stated kind (\"PGP ARMORED FILE\")";
    /// GnuPG's own store of public keys.
    Keybox "a GnuPG keybox";
    /// A signature and nothing else, in base64.
    BareSignature "a bare signature in base64, as cosign writes it";
    /// A certificate, in PEM in base64.
    BareCertificate "a certificate in base64, as cosign writes it";
    /// A certificate.
    PemCertificate "a certificate in PEM";
    /// A public key.
    PemPublicKey "a public key in PEM";
    /// A secret key.
    PemSecretKey "a secret key in PEM";
    /// Any other PEM.
    Pem "a PEM file";
    /// gzip.
    Gzip "a gzip file";
    /// gzip, with a comment that signify made.
    SignifyGzip "a gzip file that signify signed in its header (signify -z)";
    /// xz.
    Xz "an xz file";
    /// bzip2.
    Bzip2 "a bzip2 file";
    /// Zstandard.
    Zstd "a zstd file";
    /// lzip.
    Lzip "an lzip file";
    /// lc=3 lp=0 pb=2 and a dictionary of at least 64 KiB.
    Lzma "an lzma file";
    /// compress(1).
    Compress "a file of compress(1)";
    /// Snappy, framed or a bare block, as GitHub stores attestations.
    Snappy "a Snappy-compressed file";
    /// zip.
    Zip "a zip archive";
    /// 7z.
    SevenZip "a 7z archive";
    /// tar (POSIX, ustar).
    Tar "a tar archive";
    /// ELF.
    Program "a program";
    /// UTF-8 of no other kind.
    Text "a text file";
    /// Anything else.
    Binary "a binary file of another kind";
}

/// Kinds that begin with fixed bytes, besides the compressions that are read.
const MAGIC: [(&[u8], Kind); 5] = [
    (b"\x1f\x9d", Kind::Compress),
    (b"\xff\x06\0\0sNaPpY", Kind::Snappy),
    (b"PK\x03\x04", Kind::Zip),
    (b"7z\xbc\xaf\x27\x1c", Kind::SevenZip),
    (b"\x7fELF", Kind::Program),
];

/// Kinds of text by how they begin, after a byte order mark and blanks. Letter case is of no matter.
const OPENINGS: [(&[u8], Kind); 15] = [
    (b"<!doctype html", Kind::Html),
    (b"<html", Kind::Html),
    (b"<head", Kind::Html),
    (b"<?xml", Kind::Xml),
    (b"<error", Kind::Xml),
    (b"-----BEGIN SSH SIGNATURE-----", Kind::SshSignature),
    (b"-----BEGIN PGP SIGNED MESSAGE-----", Kind::Cleartext),
    (b"-----BEGIN PGP PUBLIC KEY BLOCK-----", Kind::OpenpgpKey),
    (b"-----BEGIN PGP PRIVATE KEY BLOCK-----", Kind::OpenpgpSecretKey),
    (b"-----BEGIN PGP SIGNATURE-----", Kind::OpenpgpSignature),
    (b"-----BEGIN PGP ARMORED FILE-----", Kind::OpenpgpArmoredFile),
    (b"-----BEGIN PGP MESSAGE-----", Kind::OpenpgpMessage),
    (b"-----BEGIN OPENSSH PRIVATE KEY-----", Kind::SshSecretKey),
    (b"-----BEGIN CERTIFICATE-----", Kind::PemCertificate),
    (b"-----BEGIN PUBLIC KEY-----", Kind::PemPublicKey),
];

/// OpenSSH's names of kinds of keys (sshd(8), "AUTHORIZED_KEYS FILE FORMAT"), of which some go on.
const SSH_KEYS: [&str; 6] = [
    "ssh-ed25519",
    "ssh-rsa",
    "ssh-dss",
    "ecdsa-sha2-nistp",
    "sk-ssh-ed25519",
    "sk-ecdsa-sha2-nistp",
];

/// How the names of certificates for them end.
const SSH_CERTIFICATE: &str = "-cert-v01@openssh.com";

/// Whether `word` is OpenSSH's name of a kind of key, or of a certificate for one.
pub(crate) fn is_ssh_key_type(word: &str) -> bool {
    SSH_KEYS.iter().any(|name| word.starts_with(name))
}

/// Whether `word` is OpenSSH's name of a certificate for a kind of key.
pub(crate) fn is_ssh_certificate_type(word: &str) -> bool {
    is_ssh_key_type(word) && word.ends_with(SSH_CERTIFICATE)
}

/// Whether a text begins as an SSH key, which is none that someone certified.
fn is_ssh_key(text: &[u8]) -> bool {
    let word = text.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    let word = std::str::from_utf8(word).unwrap_or_default();
    is_ssh_key_type(word) && !is_ssh_certificate_type(word)
}

/// The magic of a tar archive, and where it is (POSIX, ustar).
const TAR: &[u8] = b"ustar";
const TAR_AT: usize = 257;
/// The magic of a keybox, and where it is (GnuPG, kbx/keybox-blob.c).
const KEYBOX: &[u8] = b"KBXf";
const KEYBOX_AT: usize = 8;

/// The UTF-8 byte order mark.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Kind {
    /// What `bytes` seem to be.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let at =
            |offset: usize, magic: &[u8]| bytes.get(offset..offset + magic.len()) == Some(magic);
        if bytes.is_empty() {
            return Self::Empty;
        }
        if is_utf16(bytes) {
            return Self::Utf16;
        }
        if let Some(compression) = Compression::of(bytes) {
            return match compression {
                Compression::Gzip if is_signify_gzip(bytes) => Self::SignifyGzip,
                Compression::Gzip => Self::Gzip,
                Compression::Xz => Self::Xz,
                Compression::Bzip2 => Self::Bzip2,
                Compression::Zstd => Self::Zstd,
                Compression::Lzip => Self::Lzip,
                Compression::Lzma => Self::Lzma,
            };
        }
        if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
            return *kind;
        }
        if at(TAR_AT, TAR) {
            return Self::Tar;
        }
        if at(KEYBOX_AT, KEYBOX) {
            return Self::Keybox;
        }
        let text = trim_start(bytes);
        let opens = |prefix: &[u8]| {
            text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if let Some((_, kind)) = OPENINGS.iter().find(|(opening, _)| opens(opening)) {
            return *kind;
        }
        if is_ssh_key(text) {
            return Self::SshPublicKey;
        }
        if opens(b"untrusted comment:") {
            return ed25519(text);
        }
        if opens(b"-----BEGIN ") {
            let secret = contains(first_line(text), b"PRIVATE KEY-----");
            return if secret { Self::PemSecretKey } else { Self::Pem };
        }
        if text.starts_with(b"{") || text.starts_with(b"[") {
            return if is_lines(text) { Self::JsonLines } else { Self::Json };
        }
        if let Some(kind) = bare(text) {
            return kind;
        }
        if let Some(kind) = openpgp(bytes) {
            return kind;
        }
        if is_bare_snappy(bytes) {
            return Self::Snappy;
        }
        if std::str::from_utf8(bytes).is_ok() { Self::Text } else { Self::Binary }
    }

    /// Whether it is a compressed file or an archive.
    pub(crate) const fn is_archive(self) -> bool {
        matches!(
            self,
            Self::Gzip
                | Self::SignifyGzip
                | Self::Xz
                | Self::Bzip2
                | Self::Zstd
                | Self::Lzip
                | Self::Lzma
                | Self::Compress
                | Self::Snappy
                | Self::Zip
                | Self::SevenZip
                | Self::Tar
                | Self::Program
        )
    }

    /// Whether it is a detached signature.
    pub(crate) const fn is_signature(self) -> bool {
        matches!(
            self,
            Self::OpenpgpSignature
                | Self::SignifySignature
                | Self::MinisignSignature
                | Self::MinisignShort
                | Self::SshSignature
        )
    }

    /// Whether it is a secret key of another kind than OpenPGP, of which nothing may be shown.
    pub(crate) const fn is_secret(self) -> bool {
        matches!(self, Self::Ed25519SecretKey | Self::SshSecretKey | Self::PemSecretKey)
    }

    /// Whether it is JSON, one document or several.
    pub(crate) const fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::JsonLines)
    }

    /// What to do with a file of this kind where another was expected: the option or the command
    /// that fits it, as an imperative clause.
    pub(crate) const fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::Html | Self::Xml => "a server sent a page in its place: fetch it again",
            Self::Utf16 => "convert it with iconv -f UTF-16 -t UTF-8",
            Self::Keybox => {
                "export the key: gpg --no-default-keyring --keyring ./FILE --export > key.gpg"
            }
            Self::SignifySignature => "check it with --signify-key",
            Self::MinisignSignature => "check it with --minisign-key",
            Self::MinisignShort => "the last two of its four lines are missing: fetch it again",
            Self::Ed25519PublicKey => "give it with --signify-key or --minisign-key",
            Self::SshSignature => "check it with --ssh-allowed-signers",
            Self::SshPublicKey => {
                "list it, after a name, in a file of allowed signers (ssh-keygen(1))"
            }
            Self::Cleartext | Self::OpenpgpMessage => "see \"distvouch message\"",
            Self::OpenpgpKey => "give it with --openpgp-key",
            Self::OpenpgpSignature => "check it with --openpgp-key",
            Self::BareSignature => {
                "its log entry is not in it; with its certificate, make a bundle: cosign bundle create \
                 --artifact FILE --signature SIG --certificate CERT --out FILE.sigstore.json"
            }
            Self::SignifyGzip => "check it with signify -Vz -p KEY -x FILE",
            Self::PemPublicKey => "give it with --sigstore-key",
            Self::Snappy => "decompress it first: GitHub stores attestations that way",
            _ => return None,
        })
    }

    /// The noun phrase, with what to do about it where there is something.
    pub(crate) fn advice(self) -> String {
        match self.hint() {
            Some(hint) => format!("{} ({hint})", self.name()),
            None => self.name().to_owned(),
        }
    }
}

/// What `bytes` seem to be, as a noun phrase. Only a hint for people: nothing is decided by it.
pub(crate) fn describe(bytes: &[u8]) -> &'static str {
    Kind::of(bytes).name()
}

/// `bytes` without a UTF-8 byte order mark in front.
pub(crate) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes)
}

fn trim_start(bytes: &[u8]) -> &[u8] {
    without_mark(bytes).trim_ascii_start()
}

fn first_line(bytes: &[u8]) -> &[u8] {
    bytes.split(|b| *b == b'\n').next().unwrap_or_default()
}

/// Whether `part` is in `bytes`.
pub(crate) fn contains(bytes: &[u8], part: &[u8]) -> bool {
    find(bytes, part).is_some()
}

/// Where `part` is in `bytes` first.
pub(crate) fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    let Some((first, rest)) = part.split_first() else { return Some(0) };
    let mut at = 0;
    loop {
        // Most bytes differ from the first one already.
        at += bytes.get(at..)?.iter().position(|b| b == first)? + 1;
        if bytes.get(at..)?.starts_with(rest) {
            return Some(at - 1);
        }
    }
}

#[cfg(test)]
mod tests;
