# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhooks: signed, tried again, replayable, for a hub's managers only, and never to an address behind hubd."""
import hashlib
import hmac
import http.server
import json
import threading
import time
import uuid

import pytest

from conftest import day, wait_for
from mail_world import Letters
from test_pages import HTML, form_key, post, signed_in


class Receiver:
    """A server that answers as told and keeps what came."""

    def __init__(self):
        self.status, self.came = 204, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.came.append((dict(self.headers), body))
                self.send_response(outer.status)
                if outer.status == 302:
                    self.send_header("Location", "http://127.0.0.1:1/")
                self.send_header("Content-Length", "0")
                self.end_headers()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def house(hubd_server):
    with Letters(hubd_server, "webhooks", outgoing_loopback="yes", work_poll="100ms") as service:
        service.start("serve")
        service.start("work")
        yield service


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()


def key():
    return {"Idempotency-Key": str(uuid.uuid4())}


def hook(house, url, *events, as_="ines"):
    reply = house.post("/api/v1/webhooks", {"hub": "werft", "url": url, "events": list(events) or ["booking.confirmed", "booking.cancelled"]}, as_=as_, headers=key())
    assert reply.status_code == 201, reply.text
    return reply.json()


def book(house, date, hour):
    reply = house.post("/api/v1/bookings", {"hub": "werft", "title": "Runde", "start": f"{date}T{hour:02}:00", "end": f"{date}T{hour + 1:02}:00", "items": [{"resource": "kajuete"}]},
                       as_="mara", headers=key())
    assert reply.status_code == 201, reply.text
    return reply.json()


def deliveries(house, webhook):
    return house.get(f"/api/v1/webhooks/{webhook['id']}/deliveries", as_="ines").json()["items"]


def hurry(house, minutes=1):
    house.rows("UPDATE hubd.clock SET ahead = ahead + %s * interval '1 minute'", minutes)


def test_what_happens_is_posted_signed_with_a_secret_that_is_told_once(house, receiver):
    webhook = hook(house, receiver.url)
    booking = book(house, day(50), 9)
    hurry(house)
    wait_for(lambda: receiver.came, what="the call")
    headers, body = receiver.came[0]
    said = json.loads(body)
    assert said["event"] == "booking.confirmed" and said["booking"]["id"] == booking["id"] and said["hub"] == "werft" and "mara" not in body.decode().lower()
    signed = f"{headers['Webhook-Id']}.{headers['Webhook-Timestamp']}.".encode() + body
    assert headers["Webhook-Signature"] == "v1=" + hmac.new(webhook["secret"].encode(), signed, hashlib.sha256).hexdigest()
    assert headers["Webhook-Id"] == str(said["id"]) and abs(int(headers["Webhook-Timestamp"]) - time.time()) < 60
    wait_for(lambda: deliveries(house, webhook)[0]["state"] == "delivered", what="the note")
    assert deliveries(house, webhook)[0]["status"] == 204
    listed = house.get("/api/v1/webhooks?hub=werft", as_="ines").text
    assert webhook["secret"] not in listed and webhook["secret"] not in house.log("serve") + house.log("work")
    assert house.delete(f"/api/v1/webhooks/{webhook['id']}", as_="ines", headers=key()).status_code == 200


def test_what_the_receiver_does_not_take_comes_again_with_the_same_id_and_is_set_aside_after_twelve(house, receiver):
    webhook = hook(house, receiver.url)
    receiver.status = 500
    book(house, day(51), 9)
    for attempt in range(1, 13):
        hurry(house, 7 * 60)
        wait_for(lambda: deliveries(house, webhook)[0]["attempts"] == attempt and deliveries(house, webhook)[0]["status"] == 500, what=f"attempt {attempt}")
        wait_for(lambda: house.value("SELECT count(*) FROM hubd.job WHERE kind = 'webhook' AND state = 'running'") == 0, what="its end")
    wait_for(lambda: deliveries(house, webhook)[0]["state"] == "failed", what="the end")
    assert len({(headers["Webhook-Id"], body) for headers, body in receiver.came}) == 1 and len(receiver.came) == 12
    receiver.status = 200
    delivery = deliveries(house, webhook)[0]["id"]
    replayed = house.post(f"/api/v1/webhooks/{webhook['id']}/deliveries/{delivery}/replay", {}, as_="ines", headers=key())
    assert replayed.status_code == 200, replayed.text
    wait_for(lambda: deliveries(house, webhook)[0]["state"] == "delivered", what="the replay")
    assert receiver.came[-1][0]["Webhook-Id"] == str(delivery)
    house.delete(f"/api/v1/webhooks/{webhook['id']}", as_="ines", headers=key())


