"""The pages over the real service and the sample collection: whatever is read or found can be opened."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from search_api.service import Service
from web.addresses import address, document_path, span_path
from web.app import create_app
from web.opening import ServiceOpener


@pytest.fixture(scope="module")
def service(sample_index: Path) -> Service:
    return Service(sample_index)


@pytest.fixture(scope="module")
def client(sample_index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(ServiceOpener(sample_index))) as opened:
        yield opened


def squeezed(text: str) -> str:
    return re.sub(r"[\s|]+", "", text)


def marked(page: str) -> str:
    found = re.findall(r'<mark (?:id="trich" )?class="cited">(.*?)</mark>', page, re.S)
    return html.unescape(re.sub(r"<[^>]*>", "", "".join(found)))


def opens(client: TestClient, service: Service, doc: str, start: int, end: int) -> None:
    page = client.get(span_path(doc, start, end).split("#")[0])
    assert page.status_code == 200
    assert page.text.count('id="trich"') == 1
    assert squeezed(marked(page.text)) == squeezed(service.document(doc).text[start:end])


def test_every_document_shows_its_whole_text(client: TestClient, service: Service) -> None:
    rows = service.documents()
    assert rows
    for row in rows:
        page = client.get(document_path(row.doc))
        assert page.status_code == 200
        paper = page.text[page.text.index('<article class="paper"') : page.text.index("</article>")]
        shown = html.unescape(re.sub(r"<[^>]*>", "", paper[paper.index(">") + 1 :]))
        assert squeezed(shown) == squeezed(service.document(row.doc).text), row.doc


def test_every_task_and_reference_opens(client: TestClient, service: Service) -> None:
    for row in service.documents():
        view = service.document(row.doc)
        for task in view.tasks[::5]:
            opens(client, service, row.doc, task.start, task.end)
        for ref in view.references[::5]:
            opens(client, service, row.doc, ref.start, ref.end)
        for start, end in view.passages[::10]:
            opens(client, service, row.doc, start, end)


def test_suggested_questions_are_answered_and_their_citations_open(
    client: TestClient, service: Service
) -> None:
    assert service.suggestions()
    for question in service.suggestions():
        page = client.get(address("/", {"q": question}))
        assert page.status_code == 200
        assert "Trả lời</h2>" in page.text
        for citation in service.ask(question).citations:
            assert html.escape(span_path(citation.doc, citation.start, citation.end)) in page.text
            opens(client, service, citation.doc, citation.start, citation.end)


@pytest.mark.parametrize(
    "where",
    ["/van-ban", "/nhiem-vu", "/nhiem-vu?han=qua-han", "/?q=chuy%E1%BB%83n+%C4%91%E1%BB%95i+s%E1%BB%91"],
)
def test_every_link_opens(client: TestClient, where: str) -> None:
    page = client.get(where)
    assert page.status_code == 200
    links = {html.unescape(link) for link in re.findall(r'href="(/[^"]*)"', page.text)}
    for link in sorted(links)[:60]:
        assert client.get(link.split("#")[0]).status_code == 200, link


def test_the_api_answers_as_the_service(client: TestClient, service: Service) -> None:
    documents = client.get("/api/v1/documents").json()["documents"]
    assert [row["doc"] for row in documents] == [row.doc for row in service.documents()]
    for row in documents:
        view = client.get(f"/api/v1/documents/{row['doc']}").json()
        for task in view["tasks"]:
            assert task["quote"] == view["text"][task["start"] : task["end"]]
    assert client.get("/healthz").json()["documents"] == len(documents)
