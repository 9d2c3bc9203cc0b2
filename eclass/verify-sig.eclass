# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

# @ECLASS: verify-sig.eclass
# @MAINTAINER:
# The distvouch authors <distvouch@example.org>
# @SUPPORTED_EAPIS: 7 8 9
# @BLURB: Ask distvouch who vouches for the distfiles before they are unpacked
# @DESCRIPTION:
# Takes the place of ::gentoo's eclass of the same name: same functions, same
# variables, same USE flag.  Signatures are judged by app-portage/distvouch,
# which says for every distfile what was compared, who vouches for it and who
# could have forged it all the same.  Only what is not refused is unpacked.
#
# A refusal always ends the phase, also below nonfatal, and its message names
# the failure class, which "distvouch explain" has more about.  What could not
# be compared at all is announced as "not checked", and refused if the user has
# set VERIFY_SIG_STRICT.
#
# alpha, hppa and m68k have no Rust and therefore no distvouch.  There OpenPGP
# signatures are left to gemato and gpg, signify and minisign ones to these
# programs where they are keyworded; everything else is announced as not
# checked.  The choice follows the architecture that is built for, as USE
# conditionals in BDEPEND do.
#
# When the package manager runs src_unpack, the Manifest has fixed the bytes
# already.  What is said here then repeats the look that the developer had at
# the version bump; it does not replace that look.
#
# @EXAMPLE:
# A package with OpenPGP signatures:
#
# @CODE
# inherit verify-sig
#
# SRC_URI="
# 	https://example.org/${P}.tar.gz
# 	verify-sig? ( https://example.org/${P}.tar.gz.asc )
# "
# BDEPEND="verify-sig? ( sec-keys/openpgp-keys-example )"
#
# VERIFY_SIG_OPENPGP_KEY_PATH=/usr/share/openpgp-keys/example.asc
# @CODE
#
# A package from PyPI that has provenance and no signatures:
#
# @CODE
# VERIFY_SIG_METHOD=provenance
# VERIFY_PROVENANCE_REPO=https://github.com/example/example
# VERIFY_PROVENANCE_WORKFLOW=.github/workflows/release.yml
#
# inherit verify-sig
#
# SRC_URI="
# 	https://files.pythonhosted.org/packages/source/e/example/${P}.tar.gz
# 	verify-provenance? (
# 		$(verify-sig_pypi_provenance_uri example ${PV} ${P}.tar.gz)
# 	)
# "
# @CODE

case ${EAPI} in
	7|8|9) ;;
	*) die "${ECLASS}: EAPI ${EAPI:-0} not supported" ;;
esac

if [[ -z ${_VERIFY_SIG_ECLASS} ]]; then
_VERIFY_SIG_ECLASS=1

# @ECLASS_VARIABLE: VERIFY_SIG_METHOD
# @PRE_INHERIT
# @DESCRIPTION:
# The kind of signature that upstream makes:
#
# - openpgp -- detached and inline OpenPGP signatures (the default)
# - signify -- OpenBSD's signify
# - minisig -- minisign
# - sigstore -- Sigstore bundles, see VERIFY_SIG_CERT_IDENTITY
# - provenance -- no signatures at all: USE=verify-sig is not added, only
#   what VERIFY_PROVENANCE_REPO brings
: "${VERIFY_SIG_METHOD:=openpgp}"

# @ECLASS_VARIABLE: VERIFY_SIG_OPENPGP_KEY_PATH
# @DEFAULT_UNSET
# @DESCRIPTION:
# File with the only keys that count.  BROOT is put before it unless it is
# there already.  Needed by the default src_unpack; the functions also take a
# key file as an argument, which is used as it is.
#
# The keys are OpenPGP, signify or minisign keys as VERIFY_SIG_METHOD says;
# the name is historical.  Sigstore has no key file.

# @ECLASS_VARIABLE: VERIFY_SIG_CERT_IDENTITY
# @DEFAULT_UNSET
# @DESCRIPTION:
# Identity that the certificate of a Sigstore bundle has to name, exactly.
# Required for VERIFY_SIG_METHOD=sigstore.

# @ECLASS_VARIABLE: VERIFY_SIG_CERT_OIDC_ISSUER
# @DEFAULT_UNSET
# @DESCRIPTION:
# OpenID Connect issuer that the certificate of a Sigstore bundle has to name,
# exactly.  Required for VERIFY_SIG_METHOD=sigstore.

# @ECLASS_VARIABLE: VERIFY_SIG_OPENPGP_KEYSERVER
# @DEFAULT_UNSET
# @DESCRIPTION:
# Keyserver from which gemato refreshes keys, on the architectures that use
# gemato and if VERIFY_SIG_OPENPGP_KEY_REFRESH asks for it.  distvouch never
# uses the network.  OpenPGP only.

# @ECLASS_VARIABLE: VERIFY_SIG_OPENPGP_KEY_REFRESH
# @USER_VARIABLE
# @DESCRIPTION:
# Set to "yes" to have keys refreshed before they are used.  gemato does that
# (FEATURES=-network-sandbox is needed); distvouch never uses the network, and
# the eclass says that nothing was refreshed.
: "${VERIFY_SIG_OPENPGP_KEY_REFRESH:=no}"

# @ECLASS_VARIABLE: VERIFY_SIG_STRICT
# @USER_VARIABLE
# @DESCRIPTION:
# Set to "yes" to refuse what could not be checked: provenance and Sigstore
# bundles where distvouch is missing or was built without Sigstore, or where
# its trusted root does not know the log: because it is older than the
# signature, or because somebody made the log up.  Anything but "no", "0",
# "false" and "off" counts as "yes".
: "${VERIFY_SIG_STRICT:=no}"

# @ECLASS_VARIABLE: VERIFY_PROVENANCE_REPO
# @PRE_INHERIT
# @DEFAULT_UNSET
# @DESCRIPTION:
# Who must have published the distfiles: the URL of the source repository, or
# gcp:EMAIL for a Google Cloud service account.  If set, USE=verify-provenance
# is added, and the default src_unpack wants a PEP 740 provenance file beside
# each distfile, named as the distfile plus ".provenance"; see
# verify-sig_pypi_provenance_uri.
#
# Defaults to the PYPI_VERIFY_REPO of pypi.eclass.
#
# Provenance tells where a distfile was published from.  It does not tell that
# the sources are what upstream wanted, and whoever can make the workflow run
# can make provenance too.  Pin as much as "distvouch pin" prints.
: "${VERIFY_PROVENANCE_REPO:=${PYPI_VERIFY_REPO}}"

# @ECLASS_VARIABLE: VERIFY_PROVENANCE_WORKFLOW
# @DEFAULT_UNSET
# @DESCRIPTION:
# Path of the workflow that must have run, as in the repository
# (.github/workflows/release.yml).

# @ECLASS_VARIABLE: VERIFY_PROVENANCE_REF
# @DEFAULT_UNSET
# @DESCRIPTION:
# Glob for the git ref that the workflow must have run on (refs/tags/v*).

# @ECLASS_VARIABLE: VERIFY_PROVENANCE_TRIGGER
# @DEFAULT_UNSET
# @DESCRIPTION:
# Comma-separated list of the events that may have started the workflow
# (push,release).

# @ECLASS_VARIABLE: VERIFY_PROVENANCE_RUNNER
# @DEFAULT_UNSET
# @DESCRIPTION:
# Kind of machine that must have run it (github-hosted).

# @ECLASS_VARIABLE: VERIFY_PROVENANCE_REPOSITORY_ID
# @DEFAULT_UNSET
# @DESCRIPTION:
# Number of the repository at its forge.  It stays when the repository is
# renamed, and is another one when somebody registers an abandoned name.

# @ECLASS_VARIABLE: VERIFY_PROVENANCE_OWNER_ID
# @DEFAULT_UNSET
# @DESCRIPTION:
# Number of the repository's owner at its forge.

# @ECLASS_VARIABLE: VERIFY_PROVENANCE_ENVIRONMENT
# @DEFAULT_UNSET
# @DESCRIPTION:
# Deployment environment that it must have run in (pypi).

# @ECLASS_VARIABLE: VERIFY_PROVENANCE_SIGNER
# @DEFAULT_UNSET
# @DESCRIPTION:
# URL of the reusable workflow that must have signed, if upstream's workflow
# leaves that to another one.

# @ECLASS_VARIABLE: VERIFY_PROVENANCE_UPSTREAM_NAMES
# @DEFAULT_UNSET
# @DESCRIPTION:
# Array of DISTFILE=NAME for distfiles that SRC_URI renames with "->": the
# provenance speaks of the name that upstream gave.  A wheel that is renamed
# to .whl.zip needs no entry.
#
# @CODE
# VERIFY_PROVENANCE_UPSTREAM_NAMES=( "${P}.pypi.tar.gz=${P}.tar.gz" )
# @CODE

