"""The sample collection says what its manifests say, and its made files say what their sources say."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections import Counter
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
MANIFESTS = sorted((CORPUS / "manifest").glob("*.json"))
CHAINS: dict[str, dict[str, Any]] = {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in MANIFESTS}
DOCUMENTS: list[dict[str, Any]] = [d for chain in CHAINS.values() for d in chain["documents"]]
PLANTED: list[dict[str, Any]] = [p for chain in CHAINS.values() for p in chain["planted"]]
BY_ID = {d["doc"]: d for d in DOCUMENTS}
MADE = [d for d in DOCUMENTS if Path(d["file"]).suffix in {".docx", ".pdf"}]

KINDS = {
    "task_left_out",
    "deadline_later",
    "target_lower",
    "no_lead",
    "wrong_citation",
    "deadline_weakened",
    "abolished_unit",
    "target_missing",
    "collective_lead",
    "copied",
}
LEVELS = {"trung-uong", "tinh", "so", "xa"}
ROLES = {"implements", "legal_basis", "under_plan", "replaces", "amends", "mentions"}
DEADLINES = {"by", "within", "range", "event", "continuous", "recurring", "relative", "done", "none"}

PROVINCES = """An Giang|Bà Rịa|Bạc Liêu|Bắc Giang|Bắc Kạn|Bắc Ninh|Bến Tre|Bình Dương|Bình Định|Bình Phước|Bình Thuận|Cà Mau
|Cao Bằng|Cần Thơ|Đà Nẵng|Đắk Lắk|Đắk Nông|Điện Biên|Đồng Nai|Đồng Tháp|Gia Lai|Hà Giang|Hà Nam|Hà Nội|Hà Tĩnh|Hải Dương
|Hải Phòng|Hậu Giang|Hòa Bình|Hưng Yên|Khánh Hòa|Kiên Giang|Kon Tum|Lai Châu|Lạng Sơn|Lào Cai|Lâm Đồng|Long An|Nam Định
|Nghệ An|Ninh Bình|Ninh Thuận|Phú Thọ|Phú Yên|Quảng Bình|Quảng Nam|Quảng Ngãi|Quảng Ninh|Quảng Trị|Sóc Trăng|Sơn La
|Tây Ninh|Thái Bình|Thái Nguyên|Thanh Hóa|Thừa Thiên|Huế|Tiền Giang|Trà Vinh|Tuyên Quang|Vĩnh Long|Vĩnh Phúc|Yên Bái
|Thành phố Hồ Chí Minh""".replace("\n", "").split("|")


def load_maker() -> ModuleType:
    """Import corpus/make_files.py, which is a script and in no package."""
    spec = importlib.util.spec_from_file_location("corpus_make_files", CORPUS / "make_files.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


MAKER = load_maker()


def source_of(document: dict[str, Any]) -> Path:
    """Return the file that was written by hand."""
    made = CORPUS / "sources" / f"{document['doc']}.md"
    return made if document in MADE else CORPUS / document["file"]


def text_of(document: dict[str, Any]) -> str:
    """Return the words of a document: marks off, white space collapsed."""
    text = MAKER.unmarked(source_of(document).read_text(encoding="utf-8"))
    return " ".join(text.replace("|", " ").split())


TEXTS = {d["doc"]: text_of(d) for d in DOCUMENTS}


def ids(documents: list[dict[str, Any]]) -> list[str]:
    return [d["doc"] for d in documents]


# --- the collection as a whole ----------------------------------------------------------------------


def test_collection_is_large_and_varied_enough() -> None:
    words = {doc: len(text.split()) for doc, text in TEXTS.items()}
    assert len(CHAINS) >= 3
    assert len(DOCUMENTS) >= 12
    assert {Path(d["file"]).suffix for d in DOCUMENTS} == {".txt", ".md", ".docx", ".pdf"}
    assert {doc: n for doc, n in words.items() if not 500 <= n <= 4000} == {}
    assert sum(words.values()) >= 15_000


def test_documents_on_disk_are_those_of_the_manifests() -> None:
    ignored = [
        line
        for line in (CORPUS / ".chithiignore").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert not [d["file"] for d in DOCUMENTS if any(fnmatch(d["file"], pattern) for pattern in ignored)]
    files = {
        path.relative_to(CORPUS).as_posix()
        for path in CORPUS.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    left = {file for file in files if not any(fnmatch(file, pattern) for pattern in ignored)}
    assert left == {d["file"] for d in DOCUMENTS}


def test_readme_lists_every_document() -> None:
    readme = (CORPUS / "README.md").read_text(encoding="utf-8")
    assert [d["file"] for d in DOCUMENTS if f"`{d['file']}`" not in readme] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids(DOCUMENTS))
def test_no_real_province_is_named(document: dict[str, Any]) -> None:
    found = [name for name in PROVINCES if re.search(rf"\b{re.escape(name)}\b", TEXTS[document["doc"]], re.I)]
    # "hòa bình" is also a word: only a name has capitals.
    assert [n for n in found if n in TEXTS[document["doc"]] or n.upper() in TEXTS[document["doc"]]] == []


# --- the manifests ----------------------------------------------------------------------------------


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids(DOCUMENTS))
def test_identity_stands_in_the_text(document: dict[str, Any]) -> None:
    text = TEXTS[document["doc"]]
    assert Path(document["file"]).stem == document["doc"]
    assert document["level"] in LEVELS
    assert document["title"] in text
    assert document["signer"] in text
    assert document["capacity"] in text
    if document["draft"]:
        assert document["symbol"] is None
        assert re.fullmatch(r"\d{4}(-\d\d)?", document["date"])
    else:
        assert document["symbol"] in text
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", document["date"])
    assert [parent for parent in document["parents"] if parent not in BY_ID] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids(DOCUMENTS))
def test_tasks_stand_in_the_text_in_their_order(document: dict[str, Any]) -> None:
    text = TEXTS[document["doc"]]
    tasks = document["tasks"]
    assert document["task_count"] == len(tasks)
    at, starts = 0, []
    for task in tasks:
        at = text.find(task["title"], at + 1)
        assert at >= 0, (task["section"], task["title"])
        starts.append(at)
    assert all(a < b for a, b in pairwise(starts))
    for task in tasks:
        names = [
            *task["lead_units"],
            *task["coordinating_units"],
            *task["directing_units"],
            *task["implementing_units"],
        ]
        assert [n for n in names if n not in text] == [], task["section"]
        assert task["deadline"]["kind"] in DEADLINES
        if task["deadline_raw"] is None:
            assert task["deadline"] == {"kind": "none"}
        else:
            assert task["deadline_raw"] in text, task["section"]
    keys = Counter((t["section"], t.get("row"), t["title"]) for t in tasks)
    assert [key for key, n in keys.items() if n > 1] == []


def test_enough_documents_have_every_task_listed() -> None:
    complete = [d for d in DOCUMENTS if d["task_gold"] == "complete"]
    assert len(complete) >= 8
    assert {d["level"] for d in complete} >= {"tinh", "so", "xa"}
    assert {task["deadline"]["kind"] for d in complete for task in d["tasks"]} >= {
        "by",
        "within",
        "range",
        "event",
        "continuous",
        "recurring",
        "relative",
        "none",
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids(DOCUMENTS))
def test_references_are_every_symbol_in_order(document: dict[str, Any]) -> None:
    text = TEXTS[document["doc"]]
    listed = [r["symbol"] for r in document["references"] if r["symbol"] is not None]
    assert {r["role"] for r in document["references"]} <= ROLES
    at = -1
    for symbol in listed:
        at = text.find(symbol, at + 1)
        assert at >= 0, symbol
    # One mention more than the list has is the document's own number in its head.
    for symbol, n in Counter(listed).items():
        printed = len(re.findall(rf"(?<![\w/-]){re.escape(symbol)}(?![\w/-])", text))
        assert printed - n == (symbol == document["symbol"]), symbol


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids(DOCUMENTS))
def test_targets_are_quoted_from_the_text(document: dict[str, Any]) -> None:
    text = TEXTS[document["doc"]]
    assert [t["quote"] for t in document.get("targets", []) if t["quote"] not in text] == []


@pytest.mark.parametrize("chain", CHAINS)
def test_each_chain_has_planted_differences(chain: str) -> None:
    assert CHAINS[chain]["chain"] == chain
    assert len(CHAINS[chain]["planted"]) >= 8


def test_every_kind_of_difference_is_planted() -> None:
    assert {p["kind"] for p in PLANTED} == KINDS


@pytest.mark.parametrize("planted", PLANTED, ids=[f"{p['child']}-{p['kind']}" for p in PLANTED])
def test_planted_differences_are_quoted_from_the_texts(planted: dict[str, Any]) -> None:
    assert planted["parent_quote"] or planted["child_quote"]
    for side in ("parent", "child"):
        quote = planted[f"{side}_quote"]
        # A quoted table row keeps the bars between its cells, as the text model has them.
        assert quote is None or " ".join(quote.replace("|", " ").split()) in TEXTS[planted[side]]
    if planted["kind"] == "task_left_out":
        assert planted["child_quote"] is None
        assert planted["parent_quote"] not in TEXTS[planted["child"]]
    if planted["kind"] in {"deadline_later", "target_lower", "deadline_weakened"}:
        assert planted["parent_quote"] != planted["child_quote"]
    assert planted["note"]


# --- the made files ---------------------------------------------------------------------------------


def words_of_file(data: bytes, suffix: str) -> list[str]:
    """Return the words of a .docx or .pdf, in the order of the file."""
    import io

    if suffix == ".docx":
        import docx
        from docx.table import Table

        words: list[str] = []
        for part in docx.Document(io.BytesIO(data)).iter_inner_content():
            if isinstance(part, Table):
                words += [word for row in part.rows for cell in row.cells for word in cell.text.split()]
            else:
                words += part.text.split()
        return words
    import pypdfium2

    pdf = pypdfium2.PdfDocument(data)
    try:
        return [word for page in pdf for word in page.get_textpage().get_text_range().split()]
    finally:
        pdf.close()


@pytest.mark.parametrize("document", MADE, ids=ids(MADE))
def test_made_files_are_up_to_date(document: dict[str, Any]) -> None:
    suffix = Path(document["file"]).suffix
    if suffix == ".pdf" and MAKER.font_files() is None:
        pytest.skip("Liberation Serif 2 is not installed")
    fresh = MAKER.make(source_of(document), document["file"])
    assert fresh == MAKER.make(source_of(document), document["file"]), "not the same bytes twice"
    committed = (CORPUS / document["file"]).read_bytes()
    assert words_of_file(committed, suffix) == words_of_file(fresh, suffix), "run python corpus/make_files.py"


@pytest.mark.parametrize("document", MADE, ids=ids(MADE))
def test_made_files_keep_every_word(document: dict[str, Any]) -> None:
    made = Counter(words_of_file((CORPUS / document["file"]).read_bytes(), Path(document["file"]).suffix))
    written = Counter(word for word in TEXTS[document["doc"]].split())
    missing = written - made
    # A PDF breaks a word after its hyphen or dash at the end of a line, and long words in narrow cells.
    assert sum(missing.values()) <= 0.01 * sum(written.values()), missing


MARKS = [
    ("**I. MỤC ĐÍCH**", "I. MỤC ĐÍCH"),
    ("*Đơn vị chủ trì:* Văn phòng", "Đơn vị chủ trì: Văn phòng"),
    ("## **9\\. Bảo đảm**", "9. Bảo đảm"),
    ("1\\. Rà soát \\*", "1. Rà soát *"),
    ("-> PHỤ LỤC <-", "PHỤ LỤC"),
    ("a\n\n-----\n\nb\n\n===\n\nc", "a b c"),
    ("**đậm và *nghiêng* nữa**", "đậm và nghiêng nữa"),
    ("5 * 3 = 15", "5 * 3 = 15"),
]


@pytest.mark.parametrize(("marked", "words"), MARKS)
def test_marks_are_taken_off(marked: str, words: str) -> None:
    assert " ".join(MAKER.unmarked(marked).split()) == words


def test_a_ragged_table_is_refused() -> None:
    with pytest.raises(ValueError, match="3 cells, its header 2"):
        MAKER.parse("| a | b |\n|---|---|\n| 1 | 2 | 3 |")


def test_a_source_without_a_type_is_refused() -> None:
    with pytest.raises(ValueError, match="names the type"):
        MAKER.lay_out(MAKER.parse("Số: 1/KH-UBND\n\nThực hiện…"))


def test_head_and_foot_become_columns() -> None:
    source = (
        "**UBND XÃ X**\n\n**CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM**\n\nSố: 1/KH-UBND\n\n"
        "X, ngày 2 tháng 3 năm 2026\n\n**KẾ HOẠCH**\n\n**Về việc Y**\n\nThực hiện.\n\n"
        "**Nơi nhận:**\n\n- A;\n- B.\n\n**CHỦ TỊCH**\n\n**Họ Và Tên**"
    )
    blocks = MAKER.lay_out(MAKER.parse(source))
    assert [b.kind for b in blocks] == ["columns", "paragraph", "paragraph", "paragraph", "columns"]
    head, foot = blocks[0].columns, blocks[-1].columns
    assert [[b.text for b in side] for row in head for side in row] == [
        ["UBND XÃ X"],
        ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["Số: 1/KH-UBND"],
        ["X, ngày 2 tháng 3 năm 2026"],
    ]
    assert [[b.text for b in side] for row in foot for side in row] == [
        ["Nơi nhận:", "- A;", "- B."],
        ["CHỦ TỊCH", "Họ Và Tên"],
    ]
