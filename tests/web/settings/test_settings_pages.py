"""Settings on a page: what may be changed is changed in byname.toml, said, and logged. Demands: S0.11, S2.7, S2.15, S3.5, S3.16."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from byname.company import open_company
from byname.web.accounts.models import Entry

PAGES = [
    "settings",
    "settings_limits",
    "settings_playbooks",
    "settings_employee_add",
    "settings_accounts",
    "settings_invite",
]


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def filled(html: str) -> dict[str, str]:
    """What a browser sends of the page's main form, as it stands."""
    form = html.split('class="own"', 1)[1].split("</form>", 1)[0]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if said.get("type") != "checkbox" or "checked" in tag:
            sent[said["name"]] = said.get("value", "on")
    return sent


def save(client: Client, name: str, *args: object, **changes: str) -> Any:
    return client.post(reverse(name, args=args), {**filled(page(client, name, *args)), **changes}, follow=True)


@pytest.mark.parametrize("name", PAGES)
def test_a_member_does_not_reach_settings(as_bob: Client, as_rita: Client, folder: Path, name: str) -> None:
    for client in (as_bob, as_rita):
        assert client.get(reverse(name)).status_code == 403
        assert client.post(reverse(name)).status_code in (403, 405)


def test_minutes_change_and_are_said_and_logged(as_alice: Client, folder: Path) -> None:
    before = open_company(folder).settings.teams
    answer = save(as_alice, "settings", sales="75", service="12.5")
    after = open_company(folder).settings.teams
    assert (after.sales, after.service, after.marketing) == (75, 12.5, before.marketing)
    text = answer.content.decode()
    assert f"sales: {before.sales:g} → 75;" in text
    assert "It takes effect at the next refresh." in text
    entry = Entry.objects.get()
    assert (entry.action, entry.about, entry.before["sales"], entry.after["sales"]) == (
        "settings",
        "teams",
        before.sales,
        75,
    )


def test_what_somebody_else_changed_meanwhile_stays(as_alice: Client, folder: Path) -> None:
    form = filled(page(as_alice, "settings"))
    save(as_alice, "settings", sales="75")
    as_alice.post(reverse("settings"), {**form, "product": "33"})
    after = open_company(folder).settings.teams
    assert (after.sales, after.product) == (75, 33)


def test_nothing_changed_is_said_and_not_logged(as_alice: Client, folder: Path) -> None:
    before = (folder / "byname.toml").read_bytes()
    assert "Nothing was changed." in save(as_alice, "settings").content.decode()
    assert (folder / "byname.toml").read_bytes() == before
    assert not Entry.objects.exists()


def test_limits_and_budgets_change(as_alice: Client, folder: Path) -> None:
    save(as_alice, "settings_limits", contacts="2", quiet_from="21:30", perks="250.5", weekend="on")
    plan = open_company(folder).settings.plan
    assert (plan.contacts, plan.quiet_from, plan.perks, plan.weekend) == (2, "21:30", 250.5, True)
    assert set(Entry.objects.get().after) >= {"contacts", "perks", "weekend"}
    form = filled(page(as_alice, "settings_limits"))
    form.pop("weekend")
    as_alice.post(reverse("settings_limits"), form)
    assert open_company(folder).settings.plan.weekend is False


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contacts", "-1"),
        ("days", "0"),
        ("days", "4000"),
        ("quiet_from", "25:00"),
        ("perks", "lots"),
        ("perks", "nan"),
        ("perks", "inf"),
        ("asks", ""),
    ],
)
def test_an_error_stands_at_its_field_and_changes_nothing(
    as_alice: Client, folder: Path, field: str, value: str
) -> None:
    before = (folder / "byname.toml").read_bytes()
    answer = save(as_alice, "settings_limits", **{field: value})
    assert list(answer.context["form"].errors) == [field]
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert (folder / "byname.toml").read_bytes() == before


def test_an_employee_comes_changes_and_goes(as_alice: Client, folder: Path) -> None:
    name = """Zoë "Z" <b>O'Neil</b>/x"""
    new = {"name": name, "aliases": "zo, zoe", "team": "sales", "minutes": "20"}
    assert as_alice.post(reverse("settings_employee_add"), new).status_code == 302
    text = page(as_alice, "settings")
    assert "&lt;b&gt;O&#x27;Neil" in text
    assert "<b>O'Neil" not in text
    as_alice.post(reverse("settings_employee", args=[name]), {"aliases": "zo", "team": "service", "minutes": "25"})
    (zoe,) = [one for one in open_company(folder).settings.employees if one.name == name]
    assert (zoe.aliases, zoe.team, zoe.minutes) == (("zo",), "service", 25)
    assert "There is an employee of that name" in as_alice.post(reverse("settings_employee_add"), new).content.decode()
    as_alice.post(reverse("settings_employee_remove", args=[name]))
    assert name not in [one.name for one in open_company(folder).settings.employees]
    assert as_alice.get(reverse("settings_employee", args=[name])).status_code == 404
    came, changed, gone = Entry.objects.order_by("id")
    assert (came.before, gone.after) == (None, None)
    assert (changed.before["team"], changed.after["team"]) == ("sales", "service")


def test_a_playbook_is_switched_off_and_on(as_alice: Client, folder: Path) -> None:
    text = page(as_alice, "settings_playbooks")
    assert "Call a lapsed friend" in text or "call-a-lapsed-friend" in text
    switch = reverse("settings_playbook", args=["welcome"])
    as_alice.post(switch, {"is_on": "no"})
    as_alice.post(switch, {"is_on": "no"})  # twice says nothing more
    assert "welcome" in open_company(folder).settings.plan.off
    as_alice.post(switch, {"is_on": "yes"})
    assert "welcome" not in open_company(folder).settings.plan.off
    assert "news-to-the-content" in open_company(folder).settings.plan.off
    assert [(entry.before, entry.after) for entry in Entry.objects.order_by("id")] == [("on", "off"), ("off", "on")]
    assert as_alice.post(reverse("settings_playbook", args=["no-such"]), {"is_on": "no"}).status_code == 404


def test_own_playbooks_are_listed_and_a_broken_one_is_said(as_alice: Client, folder: Path) -> None:
    from byname.playbooks.loading import shipped_folder

    shipped = (shipped_folder() / "welcome.toml").read_text("utf-8")
    (folder / "playbooks" / "hello.toml").write_text(shipped.replace('"welcome"', '"hello"', 1), "utf-8")
    assert "your own" in page(as_alice, "settings_playbooks")
    (folder / "playbooks" / "hello.toml").write_text("title = 3", "utf-8")
    text = page(as_alice, "settings_playbooks")
    assert "hello.toml" in text
    assert "answer-a-complaint" in text


def test_a_file_that_was_broken_by_hand_is_said(as_alice: Client, folder: Path) -> None:
    (folder / "byname.toml").write_text("name = 3 [", "utf-8")
    answer = as_alice.get(reverse("settings"))
    assert answer.status_code == 503
    assert "byname.toml" in answer.content.decode()


def test_a_page_says_what_stands_elsewhere(as_alice: Client, folder: Path) -> None:
    assert "byname.toml" in page(as_alice, "settings")
