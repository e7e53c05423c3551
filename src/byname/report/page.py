"""The report as one HTML file: nothing is fetched, nothing runs but what this file carries.

Names come from strangers. They pass Jinja's escaping in the text and stand in the charts' data with every "<" written
as an escape; and the page's own policy runs only the scripts and styles whose hashes it names.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined

from byname.jsonable import jsonable
from byname.report import words
from byname.report.contents import contents

if TYPE_CHECKING:
    from pathlib import Path

    from byname.snapshot import Snapshot

__all__ = ["report"]

_HERE = files("byname.report")
_VENDOR = ("vega.min.js", "vega-lite.min.js", "vega-embed.min.js")


def report(snapshot: Snapshot, path: Path) -> Path:
    """Write the report; an earlier one of that name makes way in one step.

    Returns:
        The path.
    """
    found = contents(snapshot)
    scripts = [*(_script(("vendor", name)) for name in _VENDOR), _script(("page.js",))] if found.charts else []
    style = (_HERE / "page.css").read_text("utf-8")
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page.filters |= {name: getattr(words, name) for name in words.__all__}
    text = page.from_string((_HERE / "page.html").read_text("utf-8")).render(
        found=found,
        policy=_policy(scripts, style),
        style=style,
        scripts=scripts,
        licence=(_HERE / "vendor" / "LICENSE").read_text("utf-8"),
        charts=_json(found.charts),
        version=version("byname"),
    )
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        beside.write_text(text, "utf-8", newline="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def _script(name: tuple[str, ...]) -> str:
    """A script as it may stand inside a page: no address of a map, nothing that ends the element."""
    text = _HERE.joinpath(*name).read_text("utf-8")
    lines = [line for line in text.split("\n") if not line.startswith("//# sourceMappingURL=")]
    return re.sub("</(?=script)", r"<\\/", "\n".join(lines), flags=re.IGNORECASE)


def _policy(scripts: list[str], style: str) -> str:
    """Content-Security-Policy: nothing is loaded, and only these scripts and this style run."""
    said = {
        "default-src": "'none'",
        "script-src": " ".join(map(_hash, scripts)) or "'none'",
        "style-src": _hash(style),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in said.items())


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _json(document: object) -> str:
    """JSON that can stand inside a script element whatever is in it."""
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":"), default=jsonable)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
