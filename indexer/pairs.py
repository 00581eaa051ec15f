"""Training texts for the embedded model: official texts cut into titled sections of short segments.

Nothing is sampled here: each source becomes :class:`Section` objects, and :mod:`indexer.train` draws a
question-like side and a passage-like side from them, anew in every epoch.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from indexer.clean import nfc
from indexer.rules import rows_below
from indexer.wordings import wordings

FILES = ("phapdien", "dichvucong", "congbao", "administrative", "titles")


class Section(msgspec.Struct, frozen=True):
    """A titled stretch of a document.

    ``context`` is what a passage carries of its document ("Luật Người khuyết tật, Điều 9"), ``title`` its heading,
    ``segments`` its clauses, sentences or list items; ``group`` the document or topic, from which the harder
    wrong answers are drawn.
    """

    source: str
    group: str
    context: str
    title: str
    segments: tuple[str, ...]


_UPPER = "A-Z" + "".join(c for c in map(chr, range(0xC0, 0x1EFA)) if c.isupper())
_LOWER = "a-z" + "".join(c for c in map(chr, range(0xC0, 0x1EFA)) if c.islower())

# Labelled lines as plans close a task with; joined at random to passages, so that the model sees them.
LEAD_LABELS = (
    "đơn vị chủ trì",
    "cơ quan chủ trì",
    "cơ quan, đơn vị chủ trì thực hiện",
    "chủ trì",
    "trách nhiệm thực hiện",
)
HELP_LABELS = ("đơn vị phối hợp", "cơ quan phối hợp", "cơ quan, đơn vị phối hợp thực hiện", "phối hợp với")
TIME_LABELS = ("thời gian thực hiện", "thời gian hoàn thành", "thời hạn hoàn thành", "hoàn thành")
UNITS = (
    "Văn phòng Sở", "Văn phòng UBND tỉnh", "Văn phòng Tỉnh ủy", "Sở Nội vụ", "Sở Tài chính", "Sở Tư pháp", "Sở Y tế",
    "Sở Khoa học và Công nghệ", "Sở Giáo dục và Đào tạo", "Sở Nông nghiệp và Môi trường", "Sở Xây dựng",
    "Sở Công Thương", "Sở Văn hóa, Thể thao và Du lịch", "Sở Dân tộc và Tôn giáo", "Thanh tra tỉnh", "Công an tỉnh",
    "Công an xã", "Bộ Chỉ huy quân sự tỉnh", "Ban Chỉ huy quân sự xã", "UBND các xã, phường", "UBND xã", "HĐND xã",
    "Phòng Kinh tế", "Phòng Văn hóa - Xã hội", "Văn phòng HĐND và UBND xã", "Trung tâm Phục vụ hành chính công",
    "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh", "Đoàn Thanh niên", "Hội Liên hiệp Phụ nữ", "Hội Cựu chiến binh",
    "Hội Nông dân", "Ban Tuyên giáo và Dân vận Tỉnh ủy", "Ban Tổ chức Tỉnh ủy", "Ủy ban Kiểm tra Tỉnh ủy",
    "các sở, ban, ngành", "các phòng, đơn vị trực thuộc Sở", "các cơ quan, đơn vị có liên quan", "Phòng Chuyển đổi số",
    "Trung tâm Công nghệ số", "Phòng Kế hoạch - Tài chính", "Đảng ủy UBND tỉnh", "các chi bộ trực thuộc", "Kho bạc Nhà nước",
    "Thuế tỉnh", "Bảo hiểm xã hội tỉnh", "Báo và Phát thanh, Truyền hình tỉnh", "Trạm Y tế xã", "các trường học",
)  # fmt: skip
TIMES = (
    "Thường xuyên", "Hằng năm", "Quý III năm 2026", "Quý IV/2026", "Trước ngày 30/6/2026", "Trước ngày 25/7/2026",
    "Trong năm 2026", "Tháng 12/2026", "Giai đoạn 2026-2030", "Năm 2026-2027", "Trước ngày 31/12/2026", "6 tháng đầu năm 2027",
    "Trước ngày 20 hằng tháng", "Theo kế hoạch của tỉnh", "Hằng quý", "Đến năm 2030", "Trong tháng 9/2026", "Từ năm 2026",
)  # fmt: skip

_SENTENCE_END = re.compile(r"(?<=[.;:])\s+|\n+")
_ENUMERATION = re.compile(r"^\(?[0-9a-zđ]{1,2}[.)]$")
_FIELD_NAMES = {
    "trinh_tu_thuc_hien": "trình tự thực hiện",
    "thanh_phan_ho_so": "thành phần hồ sơ",
    "ket_qua_xu_ly": "kết quả thực hiện",
    "can_cu_phap_ly": "căn cứ pháp lý",
    "cach_thuc_thuc_hien": "cách thức thực hiện",
    "doi_tuong_thuc_hien": "đối tượng thực hiện",
    "yeu_cau_dieu_kien": "yêu cầu, điều kiện",
    "ten_thu_tuc": "tên thủ tục",
    "dia_chi_tiep_nhan": "địa chỉ tiếp nhận hồ sơ",
    "co_quan_thuc_hien": "cơ quan thực hiện",
    "co_quan_co_tham_quyen": "cơ quan có thẩm quyền",
    "thu_tuc_lien_quan": "thủ tục liên quan",
    "linh_vuc": "lĩnh vực",
}


def segments(text: str, smallest: int = 6) -> tuple[str, ...]:
    """Cut a text into clauses; a piece of fewer than ``smallest`` syllables joins the next."""
    out: list[str] = []
    held = ""
    for piece in _SENTENCE_END.split(text):
        piece = piece.strip()
        if not piece:
            continue
        held = f"{held} {piece}" if held else piece
        if len(held.split()) >= smallest:
            out.append(held)
            held = ""
    if held:
        if out:
            out[-1] = f"{out[-1]} {held}"
        else:
            out.append(held)
    return tuple(out)


def read_rows(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of ``name``.jsonl.zst, texts composed (NFC)."""
    import zstandard

    with (folder / f"{name}.jsonl.zst").open("rb") as file:
        stream = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), encoding="utf-8")
        for line in stream:
            yield json.loads(nfc(line))


