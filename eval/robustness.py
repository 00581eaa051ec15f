"""The same questions as people really type them: ``python -m eval.robustness BENCHMARK --index DIR``.

Every question is asked as written, without diacritics, with slips of the fingers, with its long names
abbreviated and with its abbreviations written out.  The table says how many answers are right, wrong
or refused each time, and how far that is from the original; the exit status is 1 where a variant
loses more than ``--within`` points.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import msgspec

from eval.dataset import Query, read_benchmark
from eval.measures import answer_metrics, means, measure_ranking, score_answer
from eval.report import figure, table
from eval.runs import IndexSearcher, judge_questions, run, store_text, strip_diacritics
from indexer.clean import fold, nfc
from indexer.errors import ChithiError
from indexer.rules import rows
from search_api.service import Service

SEED = 20260725
SHARE = 0.1
"""Share of the words of a question that get a slip; one word at least."""
GOAL = 5.0
"""Points that a variant may lose."""
_TONES = ("\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_WORD = re.compile(r"[^\W\d_]+")


class Variant(msgspec.Struct, frozen=True):
    """One way of typing, measured; shares in [0, 1], ``changed`` questions differ from the original."""

    name: str
    label: str
    changed: int
    right: int
    wrong: int
    refused_right: int
    refused_wrong: int
    accuracy: float
    mrr: float
    recall: float
    lost: tuple[str, ...]
    """Ids of questions answered well as written and not so here."""


# -- ways of typing -------------------------------------------------------------------------------


def slipped(text: str, seed: str) -> str:
    """Return a question with one slip in a tenth of its words; the same text and seed give the same slips.

    A slip is what hands do to Vietnamese: two letters change places, a tone is missing, or it is another one.
    """
    dice = random.Random(f"{SEED} {seed}")
    words = [m for m in _WORD.finditer(nfc(text)) if len(m.group()) > 1 and not m.group().isupper()]
    chosen = dice.sample(words, min(len(words), max(1, round(SHARE * len(words)))))
    out = nfc(text)
    for match in sorted(chosen, key=lambda m: -m.start()):
        out = out[: match.start()] + slip(match.group(), dice) + out[match.end() :]
    return out


def slip(word: str, dice: random.Random) -> str:
    """Return a word with one slip."""
    toned = [n for n, char in enumerate(word) if _tone(char)]
    ways = ["swap"] if len(word) > 2 else []
    ways += ["missing", "wrong"] if toned else []
    way = dice.choice(ways or ["swap"])
    if way != "swap":
        n = toned[0]
        others = [tone for tone in _TONES if tone != _tone(word[n])]
        other = "" if way == "missing" else dice.choice(others)
        bared = "".join(c for c in unicodedata.normalize("NFD", word[n]) if c not in _TONES)
        return nfc(word[:n] + nfc(bared) + other + word[n + 1 :])
    at = [n for n in range(len(word) - 1) if word[n] != word[n + 1]]
    if not at:
        return word
    n = dice.choice(at)
    return word[:n] + word[n + 1] + word[n] + word[n + 2 :]


def _tone(char: str) -> str:
    return next((c for c in unicodedata.normalize("NFD", char) if c in _TONES), "")


@cache
def _abbreviations() -> tuple[tuple[str, str], ...]:
    return tuple((row[0], row[1]) for row in rows("abbreviations.tsv"))


@cache
def _long_pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    short: dict[str, str] = {}
    for brief, long in _abbreviations():
        if len(brief) < 2:  # "P cháy" for "phòng cháy" is nobody's way of typing
            continue
        short.setdefault(fold(long), brief)
    longest = sorted(short, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest)) + r")(?!\w)"), short


@cache
def _short_pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    long: dict[str, str] = {}
    for brief, words in _abbreviations():
        long.setdefault(brief, words)
    longest = sorted(long, key=len, reverse=True)
    return re.compile(r"(?<![\w/&-])(?:" + "|".join(map(re.escape, longest)) + r")(?![\w/&-])"), long


def abbreviated(text: str, seed: str = "") -> str:
    """Return a question in which every long form that has an abbreviation is abbreviated.

    >>> abbreviated("Ai chủ trì Chuyển đổi số của xã?")
    'Ai chủ trì CĐS của xã?'
    """
    pattern, short = _long_pattern()
    return _replaced(nfc(text), pattern, fold(nfc(text)), short)


def written_out(text: str, seed: str = "") -> str:
    """Return a question in which every known abbreviation is written out in its usual meaning.

    >>> written_out("Ai chủ trì CĐS?")
    'Ai chủ trì chuyển đổi số?'
    """
    pattern, long = _short_pattern()
    return _replaced(nfc(text), pattern, nfc(text), long)


def _replaced(text: str, pattern: re.Pattern[str], searched: str, put: dict[str, str]) -> str:
    """Replace in ``text`` what the pattern finds in ``searched``, which has the same length."""
    out: list[str] = []
    at = 0
    for match in pattern.finditer(searched):
        out += [text[at : match.start()], put[match.group()]]
        at = match.end()
    return "".join([*out, text[at:]])


WAYS: tuple[tuple[str, str, Callable[[str, str], str]], ...] = (
    ("original", "như đã viết", lambda text, _: text),
    ("plain", "không dấu", lambda text, _: strip_diacritics(text)),
    ("slips", "gõ sai 10 % số từ", slipped),
    ("abbreviated", "viết tắt", abbreviated),
    ("expanded", "viết đầy đủ", written_out),
)
"""Name, Vietnamese label and what each way makes of a question and its id."""


# -- measuring ------------------------------------------------------------------------------------


def measure(queries: Sequence[Query], service: Service) -> list[Variant]:
    """Ask every question in every way; the original comes first."""
    judged = judge_questions(queries, service.store)
    searcher = IndexSearcher(service, service.settings)
    out: list[Variant] = []
    good: set[str] = set()
    for name, label, way in WAYS:
        asked = [msgspec.structs.replace(query, text=way(query.text, query.qid)) for query in queries]
        ranked = run(name, searcher, asked)
        values = means(measure_ranking(judged, ranked.rankings))
        scores = [
            score_answer(query, service.ask(query.text), lambda doc: store_text(service.store, doc))
            for query in asked
        ]
        well = {score.qid for score in scores if score.outcome in ("right", "refused_right")}
        good = good or well
        counts = answer_metrics(scores)
        out.append(
            Variant(
                name,
                label,
                sum(a.text != nfc(q.text) for a, q in zip(asked, queries, strict=True)),
                int(counts["right"]),
                int(counts["wrong"]),
                int(counts["refused_right"]),
                int(counts["refused_wrong"]),
                counts["accuracy"],
                values["MRR@10"],
                values["Recall@10"],
                tuple(sorted(good - well)),
            )
        )
    return out


def robustness_table(variants: Sequence[Variant]) -> str:
    """Return the table in Vietnamese."""
    first = variants[0]
    body = [
        [
            v.label,
            str(v.changed),
            str(v.right),
            str(v.wrong),
            str(v.refused_right),
            str(v.refused_wrong),
            figure(100 * v.accuracy, 1),
            f"{100 * (v.accuracy - first.accuracy):+.1f}".replace(".", ","),
            figure(v.mrr),
            figure(v.recall),
        ]
        for v in variants
    ]
    header = (
        "Cách gõ",
        "Câu đổi",
        "Đúng",
        "Sai",
        "Từ chối đúng",
        "Từ chối sai",
        "% đạt",
        "Chênh",
        "MRR@10",
        "Recall@10",
    )
    return table(header, body)


def too_far(variants: Sequence[Variant], within: float) -> list[str]:
    """Name the variants whose accuracy, MRR@10 or Recall@10 is more than ``within`` points below the original."""
    first = variants[0]
    out = []
    for v in variants[1:]:
        for name, value, was in (
            ("% đạt", v.accuracy, first.accuracy),
            ("MRR@10", v.mrr, first.mrr),
            ("Recall@10", v.recall, first.recall),
        ):
            if 100 * (was - value) > within + 1e-9:
                out.append(f"{v.label}: {name} kém {figure(100 * (was - value), 1)} điểm")
    return out


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, 1 where a variant falls too far, 2 for what cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m eval.robustness", description=__doc__)
    parser.add_argument("benchmark", type=Path, metavar="BENCHMARK", help="tệp câu hỏi .jsonl")
    parser.add_argument("--index", type=Path, default=Path(os.environ.get("CHITHI_INDEX", ".chithi")))
    parser.add_argument("--within", type=float, default=GOAL, help="số điểm được phép kém (mặc định 5)")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--details", action="store_true", help="nêu các câu mất đi của từng cách gõ")
    options = parser.parse_args(arguments)
    try:
        service = Service(options.index)
        store = service.store
        queries = read_benchmark(options.benchmark, lambda doc: store_text(store, doc)).queries
        variants = measure(queries, service)
        service.store.close()
    except ChithiError as error:
        print(f"eval: {error}", file=sys.stderr)
        return 2
    if options.json:
        sys.stdout.write(msgspec.json.encode(variants).decode() + "\n")
    else:
        print(robustness_table(variants))
    if options.details:
        ways = {name: way for name, _, way in WAYS}
        texts = {query.qid: query.text for query in queries}
        for v in variants[1:]:
            for qid in v.lost:
                print(f"{v.name} {qid}: {ways[v.name](texts[qid], qid)}", file=sys.stderr)
    worse = too_far(variants, options.within)
    if worse:
        print("Kém quá mức:\n  " + "\n  ".join(worse), file=sys.stderr)
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
