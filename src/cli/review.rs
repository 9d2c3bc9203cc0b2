//! `distvouch review`.

use super::{printed, restrict};
use crate::answer::requirement::Status;
use crate::bytes::threads;
use crate::cli::error::Error;
use crate::release::archive::{self, Wanted};
use crate::release::git::places;
use crate::release::review::{self, Archive, Record, ReviewError, Reviews, SigningProgram};
use crate::report::layout::{paragraph, whole};
use clap::Args;
use std::io;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
A record is a file of its own in metadata/distvouch/reviews/CATEGORY/PN of the repository whose
package directory this is, so that the records of two people never conflict; elsewhere, in
distvouch-reviews/. bump and check read it.

Examples:
  # Read the diff, then record that you did, in the package's directory
  distvouch diff --unified foo-1.2.tar.gz foo-1.3.tar.gz
  distvouch review foo-1.2.tar.gz foo-1.3.tar.gz --note 'all of src/; tests skimmed'

  # A new package or dependency has no previous version: read it by itself, and record that
  distvouch diff --unified bar-0.1.tar.gz
  distvouch review bar-0.1.tar.gz --note 'build files and src/; skimmed the tests'

  # Signed by the key that signs your commits
  distvouch review foo-1.2.tar.gz foo-1.3.tar.gz --note 'all of it' --sign

  # Take over the records of another overlay; who read what, and what they said
  distvouch review --import ~/src/other-overlay --as other
  distvouch review --list";

/// Record that a person read a release diff, or a new archive.
#[derive(Debug, Args)]
#[command(
    after_help = EXAMPLES,
    override_usage = "distvouch review [OPTIONS] [OLD] <NEW> --note <TEXT>\n       \
                      distvouch review --import <REPOSITORY> --as <NAME>\n       \
                      distvouch review --list"
)]
pub(crate) struct Review {
    /// The previous release; leave it out if there is none, and name only NEW
    #[arg(value_name = "OLD", required_unless_present_any = ["import", "list"])]
    first: Option<PathBuf>,

    /// The release that was read
    #[arg(value_name = "NEW")]
    second: Option<PathBuf>,

    /// What was read, and what there is to say about it
    #[arg(long, value_name = "TEXT", required_unless_present_any = ["import", "list"])]
    pub(crate) note: Option<String>,

    /// You read all of NEW, every file that is built, installed or run: the record then counts even
    /// where a previous version exists
    #[arg(long, conflicts_with_all = ["second", "import", "list"])]
    pub(crate) whole: bool,

    /// The digests that diff printed: other files are refused
    #[arg(long, value_name = "[OLD,]NEW")]
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
    #[arg(long, value_name = "REPOSITORY", requires = "name", conflicts_with_all = ["first", "list"])]
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
    #[arg(long, conflicts_with = "first")]
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
    /// If an archive cannot be read or compared, nothing says who reviews, or a record cannot be
    /// written, signed or imported.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let here = Path::new(".");
        if self.list {
            let places = match &self.file {
                Some(place) => vec![place.clone()],
                None => review::places_of(here),
            };
            let found = Reviews::of(places, None).read()?;
            printed(list(found.iter().map(|found| (&found.record, found.path.as_path()))))?;
        } else if let (Some(from), Some(name)) = (&self.import, &self.name) {
            self.import(from, name)?;
        } else if let (Some(first), Some(note)) = (&self.first, &self.note) {
            let (old, new) = match &self.second {
                Some(second) => (Some(first.as_path()), second.as_path()),
                None => (None, first.as_path()),
            };
            let place = self.file.clone().unwrap_or_else(|| review::place_of(here));
            let read = self.read.as_deref();
            let sign = self.sign.map(|format| (format, self.sign_key.clone()));
            let reviewer = self.reviewer.clone();
            let reading = Reading {
                old,
                new,
                whole: self.whole,
                note,
                read,
                reviewer,
                sign,
                directory: here,
            };
            let text = record(&reading, &place)?;
            printed(whole(&mut io::stdout().lock(), 0, &text))?;
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
        printed(whole(&mut io::stdout().lock(), 0, &text))
    }
}

