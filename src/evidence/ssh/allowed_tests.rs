#![allow(clippy::unwrap_used)]
use super::*;

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILobEPebXRj9R1j1aJqdpkryVZORMmrEhfRORGhG0U8j";

fn line(text: &str) -> Result<Option<Line>, LineFault> {
    parse_line(1, text.as_bytes())
}

#[test]
fn blanks_that_are_none() {
    assert!(line(&format!("me@x {KEY}\r")).is_ok());
    assert!(line(&format!(" me@x \t{KEY} comment")).is_ok());
    // Part of the first word for ssh-keygen: another principal.
    for blank in ["\u{a0}", "\u{3000}", "\u{b}", "\u{c}"] {
        let found = line(&format!("{blank}me@x {KEY}")).unwrap().unwrap();
        assert_eq!(found.principals, format!("{blank}me@x"));
    }
    for text in [
        format!("me@x \u{a0}{KEY}"),
        format!("me@x {}", KEY.replace(' ', "\u{c}")),
        format!("me@x {KEY}\rfoo"),
        format!("me@x\0evil {KEY}"),
        format!("me@x valid-after=\"19690101\" {KEY}"),
    ] {
        assert!(line(&text).is_err(), "{text:?}");
    }
}

#[test]
fn patterns() {
    for (text, list, expected) in [
        ("a@b", "a@b", true),
        ("a@b", "*@b", true),
        ("a@b", "?@b", true),
        ("a@b", "x,a@*", true),
        ("a@b", "*,!a@*", false),
        ("a@b", "!a@*,*", false),
        ("a@b", "!x,*", true),
        ("a@b", "!x", false),
        ("a@bc", "a@b", false),
        ("a@b", "a@b?", false),
        ("aXbXc", "a*b*c", true),
        ("", "*", true),
        ("", "", true),
        ("A@b", "a@b", false),
    ] {
        assert_eq!(matches_list(text, list), expected, "{text} {list}");
    }
}

#[test]
fn lines() {
    assert_eq!(line("# x"), Ok(None));
    assert_eq!(line("  "), Ok(None));
    let plain = line(&format!("a@b,c@d {KEY} comment")).unwrap().unwrap();
    assert_eq!((plain.principals.as_str(), plain.namespaces), ("a@b,c@d", None));
    let options =
        "namespaces=\"file,git\",valid-after=\"20260102\",VALID-BEFORE=\"202701021200utc\"";
    let full = line(&format!("\"a b\"\t{options}  {KEY}")).unwrap().unwrap();
    assert_eq!(full.principals, "a b");
    assert_eq!(full.namespaces.as_deref(), Some("file,git"));
    let second = |time: Option<SystemTime>| {
        time.unwrap().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
    };
    assert_eq!(second(full.after), 1_767_312_000);
    assert_eq!(second(full.before), 1_798_891_200);
    assert!(line(&format!("a cert-authority {KEY}")).unwrap().unwrap().authority);
}

#[test]
fn what_is_wrong_is_named() {
    for (text, fault) in [
        ("a".to_owned(), LineFault::Form),
        ("a b".to_owned(), LineFault::Form),
        (format!("\"a {KEY}"), LineFault::Quote),
        ("a ssh-ed25519 AAAA".to_owned(), LineFault::Key),
        (format!("a no-pty {KEY}"), LineFault::Option("no-pty".to_owned())),
        (
            format!("a valid-before=\"20200101\",valid-before=\"20990101\" {KEY}"),
            LineFault::Option("valid-before=\"20990101\"".to_owned()),
        ),
        (format!("a cert-authority=no {KEY}"), LineFault::Option("cert-authority=no".to_owned())),
        (format!("a namespaces {KEY}"), LineFault::Option("namespaces".to_owned())),
        (format!("a valid-after=\"2026\" {KEY}"), LineFault::Time("2026".to_owned())),
        (format!("a valid-after=\"20261301\" {KEY}"), LineFault::Time("20261301".to_owned())),
        (
            format!("a valid-after=20260101 {KEY}"),
            LineFault::Option("valid-after=20260101".to_owned()),
        ),
        (format!("a ,,, {KEY}"), LineFault::Option(",,,".to_owned())),
        (format!("\"\"a\"\" {KEY}"), LineFault::Quote),
        (format!("a\"b\" {KEY}"), LineFault::Quote),
    ] {
        assert_eq!(line(&text), Err(fault), "{text}");
    }
    assert_eq!(parse_line(1, b"\xff"), Err(LineFault::Encoding));
}
