//! Files that a tool obeys without being told of them: plugins of a test run, wraps of Meson, MSBuild, Conan, vcpkg.

use super::super::hazard::{Hazard, HazardKind};
use super::javascript::parse;
use super::lists::hosts_of;
use super::sections::sections;
use super::{Sides, both, compare_sets, named, setting};
use regex::Regex;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use HazardKind::{Configuration, Dependency, Hook};

/// What the file called `name` says otherwise; `None` where it is not one of these.
pub(super) fn facts(name: &str, sides: Sides<'_>) -> Option<Vec<Hazard>> {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    Some(match name {
        "pytest.ini" | ".pytest.ini" | "tox.ini" | ".coveragerc" => test_run(sides),
        "conanfile.txt" => conan(sides),
        "vcpkg.json" | "vcpkg-configuration.json" => vcpkg(sides),
        "gradle-wrapper.properties" => {
            fetched(sides, &["distributionurl", "distributionsha256sum"])
        }
        "tsconfig.json" | "jsconfig.json" | "deno.json" | "deno.jsonc" | ".babelrc" | ".swcrc"
        | ".mocharc.json" | "babel.config.json" => javascript(sides),
        _ if extension == "wrap" => {
            fetched(sides, &["source_url", "source_hash", "patch_url", "url", "push-url", "method"])
        }
        _ if MSBUILD.contains(&extension) => msbuild(sides),
        _ => return None,
    })
}

/// Extensions of what MSBuild reads.
const MSBUILD: [&str; 6] = ["targets", "props", "csproj", "vcxproj", "fsproj", "vbproj"];

/// The words of a line of options, or of a list of them.
fn words(options: &str) -> impl Iterator<Item = &str> {
    let split = |c: char| c.is_whitespace() || "'\",[]".contains(c);
    options.split(split).filter(|word| !word.is_empty())
}

/// The options `-p` of pytest in a line of them.
pub(super) fn plugins(options: &str) -> BTreeSet<String> {
    let words: Vec<&str> = words(options).collect();
    let pairs = words.windows(2).filter_map(|pair| match pair {
        ["-p", name] => Some(*name),
        _ => None,
    });
    let joined = words.iter().filter_map(|word| word.strip_prefix("-p"));
    let named = pairs.chain(joined.filter(|name| !name.is_empty()));
    named.filter(|name| !name.starts_with("no:")).map(str::to_owned).collect()
}

/// Other options of pytest in a line of them, with what follows: all but those that are known to choose nothing that is
/// read or run.
pub(super) fn options(options: &str) -> BTreeSet<String> {
    const HARMLESS: [&str; 26] = [
        "-q",
        "-v",
        "-r",
        "-s",
        "-x",
        "-l",
        "-n",
        "-m",
        "-k",
        "--strict",
        "--tb",
        "--cov",
        "--durations",
        "--color",
        "--maxfail",
        "--showlocals",
        "--no-",
        "--disable-",
        "--timeout",
        "--dist",
        "--junit",
        "--verbos",
        "--quiet",
        "--capture",
        "--ignore",
        "--benchmark",
    ];
    let mut found = BTreeSet::new();
    // What is said of the option at hand; `None` of a harmless one.
    let mut said: Option<String> = None;
    for word in words(options) {
        let is_option = word.starts_with('-');
        let is_harmless = word.starts_with("-p")
            || HARMLESS.iter().any(|begin| word.starts_with(begin))
                && !word.starts_with("--cov-config");
        match &mut said {
            Some(said) if !is_option => said.extend([" ", word]),
            _ if is_option && is_harmless => found.extend(said.take()),
            _ if is_option || word.contains('/') || word.ends_with(".py") => {
                found.extend(said.replace(word.to_owned()));
            }
            _ => {}
        }
    }
    found.extend(said);
    found
}

/// Whether a setting of pytest's says where it looks for tests, or which warnings it passes over: for that it imports
/// the modules of their classes.
pub(super) fn is_minor_of_tests(key: &str) -> bool {
    matches!(key, "testpaths" | "filterwarnings")
}

/// Whether a setting of pytest's only says which of the tests run, how long, and what is printed; `addopts` is looked
/// through for plugins.
pub(super) fn is_of_tests(key: &str) -> bool {
    const KEYS: [&str; 22] = [
        "addopts",
        "markers",
        "minversion",
        "norecursedirs",
        "python_classes",
        "python_functions",
        "xfail_strict",
        "empty_parameter_set_mark",
        "console_output_style",
        "doctest_optionflags",
        "doctest_encoding",
        "cache_dir",
        "faulthandler_timeout",
        "timeout",
        "timeout_method",
        "asyncio_mode",
        "asyncio_default_fixture_loop_scope",
        "asyncio_default_test_loop_scope",
        "anyio_mode",
        "collect_imported_tests",
        "truncation_limit_lines",
        "truncation_limit_chars",
    ];
    let begins = ["log_", "junit_", "verbosity", "strict", "tmp_path_retention_"];
    KEYS.contains(&key) || begins.iter().any(|begin| key.starts_with(begin))
}

