# SPDX-License-Identifier: GPL-3.0-or-later
"""The display beside a door loses its server, for real: it keeps what it showed, says since when, and comes back."""
import datetime
import json
import os
import subprocess
import zoneinfo

import pytest

from test_browser import CHROMIUM, HERE, conftest, judge, postgres, why_not

NOON = """UPDATE hubd.clock SET ahead = ((pg_catalog.now() AT TIME ZONE 'Europe/Berlin')::date + 1 + time '12:00:20') AT TIME ZONE 'Europe/Berlin'
    - pg_catalog.now()"""


@pytest.fixture
def door():
    if why_not():
        pytest.skip(why_not())
    with postgres.Postgres(fsync=False) as server, conftest.Service(server) as service:
        service.settle()
        server.sql(NOON)
        service.start("serve")
        service.start("work")
        yield service


def do(door, what):
    if what == "stop":
        door.stop("serve")
    elif what == "start":
        door.start("serve")
    elif what == "book":
        day = (datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Berlin")).date() + datetime.timedelta(days=1)).isoformat()
        made = door.post("/api/v1/events", {"hub": "werft", "title": "Hörprobe", "start": f"{day}T18:00", "end": f"{day}T19:00", "state": "confirmed",
                                            "audience": "public", "resources": ["kajuete"]}, as_="ines")
        assert made.status_code == 201, made.text


def test_a_door_keeps_its_last_state_without_a_server(door):
    links = {"mara@hubd.test": [door.run("admin", "sign-in-link", "mara@hubd.test").strip()]}
    environment = {**os.environ, "HUBD_URL": door.url, "HUBD_LINKS": json.dumps(links), "CHROMIUM": CHROMIUM}
    checks = []
    with subprocess.Popen(["timeout", "150", "node", HERE / "door_loses_its_server.mjs"], cwd=conftest.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          env=environment) as node:
        for line in node.stdout:
            told = json.loads(line) if line.startswith("{") else {}
            if "ask" in told:
                do(door, told["ask"])
                node.stdin.write("done\n")
                node.stdin.flush()
            elif told:
                checks.append(told)
    assert node.returncode == 0 and len(checks) > 10
    judge(checks)
