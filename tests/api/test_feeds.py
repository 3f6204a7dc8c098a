# SPDX-License-Identifier: GPL-3.0-or-later
"""Feeds over a real PostgreSQL and real `hubd serve` processes: what subscribers lose when they are wrong."""
import datetime
import gzip
import os
import re
import subprocess
import threading
import time

import icalendar
import pytest

import feed_checker
import feed_world
import news_checker
import postgres

pytestmark = pytest.mark.skipif(not postgres.is_available(), reason="skipped: no PostgreSQL server installed")
DAY = datetime.timedelta(days=1)
UTC = datetime.timezone.utc


@pytest.fixture(scope="module")
def world():
    with feed_world.World() as world:
        yield world


@pytest.fixture(scope="module")
def one(world):
    return world.serve()


@pytest.fixture(scope="module")
def other(world):
    return world.serve()


def soon(world, hours=24):
    return world.now().replace(minute=0, second=0, microsecond=0) + datetime.timedelta(hours=hours)


def events(body):
    return {str(event["uid"]): event for event in icalendar.Calendar.from_ical(body).walk("VEVENT")}


def feed(serve, path, **more):
    answer = serve.get("/feeds/" + path, **more)
    assert answer.status == 200, (path, answer.status, answer.body)
    return answer


# ---- what a feed says ----

def test_every_kind_of_feed_passes_every_row(world, one):
    start = soon(world, 30)
    event, _ = world.event("nord", "Netz; Hafen, Öl\nund \\ Meer " + "ü" * 80, start, rooms=("saal",), text="Absatz\n\n" + "lang, " * 60,
                           text_en="Paragraph", title_en="Harbour", topics=["ki"], categories=["Vortrag, lang"], speakers=["Ada Lovelace", "Grace"],
                           online_url="https://stream.example.org/a?b=c", image_url="https://example.org/i.png", url="https://example.org/x",
                           price="5 €", organiser="Verein")
    world.event("nord", "Ein Tag", start.replace(hour=0) + DAY, minutes=24 * 60, is_all_day=True, zone="UTC", topics=["ki"])
    world.event("nord", "In London", start, zone="Europe/London", topics=["ki"])
    world.event("nord", "Ohne Ende", start, minutes=0, topics=["ki"])
    world.event("sued", "Vielleicht", start, state="tentative", topics=["iot"])
    world.booking("nord", "saal", start + 3 * DAY)
    for path in ("all", "hub/nord", "hub/sued", "topic/ki", "resource/nord/saal", f"event/{event}", "hub/nord.ics?lang=en", "hub/nord.ics?gzip=no"):
        path = "/feeds/" + path if ".ics" in path else f"/feeds/{path}.ics"
        answer = one.get(path, headers={"Accept-Encoding": "identity"})
        kept_whole = "event/" in path
        found = feed_checker.judge_body(answer.body, today=None if kept_whole else world.today()) + feed_checker.judge_answer(answer, path)
        assert [wrong for wrong in found if not ("gzip=no" in path and wrong[0] == "caching")] == [], path
        if "gzip=no" not in path:
            assert feed_checker.judge_validators(one.get, path) == [], path
        assert icalendar.Calendar.from_ical(answer.body).walk("VEVENT"), path


NASTY = "Netz & <Hafen>; \"Öl\" ]]> \\ 😀\x01\ufffe"


@pytest.mark.parametrize("form", ["atom", "json"])
def test_every_feed_is_there_as_news_too(world, one, other, form):
    """Titles, days and places reach readers of Atom and JSON Feed; equal in every process, 304 when nothing changed."""
    start = soon(world, 31)
    event, uid = world.event("nord", NASTY, start, title_en="Harbour", rooms=("saal",), text="Zeile\n\n& mehr", topics=["ki"], categories=["Vortrag & Tee"],
                             speakers=["Ada"], online_url="https://stream.example.org/?a=1&b=2", url="https://example.org/x")
    world.event("nord", "Drei Tage", start.replace(hour=0), minutes=3 * 24 * 60, is_all_day=True, zone="UTC", topics=["ki"])
    gone, _ = world.event("nord", "Fällt aus", start, topics=["ki"])
    world.change_event(gone, state="cancelled", cancelled_at=world.now(), sequence=1)
    world.booking("nord", "saal", start + 4 * DAY)
    judge = getattr(news_checker, "judge_" + form)
    for name in ("all", "hub/nord", "topic/ki", "resource/nord/saal", f"event/{event}"):
        for query in ("", "?lang=en"):
            path = f"/feeds/{name}.{form}{query}"
            answer = one.get(path, headers={"Accept-Encoding": "identity"})
            assert judge(answer.body) + feed_checker.judge_answer(answer, path) == [], path
            assert other.get(path).body == answer.body
    assert feed_checker.judge_validators(one.get, f"/feeds/hub/nord.{form}") == []
    german, english = feed(one, f"hub/nord.{form}").body, feed(one, f"hub/nord.{form}?lang=en").body
    local = start.astimezone(feed_checker.zoneinfo.ZoneInfo("Europe/Berlin"))
    for body, words in ((german, (f"{local:%d.%m.%Y, %H:%M}–", "Uhr (Europe/Berlin)", "Wo: Saal, Haus nord")),
                        (english, (f"{local.day} {local:%B %Y, %H:%M}–", "Where: Hall, Haus nord"))):
        text = body.decode()
        assert all(word in text for word in words), (words, text)
    if form == "atom":
        titles = [entry.findtext(news_checker.ATOM + "title") for entry in news_checker.ElementTree.fromstring(german).findall(news_checker.ATOM + "entry")]
        assert NASTY.replace("\x01", "").replace("\ufffe", "") in titles and "Abgesagt: Fällt aus" in titles
    else:
        items = {item["id"]: item for item in news_checker.json.loads(german)["items"]}
        assert items[uid]["title"] == NASTY and datetime.datetime.fromisoformat(items[uid]["_hubd"]["start"]) == start
        assert items[uid]["tags"] == ["Künstliche Intelligenz", "Vortrag & Tee"]
    world.change_event(event, title="Anders")
    assert judge(feed(one, f"hub/nord.{form}").body, before=german) == []


