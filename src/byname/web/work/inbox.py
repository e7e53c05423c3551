"""The folder into which files are dropped to be read: DIR/inbox, and DIR/inbox/@shop for the shop or inbox "shop".

A file that is still being copied is left alone until it has stopped changing. What was read goes to inbox/done, what
could not be read to inbox/failed with the reason beside it; byname deletes neither.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from byname.company import Company

__all__ = ["UPLOAD_BYTES", "Settled", "account_of", "clean_name", "folder", "put", "put_away", "waiting"]

_SETTLED_SECONDS = 3.0
_AGAIN_SECONDS = 600.0  # a file that was in the way of another's work is tried again
_DONE, _FAILED = "done", "failed"
_HALF = (".part", ".partial", ".crdownload", ".tmp", ".swp", "~")  # what copying programs call a half
_NAME_BYTES = 180
UPLOAD_BYTES = 512 << 20  # more than that is copied into the folder
_UNWANTED = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


def folder(company: Company) -> Path:
    """Where files are dropped."""
    return company.folder / "inbox"


def account_of(about: str) -> str:
    """Which shop or inbox a file is of, by the folder in which it lies."""
    place, _, name = about.rpartition("/")
    return place.removeprefix("@") if name and place else "main"


def clean_name(name: str) -> str:
    """A file's name without anything that could lead out of a folder or hide it; empty: nothing is left."""
    bare = _UNWANTED.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip().lstrip(".@_ ")
    stem, dot, kind = bare.rpartition(".")
    room = _NAME_BYTES - len(kind.encode()) - 1
    if dot and room > 0 and len(bare.encode()) > _NAME_BYTES:
        return stem.encode()[:room].decode("utf-8", "ignore") + dot + kind
    return bare.encode()[:_NAME_BYTES].decode("utf-8", "ignore")


def waiting(company: Company) -> Iterator[str]:
    """What lies in the inbox, as names within it."""
    root = folder(company)
    for place in [root, *sorted(root.glob("@*"))]:
        if not place.is_dir() or place.is_symlink():
            continue
        for entry in sorted(os.scandir(place), key=lambda one: one.name):
            if _is_wanted(entry, is_root=place == root):
                yield entry.name if place == root else f"{place.name}/{entry.name}"


def _is_wanted(entry: os.DirEntry[str], *, is_root: bool) -> bool:
    """A file, or a folder of Parquet; nothing hidden, half or ours, and no link that leads elsewhere."""
    if entry.name.startswith((".", "@")) or entry.name.endswith(_HALF):
        return False
    if is_root and entry.name in {_DONE, _FAILED}:
        return False
    return entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)


@dataclass
class Settled:
    """Which files of the inbox have stopped changing; asked again and again."""

    company: Company
    _seen: dict[str, tuple[object, float]] = field(default_factory=dict)
    _asked: dict[str, tuple[object, float]] = field(default_factory=dict)

    def look(self) -> list[str]:
        """Those that have not changed for some seconds, each once; again after a while, if it still lies there."""
        now, found = time.monotonic(), []
        names = [_spelled(self.company, name) for name in waiting(self.company)]
        for name in names:
            state = _state(folder(self.company) / name)
            before, since = self._seen.get(name, (None, now))
            if state != before:
                self._seen[name] = (state, now)
                continue
            asked = self._asked.get(name)
            is_due = asked is None or asked[0] != state or now - asked[1] >= _AGAIN_SECONDS
            if now - since >= _SETTLED_SECONDS and is_due:
                self._asked[name] = (state, now)
                found.append(name)
        for known in (self._seen, self._asked):
            for gone in known.keys() - set(names):
                del known[gone]
        return found


def _spelled(company: Company, name: str) -> str:
    """Give a file whose name is no text, as other systems write it, one that is: databases and pages take text only."""
    text = os.fsencode(name).decode("utf-8", "replace")
    if text != name:
        (folder(company) / name).rename(folder(company) / text)
    return text


def _state(path: Path) -> object:
    """What changes when a file, or one in a folder, does."""
    paths = sorted(path.rglob("*")) if path.is_dir() else [path]
    try:
        return tuple((str(one), told.st_size, told.st_mtime_ns) for one in paths for told in [one.stat()])
    except FileNotFoundError:  # moved on between two looks
        return None


def put_away(company: Company, about: str, why: str) -> Path | None:
    """Move a file out of the way; with a reason it failed, and the reason is written beside it."""
    path = folder(company) / about
    if not path.exists():
        return None
    place = folder(company) / (_FAILED if why else _DONE)
    place.mkdir(exist_ok=True)
    target = place / path.name
    if target.exists():
        target = place / f"{timezone.localtime():%Y%m%dT%H%M%S%f} {path.name}"
    path.rename(target)
    if why:
        target.with_name(f"{target.name}.why.txt").write_text(why + "\n", "utf-8")
    return target


def put(company: Company, name: str, account: str, chunks: Iterable[bytes]) -> bool:
    """Put a file into the inbox, whole or not at all; False: one of that name waits already.

    Args:
        company: whose.
        name: cleaned.
        account: which shop or inbox; empty: main.
        chunks: what is in it.
    """
    place = folder(company) / f"@{account}" if account else folder(company)
    place.mkdir(parents=True, exist_ok=True)
    beside = place / f".upload-{secrets.token_hex(8)}"
    try:
        with beside.open("xb") as out:
            for chunk in chunks:
                out.write(chunk)
        os.link(beside, place / name)  # unlike a rename it replaces nothing
    except FileExistsError:
        return False
    finally:
        beside.unlink(missing_ok=True)
    return True
