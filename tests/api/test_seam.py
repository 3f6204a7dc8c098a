# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon around the modules: started and stopped, with the database away, late or wrong, reloaded, woken."""
import base64
import concurrent.futures
import html
import itertools
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

import pytest
import requests

import postgres
from conftest import HUBD, ROOT, Service, day, wait_for

BOOKINGS = "/api/v1/bookings"


def wish(date, resource="kajuete", start="09:00", end="10:00", **more):
    return {"hub": "werft", "start": f"{date}T{start}", "end": f"{date}T{end}", "items": [{"resource": resource}], **more}


def problem(reply, status, name):
    assert reply.status_code == status, reply.text
    assert reply.headers["Content-Type"] == "application/problem+json" and reply.json()["type"] == "/problems/" + name, reply.text
    return reply.json()


# ---- the service about itself ----

def test_who_looks_after_it_sees_how_it_is(hubd):
    assert hubd.get("/healthz").text == "alive\n" and hubd.get("/readyz").text == "ready\n"
    figures = hubd.get("/metrics").text
    for name in ("hubd_build", "hubd_http_requests_total", "hubd_database_calls_total", "hubd_streams", "hubd_feed_requests_total"):
        assert re.search(rf"^{name}(\{{[^}}]*\}})? \d+$", figures, re.MULTILINE), name
    names = re.findall(r"^# TYPE (\S+)", figures, re.MULTILINE)
    assert len(names) == len(set(names))


def test_search_engines_and_googles_calendar_are_told_where_to_go(hubd):
    lines = hubd.get("/robots.txt").text.splitlines()
    assert "Allow: /feeds/" in lines and not any(line.startswith("Disallow: /feeds") for line in lines)


def test_the_first_page_has_no_dead_link(hubd):
    for language in ("de", "en"):
        page = hubd.get("/?lang=" + language)
        assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/html") and f'lang="{language}"' in page.text
        links = re.findall(r'href="([^"]+)"', page.text)
        assert "/hubs/werft" in links
        for link in links:
            address = html.unescape(link).removeprefix(hubd.url)
            assert not address.startswith("/") or hubd.get(address).status_code == 200, link


def test_a_request_leaves_one_line_without_a_secret(hubd, free_day):
    reply = hubd.post(BOOKINGS + "?lang=de", wish(free_day, title="Streng geheim"), as_="mara", headers={"Idempotency-Key": "log-" + free_day})
    number = reply.headers["X-Request-Id"]
    line = wait_for(lambda: [line for line in hubd.log().splitlines() if number in line], what="its line")
    assert len(line) == 1
    assert re.fullmatch(rf"<6>request method=POST route=/api/v1/bookings status=201 ms=\d+ id={number}", line[0])
    assert hubd.tokens["mara"] not in hubd.log() and "geheim" not in hubd.log()


def test_a_path_with_a_secret_is_logged_as_its_pattern(hubd):
    hubd.get("/feeds/hub/geheimnis123.ics")
    hubd.get("/nothing/geheimnis456")
    wait_for(lambda: "route=- status=404" in hubd.log())
    assert "geheimnis" not in hubd.log()


@pytest.mark.parametrize("sent, status, name", [
    ("GET / HTTP/1.1\r\nAccept-Language: {}\r\n\r\n", 400, "malformed-request"),
    ("POST /api/v1/bookings HTTP/1.1\r\nHost: a\r\nAccept-Language: {}\r\nContent-Length: 99999999\r\n\r\nx", 413, "content-too-large"),
    ("GET / HTTP/1.1\r\nAccept-Language: {}\r\nX: " + 20000 * "x", 431, "head-too-large"),
    ("GET /" + 20000 * "x", 414, "address-too-long"),
    ("GET / HTTP/1.1\r\nHost: a\r\nAccept-Language: {}\r\nExpect: all\r\n\r\n", 417, "unknown-expectation"),
    ("GET / HTTP/3.0\r\n", 505, "unknown-version"), ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501, "not-offered")])
