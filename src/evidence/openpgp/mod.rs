//! OpenPGP detached signatures (RFC 9580).
//!
//! [`KeyRing`] and [`UnverifiedSignatures`] are read first; the pass over the distfile computes
//! the document hashes that [`wanted`] names; [`check`] judges each signature and sums them up.

pub(crate) mod armor;
mod binding;
pub(crate) mod describe;
mod judge;
pub(crate) mod message;
pub(crate) mod policy;
pub(crate) mod ring;
pub(crate) mod signature;
mod standing;

pub(crate) use judge::{Judgement, Signer};
pub(crate) use policy::PolicyKind;
pub(crate) use ring::{KeyRing, RingError};
pub(crate) use signature::{SignatureFault, UnverifiedSignatures};

use crate::answer::access::{Capability, SERVING};
use crate::answer::facts::{JudgedSignature, Of, OpenpgpFacts, OpenpgpMaker, OpenpgpSignature};
use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::finding::{Check, Finding, Note};
use crate::bytes::pass::{DocumentHash, Wanted};
use crate::evidence::scheme::{Refusal, Says, Scheme, Subject, date, malformed};
use sequoia_openpgp::crypto::hash::Context;
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::types::SignatureType;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::time::SystemTime;

/// Who gets past a signature by upstream's key, each by themselves: anyone who has the key; anyone who
/// gets something in front of the person who signs; anyone who says which key that is.
pub(crate) const FORGERS: [Capability; 4] =
    [Capability::Key, Capability::Gentoo, Capability::Job, Capability::Source];

/// The keys that count, and which cryptography does.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    /// The keys.
    pub(crate) ring: KeyRing,
    /// The policy.
    pub(crate) policy: PolicyKind,
}

impl Keys {
    /// The circumstances of judging at `now`.
    pub(crate) fn at(&self, now: SystemTime) -> Circumstances<'_> {
        Circumstances { ring: &self.ring, policy: self.policy, now }
    }
}

impl Scheme for Keys {
    type Signature = UnverifiedSignatures;
    // They are read elsewhere.
    type KeysError = Infallible;

    const CHECK: Check = Check::Openpgp;
    const NAME: &'static str = "detached OpenPGP signature";

    fn recognizes(_: &[u8]) -> bool {
        true
    }

    fn parse(bytes: &[u8]) -> Result<UnverifiedSignatures, Refusal> {
        UnverifiedSignatures::parse(bytes).map_err(malformed)
    }

    fn wants(&self, signatures: &UnverifiedSignatures, wanted: &mut Wanted) {
        wanted.documents.extend(self::wanted(signatures));
    }

    fn judge(&self, signatures: &UnverifiedSignatures, subject: &Subject<'_>) -> Finding {
        check_file(signatures, &subject.measured.documents, self.at(subject.now))
    }

    fn says(_: &UnverifiedSignatures) -> Option<Says> {
        None
    }

    fn claimed_key(signatures: &UnverifiedSignatures) -> Option<String> {
        let mut issuers = signatures.signatures().iter().flat_map(|s| s.get_issuers());
        issuers.next().map(|issuer| issuer.to_string())
    }
}

/// The document hashes that judging `signatures` takes.
pub(crate) fn wanted(signatures: &UnverifiedSignatures) -> BTreeSet<DocumentHash> {
    signatures.signatures().iter().map(signature::document_hash).collect()
}

/// The circumstances of judging.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances<'a> {
    /// The only keys that count.
    pub(crate) ring: &'a KeyRing,
    /// Which cryptography counts.
    pub(crate) policy: PolicyKind,
    /// The time to judge at.
    pub(crate) now: SystemTime,
}

/// Judges the signatures of one file over one distfile.
///
/// One signature that counts is enough, and others by unknown, expired or revoked keys next to it
/// are only said; but a signature that a known key made over *other* bytes is never outvoted. That
/// is how `gemato openpgp-verify-detached --no-require-all-good` decides, too.
pub(crate) fn check(
    signatures: &UnverifiedSignatures,
    documents: &BTreeMap<DocumentHash, Context>,
    circumstances: Circumstances,
) -> Finding {
    let judged = judge_each(signatures, documents, circumstances, |_, _| {});
    sum_up(&judged, signatures.unreadable(), circumstances.policy)
}

