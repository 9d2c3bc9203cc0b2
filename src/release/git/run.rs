//! Running git: one command with an end, or a process that answers for as long as it is asked.

use super::{Clone, GitError};
use crate::bytes::programs::{end_group, in_path};
use crate::bytes::threads;
use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

/// The most bytes that one command may print.
pub(super) const OUTPUT: u64 = 512 << 20;

/// Settings on the command line outweigh all others. The directory's configuration is ours; these
/// are for what git does without being told.
const CONFIG: &[&str] = &[
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.pager=cat",
    "core.alternateRefsCommand=false",
    "core.useReplaceRefs=false",
    "core.commitGraph=false",
    "core.multiPackIndex=false",
    "protocol.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
    "log.showSignature=false",
    "diff.renames=false",
    // The person who names a clone means it, anyone who owns it, and nothing of its configuration
    // takes effect. Without this, root could not look into anyone's clone.
    "safe.directory=*",
];

impl Clone {
    /// What a command prints that must succeed.
    pub(super) fn answer(
        &self,
        command: &'static str,
        arguments: &[&str],
    ) -> Result<Vec<u8>, GitError> {
        let failed = |source| GitError::Run { command, source };
        let mut child = self.command(arguments).spawn().map_err(failed)?;
        let output = drain(child.stdout.take(), OUTPUT);
        let errors = drain(child.stderr.take(), 64 << 10);
        let pipes = output.and_then(|output| Ok((output, errors?)));
        let (output, errors) = pipes.inspect_err(|_| end(&mut child)).map_err(failed)?;
        let timeout = || GitError::Timeout { command, limit: self.timeout };
        let output = match output.recv_timeout(self.timeout) {
            Ok(Ok(output)) if output.len() as u64 <= OUTPUT => Ok(output),
            Ok(Err(source)) => Err(failed(source)),
            Ok(Ok(_)) | Err(RecvTimeoutError::Disconnected) => Err(GitError::Output { command }),
            Err(RecvTimeoutError::Timeout) => Err(timeout()),
        };
        // Its output has ended, so that it is about to end as well.
        let message = errors.recv_timeout(self.timeout).ok().and_then(Result::ok);
        let (Ok(output), Some(message)) = (output.as_ref(), message) else {
            end(&mut child);
            return Err(output.err().unwrap_or_else(timeout));
        };
        if child.wait().map_err(failed)?.success() {
            return Ok(output.clone());
        }
        Err(self.refused(command, first_line(&message)))
    }

    /// A git command in the directory of our own and a clean environment.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
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
        command.env("GIT_DIR", self.directory.path());
        command.env("GIT_OBJECT_DIRECTORY", self.directory.objects());
        command.arg("--no-pager").arg("--literal-pathspecs");
        for setting in CONFIG {
            command.args(["-c", setting]);
        }
        command
            .args(arguments)
            .current_dir(self.directory.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        command
    }
}

/// Ends git and whatever it may have started.
pub(super) fn end(child: &mut Child) {
    end_group(child);
    let _ = child.kill();
    let _ = child.wait();
}

/// The first line of what git said of an error.
pub(super) fn first_line(message: &[u8]) -> String {
    let message = String::from_utf8_lossy(message);
    message.lines().next().unwrap_or("without a word").to_owned()
}

/// Reads a pipe to its end in a thread of its own: up to one byte more than `limit`.
pub(super) fn drain(
    pipe: Option<impl Read + Send + 'static>,
    limit: u64,
) -> io::Result<Receiver<io::Result<Vec<u8>>>> {
    let (sender, receiver) = channel();
    threads::wait(move || {
        let mut bytes = Vec::new();
        let result = pipe.map_or(Ok(0), |pipe| pipe.take(limit + 1).read_to_end(&mut bytes));
        // After a timeout there is no receiver any more.
        let _ = sender.send(result.map(|_| bytes));
    })?;
    Ok(receiver)
}

/// The git program of an absolute directory in PATH.
pub(crate) fn program() -> Option<PathBuf> {
    in_path("git").next()
}
