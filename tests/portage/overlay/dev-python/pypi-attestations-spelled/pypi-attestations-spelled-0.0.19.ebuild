# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

VERIFY_SIG_METHOD=provenance
VERIFY_PROVENANCE_REPO=https://github.com/trailofbits/pypi-attestations

inherit verify-sig

MY_P=pypi_attestations-${PV}

DESCRIPTION="From PyPI, with a pin, and the repository spelled in another way"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${MY_P}.tar.gz
	verify-provenance? (
		$(verify-sig_pypi_provenance_uri pypi-attestations ${PV} ${MY_P}.tar.gz)
	)
"
S="${WORKDIR}/${MY_P}"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

VERIFY_PROVENANCE_WORKFLOW=.github/workflows/other.yml

src_unpack() {
	if use verify-provenance; then
		verify-sig_verify_provenance "${DISTDIR}"/${MY_P}.tar.gz{,.provenance} \
			"${DV_REPO:-https://github.com/Trailofbits/pypi-attestations.git}"
	fi
	default
}
