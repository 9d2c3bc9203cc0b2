//! The language of a file, by its name and its first line.

use crate::bytes::sniff::contains;
use regex::bytes::Regex;
use std::sync::LazyLock;

/// The language of a file, as far as what runs in it depends on that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Lang {
    /// C, C++, Objective-C, assembler and what is included by them.
    C,
    /// Python and Cython.
    Python,
    /// Shell.
    Shell,
    /// m4, autoconf and what autoconf makes of it.
    M4,
    /// Make rules.
    Make,
    /// CMake.
    Cmake,
    /// Meson.
    Meson,
    /// Rust.
    Rust,
    /// Go.
    Go,
    /// JavaScript and TypeScript.
    Js,
    /// Perl.
    Perl,
    /// Ruby.
    Ruby,
    /// Lua.
    Lua,
    /// PHP.
    Php,
    /// Java, Kotlin, Scala, Groovy.
    Jvm,
    /// A language of another family.
    Other,
    /// Configuration and data in text.
    Text,
}

impl Lang {
    /// Whether it is a language that programs are written in.
    pub(crate) const fn is_code(self) -> bool {
        !matches!(self, Self::Text)
    }

    /// What a line begins with that is only a comment.
    pub(crate) const fn comments(self) -> &'static [&'static [u8]] {
        match self {
            Self::C | Self::Rust | Self::Go | Self::Js | Self::Jvm => &[b"//"],
            Self::Php => &[b"//", b"#"],
            Self::M4 => &[b"#", b"dnl "],
            Self::Lua => &[b"--"],
            Self::Other | Self::Text => &[],
            _ => &[b"#"],
        }
    }

    /// Whether a line without the blanks around it is only a comment, whatever stands above it.
    pub(crate) fn is_comment(self, line: &[u8]) -> bool {
        self.comments().iter().any(|mark| line.starts_with(mark)) && !self.leaves_comment(line)
            || self.has_blocks() && line.starts_with(b"/*") && is_one_block(line)
    }

    /// As [`Self::is_comment`], or within a block comment as most are written, whose beginning was not looked for.
    pub(super) fn seems_comment(self, line: &[u8]) -> bool {
        self.is_comment(line) || line.starts_with(b"* ")
    }

    /// Whether block comments are those of C.
    pub(crate) const fn has_blocks(self) -> bool {
        matches!(self, Self::C | Self::Rust | Self::Go | Self::Js | Self::Jvm | Self::Php)
    }

    /// Whether something may stand behind the end of a comment or a text that was opened above: `// */ code`.
    fn leaves_comment(self, line: &[u8]) -> bool {
        let behind = |mark: &[u8]| {
            let at = line.windows(mark.len()).rposition(|window| window == mark);
            let rest = at.and_then(|at| line.get(at + mark.len()..)).unwrap_or_default();
            !rest.trim_ascii().is_empty()
        };
        let quotes = || {
            let blank = |b: &u8| matches!(b, b' ' | b'\t');
            let mut quoted = false;
            line.iter().filter(|b| !blank(b)).any(|b| {
                let was = std::mem::replace(&mut quoted, matches!(b, b'"' | b'\''));
                was && matches!(b, b';' | b'|' | b'&')
            })
        };
        match self {
            Self::Php => behind(b"*/") || behind(b"?>"),
            _ if self.has_blocks() => behind(b"*/"),
            Self::Python => behind(b"\"\"\"") || behind(b"'''"),
            Self::Lua => behind(b"]]"),
            Self::Shell | Self::M4 | Self::Make | Self::Perl | Self::Ruby => quotes(),
            _ => false,
        }
    }
}

/// Whether a line that begins with `/*` has nothing behind the end of that comment.
fn is_one_block(line: &[u8]) -> bool {
    let inner = line.get(2..).unwrap_or_default();
    let end = inner.windows(2).position(|pair| pair == b"*/");
    end.is_none_or(|at| at + 2 == inner.len())
}

/// The encodings that a comment tells Python to read the file in (PEP 263).
pub(crate) fn encodings(line: &str) -> impl Iterator<Item = String> + '_ {
    let told = line.split("coding").skip(1).filter(|rest| rest.starts_with([':', '=']));
    told.map(|rest| {
        let rest = rest.get(1..).unwrap_or_default().trim_start();
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect()
    })
}

/// What follows the last dot of a name.
pub(crate) fn extension(name: &str) -> &str {
    name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default()
}

/// Whether `word` is one of a list that has blanks between its words.
pub(crate) fn is_among(list: &str, word: &str) -> bool {
    list.split(' ').any(|listed| listed == word)
}

/// What a template becomes: that is its language, and what it is for.
pub(super) fn without_template(name: &str) -> &str {
    let suffixes = [".in", ".tmpl", ".template", ".tpl", ".j2", ".jinja", ".mako", ".erb"];
    // `x.desktop.in.in` is a template twice.
    let once = suffixes.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name);
    suffixes.iter().find_map(|suffix| once.strip_suffix(suffix)).unwrap_or(once)
}

