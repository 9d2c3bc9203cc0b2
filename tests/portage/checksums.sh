#!/bin/bash
# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license
#
# checksums.sh DISTVOUCH - compare what the eclass makes of lists of checksums by itself, on
# architectures without distvouch, with what distvouch makes of them. The eclass takes the forms that
# sha256sum, "openssl dgst" and BSD's tools write, and skips other lines. So it may refuse more, and it
# may take a right digest although another line is odd; but where distvouch says that the list
# differs from the file, it says so, too. Prints the lists where that fails, and the numbers. No
# Portage: what the eclass takes from it is in here, in a few words.
# shellcheck disable=SC2016,SC2317,SC2329 # words in the lists; functions that the eclass calls

set -o pipefail
program=$(realpath -- "${1:?usage: checksums.sh DISTVOUCH}")
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
T=$(mktemp -d)
trap 'rm -r "${T}"' EXIT
cd "${T}" || exit

die() { echo "die: $*" >&2; exit 1; }
has() { local word; for word in "${@:2}"; do [[ ${word} != "$1" ]] || return 0; done; return 1; }
use() { return 1; }
einfo() { :; }
eerror() { :; }
EXPORT_FUNCTIONS() { :; }
ewarn() { :; }
EAPI=8 ECLASS=verify-sig VERIFY_SIG_METHOD=openpgp ARCH=alpha caller=test once=${T}/once
# shellcheck source=eclass/verify-sig.eclass
. "${here}/../../eclass/verify-sig.eclass"

printf abc > f
printf abc > 'b\s'
sum() { local s; s=$(printf '%s' "$2" | "$1sum"); echo "${s%% *}"; }
declare -A digest
for algo in md5 sha1 sha224 sha256 sha384 sha512 b2; do
	digest[${algo}]=$(sum "${algo}" abc)
	digest[o${algo}]=$(sum "${algo}" other)
done

# usage: fill TEXT: put digests for {sha256}, those of other bytes for {osha256}, capitals for {SHA256}
fill() {
	local algo
	text=$1
	for algo in "${!digest[@]}"; do
		text=${text//"{${algo}}"/${digest[${algo}]}}
		text=${text//"{${algo^^}}"/${digest[${algo}]^^}}
	done
}

# usage: class_of STATUS TEXT: "agrees", or the classes that were named
class_of() {
	if [[ $1 -eq 0 ]]; then
		echo agrees
	else
		grep -oE "(checksum|not-checked)-[a-z-]+" <<< "$2" | head -n 1
	fi
}

alike=0 stricter=0 looser=0 different=0
# usage: list FORMAT NAME TEXT
list() {
	local format=$1 name=$2 text out one other
	fill "$3"
	printf "%b" "${text}" > list
	out=$("${program}" checksums --report portage --format "${format}" -- list "${name}" 2>&1)
	one=$(class_of $? "${out}")
	out=$( { _verify-sig_fallback_checksums --format="${format}" -- list "${name}"; } 2>&1 )
	other=$(class_of $? "${out}")
	case ${one}:${other} in
		agrees:agrees|checksum-*:checksum-*|checksum-*:not-checked-no-expectation) (( alike++ )) ;;
		agrees:checksum-*|agrees:not-checked-no-expectation) (( stricter++ )) ;;
		# the right digest is there
		checksum-malformed:agrees|checksum-ambiguous:agrees)
			(( looser++ ))
			[[ ${text,,} == *"${digest[sha256]}"* || ${text} == *"${digest[sha384]}"* || ${text} == *"${digest[sha512]}"* ]] || (( different++ ))
			;;
		checksum-missing:agrees)
			# bash drops NUL
			(( looser++ ))
			[[ $3 == *'\0'* ]] || (( different++ ))
			;;
		*)
			printf '%s %s: distvouch: %s, eclass: %s\n%s\n\n' "${format}" "${name}" "${one}" "${other}" "$3"
			(( different++ ))
			;;
	esac
	[[ -z ${DV_VERBOSE-} ]] || echo "${one}:${other} $3"
}

