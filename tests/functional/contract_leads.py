"""The leads of the property run of the contract, whose numbers, addresses, names and texts are marked."""
from contract.marks import phone, word


class Leads:
    """`simulate` asks WhatsApp's stand-in. What is written and what is sent with requests that are refused
    is marked as well."""

    def __init__(self, simulate, marks, randomness):
        numbers = {name: phone(randomness) for name in (
            "a number in a text", "a number in a name", "a number that was written",
            "a number of a request")}
        for name, digits in numbers.items():
            marks.add_phone(name, digits)
        local = {name: word(randomness) for name in (
            "an address in a text", "an address that was written", "an address of a request")}
        addresses = {name: f"{one}@example.org" for name, one in local.items()}
        for name, address in addresses.items():
            marks.add_text(name, address)
        name, text = word(randomness), word(randomness)
        marks.add_text("a lead's name", name, "names")
        marks.add_text("the text of a message", text, "texts")
        # What agents write, and what must not come back from where nothing is kept.
        self.written = (f"+{numbers['a number that was written']} "
                        f"{addresses['an address that was written']}")
        probe = numbers["a number of a request"]
        self.probes = (probe, "+" + probe, addresses["an address of a request"])
        people = [{"wa_id": phone(randomness), "name": f"Call 0{numbers['a number in a name'][2:]}"}]
        people += [{"wa_id": phone(randomness), "name": name.capitalize()} for _ in range(7)]
        for person in people:
            marks.add_phone("a lead's number", person["wa_id"], "phone_numbers")
            simulate("/customers", person)
            for said in self._texts(text, numbers["a number in a text"],
                                    addresses["an address in a text"]):
                delivered = simulate("/say", {"customer": person["wa_id"], "text": said})
                assert delivered["delivery"]["http_status"] == 200, delivered

    @staticmethod
    def _texts(text, number, address):
        area, rest = number[2:5], number[5:]
        return (f"{text} call +{number}", f"{text} 0{area} {rest}", f"{text} write to {address}",
                f"{text} +49 (0){area}-{rest}")
