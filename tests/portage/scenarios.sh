# shellcheck shell=bash
# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license
#
# The scenarios of the test run; run sources this file.
# shellcheck disable=SC2154 # here, prefix, program, ... are set there

overlay=${prefix}/repos/overlay
gentoo=${prefix}/repos/gentoo
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
	{ compgen -G "${overlay}/*/${1#*/}/*.ebuild" || compgen -G "${gentoo}/app-test/${1#*/}/*.ebuild"; } | head -n 1
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
	log=${logs}/${name//[^a-zA-Z0-9_+.-]/_}
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
# usage: refuses REGEX-IN-THE-DIE-MESSAGE
refuses() {
	local f
	[[ ${rc} != 0 ]] || wrong "exit status 0"
	# what the ebuild itself has copied does not count
	for f in "${!unpacked[@]}"; do
		[[ ! -e ${distfiles}/${unpacked[f]##*/} ]] || unset "unpacked[${f}]"
	done
	(( ${#unpacked[@]} == 0 )) || wrong "unpacked: ${unpacked[*]##*/}"
	has '^ \* ERROR: .* failed \(unpack phase\)'
	has "^ \*   .*$1"
	! has_distvouch || has 'distvouch explain'
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
	rm -rf "${fake_dir:?}"
	# KEEP=1 is for another look after the program has changed
	[[ ! -e ${prefix}/venv/usr/bin/distvouch ]] || cp "${program}" "${prefix}/venv/usr/bin/distvouch"
	local a
	for a in "${prefix}"/conf/*; do
		{ printf 'DISTVOUCH_PREBUILT=%q\n' "${program}"; cat "${here}/bashrc"; } \
			> "${a}/etc/portage/bashrc"
	done
}

manifests() {
	local e package want
	log=${logs}/manifest
	for e in "${overlay}"/*/*/*.ebuild "${gentoo}"/app-test/*/*.ebuild; do
		package=${e%/*} want=
		case ${package##*/} in
			sigstore|sigstore-own) want='sigstore-1.txt' ;;
			abi3info) want='abi3info-*' ;;
			gcb-attestation-test) want='gcb*' ;;
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
			ebuild "${e}" manifest >>"${log}" 2>&1 || wrong "ebuild ${e##*/} manifest"
		fi
	done
}

# The BDEPEND of every package, into BROOT
bdepend() {
	log=${logs}/bdepend
	local packages=( app-test/{default-asc,local-key,signify,minisig} )
	[[ -z $(ebuild_of real-pciutils) ]] || packages+=( app-test/real-pciutils )
	USE=verify-sig emerge --oneshot --onlydeps "${packages[@]}" >"${log}" 2>&1 </dev/null || wrong "exit status $?"
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

# Change one byte of a file. In an armored signature this one is in the signature proper: before it
# stand bytes that nothing covers (the unhashed area, the first two bytes of the digest).
flip() {
	local at=$(( $(stat -c %s "$1") * 5 / 8 )) byte
	byte=$(od -An -tu1 -j ${at} -N 1 "$1")
	if (( byte == 10 )); then	# white space in an armor does not count either
		at=$(( at + 1 ))
		byte=$(od -An -tu1 -j ${at} -N 1 "$1")
	fi
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\x$(printf %x $(( byte ^ 1 )))" | dd of="$1" bs=1 seek=${at} conv=notrunc status=none
}

# usage: changed PN FILE CLASS CAPABILITY...: FILE was altered before the Manifest was made; the
# command that alters it is in "how"
changed() {
	local pn=$1 file=${distfiles}/$2 class=$3 how=${how:-flip}
	shift 3
	has_distvouch || class='refuses|checksum'
	! has_distvouch || needs "$@" || return
	[[ -e ${file} ]] || { not="${file##*/} could not be had"; return; }
	cp -p "${file}" "${prefix}/kept"
	"${how}" "${file}"
	manifest "${pn}"
	unpack "${pn}"
	refuses "${class}"
	cp -p "${prefix}/kept" "${file}"
	manifest "${pn}"
}
flip_end() {	# likewise in a binary signature
	local size
	size=$(stat -c %s "$1")
	tail -c 9 "$1" > "$1.end"
	truncate -s $(( size - 9 )) "$1"
	flip "$1.end"
	cat "$1.end" >> "$1"
	rm "$1.end"
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
	local file=${prefix}/venv/usr/share/openpgp-keys/upstream.asc class=$2
	has_distvouch || class='gemato refuses'
	! has_distvouch || needs "${@:3}" || return
	cp -p "${file}" "${prefix}/kept"
	cp "${prefix}/${key:-stranger}.asc" "${file}"
	USE=verify-sig unpack "$1"
	refuses "${class}"
	cp -p "${prefix}/kept" "${file}"
}

refused() {	# usage: refused PN CLASS CAPABILITY...
	! has_distvouch || needs "${@:3}" || return
	USE=verify-sig unpack "$1"
	refuses "$2"
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
	refuses 'manifest-mismatch'
	cp -p "${distfiles}/default-asc-1.tar.gz" /dev/null
	mv "${distfiles}/hooked-1.tar.gz.kept" "${distfiles}/hooked-1.tar.gz"
}

# What the sandboxes of FEATURES leave visible
sandboxed() {
	DV_HOOK=look USE=verify-sig unpack default-asc
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
faked() {	# usage: faked BODY REGEX [PN]; REGEX of the die message, or "accepts"
	fake "$1"
	USE=verify-sig unpack "${3:-default-asc}"
	if [[ $2 == accepts ]]; then
		accepts
	else
		[[ ${rc} != 0 ]] || wrong "exit status 0"
		(( ${#unpacked[@]} == 0 )) || wrong "unpacked: ${unpacked[*]##*/}"
		has "^ \*   .*$2"
	fi
	rm -r "${fake_dir:?}"
}
# shellcheck disable=SC2016 # bodies of scripts
hostile() {
	faked 'printf "eerror\tkey of \\\\033[2J\\\\c %s \033[32m\\\\x1b\\n: distvouch explain signature-bad\n" "\$(id)"
		printf "einfo\t-e \\\\a\\\\0033]0;x\n"; exit 1' 'signature-bad'
	has '\\033\[2J\\c'
	has '\\a\\0033\]0;x'
	! grep -q $'key of.*\x1b\\[\\(2J\\|32m\\)' "${log}" || wrong "an escape sequence got through"
	! grep -q $'\a' "${log}" || wrong "a bell got through"
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
	has '^CALL check .*--manifest /'
	rm -r "${fake_dir:?}"
}
not_startable() {
	fake 'exit 0' 644
	# first in PATH, but not executable: bash would go on to the next one
	mkdir -p "${fake_dir}/bin"
	fake '' && printf '#!/nonexistent/interpreter\n' > "${fake_dir}/distvouch"
	USE=verify-sig unpack default-asc
	[[ ${rc} != 0 && ${#unpacked[@]} == 0 ]] || wrong "it went on"
	has 'could not be started \(exit status 12[67]\)'
	rm -r "${fake_dir:?}"
}
missing() {
	local program=${prefix}/venv/usr/bin/distvouch
	mv "${program}" "${program}.away"
	USE=verify-sig unpack default-asc
	mv "${program}.away" "${program}"
	[[ ${rc} != 0 && ${#unpacked[@]} == 0 ]] || wrong "it went on"
	has 'could not be started \(exit status 127\)'
}
not_checked() {	# usage: not_checked no|yes: what exit status 3 leads to
	fake 'printf "ewarn\t%s: provenance not checked: not-checked-build: built without Sigstore\n" x
		printf "ewarn\tsee: distvouch explain not-checked-build\n"; exit 3'
	USE=verify-sig VERIFY_SIG_STRICT=$1 unpack default-asc
	if [[ $1 == yes ]]; then
		refuses 'VERIFY_SIG_STRICT=yes: not-checked-build'
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
		has 'To pass everything that ran|Provenance changes nothing|adds nothing|already fixes'
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
changed_provenance() { USE=verify-provenance changed "$@"; }
strict_fallback() {
	needs_package "$1" || return
	USE="verify-provenance verify-sig" VERIFY_SIG_STRICT=yes unpack "$1"
	refuses 'not-checked-arch'
}
# usage: without_sigstore no|yes
built_without() {
	[[ -x ${without_sigstore} ]] || { not="no build without Sigstore, see DISTVOUCH_WITHOUT_SIGSTORE"; return; }
	needs_package pypi-attestations-signed || return
	mkdir -p "${fake_dir}"
	ln -s "${without_sigstore}" "${fake_dir}/distvouch"
	USE="verify-provenance verify-sig" VERIFY_SIG_STRICT=$1 unpack pypi-attestations-signed
	if [[ $1 == yes ]]; then
		refuses 'not-checked-build'
	else
		accepts
		has 'openpgp agrees'
		has 'provenance not checked: not-checked-build'
	fi
	rm -r "${fake_dir:?}"
}
built_without_altered() {
	[[ -x ${without_sigstore} ]] || { not="no build without Sigstore, see DISTVOUCH_WITHOUT_SIGSTORE"; return; }
	mkdir -p "${fake_dir}"
	ln -s "${without_sigstore}" "${fake_dir}/distvouch"
	USE="verify-provenance verify-sig" changed pypi-attestations-signed pypi_attestations-0.0.19.tar.gz.asc 'signature'
	rm -r "${fake_dir:?}"
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
	local arch=$1
	NATIVE_ARCH=$1 "${prefix}/native" env USE="verify-sig verify-provenance" \
		bash -c 'emerge "$@" && ls -d /usr/share/default-asc/hello /usr/bin/distvouch; id -u' native "${@:2}" \
		>"${log}" 2>&1 </dev/null
	has '^>>> Completed .*app-test/default-asc-1'
	has '^/usr/share/default-asc/hello'
	if has_distvouch; then
		has 'openpgp agrees'
		has '^/usr/bin/distvouch'
	else
		lacks '^/usr/bin/distvouch'
	fi
	[[ $# == 2 ]] || has '^>>> Completed .*dev-python/pypi-attestations-signed'
	[[ ! -e /usr/share/default-asc ]] || wrong "this machine was touched"
}
native_both() {
	needs_package pypi-attestations-signed || return
	native_emerge "$1" app-test/default-asc dev-python/pypi-attestations-signed
	has 'provenance: not checked: .*not-checked-arch'
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
	# not looked for: BROOT in global scope, which is what the package is about; the same release under
	# several names
	pkgcore pkgcheck scan --keywords=-VariableScope,-MatchingChksums,-PythonMismatchedPackageName --exit error,warning,style -r "${overlay}" >"${log}" 2>&1 ||
		wrong "it has findings: $(grep -cE '^  ' "${log}")"
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
	( cd "${here}" && shellcheck -x -P "${top}" setup.sh distfiles.sh native run scenarios.sh bashrc ) >"${log}" 2>&1 ||
		wrong "scripts"
	# what a package manager gives and takes is unknown to it
	shellcheck --shell=bash --exclude=SC2034,SC2128,SC2154,SC2086,SC2068 "${here}/../../eclass/verify-sig.eclass" \
		>>"${log}" 2>&1 || wrong "eclass"
}

# --- all of them -------------------------------------------------------------------------------

idioms=(
	"default-asc" "default-several" "default-two-sigs" "default-sign uncompressed"
	"renamed" "broot-key" "explicit-key detached" "loop detached" "stdin detached" "kernel detached"
	"kernel-formats detached" "sums-detached detached checksums" "sums-formats checksums"
	"sums-clearsigned message checksums" "pipe message checksums" "procsub detached checksums"
	"message-file message checksums" "local-key detached" "two-keys detached" "workdir-copy detached"
	"partial detached" "calls-default" "conditional" "keyserver" "eapi7"
	"signify --signify-key" "signify-sums message checksums" "minisig --minisign-key"
)

# The other architectures, in a PORTAGE_TMPDIR of their own
# shellcheck disable=SC2086 # the words of idioms
idioms_elsewhere() {
	local i a
	export PORTAGE_TMPDIR=${prefix}/tmp/elsewhere
	mkdir -p "${PORTAGE_TMPDIR}"
	chmod 1777 "${PORTAGE_TMPDIR}"
	work=${PORTAGE_TMPDIR}/portage fake_dir=${prefix}/fake-elsewhere

	# gemato, gpg, minisign
	use_arch alpha
	for i in "${idioms[@]}"; do
		[[ ${i} == signify* ]] || idiom ${i}
	done
	scenario "alpha signify USE=verify-sig" announced signify "signify signature"
	scenario "alpha signify-sums USE=verify-sig" announced signify-sums "signify message"
	scenario "alpha sigstore USE=verify-sig" announced sigstore "Sigstore bundle"
	scenario "alpha signify, strict" strict_fallback signify
	# and signify
	use_arch hppa
	for i in default-asc kernel pipe minisig; do idiom ${i}; done
	scenario "hppa signify USE=verify-sig" with_signify signify
	scenario "hppa signify-sums USE=verify-sig" with_signify signify-sums
	use_arch m68k
	for i in default-asc kernel pipe minisig; do idiom ${i}; done
	scenario "m68k signify USE=verify-sig" announced signify "signify signature"
	for a in arm64 riscv; do
		use_arch ${a}
		for i in "default-asc" "default-several" "explicit-key detached" "kernel detached" \
			"pipe message checksums"; do idiom ${i}; done
	done
}

# shellcheck disable=SC2086 # the words of idioms
all_scenarios() {
	local i a variant bash53=''
	[[ ! -x ${prefix}/bash53/bash ]] || bash53=1

	scenario "ebuild manifest, all packages" manifests
	scenario "emerge: BDEPEND" bdepend
	scenario "userpriv, network-sandbox, pid-sandbox" sandboxed

	# The packages are not changed here, so that two at a time do not disturb each other
	idioms_elsewhere > "${logs}/elsewhere" &
	for i in "${idioms[@]}"; do idiom ${i}; done
	idiom sigstore --identity
	idiom sigstore-own --identity
	scenario "amd64 default-several USE=doc" several_with_doc
	wait $!
	cat "${logs}/elsewhere"
	(( passed += $(grep -c '^as said' "${logs}/elsewhere") ))
	(( failed += $(grep -c '^FAILED' "${logs}/elsewhere") ))
	(( skipped += $(grep -c '^skipped' "${logs}/elsewhere") ))

	# EAPI 8 with EAPI 9's rule
	export PORTAGE_DO_NOT_EXPORT_PMS_VARS=1
	variant=" no-export"
	for i in "default-asc" "default-several" "explicit-key detached" "stdin detached" "kernel detached" \
		"sums-detached detached checksums" "pipe message checksums" "procsub detached checksums" \
		"message-file message checksums" "signify-sums message checksums" "minisig --minisign-key"; do
		idiom ${i}
	done
	unset PORTAGE_DO_NOT_EXPORT_PMS_VARS
	variant=
	scenario "amd64 EAPI 9 under bash 5.3" eapi9

	# one byte changed before the Manifest was recorded
	export USE=verify-sig
	for a in amd64 alpha; do
		use_arch ${a}
		scenario "${a} distfile changed" changed default-asc default-asc-1.tar.gz signature-bad
		scenario "${a} distfile changed, signature over the tarball" \
			env_how altered_tarball changed kernel kernel-1.tar.xz signature-bad detached
		scenario "${a} distfile changed, from stdin" \
			env_how altered_tarball changed stdin stdin-1.tar.xz signature-bad detached
		scenario "${a} distfile changed, list of checksums" \
			env_how altered_tarball changed sums-detached sums-detached-1.tar.gz 'checksum|mismatch|contradict' detached checksums
		scenario "${a} distfile changed, clearsigned list" \
			env_how altered_tarball changed sums-clearsigned sums-clearsigned-1.tar.gz 'checksum|mismatch|contradict' message checksums
		scenario "${a} distfile changed, in a pipe" \
			env_how altered_tarball changed pipe pipe-1.tar.gz 'checksum|mismatch|contradict' message checksums
		scenario "${a} signature changed" changed default-asc default-asc-1.tar.gz.asc 'signature|key'
		scenario "${a} binary signature changed" env_how flip_end changed default-several default-several-1.tar.xz.sig 'signature|key'
		scenario "${a} message changed" env_how altered_text changed pipe pipe-1.sums.asc 'signature-bad' message
		scenario "${a} message beside the armor" env_how text_before unsigned_text
		scenario "${a} minisign signature changed" changed minisig minisig-1.tar.gz.minisig 'signature|key' --minisign-key
		scenario "${a} distfile changed, minisign" env_how altered_tarball changed minisig minisig-1.tar.gz signature-bad --minisign-key
		scenario "${a} another key" other_key default-asc signer-unknown
		scenario "${a} another key, message" other_key pipe signer-unknown message
		scenario "${a} revoked key" revoked_key default-asc key-revoked
		scenario "${a} revoked key, message" revoked_key pipe key-revoked message
		scenario "${a} nonfatal" refused nonfatal signature-bad detached
		scenario "${a} distfile without a signature" refused unsigned signature-absent
		scenario "${a} signature for no distfile" refused stray signature-stray
		scenario "${a} no key path" no_key_path
	done
	use_arch hppa
	scenario "hppa distfile changed, signify" env_how altered_tarball with_signify_changed
	use_arch amd64
	scenario "amd64 distfile changed, signify" env_how altered_tarball changed signify signify-1.tar.gz signature-bad --signify-key
	scenario "amd64 distfile changed, signify list" env_how altered_tarball changed signify-sums signify-sums-1.tar.gz 'checksum|mismatch|contradict' message checksums
	scenario "amd64 distfile changed, Sigstore" changed sigstore sigstore-1.txt 'subject-digest|signature-bad' --identity
	unset USE
	scenario "distfile changed after Portage looked" raced

	for i in "pciutils accept" "byacc accept" "dos2unix refuse" "ofono accept detached"; do
		scenario "real release: ${i%% *}, distvouch and gemato alike" real ${i}
	done

	# the program itself
	scenario "program killed" faked 'kill -SEGV $$' 'killed by signal 11'
	scenario "program leaves with 1" faked 'printf "eerror\tsee: distvouch explain key-revoked\n"; exit 1' "key-revoked; see 'distvouch explain key-revoked'"
	scenario "program leaves with 2" faked 'echo "distvouch: error: no" >&2; exit 2' 'could not do its work'
	scenario "program leaves with 4" faked 'echo x; exit 4' 'unknown exit status 4'
	scenario "program says nothing" faked 'exit 0' 'said nothing at all'
	scenario "program leaves with 1, nonfatal" faked 'exit 1' 'verify-sig_verify_detached' nonfatal
	scenario "program not startable" not_startable
	scenario "program missing" missing
	scenario "hostile text" hostile
	scenario "one call for several distfiles" one_call default-several verify-sig doc
	scenario "one call for signature and provenance" \
		one_call pypi-attestations-signed verify-sig verify-provenance
	scenario "not checked" not_checked no
	scenario "not checked, strict" not_checked yes
	scenario "keys wanted refreshed" refreshed
	use_arch alpha
	scenario "keys wanted refreshed, gemato" refreshed_gemato
	use_arch amd64

	# provenance
	for i in "pypi-attestations" "pypi-attestations-both" "pypi-attestations-direct --workflow --upstream-name" \
		"pypi-attestations-signed" "abi3info --upstream-name" "gcb-attestation-test --publisher"; do
		scenario "amd64 ${i%% *} USE=verify-provenance" provenance ${i}
		scenario "amd64 ${i%% *} USE=-verify-provenance" provenance_off ${i%% *}
	done
	for a in arm64 riscv alpha hppa m68k; do
		use_arch ${a}
		scenario "${a} pypi-attestations USE=verify-provenance" provenance pypi-attestations
		scenario "${a} pypi-attestations-signed USE=verify-provenance" provenance pypi-attestations-signed
	done
	use_arch alpha
	scenario "alpha provenance, strict" strict_fallback pypi-attestations
	scenario "alpha provenance and signature, strict" strict_fallback pypi-attestations-signed
	use_arch amd64
	scenario "provenance of another repository" provenance_refused pypi-attestations-elsewhere publisher-mismatch
	scenario "provenance without attestations" provenance_refused pypi-attestations-empty provenance-empty
	scenario "provenance changed" changed_provenance pypi-attestations pypi_attestations-0.0.19.tar.gz.provenance \
		'provenance|signature|log-entry|certificate|subject|sct' --repository
	scenario "distfile changed, provenance" changed_provenance pypi-attestations pypi_attestations-0.0.19.tar.gz \
		subject-digest --repository
	scenario "built without Sigstore" built_without no
	scenario "built without Sigstore, strict" built_without yes
	scenario "built without Sigstore, signature changed" built_without_altered

	for a in amd64 arm64 riscv alpha hppa m68k; do scenario "${a} BDEPEND resolves" resolves ${a}; done
	scenario "amd64 emerge, not prefixed" native_emerge amd64 app-test/default-asc
	scenario "alpha emerge, not prefixed" native_emerge alpha app-test/default-asc
	scenario "m68k emerge with provenance, not prefixed" native_both m68k
	scenario "riscv emerge, not prefixed" native_emerge riscv app-test/default-asc
	scenario "eclass-overrides" overridden

	scenario "pebuild default-asc" pebuild default-asc accepts
	scenario "pebuild kernel" pebuild kernel accepts detached
	scenario "pebuild pipe" pebuild pipe accepts message checksums
	scenario "pebuild unsigned" pebuild unsigned signature-absent
	scenario "pkgcheck" pkgcheck
	scenario "eclassdoc" eclassdoc
	scenario "shellcheck" shellchecked
}

revoked_key() { local key=revoked; other_key "$@"; }
env_how() { local how=$1; "${@:2}"; }
altered_text() { sed -i 's/^\([0-9a-f]\)\(.*tar\)/0\2/; s/^0\(0*.*tar\)/1\1/' "$1"; }
text_before() { { sha256sum /dev/null | sed 's:/dev/null:pipe-1.tar.gz:'; cat "$1"; } > "$1.new" && mv "$1.new" "$1"; }
unsigned_text() {	# a line before the armor is not signed and must not count
	! has_distvouch || needs message checksums || return
	cp -p "${distfiles}/pipe-1.sums.asc" "${prefix}/kept"
	text_before "${distfiles}/pipe-1.sums.asc"
	manifest pipe
	unpack pipe
	# refused, or the text dropped and the signed line used
	[[ ${rc} != 0 ]] || accepts
	lacks 'e3b0c44298fc'
	cp -p "${prefix}/kept" "${distfiles}/pipe-1.sums.asc"
	manifest pipe
}
no_key_path() {
	USE=verify-sig unpack keyless
	[[ ${rc} != 0 && ${#unpacked[@]} == 0 ]] || wrong "it went on"
	has 'no key given and VERIFY_SIG_OPENPGP_KEY_PATH unset'
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
with_signify_changed() {
	mkdir -p "${fake_dir}"
	ln -s "$(type -P signify-openbsd)" "${fake_dir}/signify"
	changed signify signify-1.tar.gz signify
	rm -r "${fake_dir:?}"
}
