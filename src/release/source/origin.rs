//! Where a clone says that it was cloned from.

/// The schemes of hosts that git fetches from by itself.
const SCHEMES: [&str; 7] = ["https", "http", "ssh", "git", "git+ssh", "ftp", "ftps"];

/// A remote's address without what could be a secret; `None` for a directory of this machine.
pub(super) fn public(url: &str) -> Option<String> {
    let url = url.trim();
    if let Some((scheme, rest)) = url.split_once("://") {
        // Of other schemes, `helper::` among them, nothing is known.
        if !SCHEMES.contains(&scheme) {
            return None;
        }
        let (host, path) = rest.split_once('/')?;
        let host = host.rsplit('@').next().unwrap_or(host);
        return Some(format!("{scheme}://{host}/{path}"));
    }
    // `git@host:path`, as scp writes it; `ext::…` and its kin name a program, and no host.
    let (host, path) = url.split_once(':')?;
    let plain =
        !host.is_empty() && !host.contains('/') && !path.is_empty() && !path.starts_with(':');
    plain.then(|| format!("ssh://{}/{path}", host.rsplit('@').next().unwrap_or(host)))
}

/// Whether two addresses name different repositories of one host.
pub(super) fn differ(origin: &str, repository: &str) -> bool {
    match (normal(origin), normal(repository)) {
        (Some((a, x)), Some((b, y))) => a == b && x != y,
        _ => false,
    }
}

/// Host and path.
fn normal(url: &str) -> Option<(String, String)> {
    let (host, path) = url.split_once("://")?.1.split_once('/')?;
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let host = host.split(':').next().unwrap_or(host);
    Some((host.to_ascii_lowercase(), path.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (url, expected) in [
            ("https://user:token@github.com/o/r.git", Some("https://github.com/o/r.git")),
            ("git@github.com:o/r.git", Some("ssh://github.com/o/r.git")),
            ("file:///home/me/r", None),
            ("ext::sh -c touch% /tmp/x", None),
            ("ext::ssh://github.com/o/r", None),
            ("fd::7", None),
            ("/home/me/r", None),
            ("../r", None),
            ("", None),
        ] {
            assert_eq!(public(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn the_same_repository() {
        let attested = "https://github.com/O/r";
        for same in ["https://github.com/o/r.git", "ssh://github.com/o/r", "https://gitlab.com/a/b"]
        {
            assert!(!differ(same, attested), "{same}");
        }
        assert!(differ("https://github.com/o/fork.git", attested));
        assert!(!differ("https://github.com/o/r", "release@example.org"));
    }
}
