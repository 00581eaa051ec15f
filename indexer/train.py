"""Train the embedded model: ``python -m indexer.train --data ../shared/train --out indexer/model``.

A static embedding: one vector for each lexical unit, a text is the mean of its units.  It learns from
official texts only (:mod:`indexer.pairs`): what reads like a question (a heading, a clause, a noisy piece of
a clause, in official wording) must be nearer to the passage it comes from than to the other passages of
its batch, a part of which are from the same law or topic.  Everything is drawn from one seed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from indexer.encode import FILES, UNIT_FORMAT, content_hash
from indexer.pairs import (
    HELP_LABELS,
    LEAD_LABELS,
    TIME_LABELS,
    TIMES,
    UNITS,
    Section,
    plan_names,
    read_sections,
)
from indexer.tokenize import JOINER, syllables, units
from indexer.wordings import everyday

Ids = NDArray[np.int32]
UNKNOWN = "[UNK]"
WRITTEN = ("asked", "carried")
"""Sources of pairs that we wrote: a question-like side as the title, a passage-like side as the one segment."""


class Recipe(msgspec.Struct, frozen=True):
    """Everything that decides what comes out, besides the data.  The model card says what each was worth."""

    seed: int = 13
    dimension: int = 768
    vocabulary: int = 62_000
    """Units kept, the most frequent; with ``dimension`` it decides the size of the file."""
    least_count: int = 4
    epochs: int = 8
    batch: int = 2048
    scale: float = 20.0
    """Cosines are multiplied by it before the softmax."""
    rate: float = 0.1
    warm_up: float = 0.05
    """Share of the steps over which the rate rises."""
    clustered: float = 0.5
    """Share of a batch that comes in runs of neighbours: the harder wrong answers."""
    mined: bool = True
    """After the first epoch neighbours are found by the model itself, not by law and topic."""
    alike: float = 0.9
    """Passages with a higher cosine are no wrong answers for one another."""
    shortest: int = 25
    longest: int = 140
    """Syllables of a passage."""
    title_share: float = 0.3
    cloze_share: float = 0.25
    """Share of questions that are a heading, and a clause taken out of its passage; the rest are pieces of a clause."""
    context_share: float = 0.7
    """Share of passages that carry the name of their document."""
    swapped: float = 0.4
    """Chance that an official phrase of the question becomes an everyday one or an abbreviation."""
    assigned: float = 0.3
    """Share of passages that are closed with who leads, who helps, by when."""
    plan_like: int = 3
    """How often the documents nearest to plans are drawn in an epoch."""
    written: int = 3
    """How often the pairs that we wrote are drawn in an epoch."""
    planned: float = 0.45
    """Share of codified articles that are told as if a plan said them."""
    nested: int = 0
    """A shorter prefix of the vector that is trained as well (Matryoshka); 0 for none."""
    idf_power: float = 0.0
    """Start rare units longer: log rarity to this power."""
    threads: int = 2


# ------------------------------------------------------------------------------------ texts to ids


class Corpus:
    """All texts as ids: one flat array of syllables, one of the pair that starts at each place.

    A stretch is a (start, end) of the flat arrays; the units of a stretch are its syllables and the pairs that
    lie in it.
    """

    def __init__(self, sections: Sequence[Section], extra: Sequence[str], recipe: Recipe) -> None:
        """Read the units of every section and of the ``extra`` phrases (question words)."""
        texts: list[str] = []
        self.context: list[int] = []
        self.plan: list[tuple[int, int] | None] = []
        self.title: list[int] = []
        self.segments: list[list[int]] = []
        cache: dict[str, int] = {}
        groups: dict[str, int] = {}

        def place(text: str) -> int:
            if text not in cache:
                cache[text] = len(texts)
                texts.append(text)
            return cache[text]

        for section in sections:
            self.context.append(place(section.context))
            self.title.append(place(section.title))
            self.segments.append([])
            topic = section.group.partition("|")[0] if section.source == "phapdien" else ""
            number = groups.setdefault(section.group, len(groups))
            names = plan_names(topic, number) if topic else None
            self.plan.append((place(names[0]), place(names[1])) if names else None)
            for segment in section.segments:
                self.segments[-1].append(len(texts))
                texts.append(segment)
        self.extra = [place(text) for text in extra]
        self.assigning = [
            [place(t) for t in group] for group in (LEAD_LABELS, HELP_LABELS, TIME_LABELS, UNITS, TIMES)
        ]
        phrases = everyday() if recipe.swapped else []
        self.others = [[place(text) for text in others] for _, others in phrases]
        wanted = {u for _, others in phrases for text in others for u in units(text)}
        self.sources = np.array([section.source for section in sections])
        self.group = np.array([groups.setdefault(s.group, len(groups)) for s in sections])
        titles: dict[str, int] = {}
        self.same = np.array([titles.setdefault(s.title.lower(), len(titles)) for s in sections])

        counts: Counter[str] = Counter()
        flat: list[tuple[list[str], list[str]]] = []
        for text in texts:
            found = units(text)
            size = sum(JOINER not in unit for unit in found)
            flat.append((found[:size], found[size:]))
            counts.update(found)
        self.vocabulary = choose_units(counts, recipe, wanted)
        self.counts = np.array([counts.get(unit, 1) for unit in self.vocabulary], dtype=np.float64)
        ids = {unit: row for row, unit in enumerate(self.vocabulary)}
        self.bounds = np.zeros(len(texts) + 1, dtype=np.int64)
        np.cumsum([len(singles) for singles, _ in flat], out=self.bounds[1:])
        self.single = np.full(self.bounds[-1], -1, dtype=np.int32)
        self.pair = np.full(self.bounds[-1], -1, dtype=np.int32)
        for n, (singles, pairs) in enumerate(flat):
            at = int(self.bounds[n])
            self.single[at : at + len(singles)] = [ids.get(s, -1) for s in singles]
            step = 0
            for place_in_text in range(len(singles) - 1):
                # Pairs come in order; one is missing where punctuation parts two syllables.
                if (
                    step < len(pairs)
                    and pairs[step] == f"{singles[place_in_text]}{JOINER}{singles[place_in_text + 1]}"
                ):
                    self.pair[at + place_in_text] = ids.get(pairs[step], -1)
                    step += 1

        self.swap, self.swap_size = self._find([syllables(text) for text, _ in phrases], ids)

    def _find(
        self, phrases: Sequence[Sequence[str]], ids: dict[str, int]
    ) -> tuple[NDArray[np.int16], list[int]]:
        """Mark where each phrase starts in the flat text (its number + 1); the longest phrase wins."""
        marks = np.zeros(len(self.single), dtype=np.int16)
        for number in sorted(range(len(phrases)), key=lambda n: len(phrases[n])):
            rows = [ids.get(s, -2) for s in phrases[number]]
            at = np.flatnonzero(self.single[: len(self.single) - len(rows) + 1] == rows[0])
            for step, row in enumerate(rows[1:], 1):
                at = at[self.single[at + step] == row]
            marks[at] = number + 1
        return marks, [len(phrase) for phrase in phrases]

    def text(self, number: int) -> tuple[int, int]:
        """Return the stretch of a text."""
        return int(self.bounds[number]), int(self.bounds[number + 1])

    def units(self, start: int, end: int) -> Ids:
        """Return the known units of a stretch."""
        found = np.concatenate([self.single[start:end], self.pair[start : max(start, end - 1)]])
        return found[found >= 0]


def choose_units(counts: Counter[str], recipe: Recipe, wanted: set[str]) -> list[str]:
    """Return the vocabulary: the unknown unit, the syllables, the ``wanted`` pairs, then the most frequent."""
    kept = [u for u, n in counts.items() if n >= recipe.least_count or u in wanted]
    singles = sorted((u for u in kept if JOINER not in u), key=lambda u: (-counts[u], u))
    pairs = sorted((u for u in kept if JOINER in u), key=lambda u: (u not in wanted, -counts[u], u))
    return [UNKNOWN, *singles, *pairs][: recipe.vocabulary]


# --------------------------------------------------------------------------------------- examples

QUESTIONS = (
    "đúng hay sai", "có đúng không", "là gì", "là bao nhiêu", "bao nhiêu", "bao lâu", "khi nào", "bao giờ",
    "như thế nào", "thế nào", "ra sao", "ai", "những ai", "cơ quan nào", "đơn vị nào", "tổ chức nào",
    "do cơ quan nào quy định", "do ai quyết định", "cơ quan nào có thẩm quyền", "ai chịu trách nhiệm",
    "đơn vị nào chủ trì", "cơ quan nào chủ trì", "đơn vị nào phối hợp", "phối hợp với ai",
    "hạn đến khi nào", "thời hạn là bao lâu", "hạn hoàn thành là khi nào", "trước ngày nào", "chậm nhất là khi nào",
    "trong các trường hợp nào", "trong trường hợp nào", "gồm những gì", "bao gồm những nội dung nào",
    "có những quyền gì", "có nghĩa vụ gì", "phải làm gì", "làm những việc gì", "được giao nhiệm vụ gì",
    "có được không", "có phải không", "có bắt buộc không", "ở đâu", "tại sao", "mức nào", "chỉ tiêu là bao nhiêu",
    "đạt bao nhiêu phần trăm", "theo quy định nào", "căn cứ vào đâu", "nguồn kinh phí nào", "bị xử lý như thế nào",
    "theo quy định của pháp luật", "phương án nào sau đây đúng", "chọn phương án đúng", "cho hỏi", "cho biết",
    "hãy cho biết", "tôi muốn hỏi", "sau đây", "phát biểu nào sau đây là đúng", "không phải là", "một trong các",
    "kế hoạch nào", "văn bản nào quy định", "nhiệm vụ nào", "trong kế hoạch", "theo kế hoạch", "ý nào",
)  # fmt: skip


class Sampler:
    """Draws (question-like, passage-like) pairs of unit ids from the sections."""

    def __init__(self, corpus: Corpus, recipe: Recipe, random: np.random.Generator) -> None:
        """Keep the corpus and the one source of chance."""
        self.corpus, self.recipe, self.random = corpus, recipe, random
        self.extra = [corpus.text(number) for number in corpus.extra]
        self.group = corpus.group

    def _passage(self, segments: list[int], keep: int) -> list[tuple[int, int]]:
        """Return neighbouring segments around ``keep`` that fit a random length."""
        limit = int(self.random.integers(self.recipe.shortest, self.recipe.longest))
        bounds = self.corpus.bounds
        first = last = keep
        size = int(bounds[segments[keep] + 1] - bounds[segments[keep]])
        while size < limit and (first > 0 or last < len(segments) - 1):
            forward = last < len(segments) - 1 and (first == 0 or self.random.random() < 0.6)
            if forward:
                last += 1
            else:
                first -= 1
            new = segments[last if forward else first]
            size += int(bounds[new + 1] - bounds[new])
        return [self.corpus.text(number) for number in segments[first : last + 1]]

    def draw(self, section: int) -> tuple[Ids, Ids] | None:
        """Return a pair of unit ids for a section; None if the section has too little text."""
        corpus, chance = self.corpus, self.random.random
        segments = corpus.segments[section]
        if not segments:
            return None
        if corpus.sources[section] in WRITTEN:
            return self._draw_written(section)
        context = corpus.text(corpus.context[section])
        title = corpus.text(corpus.title[section])
        has_title = title[1] - title[0] >= 2
        keep = int(self.random.integers(len(segments)))
        passage = self._passage(segments, keep)
        kept = corpus.text(segments[keep])
        way = chance()
        if has_title and way < self.recipe.title_share:
            question = [title]
            if chance() < 0.5:
                question.append(context)
            if chance() < 0.4:
                passage.append(title)
        elif way < self.recipe.title_share + self.recipe.cloze_share and len(passage) > 1:
            question = [kept]
            passage.remove(kept)
            if has_title and chance() < 0.7:
                passage.append(title)
        else:
            question = [self._piece(kept)]
            if chance() < 0.3:
                question.append(context)
            elif has_title and chance() < 0.2:
                question.append(title)
            if chance() < 0.6:
                question.append(self.extra[int(self.random.integers(len(self.extra)))])
            if has_title and chance() < 0.8:
                passage.append(title)
        plan = corpus.plan[section]
        if plan is not None and chance() < self.recipe.planned:
            # The article as if a plan said it; its neighbours in the batch carry the same name.
            passage.append(corpus.text(plan[0]))
            question = [part for part in question if part != context]
            if chance() < 0.4:
                question.append(corpus.text(plan[1]))
        elif chance() < self.recipe.context_share:
            passage.append(context)
        if chance() < self.recipe.assigned:
            self._assign(question, passage)
        return self._pair(question, passage)

    def _pair(
        self, question: list[tuple[int, int]], passage: list[tuple[int, int]]
    ) -> tuple[Ids, Ids] | None:
        left = self._join([part for stretch in question for part in self._say_otherwise(stretch)])
        if self.random.random() < 0.5:
            left = left[self.random.random(len(left)) < 0.85]
        right = self._join(passage)
        if len(left) < 2 or len(right) < 6:
            return None
        return left, right

    def _draw_written(self, section: int) -> tuple[Ids, Ids] | None:
        corpus = self.corpus
        question = [corpus.text(corpus.title[section])]
        passage = [corpus.text(number) for number in corpus.segments[section]]
        if corpus.sources[section] == "carried" and self.random.random() < 0.5:
            question, passage = passage, question
        if self.random.random() < self.recipe.assigned:
            self._assign(question, passage)
        return self._pair(question, passage)

    def _assign(self, question: list[tuple[int, int]], passage: list[tuple[int, int]]) -> None:
        """Close the passage with who leads, who helps, by when; sometimes the question names one of them."""
        leads, helps, times, names, dates = self.corpus.assigning

        def one(group: list[int]) -> tuple[int, int]:
            return self.corpus.text(group[int(self.random.integers(len(group)))])

        units = [one(names) for _ in range(int(self.random.integers(2, 5)))]
        passage += [one(leads), units[0], one(helps), *units[1:], one(times), one(dates)]
        way = self.random.random()
        if way < 0.15:
            question += [units[0], one(leads)]
        elif way < 0.3:
            question += [units[-1], one(helps)]

    def _say_otherwise(self, stretch: tuple[int, int]) -> list[tuple[int, int]]:
        """Swap official phrases of a stretch for everyday ones or abbreviations, by chance."""
        start, end = stretch
        if not self.recipe.swapped:
            return [stretch]
        parts, at = [], start
        for found in (np.flatnonzero(self.corpus.swap[start:end]) + start).tolist():
            number = int(self.corpus.swap[found]) - 1
            size = self.corpus.swap_size[number]
            if found < at or found + size > end or self.random.random() > self.recipe.swapped:
                continue
            others = self.corpus.others[number]
            parts += [(at, found), self.corpus.text(others[int(self.random.integers(len(others)))])]
            at = found + size
        return [*parts, (at, end)]

    def _piece(self, stretch: tuple[int, int]) -> tuple[int, int]:
        start, end = stretch
        size = int(self.random.integers(6, 30))
        if end - start <= size:
            return stretch
        at = int(self.random.integers(start, end - size + 1))
        return at, at + size

    def _join(self, stretches: Sequence[tuple[int, int]]) -> Ids:
        return np.concatenate([self.corpus.units(*s) for s in stretches])

    def epoch(self) -> list[list[int]]:
        """Return the sections of each batch: a part drawn from the whole, a part in runs of one group."""
        plan_like = np.flatnonzero(self.corpus.sources == "administrative")
        written = np.flatnonzero(np.isin(self.corpus.sources, WRITTEN))
        again = [plan_like] * (self.recipe.plan_like - 1) + [written] * (self.recipe.written - 1)
        order = np.concatenate([np.arange(len(self.corpus.segments)), *again])
        order = self.random.permutation(order)
        size = self.recipe.batch
        cut = int(len(order) * self.recipe.clustered)
        grouped, loose = order[:cut], order[cut:]
        # Runs of up to 64 sections of one group, the runs shuffled.
        grouped = grouped[np.argsort(self.group[grouped], kind="stable")]
        runs = [grouped[n : n + 64] for n in range(0, len(grouped), 64)]
        self.random.shuffle(runs)
        grouped = np.concatenate(runs) if runs else grouped
        batches = max(1, len(order) // size)
        return [
            [*part.tolist(), *other.tolist()]
            for part, other in zip(
                np.array_split(grouped, batches), np.array_split(loose, batches), strict=True
            )
        ]


# --------------------------------------------------------------------------------------- learning


def _sparse(starts: Any, columns: Any, values: Any, shape: tuple[int, int]) -> Any:
    """Return a sparse matrix from the arrays of its compressed rows."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # torch calls this layout a beta
        return torch.sparse_csr_tensor(
            torch.as_tensor(starts),
            torch.as_tensor(columns),
            torch.as_tensor(values),
            shape,
            check_invariants=False,
        )


