# SPDX-License-Identifier: GPL-3.0-or-later
"""hubd admin: what an operator loses when a verb breaks. Over a database of its own; no service runs."""
import hashlib
import json
import subprocess

import pytest

import conftest
from test_import import DUMP


class Office:
    def __init__(self, service):
        self.service = service

    def admin(self, *words):
        return subprocess.run([conftest.HUBD, "--config", self.service.conf, "admin", *words], capture_output=True, text=True, check=False)

    def done(self, *words):
        answer = self.admin(*words)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def refused(self, *words):
        """The sentence of a refusal."""
        answer = self.admin(*words)
        assert answer.returncode != 0 and answer.stdout == "", answer.stdout
        return answer.stderr

    def items(self, *words):
        return json.loads(self.done(*words, "--json"))["items"]

    def sql(self, query):
        return self.service.server.sql(query, database=self.service.database)


@pytest.fixture
def office(hubd_server, request):
    name = "admin_" + hashlib.md5(request.node.name.encode()).hexdigest()[:12]
    hubd_server.sql(f"CREATE DATABASE {name}", database="postgres")
    with conftest.Service(hubd_server, database=name) as service:
        service.run("migrate")
        yield Office(service)
    hubd_server.sql(f"DROP DATABASE {name}", database="postgres")


def examples(office, world=None, example=True):
    file = office.service.folder / "hubs.json"
    file.write_text(json.dumps({**(world or conftest.WORLD), "example": example}), encoding="utf-8")
    return file


# ---- hubs, people, roles ----

def test_a_hub_is_made_once_and_listed(office):
    office.done("hub", "add", "werft", "Die Werft", "--zone", "Europe/Berlin", "--city", "Kiel", "--land", "DE-SH")
    assert "There is a hub \"werft\" already" in office.refused("hub", "add", "werft", "Noch eine")
    [hub] = office.items("hub", "list")
    assert (hub["slug"], hub["name"], hub["sites"], hub["is_example"]) == ("werft", "Die Werft", 1, False)
    assert "Die Werft" in office.done("hub", "list")


def test_a_name_that_cannot_be_in_an_address_is_refused_with_one_that_can(office):
    assert '"die-grosse-werft"' in office.refused("hub", "add", "Die Große Werft", "Werft")


def test_people_get_roles_and_lose_them(office):
    office.done("hub", "add", "werft", "Werft")
    office.done("person", "add", "ines@hubd.test", "Ines", "--language", "en")
    assert "already" in office.refused("person", "add", "INES@hubd.test", "Ines")
    office.done("role", "grant", "ines@hubd.test", "manager", "werft")
    office.done("role", "grant", "ines@hubd.test", "operator")
    [ines] = office.items("person", "list")
    assert ines["roles"] == "manager@werft operator" and ines["language"] == "en"
    office.done("role", "revoke", "ines@hubd.test", "manager", "werft")
    office.done("role", "revoke", "ines@hubd.test", "operator")
    assert office.items("person", "list")[0]["roles"] == ""


@pytest.mark.parametrize("words, sentence", [
    (("role", "grant", "ines@hubd.test", "boss", "werft"), "member, trainer and manager"),
    (("role", "grant", "ines@hubd.test", "member"), "name it as the last word"),
    (("role", "grant", "ines@hubd.test", "member", "nord"), "There are: werft."),
    (("role", "grant", "ines@hubd.test", "operator", "werft"), "leave the hub out"),
    (("role", "grant", "nobody@hubd.test", "member", "werft"), "hubd admin person add nobody@hubd.test"),
    (("person", "add", "ines", "Ines"), "no mail address"),
    (("person", "add", "i@hubd.test", "Ines", "--language", "fr"), "de or en"),
    (("token", "add", "ines@hubd.test", "x", "--scopes", "read,all"), "read, write, feed and calendar"),
    (("token", "add", "ines@hubd.test", "x", "--expires", "tomorrow"), "2027-01-31"),
    (("token", "add", "ines@hubd.test", "x", "--expires", "2020-01-31"), "expired already"),
    (("token", "revoke", "laptop"), "hubd admin token list"),
    (("token", "add", "ines@hubd.test", "x", "--expire", "2027-01-31"), "did you mean --expires?"),
    (("job", "retry", "77"), "no job 77"),
    (("job", "drop", "x"), "no job x"),
    (("load-hubs", "/nowhere.json"), "No such file"),
    (("role", "grant", "ines@hubd.test"), "usage: hubd admin role grant MAIL ROLE [HUB]"),
    (("hubs",), "usage:")])
def test_a_wrong_word_is_answered_with_the_right_ones(office, words, sentence):
    office.done("hub", "add", "werft", "Werft")
    office.done("person", "add", "ines@hubd.test", "Ines")
    assert sentence in office.refused(*words)


