"""A drain that is killed between the ledger and the marks: python -m tests.app_rows_case FOLDER."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from byname.app_rows import Rows
from byname.company import open_company
from byname.draining import drain


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    Rows.mark = die  # type: ignore[method-assign]
    drain(open_company(Path(sys.argv[1])))
