# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

DESCRIPTION="OpenPGP keys of the real releases"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/real-byacc.asc -> ${P}-real-byacc.asc
	https://example.org/real-dos2unix.asc -> ${P}-real-dos2unix.asc
	https://example.org/real-ofono.asc -> ${P}-real-ofono.asc
	https://example.org/real-pciutils.asc -> ${P}-real-pciutils.asc
"
S="${WORKDIR}"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

src_unpack() {
	:
}

src_install() {
	insinto /usr/share/openpgp-keys
	newins "${DISTDIR}"/${P}-real-byacc.asc real-byacc.asc
	newins "${DISTDIR}"/${P}-real-dos2unix.asc real-dos2unix.asc
	newins "${DISTDIR}"/${P}-real-ofono.asc real-ofono.asc
	newins "${DISTDIR}"/${P}-real-pciutils.asc real-pciutils.asc
}
