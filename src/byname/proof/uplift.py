"""Whom does it move: one rule, or a learner, or nothing that beats chance.

The single rule is one column and one cut ("bought this before"). The learner is a T-learner: boosted trees, one set for
each arm (Künzel, Sekhon, Bickel and Yu, PNAS 116 (2019) 4156-4165). Both are chosen on some of the people and judged on
the others. On the classic e-mail test with 64,000 people no learner clearly beats the best single rule, so a learner is
used only if its Qini is above chance, and above the rule's, by more than its bootstrap deviation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from byname.proof.qini import Curve, qini, qini_spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from byname.proof.outcomes import Outcome

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]
type Ints = NDArray[np.int64]

__all__ = ["Rule", "Uplift", "best_rule", "learned_scores", "uplift", "whom"]

_MOST = 20_000  # people to learn from: more tell hardly more
# Nothing known before the first purchase is -1 day ago.
_KNOWN = {
    "year_count": "purchase days in the year before",
    "year_amount": "money spent in the year before",
    "silent_days": "days since the last purchase",
    "tenure_days": "days since the first purchase",
    "before": "the same in the time just before",
}
_FOLDS = 5
_LEAST = 500  # people of an arm: under it nobody's uplift is known by anything
_QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
_SIDE = 0.05  # a rule that leaves fewer than these on a side is about nobody
# Bootstrap deviations above chance. The bootstrap does not draw rules anew, and so knows two thirds of the spread: of
# simulated campaigns that move all alike, 2 lets one in thirteen pass, 3 one in forty.
_SURE = 3.0
_SEED = 20_260_101
_TREES = 60
_SETTINGS = {
    "num_leaves": 8, "learning_rate": 0.05, "min_data_in_leaf": 100, "lambda_l2": 10.0, "num_threads": 1,
    "deterministic": True, "force_row_wise": True, "verbosity": -1, "seed": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """Those with more (or not more) of one thing than a cut.

    Attributes:
        column: its place.
        cut: the bound.
        above: those above the cut are moved more; else those at or under it.
    """

    column: int
    cut: float
    above: bool

    def score(self, known: Floats) -> Floats:
        """1 for whom it names, else 0; of shape (people,)."""
        over = known[:, self.column] > self.cut
        return np.asarray(over if self.above else ~over, dtype=np.float64)

    def says(self, names: Sequence[str]) -> str:
        """In words."""
        return f"{names[self.column]} {'over' if self.above else 'at most'} {self.cut:,.4g}"


@dataclass(frozen=True)
class Uplift:
    """Whom a campaign moves more than others.

    Attributes:
        use: nothing, rule, or learner.
        rule: fitted on all; None where there is none.
        rule_qini: judged on people on whom it was not chosen; NaN where there is none.
        rule_spread: its bootstrap standard deviation.
        learner_qini: likewise.
        learner_spread: likewise.
        says: in a sentence.
    """

    use: str
    rule: Rule | None
    rule_qini: float
    rule_spread: float
    learner_qini: float
    learner_spread: float
    says: str


def uplift(known: Floats, names: Sequence[str], is_treated: Flags, outcome: Floats) -> Uplift:
    """Find out whether anything tells whom it moves.

    Args:
        known: what was known before lots were drawn, of shape (people, columns), finite.
        names: of the columns.
        is_treated: of shape (people,).
        outcome: more is better; of shape (people,), finite.
    """
    arms = [int(side.sum()) for side in (is_treated, ~is_treated)]
    if min(arms) < _LEAST or not known.shape[1] or not outcome.std() > 0:
        nan = float("nan")
        says = (
            f"too few to say whom it moves: {arms[0]:,} reached and {arms[1]:,} held out; it takes {_LEAST} of either"
        )
        return Uplift("nothing", None, nan, nan, nan, nan, says)
    fold = _folds(is_treated)
    by_rule, by_learner = np.zeros(len(outcome)), np.zeros(len(outcome))
    for of in range(_FOLDS):
        there, here = fold != of, fold == of
        rule = best_rule(known[there], is_treated[there], outcome[there])
        by_rule[here] = rule.score(known[here]) if rule else 0.0
        by_learner[here] = learned_scores(known[there], is_treated[there], outcome[there], known[here])
    curves = [Curve(score, is_treated, outcome, fold) for score in (by_rule, by_learner)]
    of_rule, of_learner = (qini(one) for one in curves)
    spread_rule, spread_learner, spread_apart = qini_spread(*curves, seed=_SEED)
    whole = best_rule(known, is_treated, outcome)
    use, says = "nothing", "nothing that was known beforehand tells whom it moves, by more than chance"
    if whole and of_rule > _SURE * spread_rule:
        use, says = "rule", f"it moves those most with {whole.says(names)}"
    # Above chance, and above the rule by more than the deviation of either it or the difference.
    if of_learner > _SURE * spread_learner and of_learner - max(of_rule, 0.0) > max(spread_apart, spread_learner):
        use, says = "learner", "a learner tells whom it moves better than any single rule"
    shown = f"Qini: rule {of_rule:.4g} (+/- {spread_rule:.2g}), learner {of_learner:.4g} (+/- {spread_learner:.2g})"
    return Uplift(use, whole, of_rule, spread_rule, of_learner, spread_learner, f"{says}; {shown}")


def whom(rows: pa.Table, outcome: Outcome) -> Uplift:
    """Ask it of a campaign with lots: does what its people bought before tell whom it moves?

    Args:
        rows: from `outcomes.followed`, of one campaign, in an order that stays.
        outcome: what was counted.
    """
    over = rows.filter(pc.fill_null(rows["is_over"], False)).slice(0, _MOST)
    known = np.column_stack([pc.fill_null(over[name], -1).to_numpy().astype(np.float64) for name in _KNOWN])
    done = over["outcome"].to_numpy() * (-1 if outcome.is_bad else 1)
    return uplift(np.nan_to_num(known), list(_KNOWN.values()), over["is_treated"].to_numpy(), np.nan_to_num(done))


def best_rule(known: Floats, is_treated: Flags, outcome: Floats) -> Rule | None:
    """The column and cut with the largest difference of effects between its sides, in errors; None if there is none.

    Args:
        known: of shape (people, columns).
        is_treated: of shape (people,).
        outcome: likewise.
    """
    best: tuple[float, Rule] | None = None
    for column in range(known.shape[1]):
        for cut in np.unique(np.quantile(known[:, column], _QUANTILES)):
            over = known[:, column] > cut
            if not _SIDE <= over.mean() <= 1 - _SIDE:
                continue
            apart = _apart(over, is_treated, outcome)
            if np.isfinite(apart) and (best is None or abs(apart) > best[0]):
                best = abs(apart), Rule(column, float(cut), bool(apart > 0))
    return best[1] if best else None


def learned_scores(known: Floats, is_treated: Flags, outcome: Floats, of: Floats) -> Floats:
    """The uplift of others by a T-learner: trees of the treated less trees of those held out.

    Args:
        known: to learn from, of shape (people, columns).
        is_treated: of shape (people,).
        outcome: likewise.
        of: what is known of the others.
    """
    import lightgbm

    def fitted(side: Flags) -> Floats:
        data = lightgbm.Dataset(known[side], outcome[side], params={"verbosity": -1, "num_threads": 1})
        told = lightgbm.train(_SETTINGS, data, _TREES).predict(of, num_threads=1)
        return np.asarray(told, dtype=np.float64)

    return fitted(is_treated) - fitted(~is_treated)


def _folds(is_treated: Flags) -> Ints:
    """Each arm dealt out evenly, in an order that has nothing to do with the rows'."""
    order = np.random.default_rng(_SEED).permutation(len(is_treated))
    fold = np.empty(len(is_treated), dtype=np.int64)
    for side in (True, False):
        rows = order[is_treated[order] == side]
        fold[rows] = np.arange(len(rows)) % _FOLDS
    return fold


def _apart(over: Flags, is_treated: Flags, outcome: Floats) -> float:
    """Effect above the cut less effect below it, over its standard error."""
    effects, variances = [], []
    for side in (over, ~over):
        arms = [outcome[side & arm] for arm in (is_treated, ~is_treated)]
        if min(len(arm) for arm in arms) < 2:  # noqa: PLR2004 - no variance
            return float("nan")
        effects.append(float(arms[0].mean() - arms[1].mean()))
        variances.append(sum(float(arm.var(ddof=1)) / len(arm) for arm in arms))
    return (effects[0] - effects[1]) / np.sqrt(sum(variances)) if sum(variances) > 0 else float("nan")
