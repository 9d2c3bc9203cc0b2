# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

# @ECLASS: verify-sig.eclass
# @MAINTAINER:
# The distvouch authors <distvouch@example.org>
# @SUPPORTED_EAPIS: 7 8 9
# @BLURB: Ask distvouch who vouches for the distfiles before they are unpacked
# @DESCRIPTION:
# Takes the place of ::gentoo's eclass of the same name: same functions, same
# variables, same USE flag.  app-portage/distvouch checks the signatures and
# says, file by file, what was compared and who could have forged it anyway.
# Nothing that it refuses is unpacked.
#
# A refusal ends the phase, also under nonfatal, and names a failure class that
# "distvouch explain" has more about.  What cannot be checked is announced as
# "not checked".  The Manifest has fixed the bytes before src_unpack runs: what
# is said there repeats the checks of the version bump, and replaces none.
#
# On alpha, hppa and m68k, which have no Rust, gemato, signify, minisign and
# coreutils are asked, and the rest is not checked.
#
# @EXAMPLE:
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

case ${EAPI} in
	7|8|9) ;;
	*) die "${ECLASS}: EAPI ${EAPI:-0} not supported" ;;
esac

if [[ -z ${_VERIFY_SIG_ECLASS} ]]; then
_VERIFY_SIG_ECLASS=1

# @ECLASS_VARIABLE: VERIFY_SIG_METHOD
# @PRE_INHERIT
# @DESCRIPTION:
# openpgp (the default), signify, minisig, sigstore; or provenance if upstream
# makes no signatures, for which USE=verify-sig is not added.
: "${VERIFY_SIG_METHOD:=openpgp}"

# @ECLASS_VARIABLE: VERIFY_SIG_OPENPGP_KEY_PATH
# @DEFAULT_UNSET
# @DESCRIPTION:
# File with the only keys that count, unless a function is given another one.
# BROOT is put before it if it is not there already.  Not for sigstore.

# @ECLASS_VARIABLE: VERIFY_SIG_OPENPGP_FINGERPRINTS
# @DEFAULT_UNSET
# @DESCRIPTION:
# Array of fingerprints: only these OpenPGP certificates of the key file count.

# @ECLASS_VARIABLE: VERIFY_SIG_CERT_IDENTITY
# @DEFAULT_UNSET
# @DESCRIPTION:
# Identity that the certificate of a Sigstore bundle must name, exactly.

# @ECLASS_VARIABLE: VERIFY_SIG_CERT_OIDC_ISSUER
# @DEFAULT_UNSET
# @DESCRIPTION:
# OpenID Connect issuer that it must name, exactly.

# @ECLASS_VARIABLE: VERIFY_SIG_OPENPGP_KEYSERVER
# @DEFAULT_UNSET
# @DESCRIPTION:
# Keyserver from which gemato refreshes keys, where it is used.  OpenPGP only.

# @ECLASS_VARIABLE: VERIFY_SIG_OPENPGP_KEY_REFRESH
# @USER_VARIABLE
# @DESCRIPTION:
# Set to "yes" to have gemato refresh keys.  distvouch never uses the network,
# and says that nothing was refreshed.
: "${VERIFY_SIG_OPENPGP_KEY_REFRESH:=no}"

# @ECLASS_VARIABLE: VERIFY_SIG_STRICT
# @USER_VARIABLE
# @DESCRIPTION:
# Set to "yes", or anything but "no", "n", "0", "false" and "off", to refuse
# what could not be checked.
: "${VERIFY_SIG_STRICT:=no}"

# @ECLASS_VARIABLE: VERIFY_PROVENANCE_REPO
# @PRE_INHERIT
# @DESCRIPTION:
# Who must have published the distfiles: the URL of the source repository, or
# gcp:EMAIL for a Google Cloud service account.  Defaults to PYPI_VERIFY_REPO.
# If set, USE=verify-provenance is added, and the default src_unpack wants PEP
# 740 provenance in a file that is named as the distfile plus ".provenance".
# Pin as much as "distvouch pin" prints: anyone who can make the workflow run
# can make provenance.
: "${VERIFY_PROVENANCE_REPO:=${PYPI_VERIFY_REPO}}"

