//! The key ring: the only keys that count.

use super::armor::{self, ArmorFault};
use crate::bytes::input::{EVIDENCE_LIMIT, InputError, read_bounded};
use sequoia_openpgp::cert::CertParser;
use sequoia_openpgp::packet::Key;
use sequoia_openpgp::packet::Tag;
use sequoia_openpgp::packet::key::{PublicParts, UnspecifiedRole};
use sequoia_openpgp::parse::{PacketParser, PacketParserResult, Parse};
use sequoia_openpgp::{Cert, Fingerprint, KeyHandle};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// The most certificates in a ring, counting copies.
const CERT_LIMIT: usize = 10_000;

/// The most packets (user ids, subkeys, signatures) of one certificate. What is beyond it was
/// flooded: real keys have a few hundred.
const PACKET_LIMIT: usize = 4_000;

/// Why a key ring could not be made.
#[derive(Debug)]
pub(crate) enum RingError {
    /// A key file could not be read.
    Input(InputError),
    /// A key file holds no OpenPGP packets.
    Armor {
        /// The key file.
        path: PathBuf,
        /// Why not.
        fault: ArmorFault,
    },
    /// A key file holds packets, but no key among them that can be read.
    NoKeys {
        /// The key file.
        path: PathBuf,
    },
    /// More certificates than the limit.
    TooMany {
        /// The key file that went over it.
        path: PathBuf,
    },
    /// A certificate with more packets than the limit.
    Flooded {
        /// The key file.
        path: PathBuf,
    },
    /// A fingerprint that was asked for is in none of the key files.
    NoSuchFingerprint(String),
    /// Not a fingerprint.
    BadFingerprint(String),
}

impl fmt::Display for RingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(error) => error.fmt(f),
            Self::Armor { path, fault } => {
                write!(f, "{}: holds no OpenPGP key: {fault}", path.display())
            }
            Self::NoKeys { path } => {
                write!(f, "{}: holds OpenPGP packets, but no key that can be read", path.display())
            }
            Self::TooMany { path } => {
                write!(f, "{}: the key ring would hold more than {CERT_LIMIT} keys", path.display())
            }
            Self::Flooded { path } => write!(
                f,
                "{}: holds a key with more than {PACKET_LIMIT} user ids, subkeys and signatures",
                path.display()
            ),
            Self::NoSuchFingerprint(fingerprint) => {
                write!(f, "no key file holds the key {fingerprint}")
            }
            Self::BadFingerprint(text) => write!(
                f,
                "\"{text}\" is not a fingerprint: 40 or 64 hexadecimal digits of the primary key"
            ),
        }
    }
}

impl std::error::Error for RingError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Input(error) => Some(error),
            _ => None,
        }
    }
}

/// The certificates whose signatures count. Nothing ambient is ever consulted.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyRing {
    certs: BTreeMap<Fingerprint, Cert>,
    handles: BTreeMap<u64, Vec<Fingerprint>>,
    read: usize,
}

impl KeyRing {
    /// Reads every key of `files`, each binary or with any number of armored blocks.
    ///
    /// With `only` not empty, just the certificates with these primary key fingerprints count.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read or holds no key at all, or a fingerprint of `only` is in none.
    /// A file that holds a damaged key beside whole ones is taken without it, as gpg does.
    pub(crate) fn read(files: &[PathBuf], only: &[String]) -> Result<Self, RingError> {
        let mut ring = Self::default();
        for path in files {
            ring.add_file(path)?;
        }
        if !only.is_empty() {
            ring.retain(only)?;
        }
        ring.index();
        Ok(ring)
    }

    /// The certificates.
    pub(crate) fn certs(&self) -> impl Iterator<Item = &Cert> {
        self.certs.values()
    }

