"""Text to vectors: the embedded model, or a sentence-transformers model by name or folder.

The embedded model is a static embedding: the mean of one vector for each lexical unit
(:func:`indexer.tokenize.units`), which are the units of the lexical index too.  It is read without torch, by
mapping the file; ``SentenceTransformer(folder).encode(prepare(text))`` gives the same vectors.

What has no known unit (an empty text, a foreign script) gets one fixed direction, the least used one of the
model, so that it is near nothing; it is never a zero vector that looks like a stored embedding.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable, Sequence
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from indexer.clean import fold, has_diacritics, nfc
from indexer.diacritics import Restorer
from indexer.errors import ModelUnavailable
from indexer.tokenize import JOINER, units

Vectors = NDArray[np.float32]
EMBEDDED = "embedded"
_OFFLINE = (
    "Nếu máy không nối mạng: dùng mô hình nhúng sẵn (bỏ --model hoặc --model embedded), "
    "hoặc tải mô hình ở máy khác rồi đưa đường dẫn thư mục vào --model."
)
_LETTERS = re.compile(r"[^\W\d_]+")


class Encoder(Protocol):
    """Turns texts into unit vectors.

    ``identity`` names model, content and dimension; an index holds vectors of one identity only.
    """

    @property
    def identity(self) -> str:
        """Name, content hash and dimension."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return float32 of shape (texts, dimension), each row of length 1."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 of shape (texts, dimension), each row of length 1."""
        ...


class ModelFiles(msgspec.Struct, frozen=True):
    """Names of the files of a saved embedded model, in sentence-transformers' layout."""

    modules: str = "modules.json"
    config: str = "config_sentence_transformers.json"
    tokenizer: str = "tokenizer.json"
    weights: str = "model.safetensors"
    card: str = "README.md"


FILES = ModelFiles()
UNIT_FORMAT = "units: syllables and pairs"
"""Marks (in the metadata of the weights) a static model whose tokens are our lexical units."""


class Preset(msgspec.Struct, frozen=True):
    """What a Hub model needs, and what one must know before choosing it (rules/presets.json)."""

    dimension: int
    max_length: int
    query_prompt: str
    document_prompt: str
    segmented: bool
    licence: str
    note: str


def presets() -> dict[str, Preset]:
    """Return the known Hub models by name."""
    content = (resources.files("indexer.rules") / "presets.json").read_bytes()
    return msgspec.json.decode(content, type=dict[str, Preset])


def prepare(text: str) -> str:
    """Return the units of ``text`` joined by spaces: what the saved model's tokenizer splits."""
    return " ".join(units(text))


# ------------------------------------------------------------------------------------- embedded


class _Vocabulary(msgspec.Struct):
    vocab: dict[str, int]
    unk_token: str


class _Tokenizer(msgspec.Struct):
    model: _Vocabulary


_DTYPES = {"I8": np.int8, "U8": np.uint8, "F16": np.float16, "F32": np.float32, "I32": np.int32}


