//! Messages made and altered, each with what distvouch says of it and which text it writes.

use super::messages::*;
use openpgp::Packet;
use openpgp::types::{CompressionAlgorithm, DataFormat, HashAlgorithm, SignatureType};
use sequoia_openpgp as openpgp;

/// The text of most of them.
pub const TEXT: &str = "first line\n- a dash\n-----\nFrom here\n\n  indented\nlast line\n";

/// A message, what distvouch says of it, and which text it writes.
pub struct Case {
    /// What is peculiar about it.
    pub name: &'static str,
    /// The message.
    pub bytes: Vec<u8>,
    /// `agrees`, or the class.
    pub said: &'static str,
    /// What is written; nothing where it is refused.
    pub text: Option<Vec<u8>>,
}

/// Collects cases.
#[derive(Default)]
struct Cases(Vec<Case>);

impl Cases {
    fn agrees(&mut self, name: &'static str, bytes: impl Into<Vec<u8>>, text: impl Into<Vec<u8>>) {
        let (bytes, text) = (bytes.into(), Some(text.into()));
        self.0.push(Case { name, bytes, said: "agrees", text });
    }

    fn refused(&mut self, name: &'static str, bytes: impl Into<Vec<u8>>, said: &'static str) {
        self.0.push(Case { name, bytes: bytes.into(), said, text: None });
    }
}

