//! Progress of long work, on standard error where that is a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal as _};
use std::path::Path;

/// Bytes from which on reading takes long enough to be shown.
const LONG_WORK: u64 = 32 * 1024 * 1024;

/// The size of a file in bytes; 0 where it is not there.
pub(super) fn size_of(path: &Path) -> u64 {
    path.metadata().map(|metadata| metadata.len()).unwrap_or_default()
}

/// A bar over `total` bytes.
pub(super) fn bytes(total: u64) -> ProgressBar {
    bar(total, "{bytes} of {total_bytes} [{bar:30}] {binary_bytes_per_sec} {eta}")
}

/// A bar over `total` bytes that are read in several phases, each with its name.
pub(super) fn phases(total: u64) -> ProgressBar {
    bar(total, "{msg:25} [{bar:30}] {percent}%")
}

fn bar(total: u64, template: &str) -> ProgressBar {
    if total < LONG_WORK || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
