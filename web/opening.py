"""Opens the index for the pages, and opens it again when it was rebuilt."""

from __future__ import annotations

import threading
from pathlib import Path

from indexer.generations import IndexFiles, current_generation
from search_api.answers.language_model import LanguageModel, settings_from_environment
from search_api.service import Service


class ServiceOpener:
    """Returns the service over the current generation of an index; safe from several threads.

    A call costs the reading of one small file.  A request that began on the older generation ends on
    it.  Raises as ``Service`` does, at every call until the index is there.
    """

    def __init__(self, index_dir: Path) -> None:
        """Remember the folder and the language model of the environment (raises where that is wrong)."""
        settings = settings_from_environment()
        self._model = LanguageModel(settings) if settings else None
        self.files = IndexFiles(index_dir)
        self._lock = threading.Lock()
        self._held: tuple[Path, Service] | None = None

    def __call__(self) -> Service:
        """Return the service."""
        folder = current_generation(self.files)
        with self._lock:
            if self._held is None or self._held[0] != folder:
                self._held = (folder, Service(self.files.root, language_model=self._model))
            return self._held[1]
