# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that race for four rooms and a pool of three desks, and whoever kills what they speak with. A client that does not
know what became of a request sends it again with the same Idempotency-Key until it does."""
import datetime
import http.client
import json
import random
import signal
import threading
import time
import uuid

import psycopg2

from checker import Operation

SIZE = {"raum-1": 1, "raum-2": 1, "raum-3": 1, "raum-4": 1, "plaetze": 3}
GAP = {"raum-4": 10}  # minutes between two parties
OWN = 6               # live bookings a client
HALF_HOURS = 2 * 48   # the window that all race in
FIRST_DAY = datetime.datetime.combine(datetime.date.today() + datetime.timedelta(days=14), datetime.time(), datetime.timezone.utc)


def world(clients):
    """hubs.json of the race."""
    site = {"slug": "haus", "name": "Haus", "street": "", "postcode": "", "city": "Dortmund", "land": "DE-NW", "latitude": 51.5,
            "longitude": 7.4, "zone": "Europe/Berlin", "opening_hours": [{"days": [1, 2, 3, 4, 5, 6, 7], "opens": "00:00", "closes": "24:00"}]}
    resources = [{"slug": slug, "site": "haus", "kind": "room" if size == 1 else "desk", "name_de": slug, "name_en": slug, "capacity": 1,
                  "features": [], **({"pool": size} if size > 1 else {}), **({"turnover": f"PT{GAP[slug]}M"} if slug in GAP else {})}
                 for slug, size in SIZE.items()]
    people = [{"mail": f"racer{n}@hubd.test", "name": f"Racer {n}", "language": "en", "memberships": [{"hub": "rennbahn", "role": "member"}]}
              for n in range(clients)]
    return {"topics": [], "people": people, "hubs": [{
        "slug": "rennbahn", "name": "Rennbahn", "about_de": "", "about_en": "", "topics": [], "zone": "Europe/Berlin", "color": "#123456",
        "url": "https://rennbahn.hubd.test", "sites": [site], "resources": resources, "week": []}]}


def instant(minute):
    return (FIRST_DAY + datetime.timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Client(threading.Thread):
    def __init__(self, number, port, token, stop_at, give_up_at):
        super().__init__()
        self.random = random.Random(number)
        self.port, self.token, self.stop_at, self.give_up_at = port, token, stop_at, give_up_at
        self.operations, self.own, self.again, self.strange = [], {}, 0, []
        self.connection = None

    def run(self):
        while time.monotonic() < self.stop_at:
            choice = self.random.random()
            if len(self.own) >= OWN or (self.own and choice < 0.2):
                self.cancel()
            elif self.own and choice < 0.4:
                self.move()
            else:
                self.book()
        if self.connection:
            self.connection.close()

    def wish(self):
        start = self.random.randrange(HALF_HOURS) * 30
        end = start + self.random.choice((30, 60, 60, 90, 120, 240))
        rooms = [slug for slug, size in SIZE.items() if size == 1]
        shape = self.random.random()
        place = {}
        if shape < 0.7:
            place[self.random.choice(rooms)] = 1
        if shape > 0.6:
            place["plaetze"] = self.random.choice((1, 1, 2))
        return place, start, end

    def items(self, place):
        return [{"resource": slug, "count": count} for slug, count in place.items()]

    def book(self):
        place, start, end = self.wish()
        key = str(uuid.UUID(int=self.random.getrandbits(128)))
        document = {"hub": "rennbahn", "title": "Rennen", "note": key, "start": instant(start), "end": instant(end), "items": self.items(place)}
        operation = Operation("book", key, key, place, start, end, time.monotonic())
        answer = self.decide(operation, "POST", "/api/v1/bookings", document)
        if operation.outcome == "done":
            self.own[key] = answer["id"]

    def move(self):
        booking = self.random.choice(list(self.own))
        place, start, end = self.wish()
        operation = Operation("move", booking, str(uuid.uuid4()), place, start, end, time.monotonic())
        document = {"start": instant(start), "end": instant(end), "items": self.items(place)}
        self.decide(operation, "PATCH", f"/api/v1/bookings/{self.own[booking]}", document)
        if operation.outcome is None:
            del self.own[booking]

    def cancel(self):
        booking = self.random.choice(list(self.own))
        operation = Operation("cancel", booking, str(uuid.uuid4()), {}, 0, 0, time.monotonic())
        self.decide(operation, "DELETE", f"/api/v1/bookings/{self.own.pop(booking)}", None)

    def decide(self, operation, method, path, document):
        """Until the outcome is known."""
        self.operations.append(operation)
        while time.monotonic() < self.give_up_at:
            status, answer = self.send(operation.key, method, path, document)
            if status in (200, 201, 204):
                operation.outcome = "done"
            elif status == 409 and answer.get("type") in ("/problems/slot-taken", "/problems/none-free"):
                operation.outcome = "refused"
            elif status is not None and status not in (500, 502, 503, 504) and answer.get("type") != "/problems/busy":
                self.strange.append(f"{method} {path} was answered {status} {answer}")
                return answer
            if operation.outcome:
                operation.received = time.monotonic()
                return answer
            self.again += 1
            time.sleep(0.05 + self.random.random() * 0.1)
        return None

    def send(self, key, method, path, document):
        """Status and document; None: no answer."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
            headers = {"Authorization": "Bearer " + self.token, "Content-Type": "application/json", "Idempotency-Key": key}
            self.connection.request(method, path, json.dumps(document) if document is not None else None, headers)
            response = self.connection.getresponse()
            body = response.read()
            if response.will_close:
                self.hang_up()
            return response.status, json.loads(body) if body else {}
        except (OSError, http.client.HTTPException, ValueError):
            self.hang_up()
            return None, None

    def hang_up(self):
        if self.connection:
            self.connection.close()
        self.connection = None


