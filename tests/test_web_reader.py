"""The document view shows the whole text, in order, with its tables, sections and cited words."""

from __future__ import annotations

import html
import re

import pytest
from fakes.web_service import PLAN, FakeService
from hypothesis import given, settings
from hypothesis import strategies as st

from search_api.schemas import DocumentView, OutlineRow
from web.reader import pieces, section_anchors, section_at


def view(
    text: str, blocks: tuple[tuple[int, int, str], ...] = (), outline: tuple[OutlineRow, ...] = ()
) -> DocumentView:
    return DocumentView(
        "d", "d.txt", None, None, None, None, None, None, None, None, False, text, outline, (), (), (), (), blocks=blocks
    )  # fmt: skip


def shown(document: DocumentView, cited: tuple[int, int] | None = None) -> str:
    out = []
    for piece in pieces(document, (), cited):
        cells = [cell for row in piece.rows for cell in row] or [piece.html]
        out += [html.unescape(re.sub(r"<[^>]*>", "", str(cell))) for cell in cells]
    return "\n".join(out)


def squeezed(text: str) -> str:
    """What must be seen of a text: not white space, pipes and the rulers of tables."""
    return re.sub(r"[\s|:-]+", "", text)


lines = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "",
                "I. MỤC ĐÍCH",
                "- gạch đầu dòng",
                "| a | b |",
                "| 1 | hai <b> |",
                "|---|---|",
                "|",
                "Đơn vị chủ trì: Sở A.",
                "  thụt vào",
                "| một ô |",
            ]
        ),
        st.text(alphabet="ab|<& :-", max_size=12),
    ),
    max_size=12,
)


@settings(max_examples=400, deadline=None)
@given(lines, st.data())
def test_nothing_of_the_text_is_lost(parts: list[str], data: st.DataObject) -> None:
    text = "\n".join(parts)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    kinds = st.sampled_from(["paragraph", "heading", "row", "label", "banner", "recipients"])
    blocks = tuple((a, b, data.draw(kinds)) for a, b in zip(cuts[::2], cuts[1::2], strict=False))
    start = data.draw(st.integers(0, len(text)))
    cited = (start, data.draw(st.integers(start, len(text))))
    document = view(text, blocks)
    assert squeezed(shown(document, cited)) == squeezed(text)


@given(lines, st.data())
def test_the_cited_words_are_marked_exactly(parts: list[str], data: st.DataObject) -> None:
    text = "\n".join(parts)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    out = []
    for piece in pieces(view(text), (), (start, end)):
        cells = [cell for row in piece.rows for cell in row] or [piece.html]
        for cell in cells:
            out += re.findall(r"<mark[^>]*>(.*?)</mark>", str(cell), re.S)
    marked = html.unescape("".join(out))
    assert squeezed(marked) == squeezed(text[start:end])


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("| a | b |\n| 1 | 2 |", [2]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", [2]),
        ("| a | b |\n\n| 1 | 2 |", [2]),
        ("| a | b |\nxen giữa\n| 1 | 2 |", [1, 1]),
        ("| a | b |\n| 1 | 2 | 3 |", [1, 1]),
        ("không | có bảng", []),
        ("| a \\| b | c |", [1]),
    ],
)
def test_tables(text: str, tables: list[int]) -> None:
    assert [len(piece.rows) for piece in pieces(view(text)) if piece.tag == "table"] == tables


def test_headings_follow_the_outline() -> None:
    shown_pieces = pieces(FakeService().views[PLAN])
    tags = {piece.id: piece.tag for piece in shown_pieces if piece.id}
    assert tags["muc-i"] == "h2"
    assert tags["muc-i-1"] == "h3"
    assert tags["muc-iv-1"] == "p", "a numbered sentence is no heading"
    assert tags["muc-pl"] == "h2"


def row(path: str, start: int, end: int, depth: int = 1) -> OutlineRow:
    return OutlineRow(path.split(" > ")[-1], "x", depth, "heading", path, start, end)


def test_anchors_are_unique_and_stable() -> None:
    outline = [row("I", 0, 9), row("I > 1", 2, 9, 2), row("I > 1", 5, 9, 2), row("Nhóm 1 > 1.1", 9, 12)]
    assert section_anchors(outline) == ["muc-i", "muc-i-1", "muc-i-1-lan-2", "muc-nhom-1-1-1"]


@pytest.mark.parametrize(("at", "expected"), [(0, 0), (3, 1), (6, 2), (11, 3), (40, None)])
def test_section_at(at: int, expected: int | None) -> None:
    outline = [row("I", 0, 9), row("I > 1", 2, 5, 2), row("I > 2", 5, 9, 2), row("II", 9, 12)]
    assert section_at(outline, at) == expected
