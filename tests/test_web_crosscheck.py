"""The pages under /doi-chieu and the routes under /api/v1/check over the sample collection."""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from indexer.errors import UnknownDocument, UnreadableFile, UnusableInput
from search_api.check import uploads as uploads_module
from search_api.check.checking import Checks
from search_api.check.jobs import MatrixJobs
from search_api.check.schemas import Matrix
from search_api.check.uploads import KEPT_HOURS, Uploads
from search_api.service import Service
from web.app import create_app
from web.crosscheck_form import MODES
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


DIGITAL, ABOVE = "kh-27-kh-ubnd-xa-dong-khe-chuyen-doi-so", "kh-112-kh-ubnd-chuyen-doi-so"
HERE = {"origin": "http://testserver"}
RESULTS = {
    "": f"?{PAIR}",
    "mot": f"?che-do=mot&ke-hoach={CHILD}",
    "chuoi": f"?che-do=chuoi&ke-hoach={DIGITAL}",
    "ma-tran": f"?che-do=ma-tran&cap-tren={ABOVE}",
    "hai-ban": f"?che-do=hai-ban&ban-cu={DIGITAL}&ke-hoach={CHILD}",
}


def page_of(client: TestClient, where: str) -> str:
    """Return a page, a matrix once it is made."""
    for _ in range(60):
        answer = client.get(where)
        assert answer.status_code == 200, where
        if 'http-equiv="refresh"' not in answer.text:
            break
    return html.unescape(answer.text)


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_has_form_result_files_and_tabs(client: TestClient, mode: str) -> None:
    empty = page_of(client, f"/doi-chieu?che-do={mode}" if mode else "/doi-chieu")
    assert 'aria-label="Kết quả"' not in empty
    page = page_of(client, "/doi-chieu" + RESULTS[mode])
    for words in MODES.values():
        assert f">{words}</a>" in page
    assert page.count('aria-current="page"') == 2, "the page and the mode"
    assert 'aria-label="Kết quả"' in page
    files = re.findall(r'href="(/doi-chieu/xuat[^"]*)"', page)
    assert len(files) == 4
    for where in files:
        answer = client.get(where)
        assert answer.status_code == 200, where
        assert answer.headers["content-disposition"].startswith("attachment")
    assert client.get(f"/doi-chieu/xuat?che-do={mode}&dinh-dang=xlsx").status_code == 400
    # The other modes take the documents along.
    tabs = re.findall(r'<li><a href="(/doi-chieu[^"]*)"(?: aria-current="page")?>[^<]*</a>', page)
    for where in tabs:
        assert client.get(where).status_code == 200, where


def test_a_wrong_mode_or_filter_is_refused(client: TestClient) -> None:
    for where in (
        "?che-do=x",
        f"?ke-hoach={CHILD}&cap-tren={CHILD}",
        f"{RESULTS['chuoi']}&dung=x",
        f"{RESULTS['hai-ban']}&doi=x",
        f"{RESULTS['ma-tran']}&muc-do=x",
        "?che-do=ma-tran&" + "&".join(f"ke-hoach={n}" for n in range(201)),
    ):
        assert client.get(f"/doi-chieu{where}").status_code in (400, 404), where
    assert client.get("/doi-chieu?che-do=ma-tran&cap-tren=khong-co").status_code == 404


def test_matrix_opens_both_passages(client: TestClient) -> None:
    assert client.get(f"/doi-chieu/ma-tran?cap-tren={ABOVE}", follow_redirects=False).status_code == 308
    where = "/doi-chieu" + RESULTS["ma-tran"]
    page = page_of(client, where)
    assert page.count('<th scope="row">') == len(
        client.get(f"/api/v1/check/matrix?parent={ABOVE}").json()["rows"]
    )
    cell = next(href for href in re.findall(r'href="([^"]*#o-mo)"[^>]*title="[^"]*Đã cụ thể hóa', page))
    opened = page_of(client, cell)
    inside = opened[opened.index('id="o-mo"') :]
    inside = inside[: inside.index("</tr>")]
    assert f"/van-ban/{ABOVE}?tu=" in inside
    assert len(re.findall(r"/van-ban/[^\"]*tu=", inside)) >= 2, "both passages open in their documents"
    few = page_of(client, f"{where}&muc-do=partial")
    assert 0 < few.count('<th scope="row">') < page.count('<th scope="row">')
    one = page_of(client, f"{where}&ke-hoach={DIGITAL}")
    assert one.count('data-label="[') == page.count('<th scope="row">')
    alone = page_of(client, f"/doi-chieu?che-do=ma-tran&cap-tren={DIGITAL}")
    assert "Chưa có kế hoạch nào trong kho viện dẫn" in alone


