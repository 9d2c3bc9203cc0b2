//! Signatures over tags and commits, judged over the objects that the comparison used.
//!
//! git signs a tag's or commit's object without the signature in it. The object names a commit or a
//! tree, which names everything below it: each of them was hashed again and compared with its name.

use super::commit::Commit;
use crate::answer::facts::{SignedObject, SourceSignature};
use crate::answer::failure::FailureClass;
use crate::evidence::openpgp;
use crate::evidence::scheme::judge_bytes;
use crate::evidence::ssh::AllowedSigners;
use crate::release::git::{Clone, CommitObject, GitError, Pointer};
use std::sync::Arc;
use std::time::SystemTime;

/// What git's SSH signatures are for.
pub(crate) const NAMESPACE: &str = "git";

/// What errors call the bytes that are signed.
const WHAT: &str = "the signed object";

/// Whose signatures over tags and commits count.
#[derive(Debug, Clone)]
pub(crate) struct TagKeys {
    pub(crate) openpgp: Option<Arc<openpgp::Keys>>,
    pub(crate) ssh: Option<AllowedSigners>,
    /// Whether there has to be such a signature.
    pub(crate) required: bool,
    /// The time to judge at.
    pub(crate) now: SystemTime,
}

/// The forms of signatures that git writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Openpgp,
    Ssh,
    X509,
}

impl Form {
    const ALL: [(&'static str, Self); 4] = [
        ("-----BEGIN PGP SIGNATURE-----", Self::Openpgp),
        ("-----BEGIN PGP MESSAGE-----", Self::Openpgp),
        ("-----BEGIN SSH SIGNATURE-----", Self::Ssh),
        ("-----BEGIN SIGNED MESSAGE-----", Self::X509),
    ];

    fn of(line: &[u8]) -> Option<Self> {
        let found = Self::ALL.iter().find(|(begin, _)| line.starts_with(begin.as_bytes()));
        found.map(|(_, form)| *form)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Openpgp => "OpenPGP",
            Self::Ssh => "SSH",
            Self::X509 => "X.509 (gitsign or gpgsm)",
        }
    }
}

/// An object in two: what is signed, and the signature.
#[derive(Debug, PartialEq, Eq)]
struct Parts {
    payload: Vec<u8>,
    signature: Vec<u8>,
    form: Form,
}

/// What a signature over the tag or commit says.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    /// Why it does not count; `None` where it does.
    pub(crate) class: Option<FailureClass>,
    /// What else is against it.
    pub(crate) also: Vec<FailureClass>,
    /// In a phrase, without a full stop.
    pub(crate) text: String,
    /// Who vouches, where it counts.
    pub(crate) vouches: String,
    /// Whether the comparison depends on it.
    pub(crate) decides: bool,
    /// Whether there is a signature of a kind that is read here, and no key was given for it.
    pub(crate) unasked: bool,
    pub(crate) facts: SourceSignature,
}

/// What a signature over the release's tag, or where it has none over its commit, says; `None` where
/// there is none and none was asked for.
pub(super) fn judge(
    clone: &Clone,
    commit: &Commit,
    keys: Option<&TagKeys>,
) -> Result<Option<Signed>, GitError> {
    use FailureClass::{EvidenceUnsupported, SignatureAbsent, SignerUnknown};
    let mut signed = either(clone, commit, keys)?;
    if let Some(signed) = &mut signed {
        // Where no signature was asked for, one by another key, or none, is only said.
        let other = [SignatureAbsent, SignerUnknown, EvidenceUnsupported];
        let required = keys.is_some_and(|keys| keys.required);
        let by_other = signed.class.is_some_and(|class| other.contains(&class));
        // A reference that leads to another tag's object is wrong without any key.
        let mismatch = signed.class == Some(FailureClass::TagMismatch);
        signed.decides = mismatch || keys.is_some() && (required || !by_other);
    }
    Ok(signed
        .filter(|signed| signed.decides || signed.class != Some(FailureClass::SignatureAbsent)))
}

fn either(
    clone: &Clone,
    commit: &Commit,
    keys: Option<&TagKeys>,
) -> Result<Option<Signed>, GitError> {
    let tag = commit.tag.as_ref().map(|(name, pointer)| (name.as_str(), pointer));
    let about = commit.tag_elsewhere.is_none().then_some(&commit.object);
    if let Some(signed) = over_tag(clone, tag, about, keys)? {
        return Ok(Some(signed));
    }
    match of_commit(&commit.object.raw) {
        Ok(Some(parts)) => Ok(Some(signature(SignedObject::Commit, &parts, keys))),
        Ok(None) if keys.is_some() => {
            let text = match commit.tag_name() {
                Some(tag) => format!("neither the tag {tag} nor its commit is signed"),
                None => "the commit is not signed".to_owned(),
            };
            Ok(Some(fails(SignedObject::Tag, FailureClass::SignatureAbsent, text)))
        }
        Ok(None) => Ok(None),
        Err(text) => {
            Ok(Some(fails(SignedObject::Commit, FailureClass::SignatureMalformed, text.to_owned())))
        }
    }
}

