"""A service over a few invented plans, read by rules just good enough to show every state of a page."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from indexer.clean import bare
from indexer.errors import UnknownDocument
from indexer.records import Deadline, Notice, Span
from search_api.assess.feedback import Feedback, make_feedback
from search_api.graph import around
from search_api.schemas import (
    Answer,
    AnswerGroup,
    AnswerPiece,
    Citation,
    DocumentNotice,
    DocumentRow,
    DocumentView,
    Filters,
    Graph,
    GraphEdge,
    GraphNode,
    Hit,
    OutlineRow,
    ReferenceRow,
    SearchResult,
    TargetRow,
    TaskRow,
)

PLANS = Path(__file__).parent / "plans"
ALL = Filters()
HOSTILE = 'cong van "la" & <b>'
PLAN = "ke-hoach-118-ubnd-tinh"
DRAFT = "du-thao-ke-hoach-xa-dong-may"

_META: dict[str, dict[str, Any]] = {
    "nghi-quyet-09-tinh-uy": {
        "title": "Về đẩy mạnh chuyển đổi số trên địa bàn tỉnh Bình Lãng giai đoạn 2026 - 2030",
        "symbol": "09-NQ/TU", "type": "NQ", "issuer": "Tỉnh ủy Bình Lãng", "level": "tinh",
        "locality": "Bình Lãng", "date": "2026-03-02", "signer": "Trần Văn Mẫu",
    },
    PLAN: {
        "title": "Thực hiện Nghị quyết số 09-NQ/TU của Tỉnh ủy về đẩy mạnh chuyển đổi số trên địa bàn tỉnh Bình Lãng giai đoạn 2026 - 2030",
        "symbol": "118/KH-UBND", "type": "KH", "issuer": "Ủy ban nhân dân tỉnh Bình Lãng", "level": "tinh",
        "locality": "Bình Lãng", "date": "2026-04-15", "signer": "Lê Thị Ví Dụ",
    },
    "ke-hoach-so-khcn": {
        "title": "Triển khai Kế hoạch số 118/KH-UBND của Ủy ban nhân dân tỉnh về chuyển đổi số",
        "symbol": "57/KH-SKHCN", "type": "KH", "issuer": "Sở Khoa học và Công nghệ", "level": "so",
        "locality": "Bình Lãng", "date": "2026-05-08", "signer": "Phạm Thị Thử",
    },
    DRAFT: {
        "title": "Thực hiện chuyển đổi số trên địa bàn xã Đồng Mây năm 2026",
        "symbol": None, "type": "KH", "issuer": "Ủy ban nhân dân xã Đồng Mây", "level": "xa",
        "locality": "Đồng Mây", "date": "2026", "signer": None,
    },
    HOSTILE: {
        "title": "V/v <script>alert('tiêu đề')</script> rà soát biểu mẫu",
        "symbol": "31/SNV-CCHC", "type": "CV", "issuer": "Sở Nội vụ <img src=x>", "level": "so",
        "locality": None, "date": None, "signer": None,
    },
}  # fmt: skip
_NOTICES = {
    DRAFT: (
        Notice("draft", "Văn bản dự thảo: chưa có số, ngày ban hành."),
        Notice("annex_missing", "Văn bản nhắc đến Phụ lục kèm theo nhưng trong tệp không có phụ lục."),
    ),
    HOSTILE: (Notice("no_date", "Không tìm thấy ngày ban hành <script>alert(3)</script>."),),
}
_HEAD = re.compile(r"^([IVX]+|\d+)\. (.*)$", re.M)
_LABELS = {
    "Đơn vị chủ trì": "lead_units",
    "Đơn vị phối hợp": "coordinating_units",
    "Thời gian hoàn thành": "deadline",
    "Thời gian thực hiện": "deadline",
    "Sản phẩm": "products",
}
_LABEL = re.compile(rf"^({'|'.join(_LABELS)}): (.*)$", re.M)
_SYMBOL = re.compile(
    r"(Nghị quyết|Kế hoạch|Quyết định|Chỉ thị) số (\d+/[A-ZĐ]+-[A-ZĐ]+|\d+-[A-ZĐ]+/[A-ZĐ]+)"
    r"(?: ngày (\d+)/(\d+)/(\d{4}))?(?: của [^;,.\n]+?(?= về| và|[;,.\n]|$))?"
)
_ASKING = "ai chu tri phoi hop nhiem vu khi nao bao gio hoan thanh don vi la duoc thoi han cua cho va"
_WORD = re.compile(r"\w+")


def _deadline(raw: str) -> Deadline:
    text = raw.rstrip(".")
    if m := re.fullmatch(r"Trước ngày (\d+)/(\d+)/(\d{4})", text):
        return Deadline(
            text, "by", end=f"{m[3]}-{int(m[2]):02}-{int(m[1]):02}", precision="day", end_exclusive=True
        )
    if m := re.fullmatch(r"(?:Trong )?[Tt]háng (\d+)/(\d{4})", text):
        last = calendar.monthrange(int(m[2]), int(m[1]))[1]
        return Deadline(text, "within", f"{m[2]}-{int(m[1]):02}-01", f"{m[2]}-{int(m[1]):02}-{last}", "month")
    if m := re.fullmatch(r"Trong năm (\d{4})", text):
        return Deadline(text, "within", f"{m[1]}-01-01", f"{m[1]}-12-31", "year")
    if text == "Quý III năm 2026":
        return Deadline(text, "within", "2026-07-01", "2026-09-30", "quarter")
    return Deadline(text, "continuous")


class FakeService:
    """Implements ``search_api.protocol.Searching`` over ``tests/fakes/plans``."""

    def __init__(self, *, empty: bool = False) -> None:
        self.texts = (
            {} if empty else {p.stem: p.read_text(encoding="utf-8") for p in sorted(PLANS.glob("*.txt"))}
        )
        self.judged: list[Feedback] = []
        self.index_dir = Path("/khong-co-thu-muc-nay")
        self.views = {doc: self._view(doc, text) for doc, text in self.texts.items()}

    def _outline(self, text: str) -> list[OutlineRow]:
        heads = [(m, 1 if m[1].isalpha() else 2) for m in _HEAD.finditer(text)]
        annex = text.find("PHỤ LỤC\n")
        rows: list[OutlineRow] = []
        top = ""
        for i, (m, depth) in enumerate(heads):
            after = [n.start() for n, d in heads[i + 1 :] if d <= depth] + ([annex] if annex >= 0 else [])
            top = m[1] if depth == 1 else top
            run_in = m[2].endswith(".")
            path = m[1] if depth == 1 else f"{top} > {m[1]}".removeprefix(" > ")
            rows.append(
                OutlineRow(
                    m[1],
                    None if run_in else m[2],
                    depth,
                    "run_in" if run_in else ("part" if depth == 1 else "heading"),
                    path,
                    m.start(),
                    min([*after, len(text)]),
                )
            )
        if annex >= 0:
            rows.append(
                OutlineRow("PHỤ LỤC", "Phân công nhiệm vụ năm 2026", 1, "annex", "PL", annex, len(text))
            )
        return rows

    @staticmethod
    def _section(outline: list[OutlineRow], at: int) -> OutlineRow | None:
        inside = [row for row in outline if row.start <= at < row.end]
        return max(inside, key=lambda row: row.depth) if inside else None

    @staticmethod
    def _blocks(text: str, outline: list[OutlineRow]) -> Iterator[tuple[int, int, str]]:
        heads = {row.start for row in outline}
        first = min(heads, default=0)
        closing = re.search(r"^(Nơi nhận:|TM\. |T/M |GIÁM ĐỐC)", text, re.M)
        kind = "banner"
        for m in re.finditer(r"[^\n]+", text):
            line = m[0]
            if m.start() in heads:
                kind = "paragraph"
                yield m.start(), m.end(), "heading"
            elif line.startswith("|"):
                yield m.start(), m.end(), "row"
            elif m.start() < first:
                named = {"KẾ HOẠCH", "NGHỊ QUYẾT", "CÔNG VĂN"}
                if line in named:
                    kind = "title"
                    yield m.start(), m.end(), "type"
                elif line.startswith("Thực hiện") and kind == "preamble":
                    yield m.start(), m.end(), kind
                else:
                    own = (
                        "symbol"
                        if line.startswith("Số")
                        else "place"
                        if ", ngày " in line and kind == "banner"
                        else kind
                    )
                    yield m.start(), m.end(), own
                    kind = "preamble" if kind == "title" else kind
            elif closing and closing.start() <= m.start() and not line.startswith("Phân công"):
                kind = "recipients" if line.startswith(("Nơi nhận", "-")) else "signature"
                yield m.start(), m.end(), kind
            else:
                yield (
                    m.start(),
                    m.end(),
                    "label" if _LABEL.match(line) else "bullet" if line.startswith("- ") else "paragraph",
                )

    def _tasks(self, doc: str, text: str, outline: list[OutlineRow]) -> list[TaskRow]:
        meta, tasks = _META[doc], []
        for row in outline:
            labels = list(_LABEL.finditer(text, row.start, row.end))
            if not labels or row.depth == 1:
                continue
            found: dict[str, list[str]] = {}
            spans: dict[str, Any] = {}
            for m in labels:
                key = _LABELS[m[1]]
                body = m[2].rstrip(".")
                found[key] = (
                    [body] if key != "lead_units" and key != "coordinating_units" else re.split(r"; ", body)
                )
                at = [
                    [m.start(2) + body.find(part), m.start(2) + body.find(part) + len(part)]
                    for part in found[key]
                ]
                spans[key] = at[0] if key == "deadline" else at
            raw = found.get("deadline", [None])[0]
            head = text.index("\n", row.start)
            tasks.append(self._task(doc, meta, text, row, (row.start, head), found, raw, spans))
        for m in re.finditer(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", text, re.M):
            found = {"lead_units": [m[3]], "coordinating_units": [m[4]]}
            spans = {
                "lead_units": [list(m.span(3))],
                "coordinating_units": [list(m.span(4))],
                "deadline": list(m.span(5)),
            }
            tasks.append(self._task(doc, meta, text, outline[-1], m.span(2), found, m[5], spans))
        return tasks

    @staticmethod
    def _task(
        doc: str,
        meta: dict[str, Any],
        text: str,
        row: OutlineRow,
        at: tuple[int, int],
        found: dict[str, list[str]],
        raw: str | None,
        spans: dict[str, Any],
    ) -> TaskRow:
        quote = text[at[0] : at[1]]
        return TaskRow(
            f"{doc}:{at[0]}", doc, row.path, re.sub(r"^\d+\. ", "", quote), quote, at[0], at[1],
            tuple(found.get("lead_units", ())), "Đơn vị chủ trì", tuple(found.get("coordinating_units", ())), (), (),
            raw, _deadline(raw) if raw else Deadline(), tuple(found.get("products", ())), (), None, spans,
            symbol=meta["symbol"], doc_title=meta["title"],
        )  # fmt: skip

    def _view(self, doc: str, text: str) -> DocumentView:
        meta, outline = _META[doc], self._outline(text)
        refs = []
        for m in _SYMBOL.finditer(text):
            if m[2] == meta["symbol"]:
                continue
            date = f"{m[5]}-{int(m[4]):02}-{int(m[3]):02}" if m[3] else None
            to = next((d for d, other in _META.items() if other["symbol"] == m[2]), None)
            role = (
                "legal_basis"
                if m[1] == "Quyết định"
                else ("implements" if m.start() < (outline[0].start if outline else 0) else "mentions")
            )
            refs.append(
                ReferenceRow(m[0], m[2], m[1], None, date, role, False, None, to, m.start(), m.end(), doc=doc)
            )
        passages = [m.span() for m in re.finditer(r"[^\n]+(?:\n[^\n]+)*", text)]
        targets = [
            TargetRow(m[0], float(m[1]), "%", m.start(), m.end(), "", m[2])
            for m in re.finditer(r"(\d+)% ([^;.\n]+)", text)
        ]
        pages = ((1, 0, len(text) // 2), (2, len(text) // 2, len(text))) if doc == PLAN else ()
        return DocumentView(
            doc, f"ke-hoach/{doc}.txt", draft=doc == DRAFT, text=text, outline=tuple(outline), references=tuple(refs),
            tasks=tuple(self._tasks(doc, text, outline)), targets=tuple(targets), warnings=_NOTICES.get(doc, ()),
            recipients=("Thường trực Tỉnh ủy (b/c)", "Các sở, ban, ngành") if doc == PLAN else (),
            passages=tuple(passages), pages=pages, blocks=tuple(self._blocks(text, outline)), cited_by=tuple(d for d, t in self.texts.items() if meta["symbol"] and d != doc and meta["symbol"] in t),
            **meta,
        )  # fmt: skip

    def _passes(self, doc: str, f: Filters) -> bool:
        meta = _META[doc]
        return all(
            (
                f.doc in (None, doc),
                f.type in (None, meta["type"]),
                not f.issuer or bare(f.issuer) in bare(meta["issuer"]),
                f.level in (None, meta["level"]),
                not f.date_from or (meta["date"] or "") >= f.date_from[: len(meta["date"] or "")],
                not f.date_to or (meta["date"] or "9") <= f.date_to,
            )
        )

    def ranked(self, query: str, k: int, way: str) -> tuple[Hit, ...]:
        """Rank as the search does; by meaning the other way round, so that the two pools differ."""
        hits = self.search(query, 50).hits
        return tuple(reversed(hits))[:k] if way == "dense" else hits[:k]

    def search(self, query: str, k: int = 10, filters: Filters = ALL) -> SearchResult:
        words = {w for w in _WORD.findall(bare(query)) if len(w) > 1}
        scored = []
        for doc, view in self.views.items():
            if not self._passes(doc, filters):
                continue
            for start, end in view.passages:
                spans = [
                    (start + m.start(), start + m.end())
                    for m in _WORD.finditer(bare(view.text[start:end]))
                    if m[0] in words
                ]
                if spans:
                    distinct = {bare(view.text[a:b]) for a, b in spans}
                    scored.append((len(distinct) / len(words), doc, start, end, spans))
        scored.sort(key=lambda item: (-item[0], item[1], item[2]))
        scored = [item for item in scored if item[0] >= 0.5]
        facets: dict[str, dict[str, int]] = {"type": {}, "level": {}, "issuer": {}, "doc": {}}
        for doc in dict.fromkeys(item[1] for item in scored):
            for key in ("type", "level", "issuer"):
                facets[key][_META[doc][key]] = facets[key].get(_META[doc][key], 0) + 1
            facets["doc"][doc] = sum(1 for item in scored if item[1] == doc)
        hits = tuple(self._hit(rank, *item) for rank, item in enumerate(scored[:k], 1))
        return SearchResult(query, hits, facets, 0.012)

    def _hit(
        self, rank: int, score: float, doc: str, start: int, end: int, spans: list[tuple[int, int]]
    ) -> Hit:
        view, meta = self.views[doc], _META[doc]
        row = self._section(list(view.outline), start)
        return Hit(
            rank, score, doc, view.path, view.title, view.symbol, row.path if row else "", 1 if view.pages else None,
            start, end, view.text[start:end], self._path_title(view, start), meta["type"], meta["issuer"], meta["level"],
            meta["date"], view.draft, tuple(spans),
        )  # fmt: skip

    @staticmethod
    def _path_title(view: DocumentView, at: int) -> str:
        inside = [row for row in view.outline if row.start <= at < row.end]
        return " > ".join(f"{row.num}. {row.title}" if row.title else row.num for row in inside)

    def ask(self, question: str, filters: Filters = ALL, *, model: bool = False) -> Answer:
        key = "coordinating_units" if "phoi hop" in bare(question) else "lead_units"
        by_when = any(w in bare(question) for w in ("khi nao", "bao gio", "thoi han"))
        words = set(_WORD.findall(bare(question))) - set(_WORD.findall(_ASKING))
        found = [
            (len(words & set(_WORD.findall(bare(task.quote)))), task)
            for doc in self.views
            if self._passes(doc, filters)
            for task in self.views[doc].tasks
        ]
        best = max((n for n, _ in found), default=0)
        if best < 3:
            near = self.search(question, 3, filters).hits
            cites = tuple(self._cite(i, h.doc, h.start, h.end, ()) for i, h in enumerate(near, 1))
            reason = "Chưa thấy trong kho văn bản nào nêu nhiệm vụ này. Đã tìm trong các mục nhiệm vụ, tổ chức thực hiện và phụ lục."
            return Answer(question, False, None, reason, cites, "deadline" if by_when else "lead")
        citations: list[Citation] = []
        groups: list[AnswerGroup] = []
        for n, task in found:
            if n < best - 1:
                continue
            values = [task.deadline_raw or ""] if by_when else list(getattr(task, key))
            spans = [task.spans["deadline"]] if by_when else task.spans.get(key, [])
            text = self.views[task.doc].text
            label = (
                "Thời hạn" if by_when else ("Đơn vị phối hợp" if key.startswith("co") else "Đơn vị chủ trì")
            )
            if not spans:
                continue
            a = text.rfind("\n", 0, spans[0][0]) + 1
            b = text.find("\n", spans[-1][1])
            citations.append(self._cite(len(citations) + 1, task.doc, a, b, tuple(tuple(s) for s in spans)))
            pieces = tuple(AnswerPiece(label, v, (len(citations),)) for v in values)
            groups.append(AnswerGroup(task.doc, task.title or "", pieces))
        notices = tuple(
            DocumentNotice(doc, n.code, n.message)
            for doc in dict.fromkeys(g.doc for g in groups)
            for n in _NOTICES.get(doc, ())
        )
        answer = "; ".join(f"{p.value} [{p.cites[0]}]" for g in groups for p in g.pieces)
        return Answer(
            question,
            True,
            answer,
            None,
            tuple(citations),
            "deadline" if by_when else "lead",
            tuple(groups),
            notices,
        )

    def judge(self, question: str, verdict: str, right: Sequence[int], filters: Filters = ALL) -> None:
        self.judged.append(
            make_feedback(self.ask(question, filters), verdict, right, date(2026, 6, 10), filters)
        )

    def _cite(self, n: int, doc: str, start: int, end: int, fact: tuple[tuple[int, int], ...]) -> Citation:
        view = self.views[doc]
        row = self._section(list(view.outline), start)
        return Citation(
            n, doc, view.path, view.symbol, row.path if row else "", 1 if view.pages else None, start, end, view.text[start:end],
            view.title, self._path_title(view, start), fact, view.draft, view.issuer, view.date, view.type,
        )  # fmt: skip

    def documents(self, filters: Filters = ALL) -> tuple[DocumentRow, ...]:
        return tuple(
            DocumentRow(
                v.doc, v.path, v.title, v.symbol, v.type, v.issuer, v.level, v.locality, v.date, v.signer, v.draft,
                len(v.passages), len(v.tasks), v.warnings, v.status,
            )
            for doc, v in self.views.items()
            if self._passes(doc, filters)
        )  # fmt: skip

    def document(self, doc: str) -> DocumentView:
        if doc not in self.views:
            raise UnknownDocument(f"Không có văn bản «{doc}» trong kho.")
        return self.views[doc]

    def tasks(
        self,
        doc: str | None = None,
        unit: str | None = None,
        role: str | None = None,
        due_from: str | None = None,
        due_to: str | None = None,
    ) -> tuple[TaskRow, ...]:
        out = []
        for view in self.views.values():
            for task in view.tasks:
                units = {
                    "lead": task.lead_units,
                    "coordinate": task.coordinating_units,
                    None: task.lead_units + task.coordinating_units,
                }[role]
                end = task.deadline.end
                if (
                    doc in (None, task.doc)
                    and (not unit or any(bare(unit) in bare(u) for u in units))
                    and (not due_from or (end is not None and end >= due_from))
                    and (not due_to or (end is not None and end <= due_to))
                ):
                    out.append(task)
        return tuple(out)

    def references(self) -> tuple[ReferenceRow, ...]:
        return tuple(ref for view in self.views.values() for ref in view.references)

    def graph(self, doc: str | None = None) -> Graph:
        nodes = {
            v.doc: GraphNode(
                v.doc, v.doc, False, v.symbol, v.type, v.issuer, v.level, v.locality, v.date, v.title, v.draft, v.status
            )
            for v in self.views.values()
        }  # fmt: skip
        edges: dict[tuple[str, str], GraphEdge] = {}
        for ref in self.references():
            if ref.role == "mentions" or ref.doc is None:
                continue
            target = ref.resolved_doc or f":{ref.symbol}"
            if target not in nodes:
                nodes[target] = GraphNode(
                    target, None, True, ref.symbol, ref.type, ref.issuer, "trung-uong", None, ref.date, ref.title
                )  # fmt: skip
            edges.setdefault(
                (ref.doc, target),
                GraphEdge(ref.doc, target, ref.role, ref.doc, ref.start, ref.end, ref.raw, 1),
            )
        whole = Graph(tuple(nodes.values()), tuple(edges.values()), 1 if nodes else 0)
        if doc is None:
            return whole
        self.document(doc)
        return around(whole, doc)

    @property
    def checks(self) -> Any:
        """Cross-checks over plans of which none is the parent of another."""
        return NoChecks()

    def suggestions(self) -> tuple[str, ...]:
        if not self.views:
            return ()
        return (
            "Ai chủ trì xây dựng kho dữ liệu dùng chung của tỉnh?",
            "Bao giờ hoàn thành kiện toàn tổ công nghệ số cộng đồng?",
            "Đơn vị nào phối hợp bảo đảm an toàn thông tin mạng?",
        )

    def health(self) -> dict[str, Any]:
        return {
            "status": "ok",
            "documents": len(self.views),
            "passages": sum(len(v.passages) for v in self.views.values()),
            "tasks": sum(len(v.tasks) for v in self.views.values()),
        }


def spans_hold(view: DocumentView) -> bool:
    """Say whether every quote of the fake equals the text at its offsets, as the contract wants."""
    return all(t.quote == view.text[t.start : t.end] for t in view.tasks) and all(
        r.raw == view.text[r.start : r.end] for r in view.references
    )


__all__ = ["DRAFT", "HOSTILE", "PLAN", "FakeService", "Span", "spans_hold"]


class NoChecks:
    """What the pages ask of the cross-checks before two documents are chosen."""

    def parents(self, doc: str) -> list[DocumentRow]:
        return []

    def children(self, doc: str) -> list[DocumentRow]:
        return []