def test_no_redirect_is_followed(house, receiver):
    webhook = hook(house, receiver.url)
    receiver.status = 302
    book(house, day(52), 9)
    hurry(house)
    wait_for(lambda: deliveries(house, webhook)[0]["answer"], what="the refusal")
    assert "redirect" in deliveries(house, webhook)[0]["answer"] and len(receiver.came) == 1
    house.delete(f"/api/v1/webhooks/{webhook['id']}", as_="ines", headers=key())


def test_events_are_told_when_they_are_made_changed_and_cancelled_but_not_as_drafts(house, receiver):
    webhook = hook(house, receiver.url, "event.created", "event.changed", "event.cancelled")
    event = {"hub": "werft", "title": "Fest", "start": f"{day(60)}T09:00", "end": f"{day(60)}T10:00", "audience": "public"}
    house.post("/api/v1/events", {**event, "state": "draft"}, as_="ines", headers=key())
    house.post("/api/v1/events", {**event, "state": "confirmed", "dry_run": True}, as_="ines", headers=key())
    made = house.post("/api/v1/events", {**event, "state": "confirmed"}, as_="ines", headers=key())
    assert made.status_code == 201, made.text
    house.patch(made.headers["Location"], {"place": "Hof"}, as_="ines", headers=key())
    house.delete(made.headers["Location"], as_="ines", headers=key())
    assert [d["event"] for d in reversed(deliveries(house, webhook))] == ["event.created", "event.changed", "event.cancelled"]
    house.delete(f"/api/v1/webhooks/{webhook['id']}", as_="ines", headers=key())


def test_only_what_is_wanted_is_called_and_nothing_for_a_dry_run_or_when_it_is_off(house, receiver):
    webhook = hook(house, receiver.url, "booking.cancelled")
    booking = book(house, day(53), 9)
    house.delete(f"/api/v1/bookings/{booking['id']}", as_="mara", json={"dry_run": True}, headers=key())
    assert deliveries(house, webhook) == []
    off = house.patch(f"/api/v1/webhooks/{webhook['id']}", {"active": False}, as_="ines", headers=key())
    assert off.status_code == 200 and off.json()["active"] is False
    house.delete(f"/api/v1/bookings/{booking['id']}", as_="mara", headers=key())
    assert deliveries(house, webhook) == []
    house.delete(f"/api/v1/webhooks/{webhook['id']}", as_="ines", headers=key())


def test_webhooks_are_for_the_hubs_managers(house, receiver):
    webhook = hook(house, receiver.url)
    for who, status in (("mara", 403), ("olga", 403), (None, 401)):
        assert house.get("/api/v1/webhooks?hub=werft", as_=who).status_code == status
        assert house.post("/api/v1/webhooks", {"hub": "werft", "url": receiver.url, "events": ["booking.moved"]}, as_=who, headers=key()).status_code == status
    for who, status in (("mara", 404), ("olga", 404), (None, 401)):
        assert house.get(f"/api/v1/webhooks/{webhook['id']}/deliveries", as_=who).status_code == status
        assert house.patch(f"/api/v1/webhooks/{webhook['id']}", {"active": False}, as_=who, headers=key()).status_code == status
        assert house.delete(f"/api/v1/webhooks/{webhook['id']}", as_=who, headers=key()).status_code == status
    house.delete(f"/api/v1/webhooks/{webhook['id']}", as_="ines", headers=key())


