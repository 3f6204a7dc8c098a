# SPDX-License-Identifier: GPL-3.0-or-later
"""The judges of Atom, JSON Feed and free and busy times must catch what breaks a reader, and find nothing in right ones."""
import pytest

import news_checker
from test_feed_checker import GOOD as CALENDAR

ATOM = b"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:ev="http://purl.org/rss/1.0/modules/event/" xml:lang="de">
<id>tag:example.org,2025:feed</id><title>Hub</title><updated>2026-11-20T08:00:00Z</updated>
<link rel="self" href="https://example.org/feeds/hub/x.atom"/><author><name>Hub</name></author>
<entry><id>tag:example.org,2025:a</id><title>Abend</title><published>2026-11-20T08:00:00Z</published><updated>2026-11-20T08:00:00Z</updated>
<link rel="alternate" href="https://example.org/events/7"/><ev:startdate>2026-11-24T17:00:00Z</ev:startdate><ev:enddate>2026-11-24T19:00:00Z</ev:enddate>
<content type="text">Wann</content></entry>
</feed>
"""
JSON = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "Hub", "language": "de", "items": [{"id": "a", "title": "Abend", "content_text": "Wann",
"url": "https://example.org/events/7", "date_published": "2026-11-20T08:00:00Z", "date_modified": "2026-11-20T08:00:00Z",
"_hubd": {"start": "2026-11-24T18:00:00+01:00", "end": "2026-11-24T20:00:00+01:00", "all_day": false}}]}"""
BUSY = CALENDAR[:CALENDAR.index(b"BEGIN:VTIMEZONE")] + b"""BEGIN:VFREEBUSY
UID:b@example.org
DTSTAMP:20261120T080000Z
DTSTART:20261120T000000Z
DTEND:20261220T000000Z
FREEBUSY;FBTYPE=BUSY:20261124T080000Z/20261124T090000Z
FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261124T100000Z/20261124T110000Z
END:VFREEBUSY
END:VCALENDAR
""".replace(b"\n", b"\r\n")
JUDGES = {"atom": (news_checker.judge_atom, ATOM), "json": (news_checker.judge_json, JSON), "busy": (news_checker.judge_freebusy, BUSY)}

WRONG = [
    ("atom", b"</feed>", b""), ("atom", b"<title>Abend</title>", b""), ("atom", b"<id>tag:example.org,2025:a</id>", b"<id>a b</id>"),
    ("atom", b"2026-11-20T08:00:00Z</updated>\n<link rel=\"alternate\"", b"gestern</updated>\n<link rel=\"alternate\""), ("atom", b"<name>Hub</name>", b""),
    ("atom", b"href=\"https://example.org/events/7\"", b"href=\"\""), ("atom", b"<content type=\"text\">", b"<content type=\"text\"><b/>"),
    ("atom", b"xml:lang=\"de\"", b""), ("atom", b"<ev:startdate>2026-11-24T17:00:00Z</ev:startdate>", b""), ("atom", b"<entry>", b"<entry><wann/>"),
    ("json", b"}]}", b"}]"), ("json", b"version/1.1", b"version/1"), ("json", b"\"id\": \"a\", ", b""), ("json", b"\"content_text\": \"Wann\",", b""),
    ("json", b"2026-11-20T08:00:00Z\", \"date_modified", b"gestern\", \"date_modified"), ("json", b"https://example.org/events/7", b"/events/7"),
    ("json", b"\"language\": \"de\", ", b""), ("json", b"\"title\": \"Abend\"", b"\"titel\": \"Abend\""), ("json", b"2026-11-24T18:00:00+01:00", b"18 Uhr"),
    ("busy", b"T100000Z/20261124T110000Z", b"T083000Z/20261124T110000Z"), ("busy", b"20261124T080000Z/20261124T090000Z", b"20261124T090000Z/20261124T090000Z"),
    ("busy", b"20261124T080000Z/", b"20261124T080000/"), ("busy", b"20261124T110000Z", b"20261224T110000Z"), ("busy", b"FBTYPE=BUSY:", b"FBTYPE=VOLL:"),
    ("busy", b"DTSTAMP:20261120T080000Z\r\n", b""), ("busy", b"END:VFREEBUSY", b"SUMMARY:Geheim\r\nEND:VFREEBUSY"),
    ("busy", b"VERSION:2.0", b"VERSION:2.0\r\nMETHOD:PUBLISH"), ("busy", b"UID:b@example.org\r\n", b""),
]


@pytest.mark.parametrize("form", JUDGES)
def test_a_right_one_is_found_right(form):
    judge, good = JUDGES[form]
    assert judge(good) == []


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_a_wrong_one_is_caught(number):
    form, old, new = WRONG[number]
    judge, good = JUDGES[form]
    assert good.replace(old, new, 1) != good and judge(good.replace(old, new, 1)) != []


@pytest.mark.parametrize("form", ["atom", "json"])
def test_a_date_that_moves_alone_is_caught(form):
    judge, good = JUDGES[form]
    at = good.rindex(b"2026-11-20T08:00:00Z")
    assert judge(good[:at] + b"2026-11-21T08:00:00Z" + good[at + 20:], before=good) != []
