# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges the other forms of a feed by their own documents: Atom by RFC 4287, JSON Feed by version 1.1 (jsonfeed.org), free and
busy times by RFC 5545 3.6.4. Written from these, apart from the program.

    judge_atom(body, before=None, is_busy=False), judge_json(the same), judge_freebusy(body) -> [what is wrong, …]

`before` is an earlier body of the same feed; is_busy: it shows less than its rows say, and a row may be revised in what does not show.
"""
import datetime
import json
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter

import feed_checker

ATOM, EVENT, LANG = "{http://www.w3.org/2005/Atom}", "{http://purl.org/rss/1.0/modules/event/}", "{http://www.w3.org/XML/1998/namespace}lang"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
OF_FEED = {"id", "title", "subtitle", "updated", "link", "author", "generator", "entry"}
OF_ENTRY = {"id", "title", "published", "updated", "link", "author", "category", "content"}
OF_EVENT = {"startdate", "enddate", "location"}


def is_instant(text):
    try:
        return bool(RFC3339.fullmatch(text or "")) and datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) is not None
    except ValueError:
        return False


# ---- Atom ----

def once(element, names, where):
    for name in names:
        count = len(element.findall(ATOM + name))
        if count != 1:
            yield f"{where} has {name} {count} times"


def of_links(element, where):
    alternates = Counter((link.get("type"), link.get("hreflang")) for link in element.findall(ATOM + "link") if link.get("rel", "alternate") == "alternate")
    for kind, count in alternates.items():
        if count > 1:
            yield f"{where} has {count} alternates of {kind}"
    for link in element.findall(ATOM + "link"):
        if not IRI.fullmatch(link.get("href") or ""):
            yield f"{where} has a link to {link.get('href')}"


def of_both(element, where, known):
    yield from once(element, ("id", "title", "updated"), where)
    yield from of_links(element, where)
    for child in element:
        if child.tag.startswith(ATOM) and child.tag[len(ATOM):] not in known:
            yield f"{where} has {child.tag}"
        elif not child.tag.startswith(ATOM) and child.tag.removeprefix(EVENT) not in OF_EVENT:
            yield f"{where} has {child.tag}"
    if not IRI.fullmatch(element.findtext(ATOM + "id") or ""):
        yield f"the id of {where} is no IRI"
    for name in ("updated", "published"):
        for date in element.findall(ATOM + name):
            if not is_instant(date.text):
                yield f"{name} of {where} is {date.text}"
    for author in element.findall(ATOM + "author"):
        if len(author.findall(ATOM + "name")) != 1 or not author.findtext(ATOM + "name"):
            yield f"an author of {where} has no name"


def of_entry(entry):
    where = f"entry {entry.findtext(ATOM + 'id')}"
    yield from of_both(entry, where, OF_ENTRY)
    contents = entry.findall(ATOM + "content")
    if len(contents) > 1 or (not contents and not any(link.get("rel") == "alternate" for link in entry.findall(ATOM + "link"))):
        yield f"{where} has neither content nor an alternate"
    for content in contents:
        if content.get("type", "text") == "text" and len(content):
            yield f"the text of {where} has elements"
    for category in entry.findall(ATOM + "category"):
        if not category.get("term"):
            yield f"{where} has a category without a term"
    for name in ("startdate", "enddate"):
        if not is_instant(entry.findtext(EVENT + name)):
            yield f"{name} of {where} is {entry.findtext(EVENT + name)}"


def stable_atom(root, before):
    def content(entry):
        return [ElementTree.tostring(child) for child in entry if child.tag != ATOM + "updated"]

    old = {entry.findtext(ATOM + "id"): entry for entry in ElementTree.fromstring(before).findall(ATOM + "entry")}
    for entry in root.findall(ATOM + "entry"):
        was = old.get(entry.findtext(ATOM + "id"))
        if was is None:
            continue
        moved, changed = entry.findtext(ATOM + "updated") != was.findtext(ATOM + "updated"), content(entry) != content(was)
        is_series = re.search("; (wiederholt sich|repeats)", entry.findtext(ATOM + "content") or "")  # its rule does not stand there
        if moved and not changed and not is_series:
            yield f"updated of {entry.findtext(ATOM + 'id')} moved, and nothing else did"
        if entry.findtext(ATOM + "published") != was.findtext(ATOM + "published"):
            yield f"published of {entry.findtext(ATOM + 'id')} moved"


def judge_atom(body, before=None, is_busy=False):
    try:
        body.decode("utf-8")
        root = ElementTree.fromstring(body)
    except (UnicodeDecodeError, ElementTree.ParseError) as error:
        return [f"no XML: {error}"]
    if root.tag != ATOM + "feed":
        return [f"the root is {root.tag}"]
    entries = root.findall(ATOM + "entry")
    found = list(of_both(root, "the feed", OF_FEED)) + [what for entry in entries for what in of_entry(entry)]
    if root.get(LANG) not in ("de", "en"):
        found.append(f"the language is {root.get(LANG)}")
    if not root.findall(ATOM + "author") and not all(entry.findall(ATOM + "author") for entry in entries):
        found.append("somewhere there is no author")
    found += [f"id {name} {count} times" for name, count in Counter(entry.findtext(ATOM + "id") for entry in entries).items() if count > 1]
    return found + (list(stable_atom(root, before)) if before is not None and not is_busy else [])


# ---- JSON Feed ----

TOP = {"version": str, "title": str, "description": str, "home_page_url": str, "feed_url": str, "language": str, "authors": list, "items": list}
ITEM = {"id": str, "url": str, "external_url": str, "title": str, "content_text": str, "image": str, "date_published": str, "date_modified": str,
        "tags": list, "authors": list}


def of_map(values, known, where):
    for name, value in values.items():
        if name.startswith("_"):
            if not isinstance(value, dict):
                yield f"the extension {name} of {where} is no object"
        elif name not in known:
            yield f"{where} has {name}"
        elif not isinstance(value, known[name]):
            yield f"{name} of {where} is {value!r}"
        elif name.endswith("url") and not re.fullmatch(r"https?://\S+", value):
            yield f"{name} of {where} is {value}"
    for author in values.get("authors", []):
        if not author.get("name") and not author.get("url") and not author.get("avatar"):
            yield f"an author of {where} says nothing"


def of_item(item):
    where = f"item {item.get('id')}"
    yield from of_map(item, ITEM, where)
    if not item.get("id") or "content_text" not in item:
        yield f"{where} lacks id or content"
    for name in ("date_published", "date_modified"):
        if not is_instant(item.get(name)):
            yield f"{name} of {where} is {item.get(name)}"
    when = item.get("_hubd", {})
    for name in ("start", "end"):
        pattern = r"\d{4}-\d\d-\d\d" if when.get("all_day") else RFC3339.pattern
        if not re.fullmatch(pattern, when.get(name) or ""):
            yield f"{name} of {where} is {when.get(name)}"


def judge_json(body, before=None, is_busy=False):
    try:
        feed = json.loads(body.decode("utf-8"))
    except ValueError as error:
        return [f"no JSON: {error}"]
    found = list(of_map(feed, TOP, "the feed")) + [what for item in feed.get("items", []) for what in of_item(item)]
    if feed.get("version") != "https://jsonfeed.org/version/1.1" or not feed.get("title") or not isinstance(feed.get("items"), list):
        found.append("version, title or items are missing")
    if feed.get("language") not in ("de", "en"):
        found.append(f"language is {feed.get('language')}")
    found += [f"id {name} {count} times" for name, count in Counter(item.get("id") for item in feed["items"]).items() if count > 1]
    if before is not None and not is_busy:
        old = {item["id"]: item for item in json.loads(before)["items"]}
        for item in feed["items"]:
            was = old.get(item["id"], item)
            if {**was, "date_modified": None} == {**item, "date_modified": None} and was != item:
                found.append(f"date_modified of {item['id']} moved, and nothing else did")
    return found


# ---- free and busy times ----

OF_BUSY = {"UID", "DTSTAMP", "DTSTART", "DTEND", "ORGANIZER", "URL", "FREEBUSY"}


def of_busy(component):
    where = component.value("UID")
    for name in ("UID", "DTSTAMP", "DTSTART", "DTEND"):
        if len(component.all(name)) != 1:
            yield f"{where} has {name} {len(component.all(name))} times"
    yield from (f"{where} has {line.name}" for line in component.lines if line.name not in OF_BUSY)
    last = opens = component.value("DTSTART")
    for line in component.all("FREEBUSY"):
        match = re.fullmatch(r"(\d{8}T\d{6}Z)/(\d{8}T\d{6}Z)", line.value)
        if not match or line.params.get("FBTYPE") not in ("BUSY", "BUSY-TENTATIVE"):
            yield f"{where}: {line.text}"
        elif not opens <= match[1] < match[2] <= component.value("DTEND"):
            yield f"{where}: {line.text} is empty or outside"
        elif match[1] < last:
            yield f"{where}: {line.text} overlaps, or is not in order"
        else:
            last = match[2]
    for name in ("DTSTAMP", "DTSTART", "DTEND"):
        if not re.fullmatch(r"\d{8}T\d{6}Z", component.value(name) or ""):
            yield f"{where}: {name} is {component.value(name)}"


def judge_freebusy(body):
    found = list(feed_checker.row_bytes(body, None, None))
    try:
        calendar = feed_checker.read(body)
    except (ValueError, IndexError) as error:
        return found + [f"not one whole VCALENDAR: {error}"]
    found += [what for row in ("no METHOD", "calendar") for what in feed_checker.BODY_ROWS[row](body, calendar, {"before": None})]
    for component in calendar.inner:
        found += of_busy(component) if component.name == "VFREEBUSY" else [f"a {component.name}"]
    names = Counter(component.value("UID") for component in calendar.inner)
    return found + [f"UID {name} {count} times" for name, count in names.items() if count > 1]
