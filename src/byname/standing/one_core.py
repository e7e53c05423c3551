"""Many small products of matrices on one core.

BLAS shares each product among all cores, and between two products its threads wait by spinning. With matrices of five
columns the waiting is ten times the work, and takes the core from whoever else would use it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

__all__ = ["on_one_core"]


def on_one_core() -> AbstractContextManager[object]:
    """While this is open, NumPy's products of matrices use one core."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    limits: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return limits
