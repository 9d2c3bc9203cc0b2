use super::references::proposed;
use super::*;
use crate::release::source::commit::is_release_line;

fn fit(tag: &str, version: &str, name: &str) -> Option<Fit> {
    fits(tag, version, &BTreeSet::from([plain(name)]))
}

#[test]
fn tags_of_a_version() {
    for (tag, version, name) in [
        ("1.2", "1.2", "foo"),
        ("v1.2", "1.2", "foo"),
        ("V1.2", "1.2", "foo"),
        ("release-1.2", "1.2", "foo"),
        ("v1_2", "1.2", "foo"),
        ("V_10_3_P1", "10.3p1", "openssh"),
        ("v2024.10.08", "2024.10.8", "abi3info"),
    ] {
        assert_eq!(fit(tag, version, name), Some(Fit::Plain), "{tag}");
    }
    for (tag, version, name) in [
        ("foo-1.2", "1.2", "foo"),
        ("foo-v1.2", "1.2", "foo"),
        ("foo/v1.2", "1.2", "foo"),
        ("packages/foo-v1.2", "1.2", "foo"),
        ("@scope/foo@1.2", "1.2", "foo"),
        ("cares-1_18_1", "1.18.1", "c-ares"),
        ("md-5-v0.10.6", "0.10.6", "md-5"),
        ("md-5-v0.10.6", "0.10.6", "md-5"),
        ("foo-release-1.2", "1.2", "foo"),
        ("foo-v1.0.0-rc.9", "1.0.0_rc9", "foo"),
    ] {
        assert_eq!(fit(tag, version, name), Some(Fit::Named), "{tag}");
    }
    for tag in ["1.20", "11.2", "v1.2rc1", "bar-1.2", "v0.1.2", "foo", "foo-bar-1.2"] {
        assert_eq!(fit(tag, "1.2", "foo"), None, "{tag}");
    }
}

#[test]
fn branches_that_not_everyone_makes() {
    for name in ["refs/tags/v1", "refs/heads/main", "refs/remotes/origin/master"] {
        assert!(is_release_line(name), "{name}");
    }
    for name in [
        "refs/heads/dependabot/main",
        "refs/heads/release-9.9",
        "refs/remotes/origin/main/fix",
        "refs/heads/mainly",
        "refs/stash",
    ] {
        assert!(!is_release_line(name), "{name}");
    }
}

#[test]
fn what_others_proposed() {
    for name in [
        "refs/remotes/origin/pr/1",
        "refs/remotes/pr/12",
        "refs/remotes/pull/12/head",
        "refs/heads/pr/12",
        "refs/remotes/o/pull-requests/3/from",
        "refs/heads/merge_requests/4",
        "refs/remotes/gerrit/changes/34/1234/5",
    ] {
        assert!(proposed(name), "{name}");
    }
    for name in [
        "refs/heads/main",
        "refs/tags/v1",
        "refs/heads/changes",
        "refs/heads/pr/fix",
        "refs/heads/1.2",
    ] {
        assert!(!proposed(name), "{name}");
    }
}

#[test]
fn words_for_git_are_looked_at_first() {
    let commit = |name: &str| {
        check(&CommitSpec { commit: Some(name.to_owned()), ..CommitSpec::default() }).is_ok()
    };
    assert!(commit("0123abc") && commit(&"0".repeat(40)));
    for name in ["", "HEAD", "--help", "0123ab", "main", "0123ABCD", "0123abc^{tree}"] {
        assert!(!commit(name), "{name}");
    }
    let tag = |name: &str| {
        check(&CommitSpec { tag: Some(name.to_owned()), ..CommitSpec::default() }).is_ok()
    };
    assert!(tag("v1.2") && tag("release/1.2"));
    for name in ["", "-v", "a b", "a..b", "a^{}", "a:b", "a\n", "a@{1}", "a//b", "x.lock", "/a"] {
        assert!(!tag(name), "{name}");
    }
}
