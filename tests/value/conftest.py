"""The CDNOW sample and simulated populations."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from byname.value import Triples

DATA = Path(__file__).parents[1] / "data" / "cdnow"


@pytest.fixture(scope="session")
def cdnow_rows() -> dict[str, NDArray[np.float64]]:
    table = np.genfromtxt(DATA / "customers.csv", delimiter=",", names=True)
    return {
        "x": table["x"],
        "t_x": np.rint(7 * table["t_x"]),
        "T": np.rint(7 * table["T"]),
        "mean": table["zbar"],
    }


@pytest.fixture(scope="session")
def cdnow(cdnow_rows: dict[str, NDArray[np.float64]]) -> Triples:
    return Triples.of_people(cdnow_rows["x"], cdnow_rows["t_x"], cdnow_rows["T"])[0]


@pytest.fixture(scope="session")
def lifetimes() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "lifetimes.json").read_text())
    return found
