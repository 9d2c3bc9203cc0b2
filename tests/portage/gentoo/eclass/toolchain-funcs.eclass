# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

# @ECLASS: toolchain-funcs.eclass
# @MAINTAINER:
# The distvouch authors <distvouch@example.org>
# @SUPPORTED_EAPIS: 8
# @BLURB: Stands for ::gentoo's toolchain-funcs.eclass: nothing is built for another machine
# @DESCRIPTION:
# What the ebuilds of app-portage/distvouch use.

tc-is-cross-compiler() { return 1; }
