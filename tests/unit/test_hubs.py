# SPDX-License-Identifier: GPL-3.0-or-later
"""config/hubs.json, the example data: what it promises its reader, checked without a database."""
import datetime
import json
import os
import re
import zoneinfo

import pytest

FILE = os.path.join(os.path.dirname(__file__), "..", "..", "config", "hubs.json")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
HUBS = ["berlin", "dortmund", "dresden-leipzig", "frankfurt-darmstadt", "hamburg", "karlsruhe", "koeln",
        "ludwigshafen-mannheim", "muenchen", "nuernberg-erlangen", "potsdam", "stuttgart"]
CITIES = ["Berlin", "Darmstadt", "Dortmund", "Dresden", "Erlangen", "Frankfurt am Main", "Hamburg", "Karlsruhe", "Köln",
          "Leipzig", "Ludwigshafen am Rhein", "Mannheim", "München", "Nürnberg", "Potsdam", "Stuttgart"]
LANDS = {"BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV", "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH"}
KEYS = {
    "topic": ({"slug", "name_de", "name_en"}, set()),
    "person": ({"mail", "name", "language", "memberships"}, {"organisation", "agency", "asks"}),
    "team": ({"slug", "name", "about", "members"}, set()),
    "hub": ({"slug", "name", "about_de", "about_en", "topics", "zone", "color", "url", "sites", "resources", "week"}, set()),
    "site": ({"slug", "name", "street", "postcode", "city", "land", "latitude", "longitude", "zone", "opening_hours"}, set()),
    "resource": ({"slug", "site", "kind", "name_de", "name_en", "capacity", "features"},
                 {"about_de", "about_en", "setup", "turnover", "pool", "parts"}),
    "event": ({"kind", "week", "day", "start", "end", "title", "title_en", "text", "text_en", "topics", "resources",
               "speakers", "audience"}, set()),
    "booking": ({"kind", "week", "day", "start", "end", "title", "title_en", "resources", "person"}, {"team"}),
}

with open(FILE, encoding="utf-8") as file:
    DATA = json.load(file)
hubs = pytest.mark.parametrize("hub", DATA["hubs"], ids=[hub["slug"] for hub in DATA["hubs"]])


def has_keys(kind, thing):
    needed, allowed = KEYS[kind]
    assert needed <= set(thing) <= needed | allowed, (kind, thing.get("slug") or thing.get("title"))


def distinct(values):
    values = list(values)
    assert len(values) == len(set(values)), sorted(v for v in set(values) if values.count(v) > 1)
    return set(values)


def minutes(clock):
    hour, minute = map(int, re.fullmatch(r"(\d\d):(\d\d)", clock).groups())
    assert hour < 24 and minute < 60 or (hour, minute) == (24, 0), clock
    return hour * 60 + minute


def duration(text):
    match = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?", text)
    assert match and any(match.groups()), text
    return int(match.group(1) or 0) * 60 + int(match.group(2) or 0)


def span(entry):
    """Minutes since Monday 00:00 of week 0, wall clock."""
    assert entry["week"] in (0, 1) and entry["day"] in range(1, 8), entry["title"]
    day = ((entry["week"] * 7) + entry["day"] - 1) * 1440
    start, end = minutes(entry["start"]), minutes(entry["end"])
    return day + start, day + end + (1440 if end <= start else 0)


def units(resources, slug):
    """What a resource consists of, at any depth; a pool's name stands for itself."""
    parts = resources[slug].get("parts")
    return {slug} if parts is None else set().union(*(units(resources, part) for part in parts))


def depth(resources, slug):
    return 1 + max((depth(resources, part) for part in resources[slug].get("parts", [])), default=-1)


def test_the_twelve_hubs_in_sixteen_cities_are_there():
    assert [hub["slug"] for hub in DATA["hubs"]] == HUBS
    assert sorted({site["city"] for hub in DATA["hubs"] for site in hub["sites"]}) == sorted(CITIES)
    assert len(distinct(hub["color"] for hub in DATA["hubs"])) == 12


def test_topics_and_people_can_be_loaded():
    for topic in DATA["topics"]:
        has_keys("topic", topic)
        assert SLUG.fullmatch(topic["slug"])
    distinct(topic["slug"] for topic in DATA["topics"])
    distinct(person["mail"].lower() for person in DATA["people"])
    organisations = {}
    for person in DATA["people"]:
        has_keys("person", person)
        assert person["mail"].endswith("@example.org") and person["language"] in ("de", "en")
        assert person["memberships"] or person.get("agency") or person["asks"]["hub"] in HUBS
        for membership in person["memberships"]:
            assert membership["hub"] in HUBS and membership["role"] in ("member", "trainer", "manager")
        organisation = person.get("organisation")
        if organisation:
            assert SLUG.fullmatch(organisation["slug"])
            assert organisation["kind"] in ("startup", "sme", "corporate", "university", "investor", "public")
            assert organisations.setdefault(organisation["slug"], organisation) == organisation


def test_a_team_is_of_people_of_several_organisations():
    of = {person["mail"]: person.get("organisation", {}).get("slug") for person in DATA["people"]}
    for team in DATA["teams"]:
        has_keys("team", team)
        assert len({of[mail] for mail in team["members"]}) > 1
    for hub in DATA["hubs"]:
        for entry in hub["week"]:
            assert "team" not in entry or any(entry["team"] == team["slug"] and entry["person"] in team["members"] for team in DATA["teams"])


