"""Names of things that are nobody's business: by the words of the settings, and by what the law protects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.voice.sensitive import is_sensitive

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from byname.engines import Engine, Table

__all__ = ["private", "private_names"]

_WORD = re.compile(r"\w+")


def private(name: str, words: Sequence[str]) -> bool:
    """Does a name hold one of these words, or speak of health, religion and the like?

    Args:
        name: of a product, a feature or the like.
        words: of the settings.
    """
    low = name.lower()
    if any(word.strip().lower() in low for word in words if word.strip()):
        return True
    return is_sensitive(low, frozenset(_WORD.findall(low)))


def private_names(engine: Engine, names: Iterable[str], words: Sequence[str]) -> Table:
    """Those of the names that are private: one column, `private_name`."""
    found = sorted({name for name in names if private(name, words)})
    return engine.arrow(pa.table({"private_name": pa.array(found, pa.string())}))