@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_no_request_is_refused_with_a_type_that_is_explained(hubd, sent, status, name, language):
    with socket.create_connection(("127.0.0.1", hubd.port), 10) as client:
        client.sendall(sent.replace("{}", language).encode())
        reply = b"".join(iter(lambda: client.recv(65536), b"")).decode()
    head, body = reply.split("\r\n\r\n", 1)
    document = json.loads(body)
    assert head.startswith(f"HTTP/1.1 {status} ") and document["type"] == "/problems/" + name and document["status"] == status
    known = hubd.get(document["type"], headers={"Accept-Language": "en" if "detail_en" not in document else "de"}).json()
    assert known["title"] == document["title"]
    is_english = language == "en" and "{}" in sent  # else the language could not be read: German
    assert ("detail_en" in document) != is_english and document["detail"].endswith(".")


PROBES = pathlib.Path(os.environ.get("HUBD_DATA") or ROOT / "../shared/data") / "http11/requests.jsonl"


def seen(port, sent):
    """What a probe's words call an answer: its status, "close" or "silence"."""
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.settimeout(5)
        reply = b""
        try:
            client.sendall(sent)
            while b"\r\n" not in reply:
                part = client.recv(65536)
                if not part:
                    break
                reply += part
        except TimeoutError:
            return "silence"
        except OSError:
            pass
    return reply.split(b" ")[1][:3].decode() if reply else "close"


@pytest.mark.skipif(not PROBES.exists(), reason="skipped: no HUBD_DATA")
def test_no_published_probe_of_http_finds_two_readings_of_one_request(hubd):
    """Http11Probe's single requests, sent to the whole service; 127 of the 140 scored are to pass and none to fail."""
    probes = [probe for probe in map(json.loads, PROBES.read_text(encoding="utf-8").splitlines()) if probe["scored"] and probe["pass"]]

    def judge(probe):
        answer = seen(hubd.port, base64.b64decode(probe["request_base64"]).replace(b"localhost:8080", b"localhost:%d" % hubd.port))
        if "200" in probe["pass"] + probe["warn"] and answer in ("204", "302", "304", "401", "403", "404", "405"):
            answer = "200"  # the framing is judged, not the resource
        return "pass" if answer in probe["pass"] else "warn" if answer in probe["warn"] else f"FAIL: {answer}"

    with concurrent.futures.ThreadPoolExecutor(16) as several:  # some are answered by silence only
        verdicts = dict(zip((probe["id"] for probe in probes), several.map(judge, probes)))
    assert len(verdicts) > 130 and not {name: verdict for name, verdict in verdicts.items() if verdict.startswith("FAIL")}
    assert list(verdicts.values()).count("pass") >= 127


# ---- the database away, late, wrong ----

def test_without_the_database_it_says_so_at_once_and_heals_by_itself(own_hubd):
    hubd, date = own_hubd, day(30)
    hubd.server.stop("immediate")
    wait_for(lambda: hubd.get("/readyz").status_code == 503, what="noticing")
    for send in (lambda: hubd.get("/api/v1/hubs"), lambda: hubd.post(BOOKINGS, wish(date), as_="mara")):
        began = time.monotonic()
        reply = send()
        assert time.monotonic() - began < 1
        problem(reply, 503, "database-away")
        assert int(reply.headers["Retry-After"]) >= 1
    assert hubd.get("/healthz").status_code == 200 and hubd.get("/problems/busy").status_code == 200
    hubd.server.start()
    wait_for(lambda: hubd.get("/readyz").status_code == 200, what="healing")
    assert hubd.post(BOOKINGS, wish(date), as_="mara").status_code == 201


