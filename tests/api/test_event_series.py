# SPDX-License-Identifier: GPL-3.0-or-later
"""Series of events over HTTP: what managers and visitors lose when one of their dates is not what it says."""
import datetime
import itertools
import zoneinfo

import pytest

from conftest import wait_for
from test_bookings import problem
from test_series import block, made

EVENTS, OCCURRENCES = "/api/v1/events", "/api/v1/occurrences"
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
_weeks = itertools.count(230, 12)


@pytest.fixture
def monday():
    """A Monday years ahead, and twelve weeks after it that no other test uses."""
    today = datetime.date.today()
    return today - datetime.timedelta(days=today.weekday()) + datetime.timedelta(weeks=next(_weeks))


@pytest.fixture(scope="module")
def room(hubd):
    reply = hubd.post("/api/v1/resources", {"hub": "werft", "slug": "kreisraum", "site": "haus", "kind": "room", "name_de": "Kreisraum",
                                            "name_en": "Circle room", "capacity": 20}, as_="ines")
    assert reply.status_code == 201, reply.text
    return "kreisraum"


def plan(day, **more):
    return {"hub": "werft", "title": "Gründerkreis", "start": f"{day}T18:00", "end": f"{day}T20:00", "rrule": "FREQ=WEEKLY;COUNT=5", **more}


def date(day, week, time="18:00:00"):
    return f"{day + datetime.timedelta(weeks=week)}T{time}"


def dates(hubd, event, as_="ines"):
    """recurrence_id -> the event as it is on that date."""
    items = made(hubd.get(f"{OCCURRENCES}?event={event}&limit=1000", as_=as_), 200)["items"]
    return {item["recurrence_id"]: item for item in items}


def busy(hubd, room):
    """The local starts of what has the room."""
    return {row[0] for row in hubd.server.sql(
        "SELECT to_char(lower(c.during) AT TIME ZONE 'Europe/Berlin', 'YYYY-MM-DD\"T\"HH24:MI:SS') FROM hubd.claim AS c JOIN hubd.resource_unit AS ru "
        f"ON ru.unit_id = c.unit_id JOIN hubd.resource AS r ON r.id = ru.resource_id WHERE r.slug = '{room}' AND c.lane = '[9,10)'")}


# ---- making ----

def test_every_date_of_a_series_stands_in_the_lists_and_has_its_room(hubd, monday, room):
    event = made(hubd.post(EVENTS, plan(monday, resources=[room]), as_="ines"))
    wanted = [date(monday, n) for n in range(5)]
    assert event["series"]["rrule"] == "FREQ=WEEKLY;COUNT=5" and [d["recurrence_id"] for d in event["dates"]] == wanted
    assert {d["rooms"] for d in event["dates"]} == {"free"} and set(wanted) <= busy(hubd, room)
    listed = hubd.get(f"{EVENTS}?hub=werft&from={monday}&to={monday + datetime.timedelta(weeks=5)}").json()["items"]
    assert [i["recurrence_id"] for i in listed if i["id"] == event["id"]] == wanted
    assert listed[0]["links"]["page"].endswith(f"?date={wanted[0]}")
    assert made(hubd.get(f"{EVENTS}/{event['id']}?recurrence_id={wanted[2]}"), 200)["local_start"] == wanted[2]
    problem(hubd.get(f"{EVENTS}/{event['id']}?recurrence_id=2020-01-01T00:00:00"), 404, "not-found")


def test_a_weekly_event_keeps_its_hour_when_the_clocks_change(hubd, room):
    year = datetime.date.today().year + 4
    sunday = max(datetime.date(year, 10, d) for d in range(25, 32) if datetime.date(year, 10, d).weekday() == 6)
    event = made(hubd.post(EVENTS, plan(sunday - datetime.timedelta(weeks=1), rrule="FREQ=WEEKLY;COUNT=3"), as_="ines"))
    assert [d["local_start"][11:] for d in event["dates"]] == ["18:00:00"] * 3
    assert [d["start"][11:] for d in event["dates"]] == ["16:00:00Z", "17:00:00Z", "17:00:00Z"]


