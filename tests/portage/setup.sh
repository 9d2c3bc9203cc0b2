#!/bin/bash
# Copyright 2026 The distvouch authors
# Distributed under the terms of the MIT license
#
# setup.sh [PREFIX] - real Portage, pkgcheck and pkgcore in a world of their own below PREFIX
# (default: /var/tmp/distvouch-portage), on a Debian machine. Can be run again: what is there stays.
#
# Needs root (the portage user, userpriv, network-sandbox) and apt-get; without either it says
# "skipped: ..." and exits with status 77. Outside PREFIX it changes only this: Debian packages are
# installed, and the user and group portage (250) are added.
#
# Environment: PYTHON (default /usr/bin/python3), PORTAGE_VERSION, SKIP_BASH53=1, SKIP_PKGCHECK=1.

set -euo pipefail
umask 022
export LC_ALL=C.UTF-8

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
prefix=${1:-/var/tmp/distvouch-portage}
[[ ${prefix} == /* ]] || prefix=${PWD}/${prefix}
python=${PYTHON:-/usr/bin/python3}
portage_version=${PORTAGE_VERSION:-3.0.83}

say() { printf 'setup: %s\n' "$*"; }
skip() { printf 'skipped: %s\n' "$*"; exit 77; }

(( EUID == 0 )) || skip "real Portage: the sandboxes and userpriv need root"
type -P apt-get >/dev/null || skip "real Portage: this machine has no apt-get"

# The world can be reached by uid 250, and it holds nothing of anyone's.
parent=$(dirname "${prefix}")
mkdir -p "${parent}"
while [[ ${parent} != / ]]; do
	[[ $(stat -Lc %A "${parent}") == *x || $(stat -Lc %A "${parent}") == *t ]] ||
		skip "real Portage: uid 250 cannot enter ${parent}, choose another PREFIX"
	parent=$(dirname "${parent}")
done

apt() {
	DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"
}

debian_packages() {
	local package missing=()
	for package in bash binutils bzip2 ca-certificates file git gnupg gzip iproute2 lzip minisign \
		patch patchelf procps python3 python3-venv shellcheck signify-openbsd tar util-linux \
		xz-utils zstd; do
		[[ $(dpkg-query -W -f '${db:Status-Status}' "${package}" 2>/dev/null) == installed ]] ||
			missing+=( "${package}" )
	done
	(( ${#missing[@]} )) || return 0
	say "apt-get install ${missing[*]}"
	apt update
	apt install -y --no-install-recommends "${missing[@]}" >/dev/null
}

portage_user() {
	getent group portage >/dev/null || groupadd --system --gid 250 portage
	getent passwd portage >/dev/null ||
		useradd --system --uid 250 --gid portage --no-create-home \
			--home-dir /var/tmp/portage --shell /bin/false portage
}

# usage: venv NAME REQUIREMENT...
venv() {
	local dir=${prefix}/$1 want=${*:2}
	[[ -r ${dir}/.want && $(<"${dir}/.want") == "${want}" ]] && return
	say "pip install ${want}"
	[[ -x ${dir}/bin/python ]] || "${python}" -m venv "${dir}"
	"${dir}/bin/pip" --disable-pip-version-check -q install "${@:2}"
	printf '%s\n' "${want}" > "${dir}/.want"
}

# EAPI 9 needs bash 5.3, newer than Debian 12. The one of Debian's development suite runs here with
# its own C library beside it. apt-get checks the archive's signature as for any other package.
bash53() {
	local dir=${prefix}/bash53 apt=${prefix}/bash53.apt mirror deb
	[[ -x ${dir}/bash ]] && return
	(( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 503 )) && { mkdir -p "${dir}"; cp /bin/bash "${dir}/bash"; return; }
	[[ -z ${SKIP_BASH53:-} ]] || return 0
	say "bash 5.3"
	mirror=$(sed -nE 's/^(URIs: |deb (\[[^]]*\] )?)([a-z+]+:[^ ]+).*/\3/p' \
		/etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | head -n 1) || true
	rm -rf "${apt}" "${dir}.new"
	mkdir -p "${apt}"/{lists/partial,archives/partial,root} "${dir}.new"
	printf 'deb [signed-by=%s] %s sid main\n' \
		/usr/share/keyrings/debian-archive-keyring.gpg "${mirror}" > "${apt}/sources.list"
	local options=(
		-o Dir::Etc::sourcelist="${apt}/sources.list" -o Dir::Etc::sourceparts=/dev/null
		-o Dir::State::lists="${apt}/lists" -o Dir::State::status=/dev/null -o Dir::Cache="${apt}"
		-o APT::Sandbox::User=root -o Acquire::Languages=none
	)
	if ! ( apt "${options[@]}" update && cd "${apt}" &&
		apt "${options[@]}" download bash libc6 libtinfo6 ) >"${apt}/log" 2>&1
	then
		say "bash 5.3 cannot be had, EAPI 9 will be skipped: $(tail -n 1 "${apt}/log")"
		return 0
	fi
	for deb in "${apt}"/*.deb; do dpkg-deb -x "${deb}" "${apt}/root"; done
	cp -L "${apt}"/root/usr/lib/*/{libc.so.6,libtinfo.so.6,ld-linux*.so.*} "${apt}/root/usr/bin/bash" "${dir}.new/"
	patchelf --set-rpath "${dir}" --set-interpreter "$(echo "${dir}.new"/ld-linux*.so.* | sed 's:\.new/:/:')" \
		"${dir}.new/bash"
	mv "${dir}.new" "${dir}"
	rm -rf "${apt}"
	"${dir}/bash" -c '(( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 503 ))'
}

# The repositories: a stand-in for ::gentoo, the overlay with our eclass, and one with pypi.eclass as
# it would be after the change that doc/eclass.md proposes. All are copied anew each time, so that a
# run never sees an older state of the source tree.
repositories() {
	local repo
	for repo in gentoo overlay proposed; do
		rm -rf "${prefix}/repos/${repo}"
		mkdir -p "${prefix}/repos"
		cp -r "${here}/${repo}" "${prefix}/repos/${repo}"
	done
	# The package as the overlay below eclass/ has it; its Manifest is of other distfiles
	cp -r "${here}/../../eclass/overlay/app-portage" "${prefix}/repos/overlay/"
	rm -f "${prefix}/repos/overlay/app-portage/distvouch/Manifest"
	mkdir -p "${prefix}/repos/overlay/eclass"
	cp "${here}/../../eclass/verify-sig.eclass" "${prefix}/repos/overlay/eclass/"
	mkdir -p "${prefix}/repos/proposed/eclass"
	patch --quiet --output="${prefix}/repos/proposed/eclass/pypi.eclass" \
		"${here}/gentoo/eclass/pypi.eclass" "${here}/proposed/pypi.eclass.patch"
	chmod 644 "${prefix}/repos/proposed/eclass/pypi.eclass"
	rm "${prefix}/repos/proposed/pypi.eclass.patch"
}

configuration() {
	local arch dir
	mkdir -p "${prefix}"/{distfiles,log,pkgs,root,tmp}
	chgrp portage "${prefix}"/{distfiles,log}
	chmod 2775 "${prefix}"/{distfiles,log}
	chmod 1777 "${prefix}/tmp"
	for dir in "${here}/gentoo/profiles/default"/*; do
		arch=${dir##*/} dir=${prefix}/conf/${dir##*/}/etc/portage
		mkdir -p "${dir}"
		ln -sfn "${prefix}/repos/gentoo/profiles/default/${arch}" "${dir}/make.profile"
		cat > "${dir}/repos.conf" <<-END
			[DEFAULT]
			main-repo = gentoo

			[gentoo]
			location = ${prefix}/repos/gentoo
			auto-sync = no
			eclass-overrides = overlay

			[overlay]
			location = ${prefix}/repos/overlay
			auto-sync = no

			[proposed]
			location = ${prefix}/repos/proposed
			auto-sync = no
		END
		cat > "${dir}/make.conf" <<-END
			ACCEPT_KEYWORDS="~${arch}"
			ACCEPT_LICENSE="*"
			DISTDIR="${prefix}/distfiles"
			PKGDIR="${prefix}/pkgs"
			PORTAGE_TMPDIR="${prefix}/tmp"
			PORTAGE_LOGDIR="${prefix}/log"
			# nothing is ever fetched
			GENTOO_MIRRORS=""
			FETCHCOMMAND="/bin/false \\\${URI} \\\${DISTDIR}/\\\${FILE}"
			RESUMECOMMAND="/bin/false \\\${URI} \\\${DISTDIR}/\\\${FILE}"
			EMERGE_DEFAULT_OPTS="--color=n --nospinner --quiet-build=n --jobs=1"
			PORTAGE_ELOG_SYSTEM="echo"
			# What make.globals switches on stays on (userpriv, network-sandbox, pid-sandbox,
			# ipc-sandbox, strict, ...). sys-apps/sandbox is not a Debian package.
			FEATURES="-sandbox -usersandbox -news -merge-wait"
		END
	done
	# Portage from a wheel takes the venv for its own offset (BROOT): packages of BDEPEND are merged
	# below the venv and need a configuration there; unpack calls GNU tar as gtar.
	mkdir -p "${prefix}/venv/etc"
	ln -sfn "${prefix}/conf/amd64/etc/portage" "${prefix}/venv/etc/portage"
	ln -sfn "$(type -P tar)" "${prefix}/venv/bin/gtar"
	cp "${here}/native" "${prefix}/native"
	chmod 755 "${prefix}/native"
}

debian_packages
portage_user
mkdir -p "${prefix}"
chmod 755 "${prefix}"
bash53
venv venv "portage==${portage_version}" "gemato>=20,<21"
if [[ -z ${SKIP_PKGCHECK:-} ]]; then
	# pkgcore from 0.12.31 on starts only under bash 5.3; before that one, these are the last.
	if [[ -x ${prefix}/bash53/bash ]]; then
		venv venv-pkgcheck pkgcheck==0.10.39 pkgcore==0.12.33
	else
		venv venv-pkgcheck pkgcheck==0.10.37 pkgcore==0.12.30
	fi
fi
repositories
configuration
say "$("${prefix}/venv/bin/emerge" --version 2>/dev/null | head -n 1 || true) below ${prefix}"
