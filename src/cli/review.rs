//! `distvouch review`.

use super::{printed, restrict};
use crate::answer::requirement::Status;
use crate::bytes::escape::escaped;
use crate::bytes::threads;
use crate::cli::error::Error;
use crate::release::archive::{self, Wanted};
use crate::release::git::places;
use crate::release::review::{self, Archive, Record, ReviewError, Reviews, Signer};
use crate::report::layout::paragraph;
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
A record is a file of its own in metadata/distvouch/reviews/CATEGORY/PN of the repository whose
package directory this is, so that the records of two people never conflict; elsewhere, in
distvouch-reviews/. bump and check read it.

Examples:
  # Read the diff, then record that you did, in the package's directory
  distvouch diff --unified foo-1.2.tar.gz foo-1.3.tar.gz
  distvouch review foo-1.2.tar.gz foo-1.3.tar.gz --note 'all of src/; tests skimmed'

  # Signed by the key that signs your commits
  distvouch review foo-1.2.tar.gz foo-1.3.tar.gz --note 'all of it' --sign

  # Take over the records of another overlay; who read what, and what they said
  distvouch review --import ~/src/other-overlay --as other
  distvouch review --list";

/// Record that a person read a release diff.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Review {
    /// The release that was read before
    #[arg(value_name = "OLD", required_unless_present_any = ["import", "list"])]
    pub(crate) old: Option<PathBuf>,

    /// The release whose changes were read
    #[arg(value_name = "NEW", required_unless_present_any = ["import", "list"])]
    pub(crate) new: Option<PathBuf>,

    /// What was read, and what there is to say of it
    #[arg(long, value_name = "TEXT", required_unless_present_any = ["import", "list"])]
    pub(crate) note: Option<String>,

    /// The digests that diff printed: other files than those are refused
    #[arg(long, value_name = "OLD,NEW")]
    pub(crate) read: Option<String>,

    /// Who read; default: git's user.name and user.email, then $USER
    #[arg(long, value_name = "NAME")]
    pub(crate) reviewer: Option<String>,

    /// Sign the record with gpg or ssh-keygen; default: as git's gpg.format says
    #[arg(
        long,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "git"
    )]
    pub(crate) sign: Option<SignArg>,

    /// The key to sign with; default: git's user.signingkey
    #[arg(long, value_name = "KEY", requires = "sign")]
    pub(crate) sign_key: Option<String>,

    /// A directory for the record, or a list to add a line to; default: the package's place in its
    /// repository
    #[arg(long, value_name = "REVIEWS")]
    pub(crate) file: Option<PathBuf>,

    /// Copy the review records of another repository into this one
    #[arg(long, value_name = "REPOSITORY", requires = "name", conflicts_with_all = ["old", "list"])]
    pub(crate) import: Option<PathBuf>,

    /// The name to import them under
    #[arg(long = "as", value_name = "NAME", requires = "import")]
    pub(crate) name: Option<String>,

    /// Import only the records of this package
    #[arg(long, value_name = "CATEGORY/PN", requires = "import")]
    pub(crate) package: Option<String>,

    /// The repository to import into; default: the one that this directory is in
    #[arg(long, value_name = "DIR", requires = "import")]
    pub(crate) repository: Option<PathBuf>,

    /// List the records of the package in this directory, or those of --file
    #[arg(long, conflicts_with = "old")]
    pub(crate) list: bool,
}

/// The values of `--sign`.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum SignArg {
    /// As git signs commits
    Git,
    /// With gpg
    Openpgp,
    /// With ssh-keygen
    Ssh,
}

impl Review {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// Where an archive cannot be read or compared, nothing says who reviews, or a record cannot be
    /// written, signed or imported.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let here = Path::new(".");
        if self.list {
            let places = match &self.file {
                Some(place) => vec![place.clone()],
                None => review::places_of(here),
            };
            let found = Reviews { places, keys: None }.read()?;
            printed(list(found.iter().map(|found| (&found.record, found.path.as_path()))))?;
        } else if let (Some(from), Some(name)) = (&self.import, &self.name) {
            self.import(from, name)?;
        } else if let (Some(old), Some(new), Some(note)) = (&self.old, &self.new, &self.note) {
            let place = self.file.clone().unwrap_or_else(|| review::place_of(here));
            let read = self.read.as_deref();
            let sign = self.sign.map(|format| (format, self.sign_key.clone()));
            let reviewer = self.reviewer.clone();
            let text =
                record(&Reading { old, new, note, read, reviewer, sign, directory: here }, &place)?;
            printed(writeln!(io::stdout().lock(), "{}", escaped(&text)))?;
        }
        Ok(Status::Met)
    }

    fn import(&self, from: &Path, name: &str) -> Result<(), Error> {
        let here = || {
            let path = self.repository.clone().unwrap_or_else(|| PathBuf::from("."));
            review::repository(&path).ok_or(ReviewError::NoRepository { path })
        };
        let into = match &self.repository {
            Some(repository) => repository.clone(),
            None => here()?,
        };
        let imported = review::import(from, name, &into, self.package.as_deref())?;
        let known = imported.iter().filter(|imported| imported.known).count();
        let new = imported.iter().filter(|imported| !imported.known);
        printed(list(new.map(|imported| (&imported.record, imported.path.as_path()))))?;
        let text = format!(
            "{} imported from {}, {known} known before",
            imported.len() - known,
            from.display()
        );
        printed(writeln!(io::stdout().lock(), "{}", escaped(&text)))
    }
}