/// The language of a file by its name, else by its first line.
pub(crate) fn lang(name: &str, head: &[u8]) -> Lang {
    let name = without_template(name);
    let by_name = match name {
        "makefile" | "gnumakefile" | "kbuild" => Some(Lang::Make),
        "cmakelists.txt" => Some(Lang::Cmake),
        "meson.build" => Some(Lang::Meson),
        "configure" | "configure.ac" | "config.status" => Some(Lang::M4),
        "sconstruct" | "sconscript" | "wscript" | "waf" => Some(Lang::Python),
        "rakefile" | "gemfile" => Some(Lang::Ruby),
        "configure.in" => Some(Lang::M4),
        "install-sh" | "missing" | "depcomp" | "compile" | "config.guess" | "config.sub" => {
            Some(Lang::Shell)
        }
        _ => None,
    };
    by_name.or_else(|| by_extension(extension(name))).unwrap_or_else(|| by_head(name, head))
}

/// Whether nothing is known of the extension of the file at `path`, or it has none.
pub(super) fn is_unknown(path: &[u8]) -> bool {
    let lower = String::from_utf8_lossy(path).to_lowercase();
    let name = lower.rsplit('/').next().unwrap_or_default();
    by_extension(extension(without_template(name))).is_none()
}

fn by_extension(extension: &str) -> Option<Lang> {
    Some(match extension {
        "c" | "h" | "cc" | "cpp" | "cxx" | "c++" | "hh" | "hpp" | "hxx" | "h++" | "inc" | "inl"
        | "ipp" | "tcc" | "m" | "mm" | "s" | "asm" | "cu" | "y" | "yy" | "l" | "ll" | "xs"
        | "def" | "ino" | "cl" | "x" | "rl" => Lang::C,
        "py" | "pyx" | "pxd" | "pxi" | "pyw" | "pyi" | "pth" | "bzl" | "bazel" => Lang::Python,
        "sh" | "bash" | "zsh" | "ksh" | "csh" | "fish" | "bat" | "cmd" | "ps1" | "eclass"
        | "ebuild" | "post" | "preinst" | "postinst" | "prerm" | "postrm" => Lang::Shell,
        "m4" | "ac" => Lang::M4,
        "mk" | "mak" | "am" => Lang::Make,
        "cmake" => Lang::Cmake,
        "rs" => Lang::Rust,
        "go" => Lang::Go,
        "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" | "vue" | "svelte" => Lang::Js,
        "pl" | "pm" | "perl" | "t" | "plx" => Lang::Perl,
        "rb" | "gemspec" | "rake" => Lang::Ruby,
        "lua" | "rockspec" => Lang::Lua,
        "php" | "phtml" | "inc.php" => Lang::Php,
        "java" | "kt" | "kts" | "scala" | "groovy" | "gradle" | "clj" => Lang::Jvm,
        other if is_other_code(other) => Lang::Other,
        "txt" | "md" | "rst" | "json" | "yml" | "yaml" | "toml" | "xml" | "html" | "css"
        | "cfg" | "ini" | "conf" | "csv" | "tsv" | "po" | "pot" | "svg" | "in" | "lock" => {
            Lang::Text
        }
        _ => return None,
    })
}

/// Extensions of languages of which nothing else is known here.
const OTHER_CODE: &str = "\
    hs lhs ml mli zig swift d nim cr ex exs erl hrl r jl f f90 f95 f77 for pas pp ada adb ads el \
    lisp scm rkt cs fs vb tcl vim awk sed v sv vhd vhdl proto idl sql nix hx dart qml vala gir \
    gperf pyc wat ld lds sol move";

/// Whether a name with this extension is of a language of which nothing else is known here.
pub(super) fn is_other_code(extension: &str) -> bool {
    is_among(OTHER_CODE, extension)
}

/// What a line `#!` names; the first that is in it counts.
const INTERPRETERS: [(&str, Lang); 10] = [
    ("python", Lang::Python),
    ("perl", Lang::Perl),
    ("ruby", Lang::Ruby),
    ("node", Lang::Js),
    ("deno", Lang::Js),
    ("bun", Lang::Js),
    ("php", Lang::Php),
    ("lua", Lang::Lua),
    ("sh", Lang::Shell),
    ("make", Lang::Make),
];

/// By a line `#!`, or what autoconf writes.
fn by_head(name: &str, head: &[u8]) -> Lang {
    let line = head.split(|b| *b == b'\n').next().unwrap_or_default();
    if !line.starts_with(b"#!") {
        return Lang::Text;
    }
    if name == "configure" {
        return Lang::M4;
    }
    let named = INTERPRETERS.iter().find(|(word, _)| contains(line, word.as_bytes()));
    named.map_or(Lang::Other, |(_, lang)| *lang)
}

/// Whether a line of Python, without the blanks around it, only tells a type checker what a name is: an
/// assertion about a plain name, which calls nothing and is left out where Python optimises.
pub(super) fn is_annotation(lang: Lang, line: &[u8]) -> bool {
    lang == Lang::Python
        && line.starts_with(b"assert ")
        && ANNOTATION.as_ref().is_some_and(|pattern| pattern.is_match(line))
}

static ANNOTATION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    // A plain name of a plain type, and nothing that is computed: `user.session` may be what guards, and a
    // message may call something.
    let types = "(?:str|bytes|int|float|bool|list|dict|tuple|set|object)";
    let told = format!(r"isinstance\(\w+, (?:{types}|\({types}(?:, {types})*\))\)|\w+ is not None");
    Regex::new(&format!(r"(?-u)^assert (?:{told})(?:\s*#.*)?$")).ok()
});
