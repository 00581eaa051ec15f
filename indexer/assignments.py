"""Who is assigned a task in prose: "Giao X …", "X chủ trì, phối hợp với Y", "Yêu cầu các …".

The subject of a sentence is a unit where it begins like one and a verb follows; the words are data
(``rules/unit_words.tsv``: heads, verbs, and openings that only look like units).
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

import msgspec

from indexer.clean import fold
from indexer.records import Mention, Span
from indexer.units import accented, split_units


class Assignment(msgspec.Struct, frozen=True):
    """What one sentence assigns; ``basis`` is its wording, ``strong`` says that it plainly assigns."""

    lead: tuple[Mention, ...]
    basis: str
    strong: bool
    end: int
    """Offset after the units and the verb that were read."""


# A unit that is assigned work is named early; what follows need not be searched.
_LONGEST_SENTENCE = 1_200
_MOST_MENTIONS = 40
_SENTENCE_END = re.compile(r"[.!?](?=\s+[A-ZĐÀ-Ỹ“\"(]|\s*$)|\./|;(?=\s)|:(?=\s)")
_FULL_STOP = re.compile(r"\./\.?|[.!?…](?=\s+[A-ZĐÀ-Ỹ“\"(-]|\s*$)")
_GIVEN = re.compile(r"(giao|phân công|ủy quyền|chỉ định)(?:\s+trách nhiệm)?(?:\s+cho)?\s+")
_ASKED = re.compile(r"(yêu cầu|đề nghị|chỉ đạo|kêu gọi)\s+")
_STRONG = re.compile(
    r"chủ trì|phối hợp|chịu trách nhiệm|có trách nhiệm|tham mưu|đầu mối|được giao|có nhiệm vụ|theo dõi|lãnh đạo|chỉ đạo"
)
_WEAK = frozenset(
    {"cần", "phải", "là", "được giao", "không", "chưa", "đã", "vẫn", "cũng", "khi", "nếu", "luôn"}
)
_ADVERBIAL = re.compile(
    r"(?:căn cứ|trên cơ sở|trong quá trình|trong thời gian|hằng năm|hàng năm|định kỳ|khi|nếu|để|nhằm"
    r"|theo(?! dõi)|trước|sau|đến|từ)\s"
)
_NOUN_BEFORE = re.compile(
    r"(?:cơ quan|viện|ban|đoàn|tổ|đội|hội đồng|cơ sở|trung tâm|cán bộ|ủy ban|nhà|lực lượng|bộ phận|công tác"
    r"|doanh nghiệp|người|dự án|chủ|đầu tư)\s+$"
)
# Verbs that are part of a name after such a word ("đoàn kiểm tra", "cơ quan tham mưu").
_NOUNS = frozenset(
    map(
        fold,
        (
            *(
                "tham mưu",
                "kiểm tra",
                "giám sát",
                "quản lý",
                "nghiên cứu",
                "đào tạo",
                "giúp",
                "vận hành",
                "thẩm định",
            ),
            *(
                "biên soạn",
                "tuyên truyền",
                "hỗ trợ",
                "điều hành",
                "chỉ đạo",
                "lãnh đạo",
                "chủ trì",
                "phối hợp",
            ),
            *("tiếp nhận", "bảo vệ", "bồi dưỡng", "sáng tạo", "đầu tư", "xây dựng"),
        ),
    )
)
# Verbs that stand in names of divisions as well; the role's verb after them shows that the name goes on.
_IN_NAMES = frozenset(
    map(
        fold,
        (
            *(
                "giám sát",
                "kiểm tra",
                "kiểm soát",
                "quản lý",
                "thanh tra",
                "thẩm định",
                "đào tạo",
                "bồi dưỡng",
            ),
            *(
                "tuyên truyền",
                "phát triển",
                "bảo vệ",
                "hỗ trợ",
                "nghiên cứu",
                "xây dựng",
                "phát hành",
                "tiếp nhận",
            ),
            *("bảo đảm", "phòng ngừa"),
        ),
    )
)
_ROLE = re.compile(
    r"((?:\s+(?!và|để)[\w-]+){0,4})\s+(?:chủ trì|chịu trách nhiệm|có trách nhiệm|là cơ quan)(?!\w)"
)
_TRADE = re.compile(r"\s+(?:khẩu|cảnh|bản|nhập khẩu|nhập cảnh)(?!\w)")
_WORD = re.compile(r"[\w-]+")
_ORGANISATION = re.compile(r"(?:các|những|mọi|mỗi|,|và|cơ quan|ban)\s+$")
_PARTY_ORGANISATION = re.compile(r"\s+(?:cơ sở )?(?:đảng|chính trị|đoàn thể|công đoàn)(?!\w)")
_SOMEBODY = re.compile(r"cán bộ|công chức|viên chức|người|thành viên")
_SPACE = re.compile(r"\s*")
_LEADS_WITH = re.compile(r"chủ trì,?\s+(?:và\s+)?phối hợp")
#: "Phòng Kinh tế là đầu mối; tổng hợp …", "Sở Y tế: thường trực; báo cáo …".
_STANDING = re.compile(
    r"(?:(?:cơ quan|đơn vị) )?(?:đầu mối|thường trực)(?=\s*(?:[;,.]|theo dõi|tổng hợp|giúp|tham mưu))"
)
_OFFICER = re.compile(r"đồng chí\s+(?:bí|chủ|phó|giám|trưởng)")
_ORGANISATION_NAME = re.compile(
    r"\s+(?:đảng|chính trị|xã hội|tôn giáo|đoàn thể|liên quan|kinh tế|hội|thành viên|cơ sở|công đoàn|khoa học"
    r"|cán bộ|pháp chế|hành nghề|quốc tế|tư vấn"
    r"|trực thuộc|tín dụng|tỉnh ủy|thành ủy|trung ương)(?!\w)"
)


@lru_cache(maxsize=8)
def _folded(text: str) -> str:
    """Fold a whole text once; every function here reads stretches of it."""
    return fold(text)


@lru_cache(maxsize=1)
def _opening() -> re.Pattern[str]:
    return re.compile(accented("head", "whole", "position") + r"(?!\w)")


@lru_cache(maxsize=1)
def _no_unit() -> re.Pattern[str]:
    return re.compile(accented("no_unit") + r"(?!\w)")


@lru_cache(maxsize=1)
def _after_level() -> re.Pattern[str]:
    """A name ends at its level, but for what says which of that level is meant ("UBND xã có liên quan")."""
    ends = "|".join(rf"(?<=(?<!\w){level}\s)" for level in ("xã", "phường", "tỉnh"))
    return re.compile(rf"(?:{ends})(?!{accented('of_level')}(?!\w))[a-zà-ỹđ]+")


@lru_cache(maxsize=1)
def _verbs() -> re.Pattern[str]:
    return re.compile(r"(?<!\w)" + accented("verb") + r"(?!\w)")


def first_sentence(text: str, span: Span) -> Span:
    """Return the first sentence of a stretch; the whole where it is short or has one sentence."""
    for match in _FULL_STOP.finditer(text, span.start, span.end):
        if match.end() - span.start >= 40:
            return Span(span.start, match.end())
    return span


_LATER = re.compile(r"(?<=[.;])\s+(?=(giao\s)|\w)")


def given_in(text: str, span: Span) -> Assignment | None:
    """Read a later sentence "Giao X …" or "X chủ trì …" of a stretch; None where there is none."""
    folded = _folded(text)
    for match in islice(_LATER.finditer(folded, span.start, span.end), _MOST_MENTIONS):
        at = match.end()
        if not text[at].isupper():
            continue
        end = _clause_end(text, at, span.end)
        if match[1]:
            found = _given(text, folded, at, end)
        else:
            found = _subject(text, folded, at, end)
            if found is not None and not found.basis.startswith("chủ trì"):
                found = None
        if found is not None:
            return found
    return None


_NOTE = re.compile(r"\(([^()]{3,200}?)\s+(?:chủ trì|thực hiện|phụ trách)(?=[\s,;.)])")


def lead_in_note(text: str, span: Span) -> Assignment | None:
    """Read "(Phòng Kinh tế chủ trì, hoàn thành …)" at the end of a stretch; None where there is none."""
    folded = _folded(text)
    for match in islice(_NOTE.finditer(folded, span.start, span.end), _MOST_MENTIONS):
        if (
            _begins_unit(folded, match.start(1))
            and _verb_after(text, folded, match.start(1), match.end(1)) is None
        ):
            lead = split_units(text[match.start(1) : match.end(1)], match.start(1))
            if lead:
                return Assignment(tuple(lead), "chủ trì", True, match.end())
    return None


def begins_with_verb(text: str, span: Span) -> bool:
    """Say whether a stretch begins with what is to be done ("Thành lập …")."""
    return _verbs().match(_folded(text), span.start) is not None


@lru_cache(maxsize=1)
def _plural() -> re.Pattern[str]:
    return re.compile(accented("plural") + r"\s+(?:" + accented("plural") + r"\s+)?")


def _begins_unit(folded: str, at: int) -> bool:
    plural = _plural().match(folded, at)
    if plural is not None:
        at = plural.end()
    opening = _opening().match(folded, at)
    if opening is None:
        return False
    if plural is not None and folded.startswith("tổ chức", at):
        return True
    no_unit = _no_unit().match(folded, at)
    if no_unit is None:
        return True
    if no_unit.group() == "tổ chức":
        return _PARTY_ORGANISATION.match(folded, no_unit.end()) is not None
    return False


def _verb_after(text: str, folded: str, start: int, end: int) -> re.Match[str] | None:
    """Find the verb that ends a unit's name begun at ``start``; after a level ("UBND xã ký …") any word is one."""
    after = _after_level().finditer(folded, start + 2, end)
    ended = next((word for word in after if text[word.start()].islower()), None)
    for match in _verbs().finditer(folded, start + 2, end):
        if ended is not None and match.start() > ended.start():
            break
        if not text[match.start()].islower():
            continue
        before = folded[start : match.start()]
        word = match.group()
        if word == "tổ chức" and (
            (_ORGANISATION.search(before) and _ORGANISATION_NAME.match(folded, match.end()))
            or re.search(r"(?:các|những|mọi|mỗi)\s+$", before)
        ):
            continue
        if word in _NOUNS and _NOUN_BEFORE.search(before):
            continue
        if word in ("được giao", "được phân công") or re.search(r"được (?:giao|phân công)\s+$", before):
            # "Cơ quan được giao chủ trì soạn thảo phải …": part of the name; "X được giao …" has no other verb.
            if _verbs().search(folded, match.end(), min(end, match.end() + 80)):
                continue
            return match
        if word == "lãnh đạo" and re.search(r"(?:đồng chí|các|tập thể|,|đại diện)\s+$", before):
            continue
        if word in ("xuất", "nhập") and _TRADE.match(folded, match.end()):
            continue
        if word == "giúp" and folded.startswith(" việc", match.end()):
            continue
        if re.search(r"(?<!\w)được\s+$", before):
            return None
        if word == "phải" or not before.strip():
            return match if before.strip() else None
        if word in _IN_NAMES and _named_before_role(folded, match.end(), end):
            continue
        return match
    return ended


