//! Lists of checksums that upstream publishes.

use super::{Family, Texts};

pub(in crate::answer::failure) const FAMILY: Family = Family::Signature;

pub(in crate::answer::failure) const CHECKSUM_MISMATCH: Texts = Texts {
    happened: "The list of checksums has another digest for this file.",
    implies: "The file is not the one that the list was made from. With a signed list, the signer \
        never vouched for these bytes; with an unsigned one, someone changed one of the two \
        and not the other.",
    benign: "The download stopped early. The list belongs to another build or version. Upstream \
        replaced the file and left the list as it was. A forge compressed its archive again.",
    ask: "Which of the two is current, the file or the list, and what changed between the file \
        that was listed and this one?",
    bogus: "“Just regenerate the list”: a list made from the file that you doubt agrees with it \
        always.",
    act: "Compare sizes, fetch both files anew from another mirror, and compare the file with \
        the last release with `distvouch diff OLD NEW` before anything is recorded.",
};

pub(in crate::answer::failure) const CHECKSUM_MISSING: Texts = Texts {
    happened: "The list of checksums has no line for this file.",
    implies: "The list says nothing about the bytes, and a list that leaves a file out is no \
        weaker for it in the eyes of a program that only looks at the lines that are there.",
    benign: "SRC_URI renames the file with `->`, and the list has the old name. The list was made \
        before the file was added. `--format` names another kind of list or another hash, \
        so that every line was skipped.",
    ask: "Is there a list that covers this file, under which name, and is that list signed?",
    bogus: "“All the other files matched”: each line speaks for one file.",
    act: "Open the list and look for the name. Give the file the name that the list has, or \
        leave it out on purpose and say in the ebuild why nothing covers it.",
};

pub(in crate::answer::failure) const CHECKSUM_AMBIGUOUS: Texts = Texts {
    happened: "The list of checksums has two digests for this file, and they differ.",
    implies: "Two different files go under one name, and programs disagree: some want every line \
        to match, some are content with one. An attacker who can append a line could use that.",
    benign: "Lists of two builds were concatenated. The list names the file in two directories, \
        and a script cut the directories off. A release was re-rolled and its line appended.",
    ask: "Which line is the release, and what is the other one? Please publish one list a \
        release with each name once.",
    bogus: "“The last line wins”: no program promises that.",
    act: "Find out which file each line means. Cut the list down to the part that is meant only \
        where a signature covers that part as it is.",
};

pub(in crate::answer::failure) const CHECKSUM_WEAK: Texts = Texts {
    happened: "The list of checksums has only MD5, SHA-1 or RIPEMD-160 digests of this file.",
    implies: "They are the digests of these bytes, and of other bytes too if the person who made the \
        release wanted it so. An honest upstream and a damaged download are told apart; an \
        attacker who prepared both files is not.",
    benign: "The list is written by a script of the last century. There is a second list with \
        SHA-256 next to it.",
    ask: "Could you publish `sha256sum` output as well, and sign that?",
    bogus: "“Both MD5 and SHA-1 match”: files that collide in both at once are barely harder to \
        make than for one of the two.",
    act: "Look for another list, or for a signature over the file itself. Where there is none, \
        treat the file as one that no one vouches for.",
};

pub(in crate::answer::failure) const CHECKSUM_MALFORMED: Texts = Texts {
    happened: "A line of the list that names this file cannot be read in one way only.",
    implies: "The line looks like a checksum of the file, yet its digest is of a strange length, or \
        something else is on it. Skipping it could skip the one line that contradicts.",
    benign: "The list has sizes or dates next to the digests. It was cut off, or wrapped by a mail \
        program. It is an HTML page about the release.",
    ask: "Which command wrote the list, and may we have it unaltered?",
    bogus: "“sha256sum only warns about such lines”: by default, and its exit status is still 0.",
    act: "Look at the line that the finding names. Give the `--format` that fits, or fetch the \
        list again in its plain form.",
};
