# SPDX-License-Identifier: GPL-3.0-or-later
"""The outbox: what is written when, and for whom."""
import json

import psycopg2
import pytest


def person(world, name):
    return world.value("SELECT person_id FROM hubd.token WHERE sha256 = %s", world.tokens[name])


def write(world, name, kind, key=None, **data):
    return world.value("SELECT hubd.mail(%s, %s, %s, %s, %s)", person(world, name), kind, json.dumps(data), world.hub, key)


def state(world, message):
    return world.value("SELECT state FROM hubd.message WHERE id = %s", message)


def is_queued(world, message):
    return world.value("SELECT count(*) FROM hubd.job WHERE kind = 'mail' AND key = %s::text", message) == 1


def test_a_necessary_mail_comes_whatever_one_has_chosen(world):
    world.rows("UPDATE hubd.person SET mail_waiting = 'none' WHERE id = %s", person(world, "anna"))
    message = write(world, "anna", "sign-in", secret={"code": "123456"})
    assert state(world, message) == "queued" and is_queued(world, message)


def test_what_can_wait_comes_at_once_in_a_digest_or_not_at_all_as_one_has_chosen(world):
    for setting, wanted in (("now", "queued"), ("daily", "kept"), ("none", None)):
        world.rows("UPDATE hubd.person SET mail_waiting = %s WHERE id = %s", setting, person(world, "anna"))
        message = write(world, "anna", "event-changed", start=world.at(0))
        assert state(world, message) == wanted
        assert is_queued(world, message) == (wanted == "queued")


def test_a_change_within_48_hours_does_not_wait_for_the_digest(world):
    world.rows("UPDATE hubd.person SET mail_waiting = 'daily' WHERE id = %s", person(world, "anna"))
    soon = world.value("SELECT hubd.instant(hubd.present() + interval '47 hours')")
    later = world.value("SELECT hubd.instant(hubd.present() + interval '49 hours')")
    assert state(world, write(world, "anna", "booking-moved", start=soon)) == "queued"
    assert state(world, write(world, "anna", "booking-moved", start=later)) == "kept"
    assert state(world, write(world, "anna", "booking-moved", start=later, before=soon)) == "queued"


def test_the_same_mail_is_written_once_for_each_person(world):
    first = write(world, "anna", "event-changed", key="event:1:2")
    assert first and write(world, "anna", "event-changed", key="event:1:2") is None
    assert write(world, "ben", "event-changed", key="event:1:2") not in (None, first)
    assert world.value("SELECT count(*) FROM hubd.message WHERE key = 'event:1:2'") == 2


def test_an_invitation_reaches_who_has_no_account_once_however_the_address_is_written(world):
    ask = "SELECT hubd.mail_to(%s, 'en', 'invitation', '{}', %s, 'invitation:1')"
    first = world.value(ask, "Neu@example.org", world.hub)
    assert state(world, first) == "queued" and is_queued(world, first)
    assert world.value(ask, "neu@EXAMPLE.org", world.hub) is None


def test_a_hub_writes_mail_in_its_own_name_only_and_reads_none(world):
    message = write(world, "anna", "sign-in")
    other = world.value("INSERT INTO hubd.hub (slug, name) VALUES (%s, 'x') RETURNING id", world.slug + "-x")
    with world.connection.cursor() as cursor:
        cursor.execute("BEGIN; SET LOCAL SESSION AUTHORIZATION hubd_api")
        cursor.execute("SELECT hubd.enter_hub(%s)", (world.hub,))
        cursor.execute("SELECT hubd.mail(%s, 'booking-confirmed', '{}', %s, 'k')", (person(world, "anna"), world.hub))
        assert cursor.fetchone()[0] > message
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("SELECT hubd.mail(%s, 'booking-confirmed', '{}', %s)", (person(world, "anna"), other))
        cursor.execute("ROLLBACK; BEGIN; SET LOCAL SESSION AUTHORIZATION hubd_api")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("SELECT count(*) FROM hubd.message")
        cursor.execute("ROLLBACK")
