#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the packages of .make/packages that are missing: packages.sh run|check|campaign... Does nothing when none is.
# What is for run is always wanted.
set -eu

[ $# -gt 0 ] || { echo "packages.sh run|check|campaign..." >&2; exit 2; }
list=$(dirname "$0")/packages

is_installed() {
	dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

missing=
# shellcheck disable=SC2013 # words on purpose
for package in $(awk -v wanted=" run $* " '!/^#/ && index(wanted, " " $2 " ") { print $1 }' "$list"); do
	is_installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "hubd needs$missing (Debian's names), and there is no apt-get here to install them." >&2
	exit 1
fi
if [ "$(id -u)" = 0 ]; then
	as_root=
elif command -v sudo >/dev/null; then
	as_root=sudo
else
	echo "hubd needs$missing. Install them as root: apt-get install$missing" >&2
	exit 1
fi

echo "Installing$missing (once; a minute or two)"
install_missing() {
	# shellcheck disable=SC2086 # words on purpose
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >"$log" 2>&1
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Lists that are old or absent are the usual reason why it fails the first time.
if ! install_missing; then
	$as_root apt-get update -q >/dev/null 2>&1 || true
	install_missing || { cat "$log" >&2; echo "apt-get could not install$missing." >&2; exit 1; }
fi
