# SPDX-License-Identifier: GPL-3.0-or-later
"""Secret addresses of calendars, over the API and real `hubd serve` processes: what people see, whom they tell, and how it ends."""
import datetime
import gzip
import hashlib
import json
import os
import pathlib
import time
import types
import urllib.parse

import pytest

import feed_checker
import feed_world
import postgres

pytestmark = pytest.mark.skipif(not postgres.is_available(), reason="skipped: no PostgreSQL server installed")
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def world():
    with feed_world.World() as world:
        world.one("INSERT INTO hubd.organisation (slug, name, kind) VALUES ('werk', 'Werk GmbH', 'sme'), ('andere', 'Andere AG', 'corporate')")
        world.one("INSERT INTO hubd.team (slug, name) VALUES ('rakete', 'Rakete')")
        yield world


@pytest.fixture(scope="module")
def one(world):
    return world.serve(feed_fetches_told="100ms")


@pytest.fixture(scope="module")
def other(world):
    return world.serve(feed_fetches_told="100ms")


def person(world, name, hub=None, organisation=None, team=None):
    """Somebody with a token for the API."""
    token = name + os.urandom(6).hex()
    world.one("INSERT INTO hubd.person (mail, name) VALUES (%s, %s)", f"{token}@example.org", name)
    who = world.one("SELECT id FROM hubd.person WHERE mail = %s", f"{token}@example.org")
    world.one("INSERT INTO hubd.token (person_id, sha256, name) VALUES (%s, %s, 'test')", who, hashlib.sha256(token.encode()).hexdigest())
    if hub:
        world.one("INSERT INTO hubd.membership SELECT id, %s, 'member' FROM hubd.hub WHERE slug = %s", who, hub)
    if organisation:
        world.one("INSERT INTO hubd.organisation_member SELECT id, %s FROM hubd.organisation WHERE slug = %s", who, organisation)
    if team:
        world.one("INSERT INTO hubd.team_member SELECT id, %s FROM hubd.team WHERE slug = %s", who, team)
    return types.SimpleNamespace(id=who, name=name, headers={"Authorization": "Bearer " + token, "Content-Type": "application/json"})


def call(serve, who, method, path, body=None):
    answer = serve.get(path, method=method, headers=who.headers, body=None if body is None else json.dumps(body))
    answer.json = json.loads(answer.body) if answer.body else None
    return answer


def subscribe(serve, who, **wish):
    answer = call(serve, who, "POST", "/api/v1/feeds", {"name": "Handy", **wish})
    assert answer.status == 201, answer.body
    answer.path = answer.json["address"].removeprefix(feed_world.PUBLIC_URL)
    return answer


def book(world, who, start, title, resource="saal", **fields):
    booking, uid = world.booking("nord", resource, start, title=title)
    sets = {"person_id": who.id, **fields}
    world.one(f"UPDATE hubd.booking SET {', '.join(f'{name} = %s' for name in sets)} WHERE id = %s", *sets.values(), booking)
    world.one("SELECT hubd.changed(hubd.booking_scopes(hub_id, ARRAY[id])) FROM hubd.booking WHERE id = %s", booking)
    return booking, uid


def soon(world, days):
    return world.now().replace(hour=9, minute=0, second=0, microsecond=0) + days * DAY


def titles(answer):
    assert answer.status == 200, answer.body
    return {event.value("UID"): event.one("SUMMARY").plain() for event in feed_checker.read(answer.body).components("VEVENT")}


def listed(serve, who, id):
    return next(item for item in call(serve, who, "GET", "/api/v1/feeds").json["items"] if item["id"] == id)