def _named_before_role(folded: str, at: int, end: int) -> bool:
    """Say whether a verb is still part of the name: "Cục Quản lý, giám sát bảo hiểm chủ trì"."""
    role = _ROLE.match(folded, at, end)
    return role is not None and not any(
        _begins_unit(folded, at + word.start()) for word in _WORD.finditer(role[1])
    )


def _clause_end(text: str, start: int, end: int) -> int:
    end = min(end, start + _LONGEST_SENTENCE)
    found = _FULL_STOP.search(text, start, end)
    return found.start() if found else end


def read_assignment(text: str, span: Span) -> Assignment | None:
    """Read whom the first sentence of a stretch assigns; None where it names nobody."""
    folded = _folded(text)
    start = span.start
    while start < span.end and not text[start].isalnum():
        start += 1
    end = _clause_end(text, start, span.end)
    return (
        _given(text, folded, start, end)
        or _asked(text, folded, start, end)
        or _subject(text, folded, start, end)
    )


def _given(text: str, folded: str, start: int, end: int) -> Assignment | None:
    given = _GIVEN.match(folded, start, end)
    if given is None or not _begins_unit(folded, given.end()):
        return None
    verb = _verb_after(text, folded, given.end(), end)
    stop = verb.start() if verb else _stop(text, given.end(), end)
    lead = split_units(text[given.end() : stop], given.end())
    if not lead or (verb is None and len(text[given.end() : stop].split()) > 30):
        return None
    if text[given.end()].islower() and _SOMEBODY.match(folded, given.end()):
        return None
    words = text[start : start + len(given.group(1))]
    basis = f"{words} … {_verb_words(folded, verb)}" if verb else f"{words} …"
    return Assignment(tuple(lead), basis, True, verb.end() if verb else stop)


