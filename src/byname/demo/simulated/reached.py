"""Whom the company reached by name, with lots drawn: one letter that moves people, one preview that moves nobody.

Both went out when the life of these people was lived already: nothing before them is otherwise for their sake. What
would have happened to each person in the other arm is known here and nowhere else, so that the effect is known too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.demo.simulated.faces import Face
    from byname.demo.simulated.life import Lived

__all__ = ["HELD_OUT_OF_LETTER", "HELD_OUT_OF_PREVIEW", "PLANTED", "WINDOW", "Campaign", "reach"]

PLANTED = 0.12  # of those who got the letter, so many more order again within the window
WINDOW = 90  # days
_LETTER, _PREVIEW = 215, 140  # days before the end: in both cases the window is over
_YEAR, _SILENT = 365, 180
HELD_OUT_OF_LETTER, HELD_OUT_OF_PREVIEW = 0.4, 0.3
_FIRST, _LAST = 4, 80  # days from a letter to the order that it moved


@dataclass(frozen=True)
class Campaign:
    """One sending with lots.

    Attributes:
        name, action, channel, kind, team, employee, purpose, goal: as the company writes them down.
        cost: of one, in EUR.
        day: on which it went out.
        who: the people's numbers.
        held_out: by the lots, household by household; of the same length.
        moved: an order within the window comes of it, and would not come without; of the same length.
    """

    name: str
    action: str
    channel: str
    kind: str
    team: str
    employee: str
    purpose: str
    goal: str
    cost: float
    day: int
    who: NDArray[np.int64]
    held_out: NDArray[np.bool_]
    moved: NDArray[np.bool_]

    @property
    def effect(self) -> float:
        """The true mean effect on the chance of an order within the window."""
        return float(self.moved.mean()) if len(self.moved) else 0.0


def reach(rng: np.random.Generator, lived: Lived, faces: list[Face]) -> tuple[Campaign, Campaign]:
    """Draw lots, send, and add to the log the orders that the letter moved (`moved order`).

    Args:
        rng: a source of chance of its own, so that the life before stays what it was.
        lived: what happened without the campaigns.
        faces: who lives with whom: a household shares its lot.
    """
    letter, preview = _letter(rng, lived, faces), _preview(rng, lived, faces)
    _order_again(rng, lived, letter)
    return letter, preview


def _letter(rng: np.random.Generator, lived: Lived, faces: list[Face]) -> Campaign:
    """To those who bought twice and lately, and have said nothing for half a year."""
    day = lived.calendar.days - _LETTER
    ordered = _orders(lived, 0, day)
    who = np.flatnonzero((ordered > 1) & (_orders(lived, day - _YEAR, day) > 0) & ~_spoke(lived, day - _SILENT, day))
    again = _orders(lived, day, day + WINDOW + 1)[who] > 0
    left = lived.state.left_day[who]
    could = ~again & ~((left >= 0) & (left < day + WINDOW))
    moved = np.zeros(len(who), np.bool_)
    moved[rng.permutation(np.flatnonzero(could))[: round(PLANTED * len(who))]] = True
    return Campaign(
        "A letter of thanks", "thank-a-quiet-loyal", "letter", "thank", "marketing", "Beatriz Lindqvist", "marketing",
        "orders again within 90 days", 1.2, day, who, _lots(rng, faces, who, HELD_OUT_OF_LETTER), moved,
    )  # fmt: skip


def _preview(rng: np.random.Generator, lived: Lived, faces: list[Face]) -> Campaign:
    """To customers who may be written to; it is pleasant, and changes nothing that they do."""
    day = lived.calendar.days - _PREVIEW
    may = lived.nature.opted_in & (_orders(lived, 0, day) > 0)
    withdrawn = lived.log.table("withdrawn")
    may[withdrawn["who"][withdrawn["day"] <= day]] = False
    who = np.flatnonzero(may)
    return Campaign(
        "The new range before others see it", "preview", "email", "give", "product", "Rashid Adeyemo", "marketing",
        "orders within 90 days", 0.0, day, who, _lots(rng, faces, who, HELD_OUT_OF_PREVIEW),
        np.zeros(len(who), np.bool_),
    )  # fmt: skip


def _orders(lived: Lived, begin: int, end: int) -> NDArray[np.int64]:
    """How many orders each person placed from one day up to another, that one not counted."""
    table = lived.log.table("order")
    inside = (table["day"] >= begin) & (table["day"] < end)
    return np.bincount(table["who"][inside], minlength=len(lived.nature))


def _spoke(lived: Lived, begin: int, end: int) -> NDArray[np.bool_]:
    said = np.zeros(len(lived.nature), np.bool_)
    for kind in ("ticket", "note", "farewell", "review", "post"):
        table = lived.log.table(kind)
        said[table["who"][(table["day"] >= begin) & (table["day"] < end)]] = True
    return said


def _lots(rng: np.random.Generator, faces: list[Face], who: NDArray[np.int64], share: float) -> NDArray[np.bool_]:
    """Who is held out: that share of the households, whole."""
    homes = [f"{faces[one].postcode} {faces[one].street}" for one in who.tolist()]
    names, home = np.unique(np.array(homes, dtype=str), return_inverse=True)
    return np.asarray((rng.permutation(len(names)) < round(share * len(names)))[home], np.bool_)


def _order_again(rng: np.random.Generator, lived: Lived, letter: Campaign) -> None:
    """Who was moved orders the like of what they ordered last."""
    who = letter.who[letter.moved & ~letter.held_out]
    table = lived.log.table("order")
    last = {person: place for place, person in enumerate(table["who"].tolist())}
    places = np.array([last[person] for person in who.tolist()], np.int64)
    columns = {name: column[places] for name, column in table.items()}
    columns |= {"who": who, "day": letter.day + rng.integers(_FIRST, _LAST, len(who))}
    lived.log.add("moved order", **columns)
