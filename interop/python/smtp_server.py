"""aiosmtpd as the mail server of an agency: TLS, sign-in, refusals; what it gets lies in a folder.

It prints its port and ends when its standard input is closed.
"""

import email.policy
import json
import pathlib
import ssl
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Mailbox:
    """Keeps each mail as one JSON file, refuses as it is told."""

    def __init__(self, argument):
        self.folder = pathlib.Path(argument["folder"])
        self.refusals = list(argument.get("refusals", []))
        self.count = 0
        self.lock = threading.Lock()

    async def handle_DATA(self, server, session, envelope):
        if self.refusals:
            return self.refusals.pop(0)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        kept = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": {name.lower(): str(value) for name, value in message.items()},
            "raw": envelope.content.decode("ascii"),
            "text": message.get_content(),
            "tls": session.ssl is not None or is_wrapped(server),
            "authenticated": bool(session.authenticated),
            "greeted": session.host_name,
        }
        with self.lock:
            self.count += 1
            path = self.folder / f"{self.count:04}.json"
            draft = path.with_suffix(".part")
            draft.write_text(json.dumps(kept), encoding="utf-8")
            draft.rename(path)
        return "250 OK"


def is_wrapped(server):
    return server.transport.get_extra_info("sslcontext") is not None


def main():
    argument = json.loads(sys.argv[1])
    context = None
    if "certificate" in argument:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(argument["certificate"], argument["key"])
    is_starttls = argument.get("starttls", False)

    def authenticate(server, session, envelope, mechanism, data):
        known = (argument.get("username", "").encode(), argument.get("password", "").encode())
        return AuthResult(success=(data.login, data.password) == known, handled=False)

    options = {
        "hostname": "127.0.0.1",
        "port": argument["port"],
        "authenticator": authenticate,
        "auth_required": "username" in argument,
        "auth_require_tls": context is not None and is_starttls,
    }
    if is_starttls:
        options.update(tls_context=context, require_starttls=True)
    elif context is not None:
        options.update(ssl_context=context)
    controller = Controller(Mailbox(argument), **options)
    controller.start()
    print("ready", flush=True)
    sys.stdin.read()
    controller.stop()


main()
