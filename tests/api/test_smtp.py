# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail through a real mail server that refuses, delays and drops, and a worker that dies: nothing is lost, and nothing comes twice but
for the case that SMTP leaves open, which is counted."""
import contextlib
import os
import signal
import subprocess
import time

import pytest

from conftest import free_port, wait_for
from mail_server import MOODS, MailServer, tls_context
from mail_world import Letters

# make campaign sends them all; a check must not take a minute.
COUNT = int(os.environ.get("MAIL_COUNT", "300"))
KILLS = 10


@contextlib.contextmanager
def sending(hubd_server, database, moods=None, worker=True, **settings):
    """A service whose mails go to a server of this temper."""
    with MailServer(free_port(), moods) as server:
        with Letters(hubd_server, database, smtp_url=f"smtp://127.0.0.1:{server.port}/hubd.test", work_poll="100ms", **settings) as service:
            if worker:
                service.start("work")
            yield service, server


def write_to(service, address):
    return service.value("SELECT hubd.mail_to(%s, 'de', 'reminder', '{\"title\": \"x\"}')", address)


def hurry(service, minutes):
    """Whatever waits is due, and leases of the dead have run out."""
    service.rows("UPDATE hubd.clock SET ahead = ahead + %s * interval '1 minute'", minutes)


def until_all_ended(service, rounds=60):
    for _ in range(rounds):
        for _ in range(20):
            if service.value("SELECT count(*) FROM hubd.message WHERE ended_at IS NULL") == 0:
                return
            if service.value("SELECT count(*) FROM hubd.job WHERE kind = 'mail' AND (state = 'running' OR run_at <= hubd.present())") == 0:
                break
            time.sleep(0.1)
        hurry(service, 6)
    raise AssertionError(service.rows("SELECT state, attempts, unknowns, answer, count(*) FROM hubd.message WHERE ended_at IS NULL GROUP BY 1, 2, 3, 4"))


def test_of_many_mails_none_is_lost_and_none_comes_twice_though_the_worker_is_killed_ten_times(hubd_server):
    with sending(hubd_server, "mail_smtp", MOODS, worker=False, work_batch="20", smtp_timeout="5s") as (service, server):
        service.rows("SELECT hubd.mail_to(CASE n %% 25 WHEN 7 THEN 'gone-' WHEN 8 THEN 'large-' ELSE 'p' END || n || '@x.example', 'de', 'reminder', '{\"title\": \"x\"}')"
                     " FROM generate_series(1, %s) AS n", COUNT)
        service.start("work")
        for kill in range(KILLS):
            # In the midst of it, and each time with more behind it: while mails are being given to the server.
            wait_for(lambda: service.value("SELECT count(*) FILTER (WHERE ended_at IS NOT NULL) >= %s AND count(*) FILTER (WHERE state = 'sending') > 0"
                                           " FROM hubd.message", COUNT * kill // (KILLS + 5)), what="a mail on its way")
            service.stop("work", signal.SIGKILL)
            hurry(service, 6)
            service.start("work")
        until_all_ended(service)
        rows = service.rows("SELECT address, state, unknowns, '<' || identity || '@127.0.0.1>', attempts FROM hubd.message")
        counted, twice = sum(row[2] for row in rows), 0
        for address, state, unknowns, identity, _ in rows:
            taken = server.accepted[identity]
            if address.startswith(("gone-", "large-")):
                assert (state, taken) == ("refused", 0), address
                continue
            assert state == "sent" or (state == "unknown" and unknowns == 5), (address, state)
            assert taken >= 1 or state == "unknown", f"{address} is lost"
            assert taken <= 1 + unknowns, f"{address} came {taken} times, {unknowns} of them uncounted for"
            twice += taken - 1 if taken else 0
        assert len(rows) == COUNT and server.handler.met["drops-after"] and server.handler.met["takes-and-drops"]
        assert service.value("SELECT count(*) FROM hubd.job WHERE kind = 'mail'") == 0
        print(f"{COUNT} mails, {KILLS} kills: {sum(server.accepted.values())} accepted, {twice} twice, {counted} counted as unknown, "
              f"{sum(row[1] == 'unknown' for row in rows)} set aside so, {sum(row[4] for row in rows)} attempts")


def test_what_the_server_never_takes_is_set_aside_at_once_and_seen_and_may_be_sent_again(hubd_server):
    with sending(hubd_server, "mail_refused") as (service, server):
        message = write_to(service, "gone-1@x.example")
        service.wait_ended(message, "refused")
        shown = service.run("admin", "mail", "list", "--failed")
        assert str(message) in shown and "refused" in shown and "550" in shown and "no such user" not in shown
        service.rows("UPDATE hubd.message SET address = 'there@x.example' WHERE id = %s", message)
        service.run("admin", "mail", "retry", str(message))
        service.wait_ended(message, "sent")
        assert sum(server.accepted.values()) == 1


def test_what_the_server_takes_later_is_sent_later_with_growing_pauses_for_three_days(hubd_server):
    with sending(hubd_server, "mail_later", {"busy": 100}) as (service, server):
        message = write_to(service, "a@x.example")
        pauses = []
        for attempt in range(1, 5):
            wait_for(lambda: service.value("SELECT attempts FROM hubd.message WHERE id = %s AND state = 'queued' AND answer LIKE '451%%'", message) == attempt, what=f"attempt {attempt}")
            pauses.append(wait_for(lambda: service.value("SELECT extract(epoch FROM run_at - hubd.present())::float FROM hubd.job WHERE kind = 'mail' AND state = 'waiting'"), what="the pause"))
            hurry(service, 60)
        assert 13 <= pauses[0] <= 30 and 25 <= pauses[1] <= 60 and 50 <= pauses[2] <= 120, pauses
        hurry(service, 3 * 24 * 60)
        service.wait_ended(message, "refused")


def test_a_connection_lost_before_the_text_was_whole_is_no_doubt_and_is_not_counted(hubd_server):
    for number, mood in enumerate(("drops-at-data", "drops-in-data", "closes")):
        with sending(hubd_server, f"mail_drop_{number}", {mood: 100}) as (service, server):
            # A long one: of a short one the whole text is on its way before the loss is seen.
            message = service.value("SELECT hubd.mail_to('a@x.example', 'de', 'reminder', jsonb_build_object('title', 'x', 'reason', repeat('lang ', 600000)))")
            wait_for(lambda: service.value("SELECT answer FROM hubd.message WHERE id = %s", message), what="the first try")
            server.handler.moods = [None]
            hurry(service, 6)
            service.wait_ended(message, "sent")
            assert service.rows("SELECT unknowns, attempts FROM hubd.message") == [(0, 2)] and sum(server.accepted.values()) == 1


def test_a_doubt_is_counted_and_ends_after_five(hubd_server):
    with sending(hubd_server, "mail_doubt", {"takes-and-drops": 100}) as (service, server):
        message = write_to(service, "a@x.example")
        for times in (1, 2, 3, 4):
            wait_for(lambda: service.value("SELECT unknowns FROM hubd.message WHERE id = %s", message) == times, what="a doubt")
            hurry(service, 6)
        service.wait_ended(message, "unknown")
        assert sum(server.accepted.values()) == 5 == service.value("SELECT unknowns FROM hubd.message WHERE id = %s", message)
        assert "unknown" in service.run("admin", "mail", "list", "--failed")


def certificate(folder, name="localhost"):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName=DNS:{name}"], check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


def logins(seen, password):
    from aiosmtpd.smtp import AuthResult

    def check(_server, _session, _envelope, _mechanism, data):
        seen.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=seen[-1] == ("hubd", password), handled=False)
    return check


def test_mail_to_a_real_server_is_encrypted_and_logs_in(hubd_server, tmp_path):
    cert, key = certificate(tmp_path)
    (tmp_path / "password").write_text("geheim-42\n")
    seen = []
    with MailServer(free_port(), require_starttls=True, tls_context=tls_context(cert, key), auth_required=True, authenticator=logins(seen, "geheim-42")) as server:
        with Letters(hubd_server, "mail_tls", smtp_url=f"smtp://localhost:{server.port}", smtp_ca_file=cert, smtp_user="hubd",
                     smtp_password_file=tmp_path / "password", work_poll="100ms") as service:
            service.start("work")
            service.wait_ended(write_to(service, "a@x.example"))
            assert seen == [("hubd", "geheim-42")] and sum(server.accepted.values()) == 1
            assert "geheim" not in service.log("work")


@pytest.mark.parametrize("has_tls, name", [(False, "localhost"), (True, "elsewhere.example")])
def test_no_mail_goes_unencrypted_or_to_a_server_that_is_another(hubd_server, tmp_path, has_tls, name):
    cert, key = certificate(tmp_path, name)
    more = {"tls_context": tls_context(cert, key)} if has_tls else {}
    with MailServer(free_port(), **more) as server:
        with Letters(hubd_server, f"mail_plain_{has_tls}".lower(), smtp_url=f"smtp://localhost:{server.port}", smtp_ca_file=cert, work_poll="100ms") as service:
            service.start("work")
            message = write_to(service, "a@x.example")
            wait_for(lambda: service.value("SELECT answer FROM hubd.message WHERE id = %s", message), what="the refusal")
            assert service.state(message) == "queued" and not server.accepted and not server.handler.met


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_wrong_password_is_the_operators_matter_and_no_mail_is_set_aside_for_it(hubd_server, tmp_path):
    (tmp_path / "password").write_text("falsch")
    with MailServer(free_port(), auth_required=True, auth_require_tls=False, authenticator=logins([], "geheim-42")) as server:
        with Letters(hubd_server, "mail_login", smtp_url=f"smtp://127.0.0.1:{server.port}", smtp_user="hubd", smtp_password_file=tmp_path / "password",
                     work_poll="100ms") as service:
            service.start("work")
            message = write_to(service, "a@x.example")
            wait_for(lambda: service.value("SELECT answer FROM hubd.message WHERE id = %s", message), what="the refusal")
            assert service.state(message) == "queued" and not server.accepted


def test_no_address_and_no_word_of_a_mail_is_in_the_log(hubd_server):
    with sending(hubd_server, "mail_log", MOODS, log_level="debug") as (service, server):
        for number in range(30):
            service.value("SELECT hubd.mail_to(%s, 'de', 'reminder', '{\"title\": \"Wortlaut-17\", \"secret\": {\"code\": \"919 191\", \"url\": \"/x?code=Geheimnis\"}}')",
                          f"{'gone-' if number % 3 == 0 else ''}jemand-{number}@x.example")
        until_all_ended(service)
        log = service.log("work")
        assert "job-failed" in log and "job-done" in log
        for word in ("jemand", "x.example", "Wortlaut", "919", "Geheimnis", "no such user", "mailbox of"):
            assert word not in log, word
