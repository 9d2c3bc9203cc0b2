# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit verify-sig

DESCRIPTION="Functions called in every way that bash has"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${P}.tar.xz
	verify-sig? (
		https://example.org/${P}.tar.xz.asc
		https://example.org/${P}.tar.xz.sig
		https://example.org/${P}.tar.sign
		https://example.org/news.asc -> ${P}.news.asc
		https://example.org/bad.asc -> ${P}.bad.asc
		https://example.org/sums -> ${P}.sums
	)
"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm64 ~hppa ~m68k ~riscv"
BDEPEND="
	verify-sig? (
		sec-keys/openpgp-keys-second
		sec-keys/openpgp-keys-upstream
	)
"

VERIFY_SIG_OPENPGP_KEY_PATH="/usr/share/openpgp-keys/upstream.asc"

# The tests say which signature (.asc is by the one key, .sig by the other), message and file.
src_unpack() {
	local sig=${DV_SIG:-asc} news=${DV_NEWS:-news} keys=${BROOT}/usr/share/openpgp-keys text
	local odd="${T}/a b"$'\t'"c\\033[2J\\c 'd' -e *.tar.xz"

	if use verify-sig; then
		case ${DV_CALL} in
			pipe)
				verify-sig_verify_detached "${DISTDIR}"/${P}.tar.xz{,.${sig}} | cat
				verify-sig_verify_message "${DISTDIR}"/${P}.${news}.asc - | grep -q news || die
				;;
			substitution)
				text=$(verify-sig_verify_detached "${DISTDIR}"/${P}.tar.xz{,.${sig}})
				[[ -z ${text} ]] || die "something on stdout: ${text}"
				text=$(verify-sig_verify_message "${DISTDIR}"/${P}.${news}.asc -)
				[[ ${text} == "some news" ]] || die "not the text: ${text}"
				;;
			subshell) ( verify-sig_verify_detached "${DISTDIR}"/${P}.tar.xz{,.${sig}} ) ;;
			background) verify-sig_verify_detached "${DISTDIR}"/${P}.tar.xz{,.${sig}} & wait ;;
			condition) if ! verify-sig_verify_detached "${DISTDIR}"/${P}.tar.xz{,.${sig}}; then :; fi ;;
			loop)
				# what the function does not ask for stays in the loop's stdin
				while read -r text; do
					verify-sig_verify_detached "${DISTDIR}"/${text}{,.${sig}} || :
				done <<< "${P}.tar.xz"$'\n'"${P}.tar.xz"
				[[ -z ${text} ]] || die
				;;
			cd)
				cd "${DISTDIR}" || die
				verify-sig_verify_detached ${P}.tar.xz ./${P}.tar.xz.${sig}
				cd "${T}" || die
				verify-sig_verify_message "${DISTDIR}"/${P}.${news}.asc news
				[[ $(<"${T}"/news) == "some news" ]] || die
				cd "${WORKDIR}" || die
				;;
			nounset)
				set -u
				unset VERIFY_SIG_OPENPGP_KEYSERVER VERIFY_SIG_OPENPGP_FINGERPRINTS
				verify-sig_verify_detached "${DISTDIR}"/${P}.tar.xz{,.${sig}}
				verify-sig_verify_message "${DISTDIR}"/${P}.${news}.asc "${T}"/news
				( cd "${DISTDIR}" && verify-sig_verify_unsigned_checksums ${P}.sums sha256 ${P}.tar.xz )
				verify-sig_uncompress_verify_unpack "${DISTDIR}"/${P}.tar.{xz,sign}
				rm -r ${P} || die
				set +u
				;;
			errexit)
				set -e
				verify-sig_verify_detached "${DISTDIR}"/${P}.tar.xz{,.${sig}}
				set +e
				;;
			noglob)
				set -f
				verify-sig_verify_detached "${DISTDIR}"/${P}.tar.xz{,.${sig}}
				set +f
				;;
			ifs)
				local IFS=x
				verify-sig_verify_detached "${DISTDIR}/${P}.tar.xz" "${DISTDIR}/${P}.tar.xz.${sig}"
				unset IFS
				;;
			two-keys)
				# in one phase, by argument and by variable, with BROOT in front and without
				verify-sig_verify_detached "${DISTDIR}"/${P}.tar.xz{,.asc} "${keys}"/upstream.asc
				VERIFY_SIG_OPENPGP_KEY_PATH="${keys}"/second.asc
				verify-sig_verify_detached "${DISTDIR}"/${P}.tar.xz{,.${DV_SIG:-sig}}
				;;
			odd-names)
				cp "${DISTDIR}"/${P}.tar.xz "${odd}" || die
				cp "${DISTDIR}"/${P}.tar.xz.${sig} "${odd} .asc" || die
				cp "${DISTDIR}"/${P}.tar.sign "${odd} .sign" || die
				cp "${DISTDIR}"/${P}.${news}.asc "${odd} news" || die
				cp "${keys}"/upstream.asc "${odd} key" || die
				sed "s:${P}.tar.xz:x:" "${DISTDIR}"/${P}.sums > "${odd} sums" || die
				cd "${T}" || die
				cp "${DISTDIR}"/${P}.tar.xz x || die
				verify-sig_verify_detached "${odd}"{," .asc"} "${odd} key"
				verify-sig_verify_message "${odd} news" "${odd} text" "${odd} key"
				[[ $(<"${odd} text") == "some news" ]] || die
				verify-sig_verify_unsigned_checksums "${odd} sums" sha256 x
				verify-sig_uncompress_verify_unpack "${odd}"{," .sign"} "${odd} key"
				[[ -f ${P}/hello ]] || die
				rm -r ${P} x || die
				cd "${WORKDIR}" || die
				;;
			pipes-everywhere)
				verify-sig_verify_detached <(sleep 1; cat "${DISTDIR}"/${P}.tar.xz) \
					<(cat "${DISTDIR}"/${P}.tar.xz.${sig}) <(cat "${keys}"/upstream.asc)
				verify-sig_verify_message <(cat "${DISTDIR}"/${P}.${news}.asc) /dev/stdout |
					grep -qx "some news" || die
				verify-sig_verify_message /dev/stdin >(cat > "${T}"/news) < "${DISTDIR}"/${P}.${news}.asc
				;;
			*) die "DV_CALL" ;;
		esac
	fi
	default
}

src_install() {
	insinto /usr/share/${PN}
	doins hello
}
