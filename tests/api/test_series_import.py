# SPDX-License-Identifier: GPL-3.0-or-later
"""Series in files, on data of the project's own: what somebody loses who keeps recurring events elsewhere and brings them in again."""
import datetime
import re

import icalendar
import pytest

import conftest
from test_import import Desk, uids

BERLIN = ";TZID=Europe/Berlin:"
ZONE = ["BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "BEGIN:DAYLIGHT", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "DTSTART:19810329T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "END:DAYLIGHT", "BEGIN:STANDARD", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100",
        "DTSTART:19961027T030000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD", "END:VTIMEZONE"]


@pytest.fixture(scope="module")
def desk(hubd_server):
    hubd_server.sql("CREATE DATABASE series_imports", database="postgres")
    with conftest.Service(hubd_server, database="series_imports") as service:
        service.run("migrate")
        yield Desk(service)


def event(uid, *lines, start="20261005T180000", title="Kreis", length="PT2H"):
    return ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"DTSTART{BERLIN}{start}", f"DURATION:{length}", f"SUMMARY:{title}", *lines, "END:VEVENT"]


WEEKLY = event("kreis", "RRULE:FREQ=WEEKLY;COUNT=6", f"EXDATE{BERLIN}20261019T180000", f"RDATE{BERLIN}20261224T180000", "LOCATION:Saal", "X-EIGEN;A=b:Wert",
               "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT10M", "DESCRIPTION:Gleich", "END:VALARM")
MOVED = event("kreis", f"RECURRENCE-ID{BERLIN}20261012T180000", "LOCATION:Saal", start="20261013T090000", title="Kreis am Morgen", length="PT1H")
DROPPED = event("kreis", f"RECURRENCE-ID{BERLIN}20261026T180000", "STATUS:CANCELLED", start="20261026T180000")


@pytest.fixture
def put(desk, tmp_path):
    """put(hub, event, …): imports a calendar of these events, under one name."""
    def put_calendar(hub, *events, **more):
        file = tmp_path / "reihe.ics"
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//hubd//tests//DE", *ZONE, *(line for block in events for line in block), "END:VCALENDAR", ""]
        file.write_text("\r\n".join(lines), encoding="utf-8", newline="")
        return desk.load(hub, file, **more)
    return put_calendar


def occurrences(desk, hub):
    """recurrence_id -> (title, local start, state, has its room) of all dates of the hub."""
    return {row[0]: tuple(row[1:]) for row in desk.sql(
        "SELECT coalesce(hubd.wall(o.recurrence_id), ''), seen.title, hubd.wall(o.local_start), seen.state, EXISTS (SELECT FROM hubd.claim AS c WHERE c.booking_id = o.booking_id)::text "
        f"FROM hubd.event AS e JOIN hubd.occurrence AS o ON o.hub_id = e.hub_id AND o.event_id = e.id, LATERAL hubd.event_on(e, o) AS seen "
        f"WHERE e.hub_id = hubd.hub_of('{hub}') ORDER BY o.recurrence_id")}


def test_a_series_comes_in_with_each_of_its_dates_and_their_rooms(desk, put):
    hub = desk.hub()
    report = put(hub, WEEKLY, MOVED, DROPPED)
    assert report["series"] == 1 and report["added"][0]["dates"]["count"] == 6 and report["conflicts"] == []
    assert occurrences(desk, hub) == {
        "2026-10-05T18:00:00": ("Kreis", "2026-10-05T18:00:00", "confirmed", "true"),
        "2026-10-12T18:00:00": ("Kreis am Morgen", "2026-10-13T09:00:00", "confirmed", "true"),
        "2026-10-26T18:00:00": ("Kreis", "2026-10-26T18:00:00", "cancelled", "false"),
        "2026-11-02T18:00:00": ("Kreis", "2026-11-02T18:00:00", "confirmed", "true"),
        "2026-11-09T18:00:00": ("Kreis", "2026-11-09T18:00:00", "confirmed", "true"),
        "2026-12-24T18:00:00": ("Kreis", "2026-12-24T18:00:00", "confirmed", "true")}


