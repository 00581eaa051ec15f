"""An optional language model on the user's own network: it words an answer, the documents decide what stands.

Off unless CHITHI_LLM_URL and CHITHI_LLM_MODEL are set.  The endpoint speaks the protocol of
``/chat/completions`` with streaming.  It is given the retrieved passages, numbered, and nothing else;
every sentence that comes back is checked against them (:func:`check_sentence`), and one that fails is
struck out with the reason.  Nothing is sent to an address outside the private ranges.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import secrets
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import urlsplit

from indexer.clean import bare, collapse, fold, nfc
from indexer.errors import ChithiError, UnusableInput
from indexer.records import Span
from indexer.rules import rows
from search_api.questions.coverage import light_words, syllables

DEFAULT_TIMEOUT = 30.0
LONGEST_TIMEOUT = 600.0
MOST_SENTENCES = 12
MOST_CHARACTERS = 40_000
"""Characters of a reply that are read; a longer one is cut off and refused."""
LEAST_QUOTE = 8
"""Characters below which a quote proves nothing."""
SAID_BY_QUOTES = 0.6
"""Share of a sentence's words of content that its quotes (or the question) must have."""


class LanguageModelFailed(ChithiError):
    """The endpoint gave no usable reply; the message says why, in Vietnamese."""


class LanguageModelSettings(NamedTuple):
    """Where the model is asked, by which name, with which key, and how many seconds it may take."""

    url: str
    model: str
    key: str | None = None
    timeout: float = DEFAULT_TIMEOUT


def settings_from_environment(environment: Mapping[str, str] | None = None) -> LanguageModelSettings | None:
    """Read CHITHI_LLM_URL, CHITHI_LLM_MODEL, CHITHI_LLM_KEY and CHITHI_LLM_TIMEOUT; None where it is off.

    Raises ``UnusableInput`` for half a configuration, a timeout that is no number of seconds, or an
    address outside the user's own network.
    """
    held = os.environ if environment is None else environment
    url, model = held.get("CHITHI_LLM_URL", "").strip(), held.get("CHITHI_LLM_MODEL", "").strip()
    if not url and not model:
        return None
    if not url or not model:
        missing = "CHITHI_LLM_MODEL" if url else "CHITHI_LLM_URL"
        raise UnusableInput(
            f"Thiếu biến môi trường {missing}: mô hình ngôn ngữ cần cả CHITHI_LLM_URL và CHITHI_LLM_MODEL. "
            "Đặt cả hai, hoặc bỏ cả hai để tắt."
        )
    raw = held.get("CHITHI_LLM_TIMEOUT", "").strip() or str(DEFAULT_TIMEOUT)
    try:
        timeout = float(raw.replace(",", "."))
    except ValueError:
        timeout = 0.0
    if not 0 < timeout <= LONGEST_TIMEOUT:
        raise UnusableInput(f"CHITHI_LLM_TIMEOUT: “{raw}” không phải số giây từ 0 đến {LONGEST_TIMEOUT:g}.")
    _check_address(url)
    return LanguageModelSettings(
        url.rstrip("/"), model, held.get("CHITHI_LLM_KEY", "").strip() or None, timeout
    )


def _check_address(url: str) -> None:
    """Refuse an address that is not http(s) or that leads out of the user's own network."""
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        port = 0
    if parts.scheme not in ("http", "https") or not parts.hostname or not port:
        raise UnusableInput(
            f"CHITHI_LLM_URL: “{url}” không phải địa chỉ http, ví dụ http://127.0.0.1:8080/v1."
        )
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UnusableInput(
            f"CHITHI_LLM_URL: không tìm thấy máy “{parts.hostname}”. Kiểm tra tên máy hoặc dùng địa chỉ IP."
        ) from error
    for *_, address in found:
        if ipaddress.ip_address(str(address[0]).split("%")[0]).is_global:
            raise UnusableInput(
                f"CHITHI_LLM_URL: máy “{parts.hostname}” ở ngoài mạng nội bộ. Văn bản không được gửi ra ngoài; "
                "chỉ dùng mô hình trên máy này hoặc trong mạng của đơn vị."
            )


# -- what is sent ---------------------------------------------------------------------------------


class GivenPassage(NamedTuple):
    """A passage that the model may cite: its number, document, place there and text as stored."""

    n: int
    doc: str
    span: Span
    text: str
    source: str
    """The document and section in words."""


@lru_cache(maxsize=1)
def prompt() -> str:
    """Return the instructions (rules/language_model_prompt.txt)."""
    return (resources.files("search_api.rules") / "language_model_prompt.txt").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def planted_patterns() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """Return the patterns of sentences that speak to a machine, with their examples."""
    return tuple(
        (re.compile(rf"(?<![a-z0-9])(?:{pattern})"), tuple(examples.split(" | ")))
        for pattern, examples in rows("planted_instructions.tsv", "search_api.rules")
    )