def test_who_plans_sees_when_a_room_is_taken_and_nothing_else(world, one, other):
    start = soon(world, 24 * 20)
    world.booking("nord", "saal-a", start, minutes=60, title="Sehr geheim")
    world.booking("nord", "saal-a", start + datetime.timedelta(hours=1), minutes=30)
    world.booking("nord", "saal-b", start + datetime.timedelta(hours=3), state="held")
    world.booking("nord", "plaetze", start, units=2)
    world.booking("nord", "plaetze", start + datetime.timedelta(minutes=30), units=1)

    def stamp(hours):
        return (start + datetime.timedelta(hours=hours)).strftime("%Y%m%dT%H%M%SZ")

    busy = {}
    for path in ("resource/nord/saal", "resource/nord/saal-a", "resource/nord/plaetze", "hub/nord"):
        answer = feed(one, path + "/freebusy.ics")
        assert news_checker.judge_freebusy(answer.body) + feed_checker.judge_answer(answer, f"/feeds/{path}/freebusy.ics") == []
        assert b"geheim" not in answer.body and b"Notiz" not in answer.body and other.get(f"/feeds/{path}/freebusy.ics").body == answer.body
        busy[path] = {component.one("ORGANIZER").params["CN"]: [(line.params["FBTYPE"], line.value) for line in component.all("FREEBUSY")
                                                               if stamp(-1) < line.value < stamp(9)]
                      for component in feed_checker.read(answer.body).components("VFREEBUSY")}
    sure = ("BUSY", f"{stamp(0)}/{stamp(1.5)}")  # two bookings in a row are one period
    assert busy["resource/nord/saal"] == {"Saal": [sure, ("BUSY-TENTATIVE", f"{stamp(3)}/{stamp(4)}")]}
    assert busy["resource/nord/saal-a"] == {"Saal A": [sure]}
    assert busy["resource/nord/plaetze"] == {"Plätze": [("BUSY", f"{stamp(0.5)}/{stamp(1)}")]}  # two of three taken: not full
    assert busy["hub/nord"] == {**busy["resource/nord/saal"], **busy["resource/nord/saal-a"], **busy["resource/nord/plaetze"],
                                "Saal B": [("BUSY-TENTATIVE", f"{stamp(3)}/{stamp(4)}")]}
    before = feed(one, "hub/nord/freebusy.ics").body
    world.booking("nord", "saal-b", start + datetime.timedelta(hours=6))
    after = feed(one, "hub/nord/freebusy.ics").body
    pairs = list(zip(before.split(b"BEGIN:VFREEBUSY"), after.split(b"BEGIN:VFREEBUSY")))[1:]  # the calendar's own lines tell the second only
    changed = [pair[0].split(b"\r\n")[1] for pair in pairs if pair[0] != pair[1]]
    assert len(changed) == 2, changed  # the half, and the hall that it is part of
    assert feed_checker.judge_validators(one.get, "/feeds/hub/nord/freebusy.ics") == []


