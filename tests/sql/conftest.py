# SPDX-License-Identifier: GPL-3.0-or-later
"""A database with hubd's schema for tests that call SQL directly, and a small world to book in.

The server is one for the session, the schema is applied once into a template; `db` is a fresh copy for each test module,
`world` a fresh hub for each test (hubs do not see each other, so no test disturbs another)."""
import datetime
import glob
import hashlib
import itertools
import json
import os
import sys
import threading
import time

import psycopg2
import psycopg2.extras
import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "api"))
import postgres  # noqa: E402

UTC = datetime.timezone.utc
NUMBERS = itertools.count(1)


def schema_files():
    """In the order of `hubd migrate`: roles, migrations, internal, api."""
    sql = os.path.join(ROOT, "sql")
    return ([sql + "/roles.sql"] + sorted(glob.glob(sql + "/[0-9]*.sql")) + sorted(glob.glob(sql + "/internal/*.sql"))
            + sorted(glob.glob(sql + "/api/*.sql")))


def apply_schema(server, database):
    for path in schema_files():
        with open(path, encoding="utf-8") as file:
            try:
                server.sql("BEGIN;\n" + file.read() + "\nCOMMIT;", database=database)
            except RuntimeError as error:
                raise RuntimeError(f"{path}: {error}") from error


@pytest.fixture(scope="session")
def server():
    if not postgres.is_available():
        pytest.skip("no PostgreSQL server to start")
    with postgres.Postgres(fsync=False, database="template_hubd") as running:
        apply_schema(running, "template_hubd")
        yield running


@pytest.fixture(scope="module")
def db(server):
    """The conninfo of the superuser in a database of this module."""
    name = f"hubd_{next(NUMBERS)}"
    server.sql(f'CREATE DATABASE "{name}" TEMPLATE template_hubd', database="postgres")
    yield server.conninfo(database=name)
    server.sql(f'DROP DATABASE "{name}" WITH (FORCE)', database="postgres")


class Reply:
    """What an api function answered."""

    def __init__(self, row):
        self.status, self.revision, self.location = row["status"], row["revision"], row["location"]
        self.text = row["body"]
        self.body = json.loads(row["body"]) if row["body"] else None

    def __repr__(self):
        return f"{self.status} {self.text}"

    def __getitem__(self, name):
        return self.body[name]

    @property
    def problem(self):
        return self.body.get("type", "").rsplit("/", 1)[-1]


