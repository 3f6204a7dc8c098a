# SPDX-License-Identifier: GPL-3.0-or-later
"""Series of bookings, at the level of SQL: what people lose when the deciding call is wrong or slow."""
import datetime
import time


def series(world, starts, length=1, items=("rot",), **more):
    """The input of a series whose dates start at these hours; the clock of the hub is UTC here."""
    def wall(hours):
        return (world.base + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S")
    dates = [{"date": wall(h), "start": world.at(h), "end": world.at(h + length), "local_end": wall(h + length)} for h in starts]
    return {"hub": world.slug, "title": "Reihe", "zone": "UTC", "local_start": wall(starts[0]), "duration": f"PT{int(length * 60)}M",
            "rrule": "FREQ=DAILY", "rdates": [], "exdates": [], "dates": dates,
            "items": [{"resource": i} if isinstance(i, str) else i for i in items], **more}


def states(reply):
    return [d["state"] for d in reply["dates"]]


def test_a_series_is_one_insert_and_takes_all_its_dates(world):
    world.room("rot")
    made = world.call("series_book", **series(world, [9, 33, 57]))
    assert made.status == 201, made
    assert states(made) == ["booked"] * 3 and world.claims() == 3
    assert len({d["booking"] for d in made["dates"]}) == 3


def test_series_are_listed(world):
    world.room("rot")
    world.call("series_book", **series(world, [9, 33, 57]))
    assert len(world.call("series_list", after=0, limit=10)["items"]) == 1
