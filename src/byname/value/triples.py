"""Distinct purchase histories: all that BG/NBD asks of a person, with how many people share it.

A million people have about 400,000 different histories of whole days, and 12,000 different pairs of repeat
orders and age. Everything dear is done once for each of those.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

type Ints = NDArray[np.int64]

# Tables run from day 0 to the oldest age. A thousand years of days is a unit taken for another (seconds,
# milliseconds).
_MOST_DAYS = 366_000
# Up to here a table of all possible keys is quicker and not much larger than sorting those that occur.
_LARGEST_TABLE = 1 << 24


@dataclass(frozen=True, slots=True)
class Triples:
    """Purchase histories and the number of people with each; the population of a BG/NBD fit.

    Every array has the shape (triples,) and the type int64. A triple may stand in several rows: the counts
    add up.

    Attributes:
        repeat_orders: x, distinct purchase days less one.
        recency_days: t_x, days from the first to the last purchase; 0 where x is 0.
        age_days: T, days from the first purchase to the as-of day.
        people: how many people have this history.

    Raises:
        ValueError: shapes differ, or a row cannot be a purchase history; the message names the first such
            row.
    """

    repeat_orders: Ints
    recency_days: Ints
    age_days: Ints
    people: Ints

    def __post_init__(self) -> None:
        for name in ("repeat_orders", "recency_days", "age_days", "people"):
            object.__setattr__(self, name, whole_numbers(name, getattr(self, name)))
        x, t_x, age, people = self.repeat_orders, self.recency_days, self.age_days, self.people
        if not (x.shape == t_x.shape == age.shape == people.shape and x.ndim == 1):
            raise ValueError(
                "repeat_orders, recency_days, age_days and people must be one-dimensional and equally long; "
                f"found shapes {x.shape}, {t_x.shape}, {age.shape}, {people.shape}"
            )
        check_histories(x, t_x, age)
        if people.size and people.min() < 0:
            row = int(people.argmin())
            raise ValueError(f"row {row}: people is {people[row]}; expected a count, 0 or more")

    @classmethod
    def of_people(
        cls, repeat_orders: ArrayLike, recency_days: ArrayLike, age_days: ArrayLike
    ) -> tuple[Self, NDArray[np.intp]]:
        """Reduce one row per person to distinct triples.

        Args:
            repeat_orders: x for each person, shape (people,).
            recency_days: t_x in whole days, shape (people,).
            age_days: T in whole days, shape (people,).

        Returns:
            The triples, sorted, and for each person the index of theirs, shape (people,).

        Raises:
            ValueError: as for the class.
        """
        x, t_x, age = (
            whole_numbers(name, values)
            for name, values in (
                ("repeat_orders", repeat_orders),
                ("recency_days", recency_days),
                ("age_days", age_days),
            )
        )
        check_histories(x, t_x, age)
        days = int(age.max(initial=0)) + 1
        # x may be anything, days**2 is at most 2**37: the key holds x up to 2**26.
        key, inverse, people = np.unique((x * days + t_x) * days + age, return_inverse=True, return_counts=True)
        pair, distinct_age = np.divmod(key, days)
        distinct_x, distinct_t_x = np.divmod(pair, days)
        return cls(distinct_x, distinct_t_x, distinct_age, people.astype(np.int64)), inverse

    def __len__(self) -> int:
        return len(self.people)


def whole_numbers(name: str, values: ArrayLike) -> Ints:
    """Take an array as int64, or say which value is not whole."""
    found = np.asarray(values)
    if found.dtype.kind in "iu" or not found.size:
        return found.astype(np.int64, copy=False)
    whole = np.asarray(found, dtype=np.float64)
    wrong = ~(np.abs(whole - np.rint(whole)) < 1e-9)  # noqa: PLR2004 (also true of NaN)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"row {row}: {name} is {whole.flat[row]}; expected a whole number (days, not weeks or hours)")
    return np.rint(whole).astype(np.int64)


def histories(repeat_orders: ArrayLike, recency_days: ArrayLike, age_days: ArrayLike) -> tuple[Ints, Ints, Ints]:
    """Take x, t_x and T of people, arrays or single numbers, as arrays of one shape (n,), or say which is none."""
    x, t_x, age = np.broadcast_arrays(
        np.atleast_1d(whole_numbers("repeat_orders", repeat_orders)),
        whole_numbers("recency_days", recency_days),
        whole_numbers("age_days", age_days),
    )
    check_histories(x, t_x, age)
    return x, t_x, age


def check_histories(x: Ints, t_x: Ints, age: Ints) -> None:
    """Raise ValueError unless 0 <= t_x <= T, x >= 0, t_x = 0 where x = 0, and T can be in days."""
    wrong = (x < 0) | (x >= 1 << 26) | (t_x < 0) | (t_x > age) | (age > _MOST_DAYS) | ((x == 0) & (t_x != 0))
    if wrong.any():
        row = int(np.flatnonzero(np.atleast_1d(wrong))[0])
        x, t_x, age = (np.broadcast_to(part, wrong.shape) for part in (x, t_x, age))
        raise ValueError(
            f"row {row}: repeat_orders {x.flat[row]}, recency_days {t_x.flat[row]}, "
            f"age_days {age.flat[row]}; "
            f"expected 0 <= recency_days <= age_days <= {_MOST_DAYS}, "
            "and recency_days 0 where repeat_orders is 0"
        )


def distinct_pairs(first: Ints, second: Ints) -> tuple[Ints, Ints, NDArray[np.intp]]:
    """Find the distinct pairs of two arrays of whole numbers, 0 or more, and each row's index among them.

    Args:
        first: shape (rows,).
        second: shape (rows,).

    Returns:
        Two arrays of shape (pairs,), sorted by the first and then the second, and the index of shape (rows,).
    """
    width = int(second.max(initial=0)) + 1
    key = first * width + second
    span = (int(first.max(initial=0)) + 1) * width
    if span <= min(_LARGEST_TABLE, 64 * key.size + 1024):
        seen = np.zeros(span, dtype=bool)
        seen[key] = True
        found = np.flatnonzero(seen)
        position = np.empty(span, dtype=np.intp)
        position[found] = np.arange(found.size)
        inverse = position[key]
    else:
        found, inverse = np.unique(key, return_inverse=True)
    left, right = np.divmod(found.astype(np.int64, copy=False), width)
    return left, right, inverse
