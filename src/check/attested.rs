//! What an authentic certificate and statement are missing to agree, whatever they came in: PEP 740
//! provenance, or a Sigstore bundle.

use crate::answer::facts::{AttestedFacts, DifferenceFacts};
use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::finding::{Check, Finding};
use crate::evidence::expectation::{
    Pins, PublisherExpectation, is_external_signer, judge as expected,
};
use crate::evidence::pep740::{
    Claim, Claims, Publisher, Reported, Statement, differences, reported,
};
use crate::evidence::sigstore::{AttestationFault, Verifier};
use jiff::Timestamp;

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    /// Who should have published.
    pub(crate) expectation: Option<&'a PublisherExpectation>,
    /// What else should be so.
    pub(crate) pins: &'a Pins,
}

/// Something that keeps the evidence from agreeing, or is said next to it.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) class: FailureClass,
    pub(super) text: String,
    pub(super) counts: Counts,
}

/// Whether something counts against the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    /// It does.
    Yes,
    /// It is only said.
    No,
    /// It does where nothing else does and no other evidence of the kind agrees.
    IfAlone,
}

impl Complaint {
    fn is_against(&self, counts: Counts) -> bool {
        self.counts == counts && self.class.outcome() != Outcome::Agrees
    }
}

/// What evidence says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByItself {
    /// It agrees.
    Agrees,
    /// It agrees, and what its statement says of the bytes is not read: an account or a workflow may sign that a
    /// file is bad.
    AgreesUnread,
    /// It does not.
    Fails,
}

/// What there is to complain of.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    found: Vec<Complaint>,
    /// What of the pins was compared.
    pinned: Vec<&'static str>,
}

/// What is said where what is attested is called `attested`, and nothing tells whether the ebuild
/// fetches `name` under that name.
pub(super) fn not_named(name: &str, attested: &str) -> (FailureClass, String) {
    let text = format!(
        "it is about these bytes under the name {attested}, and nothing tells whether the ebuild \
         renames that to {name}: if so, say --upstream-name {name}={attested}"
    );
    (FailureClass::NotCheckedNoExpectation, text)
}

impl Complaints {
    /// Compares `claims` and `statement` with what was asked for, and with each other. What differs
    /// is added to `known`.
    ///
    /// Without a publisher that was asked for, what the two say differently of each other is said and
    /// does not count: no one relies on it. Pins count whoever published, and a trigger that outsiders
    /// can cause does where someone `is_named`.
    pub(super) fn of(
        question: &Question<'_>,
        claims: &Claims,
        statement: Option<&Statement>,
        is_named: bool,
        known: &mut AttestedFacts,
    ) -> Self {
        let mut complaints = Self { pinned: question.pins.set().collect(), ..Self::default() };
        let counts = is_named || !question.pins.is_empty();
        for difference in expected(question.expectation, question.pins, claims) {
            known.differences.push(difference.facts());
            complaints.add(difference.class, difference.to_string(), counts);
        }
        let open = question.expectation.is_none() && question.pins.signer.is_none();
        if open && is_external_signer(claims) {
            let text = format!(
                "a workflow of another repository than {} signed, which any repository may call: \
                 name yours with --repository",
                claims.get(Claim::SourceRepositoryUri).unwrap_or("the one that was built")
            );
            complaints.add(FailureClass::SignerExternal, text, false);
        }
        if let (Publisher::CircleCi { definition, .. }, Some(_), None, true) = (
            Publisher::of(claims),
            question.expectation,
            &question.pins.workflow,
            complaints.found.is_empty(),
        ) {
            let text = format!(
                "the pipeline definition {definition} was compared with nothing, and others of the \
                 project publish as well: name it with --workflow"
            );
            complaints.add(FailureClass::NotCheckedNoExpectation, text, false);
        }
        for found in statement.map(|s| differences(s, claims)).unwrap_or_default() {
            let class = FailureClass::StatementDisagrees;
            let text = format!(
                "the statement says {} for {}, the certificate {}",
                found.statement, found.field, found.certificate
            );
            known.differences.push(DifferenceFacts {
                class,
                what: found.field.to_owned(),
                expected: None,
                index: None,
                statement: Some(found.statement),
                actual: Some(found.certificate),
            });
            complaints.add(class, text, question.expectation.is_some());
        }
        complaints
    }

