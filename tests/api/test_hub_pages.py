# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of a hub, its calendar, events, the embedded agenda, the door, QR codes: what people lose when they break."""
import datetime
import json
import re
import urllib.parse
import zoneinfo

import pytest
import requests

from test_pages import HTML, NAUGHTY, Page, get, post, signed_in

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def make_event(hubd, day, **more):
    document = {"hub": "werft", "title": "Abend", "start": f"{day}T18:00", "end": f"{day}T20:00", "state": "confirmed", "audience": "public", **more}
    reply = hubd.post("/api/v1/events", document, as_="ines")
    assert reply.status_code == 201, reply.text
    return reply.json()


def text_of(reply):
    assert reply.status_code == 200, (reply.status_code, reply.text[:500])
    read = Page(reply.text)
    assert not read.wrong and not read.open, (read.wrong, read.open)
    return re.sub(r"\s+", " ", " ".join(read.text))


def german(day):
    names = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"]
    date = datetime.date.fromisoformat(day)
    return f"{date.day}. {names[date.month - 1]} {date.year}"


def book(hubd, start, end, as_="mara", resource="kajuete", **more):
    reply = hubd.post("/api/v1/bookings", {"hub": "werft", "title": "Geheime Runde", "start": start, "end": end, "items": [{"resource": resource}], **more}, as_=as_)
    assert reply.status_code == 201, reply.text
    return reply


# ---- the hub ----

@pytest.mark.parametrize("lang", ["de", "en"])
def test_a_hub_says_what_it_is_and_where(hubd, lang):
    reply = get(hubd, "/hubs/werft", headers={"Accept-Language": lang})
    text = text_of(reply)
    assert "Werft" in text and "Testweg 1" in text and "44137 Dortmund" in text
    assert ("Ein Hub der Tests" if lang == "de" else "A hub of the tests") in text
    assert ("rund um die Uhr" if lang == "de" else "around the clock") in text
    assert ("Kajuete" if lang == "de" else "Kajuete (en)") in text
    links = [link for _, link in Page(reply.text).links]
    assert "/hubs/werft/resources/laser" in links and "/hubs/werft/calendar" in links and "/hubs/werft/book" in links


def test_a_calendar_is_subscribed_in_every_program(hubd):
    reply = get(hubd, "/hubs/werft")
    links = [link for _, link in Page(reply.text).links]
    feed = hubd.url + "/feeds/hub/werft.ics"
    webcal = feed.replace("http://", "webcal://")
    assert webcal in links and feed in reply.text
    assert any(link.startswith("https://calendar.google.com/") and urllib.parse.quote(webcal, safe="") in link for link in links)
    assert sum(urllib.parse.quote(feed, safe="") in link for link in links if "outlook" in link) == 2
    assert "8 bis 24 Stunden" in reply.text and "30 Minuten" in reply.text, "people are told how late it is"
    assert requests.get(feed, timeout=30).status_code == 200


def test_a_hub_that_is_none_is_not_found(hubd):
    for path in ("/hubs/nirgends", "/hubs/network", "/hubs/nirgends/calendar", "/embed/nirgends", "/door/nirgends/x", "/door/werft/nirgends", "/events/1", "/events/x"):
        assert get(hubd, path).status_code == 404, path


@pytest.mark.parametrize("clock, opens, is_open", [("03:00", "08:00", False), ("12:00", "08:00", True)])
def test_a_site_says_whether_it_is_open(own_hubd, clock, opens, is_open):
    hours = json.dumps([{"days": [1, 2, 3, 4, 5, 6, 7], "opens": opens, "closes": "22:00"}])
    own_hubd.server.sql(f"UPDATE hubd.site SET opening_hours = '{hours}'")
    own_hubd.server.sql(f"UPDATE hubd.clock SET ahead = ((pg_catalog.now() AT TIME ZONE 'Europe/Berlin')::date + 1 + time '{clock}') AT TIME ZONE 'Europe/Berlin' - pg_catalog.now()")
    text = text_of(get(own_hubd, "/hubs/werft"))
    assert ("Jetzt geöffnet bis 22 Uhr" in text) == is_open and ("Jetzt geschlossen" in text) != is_open
    assert is_open or "8 Uhr" in text


# ---- the calendar ----

