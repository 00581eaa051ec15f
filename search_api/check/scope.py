"""Whose task it is: whom the parent addresses against who issued the child (domain §5.1).

Names are sorted by level and system with ``rules/addressees.tsv``; a collective ("các sở, ban, ngành",
"UBND các xã, phường") means every body of its level.  A coordinating role is responsibility too, and said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import msgspec

from indexer.clean import bare, collapse, fold
from indexer.records import Document, Mention, Task
from indexer.tasks import LED
from indexer.units import canonical_unit
from search_api.check.similarity import rule_rows

Role = Literal["lead", "coordinate", "general", "unknown", "none"]


class Addressee(msgspec.Struct, frozen=True):
    """What a name tells: its level, system, and whether it means every body of that level."""

    level: str
    system: str
    collective: bool


class We(msgspec.Struct, frozen=True):
    """Who issued the child: the body whose tasks are counted."""

    name: str
    level: str | None
    system: str
    place: str | None = None
    province: str | None = None
    units: frozenset[str] = frozenset()
    """Bodies under a department, by what its plan gives them to lead: their tasks are its own."""


class Scope(msgspec.Struct, frozen=True):
    """Whether a task is ours, in which role, and why in Vietnamese."""

    ours: bool
    role: Role
    why: str


@lru_cache(maxsize=1)
def addressee_rules() -> tuple[tuple[Addressee, re.Pattern[str], tuple[str, ...]], ...]:
    """Return the rows of ``addressees.tsv``: what a name tells, its pattern, examples."""
    return tuple(
        (Addressee(level, system, breadth == "all"), re.compile(pattern), tuple(examples.split(" | ")))
        for level, system, breadth, pattern, examples in rule_rows("addressees.tsv")
    )


@lru_cache(maxsize=4096)
def addressee(name: str) -> Addressee | None:
    """Sort a name; None where it tells no level ("Phòng Kinh tế")."""
    plain = collapse(bare(name)).strip(" .;,:")
    for found, pattern, _ in addressee_rules():
        if pattern.search(plain):
            return found
    return None


_PARTY = re.compile(
    r"tinh uy|thanh uy|dang uy|ban thuong vu|ban chap hanh|ban bi thu|bo chinh tri|trung uong dang"
)


def who(document: Document, override: str | None = None) -> We:
    """Return who issued a document; ``override`` names another body ("UBND xã Tân Lập")."""
    meta = document.metadata
    name = override or (meta.issuer.value if meta.issuer else "")
    level = meta.level.value if meta.level else None
    place = meta.locality.value if meta.locality else None
    if override:
        found = addressee(override)
        level = found.level if found is not None and found.level != "any" else level
        words = collapse(override).split()
        proper = [w for w in words if w[:1].isupper() and not w.isupper()]
        place = " ".join(proper[-2:]) if proper else place
    plain = bare(name)
    units = _own_units(document) if level == "so" and not override else frozenset()
    return We(collapse(name), level, "party" if _PARTY.search(plain) else "state", place, units=units)


_UNIT_OF_A_DEPARTMENT = re.compile(
    r"(?:trung tam|chi cuc|quy|thu vien|bao tang|benh vien|truong cao dang) \w"
)


def _own_units(document: Document) -> frozenset[str]:
    """Return the centres, sub-departments and the like that a department's plan names as leads."""
    names = (canonical_unit(mention.text) for task in document.tasks for mention in task.lead)
    return frozenset(name for name in names if len(name.split()) > 3 and _UNIT_OF_A_DEPARTMENT.match(name))


@lru_cache(maxsize=4096)
def _core(name: str) -> str:
    """Return a body's name bare, without its Party committee and its head."""
    plain = canonical_unit(name)
    plain = re.sub(
        r"^(?:dang uy|dang bo|chu tich|giam doc|bi thu|thuong truc|thu truong|lanh dao)\s+", "", plain
    )
    plain = re.sub(r"^(?:ban thuong vu|ban chap hanh)\s+(?:dang bo\s+)?", "", plain)
    return plain.replace("uy ban nhan dan", "ubnd").strip()


def named(name: str, we: We) -> bool:
    """Say whether a name is ours, with or without our place ("UBND tỉnh" for "UBND tỉnh Bình Sơn")."""
    a, b = _core(name), _core(we.name)
    if not a or not b:
        return False
    if a == b:
        return True
    place = canonical_unit(we.place) if we.place else ""
    if place and (a == b.removesuffix(place).strip() or b == a.removesuffix(place).strip()):
        return len(a.split()) > 1 or a == b
    return False


_KINDS = (
    ("xa", re.compile(r"\bxa\b")),
    ("phuong", re.compile(r"\bphuong\b")),
    ("dac khu", re.compile(r"\bdac khu\b")),
)
_LISTED = re.compile(
    r":\s*(?P<names>[^.;()]+)|(?:các|xã|phường)\s+(?P<plain>[A-ZĐ]\w+(?:\s+[A-ZĐ]\w+)*(?:,| và )[^.;()]+)"
)


