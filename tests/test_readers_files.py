"""Every format through :func:`read_file`: real bytes, real processes, hostile files."""

from __future__ import annotations

import io
import os
import random
import signal
import sys
import time
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from PIL import Image, ImageDraw, ImageFont

from indexer.clean import bare
from indexer.errors import UnreadableFile
from indexer.readers import SUFFIXES, isolate, ocr, office, read_bytes, read_file
from indexer.readers.archive import unpack
from indexer.readers.html import read_html
from indexer.readers.isolate import Job, Reply, run, run_program
from indexer.readers.limits import LIMITS, Limits, Refused
from indexer.readers.worker import answer
from indexer.records import SourceText

SHARED = Path(__file__).resolve().parents[2] / "shared"
FONT = next(
    (
        place
        for place in (
            "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf",
            "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        )
        if Path(place).exists()
    ),
    None,
)
needs_ocr = pytest.mark.skipif(ocr.tesseract() is None or FONT is None, reason="no Tesseract with vie here")
needs_office = pytest.mark.skipif(office.libreoffice() is None, reason="no LibreOffice here")
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")

LINES = [
    "KẾ HOẠCH",
    "I. MỤC ĐÍCH, YÊU CẦU",
    "1. Nâng cao nhận thức của cán bộ và người dân.",
    "2. Phân công rõ trách nhiệm của từng đơn vị.",
]


@pytest.fixture(scope="module", autouse=True)
def _no_process_left() -> Iterator[None]:
    yield
    isolate.close()


def seen(source: SourceText) -> list[str]:
    """The lines of a text without diacritics: recognition slips on those."""
    return [bare(line) for line in source.text.split("\n") if line]


def docx_bytes(*texts: str) -> bytes:
    document = docx.Document()
    for text in texts:
        document.add_paragraph(text)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def picture(lines: list[str], kind: str = "PNG") -> bytes:
    assert FONT is not None
    image = Image.new("L", (1654, 900), 255)
    font = ImageFont.truetype(FONT, 40)
    for at, line in enumerate(lines):
        ImageDraw.Draw(image).text((180, 120 + 110 * at), line, font=font, fill=0)
    stream = io.BytesIO()
    image.save(stream, format=kind, dpi=(200, 200))
    return stream.getvalue()


def zip_bytes(*members: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def source_of(path: Path) -> SourceText:
    (part,) = read_file(path).parts
    assert part.name == path.name
    assert unicodedata.is_normalized("NFC", part.source.text)
    return part.source


def test_docx(tmp_path: Path) -> None:
    source = source_of(write(tmp_path, "a.docx", docx_bytes(*LINES)))
    assert source.text == "\n\n".join(LINES) + "\n\n"
    assert source.format == "docx"


def test_a_docx_named_doc_and_html_named_doc(tmp_path: Path) -> None:
    assert "YÊU CẦU" in source_of(write(tmp_path, "a.doc", docx_bytes(*LINES))).text
    page = "<html><body><p>Kế hoạch của xã Bình Minh</p></body></html>".encode()
    assert source_of(write(tmp_path, "b.doc", page)).text == "Kế hoạch của xã Bình Minh\n\n"


@needs_office
@pytest.mark.slow
def test_doc_by_libreoffice(tmp_path: Path) -> None:
    rtf = r"{\rtf1\ansi\uc0 {\b K\u7871  ho\u7841ch}\par Th\u7921c hi\u7879n trong th\u225ng 6\par}"
    source = source_of(write(tmp_path, "a.rtf", rtf.encode()))
    assert source.text == "Kế hoạch\n\nThực hiện trong tháng 6\n\n"
    assert source.format == "rtf"
    assert [span.of(source.text) for span in source.bold] == ["Kế hoạch"]


def test_doc_without_libreoffice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "libreoffice", lambda: None)
    with pytest.raises(UnreadableFile, match=r"LibreOffice.*\.docx"):
        read_file(write(tmp_path, "a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600))


@needs_ocr
@pytest.mark.parametrize(("kind", "suffix"), [("PNG", ".png"), ("JPEG", ".jpg"), ("TIFF", ".tif")])
def test_pictures(tmp_path: Path, kind: str, suffix: str) -> None:
    source = source_of(write(tmp_path, f"a{suffix}", picture(LINES, kind)))
    assert seen(source) == [bare(line) for line in LINES]
    assert [notice.code for notice in source.notices] == ["ocr"]
    (page,) = source.pages
    assert page.ocr is not None
    assert 0.6 < page.ocr <= 1


@needs_ocr
def test_a_scanned_pdf(tmp_path: Path) -> None:
    image = Image.open(io.BytesIO(picture(LINES)))
    stream = io.BytesIO()
    image.save(stream, format="PDF", save_all=True, append_images=[image], resolution=200)
    image.close()
    source = source_of(write(tmp_path, "a.pdf", stream.getvalue()))
    assert seen(source) == [bare(line) for line in LINES] * 2
    assert [(notice.code, notice.page) for notice in source.notices] == [("ocr", 1), ("ocr", 2)]


@needs_ocr
def test_a_scan_pasted_into_word(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_picture(io.BytesIO(picture(LINES)), width=docx.shared.Cm(16))
    stream = io.BytesIO()
    document.save(stream)
    source = source_of(write(tmp_path, "a.docx", stream.getvalue()))
    assert LINES[0] in source.text
    assert [notice.code for notice in source.notices] == ["ocr"]


@needs_ocr
@pytest.mark.parametrize(("angle", "name"), [(1.4, "lech"), (90.0, "nam ngang")])
def test_a_page_that_lies_askew(tmp_path: Path, angle: float, name: str) -> None:
    stream = io.BytesIO()
    Image.open(io.BytesIO(picture(LINES))).rotate(angle, expand=True, fillcolor=255, resample=2).save(
        stream, "PNG"
    )
    assert seen(source_of(write(tmp_path, f"{name}.png", stream.getvalue()))) == [
        bare(line) for line in LINES
    ]


@needs_ocr
def test_tables_of_scans(tmp_path: Path) -> None:
    assert FONT is not None
    image = Image.new("L", (1654, 700), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(FONT, 34)
    xs, ys = (100, 200, 800, 1200, 1550), (100, 200, 300, 400)
    for x in xs:
        draw.line((x, ys[0], x, ys[-1]), fill=0, width=3)
    for y in ys:
        draw.line((xs[0], y, xs[-1], y), fill=0, width=3)
    table = [
        ("TT", "Nhiệm vụ", "Chủ trì", "Thời hạn"),
        ("1", "Rà soát thủ tục", "Văn phòng", "30/6/2026"),
        ("2", "Báo cáo kết quả", "Công an xã", "Hằng năm"),
    ]
    for y, line in zip(ys, table, strict=False):
        for x, cell in zip(xs, line, strict=False):
            draw.text((x + 25, y + 25), cell, font=font, fill=0)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    text = source_of(write(tmp_path, "bang.png", stream.getvalue())).text
    assert [bare(line) for line in text.split("\n")[1:3]] == [
        bare("| " + " | ".join(line) + " |") for line in table[1:]
    ]


def test_skew_is_measured() -> None:
    import numpy as np

    page = np.full((1100, 800), 255, dtype=np.uint8)
    for y in range(100, 1000, 24):
        page[y : y + 8, 80:720] = 0
    for angle in (0.0, 1.0, -2.0):
        turned = np.asarray(Image.fromarray(page).rotate(angle, fillcolor=255))
        assert abs(ocr.skew(turned) + angle) < 0.25
    assert ocr.skew(np.full((100, 100), 255, dtype=np.uint8)) == 0.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chocác", "cho các"),
        ("nhiệm", "nhiệm"),
        ("UBND", "UBND"),
        ("Ytế", "Y tế"),
        ("menu", "menu"),
        ("12/KH", "12/KH"),
    ],
)
def test_words_run_together_are_parted(text: str, expected: str) -> None:
    assert ocr._parted(text) == expected


@pytest.mark.skipif(FONT is None, reason="no font here")
@pytest.mark.parametrize(
    ("drawn", "read"), [("III.", "II."), ("II.", "I."), ("III", "HI"), ("II", "II"), ("I.", "I.")]
)
def test_strokes_of_roman_numbers_are_counted(drawn: str, read: str) -> None:
    import numpy as np

    image = Image.new("L", (200, 80), 255)
    ImageDraw.Draw(image).text((10, 10), drawn, font=ImageFont.truetype(str(FONT), 42), fill=0)
    pixels = np.asarray(image)
    columns = np.flatnonzero((pixels < 128).any(axis=0))
    assert ocr._count_strokes(read, pixels[:, columns[0] : columns[-1] + 1]) == drawn


def test_a_picture_without_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "tesseract", lambda: None)
    assert "tesseract-ocr-vie" in answer(Job("image", b"\x89PNG")).reason
    assert ocr.page_reader().read is None


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\nbroken", r"ảnh|Tesseract"),
        ("a.pdf", b"hello", "không phải tệp PDF"),
        ("a.pdf", b"%PDF-1.4\n" + b"\0" * 500, "hỏng"),
        ("a.docx", b"hello", "không phải tệp Word"),
        ("a.docx", b"PK\x03\x04" + b"\0" * 50, "hỏng"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
        ("a.doc", b"%PDF-1.4", r"\.pdf"),
        ("a.docx", docx_bytes(), "không có chữ nào"),
        ("a.zip", b"PK\x03\x04 broken", "hỏng"),
        ("a.zip", zip_bytes(), "không chứa tệp nào"),
        ("a.html", b"<html><script>x</script></html>", "không có chữ nào"),
        ("a.pdf", b"", "rỗng"),
    ],
)
def test_bad_files(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read_file(write(tmp_path, name, data))


def test_a_file_over_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.readers.LIMITS", Limits(text_bytes=10, file_bytes=20))
    with pytest.raises(UnreadableFile, match="quá lớn"):
        read_file(write(tmp_path, "a.txt", b"0123456789ab"))
    with pytest.raises(UnreadableFile, match="quá lớn"):
        read_file(write(tmp_path, "a.pdf", b"%PDF-" + b"0" * 30))


# --- archives ---------------------------------------------------------------------------------------


def test_an_archive_of_documents(tmp_path: Path) -> None:
    inner = zip_bytes(("x.txt", b"x"))
    data = zip_bytes(
        ("ke hoach/Kế hoạch 1.docx", docx_bytes(*LINES)),
        ("ghi chu.txt", "Báo cáo tháng 6 của xã".encode()),
        ("__MACOSX/._a.txt", b"x"),
        ("ke hoach/", b""),
        ("../../thoat.txt", b"x"),
        ("/tuyet/doi.txt", b"x"),
        ("trong.zip", inner),
        ("rong.txt", b""),
        ("anh.xyz", b"x"),
    )
    result = read_file(write(tmp_path, "a.zip", data))
    assert [part.name for part in result.parts] == ["ke hoach/Kế hoạch 1.docx", "ghi chu.txt"]
    reasons = {item.path: item.reason for item in result.skipped}
    assert set(reasons) == {"../../thoat.txt", "/tuyet/doi.txt", "trong.zip", "rong.txt", "anh.xyz"}
    assert "ra ngoài thư mục" in reasons["../../thoat.txt"]
    assert "giải nén trước" in reasons["trong.zip"]
    assert not (tmp_path.parent / "thoat.txt").exists()


def test_a_zip_bomb_is_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    data = zip_bytes(("bom.txt", b"0" * 80_000_000), ("that.txt", "Kế hoạch thật".encode()))
    result = read_file(write(tmp_path, "a.zip", data))
    assert [part.name for part in result.parts] == ["that.txt"]
    assert "độc hại" in result.skipped[0].reason


def test_sizes_that_an_archive_states_are_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = zip_bytes(("lon.txt", os.urandom(3_000_000)))
    monkeypatch.setattr("indexer.readers.archive.LIMITS", Limits(zip_bytes=2_000_000))
    (member,) = unpack(data, str(tmp_path))
    assert "quá lớn" in member.reason
    lied = bytearray(data)
    at = lied.rfind(b"PK\x01\x02") + 24
    lied[at : at + 4] = (100).to_bytes(4, "little")
    (member,) = unpack(bytes(lied), str(tmp_path))
    assert member.reason
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a/" * 14 + "x.txt", "cấp thư mục"),
        ("C:/x.txt", "ra ngoài"),
        ("a\\..\\x.txt", "ra ngoài"),
        ("x.ZIP", "trong .zip"),
    ],
)
def test_refused_names(tmp_path: Path, name: str, reason: str) -> None:
    (member,) = unpack(zip_bytes((name, b"x")), str(tmp_path))
    assert reason in member.reason


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.readers.archive.LIMITS", Limits(zip_members=2))
    members = list(unpack(zip_bytes(*[(f"{n}.txt", b"x") for n in range(4)]), str(tmp_path)))
    assert [bool(member.reason) for member in members] == [False, False, True, True]
    with pytest.raises(Refused, match="quá giới hạn"):
        list(unpack(zip_bytes(*[(f"{n}.txt", b"x") for n in range(9)]), str(tmp_path)))