/// What was read, and by whom.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    /// The release that was read before.
    pub(crate) old: &'a Path,
    /// The release whose changes were read.
    pub(crate) new: &'a Path,
    /// What there is to say of it.
    pub(crate) note: &'a str,
    /// How the digests of both begin.
    pub(crate) read: Option<&'a str>,
    /// Who read; else whom git or the account names.
    pub(crate) reviewer: Option<String>,
    /// How to sign, and with which key.
    pub(crate) sign: Option<(SignArg, Option<String>)>,
    /// The directory of the package, if it is one.
    pub(crate) directory: &'a Path,
}

/// Records a reading at `place`; a sentence that says so.
///
/// # Errors
///
/// Where the two cannot be compared, are the same or other files than were read, nothing says who
/// reviews, or the record cannot be written or signed.
pub(crate) fn record(reading: &Reading<'_>, place: &Path) -> Result<String, Error> {
    let (old, new) = restrict::within(&reading.reach(), || read(reading))?;
    let reviewer = reading.reviewer.clone().or_else(reviewer).ok_or(ReviewError::Nobody)?;
    let now = jiff::Timestamp::now();
    // Whole seconds are exact enough, and shorter to read.
    let now = jiff::Timestamp::from_second(now.as_second()).unwrap_or(now);
    let (note, reviewed) = (reading.note.trim().to_owned(), now.to_string());
    let package = review::package_of(reading.directory).map(|(_, package)| package);
    let is_list = place.is_file() || place.extension().is_some_and(|e| e == "jsonl");
    let package = package.filter(|_| !is_list);
    let record = Record { package, reviewed, reviewer, old, new, note };
    let (path, line) = match &reading.sign {
        Some((format, key)) => {
            let (signer, key) = signing(*format, key.clone());
            let sign = |path: &Path| review::sign(signer, key.as_deref(), path);
            review::add(place, &record, Some(&sign))?
        }
        None => review::add(place, &record, None)?,
    };
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    Ok(format!(
        "{}{line}: {} read the diff from {} to {}",
        path.display(),
        record.reviewer,
        record.old.name,
        record.new.name
    ))
}

/// The two archives, if they can be compared and are what was read.
fn read(reading: &Reading<'_>) -> Result<(Archive, Archive), ReviewError> {
    let (old, new) = (Archive::read(reading.old)?, Archive::read(reading.new)?);
    if old.blake2b == new.blake2b {
        return Err(ReviewError::SameArchive);
    }
    if let Some(digests) = reading.read {
        is_what_was_read(digests, &old, &new)?;
    }
    comparable(reading.old, reading.new)?;
    Ok((old, new))
}

/// The fewest digits of a digest that name a file.
const DIGITS: usize = 32;

fn is_what_was_read(text: &str, old: &Archive, new: &Archive) -> Result<(), ReviewError> {
    let digits = |text: &str| {
        text.len() >= DIGITS && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let (before, now) = text
        .split_once(',')
        .filter(|(one, other)| digits(one) && digits(other))
        .ok_or_else(|| ReviewError::NotDigests(text.to_owned()))?;
    for (said, archive) in [(before, old), (now, new)] {
        if !archive.blake2b.starts_with(said) {
            let found = archive.blake2b.chars().take(DIGITS).collect();
            return Err(ReviewError::NotRead { name: archive.name.clone(), found });
        }
    }
    Ok(())
}

/// Whether `distvouch diff` could have shown the diff of the two.
fn comparable(old: &Path, new: &Path) -> Result<(), ReviewError> {
    let list = |path: &Path| archive::read(path, &Wanted::default(), &|_| {}).map(drop);
    let (old, new) = threads::both(|| list(old), || list(new));
    old.and(new).map_err(ReviewError::NoDiff)
}

/// What signs, and by which key: as given, else as git's settings say.
fn signing(format: SignArg, key: Option<String>) -> (Signer, Option<String>) {
    let signer = match format {
        SignArg::Openpgp => Signer::Openpgp,
        SignArg::Ssh => Signer::Ssh,
        SignArg::Git => match places::setting("gpg.format").as_deref() {
            Some("ssh") => Signer::Ssh,
            _ => Signer::Openpgp,
        },
    };
    let home = |path: String| match (path.strip_prefix("~/"), std::env::var("HOME")) {
        (Some(rest), Ok(home)) => format!("{home}/{rest}"),
        _ => path,
    };
    (signer, key.or_else(|| places::setting("user.signingkey")).map(home))
}

/// Prints records: when, who, what diff, what note.
fn list<'a>(records: impl Iterator<Item = (&'a Record, &'a Path)>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (record, path) in records {
        let package = record.package.as_ref().map(|p| format!("{p}: ")).unwrap_or_default();
        let text = format!(
            "{package}{} -> {}, read by {} on {}: {}",
            record.old.name, record.new.name, record.reviewer, record.reviewed, record.note
        );
        paragraph(&mut out, 2, &text)?;
        writeln!(out, "  {}", escaped(&path.display().to_string()))?;
    }
    Ok(())
}

/// Who works here: git's configuration, else the name of the account.
fn reviewer() -> Option<String> {
    let name = places::setting("user.name");
    let address = places::setting("user.email").map(|address| format!("<{address}>"));
    let words: Vec<_> = name.into_iter().chain(address).collect();
    if !words.is_empty() {
        return Some(words.join(" "));
    }
    std::env::var("USER").ok().filter(|user| !user.trim().is_empty())
}
