"""An answer worded by the language model, put together from the sentences that the documents bear out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import msgspec

from indexer.passages import section_titles
from indexer.store import Store, StoredPassage
from search_api.answers.citing import Citations, section_at
from search_api.answers.draft import document_label
from search_api.answers.language_model import GivenPassage, LanguageModel, LanguageModelFailed, Sentence
from search_api.schemas import Answer, DocumentNotice, ModelAnswer, ModelSentence

GIVEN = 8
"""How many passages the model is given."""

OnSentence = Callable[[ModelSentence], None]
"""Called with every sentence as soon as it is checked."""


def may_be_worded(answer: Answer) -> bool:
    """Say whether a model may be asked: not where a document is absent or says nothing of what is asked."""
    return answer.answered or answer.refusal == "not_found"


def given_passages(found: Sequence[StoredPassage], store: Store) -> list[GivenPassage]:
    """Number the passages that the model is given; what was cited comes first by the caller's order."""
    out = []
    for n, passage in enumerate(found[:GIVEN], start=1):
        document = store.document(passage.doc)
        section = section_at(document, passage.span.start)
        where = section_titles(document.outline)[section] if section >= 0 else ""
        source = ", ".join(filter(None, (document_label(document), where)))
        out.append(GivenPassage(n, passage.doc, passage.span, passage.text, source))
    return out


def worded(
    base: Answer,
    passages: Sequence[GivenPassage],
    store: Store,
    model: LanguageModel,
    on_sentence: OnSentence | None = None,
) -> Answer:
    """Ask the model; return the answer made of what stands, or ``base`` with what was struck out."""
    held = {passage.n: passage for passage in passages}
    cites = Citations(store)
    sentences: list[ModelSentence] = []
    note = None
    try:
        for sentence in model.sentences(base.question, passages):
            made = _numbered(sentence, held, cites)
            sentences.append(made)
            if on_sentence is not None:
                on_sentence(made)
    except LanguageModelFailed as error:
        # Half an answer may leave out the half that matters.
        note = f"{error} Dưới đây là câu trả lời trích từ văn bản."
        sentences = []
    standing = [sentence for sentence in sentences if not sentence.struck]
    if not standing:
        note = note or (
            "Không câu nào của mô hình ngôn ngữ được văn bản xác nhận; dưới đây là câu trả lời trích từ văn bản."
            if sentences
            else "Mô hình ngôn ngữ không tìm thấy câu trả lời trong các đoạn; dưới đây là kết quả trích từ văn bản."
        )
        struck = tuple(msgspec.structs.replace(s, cites=()) for s in sentences)
        return msgspec.structs.replace(base, model=ModelAnswer(model.name, False, struck, note))
    documents = dict.fromkeys(held[n].doc for n in held if any(c.doc == held[n].doc for c in cites.all()))
    return msgspec.structs.replace(
        base,
        answered=True,
        answer="\n".join(sentence.text for sentence in standing),
        reason=base.reason if base.answered else None,
        citations=cites.all(),
        groups=(),
        refusal=None,
        confidence=base.confidence,
        notices=tuple(
            DocumentNotice(doc, notice.code, notice.message)
            for doc in documents
            for notice in store.row(doc).notices
        ),
        model=ModelAnswer(model.name, True, tuple(sentences)),
    )


def _numbered(sentence: Sentence, held: dict[int, GivenPassage], cites: Citations) -> ModelSentence:
    """Replace the numbers of passages by those of the citations of the quotes."""
    if sentence.reason is not None:
        return ModelSentence(_MARK.sub("", sentence.text).strip(), (), True, sentence.reason)
    numbers: dict[int, list[int]] = {}
    for n, span in sentence.proofs:
        numbers.setdefault(n, []).append(cites.cite(held[n].doc, span, [span]))

    def mark(match: re.Match[str]) -> str:
        return "".join(f"[{n}]" for n in dict.fromkeys(numbers[int(match.group(1))]))

    text = _MARK.sub(mark, sentence.text)
    return ModelSentence(text, tuple(dict.fromkeys(n for held_ in numbers.values() for n in held_)))


_MARK = re.compile(r"\[(\d{1,3})\]")