# @ECLASS_VARIABLE: VERIFY_PROVENANCE_PINS
# @DEFAULT_UNSET
# @DESCRIPTION:
# Array of what the certificate must say, also that of a Sigstore bundle, as
# options of "distvouch check": --workflow=PATH, --ref=GLOB, --trigger=LIST,
# --runner=KIND, --repository-id=N, --owner-id=N, --environment=NAME, and
# --signer=URL.  Or set VERIFY_PROVENANCE_WORKFLOW and so on, one for each.

# @ECLASS_VARIABLE: VERIFY_PROVENANCE_UPSTREAM_NAMES
# @DEFAULT_UNSET
# @DESCRIPTION:
# Array of DISTFILE=NAME for distfiles that SRC_URI renames: the provenance has
# the name that upstream gave.  A wheel renamed to .whl.zip needs none.

_VERIFY_SIG_DEP="!alpha? ( !hppa? ( !m68k? ( app-portage/distvouch ) ) )"
IUSE=${VERIFY_PROVENANCE_REPO:+verify-provenance}
BDEPEND=${VERIFY_PROVENANCE_REPO:+verify-provenance? ( ${_VERIFY_SIG_DEP} )}
case ${VERIFY_SIG_METHOD} in
	openpgp)
		_VERIFY_SIG_GPG="|| ( app-alternatives/gpg app-crypt/gnupg[-alternatives(-)] ) >=app-portage/gemato-20"
		_VERIFY_SIG_DEP+=" alpha? ( ${_VERIFY_SIG_GPG} ) hppa? ( ${_VERIFY_SIG_GPG} ) m68k? ( ${_VERIFY_SIG_GPG} )"
		;;
	minisig)
		_VERIFY_SIG_DEP+=" alpha? ( app-crypt/minisign ) hppa? ( app-crypt/minisign ) m68k? ( app-crypt/minisign )"
		;;
	signify) _VERIFY_SIG_DEP+=" hppa? ( app-crypt/signify )" ;;
	sigstore) ;;
	provenance) [[ -n ${VERIFY_PROVENANCE_REPO} ]] || die "${ECLASS}: VERIFY_PROVENANCE_REPO is not set" ;;
	*) die "${ECLASS}: unknown method '${VERIFY_SIG_METHOD}'" ;;
esac
[[ ${VERIFY_SIG_METHOD} == provenance ]] || {
	IUSE+=" verify-sig"
	BDEPEND+=" verify-sig? ( ${_VERIFY_SIG_DEP} )"
}
unset _VERIFY_SIG_DEP _VERIFY_SIG_GPG

# @FUNCTION: verify-sig_pypi_provenance_uri
# @USAGE: <project> <version> <file> [<distfile>]
# @DESCRIPTION:
# Print the SRC_URI entry of the provenance of <file>, which PyPI has in release
# <version> of <project>.  Give <distfile> if SRC_URI renames <file>.
verify-sig_pypi_provenance_uri() {
	echo "https://pypi.org/integrity/${1}/${2}/${3}/provenance -> ${4:-${3}}.provenance"
}

# @FUNCTION: _verify-sig_ask
# @USAGE: <verb> <key-file> [<option>...] -- <operand>...
# @INTERNAL
# @DESCRIPTION:
# Ask distvouch, print its lines of LEVEL<TAB>TEXT (escaped for echo -e; a star
# would make a verdict of what agrees), and die on behalf of the caller unless
# that ends as it has to: one line "done", nothing more, and exit status 0.
_verify-sig_ask() {
	local - caller=${FUNCNAME[1]} once key strict args line heard=
	set +u	# Portage's functions are not ready for it
	# by when this shell was started: the same in all subshells of a phase
	printf -v once '%s/verify-sig.%(%s)T' "${T}" -2
	_verify-sig_set_args "${2}"
	if [[ ${ARCH} == @(alpha|hppa|m68k) ]]; then
		"_verify-sig_fallback_${1}" "${@:3}" || die
		return
	fi

	while IFS= read -r line; do
		case ${heard}${line} in
			say$'\t'*) echo -e "   ${line#*$'\t'}" >&2 ;;
			ewarn$'\t'*|eqawarn$'\t'*|eerror$'\t'*) "${line%%$'\t'*}" "${line#*$'\t'}" ;;
			die$'\t'*) die "${caller}: ${line#*$'\t'}" ;;
			done) heard="done, " ;;
			"done, status 0") heard="all, " ;;
			*) break ;;
		esac
	done < <(distvouch portage "${1}" "${args[@]}" "${@:3}"; echo "status ${?}")

	[[ ${heard}${line} != "all, " ]] || return 0
	[[ ${line} =~ ^status\ [0-9]+$ ]] || line="status unknown"
	die "${caller}: distvouch: not-checked-no-answer: no answer (exit ${line}); see 'distvouch explain not-checked-no-answer'"
}

