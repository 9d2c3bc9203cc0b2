# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

PYPI_PN=${PN%-*}
PYPI_VERIFY_REPO=https://github.com/trailofbits/pypi-attestations
VERIFY_SIG_METHOD=provenance

inherit pypi verify-sig

DESCRIPTION="From PyPI, with the pypi.eclass of today and then verify-sig.eclass"
HOMEPAGE="https://example.org/"

LICENSE="MIT"
SLOT="0"
# those of dev-python/pypi-attestations, which pypi.eclass depends on
KEYWORDS="~amd64 ~arm ~arm64 ~ppc ~ppc64 ~x86"

src_compile() {
	python3 -m compileall -q src/pypi_attestations || die
}

src_install() {
	insinto /usr/share/${PN}
	doins -r src/pypi_attestations
}
