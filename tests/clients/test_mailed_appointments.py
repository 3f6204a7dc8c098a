# SPDX-License-Identifier: GPL-3.0-or-later
"""Appointments that come by mail (RFC 6047): read by python3-icalendar, kept by a receiver that follows RFC 5546, and imported by khal."""
import datetime
import pathlib
import shutil
import subprocess
import sys
import uuid

import icalendar
import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "api"))
import conftest as api_conftest  # noqa: E402
import postgres  # noqa: E402
from mail_world import Letters, part  # noqa: E402


@pytest.fixture(scope="module")
def post():
    if not postgres.is_available():
        pytest.skip("no PostgreSQL server installed")
    with postgres.Postgres(fsync=False) as server, Letters(server, "mailed", public_url="https://hubs.example", work_poll="100ms") as service:
        service.start("serve")
        service.start("work")
        yield service


class Receiver:
    """A calendar that does what RFC 5546 3.2 says with what it gets: keyed by UID and RECURRENCE-ID, and a lower SEQUENCE changes nothing."""

    def __init__(self):
        self.kept = {}

    def take(self, letter):
        inline, attached = part(letter, "text/calendar"), part(letter, "application/ics")
        assert attached.decode() == inline
        method = next(p for p in letter.walk() if p.get_content_type() == "text/calendar").get_param("method")
        calendar = icalendar.Calendar.from_ical(inline)
        assert str(calendar["METHOD"]) == method and not calendar.errors
        assert max(map(len, inline.encode().split(b"\r\n"))) <= 75
        events = calendar.walk("VEVENT")
        for event in events:
            assert not event.errors and str(event["ORGANIZER"]) == "mailto:hubd@hubs.example" and str(event["ATTENDEE"]) == "mailto:mara@hubd.test"
            assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED" and event["ATTENDEE"].params["RSVP"] == "FALSE"
            self.apply(method, event)
        return calendar

    def apply(self, method, event):
        key = (str(event["UID"]), event["RECURRENCE-ID"].dt if "RECURRENCE-ID" in event else None)
        old = self.kept.get(key) or self.kept.get((key[0], None))
        if old is not None and event["SEQUENCE"] < old["SEQUENCE"] and key in self.kept:
            return
        if method == "REQUEST":
            self.kept[key] = event
            return
        assert str(event["STATUS"]) == "CANCELLED"
        self.kept.pop(key, None)
        if key[1] is None:
            self.kept = {kept: value for kept, value in self.kept.items() if kept[0] != key[0]}
        elif (key[0], None) in self.kept:
            self.kept[key[0], None].add("EXDATE", key[1])

    def starts(self, days=400):
        import recurring_ical_events
        calendar = icalendar.Calendar()
        for event in self.kept.values():
            calendar.add_component(event)
        first = datetime.datetime.now(datetime.timezone.utc)
        return sorted(event["DTSTART"].dt.strftime("%Y-%m-%d %H:%M") for event in recurring_ical_events.of(calendar).between(first, first + datetime.timedelta(days=days)))


def count(post, kind):
    return post.value("SELECT count(*) FROM hubd.message WHERE person_id = %s AND kind = %s", post.person("mara"), kind)


def letter_of(post, kind, before):
    """The mail of this kind that came since there were so many."""
    api_conftest.wait_for(lambda: count(post, kind) > before, what=f"a mail of kind {kind}")
    return post.newest("mara", kind)


def fresh_key():
    return {"Idempotency-Key": str(uuid.uuid4())}


def book(post, date, start="14:00", end="15:00", title="Runde"):
    reply = post.post("/api/v1/bookings", {"hub": "werft", "title": title, "start": f"{date}T{start}", "end": f"{date}T{end}", "items": [{"resource": "kajuete"}]}, as_="mara",
                      headers=fresh_key())
    assert reply.status_code == 201, reply.text
    return reply.json()


def test_a_booking_comes_is_moved_and_goes(post):
    date, receiver = api_conftest.day(30), Receiver()
    before = [count(post, kind) for kind in ("booking-confirmed", "booking-moved", "booking-cancelled")]
    made = book(post, date, title="Müllers Runde; mit, Komma")
    receiver.take(letter_of(post, "booking-confirmed", before[0]))
    event = receiver.kept[made["uid"], None]
    assert str(event["SUMMARY"]) == "Müllers Runde; mit, Komma" and str(event["LOCATION"]).startswith("Kajuete, Haus, Testweg 1")
    assert receiver.starts() == [f"{date} 14:00"] and event["SEQUENCE"] == 0
    assert post.patch(f"/api/v1/bookings/{made['id']}", {"start": f"{date}T16:00", "end": f"{date}T17:30"}, as_="mara", headers=fresh_key()).status_code == 200
    moved = letter_of(post, "booking-moved", before[1])
    receiver.take(moved)
    assert receiver.starts() == [f"{date} 16:00"] and len(receiver.kept) == 1
    assert "14 bis 15 Uhr" in part(moved, "text/plain") and "16 bis 17:30 Uhr" in moved["Subject"]
    assert post.delete(f"/api/v1/bookings/{made['id']}", as_="mara", headers=fresh_key()).status_code == 200
    receiver.take(letter_of(post, "booking-cancelled", before[2]))
    assert receiver.starts() == [] and receiver.kept == {}


