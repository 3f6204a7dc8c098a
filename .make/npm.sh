#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Fetches the npm packages of the browser tests (tests only), once. Fails when it cannot: then those tests say "skipped".
set -eu
cd "$(dirname "$0")/../tests/browser"
[ -d node_modules ] && exit 0
if ! command -v npm >/dev/null; then
	echo "There is no npm here: the tests in a browser are skipped." >&2
	exit 1
fi
echo "Fetching the npm packages of the browser tests (once)"
npm ci --no-audit --no-fund --loglevel=error >/dev/null || { rm -rf node_modules; echo "npm could not fetch them: those tests are skipped." >&2; exit 1; }
