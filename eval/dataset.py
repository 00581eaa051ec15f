"""Benchmarks read and checked: a questions file with gold quotes, a BEIR folder, TREC qrels.

Gold of a questions file is quoted text, so it survives any change of chunking; which passages hold it
is decided here (:func:`relevant`).  All faults of a benchmark are reported together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from indexer.clean import collapse, fold, has_diacritics, nfc
from indexer.errors import UnusableInput
from indexer.records import Span

_SHOWN = 200
"""How many faults one message lists."""

TextOf = Callable[[str], str | None]
"""Gives the text of a document by its id, None where there is no such document."""


class BenchmarkFaults(UnusableInput):
    """A benchmark that cannot be used as it is; ``faults`` are all that was found, in Vietnamese."""

    def __init__(self, path: Path, faults: Sequence[str]) -> None:
        """Tell all ``faults`` of the benchmark at ``path``."""
        shown = "".join(f"\n  - {fault}" for fault in faults[:_SHOWN])
        more = f"\n  … và {len(faults) - _SHOWN} lỗi khác" if len(faults) > _SHOWN else ""
        super().__init__(f"Bộ đánh giá «{path}» có {len(faults)} lỗi, hãy sửa rồi chạy lại:{shown}{more}")
        self.path = path
        self.faults = tuple(faults)


class Evidence(msgspec.Struct, frozen=True):
    """Verbatim text of a document (white space collapsed) that an answer must rest on."""

    doc: str
    quote: str


class Query(msgspec.Struct, frozen=True):
    """A question with its gold; a query of a BEIR folder has only ``qid`` and ``text``.

    ``must_contain``: an answer must contain one alternative of every inner tuple.
    """

    qid: str
    text: str
    kind: str = ""
    answerable: bool = True
    answer: str = ""
    must_contain: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def plain(self) -> bool:
        """True when the question was typed without any diacritics."""
        return not has_diacritics(self.text)


class CorpusText(msgspec.Struct, frozen=True):
    """A document of a BEIR corpus: one passage."""

    id: str
    title: str
    text: str


Qrels = dict[str, dict[str, int]]
"""Grade by query id and document (or passage) id; 0 means judged and not relevant."""


class Benchmark(msgspec.Struct, frozen=True):
    """What is to be run: ``corpus`` and ``qrels`` only for the kind "beir"."""

    name: str
    kind: Literal["questions", "beir"]
    queries: tuple[Query, ...]
    corpus: tuple[CorpusText, ...] = ()
    qrels: Qrels = {}


def read_benchmark(path: Path, text_of: TextOf | None = None, split: str | None = None) -> Benchmark:
    """Read a questions file (its quotes are checked where ``text_of`` is given) or a BEIR folder.

    ``split`` names the qrels of a BEIR folder; without it "test", or the only one there is.

    Raises BenchmarkFaults, which lists all faults, or UnusableInput where nothing stands at ``path``.
    """
    if path.is_dir():
        return _read_beir(path, split)
    if not path.is_file():
        raise UnusableInput(
            f"Không có «{path}». Hãy chỉ tới một tệp câu hỏi .jsonl hoặc một thư mục BEIR "
            "(corpus.jsonl, queries.jsonl, qrels/*.tsv)."
        )
    return _read_questions(path, text_of)


# -- JSON lines -----------------------------------------------------------------------------------


def _text(path: Path, faults: list[str]) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        faults.append(f"{path.name}: không đọc được tệp ({error.strerror})")
    except UnicodeDecodeError as error:
        faults.append(f"{path.name}: không phải UTF-8 (byte thứ {error.start}); hãy lưu lại bằng UTF-8")
    return ""


def _objects(path: Path, faults: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects of a JSONL file, each with the words that say where it stands."""
    for number, line in enumerate(_text(path, faults).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path.name}, dòng {number}"
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            faults.append(f"{where}: không phải JSON ({error.msg}, cột {error.colno})")
            continue
        if isinstance(row, dict):
            yield where, row
        else:
            faults.append(f"{where}: cần một đối tượng JSON {{…}}")


def _string(row: dict[str, Any], key: str, where: str, faults: list[str], *, needed: bool = True) -> str:
    value = row.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and key in ("qid", "_id"):
        value = str(value)
    if isinstance(value, str) and (value.strip() or not needed):
        return nfc(value)
    if needed or value is not None:
        faults.append(f"{where}: trường “{key}” phải là chuỗi không rỗng")
    return ""


# -- questions ------------------------------------------------------------------------------------


