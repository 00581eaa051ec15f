"""The pages in a real browser: ask, open the citation, see the words; by mouse, by keyboard, without JavaScript.

Needs a Chromium on this machine (``CHITHI_CHROMIUM`` names another) and is skipped without one.
``CHITHI_SCREENSHOTS=FOLDER`` keeps pictures of the pages.
"""

from __future__ import annotations

import datetime
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from fakes.web_service import DRAFT, HOSTILE, PLAN, FakeService

from web.addresses import document_path, span_path
from web.app import create_app
from web.opening import ServiceOpener

CHROMIUM = os.environ.get("CHITHI_CHROMIUM") or shutil.which("chromium")
SHOTS = os.environ.get("CHITHI_SCREENSHOTS")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ASKED = "Ai chủ trì xây dựng kho dữ liệu dùng chung của tỉnh?"
SIZES = {"desktop": (1366, 768), "phone": (390, 844)}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

Open = Callable[..., Any]


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serve an application on a free loopback port."""
    uvicorn = pytest.importorskip("uvicorn")
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    assert server.started
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The pages over invented plans."""
    app = create_app(FakeService(), today=lambda: datetime.date(2026, 6, 10), hosts={"127.0.0.1"})
    with served(app) as address:
        yield address


@pytest.fixture(scope="module")
def sample_site(sample_index: Path) -> Iterator[str]:
    """The pages over the sample collection, read and indexed for real."""
    with served(create_app(ServiceOpener(sample_index), hosts={"127.0.0.1"})) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield launched
        launched.close()


@pytest.fixture
def opened(browser: Any, site: str) -> Iterator[Open]:
    """Open a page; at the end no page may have asked another host for anything or broken the policy."""
    contexts, strange = [], []

    def open_page(path: str, size: str = "desktop", script: bool = True, base: str = site) -> Any:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=script, locale="vi-VN"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda r: strange.append(r.url) if not r.url.startswith(base) else None)
        page.on("console", lambda m: strange.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: strange.append(str(e)))
        page.on("dialog", lambda d: strange.append(d.message))
        page.goto(base + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert strange == []


def in_view(page: Any, selector: str) -> bool:
    """Say whether the element is painted inside the window and below the sticky header."""
    return bool(
        page.locator(selector).first.evaluate(
            """e => {
                const b = e.getBoundingClientRect();
                const over = document.elementFromPoint((b.left + b.right) / 2, b.top + Math.min(b.height, 20) / 2);
                return b.top >= 0 && b.top < innerHeight && over !== null && (e.contains(over) || over.contains(e));
            }"""
        )
    )


def fits(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def keep(page: Any, name: str, *, whole: bool = False) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=whole)


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("size", sorted(SIZES))
def test_ask_and_open_the_citation(opened: Open, size: str, script: bool) -> None:
    page = opened("/", size, script)
    page.fill("#o-tim", ASKED)
    page.click("main form button")
    assert page.locator("section.answer dd").first.inner_text().startswith("Sở Khoa học và Công nghệ")
    if script:
        assert fits(page)
        keep(page, f"ask-{size}")
    page.click("section.answer dd a.mark >> nth=0")
    assert page.url.endswith("#td-1")
    page.click("#td-1 .open a")
    words = FakeService().ask(ASKED).citations[0].quote
    assert re.search(r"/van-ban/.*\?tu=\d+&den=\d+#trich$", page.url)
    shown = " ".join(page.locator("mark.cited").all_inner_texts())
    assert " ".join(shown.split()) == " ".join(words.split())
    assert in_view(page, "#trich")
    if script:
        assert fits(page)
        keep(page, f"document-{size}")
    page.reload()
    assert in_view(page, "#trich")
    page.go_back()
    page.go_back()
    assert page.input_value("#o-tim") == ASKED


def test_the_sample_collection_from_question_to_words(opened: Open, sample_site: str) -> None:
    page = opened("/", base=sample_site)
    keep(page, "sample-home")
    page.click(".suggestions a >> nth=0")
    assert page.is_visible("section.answer dd strong")
    keep(page, "sample-ask")
    page.click("#td-1 .open a")
    assert in_view(page, "#trich")
    assert page.inner_text("mark.cited").strip()
    keep(page, "sample-document")
    page.click("nav >> text=Nhiệm vụ")
    page.click(".list td.main a >> nth=0")
    assert in_view(page, "#trich")


def test_keyboard_alone(opened: Open) -> None:
    page = opened("/")
    page.keyboard.type(ASKED)
    page.keyboard.press("Enter")
    page.wait_for_selector("section.answer")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "noi-dung"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('#td-1 .open a')"):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "the focus is seen"
    page.keyboard.press("Enter")
    page.wait_for_selector("#trich")
    assert in_view(page, "#trich")


def test_slash_and_escape(opened: Open) -> None:
    page = opened(document_path(PLAN))
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "o-tim"
    page.keyboard.type("a/b")
    assert page.input_value("#o-tim") == "a/b"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement === document.body")


@pytest.mark.parametrize("script", [True, False])
def test_outline_is_open_on_a_desk_and_folded_on_a_phone(opened: Open, script: bool) -> None:
    first = ".outline li a >> nth=0"
    assert opened(document_path(PLAN), "desktop", script).is_visible(first)
    phone = opened(document_path(PLAN), "phone", script)
    assert not phone.is_visible(first)
    phone.click(".outline summary")
    assert phone.is_visible(first)
    phone.click(".outline a[href='#muc-iv']")
    assert in_view(phone, "#muc-iv")


def test_the_outline_follows_the_reading(opened: Open) -> None:
    page = opened(document_path(PLAN))
    page.locator("#muc-iii-4").scroll_into_view_if_needed()
    page.evaluate("document.getElementById('muc-iii-4').scrollIntoView()")
    page.wait_for_selector(".outline a[href='#muc-iii-4'][aria-current]")


def test_facets_and_back(opened: Open) -> None:
    page = opened("/?" + urlencode({"q": "chuyển đổi số"}))
    page.click(".facets a:has-text('Nghị quyết')")
    assert "loai=NQ" in page.url
    assert page.locator(".hit").count() > 0
    page.go_back()
    assert "loai" not in page.url


@pytest.mark.parametrize("size", sorted(SIZES))
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("home", "/"),
        ("words", "/?" + urlencode({"q": "chuyển đổi số"})),
        ("nothing", "/?" + urlencode({"q": "zzzz"})),
        ("documents", "/van-ban"),
        ("draft", document_path(DRAFT)),
        ("hostile", document_path(HOSTILE)),
        (
            "annex",
            span_path(
                PLAN, FakeService().views[PLAN].tasks[-1].start, FakeService().views[PLAN].tasks[-1].end
            ),
        ),
        ("tasks", "/nhiem-vu"),
        ("graph", "/so-do"),
        ("api", "/api/v1/"),
    ],
)
def test_every_page_fits_and_reads(opened: Open, name: str, path: str, size: str) -> None:
    page = opened(path, size)
    keep(page, f"{name}-{size}")
    assert_readable(page)


