//! Translations: `.po` and `.pot` by their grammar, `.mo` by the `.po` that it was made from.
//!
//! `make dist` and the Translation Project write them anew, with other dates and line numbers. What
//! a translation can do is to print: its directives for printf have to be those of the original.

use super::Checked;
use crate::release::archive::Entry;
use crate::release::source::explain::Context;
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
            let compiled = entry.contents.as_deref().and_then(|bytes| read_mo(bytes));
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

/// The catalogue in a `.po`'s text; `None` where it is none. Not every one is in UTF-8.
fn parse(text: &[u8]) -> Option<Catalogue> {
    let mut catalogue = Catalogue::default();
    let mut message = Message::default();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    for line in text.split(|b| *b == b'\n') {
        let line = line.trim_ascii();
        if line.is_empty() {
            message.finish(&mut catalogue)?;
            continue;
        }
        if let Some(comment) = line.strip_prefix(b"#") {
            if message.is_begun() {
                message.finish(&mut catalogue)?;
            }
            if let Some(flags) = comment.strip_prefix(b",") {
                message.fuzzy |=
                    flags.split(|b| *b == b',').any(|flag| flag.trim_ascii() == b"fuzzy");
            }
            continue;
        }
        if line.starts_with(b"\"") {
            message.current()?.extend(quoted(line)?);
            continue;
        }
        let blank = line.iter().position(u8::is_ascii_whitespace)?;
        let (keyword, value) = line.split_at_checked(blank)?;
        let (keyword, value) = (std::str::from_utf8(keyword).ok()?, quoted(value.trim_ascii())?);
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
        if catalogue.messages.len() > MESSAGES {
            return None;
        }
    }
    message.finish(&mut catalogue)?;
    (!catalogue.messages.is_empty()).then_some(catalogue)
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
        let originals: Vec<&[u8]> =
            [Some(id.as_slice()), message.plural.as_deref()].into_iter().flatten().collect();
        let inside = message.strings.iter().all(|string| is_inside(string, &originals));
        let mut key = Vec::new();
        if let Some(context) = message.context {
            key.extend(context);
            key.push(4);
        }
        key.extend(&id);
        // msgfmt leaves out what is fuzzy.
        if !message.fuzzy || id.is_empty() {
            if !id.is_empty() && !inside {
                catalogue.wrong.insert(key.clone());
            }
            catalogue.messages.insert(key, message.strings);
        }
        Some(())
    }
}

/// The conversions of printf's directives by the argument that each takes, from 1.
fn directives(text: &[u8]) -> BTreeSet<(usize, u8)> {
    let mut found = BTreeSet::new();
    let mut next = 0;
    let mut rest = text;
    while let Some(at) = rest.iter().position(|b| *b == b'%') {
        rest = rest.get(at + 1..).unwrap_or_default();
        let is_flag = |b: &&u8| b.is_ascii_digit() || b"-+ #'.*$hlqjztLI".contains(b);
        let skip = rest.iter().take_while(is_flag).take(20).count();
        let flags = rest.get(..skip).unwrap_or_default();
        let place = flags.iter().position(|b| *b == b'$');
        let place = place.and_then(|at| std::str::from_utf8(flags.get(..at)?).ok()?.parse().ok());
        match rest.get(skip) {
            Some(b'%') if skip == 0 => rest = rest.get(1..).unwrap_or_default(),
            Some(conversion) if b"diouxXeEfFgGaAcspnSC<m".contains(conversion) => {
                // A width that is an argument comes before.
                next += flags.iter().filter(|b| **b == b'*').count();
                next += usize::from(place.is_none() && *conversion != b'm');
                found.insert((place.unwrap_or(next), *conversion));
            }
            _ => {}
        }
    }
    found
}

