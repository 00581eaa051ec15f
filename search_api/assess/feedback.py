"""What users say of answers: right, wrong, incomplete; kept beside the index, given out as questions.

A line holds the question, the verdict and what the service itself answered; nothing about the person.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import msgspec

from indexer.clean import bare, collapse
from indexer.errors import UnusableInput
from search_api.schemas import Answer, Filters

VERDICTS = {"dung": "đúng", "sai": "sai", "thieu": "thiếu"}
"""Verdicts by their code, in the order they are offered."""
MOST_BYTES = 32 * 2**20
"""Size at which the file takes no more, so that nobody fills the disk through the page."""
_WRITING = threading.Lock()


class CitedQuote(msgspec.Struct, frozen=True):
    """A citation that was judged right: the document and its words."""

    doc: str
    quote: str


class Feedback(msgspec.Struct, frozen=True):
    """One verdict; ``right`` are the citations that the user left ticked."""

    day: str
    question: str
    verdict: str
    answered: bool
    answer: str | None
    kind: str | None
    right: tuple[CitedQuote, ...]
    filters: Filters = Filters()


def feedback_file(index_dir: Path) -> Path:
    """Return the file beside an index: ".chithi" has ".chithi.phan-hoi.jsonl"."""
    folder = Path(index_dir).resolve()
    return folder.with_name(f"{folder.name}.phan-hoi.jsonl")


def make_feedback(
    answer: Answer, verdict: str, right: Iterable[int], day: date, filters: Filters | None = None
) -> Feedback:
    """Word a verdict on an answer; raise ``UnusableInput`` for a verdict that there is not."""
    if verdict not in VERDICTS:
        raise UnusableInput(f"danh-gia: không có giá trị “{verdict[:40]}”. Chọn: {', '.join(VERDICTS)}.")
    ticked = set(right)
    quotes = tuple(CitedQuote(c.doc, c.quote) for c in answer.citations if answer.answered and c.n in ticked)
    return Feedback(
        day.isoformat(),
        collapse(answer.question),
        verdict,
        answer.answered,
        answer.answer,
        answer.kind,
        quotes,
        filters or Filters(),
    )


def append(path: Path, entry: Feedback) -> None:
    """Add one line, whole or not at all; raise ``UnusableInput`` where it cannot be written."""
    line = msgspec.json.encode(entry) + b"\n"
    try:
        with _WRITING:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
            try:
                size = os.fstat(handle).st_size
                if size + len(line) > MOST_BYTES:
                    raise UnusableInput(
                        f"Tệp phản hồi {path} đã đầy. Hãy xuất ra bằng «chithi feedback --export» rồi cất tệp đi."
                    )
                if size:
                    os.lseek(handle, -1, os.SEEK_END)
                    if os.read(handle, 1) != b"\n":  # a line that a power cut tore stays a line of its own
                        line = b"\n" + line
                # One write to a file opened for appending: lines of two processes never mix.
                if os.write(handle, line) != len(line):
                    raise UnusableInput(f"Không ghi trọn phản hồi vào {path}: đĩa có thể đã đầy.")
            finally:
                os.close(handle)
    except OSError as error:
        raise UnusableInput(
            f"Không ghi được phản hồi vào {path} ({error.strerror}). Kiểm tra quyền ghi của thư mục."
        ) from error


def read_feedback(path: Path) -> tuple[list[Feedback], int]:
    """Return all verdicts in order, and how many lines could not be read."""
    if not path.exists():
        return [], 0
    entries: list[Feedback] = []
    torn = 0
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnusableInput(f"Không đọc được tệp phản hồi {path} ({error.strerror}).") from error
    for line in content.split(b"\n"):
        if not line.strip():
            continue
        try:
            entries.append(msgspec.json.decode(line, type=Feedback))
        except msgspec.DecodeError:
            torn += 1
    return entries, torn


class Exported(msgspec.Struct, frozen=True):
    """A line of a questions file."""

    qid: str
    question: str
    kind: str
    answerable: bool
    answer: str
    must_contain: tuple[tuple[str, ...], ...]
    evidence: tuple[CitedQuote, ...]


def exported(entries: Sequence[Feedback]) -> list[Exported]:
    """Make benchmark questions: the last verdict on each question that says what is right.

    A right refusal becomes a question without an answer; a right or incomplete answer one with the
    citations that were judged right.  A wrong answer tells no right one and is left out, and so is one
    that was asked within filters, which a questions file does not have.
    """
    last: dict[str, Feedback] = {}
    for entry in entries:
        if entry.filters == Filters():
            last[bare(entry.question)] = entry
    out: list[Exported] = []
    for entry in last.values():
        answerable = entry.answered
        if entry.verdict == "sai" or (entry.verdict == "thieu" and not answerable):
            continue
        if answerable and not entry.right:
            continue
        digest = hashlib.sha256(entry.question.encode()).hexdigest()[:8]
        out.append(
            Exported(
                f"PH-{digest}",
                entry.question,
                entry.kind or ("unanswerable" if not answerable else ""),
                answerable,
                (entry.answer or "") if answerable else "",
                (),
                entry.right if answerable else (),
            )
        )
    return out


def questions_file(questions: Sequence[Exported]) -> bytes:
    """Write questions as JSON lines."""
    return b"".join(msgspec.json.encode(question) + b"\n" for question in questions)