def test_there_are_ten_at_most_and_each_has_a_plain_address_and_known_events(house, receiver):
    for wrong in ({"url": "ftp://x.example/"}, {"url": "https://u:p@x.example/"}, {"url": "https:// x"}, {"events": ["booking.eaten"]}, {"events": []}, {"url": "javascript:alert(1)"}):
        reply = house.post("/api/v1/webhooks", {"hub": "werft", "url": receiver.url, "events": ["booking.moved"], **wrong}, as_="ines", headers=key())
        assert reply.status_code in (400, 422), (wrong, reply.text)
    made = [hook(house, receiver.url) for _ in range(10)]
    eleventh = house.post("/api/v1/webhooks", {"hub": "werft", "url": receiver.url, "events": ["booking.moved"]}, as_="ines", headers=key())
    assert eleventh.status_code == 409 and eleventh.json()["type"] == "/problems/too-many-webhooks"
    for webhook in made:
        house.delete(f"/api/v1/webhooks/{webhook['id']}", as_="ines", headers=key())


def test_without_the_tests_setting_nothing_behind_hubd_is_called(hubd_server, receiver):
    with Letters(hubd_server, "webhooks_closed", work_poll="100ms") as service:
        service.start("serve")
        service.start("work")
        for url, why in ((receiver.url, "https"), (receiver.url.replace("http:", "https:"), "not public"), ("https://localhost:1/", "not public"), ("https://[::ffff:127.0.0.1]/", "not public")):
            webhook = hook(service, url)
            service.rows("SELECT set_config('hubd.hub', hub_id::text, false), hubd.call_webhooks(hub_id, 'booking.confirmed', '{}') FROM hubd.webhook WHERE id = %s", webhook["id"])
            hurry(service)
            wait_for(lambda: deliveries(service, webhook)[0]["answer"], what="the refusal")
            assert why in deliveries(service, webhook)[0]["answer"], (url, deliveries(service, webhook))
            service.delete(f"/api/v1/webhooks/{webhook['id']}", as_="ines", headers=key())
        assert receiver.came == []


# ---- the page of the hub's managers ----

MANAGE = "/hubs/werft/manage/webhooks"


@pytest.fixture(scope="module")
def manager(house):
    return signed_in(house, "ines@hubd.test")


def look(house, session):
    reply = session.get(house.url + MANAGE, headers={**HTML, "Accept-Language": "de"}, timeout=30, allow_redirects=False)
    assert reply.status_code == 200, reply.text
    return reply.text


def send(house, session, path, form):
    return post(house, MANAGE + path, form, session, **{"Accept-Language": "de"})


def make(house, session, url, *events):
    reply = send(house, session, "", {"url": url, "events": list(events)})
    assert reply.status_code == 200, reply.text
    return reply, house.get("/api/v1/webhooks?hub=werft", as_="ines").json()["items"][-1]


def test_a_manager_makes_a_webhook_in_the_browser_and_sees_the_secret_that_signs_once(house, manager, receiver):
    reply, webhook = make(house, manager, receiver.url, "booking.confirmed", "event.created")
    secret = house.value("SELECT secret FROM hubd.webhook WHERE id = %s", webhook["id"])
    assert webhook["url"] == receiver.url and webhook["events"] == ["booking.confirmed", "event.created"]
    assert secret in reply.text and "no-store" in reply.headers["Cache-Control"]
    listed = look(house, manager)
    assert receiver.url in listed and "Buchung bestätigt, Veranstaltung angelegt" in listed and secret not in listed
    book(house, day(70), 9)
    hurry(house)
    wait_for(lambda: receiver.came, what="the call")
    headers, body = receiver.came[0]
    signed = f"{headers['Webhook-Id']}.{headers['Webhook-Timestamp']}.".encode() + body
    assert headers["Webhook-Signature"] == "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    house.delete(f"/api/v1/webhooks/{webhook['id']}", as_="ines", headers=key())


def test_a_form_that_is_sent_twice_makes_one_webhook_and_shows_the_same_secret(house, manager, receiver):
    form = {"url": receiver.url, "events": ["booking.moved"], "key": form_key(manager)}
    first, again = send(house, manager, "", form), send(house, manager, "", form)
    made = house.rows("SELECT id, secret FROM hubd.webhook")
    assert len(made) == 1 and made[0][1] in first.text and made[0][1] in again.text
    house.delete(f"/api/v1/webhooks/{made[0][0]}", as_="ines", headers=key())


