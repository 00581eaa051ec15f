"""What each subcommand does: calls the rooms, prints Vietnamese text or one JSON object."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from chithi import printing
from indexer.errors import UnusableInput

if TYPE_CHECKING:
    from search_api.retrieve import RetrievalSettings
    from search_api.schemas import Filters
    from search_api.service import Service

QUERY_LIMIT = 2000
"""Longest query or question accepted, in characters; the HTTP API has the same."""


def emit(value: Any) -> None:
    """Print one JSON object, UTF-8, on a line of its own."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


def _index(options: argparse.Namespace) -> int:
    from indexer.build import build_index
    from indexer.encode import load_encoder

    paths = options.paths or _roots(options.index)
    encoder = load_encoder(options.model)
    with printing.Progress() as progress:
        report = build_index(
            paths, options.index, encoder, progress=progress, model=options.model or "embedded"
        )
    if options.json:
        emit(report)
    else:
        printing.report(report)
    return 1 if report.skipped else 0


def _roots(index: Path) -> list[Path]:
    """Return the paths that the index mirrors, for ``chithi index`` without a path."""
    from indexer.errors import MissingIndex
    from indexer.store import Store

    try:
        with Store.open(index) as store:
            return [Path(root) for root in store.manifest.roots]
    except MissingIndex as error:
        raise UnusableInput(
            f"Chưa có chỉ mục ở {index} nên cần chỉ rõ thư mục văn bản, ví dụ: chithi index corpus"
        ) from error


def _service(options: argparse.Namespace) -> Service:
    from search_api.service import Service

    return Service(options.index, _settings(options))


def _settings(options: argparse.Namespace) -> RetrievalSettings:
    """Return the settings of the search, with the reranker of the command or of the environment."""
    from search_api.retrieve import default_settings

    return default_settings(getattr(options, "reranker", None))


def _answering(options: argparse.Namespace) -> Service:
    """Open the service with the language model of the environment, where one is set."""
    from search_api.service import Service

    if not any(name.startswith("CHITHI_LLM_") for name in os.environ):
        return Service(options.index, _settings(options))
    from search_api.answers.language_model import LanguageModel, settings_from_environment

    model = settings_from_environment()
    return Service(options.index, _settings(options), LanguageModel(model) if model else None)


def _filters(options: argparse.Namespace) -> Filters:
    from search_api.dates import bound
    from search_api.schemas import Filters

    return Filters(
        doc=options.doc,
        type=options.type,
        issuer=options.issuer,
        level=options.level,
        date_from=bound(options.date_from, last=False, name="--from"),
        date_to=bound(options.date_to, last=True, name="--to"),
    )


def _checked(text: str | None, name: str) -> str:
    if text is None or not text.strip():
        raise UnusableInput(f'Thiếu {name}. Ví dụ: chithi ask "ai chủ trì nhiệm vụ chuyển đổi số?"')
    if len(text) > QUERY_LIMIT:
        raise UnusableInput(
            f"{name.capitalize()} dài {len(text)} ký tự, tối đa {QUERY_LIMIT}. Hãy rút gọn còn một câu."
        )
    return text


