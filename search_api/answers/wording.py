"""How a refusal words what was asked about: the question's own words, without its names and words of asking."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.clean import bare
from search_api.questions.question import Question

_TOKEN = re.compile(r"[^\W_]+(?:[/&.-][^\W_]+)*")
#: Words that lead to a name or a word of asking, and hang in the air without it.
_HANGING = re.compile(
    r"của|ở|tại|trong|theo|về|cho|với|và|thì|là|có|bị|được|phải|cần|do|từ|đến|vào|trên|hết|mà|cùng|các|những|này|đó"
    r"|nếu|khi|bằng|qua|nói|nêu|ra|hơn|thuộc|rồi|nữa|như|ạ"
)
#: Those of them that are no other word without diacritics.
_HANGING_PLAIN = re.compile(r"cua|tai|trong|theo|va|thi|duoc|phai|vao|tren|nhung|nay|neu|thuoc|nhu")
_SEVERAL = 2


def asked_about(question: Question, names: Sequence[str]) -> str:
    """Return what a question is about in its own words; ``names`` are those that limit it, as typed.

    >>> from search_api.questions.question import understand
    >>> asked_about(understand("Xã Phú Hòa có bao nhiêu hộ trồng chè ở Đồi Sim?"), ["Xã Phú Hòa"])
    'hộ trồng chè ở Đồi Sim'
    """
    words = list(_TOKEN.finditer(question.text))
    kept = _of_topic([bare(w.group()) for w in words], [bare(w) for w in _TOKEN.findall(question.topic)])
    flat = question.text.casefold()
    for name in names:
        at = flat.find(name.casefold())
        kept -= {n for n, w in enumerate(words) if at >= 0 and at <= w.start() < at + len(name)}
    pieces: list[list[int]] = []
    for n in sorted(kept):
        joined = pieces and pieces[-1][-1] == n - 1 and not re.search(r"[,;:?]", _between(question, words, n))
        if joined:
            pieces[-1].append(n)
        else:
            pieces.append([n])
    hanging = _HANGING_PLAIN if question.plain else _HANGING
    forms = [w.group().lower() for w in words]
    told = [trimmed for piece in pieces if (trimmed := _trimmed(piece, forms, hanging))]
    long = [piece for piece in told if len(piece) >= _SEVERAL] or told
    return ", ".join(question.text[words[p[0]].start() : words[p[-1]].end()] for p in long)


def _between(question: Question, words: Sequence[re.Match[str]], n: int) -> str:
    return question.text[words[n - 1].end() : words[n].start()]


def _of_topic(words: Sequence[str], topic: Sequence[str]) -> set[int]:
    """Return the places of the words of a question that its topic keeps, which are in the same order."""
    kept: set[int] = set()
    at = len(words)
    # From the end: words of asking stand before what they ask for more often than after it.
    for word in reversed(topic):
        found = next((n for n in range(at - 1, -1, -1) if words[n] == word), None)
        if found is not None:
            kept.add(found)
            at = found
    return kept


def _trimmed(piece: list[int], forms: Sequence[str], hanging: re.Pattern[str]) -> list[int]:
    while piece and hanging.fullmatch(forms[piece[-1]]):
        piece = piece[:-1]
    while piece and hanging.fullmatch(forms[piece[0]]):
        piece = piece[1:]
    return piece
