# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit: who changed what, from what to what, for a hub's managers and nobody else."""
import json

import pytest
import requests

from conftest import day
from test_pages import HTML, signed_in


def entries(hubd, of, hub="werft", as_="ines"):
    reply = hubd.get(f"/api/v1/audit?hub={hub}&of={of}", as_=as_)
    assert reply.status_code == 200, reply.text
    return reply.json()["items"]


def book(hubd, free_day, as_="mara", resource="kajuete", start="10:00", end="11:00", **more):
    reply = hubd.post("/api/v1/bookings", {"hub": "werft", "items": [{"resource": resource}], "start": f"{free_day}T{start}", "end": f"{free_day}T{end}", **more}, as_=as_)
    assert reply.status_code == 201, reply.text
    return reply.json()


def test_a_manager_sees_who_moved_a_booking_from_when_to_when(hubd, free_day):
    made = book(hubd, free_day, title="Probe")
    reply = hubd.patch(f"/api/v1/bookings/{made['id']}", {"start": f"{free_day}T12:00", "end": f"{free_day}T13:00", "items": [{"resource": "bruecke"}]}, as_="ines")
    assert reply.status_code == 200, reply.text
    found = entries(hubd, f"booking:{made['id']}")
    moved = next(e for e in found if "start" in (e["after"] or {}))
    assert moved["person"]["name"] == "Ines Test" and moved["on_behalf_of"]["name"] == "Mara Test"
    assert moved["before"] == {"start": made["start"], "end": made["end"]}
    assert moved["after"] == {"start": reply.json()["start"], "end": reply.json()["end"]}
    assert moved["request"] and {tuple((e["before"] or {}).get("resources", [])) for e in found} >= {("Kajuete (en)",)}
    first = found[-1]
    assert first["act"] == "made" and first["person"]["name"] == "Mara Test" and first["on_behalf_of"] is None
    assert first["after"]["resources"] == ["Kajuete (en)"] and first["after"]["title"] == "Probe"


def test_what_was_refused_or_only_tried_is_not_noted(hubd, free_day):
    made = book(hubd, free_day)
    count = "SELECT count(*) FROM hubd.audit WHERE thing = 'booking'"
    before = hubd.server.value(count)
    span = {"start": f"{free_day}T10:00", "end": f"{free_day}T11:00"}
    assert hubd.post("/api/v1/bookings", {"hub": "werft", "items": [{"resource": "kajuete"}], **span}, as_="jonas").status_code == 409
    assert hubd.patch(f"/api/v1/bookings/{made['id']}", {"title": "Nur so", "dry_run": True}, as_="mara").status_code == 200
    assert hubd.server.value(count) == before
    assert hubd.delete(f"/api/v1/bookings/{made['id']}", as_="mara").status_code == 200
    assert entries(hubd, f"booking:{made['id']}")[0]["after"]["state"] == "cancelled"


def test_events_resources_roles_and_series_are_noted(hubd, free_day):
    series = hubd.post("/api/v1/series", {"hub": "werft", "items": [{"resource": "saal-a"}], "rrule": "FREQ=WEEKLY;COUNT=2",
                       "start": f"{free_day}T08:00", "end": f"{free_day}T09:00"}, as_="mara").json()
    assert entries(hubd, f"series:{series['id']}")[-1]["act"] == "made"
    event = hubd.post("/api/v1/events", {"hub": "werft", "title": "Abend", "start": f"{free_day}T18:00", "duration": "PT2H"}, as_="ines").json()
    assert hubd.patch(f"/api/v1/events/{event['id']}", {"title": "Nacht"}, as_="ines").status_code == 200
    changed = entries(hubd, f"event:{event['id']}")[0]
    assert changed["before"] == {"title": "Abend"} and changed["after"] == {"title": "Nacht"}
    assert hubd.patch("/api/v1/resources/werft/laser", {"capacity": 3}, as_="ines").status_code == 200
    assert entries(hubd, "resource")[0]["after"]["capacity"] == 3
    jonas = hubd.server.value("SELECT id FROM hubd.person WHERE mail = 'jonas@hubd.test'")
    assert hubd.post("/api/v1/memberships", {"hub": "werft", "person": int(jonas), "role": "trainer"}, as_="ines").status_code in (200, 201)
    given = entries(hubd, f"membership:{jonas}")[0]
    assert given["after"] == {"role": "trainer"} and given["person"]["name"] == "Ines Test" and given["of"]["name"] == "Jonas Test"


def test_nobody_but_a_hubs_managers_reads_it(hubd):
    assert hubd.get("/api/v1/audit?hub=werft").status_code == 401
    for name in ("mara", "olga"):
        assert hubd.get("/api/v1/audit?hub=werft", as_=name).status_code == 403
    assert hubd.get("/api/v1/audit?hub=kontor", as_="ines").status_code == 403
    assert hubd.get("/api/v1/audit", as_="ines").status_code == 422
    assert hubd.get("/api/v1/audit?hub=network", as_="ines").status_code == 404


