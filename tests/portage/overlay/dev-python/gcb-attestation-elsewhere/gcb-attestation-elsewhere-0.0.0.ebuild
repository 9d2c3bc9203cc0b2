# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

VERIFY_SIG_METHOD=provenance
VERIFY_PROVENANCE_REPO=gcp:somebody-else@developer.gserviceaccount.com

inherit verify-sig

MY_P=gcb_attestation_test-${PV}

DESCRIPTION="From PyPI, but the ebuild names another Google Cloud service account"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${MY_P}.tar.gz
	verify-provenance? (
		$(verify-sig_pypi_provenance_uri gcb-attestation-test ${PV} ${MY_P}.tar.gz)
	)
"
S="${WORKDIR}/${MY_P}"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"