# --- HTML -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p>Kế&nbsp;hoạch <b>số</b> 5</p><p>Hai</p>", "Kế\xa0hoạch số 5\n\nHai\n\n"),
        ("một<br>hai<div>ba</div>bốn", "một\nhai\n\nba\n\nbốn\n\n"),
        ("<p>a\n   b</p><script>x</script><style>y</style><!-- z -->", "a b\n\n"),
        ("<p style='display:none'>ẩn</p><p hidden>ẩn</p><p>hiện</p>", "hiện\n\n"),
        ("<ul><li>- một</li><li>- hai</li></ul>", "- một\n\n- hai\n\n"),
        (
            "<table><tr><th>TT</th><th>Việc</th></tr><tr><td rowspan=2>1</td><td>a<br>b</td></tr><tr><td>c|d</td></tr></table>",
            "| TT | Việc |\n| 1 | a  b |\n| 1 | c¦d |\n\n",
        ),
        (
            "<table><tr><td>a</td><td colspan=2>b</td></tr><tr><td>1</td><td>2</td><td>3</td></tr></table>",
            "| a | b |  |\n| 1 | 2 | 3 |\n\n",
        ),
        (
            "<table><tr><td>UBND XÃ</td><td>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM<br>Độc lập</td></tr></table>",
            "UBND XÃ\n\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập\n\n",
        ),
    ],
)
def test_html(page: str, expected: str) -> None:
    source = read_html(f"<html><head><title>t</title></head><body>{page}</body></html>".encode())
    assert source is not None
    assert source.text == expected


