# SPDX-License-Identifier: GPL-3.0-or-later
"""The time zone data changes: what was booked for ten o'clock must stay at ten o'clock, and who loses a room must hear of it.

The changed data is made here with zic, in a folder that the setting zone_directory names.
"""
import datetime
import json
import shutil
import subprocess

import pytest

import conftest

BERLIN = "Europe/Berlin"
WINTER = "Zone Europe/Berlin 1:00 - CET\n"  # Germany without summer time
# Lisbon as it is, so that a hub elsewhere shows no change.
UNCHANGED = ["Europe/Lisbon", "UTC"]


def zone_folder(folder, rules):
    """A folder of compiled zones: Berlin by these rules, or as it is."""
    if folder.exists():
        shutil.rmtree(folder)
    (folder / "Europe").mkdir(parents=True)
    for name in UNCHANGED + ([] if rules else [BERLIN]):
        shutil.copy(f"/usr/share/zoneinfo/{name}", folder / name)
    if rules:
        source = folder / "rules"
        source.write_text(rules)
        subprocess.run(["/usr/sbin/zic", "-b", "fat", "-d", folder, source], check=True)
    return folder


@pytest.fixture
def world(hubd_server, request, tmp_path):
    name = "zones_" + str(abs(hash(request.node.name)))[:10]
    hubd_server.sql(f"CREATE DATABASE {name}", database="postgres")
    zones = zone_folder(tmp_path / "zones", None)
    with conftest.Service(hubd_server, database=name, settings={"zone_directory": zones}) as service:
        service.zones = zones
        service.settle()
        yield service
    hubd_server.sql(f"DROP DATABASE {name}", database="postgres")


def sql(world, query):
    return world.server.sql(query, database=world.database)


def summer():
    """A day of the next July that lies some way ahead, when Berlin is at +02:00."""
    today = datetime.date.today()
    year = today.year + (today >= datetime.date(today.year, 6, 20))
    return datetime.date(year, 7, 7)


def book(world, resource, start, end, title="Runde"):
    made = world.post("/api/v1/bookings", {"hub": "werft", "title": title, "start": f"{summer()}T{start}", "end": f"{summer()}T{end}",
                                           "items": [{"resource": resource}]}, as_="mara", headers={"Idempotency-Key": f"{title}-{start}"})
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


def in_lisbon(world, booking):
    """The same instants, but meant by clocks whose rules stay: as if a caller in Lisbon had booked."""
    sql(world, f"UPDATE hubd.booking SET zone = 'Europe/Lisbon', local_start = lower(during) AT TIME ZONE 'Europe/Lisbon', "
               f"local_end = upper(during) AT TIME ZONE 'Europe/Lisbon' WHERE id = {booking}")


def states(world):
    """By title: state, start and end in UTC, how many claims."""
    rows = sql(world, "SELECT b.title, b.state, to_char(lower(b.during) AT TIME ZONE 'UTC', 'HH24:MI'), to_char(upper(b.during) AT TIME ZONE 'UTC', 'HH24:MI'), "
                      "(SELECT count(*) FROM hubd.claim AS c WHERE c.booking_id = b.id AND c.during = b.during AND c.lane = '[9,10)') "
                      "FROM hubd.booking AS b WHERE lower(b.during) > now() AND NOT b.is_example")
    return {title: (*times, int(claims)) for title, *times, claims in rows}


def zones(world, *words):
    return json.loads(world.run("admin", "zones", "--json", *words))["items"]


def test_nothing_moves_while_the_rules_stay(world):
    world.start("serve")
    book(world, "kajuete", "10:00", "11:00")
    before = states(world)
    assert zones(world) == [] and states(world) == before
    assert world.run("admin", "zones") == "All future bookings and dates are where the time zones have them.\n"
    assert {zone for zone, in sql(world, "SELECT zone FROM hubd.zone_rules")} == {BERLIN, "Europe/Lisbon"}


