from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer.encode import FILES, StaticEncoder, prepare, read_weights
from indexer.pairs import Section, read_sections, segments
from indexer.rules import rows_below
from indexer.tokenize import syllables
from indexer.train import QUESTIONS, UNKNOWN, Corpus, Recipe, Sampler, choose_units, main, quantise
from indexer.wordings import everyday

TOPICS = {
    "Thư viện": "sách, bạn đọc, phòng đọc và kho sách của thư viện công cộng",
    "Cấp nước": "đường ống, đồng hồ nước, nhà máy nước và nước sạch của hộ gia đình",
    "Cây xanh": "cây xanh, vườn hoa, công viên và việc cắt tỉa cành cây trên hè phố",
    "Chợ": "tiểu thương, quầy hàng, ban quản lý chợ và phí chợ của hộ kinh doanh",
}


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    import zstandard

    with (
        (folder / f"{name}.jsonl.zst").open("wb") as file,
        zstandard.ZstdCompressor().stream_writer(file) as out,
    ):
        stream = io.TextIOWrapper(out, encoding="utf-8")
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
        stream.flush()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("train")
    articles = []
    for topic, words in TOPICS.items():
        for number in range(1, 13):
            part = words.split(", ")[number % 3]
            articles.append(
                {
                    "title": f"Quản lý {part}",
                    "body": f"1. Cơ quan phụ trách {words} lập kế hoạch số {number}. 2. Người vi phạm quy định về {part} bị nhắc nhở; "
                    f"tái phạm thì bị xử lý. 3. Kinh phí bảo đảm cho {words} lấy từ ngân sách.",
                    "topic": topic,
                    "source": f"Điều {number} Nghị định số 9/2019/NĐ-CP, có hiệu lực thi hành kể từ ngày 01/01/2020",
                }
            )
    write(folder, "phapdien", articles)
    write(
        folder,
        "dichvucong",
        [
            {
                "procedure": "Cấp thẻ bạn đọc",
                "field": "trinh_tu_thuc_hien",
                "sector": "Thư viện",
                "text": "Bạn đọc nộp đơn tại quầy.\nThư viện trả thẻ sau hai ngày làm việc.",
            }
        ],
    )
    plan = (
        "KẾ HOẠCH\nPhát triển thư viện xã Bình Minh\nI. MỤC TIÊU\n1. Mở phòng đọc\n- Mỗi thôn có một phòng đọc,\nmở cửa buổi tối cho "
        "học sinh và người cao tuổi.\n2. Thêm sách\nMua sách mới cho thiếu nhi và sách về nghề nông mỗi quý một lần."
    )
    write(folder, "congbao", [{"slug": "x", "type": "KH", "text": plan}])
    write(
        folder,
        "administrative",
        [{"name": "y", "kind": "kế hoạch", "format": "markdown", "text": plan.replace("I. ", "## I. ")}],
    )
    write(
        folder,
        "titles",
        [
            {
                "symbol": "1/KH",
                "date": "01/02/2020",
                "title": "về việc mua sách cho thư viện xã Bình Minh năm 2020",
            }
        ],
    )
    return folder


