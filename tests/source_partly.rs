//! Files that a tool made from git's, which say more than git does: `source` agrees, names what was
//! compared with nothing, and counts whoever could have written it among the forgers.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use crate::source::{Repo, source};
use crate::support::{Node, gzip, tar, text};
use serde_json::Value;

type Files<'a> = Vec<(&'a str, Node)>;

/// What `source` says of a release of `tree` with `made` in it, called `name`.
fn said(name: &str, tree: &Files<'_>, made: &Files<'_>) -> (i32, Value) {
    let repo = Repo::new();
    repo.commit(tree);
    repo.tag("v1.3.0");
    let mut files = tree.clone();
    files.retain(|(path, _)| !made.iter().any(|(other, _)| other == path));
    files.extend(made.iter().cloned());
    let members: Vec<_> =
        files.into_iter().map(|(path, node)| (format!("foo-1.3.0/{path}"), node)).collect();
    let archive = repo.dir.path().join(name);
    std::fs::write(&archive, gzip(&tar(&members))).unwrap();
    source(&archive, &repo.path(), &[])
}

/// What is said not to be compared, and whether a mirror could have forged it.
fn agreed((code, finding): &(i32, Value)) -> (Vec<String>, bool) {
    assert_eq!((*code, &finding["outcome"]), (0, &Value::from("agrees")), "{finding}");
    let notes = finding["detail"]["notes"].as_array().cloned().unwrap_or_default();
    let notes = notes.iter().filter(|note| note["class"] == "source-not-compared");
    let forgers = finding["forgers"].to_string();
    let open = ["mirror", "index", "token", "publish", "job"];
    let count = open.iter().filter(|word| forgers.contains(*word)).count();
    assert!(count == 0 || count == open.len(), "{forgers}");
    (notes.map(|note| note["text"].as_str().unwrap().to_owned()).collect(), count > 0)
}

/// Holds that `rest` is named of `path` and nothing else, and that the forgers are more; or the
/// contrary where there is no rest.
fn hold(what: &str, said: &(i32, Value), path: &str, rest: Option<&str>) {
    let (notes, open) = agreed(said);
    match rest {
        None => assert_eq!((notes, open), (vec![], false), "{what}"),
        Some(rest) => {
            assert_eq!(notes.len(), 1, "{what}: {notes:?}");
            let starts = format!("{path}: not compared: ");
            assert!(notes[0].starts_with(&starts) && notes[0].contains(rest), "{what}: {notes:?}");
            assert!(open, "{what}: {}", said.1);
        }
    }
}

fn project(more: &str) -> Node {
    text(&format!("[project]\nname = \"foo\"\nversion = \"1.3.0\"\n{more}"))
}

fn info(more: &str) -> Node {
    text(&format!("Metadata-Version: 2.4\nName: foo\nVersion: 1.3.0\n{more}\nA description.\n"))
}

