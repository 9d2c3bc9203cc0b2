//! `distvouch scan`.

mod results;

use super::options::{Distdir, TimeOption};
use super::printed;
use crate::answer::kinds::Level;
use crate::answer::requirement::Status;
use crate::bytes::input::{EVIDENCE_LIMIT, read_bounded};
use crate::bytes::threads;
use crate::check::scan::{self, ANY_KEY_PACKAGE, Options, Package, Shard, Totals};
use crate::cli::error::{Error, UsageError};
use crate::evidence::sigstore::TrustedRoot;
use crate::release::gentoo::Repository;
use crate::release::policy::Policies;
use crate::report::scan::{Printer, ScanFormat, totals as totals_as_text};
use clap::{Args, ValueEnum};
use results::{Earlier, Results};
use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Nothing of the overlay is run. What distfiles an ebuild has is taken from metadata/md5-cache or
Portage's cache where an entry fits, else from its text. Distfiles that are in DISTDIR are read and
checked with what their ebuild expects; the others are counted.

Examples:
  # An overlay: errors, then warnings, how often each kind was found, the numbers
  distvouch scan ~/overlay

  # In CI, as annotations of a change
  distvouch scan . --no-distfiles --format github

  # A large tree: one line of JSON for each version, taken up again where an earlier run ended, and
  # without looking again at what has not changed
  distvouch scan /var/db/repos/gentoo --results gentoo.jsonl

  # The third of eight parts; the results of all are merged by concatenation
  distvouch scan /var/db/repos/gentoo --shard 3/8 --json > 3.jsonl

Exit status:
  0  nothing was found of the level of --fail-on or above
  1  something was
  2  could not run: usage, no repository, a policy that cannot be read";

/// Look at a whole overlay.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Scan {
    /// The root of an ebuild repository
    #[arg(value_name = "REPO")]
    pub(crate) root: PathBuf,

    /// Where the distfiles are.
    #[command(flatten)]
    pub(crate) distdir: Distdir,

    /// Read no distfile, though it is in DISTDIR
    #[arg(long)]
    pub(crate) no_distfiles: bool,

    /// Where the key files that ebuilds name are looked for
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub(crate) key_root: PathBuf,

    /// Sigstore trusted_root.json; default: the system's, else the one built in
    #[arg(long, value_name = "FILE")]
    pub(crate) trusted_root: Option<PathBuf>,

    /// Only this package; repeatable
    #[arg(long, value_name = "CATEGORY/NAME")]
    pub(crate) package: Vec<String>,

    /// Only part N of M, which are of about the same size
    #[arg(long, value_name = "N/M")]
    pub(crate) shard: Option<String>,

    /// Keep what is found in FILE, and do not look again at packages that have not changed since
    #[arg(long, value_name = "FILE")]
    pub(crate) results: Option<PathBuf>,

    /// Packages at a time; default: as many as there are processors
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(crate) jobs: Option<u16>,

    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: FormatArg,

    /// Short for --format json
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,

    /// The least level that is printed as text or annotation
    #[arg(long, value_name = "LEVEL", default_value = "warning")]
    pub(crate) least: LevelArg,

    /// The least level that makes the exit status 1
    #[arg(long, value_name = "LEVEL", default_value = "error")]
    pub(crate) fail_on: FailArg,

    /// Print findings that an exception of the policy accepts, too
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// Print only the numbers
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// When to judge
    #[command(flatten)]
    pub(crate) time: TimeOption,
}

/// The values of `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatArg {
    /// For people
    Text,
    /// One JSON object a line; doc/scan.schema.json describes them
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
}

/// The values of `--least`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LevelArg {
    /// Everything
    Note,
    /// What is worth mending, and errors
    Warning,
    /// Errors alone
    Error,
}

/// The values of `--fail-on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailArg {
    /// Anything that is found
    Note,
    /// Warnings and errors
    Warning,
    /// Errors
    Error,
    /// Nothing: the exit status only says whether the scan ran
    Never,
}

impl LevelArg {
    const fn level(self) -> Level {
        match self {
            Self::Note => Level::Note,
            Self::Warning => Level::Warning,
            Self::Error => Level::Error,
        }
    }
}

impl FailArg {
    const fn fails(self, totals: &Totals) -> bool {
        match self {
            Self::Never => false,
            Self::Error => totals.errors > 0,
            Self::Warning => totals.errors + totals.warnings > 0,
            Self::Note => totals.errors + totals.warnings + totals.notes > 0,
        }
    }
}

