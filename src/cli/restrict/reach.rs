//! What a command reaches in the file system, by what was named to it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What the system itself may want to read on the way: how many processors there are, and nothing.
const SYSTEM: [&str; 3] = ["/proc/self", "/sys/fs/cgroup", "/dev/null"];

/// Where programs and their libraries are.
const PROGRAMS: [&str; 8] =
    ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.preload"];

/// The paths that a command may read, write and run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    read: BTreeSet<PathBuf>,
    list: BTreeSet<PathBuf>,
    write: BTreeSet<PathBuf>,
    temporary: bool,
    scratch: BTreeSet<PathBuf>,
    run: BTreeSet<PathBuf>,
}

impl Reach {
    /// Nothing but what the system wants for itself.
    pub(crate) fn new() -> Self {
        Self { read: SYSTEM.iter().map(PathBuf::from).collect(), ..Self::default() }
    }

    /// A file, or a directory with everything below it.
    pub(crate) fn read(&mut self, path: impl AsRef<Path>) {
        // A symbolic link is followed as the rule is made.
        self.read.insert(path.as_ref().to_owned());
    }

    /// Several of them.
    pub(crate) fn read_all<P: AsRef<Path>>(&mut self, paths: impl IntoIterator<Item = P>) {
        paths.into_iter().for_each(|path| self.read(path));
    }

    /// A directory, and what the symbolic links in it lead to: Portage makes DISTDIR of them.
    pub(crate) fn read_directory(&mut self, directory: &Path) {
        self.read(directory);
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        let links = entries.filter(|e| e.file_type().is_ok_and(|kind| kind.is_symlink()));
        self.read_all(links.map(|entry| entry.path()));
    }

    /// A directory whose names are listed; what they name is not read.
    pub(crate) fn list(&mut self, directory: &Path) {
        self.list.insert(directory.to_owned());
    }

    /// A file to write, by way of a temporary one next to it.
    pub(crate) fn write(&mut self, path: &Path) {
        let real = path.canonicalize();
        let directory = match &real {
            // A pipe or a device is written as it is.
            Ok(real) if !real.is_file() => Some(real.as_path()),
            Ok(real) => real.parent(),
            Err(_) => path.parent().filter(|parent| !parent.as_os_str().is_empty()),
        };
        self.write.insert(directory.unwrap_or(Path::new(".")).to_owned());
    }

    /// Temporary files and directories, for what has to wait and is too much for memory.
    pub(crate) const fn temporary(&mut self) {
        self.temporary = true;
    }

    /// Whether there are any.
    pub(crate) const fn needs_temporary(&self) -> bool {
        self.temporary
    }

    /// A directory for them.
    pub(crate) fn scratch_in(&mut self, directory: &Path) {
        self.scratch.insert(directory.to_owned());
    }

    /// The program at `path`, its libraries and its helpers.
    pub(crate) fn run(&mut self, program: &Path) {
        // git opens it for writing, too, before it does anything else.
        self.write.insert(PathBuf::from("/dev/null"));
        self.run.extend(PROGRAMS.iter().map(PathBuf::from));
        let real = program.canonicalize();
        let real = real.as_deref().unwrap_or(program);
        // PREFIX/bin/git has its helpers in PREFIX/libexec.
        let prefix = real.parent().and_then(Path::parent).filter(|p| p.parent().is_some());
        self.run.insert(prefix.unwrap_or(real).to_owned());
    }

    /// The paths to read.
    pub(crate) const fn readable(&self) -> &BTreeSet<PathBuf> {
        &self.read
    }

    /// The directories to list.
    pub(crate) const fn listable(&self) -> &BTreeSet<PathBuf> {
        &self.list
    }

    /// The directories to write in, and devices and pipes to write to.
    pub(crate) const fn writable(&self) -> &BTreeSet<PathBuf> {
        &self.write
    }

    /// The directories in which anything may be made and removed again.
    pub(crate) const fn scratch(&self) -> &BTreeSet<PathBuf> {
        &self.scratch
    }

    /// The programs to run, with what is below.
    pub(crate) const fn runnable(&self) -> &BTreeSet<PathBuf> {
        &self.run
    }
}
