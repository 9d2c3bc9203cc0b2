# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

DESCRIPTION="signify key of the tests' upstream"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/upstream.pub -> ${P}-upstream.pub
"
S="${WORKDIR}"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

src_unpack() {
	:
}

src_install() {
	insinto /usr/share/signify-keys
	newins "${DISTDIR}"/${P}-upstream.pub upstream.pub
}
