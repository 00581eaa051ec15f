"""Records of the index → the rows of :mod:`search_api.schemas`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from indexer.clean import collapse
from indexer.records import Document, Fact, Mention, Metadata, Reference, Span, Target, Task
from indexer.store import StoredDocument
from indexer.units import same_unit
from search_api.schemas import (
    DocumentRow,
    DocumentView,
    OutlineRow,
    ReferenceRow,
    TargetRow,
    TaskRow,
)


def pair(span: Span) -> tuple[int, int]:
    """Return a span as JSON has it."""
    return (span.start, span.end)


def known_metadata(row: StoredDocument) -> Metadata:
    """Return what the catalogue knows of a document's identity: enough to resolve a mention of it."""

    def fact(value: str | None) -> Fact | None:
        return Fact(value, None, "catalogue") if value else None

    return Metadata(
        type=fact(row.type),
        type_code=row.type_code,
        symbol=fact(row.symbol),
        issuer=fact(row.issuer),
        level=fact(row.level),
        locality=fact(row.locality),
        date=fact(row.date),
        draft=row.draft,
    )


def document_row(row: StoredDocument, status: str | None = None) -> DocumentRow:
    """Make the row of a list of documents."""
    return DocumentRow(
        doc=row.id,
        path=row.path,
        title=row.title,
        symbol=row.symbol,
        type=row.type_code or row.type,
        issuer=row.issuer,
        level=row.level,
        locality=row.locality,
        date=row.date,
        signer=row.signer,
        draft=row.draft,
        passages=row.passages,
        tasks=row.tasks,
        notices=row.notices,
        status=status,
    )


def target_row(target: Target) -> TargetRow:
    """Make the row of a target."""
    return TargetRow(
        quote=target.quote,
        value=target.value,
        unit=target.unit,
        start=target.span.start,
        end=target.span.end,
        section=target.section,
        indicator=target.indicator,
        comparator=target.comparator,
        by=target.by,
    )


def _names(mentions: Sequence[Mention]) -> tuple[str, ...]:
    return tuple(mention.text for mention in mentions)


def _spans(mentions: Iterable[Mention]) -> list[tuple[int, int]]:
    return [pair(mention.span) for mention in mentions]


def task_row(task: Task, document: Document) -> TaskRow:
    """Make the row of a task; ``quote`` is its heading or sentence, verbatim."""
    spans: dict[str, Any] = {
        "block": pair(task.block),
        "lead_units": _spans(task.lead),
        "coordinating_units": _spans(task.coordinating),
        "directing_units": _spans(task.directing),
        "implementing_units": _spans(task.implementing),
        "deadline": pair(task.deadline_span) if task.deadline_span else None,
        "products": _spans(task.products),
        "targets": [pair(target.span) for target in task.targets],
        "funding": pair(task.funding.span) if task.funding else None,
        "report_to": pair(task.report_to.span) if task.report_to else None,
    }
    metadata = document.metadata
    return TaskRow(
        id=f"{document.id}:{task.id}",
        doc=document.id,
        section=task.section,
        title=task.title,
        quote=task.span.of(document.text),
        start=task.span.start,
        end=task.span.end,
        lead_units=_names(task.lead),
        lead_basis=task.lead_basis,
        coordinating_units=_names(task.coordinating),
        directing_units=_names(task.directing),
        implementing_units=_names(task.implementing),
        deadline_raw=task.deadline.raw,
        deadline=task.deadline,
        products=_names(task.products),
        targets=tuple(target_row(target) for target in task.targets),
        funding=task.funding.text if task.funding else None,
        spans=spans,
        actions=tuple(pair(span) for span in task.actions),
        page=document.page_at(task.span.start),
        symbol=metadata.symbol.value if metadata.symbol else None,
        doc_title=metadata.title.value if metadata.title else None,
        type=metadata.type_code or (metadata.type.value if metadata.type else None),
        issuer=metadata.issuer.value if metadata.issuer else None,
        level=metadata.level.value if metadata.level else None,
        locality=metadata.locality.value if metadata.locality else None,
        draft=metadata.draft,
        content=_content(task, document),
    )


def _content(task: Task, document: Document) -> str | None:
    """Return the actions of a task whose heading is the name of its unit."""
    units = (*task.lead, *task.implementing, *task.directing)
    if not task.title or not any(same_unit(task.title, unit.text) for unit in units):
        return None
    return "\n".join(collapse(action.of(document.text)) for action in task.actions) or None


def reference_row(reference: Reference, doc: str, resolved: str | None) -> ReferenceRow:
    """Make the row of a mention of another document."""
    return ReferenceRow(
        raw=reference.raw,
        symbol=reference.symbol,
        type=reference.type,
        issuer=reference.issuer,
        date=reference.date,
        role=reference.role,
        nested=reference.nested,
        title=collapse(reference.title) if reference.title else None,
        resolved_doc=resolved,
        start=reference.span.start,
        end=reference.span.end,
        sub_role=reference.sub_role,
        doc=doc,
    )


def document_view(
    document: Document,
    references: tuple[ReferenceRow, ...],
    cited_by: tuple[str, ...],
    status: str | None,
) -> DocumentView:
    """Make everything that is shown of one document."""
    metadata = document.metadata
    facts = {
        name: pair(fact.span) if fact.span else None
        for name in ("type", "symbol", "issuer", "level", "locality", "date", "title", "signer", "capacity")
        if (fact := getattr(metadata, name)) is not None
    }

    def value(name: str) -> str | None:
        fact = getattr(metadata, name)
        return fact.value if fact is not None else None

    return DocumentView(
        doc=document.id,
        path=document.path,
        title=value("title"),
        symbol=value("symbol"),
        type=metadata.type_code or value("type"),
        issuer=value("issuer"),
        level=value("level"),
        locality=value("locality"),
        date=value("date"),
        signer=value("signer"),
        draft=metadata.draft,
        text=document.text,
        outline=tuple(
            OutlineRow(s.num, s.title, s.depth, s.kind, s.path, s.span.start, s.span.end)
            for s in document.outline
        ),
        references=references,
        tasks=tuple(task_row(task, document) for task in document.tasks),
        targets=tuple(target_row(target) for target in document.targets),
        warnings=document.notices,
        capacity=value("capacity"),
        recipients=_names(metadata.recipients),
        facts=facts,
        pages=tuple((page.number, page.span.start, page.span.end) for page in document.source.pages),
        passages=tuple(pair(passage.span) for passage in document.passages),
        blocks=tuple((block.span.start, block.span.end, block.kind) for block in document.blocks),
        cited_by=cited_by,
        status=status,
    )
