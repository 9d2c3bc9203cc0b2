# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit verify-sig

DESCRIPTION="nonfatal and || do not help"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${P}.tar.gz
	verify-sig? (
		https://example.org/${P}.tar.gz.asc
		https://example.org/sums.asc -> ${P}.sums.asc
		https://example.org/news.asc -> ${P}.news.asc
		https://example.org/${P}.tar.sign
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
	local call=${DV_CALL:-verify_detached}
	if use verify-sig; then
		cd "${DISTDIR}" || die
		local args=()
		case ${call} in
			# over other bytes
			verify_detached) args=( ${P}.tar.gz{,.asc} ) ;;
			uncompress_verify_unpack) args=( ${P}.tar.gz ${P}.tar.sign ) ;;
			verify_message) args=( ${P}.news.asc "${T}"/news ) ;;
			# lists of other digests
			verify_unsigned_checksums) args=( "${T}"/list sha256 ${P}.tar.gz ) ;;
			verify_signed_checksums) args=( ${P}.sums.asc sha256 ${P}.tar.gz ) ;;
			# files without a distfile
			src_unpack) ;;
			*) die "DV_CALL" ;;
		esac
		echo "$(sha256sum < /dev/null | cut -d' ' -f1)  ${P}.tar.gz" > "${T}"/list || die
		nonfatal verify-sig_${call} "${args[@]}" || :
		cd "${WORKDIR}" || die
	fi
	default
}

src_install() {
	insinto /usr/share/${PN}
	doins hello
}
