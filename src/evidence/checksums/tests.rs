#![allow(clippy::unwrap_used)]
use super::listed::DIGEST_LIMIT;
use super::*;
use crate::answer::failure::Outcome;
use crate::bytes::digests::Hasher;

fn digest(function: HashName, bytes: &[u8]) -> String {
    let mut hasher = Hasher::new(function);
    hasher.update(bytes);
    hex(&hasher.finish().unwrap())
}

/// What the list says of the file `f` with the bytes `abc`. In `text`, `{sha256}` is its digest,
/// `{SHA256}` the same in capitals, `{other}` another one; so for sha512, b2 and md5.
fn judged(format: ListFormat, text: &str) -> Finding {
    judged_as("f", format, text)
}

fn judged_as(name: &str, format: ListFormat, text: &str) -> Finding {
    let mut text = text.replace("{other}", &digest(HashName::Sha256, b"other"));
    for (word, function) in [
        ("sha256", HashName::Sha256),
        ("sha512", HashName::Sha512),
        ("b2", HashName::Blake2b),
        ("md5", HashName::Md5),
    ] {
        let digest = digest(function, b"abc");
        text = text.replace(&format!("{{{word}}}"), &digest);
        text = text.replace(&format!("{{{}}}", word.to_uppercase()), &digest.to_uppercase());
    }
    let list = List::read(text.as_bytes(), format, &Requested::of([name.as_bytes()]));
    let computed = list.wanted(name.as_bytes()).into_iter().map(|function| {
        let mut hasher = Hasher::new(function);
        hasher.update(b"abc");
        (function, hasher.finish().unwrap())
    });
    list.check(name.as_bytes(), &computed.collect())
}

#[test]
fn what_agrees() {
    use ListFormat::*;
    for (format, text) in [
        (Sha256, "{sha256}  f\n"),
        (Sha256, "{sha256}  f"),
        (Sha256, "{SHA256} *f\r\n"),
        (Sha256, "{sha256} f\n"),
        (Sha256, "{sha256}\tf\n"),
        (Sha256, "{sha256}    f \n"),
        (Sha256, "{sha256}  ./f\n"),
        (Sha256, "SHA256 (f) = {sha256}\n"),
        (Sha256, "\\{sha256}  f\n"),
        (Sha512, "{sha512}  f\n"),
        (B2, "{b2}  f\n"),
        (B2, "BLAKE2b (f) = {b2}\n"),
        (Bsd, "SHA256 (f) = {sha256}\n"),
        (Bsd, "SIZE (f) = 3\nSHA256 (f) = {sha256}\nSHA512 (f) = {sha512}\nMD5 (f) = {md5}\n"),
        (OpensslDgst, "SHA256(f)= {sha256}\n"),
        (OpensslDgst, "SHA2-256(f)= {sha256}\r\nBLAKE2B-512(f)= {b2}\n"),
        (Bsd, "SHA-256 (f) = {sha256}\n"),
        (OpensslDgst, "SHA3-999(f)= {md5}\nBLAKE2b512(f)= {b2}\n"),
        // Twice the same is no contradiction.
        (Sha256, "{sha256}  f\n{SHA256} *f\nSHA256 (f) = {sha256}\n"),
        // Under a directory that upstream has it in, where the list has no other line for it.
        (Sha256, "{sha256}  d/f\n"),
        (Sha256, "{sha256} */home/u/d/f\n{sha256}  e/f\n"),
        (Bsd, "SHA256 (d/f) = {sha256}\nSHA512 (d/f) = {sha512}\n"),
        // Lines about other files, of other hashes, and of none.
        (Sha256, "sha256sum f\n{md5}  f\n{sha512}  f\n{other}  g\n{other}  d/f\n{sha256}  f\n"),
        (Sha256, "Changes in f: none.\n<html>\n\0\n{other}\n{sha256}  f\n"),
    ] {
        let finding = judged(format, text);
        assert_eq!(finding.class, None, "{text}: {}", finding.compared);
        assert_eq!(finding.outcome(), Outcome::Agrees);
    }
}

