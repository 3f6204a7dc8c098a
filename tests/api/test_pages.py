# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages over HTTP: what people lose when the frame breaks. A page is put under these tests by a row in tests/browser/pages.json."""
import concurrent.futures
import hmac
import html.parser
import json
import pathlib
import re
import secrets
import urllib.parse

import pytest
import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Rows whose paths are of the example hubs are the browser's; these tests have hubs of their own.
PAGES = [page for page in json.loads((ROOT / "tests/browser/pages.json").read_text(encoding="utf-8"))
         if not page.get("as") and page["name"] != "design" and not page["path"].startswith(("/hubs/", "/events/", "/door/", "/embed/"))]
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
NAUGHTY = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "</title><svg onload=alert(1)>",
           "{{#t}}{{.}}{{/t}}", "&lt;b&gt;", "javascript:alert(1)", "<!-- ", "]]>", "\u202eabc"]


class Page(html.parser.HTMLParser):
    """The links, forms and scripts of a page, and whether its tags close."""

    VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "circle", "rect", "path"}

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.ids, self.open, self.wrong, self.text = [], [], set(), [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        if "id" in attributes:
            self.ids.add(attributes["id"])
        for name in ("href", "src", "action"):
            if name in attributes:
                self.links.append((tag, attributes[name]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data):
        self.text.append(data)


def get(hubd, path, **more):
    headers = {**HTML, **more.pop("headers", {})}
    return requests.get(hubd.url + path, headers=headers, timeout=30, allow_redirects=False, **more)


def form_key(session, nonce=None):
    """The field "key" as a page made for this session would have it."""
    nonce = nonce or secrets.token_urlsafe(16)
    mac = hmac.new(session.cookies["hubd"].split(".")[0].encode(), nonce.encode(), "sha256").hexdigest()[:32]
    return f"{nonce}.{mac}"


def post(hubd, path, form, session=None, **headers):
    """As a browser posts a page's form; a form of somebody who signed in gets the key that its page has."""
    cookies = getattr(session, "cookies", {})
    if "hubd" in cookies and "." not in form.get("key", ""):
        form = {**form, "key": form_key(session, form.get("key"))}
    headers = {**HTML, "Origin": hubd.url, "Sec-Fetch-Site": "same-origin", **headers}
    headers = {name: value for name, value in headers.items() if value is not None}
    return (session or requests).post(hubd.url + path, data=form, headers=headers, timeout=30, allow_redirects=False)


def sign_in_code(hubd, mail="mara@hubd.test"):
    return json.loads(hubd.run("admin", "sign-in-link", mail, "--json"))["address"].split("code=")[1]


def signed_in(hubd, mail="mara@hubd.test"):
    session = requests.Session()
    assert post(hubd, "/sign-in", {"code": sign_in_code(hubd, mail)}, session).status_code == 303
    return session


# ---- the frame ----

@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page["name"])
def test_a_page_comes_whole_in_both_languages(hubd, page, lang):
    reply = get(hubd, page["path"], headers={"Accept-Language": lang})
    assert reply.status_code == page.get("status", 200)
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8" and reply.headers["Content-Language"] == lang
    read = Page(reply.text)
    assert not read.wrong and not read.open, (read.wrong, read.open)
    tags = dict(read.tags)
    assert tags["html"]["lang"] == lang and "main" in tags and [tag for tag, _ in read.tags].count("h1") == 1
    assert not re.search(r"\bt\.[a-z_]+\.[a-z_]+|\{\{|\}\}", "".join(read.text)) or page["name"] == "search", "every text is there"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page["name"])