# @FUNCTION: _verify-sig_set_globals
# @INTERNAL
# @DESCRIPTION:
# Set IUSE and BDEPEND.  In a function for the sake of local variables, without
# subshells for the sake of the metadata cache.
_verify-sig_set_globals() {
	local program="!alpha? ( !hppa? ( !m68k? ( app-portage/distvouch ) ) )"
	local others=

	case ${VERIFY_SIG_METHOD} in
		openpgp)
			others="
				alpha? ( app-crypt/gnupg >=app-portage/gemato-20 )
				hppa? ( app-crypt/gnupg >=app-portage/gemato-20 )
				m68k? ( app-crypt/gnupg >=app-portage/gemato-20 )
			"
			;;
		signify)
			others="hppa? ( app-crypt/signify )"
			;;
		minisig)
			others="
				alpha? ( app-crypt/minisign )
				hppa? ( app-crypt/minisign )
				m68k? ( app-crypt/minisign )
			"
			;;
		sigstore)
			;;
		provenance)
			[[ -n ${VERIFY_PROVENANCE_REPO} ]] ||
				die "${ECLASS}: VERIFY_SIG_METHOD=provenance needs VERIFY_PROVENANCE_REPO"
			;;
		*)
			die "${ECLASS}: unknown method '${VERIFY_SIG_METHOD}'"
			;;
	esac

	if [[ ${VERIFY_SIG_METHOD} != provenance ]]; then
		IUSE="verify-sig"
		BDEPEND="verify-sig? ( ${program} ${others} )"
	fi
	if [[ -n ${VERIFY_PROVENANCE_REPO} ]]; then
		_VERIFY_SIG_PROVENANCE=1
		IUSE+=" verify-provenance"
		BDEPEND+=" verify-provenance? ( ${program} )"
	fi
}
_verify-sig_set_globals
unset -f _verify-sig_set_globals

