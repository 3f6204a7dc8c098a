# SPDX-License-Identifier: GPL-3.0-or-later
"""Bookings over HTTP: what people lose when a rule of the API breaks."""
import concurrent.futures
import datetime
import random
import uuid
import zoneinfo

import pytest

BOOKINGS = "/api/v1/bookings"


def wish(free_day, resource="kajuete", start="09:00", end="10:00", **more):
    return {"hub": "werft", "title": "Runde", "start": f"{free_day}T{start}", "end": f"{free_day}T{end}",
            "items": [{"resource": resource}], **more}


def problem(reply, status, name):
    assert reply.status_code == status, reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"
    body = reply.json()
    assert body["type"] == "/problems/" + name and body["status"] == status, body
    assert body["title"] and body["detail"]
    return body


# ---- the life of a booking ----

def test_a_booking_is_made_read_moved_and_cancelled(hubd, free_day):
    made = hubd.post(BOOKINGS, wish(free_day), as_="mara")
    assert made.status_code == 201, made.text
    path = made.headers["Location"]
    assert path == made.json()["links"]["self"] and made.json()["state"] == "confirmed"
    tag = made.headers["ETag"]
    read = hubd.get(path, as_="mara")
    assert read.status_code == 200 and read.headers["ETag"] == tag and read.json()["local_start"] == f"{free_day}T09:00:00"
    assert hubd.get(path, as_="mara", headers={"If-None-Match": tag}).status_code == 304
    moved = hubd.patch(path, {"start": f"{free_day}T14:00", "duration": "PT90M"}, as_="mara", headers={"If-Match": tag})
    assert moved.status_code == 200, moved.text
    assert moved.json()["local_end"] == f"{free_day}T15:30:00" and moved.json()["sequence"] == 1 and moved.headers["ETag"] != tag
    assert hubd.post(BOOKINGS, wish(free_day), as_="jonas").status_code == 201, "the old place is free again"
    gone = hubd.delete(path, as_="mara")
    assert gone.status_code in (200, 204), gone.text
    assert hubd.post(BOOKINGS, wish(free_day, start="14:00", end="15:00"), as_="jonas").status_code == 201


def test_a_change_of_the_end_alone_keeps_the_start(hubd, free_day):
    path = hubd.post(BOOKINGS, wish(free_day), as_="mara").headers["Location"]
    longer = hubd.patch(path, {"end": f"{free_day}T11:00"}, as_="mara").json()
    assert (longer["local_start"], longer["local_end"]) == (f"{free_day}T09:00:00", f"{free_day}T11:00:00")


def test_a_hold_is_confirmed(hubd, free_day):
    held = hubd.post(BOOKINGS, wish(free_day, hold=True), as_="mara")
    assert held.status_code == 201 and held.json()["state"] == "held" and held.json()["expires"]
    done = hubd.post(held.headers["Location"] + "/confirm", as_="mara")
    assert done.status_code == 200 and done.json()["state"] == "confirmed", done.text


def test_a_refusal_says_what_is_in_the_way_and_what_would_succeed(hubd, free_day):
    assert hubd.post(BOOKINGS, wish(free_day, title="Geheim"), as_="mara").status_code == 201
    body = problem(hubd.post(BOOKINGS, wish(free_day), as_="jonas"), 409, "slot-taken")
    assert [(c["resource"], "title" in c) for c in body["conflicts"]] == [("kajuete", False)], "others' titles stay theirs"
    assert "Geheim" not in str(body)
    assert body["alternatives"], "there is room at other times"
    first = body["alternatives"][0]
    again = {"hub": "werft", "start": first["start"], "end": first["end"], "items": [{"resource": first["resource"]}]}
    assert hubd.post(BOOKINGS, again, as_="jonas").status_code == 201, "an alternative that is offered can be had"


def test_a_manager_sees_whose_booking_is_in_the_way(hubd, free_day):
    hubd.post(BOOKINGS, wish(free_day, title="Runde der Mara"), as_="mara")
    body = problem(hubd.post(BOOKINGS, wish(free_day), as_="ines"), 409, "slot-taken")
    assert body["conflicts"][0]["title"] == "Runde der Mara"


