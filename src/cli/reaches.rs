//! What each command reaches.
//!
//! A command that is added has to say it here; what is left out, it cannot open.

use super::restrict::Reach;
use crate::check::bump::Package;
use crate::check::pairing;
use crate::cli::bump::Bump;
use crate::cli::check::Check;
use crate::cli::diff::Diff;
use crate::cli::keys::KeyArgs;
use crate::cli::policy::{asked, place};
use crate::cli::scan::Scan;
use crate::cli::sigstore::SigstoreOptions;
use crate::cli::source::Source;
use crate::cli::{Command, review::Reading};
use crate::evidence::sigstore::SYSTEM_DIRECTORY;
use crate::release::gentoo::Repository;
use crate::release::git::{self, places};
use crate::release::known;
use crate::release::policy;
use crate::release::review;
use std::path::{Path, PathBuf};

impl Command {
    /// What it may read, write and run; `None` where it says that itself.
    pub(crate) fn reach(&self) -> Option<Reach> {
        let mut reach = Reach::new();
        match self {
            Self::Check(check) => check.reach(&mut reach),
            // It restricts the thread that reads, as review does: what it is told is recorded.
            Self::Bump(bump) if bump.writes_records() => return None,
            Self::Bump(bump) => reach = bump.reach(),
            Self::Scan(scan) => scan.reach(&mut reach),
            Self::Policy(policy) => {
                if let Ok((root, _)) = place(&policy.path) {
                    reach.policy(&root);
                }
            }
            Self::Detached(detached) => {
                reach.read_all([&detached.signature, &detached.file]);
                detached.keys.reach(&mut reach);
                if let Some(output) = &detached.output {
                    reach.output(output);
                }
            }
            Self::Message(message) => {
                reach.read(&message.file);
                message.keys.reach(&mut reach);
                reach.output(&message.output);
            }
            Self::Checksums(checksums) => {
                reach.read(&checksums.list);
                reach.read_all(checksums.files.iter().map(|file| checksums.distdir.join(file)));
            }
            Self::Diff(diff) => diff.reach(&mut reach),
            Self::Source(source) => source.reach(&mut reach),
            Self::Known(known) => known.reach(&mut reach),
            Self::Pin(pin) => {
                reach.read(&pin.provenance);
                reach.trusted_root(pin.trusted_root.as_deref());
            }
            Self::Inspect(inspect) => {
                reach.read_all(inspect.files.iter().chain(&inspect.signature))
            }
            Self::Trust(trust) => reach.trusted_root(trust.trusted_root.as_deref()),
            Self::Portage(portage) => portage.reach(&mut reach),
            Self::Man(man) => {
                man.dir.iter().for_each(|dir| reach.write(&dir.join("page")));
                reach.read_all(&man.eclass);
            }
            Self::Explain(_) | Self::Completions(_) => {}
            // It restricts the thread that reads the archives.
            Self::Review(_) => return None,
        }
        Some(reach)
    }
}

impl Reach {
    /// Text that is handed on once something vouches for it.
    pub(in crate::cli) fn output(&mut self, path: &Path) {
        self.temporary();
        self.write(path);
    }

    pub(in crate::cli) fn trusted_root(&mut self, named: Option<&Path>) {
        self.read(named.unwrap_or(Path::new(SYSTEM_DIRECTORY)));
    }

    /// A clone, and the git program.
    pub(in crate::cli) fn clone_of_git(&mut self, clone: &Path) {
        self.read_all(places::directories(clone));
        self.program_git();
        // It runs in a directory of our own.
        self.temporary();
    }

    /// The policies of an overlay and of the user.
    fn policy(&mut self, root: &Path) {
        self.read(root.join(policy::FILE));
        self.read_all(policy::user_file());
    }

    /// The policies of a package's directory.
    fn policy_of(&mut self, directory: Option<&Path>) {
        let directory = directory.filter(|directory| !directory.as_os_str().is_empty());
        let root = place(directory.unwrap_or(Path::new("."))).map(|(root, _)| root);
        self.read_all(policy::user_file());
        root.iter().for_each(|root| self.policy(root));
    }

    /// The keys of tags: those that were named, else the policy's. What is wrong with a policy is said
    /// when it is read again.
    fn tag_keys(&mut self, flag: &[PathBuf], directory: Option<&Path>) {
        self.read_all(flag);
        let here = |directory: &Path| directory.as_os_str().is_empty();
        let directory = directory.map(|path| if here(path) { Path::new(".") } else { path });
        let policy = asked(directory).ok();
        let keys = policy.and_then(|policy| policy.tag_keys).filter(|_| flag.is_empty());
        self.read_all(keys.into_iter().flat_map(|set| set.value));
    }

    /// The lists of standard build files.
    pub(in crate::cli) fn known_files(&mut self) {
        self.read_directory(&known::data_directory());
    }

    /// The git program.
    pub(in crate::cli) fn program_git(&mut self) {
        git::program().iter().for_each(|program| self.run(program));
    }

    /// `[DISTFILE=]FILE`: a name may hold "=", so every end of `value` may be the file.
    fn pair(&mut self, distdir: &Path, value: &str) {
        let ends = value.match_indices('=').filter_map(|(at, _)| value.get(at + 1..));
        for file in ends.chain([value]) {
            self.read(file);
            if !file.contains('/') {
                self.read(distdir.join(file));
            }
            // What a list's signature is over is next to it.
            if let Some((_, list)) = pairing::by_suffix(file).filter(|_| file.contains('/')) {
                self.read(list);
            }
        }
    }
}