/// What the object of a tag says by its signature, or by what it is about, which should be the commit
/// `about`, where that is known; `None` where it has no signature, and neither is wrong.
fn over_tag(
    clone: &Clone,
    tag: Option<(&str, &Pointer)>,
    about: Option<&CommitObject>,
    keys: Option<&TagKeys>,
) -> Result<Option<Signed>, GitError> {
    let Some((name, pointer)) = tag.filter(|(_, pointer)| pointer.kind == "tag") else {
        return Ok(None);
    };
    let tag = clone.tag(&pointer.object)?;
    let parts = of_tag(&tag.raw);
    // A signature over a tag is about that name and that commit, wherever a reference was moved.
    let named = String::from_utf8_lossy(&tag.tag).into_owned();
    let elsewhere = if named != *name {
        Some(format!("the tag {name} leads to the tag object of {named}"))
    } else if tag.kind != "commit" || about.is_some_and(|commit| tag.object != commit.name) {
        Some(format!("the tag object of {name} is about a {}, not about this commit", tag.kind))
    } else {
        None
    };
    Ok(match (parts, elsewhere) {
        (Ok(None), None) => None,
        (Ok(Some(parts)), None) => Some(signature(SignedObject::Tag, &parts, keys)),
        (_, Some(text)) if keys.is_some() => {
            Some(fails(SignedObject::Tag, FailureClass::TagMismatch, text))
        }
        // `v1.0` may be another name for `foo-1.0`, or be about a tag that is about the commit.
        (_, Some(text)) if tag.kind == "commit" && named == *name || !is_alias(name, &named) => {
            Some(fails(SignedObject::Tag, FailureClass::TagMismatch, text))
        }
        (_, Some(text)) => {
            Some(fails(SignedObject::Tag, FailureClass::NotCheckedNoExpectation, text))
        }
        (Err(text), None) => {
            Some(fails(SignedObject::Tag, FailureClass::SignatureMalformed, text.to_owned()))
        }
    })
}

