"""What a question wants to know whether it holds: "có bị cưỡng chế không?" is about *cưỡng chế*."""

from __future__ import annotations

import re

from indexer.clean import bare
from search_api.questions.coverage import Topic
from search_api.questions.expand import expand
from search_api.questions.question import Question

_WHETHER = re.compile(
    r".*(?<![a-z])(?:co|duoc)(?: phep)?(?: (?:bi|duoc|phai|can|nen|cho))*(?P<said>(?: [a-z0-9/-]+){1,8}?)"
    r" (?:hay )?(?:khong|chua|ko|hong)(?: a| nhi| vay| the)? ?[?]?$"
)


def asked_whether(question: Question) -> Topic | None:
    """Return what a yes-or-no question wants to know whether it holds; None for other questions.

    >>> from search_api.questions.question import understand
    >>> asked_whether(understand("Nhà xây trên bờ kênh có bị cưỡng chế không?")).words
    ['cưỡng', 'chế']
    """
    match = _WHETHER.match(bare(question.text))
    if match is None:
        return None
    said = question.text[match.start("said") : match.end("said")].strip(" ?,.;")
    topic = Topic(said, expand(said, plain=question.plain), question.plain)
    return None if topic.empty else topic