#[test]
fn requirements_in_core_metadata() {
    let dynamic = "dynamic = [\"dependencies\"]\n";
    let stated = "requires-python = \">=3.9, <4\"\ndependencies = [\"idna>=3; python_version < '3.11'\"]\n\
                  [project.optional-dependencies]\ndev_x = [\"pytest\"]\n";
    let written = "Requires-Python: <4,>=3.9\nRequires-Dist: idna>=3; python_version < \"3.11\"\n\
                   Provides-Extra: dev-x\nRequires-Dist: pytest; extra == \"dev-x\"\n";
    let poetry = "[tool.poetry]\nname = \"foo\"\n[tool.poetry.dependencies]\npython = \"^3.8\"\nidna = \"^3.4\"\n\
                  PySocks = { version = \"*\", optional = true }\n[tool.poetry.extras]\nsocks = [\"PySocks\"]\n";
    let by_poetry = "Requires-Python: >=3.8,<4.0\nProvides-Extra: socks\n\
                     Requires-Dist: PySocks ; extra == \"socks\"\nRequires-Dist: idna (>=3.4,<4.0)\n";
    let setuptools =
        "[tool.setuptools.dynamic]\ndependencies = { file = [\"requirements.txt\"] }\n";
    let listed = "from setuptools import setup\nsetup(\n    name='foo',\n    python_requires='>=3.9',\n    \
                  install_requires=['idna>=3'],\n)\n";
    let computed = "from setuptools import setup\nneeds = ['idna>=3', 'evil']\n\
                    setup(name='foo', install_requires=needs[:1])\n";
    let cases: Vec<(&str, Files<'_>, String, Option<&str>)> = vec![
        ("as stated", vec![("pyproject.toml", project(stated))], written.into(), None),
        (
            "another marker",
            vec![("pyproject.toml", project(stated))],
            written.replace("3.11", "3.12"),
            Some("the condition for idna"),
        ),
        (
            "no marker",
            vec![("pyproject.toml", project(stated))],
            written.replace("; python_version < \"3.11\"", ""),
            Some("the condition for idna"),
        ),
        (
            "no extra",
            vec![("pyproject.toml", project(stated))],
            written.replace("; extra == \"dev-x\"", ""),
            Some("the condition for pytest"),
        ),
        (
            "one left out",
            vec![("pyproject.toml", project(stated))],
            written.replace("Requires-Dist: pytest; extra == \"dev-x\"\n", ""),
            Some("leaves out pytest"),
        ),
        (
            "other versions of Python",
            vec![("pyproject.toml", project(stated))],
            written.replace("<4,>=3.9", ">=2.7"),
            Some("Requires-Python"),
        ),
        (
            "a program from elsewhere",
            vec![("pyproject.toml", project(""))],
            "Requires-External: evil\n".into(),
            Some("Requires-External"),
        ),
        (
            "left to the build backend",
            vec![("pyproject.toml", project(dynamic))],
            "Requires-Dist: evil\n".into(),
            Some("Requires-Dist: requirements that only running setup.py could tell (evil)"),
        ),
        (
            "in a file that setuptools reads",
            vec![
                ("pyproject.toml", project(&format!("{dynamic}{setuptools}"))),
                ("requirements.txt", text("# ours\nidna>=3\n")),
            ],
            "Requires-Dist: idna>=3\n".into(),
            None,
        ),
        ("poetry's", vec![("pyproject.toml", text(poetry))], by_poetry.into(), None),
        (
            "other versions than poetry's",
            vec![("pyproject.toml", text(poetry))],
            by_poetry.replace(">=3.4,<4.0", ">=0.1"),
            Some("versions and conditions for idna"),
        ),
        (
            "a list in setup.py",
            vec![("setup.py", text(listed))],
            "Requires-Python: >=3.9\nRequires-Dist: idna>=3\n".into(),
            None,
        ),
        (
            "computed by setup.py",
            vec![("setup.py", text(computed))],
            "Requires-Dist: idna>=3\nRequires-Dist: evil\n".into(),
            Some("requires everything that it quotes"),
        ),
        (
            "nothing in git says what is required",
            vec![("setup.py", text("from setuptools import setup\nsetup(**read('x.json'))\n"))],
            "Requires-Dist: evil\n".into(),
            Some("Requires-Dist: requirements that only running setup.py could tell (evil)"),
        ),
    ];
    for (what, mut tree, written, rest) in cases {
        tree.push(("foo.py", text("x = 1\n")));
        let said = said("foo-1.3.0.tar.gz", &tree, &vec![("PKG-INFO", info(&written))]);
        hold(what, &said, "PKG-INFO", rest);
    }
}