def test_an_event_comes_through_word_for_word(world, one):
    start = soon(world, 50)
    title, text = "Häfen, Netze; \"Öl\" \\ Meer\tund 😀" + "ß" * 60, "Zeile 1\nZeile 2; mit, allem\n" + "é" * 200
    event, uid = world.event("nord", title, start, minutes=90, text=text, rooms=("saal-b", "saal-a"), topics=["ki"])
    found = events(feed(one, "hub/nord.ics").body)[uid]
    assert str(found["summary"]) == title.replace("\t", found["summary"][title.index("\t")])
    assert str(found["description"]) == text
    assert found["dtstart"].dt == start and found["dtend"].dt == start + datetime.timedelta(minutes=90)
    assert found["dtstart"].params["TZID"] == "Europe/Berlin"
    assert str(found["location"]) == "Saal A, Saal B, Haus nord, Kai 1, 20457 Hamburg"
    assert (found["geo"].latitude, found["geo"].longitude) == (53.5436, 9.98871)
    assert str(found["url"]) == f"{feed_world.PUBLIC_URL}/events/{event}"
    assert found["organizer"].params["CN"] == "Hub Nord; Häfen" and found["dtstamp"].dt == found["last-modified"].dt


def test_what_is_not_public_stays_inside(world, one):
    start = soon(world, 60)
    hidden = [world.event("nord", "Nur intern", start, audience=audience)[1] for audience in ("members", "invited")]
    hidden.append(world.event("nord", "Entwurf", start, state="draft")[1])
    inner, _ = world.event("nord", "Vorstand", start, audience="members")
    outer, _ = world.event("nord", "Tag der Tür", start + DAY, title_en="Open day")
    private = world.booking("nord", "saal", start, kind="event", title="Vorstand", event=inner)[1]
    public = world.booking("nord", "saal", start + DAY, kind="event", title="Tag der Tür", event=outer)[1]
    booked = world.booking("nord", "saal", start + 2 * DAY, title="Geburtstag")[1]
    held = world.booking("nord", "saal", start + 3 * DAY, state="held")[1]
    for path in ("all.ics", "hub/nord.ics"):
        assert not set(hidden) & set(events(feed(one, path).body))
    body = feed(one, "resource/nord/saal.ics").body
    shown = events(body)
    assert {uid: str(shown[uid]["summary"]) for uid in (private, public, booked, held)} == {
        private: "Belegt", public: "Tag der Tür", booked: "Belegt", held: "Belegt"}
    assert str(shown[held]["status"]) == "TENTATIVE" and str(shown[booked]["status"]) == "CONFIRMED"
    for secret in ("Vorstand", "Geburtstag", "Notiz", "Geheim", "Nur intern", "DESCRIPTION:Notiz"):
        assert secret.encode() not in body
    english = events(feed(one, "resource/nord/saal.ics?lang=en").body)
    assert str(english[booked]["summary"]) == "Busy" and str(english[public]["summary"]) == "Open day"


def test_a_hall_is_taken_when_its_half_is(world, one):
    start = soon(world, 80)
    half = world.booking("nord", "saal-a", start)[1]
    hall = world.booking("nord", "saal", start + DAY)[1]
    desks = world.booking("nord", "plaetze", start, units=2)[1]
    assert {half, hall} <= set(events(feed(one, "resource/nord/saal.ics").body))
    assert hall in events(feed(one, "resource/nord/saal-b.ics").body) and half not in events(feed(one, "resource/nord/saal-b.ics").body)
    assert desks in events(feed(one, "resource/nord/plaetze.ics").body)


def test_a_uid_that_two_hubs_imported_appears_once(world, one):
    start = soon(world, 90)
    world.event("nord", "Beide, zuerst", start, uid="twin@world", topics=["ki"])
    second = world.event("sued", "Beide, danach", start, uid="twin@world", topics=["ki"])[0]
    first = events(feed(one, "all.ics").body)["twin@world"]
    assert feed(one, "all.ics").body.count(b"UID:twin@world") == 1 and str(first["summary"]) == "Beide, zuerst"
    assert feed(one, "topic/ki.ics").body.count(b"UID:twin@world") == 1
    assert str(events(feed(one, "hub/sued.ics").body)["twin@world"]["summary"]) == "Beide, danach"
    world.change_event(world.one("SELECT id FROM hubd.event WHERE uid = 'twin@world' AND id <> %s", second), state="cancelled",
                       cancelled_at=world.now(), sequence=1)
    assert str(events(feed(one, "all.ics").body)["twin@world"]["summary"]) == "Beide, danach"


def test_an_hour_that_comes_twice_is_told_apart(world, one):
    first = datetime.datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    uids = [world.event("sued", f"Nacht {n}", first + n * datetime.timedelta(hours=1), minutes=20)[1] for n in range(2)]
    shown = events(feed(one, "hub/sued.ics?from=2026-10-01&to=2026-10-31").body)
    assert [shown[uid]["dtstart"].dt.astimezone(UTC) for uid in uids] == [first, first + datetime.timedelta(hours=1)]


