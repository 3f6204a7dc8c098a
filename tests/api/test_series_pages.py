# SPDX-License-Identifier: GPL-3.0-or-later
"""Series as pages: what people lose when one of them breaks. By HTTP, without JavaScript."""
import datetime
import html
import re

import pytest

from test_booking_pages import look, plain
from test_pages import post, signed_in
from test_series import block, live, made, monday, rooms, week  # noqa: F401

SERIES = "/api/v1/series"


@pytest.fixture(name="mara")
def mara_(hubd):
    return signed_in(hubd)


def form(room, **more):
    return {"resource": room, "name": room, "date": str(week(0)), "from": "09:00", "to": "10:00", "repeat": "weekly", "times": "4", "until": "", "title": "Jour fixe", **more}


def hidden(text, button):
    """The fields of the form with this button."""
    for each in re.findall(r"<form.*?</form>", text, re.DOTALL):
        if button in plain(each):
            return {html.unescape(n): html.unescape(v) for n, v in re.findall(r'name="([^"]+)" value="([^"]*)"', each)}
    raise AssertionError(f"no button {button}: {plain(text)[-1500:]}")


def badges(text):
    return [html.unescape(b) for b in re.findall(r'<span class="badge [^"]*">([^<]*)</span>', text)]


def preview(hubd, session, path, fields, status=200):
    reply = post(hubd, path, fields, session)
    assert reply.status_code == status, plain(reply.text)[-800:]
    return reply.text


def booked(hubd, session, room, choice="Alle buchen", **more):
    text = preview(hubd, session, "/hubs/werft/series", form(room, **more))
    reply = post(hubd, "/hubs/werft/series", hidden(text, choice), session)
    assert reply.status_code == 303, plain(reply.text)[-800:]
    return int(re.fullmatch(r"/me/series/(\d+)\?done=booked", reply.headers["Location"])[1])


def test_a_series_is_checked_and_booked_in_two_forms(hubd, rooms, mara):
    room = rooms()
    text = look(hubd, f"/hubs/werft/series?resource={room}&start={week(0)}T09:00&end={week(0)}T10:00", mara)
    assert f'value="{week(0)}"' in text and "jede Woche" in text
    text = preview(hubd, mara, "/hubs/werft/series", form(room))
    assert badges(text) == ["frei"] * 4 and "Alle Termine sind frei" in text
    series = booked(hubd, mara, room)
    page = look(hubd, f"/me/series/{series}?done=booked", mara)
    assert "jede Woche, 4-mal" in page and badges(page)[-4:] == ["gebucht"] * 4 and "Jour fixe" in page
    assert f"/me/series/{series}" in look(hubd, "/me", mara)
    booking = live(hubd, series)[f"{week(1)}T09:00:00"][0]
    assert f"/me/series/{series}?at={week(1)}T09:00:00" in look(hubd, f"/me/bookings/{booking}", mara)
    assert "every week, 4 times" in look(hubd, f"/me/series/{series}?lang=en", mara)


def test_what_is_taken_is_shown_and_the_ways_to_go_on_are_buttons(hubd, rooms, mara):
    room = rooms()
    block(hubd, room, week(1))
    block(hubd, room, week(2), kind="closure", as_="ines")
    text = preview(hubd, mara, "/hubs/werft/series", form(room))
    assert badges(text) == ["frei", "belegt", "geht nicht", "frei"] and "2 von 4 Terminen gehen nicht" in text and "Dann ist geschlossen" in plain(text)
    assert "Im Weg" not in text and "Alle buchen" not in text and "Mit Ersatz" not in text
    series = booked(hubd, mara, room, "Nur die freien buchen")
    assert badges(look(hubd, f"/me/series/{series}", mara)) == ["gebucht", "ausgefallen", "ausgefallen", "gebucht"]


def test_a_choice_that_no_longer_holds_is_asked_anew(hubd, rooms, mara):
    room = rooms()
    fields = hidden(preview(hubd, mara, "/hubs/werft/series", form(room)), "Alle buchen")
    block(hubd, room, week(3))
    text = preview(hubd, mara, "/hubs/werft/series", fields, 409)
    assert badges(text) == ["frei", "frei", "frei", "belegt"] and "Nur die freien buchen" in plain(text)


@pytest.mark.parametrize("fields, status", [({"repeat": "hourly"}, 422), ({"times": "0"}, 422), ({"times": "501"}, 422), ({"until": "bald"}, 422), ({"date": ""}, 422),
                                            ({"repeat": "weekdays", "date": str(monday(230) + datetime.timedelta(days=5))}, 422), ({"repeat": ""}, 422)])
def test_what_cannot_be_meant_is_said(hubd, rooms, mara, fields, status):
    text = preview(hubd, mara, "/hubs/werft/series", form(rooms(), **fields), status)
    assert plain(text).strip()


