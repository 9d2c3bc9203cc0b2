//! One package: its ebuilds and its Manifest are read here; [`super::version`] looks at each version.

use super::look::{EACH, Look, Read};
use super::tree::{Entry, list};
use super::{Observation, Options, Package, evidence, fingerprint, keys, version};
use crate::answer::failure::FailureClass;
use crate::answer::kinds::{
    EXCEPTION_EXPIRED, KEY_UNUSED, MANIFEST_MISSING, MANIFEST_UNREADABLE, SYMLINK_SKIPPED,
    UNREADABLE,
};
use crate::bytes::input::read_bounded;
use crate::evidence::manifest::{Lookup, Manifest, ManifestError};
use crate::release::gentoo::{self, Ebuild, Metadata, VersionedName};
use crate::release::policy::{FILE, day};
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// For how many days what was found about signatures and certificates holds: they expire by
/// themselves.
const FRESH: i32 = 7;

/// The longest name that a file can have.
const LONG: usize = 256;

/// The most that is read of an ebuild or eclass for the key packages in it.
const TEXT: u64 = 1 << 20;

/// The newest release, and the one before it.
struct Newest {
    read: Read,
    previous: Option<Read>,
}

impl Package {
    /// A package of which nothing is known yet.
    pub(super) fn of(name: String) -> Self {
        Self {
            name,
            versions: Vec::new(),
            findings: Vec::new(),
            key_packages: BTreeSet::new(),
            key_files: BTreeSet::new(),
            fingerprint: String::new(),
            until: None,
        }
    }

    /// A package that the program failed on.
    pub(super) fn failed(name: String) -> Self {
        let mut package = Self::of(name);
        let text = "the program failed on this package: please report it";
        package.findings.push(Observation::of(UNREADABLE, Path::new(&package.name), text));
        package
    }

    /// A key package that no ebuild names.
    pub(crate) fn unused_key(name: &str) -> Self {
        let mut package = Self::of(format!("sec-keys/{name}"));
        let text = format!("no ebuild names sec-keys/{name}");
        package.findings.push(Observation::of(KEY_UNUSED, Path::new(&package.name), text));
        package
    }

    /// What is found from `moment` on may be something else.
    pub(super) fn holds_until(&mut self, moment: Option<SystemTime>) {
        self.until = [self.until, moment].into_iter().flatten().min();
    }
}

/// Looks at the package.
pub(super) fn examine(options: &Options, name: &str) -> Package {
    // Before anything is read: a file that changes meanwhile is looked at again by the next run.
    let own = fingerprint::own(options, name);
    let mut look = Look {
        options,
        name,
        policy: options.policies.of(Some(name)),
        manifest: None,
        package: Package::of(name.to_owned()),
        keys: keys::Files::default(),
    };
    look.everything();
    let mut package = look.package;
    package.fingerprint = fingerprint::with_keys(&own, &package.key_files);
    package
}

