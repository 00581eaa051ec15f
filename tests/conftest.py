"""Indexes that several test modules share, built once a session."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from indexer.build import build_index
from indexer.encode import load_encoder

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"

# The same examples in every run, so that a red run means that the change is at fault.
# ``pytest --hypothesis-profile=search`` and ``python -m eval.fuzz`` look for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", derandomize=False, deadline=None)
settings.load_profile("same")


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
