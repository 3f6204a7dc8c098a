# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything about a person, for them; and after erasing, nothing of them: in no dump of the database, in no feed, in no copy on disk."""
import io
import json
import pathlib
import subprocess
import zipfile

import icalendar
import pytest
import requests

import postgres
from conftest import Service, day, wait_for
from test_pages import HTML, post, signed_in

NAME, MAIL = "Zacharias Quittenbaum", "zacharias.quittenbaum@quitte.example"
# What they wrote, in places of all kinds.
WRITTEN = ("Quittengelee-Verkostung", "Bitte ohne Zucker", "Quitten-Skript", "Quitten-Kalender", "Ich koche gern Quitten ein")


@pytest.fixture(scope="module")
def world():
    if not postgres.is_available():
        pytest.skip("skipped: no PostgreSQL server installed")
    with postgres.Postgres(fsync=False) as server, Service(server) as service:
        service.settle()
        service.start("serve")
        yield service


def dump(hubd):
    done = subprocess.run([hubd.server.bin + "/pg_dump", "--no-owner", "--inserts", hubd.server.conninfo()], capture_output=True, text=True, check=True, cwd="/")
    return done.stdout


def ok(reply, *statuses):
    assert reply.status_code in (statuses or (200, 201)), reply.text
    return reply.json()


def live(hubd, name="quitte"):
    """Somebody who has used everything."""
    hubd.run("admin", "person", "add", MAIL, NAME)
    hubd.run("admin", "role", "grant", MAIL, "member", "werft")
    hubd.run("admin", "role", "grant", MAIL, "member", "kontor")
    hubd.tokens[name] = json.loads(hubd.run("admin", "token", "add", MAIL, "Quitten-Skript", "--json"))["token"]
    hubd.server.sql("""INSERT INTO hubd.webhook (hub_id, url, events, secret) SELECT h.id, 'https://werft.hubd.test/hook', '{booking.confirmed,booking.cancelled}', 'x'
        FROM hubd.hub AS h WHERE slug = 'werft'""")
    made = {}
    made["past"] = ok(hubd.post("/api/v1/bookings", {"hub": "werft", "items": [{"resource": "kajuete"}], "title": "Quittengelee-Verkostung", "note": "Bitte ohne Zucker",
                                                    "start": f"{day(40)}T10:00", "end": f"{day(40)}T11:00"}, as_=name))["id"]
    made["ahead"] = ok(hubd.post("/api/v1/bookings", {"hub": "werft", "items": [{"resource": "bruecke"}], "title": "Quittengelee-Verkostung",
                                                     "start": f"{day(50)}T10:00", "end": f"{day(50)}T11:00"}, as_=name, headers={"Idempotency-Key": "quitte-1"}))["id"]
    ok(hubd.patch(f"/api/v1/bookings/{made['ahead']}", {"note": "Bitte ohne Zucker"}, as_="ines"))
    ok(hubd.post("/api/v1/bookings", {"hub": "werft", "items": [{"resource": "bruecke"}], "title": "Quittengelee-Verkostung",
                                      "start": f"{day(50)}T10:00", "end": f"{day(50)}T11:00"}, as_=name), 409)
    made["series"] = ok(hubd.post("/api/v1/series", {"hub": "werft", "items": [{"resource": "saal-a"}], "rrule": "FREQ=WEEKLY;COUNT=3", "title": "Quittengelee-Verkostung",
                                                     "start": f"{day(60)}T08:00", "end": f"{day(60)}T09:00"}, as_=name))["id"]
    ok(hubd.post("/api/v1/feeds", {"name": "Quitten-Kalender"}, as_=name))
    team = ok(hubd.post("/api/v1/teams", {"name": "Obstrunde"}, as_="jonas"))
    mara = hubd.server.value("SELECT id FROM hubd.person WHERE mail = 'jonas@hubd.test'")
    who = hubd.server.value(f"SELECT id FROM hubd.person WHERE mail = '{MAIL}'")
    hubd.server.sql(f"INSERT INTO hubd.team_member (team_id, person_id) SELECT id, {who} FROM hubd.team WHERE slug = '{team['slug']}'")
    made["team"] = ok(hubd.post("/api/v1/bookings", {"hub": "werft", "items": [{"resource": "laser"}], "team": team["slug"], "title": "Obst",
                                                    "start": f"{day(51)}T10:00", "end": f"{day(51)}T11:00"}, as_=name))["id"]
    event = ok(hubd.post("/api/v1/events", {"hub": "werft", "title": "Obstabend", "speakers": [NAME, "Rosa Birne"], "organiser": NAME,
                                            "start": f"{day(70)}T18:00", "duration": "PT2H"}, as_="ines"))
    made["event"] = event["id"]
    ok(hubd.patch(f"/api/v1/events/{event['id']}", {"speakers": ["Rosa Birne", NAME]}, as_="ines"))
    # What others have of them, or is theirs by the address alone.
    hubd.server.sql(f"""
        INSERT INTO hubd.join_request (hub_id, state, person_id, note, decided_at) SELECT h.id, 'accepted', {who}, 'Ich koche gern Quitten ein', now() FROM hubd.hub AS h WHERE slug = 'werft';
        INSERT INTO hubd.invitation (hub_id, kind, mail, name, sha256, invited_by_id, expires_at) SELECT h.id, 'delegate', upper('{MAIL}'), '{NAME}', repeat('b', 64), {mara}, now() + interval '1 day' FROM hubd.hub AS h WHERE is_network;
        INSERT INTO hubd.delegate (person_id, delegate_id) VALUES ({mara}, {who});
        INSERT INTO hubd.sign_in_attempt (sha256, code_sha256, asked, expires_at) VALUES (repeat('c', 64), repeat('d', 64), '{{"mail": "{MAIL}"}}', now() + interval '1 hour');
        INSERT INTO hubd.message (kind, class, person_id, language, data, state) VALUES ('join-request', 'necessary', {mara}, 'de', '{{"who": "{NAME}", "mail": "{MAIL}", "note": "x"}}', 'sent');
        INSERT INTO hubd.message (kind, class, address, language, data, state) VALUES ('join-confirm', 'necessary', '{MAIL}', 'de', '{{}}', 'sent');
        INSERT INTO hubd.consent (person_id, purpose, wording) VALUES ({who}, 'contacts', '2026-11');
        INSERT INTO hubd.idempotency (principal, key, hash, reply) VALUES ('person:{mara}', 'k', 'h', (200, '{{"person": {{"name": "{NAME}"}}}}', NULL, NULL));
        UPDATE hubd.booking SET during = tstzrange(now() - interval '3 days', now() - interval '3 days' + interval '1 hour') WHERE id = {made['past']}""")
    made["who"] = who
    return made