def test_booking_a_half_blocks_the_hall(hubd, free_day):
    assert hubd.post(BOOKINGS, wish(free_day, "saal-a"), as_="mara").status_code == 201
    problem(hubd.post(BOOKINGS, wish(free_day, "saal"), as_="jonas"), 409, "slot-taken")
    assert hubd.post(BOOKINGS, wish(free_day, "saal-b"), as_="jonas").status_code == 201


def test_several_resources_come_together_or_not_at_all(hubd, free_day):
    hubd.post(BOOKINGS, wish(free_day, "bruecke"), as_="mara")
    both = wish(free_day, items=[{"resource": "kajuete"}, {"resource": "bruecke"}])
    problem(hubd.post(BOOKINGS, both, as_="jonas"), 409, "slot-taken")
    assert hubd.post(BOOKINGS, wish(free_day, "kajuete"), as_="jonas").status_code == 201, "nothing of it stayed"


def test_a_pool_never_says_a_false_full(hubd, free_day):
    for start, end in (("09:00", "11:00"), ("11:00", "13:00"), ("09:00", "13:00")):
        assert hubd.post(BOOKINGS, wish(free_day, "platz", start, end), as_="mara").status_code == 201, start
    body = problem(hubd.post(BOOKINGS, wish(free_day, "platz", "10:00", "12:00"), as_="jonas"), 409, "none-free")
    assert body["searched"] == "exhaustive"


def test_a_flexible_wish_gets_a_room_and_is_told_it_later(hubd, free_day):
    made = hubd.post(BOOKINGS, wish(free_day, items=[{"any": {"kind": "room", "capacity": 10, "features": ["camera"]}}]), as_="mara")
    assert made.status_code == 201, made.text
    assert made.json()["items"][0]["provisional"] is True


def test_a_move_onto_a_guaranteed_wish_moves_the_wish_or_is_refused_with_a_sentence(hubd, free_day):
    """Re-arranging asks for more locks in the middle of a change: that must not end as a defect."""
    flexible = wish(free_day, items=[{"any": {"kind": "room", "capacity": 2, "features": ["screen"]}}])
    assert hubd.post(BOOKINGS, flexible, as_="mara").status_code == 201
    path = hubd.post(BOOKINGS, wish(free_day, start="15:00", end="16:00"), as_="jonas").headers["Location"]
    moved = hubd.patch(path, {"start": f"{free_day}T09:00", "end": f"{free_day}T10:00"}, as_="jonas")
    assert moved.status_code == 200, "the wish goes to the other room: " + moved.text
    other = hubd.post(BOOKINGS, wish(free_day, "bruecke", "15:00", "16:00"), as_="jonas").headers["Location"]
    problem(hubd.patch(other, {"start": f"{free_day}T09:00", "end": f"{free_day}T10:00"}, as_="jonas"), 409, "slot-taken")


# ---- who may ----

def test_without_a_token_nobody_books_and_the_answer_says_how(hubd, free_day):
    reply = hubd.post(BOOKINGS, wish(free_day))
    problem(reply, 401, "sign-in-required")
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("field", ["Bearer", "Bearer ", "Bearer a b", "Basic !!!", "Basic bm9jb2xvbg==", "Digest x", "Bearer tök", ""])
def test_an_authorization_that_cannot_be_read_is_not_taken_for_none(hubd, field):
    reply = hubd.request("GET", "/api/v1/hubs", headers={"Authorization": field.encode()})
    problem(reply, 401, "malformed-authorization")
    assert "WWW-Authenticate" in reply.headers


def test_the_token_works_as_password_too(hubd, free_day):
    import requests
    reply = requests.post(hubd.url + BOOKINGS, json=wish(free_day), auth=("whatever", hubd.tokens["mara"]), timeout=30)
    assert reply.status_code == 201, reply.text


def test_an_unknown_token_is_no_token(hubd, free_day):
    hubd.tokens["nobody"] = "A" * 43
    problem(hubd.post(BOOKINGS, wish(free_day), as_="nobody"), 401, "sign-in-required")


def test_a_token_that_only_reads_books_nothing(hubd, free_day):
    problem(hubd.post(BOOKINGS, wish(free_day), as_="reader"), 403, "not-allowed")


def test_a_member_of_another_hub_books_nothing_here_and_reads_nothing(hubd, free_day):
    problem(hubd.post(BOOKINGS, wish(free_day), as_="olga"), 403, "not-allowed")
    path = hubd.post(BOOKINGS, wish(free_day), as_="mara").headers["Location"]
    problem(hubd.get(path, as_="olga"), 403, "not-allowed")
    problem(hubd.delete(path, as_="olga"), 403, "not-allowed")


