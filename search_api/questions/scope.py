"""Which documents a question speaks of: a symbol, a place or an issuer that it names.

Naming is compared on bare text with abbreviations written out, so "so khcn" names the Sở Khoa học và
Công nghệ.  A name that no document bears does not limit anything, but is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import NamedTuple

from indexer.clean import bare, collapse, fold, typed_plain
from indexer.rules import rows
from indexer.store import Store, StoredDocument
from search_api.questions.coverage import Topic
from search_api.questions.expand import expand
from search_api.questions.parallel import COMPARES, side_by_side
from search_api.questions.question import Question

#: After these words a symbol is what the plan carries out, not the document that is asked about.
_CARRIED_OUT = re.compile(
    r"(?:thuc hien|trien khai|thi hanh|cu the hoa|quan triet|thay the|can cu|theo tinh than|vien dan|dan chieu|nhac den|de cap)"
    r"[^.;?]{0,40}$|(?:ke hoach|chuong trinh|van ban)(?: [^.;?]{1,40})? ve $"
)
#: A document named at the head of a question, or as the one that says or holds what is asked.
_ASKED_OF = re.compile(
    r"(?:^|[,;:] ?|(?<![a-z])(?:theo|trong|tai|cua|cho biet|ky|ai ky|noi dung) )(?:ban )?(?:[a-z]+ ){1,4}(?:so )?$"
)
#: "kinh phí thực hiện kế hoạch 12" asks about kế hoạch 12 itself.
_OWN_WORK = re.compile(
    r"(?:kinh phi|nguon von|nguon luc|ngan sach|thoi gian|thoi han|trach nhiem|lo trinh|ket qua|tien do)"
    r" (?:de |to chuc )?(?:thuc hien|trien khai|thi hanh)[^.;?]{0,12}$"
)


def _carried_out(before: str) -> bool:
    """Say whether the words before a name make it what another document carries out."""
    return bool(_CARRIED_OUT.search(before)) and not _OWN_WORK.search(before)


_PLACE = re.compile(
    r"(?:[Xx]ã|[Pp]hường|[Tt]ỉnh|[Tt]hành phố|[Đđ]ặc khu|[Hh]uyện|[Tt]hị xã|[Tt]hị trấn) ((?:[A-ZĐÀ-Ỹ][\wà-ỹ]*[ -]?){1,4})"
)


class Scope(NamedTuple):
    """The documents that may answer; ``docs`` is None where the question names none.

    ``names`` are the words of the question that limit it; ``missing`` are symbols and places that it
    asks about and that no document of the index bears; ``cited_by`` says where a missing symbol is cited;
    ``themes`` are the subjects by which it names documents ("kế hoạch *phòng cháy* của xã"); ``groups``
    are the documents by the name that means them, several where the question compares.
    """

    docs: tuple[str, ...] | None
    names: tuple[str, ...]
    missing: tuple[str, ...]
    cited_by: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    leaning: tuple[str, ...] = ()
    """Documents of an issuer that is named as one who works: they come first, and limit nothing."""
    asked_missing: bool = False
    """True where a missing document is itself what is asked about, so that no other may answer for it."""
    unheld: tuple[str, ...] = ()
    """Names of places, bodies and numbered documents in the question that no document of the index bears."""


def written_out(text: str) -> str:
    """Return bare text in which abbreviations stand beside their long forms, for finding names."""
    out = [bare(text)]
    for added in expand(text, plain=True):
        if added.factor > 0.4:
            out.append(re.sub(re.escape(bare(added.typed)), bare(added.text), bare(text)))
    return " | ".join(" ".join(re.findall(r"[a-z0-9]+|\|", part.replace("&", " va "))) for part in out)


def _spelled_out(text: str) -> str:
    """Return a question with its abbreviations replaced by their long forms."""
    for added in expand(text, plain=typed_plain(text)):
        if added.factor > 0.8 and not re.search(r"\s", added.typed):
            text = re.sub(rf"(?<![\w/-]){re.escape(added.typed)}(?![\w/-])", added.text, text)
    return text


def flat_words(text: str) -> str:
    """Return the bare words and numbers of a text with one space between them, "&" as a word: for finding names.

    >>> flat_words("Sở KH&CN, số 12")
    'so kh va cn so 12'
    """
    return " ".join(re.findall(r"[a-z0-9]+", bare(text).replace("&", " va ")))


def _expanded(issuer: str) -> str:
    for added in expand(issuer):
        if added.factor > 0.4:
            issuer = issuer.replace(added.typed, added.text)
    return issuer


@lru_cache(maxsize=1)
def _spoken() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    table = rows("issuer_names.tsv", "search_api.rules")
    return tuple((re.compile(pattern), tuple(names.split("|"))) for pattern, names, _ in table)


def issuer_names(issuer: str | None, locality: str | None) -> set[str]:
    """Return the flat names by which an issuer is spoken of."""
    if not issuer:
        return set()
    names = {flat_words(issuer), flat_words(_expanded(issuer))}
    place = flat_words(locality or "")
    if place:
        names |= {name.removesuffix(place).strip() for name in names if name.endswith(f" {place}")}
    for pattern, spoken in _spoken():
        if any(pattern.search(name) for name in names):
            names |= set(spoken)
    # "Sở Công viên và Chiếu sáng" is "sở công viên" to those who ask.
    names |= {
        short for name in names if (short := name.partition(" va ")[0]) != name and _SHORTENED.match(short)
    }
    return {name for name in names if name}


_SHORTENED = re.compile(r"(?:so|phong|ban) [a-z]+ [a-z]+$|so [a-z]+$")


#: "Quyết định quy định chức năng, nhiệm vụ … của Sở X" is about Sở X.
_SUBJECT = re.compile(
    r"(?:chuc nang nhiem vu(?: [a-z]+){0,9}?|to chuc va hoat dong(?: [a-z]+){0,3}?) cua ((?:[a-z]+ ?){2,12})$"
)
_OF_PLACE = re.compile(r" (?:thanh pho|tinh|xa|phuong)$")


def _subject_names(title: str, place: str) -> set[str]:
    """Return the names of the unit that a title is about: with its place, and after "về" without."""
    subject = _SUBJECT.search(flat_words(_expanded(title)))
    if subject is None:
        return set()
    whole = subject.group(1).strip()
    unit = _OF_PLACE.sub("", whole.removesuffix(f" {place}")) if place else whole
    names = {whole, f"ve {unit}"}
    if place:
        names |= {f"{unit} {place}", f"{unit} thanh pho {place}", f"{unit} tinh {place}"}
    return names


_FLAT_WORD = re.compile(r"[a-z0-9]+")


class Near(NamedTuple):
    """The names that a question may hold: documents by place, by issuer, by the unit that they govern."""

    places: dict[str, set[str]]
    issuers: dict[str, set[str]]
    subjects: dict[str, set[str]]


class _ByWord:
    """Documents by flat name, found by the words of a question."""

    def __init__(self, docs: dict[str, set[str]]) -> None:
        self._docs = docs
        self._order = {name: at for at, name in enumerate(docs)}
        self._by_first: dict[str, list[tuple[str, frozenset[str]]]] = {}
        for name in docs:
            words = _FLAT_WORD.findall(name)
            if words:
                self._by_first.setdefault(words[0], []).append((name, frozenset(words)))

    def within(self, words: set[str]) -> dict[str, set[str]]:
        """Return the names made of these words, in the order of the catalogue."""
        found = [name for word in words for name, held in self._by_first.get(word, ()) if held <= words]
        return {name: self._docs[name] for name in sorted(found, key=self._order.__getitem__)}


class Catalogue:
    """The documents of an index by the names that people give them; made once, asked for every question."""

    def __init__(self, rows: Sequence[StoredDocument]) -> None:
        self.rows = {row.id: row for row in rows}
        self.places: dict[str, set[str]] = {}
        self.issuers: dict[str, set[str]] = {}
        self.numbers: dict[tuple[str, int], set[str]] = {}
        self.dated: dict[tuple[int, str], set[str]] = {}
        """Documents by number and year, of the symbol or of the date: 36/2025."""
        self.levels: dict[str, set[str]] = {}
        self.types: dict[str, set[str]] = {}
        self.subjects: dict[str, set[str]] = {}
        """Documents by the unit whose organisation or work their title says they govern."""
        known: dict[tuple[str | None, str | None], set[str]] = {}
        for row in rows:
            if row.locality:
                self.places.setdefault(flat_words(row.locality), set())
            key = (row.issuer, row.locality)
            if key not in known:
                known[key] = issuer_names(*key)
            for name in known[key]:
                self.issuers.setdefault(name, set()).add(row.id)
            number = re.match(r"0*(\d+)", row.symbol or "")
            if number:
                self.numbers.setdefault((bare(row.type or ""), int(number.group(1))), set()).add(row.id)
                year = re.match(r"\d+/(\d{4})/", row.symbol or "") or re.match(r"(\d{4})", row.date or "")
                if year:
                    self.dated.setdefault((int(number.group(1)), year.group(1)), set()).add(row.id)
            if row.type:
                self.types.setdefault(bare(row.type), set()).add(row.id)
            if row.level:
                self.levels.setdefault(row.level, set()).add(row.id)
            for name in _subject_names(row.title or "", flat_words(row.locality or "")):
                self.subjects.setdefault(name, set()).add(row.id)
        self.places.pop("", None)
        self.initials: dict[str, list[str]] = {}
        """Places by the first letters of their words: tg → trung giang."""
        for place in self.places:
            if " " in place:
                self.initials.setdefault("".join(word[0] for word in place.split()), []).append(place)
        longest = max((len(place.split()) for place in self.places), default=0)
        for row in rows:
            held = flat_words(" ".join(filter(None, (row.issuer, row.locality, row.title)))).split()
            for size in range(1, longest + 1):
                for at in range(len(held) - size + 1):
                    phrase = " ".join(held[at : at + size])
                    if phrase in self.places:
                        self.places[phrase].add(row.id)
        self._held = f" {' | '.join(flat_words(' '.join(filter(None, (r.issuer, r.locality, r.title)))) for r in rows)} "

        self._places, self._issuers = _ByWord(self.places), _ByWord(self.issuers)
        self._subjects = _ByWord(self.subjects)

    def near(self, *texts: str) -> Near:
        """Return the names all of whose words stand in one of the flat texts: no others can be named there.

        Every name of a large index is never tried against a question.
        """
        words = {word for text in texts for word in _FLAT_WORD.findall(text)}
        return Near(self._places.within(words), self._issuers.within(words), self._subjects.within(words))

    def names(self, place: str) -> bool:
        """Say whether any document's issuer, place or title has this name."""
        return f" {flat_words(place)} " in self._held


