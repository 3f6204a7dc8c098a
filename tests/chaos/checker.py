# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges a race for rooms and desks by what its clients saw and by what the tables hold at the end. It shares no code and
no rule with the service: intervals are numbers, and it knows nothing but the four promises below.

A client's operation is an Operation; `place` is {resource: count} from `start` to `end` (any unit, minutes say). Times of
sending and receiving are those of one clock. An operation without a definite answer has outcome None.

    1. no unit has two live claims, and units with a gap keep it;
    2. what was acknowledged is there: its booking, its time, its units, and nothing that nobody asked for;
    3. no key is stored twice, and no key made two bookings;
    4. no refusal without a cause: something live, or possibly live, was in the way while the request was under way.
"""
import collections
import dataclasses

FOREVER = float("inf")


@dataclasses.dataclass
class Operation:
    kind: str              # book, move, cancel
    booking: str           # the key of the operation that booked
    key: str
    place: dict
    start: int
    end: int
    sent: float
    received: float = FOREVER
    outcome: str = None    # done, refused, None: nobody knows


@dataclasses.dataclass
class Life:
    """A place that a booking has, or may have, from one moment to another."""
    booking: str
    place: dict
    start: int
    end: int
    born: float
    died: float = FOREVER


def lives_of(operations):
    """The lives of one booking, and whether it must be there at the end: True, False, None (nobody knows)."""
    lives, is_live = [], False
    for operation in sorted(operations, key=lambda one: one.sent):
        if operation.outcome == "refused":
            continue
        if operation.outcome == "done":
            for life in lives:
                life.died = min(life.died, operation.received)
        if operation.kind != "cancel":
            lives.append(Life(operation.booking, operation.place, operation.start, operation.end, operation.sent))
        if operation.outcome is None:
            is_live = None
        elif is_live is not None or operation.kind == "cancel":
            is_live = operation.kind != "cancel"
    return lives, is_live


def double_claims(claims, gap_of):
    """Promise 1. claims: (unit, resource, booking, start, end)."""
    by_unit = collections.defaultdict(list)
    for unit, resource, booking, start, end in claims:
        by_unit[unit].append((start, end, booking, resource))
    for unit, spans in by_unit.items():
        spans.sort()
        for (_, before_end, before, resource), (start, _, after, _) in zip(spans, spans[1:]):
            gap = gap_of.get(resource, 0) if before != after else 0
            if start < before_end + gap:
                yield f"unit {unit} of {resource} has two live claims: bookings {before} and {after}"


def missing(history, bookings, claims):
    """Promise 2. bookings: {key: (state, start, end)} of the tables."""
    units = collections.defaultdict(collections.Counter)
    for _, resource, booking, start, end in claims:
        units[booking][(resource, start, end)] += 1
    for key, operations in history.items():
        lives, is_live = lives_of(operations)
        found = bookings.get(key)
        if is_live:
            life = lives[-1]
            wanted = collections.Counter({(resource, life.start, life.end): count for resource, count in life.place.items()})
            if found is None:
                yield f"acknowledged booking {key} is missing"
            elif found != ("confirmed", life.start, life.end):
                yield f"acknowledged booking {key} is {found}, not confirmed from {life.start} to {life.end}"
            elif units[key] != wanted:
                yield f"acknowledged booking {key} holds {dict(units[key])}, not {dict(wanted)}"
        elif is_live is False and (units[key] or found is not None and found[0] == "confirmed"):
            yield f"booking {key} was cancelled or refused, and still lives"
    for key in list(bookings) + list(units):
        if key not in history:
            yield f"booking {key} was asked for by nobody"


def stored_twice(notes, keys):
    """Promise 3. notes: the key in each booking row; keys: those of the idempotency table."""
    for what, values in (("key made two bookings", notes), ("key is stored twice", keys)):
        for value, times in collections.Counter(values).items():
            if times > 1:
                yield f"{what}: {value}"


def has_cause(operation, lives, size_of, gap_of):
    for resource, count in operation.place.items():
        gap = gap_of.get(resource, 0)
        near = [life for life in lives if life.booking != operation.booking and resource in life.place
                and life.start < operation.end + gap and operation.start < life.end + gap
                and life.born <= operation.received and operation.sent <= life.died]
        # The most that can have been taken at one moment: at the start of one of them, or of the wish.
        for moment in [operation.start] + [life.start for life in near]:
            if gap == 0 and not operation.start <= moment < operation.end:
                continue
            taken = sum(life.place[resource] for life in near if gap or life.start <= moment < life.end)
            if taken + count > size_of[resource]:
                return True
    return False


def causeless(history, size_of, gap_of):
    """Promise 4."""
    lives = [life for operations in history.values() for life in lives_of(operations)[0]]
    for operations in history.values():
        for operation in operations:
            if operation.outcome == "refused" and not has_cause(operation, lives, size_of, gap_of):
                yield f"{operation.kind} {operation.key} was refused without a cause: {operation.place} {operation.start}-{operation.end}"


def judge(operations, bookings, claims, keys, size_of, gap_of):
    """All that is wrong, as sentences. bookings: (key, state, start, end) a row; claims: (unit, resource, key, start, end)."""
    history = collections.defaultdict(list)
    for operation in operations:
        history[operation.booking].append(operation)
    table = {key: (state, start, end) for key, state, start, end in bookings}
    return (list(double_claims(claims, gap_of)) + list(missing(history, table, claims))
            + list(stored_twice([row[0] for row in bookings], keys)) + list(causeless(history, size_of, gap_of)))
