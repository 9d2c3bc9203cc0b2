//! The grammar of a `.po`.

use super::directives::is_inside;
use super::{Catalogue, MESSAGES};

/// The catalogue in a `.po`'s text; `None` where it is none. Not every one is in UTF-8.
pub(super) fn parse(text: &[u8]) -> Option<Catalogue> {
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
