"""A certificate authority of the instance's own, made with the openssl command."""
import pathlib
import subprocess

CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"]


def _openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def make_authority(folder: pathlib.Path):
    folder.mkdir(mode=0o700, parents=True)
    _openssl("req", "-x509", *CURVE, "-days", "30", "-subj", "/CN=Leadkeep demo CA",
             "-keyout", str(folder / "ca.key"), "-out", str(folder / "ca.pem"),
             "-addext", "basicConstraints=critical,CA:TRUE",
             "-addext", "keyUsage=critical,keyCertSign,cRLSign")


def make_server_certificate(folder: pathlib.Path, name: str, hosts=("localhost",),
                            addresses=("127.0.0.1", "::1"), days=30):
    """NAME.pem and NAME.key, signed by the authority in the folder. With negative days the
    certificate has expired."""
    request, extensions = folder / f"{name}.csr", folder / f"{name}.ext"
    alternatives = ",".join([f"DNS:{host}" for host in hosts] + [f"IP:{a}" for a in addresses])
    extensions.write_text(f"subjectAltName={alternatives}\n"
                          "extendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n")
    _openssl("req", "-new", *CURVE, "-subj", f"/CN={name}", "-keyout", str(folder / f"{name}.key"),
             "-out", str(request))
    _openssl("x509", "-req", "-in", str(request), "-CA", str(folder / "ca.pem"),
             "-CAkey", str(folder / "ca.key"), "-CAcreateserial", "-days", str(days),
             "-extfile", str(extensions), "-out", str(folder / f"{name}.pem"))
    (folder / f"{name}.key").chmod(0o600)
