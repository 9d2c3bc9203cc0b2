//! What to run next: commands that a shell runs as they stand.

use super::layout::command;
use crate::answer::failure::{FailureClass, Outcome};
use crate::answer::finding::Finding;
use crate::answer::requirement::Status;
use crate::bytes::escape::{escaped, is_harmful};
use crate::check::Report;
use crate::check::pin::Value;
use std::io::{self, Write};
use std::path::Path;

/// A command, word by word, quoted.
pub(crate) type Words = Vec<String>;

/// A word for a shell. Where it cannot be printed as it is, it is one for bash: `$'\xe2\x80\xae'`.
pub(crate) fn word(text: &str) -> String {
    bytes(text.as_bytes())
}

/// A path for a shell.
pub(crate) fn path(path: &Path) -> String {
    bytes(path.as_os_str().as_encoded_bytes())
}

fn bytes(word: &[u8]) -> String {
    match std::str::from_utf8(word) {
        Ok(text) if escaped(text) == text => Value::Literal(text.to_owned()).quoted(),
        _ => in_ansi_c(word),
    }
}

/// `word` as bash reads it between `$'` and `'`, in every locale: by its bytes, where it is not plain.
fn in_ansi_c(word: &[u8]) -> String {
    let mut out = "$'".to_owned();
    let hexed = |out: &mut String, bytes: &[u8]| {
        out.extend(bytes.iter().map(|byte| format!("\\x{byte:02x}")));
    };
    for chunk in word.utf8_chunks() {
        let mut before = None;
        for c in chunk.valid().chars() {
            let again = c == ' ' && before == Some(' ');
            before = Some(c);
            match c {
                '\\' | '\'' => out.extend(['\\', c]),
                ' ' if !again => out.push(c),
                _ if c.is_ascii_graphic() => out.push(c),
                _ if c.is_alphanumeric() && !is_harmful(c) => out.push(c),
                _ => hexed(&mut out, c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        hexed(&mut out, chunk.invalid());
    }
    out.push('\'');
    out
}

/// A command of the program itself.
pub(crate) fn distvouch(arguments: impl IntoIterator<Item = String>) -> Words {
    std::iter::once("distvouch".to_owned()).chain(arguments).collect()
}

/// The classes worth explaining, worst first: what contradicts, and what is required and not met.
pub(crate) fn classes(report: &Report) -> Vec<FailureClass> {
    let mut classes = Vec::new();
    let findings = report.distfiles.iter().flat_map(|distfile| &distfile.findings);
    let counts = |finding: &&Finding| {
        let contradicts = finding.outcome() == Outcome::Contradicts && finding.excused.is_none();
        contradicts || Status::of(finding) != Status::Met
    };
    for class in findings.filter(counts).filter_map(|finding| finding.class) {
        if !classes.contains(&class) {
            classes.push(class);
        }
    }
    classes
}

/// The command that explains them.
pub(crate) fn explain(classes: &[FailureClass]) -> Option<Words> {
    let names = classes.iter().map(|class| class.name().to_owned());
    let words = distvouch(std::iter::once("explain".to_owned()).chain(names));
    (!classes.is_empty()).then_some(words)
}

/// Writes the commands under one heading.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn print(commands: &[Words], out: &mut dyn Write) -> io::Result<()> {
    for (at, words) in commands.iter().enumerate() {
        command(out, if at == 0 { "Next: " } else { "      " }, words)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::process::Command;

    /// What bash makes of `word`.
    fn read_back(word: &str) -> Vec<u8> {
        let script = format!("printf %s {word}");
        let run = Command::new("bash").args(["-c", &script]).env("LC_ALL", "C").output().unwrap();
        assert!(run.status.success(), "{word}");
        run.stdout
    }

    #[test]
    fn plain_words_stay_as_they_are() {
        assert_eq!(word("foo-1.2.tar.gz"), "foo-1.2.tar.gz");
        assert_eq!(word("名前 b"), "\"名前 b\"");
    }

    #[test]
    fn nothing_is_printed_raw_and_the_command_stays_the_same() {
        for text in [
            "foo-1.2\u{202e}zg.rat.tar.gz",
            "a\x1b[31mb",
            "it's \\ `$HOME` \"x\"\u{200b}1f",
            "a\nb\tc",
            "two  blanks",
            "\u{7f}é名\u{e000}",
            &format!("e{}", "\u{301}".repeat(9)),
        ] {
            let word = word(text);
            assert_eq!(escaped(&word), word, "{word}");
            assert!(word.starts_with("$'"), "{word}");
            assert_eq!(read_back(&word), text.as_bytes(), "{word}");
        }
    }

    #[test]
    fn a_path_that_is_no_text_is_whole() {
        let bytes = b"dir/f\xffoo \xe2\x80";
        let word = path(Path::new(OsStr::from_bytes(bytes)));
        assert_eq!(word, "$'dir/f\\xffoo \\xe2\\x80'");
        assert_eq!(read_back(&word), bytes);
    }
}
