//! The key ring: the only keys that count.
//!
//! A certificate is split off from its file packet by packet and is made usable only when a signature
//! names one of its keys. Certifications by strangers never count, and anyone who floods a key floods it
//! with those: they are dropped as they are read.

mod error;
mod reading;

use super::armor;
use super::binding::binds;
use crate::bytes::input::{EVIDENCE_LIMIT, read_operand};
pub(crate) use error::{InsteadOfKeys, RingError};
pub(super) use reading::is_flooded;
use reading::{Part, Reading, key_id};
use sequoia_openpgp::packet::key::{PublicParts, UnspecifiedRole};
use sequoia_openpgp::packet::{Key, Signature};
use sequoia_openpgp::{Cert, Fingerprint, KeyHandle, Packet};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The most certificates in a ring, counting copies.
const CERT_LIMIT: usize = 10_000;

/// The most packets (user ids, subkeys, signatures) of one certificate, without the certifications
/// of strangers. What is beyond it was flooded: real keys have a few hundred.
pub(super) const PACKET_LIMIT: usize = 4_000;

/// The most packets of `bytes` bytes of keys: real ones are larger on average, and what is parsed takes some
/// 300 bytes each.
const fn most_packets(bytes: usize) -> usize {
    16_384 + bytes / 48
}

/// Revocations that stand alone and are kept for one certificate, and issuers of one that are looked at.
const REVOCATIONS: usize = 256;
const ISSUERS: usize = 16;

/// The packets of one certificate, and what becomes of them.
#[derive(Debug, Clone, Default)]
struct Entry {
    /// Of each copy: the primary key, and what follows it.
    copies: Vec<Vec<Packet>>,
    /// Its revocations that stood alone, as `gpg --gen-revoke` writes them.
    revocations: Vec<Packet>,
    /// Whether a copy was left out for having too many packets: what was in that is not known.
    flooded: bool,
    cert: OnceLock<Option<Cert>>,
}

impl Entry {
    /// The certificate; two copies of one complement each other. Where one cannot be read there is none: a
    /// revocation may be in that.
    fn cert(&self) -> Option<&Cert> {
        let make = || {
            if self.flooded {
                return None;
            }
            let mut merged: Option<Cert> = None;
            for packets in &self.copies {
                let cert = Cert::from_packets(packets.iter().cloned()).ok()?;
                let cert = cert.strip_secret_key_material();
                merged = Some(match merged {
                    Some(known) => known.merge_public(cert).ok()?,
                    None => cert,
                });
            }
            if self.revocations.is_empty() {
                return merged;
            }
            let (cert, _) = merged?.insert_packets(self.revocations.iter().cloned()).ok()?;
            Some(cert)
        };
        self.cert.get_or_init(make).as_ref()
    }
}

/// The certificates whose signatures count. Nothing ambient is ever consulted.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyRing {
    entries: BTreeMap<Fingerprint, Entry>,
    /// The certificates that gpg would take from their files. The others may revoke.
    taken: BTreeSet<Fingerprint>,
    /// Those of them whose signatures count, where not all do. The others may revoke.
    only: Option<BTreeSet<Fingerprint>>,
    /// The certificates that hold a key with that key ID.
    handles: BTreeMap<u64, BTreeSet<Fingerprint>>,
    /// The key IDs of certificates that were left out for having too many packets.
    flooded: BTreeSet<u64>,
    read: usize,
    /// Revocations that stand alone, until all files were read: one of any of them may be of a key of any other.
    pending: Vec<(PathBuf, Signature)>,
}

impl KeyRing {
    /// Reads every key of `files`, each binary or with any number of armored blocks.
    ///
    /// With `only` not empty, just the certificates count of which one of these is the fingerprint
    /// of the primary key or of a subkey.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or holds no key at all, or a fingerprint of `only` is in none.
    /// A file that holds a damaged or flooded key beside whole ones is taken without it: its signatures are not
    /// judged, nor are they where one of several copies of it is damaged.
    pub(crate) fn read(files: &[PathBuf], only: &[String]) -> Result<Self, RingError> {
        let mut ring = Self::default();
        for path in files {
            ring.add_file(path)?;
        }
        ring.settle()?;
        if !only.is_empty() {
            ring.retain(only)?;
        }
        Ok(ring)
    }

