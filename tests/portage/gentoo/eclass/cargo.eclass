# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

# @ECLASS: cargo.eclass
# @MAINTAINER:
# The distvouch authors <distvouch@example.org>
# @SUPPORTED_EAPIS: 8 9
# @BLURB: Stands for ::gentoo's cargo.eclass: installs a program that is built already
# @DESCRIPTION:
# The functions that the ebuilds of app-portage/distvouch use.  Instead of
# building, cargo_src_install installs the file that the environment variable
# DISTVOUCH_PREBUILT names.

BDEPEND=""
CARGO_CRATE_URIS=""
cargo_src_unpack() { default_src_unpack; }
cargo_live_src_unpack() { mkdir -p "${S}" || die; }
cargo_src_configure() { printf 'cargo features: %s\n' "${*}"; }
cargo_src_compile() { :; }
cargo_src_test() { :; }
cargo_src_install() { newbin "${DISTVOUCH_PREBUILT}" distvouch; }
rust_pkg_setup() { :; }

EXPORT_FUNCTIONS src_unpack src_configure src_compile src_test src_install
