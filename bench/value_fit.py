"""CPU seconds to fit the purchase models and to say what is expected, beside lifetimes and pymc-marketing.

Ours alone is `python bench/value_fit.py`; with the peers, which are no dependency of ours:

    uv run --no-project --with lifetimes --with 'pymc-marketing>=1.3' python bench/value_fit.py --peers

BG/NBD and MBG/NBD on a million people, Pareto/NBD on a hundred thousand (lifetimes takes a minute for them) and on the
million. People are simulated (seeded): first purchases spread over two years, whole days. Every fit is timed warm, and
judged by one log-likelihood, ours. Peers are timed on distinct histories with counts where they take counts
(lifetimes), and on one row per person where they do not (pymc-marketing).
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests" / "value")]

from simulate import simulate_bgnbd, simulate_pareto_nbd  # noqa: E402

from byname.value import BgNbd, GammaGamma, Triples  # noqa: E402
from byname.value.contract import MODELS  # noqa: E402
from byname.value.pareto_nbd import ParetoNbd  # noqa: E402

TRUE = {"r": 0.6, "alpha_days": 60.0, "a": 0.8, "b": 2.5}
PARETO = {"r": 0.55, "alpha_days": 74.0, "s": 0.6, "beta_days": 82.0}
SPEND = {"p": 6.0, "q": 3.7, "v": 15.0}
COHORT_DAYS = 731


def cpu_seconds[T](work: Callable[[], T], times: int) -> tuple[float, T]:
    """Least CPU seconds of all threads over some runs (the warm one), and what the last run gave."""
    spent = []
    for _ in range(times):
        begin = time.process_time()
        found = work()
        spent.append(time.process_time() - begin)
    return min(spent), found


def said(what: str, seconds: float, more: str = "") -> None:
    print(f"{what:44}{seconds:8.3f} CPU s   {more}")


def fit_lifetimes(triples: Triples) -> BgNbd:
    from lifetimes import BetaGeoFitter

    model = BetaGeoFitter()
    model.fit(triples.repeat_orders, triples.recency_days, triples.age_days, weights=triples.people)
    found = model.params_
    return BgNbd(found["r"], found["alpha"], found["a"], found["b"])


def fit_lifetimes_pareto(triples: Triples) -> ParetoNbd:
    from lifetimes import ParetoNBDFitter

    model = ParetoNBDFitter()
    model.fit(triples.repeat_orders, triples.recency_days, triples.age_days, weights=triples.people, maxiter=20_000)
    found = model.params_
    return ParetoNbd(found["r"], found["alpha"], found["s"], found["beta"])


def fit_pymc(triples: Triples) -> BgNbd:
    import pandas as pd
    from pymc_extras.prior import Prior
    from pymc_marketing.clv import BetaGeoModel

    rows = np.repeat(np.arange(len(triples)), triples.people)
    table = pd.DataFrame(
        {
            "customer_id": np.arange(len(rows)),
            "frequency": triples.repeat_orders[rows],
            "recency": triples.recency_days[rows],
            "T": triples.age_days[rows],
        }
    )
    # Flat priors: the maximum of the likelihood, which is what the others find.
    flat = {name: Prior("HalfFlat") for name in ("r", "alpha", "a", "b")}
    model = BetaGeoModel(model_config=flat)
    model.fit(data=table, method="map", progressbar=False)
    found = model.idata.posterior
    r, alpha, a, b = (float(found[name].mean()) for name in ("r", "alpha", "a", "b"))
    return BgNbd(r, alpha, a, b)


def beside(name: str, fit: Callable[[], Any], times: int, ours: float, loglik: float, triples: Triples) -> None:
    """Time a peer and compare its maximum with ours."""
    try:
        theirs, found = cpu_seconds(fit, times)
    except ImportError as error:
        print(f"{name}: not installed ({error}); see the first lines of {Path(__file__).name} for how")
        return
    gap = (loglik - found.log_likelihood(triples)) / abs(loglik)
    print(f"{name}: {theirs:.2f} CPU s, {theirs / ours:.0f} times ours; our maximum is higher by {gap:.1e} of itself")


def a_million(people: int, peers: list[str]) -> None:
    """Every model, the spend model, and what is expected of all."""
    history = simulate_bgnbd(people, **TRUE, cohort_days=COHORT_DAYS, seed=1)
    random = np.random.default_rng(2)
    orders = history[0] + 1
    mean = random.gamma(SPEND["p"] * orders, 1 / (orders * random.gamma(SPEND["q"], 1 / SPEND["v"], people)))
    reduce, (triples, _) = cpu_seconds(lambda: Triples.of_people(*history), 3)
    print(f"{people:,} people, {orders.sum():,} orders, {len(triples):,} distinct histories")
    said("people to histories (NumPy)", reduce)
    distinct = (triples.repeat_orders, triples.recency_days, triples.age_days)
    spent = {}
    models = {}
    for kind in MODELS:
        spent[kind.name], model = cpu_seconds(lambda kind=kind: kind.fit(triples), 4)
        models[kind.name] = model
        said(f"{kind.name} fit", spent[kind.name], f"{model.iterations} passes, loglik {model.loglik:.4f}")
        seconds, _ = cpu_seconds(lambda model=model: model.p_alive(*distinct), 3)
        said(f"{kind.name} P(alive) of histories", seconds)
        for days in (365.25, 3 * 365.25):
            seconds, _ = cpu_seconds(
                lambda model=model, days=days: model.orders_if_alive(days, 0.1, distinct[0], distinct[2]), 3
            )
            said(f"{kind.name} discounted orders, {days:7.2f} d", seconds)
    seconds, spend = cpu_seconds(lambda: GammaGamma.fit(orders, mean), 3)
    said("Gamma-Gamma fit", seconds, f"{spend.iterations} passes")

    ours, loglik = spent[BgNbd.name], models[BgNbd.name].loglik
    if "lifetimes" in peers:
        beside("lifetimes, BG/NBD", lambda: fit_lifetimes(triples), 2, ours, loglik, triples)
    if "pymc" in peers:
        beside("pymc-marketing MAP, flat priors, BG/NBD", lambda: fit_pymc(triples), 2, ours, loglik, triples)


def pareto(people: int, peers: list[str]) -> None:
    """Pareto/NBD on people who buy and leave as it says."""
    triples, _ = Triples.of_people(*simulate_pareto_nbd(people, **PARETO, cohort_days=COHORT_DAYS, seed=3))
    print(f"{people:,} people who leave at any time, {len(triples):,} distinct histories")
    ours, model = cpu_seconds(lambda: ParetoNbd.fit(triples), 5)
    said("Pareto/NBD fit", ours, f"{model.iterations} passes, loglik {model.loglik:.4f}")
    if "lifetimes" in peers:
        beside("lifetimes, Pareto/NBD", lambda: fit_lifetimes_pareto(triples), 1, ours, model.loglik, triples)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--people", type=int, default=1_000_000)
    options.add_argument("--peers", nargs="*", choices=["lifetimes", "pymc"], help="none named: both")
    chosen = options.parse_args()
    peers = ["lifetimes", "pymc"] if chosen.peers == [] else chosen.peers or []
    a_million(chosen.people, peers)
    pareto(max(chosen.people // 10, 1), peers)


if __name__ == "__main__":
    main()
