//! What `distvouch explain` prints, and that doc/failure-classes.md is made from it.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use super::common::words::verdicts;

use crate::answer::access::Capability;
use crate::answer::check::Check;
use crate::answer::explain::{self, Topic};
use crate::answer::failure::FailureClass;
use crate::answer::kinds::KINDS;
use crate::cli::Cli;
use clap::CommandFactory as _;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What looks like a class in backquotes and is something else.
const OTHER_NAMES: &[&str] = &[
    "crypto-nettle",
    "crypto-openssl",
    "crypto-rust",
    "default-sig-expire",
    "export-ignore",
    "export-subst",
    "manifest-hashes",
    "not-checked",
    "verify-sig",
];

/// Options of other programs.
const OTHER_OPTIONS: &[&str] = &["--insecure-ignore-tlog", "--unshallow"];

/// Every text with its class and heading.
fn texts() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    FailureClass::ALL.iter().flat_map(|class| {
        class.texts().sections().into_iter().map(|(heading, text)| (class.name(), heading, text))
    })
}

/// The spans in backquotes.
fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The spans of `text` that are the name of a class, or would be if there were such a class.
fn class_names(text: &str) -> Vec<&str> {
    let part = |p: &str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase());
    spans(text)
        .filter(|span| *span == "sct" || span.contains('-') && span.split('-').all(part))
        .filter(|span| !OTHER_NAMES.contains(span))
        .collect()
}

fn document(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("doc").join(name)
}

#[test]
fn every_text_says_something_in_few_sentences() {
    for (class, heading, text) in texts() {
        let at = format!("{class}, {heading}: {text}");
        assert!((20..=520).contains(&text.chars().count()), "{at}");
        assert!(text.trim_end_matches('”').ends_with(['.', '?']), "{at}");
        assert!(!text.contains("  ") && text.trim() == text, "{at}");
        assert_eq!(text.matches('`').count() % 2, 0, "{at}");
        assert_eq!(text.matches('“').count(), text.matches('”').count(), "{at}");
        let strange =
            text.chars().find(|&c| !(c == ' ' || c.is_ascii_graphic() || "“”…".contains(c)));
        assert_eq!(strange, None, "{at}");
    }
}

#[test]
fn summaries_fit_a_line() {
    for class in FailureClass::ALL {
        let summary = class.texts().summary();
        assert!(summary.ends_with('.') && summary.len() <= 100, "{}: {summary}", class.name());
    }
}

#[test]
fn no_text_and_no_sentence_stands_twice() {
    let mut seen = BTreeMap::new();
    for (class, heading, text) in texts() {
        // Very short sentences such as "Stop." may recur.
        let sentences = text.split(". ").filter(|s| s.len() > 30 && *s != text);
        for part in std::iter::once(text).chain(sentences) {
            let other = seen.insert(part.trim_end_matches('.'), (class, heading));
            assert_eq!(other, None, "{class}, {heading}: {part}");
        }
    }
}

#[test]
fn nothing_reads_as_a_verdict() {
    let mut everything = explain::list() + &explain::markdown() + &explain::roff();
    for class in FailureClass::ALL {
        everything += &explain::render(*class);
    }
    assert_eq!(verdicts(&everything), Vec::<String>::new());
    let threat_model = std::fs::read_to_string(document("threat-model.md")).unwrap();
    assert_eq!(verdicts(&threat_model), Vec::<String>::new());
    assert_eq!(verdicts("Valid (OK) under the trusted root; trusted"), ["valid", "ok", "trusted"]);
}

#[test]
fn every_class_that_is_named_exists() {
    for (class, heading, text) in texts() {
        for named in class_names(text) {
            assert!(FailureClass::from_name(named).is_some(), "{class}, {heading}: {named}");
            assert_ne!(named, class, "{heading} sends the reader back to where they are");
        }
    }
    assert_eq!(class_names("`signature-lost`, `verify-sig`, `ROOT`, `a.b-c`"), ["signature-lost"]);
}

#[test]
fn classes_are_named_in_backquotes_only() {
    for (class, heading, text) in texts() {
        let outside: String = text.split('`').step_by(2).collect();
        for other in FailureClass::ALL.iter().filter(|c| c.name().contains('-')) {
            assert!(!outside.contains(other.name()), "{class}, {heading}: {}", other.name());
        }
    }
}

#[test]
fn commands_and_options_are_those_of_the_program() {
    let mut program = Cli::command();
    program.build();
    let subcommands: Vec<_> = program.get_subcommands().map(clap::Command::get_name).collect();
    let options: BTreeSet<String> = program
        .get_subcommands()
        .flat_map(clap::Command::get_arguments)
        .filter_map(|argument| Some(format!("--{}", argument.get_long()?)))
        .collect();
    for (class, heading, text) in texts() {
        for span in spans(text) {
            let at = format!("{class}, {heading}: {span}");
            let words: Vec<_> = span.split_whitespace().collect();
            match words.as_slice() {
                ["distvouch", subcommand, ..] => assert!(subcommands.contains(subcommand), "{at}"),
                [option, ..] if option.starts_with("--") => {}
                _ => continue, // another program's, or no command
            }
            for option in words.iter().filter(|w| w.starts_with("--")) {
                let option = option.split('=').next().unwrap();
                let known = options.contains(option) || OTHER_OPTIONS.contains(&option);
                assert!(known, "{at}");
            }
        }
    }
}

