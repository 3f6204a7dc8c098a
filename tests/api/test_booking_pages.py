# SPDX-License-Identifier: GPL-3.0-or-later
"""Grid, booking, one's own bookings and private feeds as pages: what people lose when one of them breaks. By HTTP, without JavaScript."""
import concurrent.futures
import html
import re

import icalendar
import pytest
import requests

import conftest
from test_pages import HTML, NAUGHTY, Page, get, post, signed_in


def plain(text):
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


def labels(text):
    return [html.unescape(label) for label in re.findall(r'aria-label="([^"]*)"', text)]


def look(hubd, path, session=None, lang="de"):
    reply = (session or requests).get(hubd.url + path, headers={**HTML, "Accept-Language": lang}, timeout=30, allow_redirects=False)
    assert reply.status_code == 200, (path, reply.status_code, plain(reply.text)[-500:])
    read = Page(reply.text)
    assert not read.wrong and not read.open, path
    return reply.text


def wish(day, start="09:00", end="10:00", resource="kajuete", **more):
    return {"resource": resource, "name": resource, "date": day, "from": start, "to": end, **more}


def booked(hubd, session, form, hub="werft"):
    reply = post(hubd, f"/hubs/{hub}/book", form, session)
    assert reply.status_code == 303, plain(reply.text)[-800:]
    return reply.headers["Location"].split("?")[0]


@pytest.fixture(name="mara")
def mara_(hubd):
    return signed_in(hubd)


@pytest.fixture(name="jonas")
def jonas_(hubd):
    return signed_in(hubd, "jonas@hubd.test")


# ---- the grid ----

def test_a_free_time_is_a_link_that_says_all(hubd, free_day):
    text = look(hubd, f"/hubs/werft/resources?date={free_day}")
    assert any(re.fullmatch(r"\w+, \d+\. \S+, 14 bis 15 Uhr, Kajuete, frei", label) for label in labels(text)), labels(text)[:5]
    assert f"/hubs/werft/book?resource=kajuete&amp;start={free_day}T14:00&amp;end={free_day}T15:00" in text
    english = look(hubd, f"/hubs/werft/resources?date={free_day}", lang="en")
    assert any(re.fullmatch(r"\w+ \d+ \w+, 2 to 3 pm, Kajuete \(en\), free", label) for label in labels(english))


def test_a_title_is_shown_to_whom_it_belongs_only(hubd, mara, jonas, free_day):
    booked(hubd, mara, wish(free_day, title="Geheime Runde"))
    path = f"/hubs/werft/resources?date={free_day}"
    assert "Geheime Runde" in look(hubd, path, mara) and 'class="mine"' in look(hubd, path, mara)
    assert "Geheime Runde" in look(hubd, path, signed_in(hubd, "ines@hubd.test"))
    for session in (None, jonas, signed_in(hubd, "olga@hubd.test")):
        text = look(hubd, path, session)
        assert "Geheime" not in text and 'class="taken"' in text and 'class="mine"' not in text
        assert "Geheime" not in look(hubd, f"/hubs/werft/resources/kajuete?date={free_day}", session)
        assert f"start={free_day}T09:00" not in re.search(r'(?s)<tbody>.*', look(hubd, f"/hubs/werft/resources/kajuete?date={free_day}", session))[0]


def test_a_public_event_has_its_title_and_a_members_event_does_not(hubd, free_day):
    for title, audience, room in (("Offener Abend", "public", "kajuete"), ("Interner Abend", "members", "bruecke")):
        made = hubd.post("/api/v1/events", {"hub": "werft", "title": title, "start": f"{free_day}T18:00", "end": f"{free_day}T20:00", "state": "confirmed",
                                            "audience": audience, "resources": [room]}, as_="ines")
        assert made.status_code == 201, made.text
    text = look(hubd, f"/hubs/werft/resources?date={free_day}")
    assert "Offener Abend" in text and "Interner Abend" not in text


