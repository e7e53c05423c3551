"""What stands around an erasure: the key outside, the question on the command line, a telephone of two (issue 8, S4.2)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from byname import cli
from byname.company import Company
from byname.errors import LedgerError, UsageError
from byname.facts import intake
from byname.facts.blocked import key_file
from byname.forgetting import forget, order_as
from byname.forgetting.order import open_orders
from byname.refresh import refresh
from byname.snapshot import open_current
from tests.forgetting.marked import DAYS, EMAIL, NAME, found_in, her

_NUMBER = "20270305-0f3a9c1e"


def asked(shop: Company, whom: str, *more: str, answer: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, ["forget", str(shop.folder), whom, *more], input=answer)
    return result.exit_code, result.output


def test_without_its_key_nothing_is_read_and_it_says_what_to_do(shop: Company, exports: list[str]) -> None:
    forget(shop, her(shop))
    key = key_file(shop.folder)
    away = key.rename(key.with_suffix(".away"))
    (outcome,) = intake.add(shop, [exports[0]])
    said = str(outcome.error)
    assert str(key) in said
    assert "BYNAME_KEYS" in said
    assert "Restore that file from its backup" in said
    with pytest.raises(LedgerError, match="Restore that file"):
        refresh(shop, as_of=DAYS[1])
    away.rename(key)
    (outcome,) = intake.add(shop, [exports[0]])
    assert outcome.error is None
    assert found_in(shop.folder) == []


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_key_and_lists_are_for_their_owner_alone(shop: Company) -> None:
    forget(shop, her(shop))
    key = key_file(shop.folder)
    assert key.stat().st_mode & 0o077 == 0
    assert (shop.folder / "erased").stat().st_mode & 0o077 == 0
    assert key.with_suffix("").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_the_command_asks_first_and_whoever_does_not_say_yes_erases_nobody(shop: Company, answer: str) -> None:
    code, said = asked(shop, EMAIL, answer=answer)
    assert code == 1
    assert f"Erase {NAME}" in said
    assert "Nothing brings them back" in said
    assert her(shop)


def test_a_yes_erases_and_the_receipt_has_the_number_that_was_promised(shop: Company) -> None:
    code, said = asked(shop, EMAIL, "--number", _NUMBER, answer="y\n")
    assert code == 0
    assert f"receipt {_NUMBER}" in said
    assert found_in(shop.folder) == []


def test_a_promised_number_is_kept_by_the_first_who_has_it(shop: Company) -> None:
    person = her(shop)
    with pytest.raises(UsageError, match="a number such as"):
        order_as(shop, person, "../elsewhere")
    order_as(shop, person, _NUMBER)
    order_as(shop, person, "20270306-ffffffff")
    assert [one.number for one in open_orders(shop)] == [_NUMBER]
    assert forget(shop, person).number == _NUMBER
    order_as(shop, person, "20270306-ffffffff")  # gone already: nothing is ordered
    assert open_orders(shop) == []


def test_of_a_telephone_of_two_the_other_keeps_it(shop: Company, tmp_path: Path) -> None:
    """Two people of one household: the number is no sign of one of them alone."""
    shared = "+49 30 5550123"
    path = tmp_path / "household.csv"
    path.write_text(
        "customer id,first name,last name,email,phone,street,postcode,city,country\n"
        f"h1,Ottoline,Brandybuck,ottoline@house.test,{shared},9 Mill Lane,20095,Hamburg,DE\n"
        f"h2,Peregrin,Brandybuck,peregrin@house.test,{shared},9 Mill Lane,20095,Hamburg,DE\n",
        "utf-8",
    )
    (outcome,) = intake.add(shop, [str(path)])
    assert outcome.error is None
    refresh(shop, as_of=DAYS[1])
    (one,), (other,) = (open_current(shop).find(f"{who}@house.test") for who in ("ottoline", "peregrin"))
    assert one["person_id"] != other["person_id"]

    forget(shop, one["person_id"])
    (row,) = open_current(shop).query("select phone from people where person_id = $1", [other["person_id"]])
    assert row["phone"] == shared
    assert not open_current(shop).find("ottoline@house.test")
    copy = tmp_path / "again.csv"
    copy.write_text(path.read_text("utf-8") + "\n", "utf-8")
    (outcome,) = intake.add(shop, [str(copy)])
    assert outcome.refused == 1  # hers alone: the telephone bars nobody else
    assert found_in(shop.folder, ("Ottoline", "ottoline@house.test")) == []
    assert found_in(shop.folder, ("Peregrin",))
