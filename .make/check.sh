#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The tests, stage by stage: check.sh [check|bench|campaign] [STAGE...]. A stage is one line of the table below: name, seconds
# it may take, command. Its output goes to build/check/NAME.log and is shown when it fails. Lines such as "3 passed, 1 failed,
# 2 skipped" (pytest's last line too) are what counts; the last line of all is their sum. Fails when anything failed,
# when a stage ran out of time, and when a stage counted nothing.
set -euo pipefail

form=${1:-check}
[ $# = 0 ] || shift
chosen=("$@")
log_folder=build/check
mkdir -p "$log_folder"
python='/usr/bin/python3 -m pytest -q -rs -p no:cacheprovider'
export PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8

stages() {
	case $form in
	check)
		cat <<TABLE
build         600 .make/stage build
includes       30 .make/check-includes
scripts        60 .make/stage scripts
unit          900 .make/stage unit
data          120 $python tests/unit
systemd       120 .make/stage tests systemd
sql           600 .make/stage tests sql
race          600 .make/stage race
api          1500 .make/stage tests api
browser      1500 .make/stage tests browser
clients       300 .make/stage tests clients
fuzz          300 .make/stage fuzz
chaos         300 .make/stage tests chaos
TABLE
		;;
	bench)
		echo "bench 1200 .make/stage bench" ;;
	campaign)
		cat <<TABLE
build         600 .make/stage build
chaos         900 env CHAOS_SECONDS=60 .make/stage tests chaos
feeds        3600 env HISTORY_EDITS=2000 $python tests/api/test_feed_history.py
files        1800 env ALL_FILES=1 $python tests/api/test_series_files.py
mail          600 env MAIL_COUNT=1000 $python tests/api/test_smtp.py -k many
fuzzing      7200 .make/stage fuzzing
TABLE
		;;
	*)
		echo "check.sh check|bench|campaign [STAGE...]" >&2
		exit 2 ;;
	esac
}

is_chosen() {
	[ ${#chosen[@]} = 0 ] && return 0
	local name
	for name in "${chosen[@]}"; do [ "$name" = "$1" ] && return 0; done
	return 1
}

# "passed failed skipped" of a log: unit tests, pytest and our own stages end with such a line.
count() {
	awk '
	{
		line = $0
		gsub(/^=+ | =+$/, "", line)
		sub(/ in [0-9.:hms() ]+$/, "", line)
		if (line !~ /^[0-9]+ (passed|failed|skipped|errors?|xfailed|xpassed|deselected|warnings?|tests? ran)(, [0-9]+ [a-z]+)*$/) next
		n = split(line, parts, ", ")
		for (i = 1; i <= n; i++) {
			split(parts[i], pair, " ")
			if (pair[2] == "passed" || pair[2] == "xfailed") passed += pair[1]
			if (pair[2] ~ /^(failed|errors?|xpassed)$/) failed += pair[1]
			if (pair[2] == "skipped") skipped += pair[1]
		}
	}
	END { print passed + 0, failed + 0, skipped + 0 }' "$1"
}

passed=0 failed=0 skipped=0
while read -r name seconds command; do
	is_chosen "$name" || continue
	log=$log_folder/$name.log
	begun=$(date +%s)
	code=0
	# shellcheck disable=SC2086 # the command is words
	timeout --kill-after=10 "$seconds" $command >"$log" 2>&1 </dev/null || code=$?
	read -r good bad left < <(count "$log")
	why=
	if [ "$code" = 124 ] || [ "$code" = 137 ]; then why="ran out of its $seconds s"
	elif [ "$code" != 0 ] && [ "$bad" = 0 ]; then why="ended with exit status $code"
	elif [ $((good + bad + left)) = 0 ]; then why="counted no test"
	fi
	if [ -n "$why" ]; then bad=$((bad + 1)); fi
	passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
	if [ "$bad" != 0 ]; then
		printf -- '---- %s %s\n' "$name" "$why"
		tail -n 200 "$log"
		printf -- '---- end of %s; the whole of it is in %s\n' "$name" "$log"
	elif [ "$form" = bench ]; then
		cat "$log"
	fi
	printf '%-10s %4d passed %3d failed %3d skipped %5d s\n' "$name" "$good" "$bad" "$left" $(($(date +%s) - begun))
done < <(stages)

printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ]