# @FUNCTION: _verify-sig_set_args
# @USAGE: <key-file>
# @INTERNAL
# @DESCRIPTION:
# Set "key", "strict" and "args", local to the caller: "args" is what distvouch
# has to know of the package, the ebuild and the user, as no variable need be in
# the environment.
_verify-sig_set_args() {
	local pin value
	key=${VERIFY_SIG_OPENPGP_KEY_PATH}
	key=${1:-${key:+${BROOT}${key#"${BROOT}"}}}
	[[ ${VERIFY_SIG_STRICT,,} == @(|no|n|0|false|off) ]] || strict=yes
	args=(
		--interface=1 --distdir="${DISTDIR}" --filesdir="${FILESDIR}" --once="${once}"
		--method="${VERIFY_SIG_METHOD}" --key="${key}" "${VERIFY_PROVENANCE_PINS[@]}"
		"${VERIFY_SIG_OPENPGP_FINGERPRINTS[@]/#/--fingerprint=}"
		"${VERIFY_PROVENANCE_UPSTREAM_NAMES[@]/#/--upstream-name=}"
	)
	for pin in REPO WORKFLOW REF TRIGGER RUNNER REPOSITORY_ID OWNER_ID ENVIRONMENT SIGNER; do
		value=VERIFY_PROVENANCE_${pin}
		pin=${pin/%REPO/REPOSITORY} pin=${pin,,}
		[[ -z ${!value} ]] || args+=( "--${pin//_/-}=${!value}" )
	done
	[[ ${VERIFY_SIG_METHOD} != sigstore ]] ||
		args+=( --identity="${VERIFY_SIG_CERT_IDENTITY}" --issuer="${VERIFY_SIG_CERT_OIDC_ISSUER}" )
	[[ -z ${VERIFY_SIG_OPENPGP_KEYSERVER+1} ]] || args+=( --keyserver="${VERIFY_SIG_OPENPGP_KEYSERVER}" )
	[[ ${VERIFY_SIG_OPENPGP_KEY_REFRESH} != yes ]] || args+=( --refresh )
	args+=( ${strict:+--strict} )
}

# @FUNCTION: verify-sig_verify_detached
# @USAGE: <file> <sig-file> [<key-file>]
# @DESCRIPTION:
# Check the detached signature in <sig-file> over <file> ("-" for stdin) with
# the keys in <key-file>.  Die if it is refused.
verify-sig_verify_detached() {
	_verify-sig_ask detached "${3-}" -- "${1}" "${2}"
}

# @FUNCTION: verify-sig_verify_message
# @USAGE: <file> <output-file> [<key-file>]
# @DESCRIPTION:
# Check the signed message in <file> ("-" for stdin) with the keys in
# <key-file>, and write the signed text to <output-file> ("-" for stdout).  Die,
# and write nothing, if it is refused.  Use what was written, not <file>, which
# may have unsigned text in it.
verify-sig_verify_message() {
	local text
	text=$(mktemp "${T}/verify-sig.XXXXXX") || die
	_verify-sig_ask message "${3-}" --output="${text}" -- "${1}"
	if [[ ${2} == - ]]; then cat "${text}"; else cat "${text}" > "${2}"; fi || die
	rm "${text}" || die
}

# @FUNCTION: verify-sig_verify_unsigned_checksums
# @USAGE: <checksum-file> <format> <files>
# @DESCRIPTION:
# Compare all of <files>, words like those of A, in the current directory, with
# the list in <checksum-file> ("-" for stdin).  Die if one differs or is not in
# it.  Formats: sha256, sha512, b2 (of sha256sum and so on), openssl-dgst, bsd.
#
# The list itself may come from anyone.  Use verify-sig_verify_detached on it
# first, or verify-sig_verify_signed_checksums if the signature is inline.
verify-sig_verify_unsigned_checksums() {
	_verify-sig_ask checksums "" --format="${2}" -- "${1}" "${3}"
}

# @FUNCTION: verify-sig_verify_signed_checksums
# @USAGE: <checksum-file> <format> <files> [<key-file>]
# @DESCRIPTION:
# Like verify-sig_verify_unsigned_checksums, for a list that is a message signed
# by a key in <key-file>.  Only signed lines count.  For signify, the format is
# always bsd.
verify-sig_verify_signed_checksums() {
	_verify-sig_ask checksums "${4-}" --format="${2}" --signed -- "${1}" "${3}"
}

# @FUNCTION: verify-sig_uncompress_verify_unpack
# @USAGE: <compressed-tar> <sig-file> [<key-file>]
# @DESCRIPTION:
# Uncompress <compressed-tar> into a file below T, check the signature in
# <sig-file> over that with the keys in <key-file>, die if it is refused, and
# unpack it.  For upstreams that sign before they compress, such as kernel.org.
verify-sig_uncompress_verify_unpack() {
	local - tar=${T}/${1##*/}.tar
	set +u
	_verify-sig_ask detached "${3-}" --uncompress --output="${tar}" -- "${1}" "${2}"
	unpack "${tar}" || die	# nonfatal would go on with half a tree
	rm "${tar}" || die
}

# @FUNCTION: verify-sig_verify_provenance
# @USAGE: <file> <provenance> [<repository>]
# @DESCRIPTION:
# Check that the PEP 740 provenance in <provenance> is for <file> and from
# <repository>, by default VERIFY_PROVENANCE_REPO with its pins.  Die if not.
verify-sig_verify_provenance() {
	_verify-sig_ask provenance "" -- "${@}"
}

# @FUNCTION: verify-sig_src_unpack
# @DESCRIPTION:
# Default src_unpack that checks all of A at once before it unpacks it.
#
# With USE=verify-sig, each distfile needs a signature: the distfile plus .asc,
# .sig, .sign, .minisig, .sigstore, .sigstore.json or .bundle; or .asc, .sig or
# .sign in place of its compression suffix, if the uncompressed tarball is
# signed.  Each signature needs a distfile.  With USE=verify-provenance, each
# distfile needs provenance.  Write src_unpack yourself to check only some.
verify-sig_src_unpack() {
	local want=()
	[[ -z ${VERIFY_PROVENANCE_REPO} ]] || in_iuse verify-provenance ||
		die "${FUNCNAME[0]}: ${PF}: not-checked-no-expectation: set VERIFY_PROVENANCE_REPO before inherit; see 'distvouch explain not-checked-no-expectation'"
	[[ ${VERIFY_SIG_METHOD} == provenance ]] || ! use verify-sig || want+=( --want=signature )
	! in_iuse verify-provenance || ! use verify-provenance || want+=( --want=provenance )

	[[ ${#want[@]} -eq 0 ]] || _verify-sig_ask all "" "${want[@]}" -- ${A}
	default_src_unpack
}

fi

EXPORT_FUNCTIONS src_unpack

# The rest puts the same questions to others.  Elsewhere it is not even parsed.
[[ ${ARCH} == @(alpha|hppa|m68k) ]] || return 0

# usage: _verify-sig_set_name <file>
# Set "name", local to the caller, to what die, ewarn and echo -e print of it.
_verify-sig_set_name() {
	local LC_ALL=C
	printf -v name %q "${1##*/}"
	name=${name//\\/\\\\}
}

# usage: _verify-sig_refuse <file> <class>[: <text>]
_verify-sig_refuse() {
	local name
	_verify-sig_set_name "${1}"
	die "${caller}: ${name}: ${2}; see 'distvouch explain ${2%%:*}'"
}

# usage: _verify-sig_not_checked <file> <what>
_verify-sig_not_checked() {
	local name
	[[ -z ${strict} ]] || _verify-sig_refuse "${1}" "not-checked-arch: ${2}, and VERIFY_SIG_STRICT=yes"
	_verify-sig_set_name "${1}"
	ewarn "${name}: ${2}: not checked: not-checked-arch:"
	ewarn "    there is no distvouch for ${ARCH}"
}

# usage: _verify-sig_agrees <file> <what> <forgers>
_verify-sig_agrees() {
	local name
	_verify-sig_set_name "${1}"
	echo -e "   ${name}: ${2} agrees; could forge it: ${3}" >&2
	[[ -e ${once} ]] || tee "${once}" >&2 <<< "   The Manifest already fixes the distfiles; this repeats the checks of the bump."
}

# usage: _verify-sig_set_path <file> <suffix>
# Set "path", local to the caller, to a file with the same bytes and a harmless
# name, no pipe, and for signify no link.
_verify-sig_set_path() {
	path=${1}
	[[ ! -f ${path} || ${path} == @(-*|*[^[:alnum:]/._+-]*) || ${VERIFY_SIG_METHOD} == signify && -L ${path} ]] || return 0
	path=${T}/verify-sig.${BASHPID}.${2}
	cat -- "${1}" > "${path}" 2>/dev/null || _verify-sig_refuse "${1}" "not-checked-no-answer: it cannot be read"
}

# usage: _verify-sig_fallback_message --output=<text>|--signature=<sig-file> -- <file>
_verify-sig_fallback_message() {
	# gpg escapes what is not ASCII, and wants no long path (bug 854492)
	local -x LC_ALL=C TMPDIR=/tmp
	local what=message other=${1#*=} args path
	[[ ${1} == --output=* ]] || what=signature
	case ${ARCH}-${VERIFY_SIG_METHOD}-${what} in
		*-sigstore-signature|alpha-signify-*|m68k-signify-*)
			_verify-sig_not_checked "${3}" "${VERIFY_SIG_METHOD} ${what}"
			# the text is below the comment and the signature
			[[ ${what} != message ]] || tail -n +3 -- "${3}" > "${other}" || die
			return ;;
	esac
	[[ -e ${key} ]] || _verify-sig_refuse "${3}" "not-checked-no-expectation: there is no key file"
	[[ -z ${VERIFY_SIG_OPENPGP_FINGERPRINTS} ]] || _verify-sig_not_checked "${3}" "fingerprint of the key"
	[[ ${what} == message ]] || { _verify-sig_set_path "${other}" sig; other=${path}; }
	_verify-sig_set_path "${3}" file
	args=( -q -K "${key}" )
	[[ ${VERIFY_SIG_OPENPGP_KEY_REFRESH} == yes ]] || args+=( -R )
	[[ -z ${VERIFY_SIG_OPENPGP_KEYSERVER+1} ]] || args+=( --keyserver "${VERIFY_SIG_OPENPGP_KEYSERVER}" )
	addpredict /run/user	# gpg tries a socket there before GNUPGHOME
	case ${VERIFY_SIG_METHOD}-${what} in
		openpgp-signature) gemato openpgp-verify-detached "${args[@]}" --no-require-all-good "${other}" "${path}" ;;
		openpgp-message)
			gemato openpgp-verify "${args[@]}" "${path}" && gemato gpg-wrap "${args[@]}" -- \
				"${GNUPG:-gpg}" --batch --yes --output="${other}" --verify "${path}" 2>/dev/null ;;
		signify-signature) signify -q -V -p "${key}" -m "${path}" -x "${other}" ;;
		signify-message) signify -q -V -e -p "${key}" -m "${other}" -x "${path}" ;;
		minisig-signature) mapfile -t args < "${key}" && minisign -q -V -P "${args[@]: -1}" -m "${path}" -x "${other}" ;;
		*) die "${caller}: not supported with VERIFY_SIG_METHOD=${VERIFY_SIG_METHOD}" ;;
	esac || _verify-sig_refuse "${3}" signature-refused
	_verify-sig_agrees "${3}" "${VERIFY_SIG_METHOD}" "key, job, source, gentoo"
}

# usage: _verify-sig_fallback_detached [--uncompress --output=<tar>] -- <file> <sig-file>
_verify-sig_fallback_detached() {
	local file=${*: -2:1}
	if [[ ${1} == --uncompress ]]; then
		local -A tool=( [xz]=xz [gz]=gzip [tgz]=gzip [bz2]=bzip2 [zst]=zstd [lz]=lzip )
		"${tool[${file##*.}]:-false}" -dc < "${file}" > "${2#*=}" || _verify-sig_refuse "${file}" stream-malformed
		file=${2#*=}
	fi
	_verify-sig_fallback_message --signature="${*: -1}" -- "${file}"
}

_verify-sig_fallback_provenance() {
	_verify-sig_not_checked "${2}" provenance
}

# usage: _verify-sig_fallback_checksums --format=<format> [--signed] -- <list> <files>
_verify-sig_fallback_checksums() {
	local from=${*: -2:1} list=${T}/verify-sig.${BASHPID}.list format=${1#*=} lines=p file quiet
	local -x LC_ALL=C
	if [[ ${2} == --signed ]]; then
		_verify-sig_fallback_message --output="${list}.signed" -- "${from}"
		from=${list}.signed
		[[ ${VERIFY_SIG_METHOD} != signify ]] || format=bsd
	fi
	if [[ ${format} != @(sha256|sha512|b2) ]]; then
		format="sha256 sha384 sha512 md5 sha1"
		lines='s/^SHA2-/SHA/; /^[[:alnum:]]* \{0,1\}(\|-----BEGIN/p'
	fi
	sed -n -e "${lines}" -- "${from}" > "${list}" 2>/dev/null ||
		_verify-sig_refuse "${from}" "not-checked-no-answer: it cannot be read"
	! grep -q -e -----BEGIN "${list}" ||
		_verify-sig_refuse "${from}" "not-checked-no-expectation: use verify-sig_verify_signed_checksums"
	for file in ${format}; do
		[[ ${file} != md5 ]] || quiet=--quiet	# from here on, none is strong enough to agree
		"${file}sum" ${quiet} --check --ignore-missing "${list}" 2>/dev/null
	done > "${list}.said"
	[[ ${*: -1} == *[^[:space:]]* ]] || _verify-sig_refuse "${from}" "not-checked-no-answer: no files were given"
	for file in ${@: -1}; do
		! grep -q -F -x -e "${file}: FAILED" "${list}.said" || _verify-sig_refuse "${file}" checksum-mismatch
		grep -q -F -x -e "${file}: OK" "${list}.said" || _verify-sig_refuse "${file}" checksum-missing
		_verify-sig_agrees "${file}" checksums "anyone who can change the list"
	done
}

# usage: _verify-sig_fallback_all --want=<evidence>... -- <files>
_verify-sig_fallback_all() {
	local f sig found pairs=() via
	for f in ${A}; do
		if [[ ${f} =~ ^(.*)\.(asc|sig|sign|minisig|sigstore(\.json)?|bundle|provenance)$ ]]; then
			[[ ! " ${A} " =~ " ${BASH_REMATCH[1]}"(\.xz|\.gz|\.bz2|\.zst|\.lz)?" " ]] || continue
			[[ ${f} == *.bundle ]] || _verify-sig_refuse "${f}" signature-stray	# git has bundles, too
		fi
		found=
		for sig in "${f}".{asc,sig,sign,minisig,sigstore,sigstore.json,bundle} "${f%.*}".{asc,sig,sign}; do
			! has "${sig}" ${A} || { pairs+=( "${f}/${sig}" ); found=1; }
		done
		[[ -n ${found} ]] || ! has --want=signature "${@}" || _verify-sig_refuse "${f}" signature-absent
		has --want=provenance "${@}" || continue
		has "${f}.provenance" ${A} || _verify-sig_refuse "${f}" provenance-absent
		_verify-sig_not_checked "${f}" provenance
	done
	has --want=signature "${@}" || return 0
	for sig in "${pairs[@]}"; do
		f=${sig%/*} sig=${sig#*/} via=()
		[[ ${sig} == "${f}".* ]] || via=( --uncompress --output="${T}/${f}.tar" )
		_verify-sig_fallback_detached "${via[@]}" -- "${DISTDIR}/${f}" "${DISTDIR}/${sig}"
	done
}
