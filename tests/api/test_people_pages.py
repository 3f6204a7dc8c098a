# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages about people: what somebody loses who wants to join, to invite, to leave; and the questions that they are asked first."""
import re

import pytest
import requests

import postgres
from conftest import Service, day
from test_pages import HTML, NAUGHTY, Page, post, signed_in

MANAGE = "/hubs/werft/manage"


@pytest.fixture(scope="module")
def hubd():
    """One of this module's own, without a worker: mails stay in the outbox, where their links are read."""
    if not postgres.is_available():
        pytest.skip("skipped: no PostgreSQL server installed")
    with postgres.Postgres(fsync=False) as server, Service(server) as service:
        service.settle()
        service.start("serve")
        service.run("admin", "person", "add", "agnes@hubd.test", "Agnes Test")
        service.run("admin", "role", "grant", "agnes@hubd.test", "agency")
        yield service


@pytest.fixture(scope="module")
def people(hubd):
    names = {"mara": "mara", "jonas": "jonas", "ines": "ines", "olga": "olga", "agnes": "agnes"}
    return {name: signed_in(hubd, f"{mail}@hubd.test") for name, mail in names.items()} | {"visitor": requests.Session()}


def look(hubd, session, path, lang="de"):
    reply = session.get(hubd.url + path, headers={**HTML, "Accept-Language": lang, "Cookie": "; ".join([f"{c.name}={c.value}" for c in session.cookies if c.name != "lang"] + [f"lang={lang}"])},
                        timeout=30, allow_redirects=False)
    return reply


def send(hubd, session, path, form):
    return post(hubd, path, form, session, **{"Accept-Language": "de"})


def words(reply):
    return re.sub(r"\s+", " ", " ".join(Page(reply.text).text))


def link_to(hubd, address):
    """The path of the last mail to an address."""
    return hubd.server.sql("SELECT m.data -> 'secret' ->> 'url' FROM hubd.message AS m LEFT JOIN hubd.person AS p ON p.id = m.person_id"
                           f" WHERE coalesce(p.mail, m.address) = '{address}' ORDER BY m.id DESC LIMIT 1")[0][0]


# ---- every page ----

@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("path, who", [("/me/organisations", "mara"), ("/me/organisations/testfirma", "mara"), ("/me/organisations/testfirma", "jonas"), ("/me/teams", "mara"),
                                       ("/me/delegates", "mara"), ("/hubs/werft/join", "visitor"), ("/hubs/werft/join", "olga"), ("/hubs/werft/join", "mara"), ("/join/geraten", "visitor"),
                                       ("/invitations/geraten", "visitor"), (MANAGE + "/members", "ines"), (MANAGE + "/members/csv", "ines"), ("/agency", "agnes")])
def test_every_page_comes_whole_in_both_languages(hubd, people, path, who, lang):
    reply = look(hubd, people[who], path, lang)
    read = Page(reply.text)
    assert reply.status_code == 200 and not read.wrong and not read.open, (read.wrong, read.open)
    assert dict(read.tags)["html"]["lang"] == lang and [tag for tag, _ in read.tags].count("h1") == 1
    assert not re.search(r"\b(manage|people|t)\.[a-z_]+\b|\{\{", "".join(read.text)), "every text is there"
    for tag, link in read.links:
        if tag == "a" and link.startswith(("/me", "/hubs", "/agency")):
            assert look(hubd, people[who], link).status_code in (200, 303), link


def test_what_people_type_never_becomes_markup(hubd, people):
    for n, word in enumerate(NAUGHTY):
        assert send(hubd, people["mara"], "/me/teams", {"name": word}).status_code == 303
        assert send(hubd, people["visitor"], "/hubs/werft/join", {"mail": f"boese{n}@firma.example", "name": word, "note": word}).status_code == 303
        path = link_to(hubd, f"boese{n}@firma.example")
        shown = look(hubd, people["visitor"], path)
        assert send(hubd, people["visitor"], path, {}).status_code == 303
        for page in (shown, look(hubd, people["mara"], "/me/teams"), look(hubd, people["ines"], MANAGE + "/members")):
            read = Page(page.text)
            assert not read.wrong and not read.open
            assert not any(name.startswith("on") for _, attributes in read.tags for name in attributes) and "alert(1)</script>" not in page.text


