//! Other programs: where they are, and how they end.

use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Child;

/// The programs of that name in the absolute directories of PATH, in its order.
pub(crate) fn in_path(name: &str) -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/bin:/bin"));
    let directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let absolute = directories.into_iter().filter(|directory| directory.is_absolute());
    absolute.map(move |directory| directory.join(name)).filter(|path| path.is_file())
}

/// Ends the process group that `child` leads.
pub(crate) fn end_group(child: &Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}
