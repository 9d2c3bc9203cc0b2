#![allow(clippy::unwrap_used)]
use super::super::lines::Patience;
use super::super::place::place;
use super::*;

fn said(path: &str, old: &str, new: &str) -> Vec<String> {
    let place = place(path.as_bytes(), new.as_bytes());
    let around = |line: &str| format!("first\n{line}\nlast\n");
    let (old, new) = (around(old), around(new));
    let lines = Lines::compare(old.as_bytes(), new.as_bytes(), &mut Patience::default());
    changed(place, &lines, 0).into_iter().map(|hazard| hazard.reason).collect()
}

#[test]
fn a_door_opened_in_few_characters_is_named() {
    for (path, old, new, expected) in [
        ("a.c", "  if (n > 64)", "  if (n > 640)", "line 2 has another limit: 640 (was 64)"),
        (
            "a.c",
            "  if (n > 64)",
            "  if (n > 64 * 10)",
            "line 2 has another limit: * 10 (was nothing)",
        ),
        ("a.c", "  if (n >= max)", "  if (n > max)", "line 2 compares otherwise: > (was >=)"),
        (
            "a.py",
            "ITERATIONS = 600000",
            "ITERATIONS = 6",
            "line 2 has another limit: 6 (was 600000)",
        ),
        (
            "a.py",
            "    if not check(u, p):",
            "    if not check(u, p) and u != \"svc\":",
            "line 2 compares otherwise: and u != \" svc \" (was nothing)",
        ),
        (
            "a.rs",
            "    if valid(x) && allowed(x) {",
            "    if valid(x) {",
            "line 2 has another condition: nothing (was && allowed ( x ))",
        ),
        (
            "a.js",
            "  return !bad(x)",
            "  return bad(x)",
            "line 2 has another condition: nothing (was !)",
        ),
        (
            "a.py",
            "URL = \"https://api.foo.org/v1\"",
            "URL = \"https://api.f00.org/v1\"",
            "line 2 names another host: api.f00.org (was api.foo.org)",
        ),
        (
            "a.py",
            "    assert verify(x) is not None",
            "    y = 1",
            "a line that checks is gone from here (1 more)",
        ),
        ("a.py", "    assert user.is_admin", "    y = 1", "a line that checks is gone from here"),
        (
            "a.py",
            "    return ok",
            "    return ok or {1}",
            "line 2 has another condition: or { 1 } (was nothing)",
        ),
        (
            "a.py",
            "for a in b:\n    c()\nreturn True",
            "for a in b:\n    c()\n    return True",
            "line 4 leaves at another depth",
        ),
        (
            "a.py",
            "    if p.startswith(\"/etc\"):",
            "    if p.startswith(\"/ etc\"):",
            "line 2 has another text: by its blanks",
        ),
        (
            "a.c",
            "  int y = x / *p; /* a */",
            "  int y = x /*p; /* a */",
            "line 2 has blanks that make another comment or operator",
        ),
        (
            "a.py",
            "    assert isinstance(u, A)",
            "    assert isinstance(u, (A, object))",
            "line 2 has another condition: ( A , object ) (was A)",
        ),
        (
            "a.py",
            "    assert isinstance(u, A)",
            "    assert isinstance(u, A), f\"{run(u)}\"",
            "line 2 has another condition: , f \" { run ( u ) } \" (was nothing)",
        ),
        (
            "a.py",
            "    if not valid(x):",
            "    if not valid(\"x\"):",
            "line 2 has another condition: \" x \" (was x)",
        ),
        (
            "a.py",
            "    if r == \"admin\":",
            "    if r == \"guest\":",
            "line 2 has another condition: guest (was admin)",
        ),
        (
            "a.py",
            "    if r in (\"admin\", \"root\"):",
            "    if r in (\"admin\", \"root\", \"guest\"):",
            "line 2 has another condition: , \" guest \" (was nothing)",
        ),
        (
            "a.py",
            "    ok = isinstance(u, A)",
            "    ok = isinstance(u, object)",
            "line 2 has another condition: object (was A)",
        ),
        (
            "a.py",
            "    if issubclass(u, A):",
            "    if issubclass(u, object):",
            "line 2 has another condition: object (was A)",
        ),
        (
            "a.py",
            "    if isinstance(u, A):",
            "    if isinstance(u, object):  # any",
            "line 2 has another condition: object (was A)",
        ),
        (
            "a.py",
            "    if type(u) is A:",
            "    if type(u) is B:",
            "line 2 has another condition: B (was A)",
        ),
        (
            "a.py",
            "    except Bad:",
            "    except Other:",
            "line 2 has another condition: Other (was Bad)",
        ),
        ("a.c", "  if (!valid(x))", "  if (!valid(x));", "line 2 decides nothing: ; ends it"),
        (
            "a.h",
            "#define CHECK(x) (x)",
            "#define CHECK (x) (x)",
            "line 2 has a blank that makes another macro",
        ),
        (
            "a.sh",
            "if [ \"$a\" = \"$b\" ]; then",
            "if [ \"$a\"=\"$b\" ]; then",
            "line 2 has blanks that make other words",
        ),
        ("a.sh", "rm $(d)/x", "rm $(d) /x", "line 2 has blanks that make other words"),
        (
            "a.mk",
            "\trm -rf $(D)/usr",
            "\trm -rf $(D) /usr",
            "line 2 has blanks that make other words",
        ),
        ("a.mk", "A = $(D)/usr", "A = $(D) /usr", "line 2 has blanks that make other words"),
        (
            "a.sh",
            "rm -rf \"$D\"/usr",
            "rm -rf \"$D\" /usr",
            "line 2 has blanks that make other words",
        ),
        ("a.sh", "x=evil", "x= evil", "line 2 has blanks that make other words"),
        (
            "a.sh",
            "if ! verify; then",
            "if !verify; then",
            "line 2 has blanks that make other words",
        ),
        (
            "a.py",
            "    return hmac.compare_digest(a, b)",
            "    return True",
            "a line that checks is gone from here",
        ),
    ] {
        assert!(said(path, old, new).contains(&expected.to_owned()), "{:?}", said(path, old, new));
    }
}

