"""What the command line says of an erasure: how far it is, and the receipt."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from byname.talk.printing import err, out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from byname.forgetting import Receipt

__all__ = ["receipt", "telling"]


def _line(**said: Any) -> None:
    print(json.dumps(said, ensure_ascii=False, default=str), flush=True)  # noqa: T201 - a line for a program


@contextmanager
def telling(*, as_json: bool) -> Iterator[Callable[[str], None]]:
    """Tell each step as it begins; as JSON lines of `byname refresh --format json`, when it has ended too."""
    begun: list[tuple[str, float]] = []

    def end() -> None:
        if begun and as_json:
            step, since = begun[-1]
            _line(step=step, state="ended", seconds=time.perf_counter() - since, says="")

    def told(step: str) -> None:
        end()
        begun.append((step, time.perf_counter()))
        if as_json:
            _line(step=step, state="begun")
        else:
            err.print(f"Erasing: {step}", markup=False)

    yield told
    end()


def receipt(said: Receipt, *, as_json: bool) -> None:
    """Print a receipt."""
    if as_json:
        _line(state="done", **asdict(said))
        return
    out.print(said.says, markup=False, soft_wrap=True)
    for place, count in said.counts.items():
        out.print(f"  {place}: {count:,}", markup=False, soft_wrap=True)
    for left in said.left:
        out.print(f"  Left: {left}", markup=False, soft_wrap=True)
