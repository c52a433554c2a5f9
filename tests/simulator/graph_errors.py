"""The error codes of the Cloud API that the simulator uses, and the two shapes they come in.

The same code can come as the answer to a request ({"error": …}) or later in a status webhook
(statuses[].errors[]). Source: WhatsApp Cloud API, "Error codes".
"""

import dataclasses
import secrets

ERROR_PAGE = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


@dataclasses.dataclass(frozen=True)
class Kind:
    http_status: int
    title: str
    details: str


KINDS = {
    1: Kind(500, "API Unknown", "Invalid request or possible server error."),
    100: Kind(400, "Invalid parameter", "One or more parameters are unsupported or misspelled."),
    130403: Kind(400, "Business has blocked this user",
                 "The message was not sent because the business blocked this user."),
    130429: Kind(400, "Rate limit hit", "Cloud API message throughput has been reached."),
    131000: Kind(500, "Something went wrong",
                 "Message failed to send due to an unknown error."),
    131008: Kind(400, "Required parameter is missing",
                 "The request is missing a required parameter."),
    131009: Kind(400, "Parameter value is not valid", "One or more parameter values are invalid."),
    131026: Kind(400, "Message undeliverable", "Message undeliverable."),
    131047: Kind(400, "Re-engagement message",
                 "Message failed to send because more than 24 hours have passed since the customer "
                 "last replied to this number."),
    131049: Kind(400, "This message was not delivered to maintain healthy ecosystem engagement.",
                 "In order to maintain a healthy ecosystem engagement, the message failed to be "
                 "delivered."),
    131050: Kind(400, "User has stopped marketing messages",
                 "Unable to deliver the message. This recipient has chosen to stop receiving "
                 "marketing messages on WhatsApp from your business."),
    131056: Kind(400, "(Business Account, Consumer Account) pair rate limit hit",
                 "Message failed to send because there were too many messages sent from this phone "
                 "number to the same phone number in a short period of time."),
    132000: Kind(400, "Number of parameters does not match the expected number of params",
                 "The number of localizable_params does not match the expected number of params."),
    132001: Kind(404, "Template name does not exist in the translation",
                 "The template does not exist in the specified language or is not approved."),
}


class GraphError(Exception):
    """A refusal of the Graph side. with_data False leaves error_data out, as Meta does at times."""

    def __init__(self, code: int, details: str | None = None, *, http_status: int | None = None,
                 message: str | None = None, kind: str = "OAuthException",
                 subcode: int | None = None, with_data: bool = True):
        known = KINDS.get(code)
        self.code = code
        self.http_status = http_status or (known.http_status if known else 400)
        self.message = message or f"(#{code}) {known.title if known else 'Unknown error'}"
        self.kind = kind
        self.subcode = subcode
        self.details = details or (known.details if known else "")
        self.with_data = with_data
        super().__init__(self.message)

    def as_json(self) -> dict:
        error = {"message": self.message, "type": self.kind, "code": self.code}
        if self.with_data:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
        return {"error": error}


def status_error(code: int) -> dict:
    """The element of statuses[].errors[] for a message that was accepted and failed later."""
    kind = KINDS.get(code, Kind(400, "Unknown error", "Unknown error."))
    return {
        "code": code,
        "title": kind.title,
        "message": kind.title,
        "error_data": {"details": kind.details},
        "href": ERROR_PAGE,
    }
