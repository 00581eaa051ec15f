"""Damaged documents: real files mutated at random are read or refused, never a crash.

``python -m eval.fuzz --texts 9500 --files 500 FOLDER…`` draws windows of the texts and whole files of the
folders, damages each by one to four mutations, reads and analyses it, and checks what was read.  The same
seed gives the same inputs; status 1 where anything but a refusal went wrong or took too long.
"""

from __future__ import annotations

import argparse
import faulthandler
import io
import random
import sys
import time
import traceback
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from indexer.analyse import analyse
from indexer.errors import UnreadableFile
from indexer.readers import SUFFIXES, read_bytes, read_file
from indexer.readers.limits import Refused
from indexer.readers.plain import read_text
from indexer.records import Document, Span

ROOT = Path(__file__).resolve().parents[1]
SEED = 20_260_701
WINDOW = 5_000
"""Characters of a text that are mutated at a time."""
SLOW_TEXT, SLOW_FILE = 5.0, 90.0
"""Seconds after which one input counts as a failure (a damaged PDF may be recognised by OCR)."""
HANG = 300
"""Seconds after which the run stops and shows where it hangs."""
BINARY = (".docx", ".pdf")
_ODD = (
    "\0", "\f", "\u200b", "\u202e", "\ufeff", "\ufffd", "\u00a0", "\u0301", "\u00ad", "🔥", "\t", "|", "| a | b |\n", "“", "”",
    '"', "Điều 999. ", "I. ", "1. ", "a) ", "- ", "\n\n", "31/02/2026", "99/99/9999", "100%", "số ", "/KH-UBND", ";" * 40,
    "." * 60, "9" * 40, "Nhiệm vụ 1: ", "Phụ lục", "Đơn vị chủ trì: ", "Thời gian: ", "KẾ HOẠCH\n", "Nơi nhận:\n", "**",
    "\\", "\r", "(", ")",
)  # fmt: skip
_CODES = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258", "latin-1", "cp1252", "utf-7")


class Failure(NamedTuple):
    """An input that was neither read nor refused: its number gives it again."""

    number: int
    name: str
    error: str


class Outcome(NamedTuple):
    """What a run came to."""

    inputs: int
    read: int
    refused: int
    failures: list[Failure]
    slowest: float


_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError)


# -- mutations ------------------------------------------------------------------------------------------


def _cut(rng: random.Random, length: int) -> tuple[int, int]:
    start = rng.randrange(length + 1)
    return start, min(length, start + int(rng.expovariate(1 / max(1, length / 20))))


def mutate_text(rng: random.Random, text: str, other: str) -> str:
    """Return ``text`` with one thing wrong; ``other`` gives what is spliced in."""
    start, end = _cut(rng, len(text))
    lines = text.split("\n")
    kinds: tuple[Callable[[], str], ...] = (
        lambda: text[:start] + text[end:],
        lambda: text[:end],
        lambda: text[:end] + text[start:end] * rng.choice((1, 2, 30)) + text[end:],
        lambda: text[:start] + other[slice(*_cut(rng, len(other)))] + text[start:],
        lambda: text[:start] + rng.choice(_ODD) * rng.choice((1, 1, 3, 50)) + text[start:],
        lambda: "\n".join(rng.sample(lines, len(lines))),
        lambda: "\n\n".join(lines),
        lambda: " ".join(lines),
        lambda: text[:start] + text[start:end].upper() + text[end:],
        lambda: unicodedata.normalize("NFD", text),
        lambda: "".join(rng.choice(" \n") if c == " " and rng.random() < 0.1 else c for c in text),
        lambda: "".join(chr(rng.randrange(32, 0x1EFF)) if rng.random() < 0.02 else c for c in text),
        lambda: text.replace(
            *rng.choice(((" ", ""), ("\n", ""), (".", ""), (";", ","), (" ", "  "), (":", "")))
        ),
    )
    return rng.choice(kinds)()


def mutate_bytes(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Return ``data`` with one thing wrong."""
    start, end = _cut(rng, len(data))
    kind = rng.randrange(6)
    if kind == 0:
        held = bytearray(data)
        for _ in range(rng.choice((1, 5, 50))):
            if held:
                held[rng.randrange(len(held))] = rng.randrange(256)
        return bytes(held)
    if kind == 1:
        return data[:end]
    if kind == 2:
        return data[:start] + data[end:]
    if kind == 3:
        return data[:end] + data[start:end] * rng.choice((1, 5)) + data[end:]
    if kind == 4:
        return data[:start] + other[slice(*_cut(rng, len(other)))] + data[start:]
    return data[:start] + bytes(rng.randrange(256) for _ in range(rng.choice((1, 16, 500)))) + data[start:]


def mutate_member(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """Damage one member inside a zip archive; the archive itself stays sound."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = rng.choice(
            [n for n in names if n.endswith(("document.xml", "numbering.xml", "styles.xml"))] or names
        )
        for name in names:
            content = old.read(name)
            damaged = mutate_bytes(rng, content, other) if name == chosen else content
            # A member made from its bare name is dated now: the same number would give other bytes a second later.
            new.writestr(zipfile.ZipInfo(name), damaged, zipfile.ZIP_DEFLATED)
    return out.getvalue()


# -- inputs ---------------------------------------------------------------------------------------------


