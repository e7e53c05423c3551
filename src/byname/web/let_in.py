"""`byname let-in`: somebody who is shut out of the pages gets a new pass phrase. Who has the folder has the keys."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from byname.company import open_company
from byname.errors import UsageError
from byname.web.starting import asked_password, configure, prepare_database

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["let_in"]


def let_in(folder: Path, email: str, password: str = "") -> str:
    """Set the pass phrase of an account; its second factor, lock-out and sessions end.

    Args:
        folder: the company's.
        email: the account's.
        password: the new one; asked for on a terminal where it is empty.

    Returns:
        What was done, in a sentence.

    Raises:
        UsageError: no such account, a pass phrase that will not do, or nobody to ask for one.
        AppDatabaseError: the app database does not answer.
    """
    company = open_company(folder)
    if not password and not sys.stdin.isatty():
        raise UsageError(
            where="byname let-in",
            found="no pass phrase, and no terminal to ask on",
            expected="the new one",
            do="Give --password-file F, or the pass phrase as BYNAME_PASSWORD.",
        )
    configure(company)
    prepare_database()
    from byname.web.accounts.first import let_in as let_account_in

    account = let_account_in(email, password or asked_password())
    return f"{account.email} may come in with the new pass phrase; a second factor has to be set up anew."
