"""What was learned from a company's own labels: weights of terms and numbers, and how far to trust them on each medium."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from byname.errors import BynameError
from byname.voice.cold import ALL_NUMBERS, with_cold
from byname.voice.features import Terms, Vocabulary, weigh
from byname.voice.intents import INTENTS
from byname.voice.semantic_graph import WIDTH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["Head", "Model", "Scale", "model_from", "model_to", "scaled", "softmax", "with_meaning"]

_MOST_TERMS = 1_000_000
_MOST_MEDIA = 1_000
_MEANING = 2.0


@dataclass(frozen=True, eq=False)
class Head:
    """Weights of one reading: shapes (terms, classes), (numbers, classes), (classes,)."""

    terms: NDArray[np.float32]
    numbers: NDArray[np.float32]
    bias: NDArray[np.float32]

    def logits(self, weighed: Any, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds up to a constant, shape (texts, classes)."""
        found: NDArray[np.float64] = weighed @ self.terms + numbers @ self.numbers + self.bias
        return found


@dataclass(frozen=True)
class Scale:
    """Platt scaling of three logits: each is multiplied by `slope` and moved by its own `shift`."""

    slope: float
    shift: tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Model:
    """A learned reader of feeling, and of the intents that staff corrected often enough.

    Attributes:
        vocabulary: the terms that count, as hashes.
        sentiment: three classes: negative, neutral, positive.
        scales: per medium that has enough rated texts.
        other: for every other medium; what comes of it is not calibrated.
        intents: one class each.
        texts: how many labelled texts it was learned from.
        semantic: whether what texts mean stands beside their numbers.
    """

    vocabulary: Vocabulary
    sentiment: Head
    scales: Mapping[str, Scale]
    other: Scale
    intents: Mapping[str, Head] = field(default_factory=dict)
    texts: int = 0
    semantic: bool = False

    def read(
        self,
        found: Terms,
        numbers: NDArray[np.float64],
        media: Sequence[str | None],
        meant: NDArray[np.float32] | None = None,
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_], Mapping[str, NDArray[np.float64]]]:
        """Read texts: three probabilities each, whether they are calibrated, and the learned intents.

        Args:
            found: their terms.
            numbers: as `cold.NUMBERS` has them.
            media: the medium of each.
            meant: of a semantic model, from `semantic.embed`.
        """
        weighed = weigh(found, self.vocabulary)
        numbers = with_cold(numbers)
        if meant is not None:
            numbers = with_meaning(numbers, meant)
        logits = self.sentiment.logits(weighed, numbers)
        shares = np.empty_like(logits)
        known = np.array([medium in self.scales for medium in media], dtype=np.bool_)
        for medium in set(media):
            rows = np.array([one == medium for one in media], dtype=np.bool_)
            shares[rows] = scaled(logits[rows], self.scales.get(medium or "", self.other))
        intents = {
            name: 1.0 / (1.0 + np.exp(-np.clip(head.logits(weighed, numbers)[:, 0], -30.0, 30.0)))
            for name, head in self.intents.items()
        }
        return shares, known, intents


def with_meaning(numbers: NDArray[np.float64], meant: NDArray[np.float32]) -> NDArray[np.float64]:
    """Numbers of texts and, beside them, what they mean: of length 2, where words and runs of letters have 1 each."""
    return np.hstack([numbers, _MEANING * meant])


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares that sum to 1 by row."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return shares


def scaled(logits: NDArray[np.float64], scale: Scale) -> NDArray[np.float64]:
    """Probabilities of logits, by Platt scaling over three classes."""
    return softmax(logits * scale.slope + np.asarray(scale.shift))


def model_to(model: Model) -> dict[str, Any]:
    """The model as plain JSON values; arrays are base64 of little-endian numbers."""

    def head(one: Head) -> dict[str, Any]:
        return {"terms": _packed(one.terms), "numbers": _packed(one.numbers), "bias": _packed(one.bias)}

    return {
        "texts": model.texts,
        "semantic": model.semantic,
        "numbers": list(ALL_NUMBERS),
        "hashes": base64.b64encode(model.vocabulary.hashes.astype("<u8").tobytes()).decode(),
        "idf": _packed(model.vocabulary.idf),
        "sentiment": head(model.sentiment),
        "intents": {name: head(one) for name, one in sorted(model.intents.items())},
        "scales": {name: [one.slope, *one.shift] for name, one in sorted(model.scales.items())},
        "other": [model.other.slope, *model.other.shift],
    }


