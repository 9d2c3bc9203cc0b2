//! git, run so that nothing in a clone can make it run something else.
//!
//! A clone's own configuration names programs (`core.fsmonitor`, hooks, filters, diff drivers,
//! pagers, aliases, an ssh command) and may come from anybody. Only plumbing that needs none of
//! them is run, in a clean environment, with each switched off besides; nothing is fetched, no
//! working tree is looked at, no replacement or graft is honoured, and each command has an end.

use crate::bytes::threads;
use crate::release::archive::GitHash;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// The most bytes that one command may print.
const OUTPUT: u64 = 512 << 20;

/// The most bytes of one blob that are read, and of all that one comparison reads.
pub(super) const BLOB_EACH: u64 = 4 << 20;
pub(super) const BLOB_ALL: u64 = 64 << 20;

/// Switched off on the command line, which outweighs the clone's own configuration.
const CONFIG: &[&str] = &[
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.pager=cat",
    "core.editor=false",
    "core.sshCommand=false",
    "core.gitProxy=false",
    "core.askPass=false",
    "core.alternateRefsCommand=false",
    "core.useReplaceRefs=false",
    "core.commitGraph=false",
    "core.untrackedCache=false",
    "credential.helper=",
    "diff.external=",
    "protocol.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
    "log.showSignature=false",
    "submodule.recurse=false",
    "fetch.recurseSubmodules=false",
    // The person who names a clone means it, whoever owns it, and nothing of its configuration
    // takes effect. Without this, root could not look into anybody's clone.
    "safe.directory=*",
];

/// Why git could not say anything.
#[derive(Debug)]
pub(crate) enum GitError {
    /// There is no git program in PATH.
    NoProgram,
    /// It is no directory.
    NoDirectory {
        /// The clone.
        clone: PathBuf,
    },
    /// The system refused to start git, or to read what it printed.
    Run {
        /// The command.
        command: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// git refused.
    Refused {
        /// The clone.
        clone: PathBuf,
        /// The command.
        command: &'static str,
        /// The first line of what git said.
        message: String,
    },
    /// git took too long.
    Timeout {
        /// The command.
        command: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// git printed something unexpected, or too much.
    Output {
        /// The command.
        command: &'static str,
    },
}

impl fmt::Display for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProgram => f.write_str("there is no git program in PATH"),
            Self::NoDirectory { clone } => {
                write!(f, "{}: is no directory that can be looked into", clone.display())
            }
            Self::Run { command, source } => write!(f, "cannot run git {command}: {source}"),
            Self::Refused { clone, command, message } => {
                write!(f, "{}: git {command} refuses: {message}", clone.display())
            }
            Self::Timeout { command, limit } => {
                write!(f, "git {command} took more than {} seconds", limit.as_secs())
            }
            Self::Output { command } => {
                write!(f, "git {command} printed what it should not, or more than the limit")
            }
        }
    }
}

impl std::error::Error for GitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Run { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// A clone, bare or with a working tree, whole or shallow.
#[derive(Debug)]
pub(crate) struct Clone {
    program: PathBuf,
    path: PathBuf,
    timeout: Duration,
    /// Asked for once.
    hash: OnceLock<GitHash>,
}

/// One entry of a commit's tree.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TreeEntry {
    /// The mode as git writes it: 100644, 100755, 120000 or 160000.
    pub(crate) mode: u32,
    /// The object's name.
    pub(crate) object: Vec<u8>,
}

/// What a command said.
pub(super) struct Answer {
    pub(super) success: bool,
    pub(super) output: Vec<u8>,
    message: String,
}

impl Clone {
    /// The clone at `path`.
    ///
    /// # Errors
    ///
    /// Where there is no git program or no such directory.
    pub(crate) fn open(path: &Path, timeout: Duration) -> Result<Self, GitError> {
        let path = path
            .canonicalize()
            .ok()
            .filter(|path| path.is_dir())
            .ok_or_else(|| GitError::NoDirectory { clone: path.to_owned() })?;
        let program = program().ok_or(GitError::NoProgram)?;
        Ok(Self { program, path, timeout, hash: OnceLock::new() })
    }

    /// The clone's directory.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The hash of its object names.
    ///
    /// # Errors
    ///
    /// Where git refuses, for instance because the directory is no clone.
    pub(crate) fn hash(&self) -> Result<GitHash, GitError> {
        if let Some(hash) = self.hash.get() {
            return Ok(*hash);
        }
        let command = "rev-parse --show-object-format";
        let hash = match self.line(command, &["rev-parse", "--show-object-format"])?.as_str() {
            "sha1" => GitHash::Sha1,
            "sha256" => GitHash::Sha256,
            _ => return Err(GitError::Output { command }),
        };
        Ok(*self.hash.get_or_init(|| hash))
    }

    /// Whether history is cut off.
    ///
    /// # Errors
    ///
    /// Where git refuses.
    pub(crate) fn is_shallow(&self) -> Result<bool, GitError> {
        let command = "rev-parse --is-shallow-repository";
        Ok(self.line(command, &["rev-parse", "--is-shallow-repository"])? == "true")
    }

    /// Where it was cloned from, by its configuration; `None` where that is a directory here.
    ///
    /// # Errors
    ///
    /// Where git cannot be run.
    pub(crate) fn origin(&self) -> Result<Option<String>, GitError> {
        let arguments = ["config", "--get", "remote.origin.url"];
        let answer = self.run("config --get", &arguments, None)?;
        let url = String::from_utf8_lossy(&answer.output).trim().to_owned();
        Ok(super::origin::public(&url).filter(|_| answer.success))
    }