def test_html_in_an_old_encoding_and_a_hostile_one() -> None:
    source = read_html("<p>KÕ ho¹ch thùc hiÖn nhiÖm vô chuyÓn ®æi sè</p>".encode("latin-1"))
    assert source is not None
    assert source.text == "Kế hoạch thực hiện nhiệm vụ chuyển đổi số\n\n"
    assert [notice.code for notice in source.notices] == ["encoding"]
    assert answer(Job("html", b"<p>" + b"<div>" * 100_000 + b"x")).reason or True
    outside = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]><p>a &x; b</p>'
    read = read_html(outside)
    assert read is not None
    assert "localhost" not in read.text


# --- isolation --------------------------------------------------------------------------------------

SMALL = Limits(silence=0.6, total=5.0)


def test_a_process_is_kept_between_files() -> None:
    run(Job("html", b"<p>a</p>"))
    (kept,) = isolate._idle[-1:]
    started = time.perf_counter()
    for _ in range(10):
        run(Job("html", b"<p>a</p>"))
    assert isolate._idle[-1] is kept
    assert time.perf_counter() - started < 2


@posix_only
def test_a_killed_process_is_replaced() -> None:
    run(Job("html", b"<p>a</p>"))
    os.kill(isolate._idle[-1].process.pid, signal.SIGKILL)
    time.sleep(0.05)
    source = run(Job("html", b"<p>b</p>")).source
    assert source is not None
    assert source.text == "b\n\n"