# ---- tokens ----

def test_a_token_is_shown_once_and_only_its_hash_is_kept(office):
    office.done("person", "add", "ines@hubd.test", "Ines")
    token = office.done("token", "add", "ines@hubd.test", "laptop").strip()
    assert len(token) == 43
    [(stored, scopes)] = office.sql("SELECT sha256, scopes FROM hubd.token")
    assert stored == hashlib.sha256(token.encode()).hexdigest() and scopes == "{read,write}"
    everything = office.sql("SELECT string_agg(t::text, '') FROM hubd.token AS t")[0][0]
    assert token not in everything and token not in office.done("token", "list") and token not in office.done("token", "list", "--json")


def test_a_revoked_token_is_worth_nothing(office):
    office.done("person", "add", "ines@hubd.test", "Ines")
    made = json.loads(office.done("token", "add", "ines@hubd.test", "laptop", "--scopes", "read", "--expires", "2099-12-31", "--json"))
    office.done("token", "revoke", str(made["id"]))
    [token] = office.items("token", "list", "ines@hubd.test")
    assert token["revoked"] and token["scopes"] == "read" and token["expires"] == "2100-01-01T00:00:00Z"
    assert office.sql(f"SELECT hubd.caller_person(jsonb_build_object('token', '{hashlib.sha256(made['token'].encode()).hexdigest()}'))") == [(None,)]


# ---- jobs ----

def test_a_job_that_was_set_aside_is_shown_tried_again_or_dropped(office):
    office.sql("INSERT INTO hubd.job (kind, key, state, attempts, error) VALUES ('mail', 'a', 'failed', 8, 'no route'), ('mail', 'b', 'waiting', 0, NULL)")
    [failed] = office.items("job", "list", "--failed")
    own = lambda: [job["key"] for job in office.items("job", "list") if job["kind"] == "mail"]
    assert failed["error"] == "no route" and own() == ["a", "b"]
    office.done("job", "retry", str(failed["id"]))
    assert office.items("job", "list", "--failed") == [] and office.sql("SELECT state, attempts FROM hubd.job WHERE key = 'a'") == [("waiting", "0")]
    office.done("job", "drop", str(failed["id"]))
    assert own() == ["b"]


def test_a_job_that_was_queued_anew_is_not_queued_twice(office):
    office.sql("INSERT INTO hubd.job (kind, key, state) VALUES ('mail', 'a', 'failed'), ('mail', 'a', 'waiting')")
    [failed] = office.items("job", "list", "--failed")
    assert "hubd admin job drop" in office.refused("job", "retry", str(failed["id"]))


# ---- examples ----

def test_loading_the_examples_twice_changes_nothing(office):
    file = conftest.ROOT / "config" / "hubs.json"
    first = json.loads(office.done("load-hubs", str(file), "--json"))
    assert first["hubs"] == 12 and first["events"] > 0 and first["bookings"] > 0 and first["unplaced"] == []
    before = office.sql(DUMP)
    second = json.loads(office.done("load-hubs", str(file), "--json"))
    assert all(value in (0, []) for value in second.values()) and office.sql(DUMP) == before


def test_the_examples_go_without_a_trace(office):
    tables = ("hub", "site", "resource", "unit", "resource_unit", "event", "occurrence", "booking", "claim", "person", "organisation", "membership")
    count = "SELECT " + ", ".join(f"(SELECT count(*) FROM hubd.{table})" for table in tables)
    before = office.sql(count)
    office.done("load-hubs", str(conftest.ROOT / "config" / "hubs.json"))
    removed = json.loads(office.done("remove-examples", "--json"))
    assert removed["hubs"] == 12 and removed["kept"] == [] and office.sql(count) == before


def test_an_example_room_that_somebody_booked_stays_and_is_named(office):
    office.done("load-hubs", str(examples(office)))
    office.sql("""INSERT INTO hubd.booking (hub_id, id, state, during, local_start, local_end, zone, uid)
        SELECT id, 999, 'confirmed', '[2030-01-01,2030-01-02)', '2030-01-01', '2030-01-02', 'UTC', 'real' FROM hubd.hub WHERE slug = 'werft';
        INSERT INTO hubd.booking_item (hub_id, booking_id, position, resource_id)
        SELECT hub_id, 999, 1, id FROM hubd.resource WHERE slug = 'kajuete'""")
    removed = json.loads(office.done("remove-examples", "--json"))
    assert removed["kept"] == [{"hub": "werft", "resources": ["kajuete"]}]
    assert office.sql("SELECT slug FROM hubd.resource") == [("kajuete",)] and office.sql("SELECT slug FROM hubd.hub WHERE NOT is_network") == [("werft",)]