def test_the_export_has_all_of_it_and_nothing_of_others(world):
    made = live(world)
    session = signed_in(world, MAIL)
    reply = requests.get(world.url + "/me/export", headers=HTML, cookies=dict(session.cookies), timeout=30)
    assert reply.status_code == 200 and reply.headers["Content-Type"] == "application/zip" and "no-store" in reply.headers["Cache-Control"]
    archive = zipfile.ZipFile(io.BytesIO(reply.content))
    assert archive.testzip() is None and archive.namelist() == ["export.json", "bookings.ics"]
    document = json.loads(archive.read("export.json"))
    text = archive.read("export.json").decode()
    assert document["person"]["name"] == NAME and document["person"]["mail"] == MAIL and (document["part"], document["parts"], document["next"]) == (1, 1, None)
    for written in WRITTEN:
        assert written in text, written
    assert {b["id"] for b in document["bookings"]} >= {made["past"], made["ahead"], made["team"]}
    assert document["refused_wishes"] and document["messages"] and document["audit"] and document["consents"] and document["sessions"] and document["answers_kept"]
    assert "Ines" not in text and "sha256" not in text and "jonas@hubd.test" not in text
    calendar = icalendar.Calendar.from_ical(archive.read("bookings.ics"))
    assert {str(e["SUMMARY"]) for e in calendar.walk("VEVENT")} >= {"Quittengelee-Verkostung", "Obst"}
    assert world.get("/api/v1/export", as_="quitte").json()["bookings"] == document["bookings"]
    assert world.get("/api/v1/export").status_code == 401