def test_nothing_of_a_page_is_inline_or_from_elsewhere(hubd, page):
    reply = get(hubd, page["path"])
    policy = dict(part.strip().split(" ", 1) for part in reply.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'" and "unsafe" not in str(policy)
    assert reply.headers["X-Content-Type-Options"] == "nosniff" and reply.headers["Referrer-Policy"] == "same-origin"
    for tag, attributes in Page(reply.text).tags:
        assert tag != "style" and "style" not in attributes and not any(name.startswith("on") for name in attributes), (tag, attributes)
        if tag in ("script", "img", "link", "iframe") and attributes.get("rel") != "alternate":
            assert attributes.get("src", attributes.get("href", "")).startswith("/static/"), attributes


def test_no_link_leads_nowhere(hubd):
    """From every page, everything on this service that is linked answers; what is not made yet is named here."""
    later = re.compile(r"^/(agency|networking)(/|$)")
    seen, broken, waiting = set(), [], [page["path"] for page in PAGES if page.get("status", 200) == 200]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        reply = get(hubd, path)
        if reply.status_code >= 400:
            broken.append((path, reply.status_code))
        if not reply.headers.get("Content-Type", "").startswith("text/html") or len(seen) > 400:
            continue
        read = Page(reply.text)
        for tag, link in read.links:
            address = urllib.parse.urlsplit(urllib.parse.urljoin(hubd.url + path, link))
            if tag == "form" or f"{address.scheme}://{address.netloc}" != hubd.url or later.match(address.path):
                continue
            if address.fragment and address.path == urllib.parse.urlsplit(path).path and not address.query and address.fragment not in read.ids and "?" not in path:
                broken.append((path, "#" + address.fragment))
            waiting.append(address.path + (f"?{address.query}" if address.query else ""))
    assert not broken and len(seen) > 10


def test_static_files_are_kept_for_ever_and_compressed(hubd):
    address = re.search(r'href="(/static/[0-9a-f]{12}/hubd.css)"', get(hubd, "/").text)[1]
    reply = get(hubd, address)
    assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable" and reply.headers["Content-Type"] == "text/css; charset=utf-8"
    assert reply.headers["Content-Encoding"] == "gzip"
    assert get(hubd, address, headers={"If-None-Match": reply.headers["ETag"]}).status_code == 304
    other = get(hubd, "/static/000000000000/hubd.css")
    assert other.status_code == 200 and other.headers["Cache-Control"] == "no-cache", "a page of another version still looks right"
    for path in ("/static/x/../page.c", "/static/x/nothing.css", "/static/x/%2e%2e%2fpage.c"):
        assert get(hubd, path).status_code == 404
    assert get(hubd, "/favicon.ico").headers["Content-Type"] == "image/svg+xml"


def test_both_languages_have_every_text():
    def keys(folder):
        found = set()
        for path in sorted((ROOT / "config/locale" / folder).glob("*.json")):
            def walk(value, name):
                if isinstance(value, dict):
                    for key, below in value.items():
                        walk(below, f"{name}.{key}")
                else:
                    assert isinstance(value, str) and value.strip(), name
                    found.add((name, tuple(sorted(re.findall(r"\{(\w+)\}", value)))))
            walk(json.loads(path.read_text(encoding="utf-8")), path.stem)
        return found
    german, english = keys("de"), keys("en")
    assert german == english, german ^ english


def test_every_text_that_is_asked_for_is_there():
    texts = set()
    for path in (ROOT / "config/locale/de").glob("*.json"):
        texts |= {f"{path.stem}.{key}" for key in json.loads(path.read_text(encoding="utf-8"))}
    asked = set()
    for path in (ROOT / "daemon/page/templates").glob("*.mustache"):
        asked |= set(re.findall(r"\{\{[#^]?t\.([a-z_]+\.[a-z_0-9]+)", path.read_text(encoding="utf-8")))
    for path in (ROOT / "daemon/page").glob("*.c"):
        for call in re.findall(r"page_(?:text|say)\(request, ([^;]*)", path.read_text(encoding="utf-8")):
            asked |= set(re.findall(r'"([a-z_]+\.[a-z_0-9]+)"', call))
    assert len(asked) > 30 and asked <= texts, asked - texts


def test_dark_by_choice_is_dark_by_the_system():
    text = (ROOT / "daemon/page/styles/10-tokens.css").read_text(encoding="utf-8")
    blocks = [re.sub(r"\s+", " ", block).strip() for block in re.findall(r'(?:not\(\[data-scheme="light"\]\)|\[data-scheme="dark"\]) \{([^}]*)\}', text)]
    assert len(blocks) == 2 and blocks[0] == blocks[1]


# ---- what strangers write ----

@pytest.mark.parametrize("text", NAUGHTY)
def test_a_title_is_text_and_never_markup(hubd, text, free_day):
    made = hubd.post("/api/v1/events", {"hub": "werft", "title": text, "title_en": text, "start": f"{free_day}T09:00", "end": f"{free_day}T10:00",
                                        "state": "confirmed", "audience": "public"}, as_="ines")
    assert made.status_code == 201, made.text
    for path in (f"/?q={urllib.parse.quote(text)}", f"/?topic={urllib.parse.quote(text)}", f"/{urllib.parse.quote(text)}",
                 f"/sign-in?code={urllib.parse.quote(text)}&next={urllib.parse.quote(text)}"):
        reply = get(hubd, path)
        assert reply.status_code in (200, 404), (path, reply.status_code)
        read = Page(reply.text)
        assert not read.wrong and not read.open
        assert all(tag != "script" and tag != "img" and not any(name.startswith("on") for name in attributes) for tag, attributes in read.tags), path
        assert all(not link.startswith("javascript:") for _, link in read.links)
    hubd.delete(made.headers["Location"], as_="ines")


@pytest.mark.parametrize("word", ["%", "_", "\\", "%%", "'", "a\"b", "(", "*", "\0"])
def test_a_search_takes_what_people_type(hubd, word):
    reply = get(hubd, "/?q=" + urllib.parse.quote(word))
    assert reply.status_code in (200, 400, 422) and "500" not in Page(reply.text).text


def test_a_search_finds_parts_of_words_in_events_hubs_and_rooms(hubd):
    text = get(hubd, "/?q=kaj%C3%BCt").text + get(hubd, "/?q=ajuet").text
    assert "/hubs/werft/resources/kajuete" in text
    assert "/hubs/kontor" in get(hubd, "/?q=KONT").text
    assert "/hubs/werft/resources/laser" not in get(hubd, "/?q=las%25er").text, "a per cent sign is one"
    assert get(hubd, "/?q=" + "x" * 500).status_code == 422


# ---- problems ----

def test_a_browser_gets_a_page_and_a_program_a_document(hubd):
    assert get(hubd, "/nowhere").headers["Content-Type"].startswith("text/html")
    assert "<h1>Nicht gefunden</h1>" in get(hubd, "/nowhere", headers={"Accept-Language": "de"}).text
    assert requests.get(hubd.url + "/nowhere", timeout=30).headers["Content-Type"] == "application/problem+json"
    assert get(hubd, "/api/v1/nowhere").headers["Content-Type"] == "application/problem+json"
    wrong = requests.delete(hubd.url + "/imprint", headers=HTML, timeout=30)
    assert wrong.status_code == 405 and wrong.headers["Content-Type"].startswith("text/html") and "GET" in wrong.headers["Allow"]


def test_without_the_database_a_page_says_so_in_the_same_look(own_hubd):
    own_hubd.server.stop("immediate")
    for _ in range(3):
        reply = get(own_hubd, "/")
    assert reply.status_code == 503 and "Retry-After" in reply.headers and reply.headers["Content-Type"].startswith("text/html")
    assert 'class="top"' in reply.text and "/static/" in reply.text
    assert get(own_hubd, re.search(r'href="(/static/[^"]*hubd.css)"', reply.text)[1]).status_code == 200


# ---- what everybody may set ----

def test_the_language_sticks(hubd):
    session = requests.Session()
    reply = session.get(hubd.url + "/?lang=en", headers={**HTML, "Accept-Language": "de"}, timeout=30)
    assert "lang=en" in reply.headers["Set-Cookie"] and "HttpOnly" in reply.headers["Set-Cookie"]
    assert session.get(hubd.url + "/imprint", headers={**HTML, "Accept-Language": "de"}, timeout=30).headers["Content-Language"] == "en"
    assert "Set-Cookie" not in get(hubd, "/").headers, "who only looks gets no cookie"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_stick_and_come_back(hubd, scheme):
    session = requests.Session()
    reply = post(hubd, "/settings", {"scheme": scheme, "back": "/imprint?x=1"}, session)
    assert reply.status_code == 303 and reply.headers["Location"] == "/imprint?x=1"
    assert f'data-scheme="{scheme}"' in session.get(hubd.url + "/", headers=HTML, timeout=30).text
    post(hubd, "/settings", {"scheme": "auto", "back": "/"}, session)
    assert "data-scheme" not in session.get(hubd.url + "/", headers=HTML, timeout=30).text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "", "javascript:alert(1)", "/a\r\nSet-Cookie: x=1", "/ x"])
