# SPDX-License-Identifier: GPL-3.0-or-later
"""Series of bookings over HTTP: what people lose when a rule of them breaks."""
import datetime
import itertools
import zoneinfo

import icalendar
import pytest
import recurring_ical_events

from conftest import wait_for

SERIES, BOOKINGS = "/api/v1/series", "/api/v1/bookings"
NUMBERS = itertools.count(1)
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def rooms(hubd):
    """Makes a room that no other test knows: rooms("screen") is its short name."""
    def make(*features, capacity=4, **more):
        slug = f"reihe-{next(NUMBERS)}"
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


def test_what_waits_in_the_queue_is_booked_when_what_blocked_it_goes(hubd, rooms):
    room = rooms()
    way = block(hubd, room, week(1))
    series = made(hubd.post(SERIES, wish(room, choice="queue"), as_="mara"))
    assert states(series) == ["booked", "queued", "booked", "booked"]
    later = made(hubd.post(SERIES, wish(room, f"{week(1)}T09:00", "FREQ=WEEKLY;COUNT=1", choice="queue"), as_="jonas"))
    assert states(later) == ["queued"], "who comes later waits behind"
    assert hubd.delete(f"{BOOKINGS}/{way['id']}", as_="jonas").status_code == 200
    wait_for(lambda: len(live(hubd, series["id"])) == 4, what="the worker to book the queued date")
    assert live(hubd, later["id"], as_="jonas") == {}
    assert made(hubd.get(f"{SERIES}/{series['id']}", as_="mara"), 200)["sequence"] == series["sequence"] + 1, "an EXDATE went"
    change(hubd, series["id"], scope="all", start=f"{week(0)}T18:00")
    wait_for(lambda: len(live(hubd, later["id"], as_="jonas")) == 1, what="the place that a move gave back")


def test_an_open_series_goes_on_by_itself_and_says_what_it_could_not_get(own_hubd):
    hubd = own_hubd
    tuesday = monday(3) + datetime.timedelta(days=1)
    series = made(hubd.post(SERIES, wish("kajuete", f"{tuesday}T09:00", "FREQ=WEEKLY"), as_="mara"))
    last = datetime.date.fromisoformat(series["dates"][-1]["date"][:10])
    block(hubd, "kajuete", last + datetime.timedelta(weeks=2))
    made(hubd.delete(f"{SERIES}/{series['id']}", as_="mara", json={"scope": "this", "date": f"{last}T09:00"}), 200)
    hubd.server.sql("UPDATE hubd.clock SET ahead = '60 days'", database=hubd.database)
    hubd.start("work")
    wait_for(lambda: len(live(hubd, series["id"])) > len(series["dates"]), what="the worker to extend the series")
    after = made(hubd.get(f"{SERIES}/{series['id']}", as_="mara"), 200)
    by_day = {d["date"][:10]: d["state"] for d in after["dates"]}
    assert by_day[str(last + datetime.timedelta(weeks=1))] == "booked" and by_day[str(last + datetime.timedelta(weeks=2))] == "skipped"
    assert str(last) not in by_day, "a deleted date does not come back"
    assert max(by_day) >= (datetime.date.today() + datetime.timedelta(days=60 + 392)).isoformat() and after["booked_until"] > series["booked_until"]
    assert hubd.server.value("SELECT count(*) FROM hubd.message WHERE kind = 'series-incomplete'", database=hubd.database) in (1, "1")
    hubd.server.sql("UPDATE hubd.job SET run_at = now() - interval '1 day' WHERE kind = 'series-horizon'", database=hubd.database)
    wait_for(lambda: hubd.server.value("SELECT count(*) FROM hubd.job WHERE kind = 'series-horizon' AND run_at > now()", database=hubd.database) in (1, "1"), what="another look")
    assert [d["booking"] for d in made(hubd.get(f"{SERIES}/{series['id']}", as_="mara"), 200)["dates"] if "booking" in d] == \
        [d["booking"] for d in after["dates"] if "booking" in d], "looking again changes nothing"


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


# ---- changing ----

