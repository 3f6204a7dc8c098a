# SPDX-License-Identifier: GPL-3.0-or-later
"""Series of bookings over HTTP: what people lose when a rule of them breaks."""
import datetime
import itertools
import zoneinfo

import pytest

from conftest import wait_for

SERIES, BOOKINGS = "/api/v1/series", "/api/v1/bookings"
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def rooms(hubd):
    """Makes a room that no other test knows: rooms("screen") is its short name."""
    numbers = itertools.count(1)

    def make(*features, capacity=4, **more):
        slug = f"reihe-{next(numbers)}"
        made = hubd.post("/api/v1/resources", {"hub": "werft", "slug": slug, "site": "haus", "kind": "room", "name_de": slug, "name_en": slug,
                                               "capacity": capacity, "features": [f"only-{slug}", *features], **more}, as_="ines")
        assert made.status_code == 201, made.text
        return slug
    return make


def monday(weeks=200):
    """Years ahead, where no other test books."""
    today = datetime.date.today()
    return today - datetime.timedelta(days=today.weekday()) + datetime.timedelta(weeks=weeks)


def wish(room, start=None, rrule="FREQ=WEEKLY;COUNT=4", **more):
    start = start or f"{monday()}T09:00"
    return {"hub": "werft", "title": "Reihe", "start": start, "duration": "PT1H", "rrule": rrule, "items": [{"resource": room}], **more}


def problem(reply, status, name):
    assert reply.status_code == status, reply.text
    body = reply.json()
    assert body["type"] == "/problems/" + name and body["title"] and body["detail"], body
    return body


def made(reply, status=201):
    assert reply.status_code == status, reply.text
    return reply.json()


def states(document):
    return [d["state"] for d in document["dates"]]


def block(hubd, room, day, start="09:00", end="10:00", as_="jonas", **more):
    return made(hubd.post(BOOKINGS, {"hub": "werft", "title": "Im Weg", "start": f"{day}T{start}", "end": f"{day}T{end}",
                                     "items": [{"resource": room}], **more}, as_=as_))


def week(weeks):
    return monday(200 + weeks)


def live(hubd, series, as_="mara"):
    """Original start -> (booking, local start) of the dates that are booked."""
    document = made(hubd.get(f"{SERIES}/{series}", as_=as_), 200)
    return {d["date"]: (d["booking"], d["local_start"]) for d in document["dates"] if d["state"] == "booked"}


# ---- making ----

def test_a_series_is_booked_read_and_listed(hubd, rooms):
    room = rooms()
    reply = hubd.post(SERIES, wish(room), as_="mara")
    series = made(reply)
    assert states(series) == ["booked"] * 4 and series["rrule"] == "FREQ=WEEKLY;COUNT=4" and reply.headers["Location"] == series["links"]["self"]
    assert [d["date"] for d in series["dates"]] == [f"{week(n)}T09:00:00" for n in range(4)]
    read = hubd.get(reply.headers["Location"], as_="mara")
    assert read.headers["ETag"] == reply.headers["ETag"] and [d["booking"] for d in read.json()["dates"]] == [d["booking"] for d in series["dates"]]
    booking = hubd.get(f"{BOOKINGS}/{series['dates'][1]['booking']}", as_="mara").json()
    assert booking["series"] == series["id"] and booking["date"] == f"{week(1)}T09:00:00" and booking["uid"] == series["uid"]
    listed = hubd.get(f"{SERIES}?after={series['id'] - 1}&limit=1", as_="mara").json()
    assert "items" in listed, listed
    assert [s["id"] for s in listed["items"]] == [series["id"]] and listed["next"] == str(series["id"])
    assert hubd.get(f"{SERIES}?after={series['id'] - 1}&limit=1", as_="jonas").json()["items"] == [], "others' series are theirs"
    assert hubd.get(reply.headers["Location"], as_="jonas").status_code == 404 and hubd.get(reply.headers["Location"], as_="ines").status_code == 200


def test_the_same_request_twice_books_once(hubd, rooms):
    room = rooms()
    replies = [hubd.post(SERIES, wish(room), as_="mara", headers={"Idempotency-Key": f"reihe-{room}"}) for _ in range(2)]
    assert replies[0].status_code == 201 and replies[0].text == replies[1].text


def test_all_or_nothing_leaves_nothing_and_names_each_date(hubd, rooms):
    room = rooms()
    block(hubd, room, week(2), title="Geheim")
    body = problem(hubd.post(SERIES, wish(room), as_="mara"), 409, "series-refused")
    assert states(body) == ["free", "free", "conflict", "free"] and body["counts"] == {"free": 3, "conflict": 1}
    assert body["choices"]["skip"] and not body["choices"]["all"] and body["choices"]["missing"] == 1
    way = body["dates"][2]["conflicts"]
    assert [c["resource"] for c in way] == [room] and "Geheim" not in str(body), "others' titles stay theirs"
    assert hubd.get(f"/api/v1/freebusy?hub=werft&resource={room}&from={week(0)}&to={week(0)}T23:00", as_="mara").json()["items"][0]["busy"] == []


