# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit verify-sig

DESCRIPTION="Lists of checksums in the other formats"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${P}.tar.gz
	https://example.org/${P}-doc.tar.gz
	verify-sig? (
		https://example.org/${P}.dgst
		https://example.org/${P}.bsd
		https://example.org/${P}.sha512
		https://example.org/${P}.b2
	)
"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

src_unpack() {
	if use verify-sig; then
		cd "${DISTDIR}" || die
		local files="${P}.tar.gz ${P}-doc.tar.gz"
		verify-sig_verify_unsigned_checksums ${P}.dgst openssl-dgst "${files}"
		verify-sig_verify_unsigned_checksums ${P}.bsd bsd "${files}"
		verify-sig_verify_unsigned_checksums ${P}.sha512 sha512 "${files}"
		verify-sig_verify_unsigned_checksums ${P}.b2 b2 "${files}"
		cd "${WORKDIR}" || die
	fi
	default
}

src_install() {
	insinto /usr/share/${PN}
	doins hello
}