def told(serve, who, id, fetched_after=None):
    """The subscription as its owner sees it, once the batch has been told."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        item = listed(serve, who, id)
        if item["fetched"] and (fetched_after is None or item["fetched_etag"] != fetched_after):
            return item
        time.sleep(0.05)
    raise AssertionError("never told: " + str(item))


def test_each_address_shows_what_it_is_of_and_nothing_else(world, one, other):
    mia = person(world, "Mia", hub="nord", organisation="werk", team="rakete")
    jan = person(world, "Jan", hub="nord")
    team, organisation = world.one("SELECT id FROM hubd.team"), world.one("SELECT id FROM hubd.organisation WHERE slug = 'werk'")
    own = book(world, mia, soon(world, 2), "Eigenes", note="Nur für mich")[1]
    of_team = book(world, jan, soon(world, 3), "Probe", team_id=team)[1]
    of_firm = book(world, jan, soon(world, 4), "Vorstand", organisation_id=organisation)[1]
    foreign = world.booking("nord", "saal", soon(world, 5), title="Fremdes")[1]
    _, by_firm = world.event("sued", "Tag der Tür", soon(world, 6), organiser="Werk GmbH")
    hidden, event = world.event("nord", "Nur Geladene", soon(world, 7), audience="invited")
    secret = world.booking("nord", "saal", soon(world, 7), kind="event", title="Nur Geladene", event=hidden)[1]
    wishes = {"mine": {}, "hub": {"hub": "nord"}, "organisation": {"organisation": "werk"}, "team": {"team": "rakete"}}
    seen = {}
    for of, names in wishes.items():
        made = subscribe(one, mia, of=of, **names)
        for form in ("ics", "atom", "json"):
            path = made.path.replace(".ics", "." + form)
            answer = other.get(path, headers={"Accept-Encoding": "identity"})
            assert feed_checker.judge_answer(answer, path) == [] and answer.body == one.get(path).body
            assert made.path.rpartition("/")[2].removesuffix(".ics").encode() not in answer.body  # a feed does not tell its own address
        seen[of] = titles(one.get(made.path))
        found = feed_checker.judge_body(one.get(made.path).body, today=world.today(), is_secret=True)
        assert found == [], found
    assert seen["mine"] == {own: "Eigenes"}
    assert seen["hub"] == {own: "Eigenes", of_team: "Probe", of_firm: "Vorstand", foreign: "Fremdes", secret: "Belegt"}
    assert seen["organisation"] == {of_firm: "Vorstand", by_firm: "Tag der Tür"}
    assert seen["team"] == {of_team: "Probe"}
    hub = one.get(subscribe(one, jan, of="hub", hub="nord").path).body
    assert b"Nur f" not in hub and b"Mia" not in hub and b"Jan" not in hub  # notes and people stay inside
    assert titles(one.get("/feeds/organisation/werk.ics")) == {by_firm: "Tag der Tür"}  # what everybody sees
    assert one.get("/feeds/team/rakete.ics").status == 404 and one.get("/feeds/organisation/nix.ics").status == 404
    assert event not in seen["hub"]


def test_a_key_of_something_else_opens_nothing(world, one):
    mia = person(world, "Mia", hub="nord", organisation="werk", team="rakete")
    firm, team, mine = (subscribe(one, mia, **wish).path for wish in ({"of": "organisation", "organisation": "werk"}, {"of": "team", "team": "rakete"}, {}))
    key = {path: urllib.parse.urlsplit(path).query for path in (firm, team)}
    token = mine.rpartition("/")[2].removesuffix(".ics")
    for path in (f"/feeds/organisation/andere.ics?{key[firm]}", f"/feeds/team/rakete.ics?{key[firm]}", f"/feeds/organisation/werk.ics?{key[team]}",
                 f"/feeds/team/rakete.ics?key={token}", f"/feeds/private/{key[firm].removeprefix('key=')}.ics", "/feeds/team/rakete.ics?key=x",
                 f"/feeds/team/rakete.ics?key={'A' * 43}", f"/feeds/private/{'A' * 43}.ics"):
        assert one.get(path).status == 404, path


def test_who_leaves_has_no_feed_of_it_any_more(world, one, other):
    mia = person(world, "Mia", hub="nord", team="rakete")
    hub, team = subscribe(one, mia, of="hub", hub="nord"), subscribe(one, mia, of="team", team="rakete")
    assert other.get(hub.path).status == other.get(team.path).status == 200
    world.one("DELETE FROM hubd.membership WHERE person_id = %s", mia.id)
    world.one("DELETE FROM hubd.team_member WHERE person_id = %s", mia.id)
    world.one("SELECT hubd.changed(ARRAY['person:' || %s])", mia.id)
    assert other.get(hub.path).status == other.get(team.path).status == 404
    assert listed(one, mia, hub.json["id"])["title"] is None


def test_its_owner_sees_the_last_fetch_and_how_far_it_is_behind(world, one, other):
    mia = person(world, "Mia")
    made = subscribe(one, mia, name="Büro")
    item = listed(one, mia, made.json["id"])
    assert (item["name"], item["of"], item["title"], item["fetched"], item["behind"]) == ("Büro", "mine", "Meine Buchungen", None, None)
    answer = other.get(made.path, headers={"Accept-Encoding": "gzip"})
    item = told(one, mia, made.json["id"])
    assert item["behind"] == 0 and item["fetched_etag"] == answer.headers["ETag"].strip('"').removesuffix("-gzip")
    for number in range(3):
        book(world, mia, soon(world, 10 + number), f"Neu {number}")
    assert listed(one, mia, made.json["id"])["behind"] == 3
    world.booking("nord", "saal", soon(world, 20), title="Fremdes")
    assert listed(one, mia, made.json["id"])["behind"] == 3
    second = one.get(made.path)
    assert told(one, mia, made.json["id"], fetched_after=item["fetched_etag"])["behind"] == 0
    assert other.get(made.path, headers={"If-None-Match": second.headers["ETag"]}).status == 304
    world.set_ahead("10 minutes")
    try:
        before = listed(one, mia, made.json["id"])["fetched"]
        assert other.get(made.path, headers={"If-None-Match": second.headers["ETag"]}).status == 304
        deadline = time.monotonic() + 20
        while listed(one, mia, made.json["id"])["fetched"] == before:  # a 304 is a fetch, too
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        world.set_ahead("0")


def test_what_commits_late_is_not_passed_over(world, one):
    """A fetch between two transactions, of which the one that began first commits last."""
    mia = person(world, "Mia")
    made = subscribe(one, mia)
    slow = world.connect()
    world.one("SELECT hubd.changed(ARRAY['person:' || %s])", mia.id, connection=slow)
    book(world, mia, soon(world, 3), "Zuerst")
    one.get(made.path)
    assert told(one, mia, made.json["id"])["behind"] == 0
    slow.commit()
    slow.close()
    assert listed(one, mia, made.json["id"])["behind"] == 1


def test_many_fetches_are_few_writes(world):
    serve = world.serve(feed_fetches_told="2s")
    mia = person(world, "Mia")
    made = subscribe(serve, mia)
    world.one("VACUUM ANALYZE hubd.subscription")
    before = world.one("SELECT xmin::text::bigint FROM hubd.subscription WHERE token_id = %s", made.json["id"])
    xid = world.one("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
    connection = serve.open()
    for _ in range(300):
        assert serve.get(made.path, connection=connection).status == 200
    used = world.one("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint") - xid
    assert used < 20, f"{used} transactions wrote something while 300 fetches were answered"
    assert told(serve, mia, made.json["id"])["behind"] == 0
    assert world.one("SELECT xmin::text::bigint FROM hubd.subscription WHERE token_id = %s", made.json["id"]) != before


def test_a_crash_loses_at_most_what_was_not_told(world):
    serve = world.serve(feed_fetches_told="300ms")
    mia = person(world, "Mia")
    first, second = subscribe(serve, mia), subscribe(serve, mia)
    serve.get(first.path)
    told(serve, mia, first.json["id"])
    serve.stop(9)
    serve.start()
    serve.wait_ready()
    assert listed(serve, mia, first.json["id"])["fetched"] and listed(serve, mia, second.json["id"])["fetched"] is None


def copies_that_say(serve, text):
    folder = pathlib.Path(serve.state) / "feeds"
    found = [path.read_bytes() for path in folder.glob("*.copy")] if folder.exists() else []
    return [copy for copy in found if text in copy or (copy.partition(b"\n\n")[2][:2] == b"\x1f\x8b" and text in gzip.decompress(copy.partition(b"\n\n")[2]))]


def wait_until(condition):
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_revoking_reaches_every_copy(world):
    """In memory, compressed and on disk; of a process that serves, of one that nobody asks, and of one that was down."""
    mia = person(world, "Mia")
    asked, silent, down = world.serve(), world.serve(), world.serve()
    made, kept = subscribe(asked, mia, name="alt"), subscribe(asked, mia, name="bleibt")
    book(world, mia, soon(world, 2), "Sehr vertraulich " + "und lang " * 200)
    for serve in (asked, silent, down):
        for path in (made.path, made.path + "?lang=en", made.path.replace(".ics", ".json"), kept.path):
            assert serve.get(path, headers={"Accept-Encoding": "gzip"}).status == 200
        wait_until(lambda: len(copies_that_say(serve, b"Sehr vertraulich")) == 4)
    down.stop()
    assert call(asked, mia, "DELETE", f"/api/v1/feeds/{made.json['id']}", {"dry_run": True}).status == 200 and asked.get(made.path).status == 200
    assert call(asked, mia, "DELETE", f"/api/v1/feeds/{made.json['id']}").status == 200
    assert asked.get(made.path).status == 404
    silent.get("/feeds/all.ics")  # anything that makes it look
    down.start()
    down.wait_ready()
    down.get("/feeds/all.ics")
    for serve in (asked, silent, down):
        wait_until(lambda: len(copies_that_say(serve, b"Sehr vertraulich")) == 1)
        assert serve.get(kept.path).status == 200 and serve.get(made.path).status == 404
    assert call(asked, mia, "DELETE", f"/api/v1/feeds/{made.json['id']}").status == 200  # again: nothing new
    world.server.stop()
    try:
        for serve in (asked, silent, down):
            serve.wait_for(lambda: serve.get("/readyz").status == 503)
            assert serve.get(kept.path).headers["X-Hubd-Stale"]
            assert serve.get(made.path).status == 503 and serve.get(made.path + "?lang=en", headers={"Accept-Encoding": "gzip"}).status == 503
    finally:
        world.server.start()
        world.connection = world.connect()
        world.connection.autocommit = True


def test_a_secret_copy_is_not_shown_for_longer_than_a_day(world):
    serve = world.serve()
    mia = person(world, "Mia")
    made = subscribe(serve, mia)
    world.set_ahead("-25 hours")
    try:
        assert serve.get(made.path).status == 200 and serve.get("/feeds/hub/nord.ics").status == 200
    finally:
        world.server.stop()
    try:
        serve.wait_for(lambda: serve.get("/readyz").status == 503)
        assert serve.get("/feeds/hub/nord.ics").status == 200
        assert serve.get(made.path).status == 503
    finally:
        world.server.start()
        world.connection = world.connect()
        world.connection.autocommit = True
        world.set_ahead("0")


def test_what_cannot_be_subscribed_to_is_refused_with_a_reason(world, one):
    mia = person(world, "Mia", hub="nord")
    for body, pointer in (({}, "/name"), ({"name": ""}, "/name"), ({"name": "x", "of": "alles"}, "/of"), ({"name": "x", "of": "hub"}, "/hub"),
                          ({"name": "x", "of": "hub", "hub": "sued"}, "/hub"), ({"name": "x", "of": "team", "team": "rakete"}, "/team"),
                          ({"name": "x", "of": "organisation", "organisation": "werk"}, "/organisation"), ({"name": "x", "nam": "y"}, "/nam")):
        answer = call(one, mia, "POST", "/api/v1/feeds", body)
        assert answer.status == 422 and f'"{pointer}"'.encode() in answer.body, (body, answer.json)
    assert one.get("/api/v1/feeds").status == 401
    jan = person(world, "Jan")
    assert call(one, jan, "DELETE", f"/api/v1/feeds/{subscribe(one, mia).json['id']}").status == 404
    dry = call(one, mia, "POST", "/api/v1/feeds", {"name": "Probe", "dry_run": True})
    assert dry.status == 200 and "address" not in dry.json and len(call(one, mia, "GET", "/api/v1/feeds").json["items"]) == 1
    for _ in range(19):
        subscribe(one, mia)
    full = call(one, mia, "POST", "/api/v1/feeds", {"name": "noch eine"})
    assert full.status == 422 and full.json["type"] == "/problems/too-many"
    assert len(call(one, mia, "GET", "/api/v1/feeds").json["items"]) == 20
