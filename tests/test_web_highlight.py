"""Marks never change the visible text, whatever they cover."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.highlight import Mark, render


class _Reader(HTMLParser):
    """Collects visible text, and fails when an element is closed out of turn."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.covered: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not (tag == "a" and "a" in self.open), "a link in a link"
        self.open.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.seen.append(data)
        for tag in set(self.open):
            self.covered[tag] = self.covered.get(tag, "") + data


def read(markup: str) -> _Reader:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    assert reader.open == []
    return reader


# NUL and CR are replaced by HTML parsers themselves; no reader lets them into a text.
texts = st.text(
    alphabet=st.one_of(
        st.sampled_from("<>&\"' aăâđịủ\n|;#x27"),
        st.characters(exclude_characters="\x00\r", exclude_categories=("Cs",)),
    ),
    max_size=60,
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, int, int, list[Mark]]:
    text = draw(texts)
    spot = st.integers(-3, len(text) + 3)
    marks = draw(
        st.lists(
            st.builds(
                lambda a, b, tag, href, ident, css: Mark(min(a, b), max(a, b), tag, css, href, ident),
                spot,
                spot,
                st.sampled_from(["mark", "b", "span", "i"]),
                st.sampled_from([None, None, '/x?"<>&']),
                st.sampled_from([None, "trich", 'a"b']),
                st.sampled_from(["", 'c"><script>']),
            ),
            max_size=8,
        )
    )
    start = draw(st.integers(0, len(text)))
    return text, start, draw(st.integers(start, len(text))), marks


@given(cases())
def test_visible_text_is_the_text(case: tuple[str, int, int, list[Mark]]) -> None:
    text, start, end, marks = case
    reader = read(str(render(text, start, end, marks)))
    assert "".join(reader.seen) == text[start:end]


@given(cases())
def test_each_tag_covers_exactly_its_spans(case: tuple[str, int, int, list[Mark]]) -> None:
    text, start, end, marks = case
    covered = read(str(render(text, start, end, marks))).covered
    for tag in ("b", "i"):
        spans = [m for m in marks if m.element == tag]
        wanted = "".join(text[i] for i in range(start, end) if any(m.start <= i < m.end for m in spans))
        assert covered.get(tag, "") == wanted


@given(cases())
def test_an_id_is_written_once_per_mark(case: tuple[str, int, int, list[Mark]]) -> None:
    text, start, end, marks = case
    ids = read(str(render(text, start, end, marks))).ids
    assert len(ids) <= sum(1 for m in marks if m.id)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([], "Đơn vị chủ trì"),
        ([Mark(0, 6)], "<mark>Đơn vị</mark> chủ trì"),
        ([Mark(0, 14), Mark(7, 14, "b")], "<mark>Đơn vị <b>chủ trì</b></mark>"),
        ([Mark(0, 10), Mark(7, 14, "b")], "<mark>Đơn vị <b>chủ</b></mark><b> trì</b>"),
        ([Mark(7, 14), Mark(7, 14, "b")], "Đơn vị <mark><b>chủ trì</b></mark>"),
        ([Mark(7, 14, "b"), Mark(7, 14)], "Đơn vị <b><mark>chủ trì</mark></b>"),
        ([Mark(0, 3), Mark(3, 6)], "<mark>Đơn</mark><mark> vị</mark> chủ trì"),
        ([Mark(7, 7, "span", id="d-7")], 'Đơn vị <span id="d-7"></span>chủ trì'),
        (
            [Mark(0, 14, href="/ngoai"), Mark(7, 10, href="/trong")],
            '<a href="/ngoai">Đơn vị </a><a href="/trong">chủ</a><a href="/ngoai"> trì</a>',
        ),
        ([Mark(4, 99, id="trich")], 'Đơn <mark id="trich">vị chủ trì</mark>'),
        ([Mark(90, 99)], "Đơn vị chủ trì"),
    ],
)
def test_examples(marks: list[Mark], expected: str) -> None:
    assert str(render("Đơn vị chủ trì", 0, 14, marks)) == expected


def test_text_of_a_document_is_escaped() -> None:
    text = "<script>alert('x')</script> & \"y\""
    out = str(render(text, 0, len(text), [Mark(0, 8)]))
    assert not re.search(r"<script", out)
    assert "".join(read(out).seen) == text
