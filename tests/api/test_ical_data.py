# SPDX-License-Identifier: GPL-3.0-or-later
"""Real calendars and programmes through the calendar module, judged by python3-icalendar and zoneinfo.

Reads the folder named by HUBD_DATA; without it these tests say "skipped".
"""
import datetime
import io
import json
import os
import pathlib
import random
import re
import subprocess
import zoneinfo

import icalendar
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ.get("HUBD_BUILD", "build")
DATA = pathlib.Path(os.environ.get("HUBD_DATA") or ROOT / "../shared/data")
needs_data = pytest.mark.skipif(not (DATA / "derived-ics").is_dir(), reason="no HUBD_DATA")
UTC = datetime.timezone.utc

PROGRAMMES = {
    "31c3-v1.ics": "ccc/31c3/31c3_v1.xml",
    "31c3-v2.ics": "ccc/31c3/31c3_v2.xml",
    "31c3-v3.ics": "ccc/31c3/31c3_v3.xml",
    "31c3-v4.ics": "ccc/31c3/31c3_v4.xml",
    "35c3.ics": "ccc/35c3/35c3.json",
    "europython-2014.ics": "europython-2014/schedule.xml",
    "fosdem-2015.ics": "fosdem/fosdem-2015.xml",
    "fosdem-2018.ics": "fosdem/fosdem-2018.xml",
    "fosdem-2019.ics": "fosdem/fosdem-2019.xml",
    "fosdem-2024.ics": "fosdem/fosdem-2024.xml",
    "fosdem-2025.ics": "fosdem/fosdem-2025.xml",
    "fosdem-2025-update1.ics": "fosdem/updates/fosdem-2025_af9e70b.xml",
    "fosdem-2025-update2.ics": "fosdem/updates/fosdem-2025_011033f.xml",
    "pretalx-democon.ics": "ccc/voc-examples/pretalx-democon.json",
    "pretalx-rc3.ics": "ccc/voc-examples/pretalx-rc3.json",
}
FOLDERS = ["conf-allenporter", "conf-ccs-caldavtester", "conf-icalendar", "conf-icaljs", "conf-libical",
           "conf-recurring-ical-events", "conf-x-wr-timezone", "google-large", "calendars-de", "derived-ics", "split"]


@pytest.fixture(scope="session")
def driver():
    make = ["make", "-s", f"{BUILD}/tests/unit/ical_driver"] + (["SAN=1"] if BUILD == "build-san" else [])
    path = os.environ.get("HUBD_ICAL_DRIVER")
    if not path:
        subprocess.run(make, cwd=ROOT, check=True)
        path = ROOT / BUILD / "tests/unit/ical_driver"
    return str(path)


def run(driver, *arguments, timeout=60):
    done = subprocess.run([driver, *map(str, arguments)], capture_output=True, timeout=timeout)
    assert done.returncode in (0, 3), f"{arguments}: {done.returncode} {done.stderr[-2000:]!r}"
    return done


def read(driver, path):
    done = run(driver, "read", path)
    assert done.returncode == 0, done.stdout
    lines = [json.loads(line) for line in done.stdout.decode().strip("\n").split("\n")]
    return lines[0], [x for x in lines if x["kind"] == "event"], [x for x in lines if x["kind"] == "skipped"]


def identity(event):
    return event["uid"], event["start_utc"], event["end_utc"], event["summary"], event["location"]


@needs_data
@pytest.mark.parametrize("name", PROGRAMMES)
def test_a_programme_as_schedule_file_and_as_calendar_are_two_different_programmes(driver, name):
    _, from_ics, skipped = read(driver, DATA / "derived-ics" / name)
    _, from_schedule, skipped_too = read(driver, DATA / PROGRAMMES[name])
    assert not skipped and not skipped_too
    assert sorted(map(identity, from_ics)) == sorted(map(identity, from_schedule))


def instant(value, zone):
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day, tzinfo=zone)
    return int(value.timestamp())


@needs_data
@pytest.mark.parametrize("name", PROGRAMMES)
def test_an_event_comes_in_at_another_time_or_place_than_an_independent_reader_sees(driver, name):
    path = DATA / "derived-ics" / name
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    want = set()
    for event in icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT"):
        start, end = (event[key].dt.replace(tzinfo=berlin) for key in ("DTSTART", "DTEND"))
        place = str(event["LOCATION"]).strip() if "LOCATION" in event else None
        want.add((str(event["UID"]), instant(start, berlin), instant(end, berlin), str(event["SUMMARY"]).strip(), place or None))
    assert {identity(event) for event in read(driver, path)[1]} == want


