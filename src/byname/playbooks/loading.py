"""Read playbooks: those that byname ships and the company's own, one TOML file each, every mistake said by name."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byname.errors import PlaybookError, nearest
from byname.playbooks.fields import playbook_of
from byname.playbooks.sense import nonsense
from byname.playbooks.wording import check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from byname.company import Contacted, Purposes
    from byname.playbooks.playbook import Playbook

    type MayUse = Callable[[Contacted], Purposes]

__all__ = ["load", "loaded", "shipped_folder"]


def shipped_folder() -> Path:
    """Where the playbooks stand that byname ships."""
    return Path(str(files("byname.playbooks").joinpath("shipped")))


def load(own: Path | None, off: Sequence[str] = (), *, may_use: MayUse | None = None) -> tuple[Playbook, ...]:
    """All playbooks that are in use, by their action.

    Args:
        own: the company's folder of playbooks; a file there replaces the shipped one of the same action. None, or a
            folder that is not there: only the shipped.
        off: actions that are not used.
        may_use: what records may have been given for, to be spoken of in a kind of contact
            (`company.Settings.may_use`); None: as where byname.toml says nothing.

    Raises:
        PlaybookError: a file is wrong: names file, key, found, expected and the nearest name; or `off` names none.
    """
    may = may_use or _unless_said()
    written = _in_folder(shipped_folder())
    if own is not None and own.is_dir():
        written |= _in_folder(own)
    for action in off:
        if action not in written:
            raise PlaybookError(
                where="byname.toml, [plan] off",
                found=f'"{action}"',
                expected=f"the action of a playbook{nearest(action, written)}",
                do=f"There are {', '.join(sorted(written))}.",
            )
    return tuple(loaded(path, may_use=may) for action, path in sorted(written.items()) if action not in off)


def loaded(path: Path, *, may_use: MayUse | None = None) -> Playbook:
    """One playbook, checked.

    Raises:
        PlaybookError: as `load`.
    """
    may = may_use or _unless_said()
    playbook = playbook_of(_read(path), path)
    check(playbook.why, where=f"{path}, why")
    for key, words in (("words", playbook.words), *((f"words_in.{code}", text) for code, text in playbook.words_in)):
        check(words, where=f"{path}, {key}", may=may(playbook.kind), kind=playbook.kind)
    for wrong in nonsense(playbook):
        raise PlaybookError(where=f"{path}, {wrong.key}", found=wrong.found, expected=wrong.expected, do=wrong.do)
    return playbook


@lru_cache(1)
def _unless_said() -> MayUse:
    from byname.company import Settings

    return Settings(name="any").may_use


def _in_folder(folder: Path) -> dict[str, Path]:
    """The file of each action; no two files of a folder may have the same."""
    found: dict[str, Path] = {}
    for path in sorted(folder.glob("*.toml")):
        action = _action(_read(path), path)
        if action in found:
            raise PlaybookError(
                where=f"{path}, action",
                found=f'"{action}", which {found[action].name} has too',
                expected="one file for each action",
                do="Give one of them another name, or delete it.",
            )
        found[action] = path
    return found


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as broken:
        raise PlaybookError(
            where=str(path), found=f"a file that is not TOML ({broken})", expected="key = value lines"
        ) from broken


def _action(said: Mapping[str, Any], path: Path) -> str:
    action = said.get("action")
    if not isinstance(action, str):
        found = "nothing" if action is None else repr(action)
        raise PlaybookError(where=f"{path}, action", found=found, expected=f'a name such as "{path.stem}"')
    return action
