# SPDX-License-Identifier: GPL-3.0-or-later
"""Series of bookings, at the level of SQL: what people lose when the deciding call is wrong or slow."""
import datetime
import time

import psycopg2

from test_people import change


def series(world, starts, length=1, items=("rot",), **more):
    """The input of a series whose dates start at these hours; the clock of the hub is UTC here."""
    def wall(hours):
        return (world.base + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S")
    dates = [{"date": wall(h), "start": world.at(h), "end": world.at(h + length), "local_end": wall(h + length)} for h in starts]
    return {"hub": world.slug, "title": "Reihe", "zone": "UTC", "local_start": wall(starts[0]), "duration": f"PT{int(length * 60)}M",
            "rrule": "FREQ=DAILY", "rdates": [], "exdates": [], "dates": dates,
            "items": [{"resource": i} if isinstance(i, str) else i for i in items], **more}


def states(reply):
    return [d["state"] for d in reply["dates"]]


def test_a_series_is_one_insert_and_takes_all_its_dates(world):
    world.room("rot")
    made = world.call("series_book", **series(world, [9, 33, 57]))
    assert made.status == 201, made
    assert states(made) == ["booked"] * 3 and world.claims() == 3
    assert len({d["booking"] for d in made["dates"]}) == 3


def test_series_are_listed(world):
    world.room("rot")
    world.call("series_book", **series(world, [9, 33, 57]))
    assert len(world.call("series_list", after=0, limit=10)["items"]) == 1


def test_a_date_is_tried_again_while_what_waits_is_booked_and_neither_is_thrown_out(world):
    """Both take the hub first and rows then: the other way round each waits for the other until the database throws one out."""
    world.room("rot")
    world.book(33, 34, "rot", who="ben")
    made = world.call("series_book", **series(world, [9, 33], choice="queue"))
    assert states(made) == ["booked", "queued"], made
    answers = []

    def try_again():
        answers.append(change(world, "series_change", "anna", made["id"], scope="this", date=made["dates"][1]["date"], start=world.at(36), end=world.at(37)))

    with psycopg2.connect(world.conninfo) as job, job.cursor() as cursor:
        cursor.execute("SET deadlock_timeout = '100ms'")
        cursor.execute("SELECT hubd.lock_all(%s)", (world.hub,))
        second = world.second(try_again)
        cursor.execute("SELECT FROM hubd.series_miss WHERE series_id = %s FOR UPDATE", (made["id"],))
    second.join()
    job.close()
    assert answers[0].status == 200 and world.claims() == 3, answers


def fill(world, rooms=40, dates=500):
    """A claim a day in each of many rooms, 20,000 in all."""
    world.rows("INSERT INTO hubd.resource (hub_id, site_id, slug, kind, name_de, name_en) SELECT %s, %s, 'r' || n, 'room', 'r', 'r' FROM generate_series(1, %s) AS n",
               world.hub, world.site, rooms)
    world.rows("WITH made AS (INSERT INTO hubd.unit (hub_id, name) SELECT hub_id, slug FROM hubd.resource WHERE hub_id = %s RETURNING id, name)"
               " INSERT INTO hubd.resource_unit SELECT r.hub_id, r.id, made.id FROM made JOIN hubd.resource AS r ON r.hub_id = %s AND r.slug = made.name", world.hub, world.hub)
    world.rows("WITH made AS (INSERT INTO hubd.booking (hub_id, state, during, local_start, local_end, zone, uid, note)"
               " SELECT %s, 'confirmed', tstzrange(s, s + interval '1 hour'), s, s, 'UTC', gen_random_uuid()::text, 'r' || n FROM generate_series(1, %s) AS n,"
               " generate_series(0, %s - 1) AS k, LATERAL (SELECT %s::timestamptz + k * interval '1 day' AS s) AS t RETURNING id, during, note),"
               " items AS (INSERT INTO hubd.booking_item (hub_id, booking_id, position, resource_id) SELECT %s, made.id, 1, r.id FROM made JOIN hubd.resource AS r"
               " ON r.hub_id = %s AND r.slug = made.note)"
               " INSERT INTO hubd.claim (hub_id, unit_id, during, lane, party, booking_hub_id, booking_id, item)"
               " SELECT %s, u.id, made.during, '[9,10)', made.id, %s, made.id, 1 FROM made JOIN hubd.unit AS u ON u.hub_id = %s AND u.name = made.note",
               world.hub, rooms, dates, world.at(9), world.hub, world.hub, world.hub, world.hub, world.hub)
    world.rows("ANALYZE")
    assert world.claims() == rooms * dates


def test_two_hundred_dates_among_twenty_thousand_claims_are_well_under_a_second(world):
    fill(world)
    seconds = {}
    for name, hour, more in (("free", 12, {}), ("taken", 9, {"choice": "skip"}), ("asked", 9, {"dry_run": True})):
        items = ["r1"] if name == "free" else ["r2"]
        wish = series(world, [hour + 24 * n for n in range(100 if name == "taken" else 0, 300 if name == "taken" else 200)], items=items, **more)
        if name == "taken":
            wish["dates"] = wish["dates"][:199] + series(world, [24 * 900])["dates"]
        started = time.perf_counter()
        reply = world.call("series_book", **wish)
        seconds[name] = time.perf_counter() - started
        assert reply.status == (200 if name == "asked" else 201), reply
        assert reply["counts"] == {"free": {"booked": 200}, "taken": {"booked": 1, "skipped": 199}, "asked": {"conflict": 200}}[name]
    assert seconds["free"] < 1, seconds
    assert max(seconds.values()) < 8, "nor does a series of which nothing can be had reach the role's statement_timeout"