for format in sha256 bsd; do
	x=sha256
	for text in "{$x}  f" "{$x} *f" "{$x} f" "{$x}\tf" "{$x}   f" "{$x}  f \t" "\t {$x}  f" "{${x^^}}  f" "{$x}  f\r" "{$x}  f\r\r" \
		"{$x}  ./f" "{$x}  .//f" "{$x}  ././/f" "{$x}  d/f" "{$x}  ../f" "{$x}  /f" "{$x}  F" "{$x}  ff" "{$x}  .f" \
		"{o$x}  f" "{o$x}  ./f" "{o$x}  f\n{$x}  f" "{$x}  f\n{o$x}  f" "{$x}  f\n{$x}  f" "{$x}  f\n{o$x}  ./f" \
		"" "\n\n" "f" "{$x}" "{$x} " "{$x}  " "{$x}  *" "{$x} **f" "{$x}  *f" "f  {$x}" "f: {$x}" "{$x}:f" "{$x}: f" "{$x}\\\\tf" \
		"0{$x}  f" "{$x}0  f" "g{$x}  f" "{md5}  f" "{md5}00  f" "{md5}00  f\n{$x}  f" "{md5}  f\n{$x}  f" \
		"{sha1}  f" "{sha224}  f" "{sha384}  f" "{sha512}  f" "{sha256}  f" "{b2}  f" "{$x}  3  f" "{$x} 3 f" \
		"SHA256 (f) = {sha256}" "SHA256 (f) = {osha256}" "SHA512(f)= {sha512}" "BLAKE2b (f) = {b2}" "BLAKE2b (f) = {sha256}" \
		"SHA2-256 (f) = {sha256}" "sha256 (f) = {sha256}" "SHA256  (f) = {sha256}" "SHA256(f)={sha256}" "SHA256 (f) =  {sha256}  " \
		"SHA256 (f) {sha256}" "SHA256 (f) = {sha256} x" "SHA256 ( f ) = {sha256}" "SHA256 (./f) = {sha256}" "(f) = {$x}" \
		"MD5 (f) = {md5}" "MD5 (f) = {md5}\n{$x}  f" "SHA1 (f) = {$x}" "SHA256 (f) = {md5}" "SHA256 (f = {sha256}" \
		"{$x}  f\nSHA256 (f) = {osha256}" "{$x}  f\nf {o$x}" "{$x}  f\n'f' {o$x}" "{$x}  f\n(f;{o$x})" "{$x}  f\nxf {o$x}" "{$x}  f\nf-{o$x}" \
		"\\\\{$x}  f" "\\\\{o$x}  f" "\\\\{$x}  f\\\\\\\\" "\\\\{$x}  f\\\\x" "\\\\{$x}  f\\\\n" "{$x}  f\\\\" \
		"{$x}  f\0" "{$x}\0  f" "{$x}  f\0\n{o$x}  f" "\0\n{$x}  f" "{$x}  \0f" "{$x}  f\xff" "{$x}  f\xc3\xbc" "{$x}\xc2\xa0 f" \
		"# a list\n{o$x}  g\n{$x}  f\nthe end of f" "<a>{o$x}</a> f\n{$x}  f" "{o$x} g f\n{$x}  f" "abcdef  f\n{$x}  f" "{$x}  f\n{$x}  f\n{$x} *f" \
		"zz${digest[$x]:2}  f" "zz${digest[$x]:2}  f\n{$x}  f" "{$x} f\x01" "-----BEGIN x\n{$x}  f" "{$x}\v f" "{$x}\f  f" \
		"123 f" "12g f" "none *f" "none  f" "none: f" "File:  f" "see f" "md5 f" "1f\tf" "  f\n{$x}  f" "SHA256 (f) = none" "SHA256 (f) =" \
		"SHA512 f\n{$x}  f" "SHA256 (f\n{$x}  f" "{$x}  f\0x"
	do
		list "${format}" f "${text}"
		[[ ${format} != sha256 ]] || list "${format}" ./f "${text}\n"
	done