def test_every_way_of_repeating_means_what_it_says(hubd, rooms, mara):
    room, first = rooms(), monday(240) + datetime.timedelta(days=1)
    while not 8 <= first.day <= 14:
        first += datetime.timedelta(days=7)
    for repeat, days in (("daily", [0, 1, 2]), ("weekdays", [0, 1, 2, 3, 6]), ("weekly", [0, 7]), ("fortnight", [0, 14])):
        text = preview(hubd, mara, "/hubs/werft/series", form(room, repeat=repeat, date=str(first), times=str(len(days))))
        assert re.findall(r'<time datetime="(\d{4}-\d\d-\d\d)', text) == [str(first + datetime.timedelta(days=n)) for n in days], repeat
    months = re.findall(r'<time datetime="(\d{4}-\d\d-\d\d)', preview(hubd, mara, "/hubs/werft/series", form(room, repeat="month", date=str(first), times="3")))
    assert [(datetime.date.fromisoformat(m).weekday(), (datetime.date.fromisoformat(m).day - 1) // 7) for m in months] == [(1, 1)] * 3
    until = preview(hubd, mara, "/hubs/werft/series", form(room, repeat="daily", date=str(first), times="10", until=str(first + datetime.timedelta(days=2))))
    assert len(badges(until)) == 3, "the last day counts where both are given, and is one of them"


def change(series, at, start, scope="following", **more):
    return {"at": f"{at}T09:00:00", "scope": scope, "date": str(at), "from": start, "to": f"{int(start[:2]) + 1:02}:00", "repeat": "", "times": "", "until": "", "title": "Jour fixe", **more}


def test_the_difference_is_shown_before_the_following_are_moved(hubd, rooms, mara):
    room = rooms()
    series = booked(hubd, mara, room)
    text = preview(hubd, mara, f"/me/series/{series}/change", change(series, week(2), "14:00"))
    assert badges(text) == ["verschoben"] * 2 and "vorher" in plain(text) and len(live(hubd, series)) == 4
    reply = post(hubd, f"/me/series/{series}/change", hidden(text, "So ändern"), mara)
    assert reply.status_code == 303, plain(reply.text)[-500:]
    rest = int(re.fullmatch(r"/me/series/(\d+)\?done=changed", reply.headers["Location"])[1])
    assert rest != series and list(live(hubd, rest)) == [f"{week(n)}T14:00:00" for n in (2, 3)] and list(live(hubd, series)) == [f"{week(n)}T09:00:00" for n in (0, 1)]


def test_one_date_is_moved_at_once_and_a_clash_is_told(hubd, rooms, mara):
    room = rooms()
    series = booked(hubd, mara, room)
    reply = post(hubd, f"/me/series/{series}/change", change(series, week(1), "15:00", "this"), mara)
    assert reply.status_code == 303 and reply.headers["Location"] == f"/me/series/{series}?done=changed"
    assert live(hubd, series)[f"{week(1)}T09:00:00"][1] == f"{week(1)}T15:00:00"
    block(hubd, room, week(2), "16:00", "17:00")
    text = preview(hubd, mara, f"/me/series/{series}/change", change(series, week(2), "16:00", "this"), 409)
    assert "Schon belegt" in text
    text = preview(hubd, mara, f"/me/series/{series}/change", change(series, week(2), "16:00", "all"))
    assert "belegt" in badges(text) and "Ändern, wo es geht" in plain(text)
    reply = post(hubd, f"/me/series/{series}/change", hidden(text, "Ändern, wo es geht"), mara)
    assert reply.status_code == 303 and sorted(at[11:16] for _, at in live(hubd, series).values()) == ["09:00", "15:00", "16:00", "16:00"]


@pytest.mark.parametrize("scope, left", [("this", (0, 2, 3)), ("following", (0,)), ("all", ())])
def test_what_is_cancelled_is_shown_first(hubd, rooms, mara, scope, left):
    series = booked(hubd, mara, rooms())
    fields = {"at": f"{week(1)}T09:00:00", "scope": scope}
    text = preview(hubd, mara, f"/me/series/{series}/cancel", fields)
    assert badges(text) == ["entfällt"] * (4 - len(left)) and len(live(hubd, series)) == 4
    reply = post(hubd, f"/me/series/{series}/cancel", hidden(text, "Diese Termine absagen"), mara)
    assert reply.status_code == 303 and list(live(hubd, series)) == [f"{week(n)}T09:00:00" for n in left]


def test_others_series_are_not_there(hubd, rooms, mara):
    series = booked(hubd, mara, rooms())
    jonas = signed_in(hubd, "jonas@hubd.test")
    assert jonas.get(hubd.url + f"/me/series/{series}", timeout=30).status_code == 404
    assert post(hubd, f"/me/series/{series}/cancel", {"at": "", "scope": "all", "sure": "yes"}, jonas).status_code == 403
    assert len(live(hubd, series)) == 4


def test_a_slot_that_the_form_held_does_not_stand_in_the_way_of_the_series(hubd, rooms, mara):
    room = rooms()
    hold = made(hubd.post("/api/v1/bookings", {"hub": "werft", "start": f"{week(0)}T09:00", "end": f"{week(0)}T10:00", "hold": True, "items": [{"resource": room}]}, as_="mara"))
    assert badges(preview(hubd, mara, "/hubs/werft/series", form(room))) == ["frei"] * 4
    assert hubd.get(f"/api/v1/bookings/{hold['id']}", as_="mara").json()["state"] == "held", "asking changes nothing"
    booked(hubd, mara, room)
    assert hubd.get(f"/api/v1/bookings/{hold['id']}", as_="mara").json()["state"] == "expired"