/// As [`check`], of a file's signatures over another file: there it matters that a text signature
/// leaves line ends open.
pub(crate) fn check_file(
    signatures: &UnverifiedSignatures,
    documents: &BTreeMap<DocumentHash, Context>,
    circumstances: Circumstances,
) -> Finding {
    let text = |signature: &Signature| signature.typ() == SignatureType::Text;
    let judged = judge_each(signatures, documents, circumstances, |signature, judgement| {
        if judgement.class.is_none() && text(signature) {
            let text = "a text signature does not cover how lines end".to_owned();
            judgement.notes.push(Note { class: FailureClass::SignatureWeak, text });
        }
    });
    let finding = sum_up(&judged, signatures.unreadable(), circumstances.policy);
    let mut counting = judged.iter().filter(|(_, judgement)| judgement.class.is_none());
    // One CR changes what a script does, and whoever delivers the file leaves the other signatures out.
    match finding.class.is_none() && counting.any(|(signature, _)| text(signature)) {
        true => finding.also_forged_by(SERVING),
        false => finding,
    }
}

/// Judges each signature, and lets `more` add to what is said of it.
fn judge_each<'s>(
    signatures: &'s UnverifiedSignatures,
    documents: &BTreeMap<DocumentHash, Context>,
    circumstances: Circumstances,
    more: impl Fn(&Signature, &mut Judgement),
) -> Vec<(&'s Signature, Judgement)> {
    let Circumstances { ring, policy, now } = circumstances;
    let each = signatures.signatures().iter();
    let mut left = judge::TRIED;
    each.map(|signature| {
        let document = documents.get(&signature::document_hash(signature));
        let mut judgement = judge::judge(signature, document, ring, policy, now, &mut left);
        more(signature, &mut judgement);
        (signature, judgement)
    })
    .collect()
}

fn sum_up(judged: &[(&Signature, Judgement)], unreadable: usize, policy: PolicyKind) -> Finding {
    let altered = judged.iter().find(|(_, v)| v.class == Some(FailureClass::SignatureBad));
    let counting: Vec<_> = judged.iter().filter(|(_, v)| v.class.is_none()).collect();
    let finding = match (altered, counting.first()) {
        (Some((signature, judgement)), _) => refused(signature, judgement),
        (None, Some((signature, judgement))) => agreeing(signature, judgement, &counting),
        (None, None) => match judged.iter().min_by_key(|(_, v)| v.class.map(weight)) {
            Some((signature, judgement)) => refused(signature, judgement),
            None => Finding::of_class(
                Check::Openpgp,
                FailureClass::SignatureMalformed,
                "the file holds no signature",
            ),
        },
    };
    let mut finding = finding;
    let deciding = match finding.facts.of {
        Of::Openpgp(facts) => facts.deciding,
        _ => None,
    };
    let each = |(signature, judgement): &(&Signature, Judgement)| JudgedSignature {
        class: judgement.class,
        outcome: judgement.class.map_or(Outcome::Agrees, FailureClass::outcome).word(),
        signature: facts(signature, judgement),
    };
    finding.facts.of = OpenpgpFacts {
        policy: policy.name(),
        signatures: judged.iter().map(each).collect(),
        deciding,
        ..OpenpgpFacts::default()
    }
    .into();
    if finding.class.is_none() {
        for (signature, judgement) in judged {
            if let Some(class) = judgement.class {
                let text = format!(
                    "there is also a signature by {}: {}",
                    issuer(signature),
                    judgement.text
                );
                finding = finding.noting(class, text);
            }
        }
        if unreadable > 0 {
            let text = match unreadable {
                1 => "there is also a signature that cannot be read here".to_owned(),
                more => format!("there are also {more} signatures that cannot be read here"),
            };
            finding = finding.noting(FailureClass::EvidenceUnsupported, text);
        }
    }
    finding
}

/// Which reason to show where several signatures fail: the most telling one first.
fn weight(class: FailureClass) -> usize {
    const ORDER: [FailureClass; 8] = [
        FailureClass::SignatureBad,
        FailureClass::KeyRevoked,
        FailureClass::SignatureExpired,
        FailureClass::KeyExpired,
        FailureClass::KeyNotYet,
        FailureClass::KeyUnusable,
        FailureClass::SignatureWeak,
        FailureClass::SignerUnknown,
    ];
    ORDER.iter().position(|c| *c == class).unwrap_or(ORDER.len())
}