def test_a_dry_run_says_for_each_date_whether_its_room_is_free_and_stores_nothing(hubd, monday, room):
    block(hubd, room, monday + datetime.timedelta(weeks=2), "19:00", "21:00")
    body = problem(hubd.post(EVENTS, plan(monday, resources=[room], dry_run=True), as_="ines"), 409, "slot-taken")
    assert [d["recurrence_id"] for d in body["dates"]] == [date(monday, 2)] and body["dates"][0]["in_the_way"][0]["title"] == "Im Weg"
    event = made(hubd.post(EVENTS, plan(monday, resources=[room], dry_run=True, on_conflict="leave"), as_="ines"), 200)
    assert event["dry_run"] and [d["rooms"] for d in event["dates"]] == ["free", "free", "taken", "free", "free"]
    assert date(monday, 0) not in busy(hubd, room) and event["id"] not in [i["id"] for i in hubd.get(f"{EVENTS}?hub=werft&from={monday}").json()["items"]]


def test_a_series_whose_room_is_taken_once_has_none_or_leaves_that_date(hubd, monday, room):
    block(hubd, room, monday + datetime.timedelta(weeks=1), "18:00", "19:00")
    problem(hubd.post(EVENTS, plan(monday, resources=[room]), as_="ines"), 409, "slot-taken")
    assert date(monday, 0) not in busy(hubd, room)
    event = made(hubd.post(EVENTS, plan(monday, resources=[room], on_conflict="leave"), as_="ines"))
    assert [n for n, d in dates(hubd, event["id"]).items() if d["is_unplaced"]] == [date(monday, 1)]
    # What has no room already is no reason against a later change.
    assert hubd.patch(f"{EVENTS}/{event['id']}", {"scope": "this", "recurrence_id": date(monday, 2), "title": "Gast"}, as_="ines").status_code == 200


def test_whole_days_and_extra_and_left_out_dates_repeat(hubd, monday):
    event = made(hubd.post(EVENTS, {"hub": "werft", "title": "Offene Tür", "start": f"{monday}", "rrule": "FREQ=DAILY;COUNT=4",
                                    "exdates": [f"{monday + datetime.timedelta(days=1)}"], "rdates": [f"{monday + datetime.timedelta(days=9)}"]}, as_="ines"))
    assert [d["recurrence_id"][:10] for d in event["dates"]] == [str(monday + datetime.timedelta(days=n)) for n in (0, 2, 3, 9)]
    assert event["is_all_day"]


@pytest.mark.parametrize("words, name, pointer", [
    ({"rrule": "FREQ=WEEKLY;BYDAY=1MO"}, "malformed-rule", "/rrule"), ({"rrule": "FREQ=SECONDLY"}, "too-many-dates", "/rrule"),
    ({"rrule": "FREQ=HOURLY;COUNT=2000"}, "too-many-dates", "/rrule"), ({"rrule": ""}, "missing-member", "/rrule"),
    ({"exdates": ["gestern"]}, "malformed-time", "/exdates/0"), ({"on_conflict": "egal"}, "malformed-value", "/on_conflict")])
def test_a_rule_that_cannot_be_followed_is_refused_with_the_place(hubd, monday, words, name, pointer):
    body = problem(hubd.post(EVENTS, plan(monday, **words), as_="ines"), 422, name)
    assert body["pointer"] == pointer


def test_only_managers_change_a_series(hubd, monday):
    event = made(hubd.post(EVENTS, plan(monday), as_="ines"))
    for scope in ({"scope": "all"}, {"scope": "this", "recurrence_id": date(monday, 1)}, {"scope": "following", "recurrence_id": date(monday, 1)}):
        problem(hubd.patch(f"{EVENTS}/{event['id']}", {"title": "Meins", **scope}, as_="mara"), 403, "not-allowed")
        problem(hubd.delete(f"{EVENTS}/{event['id']}", json=scope, as_="mara"), 403, "not-allowed")


