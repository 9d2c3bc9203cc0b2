# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit verify-sig

DESCRIPTION="A real release, signed by a live key"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${PN#real-}_${PV}.orig.tar.gz
	verify-sig? ( https://example.org/${PN#real-}_${PV}.orig.tar.gz.asc )
"
S="${WORKDIR}"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

BDEPEND="
	verify-sig? ( sec-keys/openpgp-keys-real )
"

VERIFY_SIG_OPENPGP_KEY_PATH="/usr/share/openpgp-keys/real-${PN#real-}.asc"
