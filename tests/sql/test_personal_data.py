# SPDX-License-Identifier: GPL-3.0-or-later
"""Every column that may hold something of a person, and what becomes of it: in the export, and when the person is erased.

A new table or column fails here until somebody has thought about it. tests/api/test_erase.py shows that what is said here is done."""
import pytest

# (in the export as | why not, when erased: what becomes of it | why nothing)
GONE = "the row goes with the person"
BLANKED = "name and address are blanked"
PERSONAL = {
    "attempt.bucket": ("a hash, for an hour", "the rows go"),
    "audit.actor_id": ("audit", "NULL"),
    "audit.person_id": ("audit", "NULL"),
    "audit.other_id": ("audit", "NULL"),
    "audit.before": ("audit", "texts of theirs go, names of speakers are blanked"),
    "audit.after": ("audit", "texts of theirs go, names of speakers are blanked"),
    "audit.request": ("audit", "NULL"),
    "booking.title": ("bookings", "emptied"),
    "booking.note": ("bookings", "emptied"),
    "booking.person_id": ("bookings", "NULL"),
    "booking.booked_by_id": ("bookings", "NULL"),
    "change.scope": ("only numbers, for an hour", "only numbers"),
    "consent.person_id": ("consents", GONE),
    "consent.purpose": ("consents", GONE),
    "consent.wording": ("consents", GONE),
    "day_pass.person_id": ("day_passes", GONE),
    "day_pass.granted_by_id": ("audit", "NULL"),
    "delegate.person_id": ("delegates", GONE),
    "delegate.delegate_id": ("acts_for", GONE),
    "event.person_id": ("events_made", "NULL"),
    "event.speakers": ("public, the hub's", "a speaker of this name goes, at their hubs"),
    "event.organiser": ("public, the hub's", "emptied where it is their name, at their hubs"),
    "idempotency.principal": ("answers_kept", GONE),
    "idempotency.key": ("answers_kept", GONE),
    "idempotency.hash": ("a hash, for 48 hours", GONE),
    "idempotency.reply": ("answers_kept", BLANKED + " in answers to others"),
    "import_upload.person_id": ("uploads", GONE),
    "import_upload.name": ("uploads", GONE),
    "import_upload.bytes": ("a programme that is public when it is taken over", GONE),
    "import_upload.report": ("about that programme", GONE),
    "import_upload.error": ("about that programme", GONE),
    "invitation.mail": ("invitations", GONE),
    "invitation.name": ("invitations", GONE),
    "invitation.language": ("invitations", GONE),
    "invitation.sentence": ("invitations", GONE),
    "invitation.sha256": ("a secret's hash", GONE),
    "invitation.invited_by_id": ("invitations_sent", GONE),
    "job.key": ("only numbers", GONE + " where it is their mail's"),
    "job.input": ("what waits a moment", BLANKED),
    "job.error": ("a message for operators", BLANKED),
    "join_request.person_id": ("join_requests", GONE),
    "join_request.mail": ("join_requests", GONE),
    "join_request.name": ("join_requests", GONE),
    "join_request.language": ("join_requests", GONE),
    "join_request.sha256": ("a secret's hash", GONE),
    "join_request.note": ("join_requests", GONE),
    "join_request.answer": ("join_requests", GONE),
    "join_request.decided_by_id": ("audit", "NULL"),
    "membership.person_id": ("memberships", GONE),
    "membership.role": ("memberships", GONE),
    "message.person_id": ("messages", GONE),
    "message.address": ("theirs has no account", GONE),
    "message.language": ("messages", GONE),
    "message.data": ("messages", BLANKED + " in mail to others"),
    "message.key": ("messages", GONE),
    "message.answer": ("messages", BLANKED + " in mail to others"),
    "occurrence.changes": ("public, the hub's", BLANKED + ", at their hubs"),
    "mirror.person_id": ("audit", "NULL"),
    "organisation_domain.person_id": ("mail_domains_claimed", "NULL"),
    "organisation_member.person_id": ("organisations", GONE),
    "person.mail": ("person", GONE),
    "person.name": ("person", GONE),
    "person.language": ("person", GONE),
    "person.mail_waiting": ("person", GONE),
    "person.unsubscribe": ("a secret", GONE),
    "refusal.person_id": ("refused_wishes", "NULL"),
    "refusal.wish": ("refused_wishes", "title, note and for whom go"),
    "series.title": ("series", "emptied"),
    "series.note": ("series", "emptied"),
    "series.person_id": ("series", "NULL"),
    "series.booked_by_id": ("series", "NULL"),
    "session.sha256": ("a secret's hash", GONE),
    "session.previous": ("a secret's hash", GONE),
    "session.person_id": ("sessions", GONE),
    "session.device": ("sessions", GONE),
    "sign_in_attempt.sha256": ("a secret's hash", GONE),
    "sign_in_attempt.code_sha256": ("a secret's hash", GONE),
    "sign_in_attempt.link_sha256": ("a secret's hash", GONE),
    "sign_in_attempt.asked": ("what waits a moment for the worker", GONE),
    "sign_in_link.sha256": ("a secret's hash", GONE),
    "sign_in_link.person_id": ("sign_in_links", GONE),
    "subscription.fetched_etag": ("tokens", GONE),
    "subscription.subject": ("tokens", GONE),
    "team_member.person_id": ("teams", GONE),
    "token.person_id": ("tokens", GONE),
    "token.sha256": ("a secret's hash", GONE),
    "token.name": ("tokens", GONE),
    "token.scopes": ("tokens", GONE),
    "webhook.created_by_id": ("audit", "NULL"),
    "webhook_delivery.body": ("numbers and titles of bookings", "the titles go"),
    "zone_report.collisions": ("numbers and titles of bookings", "the titles go"),
}

