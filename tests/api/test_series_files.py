# SPDX-License-Identifier: GPL-3.0-or-later
"""Calendars of other people, imported, exported, and read back by python3-icalendar with python3-recurring-ical-events: the same
occurrences over the whole span of each file. What is no calendar is refused with a sentence, and nothing crashes or hangs.

Reads the folder named by HUBD_DATA; without it these tests say "skipped" (test_series_import.py has files of its own). Many files
share a hub, as long as no two of them have a UID in common: a file is a source of its own there. Of the three hundred variations of one
calendar in conf-ccs-caldavtester every sixth is taken; ALL_FILES=1 (make campaign) takes all.
"""
import collections
import datetime
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import zoneinfo

import icalendar
import pytest
import recurring_ical_events

import conftest
from test_ical_data import driver

ROOT = conftest.ROOT
DATA = pathlib.Path(os.environ.get("HUBD_DATA") or ROOT / "../shared/data")
pytestmark = pytest.mark.skipif(not (DATA / "calendars-de").is_dir(), reason="skipped: no HUBD_DATA")
UTC, BERLIN = datetime.timezone.utc, zoneinfo.ZoneInfo("Europe/Berlin")
FOLDERS = ["calendars-de", "google-large", "conf-allenporter", "conf-ccs-caldavtester", "conf-icalendar", "conf-icaljs", "conf-libical",
           "conf-recurring-ical-events", "conf-x-wr-timezone"]

# Where the independent reader gives other occurrences than the file has, or none at all: one by one.
UNREADABLE = "it cannot read the file: "
SAME_DAY = "it takes two occurrences of one UID on one day for one"
DAY_OFF = "EXDATE;VALUE=DATE beside a time: it leaves the day in, hubd reads what is meant"
REVISIONS = "two states of one event stand in the file: it shows both, hubd the newer one and says so"
ARGUED = {
    "conf-allenporter/examples/testdata/google_calendar_invalid_offset.ics": DAY_OFF,
    "conf-icaljs/samples/rdate_exdate.ics": DAY_OFF,
    "conf-allenporter/testdata/datetime_vtimezone.ics": "the VTIMEZONE stands behind the event that needs it: it reads the time as floating",
    "conf-icalendar/tests/calendars/issue_313_globally_unique_tzid.ics": "it does not know TZIDs with a vendor's prefix and reads the times as floating",
    "conf-allenporter/testdata/duration_negative.ics": UNREADABLE + "a negative duration with weeks (in an alarm)",
    "conf-icalendar/tests/calendars/issue_104_broken_calendar.ics": UNREADABLE + "a line without a value",
    "conf-icalendar/tests/calendars/issue_351_whitespace_in_property_and_params.ics": UNREADABLE + "blanks in a property's name",
    "conf-icalendar/tests/calendars/multiple_calendar_components.ics": UNREADABLE + "blank lines inside a property",
    "conf-icalendar/tests/calendars/multiple_timezones.ics": UNREADABLE + "a zone whose observances are times without a date",
    "conf-icalendar/tests/calendars/issue_218_bad_tzid.ics": UNREADABLE + "a zone whose observances begin on a date",
    "conf-icalendar/tests/calendars/issue_348_exception_parsing_value.ics": UNREADABLE + "a property that it cannot add up",
    "conf-libical/test-data/2446.ics": UNREADABLE + "a list of periods in FREEBUSY",
    "conf-libical/test-data/process-calendar.ics": UNREADABLE + "a DTEND that is no date",
    "conf-libical/test-data/process-incoming.ics": UNREADABLE + "a DTEND that is no date",
    "conf-icalendar/tests/calendars/america_new_york.ics": UNREADABLE + "an UNTIL without Z in a VTIMEZONE",
    "conf-icaljs/samples/google_birthday.ics": UNREADABLE + "an RDATE that it cannot read",
    "conf-icaljs/samples/multiple_rrules.ics": UNREADABLE + "two RRULEs, which RFC 5545 3.8.5.3 advises against; hubd takes the first and says so",
    "conf-ccs-caldavtester/instantiated-2006/put/7.ics": "it does not know RANGE=THISANDFUTURE (RFC 5545 3.2.13)",
    "conf-icalendar/tests/calendars/issue_156_RDATE_with_PERIOD_TZID_khal.ics": "a PERIOD at the time of the start, and nothing else: it finds no rule to expand",
    "conf-icalendar/tests/calendars/issue_156_RDATE_with_PERIOD_TZID_khal_2.ics": "a PERIOD at the time of the start, and nothing else: it finds no rule to expand",
    "conf-icalendar/tests/calendars/issue_1633_rdate_with_dates.ics": "RDATEs as days, times and periods: it adds a whole day, hubd reads that day's time",
    "conf-icalendar/tests/calendars/issue_1633_rdate_with_dates_and_tzid.ics": "RDATEs as days, times and periods: it adds a whole day, hubd reads that day's time",
    "conf-icalendar/tests/calendars/issue_165_missing_event.ics": "blanks in BYDAY: it drops the rule, hubd reads it",
    "conf-icalendar/tests/calendars/parsing_error.ics": "two events without a UID and otherwise alike: hubd takes them for one and says so",
    "conf-libical/src-test/outgoing.ics": REVISIONS,
    "conf-libical/test-data/calendar.ics": "an event whose DTEND is no date: it shows it without an end, hubd refuses it with a sentence",
    "conf-libical/test-data/classify.ics": REVISIONS,
    "conf-libical/test-data/incoming.ics": REVISIONS,
    "conf-recurring-ical-events/issue_148_ignored_exdate.ics": REVISIONS,
    "conf-recurring-ical-events/issue_107_omitting_last_event.ics": "it leaves out the last instance (its issue 107)",
    "conf-recurring-ical-events/issue_201_mixed_datetime_and_date.ics": "a start that is a date, an end that is a time: hubd reads whole days",
    "conf-icalendar/tests/calendars/broken_ical.ics": "two semicolons behind DTSTART: it loses the start",
    "conf-x-wr-timezone/single-event-x-wr-timezone-not-used.in.ics": "a time with TZID and with Z: it goes by TZID, hubd by Z (RFC 5545 3.2.19)",
    "conf-x-wr-timezone/exdate-hackerpublicradio-modified.in.ics": "all dates excluded, the start too: it shows nothing, hubd the start (a single event has no EXDATE)",
    "conf-x-wr-timezone/exdate-hackerpublicradio-modified.out.ics": SAME_DAY,
    "conf-x-wr-timezone/rdate-hackerpublicradio.out.ics": SAME_DAY,
}
# The reader keeps a zone of an earlier file under its name, so what it reads depends on the order.
IN_ANY_ORDER = {"conf-allenporter/testdata/datetime_vtimezone.ics"}
ARGUED_OF_EXPORTS = {name: ARGUED[name] for name in (
    "conf-allenporter/testdata/duration_negative.ics",  # the alarm is kept as it came
    "conf-recurring-ical-events/issue_107_omitting_last_event.ics", "conf-x-wr-timezone/exdate-hackerpublicradio-modified.out.ics",
    "conf-x-wr-timezone/rdate-hackerpublicradio.out.ics")}