def test_unknown_feeds_are_not_found_and_methods_refused(one):
    for path in ("hub/nix.ics", "hub/nord", "hub/NORD.ics", "topic/nix.ics", "resource/nord/nix.ics", "resource/nix/saal.ics", "event/1.ics",
                 "event/x.ics", "event/99999999999999999999.ics", "nix/nord.ics", "hub/nord.xml", "hub/network.ics",
                 "all/freebusy.ics", "event/1/freebusy.ics", "hub/nord/freebusy.atom", "hub/nord/freebusy.ics.ics", "hub/nix/freebusy.ics"):
        assert one.get("/feeds/" + path).status == 404, path
    assert one.get("/feeds/hub/nord.ics", method="DELETE").status == 405


# ---- windows ----

def test_a_parameter_that_stands_twice_is_refused_as_everywhere(world, one):
    for query in ("from=2026-01-01&from=2026-02-01", "lang=en&lang=de", "gzip=no&gzip=yes"):
        answer = one.get("/feeds/hub/sued.ics?" + query)
        assert answer.status == 400 and b"/problems/malformed-request" in answer.body and query.split("=")[0].encode() in answer.body
    assert one.get("/feeds/hub/sued.ics?lang=en&gzip=no").status == 200


def test_the_window_is_thirty_days_back_and_four_hundred_ahead(world, one):
    midnight = datetime.datetime.combine(world.today(), datetime.time(), UTC)
    minute = datetime.timedelta(minutes=1)
    cases = {  # start, length in minutes, shown
        "ended before": (midnight - 30 * DAY - 60 * minute, 60, False), "ends within": (midnight - 30 * DAY - 60 * minute, 61, True),
        "last day": (midnight + 401 * DAY - minute, 60, True), "the day after": (midnight + 401 * DAY, 60, False),
        "over all": (midnight - 40 * DAY, 450 * 24 * 60, True), "an instant": (midnight - 30 * DAY, 0, True)}
    uids = {name: world.event("sued", name, start, minutes=length)[1] for name, (start, length, _) in cases.items()}
    shown = events(feed(one, "hub/sued.ics").body)
    assert {name: uid in shown for name, uid in uids.items()} == {name: wanted for name, (_, _, wanted) in cases.items()}


def test_the_window_moves_once_a_day_and_bytes_with_it(world, one):
    uid = world.event("sued", "morgen draussen", datetime.datetime.combine(world.today() - 30 * DAY, datetime.time(12), UTC))[1]
    before = feed(one, "hub/sued.ics")
    assert uid in events(before.body)
    try:
        world.set_ahead("1 day")
        after = feed(one, "hub/sued.ics")
        assert uid not in events(after.body) and after.headers["ETag"] != before.headers["ETag"]
        assert feed_checker.last_modified(after) >= feed_checker.last_modified(before)
    finally:
        world.set_ahead("0")


def test_another_window_is_what_was_asked_for(world, one):
    at = datetime.datetime(2025, 2, 1, 9, tzinfo=UTC)
    uid = world.event("sued", "vor langer Zeit", at)[1]
    gone = world.event("sued", "abgesagt", soon(world), state="cancelled", cancelled_at=world.now(), sequence=1)[1]
    assert uid not in events(feed(one, "hub/sued.ics").body)
    for query, is_shown in (("from=2025-02-01&to=2025-02-01", True), ("from=2025-02-02&to=2025-02-03", False), ("from=2025-01-31&to=2025-01-31", False),
                            ("from=2024-06-01&to=2027-06-01", True), ("from=2025-01-01", True), ("to=2025-02-01", True)):
        shown = events(feed(one, "hub/sued.ics?" + query).body)
        assert (uid in shown) == is_shown, query
    assert gone not in events(feed(one, "hub/sued.ics?from=2025-02-01&to=2025-02-01").body)
    for query in ("from=2024-06-01&to=2027-06-02", "from=2025-02-30", "from=2025-02-02&to=2025-02-01", "to=gestern", "from="):
        answer = one.get("/feeds/hub/sued.ics?" + query)
        assert answer.status == 422 and answer.headers["Content-Type"] == "application/problem+json", query


def test_what_was_cancelled_stays_sixty_days(world, one):
    far = soon(world) + 600 * DAY
    event, uid = world.event("sued", "fällt aus", far)
    assert uid not in events(feed(one, "hub/sued.ics").body)
    world.change_event(event, state="cancelled", cancelled_at=world.now(), sequence=1)
    shown = events(feed(one, "hub/sued.ics").body)[uid]
    assert str(shown["status"]) == "CANCELLED" and int(shown["sequence"]) == 1
    booking, taken = world.booking("sued", "saal", soon(world, 100))
    assert str(events(feed(one, "resource/sued/saal.ics").body)[taken]["status"]) == "CONFIRMED"
    world.cancel_booking(booking)
    assert str(events(feed(one, "resource/sued/saal.ics").body)[taken]["status"]) == "CANCELLED"
    try:
        world.set_ahead("60 days")
        assert uid in events(feed(one, "hub/sued.ics").body) and taken in events(feed(one, "resource/sued/saal.ics").body)
        world.set_ahead("61 days")
        assert uid not in events(feed(one, "hub/sued.ics").body) and taken not in events(feed(one, "resource/sued/saal.ics").body)
    finally:
        world.set_ahead("0")


