"""The record of past predictions as tables: every candidate on every earlier day, and what came true by place."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.value.policy import BLEND

if TYPE_CHECKING:
    from byname.value.policy import Policy

__all__ = ["backtest_table", "calibration_table"]

_BACKTEST = pa.schema(
    {
        "origin": pa.date32(),
        "horizon_days": pa.int64(),
        "candidate": pa.string(),
        "people": pa.int64(),
        "gini": pa.float64(),
        "capture": pa.float64(),
        "mae": pa.float64(),
        "total_error": pa.float64(),
        "coverage": pa.float64(),
        "weight": pa.float64(),
        "chosen": pa.bool_(),
    }
)
_CALIBRATION = pa.schema(
    {
        "bin": pa.int64(),
        "people": pa.int64(),
        "expected": pa.float64(),
        "actual": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
    }
)


def backtest_table(policy: Policy) -> pa.Table:
    """One row a candidate and earlier day."""
    rows = [
        {
            "origin": date.fromisoformat(one.day),
            "horizon_days": one.days,
            "candidate": one.candidate,
            "people": one.people,
            "gini": one.gini,
            "capture": one.capture,
            "mae": one.mae,
            "total_error": one.total_error,
            "coverage": one.coverage,
            "weight": policy.weights.get(one.candidate),
            "chosen": one.candidate.startswith(BLEND),
        }
        for one in policy.scores
    ]
    return pa.Table.from_pylist(rows, schema=_BACKTEST)


def calibration_table(policy: Policy) -> pa.Table:
    """One row a place on the newest of the earlier days, from the least expected on; low and high are of the mean."""
    rows = [
        dict(zip(_CALIBRATION.names, (place, *one), strict=True)) for place, one in enumerate(policy.calibration, 1)
    ]
    return pa.Table.from_pylist(rows, schema=_CALIBRATION)
