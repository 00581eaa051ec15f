"""Time limits: wording → normalised form, and what in prose is none."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from indexer.clean import bare
from indexer.deadlines import find_deadlines, latest, phrase_rules, read_deadline
from indexer.records import Deadline

SHARED = Path(__file__).resolve().parents[2] / "shared"
GOLD = SHARED / "benchmark" / "example-000" / "tasks.jsonl"


def told(deadline: Deadline) -> dict[str, object]:
    """Only what the wording says."""
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in msgspec.structs.asdict(deadline).items()
        if key != "raw" and value not in (None, False, ())
    }


def by(end: str, precision: str = "day", **more: object) -> dict[str, object]:
    return {"kind": "by", "end": end, "precision": precision, **more}


def within(start: str, end: str, precision: str, **more: object) -> dict[str, object]:
    return {"kind": "within", "start": start, "end": end, "precision": precision, **more}


def span(start: str, end: str, precision: str, **more: object) -> dict[str, object]:
    return {"kind": "range", "start": start, "end": end, "precision": precision, **more}


def again(freq: str | None, *, more: dict[str, object] | None = None, **others: object) -> dict[str, object]:
    recurrence = {} if freq is None else {"recurrence": {"freq": freq, **(more or {})}}
    return {"kind": "recurring", **recurrence, **others}


BEFORE = {"end_exclusive": True}
TET = "Tết Nguyên đán (âm lịch 01/01)"

TABLE: list[tuple[str, dict[str, object]]] = [
    # by
    ("Trước ngày 25/7/2026", by("2026-07-25", **BEFORE)),
    ("Trước ngày 25/7/ 2026.", by("2026-07-25", **BEFORE)),
    ("trước 05-08-2026", by("2026-08-05", **BEFORE)),
    ("Trước ngày 18 tháng 5 năm 2026", by("2026-05-18", **BEFORE)),
    ("Xong trước 15/8/2026", by("2026-08-15", **BEFORE)),
    ("Trước tháng 6/2026", by("2026-06-01", "month", **BEFORE)),
    ("Trước quý III/2026", by("2026-07-01", "quarter", **BEFORE)),
    ("Chậm nhất ngày 30/6/2026", by("2026-06-30")),
    ("chậm nhất là ngày 30/6/2026", by("2026-06-30")),
    ("Đến hết năm 2030", by("2030-12-31", "year")),
    ("Đến năm 2030", by("2030-12-31", "year")),
    ("Đến 31/12/2026", by("2026-12-31")),
    ("Không quá ngày 10/10/2026", by("2026-10-10")),
    ("Từ nay đến hết năm 2026", by("2026-12-31", "year")),
    ("đến cuối năm 2026", by("2026-12-31", "year", approx=True)),
    ("31/12/2026", by("2026-12-31")),
    ("Ngày 31/12/2026", by("2026-12-31")),
    ("Báo cáo hằng quý, hoàn thành trước 30/11/2026", by("2026-11-30", **BEFORE)),
    ("chậm nhất ngày 30/6", {"kind": "by", "precision": "day", "anchors": ["--06-30"]}),
    # within
    ("Trong tháng 6/2026", within("2026-06-01", "2026-06-30", "month")),
    ("Tháng 12/2026", within("2026-12-01", "2026-12-31", "month")),
    ("tháng 2 năm 2028", within("2028-02-01", "2028-02-29", "month")),
    ("T6/2026", within("2026-06-01", "2026-06-30", "month")),
    ("Trong năm 2026", within("2026-01-01", "2026-12-31", "year")),
    ("2026", within("2026-01-01", "2026-12-31", "year")),
    ("Quý III năm 2027", within("2027-07-01", "2027-09-30", "quarter")),
    ("Trong Quý II năm 2026.", within("2026-04-01", "2026-06-30", "quarter")),
    ("Quý 4/2026", within("2026-10-01", "2026-12-31", "quarter")),
    ("6 tháng đầu năm 2026", within("2026-01-01", "2026-06-30", "half_year")),
    ("06 tháng cuối năm 2026", within("2026-07-01", "2026-12-31", "half_year")),
    ("9 tháng đầu năm 2026", within("2026-01-01", "2026-09-30", "month")),
    ("Ban hành kế hoạch trong tháng 4/2027", within("2027-04-01", "2027-04-30", "month")),
    ("Đầu tháng 9/2026", within("2026-09-01", "2026-09-10", "day", approx=True)),
    ("Cuối năm 2026", within("2026-10-01", "2026-12-31", "year", approx=True)),
    ("Tuần thứ hai của tháng 5/2026", within("2026-05-08", "2026-05-14", "day", approx=True)),
    ("Tuần cuối tháng 5/2026", within("2026-05-25", "2026-05-31", "day", approx=True)),
    ("Trong quý II", {"kind": "within", "precision": "quarter", "anchors": ["--04"]}),
    # range
    ("Giai đoạn 2026-2030", span("2026-01-01", "2030-12-31", "year")),
    ("Thực hiện trong năm 2026 – 2027", span("2026-01-01", "2027-12-31", "year")),
    ("2026 - 2030", span("2026-01-01", "2030-12-31", "year")),
    (
        "Từ tháng 6/2026 đến tháng 6/2027 và các năm tiếp theo",
        span("2026-06-01", "2027-06-30", "month", open_ended=True),
    ),
    ("Năm 2026 và các năm tiếp theo", span("2026-01-01", "2026-12-31", "year", open_ended=True)),
    ("Từ năm 2026", {"kind": "range", "start": "2026-01-01", "precision": "year", "open_ended": True}),
    ("Từ ngày 01/6/2026 đến ngày 30/6/2026", span("2026-06-01", "2026-06-30", "day")),
    ("Từ 15/6 đến hết ngày 20/7/2026", span("2026-06-15", "2026-07-20", "day")),
    ("Từ ngày 01-15/6/2026", span("2026-06-01", "2026-06-15", "day")),
    ("01/6/2026 - 15/7/2026", span("2026-06-01", "2026-07-15", "day")),
    ("Từ tháng 6 đến tháng 8/2026", span("2026-06-01", "2026-08-31", "month")),
    ("Tháng 6, 7/2026", span("2026-06-01", "2026-07-31", "month")),
    ("hoàn thành trong quý II, quý III/2026", span("2026-04-01", "2026-09-30", "quarter")),
    ("Quý II, III, IV năm 2026", span("2026-04-01", "2026-12-31", "quarter")),
    ("Quý II/2026 - Quý IV/2026", span("2026-04-01", "2026-12-31", "quarter")),
    ("Năm học 2026-2027", span("2026-09-01", "2027-05-31", "year", approx=True)),
    # continuous
    ("Thường xuyên.", {"kind": "continuous"}),
    ("Thực hiện thường xuyên, liên tục", {"kind": "continuous"}),
    ("Thường xuyên, hằng năm", {"kind": "continuous"}),
    (
        "Thường xuyên, theo nhiệm vụ được giao",
        {"kind": "continuous", "relative_to": "nhiệm vụ được giao", "on_request": True},
    ),
    (
        "Thường xuyên giai đoạn 2026 - 2030",
        {"kind": "continuous", "start": "2026-01-01", "end": "2030-12-31", "precision": "year"},
    ),
    ("(Thường xuyên)", {"kind": "continuous"}),
    (
        "Hoàn thành trong quý I/2026 và duy trì thường xuyên",
        within("2026-01-01", "2026-03-31", "quarter", open_ended=True),
    ),
    # recurring
    ("Hằng năm", again("yearly")),
    ("Hàng năm", again("yearly")),
    ("Hằng năm và khi có yêu cầu", again("yearly", on_request=True)),
    ("Định kỳ hằng tháng và đột xuất", again("monthly", on_request=True)),
    (
        "Hằng năm, tập trung vào dịp 27/7, Tết Nguyên đán và các ngày lễ lớn",
        again("yearly", anchors=["--07-27", TET, "các ngày lễ lớn"]),
    ),
    (
        "Vào dịp kỷ niệm Ngày Thương binh - Liệt sĩ 27/7; Tết Nguyên đán hằng năm",
        again("yearly", anchors=["--07-27", TET]),
    ),
    ("trước ngày 20 hằng tháng", again("monthly", more={"day": 20}, **BEFORE)),
    ("vào ngày 25 của tháng cuối quý", again("quarterly", more={"month_of_period": 3, "day": 25})),
    ("30/11 hằng năm", again("yearly", more={"month": 11, "day": 30})),
    ("Trước ngày 30/11 hằng năm", again("yearly", more={"month": 11, "day": 30}, **BEFORE)),
    ("Quý IV hằng năm", again("yearly", more={"quarter": 4})),
    ("Tháng 12 hằng năm", again("yearly", more={"month": 12})),
    ("Trước ngày 15/6 và 15/12 hằng năm", again("yearly", anchors=["--06-15", "--12-15"], **BEFORE)),
    ("mỗi năm hai lần, vào ngày 9/4 và ngày 9/10", again("yearly", anchors=["--04-09", "--10-09"])),
    ("định kỳ 6 tháng, hằng năm", again("half_yearly", more={"also": "yearly"})),
    ("06 tháng/lần", again("half_yearly")),
    ("Thứ 6 hằng tuần", again("weekly", more={"weekday": 5})),
    ("Định kỳ", again(None)),
    ("Hằng năm, giai đoạn 2026 - 2030", again("yearly", start="2026-01-01", end="2030-12-31")),
    # event
    (
        "Khởi công trong dịp kỷ niệm 70 năm Ngày thành lập (05/3/1956 - 05/3/2026); Khánh thành ngày 02/9/2026",
        {
            "kind": "event",
            "start": "2026-03-05",
            "end": "2026-09-02",
            "precision": "day",
            "milestones": [
                {"name": "Khởi công", "date": "2026-03-05"},
                {"name": "Khánh thành", "date": "2026-09-02"},
            ],
        },
    ),
    # relative, done, none
    ("Theo kế hoạch của tỉnh", {"kind": "relative", "relative_to": "kế hoạch của tỉnh"}),
    ("Theo tiến độ dự án", {"kind": "relative", "relative_to": "tiến độ dự án"}),
    (
        "Ngay sau khi Kế hoạch được ban hành",
        {"kind": "relative", "relative_to": "khi Kế hoạch được ban hành"},
    ),
    ("khi có yêu cầu", {"kind": "relative", "on_request": True}),
    ("Đã thực hiện xong.", {"kind": "done", "status": "done"}),
    ("", {"kind": "none"}),
    ("không nêu", {"kind": "none"}),
    (" - ", {"kind": "none"}),
]


@pytest.mark.parametrize(("raw", "expected"), TABLE)
def test_wording(raw: str, expected: dict[str, object]) -> None:
    assert told(read_deadline(raw)) == expected


def test_raw_is_the_wording_without_its_full_stop() -> None:
    assert read_deadline("Trước ngày\n 25/7/2026. ").raw == "Trước ngày 25/7/2026"
    assert read_deadline("").raw is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("chậm nhất ngày 30/6", by("2026-06-30")),
        ("Trong quý II", within("2026-04-01", "2026-06-30", "quarter")),
        ("đầu tháng 9", within("2026-09-01", "2026-09-10", "day", approx=True)),
    ],
)
def test_year_of_the_plan(raw: str, expected: dict[str, object]) -> None:
    assert told(read_deadline(raw, year=2026)) == expected


def test_several_statements_stay_as_milestones() -> None:
    read = read_deadline("Hoàn thành rà soát trước 30/4/2026; ban hành trong quý III/2026")
    assert (read.kind, read.end) == ("within", "2026-09-30")
    assert [m["end"] for m in read.milestones] == ["2026-04-30", "2026-09-30"]


@pytest.mark.skipif(not GOLD.exists(), reason="the shared benchmark is not here")
def test_example_000() -> None:
    for line in GOLD.read_text(encoding="utf-8").splitlines():
        task = json.loads(line)
        read = msgspec.to_builtins(read_deadline(task["deadline_raw"] or ""))
        raw = read.pop("raw")
        assert raw == task["deadline_raw"]
        assert json.loads(json.dumps(read)) == task["deadline"], task["id"]


def test_every_phrase_rule_matches_its_examples_and_is_needed() -> None:
    for rule in phrase_rules():
        for example in rule.examples:
            assert rule.pattern.search(bare(example)), (rule.kind, example)


PROSE: list[tuple[str, list[str]]] = [
    ("Gửi Phòng Văn hóa tổng hợp trước ngày 20 hằng tháng.", ["trước ngày 20 hằng tháng"]),
    ("Hoàn thành trước ngày 30/9/2026 và báo cáo kết quả.", ["trước ngày 30/9/2026"]),
    ("Triển khai phong trào học tập số. (Thường xuyên)", ["Thường xuyên"]),
    ("Báo cáo kết quả chậm nhất ngày 15/12/2026.", ["chậm nhất ngày 15/12/2026"]),
    ("cơ bản hoàn thành trong năm 2025.", ["trong năm 2025"]),
    ("định kỳ 6 tháng báo cáo kết quả", ["định kỳ 6 tháng"]),
    ("Báo cáo trước ngày 15/6 và ngày 15/12 hằng năm.", ["trước ngày 15/6 và ngày 15/12 hằng năm"]),
    ("Gửi số liệu trước ngày 12/5 và ngày 12/11;", ["trước ngày 12/5 và ngày 12/11"]),
    (
        "Dán bảng tin mỗi năm hai lần, vào ngày 9/4 và ngày 9/10.",
        ["mỗi năm hai lần, vào ngày 9/4 và ngày 9/10"],
    ),
    ("Nộp trước ngày 12/5 và gửi bản in ngày 3/7.", ["trước ngày 12/5"]),
    ("báo cáo trước ngày 15 tháng 01, 15 tháng 7 hằng năm;", ["trước ngày 15 tháng 01, 15 tháng 7 hằng năm"]),
    ("báo cáo trước ngày 30/11 hằng năm", ["trước ngày 30/11 hằng năm"]),
    ("gửi báo cáo trước ngày 25 của tháng cuối quý", ["trước ngày 25 của tháng cuối quý"]),
    ("Tuyên truyền kỹ năng thoát nạn. Thực hiện thường xuyên.", ["thường xuyên"]),
    ("Kiện toàn đội dân phòng. Thực hiện hằng năm.", ["hằng năm"]),
    ("hướng dẫn cách chấm điểm, trong quý II năm 2026; bố trí người", ["trong quý II năm 2026"]),
    (
        "Cập nhật sổ. Thực hiện từ tháng 6/2026 đến tháng 6/2027 và các năm tiếp theo.",
        ["từ tháng 6/2026 đến tháng 6/2027 và các năm tiếp theo"],
    ),
    ("lập dự án mua xe. Thực hiện trong giai đoạn 2026 - 2030.", ["trong giai đoạn 2026 - 2030"]),
    (
        "xây trụ sở; khởi công trong dịp Quốc khánh (02/9/2026), khánh thành ngày 04/10/2027.",
        ["khởi công trong dịp Quốc khánh (02/9/2026), khánh thành ngày 04/10/2027"],
    ),
    (
        "định kỳ hằng năm báo cáo Ban Bí thư trước ngày 15 tháng 12.",
        ["định kỳ hằng năm báo cáo Ban Bí thư trước ngày 15 tháng 12"],
    ),
    ("trồng 12 ha sậy ven kênh trong tháng 7/2026.", ["trong tháng 7/2026"]),
    ("phát sổ tay trong quý II năm 2026 để các đội dùng chung", ["trong quý II năm 2026"]),
    ("Mở đường dây nóng, hoạt động từ ngày 01/5/2026.", ["từ ngày 01/5/2026"]),
    (
        "lập lịch trực đò từ ngày 15/5/2026 đến ngày 15/10/2026; chia ca",
        ["từ ngày 15/5/2026 đến ngày 15/10/2026"],
    ),
    ("xong trong vòng 10 ngày sau khi nước rút.", ["trong vòng 10 ngày sau khi nước rút"]),
    ("báo tin nhanh trong vòng 02 giờ.", ["trong vòng 02 giờ"]),
    ("Hoàn thành trước ngày 30/l l/2026.", ["trước ngày 30/l l/2026"]),
    ("Thông tư này có hiệu lực sau 45 ngày kể từ ngày ký.", []),
    ("sự kiện diễn ra trong tháng 7/2026.", []),
    ("Thực hiện Kế hoạch số 12/KH-UBND ngày 10/6/2026 của UBND tỉnh", []),
    ("kỷ niệm 80 năm Ngày thành lập (05/3/1947 - 05/3/2027)", []),
    ("phong trào xây dựng xã hội học tập giai đoạn 2023-2030", []),
    ("Thường xuyên kiểm tra, rà soát việc công khai thủ tục", []),
    ("phấn đấu 100% hồ sơ trong năm", []),
]


@pytest.mark.parametrize(("text", "expected"), PROSE)
def test_prose(text: str, expected: list[str]) -> None:
    assert [span.of(text) for span, _ in find_deadlines(text)] == expected


def test_latest_day() -> None:
    last = latest(read_deadline("Trước ngày 25/7/2026"))
    assert last is not None
    assert last.isoformat() == "2026-07-24"
    assert latest(read_deadline("Thường xuyên")) is None
