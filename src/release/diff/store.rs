//! The changed lines that will be shown: in memory while they are few, in a file without a name
//! when they are many.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};
use tempfile::SpooledTempFile;

/// Bytes of lines that are kept in memory.
const IN_MEMORY: usize = 16 << 20;

/// Bytes of lines that are kept at all.
const MOST: u64 = 8 << 30;

/// Where the lines of one change are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    at: u64,
    length: usize,
}

/// The lines of all changes.
#[derive(Debug)]
pub(crate) struct Store(Mutex<(SpooledTempFile, u64)>);

impl Default for Store {
    fn default() -> Self {
        Self(Mutex::new((SpooledTempFile::new(IN_MEMORY), 0)))
    }
}

impl Store {
    /// Keeps `bytes`; `None` where there is no room.
    pub(super) fn put(&self, bytes: &[u8]) -> Option<Piece> {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, end) = &mut *guard;
        let at = *end;
        let after = at.checked_add(bytes.len() as u64).filter(|after| *after <= MOST)?;
        file.seek(SeekFrom::Start(at)).ok()?;
        file.write_all(bytes).ok()?;
        *end = after;
        Some(Piece { at, length: bytes.len() })
    }

    /// What was kept.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub(crate) fn get(&self, piece: Piece) -> io::Result<Vec<u8>> {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, _) = &mut *guard;
        file.seek(SeekFrom::Start(piece.at))?;
        let mut bytes = vec![0; piece.length];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_put_is_got_back() {
        let store = Store::default();
        let large = vec![b'x'; IN_MEMORY];
        let pieces: Vec<_> =
            [&b"one"[..], &large, b"", b"two"].iter().map(|b| store.put(b).unwrap()).collect();
        let got: Vec<_> = pieces.iter().rev().map(|piece| store.get(*piece).unwrap()).collect();
        assert_eq!(got, [b"two".to_vec(), Vec::new(), large, b"one".to_vec()]);
    }
}
