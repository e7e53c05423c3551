"""Choosing an engine by its name, and loading nothing of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.errors import EngineError, nearest

if TYPE_CHECKING:
    from pathlib import Path

    from byname.engines.base import Engine

__all__ = ["KINDS", "open_engine"]

KINDS = ("duckdb", "spark")


def open_engine(kind: str, *, spill: Path, memory: str = "2GB", threads: int | None = None) -> Engine:
    """Open an engine; use it as a context manager, so that what it spilled to disk is removed.

    Args:
        kind: "duckdb" or "spark".
        spill: the folder for what does not fit in memory. Each engine makes a folder of its own in it and
            removes it when it closes; what a killed process left there is removed by the next one.
        memory: the most that the engine may hold, such as "2GB" (for Spark: the driver's heap).
        threads: how many threads it may use; by default as many as the machine has cores.

    Raises:
        EngineError: no such engine, or it is not installed; says what to do.
    """
    if kind == "duckdb":
        from byname.engines.duck import DuckEngine

        return DuckEngine(spill=spill, memory=memory, threads=threads)
    if kind == "spark":
        from byname.engines.spark import SparkEngine

        return SparkEngine(spill=spill, memory=memory, threads=threads)
    raise EngineError(
        where="engine",
        found=f'"{kind}"{nearest(kind, KINDS)}',
        expected='"duckdb" (on this machine) or "spark" (distributed)',
    )
