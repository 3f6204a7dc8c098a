#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A feed of 10,000 events, cold: from nothing in memory to its last byte, against libical alone serialising the same calendar; how
long the loop kept others waiting meanwhile; and what it costs in memory.

    tests/bench/feed_cold.py [--events 10000] [--rounds 5]

A cold feed asks PostgreSQL for every row, renders each and puts them together; libical only writes what it has read before. So the
processor's time of hubd's first thread, and that of PostgreSQL, are told beside the whole: they also depend less on who else uses the machine.
"""
import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))
import feed_world  # noqa: E402  (its folder is added above)

HERE = pathlib.Path(__file__).resolve().parent


def crowd(world, count):
    world.one("INSERT INTO hubd.event (hub_id, uid, state, title, text, zone, topics) SELECT h.id, 'crowd-' || n || '@world', 'confirmed', 'Termin ' || n,"
              " repeat('Worte, viele Worte; ', 15), 'Europe/Berlin', '{iot}' FROM hubd.hub AS h, generate_series(1, %s) AS n WHERE h.slug = 'sued'", count)
    world.one("INSERT INTO hubd.occurrence (hub_id, event_id, during, local_start, local_end, state)"
              " SELECT e.hub_id, e.id, tstzrange(at, at + interval '1 hour'), at AT TIME ZONE e.zone, (at + interval '1 hour') AT TIME ZONE e.zone, 'confirmed'"
              " FROM hubd.event AS e, LATERAL (SELECT date_trunc('hour', hubd.present()) + e.id %% 9000 * interval '1 hour') AS t (at) WHERE e.uid LIKE 'crowd-%%'")
    world.one("ANALYZE")
    world.one("SELECT hubd.changed(ARRAY['hub:' || id]) FROM hubd.hub WHERE slug = 'sued'")


class Waits(threading.Thread):
    """Asks /healthz again and again: how long the loop kept it waiting."""

    def __init__(self, serve):
        super().__init__()
        self.serve, self.waits, self.is_over = serve, [], False

    def run(self):
        connection = self.serve.open()
        while not self.is_over:
            began = time.monotonic()
            self.serve.get("/healthz", connection=connection)
            self.waits.append((time.monotonic() - began) * 1000)
            time.sleep(0.0005)
        connection.close()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.join()

    def tell(self):
        waits = sorted(self.waits)
        return f"half {waits[len(waits) // 2]:.1f}, 99 % {waits[len(waits) * 99 // 100]:.1f}, longest {waits[-1]:.1f} ms"


def busy(processes):
    """Milliseconds for which their first threads had a processor."""
    return sum(int(pathlib.Path(f"/proc/{process}/schedstat").read_text().split()[0]) for process in processes) / 1e6


def backends(world):
    return world.one("SELECT array_agg(pid) FROM pg_stat_activity WHERE usename = 'hubd_serve'")


def timed(serve, path, **headers):
    """Milliseconds until the last byte; for which hubd's loop worked, and PostgreSQL for it; the bytes."""
    database = backends(serve.world)
    began, own, others = time.monotonic(), busy([serve.process.pid]), busy(database)
    answer = serve.get(path, headers=headers)
    assert answer.status == 200, answer.body
    return (time.monotonic() - began) * 1000, busy([serve.process.pid]) - own, busy(database) - others, answer.body


def libical(body):
    with tempfile.TemporaryDirectory() as folder:
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libical"], capture_output=True, text=True, check=True).stdout.split()
        subprocess.run(["gcc", "-O2", "-o", folder + "/write", HERE / "libical_write.c", *flags], check=True)
        pathlib.Path(folder, "feed.ics").write_bytes(body)
        least, median, size, events = subprocess.run([folder + "/write", folder + "/feed.ics"], capture_output=True, text=True, check=True).stdout.split()
        return float(least), float(median), int(size), int(events)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    path, seen = "/feeds/hub/sued.ics", []
    with feed_world.World() as world:
        crowd(world, options.events)
        for _ in range(options.rounds):  # a process of its own each time, so that nothing is in memory
            serve = world.serve()
            serve.get("/feeds/hub/nord.ics")
            seen.append(timed(serve, path))
            serve.stop()
        whole, own, database = (statistics.median(row[column] for row in seen) for column in range(3))
        body = seen[-1][3]
        least, median, size, events = libical(body)
        print(f"{events} events, {len(body)} bytes: cold {whole:.0f} ms, for which hubd's loop worked {own:.0f} ms and PostgreSQL {database:.0f} ms;"
              f" libical alone {median:.0f} ms (at best {least:.0f}) for {size} bytes")
        print(f"ratio to libical: of the loop's work {own / median:.2f}, of all work {(own + database) / median:.2f}, of the time until the last byte {whole / median:.2f}")
        serve = world.serve()
        with Waits(serve) as idle:
            time.sleep(2)
        before = serve.memory()
        with Waits(serve) as meanwhile:
            for form in ("ics", "atom", "json"):
                timed(serve, path.replace("ics", form))
                timed(serve, path.replace("ics", form), **{"Accept-Encoding": "gzip"})
            world.one("UPDATE hubd.event SET title = 'Anders', revised_at = hubd.present() WHERE uid = 'crowd-1@world'")
            world.one("SELECT hubd.changed(ARRAY['hub:' || id]) FROM hubd.hub WHERE slug = 'sued'")
            again, worked, database, _ = timed(serve, path)
        print(f"after one change {again:.0f} ms, for which the loop worked {worked:.0f} ms and PostgreSQL {database:.0f} ms")
        print(f"/healthz waited, idle: {idle.tell()}; while .ics, .atom and .json were made and compressed: {meanwhile.tell()}")
        print(f"memory: {before / 1e6:.0f} MB before, {serve.memory() / 1e6:.0f} MB with three forms of it, plain and compressed")


if __name__ == "__main__":
    sys.exit(main())
