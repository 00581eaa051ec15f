"""A build that is killed: run as a process of its own with the folder, the index and where to die.

``stage:n`` dies at the n-th report of that stage; ``never`` prints "go" when it starts and builds to the end.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]


def main(folder: str, index: str, where: str, workers: str) -> None:
    from fakes.indexing import FakeEncoder, analyse, read
    from indexer.build import build_index

    stage, _, n = where.partition(":")
    met: Counter[str] = Counter()

    def progress(now: str, done: int, total: int) -> None:
        met[now] += 1
        if now == stage and met[now] == int(n):
            os.kill(os.getpid(), signal.SIGKILL)

    print("go", flush=True)
    build_index(
        [Path(folder)],
        Path(index),
        FakeEncoder(),
        read=read,
        analyse=analyse,
        progress=progress,
        workers=int(workers),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
