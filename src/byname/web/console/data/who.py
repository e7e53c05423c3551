"""Who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.web.accounts.models import Account

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["account_of"]


def account_of(request: HttpRequest) -> Account:
    """The account of a view that `requires` has let in."""
    assert isinstance(request.user, Account)  # noqa: S101 - `requires` saw to it
    return request.user
