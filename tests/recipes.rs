//! doc/recipes: what is in the files is run, on an overlay that is made here.

use crate::common::overlay::{Overlay, archive, dist};
use crate::common::{Run, flat, program, tool};
use std::path::{Path, PathBuf};
use std::process::Command;

const PLAIN: &str = "SRC_URI=\"https://example.org/${P}.tar.gz\"";

fn recipe(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("doc/recipes").join(name)
}

/// The overlay of doc/recipes.md, in git.
pub(crate) fn three() -> Overlay {
    let overlay = Overlay::new();
    let lines = "SRC_URI=\"https://example.org/${P}.tar.gz https://example.org/${P}.tar.gz.asc\"";
    overlay.ebuild("app-misc/alpha", "1", lines);
    let text = dist("alpha-1.tar.gz", b"a") + &dist("alpha-1.tar.gz.asc", b"b");
    overlay.write("app-misc/alpha/Manifest", &text);
    overlay.ebuild("app-misc/beta", "1", PLAIN);
    overlay.ebuild("app-misc/gamma", "1", PLAIN);
    overlay.write("app-misc/gamma/Manifest", &dist("gamma-1.tar.gz", b"a"));
    overlay.commit();
    overlay
}

/// What mends the error.
fn mend(overlay: &Overlay) {
    overlay.write("app-misc/beta/Manifest", &dist("beta-1.tar.gz", b"a"));
}

