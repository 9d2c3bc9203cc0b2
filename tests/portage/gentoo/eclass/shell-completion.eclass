# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

# @ECLASS: shell-completion.eclass
# @MAINTAINER:
# The distvouch authors <distvouch@example.org>
# @SUPPORTED_EAPIS: 8
# @BLURB: Stands for ::gentoo's shell-completion.eclass
# @DESCRIPTION:
# What the ebuilds of app-portage/distvouch use.

newbashcomp() { ( insinto /usr/share/bash-completion/completions && newins "$@" ); }
newfishcomp() { ( insinto /usr/share/fish/vendor_completions.d && newins "$@" ); }
newzshcomp() { ( insinto /usr/share/zsh/site-functions && newins "$@" ); }
