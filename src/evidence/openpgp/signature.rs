//! Signature files: detached OpenPGP signatures, armored or binary, one or several.

use super::armor::{self, ArmorFault};
use crate::bytes::pass::DocumentHash;
use sequoia_openpgp::Packet;
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::packet::Tag;
use sequoia_openpgp::parse::{PacketParser, PacketParserResult, Parse};
use sequoia_openpgp::types::SignatureType;
use std::fmt;

/// The most signatures in one file.
pub(super) const SIGNATURE_LIMIT: usize = 64;

/// The signatures of a file, as they are: nothing in them is authenticated.
#[derive(Debug, Clone)]
pub(crate) struct UnverifiedSignatures {
    signatures: Vec<Signature>,
    unreadable: usize,
}

/// Why a file holds no detached signature that can be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SignatureFault {
    /// No packets at all.
    Armor(ArmorFault),
    /// Packets that cannot be parsed.
    Broken,
    /// An armored block without a packet.
    Empty,
    /// A message that carries its own text.
    Inline,
    /// A key instead of a signature.
    Key,
    /// Another packet, by its tag.
    Foreign(u8),
    /// No signature packet, or only such that cannot be read.
    NoSignature,
    /// More than 64 signatures.
    TooMany,
    /// A signature that is not over a document, by its type octet.
    NotDocument(u8),
}

impl fmt::Display for SignatureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Armor(fault) => fault.fmt(f),
            Self::Broken => f.write_str("its OpenPGP packets are damaged"),
            Self::Empty => f.write_str("it holds an empty armored block"),
            Self::Inline => f.write_str(
                "it is an inline-signed message, which carries its own text, not a detached signature",
            ),
            Self::Key => f.write_str("it is an OpenPGP key, not a signature"),
            Self::Foreign(tag) => {
                write!(f, "it holds an OpenPGP packet of type {tag}, which is not a signature")
            }
            Self::NoSignature => {
                f.write_str("it holds no OpenPGP signature of a version that is read here")
            }
            Self::TooMany => write!(f, "it holds more than {SIGNATURE_LIMIT} signatures"),
            Self::NotDocument(kind) => {
                write!(f, "its signature is of type {kind:#04x}, which is not over a document")
            }
        }
    }
}

impl UnverifiedSignatures {
    /// Reads the signatures of a file.
    ///
    /// # Errors
    ///
    /// If the file is anything but detached signatures over a document. Signatures of versions
    /// that are not read here are counted, not refused, as long as another is next to them.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, SignatureFault> {
        let blocks = armor::packets(bytes).map_err(SignatureFault::Armor)?;
        let mut read = Self { signatures: Vec::new(), unreadable: 0 };
        for block in blocks {
            read.add_block(&block)?;
        }
        if read.signatures.is_empty() {
            return Err(SignatureFault::NoSignature);
        }
        Ok(read)
    }

    /// The signatures of a message, and how many is next to them that cannot be read.
    ///
    /// # Errors
    ///
    /// If none of them can be read.
    pub(super) fn of(
        signatures: Vec<Signature>,
        unreadable: usize,
    ) -> Result<Self, SignatureFault> {
        if signatures.is_empty() {
            return Err(SignatureFault::NoSignature);
        }
        Ok(Self { signatures, unreadable })
    }

    /// The signatures.
    pub(crate) fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// How many signatures stand in the file that cannot be read.
    pub(crate) fn unreadable(&self) -> usize {
        self.unreadable
    }

    fn add_block(&mut self, block: &[u8]) -> Result<(), SignatureFault> {
        if block.is_empty() {
            return Err(SignatureFault::Empty);
        }
        let mut parser = PacketParser::from_bytes(block).map_err(|_| SignatureFault::Broken)?;
        while let PacketParserResult::Some(pp) = parser {
            let (packet, next) = pp.next().map_err(|_| SignatureFault::Broken)?;
            parser = next;
            match packet {
                Packet::Signature(signature) => match signature.typ() {
                    SignatureType::Binary | SignatureType::Text => self.signatures.push(signature),
                    other => return Err(SignatureFault::NotDocument(u8::from(other))),
                },
                Packet::Unknown(unknown) if unknown.tag() == Tag::Signature => self.unreadable += 1,
                Packet::Marker(_) | Packet::Padding(_) => {}
                Packet::OnePassSig(_) | Packet::Literal(_) | Packet::CompressedData(_) => {
                    return Err(SignatureFault::Inline);
                }
                Packet::PublicKey(_) | Packet::SecretKey(_) => return Err(SignatureFault::Key),
                other => return Err(SignatureFault::Foreign(u8::from(other.tag()))),
            }
            if self.signatures.len() + self.unreadable > SIGNATURE_LIMIT {
                return Err(SignatureFault::TooMany);
            }
        }
        Ok(())
    }
}

/// The state of the document hash that `signature` wants.
pub(crate) fn document_hash(signature: &Signature) -> DocumentHash {
    DocumentHash {
        algorithm: signature.hash_algo(),
        salt: signature.salt().map(<[u8]>::to_vec).unwrap_or_default(),
        text: signature.typ() == SignatureType::Text,
    }
}
