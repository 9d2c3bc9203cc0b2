//! What two certificates say differently of who published.

use super::Change;
use crate::answer::failure::FailureClass;
use crate::answer::finding::Check;
use crate::evidence::expectation::PINS;
use crate::evidence::pep740::{Claim, Claims, Publisher};

/// What `now` says differently from `before`.
///
/// Numeric ids decide over names: the same number under another name was renamed, or transferred
/// where the owner's number differs; another number under the same name is another repository.
/// The ref has to be of the same kind, a tag or that branch; a release never has the ref of the one
/// before.
pub(crate) fn publisher_changes(before: &Claims, now: &Claims) -> Vec<Change> {
    let mut found = Found(Vec::new());
    if before.issuer() != now.issuer() {
        let before = before.issuer().unwrap_or("none");
        found.push(FailureClass::PublisherChanged, "issuer", before, now.issuer());
        return found.0;
    }
    identity(before, now, &mut found);
    workflow(before, now, &mut found);
    signer(before, now, &mut found);
    let trigger = (Claim::BuildTrigger, FailureClass::TriggerMismatch, "trigger");
    // Numbers belong to the names that `identity` compares.
    let pins = PINS.iter().filter(|pin| !pin.is_number());
    let exact = pins.filter_map(|pin| pin.exact().map(|(claim, class)| (claim, class, pin.what)));
    for (claim, class, what) in std::iter::once(trigger).chain(exact) {
        // Some are absent from older certificates; one that was there must stay.
        if let Some(was) = before.get(claim)
            && now.get(claim) != Some(was)
        {
            found.push(class, what, was, now.get(claim));
        }
    }
    reference(before, now, &mut found);
    found.0
}

struct Found(Vec<Change>);

impl Found {
    fn push(&mut self, class: FailureClass, what: &'static str, before: &str, now: Option<&str>) {
        self.0.push(Change {
            // Anyone who compares Sigstore bundles says so.
            evidence: Check::Provenance,
            class,
            what,
            before: before.to_owned(),
            now: now.map(str::to_owned),
            usual: false,
        });
    }
}

/// The repository, with the numbers behind its name; or the account or project.
fn identity(before: &Claims, now: &Claims, found: &mut Found) {
    let (was, is) = (Publisher::of(before), Publisher::of(now));
    let names = match (&was, &is) {
        (Publisher::GitHub { repository: a, .. }, Publisher::GitHub { repository: b, .. })
        | (Publisher::GitLab { repository: a, .. }, Publisher::GitLab { repository: b, .. }) => {
            Some((a, b))
        }
        _ => None,
    };
    let (was_name, is_name) = (was.to_string(), is.to_string());
    let Some((a, b)) = names else {
        // A CircleCI pipeline is told by its UUIDs alone, whatever repository it names.
        if was_name != is_name {
            found.push(FailureClass::PublisherChanged, "publisher", &was_name, Some(&is_name));
        }
        return;
    };
    let same_name = a.eq_ignore_ascii_case(b);
    let owner = |path: &str| path.rsplit_once('/').map(|(o, _)| o.to_ascii_lowercase());
    let same_owner_name = owner(a) == owner(b);
    let ids = |claim| before.get(claim).zip(now.get(claim));
    let repository = ids(Claim::SourceRepositoryIdentifier);
    let owners = ids(Claim::SourceRepositoryOwnerIdentifier);
    let same_owner = owners.map_or(same_owner_name, |(a, b)| a == b);
    match repository {
        Some((a, b)) if a != b && same_name => found.push(
            FailureClass::RepositoryReregistered,
            "repository's number",
            &format!("{a} ({was_name})"),
            Some(&format!("{b} ({is_name})")),
        ),
        Some((a, b)) if a != b => {
            found.push(FailureClass::PublisherChanged, "repository", &was_name, Some(&is_name));
        }
        Some(_) if !same_owner => {
            let owner = |id: Option<&str>, name: &str| match id {
                Some(id) => format!("{id} ({name})"),
                None => name.to_owned(),
            };
            let claim = Claim::SourceRepositoryOwnerIdentifier;
            found.push(
                FailureClass::RepositoryTransferred,
                "repository's owner",
                &owner(before.get(claim), &was_name),
                Some(&owner(now.get(claim), &is_name)),
            );
        }
        Some(_) if !same_name => {
            found.push(FailureClass::RepositoryRenamed, "repository", &was_name, Some(&is_name));
        }
        Some(_) => {}
        None if !same_name => {
            found.push(FailureClass::PublisherChanged, "repository", &was_name, Some(&is_name));
        }
        None if !same_owner => {
            let (a, b) = owners.unwrap_or_default();
            found.push(FailureClass::RepositoryTransferred, "owner's number", a, Some(b));
        }
        None => {}
    }
    // A number that is gone can be compared no more.
    for (claim, what) in [
        (Claim::SourceRepositoryIdentifier, "repository's number"),
        (Claim::SourceRepositoryOwnerIdentifier, "owner's number"),
    ] {
        if let Some(was) = before.get(claim)
            && now.get(claim).is_none()
        {
            found.push(FailureClass::PublisherChanged, what, was, None);
        }
    }
}

