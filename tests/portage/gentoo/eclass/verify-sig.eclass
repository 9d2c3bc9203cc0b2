# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

# @ECLASS: verify-sig.eclass
# @MAINTAINER:
# The distvouch authors <distvouch@example.org>
# @SUPPORTED_EAPIS: 8 9
# @BLURB: Stands for ::gentoo's verify-sig.eclass, which eclass-overrides replaces
# @DESCRIPTION:
# Says its name, so that a test can see which eclass was taken.

IUSE="verify-sig"
verify-sig_src_unpack() { einfo "This is the eclass of ::gentoo"; default_src_unpack; }

EXPORT_FUNCTIONS src_unpack