@pytest.fixture
def weekly(hubd, rooms):
    """A room, and Mara's four Mondays in it from nine to ten."""
    room = rooms()
    return room, made(hubd.post(SERIES, wish(room), as_="mara"))["id"]


def change(hubd, series, status=200, as_="mara", **more):
    return made(hubd.patch(f"{SERIES}/{series}", more, as_=as_), status)


def mondays(time="09:00", weeks=range(4)):
    return [f"{week(n)}T{time}:00" for n in weeks]


def test_one_date_is_moved_alone_and_keeps_its_place_in_the_series(hubd, weekly):
    room, series = weekly
    before = hubd.get(f"{SERIES}/{series}", as_="mara").json()
    booking = change(hubd, series, scope="this", date=f"{week(1)}T09:00", start=f"{week(1)}T14:00", duration="PT2H", title="Ausnahme")
    assert booking["date"] == f"{week(1)}T09:00:00" and booking["local_start"] == f"{week(1)}T14:00:00" and booking["sequence"] > before["sequence"]
    after = hubd.get(f"{SERIES}/{series}", as_="mara").json()
    assert [d.get("own_time", False) for d in after["dates"]] == [False, True, False, False] and after["dates"][1]["title"] == "Ausnahme"
    assert after["revision"] != before["revision"]
    block(hubd, room, week(1))


def test_all_dates_move_and_the_difference_is_shown_first(hubd, weekly):
    room, series = weekly
    preview = change(hubd, series, scope="all", start=f"{week(0)}T11:00", dry_run=True)
    assert states(preview) == ["moved"] * 4 and [d["was"] for d in preview["dates"]] == mondays() and preview["dry_run"]
    assert list(live(hubd, series)) == mondays(), "nothing happened yet"
    moved = change(hubd, series, scope="all", start=f"{week(0)}T11:00")
    assert states(moved) == ["moved"] * 4 and moved["sequence"] == 1 and [d["end"][11:16] for d in moved["dates"]] == [d["end"][11:16] for d in preview["dates"]]
    assert list(live(hubd, series)) == mondays("11:00")
    block(hubd, room, week(2))


def test_ones_own_dates_do_not_stand_in_the_way_of_a_shift_by_a_week(hubd, weekly):
    _, series = weekly
    bookings = [b for b, _ in live(hubd, series).values()]
    shifted = change(hubd, series, scope="all", start=f"{week(1)}T09:30")
    assert states(shifted) == ["moved"] * 4 and [b for b, _ in live(hubd, series).values()] == bookings, "they are the same bookings"
    assert list(live(hubd, series)) == mondays("09:30", range(1, 5))


def test_a_weekly_rule_follows_its_start_to_another_weekday(hubd, rooms):
    series = made(hubd.post(SERIES, wish(rooms(), rrule="FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4"), as_="mara"))["id"]
    tuesday = week(0) + datetime.timedelta(days=1)
    moved = change(hubd, series, scope="all", start=f"{tuesday}T09:00")
    assert states(moved) == ["moved"] * 4 and moved["rrule"] == "FREQ=WEEKLY;COUNT=4;BYDAY=TU,TH"


def test_an_end_of_the_rule_moves_along_so_that_the_last_date_stays(hubd, rooms):
    until = f"{week(3)}T080000Z".replace("-", "") if datetime.datetime.combine(week(3), datetime.time(9), BERLIN).utcoffset().seconds == 3600 else f"{week(3)}T070000Z".replace("-", "")
    series = made(hubd.post(SERIES, wish(rooms(), rrule=f"FREQ=WEEKLY;UNTIL={until}"), as_="mara"))
    assert len(series["dates"]) == 4
    assert states(change(hubd, series["id"], scope="all", start=f"{week(0)}T17:00")) == ["moved"] * 4


def test_a_new_rule_keeps_what_it_names_adds_and_takes_away(hubd, weekly):
    _, series = weekly
    kept = live(hubd, series)
    changed = change(hubd, series, scope="all", rrule="FREQ=WEEKLY;INTERVAL=2;COUNT=3")
    assert [(d["date"][:10], d["state"]) for d in changed["dates"]] == [(str(week(n)), s) for n, s in ((0, "kept"), (1, "removed"), (2, "kept"), (3, "removed"), (4, "added"))]
    now = live(hubd, series)
    assert now[mondays()[0]] == kept[mondays()[0]] and list(now) == mondays(weeks=(0, 2, 4))


