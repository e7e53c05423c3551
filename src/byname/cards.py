"""What a list shows of a person beside its own columns: name, address, standing, worth; of the few on a page, at once.

A join over all people costs most of a second at a million of them; the look-up of fifty costs a hundredth of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.snapshot import Snapshot

__all__ = ["cards", "named"]

_SHOWN = ("name", "email", "phone", "standing", "clv", "clv_low", "clv_high")


def cards(snapshot: Snapshot, people: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Of each of these people: name, email, phone, standing, clv, clv_low, clv_high; who is not known is left out.

    Args:
        snapshot: the current one.
        people: their person_ids.
    """
    found = snapshot.cards(dict.fromkeys(people)) if people else {}
    return {person: {name: card[name] for name in _SHOWN} for person, card in found.items()}


def named(snapshot: Snapshot, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows with a person_id, each with the person's card; a row of its own column keeps it."""
    found = cards(snapshot, [row["person_id"] for row in rows])
    return [found[row["person_id"]] | dict(row) for row in rows if row["person_id"] in found]