done
for format in bsd openssl-dgst; do
	for text in "SHA256 (f) = {sha256}" "SHA256(f)= {sha256}" "SHA2-256(f)= {sha256}" "sha512 (f) = {sha512}" "SHA384 (f) = {sha384}" \
		"BLAKE2b (f) = {b2}" "BLAKE2B-512(f)= {b2}" "BLAKE2b512(f)= {b2}" "B2(f)= {b2}" "b2sum(f)= {b2}" \
		"SHA256 (f) = {osha256}" "SHA256 (f) = {SHA256}" "SHA256 (f) = {sha256}\r" "SHA256 (./f) = {sha256}" "SHA256 (d/f) = {sha256}" \
		"MD5 (f) = {md5}" "SHA1 (f) = {sha1}" "SHA (f) = {sha1}" "MD5 (f) = {md5}\nSHA1 (f) = {sha1}" \
		"MD5 (f) = {md5}\nSHA256 (f) = {sha256}" "MD5 (f) = {omd5}\nSHA256 (f) = {sha256}" "SHA256 (f) = {sha256}\nSHA1 (f) = {osha1}" \
		"MD5 (f) = {md5}\nMD5 (f) = {omd5}" "SHA256 (f) = {sha256}\nSHA256 (f) = {osha256}" \
		"SHA256 (f) = {sha256}\nSHA256 (f) = {osha256}\nMD5 (f) = {omd5}" "SHA256 (f) = {sha256}\nSHA512 (f) = {osha512}" \
		"SHA256 (f) = {sha256}\nMD5 (f) = {md5}\nMD5 (f) = {omd5}" \
		"SIZE (f) = 3\nSHA256 (f) = {sha256}" "SHA256 (f) = {md5}" "SHA256 (f) = {sha512}" "SHA256 (f) {sha256}" "SHA256 f {sha256}" \
		"{sha256}  f" "BLAKE9 (f) = {sha256}" "SHA224 (f) = {sha224}" "SHA3-999(f)= {md5}" "SHA256 (f) = b) = {sha256}" "SHA256 (f) = " \
		"(f)= {sha256}" "SHA_256 (f) = {sha256}" "SHA/256 (f) = {sha256}" "SHA512/256 (f) = {sha256}" \
		"\\\\SHA256 (f) = {sha256}" "SHA256 (f\\\\n) = {sha256}" "SHA256 ( f) = {sha256}" "SHA256 (f\t) = {sha256}" "x SHA256 (f) = {sha256}" \
		" SHA256 (f) = {sha256}" "SHA256 (f) = zz${digest[sha256]:2}" "SHA256\t(f) = {sha256}" "SHA256 (f)\t= {sha256}" "SHA256 (f)= {sha256}0"
	do
		list "${format}" f "${text}"
		list "${format}" f "${text}\nSHA512 (f) = {sha512}\n"
	done
done
for text in '{sha256}  b\\s' '\\{sha256}  b\\\\s' '\\{osha256}  b\\\\s' '\\{sha256}  b\\s' '{sha256}  b\\\\s' 'x {sha256} b\\s' '{sha256}  bs'; do
	list sha256 'b\s' "${text//\\/\\\\}"
	list sha256 'b\s' "${text}"
done

# What coreutils do not compute, and BLAKE2b, the eclass does not count
s3=$(printf abc | openssl dgst -sha3-256 -r) s3=${s3%% *}
list bsd f "SHA3-256 (f) = ${s3}"
list bsd f "SHA3-256 (f) = ${s3}\nSHA256 (f) = {sha256}"
list bsd f "SHA3-256 (f) = ${s3}\nSHA256 (f) = {osha256}"

printf '%d lists alike, %d not; %d refused by the eclass alone, %d with odd lines taken\n' \
	"${alike}" "${different}" "${stricter}" "${looser}"
(( different == 0 ))
