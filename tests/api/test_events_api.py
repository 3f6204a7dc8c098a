# SPDX-License-Identifier: GPL-3.0-or-later
"""Events over HTTP: what managers, members and visitors lose when a rule of the API breaks."""
import concurrent.futures
import datetime
import uuid

import pytest

from test_bookings import problem, wish

EVENTS = "/api/v1/events"
BOOKINGS = "/api/v1/bookings"


def plan(free_day, start="18:00", end="20:00", **more):
    return {"hub": "werft", "title": "Abend der offenen Werft", "start": f"{free_day}T{start}", "end": f"{free_day}T{end}",
            "resources": ["kajuete", "saal-a"], **more}


def busy(hubd, free_day, resource):
    """The busy spans of a resource on a day, as pairs of hours and minutes in UTC."""
    reply = hubd.get(f"/api/v1/freebusy?hub=werft&resource={resource}&from={free_day}T00:00:00Z&to={free_day}T23:59:00Z")
    assert reply.status_code == 200, reply.text
    return hubd.server.sql(
        "SELECT to_char(lower(c.during) AT TIME ZONE 'Europe/Berlin', 'HH24:MI'), to_char(upper(c.during) AT TIME ZONE 'Europe/Berlin', 'HH24:MI') "
        "FROM hubd.claim AS c JOIN hubd.resource_unit AS ru ON ru.unit_id = c.unit_id JOIN hubd.resource AS r ON r.id = ru.resource_id "
        f"JOIN hubd.hub AS h ON h.id = r.hub_id WHERE h.slug = 'werft' AND r.slug = '{resource}' AND c.lane = '[9,10)' "
        f"AND c.during && tstzrange('{free_day} 00:00+00', '{free_day} 23:59+00') ORDER BY c.during")


# ---- event and rooms are one object ----

def test_an_event_takes_all_its_rooms_moves_them_and_gives_them_back(hubd, free_day):
    made = hubd.post(EVENTS, plan(free_day, topics=["ai"]), as_="ines")
    assert made.status_code == 201, made.text
    path, tag = made.headers["Location"], made.headers["ETag"]
    assert [room["slug"] for room in made.json()["resources"]] == ["kajuete", "saal-a"] and made.json()["sequence"] == 0
    problem(hubd.post(BOOKINGS, wish(free_day, start="18:30", end="19:00"), as_="mara"), 409, "slot-taken")
    problem(hubd.post(BOOKINGS, wish(free_day, "saal", start="19:00", end="21:00"), as_="mara"), 409, "slot-taken")
    moved = hubd.patch(path, {"start": f"{free_day}T12:00"}, as_="ines", headers={"If-Match": tag})
    assert moved.status_code == 200, moved.text
    assert moved.json()["local_end"] == f"{free_day}T14:00:00" and moved.json()["sequence"] == 1 and moved.headers["ETag"] != tag
    assert busy(hubd, free_day, "kajuete") == busy(hubd, free_day, "saal-a") == [("12:00", "14:00")]
    gone = hubd.delete(path, as_="ines")
    assert gone.status_code == 200 and gone.json()["state"] == "cancelled" and gone.json()["sequence"] == 2
    assert busy(hubd, free_day, "kajuete") == []
    seen = hubd.get(path).json()
    assert seen["state"] == "cancelled" and seen["cancelled"], "a cancelled event stays visible"


def test_an_event_that_cannot_have_all_rooms_has_none(hubd, free_day):
    assert hubd.post(BOOKINGS, wish(free_day, "saal-a", start="19:00", end="19:30"), as_="mara").status_code == 201
    body = problem(hubd.post(EVENTS, plan(free_day), as_="ines"), 409, "slot-taken")
    assert [conflict["resource"] for conflict in body["conflicts"]] == ["saal-a"] and body["alternatives"]
    assert busy(hubd, free_day, "kajuete") == []
    assert free_day not in str(hubd.get(f"{EVENTS}?hub=werft&from={free_day}&to={free_day}T23:59").json()["items"])


