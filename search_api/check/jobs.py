"""Matrices that are being made: work goes on while nobody looks, progress can be asked for."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from indexer.errors import ChithiError, UnusableInput
from indexer.records import Document
from search_api.check.checking import Checks, Name
from search_api.check.schemas import Matrix, MatrixProgress

_KEPT = 4
"""Matrices that are kept or under way; the one asked for longest ago goes first, and stops."""


class _Dropped(Exception):
    """Nobody asks for this matrix any more."""


class MatrixJob:
    """One matrix under way."""

    def __init__(
        self, checks: Checks, parent: Name, children: Sequence[Name] | None, clock: Callable[[], float]
    ) -> None:
        """Prepare; :meth:`run` does the work."""
        self.checks, self.parent, self.children = checks, parent, children
        self.finished = threading.Event()
        self.dropped = False
        self._clock, self._started = clock, clock()
        self._done, self._total = 0, 0
        self._made: Matrix | None = None
        self._error: ChithiError | None = None

    def run(self) -> None:
        """Make the matrix.  A fault of the program goes to the log, as one of any thread."""
        try:
            self._made = self.checks.matrix(self.parent, self.children, self._progress)
        except ChithiError as error:
            self._error = error
        except _Dropped:
            pass
        finally:
            self.finished.set()

    def _progress(self, done: int, total: int) -> None:
        if self.dropped:
            raise _Dropped
        self._done, self._total = done, total

    @property
    def failed(self) -> bool:
        """Whether it ended without a matrix."""
        return self.finished.is_set() and self._made is None

    def result(self) -> Matrix:
        """Return the matrix of a finished job, or raise what went wrong."""
        if self._error is not None:
            raise self._error
        if self._made is None and self.dropped:
            raise UnusableInput(
                "Đang có quá nhiều ma trận được lập cùng lúc. Chờ một phút rồi mở lại trang này."
            )
        if self._made is None:
            raise RuntimeError("the matrix was not made; the log of its thread says why")
        return self._made

    def progress(self) -> MatrixProgress:
        """Say how far it is."""
        gone = self._clock() - self._started
        left = gone / self._done * (self._total - self._done) if self._done else None
        parent = self.parent if isinstance(self.parent, str) else self.parent.id
        return MatrixProgress(
            parent, self._done, self._total, round(gone, 1), round(left, 1) if left is not None else None
        )


class MatrixJobs:
    """The matrices of a server; safe from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start empty; ``clock`` counts seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._jobs: OrderedDict[tuple[object, ...], MatrixJob] = OrderedDict()

    def of(self, checks: Checks, parent: Name, children: Sequence[Name] | None = None) -> MatrixJob:
        """Return the job of a matrix, started now unless it is there; a new review or index makes it anew."""
        key = (_identity(parent), *(_identity(child) for child in children or ()), checks.reviews.stamp())
        with self._lock:
            for old in [k for k, job in self._jobs.items() if job.checks is not checks or job.failed]:
                self._jobs.pop(old).dropped = True
            job = self._jobs.get(key)
            if job is None:
                job = self._jobs[key] = MatrixJob(checks, parent, children, self._clock)
                threading.Thread(target=job.run, name="matrix", daemon=True).start()
            self._jobs.move_to_end(key)
            while len(self._jobs) > _KEPT:
                self._jobs.popitem(last=False)[1].dropped = True
            return job


def _identity(name: Name) -> tuple[str, str]:
    return (name.id, name.digest) if isinstance(name, Document) else (name, "")