#: What stands before or after an issuer where its document is meant, not its work.
_DOCUMENT_BEFORE = re.compile(
    r"(?:van ban|ke hoach|chi thi|nghi quyet|quyet dinh|chuong trinh|thong tu|nghi dinh|bo phan nao|phong nao|don vi nao)"
    r"(?: [a-z0-9]+){0,12} (?:cua|do|o|tai|thuoc|trong)$|(?:van ban|ke hoach|chi thi|nghi quyet)(?: cua)?$"
    r"|(?<![a-z])(?:han|chi tieu|muc tieu|yeu cau|quy dinh|ty le|ti le|thoi han)(?: [a-z0-9]+){0,3} (?:cua|o|theo)$"
    r"|(?:^|[^a-z])(?:theo|so voi)$"
)
_DOCUMENT_AFTER = re.compile(
    r"(?:(?:tinh|thanh pho) [a-z]+ [a-z]+ )?(?:tu |cung |thi |du kien |da |se )?"
    r"(?:giao|dat|yeu cau|quy dinh|de ra|neu|bao nhieu)(?![a-z])"
)


#: "Bệnh viện Đa khoa | tỉnh Mây Bạc có bao nhiêu": the province in the name of a body, not the author of a plan.
_NAMED_BODY = re.compile(
    r"(?<![a-z])(?:benh vien|trung tam|truong|hoi|cong an|bao hiem xa hoi|doan|quy|cong ty|vien|chi cuc|dai|bao tang|thu vien)"
    r"(?: (?!cua|theo|o|tai|trong)[a-z]+){1,6}$"
)


