#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The week and the day of a hub with 200 resources and 3,000 bookings as pages, for a visitor and for who has all of them: time until the last byte, bytes plain and compressed.

    tests/bench/grid_week.py [--turns 20]

Bookings are an hour or two long, spread over the week's opening hours, written through hubd.place() as bookings are.
"""
import argparse
import datetime
import gzip
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))
import conftest  # noqa: E402  (its folder is added above)
import postgres  # noqa: E402
import requests  # noqa: E402
from test_pages import signed_in  # noqa: E402

RESOURCES, BOOKINGS = 200, 3000
MONDAY = datetime.date.today() + datetime.timedelta(days=14 - datetime.date.today().weekday())

FILL = """
DO $$
DECLARE
    hub bigint := (SELECT id FROM hubd.hub WHERE slug = 'werft');
    made bigint[];
BEGIN
    PERFORM hubd.enter_hub(hub);
    WITH wish AS (
        SELECT n, r.id AS resource, '{monday} 08:00 Europe/Berlin'::timestamptz + make_interval(days => (n / {resources}) % 7, hours => (n / {resources} / 7 * 2 + n % {resources}) % 6 * 2) AS start
        FROM generate_series(0, {bookings} - 1) AS n
        JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM hubd.resource WHERE hub_id = hub AND slug LIKE 'b-%') AS r ON r.place = n % {resources}
    ), b AS (
        INSERT INTO hubd.booking (hub_id, kind, state, title, person_id, during, local_start, local_end, zone, uid)
        SELECT hub, 'booking', 'confirmed', 'Runde ' || n, (SELECT id FROM hubd.person WHERE mail = 'jonas@hubd.test'), tstzrange(start, start + make_interval(hours => 1 + n % 2)),
            start AT TIME ZONE 'Europe/Berlin', (start + make_interval(hours => 1 + n % 2)) AT TIME ZONE 'Europe/Berlin', 'Europe/Berlin', 'bench-' || n || '-' || resource
        FROM wish RETURNING id, uid
    ), i AS (
        INSERT INTO hubd.booking_item (hub_id, booking_id, position, resource_id) SELECT hub, id, 1, split_part(uid, '-', 3)::bigint FROM b RETURNING booking_id
    )
    SELECT array_agg(booking_id) INTO made FROM i;
    PERFORM hubd.place(hub, made);
END $$;
"""


def measure(service, path, turns, mail=None):
    times, reply = [], None
    with signed_in(service, mail) if mail else requests.Session() as session:
        for _ in range(turns + 3):
            start = time.perf_counter()
            reply = session.get(service.url + path, headers={"Accept": "text/html", "Accept-Encoding": "identity"}, timeout=60)
            times.append((time.perf_counter() - start) * 1000)
    assert reply.status_code == 200, reply.text
    times = times[3:]
    print(f"{path + (' as ' + mail if mail else ''):75} {statistics.median(times):7.1f} ms (slowest {max(times):.1f})  {len(reply.content):8,} bytes  {len(gzip.compress(reply.content)):7,} compressed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=20)
    options = parser.parse_args()
    conftest.WORLD["hubs"][0]["resources"] += [conftest._resource(f"b-{i:03}", kind=("room", "desk", "machine")[i % 3]) for i in range(RESOURCES)]
    conftest.WORLD["hubs"][0]["sites"][0]["opening_hours"] = [{"days": [1, 2, 3, 4, 5, 6, 7], "opens": "08:00", "closes": "22:00"}]
    with postgres.Postgres(fsync=False) as server, conftest.Service(server) as service:
        service.settle()
        server.sql(FILL.format(monday=MONDAY, resources=RESOURCES, bookings=BOOKINGS))
        server.sql("ANALYZE")
        print(server.sql("SELECT count(*) FROM hubd.booking")[0][0], "bookings,", server.sql("SELECT count(*) FROM hubd.claim")[0][0], "claims")
        sql = f"SELECT count(*) FROM api.page_grid('{{}}', '{{\"hub\": \"werft\", \"is_week\": true, \"date\": \"{MONDAY}\"}}')"
        start = time.perf_counter()
        for _ in range(options.turns):
            server.sql(sql)
        print(f"all {RESOURCES} resources of the week in one query, with its connection: {(time.perf_counter() - start) * 1000 / options.turns:.1f} ms")
        service.start("serve")
        for path in (f"/hubs/werft/resources?view=week&date={MONDAY}", f"/hubs/werft/resources?view=week&date={MONDAY}&page=5",
                     f"/hubs/werft/resources?date={MONDAY}", f"/hubs/werft/resources/b-000?date={MONDAY}"):
            measure(service, path, options.turns)
            measure(service, path, options.turns, "jonas@hubd.test")


if __name__ == "__main__":
    main()
