//! Incidents, played again with releases and repositories made here and a Sigstore of the test's
//! own: what each level of checking answers. doc/incidents.md is what the program printed;
//! `DISTVOUCH_BLESS=1` writes it anew.
#![cfg(feature = "sigstore")]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use crate::common;
use crate::common::replay::Level::{Bump, Continuity, Diff, Manifest, Pins, Repository, Source};
use crate::common::replay::*;
use std::collections::BTreeMap;
use std::path::Path;

macro_rules! replays {
    ($($name:ident: $replay:expr;)+) => {
        $(#[test]
        fn $name() {
            if common::tool(stringify!($name), "git").is_some() {
                $replay.hold();
            }
        })+

        fn all() -> Vec<Replay> {
            vec![$($replay),+]
        }
    };
}

replays! {
    xz: Replay {
        title: "xz 5.6.0: a macro that only the archive has",
        told: "In 2024 the release archive of xz 5.6.0 had an m4 macro that git had not. What the macro \
               unpacked lay in test files that git had. Here: a C package that was never attested, with \
               such a macro among the usual output of the autotools, and such a file.",
        stage: tarball_only_macro,
        levels: &[
            (Repository, "provenance-absent", 1),
            (Source, "known-file-altered+source-not-compared", 1),
            (Diff, "first", 0),
            (Bump, "known-file-altered", 1),
        ],
        lesson: "The macro has the name of one of gnulib's and matches none of the versions that gnulib ever \
                 had: the comparison with git refuses it and names them. The test file it says nothing \
                 of, because git has it. What autoconf and automake made is not compared, which is said.",
    };
    ultralytics_8_3_41: Replay {
        title: "Ultralytics 8.3.41: code added inside the publishing job",
        told: "In December 2024 a poisoned cache put code into the publishing job of Ultralytics 8.3.41. \
               The attestations were genuine. Here: the usual workflow at the usual tag, and an archive to \
               which the job added a line.",
        stage: cache_poisoned,
        levels: &[
            (Repository, "agrees", 0),
            (Pins, "agrees", 0),
            (Continuity, "agrees", 0),
            (Source, "source-changed+source-added", 1),
            (Diff, "first", 0),
            (Bump, "source-changed", 1),
        ],
        lesson: "Everything that is asked of the provenance agrees, and the attacker held what the report \
                 names: `job`. Only the comparison with git, and reading, see it.",
    };
    ultralytics_8_3_45: Replay {
        title: "Ultralytics 8.3.45: uploaded with a stolen token",
        told: "Ultralytics 8.3.45 was uploaded with a stolen token, past the workflow, and had no \
               attestation. Here: the last release has provenance, this one has none.",
        stage: token_stolen,
        levels: &[
            (Repository, "provenance-absent", 1),
            (Pins, "provenance-absent", 1),
            (Continuity, "provenance-dropped", 1),
            (Source, "source-changed+source-added", 1),
            (Diff, "first", 0),
            (Bump, "source-changed, provenance-dropped", 1),
        ],
        lesson: "Absence alone is no information: most projects never attested anything. That it was there \
                 the last time makes it an answer.",
    };
    hijacked_reusable_workflow: Replay {
        title: "A hijacked reusable workflow: the tag of a shared workflow moved",
        told: "The class of tj-actions: something that the publishing job runs, and that lives in another \
               repository, is taken over. Here: a reusable workflow of another repository builds and signs, \
               the ebuild pins it, and the tag that it is called by was moved to a hostile commit.",
        stage: reusable_workflow,
        levels: &[
            (Repository, "signer-external", 1),
            (Pins, "agrees", 0),
            (Continuity, "agrees+signer-external", 0),
            (Source, "source-changed+source-added", 1),
            (Diff, "first", 0),
            (Bump, "source-changed", 1),
        ],
        lesson: "Without a pin the foreign signer is refused. A pin on it relies on that repository as \
                 much as on this one. That the commit behind its tag is another than the last time is \
                 said, and nothing unusual: only source and diff contradict.",
    };
    pull_request_comment: Replay {
        title: "A comment on a pull request: started by an outsider",
        told: "No real incident is told here. A workflow that comments start builds what a stranger \
               proposed and publishes it; the attestation names the repository and the branch that the \
               workflow is from, not the stranger's.",
        stage: comment,
        levels: &[
            (Repository, "trigger-mismatch", 1),
            (Pins, "workflow-mismatch+ref-mismatch+trigger-mismatch", 1),
            (Continuity, "publisher-changed+trigger-mismatch+ref-mismatch", 1),
            (Source, "source-changed+source-added", 1),
            (Diff, "first", 0),
            (Bump, "workflow-mismatch, source-changed, publisher-changed", 1),
        ],
        lesson: "Triggers that outsiders can cause are refused without any pin. The pins on workflow and \
                 ref see it, too.",
    };
    pull_request_target: Replay {
        title: "pull_request_target: the release workflow, started by an outsider",
        told: "No real incident is told here. The release workflow itself also runs for pull requests, with \
               the repository's rights, on what a stranger proposed.",
        stage: pull_request,
        levels: &[
            (Repository, "trigger-mismatch", 1),
            (Pins, "ref-mismatch+trigger-mismatch", 1),
            (Continuity, "trigger-mismatch+ref-mismatch", 1),
            (Source, "source-changed+source-added", 1),
            (Diff, "first", 0),
            (Bump, "ref-mismatch, source-changed, trigger-mismatch", 1),
        ],
        lesson: "The workflow's path is the usual one, so that pin says nothing; trigger and ref do.",
    };
    transferred_repository: Replay {
        title: "A transferred repository: the forge redirects, the owner is another",
        told: "No real incident is told here. The repository was handed to someone else, who releases \
               from it; the code is in git, as the new owner committed it.",
        stage: transferred,
        levels: &[
            (Repository, "publisher-mismatch", 1),
            (Pins, "repository-transferred", 1),
            (Continuity, "repository-transferred", 1),
            (Source, "agrees+source-added", 0),
            (Diff, "first", 0),
            (Bump, "repository-transferred", 1),
        ],
        lesson: "By the numbers it is the same repository with another owner. The comparison with git has \
                 nothing to object: what the new owner released is what the new owner committed.",
    };
    reregistered_repository: Replay {
        title: "A re-registered repository: the old name, another repository",
        told: "No real incident is told here. The old owner gave the name up, a stranger registered it \
               again and publishes from there with the same workflow.",
        stage: reregistered,
        levels: &[
            (Repository, "agrees", 0),
            (Pins, "repository-reregistered+repository-transferred", 1),
            (Continuity, "repository-reregistered", 1),
            (Source, "commit-unavailable", 3),
            (Diff, "first", 0),
            (Bump, "repository-reregistered", 1),
        ],
        lesson: "The name agrees, which is all that a check by name sees. The numbers do not, and the clone \
                 that the maintainer has does not know the commit. A fresh clone of that name would.",
    };
    orphan_commit: Replay {
        title: "An orphan commit: released from a tag that is gone",
        told: "No real incident is told here. An attacker who can push published from a tag on a commit that is \
               on no branch, and removed the tag.",
        stage: orphan,
        levels: &[
            (Repository, "agrees", 0),
            (Pins, "agrees", 0),
            (Continuity, "agrees", 0),
            (Source, "commit-unreachable+source-added", 1),
            (Diff, "first", 0),
            (Bump, "tag-mismatch", 1),
        ],
        lesson: "The archive is exactly what git has at the attested commit. That no branch and no tag leads \
                 there is what gives it away.",
    };
    aiocpa: Replay {
        title: "aiocpa: the owner's own upload, not in git",
        told: "In 2024 the owner of aiocpa uploaded releases with malware that was not in git. Here: a \
               project that never attested anything, with a line in the archive that the tag has not.",
        stage: owners_upload,
        levels: &[
            (Repository, "provenance-absent", 1),
            (Source, "source-changed+source-added", 1),
            (Diff, "first", 0),
            (Bump, "source-changed", 1),
        ],
        lesson: "There was never anything to compare a publisher with. The tag is enough to see it.",
    };
    codecov: Replay {
        title: "codecov: a released file, replaced in place",
        told: "The file that codecov had published was replaced in place. Here: the archive was replaced \
               after the bump, and its provenance left as it was.",
        stage: replaced,
        levels: &[
            (Manifest, "manifest-mismatch", 1),
            (Repository, "subject-digest", 1),
            (Source, "source-changed+source-added", 1),
            (Diff, "first", 0),
        ],
        lesson: "This is what the Manifest is for: after the bump it fixes the bytes, and nothing else is \
                 needed.",
    };
    hostile_maintainer: Replay {
        title: "A hostile commit: by a maintainer, or with the account of one",
        told: "No single incident is told here: a maintainer turns hostile, or an account at the forge is \
               taken over. The code is committed to the branch, tagged and released as always.",
        stage: hostile_commit,
        levels: &[
            (Repository, "agrees", 0),
            (Pins, "agrees", 0),
            (Continuity, "agrees", 0),
            (Source, "agrees+source-added", 0),
            (Diff, "listed", 0),
            (Bump, "", 3),
        ],
        lesson: "Everything agrees. The report says that an attacker with `source` passes all of it; only a \
                 person who reads the diff and understands the line sees what it does. Until someone has \
                 recorded that, `distvouch bump` ends with status 3.",
    };
}