fn workflow(before: &Claims, now: &Claims, found: &mut Found) {
    let path = |claims: &Claims| match Publisher::of(claims) {
        Publisher::GitHub { workflow, .. } | Publisher::GitLab { workflow, .. } => workflow,
        Publisher::CircleCi { definition, .. } => Some(definition),
        Publisher::ActiveState { .. } | Publisher::Google { .. } | Publisher::Other { .. } => None,
    };
    let (was, is) = (path(before), path(now));
    if let Some(was) = was
        && is.as_ref() != Some(&was)
    {
        found.push(FailureClass::PublisherChanged, "workflow", &was, is.as_deref());
    }
}

/// The workflow that signed, where it is not the one that was started.
fn signer(before: &Claims, now: &Claims, found: &mut Found) {
    let is_forge = |claims| {
        matches!(Publisher::of(claims), Publisher::GitHub { .. } | Publisher::GitLab { .. })
    };
    let Some((was, is)) = (is_forge(before) && is_forge(now))
        .then(|| (signing(before), signing(now)))
        .and_then(|(was, is)| was.zip(Some(is)))
    else {
        return;
    };
    let Some(is) = is else {
        return found.push(FailureClass::PublisherChanged, "signing workflow", was.path, None);
    };
    if was.own == is.own && was.path == is.path {
        if !is.own {
            moved_tag(before, now, found);
        }
        return;
    }
    let class = if is.own { FailureClass::PublisherChanged } else { FailureClass::SignerExternal };
    found.push(class, "signing workflow", was.path, Some(is.path));
}

/// A reusable workflow of another repository that is at the same tag and another commit. Its
/// owners move the tag of a major version with each release of theirs; so does anyone who takes that
/// repository over.
fn moved_tag(before: &Claims, now: &Claims, found: &mut Found) {
    let both = |claim| before.get(claim).zip(now.get(claim));
    let Some((was_uri, is_uri)) = both(Claim::BuildSignerUri) else { return };
    let Some((was, is)) = both(Claim::BuildSignerDigest) else { return };
    if was_uri == is_uri && is_uri.contains("@refs/tags/") && was != is {
        found.push(
            FailureClass::SignerExternal,
            "commit behind the signing workflow's tag",
            &format!("{was} ({was_uri})"),
            Some(is),
        );
        if let Some(change) = found.0.last_mut() {
            change.usual = true;
        }
    }
}

struct Signing<'a> {
    /// Below the repository for its own, else the whole URI; without the ref.
    path: &'a str,
    own: bool,
}

fn signing(claims: &Claims) -> Option<Signing<'_>> {
    let uri = claims.get(Claim::BuildSignerUri)?;
    let path = match uri.rfind("@refs/").or_else(|| uri.rfind('@')) {
        Some(at) => uri.get(..at).unwrap_or(uri),
        None => uri,
    };
    let repository = claims.get(Claim::SourceRepositoryUri).unwrap_or_default();
    let head = path.get(..repository.len()).unwrap_or_default();
    let rest = path.get(repository.len()..).unwrap_or_default();
    let own =
        !repository.is_empty() && head.eq_ignore_ascii_case(repository) && rest.starts_with('/');
    Some(Signing { path: if own { rest.trim_start_matches('/') } else { path }, own })
}

/// A release from a tag stays one from a tag; one from a branch stays on that branch, or moves to
/// tags.
fn reference(before: &Claims, now: &Claims, found: &mut Found) {
    let claim = Claim::SourceRepositoryRef;
    let Some(was) = before.get(claim) else { return };
    // GitHub's `release` event can come without the claim.
    let Some(is) = now.get(claim) else { return };
    let tag = |reference: &str| reference.starts_with("refs/tags/");
    if !tag(is) && (tag(was) || was != is) {
        found.push(FailureClass::RefMismatch, "ref", was, Some(is));
    }
}
