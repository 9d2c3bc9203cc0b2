//! The findings for Sigstore bundles: one for each bundle that is about the file.

use super::attested::{
    ByItself, Complaint, Complaints, Counts, Question, not_named, unauthenticated, vouches,
};
use crate::answer::access::{Capability, SERVING};
use crate::answer::facts::AttestedFacts;
use crate::answer::failure::FailureClass;
use crate::answer::finding::{Check, Finding};
use crate::bytes::digests::HashName;
use crate::bytes::input::file_name;
use crate::bytes::pass::Measured;
use crate::evidence::forgers::{Asked, KEY, forgers, forgers_of_identity};
use crate::evidence::pep740::{Claims, Statement, StatementSubject};
use crate::evidence::sigstore::{
    ArtifactDigests, AttestationFault, AuthenticatedBundle, BundlePolicy, Reason, UnverifiedBundle,
    Verifier,
};
use std::path::Path;

/// A bundle, the file it is about, and who should have signed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BundleRequest<'a> {
    /// What was made of the bundle.
    pub(crate) bundle: &'a Result<UnverifiedBundle, AttestationFault>,
    /// The file's name upstream.
    pub(crate) name: &'a str,
    /// Whether that is known: an ebuild that cannot be read may have renamed it.
    pub(crate) is_named: bool,
    /// The file, with what [`UnverifiedBundle::needs`] asked for.
    pub(crate) artifact: ArtifactDigests<'a>,
    /// Who may have signed; one of them is enough.
    pub(crate) policies: &'a [BundlePolicy],
    /// Who should have published, and how: as for PEP 740.
    pub(crate) question: Question<'a>,
    /// The verifier.
    pub(crate) verifier: &'a Verifier,
}

/// The digests of what was measured, in the form that bundles want.
pub(crate) fn artifact(measured: &Measured) -> Option<ArtifactDigests<'_>> {
    fn array<const N: usize>(measured: &Measured, name: HashName) -> Option<[u8; N]> {
        measured.digests.get(&name)?.as_slice().try_into().ok()
    }
    Some(ArtifactDigests {
        sha256: Some(array(measured, HashName::Sha256)?),
        sha384: array(measured, HashName::Sha384),
        sha512: array(measured, HashName::Sha512),
        blob: measured.blob.as_deref(),
    })
}

/// A bundle that was judged by itself. What it comes to depends on what the others of the file say.
pub(crate) struct JudgedBundle<'a> {
    request: BundleRequest<'a>,
    what: What,
}

/// What was made of a bundle.
enum What {
    /// Nothing of it can be relied on, or nothing was asked.
    Fails(Box<Finding>),
    /// It is authentic.
    Authentic {
        bundle: Box<AuthenticatedBundle>,
        complaints: Complaints,
        known: Box<AttestedFacts>,
        /// Whether it is about these bytes under another name.
        renamed: bool,
    },
}

impl<'a> JudgedBundle<'a> {
    /// Judges a bundle by itself.
    pub(crate) fn of(request: BundleRequest<'a>) -> Self {
        let fails = |finding| What::Fails(Box::new(finding));
        let nobody = request.policies.is_empty() && request.question.expectation.is_none();
        let what = match request.bundle {
            Err(fault) => fails(failing(&request, fault)),
            Ok(bundle) if nobody && bundle.is_keyed() => {
                let class = FailureClass::NotCheckedNoExpectation;
                let text = "no identity was given that should have signed the bundle";
                fails(Finding::of_class(Check::Sigstore, class, text).knowing(claimed(bundle)))
            }
            Ok(bundle) => {
                let BundleRequest { verifier, artifact, policies, .. } = &request;
                match authenticate(verifier, bundle, artifact, policies) {
                    Ok(bundle) => authentic(&request, bundle),
                    Err(fault) => {
                        let mut known = claimed(bundle);
                        known.trusted_root = Some(trusted_root(&request));
                        let also = match fault.class() {
                            FailureClass::IdentityMismatch => otherwise(&request, bundle),
                            _ => Vec::new(),
                        };
                        let mut finding = failing(&request, &fault);
                        for complaint in also {
                            finding.also.push(complaint.class);
                            finding = finding.noting(complaint.class, complaint.text);
                        }
                        fails(finding.knowing(known))
                    }
                }
            }
        };
        Self { request, what }
    }

