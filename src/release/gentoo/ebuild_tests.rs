#![allow(clippy::unwrap_used)]
use super::*;

fn read(text: &str) -> Ebuild {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("foo-bar-1.2_rc1-r3.ebuild");
    std::fs::write(&path, text).unwrap();
    Ebuild::read(&path).unwrap().unwrap()
}

#[test]
fn names() {
    for (file, expected) in [
        ("foo-1.2.ebuild", Some(("foo", "1.2"))),
        ("foo-bar-1.2-r3.ebuild", Some(("foo-bar", "1.2-r3"))),
        ("foo-1-2.ebuild", Some(("foo-1", "2"))),
        ("a2ps-4.15.5.ebuild", Some(("a2ps", "4.15.5"))),
        ("foo-r3.ebuild", None),
        ("foo.ebuild", None),
        ("foo-1.2", None),
        ("-1.2.ebuild", None),
    ] {
        let found = split(file).map(|(name, version)| (name, version.to_string()));
        let expected = expected.map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(found, expected, "{file}");
    }
}

#[test]
fn literal_values() {
    let ebuild = read(
        "VERIFY_SIG_OPENPGP_KEY_PATH=/usr/share/openpgp-keys/foo.asc\n\
         VERIFY_PROVENANCE_REF=\"refs/tags/v${PV}\"\n\
         VERIFY_PROVENANCE_WORKFLOW='.github/workflows/$x.yml' # comment\n\
         \tVERIFY_PROVENANCE_TRIGGER=push,release\n\
         VERIFY_PROVENANCE_SIGNER=\"https://example.org/\\$x\\\"$PN\"\n\
         VERIFY_PROVENANCE_UPSTREAM_NAMES=(\n\t\"${P}.a=${PN}\" # why\n\tb=c\n)\n\
         export PYPI_VERIFY_REPO=https://github.com/o/r\n\
         #VERIFY_PROVENANCE_RUNNER=commented\n\
         NOT_OURS=x\n",
    );
    let value = |name| ebuild.literal(name);
    assert_eq!(value("VERIFY_SIG_OPENPGP_KEY_PATH"), Some("/usr/share/openpgp-keys/foo.asc"));
    assert_eq!(value("VERIFY_PROVENANCE_REF"), Some("refs/tags/v1.2_rc1"));
    assert_eq!(value("VERIFY_PROVENANCE_WORKFLOW"), Some(".github/workflows/$x.yml"));
    assert_eq!(value("VERIFY_PROVENANCE_TRIGGER"), Some("push,release"));
    assert_eq!(value("VERIFY_PROVENANCE_SIGNER"), Some("https://example.org/$x\"foo-bar"));
    assert_eq!(value("PYPI_VERIFY_REPO"), Some("https://github.com/o/r"));
    assert_eq!(
        ebuild.words("VERIFY_PROVENANCE_UPSTREAM_NAMES"),
        ["foo-bar-1.2_rc1.a=foo-bar", "b=c"]
    );
    assert_eq!(value("VERIFY_PROVENANCE_RUNNER"), None);
    assert!(!ebuild.variables.contains_key("VERIFY_PROVENANCE_RUNNER"));
}

#[test]
fn the_array_of_pins_is_taken_apart() {
    let ebuild = read(
        "VERIFY_PROVENANCE_RUNNER=github-hosted\n\
         VERIFY_PROVENANCE_PINS=( --workflow=release.yml --ref=\"refs/tags/v${PV}\" --owner-id=22 )\n",
    );
    assert_eq!(ebuild.literal("VERIFY_PROVENANCE_WORKFLOW"), Some("release.yml"));
    assert_eq!(ebuild.literal("VERIFY_PROVENANCE_REF"), Some("refs/tags/v1.2_rc1"));
    assert_eq!(ebuild.literal("VERIFY_PROVENANCE_OWNER_ID"), Some("22"));
    assert_eq!(ebuild.literal("VERIFY_PROVENANCE_RUNNER"), Some("github-hosted"));
    assert!(!ebuild.variables.contains_key("VERIFY_PROVENANCE_PINS"));
    // What is not a pin, or is said twice, is not lost.
    let ebuild = read(
        "VERIFY_PROVENANCE_RUNNER=github-hosted\n\
         VERIFY_PROVENANCE_PINS=( --runner=mine --wokflow=a --signer )\n",
    );
    assert_eq!(ebuild.literal("VERIFY_PROVENANCE_RUNNER"), Some("github-hosted"));
    let rest = Expansion::Form("--runner=mine --wokflow=a --signer".to_owned());
    assert_eq!(ebuild.variables.get("VERIFY_PROVENANCE_PINS"), Some(&Literal::Unknown(rest)));
}

