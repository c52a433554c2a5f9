"""Puts the parts together. In: a Config. Out: a running simulator with start() and stop()."""

import dataclasses

from control_api import ControlApi
from faults import Faults
from graph_api import GraphApi
from http_server import Server
from journal import Journal
from outbox import Outbox
from scheduler import Scheduler
from settings import Settings
from signing import Signer
from webhook_sender import Connections, WebhookSender
from world import Number, World


@dataclasses.dataclass
class Config:
    graph_listen: tuple[str, int]
    control_listen: tuple[str, int]
    graph_cert: str
    graph_key: str
    webhook_url: str
    webhook_ca: str | None
    app_secret: bytes
    access_token: str
    verify_token: str
    numbers: list[Number]
    waba_id: str
    previous_app_secret: bytes | None = None
    client_cert: str | None = None
    client_key: str | None = None
    parallel: int = 8
    settings: Settings = dataclasses.field(default_factory=Settings)


class Simulator:
    def __init__(self, config: Config):
        self.settings = config.settings
        self.journal = Journal()
        self.world = World(config.waba_id, config.numbers, self.settings)
        self.faults = Faults()
        self._scheduler = Scheduler(config.parallel)
        connections = Connections(config.webhook_url, config.webhook_ca, config.client_cert,
                                  config.client_key)
        self.sender = WebhookSender(connections, self._scheduler, self.journal, self.settings)
        self.outbox = Outbox(self.world, self.journal,
                             Signer(config.app_secret, config.previous_app_secret), self.sender,
                             self._scheduler, self.settings)
        graph = GraphApi(self.world, self.journal, self.outbox, self.settings, config.access_token,
                         self.faults)
        self.control = ControlApi(self.world, self.journal, self.outbox, self.sender,
                                  self.settings, self.faults, config.verify_token)
        self._graph_server = Server(*config.graph_listen, graph.answer, cert=config.graph_cert,
                                    key=config.graph_key)
        self._control_server = Server(*config.control_listen, self.control.answer)

    @property
    def addresses(self) -> dict:
        return {"graph": self._graph_server.url, "control": self._control_server.url}

    def start(self) -> None:
        self._graph_server.start()
        self._control_server.start()

    def stop(self) -> None:
        self._scheduler.stop()
        self._graph_server.stop()
        self._control_server.stop()
