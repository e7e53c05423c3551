"""What runs in a process beside the server: reading a file, taking an import back, looking for damage.

    python -m byname.web.work.child read|remove|check DIR …

Says JSON lines as `byname refresh --format json` does; the last has state "done". It loads no Django.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byname.company import open_company
from byname.errors import BynameError, LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from byname.company import Company
    from byname.facts.intake import Outcome

__all__ = ["main"]


def _say(**line: Any) -> None:
    print(json.dumps(line, ensure_ascii=False, default=str), flush=True)  # noqa: T201 - that is what it is for


def _read(company: Company, source: str, account: str) -> None:
    from byname.facts import intake

    name = Path(source).name
    _say(step=name, state="begun")
    begun, outcomes = time.perf_counter(), []
    for outcome in intake.add(company, [source], account=account):
        outcomes.append(_told(outcome))
        _say(step=outcome.name, state="ended", seconds=time.perf_counter() - begun, says=outcome.title)
        begun = time.perf_counter()
    _say(state="done", outcomes=outcomes)


def _told(outcome: Outcome) -> dict[str, Any]:
    """What the page shows of it: counts, never a customer's words."""
    error = outcome.error
    return {
        "name": outcome.name,
        "title": outcome.title,
        "reader": outcome.reader,
        "file_id": outcome.file_id,
        "rows": outcome.rows,
        "new": outcome.new,
        "changed": outcome.changed,
        "known": outcome.known,
        "refused": outcome.refused,
        "refused_file": outcome.refused_path.name if outcome.refused_path else "",
        "guess": str(outcome.mapping) if outcome.mapping else "",
        "notes": outcome.notes,
        "error": str(error) if error else "",
        "is_in_the_way": isinstance(error, LedgerError),
    }


def _remove(company: Company, file_id: str) -> None:
    from byname import deciding
    from byname.facts import intake

    deciding.refuse_to_remove(company, file_id)
    removed = intake.remove(company, file_id)
    _say(state="done", name=removed.name, deleted=removed.deleted, kept=removed.kept)


def _check(company: Company) -> None:
    from byname.facts.intake import open_ledger
    from byname.snapshot import current_folder, open_current

    found = open_ledger(company).check()
    if current_folder(company):
        try:
            open_current(company)
        except BynameError as damaged:
            found.append(str(damaged))
    _say(state="done", problems=found)


_VERBS: dict[str, Callable[..., None]] = {"read": _read, "remove": _remove, "check": _check}


def main(verb: str, folder: str, *more: str) -> None:
    """Do it; an error of ours ends in its own words and its exit status."""
    try:
        _VERBS[verb](open_company(Path(folder)), *more)
    except BynameError as error:
        print(f"byname: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(error.exit_status)


if __name__ == "__main__":
    main(*sys.argv[1:])