@needs_data
def test_a_german_calendar_with_31_odd_properties_does_not_come_in_whole(driver):
    calendar, events, skipped = read(driver, DATA / "calendars-de/fablab_cottbus.ics")
    assert (calendar["errors"], len(events), skipped) == (31, 28, [])
    assert any("31 properties could not be read" in note["text"] for note in calendar["notes"])
    assert any("errors" in [note["code"] for note in event["notes"]] for event in events)
    assert all(":" in line and not line.endswith(":") for event in events for line in event["kept"])


@needs_data
@pytest.mark.parametrize("name", ["Germany_Holidays.ics", "discourse_no_dtend.ics", "fablab_cottbus.ics"])
def test_live_german_calendars_lose_events(driver, name):
    path = DATA / "calendars-de" / name
    _, events, skipped = read(driver, path)
    theirs = icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    assert len(events) == len(theirs) and not skipped


def their_counts(path):
    """Events with a DTSTART, and their identities, as python3-icalendar sees them; None where it gives up."""
    try:
        calendars = icalendar.Calendar.from_ical(path.read_bytes(), multiple=True)
        return sum(len(calendar.walk("VEVENT")) for calendar in calendars)
    except Exception:
        return None


@needs_data
def test_other_projects_odd_and_hostile_files_crash_or_hang_the_import(driver):
    accepted = refused = compared = 0
    different = []
    for folder in FOLDERS:
        for path in sorted((DATA / folder).rglob("*")):
            if not path.is_file() or path.suffix not in (".ics", ".ical", ".txt", ".vcf", ".dat", ".ifb", ".EML", ".xml", ".json", ".crash", ""):
                continue
            done = run(driver, "read", path, timeout=30)
            if done.returncode == 3:
                refused += 1
                assert done.stdout.startswith(b"refused: ") and len(done.stdout) > 20, path
                continue
            accepted += 1
            lines = [json.loads(line) for line in done.stdout.decode().strip("\n").split("\n")]
            theirs = their_counts(path) if path.suffix in (".ics", ".ical") else None
            if theirs is not None:
                compared += 1
                if len(lines) - 1 != theirs:
                    different.append((str(path.relative_to(DATA)), len(lines) - 1, theirs))
    print(f"{accepted} accepted, {refused} refused, {compared} compared, different: {different}")
    assert accepted > 300 and compared > 200
    assert not different


@needs_data
def test_broken_schedule_files_are_taken_in_or_refused_without_a_word(driver):
    done = run(driver, "read", DATA / "ccc/voc-examples/invalid-example.json")
    assert done.returncode == 3 and b"rooms" in done.stdout


def moments(zone, begin, end):
    """Random instants of a window, and both sides of each change in it."""
    def offset(at):
        return zone.utcoffset(datetime.datetime.fromtimestamp(at, zone))

    found = [random.randint(begin, end) for _ in range(20)]
    for low in range(begin, end, 5 * 86400):
        high = min(low + 5 * 86400, end)
        if offset(low) != offset(high):
            before = offset(low)
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == before else (low, middle)
            found += [low, high]
    return found


