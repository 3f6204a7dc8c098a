# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail in tests: a service whose mails are files, the letters read by Python's own parser, and the outbox as the superuser sees it."""
import email
import email.policy
import json

import psycopg2

from conftest import PEOPLE, Service, wait_for


class Letters(Service):
    """A settled hubd with its own database; mail goes to files unless the settings name a server."""

    def __init__(self, server, database, **settings):
        server.sql(f'CREATE DATABASE "{database}"', database="postgres")
        super().__init__(server, settings={"mail_directory": "unset", **settings}, database=database)
        self.box = self.folder / "mail"
        self.conf.write_text(self.conf.read_text(encoding="utf-8").replace("mail_directory = unset", f"mail_directory = {self.box}"), encoding="utf-8")
        self.settle()
        self.connection = psycopg2.connect(server.conninfo(database=database))
        self.connection.autocommit = True

    def __exit__(self, *_):
        self.connection.close()
        super().__exit__()
        self.server.sql(f'DROP DATABASE "{self.database}" WITH (FORCE)', database="postgres")

    def rows(self, query, *values):
        with self.connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def value(self, query, *values):
        found = self.rows(query, *values)
        return found[0][0] if found else None

    def person(self, name):
        return self.value("SELECT id FROM hubd.person WHERE mail = %s", PEOPLE[name])

    def write(self, name, kind, hub=None, key=None, **data):
        """Writes a mail as a deciding function would; its number."""
        return self.value("SELECT hubd.mail(%s, %s, %s, (SELECT id FROM hubd.hub WHERE slug = %s), %s)", self.person(name), kind, json.dumps(data), hub, key)

    def state(self, message):
        return self.value("SELECT state FROM hubd.message WHERE id = %s", message)

    def set_clock(self, ahead):
        self.rows("UPDATE hubd.clock SET ahead = %s", ahead)

    def wait_ended(self, message, state="sent"):
        """Until the mail has come to its end, which must be this one."""
        wait_for(lambda: self.value("SELECT ended_at FROM hubd.message WHERE id = %s", message), what=f"mail {message}")
        assert self.state(message) == state

    def letter(self, message):
        """The mail as it went out, parsed."""
        self.wait_ended(message)
        return parse((self.box / f"{message}.eml").read_bytes())

    def newest(self, name, kind):
        """The newest mail of a kind to somebody, parsed."""
        message = wait_for(lambda: self.value("SELECT max(id) FROM hubd.message WHERE person_id = %s AND kind = %s", self.person(name), kind),
                           what=f"a mail of kind {kind} to {name}")
        return self.letter(message)


def parse(raw):
    letter = email.message_from_bytes(raw, policy=email.policy.default)
    assert not letter.defects and all(not part.defects for part in letter.walk()), [part.defects for part in letter.walk()]
    return letter


def part(letter, kind):
    """The text of the one part of this type, or None."""
    found = [p for p in letter.walk() if p.get_content_type() == kind]
    assert len(found) <= 1, kind
    return found[0].get_content() if found else None