def test_a_pool_says_what_is_left_until_nothing_is(hubd, mara, jonas, free_day):
    path = f"/hubs/werft/resources/platz?date={free_day}"
    assert "2 von 2 frei" in look(hubd, path)
    booked(hubd, mara, wish(free_day, "10:00", "11:00", "platz"))
    assert any(label.endswith("10 bis 11 Uhr, Platz, 1 von 2 frei") for label in labels(look(hubd, path)))
    booked(hubd, jonas, wish(free_day, "10:00", "11:00", "platz"))
    assert "0 von 2 frei" in look(hubd, path)
    assert f"start={free_day}T10:00" not in look(hubd, path)


def test_a_booked_hall_is_taken_in_its_halves(hubd, mara, free_day):
    booked(hubd, mara, wish(free_day, "12:00", "13:00", "saal-a"))
    text = look(hubd, f"/hubs/werft/resources?date={free_day}&kind=room")
    assert not re.search(rf"resource=saal&amp;start={free_day}T12:00", text) and re.search(rf"resource=saal-b&amp;start={free_day}T12:00", text)


def test_free_time_begins_when_the_machine_is_ready_again(hubd, mara, free_day):
    booked(hubd, mara, wish(free_day, "12:00", "13:00", "laser"))
    text = look(hubd, f"/hubs/werft/resources/laser?date={free_day}")
    assert f"start={free_day}T13:15" in text, "a quarter of an hour to clean up"
    first = re.search(rf"resource=laser&amp;start={free_day}T13:15&amp;end=({free_day}T\d\d:\d\d)", text)[1]
    booked(hubd, mara, {"resource": "laser", "start": f"{free_day}T13:15", "end": first})


def test_what_is_closed_is_no_link(hubd, free_day):
    made = hubd.post("/api/v1/bookings", {"hub": "werft", "kind": "closure", "title": "Wartung", "start": f"{free_day}T06:00", "end": f"{free_day}T20:00",
                                          "items": [{"resource": "kajuete"}]}, as_="ines")
    assert made.status_code == 201, made.text
    text = look(hubd, f"/hubs/werft/resources/kajuete?date={free_day}")
    assert 'class="shut"' in text and f"start={free_day}T09:00" not in text and "Wartung" not in text


@pytest.mark.parametrize("date", ["2027-03-28", "2027-10-31"])
def test_the_days_on_which_clocks_change_have_a_grid(hubd, date):
    for path in (f"/hubs/werft/resources?date={date}", f"/hubs/werft/resources?view=week&date={date}", f"/hubs/kontor/resources?date={date}"):
        assert f"{date}T" in look(hubd, path) or "week" in path


@pytest.mark.parametrize("path,status", [("/hubs/nowhere/resources", 404), ("/hubs/werft/resources/nothing", 404), ("/hubs/werft/resources?date=yesterday", 422),
                                         ("/hubs/nowhere/book", 404), ("/hubs/werft/book?resource=nothing", 404), ("/me/bookings/x", 404), ("/hubs/network/resources", 404)])
def test_what_is_not_there_says_so(hubd, path, status, mara):
    assert mara.get(hubd.url + path, headers=HTML, timeout=30).status_code == status


@pytest.mark.parametrize("text", NAUGHTY)
def test_no_parameter_becomes_markup(hubd, mara, text):
    for path in ("/hubs/werft/resources", "/hubs/werft/book", "/hubs/werft/resources/kajuete"):
        reply = mara.get(hubd.url + path, params={name: text for name in ("kind", "site", "view", "page", "when", "feature", "start", "end", "done")}, headers=HTML, timeout=30)
        assert reply.status_code in (200, 422)
        read = Page(reply.text)
        assert not read.wrong and not read.open and not any("onerror" in attributes or "onload" in attributes for _, attributes in read.tags)


# ---- three steps ----

