# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

# @ECLASS: pypi.eclass
# @MAINTAINER:
# The distvouch authors <distvouch@example.org>
# @SUPPORTED_EAPIS: 8 9
# @BLURB: Stands for ::gentoo's pypi.eclass, with the change that doc/eclass.md describes
# @DESCRIPTION:
# The parts of that eclass that provenance touches, written anew.  With
# PYPI_VERIFY_REPO set, verify-sig.eclass brings USE=verify-provenance and
# judges the default sdist.

# @ECLASS_VARIABLE: PYPI_PN
# @PRE_INHERIT
# @DESCRIPTION:
# Name of the project.
: "${PYPI_PN:=${PN}}"

# @ECLASS_VARIABLE: PYPI_VERIFY_REPO
# @PRE_INHERIT
# @DEFAULT_UNSET
# @DESCRIPTION:
# Who must have published the sdist.

_PYPI_P=${PYPI_PN//-/_}-${PV}
SRC_URI="https://files.pythonhosted.org/packages/source/${PYPI_PN::1}/${PYPI_PN}/${_PYPI_P}.tar.gz"
S="${WORKDIR}/${_PYPI_P}"

if [[ -n ${PYPI_VERIFY_REPO} ]]; then
	# an ebuild that inherits verify-sig itself has signatures as well
	: "${VERIFY_SIG_METHOD:=provenance}"
	inherit verify-sig
	SRC_URI+="
		verify-provenance? (
			$(verify-sig_pypi_provenance_uri "${PYPI_PN}" "${PV}" "${_PYPI_P}.tar.gz")
		)
	"
fi

# @FUNCTION: pypi_src_unpack
# @DESCRIPTION:
# Ask about the default sdist, then unpack everything.
pypi_src_unpack() {
	if use verify-provenance; then
		verify-sig_verify_provenance \
			"${DISTDIR}/${_PYPI_P}.tar.gz" "${DISTDIR}/${_PYPI_P}.tar.gz.provenance"
	fi
	default
}

if [[ -n ${PYPI_VERIFY_REPO} ]]; then
	EXPORT_FUNCTIONS src_unpack
fi