def test_a_rule_of_another_weekday_moves_each_date_to_it(hubd, weekly):
    _, series = weekly
    bookings = [b for b, _ in live(hubd, series).values()]
    changed = change(hubd, series, scope="all", rrule="FREQ=WEEKLY;BYDAY=TH;COUNT=4")
    assert states(changed) == ["moved"] * 4 and [b for b, _ in live(hubd, series).values()] == bookings


def test_an_override_keeps_what_it_says_itself(hubd, weekly, rooms):
    room, series = weekly
    other = rooms()
    change(hubd, series, scope="this", date=f"{week(1)}T09:00", start=f"{week(1)}T14:00", duration="PT2H", title="Ausnahme")
    change(hubd, series, scope="this", date=f"{week(2)}T09:00", items=[{"resource": other}])
    moved = change(hubd, series, scope="all", start=f"{week(0)}T10:00", title="Neu")
    assert states(moved) == ["moved", "kept", "moved", "moved"]
    dates = made(hubd.get(f"{SERIES}/{series}", as_="mara"), 200)["dates"]
    by_date = {d["date"]: d for d in dates}
    own = by_date[f"{week(1)}T10:00:00"]
    assert own["local_start"] == f"{week(1)}T14:00:00" and own["title"] == "Ausnahme"
    elsewhere = by_date[f"{week(2)}T10:00:00"]
    assert elsewhere["items"][0]["resource"] == other and elsewhere["local_start"] == f"{week(2)}T10:00:00" and "title" not in elsewhere


def test_following_becomes_a_series_of_its_own_and_the_first_part_ends(hubd, weekly):
    _, series = weekly
    before = live(hubd, series)
    rest = change(hubd, series, scope="following", date=f"{week(2)}T09:00", start=f"{week(2)}T15:00")
    assert rest["follows"] == series and rest["id"] != series and states(rest) == ["moved"] * 2 and rest["rrule"] == "FREQ=WEEKLY;COUNT=2"
    first = made(hubd.get(f"{SERIES}/{series}", as_="mara"), 200)
    assert [d["date"] for d in first["dates"]] == mondays(weeks=(0, 1)) and "UNTIL=" in first["rrule"] and first["sequence"] == 1
    assert [b for b, _ in live(hubd, rest["id"]).values()] == [before[m][0] for m in mondays(weeks=(2, 3))], "the bookings are the same"
    booking = hubd.get(f"{BOOKINGS}/{rest['dates'][0]['booking']}", as_="mara").json()
    assert booking["uid"] == rest["uid"] != first["uid"] and booking["series"] == rest["id"]


def test_what_has_begun_is_not_changed_by_all(hubd, rooms):
    yesterday = datetime.date.today() - datetime.timedelta(days=1)
    room = rooms()
    series = made(hubd.post(SERIES, wish(room, f"{yesterday}T00:00", "FREQ=DAILY;COUNT=5", duration="PT10M"), as_="ines"))["id"]
    rest = change(hubd, series, as_="ines", scope="all", title="Neu", duration="PT20M")
    assert rest["follows"] == series and set(states(rest)) == {"moved"} and len(rest["dates"]) in (3, 4)
    first = made(hubd.get(f"{SERIES}/{series}", as_="ines"), 200)
    assert first["title"] == "Reihe" and len(first["dates"]) == 5 - len(rest["dates"])
    problem(hubd.patch(f"{SERIES}/{series}", {"scope": "following", "date": f"{yesterday}T00:00", "title": "x"}, as_="ines"), 422, "in-the-past")


