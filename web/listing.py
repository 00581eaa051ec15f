"""What lists share: the navigation, facets, parts of a long list, limits of what is typed."""

from __future__ import annotations

import re
from collections.abc import Callable

from indexer.clean import bare, collapse
from indexer.errors import UnusableInput
from search_api.routes import QUERY_LIMIT
from web import wording
from web.addresses import CHECK, DOCUMENTS, EVALUATION, GRAPH, HOME, TASKS, address
from web.contexts import Facet, Link, Option

SHOWN_OPTIONS = 8

ROWS = 50
"""Rows of a table on one page."""


def navigation(path: str) -> tuple[Link, ...]:
    """Return the pages that exist, marking the one that ``path`` belongs to."""
    shown = (
        (HOME, "Tra cứu"),
        (DOCUMENTS, "Văn bản"),
        (TASKS, "Nhiệm vụ"),
        (CHECK, "Đối chiếu"),
        (GRAPH, "Sơ đồ"),
        (EVALUATION, "Đánh giá"),
    )
    return tuple(
        Link(label, href, path == href or (href != HOME and path.startswith(href + "/")))
        for href, label in shown
    )


def check_query(text: str) -> str:
    """Return the query, white space collapsed; raise ``UnusableInput`` where it is too long."""
    query = collapse(text)
    if len(query) > QUERY_LIMIT:
        raise UnusableInput(
            f"Câu tìm dài {wording.count(len(query))} ký tự, nhiều hơn giới hạn {wording.count(QUERY_LIMIT)} ký tự. "
            "Hãy rút gọn: chỉ giữ tên nhiệm vụ, tên đơn vị hoặc số ký hiệu cần tìm."
        )
    return query


def number(text: str | None, default: int, least: int, most: int) -> int:
    """Read a number from a parameter, kept within bounds; ``default`` for anything else."""
    if text is None or not re.fullmatch(r"\d{1,9}", text):
        return default
    return max(least, min(int(text), most))


def facet(
    path: str,
    state: dict[str, str],
    name: str,
    label: str,
    counts: dict[str, int],
    word: Callable[[str], str],
) -> Facet:
    """Make a facet: the chosen value first, then by count; the rarer ones folded away."""
    chosen = state.get(name)
    options = [
        Option(
            word(value),
            number,
            address(path, {**state, name: None if value == chosen else value}),
            value == chosen,
        )
        for value, number in sorted(
            counts.items(), key=lambda item: (item[0] != chosen, -item[1], bare(item[0]))
        )
        if value
    ]
    # One more line costs less than a fold that hides one line.
    shown = SHOWN_OPTIONS if len(options) > SHOWN_OPTIONS + 1 else len(options)
    return Facet(label, tuple(options[:shown]), tuple(options[shown:]))


def parts(path: str, state: dict[str, str], asked: str | None, total: int) -> tuple[slice, tuple[Link, ...]]:
    """Return the rows that a page of a long list shows, and the links to its other pages."""
    last = max(1, -(-total // ROWS))
    part = number(asked, 1, 1, last)
    shown = sorted({1, last, *range(max(1, part - 2), min(last, part + 2) + 1)})
    links = tuple(
        Link(str(n), address(path, state, trang=n if n > 1 else None), n == part) for n in shown if last > 1
    )
    return slice((part - 1) * ROWS, part * ROWS), links


def meta(issuer: str | None, iso: str | None) -> str:
    """Say who issued a document and when."""
    return " · ".join(part for part in (issuer, wording.day(iso)) if part)


def warning(message: str, page: int | None) -> str:
    """Word a warning with its page."""
    return f"{message} (trang {page})" if page else message
