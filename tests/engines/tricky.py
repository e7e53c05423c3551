"""Rows on which engines like to disagree: nulls, negative numbers, ties, odd letters, microseconds, midnights."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import cycle, islice

import pyarrow as pa

TEXTS = [
    *(None, "", "a", "A b", "  x ", "ä", "Ä", "Straße", "İstanbul", "ΣΑΣ", "it's", "a\\b", "100%", "a_b", "zz", "AB"),
    *("👩\u200d👩\u200d👧", "e\u0301", "\u00a0nb\u00a0", "tab\t", "9", "10", "-1.5", " 7 ", "01", "\U0001f600", "٣"),
    *("naïve 12 café 3", "A.B+c@x.org", "line\n", "a\rb", "a\x0bb", "a\u2028b", "a\x85b", "a\nb c", "ﬁ", "\x00z"),
]
ROWS = len(TEXTS)


def _of(kind: pa.DataType, *values: object) -> pa.Array:
    return pa.array(list(islice(cycle(values), ROWS)), kind)


def _decimals(*values: str | None) -> pa.Array:
    return _of(pa.decimal128(18, 4), *(None if value is None else Decimal(value) for value in values))


def tricky() -> pa.Table:
    """The columns have lengths without a common factor, so that odd values meet in every combination."""
    at = pa.timestamp("us")
    return pa.table(
        {
            "id": pa.array(range(ROWS), pa.int64()),
            "g": _of(pa.string(), "x", "y", None),
            "s": pa.array(TEXTS, pa.string()),
            "n": _of(pa.int64(), None, 0, -3, 7, 2**53 + 1, -7, 2, 7, 1),
            "k": _of(pa.int64(), 3, -2, 1, None, 5),
            "d": _of(pa.float64(), None, 0.0, -0.5, 0.5, 1.5, 2.5, -2.5, 1e9 / 7, 0.1, 2.675, -1e-9, 0.00015),
            "m": _decimals(None, "0", "-0.0001", "12.3456", "99999999.9999", "-7.5", "2.5", "0.0001"),
            "q": _decimals("2.0000", None, "-0.3333", "10.0001", "0"),
            "t": _of(
                at,
                None,
                datetime(2024, 2, 29, 23, 59, 59, 999999),  # noqa: DTZ001 - UTC without a zone, as columns are
                datetime(2024, 3, 1),  # noqa: DTZ001
                datetime(1969, 12, 31, 23, 59, 59, 999999),  # noqa: DTZ001
                datetime(2025, 1, 1, 0, 0, 0, 1),  # noqa: DTZ001
                datetime(1900, 1, 1, 12),  # noqa: DTZ001
                datetime(2024, 12, 30, 12, 0, 0, 100000),  # noqa: DTZ001
            ),
            "u": _of(
                at,
                datetime(2024, 3, 1),  # noqa: DTZ001
                None,
                datetime(2024, 2, 28, 12),  # noqa: DTZ001
                datetime(2024, 3, 1, 23, 59, 59, 999999),  # noqa: DTZ001
            ),
            "day": _of(pa.date32(), None, date(2024, 2, 29), date(1969, 12, 31), date(2025, 1, 1), date(2024, 12, 30)),
            "b": _of(pa.bool_(), True, False, None),
            "l": _of(pa.list_(pa.string()), None, [], ["a", None, "ä"], ["b", "b"], [None], ["a"]),
        }
    )


def other() -> pa.Table:
    """A second table: keys that occur twice, that are missing here or there, and that are null."""
    return pa.table(
        {
            "id": pa.array([0, 1, 1, 5, None, 99], pa.int64()),
            "g": pa.array(["x", "y", "x", None, "z", "x"], pa.string()),
            "w": pa.array([1, 2, 3, 4, 5, 6], pa.int64()),
        }
    )