def test_a_move_that_does_not_fit_is_refused_whole_or_leaves_dates_where_they_were(hubd, weekly):
    room, series = weekly
    block(hubd, room, week(2), "12:00", "13:00")
    body = problem(hubd.patch(f"{SERIES}/{series}", {"scope": "all", "start": f"{week(0)}T12:00"}, as_="mara"), 409, "series-refused")
    assert states(body) == ["moved", "moved", "conflict", "moved"]
    assert list(live(hubd, series)) == mondays(), "nothing of it stayed"
    skipped = change(hubd, series, scope="all", start=f"{week(0)}T12:00", choice="skip")
    assert sorted(states(skipped)) == ["moved", "moved", "moved", "stays"]
    now = live(hubd, series)
    assert [at for _, at in now.values()] == [f"{week(0)}T12:00:00", f"{week(1)}T12:00:00", f"{week(2)}T09:00:00", f"{week(3)}T12:00:00"]
    block(hubd, room, week(1))
    assert hubd.post(BOOKINGS, {"hub": "werft", "start": f"{week(2)}T09:00", "end": f"{week(2)}T10:00", "items": [{"resource": room}]}, as_="jonas").status_code == 409


def test_all_dates_go_to_another_room(hubd, weekly, rooms):
    room, series = weekly
    other = rooms()
    changed = change(hubd, series, scope="all", items=[{"resource": other}])
    assert states(changed) == ["changed"] * 4 and changed["items"][0]["resource"] == other
    for n in range(4):
        block(hubd, room, week(n))


def test_a_new_title_touches_no_claim(hubd, weekly):
    _, series = weekly
    assert states(change(hubd, series, scope="all", title="Anders")) == ["kept"] * 4
    assert {hubd.get(f"{BOOKINGS}/{b}", as_="mara").json()["title"] for b, _ in live(hubd, series).values()} == {"Anders"}


def test_a_date_that_could_not_be_had_is_had_elsewhere_or_at_another_time(hubd, rooms):
    room, other = rooms(), rooms()
    block(hubd, room, week(1))
    block(hubd, room, week(2))
    series = made(hubd.post(SERIES, wish(room, choice="skip"), as_="mara"))
    missed = {"scope": "this", "date": f"{week(1)}T09:00"}
    problem(hubd.patch(f"{SERIES}/{series['id']}", {**missed, "title": "doch"}, as_="mara"), 409, "slot-taken")
    assert change(hubd, series["id"], **missed, items=[{"resource": other}], dry_run=True)["items"][0]["resource"] == other
    booking = change(hubd, series["id"], **missed, items=[{"resource": other}])
    assert booking["items"][0]["resource"] == other and booking["series"] == series["id"] and booking["date"] == f"{week(1)}T09:00:00"
    later = change(hubd, series["id"], scope="this", date=f"{week(2)}T09:00", start=f"{week(2)}T15:00", duration="PT1H")
    assert later["local_start"] == f"{week(2)}T15:00:00"
    after = made(hubd.get(f"{SERIES}/{series['id']}", as_="mara"), 200)
    assert states(after) == ["booked"] * 4 and after["sequence"] == series["sequence"] + 2


def test_what_could_not_be_had_before_does_not_stand_in_the_way_of_a_change(hubd, rooms):
    room = rooms()
    way = block(hubd, room, week(1), "09:00", "12:00")
    series = made(hubd.post(SERIES, wish(room, choice="skip"), as_="mara"))["id"]
    assert states(change(hubd, series, scope="all", title="Anders")) == ["kept", "skipped", "kept", "kept"]
    preview = change(hubd, series, scope="all", start=f"{week(0)}T10:00", dry_run=True)
    assert states(preview) == ["moved", "skipped", "moved", "moved"] and preview["choices"]["all"]
    assert states(change(hubd, series, scope="all", start=f"{week(0)}T10:00")) == ["moved", "skipped", "moved", "moved"]
    assert states(made(hubd.get(f"{SERIES}/{series}", as_="mara"), 200)) == ["booked", "skipped", "booked", "booked"]
    assert states(change(hubd, series, scope="all", start=f"{week(0)}T12:00")) == ["moved", "added", "moved", "moved"], "and is had where it now fits"
    made(hubd.delete(f"{BOOKINGS}/{way['id']}", as_="jonas"), 200)