impl KeyArgs {
    fn reach(&self, reach: &mut Reach) {
        self.files().for_each(|file| reach.read(file));
    }
}

impl SigstoreOptions {
    pub(in crate::cli) fn reach(&self, reach: &mut Reach) {
        reach.read_all(&self.sigstore_key);
        reach.trusted_root(self.trusted_root.as_deref());
    }
}

impl Check {
    fn reach(&self, reach: &mut Reach) {
        let dir = &self.distdir.path();
        // Evidence is found in it, signed lists among it.
        reach.read_directory(dir);
        reach.read_all(&self.manifest);
        let directory = self.manifest.as_deref().and_then(Path::parent);
        reach.policy_of(directory);
        // Where ebuilds are, the report points to `distvouch bump`.
        if let Some(directory) = directory {
            let here = directory.as_os_str().is_empty();
            reach.list(if here { Path::new(".") } else { directory });
        }
        self.keys.reach(reach);
        self.sigstore.reach(reach);
        for value in self.signature.iter().chain(&self.provenance).chain(&self.previous) {
            reach.pair(dir, value);
        }
        for value in &self.previous_signature {
            reach.pair(dir, value);
            // The file that it signs is next to it.
            let ends = value.match_indices('=').filter_map(|(at, _)| value.get(at + 1..));
            for file in ends.chain([value.as_str()]).filter(|file| file.contains('/')) {
                Path::new(file).parent().iter().for_each(|parent| reach.read_directory(parent));
            }
        }
        if let Some(clone) = &self.git {
            reach.clone_of_git(clone);
            reach.known_files();
            reach.tag_keys(&self.tag_key, directory);
        }
        reach.read_all(self.reviews.iter().chain(&self.review_key));
    }
}

impl Bump {
    /// What looking at a bump reads, and the page of the diff.
    pub(in crate::cli) fn reach(&self) -> Reach {
        let mut reach = Reach::new();
        self.add_reach(&mut reach);
        reach
    }

    fn add_reach(&self, reach: &mut Reach) {
        let package = match self.package.is_dir() {
            true => self.package.as_path(),
            false => self.package.parent().unwrap_or(Path::new(".")),
        };
        reach.read(match package.as_os_str().is_empty() {
            true => Path::new("."),
            false => package,
        });
        reach.policy_of(Some(package));
        reach.read_directory(&self.distdir.path());
        reach.known_files();
        self.keys.reach(reach);
        self.sigstore.reach(reach);
        reach.read_all(self.reviews.iter().chain(&self.review_key));
        reach.read_all(review::places_of(package));
        reach.tag_keys(&self.tag_key, Some(package));
        self.html.iter().for_each(|page| reach.write(page));
        // Key files and clones that no one named on the command line; what is wrong with the package
        // is said when it is read again.
        let Ok(package) = Package::read(&self.package) else { return };
        reach.read_all(package.ebuild.literal("VERIFY_SIG_OPENPGP_KEY_PATH"));
        self.clone_of(&package).iter().for_each(|clone| reach.clone_of_git(clone));
        // The package manager's cache, and the Manifest of the last commit.
        if let Some((repository, _)) = package.place.as_deref() {
            reach.read_all(repository.places());
        }
        let Ok(directory) = package.directory.canonicalize() else { return };
        let manifest = directory.join("Manifest");
        let root = git::root_of(&manifest);
        root.iter().for_each(|root| reach.clone_of_git(root));
    }
}

impl Scan {
    fn reach(&self, reach: &mut Reach) {
        reach.read(&self.root);
        reach.read_all(Repository::at(&self.root).places());
        reach.policy(&self.root);
        reach.read_directory(&self.distdir.path());
        // An ebuild names its key file: of the system, only what packages install.
        reach.read(match self.key_root.parent() {
            Some(_) => self.key_root.clone(),
            None => self.key_root.join("usr/share"),
        });
        reach.trusted_root(self.trusted_root.as_deref());
        self.results.iter().for_each(|results| reach.write(results));
        // Text is printed worst first, so much of it is kept until the end.
        reach.temporary();
    }
}

impl Source {
    fn reach(&self, reach: &mut Reach) {
        reach.known_files();
        reach.read(&self.distfile);
        reach.read_all(self.beside());
        reach.read_all(&self.provenance);
        let here = Some(Path::new("."));
        reach.policy_of(here);
        reach.tag_keys(&self.tag_key, here);
        reach.trusted_root(self.trusted_root.as_deref());
        self.git.iter().for_each(|clone| reach.clone_of_git(clone));
    }
}

impl Diff {
    fn reach(&self, reach: &mut Reach) {
        reach.known_files();
        reach.read_all(self.files());
        self.html.iter().for_each(|page| reach.write(page));
        for ebuild in self.ebuilds() {
            // The Manifest is next to it, and its distfiles are in DISTDIR.
            let package = ebuild.parent().filter(|parent| !parent.as_os_str().is_empty());
            reach.read(package.unwrap_or(Path::new(".")));
            reach.read_directory(&self.distdir.path());
            let Ok(package) = Package::read(ebuild) else { continue };
            if let Some((repository, _)) = package.place.as_deref() {
                reach.read_all(repository.places());
            }
        }
    }
}

impl Reading<'_> {
    /// What reading the archives needs. The rest of the command writes what the user said, where the
    /// user said, and may sign it by an agent of the user's.
    pub(in crate::cli) fn reach(&self) -> Reach {
        let mut reach = Reach::new();
        reach.known_files();
        reach.read_all(self.old.into_iter().chain([self.new]));
        reach
    }
}
