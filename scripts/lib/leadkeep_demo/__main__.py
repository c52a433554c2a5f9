"""What scripts/quickstart does after the build."""
import pathlib
import shutil
import signal
import sys
import tempfile
import threading
import time

from .instance import ROOT, Instance, StartFailed, port_or_free
from .walk import StepFailed, Walk

BINARIES = ROOT / "build" / "dev" / "daemon"
AGENTS = (("anna", "Anna Blum", "agent"), ("sofia", "Sofia Berg", "supervisor"),
          ("dora", "Dora Kern", "privacy_officer"), ("vera", "Vera Lenz", "auditor"),
          ("root", "Rolf Ott", "admin"))


def prepare(instance):
    instance.make()
    instance.start()
    for username, name, role in AGENTS:
        instance.add_agent(username, name, role)


def check():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="leadkeep-check-"))
    instance = Instance(folder / "demo", BINARIES)
    begin = time.monotonic()
    try:
        prepare(instance)
        print(f"  ok  {(time.monotonic() - begin) * 1000:7.1f} ms  an instance is made and started")
        Walk(instance).run()
        code = instance.stop_daemon()
        if code != 0:
            raise StepFailed(f"leadkeepd stopped with {code}")
        print("quickstart: the main path works")
        return 0
    except (StepFailed, StartFailed) as failure:
        print(f"quickstart: {failure}", file=sys.stderr)
        print(f"quickstart: logs are in {folder}", file=sys.stderr)
        folder = None
        return 1
    finally:
        instance.stop()
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def write_environment(instance):
    """The variables of the README's requests."""
    key, certificate = instance.add_client("demo")
    lines = [f"LEADKEEP_CA={instance.ca}",
             f"LEADKEEP_KEY={key}",
             f"LEADKEEP_CERT={certificate}",
             f"LEADKEEP_API=https://127.0.0.1:{instance.api_port}",
             f"LEADKEEP_SIMULATOR={instance.simulator_urls['control']}",
             f"LEADKEEP_SOCKET={instance.socket}",
             f"LEADKEEP_USER=anna",
             f"LEADKEEP_PASSWORD={instance.passwords['anna']}"]
    path = instance.folder / "env"
    path.touch(mode=0o600)
    path.write_text("".join(f"export {line}\n" for line in lines))


def run():
    instance = Instance(ROOT / "build" / "demo", BINARIES, api_port=port_or_free(8443),
                        webhook_port=port_or_free(8444), control_port=port_or_free(8445))
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        prepare(instance)
        instance.whatsapp().post("/customers", {"wa_id": "4915123456789", "name": "Erika Muster"})
        instance.whatsapp().post("/say", {"customer": "4915123456789",
                                          "text": "Hello, my number is 0151 23456789."})
        write_environment(instance)
        print(f"\nLeadkeep is running.\n\n  API        https://127.0.0.1:{instance.api_port}"
              f"   (certificate authority: {instance.ca})"
              f"\n  Client     demo   (its key and certificate: {instance.folder}/demo.client.*)"
              f"\n  WhatsApp   {instance.simulator_urls['control']}   (simulator: be a customer)\n")
        for username, _, role in AGENTS:
            print(f"  {role:10} {username:6} {instance.passwords[username]}")
        print("\nThe README has requests to try; first: source build/demo/env"
              "\nCtrl-C stops everything.\n", flush=True)
        while not stop.wait(1):
            if instance.daemon.poll() is not None:
                print(f"quickstart: leadkeepd ended; see {instance.log}", file=sys.stderr)
                return 1
        return 0
    except StartFailed as failure:
        print(f"quickstart: {failure}", file=sys.stderr)
        return 1
    finally:
        instance.stop()


if __name__ == "__main__":
    sys.exit(check() if sys.argv[1:] == ["check"] else run())