def test_a_large_export_comes_in_parts_at_one_revision(world):
    who = world.server.value("SELECT id FROM hubd.person WHERE mail = 'olga@hubd.test'")
    world.server.sql(f"""INSERT INTO hubd.booking (hub_id, state, person_id, during, local_start, local_end, zone, uid, cancelled_at)
        SELECT h.id, 'cancelled', {who}, tstzrange(t, t + interval '1 hour'), t::timestamp, t::timestamp + interval '1 hour', 'UTC', 'olga-' || n, now()
        FROM hubd.hub AS h, generate_series(1, 1200) AS n, LATERAL (SELECT timestamptz '2020-01-01' + n * interval '1 day' AS t) AS x WHERE h.slug = 'kontor'""")
    first = world.get("/api/v1/export", as_="olga").json()
    assert first["parts"] == 3 and len(first["bookings"]) == 500 and first["next"]["part"] == 2
    world.server.sql(f"""INSERT INTO hubd.booking (hub_id, state, person_id, during, local_start, local_end, zone, uid, cancelled_at)
        SELECT h.id, 'cancelled', {who}, tstzrange('2019-01-01', '2019-01-02'), '2019-01-01', '2019-01-02', 'UTC', 'olga-later', now() FROM hubd.hub AS h WHERE slug = 'kontor'""")
    found, at = list(first["bookings"]), first["next"]
    while at:
        page = world.get(f"/api/v1/export?part={at['part']}&until={at['until']}", as_="olga").json()
        assert "person" not in page and len(page["bookings"]) <= 500
        found, at = found + page["bookings"], page["next"]
    assert len({b["uid"] for b in found}) == 1200 and "olga-later" not in {b["uid"] for b in found}
    for wrong in ("part=0", "part=x", "until=x", "part=2"):
        assert world.get("/api/v1/export?" + wrong, as_="olga").status_code == 422, wrong


def test_whoever_is_the_last_to_look_after_something_is_told_what_to_do_first(world):
    session = signed_in(world, "ines@hubd.test")
    page = requests.get(world.url + "/me/privacy?lang=en", headers=HTML, cookies=dict(session.cookies), timeout=30).text
    assert "nobody would manage: Werft" in page and 'action="/me/erase"' not in page
    reply = post(world, "/me/erase", {"confirm": "yes", "bookings": "release"}, session)
    assert reply.status_code == 409 and "Werft" in reply.text
    assert world.server.value("SELECT count(*) FROM hubd.person WHERE mail = 'ines@hubd.test'") == "1"


def test_erasing_needs_a_word_and_a_sign_in_of_now(world):
    world.run("admin", "person", "add", "alt@hubd.test", "Alt Test")
    session = signed_in(world, "alt@hubd.test")
    assert post(world, "/me/erase", {"bookings": "release"}, session).status_code == 422
    world.server.sql("UPDATE hubd.session SET created_at = created_at - interval '2 hours' WHERE person_id = (SELECT id FROM hubd.person WHERE mail = 'alt@hubd.test')")
    assert post(world, "/me/erase", {"confirm": "yes", "bookings": "release"}, session).status_code == 403
    assert world.server.value("SELECT count(*) FROM hubd.person WHERE mail = 'alt@hubd.test'") == "1"


def test_after_erasing_a_dump_of_the_database_has_nothing_of_the_person(world):
    made = {row: int(world.server.value(f"SELECT id FROM hubd.booking WHERE title = '{title}' AND series_id IS NULL ORDER BY lower(during) {order} LIMIT 1"))
            for row, title, order in (("past", "Quittengelee-Verkostung", ""), ("ahead", "Quittengelee-Verkostung", "DESC"), ("team", "Obst", ""))}
    who = world.server.value(f"SELECT id FROM hubd.person WHERE mail = '{MAIL}'")
    address = ok(world.post("/api/v1/feeds", {"name": "Quitten-Kalender 2"}, as_="quitte"))["address"]
    assert "Quittengelee" in requests.get(address, timeout=30).text
    assert "Quittengelee" in world.server.value("SELECT string_agg(body, '') FROM hubd.webhook_delivery")
    before = dump(world).lower()
    for needle in (NAME, MAIL, *WRITTEN):
        assert needle.lower() in before, needle
    session = signed_in(world, MAIL)
    reply = post(world, "/me/erase", {"confirm": "yes", "bookings": "hand-over"}, session)
    assert reply.status_code == 200 and "gelöscht" in reply.text and "Max-Age=0" in reply.headers["Set-Cookie"]
    after = dump(world).lower()
    for needle in (NAME, MAIL, "quittenbaum", *WRITTEN):
        assert [line for line in after.splitlines() if needle.lower() in line] == [], needle
    # The slot stays: the past one without them, the team's with somebody of the team, the other given back.
    sql = world.server.sql
    assert sql(f"SELECT state, person_id, title FROM hubd.booking WHERE id = {made['past']}") == [("confirmed", None, "")]
    assert sql(f"SELECT b.state, p.mail, b.title FROM hubd.booking AS b JOIN hubd.person AS p ON p.id = b.person_id WHERE b.id = {made['team']}") == [("confirmed", "jonas@hubd.test", "Obst")]
    assert sql(f"SELECT state, person_id FROM hubd.booking WHERE id = {made['ahead']}") == [("cancelled", None)]
    assert sql(f"SELECT count(*) FROM hubd.audit WHERE {who} IN (actor_id, person_id, other_id)") == [("0",)]
    assert sql("SELECT speakers FROM hubd.event WHERE title = 'Obstabend'") == [('{"Rosa Birne"}',)]
    # And outside of the database.
    assert world.get("/api/v1/bookings?mine=yes", as_="quitte").status_code == 401
    assert requests.get(address, timeout=30).status_code == 404
    assert requests.get(world.url + "/me", headers=HTML, cookies=dict(session.cookies), timeout=30, allow_redirects=False).status_code == 303

    def on_disk():
        return [path for path in pathlib.Path(world.folder).rglob("*") if path.is_file() and any(word in path.read_bytes() for word in (b"Quittengelee", b"Quittenbaum", b"quittenbaum"))]
    wait_for(lambda: not on_disk(), what="the copies on disk to go")