def test_a_move_that_does_not_fit_leaves_everything_as_it_was(hubd, free_day):
    made = hubd.post(EVENTS, plan(free_day), as_="ines")
    assert hubd.post(BOOKINGS, wish(free_day, "saal-a", start="10:00", end="11:00"), as_="mara").status_code == 201
    problem(hubd.patch(made.headers["Location"], {"start": f"{free_day}T10:00"}, as_="ines"), 409, "slot-taken")
    again = hubd.get(made.headers["Location"])
    assert again.json() == made.json() and again.headers["ETag"] == made.headers["ETag"]
    assert busy(hubd, free_day, "kajuete") == [("18:00", "20:00")]


def test_an_event_may_move_into_its_own_time(hubd, free_day):
    made = hubd.post(EVENTS, plan(free_day), as_="ines")
    moved = hubd.patch(made.headers["Location"], {"start": f"{free_day}T18:30", "duration": "PT2H"}, as_="ines")
    assert moved.status_code == 200 and busy(hubd, free_day, "saal-a") == [("18:30", "20:30")]


def test_other_rooms_free_the_old_ones(hubd, free_day):
    made = hubd.post(EVENTS, plan(free_day, place="Im Erdgeschoss"), as_="ines")
    changed = hubd.patch(made.headers["Location"], {"resources": ["bruecke"]}, as_="ines").json()
    assert changed["place"] == "" and changed["sequence"] == 1
    assert busy(hubd, free_day, "kajuete") == [] and busy(hubd, free_day, "bruecke") == [("18:00", "20:00")]


def test_an_imported_event_in_another_room_is_not_announced_in_the_old_one(hubd, free_day, tmp_path):
    file = tmp_path / "programme.ics"
    start = free_day.replace("-", "")
    file.write_text("\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//t//DE", "BEGIN:VEVENT", f"UID:{start}@import", "DTSTAMP:20260101T000000Z",
                                 f"DTSTART:{start}T100000Z", f"DTEND:{start}T110000Z", "SUMMARY:Umzug", "LOCATION:Kajuete", "END:VEVENT",
                                 "END:VCALENDAR", ""]), encoding="utf-8", newline="")
    hubd.run("import", "--hub", "werft", file)
    [event] = [each for each in hubd.get(f"{EVENTS}?hub=werft&from={free_day}&to={free_day}T23:59").json()["items"] if each["title"] == "Umzug"]
    feed = f"/feeds/event/{event['id']}.ics"
    assert "LOCATION:Kajuete" in hubd.get(feed).text
    assert hubd.patch(event["links"]["self"], {"resources": ["bruecke"]}, as_="ines").status_code == 200
    calendar = hubd.get(feed).text
    assert "LOCATION:Bruecke" in calendar and "Kajuete" not in calendar


def test_new_words_move_nothing_and_count_no_sequence(hubd, free_day):
    made = hubd.post(EVENTS, plan(free_day), as_="ines").json()
    changed = hubd.patch(made["links"]["self"], {"title": "Ein anderer Abend", "text_en": "In English"}, as_="ines").json()
    assert (changed["title"], changed["text_en"], changed["sequence"]) == ("Ein anderer Abend", "In English", 0)
    assert changed["revision"] != made["revision"] and busy(hubd, free_day, "saal-a") == [("18:00", "20:00")]
    assert hubd.patch(made["links"]["self"], {}, as_="ines").json() == changed, "nothing asked, nothing changed"


def test_a_cancelled_event_can_be_taken_up_again(hubd, free_day):
    path = hubd.post(EVENTS, plan(free_day), as_="ines").headers["Location"]
    hubd.delete(path, as_="ines")
    again = hubd.patch(path, {"state": "confirmed"}, as_="ines").json()
    assert again["state"] == "confirmed" and again["cancelled"] is None and busy(hubd, free_day, "kajuete") == [("18:00", "20:00")]


def test_of_many_managers_at_once_one_gets_the_room(hubd, free_day):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: hubd.post(EVENTS, plan(free_day), as_="ines").status_code, range(8)))
    assert sorted(replies) == [201] + [409] * 7


# ---- times ----