# ---- the same everywhere, and fresh everywhere ----

PATHS = ("all.ics", "hub/nord.ics", "topic/ki.ics", "resource/nord/saal.ics", "hub/nord.ics?lang=en", "hub/nord.ics?from=2026-01-01&to=2027-01-01")


def test_bytes_are_the_same_in_every_process_and_after_a_restart(world, one, other):
    first = {path: feed(one, path) for path in PATHS}
    for path, answer in first.items():
        same = feed(other, path)
        assert (same.body, same.headers["ETag"]) == (answer.body, answer.headers["ETag"]), path
    fresh = world.serve()
    for path, answer in first.items():
        assert feed(fresh, path).body == answer.body, path
    fresh.stop()


def test_a_change_that_concerns_nobody_changes_no_byte(world, one):
    first = {path: feed(one, path).body for path in PATHS}
    world.one("SELECT hubd.changed(ARRAY['all', 'hub:' || id, 'topic:ki']) FROM hubd.hub WHERE slug = 'sued'")
    changed = {path: feed(one, path).body for path in PATHS}
    for path in PATHS:
        assert feed_checker.read(first[path]).value("UID") == feed_checker.read(changed[path]).value("UID")
        strip = lambda body: re.sub(rb"LAST-MODIFIED:\w+\r\nBEGIN:VTIMEZONE", b"", body)
        assert strip(first[path]) == strip(changed[path]), path


def test_a_booking_is_in_the_feed_at_the_next_get_of_another_process(world, one, other):
    for hours in range(200, 220):
        for serve in (one, other):
            feed(serve, "resource/nord/saal.ics")
        uid = world.booking("nord", "saal", soon(world, hours))[1]
        assert uid in events(feed(other, "resource/nord/saal.ics").body) and uid in events(feed(one, "resource/nord/saal.ics").body)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_get_with_the_etag_costs_no_bytes(world, one, encoding):
    answer = feed(one, "hub/nord.ics", headers={"Accept-Encoding": encoding})
    assert (answer.headers.get("Content-Encoding") == "gzip") == (encoding == "gzip")
    body = gzip.decompress(answer.body) if encoding == "gzip" else answer.body
    assert body == feed(one, "hub/nord.ics").body
    again = one.get("/feeds/hub/nord.ics", headers={"Accept-Encoding": encoding, "If-None-Match": answer.headers["ETag"]})
    assert again.status == 304 and again.body == b"" and again.headers["ETag"] == answer.headers["ETag"]
    world.event("nord", "neu", soon(world, 31))
    assert one.get("/feeds/hub/nord.ics", headers={"Accept-Encoding": encoding, "If-None-Match": answer.headers["ETag"]}).status == 200


def test_whoever_comes_after_a_crowd_does_not_wait_for_it(world, one):
    crowd = [one.open() for _ in range(20)]
    for _ in range(3):
        for connection in crowd:
            connection.request("GET", "/feeds/hub/nord.ics")
        assert {reply.status for reply in [connection.getresponse() for connection in crowd] if reply.read()} == {200}
    for connection in crowd:
        connection.close()
    for _ in range(3):
        began = time.monotonic()
        assert feed(one, "hub/nord.ics").status == 200 and time.monotonic() - began < 5


def test_a_late_commit_is_not_missed(world, one, other):
    """Transaction one writes first and commits last: whoever looked between must see it afterwards, by ETag and by date."""
    late = world.connect()
    first = world.event("nord", "schrieb zuerst", soon(world, 32), connection=late)[1]
    second = world.event("nord", "war zuerst fertig", soon(world, 33))[1]
    seen = feed(one, "hub/nord.ics")
    assert second in events(seen.body) and first not in events(seen.body)
    late.commit()
    late.close()
    for serve in (one, other):
        for condition in ({"If-None-Match": seen.headers["ETag"]}, {"If-Modified-Since": seen.headers["Last-Modified"]}):
            answer = feed(serve, "hub/nord.ics", headers=condition)
            assert first in events(answer.body), condition
    assert feed_checker.last_modified(feed(one, "hub/nord.ics")) >= feed_checker.last_modified(seen)


