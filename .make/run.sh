#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# hubd with a private PostgreSQL, all under $STATE, on 127.0.0.1:$PORT; Ctrl-C ends all of it. `make run` calls this
# in the checkout with BINARY, PORT and STATE set. Root's run drops to the user postgres, because PostgreSQL refuses root.
set -euo pipefail

say() { printf '%s\n' "$*"; }
fail() { printf 'make run: %s\n' "$*" >&2; exit 1; }

binary=$PWD/${BINARY:?}
port=${PORT:-8080}
source=$PWD
if [ "$(id -u)" = 0 ]; then
	state=${STATE:-/var/lib/hubd-run}
	drop=(setpriv --reuid=postgres --regid=postgres --init-groups)
else
	state=${STATE:-${XDG_STATE_HOME:-$HOME/.local/state}/hubd-run}
	drop=(setpriv)
fi

check_port() {
	if ! [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || [ "$port" -gt 65535 ]; then
		fail "PORT=$port is not a port; take a number from 1 to 65535, such as PORT=8080."
	fi
	local hex
	hex=$(printf '%04X' "$port")
	# State 0A is "listening"; the addresses are those that a listener on 127.0.0.1 would collide with.
	if awk -v hex="$hex" '$4 == "0A" && $2 ~ "^(0100007F|0+):" hex "$" { found = 1 } END { exit !found }' /proc/net/tcp /proc/net/tcp6 2>/dev/null; then
		fail "port $port of 127.0.0.1 is in use by another program; choose another one: make run PORT=$((port % 65535 + 1))"
	fi
}

prepare_state() {
	sockets=$state/socket
	# sun_path holds 108 bytes, the last of them 0.
	local longest=$sockets/.s.PGSQL.5432 bytes
	bytes=$(printf %s "$longest" | wc -c)
	[ "$bytes" -le 107 ] ||
		fail "STATE=$state is too long: a socket's path ends at 107 bytes, and $longest has $bytes. Choose a shorter one."
	if [ -n "$(ls -A "$state" 2>/dev/null)" ] && ! [ -e "$state/lock" ]; then
		fail "$state is not empty and no make run made it; choose another folder: make run STATE=/path"
	fi
	mkdir -p "$state" || fail "cannot make the folder $state; choose another one: make run STATE=/path"
	[ -w "$state" ] || fail "cannot write into $state; choose another one: make run STATE=/path"
	if [ "$(id -u)" = 0 ]; then
		chown postgres:postgres "$state"
		as_user test -x "$state/." ||
			fail "the user postgres cannot reach $state (a folder above it is closed); choose another one: make run STATE=/var/lib/hubd-run"
	fi
	chmod 700 "$state"
	exec 9>"$state/lock"
	flock -n 9 || fail "another make run uses $state; end that one, or choose another folder and port: make run STATE=/path PORT=$((port % 65535 + 1))"
}

# As the user that runs everything, and without the lock's descriptor.
as_user() { "${drop[@]}" -- "$@" 9>&-; }

# A clone under /root is closed to others: root's run works on a copy of what it needs.
place_program() {
	[ "$(id -u)" = 0 ] || return 0
	rm -rf "$state/program"
	mkdir -p "$state/program"
	cp -r "$binary" "$source/sql" "$source/config" "$state/program/"
	mkdir -p "$state/program/daemon/page" "$state/program/daemon/work"
	cp -r "$source"/daemon/page/{templates,styles,static} "$state/program/daemon/page/"
	cp -r "$source/daemon/work/templates" "$state/program/daemon/work/"
	chmod -R a+rX "$state/program"
	binary=$state/program/$(basename "$binary")
	source=$state/program
}

find_postgres() {
	local wanted
	wanted=$(as_user cat "$state/data/PG_VERSION" 2>/dev/null || echo '*')
	# The newest one, unless the data are of an older one.
	pg_bin=$(find /usr/lib/postgresql -path "/usr/lib/postgresql/$wanted/bin/initdb" -printf '%h\n' 2>/dev/null | sort -V | tail -n 1)
	[ -n "$pg_bin" ] || fail "no PostgreSQL server in /usr/lib/postgresql/$wanted/bin; install it, or choose a new STATE."
}

make_cluster() {
	as_user mkdir -p "$sockets" "$state/cache"
	as_user test -s "$state/data/PG_VERSION" && return 0
	say "Making a database in $state/data"
	as_user rm -rf "$state/data"
	as_user "$pg_bin/initdb" -D "$state/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >"$state/initdb.log" 2>&1 ||
		{ cat "$state/initdb.log" >&2; fail "initdb failed."; }
	rm -f "$state/initdb.log"
}

# Each child has a session of its own, so that Ctrl-C reaches only this script, which ends them in order; should
# this script be killed itself, the kernel sends them the signal that ends them.
declare -A name_of=()
start() { # NAME SIGNAL COMMAND...
	local name=$1 signal=$2
	shift 2
	setsid "${drop[@]}" --pdeathsig "$signal" -- "$@" 9>&- &
	name_of[$!]=$name
	started=$!
}

start_postgres() {
	# Left over from a run that was killed: the lock says that nobody uses it.
	if as_user "$pg_bin/pg_ctl" -D "$state/data" status >/dev/null 2>&1; then
		as_user "$pg_bin/pg_ctl" -D "$state/data" -m fast -w stop >/dev/null
	fi
	start PostgreSQL INT "$pg_bin/postgres" -D "$state/data" -c listen_addresses= -c "unix_socket_directories=$sockets" \
		-c unix_socket_permissions=0700 -c port=5432 -c logging_collector=off >"$state/postgres.log" 2>&1
	postgres=$started
	local try
	for try in $(seq 600); do
		if as_user "$pg_bin/pg_isready" -q -h "$sockets" -p 5432; then return 0; fi
		kill -0 "$postgres" 2>/dev/null || { cat "$state/postgres.log" >&2; fail "PostgreSQL did not start."; }
		sleep .1
	done
	fail "PostgreSQL did not answer for ${try%?} seconds; see $state/postgres.log"
}

connection() { printf 'host=%s port=5432 dbname=hubd user=%s' "$sockets" "$1"; }

write_settings() {
	settings=$state/hubd.conf
	as_user tee "$settings" >/dev/null <<CONF
# Written by make run at every start.
database = $(connection hubd_serve)
work_database = $(connection hubd_work)
admin_database = $(connection hubd_admin)
owner_database = $(connection postgres)
data_directory = $source
state_directory = $state/cache
mail_directory = $state/mail
public_url = http://127.0.0.1:$port
listen = 127.0.0.1:$port
CONF
}

hubd() { as_user "$binary" "$@" --config "$settings"; }

fill_database() {
	as_user "$pg_bin/psql" -XAtq -h "$sockets" -U postgres -c "SELECT 1 FROM pg_database WHERE datname = 'hubd'" postgres | grep -q 1 ||
		as_user "$pg_bin/createdb" -h "$sockets" -U postgres hubd
	hubd migrate || fail "the database could not be brought up to date."
	if ! as_user test -e "$state/tokens"; then
		hubd admin load-hubs "$source/config/hubs.json" || fail "the example hubs could not be loaded."
		manager=$(hubd admin token add robin.becker@example.org "make run") || fail "no example token could be made."
		member=$(hubd admin token add kim.sommer@example.org "make run") || fail "no example token could be made."
		# shellcheck disable=SC2016 # the inner shell expands them
		as_user sh -c 'umask 077; printf "%s\n" "$2" "$3" >"$1.new" && mv "$1.new" "$1"' sh "$state/tokens" "$member" "$manager"
	fi
	{ read -r member; read -r manager; } < <(as_user cat "$state/tokens")
}

await_ready() {
	local try
	for try in $(seq 300); do
		kill -0 "$serve" 2>/dev/null || return 0
		if { exec 8<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null; then
			exec 8>&-
			return 0
		fi
		sleep .1
	done
	fail "hubd serve did not listen within ${try%?} seconds."
}

greet() {
	local address=http://127.0.0.1:$port tomorrow signing_in
	signing_in=$(hubd admin sign-in-link kim.sommer@example.org 2>/dev/null) || signing_in="(no link could be made)"
	tomorrow=$(date -d tomorrow +%F)
	cat <<TEXT

hubd runs at $address (Ctrl-C ends it; the data stay in $state)

  sign in       $signing_in
                (as Kim Sommer, once, within 15 minutes; another one: make sign-in MAIL=kim.sommer@example.org)
  a calendar    $address/feeds/all.ics    or of one hub: $address/feeds/hub/berlin.ics
  the hubs      curl $address/api/v1/hubs
  a member      Kim Sommer, token $member
  a manager     Robin Becker, token $manager

Book a room:
  curl -H 'Authorization: Bearer $member' -H 'Content-Type: application/json' -H "Idempotency-Key: \$(date +%s%N)" \\
    -d '{"hub":"berlin","title":"Besprechung","start":"${tomorrow}T14:00","end":"${tomorrow}T15:00","items":[{"resource":"spree"}]}' \\
    $address/api/v1/bookings

TEXT
}

# Ends the children in the order that loses nothing: who writes first, the database last.
# shellcheck disable=SC2317 # the trap calls it
stop_all() {
	local code=$?
	trap - EXIT
	trap '' INT TERM HUP
	local pid
	for pid in "${!name_of[@]}"; do
		if [ "$pid" != "${postgres:-}" ]; then kill -TERM "$pid" 2>/dev/null || true; fi
	done
	for pid in "${!name_of[@]}"; do
		if [ "$pid" != "${postgres:-}" ]; then wait "$pid" 2>/dev/null || true; fi
	done
	if [ -n "${postgres:-}" ]; then
		kill -INT "$postgres" 2>/dev/null || true
		wait "$postgres" 2>/dev/null || true
	fi
	exit "$code"
}

how_it_ended() {
	if [ "$1" -gt 128 ]; then echo "signal $(kill -l "$1")"; else echo "exit status $1"; fi
}

state=$(realpath -m "$state")
cd / # the checkout may be closed to the user that runs all this
check_port
prepare_state
trap stop_all EXIT
trap 'say "Ending."; exit 0' INT TERM HUP
place_program
find_postgres
make_cluster
start_postgres
write_settings
fill_database
start "hubd serve" TERM "$binary" serve --config "$settings"
serve=$started
start "hubd work" TERM "$binary" work --config "$settings"
await_ready
if kill -0 "$serve" 2>/dev/null; then greet; fi

code=0
{ wait -n -p ended || code=$?; } 2>/dev/null
if [ "${name_of[$ended]}" = PostgreSQL ]; then tail -n 5 "$state/postgres.log" >&2; fi
fail "${name_of[$ended]} ended by itself ($(how_it_ended "$code")), so everything ends."
