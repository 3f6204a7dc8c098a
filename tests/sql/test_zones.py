# SPDX-License-Identifier: GPL-3.0-or-later
"""New rules of a time zone move what is booked: what people lose when the moves are written wrongly. C works the instants out; here they are given."""
import datetime
import json

from test_series import series, states


def step(world, name, **more):
    wanted = {"step": name, "hub": world.hub, "zones": ["UTC"], "is_dry": False, **more}
    return json.loads(world.value("SELECT body FROM api.job_zones(%s)", json.dumps(wanted)))


def seconds(world, hours):
    return int((world.base.replace(tzinfo=datetime.timezone.utc) + datetime.timedelta(hours=hours)).timestamp())


def move(world, kind, number, was, now):
    return step(world, "move", moves=[{"kind": kind, "id": number, "was": seconds(world, was), "start": seconds(world, now), "end": seconds(world, now + 1)}])


def event(world, start, **more):
    wall = [(world.base + datetime.timedelta(hours=h)).strftime("%Y-%m-%dT%H:%M:%S") for h in (start, start + 1)]
    made = world.call("event_create", who="mia", hub=world.slug, title="Abend", start=world.at(start), end=world.at(start + 1), local_start=wall[0], local_end=wall[1],
                      zone="UTC", is_all_day=False, resources=["rot"], **more)
    assert made.status == 201, made
    return made, world.value("SELECT id FROM hubd.occurrence WHERE event_id = %s", made["id"])


def test_a_date_of_a_series_that_loses_its_room_is_left_out_of_calendars_and_never_comes_back(world):
    world.room("rot")
    made = world.call("series_book", **series(world, [9, 33, 57]))
    world.book(34, 35, "rot", who="ben")
    report = move(world, "booking", made["dates"][1]["booking"], 33, 34)
    assert len(report["collisions"]) == 1 and world.claims() == 3
    now = world.call("series", id=made["id"])
    assert now["exdates"] == [made["dates"][1]["date"]] and now["sequence"] == made["sequence"] + 1 and len(now["dates"]) == 2
    assert states(now) == ["booked"] * 2


def test_an_event_without_a_room_gets_one_where_the_new_time_is_free(world):
    world.room("rot")
    world.book(9, 10, "rot", who="ben")
    made, occurrence = event(world, 9, on_conflict="leave")
    assert made["is_unplaced"] and world.claims() == 1
    assert move(world, "occurrence", occurrence, 9, 12)["collisions"] == []
    assert world.rows("SELECT o.is_unplaced, b.state FROM hubd.occurrence AS o JOIN hubd.booking AS b ON b.id = o.booking_id WHERE o.id = %s", occurrence) == [(False, "confirmed")]
    assert world.claims() == 2
    assert len(move(world, "occurrence", occurrence, 12, 9)["collisions"]) == 1 and world.claims() == 1
    assert world.rows("SELECT o.is_unplaced, b.state FROM hubd.occurrence AS o JOIN hubd.booking AS b ON b.id = o.booking_id WHERE o.id = %s", occurrence) == [(True, "unplaced")]


def test_a_date_with_a_zone_of_its_own_moves_with_the_rules_of_that_zone(world):
    world.room("rot")
    _, occurrence = event(world, 9)
    world.rows("UPDATE hubd.occurrence SET changes = '{\"zone\": \"Europe/Lisbon\"}' WHERE id = %s", occurrence)
    assert "Europe/Lisbon" in [z["zone"] for z in step(world, "look")["zones"]]
    assert step(world, "intents", after=0)["items"] == []
    assert [(i["kind"], i["id"], i["zone"]) for i in step(world, "intents", after=0, zones=["Europe/Lisbon"])["items"]] == [("occurrence", occurrence, "Europe/Lisbon")]
