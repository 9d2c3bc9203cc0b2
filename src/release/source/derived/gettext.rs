//! Translations: `.po` and `.pot` by their grammar, `.mo` by the `.po` that it was made from.
//!
//! `make dist` and the Translation Project write them anew, with other dates and line numbers. What
//! a translation can do is to print: its directives for printf have to be those of the original.

use super::Checked;
use crate::release::archive::Entry;
use crate::release::source::explain::{Context, text};
use regex::bytes::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Messages of one catalogue.
const MESSAGES: usize = 200_000;

/// A catalogue: translations by context and original, each with its plural forms.
type Catalogue = BTreeMap<Vec<u8>, Vec<Vec<u8>>>;

pub(super) fn check(
    context: &Context<'_>,
    entry: &Entry,
    path: &str,
    original: Option<&str>,
) -> Option<Checked> {
    let (stem, extension) = path.rsplit_once('.')?;
    match extension {
        "po" | "pot" => {
            let Some(new) = text(entry).and_then(parse) else {
                return Some(Checked::differs(
                    "it is not a catalogue in gettext's form, or its printf directives are not those of the original",
                ));
            };
            let old = original.and_then(parse);
            let same = old.as_ref().is_some_and(|old| {
                new.iter().all(|(key, value)| key.is_empty() || old.get(key) == Some(value))
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
                _ => Checked::same("translations that only print: directives as in the originals"),
            })
        }
        "mo" | "gmo" => {
            let compiled = entry.contents.as_deref().and_then(|bytes| read_mo(bytes));
            let Some(compiled) = compiled else {
                return Some(Checked::differs("it is not a compiled catalogue of gettext's"));
            };
            let po = format!("{stem}.po");
            let Some(source) = context
                .member_text(&po)
                .and_then(parse)
                .or_else(|| context.view.text(&po).as_deref().and_then(parse))
            else {
                return Some(Checked::differs(format!(
                    "{po}, which it would be made from, is not there"
                )));
            };
            let plain = numbers_alike(&source);
            let made = compiled.iter().all(|(key, value)| {
                let alike = || plain.get(&number_alike(key)) == Some(&values_alike(value));
                key.is_empty() || source.get(key) == Some(value) || alike()
            });
            Some(match made {
                true => Checked::same(format!("compiled from {po}")),
                false => Checked::differs(format!("it has translations that {po} has not")),
            })
        }
        _ => None,
    }
}

/// The catalogue in a `.po`'s text; `None` where it is none, or a translation could do more than
/// print what the original does.
fn parse(text: &str) -> Option<Catalogue> {
    let mut catalogue = Catalogue::new();
    let mut message = Message::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() {
            message.finish(&mut catalogue)?;
            continue;
        }
        if let Some(comment) = line.strip_prefix('#') {
            if message.is_begun() {
                message.finish(&mut catalogue)?;
            }
            if let Some(flags) = comment.strip_prefix(',') {
                message.fuzzy |= flags.split(',').any(|flag| flag.trim() == "fuzzy");
            }
            continue;
        }
        if line.starts_with('"') {
            message.current()?.extend(quoted(line)?);
            continue;
        }
        let (keyword, value) = line.split_once(char::is_whitespace)?;
        let value = quoted(value.trim())?;
        match keyword {
            "msgctxt" | "msgid" if message.translated() => {
                message.finish(&mut catalogue)?;
                message.begin(keyword, value);
            }
            "msgctxt" | "msgid" | "msgid_plural" => message.begin(keyword, value),
            "msgstr" => message.strings.push(value),
            _ => {
                let index = keyword.strip_prefix("msgstr[")?.strip_suffix(']')?;
                if index.parse::<usize>().ok()? != message.strings.len() {
                    return None;
                }
                message.strings.push(value);
            }
        }
        if catalogue.len() > MESSAGES {
            return None;
        }
    }
    message.finish(&mut catalogue)?;
    (!catalogue.is_empty()).then_some(catalogue)
}

/// A message in the making.
#[derive(Default)]
struct Message {
    context: Option<Vec<u8>>,
    id: Option<Vec<u8>>,
    plural: Option<Vec<u8>>,
    strings: Vec<Vec<u8>>,
    fuzzy: bool,
    last: Part,
}

#[derive(Default, Clone, Copy)]
enum Part {
    #[default]
    Nothing,
    Context,
    Id,
    Plural,
}

impl Message {
    fn is_begun(&self) -> bool {
        self.context.is_some() || self.id.is_some()
    }

    fn translated(&self) -> bool {
        !self.strings.is_empty()
    }

    fn begin(&mut self, keyword: &str, value: Vec<u8>) {
        let (place, last) = match keyword {
            "msgctxt" => (&mut self.context, Part::Context),
            "msgid" => (&mut self.id, Part::Id),
            _ => (&mut self.plural, Part::Plural),
        };
        *place = Some(value);
        self.last = last;
    }

    /// What a line of more text goes on.
    fn current(&mut self) -> Option<&mut Vec<u8>> {
        if let Some(last) = self.strings.last_mut() {
            return Some(last);
        }
        match self.last {
            Part::Nothing => None,
            Part::Context => self.context.as_mut(),
            Part::Id => self.id.as_mut(),
            Part::Plural => self.plural.as_mut(),
        }
    }