    fn by_itself(&self) -> ByItself {
        match &self.what {
            What::Fails(_) => ByItself::Fails,
            What::Authentic { complaints, .. } => complaints.by_itself(),
        }
    }

    /// The finding of [`Check::Sigstore`]; `alone` is what [`alone`] says.
    pub(crate) fn finding(self, alone: bool) -> Finding {
        let request = self.request;
        match self.what {
            What::Fails(finding) => *finding,
            What::Authentic { bundle, complaints, known, renamed } => {
                let agreeing = |pinned: &str| match renamed {
                    // What was signed under another name says nothing of who serves it under this one.
                    true => agreeing(&request, &bundle, pinned).also_forged_by(SERVING),
                    false => agreeing(&request, &bundle, pinned),
                };
                complaints.finding(Check::Sigstore, alone, agreeing).knowing(*known)
            }
        }
    }
}

/// Whether none of the bundles of a file says that it agrees in a statement that is read, nor any of the `findings`
/// about the file. Beside one that does, the others are said.
pub(crate) fn alone<'j, 'a: 'j>(
    judged: impl IntoIterator<Item = &'j JudgedBundle<'a>>,
    findings: &[Finding],
) -> bool {
    let agrees = |finding: &Finding| finding.check == Check::Sigstore && finding.class.is_none();
    let mut judged = judged.into_iter();
    !findings.iter().any(agrees) && judged.all(|one| one.by_itself() != ByItself::Agrees)
}

/// The findings of all bundles of a file.
pub(crate) fn findings(judged: Vec<JudgedBundle<'_>>) -> Vec<Finding> {
    let alone = alone(&judged, &[]);
    judged.into_iter().map(|one| one.finding(alone)).collect()
}

fn trusted_root(request: &BundleRequest<'_>) -> String {
    request.verifier.root().source().to_string()
}

/// Authenticates a bundle, and that one of `policies` signed it; where they name no identity, that
/// any certificate did.
///
/// # Errors
///
/// The first thing that does not hold.
pub(crate) fn authenticate(
    verifier: &Verifier,
    bundle: &UnverifiedBundle,
    artifact: &ArtifactDigests<'_>,
    policies: &[BundlePolicy],
) -> Result<AuthenticatedBundle, AttestationFault> {
    let fits =
        |policy: &&BundlePolicy| matches!(policy, BundlePolicy::ManagedKey(_)) == bundle.is_keyed();
    let mut fault = None;
    for policy in policies.iter().filter(fits) {
        match verifier.bundle(bundle, artifact, policy) {
            Ok(facts) => return Ok(facts),
            // A key or identity of the given ones that comes closer says more.
            Err(error) if fault.as_ref().is_none_or(is_other) => fault = Some(error),
            Err(_) => {}
        }
    }
    match (fault, policies.first()) {
        (Some(fault), _) => Err(fault),
        // A certificate where a key was expected, or the reverse: the verifier says so.
        (None, Some(policy)) => verifier.bundle(bundle, artifact, policy),
        (None, None) => verifier.signer(bundle, artifact),
    }
}

/// Whether the fault is that someone else signed.
fn is_other(fault: &AttestationFault) -> bool {
    matches!(fault.class(), FailureClass::IdentityMismatch | FailureClass::SignerUnknown)
}

/// What is against a bundle that another identity signed, besides that: a policy may accept the identity.
fn otherwise(request: &BundleRequest<'_>, bundle: &UnverifiedBundle) -> Vec<Complaint> {
    match request.verifier.signer(bundle, &request.artifact) {
        Ok(facts) => match authentic(request, facts) {
            What::Authentic { complaints, .. } => complaints.against(),
            What::Fails(_) => Vec::new(),
        },
        Err(fault) => {
            let text = unauthenticated("the Sigstore bundle", &fault, request.verifier);
            vec![Complaint { class: fault.class(), text, counts: Counts::Yes }]
        }
    }
}

fn claimed(bundle: &UnverifiedBundle) -> AttestedFacts {
    AttestedFacts { unauthenticated: Some(bundle.describe()), ..AttestedFacts::default() }
}

