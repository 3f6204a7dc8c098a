# SPDX-License-Identifier: GPL-3.0-or-later
"""Random edits over the API, as people make them, from a seed: bookings, series and their scopes, events and theirs, cancellations, renames.
An Editor does one edit after another through one process; what was refused is counted apart, and changes nothing."""
import datetime
import hashlib
import json
import os
import random
import types
from collections import Counter

ROOMS = ("saal", "saal-a", "saal-b", "plaetze")
RULES = ("FREQ=WEEKLY;COUNT={n}", "FREQ=DAILY;COUNT={n}", "FREQ=WEEKLY;INTERVAL=2;COUNT={n}", "FREQ=WEEKLY;BYDAY=MO,WE;COUNT={n}",
         "FREQ=MONTHLY;COUNT={n}", "FREQ=MONTHLY;BYDAY=2TU;COUNT={n}", "FREQ=WEEKLY", "FREQ=MONTHLY;BYDAY=1MO,3WE;COUNT={n}", "FREQ=DAILY;INTERVAL=3")
WORDS = ("Probe", "Sprechstunde", "Öl; Netze, Meer", "Werkstatt \\ Labor", "Runde „Ü“ " + "ß" * 40, "Empfang\tspät")


def person(world, name, hub=None, role="member", organisation=None, team=None):
    """Somebody with a token for the API."""
    token = name + os.urandom(6).hex()
    world.one("INSERT INTO hubd.person (mail, name) VALUES (%s, %s)", f"{token}@example.org", name)
    who = world.one("SELECT id FROM hubd.person WHERE mail = %s", f"{token}@example.org")
    world.one("INSERT INTO hubd.token (person_id, sha256, name) VALUES (%s, %s, 'test')", who, hashlib.sha256(token.encode()).hexdigest())
    if hub:
        world.one("INSERT INTO hubd.membership SELECT id, %s, %s FROM hubd.hub WHERE slug = %s", who, role, hub)
    if organisation:
        world.one("INSERT INTO hubd.organisation_member SELECT id, %s FROM hubd.organisation WHERE slug = %s", who, organisation)
    if team:
        world.one("INSERT INTO hubd.team_member SELECT id, %s FROM hubd.team WHERE slug = %s", who, team)
    return types.SimpleNamespace(id=who, name=name, headers={"Authorization": "Bearer " + token, "Content-Type": "application/json"})


def call(serve, who, method, path, body=None, connection=None):
    answer = serve.get(path, method=method, headers=who.headers, body=None if body is None else json.dumps(body), connection=connection)
    answer.json = json.loads(answer.body) if answer.body else None
    return answer


