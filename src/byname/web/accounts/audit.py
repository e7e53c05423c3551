"""The audit log: whatever changes leaves a line with who, when, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byname.web.accounts.models import Entry

if TYPE_CHECKING:
    from byname.web.accounts.models import Account

__all__ = ["log"]


def log(
    account: Account | None, action: str, about: str = "", *, before: Any = None, after: Any = None, by: str = "byname"
) -> Entry:
    """Write one line, in the transaction of the change itself.

    Args:
        account: who; None: the program itself, by a clock.
        action: a verb, such as "note", "export", "settings".
        about: a person_id, a setting, an account.
        before: what stood there; JSON.
        after: what stands there now; JSON.
        by: who it was, where it was no account: the program, or the customer.
    """
    said = account.email if account else by
    return Entry.objects.create(account=account, by=said, action=action, about=about, before=before, after=after)