def _verb_words(folded: str, verb: re.Match[str]) -> str:
    """Return the verb and one that follows it at once ("chủ trì tham mưu")."""
    following = _verbs().match(folded, verb.end() + 1) if folded[verb.end() : verb.end() + 1] == " " else None
    return f"{verb.group()} {following.group()}" if following else verb.group()


def _after_space(folded: str, at: int) -> int:
    found = _SPACE.match(folded, at)
    return found.end() if found else at


def _stop(text: str, start: int, end: int) -> int:
    found = _SENTENCE_END.search(text, start, end)
    return found.start() if found else end


def _asked(text: str, folded: str, start: int, end: int) -> Assignment | None:
    asked = _ASKED.match(folded, start, end)
    if asked is None or not _begins_unit(folded, asked.end()):
        return None
    verb = _verb_after(text, folded, asked.end(), end)
    stop = verb.start() if verb else _stop(text, asked.end(), end)
    lead = split_units(text[asked.end() : stop], asked.end())
    if not lead or len(text[asked.end() : stop].split()) > 45:
        return None
    words = text[start : start + len(asked.group(1))]
    return Assignment(tuple(lead), f"{words} …", True, verb.end() if verb else stop)


def _subject(text: str, folded: str, start: int, end: int) -> Assignment | None:
    at = start
    if people := _PEOPLE.match(folded, start, end):
        at = people.end()
    if not _begins_unit(folded, at):
        at = _after_adverbial(text, folded, start, end)
        if at < 0:
            return None
    verb = _verb_after(text, folded, at, end)
    colon = text.find(":", at, verb.start() if verb else end)
    stop = colon if colon > 0 else verb.start() if verb else -1
    if stop < 0 or len(text[at:stop].split()) > 45:
        return None
    if verb and colon < 0 and verb.group() in ("yêu cầu", "đề nghị", "giao", "phân công"):
        # "UBND xã yêu cầu các phòng …": the work is the other's.
        rest = _after_space(folded, verb.end())
        passed_on = _asked(text, folded, verb.start(), end) or _given(text, folded, verb.start(), end)
        if passed_on is not None:
            return passed_on
        if not _begins_unit(folded, rest):
            return None
    lead = split_units(text[at:stop], at)
    if not lead:
        return None
    if colon > 0:
        after = _after_space(folded, colon + 1)
        if after < end and not (
            _verbs().match(folded, after) or text[after] in "-+" or _STANDING.match(folded, after, end)
        ):
            return None
        return Assignment(tuple(lead), "chủ ngữ", True, colon + 1)
    word = verb.group() if verb else ""
    if verb and _LEADS_WITH.match(folded, verb.start(), end):
        return Assignment(tuple(lead), "chủ trì, phối hợp với", True, verb.end())
    if verb and word == "là" and _STANDING.match(folded, _after_space(folded, verb.end()), end):
        return Assignment(tuple(lead), "đầu mối", True, verb.end())
    basis = "chủ trì" if word == "chủ trì" else "chủ ngữ"
    strong = _STRONG.match(word) is not None or word not in _WEAK
    return Assignment(tuple(lead), basis, strong, verb.end() if verb else stop)


