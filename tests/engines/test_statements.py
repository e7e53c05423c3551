"""Every statement of the product is in the portable subset."""

from __future__ import annotations

import importlib
import pkgutil

import byname
from byname.engines import statements
from byname.engines.portable import refusals


def import_everything() -> None:
    for module in pkgutil.walk_packages(byname.__path__, "byname."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def test_every_registered_statement_is_portable() -> None:
    import_everything()
    problems = {
        name: [str(refusal) for refusal in found]
        for name, statement in statements().items()
        if (found := refusals(statement.sql))
    }
    assert problems == {}
