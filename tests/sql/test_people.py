# SPDX-License-Identifier: GPL-3.0-or-later
"""Joining, organisations, teams, delegates: what people lose when somebody gets in who should not, or learns who has an account."""
import datetime
import hashlib
import json
import random

import psycopg2.extras
import pytest

from conftest import Reply, World


@pytest.fixture
def other(db):
    made = World(db)
    yield made
    made.close()


def hash_of(secret):
    return hashlib.sha256(secret.encode()).hexdigest()


def mails(world, address=None):
    """The last mails to an address, the youngest first."""
    return [row[0] for row in world.rows("SELECT jsonb_build_object('kind', m.kind, 'to', coalesce(p.mail, m.address)) || m.data FROM hubd.message AS m"
                                         " LEFT JOIN hubd.person AS p ON p.id = m.person_id WHERE coalesce(p.mail, m.address) = coalesce(%s, coalesce(p.mail, m.address))"
                                         " ORDER BY m.id DESC", address)]


def secret_in(world, address):
    return mails(world, address)[0]["secret"]["url"].rsplit("/", 1)[1]


def address(world, name):
    return f"{name}@{world.slug}.example"


def person(world, name):
    return world.value("SELECT id FROM hubd.person WHERE mail = %s", address(world, name))


def roles(world, name):
    return [row[0] for row in world.rows("SELECT role FROM hubd.membership WHERE hub_id = %s AND person_id = %s ORDER BY role", world.hub, person(world, name))]


def invite(world, mail, who="mia", **more):
    return world.call("invitation_make", who=who, mail=mail, **{**({"hub": world.slug} if not more.keys() & {"team", "organisation", "delegate"} else {}), **more})


def accept(world, mail, who=None, **more):
    return world.call("invitation_answer", who=who, sha256=hash_of(secret_in(world, mail)), accept=True, **more)


# ---- asking to join ----

def test_who_asks_becomes_a_member_when_a_manager_says_so_and_not_before(world):
    asked = world.call("join_request_make", who="fremd", hub=world.slug, note="Wir bauen Sensoren.")
    assert asked.status == 201 and roles(world, "fremd") == []
    assert mails(world, address(world, "mia"))[0]["kind"] == "join-request"
    assert world.call("join_request_make", who="fremd", hub=world.slug).problem == "already-asked"
    assert world.call("join_request_decide", who="anna", id=asked["id"], state="accepted").status == 404
    assert world.call("join_request_decide", who="fremd", id=asked["id"], state="accepted").status == 403
    done = world.call("join_request_decide", who="mia", id=asked["id"], state="accepted", answer="Willkommen!")
    assert done.status == 200 and roles(world, "fremd") == ["member"]
    assert mails(world, address(world, "fremd"))[0]["answer"] == "Willkommen!"
    assert world.call("join_request_decide", who="mia", id=asked["id"], state="declined", answer="Doch nicht").problem == "already-decided"
    assert world.call("join_request_make", who="fremd", hub=world.slug).problem == "already-in"


def test_who_declines_says_why(world):
    asked = world.call("join_request_make", who="fremd", hub=world.slug)
    assert world.call("join_request_decide", who="mia", id=asked["id"], state="declined").problem == "missing-member"
    assert world.call("join_request_decide", who="mia", id=asked["id"], state="declined", answer="Wir sind voll.").status == 200
    assert roles(world, "fremd") == [] and mails(world, address(world, "fremd"))[0]["answer"] == "Wir sind voll."


def test_nobody_asks_a_hub_for_ever(world):
    for _ in range(3):
        asked = world.call("join_request_make", who="fremd", hub=world.slug)
        assert world.call("join_request_decide", who="fremd", id=asked["id"], state="withdrawn").status == 200
    assert world.call("join_request_make", who="fremd", hub=world.slug).status == 429


def test_a_stranger_asks_by_mail_and_its_owner_confirms(world):
    asked = world.call("join_request_make", who=None, hub=world.slug, mail="neu@firma.example", name="Nora Neu")
    assert asked.status == 202 and world.value("SELECT count(*) FROM hubd.person WHERE mail = 'neu@firma.example'") == 0
    assert world.call("join_requests", who="mia", hub=world.slug)["items"] == [], "an address that nobody confirmed is shown to nobody"
    assert world.call("join_request_confirm", who=None, sha256=hash_of("guessed")).status == 404
    secret = secret_in(world, "neu@firma.example")
    assert world.call("join_request_confirm", who=None, sha256=hash_of(secret)).status == 200
    assert [item["mail"] for item in world.call("join_requests", who="mia", hub=world.slug)["items"]] == ["neu@firma.example"]
    assert world.call("join_request_confirm", who=None, sha256=hash_of(secret)).status == 404, "once"


