"""Groups of people and kinds of place that a task lists, of which the plan names only some.

"Hỗ trợ hộ nghèo, hộ cận nghèo, người dân tộc thiểu số" answered by "hỗ trợ hộ nghèo, hộ cận nghèo" leaves a
group out.  Only lists of what ``rules/groups.tsv`` names are read, and only where the plan names some of the
list by its own words and no word that stands for the rest ("các đối tượng khác").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from indexer.clean import fold
from indexer.records import Span
from search_api.check.similarity import light_words, paraphrases, rule_rows

_ITEM_END = re.compile(
    r"\s*(?P<more>,\s*(?:và\s+)?)|\s+(?P<last>và|hoặc)\s+|\s*[.;:()\n]|\s+-\s+"
    r"|\s+(?=(?:trước|chậm nhất|trong (?:năm|tháng|quý|vòng)|trên địa bàn|theo|gửi|để|nhằm|bảo đảm|đạt|xong|hoàn thành)(?!\w))"
)
_LONGEST = 14
"""Words of a group's name at most: "người từ đủ 75 tuổi trở lên hưởng trợ cấp hưu trí xã hội" has fourteen."""
_WORD = re.compile(r"\d+|[^\W\d_]+")
_REST = re.compile(
    r"(?<!\w)(?:các (?:đối tượng|nhóm|trường hợp|diện)|đối tượng (?:được|thuộc|theo|chính sách|ưu tiên|yếu thế|khác)"
    r"|và (?:các )?(?:\w+ ){1,4}khác|v\.v|yếu thế)(?!\w)"
)
"""Words of a plan that stand for all that a list names."""
_NAMED = 0.6
"""How much of a group's name a plan must hold for the group to be named."""
_UNNAMED = 0.36
"""How much at most where it is not."""
_BESIDE = 60
"""How near behind a named group words for the rest stand."""
_SINGLE = 0.35
"""Weight of the words of a name by themselves; the rest is for words that stand side by side."""


@lru_cache(maxsize=1)
def group_words() -> re.Pattern[str]:
    """Return the beginnings of the names of groups, over folded text."""
    heads = sorted((fold(row[0]) for row in rule_rows("groups.tsv")), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(heads)})(?!\w)")


class Group(msgspec.Struct, frozen=True):
    """One group of a list: where it is named, its words that tell, and those that stand side by side."""

    span: Span
    words: frozenset[str]
    pairs: frozenset[tuple[str, str]]

    def held(self, words: frozenset[str], pairs: frozenset[tuple[str, str]]) -> float:
        """Return how much of the name other words hold."""
        single = len(self.words & words) / max(len(self.words), 1)
        if not self.pairs:
            return single
        return _SINGLE * single + (1 - _SINGLE) * len(self.pairs & pairs) / len(self.pairs)


def lists_in(text: str, span: Span) -> Iterator[list[Group]]:
    """Yield the lists of at least two groups in a stretch: names side by side, each beginning like one."""
    folded = fold(text[span.start : span.end]).replace("\n", " ")
    heads = group_words()
    found: list[Group] = []
    at = 0
    while at < len(folded):
        head = heads.search(folded, at) if not found else heads.match(folded, at)
        if head is None:
            if len(found) > 1:
                yield found
            if not found:
                return
            found = []
            continue
        end = _ITEM_END.search(folded, head.end())
        stop = end.start() if end is not None else len(folded)
        name = folded[head.start() : stop]
        words, pairs = _terms(name)
        short = len(name.split()) <= _LONGEST
        if short and words:
            found.append(Group(Span(span.start + head.start(), span.start + stop), words, pairs))
        if not short or end is None or not (end["more"] or end["last"]):
            if len(found) > 1:
                yield found
            found = []
        at = end.end() if end is not None else len(folded)
    if len(found) > 1:
        yield found


def _terms(text: str) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """Return the telling words of a folded text, and the pairs of neighbours of which one tells."""
    pattern, table = paraphrases()
    light = light_words()
    words = _WORD.findall(pattern.sub(lambda m: table[m[0]], text))
    tell = [w not in light for w in words]
    pairs = ((a, b) for a, b, x, y in zip(words, words[1:], tell, tell[1:], strict=False) if x or y)
    return frozenset(w for w, told in zip(words, tell, strict=True) if told), frozenset(pairs)


