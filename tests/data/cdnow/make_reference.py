"""Recompute lifetimes.json with PyPI lifetimes 0.11.3, a second implementation of the same formulas.

lifetimes is no dependency of the tests. In a scratch environment:

    uv run --no-project --python 3.11 --with lifetimes==0.11.3 --with "numpy<2" \
        --with "scipy<1.14" --with "pandas<2.2" python tests/data/cdnow/make_reference.py
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter

PARAMETERS = {"r": 0.2426, "alpha_days": 30.8952, "a": 0.7929, "b": 2.4259}
SPEND = {"p": 6.25, "q": 3.74, "v": 15.44}
HISTORIES = [
    (0, 0, 0),
    (0, 0, 30),
    (0, 0, 270),
    (1, 2, 270),
    (1, 200, 272),
    (2, 213, 272),
    (7, 206, 270),
    (29, 259, 272),
]


def main() -> None:
    here = Path(__file__).parent
    table = np.genfromtxt(here / "customers.csv", delimiter=",", names=True)
    x, t_x, age = table["x"], np.rint(7 * table["t_x"]), np.rint(7 * table["T"])
    model = BetaGeoFitter()
    logs = np.log([PARAMETERS[name] for name in ("r", "alpha_days", "a", "b")])
    loglik = -model._negative_log_likelihood(logs, x, t_x, age, np.ones_like(x), 0) * len(x)
    model.params_ = pd.Series(
        {"r": PARAMETERS["r"], "alpha": PARAMETERS["alpha_days"], "a": PARAMETERS["a"], "b": PARAMETERS["b"]}
    )
    spend = GammaGammaFitter()
    spend.params_ = pd.Series(SPEND)
    grid = np.array(HISTORIES, dtype=float).T
    orders = [float(v) for v in (1, 1, 2, 5, 29)]
    means = [float(v) for v in (5, 80, 22.35, 35, 120)]
    found = {
        "lifetimes": "0.11.3",
        "parameters": PARAMETERS,
        "loglik": float(loglik),
        "histories": HISTORIES,
        "p_alive": [float(v) for v in np.atleast_1d(model.conditional_probability_alive(*grid))],
        "expected_orders": {
            str(days): [float(v) for v in model.conditional_expected_number_of_purchases_up_to_time(days, *grid)]
            for days in (7, 273, 1000)
        },
        "spend_parameters": SPEND,
        "spend_orders": orders,
        "spend_means": means,
        "expected_spend": [
            float(v) for v in spend.conditional_expected_average_profit(pd.Series(orders), pd.Series(means))
        ],
    }
    (here / "lifetimes.json").write_text(json.dumps(found, indent=1) + "\n")


main()
