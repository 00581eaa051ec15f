"""The parsing process: takes jobs from its input, reads one file at a time, answers on its output.

Started by :mod:`indexer.readers.isolate`; ends when its input closes.  What goes wrong here goes wrong alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import IO

import msgspec

from indexer.readers.isolate import PROGRESS, Job, Member, Reply, read_frame, write_frame
from indexer.readers.limits import LIMITS, Refused
from indexer.records import SourceText

Progress = Callable[[], None]


def _confine() -> None:
    """Limit memory, core files and written files of this process, where the system can."""
    if sys.platform == "win32":
        return
    import resource

    memory = int(os.environ.get("CHITHI_READER_MEMORY", str(LIMITS.memory)))
    if sys.platform.startswith("linux"):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMITS.zip_bytes, LIMITS.zip_bytes))


def _allow_time() -> None:
    """Give the next file its own allowance of processor time: a hang ends even when nobody watches."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime + LIMITS.total) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _docx(job: Job, progress: Progress) -> Reply:
    from indexer.readers.docx import read_docx

    source, pictures = read_docx(job.data)
    if source is not None and not pictures:
        return Reply(source=source)
    if pictures:
        from indexer.readers.ocr import read_pictures
        from indexer.readers.package import Package

        package = Package(job.data)
        read = read_pictures([data for name in pictures if (data := package.read(name))], "docx", progress)
        if read is not None:
            return Reply(source=read)
    if source is not None:
        return Reply(source=source)
    return Reply(reason="tệp Word không có chữ nào")


def _pdf(job: Job, progress: Progress) -> Reply:
    from indexer.readers.ocr import page_reader
    from indexer.readers.pdf import read_pdf

    source = read_pdf(job.data, page_reader(), progress)
    return _filled(source, "PDF không có chữ nào (các trang đều trống)")


def _image(job: Job, progress: Progress) -> Reply:
    from indexer.readers.ocr import read_pictures

    return _filled(read_pictures([job.data], "image", progress), "không nhận dạng được chữ nào trong ảnh")


def _html(job: Job, progress: Progress) -> Reply:
    from indexer.readers.html import read_html

    progress()
    return _filled(read_html(job.data), "trang HTML không có chữ nào")


def _zip(job: Job, progress: Progress) -> Reply:
    from indexer.readers.archive import unpack

    return Reply(members=tuple(unpack(job.data, job.folder, progress)))


def _filled(source: SourceText | None, reason: str) -> Reply:
    return Reply(source=source) if source is not None else Reply(reason=reason)


_READERS: dict[str, Callable[[Job, Progress], Reply]] = {
    "docx": _docx,
    "pdf": _pdf,
    "image": _image,
    "html": _html,
    "zip": _zip,
}


def answer(job: Job, progress: Progress = lambda: None) -> Reply:
    """Do one job; a refusal becomes a reply with its reason."""
    try:
        return _READERS[job.reader](job, progress)
    except Refused as refused:
        return Reply(reason=str(refused))
    except RecursionError:
        return Reply(reason="cấu trúc tệp lồng nhau quá sâu; có thể là tệp độc hại nên không đọc")


def serve(requests: IO[bytes], replies: IO[bytes]) -> None:
    """Answer jobs until the input closes."""
    while (frame := read_frame(requests)) is not None:
        job = msgspec.msgpack.decode(frame, type=Job)
        del frame
        _allow_time()
        reply = answer(job, lambda: write_frame(replies, PROGRESS))
        write_frame(replies, msgspec.msgpack.encode(reply))


__all__ = ["Member", "answer", "serve"]

if __name__ == "__main__":
    _confine()
    # libraries that print must not write between the frames
    _replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, _replies)
