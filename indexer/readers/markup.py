"""Markdown marks → plain text with bold spans, for .md files and for .txt files that carry such marks.

Only paired marks go; a lone ``*``, "5 * 3", "(*)" and the blanks of a form ("____") are text.  Every pass is
linear in the length of the text.
"""

from __future__ import annotations

import html
import re

from indexer.readers.textbuilder import row
from indexer.records import Span

_HEADING = re.compile(r"[ ]{0,3}(#{1,6})(?:[ \t]+|(?=\*\*))(.*)")
_CLOSING_MARKS = re.compile(r"[ \t]+#+[ \t]*$")
_RULE = re.compile(r"[ \t]{0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|={3,}[ \t]*)$")
_FENCE = re.compile(r"[ ]{0,3}(?:```|~~~)[\w+-]*[ \t]*$")
_QUOTE = re.compile(r"[ ]{0,3}(?:>[ ]?)+")
_SEPARATOR = re.compile(r"[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$")
_BREAK = re.compile(r"<br[ \t]*/?>", re.IGNORECASE)
_INLINE_TAG = re.compile(
    r"</?(?:b|i|u|em|strong|sup|sub|span|font|center|p|div)(?:[ \t][^<>\n]{0,200})?/?>", re.IGNORECASE
)
_IMAGE = re.compile(r"!\[([^\]\n]{0,300})\]\([^()\n]{0,2000}\)")
_LINK = re.compile(r"(?<!\\)\[([^\]\n]{1,500})\]\((?:https?:|mailto:|#|/|\.)[^()\n]{0,2000}\)")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,6});")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_ESCAPE_SIGN = re.compile(r"(?m)^[ \t]*(?:\*\*)?(?:\\[-*+#]|\d{1,3}\\[.)])|\w\\[&_*]\w|\[\^?\d+\\\]")
_MARKS = re.compile(r"(?<!\\)(\*{1,6}|_{1,6})")
_HARD_BREAK = re.compile(r"(?:[ \t]{2,}|(?<!\\)\\)(?=\n|$)")

_FARTHEST_BOLD = 3000  # characters a bold mark may stand from its partner
_FARTHEST_EMPHASIS = 600
_ESCAPE_HOLDERS = 0xF0000  # private plane: holds an escaped sign while marks are paired


def carries_markdown(text: str) -> bool:
    """Say whether a plain text file shows marks that only Markdown has (headings, escapes, table rules)."""
    if _ESCAPE_SIGN.search(text):
        return True
    lines = text.split("\n")
    return any(_HEADING.fullmatch(line) is not None for line in lines if line.lstrip()[:1] == "#") or any(
        _is_separator(lines, at) for at, line in enumerate(lines) if line.lstrip()[:1] in ("|", "-", ":")
    )


def _is_separator(lines: list[str], at: int) -> bool:
    line = lines[at]
    return "|" in line and _SEPARATOR.match(line) is not None and at > 0 and "|" in lines[at - 1]


def strip_markup(text: str, *, markdown: bool) -> tuple[str, tuple[Span, ...]]:
    """Return the text without its marks, and the spans that were bold (headings among them).

    ``markdown`` says that the file is Markdown; otherwise only paired emphasis, rules and, where the text
    :func:`carries_markdown`, the rest are taken off.  The text must be NFC with ``\\n`` line ends.
    """
    full = markdown or carries_markdown(text)
    if full:
        # held first, so that an escaped sign is never taken for a mark
        text = _HARD_BREAK.sub("", text)
        text = _ESCAPED.sub(lambda m: chr(_ESCAPE_HOLDERS + ord(m.group(1))), text.replace("\\|", "¦"))
    text, headings = _strip_lines(text, full=full, markdown=markdown)
    text, bold = _strip_emphasis(text, headings)
    if full:
        text = text.translate({_ESCAPE_HOLDERS + code: chr(code) for code in range(0x21, 0x7F)})
    return text, bold


def _strip_lines(text: str, *, full: bool, markdown: bool) -> tuple[str, list[tuple[int, int]]]:
    """Take off what belongs to whole lines; return the text and the places of heading lines."""
    lines = text.split("\n")
    out: list[str] = []
    headings: list[int] = []
    for at, line in enumerate(lines):
        if line.isspace() or not line:
            out.append(line.strip("\f"))
            continue
        first = line.lstrip(" \t")[:1]
        if full and first in "|:-" and _is_separator(lines, at):
            continue
        if first in "-*_=" and _RULE.match(line):
            out.append("")
            continue
        if full and first == "#":
            match = _HEADING.fullmatch(line)
            if match:
                line = _CLOSING_MARKS.sub("", match.group(2)).strip()
                headings.append(len(out))
        if markdown:
            if first in "`~" and _FENCE.match(line):
                out.append("")
                continue
            if first == ">":
                line = _QUOTE.sub("", line, count=1)
        if full and "|" in line and _is_row(lines, at):
            line = _row(line)
        elif "|" in line and _is_bare_row(lines, at):
            line = row(line.split("|"))
        elif "<" in line:
            line = _BREAK.sub("\n", line)
        if full:
            line = _strip_inline(line)
        out.append(line)
    places = []
    offset = 0
    wanted = set(headings)
    for number, line in enumerate(out):
        if number in wanted and line:
            places.append((offset, offset + len(line)))
        offset += len(line) + 1
    return "\n".join(out), places


def _is_row(lines: list[str], at: int) -> bool:
    line = lines[at].strip()
    if line.startswith("|") and line.endswith("|") and len(line) > 2:
        return True
    return (at + 1 < len(lines) and _is_separator(lines, at + 1)) or (at > 0 and _is_separator(lines, at - 1))


def _is_bare_row(lines: list[str], at: int) -> bool:
    """Say whether a line is a row typed without outer bars: the line above or below has as many columns."""
    bars = _bars(lines[at])
    return bars >= _LEAST_BARS and any(
        _bars(lines[near]) == bars for near in (at - 1, at + 1) if 0 <= near < len(lines)
    )


_LEAST_BARS = 2
_BAR = re.compile(r"[ \t]\|(?=[ \t]|$)")


def _bars(line: str) -> int:
    """Count the bars between the cells of a line that has none at its start; 0 for any other line."""
    return 0 if line.lstrip().startswith("|") else len(_BAR.findall(line))


def _row(line: str) -> str:
    line = _BREAK.sub("\n", line).strip()
    return row(line.removeprefix("|").removesuffix("|").split("|"))


def _strip_inline(line: str) -> str:
    if "](" in line:
        line = _LINK.sub(r"\1", _IMAGE.sub(r"\1", line))
    if "<" in line:
        line = _INLINE_TAG.sub("", line)
    if "&" in line:
        line = _ENTITY.sub(lambda m: html.unescape(m.group()), line)
    return line


def _opens(text: str, start: int, end: int) -> bool:
    """Say whether the mark ``text[start:end]`` can open: words follow it, none touch it before."""
    after = text[end : end + 1]
    if not after or after.isspace() or after in ").,;:!?]}*_":
        return False
    before = text[start - 1 : start]
    if end - start == 1 or text[start] == "_":
        return not before.isalnum()
    return True


def _closes(text: str, start: int, end: int) -> bool:
    before = text[start - 1 : start]
    if not before or before.isspace() or before in "([{":
        return False
    after = text[end : end + 1]
    if text[start] == "_":
        return not after.isalnum()
    if end - start == 1:
        return not (after.isalnum() and before.isalnum())
    return True


def _pairs(text: str) -> list[tuple[int, int, int, int, bool]]:
    """Pair the marks: (open start, open end, close start, close end, bold)."""
    found: list[tuple[int, int, int, int, bool]] = []
    waiting: dict[tuple[str, bool], tuple[int, int]] = {}
    farthest = {True: _FARTHEST_BOLD, False: _FARTHEST_EMPHASIS}

    def close(sign: str, bold: bool, start: int, end: int) -> bool:
        opened = waiting.get((sign, bold))
        if opened is None:
            return False
        del waiting[(sign, bold)]
        between = start - opened[1]
        if between > farthest[bold] or (not bold and "\n\n" in text[opened[1] : start]):
            return False
        found.append((*opened, start, end, bold))
        return True

    for match in _MARKS.finditer(text):
        start, end = match.span()
        sign = text[start]
        width = end - start
        if width > 4 or (sign == "_" and width > 3):
            continue
        opens, closes = _opens(text, start, end), _closes(text, start, end)
        if width == 4:
            # "**a****b**": one ends where the next begins
            if close(sign, True, start, start + 2) and opens:
                waiting[(sign, True)] = (start + 2, end)
            continue
        if width == 3:
            if closes and ((sign, True) in waiting or (sign, False) in waiting):
                # the mark opened last closes first
                inner_bold = waiting.get((sign, True), (-1, 0)) > waiting.get((sign, False), (-1, 0))
                middle = start + (2 if inner_bold else 1)
                close(sign, inner_bold, start, middle)
                if not close(sign, not inner_bold, middle, end) and opens:
                    waiting[(sign, not inner_bold)] = (middle, end)
            elif opens:
                waiting[(sign, True)] = (start, start + 2)
                waiting[(sign, False)] = (start + 2, end)
            continue
        bold = width == 2
        if closes and close(sign, bold, start, end):
            continue
        if opens:
            waiting[(sign, bold)] = (start, end)
    return found


def _strip_emphasis(text: str, headings: list[tuple[int, int]]) -> tuple[str, tuple[Span, ...]]:
    """Take paired marks off and move the bold spans along."""
    pairs = _pairs(text)
    holes = sorted(
        [(pair[0], pair[1]) for pair in pairs] + [(pair[2], pair[3]) for pair in pairs],
    )
    bold = sorted([(pair[1], pair[2]) for pair in pairs if pair[4]] + headings)
    edges = sorted({edge for span in bold for edge in span})
    moved: dict[int, int] = {}
    out: list[str] = []
    at = removed = 0
    queue = iter(edges)
    edge = next(queue, None)
    for start, end in [*holes, (len(text), len(text))]:
        while edge is not None and edge <= start:
            moved[edge] = edge - removed
            edge = next(queue, None)
        out.append(text[at:start])
        removed += end - start
        while edge is not None and edge <= end:
            moved[edge] = end - removed
            edge = next(queue, None)
        at = end
    stripped = "".join(out)
    spans: list[Span] = []
    for start, end in bold:
        first, last = moved[start], moved[end]
        if not stripped[first:last].strip():
            continue
        if spans and first <= spans[-1].end:
            if last > spans[-1].end:
                spans[-1] = Span(spans[-1].start, last)
        else:
            spans.append(Span(first, last))
    return stripped, tuple(spans)