@hubs
def test_its_sites_are_on_the_map(hub):
    has_keys("hub", hub)
    assert re.fullmatch(r"#[0-9a-f]{6}", hub["color"]) and hub["url"].startswith("https://")
    assert hub["topics"] and set(hub["topics"]) <= {topic["slug"] for topic in DATA["topics"]}
    distinct(site["slug"] for site in hub["sites"])
    for site in hub["sites"]:
        has_keys("site", site)
        zoneinfo.ZoneInfo(site["zone"])
        assert SLUG.fullmatch(site["slug"]) and site["land"][:3] == "DE-" and site["land"][3:] in LANDS
        assert 47 < site["latitude"] < 55.2 and 5.8 < site["longitude"] < 15.1
        for hours in site["opening_hours"]:
            assert set(hours["days"]) <= set(range(1, 8)) and minutes(hours["opens"]) < minutes(hours["closes"])


@hubs
def test_its_resources_can_be_booked(hub):
    resources = {resource["slug"]: resource for resource in hub["resources"]}
    distinct(resource["slug"] for resource in hub["resources"])
    sites = {site["slug"] for site in hub["sites"]}
    for resource in hub["resources"]:
        has_keys("resource", resource)
        assert SLUG.fullmatch(resource["slug"]) and resource["site"] in sites and resource["capacity"] >= 1
        assert resource["kind"] in ("room", "desk", "machine", "equipment", "table")
        assert all(SLUG.fullmatch(feature) for feature in resource["features"])
        assert not ("pool" in resource and "parts" in resource)
        assert resource.get("pool", 2) >= 2
        for buffer in ("setup", "turnover"):
            if buffer in resource:
                assert "parts" not in resource, "buffers stand with the parts"
                assert 0 < duration(resource[buffer]) <= 1440
        for part in resource.get("parts", []):
            assert resources[part]["site"] == resource["site"] and "pool" not in resources[part]
            assert resources[part]["capacity"] <= resource["capacity"]
        depth(resources, resource["slug"])  # no circle
    kinds = {resource["kind"] for resource in hub["resources"]}
    assert "room" in kinds and any(r["kind"] == "desk" and "pool" in r for r in hub["resources"])


def test_some_hub_divides_a_hall_twice_and_not_every_hub_has_every_machine():
    depths = [max(depth({r["slug"]: r for r in hub["resources"]}, r["slug"]) for r in hub["resources"]) for hub in DATA["hubs"]]
    assert max(depths) >= 2
    machines = [{r["slug"] for r in hub["resources"] if r["kind"] == "machine"} for hub in DATA["hubs"]]
    everywhere = set.intersection(*machines)
    somewhere = set.union(*machines)
    assert not everywhere
    assert {"lasercutter", "3d-drucker", "cnc-fraese", "elektronikplatz", "vr-labor"} <= somewhere


@hubs
def test_its_week_can_be_read_in_two_languages(hub):
    assert 8 <= len(hub["week"]) <= 14
    people = {person["mail"]: person for person in DATA["people"]}
    resources = {resource["slug"] for resource in hub["resources"]}
    for entry in hub["week"]:
        has_keys(entry["kind"], entry)
        assert entry["title"].strip() and entry["title_en"].strip()
        assert entry["resources"] and set(entry["resources"]) <= resources, entry["title"]
        distinct(entry["resources"])
        if entry["kind"] == "event":
            assert entry["text"].strip() and entry["text_en"].strip()
            assert entry["audience"] in ("public", "members", "invited")
            assert set(entry["topics"]) <= {topic["slug"] for topic in DATA["topics"]}
        else:
            assert hub["slug"] in {m["hub"] for m in people[entry["person"]]["memberships"]}, entry["title"]


@hubs
def test_nobody_stands_before_a_closed_door(hub):
    sites = {site["slug"]: site for site in hub["sites"]}
    resources = {resource["slug"]: resource for resource in hub["resources"]}
    for entry in hub["week"]:
        start, end = span(entry)
        for slug in entry["resources"]:
            opened = set()
            for hours in sites[resources[slug]["site"]]["opening_hours"]:
                for week in (0, 1):
                    for day in hours["days"]:
                        midnight = (week * 7 + day - 1) * 1440
                        opened.update(range(midnight + minutes(hours["opens"]), midnight + minutes(hours["closes"])))
            # The calendar outside the two weeks is not described: only Sunday night of week 1 could leave it.
            assert set(range(start, end)) <= opened, (entry["title"], slug)


@hubs
def test_no_two_entries_want_the_same_thing(hub):
    resources = {resource["slug"]: resource for resource in hub["resources"]}
    wishes = {}
    for entry in hub["week"]:
        start, end = span(entry)
        for slug in entry["resources"]:
            for unit in units(resources, slug):
                wishes.setdefault(unit, []).append((start, end, entry["title"]))
    for unit, spans in wishes.items():
        gap = max(duration(resources[unit].get(buffer, "PT0M")) for buffer in ("setup", "turnover"))
        events = sorted([(start, 1) for start, _, _ in spans] + [(end + gap, 0) for _, end, _ in spans])
        busy = most = 0
        for _, is_start in events:
            busy += 1 if is_start else -1
            most = max(most, busy)
        assert most <= resources[unit].get("pool", 1), (unit, spans)


def test_the_weeks_end_where_the_clock_says():
    entry = {"title": "", "week": 0, "day": 5, "start": "18:00", "end": "10:00"}
    start, end = span(entry)
    assert datetime.timedelta(minutes=end - start) == datetime.timedelta(hours=16)
