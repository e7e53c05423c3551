"""Django's registration of this part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

from byname.app_rows import Rows, served_by

if TYPE_CHECKING:
    from byname.company import Company


class WrittenConfig(AppConfig):
    """See the package."""

    name = "byname.web.written"
    label = "written"

    def ready(self) -> None:
        """Whatever reads or writes what people wrote, does so on the pages' own connection, in its transactions."""
        served_by(_rows)


def _rows(company: Company) -> Rows | None:
    from django.conf import settings
    from django.db import connection, transaction

    if settings.COMPANY is None or company.folder.absolute() != settings.COMPANY.folder.absolute():
        return None
    return Rows(connection.cursor, transaction.atomic, is_postgres=connection.vendor == "postgresql")
