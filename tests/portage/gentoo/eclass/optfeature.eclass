# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

# @ECLASS: optfeature.eclass
# @MAINTAINER:
# The distvouch authors <distvouch@example.org>
# @SUPPORTED_EAPIS: 8
# @BLURB: Stands for ::gentoo's optfeature.eclass: asks for nothing
# @DESCRIPTION:
# What the ebuilds of app-portage/distvouch use.

optfeature() { :; }
