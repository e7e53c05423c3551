"""What a lifetime value is counted under: it is only meant together with these and its as-of day.

CLV = margin * sum over months of E(spend in month t) / (1 + d)**t; Fader, Hardie and Lee, "RFM and CLV", Journal of
Marketing Research 42 (2005) 415-430.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

__all__ = ["Terms"]


@dataclass(frozen=True, slots=True)
class Terms:
    """Horizon, discount and margin.

    Attributes:
        horizon_days: days after the as-of day, 0 or more.
        annual_discount_rate: 0.1 for ten per cent a year, 0 or more.
        margin: share of revenue that is kept; 1 for revenue itself.

    Raises:
        ValueError: a number is out of range.
    """

    horizon_days: float
    annual_discount_rate: float = 0.1
    margin: float = 1.0

    def __post_init__(self) -> None:
        for name in ("horizon_days", "annual_discount_rate"):
            found = getattr(self, name)
            if not (isfinite(found) and found >= 0):
                raise ValueError(f"{name} is {found}; expected a finite number, 0 or more")
        if not isfinite(self.margin):
            raise ValueError(f"margin is {self.margin}; expected a finite share, such as 0.3")
