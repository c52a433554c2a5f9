#!/usr/bin/python3
"""A real SMTP server on loopback (aiosmtpd, a package of Debian's own Python) that writes what it
takes as lines of JSON. mail_relay.py starts it; it ends with its standard input."""
import argparse
import asyncio
import json
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Handler:
    """aiosmtpd calls the methods by their names."""

    def __init__(self, out, refusal, silent_after):
        self._out = out
        self._refusal = refusal
        self._silent_after = silent_after

    async def _answer(self, what, answer):
        if what == self._silent_after:
            await asyncio.sleep(3600)
        return answer

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if self._refusal:
            return self._refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self._out.write(json.dumps({
            "sender": envelope.mail_from, "recipients": envelope.rcpt_tos,
            "text": envelope.content.decode("ascii"), "greeted_as": session.host_name,
            "user": session.auth_data.login.decode() if session.auth_data else "",
            "encrypted": server.transport.get_extra_info("ssl_object") is not None}) + "\n")
        self._out.flush()
        return await self._answer("dot", "250 taken")

    async def handle_QUIT(self, _server, _session, _envelope):
        return await self._answer("quit", "221 Bye")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--mails", required=True)
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--protection", choices=("tls", "starttls", "none"), required=True)
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--refusal", default="")
    parser.add_argument("--silent-after", choices=("dot", "quit", ""), default="")
    given = parser.parse_args()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(given.certificate, given.key)
    options = {"hostname": given.host, "port": given.port}
    if given.protection == "tls":
        options["ssl_context"] = context
    elif given.protection == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    if given.user:
        def authenticate(_server, _session, _envelope, _mechanism, login):
            right = (login.login, login.password) == (given.user.encode(), given.password.encode())
            return AuthResult(success=right, handled=False, auth_data=login)
        options |= {"authenticator": authenticate, "auth_required": True,
                    "auth_require_tls": given.protection != "tls"}
    with open(given.mails, "a", encoding="utf-8") as out:
        controller = Controller(Handler(out, given.refusal, given.silent_after), **options)
        controller.start()
        print("ready", flush=True)
        sys.stdin.read()
        controller.stop()


if __name__ == "__main__":
    main()