def test_every_view_shows_the_event_on_its_day(hubd, free_day):
    event = make_event(hubd, free_day, title="Sternstunde")
    for view in ("agenda", "week", "month"):
        reply = get(hubd, f"/hubs/werft/calendar?view={view}&date={free_day}")
        assert "Sternstunde" in text_of(reply) and f"/events/{event['id']}" in [link for _, link in Page(reply.text).links], view
    later = (datetime.date.fromisoformat(free_day) + datetime.timedelta(days=80)).isoformat()
    for view in ("agenda", "week", "month"):
        assert "Sternstunde" not in get(hubd, f"/hubs/werft/calendar?view={view}&date={later}").text


def test_weeks_begin_on_monday_and_have_their_iso_number(hubd):
    for day in ("2026-01-01", "2027-01-03", "2028-12-31", "2024-12-30", "2026-11-23"):
        date = datetime.date.fromisoformat(day)
        text = text_of(get(hubd, f"/hubs/werft/calendar?view=week&date={day}"))
        assert f"Kalenderwoche {date.isocalendar().week}:" in text, day
        monday = date - datetime.timedelta(days=date.weekday())
        assert re.search(rf"Mo {monday.day}\. ", text)
        month = get(hubd, f"/hubs/werft/calendar?view=month&date={day}").text
        assert f'aria-label="Kalenderwoche {date.isocalendar().week}"' in month
        assert month.index('title="Montag"') < month.index('title="Sonntag"')


@pytest.mark.parametrize("view", ["agenda", "week", "month"])
def test_back_and_forth_comes_home(hubd, view):
    date = "2027-03-01"
    for _ in range(14):
        reply = get(hubd, f"/hubs/werft/calendar?view={view}&date={date}")
        date = re.search(r'href="[^"]*date=(\d{4}-\d\d-\d\d)[^"]*" rel="next', reply.text)[1]
    for _ in range(14):
        reply = get(hubd, f"/hubs/werft/calendar?view={view}&date={date}")
        date = re.search(r'href="[^"]*date=(\d{4}-\d\d-\d\d)[^"]*" rel="prev', reply.text)[1]
    assert date == "2027-03-01"


def test_an_event_over_days_stands_on_each_of_them(hubd, free_day):
    next_day = (datetime.date.fromisoformat(free_day) + datetime.timedelta(days=1)).isoformat()
    make_event(hubd, free_day, title="Nachtfahrt", start=f"{free_day}T20:00", end=f"{next_day}T02:00")
    page = get(hubd, f"/hubs/werft/calendar?view=agenda&date={free_day}").text
    assert page.count(">Nachtfahrt<") == 2
    till = (datetime.date.fromisoformat(free_day) + datetime.timedelta(days=3)).isoformat()
    make_event(hubd, till, title="Bis Mitternacht", start=f"{till}T20:00", end=f"{(datetime.date.fromisoformat(till) + datetime.timedelta(days=1)).isoformat()}T00:00")
    assert get(hubd, f"/hubs/werft/calendar?view=agenda&date={till}").text.count(">Bis Mitternacht<") == 1


def test_a_topic_filters_and_what_is_cancelled_says_so(hubd, free_day):
    make_event(hubd, free_day, title="Mit Thema", topics=["ai"])
    gone = make_event(hubd, free_day, title="Ohne Thema")
    hubd.delete(f"/api/v1/events/{gone['id']}", as_="ines")
    with_topic = get(hubd, f"/hubs/werft/calendar?view=month&date={free_day}&topic=ai").text
    assert "Mit Thema" in with_topic and "Ohne Thema" not in with_topic
    for view in ("agenda", "week", "month"):
        text = text_of(get(hubd, f"/hubs/werft/calendar?view={view}&date={free_day}"))
        assert "Ohne Thema" in text and "Abgesagt" in text, view


@pytest.mark.parametrize("query", ["view=year", "date=2026-02-30", "date=heute", "date=9999-01-01", "date=0001-01-01"])
def test_a_calendar_that_is_asked_wrongly_says_what_is_right(hubd, query):
    assert get(hubd, "/hubs/werft/calendar?" + query).status_code == 422


def test_the_last_days_of_the_calendar_have_no_way_beyond(hubd):
    for date in ("2000-01-01", "2099-12-31"):
        for view in ("agenda", "week", "month"):
            for _, link in Page(get(hubd, f"/hubs/werft/calendar?view={view}&date={date}").text).links:
                if link.startswith("/") and "/calendar?" in link:
                    assert get(hubd, link).status_code == 200, link


# ---- who may see what ----

