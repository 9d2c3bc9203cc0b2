#!/bin/bash
# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license
#
# distfiles.sh PREFIX - make keys, tarballs and signatures for the scenarios, and put real releases
# beside them. The keys are made anew in each world and protect nothing.
#
# Real releases and provenance come from DISTVOUCH_CORPORA where it is set; else from Debian's
# mirror by apt-get and from PyPI by pip. What cannot be had is left out, and said.

set -euo pipefail
umask 022
export LC_ALL=C.UTF-8

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
prefix=${1:?usage: distfiles.sh PREFIX}
D=${prefix}/distfiles
corpora=${DISTVOUCH_CORPORA:-${here}/../../../shared/corpora}
work=$(mktemp -d)
export GNUPGHOME=${work}/gnupg
trap 'gpgconf --kill all 2>/dev/null || :; rm -rf "${work}"' EXIT
mkdir -m 700 "${GNUPGHOME}"
echo no-auto-check-trustdb > "${GNUPGHOME}/gpg.conf"

# --- keys ------------------------------------------------------------------------------------
declare -A user=(
	[upstream]='Upstream <upstream@example.org>'
	[second]='Second Upstream <second@example.org>'
	[stranger]='Stranger <stranger@example.org>'
	# what echo -e, a terminal and a reader make something of
	[hostile]=$'Evil \\033[2J\\x1b[31m\\a\\c \e[32m\xc2\x9b\xe2\x80\xae <evil@example.org>'
)
for who in "${!user[@]}"; do
	gpg --batch --quiet --passphrase '' --quick-generate-key "${user[${who}]}" ed25519 sign never 2>/dev/null
	gpg --batch --quiet --armor --export "${user[${who}]##* }" > "${work}/${who}.asc" 2>/dev/null
done
signify-openbsd -G -n -p "${work}/signify.pub" -s "${work}/signify.sec"
minisign -G -f -W -p "${work}/minisign.pub" -s "${work}/minisign.key" >/dev/null

cp "${work}/upstream.asc" "${D}/openpgp-keys-upstream-1-upstream.asc"
cp "${work}/second.asc" "${D}/openpgp-keys-second-1-second.asc"
cp "${work}/signify.pub" "${D}/signify-keys-upstream-1-upstream.pub"
# ::gentoo's eclass wants the bare key in the file
tail -n 1 "${work}/minisign.pub" > "${D}/minisig-keys-upstream-1-upstream.pub"
# for the scenarios that put another key in the place of the right one
cp "${work}/stranger.asc" "${prefix}/stranger.asc"
# the same key with one byte of it changed: the last one of the key itself, before the user id
# usage: altered_key FILE OUTPUT
altered_key() {
	gpg --dearmor < "$1" > "${work}/key"
	# a new or old packet header of two bytes, then the length of the key packet
	local at=$(( $(od -An -tu1 -j 1 -N 1 "${work}/key") + 1 ))
	change "${work}/key" "${at}"
	armored "${work}/key" 'PUBLIC KEY BLOCK' > "$2"
}
# usage: change FILE OFFSET: flip a bit of one byte
change() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\x$(printf %x $(( byte ^ 1 )))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
# usage: armored FILE KIND
armored() { printf -- '-----BEGIN PGP %s-----\n\n%s\n-----END PGP %s-----\n' "$2" "$(base64 -w 64 "$1")" "$2"; }
altered_key "${work}/upstream.asc" "${prefix}/altered.asc"
# Of signify's and minisign's keys: a byte of the key; before it stands its number. As not every 32
# bytes are an Ed25519 key, there are several to choose from.
for m in signify minisign; do
	for at in {41..22}; do
		tail -n 1 "${work}/${m}.pub" | base64 -d > "${work}/key"
		change "${work}/key" "${at}"
		{ echo "untrusted comment: altered"; base64 -w 0 "${work}/key"; echo; } > "${prefix}/altered.${m}.${at}"
	done