def test_a_visitor_finds_and_is_led_through_signing_in(hubd, free_day):
    text = look(hubd, f"/hubs/werft/book?people=10&minutes=60&date={free_day}&feature=screen")
    assert "Bruecke" in text and "Kajuete" not in text, "10 people and a screen"
    link = html.unescape(re.search(r'href="(/hubs/werft/book\?resource=bruecke[^"]*)"', text)[1])
    step = look(hubd, link)
    following = html.unescape(re.search(r'href="/sign-in\?next=([^"]*)"', step)[1])
    assert requests.utils.unquote(following) == link
    assert get(hubd, "/me").headers["Location"].startswith("/sign-in?next=/me")


def test_a_hold_is_kept_and_confirmed_with_its_title(hubd, mara, jonas, free_day):
    held = booked(hubd, mara, wish(free_day, hold="yes"))
    assert "Für Sie freigehalten bis" in look(hubd, held, mara) and "freigehalten bis" in look(hubd, "/me", mara)
    assert post(hubd, "/hubs/werft/book", wish(free_day), jonas).status_code == 409
    reply = post(hubd, held + "/confirm", {"title": "Teamrunde", "note": "Bitte heizen"}, mara)
    assert reply.headers["Location"] == held + "?done=booked"
    text = look(hubd, held, mara)
    assert "Teamrunde" in text and "Bitte heizen" in text and "freigehalten" not in text


def test_a_hold_that_was_let_go_leaves_nothing_behind(hubd, mara, free_day):
    held = booked(hubd, mara, wish(free_day, hold="yes"))
    assert post(hubd, held + "/cancel", {}, mara).status_code == 303
    assert held not in look(hubd, "/me", mara)


def test_what_a_refusal_offers_can_be_had(hubd, mara, jonas, free_day):
    booked(hubd, mara, wish(free_day, title="Geheim"))
    reply = post(hubd, "/hubs/werft/book", wish(free_day, title="Meine Runde"), jonas)
    assert reply.status_code == 409 and "Schon belegt" in reply.text and "Geheim" not in reply.text and "Meine Runde" in reply.text
    forms = [dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) for form in re.findall(r'(?s)<form method="post" action="/hubs/werft/book">(.*?)</form>', reply.text)]
    assert forms and all(form["title"] == "Meine Runde" for form in forms)
    booked(hubd, jonas, {name: html.unescape(value) for name, value in forms[0].items()})


def test_pressing_twice_books_once(hubd, mara, free_day):
    form = wish(free_day, key="k" * 20 + free_day)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: post(hubd, "/hubs/werft/book", form, mara), range(4)))
    assert len({reply.headers.get("Location") for reply in replies if reply.status_code == 303}) == 1
    assert len(hubd.server.sql(f"SELECT id FROM hubd.booking WHERE local_start = '{free_day} 09:00' AND state = 'confirmed'")) == 1


