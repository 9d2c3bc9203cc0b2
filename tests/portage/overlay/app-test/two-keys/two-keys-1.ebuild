# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit verify-sig

DESCRIPTION="The same file is signed by two people"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${P}.tar.gz
	verify-sig? (
		https://example.org/${P}.tar.gz.asc -> ${P}.tar.gz.upstream.asc
		https://example.org/${P}.tar.gz.asc.2 -> ${P}.tar.gz.second.asc
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
	local who
	if use verify-sig; then
		for who in upstream second; do
			verify-sig_verify_detached "${DISTDIR}"/${P}.tar.gz{,.${who}.asc} \
				"${BROOT}/usr/share/openpgp-keys/${who}.asc"
		done
	fi
	default
}

src_install() {
	insinto /usr/share/${PN}
	doins hello
}