#[test]
fn who_published_in_the_array_of_pins() {
    let ebuild = read("VERIFY_PROVENANCE_PINS=( --repository=https://github.com/a/b --ref=v1 )\n");
    assert_eq!(ebuild.literal(BUNDLES_OF), Some("https://github.com/a/b"));
    assert!(!ebuild.sets("VERIFY_PROVENANCE_REPO") && !ebuild.may_set("VERIFY_PROVENANCE_PINS"));
    for array in ["--repository=a/b", "--publisher=https://github.com/a/b", "--repository"] {
        let ebuild = read(&format!("VERIFY_PROVENANCE_PINS=( {array} )\n"));
        assert_eq!(ebuild.literal(BUNDLES_OF), None, "{array}");
        assert!(ebuild.may_set("VERIFY_PROVENANCE_PINS"), "{array}");
    }
    let url = "https://github.com/a/b";
    // What the eclass refuses, or counts otherwise than one might think, is not known.
    for (array, before) in [
        (format!("--repository={url} --repository=https://github.com/c/d"), ""),
        (format!("--repository={url} --publisher=github:a/b"), ""),
        ("--ref=refs/tags/a --ref=refs/tags/b".to_owned(), ""),
        ("--ref=".to_owned(), ""),
        ("--ref=refs/tags/a".to_owned(), "VERIFY_PROVENANCE_REF=refs/tags/b\n"),
    ] {
        let ebuild = read(&format!("{before}VERIFY_PROVENANCE_PINS=( {array} )\n"));
        assert!(ebuild.may_set("VERIFY_PROVENANCE_PINS"), "{array}");
        assert!(!ebuild.sets(BUNDLES_OF), "{array}");
    }
    // An empty value is not handed over, so that of the array counts.
    for (variable, array, counts) in [
        ("VERIFY_PROVENANCE_REPO", format!("--repository={url}"), BUNDLES_OF),
        ("PYPI_VERIFY_REPO", format!("--repository={url}"), BUNDLES_OF),
        ("VERIFY_PROVENANCE_REF", "--ref=refs/tags/a".to_owned(), "VERIFY_PROVENANCE_REF"),
    ] {
        let ebuild = read(&format!("{variable}=\"\"\nVERIFY_PROVENANCE_PINS=( {array} )\n"));
        assert!(ebuild.sets(counts), "{variable}");
        assert!(!ebuild.may_set("VERIFY_PROVENANCE_PINS"), "{variable}");
    }
    for variable in ["VERIFY_PROVENANCE_REPO", "PYPI_VERIFY_REPO"] {
        let line = "VERIFY_PROVENANCE_PINS=( --publisher=github:a/b )";
        let ebuild = read(&format!("{variable}=https://github.com/a/b\n{line}\n"));
        assert!(ebuild.may_set("VERIFY_PROVENANCE_PINS") && !ebuild.sets(BUNDLES_OF));
    }
}