def test_a_database_that_hangs_is_not_ready(own_hubd):
    """Its connections stand and nobody answers: a balancer must send people elsewhere."""
    hubd = own_hubd
    hubd.get("/readyz")
    processes = hubd.server.pause()
    try:
        with concurrent.futures.ThreadPoolExecutor(8) as askers:
            began = time.monotonic()
            replies = list(askers.map(lambda _: hubd.get("/readyz"), range(8)))
        assert time.monotonic() - began < 8
        assert {reply.status_code for reply in replies} == {503} and "does not answer" in replies[0].text
        assert hubd.get("/healthz").status_code == 200
        calls = int(re.search(r"^hubd_database_calls_total (\d+)$", hubd.get("/metrics").text, re.MULTILINE)[1])
        with concurrent.futures.ThreadPoolExecutor(8) as askers:
            list(askers.map(lambda _: hubd.get("/readyz"), range(8)))
        assert int(re.search(r"^hubd_database_calls_total (\d+)$", hubd.get("/metrics").text, re.MULTILINE)[1]) - calls < 8
    finally:
        hubd.server.resume(processes)
    wait_for(lambda: hubd.get("/readyz").status_code == 200, what="waking up")


def test_it_starts_before_its_database_does(hubd_server):
    """Booting in any order; and a feed's last good copy needs a serve that runs."""
    with postgres.Postgres(fsync=False) as server, Service(server) as hubd:
        hubd.settle()
        server.stop()
        hubd.start("serve", ready=False)
        problem(hubd.get("/api/v1/hubs"), 503, "database-away")
        server.start()
        wait_for(lambda: hubd.get("/readyz").status_code == 200)
        assert hubd.get("/api/v1/hubs").status_code == 200
        assert hubd.stop() == 0


def test_a_database_of_another_version_is_named_and_not_used(own_hubd):
    hubd = own_hubd
    hubd.stop()
    hubd.server.sql("DROP FUNCTION api.find(jsonb, jsonb)")
    hubd.start("serve", ready=False)
    wait_for(lambda: "find" in hubd.get("/readyz").text, what="the function's name")
    assert hubd.get("/readyz").status_code == 503
    assert hubd.get("/api/v1/hubs").status_code == 503


def test_a_slow_database_costs_a_bounded_time_and_a_write_is_said_to_be_unknown(own_hubd):
    hubd = own_hubd
    hubd.stop()
    hubd.conf.write_text(hubd.conf.read_text() + "database_deadline = 1s\n")
    hubd.start("serve")
    holder = subprocess.Popen(["psql", "-q", hubd.server.conninfo()], stdin=subprocess.PIPE, text=True)
    holder.stdin.write("BEGIN; LOCK TABLE hubd.booking, hubd.hub; SELECT pg_sleep(0);\n")
    holder.stdin.flush()
    try:
        wait_for(lambda: hubd.server.value("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'hubd.booking'::regclass") == "1")
        began = time.monotonic()
        problem(hubd.post("/api/v1/bookings/7/confirm", as_="mara"), 504, "outcome-unknown")
        problem(hubd.get("/api/v1/hubs"), 504, "timed-out")
        assert time.monotonic() - began < 4
    finally:
        holder.stdin.write("ROLLBACK;\n")
        holder.stdin.close()
        holder.wait(10)
    wait_for(lambda: hubd.get("/api/v1/hubs").status_code == 200, what="recovery")


def test_a_deadlock_is_tried_again_and_nobody_hears_of_it(own_hubd):
    """The first call fails with the given SQLSTATE, the second one does what it should."""
    hubd = own_hubd
    hubd.server.sql("""CREATE SEQUENCE hubd.tries; GRANT USAGE ON SEQUENCE hubd.tries TO PUBLIC;
        CREATE OR REPLACE FUNCTION api.topics(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            IF nextval('hubd.tries') % 2 = 1 THEN RAISE 'once' USING ERRCODE = '40P01'; END IF;
            RETURN ROW(200, '{"items": []}', NULL, NULL)::api.reply;
        END $$""")
    assert hubd.get("/api/v1/topics").status_code == 200
    hubd.server.sql("ALTER SEQUENCE hubd.tries INCREMENT 2 RESTART 1")
    reply = hubd.get("/api/v1/topics")
    problem(reply, 503, "busy")
    assert reply.headers["Retry-After"] == "1"