def test_events_are_for_their_audience_on_every_page(hubd, free_day):
    events = {audience: make_event(hubd, free_day, title=f"Nur {audience}", audience=audience, topics=["ai"]) for audience in ("public", "members", "invited")}
    events["draft"] = make_event(hubd, free_day, title="Nur draft", state="draft", topics=["ai"])
    member, stranger = signed_in(hubd), signed_in(hubd, "olga@hubd.test")
    seen = {"nobody": (requests, {"public"}), "stranger": (stranger, {"public"}), "member": (member, {"public", "members"}),
            "manager": (signed_in(hubd, "ines@hubd.test"), {"public", "members", "invited", "draft"})}
    for who, (session, allowed) in seen.items():
        calendar = session.get(f"{hubd.url}/hubs/werft/calendar?date={free_day}", headers=HTML, timeout=30).text
        similar = session.get(f"{hubd.url}/events/{events['public']['id']}", headers=HTML, timeout=30).text
        for kind, event in events.items():
            assert (f"Nur {kind}" in calendar) == (kind in allowed), (who, kind)
            assert session.get(f"{hubd.url}/events/{event['id']}", headers=HTML, timeout=30).status_code == (200 if kind in allowed else 404), (who, kind)
            assert kind in allowed or f"Nur {kind}" not in similar, (who, kind)


def test_an_embedded_agenda_is_everybodys_whoever_looks(hubd, free_day):
    soon = (datetime.date.today() + datetime.timedelta(days=12)).isoformat()
    make_event(hubd, soon, title="Für alle")
    make_event(hubd, soon, title="Für Mitglieder", audience="members")
    reply = signed_in(hubd).get(hubd.url + "/embed/werft", headers=HTML, timeout=30)
    text = text_of(reply)
    assert "Für alle" in text and "Für Mitglieder" not in text and "Mara" not in text
    policy = reply.headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors *") and "<script" not in reply.text and "X-Frame-Options" not in reply.headers
    assert get(hubd, "/hubs/werft").headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


# ---- an event ----

def data_of(reply):
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', reply.text, re.S)[1])


def test_an_event_as_people_and_as_machines_read_it(hubd, free_day):
    event = make_event(hubd, free_day, title="Licht", title_en="Light", text="Über Laser.", topics=["ai"], resources=["kajuete"], speakers=["Ada Licht"])
    reply = get(hubd, f"/events/{event['id']}")
    text = text_of(reply)
    assert f"{german(free_day)}, 18 bis 20 Uhr" in text and "Über Laser." in text and "Ada Licht" in text and "Kajuete" in text and "Testweg 1" in text
    data = data_of(reply)
    assert data["@type"] == "Event" and data["name"] == "Licht" and data["performer"][0]["name"] == "Ada Licht"
    start = datetime.datetime.fromisoformat(data["startDate"])
    assert start == datetime.datetime.fromisoformat(f"{free_day}T18:00").replace(tzinfo=BERLIN) and data["startDate"][-6:] in ("+01:00", "+02:00")
    assert data["eventStatus"].endswith("EventScheduled") and data["location"][0]["address"]["addressLocality"] == "Dortmund"
    tags = [attributes for tag, attributes in Page(reply.text).tags if tag in ("meta", "link")]
    assert {"property": "og:title", "content": "Licht"} in tags and {"rel": "canonical", "href": f"{hubd.url}/events/{event['id']}"} in tags
    links = [link for _, link in Page(reply.text).links]
    assert f"/feeds/event/{event['id']}.ics" in links
    google = urllib.parse.parse_qs(urllib.parse.urlsplit(next(link for link in links if "calendar.google.com" in link)).query)
    utc = start.astimezone(datetime.timezone.utc)
    assert google["text"] == ["Licht"] and google["dates"][0].split("/")[0] == utc.strftime("%Y%m%dT%H%M%SZ")
    english = text_of(get(hubd, f"/events/{event['id']}?lang=en"))
    assert "Light" in english and "6 to 8 pm" in english


def test_a_whole_day_is_a_day_everywhere(hubd, free_day):
    last = (datetime.date.fromisoformat(free_day) + datetime.timedelta(days=2)).isoformat()
    event = make_event(hubd, free_day, title="Tage", is_all_day=True, start=free_day, end=last)
    reply = get(hubd, f"/events/{event['id']}")
    data = data_of(reply)
    assert data["startDate"] == free_day and data["endDate"] == (datetime.date.fromisoformat(last) - datetime.timedelta(days=1)).isoformat()
    assert "data-zone" not in reply.text and german(free_day) in text_of(reply)


def test_a_cancelled_event_says_so_to_people_and_machines(hubd, free_day):
    event = make_event(hubd, free_day, title="Fällt aus")
    hubd.delete(f"/api/v1/events/{event['id']}", as_="ines")
    reply = get(hubd, f"/events/{event['id']}")
    assert "Diese Veranstaltung ist abgesagt" in text_of(reply) and data_of(reply)["eventStatus"].endswith("EventCancelled")


