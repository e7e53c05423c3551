"""Accounts of the staff, links that let somebody set a password, and the log of everything that was changed."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

__all__ = ["Account", "Entry", "Link", "Role", "Team"]


class Role(models.TextChoices):
    """What somebody may do; see `policy`."""

    READER = "reader", _("reader")
    MEMBER = "member", _("team member")
    LEAD = "lead", _("team lead")
    STEWARD = "steward", _("data steward")
    OWNER = "owner", _("owner")


class Team(models.TextChoices):
    """Whose list it is."""

    SALES = "sales", _("sales")
    MARKETING = "marketing", _("marketing")
    PRODUCT = "product", _("product")
    SERVICE = "service", _("service")


class Accounts(BaseUserManager["Account"]):
    """Making accounts."""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> Account:
        """Make an account; without a password nobody can sign in to it until one is set by a link."""
        account = self.model(email=self.normalize_email(email).lower(), **more)
        account.set_password(password)
        account.save(using=self._db)
        return account


def new_mark() -> str:
    """A text that nobody can guess."""
    return secrets.token_hex(16)


class Account(AbstractBaseUser):
    """One person of the staff."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.READER)
    team = models.CharField(_("team"), max_length=10, choices=Team, blank=True)
    employee = models.CharField(_("employee, as byname.toml names them"), max_length=120, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    morning_mail = models.BooleanField(_("a mail each morning: what changed"), default=False)
    made_at = models.DateTimeField(auto_now_add=True)
    sessions = models.CharField(max_length=32, default=new_mark, editable=False)  # another one signs out everywhere

    objects: ClassVar[Accounts] = Accounts()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        """The first name."""
        return (self.name or self.email).split()[0]

    def get_session_auth_hash(self) -> str:
        """What a session must hold to count: it changes with the password, and when somebody signs out everywhere."""
        return salted_hmac(
            "byname.accounts.sessions", f"{self.password} {self.sessions}", algorithm="sha256"
        ).hexdigest()


class Link(models.Model):
    """A link that sets a password once: an invitation, or help for who forgot it. Its text is not kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="links")
    fingerprint = models.CharField(max_length=64, unique=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account} until {self.until:%Y-%m-%d %H:%M}"


class Entry(models.Model):
    """One change: who, when, what, before and after. Never changed, never deleted but by an erasure."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True)
    by = models.CharField(max_length=254)
    action = models.CharField(max_length=40)
    about = models.CharField(max_length=200, blank=True, db_index=True)
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by}: {self.action} {self.about}"
