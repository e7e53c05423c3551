"""The help desk's exports: Zendesk tickets and users, and the promises that were made there."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from byname.demo.simulated.office import Office, rows, write_csv
from byname.demo.simulated.trouble import FAULTS
from byname.demo.simulated.words import AGENTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["write_promises", "write_tickets", "write_users"]

_USER = 25_755_000_000
_SUBJECTS = {
    "late": "Delivery", "broken": "Damaged item", "wrong": "Wrong item", "bill": "Invoice", "outage": "App",
    "price": "Prices", "rude": "Service", "quality": "Quality",
}  # fmt: skip
_PROMISES = (
    "call back about the delivery", "send a new one", "refund the difference", "find out what happened and write back",
    "have a technician look at it",
)  # fmt: skip
_SPAM = "Buy followers cheap!! Visit our page and win a phone, 100% free, limited offer"


def write_tickets(office: Office, later: Office) -> Path:
    """One JSON object a line: complaints and questions with our answers' times, thanks, farewells, and spam.

    Args:
        office: from where the export is written.
        later: the same with chance of its own, for what was added to the last weeks.
    """
    path = office.folder / "zendesk_tickets.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number, ticket in enumerate((*_tickets(office), *_complaints(later, "late ticket"))):
            file.write(json.dumps({"id": 300_000 + number} | ticket, ensure_ascii=False) + "\n")
    return path


def _tickets(office: Office) -> Iterator[dict[str, Any]]:
    log = office.lived.log
    yield from _complaints(office, "ticket")
    for row in rows(log.table("note")):
        writer = office.write(row["who"])
        text = writer.thanks(row["tone"]) if row["what"] else writer.question()
        yield _ticket(office, row["who"], row["day"], "Thank you" if row["what"] else "Question", text, done=True)
    for row in rows(log.table("farewell")):
        text = office.write(row["who"]).farewell(row["tone"], ours=bool(row["why"]))
        yield _ticket(office, row["who"], row["day"], "My account", text, done=True)
    for day in range(30, office.lived.calendar.days, 170):
        yield _ticket(office, -1, day, "WIN", _SPAM)


def _complaints(office: Office, kind: str) -> Iterator[dict[str, Any]]:
    for row in rows(office.lived.log.table(kind)):
        agent = AGENTS[row["agent"]]
        writer = office.write(row["who"], order=row["order"])
        fault = FAULTS[row["kind"]]
        tone = row["tone"] - 0.3 if row["angry"] else max(row["tone"], -0.1) if not row["complains"] else row["tone"]
        text = writer.complaint(fault, tone, leaving=row["leaving"])
        ticket = _ticket(office, row["who"], row["day"], _SUBJECTS[fault], text)
        answered, opened = row["wait"] >= 0, office.when(row["day"])
        if answered and office.inside(row["day"] + row["wait"]):
            solved = opened + timedelta(days=row["wait"], hours=3)
            score = {0: "offered", 1: "good", -1: "bad"}[row["rated"]]
            ticket |= {
                "created_at": _iso(opened), "updated_at": _iso(solved), "status": "solved",
                "assignee": {"id": row["agent"] + 1, "name": agent},
                "metric_set": {
                    "solved_at": _iso(solved),
                    "reply_time_in_minutes": {"calendar": row["wait"] * 1440 - 700, "business": row["wait"] * 480},
                },
                "satisfaction_rating": {"score": score} | _comment(office, row, agent),
            }  # fmt: skip
        yield ticket


def _comment(office: Office, row: dict[str, Any], agent: str) -> dict[str, str]:
    if not row["rated"] or office.rng.random() > 0.3:  # noqa: PLR2004 - few write a word with it
        return {}
    writer = office.write(row["who"], order=row["order"], agent=agent)
    return {"comment": writer.thanks(0.5) if row["rated"] > 0 else writer.opinion("rude", -0.5)}


def _ticket(office: Office, who: int, day: int, subject: str, text: str, *, done: bool = False) -> dict[str, Any]:
    opened = office.when(day)
    solved = opened + timedelta(hours=20)
    closed = done and office.inside(day + 1)
    return {
        "via": {"channel": ("email", "web")[int(office.rng.random() < 0.4)]},  # noqa: PLR2004 - two in five by the form
        "created_at": _iso(opened),
        "updated_at": _iso(solved if closed else opened),
        "subject": subject,
        "description": text,
        "status": "solved" if closed else "open",
        "requester_id": _USER + who if who >= 0 else _USER - 1,
        "submitter_id": _USER + who if who >= 0 else _USER - 1,
        **({"metric_set": {"reply_time_in_minutes": {"calendar": 1100}}} if closed else {}),
        "satisfaction_rating": {"score": "unoffered"},
    }


def _iso(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def write_users(office: Office) -> Path:
    """Those who wrote to the help desk, some under another address than in the shop."""
    log = office.lived.log
    wrote = {who for kind in ("ticket", "late ticket", "note", "farewell") for who in log.table(kind)["who"].tolist()}
    path = office.folder / "zendesk_users.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for who in sorted(wrote):
            face = office.faces[who]
            user = {
                "id": _USER + who, "name": f"{face.given} {face.family}", "email": face.other_email,
                "phone": face.phone or None, "locale": face.language, "role": "end-user", "active": True,
                "created_at": "2023-06-01T00:00:00Z", "updated_at": "2023-06-01T00:00:00Z", "external_id": None,
                "shared_phone_number": False, "user_fields": {},
            }  # fmt: skip
            file.write(json.dumps(user, ensure_ascii=False) + "\n")
    return path


def write_promises(office: Office) -> Path:
    """What the agents promised, by when, and when it was done."""
    header = ["Promise ID", "Customer email", "What", "Promised on", "Due", "Kept on", "Promised by"]
    return write_csv(office.folder / "promises.csv", header, _promises(office))


def _promises(office: Office) -> Iterator[list[Any]]:
    log = office.lived.log
    for number, row in enumerate((*rows(log.table("promise")), *rows(log.table("late promise")))):
        due = row["due"]
        done = due - 1 if row["kept"] else due + 6 if row["late"] else None
        date = office.lived.calendar.date
        kept = date(max(done, row["day"])) if done is not None and office.inside(done) else ""
        email = office.faces[row["who"]].other_email
        what = _PROMISES[number % len(_PROMISES)]
        yield [f"PR-{number:05d}", email, what, date(row["day"]), date(due), kept, AGENTS[row["agent"]]]
