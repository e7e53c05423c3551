"""Names and texts as SQL has them: what stands in a file or a path is never SQL itself."""

from __future__ import annotations

__all__ = ["literal", "quoted"]


def quoted(name: str) -> str:
    """A column's or a table's name."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A text, or the text of a path."""
    return "'" + str(value).replace("'", "''") + "'"
