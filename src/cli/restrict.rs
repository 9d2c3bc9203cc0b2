//! What the process takes from itself before it reads anything that others wrote.
//!
//! On Linux: Landlock, so that it reads what was named on the command line and writes what it was told
//! to, and a filter of system calls, so that no socket can be made. git runs under the same rules.
//! Where the kernel has neither, everything works as before: the rules are a second wall behind
//! parsers that are written not to need one. `--version` says what is in force.

mod calls;
mod reach;

pub(crate) use reach::Reach;

use std::path::Path;

/// What is in force in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Enforced {
    /// Files: all of the rules, some of them, none.
    files: Extent,
    /// No new sockets.
    sockets: bool,
}

/// How much of the rules about files the kernel knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
enum Extent {
    All,
    Some,
    None,
}

impl std::fmt::Display for Enforced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.files {
            Extent::All => "files by Landlock",
            Extent::Some => "files by Landlock, as far as this kernel has it",
            Extent::None => "files not restricted (no Landlock here)",
        })?;
        f.write_str(match self.sockets {
            true => ", no sockets by seccomp",
            false => ", sockets not restricted (no seccomp filter here)",
        })
    }
}

/// Restricts this thread, and every thread and process that it starts from now on, to `reach`.
///
/// It cannot be undone. What the kernel lacks is left out.
pub(crate) fn enter(reach: &Reach) -> Enforced {
    // In this order: making the rules opens files, which no filter is about.
    let files = linux::files(reach);
    Enforced { files, sockets: calls::sockets() }
}

/// Runs `work` on a thread of its own that is restricted to `reach`.
pub(crate) fn within<T: Send>(reach: &Reach, work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let restricted = || {
            enter(reach);
            work()
        };
        match scope.spawn(restricted).join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Runs `work` on a thread of its own whose programs read those of the system, write below `scratch`,
/// make no sockets and stay in the process group.
///
/// # Errors
///
/// Says what the system lacks for that; nothing was run then.
pub(crate) fn confined(
    scratch: &Path,
    group: i32,
    work: &mut (dyn FnMut() + Send),
) -> Result<(), &'static str> {
    let mut reach = Reach::default();
    reach.run(Path::new("/bin/sh"));
    reach.scratch_in(scratch);
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().spawn_scoped(scope, || {
            let enforced = enter(&reach);
            match (enforced.files, enforced.sockets && calls::tame(group)) {
                (Extent::None, _) => Err("this kernel has no Landlock"),
                (_, false) => Err("there is no seccomp filter for this system"),
                _ => {
                    work();
                    Ok(())
                }
            }
        });
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => Err("no thread can be started"),
        }
    })
}

/// What would be in force, tried in a thread that ends; `None` where none can be started.
pub(crate) fn probe() -> Option<Enforced> {
    let thread = std::thread::Builder::new().spawn(|| enter(&Reach::new())).ok()?;
    thread.join().ok()
}

#[cfg(target_os = "linux")]
mod linux {
    use super::{Extent, Reach};
    use landlock::{
        ABI, Access, AccessFs, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr,
        RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
    };
    use std::os::unix::fs::FileTypeExt as _;
    use std::path::Path;

    /// The newest rules that are asked for; a kernel that knows fewer enforces those.
    const NEWEST: ABI = ABI::V6;

    pub(super) fn files(reach: &Reach) -> Extent {
        match ruleset(reach) {
            Ok(RulesetStatus::FullyEnforced) => Extent::All,
            Ok(RulesetStatus::PartiallyEnforced) => Extent::Some,
            Ok(RulesetStatus::NotEnforced) | Err(_) => Extent::None,
        }
    }

    fn ruleset(reach: &Reach) -> Result<RulesetStatus, RulesetError> {
        let read = AccessFs::ReadFile | AccessFs::ReadDir;
        let write = read
            | AccessFs::WriteFile
            | AccessFs::Truncate
            | AccessFs::MakeReg
            | AccessFs::RemoveFile;
        let scratch = write | AccessFs::MakeDir | AccessFs::RemoveDir | AccessFs::MakeSym;
        let mut rules = Ruleset::default()
            .handle_access(AccessFs::from_all(NEWEST))?
            .scope(Scope::from_all(NEWEST))?
            .create()?;
        let groups = [
            (reach.readable(), read),
            (reach.listable(), AccessFs::ReadDir.into()),
            (reach.writable(), write),
            (reach.scratch(), scratch),
            (reach.runnable(), read | AccessFs::Execute),
        ];
        for (paths, access) in groups {
            for path in paths {
                if let Some(rule) = rule(path, access) {
                    rules = rules.add_rule(rule)?;
                }
            }
        }
        Ok(rules.restrict_self()?.ruleset)
    }

    /// None where there is nothing at `path`: opening it will say so.
    fn rule(path: &Path, access: BitFlags<AccessFs>) -> Option<PathBeneath<PathFd>> {
        // An anonymous pipe, as a shell names it with <(…), is in no file system: no rule is needed
        // for it, and none can be made.
        let pipe = path.metadata().ok()?.file_type();
        if (pipe.is_fifo() || pipe.is_socket()) && path.canonicalize().is_err() {
            return None;
        }
        let descriptor = PathFd::new(path).ok()?;
        let access = match path.is_dir() {
            true => access,
            false => access & AccessFs::from_file(NEWEST),
        };
        Some(PathBeneath::new(descriptor, access))
    }
}

#[cfg(not(target_os = "linux"))]
mod linux {
    pub(super) fn files(_: &super::Reach) -> super::Extent {
        super::Extent::None
    }
}

#[cfg(test)]
mod tests;