    /// The keys that a signature by `issuer` could be from, each with its certificate.
    pub(crate) fn candidates(
        &self,
        issuer: &KeyHandle,
    ) -> Vec<(&Cert, Key<PublicParts, UnspecifiedRole>)> {
        let fingerprints = self.handles.get(&key_id(issuer)).map(Vec::as_slice).unwrap_or_default();
        let certs = fingerprints.iter().filter_map(|f| self.certs.get(f));
        certs
            .flat_map(|cert| {
                cert.keys()
                    .filter(|ka| issuer.aliases(ka.key().key_handle()))
                    .map(move |ka| (cert, ka.key().clone().role_into_unspecified()))
            })
            .collect()
    }

    /// Every key, for signatures that name no issuer.
    pub(crate) fn all_keys(&self) -> Vec<(&Cert, Key<PublicParts, UnspecifiedRole>)> {
        self.certs()
            .flat_map(|cert| {
                cert.keys().map(move |ka| (cert, ka.key().clone().role_into_unspecified()))
            })
            .collect()
    }

    fn add_file(&mut self, path: &Path) -> Result<(), RingError> {
        let bytes = read_bounded(path, EVIDENCE_LIMIT).map_err(RingError::Input)?;
        let blocks = armor::packets(&bytes)
            .map_err(|fault| RingError::Armor { path: path.to_owned(), fault })?;
        let mut found = false;
        for block in blocks {
            // Before anything is made of them: to sort out a flooded key takes minutes.
            if is_flooded(&block) {
                return Err(RingError::Flooded { path: path.to_owned() });
            }
            let Ok(packets) = PacketParser::from_bytes(&block) else { continue };
            for cert in CertParser::from(packets).flatten() {
                found = true;
                self.add(cert.strip_secret_key_material());
                self.read += 1;
                if self.read > CERT_LIMIT {
                    return Err(RingError::TooMany { path: path.to_owned() });
                }
            }
        }
        found.then_some(()).ok_or_else(|| RingError::NoKeys { path: path.to_owned() })
    }

    /// Adds `cert`; two copies of one certificate complement each other.
    fn add(&mut self, cert: Cert) {
        let fingerprint = cert.fingerprint();
        let merged = match self.certs.remove(&fingerprint) {
            Some(known) => known.clone().merge_public(cert).unwrap_or(known),
            None => cert,
        };
        self.certs.insert(fingerprint, merged);
    }

    fn retain(&mut self, only: &[String]) -> Result<(), RingError> {
        let mut keep = Vec::new();
        for text in only {
            let digits: String = text.chars().filter(|c| *c != ' ').collect();
            let digits = digits.strip_prefix("0x").unwrap_or(&digits);
            let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
            let fingerprint = match digits.parse::<Fingerprint>() {
                Ok(fingerprint) if hex && matches!(digits.len(), 40 | 64) => fingerprint,
                _ => return Err(RingError::BadFingerprint(text.clone())),
            };
            if !self.certs.contains_key(&fingerprint) {
                return Err(RingError::NoSuchFingerprint(text.clone()));
            }
            keep.push(fingerprint);
        }
        self.certs.retain(|fingerprint, _| keep.contains(fingerprint));
        Ok(())
    }

    fn index(&mut self) {
        for (fingerprint, cert) in &self.certs {
            for ka in cert.keys() {
                let list = self.handles.entry(key_id(&ka.key().key_handle())).or_default();
                if !list.contains(fingerprint) {
                    list.push(fingerprint.clone());
                }
            }
        }
    }
}

/// Whether one key in `block` has more packets than any real one.
fn is_flooded(block: &[u8]) -> bool {
    let mut packets = 0;
    let mut parser = PacketParser::from_bytes(block);
    while let Ok(PacketParserResult::Some(pp)) = parser {
        packets = if matches!(pp.packet.tag(), Tag::PublicKey | Tag::SecretKey) {
            0
        } else {
            packets + 1
        };
        if packets > PACKET_LIMIT {
            return true;
        }
        parser = pp.next().map(|(_, next)| next);
    }
    false
}

/// The 64-bit key ID, which every handle has.
fn key_id(handle: &KeyHandle) -> u64 {
    let id = sequoia_openpgp::KeyID::from(handle);
    id.as_bytes().iter().fold(0, |n, b| n << 8 | u64::from(*b))
}
