"""What a question asks for, and about what: kinds, topic, named documents and places.

Patterns are data (``rules/questions.tsv``) over bare text, so that a question typed without diacritics
is understood the same way.  Nothing here looks at an index.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from indexer.clean import bare, collapse, fold, nfc, typed_plain, without_marks
from indexer.rules import rows
from indexer.symbols import find_symbols
from search_api.questions.period import due_period

#: Kinds whose answer is a fact of a task.
TASK_KINDS = ("lead", "direct", "coordinate", "deadline", "funding", "product", "report")


class Rule(NamedTuple):
    """A pattern of asking, with the questions that show it."""

    kind: str
    pattern: re.Pattern[str]
    examples: tuple[str, ...]


class Question(NamedTuple):
    """A question understood.

    ``topic`` is what is left for retrieval when the words of asking are taken out; ``kinds`` are in
    the order in which they are asked, empty for plain words.
    """

    text: str
    kinds: tuple[str, ...]
    topic: str
    symbols: tuple[str, ...]
    years: tuple[str, ...]
    """Years that the question speaks of, those of symbols and dates left out."""
    counted: str | None
    """What is counted in "mấy hộ", "bao nhiêu thôn": the bare noun; None where no noun is asked for."""
    plain: bool
    """True when the question was typed without any diacritics."""

    @property
    def asks(self) -> bool:
        """Say whether this is a question rather than words to find."""
        return bool(self.kinds) or bool(_ASKING.search(bare(self.text)))


_ASKING = re.compile(
    r"\?\s*$|\b(?:ai|nao|gi|bao nhieu|may|the nao|ra sao|khi nao|bao gio|o dau|tai sao|vi sao|khong)\s*[?.]?\s*$|^(?:ai|co)\b"
)


def _y_folded(pattern: str) -> str:
    """Write a pattern as bare text is folded: "ky" → "ki", "quan ly" → "quan li"."""
    return re.sub(r"(?<![a-z])([hklmst])y(?![a-z])", r"\1i", pattern)


@lru_cache(maxsize=1)
def _rows() -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
    """Return the named parts of patterns, and the patterns with those parts written out."""
    parts: dict[str, str] = {}
    named: list[tuple[str, str, str]] = []
    patterns: list[tuple[str, str, str]] = []
    for kind, pattern, examples in rows("questions.tsv", "search_api.rules"):
        whole = _NAMED_PART.sub(lambda match: parts[match.group(1)], pattern)
        if kind.startswith("@"):
            parts[kind[1:]] = f"(?:{whole})"
            named.append((kind, whole, examples))
        else:
            patterns.append((kind, whole, examples))
    return named, patterns


#: "<dv>" in a pattern.
_NAMED_PART = re.compile(r"<([a-z]+)>")


def _rule(kind: str, pattern: str, examples: str) -> Rule:
    return Rule(
        kind,
        re.compile(rf"(?<![a-z0-9])(?:{_y_folded(pattern)})(?![a-z0-9])"),
        tuple(examples.split(" | ")),
    )


@lru_cache(maxsize=1)
def question_rules() -> tuple[Rule, ...]:
    """Return the patterns of asking in the order of the file."""
    return tuple(_rule(*row) for row in _rows()[1])


def named_parts() -> tuple[Rule, ...]:
    """Return the named parts of patterns ("@dv": every way to say "which unit"), with their examples."""
    return tuple(_rule(*row) for row in _rows()[0])


@lru_cache(maxsize=2)
def _asking_words(plain: bool) -> re.Pattern[str]:
    folding = bare if plain else fold
    words = sorted(
        (folding(row[0]) for row in rows("question_words.tsv", "search_api.rules")), key=len, reverse=True
    )
    anywhere = "|".join(re.escape(word) for word in words if "…" not in word)
    at_end = "|".join(re.escape(word[1:]) for word in words if word.startswith("…"))
    at_start = "|".join(re.escape(word[:-1]) for word in words if word.endswith("…"))
    # "bao gồm những gì" is one word with "bao": half of it left standing means nothing.
    return re.compile(
        rf"(?<!\w)(?<!\bbao )(?:(?:{anywhere})(?!\w)|(?:{at_end})(?!\w){_CLAUSE_ENDS})"
        rf"|(?:^|(?<=[,;:.] ))(?:{at_start})(?!\w)"
    )


_CLAUSE_ENDS = r"(?=\s*(?:[?,;.:]|$)|\s+(?:a|ạ|nhỉ|nhi|vậy|vay|và|va|thì|thi|hay|hoặc|hoac)(?!\w))"


def understand(text: str) -> Question:
    """Read a question: its kinds, its topic, the symbols it names."""
    text = collapse(nfc(text))
    flat = bare(text)
    found: list[_Found] = []
    taken: list[tuple[int, int]] = []
    accented = not typed_plain(text)
    for rule in question_rules():
        for match in rule.pattern.finditer(flat):
            meant = _MEANT.get(rule.kind) if accented else None
            words = text[match.start() : match.end()].lower()
            if meant is not None and not meant.search(words):
                continue  # "sở bao nhiêu" is not "số bao nhiêu"
            if accented and rule.kind in _OF_UNITS and _NUMBER.search(words):
                continue  # "tờ trình số nào" asks for no sở
            asking: list[tuple[int, int]] = []
            at = match.start()
            for start, end in match.regs[1:]:  # capturing groups stay in the topic
                if start >= 0:
                    asking.append((at, start))
                    at = end
            asking.append((at, match.end()))
            found.append(_Found(match.start(), match.end(), rule.kind, tuple(asking)))
            taken += asking
    kinds: list[str] = []
    for match_ in sorted(f for f in found if not _explained(f, found)):
        if match_.kind not in kinds:
            kinds.append(match_.kind)
    plain = typed_plain(text)
    counted = _counted(text, flat, plain)
    if counted and flat.startswith("may ") and asks_how_often(flat) and "deadline" in kinds:
        # "Mấy trường nhận đỡ đầu phải đến thăm bao lâu một lần" speaks of the schools, and counts none.
        counted = None
        kinds = [kind for kind in kinds if kind != "target"]
    if counted in _DURATIONS and asks_how_often(flat):
        counted = None  # "mấy tháng họp một lần" may be answered by "hằng quý"
    if counted in _DOCUMENT_WORDS and {"topic_docs", "replaces", "basis"} & set(kinds):
        kinds = [kind for kind in kinds if kind != "target"]  # "có bao nhiêu văn bản về …"
    elif counted in _WORK_WORDS and "unit_tasks" in kinds:
        kinds = [kind for kind in kinds if kind != "target"]  # "chủ trì mấy việc, những việc nào"
    elif counted and "target" not in kinds:
        kinds.append("target")  # "mở mấy lớp, đơn vị nào chủ trì"
    if plain:
        text = without_marks(text)
    return Question(
        text=text,
        kinds=tuple(_settle(kinds, flat, counted)),
        topic=_topic(text, flat, taken, plain),
        years=tuple(dict.fromkeys(_YEAR.findall(flat))),
        counted=counted,
        symbols=tuple(match.canonical for match in find_symbols(text) if match.canonical),
        plain=plain,
    )


class _Found(NamedTuple):
    """A match of a pattern; ``asking`` are its parts that are words of asking, not of the topic."""

    start: int
    end: int
    kind: str
    asking: tuple[tuple[int, int], ...]


_OF_DOCUMENTS = (
    "issued",
    "effect",
    "signer",
    "person",
    "basis",
    "replaces",
    "replaced_by",
    "where",
    "topic_docs",
)
#: General kind → the more exact ones that explain it where they stand on the same words: "ban hành ngày nào"
#: asks about the document, what it shares with "ngày nào" is not a deadline of a task.
_YIELDS: dict[str, frozenset[str]] = {
    "deadline": frozenset((*_OF_DOCUMENTS, "report", "funding", "due")),
    "lead": frozenset((*_OF_DOCUMENTS, "coordinate", "direct", "report", "funding", "unit_tasks")),
    "target": frozenset((*_OF_DOCUMENTS, "funding", "deadline")),
    "unit_tasks": frozenset(_OF_DOCUMENTS),
    "product": frozenset(("report",)),
    "direct": frozenset(("person",)),
    "coordinate": frozenset(("unit_tasks",)),
    "issued": frozenset(("basis", "replaces", "effect")),
    "replaces": frozenset(("replaced_by",)),
    "topic_docs": frozenset(("replaces", "replaced_by", "basis")),
}


def _explained(match: _Found, found: list[_Found]) -> bool:
    """Say whether a match of a general kind stands on the words of a more exact one."""
    exact = _YIELDS.get(match.kind, frozenset())
    return any(
        other.kind in exact and any(a < d and c < b for a, b in match.asking for c, d in other.asking)
        for other in found
    )


#: What must stand in the accented words that a pattern of a kind matched.
_MEANT = {
    "issued": re.compile(r"số|ngày|ký|kí|khi nào|hôm|hồi|tháng|năm|bao giờ|lúc nào"),
    "signer": re.compile(r"(?<!đăng )(?<!bí )\b(?:ký|kí|đứng tên|chức)\b"),
    "target": re.compile(r"^(?:số|[^s])"),
    "product": re.compile(r"sản phẩm|kết quả|đầu ra|xong|(?:\bra|nộp)\b"),
    "deadline": re.compile(r"^(?!.*\bquỹ\b)"),
    "report": re.compile(r"báo|gửi|nộp|chuyển|(?<!tờ )(?<!công )(?<!quy )trình"),
    "effect": re.compile(r"hiệu lực|áp dụng|thi hành"),
    "basis": re.compile(r"^(?!.*\b(?:đưa|đùa)\b)"),  # "đưa gì cho ai" is not "dựa (vào) gì"
}


#: Kinds that ask for a unit.
_OF_UNITS = frozenset(("lead", "coordinate", "direct", "report", "funding"))
_NUMBER = re.compile(r"\bsố (?:nào|mấy|bao nhiêu)")


#: First syllables of "văn bản", "kế hoạch", "chỉ thị", "nghị quyết", "quyết định", "tài liệu".
_DOCUMENT_WORDS = frozenset(("van", "ke", "chi", "nghi", "quyet", "tai"))


#: First syllables of "nhiệm vụ", "việc", "công việc".
_WORK_WORDS = frozenset(("nhiem", "viec", "cong"))


_YEAR = re.compile(r"(?<![\d/.-])(?:nam )((?:19|20)\d\d)(?![\d/])")
_COUNTED = re.compile(r"(?<!\w)(?<!số )(?<!ngày )(?:mấy|bao nhiêu) ([^\W\d_]+)")
#: Without diacritics "may" is also "máy": what a machine is called is not counted.
_COUNTED_PLAIN = re.compile(
    r"(?<![a-z])(?<!so )(?<!ngay )(?:may(?! (?:tinh|moc|chu|bom|anh|xuc|bay|in|quet|ban|phat|scan|tram|man|do))"
    r"|bao nhieu) ([a-z]+)"
)
#: After "mấy" and "bao nhiêu" these do not name what is counted.
_NOT_COUNTED = frozenset(
    (
        "phan",
        "ti",
        "la",
        "thi",
        "va",
        "o",
        "trong",
        "cho",
        "theo",
        "tien",
        "hom",
        "uy",
        "gio",
        "xong",
        "phai",
        "thi",
        "phan",
        "muc",
        # "bao nhiêu kinh phí", "bao nhiêu vốn", "bao nhiêu ngân sách" ask for a sum of money
        "kinh",
        "von",
        "ngan",
    )
)


def _counted(text: str, flat: str, plain: bool) -> str | None:
    match = _COUNTED_PLAIN.search(flat) if plain else _COUNTED.search(text.lower())
    noun = bare(match.group(1)) if match else ""
    return noun if noun and noun not in _NOT_COUNTED else None


#: "Ai che giấu vi phạm thì bị xử lý ra sao?" asks what follows, not who.
_WHOEVER = re.compile(
    r"^(?:nhung |cac )?(?:ai|nguoi nao|nha nao|ho nao|(?:don vi|co quan|phong|co so|to chuc|can bo) nao)(?![a-z])[^?]{4,}"
    r" thi(?: se)? (?:bi|sao|xu|co (?:duoc|bi|phai)|duoc gi|phai lam gi|phai lam sao|the nao|lam sao)(?![a-z])"
)
#: What is counted is time: "thời gian chờ tối đa mấy phút" does not ask for a day.
_DURATIONS = frozenset(("phut", "gio", "ngay", "tuan", "thang", "lan", "giay", "nam"))


_YES_OR_NO = re.compile(
    r"(?<![a-z])(?:co|duoc|phai|con)(?= )[^?]* (?:khong|chua|hay khong)(?: a| nhi| vay)? ?\??$"
)
_HOW_MUCH = re.compile(
    r"(?:cao|thap|nhieu|it|lon|nho) hon|bao nhieu|(?<![a-z])may(?![a-z])|phan tram|%|(?<![a-z])muc nao"
)


_HOW_OFTEN = re.compile(
    r"(?<![a-z])(?:(?:bao lau|may (?:phut|gio|hom|ngay|tuan|thang|quy|nam))(?: [a-z0-9]+){0,14}? (?:mot|1) (?:lan|ban|ki|ky|luot)"
    r"|(?:moi )?(?:ngay|tuan|thang|quy|nam|hoc ky|hoc ki|dot) may (?:lan|ban|luot)|tan suat|may (?:lan|luot) (?:mot|moi|trong)"
    r"|dinh k[iy] (?:bao lau|the nao|may))(?![a-z])"
)


def asks_how_often(text: str) -> bool:
    """Say whether a question asks how often something is done: no deadline answers that."""
    return bool(_HOW_OFTEN.search(bare(text)))


_A_DAY = re.compile(
    r"(?<![a-z])(?:truoc|vao|dung|cham nhat|muon nhat|xong) (?:het )?(?:cai )?ngay (?:nao|may|bao nhieu)(?![a-z])"
)


def asks_for_a_day(text: str) -> bool:
    """Say whether a question takes it that a day is set: "xong trước ngày nào"."""
    return bool(_A_DAY.search(bare(text)))


_AN_END = re.compile(
    r"(?<![a-z])(?:xong|hoan thanh|ket thuc)(?: [a-z0-9]+){0,4} truoc ngay (?:nao|may|bao nhieu)(?![a-z])"
)


def asks_for_an_end(text: str) -> bool:
    """Say whether a question asks by which day something is finished: the day from which it holds is none."""
    return bool(_AN_END.search(bare(text)))


#: A month or quarter at the beginning of a question, or after "trong", "của", "vào": when, not what about.
_OF_A_TIME = re.compile(
    r"(?:^|(?<=trong )|(?<=vao )|(?<=cua )|(?<=, )|(?<=gi )|(?<=nao ))"
    r"(?:thang (?:1[0-2]|0?[1-9])(?!\d)|qu[iy] (?:i{1,3}|iv|[1-4])(?![a-z0-9]))"
)


def _settle(kinds: list[str], flat: str, counted: str | None) -> list[str]:
    """Drop a kind that a more exact one explains."""
    if "lead" in kinds and _WHOEVER.search(flat):
        kinds = [kind for kind in kinds if kind != "lead"]
    if _YES_OR_NO.search(flat) and not counted and not _HOW_MUCH.search(flat):
        kinds = [kind for kind in kinds if kind != "target"]  # "có giao chỉ tiêu cho phụ huynh không?"
    if counted in _DURATIONS:
        kinds = [kind for kind in kinds if kind != "deadline"]
    if "due" in kinds:
        # "Bao giờ phải xong" asks for a deadline; "quý III phải xong những gì" for the tasks.
        timed = bool(due_period(flat, {0})) and not {"deadline", "lead", "target"} & set(kinds)
        kinds = ["due"] if timed else [kind for kind in kinds if kind != "due"]
    if "unit_tasks" in kinds and _OF_A_TIME.search(flat) and not {"deadline", "lead", "target"} & set(kinds):
        return ["due"]  # "tháng 10/2026 có những việc gì"
    if "unit_tasks" in kinds and _FORBIDDEN.search(flat):
        kinds = [kind for kind in kinds if kind != "unit_tasks"]  # "bị cấm làm gì" asks for no work
    if "unit_tasks" in kinds:
        return [kind for kind in kinds if kind not in ("lead", "coordinate")]
    if "contact" in kinds:
        return ["contact"]
    if "person" in kinds:
        return [kind for kind in kinds if kind not in ("lead",)]
    return kinds


_FORBIDDEN = re.compile(
    r"(?<![a-z])(?:cam|khong duoc(?: phep)?) (?:lam|thuc hien) (?:nhung |cac )?(?:viec )?(?:gi|nao)(?![a-z])"
)
#: Inside words of asking these name things, and stay in the topic: "hạn báo cáo", "đơn vị theo dõi".
_KEPT = re.compile(
    r"(?:bao cao|theo doi|tong hop|xay dung|ban hanh|quan li|giai quyet|to chuc|tham muu|trien khai|kinh phi"
    r"|nguon von|ngan sach|san pham|ket qua|muc tieu|chi tieu|ti le)"
)


def _topic(text: str, flat: str, taken: list[tuple[int, int]], plain: bool) -> str:
    keep = [True] * len(text)
    for start, end in taken:
        for at in range(start, end):
            keep[at] = False
        for match in _KEPT.finditer(flat, start, end):
            for at in range(match.start(), match.end()):
                keep[at] = True
    for match in _asking_words(plain).finditer(flat if plain else fold(text)):
        for at in range(match.start(), match.end()):
            keep[at] = False
    left = "".join(char if kept else " " for char, kept in zip(text, keep, strict=True))
    return collapse(re.sub(r"[?:]", " ", left)).strip(" ,.;-")