def test_skip_leaves_out_what_is_taken(hubd, rooms):
    room = rooms()
    block(hubd, room, week(1))
    series = made(hubd.post(SERIES, wish(room, choice="skip"), as_="mara"))
    assert states(series) == ["booked", "skipped", "booked", "booked"]
    assert states(made(hubd.get(f"{SERIES}/{series['id']}", as_="mara"), 200)) == ["booked", "skipped", "booked", "booked"]


@pytest.mark.parametrize("bound, taken, status", [({"at_most": 1}, 1, 201), ({"at_most": 1}, 2, 409), ({"at_most_percent": 25}, 1, 201),
                                                  ({"at_most_percent": 24}, 1, 409), ({"at_most": 2, "at_most_percent": 25}, 2, 409)])
def test_skip_if_counts_what_it_skips(hubd, rooms, bound, taken, status):
    room = rooms()
    for n in range(taken):
        block(hubd, room, week(n))
    assert hubd.post(SERIES, wish(room, choice="skip-if", **bound), as_="mara").status_code == status


def test_a_series_of_which_nothing_is_left_is_refused(hubd, rooms):
    room = rooms()
    made(hubd.post(SERIES, wish(room), as_="jonas"))
    problem(hubd.post(SERIES, wish(room, choice="skip"), as_="mara"), 409, "series-refused")


def test_substitute_takes_an_equal_or_better_room_at_the_same_time(hubd, rooms):
    wanted = rooms("reihe-x")
    other = rooms("reihe-x", f"only-{wanted}", capacity=5)
    block(hubd, wanted, week(1))
    series = made(hubd.post(SERIES, wish(wanted, choice="substitute"), as_="mara"))
    assert states(series) == ["booked", "substituted", "booked", "booked"] and series["dates"][1]["substitute"]["resource"] == other
    assert hubd.get(f"{BOOKINGS}/{series['dates'][1]['booking']}", as_="mara").json()["items"][0]["resource"] == other
    block(hubd, wanted, week(5))
    block(hubd, other, week(5))
    later = wish(wanted, f"{week(4)}T09:00", choice="substitute")
    problem(hubd.post(SERIES, later, as_="mara"), 409, "series-refused")
    assert states(made(hubd.post(SERIES, {**later, "at_most": 1}, as_="mara"))) == ["booked", "skipped", "booked", "booked"]


def test_a_dry_run_says_of_each_date_what_is_there_and_books_nothing(hubd, rooms):
    wanted = rooms("reihe-y")
    other = rooms("reihe-y", f"only-{wanted}", capacity=5)
    block(hubd, wanted, week(1))
    block(hubd, wanted, week(2), kind="closure", as_="ines")
    preview = made(hubd.post(SERIES, wish(wanted, dry_run=True), as_="mara"), 200)
    assert preview["dry_run"] and states(preview) == ["free", "conflict", "rule", "free"]
    assert preview["dates"][1]["substitute"]["resource"] == other and preview["dates"][2]["rule"] == "closed"
    assert preview["choices"] == {"all": False, "skip": True, "substitute": True, "queue": True, "missing": 2, "missing_percent": 50}
    assert all("booking" not in d for d in preview["dates"])
    made(hubd.post(SERIES, wish(wanted, f"{week(3)}T09:00", "FREQ=WEEKLY;COUNT=1"), as_="jonas"))


def test_what_is_past_is_a_rule_of_its_own_for_members_and_none_for_managers(hubd, rooms):
    room = rooms()
    yesterday = datetime.date.today() - datetime.timedelta(days=1)
    series = wish(room, f"{yesterday}T00:00", "FREQ=DAILY;COUNT=4", dry_run=True)
    preview = made(hubd.post(SERIES, series, as_="mara"), 200)
    assert preview["dates"][0]["state"] == "rule" and preview["dates"][0]["rule"] == "in-the-past" and preview["dates"][3]["state"] == "free"
    assert states(made(hubd.post(SERIES, series, as_="ines"), 200)) == ["free"] * 4


def test_both_days_of_daylight_saving_are_flagged_and_right(hubd, rooms):
    """02:30 every day, over the day without it and the day that has it twice (RFC 5545 3.3.5)."""
    room, year = rooms(), datetime.date.today().year + 6
    spring = max(d for d in (datetime.date(year, 3, n) for n in range(25, 32)) if d.weekday() == 6)
    autumn = max(d for d in (datetime.date(year, 10, n) for n in range(25, 32)) if d.weekday() == 6)
    for sunday, note, utc in ((spring, "gap", "01:30"), (autumn, "fold", "00:30")):
        before = sunday - datetime.timedelta(days=1)
        series = made(hubd.post(SERIES, wish(room, f"{before}T02:30", "FREQ=DAILY;COUNT=3"), as_="mara"))
        assert [d.get("note") for d in series["dates"]] == [None, note, None]
        assert series["dates"][1]["start"] == f"{sunday}T{utc}:00Z" and series["dates"][1]["date"] == f"{sunday}T02:30:00"
        starts = [datetime.datetime.fromisoformat(d["start"].replace("Z", "+00:00")).astimezone(BERLIN) for d in series["dates"]]
        assert [(s.hour, s.minute) for s in (starts[0], starts[2])] == [(2, 30)] * 2, "the clock on the wall stays"


