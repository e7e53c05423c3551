"""The five standings, in the order of every array and table."""

from __future__ import annotations

__all__ = ["STATES"]

STATES = ("neutral", "dissatisfied", "actively_dissatisfied", "loyal", "advocate")
