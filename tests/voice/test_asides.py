"""What a complaint says beside the problem is no problem: requests, politeness, praise, in six languages (S0.27)."""

from __future__ import annotations

import numpy as np
import pytest

from byname.voice.asides import clause_of, is_aside, tells
from byname.voice.problem_words import Corpus, found_problems

ASIDES = [
    ("Would you mind looking into it?", "mind looking"),
    ("I would be glad if somebody could check.", "somebody could check"),
    ("The last orders were fine, to be fair.", "orders were fine"),
    ("Könnten Sie bitte nachsehen?", "nachsehen"),
    ("Bitte geben Sie mir kurz Bescheid.", "bescheid"),
    ("Sonst war ich immer zufrieden.", "immer zufrieden"),
    ("Pouvez-vous regarder, s'il vous plaît ?", "regarder"),
    ("Merci de me tenir au courant.", "tenir au courant"),
    ("¿Pueden revisarlo, por favor?", "revisarlo"),
    ("Por lo demás, todo bien.", "todo bien"),
    ("Kunnen jullie even kijken?", "even kijken"),
    ("Verder ben ik tevreden.", "tevreden"),
    ("Potete controllare, per favore?", "controllare"),
    ("Per il resto tutto bene.", "tutto bene"),
]
PROBLEMS = [
    ("The parcel arrived broken and nobody answers.", "arrived broken"),
    ("The lid was cracked, but the last orders were fine.", "lid was cracked"),
    ("Das Paket kam zwei Wochen zu spät.", "zu spät"),
    ("Le colis est arrivé cassé.", "arrivé cassé"),
    ("El pedido no ha llegado.", "no ha llegado"),
    ("De doos was leeg.", "doos was leeg"),
    ("Il pacco è arrivato rotto.", "arrivato rotto"),
]


@pytest.mark.parametrize(("text", "phrase"), ASIDES)
def test_what_is_asked_of_us_and_what_was_good_is_an_aside(text: str, phrase: str) -> None:
    found = clause_of(text, phrase)
    assert found is not None
    assert is_aside(found[0], question=found[1])
    assert not tells(phrase, [text] * 3)


@pytest.mark.parametrize(("text", "phrase"), PROBLEMS)
def test_what_went_wrong_is_none(text: str, phrase: str) -> None:
    assert tells(phrase, [text] * 3)


def test_a_phrase_tells_by_the_clauses_that_hold_it_and_not_by_one_of_them() -> None:
    asked, said = "Could you refund the deposit?", "You kept the deposit and I am angry."
    assert tells("the deposit", [asked, said, said])
    assert not tells("the deposit", [asked, asked, said])
    assert clause_of(said, "refund") is None
    assert tells("nowhere", [said])


def test_requests_that_stand_in_complaints_alone_are_no_problems() -> None:
    """Counting alone takes them for what people complain of."""
    faults = ["the zipper jammed", "the voucher was rejected", "the courier lost it", "the lamp flickers"]
    asks = ["Would you mind looking at it?", "I would be glad if somebody could check.", "My last orders were fine."]
    glad = ["lovely bread", "fine tea and cake", "my children adore the toys", "kind people", "I walked home smiling"]
    texts = [f"{faults[n % 4]} on day {'abcdefgh'[n % 8]}{n}. {asks[n % 3]}" for n in range(120)]
    texts += [f"{glad[n % 5]} {'stuvwxyz'[n % 8]}{n}" for n in range(240)]
    found = found_problems(Corpus(texts, np.arange(360), np.arange(360) < 120))
    words = ", ".join(phrase for problem in found for phrase in problem.phrases)
    assert all(fault in words for fault in ("zipper", "voucher", "courier", "flickers"))
    assert not [word for word in ("mind", "looking", "check", "glad", "fine", "orders") if word in words]
