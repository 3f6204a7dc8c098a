# SPDX-License-Identifier: GPL-3.0-or-later
"""Rooms that follow another system's calendar: what is taken there is taken here, and whatever that server does, nothing here breaks."""
import http.server
import threading
import time

import pytest

from conftest import day, wait_for
from mail_world import Letters

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//other//EN\r\n"


class Other(http.server.BaseHTTPRequestHandler):
    """The other system: what it answers is set by the tests."""
    protocol_version = "HTTP/1.1"
    pages, asked = {}, []

    def do_GET(self):
        self.asked.append((self.path, dict(self.headers)))
        status, fields, body = self.pages.get(self.path, (404, {}, b"no"))
        if fields.get("ETag") and self.headers.get("If-None-Match") == fields["ETag"]:
            status, body = 304, b""
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            pass

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def other():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def house(hubd_server):
    with Letters(hubd_server, "mirrors", outgoing_loopback="yes") as service:
        service.start("serve")
        service.start("work")
        yield service


def entry(uid, start, end, *more, summary="Fremd"):
    return "".join(line + "\r\n" for line in ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"DTSTART;TZID=Europe/Berlin:{start}",
                                             f"DTEND;TZID=Europe/Berlin:{end}", f"SUMMARY:{summary}", *more, "END:VEVENT"])


def publish(path, *entries, etag=None):
    body = (HEAD + "".join(entries) + "END:VCALENDAR\r\n").encode()
    Other.pages[path] = (200, {"Content-Type": "text/calendar", **({"ETag": etag} if etag else {})}, body)


def follow(house, url, resource="bruecke"):
    reply = house.post("/api/v1/mirrors", {"hub": "werft", "resource": resource, "url": url}, "ines")
    assert reply.status_code == 201, reply.text
    return reply.json()["id"]


def look(house, mirror):
    return next(item for item in house.get("/api/v1/mirrors?hub=werft", "ines").json()["items"] if item["id"] == mirror)


def is_running(house, mirror):
    return house.value("SELECT 1 FROM hubd.job WHERE kind = 'mirror' AND key = %s AND run_at <= hubd.present() AND state <> 'failed'", str(mirror))


def fetched(house, mirror):
    """As it is after the first fetch, or after one more, whatever came of it."""
    wait_for(lambda: not is_running(house, mirror), what="a fetch")
    if look(house, mirror)["asked"] and house.asked.get(mirror) == look(house, mirror)["asked"]:
        house.rows("UPDATE hubd.mirror SET asked_at = NULL WHERE id = %s", mirror)
        house.rows("UPDATE hubd.job SET run_at = hubd.present() WHERE kind = 'mirror' AND key = %s", str(mirror))
        house.rows("SELECT pg_notify('hubd_job', '')")
        wait_for(lambda: look(house, mirror)["asked"] and not is_running(house, mirror), what="another fetch")
    assert not house.value("SELECT error FROM hubd.job WHERE kind = 'mirror' AND key = %s", str(mirror))
    house.asked[mirror] = look(house, mirror)["asked"]
    return look(house, mirror)


@pytest.fixture(autouse=True)
def clean(house):
    house.asked = {}
    yield
    for item in house.get("/api/v1/mirrors?hub=werft", "ines").json()["items"]:
        assert house.delete(f"/api/v1/mirrors/{item['id']}", "ines", json={}).status_code == 200
    assert not house.value("SELECT count(*) FROM hubd.claim AS c JOIN hubd.booking AS b ON b.id = c.booking_id WHERE b.kind = 'mirror' AND upper(b.during) > hubd.present()")


def compact(date):
    return date.replace("-", "")


def book(house, date, start, end, resource="bruecke"):
    return house.post("/api/v1/bookings", {"hub": "werft", "items": [{"resource": resource}], "start": f"{date}T{start}", "end": f"{date}T{end}"}, "mara")


