//! A whole Sigstore for tests: a certificate authority like Fulcio, a certificate transparency log,
//! a transparency log like Rekor, the trusted root that lists them, and PEP 740 provenance made
//! with them. Every key is derived from a name here; nothing of it is in the program.
//!
//! Every part can be made wrong by itself: see the fields of [`Signing`].
#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod certificate;
mod key;
mod log;

pub use certificate::{Authority, Leaf, critical_unknown, email, uri};
pub use key::{Key, Key384, b64, hex, pem, unb64};
pub use log::Log;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The type of PyPI's own attestation.
pub const PUBLISH_V1: &str = "https://docs.pypi.org/attestations/publish/v1";
/// The type of SLSA's.
pub const SLSA_V1: &str = "https://slsa.dev/provenance/v1";
/// GitHub's OIDC issuer.
pub const GITHUB: &str = "https://token.actions.githubusercontent.com";

const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// A Sigstore.
pub struct Sigstore {
    root: Authority,
    /// What issues the leaf certificates.
    pub authority: Authority,
    /// The certificate transparency log.
    pub ct: Key,
    /// The transparency log.
    pub log: Log,
}

impl Sigstore {
    /// The one of that name; another name has other keys.
    pub fn new(name: &str) -> Self {
        let root = Authority::root(&format!("{name} root"));
        let authority = root.intermediate(&format!("{name} intermediate"));
        Self {
            root,
            authority,
            ct: Key::new(&format!("{name} certificate log")),
            log: Log::new(&format!("log.{name}.example"), &format!("{name} log")),
        }
    }

    /// Its `trusted_root.json`.
    pub fn trusted_root(&self) -> Value {
        let mut root = trusted_root(&[&self.log]);
        root["certificateAuthorities"] = json!([{
            "subject": {"organization": "example.org", "commonName": "test authority"},
            "uri": "https://fulcio.example",
            "certChain": {"certificates": [
                {"rawBytes": b64(self.authority.der())}, {"rawBytes": b64(self.root.der())}]},
            "validFor": {"start": "2021-01-01T00:00:00Z"}}]);
        root["ctlogs"] = json!([{
            "baseUrl": "https://ctfe.example",
            "hashAlgorithm": "SHA2_256",
            "publicKey": self.ct.in_root(),
            "logId": {"keyId": b64(self.ct.id())}}]);
        root
    }
}