def test_another_member_sees_that_it_is_busy_and_no_more(hubd, free_day):
    path = hubd.post(BOOKINGS, wish(free_day, title="Geheim", note="sehr"), as_="mara").headers["Location"]
    seen = hubd.get(path, as_="jonas")
    assert seen.status_code == 200 and "Geheim" not in seen.text and "Mara" not in seen.text and "sehr" not in seen.text
    problem(hubd.delete(path, as_="jonas"), 403, "not-allowed")


# ---- well formed or refused by name ----

@pytest.mark.parametrize("change, name, pointer", [
    ({"titel": "x"}, "unknown-member", "/titel"), ({"title": 7}, "malformed-value", "/title"), ({"hub": None}, "malformed-value", "/hub"),
    ({"items": []}, "malformed-value", "/items"), ({"items": [7]}, "malformed-value", "/items/0"),
    ({"items": [{"resource": "kajuete", "cuont": 1}]}, "unknown-member", "/items/0/cuont"),
    ({"items": [{"resource": "kajuete", "count": 0}]}, "malformed-value", "/items/0/count"),
    ({"items": [{"resource": "platz", "units": ["a"]}]}, "malformed-value", "/items/0/units/0"),
    ({"items": [{}]}, "missing-member", "/items/0"), ({"items": [{"any": {"capacity": 3}}]}, "missing-member", "/items/0/any/kind"),
    ({"start": "gestern"}, "malformed-time", "/start"), ({"start": "2027-02-30T09:00"}, "malformed-time", "/start"),
    ({"end": "2020-01-01T00:00"}, "wrong-time", "/end"), ({"end": None}, "malformed-value", "/end"),
    ({"duration": "PT1H"}, "malformed-time", "/duration"), ({"zone": "Europe/Atlantis"}, "malformed-time", "/zone"),
    ({"kind": "party"}, "malformed-value", "/kind"), ({"a/b~c": 1}, "unknown-member", "/a~1b~0c"),
])
def test_what_is_wrong_is_named_by_pointer(hubd, free_day, change, name, pointer):
    body = problem(hubd.post(BOOKINGS, {**wish(free_day), **change}, as_="mara"), 422, name)
    assert body["pointer"] == pointer and body["errors"][0]["pointer"] == pointer


def test_all_mistakes_are_told_at_once_and_the_meant_word_is_named(hubd, free_day):
    body = problem(hubd.post(BOOKINGS, {**wish(free_day), "titel": "x", "notte": "y", "hold": "ja"}, as_="mara"), 422, "unknown-member")
    assert {error["pointer"] for error in body["errors"]} == {"/titel", "/notte", "/hold"}
    assert '"title"' in body["errors"][0]["detail"]


def test_missing_members_are_asked_for(hubd, free_day):
    for name in ("hub", "items", "start", "end"):
        body = {key: value for key, value in wish(free_day).items() if key != name}
        assert problem(hubd.post(BOOKINGS, body, as_="mara"), 422, "missing-member")["pointer"] == "/" + name


@pytest.mark.parametrize("content, kind, status, name", [
    (b"{}", "text/plain", 415, "unsupported-media-type"), (b"{}", None, 415, "unsupported-media-type"),
    (b"{}", "application/json; charset=latin1", 415, "unsupported-media-type"), (b"{", "application/json", 400, "malformed-json"),
    (b"[]", "application/json", 400, "malformed-json"), (b'{"a":"\xff"}', "application/json", 400, "malformed-json"),
    (b'{"a":1,"a":2}', "application/json", 400, "malformed-json"), (b"[" * 5000, "application/json", 400, "malformed-json"),
    (b'{"title":"\\u0000"}', "application/json", 400, "malformed-json"), (b"{} x", "application/json", 400, "malformed-json"),
])
def test_a_body_that_is_no_json_object_is_refused(hubd, content, kind, status, name):
    headers = {"Content-Type": kind} if kind else {}
    problem(hubd.request("POST", BOOKINGS, as_="mara", data=content, headers=headers), status, name)