def test_what_is_taken_there_is_taken_here_and_free_again_when_it_goes(house, other):
    date = day(40)
    publish("/a.ics", entry("a1", compact(date) + "T100000", compact(date) + "T110000"), entry("a2", compact(date) + "T120000", compact(date) + "T130000"))
    mirror = follow(house, other + "/a.ics")
    seen = fetched(house, mirror)
    assert seen["error"] is None and seen["report"]["entries"] == 2 and seen["report"]["unplaced"] == 0
    refusal = book(house, date, "10:30", "11:30")
    assert refusal.status_code == 409 and "Fremd" not in refusal.text, "what it is, is no member's business"
    assert book(house, date, "11:00", "12:00").status_code == 201, "back to back"
    publish("/a.ics", entry("a1", compact(date) + "T140000", compact(date) + "T150000"))
    seen = fetched(house, mirror)
    assert (seen["report"]["changed"], seen["report"]["gone"]) == (1, 1)
    assert book(house, date, "10:00", "11:00").status_code == 201 and book(house, date, "12:00", "13:00").status_code == 201
    assert book(house, date, "14:30", "14:45").status_code == 409


def test_series_and_their_exceptions_claim_each_date(house, other):
    date = day(50)
    publish("/s.ics", entry("s1", compact(date) + "T090000", compact(date) + "T100000", "RRULE:FREQ=DAILY;COUNT=5", f"EXDATE;TZID=Europe/Berlin:{compact(day(51))}T090000"),
            entry("s1", compact(day(52)) + "T160000", compact(day(52)) + "T170000", f"RECURRENCE-ID;TZID=Europe/Berlin:{compact(day(52))}T090000"),
            entry("s2", compact(date) + "T200000", compact(date) + "T210000", "TRANSP:TRANSPARENT"), entry("s3", compact(date) + "T210000", compact(date) + "T220000", "STATUS:CANCELLED"))
    seen = fetched(house, follow(house, other + "/s.ics"))
    assert seen["report"]["entries"] == 4, "five dates but one; what is transparent or cancelled takes nothing"
    outcome = [book(house, day(n), "09:00", "10:00").status_code for n in (50, 51, 52, 53, 54)]
    assert outcome == [409, 201, 201, 409, 409] and book(house, day(52), "16:00", "17:00").status_code == 409


def test_what_collides_is_reported_and_gets_its_room_once_it_is_free(house, other):
    date = day(60)
    booking = book(house, date, "10:00", "11:00").json()["id"]
    publish("/c.ics", entry("c1", compact(date) + "T103000", compact(date) + "T113000"), etag='"v1"')
    mirror = follow(house, other + "/c.ics")
    seen = fetched(house, mirror)
    assert seen["report"]["unplaced"] == 1 and seen["conflicts"][0]["title"] == "Fremd" and seen["conflicts"][0]["with"][0]["resource"] == "bruecke"
    assert house.get(f"/api/v1/bookings/{booking}", "mara").json()["state"] == "confirmed", "what is here stays"
    assert house.delete(f"/api/v1/bookings/{booking}", "mara", json={}).status_code == 200
    seen = fetched(house, mirror)
    assert seen["conflicts"] == [] and Other.asked[-1][1].get("If-None-Match") == '"v1"', "also where the other server says that nothing has changed"
    assert book(house, date, "10:45", "11:00").status_code == 409


def test_a_calendar_that_has_not_changed_changes_nothing(house, other):
    date = day(70)
    publish("/e.ics", entry("e1", compact(date) + "T100000", compact(date) + "T110000"), etag='"same"')
    mirror = follow(house, other + "/e.ics")
    fetched(house, mirror)
    rows = lambda: house.rows("SELECT id, sequence, revision, revised_at FROM hubd.booking WHERE mirror_id = %s", mirror)
    before, changes = rows(), house.value("SELECT count(*) FROM hubd.change")
    fetched(house, mirror)
    publish("/e.ics", entry("e1", compact(date) + "T100000", compact(date) + "T110000"), etag='"other bytes"')
    fetched(house, mirror)
    assert rows() == before and house.value("SELECT count(*) FROM hubd.change") == changes, "not a byte of a feed"


