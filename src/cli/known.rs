//! `distvouch known`.

use super::printed;
use crate::answer::requirement::Status;
use crate::bytes::digests::{HashName, hex};
use crate::bytes::escape::Escaped;
use crate::bytes::pass;
use crate::cli::error::Error;
use crate::cli::restrict::Reach;
use crate::release::known::make::Making;
use crate::release::known::{
    Collected, Known, KnownError, Version, contents_of, data_directory, date,
};
use clap::{Args, Subcommand};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Versions of one name that are listed without --text.
const LISTED: usize = 40;

const EXAMPLES: &str = "\
Examples:
  # What is known, and from where
  distvouch known show

  # Every version of a macro, and whether a file is one of them
  distvouch known show build-to-host.m4 foo-1.3/m4/build-to-host.m4

  # A list from the whole histories of clones and from packages
  distvouch known make --output build-files.list ~/src/gnulib ~/src/automake libtool_2.5.4-4_all.deb

  # The same list with what a new clone has
  distvouch known extend build-files.list ~/src/gnulib

A list named *.list in /usr/share/distvouch/known, or in the directory known of the one that
DISTVOUCH_DATA names, is read in addition to the one in the program.";

/// Show, make or extend the lists of standard build files.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct KnownCommand {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show what is known, the versions of a name, or whether a file is one
    Show(Show),
    /// Make a list from clones, directories, archives, .deb packages and other lists
    Make(Make),
    /// Add to a list
    Extend(Extend),
}

#[derive(Debug, Args)]
struct Show {
    /// Names of build files, or files with a directory before them
    #[arg(value_name = "NAME|FILE")]
    what: Vec<String>,

    /// Print rows: SHA-256, name, project and day, with tabs between them
    #[arg(long)]
    text: bool,
}

#[derive(Debug, Args)]
struct Sources {
    /// Whose files they are; default: the source's own name
    #[arg(long, value_name = "NAME")]
    project: Option<String>,

    /// Names or paths of files that go into the list; default: the names of files that projects
    /// copy. Repeatable
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,

    /// Write the text form, one row a line
    #[arg(long)]
    text: bool,

    /// Clones (their whole history), directories, archives, .deb packages, lists
    #[arg(value_name = "SOURCE", required = true)]
    sources: Vec<PathBuf>,
}

#[derive(Debug, Args)]
struct Make {
    /// The list to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    from: Sources,
}

#[derive(Debug, Args)]
struct Extend {
    /// The list to add to
    #[arg(value_name = "LIST")]
    list: PathBuf,

    #[command(flatten)]
    from: Sources,
}

impl KnownCommand {
    /// What it reads and writes.
    pub(super) fn reach(&self, reach: &mut Reach) {
        let (from, output) = match &self.verb {
            Verb::Show(show) => {
                reach.known_files();
                return reach.read_all(show.what.iter().filter(|word| word.contains('/')));
            }
            Verb::Make(make) => (&make.from, &make.output),
            Verb::Extend(extend) => (&extend.from, &extend.list),
        };
        reach.output(output);
        for source in &from.sources {
            match source.is_dir() {
                true => reach.clone_of_git(source),
                false => reach.read(source),
            }
        }
    }

    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If a list or a source cannot be read, or the list cannot be written.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        match &self.verb {
            Verb::Show(show) => show.run(),
            Verb::Make(make) => make.from.run(Collected::default(), &make.output),
            Verb::Extend(extend) => {
                let mut known = Known::default();
                known.add_file(&extend.list)?;
                extend.from.run(known.into(), &extend.list)
            }
        }
    }
}

impl Sources {
    fn run(&self, mut rows: Collected, output: &Path) -> Result<Status, Error> {
        let making = Making::new(self.project.clone(), &self.only)?;
        let mut said = String::new();
        for source in &self.sources {
            let more = making.add(source, &mut rows)?;
            let shown = source.display().to_string();
            let _ = writeln!(said, "{}: {} more", Escaped(&shown), rows_of(more));
        }
        if rows.len() == 0 {
            let why = "none of the files in it goes into a list: name some with --only".to_owned();
            let path = self.sources.first().cloned().unwrap_or_default();
            return Err(KnownError::Source { path, why }.into());
        }
        let known = Known::from(rows);
        let failed = |source| Error::Create { path: output.to_owned(), source };
        let bytes = match self.text {
            true => known.to_text().into_bytes(),
            false => known.to_bytes().map_err(failed)?,
        };
        write(output, &bytes).map_err(failed)?;
        let size = bytes.len();
        let shown = output.display().to_string();
        let _ = writeln!(said, "{}: {}, {size} bytes", Escaped(&shown), rows_of(known.len()));
        let mut out = io::stdout().lock();
        printed(write!(out, "{said}"))?;
        Ok(Status::Met)
    }
}