def test_an_operator_s_own_hubs_are_no_examples(office):
    week = [{"kind": "event", "week": 1, "day": 2, "start": "18:00", "end": "20:00", "title": "Offene Werkstatt", "resources": ["bruecke"]},
            {"kind": "booking", "week": 1, "day": 3, "start": "10:00", "end": "11:00", "title": "Probe", "person": "mara@hubd.test", "resources": ["kajuete"]}]
    hubs = [{**conftest.WORLD["hubs"][0], "week": week}, conftest.WORLD["hubs"][1]]
    office.done("load-hubs", str(examples(office, {**conftest.WORLD, "hubs": hubs}, example=False)))
    office.done("load-hubs", str(conftest.ROOT / "config" / "hubs.json"))
    removed = json.loads(office.done("remove-examples", "--json"))
    assert removed["hubs"] == 12 and removed["kept"] == []
    assert office.sql("SELECT slug FROM hubd.hub WHERE NOT is_network ORDER BY slug") == [("kontor",), ("werft",)]
    assert office.sql("SELECT count(*) FROM hubd.claim WHERE lane = '[9,10)'") == [("2",)]
    assert office.sql("SELECT count(*) FROM hubd.person WHERE mail LIKE '%@hubd.test'") == [(str(len(conftest.PEOPLE)),)]


def test_a_divisible_hall_has_the_units_of_its_parts_at_any_depth(office):
    resources = [{"slug": slug, "site": "haus", "kind": "room", "name_de": slug, "name_en": slug, "capacity": 1, "features": [], **more}
                 for slug, more in (("alles", {"parts": ["halle", "c"]}), ("halle", {"parts": ["a", "b"]}), ("a", {}), ("b", {}), ("c", {}))]
    hub = {**conftest.WORLD["hubs"][0], "resources": resources}
    office.done("load-hubs", str(examples(office, {"topics": [], "people": [], "hubs": [hub]})))
    assert office.sql("""SELECT r.slug, string_agg(u.name, '+' ORDER BY u.name) FROM hubd.resource AS r JOIN hubd.resource_unit AS ru ON ru.resource_id = r.id
        JOIN hubd.unit AS u ON u.id = ru.unit_id GROUP BY r.slug ORDER BY r.slug""") == [
        ("a", "a"), ("alles", "a+b+c"), ("b", "b"), ("c", "c"), ("halle", "a+b")]


def test_the_example_week_is_this_one_in_the_hub_s_own_time(office):
    week = [{"kind": "event", "week": 0, "day": 1, "start": "18:00", "end": "20:00", "title": "Montag", "resources": []},
            {"kind": "event", "week": 1, "day": 7, "start": "22:00", "end": "02:00", "title": "Nacht", "resources": []}]
    hubs = [{**hub, "week": week} for hub in conftest.WORLD["hubs"]]
    office.done("load-hubs", str(examples(office, {**conftest.WORLD, "hubs": hubs})))
    assert office.sql("""SELECT h.slug, e.title, o.local_start - date_trunc('week', now() AT TIME ZONE h.zone), o.local_end - o.local_start,
            o.local_start = lower(o.during) AT TIME ZONE h.zone
        FROM hubd.event AS e JOIN hubd.occurrence AS o ON o.event_id = e.id JOIN hubd.hub AS h ON h.id = e.hub_id ORDER BY 1, 2""") == [
        ("kontor", "Montag", "18:00:00", "02:00:00", "t"), ("kontor", "Nacht", "13 days 22:00:00", "04:00:00", "t"),
        ("werft", "Montag", "18:00:00", "02:00:00", "t"), ("werft", "Nacht", "13 days 22:00:00", "04:00:00", "t")]


@pytest.mark.parametrize("change, sentence", [
    ({"zone": "Mitteleuropa"}, "a zone such as Europe/Berlin"), ({"slug": "Die Werft"}, "hub_slug_is_plain"),
    ({"week": [{"kind": "event", "week": 0, "day": 9, "start": "18:00", "end": "20:00", "title": "X"}]}, "day 1 to 7"),
    ({"resources": [{"slug": "a", "site": "keller", "kind": "room", "name_de": "A"}]}, 'no site "keller"'),
    ({"resources": [{"slug": "a", "site": "haus", "kind": "room", "name_de": "A", "parts": ["b"]}]}, 'no resource "b"')])
def test_a_malformed_file_stores_nothing_and_says_what_is_wrong(office, change, sentence):
    before = office.sql(DUMP)
    hub = {**conftest.WORLD["hubs"][0], **change}
    assert sentence in office.refused("load-hubs", str(examples(office, {"topics": [], "people": [], "hubs": [hub]})))
    assert office.sql(DUMP) == before