def _batch(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (qid, question) of a JSONL file; every fault of the file is named at once."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableInput(f"Không đọc được tệp câu hỏi {path}: {error}. Cần tệp JSONL mã UTF-8.") from error
    rows: list[tuple[str, str]] = []
    faults: list[str] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            faults.append(f"dòng {number}: không phải JSON ({error.msg})")
            continue
        if not isinstance(row, dict) or not isinstance(row.get("question"), str) or "qid" not in row:
            faults.append(f'dòng {number}: cần một đối tượng có "qid" và "question"')
        elif len(row["question"]) > QUERY_LIMIT:
            faults.append(f"dòng {number}: câu hỏi dài quá {QUERY_LIMIT} ký tự")
        else:
            rows.append((str(row["qid"]), row["question"]))
    if faults:
        raise UnusableInput(f"Tệp câu hỏi {path} có lỗi:\n  " + "\n  ".join(faults))
    if not rows:
        raise UnusableInput(
            f'Tệp câu hỏi {path} không có câu hỏi nào. Mỗi dòng cần {{"qid": …, "question": …}}.'
        )
    yield from rows


def _search(options: argparse.Namespace) -> int:
    filters = _filters(options)
    if options.batch:
        found_all = True
        rows = list(_batch(options.batch))
        service = _service(options)
        for qid, text in rows:
            result = service.search(text, options.k, filters)
            emit({"qid": qid, **msgspec.to_builtins(result)})
            found_all = found_all and bool(result.hits)
        return 0 if found_all else 1
    query = _checked(options.query, "từ khóa tìm kiếm")
    result = _service(options).search(query, options.k, filters)
    if options.json:
        emit(result)
    else:
        printing.hits(result)
    return 0 if result.hits else 1


def _ask(options: argparse.Namespace) -> int:
    filters = _filters(options)
    if options.batch and options.docx:
        raise UnusableInput("--docx ghi một câu trả lời, không dùng cùng --batch.")
    if options.batch:
        answered_all = True
        rows = list(_batch(options.batch))
        service = _answering(options)
        for qid, text in rows:
            answer = service.ask(text, filters, model=True)
            emit({**msgspec.to_builtins(answer), "qid": qid})
            answered_all = answered_all and answer.answered
        return 0 if answered_all else 1
    question = _checked(options.question, "câu hỏi")
    service = _answering(options)
    shown = None if options.json or service.language_model is None else printing.model_sentence
    answer = service.ask(question, filters, model=True, on_sentence=shown)
    if options.json:
        emit(answer)
    else:
        printing.answer(answer)
    if options.docx:
        from datetime import date

        from chithi.files import write_whole
        from search_api.answers.cited import answer_docx

        write_whole(options.docx, answer_docx(answer, date.today()))
        print(f"\nĐã ghi vào {options.docx}.")
    return 0 if answer.answered else 1


def _feedback(options: argparse.Namespace) -> int:
    from search_api.assess import feedback

    path = feedback.feedback_file(options.index)
    entries, torn = feedback.read_feedback(path)
    if torn:
        print(f"Lưu ý: {torn} dòng hỏng trong {path} được bỏ qua.", file=sys.stderr)
    if not entries:
        print(f"Chưa có phản hồi nào ({path}).", file=sys.stderr)
        return 1
    counts = ", ".join(
        f"{sum(entry.verdict == code for entry in entries)} {word}"
        for code, word in feedback.VERDICTS.items()
    )
    print(f"{len(entries)} phản hồi: {counts} ({path}).")
    if options.export:
        from chithi.files import write_whole

        questions = feedback.exported(entries)
        if not questions:
            print("Không phản hồi nào cho biết câu trả lời đúng, nên không có gì để xuất.", file=sys.stderr)
            return 1
        write_whole(options.export, feedback.questions_file(questions))
        print(
            f"Đã ghi {len(questions)} câu hỏi vào {options.export}; các câu bị chấm sai không có đáp án nên bỏ ra."
        )
    return 0


def _show(options: argparse.Namespace) -> int:
    view = _service(options).document(options.doc)
    if options.json:
        emit(view)
    else:
        printing.document(view)
    return 0


def _tasks(options: argparse.Namespace) -> int:
    from search_api.dates import bound

    due_from = bound(options.due_from, last=False, name="--due-from")
    due_to = bound(options.due_to, last=True, name="--due-to")
    service = _service(options)
    found = service.tasks(options.doc, options.unit, options.role, due_from, due_to)
    if options.json:
        emit({"tasks": found})
        return 0 if found else 1
    if not found:
        print(
            "Chưa thấy trong kho nhiệm vụ nào khớp. Hãy bỏ bớt điều kiện (--unit, --role, --due-from, --due-to).",
            file=sys.stderr,
        )
        return 1
    suffix = next((name for name in ("xlsx", "csv", "docx", "ics") if getattr(options, name)), None)
    if suffix is None:
        printing.tasks(found)
        return 0
    from datetime import date

    from chithi.files import write_whole
    from search_api.export import FORMATS
    from search_api.register import Register, conditions

    said = conditions(options.doc, options.unit, options.role, due_from, due_to)
    path = getattr(options, suffix)
    write_whole(path, FORMATS[suffix].make(Register(found, date.today(), said)))
    print(f"Đã ghi {len(found)} nhiệm vụ vào {path} ({FORMATS[suffix].label}).")
    return 0


def _graph(options: argparse.Namespace) -> int:
    graph = _service(options).graph(options.doc)
    if options.json:
        emit(graph)
    elif options.svg:
        from chithi.files import write_whole
        from search_api.drawing import svg

        write_whole(options.svg, svg(graph, focus=options.doc).encode())
        absent = sum(node.missing for node in graph.nodes)
        print(
            f"Đã vẽ {len(graph.nodes)} văn bản ({absent} chưa có trong kho), {len(graph.edges)} quan hệ "
            f"vào {options.svg}."
        )
    else:
        printing.graph(graph)
    return 0


def _eval(options: argparse.Namespace) -> int:
    from eval.cli import evaluate

    return evaluate(options)


def _serve(options: argparse.Namespace) -> int:
    from web.app import serve

    serve(options.index, options.host, options.port)
    return 0


def _check(options: argparse.Namespace) -> int:
    from chithi.checks import check

    return check(options, _service)


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "index": _index,
    "search": _search,
    "ask": _ask,
    "feedback": _feedback,
    "show": _show,
    "tasks": _tasks,
    "graph": _graph,
    "check": _check,
    "eval": _eval,
    "serve": _serve,
}
"""What runs each subcommand; returns the exit status."""