done
# gpg keeps a revocation certificate for each key, with a colon against use by accident
mkdir -m 700 "${work}/revoked"
fingerprint=$(gpg --batch --with-colons --list-keys "${user[upstream]}" | awk -F: '$1 == "fpr" { print $10; exit }')
sed 's/^:-----BEGIN/-----BEGIN/' "${GNUPGHOME}/openpgp-revocs.d/${fingerprint}.rev" > "${work}/revocation"
gpg --homedir "${work}/revoked" --batch --quiet --import "${work}/upstream.asc" "${work}/revocation" 2>/dev/null
gpg --homedir "${work}/revoked" --batch --quiet --armor --export > "${prefix}/revoked.asc" 2>/dev/null

# --- tools -----------------------------------------------------------------------------------
# usage: tarball NAME [DIRECTORY]: NAME.tar in the work directory, with DIRECTORY/hello in it
tarball() {
	mkdir -p "${work}/x/${2:-$1}"
	echo "hello from $1" > "${work}/x/${2:-$1}/hello"
	tar -C "${work}/x" --owner=0 --group=0 --mtime=@0 -cf "${work}/$1.tar" "${2:-$1}"
	rm -r "${work}/x"
}
# usage: compress NAME SUFFIX [DISTFILE]: to the distfiles
compress() {
	local program
	case $2 in gz) program=gzip ;; bz2) program=bzip2 ;; zst) program=zstd ;; lz) program=lzip ;; *) program=$2 ;; esac
	"${program}" -c < "${work}/$1.tar" > "${D}/${3:-$1.tar.$2}"
}
# usage: tgz NAME [DIRECTORY]
tgz() { tarball "$@"; compress "$1" gz; }
# usage: sign FILE SIGNATURE [WHO]; binary unless the name ends in .asc
sign() {
	local armor=--armor
	[[ $2 == *asc ]] || armor=--no-armor
	gpg --batch --quiet --yes ${armor} --local-user "${user[${3:-upstream}]##* }" --output "$2" --detach-sign "$1"
}
# usage: clearsign SIGNED [WHO], from stdin
clearsign() { gpg --batch --quiet --yes --local-user "${user[${2:-upstream}]##* }" --output "$1" --clearsign; }
sum() { "$1sum" < "$2" | cut -d' ' -f1; }

# --- one tarball, one signature ----------------------------------------------------------------
for p in broot-key-1 calls-default-1 conditional-1 default-asc-1 eapi7-1 eapi9-1 explicit-key-1 hooked-1 \
	hostile-1 keyless-1 keyserver-1 local-key-1 nonfatal-1 partial-1 procsub-1 stock-1 stray-1 two-keys-1 \
	unsigned-1 workdir-copy-1 default-two-sigs-1; do
	tgz "${p}"
	sign "${D}/${p}.tar.gz" "${D}/${p}.tar.gz.asc"
done
sign "${D}/default-two-sigs-1.tar.gz" "${D}/default-two-sigs-1.tar.gz.sig"
tgz unsigned-1-extra
sign /dev/null "${D}/stray-1-gone.tar.gz.asc"
sum sha256 "${D}/procsub-1.tar.gz" > "${D}/procsub-1.sha256"
# refused: made over something else
sign /dev/null "${D}/nonfatal-1.tar.gz.asc"
sign /dev/null "${D}/nonfatal-1.tar.sign"
echo "$(sum sha256 /dev/null)  nonfatal-1.tar.gz" | clearsign "${D}/nonfatal-1.sums.asc"
echo "all is well" | clearsign "${D}/nonfatal-1.news.asc"
sed -i 's/all is/nothing is/' "${D}/nonfatal-1.news.asc"
tarball refusals-1; compress refusals-1 xz
sign "${D}/refusals-1.tar.xz" "${D}/refusals-1.tar.xz.asc" stranger
sign /dev/null "${D}/refusals-1.tar.xz.sig"
sign /dev/null "${D}/refusals-1.tar.sign"
sed 's/nonfatal-1.tar.gz/refusals-1.tar.xz/' "${D}/nonfatal-1.news.asc" > "${D}/refusals-1.news.asc"
echo "$(sum sha256 /dev/null)  refusals-1.tar.xz" | clearsign "${D}/refusals-1.sums.asc"

