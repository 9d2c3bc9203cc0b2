//! What inspected files say of themselves.

use super::layout::{prefixed, whole};
use crate::check::inspect::{
    Attribution, ClaimedEvidence, Contents, Inspected, NamedKey, SignatureClaims, SshKey, SshSigner,
};
use crate::evidence::openpgp::describe::{
    Certificate, Claim, KeyFile, KeyInfo, PolicyWord, Revocation,
};
use serde_json::{Map, Value, json};
use std::fmt;
use std::io::{self, Write};

/// Prints JSON, schema 1: one object with `files` and `signatures`.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn json(
    files: &[Inspected],
    signatures: &[Attribution],
    out: &mut dyn Write,
) -> io::Result<()> {
    let value = json!({
        "schema": 1,
        "tool": super::json::tool(),
        "files": files,
        "signatures": signatures,
    });
    super::json_writer::print(&value, out)
}

/// Prints text for people.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn text(
    files: &[Inspected],
    signatures: &[Attribution],
    out: &mut dyn Write,
) -> io::Result<()> {
    for file in files {
        contents(file, None, out)?;
        writeln!(out)?;
    }
    for signature in signatures {
        contents(&signature.signature, Some(&signature.named), out)?;
        writeln!(out)?;
    }
    refresh(files, out)
}

fn contents(
    file: &Inspected,
    named: Option<&Vec<Vec<NamedKey>>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (contents, armored) = match &file.contents {
        Contents::Enarmored { inside } => (&**inside, true),
        contents => (contents, false),
    };
    let armor = if armored { "in OpenPGP armor, but not OpenPGP: " } else { "" };
    whole(out, 0, &format!("{}: {armor}{}", file.file, headline(contents)))?;
    match contents {
        Contents::OpenpgpKeys(keys) => key_file(keys, out)?,
        Contents::OpenpgpSignatures(claims) | Contents::OpenpgpMessage(claims) => {
            return print_claims(claims, named, out);
        }
        Contents::Ed25519Key { number } => whole(out, 2, &format!("number {number}"))?,
        Contents::Signature(says) => {
            whole(out, 2, &format!("claims: key {}", says.claimed_key))?;
            if let Some(namespace) = &says.claimed_namespace {
                whole(out, 2, &format!("claims: namespace {namespace}"))?;
            }
        }
        Contents::SshKeys { keys } => keys.iter().try_for_each(|key| print_ssh_key(key, out))?,
        Contents::SshAllowedSigners { signers } => {
            signers.iter().try_for_each(|signer| print_signer(signer, out))?;
        }
        Contents::Evidence(evidence) => print_evidence(evidence, out)?,
        Contents::SecretKey { .. }
        | Contents::Enarmored { .. }
        | Contents::NotRead { .. }
        | Contents::Unusable { .. } => {}
    }
    match named.and_then(|named| named.first()) {
        Some(keys) => named_keys(keys, out),
        None => Ok(()),
    }
}

/// What a file is, in a few words.
fn headline(contents: &Contents) -> String {
    let several = |count: usize, one: &str, many: &str| match count {
        1 => format!("one {one}"),
        count => format!("{count} {many}"),
    };
    match contents {
        Contents::OpenpgpKeys(file) => several(file.keys.len(), "OpenPGP key", "OpenPGP keys"),
        Contents::OpenpgpSignatures(_) => {
            "OpenPGP signatures; the file that they sign was not looked at".to_owned()
        }
        Contents::OpenpgpMessage(_) => {
            "an OpenPGP message with its signatures, which were not checked".to_owned()
        }
        Contents::Ed25519Key { .. } => "a signify or minisign key".to_owned(),
        Contents::Signature(says) => says.name.clone(),
        Contents::SshKeys { keys } => several(keys.len(), "SSH public key", "SSH public keys"),
        Contents::SshAllowedSigners { .. } => "a list of allowed SSH signers".to_owned(),
        Contents::SecretKey { what } => {
            format!("SECRET: {what}, of which nothing is shown; it does not belong here")
        }
        // One layer was taken off, and there is never another.
        Contents::Enarmored { .. } => "not read here: armor within armor".to_owned(),
        Contents::Evidence(evidence) => format!("{}; nothing of it was checked", evidence.what),
        Contents::NotRead { looks_like, hint } => {
            let hint = hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
            format!("not read here: {looks_like}{hint}")
        }
        Contents::Unusable { fault } => format!("unusable: {fault}"),
    }
}