def test_nobody_is_sent_to_another_host(hubd, back):
    assert post(hubd, "/settings", {"scheme": "dark", "back": back}).headers["Location"] == "/"
    assert post(hubd, "/sign-in", {"code": sign_in_code(hubd), "next": back}).headers["Location"] == "/"


# ---- signing in ----

def test_looking_at_a_link_does_not_use_it_up(hubd):
    code = sign_in_code(hubd)
    for _ in range(3):
        assert "Mara Test" in get(hubd, "/sign-in?code=" + code).text
    assert post(hubd, "/sign-in", {"code": code}).status_code == 303


def test_a_link_works_once(hubd):
    code = sign_in_code(hubd)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: post(hubd, "/sign-in", {"code": code}), range(8)))
    assert sorted(reply.status_code for reply in replies) == [303] + [403] * 7
    assert all("Set-Cookie" not in reply.headers for reply in replies if reply.status_code == 403)
    assert "Mara Test" not in get(hubd, "/sign-in?code=" + code).text


def test_a_link_expires(hubd):
    code = sign_in_code(hubd)
    hubd.server.sql("UPDATE hubd.sign_in_link SET expires_at = created_at WHERE used_at IS NULL")
    assert post(hubd, "/sign-in", {"code": code}).status_code == 403
    assert post(hubd, "/sign-in", {"code": "x" * 43}).status_code == 403 and post(hubd, "/sign-in", {}).status_code == 403


