# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools and wishes against brute force, which knows nothing of SQL. Deterministic: seeds are numbers in this file."""
import json
import random

import pytest


# ---- brute force: a demand is (start, end, party, [options]), an option a frozenset of units ----

def hits(a, b, units, gap):
    """Do two demands hit each other when both have some of these units? Parties keep the gap; one's own may touch."""
    if not units:
        return False
    if a[0] < b[1] and b[0] < a[1]:
        return True
    return a[2] != b[2] and a[0] < b[1] + gap and b[0] < a[1] + gap


def fits(demands, gap=0):
    """Is there a choice of one option for each demand without a hit? Tries everything, the demand with fewest options first."""
    order = sorted(demands, key=lambda d: (len(d[3]), d[0]))
    chosen = []

    def attempt(number):
        if number == len(order):
            return True
        demand = order[number]
        for option in demand[3]:
            if all(not hits(demand, other, option & taken, gap) for other, taken in chosen):
                chosen.append((demand, option))
                if attempt(number + 1):
                    return True
                chosen.pop()
        return False

    return attempt(0)


def largest_overlap(spans):
    """spans: (start, end, number)."""
    return max((sum(n for s, e, n in spans if s <= start < e) for start, _, _ in spans), default=0)


# ---- equal units, nothing pinned ----

@pytest.mark.parametrize("seed", range(14))
def test_full_is_said_exactly_when_the_largest_overlap_exceeds_the_pool(world, seed):
    dice = random.Random(seed)
    size = dice.choice([1, 2, 3, 5])
    gap = dice.choice([0, 0, 1])
    setup, turnover = dice.choice([(gap, gap), (0, gap), (gap, 0)])
    units = world.pool("desk", size, setup=f"{setup} hours", turnover=f"{turnover} hours")
    live = {}
    refused = 0
    for _ in range(45):
        start = dice.randrange(0, 40)
        end = start + dice.randrange(1, 12)
        count = dice.choice([1, 1, 1, 2])
        reply = world.book(start, end, {"resource": "desk", "count": count}, who=dice.choice(["anna", "ben"]))
        spans = [(s, e + gap, n) for s, e, n in [*live.values(), (start, end, count)]]
        assert (reply.status == 201) == (largest_overlap(spans) <= size), (spans, reply)
        if reply.status == 201:
            live[reply["id"]] = (start, end, count)
        else:
            refused += 1
            expected = ("wrong-count", None) if count > size else ("none-free", "exhaustive")
            assert (reply.problem, reply.body.get("searched")) == expected
        if live and dice.random() < 0.25:
            gone = dice.choice(sorted(live))
            assert world.call("booking_cancel", who="mia", id=gone).status == 200
            del live[gone]
        for booking, (_, _, n) in live.items():
            held = world.rows("SELECT unit_id FROM hubd.claim WHERE booking_id = %s AND lane = '[9,10)'", booking)
            assert len(held) == n and {u for u, in held} <= set(units)
    assert refused > 0


# ---- pins and closures ----

@pytest.mark.parametrize("seed", range(100, 116))
def test_with_pins_and_closures_none_exists_is_never_said_wrongly(world, seed):
    dice = random.Random(seed)
    size = dice.choice([2, 3, 4])
    gap = dice.choice([0, 0, 1])
    units = world.pool("desk", size, turnover=f"{gap} hours")
    demands = {}
    verdicts = {"exhaustive": 0, "bounded": 0, "yes": 0}
    for _ in range(30):
        start = dice.randrange(0, 16)
        end = start + dice.randrange(1, 8)
        count = dice.choice([1, 1, 2])
        pins = sorted(dice.sample(units, dice.choice([0, 0, 0, 1, 1, min(2, count)]) if count <= size else 0))[:count]
        kind = "closure" if dice.random() < 0.15 else "booking"
        if kind == "closure":
            pins = pins or [dice.choice(units)]
            count = len(pins)
        reply = world.book(start, end, {"resource": "desk", "count": count, "units": pins}, who="mia", kind=kind)
        wanted = [(start, end, "new", [frozenset([p])]) for p in pins]
        wanted += [(start, end, "new", [frozenset([u]) for u in units])] * (count - len(pins))
        others = [d for group in demands.values() for d in group]
        is_possible = fits(others + wanted, gap)
        if reply.status == 201:
            verdicts["yes"] += 1
            assert is_possible, "placed what brute force calls impossible: the constraint or the solver is wrong"
            demands[reply["id"]] = [(s, e, reply["id"], o) for s, e, _, o in wanted]
            assert set(pins) <= set(world.units_of(reply))
        else:
            verdicts[reply["searched"]] += 1
            assert not is_possible or reply["searched"] == "bounded", (seed, others, wanted, reply)
        if demands and dice.random() < 0.2:
            gone = dice.choice(sorted(demands))
            world.call("booking_cancel", who="mia", id=gone)
            del demands[gone]
    # The bound is far above what such small pools need.
    assert verdicts["bounded"] == 0 and verdicts["exhaustive"] > 0 and verdicts["yes"] > 0, verdicts


