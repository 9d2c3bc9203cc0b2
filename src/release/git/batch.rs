//! `git cat-file --batch`, one process for as many objects as are asked for.

use super::run::end;
use super::{Clone, GitError};
use crate::bytes::threads;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// The most bytes of one object that are read.
pub(super) const OBJECT: u64 = 64 << 20;

/// How many questions are asked before their answers are read.
const AHEAD: usize = 256;

/// What git says of one object.
#[derive(Debug)]
pub(super) enum Reply {
    /// It is not there, or its name fits several.
    Missing,
    /// Its name, kind, size in bytes, and its contents where they were asked for.
    Object { name: String, kind: String, size: u64, contents: Vec<u8> },
}

/// A process that answers.
#[derive(Debug)]
pub(super) struct Batch {
    child: Child,
    questions: SyncSender<Vec<u8>>,
    replies: Receiver<Option<Reply>>,
}

impl Drop for Batch {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Which of the two processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Sizes,
    Contents,
}

impl Mode {
    pub(super) const fn command(self) -> &'static str {
        match self {
            Self::Sizes => "cat-file --batch-check",
            Self::Contents => "cat-file --batch",
        }
    }

    const fn option(self) -> &'static str {
        match self {
            Self::Sizes => "--batch-check",
            Self::Contents => "--batch",
        }
    }
}

impl Clone {
    /// The replies about `objects`, each one line without its end, in their order, given to `each`.
    pub(super) fn ask(
        &self,
        mode: Mode,
        objects: &[String],
        each: &mut dyn FnMut(usize, Reply) -> Result<(), GitError>,
    ) -> Result<(), GitError> {
        let place = match mode {
            Mode::Sizes => &self.sizes,
            Mode::Contents => &self.contents,
        };
        let mut place = lock(place);
        // A process that was left in the middle of its answers is not asked again.
        let batch = match place.take() {
            Some(batch) => batch,
            None => self.start(mode)?,
        };
        let broken = || GitError::Output { command: mode.command() };
        let mut read = 0;
        for chunk in objects.chunks(AHEAD) {
            let text: String = chunk.iter().flat_map(|name| [name.as_str(), "\n"]).collect();
            batch.questions.send(text.into_bytes()).map_err(|_| broken())?;
            for _ in chunk {
                let reply =
                    batch.replies.recv_timeout(self.timeout).map_err(|error| match error {
                        std::sync::mpsc::RecvTimeoutError::Timeout => {
                            GitError::Timeout { command: mode.command(), limit: self.timeout }
                        }
                        std::sync::mpsc::RecvTimeoutError::Disconnected => broken(),
                    })?;
                each(read, reply.ok_or_else(broken)?)?;
                read += 1;
            }
        }
        *place = Some(batch);
        Ok(())
    }

    fn start(&self, mode: Mode) -> Result<Batch, GitError> {
        let failed = |source| GitError::Run { command: mode.command(), source };
        let mut child = self
            .command(&["cat-file", mode.option()])
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let (questions, asked) = sync_channel::<Vec<u8>>(1);
        let (answers, replies) = sync_channel(AHEAD);
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let batch = Batch { child, questions, replies };
        threads::wait(move || {
            let Some(mut input) = input else { return };
            // A git that stops reading ends the thread; what it printed tells why.
            while let Ok(bytes) = asked.recv() {
                if input.write_all(&bytes).and_then(|()| input.flush()).is_err() {
                    return;
                }
            }
        })
        .map_err(failed)?;
        threads::wait(move || {
            let Some(output) = output else { return };
            let mut output = BufReader::with_capacity(128 << 10, output);
            loop {
                let reply = reply(&mut output, mode);
                let over = reply.is_none();
                if answers.send(reply).is_err() || over {
                    return;
                }
            }
        })
        .map_err(failed)?;
        Ok(batch)
    }
}

/// The next reply; `None` where there is none or it is none.
fn reply(output: &mut BufReader<ChildStdout>, mode: Mode) -> Option<Reply> {
    let mut head = Vec::new();
    output.by_ref().take(4096).read_until(b'\n', &mut head).ok()?;
    let head = std::str::from_utf8(head.strip_suffix(b"\n")?).ok()?;
    if head.ends_with(" missing") || head.ends_with(" ambiguous") {
        return Some(Reply::Missing);
    }
    let mut words = head.split(' ');
    let (name, kind) = (words.next()?.to_owned(), words.next()?.to_owned());
    let size: u64 = words.next()?.parse().ok()?;
    let mut contents = Vec::new();
    if mode == Mode::Contents {
        if size > OBJECT {
            return None;
        }
        let mut end = [0];
        output.by_ref().take(size).read_to_end(&mut contents).ok()?;
        output.read_exact(&mut end).ok().filter(|()| contents.len() as u64 == size)?;
        if end != *b"\n" {
            return None;
        }
    }
    Some(Reply::Object { name, kind, size, contents })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
