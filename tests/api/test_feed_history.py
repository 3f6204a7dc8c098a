# SPDX-License-Identifier: GPL-3.0-or-later
"""A long history of edits from two processes: after each round every feed is the same in both, right by every row of CALENDARS.md's first
table, and tells exactly the dates that the tables hold. HISTORY_EDITS sets how many edits, HISTORY_SEED which."""
import datetime
import os
import threading

import icalendar
import pytest
import recurring_ical_events

import feed_checker
import feed_history
import feed_world
import news_checker
import postgres

pytestmark = pytest.mark.skipif(not postgres.is_available(), reason="skipped: no PostgreSQL server installed")
EDITS, SEED = int(os.environ.get("HISTORY_EDITS", "240")), int(os.environ.get("HISTORY_SEED", "20261128"))
ROUND = 30
UTC, DAY = datetime.timezone.utc, datetime.timedelta(days=1)

# What the tables say takes place between two instants: start, end, title.
OF_BOOKINGS = """
    SELECT extract(epoch FROM lower(b.during))::bigint, extract(epoch FROM upper(b.during))::bigint, coalesce(o.changes ->> 'title', e.title, b.title)
    FROM hubd.booking AS b LEFT JOIN hubd.occurrence AS o ON b.kind = 'event' AND o.booking_id = b.id LEFT JOIN hubd.event AS e ON e.id = o.event_id WHERE b.state = 'confirmed' AND b.expires_at IS NULL AND b.during && tstzrange(%s, %s) AND """
OF_EVENTS = """
    SELECT extract(epoch FROM lower(o.during))::bigint, extract(epoch FROM upper(o.during))::bigint, coalesce(o.changes ->> 'title', e.title)
    FROM hubd.occurrence AS o JOIN hubd.event AS e ON e.hub_id = o.hub_id AND e.id = o.event_id
    WHERE o.state <> 'cancelled' AND e.state IN ('confirmed', 'tentative') AND e.audience = 'public' AND NOT e.is_all_day AND o.during && tstzrange(%s, %s) AND """
OF_ROOM = """
    SELECT DISTINCT extract(epoch FROM lower(c.during))::bigint, extract(epoch FROM upper(c.during))::bigint, ''
    FROM hubd.claim AS c JOIN hubd.resource_unit AS u ON u.unit_id = c.unit_id JOIN hubd.resource AS r ON r.id = u.resource_id
    WHERE c.lane = '[9,10)' AND c.during && tstzrange(%s, %s) AND """