fn failing(request: &BundleRequest<'_>, fault: &AttestationFault) -> Finding {
    let text = unauthenticated("the Sigstore bundle", fault, request.verifier);
    Finding::of_class(Check::Sigstore, fault.class(), text)
}

fn authentic(request: &BundleRequest<'_>, facts: AuthenticatedBundle) -> What {
    let mut known = facts.facts();
    known.trusted_root = Some(trusted_root(request));
    let Question { expectation, pins } = request.question;
    let anyone = expectation.is_some() || !request.policies.is_empty();
    let mut complaints = match facts.claims() {
        Some(claims) => {
            let statement = facts.statement();
            Complaints::of(&request.question, claims, statement, anyone, &mut known)
        }
        None => by_key(request),
    };
    if facts.claims().is_some_and(Claims::is_github_release)
        && expectation.is_none()
        && pins.repository_id.is_none()
    {
        let text = "GitHub attests the releases of every repository under this identity, and anyone may \
                    make one: name yours with --repository";
        complaints.add(FailureClass::SignerExternal, text.to_owned(), false);
    }
    if let Some(text) = facts.statement().and_then(|s| other_digest(s, request)) {
        complaints.add(FailureClass::SubjectDigest, text, true);
    }
    let BundleRequest { name, is_named, .. } = *request;
    let other = facts.statement().and_then(|s| other_name(s, &request.artifact, name, is_named));
    let renamed = other.is_some();
    if let Some((class, text)) = other {
        complaints.add(class, text, request.question.expectation.is_some());
    }
    if let Some(statement) = facts.statement() {
        complaints.report(statement, Counts::IfAlone);
    }
    if facts.unknown_stamps() > 0 {
        let text = "a time stamp by an authority that the trusted root lacks does not count: the log \
                    says when it was signed";
        complaints.add(FailureClass::RootTooOld, text.to_owned(), false);
    }
    if request.policies.is_empty() && request.question.expectation.is_none() {
        let signer = facts.claims().map(|claims| claims.identity().to_string());
        let text = format!(
            "signed by {}; no identity was given to compare with",
            signer.as_deref().unwrap_or("a key")
        );
        complaints.add(FailureClass::NotCheckedNoExpectation, text, true);
    }
    What::Authentic { bundle: Box::new(facts), complaints, known: Box::new(known), renamed }
}

/// What a signature by a key lacks: it says nothing of who published, and how.
fn by_key(request: &BundleRequest<'_>) -> Complaints {
    let mut complaints = Complaints::default();
    let Question { expectation, pins } = request.question;
    let pinned = pins.set().map(|what| format!("the {what}"));
    let expected: Vec<_> = expectation.iter().map(ToString::to_string).chain(pinned).collect();
    if !expected.is_empty() {
        let text = format!("signed by a key, which says nothing of {}", expected.join(", "));
        complaints.add(FailureClass::PublisherMismatch, text, true);
    }
    complaints
}

/// What there is to say where the statement lists a file of this name with a digest that these bytes
/// do not have.
fn other_digest(statement: &Statement, request: &BundleRequest<'_>) -> Option<String> {
    let differs = |(algorithm, digest): (&String, &String)| {
        let ours = request.artifact.named(algorithm);
        ours.is_some_and(|bytes| crate::bytes::digests::hex(bytes) != *digest)
    };
    let other = statement
        .subjects
        .iter()
        .find(|subject| subject.is_called(request.name) && subject.digests.iter().any(differs))?;
    Some(format!("it lists {} with a digest that these bytes do not have", other.name))
}

