"""The company's employees as the settings list them, under each name by which sources write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from byname.company import Settings
    from byname.engines import Engine, Table

__all__ = ["staff"]


def staff(engine: Engine, settings: Settings) -> Table:
    """Columns alias (in small letters) and employee (the name by which we call them); nobody where none is listed.

    A name that two employees share is that of the first; a name goes before another's alias.

    Args:
        engine: where the table goes.
        settings: with `[[employees]]`.
    """
    listed = settings.employees
    names = {alias.strip().lower(): one.name for one in reversed(listed) for alias in one.aliases}
    names |= {one.name.strip().lower(): one.name for one in reversed(listed)}
    columns = {"alias": pa.array(list(names), pa.string()), "employee": pa.array(list(names.values()), pa.string())}
    return engine.arrow(pa.table(columns))