fn test_run(sides: Sides<'_>) -> Vec<Hazard> {
    let read = |text: &str| -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for ((section, key), value) in sections(text) {
            let said = format!("{key} {}", value.replace('\n', " ")).trim().to_owned();
            match (section.as_str(), key.as_str()) {
                ("pytest" | "tool:pytest", "addopts") => found.extend(plugins(&value)),
                ("pytest" | "tool:pytest", key) if !is_of_tests(key) && !is_minor_of_tests(key) => {
                    found.insert(said);
                }
                ("run" | "coverage:run", "plugins") => {
                    found.insert(said);
                }
                _ => {}
            }
        }
        found
    };
    let acting = |text: &str| -> BTreeSet<String> {
        let all = sections(text).into_iter();
        let given = all.filter(|((section, key), _)| {
            matches!(section.as_str(), "pytest" | "tool:pytest") && key == "addopts"
        });
        given.flat_map(|(_, value)| options(&value)).collect()
    };
    let minor = |text: &str| -> BTreeSet<String> {
        let all = sections(text).into_iter();
        let given = all.filter(|((section, key), _)| {
            matches!(section.as_str(), "pytest" | "tool:pytest") && is_minor_of_tests(key)
        });
        let each = given.flat_map(|((_, key), value)| {
            let lines = value.lines().filter(|line| !line.is_empty());
            lines.map(|line| format!("{key} {line}")).collect::<Vec<_>>()
        });
        each.collect()
    };
    let (was, is) = (minor(sides.old), minor(sides.new));
    let mut found = compare_sets(HazardKind::Configuration, "setting of a test run", was, is);
    found.extend(compare_sets(Hook, "plugin of a test run", read(sides.old), read(sides.new)));
    found.extend(compare_sets(Hook, "option of a test run", acting(sides.old), acting(sides.new)));
    found
}

fn conan(sides: Sides<'_>) -> Vec<Hazard> {
    let needed = |text: &str| -> BTreeSet<String> {
        let mut section = String::new();
        let mut found = BTreeSet::new();
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            if line.starts_with('[') {
                section = line.to_owned();
            } else if section.contains("requires") && !line.is_empty() {
                found.insert(line.to_owned());
            }
        }
        found
    };
    compare_sets(Dependency, "dependency", needed(sides.old), needed(sides.new))
}

fn vcpkg(sides: Sides<'_>) -> Vec<Hazard> {
    let (old, new) = match both(sides, "JSON here", parse) {
        Ok(both) => both,
        Err(unreadable) => return unreadable,
    };
    let needed = |side: &Value| -> BTreeSet<String> {
        let list = side.get("dependencies").and_then(Value::as_array);
        let name = |value: &Value| {
            let name = value.as_str().or_else(|| value.get("name").and_then(Value::as_str));
            name.map(str::to_owned)
        };
        list.into_iter().flatten().filter_map(name).collect()
    };
    let mut found = compare_sets(Dependency, "dependency", needed(&old), needed(&new));
    for key in ["overrides", "default-registry", "registries", "overlay-ports"] {
        if old.get(key) != new.get(key) {
            found.push(Hazard::new(Hook, format!("\"{key}\" changed")));
        }
    }
    found
}

fn javascript(sides: Sides<'_>) -> Vec<Hazard> {
    const KEYS: [&str; 8] =
        ["plugins", "presets", "extends", "require", "imports", "tasks", "importMap", "jsc"];
    // Comments are allowed in these.
    let (old, new) = match both(sides, "JSON here", parse) {
        Ok(both) => both,
        Err(unreadable) => return unreadable,
    };
    let mut found = Vec::new();
    for key in KEYS.iter().filter(|key| old.get(**key) != new.get(**key)) {
        let shown = |side: &Value| side.get(*key).map(Value::to_string);
        let (old, new) = (shown(&old), shown(&new));
        found.extend(setting(Hook, key, old.as_deref(), new.as_deref()));
    }
    let inner =
        |side: &Value, key: &str| side.get("compilerOptions").and_then(|o| o.get(key)).cloned();
    for key in ["paths", "plugins"] {
        if inner(&old, key) != inner(&new, key) {
            found.push(Hazard::new(Hook, format!("\"{key}\" of the compiler changed")));
        }
    }
    found
}