def test_a_queued_date_waits_on_through_changes(hubd, rooms):
    room = rooms()
    way = block(hubd, room, week(1), "09:00", "12:00")
    series = made(hubd.post(SERIES, wish(room, choice="queue"), as_="mara"))["id"]
    assert states(change(hubd, series, scope="all", start=f"{week(0)}T10:00")) == ["moved", "queued", "moved", "moved"]
    made(hubd.delete(f"{BOOKINGS}/{way['id']}", as_="jonas"), 200)
    wait_for(lambda: list(live(hubd, series)) == mondays("10:00"), what="the queued date at its new time")


def occurrences(text, first, last):
    """What a calendar program shows between two days: starts on the wall clock of Berlin."""
    events = recurring_ical_events.of(icalendar.Calendar.from_ical(text)).between(first, last)
    return sorted(e["DTSTART"].dt.astimezone(BERLIN).replace(tzinfo=None).isoformat() for e in events if e.get("STATUS") != "CANCELLED")


def test_the_rooms_calendar_shows_exactly_the_dates_that_are_booked(hubd, rooms):
    """Skipped, deleted, moved, split, retimed: an independent expander sees what the bookings are."""
    room = rooms()
    series = made(hubd.post(SERIES, wish(room, rrule="FREQ=WEEKLY;COUNT=10"), as_="mara"))["id"]
    all_of = [series]
    made(hubd.delete(f"{SERIES}/{series}", as_="mara", json={"scope": "this", "date": f"{week(1)}T09:00"}), 200)
    change(hubd, series, scope="this", date=f"{week(2)}T09:00", start=f"{week(2)}T13:30", duration="PT30M")
    all_of.append(change(hubd, series, scope="following", date=f"{week(5)}T09:00", start=f"{week(5)}T07:00", choice="skip")["id"])
    way = block(hubd, room, week(12), "07:00", "08:00")
    change(hubd, all_of[1], scope="all", rrule="FREQ=WEEKLY;COUNT=9", choice="skip")
    text = hubd.get(f"/feeds/resource/werft/{room}.ics?from={week(-1)}&to={week(20)}").text
    want = sorted([at for s in all_of for _, at in live(hubd, s).values()] + [f"{week(12)}T07:00:00"])
    assert len(want) == 4 + 8 + 1 and occurrences(text, week(-1), week(20)) == want
    made(hubd.delete(f"{BOOKINGS}/{way['id']}", as_="jonas"), 200)


def test_a_date_that_is_meant_by_another_clock_stands_at_its_instant_in_calendars(hubd, rooms):
    room = rooms()
    series = made(hubd.post(SERIES, wish(room), as_="mara"))["id"]
    booking = live(hubd, series)[mondays()[1]][0]
    made(hubd.patch(f"{BOOKINGS}/{booking}", {"start": f"{week(1)}T09:00", "end": f"{week(1)}T10:00", "zone": "Europe/Lisbon"}, as_="mara"), 200)
    text = hubd.get(f"/feeds/resource/werft/{room}.ics?from={week(-1)}&to={week(20)}").text
    assert occurrences(text, week(-1), week(20)) == [mondays()[0], f"{week(1)}T10:00:00", *mondays()[2:]]
    assert f"RECURRENCE-ID;TZID=Europe/Berlin:{week(1):%Y%m%d}T090000" in text


# ---- cancelling ----

def test_a_deleted_date_never_comes_back(hubd, weekly):
    room, series = weekly
    made(hubd.delete(f"{SERIES}/{series}", as_="mara", json={"scope": "this", "date": f"{week(1)}T09:00"}), 200)
    assert list(live(hubd, series)) == mondays(weeks=(0, 2, 3))
    booking = live(hubd, series)[mondays()[2]][0]
    assert hubd.delete(f"{BOOKINGS}/{booking}", as_="mara").status_code == 200, "one of its bookings, cancelled as a booking"
    assert list(live(hubd, series)) == mondays(weeks=(0, 3))
    change(hubd, series, scope="all", start=f"{week(0)}T16:00")
    assert list(live(hubd, series)) == mondays("16:00", (0, 3)), "not when the series moves"
    change(hubd, series, scope="all", rrule="FREQ=WEEKLY;COUNT=6")
    assert list(live(hubd, series)) == mondays("16:00", (0, 3, 4, 5)), "nor when it gets longer"
    change(hubd, series, scope="all", rrule="FREQ=DAILY;COUNT=36", choice="skip")
    assert not {f"{week(1)}T16:00:00", f"{week(2)}T16:00:00"} & set(live(hubd, series))