/// Writes a file whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(directory.unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    file.as_file().set_permissions(mode)?;
    file.persist(path)?;
    Ok(())
}

impl Show {
    fn run(&self) -> Result<Status, Error> {
        let known = Known::load()?;
        let mut out = BufWriter::new(io::stdout().lock());
        let mut all = true;
        let result = match (self.what.as_slice(), self.text) {
            ([], true) => write!(out, "{}", known.to_text()),
            ([], false) => summary(&known, &mut out),
            (what, _) => {
                let mut result = Ok(());
                for word in what {
                    let found = match word.contains('/') {
                        true => {
                            let path = Path::new(word);
                            let (_, digest) = pass::digest(path, HashName::Sha256, &mut |_| {})?;
                            file(&known, path, &digest, &mut out)
                        }
                        false => self.name(&known, word, &mut out),
                    };
                    all &= *found.as_ref().unwrap_or(&true);
                    result = result.and(found.map(drop));
                }
                result
            }
        };
        printed(result.and_then(|()| out.flush()))?;
        Ok(if all { Status::Met } else { Status::NotMet })
    }

    /// Prints the versions of a name; whether there are any.
    fn name(&self, known: &Known, name: &str, out: &mut dyn Write) -> io::Result<bool> {
        let versions = known.called(name);
        if self.text {
            for version in &versions {
                let (digest, day) = (hex(&version.digest), day(version));
                writeln!(out, "{digest}\t{}\t{}\t{day}", version.name, version.project)?;
            }
            return Ok(!versions.is_empty());
        }
        let contents = contents_of(&versions);
        match contents {
            0 => writeln!(out, "{}: no version is known", Escaped(name))?,
            1 => write!(out, "{}: 1 version is known", Escaped(name))?,
            count => write!(out, "{}: {count} versions are known", Escaped(name))?,
        }
        // Several projects may have one of them.
        match versions.len() {
            0 => return Ok(false),
            rows if rows > contents => writeln!(out, ", in {rows} rows")?,
            _ => writeln!(out)?,
        }
        for version in versions.iter().take(LISTED) {
            let project = Escaped(version.project);
            writeln!(out, "  {} {:<10} {project}", hex(&version.digest), day(version))?;
        }
        if let Some(more @ 1..) = versions.len().checked_sub(LISTED) {
            writeln!(out, "  … and {more} more rows (--text lists them)")?;
        }
        Ok(!versions.is_empty())
    }
}

fn day(version: &Version<'_>) -> String {
    version.day.map_or_else(|| "-".to_owned(), date)
}

/// Prints what has the contents of a file; whether anything has.
fn file(known: &Known, path: &Path, digest: &[u8], out: &mut dyn Write) -> io::Result<bool> {
    let shown = path.display().to_string();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let sha256: Option<[u8; 32]> = digest.try_into().ok();
    let same: Vec<_> = sha256.iter().flat_map(|digest| known.with_contents(digest)).collect();
    if same.is_empty() {
        match contents_of(&known.called(&name)) {
            0 => writeln!(out, "{}: not known, neither by contents nor by name", Escaped(&shown))?,
            count => writeln!(
                out,
                "{}: none of the {count} versions of {} that are known",
                Escaped(&shown),
                Escaped(&name)
            )?,
        }
        return Ok(false);
    }
    writeln!(out, "{}: has the contents of", Escaped(&shown))?;
    for version in same {
        let (name, project) = (Escaped(version.name), Escaped(version.project));
        writeln!(out, "  {name} of {project}, {}", day(&version))?;
    }
    Ok(true)
}

fn summary(known: &Known, out: &mut dyn Write) -> io::Result<()> {
    for (path, rows) in known.read_from() {
        let shown = match path {
            None => "the list in the program".to_owned(),
            Some(path) => path.display().to_string(),
        };
        writeln!(out, "{}: {}", Escaped(&shown), rows_of(*rows))?;
    }
    let directory = data_directory().display().to_string();
    writeln!(out, "Newer lists are read from {}/*.list", Escaped(&directory))?;
    let mut projects: BTreeMap<&str, (usize, Option<u32>)> = BTreeMap::new();
    for version in known.versions() {
        let kind = version.project.split(' ').next().unwrap_or_default();
        let (count, last) = projects.entry(kind).or_default();
        *count += 1;
        *last = (*last).max(version.day);
    }
    writeln!(out, "\nRows  Newest      Project")?;
    for (project, (count, last)) in projects {
        let last = last.map_or_else(|| "-".to_owned(), date);
        writeln!(out, "{count:>5} {last:<11} {}", Escaped(project))?;
    }
    Ok(())
}

fn rows_of(count: usize) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}
