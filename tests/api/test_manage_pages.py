# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of a hub's managers: who gets in, and what a manager loses when a form forgets, invents or takes away."""
import base64
import re
import struct
import urllib.parse
import zlib

import pytest
import requests

import postgres
from conftest import Service, day
from test_openapi import check, mistakes
from test_pages import HTML, Page, form_key, get, post, signed_in

MANAGE = "/hubs/werft/manage"
GETS = ["", "/resources", "/new-resource", "/resources/laser", "/csv", "/closures", "/events", "/events?show=draft", "/events?show=unplaced",
        "/events?show=past", "/events?show=cancelled", "/new-event", "/webhooks"]
POSTS = {"/new-resource": {"name_de": "Fremd", "kind": "room"}, "/resources/laser": {"name_de": "Fremd"}, "/resources/laser/retire": {"retire": "yes"}, "/resources/laser/photo/remove": {},
         "/csv": {"table": "name,art\nFremd,Raum", "step": "apply"}, "/closures": {"resource": "laser", "start": "2030-01-01T10:00", "end": "2030-01-01T11:00", "step": "close"},
         "/closures/1/lift": {}, "/new-event": {"title": "Fremd", "start": "2030-01-01T10:00", "end": "2030-01-01T11:00"},
         "/events/1": {"title": "Fremd", "start": "2030-01-01T10:00", "end": "2030-01-01T11:00"}, "/events/1/cancel": {}, "/webhooks": {"url": "https://hook.example/", "events": "booking.moved"}}


@pytest.fixture(scope="module")
def hubd():
    """One of this module's own: what is added here is in no other test's lists."""
    if not postgres.is_available():
        pytest.skip("skipped: no PostgreSQL server installed")
    with postgres.Postgres(fsync=False) as server, Service(server) as service:
        service.settle()
        service.start("serve")
        yield service


@pytest.fixture(scope="module")
def people(hubd):
    """Sessions: a member of the hub, a manager of the other hub, this hub's manager; visitor is nobody's."""
    hubd.run("admin", "person", "add", "paula@hubd.test", "Paula Test", check=False)
    hubd.run("admin", "role", "grant", "paula@hubd.test", "manager", "kontor")
    return {"visitor": requests.Session(), "member": signed_in(hubd), "other": signed_in(hubd, "paula@hubd.test"), "manager": signed_in(hubd, "ines@hubd.test")}


@pytest.fixture
def ines(people):
    return people["manager"]


def look(hubd, session, path, **headers):
    return session.get(hubd.url + path, headers={**HTML, "Accept-Language": "de", **headers}, timeout=30, allow_redirects=False)


def send(hubd, session, path, form):
    return post(hubd, MANAGE + path, form, session, **{"Accept-Language": "de"})


def words(reply):
    """What a reader sees, blanks as one."""
    return re.sub(r"\s+", " ", " ".join(Page(reply.text).text))


