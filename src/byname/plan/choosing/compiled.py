"""Compile a numeric loop, and keep what was compiled where that is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["compiled"]


def compiled[**P, T](function: Callable[P, T]) -> Callable[P, T]:
    """Compile a function of arrays at its first call; the next process finds it compiled.

    On a machine where no folder can be written, each process compiles anew. It holds no lock of the interpreter, and
    divides as NumPy does.
    """
    try:
        made: Callable[P, T] = njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:
        made = njit(nogil=True, error_model="numpy")(function)
    return made