impl Look<'_> {
    fn directory(&self) -> PathBuf {
        self.options.root.join(self.name)
    }

    fn everything(&mut self) {
        let entries = match list(&self.directory()) {
            Ok(entries) => entries,
            Err(error) => {
                let text = format!("cannot be listed: {error}");
                let observation = Observation::of(UNREADABLE, Path::new(self.name), text);
                return self.package.findings.push(observation);
            }
        };
        self.read_manifest(entries.iter().any(|(name, _)| name == "Manifest"));
        let ebuilds = self.ebuilds(&entries);
        let newest = self.newest_of(&ebuilds);
        let previous = newest.as_ref().and_then(|newest| newest.previous.as_ref());
        let newest = newest.as_ref().map(|newest| &newest.read);
        // Of all the others, only what is found is kept.
        let mut fetching = None;
        for (_, file) in &ebuilds {
            let of_file = |read: &&Read| read.file == *file;
            let is_newest = newest.filter(of_file).is_some();
            let other;
            let read = match newest.filter(of_file).or(previous.filter(of_file)) {
                Some(read) => read,
                None => match self.read_ebuild(file.clone()) {
                    Ok(Some(read)) => {
                        other = read;
                        &other
                    }
                    Ok(None) => continue,
                    Err(error) => {
                        self.package.findings.push(Observation::of(UNREADABLE, file, error));
                        continue;
                    }
                },
            };
            let path = self.options.root.join(file);
            self.package.key_packages.extend(key_packages_in(&path, &read.ebuild.name));
            let before = previous.filter(|_| is_newest);
            let version = version::look(self, read, before, is_newest);
            if version.fetched > 0 && self.options.distfiles {
                self.package
                    .holds_until(midnight(day(self.options.now).checked_add(FRESH.days()).ok()));
            }
            if fetching.is_none() && read.fetches() {
                fetching = Some(version.version.clone());
            }
            self.package.versions.push(version);
        }
        self.manifest_findings(fetching.as_deref());
        self.excuse();
    }

    /// The newest release of which the ebuild can be read, and the one before it.
    fn newest_of(&self, ebuilds: &[(gentoo::Version, PathBuf)]) -> Option<Newest> {
        let released = ebuilds.iter().filter(|(version, _)| !version.is_live());
        let mut read =
            released.rev().filter_map(|(_, file)| self.read_ebuild(file.clone()).ok()?);
        let newest = read.next()?;
        let now = &newest.ebuild.version;
        // No revision of it.
        let previous = ebuilds.iter().rev().filter(|(version, _)| {
            version < now && version.without_revision() != now.without_revision()
        });
        let previous = previous.filter_map(|(_, file)| self.read_ebuild(file.clone()).ok()?).next();
        Some(Newest { read: newest, previous })
    }

    fn read_manifest(&mut self, is_there: bool) {
        if !is_there {
            return;
        }
        let file = Path::new(self.name).join("Manifest");
        match Manifest::read(&self.directory().join("Manifest")) {
            Ok(manifest) => self.manifest = Some(manifest),
            Err(error) => {
                let text = error.to_string();
                let mut observation = Observation::of(MANIFEST_UNREADABLE, &file, text);
                if let ManifestError::Syntax { line, fault, .. } = &error {
                    observation.text = fault.to_string();
                    observation.line = Some(*line);
                }
                self.package.findings.push(observation);
            }
        }
    }

    /// The ebuilds, the lowest version first.
    fn ebuilds(&mut self, entries: &[(String, Entry)]) -> Vec<(gentoo::Version, PathBuf)> {
        let mut ebuilds = Vec::new();
        for (name, kind) in entries {
            let Some((pn, version)) = gentoo::split(name) else { continue };
            let file = Path::new(self.name).join(name);
            if *kind == Entry::Link {
                let text = format!("{} is a symbolic link", file.display());
                self.package.findings.push(Observation::of(SYMLINK_SKIPPED, &file, text));
            } else if self.name.rsplit('/').next() == Some(&pn) && *kind == Entry::Other {
                ebuilds.push((version, file));
            }
        }
        ebuilds.sort_by(|(a, _), (b, _)| a.cmp(b));
        ebuilds
    }

    /// Reads an ebuild, or says why it cannot be read.
    fn read_ebuild(&self, file: PathBuf) -> Result<Option<Read>, String> {
        let path = self.options.root.join(&file);
        let category = self.name.split('/').next().unwrap_or_default();
        let read = Ebuild::read(&path).map_err(|error| error.to_string())?;
        let Some(ebuild) = read else { return Ok(None) };
        let metadata = Metadata::of(&ebuild, Some((&self.options.repository, category)));
        let names = match &metadata.src_uri {
            Some(src_uri) => src_uri.names().map(str::to_owned).collect(),
            None => {
                let listed = self.manifest.iter().flat_map(|manifest| manifest.names());
                VersionedName::having(&ebuild.version, listed).map(str::to_owned).collect()
            }
        };
        Ok(Some(Read { ebuild, metadata, file, names }))
    }

    /// What is wrong with the Manifest by itself.
    fn manifest_findings(&mut self, fetching: Option<&str>) {
        let file = Path::new(self.name).join("Manifest");
        let unreadable = self.package.findings.iter().any(|o| o.kind == MANIFEST_UNREADABLE.into());
        let Some(manifest) = &self.manifest else {
            if let Some(version) = fetching.filter(|_| !unreadable) {
                let text = format!("version {version} fetches files, and there is no Manifest");
                self.package.findings.push(Observation::of(MANIFEST_MISSING, &file, text));
            }
            return;
        };
        let mut found = Vec::new();
        let mut more = 0;
        for name in manifest.names() {
            let Some((class, line, text)) = fault(manifest, name) else { continue };
            if found.len() == EACH {
                more += 1;
                continue;
            }
            let mut observation = Observation::of(class, &file, text).about(name);
            observation.line = line;
            found.push(observation);
        }
        if more > 0 {
            let text = format!("{more} more entries are ambiguous or weak");
            found.push(Observation::of(FailureClass::ManifestWeak, &file, text));
        }
        self.package.findings.extend(found);
    }

    /// Applies the exceptions of the policy.
    fn excuse(&mut self) {
        let today = day(self.options.now);
        let mut over = BTreeSet::new();
        let mut last: Option<Date> = None;
        let policy = &self.policy;
        let mut apply = |observation: &mut Observation, version: Option<&str>| {
            let Some(exception) = policy.exception(observation.kind, version, today) else {
                return;
            };
            if exception.is_over(today) {
                over.insert((exception.place.line, exception.finding, exception.expires));
            } else {
                last = [last, Some(exception.expires)].into_iter().flatten().min();
                observation.excused = Some(exception.excuse());
            }
        };
        for version in &mut self.package.versions {
            for observation in &mut version.findings {
                apply(observation, Some(&version.version));
            }
        }
        for observation in &mut self.package.findings {
            apply(observation, None);
        }
        self.package.holds_until(midnight(last.and_then(|day| day.tomorrow().ok())));
        for (line, finding, expires) in over {
            let text = format!("the exception of {} for {finding} expired on {expires}", self.name);
            let observation = Observation::of(EXCEPTION_EXPIRED, Path::new(FILE), text);
            self.package.findings.push(observation.on_line(line));
        }
    }

    /// Whether distfiles are read for a version.
    pub(super) fn reads(&self, read: &Read, fetched: usize) -> bool {
        self.options.distfiles && !read.ebuild.version.is_live() && fetched > 0
    }

    /// What the checks say of the distfiles that are there.
    pub(super) fn checked(&self, read: &Read, names: Vec<String>) -> Vec<Observation> {
        evidence::findings(&evidence::Request {
            options: self.options,
            manifest: self.manifest.as_ref(),
            ebuild: &read.ebuild,
            file: &read.file,
            names,
            metadata: &read.metadata,
            openpgp: self.policy.openpgp(),
        })
    }
}

