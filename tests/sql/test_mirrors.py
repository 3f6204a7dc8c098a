# SPDX-License-Identifier: GPL-3.0-or-later
"""Rooms that follow another calendar, at the level of SQL: what managers lose when two acts on one wait for each other."""
import json

import psycopg2


def test_a_mirror_is_ended_while_its_calendar_comes_in_and_neither_is_thrown_out(world):
    world.room("rot")
    mirror = world.value("INSERT INTO hubd.mirror (hub_id, resource_id, url) SELECT hub_id, id, 'https://example.org/rot.ics' FROM hubd.resource WHERE hub_id = %s RETURNING id", world.hub)
    entries = [{"key": "a", "title": "Fremd", "start": world.at(9), "end": world.at(10), "local_start": world.at(9)[:-1], "local_end": world.at(10)[:-1], "zone": "UTC"}]
    done = []

    def come_in():
        with psycopg2.connect(world.conninfo) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT api.job_mirror_end(0, %s, %s)", (mirror, json.dumps({"entries": entries})))
            done.append(True)
        connection.close()

    with psycopg2.connect(world.conninfo) as manager, manager.cursor() as cursor:
        cursor.execute("SET deadlock_timeout = '100ms'")
        cursor.execute("SELECT hubd.lock_all(%s)", (world.hub,))
        second = world.second(come_in)
        cursor.execute("SELECT FROM hubd.mirror WHERE id = %s FOR UPDATE", (mirror,))
    second.join()
    manager.close()
    assert done == [True] and world.claims() == 1
