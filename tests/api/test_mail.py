# SPDX-License-Identifier: GPL-3.0-or-later
"""Mails as their readers get them, read by Python's own parser."""
import re

import pytest

from mail_world import Letters, parse, part


@pytest.fixture(scope="module")
def post(hubd_server):
    with Letters(hubd_server, "mail_files", public_url="https://hubs.example/at") as service:
        service.start("work")
        yield service


WHEN = {"start": "2031-05-06T07:00:00Z", "end": "2031-05-06T09:00:00Z", "local_start": "2031-05-06T09:00:00", "local_end": "2031-05-06T11:00:00", "zone": "Europe/Berlin"}


def test_a_mail_says_the_same_as_text_and_as_html_in_its_readers_language(post):
    message = post.write("mara", "booking-confirmed", hub="werft", title="Müllers Runde & <Gäste>", where="Kajüte", url="/me/bookings/1", **WHEN)
    letter = post.letter(message)
    assert letter["Subject"] == "Gebucht: Müllers Runde & <Gäste>, Dienstag, 6. Mai 2031, 9 bis 11 Uhr"
    assert letter["To"] == "Mara Test <mara@hubd.test>" and letter["From"] == "Werft <hubd@hubs.example>"
    assert letter["Content-Language"] == "de" and letter["Auto-Submitted"] == "auto-generated"
    text, html = part(letter, "text/plain"), part(letter, "text/html")
    for wanted in ("Guten Tag Mara Test", "Kajüte", "Dienstag, 6. Mai 2031, 9 bis 11 Uhr", "https://hubs.example/at/me/bookings/1"):
        assert wanted in text and wanted in html, wanted
    assert "Was: Müllers Runde & <Gäste>" in text and "Müllers Runde &amp; &lt;Gäste&gt;" in html and "<Gäste>" not in html
    post.rows("UPDATE hubd.person SET language = 'en' WHERE id = %s", post.person("mara"))
    english = post.letter(post.write("mara", "booking-confirmed", hub="werft", title="Round", **WHEN))
    post.rows("UPDATE hubd.person SET language = 'de' WHERE id = %s", post.person("mara"))
    assert english["Subject"] == "Booked: Round, Tuesday 6 May 2031, 9 to 11 am" and "Hello Mara Test" in part(english, "text/plain")


def test_a_mail_is_plain_ascii_with_short_lines(post):
    message = post.write("mara", "booking-confirmed", title="Ü" * 300 + " 漢字 🦊 " + "x" * 500, where="ß" * 400, **WHEN)
    raw = (post.letter(message), (post.box / f"{message}.eml").read_bytes())[1]
    assert max(raw) < 0x7f and b"\0" not in raw and not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert [line for line in raw.split(b"\r\n") if len(line) > 78 and not line.startswith(b" <https://")] == [], "only an address cannot be folded"
    assert "Ü" * 300 in parse(raw)["Subject"] and "漢字 🦊" in parse(raw)["Subject"]


def test_who_has_enough_of_a_mail_ends_it_with_one_click_but_not_what_is_necessary(post):
    letter = post.letter(post.write("mara", "booking-confirmed", title="x", **WHEN))
    assert re.fullmatch(r"<https://hubs\.example/at/unsubscribe/[0-9a-f]{64}/waiting>", letter["List-Unsubscribe"].strip())
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    needed = post.letter(post.write("mara", "booking-cancelled", title="x", by="Ines Test", **WHEN))
    assert needed["List-Unsubscribe"] is None and "unsubscribe" not in part(needed, "text/html")


def test_a_message_id_is_one_and_stays_one(post):
    first, second = (post.letter(post.write("mara", "reminder", title="x", **WHEN)) for _ in range(2))
    assert re.fullmatch(r"<[0-9a-f-]{36}@hubs\.example>", first["Message-ID"].strip()) and first["Message-ID"] != second["Message-ID"]


def test_a_secret_is_gone_once_the_mail_is_sent_and_when_it_was_too_late_to_send_it(post):
    sent = post.write("mara", "booking-confirmed", title="x", secret={"code": "123 456", "url": "/sign-in?code=geheim"}, **WHEN)
    letter = post.letter(sent)
    assert "123 456" in part(letter, "text/plain")
    late = post.write("mara", "booking-confirmed", title="x", secret={"code": "654 321"}, expires="2020-01-01T00:00:00Z")
    post.wait_ended(late, "expired")
    assert post.rows("SELECT id FROM hubd.message WHERE data ? 'secret'") == []
    assert not (post.box / f"{late}.eml").exists()


