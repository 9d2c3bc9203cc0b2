# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

DESCRIPTION="Stands for the real package, which Debian provides here"
HOMEPAGE="https://example.org/"
S="${WORKDIR}"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~amd64 ~arm ~arm64 ~loong ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"
