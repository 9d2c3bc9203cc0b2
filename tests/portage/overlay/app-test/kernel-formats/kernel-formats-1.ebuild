# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit verify-sig

DESCRIPTION="Signatures over uncompressed tarballs of four more formats"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${P}-a.tar.gz
	https://example.org/${P}-b.tar.bz2
	https://example.org/${P}-c.tar.zst
	https://example.org/${P}-d.tar.lz
	verify-sig? ( https://example.org/${P}.tar.sign )
"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

BDEPEND="
	app-arch/lzip
	app-arch/zstd
	verify-sig? ( sec-keys/openpgp-keys-upstream )
"

VERIFY_SIG_OPENPGP_KEY_PATH="/usr/share/openpgp-keys/upstream.asc"

src_unpack() {
	local file
	for file in ${P}-{a.tar.gz,b.tar.bz2,c.tar.zst,d.tar.lz}; do
		if use verify-sig; then
			verify-sig_uncompress_verify_unpack "${DISTDIR}/${file}" \
				"${DISTDIR}"/${P}.tar.sign
			[[ -f ${P}/hello ]] || die "nothing came of ${file}"
			[[ ${file} == *.lz ]] || rm -r ${P} || die
		fi
	done
	use verify-sig || unpack ${P}-a.tar.gz
}

src_install() {
	insinto /usr/share/${PN}
	doins hello
}
