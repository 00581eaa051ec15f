"""Results as Vietnamese text on a terminal, and progress on long work."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from indexer.clean import collapse

if TYPE_CHECKING:
    from indexer.build import BuildReport
    from search_api.graph import Branch
    from search_api.schemas import Answer, DocumentView, Graph, ModelSentence, SearchResult, TaskRow

_WIDTH = 100
_STAGES = {
    "scan": "Tìm tệp",
    "read": "Đọc văn bản",
    "write": "Ghi chỉ mục",
    "sync": "Ghi chỉ mục",
    "rename": "Ghi chỉ mục",
    "publish": "Ghi chỉ mục",
    "done": "Xong",
}


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(collapse(text), _WIDTH, initial_indent=indent, subsequent_indent=indent)


def _place(
    title: str | None, symbol: str | None, draft: bool, section: str, page: int | None, doc: str
) -> str:
    parts = [symbol or ("dự thảo" if draft else ""), section, f"trang {page}" if page else "", doc]
    return " · ".join(part for part in parts if part)


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")


class Progress:
    """A progress bar on a terminal, nothing elsewhere; called with (stage, done, total)."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __enter__(self) -> Self:
        """Start."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar off the terminal."""
        if self._bar is not None:
            self._bar.close()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` steps of a stage are done."""
        if not sys.stderr.isatty():
            return
        from tqdm import tqdm

        what = _STAGES.get(stage, stage)
        if self._bar is None or self._bar.total != total or self._bar.desc != f"{what}: ":
            if self._bar is not None:
                self._bar.close()
            self._bar = tqdm(total=total, desc=what, unit="", leave=False, file=sys.stderr)
        self._bar.update(done - self._bar.n)


def report(built: BuildReport) -> None:
    """Print what a build did."""
    print(
        f"Đã lập chỉ mục {_number(built.documents)} văn bản, {_number(built.passages)} đoạn, "
        f"{_number(built.tasks)} nhiệm vụ, {_number(built.references)} viện dẫn "
        f"trong {built.seconds:.1f} giây ({built.index})."
    )
    print(f"Thêm {built.added}, thay đổi {built.changed}, bỏ {built.removed}, giữ nguyên {built.unchanged}.")
    for skipped in built.skipped:
        print(f"  Bỏ qua {skipped.path}: {skipped.reason}", file=sys.stderr)
    for warning in built.warnings:
        page = f" (trang {warning.page})" if warning.page else ""
        print(f"  Lưu ý {warning.path}{page}: {warning.message}", file=sys.stderr)


def hits(result: SearchResult) -> None:
    """Print the passages found."""
    if not result.hits:
        print(
            f"Chưa thấy trong kho nội dung nào khớp với “{result.query}”. Hãy thử từ khác hoặc bỏ bớt bộ lọc."
        )
        return
    for hit in result.hits:
        section = hit.section_title or hit.section
        print(f"{hit.rank}. {_place(hit.title, hit.symbol, hit.draft, section, hit.page, hit.doc)}")
        print(_wrapped(hit.text, "   "))
        print()


def model_sentence(sentence: ModelSentence) -> None:
    """Print a sentence of the language model as it comes; one that no document bears out, as struck out."""
    if sentence.struck:
        print(_wrapped(f"[bị gạch: {sentence.reason}] {struck_out(sentence.text)}"), flush=True)
    else:
        print(_wrapped(sentence.text), flush=True)


def struck_out(text: str) -> str:
    """Return a text with a stroke through every character.

    >>> struck_out("ab")
    'a\u0336b\u0336'
    """
    return "".join(f"{char}\u0336" for char in text)


def answer(given: Answer) -> None:
    """Print an answer with numbered citations, or the refusal and what is nearest.

    The sentences of a language model were printed as they came (:func:`model_sentence`).
    """
    if given.model is not None and given.model.note:
        print(_wrapped(f"({given.model.note})") + "\n")
    if given.answered and given.answer:
        if given.model is None or not given.model.used:
            for line in given.answer.split("\n"):
                print(_wrapped(line))
        if given.reason:
            print(_wrapped(f"({given.reason})"))
        print("\nTrích dẫn:")
    else:
        print(_wrapped(given.reason or "Không có trong kho."))
        if given.citations:
            print("\nĐoạn gần nhất:")
    for citation in given.citations:
        place = _place(
            citation.title,
            citation.symbol,
            citation.draft,
            citation.section_title or citation.section,
            citation.page,
            citation.doc,
        )
        print(f"[{citation.n}] {place}")
        print(_wrapped(f"“{collapse(citation.quote)}”", "    "))
    if given.notices:
        print("\nLưu ý:")
        for notice in given.notices:
            print(_wrapped(f"- {notice.doc}: {notice.message}"))


def document(view: DocumentView) -> None:
    """Print a document: what it is, its outline, its text."""
    rows = [
        ("Mã", view.doc),
        ("Tệp", view.path),
        ("Loại", view.type),
        ("Số, ký hiệu", view.symbol or ("để trống (dự thảo)" if view.draft else None)),
        ("Ngày", view.date),
        ("Cơ quan ban hành", view.issuer),
        ("Nơi ban hành", view.locality),
        ("Trích yếu", view.title),
        ("Người ký", view.signer),
    ]
    for name, value in rows:
        print(f"{name}: {value or 'không nêu'}")
    if view.status:
        print(f"Tình trạng: {view.status}")
    print(
        f"\nMục lục ({len(view.outline)} mục; {len(view.tasks)} nhiệm vụ; {len(view.references)} viện dẫn):"
    )
    for node in view.outline:
        title = node.title or collapse(view.text[node.start : node.start + 80]) + "…"
        print(f"{'  ' * node.depth}{node.num}. {title}" if node.title else f"{'  ' * node.depth}{title}")
    for warning in view.warnings:
        print(f"Lưu ý: {warning.message}")
    print("\n" + "-" * 40)
    print(view.text)


def tasks(found: Sequence[TaskRow]) -> None:
    """Print tasks with who, when and where it is said."""
    from search_api import register

    for number, task in enumerate(found, 1):
        print(
            textwrap.fill(
                register.task_name(task), _WIDTH, initial_indent=f"{number}. ", subsequent_indent="   "
            )
        )
        rows = [
            ("Chủ trì", register.lead_words(task)),
            ("Phối hợp", register.listed(task.coordinating_units)),
            ("Thời hạn", register.deadline_words(task)),
            ("Sản phẩm", "; ".join(task.products)),
            ("Nguồn", f"{register.source_words(task)} ({task.doc})"),
        ]
        for name, value in rows:
            if value:
                print(_wrapped(f"{name}: {value}", "   "))
        print()
    documents = len({task.doc for task in found})
    print(f"Tất cả {_number(len(found))} nhiệm vụ trong {_number(documents)} văn bản.")


def graph(found: Graph) -> None:
    """Print the chain of documents as a list, what carries out a document below it."""
    from search_api.graph import chains

    for top in chains(found):
        _branch(top, 0)
    absent = sum(node.missing for node in found.nodes)
    print(
        f"\nTất cả {_number(len(found.nodes))} văn bản, {_number(absent)} chưa có trong kho; "
        f"{_number(len(found.edges))} quan hệ."
    )
    if found.unnumbered:
        print(f"{_number(found.unnumbered)} viện dẫn không ghi số ký hiệu nên không rõ văn bản nào.")


def _branch(branch: Branch, depth: int) -> None:
    from search_api.drawing import ROLE_NAMES, day, node_issuer, node_name

    node = branch.node
    parts = [node_name(node), node_issuer(node), day(node.date)]
    parts += ["chưa có trong kho" if node.missing else node.id, node.status or ""]
    role = f"[{ROLE_NAMES.get(branch.role, branch.role)}] " if branch.role else ""
    again = " (các văn bản bên dưới: xem ở trên)" if branch.hidden else ""
    print(f"{'   ' * depth}{role}{' · '.join(part for part in parts if part)}{again}")
    for inside in branch.branches:
        _branch(inside, depth + 1)