# ---- one date ----

def test_a_date_that_moves_takes_its_room_along_and_keeps_its_name(hubd, monday, room):
    event = made(hubd.post(EVENTS, plan(monday, resources=[room]), as_="ines"))
    path, name = f"{EVENTS}/{event['id']}", date(monday, 1)
    moved = made(hubd.patch(path, {"scope": "this", "recurrence_id": name, "start": date(monday, 1, "12:00:00"), "title": "Mittagskreis"}, as_="ines"), 200)
    assert (moved["recurrence_id"], moved["local_start"], moved["local_end"]) == (name, date(monday, 1, "12:00:00"), date(monday, 1, "14:00:00"))
    assert moved["title"] == "Mittagskreis" and moved["sequence"] == 1
    assert [(c["what"], c["recurrence_id"]) for c in moved["diff"]["changed"]] == [("moved", name)] and moved["diff"]["unchanged"] == 4
    assert date(monday, 1, "12:00:00") in busy(hubd, room) and name not in busy(hubd, room)
    assert [d["title"] for d in dates(hubd, event["id"]).values()] == ["Gründerkreis", "Mittagskreis", "Gründerkreis", "Gründerkreis", "Gründerkreis"]


def test_a_date_that_is_meant_by_another_clock_stands_at_its_instant_in_calendars(hubd, monday):
    event = made(hubd.post(EVENTS, plan(monday), as_="ines"))
    path, name = f"{EVENTS}/{event['id']}", date(monday, 1)
    moved = made(hubd.patch(path, {"scope": "this", "recurrence_id": name, "start": name, "end": date(monday, 1, "20:00:00"), "zone": "Europe/Lisbon"}, as_="ines"), 200)
    assert (moved["zone"], moved["local_start"]) == ("Europe/Lisbon", name)
    text = hubd.get(f"/feeds/event/{event['id']}.ics").text.replace("\r\n", "\n")
    override = text.split(f"RECURRENCE-ID;TZID=Europe/Berlin:{name.replace('-', '').replace(':', '')}\n")[1].split("END:VEVENT")[0]
    assert f"DTSTART;TZID=Europe/Berlin:{date(monday, 1, '19:00:00').replace('-', '').replace(':', '')}\n" in override


def test_a_cancelled_date_frees_its_room_and_never_comes_back(hubd, monday, room):
    event = made(hubd.post(EVENTS, plan(monday, resources=[room]), as_="ines"))
    path = f"{EVENTS}/{event['id']}"
    gone = made(hubd.delete(path, json={"scope": "this", "recurrence_id": date(monday, 2)}, as_="ines"), 200)
    assert gone["sequence"] == 1 and date(monday, 2) not in busy(hubd, room)
    # Neither another hour for all nor a longer rule brings it back.
    made(hubd.patch(path, {"scope": "all", "start": f"{monday}T17:00"}, as_="ines"), 200)
    made(hubd.patch(path, {"scope": "all", "rrule": "FREQ=WEEKLY;COUNT=7"}, as_="ines"), 200)
    states = {n: d["state"] for n, d in dates(hubd, event["id"]).items()}
    assert states == {date(monday, n, "17:00:00"): "cancelled" if n == 2 else "confirmed" for n in range(7)}
    assert date(monday, 2, "17:00:00") not in busy(hubd, room)


def test_one_date_in_another_room_gives_the_first_one_back(hubd, monday, room):
    event = made(hubd.post(EVENTS, plan(monday, resources=[room]), as_="ines"))
    changed = made(hubd.patch(f"{EVENTS}/{event['id']}", {"scope": "this", "recurrence_id": date(monday, 3), "resources": ["bruecke"]}, as_="ines"), 200)
    assert [r["slug"] for r in changed["resources"]] == ["bruecke"] and date(monday, 3) not in busy(hubd, room) and date(monday, 3) in busy(hubd, "bruecke")
    assert [r["slug"] for r in dates(hubd, event["id"])[date(monday, 2)]["resources"]] == [room]


