# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit cargo git-r3

DESCRIPTION="Says who vouches for a distfile and who could still have forged it"
HOMEPAGE="https://example.org/distvouch/"
EGIT_REPO_URI="https://example.org/distvouch.git"

LICENSE="MIT"
SLOT="0"
IUSE="+sigstore"

src_unpack() {
	git-r3_src_unpack
	cargo_live_src_unpack
}

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
