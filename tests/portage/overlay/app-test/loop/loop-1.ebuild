# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit verify-sig

DESCRIPTION="Own src_unpack with a loop over the distfiles"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${P}.tar.gz
	https://example.org/${P}-extra.tar.gz
	https://example.org/${P}-fonts.dat
	verify-sig? (
		https://example.org/${P}.tar.gz.sig
		https://example.org/${P}-extra.tar.gz.sig
	)
"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

BDEPEND="
	verify-sig? ( sec-keys/openpgp-keys-upstream )
"

VERIFY_SIG_OPENPGP_KEY_PATH="/usr/share/openpgp-keys/upstream.asc"

src_unpack() {
	local file
	if use verify-sig; then
		for file in ${A}; do
			[[ ${file} == *.tar.gz ]] || continue
			verify-sig_verify_detached "${DISTDIR}/${file}"{,.sig}
		done
	fi
	for file in ${A}; do
		[[ ${file} != *.tar.gz ]] || unpack ${file}
	done
}

src_install() {
	insinto /usr/share/${PN}
	doins hello
}
