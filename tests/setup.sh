#!/usr/bin/env bash
# Sourced by tests/all and tests/demo: gets what the tests compare with and what they check.
#
# From Debian, if this is root on a machine with apt-get: gpg, sqv, minisign, signify, faketime and
# the like. From PyPI: gemato and pypi-attestations, and the sdist of pypi-attestations 0.0.30, which
# carries earlier releases with their provenance. Everything but the Debian packages goes below
# target/tests. What cannot be had is said; the tests that need it then say that they are skipped.

top=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
scratch=$top/target/tests

say() { printf 'setup: %s\n' "$*" >&2; }

# apt_install PACKAGE...: those that are missing, if this machine lets us.
apt_install() {
	local missing=() package
	for package; do
		dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q ' installed$' ||
			missing+=("$package")
	done
	((${#missing[@]})) || return 0
	say "installing ${missing[*]}"
	apt-get -o DPkg::Lock::Timeout=300 update -qq &&
		DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq \
			--no-install-recommends "${missing[@]}" >/dev/null
}

debian() {
	if ! type -P apt-get dpkg-query >/dev/null; then
		say "no apt-get here: programs to compare with are taken as they are"
	elif ((EUID != 0)); then
		say "not root: programs to compare with are taken as they are"
	else
		apt_install "$@" || say "apt-get did not succeed: going on without"
	fi
}

# pypi REQUIREMENT...: into the tests' own virtual environment.
pypi() {
	local python=$scratch/venv/bin/python
	if [[ ! -x $python ]]; then
		python3 -m venv "$scratch/venv" || {
			say "python3 -m venv does not work: nothing from PyPI"
			return 1
		}
	fi
	"$python" -m pip install -q --disable-pip-version-check "$@"
}

# assets: the sdist of pypi-attestations 0.0.30, unpacked; prints the directory with the releases.
assets() {
	local dir=$scratch/pypi-attestations-0.0.30
	if [[ ! -d $dir/test/assets ]]; then
		mkdir -p "$scratch/download" "$dir"
		"$scratch/venv/bin/python" -m pip download -q --disable-pip-version-check --no-deps \
			--no-binary :all: -d "$scratch/download" pypi-attestations==0.0.30 || return
		tar -xzf "$scratch"/download/pypi_attestations-0.0.30.tar.gz -C "$dir" --strip-components 1 ||
			return
	fi
	printf '%s\n' "$dir/test/assets"
}
