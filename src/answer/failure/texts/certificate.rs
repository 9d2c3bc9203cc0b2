//! Certificates, transparency logs and times of Sigstore.

use super::{Family, Texts};

pub(in crate::answer::failure) const FAMILY: Family = Family::Attestation;

pub(in crate::answer::failure) const CERTIFICATE_UNTRUSTED: Texts = Texts {
    happened: "The certificate was not issued under the trusted root.",
    implies: "Its claims could have been written by anybody: who runs an authority of their own \
        can put any repository's name into a certificate. Nothing in the file counts as \
        someone's statement.",
    benign: "The signature comes from a private or staging Sigstore instance, or from GitHub's \
        own one, which it uses for private repositories. Test data was published by mistake.",
    ask: "With which Sigstore instance do you sign releases, and who runs it?",
    bogus: "“Add our authority to your root”: then upstream is its own witness. “The certificate \
        shows our repository's name”: its issuer chose what it shows.",
    act: "Compare the issuer in `distvouch inspect FILE` with the authorities in `distvouch \
        trust`, and refresh the trusted root once. If it stays, stop; give `--trusted-root \
        FILE` only for an instance whose operator you know.",
};

pub(in crate::answer::failure) const CERTIFICATE_MALFORMED: Texts = Texts {
    happened: "The certificate cannot be read in one way only, or does not say who vouched for its \
        owner.",
    implies: "It has an extension twice, an unknown critical one, several subject alternative names \
        or none, a claim that is not a DER string, or no OIDC issuer. Two programs could read two \
        publishers from it. No claim of this certificate was used.",
    benign: "A private Fulcio adds extensions of its own, or an authority that is not Fulcio issued \
        it (GitHub's own is recognized and named). The public Fulcio changed its format after this \
        program was built.",
    ask: "Which authority issued this certificate, and does every release show the same?",
    bogus: "“`openssl x509 -text` prints it”: printing decides nothing between two readings.",
    act: "The finding names what is wrong; `distvouch inspect FILE` lists the extensions of such a \
        certificate by number, with their values. Update distvouch; if the public Fulcio issued such a certificate, report it to Sigstore with its log index.",
};

pub(in crate::answer::failure) const LOG_ENTRY: Texts = Texts {
    happened: "A proof of the transparency log does not hold.",
    implies: "The log is the witness that this signature was made in public. An inclusion proof, \
        checkpoint or entry that does not fit was altered, belongs to another signature, or \
        was made up.",
    benign: "None is known for a file that was fetched whole. A tool that converts between bundle \
        formats may have dropped or rewritten fields.",
    ask: "What is the log index, and may we have the bundle as the signing tool wrote it?",
    bogus: "“The log's search page shows the entry”: then a proof for it can be had, and this is \
        not it. “Rekor was down”: then there is no entry, rather than a wrong one. “Use \
        `--insecure-ignore-tlog`.”",
    act: "Fetch the file again from the index itself. If it stays, stop, keep the file, and \
        report it to Sigstore and to the index.",
};

pub(in crate::answer::failure) const SCT: Texts = Texts {
    happened: "The certificate's signed timestamp from the certificate transparency log does not \
        hold.",
    implies: "Fulcio's certificates carry a CT log's promise to have published them. Without it, a \
        certificate issued to the wrong party could be used without the owner of the \
        repository ever finding it in the log.",
    benign: "A private instance that runs no CT log. The certificate was re-encoded on the way; a \
        CT log that is merely too new is `root-too-old` instead.",
    ask: "Did the signing tool talk to the public Fulcio, and can the release be signed once \
        more?",
    bogus: "“Rekor has the entry”: Rekor logs signatures, the CT log certificates. “That is a \
        matter for browsers.”",
    act: "Stop. Compare the log id in `distvouch inspect FILE` with the CT logs in `distvouch \
        trust`; for a certificate of the public Fulcio, tell Sigstore.",
};

pub(in crate::answer::failure) const TIME_OUTSIDE_CERTIFICATE: Texts = Texts {
    happened: "The signature was made outside the lifetime of its certificate.",
    implies: "Fulcio's certificates live ten minutes, and the key ought to be thrown away with \
        them. A signature witnessed before or after means that someone kept the key, or \
        that certificate and log entry do not belong together.",
    benign: "A slow or repeated job step signed late with a certificate that it had fetched \
        early. The clock of a private instance is wrong.",
    ask: "Does the job use one certificate for many files, and how long after its issue was \
        this one signed?",
    bogus: "“It has expired by now anyway”: it is judged at the witnessed time, never at \
        today's. “It was late by a few minutes only”: by then the key should be gone.",
    act: "Read the certificate's dates and the log's time in `distvouch inspect FILE`. Stop; a \
        post-release that is signed in time settles it.",
};

pub(in crate::answer::failure) const TIME_UNKNOWN: Texts = Texts {
    happened: "Nothing that the trusted root vouches for says when this was signed.",
    implies: "A ten-minute certificate can only be judged at a witnessed time. Without one it is \
        unusable: neither shown to be within its lifetime nor outside.",
    benign: "A Rekor v2 entry carries no time of its own and relies on an RFC 3161 timestamp, for \
        which PEP 740 provenance of version 1 has no field. The bundle was made without a \
        timestamp authority, or stamped by a private one that no public root lists.",
    ask: "Could you publish a Sigstore bundle that carries an RFC 3161 timestamp with the file, \
        until the index can?",
    bogus: "“The index shows the upload date”: the index is not the witness. “The certificate \
        says when”: it says when it was issued, not when it was used.",
    act: "If there is a time stamp, `distvouch trust` shows which authorities the root lists and \
        when they began; one that is missing may be in a newer root (`--trusted-root FILE`, from \
        another source than the release). Without a stamp no root mends it: go on as without \
        provenance, or check a bundle that upstream publishes: `distvouch check --identity ID \
        --issuer URL`.",
};

pub(in crate::answer::failure) const ROOT_TOO_OLD: Texts = Texts {
    happened: "Signed under a log or authority that the trusted root does not know.",
    implies: "Not checked, and no sign of a forgery: Sigstore adds logs and rotates keys, and an \
        older root cannot judge what is newer. It is no point in favor either, since a log \
        that an attacker made up looks the same until the root is refreshed.",
    benign: "`sec-keys/sigstore-trusted-root`, or the root built into distvouch, is older than \
        the release. Upstream signs with a staging instance. A root of your own was made without \
        its certificate logs (`ctlogs`).",
    ask: "Nothing at first. If the newest root does not know the log either: which Sigstore \
        instance signed this?",
    bogus: "“Take the log's key from the bundle”: the maker of the bundle chose that key.",
    act: "`distvouch trust` shows which root is used, its logs and their dates. Update that \
        package or give a newer one with `--trusted-root FILE`, from a source other than the \
        release.",
};
