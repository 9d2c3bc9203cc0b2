# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

# @ECLASS: pypi.eclass
# @MAINTAINER:
# The distvouch authors <distvouch@example.org>
# @SUPPORTED_EAPIS: 7 8 9
# @BLURB: Stands for ::gentoo's pypi.eclass as it is
# @DESCRIPTION:
# The interface of that eclass, written anew: the same variables, functions and
# metadata, and pypi-attestations for USE=verify-provenance.  What doc/eclass.md
# proposes to change about it is in ../../proposed/pypi.eclass.patch.

case ${EAPI} in
	7|8|9) ;;
	*) die "${ECLASS}: EAPI ${EAPI:-0} not supported" ;;
esac

if [[ -z ${_PYPI_ECLASS} ]]; then
_PYPI_ECLASS=1

# @ECLASS_VARIABLE: PYPI_PN
# @PRE_INHERIT
# @DESCRIPTION:
# Name of the project.
: "${PYPI_PN:=${PN}}"

# @ECLASS_VARIABLE: PYPI_NO_NORMALIZE
# @PRE_INHERIT
# @DEFAULT_UNSET
# @DESCRIPTION:
# If set, the sdist is named after the project as it is written.

# @ECLASS_VARIABLE: PYPI_VERIFY_REPO
# @PRE_INHERIT
# @DEFAULT_UNSET
# @DESCRIPTION:
# Who must have published the sdist: a repository's URL, or gcp:EMAIL.

# @FUNCTION: pypi_normalize_name
# @USAGE: <name>
# @DESCRIPTION:
# Print a project's name as file names have it.
pypi_normalize_name() {
	local part name=
	local IFS=._-
	for part in ${1,,}; do
		[[ -z ${part} ]] || name+=${name:+_}${part}
	done
	echo "${name}"
}

# @FUNCTION: pypi_translate_version
# @USAGE: <version>
# @DESCRIPTION:
# Print a version of Gentoo's as PyPI has it.
pypi_translate_version() {
	local pair version=${1}
	for pair in _alpha=a _beta=b _pre=.dev _rc=rc _p=.post; do
		version=${version/${pair%=*}/${pair#*=}}
	done
	echo "${version}"
}

# @FUNCTION: pypi_sdist_url
# @USAGE: [--no-normalize] [<project> [<version> [<suffix>]]]
# @DESCRIPTION:
# Print the URL of an sdist.
pypi_sdist_url() {
	local raw=
	[[ ${1} != --no-normalize ]] || { raw=1; shift; }
	local project=${1-${PYPI_PN}} version=${2-$(pypi_translate_version "${PV}")} name
	name=${project}
	[[ -n ${raw} ]] || name=$(pypi_normalize_name "${project}")
	echo "https://files.pythonhosted.org/packages/source/${project::1}/${project}/${name}-${version}${3-.tar.gz}"
}

# @FUNCTION: pypi_wheel_name
# @USAGE: [<project> [<version> [<python-tag> [<abi-platform-tag>]]]]
# @DESCRIPTION:
# Print the name of a wheel.
pypi_wheel_name() {
	local version=${2-$(pypi_translate_version "${PV}")}
	echo "$(pypi_normalize_name "${1:-${PYPI_PN}}")-${version}-${3-py3}-${4-none-any}.whl"
}

# @FUNCTION: pypi_wheel_url
# @USAGE: [--unpack] [<project> [<version> [<python-tag> [<abi-platform-tag>]]]]
# @DESCRIPTION:
# Print the URL of a wheel, and what names it .zip with --unpack.
pypi_wheel_url() {
	local arrow=
	[[ ${1} != --unpack ]] || { arrow=1; shift; }
	local project=${1-${PYPI_PN}} name
	name=$(pypi_wheel_name "${@}")
	echo "https://files.pythonhosted.org/packages/${3-py3}/${project::1}/${project}/${name}${arrow:+ -> ${name}.zip}"
}

# @FUNCTION: pypi_provenance_url
# @USAGE: <dist> [<project> [<version>]]
# @DESCRIPTION:
# Print the URL of the provenance of <dist>.
pypi_provenance_url() {
	echo "https://pypi.org/integrity/${2-${PYPI_PN}}/v${3-$(pypi_translate_version "${PV}")}/${1}/provenance"
}

# @FUNCTION: pypi_verify_provenance
# @USAGE: <dist> <provenance> [<publisher>]
# @DESCRIPTION:
# Ask pypi-attestations, and die if it refuses.
pypi_verify_provenance() {
	(( ${#} == 2 || ${#} == 3 )) || die "Usage: ${FUNCNAME} <dist> <provenance> [<publisher>]"
	local publisher=${3-${PYPI_VERIFY_REPO}} args=()
	if [[ ${publisher} == gcp:* ]]; then
		args=( --gcp-service-account "${publisher#gcp:}" )
	else
		args=( --repository "${publisher}" )
	fi
	pypi-attestations verify pypi --offline --provenance-file "${2}" "${args[@]}" "${1}" ||
		die "${1##*/}: pypi-attestations refuses the provenance"
}

# @FUNCTION: pypi_src_unpack
# @DESCRIPTION:
# Ask about the default sdist, then unpack everything.  Exported only if
# PYPI_VERIFY_REPO is set.
pypi_src_unpack() {
	if use verify-provenance; then
		local sdist
		sdist=$(pypi_sdist_url)
		pypi_verify_provenance "${DISTDIR}/${sdist##*/}"{,.provenance}
	fi
	default
}

# @FUNCTION: _pypi_set_globals
# @INTERNAL
# @DESCRIPTION:
# Set SRC_URI and S, and what USE=verify-provenance needs.
_pypi_set_globals() {
	local normalize=() sdist
	[[ -z ${PYPI_NO_NORMALIZE} ]] || normalize=( --no-normalize )
	SRC_URI=$(pypi_sdist_url "${normalize[@]}")
	sdist=${SRC_URI##*/}
	S=${WORKDIR}/${sdist%.tar.gz}

	if [[ -n ${PYPI_VERIFY_REPO} ]]; then
		IUSE="verify-provenance"
		BDEPEND="verify-provenance? ( dev-python/pypi-attestations )"
		SRC_URI+=" verify-provenance? ( $(pypi_provenance_url "${sdist}") -> ${sdist}.provenance )"
	fi
}
_pypi_set_globals

[[ -z ${PYPI_VERIFY_REPO} ]] || EXPORT_FUNCTIONS src_unpack

fi