def test_a_manager_sees_what_did_not_arrive_and_sends_it_again(house, manager, receiver):
    _, webhook = make(house, manager, receiver.url, "booking.confirmed")
    assert "Noch ist nichts geschehen" in look(house, manager)
    receiver.status = 500
    book(house, day(71), 9)
    hurry(house)
    wait_for(lambda: deliveries(house, webhook)[0]["status"] == 500, what="the first attempt")
    delivery = deliveries(house, webhook)[0]["id"]
    assert "wartet · Versuche: 1 · Antwort: 500" in look(house, manager) and f"/deliveries/{delivery}/replay" not in look(house, manager)
    house.rows("DELETE FROM hubd.job WHERE kind = 'webhook'")
    house.rows("UPDATE hubd.webhook_delivery SET state = 'failed', ended_at = hubd.present() WHERE id = %s", delivery)
    assert "aufgegeben" in look(house, manager) and f'action="{MANAGE}/{webhook["id"]}/deliveries/{delivery}/replay"' in look(house, manager)
    receiver.status = 204
    reply = send(house, manager, f"/{webhook['id']}/deliveries/{delivery}/replay", {})
    assert reply.status_code == 303 and reply.headers["Location"] == MANAGE + "?done=replayed", reply.text
    wait_for(lambda: deliveries(house, webhook)[0]["state"] == "delivered", what="the replay")
    assert receiver.came[-1][0]["Webhook-Id"] == str(delivery) and "zugestellt · Versuche: 1 · Antwort: 204" in look(house, manager)
    assert send(house, manager, f"/{webhook['id']}/deliveries/{delivery}0/replay", {}).status_code == 404
    ended = send(house, manager, f"/{webhook['id']}/end", {})
    assert ended.status_code == 303 and ended.headers["Location"] == MANAGE + "?done=unhooked"
    assert receiver.url not in look(house, manager) and house.value("SELECT count(*) FROM hubd.webhook_delivery WHERE id = %s", delivery) == 0


def test_the_page_shows_the_ten_last_deliveries_and_which_webhook_is_off(house, manager, receiver):
    _, webhook = make(house, manager, receiver.url, "event.changed")
    assert "ausgeschaltet" not in look(house, manager)
    house.patch(f"/api/v1/webhooks/{webhook['id']}", {"active": False}, as_="ines", headers=key())
    house.rows("INSERT INTO hubd.webhook_delivery (hub_id, webhook_id, event, body, state, ended_at) SELECT w.hub_id, w.id, 'event.changed', '{}', 'delivered', hubd.present()"
               " FROM hubd.webhook AS w, generate_series(1, 12) WHERE w.id = %s", webhook["id"])
    ids = [delivery["id"] for delivery in deliveries(house, webhook)]
    page = look(house, manager)
    assert "ausgeschaltet" in page and len(ids) == 12
    assert [f"/deliveries/{delivery}/replay" in page for delivery in ids] == [True] * 10 + [False] * 2
    house.delete(f"/api/v1/webhooks/{webhook['id']}", as_="ines", headers=key())


def test_a_wrong_form_says_what_is_wrong_and_keeps_what_was_typed(house, manager, receiver):
    wrong = ({"url": "ftp://hook.example/", "events": ["booking.moved"]}, "beginnt mit https://"), ({"url": "https://hook.example/", "events": []}, "Es gibt: booking.confirmed"), \
        ({"url": "https://hook.example/" + "a" * 2000, "events": ["booking.moved"]}, "höchstens 2000"), ({"events": ["booking.moved"]}, "Die Adresse fehlt.")
    for form, said in wrong:
        reply = send(house, manager, "", form)
        assert reply.status_code == 422 and said in reply.text, (form, reply.text)
        assert form.get("url", "") in reply.text and ('value="booking.moved" checked' in reply.text) == bool(form["events"])
    made = [hook(house, receiver.url) for _ in range(10)]
    reply = send(house, manager, "", {"url": receiver.url, "events": ["booking.moved"]})
    assert reply.status_code == 409 and "höchstens zehn" in reply.text
    for webhook in made:
        house.delete(f"/api/v1/webhooks/{webhook['id']}", as_="ines", headers=key())