DAY = datetime.timedelta(days=1)
TOGETHER = 25  # files of one command


# ---- the independent reader ----

class Slow(Exception):
    pass


def on_alarm(*_):
    raise Slow


def instant(value, zone=BERLIN):
    """Whole days and times without a zone are those of the hub, which is in Berlin."""
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time())
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def end_of(event, start):
    if event.get("DTEND") is not None:
        end = event["DTEND"].dt
        return end if end != start or isinstance(start, datetime.datetime) else start + DAY
    if event.get("DURATION") is not None:
        return start + event["DURATION"].dt
    return start if isinstance(start, datetime.datetime) else start + DAY


def lines_of(data):
    return re.sub(rb"\r?\n[ \t]", b"", data).decode("utf-8", "replace").splitlines()


def without_periods(lines):
    """It knows no RDATE with a PERIOD: each becomes an event of its own."""
    out, at = [], 0
    while at < len(lines):
        if lines[at].upper() != "BEGIN:VEVENT":
            out.append(lines[at])
            at += 1
            continue
        end = next(n for n in range(at, len(lines)) if lines[n].upper() == "END:VEVENT")
        block, periods, others = lines[at:end + 1], [], []
        for line in block:
            match = re.match(r"(?i)RDATE((?:;[^:]*)?);VALUE=PERIOD([^:]*):(.*)|RDATE([^:]*):([0-9TZ]+/.*)", line)
            if match:
                periods += [((match[1] or "") + (match[2] or "") + (match[4] or ""), period) for period in (match[3] or match[5]).split(",")]
            elif re.match(r"(?i)(RDATE|EXDATE)[^:]*:\s*$", line) is None:
                others.append(line)
        first = next((line.split(":")[-1] for line in others if line.upper().startswith("DTSTART")), None)
        # A period at the time of the start is the start, as long as the period (RFC 5545 3.8.5.2).
        out += others[:-1] + [f"EXDATE{parameters}:{first}" for parameters, period in periods if period.split("/")[0] == first] + others[-1:]
        for parameters, period in periods:
            start, stop = period.split("/")
            copy = [line for line in others if not re.match(r"(?i)(DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|UID)[;:]", line)]
            length = f"DURATION:{stop}" if stop.startswith("P") else f"DTEND{parameters}:{stop}"
            out += copy[:-1] + [f"UID:{len(out)}-period", f"DTSTART{parameters}:{start}", length, copy[-1]]
        at = end + 1
    return out


