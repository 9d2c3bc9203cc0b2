# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

VERIFY_SIG_METHOD="minisig"
inherit verify-sig

DESCRIPTION="The uncompressed tarball through a pipe, minisig"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${P}.tar.xz
	verify-sig? (
		https://example.org/${P}.tar.minisig
	)
"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

BDEPEND="
	verify-sig? ( sec-keys/minisig-keys-upstream )
"

VERIFY_SIG_OPENPGP_KEY_PATH="/usr/share/minisig-keys/upstream.pub"

src_unpack() {
	if use verify-sig; then
		xz -cd "${DISTDIR}"/${P}.tar.xz |
			verify-sig_verify_detached - "${DISTDIR}"/${P}.tar.minisig
	fi
	default
}

src_install() {
	insinto /usr/share/${PN}
	doins hello
}
