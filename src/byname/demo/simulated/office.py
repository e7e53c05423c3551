"""What every export needs: people's faces, moments of the day, orders' numbers, chance."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from byname.demo.simulated.words import Writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from byname.demo.simulated.faces import Face
    from byname.demo.simulated.life import Lived

__all__ = ["Office", "rows", "write_csv"]


@dataclass(frozen=True)
class Office:
    """The company's desk, from which exports are written."""

    folder: Path
    lived: Lived
    faces: list[Face]
    rng: np.random.Generator

    def when(self, day: int) -> datetime:
        """Some moment in working hours of that day, UTC."""
        return datetime.combine(self.lived.calendar.date(day), time()) + timedelta(
            seconds=int(self.rng.integers(8 * 3600, 20 * 3600))
        )

    def stamp(self, day: int) -> str:
        """The same as most exports write it."""
        return f"{self.when(day):%Y-%m-%d %H:%M:%S}"

    def inside(self, day: int) -> bool:
        """Whether that day has been."""
        return day < self.lived.calendar.days

    def order_name(self, order: int) -> str:
        """The order's number as the shop writes it."""
        return f"#{10_000 + order}"

    def write(self, who: int, product: int | None = None, order: int = -1, agent: str = "") -> Writer:
        """Somebody who writes now."""
        product = int(self.rng.integers(0, 12)) if product is None else product
        return Writer.of(self.rng, self.faces[who], product, self.order_name(order) if order >= 0 else "", agent)


def rows(table: dict[str, NDArray[Any]]) -> Iterator[dict[str, Any]]:
    """A table's rows, one at a time, as plain values."""
    names = list(table)
    for values in zip(*(column.tolist() for column in table.values()), strict=True):
        yield dict(zip(names, values, strict=True))


def write_csv(path: Path, header: list[str], lines: Iterable[list[Any]]) -> Path:
    """A CSV file in UTF-8; returns its path."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(lines)
    return path
