"""The learned model: boosted trees on what is known of each buyer, trained on earlier windows of the same company.

LightGBM with a Tweedie loss (compound Poisson-gamma, power 1.5: much mass at zero, a long tail), as in Zhou, Qian and
Yang, "Tweedie Gradient Boosting for Extremely Unbalanced Zero-inflated Data" (2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from byname.value.rows import Floats, Rows

__all__ = ["FEWEST", "Learned", "learn"]

FEWEST = 500  # people; with fewer the trees learn the noise
_TREES = 80
_SETTINGS = {
    "objective": "tweedie",
    "tweedie_variance_power": 1.5,
    "learning_rate": 0.08,
    "num_leaves": 8,
    "feature_fraction": 0.8,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "seed": 1,
    # The same on every machine and every run.
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


@dataclass(frozen=True)
class Learned:
    """Trees as text, and the unit of money that they were trained in.

    Attributes:
        trees: LightGBM's own text.
        unit: mean spend of a purchase day where they were trained.
    """

    trees: str
    unit: float

    def expected_spend(self, rows: Rows) -> Floats:
        """Spend within the horizon that the trees were trained for, shape (people,)."""
        import lightgbm

        if not len(rows):
            return np.zeros(0)
        booster = lightgbm.Booster(model_str=self.trees)
        found: Floats = np.asarray(booster.predict(_features(rows, self.unit), num_threads=1), dtype=np.float64)
        return found * self.unit


def learn(windows: Sequence[tuple[Rows, Floats]]) -> Learned:
    """Train on windows: buyers at a day, and what each spent in the horizon after it."""
    import lightgbm

    unit = float(sum(rows.spend_total.sum() for rows, _ in windows))
    unit /= max(float(sum((rows.repeat_orders + 1).sum() for rows, _ in windows)), 1.0)
    unit = unit or 1.0
    known = np.vstack([_features(rows, unit) for rows, _ in windows])
    spent = np.concatenate([later for _, later in windows]) / unit
    settings = {**_SETTINGS, "min_data_in_leaf": max(20, len(spent) // 200)}
    booster = lightgbm.train(settings, lightgbm.Dataset(known, _rounded(np.maximum(spent, 0))), _TREES)
    return Learned(booster.model_to_string(), unit)


def _features(rows: Rows, unit: float) -> NDArray[np.float32]:
    """Shape (people, 21): habits in days, money in units of a usual purchase."""
    x, age = rows.repeat_orders, np.maximum(rows.age_days, 1)
    silent = rows.age_days - rows.recency_days
    gap = np.where(x > 0, rows.recency_days / np.maximum(x, 1), np.nan)
    money = (
        rows.spend_total, rows.mean_spend, rows.first_spend, rows.last_spend, rows.most_spend, rows.spend_total / age,
        rows.spend_30, rows.spend_91, rows.spend_182, rows.spend_365,
    )  # fmt: skip
    habits = (
        x, silent, rows.age_days, silent / age, x / age, gap, silent / np.where(x > 0, np.maximum(gap, 1), np.nan),
        rows.days_30, rows.days_91, rows.days_182, rows.days_365,
    )  # fmt: skip
    return _rounded(np.column_stack([*(one / unit for one in money), *habits]))


def _rounded(values: Floats) -> NDArray[np.float32]:
    """Single precision: another unit of money changes the last digits of a double, and with them a tree's splits."""
    return values.astype(np.float32)