tarball contexts-1; compress contexts-1 xz
sign "${D}/contexts-1.tar.xz" "${D}/contexts-1.tar.xz.asc"
sign "${D}/contexts-1.tar.xz" "${D}/contexts-1.tar.xz.sig" second
sign "${work}/contexts-1.tar" "${D}/contexts-1.tar.sign"
echo "some news" | clearsign "${D}/contexts-1.news.asc"
echo "some news" | clearsign "${D}/contexts-1.bad.asc" second
( cd "${D}"; sha256sum contexts-1.tar.xz > contexts-1.sums )

# by the key with the user id
sign "${D}/hostile-1.tar.gz" "${D}/hostile-1.tar.gz.asc" hostile
sign /dev/null "${D}/hostile-1.bad.asc" hostile
echo "text" | clearsign "${D}/hostile-1.news.asc" hostile
cp "${work}/hostile.asc" "${D}/hostile-1.key.asc"
# the backslashes are in the name
f='hostile-name-1\033[2J\x1b[31m\a.tar.gz'
tarball hostile-name-1; compress hostile-name-1 gz "${f}"
sign /dev/null "${D}/${f}.asc"

tgz local-key-1-second
sign "${D}/local-key-1-second.tar.gz" "${D}/local-key-1-second.tar.gz.asc" second
mv "${D}/two-keys-1.tar.gz.asc" "${D}/two-keys-1.tar.gz.upstream.asc"
sign "${D}/two-keys-1.tar.gz" "${D}/two-keys-1.tar.gz.second.asc" second

tarball renamed-1
compress renamed-1 gz renamed-1.gh.tar.gz
sign "${D}/renamed-1.gh.tar.gz" "${D}/renamed-1.gh.tar.gz.asc"

# --- several -----------------------------------------------------------------------------------
tarball default-several-1; compress default-several-1 xz
tarball default-several-1-data; compress default-several-1-data bz2
tgz default-several-1-doc
for f in default-several-1.tar.xz default-several-1-data.tar.bz2 default-several-1-doc.tar.gz; do
	sign "${D}/${f}" "${D}/${f}.sig"
done
tgz loop-1
tgz loop-1-extra
for f in loop-1.tar.gz loop-1-extra.tar.gz; do sign "${D}/${f}" "${D}/${f}.sig"; done
echo "not an archive" > "${D}/loop-1-fonts.dat"
tarball partial-1-patches; compress partial-1-patches xz

# --- over the uncompressed tarball ---------------------------------------------------------------
for p in default-sign-1 stdin-1 kernel-1; do
	tarball "${p}"; compress "${p}" xz
	sign "${work}/${p}.tar" "${D}/${p}.tar.sign"
done
echo "a patch" > "${work}/patch"
xz -c < "${work}/patch" > "${D}/kernel-1-patch.xz"
sign "${work}/patch" "${D}/kernel-1-patch.sign"
tarball kernel-formats-1
sign "${work}/kernel-formats-1.tar" "${D}/kernel-formats-1.tar.sign"
compress kernel-formats-1 gz kernel-formats-1-a.tar.gz
compress kernel-formats-1 bz2 kernel-formats-1-b.tar.bz2
compress kernel-formats-1 zst kernel-formats-1-c.tar.zst
compress kernel-formats-1 lz kernel-formats-1-d.tar.lz

# --- checksums and messages ------------------------------------------------------------------------
for p in sums-detached-1 sums-formats-1 sums-clearsigned-1 pipe-1 message-file-1 message-stdin-1 signify-1 signify-sums-1 minisig-1; do
	tgz "${p}"
