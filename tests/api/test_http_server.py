# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives daemon/http through a socket: tests/unit/http_echo.c is the module with a dozen lines around it.

Clients here are plain sockets, so that what is on the wire is what is judged. HTTP_ECHO names another binary."""
import contextlib
import gzip
import json
import multiprocessing
import os
import pathlib
import resource
import signal
import socket
import subprocess
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PORTS = iter(range(int(os.environ.get("HUBD_TEST_PORT", "18120")), 65000))


@pytest.fixture(scope="session")
def binary():
    path = pathlib.Path(os.environ.get("HTTP_ECHO", ROOT / "build/tests/unit/http_echo"))
    if not path.exists():
        subprocess.run(["make", "-s", str(path.relative_to(ROOT))], cwd=ROOT, check=True)
    return path


class Server:
    def __init__(self, binary, *arguments, preexec=None, stderr=None):
        self.port = next(PORTS)
        self.process = subprocess.Popen([binary, f"listen=127.0.0.1:{self.port}", *arguments], preexec_fn=preexec, stderr=stderr, text=True)
        for _ in range(200):
            assert self.process.poll() is None, "the server ended"
            with contextlib.suppress(OSError):
                self.connect().close()
                time.sleep(0.05)  # until it has seen that
                return
            time.sleep(0.01)
        raise RuntimeError("the server does not listen")

    def connect(self, timeout=5.0):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def get(self, path, *fields, method="GET", version="1.1", body=b""):
        with self.connect() as connection:
            connection.sendall(request(path, *fields, method=method, version=version, body=body))
            return Reply(connection, method)

    def counts(self):
        return json.loads(self.get("/counts").body)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)


@pytest.fixture
def serve(binary):
    servers = []

    def start(*arguments, **options):
        servers.append(Server(binary, *arguments, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.process.kill()
        server.process.wait()


@pytest.fixture(scope="module")
def plain(binary):
    server = Server(binary)
    yield server
    server.process.kill()
    server.process.wait()


def request(path, *fields, method="GET", version="1.1", body=b""):
    head = [f"{method} {path} HTTP/{version}", "Host: test", *fields]
    if body:
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def read_all(connection):
    """What comes until the end, and whether the end was a clean one."""
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            got += part
        return got, True
    return got, False


class Reply:
    """One reply, read as strictly as the reader reads requests."""

    def __init__(self, connection, method="GET", buffered=b""):
        self.connection, self.buffer = connection, buffered
        head = self.until(b"\r\n\r\n").decode("latin1").split("\r\n")
        self.status = int(head[0].split(" ")[1])
        self.fields = {}
        for line in head[1:]:
            name, value = line.split(": ", 1)
            self.fields.setdefault(name.lower(), value)
        self.body = self.read_body(method)

    def more(self):
        part = self.connection.recv(65536)
        if not part:
            raise EOFError(self.buffer)
        self.buffer += part

    def until(self, mark):
        while mark not in self.buffer:
            self.more()
        before, self.buffer = self.buffer.split(mark, 1)
        return before

    def take(self, length):
        while len(self.buffer) < length:
            self.more()
        taken, self.buffer = self.buffer[:length], self.buffer[length:]
        return taken

    def read_body(self, method):
        if method == "HEAD" or self.status in (204, 304) or self.status < 200:
            return b""
        if "content-length" in self.fields:
            return self.take(int(self.fields["content-length"]))
        if self.fields.get("transfer-encoding") != "chunked":
            return self.buffer + read_all(self.connection)[0]
        body = b""
        while size := int(self.until(b"\r\n"), 16):
            body += self.take(size)
            assert self.take(2) == b"\r\n"
        assert self.take(2) == b"\r\n"
        return body


# ---- one after the other on a connection


def test_a_connection_serves_many_requests(plain):
    with plain.connect() as connection:
        buffered = b""
        for _ in range(100):
            connection.sendall(request("/"))
            reply = Reply(connection, buffered=buffered)
            buffered = reply.buffer
            assert (reply.status, reply.body) == (200, b"ok\n")
            assert "connection" not in reply.fields and "server" not in reply.fields


def test_pipelined_requests_are_answered_in_their_order(plain):
    bodies = [b"one", b"two" * 1000, b"three"]
    with plain.connect() as connection:
        connection.sendall(b"".join(request("/", method="POST", body=body) for body in bodies) + request("/slow?ms=100") + request("/"))
        buffered = b""
        for expected in [*bodies, b"late\n", b"ok\n"]:
            reply = Reply(connection, buffered=buffered)
            buffered = reply.buffer
            assert reply.body == expected


def test_pipelined_requests_are_answered_after_the_client_shut_its_side(plain):
    with plain.connect() as connection:
        connection.sendall(request("/slow?ms=150"))
        time.sleep(0.05)
        connection.sendall(request("/") + request("/slow?ms=50"))
        connection.shutdown(socket.SHUT_WR)
        got, clean = read_all(connection)
        assert clean and got.count(b"HTTP/1.1 200") == 3 and got.endswith(b"late\n")


def test_more_than_memory_should_hold_waits_in_the_socket(plain):
    """Many megabytes pipelined behind a slow request: they are all answered, and meanwhile not swallowed."""
    count, body = 200, b"x" * 50000
    with plain.connect(timeout=20) as connection:
        def send():
            connection.sendall(request("/slow?ms=500") + count * request("/", method="POST", body=body) + request("/", "Connection: close"))
        sender = threading.Thread(target=send)
        sender.start()
        time.sleep(0.3)
        assert memory_of(plain.process.pid) < 60_000
        got, _ = read_all(connection)
        sender.join()
        assert got.count(b"HTTP/1.1 200") == count + 2


def memory_of(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])


def test_head_has_the_head_of_get_and_no_body(plain):
    get, head = plain.get("/big?bytes=5000"), plain.get("/big?bytes=5000", method="HEAD")
    for name in ("date", "x-request-id"):
        assert get.fields.pop(name) and head.fields.pop(name)
    assert head.fields == get.fields and len(get.body) == 5000
    with plain.connect() as connection:
        connection.sendall(request("/big?bytes=5000", method="HEAD") + request("/"))
        first = Reply(connection, "HEAD")
        assert Reply(connection, buffered=first.buffer).body == b"ok\n"


def test_a_client_that_waits_for_100_gets_it(plain):
    with plain.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        first = Reply(connection)
        assert first.status == 100 and first.buffer == b""
        connection.sendall(b"hello")
        assert Reply(connection).body == b"hello"


def test_a_client_that_does_not_wait_gets_no_100(plain):
    with plain.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello")
        assert Reply(connection).status == 200


def test_http_1_0_closes_unless_asked(plain):
    reply = plain.get("/", version="1.0")
    assert reply.fields["connection"] == "close"
    with plain.connect() as connection:
        connection.sendall(request("/", "Connection: keep-alive", version="1.0"))
        reply = Reply(connection)
        assert reply.fields["connection"] == "keep-alive"
        connection.sendall(request("/", version="1.0"))
        assert Reply(connection).status == 200
        assert read_all(connection) == (b"", True)


def test_chunked_bodies_arrive(plain):
    with plain.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n")
        for byte in b"5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX-T: u\r\n\r\n":
            connection.sendall(bytes([byte]))
        assert Reply(connection).body == b"hello!"


# ---- refusals


@pytest.mark.parametrize("sent, status", [
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET / HTTP/2.0\r\n\r\n", 505),
    (b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: test\r\n\r\n", 414),
    (b"GET / HTTP/1.1\r\nHost: test\r\nX: " + b"a" * 1000000 + b"\r\n\r\n", 431),
    (b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 99000000\r\n\r\n" + b"a" * 2000000, 413),
    (b"POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    (b"GET / HTTP/1.1\r\nHost: test\r\nExpect: magic\r\n\r\n", 417),
    (b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: test\r\n\r\n", 400),
])
def test_a_refusal_says_why_and_closes(plain, sent, status):
    with plain.connect() as connection:
        connection.sendall(sent)
        reply = Reply(connection)
        assert reply.status == status
        assert reply.fields["content-type"] == "application/problem+json" and reply.fields["connection"] == "close"
        problem = json.loads(reply.body)
        assert problem["status"] == status and problem["detail"].endswith(".")
        connection.shutdown(socket.SHUT_WR)
        assert read_all(connection) == (b"", True)


# ---- deadlines


def test_a_byte_a_second_is_cut_off_at_the_deadline(serve):
    server = serve("head_ms=1000")
    with server.connect() as connection:
        began = time.monotonic()
        for byte in request("/", "X: " + "y" * 200):
            try:
                connection.sendall(bytes([byte]))
            except OSError:
                break
            time.sleep(0.1)
            if time.monotonic() - began > 1.5:
                break
        reply = Reply(connection)
        assert reply.status == 408 and 0.9 < time.monotonic() - began < 2.5
    assert server.counts()["timed_out"] == 1


def test_a_slow_body_is_cut_off_at_the_deadline(serve):
    server = serve("body_ms=600")
    with server.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 50\r\n\r\n")
        began = time.monotonic()
        with contextlib.suppress(OSError):
            for _ in range(10):
                connection.sendall(b"x")
                time.sleep(0.1)
        assert Reply(connection).status == 408
        assert 0.5 < time.monotonic() - began < 2


def test_an_idle_connection_is_closed_in_silence(serve):
    server = serve("idle_ms=300")
    for first in (b"", request("/")):
        with server.connect() as connection:
            connection.sendall(first)
            if first:
                Reply(connection)
            began = time.monotonic()
            assert read_all(connection) == (b"", True)
            assert 0.2 < time.monotonic() - began < 1.5


def test_a_reader_that_takes_nothing_is_cut(serve):
    server = serve("reply_ms=500")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(request("/big?bytes=20000000"))
    time.sleep(0.3)
    assert server.counts()["running"] == 2
    wait_until(lambda: server.counts()["connections"] == 1, 14)  # 20 MB have 20 times the deadline of one
    assert server.counts()["timed_out"] == 1
    connection.close()


def test_a_reader_slower_than_the_deadline_is_cut_although_it_takes_some(serve):
    server = serve("reply_ms=500")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(5)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(request("/stream?count=0"))
    began = time.monotonic()
    while time.monotonic() - began < 1.5:
        connection.recv(1)
        time.sleep(0.01)
    got, clean = read_all(connection)
    assert not clean and len(got) < 4_000_000
    connection.close()
    wait_until(lambda: server.counts()["running"] == 1)


def wait_until(condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


# ---- bounds


def rate(server, seconds=1.0):
    """Requests a second of one client."""
    count, end = 0, time.monotonic() + seconds
    with server.connect() as connection:
        while time.monotonic() < end:
            connection.sendall(request("/big"))
            assert Reply(connection).status == 200
            count += 1
    return count / seconds


def test_300_slow_connections_do_not_slow_a_feed(serve):
    server = serve("connections_max_per_address=1000")
    server.get("/big")
    alone = max(rate(server), rate(server))
    slow = [server.connect() for _ in range(300)]

    def drip():
        text = request("/", "X: " + "y" * 500)
        for at in range(len(text)):
            for connection in slow:
                connection.sendall(text[at:at + 1])
            time.sleep(0.5)

    other = multiprocessing.get_context("fork").Process(target=drip, daemon=True)  # a thread would slow us, not the server
    other.start()
    beside = 0
    for _ in range(6):  # a busy machine is no failure, a slow server is one each time
        beside = max(beside, rate(server))
    assert server.counts()["connections"] > 300
    other.kill()
    for connection in slow:
        connection.close()
    assert beside > 0.5 * alone, (alone, beside)


def test_one_address_cannot_take_all_connections(serve, tmp_path):
    server = serve("connections_max_per_address=5", f"listen=unix:{tmp_path}/sock", "trust=unix")
    held = [server.connect() for _ in range(5)]
    time.sleep(0.1)
    with server.connect() as connection:
        connection.sendall(request("/"))
        reply = Reply(connection)
        assert reply.status == 503 and int(reply.fields["retry-after"]) > 0 and json.loads(reply.body)["status"] == 503
    trusted = [socket.socket(socket.AF_UNIX) for _ in range(10)]
    for connection in trusted:  # a proxy brings many people
        connection.connect(f"{tmp_path}/sock")
        connection.sendall(request("/"))
        assert Reply(connection).status == 200
    for connection in held + trusted:
        connection.close()
    wait_until(lambda: server.get("/").status == 200)
    assert server.counts()["refused_busy"] >= 1


def test_beyond_all_connections_there_is_a_quick_503(serve):
    server = serve("connections_max=3", "connections_max_per_address=100")
    held = [server.connect() for _ in range(3)]
    time.sleep(0.1)
    for _ in range(400):  # more than are ended politely
        with contextlib.suppress(OSError):
            server.connect().close()
    with contextlib.suppress(OSError, EOFError):
        assert server.get("/").status == 503
    for connection in held:
        connection.close()
    wait_until(lambda: quiet_status(server) == 200)


def quiet_status(server):
    with contextlib.suppress(OSError, EOFError):
        return server.get("/").status


def test_running_out_of_descriptors_is_survived_and_told_once(serve):
    limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
    server = serve("connections_max_per_address=1000", preexec=limit, stderr=subprocess.PIPE)
    with server.connect() as kept:
        kept.sendall(request("/"))
        assert Reply(kept).status == 200
        flood = [server.connect() for _ in range(100)]
        time.sleep(0.6)
        kept.sendall(request("/"))
        assert Reply(kept).status == 200  # who is in is served
        for connection in flood:
            connection.close()
        wait_until(lambda: quiet_status(server) == 200)
    server.stop()
    lines = server.process.stderr.read().splitlines()
    assert [line.split()[0] for line in lines] == ["<4>accept-paused", "<5>accept-resumed"], lines


# ---- the end


def test_sigterm_lets_a_running_request_finish(serve):
    server = serve()
    with server.connect() as busy, server.connect() as idle, server.connect() as fresh:
        idle.sendall(request("/"))
        Reply(idle)
        busy.sendall(request("/slow?ms=700"))
        time.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)
        assert read_all(idle) == (b"", True)
        fresh.sendall(request("/"))  # its connection was accepted, its request was under way
        assert Reply(fresh).fields["connection"] == "close"
        with pytest.raises(OSError):
            server.connect().close()
        reply = Reply(busy)
        assert reply.body == b"late\n" and reply.fields["connection"] == "close"
        assert server.process.wait(5) == 0


def test_sigterm_ends_streams(serve):
    server = serve()
    with server.connect() as connection:
        connection.sendall(request("/stream?count=1000&ms=50"))
        time.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(5) == 0
        assert b"pppp" in read_all(connection)[0]


def test_a_client_that_goes_while_its_request_runs_harms_nobody(plain):
    for hard in (False, True):
        connection = plain.connect()
        connection.sendall(request("/slow?ms=300"))
        time.sleep(0.05)
        if hard:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()
    assert plain.counts()["running"] == 3
    wait_until(lambda: plain.counts()["running"] == 1)
    wait_until(lambda: plain.counts()["connections"] == 1)


# ---- streams


def test_a_stream_comes_in_parts_and_the_connection_goes_on(plain):
    with plain.connect() as connection:
        connection.sendall(request("/stream?count=3&ms=100"))
        began = time.monotonic()
        reply = Reply(connection)
        assert reply.body == b"pppp" * 3 and time.monotonic() - began > 0.2
        assert reply.fields["content-type"] == "text/event-stream"
        connection.sendall(request("/"))
        assert Reply(connection, buffered=reply.buffer).body == b"ok\n"


def test_a_stream_for_an_old_client_ends_with_the_connection(plain):
    assert plain.get("/stream?count=3&ms=10", version="1.0").body == b"pppp" * 3


def test_head_of_a_stream_ends(plain):
    with plain.connect() as connection:
        connection.sendall(request("/stream?count=3&ms=1000", method="HEAD") + request("/"))
        first = Reply(connection, "HEAD")
        assert Reply(connection, buffered=first.buffer).body == b"ok\n"


def test_a_stream_is_told_when_its_client_goes(plain):
    with plain.connect() as connection:
        connection.sendall(request("/stream?count=1000000&ms=20"))
        connection.recv(100)
        assert plain.counts()["running"] == 2
    wait_until(lambda: plain.counts()["running"] == 1)


def test_a_stream_does_not_fill_the_memory(plain):
    before = memory_of(plain.process.pid)
    with plain.connect() as connection:
        connection.sendall(request("/stream?count=0"))
        wait_until(lambda: plain.counts()["running"] == 1, 10)
        assert memory_of(plain.process.pid) < before + 4000


# ---- where it listens


def test_a_unix_socket_replaces_a_stale_one_but_not_a_live_one(serve, binary, tmp_path):
    path = f"{tmp_path}/http.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(path)  # and nobody listens
    server = serve(f"listen=unix:{path}")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        connection.sendall(request("/who"))
        assert Reply(connection).body == b"unix http test strange\n"
    second = subprocess.run([binary, f"listen=unix:{path}"], capture_output=True, text=True, timeout=5)
    assert second.returncode == 2 and "in use" in second.stderr
    server.stop()
    assert not os.path.exists(path)


def test_adopted_sockets_are_served(binary):
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]

        def adopt():
            os.dup2(listening.fileno(), 3)
            os.environ["LISTEN_PID"] = str(os.getpid())

        process = subprocess.Popen([binary], preexec_fn=adopt, env={"LISTEN_FDS": "1"}, pass_fds=(3,))
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(request("/"))
                assert Reply(connection).body == b"ok\n"
        finally:
            process.kill()
            process.wait()


@pytest.mark.parametrize("address", ["8080", "example.org:80", "127.0.0.1:http", "127.0.0.1:", "::1:80", "unix:", "999.0.0.1:1"])
def test_a_wrong_address_is_named(binary, address):
    result = subprocess.run([binary, f"listen={address}"], capture_output=True, text=True, timeout=5)
    assert result.returncode == 2 and address in result.stderr


def test_only_trusted_peers_say_who_asks(serve, plain):
    fields = ("X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https", "X-Forwarded-Host: outer.example")
    assert plain.get("/who", *fields).body == b"127.0.0.1 http test strange\n"
    assert serve("trust=127.0.0.0/8").get("/who", *fields).body == b"203.0.113.9 https outer.example trusted\n"


# ---- validators and codings

PLAIN, GZIP = '"plain"', '"gzip"'
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.mark.parametrize("fields, status, etag", [
    ([], 200, PLAIN),
    (["Accept-Encoding: gzip"], 200, GZIP),
    (["Accept-Encoding: gzip;q=0"], 200, PLAIN),
    (["Accept-Encoding: *;q=0"], 200, PLAIN),
    (["Accept-Encoding: br, *"], 200, GZIP),
    ([f"If-None-Match: {PLAIN}"], 304, PLAIN),
    ([f"If-None-Match: W/{PLAIN}"], 304, PLAIN),
    ([f'If-None-Match: "x", {PLAIN}, "y"'], 304, PLAIN),
    ([f'If-None-Match: "x"', f"If-None-Match: {PLAIN}"], 304, PLAIN),
    (["If-None-Match: *"], 304, PLAIN),
    (["If-None-Match: *", "Accept-Encoding: gzip"], 304, GZIP),
    ([f"If-None-Match: {GZIP}"], 200, PLAIN),
    ([f"If-None-Match: {GZIP}", "Accept-Encoding: gzip"], 304, GZIP),
    ([f"If-None-Match: {PLAIN}", "Accept-Encoding: gzip"], 304, PLAIN),
    (['If-None-Match: "x"', f"If-Modified-Since: {DATE}"], 200, PLAIN),
    ([f"If-Modified-Since: {DATE}"], 304, PLAIN),
    (["If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT"], 200, PLAIN),
    (["If-Modified-Since: Sun Nov  6 08:49:37 1994"], 304, PLAIN),
    (["If-Modified-Since: last week"], 200, PLAIN),
])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_feed_is_sent_again_only_when_it_changed(plain, method, fields, status, etag):
    reply = plain.get("/big?bytes=60000", *fields, method=method)
    assert (reply.status, reply.fields["etag"]) == (status, etag)
    assert reply.fields["vary"] == "Accept-Encoding" and reply.fields["cache-control"] == "public, max-age=900"
    assert reply.fields["last-modified"] == DATE
    assert ("content-encoding" in reply.fields) == (status == 200 and etag == GZIP)
    assert ("content-length" in reply.fields) == (status == 200) == ("content-type" in reply.fields)
    if status == 200 and method == "GET":
        body = gzip.decompress(reply.body) if etag == GZIP else reply.body
        assert len(body) == 60000


def test_text_is_compressed_when_asked_and_nothing_forbids_it(plain):
    asked = plain.get("/modified", "Accept-Encoding: gzip")
    bare = plain.get("/modified")
    with_cookie = plain.get("/modified", "Accept-Encoding: gzip", "Cookie: a=b")
    assert asked.fields["content-encoding"] == "gzip" and gzip.decompress(asked.body) == bare.body == with_cookie.body
    assert bare.fields["vary"] == asked.fields["vary"] == "Accept-Encoding"
    assert "content-encoding" not in bare.fields and "content-encoding" not in with_cookie.fields
    assert plain.get("/modified", f"If-Modified-Since: {DATE}").status == 304


@pytest.mark.parametrize("site, is_compressed", [("same-origin", True), ("none", True), ("same-site", False), ("cross-site", False), ("nonsense", False)])
def test_a_strangers_page_cannot_measure_what_somebody_signed_in_reads(plain, site, is_compressed):
    reply = plain.get("/modified", "Accept-Encoding: gzip", "Cookie: a=b", f"Sec-Fetch-Site: {site}")
    assert ("content-encoding" in reply.fields) is is_compressed
    assert "content-encoding" in plain.get("/modified", "Accept-Encoding: gzip", f"Sec-Fetch-Site: {site}").fields, "without a cookie nothing is private"


def test_a_hot_feed_is_the_same_bytes_for_a_crowd(plain):
    one = plain.get("/big?bytes=300000").body
    crowd = [plain.connect(timeout=20) for _ in range(30)]
    for _ in range(3):
        for connection in crowd:
            connection.sendall(request("/big?bytes=300000"))
        for connection in crowd:
            assert Reply(connection).body == one
    assert len(os.listdir(f"/proc/{plain.process.pid}/fd")) < 60
    for connection in crowd:
        connection.close()


def test_204_has_no_length(plain):
    reply = plain.get("/", method="OPTIONS")
    assert reply.status == 204 and "content-length" not in reply.fields and "POST" in reply.fields["allow"]