#[test]
fn what_git_states_otherwise_contradicts() {
    let hatch = "[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n";
    let code = ("foo.py", text("x = 1\n"));
    let listed = "setup(\n    install_requires=['idna>=3'],\n)\n";
    let tree = vec![("setup.py", text(listed)), code.clone()];
    let more = vec![("PKG-INFO", info("Requires-Dist: idna>=3\nRequires-Dist: evil\n"))];
    let (code_, finding) = said("foo-1.3.0.tar.gz", &tree, &more);
    assert_eq!((code_, &finding["class"]), (1, &Value::from("source-unexplained")), "{finding}");
    // hatchling takes from PKG-INFO what is dynamic: it decides what is installed.
    let dynamic = project(&format!("dynamic = [\"dependencies\"]\n{hatch}"));
    let tree = vec![("pyproject.toml", dynamic), code.clone()];
    let (code_, finding) =
        said("foo-1.3.0.tar.gz", &tree, &vec![("PKG-INFO", info("Requires-Dist: evil\n"))]);
    assert_eq!((code_, &finding["class"]), (3, &Value::from("source-not-compared")), "{finding}");
    // pdm runs what tool.pdm.version names.
    let pdm = "dynamic = [\"version\"]\n[tool.pdm]\ndistribution = true\n[tool.pdm.version]\nsource = \"scm\"\n";
    let plain = |more: &str| text(&format!("[project]\nname = \"foo\"\n{more}"));
    let tree = vec![("pyproject.toml", plain(pdm)), code];
    let filled =
        vec![("pyproject.toml", plain("version = \"1.3.0\"\n[tool.pdm]\ndistribution = true\n"))];
    hold("pdm's version filled in", &said("foo-1.3.0.tar.gz", &tree, &filled), "", None);
    let evil = pdm.replace("\"scm\"", "\"call\"\ngetter = \"os:system('x')\"");
    let (code_, finding) = said("foo-1.3.0.tar.gz", &tree, &vec![("pyproject.toml", plain(&evil))]);
    assert_eq!((code_, &finding["class"]), (1, &Value::from("source-changed")), "{finding}");
}

#[test]
fn lists_and_notes_of_setuptools() {
    let tree: Files<'_> = vec![
        ("pyproject.toml", project("scripts = { foo = \"foo:main\" }\n")),
        ("foo/__init__.py", text("x = 1\n")),
        ("foo/data.json", text("{}\n")),
    ];
    let sources = "pyproject.toml\nfoo/__init__.py\nfoo/data.json\nfoo.egg-info/SOURCES.txt\n";
    let cases = [
        ("SOURCES.txt", sources.to_owned(), None),
        ("SOURCES.txt", sources.replace("foo/data.json\n", ""), Some("leaves out foo/data.json")),
        ("top_level.txt", "foo\n".to_owned(), None),
        ("top_level.txt", "foo\nbar\n".to_owned(), Some("bar")),
        ("entry_points.txt", "[console_scripts]\nfoo = foo:main\n".to_owned(), None),
        ("entry_points.txt", "[gui_scripts]\n".to_owned(), Some("leaves out foo")),
        (
            "scm_version.json",
            "{\"tag\": \"1.3.0\", \"dirty\": false, \"distance\": 0}".to_owned(),
            None,
        ),
        ("scm_version.json", "{\"tag\": \"9.9\", \"dirty\": false}".to_owned(), Some("\"tag\"")),
        ("scm_file_list.json", "{\"files\": [\"foo/data.json\"]}".to_owned(), None),
        ("scm_file_list.json", "{\"files\": [\"../x\"]}".to_owned(), Some("\"files\"")),
    ];
    for (name, contents, rest) in cases {
        let path = format!("foo.egg-info/{name}");
        let said = said("foo-1.3.0.tar.gz", &tree, &vec![(&path, text(&contents))]);
        hold(name, &said, &path, rest);
    }
}