def train(data: Path, out: Path, *options: str) -> None:
    small = [
        "--dimension",
        "16",
        "--vocabulary",
        "900",
        "--least-count",
        "1",
        "--epochs",
        "5",
        "--batch",
        "24",
        "--threads",
        "1",
    ]
    assert main(["--data", str(data), "--out", str(out), *small, *options]) == 0


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--nested", "16", "--dimension", "32", "--epochs", "8"),
        ("--idf-power", "1"),
        ("--mined", "no", "--alike", "1"),
    ],
    ids=lambda options: " ".join(options) or "as it is",
)
def test_training_gives_a_model_that_finds_what_it_learned(
    data: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    train(data, tmp_path / "a", *options)
    encoder = StaticEncoder(tmp_path / "a")
    assert encoder.dimension == (32 if "--dimension" in options else 16)
    passages = [f"Nghị định {topic}\n{words}" for topic, words in TOPICS.items()]
    questions = [
        "bạn đọc mượn sách",
        "đồng hồ nước của hộ gia đình",
        "cắt tỉa cành cây",
        "phí chợ của tiểu thương",
    ]
    scores = encoder.encode_queries(questions) @ encoder.encode_passages(passages).T
    assert scores.argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_the_same_seed_gives_the_same_model(data: Path, tmp_path: Path) -> None:
    for name, seed in (("a", "13"), ("b", "13"), ("c", "14")):
        train(data, tmp_path / name, "--seed", seed)
    hashes = [read_weights(tmp_path / name / FILES.weights)[1]["hash"] for name in "abc"]
    assert hashes[0] == hashes[1] != hashes[2]


def test_the_saved_folder_is_a_sentence_transformers_model(data: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    train(data, tmp_path / "a", "--epochs", "1")
    texts = ["Thư viện xã mở cửa buổi tối", "phí chợ, 25/7/2026"]
    theirs = SentenceTransformer(str(tmp_path / "a"), device="cpu").encode([prepare(t) for t in texts])
    np.testing.assert_allclose(StaticEncoder(tmp_path / "a").encode_passages(texts), theirs, atol=1e-4)


def test_sections_of_every_source_are_read(data: Path) -> None:
    sections = read_sections(data)
    found = {
        source: [s for s in sections if s.source == source]
        for source in ("phapdien", "dichvucong", "congbao", "administrative", "titles")
    }
    assert [len(found[k]) for k in found] == [48, 1, 2, 2, 1]
    article = found["phapdien"][0]
    assert article.context == "Nghị định Thư viện, Điều 1"
    assert article.segments[0].startswith("1. Cơ quan phụ trách sách")
    assert found["dichvucong"][0].title == "trình tự thực hiện"
    for source in ("congbao", "administrative"):
        assert [s.title for s in found[source]] == ["Mở phòng đọc", "Thêm sách"]
        assert "Phát triển thư viện" in found[source][0].context
        assert found[source][0].segments == (
            "- Mỗi thôn có một phòng đọc, mở cửa buổi tối cho học sinh và người cao tuổi.",
        )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("một hai", ("một hai",)),
        (
            "1. Một hai ba bốn năm sáu. 2. Bảy tám chín mười một hai;",
            ("1. Một hai ba bốn năm sáu.", "2. Bảy tám chín mười một hai;"),
        ),
        (
            "Bao gồm: a) một; b) hai; c) ba bốn năm sáu bảy.",
            ("Bao gồm: a) một; b) hai;", "c) ba bốn năm sáu bảy."),
        ),
        ("một hai ba bốn năm sáu\nbảy", ("một hai ba bốn năm sáu bảy",)),
    ],
)
def test_segments_are_clauses_that_are_not_too_short(text: str, expected: tuple[str, ...]) -> None:
    assert segments(text) == expected


@pytest.mark.parametrize("kind", ["asked", "carried"])
def test_written_pairs_have_two_sides(kind: str) -> None:
    pairs = rows_below(kind)
    assert len(pairs) > 700
    assert all(len(row) == 2 and min(len(side.split()) for side in row) >= 4 for row in pairs)
    assert len({left for left, _ in pairs}) > 0.98 * len(pairs)


def test_written_pairs_are_drawn_as_they_are() -> None:
    sections = [
        Section(
            "asked", "asked", "", "Ai trông kho sách cũ?", ("Thư viện xã quản lý sách lưu trữ của thôn.",)
        ),
        Section(
            "carried", "carried", "", "Nâng cấp phòng đọc của thôn.", ("Mua thêm bàn ghế cho thư viện thôn.",)
        ),
    ]
    corpus = Corpus(sections, (), Recipe(least_count=1))
    sampler = Sampler(corpus, Recipe(swapped=0.0, assigned=0.0), np.random.default_rng(1))
    asked = [pair for _ in range(20) if (pair := sampler.draw(0)) is not None]
    assert all("quản_lí" in words(corpus, right) for _, right in asked)
    carried = [words(corpus, left)[0] for _ in range(40) if (pair := sampler.draw(1)) for left in pair[:1]]
    assert {"nâng", "mua"} <= set(carried)


