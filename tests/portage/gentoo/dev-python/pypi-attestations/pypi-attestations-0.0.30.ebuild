# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

DESCRIPTION="Stands for the package of that name: a program that says that it was asked"
HOMEPAGE="https://example.org/"
S="${WORKDIR}"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~amd64 ~arm ~arm64 ~ppc ~ppc64 ~x86"

src_install() {
	newbin - pypi-attestations <<-'END'
		#!/bin/sh
		echo "pypi-attestations was asked: $*"
	END
}