#[test]
fn what_cargo_wrote() {
    let manifest = "[package]\nname = \"foo\"\nversion = \"1.3.0\"\nedition = \"2021\"\n\n\
                    [features]\ndefault = [\"std\"]\nstd = []\n\n[dependencies]\nserde = \"1\"\n\n\
                    [dependencies.rand]\nversion = \"0.9\"\nfeatures = [\"x\"]\n";
    let written = |from: &str, to: &str| {
        let text_ = manifest.replace("edition = \"2021\"\n", "edition = \"2021\"\nbuild = false\n");
        text(&text_.replace(from, to))
    };
    let lock = "version = 4\n\n[[package]]\nname = \"foo\"\nversion = \"1.3.0\"\n\n[[package]]\nname = \"serde\"\n\
                version = \"1.0.200\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"aa\"\n";
    let tree: Files<'_> =
        vec![("Cargo.toml", text(manifest)), ("src/lib.rs", text("pub fn f() {}\n"))];
    let alone = "version = 4\n\n[[package]]\nname = \"foo\"\nversion = \"1.3.0\"\n";
    let cases = [
        ("Cargo.toml", written("", ""), None),
        ("Cargo.toml", written("default = [\"std\"]", "default = []"), Some("default leaves out")),
        ("Cargo.toml", written("std = []\n", ""), Some("feature std")),
        ("Cargo.toml", written("serde = \"1\"\n", ""), Some("leaves out serde")),
        ("Cargo.toml", written("features = [\"x\"]\n", ""), Some("rand has fewer features")),
        (
            "Cargo.toml",
            written("build = false", "build = false\nresolver = \"1\""),
            Some("resolver"),
        ),
        ("Cargo.lock", text(alone), None),
        ("Cargo.lock", text(lock), Some("git has no Cargo.lock")),
    ];
    for (path, contents, rest) in cases {
        let said = said("foo-1.3.0.crate", &tree, &vec![(path, contents)]);
        hold(path, &said, path, rest);
    }
    // A package of the workspace that the crate takes from the registry.
    let own = lock
        .replace("checksum = \"aa\"\n", "")
        .replace("source = \"registry+https://github.com/rust-lang/crates.io-index\"\n", "");
    let tree = [tree, vec![("Cargo.lock", text(&own))]].concat();
    let said = said("foo-1.3.0.crate", &tree, &vec![("Cargo.lock", text(lock))]);
    hold("of the workspace", &said, "Cargo.lock", Some("the checksum of serde 1.0.200"));
}

#[test]
fn what_autotools_and_gettext_wrote() {
    let po =
        |word: &str| text(&format!("msgid \"\"\nmsgstr \"\"\n\nmsgid \"a\"\nmsgstr \"{word}\"\n"));
    let tree: Files<'_> = vec![
        ("configure.ac", text("AC_INIT([foo],[1.3.0])\nAC_OUTPUT\n")),
        ("main.c", text("int main(void) { return 0; }\n")),
        ("po/de.po", po("b")),
    ];
    let header = "/* config.h.in.  Generated from configure.ac by autoheader.  */\n\n#undef A\n";
    for (path, contents, rest) in [
        ("config.h.in", text(header), Some("which macros configure may define")),
        ("po/de.po", po("c"), Some("translations that git does not have")),
    ] {
        let said = said("foo-1.3.0.tar.gz", &tree, &vec![(path, contents)]);
        hold(path, &said, path, rest);
    }
}

/// The text for people: what agrees says at once what was not compared.
#[test]
fn the_text_names_what_was_not_compared() {
    let repo = Repo::new();
    let tree = [("setup.py", text("setup(**x)\n")), ("foo.py", text("x = 1\n"))];
    repo.commit(&tree);
    repo.tag("v1.3.0");
    let made = [&tree[..], &[("PKG-INFO", info("Requires-Dist: evil\n"))]].concat();
    let archive = crate::support::release(repo.dir.path(), "foo-1.3.0", &made);
    let (archive, clone) = (archive.to_str().unwrap().to_owned(), repo.path());
    let output = crate::support::run(&["source", &archive, "--git", clone.to_str().unwrap()]);
    let words = crate::support::stdout(&output);
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("but: PKG-INFO: not compared: Requires-Dist: requirements"), "{words}");
    assert!(words.contains("1 derived from them (1 of these only partly compared)"), "{words}");
}