    /// As [`KeyRing::read`], of files that were read.
    ///
    /// # Errors
    ///
    /// As [`KeyRing::read`].
    pub(crate) fn of(files: &[(&Path, Vec<u8>)], only: &[String]) -> Result<Self, RingError> {
        let mut ring = Self::default();
        for (path, bytes) in files {
            ring.add_bytes(path, bytes)?;
        }
        ring.settle()?;
        if !only.is_empty() {
            ring.retain(only)?;
        }
        Ok(ring)
    }

    /// The keys that a signature by `issuer` could be from, each with its certificate.
    pub(crate) fn candidates(
        &self,
        issuer: &KeyHandle,
    ) -> Vec<(&Cert, Key<PublicParts, UnspecifiedRole>)> {
        let counts = |cert: &Cert| self.counts(&cert.fingerprint());
        self.revokers(issuer).into_iter().filter(|(cert, _)| counts(cert)).collect()
    }

    /// As [`candidates`](Self::candidates), with the keys that may only revoke.
    pub(crate) fn revokers(
        &self,
        issuer: &KeyHandle,
    ) -> Vec<(&Cert, Key<PublicParts, UnspecifiedRole>)> {
        let fingerprints = self.handles.get(&key_id(issuer)).into_iter().flatten();
        let certs = fingerprints.filter_map(|f| self.entries.get(f)?.cert());
        certs
            .flat_map(|cert| {
                cert.keys()
                    .filter(|ka| issuer.aliases(ka.key().key_handle()))
                    .map(move |ka| (cert, ka.key().clone().role_into_unspecified()))
            })
            .collect()
    }

    /// Keys in the order of their certificates' fingerprints, for signatures that name no issuer: at
    /// most `limit` of them.
    pub(crate) fn first_keys(
        &self,
        limit: usize,
    ) -> Vec<(&Cert, Key<PublicParts, UnspecifiedRole>)> {
        self.entries
            .iter()
            .filter(|(fingerprint, _)| self.counts(fingerprint))
            .filter_map(|(_, entry)| entry.cert())
            .flat_map(|cert| {
                cert.keys().map(move |ka| (cert, ka.key().clone().role_into_unspecified()))
            })
            .take(limit)
            .collect()
    }

    /// Whether signatures of that certificate count, rather than its revocations alone.
    fn counts(&self, fingerprint: &Fingerprint) -> bool {
        self.taken.contains(fingerprint)
            && self.only.as_ref().is_none_or(|only| only.contains(fingerprint))
    }

    /// Whether a certificate with the key `issuer` was left out for having too many packets.
    pub(crate) fn is_flooded(&self, issuer: &KeyHandle) -> bool {
        self.flooded.contains(&key_id(issuer))
    }

    /// Whether a certificate with the key `issuer` is there of which a copy cannot be read.
    pub(crate) fn is_unreadable(&self, issuer: &KeyHandle) -> bool {
        let fingerprints = self.handles.get(&key_id(issuer)).into_iter().flatten();
        fingerprints.filter_map(|f| self.entries.get(f)).any(|entry| entry.cert().is_none())
    }

    fn add_file(&mut self, path: &Path) -> Result<(), RingError> {
        let bytes = read_operand(path, EVIDENCE_LIMIT).map_err(RingError::Input)?;
        self.add_bytes(path, &bytes)
    }

