# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in as an attacker tries it, and as people do: mailed links and codes, sessions, tokens, and a proxy's word."""
import re

import pytest
import requests

from conftest import PEOPLE, wait_for
from mail_world import Letters, part
from test_pages import HTML, get, post, signed_in

LONG_AGO = "UPDATE hubd.session SET renewed_at = renewed_at - interval '25 hours' WHERE person_id = %s"


@pytest.fixture(scope="module")
def house(hubd_server):
    with Letters(hubd_server, "sign_in", trusted_peers="127.0.0.1", sign_in_field="X-Auth-Request-Email", last_use_delay="200ms") as service:
        service.start("serve")
        service.start("work")
        yield service


@pytest.fixture(autouse=True)
def fresh(house):
    house.rows("DELETE FROM hubd.attempt")


def ask(house, mail="mara@hubd.test", session=None, next_="/me", **headers):
    session = session or requests.Session()
    reply = post(house, "/sign-in/ask", {"mail": mail, "next": next_}, session, **headers)
    return session, reply


def mailed(house, name="mara"):
    """Link and code of the newest mail."""
    letter = house.newest(name, "sign-in")
    text = part(letter, "text/plain")
    return re.search(r"http://\S*/sign-in\?code=\S+", text)[0], re.search(r"^ +(\d{6})\s*$", text, re.M)[1]


def asked(house, name="mara"):
    """A session that asked, with link and code of the mail that this sent."""
    before = house.value("SELECT coalesce(max(id), 0) FROM hubd.message")
    session, reply = ask(house, PEOPLE[name])
    assert reply.status_code == 303
    wait_for(lambda: house.value("SELECT id FROM hubd.message WHERE id > %s AND kind = 'sign-in' AND state = 'sent'", before), what="the mail")
    return (session, *mailed(house, name))


def enter(house, session, code, next_="/me"):
    return post(house, "/sign-in/code", {"digits": code, "next": next_}, session)


def who(house, session):
    found = re.search(r'class="menu-name">([^<]*)<', session.get(house.url + "/imprint", headers=HTML, timeout=30).text)
    return found[1] if found else None


# ---- by mail ----

def test_the_code_signs_in_where_it_was_asked_for(house):
    session, _, code = asked(house)
    reply = enter(house, session, f"{code[:3]} {code[3:]}")
    assert reply.status_code == 303 and reply.headers["Location"] == "/me" and who(house, session) == "Mara Test"
    assert "hubd-ask" not in session.cookies


def test_the_link_signs_in_on_another_device(house):
    _, link, _ = asked(house)
    other = requests.Session()
    page = other.get(link, headers=HTML, timeout=30).text
    assert "Mara Test" in page and who(house, other) is None, "opening it shows a button and signs nobody in"
    assert post(house, "/sign-in", {"code": link.split("code=")[1]}, other).status_code == 303 and who(house, other) == "Mara Test"


def test_a_mail_scanner_that_opens_links_uses_nothing_up(house):
    session, link, code = asked(house)
    for method in (requests.get, requests.head, requests.get):
        assert method(link, headers=HTML, timeout=30).status_code == 200
    assert requests.post(link, timeout=30).status_code in (403, 405)
    assert enter(house, session, code).status_code == 303


def test_link_and_code_are_one_grant_that_works_once(house):
    session, link, code = asked(house)
    assert enter(house, session, code).status_code == 303
    assert post(house, "/sign-in", {"code": link.split("code=")[1]}).status_code == 403, "the code used the link up"
    again = requests.Session()
    again.cookies.update(session.cookies)
    assert enter(house, again, code).status_code == 403
    session, link, code = asked(house)
    assert post(house, "/sign-in", {"code": link.split("code=")[1]}).status_code == 303
    assert enter(house, session, code).status_code == 403, "and the link the code"


def test_a_code_works_only_in_the_browser_that_asked(house):
    _, _, code = asked(house)
    stranger, _ = ask(house, "jonas@hubd.test")
    assert enter(house, stranger, code).status_code == 403 and who(house, stranger) is None
    assert enter(house, requests.Session(), code).status_code == 403


def test_codes_cannot_be_guessed(house):
    session, link, code = asked(house)
    wrong = [f"{(int(code) + n) % 1000000:06d}" for n in range(1, 6)]
    for left, guess in zip((4, 3, 2, 1, 0), wrong):
        page = enter(house, session, guess)
        assert page.status_code == 403 and f": {left}." in page.text
    assert enter(house, session, code).status_code == 403, "after five wrong ones the right one does not work either"
    assert post(house, "/sign-in", {"code": link.split("code=")[1]}).status_code == 303, "its owner still gets in by the link"


