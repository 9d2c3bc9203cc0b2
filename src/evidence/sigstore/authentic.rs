//! Facts: what a verifier has authenticated. Only this module's parent can make them.

use crate::evidence::pep740::{Claims, Publisher, Statement};
use jiff::Timestamp;
use serde_json::{Map, Value};

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
    pub(super) fn to_json(&self) -> Value {
        let time = self.time.map(|t| t.to_string());
        serde_json::json!({"log": self.log, "index": self.index, "time": time})
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

    /// All of it, for the detail of a finding.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        let mut map = Map::new();
        map.insert("publisher".to_owned(), self.publisher.to_string().into());
        map.insert("certificate".to_owned(), self.claims.to_json().into());
        map.insert("predicate_type".to_owned(), self.statement.predicate_type.as_str().into());
        let names = self.statement.subjects.iter().map(|s| Value::from(s.name.as_str()));
        map.insert("subjects".to_owned(), names.collect());
        map.insert("signed_at".to_owned(), self.time().map(|t| t.to_string()).into());
        map.insert("log_entries".to_owned(), self.entries.iter().map(LogEntry::to_json).collect());
        map
    }
}

/// An attestation that was signed, logged and certified as it says, about a file that was not at
/// hand. It tells who published, and nothing about any bytes that somebody has.
#[derive(Debug, Clone)]
pub(crate) struct DetachedAttestation(AuthenticatedAttestation);

impl DetachedAttestation {
    pub(super) fn new(attestation: AuthenticatedAttestation) -> Self {
        Self(attestation)
    }

    /// What the certificate says of who signed.
    pub(crate) fn claims(&self) -> &Claims {
        self.0.claims()
    }

    /// Who published, derived from the certificate alone.
    pub(crate) fn publisher(&self) -> &Publisher {
        self.0.publisher()
    }

    /// What was signed.
    pub(crate) fn statement(&self) -> &Statement {
        self.0.statement()
    }

    /// The earliest time that a log vouches for.
    pub(crate) fn time(&self) -> Option<Timestamp> {
        self.0.time()
    }

    /// All of it, for the detail of a finding.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        self.0.to_json()
    }
}

/// A bundle that was signed and logged as it says, about the bytes it was held against; where there
/// was a policy, by whom that names.
#[derive(Debug, Clone)]
pub(crate) struct AuthenticatedBundle {
    claims: Option<Claims>,
    statement: Option<Statement>,
    times: Vec<Timestamp>,
    entries: Vec<LogEntry>,
}

impl AuthenticatedBundle {
    pub(super) fn new(
        claims: Option<Claims>,
        statement: Option<Statement>,
        times: Vec<Timestamp>,
        entries: Vec<LogEntry>,
    ) -> Self {
        Self { claims, statement, times, entries }
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

    /// All of it, for the detail of a finding.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        let mut map = Map::new();
        if let Some(claims) = &self.claims {
            map.insert("certificate".to_owned(), claims.to_json().into());
        }
        if let Some(statement) = &self.statement {
            map.insert("predicate_type".to_owned(), statement.predicate_type.as_str().into());
            let names = statement.subjects.iter().map(|s| Value::from(s.name.as_str()));
            map.insert("subjects".to_owned(), names.collect());
        }
        map.insert("signed_at".to_owned(), self.time().map(|t| t.to_string()).into());
        map.insert("log_entries".to_owned(), self.entries.iter().map(LogEntry::to_json).collect());
        map
    }
}