#[test]
fn what_bash_would_make_of_it() {
    for (text, expected) in [
        ("VERIFY_PROVENANCE_REF=\"refs/tags/v${PV/_/}\"\n", "refs/tags/v1.2rc1"),
        ("VERIFY_PROVENANCE_REF=v$(ver_rs 2 -)\n", "v1.2-rc1"),
        ("MY_PV=${PV%_rc*}\nVERIFY_PROVENANCE_REF=v${MY_PV//./_}\n", "v1_2"),
        ("VERIFY_PROVENANCE_REF=refs/a\nVERIFY_PROVENANCE_REF=refs/b\n", "refs/b"),
        ("VERIFY_PROVENANCE_REF=refs/\nVERIFY_PROVENANCE_REF+=b\n", "refs/b"),
        ("inherit x; VERIFY_PROVENANCE_REF=refs/b\n", "refs/b"),
        ("[[ a == b ]] || VERIFY_PROVENANCE_REF=refs/b\n", "refs/b"),
        ("declare -r VERIFY_PROVENANCE_REF=refs/b\n", "refs/b"),
        ("typeset VERIFY_PROVENANCE_REF=refs/b\n", "refs/b"),
        ("VERIFY_PROVENANCE_REF=\"${BROOT}\"/refs/b\n", "/refs/b"),
        ("for a in a b; do VERIFY_PROVENANCE_REF=refs/${a}; done\n", "refs/b"),
        ("VERIFY_PROVENANCE_REF=\\\nrefs/b\n", "refs/b"),
        ("VERIFY_PROVENANCE\\\n_REF=refs/b\n", "refs/b"),
        ("A=$(( 1 << B ))\nVERIFY_PROVENANCE_REF=refs/b\n", "refs/b"),
        (
            "if [[ ${PV} == 9999 ]]; then\n\tinherit git-r3; fi\nVERIFY_PROVENANCE_REF=refs/b\n",
            "refs/b",
        ),
        ("f() {\n\tcat <<-\"E-O\"\n\tx\n\tE-O\n}\nVERIFY_PROVENANCE_REF=refs/b\n", "refs/b"),
        (
            "if [[ ${PV} == 9999 ]]; then\n\tinherit git-r3\nelse\n\tVERIFY_PROVENANCE_REF=refs/b\nfi\n",
            "refs/b",
        ),
        ("case ${PV} in\n*_rc*) VERIFY_PROVENANCE_REF=refs/b ;;\n*) die ;;\nesac\n", "refs/b"),
        (": \"${MY:=refs/b}\"\nMY=refs/b\nVERIFY_PROVENANCE_REF=${MY}\n", "refs/b"),
    ] {
        let ebuild = read(text);
        let found = ebuild.variables.get("VERIFY_PROVENANCE_REF");
        assert_eq!(found, Some(&Literal::Words(vec![expected.to_owned()])), "{text}");
    }
}

#[test]
fn what_only_bash_knows_is_named() {
    for (text, expected) in [
        ("\"refs/tags/v${MY_PV}\"", "MY_PV"),
        ("\"refs/tags/v${PV@Q}\"", "PV@Q"),
        ("$(get_version 1-2)", "$(get_version"),
        ("\"`id`\"", "`id`"),
    ] {
        let ebuild = read(&format!("VERIFY_PROVENANCE_REF={text}\n"));
        let said = match ebuild.variables.get("VERIFY_PROVENANCE_REF") {
            Some(Literal::Unknown(Expansion::Bash(raw))) => raw.clone(),
            other => format!("{other:?}"),
        };
        assert!(said.contains(expected), "{text}: {said}");
        assert_eq!(ebuild.literal("VERIFY_PROVENANCE_REF"), None);
    }
    for text in [
        "if use x; then\n\tVERIFY_PROVENANCE_REF=refs/a\nfi\n",
        ": \"${VERIFY_PROVENANCE_REF:=refs/a}\"\n",
        "use x && VERIFY_PROVENANCE_REF=refs/a\n",
        "VERIFY_PROVENANCE_REF=refs/a\nuse x && VERIFY_PROVENANCE_REF=refs/b\n",
        "VERIFY_PROVENANCE_REF[0]=refs/a\n",
        "read -r VERIFY_PROVENANCE_REF <<<refs/a\n",
        "printf -v VERIFY_PROVENANCE_REF refs/a\n",
        "mapfile -t VERIFY_PROVENANCE_REF < x\n",
        "for VERIFY_PROVENANCE_REF in ${A}; do :; done\n",
        "while x; do VERIFY_PROVENANCE_REF=refs/a; done\n",
        "VERIFY_PROVENANCE_REF=refs/a\nwhile x; do unset VERIFY_PROVENANCE_REF; done\n",
        "src_unpack() {\n\tlocal VERIFY_PROVENANCE_REF=refs/a\n}\n",
        "f() { VERIFY_PROVENANCE_REF=refs/a; }\nf\n",
        "{ VERIFY_PROVENANCE_REF=refs/a; } < /nonexistent\n",
        "VERIFY_PROVENANCE_REF+=x\n",
    ] {
        let found = read(text).variables.get("VERIFY_PROVENANCE_REF").cloned();
        assert!(matches!(found, Some(Literal::Unknown(Expansion::Place(_)))), "{text}: {found:?}");
    }
    for text in [
        "cat <<-EOF\n\tVERIFY_PROVENANCE_REF=refs/a\nEOF\n",
        "[[ ${VERIFY_PROVENANCE_REF} == a ]]\n",
        "FOO=a # VERIFY_PROVENANCE_REF=refs/a\n",
        "if [[ ${PV} == 9999 ]]; then\n\tVERIFY_PROVENANCE_REF=refs/a\nfi\n",
        "VERIFY_PROVENANCE_REF=refs/a\nunset VERIFY_PROVENANCE_REF\n",
        "( VERIFY_PROVENANCE_REF=refs/a )\n",
        "true | VERIFY_PROVENANCE_REF=refs/a\n",
        "VERIFY_PROVENANCE_REF=refs/a true\n",
        "X=$(VERIFY_PROVENANCE_REF=refs/a)\n",
    ] {
        assert_eq!(read(text).variables.get("VERIFY_PROVENANCE_REF"), None, "{text}");
    }
}

