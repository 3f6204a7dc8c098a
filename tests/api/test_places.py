# SPDX-License-Identifier: GPL-3.0-or-later
"""Hubs, sites, resources, units and topics over HTTP: what a visitor looks up before anything is booked."""
import pytest

from test_bookings import problem


def items(hubd, path, **more):
    reply = hubd.get("/api/v1/" + path, **more)
    assert reply.status_code == 200, reply.text
    return reply.json()["items"]


def test_everybody_sees_every_hub_and_where_it_is(hubd):
    assert [hub["slug"] for hub in items(hubd, "hubs")] == ["kontor", "werft"], "and not the reserved one"
    reply = hubd.get("/api/v1/hubs/werft")
    hub = reply.json()
    assert hub["name"] == "Werft" and hub["about"] == "A hub of the tests" and [site["slug"] for site in hub["sites"]] == ["haus"]
    assert hubd.get("/api/v1/hubs/werft?lang=de").json()["about"] == "Ein Hub der Tests"
    assert hubd.get("/api/v1/hubs/werft", headers={"If-None-Match": reply.headers["ETag"]}).status_code == 304


def test_sites_are_listed_by_hub(hubd):
    assert {(site["hub"], site["zone"]) for site in items(hubd, "sites")} == {("werft", "Europe/Berlin"), ("kontor", "Europe/Lisbon")}
    assert [site["postcode"] for site in items(hubd, "sites?hub=werft")] == ["44137"]


def test_resources_say_what_they_are_made_of(hubd):
    saal = hubd.get("/api/v1/resources/werft/saal").json()
    assert saal["parts"] == ["saal-a", "saal-b"] and saal["part_of"] == [] and len(saal["units"]) == saal["size"] == 2
    part = hubd.get("/api/v1/resources/werft/saal-a").json()
    assert part["part_of"] == ["saal"] and part["parts"] == []
    desks = hubd.get("/api/v1/resources/werft/platz").json()
    assert desks["is_pool"] and desks["size"] == 2 and desks["name"] == "Platz (en)"
    [laser] = hubd.get("/api/v1/resources/werft/laser").json()["units"]
    assert (laser["setup_minutes"], laser["turnover_minutes"]) == (10, 15)


def test_resources_are_listed_by_hub_and_kind(hubd):
    assert [room["slug"] for room in items(hubd, "resources?hub=kontor")] == ["stube"]
    assert [machine["slug"] for machine in items(hubd, "resources?hub=werft&kind=machine")] == ["drucker", "laser"]
    assert {room["hub"] for room in items(hubd, "resources")} == {"werft", "kontor"}
    one = hubd.get("/api/v1/resources/werft/saal").json()
    assert one in items(hubd, "resources?hub=werft"), "the list and the resource say the same"


def test_units_are_those_of_a_resource_or_of_the_hub(hubd):
    ids = {unit["id"] for unit in items(hubd, "units?hub=werft&resource=saal")}
    assert ids == {unit["id"] for unit in hubd.get("/api/v1/resources/werft/saal").json()["units"]}
    every = items(hubd, "units?hub=werft")
    assert ids < {unit["id"] for unit in every} and all(unit["resources"] for unit in every)


def test_topics_have_names_in_the_asker_s_language(hubd):
    [topic] = items(hubd, "topics")
    assert topic["slug"] == "ai" and topic["name"] == "Artificial intelligence"


@pytest.mark.parametrize("path", ["hubs/nord", "hubs/network", "sites?hub=nord", "resources?hub=nord", "resources/werft/keller",
                                  "resources/nord/saal", "units?hub=werft&resource=keller"])
def test_what_is_not_there_is_said(hubd, path):
    problem(hubd.get("/api/v1/" + path), 404, "not-found")
