//! Which compression a file is in, by its first bytes: the one table of them.

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    /// The .xz format.
    Xz,
    /// gzip (RFC 1952).
    Gzip,
    /// bzip2.
    Bzip2,
    /// Zstandard (RFC 8878).
    Zstd,
    /// lzip.
    Lzip,
    /// The .lzma format, which has no magic.
    Lzma,
}

impl Compression {
    /// The format by the first bytes of a file; never by its name.
    pub(crate) fn of(start: &[u8]) -> Option<Self> {
        Some(match start {
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [0x1f, 0x8b, ..] => Self::Gzip,
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Self::Bzip2,
            // The second is a skippable frame, which may come first.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            [b'L', b'Z', b'I', b'P', ..] => Self::Lzip,
            // lc=3 lp=0 pb=2 and a dictionary of at least 64 KiB: what every writer puts there.
            [0x5d, 0, 0, ..] => Self::Lzma,
            _ => return None,
        })
    }

    /// What such data is called.
    pub(crate) const fn data(self) -> &'static str {
        match self {
            Self::Xz => "xz data",
            Self::Gzip => "gzip data",
            Self::Bzip2 => "bzip2 data",
            Self::Zstd => "zstd data",
            Self::Lzip => "lzip data",
            Self::Lzma => "lzma data",
        }
    }

    /// The name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Xz => "xz",
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Zstd => "zstd",
            Self::Lzip => "lzip",
            Self::Lzma => "lzma",
        }
    }
}
