//! Judges a distfile's size and digests by its DIST entry.

use crate::answer::access::Capability;
use crate::answer::facts::{ManifestFacts, Measure, Of};
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::{HashName, hex};
use crate::bytes::pass::Measured;
use crate::evidence::manifest::{DistEntry, Lookup, Manifest};
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The hashes that comparing with the DIST entry of `name` takes.
pub(crate) fn wanted(manifest: &Manifest, name: &str) -> BTreeSet<HashName> {
    match manifest.lookup(name) {
        Lookup::Entry(entry) => entry.known().map(|(hash, _)| hash).collect(),
        Lookup::Missing | Lookup::Ambiguous { .. } => BTreeSet::new(),
    }
}

/// Compares what was `measured` of the distfile `name` with its DIST entry.
pub(crate) fn check(manifest: &Manifest, name: &str, measured: &Measured) -> Finding {
    let finding = match manifest.lookup(name) {
        Lookup::Missing => Finding::of_class(
            Check::Manifest,
            FailureClass::ManifestMissingEntry,
            format!("{} has no DIST entry for it", manifest.path().display()),
        )
        .knowing(facts(manifest)),
        Lookup::Ambiguous { lines, hash } => ambiguous(manifest, &lines, hash),
        Lookup::Entry(entry) => compare(manifest, entry, measured),
    };
    let mut finding = finding;
    if let Of::Manifest(facts) = &mut finding.facts.of {
        facts.armored = manifest.armored();
    }
    if manifest.armored() {
        return finding.noting(
            FailureClass::NotCheckedNoExpectation,
            "the OpenPGP signature around the Manifest itself was not checked",
        );
    }
    finding
}

fn ambiguous(manifest: &Manifest, lines: &[usize], hash: Option<&str>) -> Finding {
    let path = manifest.path().display();
    let mut numbers: Vec<_> = lines.iter().take(NAMED).map(ToString::to_string).collect();
    if let Some(more) = lines.len().checked_sub(NAMED).filter(|more| *more > 0) {
        numbers.push(format!("{more} more"));
    }
    let text = match hash {
        Some(hash) => format!(
            "{path}:{} gives {hash} twice with different values; gemato would have taken the last",
            numbers.join(", ")
        ),
        None => format!(
            "{path} has DIST entries that differ on lines {}; Portage would have merged them",
            numbers.join(" and ")
        ),
    };
    Finding::of_class(Check::Manifest, FailureClass::ManifestAmbiguous, text)
        .knowing(ManifestFacts { lines: lines.to_vec(), ..facts(manifest) })
}

/// Lines that a sentence names.
const NAMED: usize = 10;

fn facts(manifest: &Manifest) -> ManifestFacts {
    let manifest = manifest.path().to_string_lossy().into_owned();
    ManifestFacts { manifest, ..ManifestFacts::default() }
}

fn compare(manifest: &Manifest, entry: &DistEntry, measured: &Measured) -> Finding {
    let place = format!("{}:{}", manifest.path().display(), entry.line);
    let mut agreeing = vec!["size".to_owned()];
    let mut differing = Vec::new();
    let (mut expected, mut actual) = (BTreeMap::new(), BTreeMap::new());
    if entry.size != measured.size {
        agreeing.clear();
        differing.push(format!("size (listed {}, found {})", entry.size, measured.size));
        expected.insert("size".to_owned(), Measure::Size(entry.size));
        actual.insert("size".to_owned(), Measure::Size(measured.size));
    }
    let mut strong = false;
    for (name, value) in entry.known() {
        let digest = measured.digests.get(&name).map(|d| hex(d));
        if digest.as_deref() == Some(value) {
            strong |= name.is_strong();
            agreeing.push(name.name().to_owned());
        } else {
            differing.push(name.name().to_owned());
            expected.insert(name.name().to_owned(), Measure::Digest(value.to_owned()));
            let digest = digest.map(|digest| (name.name().to_owned(), Measure::Digest(digest)));
            actual.extend(digest);
        }
    }
    let unknown: Vec<_> = entry.unknown().collect();
    let finding = if !differing.is_empty() {
        let verb = if differing.len() == 1 { "differs" } else { "differ" };
        let text = format!("{} {verb} from {place}", list(&differing));
        Finding::of_class(Check::Manifest, FailureClass::ManifestMismatch, text)
    } else if !strong {
        let text = format!("{place} has no hash that is computed here and that resists collisions");
        Finding::of_class(Check::Manifest, FailureClass::ManifestWeak, text)
    } else {
        Finding::agrees(
            Check::Manifest,
            format!("{} with {place}", list(&agreeing)),
            "the committer of that line to the ebuild repository",
        )
        .forged_by([Capability::Gentoo])
    };
    let finding = finding.knowing(ManifestFacts {
        line: Some(entry.line),
        compared: agreeing,
        expected,
        actual,
        not_computed: unknown.iter().map(ToString::to_string).collect(),
        ..facts(manifest)
    });
    if unknown.is_empty() {
        return finding;
    }
    let text = format!("{} on that line is not computed here", unknown.join(" and "));
    finding.noting(FailureClass::EvidenceUnsupported, text)
}

fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::answer::failure::Outcome;
    use crate::bytes::pass::{Wanted, measure};
    use std::path::Path;

    const SHA512_ABC: &str = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
    const MD5_ABC: &str = "900150983cd24fb0d6963f7d28e17f72";

    fn judge(text: &str, bytes: &[u8]) -> Finding {
        let manifest = Manifest::parse(Path::new("Manifest"), text.as_bytes()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("f"), bytes).unwrap();
        let wanted = Wanted { hashes: wanted(&manifest, "f"), ..Wanted::default() };
        let measured = measure(&dir.path().join("f"), &wanted, &mut |_| {}).unwrap();
        check(&manifest, "f", &measured)
    }

    #[test]
    fn every_class() {
        let line = format!("DIST f 3 SHA512 {SHA512_ABC}\n");
        assert_eq!(judge(&line, b"abc").class, None);
        for (text, bytes, class) in [
            (line.clone(), &b"abd"[..], FailureClass::ManifestMismatch),
            (line.clone(), b"abcd", FailureClass::ManifestMismatch),
            (line.replace(" 3 ", " 4 "), b"abc", FailureClass::ManifestMismatch),
            (line.replace("DIST f", "DIST g"), b"abc", FailureClass::ManifestMissingEntry),
            (format!("{line}DIST f 4\n"), b"abc", FailureClass::ManifestAmbiguous),
            (format!("DIST f 3 MD5 {MD5_ABC}\n"), b"abc", FailureClass::ManifestWeak),
            ("DIST f 3 BLAKE9 00\n".to_owned(), b"abc", FailureClass::ManifestWeak),
            ("DIST f 3\n".to_owned(), b"abc", FailureClass::ManifestWeak),
        ] {
            assert_eq!(judge(&text, bytes).class, Some(class), "{text}");
        }
    }

    #[test]
    fn one_weak_hash_that_differs_is_a_mismatch_beside_a_strong_one_that_agrees() {
        let text = format!("DIST f 3 SHA512 {SHA512_ABC} MD5 {}\n", MD5_ABC.replace('9', "8"));
        assert_eq!(judge(&text, b"abc").class, Some(FailureClass::ManifestMismatch));
    }

    #[test]
    fn what_is_not_computed_is_said() {
        let finding = judge(&format!("DIST f 3 SHA512 {SHA512_ABC} BLAKE9 00\n"), b"abc");
        assert_eq!(finding.outcome(), Outcome::Agrees);
        assert!(finding.notes.iter().any(|n| n.text.contains("BLAKE9")));
    }
}