def test_an_end_on_the_wall_clock_stays_there_over_the_change(hubd, rooms):
    """Until 04:00 is until 04:00, also in the night in which it is an hour shorter; two hours are two hours."""
    room, year = rooms(), datetime.date.today().year + 6
    spring = max(d for d in (datetime.date(year, 3, n) for n in range(25, 32)) if d.weekday() == 6)
    before = spring - datetime.timedelta(days=1)
    nightly = {**wish(room, f"{before}T01:00", "FREQ=DAILY;COUNT=2"), "end": f"{before}T04:00"}
    del nightly["duration"]
    until = made(hubd.post(SERIES, nightly, as_="mara"))
    assert [d["end"] for d in until["dates"]] == [f"{before}T03:00:00Z", f"{spring}T02:00:00Z"]
    lasting = made(hubd.post(SERIES, wish(rooms(), f"{before}T01:00", "FREQ=DAILY;COUNT=2", duration="PT3H"), as_="mara"))
    assert [d["end"] for d in lasting["dates"]] == [f"{before}T03:00:00Z", f"{spring}T03:00:00Z"]


# ---- bounds and what is not well formed ----

@pytest.mark.parametrize("rrule, name", [
    ("FREQ=HOURLY;COUNT=2", "too-often"), ("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "too-often"), ("FREQ=WEEKLY;BYDAY=1MO", "malformed-rule"),
    ("FREQ=SOMETIMES", "malformed-rule"), ("FREQ=DAILY;BYHOUR=8,9;BYMINUTE=0,30", "out-of-step"), ("FREQ=DAILY;BYHOUR=9,12", "too-many-dates"),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "no-dates"), ("FREQ=WEEKLY;BYDAY=TU", "out-of-step")])
def test_a_rule_that_cannot_book_is_refused_with_a_sentence(hubd, rooms, rrule, name):
    start = f"{monday()}T09:00" if "BYHOUR=8" not in rrule else f"{monday()}T09:15"
    body = problem(hubd.post(SERIES, wish("kajuete", start, rrule, choice="skip"), as_="mara"), 422, name)
    if rrule.endswith("TU"):
        assert f"{monday() + datetime.timedelta(days=1)}T09:00" in body["detail"], "it says which start would do"


def test_dates_that_overlap_each_other_are_found_first_and_named(hubd, rooms):
    body = problem(hubd.post(SERIES, wish(rooms(), rrule="FREQ=DAILY;COUNT=3", duration="PT25H"), as_="mara"), 422, "dates-overlap")
    assert body["overlaps"][0] == {"first": f"{monday()}T09:00:00", "second": f"{monday() + datetime.timedelta(days=1)}T09:00:00"}


def test_an_open_series_has_400_days_of_dates_and_goes_on(hubd, rooms):
    series = made(hubd.post(SERIES, wish(rooms(), rrule="FREQ=DAILY"), as_="mara"))
    assert len(series["dates"]) == 400 and series["booked_until"]


def test_five_hundred_dates_are_the_bound(hubd, rooms):
    first = monday()
    days = [str(first + datetime.timedelta(days=n)) for n in range(1, 500)]
    series = {k: v for k, v in wish(rooms(), rdates=[]).items() if k != "rrule"}
    assert len(made(hubd.post(SERIES, {**series, "rdates": days[:350]}, as_="mara"))["dates"]) == 351
    problem(hubd.post(SERIES, {**wish(rooms(), rrule="FREQ=DAILY;COUNT=150"), "rdates": [d + "T18:00" for d in days[:400]]}, as_="mara"), 422, "too-many-dates")


@pytest.mark.parametrize("change, status, name", [
    ({"choice": "perhaps"}, 422, "malformed-value"), ({"choice": "skip-if"}, 422, "missing-member"), ({"at_most": 2}, 422, "malformed-value"),
    ({"rdates": ["Montag"]}, 422, "malformed-time"), ({"zone": "Mars"}, 422, "malformed-time"), ({"hub": "nirgends"}, 404, "not-found"),
    ({"items": []}, 422, "malformed-value"), ({"rrule": ""}, 422, "missing-member"), ({"rule": "x"}, 422, "unknown-member"), ({"duration": "PT0S"}, 422, "malformed-time")])
def test_what_is_not_well_formed_is_named(hubd, change, status, name):
    problem(hubd.post(SERIES, {**wish("kajuete"), **change}, as_="mara"), status, name)


def test_who_may_not_book_may_not_book_a_series(hubd):
    problem(hubd.post(SERIES, wish("kajuete")), 401, "sign-in-required")
    problem(hubd.post(SERIES, wish("kajuete"), as_="olga"), 403, "not-allowed")
    problem(hubd.post(SERIES, wish("kajuete", kind="closure"), as_="mara"), 403, "not-allowed")