@pytest.mark.parametrize("content, words", [
    (b'{"title":"\\u0000"}', "ein Text darf kein NUL-Zeichen enthalten."), (b'{"a":1,\n"a":2}', "ein Name steht zweimal im selben Objekt."),
    (b"{", "das JSON bricht ab."), (b"{} x", "hinter dem JSON steht noch etwas."), (b'{"a":"\\ud800"}', "das ist kein JSON."),
    (b'{"a":' + b"9" * 30 + b"}", "die Zahl ist zu groß."), (b"[" * 5000, "zu tief verschachtelt."),
])
def test_what_is_wrong_with_the_json_is_said_in_one_language(hubd, content, words):
    reply = hubd.request("POST", BOOKINGS, as_="mara", data=content, headers={"Content-Type": "application/json", "Accept-Language": "de"})
    detail = problem(reply, 400, "malformed-json")["detail"]
    assert detail.startswith("Zeile ") and detail.endswith(": " + words)


def test_a_weak_tag_is_no_proof_of_what_was_read(hubd, free_day):
    """RFC 9110 13.1.1: If-Match compares strongly."""
    made = hubd.post(BOOKINGS, wish(free_day), as_="mara")
    path = BOOKINGS + "/" + str(made.json()["id"])
    problem(hubd.request("PATCH", path, as_="mara", json={"note": "x"}, headers={"If-Match": "W/" + made.headers["ETag"]}), 412, "changed-meanwhile")


def test_a_map_of_a_hundred_thousand_members_costs_nobody_a_minute(hubd):
    import time
    began = time.monotonic()
    document = {f"m{n}": n for n in range(60000)}
    reply = hubd.post(BOOKINGS, document, as_="mara")
    assert reply.status_code in (413, 422) and time.monotonic() - began < 5


@pytest.mark.parametrize("path", ["/api/v1/bookings/0", "/api/v1/bookings/x", "/api/v1/bookings/99999999999999999999", "/api/v1/bookings/1%00",
                                  "/api/v1/bookings/%ff", "/api/v1/bookings/", "/api/v1/bookings/1/2/3", "/api/v1/nothing"])
def test_what_is_not_there_is_not_found(hubd, path):
    assert hubd.get(path, as_="mara").status_code in (400, 404)


def test_an_unknown_hub_or_resource_is_told(hubd, free_day):
    assert hubd.post(BOOKINGS, {**wish(free_day), "hub": "nirgends"}, as_="mara").status_code == 404
    assert hubd.post(BOOKINGS, wish(free_day, "nirgends"), as_="mara").status_code in (404, 422)


# ---- methods ----

def test_other_methods_are_named(hubd):
    reply = hubd.request("PUT", BOOKINGS)
    problem(reply, 405, "method-not-allowed")
    allowed = {word.strip() for word in reply.headers["Allow"].split(",")}
    assert allowed == {"OPTIONS", "POST", "GET", "HEAD"}
    options = hubd.request("OPTIONS", BOOKINGS)
    assert options.status_code == 204 and options.headers["Allow"] == reply.headers["Allow"] and options.text == ""


def test_a_method_that_nobody_knows_is_told_from_one_that_is_not_for_this_address(hubd):
    problem(hubd.request("FETCH", BOOKINGS), 501, "method-unknown")
    problem(hubd.request("FETCH", "/nowhere"), 501, "method-unknown")
    problem(hubd.request("DELETE", BOOKINGS), 405, "method-not-allowed")


def test_head_is_get_without_the_body(hubd, free_day):
    path = hubd.post(BOOKINGS, wish(free_day), as_="mara").headers["Location"]
    get, head = hubd.get(path, as_="mara"), hubd.request("HEAD", path, as_="mara")
    assert head.status_code == 200 and head.content == b""
    for name in ("Content-Length", "Content-Type", "ETag", "Vary"):
        assert head.headers[name] == get.headers[name]


# ---- languages ----

@pytest.mark.parametrize("field, lang, language", [
    ("en", None, "en"), ("de", None, "de"), ("fr", None, "de"), ("fr, en;q=0.3", None, "en"), ("en;q=0.2, de;q=0.9", None, "de"),
    ("en-GB,en;q=0.9", None, "en"), ("de", "en", "en"), ("en", "de", "de"), ("en;q=0", None, "de"), ("de;q=0, *", None, "en")])
def test_problems_come_in_the_askers_language(hubd, field, lang, language):
    reply = hubd.get("/api/v1/nothing" + (f"?lang={lang}" if lang else ""), headers={"Accept-Language": field})
    assert reply.headers["Content-Language"] == language
    assert reply.json()["title"] == {"de": "Nicht gefunden", "en": "Not found"}[language]


