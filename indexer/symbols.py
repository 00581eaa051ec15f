"""Document symbols (số và ký hiệu): find them, damaged ones too, and write them canonically (domain §1).

Codes of types and bodies are data (``rules/document_types.tsv``, ``rules/issuers.tsv``).  A symbol is
read on a same-length folded form of the text in which every dash is "-", every white space one blank
and look-alike letters are Latin; spans stay in the original text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

import msgspec

from indexer.clean import DASHES, bare, fold
from indexer.records import Span
from indexer.rules import rows

SymbolKind = Literal["admin", "qppl", "law", "party", "cong_van", "repaired", "draft"]
"""``repaired``: the canonical form differs from what is printed by more than a kind of dash."""


class SymbolMatch(msgspec.Struct, frozen=True):
    """A symbol in a text; ``canonical`` is None for a draft, whose number is blank.

    ``type_code`` is None for laws and for official letters of the state, ``body_code`` is the code of
    the issuing body ("UBND", "BTC-BNV"), ``unit_code`` the drafting unit of an official letter.
    """

    span: Span
    raw: str
    kind: SymbolKind
    canonical: str | None
    type_code: str | None
    body_code: str | None
    year: str | None = None
    unit_code: str | None = None


class Body(msgspec.Struct, frozen=True):
    """What a body's code tells: its name, level and system; None where the code does not tell."""

    code: str
    name: str
    level: str | None
    system: str | None


class _BodyRule(msgspec.Struct, frozen=True):
    pattern: re.Pattern[str]
    bare_pattern: re.Pattern[str]
    name: str
    level: str | None
    system: str | None
    examples: tuple[str, ...]


_LOOKALIKE = {"Ð": "Đ", "ð": "đ", "∕": "/", "／": "/", "⁄": "/"} | dict(
    zip("АВЕКМНОРСТХУІ", "ABEKMHOPCTXYI", strict=True)
)
_SAME = _LOOKALIKE | dict.fromkeys(DASHES, "-")
_SEEMING = re.compile(f"[{re.escape(''.join(_SAME))}]")
_SPACE = re.compile(r"[^\S ]")

_L = "A-Za-zĐđƯưÂâĂăÊêÔôƠơ"
_SEP = r"\s{0,6}[-/_](?:\s?[-/_])?\s{0,6}"
_NUMBER = re.compile(
    r"(?<![\dA-ZĐ_.,/…])(?<!\w-)(?<!\d:)\d{1,5}(?:\.\d{1,3})?[A-Za-z]?(?=\s{0,14}[-/_]|\s{1,2}[A-ZĐ])"
)
_STUCK_NUMBER = re.compile(r"\d{1,5}(?:\.\d{1,3})?[A-Za-z]?(?=[-/])")
_YEAR = re.compile(r"\s{0,14}/\s{0,6}((?:19|20)\d\d)(?=\s{0,6}[-/_]|[A-ZĐ])")
_LAW = re.compile(rf"(?:{_SEP})(UBTVQH|QH|HĐNN)\s?(1\d|[1-9])", re.I)
_CODE = re.compile(rf"({_SEP}|\s{{1,2}}|)([{_L}][{_L}&]*\d{{0,2}})")
_AFTER = re.compile(rf"({_SEP}|\.(?=[A-ZĐa-zđ]))([{_L}][{_L}&]*\d*)")
_MORE = re.compile(
    rf"(\s{{0,4}}-\s{{0,4}})([A-ZĐ][A-ZĐƯ0-9&]*)(?![{_L.replace('A-Z', '').replace('Đ', '')}à-ỹ])"
)
_DRAFT = re.compile(
    rf"(?<![{_L}])số\s{{0,3}}:?(?:[\s.…_]|[xX](?=[xX.…/\s-])){{0,60}}\s?(?:(?P<s0>[-/]{{1,2}})\s{{0,4}}"
    rf"(?:(?P<year>(?:20|19)?\d{{0,2}}[.…_\s]{{0,6}})/\s{{0,4}})?)(?=[{_L}])",
    re.I,
)
_FORM = re.compile(
    r"(?:mẫu|biểu|bảng|hình|phụ lục|tờ khai|quy chuẩn|tiêu chuẩn|qcvn|tcvn|hồ sơ số|mã)(?: mẫu)?(?: số)?(?: kí hiệu)?\s?[:.]?\s?$"
)
_NUMBERED = re.compile(r"(?:số|văn bản|công văn|cv)\s{0,3}:?\s{0,6}$")
_JOINT = frozenset(
    {"TTLT", "NQLT", "TTLN", "TTLB", "QCPH", "CTPH", "CTrPH", "KHPH", "KHLT", "KHLN", "HDLN", "HDLT"}
)
_OF_THE_STATE_HEAD = frozenset({"PL", "L", "SL", "LCT"})
_HEAD_OF_STATE = re.compile(r"CTN|HĐNN\d*|UBTVQH\d*|TVQH|VPCTN")


