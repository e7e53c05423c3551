"""The purchase models there are: each is a candidate of every back-test, and one test runs over all of them."""

from __future__ import annotations

from byname.value.bgnbd import BgNbd, MbgNbd
from byname.value.pareto_nbd import ParetoNbd
from byname.value.purchase_model import PurchaseModel

__all__ = ["MODELS", "PurchaseModel"]

MODELS: tuple[type[PurchaseModel], ...] = (BgNbd, MbgNbd, ParetoNbd)