/// A command that finds distvouch, and nothing of this machine.
fn surroundings(overlay: &Overlay, command: &mut Command) {
    let mut path = vec![program().parent().unwrap().to_owned()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    command
        .current_dir(overlay.path(""))
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("DISTDIR", overlay.distdir())
        .env("RUNNER_TEMP", overlay.scratch.path())
        .env("PORTAGE_DEPCACHEDIR", overlay.scratch.file("depcache"))
        .env("PORTAGE_CONFIGROOT", overlay.scratch.file("no-configuration"))
        .env("XDG_CONFIG_HOME", overlay.scratch.file("config"))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("NO_COLOR", "1");
}

fn shell(overlay: &Overlay, line: &str) -> Run {
    let mut command = Command::new("sh");
    surroundings(overlay, &mut command);
    Run::of(command.arg("-ec").arg(line).output().unwrap())
}

/// The commands of a workflow but those that install, each one line.
fn commands(file: &str, heads: &[&str]) -> Vec<String> {
    let text = std::fs::read_to_string(recipe(file)).unwrap();
    let lines = text.lines().map(str::trim);
    let commands = lines.filter_map(|line| heads.iter().find_map(|head| line.strip_prefix(head)));
    let commands: Vec<String> = commands.map(str::to_owned).collect();
    let installs = |line: &String| line.starts_with("cargo install ");
    assert_eq!(commands.iter().filter(|line| installs(line)).count(), 1, "{commands:?}");
    commands.into_iter().filter(|line| !installs(line)).collect()
}

/// Each command in turn; the status of the first that fails.
fn run(overlay: &Overlay, commands: &[String]) -> Run {
    let mut last = None;
    for line in commands {
        let run = shell(overlay, line);
        let failed = run.status != 0;
        last = Some(run);
        if failed {
            break;
        }
    }
    last.unwrap()
}

#[test]
fn the_page_shows_what_a_new_user_sees() {
    let overlay = three();
    let run = shell(&overlay, "distvouch scan . --no-distfiles");
    assert_eq!(run.status, 1);
    let page = std::fs::read_to_string(recipe("../recipes.md")).unwrap();
    let shown: Vec<&str> = page
        .lines()
        .skip_while(|line| *line != "    1 error")
        .take_while(|line| line.is_empty() || line.starts_with("    "))
        .map(|line| line.get(4..).unwrap_or_default())
        .collect();
    let shown = shown.strip_suffix(&[""]).unwrap();
    assert_eq!(run.stdout.lines().collect::<Vec<_>>(), shown);
    let status = |line: &str| shell(&overlay, line).status;
    assert_eq!(status("distvouch explain manifest-missing"), 0);
    mend(&overlay);
    assert_eq!(status("distvouch scan . --no-distfiles"), 0);
    assert_eq!(status("distvouch scan . --no-distfiles --fail-on warning"), 1);
}

#[test]
fn github_actions() {
    let commands = commands("github-actions.yml", &["run: "]);
    assert_eq!(commands.len(), 1);
    let overlay = three();
    let failed = run(&overlay, &commands);
    assert_eq!(failed.status, 1, "{}", failed.stderr);
    let error = failed.stdout.lines().find(|line| line.starts_with("::error ")).unwrap();
    let expected = "::error file=app-misc/beta/Manifest,title=distvouch%3A manifest-missing::version 1 \
                    fetches files, and there is no Manifest";
    assert_eq!(error, expected);
    // Results are kept for the next run, which finds that it is mended.
    assert!(overlay.scratch.file("distvouch.jsonl").is_file());
    mend(&overlay);
    let mended = run(&overlay, &commands);
    assert_eq!(mended.status, 0, "{}", mended.stdout);
    assert!(mended.stderr.contains("2 packages as an earlier run left them"), "{}", mended.stderr);
}

#[test]
fn gitlab_ci() {
    let commands = commands("gitlab-ci.yml", &["- "]);
    let commands: Vec<String> = commands.into_iter().filter(|c| c != ".distvouch/").collect();
    assert_eq!(commands.len(), 2, "{commands:?}");
    let overlay = three();
    let failed = run(&overlay, &commands);
    assert_eq!(failed.status, 1, "{}", failed.stderr);
    assert!(failed.stdout.contains("error   manifest-missing"), "{}", failed.stdout);
    mend(&overlay);
    let mended = run(&overlay, &commands);
    assert_eq!(mended.status, 0, "{}", mended.stdout);
    assert!(flat(&mended.stdout).contains("(2 packages as an earlier run left them)"));
}

#[test]
fn both_are_yaml() {
    let Some(python) = tool("recipes, YAML", "python3") else { return };
    let has = Command::new(&python).args(["-c", "import yaml"]).output().unwrap();
    if !has.status.success() {
        return crate::common::skipped("recipes, YAML", "python3 has no yaml");
    }
    let script = "import sys, yaml
for path in sys.argv[1:]:
    with open(path) as file:
        jobs = yaml.safe_load(file)
    text = str(jobs.get('jobs') or jobs)
    assert 'distvouch scan .' in text and 'cargo install' in text, text";
    let output = Command::new(&python)
        .args(["-c", script])
        .args(["github-actions.yml", "gitlab-ci.yml"].map(recipe))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// git commit, with the hook.
fn commit(overlay: &Overlay) -> Run {
    let mut command = Command::new("git");
    surroundings(overlay, &mut command);
    command.args(["-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "x"]);
    Run::of(command.output().unwrap())
}

#[test]
fn the_hook_of_git() {
    let overlay = three();
    let hook = overlay.path(".git/hooks/pre-commit");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::copy(recipe("pre-commit"), &hook).unwrap();
    // What the commit does not change does not stop it, and neither does what is not a package.
    overlay.write("README", "x\n");
    overlay.write("app-misc/gamma/metadata.xml", "<x/>\n");
    overlay.git(&["add", "-A"]);
    let run = commit(&overlay);
    assert_eq!((run.status, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    overlay.ebuild("app-misc/gamma", "1", &format!("{PLAIN}\n# changed"));
    overlay.git(&["add", "-A"]);
    let run = commit(&overlay);
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert!((run.stdout + &run.stderr).contains("1 package, 1 ebuild"));
    // A distfile that is not that of the Manifest.
    overlay.ebuild("app-misc/gamma", "2", PLAIN);
    overlay.distfile("gamma-2.tar.gz", b"another");
    overlay.write("app-misc/gamma/Manifest", &dist("gamma-2.tar.gz", b"a"));
    overlay.git(&["rm", "-q", "app-misc/gamma/gamma-1.ebuild"]);
    overlay.git(&["add", "-A"]);
    let run = commit(&overlay);
    assert_eq!(run.status, 1);
    assert!((run.stdout + &run.stderr).contains("manifest-mismatch"));
    overlay.distfile("gamma-2.tar.gz", b"a");
    assert_eq!(commit(&overlay).status, 0);
    // A package that goes away, and names that no shell may take for something else.
    overlay.git(&["rm", "-rq", "app-misc/gamma"]);
    overlay.write("app-misc/$(touch made)/x-1.ebuild", "");
    overlay.write("app-misc/a b/x-1.ebuild", "");
    overlay.git(&["add", "-A"]);
    let run = commit(&overlay);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert!(!overlay.path("made").exists());
}

#[test]
fn after_pkgdev_manifest() {
    let Some(pkgdev) = tool("recipes, pkgdev", "pkgdev") else { return };
    let overlay = Overlay::new();
    let conf = "masters =\nthin-manifests = true\nmanifest-hashes = BLAKE2B SHA512\n";
    overlay.write("metadata/layout.conf", conf);
    overlay.write("profiles/categories", "dev-libs\n");
    overlay.write("profiles/arch.list", "amd64\n");
    overlay.write("profiles/profiles.desc", "amd64 default stable\n");
    overlay.write("profiles/default/eapi", "8\n");
    overlay.write("profiles/default/make.defaults", "ARCH=\"amd64\"\n");
    for version in ["1.2", "1.3"] {
        let lines = format!(
            "DESCRIPTION=\"A library for tests\"\nHOMEPAGE=\"https://example.org\"\n{PLAIN}\n\
             LICENSE=\"MIT\"\nSLOT=\"0\"\nKEYWORDS=\"~amd64\""
        );
        overlay.ebuild("dev-libs/foo", version, &lines);
        let name = format!("foo-{version}");
        overlay.distfile(&format!("{name}.tar.gz"), &archive(&name, &[("a.c", version)]));
    }
    let line = format!(
        "cd dev-libs/foo; {} manifest -d \"$DISTDIR\" >&2 && distvouch bump . --record all --reviewer a",
        pkgdev.display()
    );
    let run = shell(&overlay, &line);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    assert!(flat(&run.stdout).contains("manifest agrees"), "{}", run.stdout);
    let manifest = std::fs::read_to_string(overlay.path("dev-libs/foo/Manifest")).unwrap();
    assert_eq!(manifest.matches("DIST ").count(), 2);
    // pkgcheck complains neither of the policy nor of the records.
    let Some(pkgcheck) = tool("recipes, pkgcheck", "pkgcheck") else { return };
    overlay.write("metadata/distvouch.toml", "[policy]\nreview = \"required\"\n");
    let run = shell(&overlay, &format!("{} scan -r . 2>&1", pkgcheck.display()));
    assert!(run.stdout.contains("dev-libs/foo"), "{}", run.stdout);
    assert!(!run.stdout.contains("distvouch"), "{}", run.stdout);
    assert_eq!(shell(&overlay, "distvouch scan .").status, 0);
}
