"""The Graph side: the HTTPS server that the daemon sends its messages to.

Answers POST /vNN.N/{phone_number_id}/messages as Meta does: 200 means accepted, and most of what
goes wrong (closed window, no such user) comes later as a status "failed".
Source: WhatsApp Cloud API, "Send messages", "Error codes", "Business-scoped user ids";
Graph API changelog (versions).
"""

import dataclasses
import json
import re
import time

import message_rules
import payloads
import php_json
from faults import Faults
from graph_errors import GraphError
from world import BSUID

OLDEST_VERSION = (21, 0)   # v20.0 ended on 24 September 2026
NEWEST_VERSION = (26, 0)

_PATH = re.compile(r"/v([0-9]{1,3})\.([0-9]{1,2})/([^/]+)/([a-z_]+)/?")

_HTML_502 = (b"<!DOCTYPE html>\n<html><head><title>Error</title></head><body><h1>Sorry, something "
             b"went wrong.</h1><p>We're working on it.</p></body></html>\n")


@dataclasses.dataclass
class Answer:
    """With drop the connection closes without an answer."""
    status: int = 200
    body: bytes = b""
    headers: dict = dataclasses.field(default_factory=dict)
    drop: bool = False


def json_answer(status: int, value) -> Answer:
    return Answer(status, php_json.encode(value), {"Content-Type": "application/json"})