def _of_a_document(written: str, name: str, places: Iterable[str] = ()) -> bool:
    """Say whether an issuer is named as one ("kế hoạch của Sở Nội vụ"), not as a unit that has to do something."""
    for match in re.finditer(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", written):
        before = re.sub(r"(?: (?:va|cua|,))+$", "", written[: match.start()].rstrip())
        direct = written[: match.start()].rstrip()
        after = written[match.end() :].lstrip()
        for place in places:
            after = after.removeprefix(f"{place} ")
        if _DOCUMENT_BEFORE.search(direct) or (
            _DOCUMENT_AFTER.match(after) and not (name.startswith("tinh") and _NAMED_BODY.search(direct))
        ):
            return True
        # "của Tỉnh ủy, của UBND tỉnh và của xã": the later ones follow the first.
        if direct != before and _DOCUMENT_BEFORE.search(f"{before} cua"):
            return True
    return False


_SHORT_TYPES = {
    "kh": "ke hoach",
    "ct": "chi thi",
    "nq": "nghi quyet",
    "qd": "quyet dinh",
    "nd": "nghi dinh",
    "cv": "cong van",
}
_NUMBERED = re.compile(
    r"(?<![a-z0-9])(kh|ct|nq|qd|nd|cv|ke hoach|chi thi|nghi quyet|quyet dinh|nghi dinh|thong tu|ket luan|chuong trinh"
    r"|cong van|huong dan)(?: hanh dong)?(?: so)? ?(?<!\d)(\d{1,4})(?![\d/%-]|[.,]\d)"
)


def numbered(text: str) -> list[tuple[str, int]]:
    """Return (bare type, number) of the documents that a question names by type and bare number."""
    return [
        (_SHORT_TYPES.get(match.group(1), match.group(1)), int(match.group(2)))
        for match in _NUMBERED.finditer(bare(text))
    ]


def _by_number(flat: str, catalogue: Catalogue) -> list[tuple[str, set[str]]]:
    """Find documents named by type and bare number: "kế hoạch 86", "chỉ thị số 33"."""
    found = []
    for match in _NUMBERED.finditer(flat):
        held = catalogue.numbers.get(
            (_SHORT_TYPES.get(match.group(1), match.group(1)), int(match.group(2))), set()
        )
        if held and not _carried_out(flat[: match.start()]) and not _CARRIED_BY.match(flat, match.end()):
            found.append((match.group(), set(held)))
    for match in _DATED.finditer(flat):
        held = catalogue.dated.get((int(match.group(1)), match.group(2)), set())
        if held and not _carried_out(flat[: match.start()]):
            found.append((match.group(), set(held)))
    return found


#: "theo CV tháng 5", "trong chỉ thị tháng 3/2026": a document by the month of its date.
_OF_MONTH = re.compile(
    r"(?:^|(?<=theo )|(?<=trong )|(?<=tai )|(?<=cua )|(?<=o ))(?:ban )?"
    r"(kh|ct|nq|qd|cv|ke hoach|chi thi|nghi quyet|quyet dinh|cong van|van ban)"
    r"(?: (?:ra|ky|ki|ban hanh|hoi|dot))? thang (\d{1,2})(?:(?:/| nam )(\d{4}))?(?![\d/])"
)


def _by_month(flat: str, catalogue: Catalogue) -> list[tuple[str, set[str]]]:
    """Find documents named by type and the month of their date."""
    found = []
    for match in _OF_MONTH.finditer(flat):
        type_ = _SHORT_TYPES.get(match.group(1), match.group(1))
        held = {
            row.id
            for row in catalogue.rows.values()
            if row.date
            and (type_ == "van ban" or bare(row.type or "") == type_)
            and row.date[5:7] == match.group(2).zfill(2)
            and match.group(3) in (None, row.date[:4])
        }
        if held:
            found.append((match.group(), held))
    return found


#: "Dự thảo của phường …", "trong bản dự thảo kế hoạch …": what is asked of documents not yet issued.
_DRAFTS = re.compile(
    r"(?:^|(?<=theo )|(?<=trong )|(?<=tai )|(?<=cua )|(?<=o ))(?:ban )?du thao"
    r"(?= (?:cua|o|ke hoach|chi thi|nghi quyet|chuong trinh|cong van|nay)(?![a-z])|:)"
)


#: "Nghị quyết 68 được những kế hoạch nào triển khai?"
_CARRIED_BY = re.compile(
    r" (?:da )?(?:duoc|do) (?:nhung |cac )?(?:van ban|ke hoach|chuong trinh|quyet dinh) nao"
)
#: "quyết định 36/2025", "QĐ số 23/2025".
_DATED = re.compile(
    r"(?<![a-z0-9])(?:kh|ct|nq|qd|nd|tt|ke hoach|chi thi|nghi quyet|quyet dinh|nghi dinh|thong tu|van ban)(?: so)?"
    r" (\d{1,5})/(\d{4})(?![\d/])"
)


#: After these a place is part of the name of a unit with work to do.
_GIVEN_TO = (
    r"(?:giao|phan cong|yeu cau) (?:cho )?"
    r"(?:(?:ubnd|uy ban nhan dan|cong an|dang uy|hoi|doan|tram|phong|ban|trung tam)(?: [a-z]+){0,5} )?"
)
#: "Xã Phú Hòa được giao gì", "UBND phường Cầu Mây phải làm những gì": the commune itself has the work, not a body of it.
_ACTING = r"(?:^|(?<=thi )|(?<=, ))(?:ubnd |uy ban nhan dan |chinh quyen )?"
_ACTS = r"(?: (?:thi|se))? (?:duoc|phai|can|co (?:trach nhiem|nhiem vu|nhung)|lam|chu tri|phoi hop|dam|lo)(?![a-z])"


def _giving_work_to(place: str, own: set[str], store: Store) -> set[str]:
    """Return the documents that may give work to a commune: that name it so, and that its own ones carry out."""
    found = {held.doc for held in store.tasks(unit=place)}
    for doc in own:
        for held in store.references(doc=doc):
            reference = held.reference
            if reference.symbol and reference.role == "implements" and not reference.nested:
                found |= set(store.with_symbol(reference.symbol))
    return found


_INITIALS = re.compile(r"(?<!\w)([Tt]ỉnh|[Xx]ã|[Pp]hường|tinh|xa|phuong) ([A-ZĐ]{2,4})(?![\w/&-])")


def _place_meant(match: re.Match[str], catalogue: Catalogue) -> str:
    """Write out the initials of a place where only one place of the index has them: "tỉnh TG"."""
    known = catalogue.initials.get(bare(match.group(2)), [])
    return f"{match.group(1)} {known[0]}" if len(known) == 1 else match.group()


_ISSUED_BY = re.compile(
    r"(?:,? (?:ngay )?[\d/]+)? (?:cua|do) [^,.;:?]{2,70}?"
    r"(?=,? (?:giao|dat|thi|yeu cau|la|do|co|bi|da|con|duoc|ban hanh|ve|trong|o|theo|phai)(?![a-z])|[,.;:?]|$)"
)


#: "thực hiện kế hoạch số mấy của UBND tỉnh": the document asked for is not the one asked about.
_OF_ASKED = re.compile(
    r"(?:thuc hien|trien khai|thi hanh|can cu|thay the|cu the hoa) (?:theo |vao |cho )?(?:nhung |cac )?"
    r"(?:van ban|ke hoach|chi thi|nghi quyet|quyet dinh|chuong trinh)(?: so)? (?:nao|gi|may|bao nhieu)(?= cua )"
)


def _without_issuers_of_cited(text: str, symbols: set[str]) -> str:
    """Blank the issuer named after the symbol of a document that is only carried out, cited or asked for."""
    flat = bare(text)
    asked = _OF_ASKED.search(flat)
    match = _ISSUED_BY.match(flat, asked.end()) if asked else None
    if match:
        text = text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
    for symbol in symbols:
        at = flat.find(bare(symbol))
        match = _ISSUED_BY.match(flat, at + len(symbol)) if at >= 0 else None
        if match:
            text = text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
    return text


_DOCUMENT_WORD = re.compile(
    r"(?<![a-z])(?:van ban|ke hoach|chi thi|nghi quyet|quyet dinh|chuong trinh|kh|ct|nq)(?![a-z])"
)


def _of_the_same(flat: str, sure: Iterable[str], level: str) -> bool:
    """Say whether a level belongs to what a document named by its number says: "chỉ thị 9 nói gì về đất của tỉnh"."""
    end = max((flat.find(bare(name)) + len(bare(name)) for name in sure if bare(name) in flat), default=-1)
    at = flat.rfind(f" {level}")
    return 0 <= end < at and not _DOCUMENT_WORD.search(flat, end, at) and not COMPARES.search(flat)


_OF_A_COMMUNE = frozenset(("xa", "phuong"))
_LEVEL_WORDS = frozenset(("tinh", "xa", "phuong", "thanh pho", "huyen", "so"))
"""Names that say a level and no place."""


def find_scope(question: Question, store: Store, catalogue: Catalogue) -> Scope:
    """Find the documents that a question names."""
    missing: list[str] = []
    asked_missing = False
    cited_only: set[str] = set()
    """Symbols of documents that others carry out or cite: who issued them does not limit the answer."""
    cited: list[str] = []
    flat = bare(question.text)
    named: list[tuple[str, set[str]]] = []  # surest first
    for symbol in question.symbols:
        held = store.with_symbol(symbol)
        at = flat.find(bare(symbol))
        carried_out = at > 0 and _carried_out(flat[:at])
        if carried_out:
            cited_only.add(symbol)
        if held and not carried_out:
            named.append((symbol, set(held)))
        elif not held and not carried_out:
            missing.append(symbol)
            cited += store.citing(symbol)
            asked_missing |= bool(_ASKED_OF.search(flat[:at])) and not (
                {"replaced_by", "replaces", "topic_docs"} & set(question.kinds)
            )
    named += _by_number(flat, catalogue)
    named += _by_month(flat, catalogue) if not named else []
    sure = {name for name, _ in named}
    text = _without_issuers_of_cited(question.text, cited_only)
    text = _INITIALS.sub(lambda match: _place_meant(match, catalogue), text)
    written = f" {written_out(text)} "
    spelled = _spelled_out(text)
    near = catalogue.near(written, bare(spelled))
    named += [
        (name, set(docs)) for name, docs in near.subjects.items() if f" {name} " in written and not named
    ]
    beside = (
        [] if named else side_by_side(spelled, near.issuers, near.places, catalogue.levels, catalogue.types)
    )
    spoken: dict[str, set[str]] = {}
    for name, docs in near.places.items():
        if f" {name} " in written:
            spoken[name] = set(docs)
    if "unit_tasks" in question.kinds:
        for name in spoken:
            if re.search(rf"{_ACTING}(?:xa|phuong|dac khu) {name}{_ACTS}", flat):
                spoken[name] |= _giving_work_to(name, spoken[name], store)
    for name, docs in near.issuers.items():
        if f" {name} " in written and _of_a_document(written, name, near.places):
            spoken.setdefault(name, set()).update(docs)
    if any(name not in catalogue.places for name in spoken):
        for name in [name for name in spoken if name in catalogue.places]:
            if re.search(rf"{_GIVEN_TO}(?:xa|phuong) {name}(?![a-z])", written):
                del spoken[name]  # "UBND tỉnh giao UBND xã Yên Trạch": a unit with work to do
    for name in list(spoken):
        if any(f" {name} " in f" {subject} " for subject, _ in named if name not in catalogue.places):
            del spoken[name]  # the unit that a document is about did not issue it
        elif any(name != other and f" {name} " in f" {other} " for other in spoken):
            # "tỉnh" inside "tỉnh ủy", "sở nội vụ" inside a longer name: only where it also stands alone.
            longer = [other for other in spoken if name != other and f" {name} " in f" {other} "]
            rest = written
            for other in longer:
                rest = rest.replace(other, " ")
            if f" {name} " not in rest:
                del spoken[name]
    for level in _OF_A_COMMUNE & spoken.keys():
        # "xã Đông Hòa" is a place: not only what its uỷ ban issued, its đảng uỷ did too.
        after = [written[match.end() :] for match in re.finditer(rf" {level} ", written)]
        if all(any(rest.startswith(f"{place} ") for place in near.places) for rest in after):
            del spoken[level]
    # The longest first: "sở nội vụ tỉnh lâm sơn" says more than "lâm sơn".
    named += sorted(spoken.items(), key=lambda item: (-len(item[0]), item[0]))
    # Names that fit one another narrow ("sở nội vụ" + "lâm sơn"); names that exclude one another add up
    # ("… của tỉnh và … của xã").
    groups: list[set[str]] = [set(name.docs) for name in beside]
    if beside:
        named = [(name.name, set(name.docs)) for name in beside]
        for place, docs in near.places.items():
            # "Ở xã A: Đảng ủy xã đặt mấy lớp, UBND xã đặt mấy lớp": one place of both.
            of_each = all(group & docs for group in groups) and any(group - docs for group in groups)
            if of_each and f" {place} " in written and not any(place in name for name, _ in named):
                groups = [group & docs for group in groups]
                named.append((place, set(docs)))
    for name, docs in [] if beside else named:
        if sure and name in catalogue.places:
            # What a document by its number or month is of is not always known.
            docs |= {doc for group in groups for doc in group if not catalogue.rows[doc].locality}
        elif sure and name in _LEVEL_WORDS and _of_the_same(flat, sure, name):
            continue
        fitting = [at for at, group in enumerate(groups) if group & docs]
        for at in fitting:
            groups[at] &= docs
        if not fitting:
            groups.append(set(docs))
    if all(name in _LEVEL_WORDS for name, _ in named):
        unknown = _missing_places(text, catalogue)
        missing += unknown
        if unknown:
            # "kế hoạch của tỉnh Đại Sơn" is of a province that no document is of, not of any "tỉnh".
            named, groups = [], []
    drafts = {row.id for row in catalogue.rows.values() if row.draft} if _DRAFTS.search(flat) else set()
    if any(group & drafts for group in groups):
        # Alone it may be a draft that is to be made: "dự thảo nghị quyết phải xong khi nào".
        groups = [group & drafts or group for group in groups]
        named.append(("du thao", drafts))
    if named == [] and not missing:
        missing += (unknown_issuers := _missing_issuers(spelled, catalogue))
        asked_missing = asked_missing or bool(unknown_issuers)
    themes = []
    bearings: list[set[str]] = []
    within = set().union(*groups) if groups else set(catalogue.rows)
    for theme in _themes(question.text):
        bearing = _on_theme(theme, question.plain, [catalogue.rows[doc] for doc in sorted(within)])
        if bearing:
            bearings.append(bearing)
            themes.append(theme)
    if len(bearings) > 1 and len(groups) <= 1 and not set.intersection(*bearings):
        # "ở kế hoạch ma túy và ở kế hoạch nước sạch": each by itself.
        groups = bearings
    for bearing in bearings if groups is not bearings else []:
        groups = [group & bearing or group for group in groups] if groups else [bearing]
    return Scope(
        tuple(sorted(set().union(*groups))) if groups else None,
        tuple(name for name, _ in named),
        tuple(missing),
        tuple(dict.fromkeys(cited)),
        tuple(themes),
        tuple(tuple(sorted(group)) for group in groups),
        () if groups else _leaning(written, catalogue),
        asked_missing and not any("/" in name and name not in missing for name, _ in named),
        _unheld(question, flat, catalogue),
    )


_WORD = re.compile(r"[^\W\d_]+")
#: First words of bodies: what follows them is often spoken of in short ("Hội Phụ nữ").
_HEADS = frozenset(
    ("hoi", "doan", "so", "ban", "phong", "bo", "cuc", "vu", "vien", "tram", "truong", "to", "uy", "dang")
)

#: Words in capitals only because a question begins with them: "Trên Mây Bạc ai trực bến?"
_BEFORE_A_NAME = frozenset(
    (
        "ở",
        "tại",
        "trên",
        "dưới",
        "trong",
        "ngoài",
        "theo",
        "về",
        "bên",
        "của",
        "cho",
        "từ",
        "hỏi",
        "nghe",
        "thấy",
        "vùng",
    )
)


def _proper_pairs(text: str) -> list[tuple[str, ...]]:
    """Find names of two words and more in capitals ("Đại Sơn"; "Công Thương"), word by word.

    What counts of a longer row of capitals ("Công Thương Đại Sơn") are the words beside one another.
    """
    rows_: list[list[str]] = [[]]
    end = 0
    for match in _WORD.finditer(text):
        word = match.group()
        capital = word[0].isupper() and word[1:].islower() and bare(word) not in _HEADS
        if (
            capital
            and fold(word) in _BEFORE_A_NAME
            and (match.start() == 0 or text[end : match.start()] != " ")
        ):
            capital = False
        if not capital or text[end : match.start()] != " ":
            rows_.append([])
        if capital:
            rows_[-1].append(word)
        end = match.end()
    return [tuple(row) for row in rows_ if len(row) > 1]


def written_out_type(name: str) -> str:
    """Write out the type of a document's bare name: "kh 145" → "ke hoach 145"."""
    first, _, rest = name.partition(" ")
    return f"{_SHORT_TYPES.get(first, first)} {rest}"


def _unheld(question: Question, flat: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Find the proper names and numbers of documents in a question that nothing in the index is called by."""
    out = []
    for words in [] if question.plain else _proper_pairs(question.text):
        borne = [catalogue.names(f"{a} {b}") for a, b in pairwise(words)]
        # A word is strange that belongs to no pair which is known.
        strange = [not any(borne[max(0, at - 1) : at + 1]) for at in range(len(words))]
        if any(strange):
            first = strange.index(True)
            out.append(" ".join(words[first : first + 2]) if first + 1 < len(words) else " ".join(words[-2:]))
    for match in _NUMBERED.finditer(flat):
        key = (_SHORT_TYPES.get(match.group(1), match.group(1)), int(match.group(2)))
        if key not in catalogue.numbers and not _carried_out(flat[: match.start()]):
            typed = re.sub(r"\s+(?:số|so)(?=\s)", "", question.text[match.start() : match.end()])
            out.append(typed)
    return tuple(dict.fromkeys(out))


def _leaning(written: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the documents of the issuer with the longest name in a question that limits itself to none."""
    named = [
        (len(name), docs)
        for name, docs in catalogue.issuers.items()
        if " " in name and f" {name} " in written and f" dang uy {name} " not in written
    ]
    return tuple(sorted(max(named, key=lambda n: n[0])[1])) if named else ()


_NAMED_BY_THEME = re.compile(
    r"(?:trong|cua|theo|o|tai|thuoc|o cac|cac|cho|kinh phi|va|^) ?(?:ban )?"
    r"(?:ke hoach|chi thi|nghi quyet|chuong trinh|de an|quyet dinh|huong dan)"
    r" (?:ve |thuc hien |trien khai |cong tac |ve cong tac )?(?P<theme>[^.;:?]{4,90}?)"
    r"(?= cua | o | tai | do | nam \d| thi | (?:phuong|xa|tinh) (?!hoi)[a-z]+| co (?:nhung|cac|may|bao|tinh) "
    r"| va (?:o |trong |cua |theo |tai )?(?:ke hoach|chi thi|nghi quyet|chuong trinh)(?![a-z])"
    r"|,? (?:ai|don vi|co quan|phong|khi nao|bao gio|thoi han|han)\b|[.;:?]|$)"
)
_THEME_SAID = 0.8


def _themes(text: str) -> list[str]:
    """Find the subjects by which documents are named ("trong kế hoạch phòng cháy của xã …")."""
    return [text[m.start("theme") : m.end("theme")] for m in _NAMED_BY_THEME.finditer(bare(text))]


def _on_theme(theme: str, plain: bool, rows: Sequence[StoredDocument]) -> set[str]:
    topic = Topic(theme, expand(theme, plain=plain), plain)
    if topic.empty:
        return set()
    said = {row.id: topic.recall(row.title or "", _THEME_SAID) for row in rows}
    best = max(said.values(), default=0.0)
    return {doc for doc, recall in said.items() if recall >= max(_THEME_SAID, best - 0.1)}


@lru_cache(maxsize=1)
def _provinces() -> tuple[tuple[str, str], ...]:
    """Return (flat name, name) of the provinces, the longest first."""
    names = [row[0] for row in rows("provinces.tsv")]
    return tuple(sorted(((flat_words(name), name) for name in names), key=lambda n: -len(n[0])))


#: "Theo kế hoạch của Sở Thủy văn …": the document of a department by whose name nothing is issued.
_OF_A_DEPARTMENT = re.compile(
    r"(?:[Kk]ế hoạch|[Cc]hỉ thị|[Qq]uyết định|[Hh]ướng dẫn|[Cc]ông văn|[Dd]ự thảo) (?:của )?"
    r"(Sở [A-ZĐÀ-Ỹ][\wà-ỹ]* [\wà-ỹ]+(?:(?:,| và) [A-ZĐÀ-Ỹ][\wà-ỹ]* [\wà-ỹ]+)*)"
)
_HEAD_OF_A_NAME = 3
"""Words by which departments are told apart ("sở nội vụ")."""


def _missing_issuers(text: str, catalogue: Catalogue) -> list[str]:
    out = []
    for match in _OF_A_DEPARTMENT.finditer(text):
        head = " ".join(flat_words(match.group(1)).split()[:_HEAD_OF_A_NAME])
        carried_out = _carried_out(bare(text[: match.start(1)]))
        if not carried_out and not any(name.startswith(head) for name in catalogue.issuers):
            out.append(match.group(1).strip(" ,"))
    return out


_PLAIN_PLACE = re.compile(r"(?<!\w)(?:[Xx]a|[Pp]huong|[Tt]inh|[Dd]ac khu|[Hh]uyen) ((?:[A-Z][a-z]+ ?){1,3})")


def _missing_places(text: str, catalogue: Catalogue) -> list[str]:
    out = []
    plain = typed_plain(text)
    for match in (_PLAIN_PLACE if plain else _PLACE).finditer(text):
        # The capitals of the pattern hold small letters with marks too: "tỉnh ở" names no place.
        capitals = takewhile(lambda word: word[:1].isupper(), collapse(match.group(1)).split())
        name = " ".join(capitals).strip(" -")
        if name and not catalogue.names(name):
            level = collapse(match.group(0)).removesuffix(collapse(match.group(1))).strip()
            out.append(f"{level} {name}")
    if plain and not out:
        # Typed in small letters: a province is known by its name.
        written = f" {flat_words(text)} "
        out += [
            name
            for flat, name in _provinces()
            if " " in flat and re.search(rf" (?:tinh|thanh pho|tp|o|cua) {flat} ", written)
            if not catalogue.names(flat)
        ][:1]
    return out


_TYPE_WORDS = (
    r"(?:(?:(?:trong|cua|theo|o|tai|va|voi|cac) )*"
    r"(?:ban )?(?:ke hoach|chi thi|nghi quyet|quyet dinh|chuong trinh|van ban|kh|ct|nq)(?: hanh dong)?(?: so)? )?"
)


def without_names(topic: str, scope: Scope) -> str:
    """Take the names that chose the documents out of a topic: they are not what is asked."""
    written = topic
    # "tỉnh hẹn khi nào, xã hẹn khi nào": what each of the documents says.
    after = (
        r"(?:\s+(?:yeu cau|ghi|hen|quy dinh|neu|de ra|chot|dat)(?=\s*(?:,|$)))?"
        if len(scope.groups) > 1
        else ""
    )
    for name in scope.names:
        words = r"[\W_]+".join(map(re.escape, re.findall(r"[a-z0-9]+", bare(name))))
        before = r"(?:(?:cua|o|tai|tren dia ban|trong|theo)\s+)?(?:(?:xa|tinh|phuong)\s+)?"
        pattern = re.compile(rf"(?<![a-z0-9]){_TYPE_WORDS}{before}{words}(?![a-z0-9]){after}")
        match = pattern.search(bare(written))
        if match:
            written = written[: match.start()] + " " + written[match.end() :]
    return collapse(written)


def topic_text(question: Question, scope: Scope) -> str:
    """Return what is asked about: abbreviations written out, the names of documents taken out."""
    text = question.topic
    for added in expand(text, plain=question.plain):
        if added.factor > 0.8 and not re.search(r"\s", added.typed):
            # Not inside a symbol: the TU of 12-KH/TU is part of a name.
            text = re.sub(rf"(?<![\w/-]){re.escape(added.typed)}(?![\w/-])", added.text, text, count=1)
    text = without_names(text, scope)
    for theme in scope.themes:
        at = bare(text).find(bare(theme))
        if at >= 0:
            rest = collapse(f"{text[:at]} {text[at + len(theme) :]}")
            # The theme is all that is asked about in "ai chủ trì kế hoạch phòng cháy của xã": keep it then.
            if not Topic(rest, (), question.plain).empty:
                text = rest
    return text
