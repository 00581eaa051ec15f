"""Which documents a question speaks of: a symbol, a place or an issuer that it names.

Naming is compared on bare text with abbreviations written out, so "so khcn" names the Sở Khoa học và
Công nghệ.  A name that no document bears does not limit anything, but is reported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from indexer.clean import bare, collapse
from indexer.store import Store, StoredDocument
from search_api.coverage import Topic
from search_api.expand import expand
from search_api.question import Question

#: After these words a symbol is what the plan carries out, not the document that is asked about.
_CARRIED_OUT = re.compile(
    r"(?:thuc hien|trien khai|thi hanh|cu the hoa|quan triet|thay the|can cu|theo tinh than|vien dan|dan chieu|nhac den|de cap)"
    r"[^.;?]{0,40}$"
)
#: Before an issuer these words say that its document is meant.
_DOCUMENT_OF = re.compile(
    r"(?:van ban|ke hoach|chi thi|nghi quyet|quyet dinh|chuong trinh|thong tu|nghi dinh|bo phan nao|phong nao|don vi nao)"
    r"(?: [a-z0-9]+){0,12} (?:cua|do|o|tai|thuoc|trong)$|(?:van ban|ke hoach|chi thi|nghi quyet)(?: cua)?$"
)
_PLACE = re.compile(
    r"(?:xã|phường|tỉnh|thành phố|đặc khu|huyện|thị xã|thị trấn) ((?:[A-ZĐÀ-Ỹ][\wà-ỹ]*[ -]?){1,4})"
)


class Scope(NamedTuple):
    """The documents that may answer; ``docs`` is None where the question names none.

    ``names`` are the words of the question that limit it; ``missing`` are symbols and places that it
    asks about and that no document of the index bears; ``cited_by`` says where a missing symbol is cited;
    ``themes`` are the subjects by which it names documents ("kế hoạch *phòng cháy* của xã").
    """

    docs: tuple[str, ...] | None
    names: tuple[str, ...]
    missing: tuple[str, ...]
    cited_by: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()


def written_out(text: str) -> str:
    """Return bare text in which abbreviations stand beside their long forms, for finding names."""
    out = [bare(text)]
    for added in expand(text, plain=True):
        if added.factor > 0.4:
            out.append(re.sub(re.escape(bare(added.typed)), bare(added.text), bare(text)))
    return " | ".join(" ".join(re.findall(r"[a-z0-9]+|\|", part.replace("&", " va "))) for part in out)


def _flat(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", bare(text).replace("&", " va ")))


def _bears(row: StoredDocument, name: str) -> bool:
    held = f" {_flat(' '.join(filter(None, (row.issuer, row.locality, row.title))))} "
    return f" {name} " in held or (
        row.issuer is not None and f" {name} " in f" {_flat(_expanded(row.issuer))} "
    )


def _expanded(issuer: str) -> str:
    for added in expand(issuer):
        if added.factor > 0.4:
            issuer = issuer.replace(added.typed, added.text)
    return issuer


def _of_a_document(written: str, name: str) -> bool:
    """Say whether an issuer is named as one ("kế hoạch của Sở Nội vụ"), not as a unit that has to do something."""
    return any(
        _DOCUMENT_OF.search(written[: match.start()])
        for match in re.finditer(re.escape(f" {name} "), written)
    )


def find_scope(question: Question, store: Store, rows: Sequence[StoredDocument]) -> Scope:
    """Find the documents that a question names."""
    by_symbol: list[str] = []
    missing: list[str] = []
    cited: list[str] = []
    names: list[str] = []
    flat = bare(question.text)
    for symbol in question.symbols:
        held = store.with_symbol(symbol)
        at = flat.find(bare(symbol))
        carried_out = at > 0 and bool(_CARRIED_OUT.search(flat[:at]))
        if held and not carried_out:
            by_symbol += held
            names.append(symbol)
        elif not held and not carried_out:
            missing.append(symbol)
            cited += store.citing(symbol)
    written = f" {written_out(question.text)} "
    named: dict[str, set[str]] = {}
    for row in rows:
        for value, place in ((row.locality, True), (row.issuer, False), (_expanded(row.issuer or ""), False)):
            name = _flat(value) if value else ""
            if not name or name in named or f" {name} " not in written:
                continue
            if place or _of_a_document(written, name):
                named[name] = {other.id for other in rows if _bears(other, name)}
    # Names that fit one another narrow ("sở nội vụ" + "lâm sơn"); names that exclude one another add up
    # ("… của tỉnh và … của xã").  The longest first: they say most.
    groups: list[set[str]] = [set(by_symbol)] if by_symbol else []
    for name in sorted(named, key=lambda n: (-len(n), n)):
        for at, group in enumerate(groups):
            if group & named[name]:
                groups[at] = group & named[name]
                break
        else:
            groups.append(set(named[name]))
        names.append(name)
    docs = set().union(*groups) if groups else None
    if docs is None:
        missing += _missing_places(question.text, rows)
    themes = []
    for theme in _themes(question.text):
        bearing = _on_theme(theme, question.plain, [row for row in rows if docs is None or row.id in docs])
        if bearing:
            docs = bearing
            themes.append(theme)
    return Scope(
        tuple(sorted(docs)) if docs is not None else None,
        tuple(names),
        tuple(missing),
        tuple(dict.fromkeys(cited)),
        tuple(themes),
    )


_NAMED_BY_THEME = re.compile(
    r"(?:trong|cua|theo|o|tai|thuoc|o cac|cac|^) ?(?:ban )?(?:ke hoach|chi thi|nghi quyet|chuong trinh|de an)"
    r" (?:ve |thuc hien |trien khai |cong tac |ve cong tac )?(?P<theme>[^.;:?]{4,90}?)"
    r"(?= cua | o | tai | do | nam \d| thi |,? (?:ai|don vi|co quan|phong|khi nao|bao gio|thoi han|han)\b|[.;:?]|$)"
)
_THEME_SAID = 0.8


def _themes(text: str) -> list[str]:
    """Find the subjects by which documents are named ("trong kế hoạch phòng cháy của xã …")."""
    return [text[m.start("theme") : m.end("theme")] for m in _NAMED_BY_THEME.finditer(bare(text))]


def _on_theme(theme: str, plain: bool, rows: Sequence[StoredDocument]) -> set[str]:
    topic = Topic(theme, expand(theme, plain=plain), plain)
    if topic.empty:
        return set()
    said = {row.id: topic.match(row.title or "").recall for row in rows}
    best = max(said.values(), default=0.0)
    return {doc for doc, recall in said.items() if recall >= max(_THEME_SAID, best - 0.1)}


def _missing_places(text: str, rows: Sequence[StoredDocument]) -> list[str]:
    known = f" {_flat(' | '.join(' '.join(filter(None, (r.issuer, r.locality, r.title))) for r in rows))} "
    out = []
    for match in _PLACE.finditer(text):
        name = collapse(match.group(1)).strip(" -")
        if name and f" {_flat(name)} " not in known:
            out.append(collapse(match.group(0)).strip(" -"))
    return out


def without_names(topic: str, scope: Scope) -> str:
    """Take the names that chose the documents out of a topic: they are not what is asked."""
    written = topic
    for name in scope.names:
        pattern = r"[\W_]+".join(map(re.escape, name.split()))
        flat = bare(written)
        match = re.search(
            rf"(?<![a-z0-9])(?:(?:cua|o|tai|tren dia ban|trong)\s+)?(?:(?:xa|tinh|phuong)\s+)?{pattern}(?![a-z0-9])",
            flat,
        )
        if match:
            written = written[: match.start()] + " " + written[match.end() :]
    return collapse(written)


def topic_text(question: Question, scope: Scope) -> str:
    """Return what is asked about: abbreviations written out, the names of documents taken out."""
    text = question.topic
    for added in expand(text, plain=question.plain):
        if added.factor > 0.8 and not re.search(r"\s", added.typed):
            text = re.sub(rf"(?<!\w){re.escape(added.typed)}(?!\w)", added.text, text, count=1)
    text = without_names(text, scope)
    for theme in scope.themes:
        at = bare(text).find(bare(theme))
        if at >= 0:
            rest = collapse(f"{text[:at]} {text[at + len(theme) :]}")
            # The theme is all that is asked about in "ai chủ trì kế hoạch phòng cháy của xã": keep it then.
            if not Topic(rest, (), question.plain).empty:
                text = rest
    return text