class World:
    """A hub with people; times are hours after a base day that lies 30 days ahead."""

    def __init__(self, conninfo):
        self.connection = psycopg2.connect(conninfo)
        self.connection.autocommit = True
        self.conninfo = conninfo
        self.server = psycopg2.connect(conninfo.replace("user=postgres", "user=hubd_serve"))
        self.server.autocommit = True
        self.slug = f"hub-{next(NUMBERS)}"
        self.hub = self.value("INSERT INTO hubd.hub (slug, name) VALUES (%s, %s) RETURNING id", self.slug, self.slug)
        self.site = self.add_site("haus")
        self.tokens = {}
        self.rows("UPDATE hubd.job SET state = 'waiting', run_at = now(), attempts = 0")
        for name, role in (("anna", "member"), ("ben", "member"), ("mia", "manager"), ("tom", "trainer"), ("fremd", None)):
            self.add_person(name, role)
        self.base = self.value("SELECT date_trunc('day', hubd.present(), 'UTC') + interval '30 days'").astimezone(UTC)

    def close(self):
        self.set_clock("0")
        self.connection.close()
        self.server.close()

    def rows(self, query, *values):
        with self.connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def value(self, query, *values):
        found = self.rows(query, *values)
        return found[0][0] if found else None

    def set_clock(self, ahead):
        """How far hubd.present() is ahead: '10 minutes'."""
        self.rows("UPDATE hubd.clock SET ahead = %s", ahead)

    def add_site(self, slug, hours="[]"):
        return self.value("INSERT INTO hubd.site (hub_id, slug, name, opening_hours) VALUES (%s, %s, %s, %s) RETURNING id",
                          self.hub, slug, slug, hours)

    def add_person(self, name, role):
        person = self.value("INSERT INTO hubd.person (mail, name) VALUES (%s, %s) RETURNING id", f"{name}@{self.slug}.example", name)
        token = hashlib.sha256(f"{self.slug} {name}".encode()).hexdigest()
        self.rows("INSERT INTO hubd.token (person_id, sha256, name) VALUES (%s, %s, 'test')", person, token)
        if role:
            self.rows("INSERT INTO hubd.membership (hub_id, person_id, role) VALUES (%s, %s, %s)", self.hub, person, role)
        self.tokens[name] = token
        return person

    def add_resource(self, slug, kind="room", capacity=1, features=(), site=None, is_pool=False):
        return self.value("INSERT INTO hubd.resource (hub_id, site_id, slug, kind, name_de, name_en, capacity, features, is_pool)"
                          " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
                          self.hub, site or self.site, slug, kind, slug, slug, capacity, list(features), is_pool)

    def add_unit(self, resource, name, setup="0", turnover="0", is_pool=False):
        unit = self.value("INSERT INTO hubd.unit (hub_id, name, pool_id, setup, turnover) VALUES (%s, %s, %s, %s, %s) RETURNING id",
                          self.hub, name, resource if is_pool else None, setup, turnover)
        self.rows("INSERT INTO hubd.resource_unit (hub_id, resource_id, unit_id) VALUES (%s, %s, %s)", self.hub, resource, unit)
        return unit

    def room(self, slug, setup="0", turnover="0", **more):
        resource = self.add_resource(slug, **more)
        self.add_unit(resource, slug, setup, turnover)
        return resource

    def pool(self, slug, size, setup="0", turnover="0", kind="desk", **more):
        """The ids of its units."""
        resource = self.add_resource(slug, kind=kind, is_pool=True, **more)
        return [self.add_unit(resource, f"{slug}-{n}", setup, turnover, is_pool=True) for n in range(1, size + 1)]

    def hall(self, slug, *parts, **more):
        """A resource of all the units of its parts."""
        resource = self.add_resource(slug, **more)
        self.rows("INSERT INTO hubd.resource_unit (hub_id, resource_id, unit_id) SELECT DISTINCT hub_id, %s::bigint, unit_id FROM hubd.resource_unit"
                  " WHERE hub_id = %s AND resource_id = ANY (%s)", resource, self.hub, list(parts))
        return resource

    def at(self, hours):
        return (self.base + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def call(self, function, who="anna", key=None, body_hash=None, revision=None, connection=None, **arguments):
        caller = {"token": self.tokens.get(who), "language": "en", "key": key, "hash": body_hash, "request": "test", "revision": revision}
        with (connection or self.server).cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            cursor.execute(f"SELECT (r).* FROM api.{function}(%s, %s) AS r", (json.dumps(caller), json.dumps(arguments)))
            return Reply(cursor.fetchone())

    def booking(self, start, end, *items, **more):
        """The input of a booking: items are slugs or documents."""
        return {"hub": self.slug, "start": self.at(start), "end": self.at(end), "title": more.pop("title", "Termin"),
                "items": [{"resource": i} if isinstance(i, str) else i for i in items], **more}

    def book(self, start, end, *items, who="anna", key=None, body_hash=None, **more):
        return self.call("book", who=who, key=key, body_hash=body_hash, **self.booking(start, end, *items, **more))

    def second(self, calls):
        """Begins calls in a thread while somebody else holds the hub; returns it when it waits for that."""
        thread = threading.Thread(target=calls)
        thread.start()
        while thread.is_alive() and not self.value("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"):
            time.sleep(0.01)
        assert thread.is_alive(), "it did not wait"
        return thread

    def units_of(self, reply):
        """The units that a booking really has, by its claims."""
        return [row[0] for row in self.rows("SELECT unit_id FROM hubd.claim WHERE booking_id = %s AND lane = '[9,10)' ORDER BY unit_id", reply["id"])]

    def claims(self):
        return self.value("SELECT count(*) FROM hubd.claim WHERE hub_id = %s", self.hub)


@pytest.fixture
def world(db):
    made = World(db)
    yield made
    made.close()
