# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit verify-sig

DESCRIPTION="The signed text goes to a file and is used from there"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${P}.tar.gz
	verify-sig? ( https://example.org/${P}.announce.asc )
"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

BDEPEND="
	verify-sig? ( sec-keys/openpgp-keys-upstream )
"

VERIFY_SIG_OPENPGP_KEY_PATH="/usr/share/openpgp-keys/upstream.asc"

src_unpack() {
	if use verify-sig; then
		verify-sig_verify_message "${DISTDIR}"/${P}.announce.asc "${T}"/announce
		cd "${DISTDIR}" || die
		grep -F ${P}.tar.gz "${T}"/announce |
			verify-sig_verify_unsigned_checksums - sha256 ${P}.tar.gz
		cd "${WORKDIR}" || die
	fi
	default
}

src_install() {
	insinto /usr/share/${PN}
	doins hello
}
