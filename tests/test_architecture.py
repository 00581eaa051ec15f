"""The arrows between the rooms: web → search_api → indexer; eval → search_api, indexer; nothing back."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {
    "indexer": set(),
    "search_api": {"indexer"},
    "web": {"search_api", "indexer"},
    "eval": {"search_api", "indexer"},
    "chithi": {"web", "eval", "search_api", "indexer"},
}


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found & set(ROOMS)


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_imports_only_what_the_arrows_allow(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert files
    wrong = {
        str(path.relative_to(ROOT)): extra
        for path in files
        if (extra := imports(path) - ROOMS[room] - {room})
    }
    assert wrong == {}


def test_the_command_starts_without_heavy_libraries() -> None:
    code = (
        "import sys, chithi.main, chithi.commands, search_api.service, indexer.build\n"
        "print([m for m in ('torch', 'sentence_transformers', 'pyvi', 'transformers', 'fastapi') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_every_package_is_declared() -> None:
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for room in ROOMS:
        for init in sorted((ROOT / room).rglob("__init__.py")):
            name = ".".join(init.parent.relative_to(ROOT).parts)
            assert f'"{name}"' in declared, name
