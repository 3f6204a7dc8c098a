# SPDX-License-Identifier: GPL-3.0-or-later
"""daemon/db/ against a PostgreSQL that dies, sleeps, forgets functions and comes back.

tests/unit/db_driver.c says how the driver is spoken to.
"""
import collections
import os
import queue
import random
import re
import socket
import subprocess
import threading
import time

import pytest

import postgres

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("HUBD_BUILD", "build")

pytestmark = pytest.mark.skipif(not postgres.is_available(), reason="skipped: no PostgreSQL server installed")

STATEMENTS = {
    # name: (read or write, number of parameters, sql)
    "echo": ("r", 1, "SELECT $1::text AS answer"),
    "sleep": ("r", 2, "SELECT $2::text AS answer FROM pg_sleep($1::float8)"),
    "add": ("w", 1, "INSERT INTO kept (id) VALUES ($1) RETURNING id AS answer"),
    "slow_add": ("w", 2, "WITH p AS (SELECT pg_sleep($2::float8)) INSERT INTO kept (id) SELECT $1 FROM p RETURNING id AS answer"),
    "divide": ("r", 1, "SELECT (10 / $1::int)::text AS answer"),
    "who": ("w", 0, "SELECT pg_backend_pid()::text AS answer"),
    "later": ("w", 1, "INSERT INTO child (id) VALUES ($1) RETURNING id AS answer"),
    "setting": ("r", 1, "SELECT current_setting($1) AS answer"),
}

SCHEMA = """
CREATE TABLE kept (id text PRIMARY KEY);
CREATE TABLE parent (id text PRIMARY KEY);
CREATE TABLE child (id text, CONSTRAINT child_of_parent FOREIGN KEY (id) REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
"""