class _Fake(isolate._Process):
    """A parsing process that runs other code than the worker."""

    code = ""

    def __init__(self, limits: Limits) -> None:
        import subprocess

        real = subprocess.Popen

        def start(command: list[str], **options: object) -> object:
            return real([sys.executable, "-c", self.code], **options)  # type: ignore[call-overload]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(subprocess, "Popen", start)
            super().__init__(limits)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import time; time.sleep(60)", "quá lâu"),
        ("import os; os._exit(3)", "dừng đột ngột"),
        ("raise MemoryError", "bộ nhớ"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "dừng đột ngột"),
        ("import sys; sys.stdout.buffer.write(b'\\0\\0'); sys.stdout.flush()", "dừng đột ngột"),
        (
            "import sys, time\nwhile True:\n  sys.stdout.buffer.write(b'\\0\\0\\0\\1.'); sys.stdout.flush(); time.sleep(0.05)",
            r"quá \d+ giây|quá lâu",
        ),
    ],
)
@posix_only
def test_crash_hang_and_hunger_cost_one_file(monkeypatch: pytest.MonkeyPatch, code: str, words: str) -> None:
    isolate.close()
    fake = type("Fake", (_Fake,), {"code": code})
    with monkeypatch.context() as patch:
        patch.setattr(isolate, "_Process", fake)
        started = time.perf_counter()
        with pytest.raises(Refused, match=words):
            run(Job("html", b"<p>a</p>"), Limits(silence=1.5, total=2.0))
        assert time.perf_counter() - started < 10
    assert isolate._idle == []
    assert run(Job("html", b"<p>sau</p>")).source is not None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="RLIMIT_AS")
