"""The shop's exports: Shopify customers and orders, Stripe subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from byname.demo.simulated.buying import LINES
from byname.demo.simulated.faces import slip
from byname.demo.simulated.office import Office, rows, write_csv
from byname.demo.simulated.words import PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["write_customers", "write_orders", "write_subscriptions"]

_CUSTOMERS = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
    "Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,"
    "Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,"
    "Tags"
).split(",")
_ORDERS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem sku,Billing Name,Billing Address1,Billing Company,Billing City,Billing Zip,"
    "Billing Country,Refunded Amount,Employee,Id,Source,Phone"
).split(",")
_SUBSCRIPTIONS = (
    "id,Customer ID,Customer Description,Customer Email,Customer Name,Plan,Quantity,Currency,Interval,Amount,Status,"
    "Created (UTC),Start (UTC),Start Date (UTC),Current Period Start (UTC),Current Period End (UTC),Canceled At (UTC),"
    "Cancel At Period End,Ended At (UTC)"
).split(",")
_PLANS = (("pantry-monthly", 12.0), ("kitchen-club-monthly", 25.0))
_REDUCED = 0.1


def write_customers(office: Office) -> Path:
    """Everybody who ever came, and the second accounts of those who have two."""
    return write_csv(office.folder / "shopify_customers.csv", _CUSTOMERS, _customers(office))


def _customers(office: Office) -> Iterator[list[Any]]:
    nature, state = office.lived.nature, office.lived.state
    log = office.lived.log
    bought = np.concatenate([log.table(kind)["who"] for kind in ("order", "moved order")])
    counts = np.bincount(bought, minlength=len(nature))
    for who in np.flatnonzero(state.came).tolist():
        face = office.faces[who]
        ticked = "yes" if nature.opted_in[who] else "no"
        rest = [face.phone and "'" + face.phone, "no", "0.00", int(counts[who]), "", "no", ""]
        place = [face.street, "", face.city, "", face.country, face.postcode, ""]
        yield ["'" + face.customer_id, face.given, face.family, face.email, ticked, face.company, *place, *rest]
        if face.second:
            misspelt = slip(face.family, who)
            yield ["'" + face.second, face.given, misspelt, face.second_email, "no", "", *place, *rest]


def write_orders(office: Office, later: Office) -> Path:
    """All orders, a line for each product; two of them as no export should be.

    Args:
        office: from where the export is written.
        later: the same with chance of its own, for what came of a campaign.
    """
    return write_csv(office.folder / "shopify_orders.csv", _ORDERS, _orders(office, later))


def _orders(office: Office, later: Office) -> Iterator[list[Any]]:
    log = office.lived.log
    returned = log.table("return")
    back = {
        order
        for order, day in zip(*(returned[name].tolist() for name in ("order", "day")), strict=True)
        if office.inside(day)
    }
    yield from _placed(office, "order", 0, back)
    broken = list(_broken(office))
    yield from _placed(later, "moved order", log.count("order"), set())
    yield from broken


def _placed(office: Office, kind: str, first: int, back: set[int]) -> Iterator[list[Any]]:
    """Orders of one table of the log, numbered from `first`; money was given back for some."""
    log, nature = office.lived.log, office.lived.nature
    second = office.rng.random(log.count(kind)) < 0.5  # noqa: PLR2004 - which of two accounts is used
    for place, row in enumerate(rows(log.table(kind))):
        number = first + place
        who, face = row["who"], office.faces[row["who"]]
        lines = [(row[f"product{at}"], row[f"price{at}"], row[f"quantity{at}"]) for at in range(row["lines"])]
        subtotal = sum(round(price, 2) * quantity for _, price, quantity in lines)
        off = round(subtotal * _REDUCED, 2) if row["discounted"] else 0.0
        refund = round(lines[0][1], 2) * lines[0][2] if number in back else 0.0
        total = round(subtotal - off, 2)
        refund = min(refund, total)
        status = "paid" if not refund else "refunded" if refund == total else "partially_refunded"
        created = office.stamp(row["day"]) + " +0000"
        other = bool(face.second and second[place])
        email = face.second_email if other else face.email
        family = slip(face.family, who) if other else face.family
        name = office.order_name(number)
        product, price, quantity = lines[0]
        yield [
            name, email, status, created, "fulfilled", "", "yes" if nature.opted_in[who] else "no", "EUR",
            f"{subtotal:.2f}", "0.00", "0.00", f"{total:.2f}", "WELCOME" if off else "", f"{off:.2f}", "Standard",
            created,
            quantity, PRODUCTS[product].capitalize(), f"{price:.2f}", f"SKU-{product:02d}", f"{face.given} {family}",
            face.street, face.company, face.city, face.postcode, face.country, f"{refund:.2f}",
            "Tobias Achterberg" if row["phoned"] else "", 5_550_000_000 + number, "phone" if row["phoned"] else "web",
            face.phone and "'" + face.phone,
        ]  # fmt: skip
        for product, price, quantity in lines[1:LINES]:
            item = [quantity, PRODUCTS[product].capitalize(), f"{price:.2f}", f"SKU-{product:02d}"]
            yield [name, email, *[""] * 14, *item, *[""] * 11]


def _broken(office: Office) -> Iterator[list[Any]]:
    """What somebody did to the file by hand: a day that is on no calendar, a sum in words."""
    for name, created, total in (("#9001", "2026-02-31 10:00:00 +0000", "20.00"), ("#9002", "", "twenty")):
        row = dict.fromkeys(_ORDERS, "")
        row |= {"Name": name, "Email": office.faces[0].email, "Financial Status": "paid", "Currency": "EUR"}
        row |= {"Total": total, "Created at": created or office.stamp(10) + " +0000", "Lineitem name": "Teapot"}
        yield [row[column] for column in _ORDERS]


def write_subscriptions(office: Office) -> Path:
    """Subscriptions to the pantry and the club."""
    return write_csv(office.folder / "stripe_subscriptions.csv", _SUBSCRIPTIONS, _subscriptions(office))


def _subscriptions(office: Office) -> Iterator[list[Any]]:
    log = office.lived.log
    ends: dict[int, list[int]] = {}
    for row in rows(log.table("unsubscribed plan")):
        ends.setdefault(row["who"], []).append(row["day"])
    for number, row in enumerate(rows(log.table("subscribed"))):
        who, face = row["who"], office.faces[row["who"]]
        plan, price = _PLANS[row["plan"]]
        end = next((day for day in ends.get(who, []) if day > row["day"]), None)
        start = office.stamp(row["day"])[:16]
        until = office.stamp(end)[:16] if end is not None else ""
        full = f"{face.given} {face.family}"
        last = until or f"{office.lived.calendar.as_of:%Y-%m}-01 09:00"
        yield [
            f"sub_{number:05d}", f"cus_{who:06d}", full, face.email, full, plan, 1, "eur", "month", f"{price:.2f}",
            "canceled" if until else "active", start, start, start, max(start, last), "", until, "false", until,
        ]  # fmt: skip
