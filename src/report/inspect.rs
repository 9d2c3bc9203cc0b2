//! What inspected files say of themselves.

use crate::bytes::escape::Escaped;
use crate::check::inspect::{
    Attribution, Claims, Contents, Evidence, Inspected, NamedKey, SshKey, SshSigner,
};
use crate::evidence::openpgp::describe::{
    Certificate, Claim, KeyFile, KeyInfo, PolicyWord, Revocation,
};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// Prints JSON, schema 1: one object with `files` and `signatures`.
///
/// # Errors
///
/// Where `out` cannot be written to.
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
/// Where `out` cannot be written to.
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
    write!(out, "{}: ", Escaped(&file.file))?;
    let (contents, armored) = match &file.contents {
        Contents::Enarmored { inside } => (&**inside, true),
        contents => (contents, false),
    };
    if armored {
        write!(out, "in OpenPGP armor, but not OpenPGP: ")?;
    }
    match contents {
        Contents::OpenpgpKeys(keys) => key_file(keys, out)?,
        Contents::OpenpgpSignatures(claims) => {
            writeln!(out, "OpenPGP signatures; the file that they are over was not looked at")?;
            return print_claims(claims, named, out);
        }
        Contents::OpenpgpMessage(claims) => {
            writeln!(out, "an OpenPGP message with its signatures, which were not checked")?;
            return print_claims(claims, named, out);
        }
        Contents::Ed25519Key { number } => {
            writeln!(out, "a signify or minisign key\n  number {number}")?;
        }
        Contents::Signature(says) => {
            writeln!(out, "{}\n  claims: key {}", says.name, Escaped(&says.claimed_key))?;
            if let Some(namespace) = &says.claimed_namespace {
                writeln!(out, "  claims: namespace {}", Escaped(namespace))?;
            }
        }
        Contents::SshKeys { keys } => {
            match keys.len() {
                1 => writeln!(out, "one SSH public key")?,
                count => writeln!(out, "{count} SSH public keys")?,
            }
            keys.iter().try_for_each(|key| print_ssh_key(key, out))?;
        }
        Contents::SshAllowedSigners { signers } => {
            writeln!(out, "a list of allowed SSH signers")?;
            signers.iter().try_for_each(|signer| print_signer(signer, out))?;
        }
        Contents::SecretKey { what } => {
            writeln!(out, "SECRET: {what}, of which nothing is shown; it does not belong here")?;
        }
        // One layer was taken off above, and there is never another.
        Contents::Enarmored { .. } => writeln!(out, "armor within armor, which is not read here")?,
        Contents::Evidence(evidence) => print_evidence(evidence, out)?,
        Contents::NotRead { looks_like, hint } => {
            let hint = hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
            writeln!(out, "{looks_like}, which is not read here{hint}")?;
        }
        Contents::Unusable { fault } => writeln!(out, "unusable: {}", Escaped(fault))?,
    }
    match named.and_then(|named| named.first()) {
        Some(keys) => named_keys(keys, out),
        None => Ok(()),
    }
}

fn print_ssh_key(key: &SshKey, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "  line {}: {}, {}", key.line, key.fingerprint, Escaped(&key.algorithm))?;
    if let Some(bits) = key.bits {
        write!(out, " {bits}")?;
    }
    if !key.comment.is_empty() {
        write!(out, "; comment: {}", Escaped(&key.comment))?;
    }
    writeln!(out)?;
    if let Some(class) = key.class {
        writeln!(out, "    a signature made now would not count: {class}: {}", Escaped(&key.text))?;
    }
    Ok(())
}

fn print_signer(signer: &SshSigner, out: &mut dyn Write) -> io::Result<()> {
    print_ssh_key(&signer.key, out)?;
    writeln!(out, "    signs as  {}", Escaped(&signer.principals))?;
    if let Some(namespaces) = &signer.namespaces {
        writeln!(out, "    for       {}", Escaped(namespaces))?;
    }
    match (signer.valid_after.as_deref().map(day), signer.valid_before.as_deref().map(day)) {
        (None, None) => Ok(()),
        (Some(after), None) => writeln!(out, "    from      {after} on"),
        (None, Some(before)) => writeln!(out, "    until     {before}"),
        (Some(after), Some(before)) => writeln!(out, "    from      {after} until {before}"),
    }
}