# ---- once and not twice ----

def test_the_same_request_twice_books_once(hubd, free_day):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first, second = (hubd.post(BOOKINGS, wish(free_day), as_="mara", headers=key) for _ in range(2))
    assert first.status_code == second.status_code == 201 and first.json() == second.json()
    assert first.headers["Location"] == second.headers["Location"]
    problem(hubd.post(BOOKINGS, wish(free_day, start="12:00", end="13:00"), as_="mara", headers=key), 422, "key-reused")


def test_a_refusal_is_repeated_as_it_was(hubd, free_day):
    taken = hubd.post(BOOKINGS, wish(free_day), as_="mara").headers["Location"]
    key = {"Idempotency-Key": str(uuid.uuid4())}
    problem(hubd.post(BOOKINGS, wish(free_day), as_="jonas", headers=key), 409, "slot-taken")
    hubd.delete(taken, as_="mara")
    problem(hubd.post(BOOKINGS, wish(free_day), as_="jonas", headers=key), 409, "slot-taken")


def test_twins_at_the_same_moment_book_once(hubd, free_day):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda _: hubd.post(BOOKINGS, wish(free_day), as_="mara", headers=key), range(6)))
    assert {reply.status_code for reply in replies} == {201} and len({reply.json()["id"] for reply in replies}) == 1


@pytest.mark.parametrize("key", ["", "a b", "ä", "x" * 201, "a,b", '"open'])
def test_a_key_that_cannot_be_kept_is_refused(hubd, free_day, key):
    reply = hubd.post(BOOKINGS, wish(free_day), as_="mara", headers={"Idempotency-Key": key.encode()})
    problem(reply, 400, "malformed-idempotency-key")


def test_two_who_race_for_one_room_get_one_booking(hubd, free_day):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda n: hubd.post(BOOKINGS, wish(free_day), as_=("mara", "jonas")[n % 2]).status_code, range(8)))
    assert sorted(replies) == [201] + 7 * [409]


def test_a_parameter_that_a_write_does_not_know_is_no_booking(hubd, free_day):
    problem(hubd.post(BOOKINGS + "?dry_run=true", wish(free_day), as_="mara"), 422, "unknown-parameter")
    assert hubd.post(BOOKINGS + "?lang=en", wish(free_day), as_="mara").status_code == 201, "nothing was booked before"


def test_the_language_is_no_part_of_a_repeated_request(hubd, free_day):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = hubd.post(BOOKINGS + "?lang=de", wish(free_day), as_="mara", headers=key)
    assert hubd.post(BOOKINGS + "?lang=en", wish(free_day), as_="mara", headers=key).json() == first.json()


def test_a_dry_run_leaves_nothing(hubd, free_day):
    dry = hubd.post(BOOKINGS, wish(free_day, dry_run=True), as_="mara", headers={"Idempotency-Key": str(uuid.uuid4())})
    assert dry.status_code in (200, 201) and dry.json()["dry_run"] is True and "Location" not in dry.headers
    assert hubd.post(BOOKINGS, wish(free_day), as_="jonas").status_code == 201


# ---- revisions ----

def test_a_change_on_an_old_revision_is_refused(hubd, free_day):
    made = hubd.post(BOOKINGS, wish(free_day), as_="mara")
    path, old = made.headers["Location"], made.headers["ETag"]
    assert hubd.patch(path, {"title": "Neu"}, as_="mara", headers={"If-Match": old}).status_code == 200
    problem(hubd.patch(path, {"title": "Noch neuer"}, as_="mara", headers={"If-Match": old}), 412, "changed-meanwhile")
    problem(hubd.delete(path, as_="mara", headers={"If-Match": old}), 412, "changed-meanwhile")
    assert hubd.patch(path, {"title": "Doch"}, as_="mara", headers={"If-Match": "*"}).status_code == 200
    problem(hubd.patch(path, {"title": "x"}, as_="mara", headers={"If-Match": "7"}), 400, "malformed-if-match")
    problem(hubd.patch(path, {"title": "x"}, as_="mara", headers={"If-Match": '"1", "2"'}), 400, "malformed-if-match")


# ---- the clock on the wall ----