fn print_ssh_key(key: &SshKey, out: &mut dyn Write) -> io::Result<()> {
    let mut text = format!("line {}: {}, {}", key.line, key.fingerprint, key.algorithm);
    if let Some(bits) = key.bits {
        text = format!("{text} {bits}");
    }
    if !key.comment.is_empty() {
        text = format!("{text}; comment: {}", key.comment);
    }
    whole(out, 2, &text)?;
    match key.class {
        Some(class) => {
            let text = format!("a signature made now would not count: {class}: {}", key.text);
            whole(out, 4, &text)
        }
        None => Ok(()),
    }
}

fn print_signer(signer: &SshSigner, out: &mut dyn Write) -> io::Result<()> {
    print_ssh_key(&signer.key, out)?;
    field(out, "signs as", &signer.principals)?;
    if let Some(namespaces) = &signer.namespaces {
        field(out, "for", namespaces)?;
    }
    match (signer.valid_after.as_deref().map(day), signer.valid_before.as_deref().map(day)) {
        (None, None) => Ok(()),
        (Some(after), None) => field(out, "from", &format!("{after} on")),
        (None, Some(before)) => field(out, "until", before),
        (Some(after), Some(before)) => field(out, "from", &format!("{after} until {before}")),
    }
}

/// A name in ten columns, and what it says.
fn field(out: &mut dyn Write, name: &str, text: &str) -> io::Result<()> {
    prefixed(out, [&format!("    {name:<9} "), "        "], text)
}

/// Claims by the names of the documents that define them, one a line.
fn print_evidence(evidence: &ClaimedEvidence, out: &mut dyn Write) -> io::Result<()> {
    let line = |out: &mut dyn Write, key: &str, value: &dyn fmt::Display| {
        whole(out, 2, &format!("claims: {key}: {value}"))
    };
    for (at, claims) in evidence.claims.iter().enumerate() {
        if evidence.claims.len() > 1 {
            writeln!(out, "  attestation {}", at + 1)?;
        }
        let certificate = claims.certificate.iter().flatten();
        certificate.into_iter().try_for_each(|(name, value)| line(out, name, value))?;
        if let Some(number) = &claims.log_entries {
            line(out, "log entries", number)?;
        }
        if let Some(kind) = &claims.media_type {
            line(out, "media_type", kind)?;
        }
        if let Some(publisher) = claims.publisher.as_ref().filter(|value| !value.is_null()) {
            line(out, "publisher, by the index alone", publisher)?;
        }
        match &claims.statement {
            Some(Value::Object(statement)) => {
                match statement.get("predicateType") {
                    None | Some(Value::Null) => {}
                    Some(Value::String(kind)) => line(out, "predicateType", kind)?,
                    Some(other) => line(out, "predicateType", other)?,
                }
                print_release(statement, out)?;
                print_subjects(statement.get("subject").unwrap_or(&Value::Null), out)?;
            }
            None | Some(Value::Null) => {}
            Some(other) => line(out, "statement", other)?,
        }
    }
    Ok(())
}

/// What GitHub says of a release (in-toto's predicate of that name): repository, tag and numbers.
fn print_release(statement: &Map<String, Value>, out: &mut dyn Write) -> io::Result<()> {
    let of_release = statement
        .get("predicateType")
        .and_then(Value::as_str)
        .is_some_and(|kind| kind.starts_with(RELEASE));
    let predicate = statement.get("predicate").and_then(Value::as_object);
    let fields = predicate.filter(|_| of_release).into_iter().flatten();
    for (name, value) in fields.filter_map(|(name, value)| Some((name, value.as_str()?))) {
        whole(out, 2, &format!("claims: release {name}: {value}"))?;
    }
    Ok(())
}

/// The type of the predicate by which GitHub attests releases, without its version.
const RELEASE: &str = "https://in-toto.io/attestation/release/";

/// The files that a statement is about, one a line, each with its digests.
fn print_subjects(subjects: &Value, out: &mut dyn Write) -> io::Result<()> {
    for subject in subjects.as_array().into_iter().flatten() {
        let text = |key: &str| subject.get(key).and_then(Value::as_str);
        let name = text("name").or(text("uri")).unwrap_or("(no name)");
        let digests = subject.get("digest").and_then(Value::as_object).into_iter().flatten();
        let digests: Vec<_> = digests
            .filter_map(|(name, digest)| Some(format!("{name} {}", digest.as_str()?)))
            .collect();
        let about = [vec![name.to_owned()], digests].concat().join(", ");
        whole(out, 2, &format!("claims: about {about}"))?;
    }
    Ok(())
}

fn key_file(file: &KeyFile, out: &mut dyn Write) -> io::Result<()> {
    if file.unreadable > 0 {
        writeln!(out, "  and {} that cannot be read", file.unreadable)?;
    }
    file.keys.iter().try_for_each(|certificate| print_certificate(certificate, out))
}