# ---- wishes among unequal rooms, halls and fixed bookings ----

@pytest.mark.parametrize("seed", range(200, 214))
def test_a_wish_is_refused_only_when_no_arrangement_serves_everybody(world, seed):
    dice = random.Random(seed)
    gap = dice.choice([0, 0, 1])
    rooms = {}
    ids = {}
    for number, capacity in enumerate([4, 6, 8, 12][:dice.choice([2, 3, 4])]):
        slug, features = f"raum-{number}", ["screen"] if dice.random() < 0.5 else []
        ids[slug] = world.room(slug, capacity=capacity, features=features, turnover=f"{gap} hours")
        unit = world.value("SELECT unit_id FROM hubd.resource_unit WHERE resource_id = %s", ids[slug])
        rooms[slug] = (capacity, features, frozenset([unit]))
    if len(rooms) > 2:
        world.hall("saal", ids["raum-0"], ids["raum-1"], capacity=20)
        rooms["saal"] = (20, [], rooms["raum-0"][2] | rooms["raum-1"][2])
    demands = {}
    for _ in range(25):
        start = dice.randrange(0, 12)
        end = start + dice.randrange(1, 6)
        if dice.random() < 0.6:
            capacity, features = dice.choice([3, 4, 6, 8, 12]), dice.choice([[], [], ["screen"]])
            options = [units for c, f, units in rooms.values() if c >= capacity and set(f) >= set(features)]
            item = {"any": {"kind": "room", "capacity": capacity, "features": features}}
        else:
            item = dice.choice(sorted(rooms))
            options = [rooms[item][2]]
        reply = world.book(start, end, item, who=dice.choice(["anna", "ben"]))
        if not options:
            assert (reply.status, reply.problem) == (422, "no-such-resource"), reply
            continue
        is_possible = fits([*demands.values(), (start, end, "new", options)], gap)
        assert (reply.status == 201) == is_possible, (seed, demands, options, reply)
        if reply.status == 201:
            demands[reply["id"]] = (start, end, reply["id"], options)
        if demands and dice.random() < 0.15:
            gone = dice.choice(sorted(demands))
            world.call("booking_cancel", who="mia", id=gone)
            del demands[gone]
        for booking, (_, _, _, allowed) in demands.items():
            held = frozenset(u for u, in world.rows("SELECT unit_id FROM hubd.claim WHERE booking_id = %s AND lane = '[9,10)'", booking))
            assert held in allowed, "a guarantee was broken"


# ---- the search alone, which most bookings never reach ----

SOLVE = """
WITH demand AS (SELECT array_agg(ROW((d ->> 'n')::integer, (d ->> 'n')::bigint, 1,
        tstzrange(to_timestamp((d ->> 'start')::bigint * 3600), to_timestamp((d ->> 'end')::bigint * 3600)), NULL, NULL, '{}', '0', '0', true)::hubd.demand
        ORDER BY (d ->> 'n')::integer) AS list FROM jsonb_array_elements(%(puzzle)s) AS d),
option AS (SELECT array_agg(ROW(number, demand, NULL, units, array_fill('0'::interval, ARRAY[cardinality(units)]), array_fill(%(gap)s::interval, ARRAY[cardinality(units)]))::hubd.variant
        ORDER BY number) AS list FROM (
    SELECT row_number() OVER (ORDER BY (d ->> 'n')::integer, o.place) AS number, (d ->> 'n')::integer AS demand,
        ARRAY (SELECT u::bigint FROM jsonb_array_elements_text(o.units) AS u) AS units
    FROM jsonb_array_elements(%(puzzle)s) AS d, jsonb_array_elements(d -> 'options') WITH ORDINALITY AS o (units, place)) AS numbered)
SELECT s.chosen, s.is_exhausted, hubd.is_overfull(demand.list, option.list)
FROM demand, option, hubd.search(demand.list, option.list, %(bound)s) AS s
"""


