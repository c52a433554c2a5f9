"""What Meta sends to the daemon: makes updates, wraps them, signs them, hands them to the sender.

In: requests from the control API and accepted messages from the Graph side. Out: deliveries.
"""

import random
import time

import batches
import payloads
import signing
import variants

ALL_MODES = {"normal": "as Meta sends it", **variants.MODES, **signing.MODES}


class Options:
    """The options that every sending call shares. Raises ValueError for what it does not know."""

    NAMES = ("mode", "copies", "parallel", "retry", "wait", "wait_seconds", "seed")

    def __init__(self, fields: dict):
        mode = fields.get("mode", [])
        self.modes = [mode] if isinstance(mode, str) else list(mode or [])
        for name in self.modes:
            if name not in ALL_MODES:
                raise ValueError(f"unknown mode {name}; modes: {', '.join(ALL_MODES)}")
        self.modes = [name for name in self.modes if name != "normal"]
        self.copies = int(fields.get("copies", 1))
        self.parallel = bool(fields.get("parallel", True))
        hostile = not signing.HOSTILE.isdisjoint(self.modes)
        self.retry = bool(fields.get("retry", not hostile))
        self.wait = bool(fields.get("wait", True))
        self.wait_seconds = float(fields.get("wait_seconds", 30.0))
        self.seed = fields.get("seed")