_LOST_BORDER = re.compile(rf"(?<=[{_LOWER}0-9])(?=[{_UPPER}][{_LOWER}])")
_SOURCE = re.compile(
    r"(?P<article>Điều \S+) (?P<kind>Luật|Bộ luật|Nghị định|Thông tư liên tịch|Thông tư|Pháp lệnh|Nghị quyết|"
    r"Quyết định|Hiến pháp)?(?P<rest>.*)"
)


def _codified(folder: Path) -> Iterator[Section]:
    for row in read_rows(folder, "phapdien"):
        source = " ".join(row["source"].split())
        found = _SOURCE.match(source)
        kind = (found and found["kind"]) or "Văn bản"
        article = found["article"] if found else ""
        document = source.partition(" ngày ")[0].partition(", có hiệu lực")[0]
        group = f"{row['topic']}|{document.removeprefix(article)}"
        yield Section(
            "phapdien", group, f"{kind} {row['topic']}, {article}", row["title"], segments(row["body"])
        )


def _procedures(folder: Path) -> Iterator[Section]:
    for row in read_rows(folder, "dichvucong"):
        # The portal's tables lost their cell borders: "Số lượngBản chính".
        text = _LOST_BORDER.sub(" ", row["text"])
        field = _FIELD_NAMES.get(row["field"], row["field"].replace("_", " "))
        yield Section("dichvucong", row["sector"] or "", row["procedure"], field, segments(text))