def test_a_cancellation_of_one_date_is_taken_back_with_its_place_in_the_series(hubd, weekly):
    _, series = weekly
    booking = live(hubd, series)[mondays()[1]][0]
    assert hubd.delete(f"{BOOKINGS}/{booking}", as_="mara").status_code == 200
    assert hubd.post(f"{BOOKINGS}/{booking}/restore", as_="mara").status_code == 200
    assert list(live(hubd, series)) == mondays() and made(hubd.get(f"{SERIES}/{series}", as_="mara"), 200)["exdates"] == []
    made(hubd.delete(f"{SERIES}/{series}", as_="mara", json={"scope": "all"}), 200)
    problem(hubd.post(f"{BOOKINGS}/{booking}/restore", as_="mara"), 409, "too-late-to-restore")


def test_following_and_all_are_cancelled(hubd, weekly):
    room, series = weekly
    dry = made(hubd.delete(f"{SERIES}/{series}", as_="mara", json={"scope": "following", "date": f"{week(2)}T09:00", "dry_run": True}), 200)
    assert states(dry) == ["removed"] * 2 and len(live(hubd, series)) == 4
    gone = made(hubd.delete(f"{SERIES}/{series}", as_="mara", json={"scope": "following", "date": f"{week(2)}T09:00"}), 200)
    assert states(gone) == ["removed"] * 2 and gone["state"] == "confirmed" and list(live(hubd, series)) == mondays(weeks=(0, 1))
    block(hubd, room, week(2))
    gone = made(hubd.delete(f"{SERIES}/{series}", as_="mara", json={"scope": "all"}), 200)
    assert gone["state"] == "cancelled" and live(hubd, series) == {} and gone["sequence"] == 2
    problem(hubd.patch(f"{SERIES}/{series}", {"scope": "all", "title": "x"}, as_="mara"), 409, "not-live")


def test_if_match_and_rights_are_honoured(hubd, weekly):
    _, series = weekly
    path = f"{SERIES}/{series}"
    old = hubd.get(path, as_="mara").headers["ETag"]
    fresh = hubd.patch(path, {"scope": "all", "title": "eins"}, as_="mara", headers={"If-Match": old})
    assert fresh.status_code == 200
    problem(hubd.patch(path, {"scope": "all", "title": "zwei"}, as_="mara", headers={"If-Match": old}), 412, "changed-meanwhile")
    problem(hubd.delete(path, as_="mara", json={"scope": "all"}, headers={"If-Match": old}), 412, "changed-meanwhile")
    problem(hubd.patch(path, {"scope": "all", "title": "x"}, as_="jonas"), 403, "not-allowed")
    problem(hubd.delete(path, as_="olga", json={"scope": "all"}), 403, "not-allowed")
    problem(hubd.patch(path, {"scope": "this", "title": "x"}, as_="mara"), 422, "missing-member")
    problem(hubd.patch(path, {"scope": "this", "date": f"{week(1)}T10:00", "title": "x"}, as_="mara"), 404, "not-found")
    problem(hubd.patch(path, {"title": "x"}, as_="mara"), 422, "missing-member")
    problem(hubd.patch(path, {"scope": "some"}, as_="mara"), 422, "malformed-value")
    problem(hubd.patch(path, {"scope": "this", "date": f"{week(1)}T09:00", "rrule": "FREQ=DAILY"}, as_="mara"), 422, "malformed-value")
    assert hubd.patch(f"{SERIES}/99999999", {"scope": "all", "title": "x"}, as_="mara").status_code == 404
    assert states(change(hubd, series, as_="ines", scope="all", title="von der Leitung")) == ["kept"] * 4