@pytest.mark.parametrize("path, page, words", [
    ("/gone.ics", (404, {}, b"no"), "404"), ("/broken.ics", (200, {}, b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"), ""), ("/html.ics", (200, {}, b"<html>sign in</html>"), ""),
    ("/big.ics", (200, {}, b"x" * (8 * 1024 * 1024 + 1)), ""), ("/loop.ics", (302, {"Location": "/loop.ics"}, b""), ""),
    ("/private.ics", (302, {"Location": "http://169.254.169.254/latest"}, b""), ""), ("/file.ics", (302, {"Location": "file:///etc/passwd"}, b""), "")],
    ids=["gone", "broken", "html", "big", "loop", "private", "file"])
def test_a_server_that_fails_leaves_everything_as_it_was(house, other, path, page, words):
    date = day(80)
    publish(path, entry("f1", compact(date) + "T100000", compact(date) + "T110000"))
    mirror = follow(house, other + path)
    assert fetched(house, mirror)["error"] is None
    Other.pages[path] = page
    seen = fetched(house, mirror)
    assert seen["error"] and words in seen["error"] and "root:" not in seen["error"]
    assert book(house, date, "10:00", "10:30").status_code == 409, "what was taken stays taken"
    assert house.value("SELECT run_at > hubd.present() + interval '20 minutes' FROM hubd.job WHERE kind = 'mirror' AND key = %s", str(mirror)), "the pause grows"


def test_a_rule_that_costs_too_much_costs_only_itself(house, other):
    date = day(90)
    publish("/x.ics", entry("x1", compact(date) + "T100000", compact(date) + "T100001", "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"),
            entry("x0", compact(date) + "T080000", compact(date) + "T080001", "RRULE:FREQ=SECONDLY;INTERVAL=2"),
            entry("x2", compact(date) + "T120000", compact(date) + "T130000"))
    begun = time.monotonic()
    seen = fetched(house, follow(house, other + "/x.ics"))
    assert seen["report"]["skipped"] and seen["report"]["entries"] <= 1002 and time.monotonic() - begun < 60
    assert book(house, date, "12:00", "12:30").status_code == 409


@pytest.mark.parametrize("url", ["ftp://example.org/a.ics", "http://example.org/a.ics", "https://user:secret@example.org/a.ics", "javascript:alert(1)", "/feeds/all.ics", "https://"])
def test_what_is_no_address_of_a_calendar_is_said_so(house, url):
    reply = house.post("/api/v1/mirrors", {"hub": "werft", "resource": "bruecke", "url": url}, "ines")
    assert reply.status_code == 422 and "https://example.org/room.ics" in reply.json()["detail"]


def test_networks_behind_the_worker_are_out_of_reach(hubd_server, other):
    with Letters(hubd_server, "mirrors_closed") as service:
        service.asked = {}
        service.start("serve")
        service.start("work")
        publish("/inside.ics", entry("i1", compact(day(40)) + "T100000", compact(day(40)) + "T110000"))
        asked = len(Other.asked)
        seen = fetched(service, follow(service, other + "/inside.ics"))
        assert seen["error"] and seen["fetched"] is None and len(Other.asked) == asked
        assert other not in service.log("work"), "an address may be a secret"


def test_pools_and_other_hubs_follow_nothing(house):
    assert house.post("/api/v1/mirrors", {"hub": "werft", "resource": "platz", "url": "https://example.org/a.ics"}, "ines").status_code == 422
    assert house.post("/api/v1/mirrors", {"hub": "kontor", "resource": "stube", "url": "https://example.org/a.ics"}, "ines").status_code == 403
    assert house.post("/api/v1/mirrors", {"hub": "werft", "resource": "bruecke", "url": "https://example.org/a.ics", "dry_run": True}, "ines").json() == {"dry_run": True}
    assert not house.value("SELECT count(*) FROM hubd.mirror")