def test_a_quiet_feed_answers_by_date(world, one):
    """Once the newest change is older than thirty seconds, Last-Modified alone gives 304."""
    world.event("nord", "lange her", soon(world, 34))
    young = feed(one, "hub/nord.ics")
    assert one.get("/feeds/hub/nord.ics", headers={"If-Modified-Since": young.headers["Last-Modified"]}).status == 200
    try:
        world.set_ahead("31 seconds")
        settled = feed(one, "hub/nord.ics")
        assert feed_checker.last_modified(settled) >= feed_checker.last_modified(young)
        assert one.get("/feeds/hub/nord.ics", headers={"If-Modified-Since": settled.headers["Last-Modified"]}).status == 304
        assert feed(one, "hub/nord.ics", headers={"If-Modified-Since": young.headers["Last-Modified"]}).status == 200
    finally:
        world.set_ahead("0")


def test_last_modified_rises_when_something_goes(world, one):
    event, uid = world.event("nord", "wird gelöscht", soon(world, 35))
    before = feed(one, "hub/nord.ics")
    time.sleep(2.1)  # a young one is sent a second early, and never goes back
    scopes = world.one("SELECT hubd.event_scopes(hub_id, ARRAY[id]) FROM hubd.event WHERE id = %s", event)
    world.one("DELETE FROM hubd.event WHERE id = %s", event)
    world.one("SELECT hubd.changed(%s)", scopes)
    after = feed(one, "hub/nord.ics", headers={"If-Modified-Since": before.headers["Last-Modified"]})
    assert uid not in events(after.body) and feed_checker.last_modified(after) > feed_checker.last_modified(before)
    assert one.get(f"/feeds/event/{event}.ics").status == 404


def test_compaction_loses_no_change(world, one):
    feed(one, "hub/nord.ics")
    uid = world.event("nord", "vor dem Aufräumen", soon(world, 36))[1]
    stamp = feed_checker.read(feed(world.serve(), "hub/nord.ics").body).value("LAST-MODIFIED")
    world.one("UPDATE hubd.change SET at = at - interval '2 hours'")
    assert world.one("SELECT hubd.compact_changes()") > 0
    assert world.one("SELECT max(count) FROM (SELECT count(*) FROM hubd.change GROUP BY scope) AS n") == 1
    assert uid in events(feed(one, "hub/nord.ics").body)
    world.one("UPDATE hubd.change SET at = at + interval '2 hours'")
    world.one("SELECT hubd.changed(ARRAY['hub:0'])")
    assert feed_checker.read(feed(world.serve(), "hub/nord.ics").body).value("LAST-MODIFIED") == stamp


def test_nobody_reads_a_stale_feed_while_thirty_two_write(world, one, other):
    wrong, counts, deadline = [], [0, 0], time.monotonic() + 6

    def write(number):
        own = world.connect()
        connections = [serve.open() for serve in (one, other)]
        while time.monotonic() < deadline and not wrong:
            hub = ("nord", "sued")[number % 2]
            uid = world.event(hub, f"von {number}", soon(world, 40 + number), connection=own, topics=["ki"])[1]
            own.commit()
            counts[0] += 1
            for serve, connection in zip((one, other), connections):
                for path in (f"hub/{hub}.ics", "topic/ki.ics"):
                    answer = serve.get("/feeds/" + path, connection=connection)
                    counts[1] += 1
                    if answer.status != 200 or uid.encode() not in answer.body:
                        wrong.append((number, path, answer.status, uid))
        own.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [] and counts[0] > 32
    print(f"{counts[0]} changes, {counts[1]} reads, none stale")
    assert feed(one, "all.ics").body == feed(other, "all.ics").body
    world.one("DELETE FROM hubd.event WHERE title LIKE 'von %%'")
    world.one("SELECT hubd.changed(ARRAY['all', 'topic:ki'] || array_agg('hub:' || id)) FROM hubd.hub")


# ---- when the database is away ----

def test_the_last_good_copy_comes_without_a_database_and_after_a_restart(world):
    serve = world.serve()
    uid = world.event("sued", "bleibt", soon(world, 37))[1]
    good = {path: feed(serve, path) for path in ("hub/sued.ics", "all.ics", "hub/sued.ics?lang=en", "resource/sued/saal.ics")}
    assert uid in events(good["hub/sued.ics"].body)
    world.connection.close()
    world.server.stop()
    try:
        for turn in range(2):
            for path, was in good.items():
                answer = feed(serve, path)
                assert answer.body == was.body and answer.headers["ETag"] == was.headers["ETag"], (turn, path)
                assert answer.headers["X-Hubd-Stale"], path
                assert serve.get("/feeds/" + path, headers={"If-None-Match": was.headers["ETag"]}).status == 304
            assert serve.get("/feeds/hub/nie.ics").status == 503
            if turn == 0:
                serve.stop()
                serve.start()
    finally:
        world.server.start()
        world.connection = world.connect()
        world.connection.autocommit = True
    serve.wait_ready()
    fresh = world.event("sued", "danach", soon(world, 38))[1]
    answer = feed(serve, "hub/sued.ics")
    assert fresh in events(answer.body) and "X-Hubd-Stale" not in answer.headers
    assert feed_checker.last_modified(answer) >= feed_checker.last_modified(good["hub/sued.ics"])
    files = [os.path.join(folder, name) for folder, _, names in os.walk(serve.state + "/feeds") for name in names]
    assert files and all(os.stat(name).st_mode & 0o777 == 0o600 for name in files)