def test_two_guesses_at_the_same_moment_are_two_tries(house):
    import concurrent.futures
    session, _, code = asked(house)
    wrong = f"{(int(code) + 7) % 1000000:06d}"
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: enter(house, session, wrong), range(8)))
    assert enter(house, session, code).status_code == 403


def test_links_and_codes_expire_after_a_quarter_of_an_hour(house):
    session, link, code = asked(house)
    house.rows("UPDATE hubd.sign_in_link SET expires_at = hubd.present()")
    house.rows("UPDATE hubd.sign_in_attempt SET expires_at = hubd.present()")
    assert "gilt nicht mehr" in requests.get(link, headers=HTML, timeout=30).text
    assert post(house, "/sign-in", {"code": link.split("code=")[1]}).status_code == 403
    assert enter(house, session, code).status_code == 403


def test_nobody_learns_whether_an_address_has_an_account(house):
    known, unknown = ask(house), ask(house, "nobody@hubd.test")
    strip = lambda reply: {name: re.sub(r"[A-Za-z0-9_-]{40,}", "X", value) for name, value in reply.headers.items() if name not in ("Date", "X-Request-Id")}
    assert known[1].status_code == unknown[1].status_code == 303 and strip(known[1]) == strip(unknown[1])
    pages = [re.sub(r'value="[^"]*"', "", s.get(house.url + "/sign-in/code", headers=HTML, timeout=30).text) for s, _ in (known, unknown)]
    assert pages[0] == pages[1]
    wait_for(lambda: house.value("SELECT count(*) FROM hubd.sign_in_attempt WHERE asked IS NOT NULL") == 0, what="the worker")
    wrong = [re.sub(r'value="[^"]*"', "", enter(house, s, "000000").text) for s, _ in (known, unknown)]
    assert wrong[0] == wrong[1]
    assert not house.value("SELECT count(*) FROM hubd.message WHERE address = 'nobody@hubd.test'")


def test_asking_is_bounded_for_the_mail_address_and_for_the_asker(house):
    for n in range(6):
        assert ask(house, "Mara@hubd.test" if n % 2 else "mara@hubd.test")[1].status_code == 303
    assert ask(house)[1].status_code == 429, "six an hour for one address"
    assert ask(house, "nobody@hubd.test")[1].status_code == 303
    house.rows("DELETE FROM hubd.attempt")
    for n in range(20):
        assert ask(house, f"n{n}@hubd.test", **{"X-Forwarded-For": f"2001:db8::{n:x}", "X-Forwarded-Proto": "http"}) [1].status_code in (303, 403)
    house.rows("DELETE FROM hubd.attempt")
    for n in range(20):
        assert ask(house, f"n{n}@hubd.test")[1].status_code == 303
    reply = ask(house, "n20@hubd.test")[1]
    assert reply.status_code == 429 and "Minuten" in reply.text, "twenty an hour from one"
    house.rows("UPDATE hubd.attempt SET at = at - interval '61 minutes'")
    assert ask(house, "n20@hubd.test")[1].status_code == 303


@pytest.mark.parametrize("mail", ["", "x", "@x.de", "a@b", "a b@c.de", "a@b.de, c@d.de", "a@b.de\r\nBcc: x@y.z", "<a@b.de>", "a" * 250 + "@b.de"])
def test_what_is_no_mail_address_is_said_so(house, mail):
    session, reply = ask(house, mail)
    assert reply.status_code == 422 and "Set-Cookie" not in reply.headers and "name@example.org" in reply.text


def test_what_was_secret_does_not_stay(house):
    session, link, code = asked(house)
    dump = str(house.rows("SELECT m::text FROM hubd.message AS m")) + str(house.rows("SELECT a::text FROM hubd.sign_in_attempt AS a")) + str(house.rows("SELECT j::text FROM hubd.job AS j"))
    assert link.split("code=")[1] not in dump and code not in dump
    for name in ("serve", "work"):
        log = house.log(name)
        assert link.split("code=")[1] not in log and code not in log and "mara@hubd.test" not in log


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nSet-Cookie: x=y"])
def test_signing_in_leads_to_no_other_site(house, next_):
    session, _, code = asked(house)
    assert enter(house, session, code, next_).headers["Location"] == "/"
    house.rows("DELETE FROM hubd.attempt")


# ---- sessions ----

