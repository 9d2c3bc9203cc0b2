//! Reading a key file packet by packet, with a limit on what one key may carry.

use super::{CERT_LIMIT, InsteadOfKeys, KeyRing, PACKET_LIMIT, RingError, most_packets};
use sequoia_openpgp::packet::{Signature, Tag};
use sequoia_openpgp::parse::{PacketParser, PacketParserResult, Parse};
use sequoia_openpgp::types::SignatureType;
use sequoia_openpgp::{Fingerprint, KeyHandle, Packet};
use std::path::Path;

/// What was read of a key file so far.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Whether a certificate that can be used was among it.
    pub(super) whole: bool,
    /// Whether one was left out for having too many packets.
    pub(super) flooded: bool,
    /// Whether something in it ended the reading of a block.
    pub(super) broken: bool,
    /// What it holds instead of keys.
    pub(super) found: InsteadOfKeys,
}

/// A certificate that is being read.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) fingerprint: Fingerprint,
    /// The key IDs of its keys.
    pub(super) keys: Vec<u64>,
    pub(super) packets: Vec<Packet>,
    pub(super) flooded: bool,
}

impl Part {
    pub(super) fn new(key: KeyHandle, fingerprint: Fingerprint, packet: Packet) -> Self {
        Self { fingerprint, keys: vec![key_id(&key)], packets: vec![packet], flooded: false }
    }

    /// A revocation behind this certificate of a key that is not its own: one that stands alone, of a key
    /// elsewhere in the file. It may be a designated revoker's, too, and stays here as well.
    fn revocation_of_another(&self, packet: &Packet) -> Option<Signature> {
        let Packet::Signature(signature) = packet else { return None };
        let of_key = matches!(
            signature.typ(),
            SignatureType::KeyRevocation | SignatureType::SubkeyRevocation
        );
        let primary = KeyHandle::from(self.fingerprint.clone());
        let issuers = signature.get_issuers();
        let own = issuers.is_empty() || issuers.iter().any(|issuer| issuer.aliases(&primary));
        (of_key && !own).then(|| signature.clone())
    }

    pub(super) fn push(&mut self, packet: Packet) {
        let stranger = |signature: &Signature| {
            let issuers = signature.get_issuers();
            let primary = KeyHandle::from(self.fingerprint.clone());
            is_certification(signature.typ())
                && !issuers.is_empty()
                && !issuers.iter().any(|issuer| issuer.aliases(&primary))
        };
        match &packet {
            Packet::PublicSubkey(key) => self.keys.push(key_id(&key.key_handle())),
            Packet::SecretSubkey(key) => self.keys.push(key_id(&key.key_handle())),
            Packet::Signature(signature) if stranger(signature) || is_old(signature) => return,
            Packet::Trust(_) | Packet::Marker(_) | Packet::Padding(_) => return,
            _ => {}
        }
        if self.packets.len() > PACKET_LIMIT {
            self.flooded = true;
            // Its keys stay known, so that a signature by one of them is not called a stranger's.
            self.packets.clear();
        }
        if !self.flooded {
            self.packets.push(packet);
        }
    }
}

impl Reading {
    /// Reads the certificates of one block. Where it does not count, they may only revoke.
    pub(super) fn block(
        &mut self,
        block: &[u8],
        counts: bool,
        ring: &mut KeyRing,
        path: &Path,
    ) -> Result<(), RingError> {
        let mut part: Option<Part> = None;
        if !block.is_empty() && PacketParser::from_bytes(block).is_err() {
            self.found = InsteadOfKeys::Unreadable;
        }
        let mut left = most_packets(block.len());
        let whole = each_packet(block, |packet| {
            left = left
                .checked_sub(1)
                .ok_or_else(|| RingError::TooManyPackets { path: path.to_owned() })?;
            match (primary(&packet), part.as_mut()) {
                (Some((handle, fingerprint)), _) => {
                    self.finish(part.take(), counts, ring, path)?;
                    part = Some(Part::new(handle, fingerprint, packet));
                }
                // A key that cannot be read takes what belongs to it along.
                (None, _) if matches!(packet.tag(), Tag::PublicKey | Tag::SecretKey) => {
                    self.finish(part.take(), counts, ring, path)?;
                    self.found = InsteadOfKeys::Unreadable;
                }
                (None, Some(part)) => {
                    self.broken |= packet.tag() == Tag::CompressedData;
                    ring.wait(part.revocation_of_another(&packet), path);
                    part.push(packet);
                }
                (None, None) => {
                    self.note(packet.tag());
                    self.broken |= !may_precede_keys(packet.tag());
                    if let Packet::Signature(signature) = packet
                        && revokes(signature.typ())
                    {
                        ring.wait(Some(signature), path);
                    }
                }
            }
            Ok(())
        })?;
        self.finish(part, counts, ring, path)?;
        self.broken |= !whole;
        Ok(())
    }

