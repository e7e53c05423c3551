"""docs/playbooks.md says everything that a playbook may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from byname.playbooks.condition import FUNCTIONS
from byname.playbooks.fields import KEYS
from byname.playbooks.filters import FILTERS, filters
from byname.playbooks.loading import load, loaded
from byname.playbooks.playbook import CHANNELS, KINDS, OUTCOMES, TEAMS

PAGE = (Path(__file__).parents[2] / "docs" / "playbooks.md").read_text("utf-8")


@pytest.mark.parametrize("key", KEYS)
def test_each_key_is_explained(key: str) -> None:
    assert f"| `{key}` |" in PAGE


def test_each_word_that_a_key_takes_is_named() -> None:
    words = [*TEAMS, *KINDS, *CHANNELS, *FUNCTIONS.split(", "), *(f"{one}_Nd" for one in OUTCOMES)]
    assert not [one for one in words if f"`{one}`" not in PAGE]


def test_each_filter_is_explained() -> None:
    assert FILTERS.keys() == filters("EUR").keys()
    assert not [one for one in FILTERS if f"| `{one}" not in PAGE]


def test_each_shipped_playbook_is_listed_with_its_team_and_kind() -> None:
    rows = [f"| `{one.action}` | {one.team} | {one.kind}{', owed' if one.owed else ''} |" for one in load(None)]
    assert not [row for row in rows if row not in PAGE]
    assert PAGE.count("\n| `") == len(rows) + PAGE[: PAGE.index("## What byname ships")].count("\n| `")


def test_the_example_loads(tmp_path: Path) -> None:
    example = PAGE[PAGE.index("```toml\n") + 8 :]
    path = tmp_path / "example.toml"
    path.write_text(example[: example.index("```")], "utf-8")
    assert loaded(path).action == "thank-a-quiet-loyal"