def test_a_late_confirmation_does_not_count(world):
    world.call("join_request_make", who=None, hub=world.slug, mail="spaet@firma.example", name="Sven Spät")
    world.set_clock("25 hours")
    assert world.call("join_request_confirm", who=None, sha256=hash_of(secret_in(world, "spaet@firma.example"))).status == 404


def test_a_stranger_never_learns_who_has_an_account(world, other):
    """The same answer, byte for byte but for the time, whatever the address is: nobody's, a member's here, somebody's elsewhere."""
    replies = set()
    for mail in ("niemand@nirgends.example", address(world, "anna"), address(other, "anna")):
        reply = world.call("join_request_make", who=None, hub=world.slug, mail=mail, name="Wer auch immer")
        replies.add((reply.status, json.dumps({**reply.body, "expires": ""})))
    assert len(replies) == 1, replies


def test_a_mailbox_is_not_filled_by_strangers(world, other):
    before = len(mails(world, "opfer@firma.example"))
    for _ in range(6):
        for hub in (world, other):
            assert hub.call("join_request_make", who=None, hub=hub.slug, mail="opfer@firma.example", name="X").status == 202
    assert len(mails(world, "opfer@firma.example")) - before == 3


def test_a_hub_takes_a_bounded_number_of_unconfirmed_requests(world):
    world.rows("INSERT INTO hubd.join_request (hub_id, state, mail, name, sha256, expires_at) SELECT %s, 'unconfirmed', n || '@x.example', 'X', encode(sha256(n::text::bytea), 'hex'),"
               " hubd.present() + interval '1 hour' FROM generate_series(1, 200) AS n", world.hub)
    assert world.call("join_request_make", who=None, hub=world.slug, mail="noch@x.example", name="X").status == 429
    world.set_clock("2 hours")
    assert world.call("join_request_make", who=None, hub=world.slug, mail="noch@x.example", name="X").status == 202


# ---- invitations ----

def test_an_invitation_works_once_for_whoever_reads_the_mail(world):
    made = invite(world, "gast@firma.example", name="Gero Gast", sentence="Schön, dass Sie kommen.")
    assert made.status == 201 and made["state"] == "waiting" and "secret" not in made.text
    mail = mails(world, "gast@firma.example")[0]
    assert mail["kind"] == "invitation" and mail["sentence"] == "Schön, dass Sie kommen." and mail["to"]
    assert world.value("SELECT count(*) FROM hubd.invitation WHERE sha256 = %s", hash_of(secret_in(world, "gast@firma.example"))) == 1
    assert accept(world, "gast@firma.example").status == 200
    gast = world.value("SELECT id FROM hubd.person WHERE mail = 'gast@firma.example'")
    assert world.rows("SELECT role FROM hubd.membership WHERE hub_id = %s AND person_id = %s", world.hub, gast) == [("member",)]
    assert accept(world, "gast@firma.example").problem == "invitation-spent"


def test_an_invitation_that_is_old_or_taken_back_does_not_work(world):
    made = invite(world, "alt@firma.example", name="A")
    assert world.call("invitation_revoke", who="anna", id=made["id"]).status == 404
    assert world.call("invitation_revoke", who="mia", id=made["id"])["state"] == "revoked"
    assert accept(world, "alt@firma.example").status == 404
    invite(world, "alt@firma.example", name="A")
    world.set_clock("15 days")
    assert accept(world, "alt@firma.example").status == 404
    assert invite(world, "alt@firma.example", name="A").status == 201, "and a new one can be sent"


def test_only_managers_invite_to_a_hub(world, other):
    for who in ("anna", "tom", "fremd"):
        assert invite(world, "x@firma.example", who=who).status == 403
    assert other.call("invitation_make", who="mia", hub=world.slug, mail="x@firma.example").status == 403
    assert invite(world, "x@firma.example", role="agency").problem == "unknown-role"
    for wrong in ("x", "x@y", "x y@firma.example", "<x@firma.example>", "x@firma.example,y@firma.example", "a@b\n.de"):
        assert invite(world, wrong).problem == "malformed-address", wrong
    assert invite(world, address(world, "anna")).problem == "already-in"
    assert world.call("invitation_make", who="mia", mail="x@firma.example").problem == "missing-member"