def _read_questions(path: Path, text_of: TextOf | None) -> Benchmark:
    faults: list[str] = []
    queries: list[Query] = []
    first: dict[str, str] = {}
    for where, row in _objects(path, faults):
        query = _query(row, where, faults)
        if query.qid in first:
            faults.append(f"{where}: qid “{query.qid}” đã có ở {first[query.qid]}")
        elif query.qid:
            first[query.qid] = where
        for n, evidence in enumerate(query.evidence, start=1):
            fault = _misquoted(evidence, text_of) if text_of else None
            if fault:
                faults.append(f"{where} (qid {query.qid}), evidence {n}: {fault}")
        queries.append(query)
    if not queries and not faults:
        faults.append(f"{path.name}: không có câu hỏi nào")
    if faults:
        raise BenchmarkFaults(path, faults)
    return Benchmark(path.stem, "questions", tuple(queries))


def _query(row: dict[str, Any], where: str, faults: list[str]) -> Query:
    qid = _string(row, "qid", where, faults)
    text = _string(row, "question", where, faults)
    kind = _string(row, "kind", where, faults, needed=False)
    answer = _string(row, "answer", where, faults, needed=False)
    answerable = row.get("answerable", True)
    if not isinstance(answerable, bool):
        faults.append(f"{where}: trường “answerable” phải là true hoặc false")
        answerable = True
    groups: list[tuple[str, ...]] = []
    given = row.get("must_contain") or []
    if not isinstance(given, list):
        faults.append(f"{where}: trường “must_contain” phải là danh sách các danh sách chuỗi")
        given = []
    for group in given:
        if isinstance(group, list) and group and all(isinstance(a, str) and a.strip() for a in group):
            groups.append(tuple(nfc(a) for a in group))
        else:
            faults.append(f"{where}: mỗi mục của “must_contain” phải là danh sách chuỗi không rỗng")
    evidence: list[Evidence] = []
    quoted = row.get("evidence") or []
    if not isinstance(quoted, list):
        faults.append(f"{where}: trường “evidence” phải là danh sách các đối tượng có “doc” và “quote”")
        quoted = []
    for n, item in enumerate(quoted, start=1):
        if not isinstance(item, dict):
            faults.append(f"{where}, evidence {n}: cần một đối tượng có “doc” và “quote”")
            continue
        at = f"{where}, evidence {n}"
        doc, quote = _string(item, "doc", at, faults), _string(item, "quote", at, faults)
        if doc and quote:
            evidence.append(Evidence(doc, collapse(quote)))
    if answerable and not quoted:
        faults.append(f"{where}: câu trả lời được phải có ít nhất một “evidence”")
    if not answerable and groups:
        faults.append(f"{where}: câu không trả lời được thì “must_contain” phải rỗng")
    return Query(qid, collapse(text), kind, answerable, answer, tuple(groups), tuple(evidence))


def _misquoted(evidence: Evidence, text_of: TextOf) -> str | None:
    text = text_of(evidence.doc)
    if text is None:
        return f"không có văn bản “{evidence.doc}” trong chỉ mục"
    if not locate(text, evidence.quote):
        shown = evidence.quote if len(evidence.quote) <= 80 else evidence.quote[:77] + "…"
        return f"văn bản “{evidence.doc}” không có đoạn “{shown}”"
    return None


# -- gold quotes and passages ---------------------------------------------------------------------


def locate(text: str, quote: str) -> list[Span]:
    """Return where a quote stands in a document's text, whatever its white space is.

    Case, kinds of dashes and quotation marks and the place of tone marks (hoá, hóa) make no difference.
    """
    words = fold(nfc(quote)).split()
    if not words:
        return []
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    return [Span(m.start(), m.end()) for m in pattern.finditer(fold(text))]


def relevant(text: str, passage: Span, places: Iterable[Span]) -> bool:
    """Say whether a passage shares a quote that stands at ``places`` of the document's text.

    It does where, at one of the places, the two have in common at least half of the words of the
    shorter one.  So a passage that contains the quote is relevant; so is one of which at least half
    lies in a longer quote; and of a quote that passages cut in pieces, every piece with at least half
    of the quote (or that lies wholly inside it) is.
    """
    size = 0
    for place in places:
        if not place.overlaps(passage):
            continue
        size = size or len(passage.of(text).split())
        common = Span(max(place.start, passage.start), min(place.end, passage.end))
        if 2 * len(common.of(text).split()) >= min(size, len(place.of(text).split())):
            return True
    return False