const HEAD: &str = "\
# Incidents

What each level of checking prints when an incident is played again, with releases, git
repositories and a Sigstore that the tests make. The names `widget` and `squeeze`, their
owners and their numbers are made up. This file is the tests' own output: tests/replays.rs
holds every answer and exit status, and `DISTVOUCH_BLESS=1 cargo test replays::`
writes it anew.

| level | asks |
|---|---|
| Manifest | whether the file is the one of the bump |
| repository only | whether the named repository published these bytes: what other tools ask |
| pins | and with the usual workflow, ref, event, runner and numbers |
| continuity | whether that is as it was with the last release, and whether there was more then |
| source | whether the archive is what git has, at a commit that a branch or tag leads to |
| diff | nothing: it puts on top what a person should read first |
| bump | all of these at once, with the pins from the ebuild; its exit status |

What each answers, in short. A dash stands where there is nothing to ask: no provenance
then or now, or no Manifest yet. What contradicts in a `bump` is followed by its exit
status: 1 where anything does, 3 where nothing does and no one has recorded reading the diff.

What is slipped in is crude, but for the last incident: a line that fetches code and runs it, which
the diff puts on top. The quiet kind it only lists.

";

/// The document, as the program's output makes it now.
fn document() -> String {
    let mut out = HEAD.to_owned();
    out.push_str("| incident |");
    for level in Level::ALL {
        out.push_str(&format!(" {} |", level.name()));
    }
    out.push_str(&format!("\n|{}\n", "---|".repeat(Level::ALL.len() + 1)));
    let all = all();
    all.iter().for_each(|replay| replay.row(&mut out));
    let mut seen = BTreeMap::new();
    all.iter().for_each(|replay| replay.section(&mut seen, &mut out));
    out
}

