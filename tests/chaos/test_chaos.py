# SPDX-License-Identifier: GPL-3.0-or-later
"""32 clients race for 4 rooms and a pool of 3 desks while hubd and PostgreSQL are killed. CHAOS_SECONDS=60 is the long form."""
import dataclasses
import importlib.util
import json
import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
API = os.path.join(os.path.dirname(HERE), "api")
sys.path[:0] = [HERE, API]
import postgres  # noqa: E402
import checker  # noqa: E402
import race  # noqa: E402

_spec = importlib.util.spec_from_file_location("api_conftest", os.path.join(API, "conftest.py"))
api_conftest = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(api_conftest)

SECONDS = float(os.environ.get("CHAOS_SECONDS", "10"))
CLIENTS = 32
SERVE_KILLS, SERVER_KILLS = (10, 2) if SECONDS >= 30 else (4, 1)


@pytest.fixture
def track():
    """Service and server, both as they run in earnest: fsync and synchronous commits."""
    if not postgres.is_available():
        pytest.skip("no PostgreSQL server installed")
    with postgres.Postgres(fsync=True) as server, api_conftest.Service(server) as service:
        service.run("migrate")
        (service.folder / "hubs.json").write_text(json.dumps(race.world(CLIENTS)), encoding="utf-8")
        service.run("admin", "load-hubs", service.folder / "hubs.json")
        for number in range(CLIENTS):
            service.tokens[f"racer{number}"] = json.loads(
                service.run("admin", "token", "add", f"racer{number}@hubd.test", "race", "--json"))["token"]
        service.start("serve")
        yield service, server


def judged(service, server, seconds, serve_kills, server_kills):
    operations, again, strange = race.race(service, server, seconds, CLIENTS, serve_kills, server_kills)
    bookings, claims, keys = race.final_state(server.conninfo())
    count = {outcome: sum(o.outcome == outcome for o in operations) for outcome in ("done", "refused", None)}
    print(f"\n{len(operations)} operations in {seconds:.0f} s: {count['done']} done, {count['refused']} refused, {count[None]} unknown, "
          f"{again} asked again, {len(bookings)} bookings, {len(claims)} live claims, {serve_kills} + {server_kills} kills")
    return operations, strange, checker.judge(operations, bookings, claims, keys, race.SIZE, race.GAP)


def test_nobody_loses_a_booking_or_shares_a_room_while_everything_is_killed(track):
    operations, strange, wrong = judged(*track, SECONDS, SERVE_KILLS, SERVER_KILLS)
    assert not strange, strange[:5]
    assert not wrong, wrong[:10]
    assert all(operation.outcome for operation in operations), "an outcome stayed unknown for a minute"
    for outcome in ("done", "refused"):
        assert sum(operation.outcome == outcome for operation in operations) > 2 * SECONDS, "this was no race"


def test_without_the_constraint_the_checker_turns_red(track):
    """The control: with the judge of conflicts gone, two parties share a room, and it is seen."""
    service, server = track
    server.sql("ALTER TABLE hubd.claim DROP CONSTRAINT claim_excludes")
    _, _, wrong = judged(service, server, 3, 0, 0)
    assert any("two live claims" in line for line in wrong), wrong[:5]


# What the checker says of a small history that is right, and of four that are each wrong in one way.
BOOKED = checker.Operation("book", "k1", "k1", {"room": 1}, 0, 60, sent=1, received=2, outcome="done")
MOVED = checker.Operation("move", "k1", "k2", {"room": 1}, 60, 120, sent=3, received=4, outcome="done")
REFUSED = checker.Operation("book", "k3", "k3", {"room": 1}, 90, 150, sent=3.5, received=6, outcome="refused")
RIGHT = {"operations": [BOOKED, MOVED, REFUSED], "bookings": [("k1", "confirmed", 60, 120)], "claims": [(7, "room", "k1", 60, 120)],
         "keys": ["k1", "k2", "k3"], "size_of": {"room": 1}, "gap_of": {}}
LOST_ANSWER = dataclasses.replace(MOVED, received=checker.FOREVER, outcome=None)


@pytest.mark.parametrize("changes, sentence", [
    ({}, None),
    ({"bookings": [], "claims": []}, "missing"),
    ({"bookings": [("k1", "confirmed", 0, 60)]}, "not confirmed from"),
    ({"claims": []}, "holds"),
    ({"claims": RIGHT["claims"] + [(7, "room", "k9", 100, 130)]}, "two live claims"),
    ({"claims": RIGHT["claims"] + [(8, "room", "k9", 100, 130)]}, "asked for by nobody"),
    ({"keys": ["k1", "k1"]}, "stored twice"),
    ({"bookings": RIGHT["bookings"] * 2}, "two bookings"),
    ({"operations": [BOOKED, MOVED, dataclasses.replace(REFUSED, start=120, end=150)]}, "without a cause"),
    ({"operations": [BOOKED, MOVED, dataclasses.replace(REFUSED, start=120, end=150)], "gap_of": {"room": 10}}, None),
    ({"operations": [BOOKED, MOVED, dataclasses.replace(REFUSED, start=0, end=30)]}, None),  # the old place lived until 4
    ({"operations": [BOOKED, MOVED, dataclasses.replace(REFUSED, start=0, end=30, sent=5)]}, "without a cause"),
    ({"operations": [BOOKED, LOST_ANSWER, dataclasses.replace(REFUSED, start=0, end=30, sent=5)]}, None),
    ({"operations": [BOOKED, LOST_ANSWER, REFUSED], "bookings": [("k1", "confirmed", 0, 60)], "claims": [(7, "room", "k1", 0, 60)]}, None),
])
def test_the_checker_sees_what_is_wrong_and_only_that(changes, sentence):
    wrong = checker.judge(**{**RIGHT, **changes})
    assert any(sentence in line for line in wrong) if sentence else wrong == []
