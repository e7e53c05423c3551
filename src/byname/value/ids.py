"""Parts of all people by their ids: an id is 'p' and base32 of a hash, so that any range of them is a random part."""

from __future__ import annotations

__all__ = ["id_below"]

_LETTERS = "234567ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # of base32, in the order of bytes
_DIGITS = 3
_AFTER_ALL = "~"


def id_below(share: float) -> str:
    """The id under which about that share of all ids lie; above every id for 1."""
    cell = int(share * len(_LETTERS) ** _DIGITS)
    if cell >= len(_LETTERS) ** _DIGITS:
        return _AFTER_ALL
    places = (cell // len(_LETTERS) ** power % len(_LETTERS) for power in reversed(range(_DIGITS)))
    return "p" + "".join(_LETTERS[place] for place in places)
