"""Answers about whole plans: the unit that a plan makes responsible for all of it."""

from __future__ import annotations

import re

from indexer.clean import bare, collapse
from indexer.passages import section_titles
from indexer.records import Document, Task
from indexer.units import is_collective
from search_api.answers.citing import section_at
from search_api.answers.draft import Evidence

_NAMED_AT_MOST = 3
"""Up to so many documents a question is taken to name them, not to range over them."""
#: How a plan names the unit that leads the whole of it, the surest wording first.
_LEADS_ALL = (
    re.compile(r"đầu mối|cơ quan thường trực", re.IGNORECASE),
    re.compile(r"theo dõi, đôn đốc|đôn đốc, (?:kiểm tra|theo dõi)|hướng dẫn, đôn đốc", re.IGNORECASE),
    re.compile(r"tổng hợp[^.;]{0,60}báo cáo", re.IGNORECASE),
)
#: Words of a question about the whole of a plan that it names.
_OF_THE_PLAN = re.compile(
    r"(?:theo doi|don doc|dau moi|tong hop|giam sat|kiem tra)[^.?]{0,40}"
    r"(?:viec thuc hien |thuc hien )?(?:ke hoach|chi thi|nghi quyet)"
    r"|(?:chu tri|phu trach|dau moi|dung dau)(?: thuc hien| trien khai)? (?:ke hoach|chi thi|nghi quyet)"
)
_ORGANISATION = re.compile(r"tổ chức thực hiện|phân công|trách nhiệm", re.IGNORECASE)
_SHORT_TOPIC = 8
_MOST_PLANS = 8
"""Of so many plans the leads are shown; no more are opened."""
_TITLE_SAYS = 0.8
"""Share of the topic that a title must say; the rest are words such as "nhiệm vụ"."""


def plan_leads(evidence: Evidence) -> list[tuple[Document, Task]]:
    """Where the topic is what whole plans are about, the unit that each plan makes responsible for all of it."""
    topic = evidence.topic
    named = evidence.scoped and len(evidence.rows) <= _NAMED_AT_MOST
    of_the_plan = named and (topic.empty or bool(_OF_THE_PLAN.search(bare(evidence.question.text))))
    if not of_the_plan and (topic.empty or len(topic.words) > _SHORT_TOPIC):
        return []
    found: list[tuple[Document, Task]] = []
    for row in evidence.rows:
        if not row.tasks or not (of_the_plan or topic.recall(row.title or "", _TITLE_SAYS)):
            continue
        document = evidence.store.document(row.id)
        paths = section_titles(document.outline)
        ranked = []
        for task in document.tasks:
            section = section_at(document, task.span.start)
            if not task.lead or section < 0 or not _ORGANISATION.search(paths[section]):
                continue
            words = collapse(task.block.of(document.text))
            sure = next((n for n, pattern in enumerate(_LEADS_ALL) if pattern.search(words)), None)
            if sure is not None:
                ranked.append((sure, all(is_collective(unit.text) for unit in task.lead), task))
        if ranked:
            found.append((document, min(ranked, key=lambda r: r[:2])[2]))
        if len(found) == _MOST_PLANS:
            break
    return found
