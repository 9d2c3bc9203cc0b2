# shellcheck shell=bash
# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license
#
# The scenarios of the test run; run sources this file.
# shellcheck disable=SC2154 # here, prefix, program, ... are set there

overlay=${prefix}/repos/overlay
gentoo=${prefix}/repos/gentoo
proposed=${prefix}/repos/proposed
distfiles=${prefix}/distfiles
logs=${prefix}/scenarios
work=${prefix}/tmp/portage
fake_dir=${prefix}/fake

# --- how to run things -------------------------------------------------------------------------

environment() {
	export LC_ALL=C.UTF-8 NO_COLOR=1 NOCOLOR=true EPREFIX="" ROOT=${prefix}/root SYSROOT=/
	export PATH=${prefix}/venv/bin:${prefix}/venv/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	unset PYTHONPATH USE FEATURES GNUPGHOME
	use_arch amd64
}

# The profile of the package and, as nothing is cross-compiled here, of what builds it
use_arch() {
	arch=$1
	export PORTAGE_CONFIGROOT=${prefix}/conf/${arch}
	ln -sfn "${prefix}/conf/${arch}/etc/portage" "${prefix}/venv/etc/portage"
}

# The ebuild of PN or CATEGORY/PN
ebuild_of() {
	local dir
	for dir in "${overlay}/*" "${gentoo}/app-test" "${proposed}/*"; do
		compgen -G "${dir}/${1#*/}/*.ebuild" && break
	done | head -n 1
}

# Portage keeps the digests of files that it knows, also if they have changed since
manifest() {
	local e
	e=$(ebuild_of "$1")
	rm -f "${e%/*}/Manifest"
	ebuild "${e}" manifest >>"${logs}/manifest" 2>&1
}

