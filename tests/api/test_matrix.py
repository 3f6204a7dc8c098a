# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what: every role on every route, at the own hub and at another. A route without a row here fails.

A row says what becomes of each role, in the order of ROLES, at the own hub and at the other one:
  O  it is done (or would be, in a dry run)      S  asked to sign in first
  F  refused, and told whom to ask (403)         H  not there for them (404): whether it exists is not told
The table in sql/README.md says the same for people to read."""
import base64
import itertools
import json
import subprocess

import pytest
import requests

import postgres
from conftest import HUBD, Service, day
from test_manage_pages import png
from test_pages import HTML, form_key, signed_in

ROLES = ("visitor", "stranger", "member", "trainer", "manager", "agency", "operator")
OWN, OTHER = "werft", "kontor"

PUBLIC = ("OOOOOOO", "OOOOOOO")
SIGNED_IN = ("SOOOOOO", "SOOOOOO")
MEMBERS = ("SFOOOFO", "SFFFFFO")
MANAGERS = ("SFFFOFO", "SFFFFFO")
THEIRS = MANAGERS                        # somebody else's booking or event: the hub's managers may, it is no secret that it exists
HIDDEN = ("SHHHOHO", "SHHHHHO")          # somebody else's matter with the hub: for its managers
NOBODYS = ("SHHHHHH", "SHHHHHH")         # somebody else's own: no role opens it
ADMINS = ("SHHHHHO", "SHHHHHO")          # an organisation that one is not in: operators help out
NOBODY_HAS_IT = ("HHHHHHH", "HHHHHHH")   # a guessed token
AGENCY = ("SFFFFOO", "SFFFFOO")

DRY = {"dry_run": True}
PICTURE = png(64, 64)
_numbers = itertools.count(1)
_hours = itertools.count(0)
_weeks = itertools.count(0)


def slot():
    """Two hours that nothing else in this file books."""
    n = next(_hours)
    return {"start": f"{day(400 + n // 8)}T{n % 8 * 2 + 4:02}:00", "end": f"{day(400 + n // 8)}T{n % 8 * 2 + 6:02}:00"}


class World:
    """What the requests are about: at each hub something of each kind, of people who are none of ROLES."""

    def __init__(self, hubd):
        self.hubd = hubd
        self.owners = {OWN: "jonas", OTHER: "olga"}
        self.rooms = {OWN: "bruecke", OTHER: "stube"}
        self.managers = {OWN: "maik@hubd.test", OTHER: "pia@hubd.test"}

    def sql(self, query):
        return self.hubd.server.sql(query)[0][0]

    def webhook(self, hub):
        return self.sql(f"WITH made AS (INSERT INTO hubd.webhook (hub_id, url, events, secret) SELECT id, 'https://matrix.example/', '{{event.created}}', 'x' FROM hubd.hub"
                        f" WHERE slug = '{hub}' RETURNING id) SELECT id FROM made")

    def delivery(self, hub):
        webhook = self.webhook(hub)
        delivery = self.sql(f"WITH made AS (INSERT INTO hubd.webhook_delivery (hub_id, webhook_id, event, body) SELECT hub_id, id, 'event.created', '{{}}' FROM hubd.webhook"
                            f" WHERE id = {webhook} RETURNING id) SELECT id FROM made")
        return f"/api/v1/webhooks/{webhook}/deliveries/{delivery}/replay"

    def person(self, name):
        return self.sql(f"SELECT id FROM hubd.person WHERE mail = '{name}@hubd.test'")

    def hub(self, slug):
        return self.sql(f"SELECT id FROM hubd.hub WHERE slug = '{slug}'")

    def booking(self, hub, hold=False):
        document = {"hub": hub, "items": [{"resource": self.rooms[hub]}], **slot(), **({"hold": True} if hold else {})}
        reply = self.hubd.post("/api/v1/bookings", document, as_=self.owners[hub])
        assert reply.status_code == 201, reply.text
        return reply.json()["id"]

    def weekly(self, hub):
        n = next(_weeks)
        date = self.first_date = day(900 + n // 8 * 14)
        return {"hub": hub, "items": [{"resource": self.rooms[hub]}], "rrule": "FREQ=WEEKLY;COUNT=2", "start": f"{date}T{n % 8 * 2 + 4:02}:00", "end": f"{date}T{n % 8 * 2 + 6:02}:00"}

    def series(self, hub):
        reply = self.hubd.post("/api/v1/series", self.weekly(hub), as_=self.owners[hub])
        assert reply.status_code == 201, reply.text
        return reply.json()["id"]

    def cancelled(self, hub):
        booking = self.booking(hub)
        assert self.hubd.delete(f"/api/v1/bookings/{booking}", as_=self.owners[hub]).status_code == 200
        return booking

    def event(self, hub, **more):
        reply = self.hubd.post("/api/v1/events", {"hub": hub, "title": "Abend", "start": f"{day(300)}T18:00", "duration": "PT2H", **more}, as_="operator")
        assert reply.status_code == 201, reply.text
        return reply.json()["id"]

    def closure(self, hub):
        reply = self.hubd.post("/api/v1/bookings", {"hub": hub, "kind": "closure", "items": [{"resource": self.rooms[hub]}], **slot()}, as_="operator")
        assert reply.status_code == 201, reply.text
        return reply.json()["id"]

    def mirror(self, hub):
        wish = {"hub": hub, "resource": self.rooms[hub], "url": f"https://matrix.example/{next(_numbers)}.ics"}
        return self.hubd.post("/api/v1/mirrors", wish, as_="operator").json()["id"]

    def photo(self, hub):
        reply = self.hubd.post(f"/api/v1/resources/{hub}/{self.rooms[hub]}/photo", {"data": base64.b64encode(PICTURE).decode(), "alt_de": "Ein Bild"}, as_="operator")
        assert reply.status_code == 200, reply.text
        return reply.json()["photo"]["address"]

    def request(self, hub):
        name = f"bitte-{next(_numbers)}"
        self.sql(f"INSERT INTO hubd.person (mail, name) VALUES ('{name}@hubd.test', 'Bitte') RETURNING id")
        return self.sql(f"INSERT INTO hubd.join_request (hub_id, state, person_id) VALUES ({self.hub(hub)}, 'waiting', {self.person(name)}) RETURNING id")

    def invitation(self, hub, state="waiting"):
        n = next(_numbers)
        return self.sql(f"INSERT INTO hubd.invitation (hub_id, kind, role, mail, sha256, state, invited_by_id, expires_at) VALUES ({self.hub(hub)}, 'hub', 'member', "
                        f"'{n}@matrix.example', encode(sha256('{n}'), 'hex'), '{state}', (SELECT id FROM hubd.person WHERE mail = '{self.managers[hub]}'), now() + interval '5 days') RETURNING id")

    def token(self, hub):
        """Of a mail that the asker got: whoever has it may."""
        self.invitation(hub)
        return str(next(_numbers) - 1)

    def day_pass(self, hub):
        return self.sql(f"INSERT INTO hubd.day_pass (hub_id, person_id, day) VALUES ({self.hub(hub)}, {self.person(self.owners[hub])}, current_date + {next(_numbers)}) RETURNING id")

    def their_token(self):
        return self.sql(f"SELECT id FROM hubd.token WHERE person_id = {self.person('jonas')} LIMIT 1")

    def their_session(self):
        signed_in(self.hubd, "jonas@hubd.test")
        return self.sql(f"SELECT id FROM hubd.session WHERE person_id = {self.person('jonas')} LIMIT 1")

    def upload(self, hub):
        """A programme that was looked at and waits to be taken over."""
        return self.sql(f"INSERT INTO hubd.import_upload (hub_id, name, creates_rooms, bytes, state, report) VALUES ({self.hub(hub)}, 'a.ics', false, 'x', 'looked', '{{}}') RETURNING id")

    def colleague(self):
        """Somebody of the organisation beside its admin."""
        person = self.fresh(OWN)
        self.sql(f"INSERT INTO hubd.organisation_member (organisation_id, person_id) SELECT id, {person} FROM hubd.organisation WHERE slug = 'fremde-firma' RETURNING 1")
        return person

    def fresh(self, hub):
        """Somebody of the hub by role, to give and take roles."""
        name = f"neu-{next(_numbers)}"
        self.sql(f"INSERT INTO hubd.person (mail, name) VALUES ('{name}@hubd.test', 'Neu') RETURNING id")
        self.sql(f"INSERT INTO hubd.membership (hub_id, person_id, role) VALUES ({self.hub(hub)}, {self.person(name)}, 'member') RETURNING hub_id")
        return self.person(name)


def make_hubs():
    """A second member, a trainer, managers of both hubs who are none of ROLES."""
    return [("maik", "manager", OWN), ("pia", "manager", OTHER), ("member", "member", OWN), ("trainer", "trainer", OWN), ("manager", "manager", OWN),
            ("agency", "agency", None), ("operator", "operator", None), ("stranger", None, None)]


@pytest.fixture(scope="module")
def hubd():
    if not postgres.is_available():
        pytest.skip("skipped: no PostgreSQL server installed")
    with postgres.Postgres(fsync=False) as server, Service(server) as service:
        service.settle()
        service.start("serve")
        for name, role, hub in make_hubs():
            service.run("admin", "person", "add", f"{name}@hubd.test", name.capitalize())
            if role:
                service.run("admin", "role", "grant", f"{name}@hubd.test", role, *([hub] if hub else []))
            service.tokens[name] = json.loads(service.run("admin", "token", "add", f"{name}@hubd.test", "tests", "--json"))["token"]
        service.world = World(service)
        reply = service.post("/api/v1/organisations", {"name": "Fremde Firma", "kind": "sme"}, as_="jonas")
        assert reply.status_code == 201, reply.text
        assert service.post("/api/v1/teams", {"name": "Fremdes Team"}, as_="jonas").status_code == 201
        service.sessions = {role: requests.Session() if role == "visitor" else signed_in(service, f"{role}@hubd.test") for role in ROLES}
        yield service


# ---- the table ----

ROWS = {}


def row(route, outcome, path=None, body=None, form=None, also=(), files=None):
    """path, body and form: values, or functions of (world, hub). also: statuses that say that it was allowed, and failed otherwise."""
    method, pattern = route.split()
    assert (method, pattern) not in ROWS, route
    ROWS[method, pattern] = (outcome, path or (lambda w, h: pattern), body, form, also, files)


def at(pattern, **of):
    """A path with {hub} filled in, and other parameters by functions of (world, hub)."""
    def fill(world, hub):
        path = pattern.replace("{hub}", hub)
        for name, value in of.items():
            path = path.replace("{" + name + "}", str(value(world, hub) if callable(value) else value))
        return path
    return fill


def room(world, hub):
    return world.rooms[hub]


for _path in ("/feeds/all.ics", "/feeds/all.atom", "/feeds/all.json", "/healthz", "/readyz", "/metrics", "/robots.txt", "/problems", "/", "/imprint", "/privacy", "/accessibility", "/sign-in",
              "/favicon.ico", "/api/v1/openapi.json", "/api/v1/hubs", "/api/v1/topics", "/api/v1/sites", "/api/v1/resources"):
    row(f"GET {_path}", PUBLIC)
row("GET /api/v1/units", PUBLIC, at("/api/v1/units?hub={hub}"))
row("GET /problems/{problem}", PUBLIC, "/problems/not-found")
row("GET /stream", PUBLIC, at("/stream?scope=hub:{hub}"))
row("GET /design", ("HHHHHHH", "HHHHHHH"))  # in development only
row("GET /qr", PUBLIC, "/qr?of=/me")
row("GET /static/{fingerprint}/{file}", PUBLIC, lambda w, h: w.stylesheet)
row("GET /feeds/hub/{hub}", PUBLIC, at("/feeds/hub/{hub}.ics"))
row("GET /feeds/topic/{topic}", PUBLIC, "/feeds/topic/ai.ics")
row("GET /feeds/resource/{hub}/{resource}", PUBLIC, at("/feeds/resource/{hub}/{room}.ics", room=room))
row("GET /feeds/event/{id}", PUBLIC, at("/feeds/event/{id}.ics", id=lambda w, h: w.event(h)))
row("GET /feeds/hub/{hub}/freebusy.ics", PUBLIC, at("/feeds/hub/{hub}/freebusy.ics"))
row("GET /feeds/resource/{hub}/{resource}/freebusy.ics", PUBLIC, at("/feeds/resource/{hub}/{room}/freebusy.ics", room=room))
row("GET /feeds/private/{token}", ("HHHHHHH", "HHHHHHH"), "/feeds/private/geraten.ics")  # the address itself is the right
row("GET /feeds/team/{team}", ("HHHHHHH", "HHHHHHH"), "/feeds/team/geraten.ics")  # its key is
row("GET /feeds/organisation/{organisation}", ("HHHHHHH", "HHHHHHH"), f"/feeds/organisation/geraten.ics?key={'A' * 43}")

for _path in ("/hubs/{hub}", "/hubs/{hub}/calendar", "/hubs/{hub}/resources", "/hubs/{hub}/book", "/embed/{hub}", "/api/v1/hubs/{hub}"):
    row(f"GET {_path}", PUBLIC, at(_path))
row("GET /hubs/{hub}/resources/{resource}", PUBLIC, at("/hubs/{hub}/resources/{room}", room=room))
row("GET /hubs/{hub}/resources/{resource}/photo/{fingerprint}", PUBLIC, lambda w, h: w.photo(h))
row("GET /door/{hub}/{resource}", PUBLIC, at("/door/{hub}/{room}", room=room))
row("GET /events/{id}", PUBLIC, at("/events/{id}", id=lambda w, h: w.event(h)))
row("GET /api/v1/resources/{hub}/{resource}", PUBLIC, at("/api/v1/resources/{hub}/{room}", room=room))
row("GET /api/v1/freebusy", PUBLIC, at("/api/v1/freebusy?hub={hub}"))
row("GET /api/v1/find", PUBLIC, at("/api/v1/find?hub={hub}&minutes=60"))
row("GET /api/v1/events", PUBLIC, at("/api/v1/events?hub={hub}"))
row("GET /api/v1/events/{id}", PUBLIC, at("/api/v1/events/{id}", id=lambda w, h: w.event(h)))
row("POST /settings", PUBLIC, form={"lang": "de", "next": "/"})
row("POST /sign-out", PUBLIC, form={})
row("POST /sign-in", ("FFFFFFF", "FFFFFFF"), form={"code": "geraten"})

# Bookings.
row("POST /api/v1/bookings", MEMBERS, body=lambda w, h: {"hub": h, "items": [{"resource": w.rooms[h]}], **slot(), **DRY})
row("GET /api/v1/bookings", MEMBERS, at("/api/v1/bookings?hub={hub}&from=2030-01-01&to=2030-01-02"))
row("GET /api/v1/bookings/{id}", MEMBERS, at("/api/v1/bookings/{id}", id=lambda w, h: w.booking(h)))
row("PATCH /api/v1/bookings/{id}", THEIRS, at("/api/v1/bookings/{id}", id=lambda w, h: w.booking(h)), {"title": "Fremd", **DRY})
row("DELETE /api/v1/bookings/{id}", THEIRS, at("/api/v1/bookings/{id}", id=lambda w, h: w.booking(h)), DRY)
row("POST /api/v1/bookings/{id}/confirm", THEIRS, at("/api/v1/bookings/{id}/confirm", id=lambda w, h: w.booking(h)), DRY)
row("POST /api/v1/bookings/{id}/restore", THEIRS, at("/api/v1/bookings/{id}/restore", id=lambda w, h: w.cancelled(h)), DRY)
row("POST /hubs/{hub}/book", MEMBERS, at("/hubs/{hub}/book"), form=lambda w, h: {"resource": w.rooms[h], **slot()})
row("POST /door/{hub}/{resource}", MEMBERS, at("/door/{hub}/{room}", room=room), form={"minutes": "15"})
row("GET /me/bookings/{id}", NOBODYS, at("/me/bookings/{id}", id=lambda w, h: w.booking(h)))
row("GET /me/bookings/{id}/booking.ics", NOBODYS, at("/me/bookings/{id}/booking.ics", id=lambda w, h: w.booking(h)))
row("POST /me/bookings/{id}/confirm", THEIRS, at("/me/bookings/{id}/confirm", id=lambda w, h: w.booking(h, hold=True)), form={"title": "Fremd"})
row("POST /me/bookings/{id}/move", THEIRS, at("/me/bookings/{id}/move", id=lambda w, h: w.booking(h)), form=lambda w, h: slot())
row("POST /me/bookings/{id}/cancel", THEIRS, at("/me/bookings/{id}/cancel", id=lambda w, h: w.booking(h)), form={})
row("POST /me/bookings/{id}/restore", THEIRS, at("/me/bookings/{id}/restore", id=lambda w, h: w.cancelled(h)), form={})
row("POST /api/v1/series", MEMBERS, body=lambda w, h: w.weekly(h) | DRY)
row("GET /api/v1/series", SIGNED_IN, at("/api/v1/series?hub={hub}"))
row("GET /api/v1/series/{id}", HIDDEN, at("/api/v1/series/{id}", id=lambda w, h: w.series(h)))
row("PATCH /api/v1/series/{id}", THEIRS, at("/api/v1/series/{id}", id=lambda w, h: w.series(h)), {"scope": "all", "title": "Fremd", **DRY})
row("DELETE /api/v1/series/{id}", THEIRS, at("/api/v1/series/{id}", id=lambda w, h: w.series(h)), {"scope": "all", **DRY})
row("GET /unsubscribe/{token}/{class}", NOBODY_HAS_IT, "/unsubscribe/geraten/waiting")
row("POST /unsubscribe/{token}/{class}", NOBODY_HAS_IT, "/unsubscribe/geraten/waiting")
row("POST /me/settings", SIGNED_IN, form={"waiting": "now"})
for _path in ("/me", "/me/settings", "/me/feeds", "/api/v1/organisations", "/api/v1/teams", "/api/v1/delegates"):
    row(f"GET {_path}", SIGNED_IN)
row("POST /me/feeds", SIGNED_IN, form={"name": "Telefon"})
row("GET /api/v1/feeds", SIGNED_IN)
row("POST /api/v1/feeds", SIGNED_IN, body={"name": "Telefon", **DRY})
row("DELETE /api/v1/feeds/{id}", NOBODYS, "/api/v1/feeds/1", DRY)
row("POST /me/feeds/{id}/revoke", NOBODYS, "/me/feeds/1/revoke", form={})

# A hub's managers: resources, closures, events.
MANAGE = "/hubs/{hub}/manage"
for _path in ("", "/resources", "/new-resource", "/csv", "/closures", "/events", "/new-event"):
    row(f"GET {MANAGE}{_path}", MANAGERS, at(MANAGE + _path))
row(f"GET {MANAGE}/resources/{{resource}}", MANAGERS, at(MANAGE + "/resources/{room}", room=room))
row(f"GET {MANAGE}/events/{{id}}", MANAGERS, at(MANAGE + "/events/{id}", id=lambda w, h: w.event(h)))
row(f"POST {MANAGE}/new-resource", MANAGERS, at(MANAGE + "/new-resource"), form=lambda w, h: {"name_de": f"Neu {next(_numbers)}", "kind": "room"})
row(f"POST {MANAGE}/resources/{{resource}}", MANAGERS, at(MANAGE + "/resources/{room}", room=room), form=lambda w, h: {"name_de": w.rooms[h], "kind": "room", "is_bookable": "yes"})
row(f"POST {MANAGE}/resources/{{resource}}/retire", MANAGERS, at(MANAGE + "/resources/{room}/retire", room=room), form={})
row(f"POST {MANAGE}/csv", MANAGERS, at(MANAGE + "/csv"), form={"table": "name,art\nMatrix,Raum", "step": "look"})
row(f"POST {MANAGE}/closures", MANAGERS, at(MANAGE + "/closures"), form=lambda w, h: {"resource": w.rooms[h], "step": "look", **slot()})
row(f"POST {MANAGE}/closures/{{id}}/lift", MANAGERS, at(MANAGE + "/closures/{id}/lift", id=lambda w, h: w.closure(h)), form={})
row(f"GET {MANAGE}/mirrors", MANAGERS, at(MANAGE + "/mirrors"))
row(f"POST {MANAGE}/mirrors", MANAGERS, at(MANAGE + "/mirrors"), form=lambda w, h: {"resource": w.rooms[h], "url": f"https://matrix.example/{next(_numbers)}.ics"})
row(f"POST {MANAGE}/mirrors/{{id}}/end", HIDDEN, at(MANAGE + "/mirrors/{id}/end", id=lambda w, h: w.mirror(h)), form={})
row("GET /api/v1/mirrors", MANAGERS, at("/api/v1/mirrors?hub={hub}"))
row("POST /api/v1/mirrors", MANAGERS, body=lambda w, h: {"hub": h, "resource": w.rooms[h], "url": "https://matrix.example/x.ics", **DRY})
row("DELETE /api/v1/mirrors/{id}", HIDDEN, at("/api/v1/mirrors/{id}", id=lambda w, h: w.mirror(h)), DRY)
row(f"POST {MANAGE}/new-event", MANAGERS, at(MANAGE + "/new-event"), form=lambda w, h: {"title": "Matrix", **slot()})
row(f"POST {MANAGE}/events/{{id}}", MANAGERS, at(MANAGE + "/events/{id}", id=lambda w, h: w.event(h)), form=lambda w, h: {"title": "Matrix", **slot()})
row(f"POST {MANAGE}/events/{{id}}/cancel", MANAGERS, at(MANAGE + "/events/{id}/cancel", id=lambda w, h: w.event(h)), form={})
row("POST /api/v1/resources", MANAGERS, body=lambda w, h: {"hub": h, "name_de": "Matrix", "kind": "room", **DRY})
row("PATCH /api/v1/resources/{hub}/{resource}", MANAGERS, at("/api/v1/resources/{hub}/{room}", room=room), {"capacity": 3, **DRY})
row("POST /api/v1/events", MANAGERS, body=lambda w, h: {"hub": h, "title": "Matrix", "start": f"{day(301)}T10:00", "duration": "PT1H", **DRY})
row("PATCH /api/v1/events/{id}", THEIRS, at("/api/v1/events/{id}", id=lambda w, h: w.event(h)), {"title": "Fremd", **DRY})
row("DELETE /api/v1/events/{id}", THEIRS, at("/api/v1/events/{id}", id=lambda w, h: w.event(h)), DRY)

row(f"POST {MANAGE}/resources/{{resource}}/photo", MANAGERS, at(MANAGE + "/resources/{room}/photo", room=room), form={"alt_de": "Ein Bild"}, files={"photo": ("a.png", PICTURE, "image/png")})
row(f"POST {MANAGE}/resources/{{resource}}/photo/remove", MANAGERS, at(MANAGE + "/resources/{room}/photo/remove", room=room), form={})
row("POST /api/v1/resources/{hub}/{resource}/photo", MANAGERS, at("/api/v1/resources/{hub}/{room}/photo", room=room),
    {"data": base64.b64encode(PICTURE).decode(), "alt_de": "Ein Bild", **DRY})
row("DELETE /api/v1/resources/{hub}/{resource}/photo", MANAGERS, at("/api/v1/resources/{hub}/{room}/photo", room=room), DRY)

# Webhooks.
HOOK = {"url": "https://matrix.example/", "events": ["event.created"]}
row(f"GET {MANAGE}/webhooks", MANAGERS, at(MANAGE + "/webhooks"))
row(f"POST {MANAGE}/webhooks", MANAGERS, at(MANAGE + "/webhooks"), form=HOOK)
row("GET /api/v1/webhooks", MANAGERS, at("/api/v1/webhooks?hub={hub}"))
row("POST /api/v1/webhooks", MANAGERS, body=lambda w, h: {"hub": h, **HOOK, **DRY})
row("PATCH /api/v1/webhooks/{id}", HIDDEN, at("/api/v1/webhooks/{id}", id=lambda w, h: w.webhook(h)), {"active": False, **DRY})
row("DELETE /api/v1/webhooks/{id}", HIDDEN, at("/api/v1/webhooks/{id}", id=lambda w, h: w.webhook(h)), DRY)
row("GET /api/v1/webhooks/{id}/deliveries", HIDDEN, at("/api/v1/webhooks/{id}/deliveries", id=lambda w, h: w.webhook(h)))
row("POST /api/v1/webhooks/{id}/deliveries/{delivery}/replay", HIDDEN, lambda w, h: w.delivery(h), DRY)
row(f"POST {MANAGE}/webhooks/{{id}}/end", HIDDEN, at(MANAGE + "/webhooks/{id}/end", id=lambda w, h: w.webhook(h)), form={})
row(f"POST {MANAGE}/webhooks/{{id}}/deliveries/{{delivery}}/replay", HIDDEN, lambda w, h: w.delivery(h).replace("/api/v1", f"/hubs/{h}/manage"), form={})

# People.
for _path in ("people", "memberships", "join-requests", "invitations", "day-passes", "audit"):
    row(f"GET /api/v1/{_path}", MANAGERS, at(f"/api/v1/{_path}?hub={{hub}}"))
row("GET /api/v1/people/{person}", HIDDEN, at("/api/v1/people/{id}", id=lambda w, h: w.person(w.owners[h])))
row("PATCH /api/v1/people/{person}", NOBODYS, at("/api/v1/people/{id}", id=lambda w, h: w.person(w.owners[h])), {"name": "Fremd", **DRY})
row("POST /api/v1/memberships", MANAGERS, body=lambda w, h: {"hub": h, "person": int(w.fresh(h)), "role": "trainer", **DRY})
row("DELETE /api/v1/memberships/{hub}/{person}", MANAGERS, at("/api/v1/memberships/{hub}/{id}", id=lambda w, h: w.fresh(h)), DRY)
row("POST /api/v1/memberships/import", MANAGERS, body=lambda w, h: {"hub": h, "rows": [{"mail": f"{next(_numbers)}@matrix.example", "name": "M"}], **DRY})
row("POST /api/v1/join-requests", ("OOOOOOO", "OOOOOOO"), body=lambda w, h: {"hub": h, "mail": f"{next(_numbers)}@matrix.example", "name": "M"}, also=(409,))
row("POST /api/v1/join-requests/confirm", ("HHHHHHH", "HHHHHHH"), body={"token": "geraten"})
row("PATCH /api/v1/join-requests/{id}", HIDDEN, at("/api/v1/join-requests/{id}", id=lambda w, h: w.request(h)), {"state": "accepted", **DRY})
row("POST /api/v1/invitations", MANAGERS, body=lambda w, h: {"hub": h, "mail": f"{next(_numbers)}@matrix.example", **DRY})
row("POST /api/v1/invitations/answer", NOBODYS, body=lambda w, h: {"id": int(w.invitation(h)), **DRY})
row("DELETE /api/v1/invitations/{id}", HIDDEN, at("/api/v1/invitations/{id}", id=lambda w, h: w.invitation(h)), DRY)
row("POST /api/v1/day-passes", MANAGERS, body=lambda w, h: {"hub": h, "mail": f"{next(_numbers)}@matrix.example", "day": day(3), **DRY})
row("DELETE /api/v1/day-passes/{id}", HIDDEN, at("/api/v1/day-passes/{id}", id=lambda w, h: w.day_pass(h)), DRY)

# Organisations and teams are of no hub; these are of somebody who is none of ROLES.
FIRM, TEAM = "/api/v1/organisations/fremde-firma", "/api/v1/teams/fremdes-team"
row("POST /api/v1/organisations", SIGNED_IN, body={"name": "Matrix", "kind": "startup", **DRY})
row("GET /api/v1/organisations/{organisation}", NOBODYS, FIRM)
row("PATCH /api/v1/organisations/{organisation}", ADMINS, FIRM, {"name": "Meins", **DRY})
row("POST /api/v1/organisations/{organisation}/join", NOBODYS, FIRM + "/join", DRY)
row("PATCH /api/v1/organisations/{organisation}/members/{person}", ADMINS, at(FIRM + "/members/{id}", id=lambda w, h: w.person("jonas")), {"is_admin": True, **DRY})
row("DELETE /api/v1/organisations/{organisation}/members/{person}", ADMINS, at(FIRM + "/members/{id}", id=lambda w, h: w.person("jonas")), {"bookings": "keep", **DRY})
row("POST /api/v1/teams", SIGNED_IN, body={"name": "Matrix", **DRY})
row("GET /api/v1/teams/{team}", NOBODYS, TEAM)
row("PATCH /api/v1/teams/{team}", NOBODYS, TEAM, {"name": "Meins", **DRY})
row("PATCH /api/v1/teams/{team}/members/{person}", NOBODYS, at(TEAM + "/members/{id}", id=lambda w, h: w.person("jonas")), {"is_admin": False, **DRY})
row("DELETE /api/v1/teams/{team}/members/{person}", NOBODYS, at(TEAM + "/members/{id}", id=lambda w, h: w.person("jonas")), DRY)
row("DELETE /api/v1/delegates/{person}", NOBODYS, at("/api/v1/delegates/{id}", id=lambda w, h: w.person("jonas")), DRY)
row("GET /api/v1/statistics/hubs", AGENCY)

# Pages about people. A form that was done leads to a page of its own; the objects are fresh for each role.
row("GET /hubs/{hub}/join", PUBLIC, at("/hubs/{hub}/join"))
row("POST /hubs/{hub}/join", PUBLIC, at("/hubs/{hub}/join"), form=lambda w, h: {"mail": f"{next(_numbers)}@matrix.example", "name": "M"}, also=(409, 429))
row("GET /join/{token}", PUBLIC, "/join/geraten")          # whoever has the token reads the mailbox; a guessed one shows nothing
row("POST /join/{token}", ("HHHHHHH", "HHHHHHH"), "/join/geraten", form={})
row("GET /invitations/{token}", PUBLIC, "/invitations/geraten")
row("POST /invitations/{token}", ("HHHHHHH", "HHHHHHH"), "/invitations/geraten", form={"accept": "yes"})
row("POST /me/invitations/{id}", NOBODYS, at("/me/invitations/{id}", id=lambda w, h: w.invitation(h)), form={"accept": "yes"})
for _path in ("/me/organisations", "/me/teams", "/me/delegates"):
    row(f"GET {_path}", SIGNED_IN)
row("POST /me/organisations", SIGNED_IN, form=lambda w, h: {"name": f"Matrix {next(_numbers)}", "kind": "startup"})
row("POST /me/organisation", SIGNED_IN, form={"organisation": ""})
row("POST /me/teams", SIGNED_IN, form=lambda w, h: {"name": f"Matrix {next(_numbers)}"})
row("POST /me/delegates", SIGNED_IN, form=lambda w, h: {"mail": f"{next(_numbers)}@matrix.example"})
row("POST /me/delegates/{person}/end", NOBODYS, at("/me/delegates/{id}/end", id=lambda w, h: w.person("jonas")), form={})
row("POST /me/hubs/{hub}/leave", ("SHHHHHH", "SHHHHHH"), "/me/hubs/nirgends/leave", form={})  # nobody leaves for another; leaving itself is tested elsewhere
ORGANISATION, A_TEAM = "/me/organisations/{organisation}", "/me/teams/{team}"
row(f"GET {ORGANISATION}", NOBODYS, "/me/organisations/fremde-firma")
row(f"POST {ORGANISATION}", ADMINS, "/me/organisations/fremde-firma", form={"name": "Fremde Firma", "kind": "sme"})
row(f"POST {ORGANISATION}/join", NOBODYS, "/me/organisations/fremde-firma/join", form={})
row(f"POST {ORGANISATION}/invite", ADMINS, "/me/organisations/fremde-firma/invite", form=lambda w, h: {"mail": f"{next(_numbers)}@matrix.example"})
row(f"POST {ORGANISATION}/members/{{person}}", ADMINS, at("/me/organisations/fremde-firma/members/{id}", id=lambda w, h: w.person("jonas")), form={"is_admin": "yes"})
row(f"POST {ORGANISATION}/members/{{person}}/leave", ADMINS, at("/me/organisations/fremde-firma/members/{id}/leave", id=lambda w, h: w.colleague()), form={"bookings": "keep"})
row(f"GET {A_TEAM}", NOBODYS, "/me/teams/fremdes-team")
row(f"POST {A_TEAM}", NOBODYS, "/me/teams/fremdes-team", form={"name": "Meins"})
row(f"POST {A_TEAM}/invite", NOBODYS, "/me/teams/fremdes-team/invite", form={"mail": "x@matrix.example"})
row(f"POST {A_TEAM}/members/{{person}}", NOBODYS, at("/me/teams/fremdes-team/members/{id}", id=lambda w, h: w.person("jonas")), form={"is_admin": "yes"})
row(f"POST {A_TEAM}/members/{{person}}/leave", NOBODYS, at("/me/teams/fremdes-team/members/{id}/leave", id=lambda w, h: w.person("jonas")), form={})
row(f"GET {MANAGE}/audit", MANAGERS, at(MANAGE + "/audit"))
row(f"GET {MANAGE}/members", MANAGERS, at(MANAGE + "/members"))
row(f"GET {MANAGE}/members/csv", MANAGERS, at(MANAGE + "/members/csv"))
row(f"POST {MANAGE}/members/csv", MANAGERS, at(MANAGE + "/members/csv"), form=lambda w, h: {"table": f"mail,name\n{next(_numbers)}@matrix.example,M", "step": "look"})
row(f"POST {MANAGE}/members/invite", MANAGERS, at(MANAGE + "/members/invite"), form=lambda w, h: {"mail": f"{next(_numbers)}@matrix.example"})
row(f"POST {MANAGE}/members/day-pass", MANAGERS, at(MANAGE + "/members/day-pass"), form=lambda w, h: {"mail": f"{next(_numbers)}@matrix.example", "day": day(3)})
row(f"POST {MANAGE}/members/roles", MANAGERS, at(MANAGE + "/members/roles"), form=lambda w, h: {"person": w.fresh(h), "role": "trainer"})
row(f"POST {MANAGE}/members/{{person}}/end", MANAGERS, at(MANAGE + "/members/{id}/end", id=lambda w, h: w.fresh(h)), form={"role": "member"})
row(f"POST {MANAGE}/requests/{{id}}", HIDDEN, at(MANAGE + "/requests/{id}", id=lambda w, h: w.request(h)), form={"state": "accepted"})
row(f"POST {MANAGE}/invitations/{{id}}/revoke", HIDDEN, at(MANAGE + "/invitations/{id}/revoke", id=lambda w, h: w.invitation(h)), form={})
row(f"POST {MANAGE}/day-passes/{{id}}/revoke", HIDDEN, at(MANAGE + "/day-passes/{id}/revoke", id=lambda w, h: w.day_pass(h)), form={})
row("GET /agency", AGENCY)

# Signing in, sessions and tokens.
row("GET /sign-in/code", PUBLIC)
row("GET /sign-in/renew", PUBLIC, "/sign-in/renew?next=/")
row("POST /sign-in/ask", PUBLIC, form=lambda w, h: {"mail": f"{next(_numbers)}@matrix.example"})
row("POST /sign-in/code", ("FFFFFFF", "FFFFFFF"), form={"code": "000000"})
for _path in ("/me/privacy", "/me/export", "/api/v1/export", "/api/v1/consents"):
    row(f"GET {_path}", SIGNED_IN)
row("POST /api/v1/consents", SIGNED_IN, body={"purpose": "contacts", "given": True, **DRY})
row("POST /me/consents", SIGNED_IN, form={"purpose": "contacts", "given": "yes"})
row("POST /me/erase", SIGNED_IN, form={}, also=(422, 409))  # without the word that confirms it nothing happens
for _path in ("/me/access", "/api/v1/tokens", "/api/v1/sessions"):
    row(f"GET {_path}", SIGNED_IN)
row("POST /api/v1/tokens", SIGNED_IN, body={"name": "Matrix", "scopes": ["read"], **DRY})
row("DELETE /api/v1/tokens/{id}", NOBODYS, at("/api/v1/tokens/{id}", id=lambda w, h: w.their_token()), DRY)
row("DELETE /api/v1/sessions/{id}", NOBODYS, at("/api/v1/sessions/{id}", id=lambda w, h: w.their_session()), DRY)
row("POST /me/access/tokens", SIGNED_IN, form={"name": "Matrix", "scope": "read", "scopes": "read"})
row("POST /me/access/tokens/{id}/revoke", NOBODYS, at("/me/access/tokens/{id}/revoke", id=lambda w, h: w.their_token()), form={})
row("POST /me/access/sessions/{id}/end", NOBODYS, at("/me/access/sessions/{id}/end", id=lambda w, h: w.their_session()), form={})

# Series on pages; dates of events.
row("GET /api/v1/occurrences", PUBLIC, at("/api/v1/occurrences?hub={hub}"))
row("GET /hubs/{hub}/series", PUBLIC, at("/hubs/{hub}/series"))
row("POST /hubs/{hub}/series", MEMBERS, at("/hubs/{hub}/series"), form=lambda w, h: {"resource": w.rooms[h], "name": "Raum", "date": slot()["start"][:10], "from": "09:00", "to": "10:00", "repeat": "weekly", "times": "2", "until": "", "title": ""})
row("GET /me/series/{id}", NOBODYS, at("/me/series/{id}", id=lambda w, h: w.series(h)))
row("POST /me/series/{id}/change", THEIRS, at("/me/series/{id}/change", id=lambda w, h: w.series(h)), form=lambda w, h: {"scope": "all", "at": w.first_date + "T09:00:00", "date": w.first_date,
    "from": "20:00", "to": "21:00"})
row("POST /me/series/{id}/cancel", THEIRS, at("/me/series/{id}/cancel", id=lambda w, h: w.series(h)), form={"scope": "all"})

row(f"GET {MANAGE}/import", MANAGERS, at(MANAGE + "/import"))
row(f"POST {MANAGE}/import", MANAGERS, at(MANAGE + "/import"), form={}, files={"file": ("a.ics", b"BEGIN:VCALENDAR", "text/calendar")})
row(f"GET {MANAGE}/import/{{id}}", MANAGERS, at(MANAGE + "/import/{id}", id=lambda w, h: w.upload(h)))
row(f"POST {MANAGE}/import/{{id}}/apply", MANAGERS, at(MANAGE + "/import/{id}/apply", id=lambda w, h: w.upload(h)), form={})


# ---- the walk ----

def routes():
    text = subprocess.run([HUBD, "serve", "--list-routes"], capture_output=True, text=True, check=True).stdout
    return [tuple(line.split()) for line in text.splitlines()]


def test_every_route_says_who_may():
    """A new route needs a row above."""
    assert set(routes()) - set(ROWS) == set() and set(ROWS) - set(routes()) == set()
    assert all(len(outcome) == len(ROLES) for outcomes, *_ in ROWS.values() for outcome in outcomes)


def value_of(given, world, hub):
    return given(world, hub) if callable(given) else given


def ask(hubd, role, method, pattern, hub):
    """The reply to a request of the row by somebody of the role."""
    _, path, body, form, _, files = ROWS[method, pattern]
    path, body, form = (value_of(part, hubd.world, hub) for part in (path, body, form))
    if pattern.startswith("/api/"):
        headers = {} if role == "visitor" else {"Authorization": "Bearer " + hubd.tokens[role]}
        return requests.request(method, hubd.url + path, json=body, headers=headers, timeout=30, allow_redirects=False)
    headers = HTML if form is None else {**HTML, "Origin": hubd.url, "Sec-Fetch-Site": "same-origin"}
    cookies = dict(hubd.sessions[role].cookies)
    if form is not None and role != "visitor":
        form = {**form, "key": form_key(hubd.sessions[role])}
    return requests.request(method, hubd.url + path, data=form, files=files, headers=headers, cookies=cookies, timeout=30, allow_redirects=False, stream=pattern == "/stream")


def outcome_of(reply, also):
    if reply.status_code == 401 or (reply.status_code == 303 and reply.headers["Location"].startswith("/sign-in?")):
        return "S"
    if reply.headers.get("Location", "").endswith("outcome=refused"):
        return "F"  # a door says so in its own words
    if reply.status_code in (403, 404):
        return "F" if reply.status_code == 403 else "H"
    return "O" if reply.status_code < 400 or reply.status_code in also else f"[{reply.status_code}: {reply.text[:300]}]"


@pytest.mark.parametrize("method, pattern", list(ROWS), ids=[" ".join(key) for key in ROWS])
def test_nobody_does_more_than_their_role_allows(hubd, method, pattern):
    (own, other), *_, also, _ = ROWS[method, pattern]
    hubd.world.stylesheet = "/static/" + requests.get(hubd.url + "/", timeout=30).text.split('href="/static/', 1)[1].split('"', 1)[0]
    if (method, pattern) == ("POST", "/sign-out"):
        assert outcome_of(ask(hubd, "visitor", method, pattern, OWN), also) == "O"
        return
    for hub, expected in ((OWN, own), (OTHER, other)):
        found = [outcome_of(ask(hubd, role, method, pattern, hub), also) for role in ROLES]
        assert dict(zip(ROLES, found)) == dict(zip(ROLES, expected)), f"at {hub}, {'their own' if hub == OWN else 'another'} hub"
