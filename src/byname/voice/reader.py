"""How a company's texts are read: the rules that are shipped, the staff's names, and what was learned."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from byname.errors import BynameError
from byname.voice.intents import rules_hash

if TYPE_CHECKING:
    from pathlib import Path

    from byname.voice.model import Model

__all__ = ["Reader"]

_CODE = 1  # one more whenever the same words are read otherwise
_MOST_LETTERS = 100_000_000


@dataclass(frozen=True, eq=False)
class Reader:
    """How texts are read. Two of one `version` read alike.

    Attributes:
        employees: names of the staff, by the settings.
        names: names that are held already, in lower case, to be masked. They are no part of the version nor of the JSON: a
            new customer is no reason to read everything again, and a model is no place for people's names.
        model: what was learned; None at the start.
        cache: folder of the file that a semantic model reads with; no part of the version nor of the JSON.
        sensitive: words of the settings, in lower case, whose texts are nobody's business; no part of the JSON.
    """

    employees: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    model: Model | None = None
    cache: Path | None = None
    sensitive: tuple[str, ...] = ()

    @classmethod
    def cold(cls, employees: tuple[str, ...] = (), names: frozenset[str] = frozenset()) -> Reader:
        """A reader that has learned nothing yet."""
        return cls(tuple(employees), frozenset(name.lower() for name in names))

    @cached_property
    def version(self) -> str:
        """Sixteen letters that change whenever the same words could be read otherwise."""
        read_with = f"{_CODE} {rules_hash()} {sorted(self.sensitive)} {self.to_json()}"
        return hashlib.sha256(read_with.encode()).hexdigest()[:16]

    @property
    def says(self) -> str:
        """What a text was read with, for a person."""
        if self.model is None:
            return "lexicon and rules"
        beside = " with what they mean" if self.model.semantic else ""
        return f"trained on {self.model.texts} texts{beside} ({self.version[:8]})"

    def to_json(self) -> str:
        """The reader as text, without the names that it masks."""
        from byname.voice.model import model_to

        model = None if self.model is None else model_to(self.model)
        return json.dumps({"version": _CODE, "employees": list(self.employees), "model": model}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str, names: frozenset[str] = frozenset(), cache: Path | None = None) -> Reader:
        """The reader of a text that `to_json` made; every value is checked, and nothing in it is run.

        Args:
            text: JSON.
            names: names that are held already.
            cache: a folder for the file of a semantic model.

        Raises:
            BynameError: the text is no reader, or one of another version.
        """
        from byname.voice.model import model_from

        def wrong(found: str) -> BynameError:
            return BynameError(
                where="the reader of texts", found=found, expected="the JSON of a reader of this version",
                do="Remove models/voice and refresh: it is learned anew.",
            )  # fmt: skip

        if len(text) > _MOST_LETTERS:
            raise wrong(f"{len(text):,} letters")
        try:
            written = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise wrong("no JSON") from error
        if not isinstance(written, dict) or written.get("version") != _CODE:
            raise wrong("another version" if isinstance(written, dict) else "no object")
        employees = written.get("employees")
        if not isinstance(employees, list) or not all(isinstance(name, str) for name in employees):
            raise wrong("no list of employees")
        model = written.get("model")
        low = frozenset(name.lower() for name in names)
        return cls(tuple(employees), low, None if model is None else model_from(model), cache)