impl Scan {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// If there is no overlay, its policy cannot be used, or results cannot be written.
    pub(crate) fn run(&self) -> Result<Status, Error> {
        let options = self.options()?;
        let format = match (self.json, self.format) {
            (true, _) | (_, FormatArg::Json) => ScanFormat::Json,
            (_, FormatArg::Text) => ScanFormat::Text,
            (_, FormatArg::Sarif) => ScanFormat::Sarif,
            (_, FormatArg::Github) => ScanFormat::Github,
        };
        let mut results = self.results.as_deref().map(Results::open).transpose()?;
        let earlier = results.as_mut().map(Results::earlier).transpose()?.unwrap_or_default();
        let mut out = BufWriter::new(io::stdout().lock());
        let mut totals = Totals::default();
        let scanned = self.scan(&options, format, earlier, results.as_mut(), &mut totals, &mut out);
        match scanned {
            Ok(()) => {}
            // No one reads on, so that no one needs the rest.
            Err(scan::ScanError::Sink(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                return Ok(Status::CouldNotRun);
            }
            Err(error) => return Err(error.into()),
        }
        printed(out.flush())?;
        if format != ScanFormat::Text && !self.quiet {
            // Standard output is for programs then.
            let _ = totals_as_text(&totals, &mut io::stderr().lock());
        }
        if let Some(results) = results {
            results.finish()?;
        }
        Ok(if self.fail_on.fails(&totals) { Status::NotMet } else { Status::Met })
    }

    fn options(&self) -> Result<Options, Error> {
        let root = self.root.clone();
        let policies = Policies::read(Some(&root))?;
        let packages: BTreeSet<String> =
            self.package.iter().map(|name| name.trim_end_matches('/').to_owned()).collect();
        if let Some(name) = packages.iter().find(|name| name.split('/').count() != 2) {
            return Err(UsageError::NotAPackage(name.clone()).into());
        }
        let mut settings = Vec::new();
        for path in policies.files() {
            let text = read_bounded(path, EVIDENCE_LIMIT)?;
            settings.push(String::from_utf8_lossy(&text).into_owned());
        }
        let repository = Repository::at(&root);
        settings.extend([
            repository.eclasses_print(),
            self.no_distfiles.to_string(),
            self.key_root.display().to_string(),
            format!("{:?}", TrustedRoot::load(self.trusted_root.as_deref())?.summary()),
        ]);
        if let Some(jobs) = self.jobs {
            threads::limit(jobs.into());
        }
        Ok(Options {
            distdir: self.distdir.path(),
            distfiles: !self.no_distfiles,
            keys: self.key_root.clone(),
            shard: self.shard.as_deref().map_or(Ok(Shard::ALL), shard)?,
            packages,
            policies,
            trusted_root: self.trusted_root.clone(),
            now: self.time.now()?,
            threads: self.jobs.map_or_else(processors, usize::from),
            settings: settings.join("\0"),
            repository,
            root,
        })
    }

    fn scan(
        &self,
        options: &Options,
        format: ScanFormat,
        mut earlier: Earlier,
        mut results: Option<&mut Results>,
        totals: &mut Totals,
        out: &mut dyn Write,
    ) -> Result<(), scan::ScanError> {
        let (least, again) = (self.least.level(), self.again());
        let mut printer = Printer::new(out, format, least, self.verbose, again)?;
        let mut keys = KeyPackages {
            there: BTreeSet::new(),
            named: scan::key_packages_of_eclasses(&options.root),
        };
        let silent = self.quiet && format == ScanFormat::Text;
        let mut sink = |package: Package, reused: bool| {
            totals.add(&package, reused);
            keys.add(&package);
            if let Some(results) = results.as_deref_mut() {
                results.add(&package)?;
            }
            if silent { Ok(()) } else { printer.package(&package) }
        };
        scan::run(options, Box::new(move |name| earlier.find(name)), &mut sink)?;
        // What no one names can only be told where everybody was asked.
        let whole = options.shard == Shard::ALL && options.packages.is_empty();
        for package in keys.unused().into_iter().filter(|_| whole) {
            totals.findings(&package);
            if let Some(results) = results.as_deref_mut() {
                results.add(&package)?;
            }
            if !silent {
                printer.package(&package)?;
            }
        }
        match silent {
            true => totals_as_text(totals, out)?,
            false => printer.end(totals)?,
        }
        Ok(())
    }

    /// The words of a command line that scans the same again.
    fn again(&self) -> Vec<String> {
        let path = |path: &Path| path.display().to_string();
        let mut words = vec!["scan".to_owned(), path(&self.root)];
        let mut add = |option: &str, value: String| words.extend([option.to_owned(), value]);
        self.distdir.distdir.iter().for_each(|dir| add("--distdir", path(dir)));
        if self.key_root != Path::new("/") {
            add("--key-root", path(&self.key_root));
        }
        self.trusted_root.iter().for_each(|root| add("--trusted-root", path(root)));
        self.package.iter().for_each(|name| add("--package", name.clone()));
        self.shard.iter().for_each(|shard| add("--shard", shard.clone()));
        if self.no_distfiles {
            words.push("--no-distfiles".to_owned());
        }
        words
    }
}

/// The key packages of the overlay, and those that its ebuilds name.
struct KeyPackages {
    there: BTreeSet<String>,
    named: BTreeSet<String>,
}

impl KeyPackages {
    fn add(&mut self, package: &Package) {
        match package.name.strip_prefix("sec-keys/") {
            Some(name) => {
                self.there.insert(name.to_owned());
            }
            None => self.named.extend(package.key_packages.iter().cloned()),
        }
    }

    fn unused(self) -> Vec<Package> {
        let begun: Vec<&String> = self.named.iter().filter(|name| name.ends_with('-')).collect();
        let unused = self.there.difference(&self.named);
        let may_be = |name: &str, begun: &str| begun == ANY_KEY_PACKAGE || name.starts_with(begun);
        let unused = unused.filter(|name| !begun.iter().any(|begun| may_be(name, begun)));
        unused.map(|name| Package::unused_key(name)).collect()
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn shard(text: &str) -> Result<Shard, UsageError> {
    let parts = text.split_once('/').and_then(|(n, m)| Some((n.parse().ok()?, m.parse().ok()?)));
    match parts {
        Some((number, of)) if (1..=of).contains(&number) && of <= 1_000_000 => {
            Ok(Shard { number, of })
        }
        _ => Err(UsageError::Shard(text.to_owned())),
    }
}
