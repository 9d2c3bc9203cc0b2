# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit verify-sig

DESCRIPTION="Process substitutions in the place of files"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${P}.tar.gz
	verify-sig? (
		https://example.org/${P}.tar.gz.asc
		https://example.org/${P}.sha256
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
		verify-sig_verify_detached <(cat ${P}.tar.gz) ${P}.tar.gz.asc
		verify-sig_verify_unsigned_checksums \
			<(echo "$(<${P}.sha256)  ${P}.tar.gz") sha256 ${P}.tar.gz
		cd "${WORKDIR}" || die
	fi
	default
}

src_install() {
	insinto /usr/share/${PN}
	doins hello
}