def test_ten_o_clock_is_another_instant_when_summer_time_is_abolished(world):
    world.start("serve")
    book(world, "kajuete", "10:00", "11:00", "Erste")
    book(world, "kajuete", "11:00", "12:00", "Zweite")  # back to back: in step they must not collide with each other
    made = world.post("/api/v1/events", {"hub": "werft", "title": "Abend", "start": f"{summer()}T18:00", "end": f"{summer()}T20:00",
                                         "resources": ["saal"]}, as_="ines")
    assert made.status_code == 201, made.text
    assert states(world)["Erste"] == ("confirmed", "08:00", "09:00", 1)
    feed = world.get(f"/feeds/event/{made.json()['id']}.ics").text

    zone_folder(world.zones, WINTER)
    [dry] = zones(world, "--dry-run")
    assert (dry["hub"], dry["moved"], dry["collisions"]) == ("werft", 3, [])
    assert states(world)["Erste"] == ("confirmed", "08:00", "09:00", 1), "a dry run moves nothing"
    assert sql(world, "SELECT FROM hubd.zone_report") == []

    assert zones(world) == [dry]
    assert states(world) == {"Erste": ("confirmed", "09:00", "10:00", 1), "Zweite": ("confirmed", "10:00", "11:00", 1), "Abend": ("confirmed", "17:00", "19:00", 2)}
    assert zones(world) == [], "a second time nothing moves"
    clocks = sql(world, "SELECT DISTINCT to_char(local_start, 'HH24:MI') FROM hubd.booking WHERE title IN ('Erste', 'Abend') ORDER BY 1")
    assert clocks == [("10:00",), ("18:00",)], "the clock on the wall is what was meant"
    again = conftest.wait_for(lambda: world.get(f"/feeds/event/{made.json()['id']}.ics").text.replace("\r\n", "\n"), what="the feed")
    assert "SEQUENCE:1\n" in again and "SEQUENCE:1\r" not in feed


def test_who_loses_a_room_to_the_new_rules_is_told_to_whom(world):
    world.start("serve")
    first = book(world, "kajuete", "10:00", "11:00", "Berliner")
    other = book(world, "kajuete", "11:00", "12:00", "Lissabonner")
    in_lisbon(world, other)
    zone_folder(world.zones, WINTER)
    [report] = zones(world)
    assert report["moved"] == 1
    [collision] = report["collisions"]
    assert (collision["booking_id"], collision["title"]) == (first, "Berliner")
    assert [(c["resource"], c["booking_id"]) for c in collision["conflicts"]] == [("kajuete", other)]
    assert states(world) == {"Berliner": ("cancelled", "09:00", "10:00", 0), "Lissabonner": ("confirmed", "09:00", "10:00", 1)}
    [(mail,)] = sql(world, "SELECT data FROM hubd.message WHERE kind = 'booking-cancelled'")
    assert json.loads(mail)["booking"] == first and "Zeitzone" in json.loads(mail)["reason"]
    [(kept,)] = sql(world, "SELECT collisions FROM hubd.zone_report")
    assert [c["title"] for c in json.loads(kept)] == ["Berliner"]


def test_a_worker_that_runs_does_not_notice_new_zone_data(world):
    world.start("serve")
    book(world, "kajuete", "10:00", "11:00", "Runde")
    world.start("work")
    conftest.wait_for(lambda: len(sql(world, "SELECT zone FROM hubd.zone_rules")) == 2, what="the first look")
    world.stop("work")
    zone_folder(world.zones, WINTER)
    world.start("work")  # the first job looks at the start of a worker
    conftest.wait_for(lambda: states(world)["Runde"] == ("confirmed", "09:00", "10:00", 1), what="the move")
    # While it runs: the job is due every hour.
    zone_folder(world.zones, None)
    conftest.wait_for(lambda: sql(world, "SELECT state FROM hubd.job WHERE kind = 'zones'") == [("waiting",)], what="the end of the job")
    sql(world, "UPDATE hubd.job SET run_at = now() WHERE kind = 'zones'")
    conftest.wait_for(lambda: states(world)["Runde"] == ("confirmed", "08:00", "09:00", 1), what="the move back")
    assert "zones-moved" in world.log("work")