def test_a_page_of_it_goes_on_where_the_one_before_ended(hubd, free_day):
    for hour in range(3):
        book(hubd, free_day, start=f"{14 + hour}:00", end=f"{15 + hour}:00")
    whole = hubd.get("/api/v1/audit?hub=werft&limit=200", as_="ines").json()["items"]
    pages, after = [], ""
    while after is not None and len(pages) < 6:
        page = hubd.get(f"/api/v1/audit?hub=werft&limit=2{after and '&after=' + after}", as_="ines").json()
        pages += page["items"]
        after = page["next"]
    assert [e["id"] for e in pages] == [e["id"] for e in whole[:len(pages)]] and len(pages) == 6
    assert hubd.get(f"/api/v1/audit?hub=werft&from={day(1)}", as_="ines").json()["items"] == []
    assert hubd.get(f"/api/v1/audit?hub=werft&from={day(-1)}&to={day(1)}&limit=200", as_="ines").json()["items"] == whole


@pytest.mark.parametrize("wrong", ["of=BOOKING", "of=booking:x", "from=gestern", "from=2027-01-01T10:00", "after=x", "limit=0", "limit=201", "gibtsnicht=1"])
def test_a_malformed_question_is_refused_by_name(hubd, wrong):
    reply = hubd.get(f"/api/v1/audit?hub=werft&{wrong}", as_="ines")
    assert reply.status_code in (400, 422) and wrong.split("=")[0] in reply.text


def test_no_role_of_the_daemon_or_of_the_functions_changes_a_row(hubd):
    """Append-only: only the owner's functions that erase a person, and that end what is too old."""
    for role in ("hubd_api", "hubd_network", "hubd_serve", "hubd_work", "hubd_admin"):
        for act in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
            assert hubd.server.value(f"SELECT has_table_privilege('{role}', 'hubd.audit', '{act}')") == "f", (role, act)
    assert hubd.server.sql("SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = 'hubd.audit'::regclass AND a.attacl IS NOT NULL") == []


def test_no_secret_and_no_address_is_in_it(hubd, free_day):
    """Neither a hash of a token nor whom an invitation went to: a person is a number there."""
    assert hubd.post("/api/v1/invitations", {"hub": "werft", "mail": "verschwiegen.person@example.org", "name": "Verschwiegene Person"}, as_="ines").status_code in (200, 201)
    assert hubd.post("/api/v1/tokens", {"name": "Skript", "scopes": ["read"]}, as_="mara").status_code == 201
    text = "\n".join(str(row) for row in hubd.server.sql("SELECT a::text FROM hubd.audit AS a"))
    assert "invitation" in text and "Skript" in text
    assert "verschwiegen" not in text.lower() and "sha256" not in text and "@" not in text
    for (sha,) in hubd.server.sql("SELECT sha256 FROM hubd.token"):
        assert sha not in text


def test_the_page_says_it_in_the_readers_language(hubd, free_day):
    made = book(hubd, free_day, title="Werkstatttag", start="19:00", end="20:00")
    assert hubd.patch(f"/api/v1/bookings/{made['id']}", {"title": "Umbau"}, as_="ines").status_code == 200
    session = signed_in(hubd, "ines@hubd.test")
    for lang, words in (("de", ("Protokoll", "Buchung", "geändert", "Titel")), ("en", ("Audit", "Booking", "changed", "Title"))):
        reply = requests.get(f"{hubd.url}/hubs/werft/manage/audit?lang={lang}&of=booking:{made['id']}", headers=HTML, cookies=dict(session.cookies), timeout=30)
        assert reply.status_code == 200 and all(word in reply.text for word in words), reply.text
        assert "<del>Werkstatttag</del>" in reply.text and "<ins>Umbau</ins>" in reply.text and "Ines Test" in reply.text


def test_an_operator_reads_all_of_it_at_the_command_line(hubd):
    hubd.run("admin", "person", "add", "protokoll@hubd.test", "Protokoll Test")
    hubd.run("admin", "role", "grant", "protokoll@hubd.test", "member", "kontor")
    items = json.loads(hubd.run("admin", "audit", "kontor", "--of", "membership", "--json"))["items"]
    assert items[0]["who"] == "operator" and items[0]["act"] == "made" and "member" in items[0]["to"]
    assert "membership" in hubd.run("admin", "audit")
    assert json.loads(hubd.run("admin", "audit", "--before", str(items[0]["id"]), "--json"))["items"][0]["id"] < items[0]["id"]
