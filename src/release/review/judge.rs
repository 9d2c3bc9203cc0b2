//! What the records say of one archive, as a finding.

use super::error::ReviewError;
use super::record::{Archive, Record};
use super::store::{RECORD_LIMIT, StoredRecord, read};
use crate::answer::access::Capability;
use crate::answer::facts::ReviewFacts;
use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::hex;
use crate::bytes::input::read_bounded;
use crate::evidence::openpgp;
use crate::evidence::scheme::{Scheme as _, judge_bytes};
use crate::evidence::ssh::AllowedSigners;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// What an SSH signature over a record has to be for.
pub(crate) const NAMESPACE: &str = "distvouch-review";

/// The suffixes of signatures over a record's file.
pub(super) const SIGNATURES: [&str; 2] = ["asc", "sig"];

/// The keys whose signatures over records count.
#[derive(Debug)]
pub(crate) struct ReviewKeys {
    /// OpenPGP.
    pub(crate) openpgp: Option<openpgp::Keys>,
    /// SSH.
    pub(crate) ssh: Option<AllowedSigners>,
    /// The time to judge at.
    pub(crate) now: SystemTime,
}

/// Where the records are, and who must have signed them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reviews {
    /// Lists, files and directories of records.
    pub(crate) places: Vec<PathBuf>,
    /// If given, only records that one of these keys signed count.
    pub(crate) keys: Option<Arc<ReviewKeys>>,
    /// The records, or why they cannot be used, once they were read: however many distfiles there are, and where a
    /// pipe was named.
    kept: Arc<Mutex<Option<Arc<Result<Records, ReviewError>>>>>,
}

/// All records.
#[derive(Debug)]
struct Records {
    found: Vec<StoredRecord>,
    /// Where those of an archive are, by its BLAKE2b digest in lower-case hexadecimal.
    places: BTreeMap<String, Vec<usize>>,
}

impl Records {
    fn of(found: Vec<StoredRecord>) -> Self {
        let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, found) in found.iter().enumerate() {
            places.entry(found.record.new.blake2b.clone()).or_default().push(place);
        }
        Self { found, places }
    }

    /// Those of the archive with that digest.
    fn about(&self, digest: &str) -> Vec<&StoredRecord> {
        let places = self.places.get(digest).into_iter().flatten();
        places.filter_map(|place| self.found.get(*place)).collect()
    }
}

impl Reviews {
    /// The records of some places.
    pub(crate) fn of(places: Vec<PathBuf>, keys: Option<Arc<ReviewKeys>>) -> Self {
        Self { places, keys, kept: Arc::default() }
    }

    /// The records of one place, signed or not.
    #[cfg(test)]
    pub(crate) fn at(place: impl Into<PathBuf>) -> Self {
        Self::of(vec![place.into()], None)
    }

    /// Reads all records.
    ///
    /// # Errors
    ///
    /// If something cannot be read or is not a record.
    pub(crate) fn read(&self) -> Result<Vec<StoredRecord>, ReviewError> {
        let mut found = Vec::new();
        for place in &self.places {
            found.extend(read(place)?);
        }
        Ok(found)
    }

    /// All records, which are read once.
    fn records(&self) -> Arc<Result<Records, ReviewError>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.get_or_insert_with(|| Arc::new(self.read().map(Records::of))))
    }

    /// Whether there is any record that can be used.
    pub(crate) fn has_any(&self) -> bool {
        self.records().as_ref().as_ref().is_ok_and(|records| !records.found.is_empty())
    }

    /// Has the records read again: some were written since.
    pub(crate) fn forget(&self) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The places, for a sentence: those of a repository from its root on.
    fn shown(&self) -> String {
        let Some(place) = self.places.first() else { return "the list of reviews".to_owned() };
        let shown = place.display().to_string();
        match shown.rfind("/metadata/distvouch/").and_then(|at| shown.get(at + 1..)) {
            Some(from_root) => from_root.to_owned(),
            None => shown,
        }
    }
}

/// What is known of the file of the previous version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Before {
    /// It has this BLAKE2b digest.
    Digest(Vec<u8>),
    /// There is one, and nothing tells its digest; why not.
    Unknown(String),
    /// The previous version has none like the new one, or there is no previous version.
    None,
}

