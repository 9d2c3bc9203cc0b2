# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

PYPI_PN=${PN%-*}
VERIFY_SIG_METHOD=provenance
VERIFY_PROVENANCE_REPO=https://github.com/trailofbits/pypi-attestations

inherit pypi verify-sig

DESCRIPTION="From PyPI, with the pypi.eclass of today for the sdist alone"
HOMEPAGE="https://example.org/"
SRC_URI+="
	verify-provenance? (
		$(pypi_provenance_url "${SRC_URI##*/}") -> ${SRC_URI##*/}.provenance
	)
"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

src_compile() {
	python3 -m compileall -q src/pypi_attestations || die
}

src_install() {
	insinto /usr/share/${PN}
	doins -r src/pypi_attestations
}
