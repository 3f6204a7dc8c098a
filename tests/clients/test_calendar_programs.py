# SPDX-License-Identifier: GPL-3.0-or-later
"""Calendar programs that people use subscribe to the example week: vdirsyncer fetches the feeds over HTTP, khal lists them."""
import datetime
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import zoneinfo

import icalendar
import pytest
import requests

HERE = pathlib.Path(__file__).resolve().parent
API = HERE.parent / "api"
HUBS = HERE.parents[1] / "config" / "hubs.json"
sys.path.insert(0, str(API))
import postgres  # noqa: E402

_spec = importlib.util.spec_from_file_location("api_conftest", API / "conftest.py")
api_conftest = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(api_conftest)

needs_programs = pytest.mark.skipif(not (shutil.which("vdirsyncer") and shutil.which("khal")), reason="no vdirsyncer or no khal")


@pytest.fixture(scope="module")
def examples():
    """hubd with the shipped examples, as after `make run`."""
    if not postgres.is_available():
        pytest.skip("no PostgreSQL server installed")
    with postgres.Postgres(fsync=False) as server, api_conftest.Service(server) as service:
        service.run("migrate")
        service.run("admin", "load-hubs", HUBS)
        service.tokens["kim"] = json.loads(service.run("admin", "token", "add", "kim.sommer@example.org", "tests", "--json"))["token"]
        service.start("serve")
        yield service


class Subscriber:
    """A person's calendar folder, synchronised from one feed, and khal's eyes on it."""

    def __init__(self, folder, url, zone="Europe/Berlin"):
        self.folder, self.zone = folder, zoneinfo.ZoneInfo(zone)
        folder.mkdir(exist_ok=True)
        self.calendar = folder / "calendar" / "hub"
        self.calendar.mkdir(parents=True)
        (folder / "vdirsyncer.conf").write_text(f"""[general]
status_path = "{folder}/status/"
[pair hub]
a = "here"
b = "there"
collections = null
conflict_resolution = "b wins"
[storage here]
type = "filesystem"
path = "{self.calendar}"
fileext = ".ics"
[storage there]
type = "http"
url = "{url}"
""", encoding="utf-8")
        (folder / "khal.conf").write_text(f"""[calendars]
[[hub]]
path = {self.calendar}
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = {zone}
default_timezone = {zone}
[sqlite]
path = {folder}/khal.db
""", encoding="utf-8")
        self.run("vdirsyncer", "-c", folder / "vdirsyncer.conf", "discover")

    def run(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, check=False, input="y\n",
                              env={**os.environ, "HOME": str(self.folder), "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"})
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def synchronise(self):
        return self.run("vdirsyncer", "-c", self.folder / "vdirsyncer.conf", "sync")

    def list(self, *words):
        # The option stands alone: khal's default format wraps lines at the terminal's width.
        return self.run("khal", "-c", self.folder / "khal.conf", "list", "--format", "{start-date} {start-time}-{end-time} {title}",
                        "--day-format", "", *words).splitlines()


    def times(self, first, days):
        """What khal shows in its own zone: (start, end, title), without what was cancelled."""
        listed = self.run("khal", "-c", self.folder / "khal.conf", "list", "--format",
                          "{cancelled}|{start-date-full} {start-time-full}|{end-date-full} {end-time-full}|{title}", "--day-format", "", str(first), f"{days}d")
        found = set()
        for line in listed.splitlines():
            cancelled, start, end, title = line.split("|", 3)
            if not cancelled.strip():
                found.add((start, end, title))
        return found


def public_events(slug):
    with open(HUBS, encoding="utf-8") as file:
        hub = next(hub for hub in json.load(file)["hubs"] if hub["slug"] == slug)
    return [entry for entry in hub["week"] if entry["kind"] == "event" and entry["audience"] == "public"]


