"""The app database's tables are the fact tables, and rows in them are only ever added (HOUSE: one road for state)."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from byname import app_rows
from byname.facts.schema import TABLES
from byname.web.accounts.models import Account
from byname.web.desk import Desk
from byname.web.written import actions, migrations
from byname.web.written.models import Decision

OWN = {"id", "written_at", "by_account_id", "drained_at"}
STAMPED = {"known_at", "file_id", "version"}


def test_a_table_has_the_fact_table_s_columns(db: None) -> None:
    """In the models and in the database itself, so that neither drifts from `facts.schema`."""
    models = {model._meta.db_table: model for model in apps.get_app_config("written").get_models()}
    assert set(models) == {f"written_{name}" for name in app_rows.TABLES}
    for fact_table in TABLES:
        if fact_table.name not in app_rows.TABLES:
            continue
        wanted = {column.name for column in fact_table.all_columns} - STAMPED | OWN
        name = f"written_{fact_table.name}"
        assert {field.column for field in models[name]._meta.get_fields()} == wanted  # type: ignore[union-attr]
        with connection.cursor() as cursor:
            assert {column.name for column in connection.introspection.get_table_description(cursor, name)} == wanted


def test_no_migration_is_missing(db: None) -> None:
    said = StringIO()
    call_command("makemigrations", "--check", "--dry-run", "written", stdout=said)
    assert "No changes" in said.getvalue()


def test_the_rest_of_the_program_knows_the_last_migration() -> None:
    """Without Django it has to tell an app database of its own version from another's."""
    steps = [int(path.name[:4]) for path in Path(migrations.__path__[0]).glob("[0-9]*.py")]
    assert max(steps) == app_rows.STEP


def test_a_row_is_not_changed_and_not_deleted(bob: Account, desk: Desk, best: str) -> None:
    actions.note(bob, desk, best, "as it was")
    (row,) = Decision.objects.all()
    row.value = "otherwise"
    for forbidden in (
        row.save,
        row.delete,
        Decision.objects.all().delete,
        lambda: Decision.objects.update(value="otherwise"),
        lambda: Decision.objects.create(kind="note"),
        lambda: Decision.objects.bulk_create([Decision(kind="note")]),
    ):
        with pytest.raises(TypeError, match="not changed"):
            forbidden()
    assert [row.value for row in Decision.objects.all()] == ["as it was"]


def test_an_account_goes_and_what_it_wrote_stays(bob: Account, desk: Desk, best: str) -> None:
    actions.note(bob, desk, best, "stays")
    bob.delete()
    (row,) = Decision.objects.all()
    assert (row.value, row.by_whom, row.by_account) == ("stays", "Bob", None)
