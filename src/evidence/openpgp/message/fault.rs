//! Why a message cannot be read.

use super::{ARMORED_LIMIT, UNPACKED_LIMIT};
use crate::answer::failure::FailureClass;
use crate::bytes::sniff::Kind;
use crate::evidence::openpgp::SignatureFault;
use crate::evidence::openpgp::armor::ArmorFault;
use std::fmt;
use std::io;

/// The most packets in a message.
pub(super) const PACKET_LIMIT: usize = 256;

/// A truncated packet or a damaged compressed stream is an I/O error to the parser, too.
pub(super) fn io_error(error: io::Error) -> MessageError {
    match error.raw_os_error() {
        Some(_) => MessageError::Read(error),
        None => MessageFault::Broken.into(),
    }
}

/// Why a file is not a message of one text and its signatures.
///
/// Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MessageFault {
    /// Something else.
    NotAMessage(Kind),
    /// A UTF-8 byte order mark before the first line.
    ByteOrderMark,
    /// The header line of the message is indented or follows a byte order mark.
    Displaced {
        /// Where it is.
        line: usize,
    },
    /// A signature without a text.
    Detached,
    /// A key.
    Key,
    /// A second message or another armored block next to the message.
    Second {
        /// Where it begins.
        line: usize,
    },
    /// The message begins but does not end.
    Unterminated {
        /// Where it begins.
        line: usize,
    },
    /// Below the header line of a cleartext-signed message there is something other than `Hash:`.
    Header {
        /// Where it is.
        line: usize,
    },
    /// A line of the text begins with a dash that is not escaped.
    Dash {
        /// Where it is.
        line: usize,
    },
    /// The armor cannot be decoded.
    Armor(ArmorFault),
    /// The signatures of a cleartext-signed message cannot be read.
    Signatures(SignatureFault),
    /// A cleartext-signed message whose signature is not over text, or a message with signatures
    /// over text and others over bytes.
    MixedKinds,
    /// No one signed it.
    NotSigned,
    /// It is encrypted.
    Encrypted,
    /// Packets that cannot be parsed, or end early.
    Broken,
    /// Packets in an order that the grammar of messages does not have.
    Order(&'static str),
    /// A signed message around a signed message.
    Nested,
    /// Another packet, by its tag.
    Foreign(u8),
    /// Data behind the end of the message.
    Trailing,
    /// More signatures than the limit.
    TooManySignatures,
    /// More packets than the limit.
    TooManyPackets,
    /// Compressed in a way that is not read, by the number of the algorithm.
    Compression(u8),
    /// Larger than the limit for armored messages.
    TooLarge,
    /// Unpacks to more than the limit.
    UnpacksTooFar,
}

impl MessageFault {
    /// The failure class.
    pub(crate) fn class(&self) -> FailureClass {
        match self {
            Self::NotSigned => FailureClass::SignatureAbsent,
            Self::Encrypted | Self::Compression(_) | Self::TooLarge | Self::UnpacksTooFar => {
                FailureClass::EvidenceUnsupported
            }
            _ => FailureClass::SignatureMalformed,
        }
    }
}

impl fmt::Display for MessageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAMessage(kind) => write!(f, "it is {}, not a signed message", kind.name()),
            Self::ByteOrderMark => ArmorFault::ByteOrderMark.fmt(f),
            Self::Displaced { line } => write!(
                f,
                "on line {line}, the header of the message does not begin where the line begins"
            ),
            Self::Detached => f.write_str(
                "it is a detached signature, which carries no text: see \"distvouch detached\"",
            ),
            Self::Key => f.write_str("it is an OpenPGP key, not a message"),
            Self::Second { line } => {
                write!(f, "another armored block begins on line {line}, next to the message")
            }
            Self::Unterminated { line } => {
                write!(f, "the message that begins on line {line} does not end")
            }
            Self::Header { line } => {
                write!(f, "line {line}, below the header of the message, is not a Hash: line")
            }
            Self::Dash { line } => {
                write!(f, "line {line} begins with a dash that is not escaped")
            }
            Self::Armor(fault) => fault.fmt(f),
            Self::Signatures(fault) => write!(f, "its signature cannot be read: {fault}"),
            Self::MixedKinds => {
                f.write_str("a signature over bytes is where one over text belongs")
            }
            Self::NotSigned => f.write_str("it is not signed: it holds text and no signature"),
            Self::Encrypted => f.write_str("it is encrypted"),
            Self::Broken => f.write_str("its OpenPGP packets are damaged or end early"),
            Self::Order(what) => write!(f, "its OpenPGP packets are out of order: {what}"),
            Self::Nested => f.write_str("it is a signed message around a signed message"),
            Self::Foreign(tag) => {
                write!(f, "it holds an OpenPGP packet of type {tag}, which no signed message has")
            }
            Self::Trailing => f.write_str("data follows behind the end of the message"),
            Self::TooManySignatures => {
                write!(
                    f,
                    "it holds more than {} signatures",
                    crate::evidence::openpgp::signature::SIGNATURE_LIMIT
                )
            }
            Self::TooManyPackets => {
                write!(f, "it holds more than {} packets", PACKET_LIMIT)
            }
            Self::Compression(algorithm) => {
                write!(f, "it is compressed by algorithm {algorithm}, which is not read here")
            }
            Self::TooLarge => write!(
                f,
                "it is armored or cleartext and larger than the limit of {ARMORED_LIMIT} bytes"
            ),
            Self::UnpacksTooFar => {
                write!(f, "it unpacks to more than the limit of {UNPACKED_LIMIT} bytes")
            }
        }
    }
}

/// Why reading a message ended.
#[derive(Debug)]
pub(crate) enum MessageError {
    /// What was read is not a message that can be judged.
    Fault(MessageFault),
    /// The system refused to read it.
    Read(io::Error),
    /// The system refused to write the text.
    Spool(io::Error),
}

impl From<MessageFault> for MessageError {
    fn from(fault: MessageFault) -> Self {
        Self::Fault(fault)
    }
}