@needs_programs
@pytest.mark.parametrize("hub", ["berlin", "dortmund"])
def test_the_week_of_a_hub_is_in_my_calendar_program(examples, tmp_path, hub):
    subscriber = Subscriber(tmp_path, f"{examples.url}/feeds/hub/{hub}.ics")
    subscriber.synchronise()
    monday = api_conftest.datetime.date.today()
    monday -= api_conftest.datetime.timedelta(days=monday.weekday())
    listed = subscriber.list(monday.isoformat(), "15d")
    for event in public_events(hub):
        date = monday + api_conftest.datetime.timedelta(days=7 * event["week"] + event["day"] - 1)
        assert any(event["title"] in line and line.startswith(f"{date} {event['start']}-") for line in listed), (event["title"], listed)


@needs_programs
def test_fetching_again_brings_nothing_new_and_a_new_event_comes(examples, tmp_path):
    subscriber = Subscriber(tmp_path, f"{examples.url}/feeds/hub/potsdam.ics")
    subscriber.synchronise()
    files = {path.name: path.read_bytes() for path in subscriber.calendar.iterdir()}
    assert len(files) == len(public_events("potsdam"))
    assert not re.search(r"Copying|Deleting|updating", subscriber.synchronise())
    assert {path.name: path.read_bytes() for path in subscriber.calendar.iterdir()} == files

    manager = json.loads(examples.run("admin", "token", "add", "robin.becker@example.org", "tests", "--json"))["token"]
    date = api_conftest.day(40)
    reply = requests.post(examples.url + "/api/v1/events", timeout=30, headers={"Authorization": "Bearer " + manager}, json={
        "hub": "potsdam", "title": "Ein neuer Abend mit Umlauten: äöüß", "title_en": "A new evening", "text": "", "topics": ["mediatech"],
        "audience": "public", "start": f"{date}T18:00", "end": f"{date}T20:00", "resources": ["drehbuch"], "state": "confirmed"})
    assert reply.status_code == 201, reply.text
    subscriber.synchronise()
    assert any("Ein neuer Abend mit Umlauten: äöüß" in line for line in subscriber.list(date, "1d"))


def changing_days():
    """The next days on which Berlin's clocks change, within the window of a feed."""
    day = datetime.date.today() + datetime.timedelta(days=8)
    while True:
        if day.month in (3, 10) and day.weekday() == 6 and (day + datetime.timedelta(days=7)).month != day.month:
            yield day
        day += datetime.timedelta(days=1)


class Follower:
    """A person who books and edits, and whose calendar programs in two zones follow by the private feed."""

    def __init__(self, service, folder):
        self.service, self.headers = service, {"Authorization": "Bearer " + service.tokens["kim"]}
        address = self.ask("POST", "feeds", {"name": "khal"})["address"]
        self.programs = [Subscriber(folder / name, address, zone) for name, zone in (("berlin", "Europe/Berlin"), ("york", "America/New_York"))]

    def ask(self, method, path, body):
        reply = requests.request(method, f"{self.service.url}/api/v1/{path}", json=body, headers=self.headers, timeout=30)
        assert reply.status_code in (200, 201), reply.text
        return reply.json()

    def book(self, start, title, duration="PT90M"):
        return self.ask("POST", "bookings", {"hub": "berlin", "title": title, "start": start, "duration": duration, "items": [{"resource": "spree"}]})["id"]

    def held(self, zone, first, days):
        """What the tables hold, on the clocks of a zone."""
        rows = self.service.server.sql(
            "SELECT extract(epoch FROM lower(b.during))::bigint, extract(epoch FROM upper(b.during))::bigint, b.title FROM hubd.booking AS b"
            " JOIN hubd.person AS p ON p.id = b.person_id WHERE p.mail = 'kim.sommer@example.org' AND b.state = 'confirmed' AND b.kind = 'booking'")
        opens = datetime.datetime.combine(first, datetime.time(), zone)
        closes = datetime.datetime.combine(first + datetime.timedelta(days=days), datetime.time(), zone)
        found = set()
        for start, end, title in rows:
            start, end = (datetime.datetime.fromtimestamp(int(at), zone) for at in (start, end))
            if start < closes and end > opens:
                found.add((f"{start:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H:%M}", title))
        return found

    def follow(self, first, days, least):
        for program in self.programs:
            program.synchronise()
            shown, held = program.times(first, days), self.held(program.zone, first, days)
            assert shown == held and len(held) >= least, (program.zone, "only in khal", sorted(shown - held), "only in hubd", sorted(held - shown))