# -- BEIR and TREC --------------------------------------------------------------------------------


def _read_beir(folder: Path, split: str | None) -> Benchmark:
    faults: list[str] = []
    missing = [name for name in ("corpus.jsonl", "queries.jsonl") if not (folder / name).is_file()]
    if missing:
        raise BenchmarkFaults(
            folder,
            [f"thiếu {name} (thư mục BEIR cần corpus.jsonl, queries.jsonl, qrels/*.tsv)" for name in missing],
        )
    corpus: dict[str, CorpusText] = {}
    for where, row in _objects(folder / "corpus.jsonl", faults):
        key = _string(row, "_id", where, faults)
        title = _string(row, "title", where, faults, needed=False)
        text = _string(row, "text", where, faults, needed=not title)
        if key in corpus:
            faults.append(f"{where}: _id “{key}” bị trùng")
        elif key:
            corpus[key] = CorpusText(key, title, text)
    queries: dict[str, Query] = {}
    for where, row in _objects(folder / "queries.jsonl", faults):
        key = _string(row, "_id", where, faults)
        text = _string(row, "text", where, faults)
        if key in queries:
            faults.append(f"{where}: _id “{key}” bị trùng")
        elif key:
            queries[key] = Query(key, collapse(text))
    qrels: Qrels = {}
    path = _qrels_file(folder, split, faults)
    if path is not None:
        qrels = _qrels(path, faults)
        faults += [
            f"{path.name}: không có câu hỏi “{qid}” trong queries.jsonl"
            for qid in qrels
            if qid not in queries
        ]
        unknown = dict.fromkeys(doc for grades in qrels.values() for doc in grades if doc not in corpus)
        faults += [f"{path.name}: không có văn bản “{doc}” trong corpus.jsonl" for doc in unknown]
        if not any(grade > 0 for grades in qrels.values() for grade in grades.values()):
            faults.append(f"{path.name}: không có đánh giá nào lớn hơn 0")
    if faults:
        raise BenchmarkFaults(folder, faults)
    judged = tuple(q for q in queries.values() if any(grade > 0 for grade in qrels.get(q.qid, {}).values()))
    return Benchmark(folder.resolve().name, "beir", judged, tuple(corpus.values()), qrels)


def _qrels_file(folder: Path, split: str | None, faults: list[str]) -> Path | None:
    inside = folder / "qrels"
    found = {p.stem: p for p in sorted(inside.glob("*")) if p.suffix in (".tsv", ".txt", ".qrels", ".trec")}
    wanted = split or ("test" if "test" in found else next(iter(found)) if len(found) == 1 else None)
    if wanted in found:
        return found[wanted]
    names = ", ".join(found) or "không có tệp nào"
    faults.append(
        f"qrels: không có “{wanted}” (có: {names})"
        if wanted
        else f"qrels: hãy chọn một phần bằng --split (có: {names})"
    )
    return None


def _qrels(path: Path, faults: list[str]) -> Qrels:
    """Read BEIR (query, document, grade; a header line) or TREC qrels (query, 0, document, grade)."""
    qrels: Qrels = {}
    for number, line in enumerate(_text(path, faults).split("\n"), start=1):
        fields = line.rstrip("\r").split("\t") if line.count("\t") >= 2 else line.split()
        if not line.strip() or (number == 1 and fields[-1].strip().lower() in ("score", "relevance", "rel")):
            continue
        where = f"{path.name}, dòng {number}"
        if len(fields) not in (3, 4):
            faults.append(f"{where}: cần 3 cột (câu hỏi, văn bản, điểm) hoặc 4 cột kiểu TREC")
            continue
        qid, doc, grade = fields[0].strip(), fields[-2].strip(), fields[-1].strip()
        if not re.fullmatch(r"-?\d+", grade):
            faults.append(f"{where}: điểm “{grade}” không phải số nguyên")
        elif doc in qrels.setdefault(qid, {}):
            faults.append(f"{where}: cặp “{qid}”, “{doc}” bị trùng")
        else:
            qrels[qid][doc] = int(grade)
    return qrels


def read_qrels(path: Path) -> Qrels:
    """Read a qrels file of either kind; raise BenchmarkFaults with all its faults."""
    faults: list[str] = []
    qrels = _qrels(path, faults)
    if not qrels and not faults:
        faults.append(f"{path.name}: không có đánh giá nào")
    if faults:
        raise BenchmarkFaults(path, faults)
    return qrels