def test_an_inviter_never_learns_who_has_an_account(world, other):
    """Nothing that a manager reads tells an address with an account from one without, until its owner has accepted."""
    with_account, without = address(other, "anna"), "niemand@anderswo.example"
    answers = [invite(world, mail, name="Nora N.") for mail in (with_account, without)]
    passes = [world.call("day_pass_give", who="mia", hub=world.slug, mail=mail, name="Nora N.", day=str(world.value("SELECT hubd.today_at(%s)", world.hub)))
              for mail in (with_account, without)]
    tables = [world.call("memberships_import", who="mia", hub=world.slug, rows=[{"mail": mail, "name": "Nora N."}], dry_run=True) for mail in (with_account, without)]
    lists = world.call("invitations", who="mia", hub=world.slug)["items"]
    for first, second in (answers, passes, tables):
        assert first.status == second.status
        for name in ("id", "mail", "location", "created", "expires"):
            first.body.pop(name, None)
            second.body.pop(name, None)
        assert first.text.replace(with_account, "M").count("M") == second.text.replace(without, "M").count("M")
        assert json.dumps(first.body).replace(with_account, "") == json.dumps(second.body).replace(without, "")
    assert {item["name"] for item in lists} == {"Nora N."}, "the name that the inviter gave, not the account's"
    assert world.call("people", who="mia", hub=world.slug).text.count(with_account) == 0
    assert world.call("person", who="mia", person=str(person(other, "anna"))).status == 404


def test_invitations_of_a_day_are_bounded(world):
    world.rows("INSERT INTO hubd.invitation (hub_id, kind, role, mail, sha256, invited_by_id, expires_at) SELECT %s, 'hub', 'member', n || '@x.example', encode(sha256(n::text::bytea), 'hex'), %s,"
               " hubd.present() + interval '1 day' FROM generate_series(1, 999) AS n", world.hub, person(world, "mia"))
    assert invite(world, "eins@y.example").status == 201 and invite(world, "zwei@y.example").status == 429
    table = [{"mail": f"{n}@z.example", "name": "Z"} for n in range(3)]
    assert world.call("memberships_import", who="mia", hub=world.slug, rows=table).status == 429
    team = world.call("team_make", name="Viele")["slug"]
    sent = [invite(world, f"{n}@w.example", who="anna", team=team).status for n in range(51)]
    assert sent == [201] * 50 + [429]
    world.set_clock("25 hours")
    assert invite(world, "morgen@w.example", who="anna", team=team).status == 201


def test_an_address_gets_a_bounded_number_of_mails_and_still_all_invitations(world):
    world.add_person("ziel", None)
    for n in range(7):
        slug = world.call("team_make", name=f"Team {n}")["slug"]
        assert invite(world, address(world, "ziel"), who="anna", team=slug).status == 201
    assert len(mails(world, address(world, "ziel"))) == 5
    waiting = world.call("person", who="ziel", person="me")["invitations"]
    assert len(waiting) == 7
    assert world.call("invitation_answer", who="ben", id=waiting[0]["id"]).status == 404, "another's number is of no use"
    for item in waiting:
        assert world.call("invitation_answer", who="ziel", id=item["id"]).status == 200
    assert len(world.call("teams", who="ziel")["items"]) == 7


def test_a_table_of_members_is_taken_whole_or_not_at_all(world):
    rows = [{"mail": "a@firma.example", "name": "A"}, {"mail": "b@firma.example", "name": "B", "role": "trainer"}, {"mail": address(world, "anna"), "name": "Anna"},
            {"mail": "c@firma", "name": "C"}, {"mail": "A@firma.example", "name": "Noch einmal"}, {"mail": "d@firma.example", "name": ""}, {"mail": "e@firma.example", "name": "E", "role": "chef"}]
    wrong = world.call("memberships_import", who="mia", hub=world.slug, rows=rows)
    assert wrong.problem == "wrong-rows" and [row["state"] for row in wrong["rows"]] == ["new", "new", "member", "wrong", "wrong", "wrong", "wrong"]
    assert [row["line"] for row in wrong["rows"]] == list(range(1, 8)) and "line 1" in wrong["rows"][4]["detail"]
    assert world.value("SELECT count(*) FROM hubd.invitation WHERE hub_id = %s", world.hub) == 0
    dry = world.call("memberships_import", who="mia", hub=world.slug, rows=rows[:3], dry_run=True)
    assert dry["invited"] == 2 and world.value("SELECT count(*) FROM hubd.invitation WHERE hub_id = %s", world.hub) == 0
    assert world.call("memberships_import", who="mia", hub=world.slug, rows=rows[:3])["invited"] == 2
    assert world.rows("SELECT mail, role FROM hubd.invitation WHERE hub_id = %s ORDER BY mail", world.hub) == [("a@firma.example", "member"), ("b@firma.example", "trainer")]
    again = world.call("memberships_import", who="mia", hub=world.slug, rows=rows[:3])
    assert again["invited"] == 0 and [row["state"] for row in again["rows"]] == ["invited", "invited", "member"]
    assert world.call("memberships_import", who="anna", hub=world.slug, rows=rows[:1]).status == 403