/// What is fetched: from another host, or other contents under the same address.
fn fetched(sides: Sides<'_>, keys: &[&str]) -> Vec<Hazard> {
    let read = |text: &str| -> Vec<(String, String)> {
        let lines = text.lines().filter_map(|line| line.split_once(['=', ':']));
        let lines = lines
            .map(|(key, value)| (key.trim().to_ascii_lowercase(), value.trim().replace('\\', "")));
        lines.filter(|(key, _)| keys.contains(&key.as_str())).collect()
    };
    let (old, new) = (read(sides.old), read(sides.new));
    let values = |side: &[(String, String)], sums: bool| -> Vec<String> {
        let sum = |key: &str| key.contains("hash") || key.contains("sum");
        side.iter().filter(|(key, _)| sum(key) == sums).map(|(_, value)| value.clone()).collect()
    };
    let hosts = |side: &[(String, String)]| hosts_of(&values(side, false).join("\n"));
    let mut found = Vec::new();
    let (before, now) = (hosts(&old), hosts(&new));
    let more = now.difference(&before).map(|host| host.as_str().into()).collect();
    found.extend(named(Hook, "fetched from another host", more));
    let (sums, same) =
        (values(&old, true) != values(&new, true), values(&old, false) == values(&new, false));
    if sums && same {
        found.push(Hazard::new(Hook, "the same address with another checksum, or none"));
    } else if old != new && found.is_empty() {
        found.push(Hazard::new(Configuration, "another version is fetched"));
    }
    found
}

static COMMANDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let attribute = r#"<(?:Exec|Import|UsingTask)\b[^>]*\b(?:Command|Project|AssemblyFile|TaskFactory)\s*=\s*"([^"]{1,200})"#;
    Regex::new(&format!(r"{attribute}|<(?:Pre|Post)(?:Build|Link)Event>\s*([^<]{{1,200}})")).ok()
});

fn msbuild(sides: Sides<'_>) -> Vec<Hazard> {
    let Some(commands) = COMMANDS.as_ref() else { return Vec::new() };
    let read = |text: &str| -> BTreeSet<String> {
        let found = commands.captures_iter(text);
        found.filter_map(|c| Some(c.get(1).or(c.get(2))?.as_str().trim().to_owned())).collect()
    };
    compare_sets(Hook, "command or file of MSBuild", read(sides.old), read(sides.new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_tool_obeys_is_named() {
        for (name, old, new, expected) in [
            (
                "pytest.ini",
                "",
                "[pytest]\naddopts = -p evil -q\n",
                "plugin of a test run added: evil",
            ),
            (
                "tox.ini",
                "[tox]\n",
                "[pytest]\naddopts = -pevil\n",
                "plugin of a test run added: evil",
            ),
            (
                ".coveragerc",
                "",
                "[run]\nplugins = evil\n",
                "plugin of a test run added: plugins evil",
            ),
            ("conanfile.txt", "", "[requires]\nevil/1\n", "dependency added: evil/1"),
            ("vcpkg.json", "{}", "{\"dependencies\":[\"evil\"]}", "dependency added: evil"),
            (
                "zlib.wrap",
                "source_url = https://zlib.net/z\nsource_hash = 0\n",
                "source_url = https://x.example/z\nsource_hash = 1\n",
                "fetched from another host: x.example",
            ),
            (
                "zlib.wrap",
                "source_url = https://zlib.net/z\nsource_hash = 0\n",
                "source_url = https://zlib.net/z\nsource_hash = 1\n",
                "the same address with another checksum, or none",
            ),
            (
                "gradle-wrapper.properties",
                "distributionUrl=https\\://services.gradle.org/g-8.zip\n",
                "distributionUrl=https\\://x.example/g-8.zip\n",
                "fetched from another host: x.example",
            ),
            (
                "directory.build.targets",
                "",
                "<Project><Target Name=\"x\"><Exec Command=\"sh x\"/></Target></Project>",
                "command or file of MSBuild added: sh x",
            ),
            (
                "deno.json",
                "{}",
                "{\"imports\":{\"debug\":\"https://x.example/x.ts\"}}",
                "imports is {\"debug\":\"https://x.example/x.ts\"}",
            ),
        ] {
            let found = facts(name, Sides { old, new }).unwrap_or_default();
            assert!(
                found.iter().any(|h| h.kind != Configuration && h.reason == expected),
                "{name}: {found:?}"
            );
        }
        for (name, old, new) in [
            ("tox.ini", "[tox]\nenvlist = a\n", "[tox]\nenvlist = b\n"),
            (
                "pytest.ini",
                "[pytest]\naddopts = -q\n",
                "[pytest]\naddopts = -v -p no:cacheprovider\n",
            ),
        ] {
            assert_eq!(facts(name, Sides { old, new }), Some(Vec::new()), "{name}");
        }
        assert_eq!(facts("setup.py", Sides { old: "", new: "" }), None);
    }
}
