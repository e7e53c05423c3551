"""What was learned from a company's own records: models/<name>/<hash>/model.json, and which of them is current."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["keep", "load"]


def load(folder: Path, name: str) -> str | None:
    """The current model of that name, as text; None if nothing was learned yet."""
    current = folder / name / "CURRENT"
    try:
        return (folder / name / current.read_text("utf-8").strip() / "model.json").read_text("utf-8")
    except FileNotFoundError:
        return None


def keep(folder: Path, name: str, text: str) -> None:
    """Keep a model and make it the current one in one step; older ones stay."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    place = folder / name / digest
    place.mkdir(parents=True, exist_ok=True)
    for path, said in ((place / "model.json", text), (folder / name / "CURRENT", digest + "\n")):
        beside = path.with_name(f".{path.name}-{os.getpid()}")
        beside.write_text(said, "utf-8")
        beside.replace(path)
