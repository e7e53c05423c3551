"""What is public is what is listed, and the bare package loads nothing heavy."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import pytest

import byname

# Django writes its migrations itself; for the pages, pytest-django has set it up.
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(byname.__path__, "byname.")
    if not module.name.endswith("__main__") and ".migrations" not in module.name
)
OPTIONAL = ("pyspark", "pandas", "django", "splink", "adbc_driver_postgresql", "adbc_driver_sqlite")


@pytest.mark.parametrize("name", MODULES)
def test_what_a_module_lists_as_public_is_there_and_said_to_be_for_something(name: str) -> None:
    module = importlib.import_module(name)
    assert (module.__doc__ or "").strip()
    listed = list(getattr(module, "__all__", ()))
    assert len(set(listed)) == len(listed)
    assert [each for each in listed if not hasattr(module, each)] == []


def test_importing_byname_loads_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import byname; print(sorted(set(sys.modules) - before))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "['byname']"


def test_no_module_but_its_own_engine_loads_what_is_optional() -> None:
    """Optional engines and drivers load when they are asked for."""
    names = [name for name in MODULES if name != "byname.engines.spark" and not name.startswith("byname.web")]
    code = f"import importlib, sys\nfor name in {names}: importlib.import_module(name)\nprint(' '.join(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(OPTIONAL).isdisjoint(name.partition(".")[0] for name in found.stdout.split())
