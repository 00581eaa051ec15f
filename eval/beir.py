"""A BEIR corpus in the product's engine, indexed for one run.

A document is found by itself and by its pieces: runs of clauses of about :data:`PIECE` words with the
title and the heading in front, since a question is mostly about one clause.  It is as good as the best
of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from eval.dataset import CorpusText
from indexer.clean import nfc
from indexer.encode import Encoder
from indexer.engine import LocalEngine, indexed
from search_api.questions.question import understand
from search_api.rerank import rerank
from search_api.retrieve import RetrievalSettings, retrieve

PIECE = 60
"""Words of a piece; measured on statutes-dev, fused MRR@10: 0.865 whole, 0.903 (40), 0.908 (60), 0.894 (90)."""
_LONGEST_HEADING = 30
# Not after the number of a clause ("1. "), which would be torn from its words.
_CLAUSE_END = re.compile(r"(?<=[.;:])(?<!\b\d\.)(?<!\b\d\d\.)\s+|\n+")
_BATCH = 512
_REACH = 3
"""How many passages are fetched for each document asked for: several may be of one document."""


def beir_text(item: CorpusText) -> str:
    """Return a document whole: its title above its text."""
    return nfc(f"{item.title}\n{item.text}" if item.title else item.text)


def heading(item: CorpusText) -> str:
    """Return the heading of the text: a short first line with more below it."""
    first, _, rest = item.text.partition("\n")
    return nfc(first) if rest.strip() and len(first.split()) <= _LONGEST_HEADING else ""


def pieces(item: CorpusText, words: int = PIECE) -> list[str]:
    """Return the document whole and, if it is longer than ``words``, cut in runs of clauses.

    Every piece has the title and the heading in front; a clause longer than ``words`` stays one piece.
    ``words`` 0 keeps the document whole.
    """
    whole, head = beir_text(item), heading(item)
    body = nfc(item.text)[len(head) :]
    if not words or len(body.split()) <= words:
        return [whole]
    runs: list[list[str]] = [[]]
    size = 0
    for clause in filter(str.strip, _CLAUSE_END.split(body)):
        length = len(clause.split())
        if runs[-1] and size + length > words:
            runs.append([])
            size = 0
        runs[-1].append(clause.strip())
        size += length
    if len(runs) == 1:
        return [whole]
    front = [part for part in (nfc(item.title), head) if part]
    return [whole, *("\n".join([*front, " ".join(run)]) for run in runs)]


def best_of(found: Iterable[tuple[str, float]], k: int) -> list[tuple[str, float]]:
    """Return the first ``k`` documents of a ranking of passages, each with the score of its best one."""
    best: dict[str, float] = {}
    for doc, score in found:
        best.setdefault(doc, score)
        if len(best) > k:
            break
    return list(best.items())[:k]


class BeirIndex:
    """The passages of a BEIR corpus by the document that they are of."""

    def __init__(
        self, folder: Path, corpus: Sequence[CorpusText], encoder: Encoder, words: int = PIECE
    ) -> None:
        """Index ``corpus`` in ``folder``, which must be new; ``words`` as :func:`pieces` has it."""
        self.encoder = encoder
        self._owners: list[str] = []
        self._texts: list[str] = []
        folder.mkdir(parents=True)
        self.engine = LocalEngine.create(folder / "vectors.faiss", folder / "lexical", encoder.dimension)
        for start in range(0, len(corpus), _BATCH):
            held = [(item, text) for item in corpus[start : start + _BATCH] for text in pieces(item, words)]
            first = len(self._owners)
            rows = [
                indexed(first + n, text, f"{nfc(item.title)}\n{heading(item)}")
                for n, (item, text) in enumerate(held)
            ]
            self.engine.put(f"batch-{start}", rows, encoder.encode_passages([text for _, text in held]))
            self._owners += [item.id for item, _ in held]
            self._texts += [text for _, text in held]
        self.engine.save()
        self._cut = len(self._owners) > len(corpus)

    def search(self, text: str, k: int, settings: RetrievalSettings) -> list[tuple[str, float]]:
        """Return document ids and scores, best first."""
        if self._cut:
            settings = settings._replace(depth=max(settings.depth, _REACH * k))
        found = retrieve(understand(text), self.engine, self.encoder, settings)
        scores = [float(score) for score in found.scores]
        passages = list(zip(found.ids, scores, strict=True))
        if settings.reranker:
            texts = [self._texts[int(n)] for n in found.ids]
            changes = rerank(settings.reranker, text, texts, scores)
            passages = [(n, score + change) for (n, score), change in zip(passages, changes, strict=True)]
            passages.sort(key=lambda item: -item[1])
        return best_of(((self._owners[int(n)], float(score)) for n, score in passages), k)


class BeirSearcher:
    """A BEIR index asked with certain settings."""

    def __init__(self, index: BeirIndex, settings: RetrievalSettings) -> None:
        """Search ``index`` with ``settings``."""
        self._index = index
        self._settings = settings

    def search(self, text: str, k: int) -> list[tuple[str, float]]:
        """Return document ids and scores, best first."""
        return self._index.search(text, k, self._settings)
