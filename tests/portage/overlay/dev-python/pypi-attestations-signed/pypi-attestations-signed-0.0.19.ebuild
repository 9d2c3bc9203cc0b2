# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

VERIFY_PROVENANCE_REPO=https://github.com/trailofbits/pypi-attestations

inherit verify-sig

MY_P=pypi_attestations-${PV}

DESCRIPTION="From PyPI, with provenance and an OpenPGP signature"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${MY_P}.tar.gz
	verify-sig? ( https://example.org/${MY_P}.tar.gz.asc )
	verify-provenance? (
		$(verify-sig_pypi_provenance_uri pypi-attestations ${PV} ${MY_P}.tar.gz)
	)
"
S="${WORKDIR}/${MY_P}"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

BDEPEND="verify-sig? ( sec-keys/openpgp-keys-upstream )"

VERIFY_SIG_OPENPGP_KEY_PATH="/usr/share/openpgp-keys/upstream.asc"

src_compile() {
	:
}

src_install() {
	dodoc README.md
}
