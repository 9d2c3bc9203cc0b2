#![allow(clippy::unwrap_used)]
use super::*;

/// What is damaged is an error, and never a list without packages.
#[test]
fn what_is_damaged_is_no_empty_list() {
    for (text, damaged) in [
        ("", Damaged::NoList),
        ("version = 4\n", Damaged::NoList),
        ("not [ toml", Damaged::Syntax("TOML")),
        ("package = 'x'\n", Damaged::NoList),
        ("package = ['x']\n", Damaged::Package),
        ("[[package]]\nname = 'a'\n", Damaged::Package),
        ("[[package]]\nname = 'a'\nversion = 1\n", Damaged::Package),
        ("[[package]]\nname = 'a'\nversion = '1'\nchecksum = 1\n", Damaged::Package),
        ("[[package]]\nname = 'a'\nversion = '1'\n[x]\n", Damaged::Unknown),
    ] {
        assert_eq!(cargo(text).unwrap_err(), damaged, "{text}");
    }
    assert_eq!(python("package = 1\n").unwrap_err(), Damaged::NoList);
    assert_eq!(python("package = [{}]\n").unwrap_err(), Damaged::Package);
    assert_eq!(python("packages = []\n").unwrap_err(), Damaged::NoList);
    assert_eq!(pylock("package = []\n").unwrap_err(), Damaged::NoList);
    assert_eq!(npm("{}").unwrap_err(), Damaged::NoList);
    assert_eq!(npm("{\"packages\": []}").unwrap_err(), Damaged::NoList);
    assert_eq!(npm("{\"packages\": {\"a\": 1}}").unwrap_err(), Damaged::Package);
    assert_eq!(npm("[").unwrap_err(), Damaged::Syntax("JSON"));
    let large = " ".repeat(LIMIT + 1);
    assert_eq!(cargo(&large).unwrap_err(), Damaged::TooLarge);
    assert_eq!(npm(&large).unwrap_err(), Damaged::TooLarge);
    let many = |one: &str, count: usize| vec![one; count].join(",");
    let list = |key: &str, count| format!("{key} = [{}]", many("{name='a',version='1'}", count));
    assert_eq!(cargo(&list("package", MOST)).unwrap().packages.len(), MOST);
    assert_eq!(cargo(&list("package", MOST + 1)).unwrap_err(), Damaged::TooLarge);
    assert_eq!(python(&list("package", MOST + 1)).unwrap_err(), Damaged::TooLarge);
    let packages: Vec<String> = (0..=MOST).map(|n| format!("\"{n}\":{{}}")).collect();
    let npm_list = |count| {
        let packages = packages.get(..count).unwrap_or_default().join(",");
        npm(&format!("{{\"packages\":{{{packages}}}}}"))
    };
    assert_eq!(npm_list(MOST).unwrap().len(), MOST);
    assert_eq!(npm_list(MOST + 1).unwrap_err(), Damaged::TooLarge);
    let values = format!("{{\"packages\":{{}},\"x\":[{}]}}", many("{\"\":0}", 100_000));
    assert_eq!(npm(&values).unwrap_err(), Damaged::TooLarge);
}

/// Cargo's first lock files had the checksums apart.
#[test]
fn checksums_of_the_first_version_are_read() {
    let text = "[[package]]\nname = 'a'\nversion = '1'\nsource = 'r'\n[metadata]\n'checksum a 1 (r)' = 'aa'\n";
    let lock = cargo(text).unwrap();
    assert_eq!(lock.packages.first().unwrap().files, [(String::new(), Some("aa".to_owned()))]);
}
