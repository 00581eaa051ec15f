"""What is compared: a way of retrieving, its encoder, its passages and its settings, in one line.

``fused``, ``lexical``, ``dense`` search as the service does; ``bm25-syllables``, ``bm25-pairs`` and
``bm25-pyvi`` are plain BM25 (k1 = 1.2, b = 0.75) to be compared with.  Options follow a colon::

    fused:dense_weight=0.5,weights.heading=1.0
    fused:model=keepitreal/vietnamese-sbert
    fused:chunks=80            passages of at most 80 words, cut along the structure as ours are
    fused:windows=110          passages of about 110 words that know nothing of the structure
    fused:reranker=NAME        the best passages read again by a cross-encoder
    fused:strip=1              the questions as typed without any diacritics
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from eval.options import WAYS, Way
from indexer.errors import UnknownOption
from search_api.retrieve import RetrievalSettings

LABELS: dict[str, str] = {
    "fused": "từ khóa + ngữ nghĩa",
    "lexical": "chỉ từ khóa",
    "dense": "chỉ ngữ nghĩa",
    "bm25-syllables": "BM25, âm tiết",
    "bm25-pairs": "BM25, âm tiết + cặp",
    "bm25-pyvi": "BM25, từ pyvi",
}
DEFAULT: tuple[str, ...] = ("fused", "lexical", "dense")
_OWN = ("model", "windows", "chunks", "strip")
_NESTED = ("weights", "plain_weights")


Cutting = tuple[int | None, int | None]
"""How the documents are cut: ``windows`` and ``chunks`` of a configuration."""


class Configuration(NamedTuple):
    """One thing to run.  ``model`` None is the encoder of the index (or the embedded one).

    ``windows``: words of a passage, where the documents are cut without their structure; ``chunks``: the
    most words of a passage cut along it (of a piece of a BEIR document, 0 for whole documents only); None
    for the passages of the index (the usual pieces).
    """

    name: str
    way: Way
    model: str | None = None
    windows: int | None = None
    chunks: int | None = None
    strip: bool = False
    settings: RetrievalSettings = RetrievalSettings()

    @property
    def cutting(self) -> Cutting:
        """How the documents are cut; (None, None) as they stand in the index."""
        return self.windows, self.chunks


def accepted_options() -> tuple[str, ...]:
    """Return the names of all options of a configuration."""
    default = RetrievalSettings()
    plain = [name for name in default._fields if name not in _NESTED]
    inner = [f"{name}.{field}" for name in _NESTED for field in getattr(default, name).__struct_fields__]
    return (*_OWN, *plain, *inner)


def parse(spec: str) -> Configuration:
    """Read one configuration; raise UnknownOption, which says what would be accepted."""
    name, _, rest = spec.strip().partition(":")
    way = next((way for way in WAYS if way == name.strip()), None)
    if way is None:
        raise UnknownOption(
            f"Cấu hình “{spec}”: không có cách tìm “{name}”. Các cách tìm: {', '.join(WAYS)}."
        )
    own: dict[str, Any] = {}
    settings = RetrievalSettings()
    if way in ("lexical", "dense"):
        settings = settings._replace(dense_weight=0.0 if way == "lexical" else 1.0)
    for part in filter(None, (p.strip() for p in rest.split(","))):
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not value:
            raise UnknownOption(f"Cấu hình “{spec}”: “{part}” phải có dạng tên=giá trị.")
        if key == "model":
            own["model"] = value
        elif key in _OWN:
            number = _number(spec, key, value, int)
            own[key] = bool(number) if key == "strip" else number
        else:
            settings = _with(settings, key, value, spec)
    for key in ("windows", "chunks"):
        whole = key == "chunks" and own.get(key) == 0
        if key in own and not whole and not 10 <= own[key] <= 2000:
            raise UnknownOption(f"Cấu hình “{spec}”: {key} phải từ 10 đến 2000 từ.")
    if "windows" in own and "chunks" in own:
        raise UnknownOption(f"Cấu hình “{spec}”: chỉ dùng một trong hai tùy chọn windows, chunks.")
    if not 0 <= settings.dense_weight <= 1:
        raise UnknownOption(f"Cấu hình “{spec}”: dense_weight phải từ 0 đến 1.")
    return Configuration(spec.strip(), way, settings=settings, **own)


def _number(spec: str, key: str, value: str, kind: type[int] | type[float]) -> float:
    try:
        return kind(value)
    except ValueError as error:
        wanted = "số nguyên" if kind is int else "số"
        raise UnknownOption(f"Cấu hình “{spec}”: {key}={value} không phải {wanted}.") from error


def _with(settings: RetrievalSettings, key: str, value: str, spec: str) -> RetrievalSettings:
    if key not in accepted_options():
        raise UnknownOption(
            f"Cấu hình “{spec}”: không có tùy chọn “{key}”. Các tùy chọn: {', '.join(accepted_options())}."
        )
    if key == "reranker":
        return settings._replace(reranker=value)
    outer, _, inner = key.partition(".")
    held = getattr(settings, outer)
    if not inner:
        changed: dict[str, Any] = {outer: _number(spec, key, value, int if isinstance(held, int) else float)}
        return settings._replace(**changed)
    number = _number(spec, key, value, float)
    return settings._replace(**{outer: msgspec.structs.replace(held, **{inner: number})})


def configurations(
    specs: Sequence[str],
    models: Sequence[str] = (),
    sweep: str | None = None,
    rerankers: Sequence[str] = (),
) -> list[Configuration]:
    """Make the list to run, the main one first.

    Without ``specs`` it is :data:`DEFAULT`; every one of ``models`` is run fused and dense; ``sweep``
    ("dense_weight=0,0.2,0.4") adds a fused run for each value; every one of ``rerankers`` is run beside
    the first configuration.
    """
    wanted = list(specs)
    for model in models:
        wanted += [f"{way}:model={model}" for way in ("fused", "dense")]
    if sweep:
        key, _, values = sweep.partition("=")
        if not values:
            raise UnknownOption(
                f"--sweep {sweep}: cần dạng tên=giá_trị,giá_trị. Ví dụ: dense_weight=0,0.2,0.4"
            )
        base = specs[0] if specs else "fused"
        joint = "," if ":" in base else ":"
        wanted += [f"{base}{joint}{key}={value}" for value in values.split(",")]
    wanted = wanted or list(DEFAULT)
    base = wanted[0]
    wanted += [f"{base}{',' if ':' in base else ':'}reranker={name}" for name in rerankers]
    return [parse(spec) for spec in dict.fromkeys(wanted)]