def planted(text: str) -> list[Span]:
    """Return the sentences of a text that speak to a machine."""
    found: list[Span] = []
    cuts = [0, *(m.end() for m in re.finditer(r"(?<=[.;!?…])\s+|\n+", text)), len(text)]
    for start, end in pairwise(cuts):
        flat = collapse(bare(text[start:end]))
        if any(pattern.search(flat) for pattern, _ in planted_patterns()):
            found.append(Span(start, end))
    return found


_MARKERS = (
    (re.compile(r"<\|"), "‹|"),
    (re.compile(r"\|>"), "|›"),
    (re.compile(r"<{2,}"), "‹‹"),
    (re.compile(r">{2,}"), "››"),
    (re.compile(r"</?\s*(?=(?:s|system|user|assistant|instructions?|im_\w+)\b)", re.IGNORECASE), "‹"),
    (re.compile(r"\[(/?)(INST|SYS)\]", re.IGNORECASE), r"(\1\2)"),
    (re.compile(r"^(\s*)#{2,}", re.MULTILINE), r"\1＃"),
    (re.compile(r"`{3,}"), "ˋˋˋ"),
    (
        re.compile(
            r"^(\s*)(system|assistant|user|human|hệ thống|trợ lý)(\s*):", re.IGNORECASE | re.MULTILINE
        ),
        r"\1(\2)\3-",
    ),
)
"""What chat templates and prompts use to tell roles and parts apart, made harmless inside data."""


def neutralised(text: str) -> str:
    """Return a text in which nothing looks like a role marker, a delimiter or an instruction to a machine."""
    parts: list[str] = []
    at = 0
    for span in planted(text):
        parts += [text[at : span.start], "(đã bỏ một câu)\n"]
        at = span.end
    parts.append(text[at:])
    out = "".join(parts)
    for pattern, put in _MARKERS:
        out = pattern.sub(put, out)
    return out


def messages(
    question: str, passages: Sequence[GivenPassage], fence: str | None = None
) -> list[dict[str, str]]:
    """Make the messages of one question; ``fence`` (random) closes what no document can close."""
    fence = fence or secrets.token_hex(8)
    parts = [f"Câu hỏi: {collapse(neutralised(question))}", ""]
    for passage in passages:
        parts += [
            f"<<<ĐOẠN {passage.n} {fence}>>>",
            f"({collapse(neutralised(passage.source))})",
            neutralised(passage.text),
            f"<<<HẾT ĐOẠN {passage.n} {fence}>>>",
            "",
        ]
    parts.append("Trả lời theo đúng quy tắc, mỗi câu một dòng JSON.")
    return [{"role": "system", "content": prompt()}, {"role": "user", "content": "\n".join(parts)}]


# -- what comes back ------------------------------------------------------------------------------


class Sentence(NamedTuple):
    """A sentence of the model; ``proofs`` are (passage number, span in its document) of its quotes.

    ``reason`` says why it is struck out, None where it stands.
    """

    text: str
    proofs: tuple[tuple[int, Span], ...]
    reason: str | None


class LanguageModel:
    """A client of one endpoint."""

    def __init__(self, settings: LanguageModelSettings) -> None:
        self.settings = settings

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.settings.model

    def sentences(self, question: str, passages: Sequence[GivenPassage]) -> Iterator[Sentence]:
        """Ask, and yield every sentence, checked, as soon as it is there.

        Raises ``LanguageModelFailed`` where the endpoint cannot be reached, is too slow, or breaks off;
        what was yielded before must then not be used.
        """
        held = {passage.n: passage for passage in passages}
        count = 0
        for line in self._lines(messages(question, passages)):
            read = _sentence_of(line)
            if read is None:
                continue
            yield check_sentence(read, question, held)
            count += 1
            if count >= MOST_SENTENCES:
                return

    def _lines(self, said: list[dict[str, str]]) -> Iterator[str]:
        buffer = ""
        for piece in self._pieces(said):
            buffer += piece
            *whole, buffer = buffer.split("\n")
            yield from whole
        if buffer.strip():
            yield buffer

    def _pieces(self, said: list[dict[str, str]]) -> Iterator[str]:
        import httpx

        settings = self.settings
        url = (
            settings.url if settings.url.endswith("/chat/completions") else f"{settings.url}/chat/completions"
        )
        headers = {"authorization": f"Bearer {settings.key}"} if settings.key else {}
        body = {"model": settings.model, "messages": said, "stream": True, "temperature": 0}
        until = time.monotonic() + settings.timeout
        try:
            # The proxies of the environment would carry documents elsewhere, and so would a redirect.
            with (
                httpx.Client(timeout=settings.timeout, trust_env=False, follow_redirects=False) as client,
                client.stream("POST", url, json=body, headers=headers) as response,
            ):
                if response.status_code != 200:
                    raise LanguageModelFailed(
                        f"Máy chủ mô hình ngôn ngữ trả về mã {response.status_code} thay vì câu trả lời."
                    )
                yield from _events(response.iter_lines(), until)
        except httpx.TimeoutException as error:
            raise LanguageModelFailed(_slow(settings.timeout)) from error
        except httpx.HTTPError as error:
            raise LanguageModelFailed(
                f"Không nhận được câu trả lời của mô hình ngôn ngữ ({type(error).__name__})."
            ) from error


