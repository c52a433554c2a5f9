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


def make_server_certificate(folder: pathlib.Path, name: str):
    """NAME.pem and NAME.key for localhost, 127.0.0.1 and ::1."""
    request, extensions = folder / f"{name}.csr", folder / f"{name}.ext"
    extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n"
                          "extendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n")
    _openssl("req", "-new", *CURVE, "-subj", f"/CN={name}", "-keyout", str(folder / f"{name}.key"),
             "-out", str(request))
    _openssl("x509", "-req", "-in", str(request), "-CA", str(folder / "ca.pem"),
             "-CAkey", str(folder / "ca.key"), "-CAcreateserial", "-days", "30",
             "-extfile", str(extensions), "-out", str(folder / f"{name}.pem"))
    (folder / f"{name}.key").chmod(0o600)