class Editor:
    def __init__(self, seed, serve, member, manager, today, **tags):
        self.random, self.serve, self.member, self.manager, self.today = random.Random(seed), serve, member, manager, today
        self.tags = tags  # of some bookings: {"team": …}, {"organisation": …}
        self.connection = None
        self.bookings, self.series, self.events, self.event_series = [], [], [], []
        self.done, self.refused, self.why = Counter(), Counter(), Counter()

    # ---- what is drawn ----

    def moment(self, first=1, last=90):
        day = self.today + datetime.timedelta(days=self.random.randint(first, last))
        # Some on the days when the clocks change, some of them at night.
        if self.random.random() < 0.15:
            day = self.random.choice([day for day in map(self.today.__add__, map(datetime.timedelta, range(10, 390)))
                                      if day.month in (3, 10) and day.weekday() == 6 and (day + datetime.timedelta(7)).month != day.month])
            return f"{day}T{self.random.choice(('01:30', '03:00', '09:00', '23:30'))}"
        return f"{day}T{self.random.randint(6, 21):02}:{self.random.choice((0, 15, 30)):02}"

    def minutes(self):
        return f"PT{self.random.choice((30, 45, 60, 90, 120))}M"

    def word(self):
        return self.random.choice(WORDS) + f" {self.random.randint(1, 999)}"

    def items(self):
        room = self.random.choice(ROOMS)
        return [{"resource": room, **({"count": self.random.randint(1, 2)} if room == "plaetze" else {})}]

    def rule(self):
        return self.random.choice(RULES).format(n=self.random.randint(1, 12))

    def ask(self, method, path, body, who=None):
        answer = call(self.serve, who or self.member, method, path, body, self.connection)
        assert answer.status < 500, (method, path, body, answer.body)
        if answer.status >= 400:
            self.why[answer.json["type"].rpartition("/")[2]] += 1
        return answer.json if answer.status < 300 else None

    # ---- the edits: each says whether it was done ----

    def book(self):
        tags = self.tags if self.random.random() < 0.3 else {}
        made = self.ask("POST", "/api/v1/bookings", {"hub": "nord", "title": self.word(), "note": "nur für mich", "start": self.moment(),
                                                     "duration": self.minutes(), "items": self.items(), "hold": self.random.random() < 0.1, **tags})
        if made and made.get("state") != "held":
            self.bookings.append(made["id"])
        return made

    def move_booking(self):
        return self.bookings and self.ask("PATCH", f"/api/v1/bookings/{self.random.choice(self.bookings)}", {"start": self.moment(), "duration": self.minutes()})

    def rename_booking(self):
        return self.bookings and self.ask("PATCH", f"/api/v1/bookings/{self.random.choice(self.bookings)}", {"title": self.word()})

    def cancel_booking(self):
        return self.bookings and self.ask("DELETE", f"/api/v1/bookings/{self.bookings.pop(self.random.randrange(len(self.bookings)))}", {})

    def make_series(self):
        tags = self.tags if self.random.random() < 0.3 else {}
        made = self.ask("POST", "/api/v1/series", {"hub": "nord", "title": self.word(), "start": self.moment(), "duration": self.minutes(), "rrule": self.rule(),
                                                   "items": self.items(), "choice": self.random.choice(("skip", "skip", "substitute", "queue")), **tags})
        if made:
            self.series.append(made["id"])
        return made

    def scope(self, dates):
        """One of the dates, this and the following, or all."""
        scope = self.random.choice(("this", "this", "following", "all"))
        return {"scope": scope, **({"date": self.random.choice(dates)} if scope != "all" else {})}

    def dates_of(self, series):
        found = self.ask("GET", f"/api/v1/series/{series}", None)
        return [date["date"] for date in (found or {}).get("dates", []) if date.get("state") in (None, "free", "booked", "kept", "moved", "confirmed")][:40]

    def change_series(self):
        series = self.series and self.random.choice(self.series)
        dates = series and self.dates_of(series)
        if not dates:
            return None
        scope = self.scope(dates)
        change = self.random.choice((
            {"title": self.word()}, {"items": self.items()}, {"duration": self.minutes()},
            {"start": f"{scope.get('date', dates[0])[:10]}T{self.random.randint(6, 21):02}:00", "duration": self.minutes()}))
        made = self.ask("PATCH", f"/api/v1/series/{series}", {**scope, **change, "choice": "skip"})
        if made and made.get("id") not in (None, series):
            self.series.append(made["id"])
        return made

    def cancel_series(self):
        series = self.series and self.random.choice(self.series)
        dates = series and self.dates_of(series)
        if not dates:
            return None
        scope = self.scope(dates)
        if scope["scope"] != "this":
            self.series.remove(series)
        return self.ask("DELETE", f"/api/v1/series/{series}", scope)

    def make_event(self, rule=None):
        at, whole = self.moment(), self.random.random() < 0.2
        made = self.ask("POST", "/api/v1/events", {
            "hub": "nord", "title": self.word(), "title_en": self.random.choice(("", "In English")), "text": "Absatz\n\n" + self.word(), "topics": ["ki"],
            "audience": self.random.choice(("public", "public", "public", "members")), "state": self.random.choice(("confirmed", "tentative")),
            "organiser": self.random.choice(("", "Werk GmbH")), "online_url": "https://stream.example.org/?a=1",
            **({"start": at[:10], "end": str(datetime.date.fromisoformat(at[:10]) + datetime.timedelta(days=2)), "is_all_day": True} if whole
               else {"start": at, "duration": self.minutes(), "resources": [self.random.choice(ROOMS[:3])] if self.random.random() < 0.5 else []}),
            **({"rrule": rule, "on_conflict": "leave"} if rule else {})}, self.manager)
        if made:
            (self.event_series if rule else self.events).append(made["id"])
        return made

    def make_event_series(self):
        return self.make_event(self.rule())

    def change_event(self):
        return self.events and self.ask("PATCH", f"/api/v1/events/{self.random.choice(self.events)}", self.random.choice((
            {"title": self.word()}, {"place": self.word()}, {"price": "5 €"}, {"start": self.moment(), "duration": self.minutes(), "is_all_day": False},
            {"state": "tentative"}, {"state": "confirmed"})), self.manager)

    def cancel_event(self):
        return self.events and self.ask("DELETE", f"/api/v1/events/{self.events.pop(self.random.randrange(len(self.events)))}", {}, self.manager)

    def event_scope(self, event):
        found = self.ask("GET", f"/api/v1/occurrences?event={event}", None, self.manager) or {}
        dates = [date["recurrence_id"] for date in found.get("items", []) if date.get("recurrence_id") and date.get("state") != "cancelled"]
        if not dates:
            return None
        scope = self.random.choice(("this", "this", "following", "all"))
        return {"scope": scope, **({"recurrence_id": self.random.choice(dates)} if scope != "all" else {})}

    def change_event_series(self):
        event = self.event_series and self.random.choice(self.event_series)
        scope = event and self.event_scope(event)
        if not scope:
            return None
        change = self.random.choice(({"title": self.word()}, {"place": self.word()},
                                     {"start": f"{scope.get('recurrence_id', self.moment())[:10]}T{self.random.randint(7, 20):02}:00", "duration": self.minutes()}))
        made = self.ask("PATCH", f"/api/v1/events/{event}", {**scope, **change, "on_conflict": "leave"}, self.manager)
        if made and made.get("id") not in (None, event):
            self.event_series.append(made["id"])
        return made

    def cancel_event_series(self):
        event = self.event_series and self.random.choice(self.event_series)
        scope = event and self.event_scope(event)
        if not scope:
            return None
        if scope["scope"] != "this":
            self.event_series.remove(event)
        return self.ask("DELETE", f"/api/v1/events/{event}", scope, self.manager)

    def rename_room(self):
        return self.ask("PATCH", f"/api/v1/resources/nord/{self.random.choice(ROOMS)}", {"name_de": self.word()[:40]}, self.manager)

    KINDS = (("book", 20), ("move_booking", 12), ("rename_booking", 6), ("cancel_booking", 6), ("make_series", 6), ("change_series", 14), ("cancel_series", 6),
             ("make_event", 8), ("make_event_series", 4), ("change_event", 8), ("cancel_event", 2), ("change_event_series", 8), ("cancel_event_series", 4),
             ("rename_room", 2))

    def edit(self, count):
        """Until so many were done; what cannot be done is tried a bounded number of times."""
        names, weights = zip(*self.KINDS)
        self.connection = self.serve.open()  # not kept from round to round: while feeds are judged it may idle for too long
        for _ in range(count * 10):
            if count == 0:
                self.connection.close()
                return
            name = self.random.choices(names, weights)[0]
            if getattr(self, name)():
                self.done[name] += 1
                count -= 1
            else:
                self.refused[name] += 1
        raise AssertionError(f"too much is refused: {self.refused} {self.why}")
