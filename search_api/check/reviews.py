"""A person's verdicts: kept in one JSON file beside the index, used again while the passages are the same.

A review is bound to the words it was made on (a hash of the parent's passage and of the child's best one),
not to offsets: indexing again, or another page break, does not lose it; another wording makes it stale.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from indexer.clean import collapse, fold
from indexer.errors import DamagedIndex, UnusableInput
from search_api.check.crosscheck import summary
from search_api.check.locking import held
from search_api.check.schemas import VERDICTS, CheckItem, CheckReport, Review, Verdict

FILE = "reviews.json"
LOCK = "reviews.lock"
_LONGEST_NOTE = 2000
_LONGEST_NAME = 120


class _Kept(msgspec.Struct):
    """One review as the file has it."""

    child: str
    parent: str
    parent_words: str
    child_words: str
    verdict: Verdict
    note: str
    reviewer: str | None
    at: str


class _File(msgspec.Struct):
    version: int = 1
    reviews: list[_Kept] = []


def _words(text: str) -> str:
    return hashlib.sha256(" ".join(fold(collapse(text)).split()).encode()).hexdigest()[:24]


def _item_words(item: CheckItem) -> tuple[str, str]:
    best = item.matches[0].quote if item.matches else ""
    return _words(f"{item.level} {item.parent_quote}"), _words(best)


class Reviews:
    """The reviews beside one index; safe from several threads and several processes.

    A writer reads, changes and replaces the file under a lock that all processes share; a reader needs
    none, for the file is replaced whole.
    """

    def __init__(self, index_dir: Path) -> None:
        self.path = Path(index_dir) / FILE
        self._lock = Path(index_dir) / LOCK

    def stamp(self) -> tuple[int, int]:
        """Return what changes with every review that is kept: what was made with reviews is stale then."""
        try:
            known = self.path.stat()
        except FileNotFoundError:
            return (0, 0)
        return known.st_mtime_ns, known.st_size

    def _read(self) -> _File:
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return _File()
        try:
            return msgspec.json.decode(raw, type=_File)
        except msgspec.DecodeError as error:
            raise DamagedIndex(
                f"Không đọc được ý kiến rà soát ở «{self.path}» ({error}). Đổi tên tệp này rồi làm lại, đừng xóa."
            ) from error

    def _write(self, kept: _File) -> None:
        aside = self.path.with_suffix(f".{os.getpid()}.tmp")
        try:
            aside.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1))
            os.replace(aside, self.path)
        except OSError as error:
            raise UnusableInput(
                f"Không ghi được ý kiến vào «{self.path}» ({error.strerror}). Kiểm tra quyền ghi và chỗ trống của đĩa."
            ) from error

    def put(
        self, report: CheckReport, key: str, verdict: str, note: str, reviewer: str | None = None
    ) -> CheckItem:
        """Keep a person's verdict on the item ``key`` of a report; an empty verdict takes the review back.

        Returns the item as it now stands.  Raises UnusableInput for an item or a verdict that there is not,
        or a note that is too long.
        """
        item = next((i for i in report.items if i.key == key), None)
        if item is None or report.parent is None:
            raise UnusableInput(f"Không có mục “{key[:60]}” trong kết quả đối chiếu này.")
        if verdict and verdict not in VERDICTS:
            raise UnusableInput(f"Mức độ “{verdict[:40]}” không có; chọn một trong: {', '.join(VERDICTS)}.")
        if len(note) > _LONGEST_NOTE:
            raise UnusableInput(f"Ghi chú dài quá {_LONGEST_NOTE} ký tự.")
        if reviewer is not None and len(reviewer) > _LONGEST_NAME:
            raise UnusableInput(f"Tên người rà soát dài quá {_LONGEST_NAME} ký tự.")
        parent_words, child_words = _item_words(item)
        with held(self._lock):
            kept = self._read()
            kept.reviews = [
                r
                for r in kept.reviews
                if (r.child, r.parent, r.parent_words) != (report.child, report.parent, parent_words)
            ]
            if verdict:
                now = datetime.now(UTC).isoformat(timespec="seconds")
                kept.reviews.append(
                    _Kept(
                        report.child,
                        report.parent,
                        parent_words,
                        child_words,
                        msgspec.convert(verdict, Verdict),
                        note.strip(),
                        reviewer,
                        now,
                    )
                )
            self._write(kept)
        again = self.apply(report)
        return next(i for i in again.items if i.key == key)

    def apply(self, report: CheckReport) -> CheckReport:
        """Return the report with the reviews in it; a stale one is shown and changes no verdict."""
        if report.parent is None:
            return report
        found = {
            r.parent_words: r
            for r in self._read().reviews
            if (r.child, r.parent) == (report.child, report.parent)
        }
        if not found and not any(item.review for item in report.items):
            return report
        items = tuple(_reviewed(item, found.get(_item_words(item)[0])) for item in report.items)
        renewed = summary(items, report.alerts)
        renewed["we"] = report.summary.get("we")
        renewed["reviewed"] = sum(i.review is not None and not i.review.stale for i in items)
        return msgspec.structs.replace(report, items=items, summary=renewed)


def _reviewed(item: CheckItem, kept: _Kept | None) -> CheckItem:
    item = msgspec.structs.replace(item, review=None, verdict=item.machine or item.verdict)
    if kept is None:
        return item
    stale = kept.child_words != _item_words(item)[1]
    review = Review(kept.verdict, kept.note, kept.reviewer, kept.at, stale)
    return msgspec.structs.replace(item, review=review, verdict=item.verdict if stale else kept.verdict)


def verdicts(items: Sequence[CheckItem]) -> list[Verdict]:
    """Return the verdicts of items, a person's before the machine's."""
    return [item.verdict for item in items]
