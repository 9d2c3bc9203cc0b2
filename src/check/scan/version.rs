//! One version: what its ebuild expects, what its Manifest has, and whether the two fit.

use super::look::{EACH, Look, Read};
use super::{Observation, Options, Version, evidence, keys};
use crate::answer::check::Check;
use crate::answer::failure::FailureClass;
use crate::answer::kinds::{
    CACHE_UNUSED, DISTFILES_UNKNOWN, EBUILD_NOT_UNDERSTOOD, EVIDENCE_UNCONDITIONAL,
    EXPECTATION_UNKNOWN, KEY_UNREADABLE, Level, PROVENANCE_UNCHECKED, PROVENANCE_UNPINNED,
    REQUIRED_UNMET, REVIEW_MISSING, SIGNATURE_UNCHECKED,
};
use crate::bytes::suffix;
use crate::check::bump::{Before, Package, Reading, Source, asked, expectation, unread};
use crate::check::pairing::{EvidenceKind, by_suffix};
use crate::evidence::expectation::PINS;
use crate::evidence::kinds::SignatureKind;
use crate::evidence::manifest::Manifest;
use crate::release::gentoo::{
    BUNDLES_OF, Expansion, KEY_PATH, REPOSITORIES, Unused, known_variables,
};
use std::collections::BTreeSet;

/// The variable that says who must have signed bundles.
const IDENTITY: &str = "VERIFY_SIG_CERT_IDENTITY";

/// The flags for which evidence is fetched.
const FLAGS: [&str; 2] = ["verify-sig", "verify-provenance"];

/// Looks at the version of `read`; `newest` says whether it is the newest release, of which
/// `previous` is the one before.
pub(super) fn look(
    look: &mut Look<'_>,
    read: &Read,
    previous: Option<&Read>,
    newest: bool,
) -> Version {
    let distdir = &look.options.distdir;
    let there = |name: &&str| distdir.join(name).symlink_metadata().is_ok();
    // Where only bash knows, the newest version may fetch anything that the Manifest has.
    let hidden = newest && read.hides_source();
    let listed = look.manifest.iter().filter(|_| hidden).flat_map(Manifest::names);
    let all = read.names.iter().map(String::as_str).chain(listed);
    let fetched: BTreeSet<&str> = all.filter(there).collect();
    let fetched: Vec<String> = fetched.into_iter().map(str::to_owned).collect();
    let fetched_count = fetched.len();
    let mut findings = text(read);
    if findings.iter().all(|observation| observation.kind != EBUILD_NOT_UNDERSTOOD.into()) {
        findings.extend(unknown(look.options, read));
    }
    if !read.ebuild.version.is_live() {
        findings.extend(look.entries(read));
        findings.extend(look.unchecked(read));
    }
    findings.extend(look.publishers(read));
    findings.extend(look.key(read, newest));
    if newest {
        findings.extend(look.newest(read, previous));
    }
    if look.reads(read, fetched_count) {
        findings.extend(look.checked(read, fetched));
    }
    Version {
        version: read.ebuild.version.to_string(),
        ebuild: read.file.clone(),
        distfiles_from: read.metadata.origin.to_string(),
        distfiles: read.names.len(),
        fetched: fetched_count,
        findings,
    }
}

/// Nothing else here can look after what only bash knows.
fn unknown(options: &Options, read: &Read) -> Option<Observation> {
    if !read.hides_source() || read.ebuild.source_limit().is_some() || read.ebuild.version.is_live()
    {
        return None;
    }
    let text = "SRC_URI can only be known by bash, and no cache has it: which distfiles it fetches, and \
                which of them are checked, is not known";
    let mut observation = Observation::of(DISTFILES_UNKNOWN, &read.file, text);
    if options.root.join("metadata/md5-cache").is_dir() {
        observation.level = Level::Warning;
    }
    Some(observation)
}

/// What the ebuild's text says, or hides.
fn text(read: &Read) -> Vec<Observation> {
    let mut findings = Vec::new();
    let expects = known_variables().any(|(name, _)| read.ebuild.sets(name));
    match read.ebuild.lost {
        // What is made to stop the reader is told whatever it sets.
        Some(stop) if expects || stop.limit.is_some() => {
            let text = match stop.limit {
                None => "its text cannot be followed from this line on".to_owned(),
                Some(limit) => format!("its text is followed to this line only: {limit}"),
            };
            let observation = Observation::of(EBUILD_NOT_UNDERSTOOD, &read.file, text);
            findings.push(observation.on_line(stop.line));
        }
        Some(_) => {}
        None => findings.extend(asked(&read.ebuild).iter().map(|asked| {
            let text = match &asked.why {
                Expansion::Bash(text) | Expansion::Form(text) | Expansion::Place(text) => {
                    text.clone()
                }
                Expansion::Limit(limit) => limit.to_string(),
                Expansion::Line { .. } => String::new(),
            };
            let text = format!("{}: {text}", asked.variable);
            Observation::of(EXPECTATION_UNKNOWN, &read.file, text)
        })),
    }
    if let Some(limit) = read.ebuild.source_limit() {
        let text = format!("SRC_URI is not known: {limit}");
        findings.push(Observation::of(EBUILD_NOT_UNDERSTOOD, &read.file, text));
    }
    findings.extend(read.metadata.unused.iter().filter_map(|unused| match unused {
        Unused::Entry(why) => Some(Observation::of(CACHE_UNUSED, &read.file, why)),
        Unused::Text(_) => None,
    }));
    findings
}

