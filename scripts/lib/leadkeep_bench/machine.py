"""What /proc tells: how much the rest of the machine disturbs, and what a process holds."""
import os
import pathlib
import time

TICKS = os.sysconf("SC_CLK_TCK")
PROC = pathlib.Path("/proc")


def _stat(process):
    """(parent, ticks of it and of its children that ended), or None when it is gone."""
    try:
        fields = (PROC / process / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(fields[1]), sum(int(field) for field in fields[11:15])


def _busy_ticks():
    user, nice, system = (PROC / "stat").read_text().split()[1:4]
    return int(user) + int(nice) + int(system)


def _own_ticks():
    """Of this process and all below it."""
    stats = {int(p): s for p in os.listdir(PROC) if p.isdigit() and (s := _stat(p))}
    own = {os.getpid()}
    while grown := {pid for pid, (parent, _) in stats.items() if parent in own} - own:
        own |= grown
    return sum(stats[pid][1] for pid in own if pid in stats)


class Others:
    """The share of one core that everybody else took while it was open."""

    def __enter__(self):
        self.begin = time.monotonic(), _busy_ticks(), _own_ticks()
        return self

    def __exit__(self, *_):
        begin, busy, own = self.begin
        ticks = (_busy_ticks() - busy) - (_own_ticks() - own)
        self.share = round(max(0, ticks) / TICKS / (time.monotonic() - begin), 2)


def processor_seconds(pid):
    """Of a process that runs."""
    return _stat(str(pid))[1] / TICKS


def memory_mib(pid):
    """RssAnon: the process's own. RssFile: pages of files, the store's among them, that the kernel
    takes back when somebody needs them."""
    status = (PROC / str(pid) / "status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines())
    return {name: int(fields[name].split()[0]) / 1024 for name in ("RssAnon", "RssFile")}