/// Cleartext-signed messages by `cert`, whose key is known, and `stranger`, whose key is not.
pub fn cleartext_cases(cert: &openpgp::Cert, stranger: &openpgp::Cert) -> Vec<Case> {
    const BAD: &str = "signature-bad";
    const MALFORMED: &str = "signature-malformed";
    let plain = clearsigned(cert, TEXT);
    let sign = |cert, text: &str| signature(cert, SignatureType::Text, &canonical(text));
    let other = sign(cert, "another text\n");
    let header = "-----BEGIN PGP SIGNED MESSAGE-----\n";
    let mut cases = Cases::default();

    cases.agrees("plain", plain.clone(), TEXT);
    cases.agrees("CR LF throughout", plain.replace('\n', "\r\n"), TEXT);
    cases.agrees("CR LF in the text", plain.replace("first line\n", "first line\r\n"), TEXT);
    cases.agrees("blanks added to a line", plain.replace("first line\n", "first line \t\n"), TEXT);
    cases.agrees("a CR in the blanks", plain.replace("first line\n", "first line \r \n"), TEXT);
    cases.agrees("text before", format!("Hello,\nhere it is\n\n{plain}"), TEXT);
    cases.agrees("text behind", format!("{plain}\n-- \nmailing list\n"), TEXT);
    cases.agrees("blank lines around", format!("\n\n{plain}\n\n"), TEXT);
    cases.agrees("no line end at the end", plain.trim_end(), TEXT);
    cases.agrees("no Hash header", plain.replace("Hash: SHA512\n", ""), TEXT);
    cases.agrees("another Hash header", plain.replace("Hash: SHA512\n", "Hash: SHA256\n"), TEXT);
    cases.agrees("two Hash headers", plain.replace("Hash: S", "Hash: SHA256\nHash: S"), TEXT);
    cases.agrees("two hashes", plain.replace("Hash: SHA512", "Hash: SHA256, SHA512"), TEXT);
    cases.agrees("blanks on the empty line", plain.replace("SHA512\n\n", "SHA512\n \t\n"), TEXT);
    cases.agrees(
        "blanks behind the header",
        plain.replace(header, &header.replace('\n', " \n")),
        TEXT,
    );
    cases.agrees("a line escaped without need", plain.replace("first line", "- first line"), TEXT);
    cases.agrees(
        "armor with a comment",
        plain.replace("SIGNATURE-----\n\n", "SIGNATURE-----\nComment: x\n\n"),
        TEXT,
    );
    for (name, text) in [
        ("no text", "\n"),
        ("two empty lines", "\n\n"),
        ("empty lines at the end", "a\n\n\n"),
        ("a CR inside of a line", "a\rb\n"),
        ("a NUL", "a\0b\n"),
        ("Latin-1 and no UTF-8", "a\u{e9}b\n"),
        ("a form feed at the end of a line", "a\u{c}\nb\n"),
        ("armor inside, escaped", "-----BEGIN PGP SIGNATURE-----\n\niQ==\n"),
    ] {
        let written = if text == "\n" { "" } else { text };
        cases.agrees(name, clearsigned(cert, text), written);
    }
    let long = format!("{}\n", "x".repeat(30_000));
    cases.agrees("a line of 30000 bytes", clearsigned(cert, &long), long);
    cases.agrees(
        "a stranger beside it",
        cleartext(TEXT, [sign(cert, TEXT), sign(stranger, TEXT)]),
        TEXT,
    );
    cases.agrees(
        "a stranger before it",
        cleartext(TEXT, [sign(stranger, TEXT), sign(cert, TEXT)]),
        TEXT,
    );
    cases.agrees(
        "twice the same signature",
        cleartext(TEXT, [sign(cert, TEXT), sign(cert, TEXT)]),
        TEXT,
    );

    cases.refused("a letter", plain.replace("first", "firsT"), BAD);
    cases.refused("a line more", plain.replace("last line\n", "last line\nmore\n"), BAD);
    cases.refused("an empty line more", plain.replace("last line\n", "last line\n\n"), BAD);
    cases.refused("a line less", plain.replace("From here\n", ""), BAD);
    cases.refused(
        "lines exchanged",
        plain.replace("first line\n- - a dash\n", "- - a dash\nfirst line\n"),
        BAD,
    );
    cases.refused("a blank in front", plain.replace("first line", " first line"), BAD);
    cases.refused("an escape too much", plain.replace("- - a dash", "- - - a dash"), BAD);
    cases.refused("a form feed more", plain.replace("first line\n", "first line\u{c}\n"), BAD);
    cases.refused(
        "a no-break space more",
        plain.replace("first line\n", "first line\u{a0}\n"),
        BAD,
    );
    cases.refused("only CR", plain.replace("first line\n", "first line\r"), BAD);
    cases.refused("a signature over another text", cleartext(TEXT, [other.clone()]), BAD);
    cases.refused(
        "one that counts, one over another text",
        cleartext(TEXT, [sign(cert, TEXT), other]),
        BAD,
    );
    cases.refused("a stranger", cleartext(TEXT, [sign(stranger, TEXT)]), "signer-unknown");
    cases.refused("65 signatures", cleartext(TEXT, vec![sign(cert, TEXT); 65]), MALFORMED);
    let binary = signature(cert, SignatureType::Binary, &canonical(TEXT));
    cases.refused("a signature over bytes", cleartext(TEXT, [binary]), MALFORMED);

    cases.refused("a Comment header", plain.replace("Hash:", "Comment: pay Bob\nHash:"), MALFORMED);
    cases.refused("a Charset header", plain.replace("Hash:", "Charset: UTF-8\nHash:"), MALFORMED);
    cases.refused(
        "NotDashEscaped",
        plain.replace("Hash:", "NotDashEscaped: yes\nHash:"),
        MALFORMED,
    );
    cases.refused(
        "a sentence in the Hash header",
        plain.replace("Hash: SHA512", "Hash: pay Bob 100"),
        MALFORMED,
    );
    cases.refused(
        "a vertical tab in the Hash header",
        plain.replace("Hash: SHA512", "Hash: SHA512\u{b}pay Bob"),
        MALFORMED,
    );
    cases.refused(
        "an unknown hash in the Hash header",
        plain.replace("Hash: SHA512", "Hash: SHA512, PAY"),
        MALFORMED,
    );
    cases.refused(
        "a header without a colon",
        plain.replace("Hash: SHA512", "Hash: SHA512\nIgnore this"),
        MALFORMED,
    );
    cases.refused("no empty line", plain.replace("SHA512\n\n", "SHA512\n"), MALFORMED);
    cases.refused(
        "an indented Hash header",
        plain.replace("Hash: SHA512", " Hash: SHA512"),
        MALFORMED,
    );
    cases.refused("a dash without its escape", plain.replace("- - a dash", "-a dash"), MALFORMED);
    cases.refused("dashes without their escape", plain.replace("- -----\n", "-----\n"), MALFORMED);
    cases.refused(
        "a message inside",
        plain.replace("first line\n", &format!("{header}\nfirst line\n")),
        MALFORMED,
    );
    cases.refused("two messages", format!("{plain}{plain}"), MALFORMED);
    cases.refused(
        "a stranger's message behind",
        format!("{plain}{}", clearsigned(stranger, "x\n")),
        MALFORMED,
    );
    cases.refused(
        "a key behind",
        format!(
            "{plain}{}",
            String::from_utf8(armored("PUBLIC KEY BLOCK", &public(cert))).unwrap()
        ),
        MALFORMED,
    );
    let block = &plain[plain.find("-----BEGIN PGP SIGNATURE").unwrap()..];
    cases.refused("two signature blocks", format!("{plain}{block}"), MALFORMED);
    cases.refused("no signature block", plain.replace(block, ""), MALFORMED);
    cases.refused(
        "no end of the signature",
        plain.replace("-----END PGP SIGNATURE-----\n", ""),
        MALFORMED,
    );
    cases.refused(
        "half of a signature",
        {
            let at = plain.len() - block.len() / 2;
            plain[..at].to_owned() + "\n-----END PGP SIGNATURE-----\n"
        },
        MALFORMED,
    );
    cases.refused("a blank before the header", format!(" {plain}"), MALFORMED);
    cases.refused("a byte order mark", format!("\u{feff}{plain}"), MALFORMED);
    cases.refused(
        "words behind the header",
        plain.replacen("-----\nHash", "----- x\nHash", 1),
        MALFORMED,
    );
    cases.0
}

