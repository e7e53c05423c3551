"""Playbooks that contradict themselves, or that no decent company would run: refused when they load, with the reason.

Only what can be told for sure from the playbook alone; whether this person may be contacted today is the gate's matter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from byname.playbooks.domains import FIVE, UNHAPPY
from byname.playbooks.offers import holds_offer
from byname.playbooks.possible import always, possible
from byname.playbooks.wording import spoken, used

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byname.playbooks.playbook import Playbook

__all__ = ["Nonsense", "asks_for_advocacy", "nonsense", "pushes_everybody", "sells"]

# A goal that is about being spoken well of, in the words of those who write playbooks.
_ADVOCACY = re.compile(
    r"\b(?:recommend|referr|refers?\b|testimonial|advoca|ambassador|evangel|word[ -]of[ -]mouth|review|promoter|nps\b"
    r"|empfehl|weiterempf|botschafter|recommand|parrain|recomend|aanbevel|ambassad|raccomand|consigli)",
    re.IGNORECASE,
)
_NOTHING = frozenset({None, 0.0})
_NO = frozenset({None, False})


class Nonsense(NamedTuple):
    """The key that is wrong, what was found, what would be right, and what to do."""

    key: str
    found: str
    expected: str
    do: str = ""


def nonsense(playbook: Playbook) -> Iterator[Nonsense]:
    """Everything that is wrong with a playbook whose parts are each right."""
    yield from _of_whom(playbook)
    yield from _of_kind(playbook)
    yield from _of_effect(playbook)
    if not used(playbook.why):
        yield Nonsense("why", "no fact of the person", "a sentence over columns of profile, such as {{ clv | money }}")
    for key, words in (("words", playbook.words), *((f"words_in.{code}", text) for code, text in playbook.words_in)):
        offers = holds_offer(spoken(words)) if playbook.kind == "thank" else []
        if offers:
            yield Nonsense(
                key,
                f"an offer in a thank-you: {', '.join(offers)}",
                "thanks and nothing else",
                "A gift is kind = 'give', and an offer is kind = 'news'.",
            )


def _of_whom(playbook: Playbook) -> Iterator[Nonsense]:
    condition = playbook.condition
    if not possible(condition):
        yield Nonsense("whom", f"{playbook.whom.strip()}, which is true of nobody", "a condition that can be true")
    elif not condition.columns or always(condition):
        yield Nonsense("whom", "everybody", "some: a message for all is for nobody", "Say whom it is good for.")
    elif playbook.kind != "service" and not possible(condition, {"open_complaints": _NOTHING}):
        yield Nonsense(
            "whom",
            f"only people with an open complaint, for kind = '{playbook.kind}'",
            "kind = 'service': until a complaint is settled nothing else reaches them",
        )
    elif playbook.kind == "ask" and not possible(condition, {"promises_broken": _NOTHING}):
        yield Nonsense(
            "whom", "only people to whom we broke a promise, for kind = 'ask'", "kind = 'service': first what is owed"
        )
    if pushes_everybody(playbook):
        every = all(_reaches(playbook, one) for one in FIVE)
        yield Nonsense(
            "whom",
            "people of every standing, who are to speak for us" if every else "unhappy people, who are to speak for us",
            "those alone who are loyal or recommend us: standing in ('loyal', 'advocate'), or would_recommend",
            "Who is unhappy is helped first, and who is content is left alone.",
        )


def _of_kind(playbook: Playbook) -> Iterator[Nonsense]:
    kind, purpose = playbook.kind, playbook.purpose
    if (kind == "service" or playbook.owed) and playbook.holdout:
        yield Nonsense(
            "holdout", f"{playbook.holdout:g} for what is owed", "0: service, apologies and promises are not withheld"
        )
    if playbook.owed and kind != "service":
        yield Nonsense("owed", f"true for kind = '{kind}'", "kind = 'service': apologies and repairs are that")
    if kind != "service" and purpose in {"service", "contract"}:
        yield Nonsense(
            "purpose",
            f"'{purpose}' for kind = '{kind}', which would go round the person's consent",
            "marketing, feedback or public",
        )
    if kind in {"give", "news"} and purpose == "feedback":
        yield Nonsense("purpose", f"'feedback' for kind = '{kind}'", "marketing: nothing is asked there")


def _of_effect(playbook: Playbook) -> Iterator[Nonsense]:
    expected = playbook.expected
    good = -expected.effect if expected.outcome == "complained" else expected.effect
    if good < 0:
        more = "more complaints" if expected.outcome == "complained" else f"less of {expected.outcome}"
        yield Nonsense("expected.effect", f"{expected.effect:g}: {more}", "a playbook that is expected to do some good")


def asks_for_advocacy(playbook: Playbook) -> bool:
    """Whether it asks people to speak for us: a referral, a recommendation, a testimonial, a public review."""
    return playbook.kind == "ask" and (
        playbook.expected.outcome == "recommended" or _ADVOCACY.search(playbook.goal) is not None
    )


def pushes_everybody(playbook: Playbook) -> bool:
    """Whether it asks unhappy people too to speak for us, so that nobody is left who is not pushed (S1.14)."""
    return asks_for_advocacy(playbook) and any(_reaches(playbook, standing) for standing in UNHAPPY)


def _reaches(playbook: Playbook, standing: str) -> bool:
    """Whether it may be for somebody of that standing who neither recommends us nor said that they would."""
    feels = {"unhappy"} if standing in UNHAPPY else {"content"} if standing == "neutral" else {"attached"}
    return possible(
        playbook.condition,
        {
            "standing": frozenset({standing}),
            "feels": frozenset(feels),
            "would_recommend": _NO,
            "does_recommend": _NO,
        },
    )


def sells(playbook: Playbook) -> tuple[str, ...]:
    """The words that sell in what it says, in any language: empty for most."""
    return tuple(dict.fromkeys(one for words in playbook.all_words for one in holds_offer(spoken(words))))
