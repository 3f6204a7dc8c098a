# SPDX-License-Identifier: GPL-3.0-or-later
"""hubd import and hubd export, from files to tables: what somebody loses who keeps a programme elsewhere and brings it in again
and again. The first half needs only tests/data; the second reads real programmes from the folder named by HUBD_DATA.
"""
import itertools
import json
import os
import pathlib
import time

import icalendar
import pytest

import conftest

ROOT = conftest.ROOT
OWN = ROOT / "tests" / "data"
DATA = pathlib.Path(os.environ.get("HUBD_DATA") or ROOT / "../shared/data")
needs_data = pytest.mark.skipif(not (DATA / "derived-ics").is_dir(), reason="skipped: no HUBD_DATA")

# Everything that an import may write, as one text: two equal ones mean that nothing at all was written between.
DUMP = " UNION ALL ".join(
    f"SELECT '{table}', count(*)::text || ' ' || coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '') FROM hubd.{table} AS t"
    for table in ("event", "occurrence", "event_resource", "booking", "booking_item", "claim", "change", "import_source", "resource",
                  "unit", "resource_unit", "hub"))

EVENTS = """
SELECT e.uid, e.title, hubd.instant(lower(o.during)), hubd.instant(upper(o.during)), e.state, e.sequence::text, o.is_unplaced::text,
    coalesce((SELECT string_agg(r.name_de, ' + ' ORDER BY r.name_de) FROM hubd.event_resource AS er
        JOIN hubd.resource AS r ON r.hub_id = er.hub_id AND r.id = er.resource_id WHERE er.event_id = e.id), ''),
    (SELECT count(*) FROM hubd.claim AS c WHERE c.booking_id = o.booking_id AND c.lane = '[9,10)')::text
FROM hubd.event AS e JOIN hubd.occurrence AS o ON o.event_id = e.id JOIN hubd.hub AS h ON h.id = e.hub_id
WHERE h.slug = '%s'"""


class Desk:
    """hubd's commands over a database of its own; a fresh hub for each test."""

    def __init__(self, service):
        self.service, self.server, self.numbers = service, service.server, itertools.count(1)

    def hub(self, zone="Europe/Berlin"):
        slug = f"hub-{next(self.numbers)}"
        self.service.run("admin", "hub", "add", slug, slug.capitalize(), "--zone", zone)
        return slug

    def load(self, hub, *files, rooms=True, **more):
        """The reports of an import: of one file the report itself."""
        words = ["import", "--json", "--hub", hub, *(["--create-rooms"] if rooms else []), *more.pop("words", [])]
        out = self.service.run(*words, *map(str, files), **more)
        reports = [json.loads(line) for line in out.splitlines()]
        return reports[0] if len(files) == 1 else reports

    def sql(self, query):
        return self.server.sql(query, database=self.service.database)

    def dump(self):
        return self.sql(DUMP)

    def events(self, hub):
        """uid -> its row, as a dictionary."""
        names = ("title", "start", "end", "state", "sequence", "is_unplaced", "rooms", "claims")
        return {row[0]: dict(zip(names, row[1:])) for row in self.sql(EVENTS % hub)}


@pytest.fixture(scope="module")
def desk(hubd_server):
    hubd_server.sql("CREATE DATABASE imports", database="postgres")
    with conftest.Service(hubd_server, database="imports") as service:
        service.run("migrate")
        service.server.sql("INSERT INTO hubd.topic VALUES ('iot', 'Internet der Dinge', 'IoT')", database="imports")
        yield Desk(service)


def uids(entries):
    return {entry["uid"].split("@werkstatttage")[0] for entry in entries}


def counts(report):
    return {**{name: len(report[name]) for name in ("added", "gone", "conflicts", "skipped")},
            **{name: len(entries) for name, entries in report["changed"].items()}, "unchanged": report["unchanged"]}


