"""Which names may be one person's, and which are two people of one household (S0.10, S4.15)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.people.names import Agreement, classes, first_names, fold, names_agree, split

NAMES = st.sampled_from(
    "rosa robin r karim maria mario anna johanna alex alexander alexandra bill william jan jana tim tom li mei".split()
)
FULL = st.tuples(st.one_of(NAMES, st.just("")), st.sampled_from(["haddad", "sato", "", "rosa"]))


@pytest.mark.parametrize(
    ("one", "two"),
    [("bill", "william"), ("r", "rosa"), ("alex", "alexander"), ("sergey", "sergei"), ("mohammed", "muhammad")]
    + [("stephen", "steven"), ("anna", "anna maria"), ("elizabeth", "liz"), ("katherine", "katharine")]
    + [("giuseppe", "beppe"), ("hans", "johannes"), ("philip", "filip"), ("christopher", "cristopher")],
)
def test_short_forms_spellings_and_slips_agree(one: str, two: str) -> None:
    assert first_names(one, two) == first_names(two, one) == Agreement.ALIKE


@pytest.mark.parametrize(
    ("one", "two"),
    [("maria", "mario"), ("paul", "paula"), ("daniel", "daniela"), ("martin", "martina"), ("jan", "jana")]
    + [("tim", "tom"), ("mark", "mary"), ("john", "joan"), ("karl", "karla"), ("francesco", "francesca")]
    + [("alexander", "alexandra"), ("andreas", "andrea"), ("christian", "christine"), ("claude", "claudette")]
    + [("emil", "emilia"), ("anna", "hanna"), ("karin", "karina"), ("michael", "michelle"), ("simon", "simone")]
    + [("rosa", "karim"), ("mei", "lin"), ("r", "karim")],
)
def test_couples_and_siblings_do_not(one: str, two: str) -> None:
    assert first_names(one, two) < Agreement.ALIKE
    assert first_names(two, one) < Agreement.ALIKE


@settings(deadline=None)  # the first call loads tables
@given(NAMES, NAMES)
def test_agreement_is_symmetric_and_a_name_agrees_with_itself(one: str, two: str) -> None:
    assert first_names(one, two) == first_names(two, one)
    assert first_names(one, one) is Agreement.SAME


@settings(deadline=None)  # the first call loads tables
@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Rosa Haddad", ("rosa", "haddad")),
        ("Haddad, Rosa", ("rosa", "haddad")),
        ("Mrs. Rosa Haddad", ("rosa", "haddad")),
        ("Dr. Müller", ("", "muller")),
        ("Ann-Marie O'Brien", ("ann", "marie obrien")),
        ("Łukasz Żak", ("lukasz", "zak")),
        ("Юлия Иванова", ("yuliya", "ivanova")),
        ("Γιώργος Παππάς", ("giorgos", "pappas")),
        ("李小龍", ("", "李小龍")),
        ("test@test.com", ("", "")),
        ("Guest", ("", "")),
        ("xxx", ("", "")),
        ("12345", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_whole_name_is_split(name: str, parts: tuple[str, str]) -> None:
    assert split(name, None, None) == parts


def test_swapped_order_agrees_and_a_missing_first_name_is_not_known() -> None:
    assert names_agree("rosa", "haddad", "haddad", "rosa") is Agreement.ALIKE
    assert names_agree("rosa", "", "", "rosa") is None
    assert names_agree("", "haddad", "rosa", "haddad") is None


@settings(deadline=None)  # the first call loads tables
@given(st.lists(FULL, max_size=6))
def test_no_class_holds_two_names_that_disagree(names: list[tuple[str, str]]) -> None:
    found = classes(names)
    for one in found:
        for two in found:
            if found[one] == found[two] and one[0] and two[0]:
                agreement = names_agree(*one, *two)
                assert agreement is not None
                assert agreement >= Agreement.ALIKE


def test_a_name_that_may_be_either_of_two_has_no_class() -> None:
    rosa, robin, r, nobody = ("rosa", "haddad"), ("robin", "haddad"), ("r", "haddad"), ("", "")
    assert classes([rosa, r, nobody]) == {rosa: 1, r: 1, nobody: 1}
    found = classes([rosa, robin, r, nobody])
    assert set(found) == {rosa, robin}
    assert found[rosa] != found[robin]
    assert classes([nobody, ("", "haddad")]) == {nobody: 1, ("", "haddad"): 1}