def transition(zone, is_gap):
    """The next day on which the zone's clocks skip an hour, or show one twice."""
    at = datetime.date.today() + datetime.timedelta(days=2)
    while True:
        noon = datetime.datetime.combine(at, datetime.time(12), zoneinfo.ZoneInfo(zone))
        midnight = datetime.datetime.combine(at, datetime.time(0), zoneinfo.ZoneInfo(zone))
        change = noon.utcoffset() - midnight.utcoffset()
        if change == datetime.timedelta(hours=1 if is_gap else -1):
            return at.isoformat()
        at += datetime.timedelta(days=1)


def test_an_hour_that_does_not_exist_is_resolved_and_flagged(hubd):
    date = transition("Europe/Berlin", True)
    body = hubd.post(BOOKINGS, {**wish(date, "bruecke", "02:30", "04:00"), "dry_run": True}, as_="mara").json()
    assert body["start"] == f"{date}T01:30:00Z" and body["end"] == f"{date}T02:00:00Z", "RFC 5545 3.3.5: the offset before the gap"
    assert [(note["pointer"], note["note"]) for note in body["notes"]] == [("/start", "gap")]


@pytest.mark.parametrize("language, word", [("en", "No clock shows"), ("de", "gibt es an dem Tag nicht")])
def test_a_start_in_the_hour_that_does_not_exist_is_not_called_the_wrong_way_round(hubd, language, word):
    date = transition("Europe/Berlin", True)
    refused = problem(hubd.post(f"{BOOKINGS}?lang={language}", wish(date, "bruecke", "02:30", "03:00"), as_="mara"), 422, "wrong-time")
    assert word in refused["detail"] and "02:30" in refused["detail"] and refused["pointer"] == "/start"
    event = {"hub": "werft", "title": "Nacht", "start": f"{date}T02:30", "end": f"{date}T03:00"}
    assert word in problem(hubd.post(f"/api/v1/events?lang={language}", event, as_="ines"), 422, "wrong-time")["detail"]


def test_an_end_before_the_start_is_one_problem_wherever_it_is_said(hubd, free_day):
    problem(hubd.post(BOOKINGS, wish(free_day, "bruecke", "10:00", "09:00"), as_="mara"), 422, "wrong-time")
    made = hubd.post(BOOKINGS, wish(free_day, "bruecke"), as_="mara").json()
    path = f"{BOOKINGS}/{made['id']}"
    problem(hubd.patch(path, {"end": f"{free_day}T08:00"}, as_="mara"), 422, "wrong-time")
    problem(hubd.patch(path, {"start": f"{free_day}T10:00", "end": f"{free_day}T08:00"}, as_="mara"), 422, "wrong-time")
    problem(hubd.post("/api/v1/events", {"hub": "werft", "title": "A", "start": f"{free_day}T10:00", "end": f"{free_day}T08:00"}, as_="ines"), 422, "wrong-time")


def test_a_fraction_of_a_second_is_refused_by_name_and_not_cut(hubd, free_day):
    for name in ("start", "end"):
        refused = problem(hubd.post(BOOKINGS, {**wish(free_day, "bruecke"), name: f"{free_day}T09:30:00.5"}, as_="mara"), 422, "malformed-time")
        assert "fraction" in refused["detail"] and refused["pointer"] == "/" + name
    problem(hubd.post("/api/v1/events", {"hub": "werft", "title": "A", "start": f"{free_day}T10:00:00.000Z"}, as_="ines"), 422, "malformed-time")
    for path in (BOOKINGS, "/api/v1/freebusy", "/api/v1/events"):
        assert "fraction" in problem(hubd.get(f"{path}?hub=werft&from={free_day}T09:00:00.25Z", as_="mara"), 422, "malformed-time")["detail"]


def test_more_than_all_of_a_pool_or_one_desk_twice_is_said_to_be_impossible(hubd, free_day):
    units = [unit["id"] for unit in hubd.get("/api/v1/units?hub=werft&resource=platz").json()["items"]]
    for items, name in (([{"resource": "platz", "count": 2}, {"resource": "platz"}], "wrong-count"),
                        ([{"resource": "platz", "count": 3}], "wrong-count"),
                        ([{"resource": "platz", "units": units[:1]}, {"resource": "platz", "units": units[:1]}], "same-twice")):
        refused = problem(hubd.post(BOOKINGS, {**wish(free_day), "items": items}, as_="mara"), 422, name)
        assert "latz" in refused["detail"]  # which one
    assert hubd.post(BOOKINGS, {**wish(free_day), "items": [{"resource": "platz", "units": [unit]} for unit in units]}, as_="mara").status_code == 201