/// A trusted root of transparency logs alone.
pub fn trusted_root(logs: &[&Log]) -> Value {
    let logs: Vec<Value> = logs.iter().map(|log| log.in_root()).collect();
    json!({
        "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "tlogs": logs})
}

/// A run of a GitHub workflow.
#[derive(Clone)]
pub struct Workflow {
    /// `owner/name`.
    pub repository: String,
    /// Its number.
    pub repository_id: u64,
    /// The owner's number.
    pub owner_id: u64,
    /// The path of the workflow that was started.
    pub path: String,
    /// The ref that it ran on.
    pub reference: String,
    /// The commit.
    pub commit: String,
    /// The event that started it.
    pub trigger: String,
    /// The kind of machine.
    pub runner: String,
    /// The deployment environment.
    pub environment: Option<String>,
    /// The workflow that signed, where it is another, with its ref.
    pub signer: Option<String>,
    /// The commit that the signing workflow was taken from, where it is another.
    pub signer_commit: Option<String>,
}

impl Workflow {
    /// The release workflow of a repository, started by the push of a tag.
    pub fn release(repository: &str, tag: &str, commit: &str) -> Self {
        Self {
            repository: repository.to_owned(),
            repository_id: 1001,
            owner_id: 77,
            path: ".github/workflows/release.yml".to_owned(),
            reference: format!("refs/tags/{tag}"),
            commit: commit.to_owned(),
            trigger: "push".to_owned(),
            runner: "github-hosted".to_owned(),
            environment: None,
            signer: None,
            signer_commit: None,
        }
    }

    /// The repository's address.
    pub fn url(&self) -> String {
        format!("https://github.com/{}", self.repository)
    }

    /// The workflow that was started, as claim 18 has it.
    pub fn config(&self) -> String {
        format!("{}/{}@{}", self.url(), self.path, self.reference)
    }

    /// The workflow that signed, as claim 9 and the alternative name have it.
    pub fn signer(&self) -> String {
        self.signer.clone().unwrap_or_else(|| self.config())
    }

    fn run(&self) -> String {
        format!("{}/actions/runs/5/attempts/1", self.url())
    }

    /// The claims of the certificate, by the last part of their identifiers.
    pub fn claims(&self) -> Vec<(u32, String)> {
        let owner = self.repository.split('/').next().unwrap();
        let reference = &self.reference;
        let mut claims = vec![
            (1, GITHUB.to_owned()),
            (2, self.trigger.clone()),
            (3, self.commit.clone()),
            (4, "release".to_owned()),
            (5, self.repository.clone()),
            (6, reference.clone()),
            (8, GITHUB.to_owned()),
            (9, self.signer()),
            (10, self.signer_commit.as_ref().unwrap_or(&self.commit).clone()),
            (11, self.runner.clone()),
            (12, self.url()),
            (13, self.commit.clone()),
            (14, reference.clone()),
            (15, self.repository_id.to_string()),
            (16, format!("https://github.com/{owner}")),
            (17, self.owner_id.to_string()),
            (18, self.config()),
            (19, self.commit.clone()),
            (20, self.trigger.clone()),
            (21, self.run()),
            (22, "public".to_owned()),
        ];
        if let Some(environment) = &self.environment {
            claims.push((23, environment.clone()));
        }
        claims.push((24, format!("repo:{}:ref:{reference}", self.repository)));
        claims
    }

    /// The SLSA predicate that GitHub's own action writes.
    pub fn slsa(&self) -> Value {
        json!({
            "buildDefinition": {
                "buildType": "https://actions.github.io/buildtypes/workflow/v1",
                "externalParameters": {"workflow": {
                    "ref": self.reference, "repository": self.url(), "path": self.path}},
                "internalParameters": {"github": {
                    "event_name": self.trigger,
                    "repository_id": self.repository_id.to_string(),
                    "repository_owner_id": self.owner_id.to_string(),
                    "runner_environment": self.runner}},
                "resolvedDependencies": [{
                    "uri": format!("git+{}@{}", self.url(), self.reference),
                    "digest": {"gitCommit": self.commit}}]},
            "runDetails": {
                "builder": {"id": self.signer()},
                "metadata": {"invocationId": self.run()}}})
    }

    /// What an index says of the publisher.
    pub fn publisher(&self) -> Value {
        let file = self.path.rsplit('/').next().unwrap();
        json!({
            "kind": "GitHub", "repository": self.repository, "workflow": file,
            "environment": self.environment})
    }
}

/// What is signed and how; made by [`Signing::of`] it agrees, with any one field changed it may not.
pub struct Signing<'a> {
    /// The certificate.
    pub leaf: Leaf<'a>,
    /// The key that the certificate is of.
    pub key: Key,
    /// What signs the statement, where it is another key.
    pub forger: Option<&'a Key>,
    /// The name and the SHA-256, in hex, of each subject.
    pub subjects: Vec<(String, String)>,
    /// The type of the statement's predicate.
    pub predicate_type: &'a str,
    /// The statement's predicate.
    pub predicate: Value,
    /// The log.
    pub log: &'a Log,
    /// What signs the log's checkpoint.
    pub checkpoint_key: &'a Key,
    /// When the log took the entry, in seconds since 1970.
    pub time: i64,
}

impl<'a> Signing<'a> {
    /// A run's PEP 740 attestation of a file, made one minute into the certificate's lifetime.
    pub fn of(sigstore: &'a Sigstore, run: &Workflow, time: i64, name: &str, file: &[u8]) -> Self {
        Self {
            leaf: Leaf {
                authority: &sigstore.authority,
                claims: run.claims(),
                names: vec![uri(&run.signer())],
                extensions: Vec::new(),
                not_before: time - 60,
                lifetime: 600,
                code_signing: true,
                ct: Some(&sigstore.ct),
                ct_forger: None,
            },
            key: Key::new(&format!("{name} at {time}")),
            forger: None,
            subjects: vec![(name.to_owned(), hex(&Sha256::digest(file)))],
            predicate_type: PUBLISH_V1,
            predicate: Value::Null,
            log: &sigstore.log,
            checkpoint_key: &sigstore.log.key,
            time,
        }
    }

    /// The same with the SLSA statement of that run.
    pub fn slsa(mut self, run: &Workflow) -> Self {
        self.predicate_type = SLSA_V1;
        self.predicate = run.slsa();
        self
    }

    /// The attestation object (PEP 740, "Attestation objects").
    pub fn attestation(&self) -> Value {
        let subjects: Vec<Value> = self
            .subjects
            .iter()
            .map(|(name, sha256)| json!({"name": name, "digest": {"sha256": sha256}}))
            .collect();
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v1", "subject": subjects,
            "predicateType": self.predicate_type, "predicate": self.predicate})
        .to_string();
        let certificate = self.leaf.der(&self.key);
        let (signature, body) = dsse(
            self.forger.unwrap_or(&self.key),
            &statement,
            &pem("CERTIFICATE", &certificate),
            PAYLOAD_TYPE,
        );
        json!({
            "version": 1,
            "verification_material": {
                "certificate": b64(&certificate),
                "transparency_entries": [self.log.entry("dsse", &body, self.time, self.checkpoint_key)]},
            "envelope": {"statement": b64(&statement), "signature": b64(&signature)}})
    }

    /// The same as a Sigstore bundle (version 0.3).
    pub fn bundle(&self) -> Value {
        let attestation = self.attestation();
        let material = &attestation["verification_material"];
        let envelope = &attestation["envelope"];
        json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "certificate": {"rawBytes": material["certificate"]},
                "tlogEntries": material["transparency_entries"]},
            "dsseEnvelope": {
                "payload": envelope["statement"],
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"sig": envelope["signature"]}]}})
    }

    /// The provenance object with this attestation alone, as that run's publisher.
    pub fn provenance(&self, run: &Workflow) -> Value {
        provenance(run, &[self.attestation()])
    }
}

