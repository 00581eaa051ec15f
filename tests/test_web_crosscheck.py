"""The pages under /doi-chieu and GET /api/v1/check over the sample collection."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from web.app import create_app
from web.opening import ServiceOpener

CHILD, PARENT = "kh-ubnd-xa-yen-trach-phong-chay", "kh-145-kh-ubnd-phong-chay"
PAIR = f"ke-hoach={CHILD}&cap-tren={PARENT}"
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def client(sample_index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(ServiceOpener(sample_index))) as opened:
        yield opened


def test_pickers_offer_cited_parents_first(client: TestClient) -> None:
    page = client.get(f"/doi-chieu?ke-hoach={CHILD}").text
    assert page.index("Kế hoạch viện dẫn") < page.index("Văn bản khác trong kho")
    cited = page[page.index("Kế hoạch viện dẫn") : page.index("Văn bản khác trong kho")]
    assert PARENT in cited


def test_result_filters_and_exports(client: TestClient) -> None:
    page = html.unescape(client.get(f"/doi-chieu?{PAIR}").text)
    assert "nhiệm vụ thuộc trách nhiệm đã cụ thể hóa" in page
    assert "Chưa thấy nội dung tương ứng" in page
    assert "Chưa có toàn văn văn bản cấp trên" in page
    assert f"/van-ban/{PARENT}?tu=" in page
    few = html.unescape(client.get(f"/doi-chieu?{PAIR}&muc-do=not_found&loai=nhiem-vu").text)
    assert few.count('<tr id="') == few.count('class="r-not_found"') > 0
    late = html.unescape(client.get(f"/doi-chieu?{PAIR}&canh-bao=deadline_later").text)
    assert late.count('<tr id="') == 1
    assert client.get(f"/doi-chieu?{PAIR}&muc-do=x").status_code == 400
    for form in ("xlsx", "docx", "html", "json"):
        assert client.get(f"/doi-chieu/xuat?{PAIR}&dinh-dang={form}").status_code == 200
    assert client.get(f"/doi-chieu/xuat?{PAIR}&dinh-dang=exe").status_code == 400


def test_no_file_of_the_server_is_read(client: TestClient) -> None:
    for where in ("/doi-chieu?ke-hoach=/etc/hostname", "/api/v1/check?child=/etc/hostname"):
        assert client.get(where).status_code == 404


def test_matrix(client: TestClient) -> None:
    page = html.unescape(client.get(f"/doi-chieu/ma-tran?cap-tren={PARENT}").text)
    assert "Ma trận" in page
    assert f"cap-tren={PARENT}" in page


def test_api(client: TestClient) -> None:
    report = json.loads(client.get(f"/api/v1/check?child={CHILD}&parent={PARENT}").text)
    assert {
        "child",
        "parent",
        "parent_cited",
        "items",
        "child_only",
        "alerts",
        "six_clear",
        "summary",
    } <= set(report)
    item = report["items"][0]
    assert {
        "parent_section",
        "parent_start",
        "parent_end",
        "parent_quote",
        "verdict",
        "score",
        "matches",
        "alerts",
    } <= set(item)


def test_upload_is_checked_and_not_kept(client: TestClient) -> None:
    text = (ROOT / "corpus" / f"{CHILD}.txt").read_bytes()
    answer = client.post(
        "/doi-chieu/tai-len",
        files={"tep-ke-hoach": ("moi.txt", text)},
        data={"cap-tren": PARENT},
        headers={"origin": "http://testserver"},
    )
    assert answer.status_code == 200
    assert "tệp tải lên" in html.unescape(answer.text)
    assert client.get("/van-ban/moi").status_code == 404


def test_review_is_kept_and_shown(client: TestClient) -> None:
    form = {
        "ke-hoach": CHILD,
        "cap-tren": PARENT,
        "muc": "task:II.3.b",
        "ket-luan": "covered",
        "ghi-chu": "Có ở đề án riêng",
    }
    headers = {"origin": "http://testserver"}
    answer = client.post("/doi-chieu/y-kien", data=form, headers=headers, follow_redirects=False)
    assert answer.status_code == 303
    assert "Có ở đề án riêng" in html.unescape(client.get(f"/doi-chieu?{PAIR}").text)
    client.post("/doi-chieu/y-kien", data={**form, "ket-luan": ""}, headers=headers)
    assert "Có ở đề án riêng" not in html.unescape(client.get(f"/doi-chieu?{PAIR}").text)
    assert (
        client.post("/doi-chieu/y-kien", data=form, headers={"origin": "http://elsewhere"}).status_code == 403
    )