/// Whether a record says that someone read the archive with the BLAKE2b digest `new`: the diff from
/// the previous file, all of the archive, or, if there is no previous file, the archive by itself.
///
/// Never fails: where the records cannot be used, the finding says why.
pub(crate) fn check(before: &Before, new: &[u8], reviews: &Reviews) -> Finding {
    let fits = |record: &Record| match (&record.old, before) {
        (Some(old), Before::Digest(digest)) => old.blake2b == hex(digest),
        (Some(_), _) => false,
        (None, Before::None) => true,
        // Less than all of it may leave out what the diff shows.
        (None, _) => record.whole == Some(true),
    };
    let why = |of_this: &[&Record]| match (before, of_this) {
        (Before::Unknown(why), _) => Some(Missing::Unfit(why.clone())),
        (_, []) => None,
        (Before::None, [record, ..]) => {
            let old = record.old.as_ref().map_or("another", |old| &old.name);
            Some(Missing::Unfit(format!(
                "a record compares it with {old}, which is not a previous file of this package"
            )))
        }
        (_, records) if records.iter().all(|record| record.old.is_some()) => {
            Some(Missing::Has("a record of this release, but against another old one".to_owned()))
        }
        _ => Some(Missing::Has(
            "a record of this release by itself that does not claim all of it was read, and \
             there is a previous version to compare with"
                .to_owned(),
        )),
    };
    fitting(&hex(new), reviews, &fits, &why)
}

/// As [`check`], where no one named the previous file: a diff counts only if `listed` says that the
/// Manifest has the file that the release was compared with, and an archive that was not read as a
/// whole only if `alone` says that the Manifest has no other version of it.
pub(crate) fn check_new(
    new: &[u8],
    reviews: &Reviews,
    listed: &dyn Fn(&Archive) -> bool,
    alone: bool,
) -> Finding {
    let fits = |record: &Record| match &record.old {
        Some(old) => listed(old),
        None => alone || record.whole == Some(true),
    };
    let why = |of_this: &[&Record]| {
        let record = of_this.first()?;
        Some(Missing::Has(match &record.old {
            Some(old) => format!(
                "a record of this release, read against {}, which the Manifest does not list",
                old.name
            ),
            None => "a record of this release by itself that does not claim all of it was read, \
                     and the Manifest lists another version"
                .to_owned(),
        }))
    };
    fitting(&hex(new), reviews, &fits, &why)
}

/// Why no record of an archive counts.
enum Missing {
    /// What there is of it among the records.
    Has(String),
    /// A sentence that says why those that there may be do not fit.
    Unfit(String),
}

fn absent(text: impl Into<String>) -> Finding {
    Finding::of_class(Check::Review, FailureClass::ReviewAbsent, text)
}

fn unusable(error: &ReviewError) -> Finding {
    absent(format!("the review records cannot be used: {error}"))
}

/// What the records of the archive with the digest `new` say, of which those that fit count; `why`
/// says of the others why they do not.
fn fitting(
    new: &str,
    reviews: &Reviews,
    fits: &dyn Fn(&Record) -> bool,
    why: &dyn Fn(&[&Record]) -> Option<Missing>,
) -> Finding {
    let records = reviews.records();
    let records = match records.as_ref() {
        Ok(records) => records,
        Err(error) => return unusable(error),
    };
    let of_this = records.about(new);
    let fitting: Vec<&StoredRecord> = of_this.iter().copied().filter(|f| fits(&f.record)).collect();
    if fitting.is_empty() {
        let of_this: Vec<&Record> = of_this.iter().map(|found| &found.record).collect();
        let what = why(&of_this).unwrap_or_else(|| match records.found.is_empty() {
            true => Missing::Has("no review record".to_owned()),
            false => Missing::Has("no record of an archive with exactly this digest".to_owned()),
        });
        return absent(match what {
            Missing::Has(what) => format!("{} has {what}", reviews.shown()),
            Missing::Unfit(what) => what,
        });
    }
    let judged: Vec<(&StoredRecord, Signed)> =
        fitting.iter().map(|found| (*found, signed(found, reviews.keys.as_deref()))).collect();
    // What someone altered after it was signed is never outvoted.
    let altered = judged.iter().find_map(|(found, signed)| match signed {
        Signed::Refused { class, why } if class.outcome() == Outcome::Contradicts => {
            (*class == FailureClass::SignatureBad).then_some((found, *class, why))
        }
        _ => None,
    });
    if let Some((found, class, why)) = altered {
        let text = format!("{}: {why}", found.path.display());
        return Finding::of_class(Check::Review, class, text);
    }
    let counts = |signed: &Signed| matches!(signed, Signed::Unasked | Signed::By(_));
    let Some((last, by)) = judged.iter().rfind(|(_, signed)| counts(signed)) else {
        let why = judged.iter().find_map(|(found, signed)| match signed {
            Signed::Refused { why, .. } => Some(format!("{}: {why}", found.path.display())),
            _ => None,
        });
        return absent(format!(
            "a record fits, but no given key signed it: {}",
            why.unwrap_or_default()
        ));
    };
    agreeing(last, by, &judged)
}