    /// What the predicate of `statement` says of the bytes, whatever the attestation came in. `unread` is whether
    /// it counts that it is of a type that is not read.
    pub(super) fn report(&mut self, statement: &Statement, unread: Counts) {
        let kind = &statement.predicate_type;
        match reported(statement) {
            Reported::Origin | Reported::Success => {}
            Reported::Failure(what) => {
                let text = format!("the {kind} statement over these bytes reports {what}");
                self.add(FailureClass::StatementDisagrees, text, true);
            }
            Reported::Unread => {
                let text = format!("what a {kind} statement says of these bytes is not read");
                let class = FailureClass::EvidenceUnsupported;
                self.found.push(Complaint { class, text, counts: unread });
            }
        }
    }

    /// Adds a complaint; whether it counts, or is only said.
    pub(super) fn add(&mut self, class: FailureClass, text: String, counts: bool) {
        let counts = if counts { Counts::Yes } else { Counts::No };
        self.found.push(Complaint { class, text, counts });
    }

    /// What the evidence says where no other of its kind agrees.
    pub(super) fn by_itself(&self) -> ByItself {
        let has = |counts| self.found.iter().any(|complaint| complaint.is_against(counts));
        match (has(Counts::Yes), has(Counts::IfAlone)) {
            (true, _) => ByItself::Fails,
            (false, true) => ByItself::AgreesUnread,
            (false, false) => ByItself::Agrees,
        }
    }

    /// Those that count, whatever else agrees.
    pub(super) fn against(self) -> Vec<Complaint> {
        self.found.into_iter().filter(|complaint| complaint.is_against(Counts::Yes)).collect()
    }

    /// The finding: the first complaint that counts names it, the others are noted; where none
    /// counts, `agreeing` is, which is told the pins that were compared, as a clause. `alone` says that no other
    /// evidence of the kind agrees.
    pub(super) fn finding(
        self,
        check: Check,
        alone: bool,
        agreeing: impl FnOnce(&str) -> Finding,
    ) -> Finding {
        let alone = alone && self.by_itself() == ByItself::AgreesUnread;
        let against = |complaint: &Complaint| {
            complaint.is_against(Counts::Yes) || alone && complaint.is_against(Counts::IfAlone)
        };
        let (mut against, said): (Vec<_>, Vec<_>) = self.found.into_iter().partition(against);
        let rest = against.split_off(against.len().min(1));
        let mut finding = match against.pop() {
            Some(first) => Finding::of_class(check, first.class, first.text),
            None => agreeing(&clause(&self.pinned)),
        };
        finding.also = rest.iter().map(|complaint| complaint.class).collect();
        for complaint in rest.into_iter().chain(said) {
            finding = finding.noting(complaint.class, complaint.text);
        }
        finding
    }
}

/// The pins that were compared, as a clause; empty where there were none.
fn clause(pinned: &[&str]) -> String {
    match pinned {
        [] => String::new(),
        pinned => format!("; pinned: {}", pinned.join(", ")),
    }
}

/// Why nothing of `what` may be relied on. Where the trusted root is too old, or lacks something, it is named.
pub(super) fn unauthenticated(what: &str, fault: &AttestationFault, verifier: &Verifier) -> String {
    let text = format!("{what}: {fault}");
    if fault.class() != FailureClass::RootTooOld {
        return text;
    }
    let root = verifier.root();
    match root.day() {
        Some(day) => format!("{text}; the newest entry of {} is of {day}", root.source()),
        None => format!("{text}; the root is {}", root.source()),
    }
}

/// Who vouches, in one line: the publisher, its workflow and ref, and when.
pub(super) fn vouches(claims: &Claims, time: Option<Timestamp>, logged: bool) -> String {
    let publisher = Publisher::of(claims);
    let mut text = match &publisher {
        _ if claims.is_github_release() => format!("GitHub for a release of {publisher}"),
        Publisher::GitHub { workflow: Some(workflow), .. }
        | Publisher::GitLab { workflow: Some(workflow), .. } => {
            format!("{workflow} of {publisher}")
        }
        other => other.to_string(),
    };
    if let Some(reference) = claims.get(Claim::SourceRepositoryRef) {
        text = format!("{text} at {reference}");
    }
    if let Some(trigger) = claims.get(Claim::BuildTrigger) {
        text = format!("{text}, started by {trigger}");
    }
    match time {
        Some(time) if logged => format!("{text}, logged at {time}"),
        Some(time) => format!("{text}, stamped at {time}"),
        None => text,
    }
}