# What a hub says about itself, and words that the program chooses. Whole tables, or single columns of the others.
NOTHING_OF_A_PERSON = {
    "hub", "site", "resource", "resource_photo", "unit", "topic", "team", "organisation", "import_source", "retention", "series_item", "series_miss", "zone_rules",
    "audit.by", "audit.thing", "audit.act", "booking.kind", "booking.state", "booking.uid", "booking.zone", "booking_item.wanted", "event.uid", "event.state", "event.title", "event.title_en",
    "event.text", "event.text_en", "event.topics", "event.categories", "event.audience", "event.place", "event.online_url", "event.url", "event.image_url", "event.price", "event.zone",
    "event.kept", "event.source_hash", "event.rrule", "event.rdates", "booking.mirror_key", "mirror.url", "mirror.etag", "mirror.last_modified", "mirror.error", "mirror.report",
    "invitation.kind", "invitation.role", "invitation.state", "job.kind", "job.state", "join_request.state",
    "message.kind", "message.class", "message.state", "occurrence.state", "organisation_domain.domain", "refusal.problem", "series.kind", "series.state", "series.zone", "series.rrule",
    "series.choice", "series.uid", "import_upload.state", "webhook.url", "webhook.events", "webhook.secret", "webhook_delivery.event", "webhook_delivery.state", "webhook_delivery.answer", "zone_report.zones",
}

COLUMNS = """
    SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'hubd'::regnamespace AND c.relkind IN ('r', 'p') AND (
        format_type(a.atttypid, NULL) IN ('text', 'text[]', 'jsonb', 'jsonb[]', 'json', 'bytea', 'character varying', 'inet', 'api.reply', 'xml', 'name')
        OR a.attname ~ 'person|_by_id$|delegate_id|actor_id|other_id'
        OR EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid = 'hubd.person'::regclass AND a.attnum = ANY (k.conkey)))
    ORDER BY 1, 2"""


def test_no_column_is_forgotten_when_somebody_asks_for_their_data_or_to_be_erased(world):
    found = {f"{table}.{column}" for table, column in world.rows(COLUMNS)}
    assert len(found) > 100
    forgotten = {name for name in found if name not in PERSONAL and name not in NOTHING_OF_A_PERSON and name.split(".")[0] not in NOTHING_OF_A_PERSON}
    assert forgotten == set(), "say what becomes of them in hubd.erase_person() and hubd.export_person(), then here"
    gone = {name for name in PERSONAL if name not in found} | {name for name in NOTHING_OF_A_PERSON if "." in name and name not in found}
    assert gone == set(), "no longer there"


def test_what_the_list_calls_exported_is_a_member_of_the_export(world):
    person = world.value("SELECT person_id FROM hubd.token LIMIT 1")
    export = world.value("SELECT hubd.export_person(%s, '{}')", person)
    said = {where for where, _ in PERSONAL.values() if where.replace("_", "").isalpha() and " " not in where}
    assert said - set(export) == set()
    assert set(export) - said == {"as_of", "part", "parts", "next"}