/// What there is to say where the statement has another name for these bytes, which are called `name`:
/// whether they are upstream `is_named`.
pub(super) fn other_name(
    statement: &Statement,
    artifact: &ArtifactDigests<'_>,
    name: &str,
    is_named: bool,
) -> Option<(FailureClass, String)> {
    let is_this = |name: &str, digest: &str| {
        let digits = |bytes: &[u8]| crate::bytes::digests::hex(bytes) == *digest;
        artifact.named(name).is_some_and(digits)
    };
    // A package URL names a package, and an empty name nothing: neither is a file's.
    let is_file =
        |subject: &&StatementSubject| !subject.name.is_empty() && !subject.name.starts_with("pkg:");
    let these = statement
        .subjects
        .iter()
        .filter(|subject| subject.digests.iter().any(|(name, digest)| is_this(name, digest)));
    let mut files = these.filter(is_file).peekable();
    let first = &files.peek()?.name;
    if files.any(|subject| subject.is_called(name)) {
        return None;
    }
    let text = format!("it is about these bytes under the name {first}, and this is {name}");
    Some(match is_named {
        true => (FailureClass::SubjectName, text),
        false => not_named(name, first),
    })
}

fn agreeing(request: &BundleRequest<'_>, facts: &AuthenticatedBundle, pinned: &str) -> Finding {
    let about = match facts.statement() {
        Some(statement) => format!("a {} statement", statement.predicate_type),
        None => "a signature".to_owned(),
    };
    let when = if facts.is_logged() { "logged" } else { "stamped" };
    let time = facts.time().map(|t| format!(", {when} at {t}")).unwrap_or_default();
    let expectation = request.question.expectation;
    let asked = Asked {
        publisher: expectation.is_some(),
        pins: request.question.pins,
        logged: facts.is_logged(),
    };
    let Some(claims) = facts.claims() else {
        let compared = format!("the bundle holds {about} over this file by the given key");
        return Finding::agrees(
            Check::Sigstore,
            compared,
            format!("the holder of the given key{time}"),
        )
        .forged_by(KEY)
        .also_forged_by(alternatives(request, None, &asked));
    };
    let is_named = request.policies.iter().any(|policy| names(policy, claims));
    let expected = match expectation {
        Some(expectation) if !is_named => format!("a workflow of {expectation}"),
        _ => format!("the certificate of {}", claims.identity()),
    };
    let compared = format!("the bundle holds {about} over this file by {expected}{pinned}");
    let vouches = match expectation {
        None if is_named => {
            let issuer = claims.issuer().unwrap_or("GitHub's own authority");
            format!("{} according to {issuer}{time}", claims.identity())
        }
        _ => vouches(claims, facts.time(), facts.is_logged()),
    };
    Finding::agrees(Check::Sigstore, compared, vouches)
        .forged_by(forgers(claims, &asked))
        .also_forged_by(alternatives(request, Some(claims), &asked))
}

/// Who gets past the other identities and keys that were given: any one of them would have done.
fn alternatives(
    request: &BundleRequest<'_>,
    claims: Option<&Claims>,
    asked: &Asked<'_>,
) -> Vec<Capability> {
    // A publisher that was named has to be the one of every certificate, which the same people get past
    // whatever its identity; and no key fits it.
    if request.question.expectation.is_some() {
        return Vec::new();
    }
    let others = request.policies.iter().filter_map(|policy| match (policy, claims) {
        (BundlePolicy::ManagedKey(_), None) => None,
        (BundlePolicy::ManagedKey(_), Some(_)) => Some(KEY.to_vec()),
        (policy, Some(claims)) if names(policy, claims) => None,
        (BundlePolicy::Identity { identity, issuer }, _) => {
            Some(forgers_of_identity(identity, issuer.as_deref(), asked))
        }
    });
    others.flatten().collect()
}

/// Whether the policy names the identity in the certificate, according to the same issuer.
fn names(policy: &BundlePolicy, claims: &Claims) -> bool {
    matches!(policy, BundlePolicy::Identity { identity, issuer }
        if identity == claims.identity().as_str() && issuer.as_deref() == claims.issuer())
}

/// The finding where none of several bundles is about the file.
pub(crate) fn about_others(count: usize) -> Finding {
    let fault = AttestationFault::from(Reason::NotAbout { count });
    Finding::of_class(Check::Sigstore, fault.class(), format!("the Sigstore bundles: {fault}"))
}

/// What is said of evidence that nothing was asked about.
pub(super) fn unasked(check: Check, path: &Path) -> Finding {
    let text = format!("{} was found, and not asked about", file_name(path));
    Finding::of_class(check, FailureClass::NotCheckedNoExpectation, text).read_from(path)
}