# ---- a day pass ----

def test_a_guest_books_on_the_day_of_the_pass_only(world):
    world.room("aula")
    day = str(world.base.date())
    assert world.book(9, 10, "aula", who="fremd").status == 403
    given = world.call("day_pass_give", who="mia", hub=world.slug, mail=address(world, "fremd"), name="Fremd", day=day)
    assert given.status == 201 and given["state"] == "waiting", "a hub that does not know somebody invites them"
    assert mails(world, address(world, "fremd"))[0]["local_start"] == day + "T00:00:00", "the mail says which day, as mails read days"
    assert accept(world, address(world, "fremd")).status == 200
    assert world.book(9, 10, "aula", who="fremd").status == 201
    late = world.book(30, 31, "aula", who="fremd")
    assert late.status == 403 and day in late["detail"]
    booked = world.book(11, 12, "aula", who="fremd")
    assert world.call("booking_change", who="fremd", id=booked["id"], start=world.at(33), end=world.at(34)).status == 403, "nor moves what is booked to another day"
    assert world.call("booking_change", who="fremd", id=booked["id"], start=world.at(13), end=world.at(14)).status == 200
    again = world.call("day_pass_give", who="mia", hub=world.slug, mail=address(world, "fremd"), day=str(world.value("SELECT %s::date + 1", day)))
    assert "person" in again.body, "whom the hub knows gets a pass at once"
    assert world.book(30, 31, "aula", who="fremd").status == 201
    assert world.call("day_pass_revoke", who="anna", id=again["id"]).status == 404
    assert world.call("day_pass_revoke", who="mia", id=again["id"]).status == 200
    assert world.book(32, 33, "aula", who="fremd").status == 403


def test_a_guest_sees_what_members_see_on_that_day(world):
    world.rows("INSERT INTO hubd.day_pass (hub_id, person_id, day) VALUES (%s, %s, %s)", world.hub, person(world, "fremd"), world.base.date())
    assert world.value("SELECT hubd.has_role(%s, %s, 'member')", person(world, "fremd"), world.hub) is False
    world.set_clock("30 days")
    assert world.value("SELECT hubd.has_role(%s, %s, 'member')", person(world, "fremd"), world.hub) is True
    assert world.value("SELECT hubd.has_role(%s, %s, 'trainer', 'manager')", person(world, "fremd"), world.hub) is False


def test_a_pass_is_for_a_day_to_come(world):
    today = world.value("SELECT hubd.today_at(%s)", world.hub)
    for days in (-1, 366):
        day = str(world.value("SELECT %s::date + %s", today, days))
        assert world.call("day_pass_give", who="mia", hub=world.slug, mail="x@firma.example", day=day).problem == "wrong-day"


# ---- roles and leaving ----

def test_a_hub_never_loses_its_last_manager(world):
    assert world.call("membership_end", who="mia", hub=world.slug, person="me", role="manager").problem == "last-manager"
    assert world.call("membership_give", who="mia", hub=world.slug, person=person(world, "anna"), role="manager").status == 200
    assert world.call("membership_end", who="mia", hub=world.slug, person="me", role="manager").status == 200
    assert roles(world, "mia") == [] and roles(world, "anna") == ["manager", "member"]


def test_a_manager_gives_roles_only_to_whom_the_hub_knows(world, other):
    assert world.call("membership_give", who="mia", hub=world.slug, person=person(other, "anna"), role="member").problem == "unknown-person"
    assert world.call("membership_give", who="mia", hub=world.slug, person=99999999, role="member").problem == "unknown-person"
    assert world.call("membership_give", who="anna", hub=world.slug, person=person(world, "ben"), role="manager").status == 403
    assert world.call("membership_give", who="mia", hub=world.slug, person=person(world, "ben"), role="operator").problem == "unknown-role"