@lru_cache(maxsize=1)
def document_types() -> dict[str, tuple[str, ...]]:
    """Return the names of each type code, the usual name first ("KH" → "Kế hoạch", …)."""
    return {row[0]: tuple(row[1].split(" | ")) for row in rows("document_types.tsv")}


@lru_cache(maxsize=1)
def _body_rules() -> tuple[_BodyRule, ...]:
    out = []
    for code, name, level, system, examples in rows("issuers.tsv"):
        out.append(
            _BodyRule(
                re.compile(code),
                re.compile(_bare_code(code)),
                name,
                None if level == "-" else level,
                None if system == "-" else system,
                tuple(examples.split(" | ")),
            )
        )
    return tuple(out)


def _bare_code(code: str) -> str:
    """Take diacritics off a code or pattern and raise its letters, "\\d" apart."""
    return "".join(part if part == "\\d" else bare(part).upper() for part in re.split(r"(\\d)", code))


@lru_cache(maxsize=1)
def _types_by_bare() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for code in document_types():
        found.setdefault(_bare_code(code), []).append(code)
    return {key: tuple(codes) for key, codes in found.items()}


@lru_cache(maxsize=8192)
def body(code: str) -> Body | None:
    """Tell what is known of a body's code as a symbol prints it; None for an unknown code.

    For a joint body ("BTC-BNV") the first decides.

    >>> body("UBND").system
    'Nhà nước'
    """
    for part in (code, code.split("-")[0]):
        for rule in _body_rules():
            if rule.pattern.fullmatch(part):
                return Body(code, rule.name, rule.level, rule.system)
    return None


@lru_cache(maxsize=8192)
def _known_code(token: str) -> str | None:
    """Return the right spelling of a body's code that is known, whatever its case or lost accents."""
    for rule in _body_rules():
        if rule.pattern.fullmatch(token):
            return token
    raised = _bare_code(token)
    for rule in _body_rules():
        if rule.bare_pattern.fullmatch(raised):
            example = next((e for e in rule.examples if _bare_code(e) == raised), None)
            if example is not None:
                return example
            known = next((c for c in _spelled(rule.pattern.pattern) if _bare_code(c) == raised), None)
            return known if known is not None else token.upper()
    return None


@lru_cache(maxsize=256)
def _spelled(pattern: str) -> tuple[str, ...]:
    """List the codes that a pattern of the plain form ``X(?:A|B)Y|Z`` spells out."""
    out: list[str] = []
    for alternative in re.split(r"\|(?![^(]*\))", pattern):
        group = re.fullmatch(r"([^()]*)\(\?:([^()]*)\)([^()]*)", alternative)
        if group is None:
            out.append(alternative)
        else:
            out.extend(group[1] + middle + group[3] for middle in group[2].split("|"))
    return tuple(out)