_COMMA = re.compile(r",\s+")
_PEOPLE = re.compile(
    r"(?:các\s+)?(?:ông|bà|đồng chí)(?:\s*[,(/]?\s*bà\)?)?\s*:\s*|các\s+ông(?:\s*[,(/]\s*bà\)?)?\s+"
)
_PERSON = re.compile(r"(?:đồng chí|ông|bà)\s+[A-ZĐÀ-Ỹ]", re.I)


def _after_adverbial(text: str, folded: str, start: int, end: int) -> int:
    """Return where the subject begins after "Căn cứ …, "; -1 where there is none."""
    if _ADVERBIAL.match(folded, start, end) is None:
        return -1
    for comma in _COMMA.finditer(folded, start, end):
        at = comma.end()
        named = text[at].isupper() or folded.startswith(("các ", "những ", "mọi "), at)
        if named and _begins_unit(folded, at) and _verbs().search(folded, at, min(end, at + 160)):
            return at
    return -1


# --- titles and helpers ----------------------------------------------------------------------------

_TITLE_PREFIX = re.compile(
    r"(?:trách nhiệm (?:của|cụ thể của)?|nhiệm vụ (?:cụ thể )?(?:của|đối với)|đối với|đề nghị|giao|yêu cầu)\s+"
)
_TITLE_TAIL = re.compile(
    r"\s+(?:lãnh đạo|chỉ đạo)(?:,?\s+(?:chỉ đạo|lãnh đạo))?(?:\s+thực hiện)?\s*[:.]?\s*$"
)


