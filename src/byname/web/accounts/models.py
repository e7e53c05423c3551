"""Accounts of the staff, and the log of everything that was changed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Account", "Entry", "Role"]


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
        """Make an account; without a password nobody can sign in to it until one is set by mail or by an owner."""
        account = self.model(email=self.normalize_email(email).lower(), **more)
        account.set_password(password)
        account.save(using=self._db)
        return account


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

    objects: ClassVar[Accounts] = Accounts()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        """The first name."""
        return (self.name or self.email).split()[0]


class Entry(models.Model):
    """One change: who, when, what, before and after. Never changed, never deleted but by an erasure."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True)
    by = models.CharField(max_length=254)
    action = models.CharField(max_length=40)
    about = models.CharField(max_length=200, blank=True, db_index=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by}: {self.action} {self.about}"