def test_leaving_a_hub_asks_what_becomes_of_the_bookings(world):
    world.room("aula")
    booked = world.book(9, 10, "aula", who="ben")
    asked = world.call("membership_end", who="ben", hub=world.slug, person="me")
    assert asked.problem == "bookings-ahead" and asked["count"] == 1 and asked["bookings"][0]["id"] == booked["id"] and asked["choices"] == ["keep", "cancel"]
    assert roles(world, "ben") == ["member"], "and nothing is done before that is said"
    assert world.call("membership_end", who="ben", hub=world.slug, person="me", bookings="burn").problem == "malformed-value"
    assert world.call("membership_end", who="ben", hub=world.slug, person="me", bookings="cancel", dry_run=True).status == 200 and world.claims() == 1
    assert world.call("membership_end", who="ben", hub=world.slug, person="me", bookings="cancel").status == 200
    assert roles(world, "ben") == [] and world.claims() == 0
    assert world.book(9, 10, "aula", who="ben").status == 403


def test_what_was_cancelled_with_a_membership_does_not_come_back_without_it(world):
    world.room("aula")
    booked = world.book(9, 10, "aula", who="ben")
    assert world.call("membership_end", who="mia", hub=world.slug, person=str(person(world, "ben")), bookings="cancel").status == 200
    assert world.call("booking_restore", who="ben", id=booked["id"]).status == 403 and world.claims() == 0
    assert world.call("booking_restore", who="mia", id=booked["id"]).status == 200 and world.claims() == 1


def test_what_somebody_keeps_who_left_can_still_be_cancelled_but_not_moved(world):
    world.room("aula")
    booked = world.book(9, 10, "aula", who="ben")
    assert world.call("membership_end", who="mia", hub=world.slug, person=str(person(world, "ben")), bookings="keep").status == 200
    assert world.call("booking_change", who="ben", id=booked["id"], start=world.at(19), end=world.at(20)).status == 403
    assert world.call("booking_cancel", who="ben", id=booked["id"]).status == 200


def test_nobody_takes_away_anothers_role(world, other):
    for who in ("anna", "tom", "fremd"):
        assert world.call("membership_end", who=who, hub=world.slug, person=str(person(world, "ben"))).status == 403
    assert other.call("membership_end", who="mia", hub=world.slug, person=str(person(world, "ben"))).status == 403
    assert roles(world, "ben") == ["member"]


# ---- organisations ----

def organisation(world, who="anna", **more):
    return world.call("organisation_make", who=who, **{"name": "Sensorik Süd GmbH", "kind": "sme", "size_class": "50-499", **more})


def test_an_organisation_is_found_by_the_domain_of_ones_address(world, other):
    made = organisation(world, claim_domain=True)
    assert made.status == 201 and made["domains"] == [f"{world.slug}.example"] and made["is_admin"]
    assert other.call("organisation_join", who="anna", organisation=made["slug"]).status == 404, "another domain"
    assert world.call("organisation", who="ben", organisation=made["slug"]).status == 404, "who is not in it reads nothing"
    assert world.call("person", who="ben", person="me")["by_domain"]["slug"] == made["slug"]
    assert world.call("organisation_join", who="ben", organisation=made["slug"]).status == 200
    members = {m["name"]: m for m in world.call("organisation", who="ben", organisation=made["slug"])["members"]}
    assert members["anna"]["is_admin"] and not members["ben"]["is_admin"] and members["anna"]["mail"] is None
    taken = organisation(world, who="tom", name="Nachahmer", claim_domain=True)
    assert taken.problem == "domain-taken" and taken["organisation"] == made["slug"]
    assert world.call("organisations", who="tom")["items"] == [], "a refusal leaves nothing behind"


@pytest.mark.parametrize("domain", ["gmail.com", "GMX.de", "web.de", "t-online.de", "outlook.com", "mail.gmx.net", "yahoo.co.uk", "posteo.de", "icloud.com", "proton.me", "mailinator.com"])
def test_a_public_mail_provider_is_nobodys_organisation(world, domain):
    world.add_person("frei", None)
    world.rows("UPDATE hubd.person SET mail = %s WHERE id = %s", f"frei-{world.slug}@{domain}", person(world, "frei"))
    assert organisation(world, who="frei", claim_domain=True).problem == "public-domain"


def test_a_firm_whose_name_ends_like_a_providers_may_claim_its_domain(world):
    for domain in ("notgmail.com", "web.design", "gmx.dental", "example.de"):
        assert not world.value("SELECT hubd.is_public_mail_domain(%s)", domain), domain


