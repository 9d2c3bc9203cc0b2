//! Why an archive could not be listed.

use crate::answer::failure::FailureClass;
use crate::bytes::compress::StreamFault;
use crate::bytes::input::{FIFO, InputError};
use std::io;
use std::path::{Path, PathBuf};

/// Why an archive could not be listed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    /// It could not be opened.
    #[error("{}", opening(.0))]
    Input(#[source] InputError),
    /// Reading or uncompressing it failed.
    #[error("{}: cannot read the archive: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system or the decompressor said.
        source: io::Error,
    },
    /// Its structure is damaged, or of a kind that is not read.
    #[error("{}: {structure}", path.display())]
    Structure {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        structure: Structure,
    },
    /// It cannot be uncompressed, or not within the limits.
    #[error("{}: {fault}", path.display())]
    Stream {
        /// The file.
        path: PathBuf,
        /// What is wrong with the stream.
        fault: StreamFault,
    },
    /// It is larger than what is looked through.
    #[error("{}: left unread: {limit}", path.display())]
    Limit {
        /// The file.
        path: PathBuf,
        /// The limit.
        limit: Limit,
    },
    /// A decompressor gave up in a way that it should not.
    #[error("{}: the decompressor gave up on it", path.display())]
    Decoder {
        /// The file.
        path: PathBuf,
    },
    /// Its digest was not computed.
    #[error("{}: its digest was not computed", path.display())]
    NoDigest {
        /// The file.
        path: PathBuf,
    },
    /// A member's contents differed when they were read a second time.
    #[error("{}: changed while it was read", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
}

impl ArchiveError {
    /// The archive's path, where the error is about one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Input(_) => None,
            Self::Read { path, .. }
            | Self::Structure { path, .. }
            | Self::Stream { path, .. }
            | Self::Limit { path, .. }
            | Self::Decoder { path }
            | Self::NoDigest { path }
            | Self::Changed { path } => Some(path),
        }
    }

    /// Whether it could be read with more memory for its window.
    pub(crate) fn wants_larger_window(&self) -> bool {
        matches!(self, Self::Stream { fault: StreamFault::Window(..), .. })
    }

    /// What follows for a check that needs the files.
    pub(crate) fn class(&self) -> FailureClass {
        match self {
            Self::Structure { structure: Structure::Ambiguous { .. }, .. } => {
                FailureClass::ArchiveAmbiguous
            }
            // It says of itself that another tool may unpack something else.
            Self::Stream {
                fault:
                    StreamFault::AnotherMember(_) | StreamFault::Trailing(_) | StreamFault::Header(_),
                ..
            } => FailureClass::ArchiveAmbiguous,
            _ => FailureClass::EvidenceUnsupported,
        }
    }

    /// Whether this program left the archive alone, rather than failed to read it: it is beyond a
    /// limit, of a kind that is not read, or programs unpack it to different files.
    pub(crate) fn is_unsupported(&self) -> bool {
        match self {
            Self::Limit { .. } => true,
            Self::Stream { fault, .. } => !matches!(fault, StreamFault::Damaged(_)),
            Self::Structure { structure, .. } => matches!(
                structure,
                Structure::NoArchive(_) | Structure::ZipMethod { .. } | Structure::Ambiguous { .. }
            ),
            _ => false,
        }
    }
}

/// What is wrong with an archive's structure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Structure {
    /// It is neither a tar nor a zip archive; what it seems to be instead.
    #[error("is {0}, not a tar or zip archive that this program reads")]
    NoArchive(&'static str),
    /// A tar header's checksum or a number in it is wrong, at this offset of the tar stream.
    #[error("damaged tar header at byte {0} of the tar stream")]
    TarHeader(u64),
    /// The tar stream ends within a member, at this offset.
    #[error("the tar stream ends within a member, after {0} bytes")]
    TarEnd(u64),
    /// The zip archive's directory cannot be read.
    #[error("damaged zip directory: {0}")]
    Zip(&'static str),
    /// A zip member is compressed by a method that is not read.
    #[error("zip member \"{member}\" uses compression method {method}, which is not read")]
    ZipMethod {
        /// The member.
        member: String,
        /// The method's number.
        method: u16,
    },
    /// Programs that unpack it make different files of it.
    #[error("programs unpack it to different files: {}{what}", quoted(member.as_deref()))]
    Ambiguous {
        /// The member; `None` where it is the archive as a whole.
        member: Option<String>,
        /// What they take differently.
        what: &'static str,
    },
    /// A zip member is encrypted.
    #[error("zip member \"{0}\" is encrypted")]
    ZipEncrypted(String),
    /// A zip member's contents have another size or CRC than stated.
    #[error("zip member \"{0}\" has another size or CRC than the directory states")]
    ZipContents(String),
}

/// A limit that an archive exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Limit {
    /// The number of members.
    #[error("it has more than {0} members")]
    Entries(u64),
    /// The length of a name or header.
    #[error("a name or header in it has more than {0} bytes")]
    Name(u64),
    /// The length of all names together.
    #[error("the names in it have more than {0} bytes")]
    Names(u64),
}

/// A member before what is said of it; nothing for the archive as a whole.
fn quoted(member: Option<&str>) -> String {
    member.map(|member| format!("\"{member}\" ")).unwrap_or_default()
}

/// Why an archive could not be opened.
fn opening(error: &InputError) -> String {
    match error {
        InputError::NotRegular { path, kind } if *kind == FIFO => format!(
            "{}: is {kind}; an archive is read more than once, so it has to be a file",
            path.display()
        ),
        other => other.to_string(),
    }
}

/// An [`ArchiveError`] before it is known which file it is about.
#[derive(Debug)]
pub(super) enum Fault {
    Io(io::Error),
    Stream(StreamFault),
    Structure(Structure),
    Limit(Limit),
}

impl Fault {
    pub(super) fn at(self, path: &Path) -> ArchiveError {
        let path = path.to_owned();
        match self {
            Self::Io(source) => ArchiveError::Read { path, source },
            Self::Stream(fault) => ArchiveError::Stream { path, fault },
            Self::Structure(structure) => ArchiveError::Structure { path, structure },
            Self::Limit(limit) => ArchiveError::Limit { path, limit },
        }
    }
}

/// Programs unpack `member` differently: `what` completes a sentence about it.
pub(super) fn ambiguous(member: impl Into<String>, what: &'static str) -> Fault {
    Fault::Structure(Structure::Ambiguous { member: Some(member.into()), what })
}

/// Programs unpack the archive differently: `what` is a sentence about it.
pub(super) fn ambiguous_whole(what: &'static str) -> Fault {
    Fault::Structure(Structure::Ambiguous { member: None, what })
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match StreamFault::of(&error) {
            Some(fault) => Self::Stream(fault.clone()),
            None => Self::Io(error),
        }
    }
}

impl From<StreamFault> for Fault {
    fn from(fault: StreamFault) -> Self {
        Self::Stream(fault)
    }
}

impl From<Structure> for Fault {
    fn from(structure: Structure) -> Self {
        Self::Structure(structure)
    }
}

impl From<Limit> for Fault {
    fn from(limit: Limit) -> Self {
        Self::Limit(limit)
    }
}
