//! `distvouch review`.

use super::printed;
use crate::answer::requirement::Status;
use crate::bytes::escape::escaped;
use crate::cli::error::Error;
use crate::release::archive::{self, Wanted};
use crate::release::review::{Archive, DEFAULT_FILE, Record, ReviewError, append};
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const EXAMPLES: &str = "\
Examples:
  # Read the diff, then record that you did, in the package's directory
  distvouch diff --unified foo-1.2.tar.gz foo-1.3.tar.gz
  distvouch review foo-1.2.tar.gz foo-1.3.tar.gz --note 'all of src/; tests skimmed'

With --read, which diff prints, the record is about the very files that were shown. A pair that
diff does not show cannot be recorded, unless --by-hand says that it was read with other programs.";

/// Record that a person read a release diff.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Review {
    /// The release that was read before
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,

    /// The release whose changes were read
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,

    /// What was read, and what there is to say of it
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: String,

    /// How the BLAKE2B digests begin of what was read: OLD and NEW, as diff prints them
    #[arg(long, value_name = "DIGEST,DIGEST", value_parser = digests)]
    pub(crate) read: Option<[String; 2]>,

    /// It was read with other programs: do not ask whether diff shows it
    #[arg(long)]
    pub(crate) by_hand: bool,

    /// The file of records, one line each
    #[arg(long, value_name = "REVIEWS", default_value = DEFAULT_FILE)]
    pub(crate) file: PathBuf,

    /// Who read; default: git's user.name and user.email, then $USER
    #[arg(long, value_name = "NAME")]
    pub(crate) reviewer: Option<String>,
}

impl Review {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// Where an archive cannot be read, nothing says who reviews, or the file cannot be written.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let (old, new) = (self.archive(&self.old)?, self.archive(&self.new)?);
        for (archive, read) in [&old, &new].into_iter().zip(self.read.iter().flatten()) {
            if !archive.blake2b.starts_with(read.as_str()) {
                return Err(ReviewError::OtherFile(archive.name.clone()).into());
            }
        }
        if old.blake2b == new.blake2b {
            return Err(ReviewError::SameArchive.into());
        }
        let reviewer = self.reviewer.clone().or_else(reviewer).ok_or(ReviewError::Nobody)?;
        let now = jiff::Timestamp::now();
        // Whole seconds are exact enough, and shorter to read.
        let now = jiff::Timestamp::from_second(now.as_second()).unwrap_or(now);
        let note = match self.note.trim() {
            "" => String::new(),
            note if self.by_hand => format!("by hand, not with distvouch diff: {note}"),
            note => note.to_owned(),
        };
        let reviewed = now.to_string();
        let record = Record { reviewed, reviewer, old, new, note };
        let line = append(&self.file, &record)?;
        let text = format!(
            "{}:{line}: {} read the diff from {} to {}",
            self.file.display(),
            record.reviewer,
            record.old.name,
            record.new.name
        );
        printed(writeln!(io::stdout().lock(), "{}", escaped(&text)))?;
        Ok(Status::Met)
    }
}

impl Review {
    /// Names and digests an archive; only one that diff would show.
    fn archive(&self, path: &Path) -> Result<Archive, Error> {
        if self.by_hand {
            return Ok(Archive::read(path)?);
        }
        let wanted = Wanted { blake2b: true, ..Wanted::default() };
        let listing = archive::read(path, &wanted, &|_| {})?;
        Ok(Archive::of(path, listing.size, &listing.blake2b.unwrap_or_default()))
    }
}

/// How two digests begin: 32 digits of each or more, which nobody finds another file for.
fn digests(text: &str) -> Result<[String; 2], String> {
    let is_digest = |text: &str| {
        (32..=128).contains(&text.len())
            && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    match text.split_once(',') {
        Some((old, new)) if is_digest(old) && is_digest(new) => Ok([old.into(), new.into()]),
        _ => Err("not two BLAKE2B digests of 32 to 128 lower-case digits, as diff prints".into()),
    }
}

/// Who works here: git's configuration, else the name of the account.
fn reviewer() -> Option<String> {
    let name = git_setting("user.name");
    let address = git_setting("user.email").map(|address| format!("<{address}>"));
    let words: Vec<_> = name.into_iter().chain(address).collect();
    if !words.is_empty() {
        return Some(words.join(" "));
    }
    std::env::var("USER").ok().filter(|user| !user.trim().is_empty())
}

fn git_setting(key: &str) -> Option<String> {
    let output = Command::new(crate::release::git::program()?)
        .args(["config", "--get", key])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let value = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !value.is_empty()).then_some(value)
}
