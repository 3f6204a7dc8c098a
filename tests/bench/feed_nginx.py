#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A feed of 51 KB, whole (200) and unchanged (304), from hubd serve and from nginx with one worker that serves the same bytes
from memory-cached files, side by side: short turns in alternation, so that whatever else runs slows both.

    tests/bench/feed_nginx.py [--seconds 3] [--turns 5] [--connections 32] [--also 1 200] [--feeds 1000]

Prints requests a second and the ratio hubd : nginx of the medians, and how long the server's processor was busy for one request (hubd:
its loop, and the PostgreSQL behind it): that depends less than the ratio on who else uses the machine. The row of --connections is
judged, those of --also are for information. Then the same with --feeds different feeds in use, in turn (windows of the same length of
days that begin on different days; nginx has a file for each).

Alike for both: one thread that serves, keep-alive, TCP_NODELAY or nopush, no log line a request (access_log off; log_level=warning), no compression
(wrk does not ask for it), Cache-Control, Vary, ETag and Content-Disposition. Not alike: hubd gives no answer before PostgreSQL has
told it, after the request came, that nothing was committed; one such check serves all requests that wait for it.
"""
import argparse
import datetime
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))
import feed_world  # noqa: E402  (its folder is added above)

CONF = """worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error; {user}
events {{ worker_connections 1024; }}
http {{ access_log off; default_type "text/calendar; charset=utf-8"; sendfile on; tcp_nopush on; keepalive_requests 1000000;
    open_file_cache max=4000 inactive=60s;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    add_header Cache-Control "public, max-age=900"; add_header Vary Accept-Encoding; add_header Content-Disposition 'inline; filename="hub-nord.ics"';
    server {{ listen 127.0.0.1:{port}; root {folder}/root; location / {{ try_files /window$arg_from$uri $uri =404; }} }} }}