def test_a_session_goes_on_under_a_new_cookie_once_a_day(house):
    session = signed_in(house)
    old = session.cookies["hubd"]
    house.rows(LONG_AGO, house.person("mara"))
    reply = get(house, "/me?done=x", cookies={"hubd": old})
    assert reply.status_code == 303 and reply.headers["Location"].startswith("/sign-in/renew?next=%2Fme")
    page = session.get(house.url + "/me", headers=HTML, timeout=30)
    assert page.status_code == 200 and session.cookies["hubd"] != old and who(house, session) == "Mara Test"
    thief = requests.Session()
    thief.cookies.set("hubd", old)
    assert who(house, thief) == "Mara Test", "a minute more, for what was under way"
    house.rows("UPDATE hubd.session SET renewed_at = renewed_at - interval '2 minutes'")
    assert who(house, thief) is None and who(house, session) == "Mara Test", "a stolen cookie ends with the next renewal"
    assert post(house, "/sign-out", {}, session).status_code == 303


def test_a_form_that_was_open_over_a_renewal_still_works(house):
    session = signed_in(house)
    page = session.get(house.url + "/me/access", headers=HTML, timeout=30).text
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    house.rows(LONG_AGO, house.person("mara"))
    session.get(house.url + "/me", headers=HTML, timeout=30)
    assert post(house, "/me/access/tokens", {"name": "spät", "scope": "read", "key": key}, session).status_code == 200


def test_two_tabs_that_renew_at_once_stay_signed_in(house):
    session = signed_in(house)
    old = session.cookies["hubd"]
    house.rows(LONG_AGO, house.person("mara"))
    first, second = (get(house, "/sign-in/renew?next=/me", cookies={"hubd": old}) for _ in range(2))
    assert first.status_code == second.status_code == 303 and "Set-Cookie" in first.headers and "Set-Cookie" not in second.headers


def test_sessions_are_listed_and_ended_one_by_one(house):
    house.rows("DELETE FROM hubd.session")
    desk, phone, stranger = signed_in(house), signed_in(house), signed_in(house, "jonas@hubd.test")
    wait_for(lambda: house.value("SELECT count(*) FROM hubd.session WHERE used_at IS NOT NULL") or who(house, phone) is None, what="the last use")
    listed = desk.get(house.url + "/api/v1/sessions", timeout=30).json()["items"]
    assert len(listed) == 2 and [item["is_this"] for item in listed] == [True, False]
    other = listed[1]["id"]
    assert post(house, f"/me/access/sessions/{other}/end", {}, stranger).status_code == 404, "nobody ends somebody else's"
    assert post(house, f"/me/access/sessions/{other}/end", {}, desk).headers["Location"] == "/me/access?done=1"
    assert who(house, phone) is None and who(house, desk) == "Mara Test"
    more = [signed_in(house) for _ in range(3)]
    assert post(house, "/me/access/sessions/others/end", {}, desk).status_code == 303
    assert [who(house, session) for session in more] == [None] * 3 and who(house, desk) == "Mara Test" and who(house, stranger) == "Jonas Test"


# ---- tokens ----

def make_token(house, session, name, *scopes):
    page = post(house, "/me/access/tokens", {"name": name, "scope": list(scopes)}, session)
    assert page.status_code == 200 and page.headers["Cache-Control"] == "no-store"
    return re.search(r"<code>([A-Za-z0-9_-]{43})</code>", page.text)[1]


def bearer(token):
    return {"Authorization": f"Bearer {token}", "Accept-Language": "en"}


def test_a_token_may_what_it_was_made_for_and_ends_when_revoked(house):
    session = signed_in(house)
    token = make_token(house, session, "Skript", "read")
    assert token not in session.get(house.url + "/me/access", headers=HTML, timeout=30).text, "shown once"
    assert requests.get(house.url + "/api/v1/tokens", headers=bearer(token), timeout=30).status_code == 200
    denied = requests.post(house.url + "/api/v1/tokens", json={"name": "x", "scopes": ["read"]}, headers=bearer(token), timeout=30)
    assert denied.status_code == 403, "one that reads makes none"
    wait_for(lambda: house.value("SELECT used_at FROM hubd.token WHERE name = 'Skript'"), what="the last use")
    number = house.value("SELECT id FROM hubd.token WHERE name = 'Skript'")
    assert post(house, f"/me/access/tokens/{number}/revoke", {}, signed_in(house, "jonas@hubd.test")).status_code == 404
    assert post(house, f"/me/access/tokens/{number}/revoke", {}, session).status_code == 303
    assert requests.get(house.url + "/api/v1/tokens", headers=bearer(token), timeout=30).status_code == 401


