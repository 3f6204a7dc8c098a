# SPDX-License-Identifier: GPL-3.0-or-later
"""No token, cookie, code, address or mail body in any log line: every log of every hubd that the tests start is read when it ends.

    log_watch.secret(text)          # from now on this must be in no log
    log_watch.leaks(log, state)     # what is: a list of sentences; state: its state directory, where the mails of the run lie

What the tests send and get is noted by itself: requests' Authorization, cookies, forms' codes, tokens and secret addresses in answers.
Mail addresses are found as such, whosever they are. Mails are read from the state directory before it goes."""
import email
import email.policy
import pathlib
import re

import requests

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# A secret in an answer or an address: members of JSON, and the last part of a path that is one.
IN_TEXT = re.compile(r'"(?:token|secret)": ?"([^"]{16,})"|/feeds/private/([\w-]{20,})|[?&](?:code|key)=([\w-]{20,})|/(?:join|invitations)/([\w-]{20,})')
LEAST = 16  # of a secret by itself; what is shorter could be anything
_secrets = set()


def secret(text):
    if text and len(text) >= LEAST:
        _secrets.add(text)


def _note(prepared, reply):
    field = prepared.headers.get("Authorization", "")
    scheme, _, value = (field.decode("latin-1") if isinstance(field, bytes) else field).partition(" ")
    if scheme in ("Bearer", "Basic"):
        secret(value)
    for header in (prepared.headers.get("Cookie", ""), reply.headers.get("Set-Cookie", "")):
        for part in re.split(r"[;,] *", header):
            name, _, value = part.partition("=")
            if "hubd" in name:
                secret(value)
                secret(value.partition(".")[0])
    kind = reply.headers.get("Content-Type", "")
    for text in (prepared.url, prepared.body, reply.text if "json" in kind or "html" in kind and len(reply.content) < 200_000 else ""):
        note(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)


def note(text):
    """Whatever in a text is a secret by its form."""
    for found in IN_TEXT.finditer(text or "" if isinstance(text, str) else ""):
        secret(next(group for group in found.groups() if group))


def watch_requests():
    """Once: whatever goes through requests is noted."""
    send = requests.Session.send

    def watched(self, prepared, **more):
        reply = send(self, prepared, **more)
        if not more.get("stream"):
            _note(prepared, reply)
        return reply
    if send.__name__ != "watched":
        requests.Session.send = watched


def of_mails(state):
    """(what no log may have, the codes of six digits) of the mails that were written to files."""
    lines, codes = set(), set()
    for path in pathlib.Path(state).rglob("*.eml"):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = message.get_body(preferencelist=("plain",))
        text = body.get_content() if body is not None else ""
        note(text)
        lines |= {line.strip() for line in text.splitlines() if len(line.strip()) >= 24}
        codes |= set(re.findall(r"(?<!\d)\d{6}(?!\d)", text))
    return lines, codes


def leaks(log, state=None):
    lines, codes = of_mails(state) if state is not None else (set(), set())
    found = [f"the mail address {address}" for address in sorted(set(ADDRESS.findall(log)))]
    found += [f"the secret {text[:4]}… of {len(text)} characters" for text in sorted(_secrets) if text in log]
    found += [f"a line of a mail: {line}" for line in sorted(lines) if line in log]
    found += [f"the code {code}" for code in sorted(codes) if re.search(rf"(?<!\d){code}(?!\d)", log)]
    return found