def expand(data, first, last):
    """A Counter of (title, start, end)."""
    # With X-WR-TIMEZONE it would expand rules in UTC on another clock; RFC 5545 has no such property.
    lines = [line for line in without_periods(lines_of(data)) if not line.upper().startswith(("X-WR-TIMEZONE", "X-LIC-ERROR"))]
    found = collections.Counter()
    for calendar in icalendar.Calendar.from_ical("\r\n".join(lines), multiple=True):
        calendar.subcomponents = [c for c in calendar.subcomponents if c.name != "VEVENT" or "DTSTART" in c]
        for event in recurring_ical_events.of(calendar).between(first, last):
            if str(event.get("STATUS", "")).upper() != "CANCELLED":
                start = event["DTSTART"].dt
                found[" ".join(str(event.get("SUMMARY", "")).split()), instant(start), instant(end_of(event, start))] += 1
    return found


def judged(data, first, last):
    """The same, or a sentence why it could not."""
    signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(60)
    try:
        return expand(data, first, last)
    except Slow:
        return "it does not come to an end"
    except Exception as error:  # whatever it may be: it is strangers' code over strangers' files
        return f"{type(error).__name__}: {error}"
    finally:
        signal.alarm(0)


# ---- the files ----

def all_files():
    """Each different one once: name -> bytes."""
    seen, files = set(), {}
    for folder in FOLDERS:
        paths = sorted((DATA / folder).rglob("*"))
        for path in paths[::6] if folder == "conf-ccs-caldavtester" and not os.environ.get("ALL_FILES") else paths:
            if path.is_file() and path.suffix not in {".py", ".c", ".js", ".json", ".md", ".xml", ".yaml"} and path.name != "PROVENANCE":
                data = path.read_bytes()
                digest = hashlib.sha256(data).digest()
                if digest not in seen and b"BEGIN:VEVENT" in data.upper():
                    seen.add(digest)
                    files[str(path.relative_to(DATA))] = data
    return files


def uids_of(data):
    return {re.sub(r"(?i)^UID[^:]*:", "", line).strip() for line in lines_of(data) if re.match(r"(?i)UID[;:]", line)}


def in_groups(files):
    """Lists of names; no two files of one list share a UID. Without UIDs they are told apart by what is in them."""
    groups = []
    for name, data in files.items():
        uids = uids_of(data) or {name}
        for group in groups:
            if not uids & group["uids"] and len(group["names"]) < TOGETHER:
                group["uids"] |= uids
                group["names"].append(name)
                break
        else:
            groups.append({"uids": uids, "names": [name]})
    return [group["names"] for group in groups]


STORED = """SELECT s.id, seen.title, extract(epoch FROM lower(o.during))::bigint, extract(epoch FROM upper(o.during))::bigint
FROM hubd.import_source AS s JOIN hubd.event AS e ON e.hub_id = s.hub_id AND e.source_id = s.id
JOIN hubd.occurrence AS o ON o.hub_id = e.hub_id AND o.event_id = e.id, LATERAL hubd.event_on(e, o) AS seen
WHERE s.hub_id = hubd.hub_of('{hub}') AND seen.state <> 'cancelled'"""


