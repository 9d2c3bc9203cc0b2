//! Expectations from the command line.

use super::PublisherExpectation;
use crate::evidence::pep740::GITLAB_ISSUER;

/// Why a text names no publisher.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} names no publisher: {cause}")]
pub(crate) struct ExpectationError {
    /// The text.
    pub(crate) text: String,
    /// Why.
    pub(crate) cause: ExpectationCause,
}

/// Why a text names no publisher.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ExpectationCause {
    /// A URL must start with `https://`. Nothing is ever fetched from it, but a certificate names
    /// repositories so, and to guess would make an expectation out of a slip.
    #[error("it does not start with https://")]
    NotHttps,
    /// A user name before the host.
    #[error("it has a user name before the host")]
    UserInfo,
    /// A port.
    #[error("it has a port")]
    Port,
    /// A query.
    #[error("it has a query")]
    Query,
    /// A fragment.
    #[error("it has a fragment")]
    Fragment,
    /// An empty part between two slashes.
    #[error("its path has an empty part")]
    EmptyPart,
    /// A part that is `.` or `..`.
    #[error("its path has a part that is not a name")]
    DotPart,
    /// A character that no name on that forge has.
    #[error("its path has the character {0:?}")]
    Character(char),
    /// Not as many parts as that forge's repositories have.
    #[error("its path is not {expected}")]
    PartCount {
        /// How many there must be.
        expected: &'static str,
    },
    /// A host whose publishers this program does not know.
    #[error(
        "publishers on {0:?} are not known, only those on github.com, on gitlab.com and, by --publisher gitlab:URL, on other GitLab instances"
    )]
    UnknownHost(String),
    /// A kind of publisher that this program does not know.
    #[error(
        "the kind {0:?} is not one of github, gitlab, gcp, circleci, activestate, github-login"
    )]
    UnknownKind(String),
    /// No `KIND:` at all.
    #[error("it has no KIND: before the value")]
    NoKind,
    /// Not an address.
    #[error("it is not an address")]
    NotAnAddress,
    /// Not a UUID.
    #[error("it is not a UUID in hex with hyphens")]
    NotAUuid,
}

/// Which repositories a forge has.
#[derive(Clone, Copy, PartialEq)]
enum Forge {
    GitHub,
    GitLab,
}

impl PublisherExpectation {
    /// The publisher that a URL or KIND:VALUE means, as ebuilds and policies have either.
    ///
    /// # Errors
    ///
    /// See [`ExpectationCause`].
    pub(crate) fn from_text(text: &str) -> Result<Self, ExpectationError> {
        match text.starts_with("https://") {
            true => Self::from_repository(text),
            false => Self::from_publisher(text),
        }
    }

    /// The publisher that `--repository URL` means: any workflow of that repository.
    ///
    /// The letter case of host, owner and name, a final `/` and a final `.git` make no
    /// difference. Whatever else could make one reader see another repository than the next (a
    /// user name, a port, a query, a fragment, an empty part, `..`) is refused rather than read
    /// over, and so are a bare `owner/name` and `http:`.
    ///
    /// # Errors
    ///
    /// See [`ExpectationCause`].
    pub(crate) fn from_repository(url: &str) -> Result<Self, ExpectationError> {
        let error = |cause| ExpectationError { text: url.to_owned(), cause };
        let (host, path) = split(url).map_err(error)?;
        match host.as_str() {
            "github.com" => github(path).map_err(error),
            "gitlab.com" => gitlab(GITLAB_ISSUER.to_owned(), path).map_err(error),
            _ => Err(error(ExpectationCause::UnknownHost(host))),
        }
    }

