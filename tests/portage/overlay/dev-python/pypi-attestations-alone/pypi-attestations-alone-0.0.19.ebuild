# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

PYPI_PN=${PN%-*}
PYPI_VERIFY_REPO=https://github.com/trailofbits/pypi-attestations

inherit pypi

DESCRIPTION="From PyPI, with the pypi.eclass of today and nothing else"
HOMEPAGE="https://example.org/"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~amd64 ~arm ~arm64 ~ppc ~ppc64 ~x86"