# ---- joining ----

def test_a_visitor_asks_by_mail_confirms_and_is_accepted(hubd, people):
    form = {"name": "Nora Neu", "mail": "nora@firma.example", "note": "Wir bauen Boote."}
    assert send(hubd, people["visitor"], "/hubs/werft/join", form).headers["Location"] == "/hubs/werft/join?done=unconfirmed"
    assert "einen Link geschickt" in words(look(hubd, people["visitor"], "/hubs/werft/join?done=unconfirmed"))
    assert "Nora Neu" not in look(hubd, people["ines"], MANAGE + "/members").text, "before the address is confirmed nobody sees it"
    path = link_to(hubd, "nora@firma.example")
    for _ in range(2):
        shown = look(hubd, people["visitor"], path)
        assert "Ja, anfragen" in shown.text and "nora@firma.example" in words(shown), "mail programs open links: looking confirms nothing"
    assert send(hubd, people["visitor"], path, {}).headers["Location"] == "/hubs/werft/join?done=waiting"
    assert "gilt nicht mehr" in words(look(hubd, people["visitor"], path))
    page = look(hubd, people["ines"], MANAGE + "/members")
    assert "Nora Neu" in page.text and "Wir bauen Boote." in page.text
    request = re.search(rf'action="({MANAGE}/requests/\d+)"(?:(?!</form>).)*Nora Neu', page.text, re.S)[1]
    refused = send(hubd, people["ines"], request, {"state": "declined", "answer": ""})
    assert refused.status_code == 422 and "in einem Satz" in words(refused)
    assert send(hubd, people["ines"], request, {"state": "accepted", "answer": "Willkommen an Bord."}).headers["Location"] == MANAGE + "/members?done=answered"
    nora = signed_in(hubd, "nora@firma.example")
    assert "Sie sind hier Mitglied" in words(look(hubd, nora, "/hubs/werft/join"))
    booked = send(hubd, nora, "/hubs/werft/book", {"resource": "kajuete", "start": f"{day(40)}T10:00", "end": f"{day(40)}T11:00"})
    assert booked.status_code == 303 and booked.headers["Location"].startswith("/me/bookings/")


def test_the_form_answers_every_address_alike(hubd, people):
    replies = {(reply.status_code, reply.headers["Location"]) for reply in (send(hubd, people["visitor"], "/hubs/werft/join", {"name": "X", "mail": mail})
               for mail in ("niemand@nirgends.example", "mara@hubd.test", "olga@hubd.test"))}
    assert len(replies) == 1


def test_an_invitation_is_accepted_by_whoever_reads_the_mail(hubd, people):
    assert send(hubd, people["ines"], MANAGE + "/members/invite", {"mail": "gast@firma.example", "role": "trainer", "sentence": "Bitte."}).status_code == 303
    path = link_to(hubd, "gast@firma.example")
    shown = look(hubd, people["visitor"], path)
    assert "Trainer bei Werft" in words(shown) and "Ines Test" in words(shown) and 'name="name"' in shown.text
    assert send(hubd, people["visitor"], path, {"accept": "yes", "name": ""}).status_code == 422
    assert send(hubd, people["visitor"], path, {"accept": "yes", "name": "Gero Gast"}).headers["Location"] == path + "?done=accepted"
    assert "gilt nicht mehr" in words(look(hubd, people["visitor"], path)) and "Gero Gast" in look(hubd, people["ines"], MANAGE + "/members").text


