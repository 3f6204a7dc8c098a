# SPDX-License-Identifier: GPL-3.0-or-later
"""Two universities' timetables as series of bookings, first come first served: whose series hubd takes is exactly what an independent
sweep of the same files says. Reads the folder named by HUBD_DATA; without it these tests say "skipped"."""
import collections
import datetime
import json
import os
import pathlib

import icalendar
import pytest
from dateutil.rrule import rrulestr

from conftest import ROOT, Service

DATA = pathlib.Path(os.environ.get("HUBD_DATA") or ROOT / "../shared/data") / "derived-bookings"
FILES = ["muni-fi-spr16", "tg-fal17"]
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no HUBD_DATA")


def wall(moment):
    return moment.replace(tzinfo=None)


class Entry:
    """A VEVENT of the file, with its occurrences on the wall clock: dateutil's, not hubd's."""

    def __init__(self, event, file):
        self.uid, self.room = str(event["UID"]).removeprefix(file + "-").split("@")[0], f"{file}-{str(event['LOCATION']).rsplit(' ', 1)[1]}"
        self.title, self.start, self.end = str(event["SUMMARY"]), wall(event["DTSTART"].dt), wall(event["DTEND"].dt)
        self.rrule = event["RRULE"].to_ical().decode() if "RRULE" in event else None
        listed = event.get("EXDATE", [])
        self.exdates = [wall(d.dt) for each in (listed if isinstance(listed, list) else [listed]) for d in each.dts]
        self.dates = [self.start] if self.rrule is None else [wall(d) for d in rrulestr(self.rrule, dtstart=event["DTSTART"].dt) if wall(d) not in self.exdates]

    def span(self, date):
        return date, date + (self.end - self.start)

    def wish(self, choice):
        """What is posted: a series, or, of what does not recur, a booking."""
        common = {"hub": "werft", "title": self.title, "start": self.start.isoformat(), "end": self.end.isoformat(), "items": [{"resource": self.room}]}
        if self.rrule is None:
            return "/api/v1/bookings", common
        return "/api/v1/series", {**common, "rrule": self.rrule, "exdates": [d.isoformat() for d in self.exdates], "choice": choice}


def entries(file):
    calendar = icalendar.Calendar.from_ical((DATA / f"{file}.ics").read_bytes())
    return [Entry(event, file) for event in calendar.walk("VEVENT")]


@pytest.fixture(scope="module", params=["all", "skip"])
def fresh(request, hubd_server):
    """A database of its own for each choice."""
    database = f"series_{request.param}"
    hubd_server.sql(f"CREATE DATABASE {database}", database="postgres")
    with Service(hubd_server, database=database) as service:
        service.settle()
        service.start("serve")
        for room in sorted({entry.room for file in FILES for entry in entries(file)}):
            made = service.post("/api/v1/resources", {"hub": "werft", "slug": room, "site": "haus", "kind": "room", "name_de": room, "name_en": room}, as_="ines")
            assert made.status_code == 201, made.text
        yield service, request.param


def book_all(hubd, file, choice):
    """Entry -> its live dates, in the order of the file."""
    live = {}
    for entry in entries(file):
        path, wish = entry.wish(choice)
        reply = hubd.post(path, wish, as_="ines")
        assert reply.status_code in (201, 409), reply.text
        body = reply.json()
        named = [d["date"] for d in body.get("dates", [])] if entry.rrule else [entry.start.isoformat()]
        assert sorted(named) == [d.isoformat() for d in sorted(entry.dates)], f"{entry.uid}: the dates are those of an independent expansion"
        if reply.status_code == 409:
            live[entry] = []
        elif entry.rrule is None:
            live[entry] = [entry.start]
        else:
            live[entry] = [datetime.datetime.fromisoformat(d["date"]) for d in body["dates"] if d["state"] == "booked"]
    return live


def overlap(one, other):
    return one[0] < other[1] and other[0] < one[1]


def check_sweep(live):
    """No two live occurrences of a room overlap."""
    spans = collections.defaultdict(list)
    for entry, dates in live.items():
        spans[entry.room] += [(*entry.span(date), entry.uid) for date in dates]
    for room, of_room in spans.items():
        of_room.sort()
        for one, other in zip(of_room, of_room[1:]):
            assert one[1] <= other[0], f"{room}: {one} and {other}"


@pytest.mark.parametrize("file", FILES)
def test_first_come_first_served_is_what_an_independent_sweep_says(fresh, file):
    hubd, choice = fresh
    live = book_all(hubd, file, choice)
    check_sweep(live)
    if choice == "all":
        said = json.loads((DATA / f"{file}.greedy_file_order.json").read_text(encoding="utf-8"))
        rejected = [entry.uid for entry, dates in live.items() if not dates]
        assert sorted(rejected) == sorted(said["rejected_uids"])
        assert (len(live) - len(rejected), len(rejected)) == (said["series_accepted"], said["series_rejected"])
        return
    before, skipped = collections.defaultdict(list), 0
    for entry, dates in live.items():
        for date in set(entry.dates) - set(dates):
            assert any(overlap(entry.span(date), other) for other in before[entry.room]), f"{entry.uid} {date}: skipped for nothing"
            skipped += 1
        before[entry.room] += [entry.span(date) for date in dates]
    assert skipped > 100
