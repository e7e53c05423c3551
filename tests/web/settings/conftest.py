"""A folder of one's own, whose byname.toml tests may change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from byname.company import Company, open_company


@pytest.fixture
def folder(company: Company, shop_made: Path, tmp_path: Path, settings: object) -> Path:
    """The shop's settings and snapshots in a folder that is thrown away; the pages read it."""
    own = tmp_path / "shop"
    own.mkdir()
    shutil.copy(shop_made / "byname.toml", own / "byname.toml")
    (own / "playbooks").mkdir()
    (own / "snapshots").symlink_to(company.folder / "snapshots")
    settings.COMPANY = open_company(own)  # type: ignore[attr-defined]
    return own
