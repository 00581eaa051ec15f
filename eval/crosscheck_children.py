"""Children of a plan made by known edits, so that what a cross-check finds can be counted.

A child is the plan's own text under another head (another issuer, the plan cited), with one edit at most on
each task: dropped, merged, split, reordered, reworded, units renamed to the level below, deadline moved or
weakened, target lowered; or the citation damaged.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import date, timedelta
from importlib import resources

import msgspec

from indexer.analyse import analyse
from indexer.clean import collapse
from indexer.deadlines import read_deadline
from indexer.records import BOILERPLATE, Document, SourceText, Span, Task
from search_api.check.compare import compare_deadlines
from search_api.check.units import clauses, task_words

KINDS = (
    "dropped",
    "merged",
    "split",
    "reordered",
    "reworded",
    "renamed",
    "deadline_moved",
    "deadline_weakened",
    "target_lowered",
)


class Child(msgspec.Struct, frozen=True):
    """A made child: the text, and what was done to each task of the plan (by id) and to the citation."""

    document: Document
    edits: dict[str, str]
    targets: tuple[int, ...] = ()
    """Indices of the lowered targets in the plan."""
    citation: str | None = None


class _Edit(msgspec.Struct, frozen=True):
    span: Span
    words: str


def _table() -> list[tuple[str, str]]:
    text = (resources.files("eval") / "benchmark" / "paraphrases.tsv").read_text(encoding="utf-8")
    return [
        (row.split("\t")[0], row.split("\t")[1])
        for row in text.splitlines()
        if row and not row.startswith("#")
    ]


_BELOW = (
    (r"UBND các xã, phường", "các thôn"),
    (r"Ủy ban nhân dân các xã, phường", "các thôn"),
    (r"[Cc]ác sở, ban, ngành(?: tỉnh)?", "các phòng chuyên môn"),
    (r"Văn phòng UBND tỉnh", "Văn phòng HĐND và UBND xã"),
    (r"UBND tỉnh", "UBND xã"),
    (r"Công an tỉnh", "Công an xã"),
    (r"Bộ Chỉ huy Quân sự tỉnh", "Ban Chỉ huy Quân sự xã"),
    (r"\bSở ([A-ZĐÀ-Ỹ])", r"Phòng \1"),
    (r"trên địa bàn tỉnh", "trên địa bàn xã"),
    (r"toàn tỉnh", "toàn xã"),
    (r"cấp tỉnh", "cấp xã"),
    (r"Tỉnh ủy", "Đảng ủy xã"),
)


_LABEL_LINE = re.compile(r"^[^:\n]{4,60}:", re.M)
_NUMBER = re.compile(r"\s*(?:\d+(?:\.\d+)*|[a-zđ]|[IVX]+)[.)]\s+|\s*[-+]\s+")
_OF_A_NAME = r"(?<!\bSở )(?<!\bBộ )(?<!\bPhòng )(?<!\bBan )(?<!\bsở )"


def reworded(words: str, chance: random.Random) -> str:
    """Say a passage in other words; clauses between semicolons change places.

    Labels of lines, names of bodies and the number in front stay: nobody rewords "Thời gian thực hiện:".
    """
    found = _LABEL_LINE.search(words)
    at = found.start() if found is not None and found.start() > 0 else len(words)
    out, labels = words[:at], words[at:]
    for one, other in _table():
        out = re.sub(
            rf"(?<!\w){_OF_A_NAME}{one}(?!\w)",
            lambda m, other=other: other[0].upper() + other[1:] if m[0][0].isupper() else other,  # type: ignore[misc]
            out,
            flags=re.I,
        )
    number = match[0] if (match := _NUMBER.match(out)) else ""
    body = out[len(number) :]
    parts = [p.strip(" .") for p in body.split(";")]
    if len(parts) > 1 and "\n" not in out and chance.random() < 0.5:
        parts = parts[1:] + parts[:1]
        parts[0] = parts[0][:1].upper() + parts[0][1:]
        out = number + "; ".join(parts) + "."
    return out + labels


def renamed(words: str) -> str:
    """Name the units of the level below."""
    for pattern, other in _BELOW:
        words = re.sub(pattern, other, words)
    return words


def later(raw: str) -> str | None:
    """Return the wording of a later time limit of the same form; None where there is none to move."""
    if match := re.search(r"(\d{1,2})/(\d{1,2})/(20\d\d)", raw):
        try:
            moved = date(int(match[3]), int(match[2]), int(match[1])) + timedelta(days=47)
        except ValueError:
            return None
        return raw[: match.start()] + f"{moved.day:02d}/{moved.month}/{moved.year}" + raw[match.end() :]
    if match := re.search(r"[Qq]uý (I{1,3}|IV)(?= |/)", raw):
        following = {"I": "II", "II": "III", "III": "IV"}.get(match[1])
        return raw[: match.start(1)] + following + raw[match.end(1) :] if following else None
    if match := re.search(r"tháng (\d{1,2})(?=[/ ])", raw):
        month = int(match[1]) + 3
        return raw[: match.start(1)] + str(month) + raw[match.end(1) :] if month <= 12 else None
    if match := re.search(r"năm (20\d\d)$", raw.strip()):
        return raw.replace(match[1], str(int(match[1]) + 1))
    return None


def _is_row(plan: Document, task: Task) -> bool:
    return plan.text[task.block.start : task.block.end].lstrip().startswith("|")


def _inside(plan: Document, task: Task) -> Span:
    """Return the task's block less a trailing part that is not its own (recipients, signature)."""
    end = task.block.end
    for block in plan.blocks:
        if task.block.start < block.span.start < end and block.kind in BOILERPLATE:
            end = block.span.start
    return Span(task.block.start, end)


