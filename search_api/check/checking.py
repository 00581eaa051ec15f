"""Cross-checks over an index: finds the documents, their parents and children, and keeps reviews.

Files that are given instead of ids are analysed and never added to the index.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from indexer.analyse import analyse
from indexer.encode import Encoder
from indexer.errors import UnknownDocument, UnusableInput
from indexer.records import Document, Metadata, Reference
from indexer.references import resolve_reference
from indexer.store import Store, StoredDocument
from search_api.check.chain import Progress, chain, matrix, versions
from search_api.check.crosscheck import check, check_alone, party
from search_api.check.reviews import Reviews
from search_api.check.schemas import Chain, CheckReport, Matrix, Versions

Name = str | Document
"""A document by its id (or, for the command, a file), or one that is at hand already: an upload."""
_PARENT_ROLES = ("implements", "under_plan")
_KEPT = 64
"""Reports that are kept: turning a filter of the page, or opening a cell of a matrix, does not check again."""
_DEEPEST = 8
"""Levels of a chain."""


class Checks:
    """Cross-checks over one opened index; safe from several threads."""

    def __init__(
        self,
        index_dir: Path,
        store: Callable[[], Store],
        encoder: Callable[[], Encoder],
        statuses: Callable[[], Mapping[str, str]],
    ) -> None:
        self._store, self._encoder, self._statuses = store, encoder, statuses
        self.reviews = Reviews(index_dir)
        self._lock = threading.Lock()
        self._reports: OrderedDict[tuple[str, ...], CheckReport] = OrderedDict()
        self._metadata: dict[str, Document] | None = None
        self._children: dict[str, list[str]] | None = None

    # -- documents --------------------------------------------------------------------------------

    def document(self, name: Name) -> tuple[Document, bool]:
        """Return a document by its id, or a file analysed now; and whether the index holds it.

        Raises UnknownDocument where the name is neither, UnusableInput for an archive, UnreadableFile
        for a file that cannot be read.
        """
        store = self._store()
        if isinstance(name, Document):
            return name, store.has(name.id) and store.document(name.id).digest == name.digest
        if store.has(name):
            return store.document(name), True
        path = Path(name)
        if path.is_file():
            return read_document(path), False
        return store.document(name), True

    def stored(self, doc: str) -> Document:
        """Return a document of the index; raise UnknownDocument for anything else, files included."""
        return self._store().document(doc)

    def _documents(self) -> dict[str, Document]:
        with self._lock:
            if self._metadata is None:
                store = self._store()
                self._metadata = {row.id: store.document(row.id) for row in store.documents()}
            return self._metadata

    def resolve(self, document: Document) -> list[tuple[Reference, str | None]]:
        """Return the parents that a document cites (not those inside cited titles), with their ids."""
        known = {doc: d.metadata for doc, d in self._documents().items() if doc != document.id}
        return list(self._resolved(document, known).items())

    def _resolved(self, document: Document, known: Mapping[str, Metadata]) -> dict[Reference, str | None]:
        seen: set[str] = set()
        out: dict[Reference, str | None] = {}
        for reference in document.references:
            if reference.role not in _PARENT_ROLES or reference.nested or reference.symbol is None:
                continue
            if reference.symbol in seen:
                continue
            seen.add(reference.symbol)
            found = resolve_reference(reference, known)
            out[reference] = found if found is not None else self._near(reference, known)
        return out

    def _near(self, reference: Reference, known: Mapping[str, Metadata]) -> str | None:
        """Take a document for the cited one where only the date is wrong."""
        undated = msgspec.structs.replace(reference, date=None)
        return resolve_reference(undated, known)

    def parents(self, doc: Name) -> list[str]:
        """Return the ids of the parents of a document that the index holds, in the order of citing."""
        document, _ = self.document(doc)
        return [found for _, found in self.resolve(document) if found is not None]

    def with_children(self) -> dict[str, list[str]]:
        """Return the documents that others carry out, with those others, both in the order of the index."""
        documents = self._documents()
        with self._lock:
            held = self._children
        if held is None:
            found: dict[str, list[str]] = {doc: [] for doc in documents}
            for child, document in documents.items():
                for _, parent in self.resolve(document):
                    if parent is not None and parent != child:
                        found[parent].append(child)
            held = {parent: list(dict.fromkeys(children)) for parent, children in found.items() if children}
            with self._lock:
                self._children = held
        return held

    def children(self, doc: Name) -> list[str]:
        """Return the ids of the documents of the index that carry this one out."""
        if isinstance(doc, str):
            return self.with_children().get(doc, [])
        documents = self._documents()
        twin = next((d.id for d in documents.values() if d.digest == doc.digest), None)
        if twin is not None:
            return self.with_children().get(twin, [])
        known = {d.id: d.metadata for d in (*documents.values(), doc)}
        return [
            child
            for child, document in documents.items()
            if doc.id in self._resolved(document, known).values()
        ]

    def missing(self, document: Document) -> list[str]:
        """Name the parents that a document cites and the index lacks."""
        return [reference_name(r) for r, found in self.resolve(document) if found is None]

    # -- checks -----------------------------------------------------------------------------------

    def check(
        self,
        child: Name,
        parent: Name | None = None,
        *,
        we: str | None = None,
        criteria: Sequence[str] | None = None,
    ) -> CheckReport:
        """Check a plan against a parent, or by itself."""
        mine, mine_stored = self.document(child)
        absent = self.missing(mine)
        if parent is None:
            alone = check_alone(mine, we=we, missing=absent, criteria=criteria)
            return msgspec.structs.replace(alone, child_info=party(mine, stored=mine_stored))
        theirs, theirs_stored = self.document(parent)
        key = (mine.digest, theirs.digest, mine.id, theirs.id, we or "", ",".join(criteria or ()))
        with self._lock:
            held = self._reports.get(key)
            if held is not None:
                self._reports.move_to_end(key)
        if held is None:
            held = check(
                mine,
                theirs,
                encoder=self._encoder(),
                we=we,
                known=list(self._documents().values()),
                statuses=self._statuses(),
                missing=absent,
                criteria=criteria,
            )
            held = msgspec.structs.replace(
                held,
                child_info=party(mine, stored=mine_stored),
                parent_info=party(theirs, stored=theirs_stored),
            )
            with self._lock:
                self._reports[key] = held
                while len(self._reports) > _KEPT:
                    self._reports.popitem(last=False)
        return self.reviews.apply(held)

    def matrix(
        self, parent: Name, children: Sequence[Name] | None = None, progress: Progress | None = None
    ) -> Matrix:
        """Check every plan that carries a document out, or those named."""
        theirs, stored = self.document(parent)
        plans = [self.document(name) for name in (children or self.children(parent))]
        made = matrix(theirs, [plan for plan, _ in plans], lambda plan: self.check(plan, theirs), progress)
        return msgspec.structs.replace(
            made,
            parent_info=party(theirs, stored=stored),
            children=tuple(party(plan, stored=held) for plan, held in plans),
        )

    def versions(self, old: Name, new: Name) -> Versions:
        """Compare two versions of one plan."""
        (before, before_stored), (after, after_stored) = self.document(old), self.document(new)
        made = versions(before, after, self._encoder())
        return msgspec.structs.replace(
            made,
            old_info=party(before, stored=before_stored),
            new_info=party(after, stored=after_stored),
        )

    def chain(self, child: Name) -> Chain | None:
        """Follow the tasks of the highest ancestor of the index down to a plan; None without a parent."""
        last, stored = self.document(child)
        line: list[Name] = [child]
        seen = {last.id}
        while (above := [p for p in self.parents(line[0]) if p not in seen]) and len(line) < _DEEPEST:
            line.insert(0, self._highest_first(above)[-1])
            seen.add(str(line[0]))
        if len(line) < 2:
            return None
        documents = [self.document(name)[0] for name in line]
        reports = [self.check(line[n + 1], line[n]) for n in range(len(line) - 1)]
        made = chain(documents, reports)
        return msgspec.structs.replace(
            made,
            documents=(*made.documents[:-1], party(last, stored=stored)),
            notes=tuple(dict.fromkeys(made.notes)),
        )

    def _highest_first(self, names: Sequence[str]) -> list[str]:
        """Order parents so that the nearest level stands last."""
        ranks = {"trung-uong": 0, "tinh": 1, "so": 2, "xa": 3}

        def rank(name: str) -> tuple[int, str]:
            document = self._documents()[name]
            level = document.metadata.level.value if document.metadata.level else ""
            date = document.metadata.date.value if document.metadata.date else ""
            return ranks.get(level, 0), date

        return sorted(names, key=rank)


def read_document(path: Path, data: bytes | None = None, doc: str | None = None) -> Document:
    """Read and analyse one file without an index; ``data`` where the bytes are at hand already.

    ``doc`` is the id to give it, the file's stem otherwise.

    Raises UnreadableFile with what to do, UnusableInput for an archive of several documents.
    """
    from indexer.errors import UnreadableFile
    from indexer.readers import read_bytes, read_file
    from indexer.readers.limits import Refused

    if data is None:
        parts = read_file(path).parts
        if len(parts) != 1:
            raise UnusableInput(f"Tệp {path} chứa {len(parts)} văn bản; hãy đưa từng văn bản một.")
        source = parts[0].source
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    else:
        try:
            source = read_bytes(data, path.suffix.lower())
        except Refused as refused:
            raise UnreadableFile(path.name, str(refused)) from None
        digest = hashlib.sha256(data).hexdigest()
    return analyse(doc or path.stem, str(path), digest, source)


def reference_name(reference: Reference) -> str:
    """Name a cited document in a sentence."""
    parts = [reference.type or "Văn bản"]
    if reference.symbol:
        parts.append(f"số {reference.symbol}")
    if reference.date:
        parts.append(f"ngày {'/'.join(reversed(reference.date.split('-')))}")
    if reference.issuer:
        parts.append(f"của {reference.issuer}")
    return " ".join(parts)


__all__ = ["Checks", "StoredDocument", "UnknownDocument", "read_document", "reference_name"]