@needs_programs
@pytest.mark.parametrize("which", [0, 1], ids=["next", "after"])
def test_my_calendar_follows_every_edit_over_the_change_of_clocks(examples, tmp_path, which):
    """Adds, moves, cancellations and edits of a series around the day itself, shown at the right local time in Berlin and New York."""
    days = changing_days()
    changes = [next(days), next(days)][which]
    first = changes - datetime.timedelta(days=6)
    follower = Follower(examples, tmp_path)

    def on(offset):
        return changes + datetime.timedelta(days=offset)

    before, during, after = (follower.book(f"{on(offset)}T{clock}", f"Um {clock} am Tag {offset}") for offset, clock in ((-1, "09:00"), (0, "09:00"), (1, "09:00")))
    follower.book(f"{on(0)}T00:30", "Über die Umstellung", "PT4H")
    follower.book(f"{on(-1)}T22:15", "Über Mitternacht", "PT2H")
    follower.follow(first, 13, least=5)
    follower.ask("PATCH", f"bookings/{during}", {"start": f"{on(0)}T14:15", "duration": "PT1H"})
    follower.ask("PATCH", f"bookings/{after}", {"title": "Umbenannt; mit, Zeichen"})
    follower.follow(first, 13, least=5)
    follower.ask("DELETE", f"bookings/{before}", {})
    follower.follow(first, 13, least=4)

    series = follower.ask("POST", "series", {"hub": "berlin", "title": "Täglich", "start": f"{on(-5)}T17:00", "duration": "PT1H", "rrule": "FREQ=DAILY;COUNT=12",
                                             "items": [{"resource": "spree"}], "choice": "all"})["id"]
    follower.follow(first, 13, least=15)
    follower.ask("PATCH", f"series/{series}", {"scope": "this", "date": f"{on(0)}T17:00:00", "start": f"{on(0)}T20:00", "duration": "PT2H", "choice": "all"})
    follower.follow(first, 13, least=15)
    follower.ask("DELETE", f"series/{series}", {"scope": "this", "date": f"{on(1)}T17:00:00"})
    follower.follow(first, 13, least=14)
    follower.ask("PATCH", f"series/{series}", {"scope": "following", "date": f"{on(2)}T17:00:00", "start": f"{on(2)}T18:30", "duration": "PT1H", "choice": "all"})
    follower.follow(first, 13, least=14)
    follower.ask("PATCH", f"series/{series}", {"scope": "all", "title": "Jeden Tag", "choice": "all"})
    follower.follow(first, 13, least=14)
    follower.ask("DELETE", f"series/{series}", {"scope": "all"})
    follower.follow(first, 13, least=7)


def test_curl_and_an_independent_reader_see_the_same_week(examples):
    if not shutil.which("curl"):
        pytest.skip("no curl")
    done = subprocess.run(["curl", "-sS", "--compressed", f"{examples.url}/feeds/all.ics"], capture_output=True, check=True)
    calendar = icalendar.Calendar.from_ical(done.stdout)
    titles = {str(event["SUMMARY"]) for event in calendar.walk("VEVENT")}
    with open(HUBS, encoding="utf-8") as file:
        slugs = [hub["slug"] for hub in json.load(file)["hubs"]]
    assert {event["title"] for slug in slugs for event in public_events(slug)} <= titles


def test_what_the_readme_shows_first_works(examples):
    """The curl of README.md: booked once, then refused with a way out."""
    if not shutil.which("curl"):
        pytest.skip("no curl")
    readme = (HERE.parents[1] / "README.md").read_text(encoding="utf-8")
    command = re.search(r"^curl -H 'Authorization.*?/bookings$", readme, re.MULTILINE | re.DOTALL).group()
    command = command.replace("TOKEN", examples.tokens["kim"]).replace("http://127.0.0.1:8080", examples.url).replace("curl ", "curl -sS ")
    first, second = (json.loads(subprocess.run(["bash", "-c", command], capture_output=True, check=True).stdout) for _ in range(2))
    assert first["state"] == "confirmed" and first["items"][0]["resource"] == "spree"
    assert second["status"] == 409 and second["alternatives"]