def test_the_cookie_is_the_browsers_alone(hubd):
    reply = post(hubd, "/sign-in", {"code": sign_in_code(hubd)})
    cookie = [part.strip() for part in reply.headers["Set-Cookie"].split(", lang=")[0].split(";")]
    assert cookie[0].startswith("hubd=") and {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie)
    token = cookie[0].split("=")[1]
    family, secret = token.split(".")
    assert len(family) == 22 and len(secret) == 43
    stored = hubd.server.sql("SELECT * FROM hubd.session")
    assert secret not in str(stored) and secret not in hubd.log() and family not in str(stored), "only its checksum is kept"


def test_behind_tls_the_cookie_is_secure_and_plain_http_is_refused(own_hubd):
    with open(own_hubd.conf, "a", encoding="utf-8") as conf:
        conf.write("trusted_peers = 127.0.0.1\n")
    own_hubd.stop("serve")
    own_hubd.start("serve")
    away = {"Host": "hubs.example", "X-Forwarded-For": "203.0.113.7"}
    safe = {**away, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "hubs.example", "Origin": "https://hubs.example"}
    reply = post(own_hubd, "/sign-in", {"code": sign_in_code(own_hubd)}, **safe)
    assert reply.status_code == 303 and reply.headers["Set-Cookie"].startswith("__Host-hubd=") and "; Secure" in reply.headers["Set-Cookie"]
    plain = {**away, "X-Forwarded-Proto": "http", "X-Forwarded-Host": "hubs.example", "Origin": "http://hubs.example"}
    assert get(own_hubd, "/sign-in?code=" + sign_in_code(own_hubd), headers=plain).status_code == 403
    assert post(own_hubd, "/sign-in", {"code": sign_in_code(own_hubd)}, **plain).status_code == 403