def test_admins_invite_into_an_organisation_and_there_is_always_one(world):
    slug = organisation(world)["slug"]
    assert invite(world, "kollege@firma.example", who="ben", organisation=slug).status == 404
    assert invite(world, address(world, "ben"), who="anna", organisation=slug).status == 201
    assert accept(world, address(world, "ben"), who="ben").status == 200
    assert invite(world, "kollege@firma.example", who="ben", organisation=slug).status == 403
    assert world.call("organisation_change", who="ben", organisation=slug, name="Meins").status == 403
    assert world.call("organisation_leave", who="anna", organisation=slug, person="me").problem == "last-admin"
    assert world.call("organisation_member_change", who="anna", organisation=slug, person="me", is_admin=False).problem == "last-admin"
    assert world.call("organisation_member_change", who="anna", organisation=slug, person=str(person(world, "ben")), is_admin=True).status == 200
    assert world.call("organisation_leave", who="anna", organisation=slug, person="me").status == 200
    assert [m["name"] for m in world.call("organisation", who="ben", organisation=slug)["members"]] == ["ben"]


def test_what_is_said_of_an_organisation_is_right(world):
    assert organisation(world, kind="club").problem == "wrong-kind" and organisation(world, size_class="7").problem == "malformed-value"
    assert organisation(world, topics=["no-such"]).problem == "unknown-topic" and organisation(world, url="javascript:alert(1)").problem == "malformed-value"
    made = organisation(world, url="https://sensorik.example")
    changed = world.call("organisation_change", organisation=made["slug"], size_class="500+")
    assert changed["size_class"] == "500+" and changed["url"] == "https://sensorik.example"
    assert world.call("organisation_change", organisation=made["slug"], revision="1", name="Spät").status == 412, "what somebody else changed is not overwritten"


# ---- teams ----

def team_of(world, *names):
    slug = world.call("team_make", who=names[0], name="Lastenrad")["slug"]
    for name in names[1:]:
        invite(world, address(world, name), who=names[0], team=slug)
        assert accept(world, address(world, name), who=name).status == 200
    return slug


def test_a_team_books_and_its_people_see_it(world):
    world.room("aula")
    slug = team_of(world, "anna", "ben")
    booked = world.book(9, 10, "aula", who="ben", team=slug)
    assert booked.status == 201 and booked["team"] == slug
    assert world.call("booking", who="anna", id=booked["id"])["title"] == "Termin", "who is in the team sees what it is"
    assert world.call("booking", who="tom", id=booked["id"]).body.get("redacted") is True
    assert world.value("SELECT count(*) FROM hubd.change WHERE scope = 'team:' || (SELECT id FROM hubd.team WHERE slug = %s)", slug) > 0, "the team's feed hears of it"
    assert world.book(11, 12, "aula", who="tom", team=slug).problem == "unknown-team"
    assert world.book(11, 12, "aula", who="tom", team="no-such").problem == "unknown-team", "and whether there is one is not told"
    assert world.call("booking_cancel", who="ben", id=booked["id"], dry_run=True).status == 200
    assert world.call("booking_cancel", who="anna", id=booked["id"]).status == 200, "its admins may change what it booked"


def test_a_team_member_who_is_no_admin_does_not_cancel_anothers_booking(world):
    world.room("aula")
    slug = team_of(world, "anna", "ben")
    booked = world.book(9, 10, "aula", who="anna", team=slug)
    assert world.call("booking_cancel", who="ben", id=booked["id"]).status == 403


def test_who_is_not_in_a_team_learns_nothing_of_it(world):
    slug = team_of(world, "anna", "ben")
    for function, more in (("team", {}), ("team_change", {"name": "X"}), ("team_leave", {"person": "me"}), ("team_member_change", {"person": "me", "is_admin": True})):
        unknown, hidden = (world.call(function, who="tom", team=name, **more) for name in ("no-such", slug))
        assert (unknown.status, hidden.status) == (404, 404) and unknown.text.replace("no-such", slug) == hidden.text
    assert world.call("invitations", who="tom", team=slug).status == 404
    assert world.call("team_change", who="ben", team=slug, name="Meins").status == 403


def test_leaving_a_team_hands_over_what_it_booked(world):
    world.room("aula")
    slug = team_of(world, "anna", "ben", "fremd")
    booked = world.book(9, 10, "aula", who="ben", team=slug)
    asked = world.call("team_leave", who="ben", team=slug, person="me")
    assert asked.problem == "bookings-ahead" and asked["choices"] == ["keep", "cancel", "hand-over"]
    assert world.call("team_leave", who="ben", team=slug, person="me", bookings="hand-over", to=str(person(world, "tom"))).problem == "unknown-person"
    assert world.call("team_leave", who="ben", team=slug, person="me", bookings="hand-over", to=str(person(world, "fremd"))).problem == "cannot-take-over"
    assert world.call("team_leave", who="ben", team=slug, person="me", bookings="hand-over", to=str(person(world, "anna"))).status == 200
    now = world.call("booking", who="anna", id=booked["id"])
    assert now["person"]["name"] == "anna" and now["team"] == slug and world.claims() == 1


