//! Long output in the user's pager, where standard output is a terminal.

use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

/// Where long output goes: through `$PAGER` on a terminal, else straight to standard output.
pub(crate) enum Pager {
    /// A program that shows it.
    Program {
        /// The program.
        child: Child,
        /// What it reads.
        input: BufWriter<ChildStdin>,
    },
    /// Standard output.
    Plain(BufWriter<Stdout>),
}

impl Pager {
    /// Starts the pager: `$PAGER` as the shell reads it, else `less`. None is started where
    /// standard output is not a terminal, or where `$PAGER` is empty or `cat`.
    pub(crate) fn start() -> Self {
        let plain = Self::none;
        if !io::stdout().is_terminal() {
            return plain();
        }
        let chosen = std::env::var_os("PAGER");
        if chosen.as_ref().is_some_and(|pager| pager.is_empty() || pager == "cat") {
            return plain();
        }
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(chosen.unwrap_or_else(|| "exec less".into()));
        // As git does: stay in place, pass colours on, end where it fits on one screen.
        if std::env::var_os("LESS").is_none() {
            command.env("LESS", "FRX");
        }
        match command.stdin(Stdio::piped()).spawn() {
            Ok(mut child) => match child.stdin.take() {
                Some(input) => Self::Program { child, input: BufWriter::new(input) },
                None => plain(),
            },
            Err(_) => plain(),
        }
    }

    /// Straight to standard output.
    pub(crate) fn none() -> Self {
        Self::Plain(BufWriter::new(io::stdout()))
    }

    /// Waits until the reader has seen enough.
    ///
    /// # Errors
    ///
    /// If the rest cannot be written.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self {
            Self::Program { mut child, mut input } => {
                let written = input.flush();
                drop(input);
                child.wait()?;
                written
            }
            Self::Plain(mut out) => out.flush(),
        }
    }
}

impl Write for Pager {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Program { input, .. } => input.write(bytes),
            Self::Plain(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Program { input, .. } => input.flush(),
            Self::Plain(out) => out.flush(),
        }
    }
}
