"""Where words may be used, and under which name: what stands in the fact, and what people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from byname.web.portal.whom import Her

__all__ = ["NAMES", "OUR_PAGE", "PLACES", "first_name", "name_of", "names", "place_word"]

OUR_PAGE = "our page"
PLACES = (OUR_PAGE, "newsletter", "talk with a prospect", "press")
NAMES = ("none", "first", "full")  # the first is what a form begins with: as little as may be


def place_word(place: str) -> str:
    """A place in words; one that a colleague noted is as it was noted."""
    return {
        OUR_PAGE: _("on the public page of reviews"),
        "newsletter": _("in the newsletter"),
        "talk with a prospect": _("in a talk with somebody who thinks of buying"),
        "press": _("in the press"),
    }.get(place, place)


def names(her: Her) -> list[tuple[str, str]]:
    """The names that she may choose among, each with what it would say."""
    known = [(one, name_of(her, one)) for one in NAMES]
    found = [(one, name) for one, name in known if name or one == "none"]
    return [(one, name or _("without a name")) for one, name in found]


def name_of(her: Her, choice: str) -> str:
    """The name of a choice; empty: none."""
    return {"full": " ".join(her.name.split()), "first": first_name(her)}.get(choice, "")


def first_name(her: Her) -> str:
    """Her first name, as our letters call her; empty where none is known."""
    rows = her.desk.snapshot.rows("profile", [her.person_id], ("first_name",))
    return str((rows and rows[0]["first_name"]) or her.name.partition(" ")[0]).strip()
