"""Where people speak when asked and unasked: Judge.me, Trustpilot, Delighted, the community, ideas and votes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byname.demo.simulated.lately import SHIPPED_AFTER
from byname.demo.simulated.office import Office, rows, write_csv
from byname.demo.simulated.trouble import FAULTS
from byname.demo.simulated.words import PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "write_community",
    "write_ideas",
    "write_nps",
    "write_product_reviews",
    "write_service_reviews",
    "write_votes",
]

_JUDGEME = (
    "title,body,rating,review_date,source,curated,reviewer_name,reviewer_email,product_id,product_handle,reply,reply_date,"
    "picture_urls,ip_address,location"
).split(",")
_TRUSTPILOT = (
    "Domain Url,Webshop Name,Business Unit Id,Review Id,Review Created (UTC),Review Consumer User Id,Review Username,"
    "Review User Email,Review Title,Review Content,Review Stars,Source Of Review,Reference Id,Location Name,"
    "Business Reply Date (UTC)"
).split(",")
_DELIGHTED = [
    "ID",
    "Score",
    "Comment",
    "Created At",
    "Updated At",
    "Person ID",
    "Person Name",
    "Person Email",
    "Survey Type",
]
_BOMB = 180  # zeros from one address within two days
_BOMBED_DAY = 900
_FATES = ("Open", "Planned", "Shipped", "Declined")
_PRODUCT_SITE, _SERVICE_SITE = 0, 1


def write_product_reviews(office: Office) -> Path:
    """Judge.me: asked by e-mail or written on the site; one of six stars, and one that sells watches."""
    return write_csv(office.folder / "judgeme_reviews.csv", _JUDGEME, _product_reviews(office))


def _product_reviews(office: Office) -> Iterator[list[Any]]:
    for row in rows(office.lived.log.table("review")):
        if row["site"] != _PRODUCT_SITE:
            continue
        face = office.faces[row["who"]]
        product = int(office.rng.integers(0, len(PRODUCTS)))
        body = office.write(row["who"], product).opinion(FAULTS[row["kind"]], row["tone"]) if row["words"] else ""
        handle = PRODUCTS[product].replace(" ", "-")
        yield [
            "", body, row["stars"], office.stamp(row["day"]) + " UTC", "email" if row["asked"] else "web", "ok",
            f"{face.given} {face.family[0]}.", face.email, 7_700 + product, handle, "", "", "", "", face.country,
        ]  # fmt: skip
    day = office.lived.calendar.days - 40
    for stars, body, curated in ((6, "Beyond five!", "ok"), (5, "Buy cheap watches at our site", "spam")):
        stamp = office.stamp(day) + " UTC"
        yield ["", body, stars, stamp, "web", curated, "Bot", "bot@spam.example", 7_700, "teapot", *[""] * 5]


def write_service_reviews(office: Office) -> Path:
    """Trustpilot: the invited have an order's number; the others a nickname and nothing that leads to them."""
    return write_csv(office.folder / "trustpilot_reviews.csv", _TRUSTPILOT, _service_reviews(office))


def _service_reviews(office: Office) -> Iterator[list[Any]]:
    for number, row in enumerate(rows(office.lived.log.table("review"))):
        if row["site"] != _SERVICE_SITE:
            continue
        face = office.faces[row["who"]]
        words = office.write(row["who"]).opinion(FAULTS[row["kind"]], row["tone"]) if row["words"] else ""
        invited = row["asked"] and row["order"] >= 0
        yield [
            "www.example.com", "Kettle & Board", "5f00aa", f"65c0{number:08x}", office.stamp(row["day"]),
            f"5a{row['who']:06x}", face.given if not invited else f"{face.given} {face.family}",
            face.email if invited else "", "", words, row["stars"], "InvitationLinkApi" if invited else "Organic",
            office.order_name(row["order"]) if invited else "", "", "",
        ]  # fmt: skip


