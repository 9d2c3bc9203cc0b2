# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit verify-sig

DESCRIPTION="A list of checksums with a detached signature"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${P}.tar.gz
	verify-sig? (
		https://example.org/SHA256SUMS -> ${P}.SHA256SUMS
		https://example.org/SHA256SUMS.asc -> ${P}.SHA256SUMS.asc
	)
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
		cd "${DISTDIR}" || die
		verify-sig_verify_detached ${P}.SHA256SUMS{,.asc}
		verify-sig_verify_unsigned_checksums ${P}.SHA256SUMS sha256 ${P}.tar.gz
		cd "${WORKDIR}" || die
	fi
	default
}

src_install() {
	insinto /usr/share/${PN}
	doins hello
}