def test_similar_events_share_a_topic_and_are_to_come(hubd, free_day):
    first = make_event(hubd, free_day, title="Erste", topics=["ai"])
    make_event(hubd, free_day, title="Zwilling", topics=["ai"], start=f"{free_day}T08:00", end=f"{free_day}T09:00")
    gone = make_event(hubd, free_day, title="Abgesagte", topics=["ai"])
    hubd.delete(f"/api/v1/events/{gone['id']}", as_="ines")
    make_event(hubd, free_day, title="Themenlos")
    page = get(hubd, f"/events/{first['id']}").text
    similar = page[page.index("similar-heading"):]
    assert similar.count("<article") <= 3 and "Abgesagte" not in similar and "Themenlos" not in similar and ">Erste<" not in similar


@pytest.mark.parametrize("text", [*NAUGHTY, "</script><script>alert(1)</script>", "\\u003c/script>", "<!--<script>"])
def test_what_strangers_write_stays_text_on_the_pages_of_a_hub(hubd, text, free_day):
    event = make_event(hubd, free_day, title=text, text=text, topics=["ai"], organiser=text, place=text, speakers=[text], price=text)
    for path in (f"/events/{event['id']}", f"/hubs/werft/calendar?date={free_day}", f"/hubs/werft/calendar?view=month&date={free_day}",
                 f"/hubs/werft/calendar?topic={urllib.parse.quote(text)}"):
        reply = get(hubd, path)
        read = Page(reply.text)
        assert reply.status_code == 200 and not read.wrong and not read.open, path
        scripts = [attributes for tag, attributes in read.tags if tag == "script"]
        assert all(script.get("type") == "application/ld+json" or script["src"].startswith("/static/") for script in scripts) and len(scripts) <= 2
        assert not any(name.startswith("on") for _, attributes in read.tags for name in attributes)
    assert data_of(get(hubd, f"/events/{event['id']}"))["name"] == text
    hubd.delete(f"/api/v1/events/{event['id']}", as_="ines")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "JaVaScript:alert(1)"])
def test_a_link_of_strangers_is_one_that_opens_a_page(hubd, address, free_day):
    event = make_event(hubd, free_day)
    hubd.server.sql(f"UPDATE hubd.event SET url = '{address}', online_url = '{address}' WHERE id = {event['id']}")
    assert address not in get(hubd, f"/events/{event['id']}").text


# ---- QR codes ----

def test_a_qr_code_is_one_and_only_of_our_own_addresses(hubd):
    reply = get(hubd, "/qr?of=/hubs/werft%23subscribe")
    assert reply.status_code == 200 and reply.headers["Content-Type"].startswith("image/svg+xml") and reply.text.startswith("<svg")
    assert "script" not in reply.text and reply.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for of in ("https://evil.example/", "//evil.example/", "/\\evil.example", "", "hubs", "/" + "x" * 600, "/a%0Ab"):
        assert get(hubd, "/qr?of=" + (of if "%" in of else urllib.parse.quote(of))).status_code == 422, of
    assert get(hubd, "/qr").status_code == 422


# ---- the door ----

@pytest.fixture
def noon(own_hubd):
    """A hubd whose clock says noon of tomorrow in Berlin, so that no test stands near midnight."""
    own_hubd.server.sql("UPDATE hubd.clock SET ahead = ((pg_catalog.now() AT TIME ZONE 'Europe/Berlin')::date + 1 + time '12:00:30') AT TIME ZONE 'Europe/Berlin' - pg_catalog.now()")
    own_hubd.today = (datetime.datetime.now(BERLIN).date() + datetime.timedelta(days=1)).isoformat()
    return own_hubd


def test_a_door_says_free_taken_until_when_and_next(noon):
    assert "Frei für den Rest des Tages" in text_of(get(noon, "/door/werft/kajuete"))
    book(noon, f"{noon.today}T14:00", f"{noon.today}T15:00")
    text = text_of(get(noon, "/door/werft/kajuete"))
    assert "Frei bis 14 Uhr" in text and "14 bis 15 Uhr" in text
    book(noon, f"{noon.today}T12:01", f"{noon.today}T13:00")
    book(noon, f"{noon.today}T13:00", f"{noon.today}T13:30")
    noon.server.sql("UPDATE hubd.clock SET ahead = ahead + interval '2 minutes'")
    text = text_of(get(noon, "/door/werft/kajuete"))
    assert "wieder frei ab 13:30 Uhr" in text and "12:01 bis 13 Uhr" in text
    assert "2 von 2 frei" in text_of(get(noon, "/door/werft/platz"))


