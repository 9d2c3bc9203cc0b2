//! A clone's branches and tags.

use super::{Clone, GitError, is_hex};

/// What a reference points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pointer {
    /// The object's whole name.
    pub(crate) object: String,
    /// Its kind: `commit` or `tag`, rarely `tree` or `blob`.
    pub(crate) kind: String,
}

/// A reference and what it points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    /// Its full name.
    pub(crate) name: String,
    pub(crate) to: Pointer,
}

impl Clone {
    /// All tags, in one run of git.
    ///
    /// # Errors
    ///
    /// If git refuses.
    pub(crate) fn tags(&self) -> Result<Vec<Reference>, GitError> {
        let format = "--format=%(objectname) %(objecttype) %(refname)";
        let output = self.answer("for-each-ref", &["for-each-ref", format, "refs/tags"])?;
        let text = String::from_utf8_lossy(&output);
        Ok(text.lines().filter_map(reference).collect())
    }

    /// The names of the branches and tags from which `commit` can be reached.
    ///
    /// # Errors
    ///
    /// If git refuses.
    pub(crate) fn containing(&self, commit: &str) -> Result<Vec<String>, GitError> {
        let contains = format!("--contains={commit}");
        let below = ["refs/heads", "refs/tags", "refs/remotes"];
        let arguments =
            [&["for-each-ref", "--format=%(refname)", &contains][..], &below[..]].concat();
        let output = self.answer("for-each-ref", &arguments)?;
        Ok(String::from_utf8_lossy(&output).lines().map(str::to_owned).collect())
    }
}

fn reference(line: &str) -> Option<Reference> {
    let (object, rest) = line.split_once(' ')?;
    let (kind, name) = rest.split_once(' ')?;
    let to = Pointer { object: object.to_owned(), kind: kind.to_owned() };
    is_hex(object).then(|| Reference { name: name.to_owned(), to })
}