def test_whoever_asks_while_the_database_hangs_waits_one_deadline_and_not_two(world):
    serve = world.serve(feed_check_deadline="2s")
    feed(serve, "hub/sued.ics")
    hanging = world.connect()
    took = []

    def ask():
        began = time.monotonic()
        answer = feed(serve, "hub/sued.ics")
        took.append((time.monotonic() - began, "X-Hubd-Stale" in answer.headers))

    try:
        hanging.cursor().execute("LOCK TABLE hubd.change")
        world.one("SELECT pg_current_xact_id()")  # else nothing has happened, which is seen without the table
        askers = [threading.Thread(target=ask) for _ in range(2)]
        for asker in askers:
            asker.start()
            time.sleep(1)
        for asker in askers:
            asker.join()
    finally:
        hanging.close()
    assert len(took) == 2 and all(seconds < 2.6 and is_stale for seconds, is_stale in took), took


def test_a_feed_comes_in_two_seconds_while_the_database_hangs(world):
    """Calendar programs give up early; requests that have nothing else to say may wait for the database longer."""
    serve = world.serve()
    feed(serve, "hub/sued.ics")
    processes = world.server.pause()
    try:
        for _ in range(2):
            began = time.monotonic()
            assert "X-Hubd-Stale" in feed(serve, "hub/sued.ics").headers
            assert time.monotonic() - began < 5
    finally:
        world.server.resume(processes)


def test_a_change_made_while_away_is_seen_when_back(world, one):
    """After a crash of the server transaction numbers may be used again: nothing read before is trusted."""
    if world.connection.closed:
        world.connection = world.connect()
        world.connection.autocommit = True
    feed(one.wait_ready(), "hub/sued.ics")
    world.server.kill9()
    world.server.start()
    world.connection = world.connect()
    world.connection.autocommit = True
    uid = world.event("sued", "nach dem Absturz", soon(world, 39))[1]
    one.wait_ready()
    assert uid in events(feed(one, "hub/sued.ics").body)


def test_a_snapshot_of_another_server_or_time_is_not_trusted(world):
    """Numbers of transactions that a failover or a restore lost are used again: then everything may have changed."""
    def is_all(since):
        return world.one("SELECT is_all FROM api.feed_changes(%s)", since)

    known = world.one("SELECT snapshot FROM api.feed_changes(NULL)")
    epoch, ahead, _ = known.split("/")
    assert is_all(None) and not is_all(known)
    assert is_all(f"1.{known}")  # the server was started anew
    world.one("SELECT hubd.changed(ARRAY['hub:0'])")
    assert not is_all(known) and is_all(known.replace(epoch, epoch + "0"))  # another database of the server
    assert is_all(f"{epoch}/{ahead}/999999999:999999999:")
    world.one("UPDATE hubd.change SET at = at - interval '2 hours'")
    world.one("SELECT hubd.changed(ARRAY['hub:0'])")
    world.one("SELECT hubd.changed(ARRAY['hub:0'])")
    world.one("UPDATE hubd.change SET at = at - interval '2 hours' WHERE scope = 'hub:0'")
    assert world.one("SELECT hubd.compact_changes()") > 0
    assert is_all(known) and not is_all(world.one("SELECT snapshot FROM api.feed_changes(NULL)"))


# ---- big ones ----

def crowd(world, count):
    world.one("INSERT INTO hubd.event (hub_id, uid, state, title, text, zone, topics) SELECT h.id, 'crowd-' || n || '@world', 'confirmed', 'Termin ' || n,"
              " repeat('Worte, viele Worte; ', 15), 'Europe/Berlin', '{iot}' FROM hubd.hub AS h, generate_series(1, %s) AS n WHERE h.slug = 'sued'", count)
    world.one("INSERT INTO hubd.occurrence (hub_id, event_id, during, local_start, local_end, state)"
              " SELECT e.hub_id, e.id, tstzrange(at, at + interval '1 hour'), at AT TIME ZONE e.zone, (at + interval '1 hour') AT TIME ZONE e.zone, 'confirmed'"
              " FROM hubd.event AS e, LATERAL (SELECT date_trunc('hour', hubd.present()) + e.id %% 9000 * interval '1 hour') AS t (at) WHERE e.uid LIKE 'crowd-%%'")
    world.one("ANALYZE")
    world.one("SELECT hubd.changed(ARRAY['all', 'topic:iot', 'hub:' || id]) FROM hubd.hub WHERE slug = 'sued'")


