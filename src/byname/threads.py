"""Holding a whole process to some of the machine's threads: what shares its work among all cores asks here first."""

from __future__ import annotations

import os

__all__ = ["hold_to"]

# What BLAS, OpenMP, numba, Arrow and the ledger's own libraries read when they are loaded.
_READ = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "TOKIO_WORKER_THREADS",
    "ARROW_IO_THREADS",
)


def hold_to(threads: int) -> None:
    """Hold this process, and what it starts, to so many threads; before NumPy and the like are loaded."""
    os.environ.update(dict.fromkeys(_READ, str(threads)))
