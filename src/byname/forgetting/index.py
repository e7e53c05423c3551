"""The index of a snapshot without a person: a copy, without the rows that are theirs, and without their bytes."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from byname.finding import take_out

if TYPE_CHECKING:
    from pathlib import Path

    from byname.forgetting.order import Order

__all__ = ["rewrite_index"]


def rewrite_index(folder: Path, order: Order) -> None:
    """Take a person out of index.sqlite; the file of before stays as it is for whoever has it open."""
    path, beside = folder / "index.sqlite", folder / ".index.sqlite"
    if not path.is_file():
        return
    shutil.copyfile(path, beside)
    with closing(sqlite3.connect(beside, isolation_level=None)) as db:
        db.execute("pragma journal_mode = off")
        db.execute("pragma synchronous = off")
        db.execute("pragma secure_delete = on")
        take_out(db, order.people)
        path.unlink()
        # Written anew as a whole: moved rows may have left bytes in gaps of pages, which nothing else clears.
        db.execute("vacuum into ?", (str(path),))
    beside.unlink()
