"""What questions ask for: every pattern matches its examples, every example is understood."""

from __future__ import annotations

import pytest

from indexer.clean import bare
from search_api.questions.question import question_rules, understand


@pytest.mark.parametrize(
    ("kind", "pattern", "example"),
    [(rule.kind, rule.pattern, example) for rule in question_rules() for example in rule.examples],
)
@pytest.mark.parametrize("plain", [False, True])
def test_every_pattern_matches_its_examples(kind: str, pattern: object, example: str, plain: bool) -> None:
    import re

    assert isinstance(pattern, re.Pattern)
    text = bare(example) if plain else example
    assert pattern.search(bare(text)), example


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("ai chủ trì nhiệm vụ chuyển đổi số?", ("lead",)),
        ("Đơn vị nào chủ trì số hóa hồ sơ, và hạn đến khi nào?", ("lead", "deadline")),
        ("don vi nao chu tri so hoa ho so va han den khi nao", ("lead", "deadline")),
        ("Đơn vị nào phối hợp tuyên truyền?", ("coordinate",)),
        ("Kinh phí lấy từ đâu?", ("funding",)),
        ("Ai ký kế hoạch của Sở Nội vụ?", ("signer",)),
        ("Ai là Chủ tịch UBND xã Đông Khê?", ("person",)),
        ("Kế hoạch này thay thế văn bản nào?", ("replaces",)),
        ("Bao nhiêu phần trăm hồ sơ phải trực tuyến?", ("target",)),
        ("Số điện thoại của Công an xã là bao nhiêu?", ("contact",)),
        ("chuyển đổi số cấp xã", ()),
        ("quy chế phối hợp liên ngành", ()),
    ],
)
def test_kinds(text: str, kinds: tuple[str, ...]) -> None:
    assert understand(text).kinds == kinds


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("ai chủ trì nhiệm vụ chuyển đổi số?", "nhiệm vụ chuyển đổi số"),
        ("Việc số hoá hồ sơ do cơ quan nào chủ trì?", "Việc số hoá hồ sơ"),
        ("Bao giờ phải xong rà soát dữ liệu?", "phải xong rà soát dữ liệu"),
        ("chuyển đổi số cấp xã", "chuyển đổi số cấp xã"),
        ("Hồ sơ đăng ký tạm trú bao gồm những gì?", "Hồ sơ đăng ký tạm trú bao gồm những"),
    ],
)
def test_the_topic_is_what_is_left(text: str, topic: str) -> None:
    assert understand(text).topic == topic


def test_symbols_are_canonical() -> None:
    assert understand("kế hoạch 112 /KH-UBND nói gì").symbols == ("112/KH-UBND",)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("bao nhiêu phan tram ho so truc tuyen o xa dong khe", True),
        ("CĐS cap xa do phong nao chu tri", True),
        ("hồ sơ trực tuyến cap xa", False),
        ("ai chủ trì?", False),
        ("CĐS", False),
    ],
)
def test_a_few_marks_that_the_keyboard_put_in_do_not_make_an_accented_question(
    text: str, plain: bool
) -> None:
    assert understand(text).plain is plain


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Ai che giấu vi phạm thì bị xử lý ra sao?", ()),
        ("Đơn vị nào báo cáo sai thì có được khen thưởng không?", ()),
        ("Đơn vị nào chủ trì soạn thảo quy chế?", ("lead",)),
        ("Thời gian chờ tại quầy tối đa mấy phút?", ("target",)),
        ("Sở mở mấy lớp tập huấn, đơn vị nào chủ trì?", ("lead", "target")),
        ("Kế hoạch ban hành ngày nào?", ("issued",)),
        ("Số mẫu phải phân tích: UBND tỉnh bao nhiêu, Sở bao nhiêu?", ("target",)),
        ("Giám đốc Sở NN&MT Lâm Sơn tên gì?", ("person",)),
        ("Chủ tịch UBND xã Yên Trạch năm 2026 là ai?", ("person",)),
        ("Quyết định 19 thay thế mấy quyết định, là những quyết định nào?", ("replaces",)),
        ("Nâng cao hiệu lực quản lý giao cho ai?", ("lead",)),
        ("Quyết định có hiệu lực từ ngày nào và thay thế quyết định nào?", ("effect", "replaces")),
        ("Đơn vị quá hạn hai lần liên tiếp thì bị gì?", ()),
        ("học bạ số đạt bao nhiêu phần trăm?", ("target",)),
    ],
)
def test_whoever_durations_and_exact_kinds(text: str, kinds: tuple[str, ...]) -> None:
    assert understand(text).kinds == kinds


def test_a_machine_is_not_counted() -> None:
    assert understand("cai phan mem cho may tinh cua xa").counted is None
    assert understand("mo may lop tap huan").counted == "lop"
    assert understand("cử người canh mấy chòi?").counted == "choi"