def _editable(plan: Document) -> list[int]:
    """Return tasks whose blocks stand apart and say enough to be recognised."""
    out = []
    for n, task in enumerate(plan.tasks):
        if len(task_words(plan, task).split()) < 8:
            continue
        if any(m != n and other.block.overlaps(task.block) for m, other in enumerate(plan.tasks)):
            continue
        out.append(n)
    return out


def make_child(plan: Document, seed: int, citation: str | None = None) -> Child:
    """Make one child; the same seed makes the same child.

    ``citation`` damages how the plan is cited: "date", "number", "issuer" or "missing".
    """
    chance = random.Random(f"{plan.id}:{seed}")
    text = plan.text
    edits: list[_Edit] = []
    done: dict[str, str] = {}
    lowered: list[int] = []
    order = _editable(plan)
    chance.shuffle(order)
    pool = [kind for kind in KINDS for _ in range(2 if kind == "dropped" else 1)]
    busy: set[int] = set()
    for turn, n in enumerate(order):
        if n in busy or turn % 3 == 2:
            continue
        task = plan.tasks[n]
        kind = pool[chance.randrange(len(pool))]
        made = _edit(plan, n, kind, chance, busy)
        if made is None:
            continue
        edits += made[0]
        done |= made[1]
        lowered += made[2]
        busy.add(n)
        assert task.id in done
    edits += _bare_headings(plan, done)
    body_start = min((s.span.start for s in plan.outline), default=0)
    ends = [
        b.span.start
        for b in plan.blocks
        if b.kind in ("recipients", "signature") and b.span.start > body_start
    ]
    annex = min((s.span.start for s in plan.outline if s.kind == "annex"), default=len(text))
    body_end = min([e for e in ends if e < annex], default=annex)
    body = _applied(text, [e for e in edits if e.span.end <= body_end], body_start, body_end)
    tail = _applied(text, [e for e in edits if e.span.start >= annex], annex, len(text))
    source = SourceText(_head(plan, citation) + body.rstrip() + "\n\n" + tail)
    inside = {t.id for t in plan.tasks if t.block.end <= body_end + 2 or t.block.start >= annex}
    return Child(
        analyse(f"con-{plan.id}-{seed}", f"con-{plan.id}-{seed}.txt", "", source),
        {task: kind for task, kind in done.items() if task in inside},
        tuple(lowered),
        citation,
    )


