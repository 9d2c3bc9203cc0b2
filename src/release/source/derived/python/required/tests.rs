#![allow(clippy::unwrap_used)]
use super::*;

fn one(text: &str) -> Requirement {
    Requirement::parse(text).unwrap()
}

fn said(known: &[&str], requires: &[Requirement]) -> Stated {
    let known: Vec<_> = known.iter().map(|text| one(text)).collect();
    conditions(&known, requires, &|_| false)
}

#[test]
fn the_same_markers_in_other_spellings() {
    for (known, written) in [
        ("a; python_version < '3.11'", "a ; python_version<\"3.11\""),
        ("a>=1; (os_name=='nt')", "a>=1; os_name == \"nt\""),
        ("a; (x=='1' or y=='2') and z=='3'", "a ; (x == \"1\" or y == \"2\") and z == \"3\""),
        ("a; x=='1' and (y=='2' or z=='3')", "a; ((x=='1' and (y=='2' or z=='3')))"),
    ] {
        assert_eq!(said(&[known], &[one(written)]), Stated::Same, "{written}");
    }
    let extra = [one("a; (python_version < \"3\") and extra == 'Dev_x'")];
    let known = [one("a; python_version < '3'").under("dev-x")];
    assert_eq!(conditions(&known, &extra, &|_| false), Stated::Same);
    let under = [one("a").under("dev-x:python_version<\"3\"")];
    assert_eq!(conditions(&known, &under, &|_| false), Stated::Same);
}

#[test]
fn other_markers_and_what_is_left_out_are_not_the_same() {
    for (known, written) in [
        ("a; python_version < '3.11'", "a"),
        ("a", "a; extra == 'x'"),
        ("a; python_version < '3.11'", "a; python_version < '3.12'"),
        ("a; (x=='1' or y=='2') and z=='3'", "a; x=='1' or (y=='2' and z=='3')"),
    ] {
        assert!(matches!(said(&[known], &[one(written)]), Stated::Partly(_)), "{written}");
    }
    assert!(matches!(said(&["a", "b"], &[one("a")]), Stated::Partly(_)));
    let known = [one("foo[x]").under("all"), one("a").under("x"), one("b").under("y")];
    let itself = |one: &Requirement| one.name == "foo";
    let wanted = |name: &str| [one(name).under("all"), one("a").under("x"), one("b").under("y")];
    assert_eq!(conditions(&known, &wanted("a"), &itself), Stated::Same);
    assert!(matches!(conditions(&known, &wanted("b"), &itself), Stated::Partly(_)));
}