def test_the_mail_and_the_page_speak_of_the_same_appointment(post):
    date = api_conftest.day(31)
    before = count(post, "booking-confirmed")
    made = book(post, date)
    mailed = icalendar.Calendar.from_ical(part(letter_of(post, "booking-confirmed", before), "text/calendar")).walk("VEVENT")[0]
    shown = icalendar.Calendar.from_ical(post.get(f"/me/bookings/{made['id']}/booking.ics", as_="mara").text).walk("VEVENT")[0]
    assert (mailed["UID"], mailed["SEQUENCE"], mailed["DTSTART"].dt) == (shown["UID"], shown["SEQUENCE"], shown["DTSTART"].dt)


def test_a_series_comes_as_a_rule_a_moved_date_as_an_override_and_a_cancelled_one_is_left_out(post):
    first, receiver = api_conftest.day(40), Receiver()
    dates = [(datetime.date.fromisoformat(first) + datetime.timedelta(days=7 * n)).isoformat() for n in range(6)]
    other = post.post("/api/v1/bookings", {"hub": "werft", "title": "belegt", "start": f"{dates[2]}T09:00", "end": f"{dates[2]}T10:00", "items": [{"resource": "bruecke"}]}, as_="jonas",
                      headers=fresh_key())
    assert other.status_code == 201
    before = count(post, "series-confirmed"), count(post, "booking-moved"), count(post, "booking-cancelled"), count(post, "series-changed"), count(post, "series-cancelled")
    made = post.post("/api/v1/series", {"hub": "werft", "title": "Jour fixe", "start": f"{first}T09:00", "duration": "PT1H", "rrule": "FREQ=WEEKLY;COUNT=6", "choice": "skip",
                                        "items": [{"resource": "bruecke"}]}, as_="mara", headers=fresh_key())
    assert made.status_code == 201, made.text
    series = made.json()
    receiver.take(letter_of(post, "series-confirmed", before[0]))
    assert receiver.starts() == [f"{date} 09:00" for number, date in enumerate(dates) if number != 2]
    by_date = {date["start"][:10]: date["booking"] for date in series["dates"] if date.get("booking")}
    moved, gone = by_date[dates[1]], by_date[dates[3]]
    assert post.patch(f"/api/v1/bookings/{moved}", {"start": f"{dates[1]}T13:00", "end": f"{dates[1]}T14:00"}, as_="mara", headers=fresh_key()).status_code == 200
    receiver.take(letter_of(post, "booking-moved", before[1]))
    assert f"{dates[1]} 13:00" in receiver.starts() and f"{dates[1]} 09:00" not in receiver.starts()
    assert post.delete(f"/api/v1/bookings/{gone}", as_="mara", headers=fresh_key()).status_code == 200
    receiver.take(letter_of(post, "booking-cancelled", before[2]))
    wanted = [f"{dates[0]} 09:00", f"{dates[1]} 13:00", f"{dates[4]} 09:00", f"{dates[5]} 09:00"]
    assert receiver.starts() == wanted
    change = post.patch(f"/api/v1/series/{series['id']}", {"scope": "all", "title": "Jour fixe neu", "choice": "skip"}, as_="mara", headers=fresh_key())
    assert change.status_code == 200, change.text
    receiver.take(letter_of(post, "series-changed", before[3]))
    assert receiver.starts() == wanted and all(str(event["SUMMARY"]) == "Jour fixe neu" for event in receiver.kept.values())
    assert post.delete(f"/api/v1/series/{series['id']}", as_="mara", json={"scope": "all"}, headers=fresh_key()).status_code == 200
    receiver.take(letter_of(post, "series-cancelled", before[4]))
    assert receiver.kept == {}


# ---- khal ----

class Khal:
    def __init__(self, folder):
        self.folder, self.calendar = folder, folder / "calendar"
        self.calendar.mkdir()
        (folder / "khal.conf").write_text(f"[calendars]\n[[mine]]\npath = {self.calendar}\n[locale]\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
                                          f"datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\nlocal_timezone = Europe/Berlin\ndefault_timezone = Europe/Berlin\n"
                                          f"[sqlite]\npath = {folder}/khal.db\n", encoding="utf-8")

    def run(self, *words):
        done = subprocess.run(["khal", "-c", self.folder / "khal.conf", *words], capture_output=True, text=True, check=False, env={"HOME": str(self.folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def take(self, letter):
        (self.folder / "part.ics").write_text(part(letter, "text/calendar"), encoding="utf-8", newline="")
        self.run("import", "--batch", "-a", "mine", str(self.folder / "part.ics"))

    def list(self, date):
        return self.run("list", "--format", "{start-date} {start-time} {title} {cancelled}", "--day-format", "", date, "1d").split("\n")


@pytest.mark.skipif(not shutil.which("khal"), reason="no khal")
def test_khal_imports_the_appointment_moves_it_and_marks_it_as_cancelled(post, tmp_path):
    date, khal = api_conftest.day(33), Khal(tmp_path)
    before = count(post, "booking-confirmed"), count(post, "booking-moved"), count(post, "booking-cancelled")
    made = book(post, date)
    khal.take(letter_of(post, "booking-confirmed", before[0]))
    assert [line.strip() for line in khal.list(date) if line.strip()] == [f"{date} 14:00 Runde"]
    post.patch(f"/api/v1/bookings/{made['id']}", {"start": f"{date}T16:00", "end": f"{date}T17:00"}, as_="mara", headers=fresh_key())
    khal.take(letter_of(post, "booking-moved", before[1]))
    assert [line.strip() for line in khal.list(date) if line.strip()] == [f"{date} 16:00 Runde"]
    post.delete(f"/api/v1/bookings/{made['id']}", as_="mara", headers=fresh_key())
    khal.take(letter_of(post, "booking-cancelled", before[2]))
    assert all("CANCELLED" in line for line in khal.list(date) if line.strip())