/// Which of several tags on one commit has the signature that says most: the first that `keys` accept;
/// where no keys were given, the first with a signature that they could. `None` where none has.
pub(super) fn best(
    clone: &Clone,
    tags: &[(&str, &Pointer)],
    commit: &CommitObject,
    keys: Option<&TagKeys>,
) -> Result<Option<usize>, GitError> {
    for (at, tag) in tags.iter().enumerate() {
        let signed = over_tag(clone, Some(*tag), Some(commit), keys)?;
        if signed.is_some_and(|signed| signed.class.is_none() || signed.unasked) {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// Whether two names have the same numbers in them.
fn is_alias(name: &str, other: &str) -> bool {
    let numbers = |name: &str| -> Vec<String> {
        let parts = name.split(|c: char| !c.is_ascii_digit());
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    numbers(name) == numbers(other)
}

fn fails(over: SignedObject, class: FailureClass, text: String) -> Signed {
    let facts = SourceSignature { over, class: Some(class), said: text.clone() };
    let (class, vouches) = (Some(class), String::new());
    Signed { class, also: Vec::new(), text, vouches, decides: true, unasked: false, facts }
}

/// Judges a signature by the keys that were given.
fn signature(over: SignedObject, parts: &Parts, keys: Option<&TagKeys>) -> Signed {
    let (form, what) = (parts.form.name(), over.word());
    if parts.form == Form::X509 {
        let verify =
            if over == SignedObject::Tag { "gitsign verify-tag" } else { "gitsign verify" };
        let text = format!(
            "the {what} has an {form} signature, which was found and not read, so it counts for \
             nothing: `{verify}` or `git verify-{what}` in the clone judges it"
        );
        return fails(over, FailureClass::EvidenceUnsupported, text);
    }
    let Some(keys) = keys else {
        let text = format!("the {what} has an {form} signature, and no --tag-key was given for it");
        let signed = fails(over, FailureClass::NotCheckedNoExpectation, text);
        return Signed { unasked: true, ..signed };
    };
    let (signature, payload) = (&parts.signature, &parts.payload);
    let finding = match (parts.form, &keys.openpgp, &keys.ssh) {
        (Form::Openpgp, Some(openpgp), _) => {
            judge_bytes(openpgp.as_ref(), signature, payload, WHAT, keys.now)
        }
        (Form::Ssh, _, Some(allowed)) => judge_bytes(allowed, signature, payload, WHAT, keys.now),
        _ => {
            let text = format!("the {what} has an {form} signature, and no such key was given");
            return fails(over, FailureClass::SignerUnknown, text);
        }
    };
    let text = format!("the {what}'s signature: {}", finding.compared);
    let facts = SourceSignature { over, class: finding.class, said: finding.compared.clone() };
    let (class, also, vouches) = (finding.class, finding.also, finding.vouches);
    Signed { class, also, text, vouches, decides: true, unasked: false, facts }
}

/// A tag's object in two: the signature is what follows its text.
fn of_tag(raw: &[u8]) -> Result<Option<Parts>, &'static str> {
    let body = raw.windows(2).position(|pair| pair == b"\n\n").map_or(raw.len(), |at| at + 2);
    let mut at = body;
    for line in raw.get(body..).unwrap_or_default().split_inclusive(|b| *b == b'\n') {
        if let Some(form) = Form::of(line) {
            let (payload, signature) = raw.split_at(at);
            one_block(signature)?;
            let (payload, signature) = (payload.to_vec(), signature.to_vec());
            return Ok(Some(Parts { payload, signature, form }));
        }
        at += line.len();
    }
    Ok(None)
}

/// A commit's object in two: the signature is a line of its head.
fn of_commit(raw: &[u8]) -> Result<Option<Parts>, &'static str> {
    let (mut payload, mut signature) = (Vec::new(), Vec::new());
    let (mut inside, mut found, mut head) = (false, 0, true);
    for line in raw.split_inclusive(|b| *b == b'\n') {
        if head && line.starts_with(b" ") && inside {
            signature.extend(line.get(1..).unwrap_or_default());
            continue;
        }
        inside = false;
        head = head && line != b"\n";
        let text =
            ["gpgsig ", "gpgsig-sha256 "].iter().find_map(|key| line.strip_prefix(key.as_bytes()));
        match text.filter(|_| head) {
            Some(text) => {
                found += 1;
                inside = true;
                signature.extend(text);
            }
            None => payload.extend(line),
        }
    }
    let Some(form) = Form::of(&signature) else {
        return if found == 0 {
            Ok(None)
        } else {
            Err("the commit's signature is in no known form")
        };
    };
    if found > 1 {
        return Err("the commit has more than one signature");
    }
    one_block(&signature)?;
    Ok(Some(Parts { payload, signature, form }))
}

/// Whether the text is one armored block, and nothing follows it.
fn one_block(signature: &[u8]) -> Result<(), &'static str> {
    let lines = || signature.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end);
    let count = |start: &[u8]| lines().filter(|line| line.starts_with(start)).count();
    let last = lines().rfind(|line| !line.is_empty());
    let ends = last.is_some_and(|line| line.starts_with(b"-----END "));
    match count(b"-----BEGIN ") == 1 && count(b"-----END ") == 1 && ends {
        true => Ok(()),
        false => Err("it has more than one signature, or something follows it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &str = "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n";

    #[test]
    fn tags_in_two() {
        let text = "object 00\ntype commit\ntag v1\ntagger a\n\nhello\n";
        let tag = format!("{text}{BLOCK}");
        let parts = of_tag(tag.as_bytes());
        let (payload, signature) = (text.as_bytes().to_vec(), BLOCK.as_bytes().to_vec());
        assert_eq!(parts, Ok(Some(Parts { payload, signature, form: Form::Openpgp })));
        assert_eq!(of_tag(text.as_bytes()), Ok(None));
        assert!(of_tag(format!("{tag}{BLOCK}").as_bytes()).is_err());
        assert!(of_tag(format!("{tag}more\n").as_bytes()).is_err());
    }

    #[test]
    fn commits_in_two() {
        let head = "tree 00\nauthor a\ncommitter b\n";
        let block = BLOCK.trim_end().replace('\n', "\n ");
        let commit = format!("{head}gpgsig {block}\n\nhello\n gpgsig x\ngpgsig y\n");
        let parts = of_commit(commit.as_bytes());
        let payload = format!("{head}\nhello\n gpgsig x\ngpgsig y\n").into_bytes();
        let signature = BLOCK.as_bytes().to_vec();
        assert_eq!(parts, Ok(Some(Parts { payload, signature, form: Form::Openpgp })));
        assert_eq!(of_commit(format!("{head}\nhello\n").as_bytes()), Ok(None));
        let twice = format!("{head}gpgsig {block}\ngpgsig {block}\n\nhello\n");
        assert!(of_commit(twice.as_bytes()).is_err());
    }
}
