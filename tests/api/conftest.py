# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the API share: a private PostgreSQL, migrated by hubd itself, two hubs of the tests' own, a real
`hubd serve` and `hubd work` from the build.

    def test_something(hubd):                     # one service for the whole session
        reply = hubd.post("/api/v1/bookings", {...}, as_="mara")
        assert reply.status_code == 201

Tests that stop the database or the service make their own with `Service`. Times lie in the future of whatever day it is:
`day(30)` is the date a month from now; each test takes a day of its own from `free_day`.
"""
import datetime
import itertools
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import pytest
import requests

import log_watch
import postgres

log_watch.watch_requests()

ROOT = pathlib.Path(__file__).resolve().parents[2]
HUBD = ROOT / os.environ.get("HUBD_BUILD", "build") / "hubd"

# Mara and Jonas are members at the first hub, Ines manages it; Olga is a member at the other one only.
PEOPLE = {"mara": "mara@hubd.test", "jonas": "jonas@hubd.test", "ines": "ines@hubd.test", "olga": "olga@hubd.test"}
WEEK = [{"days": [1, 2, 3, 4, 5, 6, 7], "opens": "00:00", "closes": "24:00"}]


def _person(name, *roles):
    return {"mail": PEOPLE[name], "name": name.capitalize() + " Test", "language": "de",
            "organisation": {"slug": "testfirma", "name": "Testfirma GmbH", "kind": "startup"},
            "memberships": [{"hub": hub, "role": role} for hub, role in roles]}


def _resource(slug, kind="room", **more):
    return {"slug": slug, "site": "haus", "kind": kind, "name_de": slug.capitalize(), "name_en": slug.capitalize() + " (en)",
            "about_de": "", "about_en": "", "capacity": 8, "features": [], **more}


def _site(zone="Europe/Berlin"):
    return {"slug": "haus", "name": "Haus", "street": "Testweg 1", "postcode": "44137", "city": "Dortmund", "land": "DE-NW",
            "latitude": 51.5, "longitude": 7.46, "zone": zone, "opening_hours": WEEK}


WORLD = {
    "topics": [{"slug": "ai", "name_de": "Künstliche Intelligenz", "name_en": "Artificial intelligence"}],
    "people": [_person("mara", ("werft", "member")), _person("jonas", ("werft", "member")), _person("ines", ("werft", "manager")),
               _person("olga", ("kontor", "member"))],
    "hubs": [
        {"slug": "werft", "name": "Werft", "about_de": "Ein Hub der Tests", "about_en": "A hub of the tests", "topics": ["ai"],
         "zone": "Europe/Berlin", "color": "#0a5c8f", "url": "https://werft.hubd.test", "sites": [_site()], "week": [],
         "resources": [_resource("kajuete", features=["screen"]), _resource("bruecke", capacity=12, features=["screen", "camera"]),
                       _resource("saal-a", capacity=30), _resource("saal-b", capacity=30),
                       _resource("saal", capacity=60, parts=["saal-a", "saal-b"]), _resource("platz", kind="desk", capacity=1, pool=2),
                       _resource("drucker", kind="machine", capacity=1, pool=2, setup="PT5M", turnover="PT15M"),
                       _resource("laser", kind="machine", capacity=2, setup="PT10M", turnover="PT15M")]},
        {"slug": "kontor", "name": "Kontor", "about_de": "Der andere Hub", "about_en": "The other hub", "topics": [],
         "zone": "Europe/Lisbon", "color": "#8f5c0a", "url": "https://kontor.hubd.test", "sites": [_site("Europe/Lisbon")], "week": [],
         "resources": [_resource("stube")]},
    ],
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, seconds=20, what="it"):
    """Until condition() is true; what it last returned."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(0.05)