def test_matrix_shows_progress_and_goes_on(sample_index: Path) -> None:
    checks, gate, clock = Service(sample_index).checks, threading.Event(), [0.0]

    class Slow:
        reviews = checks.reviews

        def matrix(self, parent: Any, children: Any, progress: Any) -> Matrix:
            progress(1, 4)
            gate.wait(30)
            return checks.matrix(parent, children, progress)

    jobs = MatrixJobs(lambda: clock[0])
    slow: Any = Slow()
    job = jobs.of(slow, ABOVE)
    while job.progress().total == 0:
        pass
    clock[0] = 5.0
    at = job.progress()
    assert (at.done, at.total, at.seconds, at.seconds_left) == (1, 4, 5.0, 15.0)
    assert jobs.of(slow, ABOVE) is job, "who comes back finds the same work"
    gate.set()
    assert job.finished.wait(60)
    assert {c.doc for c in job.result().children} == {DIGITAL, "kh-so-khcn-chuyen-doi-so"}
    assert jobs.of(slow, ABOVE) is job
    # What fails is told and tried again; what nobody asks for any more stops.
    failed = jobs.of(checks, "khong-co")
    assert failed.finished.wait(60)
    with pytest.raises(UnknownDocument):
        failed.result()
    assert jobs.of(checks, "khong-co") is not failed
    assert job.dropped, "made from an older index"


