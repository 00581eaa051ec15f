"""One plan in four formats, one reading: the same outline, the same tasks, units and time limits."""

from __future__ import annotations

import io
import shutil
from functools import lru_cache
from pathlib import Path

import pytest

from indexer.analyse import analyse
from indexer.clean import bare, collapse
from indexer.readers import read_bytes
from indexer.records import Document, Task
from tests.test_corpus import CORPUS, load_maker

STEMS = ("kh-86-kh-ubnd-cai-cach-hanh-chinh", "kh-145-kh-ubnd-phong-chay")
FORMATS = (".docx", ".pdf")
DPI = 200

maker = load_maker()
fonts = pytest.mark.skipif(maker.font_files() is None, reason="Liberation Serif 2 is not installed")


@lru_cache(maxsize=8)
def made(stem: str, suffix: str) -> bytes:
    """The bytes of a sample document in a format, made from its source."""
    source = (CORPUS / "sources" / f"{stem}.md").read_text("utf-8")
    if suffix == ".txt":
        return str(maker.unmarked(source)).encode()
    blocks = maker.lay_out(maker.parse(source))
    return bytes(maker.write_docx(blocks) if suffix == ".docx" else maker.write_pdf(blocks, stem))


def scanned(pdf: bytes) -> bytes:
    """The pages of a PDF as pictures in a PDF without any text."""
    pdfium = pytest.importorskip("pypdfium2")
    pages = [page.render(scale=DPI / 72, grayscale=True).to_pil() for page in pdfium.PdfDocument(pdf)]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=DPI)
    return out.getvalue()


@lru_cache(maxsize=8)
def read(stem: str, suffix: str) -> Document:
    return analyse(stem, stem + suffix, "", read_bytes(made(stem, suffix), suffix))


def facts(task: Task) -> tuple[object, ...]:
    """What must be the same of a task whatever the format; offsets differ."""
    units = [
        tuple(collapse(mention.text).casefold() for mention in held)
        for held in (task.lead, task.coordinating, task.directing, task.implementing)
    ]
    limit = task.deadline
    return (task.section, *units, limit.kind, limit.start, limit.end, limit.end_exclusive, limit.recurrence)


def paths(document: Document) -> list[tuple[str, str | None, str]]:
    return [
        (section.path, section.title and bare(collapse(section.title)), section.kind)
        for section in document.outline
    ]


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("suffix", [".docx", pytest.param(".pdf", marks=fonts)])
def test_the_same_plan_reads_the_same(stem: str, suffix: str) -> None:
    text, other = read(stem, ".txt"), read(stem, suffix)
    assert paths(other) == paths(text)
    assert [facts(task) for task in other.tasks] == [facts(task) for task in text.tasks]
    assert [t.quote for t in other.targets] == [t.quote for t in text.targets]
    assert [(r.symbol, r.role, r.date) for r in other.references] == [
        (r.symbol, r.role, r.date) for r in text.references
    ]


@fonts
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
@pytest.mark.parametrize("stem", STEMS)
def test_a_scan_of_the_plan_reads_nearly_the_same(stem: str) -> None:
    text = read(stem, ".txt")
    source = read_bytes(scanned(made(stem, ".pdf")), ".pdf")
    assert all(page.ocr is not None for page in source.pages)
    scan = analyse(stem, stem + ".pdf", "", source)
    want, got = {p for p, _, _ in paths(text)}, {p for p, _, _ in paths(scan)}
    assert len(want & got) >= 0.95 * max(len(want), len(got)), sorted(want ^ got)
    left = [tuple(bare(str(part)) for part in facts(task)) for task in scan.tasks]
    same = 0
    for task in text.tasks:
        wanted = tuple(bare(str(part)) for part in facts(task))
        if wanted in left:
            left.remove(wanted)
            same += 1
    assert same >= 0.95 * max(len(text.tasks), len(scan.tasks)), left


def test_the_sources_are_there() -> None:
    assert all((Path(CORPUS) / "sources" / f"{stem}.md").exists() for stem in STEMS)
