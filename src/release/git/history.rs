//! Every version that a clone ever had of some of its files.

use super::batch::{Mode, Reply};
use super::run::{drain, end};
use super::{Clone, GitError, unhex};
use crate::release::archive::object_name;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};

/// Bytes of history that are read: more than any known repository prints.
const HISTORY: u64 = 8 << 30;

/// One content under one name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    /// The blob's name, in hexadecimal.
    pub(crate) blob: String,
    /// The file's name, without its directory.
    pub(crate) name: String,
}

impl Clone {
    /// The versions of all files whose path `fits`, each with the time of the first commit that
    /// has it, in seconds since 1970.
    ///
    /// # Errors
    ///
    /// If git refuses.
    pub(crate) fn versions(
        &self,
        fits: &dyn Fn(&str) -> bool,
    ) -> Result<BTreeMap<Version, i64>, GitError> {
        let command = "log --raw";
        let arguments = [
            "log",
            "--all",
            "--raw",
            "--no-abbrev",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "-m",
            "--first-parent",
            "--format=C %ct",
        ];
        let failed = |source| GitError::Run { command, source };
        let mut child = self.command(&arguments).spawn().map_err(failed)?;
        let errors = drain(child.stderr.take(), 64 << 10);
        let errors = errors.inspect_err(|_| end(&mut child)).map_err(failed)?;
        let mut versions = BTreeMap::new();
        let mut time = 0;
        if let Some(output) = child.stdout.take() {
            let mut output = BufReader::with_capacity(1 << 20, output.take(HISTORY));
            let mut line = Vec::new();
            loop {
                line.clear();
                if output.by_ref().take(1 << 20).read_until(b'\n', &mut line).map_err(failed)? == 0
                {
                    break;
                }
                let line = String::from_utf8_lossy(&line);
                let line = line.trim_end_matches('\n');
                if let Some(seconds) = line.strip_prefix("C ") {
                    time = seconds.parse().unwrap_or(time);
                } else if let Some(version) = changed(line, fits) {
                    let first: &mut i64 = versions.entry(version).or_insert(time);
                    *first = (*first).min(time);
                }
            }
        }
        end(&mut child);
        match versions.is_empty() {
            false => Ok(versions),
            true => {
                let said = errors.recv_timeout(self.timeout).ok().and_then(Result::ok);
                match said.filter(|said| !said.is_empty()) {
                    Some(said) => Err(self.refused(command, super::run::first_line(&said))),
                    None => Ok(versions),
                }
            }
        }
    }

    /// Gives the contents of the blobs of those names, in hexadecimal, to `each`, one after the
    /// other. What cannot be read, or is not what its name says, is passed over.
    ///
    /// # Errors
    ///
    /// If git cannot be run.
    pub(crate) fn each_blob(
        &self,
        blobs: &[String],
        each: &mut dyn FnMut(&str, &[u8]),
    ) -> Result<(), GitError> {
        let hash = self.hash();
        self.ask(Mode::Contents, blobs, &mut |at, reply| {
            if let (Some(blob), Reply::Object { kind, contents, .. }) = (blobs.get(at), reply)
                && kind == "blob"
                && object_name(hash, "blob", &contents).ok() == unhex(blob)
            {
                each(blob, &contents);
            }
            Ok(())
        })
    }
}

/// The version in a line such as `:100644 100644 OLD NEW M<TAB>path`.
fn changed(line: &str, fits: &dyn Fn(&str) -> bool) -> Option<Version> {
    let (columns, path) = line.strip_prefix(':')?.split_once('\t')?;
    let columns: Vec<&str> = columns.split(' ').collect();
    let [_, mode, _, blob, _] = columns.as_slice() else { return None };
    let file = matches!(*mode, "100644" | "100755");
    if !file || blob.bytes().all(|b| b == b'0') || path.starts_with('"') || !fits(path) {
        return None;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    Some(Version { blob: (*blob).to_owned(), name: name.to_owned() })
}
