# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit verify-sig

DESCRIPTION="Two upstreams with a key each, by a local variable"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${P}.tar.gz
	https://example.org/${P}-second.tar.gz
	verify-sig? (
		https://example.org/${P}.tar.gz.asc
		https://example.org/${P}-second.tar.gz.asc
	)
"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

BDEPEND="
	verify-sig? (
		sec-keys/openpgp-keys-second
		sec-keys/openpgp-keys-upstream
	)
"

src_unpack() {
	if use verify-sig; then
		local VERIFY_SIG_OPENPGP_KEY_PATH=/usr/share/openpgp-keys/upstream.asc
		verify-sig_verify_detached "${DISTDIR}"/${P}.tar.gz{,.asc}
		VERIFY_SIG_OPENPGP_KEY_PATH=/usr/share/openpgp-keys/second.asc
		verify-sig_verify_detached "${DISTDIR}"/${P}-second.tar.gz{,.asc}
	fi
	default
}

src_install() {
	insinto /usr/share/${PN}
	doins hello
}