# ---- this and the following ----

def test_what_changes_from_a_date_on_leaves_the_dates_before_as_they_were(hubd, monday, room):
    event = made(hubd.post(EVENTS, plan(monday, resources=[room]), as_="ines"))
    rest = made(hubd.patch(f"{EVENTS}/{event['id']}", {"scope": "following", "recurrence_id": date(monday, 2), "start": date(monday, 2, "19:00:00"),
                                                       "title": "Abendkreis"}, as_="ines"), 200)
    assert rest["id"] != event["id"] and rest["before"] == event["id"] and rest["uid"] != event["uid"]
    assert rest["series"]["rrule"] == "FREQ=WEEKLY;COUNT=3"
    assert list(dates(hubd, event["id"])) == [date(monday, 0), date(monday, 1)]
    assert list(dates(hubd, rest["id"])) == [date(monday, n, "19:00:00") for n in (2, 3, 4)]
    old = made(hubd.get(f"{EVENTS}/{event['id']}"), 200)
    assert old["title"] == "Gründerkreis" and old["sequence"] == 1 and "UNTIL=" in old["series"]["rrule"]
    assert {date(monday, 1), date(monday, 2, "19:00:00")} <= busy(hubd, room) and date(monday, 2) not in busy(hubd, room)


def test_a_weekday_that_moves_for_good_moves_the_rule(hubd, monday):
    event = made(hubd.post(EVENTS, plan(monday, rrule="FREQ=WEEKLY;BYDAY=MO,TH;COUNT=6"), as_="ines"))
    tuesday = monday + datetime.timedelta(days=8)
    rest = made(hubd.patch(f"{EVENTS}/{event['id']}", {"scope": "following", "recurrence_id": date(monday, 1), "start": f"{tuesday}T18:00"}, as_="ines"), 200)
    assert rest["series"]["rrule"] == "FREQ=WEEKLY;COUNT=4;BYDAY=TU,FR"
    assert [n[:10] for n in dates(hubd, rest["id"])] == [str(tuesday + datetime.timedelta(days=d)) for d in (0, 3, 7, 10)]


def test_a_series_that_is_cut_short_shows_its_later_dates_as_cancelled(hubd, monday, room):
    event = made(hubd.post(EVENTS, plan(monday, resources=[room]), as_="ines"))
    body = {"scope": "following", "recurrence_id": date(monday, 3)}
    dry = made(hubd.delete(f"{EVENTS}/{event['id']}", json={**body, "dry_run": True}, as_="ines"), 200)
    assert [c["what"] for c in dry["diff"]["changed"]] == ["cancelled"] * 2 and date(monday, 3) in busy(hubd, room)
    made(hubd.delete(f"{EVENTS}/{event['id']}", json=body, as_="ines"), 200)
    assert [d["state"] for d in dates(hubd, event["id"]).values()] == ["confirmed"] * 3 + ["cancelled"] * 2
    assert date(monday, 3) not in busy(hubd, room) and date(monday, 2) in busy(hubd, room)


# ---- all ----

def test_a_change_of_all_dates_is_done_whole_or_not_at_all(hubd, monday, room):
    event = made(hubd.post(EVENTS, plan(monday, resources=[room]), as_="ines"))
    path, before = f"{EVENTS}/{event['id']}", busy(hubd, room)
    block(hubd, room, monday + datetime.timedelta(weeks=4), "10:00", "11:00")
    body = problem(hubd.patch(path, {"scope": "all", "start": f"{monday}T10:00"}, as_="ines"), 409, "slot-taken")
    assert [d["recurrence_id"] for d in body["dates"]] == [date(monday, 4, "10:00:00")]
    assert before <= busy(hubd, room) and list(dates(hubd, event["id"])) == [date(monday, n) for n in range(5)]
    dry = made(hubd.patch(path, {"scope": "all", "start": f"{monday}T11:00", "dry_run": True}, as_="ines"), 200)
    assert [(c["what"], c["local_was"][11:], c["local_start"][11:]) for c in dry["diff"]["changed"]] == [("moved", "18:00:00", "11:00:00")] * 5
    assert before <= busy(hubd, room)


