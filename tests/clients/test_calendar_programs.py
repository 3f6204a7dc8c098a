# SPDX-License-Identifier: GPL-3.0-or-later
"""Calendar programs that people use subscribe to the example week: vdirsyncer fetches the feeds over HTTP, khal lists them."""
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

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

    def __init__(self, folder, url):
        self.folder = folder
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
local_timezone = Europe/Berlin
default_timezone = Europe/Berlin
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
