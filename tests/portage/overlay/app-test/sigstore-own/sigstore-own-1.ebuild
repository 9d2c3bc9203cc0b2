# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

VERIFY_SIG_METHOD="sigstore"
inherit verify-sig

DESCRIPTION="A Sigstore bundle by hand, under another name"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/a.txt -> ${P}.txt
	verify-sig? ( https://example.org/a.txt.json -> ${P}.json )
"
S="${WORKDIR}"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

VERIFY_SIG_CERT_IDENTITY="https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"
VERIFY_SIG_CERT_OIDC_ISSUER="https://token.actions.githubusercontent.com"

src_unpack() {
	# the tests give pins
	local VERIFY_PROVENANCE_PINS
	read -r -a VERIFY_PROVENANCE_PINS <<< "${DV_PINS}"
	if use verify-sig; then
		verify-sig_verify_detached "${DISTDIR}"/${P}.txt "${DISTDIR}"/${P}.json
		verify-sig_verify_detached - "${DISTDIR}"/${P}.json < "${DISTDIR}"/${P}.txt
	fi
	cp "${DISTDIR}"/${P}.txt "${WORKDIR}" || die
}