def read_weights(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Map the tensors of a safetensors file; return them by name, and the file's metadata.

    The file starts with the length of a JSON header (8 bytes, little endian); offsets count from its end.

    Raises:
        ModelUnavailable: the file is missing, cut short or has a type that is not expected here.
    """
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = msgspec.json.decode(file.read(length), type=dict[str, Any])
        data = np.memmap(path, mode="r", offset=8 + length)
        metadata = header.pop("__metadata__", {})
        tensors = {}
        for name, entry in header.items():
            start, end = entry["data_offsets"]
            tensors[name] = data[start:end].view(_DTYPES[entry["dtype"]]).reshape(entry["shape"])
    except (OSError, struct.error, msgspec.DecodeError, ValueError, KeyError, TypeError) as error:
        raise ModelUnavailable(
            f"{path}: không đọc được tệp trọng số của mô hình ({error}). {_OFFLINE}"
        ) from error
    return tensors, metadata


def content_hash(parts: Iterable[bytes]) -> str:
    """Return a short hash of the contents that make a model what it is."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:16]


class StaticEncoder:
    """The embedded model: mean of unit vectors, stored as int8 rows with one scale for each."""

    def __init__(self, folder: Path) -> None:
        """Map the model in ``folder``; raises ModelUnavailable if it is not one of ours."""
        try:
            raw = (folder / FILES.tokenizer).read_bytes()
            model = msgspec.json.decode(raw, type=_Tokenizer).model
        except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
            raise ModelUnavailable(
                f"{folder}: không đọc được bộ từ vựng của mô hình ({error}). {_OFFLINE}"
            ) from error
        tensors, metadata = read_weights(folder / FILES.weights)
        missing = {"embeddings", "weights"} - tensors.keys()
        if missing or metadata.get("format") != UNIT_FORMAT:
            raise ModelUnavailable(f"{folder}: không phải mô hình nhúng sẵn của chithi. {_OFFLINE}")
        self._vocabulary = model.vocab
        self._rows: NDArray[Any] = tensors["embeddings"]
        self._scales: Vectors = np.asarray(tensors["weights"], dtype=np.float32)
        self._counts: NDArray[Any] | None = tensors.get("counts")
        if len(self._rows) != len(self._scales) or len(self._rows) != len(self._vocabulary):
            raise ModelUnavailable(f"{folder}: từ vựng và trọng số của mô hình không khớp nhau. {_OFFLINE}")
        self._unknown = self._unit_row(self._vocabulary[model.unk_token])
        self._identity = f"{metadata['name']}@{metadata['hash']}/{self.dimension}"

    @property
    def identity(self) -> str:
        """Name, content hash and dimension."""
        return self._identity

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._rows.shape[1])

    def _unit_row(self, row: int) -> Vectors:
        vector = self._rows[row].astype(np.float32)
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)

    def encode_units(self, found: Sequence[str]) -> Vectors:
        """Return the vector of some lexical units, shape (dimension,), of length 1."""
        get = self._vocabulary.get
        ids = [row for unit in found if (row := get(unit)) is not None]
        if ids:
            rows = np.array(ids)
            total: Vectors = self._scales[rows] @ self._rows[rows].astype(np.float32)
            length = float(np.linalg.norm(total))
            if length > 0:
                return total / np.float32(length)
        return self._unknown

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return float32 of shape (texts, dimension), each row of length 1."""
        out = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            out[row] = self.encode_units(units(text))
        return out

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 of shape (texts, dimension), each row of length 1.

        A query without any diacritics is read as its most probable accented form.
        """
        return self.encode_passages([self.restore(text) for text in texts])

    def restore(self, text: str) -> str:
        """Return ``text`` with probable diacritics if it has none at all, else as it is.

        >>> encoder.restore("chuyen doi so")  # doctest: +SKIP
        'chuyển đổi số'
        """
        if self._restorer is None or has_diacritics(text):
            return text
        folded = fold(nfc(text))
        words = [(m.start(), m.end()) for m in _LETTERS.finditer(folded)]
        if not words:
            return text
        parts, at = [], 0
        readings = self._restorer.restore([folded[start:end] for start, end in words])
        for (start, end), reading in zip(words, readings, strict=True):
            parts += [folded[at:start], reading]
            at = end
        return "".join([*parts, folded[at:]])

    @cached_property
    def _restorer(self) -> Restorer | None:
        """Built at the first query without diacritics; None for a model saved without counts."""
        if self._counts is None:
            return None
        # Stored as 8 · log2(count): a byte for each unit is precise enough to compare readings.
        counts = np.exp2(self._counts.astype(np.float32) / 8)
        vocabulary = self._vocabulary
        singles = {u: float(counts[n]) for u, n in vocabulary.items() if JOINER not in u and u.isalpha()}

        def pair_count(pair: str) -> float:
            row = vocabulary.get(pair)
            return 0.0 if row is None else float(counts[row])

        return Restorer(singles, pair_count)


# ------------------------------------------------------------------------------------------ Hub


def _reachable(endpoint: str) -> bool:
    """Ask the Hub once, briefly: its own client would try again for more than a minute."""
    import httpx

    try:
        httpx.head(endpoint, timeout=5, follow_redirects=True)
    except httpx.HTTPError:
        return False
    return True


def load_transformer(
    name: str, kind: Literal["SentenceTransformer", "CrossEncoder"], advice: str = _OFFLINE
) -> Any:
    """Return a sentence-transformers model: a folder, else what was downloaded before, else from the Hub.

    Raises ModelUnavailable, whose message ends with ``advice``, where it cannot be had.
    """
    try:
        import httpx
        import huggingface_hub.constants as hub
        import sentence_transformers
    except ImportError as error:
        raise ModelUnavailable(
            f"{name}: thiếu thư viện ({error}). Cài đặt bằng: pip install sentence-transformers"
        ) from error
    make = getattr(sentence_transformers, kind)
    looks_like_folder = name.startswith((".", "/", "~")) or "\\" in name or name.count("/") > 1
    if looks_like_folder and not Path(name).is_dir():
        raise ModelUnavailable(f"{name}: không có thư mục mô hình này. {advice}")
    faults = (OSError, ValueError, KeyError, RuntimeError, ImportError, httpx.HTTPError)
    try:
        return make(name, local_files_only=True)
    except faults as error:
        problem: Exception = error
    if not Path(name).is_dir() and not hub.HF_HUB_OFFLINE:
        if not _reachable(hub.ENDPOINT):
            raise ModelUnavailable(
                f"{name}: máy chưa có mô hình này và không kết nối được tới {hub.ENDPOINT}. {advice}"
            ) from problem
        try:
            return make(name)
        except faults as error:
            problem = error
    reason = next(iter(str(problem).strip().splitlines()), type(problem).__name__)
    raise ModelUnavailable(f"{name}: không tải được mô hình ({reason[:200]}). {advice}") from problem


