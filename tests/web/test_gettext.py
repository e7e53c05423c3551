"""Texts go through gettext: no template has words of its own outside of a translation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import byname.web

ROOT = Path(byname.web.__file__).parent
TEMPLATES = sorted(path for path in ROOT.rglob("templates/**/*") if path.suffix in {".html", ".txt", ".subject"})
# In this order: what is a translation, what is code, what is markup, what a program reads.
NO_WORDS = (
    r"\{% blocktrans(late)?\b.*?\{% endblocktrans(late)? %\}",
    r"\{% comment\b.*?\{% endcomment %\}",
    r"\{#.*?#\}",
    r"\{%.*?%\}",
    r"\{\{.*?\}\}",
    r"<!--.*?-->",
    r"<(script|style|code|kbd|pre)\b.*?</\1>",
)
SPOKEN = re.compile(r"""\b(?:placeholder|aria-label|title|alt)=(?:"([^"]*)"|'([^']*)')""")
WORD = re.compile(r"[^\W\d_]{2,}")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    text = path.read_text("utf-8")
    for pattern in NO_WORDS:
        text = re.sub(pattern, " ", text, flags=re.DOTALL)
    spoken = " ".join(one or two for one, two in SPOKEN.findall(text))
    text = re.sub(r"&[a-z]+;|&#\d+;", " ", re.sub(r"<[^>]*>", " ", text, flags=re.DOTALL))
    words = WORD.findall(f"{text} {spoken}")
    assert words == [], f"{path.name} says {' '.join(words[:12])!r}: put it into {{% translate %}}"
