"""What is kept of evaluations beside an index: results, question sets, grades of people, frozen versions.

Everything lies in one folder and outlives every re-indexing::

    <index>/danh-gia/
        lan-chay/NAME.json       a result of ``chithi eval --save NAME``
        cau-hoi/NAME.jsonl       a set of questions that is being judged
        cham-diem/NAME.jsonl     its grades: one object a line, by question, document and quoted text
        ban/NAME-3.jsonl         version 3 of the set, frozen: questions with the graded quotes as gold
        ban/NAME-3.json          its number, day, counts and SHA-256

Files are written aside and renamed, so that a reader never sees half of one.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from indexer.clean import collapse, fold, nfc
from indexer.errors import UnknownOption, UnusableInput
from indexer.records import Span
from search_api.assess.gold import Evidence, Query, TextOf, locate, passage_key, read_questions

FOLDER = "danh-gia"
GRADES = {
    0: "không liên quan",
    1: "có nhắc đến",
    2: "trả lời một phần",
    3: "trả lời đúng câu hỏi",
}
RELEVANT = 2
"""From this grade on a passage is gold of a frozen version."""
LONGEST_SET = 5 * 1024 * 1024
"""Bytes of a file of questions that is accepted."""
Suffix = Literal["jsonl", "qrels"]

_NAME = re.compile(r"[^\W_][\w-]{0,59}")
_writing = threading.Lock()


class StoredConfiguration(msgspec.Struct, frozen=True):
    """One configuration of a result, as ``eval.report.Measured`` wrote it."""

    name: str
    label: str
    metrics: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    latency_ms: dict[str, float] | None = None


class StoredQuestion(msgspec.Struct, frozen=True):
    """A question of a result, with the value of every measure by configuration."""

    qid: str
    question: str
    kind: str = ""
    by_configuration: dict[str, dict[str, float]] = {}


class StoredRun(msgspec.Struct, frozen=True):
    """A result that was kept; other fields of the file are not read."""

    benchmark: str
    queries: int
    judged: int
    metrics: dict[str, float]
    per_query: tuple[StoredQuestion, ...]
    configurations: tuple[StoredConfiguration, ...]
    made: str = ""


class Grade(msgspec.Struct, frozen=True):
    """What a person said of a passage for a question; ``quote`` has its white space collapsed."""

    qid: str
    doc: str
    quote: str
    grade: int
    at: str = ""


class Version(msgspec.Struct, frozen=True):
    """A frozen version of a set; ``sha256`` is of its questions file."""

    name: str
    number: int
    made: str
    questions: int
    grades: int
    sha256: str


def checked_name(name: str) -> str:
    """Return a name that may be a file's; raise ``UnknownOption`` for any other."""
    name = nfc(name.strip())
    if not _NAME.fullmatch(name):
        raise UnknownOption(
            f"Tên “{name[:60]}” không dùng được: chỉ gồm chữ, số, dấu gạch, bắt đầu bằng chữ hoặc số, "
            "không quá 60 ký tự. Ví dụ: thang-11."
        )
    return name


