"""A question is asked of a snapshot once, however many want to know."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Event
from typing import TYPE_CHECKING

import pytest

from byname.web.remembered import remembered

if TYPE_CHECKING:
    from pathlib import Path

    from byname.snapshot import Snapshot


@dataclass(eq=False)
class Question:
    """Counts how often it is asked."""

    asked: list[tuple[object, ...]] = field(default_factory=list)
    go: Event = field(default_factory=Event)

    def __call__(self, snapshot: Snapshot, *said: object) -> int:
        self.asked.append((snapshot.folder, *said))
        self.go.wait(5)
        return len(self.asked)


def test_many_who_ask_at_once_get_one_answer(snapshot: Snapshot) -> None:
    question = Question()
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(remembered, question, snapshot, "marketing") for _ in range(8)]
        question.go.set()
        assert {answer.result() for answer in answers} == {1}
    assert len(question.asked) == 1


def test_something_else_is_another_question(snapshot: Snapshot, tmp_path: Path) -> None:
    question = Question()
    question.go.set()
    assert [remembered(question, snapshot, said) for said in ("a", "b", "a")] == [1, 2, 1]
    assert remembered(question, replace(snapshot, folder=tmp_path), "a") == 3


def test_a_question_that_failed_is_asked_again(snapshot: Snapshot) -> None:
    asked = []

    def fails(_: Snapshot) -> str:
        asked.append(1)
        if len(asked) == 1:
            raise ValueError("once")
        return "answered"

    with pytest.raises(ValueError, match="once"):
        remembered(fails, snapshot)
    assert remembered(fails, snapshot) == "answered"
