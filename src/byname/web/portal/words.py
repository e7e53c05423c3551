"""Words that these pages choose from, each beside what the next refresh reads in it."""

from __future__ import annotations

from django.utils.translation import gettext as _

__all__ = ["channel_word", "dislike_choices", "line_choices", "pace_choices", "quiet_choices", "source_word"]


def channel_word(channel: str) -> str:
    """A way of reaching somebody."""
    return {
        "email": _("e-mail"),
        "sms": _("text message"),
        "phone": _("phone"),
        "whatsapp": _("WhatsApp"),
        "letter": _("letter"),
        "in_person": _("in person"),
    }.get(channel, channel)


def pace_choices() -> list[tuple[str, str]]:
    """How often: what is written down, and what is said; the first takes an earlier wish back."""
    return [
        ("", _("as you think right")),
        ("once a week", _("at most once a week")),
        ("twice a month", _("at most twice a month")),
        ("once a month", _("at most once a month")),
        ("once a quarter", _("at most once in three months")),
        ("once a year", _("at most once a year")),
        ("never", _("never, but for what I ordered or asked")),
    ]


def quiet_choices() -> list[tuple[str, str]]:
    """When to be left in peace."""
    return [
        ("mornings", _("mornings")),
        ("afternoons", _("afternoons")),
        ("evenings", _("evenings")),
        ("weekends", _("weekends")),
    ]


def dislike_choices() -> list[tuple[str, str]]:
    """What not to send."""
    return [
        ("newsletters", _("news and advertising")),
        ("surveys", _("questions and surveys")),
        ("gifts", _("gifts")),
        ("thank you notes", _("letters of thanks")),
    ]


def line_choices() -> list[tuple[str, str]]:
    """What not to use, nor to talk about: each is a group of what is known, as the gate reads it."""
    return [
        ("what I buy", _("what I buy")),
        ("how I use it", _("how I use it")),
        ("where I live", _("where I live")),
        ("work", _("my work")),
        ("complaints", _("what I wrote to you")),
        ("ratings", _("what I think of you")),
        ("problems", _("what went wrong")),
        ("friends", _("my friends and family")),
        ("ideas", _("my ideas")),
        ("birthday", _("my birthday and age")),
        ("health", _("my health, faith or private life")),
        ("everything", _("anything but my name")),
    ]


def source_word(source: str) -> str:
    """The system that something comes from: its name, but for our own."""
    return {"byname": _("these pages"), "generic": _("our own lists")}.get(source, source)