class Evaluations:
    """The evaluations kept beside one index; safe from several threads of one process."""

    def __init__(self, index_dir: Path) -> None:
        """Remember the folder; nothing is made before something is kept."""
        self.root = Path(index_dir) / FOLDER

    def _path(self, kind: str, name: str, suffix: str) -> Path:
        return self.root / kind / f"{checked_name(name)}.{suffix}"

    def _names(self, kind: str, suffix: str) -> list[str]:
        found = (self.root / kind).glob(f"*.{suffix}")
        return sorted(nfc(path.stem) for path in found if _NAME.fullmatch(nfc(path.stem)))

    # -- results ------------------------------------------------------------------------------

    def save_run(self, name: str, result: bytes) -> Path:
        """Keep a result (JSON); one of the same name is replaced."""
        path = self._path("lan-chay", name, "json")
        _write(path, result)
        return path

    def runs(self) -> tuple[dict[str, StoredRun], list[str]]:
        """Return the results by name, the newest first, and the names of files that cannot be read."""
        held: dict[str, StoredRun] = {}
        faulty: list[str] = []
        for name in self._names("lan-chay", "json"):
            path = self._path("lan-chay", name, "json")
            try:
                held[name] = msgspec.json.decode(path.read_bytes(), type=StoredRun)
            except (OSError, msgspec.DecodeError):
                faulty.append(path.name)
        ordered = sorted(held.items(), key=lambda item: (item[1].made, item[0]), reverse=True)
        return dict(ordered), faulty

    # -- sets of questions --------------------------------------------------------------------

    def save_set(self, name: str, content: bytes, text_of: TextOf | None = None) -> tuple[Query, ...]:
        """Check and keep a questions file; raise ``UnusableInput`` with all its faults.

        A set that is there already is not replaced: its grades belong to its questions.
        """
        path = self._path("cau-hoi", name, "jsonl")
        if path.exists():
            raise UnusableInput(f"Đã có bộ câu hỏi “{name}”. Hãy đặt tên khác cho bộ mới.")
        if len(content) > LONGEST_SET:
            raise UnusableInput(f"Tệp câu hỏi lớn hơn {LONGEST_SET // 1024 // 1024} MB. Hãy chia nhỏ tệp.")
        with tempfile.TemporaryDirectory(prefix="chithi-") as folder:
            given = Path(folder) / path.name
            given.write_bytes(content)
            questions = read_questions(given, text_of, needs_gold=False)
        _write(path, content)
        return questions

    def sets(self) -> list[str]:
        """Return the names of the sets that are being judged."""
        return self._names("cau-hoi", "jsonl")

    def questions(self, name: str) -> tuple[Query, ...]:
        """Return the questions of a set; raise ``UnknownOption`` where there is none of that name."""
        path = self._path("cau-hoi", name, "jsonl")
        if not path.is_file():
            known = ", ".join(self.sets()) or "chưa có bộ nào"
            raise UnknownOption(f"Không có bộ câu hỏi “{name[:60]}”. Các bộ đang có: {known}.")
        return read_questions(path, needs_gold=False)

    # -- grades -------------------------------------------------------------------------------

    def grades(self, name: str) -> tuple[Grade, ...]:
        """Return the grades of a set in the order in which they were first given."""
        path = self._path("cham-diem", name, "jsonl")
        if not path.is_file():
            return ()
        try:
            return tuple(
                msgspec.json.decode(line, type=Grade)
                for line in path.read_bytes().split(b"\n")
                if line.strip()
            )
        except (OSError, msgspec.DecodeError) as error:
            raise UnusableInput(
                f"Không đọc được tệp chấm điểm «{path}» ({error}). Hãy khôi phục tệp từ bản sao lưu, hoặc đổi tên tệp."
            ) from error

    def grade(self, name: str, given: Sequence[Grade], cleared: Sequence[Grade] = ()) -> None:
        """Keep grades, each in place of an older one for the same words; ``cleared`` are taken away."""
        self.questions(name)
        for grade in given:
            if grade.grade not in GRADES:
                raise UnknownOption(f"Điểm {grade.grade} không hợp lệ: chỉ chấm từ 0 đến 3.")
        with _writing:
            held = {_key(grade): grade for grade in self.grades(name)}
            for grade in cleared:
                held.pop(_key(grade), None)
            now = _now()
            for grade in given:
                old = held.get(_key(grade))
                if old is None or old.grade != grade.grade:
                    held[_key(grade)] = msgspec.structs.replace(grade, quote=collapse(grade.quote), at=now)
            lines = b"".join(msgspec.json.encode(grade) + b"\n" for grade in held.values())
            _write(self._path("cham-diem", name, "jsonl"), lines)

    # -- versions -----------------------------------------------------------------------------

    def versions(self) -> tuple[list[Version], list[str]]:
        """Return the frozen versions, the newest first, and the names of files that cannot be read."""
        held: list[Version] = []
        faulty: list[str] = []
        for stem in self._names("ban", "json"):
            path = self._path("ban", stem, "json")
            try:
                held.append(msgspec.json.decode(path.read_bytes(), type=Version))
            except (OSError, msgspec.DecodeError):
                faulty.append(path.name)
        return sorted(held, key=lambda v: (v.made, v.number), reverse=True), faulty

    def freeze(self, name: str) -> Version:
        """Write the set with its grades as a new version, which is never changed again."""
        with _writing:
            questions, grades = self.questions(name), self.grades(name)
            rows = list(judged_rows(questions, grades))
            if not rows:
                raise UnusableInput(f"Bộ “{name}” chưa có câu nào được chấm nên chưa chốt được.")
            content = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
            taken = [
                int(match.group(1))
                for stem in self._names("ban", "jsonl")
                if (match := re.fullmatch(re.escape(name) + r"-(\d+)", stem))
            ]
            version = Version(
                name=name,
                number=max(taken, default=0) + 1,
                made=_now(),
                questions=len(rows),
                grades=len(grades),
                sha256=hashlib.sha256(content).hexdigest(),
            )
            stem = f"{name}-{version.number}"
            _write(self._path("ban", stem, "jsonl"), content)
            _write(self._path("ban", stem, "json"), msgspec.json.encode(version))
        return version

    def export(self, name: str, number: int | None, suffix: Suffix, text_of: TextOf) -> bytes:
        """Return a version (None: the set as it stands) as questions JSONL or as TREC qrels.

        The ids of qrels are those of our run files: document and offsets where the quote stands in the
        text of today; a quote that no longer stands there is left out.
        """
        if number is None:
            rows = list(judged_rows(self.questions(name), self.grades(name)))
        else:
            path = self._path("ban", f"{name}-{number}", "jsonl")
            if not path.is_file():
                raise UnknownOption(f"Bộ “{name[:60]}” không có phiên bản {number}.")
            rows = [msgspec.json.decode(line) for line in path.read_bytes().split(b"\n") if line.strip()]
        if suffix == "jsonl":
            return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
        return "".join(_qrels(rows, text_of)).encode()