def test_a_table_of_members_is_looked_at_first(hubd, people):
    table = "Name;E-Mail;Rolle\nAda;ada@firma.example;Trainer\nBert;bert@firma;\n"
    shown = send(hubd, people["ines"], MANAGE + "/members/csv", {"table": table, "step": "look"})
    assert shown.status_code == 422 and "keine Mailadresse" in words(shown) and 'value="apply"' not in shown.text and "Ada;ada" in shown.text
    for wrong, sentence in (("mail\nx@y.example", "mail und name"), ("mail,name,farbe\nx@y.example,X,rot", "farbe"), ("mail,name,mail\nx@y.example,X,x", "mail"), ("", "")):
        reply = send(hubd, people["ines"], MANAGE + "/members/csv", {"table": wrong, "step": "apply"})
        assert reply.status_code == 422 and sentence in words(reply)
    table = table.replace("bert@firma;", "bert@firma.example;")
    shown = send(hubd, people["ines"], MANAGE + "/members/csv", {"table": table, "step": "look"})
    assert shown.status_code == 200 and words(shown).count("wird eingeladen") == 2 and 'value="apply"' in shown.text
    assert send(hubd, people["ines"], MANAGE + "/members/csv", {"table": table, "step": "apply"}).headers["Location"] == MANAGE + "/members?done=invited"
    page = look(hubd, people["ines"], MANAGE + "/members")
    assert "ada@firma.example" in page.text and "Trainer bei Werft" in words(page)
    many = "mail,name\n" + "".join(f"{n}@viele.example,N\n" for n in range(600))
    assert send(hubd, people["ines"], MANAGE + "/members/csv", {"table": many, "step": "look"}).status_code == 422


def test_a_day_pass_is_given_and_taken_back(hubd, people):
    assert send(hubd, people["ines"], MANAGE + "/members/day-pass", {"mail": "olga@hubd.test", "day": day(5), "name": "Olga"}).status_code == 303
    assert send(hubd, people["olga"], link_to(hubd, "olga@hubd.test"), {"accept": "yes"}).status_code == 303
    page = look(hubd, people["ines"], MANAGE + "/members")
    revoke = re.search(rf'action="({MANAGE}/day-passes/\d+/revoke)"', page.text)[1]
    assert send(hubd, people["olga"], "/hubs/werft/book", {"resource": "kajuete", "start": f"{day(5)}T10:00", "end": f"{day(5)}T11:00"}).status_code == 303
    assert send(hubd, people["ines"], revoke, {}).status_code == 303
    assert send(hubd, people["olga"], "/hubs/werft/book", {"resource": "kajuete", "start": f"{day(5)}T12:00", "end": f"{day(5)}T13:00"}).status_code == 403
    assert send(hubd, people["ines"], MANAGE + "/members/day-pass", {"mail": "x@firma.example", "day": "übermorgen"}).status_code == 422


# ---- organisations, teams, leaving ----

def test_a_team_is_made_invited_into_booked_for_and_left(hubd, people):
    assert send(hubd, people["mara"], "/me/teams", {"name": "Schwimmdock"}).headers["Location"] == "/me/teams?done=made"
    assert send(hubd, people["mara"], "/me/teams/schwimmdock/invite", {"mail": "jonas@hubd.test", "role": "member"}).status_code == 303
    waiting = look(hubd, people["jonas"], "/me/teams")
    accept = re.search(r'action="(/me/invitations/\d+)"', waiting.text)[1]
    assert "Team Schwimmdock" in words(waiting) and send(hubd, people["jonas"], accept, {"accept": "yes"}).status_code == 303
    form = look(hubd, people["jonas"], f"/hubs/werft/book?resource=bruecke&start={day(41)}T10:00&end={day(41)}T11:00")
    assert '<option value="team:schwimmdock">Schwimmdock</option>' in form.text
    booked = send(hubd, people["jonas"], "/hubs/werft/book", {"resource": "bruecke", "start": f"{day(41)}T10:00", "end": f"{day(41)}T11:00", "party": "team:schwimmdock", "title": "Probelauf"})
    booking = booked.headers["Location"].split("/")[3].split("?")[0]
    assert hubd.get(f"/api/v1/bookings/{booking}", as_="mara").json()["title"] == "Probelauf", "the team sees what it has booked"
    asked = send(hubd, people["jonas"], "/me/teams/schwimmdock/members/me/leave", {})
    assert asked.status_code == 409 and "Probelauf" in words(asked) and "Mara Test" in words(asked)
    mara = re.search(r'<option value="(\d+)">Mara Test', asked.text)[1]
    left = send(hubd, people["jonas"], "/me/teams/schwimmdock/members/me/leave", {"bookings": "hand-over", "to": mara})
    assert left.headers["Location"] == "/me/teams?done=left" and look(hubd, people["jonas"], "/me/teams/schwimmdock").status_code == 404
    assert hubd.get(f"/api/v1/bookings/{booking}", as_="mara").json()["person"]["name"] == "Mara Test"


