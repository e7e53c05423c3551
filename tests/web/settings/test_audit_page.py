"""The audit log: paged, filtered, readable, and taken out with a line of its own. Demands: S3.15."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from byname.web.accounts.audit import log
from byname.web.accounts.models import Account, Entry
from byname.web.desk import Desk


def page(client: Client, **asked: object) -> str:
    answer = client.get(reverse("settings_audit"), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_and_after_are_readable(as_alice: Client, alice: Account) -> None:
    log(
        alice,
        "settings",
        "plan",
        before={"perks": 100, "days": 28, "weekend": False},
        after={"perks": 200, "days": 28, "weekend": True},
    )
    text = page(as_alice)
    assert "<bdi>100</bdi> → <bdi>200</bdi>" in text
    assert "<bdi>no</bdi> → <bdi>yes</bdi>" in text
    assert text.partition("<tbody>")[2].count("<li>") == 2  # days stayed


def test_a_person_is_named_and_opened(as_alice: Client, alice: Account, best: str, desk: Desk) -> None:
    log(alice, "note", best, after={"text": "hello"})
    assert reverse("person", args=[best]) in page(as_alice)


def test_words_in_it_are_escaped(as_alice: Client, alice: Account) -> None:
    log(alice, "note", "<script>alert(1)</script>", before={"<b>x</b>": "<img src=x>"}, after="{{ 7 }}")
    text = page(as_alice)
    assert "<script>alert(1)" not in text
    assert "<img src=x>" not in text
    assert "{{ 7 }}" in text


def test_it_is_paged_without_a_gap(as_alice: Client, alice: Account) -> None:
    for number in range(120):
        log(alice, "note", f"thing {number:03}")
    seen: list[str] = []
    answer = as_alice.get(reverse("settings_audit"))
    while True:
        seen += [row["entry"].about for row in answer.context["rows"]]
        if not answer.context["older"]:
            break
        answer = as_alice.get(reverse("settings_audit"), {"before": answer.context["older"]})
    assert seen == [f"thing {number:03}" for number in reversed(range(120))]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"by": "bob"}, {"b1"}),
        ({"action": "note"}, {"a1", "b1"}),
        ({"about": "a"}, {"a1", "a2"}),
        ({"by": "alice", "action": "merge"}, {"a2"}),
        ({"by": "%"}, set()),
        ({"about": "' or 1=1 --"}, set()),
        ({"before": "x"}, {"a1", "a2", "b1"}),
        ({"before": "-1"}, {"a1", "a2", "b1"}),
        ({"before": "9" * 30}, {"a1", "a2", "b1"}),
        ({"by": "\x00"}, {"a1", "a2", "b1"}),
    ],
)
def test_filters_show_what_was_asked_for(
    as_alice: Client, alice: Account, bob: Account, asked: dict[str, str], expected: set[str]
) -> None:
    log(alice, "note", "a1")
    log(alice, "merge", "a2")
    log(bob, "note", "b1")
    answer = as_alice.get(reverse("settings_audit"), asked)
    assert {row["entry"].about for row in answer.context["rows"]} == expected


def test_it_leaves_as_csv_with_a_line_of_its_own(as_alice: Client, alice: Account, bob: Account) -> None:
    log(alice, "note", "=cmd()", before=None, after={"text": 'ü, "quoted"'})
    log(bob, "note", "other")
    answer = as_alice.post(reverse("settings_audit_export"), {"by": "alice"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[attr-defined]
    assert rows[0] == ["at", "by", "action", "about", "before", "after"]
    assert [row[1:] for row in rows[1:]] == [
        ["alice@kettle.test", "note", "'=cmd()", "", '{"text": "ü, \\"quoted\\""}']
    ]
    assert "attachment" in answer["Content-Disposition"]
    entry = Entry.objects.order_by("id").last()
    assert entry is not None
    assert (entry.action, entry.about, entry.after) == ("export", "audit log", {"rows": 1, "by": "alice"})


def test_it_is_no_members_business(as_bob: Client, as_rita: Client) -> None:
    for client in (as_bob, as_rita):
        assert client.get(reverse("settings_audit")).status_code == 403
        assert client.post(reverse("settings_audit_export")).status_code == 403
    assert not Entry.objects.exists()


def test_an_empty_log_says_what_it_is_for(as_alice: Client) -> None:
    assert "leaves a line here" in page(as_alice)
