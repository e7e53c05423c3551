"""What people write: a table for each fact table of `byname.app_rows`, with the fact table's own columns.

Rows are added by `byname.web.written.actions` alone. They are never changed and never deleted: a refresh marks them
when it takes them, an erasure takes their words away, both below this module.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, cast

from django.conf import settings
from django.db import models

from byname.facts.schema import table

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Answer",
    "Consent",
    "Contact",
    "Decision",
    "Idea",
    "Message",
    "Preference",
    "Promise",
    "Rating",
    "Referral",
    "Row",
    "Vote",
]

# A fact is often not fully known, so each column may be null; text too: an empty one says something else.
_FIELD: dict[str, Callable[..., models.Field[Any, Any]]] = {
    "text": models.TextField,
    "instant": models.DateTimeField,
    "day": models.DateField,
    "money": partial(models.DecimalField, max_digits=18, decimal_places=4),
    "number": models.FloatField,
    "integer": models.BigIntegerField,
    "flag": models.BooleanField,
}
_ASKED_BY = ("fact_id", "record_id", "occurred_at", "private_to")


class OnlyRead(models.QuerySet["Row"]):
    """Rows that nobody changes."""

    def refuse(self, *_: object, **__: object) -> NoReturn:
        """Rows are added by the actions, and are not changed."""
        raise TypeError("what people wrote is added by byname.web.written.actions, and is not changed")

    create = update = delete = bulk_create = bulk_update = get_or_create = update_or_create = cast("Any", refuse)


class Row(models.Model):
    """A row of a fact table that somebody wrote, when, by which account, and when a refresh took it."""

    written_at = models.DateTimeField(db_index=True)
    by_account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    drained_at = models.DateTimeField(null=True, db_index=True)

    objects: ClassVar[Any] = OnlyRead.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.db_table} {self.pk}"

    def save(self, *_: object, **__: object) -> NoReturn:
        """Refused: see the module."""
        type(self).objects.all().refuse()
        raise AssertionError

    def delete(self, *_: object, **__: object) -> NoReturn:
        """Refused: see the module."""
        type(self).objects.all().refuse()
        raise AssertionError


class Decision(Row):
    """What a colleague decided: an owner, a note, a corrected standing, done, merge, apart and the like."""

    class Meta:
        db_table = "written_decisions"


class Promise(Row):
    """What we said we would do."""

    class Meta:
        db_table = "written_promises"


class Contact(Row):
    """A call, a visit, a letter, what was done of the plan."""

    class Meta:
        db_table = "written_contacts"
        indexes = (  # for `app_rows.Rows.shown_since`, which asks after few of many
            models.Index(fields=("action", "drained_at"), name="contacts_shown_drained"),
            models.Index(fields=("action", "occurred_at"), name="contacts_shown_occurred"),
        )


class Answer(Row):
    """What came back on a contact."""

    class Meta:
        db_table = "written_answers"


class Consent(Row):
    """May we write, by channel and purpose."""

    class Meta:
        db_table = "written_consents"


class Preference(Row):
    """What the person asked of us."""

    class Meta:
        db_table = "written_preferences"


class Message(Row):
    """Words from a customer."""

    class Meta:
        db_table = "written_messages"


class Rating(Row):
    """A score that a customer gave."""

    class Meta:
        db_table = "written_ratings"


class Idea(Row):
    """What a customer suggested, and how far it is."""

    class Meta:
        db_table = "written_ideas"


class Vote(Row):
    """Who is for an idea."""

    class Meta:
        db_table = "written_votes"


class Referral(Row):
    """Who brought whom."""

    class Meta:
        db_table = "written_referrals"


def _give_columns(model: type[Row]) -> None:
    name = model._meta.db_table.removeprefix("written_")  # noqa: SLF001 - Django's own way
    types = {column.name: column.type for column in table(name).all_columns}
    for column in table(name).written:
        field = _FIELD[types[column]](null=True, db_index=column in _ASKED_BY)
        field.contribute_to_class(model, column)


for _model in (Decision, Promise, Contact, Answer, Consent, Preference, Message, Rating, Idea, Vote, Referral):
    _give_columns(_model)