def write_nps(office: Office) -> Path:
    """Delighted: half-yearly scores with comments; an eleven; and a heap of zeros from one address."""
    return write_csv(office.folder / "delighted_responses.csv", _DELIGHTED, _responses(office))


def _responses(office: Office) -> Iterator[list[Any]]:
    number = 500_000
    for number, row in enumerate(rows(office.lived.log.table("nps")), 500_000):
        face = office.faces[row["who"]]
        tone = row["tone"]
        comment = office.write(row["who"]).opinion(FAULTS[row["kind"]], tone) if row["words"] else ""
        stamp = office.stamp(row["day"]) + " UTC"
        name = f"{face.given} {face.family}"
        yield [number, row["score"], comment, stamp, stamp, 60_000 + row["who"], name, face.email, "NPS"]
    for score in (11, *[0] * _BOMB):
        number += 1
        stamp = office.stamp(_BOMBED_DAY + number % 2) + " UTC"
        comment = "worst shop ever do not buy" if score == 0 else ""
        yield [number, score, comment, stamp, stamp, 59_999, "", "bomber@spam.example", "NPS"]


def write_community(office: Office) -> Path:
    """The forum: questions, praise, anger, and answers that others found helpful or took."""
    header = [
        "post_id",
        "thread_id",
        "in_reply_to",
        "username",
        "author_email",
        "posted_at",
        "text",
        "likes",
        "accepted",
    ]
    return write_csv(office.folder / "community_forum_posts.csv", header, _posts(office))


def _posts(office: Office) -> Iterator[list[Any]]:
    question, answer = -1, -2
    for number, row in enumerate(rows(office.lived.log.table("post"))):
        face, writer = office.faces[row["who"]], office.write(row["who"])
        if row["kind"] == question:
            text = writer.question()
        elif row["kind"] == answer:
            text = writer.answer()
        else:
            text = writer.opinion(FAULTS[row["kind"]], max(row["tone"], 0.4) if row["good"] else min(row["tone"], -0.3))
        thread = row["thread"] if row["thread"] >= 0 else number
        reply = f"post{row['thread']}" if row["thread"] >= 0 else ""
        likes = row["helpful"]
        yield [
            f"post{number}", f"thread{thread}", reply, face.handle, face.email, office.stamp(row["day"]), text, likes,
            "yes" if row["accepted"] else "no",
        ]  # fmt: skip


def write_ideas(office: Office, later: Office) -> Path:
    """The board of ideas.

    Args:
        office: from where the export is written.
        later: the same with chance of its own, for what was added to the last weeks.
    """
    header = ["Idea ID", "Title", "Description", "Status", "Submitted by", "Created at", "Shipped at"]
    return write_csv(office.folder / "ideas.csv", header, _ideas(office, later))


def _ideas(office: Office, later: Office) -> Iterator[list[Any]]:
    log = office.lived.log
    yield from _suggested(office, "idea", 0)
    yield from _suggested(later, "late idea", log.count("idea"))


def _suggested(office: Office, kind: str, first: int) -> Iterator[list[Any]]:
    for number, row in enumerate(rows(office.lived.log.table(kind)), first):
        title, text = office.write(row["who"], row["what"]).idea()
        shipped = row["day"] + SHIPPED_AFTER
        done = _FATES[row["fate"]] == "Shipped" and office.inside(shipped)
        fate = _FATES[row["fate"]] if done or _FATES[row["fate"]] != "Shipped" else "Planned"
        created = office.stamp(row["day"])
        email = office.faces[row["who"]].email
        yield [f"I-{number:04d}", title, text, fate, email, created, office.stamp(shipped) if done else ""]


def write_votes(office: Office) -> Path:
    """Who supports which idea."""
    lines = (
        [f"V-{number:05d}", f"I-{row['idea']:04d}", office.faces[row["who"]].email, office.stamp(row["day"])]
        for number, row in enumerate(rows(office.lived.log.table("vote")))
    )
    return write_csv(office.folder / "idea_votes.csv", ["Vote ID", "Idea ID", "Voter email", "Voted at"], lines)
