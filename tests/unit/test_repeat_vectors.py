# SPDX-License-Identifier: GPL-3.0-or-later
"""Recurrence rules with their published instances, from five test suites, through our own expansion.

Reads the folder named by HUBD_DATA; without it these tests say "skipped".
"""
import datetime
import itertools
import json
import os
import pathlib
import random
import signal
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ.get("HUBD_BUILD", "build")
DATA = pathlib.Path(os.environ.get("HUBD_DATA") or ROOT / "../shared/data")
needs_data = pytest.mark.skipif(not (DATA / "vectors").is_dir(), reason="no HUBD_DATA")
# Microseconds of processor time, the best of three; the bound itself is counted in steps. Sanitizers take longer.
FEW_MILLISECONDS = 50_000 if BUILD == "build-san" else 10_000


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
        answers = [expand(dtstart, rule, limit=3) for _ in range(3)]
        if answers[0][0] != "refused" and min(int(rest[0]) for _, rest in answers) > FEW_MILLISECONDS:
            slow.append((rule, answers))
    assert not slow, "\n".join(map(str, slow))


def some(chance, low, high, most=3):
    return sorted({chance.choice([-1, 1] if low < 0 else [1]) * chance.randint(abs(low), high) for _ in range(chance.randint(1, most))})


def random_rule(chance):
    """A rule that RFC 5545 allows and that dateutil reads alike (it mixes up plain weekdays with ordinals)."""
    frequency = chance.choice(["YEARLY"] * 4 + ["MONTHLY"] * 4 + ["WEEKLY"] * 3 + ["DAILY"] * 2 + ["HOURLY", "MINUTELY"])
    parts = {"FREQ": frequency, "INTERVAL": chance.choice([1, 1, 1, 2, 3, 5, 7]), "WKST": chance.choice(["MO", "MO", "SU", "TH"])}
    can = {
        "BYMONTH": lambda: some(chance, 1, 12), "BYMONTHDAY": lambda: some(chance, -1, 31, 6), "BYYEARDAY": lambda: some(chance, -1, 366, 8),
        "BYWEEKNO": lambda: some(chance, -1, 53), "BYHOUR": lambda: some(chance, 0, 23), "BYMINUTE": lambda: some(chance, 0, 59, 2),
        "BYDAY": lambda: sorted({(str(chance.choice([1, 2, 3, -1, -2])) if ordinals else "") + chance.choice(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
                                 for _ in range(chance.randint(1, 4))})}
    if frequency == "WEEKLY":
        del can["BYMONTHDAY"]
    if frequency in ("DAILY", "WEEKLY", "MONTHLY"):
        del can["BYYEARDAY"]
    if frequency != "YEARLY":
        del can["BYWEEKNO"]
    chosen = [name for name in can if chance.random() < 0.35]
    ordinals = frequency in ("YEARLY", "MONTHLY") and "BYWEEKNO" not in chosen and chance.random() < 0.5
    for name in chosen:
        parts[name] = ",".join(map(str, can[name]()))
    if chosen and frequency != "WEEKLY" and chance.random() < 0.3:  # dateutil counts in a first week from the start only
        parts["BYSETPOS"] = ",".join(map(str, some(chance, -1, 6)))
    return ";".join(f"{name}={value}" for name, value in parts.items())


def within_reason(work):
    """What it returns, or None after a tenth of a second of processor time: dateutil goes to the year 9999 for what never comes."""
    def stop(*_):
        raise TimeoutError
    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.1)
    try:
        return work()
    except TimeoutError:
        return None
    except ValueError as error:
        assert "generates an empty set" in str(error)
        return []
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def test_a_rule_comes_on_other_days_than_an_independent_expansion_says(expand):
    """Rules by chance, for up to six years, against python3-dateutil; also entered in the middle."""
    rrule = pytest.importorskip("dateutil.rrule")
    chance = random.Random(5545)
    compared = instances = 0
    for _ in range(400):
        start = datetime.datetime(chance.randint(1995, 2030), chance.randint(1, 12), chance.randint(1, 28), chance.randint(0, 23), chance.choice([0, 30]))
        rule = random_rule(chance)
        end = start + datetime.timedelta(days=60 if "FREQ=MINUTELY" in rule or "FREQ=HOURLY" in rule else 2200)
        rule += f";UNTIL={end:%Y%m%dT%H%M%S}"
        want = within_reason(lambda: [f"{at:%Y%m%dT%H%M%S}" for at in itertools.islice(rrule.rrulestr(rule, dtstart=start), 60)])
        if want is None:
            continue
        step, rest = expand(f"{start:%Y%m%dT%H%M%S}", rule, limit=60)
        assert step != "refused", (rule, rest)
        assert rest[1:] == want, (rule, start)
        if len(want) > 4:
            middle = want[len(want) // 2]
            _, rest = expand(f"{start:%Y%m%dT%H%M%S}", rule, start_at=middle + "Z", limit=len(want) - len(want) // 2)
            assert rest[1:] == want[len(want) // 2:], (rule, start, middle)
        compared += 1
        instances += len(want)
    print(f"{compared} rules, {instances} instances")
    assert instances > 8_000
