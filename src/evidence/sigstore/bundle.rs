//! Sigstore bundles, and who must have signed them.

use super::backend;
use super::container::documents;
use super::fault::{AttestationFault, Reason};
use super::form::Form;
use crate::answer::facts::ClaimedFacts;
use serde_json::Value;

/// The largest file whose bytes are kept for a signature that cannot be checked by a digest, in
/// bytes.
pub(crate) const BLOB_LIMIT: u64 = crate::bytes::pass::BLOB_LIMIT as u64;

/// A Sigstore bundle (protobuf-specs `sigstore_bundle.proto`, versions 0.1 to 0.3), of which
/// nothing has been checked.
#[derive(Debug, Clone)]
pub(crate) struct UnverifiedBundle {
    pub(super) backend: backend::Bundle,
}

/// The bundles of a file: at least one, and for each why it is none where it is none.
///
/// # Errors
///
/// If nothing can be read of the file.
pub(crate) fn bundles(
    bytes: &[u8],
) -> Result<Vec<Result<UnverifiedBundle, AttestationFault>>, AttestationFault> {
    Ok(documents(bytes)?.into_iter().map(UnverifiedBundle::of).collect())
}

/// Those of a file's `bundles` that may be about `artifact`, which is `name` upstream, by their own word: of several,
/// others are about other files. A single one is meant for this file, and what cannot be read may be. One about other
/// bytes of this name stays, so that it contradicts here as it does in a file of its own. What is about the file is
/// authenticated afterwards.
pub(crate) fn about<'b>(
    bundles: &'b [Result<UnverifiedBundle, AttestationFault>],
    name: &'b str,
    artifact: &'b ArtifactDigests<'_>,
) -> impl Iterator<Item = &'b Result<UnverifiedBundle, AttestationFault>> {
    bundles.iter().filter(move |bundle| match bundle {
        Ok(bundle) => bundles.len() == 1 || bundle.is_about(name, artifact),
        Err(_) => true,
    })
}

impl UnverifiedBundle {
    /// Reads a bundle.
    ///
    /// # Errors
    ///
    /// If it is not strict JSON, or not a bundle, or one of a kind that this program does not
    /// read.
    #[cfg(test)]
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, AttestationFault> {
        let mut documents = documents(bytes)?;
        match (documents.pop(), documents.len()) {
            (Some(tree), 0) => Self::of(tree),
            _ => Err(Reason::NoDocument.into()),
        }
    }

    /// The bundle that a document holds.
    ///
    /// # Errors
    ///
    /// If it is none, or one of a kind that this program does not read.
    pub(crate) fn of(tree: Value) -> Result<Self, AttestationFault> {
        match Form::of(&tree) {
            Form::Bundle => Ok(Self { backend: backend::Bundle::new(tree)? }),
            form => Err(Reason::Form(form).into()),
        }
    }

    /// Whether a key signed it rather than a certificate.
    pub(crate) fn is_keyed(&self) -> bool {
        self.backend.is_keyed()
    }

    /// Whether it *claims* to be about `artifact`, or about a file called `name`, or cannot be told from one that
    /// is.
    fn is_about(&self, name: &str, artifact: &ArtifactDigests<'_>) -> bool {
        self.backend.is_about(name, artifact)
    }

    /// What of the file, beside its SHA-256, has to be at hand to check this bundle; without a
    /// policy, by its certificate.
    pub(crate) fn needs(&self, policy: Option<&BundlePolicy>) -> Needs {
        self.backend.needs(policy)
    }

    /// What the bundle *claims*, for `distvouch inspect`. None of it has been checked.
    pub(crate) fn describe(&self) -> ClaimedFacts {
        self.backend.describe()
    }
}

/// What of a file a bundle's signature covers, next to the SHA-256 that every check uses.
///
/// A signature over a SHA-384 or SHA-512 is in the log by that digest while the `sigstore` crate
/// wants the SHA-256 next to it, and takes one digest only: these need the bytes, as Ed25519 does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// The SHA-512: an in-toto statement that names no SHA-256.
    pub sha512: bool,
    /// The bytes, up to [`BLOB_LIMIT`].
    pub(crate) blob: bool,
}

/// What is known of the file that a bundle is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ArtifactDigests<'a> {
    /// The SHA-256, unless the file is not at hand and the statement names it by another digest.
    pub(crate) sha256: Option<[u8; 32]>,
    /// The SHA-384, if it was computed: a statement that names it must agree.
    pub sha384: Option<[u8; 48]>,
    /// The SHA-512, if it was computed.
    pub sha512: Option<[u8; 64]>,
    /// The bytes, if [`Needs::blob`] asked for them and the file is within [`BLOB_LIMIT`].
    pub(crate) blob: Option<&'a [u8]>,
}

impl ArtifactDigests<'_> {
    /// The digest by in-toto's name of its algorithm, if it was computed.
    pub(crate) fn named(&self, name: &str) -> Option<&[u8]> {
        match name {
            "sha256" => self.sha256.as_ref().map(<[u8; 32]>::as_slice),
            "sha384" => self.sha384.as_ref().map(<[u8; 48]>::as_slice),
            "sha512" => self.sha512.as_ref().map(<[u8; 64]>::as_slice),
            _ => None,
        }
    }
}

/// Who must have signed a bundle. There is no "anyone".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BundlePolicy {
    /// A certificate with exactly this identity from exactly this issuer.
    Identity {
        /// The subject alternative name.
        identity: String,
        /// The OIDC issuer; `None` is a certificate that names none, of GitHub's own authority.
        issuer: Option<String>,
    },
    /// This key.
    ManagedKey(ManagedKey),
}

/// A public key that signs bundles without a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ManagedKey(pub(super) backend::Key);

/// Why a file holds no usable key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ManagedKeyError {
    /// No public key.
    #[error(
        "this is not a PEM or DER public key of a kind that this program reads (ECDSA P-256 or P-384, \
         Ed25519, RSA)"
    )]
    NoKey,
    /// A key of another kind.
    #[cfg_attr(not(feature = "sigstore"), allow(dead_code))]
    #[error(
        "this is {0}, which distvouch does not compute: only ECDSA P-256 or P-384, Ed25519, and RSA \
         of 2048 to 8192 bits"
    )]
    Unsupported(&'static str),
}

impl ManagedKey {
    /// Reads a public key: SubjectPublicKeyInfo (RFC 5280) in DER, or in PEM as
    /// `-----BEGIN PUBLIC KEY-----`.
    ///
    /// # Errors
    ///
    /// If it is something else, or of an algorithm that this program does not have.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ManagedKeyError> {
        backend::Key::new(bytes).map(Self)
    }
}
