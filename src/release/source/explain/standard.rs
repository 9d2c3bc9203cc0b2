//! Standard build files, by the list of them.

use super::{Context, Standing, name_of, text};
use crate::release::archive::Entry;
use crate::release::known;
use sha2::{Digest as _, Sha256};

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
    let versions = context.known.none_of(name).filter(|_| known::is_distinctive(name))?.to_string();
    let versions = match text(entry).and_then(own_version) {
        Some(own) => format!("{versions}; it calls itself {own}"),
        None => versions,
    };
    Some(Standing::Altered { versions })
}

/// The version that a standard build file says it is, which is the one to compare it with.
pub(super) fn own_version(text: &str) -> Option<String> {
    const SAID: [&str; 5] =
        ["VERSION=", "scriptversion=", "timestamp=", "[macro_version=", "macro_version="];
    let plain = |c: &char| c.is_ascii_alphanumeric() || " .-_+:".contains(*c);
    text.lines().take(400).find_map(|line| {
        // Behind the number a macro's name may stand.
        if let Some(serial) = line.strip_prefix("# serial ") {
            let number: String = serial.chars().take_while(char::is_ascii_digit).take(20).collect();
            return Some(number).filter(|n| !n.is_empty()).map(|n| format!("serial {n}"));
        }
        let value = SAID.iter().find_map(|said| line.strip_prefix(said))?;
        let value: String =
            value.trim_matches(['"', '\'']).chars().take_while(plain).take(60).collect();
        Some(value.trim().to_owned())
            .filter(|value| value.starts_with(|c: char| c.is_ascii_digit()))
    })
}