def test_another_site_books_nothing(hubd, mara, free_day):
    reply = post(hubd, "/hubs/werft/book", wish(free_day), mara, **{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"})
    assert reply.status_code == 403
    assert not hubd.server.sql(f"SELECT id FROM hubd.booking WHERE local_start = '{free_day} 09:00'")


@pytest.mark.parametrize("broken", [{"date": ""}, {"date": "2027-13-40"}, {"from": "25:00"}, {"to": ""}, {"resource": ""}, {"resource": "nothing"}, {"title": "x" * 600}])
def test_a_form_that_cannot_be_says_so(hubd, mara, free_day, broken):
    reply = post(hubd, "/hubs/werft/book", {**wish(free_day), **broken}, mara)
    assert reply.status_code in (404, 422) and "<h1>" in reply.text


def test_only_members_book(hubd, free_day):
    olga = signed_in(hubd, "olga@hubd.test")
    assert "Mitglieder" in look(hubd, f"/hubs/werft/book?resource=kajuete&start={free_day}T09:00", olga)
    assert post(hubd, "/hubs/werft/book", wish(free_day), olga).status_code == 403


def test_an_end_before_the_start_is_on_the_next_day(hubd, mara, free_day):
    address = booked(hubd, mara, wish(free_day, "23:00", "01:00"))
    assert "2 Stunden" in look(hubd, address, mara)


# ---- one's own ----

def test_a_booking_is_moved_cancelled_and_booked_again(hubd, mara, jonas, free_day):
    address = booked(hubd, mara, wish(free_day, title="Runde"))
    booked(hubd, jonas, wish(free_day, "14:00", "15:00"))
    refused = post(hubd, address + "/move", {"date": free_day, "from": "14:00", "to": "15:00"}, mara)
    assert refused.status_code == 409 and "Schon belegt" in refused.text
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', re.search(r'(?s)<form method="post" action="[^"]*/move">(.*?)</form>', refused.text)[1]))
    assert post(hubd, address + "/move", form, mara).headers["Location"] == address + "?done=moved"
    assert post(hubd, address + "/move", {"date": free_day, "from": "16:00", "to": "17:30"}, mara).status_code == 303
    assert "16 bis 17:30 Uhr" in look(hubd, address, mara)
    assert post(hubd, address + "/cancel", {}, mara).headers["Location"] == "/me?done=cancelled"
    assert f'action="{address}/restore"' in look(hubd, "/me?done=cancelled", mara), "a slip is undone"
    assert post(hubd, address + "/restore", {}, jonas).status_code == 403
    assert post(hubd, address + "/restore", {}, mara).headers["Location"] == address + "?done=restored"
    assert "Wieder gebucht" in look(hubd, address + "?done=restored", mara) and "/restore" not in look(hubd, "/me", mara)
    assert post(hubd, address + "/cancel", {}, mara).status_code == 303
    text = look(hubd, "/me", mara)
    assert "Abgesagt" in text and re.search(r'href="/hubs/werft/book\?resource=kajuete[^"]*"', text)


def test_anothers_booking_is_not_there(hubd, mara, jonas, free_day):
    address = booked(hubd, mara, wish(free_day, title="Geheim"))
    reply = jonas.get(hubd.url + address, headers=HTML, timeout=30)
    assert reply.status_code == 404 and "Geheim" not in reply.text
    for act in ("/cancel", "/move", "/confirm"):
        assert post(hubd, address + act, {"date": free_day, "from": "10:00", "to": "11:00", "title": "x"}, jonas).status_code == 403
    assert requests.get(hubd.url + address + "/booking.ics", headers=HTML, timeout=30, allow_redirects=False).status_code == 303
    assert "Geheim" in look(hubd, address, mara)


def test_a_booking_as_a_file_is_the_one_of_the_feed(hubd, mara, free_day):
    address = booked(hubd, mara, wish(free_day, title="Datei; mit, Komma"))
    event = next(iter(icalendar.Calendar.from_ical(mara.get(hubd.url + address + "/booking.ics", timeout=30).content).walk("VEVENT")))
    assert event["SUMMARY"] == "Datei; mit, Komma"
    feed = icalendar.Calendar.from_ical(requests.get(new_address(hubd, mara), timeout=30).content)
    assert event["UID"] in [each["UID"] for each in feed.walk("VEVENT")]


# ---- private feeds ----

def new_address(hubd, session, name="Telefon"):
    reply = post(hubd, "/me/feeds", {"name": name}, session)
    assert reply.status_code == 200, plain(reply.text)[-500:]
    return hubd.url + re.search(r"/feeds/private/[\w-]{43}\.ics", reply.text)[0]


def newest(hubd, session):
    return re.findall(r"/me/feeds/(\d+)/revoke", look(hubd, "/me/feeds", session))[-1]


def test_a_private_feed_has_ones_own_bookings_and_no_others(hubd, mara, jonas, free_day):
    booked(hubd, mara, wish(free_day, title="Meine"))
    booked(hubd, jonas, wish(free_day, "11:00", "12:00", title="Seine"))
    booked(hubd, mara, wish(free_day, "13:00", "14:00", title="Nur gehalten", hold="yes"))
    reply = requests.get(new_address(hubd, mara), timeout=30)
    assert reply.headers["Cache-Control"].startswith("private")
    assert "Meine" in reply.text and "Seine" not in reply.text and "Nur gehalten" not in reply.text
    assert icalendar.Calendar.from_ical(reply.content)


def test_a_change_is_in_the_private_feed_at_once(hubd, mara, free_day):
    feed = new_address(hubd, mara)
    assert requests.get(feed, timeout=30).status_code == 200
    address = booked(hubd, mara, wish(free_day, title="Frisch gebucht"))
    assert "Frisch gebucht" in requests.get(feed, timeout=30).text
    post(hubd, address + "/cancel", {}, mara)
    event = [each for each in icalendar.Calendar.from_ical(requests.get(feed, timeout=30).content).walk("VEVENT") if each["SUMMARY"] == "Frisch gebucht"][-1]
    assert event["STATUS"] == "CANCELLED"


def test_a_revoked_address_is_gone_in_every_process(own_hubd):
    mara = signed_in(own_hubd)
    port = conftest.free_port()
    own_hubd.processes["serve:2"] = __import__("subprocess").Popen(
        [conftest.HUBD, "--config", own_hubd.conf, "--set", f"listen=127.0.0.1:{port}", "--set", f"state_directory={own_hubd.folder}", "serve"])
    feed = new_address(own_hubd, mara)
    other = feed.replace(own_hubd.url, f"http://127.0.0.1:{port}")

    def status(address):
        try:
            return requests.get(address, timeout=30).status_code
        except requests.ConnectionError:
            return 0
    conftest.wait_for(lambda: status(other) == 200, what="the second process")
    assert status(feed) == 200
    assert post(own_hubd, f"/me/feeds/{newest(own_hubd, mara)}/revoke", {}, mara).status_code == 303
    assert status(other) == 404 and status(feed) == 404
    again = new_address(own_hubd, mara)
    assert status(again) == 200
    number = own_hubd.server.sql("SELECT max(id) FROM hubd.token WHERE scopes = '{feed}'")[0][0]
    own_hubd.run("admin", "token", "revoke", str(number))
    assert status(again) == 404, "an operator's revoking counts as much"


def test_an_address_is_shown_once_and_stored_nowhere(hubd, mara):
    feed = new_address(hubd, mara, "Nur einmal")
    token = feed.rsplit("/", 1)[1][:-4]
    requests.get(feed, timeout=30)
    assert token not in look(hubd, "/me/feeds", mara) and "Nur einmal" in look(hubd, "/me/feeds", mara)
    assert token not in str(hubd.server.sql("SELECT * FROM hubd.token")) and token not in hubd.log()
    assert requests.get(hubd.url + "/api/v1/bookings?mine=true", headers={"Authorization": f"Bearer {token}"}, timeout=30).status_code == 401


def test_the_page_tells_the_last_fetch_and_whether_that_was_the_newest(hubd, mara):
    feed = new_address(hubd, mara, "Zuletzt")
    assert "noch nie abgerufen" in look(hubd, "/me/feeds", mara)
    requests.get(feed, timeout=30)
    conftest.wait_for(lambda: hubd.server.sql("SELECT 1 FROM hubd.subscription AS s JOIN hubd.token AS t ON t.id = s.token_id WHERE t.name = 'Zuletzt'"
                                              " AND s.fetched_at IS NOT NULL"), seconds=60, what="the fetch to be told")
    page = look(hubd, "/me/feeds", mara)
    assert "zuletzt abgerufen" in page and "auf dem neuesten Stand" in page


def test_an_address_of_nobody_is_no_feed(hubd):
    for name in ("x" * 43, "x", "a" * 42 + "!", "A" * 44):
        assert requests.get(f"{hubd.url}/feeds/private/{name}.ics", timeout=30).status_code == 404


def test_nobody_revokes_anothers_address(hubd, mara, jonas):
    feed = new_address(hubd, mara)
    assert post(hubd, f"/me/feeds/{newest(hubd, mara)}/revoke", {}, jonas).status_code == 404
    assert requests.get(feed, timeout=30).status_code == 200