# usage: unpack PN: src_unpack of a package, with the caller's environment; sets rc and log
unpack() {
	# two lanes can be at scenarios of one name
	log=${logs}/${lane:+${lane}.}${name//[^a-zA-Z0-9_+.-]/_}
	DV_PATH=${fake_dir} ebuild "$(ebuild_of "$1")" clean unpack >"${log}" 2>&1 </dev/null
	rc=$?
	unpacked=( "${work}"/*/"${1#*/}"-[0-9]*/work/* )
	[[ -e ${unpacked[0]} ]] || unpacked=()
}

# --- what to expect ----------------------------------------------------------------------------

wrong() { why+="${why:+; }$*"; }
has() { grep -qE -e "$1" "${log}" || wrong "the log lacks: $1"; }
lacks() { ! grep -qE -e "$1" "${log}" || wrong "the log has: $1"; }
accepts() {
	[[ ${rc} == 0 ]] || wrong "exit status ${rc}"
	(( ${#unpacked[@]} )) || wrong "nothing was unpacked"
}
# usage: refuses CLASS: src_unpack died and nothing was unpacked; the message names this class (or
# these, with commas), no other one, and the command that explains it
refuses() {
	local f
	[[ ${rc} != 0 ]] || wrong "exit status 0"
	# what the ebuild itself has copied does not count
	for f in "${!unpacked[@]}"; do
		[[ ! -e ${distfiles}/${unpacked[f]##*/} ]] || unset "unpacked[${f}]"
	done
	(( ${#unpacked[@]} == 0 )) || wrong "unpacked: ${unpacked[*]##*/}"
	has '^ \* ERROR: .* failed \(unpack phase\)'
	has "^ \*   verify-sig_[a-z_]+: .*: $1(: [^;]*)?; see 'distvouch explain ${1%%,*}'\$"
	[[ -n ${why} ]] || echo "${1//, /$'\n'}" >> "${logs}/refusals"
}
# What strangers wrote does nothing to a terminal, and forges no line. Portage's own call stack, with
# the arguments of functions as the ebuild gave them, is not ours.
harmless() {
	local all=${log} log=${log}.ours
	LC_ALL=C sed '/^ \* Call stack:$/,/^ \* The specific snippet of code:$/d' "${all}" > "${log}"
	! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae' "${log}" ||
		wrong "control characters got through: $(LC_ALL=C grep -aP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae' "${log}" | head -n 2 | cat -v)"
	iconv -f UTF-8 -t UTF-8 "${log}" >/dev/null 2>&1 || wrong "bytes that are no UTF-8"
	lacks '^( \*)? ?\* forged'
}
# Every line that agrees is followed by who could forge it, and has no star in front
honest() {
	lacks '^ \*.* agrees'
	local agreeing named
	agreeing=$(grep -cE '^   [^ ].*: [a-z]+ agrees' "${log}")
	named=$(grep -cE '^     could forge it: [a-z]|; could forge it: [a-z]' "${log}")
	(( named >= agreeing )) || wrong "${agreeing} lines agree, ${named} say who could forge that"
	(( $(grep -c 'Manifest already fixes' "${log}") == 1 )) || wrong "what the Manifest settles is not said once"
	local all=${log} log=${log}.words
	# a name of minisign's, which may break across lines
	tr -s '[:space:]' ' ' < "${all}" | sed 's/trusted comment//g' > "${log}"
	lacks '\b([Vv]erified|[Vv]alid|[Tt]rusted|[Gg]ood|[Ss]ecure|[Ss]afe|OK|[Pp]assed)\b|✓|✔'
}

# usage: scenario NAME FUNCTION ARGUMENT...; a function sets "not" to be skipped
scenario() {
	local name=$1 why='' not='' rc log unpacked
	[[ ${name} =~ ${pattern} ]] || return
	shift
	# what one scenario sets in the environment, the next one does not see
	local USE=${USE-} FEATURES=${FEATURES-}
	"$@"
	if [[ -n ${not} ]]; then
		skip "${name}" "${not}"
	elif [[ -n ${why} ]]; then
		printf 'FAILED    %s: %s (%s)\n' "${name}" "${why}" "${log-}"
		(( failed++ ))
	else
		printf 'as said   %s\n' "${name}"
		(( passed++ ))
	fi
}

# usage: needs CAPABILITY...: skip unless the program has these subcommands or options of check;
# "uncompressed" stands for signatures over what is inside a compressed distfile
help='' check_help=''
needs() {
	local what text
	[[ -n ${help} ]] || { help=$("${program}" --help 2>&1); check_help=$("${program}" check --help 2>&1); }
	for what; do
		if [[ ${what} == uncompressed ]]; then
			has_uncompressed || { not="this distvouch takes no signature over the uncompressed tarball"; return 1; }
			continue
		fi
		text=${check_help}
		[[ ${what} == --* ]] || text=${help}
		grep -qE -e "^ *${what}( |$)" <<< "${text}" || { not="this distvouch has no ${what}"; return 1; }
	done
}
has_uncompressed() {
	"${program}" check --distdir "${distfiles}" --require openpgp --openpgp-key "${distfiles}/openpgp-keys-upstream-1-upstream.asc" \
		--signature default-sign-1.tar.xz="${distfiles}/default-sign-1.tar.sign" default-sign-1.tar.xz >/dev/null 2>&1
}
# usage: needs_package PN: skip what could not be had, see manifests
needs_package() {
	[[ -n $(ebuild_of "$1") ]] || { not="its distfiles could not be had"; return 1; }
}
# Where gemato, signify and minisign are asked, what they refuse has one class
class_of() {
	case $1 in
		signer-unknown|signature-bad|signature-malformed|key-revoked)
			has_distvouch && echo "$1" || echo signature-refused ;;
		*) echo "$1" ;;
	esac
}
# Only where distvouch decides
has_distvouch() { [[ ${arch} != @(alpha|hppa|m68k) ]]; }

# --- preparation -------------------------------------------------------------------------------

prepare() {
	environment
	if [[ -z ${KEEP:-} ]]; then
		rm -rf "${logs}" "${prefix}"/{root,tmp/portage} "${prefix}"/venv/{usr,var}
		rm -f "${distfiles}"/*
		mkdir -p "${logs}" "${prefix}/root"
		"${here}/distfiles.sh" "${prefix}" || { echo "FAILED    distfiles.sh"; (( failed++ )); finish; }
	fi
	mkdir -p "${logs}"
	rm -rf "${fake_dir:?}" "${logs}"/{refusals,manifest.failed}
	# KEEP=1 is for another look after the program has changed
	[[ ! -e ${prefix}/venv/usr/bin/distvouch ]] || cp "${program}" "${prefix}/venv/usr/bin/distvouch"
	local a
	for a in "${prefix}"/conf/*; do
		{ printf 'DISTVOUCH_PREBUILT=%q\n' "${program}"; cat "${here}/bashrc"; } \
			> "${a}/etc/portage/bashrc"
	done
}

# The Manifests of all packages, two at a time; packages whose distfiles could not be had go
manifests() {
	local e package want todo=() lane
	log=${logs}/manifest
	for e in "${overlay}"/*/*/*.ebuild "${gentoo}"/app-test/*/*.ebuild "${proposed}"/*/*/*.ebuild; do
		package=${e%/*} want=
		case ${package##*/} in
			sigstore|sigstore-own) want='sigstore-1.txt' ;;
			abi3info) want='abi3info-*' ;;
			gcb-attestation-*) want='gcb*' ;;
			pypi-attestations*) want='pypi_attestations*' ;;
			real-*) want="${package##*/real-}_*" ;;
			openpgp-keys-real) want='openpgp-keys-real-1-real-byacc.asc' ;;
		esac
		if [[ -n ${want} ]] && ! compgen -G "${distfiles}/${want}" >/dev/null; then
			rm -r "${package}"
		elif [[ ${e} == */eapi9-1.ebuild ]]; then
			# Portage reads it only under bash 5.3
			if [[ -n ${bash53} ]]; then
				NATIVE_BASH53=1 "${prefix}/native" bash -c "ebuild ${e} manifest && cat ${package}/Manifest >&3" \
					3>"${prefix}/manifest" >>"${log}" 2>&1 || wrong "ebuild ${e##*/} manifest"
				mv "${prefix}/manifest" "${package}/Manifest"
			else
				rm -r "${package}"
			fi
		elif [[ ${e} != *-9999.ebuild ]]; then
			todo+=( "${e}" )
		fi
	done
	for lane in 0 1; do
		for (( i = lane; i < ${#todo[@]}; i += 2 )); do
			ebuild "${todo[i]}" manifest >>"${log}.${lane}" 2>&1 || echo "${todo[i]##*/}" >>"${log}.failed"
		done &
	done
	wait
	[[ ! -e ${log}.failed ]] || wrong "ebuild manifest: $(xargs < "${log}.failed")"
}

# The BDEPEND of every package, into BROOT
bdepend() {
	log=${logs}/bdepend
	local packages=( app-test/{default-asc,local-key,signify,minisig} )
	[[ -z $(ebuild_of real-pciutils) ]] || packages+=( app-test/real-pciutils )
	[[ -z $(ebuild_of pypi-attestations-alone) ]] || packages+=( dev-python/pypi-attestations-alone )
	USE="verify-sig verify-provenance" emerge --oneshot --onlydeps "${packages[@]}" >"${log}" 2>&1 </dev/null ||
		wrong "exit status $?"
	[[ -x ${prefix}/venv/usr/bin/distvouch ]] || wrong "no distvouch in BROOT"
	[[ -e ${prefix}/venv/usr/share/openpgp-keys/second.asc ]] || wrong "no key in BROOT"
}

# --- scenarios ---------------------------------------------------------------------------------

# usage: idiom PN CAPABILITY...: a way in which ebuilds use the eclass, with both states of the flag
idiom() {
	local pn=$1 where=${arch} variant=${variant:-}
	shift
	scenario "${where}${variant} ${pn} USE=verify-sig" idiom_on "${pn}" "$@"
	[[ -n ${variant} || ${where} != amd64 ]] ||
		scenario "${where} ${pn} USE=-verify-sig" idiom_off "${pn}"
}
idiom_on() {
	! has_distvouch || needs "${@:2}" || return
	needs_package "$1" || return
	USE=verify-sig unpack "$1"
	accepts
	lacks 'ERROR|QA Notice|command not found'
	has 'Manifest already fixes'
	honest
	if has_distvouch; then
		has ': (manifest|openpgp|signify|minisign|sigstore|checksums?).* agrees|agrees with|agrees:'
		lacks 'gemato'
	fi
}
idiom_off() {
	needs_package "$1" || return
	USE=-verify-sig unpack "$1"
	accepts
	lacks 'ERROR|QA Notice|command not found|agrees|Checking|Manifest already'
}

# Change one bit in the middle of a file
flip() { flip_at "$1" $(( $(stat -c %s "$1") / 2 )); }
flip_at() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\x$(printf %x $(( byte ^ 1 )))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
# The same in the numbers of an OpenPGP signature, which stand at the end; before them are bytes
# that nothing covers (the unhashed area, the first two bytes of the digest)
flip_end() { flip_at "$1" $(( $(stat -c %s "$1") - 9 )); }
flip_armored() {
	gpg --batch --quiet --dearmor < "$1" > "$1.bin" 2>/dev/null
	flip_end "$1.bin"
	printf -- '-----BEGIN PGP SIGNATURE-----\n\n%s\n-----END PGP SIGNATURE-----\n' "$(base64 -w 64 "$1.bin")" > "$1"
	rm "$1.bin"
}
# In the second line, which is the signature: behind the number of the key
flip_minisign() {
	awk 'NR == 2 { $0 = substr($0, 1, 49) (substr($0, 50, 1) == "A" ? "B" : "A") substr($0, 51) } { print }' "$1" > "$1.new" &&
		mv "$1.new" "$1"
}
# usage: json PYTHON FILE: change a document, which is "d" in there
json() { python3 -c "import json, sys; p = sys.argv[1]; d = json.load(open(p)); $1; json.dump(d, open(p, 'w'))" "$2"; }
statement_changed() { json "import base64; a = d['attestation_bundles'][0]['attestations'][0]['envelope']; a['statement'] = base64.b64encode(base64.b64decode(a['statement']).replace(b'.tar.gz', b'.tar.xz')).decode()" "$1"; }
signature_changed() { json "a = d['attestation_bundles'][0]['attestations'][0]['envelope']; s = a['signature']; a['signature'] = s[:40] + ('A' if s[40] != 'A' else 'B') + s[41:]" "$1"; }
certificate_changed() { json "a = d['attestation_bundles'][0]['attestations'][0]['verification_material']; s = a['certificate']; a['certificate'] = s[:-20] + ('A' if s[-20] != 'A' else 'B') + s[-19:]" "$1"; }
proof_changed() { json "a = d['attestation_bundles'][0]['attestations'][0]['verification_material']['transparency_entries'][0]['inclusionProof']; s = a['hashes'][0]; a['hashes'][0] = ('A' if s[0] != 'A' else 'B') + s[1:]" "$1"; }
publisher_hostile() { json "d['attestation_bundles'][0]['publisher']['repository'] = 'x\\\\033[2J\\\\x1b[31m\\\\c\\x1b[31m\\x9b\\u202e\\n * forged'" "$1"; }

# usage: changed PN FILE CLASS CAPABILITY...: FILE was altered before the Manifest was made; the
# command that alters it is in "how"
changed() {
	local pn=$1 file=${distfiles}/$2 class=$3 how=${how:-flip}
	class=$(class_of "${class}")
	shift 3
	! has_distvouch || needs "$@" || return
	[[ -e ${file} ]] || { not="${file##*/} could not be had"; return; }
	keep "${file}" "${pn}"
	"${how}" "${file}"
	manifest "${pn}"
	unpack "${pn}"
	refuses "${class}"
	put_back "${file}" "${pn}"
}
# usage: keep FILE [PN]: before it is changed, and the Manifest of PN with it
keep() {
	cp -p "$1" "${fake_dir}.kept"
	[[ -z ${2-} ]] || cp -p "$(dirname "$(ebuild_of "$2")")/Manifest" "${fake_dir}.Manifest"
}
put_back() {
	cp -p "${fake_dir}.kept" "$1"
	[[ -z ${2-} ]] || cp -p "${fake_dir}.Manifest" "$(dirname "$(ebuild_of "$2")")/Manifest"
}
altered_tarball() {	# the same name in other bytes, as an attacker would do it
	local dir=${prefix}/tmp/altered
	mkdir -p "${dir}"
	tar -C "${dir}" -xf "$1"
	echo "and a surprise" >> "$(find "${dir}" -name hello)"
	tar -C "${dir}" -caf "$1" "$(ls "${dir}")"
	rm -r "${dir}"
}

# usage: other_key PN CLASS: the key in BROOT is somebody else's, or what "key" says
other_key() {
	local file=${prefix}/venv/usr/share/${key_path:-openpgp-keys/upstream.asc} class=$2
	! has_distvouch || needs "${@:3}" || return
	keep "${file}"
	cp "${prefix}/${key:-stranger.asc}" "${file}"
	USE=verify-sig unpack "$1"
	refuses "$(class_of "${class}")"
	put_back "${file}"
}

refused() {	# usage: refused PN CLASS CAPABILITY...
	! has_distvouch || needs "${@:3}" || return
	USE=verify-sig unpack "$1"
	refuses "$(class_of "$2")"
}
# usage: calls PN "CALL CLASS"...: what an ebuild does if DV_CALL says so, and is refused for
calls() {
	local pn=$1 where=${arch}${variant:-} call
	for call in "${@:2}"; do
		scenario "${where} ${pn}: ${call% *}" called "${pn}" "${call% *}" "${call#* }"
	done
}
called() { DV_CALL=$2 refused "$1" "$3"; }
# usage: called_from WHERE accepts|CLASS [VARIABLE=VALUE]: a function in one of bash's many places
called_from() {
	[[ -z ${3-} ]] || local -x "$3"
	DV_CALL=$1 USE=verify-sig unpack contexts
	if [[ $2 == accepts ]]; then
		accepts
		lacks 'ERROR|unbound variable|QA Notice'
		has 'openpgp agrees'
		case $1 in
			# of copies under other names, and of what comes out of a pipe, the Manifest settles nothing
			odd-names|pipes-everywhere) ! has_distvouch || lacks 'Manifest already fixes' ;;
			*) has 'Manifest already fixes' ;;
		esac
	else
		refuses "$(class_of "$2")"
	fi
	lacks 'unbound variable'
}
contexts() {
	local i where=${arch}${variant:-}
	for i in "$@"; do
		scenario "${where} called from: ${i}" called_from "${i}" accepts
		case ${i} in
			two-keys) scenario "${where} called from: ${i}, the other key" called_from "${i}" signer-unknown DV_SIG=asc ;;
			*) scenario "${where} called from: ${i}, refused" called_from "${i}" signer-unknown DV_SIG=sig ;;
		esac
		case ${i} in
			pipe|substitution|cd|nounset|odd-names|pipes-everywhere)
				scenario "${where} called from: ${i}, message refused" called_from "${i}" signer-unknown DV_NEWS=bad ;;
		esac
	done
}
calls_harmless() {
	local where=${arch} call
	for call in "$@"; do
		scenario "${where} hostile: ${call% *}" called_harmless "${call% *}" "${call#* }"
	done
}
called_harmless() {
	DV_CALL=$1 USE=verify-sig unpack hostile
	if [[ $2 == accepts ]]; then
		accepts
		has agrees
	else
		refuses "$(class_of "$2")"
	fi
	harmless
	# the backslash is one again, and nothing else
	has '\\+033\[2J'
}

