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
# A refusal always ends the phase, also below nonfatal.  What could not be
# compared at all is announced as "not checked", and refused if the user has
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
# signature, or because somebody made the log up.
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

# @FUNCTION: _verify-sig_say
# @INTERNAL
# @USAGE: <level> <text>
# @DESCRIPTION:
# Hand one line to the elog function <level>.  These functions interpret
# backslashes, and the text can hold what a stranger wrote into a key or a file
# name.
_verify-sig_say() {
	local level=${1} text=${2//[[:cntrl:]]/?}
	has "${level}" einfo elog ewarn eqawarn eerror || level=ewarn
	"${level}" "${text//\\/\\\\}"
}

# @FUNCTION: _verify-sig_lacks_distvouch
# @INTERNAL
# @DESCRIPTION:
# Whether BDEPEND has left distvouch out.  Asks for the same flags as BDEPEND,
# not for the program, so that what runs is what was depended on.
_verify-sig_lacks_distvouch() {
	use alpha || use hppa || use m68k
}

# @FUNCTION: _verify-sig_say_clock
# @INTERNAL
# @DESCRIPTION:
# Say, once in a phase, what the Manifest has settled already.
_verify-sig_say_clock() {
	[[ -z ${_VERIFY_SIG_CLOCK_SAID} ]] || return
	_VERIFY_SIG_CLOCK_SAID=1
	einfo "The Manifest already fixes these bytes; signatures only repeat the look of the version bump."
}

# @FUNCTION: _verify-sig_not_checked
# @INTERNAL
# @USAGE: <name> <what>
# @DESCRIPTION:
# Announce that <what> of <name> was not compared with anything, because this
# architecture has no distvouch.
_verify-sig_not_checked() {
	_verify-sig_say ewarn "${1}: ${2}: not checked: there is no distvouch for ${ARCH} (not-checked-arch)"
	[[ ${VERIFY_SIG_STRICT} != yes ]] ||
		die "${1}: ${2} not checked (not-checked-arch), and VERIFY_SIG_STRICT=yes; see 'distvouch explain not-checked-arch'"
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
# @USAGE: <function> <key-file>
# @DESCRIPTION:
# Set "key" and "key_args", local to the calling function, from an argument
# that may be empty and from the variables.
_verify-sig_set_key() {
	key="" key_args=()

	if [[ -n ${VERIFY_SIG_OPENPGP_KEYSERVER+1} && ${VERIFY_SIG_METHOD} != openpgp ]]; then
		die "${1}: VERIFY_SIG_OPENPGP_KEYSERVER is not supported"
	fi

	case ${VERIFY_SIG_METHOD} in
		provenance)
			die "${1}: not supported with ${VERIFY_SIG_METHOD}"
			;;
		sigstore)
			[[ -z ${2:-${VERIFY_SIG_OPENPGP_KEY_PATH}} ]] ||
				die "${1}: key unexpectedly specified for sigstore"
			[[ -n ${VERIFY_SIG_CERT_IDENTITY} ]] ||
				die "${1}: VERIFY_SIG_CERT_IDENTITY must be specified for sigstore"
			[[ -n ${VERIFY_SIG_CERT_OIDC_ISSUER} ]] ||
				die "${1}: VERIFY_SIG_CERT_OIDC_ISSUER must be specified for sigstore"
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
		die "${1}: no key given and VERIFY_SIG_OPENPGP_KEY_PATH unset"
	elif [[ -n ${BROOT} && ${VERIFY_SIG_OPENPGP_KEY_PATH} == "${BROOT}"/* ]]; then
		key=${VERIFY_SIG_OPENPGP_KEY_PATH}
	else
		key=${BROOT}${VERIFY_SIG_OPENPGP_KEY_PATH}
	fi
	[[ -e ${key} ]] || die "${1}: ${key} does not exist; is the key package in BDEPEND?"

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
	local function=${1} subject=${2//\\/\\\\}
	shift 2

	local output status line level class why maybe refused
	output=$(distvouch "${@}")
	status=${?}

	while IFS= read -r line; do
		[[ -n ${line} ]] || continue
		level=${line%%$'\t'*}
		if [[ ${level} == "${line}" ]]; then
			level=einfo
			[[ ${status} -eq 0 ]] || level=ewarn
		else
			line=${line#*$'\t'}
		fi
		_verify-sig_say "${level}" "${line}"
		[[ ${level} != eerror ]] || refused=1

		# the classes, for the die message: those of errors, or else those of warnings
		if [[ ${line} =~ "distvouch explain "([a-z][a-z0-9-]*) ]]; then
			class=${BASH_REMATCH[1]}
			if [[ ${level} != eerror ]]; then
				[[ " ${maybe}" == *" ${class} "* ]] || maybe+="${class} "
			elif [[ " ${why}" != *" ${class} "* ]]; then
				why+="${class} "
			fi
		fi
	done <<< "${output}"

	# "a b " -> "a, b; see 'distvouch explain a'"
	why=${why:-${maybe}}
	if [[ -n ${why} ]]; then
		why=${why% }
		why="${why// /, }; see 'distvouch explain ${why%% *}'"
	else
		why="see above, and 'distvouch explain'"
	fi

	case ${status} in
		0)
			[[ -z ${refused} ]] || die "${function}: ${subject}: ${why}"
			[[ -n ${output} ]] || die "${function}: ${subject}: distvouch said nothing at all"
			;;
		1)
			die "${function}: ${subject}: ${why}"
			;;
		2)
			die "${function}: ${subject}: distvouch could not do its work; ${why}"
			;;
		3)
			[[ ${VERIFY_SIG_STRICT} != yes ]] ||
				die "${function}: ${subject}: not checked, and VERIFY_SIG_STRICT=yes: ${why}"
			[[ -n ${output} ]] || die "${function}: ${subject}: distvouch said nothing at all"
			ewarn "${subject}: something was not checked, see above; VERIFY_SIG_STRICT=yes would refuse it."
			return 3
			;;
		126|127)
			die "${function}: ${subject}: distvouch could not be started (exit status ${status}); is app-portage/distvouch installed?"
			;;
		*)
			if [[ ${status} -gt 128 && ${status} -le 192 ]]; then
				die "${function}: ${subject}: distvouch was killed by signal $(( status - 128 ))"
			fi
			die "${function}: ${subject}: distvouch left with the unknown exit status ${status}"
			;;
	esac
}

# @FUNCTION: _verify-sig_gemato
# @INTERNAL
# @USAGE: <function> <name> <subcommand> <argument>...
# @DESCRIPTION:
# Run gemato with "key" of the calling function.  Say which key has signed, or
# hand over all that gemato or gpg had to say, and die on behalf of <function>.
_verify-sig_gemato() {
	local function=${1} name=${2} subcommand=${3} line log
	local args=( -K "${key}" )
	shift 3

	[[ ${VERIFY_SIG_OPENPGP_KEY_REFRESH} == yes ]] || args+=( -R )
	[[ -z ${VERIFY_SIG_OPENPGP_KEYSERVER+1} ]] ||
		args+=( --keyserver "${VERIFY_SIG_OPENPGP_KEYSERVER}" )

	log=$(mktemp "${T}/verify-sig.XXXXXX") || die
	# gpg tries its socket directory here before it falls back to GNUPGHOME
	addpredict /run/user
	# the socket of gpg-agent does not fit below a long path (bug 854492)
	# gpg by itself takes revoked keys and expired signatures; gemato does not
	if TMPDIR=/tmp gemato "${subcommand}" "${args[@]}" "${@}" &> "${log}" &&
		! grep -q -E '^\[GNUPG:\] (REVKEYSIG|EXPSIG|BADSIG|ERRSIG) ' "${log}"
	then
		while IFS= read -r line; do
			if [[ ${line} =~ "primary key: "([0-9A-F]{40,}) || ${line} =~ " VALIDSIG "([0-9A-F]{40,}) ]]; then
				_verify-sig_say einfo "${name}: openpgp agrees: signed by ${BASH_REMATCH[1]} (asked of gemato and gpg)"
			fi
		done < "${log}"
	else
		while IFS= read -r line; do
			_verify-sig_say eerror "${line}"
		done < "${log}"
		die "${function}: ${name}: gemato refuses the OpenPGP signature (signature-bad, signer-unknown or as above)"
	fi
	rm "${log}" || die
}

# @FUNCTION: _verify-sig_other_detached
# @INTERNAL
# @USAGE: <function> <name> <file> <sig-file>
# @DESCRIPTION:
# A detached signature without distvouch, with "key" of the calling function.
_verify-sig_other_detached() {
	local function=${1} name=${2} file=${3} sig=${4}

	_verify-sig_say_clock
	case ${VERIFY_SIG_METHOD} in
		openpgp)
			_verify-sig_gemato "${function}" "${name}" \
				openpgp-verify-detached --no-require-all-good "${sig}" "${file}"
			;;
		signify)
			if ! use hppa; then
				_verify-sig_not_checked "${name}" "signify signature"
				return
			fi
			# signify opens no symbolic links, and distfiles are some
			[[ ! -L ${file} ]] || file=$(readlink -f -- "${file}") || die
			[[ ! -L ${sig} ]] || sig=$(readlink -f -- "${sig}") || die
			signify -q -V -p "${key}" -m "${file}" -x "${sig}" ||
				die "${function}: ${name}: signify refuses the signature (signature-bad, or as above)"
			;;
		minisig)
			# the last line is the key, with or without a comment before it
			minisign -q -V -P "$(tail -n 1 "${key}")" -x "${sig}" -m "${file}" ||
				die "${function}: ${name}: minisign refuses the signature (signature-bad, or as above)"
			;;
		sigstore)
			_verify-sig_not_checked "${name}" "Sigstore bundle"
			;;
	esac
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
		{ "${FUNCNAME}" - "${@:2}"; } < "${1}" || die "${FUNCNAME}: cannot read ${1}"
		return 0
	fi

	local file=${1} sig=${2} name=${1##*/}
	local key key_args
	_verify-sig_set_key "${FUNCNAME}" "${3}"
	[[ ${file} != - ]] || name="(stdin)"

	_verify-sig_say einfo "Checking ${name} against ${sig##*/} ..."
	if _verify-sig_lacks_distvouch; then
		_verify-sig_other_detached "${FUNCNAME}" "${name}" "${file}" "${sig}"
		return
	fi

	_verify-sig_say_clock
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
	dir=$(mktemp -d "${T}/verify-sig.XXXXXX") || die
	if [[ ${file} == - ]]; then
		name=stdin
		cat > "${dir}/${name}" || die
	else
		ln -s "$(realpath -- "${file}")" "${dir}/${name}" || die
	fi
	ln -s "$(realpath -- "${bundle}")" "${dir}/${name}.sigstore" || die
	_verify-sig_distvouch "${function}" "${name}" \
		check --format portage --clock emerge --distdir "${dir}" --require sigstore "${key_args[@]}" -- "${name}"
	rm -r "${dir}" || die
}

# @FUNCTION: _verify-sig_other_message
# @INTERNAL
# @USAGE: <function> <name> <file> <output-file>
# @DESCRIPTION:
# A signed message without distvouch, with "key" of the calling function.
_verify-sig_other_message() {
	local function=${1} name=${2} file=${3} output=${4}

	_verify-sig_say_clock
	case ${VERIFY_SIG_METHOD} in
		openpgp)
			_verify-sig_gemato "${function}" "${name}" gpg-wrap -- \
				gpg --batch --status-fd 2 --verify --output="${output}" "${file}"
			;;
		signify)
			if use hppa; then
				signify -q -V -e -p "${key}" -m "${output}" -x "${file}" ||
					die "${function}: ${name}: signify refuses the message (signature-bad, or as above)"
			else
				_verify-sig_not_checked "${name}" "signify message"
				# the comment and the signature, then the text
				tail -n +3 "${file}" > "${output}" || die
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
		*) die "${FUNCNAME} not supported with ${VERIFY_SIG_METHOD}" ;;
	esac
	_verify-sig_set_key "${FUNCNAME}" "${3}"
	[[ ${file} != - ]] || name="(stdin)"

	# Through files of our own: a pipe can be read only once, and what reads our
	# output may see nothing before the verdict.
	dir=$(mktemp -d "${T}/verify-sig.XXXXXX") || die
	if [[ ${file} == - ]]; then
		file=${dir}/stdin
		cat > "${file}" || die
	elif [[ ! -f ${file} || -L ${file} ]]; then
		cat -- "${file}" > "${dir}/message" || die "${FUNCNAME}: cannot read ${file}"
		file=${dir}/message
	fi

	_verify-sig_say einfo "Checking ${name} ..."
	if _verify-sig_lacks_distvouch; then
		_verify-sig_other_message "${FUNCNAME}" "${name}" "${file}" "${dir}/text"
	else
		_verify-sig_say_clock
		_verify-sig_say_no_refresh
		_verify-sig_distvouch "${FUNCNAME}" "${name}" \
			message --format portage "${key_args[@]}" --output "${dir}/text" -- "${file}"
	fi

	[[ -f ${dir}/text ]] || die "${FUNCNAME}: ${name}: no text came of it"
	if [[ ${output} == - ]]; then
		cat "${dir}/text" || die
	else
		cat "${dir}/text" > "${output}" || die
	fi
	rm -r "${dir}" || die
}