@pytest.mark.parametrize("seed", range(300, 304))
def test_the_search_finds_what_brute_force_finds_and_proves_nothing_wrongly(world, seed):
    dice = random.Random(seed)
    yes = no = 0
    for _ in range(60):
        units = list(range(1, dice.choice([3, 4, 5, 6])))
        gap = dice.choice([0, 0, 1])
        # Halls are pairs; some units are shut out for some demands, as pins and closures do.
        pool = [[u] for u in units] + [[units[0], units[1]]] * dice.choice([0, 1])
        puzzle = []
        for n in range(1, dice.choice([4, 6, 8, 10])):
            start = dice.randrange(0, 8)
            puzzle.append({"n": n, "start": start, "end": start + dice.randrange(1, 6),
                           "options": dice.sample(pool, dice.randrange(max(1, len(pool) - 3), len(pool) + 1))})
        demands = [(d["start"], d["end"], d["n"], [frozenset(o) for o in d["options"]]) for d in puzzle]
        is_possible = fits(demands, gap)
        values = {"puzzle": json.dumps(puzzle), "gap": f"{gap} hours", "bound": 100000}
        with world.connection.cursor() as cursor:
            cursor.execute(SOLVE, values)
            chosen, is_exhausted, is_overfull = cursor.fetchone()
        assert (chosen is not None) == is_possible, (seed, puzzle, gap)
        assert not (is_overfull and is_possible), (seed, puzzle)
        if is_possible:
            yes += 1
            flat = [(d, frozenset(o)) for d, group in zip(demands, (d["options"] for d in puzzle)) for o in group]
            taken = [flat[n - 1] for n in chosen]
            assert [t[0][2] for t in taken] == [d["n"] for d in puzzle]
            assert not any(hits(a, b, x & y, gap) for i, (a, x) in enumerate(taken) for b, y in taken[:i])
        else:
            no += 1
            assert is_exhausted
            with world.connection.cursor() as cursor:
                cursor.execute(SOLVE, {**values, "bound": 0})
                assert cursor.fetchone()[:2] in (([None], False), (None, False), (None, True))
    assert yes > 5 and no > 5, (yes, no)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_offered_in_a_pool_can_be_booked_whatever_is_pinned_or_closed_there(world, seed):
    """Desks that may not move leave fewer free than their number says, and a pinned desk is the one that was wanted."""
    choose = random.Random(seed)
    desks = world.pool("desk", 3, setup=choose.choice(["0", "10 min"]), turnover=choose.choice(["0", "15 min"]))

    def draw():
        start = choose.randrange(0, 40) / 4
        item = choose.choice([{"resource": "desk"}, {"resource": "desk", "units": [choose.choice(desks)]}, {"resource": "desk", "count": 2}])
        return start, start + choose.choice([0.25, 0.5, 1, 2]), item

    for _ in range(25):
        start, end, item = draw()
        world.book(start, end, item, who="mia", kind=choose.choice(["booking", "booking", "closure"]))
    offers = []
    for _ in range(25):
        start, end, item = draw()
        offers += [(item, offer["start"], offer["end"]) for offer in world.book(start, end, item, who="ben", dry_run=True).body.get("alternatives", [])]
    for count in (1, 2):
        slots = world.call("find", who=None, hub=world.slug, kind="desk", count=count, minutes=30, limit=10,
                           **{"from": world.at(0), "to": world.at(14)})["items"]
        offers += [({"resource": "desk", "count": count}, slot["start"], slot["end"]) for slot in slots]
    assert offers
    for item, start, end in offers:
        tried = world.call("book", who="ben", dry_run=True, hub=world.slug, start=start, end=end, items=[item])
        assert tried.status == 201, (item, start, end, tried)