def problem_of(reply):
    found = re.search(r'<div class="notice notice-bad" role="alert">(.*?)</div>', reply.text, re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", found[1])) if found else None


def resources(hubd, hub="werft"):
    return {item["slug"]: item for item in hubd.get(f"/api/v1/resources?hub={hub}").json()["items"]}


def book(hubd, resource, start, end, as_="mara", **more):
    reply = hubd.post("/api/v1/bookings", {"hub": "werft", "start": start, "end": end, "items": [{"resource": resource, **more}], "title": "Teamrunde"}, as_=as_)
    assert reply.status_code == 201, reply.text
    return reply.json()


# ---- who gets in ----

@pytest.mark.parametrize("path", GETS)
def test_only_the_hubs_managers_get_in(hubd, people, path):
    at_door = look(hubd, people["visitor"], MANAGE + path)
    assert at_door.status_code == 303 and at_door.headers["Location"].startswith("/sign-in?next=" + MANAGE)
    for who in ("member", "other"):
        refused = look(hubd, people[who], MANAGE + path)
        assert refused.status_code == 403 and "Ines Test" in words(refused), "and they learn whom to ask"
    assert look(hubd, people["manager"], MANAGE + path).status_code == 200


@pytest.mark.parametrize("path", POSTS)
def test_nobody_else_changes_anything(hubd, people, path):
    before = hubd.server.sql("SELECT (SELECT count(*) FROM hubd.resource), (SELECT count(*) FROM hubd.booking), (SELECT count(*) FROM hubd.event), "
                             "(SELECT sum(revision) FROM hubd.resource)")
    assert send(hubd, people["visitor"], path, POSTS[path]).status_code == 303
    for who in ("member", "other"):
        assert send(hubd, people[who], path, POSTS[path]).status_code == 403
    assert post(hubd, MANAGE + path, POSTS[path], people["manager"], **{"Origin": "https://evil.example", "Sec-Fetch-Site": None}).status_code == 403
    assert before == hubd.server.sql("SELECT (SELECT count(*) FROM hubd.resource), (SELECT count(*) FROM hubd.booking), (SELECT count(*) FROM hubd.event), "
                                     "(SELECT sum(revision) FROM hubd.resource)")


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("path", GETS)
def test_every_page_comes_whole_in_both_languages(hubd, ines, path, lang):
    reply = look(hubd, ines, MANAGE + path, **{"Accept-Language": lang, "Cookie": f"hubd={ines.cookies['hubd']}; lang={lang}"})
    read = Page(reply.text)
    assert reply.status_code == 200 and not read.wrong and not read.open, (read.wrong, read.open)
    assert dict(read.tags)["html"]["lang"] == lang and [tag for tag, _ in read.tags].count("h1") == 1
    assert not re.search(r"\b(manage|t)\.[a-z_]+\b|\{\{", "".join(read.text)), "every text is there"
    for tag, link in read.links:
        address = urllib.parse.urlsplit(urllib.parse.urljoin(hubd.url + MANAGE, link))
        if tag == "a" and address.path.startswith(MANAGE):
            assert look(hubd, ines, address.path + "?" + address.query).status_code == 200, link


def test_a_hub_that_is_none_is_not_found(hubd, people):
    assert look(hubd, people["manager"], "/hubs/nirgends/manage").status_code == 404
    for path in ("/resources/nirgends", "/events/99999999", "/events/abc"):
        assert look(hubd, people["manager"], MANAGE + path).status_code == 404


# ---- resources ----

def test_a_room_is_added_and_changed(hubd, ines):
    reply = send(hubd, ines, "/new-resource", {"name_de": "Großes Zelt", "name_en": "Big tent", "kind": "room", "capacity": "40", "features": "Screen, camera ,",
                                               "setup_minutes": "5", "turnover_minutes": "15", "is_bookable": "yes", "shape": "single", "pool": ""})
    assert reply.status_code == 303 and reply.headers["Location"] == MANAGE + "/resources?done=added", words(reply)
    tent = resources(hubd)["grosses-zelt"]
    assert (tent["name_de"], tent["name_en"], tent["capacity"], tent["features"]) == ("Großes Zelt", "Big tent", 40, ["camera", "screen"])
    assert [(unit["name"], unit["setup_minutes"], unit["turnover_minutes"]) for unit in tent["units"]] == [("Großes Zelt", 5, 15)]
    book(hubd, "grosses-zelt", f"{day(15)}T10:00", f"{day(15)}T12:00")
    form = {"name_de": "Zelt", "name_en": "Tent", "kind": "room", "capacity": "30", "features": "screen", "revision": tent["revision"]}
    assert send(hubd, ines, "/resources/grosses-zelt", form).status_code == 303
    tent = resources(hubd)["grosses-zelt"]
    assert (tent["name_en"], tent["capacity"], tent["is_bookable"], tent["units"][0]["name"]) == ("Tent", 30, False, "Zelt")
    late = send(hubd, ines, "/resources/grosses-zelt", form)
    assert late.status_code == 412 and "Inzwischen geändert" in problem_of(late), "what somebody else changed is not overwritten"


def test_a_wrong_form_keeps_what_was_typed(hubd, ines):
    reply = send(hubd, ines, "/new-resource", {"name_de": "", "name_en": "<Typed>", "kind": "room", "capacity": "12"})
    assert reply.status_code == 422 and "Der deutsche Name fehlt" in problem_of(reply)
    assert 'value="&lt;Typed&gt;"' in reply.text and 'href="#f-name_de"' in reply.text and "f-name_de" in Page(reply.text).ids
    reply = send(hubd, ines, "/new-resource", {"name_de": "Halle", "kind": "room", "capacity": "viele"})
    assert reply.status_code == 422 and "eine Zahl von 1 bis 100000" in problem_of(reply) and 'value="Halle"' in reply.text
    assert "halle" not in resources(hubd)
    taken = send(hubd, ines, "/new-resource", {"name_de": "Laser", "slug": "laser", "kind": "machine"})
    assert taken.status_code == 409 and "laser-2" in problem_of(taken)


def test_the_same_form_sent_twice_adds_one(hubd, ines):
    form = {"name_de": "Doppelt", "kind": "desk", "key": "one-and-the-same-form"}
    assert [send(hubd, ines, "/new-resource", form).status_code for _ in range(2)] == [303, 303]
    assert [slug for slug in resources(hubd) if slug.startswith("doppelt")] == ["doppelt"]


def test_a_divisible_room_is_made_of_its_parts(hubd, ines):
    for name in ("Nord", "Süd", "Mitte"):
        assert send(hubd, ines, "/new-resource", {"name_de": name, "kind": "room", "is_bookable": "yes"}).status_code == 303
    few = send(hubd, ines, "/new-resource", {"name_de": "Halle", "kind": "room", "shape": "parts", "parts": ["nord"]})
    assert few.status_code == 422 and "mindestens zwei" in problem_of(few)
    pool = send(hubd, ines, "/new-resource", {"name_de": "Halle", "kind": "room", "shape": "parts", "parts": ["nord", "platz"]})
    assert pool.status_code == 422 and "kein Teil" in problem_of(pool)
    assert send(hubd, ines, "/new-resource", {"name_de": "Große Halle", "kind": "room", "shape": "parts", "parts": ["nord", "sued"], "is_bookable": "yes"}).status_code == 303
    assert resources(hubd)["grosse-halle"]["parts"] == ["nord", "sued"]
    at = {"start": f"{day(16)}T10:00", "end": f"{day(16)}T12:00"}
    booking = book(hubd, "grosse-halle", **at)
    assert hubd.post("/api/v1/bookings", {"hub": "werft", "items": [{"resource": "nord"}], **at}, as_="jonas").status_code == 409
    more = {"name_de": "Große Halle", "kind": "room", "shape": "parts", "parts": ["nord", "sued", "mitte"]}
    reply = send(hubd, ines, "/resources/grosse-halle", more)
    assert reply.status_code == 409 and "Mara Test" in problem_of(reply), "who booked the whole booked these parts"
    assert hubd.delete(f"/api/v1/bookings/{booking['id']}", as_="mara").status_code == 200
    assert send(hubd, ines, "/resources/grosse-halle", more).status_code == 303
    assert resources(hubd)["grosse-halle"]["parts"] == ["nord", "sued", "mitte"]
    retire = send(hubd, ines, "/resources/nord/retire", {"retire": "yes"})
    assert retire.status_code == 409 and "Große Halle" in problem_of(retire)


def test_a_pool_never_loses_a_place_that_somebody_comes_for(hubd, ines):
    form = {"name_de": "Bank", "kind": "desk", "is_bookable": "yes", "shape": "pool"}
    assert send(hubd, ines, "/new-resource", {**form, "pool": "4"}).status_code == 303
    booked = [book(hubd, "bank", f"{day(17)}T09:00", f"{day(17)}T11:00", count=2), book(hubd, "bank", f"{day(17)}T10:00", f"{day(17)}T12:00", as_="jonas")]
    reply = send(hubd, ines, "/resources/bank", {**form, "pool": "2"})
    assert reply.status_code == 409 and "Kleiner als 3" in problem_of(reply) and "Mara Test" in problem_of(reply)
    assert resources(hubd)["bank"]["size"] == 4
    assert send(hubd, ines, "/resources/bank", {**form, "pool": "3"}).status_code == 303
    assert resources(hubd)["bank"]["size"] == 3
    for booking in booked:
        assert hubd.get(f"/api/v1/bookings/{booking['id']}", as_="ines").json()["state"] == "confirmed"
    claims = hubd.server.sql("SELECT count(*) FROM hubd.claim c LEFT JOIN hubd.resource_unit ru ON ru.unit_id = c.unit_id WHERE ru.unit_id IS NULL AND upper(c.during) > now()")
    assert claims == [("0",)], "no claim on what is no longer there"
    assert send(hubd, ines, "/resources/bank", {**form, "pool": "6"}).status_code == 303
    names = [unit["name"] for unit in resources(hubd)["bank"]["units"]]
    assert len(names) == len(set(names)) == 6
    book(hubd, "bank", f"{day(18)}T09:00", f"{day(18)}T11:00", count=6)


def test_a_resource_is_retired_not_deleted(hubd, ines):
    assert send(hubd, ines, "/new-resource", {"name_de": "Altgerät", "kind": "machine", "is_bookable": "yes"}).status_code == 303
    booking = book(hubd, "altgeraet", f"{day(15)}T14:00", f"{day(15)}T15:00")
    reply = send(hubd, ines, "/resources/altgeraet/retire", {"retire": "yes"})
    assert reply.status_code == 409 and "Mara Test" in problem_of(reply) and "altgeraet" in resources(hubd)
    assert hubd.delete(f"/api/v1/bookings/{booking['id']}", as_="mara").status_code == 200
    assert send(hubd, ines, "/resources/altgeraet/retire", {"retire": "yes"}).headers["Location"].endswith("done=retired")
    assert "altgeraet" not in resources(hubd)
    one = hubd.get("/api/v1/resources/werft/altgeraet").json()
    assert one["is_retired"] and not one["is_bookable"], "its own address still tells what it was"
    for who in ("mara", "ines"):
        again = hubd.post("/api/v1/bookings", {"hub": "werft", "start": f"{day(15)}T14:00", "end": f"{day(15)}T15:00", "items": [{"resource": "altgeraet"}]}, as_=who)
        assert again.status_code == 422, "nobody books what is retired"
    assert hubd.get(f"/api/v1/bookings/{booking['id']}", as_="mara").json()["items"][0]["resource"] == "altgeraet"
    assert "Altgerät" in words(look(hubd, ines, MANAGE + "/resources")) and "stillgelegt" in words(look(hubd, ines, MANAGE + "/resources/altgeraet")).lower()
    assert send(hubd, ines, "/resources/altgeraet/retire", {}).status_code == 303 and "altgeraet" in resources(hubd)


# ---- the table ----

def test_a_table_is_looked_at_line_by_line_and_taken_whole_or_not_at_all(hubd, ines):
    table = ("name;name_en;art;plätze;anzahl;teile;ausstattung;vorlauf\n"
             "Koje;Bunk;Raum;4;;;screen+camera;10\n"
             "Luke;;Raum;4;;;;\n"
             "Deck;Deck;room;8;;koje+luke;;\n"
             "Hocker;Stool;Arbeitsplatz;1;3;;;\n")
    before = set(resources(hubd))
    shown = send(hubd, ines, "/csv", {"table": table, "step": "look"})
    assert shown.status_code == 200 and words(shown).count("Neu ") >= 4 and 'value="apply"' in shown.text and set(resources(hubd)) == before
    assert send(hubd, ines, "/csv", {"table": table, "step": "apply"}).headers["Location"].endswith("done=imported")
    now = resources(hubd)
    assert set(now) - before == {"koje", "luke", "deck", "hocker"} and now["deck"]["parts"] == ["koje", "luke"] and now["hocker"]["size"] == 3
    assert now["luke"]["name_en"] == "Luke" and now["koje"]["features"] == ["camera", "screen"] and now["koje"]["units"][0]["setup_minutes"] == 10
    again = send(hubd, ines, "/csv", {"table": "slug\tname\tart\tplätze\nkoje\tKoje\tRaum\t5\nluke\tLuke\tRaum\t4\n", "step": "look"})
    assert "Geändert" in words(again) and "Unverändert" in words(again) and resources(hubd)["koje"]["capacity"] == 4


@pytest.mark.parametrize("table, expected", [
    ("name,art\nA,Raum\nB,Zimmer", "„Zimmer“ ist keine Art"),
    ("name,art,plätze\nA,Raum,viele", "richtig ist eine Zahl von 1 bis 100000"),
    ("name,art,plätze\nA,Raum,0", "richtig ist eine Zahl von 1 bis 100000"),
    ("name,art,standort\nA,Raum,hause", "gemeint ist vielleicht „haus“"),
    ("name,art,teile\nA,Raum,saal-a+saal-x", "„saal-x“ kann kein Teil sein"),
    ("name,art\n,Raum\nB,Raum", "Der deutsche Name fehlt"),
    ("name,art\nA,Raum,zu viel", "Mehr Zellen als Spalten"),
    ("name,art,slug\nA,Raum,Falscher Name", "ist kein Kurzname"),
    ("name,art,buchbar\nA,Raum,vielleicht", "weder ja noch nein"),
    ("name,art,anzahl\nA,Raum,3\nB,Raum,", None)])
def test_a_wrong_line_says_what_is_wrong_and_what_would_be_right(hubd, ines, table, expected):
    before = resources(hubd)
    reply = send(hubd, ines, "/csv", {"table": table, "step": "look" if expected is None else "apply"})
    assert reply.status_code == 200 and resources(hubd) == before
    assert ('value="apply"' in reply.text) == (expected is None)
    if expected:
        assert expected in words(reply), words(reply)


@pytest.mark.parametrize("table, expected", [("", "mindestens eine darunter"), ("name,art", "mindestens eine darunter"), ("name,farbe\nA,rot", "„farbe“ ist nicht bekannt"),
                                             ("name,NAME\nA,B", "zweimal"), ("art\nRaum", "Spalte „name“"), ('name,art\n"A,Raum', "Anführungszeichen"),
                                             ("name\n" + "A\n" * 600, "Höchstens 500"), (",".join(["name"] * 50) + "\nA", "mehr als 40")])
def test_what_is_no_table_says_so(hubd, ines, table, expected):
    reply = send(hubd, ines, "/csv", {"table": table, "step": "apply"})
    assert reply.status_code == 422 and expected in problem_of(reply), problem_of(reply)


# ---- closures ----

def test_a_closure_shows_who_is_affected_and_waits_until_they_are_moved(hubd, ines):
    booking = book(hubd, "saal-a", f"{day(19)}T10:00", f"{day(19)}T12:00")
    form = {"resource": ["saal", "kajuete"], "start": f"{day(19)}T08:00", "end": f"{day(19)}T18:00", "title": "Grundreinigung"}
    shown = send(hubd, ines, "/closures", {**form, "step": "look"})
    assert shown.status_code == 409 and "Eine Buchung ist im Weg" in words(shown) and "Mara Test" in words(shown) and "mara@hubd.test" in words(shown)
    assert 'value="close"' not in shown.text and send(hubd, ines, "/closures", {**form, "step": "close"}).status_code == 409
    assert hubd.delete(f"/api/v1/bookings/{booking['id']}", as_="mara").status_code == 200
    free = send(hubd, ines, "/closures", {**form, "step": "look"})
    assert free.status_code == 200 and "Niemand ist betroffen" in words(free) and 'value="close"' in free.text
    assert "Grundreinigung" not in words(look(hubd, ines, MANAGE + "/closures")), "looking closes nothing"
    assert send(hubd, ines, "/closures", {**form, "step": "close"}).headers["Location"].endswith("done=closed")
    assert hubd.post("/api/v1/bookings", {"hub": "werft", "start": f"{day(19)}T10:00", "end": f"{day(19)}T12:00", "items": [{"resource": "saal-b"}]}, as_="mara").status_code == 409
    listed = look(hubd, ines, MANAGE + "/closures")
    [path] = [link for tag, link in Page(listed.text).links if tag == "form" and link.endswith("/lift")]
    assert send(hubd, ines, path.removeprefix(MANAGE), {}).headers["Location"].endswith("done=lifted")
    book(hubd, "saal-b", f"{day(19)}T10:00", f"{day(19)}T12:00")


def test_a_whole_site_is_closed_at_once_halls_and_their_halves_too(hubd, ines):
    form = {"site": "haus", "start": f"{day(390)}T08:00", "end": f"{day(391)}T18:00", "title": "Betriebsferien"}
    reply = send(hubd, ines, "/closures", {**form, "step": "close"})
    assert reply.status_code == 303, words(reply)
    for slug in resources(hubd):
        reply = hubd.post("/api/v1/bookings", {"hub": "werft", "start": f"{day(390)}T10:00", "end": f"{day(390)}T11:00", "items": [{"resource": slug}]}, as_="ines")
        assert reply.status_code == 409, slug


def test_a_closure_without_a_time_or_a_place_says_so(hubd, ines):
    nothing = send(hubd, ines, "/closures", {"start": f"{day(19)}T08:00", "end": f"{day(19)}T18:00", "step": "close"})
    assert nothing.status_code == 422 and "ankreuzen" in problem_of(nothing)
    backwards = send(hubd, ines, "/closures", {"resource": "laser", "start": f"{day(19)}T18:00", "end": f"{day(19)}T08:00", "title": "Merk dir das"})
    assert backwards.status_code == 422 and "nach dem Beginn" in problem_of(backwards) and "Merk dir das" in backwards.text and "checked" in backwards.text


# ---- events ----

def event_form(at, **more):
    return {"title": "Segelkurs", "title_en": "Sailing course", "text": "Leinen los", "text_en": "Cast off", "start": f"{at}T10:00", "end": f"{at}T12:00",
            "resources": "bruecke", "topics": "ai", "state": "confirmed", "audience": "public", "speakers": "Ada\n Bert ", "organiser": "Die Werft", **more}


def events(hubd, title):
    return [event for event in hubd.get(f"/api/v1/events?hub=werft&from={day(1)}&to={day(399)}", as_="ines").json()["items"] if event["title"] == title]


def test_an_event_is_made_moved_copied_and_cancelled_with_its_rooms(hubd, ines):
    at, to = day(41), day(43)
    assert send(hubd, ines, "/new-event", event_form(at)).headers["Location"].endswith("done=event_made")
    [event] = events(hubd, "Segelkurs")
    assert event["title_en"] == "Sailing course" and event["speakers"] == ["Ada", "Bert"] and event["topics"] == ["ai"] and event["local_start"] == f"{at}T10:00:00"
    path = f"/events/{event['id']}"
    form = look(hubd, ines, MANAGE + path)
    assert f'value="{at}T10:00"' in form.text and "Cast off" in form.text and "Segelkurs" in words(look(hubd, ines, MANAGE + "/events"))
    moved = event_form(to, revision=event["revision"], title="Segelkurs II")
    assert send(hubd, ines, path, moved).headers["Location"].endswith("done=event_changed")
    assert send(hubd, ines, path, moved).status_code == 412
    book(hubd, "bruecke", f"{at}T10:00", f"{at}T12:00")
    assert hubd.post("/api/v1/bookings", {"hub": "werft", "start": f"{to}T10:00", "end": f"{to}T12:00", "items": [{"resource": "bruecke"}]}, as_="mara").status_code == 409
    copy = look(hubd, ines, MANAGE + f"/new-event?copy={event['id']}")
    assert 'value="Segelkurs II"' in copy.text and f'action="{MANAGE}/new-event"' in copy.text
    assert send(hubd, ines, path + "/cancel", {}).headers["Location"].endswith("done=event_cancelled")
    book(hubd, "bruecke", f"{to}T10:00", f"{to}T12:00")
    assert "Segelkurs II" in words(look(hubd, ines, MANAGE + "/events?show=cancelled"))


def test_a_conflict_says_why_and_offers_what_would_go_as_buttons(hubd, ines):
    at = day(45)
    book(hubd, "bruecke", f"{at}T10:00", f"{at}T11:00")
    form = event_form(at, title="Regatta")
    reply = send(hubd, ines, "/new-event", form)
    assert reply.status_code == 409 and "Teamrunde" in problem_of(reply) and 'value="Regatta"' in reply.text and not events(hubd, "Regatta")
    ways = [attributes["value"] for tag, attributes in Page(reply.text).tags if tag == "button" and attributes.get("name") == "alternative"]
    assert len(ways) >= 2
    assert send(hubd, ines, "/new-event", {**form, "alternative": ways[0]}).status_code == 303
    [event] = events(hubd, "Regatta")
    assert ways[0].split() == [event["start"], event["end"], event["resources"][0]["slug"]] and not event["is_unplaced"]


def test_whole_days_are_whole_days(hubd, ines):
    form = event_form(day(47), title="Messe", is_all_day="yes", resources="stube")
    assert send(hubd, ines, "/new-event", form).status_code == 422, "another hub's room"
    form = event_form(day(47), title="Messe", is_all_day="yes", resources="kajuete") | {"end": f"{day(48)}T09:30"}
    assert send(hubd, ines, "/new-event", form).status_code == 303
    [event] = events(hubd, "Messe")
    assert event["is_all_day"] and (event["local_start"], event["local_end"]) == (f"{day(47)}T00:00:00", f"{day(49)}T00:00:00")
    assert f'value="{day(48)}T00:00"' in look(hubd, ines, f"{MANAGE}/events/{event['id']}").text
    assert send(hubd, ines, f"/events/{event['id']}", form).status_code == 303
    [after] = events(hubd, "Messe")
    assert after["sequence"] == event["sequence"] and after["local_end"] == event["local_end"], "saving again moves nothing"


def test_a_draft_is_seen_by_managers_only(hubd, people, ines):
    assert send(hubd, ines, "/new-event", event_form(day(49), title="Geheim", state="draft", resources="")).status_code == 303
    assert "Geheim" in words(look(hubd, ines, MANAGE + "/events?show=draft")) and "Geheim" not in words(look(hubd, ines, MANAGE + "/events"))
    assert "Geheim" not in hubd.get("/api/v1/events?hub=werft").text


@pytest.mark.parametrize("wrong, expected", [({"title": " "}, "Der Titel fehlt"), ({"start": ""}, "Beginns"), ({"end": "x"}, "Endes"),
                                             ({"url": "javascript:alert(1)"}, "keine Webadresse"), ({"topics": "nix"}, "kein Thema")])
def test_a_wrong_event_keeps_what_was_typed(hubd, ines, wrong, expected):
    reply = send(hubd, ines, "/new-event", event_form(day(51), **{"title": "Halb fertig", **wrong}))
    assert reply.status_code == 422 and expected in problem_of(reply) and "Leinen los" in reply.text and "Ada" in reply.text
    assert not events(hubd, "Halb fertig")


def test_the_event_of_another_hub_is_not_changed_through_this_one(hubd, people, ines):
    made = hubd.post("/api/v1/events", {"hub": "kontor", "title": "Drüben", "start": f"{day(30)}T10:00", "end": f"{day(30)}T11:00"},
                     as_="ines")
    assert made.status_code == 403
    assert post(hubd, "/hubs/kontor/manage/new-event", event_form(day(30), title="Drüben", resources="stube"), people["other"]).status_code == 303
    [other] = [event for event in hubd.get("/api/v1/events?hub=kontor").json()["items"] if event["title"] == "Drüben"]
    assert send(hubd, ines, f"/events/{other['id']}", event_form(day(30))).status_code == 404
    assert send(hubd, ines, f"/events/{other['id']}/cancel", {}).status_code == 404
    assert look(hubd, ines, f"{MANAGE}/events/{other['id']}").status_code == 404
    assert look(hubd, ines, f"{MANAGE}/new-event?copy={other['id']}").text.count("Drüben") == 0


# ---- the same by the API ----

def test_resources_are_made_and_changed_by_the_api(hubd):
    new = {"hub": "werft", "kind": "table", "name_de": "Runder Tisch", "pool": 2}
    assert hubd.post("/api/v1/resources", new, as_="mara").status_code == 403
    assert hubd.post("/api/v1/resources", new).status_code == 401
    dry = hubd.post("/api/v1/resources", {**new, "dry_run": True}, as_="ines")
    assert dry.status_code == 200 and dry.json()["dry_run"] and "runder-tisch" not in resources(hubd)
    made = hubd.post("/api/v1/resources", new, as_="ines", headers={"Idempotency-Key": "round-table"})
    again = hubd.post("/api/v1/resources", new, as_="ines", headers={"Idempotency-Key": "round-table"})
    assert made.status_code == again.status_code == 201 and made.json() == again.json() and made.json()["size"] == 2
    path = made.headers["Location"]
    changed = hubd.patch(path, {"capacity": 5, "pool": 3}, as_="ines", headers={"If-Match": made.headers["ETag"]})
    assert changed.status_code == 200 and (changed.json()["capacity"], changed.json()["size"]) == (5, 3) and changed.json()["name_de"] == "Runder Tisch"
    assert hubd.patch(path, {"capacity": 6}, as_="ines", headers={"If-Match": made.headers["ETag"]}).status_code == 412
    assert hubd.patch(path, {"slug": "x"}, as_="ines").status_code == 422
    assert hubd.patch("/api/v1/resources/werft/nirgends", {"capacity": 6}, as_="ines").status_code == 404
    gone = hubd.patch(path, {"is_retired": True}, as_="ines")
    assert gone.status_code == 200 and gone.json()["is_retired"] and "runder-tisch" not in resources(hubd)
    for wrong in ({**new, "kind": "boat"}, {**new, "site": "nirgends"}, {**new, "parts": ["saal-a", "saal-b"]}, {"hub": "werft", "kind": "room"}):
        assert hubd.post("/api/v1/resources", wrong, as_="ines").status_code == 422, wrong


def test_the_api_is_as_described(hubd):
    document = {"hub": "werft", "kind": "room", "name_de": "Beschrieben", "features": ["screen"], "capacity": 3}
    assert mistakes(document, {"$ref": "#/components/schemas/ResourceRequest"}) == []
    for body in ({**document, "dry_run": True}, document, {**document, "slug": "beschrieben"}, {**document, "colour": "red"}):
        check(hubd.post("/api/v1/resources", body, as_="ines"), "POST", "/api/v1/resources")
    path = "/api/v1/resources/{hub}/{resource}"
    for body in ({"capacity": 4}, {"capacity": 5, "dry_run": True}, {"pool": 4}, {"is_retired": True}):
        check(hubd.patch("/api/v1/resources/werft/beschrieben", body, as_="ines"), "PATCH", path)


# ---- photos ----

def png(width=640, height=360, noise=0, note=None):
    """A PNG of one colour, with as much noise beside it as is wished, and what a camera noted."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    lines = b"".join(b"\0" + b"\x20\x60\xa0" * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"noSe", b"x" * noise)
            + (chunk(b"tEXt", b"Place\0" + note) if note else b"")
            + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


def send_photo(hubd, session, picture, resource="laser", alt="Der Laser von vorn"):
    return session.post(f"{hubd.url}/hubs/werft/manage/resources/{resource}/photo", files={"photo": ("laser.png", picture, "image/png")}, timeout=30,
                        data={"alt_de": alt, "alt_en": "The laser from the front", "key": form_key(session)}, headers={"Origin": hubd.url, "Accept": "text/html"}, allow_redirects=False)


def test_a_machine_has_a_photo_that_is_kept_for_ever_and_described(hubd):
    session = signed_in(hubd, "ines@hubd.test")
    assert "<svg class=\"resource-picture\"" in session.get(hubd.url + "/hubs/werft/resources/laser", headers=HTML, timeout=30).text
    assert send_photo(hubd, session, png(note=b"52.5 N 13.4 E")).headers["Location"] == "/hubs/werft/manage/resources/laser?done=photo"
    page = requests.get(hubd.url + "/hubs/werft/resources/laser", headers={**HTML, "Accept-Language": "en"}, timeout=30).text
    address, alt = re.search(r'<img class="resource-picture" src="([^"]+)" width="640" height="360" alt="([^"]*)"', page).groups()
    assert alt == "The laser from the front" and "<svg class=\"resource-picture\"" not in page
    reply = requests.get(hubd.url + address, timeout=30)
    assert reply.content == png(), "where it was taken is nobody's business"
    assert reply.headers["Content-Type"] == "image/png" and reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert requests.get(hubd.url + address, headers={"If-None-Match": reply.headers["ETag"]}, timeout=30).status_code == 304
    old = requests.get(hubd.url + address[:-16] + "0" * 16, timeout=30)
    assert old.content == png() and old.headers["Cache-Control"] == "no-cache", "an older page still shows one"
    assert send_photo(hubd, session, png(320, 180)).status_code == 303
    assert hubd.get("/api/v1/resources/werft/laser").json()["photo"]["width"] == 320
    assert hubd.delete("/api/v1/resources/werft/laser/photo", "ines").json()["photo"] is None
    assert requests.get(hubd.url + address, timeout=30).status_code == 404


@pytest.mark.parametrize("picture, alt, words", [
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "x", "PNG, JPEG"), (b"GIF89a" + b"\0" * 40, "x", "PNG, JPEG"),
    (png()[:-20], "x", "PNG, JPEG"), (png(noise=65536), "x", "64"), (png(5000, 20), "x", "4096"), (png(8, 8), "x", "16"), (b"", "x", "wählen"), (png(), " ", "zeigt")],
    ids=["svg", "gif", "cut-off", "too-many-bytes", "too-wide", "too-small", "none", "no-words"])
def test_what_is_no_light_described_photo_is_refused_with_a_reason(hubd, picture, alt, words):
    session = signed_in(hubd, "ines@hubd.test")
    reply = session.post(f"{hubd.url}/hubs/werft/manage/resources/bruecke/photo", files={"photo": ("a.png" if picture else "", picture, "image/png")},
                         data={"alt_de": alt, "key": form_key(session)},
                         headers={"Origin": hubd.url, "Accept": "text/html", "Accept-Language": "de"}, timeout=30)
    assert reply.status_code == 422 and words in reply.text, reply.text[-600:]
    assert hubd.get("/api/v1/resources/werft/bruecke").json()["photo"] is None


def test_only_managers_give_photos_and_the_api_does_what_the_page_does(hubd):
    assert send_photo(hubd, signed_in(hubd), png()).status_code == 403
    wish = {"data": base64.b64encode(png()).decode(), "alt_de": "Die Kajüte"}
    assert hubd.post("/api/v1/resources/werft/kajuete/photo", wish, "mara").status_code == 403
    assert hubd.post("/api/v1/resources/werft/kajuete/photo", {**wish, "dry_run": True}, "ines").json()["photo"]["width"] == 640
    assert hubd.get("/api/v1/resources/werft/kajuete").json()["photo"] is None
    made = hubd.post("/api/v1/resources/werft/kajuete/photo", wish, "ines")
    assert made.status_code == 200 and made.json()["photo"]["alt"] == "Die Kajüte" and hubd.get(made.json()["photo"]["address"]).content == png()
    assert hubd.post("/api/v1/resources/werft/kajuete/photo", {**wish, "data": "no base64"}, "ines").status_code == 422
    assert hubd.post("/api/v1/resources/werft/nirgends/photo", wish, "ines").status_code == 404


def test_what_to_know_before_one_stands_at_the_machine_is_on_its_page(hubd):
    told = hubd.patch("/api/v1/resources/werft/laser", {"instructions_de": "Erst die Absaugung an.", "safety_de": "Kein PVC:\nChlorgas."}, "ines")
    assert told.status_code == 200 and told.json()["safety"] == "Kein PVC:\nChlorgas.", "English readers get the German words where there are no others"
    page = requests.get(hubd.url + "/hubs/werft/resources/laser", headers=HTML, timeout=30).text
    assert "Erst die Absaugung an." in page and "Kein PVC:\nChlorgas." in page and "Material und Sicherheit" in page


# ---- series ----

def dates_of(hubd, event):
    return {d["recurrence_id"]: d for d in hubd.get(f"/api/v1/occurrences?event={event}&limit=100", as_="ines").json()["items"]}


def test_a_series_is_checked_made_and_one_of_its_dates_changed_through_the_form(hubd, ines):
    first = day(200)
    form = {"title": "Reihe im Formular", "start": f"{first}T10:00", "end": f"{first}T11:00", "resources": "kajuete", "repeat": "weekly", "times": "3",
            "state": "confirmed", "audience": "public"}
    checked = send(hubd, ines, "/new-event", form)
    assert checked.status_code == 200 and checked.text.count(">neu</span>") == 3 and 'name="step" value="save"' in checked.text
    assert send(hubd, ines, "/new-event", {**form, "step": "save"}).status_code == 303
    item = next(i for i in hubd.get(f"/api/v1/events?hub=werft&from={first}").json()["items"] if i["title"] == "Reihe im Formular")
    names = list(dates_of(hubd, item["id"]))
    assert len(names) == 3
    page = look(hubd, ines, MANAGE + f"/events/{item['id']}?date={names[1]}")
    assert "jede Woche, 3-mal" in page.text and f'name="recurrence_id" value="{names[1]}"' in page.text and 'value="following"' in page.text
    change = {**form, "repeat": "keep", "title": "Einmal anders", "start": f"{names[1][:10]}T12:00", "end": f"{names[1][:10]}T13:00", "scope": "this",
              "recurrence_id": names[1], "rooms_were": "kajuete ", "revision": item["revision"], "times": ""}
    checked = send(hubd, ines, f"/events/{item['id']}", change)
    assert checked.status_code == 200 and checked.text.count(">verschoben</span>") == 1 and dates_of(hubd, item["id"])[names[1]]["title"] == "Reihe im Formular"
    assert send(hubd, ines, f"/events/{item['id']}", {**change, "step": "save"}).status_code == 303
    after = dates_of(hubd, item["id"])
    assert [(d["title"], d["local_start"][11:]) for d in after.values()] == [
        ("Reihe im Formular", "10:00:00"), ("Einmal anders", "12:00:00"), ("Reihe im Formular", "10:00:00")]
    assert send(hubd, ines, f"/events/{item['id']}/cancel", {"scope": "following", "recurrence_id": names[2]}).status_code == 303
    assert [d["state"] for d in dates_of(hubd, item["id"]).values()] == ["confirmed", "confirmed", "cancelled"]


def test_taken_rooms_of_a_series_are_listed_and_such_dates_may_stay_without(hubd, ines):
    first = day(230)
    assert hubd.post("/api/v1/bookings", {"hub": "werft", "title": "Im Weg", "start": f"{first}T10:00", "end": f"{first}T11:00",
                                          "items": [{"resource": "bruecke"}]}, as_="mara").status_code == 201
    form = {"title": "Reihe mit Lücke", "start": f"{first}T10:00", "end": f"{first}T11:00", "resources": "bruecke", "repeat": "daily", "times": "2",
            "state": "confirmed", "audience": "public", "step": "save"}
    refused = send(hubd, ines, "/new-event", form)
    assert refused.status_code == 409 and "Im Weg" in refused.text and "Räume belegt" in refused.text
    assert send(hubd, ines, "/new-event", {**form, "leave": "yes"}).status_code == 303
    item = next(i for i in hubd.get(f"/api/v1/events?hub=werft&from={first}").json()["items"] if i["title"] == "Reihe mit Lücke")
    assert [d["is_unplaced"] for d in dates_of(hubd, item["id"]).values()] == [True, False]
    wrong = send(hubd, ines, "/new-event", {**form, "times": "viele"})
    assert wrong.status_code == 422 and "1 bis 500" in wrong.text
