"""The new part of a message: no markup, no quoted thread, no signature; and where each letter stood before.

People answer on top of, below and between what they quote, in mail programs of many languages. What is taken out is
never read: it is somebody else's words, or the same words read once before.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["MOST_LETTERS", "Clean", "clean"]

MOST_LETTERS = 20_000  # of a text are looked at: some ten pages; more is no message but a file

# What no text holds on purpose: control signs, half letters, marks of direction and of width nothing.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})\b([^<>]{0,2000})>|<!--.{0,5000}?-->|<![^<>]{0,500}>", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_TAGGED = re.compile(
    r"</?(?:p|br|div|span|a|b|i|u|em|strong|html|body|head|table|tr|td|ul|ol|li|blockquote|h[1-6]|pre|code|img|style|font)\b",
    re.IGNORECASE,
)
_BREAKS = frozenset("p br div tr li ul ol table blockquote h1 h2 h3 h4 h5 h6 pre hr body html head title".split())
_HIDDEN_TAGS = frozenset("style script head title blockquote".split())
_QUOTE_MARKED = re.compile(
    r"gmail_quote|yahoo_quoted|moz-cite-prefix|divRplyFwdMsg|OLK_SRC_BODY|appendonsend", re.IGNORECASE
)

# The line that a mail program writes above what it quotes.
_WROTE = re.compile(
    r"""^[\s*]{0,4}(?:
        On\b.{4,200}\bwrote | Am\b.{4,200}\bschrieb\b.{0,80} | Le\b.{4,200}\ba\ [ée]crit | El\b.{4,200}\bescribi[óo]\b.{0,80}
      | Il\b.{4,200}\bha\ scritto | Op\b.{4,200}\bschreef\b.{0,80} | Em\b.{4,200}\bescreveu\b.{0,80}
      | Den\b.{4,200}\bskrev\b.{0,80} | W\ dniu\b.{4,200}\bnapisa[łl]\b.{0,80} | .{1,120}<[^<>\s]{3,100}@[^<>\s]{3,100}>\ (?:wrote|schrieb)
    )\s?:\s*$""",
    re.VERBOSE,
)
_ORIGINAL = re.compile(
    r"^\s{0,4}(?:[-_]{2,}\s*(?:original message|original appointment|forwarded message|urspr\w+ nachricht|weitergeleitete nachricht"
    r"|message d'origine|message transf[ée]r[ée]|mensaje original|mensaje reenviado|messaggio originale|messaggio inoltrato"
    r"|oorspronkelijk bericht|doorgestuurd bericht|mensagem original|mensagem encaminhada)\s*[-_]*|_{20,}|-{20,}"
    r"|begin forwarded message:?)\s*$",
    re.IGNORECASE,
)
_FROM = re.compile(r"^[\s*]{0,4}(?:from|von|de|da|van|fra|od)\s?\*?:\s*\S", re.IGNORECASE)
_SENT = re.compile(
    r"^[\s*]{0,4}(?:sent|date|gesendet|datum|envoy[ée]|enviado(?: el)?|fecha|inviato|data|verzonden|to|an|à|para|a|aan)\s?\*?:\s*\S",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^(?:-- ?|—)$")
_DEVICE = re.compile(
    r"^\s{0,4}(?:sent from (?:my|yahoo|outlook|mail)|get outlook for|gesendet (?:von|mit) (?:mein|meiner|mobil|outlook|der)|von meinem \w+ gesendet"
    r"|envoy[ée] (?:de|depuis) mon|enviado desde mi|inviato da(?:l mio)? |verzonden (?:van|vanaf) mijn|enviado do meu)",
    re.IGNORECASE,
)
_THREADED = re.compile(
    r"^\s?>|wrote\s?:|schrieb|crit\s?:|escribi|ha scritto|schreef|escreveu|skrev|napisa|original|origin|originale"
    r"|oorspronk|urspr|forward|weitergeleitet|transf|reenviado|inoltrato|doorgestuurd|encaminhada|_{20}|-{20}|^-- ?\r?$|^—\r?$"
    r"|^[\s*]{0,4}(?:from|von|de|da|van|fra|od)\s?\*?:|\b(?:sent from|get outlook|gesendet|envoy|enviado|inviato|verzonden)\b",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Clean:
    """The new part of a text.

    Attributes:
        text: what is read.
        at: for each letter of `text` where it stood in the original; None if all stand where they stood.
    """

    text: str
    at: NDArray[np.int32] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Where the letters from `start` to before `end` stood in the original words."""
        if self.at is None:
            return start, end
        return int(self.at[start]), int(self.at[end - 1]) + 1


