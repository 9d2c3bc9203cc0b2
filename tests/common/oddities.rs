//! Files with oddities of their form, given to a real tool and to us.
#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

/// Where a tool and we differ: the row of doc/signatures.md, whether the tool takes it, and the
/// oddities' names.
pub type Row = (&'static str, bool, &'static [&'static str]);

/// A file by the name of its oddity.
pub type Odd = (&'static str, String);

/// Holds that the tool and we differ in nothing but `rows`, in all of them, and that the manual has
/// each.
pub fn compare(
    tool: &str,
    odd: &[Odd],
    rows: &[Row],
    real: &mut dyn FnMut(&str) -> bool,
    ours: &mut dyn FnMut(&str) -> bool,
) {
    let (mut problems, mut listed, mut taken) = (Vec::new(), 0, 0);
    for (name, text) in odd {
        let (real, ours) = (real(text), ours(text));
        taken += usize::from(real);
        let row = rows.iter().find(|(_, _, names)| names.contains(name));
        match row {
            None if real == ours => {}
            Some((_, takes, _)) if real == *takes && real != ours => listed += 1,
            _ => problems
                .push(format!("{name}: {tool} {real}, ours {ours}, listed {}", row.is_some())),
        }
    }
    println!("{tool}: {} oddities, {listed} listed as different", odd.len());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(odd.len() >= 30 && taken > 2 && taken < odd.len() - 5, "{taken} of {}", odd.len());
    let manual = include_str!("../../doc/signatures.md");
    for (row, _, names) in rows {
        assert!(manual.contains(&format!("| {tool} | {row} |")), "{row}");
        for name in *names {
            assert!(odd.iter().any(|(odd, _)| odd == name), "no such oddity: {name}");
        }
    }
}

/// Key files made of a comment line and a line of base64.
pub fn key_files(key: &str) -> Vec<Odd> {
    let (comment, base64) = key.trim_end().split_once('\n').unwrap();
    let with = |comment: &str| format!("{comment}\n{base64}\n");
    vec![
        ("unchanged", key.to_owned()),
        ("without its comment", format!("{base64}\n")),
        ("base64 alone", base64.to_owned()),
        ("no line feed at the end", key.trim_end().to_owned()),
        ("CR LF", key.replace('\n', "\r\n")),
        ("a blank line between", format!("{comment}\n\n{base64}\n")),
        ("a blank line before", format!("\n{key}")),
        ("a blank line behind", format!("{key}\n")),
        ("garbage behind", format!("{key}garbage\n")),
        ("its base64 twice", format!("{key}{base64}\n")),
        ("twice", format!("{key}{key}")),
        ("an empty comment", with("untrusted comment: ")),
        ("a comment without its blank", with("untrusted comment:")),
        ("a comment without its colon", with("untrusted comment")),
        ("another comment", with("comment: x")),
        ("a comment with a capital", with("Untrusted comment: x")),
        ("a trusted comment", with("trusted comment: x")),
        ("a blank before the comment", with(" untrusted comment: x")),
        ("a comment of 500 characters", with(&format!("untrusted comment: {}", "x".repeat(500)))),
        ("a comment of 2000 characters", with(&format!("untrusted comment: {}", "x".repeat(2000)))),
        ("a comment that is not ASCII", with("untrusted comment: \u{e9}")),
        ("a NUL in the comment", with("untrusted comment: a\0b")),
        ("a blank before the base64", format!("{comment}\n {base64}\n")),
        ("a blank behind the base64", format!("{comment}\n{base64} \n")),
        ("a character less", format!("{comment}\n{}\n", &base64[..base64.len() - 1])),
        ("four characters less", format!("{comment}\n{}\n", &base64[..base64.len() - 4])),
        ("padding", format!("{comment}\n{base64}=\n")),
        ("four characters more", format!("{comment}\n{base64}AAAA\n")),
        ("base64 on two lines", format!("{comment}\n{}\n{}\n", &base64[..20], &base64[20..])),
        ("another algorithm", format!("{comment}\nRX{}\n", &base64[2..])),
        ("no base64", format!("{comment}\n{}!{}\n", &base64[..5], &base64[6..])),
        ("another key number", format!("{comment}\n{}BBB{}\n", &base64[..5], &base64[8..])),
        ("byte order mark", format!("\u{feff}{key}")),
        ("a NUL behind the base64", format!("{comment}\n{base64}\0\n")),
        ("the comment alone", format!("{comment}\n")),
        ("empty", String::new()),
    ]
}