def test_the_same_series_again_changes_no_row_and_no_feed(desk, put):
    hub = desk.hub()
    endless = event("ohne-ende", "RRULE:FREQ=MONTHLY;BYDAY=1MO", title="Ohne Ende")
    put(hub, WEEKLY, MOVED, DROPPED, endless)
    before = desk.dump()
    assert put(hub, WEEKLY, MOVED, DROPPED, endless)["unchanged"] == 2
    # A day later an endless rule has more dates before its horizon: that is the job's business, not a change of the file.
    desk.sql("UPDATE hubd.clock SET ahead = '40 days'")
    again = put(hub, WEEKLY, MOVED, DROPPED, endless)
    desk.sql("UPDATE hubd.clock SET ahead = '0'")
    assert again["unchanged"] == 2 and desk.dump() == before


def test_what_a_newer_file_does_to_single_dates_is_told(desk, put):
    hub = desk.hub()
    put(hub, WEEKLY, MOVED, DROPPED)
    numbers = dict(desk.sql(f"SELECT hubd.wall(recurrence_id), id FROM hubd.occurrence WHERE hub_id = hubd.hub_of('{hub}')"))
    later = event("kreis", f"RECURRENCE-ID{BERLIN}20261102T180000", "LOCATION:Saal", start="20261102T200000", title="Kreis spät")
    longer = [line.replace("COUNT=6", "COUNT=7") for line in WEEKLY]
    report = put(hub, longer, DROPPED, later)
    dates = report["changed"]["retimed"][0]["dates"]
    assert {(d["date"], d["what"]) for d in dates["list"]} == {
        ("2026-10-12T18:00:00", "moved"), ("2026-11-02T18:00:00", "moved"), ("2026-11-16T18:00:00", "new")}
    after = dict(desk.sql(f"SELECT hubd.wall(recurrence_id), id FROM hubd.occurrence WHERE hub_id = hubd.hub_of('{hub}')"))
    assert {name: after[name] for name in numbers} == numbers, "a date keeps its number"
    assert desk.events(hub)["kreis"]["sequence"] == "1"
    shorter = [line.replace("COUNT=6", "COUNT=2") for line in WEEKLY]
    gone = put(hub, shorter)["changed"]["retimed"][0]["dates"]
    assert gone["gone"] == 4 and gone["count"] == 3
    assert desk.sql(f"SELECT count(*) FROM hubd.claim WHERE hub_id = hubd.hub_of('{hub}') AND lane = '[9,10)'") == [("3",)], "rooms of what is gone are free"


def test_a_date_that_a_manager_cancelled_does_not_come_back_with_a_newer_file(desk, put):
    hub = desk.hub()
    put(hub, WEEKLY)
    desk.sql(f"UPDATE hubd.occurrence SET state = 'cancelled' WHERE hub_id = hubd.hub_of('{hub}') AND recurrence_id = '2026-11-09 18:00'")
    put(hub, [line.replace("SUMMARY:Kreis", "SUMMARY:Kreis neu") for line in WEEKLY])
    found = occurrences(desk, hub)
    assert found["2026-11-09T18:00:00"][2] == "cancelled" and found["2026-11-02T18:00:00"][0] == "Kreis neu"


def test_a_series_and_a_booking_in_its_way_are_both_kept_and_the_date_is_listed(desk, put):
    hub = desk.hub()
    report = put(hub, event("im-weg", "LOCATION:Saal", start="20261012T173000", title="Im Weg", length="PT1H"), WEEKLY)
    assert [(c["title"], c["start"]) for c in report["conflicts"]] == [("Kreis", "2026-10-12T18:00:00")]
    found = occurrences(desk, hub)
    assert found["2026-10-12T18:00:00"][3] == "false" and found["2026-11-02T18:00:00"][3] == "true"
    assert put(hub, WEEKLY)["gone"][0]["title"] == "Im Weg"
    assert occurrences(desk, hub)["2026-10-12T18:00:00"][3] == "true", "its room is free by now"


def test_a_rule_that_cannot_be_followed_costs_only_its_own_event(desk, put):
    hub = desk.hub()
    report = put(hub, event("sekunden", "RRULE:FREQ=SECONDLY"), event("falsch", "RRULE:FREQ=WEEKLY;BYDAY=1MO"), event("mond", "RRULE:RSCALE=CHINESE;FREQ=YEARLY"),
                 WEEKLY)
    assert {skip["uid"]: skip["code"] for skip in report["skipped"]} == {"sekunden": "too-many", "falsch": "bad-rule", "mond": "bad-rule"}
    assert all(skip["text"].endswith(".") for skip in report["skipped"]) and "kreis" in uids(report["added"])


