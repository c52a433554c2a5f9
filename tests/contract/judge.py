"""The judgement of one answer in the property run: the contract, and what no answer may be or hold."""
from contract import rights
from contract.answers import Exchange, code_of


class Judge:
    def __init__(self, answers, marks):
        self._answers, self._marks = answers, marks

    def wrongs(self, request, answer):
        """Plain sentences about an answer (wire.Answer) to a request (requests.Request)."""
        exchange = Exchange(request.method, request.target, answer.status, answer.fields, answer.body,
                            bool(request.body))
        return (self._answers.mismatches(exchange) + self._of_our_fault(request, answer)
                + self._of_admission(request, answer) + self._of_rights(request, answer)
                + self._of_sight(request, answer))

    @staticmethod
    def _of_our_fault(request, answer):
        deliberate = answer.status == 503 and "Retry-After: " in answer.head
        if answer.status < 500 or deliberate or is_unready(request, answer):
            return []
        return [f"{request.operation.name} answers {answer.status}: our fault"]

    @staticmethod
    def _of_admission(request, answer):
        """Who is no approved client learns nothing, whatever is asked, in what form."""
        if request.seat.client.is_approved or unreadable(answer):
            return []
        if request.operation.access in rights.OPEN and (
                request.method == request.operation.method or request.operation.is_of_webhook):
            return []
        if answer.status == 403 and request.method == "HEAD":
            return []
        if answer.status == 403 and code_of(answer.body) == "client_not_approved":
            return []
        return [f"{request.operation.name} answers {answer.status} to a program that is not approved"]

    @staticmethod
    def _of_rights(request, answer):
        if (answer.status >= 300 and answer.status != 304) or request.method != request.operation.method:
            return []
        role = request.shows.role if request.shows else None
        client = request.seat.client
        if request.shows is not None and request.shows.client is not client and (
                request.operation.access not in rights.OPEN | rights.CLIENTS):
            return [f"{request.operation.name} takes the token of another program"]
        if rights.may(request.operation.access, client, role):
            return []
        return [f"{request.operation.name} answers {answer.status} to {request.seat.name}, who may not"]

    def _of_sight(self, request, answer):
        client, role = request.seat.client, request.shows.role if request.shows else None
        operation = request.operation
        reveals = (operation.id == rights.REVEALS and request.method == operation.method
                   and answer.status == 200)
        leaks = self._marks.leaks(answer.body,
                                  lambda of_class: rights.may_see(of_class, client, role, reveals))
        leaks += self._marks.leaks(answer.head.encode("latin-1"),
                                   lambda of_class: rights.may_see(of_class, client, role))
        return [f"{operation.name} answers {answer.status} and shows {request.seat.name} {name}"
                for name in dict.fromkeys(leaks)]


def unreadable(answer):
    """A head that could not be read: nobody knows yet what is asked."""
    return answer.status in (400, 431) and "Connection: close" in answer.head


def is_unready(request, answer):
    return answer.status == 503 and request.operation.id == "showReady"
