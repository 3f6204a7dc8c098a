# SPDX-License-Identifier: GPL-3.0-or-later
"""A programme comes in on a page: looked at first, then taken over; what a manager loses when a file is strange, large or poisonous."""
import html
import os
import pathlib
import re

import pytest
import requests

import postgres
from conftest import ROOT, Service, wait_for
from test_pages import HTML, form_key, signed_in

DATA = ROOT / "tests/data"
MANAGE = "/hubs/werft/manage/import"


@pytest.fixture(scope="module")
def hubd():
    if not postgres.is_available():
        pytest.skip("skipped: no PostgreSQL server installed")
    with postgres.Postgres(fsync=False) as server, Service(server) as service:
        service.settle()
        service.start("serve")
        service.start("work")
        yield service


@pytest.fixture(name="ines", scope="module")
def ines_(hubd):
    return signed_in(hubd, "ines@hubd.test")


def words(text):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


def upload(hubd, session, name, data, **fields):
    return session.post(hubd.url + MANAGE, files={"file": (name, data)}, data={"key": form_key(session), **fields}, headers={"Origin": hubd.url, **HTML}, timeout=60, allow_redirects=False)


def looked(hubd, session, address):
    """The page of an upload once nobody works on it any more."""
    def page():
        reply = session.get(hubd.url + address, headers=HTML, timeout=30)
        assert reply.status_code == 200, words(reply.text)[-500:]
        return None if "data-again" in reply.text else reply.text
    return wait_for(page, 60, "the worker")


def take(hubd, session, path, **fields):
    """Looked at, then taken over; both pages as words."""
    address = upload(hubd, session, path.name, path.read_bytes(), **fields).headers["Location"]
    first = looked(hubd, session, address)
    assert "Jetzt übernehmen" in first, words(first)
    reply = session.post(hubd.url + address + "/apply", data={"key": form_key(session)}, headers={"Origin": hubd.url, **HTML}, timeout=30, allow_redirects=False)
    assert reply.headers["Location"] == address
    return words(first), words(looked(hubd, session, address))


def count(text, heading):
    found = re.search(rf"{heading} (\d+) ", text)
    return int(found[1]) if found else 0


def test_a_programme_is_looked_at_before_it_comes_in_and_a_newer_state_changes_what_is_new(hubd, ines):
    tried, done = take(hubd, ines, DATA / "werkstatttage-1.ics", creates_rooms="yes")
    added = count(tried, "Neu")
    assert added > 3 and count(done, "Neu") == added and "Das Programm ist übernommen" in done and "Angelegte Räume" in done
    report = hubd.run("import", "--hub", "werft", "--dry-run", "--json", DATA / "werkstatttage-1.ics")
    assert '"added": []' in report or '"added":[]' in report, "the command and the page know the same source"
    tried, done = take(hubd, ines, DATA / "werkstatttage-2.ics", creates_rooms="yes")
    assert "Es ist ein neuer Stand von" in tried and count(done, "Nicht mehr dabei: abgesagt") + count(done, "Andere Zeit") + count(done, "Neu") > 0
    tried = words(looked(hubd, ines, upload(hubd, ines, "again.ics", (DATA / "werkstatttage-2.ics").read_bytes()).headers["Location"]))
    assert not any(count(tried, heading) for heading in ("Neu", "Andere Zeit", "Anderer Raum", "Anderer Titel", "Sonst geändert", "Nicht mehr dabei: abgesagt")), tried


def test_looking_changes_nothing(hubd, ines):
    before = hubd.server.sql("SELECT count(*) FROM hubd.event")[0][0], hubd.server.sql("SELECT count(*) FROM hubd.resource")[0][0]
    shown = looked(hubd, ines, upload(hubd, ines, "werkstatttage.xml", (DATA / "werkstatttage.xml").read_bytes(), creates_rooms="yes").headers["Location"])
    assert "Geprüft, noch nicht übernommen" in shown
    assert (hubd.server.sql("SELECT count(*) FROM hubd.event")[0][0], hubd.server.sql("SELECT count(*) FROM hubd.resource")[0][0]) == before


def test_a_collision_is_shown_and_blocks_nothing(hubd, ines):
    tried, _ = take(hubd, ines, DATA / "double-booking.ics", creates_rooms="yes")
    assert count(tried, "Kollisionen") > 0 and "Im Weg in" in tried


@pytest.mark.parametrize("name, data, expected", [
    ("photo.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "ließ sich nicht lesen"), ("empty.ics", b"BEGIN:VCALENDAR\r\n", "ließ sich nicht lesen"),
    ("deep.ics", b"BEGIN:VCALENDAR\r\n" * 20000, "ließ sich nicht lesen"), ("deep.json", b"[" * 200000, "ließ sich nicht lesen")])
def test_what_is_no_programme_says_so_and_the_worker_lives(hubd, ines, name, data, expected):
    assert expected in words(looked(hubd, ines, upload(hubd, ines, name, data).headers["Location"]))
    assert hubd.processes["work"].poll() is None


def test_no_file_is_asked_for_again_and_no_member_uploads(hubd, ines):
    reply = upload(hubd, ines, "", b"")
    assert reply.status_code == 422 and "Bitte eine Datei wählen" in reply.text
    assert upload(hubd, signed_in(hubd), "a.ics", b"BEGIN:VCALENDAR").status_code == 403
    assert requests.get(hubd.url + MANAGE, headers=HTML, timeout=30, allow_redirects=False).status_code == 303


def test_a_hub_does_not_fill_the_queue_and_keeps_twenty(hubd, ines):
    hubd.stop("work")
    try:
        files = [upload(hubd, ines, f"{n}.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n").status_code for n in range(4)]
        assert files == [303, 303, 303, 429]
    finally:
        hubd.start("work")
    wait_for(lambda: hubd.server.sql("SELECT count(*) FROM hubd.import_upload WHERE state = 'reading'")[0][0] == "0", 60, "the worker")
    for n in range(22):
        looked(hubd, ines, upload(hubd, ines, f"{n}.txt", b"nothing").headers["Location"])
    assert hubd.server.sql("SELECT count(*) FROM hubd.import_upload")[0][0] == "20"


def test_a_real_programme_comes_in_whole(hubd, ines):
    folder = pathlib.Path(os.environ.get("HUBD_DATA", "")) / "derived-ics"
    real = sorted(path for path in folder.glob("*.ics") if path.stat().st_size < 1_000_000) if os.environ.get("HUBD_DATA") else []
    if not real:
        pytest.skip("skipped: no real programmes")
    tried, done = take(hubd, ines, max(real, key=lambda path: path.stat().st_size), creates_rooms="yes")
    assert count(tried, "Neu") > 100 and count(done, "Neu") == count(tried, "Neu")


def test_a_file_that_is_too_large_is_refused_by_a_page_in_the_readers_language(hubd, ines):
    reply = upload(hubd, ines, "alles.ics", b"x" * (5 << 20))
    assert reply.status_code == 413 and reply.headers["Content-Type"] == "text/html; charset=utf-8", reply.headers
    assert '<html lang="de">' in reply.text and "<h1>" in reply.text and "Zur Startseite" in words(reply.text)
