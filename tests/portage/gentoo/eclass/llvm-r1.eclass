# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

# @ECLASS: llvm-r1.eclass
# @MAINTAINER:
# The distvouch authors <distvouch@example.org>
# @SUPPORTED_EAPIS: 8
# @BLURB: Stands for ::gentoo's llvm-r1.eclass: one slot, the oldest
# @DESCRIPTION:
# What the ebuilds of app-portage/distvouch use.

IUSE="+llvm_slot_${LLVM_COMPAT[0]}"
LLVM_REQUIRED_USE="llvm_slot_${LLVM_COMPAT[0]}"
llvm_gen_dep() { echo "llvm_slot_${LLVM_COMPAT[0]}? ( ${1//\$\{LLVM_SLOT\}/${LLVM_COMPAT[0]}} )"; }
llvm-r1_pkg_setup() { :; }