    /// The commit that `revision` names; `None` where the clone does not have it.
    ///
    /// # Errors
    ///
    /// Where git cannot be run.
    pub(crate) fn commit(&self, revision: &str) -> Result<Option<String>, GitError> {
        let peeled = format!("{revision}^{{commit}}");
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", &peeled];
        let answer = self.run("rev-parse --verify", &arguments, None)?;
        let name = String::from_utf8_lossy(&answer.output).trim().to_owned();
        Ok((answer.success && is_hex(&name)).then_some(name))
    }

    /// The names of the references below `below` that fit `condition` (`--contains=…`).
    ///
    /// # Errors
    ///
    /// Where git refuses.
    pub(crate) fn references(
        &self,
        condition: Option<&str>,
        below: &[&str],
    ) -> Result<Vec<String>, GitError> {
        let mut arguments = vec!["for-each-ref", "--format=%(refname)"];
        arguments.extend(condition);
        arguments.extend(below);
        let output = self.answer("for-each-ref", &arguments)?;
        Ok(String::from_utf8_lossy(&output).lines().map(str::to_owned).collect())
    }

    /// What git says of a clone in which something is wrong.
    pub(super) fn refused(&self, command: &'static str, message: String) -> GitError {
        GitError::Refused { clone: self.path.clone(), command, message }
    }

    pub(super) fn line(
        &self,
        command: &'static str,
        arguments: &[&str],
    ) -> Result<String, GitError> {
        Ok(String::from_utf8_lossy(&self.answer(command, arguments)?).trim().to_owned())
    }

    /// What a command prints that must succeed.
    fn answer(&self, command: &'static str, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let answer = self.run(command, arguments, None)?;
        if answer.success {
            return Ok(answer.output);
        }
        Err(self.refused(command, answer.message))
    }

    pub(super) fn run(
        &self,
        command: &'static str,
        arguments: &[&str],
        stdin: Option<Vec<u8>>,
    ) -> Result<Answer, GitError> {
        let failed = |source| GitError::Run { command, source };
        let mut child = self.command(arguments, stdin.is_some()).spawn().map_err(failed)?;
        if let (Some(mut pipe), Some(bytes)) = (child.stdin.take(), stdin) {
            // A git that stops reading ends the thread; what it printed tells why.
            let write = threads::wait(move || drop(pipe.write_all(&bytes)));
            write.inspect_err(|_| end(&mut child)).map_err(failed)?;
        }
        let output = drain(child.stdout.take(), OUTPUT);
        let errors = drain(child.stderr.take(), 64 << 10);
        let pipes = output.and_then(|output| Ok((output, errors?)));
        let (output, errors) = pipes.inspect_err(|_| end(&mut child)).map_err(failed)?;
        let result = output.recv_timeout(self.timeout);
        let output = match result {
            Ok(result) => result.map_err(failed),
            Err(RecvTimeoutError::Timeout) => {
                Err(GitError::Timeout { command, limit: self.timeout })
            }
            Err(RecvTimeoutError::Disconnected) => Err(GitError::Output { command }),
        };
        let output = match output {
            Ok(output) if output.len() as u64 <= OUTPUT => output,
            Ok(_) => {
                end(&mut child);
                return Err(GitError::Output { command });
            }
            Err(error) => {
                end(&mut child);
                return Err(error);
            }
        };
        // Its output has ended, so that it is about to end as well.
        let message = errors.recv_timeout(self.timeout).ok().and_then(Result::ok);
        let Some(message) = message else {
            end(&mut child);
            return Err(GitError::Timeout { command, limit: self.timeout });
        };
        let status = child.wait().map_err(failed)?;
        let message = String::from_utf8_lossy(&message);
        let message = message.lines().next().unwrap_or("without a word").to_owned();
        Ok(Answer { success: status.success(), output, message })
    }

    fn command(&self, arguments: &[&str], stdin: bool) -> Command {
        let mut command = Command::new(&self.program);
        command.env_clear().envs([
            ("PATH", "/usr/bin:/bin"),
            ("LC_ALL", "C"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_SYSTEM", "/dev/null"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_ATTR_NOSYSTEM", "1"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_ALLOW_PROTOCOL", ""),
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_NO_REPLACE_OBJECTS", "1"),
            ("GIT_GRAFT_FILE", "/dev/null"),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_PAGER", "cat"),
        ]);
        // The directory named is the clone or nothing is: no repository further up.
        if let Some(parent) = self.path.parent() {
            command.env("GIT_CEILING_DIRECTORIES", parent);
        }
        command.arg("--no-pager").arg("--literal-pathspecs");
        for setting in CONFIG {
            command.args(["-c", setting]);
        }
        command
            .args(arguments)
            .current_dir(&self.path)
            .stdin(if stdin { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        command
    }
}

/// Ends git and whatever it may have started.
fn end(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads a pipe to its end in a thread of its own: up to one byte more than `limit`.
fn drain(
    pipe: Option<impl Read + Send + 'static>,
    limit: u64,
) -> io::Result<std::sync::mpsc::Receiver<io::Result<Vec<u8>>>> {
    let (sender, receiver) = channel();
    threads::wait(move || {
        let mut bytes = Vec::new();
        let result = pipe.map_or(Ok(0), |pipe| pipe.take(limit + 1).read_to_end(&mut bytes));
        // Nobody waits for it any more after a timeout.
        let _ = sender.send(result.map(|_| bytes));
    })?;
    Ok(receiver)
}

/// The git program of an absolute directory in PATH.
pub(crate) fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/bin:/bin"));
    std::env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join("git"))
        .find(|program| program.is_file())
}

/// Whether `text` is a whole object name.
pub(super) fn is_hex(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && is_hex_prefix(text)
}

/// Whether `text` could be the beginning of an object name.
pub(super) fn is_hex_prefix(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    base16ct::lower::decode_vec(text).ok().filter(|_| is_hex(text))
}