/// Whether a translation reads or writes through an argument as the original does: `%s` and `%n` follow a
/// pointer, which has to be one.
fn is_inside(translation: &[u8], originals: &[&[u8]]) -> bool {
    let pointer = |(_, conversion): &(usize, u8)| b"nsS".contains(conversion);
    let known: Vec<BTreeSet<(usize, u8)>> = originals.iter().map(|text| directives(text)).collect();
    let directed = directives(translation).into_iter().filter(pointer);
    let directed = directed.into_iter().all(|d| known.iter().any(|known| known.contains(&d)));
    // Python's and others' fields: `{0.__init__}` reads more than `{0}`.
    let reaches = |text: &[u8]| -> BTreeSet<Vec<u8>> {
        let inner = text.split(|b| *b == b'{').skip(1);
        let fields = inner.filter_map(|rest| rest.split(|b| *b == b'}').next());
        fields.filter(|field| field.iter().any(|b| b".[".contains(b))).map(<[u8]>::to_vec).collect()
    };
    let fields: BTreeSet<Vec<u8>> = originals.iter().flat_map(|text| reaches(text)).collect();
    directed && reaches(translation).is_subset(&fields)
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

/// The text of a quoted string, with its escapes.
fn quoted(text: &[u8]) -> Option<Vec<u8>> {
    let inner = text.strip_prefix(b"\"")?.strip_suffix(b"\"").filter(|_| text.len() >= 2)?;
    let mut result = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().copied();
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
fn read_mo(bytes: &[u8]) -> Option<Messages> {
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
    // Strings of a genuine one do not overlap.
    let mut room = bytes.len();
    let mut catalogue = Messages::new();
    let mut add = |original: &[u8], translation: &[u8]| -> Option<()> {
        // The plural form follows the original behind a NUL.
        let key = original.split(|b| *b == 0).next()?.to_vec();
        let value = translation.split(|b| *b == 0).map(<[u8]>::to_vec).collect();
        // Of two, programs take the first that they find.
        catalogue.insert(key, value).is_none().then_some(())
    };
    for at in 0..count {
        let (original, translation) = (string(originals, at)?, string(translations, at)?);
        room = room.checked_sub(original.len())?.checked_sub(translation.len())?;
        add(original, translation)?;
    }
    // Of revision 0.1, strings with what depends on the system are in tables of their own.
    let count = match number(4)? {
        0 => 0,
        1 => number(36)?,
        _ => return None,
    };
    if count > MESSAGES {
        return None;
    }
    for at in 0..count {
        let mut text = |table: usize| -> Option<Vec<u8>> {
            let entry = number(table.checked_add(at.checked_mul(4)?)?)?;
            let (text, read) = system_dependent(bytes, &number, entry)?;
            room = room.checked_sub(read)?;
            Some(text)
        };
        add(&text(number(40)?)?, &text(number(44)?)?)?;
    }
    Some(catalogue)
}

/// A string with what depends on the system as `<PRIu64>`, as a `.po` has it, and how many bytes were read for it.
fn system_dependent(
    bytes: &[u8],
    number: &dyn Fn(usize) -> Option<usize>,
    entry: usize,
) -> Option<(Vec<u8>, usize)> {
    const END: usize = 0xffff_ffff;
    let mut offset = number(entry)?;
    let mut text = Vec::new();
    let mut read = 4;
    for at in 0.. {
        let segment = entry.checked_add(4)?.checked_add(at * 8)?;
        let (size, reference) = (number(segment)?, number(segment + 4)?);
        text.extend_from_slice(bytes.get(offset..offset.checked_add(size)?)?);
        offset += size;
        read += size + 8;
        if reference == END || read > bytes.len() {
            break;
        }
        if reference >= number(28)? {
            return None;
        }
        let name = number(32)?.checked_add(reference.checked_mul(8)?)?;
        let (length, place) = (number(name)?, number(name + 4)?);
        let name = bytes.get(place..place.checked_add(length)?)?;
        let name = name.strip_suffix(b"\0").unwrap_or(name);
        read += name.len();
        text.push(b'<');
        text.extend_from_slice(name.get(..name.len().min(30))?);
        text.push(b'>');
    }
    text.pop_if(|last| *last == 0);
    Some((text, read))
}

#[cfg(test)]
#[path = "gettext_tests.rs"]
mod tests;
