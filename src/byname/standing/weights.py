"""The kinds of evidence and what each says about the five standings: `weights.toml`, to be read and disputed."""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["MODEL", "SPEAKING", "Kind", "Weights", "shipped"]

MODEL = "standing"  # its name in models/
SPEAKING = 4.0  # log-odds between silent and vocal by one word or act unasked
_SERVES_DAYS = 91


@dataclass(frozen=True)
class Kind:
    """One kind of evidence.

    Attributes:
        name: as in `evidence.kind`.
        title: in words, of a person.
        half_life_days: after so many days it counts half; 0: it does not fade.
        cap: how many plain instances of it count at most.
        feels: log-odds of unhappy, content, attached.
        behaviour: what the person does, not what they say.
        vocal: an unhappy word, unasked.
        act: an unprompted public or referring act.
        why: the reasoning.
    """

    name: str
    title: str
    half_life_days: float
    cap: float
    feels: tuple[float, float, float]
    why: str
    behaviour: bool = False
    vocal: bool = False
    act: bool = False

    @property
    def weights(self) -> tuple[float, ...]:
        """Log-odds for each of `STATES`: a word or an act unasked moves from the silent to the vocal of a feeling."""
        unhappy, content, attached = self.feels
        speaks, acts = SPEAKING / 2 * self.vocal, SPEAKING / 2 * self.act
        return (content, unhappy - speaks, unhappy + speaks, attached - acts, attached + acts)


@dataclass(frozen=True)
class Weights:
    """All kinds, and where people stand of whom nothing is known.

    Attributes:
        kinds: in a fixed order: a kind's place is its number.
        base: shares of the unhappy, the content and the attached of whom nothing is known; they sum to 1.
        times: by what each kind's weights are multiplied, learned from the company's own history; 1 as shipped.
        says: what they were learned from, in words.
        trained_upto: the last day that was seen in learning; None where nothing was tried yet.
    """

    kinds: tuple[Kind, ...]
    base: tuple[float, float, float]
    times: tuple[float, ...]
    says: str = "weights as shipped"
    trained_upto: date | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The kinds' names, by their numbers."""
        return tuple(kind.name for kind in self.kinds)

    @property
    def shares(self) -> tuple[float, ...]:
        """Shares of the five standings where nothing is known: of the unhappy and the attached one in seven speaks."""
        unhappy, content, attached = self.base
        return (content, unhappy * 6 / 7, unhappy / 7, attached * 6 / 7, attached / 7)

    @property
    def table(self) -> NDArray[np.float64]:
        """Log-odds, of shape (kinds, standings), as they count; in the order of `STATES`."""
        table: NDArray[np.float64] = np.array([kind.weights for kind in self.kinds]) * np.array(self.times)[:, None]
        return table

    @property
    def feels(self) -> NDArray[np.float64]:
        """Log-odds of unhappy, content, attached, of shape (kinds, 3), as they count."""
        table: NDArray[np.float64] = np.array([kind.feels for kind in self.kinds]) * np.array(self.times)[:, None]
        return table

    def number(self, name: str) -> int:
        """A kind's number."""
        return self.names.index(name)

    def serves(self, as_of: date) -> bool:
        """Whether they may be used on that day without looking at the history again."""
        return self.trained_upto is not None and 0 <= (as_of - self.trained_upto).days < _SERVES_DAYS

    def to_json(self) -> str:
        """What was learned, as text."""
        times = dict(zip(self.names, self.times, strict=True))
        day = self.trained_upto.isoformat() if self.trained_upto else None
        return json.dumps({"times": times, "says": self.says, "trained_upto": day}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The shipped weights with what was learned; what does not fit them is as shipped."""
        said, plain = json.loads(text), shipped()
        times = [float(said["times"].get(name, 1.0)) for name in plain.names]
        times = [one if math.isfinite(one) and one > 0 else 1.0 for one in times]
        day = date.fromisoformat(said["trained_upto"]) if said["trained_upto"] else None
        return cls(plain.kinds, plain.base, tuple(times), str(said["says"]), day)

    def which(self, what: str) -> NDArray[np.bool_]:
        """Which kinds are of that sort: "behaviour", "vocal" or "act"."""
        return np.array([bool(getattr(kind, what)) for kind in self.kinds])


@cache
def shipped() -> Weights:
    """The weights as they are shipped."""
    said = tomllib.loads((files("byname.standing") / "weights.toml").read_text("utf-8"))
    base = said.pop("base")
    kinds = tuple(_kind(name, one) for name, one in said.items())
    return Weights(kinds, (base["unhappy"], base["content"], base["attached"]), (1.0,) * len(kinds))


def _kind(name: str, said: Mapping[str, Any]) -> Kind:
    feels = (float(said["unhappy"]), float(said["content"]), float(said["attached"]))
    rest = {key: value for key, value in said.items() if key not in ("unhappy", "content", "attached")}
    kind = Kind(name=name, feels=feels, **rest)
    if kind.cap <= 0 or kind.half_life_days < 0:
        message = f"weights.toml, [{name}]: a cap above 0 and a half-life of 0 days or more"
        raise ValueError(message)
    return kind
