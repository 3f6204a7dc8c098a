# SPDX-License-Identifier: GPL-3.0-or-later
"""A small world for the tests of feeds: a private PostgreSQL with the shipped schema, two hubs, and any number of real
`hubd serve` over it. Rows are written in SQL, in transactions that a test may hold open: feeds must be right whoever writes.
"""
import datetime
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import types

import psycopg2

import log_watch
import postgres

ROOT = pathlib.Path(__file__).resolve().parents[2]
HUBD = ROOT / os.environ.get("HUBD_BUILD", "build") / "hubd"
PUBLIC_URL = "https://hubs.example.org"
UTC = datetime.timezone.utc

GROUND = """
INSERT INTO hubd.topic VALUES ('ki', 'Künstliche Intelligenz', 'Artificial Intelligence'), ('iot', 'Internet der Dinge', 'Internet of Things');
INSERT INTO hubd.hub (slug, name, about_de, about_en, topics, color) VALUES
    ('nord', 'Hub Nord; Häfen', 'Wo Hafen und Netz, sich treffen', 'Where port and net meet', '{ki}', '#0066cc'),
    ('sued', 'Hub Süd', '', '', '{iot}', NULL);
INSERT INTO hubd.site (hub_id, slug, name, street, postcode, city, land, latitude, longitude)
    SELECT id, 'haus', 'Haus ' || slug, 'Kai 1', '20457', 'Hamburg', 'DE-HH', 53.5436, 9.98871 FROM hubd.hub WHERE NOT is_network;
INSERT INTO hubd.resource (hub_id, site_id, slug, kind, name_de, name_en, is_pool, position)
    SELECT s.hub_id, s.id, r.slug, r.kind, r.de, r.en, r.is_pool, r.position FROM hubd.site AS s, (VALUES
        ('saal', 'room', 'Saal', 'Hall', false, 1), ('saal-a', 'room', 'Saal A', 'Hall A', false, 2),
        ('saal-b', 'room', 'Saal B', 'Hall B', false, 3), ('plaetze', 'desk', 'Plätze', 'Desks', true, 4))
        AS r (slug, kind, de, en, is_pool, position);
INSERT INTO hubd.unit (hub_id, name, pool_id)
    SELECT hub_id, 'a', NULL::bigint FROM hubd.site UNION ALL SELECT hub_id, 'b', NULL FROM hubd.site
    UNION ALL SELECT hub_id, 'platz ' || n, id FROM hubd.resource, generate_series(1, 3) AS n WHERE is_pool;
INSERT INTO hubd.resource_unit SELECT r.hub_id, r.id, u.id FROM hubd.resource AS r JOIN hubd.unit AS u USING (hub_id)
    WHERE (r.slug = 'saal' AND u.name IN ('a', 'b')) OR (r.slug = 'saal-a' AND u.name = 'a') OR (r.slug = 'saal-b' AND u.name = 'b')
        OR u.pool_id = r.id;
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Serve:
    """A `hubd serve` of its own, with a folder for its last good copies."""

    def __init__(self, world, state=None, **settings):
        self.port, self.world = free_port(), world
        self.state = state or tempfile.mkdtemp(prefix="hubd-state-", dir="/var/tmp")
        self.settings = {"database": world.server.conninfo("hubd_serve"), "listen": f"127.0.0.1:{self.port}", "public_url": PUBLIC_URL,
                         "state_directory": self.state, "data_directory": str(ROOT), "log_level": "debug", **settings}
        self.start()

    def start(self):
        words = [word for name, value in self.settings.items() for word in ("--set", f"{name}={value}")]
        self.process = subprocess.Popen([HUBD, "serve", *words], stderr=open(self.state + "/log", "a"), cwd="/")
        self.wait_for(lambda: self.get("/healthz").status == 200)

    def wait_for(self, condition, seconds=15):
        deadline = time.monotonic() + seconds
        while True:
            try:
                if condition():
                    return self
            except OSError:
                pass
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError("hubd serve: " + open(self.state + "/log").read()[-2000:])
            time.sleep(0.02)

    def wait_ready(self):
        return self.wait_for(lambda: self.get("/readyz").status == 200)

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(30)

    def remove(self):
        """It must end by itself and well: under a sanitizer a leak or a wrong access is another code."""
        code = self.stop()
        log = open(self.state + "/log", errors="replace").read()
        shutil.rmtree(self.state, ignore_errors=True)
        leaks = log_watch.leaks(log)
        assert leaks == [], f"in a log, where nothing secret may be: {leaks[:20]}"
        assert code == 0, f"hubd serve ended with {code}: {log[-4000:]}"

    def open(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def get(self, path, method="GET", headers=None, connection=None, body=None):
        own = connection or self.open()
        own.request(method, path, body=body, headers=headers or {})
        reply = own.getresponse()
        answer = types.SimpleNamespace(status=reply.status, headers=reply.headers, body=reply.read())
        if connection is None:
            own.close()
        return answer

    def memory(self):
        """Resident bytes."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class World:
    def __enter__(self):
        self.serves = []
        self.server = postgres.Postgres(fsync=False).__enter__()
        try:
            subprocess.run([HUBD, "migrate", "--set", "owner_database=" + self.server.conninfo(), "--set", f"data_directory={ROOT}"],
                           check=True, capture_output=True, cwd="/")
            self.server.sql(GROUND)
        except subprocess.CalledProcessError as error:
            self.server.remove()
            raise AssertionError(error.stderr.decode()) from error
        except BaseException:
            self.server.remove()
            raise
        self.connection = self.connect()
        self.connection.autocommit = True
        return self

    def __exit__(self, *_):
        try:
            for serve in self.serves:
                serve.remove()
        finally:
            self.server.remove()

    def connect(self):
        return psycopg2.connect(self.server.conninfo())

    def serve(self, **settings):
        self.serves.append(Serve(self, **settings))
        return self.serves[-1].wait_ready()

    def one(self, query, *values, connection=None):
        with (connection or self.connection).cursor() as cursor:
            cursor.execute(query, values)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row and len(row) == 1 else row

    def now(self):
        return self.one("SELECT hubd.present()")

    def today(self):
        return self.one("SELECT (hubd.present() AT TIME ZONE 'UTC')::date")

    def set_ahead(self, interval):
        self.one("UPDATE hubd.clock SET ahead = %s", interval)

    def event(self, hub, title, start, minutes=60, rooms=(), connection=None, uid=None, state="confirmed", zone="Europe/Berlin", tell=True, **more):
        """Writes a single event and tells its scopes; returns its id and UID."""
        fields = {"state": state, "title": title, "zone": zone, **more}
        names, values = ", ".join(fields), ", ".join(["%s"] * len(fields))
        known, uid = connection, uid or f"{os.urandom(6).hex()}@world"
        row = self.one(f"INSERT INTO hubd.event (hub_id, uid, {names}) SELECT id, %s, {values} FROM hubd.hub WHERE slug = %s"
                       " RETURNING hub_id, id", uid, *fields.values(), hub, connection=known)
        end = start + datetime.timedelta(minutes=minutes)
        self.one("INSERT INTO hubd.occurrence (hub_id, event_id, during, local_start, local_end, state) VALUES (%s, %s,"
                 " tstzrange(%s, %s, %s), %s AT TIME ZONE %s, %s AT TIME ZONE %s, 'confirmed')", *row, start, end,
                 "[)" if minutes else "[]", start, zone, end, zone, connection=known)
        for room in rooms:
            self.one("INSERT INTO hubd.event_resource SELECT hub_id, %s, id FROM hubd.resource WHERE hub_id = %s AND slug = %s",
                     row[1], row[0], room, connection=known)
        if tell:
            self.one("SELECT hubd.changed(hubd.event_scopes(%s, ARRAY[%s]))", *row, connection=known)
        return row[1], uid

    def change_event(self, event, connection=None, **fields):
        sets = ", ".join(f"{name} = %s" for name in fields)
        hub = self.one(f"UPDATE hubd.event SET {sets}, revision = revision + 1, revised_at = hubd.present() WHERE id = %s RETURNING hub_id",
                       *fields.values(), event, connection=connection)
        self.one("SELECT hubd.changed(hubd.event_scopes(%s, ARRAY[%s]))", hub, event, connection=connection)

    def booking(self, hub, resource, start, minutes=60, units=1, state="confirmed", kind="booking", title="Geheim", connection=None, event=None):
        """Writes a booking with its claims, as the engine leaves them; returns its id and UID."""
        uid, end = f"{os.urandom(6).hex()}@world", start + datetime.timedelta(minutes=minutes)
        row = self.one("INSERT INTO hubd.booking (hub_id, kind, state, title, note, during, local_start, local_end, zone, uid, expires_at)"
                       " SELECT h.id, %s, %s, %s, 'Notiz', tstzrange(%s, %s), %s AT TIME ZONE 'Europe/Berlin', %s AT TIME ZONE 'Europe/Berlin',"
                       " 'Europe/Berlin', %s, %s FROM hubd.hub AS h WHERE slug = %s RETURNING hub_id, id",
                       kind, state, title, start, end, start, end, uid, end if state == "held" else None, hub, connection=connection)
        resource_id = self.one("INSERT INTO hubd.booking_item (hub_id, booking_id, position, resource_id, count) SELECT %s, %s, 1, id, %s"
                               " FROM hubd.resource WHERE hub_id = %s AND slug = %s RETURNING resource_id",
                               *row, units, row[0], resource, connection=connection)
        pool = self.one("SELECT is_pool FROM hubd.resource WHERE id = %s", resource_id, connection=connection)
        self.one("WITH taken AS (SELECT unit_id, nextval('hubd.id') AS id FROM hubd.resource_unit AS ru WHERE hub_id = %s AND resource_id = %s"
                 " AND NOT EXISTS (SELECT FROM hubd.claim AS c WHERE c.unit_id = ru.unit_id AND c.during && tstzrange(%s, %s)) ORDER BY unit_id LIMIT %s)"
                 " INSERT INTO hubd.claim (hub_id, id, unit_id, during, lane, party, booking_hub_id, booking_id, item)"
                 " SELECT %s, id, unit_id, tstzrange(%s, %s), '[9,10)', id, %s, %s, 1 FROM taken",
                 row[0], resource_id, start, end, units if pool else 1000, row[0], start, end, *row, connection=connection)
        if event is not None:
            self.one("UPDATE hubd.occurrence SET booking_id = %s WHERE event_id = %s", row[1], event, connection=connection)
        self.one("SELECT hubd.changed(ARRAY['resource:' || %s])", resource_id, connection=connection)
        return row[1], uid

    def cancel_booking(self, booking):
        self.one("DELETE FROM hubd.claim WHERE booking_id = %s", booking)
        self.one("UPDATE hubd.booking SET state = 'cancelled', cancelled_at = hubd.present(), revised_at = hubd.present(), sequence = sequence + 1,"
                 " revision = revision + 1 WHERE id = %s", booking)
        self.one("SELECT hubd.changed(ARRAY(SELECT 'resource:' || resource_id FROM hubd.booking_item WHERE booking_id = %s))", booking)