NASTY = ["a\r\nBcc: victim@example.org\r\n\r\nBody", "a\nSubject: other", "=?UTF-8?B?QmNjOiB4?=", "\" <evil@example.org>, \"", "{{secret}}{{#items}}", "\u202e\u0007\u0085\u2028x",
         "--=_mixed_\r\n--=_alternative_", "</td></tr><script>alert(1)</script>", "a" * 3000, "%s%n{0}$(id)`id`"]


@pytest.mark.parametrize("text", NASTY)
def test_whatever_people_write_no_header_and_no_part_comes_of_it(post, text):
    post.rows("UPDATE hubd.person SET name = %s WHERE id = %s", text, post.person("jonas"))
    post.rows("UPDATE hubd.hub SET name = %s WHERE slug = 'kontor'", text)
    message = post.write("jonas", "booking-moved", hub="kontor", title=text, where=text, by=text, reason=text, repeats=text, url="/me/bookings/1?" + text, before_local_start="2031-05-05T09:00:00", **WHEN)
    letter = post.letter(message)
    assert letter["Bcc"] is None and letter["To"].addresses[0].addr_spec == "jonas@hubd.test" and len(letter["To"].addresses) == 1
    assert letter["From"].addresses[0].addr_spec == "hubd@hubs.example" and len(letter["From"].addresses) == 1
    assert sorted(letter.keys()) == sorted(["Date", "From", "To", "Subject", "Message-ID", "Content-Language", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version", "Content-Type"])
    assert [p.get_content_type() for p in letter.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert "<script" not in part(letter, "text/html")


@pytest.mark.parametrize("address", ["a@b@c.example", "a b@c.example", "ü@c.example", "a@c.example\r\nRCPT TO:<x@y.example>", "<a@c.example>", "a@c.example,b@d.example", "-f@c.example", "x" * 250 + "@c.example"])
def test_an_address_that_is_none_gets_no_mail_and_the_operator_sees_it(post, address):
    message = post.value("SELECT hubd.mail_to(%s, 'de', 'reminder', '{\"title\": \"x\"}')", address)
    post.wait_ended(message, "refused")
    assert post.value("SELECT answer FROM hubd.message WHERE id = %s", message) == "the address cannot be written to"


def test_a_kind_without_texts_is_set_aside_and_said(post):
    message = post.write("mara", "of-no-kind")
    post.wait_ended(message, "refused")
    assert "there are no texts for mails of kind of-no-kind" in post.value("SELECT answer FROM hubd.message WHERE id = %s", message)


# ---- what people choose ----

def choose(post, **change):
    return post.patch("/api/v1/people/me", change, as_="mara")


@pytest.fixture(scope="module")
def served(post):
    post.start("serve")
    return post


def test_one_chooses_language_mails_and_reminders_through_the_api(served):
    reply = choose(served, language="en", mail_waiting="daily", reminders=[60, 1440, 60])
    assert reply.status_code == 200, reply.text
    assert (reply.json()["language"], reply.json()["mail_waiting"], reply.json()["reminders"]) == ("en", "daily", [1440, 60])
    for wrong in ({"mail_waiting": "weekly"}, {"reminders": [4]}, {"reminders": [20161]}, {"reminders": ["60"]}, {"reminders": [1.5]}, {"reminders": [5, 6, 7, 8, 9]}, {"reminders": 60}):
        assert choose(served, **wrong).status_code in (400, 422), wrong
    assert choose(served, language="de", mail_waiting="now", reminders=[]).status_code == 200


def test_one_click_in_the_mail_ends_such_mails_without_signing_in_and_looking_alone_does_not(served):
    message = served.write("mara", "booking-confirmed", title="x", **WHEN)
    path = re.search(r"/unsubscribe/[^>]+", served.letter(message)["List-Unsubscribe"]).group()
    shown = served.get(path, headers={"Accept": "text/html"})
    assert shown.status_code == 200 and "mara" not in shown.text
    setting = "SELECT mail_waiting FROM hubd.person WHERE id = %s"
    assert served.value(setting, served.person("mara")) == "now"
    # As a mail provider does it: no cookie, no origin, a form of its own.
    done = served.request("POST", path, data="List-Unsubscribe=One-Click", headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"})
    assert done.status_code == 200, done.text
    assert served.value(setting, served.person("mara")) == "none" and served.write("mara", "booking-confirmed", title="x", **WHEN) is None
    assert served.request("POST", path.replace("/waiting", "/necessary"), data="").status_code == 404
    assert served.request("POST", "/unsubscribe/" + "0" * 64 + "/waiting", data="").status_code == 404
    assert path.split("/")[2] not in served.log("serve") + served.log("work")
    served.rows("UPDATE hubd.person SET mail_waiting = 'now' WHERE id = %s", served.person("mara"))
