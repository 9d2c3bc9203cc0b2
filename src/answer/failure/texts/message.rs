//! Messages that carry their own text.

use super::{Family, Texts};

pub(in crate::answer::failure) const FAMILY: Family = Family::Signature;

pub(in crate::answer::failure) const MESSAGE_SURROUNDED: Texts = Texts {
    happened: "There is text before or after the signed message that no signature covers.",
    implies: "It was dropped: what was written out is the signed part alone. Anyone who reads the \
        file itself reads both, and may take the unsigned lines for the signer's.",
    benign: "A mailing list added its footer, or a release announcement was saved whole. An \
        editor appended notes. A web page's text was copied along with the message.",
    ask: "Could the file hold the signed message alone, exactly as `gpg --clearsign` wrote it?",
    bogus: "“The signature covers the whole mail”: it covers what lies between its header line \
        and the signature, and nothing else.",
    act: "Use the written text, never the file, for what comes next. Look at the lines outside \
        once: instructions or checksums there come from the server that sent the file.",
};