def test_words_of_all_dates_change_but_those_that_one_date_has_of_its_own_stay(hubd, monday):
    event = made(hubd.post(EVENTS, plan(monday), as_="ines"))
    path = f"{EVENTS}/{event['id']}"
    made(hubd.patch(path, {"scope": "this", "recurrence_id": date(monday, 1), "title": "Mit Gast"}, as_="ines"), 200)
    made(hubd.patch(path, {"scope": "all", "title": "Gründerrunde", "text": "Neu"}, as_="ines"), 200)
    assert [(d["title"], d["text"]) for d in dates(hubd, event["id"]).values()][:3] == [("Gründerrunde", "Neu"), ("Mit Gast", "Neu"), ("Gründerrunde", "Neu")]


def test_a_moved_date_stays_where_it_is_when_the_others_move(hubd, monday):
    event = made(hubd.post(EVENTS, plan(monday), as_="ines"))
    path, tuesday = f"{EVENTS}/{event['id']}", f"{monday + datetime.timedelta(days=8)}T09:00:00"
    made(hubd.patch(path, {"scope": "this", "recurrence_id": date(monday, 1), "start": tuesday}, as_="ines"), 200)
    made(hubd.patch(path, {"scope": "all", "start": f"{monday}T17:00"}, as_="ines"), 200)
    assert [d["local_start"] for d in dates(hubd, event["id"]).values()] == [
        date(monday, 0, "17:00:00"), tuesday, *(date(monday, n, "17:00:00") for n in (2, 3, 4))]


def test_what_is_over_is_not_rewritten(hubd, room):
    """All of a series that has begun means what is still to come."""
    start = datetime.date.today() - datetime.timedelta(weeks=2)
    event = made(hubd.post(EVENTS, plan(start, rrule="FREQ=WEEKLY;COUNT=6", start=f"{start}T00:00", end=f"{start}T00:10"), as_="ines"))
    moved = made(hubd.patch(f"{EVENTS}/{event['id']}", {"scope": "all", "start": f"{start}T00:05"}, as_="ines"), 200)
    assert moved["before"] == event["id"]
    assert {n[11:] for n in dates(hubd, event["id"])} == {"00:00:00"} and {n[11:] for n in dates(hubd, moved["id"])} == {"00:05:00"}
    assert len(dates(hubd, event["id"])) + len(dates(hubd, moved["id"])) == 6


def test_a_single_event_becomes_a_series_and_keeps_its_room(hubd, monday, room):
    single = made(hubd.post(EVENTS, {"hub": "werft", "title": "Einmal", "start": f"{monday}T08:00", "end": f"{monday}T09:00", "resources": [room]}, as_="ines"))
    series = made(hubd.patch(f"{EVENTS}/{single['id']}", {"rrule": "FREQ=DAILY;COUNT=3"}, as_="ines"), 200)
    assert len(series["dates"]) == 3 and series["id"] == single["id"]
    assert {f"{monday + datetime.timedelta(days=n)}T08:00:00" for n in range(3)} <= busy(hubd, room)


def test_a_single_event_has_no_dates_to_choose_from(hubd, monday):
    event = made(hubd.post(EVENTS, {"hub": "werft", "title": "Einmal", "start": f"{monday}T08:00"}, as_="ines"))
    problem(hubd.patch(f"{EVENTS}/{event['id']}", {"scope": "following", "recurrence_id": f"{monday}T08:00:00", "title": "Y"}, as_="ines"), 404, "not-found")
    assert hubd.patch(f"{EVENTS}/{event['id']}", {"scope": "all", "title": "Y"}, as_="ines").status_code == 200