#[test]
fn rendering_has_every_section_in_79_columns() {
    for class in FailureClass::ALL {
        let text = explain::render(*class);
        let head = format!("{} — {}\n\nWhat happened\n  ", class.name(), class.outcome().word());
        assert!(text.starts_with(&head), "{text}");
        for line in text.lines() {
            assert!(line.chars().count() <= 79 && !line.ends_with(' '), "{line}");
        }
        let sections = class.texts().sections();
        let flush = text.lines().skip(1).filter(|l| !l.is_empty() && !l.starts_with(' '));
        assert_eq!(flush.collect::<Vec<_>>(), sections.map(|(heading, _)| heading));
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for (_, section) in sections {
            assert!(flat.contains(section), "{section}");
        }
    }
}

#[test]
fn one_whole_rendering() {
    let expected = "\
root-too-old — not-checked

What happened
  Signed under a log or authority that the trusted root does not know.

What it implies
  Not checked, and no sign of a forgery: Sigstore adds logs and rotates keys,
  and an older root cannot judge what is newer. It is no point in favor either,
  since a log that an attacker made up looks the same until the root is
  refreshed.

Causes without an attacker
  `sec-keys/sigstore-trusted-root`, or the root built into distvouch, is older
  than the release. Upstream signs with a staging instance. A root of your own
  was made without its certificate logs (`ctlogs`).

What to ask upstream
  Nothing at first. If the newest root does not know the log either: which
  Sigstore instance signed this?

Answers that explain nothing
  “Take the log's key from the bundle”: the maker of the bundle chose that key.

What to do
  `distvouch trust` shows which root is used, its logs and their dates. Update
  that package or give a newer one with `--trusted-root FILE`, from a source
  other than the release.
";
    assert_eq!(explain::render(FailureClass::RootTooOld), expected);
}

#[test]
fn the_list_has_every_name_once_worst_first() {
    let list = explain::list();
    let entries = list.lines().filter_map(|line| line.strip_prefix("  "));
    let entries = entries.filter(|line| !line.starts_with(' '));
    let names: Vec<_> = entries.map(|line| line.split(' ').next().unwrap()).collect();
    // Two kinds of access have the word of a check, whose text says what that means.
    let others = Check::ALL.len() + 1 + KINDS.len() + Capability::ALL.len() - 2;
    assert_eq!(names.len(), FailureClass::ALL.len() + others);
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    let flat = list.split_whitespace().collect::<Vec<_>>().join(" ");
    for class in FailureClass::ALL {
        assert!(flat.contains(&format!("{} {}", class.name(), class.texts().summary())), "{flat}");
    }
    let first = FailureClass::from_name(names[0]).unwrap().outcome();
    assert_eq!(first, crate::answer::failure::Outcome::Contradicts);
    assert!(list.lines().all(|line| line.chars().count() <= 80), "{list}");
}

#[test]
fn each_word_of_a_report_is_explained() {
    for access in Capability::ALL {
        let text = Topic::from_name(access.word()).unwrap().render();
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&format!("The attacker can {}.", access.phrase())), "{text}");
    }
}

#[test]
fn roff_has_only_its_own_requests() {
    let roff = explain::roff();
    assert!(roff.is_ascii());
    for line in roff.lines().filter(|l| l.starts_with(['.', '\''])) {
        assert!(line == ".TP" || line.starts_with(".SS ") || line.starts_with(".B "), "{line}");
    }
    assert_eq!(roff.matches("\n.TP\n").count(), 6 * FailureClass::ALL.len());
    assert_eq!(roff.matches(r"\fB").count(), roff.matches(r"\fR").count());
}

#[test]
fn the_threat_model_has_the_words_of_the_reports() {
    let text = std::fs::read_to_string(document("threat-model.md")).unwrap();
    for capability in Capability::ALL {
        let row = format!("| `{}` | {} |", capability.word(), capability.phrase());
        assert!(text.contains(&row), "{row}");
    }
    for named in class_names(&text) {
        assert!(FailureClass::from_name(named).is_some(), "{named}");
    }
    assert!(text.lines().count() < 200);
}

#[test]
fn the_document_is_the_generated_one() {
    let path = document("failure-classes.md");
    if std::env::var_os("DISTVOUCH_BLESS").is_some_and(|v| v == "1") {
        std::fs::write(&path, explain::markdown()).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == explain::markdown(),
        "{} is not what the texts make; run DISTVOUCH_BLESS=1 cargo test internal::explain",
        path.display()
    );
}

#[test]
fn the_table_of_what_a_scan_finds_is_the_generated_one() {
    let path = document("scan.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = text.split_once("<!-- findings -->\n").unwrap();
    let (table, tail) = rest.split_once("<!-- end -->\n").unwrap();
    if std::env::var_os("DISTVOUCH_BLESS").is_some_and(|v| v == "1") {
        let table = explain::kinds_markdown();
        let text = format!("{head}<!-- findings -->\n{table}<!-- end -->\n{tail}");
        return std::fs::write(&path, text).unwrap();
    }
    assert_eq!(table, explain::kinds_markdown());
}
