#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# An address that signs MAIL in at a running `make run`, as whoever runs that.
set -euo pipefail

mail=${MAIL:-kim.sommer@example.org}
if [ "$(id -u)" = 0 ]; then
	state=${STATE:-/var/lib/hubd-run}
	drop=(setpriv --reuid=postgres --regid=postgres --init-groups)
	binary=$state/program/hubd
else
	state=${STATE:-${XDG_STATE_HOME:-$HOME/.local/state}/hubd-run}
	drop=(setpriv)
	binary=$PWD/build/hubd
fi
state=$(realpath -m "$state")
if ! [ -e "$state/hubd.conf" ]; then
	echo "No make run has used $state yet; start one, or say which: make sign-in STATE=/path" >&2
	exit 1
fi
cd /
exec "${drop[@]}" -- "$binary" admin sign-in-link "$mail" --config "$state/hubd.conf"
