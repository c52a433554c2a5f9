"""What can be changed while the simulator runs (control API: GET and POST /settings)."""

import dataclasses


@dataclasses.dataclass
class Settings:
    # Webhook retries. Meta retries for days with falling frequency; these defaults keep the shape
    # and shorten the time.
    retry_first_delay_seconds: float = 0.2
    retry_max_delay_seconds: float = 15.0
    retry_for_seconds: float = 600.0
    attempt_timeout_seconds: float = 20.0
    # Statuses of an accepted message, and the pause before each of them.
    status_sequence: list = dataclasses.field(
        default_factory=lambda: ["sent", "delivered", "read"])
    status_gap_ms: float = 20.0
    # Limits of the Graph side. Off by default, so that a load test measures the daemon.
    pair_rate: bool = False
    throughput_per_second: float = 0.0
    # Service messages per number that Meta does not charge (pricing type free_customer_service).
    free_service_messages: int = 1000

    def update(self, changes: dict) -> None:
        """Raises ValueError for an unknown name or a value of another type."""
        for name, value in changes.items():
            if name not in self.__dict__:
                raise ValueError(f"unknown setting: {name}")
            current = getattr(self, name)
            if isinstance(current, float) and type(value) is int:
                value = float(value)
            if type(value) is not type(current):
                raise ValueError(f"setting {name} must be a {type(current).__name__}")
        for name, value in changes.items():
            current = getattr(self, name)
            setattr(self, name, float(value) if isinstance(current, float) else value)

    def as_json(self) -> dict:
        return dataclasses.asdict(self)