def test_a_door_names_public_events_and_nobodys_bookings(noon):
    book(noon, f"{noon.today}T14:00", f"{noon.today}T15:00")
    make_event(noon, noon.today, title="Offene Bühne", resources=["kajuete"])
    make_event(noon, noon.today, title="Vertraulich", resources=["kajuete"], audience="members", start=f"{noon.today}T16:00", end=f"{noon.today}T17:00")
    for session in (requests, signed_in(noon), signed_in(noon, "ines@hubd.test")):
        text = session.get(noon.url + "/door/werft/kajuete", headers=HTML, timeout=30).text
        assert "Offene Bühne" in text and "Vertraulich" not in text and "Geheime Runde" not in text and "14 bis 15 Uhr" in text


def test_a_door_books_for_members_only_and_only_what_fits(noon):
    path = "/door/werft/kajuete"
    assert "<form" not in get(noon, path).text and "/sign-in?next=" in get(noon, path).text
    assert post(noon, path, {"minutes": "30"}).headers["Location"].startswith("/sign-in")
    stranger = signed_in(noon, "olga@hubd.test")
    assert "<form" not in stranger.get(noon.url + path, headers=HTML, timeout=30).text
    assert post(noon, path, {"minutes": "30"}, stranger).headers["Location"] == path + "?outcome=refused"
    book(noon, f"{noon.today}T12:40", f"{noon.today}T13:00")
    member = signed_in(noon)
    page = member.get(noon.url + path, headers=HTML, timeout=30).text
    buttons = {attributes["value"]: "disabled" in attributes for tag, attributes in Page(page).tags if tag == "button"}
    assert buttons == {"15": False, "30": False, "60": True}
    assert post(noon, path, {"minutes": "60"}, member).headers["Location"] == path + "?outcome=taken"
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    for _ in range(2):
        assert post(noon, path, {"minutes": "30", "key": key}, member).headers["Location"] == path + "?outcome=booked", "pressed twice is booked once"
    assert "12:01 bis 12:31 Uhr" in text_of(member.get(noon.url + path, headers=HTML, timeout=30))
    assert noon.server.sql("SELECT count(*) FROM hubd.booking WHERE title = 'An der Tür gebucht'") == [("1",)]
    for minutes in ("0", "45", "-15", "x", ""):
        assert post(noon, path, {"minutes": minutes}, member).status_code == 422


def test_a_door_of_a_divisible_hall_hears_of_its_parts(hubd):
    scopes = {name: set(re.search(r'data-scopes="([^"]*)"', get(hubd, f"/door/werft/{name}").text)[1].split()) for name in ("saal", "saal-a", "saal-b")}
    assert len(scopes["saal"]) == 3 and scopes["saal-a"] < scopes["saal"] and len(scopes["saal-a"]) == 2 and scopes["saal-a"] != scopes["saal-b"]


# ---- series ----

def test_a_series_shows_its_dates_and_each_has_a_page(hubd, free_day):
    day = datetime.date.fromisoformat(free_day)
    event = make_event(hubd, free_day, title="Kreis der Reihe", rrule="FREQ=DAILY;COUNT=4")
    names = [f"{day + datetime.timedelta(days=n)}T18:00:00" for n in range(4)]
    assert hubd.patch(f"/api/v1/events/{event['id']}", {"scope": "this", "recurrence_id": names[1], "title": "Kreis mit Gast"}, as_="ines").status_code == 200
    assert hubd.delete(f"/api/v1/events/{event['id']}", json={"scope": "this", "recurrence_id": names[2]}, as_="ines").status_code == 200
    reply = get(hubd, f"/events/{event['id']}?date={names[1]}")
    text = text_of(reply)
    assert "Kreis mit Gast" in text and "fällt aus" in text
    links = [link for _, link in Page(reply.text).links]
    assert [f"/events/{event['id']}?date={name}" in links for name in names] == [True, False, True, True]
    cancelled = text_of(get(hubd, f"/events/{event['id']}?date={names[2]}"))
    assert "Diese Veranstaltung fällt aus" in cancelled or "abgesagt" in cancelled
    calendar = get(hubd, f"/hubs/werft/calendar?view=month&date={free_day}")
    shown = [link for _, link in Page(calendar.text).links if link.startswith(f"/events/{event['id']}")]
    in_month = [name for name in names if name[:7] == free_day[:7]]
    assert {f"/events/{event['id']}?date={name}" for name in in_month} <= set(shown)
