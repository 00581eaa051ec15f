"""The best passages read again by a cross-encoder, which sees question and passage together.

Optional, behind one setting; nothing heavy is imported before the first question that needs it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.encode import load_transformer
from indexer.errors import ModelUnavailable

DEPTH = 30
"""So many of the best passages are read again."""
WEIGHT = 0.7
"""Share of the cross-encoder in what the fused score was."""
_ADVICE = (
    "Kiểm tra tên hoặc thư mục của mô hình xếp hạng lại, "
    "hoặc bỏ nó đi (bỏ --reranker và biến CHITHI_RERANKER): tìm kiếm vẫn chạy mà không cần."
)
_LONGEST = 512
_loading = threading.Lock()


class Reranker:
    """A cross-encoder with one output: how well a passage answers a question."""

    def __init__(self, name: str) -> None:
        """Load by Hub name or folder; raise ``ModelUnavailable`` if it cannot be had or is no such model."""
        self.name = name
        self._model: Any = load_transformer(name, "CrossEncoder", _ADVICE)
        outputs = self._model.config.num_labels
        if outputs != 1:
            raise ModelUnavailable(
                f"{name}: mô hình cho {outputs} giá trị mỗi cặp, cần mô hình xếp hạng lại (cross-encoder) "
                f"cho một giá trị. {_ADVICE}"
            )
        longest = self._model.max_seq_length
        self._model.max_seq_length = min(longest or _LONGEST, _LONGEST)
        self._one_at_a_time = threading.Lock()

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return one score for each text, the best 1 and the worst 0 (all 1 where they do not differ)."""
        if not texts:
            return np.zeros(0)
        with self._one_at_a_time:
            raw = self._model.predict([(question, text) for text in texts], show_progress_bar=False)
        found = np.asarray(raw, dtype=np.float64).reshape(len(texts))
        if not np.isfinite(found).all():
            raise ModelUnavailable(f"{self.name}: mô hình cho giá trị không phải số. {_ADVICE}")
        width = float(found.max() - found.min())
        return (found - found.min()) / width if width > 1e-12 else np.ones(len(texts))


@lru_cache(maxsize=2)
def _loaded(name: str) -> Reranker:
    return Reranker(name)


def load_reranker(name: str) -> Reranker:
    """Return a cross-encoder, loaded once; raises ``ModelUnavailable``."""
    with _loading:
        return _loaded(name)


def rerank(name: str, question: str, texts: Sequence[str], fused: Sequence[float]) -> list[float]:
    """Return what is to be added to the scores of passages, given best first with their fused score.

    The first :data:`DEPTH` exchange a share of it for the cross-encoder's; the others only lose theirs.
    """
    read = load_reranker(name).scores(question, texts[:DEPTH])
    gained = [*(WEIGHT * read), *([0.0] * (len(fused) - len(read)))]
    return [float(gain) - WEIGHT * old for gain, old in zip(gained, fused, strict=True)]
