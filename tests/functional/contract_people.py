"""Who asks in the property run of the contract: people at programs, with and without approval.

A seat is somebody at a program: its certificate, a role, a token. Each has an account of its own, so that
what ends the sessions of one leaves the others alone; a seat whose session is over signs in anew when its
turn comes.
"""
import dataclasses
import json
import os
import re
import subprocess
import time

from contract import rights
from contract.requests import BAD, GOOD, NO_SESSION
from contract.wire import Wire

# Log-ins come from an address of their own: those that have to fail come from the others.
SOURCE_OF_LOG_INS = "127.0.0.2"
# A proof is good for five minutes, for what takes one.
SECONDS_OF_A_PROOF = 240
ROLES_OF_PROOFS = ("admin", "supervisor", "privacy_officer")
BREAK_GLASS = "break_glass"

# Operations that cost a sign-in or a password's hash, or end what others need: the share of requests of
# those who may that is sent with their token.
SELDOM = {
    "openSession": 0.1, "stepUp": 0.2, "changePassword": 0.1, "addAccount": 0.2, "followEvents": 0.2,
    "endSessions": 0.1, "endSession": 0.3, "closeSession": 0.1, "beginSamlLogout": 0.1,
    "beginOidcLogout": 0.1, "signOutEverybody": 0.05, "eraseLead": 0.3}


@dataclasses.dataclass(eq=False)
class Program:
    name: str
    tls: object
    is_approved: bool = True
    scopes: tuple = ()
    own_scopes: tuple = ()
    record_classes: tuple = ()


@dataclasses.dataclass(eq=False)
class Seat:
    client: Program
    role: str | None
    weight: int = 1
    username: str = ""
    token: str = ""
    signed_in_at: float = 0
    sessions: list = dataclasses.field(default_factory=list)  # their ids, as last listed
    through: Program | None = None  # where its session was opened, if not here
    wire: Wire | None = None

    @property
    def name(self):
        return f"{self.role or 'nobody'} through {self.client.name}"


class People:
    def __init__(self, instance, marks, randomness):
        self._instance, self._marks, self._random = instance, marks, randomness
        self.seats = self._add_seats()
        self.signed_in = 0  # again

    def add(self, username, role):
        password = self._instance.add_agent(username, username.title(), role)
        self._marks.add_text(f"the password of {username}", password)

    def _program(self, name, **granted):
        key, certificate = self._instance.add_client(
            name, granted.get("scopes", ()), granted.get("record_classes", ()),
            [option for scope in granted.get("own_scopes", ()) for option in ("--own-scope", scope)])
        return Program(name, self._instance.tls_with(key, certificate), **granted)

    def _stranger(self):
        """With a certificate that nobody here has made."""
        key, certificate = (self._instance.folder / f"stranger.{kind}" for kind in ("key", "pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate,
                        "-days", "1", "-subj", "/CN=stranger", "-addext",
                        "extendedKeyUsage=clientAuth"], check=True, capture_output=True)
        return Program("a stranger", self._instance.tls_with(key, certificate), is_approved=False)

    def _add_seats(self):
        everything = {"scopes": self._instance.SCOPES, "record_classes": self._instance.RECORD_CLASSES}
        whole = self._program("whole", **everything)
        narrow = self._program("narrow", scopes=("sessions", "conversations:read", "agents:read"),
                               record_classes=("names",))
        machine = self._program("machine", own_scopes=("conversations:read", "leads:read", "audit:read"),
                                record_classes=("texts", "phone_numbers"))
        shaky = self._program("shaky", **everything)
        nobody = Program("no program", self._instance.tls_with(), is_approved=False)
        # The weight is how often its turn comes.
        seats = [Seat(whole, "agent", 4), Seat(whole, "supervisor", 4), Seat(whole, "admin", 4),
                 Seat(whole, "privacy_officer", 2), Seat(whole, "auditor", 2), Seat(whole, None, 2),
                 Seat(narrow, "agent", 2), Seat(narrow, "supervisor"), Seat(narrow, "privacy_officer"),
                 Seat(narrow, "auditor"), Seat(narrow, "admin"), Seat(narrow, None),
                 Seat(machine, None, 2),
                 Seat(shaky, "agent"), Seat(shaky, "admin"), Seat(shaky, None),
                 Seat(nobody, "agent", through=whole), Seat(nobody, None),
                 Seat(self._stranger(), None)]
        if os.geteuid() == 0:  # who else may not draw the code
            seats.append(Seat(whole, BREAK_GLASS))
        for seat in seats:
            seat.wire = Wire(self._instance.api_port, seat.client.tls)
            if seat.role == BREAK_GLASS:
                self._sign_in(seat)
            elif seat.role:
                seat.username = f"{seat.client.name.replace(' ', '-')}-{seat.role}"
                self.add(seat.username, seat.role)
                self._sign_in(seat)
        self._instance.ctl("client", "suspend", "shaky")
        shaky.is_approved = False
        return seats

    def _proofs(self, seat):
        """Where a session is opened, and with what."""
        if seat.role == BREAK_GLASS:
            said = self._instance.ctl("break-glass").stdout
            return "/v1/break-glass", {"code": re.search(r"([A-Z2-7]{6}-){3}[A-Z2-7]{6}", said).group()}
        return "/v1/sessions", {"username": seat.username,
                                "password": self._instance.passwords[seat.username]}

    def _sign_in(self, seat):
        path, proofs = self._proofs(seat)
        body = json.dumps(proofs).encode()
        door = Wire(self._instance.api_port, (seat.through or seat.client).tls, SOURCE_OF_LOG_INS)
        answer = door.ask(b"POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                          b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                          % (path.encode(), len(body), body))
        assert answer.status == 201, f"{seat.name} cannot sign in: {answer.status}"
        seat.token, seat.signed_in_at = json.loads(answer.body)["token"], time.monotonic()

    # -- whose turn ----------------------------------------------------------------------------------

    def seat_for(self, operation):
        """Every other time somebody who may."""
        fitting = self.seats
        if self._random.random() < 0.5:
            fitting = [seat for seat in self.seats
                       if rights.may(operation.access, seat.client, seat.role)] or self.seats
        seat = self._random.choices(fitting, [one.weight for one in fitting])[0]
        if seat.role and (seat.client.is_approved or seat.through):
            is_old = time.monotonic() - seat.signed_in_at > SECONDS_OF_A_PROOF
            if not seat.token or (is_old and seat.role in ROLES_OF_PROOFS):
                self._sign_in(seat)
                self.signed_in += 1
        return seat

    def quality_for(self, operation, seat):
        quality = self._random.choice((GOOD, BAD))
        if seat.token and rights.may(operation.access, seat.client, seat.role) and (
                self._random.random() > SELDOM.get(operation.id, 1)):
            return NO_SESSION
        return quality

    def lends_a_token(self):
        """Seldom: a token that another program shows ends its session, which costs a log-in."""
        return self._random.random() < 0.02

    def somebody_signed_in(self):
        signed_in = [seat for seat in self.seats if seat.token and seat.client.is_approved]
        return self._random.choice(signed_in) if signed_in else None

    def forget_sessions(self):
        """Everybody was signed out."""
        for seat in self.seats:
            if seat.client.is_approved or seat.through:
                seat.token = ""
