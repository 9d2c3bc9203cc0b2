//! Provenance: absent, empty, unreadable, about something else.

use super::{Family, Texts};

pub(in crate::answer::failure) const FAMILY: Family = Family::Attestation;

pub(in crate::answer::failure) const PROVENANCE_ABSENT: Texts = Texts {
    happened: "No provenance for this distfile was found.",
    implies: "Absence: no information, neither for nor against. No attested release of the project \
        was given to compare with; had there been one, this would be `provenance-dropped`.",
    benign: "It was not fetched (USE=-verify-provenance). The project uploads with an API token or \
        by hand. The index accepts no attestations from its CI, or the upload action runs with \
        `attestations: false`. The file is older than PEP 740. SRC_URI takes it from a forge, \
        where the index's attestations do not apply.",
    ask: "Will releases be published with attestations, and if so from which repository, \
        workflow and tag pattern?",
    bogus: "“The index scans uploads”: for known malware, not for who uploaded. “The badge says \
        provenance”: attestations belong to single files, and this one has none.",
    act: "Ask the index once (`https://pypi.org/integrity/PROJECT/VERSION/FILE/provenance`). \
        If there is none, carry on with `distvouch diff OLD NEW` and `distvouch source`; \
        nothing is wrong with a project that never attested.",
};

pub(in crate::answer::failure) const PROVENANCE_DROPPED: Texts = Texts {
    happened: "The previous release was attested; this one is not.",
    implies: "This file took another way to the index than the last one did: a token, a browser \
        session, or a changed workflow. A stolen upload token looks exactly so, as with \
        Ultralytics 8.3.45 in December 2024.",
    benign: "CI broke on release day and a maintainer uploaded by hand. The project moved to a \
        forge for which the index takes no attestations. Someone set `attestations: false` \
        or replaced the upload action.",
    ask: "Which credential uploaded this file: the registered publisher, an API token (whose, \
        made when), or a login? Can the same tag be released again through the workflow, as \
        a post-release?",
    bogus: "“CI was broken, so I uploaded it by hand”: this explains the way, not the bytes. “The \
        badge says provenance”: for an earlier file. “Attestations are optional”: for projects \
        that never had them.",
    act: "Stop until upstream answers on a channel that an upload token does not open, such as the \
        forge. Then read `distvouch diff OLD NEW` and compare the archive with the tag (`distvouch \
        source`). If it stays so, remove the pins from the ebuild and say why in the commit.",
};

pub(in crate::answer::failure) const PROVENANCE_EMPTY: Texts = Texts {
    happened: "The provenance holds no attestation at all.",
    implies: "Every statement is true of an empty list, so a checker that asks whether all \
        attestations hold takes this file for any bytes and any publisher. It is unusable and \
        never counts as absent: someone or something made that file.",
    benign: "A mirror or private index answers with a skeleton for files that were not attested. \
        A fetch script wrote the file after a failed request.",
    ask: "Did the upload step attach attestations to this file? Its log names each of them.",
    bogus: "“The endpoint answers with status 200”: a status line vouches for nothing.",
    act: "Fetch it from the index itself. If it is still empty, report it to the index, and go \
        on as under `provenance-dropped` where earlier releases had attestations.",
};

pub(in crate::answer::failure) const PROVENANCE_MALFORMED: Texts = Texts {
    happened: "The provenance or bundle is not what its format says.",
    implies: "Two programs could read two things from it (a key that occurs twice, trailing data, a \
        wrong type, an unknown version), so none of it is used. This shows no forgery, and it is \
        not absence either.",
    benign: "A proxy's or login portal's HTML page was saved as the file. The download was cut \
        short. A Sigstore bundle was named `.provenance`. The format is newer than this \
        program.",
    ask: "Which tool wrote this file, in which version, and is this what it wrote?",
    bogus: "“Python's json module reads it”: that keeps the last of two equal keys and says \
        nothing. “Only whitespace was added at the end”: then the original still exists.",
    act: "Look at `head -c 300 FILE` and fetch it again without the proxy. Report what the \
        finding names to the index that serves it; never mend the file by hand.",
};

pub(in crate::answer::failure) const SUBJECT_DIGEST: Texts = Texts {
    happened: "The attestation is about different bytes than this distfile.",
    implies: "The attestation is for a file with another SHA-256; no one attested this one. If the \
        pair is the right one, the file was exchanged after the build.",
    benign: "The wheel's provenance was paired with the sdist, or that of another version. \
        SRC_URI takes the forge's archive while the attestation covers the index's. A mirror \
        repacked the file.",
    ask: "Which SHA-256 does the log of the build job show for this file?",
    bogus: "“Same contents, only recompressed”: the original must exist; ask for it. “We built \
        twice from the same commit”: then one of the two builds was attested, and this is \
        the other.",
    act: "Compare `sha256sum DISTFILE` with `distvouch inspect FILE.provenance`. Mend the pair \
        with `--provenance DISTFILE=FILE`; if the pair is right, stop and keep both files.",
};

pub(in crate::answer::failure) const SUBJECT_NAME: Texts = Texts {
    happened: "The attestation names another file than this distfile.",
    implies: "The digest binds the bytes, the name says as which release they were published. A \
        file attested as one project or version and served as another is a mix-up, or an old \
        release served as a new one.",
    benign: "SRC_URI renames the file with `->`. A wheel was renamed to `.whl.zip`. The project \
        name is spelled differently beyond what PEP 625 and PEP 427 fold.",
    ask: "Under which file name was this artifact published, and under any other as well?",
    bogus: "“Only the file name differs”: in a publish/v1 attestation project and version are \
        signed nowhere else.",
    act: "Give the name before the rename: `distvouch check --upstream-name DISTFILE=NAME`. If \
        the attested name belongs to another project or version, stop.",
};

pub(in crate::answer::failure) const STATEMENT_DISAGREES: Texts = Texts {
    happened: "The SLSA predicate and the certificate differ, or the statement reports a failure.",
    implies: "A verification summary or a test result can say that these bytes failed: then who \
        signed it does not vouch for them. The job writes the predicate; Fulcio writes the certificate from the forge's token. \
        Where they differ, the job said something about itself that the forge does not \
        confirm.",
    benign: "An old or home-made generator fills in the default branch. The job checks out \
        another commit than the one that started it. A reusable workflow records its own \
        repository.",
    ask: "Which step writes the predicate, and from which variables? Which commit did the job \
        check out?",
    bogus: "“The predicate is right, the certificate is out of date”: it was issued within ten \
        minutes of the signature. “It is only metadata”: it is all that this attestation \
        states.",
    act: "Believe the certificate. Compare the predicate's `resolvedDependencies` with \
        extension 13, and let `distvouch source DISTFILE --git CLONE --commit SHA` show for \
        both commits which tree the archive matches.",
};