    fn add_bytes(&mut self, path: &Path, bytes: &[u8]) -> Result<(), RingError> {
        let blocks = armor::key_blocks(bytes)
            .map_err(|fault| RingError::Armor { path: path.to_owned(), fault })?;
        let mut reading = Reading::default();
        for (block, counts) in &blocks {
            reading.block(block, *counts, self, path)?;
        }
        match reading {
            Reading { whole: true, broken: true, .. } => {
                Err(RingError::Broken { path: path.to_owned() })
            }
            Reading { whole: true, .. } => Ok(()),
            Reading { flooded: true, .. } => Err(RingError::Flooded { path: path.to_owned() }),
            Reading { found, .. } => Err(RingError::NoKeys { path: path.to_owned(), found }),
        }
    }

    /// Adds what was read of one certificate. Whether it can be used.
    fn add(&mut self, part: Part, counts: bool, path: &Path) -> Result<bool, RingError> {
        self.read += 1;
        if self.read > CERT_LIMIT {
            return Err(RingError::TooMany { path: path.to_owned() });
        }
        if part.flooded {
            self.flooded.extend(part.keys);
            self.entries.entry(part.fingerprint).or_default().flooded = true;
            return Ok(false);
        }
        let Some(Packet::PublicKey(_) | Packet::SecretKey(_)) = part.packets.first() else {
            return Ok(false);
        };
        for key in part.keys {
            self.handles.entry(key).or_default().insert(part.fingerprint.clone());
        }
        if counts {
            self.taken.insert(part.fingerprint.clone());
        }
        self.entries.entry(part.fingerprint).or_default().copies.push(part.packets);
        Ok(counts)
    }

    /// Keeps a revocation without the key before it, as `gpg --gen-revoke` writes them.
    fn wait(&mut self, revocation: Option<Signature>, path: &Path) {
        self.pending.extend(revocation.map(|revocation| (path.to_owned(), revocation)));
    }

    /// Takes the revocations that stand alone to their keys, in whatever order the files came.
    fn settle(&mut self) -> Result<(), RingError> {
        for (path, revocation) in std::mem::take(&mut self.pending) {
            self.revoke(&revocation, &path)?;
        }
        Ok(())
    }

    /// Keeps a revocation that stands alone with the certificates of the key that made it.
    fn revoke(&mut self, revocation: &Signature, path: &Path) -> Result<(), RingError> {
        // A fingerprint and its key ID lead to the same certificates.
        let issuers: BTreeSet<u64> =
            revocation.get_issuers().iter().take(ISSUERS).map(key_id).collect();
        let handles = &self.handles;
        let certs: BTreeSet<&Fingerprint> =
            issuers.iter().filter_map(|issuer| handles.get(issuer)).flatten().collect();
        for fingerprint in certs {
            let Some(entry) = self.entries.get_mut(fingerprint) else { continue };
            if entry.revocations.len() >= REVOCATIONS {
                return Err(RingError::Flooded { path: path.to_owned() });
            }
            entry.revocations.push(revocation.clone().into());
        }
        Ok(())
    }

    fn retain(&mut self, only: &[String]) -> Result<(), RingError> {
        let mut keep = BTreeSet::new();
        for text in only {
            let digits: String = text.chars().filter(|c| *c != ' ').collect();
            let digits = digits.strip_prefix("0x").unwrap_or(&digits);
            let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
            let fingerprint = match digits.parse::<Fingerprint>() {
                Ok(fingerprint) if hex && matches!(digits.len(), 40 | 64) => fingerprint,
                _ => return Err(RingError::BadFingerprint(text.clone())),
            };
            if self.taken.contains(&fingerprint) {
                keep.insert(fingerprint);
                continue;
            }
            let with_subkey = self.candidates(&KeyHandle::from(fingerprint.clone()));
            let mut bound = with_subkey.iter().filter(|(cert, key)| binds(cert, key));
            match (bound.next(), with_subkey.first()) {
                (Some((cert, _)), _) => _ = keep.insert(cert.fingerprint()),
                (None, Some((cert, _))) => {
                    return Err(RingError::UnboundSubkey {
                        subkey: text.clone(),
                        primary: cert.fingerprint().to_string(),
                    });
                }
                (None, None) => return Err(RingError::NoSuchFingerprint(text.clone())),
            }
        }
        self.only = Some(keep);
        Ok(())
    }
}
