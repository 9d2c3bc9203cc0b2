# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

VERIFY_SIG_METHOD="sigstore"
inherit verify-sig

DESCRIPTION="Default src_unpack with a Sigstore bundle"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/a.txt -> ${P}.txt
	verify-sig? ( https://example.org/a.txt.sigstore -> ${P}.txt.sigstore )
"
S="${WORKDIR}"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

VERIFY_SIG_CERT_IDENTITY="https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"
VERIFY_SIG_CERT_OIDC_ISSUER="https://token.actions.githubusercontent.com"

src_unpack() {
	verify-sig_src_unpack
	cp "${DISTDIR}"/${P}.txt "${WORKDIR}" || die
}