@pytest.mark.parametrize("state, status, name", [("57014", 504, "timed-out"), ("23P01", 500, "defect"), ("P0001", 500, "defect"),
                                                 ("22023", 422, "malformed-value"), ("53300", 503, "database-away")])
def test_what_the_database_says_has_one_meaning_and_no_detail_of_ours_leaks(own_hubd_for_errors, state, status, name):
    hubd = own_hubd_for_errors
    hubd.server.sql(f"""CREATE OR REPLACE FUNCTION api.topics(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN RAISE 'inner secret' USING ERRCODE = '{state}'; END $$""")
    reply = hubd.get("/api/v1/topics")
    problem(reply, status, name)
    assert "inner secret" not in reply.text
    assert wait_for(lambda: "inner secret" in hubd.log()), "the operator reads it"


@pytest.fixture(scope="module")
def own_hubd_for_errors():
    with postgres.Postgres(fsync=False) as server, Service(server) as service:
        yield service.settle().start("serve")


def test_what_was_looked_up_and_changed_is_looked_up_once_more(own_hubd_for_errors):
    hubd = own_hubd_for_errors
    hubd.server.sql("""CREATE SEQUENCE hubd.looks; CREATE SEQUENCE hubd.decisions; GRANT USAGE ON SEQUENCE hubd.looks, hubd.decisions TO PUBLIC;
        CREATE OR REPLACE FUNCTION api.look_zone(caller jsonb, input jsonb) RETURNS TABLE (zone text) LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN PERFORM nextval('hubd.looks'); RETURN QUERY SELECT 'Europe/Berlin'; END $$;
        CREATE OR REPLACE FUNCTION api.book(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            PERFORM nextval('hubd.decisions');
            RETURN hubd.problem_stale(caller, 7);
        END $$;""")
    problem(hubd.post(BOOKINGS, wish(day(30)), as_="mara"), 412, "changed-meanwhile")
    assert hubd.server.value("SELECT last_value FROM hubd.looks") == "2" and hubd.server.value("SELECT last_value FROM hubd.decisions") == "2"
    problem(hubd.post(BOOKINGS, wish(day(30)), as_="mara", headers={"If-Match": '"6"'}), 412, "changed-meanwhile")
    assert hubd.server.value("SELECT last_value FROM hubd.looks") == "3", "who names a revision wants no other"


# ---- the process ----

def test_a_running_request_is_answered_before_it_stops(own_hubd):
    hubd = own_hubd
    hubd.server.sql("""CREATE OR REPLACE FUNCTION api.topics(caller jsonb, input jsonb) RETURNS api.reply LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN PERFORM pg_sleep(1); RETURN ROW(200, '{"items": []}', NULL, NULL)::api.reply; END $$""")
    replies = []
    thread = threading.Thread(target=lambda: replies.append(hubd.get("/api/v1/topics").status_code))
    thread.start()
    time.sleep(0.3)
    assert hubd.stop() == 0
    thread.join()
    assert replies == [200]
    with pytest.raises(requests.ConnectionError):
        hubd.get("/healthz")


def test_a_reload_applies_new_bounds_and_a_wrong_file_changes_nothing(own_hubd):
    hubd = own_hubd
    long = {"title": "x" * 400, **wish(day(40))}
    assert hubd.post(BOOKINGS, long, as_="mara").status_code == 201
    right = hubd.conf.read_text()
    hubd.conf.write_text(right + "request_bodyy = 1\n")
    hubd.processes["serve"].send_signal(signal.SIGHUP)
    wait_for(lambda: "not-reloaded" in hubd.log() and "did you mean request_body?" in hubd.log())
    hubd.conf.write_text(right + "request_body = 1K\n")
    hubd.processes["serve"].send_signal(signal.SIGHUP)
    wait_for(lambda: "<5>reloaded" in hubd.log())
    assert hubd.post(BOOKINGS, {"title": "x" * 2000, **wish(day(41))}, as_="mara").status_code == 413
    assert hubd.get("/readyz").status_code == 200


