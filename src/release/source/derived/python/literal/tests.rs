#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::*;

#[test]
fn lists_that_are_text() {
    let setup = "setup(\n  python_requires='>=3',\n  needs=[  # why\n 'a>=1', \"b\",\n ],\n more={'e': ['c']},\n)\n";
    assert_eq!(text(setup, "python_requires").unwrap(), ">=3");
    assert_eq!(list(setup, "needs").unwrap().len(), 2);
    assert_eq!(lists(setup, "more").unwrap(), [Requirement::parse("c; extra == 'e'").unwrap()]);
}

#[test]
fn what_has_to_be_run_is_no_list() {
    for other in [
        "setup(x=['a'] + more)",
        "setup(x=['a' 'b'])",
        "setup(x=['a', *more])",
        "setup(x=[f'a'])",
        "setup(x=('a'))",
        "setup(x=['a' if y else 'b'])",
        "setup(x=['a'].copy())",
        "x=['a']\nsetup()",
        "# setup(x=['a'])",
        "setup(x=[\"\"\"a\"\"\"])",
        "setup(x=['a'",
    ] {
        assert_eq!(list(other, "x"), None, "{other}");
    }
    for other in ["setup(y={'e': z})", "setup(y={**z})", "setup(y={'e': ['a']} | z)"] {
        assert_eq!(lists(other, "y"), None, "{other}");
    }
}

#[test]
fn a_call_with_what_is_written_out() {
    let program = "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\nfrom distutils.core import setup\n\n\
        packages = \\\n['a',\n 'a.b']\n\nmore = \\\n{'': ['*'], 'x': 'y'}\n\nlong = 'it\\'s \\x41\\n'\n\
        setup(name='foo',\n      packages=packages, author=None, long=long, words=('one '\n 'two'), more=more,\n)\n";
    let found = call(program).unwrap();
    let get = |name: &str| &found.iter().find(|(key, _)| key == name).unwrap().1;
    assert_eq!(get("name").text(), Some("foo"));
    assert_eq!(get("packages").texts().unwrap(), ["a", "a.b"]);
    assert_eq!(get("author"), &Value::Constant);
    assert_eq!(get("long").text(), Some("it's A\n"));
    assert_eq!(get("words").text(), Some("one two"));
    assert_eq!(get("more").dictionary().unwrap().len(), 2);
    let by_name =
        "from setuptools import setup\nall = {'name': 'foo', 'list': ['a' 'b']}\nsetup(**all)\n";
    assert_eq!(call(by_name).unwrap()[1].1.texts().unwrap(), ["ab"]);
}

/// What is named in a list, and what nothing uses, is there for something that is not read here.
#[test]
fn names_are_handed_on_as_they_are() {
    for program in
        ["y = 'a'\nx = [y]\nsetup(name=x)", "y = 'a'\nsetup(name='x')", "setup(name=open)"]
    {
        assert_eq!(call(&format!("from setuptools import setup\n{program}\n")), None, "{program}");
    }
}

/// Each does something, or means something else, where Python reads it.
#[test]
fn other_programs_are_no_call() {
    let imports = "from setuptools import setup\n";
    assert!(call(&format!("{imports}setup(name='foo')\n")).is_some());
    for other in [
        "import os\nsetup(name='foo')",
        "setup(name='foo')\nprint('x')",
        "setup(name='foo')\nx = ['a']",
        "setup(name='foo')\nx",
        "setup(name='foo').run()",
        "setup(name=open('x'))",
        "setup(name=f'foo')",
        "setup(name=b'foo')",
        "setup(name='foo' + x)",
        "setup(name='foo' if x else 'y')",
        "setup(name='foo', name='bar')",
        "setup(more={'a': ['x'], 'a': []})",
        "setup(*x, name='foo')",
        "setup(**{'name': 'foo'})",
        "setup(name='foo', **x)",
        "setup(name=x)",
        "x = 'a'\n'b'\nsetup(name=x)",
        "x = 'a'\nx = 'b'\nsetup(name=x)",
        "x = 'a'\nsetup(name=x, version=x)",
        "x, y = ['a', 'b']\nsetup(name=x)",
        "x += ['a']\nsetup(name=x)",
        "x[0] = 'a'\nsetup(name=x)",
        "x.y = 'a'\nsetup(name=x)",
        "setup = 'a'\nsetup(name='foo')",
        "def setup(**x): pass\nsetup(name='foo')",
        "@x\nsetup(name='foo')",
        "setup(name='foo\\N{BULLET}')",
        "setup(name='foo\\101')",
        "setup(name='foo'); x()",
        "setup(name=(yield))",
        "setup(name=[[[[[['a']]]]]])",
        "setup(name='foo'",
        "from x import setup\nsetup(name='foo')",
        "setup()\nsetup()",
        "x = 'a' \\ \nsetup(name=x)",
    ] {
        assert_eq!(call(&format!("{imports}{other}\n")), None, "{other}");
    }
    for whole in [
        "setup(name='foo')\n",
        "import setuptools\nsetup(name='foo')\n",
        "from os import setup\nsetup(name='foo')\n",
        "from setuptools import setup as x\nsetup(name='foo')\n",
        "from setuptools import *\nsetup(name='foo')\n",
        "# coding: utf-7\nfrom setuptools import setup\nsetup(name='foo')\n",
        "#!/usr/bin/python\n# vim: set fileencoding=rot13 :\nfrom setuptools import setup\nsetup(name='foo')\n",
    ] {
        assert_eq!(call(whole), None, "{whole}");
    }
}
