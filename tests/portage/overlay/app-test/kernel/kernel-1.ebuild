# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit verify-sig

DESCRIPTION="Signature over the uncompressed .tar.xz, and a patch beside it"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${P}.tar.xz
	https://example.org/${P}-patch.xz
	verify-sig? (
		https://example.org/${P}.tar.sign
		https://example.org/${P}-patch.sign
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
		verify-sig_uncompress_verify_unpack "${DISTDIR}"/${P}.tar.xz \
			"${DISTDIR}"/${P}.tar.sign
		verify-sig_verify_detached - "${DISTDIR}"/${P}-patch.sign < <(
			xz -cd "${DISTDIR}"/${P}-patch.xz || die
		)
		unpack ${P}-patch.xz
	else
		default
	fi
}

src_install() {
	insinto /usr/share/${PN}
	doins hello
}