done
tgz sums-formats-1-doc
( cd "${D}"
	{ echo "# other files are listed as well"; echo "$(sum sha256 /dev/null)  elsewhere.tar.gz"
	sha256sum sums-detached-1.tar.gz; } > sums-detached-1.SHA256SUMS
	sign sums-detached-1.SHA256SUMS sums-detached-1.SHA256SUMS.asc

	files=( sums-formats-1.tar.gz sums-formats-1-doc.tar.gz )
	for f in "${files[@]}"; do echo "SHA256(${f})= $(sum sha256 "${f}")"; echo "SHA512(${f})= $(sum sha512 "${f}")"; done > sums-formats-1.dgst
	sha256sum --tag "${files[@]}" > sums-formats-1.bsd
	sha512sum --binary "${files[@]}" > sums-formats-1.sha512
	b2sum "${files[@]}" > sums-formats-1.b2

	sha256sum sums-clearsigned-1.tar.gz | clearsign sums-clearsigned-1.sha256sum.txt.asc
	echo "$(sum sha256 pipe-1.tar.gz)  v1.tar.gz" | clearsign pipe-1.sums.asc
	sha256sum message-stdin-1.tar.gz | clearsign message-stdin-1.sums.asc
	{ echo "We announce release 1."; sha256sum message-file-1.tar.gz; echo "- dashes are escaped"; } |
		clearsign message-file-1.announce.asc
)

# --- signify, minisign -----------------------------------------------------------------------------
( cd "${work}"
	signify-openbsd -S -s signify.sec -m "${D}/signify-1.tar.gz" -x "${D}/signify-1.tar.gz.sig"
	( cd "${D}"; sha256sum --tag signify-sums-1.tar.gz ) > sums
	signify-openbsd -S -e -s signify.sec -m sums -x "${D}/signify-sums-1.sha.sig"
)
minisign -S -s "${work}/minisign.key" -m "${D}/minisig-1.tar.gz" -x "${D}/minisig-1.tar.gz.minisig" \
	-t "release 1" </dev/null >/dev/null

for m in signify minisig; do
	tarball "stdin-${m}-1"
	compress "stdin-${m}-1" xz
done
signify-openbsd -S -s "${work}/signify.sec" -m "${work}/stdin-signify-1.tar" -x "${D}/stdin-signify-1.tar.sig"
minisign -S -s "${work}/minisign.key" -m "${work}/stdin-minisig-1.tar" -x "${D}/stdin-minisig-1.tar.minisig" \
	-t "release 1" </dev/null >/dev/null

cp "${here}"/hostile-ref/hostile_ref-1.tar.gz{,.provenance} "${D}/"

# --- distvouch itself --------------------------------------------------------------------------------
mkdir -p "${work}/x/distvouch-0.1.0" "${work}/x/cargo_home"
cp -r "${here}/../.."/{README.md,doc} "${work}/x/distvouch-0.1.0/"
mkdir -p "${work}/x/distvouch-0.1.0/eclass"
cp "${here}/../../eclass/verify-sig.eclass" "${work}/x/distvouch-0.1.0/eclass/"
tar -C "${work}/x" -czf "${D}/distvouch-0.1.0.tar.gz" distvouch-0.1.0
tar -C "${work}/x" -cJf "${D}/distvouch-0.1.0-crates.tar.xz" cargo_home
rm -r "${work}/x"

# --- real releases -----------------------------------------------------------------------------------
absent() { echo "distfiles: not there: $*"; }

