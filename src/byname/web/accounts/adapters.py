"""Where allauth asks us: nobody signs up, wrong passwords are counted once, a greeting is not a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from django.urls import reverse

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["Door"]

_SAID_BY_THE_PAGE = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")


class Door(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Who comes in, and how it is said."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Never: an owner invites."""
        return False

    def pre_authenticate(self, _request: HttpRequest, **_credentials: Any) -> None:
        """Nothing: axes counts wrong passwords, in the app database, so that every process knows of all of them."""

    def get_password_change_redirect_url(self, _request: HttpRequest) -> str:
        """Back to one's own page."""
        return reverse("account")

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *more: Any, **named: Any
    ) -> None:
        """Say it, unless the page itself does."""
        if message_template not in _SAID_BY_THE_PAGE:
            super().add_message(request, level, message_template, *more, **named)