def test_a_session_counts_for_pages_and_for_the_api(hubd, free_day):
    session = signed_in(hubd)
    assert "Mara Test" in session.get(hubd.url + "/", headers=HTML, timeout=30).text
    wish = {"hub": "werft", "title": "Runde", "start": f"{free_day}T09:00", "end": f"{free_day}T10:00", "items": [{"resource": "bruecke"}]}
    own = {"Origin": hubd.url, "Sec-Fetch-Site": "same-origin"}
    assert session.post(hubd.url + "/api/v1/bookings", json=wish, timeout=30).status_code == 401, "nobody says that a page of ours sent it"
    assert session.post(hubd.url + "/api/v1/bookings", json=wish, headers={"Origin": "https://evil.example"}, timeout=30).status_code == 401
    assert session.post(hubd.url + "/api/v1/bookings", json=wish, headers=own, timeout=30).status_code == 201
    assert "Runde" in session.get(f"{hubd.url}/api/v1/bookings?hub=werft&mine=true&from={free_day}&to={free_day}T23:00", timeout=30).text


def test_signing_out_ends_the_session_everywhere(hubd):
    session = signed_in(hubd)
    copy = requests.Session()
    copy.cookies.update(session.cookies)
    assert post(hubd, "/sign-out", {}, session).headers["Location"] == "/"
    assert "Mara Test" not in copy.get(hubd.url + "/", headers=HTML, timeout=30).text
    assert not session.cookies.get("hubd")


def test_a_session_ends_after_its_time(hubd):
    session = signed_in(hubd)
    hubd.server.sql("UPDATE hubd.session SET expires_at = hubd.present()")
    assert "Mara Test" not in session.get(hubd.url + "/", headers=HTML, timeout=30).text


@pytest.mark.parametrize("fields", [{"Origin": None, "Sec-Fetch-Site": None}, {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
                                    {"Origin": "null", "Sec-Fetch-Site": None}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
                                    {"Origin": "https://evil.example", "Sec-Fetch-Site": None}])
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/settings"])
def test_a_form_of_another_site_does_nothing(hubd, path, fields):
    code = sign_in_code(hubd)
    reply = post(hubd, path, {"code": code, "scheme": "dark"}, **fields)
    assert reply.status_code == 403 and "Set-Cookie" not in reply.headers
    assert post(hubd, "/sign-in", {"code": code}).status_code == 303, "the link is still good"


def test_a_form_that_is_none_is_refused(hubd):
    own = {**HTML, "Origin": hubd.url}
    assert requests.post(hubd.url + "/settings", json={"scheme": "dark"}, headers=own, timeout=30).status_code == 415
    for body in ("scheme=%zz", "scheme=%ff", "&".join(["a=1"] * 1000)):
        reply = requests.post(hubd.url + "/settings", data=body, headers={**own, "Content-Type": "application/x-www-form-urlencoded"}, timeout=30)
        assert reply.status_code == 400, body[:20]


def test_a_form_that_was_made_for_somebody_else_does_nothing(hubd):
    mara, jonas = signed_in(hubd), signed_in(hubd, "jonas@hubd.test")
    for key in ("", "x", "x.y", form_key(jonas), form_key(mara)[:-1] + "_", "." + form_key(mara).split(".")[1]):
        reply = mara.post(hubd.url + "/sign-out", data={"key": key}, headers={**HTML, "Origin": hubd.url, "Sec-Fetch-Site": "same-origin"},
                          timeout=30, allow_redirects=False)
        assert reply.status_code == 403 and "Set-Cookie" not in reply.headers, key
    page = mara.get(hubd.url + "/me/access", headers=HTML, timeout=30).text
    keys = set(re.findall(r'name="key" value="([^"]+)"', page))
    assert len(keys) == 1 and keys != set(re.findall(r'name="key" value="([^"]+)"', mara.get(hubd.url + "/me/access", headers=HTML, timeout=30).text)), "new in every page"
    assert post(hubd, "/sign-out", {"key": keys.pop()}, mara).status_code == 303


def test_every_form_carries_its_key():
    without = []
    for path in sorted((ROOT / "daemon/page/templates").glob("*.mustache")):
        for form in re.findall(r'<form[^>]*method="post"[^>]*>.*?</form>', path.read_text(encoding="utf-8"), re.S):
            if 'name="key" value="{{key}}"' not in form and 'action="/settings"' not in form:
                without.append((path.name, form[:100]))
    assert not without


def test_a_mail_that_is_nobodys_gets_no_link(hubd):
    done = hubd.run("admin", "sign-in-link", "nobody@hubd.test", check=False)
    assert "code=" not in done
