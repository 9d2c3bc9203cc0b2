# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit verify-sig

DESCRIPTION="What is refused as it stands"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${P}.tar.xz
	verify-sig? (
		https://example.org/${P}.tar.xz.asc
		https://example.org/${P}.tar.xz.sig
		https://example.org/${P}.tar.sign
		https://example.org/sums.asc -> ${P}.sums.asc
		https://example.org/news.asc -> ${P}.news.asc
	)
"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~alpha ~amd64 ~arm ~arm64 ~hppa ~loong ~m68k ~mips ~ppc ~ppc64 ~riscv ~s390 ~sparc ~x86"

BDEPEND="
	verify-sig? ( sec-keys/openpgp-keys-upstream )
"

VERIFY_SIG_OPENPGP_KEY_PATH="/usr/share/openpgp-keys/upstream.asc"

src_unpack() {
	if use verify-sig; then
		cd "${DISTDIR}" || die
		case ${DV_CALL} in
			# by a stranger
			stranger) verify-sig_verify_detached ${P}.tar.xz{,.asc} ;;
			# over other bytes
			bad) verify-sig_verify_detached ${P}.tar.xz{,.sig} ;;
			stdin) verify-sig_verify_detached - ${P}.tar.xz.sig < ${P}.tar.xz ;;
			procsub) verify-sig_verify_detached <(cat ${P}.tar.xz) ${P}.tar.xz.sig ;;
			uncompress) verify-sig_uncompress_verify_unpack ${P}.tar.{xz,sign} ;;
			uncompress-no-stream) verify-sig_uncompress_verify_unpack "${T}"/x.tar.gz ${P}.tar.sign ;;
			# no signature at all
			no-signature) verify-sig_verify_detached ${P}.tar.xz ${P}.tar.xz ;;
			no-file) verify-sig_verify_detached ${P}.zip ${P}.tar.xz.sig ;;
			no-key-file) verify-sig_verify_detached ${P}.tar.xz{,.sig} /nonexistent ;;
			no-key) verify-sig_verify_detached ${P}.tar.xz{,.sig} ${P}.news.asc ;;
			message) verify-sig_verify_message ${P}.news.asc "${T}"/news ;;
			message-stdin) verify-sig_verify_message - "${T}"/news < ${P}.news.asc ;;
			no-message) verify-sig_verify_message /nonexistent "${T}"/news ;;
			sums) verify-sig_verify_signed_checksums ${P}.sums.asc sha256 ${P}.tar.xz ;;
			armor) verify-sig_verify_unsigned_checksums ${P}.sums.asc sha256 ${P}.tar.xz ;;
			no-list) verify-sig_verify_unsigned_checksums /nonexistent sha256 ${P}.tar.xz ;;
			list) verify-sig_verify_unsigned_checksums - sha256 ${P}.tar.xz <<< "${DV_LIST}" ;;
			*) die "DV_CALL" ;;
		esac
		cd "${WORKDIR}" || die
	fi
	default
}

src_install() {
	insinto /usr/share/${PN}
	doins hello
}
