"""Those who use a feature are invited: a letter each, by the playbook, the one way that all letters go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from byname.errors import UsageError
from byname.gate_again import playbooks_of
from byname.profile_columns import PROFILE
from byname.web.accounts import audit
from byname.web.accounts.policy import demand
from byname.web.outreach.models import Draft, State
from byname.web.outreach.subjects import one_line, subject_of
from byname.web.previews.models import Invitation, Kind
from byname.web.previews.using import MOST, users
from byname.web.written.actions.writing import at_work

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.playbooks.playbook import Playbook
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk
    from byname.web.previews.models import Preview
    from byname.web.previews.using import User

__all__ = ["invite"]

_ANCHORS = "select person_id, anchor from people where person_id in (select unnest($1::varchar[]))"
_TITLE_LETTERS = 200


def invite(by: Account, desk: Desk, preview: Preview, many: str) -> int:
    """Make the letters that invite so many of those who use it most and may be written to.

    They wait for a yes on the page Letters, and the door asks the gate again. Nobody is invited to the same twice.

    Args:
        by: who.
        desk: where.
        preview: to which; it is open.
        many: how many people, as typed.

    Returns:
        How many letters were made.

    Raises:
        PermissionDenied: a reader.
        UsageError: no such number, it is not open, its playbook is not in use, or nobody may be invited.
    """
    demand(by, "act")
    wanted = int(many) if many.isascii() and many.isdecimal() and len(many) <= len(str(MOST)) else 0
    if not 1 <= wanted <= MOST:
        raise UsageError(where=_("How many"), found=f'"{many[:20]}"', expected=_("1 to %(most)d") % {"most": MOST})
    if not preview.is_open(desk.company.today()):
        raise UsageError(where=preview.title, found=_("it is not open today"), expected=_("one that is open"))
    play = playbooks_of(desk.company).by_action.get(preview.action)
    if play is None:
        raise UsageError(where=preview.title, found=_("its playbook is not in use"), expected=preview.action)
    chosen = users(desk, preview).open[:wanted]
    if not chosen:
        raise UsageError(
            where=_("Invitations"), found=_("nobody who may be written to now"), expected=_("one person at least")
        )
    with at_work(by, desk.company):
        made = _drafts(desk, preview, play, _still_free(preview, chosen))
        audit.log(by, "preview invited", f"preview {preview.pk}", after={"letters": made})
    return made


def _still_free(preview: Preview, chosen: Sequence[User]) -> list[User]:
    """Without whom somebody else invited at the same moment."""
    there = set(Invitation.objects.filter(preview=preview).values_list("person_id", flat=True))
    return [one for one in chosen if one.person["person_id"] not in there]


def _drafts(desk: Desk, preview: Preview, play: Playbook, chosen: Sequence[User]) -> int:
    people = [str(one.person["person_id"]) for one in chosen]
    profiles = {
        row["person_id"]: row for row in desk.snapshot.rows("profile", people, ("first_name", "language", "used_28"))
    }
    reach = {
        (row["person_id"], row["channel"]): row["address"]
        for row in desk.snapshot.rows("reach", people, ("channel", "address"))
    }
    anchors = {row["person_id"]: row["anchor"] for row in desk.snapshot.query(_ANCHORS, [people])}
    there = {
        draft.person_id: draft
        for draft in Draft.objects.filter(as_of=desk.as_of, action=play.action, person_id__in=people)
    }
    used = set(Invitation.objects.filter(draft__in=there.values()).values_list("draft", flat=True))
    made = 0
    for user, person in zip(chosen, people, strict=True):
        draft = there.get(person) or Draft(person_id=person, as_of=desk.as_of, action=play.action)
        if draft.state != State.DRAFT or draft.pk in used:
            continue  # somebody decided on it a moment ago, or invited them to another
        for name, value in _said(desk, preview, play, user, profiles.get(person, {})).items():
            setattr(draft, name, value)
        draft.record_id = anchors[person]
        draft.address = reach.get((person, user.channel)) or ""
        draft.save()
        Invitation.objects.create(preview=preview, person_id=person, record_id=anchors[person], draft=draft)
        made += 1
    return made


def _said(desk: Desk, preview: Preview, play: Playbook, user: User, profile: Mapping[str, Any]) -> dict[str, Any]:
    """What a letter says, why, and with which facts of the person: only those that may be spoken of."""
    may = desk.company.settings.may_use(play.kind)
    facts = {"first_name": profile.get("first_name"), "features": preview.feature, "used_28": user.used}
    named = {name: str(value) for name, value in facts.items() if value and PROFILE[name].purpose in may}
    often = ngettext("%(many)d time", "%(many)d times", user.used) % {"many": user.used}
    return {
        "title": _("Invitation: %(title)s") % {"title": preview.title},
        "team": play.team,
        "channel": user.channel,
        "kind": play.kind,
        "purpose": play.purpose,
        "goal": play.goal,
        "expected": _("they look at it and, if they like, answer on their own page"),
        "why": _("%(name)s uses %(feature)s, and used the product %(often)s in the last 28 days.")
        % {"name": user.person.get("name") or _("This person"), "feature": preview.feature, "often": often},
        "subject": one_line(subject_of(play, profile, desk.company.settings.name))[:_TITLE_LETTERS],
        "words": _words(preview, named, often),
        "facts": [{"name": name, "says": says, "purpose": PROFILE[name].purpose} for name, says in named.items()],
    }


def _words(preview: Preview, named: Mapping[str, str], often: str) -> str:
    hello = _("Dear %(name)s,") % {"name": named["first_name"]} if "first_name" in named else _("Hello,")
    if "features" in named and "used_28" in named:
        why = _(
            "you use %(feature)s, and were with us %(often)s in the last four weeks, so you know it better than most."
        )
        begins = why % {"feature": preview.feature, "often": often}
    else:
        begins = _("we turn to you because you know what we make better than most.")
    if preview.kind == Kind.GIVE:
        what = _("We are showing a few people what comes next, before it is finished: %(title)s.")
        ends = _("If you like, tell us what you think of it. Nothing is expected of you in return.")
    else:
        what = _("We would like to know what you think about this: %(title)s.")
        ends = _(
            "It is fine not to answer, and nothing is expected of you in return. "
            "Whatever you tell us, we will tell you what became of it."
        )
    where = _("It is on your own page, under “Your opinion”.")
    link = [_("To see it: %(link)s") % {"link": preview.link}] if preview.link else []
    said = [hello, begins, what % {"title": preview.title}, preview.about, *link, f"{where} {ends}"]
    return "\n\n".join(said)