def _bags(lists: list[Ids]) -> tuple[NDArray[np.int64], NDArray[np.int64], Any]:
    """Return the distinct units and the matrix (texts, distinct units) that takes means."""
    sizes = np.array([len(ids) for ids in lists])
    distinct, inverse = np.unique(np.concatenate(lists), return_inverse=True)
    rows = np.zeros(len(lists) + 1, dtype=np.int64)
    np.cumsum(sizes, out=rows[1:])
    values = np.repeat(1.0 / sizes, sizes).astype(np.float32)
    matrix = _sparse(rows, inverse, values, (len(lists), len(distinct)))
    return distinct.astype(np.int64), inverse, matrix


def _neighbourhoods(corpus: Corpus, table: Any, recipe: Recipe) -> NDArray[np.int64]:
    """Return a cluster for each section, by the vectors as they are now: its members are hard to tell apart."""
    import faiss
    import torch.nn.functional as functional

    parts = []
    for start in range(0, len(corpus.segments), 4096):
        lists = []
        for section in range(start, min(start + 4096, len(corpus.segments))):
            first, last = corpus.segments[section][:1], corpus.segments[section][-1:]
            found = [corpus.units(*corpus.text(corpus.title[section]))]
            if first:
                begin = int(corpus.bounds[first[0]])
                found.append(
                    corpus.units(begin, min(int(corpus.bounds[last[0] + 1]), begin + recipe.longest))
                )
            ids = np.concatenate(found)
            lists.append(ids if len(ids) else np.zeros(1, dtype=np.int32))
        distinct, _, matrix = _bags(lists)
        parts.append(functional.normalize(matrix @ table[distinct]).numpy())
    vectors = np.concatenate(parts)
    clusters = faiss.Kmeans(
        vectors.shape[1],
        max(2, len(vectors) // 64),
        niter=5,
        seed=recipe.seed,
        spherical=True,
        max_points_per_centroid=64,
    )
    clusters.train(vectors)
    return np.asarray(clusters.index.search(vectors, 1)[1][:, 0], dtype=np.int64)


def learn(corpus: Corpus, recipe: Recipe, log: Any = sys.stderr) -> NDArray[np.float32]:
    """Return the trained vectors, shape (units, dimension)."""
    import torch
    import torch.nn.functional as functional

    torch.set_num_threads(recipe.threads)
    torch.manual_seed(recipe.seed)
    random = np.random.default_rng(recipe.seed)
    sampler = Sampler(corpus, recipe, random)
    table = torch.randn(len(corpus.vocabulary), recipe.dimension)
    if recipe.idf_power:
        rarity = np.log(corpus.counts.sum() / corpus.counts)
        table *= torch.from_numpy((rarity / rarity.mean()) ** recipe.idf_power).float()[:, None]
    mean = torch.zeros_like(table)
    square = torch.zeros_like(table)
    steps_each = len(sampler.epoch())
    total = steps_each * recipe.epochs
    step = 0
    started = time.monotonic()
    for epoch in range(recipe.epochs):
        losses = []
        if recipe.mined and epoch:
            sampler.group = _neighbourhoods(corpus, table, recipe)
        for sections in sampler.epoch():
            drawn = [(n, pair) for n in sections if (pair := sampler.draw(n)) is not None]
            lists = [left for _, (left, _) in drawn] + [right for _, (_, right) in drawn]
            distinct, inverse, matrix = _bags(lists)
            rows = torch.from_numpy(distinct)
            vectors = (matrix @ table[rows]).requires_grad_()
            half = len(drawn)
            same = torch.from_numpy(corpus.same[[n for n, _ in drawn]])
            clash = (same[:, None] == same[None, :]) & ~torch.eye(half, dtype=torch.bool)
            loss = torch.zeros(())
            widths = [recipe.dimension, *([recipe.nested] if recipe.nested else [])]
            for width in widths:
                left = functional.normalize(vectors[:half, :width])
                right = functional.normalize(vectors[half:, :width])
                if recipe.alike < 1:
                    near = right.detach()
                    clash = clash | (near @ near.T > recipe.alike) & ~torch.eye(half, dtype=torch.bool)
                scores = recipe.scale * left @ right.T
                scores = scores.masked_fill(clash, -1e4)
                target = torch.arange(half)
                loss = loss + functional.cross_entropy(scores, target)
                loss = loss + functional.cross_entropy(scores.T, target)
            loss.backward()
            losses.append(float(loss.detach()) / len(widths))
            # A lazy Adam: only the rows of this batch move.
            order = np.argsort(inverse, kind="stable")
            starts = np.zeros(len(distinct) + 1, dtype=np.int64)
            np.cumsum(np.bincount(inverse, minlength=len(distinct)), out=starts[1:])
            owner = np.repeat(np.arange(len(lists)), [len(ids) for ids in lists])[order]
            back = _sparse(
                starts, owner, matrix.values()[torch.from_numpy(order)], (len(distinct), len(lists))
            )
            assert vectors.grad is not None
            gradient = back @ vectors.grad
            step += 1
            progress = step / total
            rate = recipe.rate * min(progress / recipe.warm_up, (1 - progress) / (1 - recipe.warm_up))
            m = mean[rows].mul_(0.9).add_(gradient, alpha=0.1)
            v = square[rows].mul_(0.999).addcmul_(gradient, gradient, value=0.001)
            mean[rows], square[rows] = m, v
            move = (m / (1 - 0.9**step)) / ((v / (1 - 0.999**step)).sqrt_().add_(1e-8))
            table[rows] -= rate * move
        log.write(
            f"epoch {epoch + 1}/{recipe.epochs}  loss {np.mean(losses):.3f}  {time.monotonic() - started:.0f} s\n"
        )
        log.flush()
    return np.asarray(table.numpy(), dtype=np.float32)


# ------------------------------------------------------------------------------------------ saving


def quantise(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return int8 rows and the float32 scale of each: ``rows * scales[:, None]`` is the table, nearly."""
    scales = np.maximum(np.abs(table).max(axis=1), 1e-9) / 127
    return np.rint(table / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def save(
    folder: Path, name: str, vocabulary: Sequence[str], table: NDArray[np.float32], counts: NDArray[Any]
) -> None:
    """Write the model in sentence-transformers' layout (StaticEmbedding, then Normalize).

    Row 0 is the unknown unit: the least used direction of the table, so short that it turns no text that has
    one known unit.
    """
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit

    folder.mkdir(parents=True, exist_ok=True)
    table = table.copy()
    _, vectors = np.linalg.eigh(table[1:].T.astype(np.float64) @ table[1:])
    table[0] = vectors[:, 0] * 1e-6 * float(np.median(np.linalg.norm(table[1:], axis=1)))
    rows, scales = quantise(table)
    logs = np.clip(np.rint(8 * np.log2(np.maximum(counts, 1))), 0, 255).astype(np.uint8)
    tokenizer = Tokenizer(WordLevel({unit: n for n, unit in enumerate(vocabulary)}, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    text = tokenizer.to_str(pretty=False)
    (folder / FILES.tokenizer).write_text(text, encoding="utf-8")
    metadata = {
        "format": UNIT_FORMAT,
        "name": name,
        "hash": content_hash([text.encode(), rows.tobytes(), scales.tobytes(), logs.tobytes()]),
    }
    save_file(
        {"embeddings": rows, "weights": scales, "counts": logs}, folder / FILES.weights, metadata=metadata
    )
    (folder / FILES.weights).chmod(0o644)  # the library writes for the owner only
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"},
        {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    (folder / FILES.modules).write_text(json.dumps(modules, indent=2) + "\n", encoding="utf-8")
    config = {
        "prompts": {"query": "", "document": ""},
        "default_prompt_name": None,
        "similarity_fn_name": "cosine",
    }
    (folder / FILES.config).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _yes(value: str) -> bool:
    if value not in ("yes", "no"):
        raise argparse.ArgumentTypeError("yes or no")
    return value == "yes"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status."""
    parser = argparse.ArgumentParser(description="Train the embedded model.")
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with phapdien.jsonl.zst and the others"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    parser.add_argument("--name", default="chithi-static")
    for field in msgspec.structs.fields(Recipe):
        kind = _yes if field.type is bool else field.type
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, default=field.default)
    options = vars(parser.parse_args(arguments))
    recipe = Recipe(**{name: options[name] for name in Recipe.__struct_fields__})
    started = time.monotonic()
    sections = read_sections(options["data"])
    corpus = Corpus(sections, QUESTIONS, recipe)
    sys.stderr.write(
        f"{len(sections)} sections, {len(corpus.single)} syllables, {len(corpus.vocabulary)} units, "
        f"{time.monotonic() - started:.0f} s\n"
    )
    table = learn(corpus, recipe)
    save(options["out"], options["name"], corpus.vocabulary, table, corpus.counts)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
