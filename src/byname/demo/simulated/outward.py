"""What we know of reaching people: Mailchimp's audience, newsletters sent, friends brought, the app's events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from byname.demo.simulated.office import Office, rows, write_csv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["write_audience", "write_events", "write_newsletters", "write_referrals"]

_MEMBER = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,GMTOFF,DSTOFF,"
    "TIMEZONE,CC,REGION"
).split(",")
_EVENTS = ("Recipe Opened", "List Saved", "Product Viewed", "Cart Viewed", "Page Searched")


def write_audience(office: Office) -> list[Path]:
    """Those who may be written to, and those who said that they no longer may."""
    withdrawn = {row["who"]: row for row in rows(office.lived.log.table("withdrawn"))}
    opted = office.lived.nature.opted_in & office.lived.state.came
    everybody = np.flatnonzero(opted).tolist()
    header = [*_MEMBER, "LAST_CHANGED", "LEID", "EUID", "NOTES", "TAGS"]
    stay = write_csv(
        office.folder / "subscribed_members_export.csv",
        header,
        ([*_member(office, who), *_ids(office, who)] for who in everybody if who not in withdrawn),
    )
    gone = [*_MEMBER, "UNSUB_TIME", "UNSUB_CAMPAIGN_TITLE", "UNSUB_CAMPAIGN_ID", "UNSUB_REASON", "UNSUB_REASON_OTHER"]
    left = write_csv(
        office.folder / "unsubscribed_members_export.csv",
        [*gone, "LEID", "EUID", "NOTES", "TAGS"],
        (
            [*_member(office, who), *_withdrawal(office, withdrawn[who]), *_ids(office, who)[1:]]
            for who in everybody
            if who in withdrawn
        ),
    )
    return [stay, left]


def _member(office: Office, who: int) -> list[Any]:
    face = office.faces[who]
    opted = office.stamp(max(0, int(office.lived.nature.joins[who]) % office.lived.calendar.weeks * 7))
    return [face.email, face.given, face.family, 2, opted, "", opted, "", 1, 2, "", face.country, ""]


def _withdrawal(office: Office, row: dict[str, Any]) -> list[Any]:
    reason = "Marked as spam/abuse" if row["spam"] else "OTHER" if row["words"] else "NORMAL"
    said = "Too many mails" if row["words"] else ""
    return [office.stamp(row["day"]), "Letter", "c0ffee", reason, said]


def _ids(office: Office, who: int) -> list[Any]:
    return [office.stamp(office.lived.calendar.days - 2), 270_000 + who, f"e{who:07d}", "", ""]


def write_newsletters(office: Office) -> Path:
    """To whom which newsletter went: a row for each that was sent."""
    header = ["Sending ID", "Recipient", "Sent at", "Campaign", "Channel"]
    date = office.lived.calendar.date
    lines = (
        [f"M-{number:06d}", office.faces[row["who"]].email, date(row["day"]), f"Letter {row['campaign']}", "email"]
        for number, row in enumerate(rows(office.lived.log.table("mail")))
    )
    return write_csv(office.folder / "newsletters_sent.csv", header, lines)


def write_referrals(office: Office) -> Path:
    """Friends who gave the name of the one who brought them."""
    lines = (
        [f"R-{number:05d}", office.lived.calendar.date(row["day"]), office.faces[row["who"]].email,
         office.faces[row["friend"]].email]
        for number, row in enumerate(rows(office.lived.log.table("referral")))
        if row["seen"]
    )  # fmt: skip
    return write_csv(
        office.folder / "referrals.csv", ["Referral ID", "Date", "Referrer email", "Referred email"], lines
    )


def write_events(office: Office) -> Path:
    """Segment: who the app's users are, and what they did."""
    path = office.folder / "segment_events.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for event in _events(office):
            file.write(json.dumps(event, ensure_ascii=False) + "\n")
    return path


def _events(office: Office) -> Iterator[dict[str, Any]]:
    table = office.lived.log.table("use")
    for who in np.unique(table["who"]).tolist():
        face = office.faces[who]
        traits = {"firstName": face.given, "lastName": face.family, "email": face.email}
        stamp = "2023-07-01T00:00:00Z"
        yield {"type": "identify", "messageId": f"i{who}", "userId": face.user_id, "timestamp": stamp, "traits": traits}
    seconds = office.rng.integers(0, 86_400, len(table["day"]))
    first = np.datetime64(office.lived.calendar.first, "s")
    moments = np.datetime_as_string(first + table["day"].astype("timedelta64[D]") + seconds.astype("timedelta64[s]"))
    for number, (who, what, at) in enumerate(
        zip(table["who"].tolist(), table["what"].tolist(), moments.tolist(), strict=True)
    ):
        yield {
            "type": "track", "event": _EVENTS[what], "messageId": f"t{number}", "userId": office.faces[who].user_id,
            "timestamp": at + "Z", "properties": {},
        }  # fmt: skip