def test_everyday_words_are_other_ways_to_say_it() -> None:
    phrases = everyday()
    assert len(phrases) >= 300
    assert len({official for official, _ in phrases}) == len(phrases)
    for official, others in phrases:
        assert syllables(official)
        assert others
        assert len(set(others)) == len(others)
        assert all(other and other != official for other in others)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    sections = [
        Section(
            "administrative",
            "g",
            "Kế hoạch thư viện",
            "Kinh phí thực hiện",
            ("Kinh phí do ngân sách nhà nước bảo đảm theo quy định.",),
        ),
        Section(
            "phapdien",
            "h",
            "Nghị định Chợ",
            "Phí chợ",
            ("Tiểu thương nộp phí, đúng hạn.", "Người nghèo được miễn phí chợ hằng năm."),
        ),
    ]
    return Corpus(
        sections, QUESTIONS, Recipe(least_count=1, swapped=1.0, assigned=1.0, shortest=5, longest=40)
    )


def words(corpus: Corpus, ids: Any) -> list[str]:
    return [corpus.vocabulary[n] for n in ids]


def test_a_stretch_has_its_syllables_and_the_pairs_inside_it(corpus: Corpus) -> None:
    start, end = corpus.text(corpus.segments[1][0])
    assert words(corpus, corpus.units(start, end)) == [
        *("tiểu", "thương", "nộp", "phí", "đúng", "hạn"),
        *("tiểu_thương", "thương_nộp", "nộp_phí", "đúng_hạn"),
    ]
    assert words(corpus, corpus.units(start + 1, start + 3)) == ["thương", "nộp", "thương_nộp"]


def test_official_phrases_are_swapped_in_the_question_only(corpus: Corpus) -> None:
    recipe = Recipe(swapped=1.0, shortest=5, longest=40, title_share=1.0)
    sampler = Sampler(corpus, recipe, np.random.default_rng(1))
    official = corpus.vocabulary.index("kinh_phí")
    drawn = [pair for _ in range(40) if (pair := sampler.draw(0)) is not None]
    assert drawn
    assert not any(official in left for left, _ in drawn)
    assert all(official in right for _, right in drawn)


def test_assignments_close_a_passage(corpus: Corpus) -> None:
    sampler = Sampler(corpus, Recipe(assigned=1.0, shortest=5, longest=40), np.random.default_rng(1))
    labels = {corpus.vocabulary.index("chủ_trì"), corpus.vocabulary.index("trách_nhiệm")}
    pairs = [pair for _ in range(20) if (pair := sampler.draw(1)) is not None]
    assert pairs
    assert all(labels & set(right.tolist()) for _, right in pairs)


def test_units_are_chosen_by_count_and_wanted_ones_stay() -> None:
    from collections import Counter

    counts = Counter({"một": 9, "hai": 5, "ba": 1, "một_hai": 8, "hai_ba": 1, "ba_bốn": 1})
    assert choose_units(counts, Recipe(least_count=2), {"ba_bốn"}) == [
        UNKNOWN,
        "một",
        "hai",
        "ba_bốn",
        "một_hai",
    ]
    assert choose_units(counts, Recipe(least_count=1, vocabulary=4), set()) == [UNKNOWN, "một", "hai", "ba"]


def test_quantised_rows_are_near_the_table() -> None:
    table = np.random.default_rng(0).normal(size=(50, 32)).astype(np.float32)
    rows, scales = quantise(table)
    assert rows.dtype == np.int8
    np.testing.assert_allclose(rows * scales[:, None], table, atol=0.02)
