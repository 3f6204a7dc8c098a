#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bookings a second: through HTTP, and by pgbench calling the same api function over as many connections, by turns in one run.

    tests/bench/bookings_pgbench.py [SECONDS A TURN] [TURNS]

Both book a free hour in one of 40 rooms, each time another one, so that every booking succeeds and none waits for another.
wrk has as many HTTP connections as hubd and pgbench have database connections. What counts is the number of rows in
the table, and at the end the ratio of the medians: 1.0 is the aim, below 0.8 it fails.
"""
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
API = os.path.join(os.path.dirname(HERE), "api")
sys.path.insert(0, API)
import postgres  # noqa: E402

_spec = importlib.util.spec_from_file_location("api_conftest", os.path.join(API, "conftest.py"))
api_conftest = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(api_conftest)

CONNECTIONS = 8
ROOMS = 40
LEAST = 0.8
FIRST = 1893456000  # 2030-01-01: booking n of a turn takes room n % ROOMS in the hour n / ROOMS after the turn's first day
TURN_DAYS = 30


def world():
    site = {"slug": "haus", "name": "Haus", "street": "", "postcode": "", "city": "", "land": "DE-NW", "latitude": 51.5, "longitude": 7.4,
            "zone": "Europe/Berlin", "opening_hours": []}
    rooms = [{"slug": f"raum-{n}", "site": "haus", "kind": "room", "name_de": f"Raum {n}", "name_en": f"Room {n}", "capacity": 1,
              "features": []} for n in range(ROOMS)]
    person = {"mail": "bench@hubd.test", "name": "Bench", "language": "en", "memberships": [{"hub": "bank", "role": "member"}]}
    return {"topics": [], "people": [person], "hubs": [{
        "slug": "bank", "name": "Bank", "about_de": "", "about_en": "", "topics": [], "zone": "Europe/Berlin", "color": "#123456",
        "url": "https://bank.hubd.test", "sites": [site], "resources": rooms, "week": []}]}


LUA = """
local threads = 0
function setup(thread) thread:set("first", threads * 20000) threads = threads + 1 end
function init(args) n = first end
function request()
	n = n + 1
	local at = %(start)d + math.floor(n / %(rooms)d) * 3600
	local body = '{"hub":"bank","title":"Bank","start":"' .. os.date("!%%Y-%%m-%%dT%%H:%%M:%%SZ", at) .. '","end":"' ..
		os.date("!%%Y-%%m-%%dT%%H:%%M:%%SZ", at + 3600) .. '","items":[{"resource":"raum-' .. n %% %(rooms)d .. '"}]}'
	return wrk.format("POST", "/api/v1/bookings", {["Authorization"] = "Bearer %(token)s",
		["Content-Type"] = "application/json", ["Idempotency-Key"] = "http-%(turn)d-" .. n}, body)
end
"""

# What dispatch hands to the function for the same request. No colon in it: pgbench would take what follows for a variable.
SQL = """
SELECT status FROM
    (SELECT nextval('bank_%(turn)d') AS n) s,
    LATERAL (SELECT to_timestamp(%(start)d + n / %(rooms)d * 3600) AS t, replace('.00.00', '.', chr(58)) AS whole) i,
    LATERAL api.book(
        jsonb_build_object('token', '%(hash)s', 'language', 'de', 'key', 'pgbench-%(turn)d-' || n, 'hash', encode(sha256(n::text::bytea), 'hex'),
            'request', md5(n::text)),
        jsonb_build_object('hub', 'bank', 'kind', 'booking', 'title', 'Bank', 'zone', 'Europe/Berlin',
            'start', to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24') || whole || 'Z',
            'end', to_char((t + '1 hour') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24') || whole || 'Z',
            'local_start', to_char(t AT TIME ZONE 'Europe/Berlin', 'YYYY-MM-DD"T"HH24') || whole,
            'local_end', to_char((t + '1 hour') AT TIME ZONE 'Europe/Berlin', 'YYYY-MM-DD"T"HH24') || whole,
            'items', jsonb_build_array(jsonb_build_object('resource', 'raum-' || n %% %(rooms)d, 'count', 1))));
"""


def run(command, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    if done.returncode != 0:
        sys.exit(f"{command[0]}: {done.stdout}{done.stderr}")
    return done.stdout


def bookings(server):
    return int(server.value("SELECT count(*) FROM hubd.booking WHERE state = 'confirmed'"))


def over_http(service, server, values, seconds):
    script = service.folder / "wrk.lua"
    script.write_text(LUA % values, encoding="utf-8")
    out = run(["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "-s", str(script), service.url])
    if "Non-2xx" in out:
        sys.exit(out)


def over_pgbench(service, server, values, seconds):
    server.sql(f"CREATE SEQUENCE bank_{values['turn']}; GRANT USAGE ON SEQUENCE bank_{values['turn']} TO hubd_serve")
    script = service.folder / "book.sql"
    script.write_text(SQL % values, encoding="utf-8")
    run([server.bin + "/pgbench", "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "1", "-T", str(seconds), "-f", str(script)],
        env=server.environment("hubd_serve"))


def main(seconds, turns):
    if not shutil.which("wrk"):
        sys.exit("wrk is not installed")
    with postgres.Postgres(fsync=True) as server, api_conftest.Service(server, {"database_connections": CONNECTIONS, "log_level": "warning"}) as service:
        service.run("migrate")
        (service.folder / "hubs.json").write_text(json.dumps(world()), encoding="utf-8")
        service.run("admin", "load-hubs", service.folder / "hubs.json")
        token = json.loads(service.run("admin", "token", "add", "bench@hubd.test", "bench", "--json"))["token"]
        service.start("serve")
        values = {"rooms": ROOMS, "token": token, "hash": server.value("SELECT sha256 FROM hubd.token LIMIT 1")}
        rates = {over_http: [], over_pgbench: []}
        for turn in range(2 * turns):
            way = (over_http, over_pgbench)[(turn + turn // 2) % 2]  # A B B A: what warms up or slows down hits both
            before = bookings(server)
            way(service, server, {**values, "turn": turn, "start": FIRST + turn * TURN_DAYS * 86400}, seconds)
            rates[way].append((bookings(server) - before) / seconds)
        http, pgbench = (statistics.median(rates[way]) for way in (over_http, over_pgbench))
    ratio = http / pgbench
    print(f"bookings a second over {CONNECTIONS} connections, {turns} turns of {seconds} s each:")
    print(f"  through HTTP    {http:8.0f}   ({', '.join(f'{rate:.0f}' for rate in rates[over_http])})")
    print(f"  by pgbench      {pgbench:8.0f}   ({', '.join(f'{rate:.0f}' for rate in rates[over_pgbench])})")
    print(f"  ratio           {ratio:8.2f}   aim 1.0, at least {LEAST}")
    print("1 passed, 0 failed" if ratio >= LEAST else "0 passed, 1 failed")
    return ratio < LEAST


if __name__ == "__main__":
    sys.exit(main(*[int(word) for word in sys.argv[1:]] or (8, 2)) if len(sys.argv) in (1, 3) else __doc__)
