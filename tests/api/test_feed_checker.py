# SPDX-License-Identifier: GPL-3.0-or-later
"""The checker must catch what breaks a subscription: one wrong feed a row of CALENDARS.md, and none found in a right one."""
import datetime

import pytest

import feed_checker

TODAY = datetime.date(2026, 11, 23)
SERIES = """BEGIN:VEVENT
UID:s@example.org
DTSTAMP:20261120T080000Z
LAST-MODIFIED:20261120T080000Z
SEQUENCE:2
DTSTART;TZID=Europe/Berlin:20261124T090000
DTEND;TZID=Europe/Berlin:20261124T100000
RRULE:FREQ=WEEKLY;UNTIL=20270301T080000Z
RDATE;TZID=Europe/Berlin:20261127T090000
EXDATE;TZID=Europe/Berlin:20261201T090000
EXDATE;TZID=Europe/Berlin:20261208T090000
SUMMARY:Reihe
URL:https://example.org/events/9
STATUS:CONFIRMED
END:VEVENT
BEGIN:VEVENT
UID:s@example.org
DTSTAMP:20261120T080000Z
LAST-MODIFIED:20261120T080000Z
SEQUENCE:2
RECURRENCE-ID;TZID=Europe/Berlin:20261215T090000
DTSTART;TZID=Europe/Berlin:20261216T110000
DTEND;TZID=Europe/Berlin:20261216T120000
SUMMARY:Reihe
URL:https://example.org/events/9
STATUS:CONFIRMED
END:VEVENT
END:VCALENDAR
"""
GOOD = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//hubd//hubd//DE
UID:feed-hub-x@example.org
NAME:Hub
X-WR-CALNAME:Hub
DESCRIPTION:Was hier ist
X-WR-CALDESC:Was hier ist
X-WR-TIMEZONE:Europe/Berlin
REFRESH-INTERVAL;VALUE=DURATION:PT1H
X-PUBLISHED-TTL:PT1H
COLOR:crimson
X-APPLE-CALENDAR-COLOR:#dc143c
URL:https://example.org/hubs/x
SOURCE;VALUE=URI:https://example.org/feeds/hub/x.ics
LAST-MODIFIED:20261120T080000Z
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:a@example.org
DTSTAMP:20261120T080000Z
LAST-MODIFIED:20261120T080000Z
SEQUENCE:1
DTSTART;TZID=Europe/Berlin:20261124T180000
DTEND;TZID=Europe/Berlin:20261124T200000
SUMMARY:Abend
LOCATION:Saal
GEO:52.520000;13.405000
CATEGORIES:KI
ORGANIZER;CN=Hub:https://example.org/hubs/x
URL:https://example.org/events/7
STATUS:CONFIRMED
END:VEVENT
BEGIN:VEVENT
UID:b@example.org
DTSTAMP:20261120T080000Z
LAST-MODIFIED:20261120T080000Z
SEQUENCE:0
DTSTART;VALUE=DATE:20261125
DTEND;VALUE=DATE:20261126
TRANSP:TRANSPARENT
SUMMARY:Tag
URL:https://example.org/events/8
STATUS:CONFIRMED
END:VEVENT
BEGIN:VEVENT
UID:c@example.org
DTSTAMP:20261120T080000Z
LAST-MODIFIED:20261120T080000Z
SEQUENCE:0
DTSTART:20261126T080000Z
DTEND:20261126T090000Z
SUMMARY:Belegt
STATUS:TENTATIVE
END:VEVENT
"""
GOOD = (GOOD + SERIES).replace("\n", "\r\n").encode()

WRONG = [
    ("bytes", lambda b: b.replace(b"SUMMARY:Abend\r\n", b"SUMMARY:Abend\n")),
    ("bytes", lambda b: b.replace(b"SUMMARY:Abend", b"SUMMARY:" + b"A" * 68)),
    ("bytes", lambda b: b.replace(b"SUMMARY:Abend", b"SUMMARY:Fr\xc3\r\n \xbch")),
    ("bytes", lambda b: b.replace(b"SUMMARY:Abend", b"SUMMARY:Ab\\\r\n nend")),
    ("bytes", lambda b: b.replace(b"SUMMARY:Abend", b"SUMMARY:Ab\x07end")),
    ("bytes", lambda b: b"\xef\xbb\xbf" + b),
    ("bytes", lambda b: b + b),
    ("no METHOD", lambda b: b.replace(b"VERSION:2.0", b"VERSION:2.0\r\nMETHOD:PUBLISH")),
    ("DTSTAMP", lambda b: b.replace(b"DTSTAMP:20261120T080000Z", b"DTSTAMP:20261123T080000Z", 1)),
    ("UID", lambda b: b.replace(b"UID:b@example.org", b"UID:a@example.org")),
    ("UID", lambda b: b.replace(b"UID:c@example.org", b"UID:d@example.org\r\nRECURRENCE-ID:20261126T080000Z")),
    ("SEQUENCE", lambda b: b.replace(b"SEQUENCE:1\r\n", b"")),
    ("calendar", lambda b: b.replace(b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n", b"")),
    ("calendar", lambda b: b.replace(b"X-WR-CALNAME:Hub", b"X-WR-CALNAME:Bub")),
    ("calendar", lambda b: b.replace(b"COLOR:crimson", b"COLOR:#dc143c")),
    ("calendar", lambda b: b.replace(b"SOURCE;VALUE=URI:", b"SOURCE:")),
    ("VTIMEZONE", lambda b: b.replace(b"TZID=Europe/Berlin", b"TZID=Europe/Paris", 1)),
    ("VTIMEZONE", lambda b: b.replace(b"DTSTART:19810329T020000", b"DTSTART:18930401T000000")),
    ("VTIMEZONE", lambda b: b.replace(b"TZOFFSETTO:+0200", b"TZOFFSETTO:+005328")),
    ("times", lambda b: b.replace(b"DTSTART:20261126T080000Z", b"DTSTART:20261126T080000")),
    ("times", lambda b: b.replace(b"20261124T200000", b"20261124T170000")),
    ("all-day", lambda b: b.replace(b"TRANSP:TRANSPARENT\r\n", b"")),
    ("all-day", lambda b: b.replace(b"DTEND;VALUE=DATE:20261126", b"DTEND;VALUE=DATE:20261125")),
    ("recurrence", lambda b: b.replace(b"SUMMARY:Abend", b"RRULE:FREQ=WEEKLY;UNTIL=20270101T180000\r\nSUMMARY:Abend")),
    ("recurrence", lambda b: b.replace(b"SUMMARY:Abend", b"RRULE:FREQ=WEEKLY;COUNT=1\r\nSUMMARY:Abend")),
    ("recurrence", lambda b: b.replace(b"UNTIL=20270301T080000Z", b"COUNT=1100")),
    ("recurrence", lambda b: b.replace(b"FREQ=WEEKLY;UNTIL=20270301T080000Z", b"FREQ=MONTHLY;BYDAY=1MO,3WE;COUNT=9")),
    ("recurrence", lambda b: b.replace(b"DTEND;TZID=Europe/Berlin:20261124T100000", b"DTEND;TZID=Europe/Berlin:20261202T090000")),
    ("recurrence", lambda b: b.replace(b"EXDATE;TZID=Europe/Berlin:20261201T090000", b"EXDATE:20261201T080000Z")),
    ("recurrence", lambda b: b.replace(b"EXDATE;TZID=Europe/Berlin:20261201T090000", b"EXDATE;VALUE=DATE:20261201")),
    ("recurrence", lambda b: b.replace(b"RECURRENCE-ID;TZID=Europe/Berlin:20261215T090000", b"RECURRENCE-ID:20261215T080000Z")),
    ("recurrence", lambda b: b.replace(b"RECURRENCE-ID;TZID=Europe/Berlin:20261215", b"RECURRENCE-ID;TZID=Europe/Berlin:20261201")),
    ("recurrence", lambda b: b.replace(b"SUMMARY:Abend", b"EXDATE;TZID=Europe/Berlin:20261201T180000\r\nSUMMARY:Abend")),
    ("times", lambda b: b.replace(b"RDATE;TZID=Europe/Berlin:20261127T090000", b"RDATE:20261127T090000")),
    ("times", lambda b: b.replace(b"DTSTART;TZID=Europe/Berlin:20261124T090000", b"DTSTART:20261124T080000Z")),
    ("UID", lambda b: b.replace(b"UID:s@example.org", b"UID:t@example.org", 1)),
    ("window", lambda b: b.replace(b"FREQ=WEEKLY;UNTIL=20270301T080000Z", b"FREQ=WEEKLY;UNTIL=20200301T080000Z").replace(b"TZID=Europe/Berlin:202611", b"TZID=Europe/Berlin:201911")
     .replace(b"TZID=Europe/Berlin:202612", b"TZID=Europe/Berlin:201912")),
    ("recurrence", lambda b: b.replace(b"SUMMARY:Abend", b"EXDATE;TZID=Europe/Berlin:20261201T180000,20261208T180000\r\nSUMMARY:Abend")),
    ("cancelled", lambda b: b.replace(b"STATUS:TENTATIVE", b"STATUS:CANCELLED")),
    ("cancelled", lambda b: b.replace(b"STATUS:CONFIRMED\r\n", b"", 1)),
    ("people", lambda b: b.replace(b"STATUS:CONFIRMED", b"ATTENDEE:mailto:a@example.org\r\nSTATUS:CONFIRMED", 1)),
    ("people", lambda b: b.replace(b"STATUS:CONFIRMED", b"BEGIN:VALARM\r\nEND:VALARM\r\nSTATUS:CONFIRMED", 1)),
    ("people", lambda b: b.replace(b"SUMMARY:Belegt", b"SUMMARY:Belegt\r\nDESCRIPTION:wer")),
    ("people", lambda b: b.replace(b"ORGANIZER;CN=Hub:", b"ORGANIZER:")),
    ("place", lambda b: b.replace(b"GEO:52.520000;13.405000", b"GEO:52,52;13,405")),
    ("place", lambda b: b.replace(b"URL:https://example.org/events/7\r\n", b"")),
    ("window", lambda b: b.replace(b"20261126T0", b"20290101T0")),
    ("window", lambda b: b.replace(b"20261126T0", b"20261022T0")),
]


def rows_of(body, **more):
    return {row for row, _ in feed_checker.judge_body(body, today=TODAY, **more)}


def test_a_right_feed_is_found_right():
    assert feed_checker.judge_body(GOOD, today=TODAY) == []


@pytest.mark.parametrize("number", range(len(WRONG)), ids=[f"{n}-{row}" for n, (row, _) in enumerate(WRONG)])
def test_a_wrong_feed_is_caught_by_its_row(number):
    row, spoil = WRONG[number]
    body = spoil(GOOD)
    assert body != GOOD
    assert row in rows_of(body)


def test_a_stamp_that_moves_alone_is_caught():
    later = GOOD.replace(b"DTSTAMP:20261120T080000Z\r\nLAST-MODIFIED:20261120T080000Z", b"DTSTAMP:20261121T080000Z\r\nLAST-MODIFIED:20261121T080000Z")
    assert rows_of(later, before=GOOD) == {"DTSTAMP"}


def test_a_move_without_sequence_and_a_sequence_that_falls_are_caught():
    moved = GOOD.replace(b"20261124T180000", b"20261124T190000")
    assert rows_of(moved, before=GOOD) == {"SEQUENCE"}
    assert rows_of(GOOD.replace(b"SEQUENCE:1", b"SEQUENCE:0"), before=GOOD) == {"SEQUENCE"}


def test_a_date_that_goes_without_sequence_is_caught():
    more = GOOD.replace(b"EXDATE;TZID=Europe/Berlin:20261201T090000\r\n", b"", 1)
    assert rows_of(more, before=GOOD) == {"SEQUENCE"}
    assert rows_of(more.replace(b"SEQUENCE:2", b"SEQUENCE:3"), before=GOOD) == set()


def test_a_cancelled_event_that_vanishes_early_is_caught():
    cancelled = GOOD.replace(b"STATUS:CONFIRMED", b"STATUS:CANCELLED", 1)
    gone = cancelled[:cancelled.index(b"BEGIN:VEVENT")] + cancelled[cancelled.index(b"BEGIN:VEVENT\r\nUID:b@"):].replace(b"x", b"x")
    gone = gone.replace(GOOD[GOOD.index(b"BEGIN:VTIMEZONE"):GOOD.index(b"BEGIN:VEVENT")], b"")
    assert "cancelled" in rows_of(gone, before=cancelled)


class Answer:
    def __init__(self, **headers):
        self.status, self.body = headers.pop("status", 200), b""
        self.headers = {"Content-Type": "text/calendar; charset=utf-8", "Content-Disposition": 'inline; filename="a.ics"',
                        "Content-Length": "1", "Cache-Control": "public, max-age=900", "Vary": "Accept-Encoding",
                        "ETag": '"a"', "Last-Modified": "Mon, 23 Nov 2026 03:00:00 GMT"}
        self.headers.update({name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("row, change", [
    ("HTTP", {"Content_Type": "text/calendar"}), ("HTTP", {"Content_Disposition": "attachment"}), ("HTTP", {"status": 302}),
    ("HTTP", {"Set_Cookie": "a=b"}), ("HTTP", {"Content_Length": ""}), ("caching", {"Cache_Control": "no-cache"}), ("caching", {"Vary": ""}),
    ("validators", {"ETag": 'W/"a"'}), ("validators", {"Last_Modified": "2026-11-23"}),
])
def test_a_wrong_answer_is_caught_by_its_row(row, change):
    assert feed_checker.judge_answer(Answer(), "/feeds/all.ics") == []
    assert row in {found for found, _ in feed_checker.judge_answer(Answer(**change), "/feeds/all.ics")}


def test_an_address_without_ics_is_caught():
    assert ("HTTP", "the address /feeds/all does not end in .ics") in feed_checker.judge_answer(Answer(), "/feeds/all")


PAGE = """<a href="webcal://example.org/feeds/a.ics">Apple</a><input value="https://example.org/feeds/a.ics">
<a href="https://outlook.live.com/?url=https%3A%2F%2Fexample.org%2Ffeeds%2Fa.ics">Outlook</a>
<p>Google schaut alle 8 bis 24 Stunden nach, Outlook nach einigen Stunden, Apple nach einer Stunde, Thunderbird alle 30 Minuten.</p>"""


@pytest.mark.parametrize("row, change", [
    ("links", lambda p: p.replace("webcal://", "https://")), ("links", lambda p: p.replace("https://example.org", "")),
    ("links", lambda p: p.replace("?url=https", "?url=webcal")), ("delays to tell people", lambda p: p.replace("8 bis 24 Stunden", "sofort")),
    ("delays to tell people", lambda p: p.replace("30 Minuten", "Augenblicke")),
])
def test_a_page_that_leads_nowhere_or_promises_too_much_is_caught(row, change):
    assert feed_checker.judge_page(PAGE, "/feeds/a.ics") == []
    assert row in {found for found, _ in feed_checker.judge_page(change(PAGE), "/feeds/a.ics")}


def test_robots_that_keep_readers_out_are_caught():
    assert feed_checker.judge_robots("User-agent: *\nAllow: /feeds/\nDisallow: /api/\n") == []
    assert feed_checker.judge_robots("User-agent: *\nDisallow: /\n") and feed_checker.judge_robots("User-agent: *\nAllow: /\nDisallow: /feeds/\n")


class Server:
    """A wrong server: each flaw breaks one promise about validators."""

    def __init__(self, flaw=None):
        self.flaw = flaw

    def __call__(self, path, method="GET", headers=None):
        headers = headers or {}
        if method not in ("GET", "HEAD"):
            answer = Answer(status=200 if self.flaw == "takes POST" else 405, Allow="GET, HEAD")
            return answer
        answer = Answer()
        if self.flaw == "by Accept" and headers.get("Accept") == "text/html":
            answer.headers["Content-Type"] = "text/html"
        if method == "HEAD" and self.flaw == "HEAD":
            del answer.headers["Content-Length"]
        if "gzip" in headers.get("Accept-Encoding", "") and ("q=0" not in headers["Accept-Encoding"] or self.flaw == "q=0"):
            answer.headers["Content-Encoding"] = "gzip"
            answer.headers["ETag"] = '"a"' if self.flaw == "one tag" else '"a-gzip"'
        known, date = headers.get("If-None-Match"), headers.get("If-Modified-Since")
        if known is not None:
            tags = [known] if self.flaw == "no list" else [t.strip() for t in known.split(",")]
            if known == "*" or any(t.removeprefix("" if self.flaw == "strong compare" else "W/") == '"a"' for t in tags):
                answer.status = 304
                if self.flaw == "bare 304":
                    del answer.headers["Vary"]
        if date is not None and ("2100" in date and (known is None or self.flaw == "date wins") or self.flaw == "odd date"):
            answer.status = 304
        return answer


@pytest.mark.parametrize("flaw", ["takes POST", "by Accept", "HEAD", "q=0", "one tag", "no list", "strong compare", "bare 304", "date wins", "odd date"])
def test_a_server_with_wrong_validators_is_caught(flaw):
    assert feed_checker.judge_validators(Server(), "/feeds/all.ics") == []
    assert feed_checker.judge_validators(Server(flaw), "/feeds/all.ics") != []
