# SPDX-License-Identifier: GPL-3.0-or-later
"""The API's description: what a program written after it loses when it drifts from what the service does."""
import datetime
import json
import re

import pytest

from conftest import ROOT, HUBD
import subprocess

DOCUMENT = json.loads((ROOT / "config/openapi.json").read_text(encoding="utf-8"))
SCHEMAS = DOCUMENT["components"]["schemas"]
OPERATIONS = {(method.upper(), path): operation for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()}
# Pages and what only robots read are no part of the API.
DESCRIBED = ("/api/", "/feeds/", "/problems", "/healthz", "/readyz", "/metrics", "/stream")


def routes():
    text = subprocess.run([HUBD, "serve", "--list-routes"], capture_output=True, text=True, check=True).stdout
    return {tuple(line.split()) for line in text.splitlines()}


def test_every_route_is_described_and_nothing_else():
    assert set(OPERATIONS) == {(method, path) for method, path in routes() if path.startswith(DESCRIBED)}


def resolve(node):
    while "$ref" in node:
        at = DOCUMENT
        for step in node["$ref"].removeprefix("#/").split("/"):
            at = at[step]
        node = at
    return node


def every(node, name):
    """All values of a member, at any depth."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == name:
                yield value
            yield from every(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from every(value, name)


def test_whoever_can_read_one_list_can_read_them_all():
    lists = set()
    for (method, path), operation in OPERATIONS.items():
        schema = resolve(operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {}))
        found = {name for name, member in schema.get("properties", {}).items() if resolve(member).get("type") == "array"}
        if method == "GET" and ("{" not in path or "items" in found) and found and "id" not in schema["properties"]:
            lists.add(path.rsplit("/", 1)[-1])
            assert found == {"items"} and "next" in schema["properties"] and {"items", "next"} <= set(schema["required"]), path
    assert lists >= {"hubs", "sites", "resources", "units", "topics", "bookings", "events", "freebusy", "find", "problems"}, lists


def test_the_document_is_openapi_3_1():
    assert re.fullmatch(r"3\.1\.\d", DOCUMENT["openapi"]) and {"title", "version"} <= DOCUMENT["info"].keys()
    assert all(resolve({"$ref": target}) is not None for target in every(DOCUMENT, "$ref"))
    ids = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(ids) == len(set(ids))
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    for (method, path), operation in OPERATIONS.items():
        parameters = [resolve(parameter) for parameter in operation["parameters"]]
        in_path = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path)) and all(p["required"] for p in parameters if p["in"] == "path"), path
        assert len({(p["in"], p["name"]) for p in parameters}) == len(parameters)
        assert all(p["in"] in ("path", "query", "header") and "schema" in p for p in parameters)
        assert operation["summary"] and set(operation["tags"]) <= tags
        assert "200" in operation["responses"] and all(resolve(r)["description"] for r in operation["responses"].values())
        assert ("requestBody" in operation) == (method in ("POST", "PATCH", "DELETE")), (method, path)
    used = {target.rsplit("/", 1)[1] for target in every(DOCUMENT, "$ref") if "/schemas/" in target}
    assert used == set(SCHEMAS), "a schema that nothing uses"


KINDS = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict, "null": type(None)}


def mistakes(value, schema, where=""):
    """What JSON Schema, as far as the document uses it, has against a value."""
    schema = resolve(schema)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(isinstance(value, KINDS[kind]) and not (isinstance(value, bool) and kind in ("integer", "number")) for kind in kinds):
        return [f"{where}: {value!r} is no {kinds}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: {value!r} is none of {schema['enum']}")
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        found.append(f"{where}: {value!r} is not {schema['pattern']}")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += [f"{where}/{name} is missing" for name in schema.get("required", []) if name not in value]
        for name, member in value.items():
            inner = properties.get(name, schema.get("additionalProperties", True))
            if inner is False:
                found.append(f"{where}/{name} is not described")
            elif isinstance(inner, dict):
                found += mistakes(member, inner, f"{where}/{name}")
    if isinstance(value, list) and "items" in schema:
        for n, member in enumerate(value):
            found += mistakes(member, schema["items"], f"{where}/{n}")
    return found


def check(reply, method, path):
    response = OPERATIONS[method, path]["responses"].get(str(reply.status_code))
    assert response is not None, f"{method} {path}: {reply.status_code} is not described: {reply.text}"
    kind = reply.headers["Content-Type"].split(";")[0]
    schema = resolve(response)["content"][kind]["schema"]
    assert mistakes(reply.json() if "json" in kind else reply.text, schema) == [], f"{method} {path}"
    return reply


@pytest.mark.parametrize("path, address", [
    ("/api/v1/hubs", ""), ("/api/v1/hubs/{hub}", "/api/v1/hubs/werft"), ("/api/v1/hubs/{hub}", "/api/v1/hubs/nirgends"), ("/api/v1/topics", ""),
    ("/api/v1/sites", "/api/v1/sites?hub=werft"), ("/api/v1/resources", "/api/v1/resources?hub=werft&kind=room"),
    ("/api/v1/resources/{hub}/{resource}", "/api/v1/resources/werft/saal"), ("/api/v1/units", "/api/v1/units?hub=werft"),
    ("/api/v1/freebusy", "/api/v1/freebusy?hub=werft"), ("/api/v1/freebusy", ""), ("/api/v1/find", "/api/v1/find?minutes=60&hub=werft"),
    ("/api/v1/find", ""), ("/api/v1/events", "/api/v1/events?hub=werft"), ("/api/v1/events", "/api/v1/events?topic=ai&limit=5"),
    ("/api/v1/bookings", ""), ("/api/v1/openapi.json", ""), ("/problems", ""), ("/problems/{problem}", "/problems/slot-taken"),
    ("/problems/{problem}", "/problems/none-such"), ("/healthz", ""), ("/readyz", ""), ("/metrics", ""), ("/feeds/all.ics", ""),
    ("/feeds/hub/{hub}", "/feeds/hub/werft.ics"), ("/feeds/hub/{hub}", "/feeds/hub/nirgends.ics"),
    ("/feeds/topic/{topic}", "/feeds/topic/ai.ics"), ("/feeds/all.atom", ""), ("/feeds/all.json", ""), ("/feeds/hub/{hub}", "/feeds/hub/werft.json"),
    ("/feeds/hub/{hub}/freebusy.ics", "/feeds/hub/werft/freebusy.ics"),
    ("/feeds/resource/{hub}/{resource}/freebusy.ics", "/feeds/resource/werft/saal/freebusy.ics"), ("/feeds/resource/{hub}/{resource}", "/feeds/resource/werft/saal.ics")])
def test_answers_are_as_described(hubd, path, address):
    check(hubd.get(address or path), "GET", path)


def test_bookings_are_as_described(hubd, free_day):
    document = {"hub": "werft", "start": f"{free_day}T09:00", "end": f"{free_day}T10:00", "items": [{"resource": "platz", "count": 1}]}
    wish = {**document, "items": [{"any": {"kind": "room", "capacity": 2, "features": ["screen"]}}]}
    assert mistakes(document, {"$ref": "#/components/schemas/BookingRequest"}) == []
    made = check(hubd.post("/api/v1/bookings", document, as_="mara"), "POST", "/api/v1/bookings")
    assert made.status_code == 201
    assert check(hubd.post("/api/v1/bookings", wish, as_="mara"), "POST", "/api/v1/bookings").status_code == 201
    check(hubd.post("/api/v1/bookings", {**document, "dry_run": True}, as_="mara"), "POST", "/api/v1/bookings")
    room = {**document, "items": [{"resource": "saal"}]}
    check(hubd.post("/api/v1/bookings", room, as_="mara"), "POST", "/api/v1/bookings")
    assert check(hubd.post("/api/v1/bookings", room, as_="jonas"), "POST", "/api/v1/bookings").status_code == 409
    check(hubd.post("/api/v1/bookings", {**room, "hubb": 1}, as_="jonas"), "POST", "/api/v1/bookings")
    check(hubd.get(f"/api/v1/bookings?hub=werft&from={free_day}&to={free_day}T23:00", as_="jonas"), "GET", "/api/v1/bookings")
    path = made.headers["Location"]
    check(hubd.get(path, as_="mara"), "GET", "/api/v1/bookings/{id}")
    check(hubd.get(path, as_="jonas"), "GET", "/api/v1/bookings/{id}")
    check(hubd.patch(path, {"title": "Neu"}, as_="mara"), "PATCH", "/api/v1/bookings/{id}")
    check(hubd.post(path + "/confirm", as_="mara"), "POST", "/api/v1/bookings/{id}/confirm")
    check(hubd.delete(path, as_="mara"), "DELETE", "/api/v1/bookings/{id}")


def test_series_are_as_described(hubd):
    start = (datetime.date.today() + datetime.timedelta(days=2000)).isoformat()
    document = {"hub": "werft", "title": "Reihe", "start": f"{start}T09:00", "duration": "PT1H", "rrule": "FREQ=WEEKLY;COUNT=3", "items": [{"resource": "saal"}]}
    assert mistakes(document, {"$ref": "#/components/schemas/SeriesRequest"}) == []
    check(hubd.post("/api/v1/series", {**document, "dry_run": True}, as_="mara"), "POST", "/api/v1/series")
    made = check(hubd.post("/api/v1/series", document, as_="mara"), "POST", "/api/v1/series")
    assert made.status_code == 201, made.text
    assert check(hubd.post("/api/v1/series", document, as_="jonas"), "POST", "/api/v1/series").status_code == 409
    path = made.headers["Location"]
    check(hubd.get("/api/v1/series", as_="mara"), "GET", "/api/v1/series")
    check(hubd.get(path, as_="mara"), "GET", "/api/v1/series/{id}")
    check(hubd.patch(path, {"scope": "all", "start": f"{start}T11:00", "dry_run": True}, as_="mara"), "PATCH", "/api/v1/series/{id}")
    check(hubd.patch(path, {"scope": "this", "date": f"{start}T09:00", "title": "x"}, as_="mara"), "PATCH", "/api/v1/series/{id}")
    check(hubd.patch(path, {"scope": "following", "date": made.json()["dates"][1]["date"], "title": "y"}, as_="mara"), "PATCH", "/api/v1/series/{id}")
    check(hubd.delete(path, as_="mara", json={"scope": "all"}), "DELETE", "/api/v1/series/{id}")


def test_events_are_as_described(hubd, free_day):
    document = {"hub": "werft", "title": "Abend", "start": f"{free_day}T18:00", "duration": "PT2H", "topics": ["ai"], "resources": ["saal"]}
    assert mistakes(document, {"$ref": "#/components/schemas/EventRequest"}) == []
    check(hubd.post("/api/v1/events", {**document, "dry_run": True}, as_="ines"), "POST", "/api/v1/events")
    made = check(hubd.post("/api/v1/events", document, as_="ines"), "POST", "/api/v1/events")
    assert made.status_code == 201, made.text
    assert check(hubd.post("/api/v1/events", document, as_="ines"), "POST", "/api/v1/events").status_code == 409
    path = made.headers["Location"]
    check(hubd.get(path), "GET", "/api/v1/events/{id}")
    check(hubd.get(f"/api/v1/events?hub=werft&from={free_day}"), "GET", "/api/v1/events")
    check(hubd.get("/feeds/event/" + path.rsplit("/", 1)[1] + ".ics"), "GET", "/feeds/event/{id}")
    check(hubd.patch(path, {"title": "Nacht"}, as_="ines"), "PATCH", "/api/v1/events/{id}")
    check(hubd.delete(path, as_="ines"), "DELETE", "/api/v1/events/{id}")


@pytest.mark.parametrize("method, path", [key for key, operation in OPERATIONS.items() if key[0] == "GET" and key[1].startswith("/api/v1/")
                                          and key[1] != "/api/v1/openapi.json"])
def test_every_described_parameter_is_known_and_no_other(hubd, method, path):
    """An undescribed one is refused by name; a described one is not."""
    address = path.replace("{hub}", "werft").replace("{resource}", "saal").replace("{id}", "1")
    samples = {"hub": "werft", "resource": "saal", "kind": "room", "site": "haus", "from": "2030-01-01", "to": "2030-01-02", "limit": "5",
               "mine": "true", "topic": "ai", "capacity": "2", "features": "screen", "count": "1", "minutes": "30"}
    names = [p["name"] for p in map(resolve, OPERATIONS[method, path]["parameters"]) if p["in"] == "query" and p["name"] in samples]
    query = "&".join(f"{name}={samples[name]}" for name in names)
    assert hubd.get(f"{address}?{query}", as_="mara").status_code in (200, 403, 404)
    refused = hubd.get(f"{address}?{query}&zzz=1", as_="mara")
    assert refused.status_code == 422 and refused.json()["type"] == "/problems/unknown-parameter", refused.text


def test_every_problem_that_sql_names_is_explained(hubd):
    """/problems/NAME of each type that a function can answer."""
    named = set()
    for file in [*(ROOT / "sql").rglob("*.sql")]:
        text = file.read_text(encoding="utf-8")
        if file.name.startswith("admin_") or file.name.startswith("import_"):
            continue
        named |= set(re.findall(r"(?:problem\(\s*\d{3},|problem_unprocessable\(\s*caller,)\s*'([a-z-]+)'", text))
        named |= set(re.findall(r"THEN '([a-z]+-[a-z-]+)' ELSE '(?:slot-taken)' END", text)) | ({"slot-taken"} if "slot-taken" in text else set())
    known = {problem["type"].removeprefix("/problems/") for problem in hubd.get("/problems").json()["items"]}
    assert len(named) > 10 and named <= known, named - known
