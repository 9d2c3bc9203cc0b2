//! Signatures: absent, unreadable, over other bytes, by strangers.

use super::{Family, Texts};

pub(in crate::answer::failure) const FAMILY: Family = Family::Signature;

pub(in crate::answer::failure) const SIGNATURE_ABSENT: Texts = Texts {
    happened: "No signature for this distfile was found.",
    implies: "Absence: no key vouches for the bytes, and nothing says that they are wrong. Had the \
        previous release been signed, the class would be `signature-dropped`.",
    benign: "It was not fetched (USE=-verify-sig). The `.asc` or `.sig` is missing from SRC_URI, or \
        is in another USE conditional. Upstream signs a list of checksums, or only the git tag. \
        The signature has a name that is not paired by itself.",
    ask: "Do you sign releases, with which key, and under which file name? If only the tag is \
        signed: who makes the tarball from it, and how?",
    bogus: "“The tag is signed”: a tag vouches for a tree, not for a tarball made from it. “We \
        serve it over HTTPS”: TLS names the server, not the maker.",
    act: "Look into upstream's download directory and fix SRC_URI, or pair by hand with `distvouch \
        check --signature DISTFILE=FILE`. Where upstream never signed, go on with the release \
        diff.",
};

pub(in crate::answer::failure) const SIGNATURE_STRAY: Texts = Texts {
    happened: "A signature was given for a file that is not there.",
    implies: "It was compared with nothing and says nothing about any distfile of the ebuild. As \
        long as it strays, a distfile that ought to be signed may be going without.",
    benign: "SRC_URI renames the tarball with `->` but not its signature, or the other way round. \
        The signature belongs to another version. The tarball is in a USE conditional that the \
        signature does not share.",
    ask: "Which file does this signature cover, byte for byte: the compressed archive, the \
        bare `.tar`, or a list of checksums?",
    bogus: "“It is the signature of the release”: a signature covers bytes, and a release is not \
        one file.",
    act: "Give both files the same base name in SRC_URI, or name the pair with `--signature \
        DISTFILE=FILE`. Do not drop the signature only to silence this.",
};

pub(in crate::answer::failure) const SIGNATURE_MALFORMED: Texts = Texts {
    happened: "The signature file holds no signature of the expected kind.",
    implies: "This is not absence: there is a file where the signature belongs, but it says nothing \
        about the distfile. Nothing follows for or against the bytes.",
    benign: "An HTML error or login page was saved under the name (`head -c 200 FILE`). The \
        `.asc` is a public key or a clearsigned message. The `.sig` is cosign's bare base64, \
        a signify or a minisign signature. A proxy or an editor rewrapped the armor.",
    ask: "Which program made this signature file, and may we have it exactly as that program \
        wrote it?",
    bogus: "“gpg imports it without complaint”: then it is a key, not a signature.",
    act: "`distvouch inspect FILE` says what it is. Fetch it again, then give the option that \
        fits: `--openpgp-key`, `--signify-key`, `--minisign-key`, or `--identity` with \
        `--issuer`.",
};

pub(in crate::answer::failure) const SIGNATURE_REFUSED: Texts = Texts {
    happened: "gemato, signify or minisign refused the signature. The eclass asks them on \
        architectures without distvouch, and does not read their sentences.",
    implies: "The signature does not vouch for these bytes with this key. Which of the two is \
        wrong, this class does not say: other bytes, another key, a revoked or expired one, or \
        no signature at all.",
    benign: "The key package is older than upstream's new key. The tarball was released again \
        under the same name. The file is not a signature but an error page.",
    ask: "Nothing yet: find out first what differs.",
    bogus: "“It is only a minor architecture”: the bytes are the same everywhere, and so is \
        the answer.",
    act: "Read what the program printed above. On another machine, `distvouch check` with the \
        same files and the same key names the class that fits.",
};

pub(in crate::answer::failure) const SIGNATURE_BAD: Texts = Texts {
    happened: "A known key made this signature over different bytes.",
    implies: "The holder of the key never signed this file as it is here. The file or the signature \
        was exchanged, or the two never belonged together; only the file that was signed can tell \
        these apart.",
    benign: "The tarball was re-rolled and not signed anew. The signature covers the uncompressed \
        `.tar` and was compared with the `.tar.gz`. A forge compressed its archive again \
        after it was signed. A text-mode signature met other line endings.",
    ask: "What is the SHA-512 of the file on the signer's own disk? Please sign the published \
        file or make a new release, and say in public which of the two was replaced and why.",
    bogus: "“Take the new tarball, the code is the same”: then a diff shows it. “Our CDN \
        recompresses”: a CDN has no business altering a signed file. “The checksums match”: \
        they were computed from the file in question.",
    act: "Stop, and do not run `ebuild … manifest` on it. Try `distvouch detached --uncompress \
        --openpgp-key KEY SIG FILE`, fetch both files from another mirror, and compare the archive \
        with git (`distvouch source`) and with the last release.",
};

