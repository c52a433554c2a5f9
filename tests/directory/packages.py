"""Says which packages are missing, before something obscure does."""
import subprocess

from .child import CannotRun


def require(server, *packages):
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n", *packages]
    known = subprocess.run(query, capture_output=True, text=True, check=False).stdout.splitlines()
    missing = [package for package in packages if f"installed {package}" not in known]
    if missing:
        raise CannotRun(f"{server} cannot run: install the packages {' '.join(missing)}")