def test_leaving_with_keep_makes_the_booking_ones_own(world):
    world.room("aula")
    slug = team_of(world, "anna", "ben")
    booked = world.book(9, 10, "aula", who="ben", team=slug)
    assert world.call("team_leave", who="ben", team=slug, person="me", bookings="keep").status == 200
    mine = world.call("booking", who="ben", id=booked["id"])
    assert mine["person"]["name"] == "ben" and mine["team"] is None
    assert world.call("booking", who="anna", id=booked["id"]).body.get("redacted") is True


def test_a_team_without_people_is_no_more(world):
    slug = team_of(world, "anna")
    invite(world, address(world, "ben"), who="anna", team=slug)
    assert world.call("team_leave", who="anna", team=slug, person="me").status == 200
    assert accept(world, address(world, "ben"), who="ben").problem == "not-live"


# ---- delegates ----

def test_a_delegate_books_on_behalf_and_nobody_else_does(world):
    world.room("aula")
    refused = [world.book(9, 10, "aula", who="ben", on_behalf_of=mail) for mail in (address(world, "anna"), "niemand@nirgends.example")]
    assert [r.status for r in refused] == [403, 403] and refused[0].text == refused[1].text, "whether anna has an account is not told"
    assert invite(world, address(world, "fremd"), who="anna", delegate=True).status == 201
    assert accept(world, address(world, "fremd"), who="fremd").status == 200
    booked = world.book(9, 10, "aula", who="fremd", on_behalf_of=address(world, "anna"))
    assert booked.status == 201 and booked["person"]["name"] == "anna" and booked["booked_by"]["name"] == "fremd", "a delegate of a member need be none"
    assert world.book(11, 12, "aula", who="fremd").status == 403
    assert world.call("booking_change", who="fremd", id=booked["id"], title="Neu")["title"] == "Neu"
    assert world.call("booking_cancel", who="fremd", id=booked["id"]).status == 200
    assert world.call("delegate_end", who="anna", person=str(person(world, "fremd"))).status == 200
    assert world.book(9, 10, "aula", who="fremd", on_behalf_of=address(world, "anna")).status == 403


def test_a_delegate_may_no_more_than_whom_they_act_for(world):
    world.room("aula")
    invite(world, address(world, "ben"), who="fremd", delegate=True)
    assert accept(world, address(world, "ben"), who="ben").status == 200
    assert world.book(9, 10, "aula", who="ben", on_behalf_of=address(world, "fremd")).status == 403
    assert invite(world, address(world, "ben"), who="ben", delegate=True).problem == "same-person"


# ---- numbers ----

def groups(world, cells):
    return world.value("SELECT hubd.no_small_groups(%s)", json.dumps(cells))


def test_no_number_counts_fewer_than_three_people_and_none_can_be_had_by_subtraction(world):
    rng = random.Random(5)
    for _ in range(300):
        cells = [{"key": f"h{n}", "who": rng.sample(range(12), rng.choice([0, 0, 1, 1, 2, 3, 4, 7])), "hours": 1} for n in range(rng.randint(1, 7))]
        for cell in cells:
            cell["count"] = len(cell["who"])
        told = groups(world, cells)
        who = {cell["key"]: set(cell["who"]) for cell in cells}
        assert sorted(key for group in told for key in group["keys"]) == sorted(who), "each hub stands in exactly one group: every sum of groups is a union of groups"
        for group in told:
            people = set().union(*(who[key] for key in group["keys"]))
            if group["count"] is not None:
                assert not 0 < len(people) < 3, (cells, told)
                assert group["count"] == sum(len(who[key]) for key in group["keys"])
            if len(group["keys"]) == 1 and len(people) in (1, 2):
                assert group["count"] is None
        small = [key for key in who if len(who[key]) in (1, 2)]
        assert all(len(group["keys"]) > 1 or group["count"] is None for group in told if set(group["keys"]) & set(small))


def test_only_the_agency_reads_numbers_over_all_hubs(world):
    world.add_person("agnes", None)
    world.rows("UPDATE hubd.person SET is_agency = true WHERE id = %s", person(world, "agnes"))
    for who in ("anna", "mia", "tom", "fremd"):
        assert world.call("statistics_hubs", who=who).status == 403
    told = world.call("statistics_hubs", who="agnes")
    assert told.status == 200 and told["quarter"][4:6] == "-Q" and {item["of"] for item in told["items"]} == {"members", "bookings", "events"} and "anna" not in told.text
    assert world.call("people", who="agnes", hub=world.slug).status == 403, "never a hub's private data"


