"""Background work: run now on one of several threads, or run later.

All threads are daemon threads, so work that is still under way never delays the end of the process.
"""

import heapq
import itertools
import queue
import sys
import threading
import time
import traceback


class Scheduler:
    def __init__(self, workers: int):
        self._ready = queue.SimpleQueue()
        self._later = []
        self._tickets = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        for _ in range(workers):
            threading.Thread(target=self._work, daemon=True).start()
        threading.Thread(target=self._watch_the_clock, daemon=True).start()

    def submit(self, job) -> None:
        self._ready.put(job)

    def after(self, seconds: float, job) -> None:
        with self._changed:
            heapq.heappush(self._later, (time.monotonic() + seconds, next(self._tickets), job))
            self._changed.notify()

    def stop(self) -> None:
        """Nothing that waits for its time is started any more."""
        with self._changed:
            self._stopped = True
            self._later.clear()
            self._changed.notify()

    def _work(self) -> None:
        while True:
            job = self._ready.get()
            try:
                job()
            except Exception:  # a broken job must not take its thread with it
                traceback.print_exc(file=sys.stderr)

    def _watch_the_clock(self) -> None:
        with self._changed:
            while not self._stopped:
                now = time.monotonic()
                while self._later and self._later[0][0] <= now:
                    self._ready.put(heapq.heappop(self._later)[2])
                self._changed.wait(self._later[0][0] - now if self._later else None)
