"""nginx, serving bytes that the daemon has sent: what the machine does for such answers at best."""
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time

from leadkeep_demo.http_client import Client
from leadkeep_demo.instance import StartFailed, free_port

# What nginx says by itself; everything else of an answer is repeated.
OWN_FIELDS = {"date", "content-type", "content-length", "connection"}

CONFIG = """{user}daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
worker_rlimit_nofile 8192;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  server_tokens off;
  sendfile on;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  keepalive_timeout 75;
  open_file_cache max=10000 inactive=1h;
  open_file_cache_valid 1h;
  default_type application/json;
  client_body_temp_path {folder}/tmp;
  proxy_temp_path {folder}/tmp;
  fastcgi_temp_path {folder}/tmp;
  uwsgi_temp_path {folder}/tmp;
  scgi_temp_path {folder}/tmp;
  server {{
    listen 127.0.0.1:{port} ssl backlog=512;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.3;
    ssl_conf_command Ciphersuites {cipher};
    etag off;
{certificates}    root {folder}/www;
{fields}  }}
}}
"""


def agreed_cipher(instance):
    """What the daemon agrees on with a client of the same library."""
    context = ssl.create_default_context(cafile=str(instance.ca))
    with socket.create_connection(("127.0.0.1", instance.api_port)) as plain, \
            context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
        return connection.cipher()[0]


def quoted(value):
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


class StaticServer:
    def __init__(self, folder, instance):
        self.folder = folder
        self.instance = instance
        self.port = None
        self.process = None

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    def serve(self, answers, ask_for_certificates=False):
        """Serves the bodies of the answers, with their fields; yields the paths."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "www").mkdir(parents=True)
        (self.folder / "tmp").mkdir()
        for number, answer in enumerate(answers):
            (self.folder / "www" / str(number)).write_bytes(answer.body)
        self.port = free_port()
        fields = "".join(f"    add_header {name} {quoted(value)};\n"
                         for name, value in answers[0].headers.items()
                         if name.lower() not in OWN_FIELDS)
        certificates = "".join(f"    {line};\n" for line in (
            "ssl_verify_client optional_no_ca", "ssl_session_cache off", "ssl_session_tickets off")
            if ask_for_certificates)
        config = self.folder / "nginx.conf"
        config.write_text(CONFIG.format(
            user="user root;\n" if os.geteuid() == 0 else "", folder=self.folder, port=self.port,
            certificate=self.instance.folder / "ca" / "daemon.pem",
            key=self.instance.folder / "ca" / "daemon.key",
            cipher=agreed_cipher(self.instance), certificates=certificates, fields=fields))
        nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if nginx is None:
            raise StartFailed("nginx is missing; scripts/lib/packages.sh test installs it")
        self.process = subprocess.Popen(
            [nginx, "-p", str(self.folder), "-c", str(config), "-e", str(self.folder / "error.log")],
            stdin=subprocess.DEVNULL, start_new_session=True)
        self._check(answers)
        return [f"/{number}" for number in range(len(answers))]

    def _check(self, answers):
        end = time.monotonic() + 10
        answer = None
        while answer is None:
            client = Client(self.url, ca_file=str(self.instance.ca))
            try:
                answer = client.get("/0")
            except ConnectionRefusedError:
                if self.process.poll() is not None or time.monotonic() > end:
                    log = (self.folder / "error.log").read_text()
                    raise StartFailed(f"nginx did not start: {log}") from None
                time.sleep(0.02)
            finally:
                client.close()
        if answer.status != 200 or answer.body != answers[0].body:
            raise StartFailed(f"nginx does not serve what it should: HTTP {answer.status}")

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)
            self.process = None