"""
IN_TURN = """local requests, at = {{}}, 0
init = function()
    for line in io.lines("{file}") do requests[#requests + 1] = wrk.format("GET", line) end
end
request = function() at = at % #requests + 1 return requests[at] end
"""


class Nginx:
    def __init__(self, path, body):
        self.port, self.folder = feed_world.free_port(), tempfile.mkdtemp(prefix="hubd-nginx-", dir="/var/tmp")
        os.chmod(self.folder, 0o755)
        file = pathlib.Path(self.folder, "root" + path)
        file.parent.mkdir(parents=True)
        file.write_bytes(body)
        conf = pathlib.Path(self.folder, "conf")
        conf.write_text(CONF.format(folder=self.folder, port=self.port, user="user root;" if os.geteuid() == 0 else ""))
        self.process = subprocess.Popen(["nginx", "-c", str(conf), "-e", self.folder + "/error"])
        time.sleep(0.5)

    def add(self, folder, path, body):
        file = pathlib.Path(self.folder, "root", folder + path)
        file.parent.mkdir(parents=True)
        file.write_bytes(body)

    def workers(self):
        master = self.process.pid
        return [int(word) for word in pathlib.Path(f"/proc/{master}/task/{master}/children").read_text().split()]

    def remove(self):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.folder)


def etag(port, path):
    return re.search(r"(?im)^etag: (.*?)\r?$", subprocess.run(["curl", "-sI", f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True,
                                                             check=True).stdout)[1]


def busy_seconds(processes):
    """Of their first threads, which do the serving."""
    return sum(int(pathlib.Path(f"/proc/{process}/schedstat").read_text().split()[0]) for process in processes) / 1e9


def turn(port, path, processes, seconds, connections, fields=(), script=None):
    """Requests a second, and busy microseconds for one."""
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s"] + (["-s", script] if script else [])
    words += [word for field in fields for word in ("-H", field)]
    before = busy_seconds(processes)
    text = subprocess.run([*words, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True).stdout
    busy = busy_seconds(processes) - before
    if "Non-2xx" in text and not fields:
        raise SystemExit(text)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), busy * 1e6 / int(re.search(r"(\d+) requests in", text)[1])


def compare(servers, path, status, seconds, turns, connections):
    """Prints a row; returns the ratio. servers: {name: (port, processes)}."""
    fields = {name: [f"If-None-Match: {etag(port, path)}"] if status == 304 else [] for name, (port, _) in servers.items()}
    seen = {name: [] for name in servers}
    for _ in range(turns):
        for name, (port, processes) in servers.items():
            seen[name].append(turn(port, path, processes, seconds, connections, fields[name]))
    rate, busy = ({name: statistics.median(row[column] for row in rows) for name, rows in seen.items()} for column in (0, 1))
    ratio = rate["hubd"] / rate["nginx"]
    print(f"feed {status}, {connections} connections: hubd {rate['hubd']:.0f}/s, nginx {rate['nginx']:.0f}/s, ratio {ratio:.2f};"
          f" busy for one: hubd {busy['hubd']:.1f} us, nginx {busy['nginx']:.1f} us", flush=True)
    return ratio


def compare_many(world, serve, nginx, servers, path, options):
    """Many different feeds, each in memory after its first fetch."""
    today, paths = world.today(), []
    for number in range(options.feeds):
        begins = today - datetime.timedelta(days=number)
        paths.append(f"{path}?from={begins}&to={today + datetime.timedelta(days=60)}")
        nginx.add(f"window{begins}", path, serve.get(paths[-1]).body)
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "paths").write_text("\n".join(paths) + "\n")
        pathlib.Path(folder, "script.lua").write_text(IN_TURN.format(file=folder + "/paths"))
        seen, made = {name: [] for name in servers}, metric(serve, "feed_made_total")
        for _ in range(options.turns):
            for name, (port, processes) in servers.items():
                seen[name].append(turn(port, path, processes, options.seconds, options.connections, script=folder + "/script.lua"))
    rate, busy = ({name: statistics.median(row[column] for row in rows) for name, rows in seen.items()} for column in (0, 1))
    print(f"{options.feeds} different feeds, {options.connections} connections: hubd {rate['hubd']:.0f}/s, nginx {rate['nginx']:.0f}/s, ratio"
          f" {rate['hubd'] / rate['nginx']:.2f}; busy for one: hubd {busy['hubd']:.1f} us, nginx {busy['nginx']:.1f} us; made anew meanwhile:"
          f" {metric(serve, 'feed_made_total') - made:.0f}; {metric(serve, 'feed_bytes') / 1e6:.0f} MB of feeds, {serve.memory() / 1e6:.0f} MB resident", flush=True)


def metric(serve, name):
    return float(re.search(rf"(?m)^\S*{name} ([\d.e+]+)$", serve.get("/metrics").body.decode())[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--also", type=int, nargs="*", default=[1, 200])
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--least", type=float, default=0.0, help="fail below this ratio")
    options = parser.parse_args()
    path, failed = "/feeds/hub/nord.ics", False
    with feed_world.World() as world:
        start = world.now() + datetime.timedelta(days=1)
        for number in range(77):
            world.event("nord", f"Veranstaltung {number}", start + datetime.timedelta(hours=number), text="Worte. " * 35, tell=number == 76)
        serve = world.serve(feed_cache="128M")
        body = serve.get(path).body
        nginx = Nginx(path, body)
        try:
            database = world.one("SELECT array_agg(pid) FROM pg_stat_activity WHERE usename = 'hubd_serve'")
            servers = {"hubd": (serve.port, [serve.process.pid, *database]), "nginx": (nginx.port, nginx.workers())}
            print(f"{len(body)} bytes, {options.turns} turns of {options.seconds} s")
            for status in (200, 304):
                failed |= compare(servers, path, status, options.seconds, options.turns, options.connections) < options.least
                for connections in options.also:
                    compare(servers, path, status, options.seconds, min(options.turns, 3), connections)
            compare_many(world, serve, nginx, servers, path, options)
        finally:
            nginx.remove()
    return failed


if __name__ == "__main__":
    sys.exit(main())
