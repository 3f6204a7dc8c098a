# SPDX-License-Identifier: GPL-3.0-or-later
"""Recurrence rules with their published instances, from five test suites, through our own expansion.

Reads the folder named by HUBD_DATA; without it these tests say "skipped".
"""
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ.get("HUBD_BUILD", "build")
DATA = pathlib.Path(os.environ.get("HUBD_DATA") or ROOT / "../shared/data")
needs_data = pytest.mark.skipif(not (DATA / "vectors").is_dir(), reason="no HUBD_DATA")
FEW_MILLISECONDS = 10_000  # microseconds of processor time; the bound itself is counted in steps


@pytest.fixture(scope="module")
def expand():
    make = ["make", "-s", f"{BUILD}/tests/unit/repeat_driver"] + (["SAN=1"] if BUILD == "build-san" else [])
    subprocess.run(make, cwd=ROOT, check=True)
    driver = subprocess.Popen([ROOT / BUILD / "tests/unit/repeat_driver"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(dtstart, rrule, rdates=(), exdates=(), zone="UTC", start_at=None, before=None, limit=2000):
        fields = [zone, dtstart, rrule or "-", ",".join(rdates) or "-", ",".join(exdates) or "-", start_at or "-", before or "-", str(limit)]
        driver.stdin.write("\t".join(fields) + "\n")
        driver.stdin.flush()
        answer = driver.stdout.readline().rstrip("\n").split("\t")
        return answer[0], answer[1:]
    yield ask
    driver.stdin.close()
    assert driver.wait() == 0


def vectors():
    found = []
    for path in sorted((DATA / "vectors").glob("*.jsonl")):
        if path.name != "recurring-ical-events.jsonl":
            found += map(json.loads, path.read_text().splitlines())
    return found


def expansion(expand, vector):
    """What we make of a vector: the kind of end, the instances (as written in it)."""
    assert len(vector["rrule"]) <= 1 and not vector["exrule"]
    is_complete = vector["complete"]
    limit = 5000 if is_complete else len(vector["expect"] or []) or 3
    step, rest = expand(vector["dtstart"], (vector["rrule"] or [None])[0], vector["rdate"], vector["exdate"],
                        vector["tzid"] or "UTC", before=vector.get("window_end"), limit=limit)
    assert step != "refused", rest
    suffix = "Z" if vector["dtstart"].endswith("Z") else ""
    return step, int(rest[0]), [instance.split("=")[0] + suffix for instance in rest[1:]]


@needs_data
def test_a_published_rule_comes_on_other_days_than_its_authors_say(expand):
    judged, wrong = 0, []
    for vector in vectors():
        if not (vector["tag"] == "core" or (vector["tag"] == "libical3.0-gap" and vector["rfc_legal"])):
            continue
        judged += 1
        step, _, have = expansion(expand, vector)
        if have != vector["expect"] or (vector["complete"] and step == "expensive"):
            wrong.append((vector["id"], vector["dtstart"], vector["rrule"], step, have[:8], vector["expect"][:8]))
    print(f"{judged} vectors")
    assert judged == 407
    assert not wrong, "\n".join(map(str, wrong))


@needs_data
def test_a_rule_that_takes_libical_seconds_holds_up_everybody(expand):
    rows = [line.split("\t") for line in (DATA / "split/slow_rules.dev.tsv").read_text().splitlines()[1:]]
    rows += [("", "", "19970902T090000", rule) for rule in [
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=8", "FREQ=MINUTELY;INTERVAL=1440;BYHOUR=8", "FREQ=SECONDLY;INTERVAL=86400;BYSECOND=1",
        "FREQ=SECONDLY;INTERVAL=7;BYSECOND=1;BYMONTHDAY=31;BYMONTH=12;BYDAY=MO;BYYEARDAY=-1;BYHOUR=23;BYMINUTE=59",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO", "FREQ=DAILY;INTERVAL=7;BYMONTHDAY=13;BYDAY=MO", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
        "FREQ=YEARLY;BYDAY=MO;BYSETPOS=54", "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6", "FREQ=YEARLY;BYDAY=53MO,-53TU;BYMONTHDAY=15",
        "FREQ=DAILY;COUNT=1000000000;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYSETPOS=2",
        "FREQ=WEEKLY;BYSETPOS=8;BYDAY=MO,TU,WE,TH,FR,SA,SU", "FREQ=SECONDLY;BYSETPOS=2;BYSECOND=1"]]
    slow = []
    for _, _, dtstart, rule in rows:
        step, rest = expand(dtstart, rule, limit=3)
        if step != "refused" and int(rest[0]) > FEW_MILLISECONDS:
            slow.append((rule, step, rest))
    assert not slow, "\n".join(map(str, slow))