def test_whole_days_end_before_the_day_that_is_named_last(hubd, free_day):
    after = (datetime.date.fromisoformat(free_day) + datetime.timedelta(days=2)).isoformat()
    event = hubd.post(EVENTS, plan(free_day, resources=[]) | {"start": free_day, "end": after}, as_="ines").json()
    assert event["is_all_day"] and (event["local_start"], event["local_end"]) == (f"{free_day}T00:00:00", f"{after}T00:00:00")
    one = hubd.post(EVENTS, {"hub": "werft", "title": "Ein Tag", "start": free_day}, as_="ines").json()
    assert one["is_all_day"] and one["local_end"][:10] == (datetime.date.fromisoformat(free_day) + datetime.timedelta(days=1)).isoformat()
    moved = hubd.patch(event["links"]["self"], {"start": after}, as_="ines").json()
    assert moved["is_all_day"] and moved["local_start"][:10] == after
    assert datetime.date.fromisoformat(moved["local_end"][:10]) - datetime.date.fromisoformat(after) == datetime.timedelta(days=2)


def test_an_event_without_an_end_is_a_moment_and_blocks_nothing(hubd, free_day):
    event = hubd.post(EVENTS, {"hub": "werft", "title": "Anstoß", "start": f"{free_day}T09:00", "resources": ["kajuete"]}, as_="ines").json()
    assert event["start"] == event["end"] and busy(hubd, free_day, "kajuete") == []


def test_a_new_zone_alone_keeps_what_the_clocks_show(hubd, free_day):
    made = hubd.post(EVENTS, plan(free_day), as_="ines").json()
    moved = hubd.patch(made["links"]["self"], {"zone": "Europe/Lisbon"}, as_="ines").json()
    assert moved["local_start"] == made["local_start"] and moved["start"] != made["start"] and moved["zone"] == "Europe/Lisbon"


def test_an_hour_that_clocks_skip_is_flagged_before_anything_is_planned(hubd):
    year = datetime.date.today().year + 1
    sunday = max(datetime.date(year, 3, day) for day in range(25, 32) if datetime.date(year, 3, day).weekday() == 6)
    body = hubd.post(EVENTS, plan(sunday.isoformat(), "02:30", "04:00", dry_run=True), as_="ines")
    assert body.status_code == 200 and [note["note"] for note in body.json()["notes"]] == ["gap"], body.text
    assert body.json()["start"] == f"{sunday}T01:30:00Z"


@pytest.mark.parametrize("change, pointer", [
    ({"start": "morgen"}, "/start"), ({"end": "2026-13-01T00:00"}, "/end"), ({"duration": "2 Stunden", "end": None}, "/duration"),
    ({"zone": "Mitteleuropa"}, "/zone"), ({"title": ""}, "/title"), ({"title": " \t"}, "/title"), ({"title": None}, "/title"), ({"audience": "alle"}, "/audience"),
    ({"state": "cancelled"}, "/state"), ({"url": "javascript:alert(1)"}, "/url"), ({"topics": ["ai", 5]}, "/topics/1"),
    ({"topics": ["gibtsnicht"]}, "/topics"), ({"resources": ["keller"]}, "/resources"), ({"farbe": "blau"}, "/farbe"), ({"site": "nirgends"}, "/site")])
def test_what_is_malformed_is_named(hubd, free_day, change, pointer):
    document = {name: value for name, value in (plan(free_day) | change).items() if value is not None or name not in change}
    reply = hubd.post(EVENTS, document, as_="ines")
    assert reply.status_code == 422, reply.text
    assert reply.json()["pointer"] == pointer


# ---- who may ----

def test_only_managers_plan(hubd, free_day):
    problem(hubd.post(EVENTS, plan(free_day)), 401, "sign-in-required")
    problem(hubd.post(EVENTS, plan(free_day), as_="mara"), 403, "not-allowed")
    problem(hubd.post(EVENTS, plan(free_day, hub="kontor", resources=[]), as_="ines"), 403, "not-allowed")
    problem(hubd.post(EVENTS, plan(free_day, hub="nirgendwo"), as_="ines"), 404, "not-found")
    path = hubd.post(EVENTS, plan(free_day), as_="ines").headers["Location"]
    problem(hubd.delete(path, as_="mara"), 403, "not-allowed")
    problem(hubd.patch(path, {"title": "Meins"}, as_="olga"), 403, "not-allowed")


