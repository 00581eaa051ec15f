"""Serving: the address, the warning, and the index that is opened again after a rebuild."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from indexer.errors import MissingIndex, UnusableInput
from indexer.generations import IndexFiles
from web import opening
from web.app import serve


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UnusableInput, match=f"Cổng {port} đang được chương trình khác dùng"):
            serve(tmp_path, port=port)


@pytest.mark.parametrize(
    ("host", "port"), [("203.0.113.9", 8000), ("khong.hop.le.invalid", 8000), ("127.0.0.1", 99999)]
)
def test_an_address_of_another_machine_is_said(tmp_path: Path, host: str, port: int) -> None:
    with pytest.raises(UnusableInput, match="Kiểm tra --host và --port"):
        serve(tmp_path, host, port)


@pytest.mark.parametrize(("host", "warned"), [("127.0.0.1", False), ("0.0.0.0", True)])
def test_others_in_the_network_are_warned_of(
    tmp_path: Path,
    host: str,
    warned: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ran: list[Any] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: ran.append(sockets[0].getsockname()))
    serve(tmp_path, host, 0)
    said = capsys.readouterr().err
    assert ("Cảnh báo" in said) is warned
    assert f"http://{host}:{ran[0][1]}/" in said


def test_the_index_is_opened_again_when_rebuilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []

    class Opened:
        def __init__(self, index_dir: Path, language_model: object = None) -> None:
            made.append(index_dir)

    monkeypatch.setattr(opening, "Service", Opened)
    opener = opening.ServiceOpener(tmp_path)
    with pytest.raises(MissingIndex):
        opener()
    files = IndexFiles(tmp_path)
    files.current.write_text("gen-000001", encoding="utf-8")
    first = opener()
    assert opener() is first
    files.current.write_text("gen-000002", encoding="utf-8")
    assert opener() is not first
    assert len(made) == 2