/// After a line that is not understood nothing is known, and nothing is "not set".
#[test]
fn what_is_not_understood_ends_all_knowledge() {
    for (line, text) in [
        (2, "VERIFY_PROVENANCE_REF=refs/a\nVERIFY_PROVENANCE_RUNNER=\"unfinished\n"),
        (2, "VERIFY_PROVENANCE_REF=refs/a\neval \"${X}\"\nVERIFY_PROVENANCE_RUNNER=x\n"),
        (2, "VERIFY_PROVENANCE_REF=refs/a\nsource x\n"),
        (2, "VERIFY_PROVENANCE_REF=refs/a\n. x\n"),
        (2, "VERIFY_PROVENANCE_REF=refs/a\ndeclare -n X=VERIFY_PROVENANCE_REF\nX=refs/b\n"),
        (2, "VERIFY_PROVENANCE_REF=refs/a\ndeclare \"${X}=refs/b\"\n"),
        (2, "VERIFY_PROVENANCE_REF=refs/a\n${X} y\n"),
        (2, "VERIFY_PROVENANCE_REF=refs/a\nread -r ${X} <<<refs/b\n"),
        (2, "VERIFY_PROVENANCE_REF=refs/a\nprintf -v ${X} refs/b\n"),
        (4, "VERIFY_PROVENANCE_REF=refs/a\nif use x; then\n\ty\n"),
        (2, "VERIFY_PROVENANCE_REF=refs/a\n(( VERIFY_PROVENANCE_REF = 1 ))\n"),
        (3, "X='VERIFY_PROVENANCE_REF = 1'\nVERIFY_PROVENANCE_REF=refs/a\n(( X ))\n"),
        (2, "VERIFY_PROVENANCE_REF=refs/a\nIFS=/\n"),
        (4, "VERIFY_PROVENANCE_REF=refs/a\ncat <<EOF\nx\n"),
        (2, "VERIFY_PROVENANCE_REF=refs/a\n)\n"),
        (2, "VERIFY_PROVENANCE_REF=refs/a\nset -- x\n"),
        (2, "readonly VERIFY_PROVENANCE_REF=refs/a\nVERIFY_PROVENANCE_REF=refs/b\n"),
        (1, "VERIFY_PROVENANCE_REF=refs/a\0\n"),
    ] {
        let ebuild = read(text);
        for name in ["VERIFY_PROVENANCE_REF", "VERIFY_PROVENANCE_RUNNER"] {
            let found = ebuild.variables.get(name);
            let stop = Stop { line, limit: None };
            let expected = Expansion::Line { stop, named: text.contains(name) };
            assert_eq!(found, Some(&Literal::Unknown(expected)), "{text}");
        }
    }
}
