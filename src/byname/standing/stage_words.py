"""What the name of a product or web event says about how far somebody is: attention, interest, desire or action.

Names are those of Segment's e-commerce specification v2, of GA4, and ordinary words in any spelling: "Product Added",
"add_to_cart", "addToCart". A name that says none of it says nothing: logging in or using a feature is not a stage.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import NamedTuple

__all__ = ["STAGES", "Sign", "products_of", "sign_of"]

STAGES = ("attention", "interest", "desire", "action")


class Sign(NamedTuple):
    """What an event says.

    Attributes:
        level: 1 attention, 2 interest, 3 desire, 4 action.
        says: what the person did, in words of ours: never the event's own name, which may hold anything.
    """

    level: int
    says: str


# What undoes or fails proves no stage, whatever else the name holds.
_NOT = re.compile(
    r"\b(?:remove|cancel|fail|abandon|expire|refund|unsubscribe|delete|declin|denied|deny|error|reject|revers|void|dismiss)"
)

# The first that fits counts, so what is nearer to buying comes first.
_RULES: tuple[tuple[str, int, str], ...] = (
    (r"\b(?:order|checkout|payment|purchase) (?:complete|place|confirm|succe|paid)", 4, "bought"),
    (r"\b(?:complete|place|confirm)(?:e?d)? (?:order|checkout|purchase)\b", 4, "bought"),
    (r"\b(?:purchase|purchased|bought|subscribed)\b|\bsubscription (?:start|activat|create)", 4, "bought"),
    (r"\btrial\b.*\b(?:start|began|begin|create)|\b(?:start|began|begin)\w* .*\btrial\b", 3, "began a trial"),
    (r"\bcheckout\b|\b(?:payment|shipping) info\b", 3, "was at the checkout"),
    (r"\bwish ?list\b", 3, "put something on the wish list"),
    (r"\b(?:cart|basket|bag|trolley)\b|\bproduct added\b", 3, "had something in the cart"),
    (r"\bcoupon (?:enter|appli)|\b(?:enter|appl)\w* coupon\b", 3, "used a coupon"),
    (r"\b(?:quote|demo|offer|callback) (?:request|book)|\bgenerate lead\b", 3, "asked for an offer"),
    (r"\b(?:request|book)\w* (?:an? )?(?:quote|demo|offer)\b|\blead (?:submit|creat|generat)", 3, "asked for an offer"),
    (r"\bsearch", 2, "searched"),
    (r"\bcompar", 2, "compared products"),
    (r"\bpric(?:e|es|ing)\b|\bplans\b", 2, "looked at prices"),
    (r"\b(?:product|products|item|items)\b.*\b(?:view|click|detail|select|share|list)", 2, "looked at a product"),
    (r"\b(?:view|click|select|share)\w* (?:products?|items?)\b|^(?:page|screen) products?\b", 2, "looked at a product"),
    (r"\b(?:sign(?:ed)? up|register(?:ed)?|registration|account created|create account)\b", 2, "signed up"),
    (r"\b(?:promotion|banner|ad|campaign|link)\b.*\bclick", 2, "followed an advertisement"),
    (r"\b(?:click|select)\w* (?:promotion|banner|ad)\b", 2, "followed an advertisement"),
    (r"\bdownload", 2, "downloaded something"),
    (r"^(?:page|screen)\b|\bpage view|\bview\w* page\b|\bsession start|\bfirst visit\b|\bvisit", 1, "visited"),
    (r"\b(?:promotion|banner|ad|video|article)\b.*\b(?:view|start|play|read)", 1, "saw something of ours"),
    (r"\b(?:view|start|play|read)\w* (?:promotion|banner|ad|video|article)\b", 1, "saw something of ours"),
)  # fmt: skip
_READ = tuple((re.compile(pattern), Sign(level, says)) for pattern, level, says in _RULES)

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MARKS = re.compile(r"[^a-z0-9]+")
_MOST = 200  # letters of a name that are looked at: a name is a few words

# By what a product is known, first to last; and what it is called.
_KEYS = ("product_id", "productId", "item_id", "sku")
_NAMES = ("name", "product_name", "productName", "item_name", "product")
_LISTS = ("products", "items")
_PRODUCTS = 50  # of one event


@lru_cache(maxsize=65_536)
def sign_of(event: str) -> Sign | None:
    """What an event's name says; None where it says nothing of a stage.

    >>> sign_of("Product Added")
    Sign(level=3, says='had something in the cart')
    >>> sign_of("Product Removed") is None
    True
    """
    plain = _MARKS.sub(" ", _HUMP.sub(" ", event[:_MOST]).lower()).strip()
    if not plain or _NOT.search(plain):
        return None
    return next((sign for pattern, sign in _READ if pattern.search(plain)), None)


def products_of(properties: str | None) -> list[tuple[str, str]]:
    """The products that an event's properties name: id and name, each product once; none where they name none.

    Args:
        properties: JSON text of an object; anything else names no product. A product without an id is known by its
            name, which is then its id in small letters.
    """
    if not properties or "{" not in properties:
        return []
    try:
        read = json.loads(properties)
    except (ValueError, RecursionError):
        return []
    if not isinstance(read, dict):
        return []
    lists = [read[key] for key in _LISTS if isinstance(read.get(key), list)]
    # "name" of an event that lists products is the list's or the page's.
    rows = [row for one in lists for row in one[:_PRODUCTS] if isinstance(row, dict)] if lists else [read]
    found = dict(known for row in rows if (known := _product(row, bare=not lists)))
    return list(found.items())


def _product(row: dict[str, object], *, bare: bool) -> tuple[str, str] | None:
    key = next((said for name in _KEYS if (said := _said(row.get(name)))), "")
    # In an event's own properties a plain "name" may be a page's: it takes an id beside it.
    names = _NAMES if key or not bare else tuple(name for name in _NAMES if name != "name")
    called = next((said for name in names if (said := _said(row.get(name)))), "")
    return (key or called.lower(), called or key) if key or called else None


def _said(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()[:_MOST]
