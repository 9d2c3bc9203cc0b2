//! What both readings of two archives share: texts that are read again, and what came of each.

use super::large::Region;
use super::text::Judged;
use std::collections::HashMap;

/// What came of comparing texts, by their places in the two archives.
pub(super) type Results = HashMap<(Option<usize>, usize), Judged>;

/// Which changed texts are kept to be shown.
pub(super) type Show<'a> = &'a (dyn Fn(&[u8]) -> bool + Sync);

/// A text that changed, in the second reading.
pub(super) struct Task {
    pub(super) path: Vec<u8>,
    pub(super) key: (Option<usize>, usize),
    pub(super) regions: Vec<Region>,
    /// Whether there is too much of it, so that the new lines are only looked through.
    pub(super) stream: bool,
    /// Bytes of the new text.
    pub(super) size: u64,
    /// How the new text begins, where it is large.
    pub(super) head: Vec<u8>,
}
