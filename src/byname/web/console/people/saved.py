"""Questions kept under a name: one's own, and those that colleagues share with the team."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from byname.errors import UsageError
from byname.web.accounts import audit, policy
from byname.web.console.models import NAME_LENGTH, SavedView

if TYPE_CHECKING:
    from byname.web.accounts.models import Account
    from byname.web.console.people.asked import Asked

__all__ = ["keep", "remove", "views_of"]

_MOST = 50  # of one account: a list of names that one can still read


def views_of(account: Account) -> list[SavedView]:
    """Their own, and those shared with their team."""
    shared = Q(team=account.team) if account.team else Q(pk=None)
    return list(SavedView.objects.filter(Q(account=account) | shared).select_related("account"))


@transaction.atomic
def keep(account: Account, name: str, asked: Asked, *, is_shared: bool) -> SavedView:
    """Keep a question under a name; the same name again replaces it.

    Raises:
        UsageError: no name, too long a one, or too many views.
        PermissionDenied: who may only read shares nothing.
    """
    name = " ".join(name.replace("\0", "").split())
    if not 0 < len(name) <= NAME_LENGTH:
        raise UsageError(
            where=_("name of the view"),
            found=_("%(letters)s letters") % {"letters": len(name)},
            expected=_("1 to %(letters)s") % {"letters": NAME_LENGTH},
        )
    if is_shared:
        policy.demand(account, "act")
    team = account.team if is_shared else ""
    own = SavedView.objects.filter(account=account)
    before = own.filter(name=name).values("query", "team").first()
    if before is None and own.count() >= _MOST:
        raise UsageError(
            where=_("saved views"),
            found=str(_MOST),
            expected=_("fewer"),
            do=_("Delete one that you do not use."),
        )
    view, _new = SavedView.objects.update_or_create(
        account=account, name=name, defaults={"query": asked.query(), "team": team}
    )
    audit.log(account, "view saved", name, before=before, after={"query": view.query, "team": view.team})
    return view


@transaction.atomic
def remove(account: Account, view_id: int) -> str:
    """Delete one of their own views; return its name.

    Raises:
        SavedView.DoesNotExist: none of theirs.
    """
    view = SavedView.objects.get(account=account, pk=view_id)
    audit.log(account, "view deleted", view.name, before={"query": view.query, "team": view.team})
    view.delete()
    return view.name
