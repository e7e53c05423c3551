"""Rates of currencies as a table: one unit of each in the company's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from byname.engines import Engine, Table

__all__ = ["rate_table"]


def rate_table(engine: Engine, rates: Mapping[str, Decimal | int]) -> Table:
    """Currency and rate, one row each."""
    return engine.arrow(
        pa.table(
            {
                "currency": pa.array(list(rates), pa.string()),
                "rate": pa.array([float(rate) for rate in rates.values()], pa.float64()),
            }
        )
    )