def test_an_hour_that_comes_twice_means_the_first_and_is_flagged(hubd):
    date = transition("Europe/Berlin", False)
    body = hubd.post(BOOKINGS, {**wish(date, "bruecke", "02:30", "04:00"), "dry_run": True}, as_="mara").json()
    assert body["start"] == f"{date}T00:30:00Z" and body["notes"][0]["note"] == "fold"
    exact = {**wish(date, "bruecke"), "start": f"{date}T02:30:00+01:00", "end": f"{date}T04:00:00+01:00", "dry_run": True}
    body = hubd.post(BOOKINGS, exact, as_="mara").json()
    assert body["start"] == f"{date}T01:30:00Z" and "notes" not in body


def test_two_hours_are_elapsed_and_until_six_is_the_wall_clock(hubd):
    date = transition("Europe/Berlin", True)
    body = hubd.post(BOOKINGS, {"hub": "werft", "start": f"{date}T01:00", "duration": "PT2H", "items": [{"resource": "bruecke"}], "dry_run": True},
                     as_="mara").json()
    assert (body["start"], body["end"], body["local_end"]) == (
        (datetime.datetime.fromisoformat(f"{date}T00:00")).isoformat() + "Z", f"{date}T02:00:00Z", f"{date}T04:00:00")


def test_a_booking_over_midnight_is_fine(hubd, free_day):
    tomorrow = (datetime.date.fromisoformat(free_day) + datetime.timedelta(days=1)).isoformat()
    reply = hubd.post(BOOKINGS, {**wish(free_day, "saal-b", "23:00"), "end": f"{tomorrow}T00:30"}, as_="mara")
    assert reply.status_code == 201, reply.text


# ---- lists and questions ----

def clock(minutes):
    return f"{minutes // 60:02}:{minutes % 60:02}"