class HubEncoder:
    """A sentence-transformers model by Hub name or folder, with the prompts and cutting that it wants."""

    def __init__(self, name: str, preset: Preset | None = None) -> None:
        """Load by Hub name or folder; raises ModelUnavailable if it cannot be had."""
        self._model = load_transformer(name, "SentenceTransformer")
        self._name = name
        self._segmented = preset.segmented if preset else self._wants_segments()
        self._prompts = self._own_prompts()
        if preset:
            self._prompts = (preset.query_prompt, preset.document_prompt)
            limit = self._model.max_seq_length
            self._model.max_seq_length = min(preset.max_length, limit or preset.max_length)
        dimension = self._model.get_embedding_dimension()
        if not dimension:
            raise ModelUnavailable(f"{name}: mô hình không cho biết số chiều của vectơ. {_OFFLINE}")
        if preset and preset.dimension != dimension:
            raise ModelUnavailable(
                f"{name}: mô hình có {dimension} chiều, thiết lập sẵn ghi {preset.dimension}. "
                "Kiểm tra lại tên hoặc thư mục mô hình."
            )
        self._dimension = int(dimension)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    @cached_property
    def identity(self) -> str:
        """Name, content hash and dimension; all that changes the vectors is in the hash."""
        state = self._model.state_dict()
        parts = [repr((self._prompts, self._segmented, self._model.max_seq_length)).encode()]
        for key in sorted(state):
            # The head of every tensor tells models apart without reading gigabytes.
            head = state[key].flatten()[:256].float().cpu().numpy()
            parts += [f"{key}{tuple(state[key].shape)}".encode(), head.tobytes()]
        return f"{self._name}@{content_hash(parts)}/{self._dimension}"

    def _wants_segments(self) -> bool:
        """Say whether the model is of the PhoBERT family, which reads words joined by ``_``."""
        tokenizer = getattr(self._model, "tokenizer", None)
        return "phobert" in type(tokenizer).__name__.lower()

    def _own_prompts(self) -> tuple[str, str]:
        prompts = self._model.prompts or {}
        return prompts.get("query") or "", prompts.get("document") or prompts.get("passage") or ""

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        if not texts:
            return np.empty((0, self._dimension), dtype=np.float32)
        ready = list(texts)
        if self._segmented:
            from pyvi import ViTokenizer

            ready = [ViTokenizer.tokenize(text) if text.strip() else text for text in ready]
        vectors = np.asarray(
            self._model.encode(ready, prompt=prompt, show_progress_bar=False, convert_to_numpy=True),
            dtype=np.float32,
        )
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        bad = np.flatnonzero(~np.isfinite(lengths[:, 0]) | (lengths[:, 0] == 0))
        if len(bad):
            raise ModelUnavailable(
                f"{self._name}: mô hình không tạo được vectơ cho đoạn {ready[int(bad[0])][:60]!r}. {_OFFLINE}"
            )
        return np.asarray(vectors / lengths, dtype=np.float32)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return float32 of shape (texts, dimension), each row of length 1."""
        return self._encode(texts, self._prompts[1])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return float32 of shape (texts, dimension), each row of length 1."""
        return self._encode(texts, self._prompts[0])


# ------------------------------------------------------------------------------------------ any


def embedded_folder() -> Path:
    """Return the folder of the embedded model inside the installed package."""
    return Path(str(resources.files("indexer") / "model"))


def _is_unit_model(folder: Path) -> bool:
    path = folder / FILES.weights
    if not (folder / FILES.tokenizer).is_file() or not path.is_file():
        return False
    return read_weights(path)[1].get("format") == UNIT_FORMAT


def preset_for(name: str) -> Preset | None:
    """Return the preset of a Hub name, or of a folder named after one ("…/vietnamese-bi-encoder")."""
    known = presets()
    if name in known:
        return known[name]
    last = Path(name).name.lower()
    for full, preset in known.items():
        if last in (full.split("/")[1].lower(), f"models--{full}".replace("/", "--").lower()):
            return preset
    return None


def load_encoder(name: str | None = None) -> Encoder:
    """Load an encoder: None or "embedded", a Hub model by name, or a folder.

    Raises:
        ModelUnavailable: it cannot be had; the message says how to go on without a network.
    """
    if name is None or name == EMBEDDED:
        return StaticEncoder(embedded_folder())
    folder = Path(name)
    if folder.is_dir() and _is_unit_model(folder):
        return StaticEncoder(folder)
    return HubEncoder(name, preset_for(name))