def test_a_delegate_chooses_for_whom(hubd, people):
    assert send(hubd, people["mara"], "/me/delegates", {"mail": "olga@hubd.test"}).status_code == 303
    assert "wartet auf Antwort" in words(look(hubd, people["mara"], "/me/delegates"))
    assert send(hubd, people["olga"], link_to(hubd, "olga@hubd.test"), {"accept": "yes"}).status_code == 303
    form = look(hubd, people["olga"], f"/hubs/werft/book?resource=saal-a&start={day(42)}T10:00&end={day(42)}T11:00")
    assert '<option value="person:mara@hubd.test">Mara Test</option>' in form.text and "Für mich" not in form.text, "who may not book here themselves is not offered to"
    booked = send(hubd, people["olga"], "/hubs/werft/book", {"resource": "saal-a", "start": f"{day(42)}T10:00", "end": f"{day(42)}T11:00", "party": "person:mara@hubd.test"})
    assert booked.status_code == 303
    booking = booked.headers["Location"].split("/")[3].split("?")[0]
    mine = hubd.get(f"/api/v1/bookings/{booking}", as_="mara").json()
    assert mine["person"]["name"] == "Mara Test" and mine["booked_by"]["name"] == "Olga Test"


def test_an_organisation_is_made_joined_by_domain_and_left(hubd, people):
    assert send(hubd, people["olga"], "/me/organisations", {"name": "Werkstatt Süd", "kind": "sme", "size_class": "50-499", "claim_domain": "yes"}).status_code == 303
    assert "@hubd.test" in words(look(hubd, people["olga"], "/me/organisations/werkstatt-sued"))
    assert "Werkstatt Süd" in words(look(hubd, people["agnes"], "/me/organisations"))
    assert send(hubd, people["agnes"], "/me/organisations/werkstatt-sued/join", {}).headers["Location"] == "/me/organisations/werkstatt-sued?done=entered"
    assert send(hubd, people["agnes"], "/me/organisations/werkstatt-sued", {"name": "Meine"}).status_code == 403
    assert send(hubd, people["olga"], "/me/organisations/werkstatt-sued", {"name": "Werkstatt Süd", "kind": "sme", "topics": ["", "ai"], "size_class": ""}).status_code == 303
    page = look(hubd, people["olga"], "/me/organisations/werkstatt-sued").text
    assert re.search(r'value="ai" checked', page) and "50 bis 499" not in words(look(hubd, people["agnes"], "/me/organisations/werkstatt-sued"))
    assert send(hubd, people["olga"], "/me/organisations/werkstatt-sued/members/me/leave", {}).status_code == 409, "the last admin stays"
    assert send(hubd, people["agnes"], "/me/organisations/werkstatt-sued/members/me/leave", {}).headers["Location"] == "/me/organisations?done=left"


def test_leaving_a_hub_is_asked_about_once(hubd, people):
    ada = hubd.run("admin", "person", "add", "alma@hubd.test", "Alma Test") and hubd.run("admin", "role", "grant", "alma@hubd.test", "member", "werft") and signed_in(hubd, "alma@hubd.test")
    assert send(hubd, ada, "/hubs/werft/book", {"resource": "saal-b", "start": f"{day(43)}T10:00", "end": f"{day(43)}T11:00"}).status_code == 303
    asked = send(hubd, ada, "/me/hubs/werft/leave", {})
    assert asked.status_code == 409 and "Was soll daraus werden?" in words(asked) and "hand-over" not in asked.text
    assert send(hubd, ada, "/me/hubs/werft/leave", {"bookings": "cancel"}).headers["Location"] == "/me?done=left"
    assert hubd.server.sql("SELECT count(*) FROM hubd.claim AS c JOIN hubd.booking AS b ON b.id = c.booking_id JOIN hubd.person AS p ON p.id = b.person_id WHERE p.mail = 'alma@hubd.test'") == [("0",)]


def test_the_agencys_page_says_nothing_of_anybody(hubd, people):
    page = words(look(hubd, people["agnes"], "/agency"))
    assert "Zahlen über alle Hubs" in page and "Mara" not in page and "weniger als drei" in page
