"""An answer to take along: as plain text with its citations, and as a Word file to be put before a leader."""

from __future__ import annotations

import io
import re
from datetime import date

from indexer.clean import collapse
from search_api.naming import document_name, issuer_name
from search_api.office import new_word, printable, without_controls
from search_api.schemas import Answer, Citation

_MARK = re.compile(r"(\[\d{1,3}\])")


def citation_place(citation: Citation) -> str:
    """Say where a quote stands: document, issuer, date, section, page."""
    issuer = issuer_name(citation.issuer, citation.locality)
    name = document_name(citation.type, citation.symbol, citation.draft, issuer)
    parts = [f"{name} của {issuer}" if citation.symbol and issuer else name]
    if citation.date:
        parts.append(f"ngày {'/'.join(reversed(citation.date.split('-')))}")
    section = " › ".join(part.strip() for part in (citation.section_title or citation.section).split(" > "))
    if section:
        parts.append(f"mục “{section}”")
    if citation.page is not None:
        parts.append(f"trang {citation.page}")
    return ", ".join(parts)


def _said(answer: Answer) -> list[str]:
    if not answer.answered or not answer.answer:
        return [answer.reason or "Không có trong kho."]
    lines = [collapse(line) for line in answer.answer.split("\n")]
    return [*lines, f"({answer.reason})"] if answer.reason else lines


def _heading(answer: Answer) -> str:
    return "Trích dẫn" if answer.answered else "Đoạn gần nhất (không phải câu trả lời)"


def _notices(answer: Answer) -> list[str]:
    """Word the warnings about the documents, each document by its name."""
    named = {
        c.doc: document_name(c.type, c.symbol, c.draft, issuer_name(c.issuer, c.locality))
        for c in reversed(answer.citations)
    }
    return [f"{named.get(n.doc, n.doc)}: {n.message}" for n in answer.notices]


def cited_text(answer: Answer) -> str:
    """Return question, answer and numbered citations as text that can be pasted anywhere.

    Sentences of a language model that no document bears out are left out.
    """
    lines = [
        f"Hỏi: {collapse(answer.question)}",
        "",
        "Trả lời:" if answer.answered else "Chưa thấy trong kho:",
    ]
    lines += _said(answer)
    if answer.citations:
        lines += ["", f"{_heading(answer)}:"]
        lines += [f"[{c.n}] “{collapse(c.quote)}” ({citation_place(c)})" for c in answer.citations]
    notices = _notices(answer)
    if notices:
        lines += ["", "Lưu ý:", *(f"- {notice}" for notice in notices)]
    return "\n".join(lines) + "\n"


def answer_docx(answer: Answer, made: date) -> bytes:
    """Make a Word file of an answer: A4, Times New Roman, citations in a numbered list, facts in bold."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    book = new_word(printable(answer.question)[:250], made, points=13, left=3, right=2, space_after=4)

    def heading(text: str, size: int = 13) -> None:
        paragraph = book.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(8)
        paragraph.paragraph_format.keep_with_next = True
        run = paragraph.add_run(printable(text))
        run.bold, run.font.size = True, Pt(size)

    title = book.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run("KẾT QUẢ TRA CỨU VĂN BẢN")
    run.bold, run.font.size = True, Pt(14)
    under = book.add_paragraph()
    under.alignment = WD_ALIGN_PARAGRAPH.CENTER
    under.add_run(
        f"(lập ngày {made:%d/%m/%Y}; mỗi điều đều trích từ văn bản, hãy đối chiếu bản chính)"
    ).italic = True
    heading("Câu hỏi")
    book.add_paragraph(printable(collapse(answer.question)))
    heading("Trả lời" if answer.answered else "Chưa thấy trong kho")
    for line in _said(answer):
        paragraph = book.add_paragraph()
        for part in _MARK.split(without_controls(line)):
            run = paragraph.add_run(part)
            run.bold = answer.answered and not _MARK.fullmatch(part)
    if answer.citations:
        heading(_heading(answer))
    for citation in answer.citations:
        paragraph = book.add_paragraph()
        paragraph.paragraph_format.left_indent = Cm(1)
        paragraph.paragraph_format.first_line_indent = Cm(-1)
        paragraph.add_run(f"[{citation.n}]\t“")
        for text, fact in _fact_parts(citation):
            paragraph.add_run(without_controls(text)).bold = fact
        paragraph.add_run("”")
        paragraph.add_run(without_controls(f" ({citation_place(citation)})")).italic = True
    notices = _notices(answer)
    if notices:
        heading("Lưu ý về văn bản")
        for notice in notices:
            book.add_paragraph(printable(f"- {notice}"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fact_parts(citation: Citation) -> list[tuple[str, bool]]:
    """Cut a quote into pieces with and without the fact; white space collapsed, nothing else changed."""
    parts: list[tuple[str, bool]] = []
    at = citation.start
    for start, end in (*citation.fact, (citation.end, citation.end)):
        parts.append((citation.quote[at - citation.start : start - citation.start], False))
        parts.append((citation.quote[start - citation.start : end - citation.start], True))
        at = max(at, end)
    return [(re.sub(r"\s+", " ", text), fact) for text, fact in parts if text]
