//! Translations: `.po` and `.pot` by their grammar, `.mo` by the `.po` that it was made from.
//!
//! `make dist` and the Translation Project write them anew, with other dates and line numbers. What
//! a translation can do is to print: its directives for printf have to be those of the original.

mod directives;
mod mo;
mod po;

use super::Checked;
use crate::release::archive::Entry;
use crate::release::source::context::Context;
use po::parse;
use regex::bytes::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Messages of one catalogue.
const MESSAGES: usize = 200_000;

/// Translations by context and original, each with its plural forms.
type Messages = BTreeMap<Vec<u8>, Vec<Vec<u8>>>;

/// What a `.po` says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Catalogue {
    messages: Messages,
    /// Keys of those whose translation could do more than print what the original does.
    wrong: BTreeSet<Vec<u8>>,
}

/// The beginning of an original.
fn excerpt(key: &[u8]) -> String {
    let text = String::from_utf8_lossy(key);
    crate::bytes::escape::escaped(&text.chars().take(60).collect::<String>())
}

pub(super) fn check(
    context: &Context<'_>,
    entry: &Entry,
    path: &str,
    original: Option<&[u8]>,
) -> Option<Checked> {
    let (stem, extension) = path.rsplit_once('.')?;
    match extension {
        "po" | "pot" => {
            let new = entry.contents.as_deref().and_then(|text| parse(text));
            let Some(new) = new else {
                return Some(Checked::differs("it is not a catalogue in gettext's form"));
            };
            let old = original.and_then(parse);
            // What git has already is no difference, right or wrong.
            let in_git = |key: &[u8]| {
                old.as_ref().is_some_and(|old| old.messages.get(key) == new.messages.get(key))
            };
            if let Some(key) = new.wrong.iter().find(|key| !in_git(key)) {
                return Some(Checked::differs(format!(
                    "printf directives of a translation are not those of the original: {}",
                    excerpt(key)
                )));
            }
            let (new, old) = (new.messages, old.map(|old| old.messages));
            let same = old.as_ref().is_some_and(|old| {
                new.iter().all(|(key, value)| {
                    let there = old.get(key);
                    there == Some(value) || key.is_empty() && same_head(value, there)
                })
            });
            Some(match (extension, same) {
                (_, true) => Checked::same("git's translations, with other dates and places"),
                ("pot", _)
                    if new
                        .iter()
                        .all(|(key, value)| key.is_empty() || value.iter().all(Vec::is_empty)) =>
                {
                    Checked::same("a template of translations: nothing is translated in it")
                }
                _ => Checked::partly(
                    "translations that only print: directives as in the originals",
                    vec!["translations that git does not have".to_owned()],
                ),
            })
        }
        "mo" | "gmo" => {
            let compiled = entry.contents.as_deref().and_then(|bytes| mo::read(bytes));
            let Some(compiled) = compiled else {
                return Some(Checked::differs("it is not a compiled catalogue of gettext's"));
            };
            let po = format!("{stem}.po");
            let member = context.members.get(po.as_bytes());
            let member = member.and_then(|member| member.contents.as_deref());
            let there = match member {
                Some(text) => Some(parse(text)),
                None => context.view.bytes(&po).map(|text| parse(&text)),
            };
            let source = match there {
                Some(Some(source)) => source.messages,
                Some(None) => {
                    let why = format!("{po}, which it would be made from, is not a catalogue");
                    return Some(Checked::Differs(why));
                }
                None => {
                    let why = format!("{po}, which it would be made from, is not there");
                    return Some(Checked::Differs(why));
                }
            };
            let plain = numbers_alike(&source);
            // msgfmt writes UTF-8, from whatever the catalogue is in.
            let recoded = !is_utf8(&source);
            let made = compiled.iter().all(|(key, value)| {
                let there = plain.get(&number_alike(key));
                let value_alike = values_alike(value);
                let letters = |values: &[Vec<u8>]| -> Vec<Vec<u8>> {
                    values.iter().map(|value| ascii(value)).collect()
                };
                let recoded =
                    || recoded && there.map(|there| letters(there)) == Some(letters(&value_alike));
                key.is_empty() && same_head(value, source.get(key))
                    || source.get(key) == Some(value)
                    || there == Some(&value_alike)
                    || recoded()
            });
            Some(match made {
                true => Checked::same(format!("compiled from {po}")),
                false => Checked::differs(format!("it has translations that {po} has not")),
            })
        }
        _ => None,
    }
}

/// A catalogue in which directives for numbers of different sizes are one: msgfmt writes each
/// `%<PRIu64>` as what it is on several machines.
fn numbers_alike(catalogue: &Messages) -> Messages {
    catalogue.iter().map(|(key, value)| (number_alike(key), values_alike(value))).collect()
}

/// Whether all of a catalogue is in UTF-8.
fn is_utf8(messages: &Messages) -> bool {
    messages.values().flatten().all(|text| std::str::from_utf8(text).is_ok())
}

/// A text with one mark for each run of letters that are not ASCII.
fn ascii(text: &[u8]) -> Vec<u8> {
    let mut marked: Vec<u8> = text.iter().map(|b| if b.is_ascii() { *b } else { 0xff }).collect();
    marked.dedup_by(|a, b| *a == 0xff && *b == 0xff);
    marked
}

fn values_alike(values: &[Vec<u8>]) -> Vec<Vec<u8>> {
    values.iter().map(|value| number_alike(value)).collect()
}

fn number_alike(text: &[u8]) -> Vec<u8> {
    static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let size = r"(?:<PRI([diouxX])[A-Z0-9]+>|(?:hh|h|ll|l|j|z|q|t)?([diouxX]))";
        Regex::new(&format!(r"%([-+ #0-9.*'$]*){size}")).ok()
    });
    match NUMBER.as_ref() {
        Some(number) => number.replace_all(text, &b"%$1$2$3"[..]).into_owned(),
        None => text.to_vec(),
    }
}

/// Whether two heads of a catalogue say the same of what decides how it is read: of the encoding, which
/// msgfmt may make UTF-8, and of the plural forms, which are an expression.
fn same_head(new: &[Vec<u8>], old: Option<&Vec<Vec<u8>>>) -> bool {
    const FIELDS: [&str; 3] = ["content-type", "content-transfer-encoding", "plural-forms"];
    let fields = |head: &[Vec<u8>]| -> BTreeMap<String, String> {
        let text = String::from_utf8_lossy(&head.concat()).to_ascii_lowercase();
        let lines = text.lines().filter_map(|line| line.split_once(':'));
        let blanks = |value: &str| value.split_whitespace().collect::<String>();
        let lines = lines.map(|(name, value)| (name.trim().to_owned(), blanks(value)));
        lines.filter(|(name, _)| FIELDS.contains(&name.as_str())).collect()
    };
    let old = fields(old.map_or(&[][..], Vec::as_slice));
    fields(new).iter().all(|(name, value)| {
        old.get(name) == Some(value)
            || name == "content-type" && value.trim_end_matches(';') == "text/plain;charset=utf-8"
    })
}

#[cfg(test)]
#[path = "gettext_tests.rs"]
mod tests;