def kill_now_and_then(service, server, seconds, serve_kills, server_kills):
    """Spread evenly; each is started again at once, as a service manager does."""
    moments = sorted([((n + 1) / (serve_kills + 1), "serve") for n in range(serve_kills)]
                     + [((n + 0.6) / max(server_kills, 1), "server") for n in range(server_kills)])
    begun = time.monotonic()
    for part, what in moments:
        time.sleep(max(0, begun + part * seconds - time.monotonic()))
        if what == "serve":
            service.stop("serve", signal.SIGKILL)
            service.start("serve", ready=False)
        else:
            server.kill9()
            server.start()


def race(service, server, seconds, clients, serve_kills, server_kills):
    """What the clients saw: their operations, how often they asked again, and answers that nobody expected."""
    stop_at = time.monotonic() + seconds
    racers = [Client(n, service.port, service.tokens[f"racer{n}"], stop_at, stop_at + 60) for n in range(clients)]
    for racer in racers:
        racer.start()
    kill_now_and_then(service, server, seconds, serve_kills, server_kills)
    for racer in racers:
        racer.join()
    return ([operation for racer in racers for operation in racer.operations], sum(racer.again for racer in racers),
            [line for racer in racers for line in racer.strange])


def minutes(moment):
    return int((moment - FIRST_DAY).total_seconds() // 60)


def final_state(conninfo):
    """Bookings, live claims and stored keys, straight from the tables."""
    with psycopg2.connect(conninfo) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT note, state, lower(during), upper(during) FROM hubd.booking WHERE title = 'Rennen'")
        bookings = [(key, state, minutes(start), minutes(end)) for key, state, start, end in cursor.fetchall()]
        # lower(lane) = 9: the row that says who has the unit; the others are buffers.
        cursor.execute("""SELECT c.unit_id, r.slug, b.note, lower(c.during), upper(c.during) FROM hubd.claim c
            JOIN hubd.booking b ON b.hub_id = c.booking_hub_id AND b.id = c.booking_id
            JOIN hubd.resource_unit u ON u.hub_id = c.hub_id AND u.unit_id = c.unit_id
            JOIN hubd.resource r ON r.hub_id = u.hub_id AND r.id = u.resource_id WHERE lower(c.lane) = 9""")
        claims = [(unit, resource, key, minutes(start), minutes(end)) for unit, resource, key, start, end in cursor.fetchall()]
        cursor.execute("SELECT key FROM hubd.idempotency")
        return bookings, claims, [key for key, in cursor.fetchall()]