def model_from(written: Any) -> Model:
    """A model from plain JSON values, every one of which is checked.

    Raises:
        BynameError: a value is missing, of another shape, not finite, or of another version of the reader.
    """
    of = _checked(written, dict, "an object")
    if of.get("numbers") != list(ALL_NUMBERS):
        raise _wrong("a model of another version", "numbers " + ", ".join(ALL_NUMBERS))
    hashes = np.frombuffer(_bytes(of.get("hashes")), dtype="<u8").astype(np.uint64)
    if len(hashes) > _MOST_TERMS or np.any(hashes[1:] <= hashes[:-1]):
        raise _wrong(f"{len(hashes):,} hashes", f"at most {_MOST_TERMS:,} hashes, ascending, none twice")
    count = len(hashes)
    known = Vocabulary(hashes, _unpacked(of.get("idf"), (count,)), (hashes & np.uint64(1)).astype(np.bool_))
    intents = _checked(of.get("intents"), dict, "an object of intents")
    if not intents.keys() <= set(INTENTS):
        raise _wrong("an unknown intent", ", ".join(INTENTS))
    scales = _checked(of.get("scales"), dict, "an object of media")
    if len(scales) > _MOST_MEDIA:
        raise _wrong(f"{len(scales):,} media", f"at most {_MOST_MEDIA:,}")
    semantic = of.get("semantic", False) is True
    width = len(ALL_NUMBERS) + (WIDTH if semantic else 0)
    texts = of.get("texts")
    if not isinstance(texts, int) or isinstance(texts, bool) or texts < 0:
        raise _wrong("no number of texts", "a whole number")
    return Model(
        known,
        _head(of.get("sentiment"), count, width, 3),
        {name: _scale(one) for name, one in scales.items()},
        _scale(of.get("other")),
        {name: _head(one, count, width, 1) for name, one in intents.items()},
        texts,
        semantic,
    )


def _head(written: Any, terms: int, width: int, classes: int) -> Head:
    of = _checked(written, dict, "an object of weights")
    return Head(
        _unpacked(of.get("terms"), (terms, classes)),
        _unpacked(of.get("numbers"), (width, classes)),
        _unpacked(of.get("bias"), (classes,)),
    )


def _scale(written: Any) -> Scale:
    numbers = _checked(written, list, "a slope and three shifts")
    if len(numbers) != 4 or not all(  # noqa: PLR2004
        isinstance(one, int | float) and not isinstance(one, bool) and abs(one) <= 1e6  # noqa: PLR2004 - no scale is so wide
        for one in numbers
    ):
        raise _wrong("a scale that is none", "a slope and three shifts")
    return Scale(float(numbers[0]), (float(numbers[1]), float(numbers[2]), float(numbers[3])))


def _packed(array: NDArray[np.float32]) -> str:
    return base64.b64encode(np.ascontiguousarray(array, dtype="<f4").tobytes()).decode()


def _unpacked(written: Any, shape: tuple[int, ...]) -> NDArray[np.float32]:
    raw = _bytes(written, 4)
    if len(raw) != 4 * int(np.prod(shape)):
        raise _wrong(f"{len(raw):,} bytes", f"{4 * int(np.prod(shape)):,} bytes of numbers")
    array = np.frombuffer(raw, dtype="<f4").astype(np.float32).reshape(shape)
    if not np.all(np.isfinite(array)):
        raise _wrong("a number that is not finite", "finite numbers")
    return array


def _bytes(written: Any, size: int = 8) -> bytes:
    try:
        raw = base64.b64decode(_checked(written, str, "base64"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _wrong("no base64", "base64 of little-endian numbers") from error
    if len(raw) % size:
        raise _wrong(f"{len(raw):,} bytes", f"a multiple of {size}")
    return raw


def _checked[T](value: Any, kind: type[T], expected: str) -> T:
    if not isinstance(value, kind):
        raise _wrong("no such value" if value is None else type(value).__name__, expected)
    return value


def _wrong(found: str, expected: str) -> BynameError:
    return BynameError(
        where="the model of the reader of texts",
        found=found,
        expected=expected,
        do="Remove models/voice and refresh: it is learned anew.",
    )