def _slow(seconds: float) -> str:
    return f"Mô hình ngôn ngữ không trả lời trong {seconds:g} giây (CHITHI_LLM_TIMEOUT)."


def _events(lines: Iterator[str], until: float) -> Iterator[str]:
    """Yield the pieces of text of a stream of events; a reply that is not streamed is one piece."""
    size, ended = 0, False
    plain: list[str] = []
    for line in lines:
        if time.monotonic() > until:
            raise LanguageModelFailed("Mô hình ngôn ngữ trả lời quá chậm (CHITHI_LLM_TIMEOUT).")
        if line.startswith("data:"):
            data = line.removeprefix("data:").strip()
            if data == "[DONE]":
                ended = True
                break
            piece, finished = _content(data)
            ended = ended or finished
        else:
            plain.append(line)
            size += len(line)
            piece = ""
        size += len(piece)
        if size > MOST_CHARACTERS:
            raise LanguageModelFailed("Câu trả lời của mô hình ngôn ngữ dài quá mức.")
        if piece:
            yield piece
    if not ended:
        whole = "\n".join(plain).strip()
        piece, finished = _content(whole) if whole.startswith("{") else ("", False)
        if not finished:
            raise LanguageModelFailed(
                "Câu trả lời của mô hình ngôn ngữ bị ngắt giữa chừng hoặc sai giao thức."
            )
        yield piece


def _content(data: str) -> tuple[str, bool]:
    """Return the text of one event (or of a whole reply) and whether it is the last."""
    try:
        choice = json.loads(data)["choices"][0]
        said = choice.get("delta") or choice.get("message") or {}
        return str(said.get("content") or ""), bool(choice.get("finish_reason"))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        if isinstance(error, IndexError):  # an event that only counts tokens has no choices
            return "", False
        raise LanguageModelFailed("Máy chủ mô hình ngôn ngữ trả về dữ liệu không đúng giao thức.") from error


class _Read(NamedTuple):
    text: str
    quotes: tuple[tuple[int, str], ...]
    fault: str | None = None


