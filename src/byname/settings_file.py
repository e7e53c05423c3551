"""Changing byname.toml from a program: its comments stay, a wrong value changes nothing, nobody's change is lost.

A writer takes the lock, reads the file as it stands, changes only the keys that it means, checks the whole as
`open_company` would, writes it aside and swaps it in one step.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from byname.company import Company, settings_of
from byname.errors import BynameError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tomlkit import TOMLDocument
    from tomlkit.items import Item

    from byname.company import Settings

    type Edit = Callable[[TOMLDocument], None]

__all__ = ["changed", "put_employee", "remove_employee", "reread", "set_values"]

_SECONDS_TO_WAIT = 10


def reread(company: Company) -> Company:
    """That company with its settings as the file says them now; read again only when the file was written since.

    Raises:
        SettingsError: the file was changed by hand, and is wrong.
    """
    path = company.folder / "byname.toml"
    stood = path.stat()
    return Company(company.folder, _read(path, stood.st_mtime_ns, stood.st_size, stood.st_ino))


@lru_cache(8)
def _read(path: Path, _written_ns: int, _size: int, _inode: int) -> Settings:
    return settings_of(path.read_bytes(), path)


def changed(
    company: Company, edit: Edit, *, first: Callable[[Settings, Settings], None] | None = None
) -> tuple[Settings, Settings]:
    """Change the file by `edit`; gives the settings before and after.

    Args:
        company: whose.
        edit: the change.
        first: what must be done before the change counts, such as a line in the audit log; if it fails nothing is.

    Raises:
        SettingsError: the file as changed would be wrong, or is wrong already; nothing was written.
        BynameError: another writer holds the file for too long.
    """
    import portalocker
    import tomlkit

    path = (company.folder / "byname.toml").resolve()  # a link stays a link
    try:
        with portalocker.Lock(path.with_name(".byname.toml.lock"), timeout=_SECONDS_TO_WAIT):
            text = path.read_bytes()
            before = settings_of(text, path)
            document = tomlkit.parse(text)
            edit(document)
            new = tomlkit.dumps(document).encode()
            after = settings_of(new, path)
            if new != text:
                if first:
                    first(before, after)
                _swap(path, new)
    except portalocker.AlreadyLocked as taken:
        raise BynameError(
            where=str(path),
            found="another program that changes it",
            expected="a free file",
            do="Try again in a moment.",
        ) from taken
    return before, after


def _swap(path: Path, text: bytes) -> None:
    aside = path.with_name(f".byname.toml.{os.getpid()}.tmp")
    try:
        with aside.open("wb") as file:
            os.fchmod(file.fileno(), path.stat().st_mode & 0o777)  # it may hold the mail server's password
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def set_values(values: Mapping[tuple[str, str], Any]) -> Edit:
    """An edit that sets keys of sections: `{("plan", "perks"): 200}`."""

    def edit(document: TOMLDocument) -> None:
        import tomlkit

        for (section, key), value in values.items():
            if section not in document:
                document[section] = tomlkit.table()
            table: Any = document[section]
            stood = _item(table, key)
            table[key] = value
            is_now = _item(table, key)
            if (
                stood is not None and is_now is not None and is_now.trivia.comment
            ):  # leave the comment in the column where it stood
                room = len(stood.as_string()) + len(stood.trivia.comment_ws) - len(is_now.as_string())
                is_now.trivia.comment_ws = " " * max(1, room)

    return edit


def _item(table: Any, key: str) -> Item | None:
    """A value with what is written around it; None where a section is not written in one place under its own head."""
    from tomlkit.items import Item, Table

    item = table.value.item(key) if isinstance(table, Table) and key in table else None
    return item if isinstance(item, Item) else None


def put_employee(name: str, values: Mapping[str, Any]) -> Edit:
    """An edit that sets these keys of the employee of that name, or adds the employee."""

    def edit(document: TOMLDocument) -> None:
        import tomlkit

        if "employees" not in document:
            document.append("employees", tomlkit.aot())
        employees: Any = document["employees"]
        place = _place(employees, name)
        if place is None:
            inline = isinstance(employees, tomlkit.items.Array)
            employee: Any = tomlkit.inline_table() if inline else tomlkit.table()
            employee["name"] = name
            employees.append(employee)
            place = len(employees) - 1
        for key, value in values.items():
            employees[place][key] = value

    return edit


def remove_employee(name: str) -> Edit:
    """An edit that takes an employee out.

    Raises:
        SettingsError: when it is applied: there is none of that name.
    """

    def edit(document: TOMLDocument) -> None:
        employees: Any = document.get("employees", [])
        place = _place(employees, name)
        if place is None:
            raise SettingsError(
                where="byname.toml, [[employees]]", found=f'no "{name}"', expected="a name that is there"
            )
        del employees[place]

    return edit


def _place(employees: Any, name: str) -> int | None:
    return next((place for place, employee in enumerate(employees) if employee.get("name") == name), None)