# Real releases: distvouch and gemato give the same answer
real() {	# usage: real PN accept|refuse CAPABILITY...
	local pn=real-$1 answer
	needs "${@:3}" || return
	needs_package "${pn}" || return
	for a in amd64 alpha; do
		use_arch "${a}"
		USE=verify-sig unpack "${pn}"
		answer=refuse
		(( rc != 0 )) || answer=accept
		[[ ${answer} == "$2" ]] || wrong "${a}: ${answer}"
	done
	use_arch amd64
}

# Portage has looked at the distfile, and then somebody changes it
raced() {
	DV_HOOK=race USE=verify-sig unpack hooked
	refuses 'manifest-mismatch, signature-bad'
	mv "${distfiles}/hooked-1.tar.gz.kept" "${distfiles}/hooked-1.tar.gz"
}

# What the ebuild wants came too late for IUSE
too_late() {
	local a
	for a in amd64 alpha; do
		use_arch "${a}"
		DV_HOOK=late USE=verify-sig unpack default-asc
		refuses not-checked-no-expectation
		has 'set VERIFY_PROVENANCE_REPO before inherit'
	done
	use_arch amd64
}

# What the sandboxes of FEATURES leave visible
sandboxed() {
	DV_HOOK=look USE=verify-sig unpack "${1:-default-asc}"
	accepts
	has '^LOOK uid=250 '
	has '^LOOK .* net=lo$'
	has '^LOOK .* processes=[0-9]?[0-9] '
}

# --- a program that is broken, or hostile

# usage: fake FUNCTION; what distvouch does instead, as the body of a script
fake() {
	mkdir -p "${fake_dir}"
	printf '#!/bin/bash\n%s\n' "$1" > "${fake_dir}/distvouch"
	chmod "${2:-755}" "${fake_dir}/distvouch"
}
faked() {	# usage: faked BODY CLASS TEXT [PN]: what is said of it when it dies
	fake "$1"
	USE=verify-sig unpack "${4:-default-asc}"
	refuses "$2"
	has "^ \*   .*$3"
	rm -r "${fake_dir:?}"
}
# usage: speechless BODY STATUS [PN]: whatever it does instead of answering, nothing goes on
speechless() {
	faked "$1" not-checked-no-answer "no answer \(exit status $2\)" "${3:-default-asc}"
	harmless
}
# shellcheck disable=SC2016 # bodies of scripts
hostile_program() {
	# nothing that is not in the form of an answer is printed
	speechless 'printf "egood\tkey of \\\\033[2J\\\\c %s \033[32m\\\\x1b\\n: distvouch explain key-revoked\n" "\$(id)"
		printf "einfo -e \\\\a\\\\0033]0;x\302\233\231\n"; exit 1' unknown
	lacks 'key-revoked|\]0;'
}
unfinished() {	# usage: unfinished BODY: the answer does not end as it has to
	fake "$1"
	USE=verify-sig unpack default-asc
	refuses not-checked-no-answer
	harmless
	rm -r "${fake_dir:?}"
}
finished() {	# usage: finished BODY: and here it does not, although it looks like it
	unfinished "$1"
}
# All of ${A} in one run of the program
one_call() {	# usage: one_call PN FLAG...
	needs_package "$1" || return
	[[ $* != *provenance* ]] || needs --repository || return
	# shellcheck disable=SC2016
	fake "$(printf 'echo "CALL $*" >&2; exec %q "$@"' "${program}")"
	USE="${*:2}" unpack "$1"
	accepts
	[[ $(grep -c '^CALL ' "${log}") == 1 ]] || wrong "$(grep -c '^CALL ' "${log}") calls"
	has '^CALL portage all .*--filesdir=/'
	has 'The Manifest already fixes these bytes'
	rm -r "${fake_dir:?}"
}
not_startable() {
	# first in PATH, but its interpreter is not there
	fake '' && printf '#!/nonexistent/interpreter\n' > "${fake_dir}/distvouch"
	USE=verify-sig unpack default-asc
	refuses not-checked-no-answer
	has 'no answer \(exit status 12[67]\)'
	rm -r "${fake_dir:?}"
}
missing() {
	local program=${prefix}/venv/usr/bin/distvouch
	mv "${program}" "${program}.away"
	USE=verify-sig unpack default-asc
	mv "${program}.away" "${program}"
	refuses not-checked-no-answer
	has 'no answer \(exit status 127\)'
}
# usage: faked_other ARCH PROGRAM BODY CLASS TEXT PN: the same for gemato, signify, minisign
faked_other() {
	use_arch "$1"
	mkdir -p "${fake_dir}"
	printf '#!/bin/bash\n%s\n' "$3" > "${fake_dir}/$2"
	chmod 755 "${fake_dir}/$2"
	USE=verify-sig unpack "$6"
	refuses "$4"
	has "$5"
	rm -r "${fake_dir:?}"
	use_arch amd64
}
# usage: not_checked VALUE: what a user's VERIFY_SIG_STRICT leads to
# shellcheck disable=SC2016 # bodies of scripts
not_checked() {
	local text="x: not-checked-build: built without Sigstore"
	fake '[[ " $* " != *" --strict "* ]] ||
			{ printf "die\t'"${text}"', and VERIFY_SIG_STRICT=yes; see \x27distvouch explain not-checked-build\x27\n"; exit 1; }
		printf "ewarn\tx: provenance not checked: not-checked-build: built without Sigstore\ndone\n"'
	USE=verify-sig VERIFY_SIG_STRICT=$1 unpack default-asc
	if [[ $1 != @(no|n|0|false|off|NO|Off) ]]; then
		refuses not-checked-build
		has 'VERIFY_SIG_STRICT=yes'
	else
		accepts
		has ' \* .*not checked'
	fi
	rm -r "${fake_dir:?}"
}

