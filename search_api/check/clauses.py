"""Which clauses of a task nothing in the plan answers: content that was left out of work that was taken up.

A clause is absent where neither the passages that answer its task nor any other passage of the plan says
enough of it, in shared words and by meaning.  What every plan says ("báo cáo kết quả theo quy định"), what
only counts ("đợt 1 xong trước …") and what is too short to tell are never absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

import msgspec
import numpy as np

from indexer.clean import collapse, fold
from indexer.records import Document, Span
from search_api.check.align import Aligner
from search_api.check.figures import figures
from search_api.check.similarity import compare, light_words, rule_rows, written_out
from search_api.check.units import Unit, clause_units

ABSENT = 0.38
"""How much must be said of a clause for it not to be absent: its share held, and its likeness by meaning."""
_ELSEWHERE = 0.5
"""What another passage than those that answer the task says counts less."""
_PROMISED = 0.7
"""What a goal or a view says of work counts less still."""
_WORDS = 6
_TELLING = 4
_WORD = re.compile(r"[^\W\d_]+")
PLAIN = re.compile(
    r"tổ chức thực hiện các nhiệm vụ|chịu trách nhiệm|theo dõi,? đôn đốc|báo cáo|gửi số liệu|sơ kết|tổng kết"
    r"|chủ động (?:cử|phối hợp)|theo quy định|xem xét,? quyết định"
)
"""A clause that every plan has: it is neither content to find nor content that is missing."""
_REVIEWED = re.compile(r"(?:sơ kết|tổng kết)[^.;]{0,40}20\d\d")
"""A review that has its year is work to be done in it."""
_MEASURED_WORDS = 5
_BESIDE_WORDS = 6
_HANDED_ON = re.compile(r"^(?:và )?(?:gửi|nộp|trình|chuyển)\b")
_MANNER = re.compile(r"(?:không|tránh|bảo đảm|kịp thời|đúng|nghiêm túc|kiên quyết)(?! \d)\b")
_MANNER_WORDS = 9
"""A short clause that says only how: "không bỏ sót, không nể nang"."""
_ORDER = re.compile(
    r"(?:^|; )[^.;]{0,90}?(?:xây dựng|ban hành|lập|cụ thể hóa)[^.;]{0,40}?(?:chương trình(?: hành động)?|kế hoạch)\b"
    r"(?P<object>[^.;,]*)"
)
_OBJECT_ENDS = re.compile(
    r"\s(?:(?:để )?(?:triển khai|thực hiện|cụ thể hóa)|của|tại|ở|sát|phù hợp|trước|sau|trong|hằng|hàng|theo|trên địa bàn"
    r"|giai đoạn|năm|từng năm|công tác|cụ thể|chi tiết|riêng|này|về việc|gửi|đến|xong"
    r"|hoàn thành|trình|bảo đảm)(?!\w).*$"
)
_OF_THE_THEME = 0.75
"""Share of a plan's object that the titles must name for it to be a plan for this very document."""


def orders_plan(words: str, theme: frozenset[str]) -> bool:
    """Say whether a passage orders a plan for this very document, which the child then is.

    A plan with an object of its own ("chương trình phát triển nhà ở xã hội") is other work; ``theme`` are the
    syllables of both titles.
    """
    for match in _ORDER.finditer(fold(words)):
        rest = _OBJECT_ENDS.sub("", f" {match['object'].strip()} ").split()
        if sum(word in theme for word in rest) >= _OF_THE_THEME * len(rest):
            return True
    return False


Key = tuple[int, int]
"""A task of the parent and the number of its action."""
WHOLE = -1
"""In place of the number of an action: the task as a whole."""


class Absent(msgspec.Struct, frozen=True):
    """A clause that nothing answers, or what a clause lists and its answer does not name."""

    span: Span
    words: str
    listed: bool = False