def test_memory_is_bounded() -> None:
    isolate.close()
    table = b"<w:tr><w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc></w:tr>" * 400_000
    xml = b'<w:document xmlns:w="urn:w"><w:body><w:tbl>' + table + b"</w:tbl></w:body></w:document>"
    with pytest.raises(Refused, match=r"bộ nhớ|dừng đột ngột|XML"):
        run(Job("docx", zip_bytes(("word/document.xml", xml))), Limits(memory=220 * 2**20))
    isolate.close()


@posix_only
def test_outside_programs_are_stopped_with_all_they_started() -> None:
    started = time.perf_counter()
    status, output = run_program(["sh", "-c", "sleep 60 & sleep 60"], seconds=0.5, memory=2**32)
    assert (status, output) == (None, b"")
    assert time.perf_counter() - started < 5
    assert run_program(["cat"], seconds=10, memory=2**32, data=b"x") == (0, b"x")


def test_replies_say_why() -> None:
    assert answer(Job("pdf", b"")) == Reply(
        reason="PDF hỏng, không mở được; hãy tải lại tệp hoặc in lại thành PDF mới"
    )


def test_the_suffixes_are_those_promised() -> None:
    assert {".txt", ".md", ".docx", ".doc", ".pdf", ".html", ".zip", ".png", ".jpg", ".tif"} <= SUFFIXES
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in SUFFIXES)
    assert LIMITS.pages < 10_000


def test_importing_the_readers_stays_light() -> None:
    import subprocess

    code = "import sys, indexer.readers; print(any(m in sys.modules for m in ('lxml', 'pypdfium2', 'numpy', 'PIL')))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[1],
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("name", ["docx", "pdf", "html", "zip"])
def test_damaged_bytes_are_read_or_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real files with bytes changed, cut and doubled: an answer every time, never an escape."""
    monkeypatch.setattr(ocr, "tesseract", lambda: None)
    rng = random.Random(name)
    good = {
        "docx": docx_bytes(*LINES),
        "pdf": pdf_bytes(),
        "html": f"<table><tr><td>{'</td><td>'.join(LINES)}</td></tr></table><p>{LINES[1]}".encode(),
        "zip": zip_bytes(("a.txt", b"x"), ("b.docx", docx_bytes(*LINES))),
    }[name]
    for turn in range(150):
        data = bytearray(good)
        for _ in range(rng.randint(1, 12)):
            at = rng.randrange(len(data))
            kind = rng.random()
            if kind < 0.6:
                data[at] = rng.randrange(256)
            elif kind < 0.8:
                del data[at : at + rng.randint(1, 40)]
            else:
                data[at:at] = data[max(0, at - 30) : at]
        folder = tmp_path / str(turn)
        folder.mkdir()
        reply = answer(Job(name, bytes(data), str(folder)))
        assert reply.source is not None or reply.reason or reply.members or name == "zip"


def pdf_bytes() -> bytes:
    from reportlab.pdfgen import canvas

    stream = io.BytesIO()
    drawn = canvas.Canvas(stream, pageCompression=0)
    for _ in range(2):
        drawn.drawString(80, 700, "Ke hoach thuc hien nhiem vu trong thang 6 cua xa")
        drawn.grid([80, 200, 300], [500, 540, 580])
        drawn.drawString(90, 550, "Chu tri")
        drawn.showPage()
    drawn.save()
    return stream.getvalue()


def test_read_bytes_of_text() -> None:
    assert read_bytes("Kế hoạch".encode(), ".txt").text == "Kế hoạch"


@pytest.mark.skipif(not SHARED.exists(), reason="no shared corpus here")
def test_shared_files_read_without_a_crash() -> None:
    paths = (
        sorted((SHARED / "corpus-pdf").glob("*.pdf"))[::5]
        + sorted((SHARED / "corpus-docx").glob("*.docx"))[::2]
    )
    for path in paths:
        source = source_of(path)
        assert len(source.text) > 1000
        for before, after in zip(source.pages, source.pages[1:], strict=False):
            assert before.span.end == after.span.start
