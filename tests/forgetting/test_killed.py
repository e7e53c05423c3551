"""An erasure that is killed anywhere is ended by whoever comes next; one beside others is whole (issue 8)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from byname import refresh as module
from byname.company import Company
from byname.facts.intake import open_ledger
from byname.forgetting import forget
from byname.forgetting.order import open_orders
from byname.refresh import refresh
from byname.snapshot import open_current
from tests.forgetting.killed import PLACES
from tests.forgetting.marked import DAYS, found_in, her


@pytest.mark.skipif(os.name == "nt", reason="needs kill -9")
@pytest.mark.parametrize("place", PLACES)
def test_killed_and_asked_again(shop: Company, place: str) -> None:
    person = her(shop)
    killed = subprocess.run(
        [sys.executable, "-m", "tests.forgetting.killed", str(shop.folder), person, place], check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert len(open_orders(shop)) == 1
    open_current(shop).query("select count(*) from people")  # whole, whichever it is
    receipt = forget(shop, person)
    assert receipt.number
    assert found_in(shop.folder) == []
    assert open_orders(shop) == []
    assert open_ledger(shop).check() == []


def test_killed_and_ended_by_the_next_refresh(shop: Company) -> None:
    place = "before the ledger's swap"
    subprocess.run([sys.executable, "-m", "tests.forgetting.killed", str(shop.folder), her(shop), place], check=False)
    refresh(shop, as_of=DAYS[1])
    assert not her(shop)
    assert found_in(shop.folder) == []
    assert open_orders(shop) == []


def test_in_the_middle_of_a_refresh(shop: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refresh pinned the facts with her in them, and wrote her into every table; it does not publish her."""
    person, written = her(shop), module.write_recogniser
    receipts = []

    def meanwhile(*given: Any) -> None:
        written(*given)
        command = [sys.executable, "-m", "byname.cli", "forget", str(shop.folder), person, "--yes", "--format", "json"]
        receipts.append(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    monkeypatch.setattr(module, "write_recogniser", meanwhile)
    made = refresh(shop, as_of=DAYS[1])
    (receipt,) = receipts
    assert "running refresh" in receipt
    assert made.is_current
    assert not her(shop)
    assert found_in(shop.folder) == []
    assert open_orders(shop) == []
    assert open_ledger(shop).check() == []


def test_two_at_once(shop: Company) -> None:
    (other,) = open_current(shop).find("guest7@guests.test")
    people = (her(shop), other["person_id"])
    command = [sys.executable, "-m", "byname.cli", "forget", str(shop.folder)]
    both = [subprocess.Popen([*command, person, "--yes"], stdout=subprocess.DEVNULL) for person in people]
    assert [one.wait(120) for one in both] == [0, 0]
    assert open_current(shop).cards(people) == {}
    assert found_in(shop.folder) == []
    assert open_orders(shop) == []
    assert open_ledger(shop).check() == []
