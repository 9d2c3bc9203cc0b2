//! What kind of document JSON about attestations is.

use serde_json::Value;

/// What a JSON document about attestations is, by its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A Sigstore bundle.
    Bundle,
    /// PEP 740 provenance: a provenance object, or one attestation.
    Provenance,
    /// A DSSE envelope by itself.
    Envelope,
    /// What `cosign sign-blob --bundle` wrote before version 3.
    OldCosign,
    /// An in-toto statement that no one signed.
    Statement,
    /// A trusted root.
    TrustedRoot,
    /// Bundles that the interface only refers to.
    References,
    /// Anything else.
    Other,
}

impl Form {
    /// What `tree` is.
    pub(crate) fn of(tree: &Value) -> Self {
        let has = |key: &str| tree.get(key).is_some();
        let media = tree.get("mediaType").and_then(Value::as_str).unwrap_or_default();
        if media.contains("sigstore.bundle") || has("verificationMaterial") {
            Self::Bundle
        } else if media.contains("sigstore.trustedroot") {
            Self::TrustedRoot
        } else if has("attestation_bundles") || (has("verification_material") && has("envelope")) {
            Self::Provenance
        } else if has("payload") && has("signatures") {
            Self::Envelope
        } else if has("base64Signature") {
            Self::OldCosign
        } else if has("_type") && has("subject") {
            Self::Statement
        } else if has("bundle_url") {
            Self::References
        } else {
            Self::Other
        }
    }

    /// The form as a noun phrase, with what fits it.
    pub(crate) const fn advice(self) -> &'static str {
        match self {
            Self::Bundle => {
                "a Sigstore bundle (give it with --signature, or name it FILE.sigstore.json)"
            }
            Self::Provenance => {
                "PEP 740 provenance (give it with --provenance, or name it FILE.provenance)"
            }
            Self::Envelope => {
                "a DSSE envelope without a bundle, as the SLSA generator writes it: its log entry is \
                 not in it, and slsa-verifier looks that up online"
            }
            Self::OldCosign => {
                "a bundle of an old cosign, with the log's promise and without a proof of inclusion \
                 (a newer cosign makes one that has it: cosign bundle create --artifact FILE \
                 --bundle OLD --out FILE.sigstore.json)"
            }
            Self::Statement => "an unsigned in-toto statement",
            Self::TrustedRoot => "a Sigstore trusted root (give it with --trusted-root)",
            Self::References => {
                "a list of addresses of bundles, not the bundles (gh attestation download fetches \
                 them)"
            }
            Self::Other => "a JSON document of another kind",
        }
    }
}
