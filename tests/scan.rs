//! A whole overlay: what is found in it, in which forms, and what a scan does with what is hostile or
//! in its way.

#[path = "scan/bounded.rs"]
mod bounded;
#[path = "scan/findings.rs"]
mod findings;
#[path = "scan/hostile.rs"]
mod hostile;
#[path = "scan/results.rs"]
mod results;

use crate::common::Run;
use crate::common::overlay::{Overlay, archive};
use serde_json::Value;

/// An ebuild that fetches a release by its name.
const PLAIN: &str = "SRC_URI=\"https://example.org/${P}.tar.gz\"";

/// The same with a signature that it checks.
const SIGNED: &str = "inherit verify-sig
SRC_URI=\"https://example.org/${P}.tar.gz
\tverify-sig? ( https://example.org/${P}.tar.gz.asc )\"
BDEPEND=\"verify-sig? ( sec-keys/openpgp-keys-foo )\"
VERIFY_SIG_OPENPGP_KEY_PATH=/usr/share/openpgp-keys/foo.asc";

/// `distvouch scan` of the overlay.
fn scan(overlay: &Overlay, more: &[&str]) -> Run {
    let root = overlay.path("");
    let keys = overlay.scratch.file("root");
    let mut command = overlay.command("scan");
    command.arg(&root).arg("--key-root").arg(keys).args(more);
    Run::of(command.output().unwrap())
}

/// The lines of `--json`.
fn lines(run: &Run) -> Vec<Value> {
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Everything that is found: kind, level, file.
fn found(run: &Run) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let lines = lines(run);
    let findings = lines.iter().flat_map(|line| line["findings"].as_array().unwrap().clone());
    let mut found: Vec<_> = findings
        .map(|finding| (text(&finding["kind"]), text(&finding["level"]), text(&finding["file"])))
        .collect();
    found.sort();
    found
}

/// The kinds of what is found.
fn kinds(run: &Run) -> Vec<String> {
    found(run).into_iter().map(|(kind, ..)| kind).collect()
}

/// A package with a release in DISTDIR and its Manifest.
fn package(overlay: &Overlay, name: &str, version: &str, lines: &str) {
    let pn = name.rsplit('/').next().unwrap();
    let release = format!("{pn}-{version}");
    overlay.ebuild(name, version, lines);
    let file = format!("{release}.tar.gz");
    overlay.distfile(&file, &archive(&release, &[("a.c", version)]));
    let path = overlay.path(&format!("{name}/Manifest"));
    let before = std::fs::read_to_string(path).unwrap_or_default();
    let bytes = std::fs::read(overlay.distdir().join(&file)).unwrap();
    let line = crate::common::overlay::dist(&file, &bytes);
    overlay.write(&format!("{name}/Manifest"), &(before + &line));
}

/// An overlay of that many packages.
fn overlay_of(packages: usize) -> Overlay {
    let overlay = Overlay::new();
    for number in 0..packages {
        package(&overlay, &format!("app-misc/p{number:04}"), "1", PLAIN);
    }
    overlay
}

/// Installs a key file below the root that scans take keys from.
fn install(overlay: &Overlay, path: &str, bytes: impl AsRef<[u8]>) {
    let path = overlay.scratch.file("root/usr/share").join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// Nothing grows with the square of the names, whatever they are: the previous version known from its ebuild or from
/// the Manifest alone, names that are alike or not, evidence about lists.
#[test]
fn thousands_of_names_of_one_package() {
    const FOO: &str = "dev-libs/foo";
    let names =
        |shape: &dyn Fn(usize) -> String| -> Vec<String> { (0..3_000).map(shape).collect() };
    for (old, new) in [
        (names(&|n| format!("a{n}x.zip")), names(&|n| format!("b{n}yy.tgz"))),
        (names(&|n| format!("a{n}.md5.asc")), names(&|n| format!("b{n}.md5.asc"))),
        (names(&|n| format!("foo-1x{n}")), names(&|n| format!("foo-2.tar.{n}"))),
        (Vec::new(), names(&|n| format!("foo-{n}.tar.gz"))),
    ] {
        let overlay = Overlay::new();
        let mut manifest = String::new();
        for (version, names) in [("1", &old), ("2", &new)].iter().filter(|(_, n)| !n.is_empty()) {
            let uris: Vec<String> =
                names.iter().map(|name| format!("https://example.org/{name}")).collect();
            overlay.ebuild(FOO, version, &format!("SRC_URI=\"{}\"", uris.join("\n")));
            manifest.extend(names.iter().map(|name| crate::common::overlay::dist(name, b"")));
        }
        overlay.write(&format!("{FOO}/Manifest"), &manifest);
        let begun = std::time::Instant::now();
        let run = scan(&overlay, &["--json"]);
        assert!(run.stdout.contains("\"distfiles\":3000"), "{}{}", run.stdout, run.stderr);
        assert!(begun.elapsed().as_secs() < 20, "{}: {:?}", new[0], begun.elapsed());
    }
}