class Clauses:
    """The clauses of our tasks against every passage of the plan."""

    def __init__(
        self,
        parent: Document,
        aligner: Aligner,
        evidence: Sequence[Unit],
        ours: Mapping[Key, Sequence[Span] | None],
        theme: frozenset[str],
    ) -> None:
        self.theme = theme
        self.own = aligner.own
        self.rows: dict[Key, list[int]] = {}
        self.units: list[Unit] = []
        for key, spans in ours.items():
            units = clause_units(parent, key[0], spans)
            kept = [u for u in units if len(units) > 1 and tells(u.words)]
            kept += [piece for u in units for piece in _besides(parent, u)]
            self.rows[key] = list(range(len(self.units), len(self.units) + len(kept)))
            self.units += kept
        said = [aligner.terms(u.words) for u in self.units]
        theirs = [aligner.terms(u.words) for u in evidence]
        found = compare(said, theirs, aligner.space) if said and theirs else None
        shape = (len(said), len(theirs))
        self.covered = found.covered if found is not None else np.zeros(shape, dtype=np.float32)
        cosine = found.cosine if found is not None else np.zeros(shape, dtype=np.float32)
        dense = aligner.dense([u.words for u in self.units], [u.words for u in evidence])
        self.dense = dense if dense is not None else cosine
        self.counts = np.array([1.0 if u.kind in ("task", "paragraph") else _PROMISED for u in evidence])
        self.weights = aligner.space.vectors(said)
        self.held = aligner.space.vectors(theirs) > 0 if said else np.zeros((0, 0), dtype=bool)

    def absent(self, key: Key, chosen: Sequence[int], *, issued: bool = False) -> list[Absent]:
        """Return the clauses of a task or action that nothing answers; ``chosen`` are the passages that answer it.

        With ``issued``, the order to issue a plan is carried out by the plan itself and is no such clause.
        """
        out = []
        for row in self.rows.get(key, ()):
            unit = self.units[row]
            if issued and orders_plan(written_out(unit.words, self.own), self.theme):
                continue
            if self._said(row, list(chosen)) < ABSENT:
                out.append(Absent(unit.span, unit.words))
        return out

    def _said(self, row: int, chosen: list[int]) -> float:
        here = 0.0
        if chosen:
            together = self.held[chosen].any(axis=0)
            weights = self.weights[row]
            here = float(weights[together].sum() / max(float(weights.sum()), 1e-6))
            here += float(self.dense[row, chosen].max())
        if not self.covered.shape[1]:
            return here
        return max(here, _ELSEWHERE * float(((self.covered[row] + self.dense[row]) * self.counts).max()))


@lru_cache(maxsize=1)
def second_work() -> re.Pattern[str]:
    """Return where a second piece of work begins inside a clause: "… và kiểm tra …", "…, lắp đặt …"."""
    rows = (*rule_rows("task_verbs.tsv"), *rule_rows("beside_verbs.tsv"))
    verbs = sorted((fold(row[0]) for row in rows), key=len, reverse=True)
    return re.compile(rf"(?:,\s+(?:và\s+)?|\s+và\s+)(?=(?:{'|'.join(verbs)})(?!\w))")


def _besides(document: Document, unit: Unit) -> Iterator[Unit]:
    """Yield what a clause asks besides its first work, where that is long enough to tell or has a figure of its own.

    "Hướng dẫn biểu mẫu và kiểm tra xác suất 5% số hộ" asks for two things, and so does "chụp ảnh gốc cây, lập bản
    đồ cây xanh số hóa của tỉnh".  Without a figure the other work must tell: "ban hành trước …" is but a step of the first.
    """
    text, span = document.text, unit.span
    cuts = [m.end() for m in second_work().finditer(fold(span.of(text)).replace("\n", " "))]
    for start, end in pairwise([*cuts, span.end - span.start]):
        piece = Span(span.start + start, span.start + end)
        words = collapse(piece.of(text)).strip(" .;,")
        counted = any(True for _ in figures(text, piece))
        if not counted and _MANNER.match(fold(words)):
            continue
        if len(words.split()) >= (_MEASURED_WORDS if counted else _BESIDE_WORDS) and tells(words):
            yield msgspec.structs.replace(unit, span=piece, words=words)


def tells(words: str) -> bool:
    """Say whether a clause is long and particular enough to be missed."""
    folded = fold(words)
    if _REVIEWED.search(folded):
        return True
    if len(words.split()) < _WORDS or PLAIN.search(folded) or _HANDED_ON.search(folded):
        return False
    if len(words.split()) < _MANNER_WORDS and _MANNER.match(folded):
        return False
    light = light_words()
    return sum(word not in light for word in _WORD.findall(folded)) >= _TELLING
