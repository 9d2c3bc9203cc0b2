//! Standard build files, by the list of them.

use super::{Context, Standing, name_of, text};
use crate::release::archive::Entry;
use crate::release::known;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;

/// Whose standard build file has these contents, by this name, and since which day.
pub(super) fn known_file(
    context: &Context<'_>,
    entry: &Entry,
    path: &str,
) -> Option<(String, Option<u32>)> {
    let name = name_of(path);
    let told = |version: known::Version<'_>| (version.family().to_owned(), version.day);
    if let Some(version) = context.known.find(name, &entry.sha256?) {
        return Some(told(version));
    }
    if context.known.called(name).is_empty() {
        return None;
    }
    let version = other_shells(entry.contents.as_deref()?)
        .find_map(|contents| context.known.find(name, &Sha256::digest(&contents).into()))?;
    Some(told(version))
}

/// A script with the other spellings of `#! /bin/sh`: distributions write the first line anew.
pub(super) fn other_shells(contents: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    const SHELLS: [&[u8]; 6] = [
        b"#! /bin/sh",
        b"#!/bin/sh",
        b"#!/usr/bin/sh",
        b"#! /usr/bin/sh",
        b"#!/usr/bin/env sh",
        b"#! /usr/bin/env sh",
    ];
    let end = contents.iter().position(|b| *b == b'\n').unwrap_or(contents.len());
    let (first, rest) = contents.split_at_checked(end).unwrap_or((contents, b""));
    let is_shell = SHELLS.contains(&first);
    let others = SHELLS.into_iter().filter(move |shell| is_shell && *shell != first);
    others.map(move |shell| [shell, rest].concat())
}

/// A file that is named like a standard build file and is none of its versions.
pub(super) fn altered(context: &Context<'_>, entry: &Entry, path: &str) -> Option<Standing> {
    let name = name_of(path);
    let versions = context.known.called(name);
    if versions.is_empty() || !known::is_distinctive(name) {
        return None;
    }
    let mut projects: Vec<&str> = versions.iter().map(known::Version::family).collect();
    projects.sort_unstable();
    projects.dedup();
    let contents: BTreeSet<_> = versions.iter().map(|version| version.digest).collect();
    let days = || versions.iter().filter_map(|version| version.day);
    let when = match (days().min(), days().max()) {
        (Some(first), Some(last)) => {
            format!(", {} to {}", known::date(first), known::date(last))
        }
        _ => String::new(),
    };
    let versions = format!(
        "named like {}'s {name} and matches none of its {} known versions{when}",
        projects.join("'s and "),
        contents.len()
    );
    let versions = match text(entry).and_then(own_version) {
        Some(own) => format!("{versions}; it calls itself {own}"),
        None => versions,
    };
    Some(Standing::Altered { versions })
}

/// The version that a standard build file says it is, which is the one to compare it with.
pub(super) fn own_version(text: &str) -> Option<String> {
    const SAID: [&str; 6] = [
        "VERSION=",
        "scriptversion=",
        "timestamp=",
        "[macro_version=",
        "macro_version=",
        "# serial ",
    ];
    let plain = |c: &char| c.is_ascii_alphanumeric() || " .-_+:".contains(*c);
    text.lines().take(400).find_map(|line| {
        let value = SAID.iter().find_map(|said| line.strip_prefix(said))?;
        let value: String =
            value.trim_matches(['"', '\'']).chars().take_while(plain).take(60).collect();
        Some(value.trim().to_owned())
            .filter(|value| value.starts_with(|c: char| c.is_ascii_digit()))
    })
}
