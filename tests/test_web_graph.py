"""The page of the chain of documents, and the register's files from its page."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import docx
import icalendar
import openpyxl
import pytest
from fakes.web_service import DRAFT, HOSTILE, FakeService
from fastapi.testclient import TestClient

import web.graph
from search_api.service import Service
from web.app import create_app
from web.opening import ServiceOpener


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(FakeService(), today=lambda: date(2026, 8, 3))) as opened:
        yield opened


def links(page: str) -> list[str]:
    return [html.unescape(href) for href in re.findall(r'href="([^"]*)"', page)]


def test_the_page_draws_and_lists_every_document(client: TestClient) -> None:
    page = client.get("/so-do")
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    picture = page.text[page.text.index("<svg") : page.text.index("</svg>") + 6]
    listed = page.text[page.text.index("</svg>") :]
    assert ElementTree.fromstring(picture) is not None
    for row in FakeService().documents():
        opened = client.get(
            next(h for h in links(listed) if h == f"/van-ban/{web.graph.document_path(row.doc)[9:]}")
        )
        assert opened.status_code == 200
    assert "chưa có trong kho" in listed
    assert "viện dẫn không ghi số ký hiệu" in page.text
    assert 'aria-current="page">Sơ đồ</a>' in page.text


def test_the_links_of_the_picture_are_out_of_the_way_of_the_keyboard(client: TestClient) -> None:
    page = client.get("/so-do").text
    picture = page[page.index("<svg") : page.index("</svg>")]
    assert picture.count("<a ") == picture.count('tabindex="-1"') > 0
    assert "style=" not in picture
    assert "<script" not in picture


def test_words_of_documents_do_not_become_markup(client: TestClient) -> None:
    page = client.get("/so-do").text
    assert HOSTILE not in page
    assert "<b>" not in page


def test_one_document_keeps_what_stands_above_and_below(client: TestClient) -> None:
    whole, part = client.get("/so-do").text, client.get("/so-do", params={"van-ban": DRAFT}).text
    assert part.count("<rect") < whole.count("<rect")
    assert f'<option value="{DRAFT}" selected>' in part
    assert 'href="/so-do">Xem tất cả</a>' in part
    assert client.get("/so-do", params={"van-ban": "khong-co"}).status_code == 404


def test_the_picture_is_a_file_without_links(client: TestClient) -> None:
    (href,) = [h for h in links(client.get("/so-do").text) if h.startswith("/so-do/hinh")]
    answer = client.get(href)
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.headers["content-disposition"] == 'attachment; filename="so-do-van-ban.svg"'
    tree = ElementTree.fromstring(answer.content)
    assert not list(tree.iter("{http://www.w3.org/2000/svg}a"))


def test_too_many_documents_are_listed_but_not_drawn(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web.graph, "MOST_DRAWN", 1)
    page = client.get("/so-do").text
    assert "<svg" not in page
    assert "Chọn một văn bản ở trên" in page


def test_a_document_leads_to_its_place_in_the_picture(client: TestClient) -> None:
    assert f"/so-do?van-ban={DRAFT}" in links(client.get(f"/van-ban/{DRAFT}").text)


def test_an_empty_store_says_how_to_fill_it() -> None:
    empty = FakeService()
    empty.views.clear()
    with TestClient(create_app(empty)) as opened:
        assert "chithi index" in opened.get("/so-do").text


# --- files of the register -------------------------------------------------------------------------


def exports(page: str) -> dict[str, str]:
    found = [h for h in links(page) if h.startswith("/nhiem-vu/xuat")]
    return {parse_qs(urlsplit(h).query)["dinh-dang"][0]: h for h in found}


@pytest.mark.parametrize(
    "query", ["", "?don-vi=c%C3%B4ng+an", "?vai-tro=phoi-hop&han=khong-han", "?sap-xep=nhiem-vu"]
)
def test_the_files_hold_what_the_page_shows(client: TestClient, query: str) -> None:
    page = client.get(f"/nhiem-vu{query}")
    shown = int(re.findall(r'role="status">(\d+) nhiệm vụ', page.text)[0])
    offered = exports(page.text)
    if not shown:
        assert offered == {}
        return
    assert list(offered) == ["xlsx", "docx", "csv", "ics"]
    table = client.get(offered["csv"]).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert len(rows) == shown
    titles = re.findall(r'<td class="main"><a href="[^"]*">(.*?)</a>', page.text)
    assert [html.unescape(title)[:60] for title in titles] == [row["Nhiệm vụ"][:60] for row in rows]


@pytest.mark.parametrize("suffix", ["xlsx", "docx", "csv", "ics"])
def test_every_file_opens(client: TestClient, suffix: str) -> None:
    answer = client.get("/nhiem-vu/xuat", params={"dinh-dang": suffix})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="nhiem-vu.{suffix}"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    held = io.BytesIO(answer.content)
    if suffix == "xlsx":
        assert openpyxl.load_workbook(held).active.max_row > 5
    elif suffix == "docx":
        assert len(docx.Document(held).tables[0].rows) > 5
    elif suffix == "ics":
        assert icalendar.Calendar.from_ical(answer.content).walk("VEVENT")


def test_the_conditions_are_said_in_the_file(client: TestClient) -> None:
    asked = {"dinh-dang": "docx", "don-vi": "Sở", "vai-tro": "chu-tri", "den": "12/2026", "han": "con-han"}
    word = docx.Document(io.BytesIO(client.get("/nhiem-vu/xuat", params=asked).content))
    assert word.paragraphs[2].text.endswith(
        "đơn vị: Sở (chủ trì); hạn đến 31/12/2026; còn hạn sau tháng này)"
    )


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"dinh-dang": "exe"}, 400),
        ({"dinh-dang": "xlsx", "vai-tro": "khac"}, 400),
        ({"dinh-dang": "xlsx", "tu": "hôm qua"}, 400),
        ({"dinh-dang": "xlsx", "don-vi": "a" * 3000}, 400),
    ],
)
def test_wrong_values_are_named(client: TestClient, asked: dict[str, str], status: int) -> None:
    answer = client.get("/nhiem-vu/xuat", params=asked)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


def test_the_sample_collection_s_register_and_graph(sample_index: Path) -> None:
    service = Service(sample_index)
    with TestClient(create_app(ServiceOpener(sample_index))) as opened:
        page = opened.get("/so-do").text
        listed = page[page.index("</svg>") :]
        for href in {h for h in links(listed) if h.startswith("/van-ban/")}:
            assert opened.get(href).status_code == 200
        table = opened.get("/nhiem-vu/xuat", params={"dinh-dang": "csv"}).content.decode("utf-8-sig")
        assert len(list(csv.reader(io.StringIO(table, newline="")))) == len(service.tasks()) + 1
        graph = opened.get("/api/v1/graph").json()
        assert {"nodes", "edges", "unnumbered"} <= set(graph)
        assert opened.get("/api/v1/graph", params={"doc": "khong-co"}).status_code == 404