#[test]
fn the_document_is_what_the_program_prints() {
    if common::tool("doc/incidents.md", "git").is_none() {
        return;
    }
    let now = document();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("doc/incidents.md");
    if std::env::var_os("DISTVOUCH_BLESS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    let differ = now.lines().zip(there.lines()).find(|(now, there)| now != there);
    assert!(now == there, "{differ:?}: write it anew: DISTVOUCH_BLESS=1 cargo test replays::");
}

/// Why the maintainer's own clone counts, and not a fresh one of the same name.
#[test]
fn a_fresh_clone_of_a_reregistered_name_agrees() {
    if common::tool("a fresh clone", "git").is_some() {
        let mut stage = reregistered();
        stage.clone = "clone".to_owned();
        assert_eq!(stage.answer(Source), ("agrees+source-added".to_owned(), 0));
    }
}

/// No level sees everything, each is needed somewhere, and somewhere nothing but reading helps.
#[test]
fn no_level_stands_for_the_others() {
    let agrees = |answer: &str| answer.split('+').next() == Some("agrees");
    let all = all();
    for level in Level::ALL.into_iter().filter(|l| ![Diff, Bump, Manifest].contains(l)) {
        let of = |replay: &Replay| replay.levels.iter().find(|(l, ..)| *l == level).copied();
        let answers: Vec<_> = all.iter().filter_map(of).collect();
        assert!(answers.iter().any(|(_, answer, _)| agrees(answer)), "{level:?} misses nothing");
        assert!(answers.iter().any(|(_, answer, _)| !agrees(answer)), "{level:?} sees nothing");
    }
    let only_reading = |replay: &Replay| {
        replay
            .levels
            .iter()
            .all(|(level, answer, _)| [Diff, Bump].contains(level) || agrees(answer))
    };
    assert!(all.iter().any(only_reading));
    assert!(all.iter().all(|replay| replay.levels.iter().any(|(level, ..)| *level == Diff)));
}
