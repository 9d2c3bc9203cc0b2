//! The system's autoconf and automake: which of them, and one run of it.

use super::Confine;
use crate::bytes::programs::{end_group, in_path};
use crate::bytes::threads;
use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// How long one program may take, and all of them.
const EACH: Duration = Duration::from_secs(120);
const ALL: Duration = Duration::from_secs(300);

/// Bytes that a program prints of which anything is kept.
const PRINTED: u64 = 64 << 10;

/// What a shell sets before it becomes the program: seconds of CPU, blocks of 512 bytes that a file
/// may have, KiB of memory. Descriptors that were handed down are closed (close_range, the same number
/// everywhere), which shells cannot do above 9.
const LIMITS: &str = "ulimit -t 120 && ulimit -f 131072 && ulimit -v 2097152 && exec perl -e \
    'syscall(436, 3, 0x7fffffff, 0) == 0 or exit 125; exec { $ARGV[0] } @ARGV; exit 126' \"$@\"";

/// Where a program runs.
pub(super) struct Place<'a> {
    /// The tree, which it may write to.
    pub(super) root: &'a Path,
    /// Its directory in there.
    pub(super) directory: PathBuf,
}

/// A program that makes such files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tool {
    // In the order in which they run: each reads what those before it make.
    Aclocal,
    Autoheader,
    Autoconf,
    Automake,
}

impl Tool {
    /// By the name that a file says made it.
    pub(super) fn named(name: &str) -> Option<Self> {
        let all = [Self::Aclocal, Self::Autoheader, Self::Autoconf, Self::Automake];
        all.into_iter().find(|tool| tool.name() == name)
    }

    /// The ways in which upstreams call it: in the tree as it is; as from a clean checkout, where
    /// automake brings its own scripts; with options that are common.
    pub(super) const fn ways(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Aclocal => &[&["--force"], &["--force", "-I", "m4"]],
            Self::Autoheader | Self::Autoconf => &[&["--force"]],
            Self::Automake => &[&[], &["--add-missing", "--copy"], &["--foreign"]],
        }
    }

    /// Whether it comes with automake.
    const fn is_of_automake(self) -> bool {
        matches!(self, Self::Aclocal | Self::Automake)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Aclocal => "aclocal",
            Self::Automake => "automake",
            Self::Autoconf => "autoconf",
            Self::Autoheader => "autoheader",
        }
    }
}

/// The programs that were found, and how long they may still take.
pub(super) struct Programs {
    confine: Confine,
    left: Duration,
    found: BTreeMap<(Tool, String), Result<PathBuf, String>>,
}

impl Programs {
    pub(super) fn new(confine: Confine) -> Self {
        Self { confine, left: ALL, found: BTreeMap::new() }
    }

    /// Runs the tool of that version in `place`. What it is called in the end, or why not.
    pub(super) fn run(
        &mut self,
        tool: Tool,
        version: Option<&str>,
        arguments: &[&str],
        place: &Place<'_>,
    ) -> Result<String, String> {
        if version.is_none() && tool != Tool::Aclocal {
            return Err(format!("the version of {} is not known", tool.name()));
        }
        // What brings macros for configure alone may be of any version.
        let version = version.unwrap_or_default();
        let program = self.program(tool, version, place)?;
        let autoconf = self.found.iter().find(|((tool, _), _)| *tool == Tool::Autoconf);
        let autoconf = autoconf.and_then(|(_, found)| found.as_ref().ok()).cloned();
        let ran =
            self.confined((tool, &program, version), arguments, place, autoconf.as_deref())?;
        let called = format!("{} {version}", tool.name());
        match ran.success {
            true => Ok(called),
            false => Err(format!("{called} failed: {}", ran.first_error())),
        }
    }

    /// The installed program of that version: by the name that has it, as Gentoo and others install
    /// several side by side, or by the plain one.
    fn program(&mut self, tool: Tool, version: &str, place: &Place<'_>) -> Result<PathBuf, String> {
        let key = (tool, version.to_owned());
        if let Some(found) = self.found.get(&key) {
            return found.clone();
        }
        let name = tool.name();
        let short = short(version);
        let names = match version {
            "" => vec![name.to_owned()],
            _ => vec![format!("{name}-{version}"), format!("{name}-{short}"), name.to_owned()],
        };
        let mut others = Vec::new();
        let mut broken = None;
        let mut found = None;
        for path in names.iter().flat_map(|name| in_path(name)) {
            let ran = self.confined((tool, &path, version), &["--version"], place, None)?;
            let said = String::from_utf8_lossy(&ran.output);
            let last = said.lines().next().and_then(|line| line.split_whitespace().last());
            match last.filter(|_| ran.success) {
                Some(own) if own == version || version.is_empty() => {
                    found = Some(path);
                    break;
                }
                Some(own) => others.push(own.chars().take(20).collect::<String>()),
                None => {
                    let path = path.display();
                    broken = Some(format!("{path} does not run: {}", ran.first_error()));
                }
            }
        }
        others.sort();
        others.dedup();
        let found = found.ok_or_else(|| match (others.as_slice(), broken) {
            ([], Some(broken)) => broken,
            ([], None) => format!("{name} is not installed"),
            (others, _) => format!("{name} {version} is not installed ({} is)", others.join(", ")),
        });
        self.found.insert(key, found.clone());
        found
    }

