# SPDX-License-Identifier: GPL-3.0-or-later
"""What hubd fetches for others never comes from behind it: daemon/work/fetch.c, by tests/unit/fetch_driver.c."""
import gzip
import http.server
import os
import pathlib
import subprocess
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ.get("HUBD_BUILD", "build")


class Handler(http.server.BaseHTTPRequestHandler):
    seen = []

    def log_message(self, *_):
        pass

    def give(self, status=200, body=b"", **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.give(200, body)

    def do_GET(self):
        Handler.seen.append(self.path)
        if self.path.startswith("/to/"):
            self.give(302, Location=self.path[4:])
        elif self.path == "/large":
            self.give(200, b"x" * 5000)
        elif self.path == "/bomb":
            self.give(200, gzip.compress(b"0" * 5_000_000), Content_Encoding="gzip")
        elif self.path == "/drip":
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(200):
                    self.wfile.write(b".")
                    self.wfile.flush()
                    time.sleep(0.1)
            except OSError:
                pass
        elif self.path == "/fields":
            self.send_response(200)
            for number in range(200):
                self.send_header(f"X-{number}", "y" * 1000)
            self.end_headers()
        else:
            self.give(200, b"hello", ETag='"one"')


@pytest.fixture(scope="module")
def web():
    subprocess.run(["make", "-s", f"{BUILD}/tests/unit/fetch_driver"], cwd=ROOT, check=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def fetch(*words):
    environment = {**os.environ, "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9"}
    done = subprocess.run([ROOT / BUILD / "tests/unit/fetch_driver", *words], capture_output=True, text=True, timeout=60, check=True, env=environment)
    return done.stdout.strip()


def test_an_address_is_fetched_with_its_fields_and_without_a_proxy(web):
    assert fetch("--loopback", web + "/") == '200 5 "one"'
    assert fetch("--loopback", "--post=abc", web + "/") == "200 3 -"


@pytest.mark.parametrize("url", ["http://example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://127.0.0.1/", "https://user@example.org/",
                                 "https://user:secret@example.org/", "example.org", "", "https://", "javascript:alert(1)"])
def test_only_plain_https_addresses_are_taken(url):
    assert fetch(url).startswith("refused "), url


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "0177.0.0.1", "0", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "10.0.0.1",
                                  "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "[fe80::1]", "[fc00::1]", "[64:ff9b::7f00:1]", "[::]"])
def test_nothing_behind_us_is_reached_however_it_is_written(web, host):
    port = web.rsplit(":", 1)[1]
    Handler.seen.clear()
    assert fetch(f"https://{host}:{port}/") == "failed the name leads to an address that is not public"
    assert Handler.seen == []


def test_every_redirect_is_judged_anew(web):
    assert fetch("--loopback", "--redirects=3", f"{web}/to/{web}/") == '200 5 "one"'
    for inside in ("http://10.0.0.1/", "http://169.254.169.254/latest/", "http://[fc00::1]/", "https://192.168.0.1/"):
        assert fetch("--loopback", "--redirects=3", f"{web}/to/{inside}") == "failed the name leads to an address that is not public", inside
    for scheme in ("file:///etc/passwd", "gopher://127.0.0.1/", "smtp://127.0.0.1/"):
        assert fetch("--loopback", "--redirects=3", f"{web}/to/{scheme}").startswith("failed "), scheme


def test_redirects_end(web):
    assert "redirect" in fetch("--loopback", f"{web}/to/{web}/")
    assert fetch("--loopback", "--redirects=2", f"{web}/to/{web}/to/{web}/to/{web}/").startswith("failed ")


def test_an_answer_is_bounded_in_size_also_when_it_is_squeezed(web):
    assert fetch("--loopback", "--most=5000", web + "/large") == "200 5000 -"
    assert fetch("--loopback", "--most=4999", web + "/large") == "failed the answer is too large"
    assert fetch("--loopback", "--most=100000", web + "/bomb") == "failed the answer is too large"
    assert fetch("--loopback", web + "/fields").startswith("failed ")


def test_an_answer_is_bounded_in_time(web):
    begun = time.monotonic()
    assert fetch("--loopback", "--ms=700", web + "/drip").startswith("failed ")
    assert time.monotonic() - begun < 10


def test_what_failed_is_said_without_the_address(web):
    said = fetch("--loopback", "http://127.0.0.1:1/secret-path")
    assert said.startswith("failed ") and "secret" not in said and "127" not in said