class GraphApi:
    def __init__(self, world, journal, outbox, settings, access_token: str, faults: Faults):
        self._world = world
        self._journal = journal
        self._outbox = outbox
        self._settings = settings
        self._token = access_token
        self._faults = faults

    def answer(self, method: str, path: str, headers, body: bytes) -> Answer:
        try:
            return self._route(method, path.split("?", 1)[0], headers, body)
        except GraphError as error:
            self._journal.add_refused(method=method, path=path, code=error.code,
                                      http_status=error.http_status, details=error.details,
                                      body=_readable(body))
            answer = json_answer(error.http_status, error.as_json())
            if error.http_status == 401:
                answer.headers["WWW-Authenticate"] = (
                    f'OAuth "Facebook Platform" "invalid_token" "{error.message}"')
            return answer

    def _route(self, method: str, path: str, headers, body: bytes) -> Answer:
        match = _PATH.fullmatch(path)
        if match is None:
            raise GraphError(2500, message=f"Unknown path components: {path}")
        version = (int(match[1]), int(match[2]))
        if not OLDEST_VERSION <= version <= NEWEST_VERSION:
            raise GraphError(2500, message=f"(#2500) Version v{match[1]}.{match[2]} of the Graph "
                                           "API is not available.")
        self._check_token(headers)
        number = self._world.numbers.get(match[3])
        if number is None or match[4] != "messages" or method != "POST":
            raise GraphError(
                100, kind="GraphMethodException", subcode=33, with_data=False,
                message=f"Unsupported {method.lower()} request. Object with ID '{match[3]}' does "
                        "not exist, cannot be loaded due to missing permissions, or does not "
                        "support this operation. Please read the Graph API documentation at "
                        "https://developers.facebook.com/docs/graph-api")
        try:
            request = json.loads(body)
        except ValueError:
            raise GraphError(100, "The body is not JSON.") from None
        if isinstance(request, dict) and request.get("status") == "read":
            return self._mark_as_read(number, request)
        return self._messages(number, request)

    def _check_token(self, headers) -> None:
        scheme, _, token = (headers.get("Authorization") or "").partition(" ")
        if not token:
            raise GraphError(200, http_status=403, with_data=False,
                             message="(#200) Provide valid app ID")
        if scheme.lower() != "bearer" or token.strip() != self._token:
            raise GraphError(190, http_status=401, with_data=False,
                             message="Invalid OAuth access token - Cannot parse access token")

    def _mark_as_read(self, number, request: dict) -> Answer:
        if request.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required.")
        wamid = request.get("message_id")
        if not isinstance(wamid, str) or self._journal.inbound(wamid) is None:
            raise GraphError(131009, "The message_id is not a message to this number.")
        self._journal.add_read_receipt(number=number.id, wamid=wamid,
                                       typing="typing_indicator" in request)
        return json_answer(200, {"success": True})

    def _messages(self, number, request) -> Answer:
        taken = self._faults.take()
        if "drop_before_accept" in taken:
            return Answer(drop=True)
        if "html_502" in taken:
            return Answer(502, _HTML_502, {"Content-Type": "text/html; charset=utf-8"})
        if "error_500" in taken:
            raise GraphError(131000, with_data=False)
        if "token_expired" in taken:
            raise GraphError(190, http_status=401, subcode=463, with_data=False,
                             message="Error validating access token: Session has expired.")
        if "rate_limit" in taken:
            raise GraphError(taken["rate_limit"].get("code", 130429), subcode=2494055)
        if "window_error_sync" in taken:
            raise GraphError(131047)
        message_rules.check(request)
        answer, outbound, steps = self._accept(number, request, taken)
        if "status_before_answer" in taken:
            self._outbox.start_statuses(outbound, steps, first_now=True)
        else:
            self._outbox.start_statuses(outbound, steps)
        if "slow" in taken:
            time.sleep(taken["slow"].get("ms", 1000) / 1000)
        if "drop_after_accept" in taken:
            return Answer(drop=True)
        if "error_500_after_accept" in taken:
            error = GraphError(131000)
            return json_answer(error.http_status, error.as_json())
        if "html_502_after_accept" in taken:
            return Answer(502, _HTML_502, {"Content-Type": "text/html; charset=utf-8"})
        result = json_answer(200, answer)
        if "truncated_json" in taken:
            result.body = result.body[:len(result.body) // 2]
        return result

    def _accept(self, number, request: dict, taken: dict) -> tuple[dict, dict, list[dict]]:
        """Returns the answer, the journal's entry and the statuses that will follow."""
        with self._world.lock:
            to = request.get("to") or None
            recipient = request.get("recipient") or None
            bsuid_in_to = to is not None and BSUID.fullmatch(to) is not None
            phone = None if to is None or bsuid_in_to else message_rules.digits_of(to)
            customer = None if bsuid_in_to else self._world.find_customer(phone or recipient)
            address = phone or to or recipient
            if customer is not None and customer.blocked_by_us:
                raise GraphError(130403)
            template = self._template(request)
            if not self._world.take_throughput(number):
                raise GraphError(130429, subcode=2494055)
            if not self._world.take_pair_rate(number, customer.id if customer else address):
                raise GraphError(131056)
            steps = self._statuses_of(number, request, customer, template, bsuid_in_to)
            if "no_statuses" in taken:
                steps = []
            if "no_delivered" in taken and len(steps) > 2:
                steps = [steps[0], {**steps[2], "pricing": steps[1].get("pricing")}]
            wamid = payloads.wamid(address, "outbound")
            kind = request.get("type", "text")
            outbound = self._journal.add_outbound(
                wamid, number=number.id, to=to, recipient=recipient, phone=phone,
                to_had_plus=to.startswith("+") if phone else None,
                customer=customer.id if customer else None, type=kind,
                text=request[kind].get("body") if kind == "text" else None,
                callback_data=request.get("biz_opaque_callback_data"), request=request,
                faults=sorted(taken), will=[step["status"] for step in steps])
        contact = {"input": to or recipient}
        if phone:
            contact["wa_id"] = phone
        if recipient:
            contact["user_id"] = recipient
        message = {"id": wamid}
        if template:
            message["message_status"] = "accepted"
        return ({"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]},
                outbound, steps)

    def _template(self, request: dict) -> dict | None:
        if request.get("type") != "template":
            return None
        content = request["template"]
        template = self._world.templates.get((content["name"], content["language"]["code"]))
        if template is None:
            raise GraphError(132001, f"template name ({content['name']}) does not exist in "
                                     f"{content['language']['code']}")
        count = sum(len(component.get("parameters", []))
                    for component in content.get("components", [])
                    if component.get("type") == "body")
        if count != template["parameters"]:
            raise GraphError(132000, f"body: number of localizable_params ({count}) does not match "
                                     f"the expected number of params ({template['parameters']})")
        return template

    def _statuses_of(self, number, request, customer, template, bsuid_in_to) -> list[dict]:
        if bsuid_in_to:
            return []  # accepted and silently lost
        if customer is None or not customer.on_whatsapp:
            return [{"status": "failed", "code": 131026}]
        if template is None and not self._world.window_is_open(number, customer):
            return [{"status": "failed", "code": 131047}]
        if template and template["category"] == "marketing" and customer.marketing_stopped:
            return [{"status": "failed", "code": 131050}]
        names = list(self._settings.status_sequence)
        if request.get("type") == "reaction" or customer.blocks_us:
            names = [name for name in names if name == "sent"]
        if not customer.reads:
            names = [name for name in names if name != "read"]
        pricing = self._world.price(number, template) if names else None
        steps = []
        priced_again = False
        for name in names:
            step = {"status": name}
            # Pricing comes with "sent" and with one of "delivered" and "read".
            if name == "sent":
                step["pricing"] = pricing
            elif name in ("delivered", "read") and not priced_again:
                step["pricing"] = pricing
                priced_again = True
            steps.append(step)
        return steps


def _readable(body: bytes):
    try:
        return json.loads(body)
    except ValueError:
        return body[:2000].decode("utf-8", errors="replace")