@lru_cache(maxsize=4096)
def _type_code(token: str) -> str | None:
    if token in document_types():
        return token
    codes = _types_by_bare().get(_bare_code(token), ())
    return codes[0] if len(codes) == 1 else None


def matching_text(text: str) -> str:
    """Fold dashes, white space and look-alike letters; case and accents stay.  Same length."""
    return _SPACE.sub(" ", _SEEMING.sub(lambda m: _SAME[m.group()], text))


class _BodyCode(msgspec.Struct, frozen=True):
    code: str
    length: int
    known: bool


def _read_body(token: str) -> _BodyCode | None:
    """Read a body's code at the start of ``token``, which may have a word or a footnote stuck to it."""
    plain = token.rstrip("0123456789")
    known = _known_code(token)
    if known is not None:
        return _BodyCode(known, len(token), True)
    if plain != token:
        known = _known_code(plain)
        if known is not None:
            return _BodyCode(known, len(plain), True)
    if plain.isupper() and len(plain) >= 2:
        return _BodyCode(token if len(token) - len(plain) <= 2 else plain, len(token), False)
    for length in range(len(plain) - 1, 1, -1):
        head, rest = plain[:length], plain[length:]
        if (rest[:1].isupper() and not rest.isupper()) or rest.islower():
            known = _known_code(head) if head.isupper() or head in ("TTg",) else None
            if known is not None:
                return _BodyCode(known, length, True)
    if re.fullmatch(r"[A-ZĐ]{2,}[a-zđ]?[A-ZĐ&]+", plain):
        return _BodyCode(plain, len(plain), False)
    return None


def _parties(code: str, seps: tuple[str, str], number: str, year: str | None, type_code: str) -> str:
    """Write a typed symbol as the system of its body does."""
    if year is not None:
        return f"{number}/{year}/{type_code}-{code}"
    if type_code in ("LCT", "PL"):
        return f"{number}-{type_code}/{code}"  # as the head of state wrote before years came in
    known = body(code)
    system = known.system if known is not None else None
    first, second = seps
    if system is None or system == "Đoàn thể":
        system = "Đảng" if "-" in first and "/" in second else "Nhà nước"
        if "/" in first and "/" in second and "-" in first:
            system = "Đảng"
    return f"{number}-{type_code}/{code}" if system == "Đảng" else f"{number}/{type_code}-{code}"


def _joint_parts(norm: str, end: int, type_code: str | None) -> tuple[str, int]:
    """Read the bodies or units that follow a code after a dash; blanks only inside joint symbols."""
    out = ""
    while True:
        more = _MORE.match(norm, end)
        if more is None:
            return out, end
        token = more[2]
        if more[1] != "-" and (type_code not in _JOINT or _known_code(token) is None):
            return out, end
        plain = token.rstrip("0123456789")
        if plain != token and _known_code(token) is None and _known_code(plain) is not None:
            token = plain
        out += "-" + token
        end = more.start(2) + len(token)


def _parse(text: str, norm: str, start: int, number_end: int) -> SymbolMatch | None:
    """Read a symbol whose number is ``norm[start:number_end]``."""
    number = norm[start:number_end]
    before = fold(norm[max(0, start - 28) : start])
    if _FORM.search(before):
        return None
    year_match = _YEAR.match(norm, number_end)
    if year_match is not None:
        year: str | None = year_match[1]
        at = year_match.end()
        law = _LAW.match(norm, at)
        if law is not None:
            return _match(
                text,
                norm,
                start,
                law.end(),
                f"{number}/{year}/{law[1].upper()}{law[2]}",
                "law",
                None,
                law[1].upper() + law[2],
                year,
            )
    else:
        year, at = None, number_end
    first = _CODE.match(norm, at)
    if first is None or (not first[1] and year is None):
        return None
    blank = not first[1].strip()
    second = _AFTER.match(norm, first.end())
    if second is not None:
        typed = _typed(text, norm, start, number, year, first, second, blank)
        if typed is not None:
            return typed
    if blank or norm[start - 1 : start].isalpha():
        return None
    stuck = _stuck(text, norm, start, number, year, first)
    if stuck is not None:
        return stuck
    return _letter(text, norm, start, number, year, first, second, bool(_NUMBERED.search(before)))


