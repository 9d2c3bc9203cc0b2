#![allow(clippy::unwrap_used)]
use super::*;

const PO: &str = "# head\nmsgid \"\"\nmsgstr \"\"\n\"POT-Creation-Date: x\\n\"\n\n#: a.c:1\n#, c-format\nmsgid \"a %s\"\nmsgstr \"b %s\"\n\nmsgid \"one\"\nmsgid_plural \"many %d\"\nmsgstr[0] \"eins\"\nmsgstr[1] \"viele %d\"\n";

#[test]
fn catalogues() {
    let catalogue = parse(PO.as_bytes()).unwrap();
    assert_eq!(catalogue.messages.len(), 3);
    assert_eq!(catalogue.messages.get(&b"a %s"[..]).unwrap(), &[b"b %s".to_vec()]);
    assert!(catalogue.wrong.is_empty());
    for (other, key) in
        [(PO.replace("b %s", "b %n"), "a %s"), (PO.replace("eins", "eins %s"), "one")]
    {
        let wrong = parse(other.as_bytes()).unwrap().wrong;
        assert_eq!(wrong, BTreeSet::from([key.as_bytes().to_vec()]), "{other}");
    }
    for other in [
        PO.replace("msgstr \"b %s\"\n", ""),
        format!("{PO}\n#!/bin/sh\nrm -rf /\n"),
        PO.replace("\"b %s\"", "b"),
    ] {
        assert_eq!(parse(other.as_bytes()), None, "{other}");
    }
    let fuzzy = PO.replace("#, c-format", "#, fuzzy, c-format").replace("b %s", "b %n");
    let fuzzy = parse(fuzzy.as_bytes()).unwrap();
    assert_eq!((fuzzy.messages.len(), fuzzy.wrong.len()), (2, 0));
    let latin = parse(b"msgid \"\"\nmsgstr \"\"\n\nmsgid \"a\"\nmsgstr \"\xf5\"\n").unwrap();
    assert!(!is_utf8(&latin.messages) && is_utf8(&catalogue.messages));
    assert_eq!(ascii(b"a\xf5b"), ascii("a\u{f5}b".as_bytes()));
    assert_ne!(ascii(b"a\xf5b"), ascii("a\u{f5}c".as_bytes()));
    assert_eq!(latin.messages.get(&b"a"[..]).unwrap(), &[b"\xf5".to_vec()]);
    assert_eq!(number_alike(b"%<PRIu64> of %5lld"), b"%u of %5d");
}