# @FUNCTION: verify-sig_pypi_provenance_uri
# @USAGE: <project> <version> <file> [<distfile>]
# @DESCRIPTION:
# Print what belongs into SRC_URI for the provenance of <file>, which PyPI has
# in release <version> of <project>.  The version is PyPI's, not Gentoo's.
# Give <distfile> if SRC_URI renames <file>.
verify-sig_pypi_provenance_uri() {
	(( ${#} == 3 || ${#} == 4 )) ||
		die "Usage: ${FUNCNAME} <project> <version> <file> [<distfile>]"

	echo "https://pypi.org/integrity/${1}/${2}/${3}/provenance -> ${4:-${3}}.provenance"
}

# @FUNCTION: _verify-sig_clean
# @INTERNAL
# @USAGE: <text>
# @DESCRIPTION:
# Set "clean", local to the calling function, to <text> without anything that
# does something when it is printed: control characters, characters that turn or
# hide text, bytes that are no UTF-8.  A backslash becomes "<U+005C>", as in
# distvouch: einfo, die and their kind interpret it, some more than once.
#
# Every text that a stranger may have had a hand in goes through this: file
# names, user ids, and what other programs say.
_verify-sig_clean() {
	local LC_ALL=C rest high=$'[\x80-\xbf]'

	clean=${1//[$'\x01'-$'\x1f'$'\x7f']/?}
	# C1 controls, and the characters that escape.rs of distvouch lists
	clean=${clean//$'\xc2'[$'\x80'-$'\x9f'$'\xad']/?}
	clean=${clean//$'\xd8\x9c'/?}
	clean=${clean//$'\xe1\xa0\x8e'/?}
	clean=${clean//$'\xe2\x80'[$'\x8b'-$'\x8f'$'\xa8'-$'\xae']/?}
	clean=${clean//$'\xe2\x81'[$'\xa0'-$'\xaf']/?}
	clean=${clean//$'\xef\xbb\xbf'/?}
	clean=${clean//$'\xef\xbf'[$'\xb9'-$'\xbb']/?}
	clean=${clean//$'\xf3\xa0'[$'\x80\x81']${high}/?}

	rest=${clean//[$'\xc2'-$'\xdf']${high}/x}
	# no overlong forms and no surrogates: some terminals take them for what they stand for
	rest=${rest//$'\xe0'[$'\xa0'-$'\xbf']${high}/x}
	rest=${rest//$'\xed'[$'\x80'-$'\x9f']${high}/x}
	rest=${rest//[$'\xe1'-$'\xec'$'\xee'$'\xef']${high}${high}/x}
	rest=${rest//$'\xf0'[$'\x90'-$'\xbf']${high}${high}/x}
	rest=${rest//$'\xf4'[$'\x80'-$'\x8f']${high}${high}/x}
	rest=${rest//[$'\xf1'-$'\xf3']${high}${high}${high}/x}
	[[ ${rest} != *[$'\x80'-$'\xff']* ]] || clean=${clean//[$'\x80'-$'\xff']/?}

	clean=${clean//\\/<U+005C>}
	# not an option of echo
	[[ ${clean} != -* ]] || clean=" ${clean}"
}

# @FUNCTION: _verify-sig_say
# @INTERNAL
# @USAGE: <level> <text>
# @DESCRIPTION:
# Hand one line to the elog function <level>.
_verify-sig_say() {
	local level=${1} clean
	has "${level}" einfo elog ewarn eqawarn eerror || level=ewarn
	_verify-sig_clean "${2}"
	"${level}" "${clean}"
}

# @FUNCTION: _verify-sig_clean_trace
# @INTERNAL
# @DESCRIPTION:
# Before die: Portage shows the call stack with the arguments of all functions,
# as they are.  If there is something in one of them, put a function in front of
# eerror that takes it out.  The phase is over anyway.
_verify-sig_clean_trace() {
	local argument clean definition

	for argument in "${BASH_ARGV[@]}"; do
		_verify-sig_clean "${argument}"
		[[ ${clean# } != "${argument# }" ]] || continue
		definition=$(declare -f eerror) || return 0
		eval "_verify-sig_eerror ${definition#eerror}"
		eerror() {
			local clean
			_verify-sig_clean "${*}"
			_verify-sig_eerror "${clean}"
		}
		return
	done
}

# @FUNCTION: _verify-sig_die
# @INTERNAL
# @USAGE: <function> <subject> <class> [<text>]
# @DESCRIPTION:
# Refuse <subject> on behalf of <function>, for the reasons in <class>: one
# failure class, or several with commas between them.
_verify-sig_die() {
	local clean
	_verify-sig_clean "${2}: ${3}${4:+: ${4}}; see 'distvouch explain ${3%%,*}'"
	_verify-sig_clean_trace
	die "${1}: ${clean}"
}

# @FUNCTION: _verify-sig_misused
# @INTERNAL
# @USAGE: <function> <text>
# @DESCRIPTION:
# Die because the ebuild asks for something that does not exist.
_verify-sig_misused() {
	local clean
	_verify-sig_clean "${2}"
	_verify-sig_clean_trace
	die "${1}: ${clean}"
}

# @FUNCTION: _verify-sig_lacks_distvouch
# @INTERNAL
# @DESCRIPTION:
# Whether BDEPEND has left distvouch out.  Asks for the same flags as BDEPEND,
# not for the program, so that what runs is what was depended on.
_verify-sig_lacks_distvouch() {
	use alpha || use hppa || use m68k
}

# @FUNCTION: _verify-sig_is_distfile
# @INTERNAL
# @USAGE: <file>
# @DESCRIPTION:
# Whether <file> is one of the package's distfiles, or a copy of one.
_verify-sig_is_distfile() {
	local distfile=${DISTDIR}/${1##*/}
	[[ -n ${1##*/} ]] || return 1
	has "${1##*/}" ${A} || return 1
	[[ ${1} -ef ${distfile} ]] || { [[ -f ${1} ]] && cmp -s -- "${1}" "${distfile}"; }
}

# @FUNCTION: _verify-sig_say_clock
# @INTERNAL
# @USAGE: <file>...
# @DESCRIPTION:
# Say, once in a phase, what the Manifest has settled already, if one of the
# files is a distfile: of others it has settled nothing.
_verify-sig_say_clock() {
	local file
	[[ -z ${_VERIFY_SIG_CLOCK_SAID} ]] || return 0
	for file; do
		_verify-sig_is_distfile "${file}" || continue
		_VERIFY_SIG_CLOCK_SAID=1
		einfo "The Manifest already fixes these bytes; signatures only repeat the look of the version bump."
		return 0
	done
	return 0
}

# @FUNCTION: _verify-sig_set_clock_args
# @INTERNAL
# @USAGE: <file> <check>
# @DESCRIPTION:
# Set "clock_args", local to the calling function: what "distvouch check" has to
# know to tell what <check> of <file> adds to the Manifest.  Of a file that is no
# distfile, nothing has been settled.
_verify-sig_set_clock_args() {
	local manifest
	clock_args=( --clock bump --require "${2}" )
	_verify-sig_is_distfile "${1}" || return 0
	clock_args=( --clock emerge --require "${2}" )
	_verify-sig_set_manifest
	[[ -z ${manifest} ]] || ! grep -q -F -e "DIST ${1##*/} " "${manifest}" ||
		clock_args=( --clock emerge --manifest "${manifest}" --require "manifest,${2}" )
}

# @FUNCTION: _verify-sig_is_strict
# @INTERNAL
# @DESCRIPTION:
# Whether what could not be checked is refused.  What is not clearly a no is a
# yes.
_verify-sig_is_strict() {
	[[ ${VERIFY_SIG_STRICT,,} != @(|no|n|0|false|off) ]]
}

# @FUNCTION: _verify-sig_cannot
# @INTERNAL
# @DESCRIPTION:
# Die because a file of our own cannot be written or removed.
_verify-sig_cannot() {
	_verify-sig_clean_trace
	die "${FUNCNAME[1]}: cannot work below T: is the disk full?"
}

# @FUNCTION: _verify-sig_not_checked
# @INTERNAL
# @USAGE: <function> <name> <what>
# @DESCRIPTION:
# Announce that <what> of <name> was not compared with anything, because this
# architecture has no distvouch.
_verify-sig_not_checked() {
	_verify-sig_say ewarn "${2}: ${3}: not checked: there is no distvouch for ${ARCH} (not-checked-arch)"
	! _verify-sig_is_strict ||
		_verify-sig_die "${1}" "${2}" not-checked-arch "${3} not checked, and VERIFY_SIG_STRICT=yes"
}

# @FUNCTION: _verify-sig_say_no_refresh
# @INTERNAL
# @DESCRIPTION:
# Say, once in a phase, that nothing was refreshed although the user wants it.
_verify-sig_say_no_refresh() {
	[[ ${VERIFY_SIG_OPENPGP_KEY_REFRESH} == yes && -z ${_VERIFY_SIG_REFRESH_SAID} ]] || return
	_VERIFY_SIG_REFRESH_SAID=1
	ewarn "Keys were not refreshed: distvouch does not use the network, VERIFY_SIG_OPENPGP_KEY_REFRESH has no effect."
}

# @FUNCTION: _verify-sig_set_key
# @INTERNAL
# @USAGE: <function> <key-file> <subject>
# @DESCRIPTION:
# Set "key" and "key_args", local to the calling function, from an argument
# that may be empty and from the variables.  <subject> is what the key is for.
_verify-sig_set_key() {
	key="" key_args=()

	if [[ -n ${VERIFY_SIG_OPENPGP_KEYSERVER+1} && ${VERIFY_SIG_METHOD} != openpgp ]]; then
		_verify-sig_misused "${1}" "VERIFY_SIG_OPENPGP_KEYSERVER is not supported with ${VERIFY_SIG_METHOD}"
	fi

	case ${VERIFY_SIG_METHOD} in
		provenance)
			_verify-sig_misused "${1}" "not supported with ${VERIFY_SIG_METHOD}"
			;;
		sigstore)
			[[ -z ${2:-${VERIFY_SIG_OPENPGP_KEY_PATH}} ]] ||
				_verify-sig_misused "${1}" "key unexpectedly specified for sigstore"
			[[ -n ${VERIFY_SIG_CERT_IDENTITY} ]] ||
				_verify-sig_die "${1}" "${3}" not-checked-no-expectation \
					"VERIFY_SIG_CERT_IDENTITY must be specified for sigstore"
			[[ -n ${VERIFY_SIG_CERT_OIDC_ISSUER} ]] ||
				_verify-sig_die "${1}" "${3}" not-checked-no-expectation \
					"VERIFY_SIG_CERT_OIDC_ISSUER must be specified for sigstore"
			key_args=(
				--identity "${VERIFY_SIG_CERT_IDENTITY}"
				--issuer "${VERIFY_SIG_CERT_OIDC_ISSUER}"
			)
			return
			;;
	esac

	if [[ -n ${2} ]]; then
		key=${2}
	elif [[ -z ${VERIFY_SIG_OPENPGP_KEY_PATH} ]]; then
		_verify-sig_die "${1}" "${3}" not-checked-no-expectation \
			"no key given and VERIFY_SIG_OPENPGP_KEY_PATH unset"
	elif [[ -n ${BROOT} && ${VERIFY_SIG_OPENPGP_KEY_PATH} == "${BROOT}"/* ]]; then
		key=${VERIFY_SIG_OPENPGP_KEY_PATH}
	else
		key=${BROOT}${VERIFY_SIG_OPENPGP_KEY_PATH}
	fi
	[[ -e ${key} ]] ||
		_verify-sig_die "${1}" "${3}" not-checked-no-expectation \
			"the key file ${key} does not exist (is the key package in BDEPEND?)"

	case ${VERIFY_SIG_METHOD} in
		openpgp) key_args=( --openpgp-key "${key}" ) ;;
		signify) key_args=( --signify-key "${key}" ) ;;
		minisig) key_args=( --minisign-key "${key}" ) ;;
	esac
}

# @FUNCTION: _verify-sig_distvouch
# @INTERNAL
# @USAGE: <function> <subject> <argument>...
# @DESCRIPTION:
# Run distvouch, hand its lines to the elog functions and die on behalf of
# <function> if it refuses <subject>, cannot run or says nothing at all.
# Returns 3 if something was not checked, and 0 otherwise.
#
# Everything goes in as an argument: from EAPI 9 on, the variables of the
# package manager are not in the environment.
_verify-sig_distvouch() {
	local function=${1} subject=${2}
	shift 2

	local output status line level class why maybe refused answered strange
	output=$(distvouch "${@}")
	status=${?}

	while IFS= read -r line; do
		[[ -n ${line} ]] || continue
		level=${line%%$'\t'*}
		if [[ ${level} == "${line}" ]]; then
			level=einfo strange=1
			[[ ${status} -eq 0 ]] || level=ewarn
		else
			line=${line#*$'\t'}
			if has "${level}" einfo elog ewarn eqawarn eerror && [[ -n ${line} ]]; then
				answered=1
			else
				strange=1
			fi
		fi
		_verify-sig_say "${level}" "${line}"
		[[ ${level} != eerror ]] || refused=1

		# The classes, for the die message: those of errors, or else those of warnings.
		# They have lines of their own, which no name from outside can be taken for.
		if [[ ${line} =~ ^"see: distvouch explain "([a-z][a-z0-9-]*)$ ]]; then
			class=${BASH_REMATCH[1]}
			if [[ ${level} != eerror ]]; then
				[[ ", ${maybe}," == *", ${class},"* ]] || maybe+="${maybe:+, }${class}"
			else
				[[ ", ${why}," == *", ${class},"* ]] || why+="${why:+, }${class}"
			fi
		fi
	done <<< "${output}"
	why=${why:-${maybe}}

	case ${status} in
		0)
			[[ -z ${refused} ]] ||
				_verify-sig_die "${function}" "${subject}" "${why:-not-checked-no-answer}"
			;;
		1)
			[[ -n ${why} ]] ||
				_verify-sig_die "${function}" "${subject}" not-checked-no-answer \
					"distvouch refuses it and does not say why"
			_verify-sig_die "${function}" "${subject}" "${why}"
			;;
		2)
			_verify-sig_die "${function}" "${subject}" "${why:-not-checked-no-answer}" \
				"distvouch could not do its work, see above"
			;;
		3)
			[[ -z ${refused} ]] ||
				_verify-sig_die "${function}" "${subject}" "${why:-not-checked-no-answer}"
			! _verify-sig_is_strict ||
				_verify-sig_die "${function}" "${subject}" "${why:-not-checked-no-answer}" \
					"not checked, and VERIFY_SIG_STRICT=yes"
			;;
		*)
			_verify-sig_die "${function}" "${subject}" not-checked-no-answer \
				"$(_verify-sig_died distvouch ${status} app-portage/distvouch)"
			;;
	esac

	[[ -n ${output} ]] ||
		_verify-sig_die "${function}" "${subject}" not-checked-no-answer "distvouch said nothing at all"
	[[ -n ${answered} && -z ${strange} ]] ||
		_verify-sig_die "${function}" "${subject}" not-checked-no-answer \
			"what distvouch says is not in its own form"
	[[ ${status} -eq 0 ]] || {
		_verify-sig_say ewarn \
			"${subject}: something was not checked, see above; VERIFY_SIG_STRICT=yes would refuse it."
		return 3
	}
}

# @FUNCTION: _verify-sig_died
# @INTERNAL
# @USAGE: <program> <status> <package>
# @DESCRIPTION:
# Print what an exit status means that is not one of the program's own.
_verify-sig_died() {
	if [[ ${2} -eq 126 || ${2} -eq 127 ]]; then
		echo "${1} could not be started (exit status ${2}), is ${3} installed?"
	elif [[ ${2} -gt 128 && ${2} -le 192 ]]; then
		echo "${1} was killed by signal $(( ${2} - 128 ))"
	else
		echo "${1} left with the unknown exit status ${2}"
	fi
}

# @FUNCTION: _verify-sig_other_program
# @INTERNAL
# @USAGE: <function> <name> <program> <argument>...
# @DESCRIPTION:
# Run gemato, signify or minisign.  Say which OpenPGP key has signed; or hand
# over all that the program had to say, find the failure class in that, and die
# on behalf of <function>.
_verify-sig_other_program() {
	local function=${1} name=${2} program=${3} line log status text
	local class=not-checked-no-answer i reasons=()
	local -A package=(
		[gemato]=app-portage/gemato
		[signify]=app-crypt/signify
		[minisign]=app-crypt/minisign
	)
	shift 2

	case ${program} in
		# revoked before the rest: the line is from gemato, which then shows what gpg said
		gemato)
			reasons=(
				'OpenPGP key (import|listing) failed|No keys imported|but no [a-z]+ key for' not-checked-no-answer
				'rejected because of revoked key|^\[GNUPG:\] REVKEYSIG ' key-revoked
				'^gpg: BAD signature from |^\[GNUPG:\] BADSIG ' signature-bad
				'rejected because of expired key' key-expired
				'^gpg: Signature expired |^\[GNUPG:\] EXPSIG ' signature-expired
				"^gpg: Can't check signature: No public key" signer-unknown
				'^gpg: Note: signatures using the .* algorithm are rejected' signature-weak
				"^gpg: Can't check signature: " evidence-unsupported
				'^gpg: (no [a-z]+ OpenPGP data found|no signature found|no signed data|the signature could not be )' signature-malformed
			)
			;;
		signify)
			reasons=(
				'checked against wrong key' signer-unknown
				'signature verification failed' signature-bad
				'(invalid (comment|base64|signature)|unsupported file|missing new line|unable to parse|too short)' signature-malformed
			)
			;;
		minisign)
			reasons=(
				'^(Comment s|S)ignature verification failed' signature-bad
				'^Signature key id in ' signer-unknown
				'was an actual public key given|Public key' not-checked-no-answer
				'([Cc]omment|base64|signature algorithm|signature file)' signature-malformed
			)
			;;
	esac

	log=$(mktemp "${T}/verify-sig.XXXXXX") || _verify-sig_cannot
	# gpg tries its socket directory here before it falls back to GNUPGHOME
	addpredict /run/user
	# the socket of gpg-agent does not fit below a long path (bug 854492)
	TMPDIR=/tmp LC_ALL=C "${@}" &> "${log}"
	status=${?}

	# gpg by itself takes revoked keys and expired signatures; gemato does not
	if [[ ${status} -eq 0 ]] && ! grep -q -E '^\[GNUPG:\] (REVKEYSIG|EXPSIG|BADSIG|ERRSIG) ' "${log}"; then
		# Only lines that are nothing else: a user id can have any words in it.  Of several
		# signatures gemato does not tell which one it has gone by.
		local signers=()
		while IFS= read -r line; do
			if [[ ${line} =~ ^INFO[:a-z\ ]+-\ primary\ key:\ ([0-9A-F]{40,64})\ *$ ||
				${line} =~ ^"[GNUPG:] VALIDSIG "([0-9A-F]{40,64})\ [0-9-]+\  ]]; then
				signers+=( "${BASH_REMATCH[1]}" )
			fi
		done < "${log}"
		case ${program}:${#signers[@]} in
			gemato:1)
				_verify-sig_say einfo "${name}: openpgp agrees: signed by ${signers[0]} (asked of gemato and gpg)"
				;;
			gemato:*)
				_verify-sig_say einfo "${name}: openpgp agrees: signed by a key in ${key##*/} (asked of gemato and gpg)"
				;;
		esac
		rm "${log}" || _verify-sig_cannot
		return 0
	fi

	while IFS= read -r line; do
		_verify-sig_say eerror "${line}"
	done < "${log}"
	if [[ ${status} -ge 126 ]]; then
		text=$(_verify-sig_died "${program}" "${status}" "${package[${program}]}")
	else
		text="${program} refuses it, see above"
		for (( i = 0; i < ${#reasons[@]}; i += 2 )); do
			LC_ALL=C grep -q -E -e "${reasons[i]}" "${log}" || continue
			class=${reasons[i + 1]}
			break
		done
		[[ ${class} != not-checked-no-answer ]] || text="${program} could not do its work, see above"
	fi
	_verify-sig_die "${function}" "${name}" "${class}" "${text}"
}

# @FUNCTION: _verify-sig_gemato
# @INTERNAL
# @USAGE: <function> <name> <subcommand> <argument>...
# @DESCRIPTION:
# Run gemato with "key" of the calling function.
_verify-sig_gemato() {
	local function=${1} name=${2} subcommand=${3}
	local args=( -K "${key}" )
	shift 3

	[[ ${VERIFY_SIG_OPENPGP_KEY_REFRESH} == yes ]] || args+=( -R )
	[[ -z ${VERIFY_SIG_OPENPGP_KEYSERVER+1} ]] ||
		args+=( --keyserver "${VERIFY_SIG_OPENPGP_KEYSERVER}" )

	_verify-sig_other_program "${function}" "${name}" gemato "${subcommand}" "${args[@]}" "${@}"
}

# @FUNCTION: _verify-sig_other_detached
# @INTERNAL
# @USAGE: <function> <name> <file> <sig-file>
# @DESCRIPTION:
# A detached signature without distvouch, with "key" of the calling function.
_verify-sig_other_detached() {
	local function=${1} name=${2} file=${3} sig=${4} dir=

	_verify-sig_say_clock "${file}" "${sig}"
	case ${VERIFY_SIG_METHOD} in
		signify)
			if ! use hppa; then
				_verify-sig_not_checked "${function}" "${name}" "signify signature"
				return
			fi
			;;
		sigstore)
			_verify-sig_not_checked "${function}" "${name}" "Sigstore bundle"
			return
			;;
	esac

	# only gemato reads from a pipe
	if [[ ${file} == - && ${VERIFY_SIG_METHOD} != openpgp ]]; then
		dir=$(mktemp -d "${T}/verify-sig.XXXXXX") || _verify-sig_cannot
		file=${dir}/stdin
		cat > "${file}" || _verify-sig_cannot
	fi
	case ${VERIFY_SIG_METHOD} in
		openpgp)
			_verify-sig_gemato "${function}" "${name}" \
				openpgp-verify-detached --no-require-all-good "${sig}" "${file}"
			;;
		signify)
			# signify opens no symbolic links, and distfiles are some
			[[ ! -L ${file} ]] || file=$(readlink -f -- "${file}") || _verify-sig_cannot
			[[ ! -L ${sig} ]] || sig=$(readlink -f -- "${sig}") || _verify-sig_cannot
			_verify-sig_other_program "${function}" "${name}" \
				signify -q -V -p "${key}" -m "${file}" -x "${sig}"
			_verify-sig_say einfo "${name}: signify agrees (asked of signify)"
			;;
		minisig)
			# The last line is the key, with or without a comment before it.
			# With -q it would refuse and say nothing.
			_verify-sig_other_program "${function}" "${name}" \
				minisign -V -P "$(tail -n 1 "${key}")" -x "${sig}" -m "${file}"
			_verify-sig_say einfo "${name}: minisign agrees (asked of minisign)"
			;;
	esac
	[[ -z ${dir} ]] || rm -r "${dir}" || _verify-sig_cannot
}

# @FUNCTION: verify-sig_verify_detached
# @USAGE: <file> <sig-file> [<key-file>]
# @DESCRIPTION:
# Ask whether the detached signature in <sig-file> is over <file> ("-" for
# stdin) and by a key in <key-file>, by default VERIFY_SIG_OPENPGP_KEY_PATH.
# Die if not.
verify-sig_verify_detached() {
	(( ${#} == 2 || ${#} == 3 )) ||
		die "Usage: ${FUNCNAME} <file> <sig-file> [<key-file>]"

	# a process substitution; a redirection that fails would just not run the function
	if [[ -p ${1} ]]; then
		{ "${FUNCNAME}" - "${@:2}"; } < "${1}" ||
			_verify-sig_die "${FUNCNAME}" "${1}" not-checked-no-answer "cannot be read"
		return 0
	fi

	local file=${1} sig=${2} name=${1##*/}
	local key key_args
	[[ ${file} != - ]] || name="(stdin)"
	_verify-sig_set_key "${FUNCNAME}" "${3}" "${name}"

	_verify-sig_say einfo "Checking ${name} against ${sig##*/} ..."
	if _verify-sig_lacks_distvouch; then
		_verify-sig_other_detached "${FUNCNAME}" "${name}" "${file}" "${sig}"
		return
	fi

	_verify-sig_say_clock "${file}" "${sig}"
	_verify-sig_say_no_refresh
	if [[ ${VERIFY_SIG_METHOD} == sigstore ]]; then
		_verify-sig_bundle "${FUNCNAME}" "${name}" "${file}" "${sig}"
	else
		_verify-sig_distvouch "${FUNCNAME}" "${name}" \
			detached --format portage "${key_args[@]}" -- "${sig}" "${file}"
	fi
	return 0
}

# @FUNCTION: _verify-sig_bundle
# @INTERNAL
# @USAGE: <function> <name> <file> <bundle>
# @DESCRIPTION:
# A Sigstore bundle, with "key_args" of the calling function.  distvouch looks
# for bundles beside the file; here they can have any name and place.
_verify-sig_bundle() {
	local function=${1} name=${2} file=${3} bundle=${4} dir
	dir=$(mktemp -d "${T}/verify-sig.XXXXXX") || _verify-sig_cannot
	if [[ ${file} == - ]]; then
		name=stdin
		cat > "${dir}/${name}" || _verify-sig_cannot
	else
		[[ -r ${file} ]] || _verify-sig_die "${function}" "${name}" not-checked-no-answer "cannot be read"
		ln -s "$(realpath -- "${file}")" "${dir}/${name}" || _verify-sig_cannot
	fi
	[[ -r ${bundle} ]] || _verify-sig_die "${function}" "${bundle##*/}" not-checked-no-answer "cannot be read"
	ln -s "$(realpath -- "${bundle}")" "${dir}/${name}.sigstore" || _verify-sig_cannot
	local clock_args
	_verify-sig_set_clock_args "${file}" sigstore
	_verify-sig_distvouch "${function}" "${name}" \
		check --format portage "${clock_args[@]}" --distdir "${dir}" "${key_args[@]}" -- "${name}"
	rm -r "${dir}" || _verify-sig_cannot
}

# @FUNCTION: _verify-sig_other_message
# @INTERNAL
# @USAGE: <function> <name> <file> <output-file>
# @DESCRIPTION:
# A signed message without distvouch, with "key" of the calling function.
_verify-sig_other_message() {
	local function=${1} name=${2} file=${3} output=${4}

	case ${VERIFY_SIG_METHOD} in
		openpgp)
			_verify-sig_gemato "${function}" "${name}" gpg-wrap -- \
				gpg --batch --status-fd 2 --verify --output="${output}" "${file}"
			;;
		signify)
			if use hppa; then
				_verify-sig_other_program "${function}" "${name}" \
					signify -q -V -e -p "${key}" -m "${output}" -x "${file}"
			else
				_verify-sig_not_checked "${function}" "${name}" "signify message"
				# the comment and the signature, then the text
				tail -n +3 "${file}" > "${output}" || _verify-sig_cannot
			fi
			;;
	esac
}

# @FUNCTION: verify-sig_verify_message
# @USAGE: <file> <output-file> [<key-file>]
# @DESCRIPTION:
# Ask whether <file> ("-" for stdin) is a message signed by a key in
# <key-file>, by default VERIFY_SIG_OPENPGP_KEY_PATH, and write the signed text
# to <output-file> ("-" for stdout).  Die if not; nothing is written then.
#
# Use what was written, not <file>: text that stands beside the signed part of
# <file> is not in it.
verify-sig_verify_message() {
	(( ${#} == 2 || ${#} == 3 )) ||
		die "Usage: ${FUNCNAME} <file> <output-file> [<key-file>]"

	local file=${1} output=${2} name=${1##*/}
	local key key_args dir
	case ${VERIFY_SIG_METHOD} in
		openpgp|signify) ;;
		*) _verify-sig_misused "${FUNCNAME}" "not supported with ${VERIFY_SIG_METHOD}" ;;
	esac
	[[ ${file} != - ]] || name="(stdin)"
	_verify-sig_set_key "${FUNCNAME}" "${3}" "${name}"

	# Through files of our own: a pipe can be read only once, and what reads our
	# output may see nothing before the verdict.
	dir=$(mktemp -d "${T}/verify-sig.XXXXXX") || _verify-sig_cannot
	if [[ ${file} == - ]]; then
		file=${dir}/stdin
		cat > "${file}" || _verify-sig_cannot
	elif [[ ! -f ${file} || -L ${file} ]]; then
		# what cat says has the name in it
		cat -- "${file}" > "${dir}/message" 2>/dev/null ||
			_verify-sig_die "${FUNCNAME}" "${name}" not-checked-no-answer "cannot be read"
		file=${dir}/message
	fi

	_verify-sig_say einfo "Checking ${name} ..."
	_verify-sig_say_clock "${1}"
	if _verify-sig_lacks_distvouch; then
		_verify-sig_other_message "${FUNCNAME}" "${name}" "${file}" "${dir}/text"
	else
		_verify-sig_say_no_refresh
		_verify-sig_distvouch "${FUNCNAME}" "${name}" \
			message --format portage "${key_args[@]}" --output "${dir}/text" -- "${file}"
	fi

	[[ -f ${dir}/text ]] ||
		_verify-sig_die "${FUNCNAME}" "${name}" not-checked-no-answer "no text came of it"
	if [[ ${output} == - ]]; then
		cat "${dir}/text" || _verify-sig_cannot
	else
		cat "${dir}/text" > "${output}" || _verify-sig_cannot
	fi
	rm -r "${dir}" || _verify-sig_cannot
}

# @FUNCTION: _verify-sig_checksum_function
# @INTERNAL
# @USAGE: <name>
# @DESCRIPTION:
# Set "algo", local to the calling function, to what coreutils call the hash
# function of that name, or to "-" if nothing here computes it.
_verify-sig_checksum_function() {
	case ${1,,} in
		md5) algo=md5 ;;
		sha|sha1|sha-1) algo=sha1 ;;
		sha256|sha2-256|sha-256|sha_256|sha2_256) algo=sha256 ;;
		sha384|sha2-384|sha-384) algo=sha384 ;;
		sha512|sha2-512|sha-512) algo=sha512 ;;
		b2|b2sum|blake2b|blake2b512|blake2b-512) algo=b2 ;;
		*) algo=- ;;
	esac
}

# @FUNCTION: _verify-sig_stands_for_a_digest
# @INTERNAL
# @USAGE: <word> <two>
# @DESCRIPTION:
# Whether <word> stands where a line has its digest, and is not a word of the
# announcement in which the list stands; <two> if two characters follow it.
_verify-sig_stands_for_a_digest() {
	(( ${#1} < 32 )) || return 0
	if [[ -n ${2} ]]; then
		[[ ${1} != *: ]]
		return
	fi
	[[ ${1} =~ ^[A-Za-z0-9]*[0-9][A-Za-z0-9]*$ ]] || return 1
	case ${1,,} in
		md5|md5sum|sha1|sha1sum|sha256|sha256sum|sha384|sha384sum|sha512|sha512sum) return 1 ;;
		rmd160|rmd160sum|ripemd160|ripemd160sum|b2|b2sum|b2sumsum) return 1 ;;
		blake2b|blake2bsum|blake2b512|blake2b512sum|blake2s|blake2ssum|blake2s256|blake2s256sum) return 1 ;;
		streebog256|streebog256sum|streebog512|streebog512sum) return 1 ;;
	esac
}

# @FUNCTION: _verify-sig_parse_checksum
# @INTERNAL
# @USAGE: <line>
# @DESCRIPTION:
# Set "algo" (empty if <line> does not say it, "-" if nothing here computes it),
# "name" and "digest" (empty if what stands there is none), local to the calling
# function, from a line of a list of checksums.  Returns 1 if the line is none.
_verify-sig_parse_checksum() {
	local line=${1} trimmed escaped='' two form
	local blank=$'[ \t]'
	local tagged='^([A-Za-z0-9/_-]{1,31}) ?\((.*)\)'"${blank}*=(.*)\$"
	local plain="^([^ "$'\t'"]*)${blank}(.*)\$"

	trimmed=${line#"${line%%[!$' \t']*}"}
	if [[ ${trimmed} == \\* ]]; then
		escaped=1
		trimmed=${trimmed:1} line=${trimmed}
	fi
	if [[ ${trimmed} =~ ${tagged} ]]; then
		name=${BASH_REMATCH[2]} digest=${BASH_REMATCH[3]}
		digest=${digest#"${digest%%[!$' \t']*}"} digest=${digest%"${digest##*[!$' \t']}"}
		_verify-sig_checksum_function "${BASH_REMATCH[1]}"
	else
		# two blanks with nothing in front are what follows a digest
		for form in "${trimmed}" "${line}"; do
			algo=- two=
			[[ ${form} =~ ${plain} ]] || continue
			digest=${BASH_REMATCH[1]} name=${BASH_REMATCH[2]}
			if [[ ${name} == [\ *]* ]]; then
				two=1
				name=${name:1}
			fi
			[[ -n ${name} ]] || continue
			_verify-sig_stands_for_a_digest "${digest}" "${two}" || continue
			algo=
			break
		done
		[[ -z ${algo} ]] || return 1
	fi
	if [[ -n ${escaped} ]]; then
		# as coreutils write a backslash, a newline and a carriage return
		[[ ${name} =~ ^([^\\]|\\[\\nr])*$ ]] || return 1
		name=${name//\\\\/$'\x03'} name=${name//\\n/$'\n'} name=${name//\\r/$'\r'}
		name=${name//$'\x03'/\\}
	fi
	digest=${digest,,}
	[[ ${digest} != *[!0-9a-f]* ]] && (( ${#digest} >= 32 )) || digest=
}

# @FUNCTION: _verify-sig_plain_name
# @INTERNAL
# @USAGE: <name>
# @DESCRIPTION:
# Set "name", local to the calling function, to <name> without "./" in front.
_verify-sig_plain_name() {
	name=${1}
	while [[ ${name} == ./* ]]; do
		name=${name#./}
		name=${name#"${name%%[!/]*}"}
	done
}

# @FUNCTION: _verify-sig_other_checksums
# @INTERNAL
# @USAGE: <function> <checksum-file> <format> <file>...
# @DESCRIPTION:
# A list of checksums without distvouch, with the same answers (src/checksums
# there): lines about other files are skipped, and all lines about one of the
# files have to agree.  Only functions that coreutils compute count.
_verify-sig_other_checksums() {
	local function=${1} list=${2} format=${3} LC_ALL=C
	local files=( "${@:4}" )
	local line file algo name digest cut run like actual same other text class classes=
	local -A wanted=() digests=() malformed=()
	local -A length=( [md5]=32 [sha1]=40 [sha256]=64 [sha384]=96 [sha512]=128 [b2]=128 )
	# NUL arrives as 0x01 and that as 0x02, see below
	local outside=$'[ \t*(),;:="\'\x01]' tag='^([A-Za-z0-9/_-]{1,31}) ?\('

	for file in "${files[@]}"; do
		_verify-sig_plain_name "${file}"
		wanted[${name}]=1
	done

	while IFS= read -r line || [[ -n ${line} ]]; do
		line=${line%$'\r'}
		if _verify-sig_parse_checksum "${line}"; then
			# a program in C sees the name as far as its first NUL
			cut=${name} name=${name%%$'\x01'*}
			[[ ${cut} != "${name}" ]] || cut=
			_verify-sig_plain_name "${name}"
			if [[ -z ${wanted[${name:--}]} ]]; then
				name=${name#"${name%%[!$' \t']*}"} name=${name%"${name##*[!$' \t']}"}
				_verify-sig_plain_name "${name}"
			fi
			if [[ -n ${wanted[${name:--}]} ]]; then
				case ${format}:${algo} in
					openssl-dgst:|bsd:|*:-)
						continue
						;;
					*:)
						# another length is another function's, or no digest at all
						if [[ ${#digest} == @(32|40|56|64|96|128) && ${#digest} -ne ${length[${format}]} ]]; then
							continue
						fi
						algo=${format}
						;;
					openssl-dgst:*|bsd:*|"${algo}":*)
						;;
					*)
						continue
						;;
				esac
				if [[ ${#digest} -ne ${length[${algo}]} || -n ${cut} ]]; then
					malformed[${name}]=1
				else
					digests[${algo} ${name}]+=" ${digest}"
				fi
				continue
			fi
			[[ -z ${digest} ]] || continue
		fi

		# the name of a file, and something like a digest or the name of a function, in another form
		like=
		for run in ${line//[!0-9A-Fa-f]/ }; do
			if [[ ${#run} != @(32|40|56|64|96|128) ]]; then
				(( ${#run} < 32 )) || like=1
			elif [[ ${format} == @(openssl-dgst|bsd) || ${#run} -eq ${length[${format}]} ]]; then
				like=1
			fi
		done
		if [[ ${line#"${line%%[!$' \t']*}"} =~ ${tag} ]]; then
			_verify-sig_checksum_function "${BASH_REMATCH[1]}"
			[[ ${algo} == - || ${format} != @(openssl-dgst|bsd|"${algo}") ]] || like=1
		fi
		[[ -n ${like} ]] || continue
		for name in "${!wanted[@]}"; do
			[[ ! ${line} =~ (^|${outside})"${name}"(${outside}|$) ]] || malformed[${name}]=1
		done
	# bash would drop NUL and take what stands around it for one word
	done < <(tr '\000\001' '\001\002' < "${list}")

	for file in "${files[@]}"; do
		_verify-sig_plain_name "${file}"
		class=checksum-missing text="no ${format} checksum of it is listed"
		for algo in md5 sha1 sha256 sha384 sha512 b2; do
			[[ -n ${digests[${algo} ${name}]} ]] || continue
			actual=$("${algo}sum" 2>/dev/null < "${file}") ||
				_verify-sig_die "${function}" "${file}" not-checked-no-answer "cannot be read"
			actual=${actual%% *} same='' other=''
			for digest in ${digests[${algo} ${name}]}; do
				if [[ ${digest} == "${actual}" ]]; then same=1; else other=1; fi
			done
			if [[ -z ${same} ]]; then
				class=checksum-mismatch text="it does not have the ${algo} checksum that is listed"
				break
			elif [[ -n ${other} ]]; then
				class=checksum-ambiguous text="two ${algo} checksums of it are listed, which differ"
			elif [[ ${class} == checksum-ambiguous ]]; then
				:
			elif [[ ${algo} != @(md5|sha1) ]]; then
				class=
			elif [[ -n ${class} ]]; then
				class=checksum-weak text="only ${algo} is listed, which others can forge"
			fi
		done
		if [[ -n ${malformed[${name}]} && ${class} != checksum-@(mismatch|ambiguous) ]]; then
			class=checksum-malformed text="a line that names it cannot be read in one way only"
		fi

		if [[ -z ${class} ]]; then
			_verify-sig_say einfo "${file}: checksums agrees: as listed (asked of coreutils)"
		else
			_verify-sig_say eerror "${file}: ${class}: ${text}"
			[[ ", ${classes}," == *", ${class},"* ]] || classes+="${classes:+, }${class}"
		fi
	done
	[[ -z ${classes} ]] || _verify-sig_die "${function}" "${files[*]}" "${classes}"
}

# @FUNCTION: verify-sig_verify_unsigned_checksums
# @USAGE: <checksum-file> <format> <files>
# @DESCRIPTION:
# Compare all of <files>, a space-separated list like ${A} of files in the
# current directory, with the list of checksums in <checksum-file> ("-" for
# stdin).  Die if one of them differs or is not listed.
#
# The formats are:
#
# - sha256, sha512, b2 -- output of sha256sum, sha512sum, b2sum
# - openssl-dgst -- output of "openssl dgst"
# - bsd -- output of BSD's sha256 and the like, and of the --tag option
#
# Nobody vouches for the list itself.  Use verify-sig_verify_detached on it
# first, or verify-sig_verify_signed_checksums if the signature is inline.
verify-sig_verify_unsigned_checksums() {
	(( ${#} == 3 )) || die "Usage: ${FUNCNAME} <checksum-file> <format> <files>"

	local list=${1} format=${2} name=${1##*/} files=() dir
	read -r -d '' -a files <<< "${3}"

	case ${format} in
		sha256|sha512|b2|openssl-dgst|bsd) ;;
		*) _verify-sig_misused "${FUNCNAME}" "unknown checksum format ${format}" ;;
	esac
	[[ ${#files[@]} -gt 0 ]] || die "${FUNCNAME}: no files given"

	dir=$(mktemp -d "${T}/verify-sig.XXXXXX") || _verify-sig_cannot
	if [[ ${list} == - ]]; then
		name="(stdin)"
		cat > "${dir}/list" || _verify-sig_cannot
	else
		cat -- "${list}" > "${dir}/list" 2>/dev/null ||
			_verify-sig_die "${FUNCNAME}" "${name}" not-checked-no-answer "cannot be read"
	fi
	if grep -q -e '^-----BEGIN' "${dir}/list"; then
		_verify-sig_die "${FUNCNAME}" "${name}" not-checked-no-expectation \
			"PGP armor found, use verify-sig_verify_signed_checksums instead"
	fi

	_verify-sig_say einfo "Checking against the checksums in ${name} ..."
	_verify-sig_say_clock "${list}" "${files[@]}"
	if _verify-sig_lacks_distvouch; then
		_verify-sig_other_checksums "${FUNCNAME}" "${dir}/list" "${format}" "${files[@]}"
	else
		_verify-sig_distvouch "${FUNCNAME}" "${files[*]}" \
			checksums --report portage --format "${format}" -- "${dir}/list" "${files[@]}"
	fi
	rm -r "${dir}" || _verify-sig_cannot
}

# @FUNCTION: verify-sig_verify_signed_checksums
# @USAGE: <checksum-file> <format> <files> [<key-file>]
# @DESCRIPTION:
# Compare all of <files> with the list of checksums in <checksum-file>, which
# is a message signed by a key in <key-file>, by default
# VERIFY_SIG_OPENPGP_KEY_PATH.  Only signed lines count.  Die if the signature
# is refused, or one of the files differs or is not listed.
#
# The formats are those of verify-sig_verify_unsigned_checksums.  For signify,
# the lists are always in BSD's format, whatever <format> says.
verify-sig_verify_signed_checksums() {
	(( ${#} == 3 || ${#} == 4 )) ||
		die "Usage: ${FUNCNAME} <checksum-file> <format> <files> [<key-file>]"

	local list=${1} format=${2} files=${3} dir
	case ${VERIFY_SIG_METHOD} in
		openpgp) ;;
		signify) format=bsd ;;
		*) _verify-sig_misused "${FUNCNAME}" "not supported with ${VERIFY_SIG_METHOD}" ;;
	esac

	dir=$(mktemp -d "${T}/verify-sig.XXXXXX") || _verify-sig_cannot
	verify-sig_verify_message "${list}" "${dir}/${list##*/}" "${@:4}"
	verify-sig_verify_unsigned_checksums "${dir}/${list##*/}" "${format}" "${files}"
	rm -r "${dir}" || _verify-sig_cannot
}

# @FUNCTION: _verify-sig_uncompress
# @INTERNAL
# @USAGE: <function> <compressed-tar> <tar>
# @DESCRIPTION:
# Uncompress into a file.
_verify-sig_uncompress() {
	local program
	case ${2} in
		*.tar.xz|*.txz) program=xz ;;
		*.tar.gz|*.tgz) program=gzip ;;
		*.tar.bz2|*.tbz2|*.tbz) program=bzip2 ;;
		*.tar.zst) program=zstd ;;
		*.tar.lz) program=lzip ;;
		*) _verify-sig_misused "${1}" "${2##*/} is not a .tar.{xz,gz,bz2,zst,lz}" ;;
	esac
	[[ -f ${2} && -r ${2} ]] || _verify-sig_die "${1}" "${2##*/}" not-checked-no-answer "cannot be read"
	"${program}" -dc < "${2}" > "${3}" ||
		_verify-sig_die "${1}" "${2##*/}" stream-malformed "${program} cannot uncompress it"
}

# @FUNCTION: verify-sig_uncompress_verify_unpack
# @USAGE: <compressed-tar> <sig-file> [<key-file>]
# @DESCRIPTION:
# Uncompress <compressed-tar>, ask whether <sig-file> is over the result and by
# a key in <key-file> (by default VERIFY_SIG_OPENPGP_KEY_PATH), die if not, and
# unpack that same result into the current directory.  For upstreams that sign
# the tarball before they compress it, such as kernel.org.
#
# Takes .tar.xz, .tar.gz, .tar.bz2, .tar.zst and .tar.lz; where there is no
# distvouch, the last two need app-arch/zstd or app-arch/lzip in BDEPEND.  The
# uncompressed tarball is kept below ${T} meanwhile.
verify-sig_uncompress_verify_unpack() {
	(( ${#} == 2 || ${#} == 3 )) ||
		die "Usage: ${FUNCNAME} <compressed-tar> <sig-file> [<key-file>]"

	local file=${1} sig=${2} name=${1##*/} dir tar
	local key key_args
	dir=$(mktemp -d "${T}/verify-sig.XXXXXX") || _verify-sig_cannot
	# unpack prints this name
	tar=${name%.t*}
	tar=${dir}/${tar//[^[:alnum:]._+-]/_}.tar

	case ${VERIFY_SIG_METHOD} in
		openpgp|signify|minisig) _verify-sig_set_key "${FUNCNAME}" "${3}" "${name}" ;;
		*) _verify-sig_misused "${FUNCNAME}" "not supported with ${VERIFY_SIG_METHOD}" ;;
	esac

	if _verify-sig_lacks_distvouch; then
		_verify-sig_uncompress "${FUNCNAME}" "${file}" "${tar}"
		verify-sig_verify_detached "${tar}" "${@:2}"
	else
		_verify-sig_say einfo "Checking what is in ${name} against ${sig##*/} ..."
		_verify-sig_say_clock "${file}" "${sig}"
		_verify-sig_say_no_refresh
		_verify-sig_distvouch "${FUNCNAME}" "${name}" \
			detached --format portage "${key_args[@]}" --uncompress --output "${tar}" -- "${sig}" "${file}"
	fi
	[[ -f ${tar} ]] ||
		_verify-sig_die "${FUNCNAME}" "${name}" not-checked-no-answer "no tarball came of it"
	# unpack dies by itself, with what was handed to us in the call stack
	_verify-sig_clean_trace
	# nonfatal would have it go on with half a tree
	unpack "${tar}" || die
	rm -r "${dir}" || _verify-sig_cannot
}

# @FUNCTION: _verify-sig_set_provenance_args
# @INTERNAL
# @USAGE: <function> [<repository>]
# @DESCRIPTION:
# Set "provenance_args", local to the calling function.  The pins go with
# VERIFY_PROVENANCE_REPO, however that is spelled, and not with another
# repository; that they do not count is said.
_verify-sig_set_provenance_args() {
	local repo=${2:-${VERIFY_PROVENANCE_REPO}} pin ours theirs other
	ours=${VERIFY_PROVENANCE_REPO,,} theirs=${repo,,}
	ours=${ours%/} theirs=${theirs%/}
	[[ -z ${ours} || ${ours%.git} == "${theirs%.git}" ]] || other=1

	case ${repo} in
		https://*|http://*)
			provenance_args=( --repository "${repo}" )
			;;
		[a-z]*:?*)
			provenance_args=( --publisher "${repo}" )
			;;
		*)
			_verify-sig_misused "${1}" "'${repo}' is neither a repository URL nor KIND:VALUE"
			;;
	esac
	for pin in WORKFLOW REF TRIGGER RUNNER REPOSITORY_ID OWNER_ID ENVIRONMENT SIGNER; do
		local value=VERIFY_PROVENANCE_${pin}
		pin=${pin,,}
		[[ $(declare -p "${value}" 2>/dev/null) != "declare -"*([^ ])[aA]* ]] ||
			_verify-sig_misused "${1}" "${value} is an array"
		[[ -n ${!value} ]] || continue
		if [[ -n ${other} ]]; then
			_verify-sig_say ewarn "${value} does not count for ${repo}: it goes with VERIFY_PROVENANCE_REPO."
		else
			provenance_args+=( "--${pin//_/-}=${!value}" )
		fi
	done
}

# @FUNCTION: _verify-sig_add_upstream_name
# @INTERNAL
# @USAGE: <distfile>
# @DESCRIPTION:
# Add the name that upstream gave to a distfile to "provenance_args" of the
# calling function, if SRC_URI has renamed it.
_verify-sig_add_upstream_name() {
	local name
	for name in "${VERIFY_PROVENANCE_UPSTREAM_NAMES[@]}"; do
		[[ ${name} == "${1}="* ]] || continue
		provenance_args+=( --upstream-name="${name}" )
		return
	done
	[[ ${1} != *.whl.zip ]] || provenance_args+=( --upstream-name="${1}=${1%.zip}" )
}

# @FUNCTION: verify-sig_verify_provenance
# @USAGE: <file> <provenance> [<repository>]
# @DESCRIPTION:
# Ask whether the PEP 740 provenance in <provenance> is for <file> and from
# <repository>, by default VERIFY_PROVENANCE_REPO with its pins.  Die if not.
#
# pypi.eclass can call this for its sdist; see doc/eclass.md of distvouch.
verify-sig_verify_provenance() {
	(( ${#} == 2 || ${#} == 3 )) ||
		die "Usage: ${FUNCNAME} <file> <provenance> [<repository>]"

	local file=${1} provenance=${2} name=${1##*/} dir=. provenance_args=()
	_verify-sig_set_provenance_args "${FUNCNAME}" "${3}"
	_verify-sig_add_upstream_name "${name}"
	[[ ${file} != */* ]] || dir=${file%/*}
	# distvouch looks for a bare name beside the distfile, the shell in the current directory
	[[ ${provenance} == */* ]] || provenance=./${provenance}

	_verify-sig_say einfo "Checking ${name} against ${provenance##*/} ..."
	if _verify-sig_lacks_distvouch; then
		_verify-sig_say_clock "${file}" "${2}"
		_verify-sig_not_checked "${FUNCNAME}" "${name}" "provenance"
		return
	fi
	local clock_args
	_verify-sig_set_clock_args "${file}" provenance
	_verify-sig_distvouch "${FUNCNAME}" "${name}" \
		check --format portage "${clock_args[@]}" --distdir "${dir:-/}" \
		--provenance="${name}=${provenance}" "${provenance_args[@]}" -- "${name}"
	return 0
}

# @FUNCTION: _verify-sig_set_manifest
# @INTERNAL
# @DESCRIPTION:
# Set "manifest", local to the calling function, to the package's Manifest if
# it can be found.  PMS does not promise that it can: this relies on FILESDIR
# being the package's directory plus "files", or a link to that, whether or not
# it exists.
_verify-sig_set_manifest() {
	local files=${FILESDIR}
	manifest=
	[[ ! -L ${files} ]] || files=$(readlink -- "${files}")
	[[ ${files} == /*/files && -f ${files%/files}/Manifest && -r ${files%/files}/Manifest ]] || return
	manifest=${files%/files}/Manifest
}

# @FUNCTION: _verify-sig_refuse
# @INTERNAL
# @USAGE: <class> <message> <file>...
# @DESCRIPTION:
# List files and die, if there are any.
_verify-sig_refuse() {
	local class=${1} message=${2} file
	shift 2
	(( ${#} )) || return 0
	eerror "${message}:"
	for file; do
		_verify-sig_say eerror "  ${file}"
	done
	_verify-sig_die verify-sig_src_unpack "${*}" "${class}" "${message,}"
}

# @FUNCTION: verify-sig_src_unpack
# @DESCRIPTION:
# Default src_unpack that asks about all distfiles in one go and then unpacks
# them.
#
# With USE=verify-sig, each distfile needs a signature beside it (the distfile
# plus .asc, .sig, .sign, .minisig, .sigstore, .sigstore.json or .bundle; or, if
# the signature is over the uncompressed tarball, .asc, .sig or .sign in place
# of the compression suffix), and each signature a distfile.  With
# USE=verify-provenance, each distfile needs a .provenance file.  The function
# dies if one of these is missing, left over or refused.
#
# Write src_unpack yourself to check only some distfiles.
verify-sig_src_unpack() {
	local want_signatures want_provenance
	[[ ${VERIFY_SIG_METHOD} == provenance ]] || ! use verify-sig || want_signatures=1
	[[ -z ${_VERIFY_SIG_PROVENANCE:-} ]] || ! use verify-provenance || want_provenance=1

	if [[ -n ${want_signatures}${want_provenance} ]]; then
		_verify-sig_check_all
	fi

	default_src_unpack
}

# @FUNCTION: _verify-sig_check_all
# @INTERNAL
# @DESCRIPTION:
# Pair all of ${A}, check it, and die if something is refused; the first half
# of verify-sig_src_unpack, with its variables.
_verify-sig_check_all() {
	local f suffix base compression
	local distfiles=() unsigned=() unattested=() stray=()
	local -A signed=() whole=() over_tar=()

	# whole: signatures over the file as it is; over_tar: over the tarball inside
	for f in ${A}; do
		suffix=
		case ${f} in
			*.provenance) suffix=.provenance ;;
			*.sigstore.json) suffix=.sigstore.json ;;
			*.asc|*.sig|*.sign|*.minisig|*.sigstore) suffix=.${f##*.} ;;
			# also a name of installers and git bundles
			*.bundle) [[ ${VERIFY_SIG_METHOD} != sigstore ]] || suffix=.bundle ;;
		esac
		base=${f%"${suffix}"}
		if [[ -z ${suffix} ]]; then
			distfiles+=( "${f}" )
		elif has "${base}" ${A}; then
			[[ ${suffix} == .provenance ]] || whole[${f}]=${base} signed[${base}]=1
		else
			[[ ${suffix} == .@(asc|sig|sign) ]] && for compression in xz gz bz2 zst lz; do
				has "${base}.${compression}" ${A} || continue
				over_tar[${f}]=${base}.${compression} signed[${base}.${compression}]=1
				continue 2
			done
			stray+=( "${f}" )
		fi
	done
	for f in "${distfiles[@]}"; do
		[[ -n ${signed[${f}]} ]] || unsigned+=( "${f}" )
		has "${f}.provenance" ${A} || unattested+=( "${f}" )
	done
	[[ -z ${want_signatures} ]] ||
		_verify-sig_refuse signature-absent "Distfiles without a signature" "${unsigned[@]}"
	[[ -z ${want_provenance} ]] ||
		_verify-sig_refuse provenance-absent "Distfiles without provenance" "${unattested[@]}"
	_verify-sig_refuse signature-stray "Signatures or provenance for no distfile" "${stray[@]}"
	(( ${#distfiles[@]} )) || return 0

	local key key_args=() provenance_args=() require=()
	[[ -z ${want_signatures} ]] || _verify-sig_set_key verify-sig_src_unpack "" "${distfiles[*]}"
	[[ -z ${want_provenance} ]] || _verify-sig_set_provenance_args verify-sig_src_unpack

	if _verify-sig_lacks_distvouch; then
		if [[ -n ${want_signatures} ]]; then
			for f in "${!whole[@]}"; do
				verify-sig_verify_detached "${DISTDIR}/${whole[${f}]}" "${DISTDIR}/${f}"
			done
			for f in "${!over_tar[@]}"; do
				base=${T}/${over_tar[${f}]}.tar
				_verify-sig_uncompress verify-sig_src_unpack "${DISTDIR}/${over_tar[${f}]}" "${base}"
				verify-sig_verify_detached "${base}" "${DISTDIR}/${f}"
				rm "${base}" || _verify-sig_cannot
			done
		fi
		[[ -z ${want_provenance} ]] || for f in "${distfiles[@]}"; do
			_verify-sig_say_clock "${DISTDIR}/${f}"
			_verify-sig_not_checked verify-sig_src_unpack "${f}" "provenance"
		done
		return
	fi

	local args=( check --format portage --clock emerge --distdir "${DISTDIR}" ) manifest
	_verify-sig_set_manifest
	if [[ -n ${manifest} ]]; then
		args+=( --manifest "${manifest}" )
		require+=( manifest )
	fi
	if [[ -n ${want_signatures} ]]; then
		_verify-sig_say_no_refresh
		require+=( "${VERIFY_SIG_METHOD/minisig/minisign}" )
		# distvouch looks for bundles itself
		[[ ${VERIFY_SIG_METHOD} == sigstore ]] || for f in "${!whole[@]}"; do
			args+=( --signature="${whole[${f}]}=${DISTDIR}/${f}" )
		done
		for f in "${!over_tar[@]}"; do
			args+=( --signature="${over_tar[${f}]}=${DISTDIR}/${f}" )
		done
	fi
	if [[ -n ${want_provenance} ]]; then
		require+=( provenance )
		for f in "${distfiles[@]}"; do
			args+=( --provenance="${f}=${DISTDIR}/${f}.provenance" )
			_verify-sig_add_upstream_name "${f}"
		done
	fi
	local IFS=,
	args+=( "${key_args[@]}" "${provenance_args[@]}" --require "${require[*]}" )
	unset IFS
	_verify-sig_distvouch verify-sig_src_unpack "${distfiles[*]}" "${args[@]}" -- "${distfiles[@]}"
	return 0
}

fi

EXPORT_FUNCTIONS src_unpack
