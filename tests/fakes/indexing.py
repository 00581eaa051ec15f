"""A tiny reader, a tiny analysis and a tiny encoder: deterministic, and importable by a worker process.

A file is ``key: value`` lines (symbol, title, type, code, issuer, level, date, lead, due, cites, notice), a blank
line, then one passage a paragraph.  A file that starts with ``!`` cannot be read, one with ``?`` breaks the analysis.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from indexer.errors import UnreadableFile
from indexer.readers import ReadPart, ReadResult, Skipped
from indexer.records import (
    Deadline,
    Document,
    Fact,
    Mention,
    Metadata,
    Notice,
    Passage,
    Reference,
    SourceText,
    Span,
    Task,
)
from indexer.tokenize import syllables

DIMENSION = 24


@cache
def _vector(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)


class FakeEncoder:
    """Sums a random vector a syllable; counts what it is given."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.seen: list[str] = []

    @property
    def identity(self) -> str:
        return f"fake-{self.seed}/{DIMENSION}"

    @property
    def dimension(self) -> int:
        return DIMENSION

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        self.seen += texts
        return self.encode_queries(texts)

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        out = np.zeros((len(texts), DIMENSION), np.float32)
        for n, text in enumerate(texts):
            for word in syllables(text):
                out[n] += _vector(zlib.crc32(f"{self.seed} {word}".encode()))
        lengths = np.linalg.norm(out, axis=1, keepdims=True)
        return (out / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def read(path: Path) -> ReadResult:
    """Read a file, or the members of an archive."""
    if path.suffix == ".zip":
        parts, skipped = [], []
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                text = archive.read(name).decode("utf-8")
                if text.startswith("!"):
                    skipped.append(Skipped(name, "hỏng"))
                else:
                    parts.append(ReadPart(name, SourceText(text)))
        return ReadResult(tuple(parts), tuple(skipped))
    text = path.read_bytes().decode("utf-8")
    if text.startswith("!") or not text:
        raise UnreadableFile(str(path), "tệp hỏng" if text else "tệp rỗng (0 byte)")
    return ReadResult((ReadPart(path.name, SourceText(text)),))


def analyse(doc_id: str, path: str, digest: str, source: SourceText) -> Document:
    """Make a document of the text."""
    text = source.text
    if text.startswith("?"):
        raise IndexError("a mistake in the analysis")
    head, _, _ = text.partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.split("\n") if ": " in line)

    def fact(key: str) -> Fact | None:
        if key not in fields:
            return None
        at = text.index(fields[key])
        return Fact(fields[key], Span(at, at + len(fields[key])), "fake")

    passages, at = [], len(head)
    title = fields.get("title", "")
    for paragraph in text[len(head) :].split("\n\n"):
        if paragraph.strip():
            start = text.index(paragraph, at)
            at = start + len(paragraph)
            passages.append(
                Passage(
                    Span(start, at),
                    "I",
                    "Phần I",
                    f"{title}\nPhần I\n{paragraph}",
                    context=title,
                    kind="body",
                )
            )
    whole = Span(0, len(text))
    tasks = []
    if "lead" in fields:
        deadline = Deadline(raw=fields.get("due"), kind="by", end=fields.get("due"))
        lead = tuple(Mention(u.strip(), whole) for u in fields["lead"].split(";"))
        tasks.append(Task(f"{doc_id}#1", "I", None, whole, whole, lead=lead, deadline=deadline))
    references = [
        Reference(whole, cited, cited, None, None, None, "implements")
        for cited in fields.get("cites", "").split("; ")
        if cited
    ]
    notices = (Notice("fake", fields["notice"], 2),) if "notice" in fields else ()
    return Document(
        id=doc_id,
        path=path,
        digest=digest,
        source=source,
        blocks=(),
        outline=(),
        metadata=Metadata(
            type=fact("type"),
            type_code=fields.get("code"),
            symbol=fact("symbol"),
            issuer=fact("issuer"),
            level=fact("level"),
            date=fact("date"),
            title=fact("title"),
            draft="symbol" not in fields,
        ),
        references=tuple(references),
        tasks=tuple(tasks),
        targets=(),
        abbreviations=(),
        notices=notices,
        passages=tuple(passages),
    )


WORDS = [
    "chuyển",
    "đổi",
    "số",
    "cải",
    "cách",
    "hành",
    "chính",
    "phòng",
    "cháy",
    "chữa",
    "cháy",
    "nông",
    "thôn",
    "mới",
    "dịch",
    "vụ",
    "công",
    "trực",
    "tuyến",
    "hạ",
    "tầng",
    "dữ",
    "liệu",
    "đào",
    "tạo",
    "cán",
    "bộ",
    "y",
    "tế",
    "giáo",
    "dục",
    "du",
    "lịch",
    "môi",
    "trường",
    "giao",
    "thông",
    "thủy",
    "lợi",
    "văn",
    "hóa",
    "thể",
    "thao",
]


def plan(seed: int, passages: int = 4, **fields: str) -> str:
    """Write a document: the fields, then paragraphs of random words that no other seed has."""
    rng = np.random.default_rng(seed)
    head = "\n".join(f"{key}: {value}" for key, value in {"title": f"Kế hoạch thứ {seed}", **fields}.items())
    body = "\n\n".join(" ".join([f"mã{seed}x{n}", *rng.choice(WORDS, 30), "."]) for n in range(passages))
    return f"{head}\n\n{body}"