/// A provenance object (PEP 740, "Provenance objects").
pub fn provenance(run: &Workflow, attestations: &[Value]) -> Value {
    json!({
        "version": 1,
        "attestation_bundles": [{"publisher": run.publisher(), "attestations": attestations}]})
}

/// The signature of a DSSE envelope, and the body of its log entry (Rekor's dsse 0.0.1).
pub fn dsse(key: &Key, payload: &str, verifier: &str, kind: &str) -> (Vec<u8>, Value) {
    let pae = format!("DSSEv1 {} {kind} {} {payload}", kind.len(), payload.len());
    let signature = key.sign(pae.as_bytes());
    let body = json!({
        "apiVersion": "0.0.1", "kind": "dsse",
        "spec": {
            // Over the submitter's own rendering of the envelope, which no one can repeat.
            "envelopeHash": {"algorithm": "sha256", "value": "00".repeat(32)},
            "payloadHash": {"algorithm": "sha256", "value": hex(&Sha256::digest(payload))},
            "signatures": [{"signature": b64(&signature), "verifier": b64(verifier)}]}});
    (signature, body)
}

/// The base64 of what `text` is the base64 of, with the last bit of byte `at` turned over.
pub fn flipped(text: &Value, at: usize) -> Value {
    let mut bytes = unb64(text.as_str().unwrap());
    bytes[at] ^= 1;
    b64(bytes).into()
}
