# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license

EAPI=8

inherit verify-sig

DESCRIPTION="Names and user ids that do something when they are printed"
HOMEPAGE="https://example.org/"
SRC_URI="
	https://example.org/${P}.tar.gz
	verify-sig? (
		https://example.org/${P}.tar.gz.asc
		https://example.org/${P}.bad.asc
		https://example.org/news.asc -> ${P}.news.asc
		https://example.org/${P}.key.asc
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
	# colours, a cleared screen, a bell, text that runs backwards, a forged line
	local name=$'x\e[31m\\033[2J\\x1b[2J\\a\xc2\x9b\xe2\x80\xae\n * forged\x9b.tar.gz'
	local key=${DISTDIR}/${P}.key.asc
	if use verify-sig; then
		cd "${T}" || die
		cp "${DISTDIR}"/${P}.tar.gz "${name}" || die
		cp "${DISTDIR}"/${P}.tar.gz.asc "${name}.asc" || die
		cp "${DISTDIR}"/${P}.bad.asc "${name}.sig" || die
		cp "${DISTDIR}"/${P}.news.asc "${name}.news" || die
		case ${DV_CALL} in
			agrees)
				verify-sig_verify_detached "${name}"{,.asc} "${key}"
				verify-sig_verify_message "${name}.news" "${name}.text" "${key}"
				;;
			bad) verify-sig_verify_detached "${name}"{,.sig} "${key}" ;;
			uncompress) verify-sig_uncompress_verify_unpack "${name}"{,.sig} "${key}" ;;
			message) verify-sig_verify_message "${name}.sig" news "${key}" ;;
			key) verify-sig_verify_detached "${name}"{,.asc} "${name}.key" ;;
			no-file) verify-sig_verify_detached "${name}.none" "${name}.asc" "${key}" ;;
			no-list) verify-sig_verify_unsigned_checksums "${name}.none" sha256 x ;;
			armor) verify-sig_verify_unsigned_checksums "${name}.news" sha256 x ;;
			sums)
				name=${name//[[:space:]]/_}
				echo x > "${name}" || die
				verify-sig_verify_unsigned_checksums - sha256 "${name}" <<< "$(sha256sum < /dev/null | cut -d' ' -f1)  ${name}"
				;;
			provenance)
				echo '{"version": 1, "attestation_bundles": []}' > "${name}.provenance" || die
				verify-sig_verify_provenance "${name}"{,.provenance} https://example.org/x
				;;
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