    /// Adds it to the catalogue; `None` where it is none.
    fn finish(&mut self, catalogue: &mut Catalogue) -> Option<()> {
        let message = std::mem::take(self);
        if !message.is_begun() {
            self.fuzzy = message.fuzzy;
            return Some(());
        }
        let id = message.id?;
        if message.strings.is_empty() {
            return None;
        }
        let first = directives(&id);
        let others = message.plural.as_deref().map(directives).unwrap_or_default();
        for string in &message.strings {
            let found = directives(string);
            let inside = found.iter().all(|d| first.contains(d) || others.contains(d));
            // msgfmt leaves out what is fuzzy.
            if !id.is_empty() && !inside && !message.fuzzy {
                return None;
            }
        }
        let mut key = Vec::new();
        if let Some(context) = message.context {
            key.extend(context);
            key.push(4);
        }
        key.extend(&id);
        if !message.fuzzy || id.is_empty() {
            catalogue.insert(key, message.strings);
        }
        Some(())
    }
}

/// The directives of printf that write, or that read more than the original: their conversions. Only
/// `%n` and `%s` can do harm where they are not in the original.
fn directives(text: &[u8]) -> BTreeSet<u8> {
    let mut found = BTreeSet::new();
    let mut rest = text;
    while let Some(at) = rest.iter().position(|b| *b == b'%') {
        rest = rest.get(at + 1..).unwrap_or_default();
        let skip = rest
            .iter()
            .take_while(|b| b.is_ascii_digit() || b"-+ #'.*$hlqjzt".contains(b))
            .take(12)
            .count();
        match rest.get(skip) {
            Some(b'%') if skip == 0 => rest = rest.get(1..).unwrap_or_default(),
            Some(conversion @ (b'n' | b's' | b'S')) => _ = found.insert(*conversion),
            _ => {}
        }
    }
    found
}

/// A catalogue in which directives for numbers of different sizes are one: msgfmt writes each
/// `%<PRIu64>` as what it is on several machines.
fn numbers_alike(catalogue: &Catalogue) -> Catalogue {
    catalogue.iter().map(|(key, value)| (number_alike(key), values_alike(value))).collect()
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

/// The text of a quoted string, with its escapes.
fn quoted(text: &str) -> Option<Vec<u8>> {
    let inner = text.strip_prefix('"')?.strip_suffix('"').filter(|_| text.len() >= 2)?;
    let mut result = Vec::with_capacity(inner.len());
    let mut bytes = inner.bytes();
    while let Some(b) = bytes.next() {
        if b == b'"' {
            return None;
        }
        if b != b'\\' {
            result.push(b);
            continue;
        }
        result.push(match bytes.next()? {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'v' => 11,
            c @ (b'"' | b'\\' | b'\'' | b'?') => c,
            _ => return None,
        });
    }
    Some(result)
}

/// The catalogue in a `.mo`.
fn read_mo(bytes: &[u8]) -> Option<Catalogue> {
    let little = match bytes.first_chunk::<4>()? {
        [0xde, 0x12, 0x04, 0x95] => true,
        [0x95, 0x04, 0x12, 0xde] => false,
        _ => return None,
    };
    let number = |at: usize| -> Option<usize> {
        let word: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        let word = if little { u32::from_le_bytes(word) } else { u32::from_be_bytes(word) };
        usize::try_from(word).ok()
    };
    let (count, originals, translations) = (number(8)?, number(12)?, number(16)?);
    if count > MESSAGES {
        return None;
    }
    let string = |table: usize, at: usize| -> Option<&[u8]> {
        let entry = table.checked_add(at.checked_mul(8)?)?;
        let (length, offset) = (number(entry)?, number(entry + 4)?);
        bytes.get(offset..offset.checked_add(length)?)
    };
    let mut catalogue = Catalogue::new();
    for at in 0..count {
        // The plural form follows the original behind a NUL.
        let key = string(originals, at)?.split(|b| *b == 0).next()?.to_vec();
        let value = string(translations, at)?.split(|b| *b == 0).map(<[u8]>::to_vec).collect();
        catalogue.insert(key, value);
    }
    Some(catalogue)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const PO: &str = "# head\nmsgid \"\"\nmsgstr \"\"\n\"POT-Creation-Date: x\\n\"\n\n#: a.c:1\n#, c-format\nmsgid \"a %s\"\nmsgstr \"b %s\"\n\nmsgid \"one\"\nmsgid_plural \"many %d\"\nmsgstr[0] \"eins\"\nmsgstr[1] \"viele %d\"\n";

    #[test]
    fn catalogues() {
        let catalogue = parse(PO).unwrap();
        assert_eq!(catalogue.len(), 3);
        assert_eq!(catalogue.get(&b"a %s"[..]).unwrap(), &[b"b %s".to_vec()]);
        for other in [
            PO.replace("b %s", "b %n"),
            PO.replace("eins", "eins %s"),
            PO.replace("msgstr \"b %s\"\n", ""),
            format!("{PO}\n#!/bin/sh\nrm -rf /\n"),
            PO.replace("\"b %s\"", "b"),
        ] {
            assert_eq!(parse(&other), None, "{other}");
        }
        let fuzzy = PO.replace("#, c-format", "#, fuzzy, c-format").replace("b %s", "b %n");
        assert_eq!(parse(&fuzzy).unwrap().len(), 2);
        assert_eq!(number_alike(b"%<PRIu64> of %5lld"), b"%u of %5d");
    }
}
