"""What the tools that reach people export: the campaigns with their arms, what came back, consents and wishes."""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from byname.demo.simulated.office import Office, rows, write_csv
from byname.demo.simulated.words import PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from byname.demo.simulated.faces import Face
    from byname.demo.simulated.reached import Campaign

__all__ = ["write_campaigns", "write_consents", "write_responses", "write_truth_of", "write_wishes"]

_CAMPAIGNS = (
    "Contact ID,Recipient e-mail,Sent at,Campaign,Action,Channel,Kind,Team,Employee,Purpose,Goal,Arm,Cost"
).split(",")
_OPENS, _CLICKS, _REPLIES, _THANKS = 0.35, 0.2, 0.02, 0.05
_ASKED, _VISITS, _WISHES = 0.7, 0.25, 0.14  # who was asked about surveys; who looked at the preference centre
_STATES = ("given", "not given", "withdrawn")
_OF_SURVEYS, _OF_THE_REST = (0.6, 0.35, 0.05), (0.5, 0.35, 0.15)
_CHANNELS = ("sms", "phone", "letter")
_PAUSE = 60  # days


def write_campaigns(office: Office, campaigns: Sequence[Campaign]) -> Path:
    """Who was to be reached, and who of them was held out by the lots."""
    return write_csv(office.folder / "crm_contacts.csv", _CAMPAIGNS, _contacts(office, campaigns))


def _contacts(office: Office, campaigns: Sequence[Campaign]) -> Iterator[list[Any]]:
    number = 0
    for one in campaigns:
        for who, held_out in zip(one.who.tolist(), one.held_out.tolist(), strict=True):
            cost = "0.00" if held_out else f"{one.cost:.2f}"
            yield [
                f"K-{number:06d}", office.faces[who].email, office.stamp(one.day), one.name, one.action, one.channel,
                one.kind, one.team, one.employee, one.purpose, one.goal, "held out" if held_out else "treated", cost,
            ]  # fmt: skip
            number += 1


def write_responses(office: Office, campaigns: Sequence[Campaign]) -> Path:
    """What came back on newsletters, letters and previews; the glad answer more often."""
    header = ["Contact ID", "E-mail", "Response", "Responded at"]
    return write_csv(office.folder / "contact_responses.csv", header, _responses(office, campaigns))


def _responses(office: Office, campaigns: Sequence[Campaign]) -> Iterator[list[Any]]:
    for number, row in enumerate(rows(office.lived.log.table("mail"))):
        yield from _read(office, f"M-{number:06d}", row["who"], row["day"])
    number = 0
    for one in campaigns:
        for who, held_out in zip(one.who.tolist(), one.held_out.tolist(), strict=True):
            if not held_out and one.channel == "email":
                yield from _read(office, f"K-{number:06d}", who, one.day)
            elif not held_out and office.rng.random() < _THANKS:
                yield [f"K-{number:06d}", office.faces[who].email, "replied", office.stamp(one.day + 6)]
            number += 1


def _read(office: Office, contact: str, who: int, day: int) -> Iterator[list[Any]]:
    liking = float(np.clip(office.lived.state.mood[who], -1, 1))
    if not office.inside(day + 2) or office.rng.random() > _OPENS + 0.2 * liking:
        return
    opened = office.when(day)
    email = office.faces[who].email
    yield [contact, email, "opened", f"{opened:%Y-%m-%d %H:%M:%S}"]
    for minutes, said, chance in ((3, "clicked", _CLICKS), (90, "replied", _REPLIES)):
        if office.rng.random() < chance:
            yield [contact, email, said, f"{opened + timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S}"]


# ------------------------------------------------------------------------------------ the preference centre


def write_consents(office: Office) -> Path:
    """What some said about texts, calls and letters when they looked at their settings."""
    header = ["Customer e-mail", "Phone", "Channel", "Purpose", "Consent", "Wording", "Said by", "Said at"]
    return write_csv(office.folder / "preference_centre_consents.csv", header, _consents(office))


def _consents(office: Office) -> Iterator[list[Any]]:
    for who in _visitors(office, _ASKED):
        face, state = office.faces[who], _STATES[int(office.rng.choice(len(_STATES), p=_OF_SURVEYS))]
        words = "You may ask me how it was" if state == "given" else ""
        yield [face.email, face.phone, "email", "surveys", state, words, "customer", office.stamp(_day(office))]
    for who in _visitors(office, _VISITS):
        face, said = office.faces[who], _day(office)
        for channel in _CHANNELS:
            if channel != "letter" and not face.phone:
                continue
            state = _STATES[int(office.rng.choice(len(_STATES), p=_OF_THE_REST))]
            words = "You may reach me this way with news and thanks" if state == "given" else ""
            yield [face.email, face.phone, channel, "marketing", state, words, "customer", office.stamp(said)]


def write_wishes(office: Office) -> Path:
    """How often, by what, when, and about what not, in the words of the form."""
    header = ["Customer e-mail", "Preference", "Value", "Until", "Said by", "Said at"]
    return write_csv(office.folder / "preference_centre_wishes.csv", header, _wishes(office))


def _wishes(office: Office) -> Iterator[list[Any]]:
    rng, calendar = office.rng, office.lived.calendar
    pause = f"pause until {calendar.as_of + timedelta(days=_PAUSE)}"
    choices = {
        "pace": ("once a month", "at most 2 a month", "weekly", "once a quarter", pause),
        "channel": ("email", "letter", "phone", "no phone", "no letter"),
        "quiet": ("not on Mondays", "mornings only", "weekends", "20-9"),
        "dislike": tuple(PRODUCTS),
        "line": ("my family", "where I live", "what I paid"),
    }
    for who in _visitors(office, _WISHES):
        said = office.stamp(_day(office))
        for kind in rng.permutation(list(choices))[: int(rng.integers(1, 4))].tolist():
            value = choices[kind][int(rng.integers(0, len(choices[kind])))]
            yield [office.faces[who].email, kind, value, "", "customer", said]
    strict = np.flatnonzero(office.lived.state.came & ~office.lived.nature.opted_in)
    for place, who in enumerate(rng.permutation(strict)[: max(3, len(strict) // 60)].tolist()):
        kind, value = ("restriction", "all") if place == 0 else ("objection", "marketing")
        yield [office.faces[who].email, kind, value, "", "customer", office.stamp(_day(office))]


def _visitors(office: Office, share: float) -> list[int]:
    came = office.lived.state.came
    return [int(one) for one in np.flatnonzero(came & (office.rng.random(len(came)) < share))]


def _day(office: Office) -> int:
    """Some day of the last two years."""
    days = office.lived.calendar.days
    return int(office.rng.integers(days - 730, days))


# ------------------------------------------------------------------------------------------------- the truth


def write_truth_of(path: Path, campaigns: Sequence[Campaign], faces: list[Face]) -> Path:
    """Of each person and campaign: the arm, whether it would move them, and the campaign's true effect."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["source", "account", "source_id", "email", "campaign", "action", "arm", "moved", "effect"])
        for one in campaigns:
            for who, held_out, moved in zip(one.who.tolist(), one.held_out.tolist(), one.moved.tolist(), strict=True):
                face = faces[who]
                writer.writerow(
                    ["shopify", "main", face.customer_id, face.email, one.name, one.action,
                     "held out" if held_out else "treated", "yes" if moved else "no", f"{one.effect:.4f}"]
                )  # fmt: skip
    return path