class World:
    """The files, imported: their reports, what is stored of each, and what is published again of each hub."""

    def __init__(self, service, driver):
        self.service, self.driver, self.reports, self.stored, self.exported = service, driver, {}, {}, {}
        self.uids, self.source = collections.defaultdict(set), {}

    def sql(self, query):
        return self.service.server.sql(query, database=self.service.database)

    def load(self, files):
        """A hub for each group of files that are calendars; what is none is refused by its driver already."""
        self.refused = {name for name in files if self.is_refused(DATA / name)}
        for names in in_groups({name: data for name, data in files.items() if name not in self.refused}):
            self.load_group(names)

    def is_refused(self, path):
        return subprocess.run([self.driver, "read", path], capture_output=True, timeout=60, check=False).returncode == 3

    def load_group(self, names):
        hub = f"h{len(self.exported)}"
        self.sql(f"INSERT INTO hubd.hub (slug, name) VALUES ('{hub}', '{hub}')")
        out = self.service.run("import", "--json", "--hub", hub, *(DATA / name for name in names))
        sources = {row[1]: row[0] for row in self.sql(f"SELECT id, name FROM hubd.import_source WHERE hub_id = hubd.hub_of('{hub}')")}
        rows = collections.defaultdict(collections.Counter)
        for source, title, start, end in self.sql(STORED.format(hub=hub)):
            key = " ".join(title.split()), datetime.datetime.fromtimestamp(int(start), UTC), datetime.datetime.fromtimestamp(int(end), UTC)
            rows[source][key] += 1
        for line in out.splitlines():
            report = json.loads(line)
            name = str(pathlib.Path(report["file"]).relative_to(DATA))
            self.reports[name] = report
            self.stored[name] = rows[sources[report["source"]]] if report["source"] else collections.Counter()
        text = self.service.run("export", "--hub", hub)
        self.exported[hub] = re.split("(?<=\n)(?=BEGIN:VEVENT\n)", text.replace("\n ", ""))
        for source, uid in self.sql(f"SELECT source_id, uid FROM hubd.event WHERE hub_id = hubd.hub_of('{hub}') ORDER BY id"):
            self.uids[source].add(uid)
        self.source.update({name: (hub, sources.get(self.reports[name]["source"])) for name in names})

    def published(self, name):
        """The part of its hub's export that came from this file."""
        hub, source = self.source[name]
        head, *events = self.exported[hub]
        events[-1:] = [events[-1].replace("END:VCALENDAR\n", "")]
        mine = [event for event in events if re.search("UID:(.*)\n", event)[1].replace("\\\\", "\\").replace("\\,", ",").replace("\\;", ";") in self.uids[source]]
        return (head + "".join(mine) + "END:VCALENDAR\n").encode()


@pytest.fixture(scope="module")
def world(hubd_server, driver):
    hubd_server.sql("CREATE DATABASE series_files", database="postgres")
    with conftest.Service(hubd_server, database="series_files") as service:
        service.run("migrate")
        built = World(service, driver)
        built.files = all_files()
        built.load(built.files)
        yield built


def span_of(occurrences):
    """From the first to the last; of what goes on for ever as far as dates are stored."""
    last = max(end for _, _, end in occurrences) + datetime.timedelta(seconds=1)
    return min(start for _, start, _ in occurrences) - DAY, min(last, datetime.datetime.now(UTC) + 399 * DAY)


def until(occurrences, last):
    return collections.Counter({key: n for key, n in occurrences.items() if key[1] < last})


def compare(data, stored):
    """None where the reader finds what is stored; else what it finds."""
    first, last = span_of(stored)
    theirs = judged(data, first, last + DAY)  # it compares times without a zone as if they were UTC
    if isinstance(theirs, str):
        return theirs
    theirs, mine = until(theirs, last), until(stored, last)
    return None if theirs == mine else difference(mine, theirs)


def difference(mine, theirs):
    return {"only stored": sorted((mine - theirs).items())[:3], "only read": sorted((theirs - mine).items())[:3], "of": mine.total()}


# ---- what people lose ----

def check(results, argued):
    wrong = {name: result for name, result in results.items() if result is not None and name not in argued}
    assert not wrong, json.dumps(wrong, indent=1, default=str)
    assert not [name for name in argued if results.get(name, "there") is None and name not in IN_ANY_ORDER], "nothing is to be argued any more"
    assert len(results) - len(argued) > 100


def test_every_calendar_comes_in_with_the_occurrences_that_an_independent_reader_finds(world):
    check({name: compare(world.files[name], stored) for name, stored in world.stored.items() if stored}, ARGUED)


def test_what_is_published_again_has_the_occurrences_that_are_stored(world):
    check({name: compare(world.published(name), stored) for name, stored in world.stored.items() if stored}, ARGUED_OF_EXPORTS)


def test_what_is_no_calendar_is_refused_with_a_sentence(world):
    assert len(world.refused) > 50
    for name in sorted(world.refused):
        done = subprocess.run([conftest.HUBD, "--config", world.service.conf, "import", "--hub", "h0", DATA / name], capture_output=True, text=True,
                              timeout=60, check=False)
        assert done.returncode == 1 and len(done.stderr.splitlines()) == 2 and name in done.stderr, f"{name}: {done.stderr}"


def test_what_does_not_come_in_is_said_for_each_event(world):
    for name, report in world.reports.items():
        for skipped in report["skipped"]:
            assert skipped["code"] and skipped["text"].endswith((".", ")")), f"{name}: {skipped}"
