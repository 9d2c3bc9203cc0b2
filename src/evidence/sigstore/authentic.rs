//! Facts: what a verifier has authenticated. Only this module's parent can make them.

use crate::answer::facts::{AttestedFacts, LogEntryFacts};
use crate::evidence::pep740::{Claim, Claims, Publisher, Statement};
use jiff::Timestamp;

/// An entry of a transparency log whose proofs hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogEntry {
    /// The log's URL, from the trusted root.
    pub(crate) log: String,
    /// The entry's index in the log; `None` where the log did not sign it.
    pub(crate) index: Option<u64>,
    /// When the log took it in; `None` where the log did not sign it, as Rekor v2 never does.
    pub(crate) time: Option<Timestamp>,
}

impl LogEntry {
    fn facts(&self) -> LogEntryFacts {
        let time = self.time.map(|time| time.to_string());
        LogEntryFacts { log: self.log.clone(), index: self.index, time }
    }
}

/// An attestation that was signed, logged and certified as it says, about the bytes it was held
/// against. Who signed it is in its claims, and has yet to be judged.
#[derive(Debug, Clone)]
pub(crate) struct AuthenticatedAttestation {
    claims: Claims,
    publisher: Publisher,
    statement: Statement,
    times: Vec<Timestamp>,
    entries: Vec<LogEntry>,
}

impl AuthenticatedAttestation {
    pub(super) fn new(
        claims: Claims,
        statement: Statement,
        times: Vec<Timestamp>,
        entries: Vec<LogEntry>,
    ) -> Self {
        Self { publisher: Publisher::of(&claims), claims, statement, times, entries }
    }

    /// What the certificate says of who signed.
    pub(crate) fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Who published, derived from the certificate alone.
    pub(crate) fn publisher(&self) -> &Publisher {
        &self.publisher
    }

    /// What was signed.
    pub(crate) fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The earliest time that a log vouches for.
    pub(crate) fn time(&self) -> Option<Timestamp> {
        self.times.iter().min().copied()
    }

    /// What a finding knows of it.
    pub(crate) fn facts(&self) -> AttestedFacts {
        AttestedFacts {
            publisher: Some(self.publisher.to_string()),
            ..proven(Some(&self.claims), Some(&self.statement), self.time(), &self.entries)
        }
    }
}

/// An attestation or bundle that was signed and certified as it says, about a file that was not at
/// hand. It tells who published, and nothing about any bytes that someone has.
#[derive(Debug, Clone)]
pub(crate) struct DetachedAttestation {
    claims: Claims,
    publisher: Publisher,
    names: Vec<String>,
    kind: Option<String>,
    time: Option<Timestamp>,
    facts: AttestedFacts,
}

impl DetachedAttestation {
    pub(super) fn of_attestation(attestation: &AuthenticatedAttestation) -> Self {
        Self::new(
            &attestation.claims,
            Some(&attestation.statement),
            attestation.facts(),
            attestation.time(),
        )
    }

    /// That of a bundle; `None` where a key signed, which says nothing of a publisher.
    pub(super) fn of_bundle(bundle: &AuthenticatedBundle) -> Option<Self> {
        let claims = bundle.claims.as_ref()?;
        Some(Self::new(claims, bundle.statement.as_ref(), bundle.facts(), bundle.time()))
    }

    fn new(
        claims: &Claims,
        statement: Option<&Statement>,
        facts: AttestedFacts,
        time: Option<Timestamp>,
    ) -> Self {
        let subjects = statement.into_iter().flat_map(|statement| &statement.subjects);
        Self {
            claims: claims.clone(),
            publisher: Publisher::of(claims),
            names: subjects.map(|subject| subject.name.clone()).collect(),
            kind: statement.map(|statement| statement.predicate_type.clone()),
            time,
            facts,
        }
    }

    /// What the certificate says of who signed.
    pub(crate) fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Who published, derived from the certificate alone.
    pub(crate) fn publisher(&self) -> &Publisher {
        &self.publisher
    }

    /// The names of the files that it is about.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The type of its predicate; `None` where a file was signed rather than a statement.
    pub(crate) fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// The earliest time that a log or time stamp authority vouches for.
    pub(crate) fn time(&self) -> Option<Timestamp> {
        self.time
    }

    /// What a finding knows of it.
    pub(crate) fn facts(&self) -> AttestedFacts {
        self.facts.clone()
    }
}

/// A bundle that was signed and logged as it says, about the bytes it was compared with; where there
/// was a policy, by whom that names.
#[derive(Debug, Clone)]
pub(crate) struct AuthenticatedBundle {
    claims: Option<Claims>,
    statement: Option<Statement>,
    times: Vec<Timestamp>,
    entries: Vec<LogEntry>,
    unknown_stamps: usize,
}

impl AuthenticatedBundle {
    pub(super) fn new(
        claims: Option<Claims>,
        statement: Option<Statement>,
        times: Vec<Timestamp>,
        entries: Vec<LogEntry>,
        unknown_stamps: usize,
    ) -> Self {
        Self { claims, statement, times, entries, unknown_stamps }
    }

    /// How many time stamps were passed over, being from authorities that the trusted root lacks,
    /// where the log's promise gives the time.
    pub(crate) fn unknown_stamps(&self) -> usize {
        self.unknown_stamps
    }

    /// Whether a public log vouches for it.
    pub(crate) fn is_logged(&self) -> bool {
        !self.entries.is_empty()
    }

    /// What the certificate says of who signed; `None` for a managed key.
    pub(crate) fn claims(&self) -> Option<&Claims> {
        self.claims.as_ref()
    }

    /// The in-toto statement that was signed; `None` where the file itself was.
    pub(crate) fn statement(&self) -> Option<&Statement> {
        self.statement.as_ref()
    }

    /// The earliest time that a log or time stamp authority vouches for. A managed key needs none.
    pub(crate) fn time(&self) -> Option<Timestamp> {
        self.times.iter().min().copied()
    }

    /// What a finding knows of it.
    pub(crate) fn facts(&self) -> AttestedFacts {
        AttestedFacts {
            publisher: self.claims.as_ref().map(|claims| Publisher::of(claims).to_string()),
            ..proven(self.claims.as_ref(), self.statement.as_ref(), self.time(), &self.entries)
        }
    }
}

/// What certificate, statement and log proved, whatever they came in.
fn proven(
    claims: Option<&Claims>,
    statement: Option<&Statement>,
    time: Option<Timestamp>,
    entries: &[LogEntry],
) -> AttestedFacts {
    let claim = |claim| claims.and_then(|claims| claims.get(claim)).map(str::to_owned);
    let name = |statement: &Statement| -> Vec<String> {
        statement.subjects.iter().map(|subject| subject.name.clone()).collect()
    };
    AttestedFacts {
        commit: claim(Claim::SourceRepositoryDigest),
        reference: claim(Claim::SourceRepositoryRef),
        run: claim(Claim::RunInvocationUri),
        certificate: claims.map(Claims::by_name).unwrap_or_default(),
        predicate_type: statement.map(|statement| statement.predicate_type.clone()),
        subjects: statement.map(name),
        signed_at: time.map(|time| time.to_string()),
        log_entries: entries.iter().map(LogEntry::facts).collect(),
        ..AttestedFacts::default()
    }
}