impl Look<'_> {
    /// Whether the Manifest has what is fetched.
    fn entries(&self, read: &Read) -> Vec<Observation> {
        let (Some(src_uri), Some(manifest)) = (&read.metadata.src_uri, &self.manifest) else {
            return Vec::new();
        };
        let missing: Vec<&str> = src_uri.names().filter(|name| !manifest.has(name)).collect();
        let of = |text: String| {
            let class = FailureClass::ManifestMissingEntry;
            let mut observation = Observation::of(class, &read.file, text);
            observation.level = Level::Error;
            observation
        };
        let each = missing.iter().take(EACH);
        let mut findings: Vec<_> = each
            .map(|name| of(format!("the Manifest has no entry for {name}")).about(name))
            .collect();
        if missing.len() > EACH {
            let more = missing.len() - EACH;
            findings.push(of(format!("the Manifest has no entry for {more} more distfiles")));
        }
        findings
    }

    /// Evidence that is fetched and that nothing compares.
    fn unchecked(&self, read: &Read) -> Vec<Observation> {
        let mut findings = Vec::new();
        if read.ebuild.lost.is_some() {
            return findings;
        }
        let evidence = |provenance: bool| -> Vec<&str> {
            let kinds = read.names.iter().filter_map(|name| Some((name, by_suffix(name)?)));
            let about = kinds.filter(|(_, (_, base))| is_distfile(read, base));
            let kind = about.filter(|(_, (kind, _))| {
                matches!(kind, EvidenceKind::Provenance | EvidenceKind::Bundle) == provenance
            });
            kind.map(|(name, _)| name.as_str()).collect()
        };
        let of = |kind, names: &[&str], why: &str| {
            let text = format!("{} {why}", some(names));
            let observation = Observation::of(kind, &read.file, text);
            names.first().map(|first| observation.about(first))
        };
        let (signatures, provenance) = (evidence(false), evidence(true));
        let inherits = read.metadata.inherits("verify-sig");
        if inherits == Some(false) {
            let why = "is fetched, and the ebuild does not inherit verify-sig";
            findings.extend(of(SIGNATURE_UNCHECKED, &signatures, why));
        }
        let sets = |names: &[&str]| names.iter().any(|name| read.ebuild.sets(name));
        if !sets(&REPOSITORIES) && !sets(&[IDENTITY]) {
            let why = "is fetched, and the ebuild names no publisher";
            findings.extend(of(PROVENANCE_UNCHECKED, &provenance, why));
        }
        if sets(&REPOSITORIES) && !PINS.iter().any(|pin| read.ebuild.sets(pin.variable)) {
            let text = "a repository is named, and neither a workflow nor a ref is pinned";
            findings.push(Observation::of(PROVENANCE_UNPINNED, &read.file, text));
        }
        if inherits == Some(true) {
            let src_uri = read.metadata.src_uri.as_ref();
            let always = |name: &&str| {
                let file = src_uri.and_then(|src_uri| src_uri.file(name));
                file.is_some_and(|file| !file.needs_one_of(&FLAGS))
            };
            let always: Vec<&str> =
                signatures.iter().chain(&provenance).copied().filter(always).collect();
            let why = "is fetched whether or not USE has verify-sig";
            findings.extend(of(EVIDENCE_UNCONDITIONAL, &always, why));
        }
        findings
    }

    fn publishers(&self, read: &Read) -> Vec<Observation> {
        let ebuild = &read.ebuild;
        let of = |variable: &str, text: String| {
            let text = format!("{variable}: {text}");
            Observation::of(FailureClass::PublisherNotAllowed, &read.file, text)
        };
        let refused =
            |variable| Some(of(variable, self.policy.refuses(ebuild.literal(variable)?)?));
        let publishers = || REPOSITORIES.into_iter().chain([BUNDLES_OF]);
        let mut found: Vec<_> = publishers().filter_map(refused).collect();
        // Where a repository is named, bundles have to be of it, whatever identity signed them.
        if !publishers().any(|variable| ebuild.sets(variable)) {
            let issuer = ebuild.literal("VERIFY_SIG_CERT_OIDC_ISSUER");
            let identity = ebuild.literal(IDENTITY);
            let text = identity.and_then(|named| self.policy.refuses_identity(named, issuer));
            found.extend(text.map(|text| of(IDENTITY, text)));
        }
        found
    }

    /// The key file that the ebuild names.
    fn key(&mut self, read: &Read, newest: bool) -> Vec<Observation> {
        let Some(path) = evidence::key_file(&read.ebuild, &self.options.keys) else {
            let named = read.ebuild.literal("VERIFY_SIG_OPENPGP_KEY_PATH");
            let text =
                "VERIFY_SIG_OPENPGP_KEY_PATH is not absolute, and in a build leads elsewhere";
            return named
                .map(|_| Observation::of(KEY_UNREADABLE, &read.file, text))
                .into_iter()
                .collect();
        };
        self.package.key_files.insert(path.clone());
        if read.ebuild.signature_check() != Some(Check::Openpgp) {
            return keys::look_plain(&path, &read.file).into_iter().collect();
        }
        let report = keys::look(&mut self.keys, &path, &read.file, newest, self.options.now);
        self.package.holds_until(report.until);
        let unfit = evidence::unfit_fingerprints(&read.ebuild, &path);
        let unfit = unfit.map(|text| Observation::of(KEY_UNREADABLE, &read.file, text));
        report.findings.into_iter().chain(unfit).collect()
    }

    /// What is asked of the newest version only.
    fn newest(&self, read: &Read, previous: Option<&Read>) -> Vec<Observation> {
        let mut findings = Vec::new();
        if let Some(previous) = previous {
            let dropped = expectation::dropped_between(&previous.ebuild, &read.ebuild, &|_| false);
            let class = FailureClass::ExpectationDropped;
            let of = |text| Observation::of(class, &read.file, text);
            findings.extend(dropped.into_iter().map(|finding| of(finding.compared)));
        }
        for check in self.policy.required().filter(|_| !read.names.is_empty()) {
            let sets = |name: &str| read.ebuild.sets(name);
            let unmet = match check {
                Check::Provenance => !REPOSITORIES.iter().any(|name| sets(name)),
                Check::Sigstore => !sets(IDENTITY),
                // A key of the one kind that its method has: of some kinds an ebuild can name none.
                check if SignatureKind::of_check(check).is_some() => {
                    !sets(KEY_PATH) || read.ebuild.signature_check() != Some(check)
                }
                _ => false,
            };
            if unmet {
                let text = format!(
                    "{} is required, and the ebuild names no key or publisher for it",
                    check.name()
                );
                findings.push(Observation::of(REQUIRED_UNMET, &read.file, text));
            }
        }
        findings.extend(self.review(read, previous));
        findings
    }

    /// Whether someone recorded reading the diff.
    fn review(&self, read: &Read, previous: Option<&Read>) -> Option<Observation> {
        let asked = self.policy.review.as_ref().map(|set| set.value);
        let required = asked == Some(true) || self.policy.required().any(|c| c == Check::Review);
        if asked == Some(false) || read.names.is_empty() {
            return None;
        }
        let names: Vec<String> = read.names.iter().cloned().collect();
        let mut package = Package {
            directory: self.options.root.join(self.name),
            ebuild: read.ebuild.clone(),
            manifest: self.manifest.clone(),
            place: None,
            metadata: read.metadata.clone(),
            before: previous.map(|previous| Before {
                version: previous.ebuild.version.clone(),
                source: Source::Ebuild,
                metadata: Some(previous.metadata.clone()),
            }),
            committed: None,
        };
        let (text, about) = match unread(&mut package, &names, &self.options.distdir)? {
            Reading::Unread(unread) => {
                let names: Vec<&str> = unread.iter().map(String::as_str).collect();
                let first = (*names.first()?).to_owned();
                (format!("no record that {} was read", some(&names)), Some(first))
            }
            Reading::First { earlier } => {
                // The first version of a package has no diff.
                let earlier = earlier.then_some("no record of this release, only of others")?;
                (earlier.to_owned(), None)
            }
        };
        let mut observation = Observation::of(REVIEW_MISSING, &read.file, text);
        observation.distfile = about;
        if required {
            observation.level = Level::Error;
        }
        Some(observation)
    }
}

fn is_distfile(read: &Read, base: &str) -> bool {
    read.names.contains(base) || suffix::compressed(base).any(|name| read.names.contains(&name))
}

/// The first of several names, and how many more there are.
fn some(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}