def assert_readable(page: Any) -> None:
    """Fail where a page is wider than the window, or has small or pale text."""
    assert fits(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter(e =>
            [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && e.checkVisibility() &&
            !e.closest(".unseen, .arrow, .sign") && parseFloat(getComputedStyle(e).fontSize) < 16
        ).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == [], "text is 16 px or more"
    assert page.evaluate(CONTRAST) == [], "contrast is 4.5 : 1 or more"


COMMUNE, PROVINCE = "kh-27-kh-ubnd-xa-dong-khe-chuyen-doi-so", "kh-112-kh-ubnd-chuyen-doi-so"
CHECKS = {
    "pair": f"?ke-hoach={COMMUNE}&cap-tren={PROVINCE}",
    "alone": f"?che-do=mot&ke-hoach={COMMUNE}",
    "chain": f"?che-do=chuoi&ke-hoach={COMMUNE}",
    "matrix": f"?che-do=ma-tran&cap-tren={PROVINCE}",
    "versions": f"?che-do=hai-ban&ban-cu=kh-19-kh-ubnd-xa-phu-hoa-cai-cach-hanh-chinh&ke-hoach={COMMUNE}",
}


@pytest.mark.parametrize("size", sorted(SIZES))
@pytest.mark.parametrize("name", CHECKS)
def test_every_mode_of_the_check_fits_reads_and_prints(
    opened: Open, sample_site: str, name: str, size: str
) -> None:
    page = opened("/doi-chieu" + CHECKS[name], size, base=sample_site)
    page.wait_for_selector("[aria-label='Kết quả']")  # a matrix shows its progress first
    for fold in page.locator("main summary").all():
        fold.click()
    keep(page, f"check-{name}-{size}", whole=True)
    assert_readable(page)
    page.emulate_media(media="print")
    for selector in (".modes", ".check-pick", ".upload", ".exports", ".check-filters"):
        for part in page.locator(selector).all():
            assert not part.is_visible(), selector
    assert page.is_visible(".verdict-line, .plans")


def test_a_cell_of_the_matrix_opens_both_passages_by_keyboard(opened: Open, sample_site: str) -> None:
    page = opened("/doi-chieu" + CHECKS["matrix"], base=sample_site)
    page.wait_for_selector("table.matrix")
    cell = page.locator("table.matrix td.v-covered a").first
    cell.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#o-mo")
    assert in_view(page, "#o-mo .pair")
    assert page.locator("#o-mo blockquote").count() >= 2
    page.locator("#o-mo blockquote a").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#trich")
    assert in_view(page, "#trich")
    page.go_back()
    page.wait_for_selector("#o-mo")
    page.click("text=Đóng ô này")
    assert page.locator("#o-mo").count() == 0


@pytest.mark.parametrize("script", [True, False])
def test_from_a_file_to_a_verdict_of_ones_own(opened: Open, sample_site: str, script: bool) -> None:
    page = opened("/doi-chieu", "phone", script, base=sample_site)
    page.click("text=Dùng tệp chưa có trong kho")
    plan = Path(__file__).parent.parent / "corpus" / f"{COMMUNE}.txt"
    page.set_input_files("#tep-ke-hoach", plan)
    page.select_option("#chon-cap-tren", PROVINCE)
    page.click(".upload button")
    page.wait_for_selector("table.check")
    assert "tep-" in page.url
    row = page.locator("tr.r-not_found").first
    key = row.get_attribute("id")
    row.locator("summary").click()
    row.locator("select").select_option("covered")
    row.locator("textarea").fill("đã có ở đề án riêng")
    row.locator("button").click()
    page.wait_for_selector(".review")
    assert page.url.endswith(f"#{key}")
    assert "đã có ở đề án riêng" in page.locator(f"[id='{key}'] .review").inner_text()
    page.reload()
    mine = page.locator(f"[id='{key}']")
    assert "Đã cụ thể hóa" in mine.locator(".verdict").inner_text()
    mine.locator("summary").click()
    mine.locator("select").select_option("")
    mine.locator("button").click()
    page.wait_for_selector(f"[id='{key}'].r-not_found")


# The WCAG contrast of every piece of text against the nearest opaque ground behind it.
CONTRAST = """() => {
  const rgb = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll("body *")]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && e.checkVisibility())
    .map(e => {
      const a = light(rgb(getComputedStyle(e).color)), b = light(ground(e));
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.outerHTML.slice(0, 80)];
    })
    .filter(([ratio]) => ratio < 4.5);
}"""


def test_print_drops_the_chrome(opened: Open) -> None:
    page = opened(document_path(PLAN))
    page.emulate_media(media="print")
    for selector in (".top", ".outline", ".about", ".bottom"):
        assert not page.is_visible(selector)
    assert page.is_visible(".paper")


@pytest.fixture(scope="module")
def judged_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The pages over a small index with two results and a set of questions kept beside it."""
    from chithi.main import main
    from search_api.assess.evaluations import Evaluations

    root = tmp_path_factory.mktemp("judged")
    corpus, dev = Path(__file__).parent.parent / "corpus", "eval/benchmark/dev.jsonl"
    index = root / "ix"
    assert main(["index", str(corpus), "--index", str(index), "--json"]) == 0
    rows = (corpus.parent / dev).read_text(encoding="utf-8").splitlines()
    few = root / "it-cau.jsonl"
    few.write_text("\n".join(rows[:30] + rows[75:90]), encoding="utf-8")
    base = ["eval", str(few), "--index", str(index), "--no-answers", "--json"]
    assert main([*base, "--save", "lan-1"]) == 0
    assert main([*base, "-c", "fused:priors=0", "-c", "bm25-pairs", "--save", "lan-2"]) == 0
    Evaluations(index).save_set("thang-11", few.read_bytes())
    with served(create_app(ServiceOpener(index), hosts={"127.0.0.1"})) as address:
        yield address


@pytest.mark.parametrize("size", sorted(SIZES))
def test_results_compared(opened: Open, judged_site: str, size: str) -> None:
    page = opened("/danh-gia", size, base=judged_site)
    assert fits(page)
    assert page.locator("figure svg").count() == 2
    keep(page, f"evaluation-{size}", whole=True)
    page.select_option("#o-a", "lan-1/fused")
    page.select_option("#o-b", "lan-2/fused:priors=0")
    page.click(".filters.pair button")
    assert "a=lan-1%2Ffused&b=lan-2" in page.url
    assert "B kém A" in page.locator("#so-sanh ~ .two").inner_text()
    keep(page, f"evaluation-compared-{size}", whole=True)


def test_grading_by_keyboard(opened: Open, judged_site: str) -> None:
    page = opened("/danh-gia/cham?bo=thang-11&so=5", base=judged_site)
    count = page.locator("form.grading fieldset").count()
    assert count >= 5
    keep(page, "grading-desktop")
    for digit in "3210":
        page.keyboard.press(digit)
    assert page.locator("form.grading fieldset").nth(4).get_attribute("aria-current") == "true"
    page.keyboard.press("k")
    page.keyboard.press("x")  # the fourth again, its grade taken back
    checked = page.locator("form.grading input:checked").evaluate_all("all => all.map(one => one.value)")
    assert checked == ["3", "2", "1"] + ["x"] * (count - 3)
    page.keyboard.press("Enter")
    page.wait_for_url("**da-luu=*")
    assert "đã chấm 1 câu" in page.locator(".tally").inner_text()
    page.go_back()
    page.reload()
    checked = page.locator("form.grading input:checked").evaluate_all("all => all.map(one => one.value)")
    assert checked[:4] == ["3", "2", "1", "x"]


def test_grading_without_script_on_a_phone(opened: Open, judged_site: str) -> None:
    page = opened("/danh-gia/cham?bo=thang-11&so=5&cau=D005", "phone", script=False, base=judged_site)
    assert page.locator(".keys").is_hidden()
    page.locator("form.grading fieldset").first.get_by_label("trả lời đúng câu hỏi").check()
    keep(page, "grading-phone")
    page.click("form.grading button")
    assert "Đã lưu câu D005" in page.locator(".tally").inner_text()
    page.goto(judged_site + "/danh-gia")
    page.click(".sets form button")
    assert "phiên bản 1" in page.locator(".versions").inner_text()