#[test]
fn what_does_not() {
    use FailureClass::*;
    use ListFormat::*;
    for (format, text, class) in [
        (Sha256, "{other}  f\n", ChecksumMismatch),
        (Sha256, "{other} *f\r\n", ChecksumMismatch),
        (Sha256, "{other}  ./f\n", ChecksumMismatch),
        (Sha256, "SHA256 (f) = {other}\n", ChecksumMismatch),
        (Bsd, "SHA512 (f) = {sha512}\nSHA256 (f) = {other}\n", ChecksumMismatch),
        (
            Bsd,
            "SHA256 (f) = {sha256}\nMD5 (f) = 00000000000000000000000000000000\n",
            ChecksumMismatch,
        ),
        (OpensslDgst, "SHA256(f)= {other}\n", ChecksumMismatch),
        (B2, "{sha512}  f\n", ChecksumMismatch),
        (Sha256, "{sha256}  f\n{other}  f\n", ChecksumAmbiguous),
        (Sha256, "{other}  f\n{sha256}  f\n", ChecksumAmbiguous),
        (Sha256, "{sha256}  f\n{other}  ./f\n", ChecksumAmbiguous),
        (Sha256, "{sha256}  f\nSHA256 (f) = {other}\n", ChecksumAmbiguous),
        (Sha256, "", ChecksumMissing),
        (Sha256, "{sha256}  g\n", ChecksumMissing),
        (Sha256, "{sha256}  F\n", ChecksumMissing),
        (Sha256, "{sha256}  ../f\n", ChecksumMissing),
        (Sha256, "{sha256}  d/../f\n", ChecksumMissing),
        (Sha256, "{sha256}  d/f\n{other}  e/f\n", ChecksumMissing),
        (Sha256, "{other}  d/f\n", ChecksumMismatch),
        (Sha256, "{sha256}  d/f\n{other}  f\n", ChecksumMismatch),
        (Sha256, "{sha256}  d/f\n{md5}00  f\n", ChecksumMalformed),
        (Sha256, "{md5}  d/f\n", ChecksumMissing),
        (Bsd, "MD5 (d/f) = {md5}\n", ChecksumWeak),
        (Sha256, "{sha256}  f\\n\n", ChecksumMissing),
        (Sha256, "{sha512}  f\n", ChecksumMissing),
        (Sha256, "{md5}  f\nMD5 (f) = {md5}\n", ChecksumMissing),
        (Bsd, "{sha256}  f\n", ChecksumMissing),
        (Bsd, "BLAKE9 (f) = {sha256}\n", ChecksumMissing),
        (Bsd, "MD5 (f) = {md5}\n", ChecksumWeak),
        (OpensslDgst, "MD5(f)= {md5}\n", ChecksumWeak),
        (Sha256, "0{sha256}  f\n", ChecksumMalformed),
        (Sha256, "{sha256}  f\n{md5}00  f\n", ChecksumMalformed),
        (Sha256, "{sha256}  3  f\n", ChecksumMissing),
        (Sha256, "f: {sha256}\n{sha256}  f\n", ChecksumMalformed),
        (Bsd, "SHA256 (f) = {md5}\n", ChecksumMalformed),
        (Bsd, "SHA256 f {sha256}\n", ChecksumMalformed),
    ] {
        let finding = judged(format, text);
        assert_eq!(finding.class, Some(class), "{text}: {}", finding.compared);
    }
}

#[test]
fn escaped_names() {
    for (name, text) in [
        ("a\nb", "\\{sha256}  a\\nb\n"),
        ("a\\b", "\\{sha256}  a\\\\b\n"),
        ("a\\b", "{sha256}  a\\b\n"),
        ("a\rb", "\\SHA256 (a\\rb) = {sha256}\n"),
        (" a", "{sha256}   a\n"),
        ("*a", "{sha256}  *a\n"),
        ("a) = b", "SHA256 (a) = b) = {sha256}\n"),
        ("./a", "{sha256}  a\n"),
        ("d/a", "{sha256}  .//d/a\n"),
    ] {
        assert_eq!(judged_as(name, ListFormat::Sha256, text).class, None, "{name:?} {text:?}");
    }
    let finding = judged_as("a\nb", ListFormat::Sha256, "{sha256}  a\\nb\n");
    assert_eq!(finding.class, Some(FailureClass::ChecksumMissing));
}

#[test]
fn a_list_without_an_answer_says_what_is_near() {
    for (text, near) in [
        ("{sha256}  ../f\n", "in a directory"),
        ("{sha256}  d/f\n{other}  e/f\n", "in directories, which differ"),
        ("d41d8cd98f00b204e9800998ecf8427e  f\n", "MD5"),
        ("{sha256} 3 f\n", "precedes the name"),
        ("{sha512}  f\n", "another kind"),
        ("BLAKE9 (f) = {sha256}\n", "not computed"),
    ] {
        let finding = judged(ListFormat::Sha256, text);
        assert!(finding.compared.contains(near), "{}", finding.compared);
    }
}

#[test]
fn many_digests_of_one_file_are_not_kept() {
    let lines = (0..10_000).map(|n| format!("{n:064x}  f\n")).collect::<String>();
    let list = List::read(lines.as_bytes(), ListFormat::Sha256, &Requested::of([&b"f"[..]]));
    assert_eq!(
        list.of(b"f").unwrap().digests.values().map(BTreeMap::len).sum::<usize>(),
        DIGEST_LIMIT
    );
}

/// The list is looked through once, however many files are not on it.
#[test]
fn many_files_that_are_not_on_a_large_list() {
    let lines: String = (0..20_000).map(|n| format!("{n:064x}  of-{n}\n")).collect();
    let names: Vec<String> = (0..2_000).map(|n| format!("f-{n}")).collect();
    let list = List::read(
        lines.as_bytes(),
        ListFormat::Sha256,
        &Requested::of(names.iter().map(|name| name.as_bytes())),
    );
    let begin = std::time::Instant::now();
    for (n, name) in names.iter().enumerate() {
        let digest = crate::bytes::digests::unhex(&format!("{n:064x}")).unwrap();
        let finding = list.check(name.as_bytes(), &BTreeMap::from([(HashName::Sha256, digest)]));
        assert_eq!(finding.class, Some(FailureClass::ChecksumMissing));
        let place = format!("line {} of the list has this digest under the name of-{n}", n + 1);
        assert!(finding.compared.ends_with(&place), "{}", finding.compared);
    }
    assert!(begin.elapsed().as_secs() < 5, "{:?}", begin.elapsed());
    // Of several lines the first; one that proves nothing is not told.
    let text = format!("{0}  b\n{0}  c\nd41d8cd98f00b204e9800998ecf8427e  d\n", "ab".repeat(32));
    let list = List::read(text.as_bytes(), ListFormat::Sha256, &Requested::of([&b"f"[..]]));
    let found = |function: HashName, digest: &str| {
        let digest = crate::bytes::digests::unhex(digest).unwrap();
        list.check(b"f", &BTreeMap::from([(function, digest)])).compared
    };
    assert!(
        found(HashName::Sha256, &"ab".repeat(32))
            .ends_with("line 1 of the list has this digest under the name b")
    );
    assert!(!found(HashName::Md5, "d41d8cd98f00b204e9800998ecf8427e").contains("under the name"));
}
