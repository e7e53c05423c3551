"""Many playbooks at once: some seem to work by luck alone.

The list keeps the false discoveries among what is said to work or harm to 5% (Benjamini and Hochberg, JRSS B 57 (1995)
289-300). Lots of one playbook are independent of another's, which is what the method asks. Of open-ended holdouts the
always valid p-values go in, one over an e-value, so it holds on every day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from byname.voice.rising import false_discoveries

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
    adjusted = np.full(len(found), np.nan)
    adjusted[real] = false_discoveries(found[real], int(real.sum()), related=False)
    return adjusted