/// Claims by the names of the documents that define them, one a line.
fn print_evidence(evidence: &Evidence, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}; nothing of it was checked", evidence.what)?;
    let line = |out: &mut dyn Write, key: &str, value: &Value| match value {
        Value::Null => Ok(()),
        Value::String(text) => writeln!(out, "  claims: {}: {}", Escaped(key), Escaped(text)),
        other => writeln!(out, "  claims: {}: {}", Escaped(key), Escaped(&other.to_string())),
    };
    for (at, claims) in evidence.claims.iter().enumerate() {
        if evidence.claims.len() > 1 {
            writeln!(out, "  attestation {}", at + 1)?;
        }
        for (key, value) in claims {
            match (key.as_str(), value) {
                ("certificate", Value::Object(certificate)) => {
                    certificate.iter().try_for_each(|(name, value)| line(out, name, value))?;
                }
                ("statement", Value::Object(statement)) => {
                    line(
                        out,
                        "predicateType",
                        statement.get("predicateType").unwrap_or(&Value::Null),
                    )?;
                    print_release(statement, out)?;
                    print_subjects(statement.get("subject").unwrap_or(&Value::Null), out)?;
                }
                ("publisher", value) => line(out, "publisher, by the index alone", value)?,
                ("log_entries", value) => line(out, "log entries", value)?,
                (name, value) => line(out, name, value)?,
            }
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
        writeln!(out, "  claims: release {}: {}", Escaped(name), Escaped(value))?;
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
        writeln!(out, "  claims: about {}", Escaped(&about))?;
    }
    Ok(())
}

fn key_file(file: &KeyFile, out: &mut dyn Write) -> io::Result<()> {
    match file.keys.len() {
        1 => writeln!(out, "one OpenPGP key")?,
        count => writeln!(out, "{count} OpenPGP keys")?,
    }
    if file.unreadable > 0 {
        writeln!(out, "  beside them, {} that cannot be read", file.unreadable)?;
    }
    file.keys.iter().try_for_each(|certificate| print_certificate(certificate, out))
}

fn print_certificate(certificate: &Certificate, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {}", certificate.fingerprint)?;
    for user_id in &certificate.user_ids {
        let revoked = if user_id.revoked { " (revoked)" } else { "" };
        writeln!(out, "    user id   {}{revoked}", Escaped(&user_id.user_id))?;
    }
    if certificate.user_ids.is_empty() {
        writeln!(out, "    user id   none")?;
    }
    if certificate.secret {
        writeln!(out, "    SECRET    the file holds secret key material")?;
    }
    if let Some(revocation) = &certificate.revoked {
        writeln!(out, "    revoked   {}", revoked(revocation))?;
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
    writeln!(out, "              {}, made {created}, {expires}; {purpose}", key.algorithm)?;
    if let Some(revocation) = &key.revoked {
        writeln!(out, "              revoked {}", revoked(revocation))?;
    }
    key.policies.iter().try_for_each(|word| print_policy(word, out))
}

fn print_policy(word: &PolicyWord, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "              {:<6} ", word.policy)?;
    match word.class {
        None => write!(out, "a signature made now would count")?,
        Some(class) => {
            write!(out, "a signature made now would not: {class}: {}", Escaped(&word.text))?;
        }
    }
    if word.class.is_none() && !word.weaknesses.is_empty() {
        write!(out, ", but: {}", Escaped(&word.weaknesses.join("; ")))?;
    }
    writeln!(out)
}

fn revoked(revocation: &Revocation) -> String {
    let when = revocation.when.as_deref().map_or("at an impossible time", day);
    let extent =
        if revocation.hard { "every signature falls" } else { "older signatures still count" };
    let mut text = format!("{when}: {}; {extent}", revocation.reason);
    if !revocation.message.is_empty() {
        text = format!("{text}; in the owner's words: {}", Escaped(&revocation.message));
    }
    text
}

fn print_claims(
    claims: &Claims,
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
        writeln!(out, "  beside them, {} that cannot be read", claims.unreadable)?;
    }
    Ok(())
}

fn print_claim(claim: &Claim, out: &mut dyn Write) -> io::Result<()> {
    let issuer = match claim.issuers.as_slice() {
        [] => "no key".to_owned(),
        issuers => format!("key {}", issuers.join(" = ")),
    };
    writeln!(out, "  claims: made by {issuer}")?;
    let created = claim.created.as_deref().unwrap_or("at no time that it names");
    let expires = claim.expires.as_deref().map_or(String::new(), |t| format!(", expires {t}"));
    writeln!(
        out,
        "  claims: made {created}{expires}, version {}, {} over {}, {}",
        claim.version, claim.hash, claim.over, claim.algorithm
    )
}

fn named_keys(keys: &[NamedKey], out: &mut dyn Write) -> io::Result<()> {
    if keys.is_empty() {
        return writeln!(out, "    which is none of the inspected keys");
    }
    for key in keys {
        write!(out, "    which is {} in {}", key.key, Escaped(&key.file))?;
        if key.key != key.certificate {
            write!(out, ", of {}", key.certificate)?;
        }
        writeln!(out)?;
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
                writeln!(out, "  {fingerprint} {}: {}", advice.class, Escaped(&advice.text))?;
            }
        }
    }
    Ok(())
}

/// The day of an RFC 3339 time.
fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
}