def left_out(text: str, span: Span, said: Sequence[str]) -> list[Span]:
    """Return the groups of a clause that ``said`` leaves out, where it names others of the same list.

    Neighbours in the list are one stretch.
    """
    plain = fold(" . ".join(said))
    if any(
        group_words().search(plain, max(0, m.start() - _BESIDE), m.start()) for m in _REST.finditer(plain)
    ):
        return []
    words, pairs = _terms(plain)
    out: list[Span] = []
    for groups in lists_in(text, span):
        held = [group.held(words, pairs) for group in groups]
        if max(held) < _NAMED:
            continue
        reworded = _as_many(plain, groups)
        before = -1
        for number, (group, share) in enumerate(zip(groups, held, strict=True)):
            if share >= _UNNAMED or (reworded and not any(w.isdigit() for w in group.words)):
                continue
            if before == number - 1 and out:
                out[-1] = Span(out[-1].start, group.span.end)
            else:
                out.append(group.span)
            before = number
    return out


_SIDE_BY_SIDE = re.compile(r",\s+(?:và\s+)?|\s+và\s+|\s+hoặc\s+")
_ITEM_WORDS = 8


@lru_cache(maxsize=1)
def _work() -> re.Pattern[str]:
    """Return the beginnings of another piece of work, which is no item of a list."""
    verbs = [fold(row[0]) for row in rule_rows("task_verbs.tsv")]
    return re.compile(rf"(?:{'|'.join(verbs)}|hoàn thành|xong|trước|chậm nhất|mỗi|do)(?!\w)")


def _as_many(plain: str, groups: Sequence[Group]) -> bool:
    """Say whether the plan's own list is as long as the parent's: what seems to be lost may have another name."""
    for clause in re.split(r"[.;:\n]", plain):
        items = [item.strip() for item in _SIDE_BY_SIDE.split(clause)]
        named = [n for n, item in enumerate(items) if _names(item, groups)]
        if not named:
            continue
        last = named[-1] + 1
        while (
            last < len(items) and len(items[last].split()) <= _ITEM_WORDS and not _work().match(items[last])
        ):
            last += 1
        # Where the first that is named is not the first of the list, the one before it stands at a clause's end.
        first = named[0] - (1 if named[0] and group_words().match(items[named[0]]) else 0)
        if last - first >= len(groups):
            return True
    return False


def _names(item: str, groups: Sequence[Group]) -> bool:
    words, pairs = _terms(item)
    return any(group.held(words, pairs) >= _NAMED for group in groups)


_PLACES = r"(?P<place>thôn|bản|khu phố|tổ dân phố|khu dân cư|xã|phường|trường|chợ|chi bộ|trạm y tế)"
_EVERY = re.compile(rf"(?<!\w)(?:tất cả|toàn bộ|100%)(?: số)?(?: các)? {_PLACES}(?!\w)")
_SOME = re.compile(rf"(?<![\d/.,])(?P<n>\d{{1,3}})(?:/\d+)? {_PLACES}(?!\w)")
_HAMLETS = frozenset({"thôn", "bản", "khu phố", "tổ dân phố", "khu dân cư"})


def fewer_places(text: str, span: Span, said: Sequence[str], plan: str) -> Span | None:
    """Return where a clause says "all the hamlets" and the plan speaks of some: fewer than it counts elsewhere."""
    folded = fold(text[span.start : span.end]).replace("\n", " ")
    every = _EVERY.search(folded)
    words = fold(" . ".join(said))
    if every is None or _EVERY.search(words):
        return None
    counted = [int(m["n"]) for m in _SOME.finditer(words) if _kind(m["place"]) == _kind(every["place"])]
    known = [int(m["n"]) for m in _SOME.finditer(fold(plan)) if _kind(m["place"]) == _kind(every["place"])]
    known += [int(m[1]) for m in re.finditer(rf"\d/(\d+) {every['place']}(?!\w)", fold(plan))]
    if not counted or max(counted) >= max(known, default=0):
        return None
    return Span(span.start + every.start(), span.start + every.end())


def _kind(place: str) -> str:
    return "thôn" if place in _HAMLETS else place