def test_a_page_says_how_far_a_matrix_is(sample_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import web.crosscheck_many as many

    monkeypatch.setattr(many, "_AT_ONCE", 0.0)
    gate, whole = threading.Event(), Checks.matrix

    def slow(self: Checks, parent: Any, children: Any = None, progress: Any = None) -> Matrix:
        gate.wait(30)
        return whole(self, parent, children, progress)

    monkeypatch.setattr(Checks, "matrix", slow)
    with TestClient(create_app(ServiceOpener(sample_index))) as client:
        where = "/doi-chieu" + RESULTS["ma-tran"]
        page = html.unescape(client.get(where).text)
        assert '<meta http-equiv="refresh" content="2">' in page
        assert "<progress" in page
        assert "Đã rà 0/" in page
        waiting = client.get(f"/api/v1/check/matrix?parent={ABOVE}&wait=false")
        assert waiting.status_code == 202
        assert waiting.json()["parent"] == ABOVE
        gate.set()
        assert client.get(f"/api/v1/check/matrix?parent={ABOVE}").status_code == 200
        assert client.get(f"/api/v1/check/matrix?parent={ABOVE}&wait=false").status_code == 200
        assert "refresh" not in client.get(where).text


def test_chain_says_where_each_task_ended(client: TestClient) -> None:
    page = page_of(client, "/doi-chieu" + RESULTS["chuoi"])
    found = client.get(f"/api/v1/check/chain?child={DIGITAL}").json()
    assert page.count('data-label="Kết cục"') == len(found["rows"])
    for row in found["rows"]:
        assert (row["lost_at"] is not None) == (row["outcome"] == "lost")
    unclear = page_of(client, f"/doi-chieu{RESULTS['chuoi']}&dung=unclear")
    assert unclear.count('data-label="Kết cục"') == sum(r["outcome"] == "unclear" for r in found["rows"])
    top = page_of(client, "/doi-chieu?che-do=chuoi&ke-hoach=nq-68-nq-tw-chuyen-doi-so")
    assert "Chưa có toàn văn văn bản cấp trên" in top
    assert client.get("/api/v1/check/chain?child=nq-68-nq-tw-chuyen-doi-so").status_code == 404


def test_versions_are_told_apart(client: TestClient) -> None:
    page = page_of(client, "/doi-chieu" + RESULTS["hai-ban"])
    assert "hai cơ quan khác nhau" in page
    same = page_of(client, f"/doi-chieu?che-do=hai-ban&ban-cu={CHILD}&ke-hoach={CHILD}")
    assert "là một văn bản" in same
    text = (ROOT / "corpus" / f"{CHILD}.txt").read_text(encoding="utf-8")
    limit = re.search(r"[Tt]rước ngày (\d+/\d+/2026)", text)
    assert limit is not None
    where = upload(
        client,
        {"che-do": "hai-ban", "ban-cu": CHILD},
        [("ke-hoach", text.replace(limit[1], "31/12/2026", 1))],
    )
    changed = page_of(client, where)
    assert "Đổi thời hạn" in changed
    assert "hai cơ quan khác nhau" not in changed
    assert "31/12/2026" in changed


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


def upload(client: TestClient, data: dict[str, str], files: Sequence[tuple[str, str]]) -> str:
    """Give files to the page and return the address of the result."""
    answer = client.post(
        "/doi-chieu/tai-len",
        files=[(f"tep-{name}", (f"moi-{n}.txt", text.encode())) for n, (name, text) in enumerate(files)],
        data=data,
        headers=HERE,
        follow_redirects=False,
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_an_upload_has_an_address_and_is_no_document(client: TestClient) -> None:
    text = (ROOT / "corpus" / f"{CHILD}.txt").read_text(encoding="utf-8")
    where = upload(client, {"cap-tren": PARENT}, [("ke-hoach", text)])
    page = page_of(client, where)
    assert "tệp tải lên" in page
    assert "moi-0.txt" in page
    doc = re.search(r"ke-hoach=(tep-[0-9a-f]{24})", where)
    assert doc is not None
    assert page_of(client, where) == page, "reloading shows it again"
    assert upload(client, {"cap-tren": PARENT}, [("ke-hoach", text)]) == where, "and giving it again too"
    assert page_of(client, f"{where}&muc-do=not_found").count('class="r-not_found"') > 0
    for href in re.findall(r'href="(/doi-chieu/xuat[^"]*)"', page):
        assert client.get(href).status_code == 200
    assert client.get(f"/api/v1/check?child={doc[1]}&parent={PARENT}").json()["child_info"]["stored"] is False
    for unknown in (f"/van-ban/{doc[1]}", f"/api/v1/documents/{doc[1]}"):
        assert client.get(unknown).status_code == 404
    assert f"/van-ban/{doc[1]}" not in page
    mine = [
        i["parent_quote"] for i in client.get(f"/api/v1/check?child={CHILD}&parent={PARENT}").json()["items"]
    ]
    theirs = client.get(f"/api/v1/check?child={doc[1]}&parent={PARENT}").json()["items"]
    assert [i["parent_quote"] for i in theirs] == mine
    # A person's verdict on an upload holds too.
    form = {
        "ke-hoach": doc[1],
        "cap-tren": PARENT,
        "muc": "task:II.3.b",
        "ket-luan": "covered",
        "ghi-chu": "ở phụ lục",
    }
    client.post("/doi-chieu/y-kien", data=form, headers=HERE)
    assert "ở phụ lục" in page_of(client, where)
    client.post("/doi-chieu/y-kien", data={**form, "ket-luan": ""}, headers=HERE)


def test_uploads_in_every_mode(client: TestClient) -> None:
    text = (ROOT / "corpus" / f"{DIGITAL}.txt").read_text(encoding="utf-8")
    for mode, data, files in (
        ("mot", {}, [("ke-hoach", text)]),
        ("chuoi", {}, [("ke-hoach", text)]),
        (
            "ma-tran",
            {"cap-tren": ABOVE, "ke-hoach": DIGITAL},
            [("ke-hoach", text), ("ke-hoach", text + "\n")],
        ),
    ):
        where = upload(client, {"che-do": mode, **data}, files)
        page = page_of(client, where)
        assert "tệp tải lên" in page or "Tệp tải lên" in page, mode
        assert 'aria-label="Kết quả"' in page, mode
        if mode == "ma-tran":
            assert page.count('<li><a href="/doi-chieu?ke-hoach=') == 3
    pdf = (ROOT / "corpus" / f"{ABOVE}.pdf").read_bytes()
    answer = client.post(
        "/doi-chieu/tai-len",
        files={"tep-cap-tren": ("cap-tren.pdf", pdf)},
        data={"che-do": "ma-tran"},
        headers=HERE,
    )
    assert answer.status_code == 200
    assert "[2]" in page_of(client, str(answer.url)), "plans of the index that cite the uploaded parent"


def test_uploads_that_are_refused(client: TestClient) -> None:
    post = lambda **given: client.post("/doi-chieu/tai-len", **given)  # noqa: E731
    one = {"tep-ke-hoach": ("a.txt", b"")}
    assert post(files=one, data={"cap-tren": PARENT}, headers=HERE).status_code == 400
    assert (
        post(files={"tep-ke-hoach": ("a.txt", b"x")}, headers={"origin": "http://elsewhere"}).status_code
        == 403
    )
    missing = post(files={"tep-ke-hoach": ("a.txt", b"abc")}, headers=HERE)
    assert missing.status_code == 400
    assert "Thiếu văn bản cấp trên" in html.unescape(missing.text)
    assert post(files=one, data={"che-do": "x"}, headers=HERE).status_code == 400
    gone = client.get(f"/doi-chieu?ke-hoach=tep-{'0' * 24}")
    assert gone.status_code == 404
    assert "tải tệp lên lại" in html.unescape(gone.text)


def test_uploads_are_few_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    held = Uploads(lambda: now[0])
    monkeypatch.setattr(uploads_module, "MOST_FILES", 3)
    docs = [held.put(f"{n}.txt", f"KẾ HOẠCH {n}\n\nNội dung".encode()) for n in range(3)]
    assert len(set(docs)) == 3
    held.get(docs[0])
    held.put("3.txt", b"KE HOACH 3")
    assert held.get(docs[1]) is None, "the one unused longest went"
    assert held.get(docs[0]) is not None
    now[0] = (KEPT_HOURS - 1) * 3600.0
    assert held.get(docs[0]) is not None
    now[0] = (KEPT_HOURS + 1) * 3600.0
    assert held.get(docs[2]) is None
    assert held.get(docs[0]) is not None, "used within the hours"
    monkeypatch.setattr(uploads_module, "MOST_HELD", 10)
    assert held.get(docs[0]) is None
    monkeypatch.setattr(uploads_module, "MOST_BYTES", 10)
    with pytest.raises(UnusableInput, match="lớn quá"):
        held.put("to.txt", b"x" * 11)
    with pytest.raises(UnreadableFile):
        held.put("hong.docx", b"PK\x03\x04")
    same = held.put("C:\\thu muc\\a.txt", b"abc")
    found = held.get(same)
    assert found is not None
    assert found.path == "a.txt"


def test_review_by_the_api(client: TestClient) -> None:
    body = {
        "child": CHILD,
        "parent": PARENT,
        "key": "task:II.3.b",
        "verdict": "partial",
        "note": "có một nửa",
    }
    post = lambda given, **headers: client.post(  # noqa: E731
        "/api/v1/check/reviews",
        content=json.dumps(given),
        headers={"content-type": "application/json", **headers},
    )
    kept = post(body)
    assert kept.status_code == 200
    assert (kept.json()["verdict"], kept.json()["review"]["note"]) == ("partial", "có một nửa")
    assert "có một nửa" in page_of(client, f"/doi-chieu?{PAIR}")
    assert "có một nửa" in client.get(f"/doi-chieu/xuat?{PAIR}&dinh-dang=html").text
    assert post({**body, "verdict": ""}).json()["review"] is None
    for wrong in ({**body, "verdict": "x"}, {**body, "key": "x"}, {**body, "strange": 1}, {}, []):
        answer = post(wrong)
        assert answer.status_code == 400, wrong
        assert answer.json()["error"]
    assert post({**body, "child": "/etc/hostname"}).status_code == 404
    assert post(body, **{"sec-fetch-site": "cross-site"}).status_code == 403
    plain = client.post(
        "/api/v1/check/reviews", content=json.dumps(body), headers={"content-type": "text/plain"}
    )
    assert plain.status_code == 415
    assert post({**body, "note": "a" * 20_000}).status_code == 413


def test_openapi_describes_every_check(client: TestClient) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    served = {
        (path, method)
        for path, methods in schema["paths"].items()
        for method in methods
        if path.startswith("/api/v1/check")
    }
    assert served == {
        ("/api/v1/check", "get"),
        ("/api/v1/check/chain", "get"),
        ("/api/v1/check/matrix", "get"),
        ("/api/v1/check/versions", "get"),
        ("/api/v1/check/reviews", "post"),
    }
    names = schema["components"]["schemas"]
    answers = {
        "": ("CheckReport", client.get(f"/api/v1/check?child={CHILD}&parent={PARENT}").json()),
        "/chain": ("Chain", client.get(f"/api/v1/check/chain?child={DIGITAL}").json()),
        "/matrix": ("Matrix", client.get(f"/api/v1/check/matrix?parent={ABOVE}").json()),
        "/versions": ("Versions", client.get(f"/api/v1/check/versions?old={DIGITAL}&new={CHILD}").json()),
    }
    for path, (name, given) in answers.items():
        told = schema["paths"][f"/api/v1/check{path}"]["get"]
        assert told["responses"]["200"]["content"]["application/json"]["schema"] == {
            "$ref": f"#/components/schemas/{name}"
        }
        assert set(given) == set(names[name]["properties"]), "what is told is what is given"
        assert told["summary"]
        assert all(parameter["description"] for parameter in told["parameters"])
    posted = schema["paths"]["/api/v1/check/reviews"]["post"]
    assert posted["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/ReviewRequest")
    assert "MatrixProgress" in names
    page = client.get("/api/v1/").text
    assert "POST /api/v1/check/reviews" in page
    assert "ReviewRequest" in page


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
