"""A folder that comes back from a backup brings nobody back (issue 8, S4.2; GDPR 17)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from byname.app_rows import writing
from byname.company import Company, open_company
from byname.draining import drain
from byname.facts import intake
from byname.facts.blocked import Blocked
from byname.facts.intake import open_ledger
from byname.facts.own import fact
from byname.forgetting import forget, order_anew, resume
from byname.forgetting.order import open_orders
from byname.refresh import refresh
from byname.snapshot import open_current
from byname.web import serve
from tests.forgetting.marked import DAYS, EMAIL, found_in, her


def _back(shop: Company, backup: Path) -> None:
    """The backup takes the folder's place."""
    shutil.rmtree(shop.folder)
    shutil.copytree(backup, shop.folder)


@pytest.fixture
def erased(shop: Company, tmp_path: Path) -> tuple[Company, Path]:
    """The shop after she was erased, and a backup from before that day's list."""
    Blocked(shop.folder).settle()
    shutil.copytree(shop.folder, tmp_path / "backup")
    forget(shop, her(shop))
    assert found_in(shop.folder) == []
    return shop, tmp_path / "backup"


def test_the_next_refresh_leaves_not_a_byte_of_her(erased: tuple[Company, Path]) -> None:
    shop, backup = erased
    _back(shop, backup)
    assert her(shop)
    refresh(shop, as_of=DAYS[1])
    assert not her(shop)
    assert found_in(shop.folder) == []
    assert open_orders(shop) == []
    assert len(open_current(shop).find("guest3@guests.test")) == 1


def test_the_pages_erase_her_before_they_answer(erased: tuple[Company, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    shop, backup = erased
    (number,) = (path.stem for path in (shop.folder / "erased").glob("*.json"))
    _back(shop, backup)
    found: list[list[str]] = []

    class Looked(Exception):  # noqa: N818 - no error: where the test stops
        pass

    def answering(_door: Any) -> None:
        found.append(found_in(shop.folder))
        raise Looked

    monkeypatch.setattr("byname.web.answering.answering_on", answering)
    with pytest.raises(Looked):
        serve._run(shop, None)  # type: ignore[arg-type]
    assert found == [[]]
    assert [path.stem for path in (shop.folder / "erased").glob("*.json")] == [number]


def test_a_ledger_alone_that_came_back_is_seen_too(erased: tuple[Company, Path]) -> None:
    shop, backup = erased
    shutil.rmtree(shop.folder / "facts")
    shutil.copytree(backup / "facts", shop.folder / "facts")
    assert len(order_anew(shop)) == 1
    resume(shop)
    assert found_in(shop.folder) == []
    assert order_anew(shop) == []


def test_what_she_did_after_her_erasure_stays(shop: Company, tmp_path: Path) -> None:
    forget(shop, her(shop))
    (tmp_path / "later.csv").write_text(
        f"order id,date,email,total,currency,product\nnew1,2027-03-03,{EMAIL},12,EUR,Kettle\n", "utf-8"
    )
    next(iter(intake.add(shop, [str(tmp_path / "later.csv")])))
    assert order_anew(shop) == []


def test_a_copy_heeds_the_list_and_adds_nothing_to_it(erased: tuple[Company, Path]) -> None:
    shop, backup = erased
    copy = open_company(backup)
    assert len(order_anew(copy)) == 1
    resume(copy)
    assert not her(copy)
    (other,) = open_current(copy).find("guest7@guests.test")
    forget(copy, other["person_id"])
    assert order_anew(shop) == []
    assert len(open_current(shop).find("guest7@guests.test")) == 1


@pytest.mark.usefixtures("erased")
def test_the_list_outside_names_nobody(tmp_path: Path) -> None:
    lists = [path for path in (tmp_path / "keys").rglob("*.json") if path.is_file()]
    assert len(lists) == 1
    assert found_in(tmp_path / "keys") == []


def test_what_was_written_of_her_before_is_not_drained_after(erased: tuple[Company, Path]) -> None:
    """Facts from before the erasure are refused on the way of what we write ourselves, too."""
    shop, backup = erased
    anchor = _anchor(open_company(backup))
    (moment,) = (one.at for one in Blocked(shop.folder).erasures().values())
    with writing(shop) as rows:
        assert rows is not None
        said = {"record_id": anchor, "medium": "call note", "text": "the drunken cuckoo", "occurred_at": moment}
        rows.add("messages", [fact("messages", said, reader="x") | {"occurred_at": moment}], at=rows.moment())
    drain(shop)
    assert not [line for line in found_in(shop.folder) if line.startswith("facts/")]
    assert open_ledger(shop).check() == []


def _anchor(company: Company) -> str:
    (row,) = open_current(company).query("select anchor from people where person_id = $1", [her(company)])
    return str(row["anchor"])