fn agreeing(
    signature: &Signature,
    judgement: &Judgement,
    counting: &[&(&Signature, Judgement)],
) -> Finding {
    let when = signature.signature_creation_time().map(|time| format!(" on {}", date(time)));
    let compared = format!(
        "these bytes with the signature that {} made{}",
        key_phrase(judgement),
        when.unwrap_or_default()
    );
    let signers: BTreeSet<_> =
        counting.iter().filter_map(|(_, v)| v.signer.as_ref()).map(Signer::certificate).collect();
    let mut vouches = judgement.signer.as_ref().map(vouching).unwrap_or_default();
    if signers.len() > 1 {
        vouches = format!("{vouches}, and {} more of the key ring", signers.len() - 1);
    }
    let mut finding = Finding::agrees(Check::Openpgp, compared, vouches).forged_by(FORGERS);
    // Of several signatures, which one a note is about; of one, there is no question.
    let about = |judgement: &Judgement, note: &Note| match counting.len() {
        1 => note.clone(),
        _ => Note { class: note.class, text: format!("{}: {}", key_phrase(judgement), note.text) },
    };
    let each = counting.iter();
    let mut notes: Vec<_> =
        each.flat_map(|(_, v)| v.notes.iter().map(move |note| about(v, note))).collect();
    notes.dedup();
    finding.notes = notes;
    with_signer(finding, signature, judgement)
}

fn refused(signature: &Signature, judgement: &Judgement) -> Finding {
    let class = judgement.class.unwrap_or(FailureClass::SignatureMalformed);
    let compared = match class {
        FailureClass::SignatureBad => judgement.text.clone(),
        _ => format!("a signature by {}: {}", issuer(signature), judgement.text),
    };
    let mut finding = Finding::of_class(Check::Openpgp, class, compared);
    for (class, text) in &judgement.also {
        finding = finding.noting(*class, text.clone());
        finding.also.push(*class);
    }
    with_signer(finding, signature, judgement)
}

fn with_signer(finding: Finding, signature: &Signature, judgement: &Judgement) -> Finding {
    let deciding = Some(facts(signature, judgement));
    finding.knowing(OpenpgpFacts { deciding, ..OpenpgpFacts::default() })
}

fn vouching(signer: &Signer) -> String {
    match (signer.user_id(), signer.revoked_ids()) {
        (Some(user_id), None) if !user_id.trim().is_empty() => {
            format!("the holder of the secret key of {user_id}")
        }
        (Some(_), None) => {
            format!("the holder of the secret key {}, without a name", signer.certificate())
        }
        (Some(user_id), Some(count)) => format!(
            "the holder of the secret key {}, once of {user_id}: its owner has revoked {}",
            signer.certificate(),
            match count {
                1 => "that user id, the only one".to_owned(),
                count => format!("all {count} user ids"),
            }
        ),
        (None, _) => format!("the holder of the secret key {}", signer.certificate()),
    }
}

fn key_phrase(judgement: &Judgement) -> String {
    match &judgement.signer {
        Some(signer) if signer.key() == signer.certificate() => format!("the key {}", signer.key()),
        Some(signer) => format!("the subkey {} of {}", signer.key(), signer.certificate()),
        None => "a key".to_owned(),
    }
}

/// The key that a signature says made it.
fn issuer(signature: &Signature) -> String {
    let issuers = signature.get_issuers();
    let fingerprint =
        issuers.iter().find(|i| matches!(i, sequoia_openpgp::KeyHandle::Fingerprint(_)));
    match fingerprint.or(issuers.first()) {
        Some(handle) => format!("the key {handle}"),
        None => "a key that it does not name".to_owned(),
    }
}

fn facts(signature: &Signature, judgement: &Judgement) -> OpenpgpSignature {
    let created =
        signature.signature_creation_time().and_then(|t| jiff::Timestamp::try_from(t).ok());
    let maker = judgement.signer.as_ref().map(|signer| OpenpgpMaker {
        signer: signer.certificate().to_owned(),
        key: signer.key().to_owned(),
        user_id: signer.user_id().map(str::to_owned),
        algorithm: signer.algorithm().to_owned(),
    });
    OpenpgpSignature {
        version: signature.version(),
        hash: signature.hash_algo().to_string(),
        claimed_issuers: signature.get_issuers().iter().map(ToString::to_string).collect(),
        created: created.map(|time| time.to_string()),
        maker,
    }
}
