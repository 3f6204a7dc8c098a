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


# ---- what causes mail ----

def told(world, name):
    """The kinds of what was written to somebody, oldest first, and by whom."""
    return [tuple(row) for row in world.rows("SELECT kind, data ->> 'by' FROM hubd.message WHERE person_id = %s ORDER BY id", person(world, name))]


def data(world, message, language="de"):
    return world.value("SELECT hubd.mail_data(kind, data, %s) FROM hubd.message WHERE id = %s", language, message)


def newest(world, name):
    return world.value("SELECT max(id) FROM hubd.message WHERE person_id = %s", person(world, name))


def test_whoever_books_is_told_so_and_of_every_change_of_time_or_place_but_not_of_a_title(world):
    world.room("aula")
    made = world.book(9, 11, "aula")
    world.call("booking_change", id=made["id"], title="Anders")
    assert told(world, "anna") == [("booking-confirmed", None)]
    world.call("booking_change", id=made["id"], start=world.at(10), end=world.at(12))
    world.call("booking_cancel", id=made["id"])
    world.call("booking_cancel", id=made["id"])
    assert told(world, "anna") == [("booking-confirmed", None), ("booking-moved", None), ("booking-cancelled", None)]
    assert world.value("SELECT count(*) FROM hubd.job WHERE kind = 'mail' AND key IN (SELECT id::text FROM hubd.message WHERE person_id = %s)", person(world, "anna")) == 3


def test_what_a_manager_does_to_a_booking_is_told_with_their_name_whatever_one_has_chosen(world):
    world.room("aula")
    made = world.book(9, 11, "aula")
    world.rows("UPDATE hubd.person SET mail_waiting = 'none' WHERE id = %s", person(world, "anna"))
    world.call("booking_change", who="mia", id=made["id"], start=world.at(10), end=world.at(12))
    world.call("booking_cancel", who="mia", id=made["id"])
    assert told(world, "anna")[1:] == [("booking-moved", "mia"), ("booking-cancelled", "mia")] and told(world, "mia") == []


def test_a_dry_run_a_refusal_and_a_hold_are_not_told(world):
    world.room("aula")
    world.book(9, 11, "aula", dry_run=True)
    held = world.book(9, 11, "aula", hold=True)
    world.book(10, 12, "aula", who="ben")
    world.call("booking_change", id=held["id"], start=world.at(10), end=world.at(11))
    world.call("booking_confirm", id=held["id"], dry_run=True)
    assert told(world, "anna") == [] == told(world, "ben")
    world.call("booking_confirm", id=held["id"])
    assert told(world, "anna") == [("booking-confirmed", None)]
    world.call("booking_change", id=held["id"], start=world.at(11), end=world.at(12), dry_run=True)
    world.call("booking_cancel", id=held["id"], dry_run=True)
    assert told(world, "anna") == [("booking-confirmed", None)]


def test_what_is_over_and_closures_are_told_to_nobody(world):
    world.room("aula")
    world.book(-800, -799, "aula", who="mia", on_behalf_of=f"anna@{world.slug}.example")
    world.book(9, 11, "aula", who="mia", kind="closure")
    assert told(world, "anna") == [] == told(world, "mia")


def test_a_room_that_was_left_open_is_told_24_hours_before(world):
    world.room("aula", capacity=6)
    made = world.call("book", **{**world.booking(9, 11), "items": [{"any": {"kind": "room", "capacity": 4}}]})
    assert "24 Stunden" in data(world, newest(world, "anna"))["where"]
    world.set_clock("29 days 9 hours 1 minute")
    world.rows("SELECT hubd.job_tell_provisional()")
    assert told(world, "anna") == [("booking-confirmed", None), ("booking-told", None)]
    assert data(world, newest(world, "anna"))["where"].startswith("aula") and made.status == 201


def test_a_mail_says_what_counts_when_it_is_sent_and_is_not_sent_when_it_was_overtaken(world):
    world.room("aula")
    made = world.book(9, 11, "aula")
    message = newest(world, "anna")
    world.call("booking_change", id=made["id"], start=world.at(10), end=world.at(12))
    entry = data(world, message)["calendar"]["entries"][0]
    assert (entry["start"], entry["sequence"], entry["uid"]) == (world.at(10), 1, made["uid"])
    moved = newest(world, "anna")
    assert data(world, moved)["before"] == world.at(9) and data(world, moved)["calendar"]["method"] == "REQUEST"
    world.call("booking_cancel", id=made["id"])
    assert data(world, message) is None and data(world, moved) is None
    cancelled = data(world, newest(world, "anna"))
    assert cancelled["calendar"]["method"] == "CANCEL" and cancelled["calendar"]["entries"][0]["sequence"] == 2


def test_the_maker_of_an_event_is_told_what_others_do_to_it_and_nothing_of_their_own_doing(world):
    world.add_person("iris", "manager")
    made = world.call("event_create", who="iris", hub=world.slug, title="Fest", start=world.at(9), end=world.at(11), local_start="2031-01-01T09:00:00", local_end="2031-01-01T11:00:00",
                      zone="Europe/Berlin", state="confirmed", audience="public")
    assert made.status == 201, made
    for who in ("iris", "mia"):
        world.call("event_change", who=who, id=made["id"], text=f"Neues von {who}")
    assert told(world, "iris") == []
    world.call("event_change", who="iris", id=made["id"], place="Garten")
    world.call("event_change", who="mia", id=made["id"], place="Hof")
    world.call("event_cancel", who="mia", id=made["id"])
    assert told(world, "iris") == [("event-changed", "mia"), ("event-cancelled", "mia")] and told(world, "mia") == []
    assert data(world, newest(world, "iris"))["title"] == "Fest"
