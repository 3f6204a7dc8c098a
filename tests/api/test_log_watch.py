# SPDX-License-Identifier: GPL-3.0-or-later
"""The watch over the logs finds what it is there for: a test that cannot fail would prove nothing."""
import pytest
import requests

import log_watch
from conftest import Service
from test_pages import HTML, post, signed_in

MAIL = b"""From: hubd <noreply@hubd.test>\r\nTo: mara@hubd.test\r\nSubject: Code\r\nContent-Type: text/plain; charset=utf-8\r\n\r
Ihr Code zum Anmelden ist 408213 und gilt eine Viertelstunde.\r\n"""


@pytest.mark.parametrize("line", ["send to=mara@hubd.test", "token=GeheimesTokenDerTests0815", "code=408213", "text=Ihr Code zum Anmelden ist 408213 und gilt eine Viertelstunde."])
def test_a_secret_in_a_log_line_is_found(tmp_path, line):
    log_watch.secret("GeheimesTokenDerTests0815")
    (tmp_path / "1.eml").write_bytes(MAIL)
    harmless = "request method=GET route=/me status=200 ms=1.4081 id=140821\n"
    assert log_watch.leaks(harmless, tmp_path) == []
    assert log_watch.leaks(harmless + line + "\n", tmp_path) != []


def test_what_the_tests_send_and_get_is_noted(hubd):
    """Tokens, cookies, feeds' addresses: without a word of the test."""
    session = signed_in(hubd, "mara@hubd.test")
    made = hubd.post("/api/v1/feeds", {"name": "Handy"}, as_="mara").json()
    cookie = dict(session.cookies)["hubd"]
    for text in (hubd.tokens["mara"], cookie, made["address"].rsplit("/", 1)[-1].removesuffix(".ics")):
        assert log_watch.leaks("x " + text) != [], "not noted"


def test_a_service_that_logs_a_secret_fails_the_run(hubd_server):
    """As the watch is wired: the log of a service is read when it ends."""
    service = Service(hubd_server, database="leak")
    with pytest.raises(AssertionError, match="the mail address"), service:
        (service.folder / "serve.log").write_text("sent to=mara@hubd.test\n", encoding="utf-8")


def test_signing_in_in_every_way_leaves_nothing_in_the_log_at_its_loudest(hubd_server):
    """A link by mail, a wrong one, a token that is none, an address that is asked for: with log_level=debug."""
    with Service(hubd_server, {"log_level": "debug"}, database="loud") as service:
        service.server.sql('CREATE DATABASE "loud"', database="postgres")
        service.settle().start("serve").start("work")
        session = signed_in(service, "mara@hubd.test")
        post(service, "/sign-in", {"mail": "jonas@hubd.test"})
        post(service, "/sign-in", {"code": "GerateneZahlOderWasAuchImmer12345"})
        requests.get(service.url + "/me?token=NichtsDavonGehoertInsProtokoll", headers=HTML, timeout=30)
        requests.get(service.url + "/feeds/private/GeratenGeratenGeratenGeraten1.ics", timeout=30)
        assert requests.get(service.url + "/me", headers=HTML, cookies=dict(session.cookies), timeout=30).status_code == 200
        assert "/me" in service.log()  # it does log
        assert "NichtsDavon" not in service.log() and "GerateneZahl" not in service.log()
