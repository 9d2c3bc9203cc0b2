//! One report in three forms: text, lines for a package manager, JSON. The facts are the same.
#![cfg(feature = "sigstore")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use crate::bump::{BEFORE, NOW, Stage};
use crate::common::{Run, distvouch, flat};
use serde_json::Value;
use std::collections::BTreeSet;

/// Sets of access, each enough for an attacker.
type Sets = BTreeSet<BTreeSet<String>>;

/// The sets behind a factored line: `one of a, b + one of c, d` is four.
fn sets(line: &str) -> Sets {
    let mut sets: Sets = BTreeSet::from([BTreeSet::new()]);
    for part in line.split(" + ") {
        let names = part.strip_prefix("one of ").unwrap_or(part).split(", ");
        let with = |name: &str| {
            let add =
                |set: &BTreeSet<String>| set.iter().cloned().chain([name.to_owned()]).collect();
            sets.iter().map(add).collect::<Vec<BTreeSet<String>>>()
        };
        sets = names.flat_map(with).collect();
    }
    sets
}

fn in_text(text: &str) -> Sets {
    let start = ["an attacker needs one of:\n", "Each of these is enough:\n"];
    let list = start.iter().find_map(|start| Some(text.split_once(start)?.1));
    let lines = list.unwrap_or_default().lines().take_while(|line| line.starts_with("  "));
    // Behind the name of a capability stands what it is; a set of several has none.
    let names = |line: &str| match line.contains(" + ") || line.starts_with("one of ") {
        true => line.to_owned(),
        false => line.split_whitespace().next().unwrap_or_default().to_owned(),
    };
    // A line that goes on is indented further.
    let mut whole: Vec<String> = Vec::new();
    for line in lines {
        match (line.starts_with("   "), whole.last_mut()) {
            (true, Some(last)) => *last = format!("{last} {}", line.trim()),
            _ => whole.push(line.trim().to_owned()),
        }
    }
    whole.iter().flat_map(|line| sets(&names(line))).collect()
}

fn in_portage(text: &str) -> Sets {
    let list = text.split_once("forged this: ").unwrap().1;
    let list = list.split(" say ").next().unwrap();
    list.trim().split("; ").flat_map(sets).collect()
}

fn in_json(json: &Value) -> Sets {
    let set = |set: &Value| {
        let names = set.as_array().unwrap().iter();
        names.map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    json["attackers"].as_array().unwrap().iter().map(set).collect()
}

/// The lines of a package manager without their levels, in one.
fn joined(portage: &str) -> String {
    let lines = portage.lines().map(|line| line.split_once('\t').unwrap());
    let text: Vec<_> = lines
        .map(|(level, line)| match line.starts_with(' ') {
            true => line.trim().to_owned(),
            false => format!("{level} {line}"),
        })
        .collect();
    flat(&text.join(" "))
}

/// The words of `sentence` that no form has to shorten stand in `text`, in their order.
#[track_caller]
fn said(text: &str, sentence: &str) {
    let mut rest = text;
    for word in sentence.split_whitespace().filter(|word| word.len() < 40) {
        let at = rest.find(word);
        assert!(at.is_some(), "{word} of \"{sentence}\" is not in: {text}");
        rest = &rest[at.unwrap() + word.len()..];
    }
}

fn report(arguments: &[&str]) {
    let run = |format: &str| {
        Run::of(
            distvouch().arg("check").args(arguments).args(["--format", format]).output().unwrap(),
        )
    };
    let (text, portage, json) = (run("text"), run("portage"), run("json"));
    assert!(text.status == portage.status && text.status == json.status);
    let (raw, portage, json) = (text.stdout, joined(&portage.stdout), json.json());
    let text = flat(&raw);
    let mut count = 0;
    for distfile in json["distfiles"].as_array().unwrap() {
        let name = distfile["name"].as_str().unwrap();
        for finding in distfile["findings"].as_array().unwrap() {
            count += 1;
            let word = |key: &str| {
                finding[key].as_str().unwrap_or_default().replace("not-checked", "not checked")
            };
            let (check, outcome) = (word("check"), word("outcome"));
            let class = finding["class"].as_str().map(|class| format!("{class}:"));
            let class = class.unwrap_or_default();
            said(
                &text,
                &format!("{check} {outcome} {class} {}", finding["compared"].as_str().unwrap()),
            );
            // What the Manifest has settled is said once, of all files.
            if check == "manifest" && outcome == "agrees" {
                let (once, other) = match json["clock"].as_str().unwrap() {
                    "bump" => ("so it protects nothing yet", "already fixes"),
                    _ => ("The Manifest already fixes these bytes", "protects nothing yet"),
                };
                for form in [&text, &portage] {
                    assert!(form.contains(once) && !form.contains(other), "{form}");
                }
                assert!(portage.contains("these bytes (could forge it: gentoo)"), "{portage}");
                continue;
            }
            assert!(portage.contains(&format!("{name}: {check} {outcome}: {class}")), "{portage}");
            said(&portage, finding["compared"].as_str().unwrap());
            let forgers = finding["forgers"].as_array().unwrap();
            let forgers: Vec<_> = forgers.iter().map(|forger| forger.as_str().unwrap()).collect();
            if !forgers.is_empty() {
                let forgers = format!("could forge it: {}", forgers.join(", "));
                assert!(text.contains(&forgers), "{forgers} is not in: {text}");
                assert!(portage.contains(&forgers), "{forgers} is not in: {portage}");
            }
            if outcome == "agrees" {
                said(&portage, &word("vouches"));
                for key in ["commit", "run"] {
                    let fact = finding["detail"][key].as_str().filter(|_| check == "provenance");
                    let fact = fact.map(|fact| fact.split("/attempts/").next().unwrap());
                    let fact = fact.unwrap_or_default();
                    assert!(text.contains(fact) && portage.contains(fact), "{fact}: {portage}");
                }
            }
            for note in finding["detail"]["notes"].as_array().into_iter().flatten() {
                let class = format!("({})", note["class"].as_str().unwrap());
                let also = if outcome == "agrees" { "but" } else { "also" };
                let note = format!("{also} {} {class}", note["text"].as_str().unwrap());
                said(&text.replace("but: ", "but ").replace("also: ", "also "), &note);
                said(&portage, &note);
            }
        }
    }
    // Neither form has a finding of its own.
    let words = ["agrees", "contradicts", "absent", "unusable", "not checked"];
    let is_finding = |line: &&str| {
        let rest = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' '));
        let rest = rest.and_then(|rest| rest.split_once(' ')).map(|(_, rest)| rest.trim_start());
        rest.is_some_and(|rest| words.iter().any(|word| rest.starts_with(word)))
    };
    assert_eq!(raw.lines().filter(is_finding).count(), count, "{raw}");
    assert_eq!(in_text(&raw), in_json(&json), "{raw}");
    // Where nothing required stops anyone, an emerge log has nothing to say of it.
    match raw.contains("No required check stops anyone.") {
        true => assert!(!portage.contains("forged this"), "{portage}"),
        false => assert_eq!(in_portage(&portage), in_json(&json), "{portage}"),
    }
}