class Driver:
    """A db_driver process; what it prints is sorted into answers, states and notifications."""

    def __init__(self, folder, conninfo, connections=4, depth=4, room=1000, deadline_ms=5000, statements=None):
        path = os.path.join(folder, f"statements-{random.randrange(10**9)}")
        with open(path, "w", encoding="utf-8") as file:
            for name, (kind, parameters, sql) in (statements or STATEMENTS).items():
                file.write(f"{name}\t{kind}\t{parameters}\t{sql}\n")
        self.process = subprocess.Popen(
            [os.path.join(ROOT, BUILD, "tests/unit/db_driver"), conninfo, str(connections), str(depth), str(room),
             str(deadline_ms), path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")
        self.answers = collections.defaultdict(list)  # id: all (outcome, value) that came; more than one is a defect
        self.asked = set()
        self.states, self.heard, self.others = [], queue.Queue(), queue.Queue()
        self.news = threading.Condition()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        for line in self.process.stdout:
            word, *fields = line.rstrip("\n").split("\t")
            with self.news:
                if word == "done":
                    self.answers[fields[0]].append((fields[1], fields[2]))
                elif word == "state":
                    self.states.append((fields[0], fields[1]))
                elif word == "heard":
                    self.heard.put(fields[1])
                else:
                    self.others.put((word, fields))
                self.news.notify_all()

    def say(self, *lines):
        self.process.stdin.write("".join(line + "\n" for line in lines))
        self.process.stdin.flush()

    def call(self, ident, name, *parameters):
        self.calls((ident, name, *parameters))

    def calls(self, *calls):
        self.asked.update(str(call[0]) for call in calls)
        self.say(*["\t".join(["call", *map(str, call)]) for call in calls])

    def wait(self, ready, seconds=20):
        with self.news:
            assert self.news.wait_for(ready, seconds), f"waited in vain: {self.states[-3:]} {len(self.answers)} answers"

    def wait_state(self, name, seconds=20):
        self.wait(lambda: self.states and self.states[-1][0] == name, seconds)
        return self.states[-1][1]

    def answer(self, ident, seconds=20):
        self.wait(lambda: self.answers.get(str(ident)), seconds)
        return self.answers[str(ident)][0]

    def ask(self, name, *parameters):
        ident = f"ask{len(self.asked)}"
        self.call(ident, name, *parameters)
        return self.answer(ident)

    def wait_all(self, seconds=60):
        self.wait(lambda: len(self.answers) == len(self.asked), seconds)

    def counts(self):
        self.say("count")
        _, fields = self.others.get(timeout=10)
        return {name: int(value) for name, value in (pair.split("=") for pair in fields[0].split())}

    def wait_counts(self, is_enough, seconds=20):
        until = time.monotonic() + seconds
        while not is_enough(self.counts()):
            assert time.monotonic() < until, self.counts()
            time.sleep(0.02)

    def close(self):
        """Ends it and holds it to its promise: each call is answered exactly once."""
        if self.process.poll() is None:
            self.say("quit")
        assert self.process.wait(20) == 0
        self.thread.join(20)
        assert set(self.answers) == self.asked
        twice = {ident: answers for ident, answers in self.answers.items() if len(answers) != 1}
        assert not twice


@pytest.fixture(scope="session", autouse=True)
def build():
    if "HUBD_BUILD" not in os.environ:
        subprocess.run(["make", "-s", "build/tests/unit/db_driver"], cwd=ROOT, check=True)


@pytest.fixture(scope="module")
def server():
    # As the roles of hubd have it: the server's patience ends before ours.
    with postgres.Postgres(fsync=False, settings={"statement_timeout": "20s"}) as server:
        server.sql(SCHEMA)
        yield server


@pytest.fixture
def start(server):
    """start(…) makes drivers that are ready; at the end each is held to its promise, whatever happened."""
    if server.pid() is None:
        server.start()
    drivers = []

    def make(conninfo=None, wait="ready", **settings):
        driver = Driver(server.folder, conninfo or server.conninfo(), **settings)
        drivers.append(driver)
        if wait:
            driver.wait_state(wait)
            if wait == "ready":  # with the first connection it is; tests count on all
                driver.wait_counts(lambda counts: counts["ready"] == settings.get("connections", 4))
        return driver
    yield make
    for driver in drivers:
        driver.close()


def test_an_answer_is_the_caller_s_own_among_ten_thousand(start):
    driver = start(connections=8, room=20000, deadline_ms=60000)
    driver.calls(*[(i, "echo", f"value {i}") for i in range(10000)])
    driver.wait_all()
    assert all(driver.answers[str(i)] == [("rows", f"value {i}")] for i in range(10000))


def test_null_and_empty_and_umlauts_come_back_as_they_went(start):
    driver = start()
    for value in ("\\N", "", "Lötstation – Größe 3/4\"", "x" * 50000):
        assert driver.ask("echo", value) == ("rows", value)


def test_the_session_is_utc_and_utf8(start):
    driver = start()
    for name, value in (("TimeZone", "UTC"), ("client_encoding", "UTF8"), ("application_name", "hubd"),
                        ("standard_conforming_strings", "on")):
        assert driver.ask("setting", name) == ("rows", value)


def test_an_error_in_the_middle_of_a_pipeline_leaves_its_neighbours_alone(start):
    driver = start(connections=2, room=5000, deadline_ms=30000)
    driver.calls(*[(i, "divide", i % 3) for i in range(3000)])
    driver.wait_all()
    wanted = {0: ("error", "22012"), 1: ("rows", "10"), 2: ("rows", "5")}
    assert all(driver.answers[str(i)] == [wanted[i % 3]] for i in range(3000))
    assert driver.counts()["errors"] == 1000


def test_a_commit_that_fails_is_no_success(start, server):
    """The row comes before the COMMIT that the deferred constraint refuses."""
    driver = start()
    server.sql("INSERT INTO parent VALUES ('known')")
    assert driver.ask("later", "unknown") == ("error", "23503")
    assert driver.ask("later", "known") == ("rows", "known")
    assert server.value("SELECT count(*) FROM child") == "1"


def test_a_commit_that_no_standby_confirmed_is_told_as_unknown(start, server):
    driver = start(connections=1)
    try:
        server.sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        server.sql("SELECT pg_reload_conf()")
        time.sleep(0.2)
        driver.call("w", "add", "unreplicated")
        until = time.monotonic() + 10
        cancel = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        while server.value(cancel) == "0":
            assert time.monotonic() < until
        assert driver.answer("w")[0] == "lost"
    finally:
        server.sql("ALTER SYSTEM RESET synchronous_standby_names")
        server.sql("SELECT pg_reload_conf()")
    assert server.value("SELECT count(*) FROM kept WHERE id = 'unreplicated'") == "1"
    assert driver.ask("echo", "next") == ("rows", "next")


def test_a_late_answer_never_reaches_the_next_caller(start):
    driver = start(connections=1, depth=4, deadline_ms=400)
    driver.call("slow", "sleep", 0.6, "late value")
    driver.call("behind", "echo", "neighbour")  # in the same pipeline: late as well
    assert driver.answer("slow")[0] == "late" and driver.answer("behind")[0] == "late"
    time.sleep(0.4)
    assert [driver.ask("echo", f"after {i}") for i in range(20)] == [("rows", f"after {i}") for i in range(20)]
    counts = driver.counts()
    assert (counts["late"], counts["lost"], counts["connects"], counts["running"]) == (2, 0, 1, 0)


def test_while_one_connection_is_overdue_the_others_serve(start):
    driver = start(connections=2, deadline_ms=400)
    driver.call("slow", "sleep", 0.7, "x")
    assert driver.answer("slow")[0] == "late"
    # All at once: the shortest flight would be the overdue one's.
    driver.calls(*[(i, "echo", i) for i in range(20)])
    driver.wait(lambda: len(driver.answers) == 21, 0.2)
    assert all(driver.answers[str(i)] == [("rows", str(i))] for i in range(20))


def test_a_server_that_stays_silent_is_given_up(start):
    driver = start(connections=1, deadline_ms=300)
    driver.call("silent", "sleep", 15, "x")
    assert driver.answer("silent")[0] == "late"
    driver.wait_state("away")
    driver.wait_state("ready")
    assert driver.ask("echo", "again") == ("rows", "again")


def test_a_call_that_waited_until_its_deadline_was_never_sent(start, server):
    driver = start(connections=1, deadline_ms=500)
    driver.call("first", "slow_add", "was sent", 0.8)
    driver.call("second", "add", "never sent")
    assert driver.answer("first")[0] == "late"
    assert driver.answer("second")[0] == "busy"
    time.sleep(0.6)
    assert server.sql("SELECT id FROM kept WHERE id IN ('was sent', 'never sent')") == [("was sent",)]


def test_beyond_the_queue_s_bound_the_answer_is_busy_at_once(start):
    driver = start(connections=2, depth=2, room=10)
    driver.calls(*[(i, "sleep", 0.3, i) for i in range(30)])
    driver.wait(lambda: len(driver.answers) >= 16, 0.25)
    assert sum(answers == [("busy", "")] for answers in driver.answers.values()) == 30 - 4 - 10
    driver.wait_all()
    assert all(driver.answers[str(i)] == [("rows", str(i))] for i in range(14))


def test_a_write_never_shares_a_connection(start, server):
    server.sql("CREATE TABLE IF NOT EXISTS seen (pid int, during tstzrange)")
    statements = {
        "w": ("w", 0, "INSERT INTO seen SELECT pg_backend_pid(), tstzrange(clock_timestamp(), clock_timestamp() + '1 s')"
                      " FROM pg_sleep(0.005) RETURNING pid::text AS answer"),
        "r": ("r", 0, "SELECT pg_backend_pid()::text AS answer FROM pg_sleep(0.005)")}
    driver = start(connections=3, depth=4, room=5000, statements=statements, deadline_ms=30000)
    # A read behind a slow write on the same connection would wait for it; here each finds its way around it.
    slow = dict(statements, slow=("w", 0, "SELECT pg_backend_pid()::text AS answer FROM pg_sleep(1)"))
    slow_driver = start(connections=2, depth=4, statements=slow)
    slow_driver.call("slow", "slow")
    slow_driver.calls(*[(i, "r") for i in range(20)])
    slow_driver.wait(lambda: len(slow_driver.answers) == 20, 0.9)
    slow_pid = slow_driver.answer("slow")[1]
    assert slow_pid not in {slow_driver.answer(i)[1] for i in range(20)}
    # And in a mixed crowd everybody comes through: neither kind starves.
    driver.calls(*[(i, "w" if i % 3 == 0 else "r") for i in range(600)])
    driver.wait_all()
    assert all(answers[0][0] == "rows" for answers in driver.answers.values())
    assert server.value("SELECT count(*) FROM seen") == "200"


def test_writes_come_through_a_crowd_of_reads(start):
    """Reads never cease; a write waits for one connection to run dry, which is kept for it."""
    driver = start(connections=2, depth=4, statements=dict(STATEMENTS, nap=("r", 0, "SELECT pg_sleep(0.01)")))
    driver.say("bench\tnap\t6\t2000")
    for i in range(10):
        began = time.monotonic()
        driver.call(f"w{i}", "who")
        assert driver.answer(f"w{i}")[0] == "rows"
        assert time.monotonic() - began < 0.5
    assert driver.others.get(timeout=10)[0] == "rate"


def test_a_killed_backend_loses_only_what_it_had_begun(start, server):
    driver = start(connections=4, deadline_ms=10000)
    driver.calls(*[(i, "sleep", 1, i) for i in range(4)])
    time.sleep(0.3)
    victim = server.value("SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT $2::text%' AND state = 'active'"
                          " AND application_name = 'hubd'"
                          " ORDER BY backend_start DESC LIMIT 1")
    server.sql(f"SELECT pg_terminate_backend({victim})")
    driver.wait_all()
    assert sorted(answers[0][0] for answers in driver.answers.values()) == ["lost", "rows", "rows", "rows"]
    driver.wait_counts(lambda counts: counts["ready"] == 4)
    assert [driver.ask("echo", i) for i in range(20)] == [("rows", str(i)) for i in range(20)]


def test_backends_that_die_all_the_time_never_cost_an_answer(start, server):
    driver = start(connections=4, room=5000, deadline_ms=3000)
    for round_number in range(8):
        driver.calls(*[(f"{round_number}-{i}", "echo", f"{round_number}-{i}") for i in range(500)])
        driver.calls(*[(f"w{round_number}-{i}", "add", f"w{round_number}-{i}") for i in range(50)])
        server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hubd'")
    driver.wait_all()
    kept = {row[0] for row in server.sql("SELECT id FROM kept")}
    for ident, answers in driver.answers.items():
        outcome, value = answers[0]
        assert outcome in ("rows", "lost", "away", "busy")
        if outcome == "rows":
            assert value == ident
        if ident.startswith("w"):
            assert (ident in kept) if outcome == "rows" else outcome == "lost" or ident not in kept


def test_after_the_power_failed_every_call_has_one_answer_and_no_write_is_invented(start, server):
    driver = start(connections=6, room=500, deadline_ms=3000)
    number = 0
    for _ in range(3):
        until = time.monotonic() + 0.6
        killer = threading.Timer(0.3, server.kill9)
        killer.start()
        while time.monotonic() < until:
            driver.calls(*[(f"k{number + i}", "add", f"k{number + i}") for i in range(40)],
                         *[(f"e{number + i}", "echo", f"e{number + i}") for i in range(40)])
            number += 40
            time.sleep(0.01)
        killer.join()
        driver.wait_state("away")
        assert driver.ask("echo", "x") == ("away", "")
        server.start()
        driver.wait_state("ready")
    driver.wait_all()
    kept = {row[0] for row in server.sql("SELECT id FROM kept")}
    outcomes = collections.Counter()
    for ident, answers in driver.answers.items():
        outcome, value = answers[0]
        outcomes[outcome] += 1
        if outcome == "rows":
            assert value == ident
        # Not flushed to a disk that forgets, but to a kernel that lives on: what was acknowledged is there.
        if ident.startswith("k"):
            assert ident in kept if outcome == "rows" else outcome == "lost" or ident not in kept
    assert outcomes["rows"] > 0 and outcomes["lost"] > 0 and outcomes["away"] > 0


def test_a_missing_function_is_named_and_healed_without_a_restart(start, server):
    server.sql("CREATE SCHEMA IF NOT EXISTS api")
    statements = {"echo": STATEMENTS["echo"], "book": ("w", 2, "SELECT api.book($1::text, $2::text) AS answer"),
                  "setting": STATEMENTS["setting"]}
    driver = start(statements=statements, wait=None)
    detail = driver.wait_state("mismatched")
    assert '"book"' in detail and "api.book(text, text) does not exist" in detail and "42883" in detail
    assert driver.ask("echo", "x") == ("away", "")
    server.sql("CREATE FUNCTION api.book(text, text) RETURNS text LANGUAGE sql AS 'SELECT $1 || $2'")
    driver.wait_state("ready")
    assert driver.ask("book", "a", "b") == ("rows", "ab")


def test_a_function_whose_row_changed_under_way_works_again(start, server):
    server.sql("CREATE SCHEMA IF NOT EXISTS api; CREATE TYPE api.reply AS (answer text);"
               "CREATE FUNCTION api.given() RETURNS api.reply LANGUAGE sql AS $$SELECT ROW('one')::api.reply$$")
    driver = start(connections=2, statements={"given": ("r", 0, "SELECT * FROM api.given()")})
    for _ in range(10):
        assert driver.ask("given") == ("rows", "one")
    server.sql("ALTER TYPE api.reply ADD ATTRIBUTE more text;"
               "CREATE OR REPLACE FUNCTION api.given() RETURNS api.reply LANGUAGE sql AS $$SELECT ROW('two', 'x')::api.reply$$")
    until = time.monotonic() + 10
    while driver.ask("given") != ("rows", "two"):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_hundreds_of_statements_are_no_burden(start):
    statements = {f"statement_{i:03}": ("r", 1, f"SELECT ($1::int + {i})::text AS answer") for i in range(600)}
    began = time.monotonic()
    driver = start(connections=8, room=2000, statements=statements)
    assert time.monotonic() - began < 5
    driver.calls(*[(i, f"statement_{i:03}", 1) for i in range(600)])
    driver.wait_all()
    assert all(driver.answers[str(i)] == [("rows", str(i + 1))] for i in range(600))


def test_a_server_turned_read_only_is_left(start, server):
    """After a failover the old primary may come back as a standby: its connections are not kept."""
    driver = start(connections=1)
    server.sql("ALTER SYSTEM SET default_transaction_read_only = on")
    server.sql("SELECT pg_reload_conf()")
    try:
        until = time.monotonic() + 10
        while driver.ask("add", f"ro{time.monotonic()}") != ("error", "25006"):
            assert time.monotonic() < until
    finally:
        server.sql("SET default_transaction_read_only = off; ALTER SYSTEM RESET default_transaction_read_only")
        server.sql("SELECT pg_reload_conf()")
    driver.wait_state("ready")
    driver.wait_counts(lambda counts: counts["connects"] > 1)
    assert driver.ask("add", "writable again") == ("rows", "writable again")


def test_the_listener_hears_again_after_a_restart(start, server):
    driver = start()
    driver.say("listen\tChanged things")
    assert driver.heard.get(timeout=10) == "\\N"
    server.sql("NOTIFY \"Changed things\", 'one'")
    assert driver.heard.get(timeout=10) == "one"
    server.restart()
    assert driver.heard.get(timeout=10) == "\\N"
    server.sql("NOTIFY \"Changed things\", 'two'")
    assert driver.heard.get(timeout=10) == "two"
    server.kill9()
    server.start()
    assert driver.heard.get(timeout=10) == "\\N"


def test_a_dead_first_host_is_passed_over(start, server):
    with socket.socket() as bound:  # bound, not listening: refuses
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        driver = start(f"host=127.0.0.1,{server.folder} port={port},{server.port} dbname={server.database}"
                       f" user={server.user} target_session_attrs=read-write")
        assert driver.ask("echo", "x") == ("rows", "x")


def test_a_silent_first_host_is_passed_over(start, server):
    """A machine that lost its power refuses nothing: it accepts, as far as one can tell, and says no word."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        driver = start(f"host=127.0.0.1,{server.folder} port={port},{server.port} dbname={server.database}"
                       f" user={server.user} connect_timeout=1 target_session_attrs=read-write", connections=2)
        assert driver.ask("echo", "x") == ("rows", "x")


def test_answers_come_whole_over_tls(start, server):
    """Large and small ones in one pipeline: TLS keeps bytes where no socket tells of them."""
    key, certificate = f"{server.folder}/key.pem", f"{server.folder}/certificate.pem"
    subprocess.run(postgres.as_postgres(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
                                         "-keyout", key, "-out", certificate, "-days", "2"]), check=True, capture_output=True, cwd="/")
    os.chmod(key, 0o600)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with postgres.Postgres(fsync=False, port=port, settings={
            "listen_addresses": "127.0.0.1", "ssl": "on", "ssl_key_file": key, "ssl_cert_file": certificate}) as secure:
        with open(secure.data + "/pg_hba.conf", "a", encoding="utf-8") as hba:
            hba.write("hostssl all all 127.0.0.1/32 trust\n")
        secure.sql("SELECT pg_reload_conf()")
        driver = start(f"host=127.0.0.1 port={port} dbname={secure.database} user={secure.user} sslmode=require", connections=2,
                       statements={"repeat": ("r", 1, "SELECT repeat('x', $1::int) AS answer")})
        sizes = [0, 1, 4000, 8170, 8192, 16300, 16384, 20000, 32768, 100000, 300000]
        driver.calls(*[(i, "repeat", sizes[i % len(sizes)]) for i in range(400)])
        driver.wait_all()
        assert all(driver.answers[str(i)] == [("rows", "x" * sizes[i % len(sizes)])] for i in range(400))
        driver.close()


def test_whoever_calls_while_the_server_is_away_hears_so_at_once(start, server):
    driver = start(f"host={server.folder} port=1 dbname=x user=x", wait=None)
    began = time.monotonic()
    assert driver.ask("echo", "x") == ("away", "")
    assert time.monotonic() - began < 1


def test_ending_the_pool_answers_those_in_flight(start):
    driver = start(connections=1, depth=1)
    driver.calls(("sent", "sleep", 5, "x"), ("waits", "echo", "x"))
    driver.counts()
    driver.close()
    assert driver.answers["sent"] == [("lost", "")]
    assert driver.answers["waits"] == [("away", "")]


@pytest.mark.skipif("san" in BUILD, reason="skipped: sanitizers are slow")
def test_calls_are_about_as_fast_as_pgbench(start, server):
    """Not a benchmark, but a guard against losing the pipeline: at 16 callers, and with writes at 8."""
    driver = start(connections=8, statements={"read": ("r", 0, "SELECT 1 AS answer"), "write": ("w", 0, "SELECT 1 AS answer")})
    script = os.path.join(server.folder, "bench.sql")
    with open(script, "w", encoding="utf-8") as file:
        file.write("SELECT 1 AS answer;\n")

    def ours(name, callers):
        driver.say(f"bench\t{name}\t{callers}\t1000")
        return float(driver.others.get(timeout=20)[1][0])
    reads, writes = ours("read", 16), ours("write", 8)
    done = subprocess.run([server.bin + "/pgbench", "-n", "-M", "prepared", "-c", "8", "-T", "1", "-f", script],
                          env=server.environment(), capture_output=True, text=True, check=True, cwd="/")
    theirs = float(re.search(r"tps = ([\d.]+)", done.stdout).group(1))
    print(f"reads {reads:.0f}/s, writes {writes:.0f}/s, pgbench {theirs:.0f}/s")
    assert reads > 0.6 * theirs and writes > 0.4 * theirs