@pytest.mark.parametrize("more, readers", [
    ({"audience": "public"}, {None, "olga", "mara", "ines"}), ({"audience": "members"}, {"mara", "ines"}),
    ({"audience": "invited"}, {"ines"}), ({"state": "draft"}, {"ines"})])
def test_an_event_is_seen_by_its_audience_alone(hubd, free_day, more, readers):
    path = hubd.post(EVENTS, plan(free_day, resources=[], **more), as_="ines").headers["Location"]
    for who in (None, "olga", "mara", "ines"):
        assert (hubd.get(path, as_=who).status_code == 200) == (who in readers), who
        listed = hubd.get(f"{EVENTS}?hub=werft&from={free_day}", as_=who).json()["items"]
        assert any(item["links"]["self"] == path for item in listed) == (who in readers), who
    if "mara" not in readers:
        problem(hubd.delete(path, as_="mara"), 404, "not-found")


def test_a_stale_change_is_refused(hubd, free_day):
    made = hubd.post(EVENTS, plan(free_day), as_="ines")
    path, tag = made.headers["Location"], made.headers["ETag"]
    assert hubd.patch(path, {"title": "Eins"}, as_="ines", headers={"If-Match": tag}).status_code == 200
    problem(hubd.patch(path, {"title": "Zwei"}, as_="ines", headers={"If-Match": tag}), 412, "changed-meanwhile")
    problem(hubd.delete(path, as_="ines", headers={"If-Match": tag}), 412, "changed-meanwhile")


# ---- once is once ----

def test_the_same_key_plans_one_event_and_the_same_refusal(hubd, free_day):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = hubd.post(EVENTS, plan(free_day), as_="ines", headers=key)
    second = hubd.post(EVENTS, plan(free_day), as_="ines", headers=key)
    assert first.status_code == second.status_code == 201 and first.json() == second.json()
    problem(hubd.post(EVENTS, plan(free_day, title="Anders"), as_="ines", headers=key), 422, "key-reused")
    other = {"Idempotency-Key": str(uuid.uuid4())}
    refused = hubd.post(EVENTS, plan(free_day), as_="ines", headers=other)
    hubd.delete(first.headers["Location"], as_="ines")
    again = hubd.post(EVENTS, plan(free_day), as_="ines", headers=other)
    assert refused.status_code == again.status_code == 409 and refused.json() == again.json()


def test_a_dry_run_answers_and_stores_nothing(hubd, free_day):
    before = hubd.server.sql("SELECT (SELECT count(*) FROM hubd.event), (SELECT count(*) FROM hubd.claim), (SELECT count(*) FROM hubd.change)")
    reply = hubd.post(EVENTS, plan(free_day, dry_run=True), as_="ines")
    assert reply.status_code == 200 and reply.json()["dry_run"] and reply.json()["title"], reply.text
    assert hubd.server.sql("SELECT (SELECT count(*) FROM hubd.event), (SELECT count(*) FROM hubd.claim), (SELECT count(*) FROM hubd.change)") == before
    made = hubd.post(EVENTS, plan(free_day), as_="ines")
    problem(hubd.post(EVENTS, plan(free_day, dry_run=True), as_="ines"), 409, "slot-taken")
    hubd.patch(made.headers["Location"], {"start": f"{free_day}T10:00", "dry_run": True}, as_="ines")
    hubd.delete(made.headers["Location"], as_="ines", json={"dry_run": True})
    assert hubd.get(made.headers["Location"]).json() == made.json()


# ---- the list ----

def test_a_list_in_pages_has_every_event_once(hubd, free_day):
    paths = {hubd.post(EVENTS, plan(free_day, f"{hour:02}:00", f"{hour:02}:30", resources=[], topics=["ai"]), as_="ines").headers["Location"]
             for hour in range(6, 13)}
    seen, after = [], ""
    while after is not None:
        page = hubd.get(f"{EVENTS}?hub=werft&topic=ai&from={free_day}&to={free_day}T23:59&limit=3{after and '&after=' + after}").json()
        seen += [item["links"]["self"] for item in page["items"]]
        after = page["next"]
    assert len(seen) == len(set(seen)) and set(seen) == paths
    assert seen == [item["links"]["self"] for item in hubd.get(f"{EVENTS}?topic=ai&from={free_day}&to={free_day}T23:59").json()["items"]]