# ---- series ----

def series(world, who="ben", **more):
    """Weekly at 9, without an end, booked for four weeks so far."""
    walls = [(world.base + datetime.timedelta(days=7 * n)).strftime("%Y-%m-%dT09:00:00") for n in range(4)]
    dates = [{"date": wall, "start": wall + "Z", "end": wall.replace("T09", "T10") + "Z", "local_end": wall.replace("T09", "T10"), "fit": None} for wall in walls]
    reply = world.call("series_book", who=who, hub=world.slug, title="Jour fixe", items=[{"resource": "aula"}], zone="UTC", local_start=walls[0], duration="PT1H",
                       rrule="FREQ=WEEKLY", rdates=[], exdates=[], dates=dates, until=world.at(24 * 28), choice="all", **more)
    return reply["id"] if reply.status == 201 else reply


def change(world, function, who, series_id, **more):
    """With the revision that was looked at, which is a part of the input."""
    revision = world.value("SELECT revision::text FROM hubd.series WHERE id = %s", series_id)
    with world.server.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
        cursor.execute(f"SELECT (r).* FROM api.{function}(%s, %s) AS r", (json.dumps({"token": world.tokens[who], "language": "en"}), json.dumps({"id": series_id, "revision": revision, **more})))
        return Reply(cursor.fetchone())


def state_of(world, series_id):
    return world.rows("SELECT state, rrule, materialised_until IS NULL, (SELECT name FROM hubd.person WHERE id = person_id), team_id IS NULL FROM hubd.series WHERE id = %s", series_id)[0]


def test_a_series_ends_with_the_membership_of_whoever_has_it(world):
    world.room("aula")
    kept = series(world)
    assert world.call("membership_end", who="ben", hub=world.slug, person="me")["count"] == 4
    assert world.call("membership_end", who="ben", hub=world.slug, person="me", bookings="keep").status == 200
    state, rrule, is_whole, *_ = state_of(world, kept)
    assert state == "confirmed" and is_whole and "UNTIL=" in rrule and world.claims() == 4, "what is booked stays, and nothing comes after it"
    assert change(world, "series_change", "ben", kept, scope="all", title="Neu").status == 403
    assert change(world, "series_cancel", "ben", kept, scope="all", date=None).status == 200


def test_a_series_gets_no_more_dates_when_an_operator_took_the_role_away(world):
    world.room("aula")
    kept = series(world)
    wall = (world.base + datetime.timedelta(days=28)).strftime("%Y-%m-%dT09:00:00")
    further = {"revision": world.value("SELECT revision::text FROM hubd.series WHERE id = %s", kept), "until": world.at(24 * 35),
               "dates": [{"date": wall, "start": wall + "Z", "end": wall.replace("T09", "T10") + "Z", "local_end": wall.replace("T09", "T10"), "fit": None}]}
    world.rows("DELETE FROM hubd.membership WHERE hub_id = %s AND person_id = %s", world.hub, person(world, "ben"))
    world.rows("SELECT api.job_series_extend(%s, %s)", kept, json.dumps(further))
    state, rrule, is_whole, *_ = state_of(world, kept)
    assert (state, is_whole, world.claims()) == ("confirmed", True, 4) and "UNTIL=" in rrule


def test_a_series_is_cancelled_with_everything_else(world):
    world.room("aula")
    gone = series(world)
    assert world.call("membership_end", who="ben", hub=world.slug, person="me", bookings="cancel").status == 200
    assert state_of(world, gone)[0] == "cancelled" and world.claims() == 0


def test_a_teams_series_is_handed_over_whole(world):
    world.room("aula")
    slug = team_of(world, "anna", "ben")
    handed = series(world, team=slug)
    assert world.call("series", who="anna", id=handed).status == 200 and world.call("series", who="tom", id=handed).status == 404
    assert world.call("team_leave", who="ben", team=slug, person="me", bookings="hand-over", to=str(person(world, "anna"))).status == 200
    state, _, is_whole, owner, is_nobodys = state_of(world, handed)
    assert (state, is_whole, owner, is_nobodys) == ("confirmed", False, "anna", False)
    assert world.value("SELECT count(*) FROM hubd.booking WHERE series_id = %s AND person_id = %s", handed, person(world, "anna")) == 4


def test_a_guest_books_no_series(world):
    world.room("aula")
    world.rows("INSERT INTO hubd.day_pass (hub_id, person_id, day) VALUES (%s, %s, %s)", world.hub, person(world, "fremd"), world.base.date() + datetime.timedelta(days=21))
    assert series(world, who="fremd").status == 403 and world.claims() == 0
