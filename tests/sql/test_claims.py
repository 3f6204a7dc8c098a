# SPDX-License-Identifier: GPL-3.0-or-later
"""The claims engine: what a user loses when one of these fails is its name."""


def test_a_booked_room_is_not_booked_again(world):
    world.room("aula")
    first = world.book(9, 11, "aula")
    assert first.status == 201, first
    second = world.book(10, 12, "aula", who="ben")
    assert (second.status, second.problem) == (409, "slot-taken"), second
    assert world.book(11, 12, "aula", who="ben").status == 201


def test_two_desks_and_three_bookings_never_say_a_false_full(world):
    world.pool("desk", 2)
    assert world.book(9, 11, "desk").status == 201
    assert world.book(11, 13, "desk").status == 201
    assert world.book(9, 13, "desk", who="ben").status == 201
    full = world.book(10, 12, "desk", who="ben")
    assert (full.status, full.problem, full["searched"]) == (409, "none-free", "exhaustive"), full


def test_a_pool_is_rearranged_when_desks_are_scattered(world):
    first, second = world.pool("desk", 2)
    a = world.book(9, 11, "desk")
    b = world.book(11, 13, "desk")
    # Put them onto different desks, as cancellations do.
    world.rows("UPDATE hubd.claim SET unit_id = %s WHERE booking_id = %s", first, a["id"])
    world.rows("UPDATE hubd.claim SET unit_id = %s WHERE booking_id = %s", second, b["id"])
    assert world.book(9, 13, "desk", who="ben").status == 201


def test_a_wish_is_rearranged_for_a_fixed_booking(world):
    world.room("eins", capacity=6)
    world.room("zwei", capacity=8)
    wish = world.book(9, 11, {"any": {"kind": "room", "capacity": 6}})
    assert wish.status == 201, wish
    assert wish["items"][0]["resource"] is None and wish["items"][0]["provisional"]
    fixed = world.book(9, 11, "eins", who="ben")
    assert fixed.status == 201, fixed
    full = world.book(9, 11, "zwei", who="ben")
    assert full.status == 409, full


def test_moving_and_cancelling(world):
    world.room("aula")
    b = world.book(9, 11, "aula")
    moved = world.call("booking_change", id=b["id"], start=world.at(10), end=world.at(12))
    assert moved.status == 200 and moved["sequence"] == 1, moved
    other = world.book(9, 10, "aula", who="ben")
    assert other.status == 201
    refused = world.call("booking_change", id=b["id"], start=world.at(9), end=world.at(12))
    assert refused.status == 409, refused
    assert world.call("booking", id=b["id"])["start"] == world.at(10)
    gone = world.call("booking_cancel", id=b["id"])
    assert gone.status == 200 and gone["state"] == "cancelled", gone
    hold = world.book(10, 12, "aula", hold=True)
    assert world.call("booking_confirm", id=hold["id"])["state"] == "confirmed"