# usage: debian CASE PACKAGE VERSION FILE
debian() {
	local case=$1 package=$2 version=$3 file=$4 dir=${work}/debian/$2 apt=${work}/apt mirror
	if [[ -d ${corpora}/openpgp/${case} ]]; then
		cp "${corpora}/openpgp/${case}/${file}"{,.asc} "${D}/"
		cp "${corpora}/openpgp/${case}/signing-key.asc" "${D}/openpgp-keys-real-1-real-${package}.asc"
		return
	fi
	mkdir -p "${dir}" "${apt}"/{lists/partial,archives/partial}
	mirror=$(sed -nE 's/^(URIs: |deb (\[[^]]*\] )?)([a-z+]+:[^ ]+).*/\3/p' \
		/etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | head -n 1) || :
	printf 'deb-src [signed-by=%s] %s bookworm main\n' \
		/usr/share/keyrings/debian-archive-keyring.gpg "${mirror}" > "${apt}/sources.list"
	local options=( -qq -o Dir::Etc::sourcelist="${apt}/sources.list" -o Dir::Etc::sourceparts=/dev/null
		-o Dir::State::lists="${apt}/lists" -o Dir::Cache="${apt}" -o APT::Sandbox::User=root )
	if { [[ -e ${apt}/updated ]] || apt-get "${options[@]}" update; } >/dev/null 2>&1 && : > "${apt}/updated" &&
		( cd "${dir}" && apt-get "${options[@]}" source --download-only "${package}=${version}" ) >/dev/null 2>&1 &&
		tar -C "${dir}" -xf "${dir}"/*.debian.tar.* debian/upstream/signing-key.asc
	then
		cp "${dir}/${file}"{,.asc} "${D}/"
		cp "${dir}/debian/upstream/signing-key.asc" "${D}/openpgp-keys-real-1-real-${package}.asc"
	else
		absent "real release ${package} ${version}"
	fi
}
debian pciutils@bookworm pciutils 1:3.9.0-4 pciutils_3.9.0.orig.tar.gz
debian byacc@bookworm byacc 1:2.0.20221106-1 byacc_2.0.20221106.orig.tar.gz
debian dos2unix@bookworm dos2unix 7.4.3-1 dos2unix_7.4.3.orig.tar.gz
debian ofono@bookworm ofono 1.31-3 ofono_1.31.orig.tar.xz

# usage: pypi CASE FILE [DISTFILE]; the source distribution of pypi-attestations carries files that
# it did not make itself, with their real provenance
pypi() {
	local case=${corpora}/pep740/$1 file=$2 distfile=${3:-$2} assets=${work}/assets
	if [[ -f ${case}/provenance.json ]]; then
		cp "${case}/${file}" "${D}/${distfile}"
		cp "${case}/provenance.json" "${D}/${distfile}.provenance"
		return
	fi
	{ [[ -d ${assets} ]] || { mkdir "${assets}" &&
		"${prefix}/venv/bin/pip" -q download --no-deps --no-binary :all: -d "${assets}" pypi-attestations==0.0.30 &&
		tar -C "${assets}" --strip-components=1 -xf "${assets}"/*.tar.gz; }; } >/dev/null 2>&1 || :
	if [[ -f ${assets}/test/assets/${file} && -f ${assets}/test/assets/${file}.provenance ]]; then
		cp "${assets}/test/assets/${file}" "${D}/${distfile}"
		cp "${assets}/test/assets/${file}.provenance" "${D}/${distfile}.provenance"
	else
		absent "provenance of ${file}"
	fi
}
pypi pypi_attestations-0.0.19.tar.gz.provenance pypi_attestations-0.0.19.tar.gz
pypi gcb_attestation_test-0.0.0.tar.gz.provenance gcb_attestation_test-0.0.0.tar.gz
pypi abi3info-2024.10.8-py3-none-any.whl.provenance abi3info-2024.10.8-py3-none-any.whl abi3info-2024.10.8-py3-none-any.whl.zip
f=pypi_attestations-0.0.19.tar.gz
if [[ -e ${D}/${f} ]]; then
	for p in direct empty; do
		cp "${D}/${f}" "${D}/pypi-attestations-${p}-0.0.19.tar.gz"
		cp "${D}/${f}.provenance" "${D}/pypi-attestations-${p}-0.0.19.tar.gz.provenance"
	done
	echo '{"version": 1, "attestation_bundles": []}' > "${D}/pypi-attestations-empty-0.0.19.tar.gz.provenance"
	sign "${D}/${f}" "${D}/${f}.asc"
fi

conformance=${corpora}/sigstore-conformance
if [[ -d ${conformance} ]]; then
	cp "${conformance}/a.txt" "${D}/sigstore-1.txt"
	cp "${conformance}/bundle-verify/happy-path-v0.3/bundle.sigstore.json" "${D}/sigstore-1.txt.sigstore"
	cp "${D}/sigstore-1.txt" "${D}/sigstore-own-1.txt"
	cp "${D}/sigstore-1.txt.sigstore" "${D}/sigstore-own-1.json"
else
	absent "Sigstore bundle (set DISTVOUCH_CORPORA)"
fi

chown -R portage:portage "${D}"
chmod 664 "${D}"/*
