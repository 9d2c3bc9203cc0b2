# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

# @ECLASS: git-r3.eclass
# @MAINTAINER:
# The distvouch authors <distvouch@example.org>
# @SUPPORTED_EAPIS: 8 9
# @BLURB: Stands for ::gentoo's git-r3.eclass
# @DESCRIPTION:
# Fetches nothing.

PROPERTIES="live"
git-r3_src_unpack() { mkdir -p "${S}" || die; }

EXPORT_FUNCTIONS src_unpack
