"""CPU seconds to fit BG/NBD to a million people and to value them, beside lifetimes and pymc-marketing.

Ours alone is `python bench/value_fit.py`; with the peers, which are no dependency of ours:

    uv run --no-project --with lifetimes --with 'pymc-marketing>=1.3' python bench/value_fit.py --peers

People are simulated (seeded): first purchases spread over two years, whole days. Every fit is timed warm, and
judged by one log-likelihood, ours. Peers are timed on distinct histories with counts where they take counts
(lifetimes), and on one row per person where they do not (pymc-marketing).
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests" / "value")]

from simulate import simulate_bgnbd  # noqa: E402

from byname.value import BgNbd, GammaGamma, Terms, Triples, outlook, values_of_people  # noqa: E402

TRUE = {"r": 0.6, "alpha_days": 60.0, "a": 0.8, "b": 2.5}
SPEND = {"p": 6.0, "q": 3.7, "v": 15.0}


def cpu_seconds[T](work: Callable[[], T], times: int) -> tuple[float, T]:
    """Least CPU seconds of all threads over some runs (the warm one), and what the last run gave."""
    spent = []
    for _ in range(times):
        begin = time.process_time()
        found = work()
        spent.append(time.process_time() - begin)
    return min(spent), found


def fit_lifetimes(triples: Triples) -> BgNbd:
    from lifetimes import BetaGeoFitter

    model = BetaGeoFitter()
    model.fit(triples.repeat_orders, triples.recency_days, triples.age_days, weights=triples.people)
    found = model.params_
    return BgNbd(found["r"], found["alpha"], found["a"], found["b"])


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


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--people", type=int, default=1_000_000)
    options.add_argument("--peers", nargs="*", choices=["lifetimes", "pymc"], help="none named: both")
    chosen = options.parse_args()
    peers = ["lifetimes", "pymc"] if chosen.peers == [] else chosen.peers or []

    history = simulate_bgnbd(chosen.people, **TRUE, cohort_days=731, seed=1)
    random = np.random.default_rng(2)
    orders = history[0] + 1
    mean = random.gamma(SPEND["p"] * orders, 1 / (orders * random.gamma(SPEND["q"], 1 / SPEND["v"], chosen.people)))
    reduce, (triples, inverse) = cpu_seconds(lambda: Triples.of_people(*history), 3)
    print(f"{chosen.people:,} people, {orders.sum():,} orders, {len(triples):,} distinct histories")
    print(f"people to histories (NumPy)     {reduce:8.3f} CPU s")

    ours, model = cpu_seconds(lambda: BgNbd.fit(triples), 5)
    print(f"BG/NBD fit                      {ours:8.3f} CPU s   {model.iterations} passes, loglik {model.loglik:.4f}")
    spent, spend = cpu_seconds(lambda: GammaGamma.fit(orders, mean), 3)
    print(f"Gamma-Gamma fit                 {spent:8.3f} CPU s   {spend.iterations} passes")
    for days in (365.25, 3 * 365.25):
        terms = Terms(days, annual_discount_rate=0.1, margin=0.3)
        spent, expected = cpu_seconds(lambda terms=terms: outlook(model, triples, terms), 3)
        print(f"outlook of histories, {days:7.2f} d {spent:8.3f} CPU s")
        spent, _ = cpu_seconds(
            lambda terms=terms, expected=expected: values_of_people(
                expected, inverse, spend, orders=orders, mean_spend=mean, terms=terms
            ),
            3,
        )
        print(f"values of people                {spent:8.3f} CPU s")

    fits: dict[str, Callable[[], BgNbd]] = {}
    if "lifetimes" in peers:
        fits["lifetimes"] = lambda: fit_lifetimes(triples)
    if "pymc" in peers:
        fits["pymc-marketing MAP, flat priors"] = lambda: fit_pymc(triples)
    for name, fit in fits.items():
        try:
            theirs, found = cpu_seconds(fit, 2)
        except ImportError as error:
            print(f"{name}: not installed ({error}); see the first lines of {Path(__file__).name} for how")
            continue
        at_theirs = found.log_likelihood(triples)
        gap = (model.loglik - at_theirs) / abs(model.loglik)
        print(
            f"{name}: {theirs:.2f} CPU s, {theirs / ours:.0f} times ours; our maximum is higher by {gap:.1e} of itself"
        )


if __name__ == "__main__":
    main()
