"""What a customer writes of herself: facts like any other, with a line of the audit log by the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byname.draining import READER
from byname.facts.own import fact
from byname.people import person_id
from byname.web.accounts import audit
from byname.web.written.actions.writing import at_work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.company import Company
    from byname.web.written.actions.writing import Fact

__all__ = ["BY_HERSELF", "by_themselves"]

BY_HERSELF = "person"  # as the ledger says who: what she says herself stands above what a source says of her


def by_themselves(
    company: Company, record_id: str, facts: Sequence[Fact], *, action: str, after: Any = None
) -> tuple[str, ...]:
    """Write what somebody says of herself, now and all or nothing.

    Args:
        company: whose customer she is.
        record_id: her anchor record.
        facts: what she says; none: only the line of the audit log is written.
        action: what the audit log calls it.
        after: what the audit log keeps of it.

    Returns:
        The ids of the facts.

    Raises:
        AppDatabaseError: there is no app database.
    """
    with at_work(None, company) as rows:
        at = rows.moment()
        ids = []
        for one in facts:
            row = (
                dict(one.row) if one.is_version else fact(one.table, {"record_id": record_id, **one.row}, reader=READER)
            )
            rows.add(one.table, [{"occurred_at": at, **row}], at=at)
            ids.append(row["fact_id"])
        audit.log(None, action, person_id(record_id), after=after, by="the customer")
    return tuple(ids)