class UnitTitle(msgspec.Struct, frozen=True):
    """A heading that names units and nothing else; ``directs`` where it ends "… chỉ đạo"."""

    units: tuple[Mention, ...]
    directs: bool = False


def unit_title(text: str, span: Span) -> UnitTitle | None:
    """Read a heading as the name of a unit or a list of units; None for any other heading."""
    folded = _folded(text)
    start, end = span.start, span.end
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and text[end - 1] in " \n:.;*":
        end -= 1
    if end - start > _LONGEST_SENTENCE:
        return None
    if prefix := _TITLE_PREFIX.match(folded, start, end) or _PEOPLE.match(folded, start, end):
        start = prefix.end()
    if _PERSON.match(text, start, end) and not _OFFICER.match(folded, start, end):
        return None
    if end - start > 600 or len(text[start:end].split()) > 40 or not _begins_unit(folded, start):
        return None
    directs = False
    if tail := _TITLE_TAIL.search(folded, start, end):
        directs, end = True, tail.start()
    if re.search(r"[.;]\s+[A-ZĐ]", text[start:end]) and ";" not in text[start:end]:
        return None
    if _verb_after(text, folded, start, end) is not None or _ROLE_ONLY.fullmatch(folded, start, end):
        return None
    units = split_units(text[start:end], start)
    return UnitTitle(tuple(units), directs) if units else None


_ROLE_ONLY = re.compile(
    fold(r"(?:cơ quan|đơn vị|tổ chức|bộ phận)\s+(?:quản lý|chủ quản|đầu mối|vận hành|thẩm định)")
)
_WITH = re.compile(r"phối hợp(?:\s+chặt chẽ)?\s+(?:(?:với|cùng(?:\s+với)?)\s+)?")
_WITH_END = re.compile(
    r"\s+(?:trong việc|trong công tác|trong quá trình|trong triển khai|về việc|để|nhằm|thông qua|theo|khi|trước|trên địa bàn"
    r"|thường xuyên|kịp thời)(?!\w)|[.;:(]|,\s+(?=bảo đảm|đảm bảo|kịp)"
)


def coordinating_in(text: str, span: Span) -> list[Mention]:
    """Return the units named after "phối hợp với" in a stretch, each once."""
    folded = _folded(text)
    found: list[Mention] = []
    for match in islice(_WITH.finditer(folded, span.start, span.end), _MOST_MENTIONS):
        if not _begins_unit(folded, match.end()):
            continue
        limit = min(span.end, match.end() + _LONGEST_SENTENCE)
        end = _WITH_END.search(folded, match.end(), limit)
        stop = end.start() if end else limit
        verb = _verb_after(text, folded, match.end(), stop)
        if verb:
            stop = verb.start()
        for mention in split_units(text[match.end() : stop].rstrip(" ,"), match.end()):
            if fold(mention.text) not in {fold(m.text) for m in found}:
                found.append(mention)
    return found


@lru_cache(maxsize=1)
def _reports() -> re.Pattern[str]:
    return re.compile(
        r"báo cáo\s+(?:(?:[^.;:]{0,80}?\s+)?(?:theo yêu cầu của|với|về|gửi|cho|lên)\s+)?(?="
        + accented("head", "whole", "position")
        + r"(?!\w))"
    )


_REPORT_END = re.compile(
    r"\s+(?:kết quả|theo|trước|để|định kỳ|về|tình hình|trong|khi|qua|những|đề xuất|xem xét|chậm nhất|biết)(?!\w)|[.;:(]"
    r"|,\s+(?!các|đảng|ban|ubnd|sở)"
)


def report_to(text: str, span: Span) -> Mention | None:
    """Return to whom the results are reported, as worded; None where no unit is named."""
    folded = _folded(text)
    for match in islice(_reports().finditer(folded, span.start, span.end), _MOST_MENTIONS):
        at = match.end()
        if not (text[at : at + 1].isupper() and _begins_unit(folded, at)):
            continue
        limit = min(span.end, at + _LONGEST_SENTENCE)
        end = _REPORT_END.search(folded, at, limit)
        stop = end.start() if end else limit
        verb = _verb_after(text, folded, at, stop)
        stop = verb.start() if verb else stop
        units = split_units(text[at:stop], at)
        if units:
            reach = Span(units[0].span.start, units[-1].span.end)
            return Mention(" ".join(reach.of(text).split()), reach)
    return None