_PAGE_FURNITURE = re.compile(r"^(?:CÔNG BÁO/Số.*|\d{1,4}|\.\.\.|-{3,})$")
_HEADING = re.compile(
    r"^(?:(?:Điều|Chương|Mục|Phần|Phụ lục)\s+[\dIVXLC]+[a-zđ]?\b[.:]?|[IVX]{1,5}[.)\-]"
    r"|[0-9]{1,2}(?:\.[0-9]{1,2}){0,3}[.)])\s*"
    r"(?P<title>.*)$",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(
    r"^(?:Căn cứ|Theo đề nghị|Xét đề nghị|Nơi nhận|Lưu)\b|CỘNG HÒA XÃ HỘI|Độc lập|ngày .* tháng|VĂN BẢN QUY PHẠM|"
    r"ỦY BAN NHÂN DÂN|^BỘ |<br>|^Số:",
    re.IGNORECASE,
)
_LONGEST_TITLE = 30


def _lines(text: str) -> list[str]:
    """Return the logical lines: page furniture out, wrapped lines joined, mark-up off."""
    out: list[str] = []
    for raw in text.split("\n"):
        line = re.sub(r"\*+|^\s*(?:#{1,6}|>)\s*|\|", " ", raw).strip()
        line = " ".join(line.split())
        if not line or _PAGE_FURNITURE.match(line):
            continue
        if (
            out
            and line[0].islower()
            and not _ENUMERATION.match(line.split()[0])
            and out[-1][-1] not in ".;:!?"
        ):
            out[-1] = f"{out[-1]} {line}"
        else:
            out.append(line)
    return out


def _outlined(source: str, name: str, text: str) -> Iterator[Section]:
    """Cut a document at its numbered headings; a numbered sentence counts as one only if it is short."""
    lines = _lines(text)
    opening = [line for line in lines[:40] if len(line.split()) > 3 and not _NOT_A_NAME.search(line)]
    context = " ".join(" ".join(opening[:2]).split()[:30])
    title, body = "", list[str]()
    for line in [*lines, "Điều 0. "]:
        found = _HEADING.match(line)
        heading = found["title"].strip(" .:") if found else ""
        if found and len(heading.split()) <= _LONGEST_TITLE and not line.rstrip().endswith(";"):
            if sum(len(part.split()) for part in body) >= 12:
                yield Section(source, name, context, title, segments("\n".join(body)))
                body = []
            elif body:
                heading = f"{title} {' '.join(body)} {heading}"
                body = []
            title = " ".join(heading.split()[:40])
        else:
            body.append(line)


def _documents(folder: Path, source: str) -> Iterator[Section]:
    for row in read_rows(folder, source):
        name = row.get("slug") or row.get("name") or ""
        yield from _outlined(source, name, row["text"])


def _titles(folder: Path) -> Iterator[Section]:
    for row in read_rows(folder, "titles"):
        title = " ".join(row["title"].split())
        if len(title.split()) >= 6:
            yield Section("titles", row["date"][-4:], row["symbol"], "", (title,))


_ISSUERS = (
    "UBND tỉnh", "UBND xã", "UBND phường", "Ban Thường vụ Tỉnh ủy", "Ban Thường vụ Đảng ủy xã", "Sở Khoa học và Công nghệ",
    "Sở Nội vụ", "Sở Tài chính", "Sở Xây dựng", "Sở Nông nghiệp và Môi trường", "Sở Y tế", "Sở Giáo dục và Đào tạo",
    "Sở Công Thương", "Sở Tư pháp", "Sở Văn hóa, Thể thao và Du lịch", "Đảng ủy UBND tỉnh", "Công an tỉnh",
)  # fmt: skip
_PLACES = (
    "An Sơn",
    "Bình Minh",
    "Phú Lâm",
    "Tân Hòa",
    "Đông Hải",
    "Thanh Khê",
    "Vĩnh Xuân",
    "Hòa Sơn",
    "Long Thủy",
    "Yên Phú",
)
_HIGHER = (
    ("Nghị quyết số {n}-NQ/TW", "Bộ Chính trị"), ("Chỉ thị số {n}-CT/TW", "Ban Bí thư"),
    ("Chỉ thị số {n}-CT/TU", "Ban Thường vụ Tỉnh ủy"), ("Kế hoạch số {n}-KH/TU", "Ban Thường vụ Tỉnh ủy"),
    ("Kế hoạch số {n}/KH-UBND", "UBND tỉnh"), ("Nghị quyết số {n}/NQ-CP", "Chính phủ"),
    ("Quyết định số {n}/QĐ-TTg", "Thủ tướng Chính phủ"), ("Chương trình hành động số {n}-CTr/TU", "Tỉnh ủy"),
)  # fmt: skip


def plan_names(topic: str, number: int) -> tuple[str, str]:
    """Make up what a plan about ``topic`` would be called: as its passages carry it, and as a question says it.

    ``number`` decides the invented issuer, place and parent document, the same each time.
    """
    issuer = _ISSUERS[number % len(_ISSUERS)]
    place = _PLACES[number // 7 % len(_PLACES)]
    parent, authority = _HIGHER[number // 3 % len(_HIGHER)]
    day = f"{number % 28 + 1}/{number % 12 + 1}/{2024 + number % 3}"
    full = (
        f"Kế hoạch {issuer} {place} thực hiện {parent.format(n=number % 290 + 1)} ngày {day} của {authority} về {topic} "
        f"trên địa bàn {place} năm 2026"
    )
    return full, f"kế hoạch về {topic} của {issuer} {place}"


def _written() -> Iterator[Section]:
    """Pairs written by us: a question and the sentence that answers it, a task and the task that carries it out."""
    for kind in ("asked", "carried"):
        for left, right in rows_below(kind):
            yield Section(kind, kind, "", left, (right,))
    for wording in wordings():
        yield Section("asked", "wording", "", wording.example, (", ".join(wording.official),))


def read_sections(folder: Path) -> list[Section]:
    """Return the sections of all training files, in a fixed order."""
    return [
        *_codified(folder),
        *_procedures(folder),
        *_documents(folder, "congbao"),
        *_documents(folder, "administrative"),
        *_titles(folder),
        *_written(),
    ]