    /// The publisher that `--publisher KIND:VALUE` means:
    ///
    /// | kind | value |
    /// |---|---|
    /// | `github` | `owner/name`, or its URL |
    /// | `gitlab` | `group/…/name` on gitlab.com, or the URL of a project on any instance |
    /// | `gcp`, `google` | the address of a Google Cloud service account |
    /// | `circleci` | the UUID of the project |
    /// | `github-login` | the address of a person who signs with their GitHub account |
    /// | `activestate` | `organization/project` |
    ///
    ///
    /// # Errors
    ///
    /// See [`ExpectationCause`].
    pub(crate) fn from_publisher(text: &str) -> Result<Self, ExpectationError> {
        let error = |cause| ExpectationError { text: text.to_owned(), cause };
        let (kind, value) = text.split_once(':').ok_or_else(|| error(ExpectationCause::NoKind))?;
        let url = value.contains("://");
        match kind {
            "github" if url => Self::from_repository(value).and_then(|found| match found {
                Self::GitHub { .. } => Ok(found),
                _ => Err(error(ExpectationCause::UnknownHost("gitlab.com".to_owned()))),
            }),
            "github" => github(value).map_err(error),
            "gitlab" if url => {
                let (host, path) = split(value).map_err(error)?;
                if host == "github.com" {
                    return Err(error(ExpectationCause::UnknownHost(host)));
                }
                gitlab(format!("https://{host}"), path).map_err(error)
            }
            "gitlab" => gitlab(GITLAB_ISSUER.to_owned(), value).map_err(error),
            "gcp" | "google" => Ok(Self::Google { email: address(value).map_err(error)? }),
            "circleci" => Ok(Self::CircleCi { project: uuid(value).map_err(error)? }),
            "activestate" => activestate(value).map_err(error),
            "github-login" => Ok(Self::GitHubLogin { email: address(value).map_err(error)? }),
            _ => Err(error(ExpectationCause::UnknownKind(kind.to_owned()))),
        }
    }
}

/// The host in lower case, and the path without its first slash.
fn split(url: &str) -> Result<(String, &str), ExpectationCause> {
    use ExpectationCause as C;
    let scheme = url.get(..8).filter(|s| s.eq_ignore_ascii_case("https://"));
    let rest = scheme.and_then(|s| url.get(s.len()..)).ok_or(C::NotHttps)?;
    for (mark, cause) in [('#', C::Fragment), ('?', C::Query), ('@', C::UserInfo)] {
        if rest.contains(mark) {
            return Err(cause);
        }
    }
    let (host, path) = rest.split_once('/').ok_or(C::PartCount { expected: "owner/name" })?;
    if host.contains(':') {
        return Err(C::Port);
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    if let Some(c) = host.chars().find(|c| !plain(*c)) {
        return Err(C::Character(c));
    }
    Ok((host.to_ascii_lowercase(), path))
}

fn github(path: &str) -> Result<PublisherExpectation, ExpectationCause> {
    Ok(PublisherExpectation::GitHub { repository: repository(path, Forge::GitHub)? })
}

fn gitlab(issuer: String, path: &str) -> Result<PublisherExpectation, ExpectationCause> {
    Ok(PublisherExpectation::GitLab { issuer, repository: repository(path, Forge::GitLab)? })
}

fn repository(path: &str, forge: Forge) -> Result<String, ExpectationCause> {
    use ExpectationCause as C;
    let path = path.strip_suffix('/').unwrap_or(path);
    let path = path.strip_suffix(".git").unwrap_or(path);
    let parts: Vec<&str> = path.split('/').collect();
    for part in &parts {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        match *part {
            "" => return Err(C::EmptyPart),
            "." | ".." => return Err(C::DotPart),
            _ => {}
        }
        if let Some(c) = part.chars().find(|c| !plain(*c)) {
            return Err(C::Character(c));
        }
    }
    match (forge, parts.len()) {
        (Forge::GitHub, 2) | (Forge::GitLab, 2..) => Ok(path.to_owned()),
        (Forge::GitHub, _) => Err(C::PartCount { expected: "owner/name" }),
        (Forge::GitLab, _) => Err(C::PartCount { expected: "group/name, or deeper" }),
    }
}

fn activestate(text: &str) -> Result<PublisherExpectation, ExpectationCause> {
    let path = repository(text, Forge::GitHub)?;
    match path.split_once('/') {
        Some((organization, project)) => Ok(PublisherExpectation::ActiveState {
            organization: organization.to_owned(),
            project: project.to_owned(),
        }),
        None => Err(ExpectationCause::PartCount { expected: "organization/project" }),
    }
}

fn address(text: &str) -> Result<String, ExpectationCause> {
    let plain = text.chars().all(|c| c.is_ascii_graphic());
    match text.split_once('@') {
        Some((local, host))
            if plain && !local.is_empty() && !host.is_empty() && !host.contains('@') =>
        {
            Ok(text.to_owned())
        }
        _ => Err(ExpectationCause::NotAnAddress),
    }
}

fn uuid(text: &str) -> Result<String, ExpectationCause> {
    let sizes: Vec<usize> = text.split('-').map(str::len).collect();
    let hex = text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit());
    if hex && sizes == [8, 4, 4, 4, 12] {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(ExpectationCause::NotAUuid)
    }
}