    pub(super) fn finish(
        &mut self,
        part: Option<Part>,
        counts: bool,
        ring: &mut KeyRing,
        path: &Path,
    ) -> Result<(), RingError> {
        let Some(part) = part else { return Ok(()) };
        self.flooded |= part.flooded && counts;
        if !counts {
            self.found = InsteadOfKeys::Aside;
        }
        self.whole |= ring.add(part, counts, path)?;
        Ok(())
    }

    pub(super) fn note(&mut self, tag: Tag) {
        if self.found == InsteadOfKeys::Nothing {
            self.found = match tag {
                Tag::Signature => InsteadOfKeys::Signature,
                Tag::OnePassSig | Tag::Literal | Tag::CompressedData | Tag::PKESK | Tag::SEIP => {
                    InsteadOfKeys::Other
                }
                _ => InsteadOfKeys::Unreadable,
            };
        }
    }
}

/// Whether a packet in front of the first key says nothing, or is read where it is. What is in a compressed packet is
/// not looked into, wherever it is: gpg does, and a revocation may be there.
const fn may_precede_keys(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Signature | Tag::UserID | Tag::UserAttribute | Tag::Trust | Tag::Marker | Tag::Padding
    )
}

/// Hands over the packets of a block one by one; whether they reach to its end, or something there is none.
fn each_packet<E>(block: &[u8], mut each: impl FnMut(Packet) -> Result<(), E>) -> Result<bool, E> {
    let mut parser = PacketParser::from_bytes(block);
    while let Ok(PacketParserResult::Some(pp)) = parser {
        let Ok((packet, next)) = pp.next() else { return Ok(false) };
        parser = Ok(next);
        each(packet)?;
    }
    Ok(parser.is_ok())
}

/// Whether a signature of version 3 says something of its own key. gpg and sqv do not take those.
fn is_old(signature: &Signature) -> bool {
    signature.version() < 4 && !revokes(signature.typ())
}

fn revokes(kind: SignatureType) -> bool {
    matches!(
        kind,
        SignatureType::KeyRevocation
            | SignatureType::SubkeyRevocation
            | SignatureType::CertificationRevocation
    )
}

/// What a packet with a primary key, which begins a certificate, is called by.
fn primary(packet: &Packet) -> Option<(KeyHandle, Fingerprint)> {
    match packet {
        Packet::PublicKey(key) => Some((key.key_handle(), key.fingerprint())),
        Packet::SecretKey(key) => Some((key.key_handle(), key.fingerprint())),
        _ => None,
    }
}

/// Whether a block has more keys, or a key more packets, or it more packets for its size, than the limits.
pub(in crate::evidence::openpgp) fn is_flooded(block: &[u8]) -> bool {
    let (mut left, mut keys) = (most_packets(block.len()), CERT_LIMIT);
    let mut part: Option<Part> = None;
    /// One of the limits was crossed.
    struct Flooded;
    each_packet(block, |packet| {
        left = left.checked_sub(1).ok_or(Flooded)?;
        if let Some((handle, fingerprint)) = primary(&packet) {
            keys = keys.checked_sub(1).ok_or(Flooded)?;
            part = Some(Part::new(handle, fingerprint, packet));
        } else if let Some(part) = part.as_mut() {
            part.push(packet);
            if part.flooded {
                return Err(Flooded);
            }
        }
        Ok(())
    })
    .is_err()
}

/// Whether signatures of that type say something of a user id, and count only where the key's owner
/// made them.
pub(super) fn is_certification(kind: SignatureType) -> bool {
    matches!(
        kind,
        SignatureType::GenericCertification
            | SignatureType::PersonaCertification
            | SignatureType::CasualCertification
            | SignatureType::PositiveCertification
            | SignatureType::CertificationRevocation
            | SignatureType::CertificationApproval
    )
}

/// The 64-bit key ID, which every handle has.
pub(super) fn key_id(handle: &KeyHandle) -> u64 {
    let id = sequoia_openpgp::KeyID::from(handle);
    id.as_bytes().iter().fold(0, |n, b| n << 8 | u64::from(*b))
}