/// The same with signatures around a literal.
pub fn inline_cases(cert: &openpgp::Cert, stranger: &openpgp::Cert) -> Vec<Case> {
    const BAD: &str = "signature-bad";
    const MALFORMED: &str = "signature-malformed";
    let body = TEXT.as_bytes();
    let crlf = TEXT.replace('\n', "\r\n");
    let sign = |cert, body: &[u8]| signature(cert, SignatureType::Binary, body);
    let plain = inline(body, &[sign(cert, body)]);
    let text = signature(cert, SignatureType::Text, crlf.as_bytes());
    let mut cases = Cases::default();

    cases.agrees("one-pass", plain.clone(), body);
    cases.agrees("armored", armored("MESSAGE", &plain), body);
    cases.agrees(
        "armored, with text around",
        [&b"Hello\n"[..], &armored("MESSAGE", &plain), b"\nBye\n"].concat(),
        body,
    );
    cases.agrees(
        "CR LF as binary",
        inline(crlf.as_bytes(), &[sign(cert, crlf.as_bytes())]),
        crlf.as_bytes(),
    );
    cases.agrees(
        "as text",
        {
            packets([
                one_pass(&text, true),
                literal(DataFormat::Unicode, crlf.as_bytes()),
                text.clone().into(),
            ])
        },
        body,
    );
    cases.agrees(
        "as text with LF",
        {
            packets([one_pass(&text, true), literal(DataFormat::Binary, body), text.clone().into()])
        },
        body,
    );
    cases.agrees(
        "as bytes in a text literal",
        {
            let signature = sign(cert, crlf.as_bytes());
            packets([
                one_pass(&signature, true),
                literal(DataFormat::Unicode, crlf.as_bytes()),
                signature.into(),
            ])
        },
        crlf.as_bytes(),
    );
    cases.agrees(
        "signature first",
        packets([sign(cert, body).into(), literal(DataFormat::Binary, body)]),
        body,
    );
    cases.agrees("two signatures", inline(body, &[sign(cert, body), sign(cert, body)]), body);
    cases.agrees("with a stranger", inline(body, &[sign(cert, body), sign(stranger, body)]), body);
    cases.agrees("nothing signed", inline(b"", &[sign(cert, b"")]), "");
    for (name, algorithm) in [
        ("compressed: zip", CompressionAlgorithm::Zip),
        ("compressed: zlib", CompressionAlgorithm::Zlib),
        ("compressed: bzip2", CompressionAlgorithm::BZip2),
        ("compressed: not at all", CompressionAlgorithm::Uncompressed),
    ] {
        cases.agrees(name, compressed(algorithm, &plain), body);
    }
    let marker = Packet::Marker(Default::default());
    cases.agrees("a marker in front", [packets([marker.clone()]), plain.clone()].concat(), body);
    cases.agrees("a marker behind", [plain.clone(), packets([marker.clone()])].concat(), body);

    let at = plain.windows(5).position(|w| w == b"first").unwrap();
    let mut altered = plain.clone();
    altered[at] ^= 1;
    cases.refused("a changed byte", altered, BAD);
    cases.refused("a stranger alone", inline(body, &[sign(stranger, body)]), "signer-unknown");
    cases.refused("a signature over other bytes", inline(body, &[sign(cert, b"other")]), BAD);
    cases.refused(
        "one that counts, one over other bytes",
        inline(body, &[sign(cert, body), sign(cert, b"other")]),
        BAD,
    );
    cases.refused("cut off in the text", &plain[..at + 5], MALFORMED);
    cases.refused("cut off in the signature", &plain[..plain.len() - 5], MALFORMED);
    cases.refused("not signed", unsigned(body), "signature-absent");
    cases.refused(
        "not signed, compressed",
        compressed(CompressionAlgorithm::Zip, &unsigned(body)),
        "signature-absent",
    );
    cases.refused("a signature alone", packets([sign(cert, body).into()]), MALFORMED);
    cases.refused(
        "a signature alone, armored",
        armored("SIGNATURE", &packets([sign(cert, body).into()])),
        MALFORMED,
    );
    cases.refused("a key", public(cert), MALFORMED);
    cases.refused("an armored key", armored("PUBLIC KEY BLOCK", &public(cert)), MALFORMED);
    let signature = sign(cert, body);
    let head = one_pass(&signature, true);
    let tail = Packet::from(signature.clone());
    let lit = literal(DataFormat::Binary, body);
    let evil = literal(DataFormat::Binary, b"evil");
    cases.refused("no signature at the end", packets([head.clone(), lit.clone()]), MALFORMED);
    cases.refused("no one-pass signature", packets([lit.clone(), tail.clone()]), MALFORMED);
    cases.refused(
        "two texts, the first signed",
        [plain.clone(), packets([evil.clone()])].concat(),
        MALFORMED,
    );
    cases.refused(
        "two texts, the second signed",
        [packets([evil.clone()]), plain.clone()].concat(),
        MALFORMED,
    );
    cases.refused(
        "two texts in one signature",
        packets([head.clone(), lit.clone(), evil.clone(), tail.clone()]),
        MALFORMED,
    );
    cases.refused("two signed messages", [plain.clone(), plain.clone()].concat(), MALFORMED);
    cases.refused(
        "two signed messages, armored",
        [armored("MESSAGE", &plain), armored("MESSAGE", &plain)].concat(),
        MALFORMED,
    );
    cases.refused(
        "a text behind, compressed",
        [compressed(CompressionAlgorithm::Zip, &plain), unsigned(b"evil")].concat(),
        MALFORMED,
    );
    cases.refused(
        "a text in front, compressed",
        [unsigned(b"evil"), compressed(CompressionAlgorithm::Zip, &plain)].concat(),
        MALFORMED,
    );
    // As gpg writes it: without a length, as far as the file goes.
    let stream = deflated(&plain);
    let endless = [b"\xa3\x01", &stream[..]].concat();
    let sized = |more: &[u8]| {
        let size = (1 + stream.len() + more.len()) as u32;
        [&[0xa2][..], &size.to_be_bytes(), b"\x01", &stream, more].concat()
    };
    cases.agrees("compressed without a length", endless.clone(), body);
    cases.agrees("compressed with a length", sized(b""), body);
    cases.agrees(
        "a marker, compressed without a length",
        [b"\xca\x03PGP", &endless[..]].concat(),
        body,
    );
    let evil = unsigned(b"evil");
    for (name, message) in [
        ("a text in the compressed packet, behind its stream", [&endless[..], &evil].concat()),
        ("a NUL in the compressed packet, behind its stream", [&endless[..], b"\0"].concat()),
        ("a text in the compressed packet with a length, behind its stream", sized(&evil)),
        ("a text behind the compressed packet with a length", [sized(b""), evil.clone()].concat()),
        ("a compressed packet longer than the file", {
            let mut long = sized(b"");
            long[4] += 1;
            long
        }),
        ("a text in the compressed stream, behind the signature", {
            [b"\xa3\x01", &deflated(&[&plain[..], &evil].concat())[..]].concat()
        }),
    ] {
        cases.refused(name, message, MALFORMED);
    }
    cases.refused(
        "compressed twice",
        compressed(CompressionAlgorithm::Zip, &compressed(CompressionAlgorithm::Zip, &plain)),
        MALFORMED,
    );
    cases.refused(
        "compressed inside of the signature",
        [
            packets([head.clone()]),
            compressed(CompressionAlgorithm::Zip, &packets([lit.clone()])),
            packets([tail.clone()]),
        ]
        .concat(),
        MALFORMED,
    );
    cases.refused("garbage behind", [&plain[..], b"garbage"].concat(), MALFORMED);
    cases.refused("a key behind a message", [plain.clone(), public(cert)].concat(), MALFORMED);
    cases.refused(
        "a signature too many",
        [plain.clone(), packets([tail.clone()])].concat(),
        MALFORMED,
    );
    cases.refused(
        "a one-pass signature too many",
        packets([one_pass(&signature, false), head.clone(), lit.clone(), tail.clone()]),
        MALFORMED,
    );
    cases.refused(
        "another hash announced",
        {
            let other = signature_with(cert, SignatureType::Binary, HashAlgorithm::SHA256, body);
            packets([one_pass(&other, true), lit.clone(), tail.clone()])
        },
        MALFORMED,
    );
    cases.refused(
        "signed as text and as bytes",
        inline(body, &[signature.clone(), text.clone()]),
        MALFORMED,
    );
    cases.refused(
        "signed around a signed message",
        packets([head.clone(), head.clone(), lit.clone(), tail.clone(), tail.clone()]),
        MALFORMED,
    );
    cases.refused(
        "signature first and one-pass",
        packets([tail.clone(), head.clone(), lit.clone(), tail.clone()]),
        MALFORMED,
    );
    cases.refused(
        "a kind of signature that is not over documents",
        {
            // Behind tag, length and version stands the type.
            let mut bytes = packets([head.clone(), lit.clone(), tail.clone()]);
            let at = bytes.len() - packets([tail.clone()]).len();
            (bytes[3], bytes[at + 3]) = (0x02, 0x02);
            bytes
        },
        MALFORMED,
    );
    cases.refused(
        "65 signatures around a text",
        inline(body, &vec![signature.clone(); 65]),
        MALFORMED,
    );
    cases.refused(
        "300 markers",
        packets(std::iter::repeat_n(marker, 300).chain([head, lit, tail])),
        MALFORMED,
    );
    cases.refused("a PDF", &b"\xe2\xe3\xcf\xd3%PDF"[..], MALFORMED);
    cases.refused("an empty file", "", MALFORMED);
    cases.refused("a text file", "hello\n", MALFORMED);
    cases.refused("a web page", "<!DOCTYPE html><html></html>", MALFORMED);
    cases.0
}

/// `bytes` as the deflate stream of a compressed packet.
fn deflated(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder =
        flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
