//! OpenPGP keys: expired, revoked, not fit to sign.

use super::{Family, Texts};

pub(in crate::answer::failure) const FAMILY: Family = Family::Signature;

pub(in crate::answer::failure) const KEY_EXPIRED_NOW: Texts = Texts {
    happened: "The key has expired since; it was live when it signed.",
    implies: "The signature agrees; this is a remark on it. The date of a signature is the signer's \
        own word: an attacker who gets hold of an expired key can sign today and write an earlier date.",
    benign: "The key was extended, but the key package was not refreshed. The maintainer forgot \
        to extend it. The release is simply older than the expiry.",
    ask: "Have you extended this key, and where is the current copy published?",
    bogus: "“Expiry is a formality”: it is the one limit on a key that works when its holder no \
        longer does.",
    act: "Fetch the certificate anew by its full fingerprint (WKD, a keyserver, upstream's \
        site), compare `gpg --show-keys` before and after, and bump the key package. For a \
        new release, a key that was not extended is worth a question.",
};

pub(in crate::answer::failure) const KEY_EXPIRED: Texts = Texts {
    happened: "The key had already expired when it signed.",
    implies: "By the copy at hand its holder had stopped using it. GnuPG itself refuses to sign \
        with an expired key, so normally an extension exists that this copy lacks; if none \
        exists, someone went out of their way to sign.",
    benign: "The key was extended in time and the key package still has the old self-signature: \
        the usual cause. The signer's clock ran ahead. A tool signed that does not look at \
        expiry.",
    ask: "When did you extend the key, and where is the extended certificate published?",
    bogus: "“Judge it by last year's clock”: the expiry lies before the signature, whatever \
        today is. “Delete the expiration from your copy”: that deletes the holder's own \
        statement.",
    act: "Fetch the certificate by its fingerprint and look whether a newer self-signature of \
        the primary key extends it (`gpg --list-packets KEYFILE`). If so, refresh the key \
        package; if not, treat it as `signer-unknown`.",
};

pub(in crate::answer::failure) const KEY_NOT_YET: Texts = Texts {
    happened: "The signature, or the key that made it, is dated in the future.",
    implies: "A clock is wrong or a date was made up: either lies after the time of judging, or \
        the key is younger than its own signature. No key can have signed before it existed.",
    benign: "This machine's clock is behind, as on a board without a battery. The signer's clock \
        was ahead. `--time` names a moment before the release.",
    ask: "On which day was this release signed, and was the clock of the signing machine \
        right?",
    bogus: "“That is a time zone issue”: OpenPGP counts seconds from 1970 in UTC and knows no \
        zones.",
    act: "Run `date -u`, drop `--time`, and read the dates in `distvouch inspect SIG` and `gpg \
        --show-keys KEYFILE`. If this machine's clock is right and the dates are still ahead \
        by more than a day, stop and ask.",
};

pub(in crate::answer::failure) const KEY_REVOKED: Texts = Texts {
    happened: "The key that made the signature has been revoked.",
    implies: "A hard revocation (key compromised, or no reason given) withdraws every signature, \
        also old ones, since a thief chooses their dates. A soft one (superseded, retired) \
        withdraws those dated after it.",
    benign: "The maintainer moved to a new key and once more signed with the old one. The key was \
        revoked without choosing a reason, which counts as hard. A revocation made in \
        advance was published by mistake.",
    ask: "Why was the key revoked, and from which day on is nothing from it yours? Which key \
        signs now, and does anything made before the revocation vouch for it?",
    bogus: "“Only housekeeping”: then the revocation says superseded or retired. “The signature \
        is older than the revocation”: after a theft its date is the thief's to choose.",
    act: "Read the reason (`distvouch inspect KEYFILE`, or `gpg --list-packets KEYFILE`). \
        Hard: stop, and look again at the releases since the theft may have happened. Soft: \
        ask for a signature by the successor.",
};

pub(in crate::answer::failure) const KEY_UNUSABLE: Texts = Texts {
    happened: "The key may not make this signature, or nothing that counts binds it to its \
        certificate.",
    implies: "The arithmetic may hold, yet the certificate does not say that this key signs for \
        its owner. Anyone can append a subkey to someone's public key; only the binding \
        and back signatures show that it belongs there.",
    benign: "A minimal export without the self-signatures, as in some distributions' key rings. A \
        keyserver that serves certificates without user IDs. Bindings made with SHA-1 or \
        MD5. A key that is flagged for certifying or encrypting only. A signing subkey \
        without its back signature.",
    ask: "Please publish the whole certificate (`gpg --export --armor FINGERPRINT`), with \
        self-signatures renewed by a current GnuPG.",
    bogus: "“gpg lists the key”: listing asks for no purpose. “Ignore the key flags”: then a \
        stolen decryption key signs releases.",
    act: "`gpg --show-keys --with-subkey-fingerprint KEYFILE` shows which keys carry `[S]`. \
        Refresh the key package from the fullest source, with the primary fingerprint \
        unchanged, and check again.",
};