def test_a_token_makes_none_that_may_more_or_longer(house):
    session = signed_in(house)
    token = make_token(house, session, "schreibt", "read", "write")
    make = lambda **body: requests.post(house.url + "/api/v1/tokens", json=body, headers=bearer(token), timeout=30)
    assert make(name="mehr", scopes=["read", "calendar"]).status_code == 403
    made = make(name="weniger", scopes=["read"], expires="2099-01-31")
    assert made.status_code == 201 and made.json()["scopes"] == ["read"] and made.json()["expires"] == "2099-02-01T00:00:00Z"
    assert requests.get(house.url + "/api/v1/tokens", headers=bearer(made.json()["token"]), timeout=30).status_code == 200
    assert make(name="x", scopes=["read"], dry_run=True).json() == {"dry_run": True}
    for body, status in (({"name": "x"}, 422), ({"scopes": ["read"]}, 422), ({"name": "x", "scopes": ["root"]}, 422), ({"name": "x", "scopes": [1]}, 422),
                         ({"name": "x", "scopes": []}, 422), ({"name": "x", "scopes": ["read"], "expires": "2020-01-01"}, 422),
                         ({"name": "x", "scopes": ["read"], "expires": "gestern 1"}, 422), ({"name": "x", "scopes": ["feed"]}, 422)):
        assert make(**body).status_code == status, body
    house.rows("UPDATE hubd.token SET expires_at = hubd.present() + interval '1 day' WHERE name = 'schreibt'")
    assert make(name="kurz", scopes=["read"]).json()["expires"] is not None, "what a token makes ends with it"
    for n in range(20):
        last = make(name=f"n{n}", scopes=["read"])
    assert last.status_code == 422 and "20" in last.json()["detail"]
    house.rows("DELETE FROM hubd.token WHERE name LIKE 'n%%' AND %s", True)


def test_revoking_is_for_ones_own_and_by_number(house):
    session = signed_in(house)
    token = make_token(house, session, "endet", "read", "write")
    end = lambda what, path: requests.delete(f"{house.url}/api/v1/{path}/{what}", json={}, headers=bearer(token), timeout=30)
    for what in ("0", "999999999", "x", "1;2", "9" * 30):
        assert end(what, "tokens").status_code == 404 and end(what, "sessions").status_code == 404
    assert end("others", "tokens").status_code == 404
    assert end("others", "sessions").status_code == 200 and who(house, session) is None
    assert end(house.value("SELECT id FROM hubd.token WHERE name = 'endet'"), "tokens").status_code == 200
    assert end("1", "tokens").status_code == 401


# ---- single sign-on ----

def test_a_trusted_proxy_says_who_is_there(house):
    page = get(house, "/me", headers={**HTML, "X-Auth-Request-Email": "MARA@hubd.test"})
    assert page.status_code == 200 and "Mara Test" in page.text
    listed = requests.get(house.url + "/api/v1/tokens", headers={"X-Auth-Request-Email": "mara@hubd.test"}, timeout=30)
    assert listed.status_code == 200
    assert get(house, "/me", headers={**HTML, "X-Auth-Request-Email": "nobody@hubd.test"}).status_code == 303
    for junk in ("mara", "mara@hubd.test, ines@hubd.test", "@", "\"mara\"@hubd.test"):
        assert get(house, "/me", headers={**HTML, "X-Auth-Request-Email": junk}).status_code == 303, junk


def test_another_site_cannot_act_through_the_proxy(house):
    wish = {"name": "x", "scopes": ["read"]}
    headers = {"X-Auth-Request-Email": "mara@hubd.test"}
    assert requests.post(house.url + "/api/v1/tokens", json=wish, headers={**headers, "Origin": "https://evil.example"}, timeout=30).status_code == 401
    assert requests.post(house.url + "/api/v1/tokens", json=wish, headers={**headers, "Origin": house.url}, timeout=30).status_code == 201


def test_a_header_from_anybody_else_means_nothing(hubd_server):
    with Letters(hubd_server, "sign_in_untrusted", sign_in_field="X-Auth-Request-Email") as service:
        service.start("serve")
        assert get(service, "/me", headers={**HTML, "X-Auth-Request-Email": "mara@hubd.test"}).status_code == 303
    with Letters(hubd_server, "sign_in_unset", trusted_peers="127.0.0.1") as service:
        service.start("serve")
        assert get(service, "/me", headers={**HTML, "X-Auth-Request-Email": "mara@hubd.test"}).status_code == 303
