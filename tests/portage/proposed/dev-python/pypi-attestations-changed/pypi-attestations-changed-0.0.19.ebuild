# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

PYPI_PN=${PN%-*}
PYPI_VERIFY_REPO=https://github.com/trailofbits/pypi-attestations

inherit pypi

DESCRIPTION="From PyPI, with pypi.eclass as it would be after the change, and nothing else"
HOMEPAGE="https://example.org/"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"