@pytest.mark.parametrize("years", [(2026, 2028), (2014, 2031), (1985, 1999)])
def test_a_subscriber_in_another_zone_reads_other_times_out_of_our_vtimezone(driver, years):
    tzical = pytest.importorskip("dateutil.tz").tzical
    random.seed(4)
    begin, end = (int(datetime.datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in years)
    names = sorted(zoneinfo.available_timezones() - {"Factory", "localtime", "posixrules"})
    for name in names[::4] + ["Europe/Berlin", "Asia/Jerusalem", "Asia/Gaza", "America/Nuuk", "Africa/Casablanca", "Europe/Dublin"]:
        zone = zoneinfo.ZoneInfo(name)
        instants = moments(zone, begin, end)
        text, offsets = run(driver, "vtimezone", name, begin, end, *instants).stdout.decode().split("OFFSETS")
        theirs = tzical(io.StringIO(text)).get()
        for at, offset in zip(instants, map(int, offsets.split())):
            want = zone.utcoffset(datetime.datetime.fromtimestamp(at, zone))
            assert offset == want.total_seconds(), (name, at)
            local = (datetime.datetime.fromtimestamp(at, UTC) + want).replace(tzinfo=None)
            if local.replace(tzinfo=zone).utcoffset() == local.replace(fold=1, tzinfo=zone).utcoffset():
                assert local.replace(tzinfo=theirs).utcoffset() == want, (name, at, text)


def occurrences(driver, path, zone="UTC", begin="-", end="-"):
    done = run(driver, "occurrences", path, zone, begin, end)
    assert done.returncode == 0, done.stdout
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    return [x for x in lines if "incomplete" not in x], [x for x in lines if "incomplete" in x]


def civil(text):
    return datetime.datetime.strptime(text, "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d")


def bounds(row):
    """The two ends of an expectation's window, each a civil time and the zone it was given in, or None."""
    if row["op"] == "all":
        return None
    if row["window"] is not None:
        return [(civil(end["datetime"]), end["tz"]) for end in row["window"]]
    if row["op"] == "between":
        return [(datetime.datetime(*arg), None) for arg in row["args"]]
    at = row["args"][0]
    return [(civil(at["datetime"]) + datetime.timedelta(seconds=more), at["tz"]) for more in (0, 1)]


def seconds(when, zone=datetime.timezone.utc):
    return int(when.replace(tzinfo=zone).timestamp())


def is_in(found, window):
    """Half-open; what has no length is in where it starts. Without a zone the window is by the event's own clocks."""
    ends = []
    for which, (when, zone) in enumerate(window):
        key = "utc" if zone else "local"
        at = seconds(when, zoneinfo.ZoneInfo(zone) if zone else UTC)
        ends.append((at, found["start_" + key], found["end_" + key]))
    (begin, start, end), (before, _, _) = ends
    return start < before and (end > begin or start == end >= begin)


def field_of(found, row):
    """What an expectation asks of an occurrence, and what it wants, in the same words."""
    def at(want, key):
        local = datetime.datetime.fromtimestamp(found[key + "_local"], UTC).replace(tzinfo=None)
        return local, civil(want.get("datetime") or want.get("date"))
    field, want = row["field"], row["expect_value"]
    if field == "DTSTART.dt.hour":
        return found["start_local"] // 3600 % 24, want
    if field in ("DTSTART.dt", "DTEND.dt"):
        return at(want, "start" if field == "DTSTART.dt" else "end")
    if field == 0:  # asks whether the occurrence has that property at all: ours always know their end and SEQUENCE
        return {"DTEND": found["end_utc"] is not None, "SEQUENCE": found["sequence"] is not None}[want], True
    return found[field.lower()], want


# Expectations that we do not share, and why. An argument a row: none may hide behind another.
REJECTED_EXPECTATIONS = {}


@needs_data
def test_moved_and_cancelled_dates_come_otherwise_than_their_authors_say(driver):
    rows = [json.loads(line) for line in (DATA / "split/recurring-ical-events.dev.jsonl").read_text().splitlines()]
    assert len(rows) == 145
    wrong, rejected = [], set()
    for row in rows:
        folders = (DATA / name for name in ("conf-recurring-ical-events", "calendars-de", "google-large"))
        path = next(folder / row["calendar"] for folder in folders if (folder / row["calendar"]).exists())
        window = bounds(row)
        around = [] if window is None else [seconds(when) + days * 86400 for (when, _), days in zip(window, (-2, 2))]
        found, incomplete = occurrences(driver, path, "UTC", *around)
        found = [x for x in found if window is None or is_in(x, window)]
        if "expect_count" in row:
            right = len(found) == row["expect_count"]
        elif "expect_count_at_least" in row:
            right = len(found) >= row["expect_count_at_least"]
        else:
            right = len(found) > row["nth"] and len(set(map(str, field_of(found[row["nth"]], row)))) == 1
        if not right and row["id"] in REJECTED_EXPECTATIONS:
            rejected.add(row["id"])
        elif not right:
            wrong.append(({k: row[k] for k in row if k not in ("src", "params", "rie_2_0_1")}, len(found), found[:2], incomplete))
    assert not wrong, "\n".join(map(str, wrong))
    assert rejected == set(REJECTED_EXPECTATIONS), "an argument that nothing needs"


# Expectations of a CalDAV server's answers that say nothing about what takes place when, or are wrong. An argument each.
NO_TASKS = "asks for tasks (VTODO); hubd keeps events only, and its collections say so in supported-calendar-component-set"
BEYOND_OCCURRENCES = {
    "time-range query reports 3": "a query by the properties CREATED and DTSTAMP, not by when events take place",
    "time-range query reports 9": NO_TASKS,
    "time-range query reports 11": NO_TASKS,
    "time-range query reports 12b": "a malformed VTIMEZONE in a query: an error of the protocol (CALDAV:valid-timezone)",
    "time-range query reports 16": "a time-range without an end and a start: an error of the protocol (400)",
    "time-range query reports 19b": NO_TASKS,
    "time-range query reports 20b": NO_TASKS,
    "time-range query reports 21b": NO_TASKS,
    "time-range query reports 22b": NO_TASKS,
    "time-range query reports 23b": NO_TASKS,
    "time-range query reports 24b": NO_TASKS,
    "time-range query reports 26": "a limit of that server (CALDAV:min-date-time); our expansion has none but the years 1 to 9999",
    "time-range query reports 28": "a limit of that server (CALDAV:max-date-time)",
    "time-range query reports 30": "a limit of that server (CALDAV:max-date-time)",
    "limit/expand recurrence in reports 1": "upstream switched it off: its list lacks 19.ics, which time-range test 1, of the same window, has",
    "limit/expand recurrence in reports 5": "stored VFREEBUSY objects, which hubd works out and never stores",
}
# What the queries say beside the summary of each test: the window of two that lack it, words to look for, the zone of floating days.
QUERIES = {
    "time-range query reports 7": {"summary": "changed"},
    "limit/expand recurrence in reports 3": {"window": ("20060102T000000Z", "20060105T000000Z")},
    "limit/expand recurrence in reports 9a": {"zone": "America/Los_Angeles"},
    "limit/expand recurrence in reports 10": {"zone": "America/Los_Angeles"},
    "limit/expand recurrence in reports 12": {"window": ("20080101T000000Z", "20080110T000000Z")},
}


def stamp(at):
    return datetime.datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")


def merged(periods):
    whole = []
    for begin, end in sorted(periods):
        if whole and begin <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((begin, end))
    return whole


def taking_place(driver, test, query, resources):
    """The resources that have something in the test's window, each with its occurrences there."""
    begin, end = query.get("window") or (test["time_ranges"][0].get(key) for key in ("start", "end"))
    window = [seconds(civil(x[:-1])) if x else "-" for x in (begin, end)]
    found = {}
    for name in resources + test["extra_puts_before"]:
        path = DATA / "conf-ccs-caldavtester/instantiated-2006/put" / name
        there, incomplete = occurrences(driver, path, query.get("zone", "UTC"), *window)
        assert [x for x in incomplete if x["incomplete"] != "too-many"] == []
        there = [x for x in there if query.get("summary", "") in x["summary"]]
        if there:
            found[name] = there
    return found


@needs_data
def test_a_time_range_holds_other_events_than_an_independent_server_finds(driver):
    expectations = json.loads((DATA / "split/ccs-expectations.dev.json").read_text())
    resources = [name for name, _ in expectations["resources_loaded_at_start"] if int(name[:-4]) < 100]
    judged, rejected = 0, set()
    for test in expectations["tests"]:
        key = f"{test['suite']} {test['test']}"
        if key in BEYOND_OCCURRENCES:
            rejected.add(key)
            continue
        judged += 1
        found = taking_place(driver, test, QUERIES.get(key, {}), resources)
        for verify in test["verify"]:
            if verify["callback"] == "multistatusItems":
                assert sorted(found) == sorted(verify.get("okhrefs", [])), key
            if verify["callback"] == "freeBusy":
                want = [tuple(seconds(civil(x[:-1])) for x in period.split("/")) for period in verify["busy"]]
                busy = [(x["start_utc"], x["end_utc"]) for there in found.values() for x in there
                        if x["transp"] != "TRANSPARENT" and x["status"] not in ("CANCELLED", "TENTATIVE")]
                assert merged(busy) == merged(want), key
        if test["suite"].startswith("limit/expand"):
            text = "".join(sorted(describe(x) for there in found.values() for x in there))
            for verify in test["verify"]:
                for part in verify.get("contains", []):
                    assert part in text or part == "VEVENT", (key, part, text)
                for part in verify.get("notcontains", []):
                    assert part not in text, (key, part, text)
    assert rejected == set(BEYOND_OCCURRENCES) and judged + len(rejected) == len(expectations["tests"]) == 27


def describe(found):
    """An occurrence in the words of that suite: its first instance bears no RECURRENCE-ID there."""
    day = datetime.datetime.fromtimestamp(found["start_local"], UTC).strftime("%Y%m%d")
    start = f"DTSTART;VALUE=DATE:{day}\n" if found["is_all_day"] else f"DTSTART:{stamp(found['start_utc'])}\n"
    if not found["is_recurring"] or found["is_first"]:
        return start
    return start + (f"RECURRENCE-ID;VALUE=DATE:{day}\n" if found["is_all_day"] else f"RECURRENCE-ID:{stamp(found['original_utc'])}\n")


# What names of zones that are no IANA ids mean in other projects' files: a zone; "own": the file's rules, like no zone's that is known;
# None: nothing is known, the event says so in a note and is read in the calendar's zone.
FOREIGN_ZONES = {
    "(UTC-03:00) Brasília": {"own"},  # with rules of before 2019, which no zone has any more
    "/Europe/CUSTOM": {"Europe/Berlin"},
    "/Europe/Stockholm": {"Europe/Stockholm"},
    "/freeassociation.sourceforge.net/Europe/Berlin": {"Europe/Berlin"},
    "/freeassociation.sourceforge.net/Tzfile/America/Argentina/Buenos_Aires": {"America/Argentina/Buenos_Aires"},
    "/mozilla.org/20070129_1/America/New_York": {"America/New_York"},
    "America/Example": {"America/Los_Angeles"},
    "CUSTOM_tzid": {None},
    "Central European Standard Time": {"Europe/Warsaw"},
    "Customized Time Zone": {None},
    "Eastern Standard Time": {"America/New_York"},
    "GMT +0100 (Standard) / GMT +0200 (Daylight)": {"Europe/Berlin"},
    "MyTimezone": {"own"},
    "New Zealand Standard Time": {"Pacific/Auckland"},
    "Nowhere/Middle": {"own"},
    "Pacific Standard Time": {"America/Los_Angeles"},
    "UTC+11": {"own"},
    "W. Europe Standard Time": {"Europe/Berlin"},
    "Western/Central Europe": {"own", None},  # one file explains it, another does not
    "custom_America/New_York": {"America/New_York"},
    "posix/Europe/Vaduz": {"Europe/Vaduz"},
}


def zones_of_starts(path):
    """By the line of its BEGIN:VEVENT: the TZID of an event's DTSTART, where that is a time."""
    found, event, line = {}, None, ""
    lines = path.read_bytes().decode("utf-8", "replace").split("\n") + [""]
    for number, text in enumerate(lines, 1):
        if text[:1] in (" ", "\t"):
            line += text.rstrip("\r")[1:]
            continue
        match = re.match(r'DTSTART(?:;VALUE=DATE-TIME)?;TZID=("[^"]*"|[^:;]*)(?:;VALUE=DATE-TIME)?:\d{8}T', line)
        if match and event:
            found.setdefault(event, match[1].strip('"'))
        line = text.rstrip("\r")
        if line.upper().startswith("BEGIN:VEVENT"):
            event = number
    return found


@needs_data
def test_a_zone_by_a_foreign_name_is_taken_for_another(driver):
    known, seen = zoneinfo.available_timezones(), {}
    paths = [path for folder in FOLDERS for path in (DATA / folder).rglob("*.ics") if path.stat().st_size < 3_000_000]
    for path in sorted(paths):
        named = {line: tzid for line, tzid in zones_of_starts(path).items() if tzid not in known}
        done = run(driver, "read", path) if named else None
        if done is None or done.returncode != 0:
            continue
        for event in map(json.loads, done.stdout.decode().splitlines()):
            if event["kind"] == "event" and event["line"] in named:
                notes = " ".join(note["text"] for note in event["notes"] if note["code"] in ("zone", "floating"))
                meaning = "own" if "the file's own rules were used" in notes else event["zone"]
                assert meaning is not None or ("is not known" in notes and "was taken" in notes), (path, event)
                seen.setdefault(named[event["line"]], set()).add(meaning)
    assert seen == FOREIGN_ZONES