/// What is wrong with the entries of a distfile.
fn fault(manifest: &Manifest, name: &str) -> Option<(FailureClass, Option<usize>, String)> {
    match manifest.lookup(name) {
        Lookup::Ambiguous { lines, hash } => {
            let places: Vec<_> = lines.iter().map(ToString::to_string).collect();
            let what = hash.map_or_else(
                || "entries that differ".to_owned(),
                |hash| format!("two values of {hash}"),
            );
            let text = format!("{name} has {what}, on line {}", places.join(" and "));
            Some((FailureClass::ManifestAmbiguous, lines.first().copied(), text))
        }
        Lookup::Entry(entry) if !entry.known().any(|(hash, _)| hash.is_strong()) => {
            let text = format!("{name} has no hash that resists forgery");
            Some((FailureClass::ManifestWeak, Some(entry.line), text))
        }
        Lookup::Entry(_) | Lookup::Missing => None,
    }
}

/// The beginning of a day, in UTC.
fn midnight(day: Option<Date>) -> Option<SystemTime> {
    Some(day?.to_zoned(TimeZone::UTC).ok()?.timestamp().into())
}

/// What stands for any key package: what cannot be read may name each of them.
pub(crate) const ANY_KEY_PACKAGE: &str = "-";

/// The key packages that the ebuild or eclass at `path` names. A name that ends in a hyphen is the
/// beginning of one that only bash knows.
pub(super) fn key_packages_in(path: &Path, pn: &str) -> BTreeSet<String> {
    let Ok(bytes) = read_bounded(path, TEXT) else {
        return BTreeSet::from([ANY_KEY_PACKAGE.to_owned()]);
    };
    let text = String::from_utf8_lossy(&bytes);
    let parts = text.match_indices("sec-keys/").filter_map(|(at, prefix)| {
        let mut rest = text.get(at + prefix.len()..)?;
        let fits = |c: char| c.is_ascii_alphanumeric() || "+_-".contains(c);
        let mut name = String::new();
        while name.len() < LONG {
            let (plain, tail) = rest.split_at(rest.find(|c| !fits(c)).unwrap_or(rest.len()));
            name.push_str(plain);
            let Some(tail) = tail.strip_prefix("${PN}") else { break };
            name.push_str(pn);
            rest = tail;
        }
        let plain = gentoo::split(&format!("{name}.ebuild")).map(|(name, _)| name);
        (1..LONG).contains(&name.len()).then(|| plain.unwrap_or(name))
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_of_key_packages() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a-1.ebuild");
        let text = "BDEPEND=\"verify-sig? ( >=sec-keys/openpgp-keys-foo-20240101
            sec-keys/openpgp-keys-${PN} sec-keys/minisig-keys-x:0 sec-keys/signify-keys-${X} )\"";
        std::fs::write(&path, text).unwrap();
        let expected = ["minisig-keys-x", "openpgp-keys-a", "openpgp-keys-foo", "signify-keys-"]
            .map(str::to_owned);
        assert_eq!(key_packages_in(&path, "a"), BTreeSet::from(expected));
        let any = BTreeSet::from([ANY_KEY_PACKAGE.to_owned()]);
        assert_eq!(key_packages_in(&dir.path().join("b-1.ebuild"), "b"), any);
    }
}
