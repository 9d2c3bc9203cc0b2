//! The stretches in which a stream is read and handed on.

/// Bytes in a block.
pub(super) const BLOCK: usize = 256 * 1024;

/// A stretch of a stream.
pub(super) struct Block {
    buffer: Box<[u8]>,
    filled: usize,
}

impl Block {
    pub(super) fn new() -> Self {
        Self { buffer: vec![0; BLOCK].into_boxed_slice(), filled: 0 }
    }

    /// The same, to be filled anew.
    pub(super) fn emptied(self) -> Self {
        Self { filled: 0, ..self }
    }

    /// The bytes in it.
    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.filled).unwrap_or_default()
    }

    /// The room behind them; empty when it is full.
    pub(super) fn room(&mut self) -> &mut [u8] {
        self.buffer.get_mut(self.filled..).unwrap_or_default()
    }

    /// Says that `bytes` more were put into [`room`](Self::room).
    pub(super) fn grow(&mut self, bytes: usize) {
        self.filled = self.filled.saturating_add(bytes).min(self.buffer.len());
    }

    /// Takes what fits of `bytes`, and hands back the rest.
    pub(super) fn take<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let room = self.room();
        let (now, later) = bytes.split_at(room.len().min(bytes.len()));
        if let Some(room) = room.get_mut(..now.len()) {
            room.copy_from_slice(now);
        }
        self.grow(now.len());
        later
    }
}
