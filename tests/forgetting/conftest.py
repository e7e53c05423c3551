"""A shop with one customer who left unusual words everywhere, made once; each test erases from a copy."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import portalocker
import pytest

from byname.company import Company, open_company
from tests.forgetting import marked


@pytest.fixture(scope="session")
def marked_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of that shop, and of the files that it read; nobody writes into it. See `shop_made` of tests/web."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "popen-gw" in base.name else base
    if kept := os.environ.get("BYNAME_TEST_SHOP"):
        shared = Path(kept)
        shared.mkdir(parents=True, exist_ok=True)
    folder = shared / "marked_made"
    with portalocker.Lock(shared / "marked_made.lock", timeout=500):
        if not (folder / "done").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            marked.make(folder / "shop", folder / "exports")
            (folder / "done").write_text("", "utf-8")
    return folder


@pytest.fixture
def shop(marked_made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A copy to erase from; the keys are outside."""
    monkeypatch.setenv("BYNAME_KEYS", str(tmp_path / "keys"))
    shutil.copytree(marked_made / "shop", tmp_path / "shop")
    return open_company(tmp_path / "shop")


@pytest.fixture
def exports(marked_made: Path) -> list[str]:
    """The files that the shop read."""
    return sorted(map(str, (marked_made / "exports").iterdir()))
