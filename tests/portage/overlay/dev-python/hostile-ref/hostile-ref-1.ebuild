# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

VERIFY_SIG_METHOD=provenance
VERIFY_PROVENANCE_REPO=https://github.com/example/hostile-ref

inherit verify-sig

MY_P=hostile_ref-${PV}

DESCRIPTION="Published from a ref whose name does something when it is printed"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${MY_P}.tar.gz
	verify-provenance? (
		$(verify-sig_pypi_provenance_uri hostile-ref ${PV} ${MY_P}.tar.gz)
	)
"
S="${WORKDIR}/${MY_P}"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

src_unpack() {
	# the tests put a pin here
	[[ -z ${DV_PIN} ]] || local "VERIFY_PROVENANCE_${DV_PIN}"
	verify-sig_src_unpack
}
