use super::anew::configures;
use super::standard::{other_shells, own_version};

#[test]
fn the_header_that_autoheader_makes() {
    for input in [
        "AC_CONFIG_HEADERS([config.h])",
        "AM_CONFIG_HEADER(config.h)",
        "AC_CONFIG_HEADERS([config.h b.h])",
    ] {
        assert!(configures(input, "config.h"), "{input}");
        assert!(!configures(input, "src/wrap.sh") && !configures(input, "b.h"), "{input}");
    }
}

#[test]
fn what_a_build_file_calls_itself() {
    for (text, own) in [
        (
            "#!/bin/sh\nVERSION=\"2.4.6 Debian-2.4.6-15build2\"\n",
            Some("2.4.6 Debian-2.4.6-15build2"),
        ),
        ("VERSION=2.4.7-dirty\n", Some("2.4.7-dirty")),
        ("# ltversion.m4\n[macro_version='2.5.4'\n", Some("2.5.4")),
        ("scriptversion=2018-03-07.03; # UTC\n", Some("2018-03-07.03")),
        ("# build-to-host.m4 serial 30\n# serial 30\n", Some("serial 30")),
        ("# serial 63 LT_INIT\n", Some("serial 63")),
        ("VERSION=$(evil)\n", None),
        ("VERSION=1\u{1b}[31m\n", Some("1")),
        ("", None),
    ] {
        assert_eq!(own_version(text).as_deref(), own, "{text}");
    }
}

#[test]
fn scripts_for_the_same_shell() {
    let others: Vec<_> = other_shells(b"#!/usr/bin/sh\nx\n").collect();
    assert_eq!(others.len(), 5);
    assert!(others.contains(&b"#! /bin/sh\nx\n".to_vec()));
    for other in [&b"#!/usr/bin/perl\nx\n"[..], b"#!/bin/sh -e\nx\n", b"x\n", b""] {
        assert_eq!(other_shells(other).count(), 0);
    }
}
