"""A refresh that kills itself: python -m tests.refresh_case FOLDER AS_OF PLACE."""

from __future__ import annotations

import os
import signal
import sys
from datetime import date
from pathlib import Path
from typing import Any

from byname import refresh as module
from byname.company import open_company
from byname.snapshot import Writing

PLACES = ("in the middle of writing", "before publishing", "between rename and CURRENT")


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    folder, as_of, place = sys.argv[1:]
    replace = Path.replace
    match place:
        case "in the middle of writing":
            module.write_index = die
        case "before publishing":
            Writing.publish = die  # type: ignore[assignment, method-assign]
        case "between rename and CURRENT":
            Path.replace = lambda self, to: die() if to.name == "CURRENT" else replace(self, to)  # type: ignore[assignment, method-assign, return-value]
        case _:
            raise ValueError(place)
    module.refresh(open_company(Path(folder)), as_of=date.fromisoformat(as_of))


if __name__ == "__main__":
    main()
