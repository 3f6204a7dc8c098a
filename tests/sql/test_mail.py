# SPDX-License-Identifier: GPL-3.0-or-later
"""The outbox: what is written when, and for whom."""
import json
import pathlib
import re
import threading

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


def test_a_hold_that_was_promised_for_days_is_told_when_it_ends_but_not_a_forms_ten_minutes(world):
    world.room("aula")
    world.room("buero")
    short, long = world.book(9, 11, "aula", hold=True), world.book(9, 11, "buero", hold=True)
    world.rows("UPDATE hubd.booking SET expires_at = created_at + interval '2 days' WHERE id = %s", long["id"])
    world.rows("UPDATE hubd.claim SET expires_at = hubd.present() + interval '2 days' WHERE booking_id = %s", long["id"])
    world.set_clock("2 days 1 hour")
    world.rows("SELECT hubd.job_expire_holds()")
    assert world.value("SELECT state FROM hubd.booking WHERE id = %s", short["id"]) == "expired"
    assert told(world, "anna") == [("hold-expired", None)]
    assert data(world, newest(world, "anna"))["where"].startswith("buero")


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


# ---- by the clock ----

def remind_all(world, workers=4):
    """As several workers at once would."""
    def work():
        with psycopg2.connect(world.conninfo) as worker, worker.cursor() as cursor:
            cursor.execute("SELECT hubd.job_remind()")
        worker.close()
    threads = [threading.Thread(target=work) for _ in range(workers)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]


def test_reminders_come_when_they_were_asked_for_once_however_many_workers_there_are(world):
    world.room("aula")
    world.rows("UPDATE hubd.person SET reminders = '{60,1440}' WHERE id = %s", person(world, "anna"))
    made = world.book(9, 11, "aula")
    reminders = lambda: [kind for kind, _ in told(world, "anna") if kind == "reminder"]  # noqa: E731
    remind_all(world)
    assert reminders() == []
    for ahead, wanted in (("29 days 9 hours 1 minute", 1), ("29 days 20 hours", 1), ("30 days 8 hours 1 minute", 2), ("30 days 8 hours 30 minutes", 2)):
        base = world.value("SELECT %s::timestamptz - pg_catalog.now() + %s::interval - interval '30 days'", world.base, ahead)
        world.set_clock(base)
        remind_all(world)
        assert len(reminders()) == wanted, ahead
    world.call("booking_change", id=made["id"], start=world.at(10), end=world.at(12))
    remind_all(world)
    assert len(reminders()) == 2, "the day before has passed, and the hour before the new time has not come"
    world.set_clock(world.value("SELECT %s::timestamptz - pg_catalog.now() + interval '9 hours 1 minute'", world.base))
    remind_all(world)
    assert len(reminders()) == 3, "a new time is a new reminder"


def test_nobody_is_reminded_of_what_was_just_booked_or_is_off(world):
    world.room("aula")
    world.rows("UPDATE hubd.person SET reminders = '{60,1440}' WHERE id = %s", person(world, "anna"))
    off = world.book(9, 10, "aula")
    world.call("booking_cancel", id=off["id"])
    world.set_clock(world.value("SELECT %s::timestamptz - pg_catalog.now() + interval '9 hours'", world.base))
    world.book(9.5, 10, "aula")
    remind_all(world, 1)
    assert "reminder" not in [kind for kind, _ in told(world, "anna")]


def test_what_can_wait_comes_together_at_seven_in_the_morning_once_a_day(world):
    world.room("aula")
    world.rows("UPDATE hubd.person SET mail_waiting = 'daily' WHERE id = %s", person(world, "anna"))
    first, second = world.book(9, 11, "aula"), world.book(12, 13, "aula")
    at = lambda clock: world.set_clock(world.value("SELECT (date_trunc('day', pg_catalog.now() AT TIME ZONE 'Europe/Berlin') + interval '1 day' + %s::interval)"  # noqa: E731
                                                   " AT TIME ZONE 'Europe/Berlin' - pg_catalog.now()", clock))
    digests = lambda: world.rows("SELECT id FROM hubd.message WHERE person_id = %s AND kind = 'digest' ORDER BY id", person(world, "anna"))  # noqa: E731
    at("6 hours 59 minutes")
    world.rows("SELECT hubd.job_digest()")
    assert digests() == []
    world.call("booking_cancel", id=second["id"])
    at("7 hours 1 minute")
    world.rows("SELECT hubd.job_digest()")
    world.rows("SELECT hubd.job_digest()")
    assert len(digests()) == 1 and is_queued(world, digests()[0][0])
    items = data(world, digests()[0][0])["items"]
    assert [(item["kind"], item["data"]["booking"]) for item in items] == [("booking-confirmed", first["id"]), ("booking-cancelled", second["id"])], "the overtaken one is left out"
    world.call("booking_change", id=first["id"], start=world.at(14), end=world.at(15))
    at("12 hours")
    world.rows("SELECT hubd.job_digest()")
    assert len(digests()) == 1
    at("31 hours 1 minute")
    world.rows("SELECT hubd.job_digest()")
    assert len(digests()) == 2


def test_what_went_out_is_forgotten_after_a_month_and_what_failed_after_three(world):
    sent, refused = write(world, "anna", "sign-in"), write(world, "anna", "sign-in")
    world.rows("SELECT hubd.end_mail(%s, 'sent', '250'), hubd.end_mail(%s, 'refused', '550')", sent, refused)
    for clock, wanted in (("29 days", [sent, refused]), ("31 days", [refused]), ("91 days", [])):
        world.set_clock(clock)
        world.rows("SELECT hubd.compact_mail()")
        assert [row[0] for row in world.rows("SELECT id FROM hubd.message WHERE id = ANY (%s) ORDER BY id", [sent, refused])] == wanted


def test_every_kind_of_mail_that_is_written_has_its_texts():
    root = pathlib.Path(__file__).resolve().parents[2]
    written = set()
    for path in (root / "sql").glob("*/*.sql"):
        written |= set(re.findall(r"hubd\.mail(?:_to|_address)?\([^;]*?'([a-z]+(?:-[a-z]+)+|reminder|digest|invitation)'", path.read_text(encoding="utf-8")))
    written |= {f"booking-{what}" for what in ("confirmed", "moved", "cancelled", "told")} | {f"series-{what}" for what in ("confirmed", "changed", "cancelled")}
    assert {"event-cancelled", "reminder", "digest", "join-request"} <= written
    for language in ("de", "en"):
        kinds = json.loads((root / "config/locale" / language / "mail.json").read_text(encoding="utf-8"))["kinds"]
        assert written <= set(kinds), written - set(kinds)
        assert all(texts.get("subject") and texts.get("text") for texts in kinds.values())