/// What was read, and by whom.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    /// The previous release; `None` if the new one was read by itself.
    pub(crate) old: Option<&'a Path>,
    /// The release that was read.
    pub(crate) new: &'a Path,
    /// Of one that was read by itself: whether all of it was.
    pub(crate) whole: bool,
    /// What there is to say of it.
    pub(crate) note: &'a str,
    /// How the digests begin.
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
/// If the two cannot be compared, are the same or other files than were read, nothing says who
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
    let whole = old.is_none().then_some(reading.whole);
    let record = Record { package, reviewed, reviewer, old, new, whole, note };
    let (path, line) = match &reading.sign {
        Some((format, key)) => {
            let (signer, key) = signing(*format, key.clone());
            let sign = |path: &Path| review::sign(signer, key.as_deref(), path);
            review::add(place, &record, Some(&sign))?
        }
        None => review::add(place, &record, None)?,
    };
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    Ok(format!("{}{line}: {} read {}", path.display(), record.reviewer, record.subject()))
}

/// The archives, if they can be shown and are what was read.
fn read(reading: &Reading<'_>) -> Result<(Option<Archive>, Archive), ReviewError> {
    let (old, new) = (reading.old.map(Archive::read).transpose()?, Archive::read(reading.new)?);
    if old.as_ref().is_some_and(|old| old.blake2b == new.blake2b) {
        return Err(ReviewError::SameArchive);
    }
    if let Some(digests) = reading.read {
        is_what_was_read(digests, old.as_ref(), &new)?;
    }
    can_be_shown(reading.old, reading.new)?;
    Ok((old, new))
}

/// The fewest digits of a digest that name a file.
const DIGITS: usize = 32;

fn is_what_was_read(text: &str, old: Option<&Archive>, new: &Archive) -> Result<(), ReviewError> {
    let digits = |text: &str| {
        text.len() >= DIGITS && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let archives: Vec<&Archive> = old.into_iter().chain([new]).collect();
    let said: Vec<&str> = text.split(',').collect();
    if said.len() != archives.len() || !said.iter().all(|one| digits(one)) {
        return Err(ReviewError::NotDigests(text.to_owned()));
    }
    for (said, archive) in said.into_iter().zip(archives) {
        if !archive.blake2b.starts_with(said) {
            let found = archive.blake2b.chars().take(DIGITS).collect();
            return Err(ReviewError::NotRead { name: archive.name.clone(), found });
        }
    }
    Ok(())
}

/// Whether `distvouch diff` could have shown them.
fn can_be_shown(old: Option<&Path>, new: &Path) -> Result<(), ReviewError> {
    let wanted = Wanted { single: true, ..Wanted::default() };
    let list = |path: &Path| archive::read(path, &wanted, &|_| {}).map(drop);
    let (before, now) = threads::both(|| old.map_or(Ok(()), list), || list(new));
    let refused = |error| match old {
        Some(_) => ReviewError::NoDiff(error),
        None => ReviewError::Unreadable(error),
    };
    before.and(now).map_err(refused)
}

/// What signs, and by which key: as given, else as git's settings say.
fn signing(format: SignArg, key: Option<String>) -> (SigningProgram, Option<String>) {
    let signer = match format {
        SignArg::Openpgp => SigningProgram::Openpgp,
        SignArg::Ssh => SigningProgram::Ssh,
        SignArg::Git => match places::setting("gpg.format").as_deref() {
            Some("ssh") => SigningProgram::Ssh,
            _ => SigningProgram::Openpgp,
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
        let what = match (&record.old, record.whole) {
            (Some(old), _) => format!("{} -> {}", old.name, record.new.name),
            (None, Some(true)) => format!("all of {}", record.new.name),
            (None, _) => record.new.name.clone(),
        };
        let text = format!(
            "{package}{what}, read by {} on {}: {}",
            record.reviewer, record.reviewed, record.note
        );
        paragraph(&mut out, 2, &text)?;
        whole(&mut out, 2, &path.display().to_string())?;
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
