"""Before anything of the pages can be used: Django set up for one folder, the app database of this version, who asks.

Django is configured here for that folder, so this module loads none of it before `configure` is called.
"""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING

from byname import talk
from byname.errors import AppDatabaseError

if TYPE_CHECKING:
    from datetime import date

    from byname.company import Company

__all__ = ["asked_password", "configure", "prepare_database"]


def configure(company: Company, as_of: date | None = None) -> None:
    """Make Django's settings those of this folder."""
    os.environ["BYNAME_FOLDER"] = str(company.folder.absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = "byname.web.settings"
    if as_of:
        os.environ["BYNAME_AS_OF"] = as_of.isoformat()
    import django

    django.setup()


def prepare_database() -> None:
    """Bring the app database up to this version."""
    from django.core.management import call_command
    from django.db import Error

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except Error as away:
        raise AppDatabaseError(
            where="the app database ([web] database in byname.toml, else app.sqlite3)",
            found=f"an app database that cannot be used ({type(away).__name__})",
            expected="one that answers",
            do="See to it that it runs and that its name, user and password are right.",
        ) from None  # its address, in which a password may stand, is not shown


def asked_password() -> str:
    """Ask for a pass phrase on the terminal, twice the same."""
    while True:
        password = getpass.getpass("  Pass phrase (not shown): ")
        if password and password == getpass.getpass("  The same again: "):
            return password
        talk.say("  They differ; once more.")
