"""Did it work: each playbook's effect with its range, what to stop, what is not proven, and what cannot be known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from byname.errors import PlaybookError
from byname.playbooks.loading import load
from byname.proofs import held_now, proofs
from byname.web.accounts.policy import requires
from byname.web.console.proof.effects import effects
from byname.web.desk import desk_of
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from django.http import HttpRequest, HttpResponse

    from byname.company import Contacted, Purposes
    from byname.playbooks.playbook import Playbook
    from byname.snapshot import Snapshot
    from byname.web.desk import Desk

    type MayUse = Callable[[Contacted], Purposes]


@require_safe
@requires("read")
def proof(request: HttpRequest) -> HttpResponse:
    """What was proven, and what not."""
    desk = desk_of(request)
    found = remembered(proofs, desk.snapshot)
    known = known_playbooks(desk)
    drawn = [row for row in found.campaigns if row["effect"] is not None]
    return render(
        request,
        "console/proof.html",
        {
            "effects": effects(drawn, desk.snapshot.terms["currency"]),
            "stop": found.stop,
            "unshown": [row for row in found.campaigns if row["effect"] is None],
            "running": [row for row in found.campaigns if row["running"]],
            "unproven": found.unproven,
            "readiness": found.readiness,
            "held": [(known.get(row.action), row) for row in remembered(held_now, desk.snapshot)],
            "playbooks": known,
            "as_of": desk.as_of,
        },
    )


@require_safe
@requires("read")
def playbook(request: HttpRequest, action: str) -> HttpResponse:
    """A playbook's text, and what is known of it."""
    desk = desk_of(request)
    one = known_playbooks(desk).get(action)
    if one is None:
        raise Http404
    found = remembered(proofs, desk.snapshot)
    rows = [row for row in (*found.campaigns, *found.unproven) if row["action"] == action]
    held = next((row for row in remembered(held_now, desk.snapshot) if row.action == action), None)
    is_off = action in desk.company.settings.plan.off
    return render(
        request, "console/proof_playbook.html", {"playbook": one, "rows": rows, "held": held, "is_off": is_off}
    )


def known_playbooks(desk: Desk) -> Mapping[str, Playbook]:
    """All playbooks by their action, as they stood when the snapshot was first asked."""
    return remembered(_playbooks, desk.snapshot, desk.company.playbooks, desk.company.settings.may_use)


def _playbooks(_snapshot: Snapshot, own: Path, may_use: MayUse) -> dict[str, Playbook]:
    """All playbooks by their action, those that are switched off too: what they did stays on record.

    Where one of the company's own is wrong, the shipped ones; the settings say what is wrong with it.
    """
    try:
        found = load(own, may_use=may_use)
    except PlaybookError:
        found = load(None)
    return {one.action: one for one in found}
