# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit verify-sig

DESCRIPTION="A distfile whose name does something when it is printed"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${P}.tar.gz -> ${P}\\033[2J\\x1b[31m\\a.tar.gz
	verify-sig? ( https://example.org/${P}.tar.gz.asc -> ${P}\\033[2J\\x1b[31m\\a.tar.gz.asc )
"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

BDEPEND="
	verify-sig? ( sec-keys/openpgp-keys-upstream )
"

VERIFY_SIG_OPENPGP_KEY_PATH="/usr/share/openpgp-keys/upstream.asc"
