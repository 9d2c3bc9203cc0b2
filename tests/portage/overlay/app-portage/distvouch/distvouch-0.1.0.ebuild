# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

CRATES=" "

inherit cargo

DESCRIPTION="Says who vouches for a distfile and who could still have forged it"
HOMEPAGE="https://example.org/distvouch/"
SRC_URI="
	https://example.org/distvouch/${P}.tar.gz
	https://example.org/distvouch/${P}-crates.tar.xz
	${CARGO_CRATE_URIS}
"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~amd64 ~arm ~arm64 ~loong ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"
IUSE="+sigstore"

src_configure() {
	local myfeatures=(
		crypto-rust
		$(usev sigstore)
	)
	cargo_src_configure --no-default-features
}

src_install() {
	cargo_src_install
	dodoc doc/*.md
}