class Watch(threading.Thread):
    """Asks /healthz again and again over a connection of its own: how long the loop kept it waiting."""

    def __init__(self, serve):
        super().__init__()
        self.serve, self.waits, self.is_over = serve, [], False

    def run(self):
        connection = self.serve.open()
        while not self.is_over:
            began = time.monotonic()
            assert self.serve.get("/healthz", connection=connection).status == 200
            self.waits.append(time.monotonic() - began)
            time.sleep(0.0005)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.join()

    def high(self):
        """The longest but the few that the machine, and not the loop, kept waiting."""
        return sorted(self.waits)[-max(3, len(self.waits) // 100)]


def timed(act):
    began = time.monotonic()
    result = act()
    return result, time.monotonic() - began


def test_ten_thousand_events_hold_nobody_up(world):
    serve = world.serve()
    crowd(world, 10000)
    with Watch(serve) as idle:
        time.sleep(1)
    with Watch(serve) as busy:
        first, made = timed(lambda: feed(serve, "hub/sued.ics"))
        packed, squeezed = timed(lambda: feed(serve, "hub/sued.ics", headers={"Accept-Encoding": "gzip"}))
        event = world.one("SELECT id FROM hubd.event WHERE uid = 'crowd-5000@world'")
        world.change_event(event, title="Anders")
        second, again = timed(lambda: feed(serve, "hub/sued.ics"))
    assert first.body.count(b"BEGIN:VEVENT") >= 10000 and gzip.decompress(packed.body) == first.body
    differs = [pair for pair in zip(first.body.split(b"BEGIN:VEVENT"), second.body.split(b"BEGIN:VEVENT")) if pair[0] != pair[1]]
    assert len(differs) == 2  # the calendar's LAST-MODIFIED and the one event
    print(f"{len(first.body)} bytes made in {made * 1000:.0f} ms, after one change in {again * 1000:.0f} ms, gzip {squeezed * 1000:.0f} ms; "
          f"/healthz waits {idle.high() * 1000:.1f} ms when idle, {busy.high() * 1000:.1f} ms meanwhile, {max(busy.waits) * 1000:.1f} at most")
    assert again < made
    assert busy.high() < max(0.02, 10 * idle.high())


def test_memory_stays_bounded_whatever_is_asked_for(world):
    serve = world.serve(feed_cache="8M")
    feed(serve, "hub/sued.ics")
    before = serve.memory()
    for number in range(12):
        start = world.today() - datetime.timedelta(days=number)
        feed(serve, f"hub/sued.ics?from={start}&to={start + 300 * DAY}")
    print(f"{before >> 20} MiB before, {serve.memory() >> 20} MiB after twelve windows of 7 MB each")
    assert serve.memory() < before + 60 * 1024 * 1024


# ---- programs that people use ----

def test_vdirsyncer_and_khal_show_events_at_their_local_time(world, one, tmp_path):
    at = soon(world, 48).replace(hour=17)
    title = "Khal sieht das"
    world.event("nord", title, at, minutes=90, rooms=("saal",))
    (tmp_path / "vdirsyncer").write_text(f"""[general]
status_path = "{tmp_path}/status"
[pair p]
a = "a"
b = "b"
collections = null
[storage a]
type = "http"
url = "http://127.0.0.1:{one.port}/feeds/hub/nord.ics"
[storage b]
type = "filesystem"
path = "{tmp_path}/calendar"
fileext = ".ics"
""")
    (tmp_path / "khal").write_text(f"""[calendars]
[[nord]]
path = {tmp_path}/calendar
[locale]
local_timezone = Europe/Berlin
default_timezone = Europe/Berlin
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[default]
[sqlite]
path = {tmp_path}/khal.db
""")
    environment = {**os.environ, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    (tmp_path / "calendar").mkdir()
    for command in ("discover", "sync"):
        done = subprocess.run(["/usr/bin/vdirsyncer", "-c", str(tmp_path / "vdirsyncer"), command], env=environment, input="y\n",
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    local = at.astimezone(feed_checker.zoneinfo.ZoneInfo("Europe/Berlin"))
    shown = subprocess.run(["/usr/bin/khal", "-c", str(tmp_path / "khal"), "list", "--format", "{start-time}-{end-time} {title} @ {location}",
                            local.strftime("%Y-%m-%d"), "1d"], env=environment, capture_output=True, text=True, check=True).stdout
    end = local + datetime.timedelta(minutes=90)
    assert f"{local:%H:%M}-{end:%H:%M} {title} @ Saal, Haus nord" in shown, shown
