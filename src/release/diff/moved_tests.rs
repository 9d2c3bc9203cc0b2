use super::super::lines::Patience;
use super::*;

fn said(lang: Lang, old: &str, new: &str) -> Option<String> {
    let lines = Lines::compare(old.as_bytes(), new.as_bytes(), &mut Patience::default());
    changed(lang, &lines, 0).map(|hazard| hazard.reason)
}

fn expect(lang: Lang, old: &str, new: &str, reason: &str) {
    assert_eq!(said(lang, old, new).as_deref(), Some(reason), "{new}");
}

const PYTHON: &str = "\
def check(user, sig, strict):
    ok = True
    for role in user.roles:
        if role == 'admin':
            grant(user)
            ok = False
        else:
            log(user)
    self.verify(sig)
    if not valid(sig):
        raise Bad(sig)
    load(sig)
    return False
";

const C: &str = "\
int g(char *x)
{
  for (;;) {
    next(x);
  }
  if (!valid(x))
    return -1;
  load(x);
  use(x);
  return 0;
}
";

#[test]
fn checks_at_another_depth_are_named() {
    let old = "def f(user):\n    for role in user:\n        grant(role)\n    return False\n";
    for (to, line) in [
        ("        return False", 4),
        ("        # done\n        return False", 5),
        ("\n        return False", 5),
        ("        return False\n    return True", 4),
    ] {
        let new = old.replace("    return False", to);
        expect(Lang::Python, old, &new, &format!("line {line} leaves at another depth"));
    }
    for (from, to, reason) in [
        ("    self.verify", "            self.verify", "line 9 checks at another depth"),
        ("            ok = F", "        ok = F", "line 6 stands at another depth"),
        (
            "    self.verify(sig)\n    if not valid(sig):\n        raise",
            "            self.verify(sig)\n            if not valid(sig):\n                raise",
            "line 9 checks at another depth (1 more)",
        ),
        (
            "        else:\n            log(user)",
            "    else:\n        log(user)",
            "line 7 stands at another depth",
        ),
        (
            "    if not valid(sig):\n        raise",
            "    if strict:\n        if not valid(sig):\n            raise",
            "line 11 checks only below a new condition",
        ),
    ] {
        expect(Lang::Python, PYTHON, &PYTHON.replace(from, to), reason);
    }
    for (from, to, reason) in [
        ("  if (!v", "  if (debug)\n  if (!v", "line 7 checks only below a new condition"),
        (
            "  }\n  if (!valid(x))\n    return -1;\n",
            "  if (!valid(x))\n    return -1;\n  }\n",
            "line 5 checks at another depth",
        ),
    ] {
        let found = said(Lang::C, C, &C.replace(from, to)).unwrap_or_default();
        assert!(found.starts_with(reason), "{to}: {found}");
    }
}

#[test]
fn checks_that_are_wrapped_are_named() {
    let check = "  if (!valid(x))\n    return -1;\n";
    for (begin, end, line, what) in [
        ("  /*\n", "  */\n", 7, "checks in a comment or a text now"),
        ("#if 0\n", "#endif\n", 7, "checks only below a new #if"),
        ("  if (0) {\n", "  }\n", 7, "checks only below a new condition"),
        ("  if (0)\n  {\n", "  }\n", 8, "checks only below a new condition"),
        ("  while (0) {\n", "  }\n", 7, "checks only below a new condition"),
    ] {
        let new = C.replace(check, &format!("{begin}{check}{end}"));
        let found = said(Lang::C, C, &new).unwrap_or_default();
        assert!(found.starts_with(&format!("line {line} {what}")), "{new}: {found}");
    }
    let check = "    if not valid(sig):\n        raise Bad(sig)\n";
    for (begin, end) in [("    \"\"\"\n", "    \"\"\"\n"), ("    '''\n", "    '''\n")] {
        let new = PYTHON.replace(check, &format!("{begin}{check}{end}"));
        expect(Lang::Python, PYTHON, &new, "line 11 checks in a comment or a text now");
    }
    let old = "f() {\n  verify_sum \"$1\" || exit 1\n  check (x)\n}\n";
    let new = old.replace("  check (x)\n", "  if false; then\n  check (x)\n  fi\n");
    expect(Lang::Shell, old, &new, "line 4 checks only below a new condition");
}

#[test]
fn checks_below_what_they_guarded_are_named() {
    let check = "  if (!valid(x))\n    return -1;\n";
    let new = C.replace(check, "").replace("  return 0;\n", &format!("{check}  return 0;\n"));
    expect(Lang::C, C, &new, "line 8 checks below what it stood above");
    let check = "    if not valid(sig):\n        raise Bad(sig)\n";
    let new = PYTHON.replace(check, "").replace("    return F", &format!("{check}    return F"));
    expect(Lang::Python, PYTHON, &new, "line 11 checks below what it stood above");
}

/// What releases do: whole functions and blocks are put elsewhere, lines are formatted otherwise.
#[test]
fn other_moves_are_not() {
    let indented: String = PYTHON.lines().map(|line| format!("    {line}\n")).collect();
    let two: String =
        PYTHON.lines().map(|line| format!("{}\n", line.replace("    ", "  "))).collect();
    let other = PYTHON.replace("(user, sig, strict)", "(user)").replace("def check", "def other");
    for (old, new) in [
        (
            PYTHON,
            format!(
                "if not TYPE_CHECKING:\n\n{}",
                indented.replacen("        for", "\n        for", 1)
            ),
        ),
        (PYTHON, format!("class A:\n{indented}")),
        (PYTHON, two),
        (PYTHON, format!("{other}\n\n{PYTHON}")),
        (
            "def f(x):\n    if x:\n        return a\n    return b\n",
            "def f(x):\n    if x:\n        return a\n    else:\n        return b\n".to_owned(),
        ),
        (
            "def f(x):\n    return b\n",
            "def f(x):\n    if x:\n        return b\n    return c\n".to_owned(),
        ),
        (
            "def f(x):\n    if PY2:\n        check(a)\n        return b\n",
            "def f(x):\n    check(a)\n    return b\n".to_owned(),
        ),
    ] {
        assert_eq!(said(Lang::Python, old, &new), None, "{new}");
    }
    for (from, to) in [
        (
            "int g(char *x)\n",
            "int h(char *x)\n{\n  if (!good(x)) {\n    return -1;\n  }\n  return 1;\n}\n\nint g(char *x)\n",
        ),
        ("int g", "#ifdef A\n#endif\nint g"),
        ("  for (;;) {", "  while (1) {"),
        ("    next(x);\n", "    if (y) {\n      next(x);\n    }\n"),
        ("    next(x);\n", "    c = '{'; s = \"/* {\"; // {\n"),
    ] {
        assert_eq!(said(Lang::C, C, &C.replace(from, to)), None, "{to}");
    }
}