# ---- what is asked beforehand ----

def test_a_series_asks_which_dates_are_meant(hubd, monday):
    event = made(hubd.post(EVENTS, plan(monday), as_="ines"))
    path = f"{EVENTS}/{event['id']}"
    assert problem(hubd.patch(path, {"title": "Neu"}, as_="ines"), 422, "missing-member")["pointer"] == "/scope"
    assert problem(hubd.delete(path, as_="ines"), 422, "missing-member")["pointer"] == "/scope"
    assert problem(hubd.patch(path, {"title": "Neu", "scope": "this"}, as_="ines"), 422, "missing-member")["pointer"] == "/recurrence_id"
    problem(hubd.patch(path, {"title": "Neu", "scope": "this", "recurrence_id": "2020-01-01T00:00:00"}, as_="ines"), 404, "not-found")
    assert problem(hubd.patch(path, {"rrule": "FREQ=DAILY", "scope": "this", "recurrence_id": date(monday, 0)}, as_="ines"), 422, "malformed-value")["pointer"] == "/scope"


def test_a_change_of_what_changed_meanwhile_is_refused(hubd, monday):
    first = hubd.post(EVENTS, plan(monday), as_="ines")
    path, tag = first.headers["Location"], first.headers["ETag"]
    body = {"scope": "this", "recurrence_id": date(monday, 1)}
    assert hubd.patch(path, {**body, "title": "Eins"}, as_="ines", headers={"If-Match": tag}).status_code == 200
    problem(hubd.patch(path, {**body, "title": "Zwei"}, as_="ines", headers={"If-Match": tag}), 412, "changed-meanwhile")
    problem(hubd.delete(path, json=body, as_="ines", headers={"If-Match": tag}), 412, "changed-meanwhile")


def test_a_private_date_of_a_public_series_is_not_shown(hubd, monday):
    event = made(hubd.post(EVENTS, plan(monday), as_="ines"))
    hubd.server.sql(f"UPDATE hubd.occurrence SET changes = '{{\"audience\": \"invited\"}}' WHERE event_id = {event['id']} AND recurrence_id = '{date(monday, 1)}'")
    assert len(dates(hubd, event["id"], as_=None)) == 4 and len(dates(hubd, event["id"])) == 5
    assert hubd.get(f"{EVENTS}/{event['id']}?recurrence_id={date(monday, 1)}").status_code == 404


# ---- by the clock ----

def test_an_endless_series_goes_on_by_itself_and_a_cancelled_date_stays_cancelled(own_hubd):
    hubd = own_hubd
    day = datetime.date.today() + datetime.timedelta(days=7)
    event = made(hubd.post(EVENTS, plan(day, rrule="FREQ=WEEKLY", resources=["kajuete"]), as_="ines"))
    before = dates(hubd, event["id"])
    last = max(before)
    assert len(before) == 58 and event["series"]["extended_to"]
    made(hubd.delete(f"{EVENTS}/{event['id']}", json={"scope": "this", "recurrence_id": last}, as_="ines"), 200)
    beyond = datetime.date.fromisoformat(last[:10]) + datetime.timedelta(weeks=2)
    block(hubd, "kajuete", beyond, "18:30", "19:00")
    hubd.server.sql("UPDATE hubd.clock SET ahead = '60 days'", database=hubd.database)
    hubd.start("work")
    wait_for(lambda: len(dates(hubd, event["id"])) > len(before), what="the worker to extend the event")
    after = dates(hubd, event["id"])
    assert set(before) < set(after) and after[last]["state"] == "cancelled"
    assert max(after)[:10] >= str(datetime.date.today() + datetime.timedelta(days=60 + 392))
    assert [n for n, d in after.items() if d["is_unplaced"]] == [f"{beyond}T18:00:00"], "a date whose room is taken is listed, and the others are there"
    assert after[last]["revision"] == str(int(event["revision"]) + 1), "that there are more dates is no change of the event"