def calendar(*events, name="Probe"):
    """A small .ics: events are (uid, start, end, title, place, *lines) on 2026-10-05, Berlin; times as "09:00"."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//hubd//tests//DE", f"X-WR-CALNAME:{name}"]
    for uid, start, end, title, place, *more in events:
        lines += ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z",
                  *(f"{word};TZID=Europe/Berlin:20261005T{at.replace(':', '')}00" for word, at in (("DTSTART", start), ("DTEND", end))),
                  f"SUMMARY:{title}", f"LOCATION:{place}", *more, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


@pytest.fixture
def put(desk, tmp_path):
    """put(hub, events…): imports a small calendar."""
    number = itertools.count(1)

    def put_calendar(hub, *events, name="Probe", **more):
        file = tmp_path / f"{next(number)}.ics"
        file.write_text(calendar(*events, name=name), encoding="utf-8", newline="")
        return desk.load(hub, file, **more)
    return put_calendar


# ---- the programme changes ----

def test_a_newer_programme_adds_moves_renames_and_cancels_and_says_so(desk):
    hub = desk.hub()
    first = desk.load(hub, OWN / "werkstatttage-1.ics")
    assert counts(first) == {"added": 6, "gone": 0, "conflicts": 0, "skipped": 0, "retimed": 0, "room_changed": 0, "retitled": 0,
                             "other": 0, "unchanged": 0}
    assert first["is_new_source"] and first["source"] == "Werkstatttage"
    second = desk.load(hub, OWN / "werkstatttage-2.ics")
    assert uids(second["added"]) == {"neu"} and uids(second["gone"]) == {"eroeffnung"}
    assert {name: uids(entries) for name, entries in second["changed"].items()} == {
        "retimed": {"drucken"}, "room_changed": {"funk"}, "retitled": {"kette"}, "other": {"loeten"}}
    assert uids(second["moved"]) == {"drucken", "funk"}
    events = {uid.split("@")[0]: event for uid, event in desk.events(hub).items()}
    assert events["eroeffnung"]["state"] == "cancelled" and events["eroeffnung"]["claims"] == "0"
    assert events["drucken"]["start"] == "2026-09-12T08:30:00Z"
    # Time, place and status count SEQUENCE up, words do not.
    assert {name: event["sequence"] for name, event in events.items()} == {
        "eroeffnung": "1", "drucken": "1", "funk": "1", "kette": "0", "loeten": "0", "neu": "0", "ende": "0"}


def test_the_same_file_again_changes_no_row_and_no_feed(desk):
    hub = desk.hub()
    desk.load(hub, OWN / "werkstatttage-1.ics")
    before = desk.dump()
    again = desk.load(hub, OWN / "werkstatttage-1.ics")
    assert again["unchanged"] == 6 and not again["added"] and not again["moved"] and not again["rooms_created"]
    assert desk.dump() == before


def test_a_sequence_that_tools_count_up_is_no_change_and_never_falls(desk, put):
    hub = desk.hub()
    put(hub, ("a", "09:00", "10:00", "A", "Saal", "SEQUENCE:7"))
    before = desk.dump()
    assert put(hub, ("a", "09:00", "10:00", "A", "Saal", "SEQUENCE:9"))["unchanged"] == 1
    assert desk.dump() == before
    put(hub, ("a", "09:30", "10:00", "A", "Saal", "SEQUENCE:2"))
    assert desk.events(hub)["a"]["sequence"] == "8"
    put(hub, ("a", "09:30", "10:30", "A", "Saal", "SEQUENCE:20"))
    assert desk.events(hub)["a"]["sequence"] == "20"


def test_an_event_that_comes_back_is_confirmed_again(desk, put):
    hub = desk.hub()
    both = ("a", "09:00", "10:00", "A", "Saal"), ("b", "11:00", "12:00", "B", "Saal")
    put(hub, *both)
    assert uids(put(hub, both[0])["gone"]) == {"b"}
    report = put(hub, *both)
    assert uids(report["added"]) == {"b"}
    back = desk.events(hub)["b"]
    assert back["state"] == "confirmed" and back["claims"] == "1" and back["sequence"] == "2"


def test_what_a_manager_cancelled_stays_cancelled_while_the_file_says_nothing_new(desk, put):
    hub = desk.hub()
    put(hub, ("a", "09:00", "10:00", "A", "Saal"), ("b", "11:00", "12:00", "B", "Saal"))
    desk.sql("SELECT hubd.cancel_events(hub_id, ARRAY[id]) FROM hubd.event WHERE uid = 'a' AND hub_id = hubd.hub_of('%s')" % hub)
    put(hub, ("a", "09:00", "10:00", "A", "Saal"), ("b", "11:00", "12:00", "B", "Saal"))
    assert desk.events(hub)["a"]["state"] == "cancelled"


# ---- rooms ----

def test_an_event_in_several_rooms_has_all_of_them(desk):
    hub = desk.hub()
    desk.load(hub, OWN / "werkstatttage-1.ics")
    events = desk.events(hub)
    assert events["ende@werkstatttage.test"]["rooms"] == "B05/B06 + C01" and events["ende@werkstatttage.test"]["claims"] == "2"
    assert events["eroeffnung@werkstatttage.test"]["rooms"] == "B05/B06 + C01"
    assert events["loeten@werkstatttage.test"]["rooms"] == "B05/B06"


def test_a_list_of_rooms_is_cut_at_its_longest_known_name(desk, put):
    hub = desk.hub()
    put(hub, ("a", "09:00", "10:00", "A", r"Saal\, Ost"), ("b", "11:00", "12:00", "B", "Foyer"))
    put(hub, ("a", "09:00", "10:00", "A", r"Saal\, Ost"), ("b", "11:00", "12:00", "B", r"Foyer\, Saal\, Ost"))
    events = desk.events(hub)
    assert events["a"]["rooms"] == "Saal, Ost" and events["b"]["rooms"] == "Foyer + Saal, Ost"


def test_a_street_is_not_taken_for_rooms(desk, put):
    hub = desk.hub()
    report = put(hub, ("a", "09:00", "10:00", "A", r"Lab @ Lange Straße 5\, 03044 Cottbus\, Deutschland"), rooms=False)
    assert [place["place"] for place in report["no_such_room"]] == ["Lab @ Lange Straße 5, 03044 Cottbus, Deutschland"]
    assert desk.events(hub)["a"]["rooms"] == ""


def test_a_place_that_is_no_room_stays_as_text_and_is_reported(desk, put):
    hub = desk.hub()
    report = put(hub, ("a", "09:00", "10:00", "A", "Marktplatz"), ("b", "09:00", "10:00", "B", "Marktplatz"), rooms=False)
    assert report["no_such_room"] == [{"place": "Marktplatz", "events": 2}] and not report["conflicts"]
    assert {event["claims"] for event in desk.events(hub).values()} == {"0"}
    assert desk.sql(f"SELECT DISTINCT place FROM hubd.event WHERE hub_id = hubd.hub_of('{hub}')") == [("Marktplatz",)]


def test_a_room_is_known_by_any_of_its_names(desk, put):
    hub = desk.hub()
    put(hub, ("a", "09:00", "10:00", "A", "Großer Saal"))
    report = put(hub, ("b", "11:00", "12:00", "B", "grosser-saal"), ("c", "13:00", "14:00", "C", "großer  saal"), name="Andere", rooms=False)
    assert report["no_such_room"] == [] and {event["rooms"] for event in desk.events(hub).values()} == {"Großer Saal"}


def test_two_events_may_swap_their_rooms(desk, put):
    hub = desk.hub()
    put(hub, ("a", "09:00", "10:00", "A", "Ost"), ("b", "09:00", "10:00", "B", "West"))
    report = put(hub, ("a", "09:00", "10:00", "A", "West"), ("b", "09:00", "10:00", "B", "Ost"))
    assert report["conflicts"] == [] and uids(report["changed"]["room_changed"]) == {"a", "b"}
    assert {uid: event["rooms"] for uid, event in desk.events(hub).items()} == {"a": "West", "b": "Ost"}


# ---- conflicts ----

def test_a_double_booking_is_kept_listed_and_claims_nothing(desk):
    hub = desk.hub()
    report = desk.load(hub, OWN / "double-booking.ics")
    assert uids(report["conflicts"]) == {"mitte", "rand"}
    assert {other["title"] for conflict in report["conflicts"] for other in conflict["in_the_way"]} == {"Die lange Runde"}
    events = {uid.split("@")[0]: event for uid, event in desk.events(hub).items()}
    assert {name for name, event in events.items() if event["is_unplaced"] == "true"} == {"mitte", "rand"}
    assert {name: event["claims"] for name, event in events.items()} == {"lang": "1", "mitte": "0", "rand": "0", "danach": "1", "nebenan": "1"}


def test_an_import_never_takes_a_room_that_somebody_booked(desk, put):
    hub = desk.hub()
    put(hub, ("a", "09:00", "10:00", "A", "Saal"))
    put(hub, ("a", "09:00", "10:00", "A", "Saal"), ("b", "09:30", "10:30", "B", "Saal"))
    report = put(hub, ("c", "09:30", "09:45", "C", "Saal"), name="Andere")
    assert [other["uid"] for other in report["conflicts"][0]["in_the_way"]] == ["a"]


def test_an_unplaced_event_gets_its_room_when_it_changes_and_there_is_place(desk, put):
    hub = desk.hub()
    put(hub, ("a", "09:00", "10:00", "A", "Saal"), ("b", "09:30", "10:30", "B", "Saal"))
    assert desk.events(hub)["b"]["is_unplaced"] == "true"
    report = put(hub, ("a", "09:00", "10:00", "A", "Saal"), ("b", "10:00", "11:00", "B", "Saal"))
    assert report["conflicts"] == [] and desk.events(hub)["b"]["claims"] == "1"


def test_an_unplaced_event_gets_its_room_when_the_one_in_its_way_goes(desk, put):
    hub = desk.hub()
    put(hub, ("a", "09:00", "10:00", "A", "Saal"), ("b", "09:30", "10:30", "B", "Saal"), ("c", "09:30", "09:45", "C", "Saal"))
    report = put(hub, ("a", "11:00", "12:00", "A", "Saal"), ("b", "09:30", "10:30", "B", "Saal"), ("c", "09:30", "09:45", "C", "Saal"))
    assert (uids(report["placed"]), report["unplaced"], report["unchanged"]) == ({"b"}, 1, 2)
    assert {uid: event["claims"] for uid, event in desk.events(hub).items()} == {"a": "1", "b": "1", "c": "0"}
    before = desk.dump()
    report = put(hub, ("a", "11:00", "12:00", "A", "Saal"), ("b", "09:30", "10:30", "B", "Saal"), ("c", "09:30", "09:45", "C", "Saal"))
    assert (report["placed"], report["unplaced"]) == ([], 1) and desk.dump() == before


def test_whoever_lost_a_room_to_a_loser_gets_it_after_all(desk, put):
    """b loses Ost to a, so c, who lost West to b, can have West."""
    hub = desk.hub()
    put(hub, ("x", "06:00", "07:00", "X", "Ost"), ("y", "06:00", "07:00", "Y", "West"), name="Räume")
    report = put(hub, ("a", "09:00", "10:00", "A", "Ost"), ("b", "09:10", "10:00", "B", r"Ost\, West"), ("c", "09:20", "10:00", "C", "West"))
    assert uids(report["conflicts"]) == {"b"} and desk.events(hub)["c"]["claims"] == "1"


# ---- whose programme it is ----

def test_two_programmes_of_one_name_do_not_cancel_each_other(desk, put):
    hub = desk.hub()
    put(hub, ("a", "09:00", "10:00", "A", "Saal"), name="Kalender")
    report = put(hub, ("b", "11:00", "12:00", "B", "Saal"), name="Kalender")
    assert report["is_new_source"] and report["source"] == "Kalender (2)" and report["gone"] == []


def test_a_uid_of_another_source_stays_what_it_was(desk, put):
    hub = desk.hub()
    put(hub, ("a", "09:00", "10:00", "A", "Saal"), name="Eins")
    report = put(hub, ("a", "15:00", "16:00", "Anders", "Saal"), ("b", "11:00", "12:00", "B", "Saal"), ("c", "12:00", "13:00", "C", "Saal"),
                 name="Zwei", words=["--source", "Zwei"])
    assert [skip["code"] for skip in report["skipped"]] == ["elsewhere"] and desk.events(hub)["a"]["title"] == "A"


def test_a_file_without_events_cancels_nothing_unless_its_source_is_named(desk, put):
    hub = desk.hub()
    put(hub, ("a", "09:00", "10:00", "A", "Saal"))
    empty = put(hub)
    assert empty["source"] is None and empty["gone"] == []
    assert desk.events(hub)["a"]["state"] == "confirmed"
    assert uids(put(hub, words=["--source", "Probe"])["gone"]) == {"a"}


# ---- what is odd ----

def test_what_does_not_come_in_is_said_and_the_rest_comes_in(desk):
    hub = desk.hub()
    report = desk.load(hub, OWN / "odd.ics")
    assert {uid.split("@")[0] for uid in desk.events(hub)} == {"gut", "serie", "tag", "punkt", "schief"}
    assert [skip["uid"].split("@")[0] for skip in report["skipped"]] == ["kaputt"]


def test_a_whole_day_that_blocks_nothing_claims_nothing(desk):
    hub = desk.hub()
    desk.load(hub, OWN / "odd.ics")
    day = desk.events(hub)["tag@werkstatttage.test"]
    assert day["claims"] == "0" and (day["start"], day["end"]) == ("2026-09-14T22:00:00Z", "2026-09-15T22:00:00Z")


def test_a_series_in_the_file_is_not_taken_for_gone(desk, put):
    hub = desk.hub()
    put(hub, ("a", "09:00", "10:00", "A", "Saal"), ("b", "11:00", "12:00", "B", "Saal"))
    report = put(hub, ("a", "09:00", "10:00", "A", "Saal", "RRULE:FREQ=DAILY;COUNT=3"), ("b", "11:00", "12:00", "B", "Saal"))
    assert report["gone"] == [] and desk.events(hub)["a"]["state"] == "confirmed"


def test_private_entries_are_not_published(desk, put):
    hub = desk.hub()
    put(hub, ("a", "09:00", "10:00", "A", "Saal", "CLASS:PRIVATE"), ("b", "11:00", "12:00", "B", "Saal", "CLASS:CONFIDENTIAL"))
    assert desk.sql(f"SELECT uid, audience FROM hubd.event WHERE hub_id = hubd.hub_of('{hub}') ORDER BY uid") == [
        ("a", "invited"), ("b", "members")]


def test_categories_become_topics_only_where_there_is_such_a_topic(desk):
    hub = desk.hub()
    desk.load(hub, OWN / "werkstatttage-1.ics")
    assert desk.sql("SELECT topics, categories FROM hubd.event WHERE uid LIKE 'loeten%%' AND hub_id = hubd.hub_of('%s')" % hub) == [
        ("{iot}", "{IoT,Werkstatt}")]


# ---- all or nothing ----

def test_of_two_files_both_come_in_or_none(desk, tmp_path):
    hub = desk.hub()
    broken = tmp_path / "broken.ics"
    broken.write_text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n")
    before = desk.dump()
    with pytest.raises(AssertionError, match="broken.ics"):
        desk.load(hub, OWN / "werkstatttage-1.ics", broken)
    assert desk.dump() == before
    assert len(desk.load(hub, OWN / "werkstatttage-1.ics", OWN / "double-booking.ics")) == 2


def test_a_dry_run_reports_and_stores_nothing(desk):
    hub = desk.hub()
    before = desk.dump()
    report = desk.load(hub, OWN / "double-booking.ics", words=["--dry-run"])
    assert report["dry_run"] and len(report["added"]) == 5 and len(report["conflicts"]) == 2 and len(report["rooms_created"]) == 2
    assert desk.dump() == before


def test_a_title_writes_one_line_and_commands_no_terminal(desk, tmp_path):
    hub, file = desk.hub(), tmp_path / "fremd.ics"
    title = "Erste\\nZweite \x9b31m\u202eRTL"
    file.write_text(calendar(("a", "09:00", "10:00", title, "Saal\\nBoden"), ("b", "09:00", "10:00", "B", "Saal\\nBoden")), encoding="utf-8", newline="")
    report = desk.service.run("import", "--hub", hub, "--create-rooms", str(file))
    assert "Erste Zweite  31m RTL (Saal Boden)\n" in report and not {"\x9b", "\u202e"} & set(report), report


def test_standard_input_and_people_are_served_too(desk):
    hub = desk.hub()
    out = desk.service.run("import", "--hub", hub, "--create-rooms", "-", input=(OWN / "double-booking.ics").read_text(encoding="utf-8"))
    assert "conflicts, kept without a room: 2" in out and "in the way in saal: Die lange Runde" in out


def test_a_wrong_hub_is_answered_with_the_right_ones(desk):
    hub = desk.hub()
    with pytest.raises(AssertionError, match=f'There is no hub "{hub}x". There are: .*{hub}'):
        desk.load(hub + "x", OWN / "double-booking.ics")


def test_xml_and_json_of_a_programme_give_the_events_of_its_ics(desk):
    def of(file):
        hub = desk.hub()
        desk.load(hub, OWN / file)
        return {uid: [event[name] for name in ("title", "start", "end", "rooms")] for uid, event in desk.events(hub).items()}
    wanted = {uid: event for uid, event in of("werkstatttage-1.ics").items() if uid.startswith(("loeten", "drucken"))}
    assert of("werkstatttage.xml") == wanted and of("werkstatttage.json") == wanted


def bare(events):
    """Without SEQUENCE, which each way in counts for itself."""
    return {uid: {name: value for name, value in event.items() if name != "sequence"} for uid, event in events.items()}


# ---- and out again ----

def exported(desk, hub, file):
    desk.service.run("export", "--hub", hub, "--out", str(file))
    return icalendar.Calendar.from_ical(file.read_bytes())


def told(event):
    """What an independent parser reads, as far as it has to stay the same."""
    when = [event[name].dt for name in ("DTSTART", "DTEND") if name in event]
    return [str(event.get(name, "")) for name in ("SUMMARY", "LOCATION", "DESCRIPTION", "URL", "STATUS", "CLASS", "SEQUENCE", "TRANSP")] + when


@pytest.mark.parametrize("files", [["werkstatttage-1.ics", "odd.ics"], ["werkstatttage-1.ics", "werkstatttage-2.ics", "double-booking.ics"]])
def test_an_exported_hub_comes_in_elsewhere_as_the_same_events(desk, tmp_path, files):
    old, new = desk.hub(), desk.hub()
    for file in files:
        desk.load(old, OWN / file)
    first = exported(desk, old, tmp_path / "old.ics")
    desk.load(new, tmp_path / "old.ics")
    second = exported(desk, new, tmp_path / "new.ics")
    wanted = {str(event["UID"]): told(event) for event in first.walk("VEVENT")}
    assert {str(event["UID"]): told(event) for event in second.walk("VEVENT")} == wanted and len(wanted) >= 9
    assert bare(desk.events(old)) == bare(desk.events(new))


def test_an_export_writes_the_lines_that_hubd_does_not_understand(desk, tmp_path):
    hub = desk.hub()
    desk.load(hub, OWN / "odd.ics")
    good = next(event for event in exported(desk, hub, tmp_path / "out.ics").walk("VEVENT") if str(event["UID"]).startswith("gut"))
    assert good["X-ALT-DESC"] == "<b>fett</b>" and str(good["ATTACH"]) == "https://werkstatttage.test/a.pdf"
    assert (good["GEO"].latitude, good["GEO"].longitude) == (51.5, 7.46)


# ---- real programmes ----

def same_diff(report, diff):
    changed = report["changed"]
    assert {entry["uid"] for entry in report["added"]} == set(diff["added"])
    assert {entry["uid"] for entry in report["gone"]} == set(diff["removed"])
    for name in ("retimed", "room_changed", "retitled"):
        assert {entry["uid"] for entry in changed[name]} == set(diff[name]), name


@needs_data
@pytest.mark.parametrize("files, name, zone", [
    (["fosdem-2025-update1", "fosdem-2025-update2", "fosdem-2025"], "fosdem-2025-update", "Europe/Brussels"),
    (["31c3-v1", "31c3-v2", "31c3-v3", "31c3-v4"], "31c3", "Europe/Berlin")])
def test_a_real_programme_grows_by_exactly_its_published_differences(desk, files, name, zone):
    diffs = json.loads((DATA / "derived-ics" / "31c3_fosdem2025.update_diffs.json").read_text(encoding="utf-8"))
    hub = desk.hub(zone)
    for version, file in enumerate(files):
        before = desk.dump()
        report = desk.load(hub, DATA / "derived-ics" / f"{file}.ics")
        assert report["conflicts"] == []
        if version > 0:
            diff = diffs[f"{name}: version {version} -> {version + 1}"]
            same_diff(report, diff)
            assert (desk.dump() == before) == (not any(diff.values()))
    before = desk.dump()
    last = desk.load(hub, DATA / "derived-ics" / f"{files[-1]}.ics")
    assert last["unchanged"] == last["events"] and desk.dump() == before


@needs_data
def test_every_event_of_a_real_programme_is_at_its_time_and_place(desk):
    hub = desk.hub("Europe/Brussels")
    desk.load(hub, DATA / "derived-ics" / "fosdem-2025.ics")
    file = icalendar.Calendar.from_ical((DATA / "derived-ics" / "fosdem-2025.ics").read_bytes())
    wanted = {str(event["UID"]): (str(event["SUMMARY"]), event["DTSTART"].dt.timestamp(), event["DTEND"].dt.timestamp(), str(event["LOCATION"]))
              for event in file.walk("VEVENT")}
    seconds = "extract(epoch FROM {})::bigint"
    stored = {row[0]: (row[1], float(row[2]), float(row[3]), row[4]) for row in desk.sql(
        f"SELECT e.uid, e.title, {seconds.format('lower(o.during)')}, {seconds.format('upper(o.during)')}, r.name_de FROM hubd.event AS e "
        "JOIN hubd.occurrence AS o ON o.event_id = e.id JOIN hubd.claim AS c ON c.booking_id = o.booking_id AND c.during = o.during "
        "JOIN hubd.resource_unit AS ru ON ru.unit_id = c.unit_id JOIN hubd.resource AS r ON r.id = ru.resource_id "
        f"WHERE e.hub_id = hubd.hub_of('{hub}')")}
    assert stored == wanted and len(stored) == 943


@needs_data
@pytest.mark.parametrize("ics, other, events", [("fosdem-2025.ics", "fosdem/fosdem-2025.xml", 943), ("fosdem-2024.ics", "fosdem/fosdem-2024.xml", 674),
                                        ("31c3-v4.ics", "ccc/31c3/31c3_v4.xml", 138), ("35c3.ics", "ccc/35c3/35c3.json", 164)])
def test_the_schedule_file_gives_the_same_events_as_the_calendar(desk, ics, other, events):
    one, two = desk.hub("Europe/Brussels"), desk.hub("Europe/Brussels")
    desk.load(one, DATA / "derived-ics" / ics)
    desk.load(two, DATA / other)
    wanted = bare(desk.events(one))
    assert bare(desk.events(two)) == wanted and len(wanted) == events


@needs_data
def test_exactly_the_real_double_bookings_are_reported(desk):
    hub = desk.hub("Europe/Brussels")
    report = desk.load(hub, DATA / "derived-ics" / "fosdem-2024.ics")
    pairs = {(conflict["uid"], other["uid"]) for conflict in report["conflicts"] for other in conflict["in_the_way"]}
    assert pairs == {("10837@fosdem-2024", "10826@fosdem-2024"), ("10843@fosdem-2024", "10826@fosdem-2024")}
    assert report["unplaced"] == 2 and len(desk.events(hub)) == 674


@needs_data
@pytest.mark.parametrize("file", ["derived-ics/europython-2014.ics", "europython-2014/schedule.xml"])
def test_a_conference_with_lists_of_rooms_has_each_of_them(desk, file):
    hub = desk.hub()
    report = desk.load(hub, DATA / file)
    assert {room["name"] for room in report["rooms_created"]} == {"A03/A04", "A05/A06", "A08", "B05/B06", "B07/B08", "B09", "C01"}
    assert report["conflicts"] == [] and report["events"] == 188
    events = desk.events(hub).values()
    assert sorted(event["claims"] for event in events if event["rooms"].count("+") == 6) == ["7", "7", "7"]  # ALL
    assert sum(event["rooms"] == "A08 + B05/B06 + B07/B08 + B09 + C01" for event in events) == 15


@needs_data
def test_a_real_calendar_comes_in_whole_in_spite_of_its_odd_properties(desk):
    hub = desk.hub()
    report = desk.load(hub, DATA / "calendars-de" / "fablab_cottbus.ics", rooms=False)
    in_file = [str(event["UID"]) for event in icalendar.Calendar.from_ical((DATA / "calendars-de" / "fablab_cottbus.ics").read_bytes()).walk("VEVENT")]
    assert report["errors"] == 31 and report["skipped"] == []
    assert set(desk.events(hub)) == set(in_file)


@needs_data
def test_a_thousand_events_cost_a_few_times_what_reading_them_costs(desk):
    """Against python3-icalendar, which only reads the file, in turns: whatever else runs slows both. About 2."""
    file = DATA / "derived-ics" / "fosdem-2025.ics"
    loading, reading = [], []
    for _ in range(2):
        hub, start = desk.hub("Europe/Brussels"), time.monotonic()
        assert desk.load(hub, file)["events"] > 900
        middle = time.monotonic()
        icalendar.Calendar.from_ical(file.read_bytes())
        loading.append(middle - start)
        reading.append(time.monotonic() - middle)
    assert min(loading) < 8 * min(reading), (loading, reading)
