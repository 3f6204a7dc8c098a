# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges a published feed by every row of CALENDARS.md's first table. It was written from the table, apart from the
program, and shares nothing with it: it reads bytes, unfolds lines itself and knows no iCalendar library; dateutil counts instances.

    judge_body(body, today=None, before=None, shown=None)  -> [(row, what is wrong), …]
    judge_answer(answer, path, body_is_shown=True)         -> the same, for status and header fields
    judge_validators(fetch, path)                          -> the same, asking again with validators
    judge_robots(text), judge_page(html, path)             -> the same, of /robots.txt and of a page that offers the feed

An answer has .status, .headers (a mapping whose names ignore case) and .body; fetch(path, method="GET", headers={})
returns one. `before` is an earlier body of the same feed; `shown` a pair of dates for a feed of another window.
"""
import datetime
import email.utils
import html as html_module
import re
import zoneinfo
from collections import Counter

import dateutil.rrule

UTC = datetime.timezone.utc
CSS_NAME = re.compile(r"^[a-z]{3,20}$")
DAYS_BEFORE, DAYS_AFTER, DAYS_CANCELLED = 30, 400, 60


class Line:
    """A content line: name, parameters (name -> text), value."""

    def __init__(self, text):
        self.text = text
        quoted, at = False, 0
        while at < len(text) and (quoted or text[at] != ":"):
            quoted ^= text[at] == '"'
            at += 1
        head, self.value = text[:at], text[at + 1:]
        pieces = re.findall(r'(?:[^;"]|"[^"]*")+', head)
        self.name = pieces[0].upper() if pieces else ""
        self.params = dict((p.split("=", 1) + [""])[:2] for p in pieces[1:])

    def plain(self):
        """The value of a TEXT, unescaped."""
        return re.sub(r"\\([nN;,\\])", lambda m: "\n" if m[1] in "nN" else m[1], self.value)


class Component:
    def __init__(self, name):
        self.name, self.lines, self.inner = name, [], []

    def all(self, name):
        return [line for line in self.lines if line.name == name]

    def one(self, name):
        return next(iter(self.all(name)), None)

    def value(self, name):
        line = self.one(name)
        return None if line is None else line.value

    def components(self, name):
        return [inner for inner in self.inner if inner.name == name]


def read(body):
    """The VCALENDAR as components; ValueError where the nesting is broken."""
    text = body.decode("utf-8").replace("\r\n ", "").replace("\r\n\t", "")
    root = Component("")
    stack = [root]
    for raw in text.split("\r\n")[:-1]:
        line = Line(raw)
        if line.name == "BEGIN":
            stack.append(Component(line.value))
            stack[-2].inner.append(stack[-1])
        elif line.name == "END":
            if len(stack) < 2 or stack.pop().name != line.value:
                raise ValueError("END:" + line.value)
        else:
            stack[-1].lines.append(line)
    if len(stack) != 1 or [c.name for c in root.inner] != ["VCALENDAR"] or root.lines:
        raise ValueError("not one VCALENDAR")
    return root.inner[0]


def moment(line, zone="Europe/Berlin"):
    """The instant of a DATE-TIME or DATE; None when it is neither."""
    match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", line.value)
    if not match:
        return None
    try:
        at = datetime.datetime(*(int(n or 0) for n in match.groups()[:6]))
        return at.replace(tzinfo=UTC if match[7] else zoneinfo.ZoneInfo(line.params.get("TZID", zone))).astimezone(UTC)
    except (ValueError, zoneinfo.ZoneInfoNotFoundError):
        return None


# ---- rows about the body: each yields what is wrong ----

def row_bytes(body, _calendar, _case):
    if body.startswith(b"\xef\xbb\xbf"):
        yield "a byte order mark"
    if re.search(rb"(?<!\r)\n|\r(?!\n)", body):
        yield "a line end that is not CRLF"
    if not body.endswith(b"\r\n"):
        yield "no CRLF at the end"
    if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", body):
        yield "a control character"
    lines = body.split(b"\r\n")
    for number, line in enumerate(lines):
        if len(line) > 75:
            yield f"a line of {len(line)} octets"
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            yield f"line {number + 1}: not UTF-8, or folded inside a character"
        following = lines[number + 1] if number + 1 < len(lines) else b""
        if following.startswith(b" ") and len(re.search(rb"\\*$", line).group()) % 2:
            yield f"line {number + 1}: folded inside an escape"


def row_no_method(_body, calendar, _case):
    if calendar.all("METHOD"):
        yield "METHOD in a feed"


def row_dtstamp(_body, calendar, case):
    for event in calendar.components("VEVENT"):
        stamp, modified = event.value("DTSTAMP"), event.value("LAST-MODIFIED")
        if stamp is None or not re.fullmatch(r"\d{8}T\d{6}Z", stamp):
            yield f"DTSTAMP is {stamp}"
        if stamp != modified:
            yield f"DTSTAMP {stamp}, LAST-MODIFIED {modified}"
    if case["before"] is not None and not case.get("is_busy"):
        old = {key_of(event): event for event in read(case["before"]).components("VEVENT")}
        new = {key_of(event): event for event in calendar.components("VEVENT")}
        revised = {family(key) for key in {*old, *new} if key not in old or key not in new or without_stamps(old[key]) != without_stamps(new[key])}
        for key in {*old} & {*new}:
            if family(key) not in revised and old[key].value("DTSTAMP") != new[key].value("DTSTAMP"):
                yield f"DTSTAMP of {key[0]} moved, and nothing else did"


def family(key):
    """The dates of a series have one row: the master, its overrides, and single events that stand for dates."""
    return re.sub(r"^\d{8}T\d{6}-", "", key[0] or "")


def key_of(event):
    recurrence = event.one("RECURRENCE-ID")
    return event.value("UID"), None if recurrence is None else recurrence.text


def without_stamps(event):
    return [line.text for line in event.lines if line.name not in ("DTSTAMP", "LAST-MODIFIED")]


def row_uid(_body, calendar, _case):
    keys = Counter(key_of(event) for event in calendar.components("VEVENT"))
    for (uid, recurrence), count in keys.items():
        if not uid:
            yield "an event without UID"
        if count > 1:
            yield f"UID {uid} {count} times"
        if recurrence is not None and (uid, None) not in keys:
            yield f"an override of {uid} without its master"


def row_sequence(_body, calendar, case):
    for event in calendar.components("VEVENT"):
        if not re.fullmatch(r"\d+", event.value("SEQUENCE") or ""):
            yield f"SEQUENCE of {event.value('UID')} is {event.value('SEQUENCE')}"
    if case["before"] is None:
        return
    old = {key_of(event): event for event in read(case["before"]).components("VEVENT")}
    decisive = ("DTSTART", "DTEND", "LOCATION", "RRULE", "STATUS", "EXDATE", "RDATE")
    for event in calendar.components("VEVENT"):
        was = old.get(key_of(event))
        if was is None:
            continue
        now_number, then_number = int(event.value("SEQUENCE") or 0), int(was.value("SEQUENCE") or 0)
        changed = [name for name in decisive if [line.value for line in event.all(name)] != [line.value for line in was.all(name)]]
        if now_number < then_number:
            yield f"SEQUENCE of {event.value('UID')} went down"
        if set(changed) - {"LOCATION"} and now_number == then_number:
            yield f"{changed} of {event.value('UID')} changed, SEQUENCE did not"


def row_calendar(_body, calendar, case):
    if case.get("is_secret") and calendar.all("SOURCE"):
        yield "SOURCE tells a secret address"
    for name in ("VERSION", "PRODID", "NAME", "X-WR-CALNAME", "DESCRIPTION", "X-WR-CALDESC", "X-WR-TIMEZONE", "REFRESH-INTERVAL",
                 "X-PUBLISHED-TTL", "COLOR", "X-APPLE-CALENDAR-COLOR", "UID", "URL", "SOURCE", "LAST-MODIFIED"):
        if len(calendar.all(name)) != 1 and not (name == "SOURCE" and case.get("is_secret")):
            yield f"{name} {len(calendar.all(name))} times"
    if calendar.value("NAME") != calendar.value("X-WR-CALNAME") or calendar.value("DESCRIPTION") != calendar.value("X-WR-CALDESC"):
        yield "the two names or descriptions differ"
    wanted = {"REFRESH-INTERVAL": ("DURATION", r"PT1H"), "SOURCE": ("URI", r"https?://\S+\.ics(\?\S*)?")}
    for name, (kind, pattern) in wanted.items():
        line = calendar.one(name)
        if line is not None and (line.params.get("VALUE") != kind or not re.fullmatch(pattern, line.value)):
            yield f"{line.text}"
    if calendar.value("X-PUBLISHED-TTL") != "PT1H":
        yield "X-PUBLISHED-TTL is not PT1H"
    if not re.fullmatch(r"\d{8}T\d{6}Z", calendar.value("LAST-MODIFIED") or ""):
        yield "LAST-MODIFIED without Z"
    if not CSS_NAME.match(calendar.value("COLOR") or ""):
        yield "COLOR is no CSS3 name"
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", calendar.value("X-APPLE-CALENDAR-COLOR") or ""):
        yield "X-APPLE-CALENDAR-COLOR is not #RRGGBB"


def row_vtimezone(body, calendar, _case):
    used = {line.params["TZID"] for event in calendar.components("VEVENT") for line in event.lines if "TZID" in line.params}
    defined = [zone.value("TZID") for zone in calendar.components("VTIMEZONE")]
    if sorted(used) != sorted(defined):
        yield f"zones used {sorted(used)}, defined {sorted(defined)}"
    if defined and b"BEGIN:VEVENT" in body and body.rindex(b"BEGIN:VTIMEZONE") > body.index(b"BEGIN:VEVENT"):
        yield "a VTIMEZONE behind an event"
    for zone in calendar.components("VTIMEZONE"):
        name = zone.value("TZID")
        if name not in zoneinfo.available_timezones():
            yield f"{name} is no IANA zone"
        if len(zone.inner) > 2:
            yield f"{name} has {len(zone.inner)} observances"
        for observance in zone.inner:
            if observance.all("RDATE") or not re.fullmatch(r"[+-]\d{4}", observance.value("TZOFFSETTO") or ""):
                yield f"{name}: RDATE, or an offset with seconds"
        if name == "Europe/Berlin":
            yield from berlin_is_wrong(zone, calendar)


def berlin_is_wrong(zone, calendar):
    starts = [moment(event.one("DTSTART")) for event in calendar.components("VEVENT") if event.one("DTSTART")]
    old = any(at is not None and at.year < 1997 for at in starts)
    facts = {o.name: (o.value("DTSTART"), o.value("RRULE")) for o in zone.inner}
    if not old and facts != {"DAYLIGHT": ("19810329T020000", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"),
                             "STANDARD": ("19961027T030000", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU")}:
        yield f"Europe/Berlin is {facts}"


def row_times(_body, calendar, _case):
    for event in calendar.components("VEVENT"):
        recurs = bool(event.all("RRULE") + event.all("RDATE"))
        for line in event.all("DTSTART") + event.all("DTEND") + event.all("RECURRENCE-ID") + event.all("EXDATE") + event.all("RDATE"):
            if line.params.get("VALUE") == "DATE":
                continue
            if moment(line) is None:
                yield f"unreadable: {line.text}"
            elif not line.value.endswith("Z") and "TZID" not in line.params:
                yield f"floating: {line.text}"
            elif line.value.endswith("Z") and (recurs or line.name == "RECURRENCE-ID" or "TZID" in line.params):
                yield f"Z where a local time belongs: {line.text}"
        start, end = event.one("DTSTART"), event.one("DTEND")
        if start is None:
            yield f"{event.value('UID')} has no DTSTART"
        elif end is not None and moment(end) is not None and moment(start) is not None and moment(end) <= moment(start):
            yield f"{event.value('UID')} ends before it starts"


def row_all_day(_body, calendar, _case):
    for event in calendar.components("VEVENT"):
        start, end = event.one("DTSTART"), event.one("DTEND")
        if start is None or (len(start.value) == 8) != (start.params.get("VALUE") == "DATE"):
            yield f"a day without VALUE=DATE, or the other way round: {start.text if start else None}"
            continue
        if end is not None and (start.params.get("VALUE") == "DATE") != (end.params.get("VALUE") == "DATE"):
            yield f"DTSTART and DTEND of two kinds: {event.value('UID')}"
        if start.params.get("VALUE") != "DATE":
            continue
        if end is not None and end.value <= start.value:
            yield f"DTEND is exclusive: {event.value('UID')}"
        if event.value("TRANSP") not in ("TRANSPARENT", "OPAQUE"):
            yield f"a day without TRANSP: {event.value('UID')}"


def wall(line):
    """A local time as it is written, or midnight of a DATE."""
    return datetime.datetime.strptime(line.value.rstrip("Z")[:15], "%Y%m%dT%H%M%S" if "T" in line.value else "%Y%m%d")


def instances(event, most=1200):
    """The first instances of a series on the wall clock: by its rule and its RDATEs, without its EXDATEs."""
    start, rule, dates = wall(event.one("DTSTART")), event.value("RRULE"), []
    if rule is not None:
        until = re.search(r"UNTIL=(\d{8}(?:T\d{6})?)(Z?)", rule)
        end = None
        if until:
            end = datetime.datetime.strptime(until[1], "%Y%m%dT%H%M%S" if "T" in until[1] else "%Y%m%d")
            if until[2]:
                zone = zoneinfo.ZoneInfo(event.one("DTSTART").params.get("TZID", "UTC"))
                end = end.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
        for at in dateutil.rrule.rrulestr(re.sub(r";?UNTIL=[^;]*", "", rule), dtstart=start):
            if len(dates) == most or (end is not None and at > end):
                break
            dates.append(at)
    else:
        dates.append(start)
    gone = {wall(line) for line in event.all("EXDATE")}
    return [at for at in sorted(set(dates) | {wall(line) for line in event.all("RDATE")}) if at not in gone]


def outlook_cannot_read(event):
    rule = event.value("RRULE")
    parts = dict(p.split("=", 1) for p in rule.split(";") if "=" in p)
    dates = instances(event)
    if parts.get("COUNT") == "1":
        yield "COUNT=1"
    if len(re.findall(r"[+-]?\d+[A-Z]{2}", parts.get("BYDAY", ""))) > 1:
        yield "several ordinals in BYDAY"
    if ("COUNT" in parts or "UNTIL" in parts) and len(dates) > 999:
        yield f"{len(dates)} instances or more"
    if event.one("DTEND") is not None:
        length = wall(event.one("DTEND")) - wall(event.one("DTSTART"))
        if any(later - at < length for at, later in zip(dates, dates[1:])):
            yield "longer than its interval"


def row_recurrence(_body, calendar, _case):
    masters = {event.value("UID"): event for event in calendar.components("VEVENT") if not event.all("RECURRENCE-ID")}
    for event in calendar.components("VEVENT"):
        start, master = event.one("DTSTART"), masters.get(event.value("UID"))
        if len(event.all("RRULE")) > 1:
            yield f"two rules in {event.value('UID')}"
        for rule in event.all("RRULE"):
            until = re.search(r"UNTIL=([^;]*)", rule.value)
            if until and start is not None and "VALUE" not in start.params and not until[1].endswith("Z"):
                yield f"UNTIL not in UTC: {rule.text}"
            yield from (f"Outlook cannot read {rule.text}: {why}" for why in outlook_cannot_read(event))
        for line in event.all("EXDATE") + event.all("RECURRENCE-ID") + event.all("RDATE"):
            form = master.one("DTSTART") if master is not None else start
            if "," in line.value:
                yield f"several in a line: {line.text}"
            if form is not None and (line.params.get("TZID"), line.params.get("VALUE"), len(line.value)) != \
                    (form.params.get("TZID"), form.params.get("VALUE"), len(form.value)):
                yield f"not in DTSTART's form: {line.text}"
        for line in event.all("RECURRENCE-ID"):
            if event.all("RRULE") + event.all("RDATE") + event.all("EXDATE"):
                yield f"an override that recurs: {line.text}"
            if master is not None and master.all("RRULE") + master.all("RDATE") and wall(line) not in instances(master, 5000):
                yield f"an override of no date of its series: {line.text}"
        if event.all("EXDATE") and not event.all("RRULE") + event.all("RDATE"):
            yield f"EXDATE of what does not recur: {event.value('UID')}"


def row_cancelled(_body, calendar, case):
    cancelled = [event for event in calendar.components("VEVENT") if event.value("STATUS") == "CANCELLED"]
    for event in calendar.components("VEVENT"):
        if event.value("STATUS") not in ("CONFIRMED", "TENTATIVE", "CANCELLED"):
            yield f"STATUS of {event.value('UID')} is {event.value('STATUS')}"
    for event in cancelled:
        if not int(event.value("SEQUENCE") or 0) > 0:
            yield f"{event.value('UID')} was cancelled, and SEQUENCE is 0"
        if case["today"] is not None and event.one("LAST-MODIFIED") is not None:
            age = case["today"] - (moment(event.one("LAST-MODIFIED")) or datetime.datetime.now(UTC)).date()
            if age.days > DAYS_CANCELLED:
                yield f"{event.value('UID')} was cancelled {age.days} days ago"
    if case["before"] is None or case["today"] is None:
        return
    now = {key_of(event) for event in calendar.components("VEVENT")}
    for event in read(case["before"]).components("VEVENT"):
        stamp = event.one("LAST-MODIFIED")
        if event.value("STATUS") == "CANCELLED" and key_of(event) not in now and stamp is not None and \
                (case["today"] - moment(stamp).date()).days < DAYS_CANCELLED:
            yield f"{event.value('UID')}, cancelled, is gone before its {DAYS_CANCELLED} days"


def row_people(_body, calendar, _case):
    for event in calendar.components("VEVENT"):
        if event.all("ATTENDEE"):
            yield f"an attendee in {event.value('UID')}"
        if event.components("VALARM"):
            yield f"an alarm in {event.value('UID')}"
        busy = event.value("SUMMARY") in ("Belegt", "Busy")
        if busy and (event.all("DESCRIPTION") or event.all("ORGANIZER")):
            yield f"{event.value('UID')} is private and says more than that it is so"
        for line in event.all("ORGANIZER"):
            if not line.params.get("CN"):
                yield f"an organizer without CN: {line.text}"
        if not event.value("SUMMARY"):
            yield f"no SUMMARY in {event.value('UID')}"


def row_place(_body, calendar, case):
    for event in calendar.components("VEVENT"):
        geo = event.value("GEO")
        if geo is not None and not re.fullmatch(r"-?\d{1,2}\.\d{6};-?\d{1,3}\.\d{6}", geo):
            yield f"GEO:{geo}"
        public = event.value("SUMMARY") not in ("Belegt", "Busy") and not case.get("is_secret")
        if public and not re.fullmatch(r"https?://\S+/events/\d+", event.value("URL") or ""):
            yield f"URL of {event.value('UID')} is {event.value('URL')}"
        for name in ("CONFERENCE", "IMAGE"):
            for line in event.all(name):
                if line.params.get("VALUE") != "URI":
                    yield line.text
        if any(part == "" for line in event.all("CATEGORIES") for part in re.split(r"(?<!\\),", line.value)):
            yield "an empty category"


def row_window(_body, calendar, case):
    if case["today"] is None:
        return
    first, last = case["shown"] or (case["today"] - datetime.timedelta(DAYS_BEFORE), case["today"] + datetime.timedelta(DAYS_AFTER))
    opens = datetime.datetime.combine(first, datetime.time(), UTC)
    closes = datetime.datetime.combine(last + datetime.timedelta(1), datetime.time(), UTC)
    for event in calendar.components("VEVENT"):
        start, end = event.one("DTSTART"), event.one("DTEND") or event.one("DTSTART")
        if start is None or event.all("RRULE") or event.all("RDATE") or event.all("RECURRENCE-ID") or (event.value("STATUS") == "CANCELLED" and not case["shown"]):
            continue
        if moment(start) >= closes or moment(end) < opens:
            yield f"{event.value('UID')} at {start.value} is outside {first} … {last}"
    for event in calendar.components("VEVENT"):
        if (event.all("RRULE") or event.all("RDATE")) and event.value("STATUS") != "CANCELLED":
            yield from series_outside(event, calendar, opens, closes)


def series_outside(event, calendar, opens, closes):
    """None of its dates, moved ones where they are now, touches the window."""
    zone = zoneinfo.ZoneInfo(event.one("DTSTART").params.get("TZID", "UTC"))
    length = wall(event.one("DTEND") or event.one("DTSTART")) - wall(event.one("DTSTART"))
    overrides = [other for other in calendar.components("VEVENT") if other.value("UID") == event.value("UID") and other.all("RECURRENCE-ID")]
    moved = {wall(other.one("RECURRENCE-ID")) for other in overrides}
    spans = [(at.replace(tzinfo=zone), (at + length).replace(tzinfo=zone)) for at in instances(event, 5000) if at not in moved]
    spans += [(moment(other.one("DTSTART")), moment(other.one("DTEND") or other.one("DTSTART"))) for other in overrides]
    if not any(start < closes and end >= opens for start, end in spans):
        yield f"no date of the series {event.value('UID')} is within {opens} … {closes}"


BODY_ROWS = {
    "bytes": row_bytes, "no METHOD": row_no_method, "DTSTAMP": row_dtstamp, "UID": row_uid, "SEQUENCE": row_sequence,
    "calendar": row_calendar, "VTIMEZONE": row_vtimezone, "times": row_times, "all-day": row_all_day, "recurrence": row_recurrence,
    "cancelled": row_cancelled, "people": row_people, "place": row_place, "window": row_window,
}


def judge_body(body, today=None, before=None, shown=None, is_secret=False, is_busy=False):
    """is_secret: a feed at a secret address, which it does not tell, and which shows bookings with their titles. is_busy: one that shows less than
    its rows say: a row may be revised in what does not show."""
    case = {"today": today, "before": before, "shown": shown, "is_secret": is_secret, "is_busy": is_busy}
    found = [("bytes", what) for what in row_bytes(body, None, case)]
    try:
        calendar = read(body)
    except (ValueError, IndexError) as error:
        return found + [("bytes", f"not one whole VCALENDAR: {error}")]
    for row, judge in BODY_ROWS.items():
        if row != "bytes":
            found += [(row, what) for what in judge(body, calendar, case)]
    return found


# ---- rows about the answer ----

TYPES = {"ics": "text/calendar; charset=utf-8", "atom": "application/atom+xml; charset=utf-8", "json": "application/feed+json; charset=utf-8"}


def http_row(answer, path):
    headers = answer.headers
    if answer.status != 200:
        yield f"status {answer.status}"
    ending = path.split("?")[0].rpartition(".")[2]
    if headers.get("Content-Type") != TYPES.get(ending):
        yield f"Content-Type is {headers.get('Content-Type')}"
    if not re.fullmatch(rf'inline; filename="[^"/]+\.{re.escape(ending)}"', headers.get("Content-Disposition") or ""):
        yield f"Content-Disposition is {headers.get('Content-Disposition')}"
    if ending not in TYPES:
        yield f"the address {path} does not end in .ics"
    if not (headers.get("Content-Length") or "").isdigit() or headers.get("Transfer-Encoding"):
        yield "no Content-Length"
    if headers.get("Set-Cookie") or headers.get("Location"):
        yield "a cookie or a redirect"


def is_secret(path):
    return path.startswith("/feeds/private/") or "key=" in path


def caching_row(answer, path):
    if answer.headers.get("Cache-Control") != ("private, max-age=900" if is_secret(path) else "public, max-age=900"):
        yield f"Cache-Control is {answer.headers.get('Cache-Control')}"
    if "accept-encoding" not in (answer.headers.get("Vary") or "").lower():
        yield f"Vary is {answer.headers.get('Vary')}"


def validator_row(answer, _path):
    if not re.fullmatch(r'"[^"]+"', answer.headers.get("ETag") or ""):
        yield f"ETag is {answer.headers.get('ETag')}: not a strong one"
    date = answer.headers.get("Last-Modified") or ""
    if not re.fullmatch(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", date):
        yield f"Last-Modified is {date}"


ANSWER_ROWS = {"HTTP": http_row, "caching": caching_row, "validators": validator_row}


def judge_answer(answer, path):
    return [(row, what) for row, judge in ANSWER_ROWS.items() for what in judge(answer, path)]


def judge_validators(fetch, path):
    """Asks again with validators, other methods and encodings; returns what is wrong, with its row."""
    found = []

    def expect(row, condition, what):
        if not condition:
            found.append((row, what))

    plain = fetch(path, headers={"Accept-Encoding": "identity"})
    tag = plain.headers.get("ETag") or ""
    head = fetch(path, method="HEAD", headers={"Accept-Encoding": "identity"})
    same = ("Content-Type", "Content-Length", "ETag", "Last-Modified", "Cache-Control", "Content-Disposition", "Vary")
    expect("HTTP", head.body == b"" and all(head.headers.get(n) == plain.headers.get(n) for n in same), "HEAD is not GET's head")
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        other = fetch(path, method=method)
        expect("HTTP", other.status == 405 and "GET" in (other.headers.get("Allow") or ""), f"{method} is answered {other.status}")
    for accept in ("text/html", "application/json", "*/*"):
        kind = fetch(path, headers={"Accept": accept}).headers.get("Content-Type")
        expect("HTTP", kind == plain.headers.get("Content-Type"), f"Accept: {accept} gets {kind}")
    for sent in (tag, "W/" + tag, f'"x", {tag}', "*"):
        same_answer = fetch(path, headers={"If-None-Match": sent, "Accept-Encoding": "identity"})
        expect("validators", same_answer.status == 304 and same_answer.body == b"", f"If-None-Match: {sent} is answered {same_answer.status}")
        expect("validators", all(same_answer.headers.get(n) for n in ("ETag", "Cache-Control", "Vary")),
               "304 lacks ETag, Cache-Control or Vary")
    other = fetch(path, headers={"If-None-Match": '"x"', "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"})
    expect("validators", other.status == 200, "a date wins over an ETag that does not match")
    odd = fetch(path, headers={"If-Modified-Since": "yesterday"})
    expect("validators", odd.status == 200, "a malformed date is not ignored")
    gzipped = fetch(path, headers={"Accept-Encoding": "gzip"})
    if gzipped.headers.get("Content-Encoding") == "gzip":
        expect("caching", gzipped.headers.get("ETag") != tag, "gzip has the same ETag as the plain bytes")
    refused = fetch(path, headers={"Accept-Encoding": "gzip;q=0"})
    expect("caching", refused.headers.get("Content-Encoding") is None, "gzip;q=0 is not honoured")
    return found


def judge_robots(text):
    """robots.txt lets /feeds/ in: the longest rule that fits counts (RFC 9309 2.2.2)."""
    rules = re.findall(r"(?im)^(allow|disallow):[ \t]*(\S*)", text)
    fitting = [(len(path), kind.lower()) for kind, path in rules if path and "/feeds/hub/x.ics".startswith(path)]
    return [("HTTP", "robots.txt keeps readers out of /feeds/")] if fitting and max(fitting)[1] != "allow" else []


def judge_page(html, path):
    """A page that offers a feed: an address for each program, and an honest word about when each looks again."""
    found, links = [], [html_module.unescape(link) for link in re.findall(r'(?:href|value)="([^"]*)"', html)]
    text = html_module.unescape(re.sub(r"<[^>]+>", " ", html)) + " ".join(links)
    if not any(link.startswith("webcal://") and link.endswith(path) for link in links):
        found.append(("links", "no webcal:// link for Apple"))
    if not re.search(r"https?://\S+" + re.escape(path), text):
        found.append(("links", "the plain https:// address is not shown"))
    for link in links:
        if "outlook." in link and "webcal" in link:
            found.append(("links", f"Outlook shows nothing for webcal: {link}"))
    for program, word in (("Google", r"24\s*(Stunden|hours|h)"), ("Outlook", r"(Stunde|hour)"), ("Apple", r"(Stunde|hour)"), ("Thunderbird", r"30\s*(Min|min)")):
        if not re.search(program + r".{0,300}?" + word, text, re.DOTALL):
            found.append(("delays to tell people", f"not said how late {program} is"))
    return found


def last_modified(answer):
    return email.utils.parsedate_to_datetime(answer.headers["Last-Modified"])