class Service:
    """A hubd with its folder and processes, over a Postgres; with Service(server) as hubd: …"""

    def __init__(self, server, settings=None, database="hubd"):
        self.server, self.database = server, database
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hubd-test-", dir="/var/tmp"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes, self.tokens = {}, {}
        (self.folder / "state").mkdir()
        lines = {"database": server.conninfo("hubd_serve", database), "work_database": server.conninfo("hubd_work", database),
                 "admin_database": server.conninfo("hubd_admin", database), "owner_database": server.conninfo(None, database),
                 "data_directory": ROOT, "state_directory": self.folder / "state", "public_url": self.url,
                 "listen": f"127.0.0.1:{self.port}", "log_level": "debug", "change_delay": "100ms", "work_poll": "500ms", "feed_fetches_told": "200ms", **(settings or {})}
        self.conf = self.folder / "hubd.conf"
        self.conf.write_text("".join(f"{name} = {value}\n" for name, value in lines.items()), encoding="utf-8")

    def __enter__(self):
        return self

    def __exit__(self, kind=None, *_):
        for name in list(self.processes):
            self.stop(name)
        leaks = [f"{path.name}: {leak}" for path in sorted(self.folder.glob("*.log"))
                 for leak in log_watch.leaks(path.read_text(encoding="utf-8", errors="replace"), self.folder)]
        shutil.rmtree(self.folder, ignore_errors=True)
        assert kind is not None or leaks == [], "in a log, where nothing secret may be: " + "; ".join(leaks[:20])

    # ---- commands and processes ----

    def run(self, *words, check=True, input=None):
        """A subcommand; its standard output."""
        done = subprocess.run([HUBD, "--config", self.conf, *words], capture_output=True, text=True, check=False, input=input)
        assert not check or done.returncode == 0, f"hubd {' '.join(map(str, words))}: {done.stdout}{done.stderr}"
        log_watch.note(done.stdout)
        return done.stdout

    def start(self, name="serve", ready=True):
        """serve, or work; a second worker is start("work", …) with another key: "work:2"."""
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen([HUBD, "--config", self.conf, name.split(":")[0]], stderr=log, stdout=log)
        if name == "serve":
            wait_for(lambda: self.is_alive(), what="hubd serve")
            if ready:
                wait_for(lambda: self.get("/readyz").status_code == 200, what="its database")
        return self

    def stop(self, name="serve", how=signal.SIGTERM):
        """Its exit code."""
        process = self.processes.pop(name)
        if process.poll() is None:
            process.send_signal(how)
        try:
            return process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    def is_alive(self):
        try:
            return requests.get(self.url + "/healthz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    def log(self, name="serve"):
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    # ---- requests ----

    def request(self, method, path, as_=None, **more):
        headers = {"Accept-Language": "en", **more.pop("headers", {})}
        if as_ is not None:
            headers["Authorization"] = "Bearer " + self.tokens[as_]
        return requests.request(method, self.url + path, headers=headers, timeout=30, allow_redirects=False, **more)

    def get(self, path, as_=None, **more):
        return self.request("GET", path, as_, **more)

    def post(self, path, document=None, as_=None, **more):
        return self.request("POST", path, as_, json=document if document is not None else {}, **more)

    def patch(self, path, document, as_=None, **more):
        return self.request("PATCH", path, as_, json=document, **more)

    def delete(self, path, as_=None, **more):
        return self.request("DELETE", path, as_, **more)

    # ---- the tests' own hubs ----

    def settle(self):
        """Migrated, with the two hubs and a token for everybody."""
        self.run("migrate")
        (self.folder / "hubs.json").write_text(json.dumps(WORLD), encoding="utf-8")
        self.run("admin", "load-hubs", self.folder / "hubs.json")
        for name, mail in PEOPLE.items():
            self.tokens[name] = json.loads(self.run("admin", "token", "add", mail, "tests", "--json"))["token"]
        self.tokens["reader"] = json.loads(self.run("admin", "token", "add", PEOPLE["mara"], "reads", "--scopes", "read", "--json"))["token"]
        return self


@pytest.fixture(scope="session")
def hubd_server():
    if not postgres.is_available():
        pytest.skip("skipped: no PostgreSQL server installed")
    with postgres.Postgres(fsync=False) as server:
        yield server


@pytest.fixture(scope="session")
def hubd(hubd_server):
    with Service(hubd_server) as service:
        service.settle()
        service.start("serve")
        service.start("work")
        yield service


@pytest.fixture
def own_hubd():
    """A hubd of the test's own, with its own PostgreSQL: to stop, kill and reload; serve runs."""
    if not postgres.is_available():
        pytest.skip("skipped: no PostgreSQL server installed")
    with postgres.Postgres(fsync=False) as server, Service(server) as service:
        service.settle()
        service.start("serve")
        yield service


def day(days):
    return (datetime.date.today() + datetime.timedelta(days=days)).isoformat()


_days = itertools.count(20, 2)


@pytest.fixture
def free_day():
    """A date that no other test books, nor the one after it."""
    return day(next(_days))