def test_an_event_whose_new_rule_cannot_be_followed_is_not_taken_for_gone(desk, put):
    hub = desk.hub()
    put(hub, WEEKLY, event("noch-da", title="Noch da"))
    report = put(hub, WEEKLY, event("noch-da", "RRULE:FREQ=SECONDLY", title="Noch da"))
    assert report["gone"] == [] and desk.events(hub)["noch-da"]["state"] == "confirmed"


def test_overrides_without_their_master_come_in_as_single_events_and_are_noted(desk, put):
    hub = desk.hub()
    report = put(hub, MOVED)
    assert [note["code"] for note in report["notes"] if note["code"] == "no-master"] and set(desk.events(hub)) == {"kreis-20261012T180000"}


# ---- moving house ----

def bare(text):
    """An export without what says when it was made and where."""
    return re.sub(r"(?m)^(DTSTAMP|LAST-MODIFIED|CREATED|NAME|X-WR-CALNAME)[:;].*\n", "", text)


def test_a_calendar_that_goes_out_and_comes_in_again_is_the_same(desk, put, tmp_path):
    """Import, export, import: a fixpoint, with rules, overrides, cancelled dates, days, periods and lines that hubd only keeps."""
    hub, other = desk.hub(), desk.hub()
    days = ["BEGIN:VEVENT", "UID:tage", "DTSTAMP:20260101T000000Z", "DTSTART;VALUE=DATE:20261001", "DTEND;VALUE=DATE:20261003", "SUMMARY:Tage",
            "RRULE:FREQ=MONTHLY;UNTIL=20270301", "EXDATE;VALUE=DATE:20261101", "END:VEVENT"]
    period = event("zeiten", f"RDATE;VALUE=PERIOD{BERLIN}20261007T100000/20261007T150000", title="Zeiten")
    nights = event("naechte", "RRULE:FREQ=WEEKLY;COUNT=4", title="Nächte", start="20261016T220000", length="P1DT2H")
    future = event("kreis", f"RECURRENCE-ID;RANGE=THISANDFUTURE{BERLIN}20261102T180000", start="20261102T190000", title="Kreis ab November")
    put(hub, WEEKLY, MOVED, DROPPED, future, days, period, nights, rooms=False)
    first = desk.service.run("export", "--hub", hub)
    file = tmp_path / "umzug.ics"
    file.write_text(first, encoding="utf-8", newline="\r\n")
    assert desk.load(other, file, rooms=False)["skipped"] == []
    assert bare(desk.service.run("export", "--hub", other)) == bare(first)
    assert occurrences(desk, other) == occurrences(desk, hub) and len(occurrences(desk, hub)) > 15
    for line in ("RRULE:FREQ=WEEKLY;UNTIL=20261102T165959Z", f"EXDATE{BERLIN}20261019T180000", f"RECURRENCE-ID{BERLIN}20261012T180000", "X-EIGEN;A=b:Wert",
                 "BEGIN:VALARM", "TRIGGER:-PT10M", f"RDATE;VALUE=PERIOD{BERLIN}20261007T100000/20261007T150000", "DURATION:P1DT7200S", "STATUS:CANCELLED",
                 "EXDATE;VALUE=DATE:20261101"):
        assert line + "\n" in first.replace("\n ", ""), f"{line}\n{first}"
    assert icalendar.Calendar.from_ical(first)
    before = desk.dump()
    assert desk.load(other, file, rooms=False)["unchanged"] == 5 and desk.dump() == before


def test_a_feed_of_an_imported_series_has_its_dates(desk, put):
    hub = desk.hub()
    put(hub, WEEKLY, MOVED, DROPPED, rooms=False)
    desk.service.start("serve")
    try:
        reply = desk.service.get(f"/feeds/hub/{hub}.ics?from=2026-09-01&to=2027-01-31")
    finally:
        desk.service.stop("serve")
    assert reply.status_code == 200
    text = reply.text.replace("\r\n ", "")
    assert "RRULE:" in text and text.count("BEGIN:VEVENT") == 2 and f"RECURRENCE-ID{BERLIN}20261012T180000" in text
    assert {f"EXDATE{BERLIN}20261019T180000", f"EXDATE{BERLIN}20261026T180000"} <= set(text.split("\r\n"))