def test_a_table_that_refers_to_a_person_lets_them_go(world):
    """Every foreign key to person cascades or is set to NULL, or is emptied by hubd.erase_person()."""
    kept = {f"{table}.{column}" for table, column in world.rows("""
        SELECT k.conrelid::regclass::text, a.attname FROM pg_constraint AS k JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
        WHERE k.contype = 'f' AND k.confrelid = 'hubd.person'::regclass AND k.confdeltype = 'a'""")}
    assert kept == {"hubd.booking.person_id", "hubd.series.person_id", "hubd.event.person_id"}


# ---- retention ----


def keep(world):
    world.rows("SELECT hubd.job_retention()")


@pytest.fixture
def later(world):
    """Moves the house's clock ahead by so many days."""
    yield lambda days: world.rows("UPDATE hubd.clock SET ahead = make_interval(days => %s) RETURNING 1", days)
    world.rows("UPDATE hubd.clock SET ahead = '0' RETURNING 1")


def test_what_is_over_loses_its_person_and_goes_when_its_time_has_come(world, later):
    world.room("aula")
    made = world.book(9, 11, "aula")
    world.rows("UPDATE hubd.booking SET title = 'Geheim', note = 'Privat' WHERE id = %s RETURNING 1", made["id"])
    person = world.value("SELECT person_id FROM hubd.booking WHERE id = %s", made["id"])
    world.rows("INSERT INTO hubd.refusal (hub_id, person_id, problem, wish) VALUES (%s, %s, 'slot-taken', '{\"title\": \"Wunsch\", \"minutes\": 60}') RETURNING 1", world.hub, person)
    world.rows("INSERT INTO hubd.invitation (hub_id, kind, role, mail, sha256, invited_by_id, expires_at) VALUES (%s, 'hub', 'member', 'a@b.test', %s, %s, hubd.present() + interval '14 days') RETURNING 1",
               world.hub, "a" * 64, person)
    world.rows("INSERT INTO hubd.join_request (hub_id, state, person_id, decided_at) VALUES (%s, 'declined', %s, hubd.present()) RETURNING 1", world.hub, person)
    world.rows("INSERT INTO hubd.day_pass (hub_id, person_id, day) VALUES (%s, %s, hubd.present()::date) RETURNING 1", world.hub, person)

    def left():
        return {
            "refusal": world.rows("SELECT person_id IS NOT NULL, wish FROM hubd.refusal WHERE hub_id = %s", world.hub),
            "booking": world.rows("SELECT person_id IS NOT NULL, title, note FROM hubd.booking WHERE id = %s", made["id"]),
            **{table: world.value(f"SELECT count(*) FROM hubd.{table} WHERE hub_id = %s", world.hub) for table in ("invitation", "join_request", "day_pass")},
            "audit": world.value("SELECT count(*) FROM hubd.audit WHERE hub_id = %s", world.hub)}
    keep(world)
    first = left()
    assert first["refusal"] == [(True, {"title": "Wunsch", "minutes": 60})] and first["booking"] == [(True, "Geheim", "Privat")] and first["audit"] > 0
    later(95)
    keep(world)
    assert left()["refusal"] == [(False, {"minutes": 60})] and left()["invitation"] == 1
    later(105)
    keep(world)
    assert left()["invitation"] == 0 and left()["join_request"] == 1
    later(181)
    keep(world)
    assert left()["join_request"] == 0 and left()["day_pass"] == 1
    later(400)
    keep(world)
    assert left()["refusal"] == [] and left()["day_pass"] == 0 and left()["audit"] > 0 and left()["booking"] == [(True, "Geheim", "Privat")]
    later(3 * 366 + 60)
    keep(world)
    assert left()["booking"] == [(False, "", "")] and left()["audit"] == 0
    assert world.value("SELECT count(*) FROM hubd.claim WHERE booking_id = %s", made["id"]) == 1  # the slot stays


def test_a_period_that_an_operator_sets_counts(world, later):
    later(1)
    world.rows("UPDATE hubd.retention SET period = '1 day' WHERE class = 'audit' RETURNING 1")
    try:
        world.room("aula")
        assert world.value("SELECT count(*) FROM hubd.audit WHERE hub_id = %s", world.hub) > 0
        later(3)
        keep(world)
        assert world.value("SELECT count(*) FROM hubd.audit WHERE hub_id = %s", world.hub) == 0
    finally:
        world.rows("UPDATE hubd.retention SET period = '2 years' WHERE class = 'audit' RETURNING 1")