def _sentence_of(line: str) -> _Read | None:
    """Read one line of a reply; None for a line that says nothing."""
    text = nfc(line).strip().rstrip(",")
    if not text or text.startswith("```") or text in ("[", "]"):
        return None
    try:
        row = json.loads(text)
        said = collapse(row["sentence"])
        quotes = tuple((int(quote["n"]), collapse(quote["quote"])) for quote in row["quotes"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return _Read(collapse(text)[:500], (), "câu không đúng định dạng, không kiểm tra được trích dẫn")
    return _Read(said, quotes) if said else None


_CITES = re.compile(r"\[(\d{1,3})\]")
_NUMBER = re.compile(r"\d+(?:[./,]\d+)*")
_WORD = re.compile(r"\w+")
_ROLES = ("chủ trì", "phối hợp", "chỉ đạo", "chịu trách nhiệm", "thường trực", "thay thế", "bãi bỏ")
_NEGATIONS = re.compile(r"\b(?:không(?! gian| khí| chỉ)|chưa|cấm|trừ|miễn|ngoại trừ)\b")


def check_sentence(read: _Read, question: str, passages: Mapping[int, GivenPassage]) -> Sentence:
    """Hold a sentence against the passages it cites; the first fault found is the reason.

    It stands only if it cites, every citation has a quote, every quote stands in the passage to the
    letter (white space collapsed), and its numbers, names, roles and negations are those of the quotes.
    """
    marks = {int(n) for n in _CITES.findall(read.text)}
    said = collapse(_CITES.sub(" ", read.text)).replace(" .", ".")
    proofs: list[tuple[int, Span]] = []

    def struck(reason: str) -> Sentence:
        return Sentence(read.text, tuple(proofs), reason)

    if read.fault:
        return struck(read.fault)
    if not marks:
        return struck("câu không nêu trích dẫn")
    unknown = sorted(marks - passages.keys())
    if unknown:
        return struck(f"không có đoạn nào mang số {unknown[0]}")
    for n, quote in read.quotes:
        if n not in marks:
            continue
        if len(quote) < LEAST_QUOTE:
            return struck("trích dẫn quá ngắn để làm bằng chứng")
        found = locate_quote(passages[n].text, quote)
        if found is None:
            return struck(f"trích dẫn không có nguyên văn trong đoạn [{n}]")
        if any(span.overlaps(found) for span in planted(passages[n].text)):
            return struck("trích dẫn là câu ra lệnh cho máy, không phải nội dung văn bản")
        at = passages[n].span.start
        proofs.append((n, Span(at + found.start, at + found.end)))
    bare_marks = marks - {n for n, _ in proofs}
    if bare_marks:
        return struck(f"trích dẫn [{min(bare_marks)}] không kèm câu nguyên văn")
    fault = _unsaid(said, " ".join(quote for n, quote in read.quotes if n in marks), question)
    return struck(fault) if fault else Sentence(read.text, tuple(proofs), None)


def locate_quote(text: str, quote: str) -> Span | None:
    """Return where a quote stands in a text, any white space alike; None where it does not."""
    words = quote.split()
    if not words:
        return None
    match = re.search(r"\s+".join(map(re.escape, words)), text)
    return Span(match.start(), match.end()) if match else None


def _unsaid(said: str, quotes: str, question: str) -> str | None:
    """Return what a sentence states that its quotes do not."""
    proof = fold(quotes)
    numbers = set(_NUMBER.findall(quotes)) | set(_NUMBER.findall(question))
    for number in _NUMBER.findall(said):
        if number not in numbers:
            return f"số “{number}” không có trong trích dẫn"
    known = f"{proof} {fold(question)}"
    for name in _names(said):
        # "Theo Sở Y tế" at the start: the capital of the first word is no part of the name.
        rest = name.partition(" ")[2] if said.startswith(name) else ""
        if fold(name) not in known and not (rest and fold(rest) in known):
            return f"tên “{name}” không có trong trích dẫn"
    for role in _ROLES:
        if role in fold(said) and role not in proof:
            return f"“{role}” không có trong trích dẫn"
    if bool(_NEGATIONS.search(fold(said))) != bool(_NEGATIONS.search(proof)):
        return "câu khẳng định và trích dẫn phủ định, hoặc ngược lại"
    words = [word for word in syllables(said, plain=False) if word not in light_words(plain=False)]
    have = set(syllables(known, plain=False))
    if words and sum(word in have for word in words) / len(words) < SAID_BY_QUOTES:
        return "câu nói khác với trích dẫn"
    # The subject before a role must be the subject of the quote, not another unit that it names too.
    for role in ("chủ trì", "phối hợp", "chỉ đạo"):
        ours, theirs = _before(fold(said), role), _before(proof, role)
        if ours and theirs and not (ours in theirs or theirs in ours) and role in proof:
            named = [before for before in _all_before(proof, role) if ours in before or before in ours]
            if not named and re.match(r"(?:sở|ủy ban|công an|văn phòng|phòng|ban|bộ|chi cục)\b", ours):
                return f"trích dẫn không nói “{ours} {role}”"
    return None


def _names(said: str) -> list[str]:
    """Return the runs of words with capitals; the first word of the sentence alone is no name."""
    runs: list[list[re.Match[str]]] = [[]]
    for match in _WORD.finditer(said):
        run = runs[-1]
        if run and said[run[-1].end() : match.start()] not in (" ", "-"):
            runs.append([])
        if match.group()[0].isupper() or (runs[-1] and match.group()[0].isdigit()):
            runs[-1].append(match)
        elif runs[-1]:
            runs.append([])
    return [
        said[run[0].start() : run[-1].end()]
        for run in runs
        if run and not (len(run) == 1 and run[0].start() == 0)
    ]


def _all_before(text: str, role: str) -> list[str]:
    """Return the words of the clause before each mention of a role; after a label, the unit named by it."""
    out = []
    for match in re.finditer(re.escape(role), text):
        label = re.match(r"\s*:\s*([^.;:]+)", text[match.end() :])
        clause = label.group(1) if label else re.split(r"[.;:,|]", text[: match.start()])[-1]
        out.append(collapse(clause))
    return [clause for clause in out if clause]


def _before(text: str, role: str) -> str:
    found = _all_before(text, role)
    return found[0] if found else ""
