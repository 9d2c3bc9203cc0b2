# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

VERIFY_SIG_METHOD=provenance
VERIFY_PROVENANCE_REPO=https://github.com/woodruffw/abi3info

inherit verify-sig

WHEEL=${P}-py3-none-any.whl

DESCRIPTION="A wheel from PyPI, renamed so that it is unpacked"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${WHEEL} -> ${WHEEL}.zip
	verify-provenance? (
		$(verify-sig_pypi_provenance_uri ${PN} ${PV} ${WHEEL} ${WHEEL}.zip)
	)
"
S="${WORKDIR}"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

BDEPEND="app-arch/unzip"
