//! Why a key ring could not be made.

use super::{CERT_LIMIT, PACKET_LIMIT};
use crate::bytes::input::InputError;
use crate::evidence::openpgp::armor::ArmorFault;
use std::path::PathBuf;

/// Why a key ring could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RingError {
    /// A key file could not be read.
    #[error(transparent)]
    Input(InputError),
    /// A key file holds no OpenPGP packets.
    #[error("{}: holds no OpenPGP key: {fault}", path.display())]
    Armor {
        /// The key file.
        path: PathBuf,
        /// Why not.
        fault: ArmorFault,
    },
    /// A key file holds packets, but no key among them that can be read.
    #[error("{}: {}", path.display(), found.text())]
    NoKeys {
        /// The key file.
        path: PathBuf,
        /// What it holds.
        found: InsteadOfKeys,
    },
    /// More certificates than the limit.
    #[error("{}: the key ring would hold more than {CERT_LIMIT} keys", path.display())]
    TooMany {
        /// The key file that went over it.
        path: PathBuf,
    },
    /// Every certificate of a key file has more packets than the limit.
    #[error(
        "{}: holds a key with more than {PACKET_LIMIT} user ids, subkeys and signatures of its own", path.display()
    )]
    Flooded {
        /// The key file.
        path: PathBuf,
    },
    /// Something in it ends the reading, so that what follows is not known: perhaps a revocation.
    #[error(
        "{}: is OpenPGP data only in part: what follows the part that can be read could revoke a key (armored and binary keys in one file are not read together)", path.display()
    )]
    Broken {
        /// The key file.
        path: PathBuf,
    },
    /// More packets than the limit for its size.
    #[error("{}: holds far more OpenPGP packets than keys of its size have", path.display())]
    TooManyPackets {
        /// The key file.
        path: PathBuf,
    },
    /// A fingerprint that was asked for is in none of the key files.
    #[error("no key file holds the key {0}")]
    NoSuchFingerprint(String),
    /// A fingerprint that was asked for is that of a subkey which its certificate does not bind.
    #[error(
        "{subkey} is a subkey in the certificate of {primary}, but nothing binds it there: name the primary key"
    )]
    UnboundSubkey {
        /// As it was given.
        subkey: String,
        /// That of its certificate.
        primary: String,
    },
    /// Not a fingerprint.
    #[error("\"{0}\" is not a fingerprint: 40 or 64 hexadecimal digits")]
    BadFingerprint(String),
}

/// What a file with OpenPGP packets and without keys holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum InsteadOfKeys {
    /// Nothing: an armored block without a packet.
    #[default]
    Nothing,
    /// A signature.
    Signature,
    /// A message, or the like.
    Other,
    /// Keys of a version that is not read, or damaged ones.
    Unreadable,
    /// Keys in armor that gpg passes over.
    Aside,
}

impl InsteadOfKeys {
    /// What it is, in a sentence without a subject and a full stop.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Nothing => {
                "holds an empty key block: a server that knows no key for that name sends such a file"
            }
            Self::Signature => "holds an OpenPGP signature, not a key",
            Self::Other => "holds an OpenPGP message, not a key",
            Self::Unreadable => "holds OpenPGP packets, but no key that can be read",
            Self::Aside => {
                "holds keys only in armor that gpg passes over: behind blanks, or not called a key block"
            }
        }
    }
}

impl RingError {
    /// Whether it is that of a fingerprint, rather than of a key file.
    pub(crate) const fn is_of_fingerprint(&self) -> bool {
        matches!(
            self,
            Self::NoSuchFingerprint(_) | Self::UnboundSubkey { .. } | Self::BadFingerprint(_)
        )
    }
}
