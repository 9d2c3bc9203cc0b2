# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit verify-sig

DESCRIPTION="Only the tarball is signed, the patches are Gentoo's own"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${P}.tar.gz
	https://example.org/gentoo/${P}-patches.tar.xz
	verify-sig? ( https://example.org/${P}.tar.gz.asc )
"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

BDEPEND="
	verify-sig? ( sec-keys/openpgp-keys-upstream )
"

VERIFY_SIG_OPENPGP_KEY_PATH="/usr/share/openpgp-keys/upstream.asc"

src_unpack() {
	use verify-sig && verify-sig_verify_detached "${DISTDIR}"/${P}.tar.gz{,.asc}
	default
}

src_install() {
	insinto /usr/share/${PN}
	doins hello
}
