# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail server (aiosmtpd) that behaves as mail servers do on a bad day: it refuses, delays, and drops connections half way."""
import asyncio
import collections
import email
import random
import ssl

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

# Of a hundred mails so many meet this; the rest is taken as it should be.
MOODS = {"busy": 6, "closes": 4, "no-rcpt": 6, "drops-at-data": 6, "drops-in-data": 6, "drops-after": 4, "takes-and-drops": 4, "full": 4, "slow": 6}


class Unreliable(SMTP):
    """What a mail meets is drawn at MAIL, and again at its next try."""

    def hang_up(self):
        """At once, and what the client has sent already is not read as commands."""
        self.transport.abort()
        raise ConnectionResetError

    async def smtp_MAIL(self, arg):
        self.mood = self.event_handler.draw()
        if self.mood == "busy":
            await self.push("451 4.3.0 try again later")
        elif self.mood == "closes":
            await self.push("421 4.3.2 closing")
            self.transport.close()
        else:
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        if self.mood == "no-rcpt":
            await self.push(f"450 4.2.1 mailbox of {arg} busy")
        elif "gone-" in arg:
            await self.push(f"550 5.1.1 no such user {arg}")
        else:
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg):
        if self.mood == "drops-at-data":
            self.hang_up()
        elif self.mood == "drops-in-data":
            await self.push("354 go on")
            await self._reader.read(200)
            self.hang_up()
        else:
            await super().smtp_DATA(arg)


class Handler:
    """Counts what it accepted, by Message-ID."""

    def __init__(self, moods, seed):
        self.random = random.Random(seed)
        self.moods = [mood for mood, share in moods.items() for _ in range(share)]
        self.moods += [None] * (100 - len(self.moods))
        self.accepted = collections.Counter()
        self.met = collections.Counter()
        self.letters = []

    def draw(self):
        mood = self.random.choice(self.moods)
        self.met[mood] += 1
        return mood

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content)
        identity = letter["Message-ID"].strip()
        mood = server.mood
        if mood == "full":
            return "452 4.3.1 no room"
        if "large-" in envelope.rcpt_tos[0]:
            return "552 5.3.4 too large"
        if mood == "slow":
            await asyncio.sleep(0.3)
        if mood == "drops-after":
            server.transport.abort()
            return "250 never heard"
        self.accepted[identity] += 1
        self.letters.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        if mood == "takes-and-drops":
            server.transport.abort()
        return "250 2.0.0 taken"


class MailServer(Controller):
    """with MailServer() as server: server.port, server.handler.accepted"""

    def __init__(self, port, moods=None, seed=1, **more):
        super().__init__(Handler(moods or {}, seed), hostname="127.0.0.1", port=port)
        self.more = {"data_size_limit": 100_000_000, **more}

    def factory(self):
        return Unreliable(self.handler, hostname="mail.test", **self.more)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def accepted(self):
        return self.handler.accepted


def tls_context(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
