"""A folder of one's own, whose byname.toml tests may change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.core.cache import cache

from byname.company import Company, open_company


@pytest.fixture(autouse=True)
def _quick(_of_this_company: None, settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
    cache.clear()


@pytest.fixture
def folder(company: Company, shop_made: Path, tmp_path: Path, settings: object, _quick: None) -> Path:
    """The shop's settings and snapshots in a folder that is thrown away; the pages read it."""
    own = tmp_path / "shop"
    own.mkdir()
    shutil.copy(shop_made / "byname.toml", own / "byname.toml")
    (own / "playbooks").mkdir()
    (own / "snapshots").symlink_to(company.folder / "snapshots")
    settings.COMPANY = open_company(own)  # type: ignore[attr-defined]
    return own