# @FUNCTION: _verify-sig_other_checksums
# @INTERNAL
# @USAGE: <function> <checksum-file> <format> <file>...
# @DESCRIPTION:
# A list of checksums without distvouch.  A line that does not have the form is
# skipped, a file that is listed twice has to agree both times, and each
# file has to be listed.
_verify-sig_other_checksums() {
	local function=${1} list=${2} format=${3}
	local files=( "${@:4}" )
	local line algo name digest actual rest
	local -A agree=() length=( [md5]=32 [sha1]=40 [sha224]=56 [sha256]=64 [sha384]=96 [sha512]=128 [b2]=128 )

	while IFS= read -r line || [[ -n ${line} ]]; do
		line=${line%$'\r'}
		case ${format} in
			sha256|sha512|b2)
				algo=${format}
				read -r digest name rest <<< "${line}"
				[[ -z ${rest} ]] || continue
				name=${name#\*}
				;;
			openssl-dgst|bsd)
				# ALGO(name)= digest, and BSD's ALGO (name) = digest
				[[ ${line} =~ ^([A-Za-z0-9-]+)" "?"("(.*)")"" "?"= "?([0-9a-fA-F]+)$ ]] || continue
				algo=${BASH_REMATCH[1],,} name=${BASH_REMATCH[2]} digest=${BASH_REMATCH[3]}
				case ${algo} in
					sha2-*) algo=sha${algo#sha2-} ;;
					blake2b|blake2b512|blake2b-512|b2sum) algo=b2 ;;
				esac
				;;
		esac
		name=${name#./}
		has "${name}" "${files[@]}" || continue
		# a digest of the wrong length is another algorithm's, or nobody's
		[[ -n ${algo} && ${#digest} -eq ${length[${algo}]:-0} && ${digest} != *[!0-9a-fA-F]* ]] || continue

		actual=$("${algo}sum" < "${name}") || die
		actual=${actual%% *}
		[[ ${actual} == "${digest,,}" ]] ||
			die "${function}: ${name} does not have the ${algo} checksum that is listed"
		# as for distvouch: these have to agree, but that alone is not enough
		[[ ${algo} == @(md5|sha1) ]] || agree[${name}]=1
	done < "${list}"

	for name in "${files[@]}"; do
		[[ -n ${agree[${name}]} ]] || die "${function}: no ${format} checksum of ${name} is listed"
		_verify-sig_say einfo "${name}: agrees with the list"
	done
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
		*) die "${FUNCNAME}: unknown checksum format ${format}" ;;
	esac
	[[ ${#files[@]} -gt 0 ]] || die "${FUNCNAME}: no files given"

	dir=$(mktemp -d "${T}/verify-sig.XXXXXX") || die
	if [[ ${list} == - ]]; then
		name="(stdin)"
		cat > "${dir}/list" || die
	else
		cat -- "${list}" > "${dir}/list" || die "${FUNCNAME}: cannot read ${list}"
	fi
	if grep -q -e '^-----BEGIN' "${dir}/list"; then
		die "${FUNCNAME}: PGP armor found, use verify-sig_verify_signed_checksums instead"
	fi

	_verify-sig_say einfo "Checking against the checksums in ${name} ..."
	_verify-sig_say_clock
	if _verify-sig_lacks_distvouch; then
		_verify-sig_other_checksums "${FUNCNAME}" "${dir}/list" "${format}" "${files[@]}"
	else
		_verify-sig_distvouch "${FUNCNAME}" "${files[*]}" \
			checksums --report portage --format "${format}" -- "${dir}/list" "${files[@]}"
	fi
	rm -r "${dir}" || die
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
		*) die "${FUNCNAME} not supported with ${VERIFY_SIG_METHOD}" ;;
	esac

	dir=$(mktemp -d "${T}/verify-sig.XXXXXX") || die
	verify-sig_verify_message "${list}" "${dir}/${list##*/}" "${@:4}"
	verify-sig_verify_unsigned_checksums "${dir}/${list##*/}" "${format}" "${files}"
	rm -r "${dir}" || die
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
		*) die "${1}: ${2##*/} is not a .tar.{xz,gz,bz2,zst,lz}" ;;
	esac
	"${program}" -dc < "${2}" > "${3}" || die "${1}: ${program} cannot uncompress ${2##*/}"
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
	dir=$(mktemp -d "${T}/verify-sig.XXXXXX") || die
	tar=${dir}/${name%.t*}.tar

	case ${VERIFY_SIG_METHOD} in
		openpgp|signify|minisig) _verify-sig_set_key "${FUNCNAME}" "${3}" ;;
		*) die "${FUNCNAME} not supported with ${VERIFY_SIG_METHOD}" ;;
	esac

	if _verify-sig_lacks_distvouch; then
		_verify-sig_uncompress "${FUNCNAME}" "${file}" "${tar}"
		verify-sig_verify_detached "${tar}" "${@:2}"
	else
		_verify-sig_say einfo "Checking what is in ${name} against ${sig##*/} ..."
		_verify-sig_say_clock
		_verify-sig_say_no_refresh
		_verify-sig_distvouch "${FUNCNAME}" "${name}" \
			detached --format portage "${key_args[@]}" --uncompress --output "${tar}" -- "${sig}" "${file}"
	fi
	[[ -f ${tar} ]] || die "${FUNCNAME}: ${name}: no tarball came of it"
	unpack "${tar}"
	rm -r "${dir}" || die
}

# @FUNCTION: _verify-sig_set_provenance_args
# @INTERNAL
# @USAGE: <function> [<repository>]
# @DESCRIPTION:
# Set "provenance_args", local to the calling function.  The pins go with
# VERIFY_PROVENANCE_REPO, not with another repository.
_verify-sig_set_provenance_args() {
	local repo=${2:-${VERIFY_PROVENANCE_REPO}} pin

	case ${repo} in
		https://*|http://*)
			provenance_args=( --repository "${repo}" )
			;;
		[a-z]*:?*)
			provenance_args=( --publisher "${repo}" )
			;;
		*)
			die "${1}: '${repo}' is neither a repository URL nor KIND:VALUE"
			;;
	esac
	[[ -z ${2} || ${2} == "${VERIFY_PROVENANCE_REPO}" ]] || return 0

	for pin in WORKFLOW REF TRIGGER RUNNER REPOSITORY_ID OWNER_ID ENVIRONMENT SIGNER; do
		local value=VERIFY_PROVENANCE_${pin}
		pin=${pin,,}
		[[ -z ${!value} ]] || provenance_args+=( "--${pin//_/-}=${!value}" )
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
		_verify-sig_say_clock
		_verify-sig_not_checked "${name}" "provenance"
		return
	fi
	_verify-sig_distvouch "${FUNCNAME}" "${name}" \
		check --format portage --clock emerge --distdir "${dir:-/}" \
		--provenance="${name}=${provenance}" --require provenance "${provenance_args[@]}" -- "${name}"
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
	set -- "${@//\\/\\\\}"
	die "${message} (${class}): ${*}; see 'distvouch explain ${class}'"
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
	[[ -z ${_VERIFY_SIG_PROVENANCE} ]] || ! use verify-provenance || want_provenance=1

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
	[[ -z ${want_signatures} ]] || _verify-sig_set_key verify-sig_src_unpack ""
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
				rm "${base}" || die
			done
		fi
		[[ -z ${want_provenance} ]] || for f in "${distfiles[@]}"; do
			_verify-sig_say_clock
			_verify-sig_not_checked "${f}" "provenance"
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
