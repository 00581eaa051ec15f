"""Plans made by recombining the sentences of the sample collection, for measuring speed and size.

The same seed gives the same files.  What they say makes no sense; their layout, their words and the
length of their passages are those of plans.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from indexer.errors import UnreadableFile, UnusableInput
from indexer.readers import TEXT_SUFFIXES, read_file

SEED = 20_260_101
TASKS = 50
"""Tasks of a document; each makes about one passage."""
_SENTENCE = re.compile(r"[.;!?]\s+|\n+")
_NUMBER = re.compile(r"\d+")
_UNIT = re.compile(
    r"(?:Sở|Phòng|Ban|Công an|Văn phòng|Hội|Đoàn Thanh niên|UBND|Trung tâm|Trạm|Đảng ủy)(?: [^\W\d_]+){1,4}"
)
_TITLES = ("MỤC ĐÍCH, YÊU CẦU", "NHIỆM VỤ TRỌNG TÂM", "GIẢI PHÁP", "TỔ CHỨC THỰC HIỆN", "KINH PHÍ THỰC HIỆN")
_ROMAN = ("I", "II", "III", "IV", "V")
_SYLLABLES = (
    "An",
    "Bình",
    "Cẩm",
    "Duy",
    "Hòa",
    "Khánh",
    "Lâm",
    "Minh",
    "Phú",
    "Sơn",
    "Tân",
    "Vĩnh",
    "Yên",
    "Thạch",
)


class Pool:
    """Sentences and names of units found in the text files of a folder."""

    def __init__(self, corpus: Path) -> None:
        """Read every text file of ``corpus``; raise UnusableInput where there is hardly any text."""
        sentences: dict[str, None] = {}
        units: dict[str, None] = {}
        for path in sorted(corpus.iterdir()):
            if path.suffix not in TEXT_SUFFIXES or path.name.lower() == "readme.md":
                continue
            try:
                text = read_file(path).parts[0].source.text
            except UnreadableFile:
                continue
            for piece in _SENTENCE.split(text):
                words = piece.strip(" -+|*\t").split()
                if 8 <= len(words) <= 60:
                    sentences[" ".join(words)] = None
            units |= dict.fromkeys(found.strip() for found in _UNIT.findall(text) if "\n" not in found)
        if len(sentences) < 50 or len(units) < 5:
            raise UnusableInput(f"Thư mục «{corpus}» có quá ít văn bản .txt, .md để tạo dữ liệu đo.")
        self.sentences: Sequence[str] = list(sentences)
        self.units: Sequence[str] = list(units)


def write_documents(corpus: Path, folder: Path, passages: int) -> int:
    """Write plans of about ``passages`` passages into ``folder``; return how many files there are."""
    pool = Pool(corpus)
    rng = random.Random(SEED)
    count = max(1, round(passages / (TASKS + 2)))
    for number in range(1, count + 1):
        inside = folder / f"{number // 500:04d}"
        inside.mkdir(parents=True, exist_ok=True)
        (inside / f"ke-hoach-{number:06d}.txt").write_text(document(pool, rng, number), encoding="utf-8")
    return count


def document(pool: Pool, rng: random.Random, number: int) -> str:
    """Return one plan."""
    place = " ".join(rng.sample(_SYLLABLES, 2))
    subject = _changed(rng.choice(pool.sentences), rng).rstrip(",:")
    lines = [
        f"ỦY BAN NHÂN DÂN\nXÃ {place.upper()}",
        f"Số: {number}/KH-UBND",
        f"{place}, ngày {rng.randint(1, 28)} tháng {rng.randint(1, 12)} năm 2026",
        f"KẾ HOẠCH\n{subject[:1].upper()}{subject[1:120]}",
    ]
    done = 0
    for index, title in enumerate(_TITLES):
        lines.append(f"{_ROMAN[index]}. {title}")
        for task in range(1, TASKS // len(_TITLES) + 1):
            lines.append(_task(pool, rng, task))
            done += 1
    return "\n\n".join(lines) + "\n"


def _task(pool: Pool, rng: random.Random, number: int) -> str:
    body = ". ".join(_changed(rng.choice(pool.sentences), rng) for _ in range(rng.randint(2, 4)))
    lead, helper = rng.choice(pool.units), rng.choice(pool.units)
    due = f"trước ngày {rng.randint(1, 28)}/{rng.randint(1, 12)}/2026"
    return f"{number}. {body}.\nĐơn vị chủ trì: {lead}.\nĐơn vị phối hợp: {helper}.\nThời gian hoàn thành: {due}."


def _changed(sentence: str, rng: random.Random) -> str:
    """Give the numbers of a sentence other values, so that words grow with the collection."""
    return _NUMBER.sub(lambda m: str(rng.randint(1, 10 ** len(m.group()))), sentence)


_OVER_ALL = 3
_WIDE = (
    "Những kế hoạch nào về {about}?",
    "{unit} phải làm những việc gì?",
    "Những nhiệm vụ nào của {unit} đến hạn trong tháng {month} năm 2026?",
    "Chỉ tiêu về {about} của tỉnh và của xã khác nhau thế nào?",
    "Kế hoạch nào về {about} thay thế kế hoạch khác?",
    "Ai phối hợp với {unit}?",
)
"""Questions that no few passages answer: any document may have a part in them."""


def questions(corpus: Path, count: int) -> list[str]:
    """Return questions about 6 to 14 words; one in five without diacritics, one in ten over all documents."""
    pool = Pool(corpus)
    rng = random.Random(SEED + 1)
    return [_question(pool, rng, n) for n in range(count)]


def _question(pool: Pool, rng: random.Random, number: int) -> str:
    from eval.runs import strip_diacritics

    words = rng.choice(pool.sentences).split()
    size = rng.randint(6, 14)
    start = rng.randint(0, max(0, len(words) - size))
    about = " ".join(words[start : start + size]).strip(' ,.;:“”"()')
    if number % 10 == _OVER_ALL:
        wide = _WIDE[number // 10 % len(_WIDE)]
        return wide.format(about=about, unit=rng.choice(pool.units), month=rng.randint(1, 12))
    asked = rng.choice(("Đơn vị nào chủ trì {}?", "Khi nào phải hoàn thành việc {}?", "{}"))
    text = asked.format(about)
    return strip_diacritics(text).lower() if number % 5 == 4 else text


def batches(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield runs of at most ``size`` items."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
