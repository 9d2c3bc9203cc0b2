# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

VERIFY_SIG_METHOD=provenance
VERIFY_PROVENANCE_REPO=https://github.com/trailofbits/pypi-attestations

inherit verify-sig

MY_P=pypi_attestations-${PV}

DESCRIPTION="From PyPI, with every pin that its provenance has"
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

VERIFY_PROVENANCE_WORKFLOW=.github/workflows/release.yml
VERIFY_PROVENANCE_REF="refs/tags/v*"
VERIFY_PROVENANCE_TRIGGER=push,release
VERIFY_PROVENANCE_RUNNER=github-hosted
VERIFY_PROVENANCE_REPOSITORY_ID=772247423
VERIFY_PROVENANCE_OWNER_ID=2314423
VERIFY_PROVENANCE_SIGNER=https://github.com/trailofbits/pypi-attestations/.github/workflows/release.yml

src_unpack() {
	# the tests put another pin in the place of one of these
	[[ -z ${DV_PIN} ]] || local "VERIFY_PROVENANCE_${DV_PIN}"
	# or others in one array in the place of all of them
	if [[ -n ${DV_PINS} ]]; then
		unset VERIFY_PROVENANCE_{WORKFLOW,REF,TRIGGER,RUNNER,REPOSITORY_ID,OWNER_ID,SIGNER}
		local VERIFY_PROVENANCE_PINS
		read -r -a VERIFY_PROVENANCE_PINS <<< "${DV_PINS}"
	fi
	verify-sig_src_unpack
}