def _bare_headings(plan: Document, done: dict[str, str]) -> list[_Edit]:
    """Return the headings under which every task was dropped: who drops the work drops its heading."""
    out = []
    for index, section in enumerate(plan.outline):
        inside = [t for t in plan.tasks if t.section == section.path and section.span.covers(t.block)]
        below = any(other.parent == index for other in plan.outline)
        if not inside or below or section.kind in ("part", "annex"):
            continue
        if all(done.get(t.id) == "dropped" and t.block.start >= section.heading.end for t in inside):
            out.append(_Edit(Span(section.heading.start, section.heading.end), ""))
    return out


_Made = tuple[list[_Edit], dict[str, str], list[int]]


def _edit(plan: Document, n: int, kind: str, chance: random.Random, busy: set[int]) -> _Made | None:
    task = plan.tasks[n]
    block = _inside(plan, task)
    words = block.of(plan.text)
    if kind == "dropped":
        if re.search(r"kế hoạch|chương trình", words, re.I):
            return None  # where a plan is ordered, the child carries that out by being one
        return [_Edit(block, "")], {task.id: kind}, []
    if kind == "reworded":
        other = reworded(words, chance) if not _is_row(plan, task) else words
        return ([_Edit(block, other)], {task.id: kind}, []) if other != words else None
    if kind == "renamed":
        other = renamed(words)
        return ([_Edit(block, other)], {task.id: kind}, []) if other != words else None
    if kind in ("deadline_moved", "deadline_weakened"):
        return _redated(plan, task, kind)
    if kind == "target_lowered":
        return _lowered(plan, n)
    if kind in ("merged", "reordered"):
        return _together(plan, n, kind, busy)
    return _split(plan, task)


def _redated(plan: Document, task: Task, kind: str) -> _Made | None:
    span = task.deadline_span
    if span is None or not task.block.covers(span) or task.deadline.kind not in ("by", "within"):
        return None
    raw = span.of(plan.text)
    other = later(collapse(raw)) if kind == "deadline_moved" else "Thường xuyên"
    if other is None:
        return None
    found = compare_deadlines(task.deadline, read_deadline(other, year=2026))
    wanted = "deadline_later" if kind == "deadline_moved" else "deadline_weakened"
    if found is None or found[0] != wanted:
        return None
    if kind == "deadline_weakened":
        # "Hoàn thành trước ngày …" is weakened to "Thực hiện thường xuyên", as plans say it.
        before = re.search(r"(hoàn thành|xong|thực hiện)\s+$", plan.text[: span.start], re.I)
        if before is not None and before.start() >= task.block.start:
            verb = "Thực hiện " if before[0][0].isupper() else "thực hiện "
            return [_Edit(Span(before.start(), span.end), verb + "thường xuyên")], {task.id: kind}, []
    return [_Edit(span, other)], {task.id: kind}, []


def _lowered(plan: Document, n: int) -> _Made | None:
    task = plan.tasks[n]
    for index, target in enumerate(plan.targets):
        if not task.block.covers(target.span) or target.unit != "%" or not target.value or target.value < 25:
            continue
        if target.comparator not in (">=", "=", ">"):
            continue
        words = target.span.of(plan.text)
        found = re.search(rf"(?<!\d){target.value:g}(?=\s*%)", words)
        if found is None:
            continue
        at = target.span.start + found.start()
        other = f"{target.value - 15:g}"
        return [_Edit(Span(at, at + len(found[0])), other)], {task.id: "target_lowered"}, [index]
    return None