def _typed(
    text: str,
    norm: str,
    start: int,
    number: str,
    year: str | None,
    first: re.Match[str],
    second: re.Match[str],
    blank: bool,
) -> SymbolMatch | None:
    """Read NUMBER [YEAR] TYPE BODY."""
    token = first[2]
    swapped = _swapped(text, norm, start, number, first, second) if year is None else None
    if swapped is not None:
        return swapped
    type_code = _type_code(token)
    if type_code is None:
        return None
    code = _read_body(second[2])
    if code is None or (not code.known and (blank or token != type_code)):
        return None
    if not code.known and not second[2].rstrip("0123456789").isupper():
        return None
    if type_code in _OF_THE_STATE_HEAD and not _HEAD_OF_STATE.fullmatch(code.code):
        return None
    end = second.start(2) + code.length
    more = ""
    if end == second.end():
        more, end = _joint_parts(norm, end, type_code)
    canonical = _parties(code.code + more, (first[1], second[1]), number, year, type_code)
    party = f"{number}-{type_code}/"
    kind: SymbolKind = "qppl" if year else "party" if canonical.startswith(party) else "admin"
    return _match(text, norm, start, end, canonical, kind, type_code, code.code + more, year)


def _swapped(
    text: str, norm: str, start: int, number: str, first: re.Match[str], second: re.Match[str]
) -> SymbolMatch | None:
    """Read NUMBER-BODY/TYPE of the Party, type and body having changed places: "68-TW/NQ"."""
    type_code = second[2] if second[2] in document_types() else None
    known = body(first[2])
    if type_code is None or known is None or known.system != "Đảng" or "-" not in first[1]:
        return None
    if "/" not in second[1]:
        return None
    return _match(
        text,
        norm,
        start,
        second.end(),
        f"{number}-{type_code}/{first[2]}",
        "party",
        type_code,
        first[2],
        None,
    )


def _stuck(
    text: str, norm: str, start: int, number: str, year: str | None, first: re.Match[str]
) -> SymbolMatch | None:
    """Read NUMBER TYPEBODY, the sign between type and body lost."""
    token = first[2]
    if _known_code(token) is not None:
        return None
    for length in range(min(4, len(token) - 2), 1, -1):
        type_code = token[:length] if token[:length] in document_types() else None
        code = _read_body(token[length:]) if type_code else None
        if type_code is None or code is None or not code.known or not token[length].isupper():
            continue
        more, end = "", first.start(2) + length + code.length
        if end == first.end():
            more, end = _joint_parts(norm, end, type_code)
        canonical = _parties(code.code + more, (first[1], first[1]), number, year, type_code)
        return _match(text, norm, start, end, canonical, "repaired", type_code, code.code + more, year)
    return None


def _letter(
    text: str,
    norm: str,
    start: int,
    number: str,
    year: str | None,
    first: re.Match[str],
    second: re.Match[str] | None,
    numbered: bool,
) -> SymbolMatch | None:
    """Read an official letter: NUMBER/BODY-UNIT, or NUMBER/BODY after "số"."""
    token = first[2]
    if "/" not in first[1] or len(token.rstrip("0123456789")) < 2:
        return None
    known = _known_code(token)
    if not (token.isupper() or (known and numbered)):
        return None
    code = known or token
    if second is None or "/" in second[1] or second[1] == ".":
        if not (known and numbered) or year is not None:
            return None
        return _match(text, norm, start, first.end(), f"{number}/{code}", "cong_van", None, code, None)
    unit = _read_body(second[2])
    if unit is None and known and numbered and second[2].islower() and len(second[2]) <= 6:
        unit = _BodyCode(second[2].upper(), len(second[2]), False)
    if unit is None or not (known or unit.known or numbered) or year is not None:
        return None
    end = second.start(2) + unit.length
    more = ""
    if end == second.end():
        more, end = _joint_parts(norm, end, None)
    canonical = f"{number}/{code}-{unit.code}{more}"
    return _match(text, norm, start, end, canonical, "cong_van", None, code, None, unit.code + more)