def test_an_operator_erases_whoever_asks_by_letter(world):
    world.run("admin", "person", "add", "brief@hubd.test", "Brief Test")
    world.run("admin", "role", "grant", "brief@hubd.test", "member", "werft")
    assert "Erased" in world.run("admin", "person", "erase", "brief@hubd.test")
    assert "brief" not in dump(world).lower()
    with pytest.raises(AssertionError, match="Nobody has the address"):
        world.run("admin", "person", "erase", "brief@hubd.test")


def test_a_consent_is_given_withdrawn_and_both_are_on_record(world):
    first = world.get("/api/v1/consents", as_="jonas").json()["items"]
    assert [item["purpose"] for item in first] == ["contacts", "meetings"] and not any(item["given"] for item in first)
    assert ok(world.post("/api/v1/consents", {"purpose": "contacts", "given": True}, as_="jonas"))["items"][0]["given"] is True
    ok(world.post("/api/v1/consents", {"purpose": "contacts", "given": True}, as_="jonas"))
    ok(world.post("/api/v1/consents", {"purpose": "contacts", "given": False, "dry_run": True}, as_="jonas"))
    session = signed_in(world, "jonas@hubd.test")
    assert post(world, "/me/consents", {"purpose": "contacts", "given": "no"}, session).status_code == 303
    last = world.get("/api/v1/consents", as_="jonas").json()["items"][0]
    assert last["given"] is False and last["given_at"] and last["withdrawn_at"]
    assert world.server.value("SELECT count(*) FROM hubd.consent AS c JOIN hubd.person AS p ON p.id = c.person_id WHERE p.mail = 'jonas@hubd.test'") == "1"
    assert world.post("/api/v1/consents", {"purpose": "werbung", "given": True}, as_="jonas").status_code == 422
    assert world.post("/api/v1/consents", {"purpose": "contacts"}, as_="jonas").status_code == 422


def test_the_notice_says_the_periods_that_count(world):
    text = requests.get(world.url + "/privacy?lang=de", headers=HTML, timeout=30).text
    assert "2 Jahre" in text and "mehreren Hubs" in text
    world.run("admin", "retention", "audit", "45")
    assert "45 Tage" in requests.get(world.url + "/privacy?lang=de", headers=HTML, timeout=30).text
    assert "45 days" in requests.get(world.url + "/privacy?lang=en", headers=HTML, timeout=30).text
    world.run("admin", "retention", "audit", "730")


def test_whatever_somebody_calls_themselves_what_others_have_stays_whole(world):
    before = {"title": "Fahrt mit Ben nach Benzingen", "state": "confirmed", "booking": 35, "start": "2026-12-01T09:00:00Z", "url": "/me/bookings/35", "by": "Ben {x}", "list": ["Ben", 7]}
    for name, expected in (("booking", before), ("2026", before), ("confirmed", before), ("{", {**before, "by": "Ben {x}"}), ('"', before), ("\\", before), ("", before),
                           ("Ben", {**before, "title": "Fahrt mit … nach Benzingen", "by": "… {x}", "list": ["…", 7]})):
        person = json.dumps({"name": name, "mail": "somebody@quitte.example"}).replace("'", "''")
        found = world.server.sql(f"SELECT hubd.without_person('{json.dumps(before)}'::jsonb, jsonb_populate_record(NULL::hubd.person, '{person}'))")[0][0]
        assert (json.loads(found) if isinstance(found, str) else found) == expected, name
