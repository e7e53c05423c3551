"""What people write, put together from banks of phrases in six languages.

How a text sounds is a number, about -1..1, that follows the mood only loosely: people are polite, complain as a matter
of fact, praise and leave. Some are wry, some mistype, some stray from the point.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from byname.demo.simulated.faces import slip

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from byname.demo.simulated.faces import Face

__all__ = ["AGENTS", "PRODUCTS", "Writer"]

AGENTS = ("Maren Solberg", "Tobias Achterberg", "Priyanka Vaidya", "Liam Castellan")
PRODUCTS = (
    "teapot", "bread knife", "linen towel", "oak board", "milk frother", "spice mill", "lunch box", "water filter",
    "enamel pan", "kitchen scale", "storage jar", "coffee grinder",
)  # fmt: skip
_PLACES = "Malta Tromsø Madeira Graz Aarhus Lugano Tartu Bergen".split()
_SHARP, _WRY_BELOW, _WARM, _GLAD = -0.35, -0.2, 0.25, 0.6
_GOOD = ("good_product", "good_product", "good_delivery", "good_help", "good", "good")


@cache
def _phrases() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((files("byname.demo.simulated") / "phrases.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Writer:
    """Writes for one text: draws phrases by numbers that chance has given.

    Attributes:
        face: who writes.
        draws: whole numbers by chance, used one after another.
        product, order, agent: what the text may name.
    """

    face: Face
    draws: Iterator[int]
    product: str
    order: str = ""
    agent: str = ""

    @classmethod
    def of(cls, rng: np.random.Generator, face: Face, product: int, order: str = "", agent: str = "") -> Writer:
        """A writer with chance of its own."""
        return cls(face, _endless(rng), PRODUCTS[product % len(PRODUCTS)], order, agent)

    # ------------------------------------------------------------------------------------------- whole texts

    def complaint(self, fault: str, tone: float, *, leaving: bool = False, letter: bool = True) -> str:
        """Something went wrong: told calmly, sharply or wryly."""
        said = [self._say(fault) + "."]
        if tone < _SHARP:
            said += [self._say("sharp")] + ([self._say("sharp")] if self._one_in(2) else [])
        elif tone < _WRY_BELOW and self._one_in(4):
            said.append(self._say("wry"))
        else:
            said.append(self._say("calm"))
            if tone > 0 or self._one_in(4):
                said.append(self._say("kind"))
        if leaving:
            said.append(self._say("leave"))
        return self._finish(said, letter=letter)

    def question(self) -> str:
        """A plain question."""
        return self._finish([self._say("question")], letter=not self._one_in(3))

    def thanks(self, tone: float) -> str:
        """Thanks; of the glad, praise besides."""
        said = [self._say("thanks") + "."]
        if tone > _WARM:
            said.append(self._say(_GOOD[next(self.draws) % len(_GOOD)]) + ".")
        return self._finish(said, letter=True)

    def opinion(self, fault: str, tone: float) -> str:
        """A review, a post or the comment to a score."""
        if tone < _WRY_BELOW:
            if self._one_in(12):  # sarcasm: kind words, meant otherwise
                return self._finish([self._say("wry"), self._say(fault) + "."], letter=False)
            return self.complaint(fault, tone, leaving=tone < 2 * _SHARP and self._one_in(3), letter=False)
        if tone < _WARM:
            but = self._say("but")
            return self._finish([f"{self._say('fine')}, {but}." if but else self._say("fine") + "."], letter=False)
        said = [self._say(_GOOD[next(self.draws) % len(_GOOD)]) + "."]
        if self._one_in(2):
            said.append(self._say(_GOOD[next(self.draws) % len(_GOOD)]) + ".")
        if tone > _GLAD and self._one_in(2):
            said.append(self._say("recommend"))
        elif self._one_in(8):
            said.append(self._say(fault) + ".")  # praise with a fault in it
        return self._finish(said, letter=False)

    def farewell(self, tone: float, *, ours: bool) -> str:
        """A last letter."""
        if ours:
            return self._finish([self._say("leave"), self._say("sharp") if tone < _SHARP else ""], letter=True)
        return self._finish([self._say("moved") + "."], letter=True)

    def answer(self) -> str:
        """To another customer's question."""
        return self._finish([self._say("answer") + "."], letter=False)

    def idea(self) -> tuple[str, str]:
        """A title and the whole."""
        title = self._say("idea")
        return title, f"{title}. {self._say('idea_more')}".strip()

    # ------------------------------------------------------------------------------------------------- parts

    def _say(self, bank: str) -> str:
        phrases = _phrases()[self.face.language]
        template = phrases[bank][next(self.draws) % len(phrases[bank])]
        return template.format(
            product=self.product,
            order=self.order or f"#{10_000 + next(self.draws) % 9_000}",
            agent=self.agent.split(" ", maxsplit=1)[0] or AGENTS[next(self.draws) % len(AGENTS)].split()[0],
            place=_PLACES[next(self.draws) % len(_PLACES)],
            given=self.face.given,
            family=self.face.family,
        )

    def _one_in(self, many: int) -> bool:
        return next(self.draws) % many == 0

    def _finish(self, said: list[str], *, letter: bool) -> str:
        if self._one_in(30):
            said.append(self._say("offtopic"))
        body = " ".join(one for one in said if one)
        if self._one_in(8):
            words = body.split(" ")
            at = next(self.draws) % len(words)
            words[at] = slip(words[at], next(self.draws))
            body = " ".join(words)
        if self._one_in(10):
            body = body.lower()
        if letter and not self._one_in(4):
            body = f"{self._say('hello')},\n{body}\n{self._say('bye')}".strip()
        return body


def _endless(rng: np.random.Generator) -> Iterator[int]:
    while True:
        yield from rng.integers(0, 1 << 30, 24).tolist()