class Seeds:
    """The texts and the files that inputs are made of."""

    def __init__(self, folders: Sequence[Path], more: Sequence[str] = ()) -> None:
        """Read every file of the folders once; ``more`` are further texts."""
        self.texts = list(more)
        self.files: list[tuple[str, bytes]] = []
        for folder in folders:
            for path in sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES):
                try:
                    self.texts += [part.source.text for part in read_file(path).parts]
                except UnreadableFile:
                    continue
                if path.suffix.lower() in BINARY:
                    self.files.append((path.suffix.lower(), path.read_bytes()))

    def text(self, number: int) -> tuple[bytes, bool]:
        """Return damaged text number ``number`` as bytes, and whether it is Markdown."""
        rng = random.Random(SEED + number)
        text = self._window(rng)
        for _ in range(rng.randrange(1, 5)):
            text = mutate_text(rng, text, self._window(rng))[: 4 * WINDOW]
        data = text.encode(rng.choice(_CODES) if rng.random() < 0.25 else "utf-8", "ignore")
        if rng.random() < 0.15:
            data = mutate_bytes(rng, data, data)
        return data, rng.random() < 0.3

    def file(self, number: int) -> tuple[str, bytes]:
        """Return damaged file number ``number`` and its suffix."""
        rng = random.Random(SEED - 1 - number)
        suffix, data = rng.choice(self.files)
        other = rng.choice(self.files)[1]
        for _ in range(rng.randrange(1, 4)):
            inside = suffix == ".docx" and rng.random() < 0.6 and zipfile.is_zipfile(io.BytesIO(data))
            if inside:
                try:
                    data = mutate_member(rng, data, other)
                except _BROKEN:
                    data = mutate_bytes(rng, data, other)  # already too broken to be opened here
            else:
                data = mutate_bytes(rng, data, other)
        return suffix, data

    def _window(self, rng: random.Random) -> str:
        text = rng.choice(self.texts)
        start = rng.randrange(max(1, len(text) - WINDOW)) if rng.random() < 0.6 else 0
        return text[start : start + WINDOW]


# -- running --------------------------------------------------------------------------------------------


def check(document: Document) -> None:
    """Raise AssertionError where something that was read does not stand in the text."""
    whole = Span(0, len(document.text))
    spans = [block.span for block in document.blocks]
    spans += [section.span for section in document.outline]
    spans += [task.span for task in document.tasks] + [task.block for task in document.tasks]
    spans += [reference.span for reference in document.references]
    spans += [target.span for target in document.targets]
    spans += [passage.span for passage in document.passages]
    spans += [m.span for task in document.tasks for m in (*task.lead, *task.coordinating, *task.products)]
    for span in spans:
        assert whole.covers(span), span
        assert span.start <= span.end, span
    ids = [task.id for task in document.tasks]
    assert len(set(ids)) == len(ids), ids
    assert all(passage.span.of(document.text).strip() for passage in document.passages)


def run(seeds: Seeds, texts: int, files: int, first: int = 0) -> Iterator[tuple[Outcome, bool]]:
    """Run the inputs one by one; yield the outcome so far, and whether the last input failed."""
    read = refused = 0
    failures: list[Failure] = []
    slowest = 0.0
    for number in range(first, first + texts + files):
        is_text = number < first + texts
        suffix, data, markdown = "", b"", False
        if is_text:
            data, markdown = seeds.text(number)
        else:
            suffix, data = seeds.file(number)
        started = time.perf_counter()
        failed = None
        try:
            source = read_text(data, markdown=markdown) if is_text else read_bytes(data, suffix)
            check(analyse(f"d{number}", "d", "", source))
            read += 1
        except Refused:
            refused += 1
        except Exception:  # noqa: BLE001  whatever it is, it is what this run looks for
            failed = traceback.format_exc()
        took = time.perf_counter() - started
        slowest = max(slowest, took)
        if failed is None and took > (SLOW_TEXT if is_text else SLOW_FILE):
            failed = f"took {took:.1f} s"
        if failed is not None:
            failures.append(Failure(number, suffix or "text", failed))
        yield Outcome(number - first + 1, read, refused, failures, slowest), failed is not None


def gazette(path: Path, count: int) -> list[str]:
    """Return ``count`` texts of a packed JSON lines file, drawn by the seed; none where it is absent."""
    if not path.exists():
        return []
    import json

    import zstandard

    with path.open("rb") as packed:
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(packed), "utf-8").readlines()
    return [
        str(json.loads(line)["text"]) for line in random.Random(SEED).sample(lines, min(count, len(lines)))
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print what failed and the sums; return 1 where anything did."""
    parser = argparse.ArgumentParser(prog="python -m eval.fuzz", description=__doc__)
    parser.add_argument("--texts", type=int, default=9_500)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument(
        "--gazette", type=Path, action="append", default=[], help="packed texts to draw from as well"
    )
    parser.add_argument("folders", type=Path, nargs="*")
    options = parser.parse_args(arguments)
    more = [text for path in options.gazette for text in gazette(path, 60)]
    seeds = Seeds(options.folders or [ROOT / "corpus"], more)
    outcome = Outcome(0, 0, 0, [], 0.0)
    for outcome, failed in run(seeds, options.texts, options.files, options.first):
        # The next input that never ends says where, even where stderr is captured.
        faulthandler.dump_traceback_later(HANG, exit=True, file=2)
        if failed:
            held = outcome.failures[-1]
            sys.stdout.write(f"--- {held.name} {held.number}\n{held.error}\n")
        if outcome.inputs % 100 == 0:
            sys.stdout.write(f"{outcome.inputs}: read {outcome.read}, refused {outcome.refused}\n")
            sys.stdout.flush()
    faulthandler.cancel_dump_traceback_later()
    sys.stdout.write(
        f"{outcome.inputs} inputs: {outcome.read} read, {outcome.refused} refused, {len(outcome.failures)} failed; "
        f"slowest {outcome.slowest:.1f} s\n"
    )
    return 1 if outcome.failures else 0


if __name__ == "__main__":
    sys.exit(main())