def moment(text):
    """Berlin's wall clock as an instant."""
    local = datetime.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
    return local.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def shift(instant, minutes):
    return (datetime.datetime.strptime(instant, "%Y-%m-%dT%H:%M:%SZ") + datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_pages_of_bookings_hold_each_of_them_once(hubd, free_day):
    for hour in range(8, 15):
        assert hubd.post(BOOKINGS, wish(free_day, start=f"{hour:02}:00", end=f"{hour + 1:02}:00"), as_="mara").status_code == 201
    query = f"{BOOKINGS}?hub=werft&from={free_day}&to={free_day}T23:00&limit=3"
    seen, after = [], ""
    for _ in range(9):
        page = hubd.get(query + after, as_="mara").json()
        seen += [booking["local_start"] for booking in page["items"]]
        if page["next"] is None:
            break
        after = "&after=" + page["next"]
    assert seen == [f"{free_day}T{hour:02}:00:00" for hour in range(8, 15)]
    redacted = hubd.get(query, as_="jonas").json()["items"]
    assert all("title" not in booking for booking in redacted)
    assert hubd.get(f"{BOOKINGS}?hub=werft&mine=true&from={free_day}&to={free_day}T23:00", as_="jonas").json()["items"] == []
    problem(hubd.get(query), 401, "sign-in-required")
    problem(hubd.get(query, as_="olga"), 403, "not-allowed")


@pytest.mark.parametrize("query, name", [
    ("hub=werft&form=2027-01-01", "unknown-parameter"), ("hub=werft&from=x", "malformed-time"), ("hub=werft&limit=0", "malformed-value"),
    ("hub=werft&limit=10a", "malformed-value"), ("hub=werft&after=x", "malformed-value"), ("hub=werft&mine=maybe", "malformed-value"),
    ("hub=werft&from=2027-01-02&to=2027-01-01", "malformed-time"), ("hub=werft&from=2027-01-01&to=2029-01-01", "malformed-time"),
    ("from=2027-01-01", "malformed-time")])
def test_a_question_that_is_not_understood_is_not_answered_otherwise(hubd, query, name):
    problem(hubd.get(f"{BOOKINGS}?{query}", as_="mara"), 422, name)


def test_free_busy_tells_when_and_not_who(hubd, free_day):
    hubd.post(BOOKINGS, wish(free_day, "bruecke", title="Geheim"), as_="mara")
    hubd.post(BOOKINGS, wish(free_day, "platz"), as_="mara")
    reply = hubd.get(f"/api/v1/freebusy?hub=werft&from={free_day}&to={free_day}T23:59")
    assert reply.status_code == 200, reply.text
    found = {each["resource"]: each for each in reply.json()["items"]}
    local = zoneinfo.ZoneInfo("Europe/Berlin")
    start = datetime.datetime.fromisoformat(f"{free_day}T09:00").replace(tzinfo=local).astimezone(datetime.timezone.utc)
    assert found["bruecke"]["busy"][0]["start"] == start.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert min(level["free"] for level in found["platz"]["free"]) == 1 and found["platz"]["units"] == 2
    assert "Geheim" not in reply.text and "Mara" not in reply.text
    assert problem(hubd.get("/api/v1/freebusy"), 422, "missing-member")["pointer"] == "hub"


@pytest.mark.parametrize("resource", ["laser", "bruecke"])
def test_what_free_busy_leaves_free_can_be_booked_from_end_to_end(hubd, free_day, resource):
    """And not a minute more: setup and turnover stand in it, for whoever books between two others."""
    draw = random.Random(resource + free_day)
    for _ in range(6):
        begin = draw.randrange(8 * 60, 19 * 60, 5)
        hubd.post(BOOKINGS, wish(free_day, resource, clock(begin), clock(begin + draw.randrange(15, 90, 5))), as_="mara")
    [found] = hubd.get(f"/api/v1/freebusy?hub=werft&resource={resource}&from={free_day}T06:00&to={free_day}T22:00").json()["items"]
    edges = [moment(f"{free_day}T06:00"), *(each[edge] for each in found["busy"] for edge in ("start", "end")), moment(f"{free_day}T22:00")]
    spans = [(start, end) for start, end in zip(edges[::2], edges[1::2]) if start < end]
    assert found["busy"] and len(spans) > 1
    for start, end in spans:
        body = {"hub": "werft", "start": start, "end": end, "items": [{"resource": resource}], "dry_run": True}
        assert hubd.post(BOOKINGS, body, as_="mara").status_code in (200, 201), (start, end, found["busy"])
        for longer in ({**body, "start": shift(start, -1)}, {**body, "end": shift(end, 1)}):
            if edges[0] <= longer["start"] and longer["end"] <= edges[-1]:
                problem(hubd.post(BOOKINGS, longer, as_="mara"), 409, "slot-taken")


def test_a_pool_with_buffers_is_not_called_free_while_they_last(hubd, free_day):
    for _ in range(2):
        assert hubd.post(BOOKINGS, wish(free_day, "drucker", "10:00", "11:00"), as_="mara").status_code == 201
    [found] = hubd.get(f"/api/v1/freebusy?hub=werft&resource=drucker&from={free_day}T09:00&to={free_day}T12:00").json()["items"]
    full = [level for level in found["free"] if level["free"] == 0]
    assert [(level["start"], level["end"]) for level in full] == [(moment(f"{free_day}T09:45"), moment(f"{free_day}T11:15"))]
    problem(hubd.post(BOOKINGS, wish(free_day, "drucker", "09:00", "09:46"), as_="mara"), 409, "none-free")
    assert hubd.post(BOOKINGS, wish(free_day, "drucker", "09:00", "09:45"), as_="mara").status_code == 201


def test_what_find_offers_can_be_booked(hubd, free_day):
    query = f"hub=werft&kind=room&capacity=10&features=screen&minutes=120&from={free_day}T08:00&to={free_day}T18:00"
    reply = hubd.get("/api/v1/find?" + query)
    assert reply.status_code == 200, reply.text
    slot = reply.json()["items"][0]
    assert slot["resource"] == "bruecke"
    made = hubd.post(BOOKINGS, {"hub": slot["hub"], "start": slot["start"], "end": slot["end"], "items": [{"resource": slot["resource"]}]}, as_="mara")
    assert made.status_code == 201, made.text
    everywhere = hubd.get(f"/api/v1/find?minutes=30&limit=100&from={free_day}T08:00Z&to={free_day}T09:00Z").json()["items"]
    assert {slot["hub"] for slot in everywhere} == {"werft", "kontor"}
    problem(hubd.get("/api/v1/find?minutes=0"), 422, "malformed-value")
    problem(hubd.get("/api/v1/find?minutes=30&kind=castle"), 422, "malformed-value")