def _next(plan: Document, n: int, busy: set[int]) -> int | None:
    task = plan.tasks[n]
    if n + 1 >= len(plan.tasks) or n + 1 in busy or _is_row(plan, task):
        return None
    other = plan.tasks[n + 1]
    near = not plan.text[_inside(plan, task).end : other.block.start].strip()
    same = task.section.rsplit(" > ", 1)[0] == other.section.rsplit(" > ", 1)[0]
    return n + 1 if near and same and not _is_row(plan, other) and n + 1 in _editable(plan) else None


def _together(plan: Document, n: int, kind: str, busy: set[int]) -> _Made | None:
    """Merge a task with the next one, or let the two change places."""
    following = _next(plan, n, busy)
    if following is None:
        return None
    a, b = plan.tasks[n], plan.tasks[following]
    one, two = _inside(plan, a), _inside(plan, b)
    busy.add(following)
    if kind == "reordered":
        return (
            [_Edit(one, two.of(plan.text)), _Edit(two, one.of(plan.text))],
            {a.id: kind, b.id: kind},
            [],
        )
    if a.title is not None and len(a.actions) > 0:
        busy.discard(following)
        return None
    at = a.span.end
    while at > a.span.start and plan.text[at - 1] in " .;\n":
        at -= 1
    added = "; " + task_words(plan, b)
    return [_Edit(Span(at, at), added), _Edit(two, "")], {a.id: kind, b.id: kind}, []


def _split(plan: Document, task: Task) -> _Made | None:
    """Make two tasks of one, each with half of the clauses and all of the labels."""
    said = clauses(collapse(task.span.of(plan.text)))
    if len(said) < 2 or task.actions or _is_row(plan, task):
        return None
    block = _inside(plan, task)
    labels = plan.text[task.span.end : block.end]
    if not labels.strip():
        return None
    first, second = said[: len(said) // 2], said[len(said) // 2 :]
    again = second[0][:1].upper() + second[0][1:]
    words = f"{'; '.join(first)}.{labels.rstrip()}\n\n- {'; '.join([again, *second[1:]])}.{labels}"
    return [_Edit(Span(task.span.start, block.end), words)], {task.id: "split"}, []


def _applied(text: str, edits: Sequence[_Edit], start: int, end: int) -> str:
    out: list[str] = []
    at = start
    for edit in sorted(edits, key=lambda e: e.span):
        if edit.span.start < at or edit.span.end > end:
            continue
        out += [text[at : edit.span.start], edit.words]
        at = edit.span.end
    out.append(text[at:end])
    return "".join(out)


def _head(plan: Document, citation: str | None) -> str:
    meta = plan.metadata
    kind = meta.type.value if meta.type else "Kế hoạch"
    symbol = meta.symbol.value if meta.symbol else "99/KH-UBND"
    issued = meta.date.value if meta.date and len(meta.date.value) == 10 else "2026-04-10"
    issuer = collapse(meta.issuer.value) if meta.issuer else "UBND tỉnh"
    if citation == "date":
        issued = (date.fromisoformat(issued) + timedelta(days=1)).isoformat()
    if citation == "number":
        symbol = re.sub(r"^\d+", lambda m: str(int(m[0]) + 9), symbol)
    if citation == "issuer":
        issuer = "Sở Ngoại vụ"
    day = "/".join(reversed(issued.split("-")))
    cited = f"Thực hiện {kind} số {symbol} ngày {day} của {issuer}"
    told = "Để làm tốt công tác năm 2026" if citation == "missing" else cited
    return (
        "ỦY BAN NHÂN DÂN\nXÃ TÂN LẬP\n\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n\n"
        "Số: 315/KH-UBND\n\nTân Lập, ngày 20 tháng 5 năm 2026\n\nKẾ HOẠCH\n\n"
        f"Nhiệm vụ công tác trên địa bàn xã\n\n{told}, UBND xã Tân Lập xây dựng Kế hoạch như sau:\n\n"
    )
