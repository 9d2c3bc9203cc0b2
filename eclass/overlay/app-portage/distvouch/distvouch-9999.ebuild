# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

CRATES="
"
LLVM_COMPAT=( {18..22} )
LLVM_OPTIONAL=1
RUST_MIN_VER="1.88.0"

inherit cargo llvm-r1 optfeature shell-completion toolchain-funcs

DESCRIPTION="Says who vouches for a distfile and who could still have forged it"
HOMEPAGE="https://example.org/distvouch/"

if [[ ${PV} == 9999 ]]; then
	EGIT_REPO_URI="https://example.org/distvouch.git"
	inherit git-r3
else
	# Both are made by eclass/make-distfiles, which also writes the Manifest.
	SRC_URI="
		https://example.org/distvouch/${P}.tar.gz
		https://example.org/distvouch/${P}-crates.tar.xz
		${CARGO_CRATE_URIS}
	"
	KEYWORDS="~amd64 ~arm ~arm64 ~loong ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"
fi

LICENSE="MIT"
# Dependent crate licenses
LICENSE+="
	Apache-2.0 BSD BZIP2 Boost-1.0 LGPL-2+ MIT Unicode-3.0
	nettle? ( || ( GPL-2 GPL-3 LGPL-3 ) )
	sigstore? ( ISC )
"
SLOT="0"
IUSE="botan nettle openssl +sigstore test"
REQUIRED_USE="
	?? ( botan nettle openssl )
	nettle? ( ${LLVM_REQUIRED_USE} )
"
RESTRICT="!test? ( test )"

DEPEND="
	botan? ( dev-libs/botan:3= )
	nettle? (
		dev-libs/gmp:=
		dev-libs/nettle:=
	)
	openssl? ( dev-libs/openssl:= )
"
RDEPEND="${DEPEND}"
# clang is for bindgen
BDEPEND+="
	nettle? (
		$(llvm_gen_dep 'llvm-core/clang:${LLVM_SLOT}')
		virtual/pkgconfig
	)
	openssl? ( virtual/pkgconfig )
	test? (
		app-crypt/gnupg
		dev-vcs/git
	)
"

pkg_setup() {
	use nettle && llvm-r1_pkg_setup
	rust_pkg_setup
}

src_unpack() {
	if [[ ${PV} == 9999 ]]; then
		git-r3_src_unpack
		cargo_live_src_unpack
	else
		cargo_src_unpack
	fi
}

src_configure() {
	local backend
	backend=$(usev botan)$(usev nettle)$(usev openssl)
	local myfeatures=(
		crypto-${backend:-rust}
		$(usev sigstore)
	)
	# --locked: the versions and checksums in Cargo.lock, and no others
	cargo_src_configure --no-default-features --locked
}

src_compile() {
	cargo_src_compile

	# A program for another machine cannot print its completions here.
	tc-is-cross-compiler && return
	local shell
	for shell in bash fish zsh; do
		"$(cargo_target_dir)"/distvouch completions ${shell} > "${T}"/${shell} || die
	done
}

src_install() {
	cargo_src_install

	if ! tc-is-cross-compiler; then
		newbashcomp "${T}"/bash distvouch
		newfishcomp "${T}"/fish distvouch.fish
		newzshcomp "${T}"/zsh _distvouch
	fi
	doman doc/man/*
	dodoc README.md doc/*.md doc/report.schema.json

	# For overlays that carry it, see doc/eclass.md.
	insinto /usr/share/distvouch/eclass
	doins eclass/verify-sig.eclass
}

pkg_postinst() {
	optfeature "comparing a release archive with its git tree" dev-vcs/git
}