# --- provenance

provenance() {	# usage: provenance PN CAPABILITY...
	has_distvouch && { needs --repository "${@:2}" || return; }
	needs_package "$1" || return
	USE="verify-provenance verify-sig" unpack "$1"
	accepts
	if has_distvouch; then
		has 'provenance agrees'
		# at the emerge, the Manifest has settled more than provenance can
		has 'The Manifest already fixes these bytes'
		has 'Provenance changes nothing here'
		lacks 'these get past as well|here no Manifest agreed'
	else
		has 'provenance: not checked: .*not-checked-arch'
	fi
}
provenance_off() {
	needs_package "$1" || return
	USE="-verify-provenance -verify-sig" unpack "$1"
	accepts
	lacks 'provenance|agrees|not checked'
}
provenance_refused() {	# usage: provenance_refused PN CLASS
	needs --repository || return
	needs_package "$1" || return
	USE=verify-provenance unpack "$1"
	refuses "$2"
}
nonfatal_provenance() { DV_CALL=nonfatal provenance_refused pypi-attestations-elsewhere publisher-mismatch; }
hostile_distfile() {
	# distvouch takes no Manifest with such a name in it
	local class="not-checked-no-answer"
	has_distvouch || class="signature-bad"
	refused hostile-name "${class}"
	# Portage itself prints the name as it is, but does nothing with it
	harmless
	has '\\+033\[2J\\+x1b'
}
# usage: pinned PIN=VALUE CLASS: another pin than the ebuild has
pinned() {
	local pin=${1%%=*}
	pin=${pin,,}
	needs "--${pin//_/-}" || return
	DV_PIN=$1 provenance_refused pypi-attestations-pinned "$2"
}
# usage: pinned_array PN PINS accepts|CLASS: all of them in VERIFY_PROVENANCE_PINS
pinned_array() {
	needs_package "$1" || return
	DV_PINS=$2 USE="verify-sig verify-provenance" unpack "$1"
	if [[ $3 == accepts ]]; then
		accepts
		has ' agrees: '
	else
		refuses "$3"
	fi
}
# The pins count however the repository is spelled
spelled() {	# usage: spelled REPOSITORY
	DV_REPO=$1 provenance_refused pypi-attestations-spelled workflow-mismatch
}
# What nobody signed, the index's publisher, is hostile
hostile_publisher() {
	how=publisher_hostile changed_provenance pypi-attestations-own pypi_attestations-0.0.19.tar.gz.provenance publisher-disagrees --repository
	harmless
}
# The ebuilds over pypi.eclass as it is: who is asked
pypi_alone() {
	needs_package "$1" || return
	USE=verify-provenance unpack "$1"
	accepts
	has 'pypi-attestations was asked: verify pypi --offline'
	lacks 'provenance agrees'
}
pypi_unchanged() {
	needs_package "$1" || return
	diff -q "${gentoo}/eclass/pypi.eclass" "${here}/gentoo/eclass/pypi.eclass" >/dev/null || wrong "pypi.eclass was changed"
	[[ ! -e ${overlay}/eclass/pypi.eclass ]] || wrong "the overlay has a pypi.eclass"
	provenance "$1"
	lacks 'pypi-attestations was asked'
}
changed_provenance() { USE=verify-provenance changed "$@"; }
strict_fallback() {
	needs_package "$1" || return
	USE="verify-provenance verify-sig" VERIFY_SIG_STRICT=yes unpack "$1"
	refuses 'not-checked-arch'
}
# usage: without PN CHECK: this package with a distvouch that was built without Sigstore
with_a_build_without() {
	[[ -x ${without_sigstore} ]] || { not="no build without Sigstore, see DISTVOUCH_WITHOUT_SIGSTORE"; return; }
	mkdir -p "${fake_dir}"
	ln -s "${without_sigstore}" "${fake_dir}/distvouch"
	"$@"
	rm -r "${fake_dir:?}"
}
built_without() {	# usage: built_without no|yes PN [CHECK]; CHECK still agrees
	needs_package "$2" || return
	USE="verify-provenance verify-sig" VERIFY_SIG_STRICT=$1 unpack "$2"
	if [[ $1 == yes ]]; then
		refuses not-checked-build
	else
		accepts
		[[ -z ${3-} ]] || has "$3 agrees"
		has 'not checked: not-checked-build'
	fi
}

# --- dependencies, emerge

