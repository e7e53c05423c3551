"""Many playbooks at once: some seem to work by luck alone.

The list keeps the false discoveries among what is said to work or harm to 5% (Benjamini and Hochberg, JRSS B 57 (1995)
289-300). Lots of one playbook are independent of another's, which is what the method asks. Of open-ended holdouts the
always valid p-values go in, one over an e-value, so it holds on every day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["adjusted_chances"]


def adjusted_chances(chances: Sequence[float]) -> NDArray[np.float64]:
    """P-values adjusted for being one of a list: at or under 0.05 counts. NaN stays NaN and counts for no test.

    Args:
        chances: one p-value a playbook.
    """
    found = np.asarray(chances, dtype=np.float64)
    real = ~np.isnan(found)
    tests = int(real.sum())
    order = np.argsort(found[real], kind="stable")
    scaled = found[real][order] * tests / np.arange(1, tests + 1)
    back = np.empty(tests)
    # The p-value of a smaller one is never above that of a larger.
    back[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    adjusted = np.full(len(found), np.nan)
    adjusted[real] = back
    return adjusted