def test_sockets_that_are_handed_over_are_used(own_hubd):
    hubd = own_hubd
    hubd.stop()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", hubd.port))
        listening.listen()

        def hand_over():
            os.dup2(listening.fileno(), 3)
            os.set_inheritable(3, True)
            os.environ["LISTEN_PID"] = str(os.getpid())

        # LISTEN_PID is the child's own number, which only the child knows.
        child = subprocess.Popen(["/bin/sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"', HUBD, "--config", hubd.conf, "serve"],
                                 preexec_fn=hand_over, close_fds=False, stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: hubd.get("/readyz").status_code == 200)
            # A restart behind an open socket refuses nobody: the connection waits.
            child.send_signal(signal.SIGTERM)
            assert child.wait(20) == 0
            waiting = threading.Thread(target=lambda: hubd.get("/healthz"))
            waiting.start()
            child = subprocess.Popen(["/bin/sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"', HUBD, "--config", hubd.conf, "serve"],
                                     preexec_fn=hand_over, close_fds=False, stderr=subprocess.DEVNULL)
            waiting.join(20)
            assert not waiting.is_alive()
        finally:
            child.terminate()
            child.wait(20)


def test_the_service_manager_hears_ready_and_stopping(own_hubd):
    hubd = own_hubd
    hubd.stop()
    path = str(hubd.folder / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(path)
        notify.settimeout(10)
        environment = {**os.environ, "NOTIFY_SOCKET": path, "WATCHDOG_USEC": "300000"}
        child = subprocess.Popen([HUBD, "--config", hubd.conf, "serve"], env=environment, stderr=subprocess.DEVNULL)
        try:
            heard = set()
            while not {"READY=1", "WATCHDOG=1", "STATUS=database-ready"} <= heard:
                heard |= set(notify.recv(4096).decode().splitlines())
            child.terminate()
            while "STOPPING=1" not in heard:
                heard |= set(notify.recv(4096).decode().splitlines())
            assert child.wait(20) == 0
        finally:
            child.kill()
            child.wait()


def test_an_address_that_is_taken_ends_the_start_with_a_sentence(hubd):
    done = subprocess.run([HUBD, "--config", hubd.conf, "serve"], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1 and "cannot-listen" in done.stderr and str(hubd.port) in done.stderr


# ---- the stream ----

def listen(hubd, lines):
    with requests.get(hubd.url + "/stream", stream=True, timeout=30) as reply:
        assert reply.status_code == 200 and reply.headers["Content-Type"].startswith("text/event-stream")
        lines.append("open")
        for line in reply.iter_lines(chunk_size=1):
            lines.append(line.decode())
            if line.startswith(b"data:") and b"hub:" in line:
                return


def test_whoever_listens_hears_that_something_changed(hubd, free_day):
    lines = []
    thread = threading.Thread(target=listen, args=(hubd, lines), daemon=True)
    thread.start()
    wait_for(lambda: lines)
    made = hubd.post("/api/v1/events", {"hub": "werft", "title": "Neu", "start": f"{free_day}T18:00", "duration": "PT1H"}, as_="ines")
    assert made.status_code == 201
    thread.join(20)
    assert not thread.is_alive() and "event: changed" in lines
    told = next(line for line in lines if line.startswith("data:") and "hub:" in line)
    assert "event:" + made.json()["links"]["self"].rsplit("/", 1)[1] in told and "person:" not in told


def test_streams_are_bounded_and_end_with_the_service(own_hubd):
    hubd = own_hubd
    hubd.conf.write_text(hubd.conf.read_text() + "streams = 2\nstream_heartbeat = 1s\n")
    hubd.stop()
    hubd.start("serve")
    first, second = (requests.get(hubd.url + "/stream", stream=True, timeout=30) for _ in range(2))
    problem(hubd.get("/stream"), 503, "busy")
    lines = first.iter_lines(chunk_size=1)
    assert b":" in itertools.islice(lines, 20), "a heartbeat, be it after news"
    second.close()
    wait_for(lambda: "hubd_streams 1\n" in hubd.get("/metrics").text, what="the place of the one that left")
    assert hubd.stop() == 0


# ---- the worker ----

def hold(hubd, date):
    reply = hubd.post(BOOKINGS, wish(date, hold=True), as_="mara")
    assert reply.status_code == 201, reply.text
    return reply.headers["Location"]


def test_a_hold_that_ran_out_is_cleared_away(own_hubd):
    hubd = own_hubd
    path = hold(hubd, day(30))
    hubd.start("work")
    hubd.server.sql("UPDATE hubd.clock SET ahead = '11 minutes'")
    shown = hubd.get(path, as_="mara").json()
    assert shown["state"] == "expired" and "expires" not in {name for name in shown if shown[name] is not None}
    problem(hubd.post(path + "/confirm", as_="mara"), 409, "hold-expired")
    hubd.server.sql("UPDATE hubd.job SET run_at = now() WHERE kind = 'expire-holds'; NOTIFY hubd_job")
    wait_for(lambda: hubd.server.value("SELECT count(*) FROM hubd.claim") == "0", what="the claims to go")
    assert hubd.post(BOOKINGS, wish(day(30)), as_="jonas").status_code == 201
    assert hubd.stop("work") == 0


def test_each_job_is_done_once_by_however_many_workers(own_hubd):
    hubd = own_hubd
    hubd.server.sql("""CREATE TABLE hubd.done (id bigint, pid int); GRANT INSERT ON hubd.done TO PUBLIC;
        CREATE OR REPLACE FUNCTION api.job_run_sql(job_id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER AS
        $$ INSERT INTO hubd.done SELECT job_id, pg_backend_pid() FROM hubd.job WHERE id = job_id AND kind = 'count' $$;
        INSERT INTO hubd.job (kind, key) SELECT 'count', n::text FROM generate_series(1, 500) AS n;""")
    for number in range(3):
        hubd.start(f"work:{number}")
    wait_for(lambda: hubd.server.value("SELECT count(*) FROM hubd.job WHERE kind = 'count'") == "0", what="500 jobs")
    assert hubd.server.value("SELECT count(*), count(DISTINCT id) FROM hubd.done") == "500"
    assert hubd.server.value("SELECT count(DISTINCT id) FROM hubd.done") == "500"
    assert int(hubd.server.value("SELECT count(DISTINCT pid) FROM hubd.done")) > 2, "the work was shared"
    for number in range(3):
        assert hubd.stop(f"work:{number}") == 0


def test_a_job_that_fails_waits_and_is_shown(own_hubd):
    hubd = own_hubd
    hubd.server.sql("INSERT INTO hubd.job (kind, key) VALUES ('no-such-kind', 'x')")
    hubd.start("work")
    wait_for(lambda: hubd.server.value("SELECT count(*) FROM hubd.job WHERE kind = 'no-such-kind' AND attempts >= 1 AND error IS NOT NULL AND state = 'waiting'") == "1")
    assert "job-failed kind=no-such-kind" in hubd.log("work")
    shown = hubd.run("status")
    assert "no-such-kind" in shown and shown.splitlines()[0].split() == ["hubd", "0.1.0"]
    hubd.server.sql("UPDATE hubd.job SET state = 'failed', attempts = 8 WHERE kind = 'no-such-kind'")
    done = subprocess.run([HUBD, "--config", hubd.conf, "status"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and re.search(r"^! queue .*1 set aside", done.stdout, re.MULTILINE)


def test_a_job_under_way_is_finished_before_the_worker_stops(own_hubd):
    hubd = own_hubd
    hubd.server.sql("""CREATE TABLE hubd.done (id bigint); GRANT INSERT ON hubd.done TO PUBLIC;
        CREATE OR REPLACE FUNCTION api.job_run_sql(job_id bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS
        $$ BEGIN IF (SELECT kind FROM hubd.job WHERE id = job_id) = 'slow' THEN PERFORM pg_sleep(1.5); INSERT INTO hubd.done VALUES (job_id); END IF; END $$;
        INSERT INTO hubd.job (kind, key) VALUES ('slow', 'x');""")
    hubd.start("work")
    wait_for(lambda: hubd.server.value("SELECT count(*) FROM hubd.job WHERE kind = 'slow' AND state = 'running'") == "1")
    assert hubd.stop("work") == 0
    assert hubd.server.value("SELECT count(*) FROM hubd.done") == "1" and hubd.server.value("SELECT count(*) FROM hubd.job WHERE kind = 'slow'") == "0"


def test_the_worker_waits_for_its_database(own_hubd):
    hubd = own_hubd
    hubd.server.stop()
    hubd.start("work")
    time.sleep(0.5)
    hubd.server.start()
    wait_for(lambda: "job-done" in hubd.log("work"), what="its first job")
    hubd.server.stop()
    assert hubd.stop("work") == 0, "and it can be stopped without one"


# ---- commands ----

def test_status_tells_a_database_that_is_away(own_hubd):
    hubd = own_hubd
    assert json.loads(hubd.run("status", "--json"))["hubs"] == 2
    hubd.server.stop()
    done = subprocess.run([HUBD, "--config", hubd.conf, "status"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "admin_database" in done.stderr


@pytest.mark.parametrize("line, words", [
    ("lissten = x", ["lissten", "did you mean listen?"]), ("streams = many", ["streams", "number"]), ("listen = 127.0.0.1", ["listen", "127.0.0.1:8080"]),
    ("trusted_peers = here", ["trusted_peers", "10.0.0.0/8"]), ("public_url = hub.example", ["public_url", "https://"]),
    ("state_directory = /nonexistent/x", ["state_directory", "no folder"]), ("reply_timeout = 5s", ["reply_timeout", "database_deadline"])])
def test_check_config_names_what_is_wrong_and_what_would_be_right(tmp_path, line, words):
    conf = tmp_path / "hubd.conf"
    name = line.split()[0]
    lines = {"data_directory": f"data_directory = {tmp_path}", "state_directory": f"state_directory = {tmp_path}"}
    conf.write_text("\n".join(text for key, text in lines.items() if key != name) + "\n")
    if name not in lines:  # else the default decides, and whether hubd is installed here
        assert subprocess.run([HUBD, "--config", conf, "check-config"], capture_output=True, check=False).returncode == 0
    conf.write_text(conf.read_text() + line + "\n")
    done = subprocess.run([HUBD, "--config", conf, "check-config"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and all(word in done.stderr for word in words), done.stderr
    if name in ("lissten", "streams"):
        assert f"{conf}:3: " in done.stderr
        serve = subprocess.run([HUBD, "--config", conf, "serve"], capture_output=True, text=True, timeout=10, check=False)
        assert serve.returncode == 2, "it does not start with settings that it does not understand"


def test_a_mistyped_command_finds_its_word():
    done = subprocess.run([HUBD, "mirgate"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and 'did you mean "migrate"?' in done.stderr
    for words in (["help"], ["--help"]):
        help_ = subprocess.run([HUBD, *words], capture_output=True, text=True, check=False)
        assert help_.returncode == 0 and "check-config" in help_.stdout
    assert subprocess.run([HUBD], capture_output=True, check=False).returncode == 2
    assert subprocess.run([HUBD, "version"], capture_output=True, text=True, check=True).stdout.startswith("hubd ")
