"""One small HTTP client for the API (TLS, our own CA) and for the simulator's control API."""
import http.client
import json
import ssl
import urllib.parse


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """Keeps one connection; opens another when the other side has closed it."""

    def __init__(self, base_url, ca_file=None, token=None, timeout=30, tls=None, observer=None):
        """`tls` makes the context of a connection, for a server that wants a certificate.
        `observer(method, target, has_body, answer)` is shown every answer before the caller is."""
        self.url = urllib.parse.urlsplit(base_url)
        self.token = token
        self.timeout = timeout
        self.tls = tls or (lambda: ssl.create_default_context(cafile=ca_file))
        self.observer = observer
        self.connection = None

    def _connect(self):
        if self.url.scheme == "https":
            return http.client.HTTPSConnection(self.url.hostname, self.url.port,
                                               timeout=self.timeout, context=self.tls())
        return http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=self.timeout)

    def request(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if self.token:
            headers.setdefault("Authorization", "Bearer " + self.token)
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        if self.connection is None:
            self.connection = self._connect()
        try:
            return self._exchange(method, path, data, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.connection.close()
            self.connection = self._connect()
            return self._exchange(method, path, data, headers)

    def _exchange(self, method, path, data, headers):
        self.connection.request(method, path, body=data, headers=headers)
        response = self.connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        if response.will_close:
            self.connection.close()
            self.connection = None
        if self.observer:
            self.observer(method, path, bool(data), answer)
        return answer

    def get(self, path, **kwargs):
        return self.request("GET", path, **kwargs)

    def post(self, path, body=None, **kwargs):
        return self.request("POST", path, body=body, **kwargs)

    def metric(self, name):
        """What the daemon counts under leadkeep_NAME."""
        text = self.get("/metrics").body.decode()
        return int(float(text.partition(f"\nleadkeep_{name} ")[2].split()[0]))

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None
