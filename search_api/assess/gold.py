"""Questions with gold: quoted text of documents, so that it survives any change of chunking.

The format is described in docs/evaluation.md.  Which passages hold a quote is decided by
:func:`relevant`.  All faults of a file are reported together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

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


# -- JSON lines -----------------------------------------------------------------------------------


def file_text(path: Path, faults: list[str]) -> str:
    """Return the text of a file; a fault is added where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        faults.append(f"{path.name}: không đọc được tệp ({error.strerror})")
    except UnicodeDecodeError as error:
        faults.append(f"{path.name}: không phải UTF-8 (byte thứ {error.start}); hãy lưu lại bằng UTF-8")
    return ""


def objects(path: Path, faults: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects of a JSONL file, each with the words that say where it stands."""
    for number, line in enumerate(file_text(path, faults).split("\n"), start=1):
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


def string(row: dict[str, Any], key: str, where: str, faults: list[str], *, needed: bool = True) -> str:
    """Return a string of an object; a fault is added where it is none."""
    value = row.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and key in ("qid", "_id"):
        value = str(value)
    if isinstance(value, str) and (value.strip() or not needed):
        return nfc(value)
    if needed or value is not None:
        faults.append(f"{where}: trường “{key}” phải là chuỗi không rỗng")
    return ""


# -- questions ------------------------------------------------------------------------------------


def read_questions(
    path: Path, text_of: TextOf | None = None, *, needs_gold: bool = True
) -> tuple[Query, ...]:
    """Read a questions file; its quotes are checked where ``text_of`` is given.

    ``needs_gold`` False takes questions that nobody judged yet.

    Raises BenchmarkFaults, which lists all faults.
    """
    faults: list[str] = []
    queries: list[Query] = []
    first: dict[str, str] = {}
    for where, row in objects(path, faults):
        query = _query(row, where, faults, needs_gold)
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
    return tuple(queries)


def _query(row: dict[str, Any], where: str, faults: list[str], needs_gold: bool) -> Query:
    qid = string(row, "qid", where, faults)
    text = string(row, "question", where, faults)
    kind = string(row, "kind", where, faults, needed=False)
    answer = string(row, "answer", where, faults, needed=False)
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
        doc, quote = string(item, "doc", at, faults), string(item, "quote", at, faults)
        if doc and quote:
            evidence.append(Evidence(doc, collapse(quote)))
    if needs_gold and answerable and not quoted:
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


def passage_key(doc: str, span: Span) -> str:
    """Return the id of a passage in run files: document and offsets, no white space in it.

    >>> passage_key("kế hoạch 1", Span(10, 20))
    'kế%20hoạch%201:10-20'
    """
    name = "".join(quote(c) if c.isspace() or c == "%" else c for c in doc)
    return f"{name}:{span.start}-{span.end}"


def passage_of(key: str) -> tuple[str, Span] | None:
    """Return the document and the span that :func:`passage_key` wrote; None for any other id."""
    match = re.fullmatch(r"(.+):(\d+)-(\d+)", key)
    return (unquote(match[1]), Span(int(match[2]), int(match[3]))) if match else None