pub(in crate::answer::failure) const STREAM_MALFORMED: Texts = Texts {
    happened: "The signature is over the uncompressed stream, and the distfile is not one whole \
        compressed stream.",
    implies: "What was signed could not be had from this file in one way only: the stream is \
        damaged or cut short, a second one follows it, or other bytes do. Programs differ in what \
        they make of such files, so the bytes that are checked here need not be those that get \
        unpacked.",
    benign: "The download was cut short. The archive was compressed in parallel (pbzip2, plzip, \
        pzstd), which writes many streams one after the other. A build machine padded the file.",
    ask: "Please publish the archive as one compressed stream. With what was it compressed, and \
        why does something follow the end?",
    bogus: "“It unpacks without a message”: most tools drop what they do not know. “tar ignores \
        what follows”: that is the trouble.",
    act: "Compare size and hash with another mirror first. Then ask for a signature over the \
        compressed file itself, which settles every byte, or for one stream.",
};

pub(in crate::answer::failure) const SIGNATURE_EXPIRED: Texts = Texts {
    happened: "The signature has an expiration date, which lay in the past when this was checked.",
    implies: "The signer limited this one statement in time, which is another thing than a key \
        that expires. Past that date no one answers for the file any more, though the bytes \
        may well be those that were signed.",
    benign: "`default-sig-expire` is set in the signer's `gpg.conf`. An old release is packaged \
        late. The clock of this machine runs ahead.",
    ask: "Did you mean release signatures to expire? Please sign the same file again without \
        an expiration date.",
    bogus: "“The key has not expired”: that is another date in another packet. “Set the clock \
        back”: then every other limit is set back too.",
    act: "Look at `date -u` and at both dates in `distvouch inspect SIG`. Use `--time` only \
        for bytes that are known from then, by a Manifest of that day for instance.",
};

pub(in crate::answer::failure) const SIGNER_UNKNOWN: Texts = Texts {
    happened: "The signature was made by a key that is not among the given keys.",
    implies: "The ring says who may sign, and this is someone else. An attacker who replaces a \
        tarball can sign the replacement with a key made a minute before, under any name.",
    benign: "The key package is old: a newer one has the key. A new release manager, or a rotated \
        key. A fresh signing subkey of a known certificate, with a key package that was not \
        refreshed. VERIFY_SIG_OPENPGP_KEY_PATH points at another project's file. \
        `--openpgp-fingerprint` names only some of the signers.",
    ask: "Please let the old key vouch for the new one: a certification of it, or a statement \
        that names the full fingerprint and is signed by both. If the old key is lost: since \
        when, and where was that said before this release?",
    bogus: "“We rotated keys”, without a word from the old key. “The new key is on our website and \
        on the keyservers”: anyone who can upload a tarball can upload a key. “Name and address \
        are right”: user IDs are free text.",
    act: "Compare the issuer with the keys in `distvouch inspect SIG KEYFILE`, and with a refreshed \
        copy of the key file: a new subkey of the old primary key only needs a newer key package. \
        Otherwise stop until the old key, or a channel known before, vouches for the new one.",
};

pub(in crate::answer::failure) const SIGNATURE_WEAK: Texts = Texts {
    happened: "The signature rests on a hash, a packet or a key below the policy.",
    implies: "No forgery was seen; the means would allow one. With MD5 or SHA-1 two files can be \
        made that share one signature, and short RSA or DSA keys can be broken by anyone who can \
        pay for it. If the policy allows it, this is a remark on the agreement.",
    benign: "`digest-algo SHA1` in a very old `gpg.conf`, or a build script of that age. A smart \
        card that holds only short keys. A release made before such limits were usual.",
    ask: "Could you sign with SHA-256 or better, and with an Ed25519 or RSA key of 2048 bits \
        or more that the present key certifies?",
    bogus: "“SHA-1 collisions are academic”: in 2020 one was made for two OpenPGP keys of \
        different owners. “It worked for the last ten years.”",
    act: "`distvouch inspect SIG` names the algorithm. `--openpgp-policy gentoo` takes what \
        gemato takes and says the weakness, `strict` does not. Where older releases were \
        stronger than this one, stop and ask why.",
};

pub(in crate::answer::failure) const COMMENT_OTHER_FILE: Texts = Texts {
    happened: "The signed comment of a minisign signature names another file than the distfile.",
    implies: "The key signed these bytes, and minisign takes the signature. When it signed, the \
        file had another name; minisign writes that name into the comment, which it signs along.",
    benign: "SRC_URI renames the distfile with `->`. Upstream renamed the file after signing it, or \
        signs in a directory where it has another name.",
    ask: "Under which name do you sign this file?",
    bogus: "“minisign prints no error”: it never compares the name.",
    act: "Compare the two names. Where the ebuild renames the file, name the original with \
        `--upstream-name`.",
};

pub(in crate::answer::failure) const COMMENT_OTHER_VERSION: Texts = Texts {
    happened: "The signed comment of a minisign signature names another version of the distfile.",
    implies: "The key signed these bytes, but as another release. Anyone who serves the files can hand \
        out an old release with its old signature under the name of the new one, and only this \
        comment shows it.",
    benign: "Upstream signed before renaming the file for the release, or copies a signing command \
        from one release to the next.",
    ask: "Which version did you sign on that day, and does the signature of the newest release name \
        the newest file?",
    bogus: "“The signature is by the right key”: so is that of every old release.",
    act: "Look into the archive for its version, and compare it with the release before. Do not \
        bump until the two agree.",
};