/// An assertion about an attribute or a class of the project's may be what guards, and its message may call.
#[test]
fn an_assertion_that_may_guard_is_named() {
    for old in [
        "    assert t.verified_signature is not None",
        "    assert isinstance(user, Admin)",
        "    assert isinstance(x, str), f\"{run_hook(x)}\"",
    ] {
        assert!(!said("a.py", old, "    y = 1").is_empty(), "{old}");
    }
}

#[test]
fn other_changes_are_not() {
    for (path, old, new) in [
        ("a.c", "#define VERSION_MINOR 4", "#define VERSION_MINOR 5"),
        ("a.c", "// if (n > 64)", "// if (n > 640)"),
        ("a.c", "  x = 4;", "  x = 5;"),
        ("setup.py", "    'urllib3>=2.0.0',", "    'urllib3>=2.1.0',"),
        ("a.py", "from foo.validate import assertion", "from foo import assertion"),
        ("a.py", "    y = x + 1", "    y = x + 2"),
        ("a.py", "    return hmac.compare_digest(a, b)", "    return hmac.compare_digest(b, a)"),
        ("tests/test_a.py", "    if n > 64:", "    if n > 640:"),
        ("README", "if n > 64", "if n > 640"),
        ("a.c", "  if (n > 64)", "  frobnicate(the, whole, thing);"),
        ("a.rs", "fn a<'a, 'de>(x: &'a C<'de>) -> E", "fn a<'a>(x: &'a C<'a>) -> E"),
        ("a.js", "  for (var i = 1; i < n; i++) {", "  if (key === 'q') {"),
        // Spaces, a default that is as false as nothing, what only a type checker reads.
        ("a.py", "    x.write(\"min {self.a}\")", "    x.write( \"min {self.a}\" )"),
        ("a.py", "    return a, b or {}", "    return a, b, c"),
        ("a.c", "  return f( \"a b\" );", "        return f(\"a b\");"),
        ("a.c", "  puts(\"a b\");", "  puts(\"a  b\");"),
        ("a.py", "    if isinstance(x, (A, B)):", "    if isinstance(x, A | B):"),
        ("a.py", "    a()\n    return b", "        a()\n        return b"),
        ("a.py", "    assert x is not None", "    y = 1"),
        ("a.py", "    if r == \"admin\":", "    if r == 'admin':"),
        ("a.py", "    if r == 1:  # 'a b'", "    if r == 1:  # 'a  b'"),
        ("a.py", "    except Bad:", "    except Bad as e:"),
        ("a.mk", "A=b  c", "A = b c"),
        ("a.mk", "a:b  c", "a : b c"),
        ("a.mk", "\tcp $a  $b", "\tcp $a $b"),
        ("a.sh", "a;b |c>d  # x", "a; b | c > d # y"),
        ("a.sh", "a   \"b c\"", "a \"b c\""),
        ("a.h", "#define CHECK(x) (x)", "#define CHECK(x)  ( x )"),
        ("a.py", "    assert isinstance(x, (str, bytes))  # mypy", "    y = 1"),
        ("a.py", "    assert isinstance(x, str)", "    y = 1"),
        ("setup.py", "    python_requires=\">=3.8\",", "    python_requires=\">=3.10\","),
    ] {
        assert_eq!(said(path, old, new), [""; 0], "{old}");
    }
}

#[test]
fn a_line_above_hides_nothing() {
    let (old, new) = ("a();\nif (n > 64)\nb();\n", "a();\n// note\nif (n > 640)\nb();\n");
    let lines = Lines::compare(old.as_bytes(), new.as_bytes(), &mut Patience::default());
    let found = changed(place(b"a.c", b""), &lines, 0);
    assert_eq!(found.first().unwrap().reason, "line 3 has another limit: 640 (was 64)");
}

#[test]
fn many_are_counted() {
    let text = |more: usize| -> String {
        (0..30).map(|n| format!("if (n{n} > {}) a();\nlast{n}\n", n + more)).collect()
    };
    let (old, new) = (text(0), text(1000));
    let lines = Lines::compare(old.as_bytes(), new.as_bytes(), &mut Patience::default());
    let found = changed(place(b"a.c", b""), &lines, 10);
    let [one] = found.as_slice() else { unreachable!("{found:?}") };
    assert_eq!(one.line, Some(11));
    assert!(one.reason.ends_with(" more)"), "{}", one.reason);
}