def judged_rows(questions: Sequence[Query], grades: Sequence[Grade]) -> Iterator[dict[str, Any]]:
    """Yield the questions as a questions file has them, with ``grades`` and the graded quotes as gold.

    A passage graded 2 or 3 becomes evidence unless it holds a quote that is evidence already; a quote of
    the file that a person graded 0 stays (the file's author said so), the grade stands beside it.  A
    question that has only lower grades is one that the documents do not answer; one with neither gold nor
    grades is left out, since nothing is known of it.
    """
    for query in questions:
        own = [grade for grade in grades if grade.qid == query.qid]
        evidence = list(query.evidence)
        for grade in sorted(own, key=lambda grade: -grade.grade):
            if grade.grade >= RELEVANT and not any(same_words(grade, gold) for gold in evidence):
                evidence.append(Evidence(grade.doc, grade.quote))
        if query.answerable and not evidence and not own:
            continue
        yield {
            "qid": query.qid,
            "question": query.text,
            "kind": query.kind,
            "answerable": bool(evidence),
            "answer": query.answer,
            "must_contain": [list(group) for group in query.must_contain] if evidence else [],
            "evidence": [{"doc": gold.doc, "quote": gold.quote} for gold in evidence],
            "grades": [{"doc": g.doc, "quote": g.quote, "grade": g.grade} for g in own],
        }


def same_words(grade: Grade, gold: Evidence) -> bool:
    """Say whether a graded passage holds a quote, or lies in it."""
    if grade.doc != gold.doc:
        return False
    a, b = fold(grade.quote), fold(collapse(gold.quote))
    return a in b or b in a


def grade_of(grades: Sequence[Grade], qid: str, doc: str, text: str) -> Grade | None:
    """Return the grade that a passage has: of the same words, else of a passage that shares most of them.

    Passages may be cut otherwise since; then the best grade counts among those whose words it holds.
    """
    words = fold(collapse(text))
    own = [(fold(grade.quote), grade) for grade in grades if grade.qid == qid and grade.doc == doc]
    exact = next((grade for quoted, grade in own if quoted == words), None)
    if exact is not None:
        return exact
    sharing = [grade for quoted, grade in own if quoted in words or words in quoted]
    return max(sharing, key=lambda grade: grade.grade, default=None)


def _qrels(rows: Sequence[dict[str, Any]], text_of: Callable[[str], str | None]) -> Iterator[str]:
    """Yield the lines of TREC qrels; a quote that was not graded counts 3."""
    for row in rows:
        held: dict[str, int] = {}
        graded = [(item["doc"], item["quote"], item["grade"]) for item in row["grades"]]
        seen = {(doc, quote) for doc, quote, _ in graded}
        graded += [
            (item["doc"], item["quote"], max(GRADES))
            for item in row["evidence"]
            if (item["doc"], item["quote"]) not in seen
        ]
        for doc, quote, value in graded:
            places: list[Span] = locate(text_of(doc) or "", quote)
            if places:
                held.setdefault(passage_key(doc, places[0]), value)
        qid = "".join(row["qid"].split())
        yield from (f"{qid} 0 {key} {value}\n" for key, value in held.items())


def _key(grade: Grade) -> tuple[str, str, str]:
    return grade.qid, grade.doc, fold(collapse(grade.quote))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; raise ``UnusableInput`` where it cannot be."""
    aside: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError as error:
        if aside is not None:
            Path(aside).unlink(missing_ok=True)
        raise UnusableInput(
            f"Không ghi được «{path}» ({error.strerror}). Hãy kiểm tra quyền ghi và dung lượng đĩa."
        ) from error


def pool(first: Sequence[Any], second: Sequence[Any]) -> list[Any]:
    """Join two rankings of hits, each passage once, in an order that favours neither.

    By the better of its two ranks; of two with the same, the one that stands earlier in the documents,
    so that whoever judges cannot tell which configuration found it.
    """
    best: dict[tuple[str, int, int], tuple[int, Any]] = {}
    for ranking in (first, second):
        for rank, hit in enumerate(ranking):
            key = (hit.doc, hit.start, hit.end)
            if key not in best or rank < best[key][0]:
                best[key] = (rank, hit)
    return [hit for _, (rank, hit) in sorted(best.items(), key=lambda item: (item[1][0], item[0]))]
