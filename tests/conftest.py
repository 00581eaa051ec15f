"""Indexes that several test modules share, built once a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build_index
from indexer.encode import load_encoder

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The saved index of the sample collection."""
    folder = tmp_path_factory.mktemp("sample") / "index"
    report = build_index([ROOT / "corpus"], folder, load_encoder())
    assert not report.skipped
    return folder


@pytest.fixture(scope="session")
def shared_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The saved index of the development plans; skips where they are absent."""
    if not (SHARED / "corpus").is_dir():
        pytest.skip("../shared is not here")
    folder = tmp_path_factory.mktemp("shared") / "index"
    build_index([SHARED / "corpus"], folder, load_encoder())
    return folder