fn print_certificate(certificate: &Certificate, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {}", certificate.fingerprint)?;
    for user_id in &certificate.user_ids {
        let revoked = if user_id.revoked { " (revoked)" } else { "" };
        field(out, "user id", &format!("{}{revoked}", user_id.user_id))?;
    }
    if certificate.user_ids.is_empty() {
        field(out, "user id", "none")?;
    }
    if certificate.secret {
        field(out, "SECRET", "the file holds secret key material")?;
    }
    if let Some(revocation) = &certificate.revoked {
        field(out, "revoked", &revoked(revocation))?;
    }
    certificate.keys.iter().try_for_each(|key| print_key(key, out))
}

fn print_key(key: &KeyInfo, out: &mut dyn Write) -> io::Result<()> {
    let kind = if key.primary { "primary" } else { "subkey" };
    let purpose = match key.capabilities.as_slice() {
        [] => "no stated purpose".to_owned(),
        words => words.join(", "),
    };
    writeln!(out, "    {kind:<9} {}", key.fingerprint)?;
    let created = key.created.as_deref().map_or("at an impossible time", day);
    let expires = match &key.expires {
        Some(time) => format!("expires {}", day(time)),
        None if key.bound => "never expires".to_owned(),
        None => "bound by nothing that counts".to_owned(),
    };
    let text = format!("{}, made {created}, {expires}; {purpose}", key.algorithm);
    whole(out, 14, &text)?;
    if let Some(revocation) = &key.revoked {
        whole(out, 14, &format!("revoked {}", revoked(revocation)))?;
    }
    key.policies.iter().try_for_each(|word| print_policy(word, out))
}

fn print_policy(word: &PolicyWord, out: &mut dyn Write) -> io::Result<()> {
    let mut text = match word.class {
        None => "a signature made now would count".to_owned(),
        Some(class) => format!("a signature made now would not: {class}: {}", word.text),
    };
    if word.class.is_none() && !word.weaknesses.is_empty() {
        text = format!("{text}, but: {}", word.weaknesses.join("; "));
    }
    let head = format!("{:14}{:<6} ", "", word.policy.name());
    prefixed(out, [&head, &" ".repeat(18)], &text)
}

fn revoked(revocation: &Revocation) -> String {
    let when = revocation.when.as_deref().map_or("at an impossible time", day);
    let extent =
        if revocation.hard { "every signature falls" } else { "older signatures still count" };
    let mut text = format!("{when}: {}; {extent}", revocation.reason);
    if !revocation.message.is_empty() {
        text = format!("{text}; in the owner's words: {}", revocation.message);
    }
    text
}

fn print_claims(
    claims: &SignatureClaims,
    named: Option<&Vec<Vec<NamedKey>>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (index, claim) in claims.claims.iter().enumerate() {
        print_claim(claim, out)?;
        if let Some(keys) = named.and_then(|named| named.get(index)) {
            named_keys(keys, out)?;
        }
    }
    if claims.unreadable > 0 {
        writeln!(out, "  and {} that cannot be read", claims.unreadable)?;
    }
    Ok(())
}

fn print_claim(claim: &Claim, out: &mut dyn Write) -> io::Result<()> {
    let issuer = match claim.issuers.as_slice() {
        [] => "no key".to_owned(),
        issuers => format!("key {}", issuers.join(" = ")),
    };
    whole(out, 2, &format!("claims: made by {issuer}"))?;
    let created = claim.created.as_deref().unwrap_or("at no time that it names");
    let expires = claim.expires.as_deref().map_or(String::new(), |t| format!(", expires {t}"));
    let text = format!(
        "claims: made {created}{expires}, version {}, {} over {}, {}",
        claim.version, claim.hash, claim.over, claim.algorithm
    );
    whole(out, 2, &text)
}

fn named_keys(keys: &[NamedKey], out: &mut dyn Write) -> io::Result<()> {
    if keys.is_empty() {
        return writeln!(out, "    which is not among the inspected keys");
    }
    for key in keys {
        let of = match key.key == key.certificate {
            true => String::new(),
            false => format!(", of {}", key.certificate),
        };
        whole(out, 4, &format!("which is {} in {}{of}", key.key, key.file))?;
    }
    Ok(())
}

/// What there is to do, once more and together.
fn refresh(files: &[Inspected], out: &mut dyn Write) -> io::Result<()> {
    let mut heading = false;
    for file in files {
        let Contents::OpenpgpKeys(keys) = &file.contents else { continue };
        for certificate in &keys.keys {
            for advice in &certificate.refresh {
                if !heading {
                    writeln!(out, "To refresh:")?;
                    heading = true;
                }
                let fingerprint = &certificate.fingerprint;
                let text = format!("{fingerprint} {}: {}", advice.class, advice.text);
                whole(out, 2, &text)?;
            }
        }
    }
    Ok(())
}

/// The day of an RFC 3339 time.
fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
}