class Outbox:
    def __init__(self, world, journal, signer, sender, scheduler, settings):
        self._world = world
        self._journal = journal
        self._signer = signer
        self._sender = sender
        self._scheduler = scheduler
        self._settings = settings

    # Updates.

    def message_update(self, spec: dict, modes, number=None) -> batches.Update:
        """A message of any type from a customer. The spec: customer, type, the type's object (or
        "text" as a plain string), and optionally context, age_hours, wamid, timestamp, extra.
        A forged message, or one to a foreign number, opens no window."""
        world = self._world
        number = number or self._number(spec)
        customer = self._customer(spec.get("customer"))
        kind = spec.get("type", "text")
        content = {}
        if kind == "text" and isinstance(spec.get("text"), str):
            content["text"] = {"body": spec["text"]}
        elif kind in spec:
            content[kind] = spec[kind]
        if "context" in spec:
            context = spec["context"]
            content["context"] = ({"from": number.display, "id": context}
                                  if isinstance(context, str) else context)
        content.update(spec.get("extra", {}))
        age = float(spec.get("age_hours", 0)) * 3600
        unix_time = int(spec.get("timestamp", time.time() - age))
        wamid = spec.get("wamid") or payloads.wamid(customer.address, "inbound")
        element = payloads.message(customer, wamid, unix_time, kind, content)
        genuine = signing.HOSTILE.isdisjoint(modes) and "foreign_number" not in modes
        if genuine and kind not in ("system", "unsupported"):
            world.open_window(number, customer, age)
        world.take_throughput(number)
        text = content["text"].get("body") if isinstance(content.get("text"), dict) else None
        if self._journal.inbound(wamid) is None:
            self._journal.add_inbound(wamid, number=number.id, customer=customer.id, type=kind,
                                      text=text, message=element)
        contact = None if kind == "system" else payloads.contact(customer)
        return batches.Update("message", number, element, contact, wamid)

    def status_update(self, outbound: dict, name: str, error_code: int | None = None,
                      pricing: dict | None = None, age_hours: float = 0) -> batches.Update:
        customer = self._world.find_customer(outbound["customer"] or "")
        unix_time = int(time.time() - float(age_hours) * 3600)
        element = payloads.status(outbound, customer, name, unix_time,
                                  pricing=pricing, error_code=error_code)
        contact = None
        if customer and name != "failed":
            contact = payloads.contact(customer, with_username=name in ("delivered", "read"))
        self._journal.note_status(outbound["wamid"], name, error_code)
        number = self._world.numbers[outbound["number"]]
        return batches.Update("status", number, element, contact)

    def _updates_of(self, item: dict, modes) -> list[batches.Update]:
        """The items of POST /batch."""
        number = self._number(item)
        if "raw_message" in item:
            return [batches.Update("message", number, item["raw_message"], item.get("contact"))]
        if "raw_status" in item:
            return [batches.Update("status", number, item["raw_status"], item.get("contact"))]
        if "raw_change" in item:
            return [batches.Update("change", number, item["raw_change"])]
        if "status_of" in item:
            return [self.status_update(self._outbound(item["status_of"]), item["status"],
                                       item.get("code"), age_hours=item.get("age_hours", 0))]
        updates = []
        for n in range(int(item.get("repeat", 1))):
            spec = item
            if isinstance(item.get("text"), str):
                spec = {**item, "text": item["text"].replace("{n}", str(n))}
            updates.append(self.message_update(spec, modes, number))
        return updates

    # Sending.

    def send_message(self, spec: dict, options: Options) -> dict:
        update = self.message_update(spec, options.modes)
        sent = self._send_posts([update], 1, "together", options)
        return {"wamid": update.wamid, **sent}

    def send_batch(self, items: list, fields: dict) -> dict:
        posts = self._batch_posts(items, fields)
        options = Options(fields)
        deliveries = []
        for payload, wamids in posts:
            deliveries += self._send_payload(payload, wamids, "batch", options)
        return {"wamids": [w for _, wamids in posts for w in wamids],
                **self._outcome(deliveries, options)}

    def sign_batch(self, items: list, fields: dict) -> list[dict]:
        """The posts of a batch without sending them, for a load generator."""
        options = Options(fields)
        signed = []
        for payload, wamids in self._batch_posts(items, fields):
            headers, body = self._sign(payload, options)
            signed.append({"wamids": wamids, "headers": headers,
                           "body": body.decode("utf-8", errors="replace")})
        return signed

    def _batch_posts(self, items: list, fields: dict) -> list:
        order = fields.get("order", "given")
        if order not in batches.ORDERS:
            raise ValueError(f"order must be one of {', '.join(batches.ORDERS)}")
        rng = random.Random(fields.get("seed"))
        per_post = int(fields.get("per_post", payloads.MAX_UPDATES_PER_POST))
        layout = fields.get("layout", "together")
        batches.build(self._world.waba_id, [], per_post=per_post, layout=layout)
        modes = Options(fields).modes
        updates = [update for item in items for update in self._updates_of(item, modes)]
        return batches.build(self._world.waba_id, batches.arrange(updates, order, rng),
                             per_post=per_post, layout=layout, rng=rng)

    def send_statuses(self, wamid: str, sequence: list, fields: dict) -> dict:
        """One POST for each status, one after the other in the given order; or all in one POST
        (option one_post), or all at the same time (option at_once)."""
        options = Options(fields)
        outbound = self._outbound(wamid)
        steps = [{"status": step} if isinstance(step, str) else step for step in sequence]
        updates = [self.status_update(outbound, step["status"], step.get("code"),
                                      age_hours=step.get("age_hours", 0)) for step in steps]
        if fields.get("one_post"):
            return self._send_posts(updates, len(updates), "together", options, kind="status")
        deliveries = []
        for update in updates:
            payload = payloads.envelope(self._world.waba_id,
                                        [[payloads.change(update.number,
                                                          contacts=[update.contact]
                                                          if update.contact else None,
                                                          statuses=[update.element])]])
            made = self._send_payload(payload, [], "status", options)
            deliveries += made
            if not fields.get("at_once"):
                made[-1].first_answer.wait(options.wait_seconds)
        return self._outcome(deliveries, options)

    def send_raw(self, body, options: Options, content_type: str | None) -> dict:
        """A dict or list goes through the variants; bytes go out as they are."""
        if isinstance(body, bytes):
            headers, data = self._signer.sign(body, options.modes)
        else:
            headers, data = self._sign(body, options)
        if content_type is not None:
            headers["Content-Type"] = content_type
        return self._outcome(self._start(headers, data, "raw", [], options), options)

    def sign_raw(self, body, options: Options) -> tuple[dict, bytes]:
        if isinstance(body, bytes):
            return self._signer.sign(body, options.modes)
        return self._sign(body, options)

    # The statuses of an accepted message.

    def start_statuses(self, outbound: dict, steps: list[dict], *, first_now: bool = False) -> None:
        """Sends the steps ({"status","code"?,"pricing"?}) one after the other: each waits for the
        first answer to the one before it. With first_now the call returns only when the first
        status has been answered by the daemon."""
        if not steps:
            return
        gap = self._settings.status_gap_ms / 1000

        def send_step(index: int):
            step = steps[index]
            update = self.status_update(outbound, step["status"], step.get("code"),
                                        step.get("pricing"))
            payload = payloads.envelope(
                self._world.waba_id,
                [[payloads.change(update.number,
                                  contacts=[update.contact] if update.contact else None,
                                  statuses=[update.element])]])
            headers, body = self._sign(payload, Options({}))

            def go_on():
                if index + 1 < len(steps):
                    self._scheduler.after(gap, lambda: send_step(index + 1))

            return self._sender.send(headers, body, kind="status", on_first_answer=go_on)

        if first_now:
            send_step(0).first_answer.wait(self._settings.attempt_timeout_seconds)
        else:
            self._scheduler.after(gap, lambda: send_step(0))

    # Helpers.

    def _customer(self, name):
        if name is None:
            raise ValueError('"customer" is missing: a customer id, wa_id or user_id')
        customer = self._world.find_customer(name)
        if customer is None:
            raise LookupError(f"no such customer: {name} (make one with POST /customers)")
        return customer

    def _number(self, spec: dict):
        name = spec.get("number")
        if name is None:
            return self._world.default_number
        if name not in self._world.numbers:
            raise LookupError(f"no such business number: {name}")
        return self._world.numbers[name]

    def _outbound(self, wamid: str) -> dict:
        outbound = self._journal.outbound(wamid)
        if outbound is None:
            raise LookupError(f"the Graph side accepted no message {wamid}")
        return outbound

    def _sign(self, payload, options: Options) -> tuple[dict, bytes]:
        if isinstance(payload, dict):
            payload = variants.apply(payload, options.modes, options.seed)
        return self._signer.sign(variants.encode(payload, options.modes), options.modes)

    def _send_posts(self, updates, per_post, layout, options, kind="message") -> dict:
        deliveries = []
        for payload, wamids in batches.build(self._world.waba_id, updates, per_post=per_post,
                                             layout=layout):
            deliveries += self._send_payload(payload, wamids, kind, options)
        return self._outcome(deliveries, options)

    def _send_payload(self, payload, wamids, kind, options: Options) -> list:
        headers, body = self._sign(payload, options)
        if len(body) > payloads.MAX_BYTES_PER_POST:
            raise ValueError(f"{len(body)} bytes: Meta sends at most 3 MB in one POST")
        return self._start(headers, body, kind, wamids, options)

    def _start(self, headers, body, kind, wamids, options: Options) -> list:
        deliveries = []
        for _ in range(options.copies):
            delivery = self._sender.send(headers, body, kind=kind, wamids=wamids,
                                         modes=options.modes, retry=options.retry)
            deliveries.append(delivery)
            if not options.parallel:
                delivery.first_answer.wait(options.wait_seconds)
        return deliveries

    def _outcome(self, deliveries: list, options: Options) -> dict:
        if options.wait:
            end = time.monotonic() + options.wait_seconds
            for delivery in deliveries:
                delivery.settled.wait(max(0.0, end - time.monotonic()))
        summaries = [delivery.summary() for delivery in deliveries]
        result = {"delivery": summaries[0] if summaries else None}
        if len(summaries) > 1:
            result["deliveries"] = summaries
        return result
