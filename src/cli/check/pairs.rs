//! Which evidence is for which distfile, as the command line says or their names do.

use super::Check;
use crate::bytes::suffix;
use crate::check::inputs::Previous;
use crate::check::pairing::{self, Names, Role};
use crate::cli::error::UsageError;
use crate::evidence::manifest::is_distfile_name;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

impl Check {
    pub(super) fn upstream_names(
        &self,
        distfiles: &[String],
    ) -> Result<BTreeMap<String, String>, UsageError> {
        let distfiles = known_names(distfiles);
        let mut names = BTreeMap::new();
        for value in &self.upstream_name {
            let (distfile, name) = split_pair("--upstream-name", value, &distfiles)?;
            if !is_distfile_name(name) {
                return Err(UsageError::NotAName(name.to_owned()));
            }
            names.insert(distfile.to_owned(), name.to_owned());
        }
        Ok(names)
    }

    /// The evidence of the previous release, by distfile of this one.
    pub(super) fn previous(
        &self,
        distfiles: &[String],
    ) -> Result<BTreeMap<String, Previous>, UsageError> {
        let mut previous: BTreeMap<String, Previous> = BTreeMap::new();
        let options = [
            ("--previous", &self.previous, false),
            ("--previous-signature", &self.previous_signature, true),
        ];
        for (option, values, signature) in options {
            for value in values {
                let (name, path) = self.pair_with_one(option, value, distfiles)?;
                let entry = previous.entry(name).or_default();
                match signature {
                    true => entry.signatures.push((path, None)),
                    false => entry.provenance.push(path),
                }
            }
        }
        Ok(previous)
    }

    /// `DISTFILE=FILE`, or just the file where only one distfile is no evidence about another.
    pub(super) fn pair_with_one(
        &self,
        option: &'static str,
        value: &str,
        distfiles: &[String],
    ) -> Result<(String, PathBuf), UsageError> {
        // A file of that name is meant as it is, whatever is in it.
        let (name, file) = match split_pair(option, value, &known_names(distfiles)) {
            Ok((name, file)) => (name.to_owned(), file),
            Err(_) => {
                let known = Names::of(distfiles.iter().map(String::as_str));
                let distdir = self.distdir.path();
                let content = |name: &&String| known.role(&distdir, name) == Role::Content;
                let mut contents = distfiles.iter().filter(content);
                match (contents.next(), contents.next()) {
                    (Some(only), None) => (only.clone(), value),
                    _ => return Err(UsageError::WhichDistfile { option }),
                }
            }
        };
        let beside = self.distdir.path().join(file);
        let plain = file.contains('/') || beside.symlink_metadata().is_err();
        Ok((name, if plain { PathBuf::from(file) } else { beside }))
    }

    /// The `DISTFILE=FILE` pairs of an option.
    pub(super) fn pairs(
        &self,
        option: &'static str,
        values: &[String],
        distfiles: &[String],
    ) -> Result<BTreeMap<String, Vec<PathBuf>>, UsageError> {
        let distfiles = known_names(distfiles);
        let mut pairs: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
        for value in values {
            let (name, file) = split_pair(option, value, &distfiles)?;
            let path = if file.contains('/') {
                PathBuf::from(file)
            } else {
                self.distdir.path().join(file)
            };
            if path == self.distdir.path().join(name) {
                return Err(UsageError::PairedWithItself { option, distfile: name.to_owned() });
            }
            pairs.entry(name.to_owned()).or_default().push(path);
        }
        Ok(pairs)
    }
}

/// Whether the signature file is named after the stream that `distfile` compresses.
pub(super) fn names_stream(signature: &Path, distfile: &str) -> bool {
    let name = signature.file_name().unwrap_or_default().to_string_lossy();
    suffix::without_compression(distfile)
        .is_some_and(|stream| pairing::signature_of(&name) == Some(stream))
}

/// The names of distfiles, to look for some of them.
pub(crate) fn known_names(distfiles: &[String]) -> BTreeSet<&str> {
    distfiles.iter().map(String::as_str).collect()
}

/// Splits `DISTFILE=VALUE`. A distfile's name may itself hold a `=`: the longest name that is
/// checked counts.
pub(crate) fn split_pair<'a>(
    option: &'static str,
    value: &'a str,
    distfiles: &BTreeSet<&str>,
) -> Result<(&'a str, &'a str), UsageError> {
    let splits: Vec<_> = value
        .match_indices('=')
        .filter_map(|(at, _)| Some((value.get(..at)?, value.get(at + 1..)?)))
        .collect();
    let known = |(name, rest): &&(&str, &str)| !rest.is_empty() && distfiles.contains(name);
    match (splits.iter().rev().find(known), splits.first()) {
        (Some(pair), _) => Ok(*pair),
        (None, Some((name, rest))) if !name.is_empty() && !rest.is_empty() => {
            Err(UsageError::NotChecked { option, distfile: (*name).to_owned() })
        }
        _ => Err(UsageError::NotAPair { option, value: value.to_owned() }),
    }
}