class Room:
    """The world of this history: its people, processes, and every feed there is, with what each must tell."""

    def __init__(self, world):
        self.world, self.serves = world, [world.serve(), world.serve()]
        world.one("INSERT INTO hubd.organisation (slug, name, kind) VALUES ('werk', 'Werk GmbH', 'sme')")
        world.one("INSERT INTO hubd.team (slug, name) VALUES ('rakete', 'Rakete')")
        manager = feed_history.person(world, "Maja", hub="nord", role="manager")
        self.members = [feed_history.person(world, name, hub="nord", organisation="werk", team="rakete") for name in ("Mia", "Jan")]
        tags = ({"team": "rakete"}, {"organisation": "werk"})
        self.editors = [feed_history.Editor(SEED + number, serve, member, manager, world.today(), **tags[number])
                        for number, (serve, member) in enumerate(zip(self.serves, self.members))]
        hub = "(SELECT id FROM hubd.hub WHERE slug = 'nord')"
        self.truths = {"/feeds/hub/nord.ics": OF_EVENTS + f"e.hub_id = {hub}", "/feeds/all.ics": OF_EVENTS + "true",
                       "/feeds/topic/ki.ics": OF_EVENTS + "e.topics @> '{ki}'"}
        for slug in feed_history.ROOMS:
            self.truths[f"/feeds/resource/nord/{slug}.ics"] = OF_ROOM + f"r.slug = '{slug}' AND r.hub_id = {hub}"
        for member in self.members:
            self.truths[self.subscribe(member)] = OF_BOOKINGS + f"b.kind = 'booking' AND b.person_id = {member.id}"
        self.of_hub = self.subscribe(self.members[0], of="hub", hub="nord")
        self.truths[self.of_hub] = OF_BOOKINGS + f"b.hub_id = {hub}"
        self.truths[self.subscribe(self.members[0], of="team", team="rakete")] = OF_BOOKINGS + "b.team_id IS NOT NULL"
        self.firm = self.subscribe(self.members[1], of="organisation", organisation="werk")
        self.news = ["/feeds/hub/nord.atom", "/feeds/hub/nord.json", "/feeds/resource/nord/saal.atom", "/feeds/topic/ki.json",
                     next(path for path in self.truths if "private" in path).replace(".ics", ".json")]
        self.busy = ["/feeds/hub/nord/freebusy.ics", "/feeds/resource/nord/saal/freebusy.ics"]
        self.before, self.modified = {}, {}

    def subscribe(self, who, **wish):
        answer = feed_history.call(self.serves[0], who, "POST", "/api/v1/feeds", {"name": "x", **wish})
        assert answer.status == 201, answer.body
        return answer.json["address"].removeprefix(feed_world.PUBLIC_URL)

    def edit(self, count):
        """Both processes at the same time."""
        failed = []

        def run(editor):
            try:
                editor.edit(count // 2)
            except BaseException as error:  # pylint: disable=broad-except
                failed.append(error)

        threads = [threading.Thread(target=run, args=(editor,)) for editor in self.editors]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]

    def fetch(self, path):
        first, second = (serve.get(path, headers={"Accept-Encoding": "identity"}) for serve in self.serves)
        assert first.body == second.body and first.headers["ETag"] == second.headers["ETag"], f"{path} differs between processes"
        return first

    def judge(self, path):
        answer = self.fetch(path)
        secret, today = feed_checker.is_secret(path), self.world.today()
        found = feed_checker.judge_answer(answer, path)
        found += feed_checker.judge_body(answer.body, today=today, before=self.before.get(path), is_secret=secret, is_busy="/resource/" in path or path == self.of_hub)
        if path in self.before and answer.body != self.before[path] and feed_checker.last_modified(answer) < self.modified[path]:
            found.append(("validators", "Last-Modified went back"))
        self.before[path], self.modified[path] = answer.body, feed_checker.last_modified(answer)
        assert found == [], (path, found[:5])
        return answer.body

    def compare(self, path, body):
        """The dates that an independent expansion finds in the feed are those of the tables."""
        opens = datetime.datetime.combine(self.world.today(), datetime.time(), UTC) - 20 * DAY
        closes = opens + 300 * DAY
        calendar = icalendar.Calendar.from_ical(body)
        calendar.subcomponents = [part for part in calendar.subcomponents if str(part.get("STATUS")) != "CANCELLED"]
        told = set()
        for event in recurring_ical_events.of(calendar).between(opens, closes):
            if not isinstance(event["DTSTART"].dt, datetime.datetime):
                continue
            title = "" if "/resource/" in path else str(event["SUMMARY"])
            told.add((int(event["DTSTART"].dt.timestamp()), int(event["DTEND"].dt.timestamp()), title))
        with self.world.connection.cursor() as cursor:
            cursor.execute(self.truths[path], (opens, closes))
            held = set(cursor.fetchall())
        assert told == held, (path, "only in the feed", sorted(told - held)[:4], "only in the tables", sorted(held - told)[:4])

    def look(self):
        for path in self.truths:
            self.compare(path, self.judge(path))
        self.judge(self.firm)
        for path in self.news:
            body = self.fetch(path).body
            found = getattr(news_checker, "judge_" + path.rpartition(".")[2])(body, before=self.before.get(path), is_busy="/resource/" in path)
            assert found == [], (path, found[:5])
            self.before[path] = body
        for path in self.busy:
            assert news_checker.judge_freebusy(self.fetch(path).body) == [], path


def test_every_feed_is_right_through_a_long_history_from_two_processes():
    with feed_world.World() as world:
        room = Room(world)
        try:
            room.look()
            for _ in range(0, EDITS, ROUND):
                room.edit(min(ROUND, EDITS))
                room.look()
            for path in [*room.truths, room.firm, *room.news, *room.busy]:
                assert feed_checker.judge_validators(room.serves[1].get, path) == [], path
            assert feed_checker.judge_robots(room.serves[0].get("/robots.txt").body.decode()) == []
            page = room.serves[0].get("/hubs/nord", headers={"Accept": "text/html"}).body.decode()
            assert feed_checker.judge_page(page, "/feeds/hub/nord.ics") == []
        finally:
            print(f"seed {SEED}: done", *(dict(editor.done) for editor in room.editors), "refused", *(dict(editor.refused) for editor in room.editors),
                  *(dict(editor.why) for editor in room.editors))
