"""An erasure that kills itself: python -m tests.forgetting.killed FOLDER PERSON PLACE."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from byname.company import open_company
from byname.facts.store import Store
from byname.forgetting import app, forget, order, snapshots

PLACES = (
    "when the order is written",
    "in the middle of the snapshot",
    "between snapshot and app database",
    "before the ledger's swap",
    "before the ledger's old files go",
    "before the order goes",
)


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    folder, person, place = sys.argv[1:]
    match place:
        case "when the order is written":
            snapshots.erase_from = die  # type: ignore[assignment]
        case "in the middle of the snapshot":
            snapshots.rewrite_index = die
        case "between snapshot and app database":
            app.erase_from = die  # type: ignore[assignment]
        case "before the ledger's swap":
            Store.swap = die  # type: ignore[method-assign]
        case "before the ledger's old files go":
            Store.sweep = die  # type: ignore[method-assign]
        case "before the order goes":
            order.drop = die
        case _:
            raise ValueError(place)
    forget(open_company(Path(folder)), person)


if __name__ == "__main__":
    main()