resolves() {	# usage: resolves ARCH
	log=${logs}/resolve-$1
	use_arch "$1"
	local kept=${prefix}/venv/var/db/pkg
	mv "${kept}" "${kept}.away"	# as if nothing were installed
	USE="verify-sig verify-provenance" emerge --pretend app-test/default-asc dev-python/pypi-attestations-signed \
		>"${log}" 2>&1 </dev/null || wrong "exit status $?"
	rm -rf "${kept}"
	mv "${kept}.away" "${kept}"
	if has_distvouch; then
		has 'app-portage/distvouch-0.1.0'
		lacks 'gemato'
	else
		has 'app-portage/gemato'
		has 'app-crypt/gnupg'
		lacks 'distvouch-0'
	fi
	use_arch amd64
}
# usage: native_emerge ARCH PACKAGE...; as on Gentoo, BROOT is empty and dependencies are merged
native_emerge() {
	log=${logs}/${name//[^a-zA-Z0-9_+.-]/_}
	local arch=$1 package
	DV_HOOK=look NATIVE_ARCH=$1 "${prefix}/native" env USE="verify-sig verify-provenance" \
		bash -c 'emerge "$@"; find /usr/share/default-asc /usr/share/pypi-attestations-* /usr/bin/distvouch -type f' native "${@:2}" \
		>"${log}" 2>&1 </dev/null
	for package in "${@:2}"; do has "^>>> Completed .*${package}-[0-9]"; done
	has '^LOOK uid=250 .* net=lo$'
	has '^LOOK .* processes=[0-9]?[0-9] '
	lacks '^LOOK uid=0|^LOOK .* net=.*[^o]$'
	if has_distvouch; then
		has '(openpgp|provenance) agrees'
		has '^/usr/bin/distvouch'
	else
		lacks '^/usr/bin/distvouch'
	fi
	[[ ! -e /usr/share/default-asc && ! -e /usr/share/pypi-attestations-both ]] || wrong "this machine was touched"
}
native_signature() {
	native_emerge "$1" app-test/default-asc
	has '^/usr/share/default-asc/hello'
}
native_both() {
	needs_package pypi-attestations-signed || return
	native_emerge "$1" app-test/default-asc dev-python/pypi-attestations-signed
	has 'provenance: not checked: .*not-checked-arch'
}
# From fetch to merge over pypi.eclass as it is
native_pypi() {	# usage: native_pypi ARCH PN
	needs_package "$2" || return
	native_emerge "$1" "dev-python/$2"
	has "^/usr/share/$2/pypi_attestations/.*\.pyc\$"
	has '>>> Compiling source'
	lacks 'pypi-attestations was asked'
	has_distvouch || has 'provenance: not checked: .*not-checked-arch'
}
eapi9() {
	[[ -x ${prefix}/bash53/bash ]] || { not="there is no bash 5.3"; return; }
	log=${logs}/eapi9
	NATIVE_BASH53=1 "${prefix}/native" env USE=verify-sig bash -c "
		cd ${overlay}/app-test/eapi9 && emerge app-test/eapi9 &&
		printf 'x' | gzip >> ${distfiles}/eapi9-1.tar.gz && rm Manifest && ebuild eapi9-1.ebuild manifest &&
		! ebuild eapi9-1.ebuild clean unpack && ! ls ${work}/app-test/eapi9-1/work/*" >"${log}" 2>&1 </dev/null ||
		wrong "exit status $?"
	has '^>>> Completed .*app-test/eapi9-1'
	has 'openpgp agrees'
	has 'signature-bad'
}

# The eclass takes the place of ::gentoo's where repos.conf says so, and only there
overridden() {
	USE=verify-sig unpack stock
	accepts
	has 'openpgp agrees'
	lacks 'This is the eclass of ::gentoo'
	sed -i.kept 's/^eclass-overrides/#&/' "${PORTAGE_CONFIGROOT}/etc/portage/repos.conf"
	USE=verify-sig unpack stock
	mv "${PORTAGE_CONFIGROOT}/etc/portage/repos.conf"{.kept,}
	has 'This is the eclass of ::gentoo'
}

refreshed() {	# usage: refreshed; the user wants keys refreshed, and there is no network
	needs detached || return
	VERIFY_SIG_OPENPGP_KEY_REFRESH=yes USE=verify-sig unpack explicit-key
	accepts
	has 'Keys were not refreshed'
}
refreshed_gemato() {
	VERIFY_SIG_OPENPGP_KEY_REFRESH=yes USE=verify-sig unpack keyserver
	# gemato tries, and the network-sandbox does not let it
	[[ ${rc} != 0 ]] || wrong "exit status 0"
	has 'keys.example.org|[Rr]efresh|keyserver'
}

# --- another package manager, linters

pkgcore() {	# run a program of pkgcore: it reads /etc/portage
	NATIVE_BASH53=${bash53} "${prefix}/native" env XDG_CACHE_HOME=/tmp/xdg USE="${USE-}" \
		PATH="${prefix}/venv-pkgcheck/bin:${prefix}/venv/bin:${prefix}/venv/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
		"$@" </dev/null
}
pebuild() {	# usage: pebuild PN accepts|refuses [CAPABILITY...]
	[[ -x ${prefix}/venv-pkgcheck/bin/pebuild ]] || { not="there is no pkgcore"; return; }
	needs "${@:3}" || return
	log=${logs}/pebuild-$1
	local e
	e=$(ebuild_of "$1")
	# keys are in /usr/share here: BROOT is empty
	pkgcore bash -c "cp -r ${prefix}/venv/usr/share/openpgp-keys /usr/share/ && cp ${program} /usr/bin/distvouch &&
		rm -rf ${work} && USE=verify-sig pebuild ${e} unpack; rc=\$?; find ${work} -name hello; exit \$rc" >"${log}" 2>&1
	rc=$?
	if [[ $2 == accepts ]]; then
		[[ ${rc} == 0 ]] || wrong "exit status ${rc}"
		has '/work/.*/hello$'
		has 'agrees'
	else
		# pebuild's own exit status is 0 even so (pkgcore 0.12.33)
		has 'ERROR: .* failed \(unpack phase\)'
		lacks '/work/.*/hello$'
		has "$2"
	fi
}
pkgcheck() {
	[[ -x ${prefix}/venv-pkgcheck/bin/pkgcheck ]] || { not="there is no pkgcheck"; return; }
	log=${logs}/pkgcheck
	# what is not looked for, and why: doc/eclass.md
	local repo order
	: > "${log}"
	for repo in "${overlay}" "${proposed}"; do
		pkgcore pkgcheck scan --keywords=-VariableScope,-MatchingChksums,-PythonMismatchedPackageName,-EclassExportFuncsBeforeInherit \
			--exit error,warning,style -r "${repo}" >>"${log}" 2>&1 ||
			wrong "it has findings: $(grep -cE '^  ' "${log}")"
	done
	# pkgcheck looks at the commands of an eclass in no fixed order, so this is looked at here
	for repo in "${overlay}" "${proposed}"; do
		order=$(sed -nE 's/^[^#]*\b(inherit|EXPORT_FUNCTIONS) .*/\1/p' "${repo}"/eclass/*.eclass | uniq | tr '\n' ' ')
		[[ ${order} != *"EXPORT_FUNCTIONS inherit"* ]] || wrong "EXPORT_FUNCTIONS stands before inherit"
	done
	lacks 'NonsolvableDeps|Eclass'
	! grep -qE '^  ' "${log}" || wrong "it has findings"
}
eclassdoc() {
	[[ -x ${prefix}/venv-pkgcheck/bin/pmaint ]] || { not="there is no pkgcore"; return; }
	log=${logs}/eclassdoc
	pkgcore bash -c "cd /tmp && pmaint eclass -f rst ${overlay}/eclass/verify-sig.eclass && cat verify-sig.eclass.rst" \
		>"${log}" 2>&1 || wrong "exit status $?"
	local f
	for f in verify_detached verify_message verify_unsigned_checksums verify_signed_checksums \
		uncompress_verify_unpack verify_provenance pypi_provenance_uri src_unpack; do
		has "verify-sig_${f}"
	done
	# words that claim more than any check can tell
	! grep -iwE 'verified|valid|trusted|good|secure|safe|ok|passed|ticks?|green' "${log}" |
		grep -viE 'trusted root' || wrong "a word of the list is used"
}
shellchecked() {
	type -P shellcheck >/dev/null || { not="there is no shellcheck"; return; }
	log=${logs}/shellcheck
	( cd "${here}" && shellcheck -x -P "${top}" package metadata ../../eclass/make-distfiles setup.sh distfiles.sh native run scenarios.sh bashrc checksums.sh ) >"${log}" 2>&1 ||
		wrong "scripts"
	# what is not looked for, and why: doc/eclass.md
	shellcheck --shell=bash --exclude=SC2034,SC2154,SC2086,SC2068 "${here}/../../eclass/verify-sig.eclass" \
		>>"${log}" 2>&1 || wrong "eclass"
}

# --- all of them -------------------------------------------------------------------------------

idioms=(
	"default-asc" "default-several" "default-two-sigs" "default-sign uncompressed"
	"renamed" "broot-key" "explicit-key detached" "loop detached" "stdin detached" "kernel detached"
	"kernel-formats detached" "sums-detached detached checksums" "sums-formats checksums"
	"sums-clearsigned message checksums" "pipe message checksums" "procsub detached checksums"
	"message-file message checksums" "message-stdin message checksums" "local-key detached"
	"two-keys detached" "workdir-copy detached" "partial detached" "calls-default" "conditional"
	"keyserver" "eapi7" "signify --signify-key" "signify-sums message checksums"
	"stdin-signify --signify-key" "minisig --minisign-key" "stdin-minisig --minisign-key"
)

# What is refused as it stands, and the class. A list of checksums of its own is in DV_LIST.
refusals=(
	"stranger signer-unknown" "bad signature-bad" "stdin signature-bad" "procsub signature-bad"
	"uncompress signature-bad" "no-signature signature-malformed" "no-file not-checked-no-answer"
	"no-key-file not-checked-no-expectation" "message signature-bad"
	"message-stdin signature-bad" "no-message not-checked-no-answer" "sums checksum-mismatch"
	"armor not-checked-no-expectation" "no-list not-checked-no-answer"
)
nonfatals=(
	"verify_detached signature-bad" "uncompress_verify_unpack signature-bad" "verify_message signature-bad"
	"verify_unsigned_checksums checksum-mismatch" "verify_signed_checksums checksum-mismatch"
	"src_unpack signature-stray"
)
hostiles=(
	"agrees accepts" "bad signature-bad" "message signature-malformed" "key not-checked-no-expectation"
	"no-file not-checked-no-answer" "no-list not-checked-no-answer" "armor not-checked-no-expectation"
	"sums checksum-mismatch" "uncompress signature-bad"
)
pins=(
	"WORKFLOW=.github/workflows/other.yml workflow-mismatch"
	"REF=refs/heads/* ref-mismatch"
	"TRIGGER=push,workflow_dispatch trigger-mismatch"
	"RUNNER=self-hosted runner-mismatch"
	"REPOSITORY_ID=772247424 repository-reregistered"
	"OWNER_ID=2314424 repository-transferred"
	"ENVIRONMENT=pypi environment-mismatch"
	"SIGNER=https://github.com/trailofbits/workflows/.github/workflows/release.yml workflow-mismatch"
)

# usage: beside FUNCTION: run these scenarios in the background, in a PORTAGE_TMPDIR of their own
beside() { lane "$1" > "${logs}/$1" & }
lane() {
	local -x PORTAGE_TMPDIR=${prefix}/tmp/$1
	local work=${PORTAGE_TMPDIR}/portage fake_dir=${prefix}/fake-$1 lane=$1
	mkdir -p "${PORTAGE_TMPDIR}"
	chmod 1777 "${PORTAGE_TMPDIR}"
	"$1"
}
# usage: joined FUNCTION: wait for them, and take over what they found
joined() {
	wait
	cat "${logs}/$1"
	(( passed += $(grep -c '^as said' "${logs}/$1") ))
	(( failed += $(grep -c '^FAILED' "${logs}/$1") ))
	(( skipped += $(grep -c '^skipped' "${logs}/$1") ))
}

# The other architectures, and what else leaves the packages as they are
# shellcheck disable=SC2086 # the words of idioms
elsewhere() {
	local i a

	# gemato, gpg, minisign
	use_arch alpha
	for i in "${idioms[@]}"; do
		[[ ${i} == *signify* ]] || idiom ${i}
	done
	contexts pipe substitution subshell loop cd nounset two-keys odd-names
	scenario "alpha signify USE=verify-sig" announced signify "signify signature"
	scenario "alpha stdin-signify USE=verify-sig" announced stdin-signify "signify signature"
	scenario "alpha signify-sums USE=verify-sig" announced signify-sums "signify message"
	scenario "alpha sigstore USE=verify-sig" announced sigstore "sigstore signature"
	scenario "alpha signify, strict" strict_fallback signify
	scenario "alpha signify message, strict" strict_fallback signify-sums
	calls refusals "${refusals[@]}" "no-key signature-refused"
	calls_harmless "${hostiles[@]}"
	# and signify
	use_arch hppa
	for i in default-asc kernel pipe minisig stdin-minisig; do idiom ${i}; done
	scenario "hppa signify USE=verify-sig" with_signify signify
	scenario "hppa stdin-signify USE=verify-sig" with_signify stdin-signify
	scenario "hppa signify-sums USE=verify-sig" with_signify signify-sums
	use_arch m68k
	for i in default-asc kernel pipe minisig; do idiom ${i}; done
	scenario "m68k signify USE=verify-sig" announced signify "signify signature"
	for a in arm64 riscv; do
		use_arch ${a}
		for i in "default-asc" "default-several" "explicit-key detached" "kernel detached" \
			"pipe message checksums"; do idiom ${i}; done
	done

	for a in arm64 riscv alpha hppa m68k; do
		use_arch ${a}
		scenario "${a} userpriv, network-sandbox, pid-sandbox" sandboxed
		scenario "${a} default-asc USE=-verify-sig" idiom_off default-asc
		scenario "${a} pypi-attestations-own USE=-verify-provenance" provenance_off pypi-attestations-own
		scenario "${a} pypi-attestations-own USE=verify-provenance" provenance pypi-attestations-own
		scenario "${a} pypi-attestations-signed USE=verify-provenance" provenance pypi-attestations-signed
		scenario "${a} distfile without a signature" refused unsigned signature-absent
		scenario "${a} signature for no distfile" refused stray signature-stray
		case ${a} in
			alpha) ;;
			*) calls refusals "stranger signer-unknown" "bad signature-bad" "sums checksum-mismatch" ;;
		esac
		if has_distvouch; then
			scenario "${a} provenance of another repository" provenance_refused pypi-attestations-elsewhere publisher-mismatch
		else
			scenario "${a} provenance, strict" strict_fallback pypi-attestations-own
			scenario "${a} provenance and signature, strict" strict_fallback pypi-attestations-signed
			scenario "${a} Sigstore, strict" strict_fallback sigstore
			scenario "${a} signature alone, strict" strict_signature default-asc
		fi
	done
}

# What changes other files than the scenarios beside which it runs, and no key
# shellcheck disable=SC2086 # the words of the list
provenance_changes() {
	local i
	i=pypi_attestations-0.0.19.tar.gz.provenance
	scenario "provenance changed: signature" env_how signature_changed changed_provenance pypi-attestations-own ${i} signature-bad --repository
	scenario "provenance changed: statement" env_how statement_changed changed_provenance pypi-attestations-both ${i} signature-bad --repository
	scenario "provenance changed: certificate" env_how certificate_changed changed_provenance pypi-attestations-own ${i} certificate-untrusted --repository
	scenario "provenance changed: log" env_how proof_changed changed_provenance pypi-attestations-changed ${i} log-entry --repository
	scenario "provenance changed: hostile publisher" hostile_publisher
	for i in pypi-attestations-own pypi-attestations-both pypi-attestations-changed; do
		scenario "distfile changed, provenance: ${i}" changed_provenance ${i} pypi_attestations-0.0.19.tar.gz \
			subject-digest --repository
	done
	scenario "hostile ref" hostile_ref
	for i in "pciutils accept" "byacc accept" "dos2unix refuse" "ofono accept detached"; do
		scenario "real release: ${i%% *}, distvouch and gemato alike" real ${i}
	done
	scenario "lists of checksums, distvouch and the fallback alike" alike_checksums
}

# shellcheck disable=SC2086 # the words of idioms
all_scenarios() {
	local i a variant bash53=''
	[[ ! -x ${prefix}/bash53/bash ]] || bash53=1

	scenario "ebuild manifest, all packages" manifests
	scenario "emerge: BDEPEND" bdepend
	scenario "SRC_URI in every idiom, and bump after ebuild manifest" idioms_alike
	scenario "amd64 userpriv, network-sandbox, pid-sandbox" sandboxed

	# No package and no key is changed here, so that two at a time do not disturb each other
	beside elsewhere
	for i in "${idioms[@]}"; do idiom ${i}; done
	contexts pipe substitution subshell background condition loop cd nounset errexit noglob ifs two-keys \
		odd-names pipes-everywhere
	idiom sigstore --identity
	idiom sigstore-own --identity
	scenario "amd64 default-several USE=doc" several_with_doc
	calls refusals "${refusals[@]}" "no-key not-checked-no-answer"
	calls_harmless "${hostiles[@]}" "provenance not-checked-no-answer"
	for a in amd64 alpha; do
		use_arch ${a}
		calls nonfatal "${nonfatals[@]}"
		scenario "${a} distfile without a signature" refused unsigned signature-absent
		scenario "${a} signature for no distfile" refused stray signature-stray
		scenario "${a} hostile distfile" hostile_distfile
		scenario "${a} no key path" refused keyless not-checked-no-expectation
	done
	use_arch amd64

	# EAPI 8 with EAPI 9's rule
	export PORTAGE_DO_NOT_EXPORT_PMS_VARS=1
	variant=" no-export"
	for i in "default-asc" "default-several" "explicit-key detached" "stdin detached" "kernel detached" \
		"sums-detached detached checksums" "pipe message checksums" "procsub detached checksums" \
		"message-file message checksums" "signify-sums message checksums" "minisig --minisign-key"; do
		idiom ${i}
	done
	calls refusals "stranger signer-unknown" "bad signature-bad" "uncompress signature-bad" \
		"message signature-bad" "sums checksum-mismatch"
	scenario "amd64 no-export distfile without a signature" refused unsigned signature-absent
	scenario "amd64 no-export signature for no distfile" refused stray signature-stray
	use_arch alpha
	calls refusals "bad signature-bad" "sums checksum-mismatch"
	use_arch amd64
	unset PORTAGE_DO_NOT_EXPORT_PMS_VARS
	variant=

	# provenance
	for i in "pypi-attestations-changed" "pypi-attestations-direct --workflow --upstream-name" \
		"pypi-attestations-pinned --workflow --ref --trigger --runner --repository-id --owner-id --signer" \
		"pypi-attestations-signed" "abi3info --upstream-name" "gcb-attestation-test --publisher"; do
		scenario "amd64 ${i%% *} USE=verify-provenance" provenance ${i}
		scenario "amd64 ${i%% *} USE=-verify-provenance" provenance_off ${i%% *}
	done
	# over pypi.eclass as it is
	for i in pypi-attestations-own pypi-attestations-both; do
		scenario "amd64 ${i} USE=verify-provenance" pypi_unchanged ${i}
		scenario "amd64 ${i} USE=-verify-provenance" provenance_off ${i}
	done
	scenario "amd64 pypi-attestations-alone asks pypi-attestations" pypi_alone pypi-attestations-alone
	scenario "provenance of another repository" provenance_refused pypi-attestations-elsewhere publisher-mismatch
	for i in "" https://github.com/trailofbits/pypi-attestations/ https://github.com/TrailOfBits/pypi-attestations; do
		scenario "provenance, repository as ${i:-….git}" spelled "${i}"
	done
	scenario "provenance of another repository, nonfatal" nonfatal_provenance
	scenario "provenance of another service account" provenance_refused gcb-attestation-elsewhere publisher-mismatch
	scenario "provenance without attestations" provenance_refused pypi-attestations-empty provenance-empty
	for i in "${pins[@]}"; do scenario "pin ${i%% *}" pinned ${i}; done
	i='--workflow=.github/workflows/release.yml --ref=refs/tags/v* --owner-id=2314423'
	scenario "pins in one array" pinned_array pypi-attestations-pinned "${i}" accepts
	scenario "pins in one array, another ref" pinned_array pypi-attestations-pinned "${i/tags/heads}" ref-mismatch
	scenario "pins in one array, no such pin" pinned_array pypi-attestations-pinned "${i/owner/owners}" not-checked-no-answer
	i='--repository=https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon --ref=refs/heads/main'
	scenario "pins of a bundle" pinned_array sigstore-own "${i}" accepts
	scenario "pins of a bundle, another ref" pinned_array sigstore-own "${i/heads/tags}" ref-mismatch
	scenario "pins of a bundle, another repository" pinned_array sigstore-own "${i/oidc/odic}" publisher-mismatch
	joined elsewhere
	scenario "amd64 EAPI 9 under bash 5.3" eapi9

	# one byte changed before the Manifest was recorded
	beside provenance_changes
	export USE=verify-sig
	for a in amd64 alpha; do
		use_arch ${a}
		scenario "${a} distfile changed" changed default-asc default-asc-1.tar.gz signature-bad
		scenario "${a} distfile changed, signature over the tarball" \
			env_how altered_tarball changed kernel kernel-1.tar.xz signature-bad detached
		scenario "${a} distfile changed, from stdin" \
			env_how altered_tarball changed stdin stdin-1.tar.xz signature-bad detached
		scenario "${a} distfile changed, list of checksums" \
			env_how altered_tarball changed sums-detached sums-detached-1.tar.gz checksum-mismatch detached checksums
		scenario "${a} distfile changed, clearsigned list" \
			env_how altered_tarball changed sums-clearsigned sums-clearsigned-1.tar.gz checksum-mismatch message checksums
		scenario "${a} distfile changed, in a pipe" \
			env_how altered_tarball changed pipe pipe-1.tar.gz checksum-mismatch message checksums
		scenario "${a} distfile is not a whole stream" \
			env_how cut_short changed kernel kernel-1.tar.xz stream-malformed detached
		scenario "${a} signature changed" env_how flip_armored changed default-asc default-asc-1.tar.gz.asc signature-bad
		scenario "${a} binary signature changed" env_how flip_end changed default-several default-several-1.tar.xz.sig signature-bad
		scenario "${a} message changed" env_how altered_text changed pipe pipe-1.sums.asc signature-bad message
		scenario "${a} message beside the armor" env_how text_before unsigned_text
		scenario "${a} minisign signature changed" env_how flip_minisign changed minisig minisig-1.tar.gz.minisig signature-bad --minisign-key
		scenario "${a} distfile changed, minisign" env_how altered_tarball changed minisig minisig-1.tar.gz signature-bad --minisign-key
		scenario "${a} distfile changed, minisign from stdin" \
			env_how altered_tarball changed stdin-minisig stdin-minisig-1.tar.xz signature-bad --minisign-key
		scenario "${a} another key" other_key default-asc signer-unknown
		scenario "${a} another key, message" other_key pipe signer-unknown message
		scenario "${a} revoked key" revoked_key default-asc key-revoked
		scenario "${a} revoked key, message" revoked_key pipe key-revoked message
		# gpg does not import it
		i=signer-unknown
		scenario "${a} key changed" altered_key default-asc "${i}"
		scenario "${a} minisign key changed" altered_minisign_key minisig signature-bad --minisign-key
	done
	use_arch hppa
	scenario "hppa distfile changed, signify" with_signify_too env_how altered_tarball changed signify signify-1.tar.gz signature-bad
	scenario "hppa distfile changed, signify list" \
		with_signify_too env_how altered_tarball changed signify-sums signify-sums-1.tar.gz checksum-mismatch
	scenario "hppa distfile changed, signify from stdin" \
		with_signify_too env_how altered_tarball changed stdin-signify stdin-signify-1.tar.xz signature-bad
	scenario "hppa signify key changed" with_signify_too altered_signify_key signify signature-bad
	use_arch amd64
	scenario "amd64 distfile changed, signify" env_how altered_tarball changed signify signify-1.tar.gz signature-bad --signify-key
	scenario "amd64 distfile changed, signify list" env_how altered_tarball changed signify-sums signify-sums-1.tar.gz checksum-mismatch message checksums
	scenario "amd64 distfile changed, signify from stdin" \
		env_how altered_tarball changed stdin-signify stdin-signify-1.tar.xz signature-bad --signify-key
	scenario "amd64 signify key changed" altered_signify_key signify signature-bad --signify-key
	scenario "amd64 distfile changed, Sigstore" changed sigstore sigstore-1.txt subject-digest --identity
	unset USE
	scenario "distfile changed after Portage looked" raced
	scenario "provenance asked for after inherit" too_late

	joined provenance_changes

	# the program itself
	scenario "program killed" speechless 'kill -SEGV $$' 139
	scenario "program leaves with 1" faked 'printf "die\tx: key-revoked: by its owner; see \x27distvouch explain key-revoked\x27\n"; exit 1' key-revoked 'by its owner'
	scenario "program leaves with 1, for no reason" speechless 'exit 1' 1
	scenario "program leaves with 2" speechless 'echo "distvouch: error: no" >&2; exit 2' 2
	scenario "program leaves with 3 and an error" faked 'printf "eerror\tx: openpgp contradicts: signature-bad: no\ndie\tx: signature-bad: no; see \x27distvouch explain signature-bad\x27\n"; exit 3' signature-bad ''
	scenario "program says something that is no answer" speechless 'echo agrees; exit 0' unknown
	scenario "program says it at a level that there is not" speechless 'printf "egood\tagrees\n"; exit 0' unknown
	scenario "program leaves with 4" speechless 'echo x; exit 4' unknown
	scenario "program says nothing" speechless 'exit 0' 0
	scenario "program leaves with 1, nonfatal" speechless 'exit 1' 1 nonfatal
	scenario "program not startable" not_startable
	scenario "program missing" missing
	scenario "program hostile" hostile_program
	# what comes before the end does not count, and the end is one line
	local -A ends=(
		["says done twice"]='printf "done\ndone\n"'
		["says done twice, between lines"]='printf "done\nsay\tx: openpgp agrees\ndone\n"'
		["says something after done"]='printf "done\nsay\tx: openpgp agrees\n"'
		["warns after done"]='printf "done\newarn\tx\n"'
		["refuses after done"]='printf "done\ndie\tx: key-revoked: x; see \x27distvouch explain key-revoked\x27\n"'
		["writes rubbish after done"]='echo done; head -c 3000 /dev/urandom | tr -d "\0"'
		["writes an empty line after done"]='printf "done\n\n"'
		["writes an empty line"]='echo; echo done'
		["writes rubbish"]='head -c 3000 /dev/urandom | tr -d "\0"; echo; echo done'
		["writes rubbish without end"]='yes'
		["says done in another way"]='echo "done "'
		["says done in capitals"]='echo DONE'
		["says done with a carriage return"]='printf "done\r\n"'
		["says done in a line that is said"]='printf "say\tdone\n"'
		["says done and is killed"]='echo done; kill -KILL $$'
		["says done and leaves with 1"]='echo done; exit 1'
		["says done and the status as well"]='printf "done\nstatus 0\n"'
		["ends in the middle of done"]='printf don; exit 0'
		["is killed in the middle of an answer"]='printf "say\tx: openpgp agrees\n"; kill -KILL $$'
		["is out of memory"]="ulimit -v 9000; exec ${program@Q} \"\$@\""
		["is out of memory later"]="
			# as much as is not enough
			for (( kib = 200000; kib > 9000; kib -= 1000 )); do
				( ulimit -v \${kib}; exec ${program@Q} \"\$@\" ) >/dev/null 2>&1 || break
			done
			ulimit -v \${kib}; exec ${program@Q} \"\$@\""
		["cannot write"]="exec ${program@Q} \"\$@\" >&-"
		["writes to a full disk"]="exec ${program@Q} \"\$@\" > /dev/full"
		["is an older one"]="exec ${program@Q} \"\$1\" --interface=2 \"\${@:3}\""
	)
	for i in "${!ends[@]}"; do scenario "program ${i}" unfinished "${ends[${i}]}"; done
	scenario "program ends without a line end" finished 'printf done'
	scenario "gemato killed" faked_other alpha gemato 'kill -SEGV $$' signature-refused '' default-asc
	scenario "gemato not startable" faked_other alpha gemato 'exit 127' signature-refused '' default-asc
	scenario "gemato refuses, and nobody knows why" faked_other alpha gemato 'echo "because of this"; exit 1' \
		signature-refused '^because of this' default-asc
	scenario "minisign killed" faked_other hppa minisign 'kill -KILL $$' signature-refused '' minisig
	scenario "signify killed" faked_other hppa signify 'kill -KILL $$' signature-refused '' signify
	scenario "signify hostile" faked_other hppa signify 'echo "signify: signature verification failed" >&2; exit 1' \
		signature-refused '^signify: signature verification failed' signify
	scenario "one call for several distfiles" one_call default-several verify-sig doc
	scenario "one call for signature and provenance" \
		one_call pypi-attestations-signed verify-sig verify-provenance
	scenario "not checked" not_checked no
	for i in 0 false off NO; do scenario "not checked, strict: ${i}" not_checked "${i}"; done
	for i in yes YES 1 on nope; do scenario "not checked, strict: ${i}" not_checked "${i}"; done
	scenario "keys wanted refreshed" refreshed
	use_arch alpha
	scenario "keys wanted refreshed, gemato" refreshed_gemato
	use_arch amd64

	scenario "built without Sigstore" with_a_build_without built_without no pypi-attestations-signed openpgp
	scenario "built without Sigstore, strict" with_a_build_without built_without yes pypi-attestations-signed
	scenario "built without Sigstore, bundle" with_a_build_without built_without no sigstore
	scenario "built without Sigstore, bundle by hand" with_a_build_without built_without no sigstore-own
	scenario "built without Sigstore, bundle, strict" with_a_build_without built_without yes sigstore
	export USE="verify-sig verify-provenance"
	scenario "built without Sigstore, signature changed" with_a_build_without env_how flip_armored \
		changed pypi-attestations-signed pypi_attestations-0.0.19.tar.gz.asc signature-bad
	unset USE

	for a in amd64 arm64 riscv alpha hppa m68k; do scenario "${a} BDEPEND resolves" resolves ${a}; done
	scenario "amd64 emerge, not prefixed" native_signature amd64
	scenario "alpha emerge, not prefixed" native_signature alpha
	scenario "m68k emerge with provenance, not prefixed" native_both m68k
	scenario "riscv emerge, not prefixed" native_signature riscv
	scenario "amd64 emerge over pypi.eclass as it is, not prefixed" native_pypi amd64 pypi-attestations-both
	scenario "hppa emerge over pypi.eclass as it is, not prefixed" native_pypi hppa pypi-attestations-own
	scenario "eclass-overrides" overridden

	scenario "pebuild default-asc" pebuild default-asc accepts
	scenario "pebuild kernel" pebuild kernel accepts detached
	scenario "pebuild pipe" pebuild pipe accepts message checksums
	scenario "pebuild unsigned" pebuild unsigned signature-absent
	scenario "pkgcheck" pkgcheck
	scenario "eclassdoc" eclassdoc
	scenario "shellcheck" shellchecked
	scenario "every class that was named is explained" explained
}

revoked_key() { local key=revoked.asc; other_key "$@"; }
altered_key() { local key=altered.asc; other_key "$@"; }
altered_signify_key() {
	local key key_path=signify-keys/upstream.pub
	key=$(readable_key signify "${distfiles}/signify-1.tar.gz"{.sig,})
	other_key "$@"
}
altered_minisign_key() {
	local key key_path=minisig-keys/upstream.pub
	key=$(readable_key minisign "${distfiles}/minisig-1.tar.gz"{.minisig,})
	other_key "$@"
}
# usage: readable_key KIND SIGNATURE FILE: one of the altered keys that is a key
readable_key() {
	local f
	for f in "${prefix}/altered.$1".*; do
		"${program}" detached "--$1-key" "${f}" -- "$2" "$3" >/dev/null 2>&1
		[[ $? != 1 ]] || { echo "${f##*/}"; return; }
	done
}
env_how() { local how=$1; "${@:2}"; }
altered_text() { sed -i '/tar/ { s/^1/2/; t; s/^[0-9a-f]/1/ }' "$1"; }	# another digit, whichever it was
text_before() { { sha256sum /dev/null | sed 's:/dev/null:pipe-1.tar.gz:'; cat "$1"; } > "$1.new" && mv "$1.new" "$1"; }
unsigned_text() {	# a line before the armor is not signed and must not count
	! has_distvouch || needs message checksums || return
	keep "${distfiles}/pipe-1.sums.asc" pipe
	text_before "${distfiles}/pipe-1.sums.asc"
	manifest pipe
	unpack pipe
	# refused, or the text dropped and the signed line used
	[[ ${rc} != 0 ]] || accepts
	lacks 'e3b0c44298fc'
	put_back "${distfiles}/pipe-1.sums.asc" pipe
}
several_with_doc() {
	USE="verify-sig doc" unpack default-several
	accepts
	has 'default-several-1-doc.tar.gz: openpgp agrees'
}
announced() {	# usage: announced PN WHAT: goes on, and says that it was not checked
	needs_package "$1" || return
	USE=verify-sig unpack "$1"
	accepts
	has "$2: not checked: .*not-checked-arch"
}
with_signify() {	# Debian has another name for the program
	mkdir -p "${fake_dir}"
	ln -s "$(type -P signify-openbsd)" "${fake_dir}/signify"
	USE=verify-sig unpack "$1"
	accepts
	lacks 'not checked'
	rm -r "${fake_dir:?}"
}
with_signify_too() {
	mkdir -p "${fake_dir}"
	ln -s "$(type -P signify-openbsd)" "${fake_dir}/signify"
	"$@"
	rm -r "${fake_dir:?}"
}
cut_short() { truncate -s -20 "$1"; }
# Nothing is left unchecked there, so strictness changes nothing
strict_signature() {
	USE=verify-sig VERIFY_SIG_STRICT=yes unpack "$1"
	accepts
	has 'openpgp agrees'
}
alike_checksums() {
	log=${logs}/checksums
	"${here}/checksums.sh" "${program}" >"${log}" 2>&1 || wrong "exit status $?"
	has '^[1-9][0-9]* lists alike, 0 not'
}
idioms_alike() {
	needs bump || return
	log=${logs}/idioms
	"${here}/idioms" "${program}" "${prefix}" >"${log}" 2>&1 || wrong "exit status $?"
	has "^Portage's cache: [1-9][0-9]* the same, 0 left open, 0 other"
	has '^metadata/md5-cache: [1-9][0-9]* the same, 0 left open, 0 other'
	has '^text: [1-9][0-9]* the same, [0-9]+ left open, 0 other'
	has '^after ebuild manifest: 4 of 4 as said'
	(( $(sed -n 's/^\([0-9]*\) packages, .*/\1/p' "${log}") >= 25 )) || wrong "fewer than 25 packages"
}
hostile_ref() {
	needs --trusted-root --ref || return
	mkdir -p "${fake_dir}"
	# shellcheck disable=SC2016 # the body of a script
	# the real program, and the Sigstore under which the provenance was made
	printf '#!/bin/bash\nexec %q portage "$2" --trusted-root %q "${@:3}"\n' "${program}" "${prefix}/trusted_root.json" > "${fake_dir}/distvouch"
	chmod 755 "${fake_dir}/distvouch"
	cp "${here}/hostile-ref/trusted_root.json" "${prefix}/"
	USE=verify-provenance unpack hostile-ref
	accepts
	harmless
	has 'provenance agrees: '
	tr '\n' ' ' < "${log}" | tr -s ' ' | grep -qE 'published by: .* at refs/tags/x\\033\[2J' || wrong "the ref is not as it was"
	DV_PIN='REF=refs/tags/v*' USE=verify-provenance unpack hostile-ref
	refuses ref-mismatch
	harmless
	has 'the ref is refs/tags/x\\033\[2J'
	rm -r "${fake_dir:?}"
}
explained() {
	local class
	log=${logs}/refusals
	has '^signature-bad$'
	while read -r class; do
		"${program}" explain "${class}" >/dev/null 2>&1 || wrong "distvouch explain ${class}"
	done < <(sort -u "${log}")
}
