# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit verify-sig

DESCRIPTION="Default src_unpack, several distfiles with binary signatures"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${P}.tar.xz
	https://example.org/${P}-data.tar.bz2
	doc? ( https://example.org/${P}-doc.tar.gz )
	verify-sig? (
		https://example.org/${P}.tar.xz.sig
		https://example.org/${P}-data.tar.bz2.sig
		doc? ( https://example.org/${P}-doc.tar.gz.sig )
	)
"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"
IUSE="doc"

BDEPEND="
	verify-sig? ( sec-keys/openpgp-keys-upstream )
"

VERIFY_SIG_OPENPGP_KEY_PATH="/usr/share/openpgp-keys/upstream.asc"

src_install() {
	insinto /usr/share/${PN}
	doins hello
}