    fn confined(
        &mut self,
        (tool, program, version): (Tool, &Path, &str),
        arguments: &[&str],
        place: &Place<'_>,
        autoconf: Option<&Path>,
    ) -> Result<Ran, String> {
        let start = Instant::now();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", LIMITS, "sh"]).arg(program).args(arguments).env_clear();
        let home = program.parent().unwrap_or(Path::new("/usr/bin"));
        let mut path = home.as_os_str().to_owned();
        path.push(":/usr/bin:/bin");
        command.envs([("LC_ALL", "C"), ("TZ", "UTC0"), ("SOURCE_DATE_EPOCH", "0")]);
        command.env("PATH", path).env("HOME", place.root).env("TMPDIR", place.root);
        // Gentoo's wrappers choose by these.
        let wanted = if tool.is_of_automake() { "WANT_AUTOMAKE" } else { "WANT_AUTOCONF" };
        if !version.is_empty() {
            command.env(wanted, short(version));
        }
        if let Some(autoconf) = autoconf {
            command.env("AUTOCONF", autoconf);
        }
        command.current_dir(&place.directory);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let ran = run(&mut command, place.root, self.confine, EACH.min(self.left));
        self.left = self.left.saturating_sub(start.elapsed());
        ran
    }
}

/// The first two numbers of a version.
fn short(version: &str) -> String {
    version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
}

/// What a program did.
struct Ran {
    success: bool,
    output: Vec<u8>,
    errors: Vec<u8>,
}

impl Ran {
    /// The first line that it printed as an error, shortened.
    fn first_error(&self) -> String {
        let said = String::from_utf8_lossy(&self.errors);
        let line = said.lines().find(|line| !line.contains("warning"));
        line.unwrap_or("without a word").trim().chars().take(200).collect()
    }
}

/// A process whose group the programs run in, and that ends the group when we end, however that comes:
/// nothing leaves the group, so that all of them end, whatever they started.
struct Group(Child);

impl Group {
    fn start() -> std::io::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "read end; kill -9 0"]).env_clear().process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().map(Self)
    }

    fn id(&self) -> i32 {
        i32::try_from(self.0.id()).unwrap_or(i32::MAX)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        end_group(&self.0);
        let _ = self.0.wait();
    }
}

/// One run, with an end.
fn run(
    command: &mut Command,
    place: &Path,
    confine: Confine,
    limit: Duration,
) -> Result<Ran, String> {
    let failed = |error: std::io::Error| format!("it cannot be run: {error}");
    let group = Group::start().map_err(failed)?;
    command.process_group(group.id());
    let mut spawned = None;
    let lacking = confine(place, group.id(), &mut || spawned = Some(command.spawn()));
    lacking.map_err(|lacks| format!("it cannot be confined here: {lacks}"))?;
    let Some(child) = spawned else { return Err("no thread can be started".to_owned()) };
    let mut child = child.map_err(failed)?;
    let (sender, done) = channel();
    for (at, pipe) in [
        child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
        child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>),
    ]
    .into_iter()
    .enumerate()
    {
        let sender = sender.clone();
        let keep = move || {
            let mut kept = Vec::new();
            if let Some(mut pipe) = pipe {
                let _ = pipe.by_ref().take(PRINTED).read_to_end(&mut kept);
                let _ = std::io::copy(&mut pipe, &mut std::io::sink());
            }
            let _ = sender.send((at, kept));
        };
        threads::wait(keep).map_err(failed)?;
    }
    let end = Instant::now() + limit;
    let status = loop {
        match child.try_wait().map_err(failed)? {
            Some(status) => break Some(status),
            None if Instant::now() >= end => break None,
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    drop(sender);
    // With what it left behind.
    drop(group);
    let _ = child.wait();
    let mut printed = [Vec::new(), Vec::new()];
    while let Ok((at, kept)) = done.recv_timeout(Duration::from_secs(5)) {
        if let Some(place) = printed.get_mut(at) {
            *place = kept;
        }
    }
    let [output, errors] = printed;
    match status {
        Some(status) => Ok(Ran { success: status.success(), output, errors }),
        None => Err(format!("it took longer than {} s", limit.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    /// No walls: what is tried is the end, which is set from outside.
    fn open(_: &Path, _: i32, work: &mut (dyn FnMut() + Send)) -> Result<(), &'static str> {
        work();
        Ok(())
    }

    fn sh(script: &str, limit: Duration) -> Result<Ran, String> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        run(&mut command, Path::new("/"), open, limit)
    }

    #[test]
    fn a_run_has_an_end() {
        let started = Instant::now();
        let Err(why) = sh("sleep 3600 & sleep 3600", Duration::from_millis(1500)) else {
            panic!("it ran for an hour")
        };
        assert_eq!(why, "it took longer than 1 s");
        assert!(started.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn what_is_printed_is_kept_in_part() {
        let script = "head -c 10000000 /dev/zero; echo why >&2; exit 3";
        let ran = sh(script, Duration::from_secs(60)).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!((ran.success, ran.output.len() as u64), (false, PRINTED));
        assert_eq!(ran.errors, b"why\n");
    }

    #[test]
    fn nothing_runs_where_nothing_is_confined() {
        let none: Confine = |_, _, _| Err("no walls");
        let mut command = Command::new("/bin/true");
        let ran = run(&mut command, Path::new("/"), none, Duration::from_secs(9));
        assert_eq!(ran.err().as_deref(), Some("it cannot be confined here: no walls"));
    }
}