def clean(words: str) -> Clean:
    """Take out markup, quoted thread and signature; at most `MOST_LETTERS` letters are looked at.

    Args:
        words: as the source has them: plain, HTML, or an e-mail with all that it answers.
    """
    text = words[:MOST_LETTERS]
    if not text.isprintable():
        text = _UNSEEN.sub(" ", text)
    at = None
    if "<" in text and _TAGGED.search(text):
        text, at = _joined(text, _untagged(text))
    if "&" in text and _ENTITY.search(text):
        text, at = _joined(text, _unescaped(text), at)
    # What quotes has lines.
    if "\n" in text and _THREADED.search(text):
        text, at = _joined(text, _new(text), at)
    return Clean(text, at)


type _Piece = tuple[int, int, str | None]  # from, to, and what stands there instead


def _joined(text: str, pieces: Iterator[_Piece], at: NDArray[np.int32] | None = None) -> tuple[str, NDArray[np.int32]]:
    """The pieces as one text, and where each letter of it stood."""
    said, places = [], [np.zeros(0, dtype=np.int32)]
    for start, end, instead in pieces:
        if instead is None:
            said.append(text[start:end])
            places.append(np.arange(start, end, dtype=np.int32))
        else:
            said.append(instead)
            places.append(np.full(len(instead), start, dtype=np.int32))
    place = np.concatenate(places)
    return "".join(said), place if at is None else at[place]


def _untagged(text: str) -> Iterator[_Piece]:
    """What stands between the tags; what a mail program marked as quoted, and what no one sees, is left out."""
    last, hidden, depth = 0, "", 0
    for tag in _TAG.finditer(text):
        name = (tag[2] or "").lower()
        if not hidden:
            yield last, tag.start(), None
        last = tag.end()
        if hidden:
            depth += (name == hidden) * (-1 if tag[1] else 1)
            hidden = hidden if depth else ""
        elif (
            tag[1] == "" and (name in _HIDDEN_TAGS or _QUOTE_MARKED.search(tag[3] or "")) and not tag[0].endswith("/>")
        ):
            hidden, depth = name, 1
        if name in _BREAKS and not hidden:
            yield tag.start(), tag.end(), "\n"
    if not hidden:
        yield last, len(text), None


def _unescaped(text: str) -> Iterator[_Piece]:
    last = 0
    for entity in _ENTITY.finditer(text):
        yield last, entity.start(), None
        # What an entity hides may be a sign that no text holds on purpose.
        yield entity.start(), entity.end(), _UNSEEN.sub(" ", html.unescape(entity[0]))
        last = entity.end()
    yield last, len(text), None


def _new(text: str) -> Iterator[_Piece]:
    """The lines that this message adds to its thread."""
    lines = list(_lines(text))
    place = 0
    while place < len(lines):
        start, end = lines[place]
        line = text[start:end].rstrip()
        if _SIGNATURE.match(text[start:end].rstrip("\r\n")) or _ORIGINAL.match(line):
            return
        if _FROM.match(line) and any(_SENT.match(text[a:b].rstrip()) for a, b in lines[place + 1 : place + 4]):
            return
        wrote = _wrote(text, lines, place)
        if wrote:
            place += wrote
            after = next((text[a:b] for a, b in lines[place:] if text[a:b].strip()), "")
            # Quoted line by line, an answer may stand below; else all that follows is the old message.
            if not after.lstrip().startswith(">"):
                return
            continue
        if not line.lstrip().startswith(">") and not _DEVICE.match(line):
            yield start, end, None
        place += 1


def _wrote(text: str, lines: list[tuple[int, int]], place: int) -> int:
    """How many lines the "On … wrote:" takes that begins here; mail programs break it in two."""
    for count in (1, 2):
        said = " ".join(text[a:b].strip() for a, b in lines[place : place + count])
        if len(said) <= 400 and said.endswith(":") and _WROTE.match(said):  # noqa: PLR2004 - letters; no such line is longer
            return count
    return 0


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end + 1
        yield start, end
        start = end