#[test]
fn the_three_forms_say_the_same() {
    let stage = Stage::new("");
    for (version, time) in [("1.2", BEFORE), ("1.10", NOW)] {
        stage.attest(version, time);
        stage.sign(version);
    }
    let [distdir, manifest, key, root, clone] =
        ["distfiles", "dev-libs/foo/Manifest", "key.pgp", "root.json", "clone"]
            .map(|name| stage.path(name));
    let fixed = ["--distdir", &distdir, "--trusted-root", &root, "foo-1.10.tar.gz"];
    let key = ["--openpgp-key", &key];
    let manifest = ["--manifest", &manifest];
    let url = ["--repository", "https://github.com/example/foo"];
    let other = ["--repository", "https://github.com/example/other"];
    let git = ["--git", &clone];
    report(&fixed);
    report(&[&fixed[..], &manifest].concat());
    report(&[&fixed[..], &manifest, &key].concat());
    report(&[&fixed[..], &manifest, &key, &url, &["--clock", "emerge"]].concat());
    report(&[&fixed[..], &key, &url].concat());
    report(&[&fixed[..], &manifest, &key, &other].concat());
    report(&[&fixed[..], &manifest, &key, &url, &git].concat());
}

#[test]
fn factored_sets_are_multiplied_out() {
    let names = |text: &str| text.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
    let expected: Sets = ["a c", "a d", "b c", "b d"].map(names).into();
    assert_eq!(sets("one of a, b + one of c, d"), expected);
    assert_eq!(sets("key"), Sets::from([names("key")]));
}

#[test]
fn a_check_in_a_package_points_to_the_bump() {
    let stage = Stage::new("");
    let [distdir, manifest] = ["distfiles", "dev-libs/foo/Manifest"].map(|name| stage.path(name));
    let run = |manifest: &str, more: &[&str]| {
        let mut command = distvouch();
        command.args(["check", "--distdir", &distdir, "--manifest", manifest]).args(more);
        Run::of(command.current_dir(stage.path("dev-libs/foo")).output().unwrap()).stdout
    };
    let last = |text: &str| text.lines().last().unwrap_or_default().to_owned();
    assert_eq!(last(&run("Manifest", &[])), "Next: distvouch bump .");
    assert!(run(&manifest, &[]).contains("Next: distvouch bump"));
    // The Manifest was recorded before: there is nothing to bump.
    assert!(!run("Manifest", &["--clock", "emerge"]).contains("distvouch bump"));
}