fn agreeing(last: &StoredRecord, by: &Signed, judged: &[(&StoredRecord, Signed)]) -> Finding {
    let record = &last.record;
    let (new, when) = (&record.new.name, &record.reviewed);
    let what = match (&record.old, record.whole) {
        (Some(old), _) => {
            let old = &old.name;
            format!(
                "the diff of exactly these two, recorded as {old} and {new}, was read on {when}"
            )
        }
        (None, Some(true)) => {
            format!("all of exactly this file, recorded as {new}, was read on {when}")
        }
        (None, _) => format!(
            "exactly this file, recorded as {new}, was read on {when}, with no previous version to \
             compare it with"
        ),
    };
    let compared = format!("{what}: {}", record.note);
    let imported = last.imported_from().map(|name| format!(", imported from {name}"));
    let signer = match by {
        Signed::By(signer) => format!(", signed by {signer}"),
        _ => String::new(),
    };
    let vouches = format!("{}{signer}{}", record.reviewer, imported.unwrap_or_default());
    let facts = judged.iter().map(|(found, signed)| {
        let mut facts = found.record.facts();
        facts.file = Some(found.path.display().to_string());
        facts.imported_from = found.imported_from();
        facts.signed_by = match signed {
            Signed::By(signer) => Some(signer.clone()),
            _ => None,
        };
        facts
    });
    Finding::agrees(Check::Review, compared, vouches)
        .forged_by([Capability::Gentoo, Capability::Reviewer])
        .knowing(ReviewFacts { records: facts.collect() })
}

/// How a record relates to the keys that were given.
enum Signed {
    /// No key was given, so no one asked.
    Unasked,
    /// One of the keys signed it.
    By(String),
    /// None did.
    Refused {
        /// What is wrong.
        class: FailureClass,
        /// In words.
        why: String,
    },
}

fn signed(found: &StoredRecord, keys: Option<&ReviewKeys>) -> Signed {
    let Some(keys) = keys else { return Signed::Unasked };
    let refused = |class, why: String| Signed::Refused { class, why };
    let Some(bytes) = &found.bytes else {
        let why = "a line of a list, which has no signature".to_owned();
        return refused(FailureClass::SignatureAbsent, why);
    };
    let mut last = refused(FailureClass::SignatureAbsent, "it is not signed".to_owned());
    let (mut by, mut altered) = (None, None);
    for suffix in SIGNATURES {
        let path = found.path.with_extension(format!("json.{suffix}"));
        let signature = match read_bounded(&path, RECORD_LIMIT) {
            Ok(signature) => signature,
            Err(error) if error.is_missing() => continue,
            Err(error) => return refused(FailureClass::SignatureMalformed, error.to_string()),
        };
        let finding = judged(&signature, bytes, keys);
        match finding.class {
            None => by = by.or(Some(Signed::By(finding.vouches))),
            // As of distfiles: what a known key made over other bytes is never outvoted.
            Some(class @ FailureClass::SignatureBad) => {
                altered = Some(refused(class, finding.compared));
            }
            Some(class) => last = refused(class, finding.compared),
        }
    }
    altered.or(by).unwrap_or(last)
}

/// Judges a signature over a record's bytes, as over any file.
fn judged(signature: &[u8], record: &[u8], keys: &ReviewKeys) -> Finding {
    let ssh = AllowedSigners::recognizes(signature);
    let none = |check, what: &str| {
        Finding::of_class(check, FailureClass::SignerUnknown, format!("no {what} was given"))
    };
    match (ssh, &keys.openpgp, &keys.ssh) {
        (true, _, Some(allowed)) => judge_bytes(allowed, signature, record, "the record", keys.now),
        (true, _, None) => none(AllowedSigners::CHECK, "list of allowed signers"),
        (false, Some(ring), _) => judge_bytes(ring, signature, record, "the record", keys.now),
        (false, None, _) => none(openpgp::Keys::CHECK, "OpenPGP key"),
    }
}
