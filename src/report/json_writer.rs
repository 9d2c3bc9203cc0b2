//! How JSON is written: nothing in it does harm to a terminal.

use crate::bytes::escape::is_harmful;
use serde::Serialize as _;
use serde_json::Value;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};
use std::io::{self, Write};

/// Prints `value` over several lines. Control, directional and invisible characters, which a reader
/// of the file may meet on a terminal, become `\uXXXX`.
pub(crate) fn print(value: &Value, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(&mut *out, Escaping(PrettyFormatter::new()));
    value.serialize(&mut serializer)?;
    writeln!(out)
}

struct Escaping(PrettyFormatter<'static>);

/// Hands everything on but the text of strings.
macro_rules! as_pretty {
    ($($name:ident($($argument:ident: $type:ty),*);)+) => {
        $(fn $name<W: ?Sized + Write>(&mut self, out: &mut W, $($argument: $type),*) -> io::Result<()> {
            self.0.$name(out, $($argument),*)
        })+
    };
}

impl Formatter for Escaping {
    as_pretty! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut written = 0;
        for (at, c) in fragment.char_indices().filter(|(_, c)| is_harmful(*c)) {
            out.write_all(fragment.get(written..at).unwrap_or_default().as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            written = at + c.len_utf8();
        }
        out.write_all(fragment.get(written..).unwrap_or_default().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn strings_are_harmless_and_stay_what_they_are() {
        let text = "a\u{7f}b\u{9b}c\u{202e}d\u{e0001}e\u{1b}\n\"é名\u{3164}";
        let value = serde_json::json!({ text: [text, 1, null_of()], "x": {} });
        let mut out = Vec::new();
        print(&value, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), value);
        assert!(out.contains(r"a\u007fb\u009bc\u202ed\udb40\udc01e\u001b\n"), "{out}");
        assert!(out.contains("é名") && !out.chars().any(|c| c != '\n' && is_harmful(c)), "{out}");
    }

    fn null_of() -> Option<u8> {
        None
    }
}