def _match(
    text: str,
    norm: str,
    start: int,
    end: int,
    canonical: str,
    kind: SymbolKind,
    type_code: str | None,
    body_code: str | None,
    year: str | None,
    unit_code: str | None = None,
) -> SymbolMatch:
    printed = kind if norm[start:end] == canonical else "repaired"
    return SymbolMatch(
        Span(start, end), text[start:end], printed, canonical, type_code, body_code, year, unit_code
    )


def _drafts(text: str, norm: str) -> list[SymbolMatch]:
    """Find symbols whose number was left blank: "Số: /KH-SKHCN", "Số -KH/TU"."""
    out = []
    for found in _DRAFT.finditer(norm):
        law = re.compile(r"(QH|UBTVQH)(\d{1,2})").match(norm, found.end())
        if law is not None:
            span = Span(found.start(), law.end())
            out.append(SymbolMatch(span, span.of(text), "draft", None, None, law[0]))
            continue
        first = re.compile(rf"[{_L}][{_L}&]*\d{{0,2}}").match(norm, found.end())
        second = _AFTER.match(norm, first.end()) if first else None
        if first is None or second is None:
            continue
        type_code = _type_code(first[0])
        code = _read_body(second[2])
        if code is None or not (code.known or (type_code == first[0] and second[2].isupper())):
            letter = _known_code(first[0])
            if letter is None or type_code or not second[2].isupper():
                continue
        if type_code is None and _known_code(first[0]) is None:
            continue
        end = second.start(2) + (code.length if code else len(second[2]))
        more = ""
        if end == second.end():
            more, end = _joint_parts(norm, end, type_code)
        if type_code is None:
            body_code, unit = _known_code(first[0]), second[2] + more
        else:
            body_code, unit = (code.code if code else second[2]) + more, None
        year = re.sub(r"\D", "", found["year"] or "")
        span = Span(found.start(), end)
        out.append(
            SymbolMatch(
                span,
                span.of(text),
                "draft",
                None,
                type_code,
                body_code,
                year if len(year) == 4 else None,
                unit,
            )
        )
    return out


def find_symbols(text: str) -> list[SymbolMatch]:
    """Find every symbol of ``text`` in order; matches do not overlap.

    Dates, periods ("2026-2030"), form numbers ("mẫu số 01/ĐK-TCT") and standards are left alone.
    """
    norm = matching_text(text)
    out = _drafts(text, norm)
    taken = [match.span for match in out]
    end = 0
    for found in _NUMBER.finditer(norm):
        start, number_end = found.span()
        while start >= end and not any(span.start <= start < span.end for span in taken):
            match = _parse(text, norm, start, number_end)
            if match is None:
                break
            out.append(match)
            end = match.span.end
            stuck = _STUCK_NUMBER.match(norm, end)
            if stuck is None:
                break
            start, number_end = stuck.span()
    return sorted(out, key=lambda match: match.span)


def canonical(text: str) -> str | None:
    """Return the canonical form of the one symbol in ``text``; None when there is none or several.

    >>> canonical("57-/NQ/TW"), canonical("số 206-tb/tu"), canonical("giai đoạn 2026-2030")
    ('57-NQ/TW', '206-TB/TU', None)
    """
    found = {match.canonical for match in find_symbols(text) if match.canonical}
    return found.pop() if len(found) == 1 else None


def symbol_key(symbol: str) -> str:
    """Return a form in which two ways of writing one symbol are equal ("07-CT/TU", "7-ct/tu")."""
    return re.sub(r"^0+(?=\d)", "", symbol.upper())