def among(name: str, we: We) -> bool:
    """Say whether a collective of communes can mean us: "UBND các phường" is no xã, a list names its members."""
    if we.level != "xa":
        return True
    listed = _LISTED.search(collapse(name))
    if listed is not None and we.place:
        return bare(we.place) in bare(listed["names"] or listed["plain"])
    own = bare(we.name)
    kinds = [
        kind for kind, pattern in _KINDS if pattern.search(bare(name)) and f"cap {kind}" not in bare(name)
    ]
    kinds_of_us = [kind for kind, pattern in _KINDS if pattern.search(own)]
    return (
        not kinds
        or not kinds_of_us
        or (kinds == ["xa"] and "cac xa" not in bare(name))
        or bool(set(kinds) & set(kinds_of_us))
    )


_RUNS_ON = re.compile(r"\s+(?:chủ trì|phối hợp|lãnh đạo|chỉ đạo|tổ chức)\b.*$", re.DOTALL)
"""What runs on behind a name that was read too far."""


def _ours(name: str, we: We) -> str | None:
    """Return why a name means us, in Vietnamese; None where it does not."""
    name = _RUNS_ON.sub("", name)
    if named(name, we):
        return f"nêu đích danh “{collapse(name)}”"
    if canonical_unit(name) in we.units:
        return f"giao đơn vị mà kế hoạch phân công: “{collapse(name)}”"
    found = addressee(name)
    if found is None:
        return None
    if found.level == "any":
        if not found.collective or (found.system == "party" and we.system != "party"):
            return None
        return f"giao chung “{collapse(name)}”"
    if found.system in ("front", "press", "company", "council"):
        return None
    if found.system == "party" and we.system == "state" and found.collective and found.level == "so":
        return (
            None  # "các đảng ủy trực thuộc Tỉnh ủy" are neither the departments nor the province's committee
        )
    if found.collective and not among(name, we):
        return None
    if found.collective and found.level == we.level:
        return f"giao chung “{collapse(name)}”"
    if we.level == "tinh" and we.system == "state" and found.level == "so":
        # A province's plan hands on what its departments are given.
        return f"giao cơ quan thuộc UBND tỉnh: “{collapse(name)}”"
    if we.level == "tinh" and found.collective and found.level == "tinh":
        return f"giao chung “{collapse(name)}”"
    return None


def mine(name: str, we: We) -> str | None:
    """Return why a name means us, in Vietnamese; None where it does not."""
    return _ours(name, we)


_UNDER = re.compile(
    r"^(?:cong an|ban chi huy quan su|tram y te|doan the|luc luong \w+(?: \w+)?) (?:cac xa|cap xa)"
)


def under(name: str, we: We) -> str | None:
    """Return why a name means a body under a commune's committee, which another level directs; else None."""
    if we.level == "xa" and we.system == "state" and _UNDER.search(bare(name)):
        return f"lực lượng của xã “{collapse(name)}”"
    return None


@lru_cache(maxsize=1)
def centre_rules() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """Return the rows of ``centre_only.tsv``: a pattern over folded text, examples."""
    return tuple(
        (re.compile(pattern), tuple(examples.split(" | ")))
        for pattern, examples in rule_rows("centre_only.tsv")
    )


def only_the_centre(words: str, parent_level: str | None, we: We) -> bool:
    """Say whether a document of the centre asks for what no department or commune can do."""
    if parent_level != "trung-uong" or we.level not in ("so", "xa"):
        return False
    folded = fold(collapse(words))
    return any(pattern.search(folded) for pattern, _ in centre_rules())


def _find(mentions: Sequence[Mention], we: We) -> str | None:
    for mention in mentions:
        if (why := _ours(mention.text, we)) is not None:
            return why
    return None


def task_scope(task: Task, we: We, addressed: float, named_first: Sequence[str] = ()) -> Scope:
    """Say whether a task is ours; ``addressed`` is the share of the parent's tasks that name anybody.

    ``named_first`` are the subjects of its sentences, which count where the reading names nobody.
    """
    leading = (*task.lead, *task.implementing, *task.directing)
    if we.level is None and not we.name:
        return Scope(True, "general", "chưa xác định được cơ quan ban hành kế hoạch")
    if task.lead_basis == LED and we.system == "party":
        return Scope(True, "general", "việc mà cấp ủy phải lãnh đạo")
    if why := _find(leading, we):
        return Scope(True, "lead", why)
    if why := _find(task.coordinating, we):
        return Scope(True, "coordinate", f"phối hợp: {why}")
    ruled = not leading or all(addressee(m.text) is None for m in leading)
    if ruled and (why := next((w for name in named_first if (w := _ours(name, we)) is not None), None)):
        return Scope(True, "lead", why)
    names = "; ".join(mention.text for mention in leading) or "; ".join(m.text for m in task.coordinating)
    if names:
        return Scope(False, "none", f"giao cho {collapse(names)}")
    if named_first:
        return Scope(False, "none", f"giao cho {collapse('; '.join(dict.fromkeys(named_first)))}")
    if addressed >= 0.5:
        return Scope(True, "unknown", "văn bản cấp trên không nêu giao cho cơ quan nào")
    return Scope(True, "general", "nhiệm vụ chung, không nêu riêng cơ quan nào")


def share_addressed(tasks: Sequence[Task]) -> float:
    """Return the share of tasks that name anybody."""
    named_tasks = sum(bool(t.lead or t.implementing or t.directing or t.coordinating) for t in tasks)
    return named_tasks / len(tasks) if tasks else 0.0
