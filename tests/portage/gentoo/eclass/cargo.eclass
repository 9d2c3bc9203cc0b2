# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

# @ECLASS: cargo.eclass
# @MAINTAINER:
# The distvouch authors <distvouch@example.org>
# @SUPPORTED_EAPIS: 8
# @BLURB: Stands for ::gentoo's cargo.eclass: installs a program that is built already
# @DESCRIPTION:
# The functions that the ebuilds of app-portage/distvouch use.  Nothing is built:
# cargo_src_compile takes the file that the environment variable
# DISTVOUCH_PREBUILT names.  tests/portage/package builds with ::gentoo's own
# eclasses, where it is told where they are.

BDEPEND=""
CARGO_CRATE_URIS=""
cargo_target_dir() { echo target/release; }
cargo_src_unpack() { default_src_unpack; mkdir -p "${S}" || die; }
cargo_live_src_unpack() { mkdir -p "${S}" || die; }
cargo_src_configure() { printf 'cargo features: %s %s\n' "${myfeatures[*]}" "${*}"; }
cargo_src_compile() {
	mkdir -p target/release || die
	cp "${DISTVOUCH_PREBUILT}" target/release/distvouch || die
}
cargo_src_test() { :; }
cargo_src_install() { dobin target/release/distvouch; }
rust_pkg_setup() { :; }

EXPORT_FUNCTIONS src_unpack src_configure src_compile src_test src_install
