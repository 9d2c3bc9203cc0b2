//! Counts, owners, names and places as a sentence has them.

use super::{Commit, Comparison, Standing};
use crate::bytes::escape;
use crate::release::archive::show;

/// Names that a finding's sentence lists.
pub(super) const NAMED: usize = 5;

/// The counts of what is explained.
pub(super) fn agreement(comparison: &Comparison, at: &str) -> String {
    let below = match comparison.directory.as_slice() {
        [] => String::new(),
        directory => format!(" below {}", show(directory)),
    };
    let packed = comparison.count(|s| matches!(s, Standing::Packed { .. }));
    let in_git = comparison.same + packed;
    let are = |count: usize| if count == 1 { "is" } else { "are" };
    let mut parts = vec![format!("{} {} git's{below} at {at}", files(in_git), are(in_git))];
    let mut projects: Vec<&str> = Vec::new();
    let mut known = 0;
    for difference in &comparison.differences {
        if let Standing::Known { project, .. } = &difference.standing {
            known += 1;
            if !projects.contains(&project.as_str()) {
                projects.push(project);
            }
        }
    }
    projects.sort_unstable();
    if known > 0 {
        parts.push(format!("{} {} {}", thousands(known), are(known), owners(&projects)));
    }
    let derived = comparison.count(|s| matches!(s, Standing::Derived { .. }));
    let not_used = comparison.count(|s| matches!(s, Standing::NotUsed { .. }));
    let inert = comparison.count(|s| matches!(s, Standing::Inert { .. }));
    let partly = comparison.count(|s| matches!(s, Standing::Derived { rest: Some(_), .. }));
    let derived_from = match partly {
        0 => "derived from them".to_owned(),
        partly => {
            format!("derived from them ({} of these only partly compared)", thousands(partly))
        }
    };
    for (count, what) in
        [(derived, derived_from.as_str()), (not_used, "made anew by eautoreconf"), (inert, "inert")]
    {
        if count > 0 {
            parts.push(format!("{} {what}", thousands(count)));
        }
    }
    parts.join(", ")
}

/// `gnulib's, autoconf's and libtool's`.
fn owners(projects: &[&str]) -> String {
    let owners: Vec<String> = projects.iter().map(|project| format!("{project}'s")).collect();
    match owners.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

pub(super) fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{} files", thousands(count)) }
}

/// `1,204`.
fn thousands(count: usize) -> String {
    escape::thousands(count as u64)
}

/// The branches and tags in words.
pub(super) fn places(commit: &Commit) -> String {
    let word = |name: &String| {
        let kinds = [("refs/heads/", "branch"), ("refs/remotes/", "branch"), ("refs/tags/", "tag")];
        let short = |(prefix, kind): (&str, &str)| {
            name.strip_prefix(prefix).map(|short| format!("{kind} {short}"))
        };
        kinds.into_iter().find_map(short).unwrap_or_else(|| name.clone())
    };
    let words: Vec<_> = commit.references.iter().map(word).collect();
    let listed = names(words.iter().map(String::as_bytes));
    match words.iter().any(|word| word.starts_with("branch")) {
        true => listed,
        false => format!("{listed}, and on no branch"),
    }
}

/// The first few names, and how many more there are.
pub(super) fn names<'a>(names: impl Iterator<Item = &'a [u8]>) -> String {
    let names: Vec<_> = names.collect();
    let shown: Vec<_> = names.iter().take(NAMED).map(|name| show(name)).collect();
    match names.len().checked_sub(NAMED) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        assert_eq!(thousands(1_204), "1,204");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_000_000), "1,000,000");
        assert_eq!(
            owners(&["automake", "gnulib", "libtool"]),
            "automake's, gnulib's and libtool's"
        );
    }
}
