"""What to believe of this company's customers: chosen on its own earlier windows, kept until the next choice.

A window is an earlier day: the candidates see what was known then, and are held against what was spent after it. From
the windows come the blend's weights, its level, the ranges, the chances of being among the best, and the record.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from byname.value.blend import blend, weights
from byname.value.candidates import LEARNED, PLAIN, PLAIN_REFERENCE, Fitted, structural
from byname.value.learned import FEWEST, Learned, learn
from byname.value.ranges import Places, Ranges, Tops, coverage
from byname.value.scores import gini
from byname.value.windows import FEWEST_PEOPLE, Record, Score, Window, calibration, earlier, record, score, season_seen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.value.candidates import Outlook
    from byname.value.rows import Floats, Rows
    from byname.value.windows import Past

__all__ = ["BLEND", "MODEL", "MONTH", "Policy", "choose", "default", "levelled", "times"]

MODEL = "value"  # its name in models/
BLEND = "blend"
MONTH = 30
_MOST = 20_000  # people on which weights are chosen
_EARNED = 0.003  # of the Gini
# How wrong a shop's total tends to be where nothing else is known of it.
_LEVEL_SD = 0.15


@dataclass(frozen=True)
class Policy:
    """How worth is predicted.

    Attributes:
        trained_upto: the last day that was seen in choosing.
        horizon_days: for which it was chosen.
        seen_days: how long the windows were; shorter than the horizon where the history is.
        people: on how many it was chosen.
        weights: by candidate; they sum to 1.
        level: by what the blend is multiplied: earlier windows' error of level, drawn toward 1.
        level_sd: standard deviation of the logarithm of what is still wrong with the total.
        season_seen: each calendar month of the horizon was seen before.
        ranges: calibrated on the windows; None where there is no window.
        month: chances of the top tenth of the next 30 days; likewise year.
        learned: the trees, where there were enough people to train them; a part of the blend where they have a weight.
        scores: of every candidate, and of the blend, on the windows.
        calibration: by places from the least: people, expected spend, real spend and its range, on the newest window.
        record: None where there is no window.
    """

    trained_upto: date
    horizon_days: int
    seen_days: int
    people: int
    weights: Mapping[str, float]
    level: float = 1.0
    level_sd: float = 2 * _LEVEL_SD
    season_seen: bool = False
    ranges: Ranges | None = None
    month: Tops | None = None
    year: Tops | None = None
    learned: Learned | None = None
    scores: tuple[Score, ...] = ()
    calibration: tuple[tuple[int, float, float, float, float], ...] = ()
    record: Record | None = None

    def to_json(self) -> str:
        """As text, without trees that have no weight; `from_json` gives the same policy back, to the last digit."""
        kept = self if LEARNED in self.weights else replace(self, learned=None)
        return json.dumps(asdict(kept), default=_plain)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The policy of a text of `to_json`."""
        said: dict[str, Any] = json.loads(text)
        kinds: dict[str, type] = {"ranges": Ranges, "month": Tops, "year": Tops}
        for name, kind in kinds.items():
            if said[name] is not None:
                said[name] = kind(**{part: np.array(values) for part, values in said[name].items()})
        said["learned"] = Learned(**said["learned"]) if said["learned"] else None
        said["record"] = Record(**said["record"]) if said["record"] else None
        said["scores"] = tuple(Score(**one) for one in said["scores"])
        said["calibration"] = tuple(tuple(one) for one in said["calibration"])
        said["trained_upto"] = date.fromisoformat(said["trained_upto"])
        return cls(**said)

    @property
    def held(self) -> float | None:
        """The share of people who were inside their 80% range on the newest window; None where there is no window."""
        return next((one.coverage for one in self.scores if one.candidate == BLEND), None)

    @property
    def blended_of(self) -> str:
        """The candidates and their weights, in words."""
        return ", ".join(f"{share:.0%} {name}" for name, share in self.weights.items())

    def says(self) -> str:
        """What was chosen and how it did, in a sentence or two."""
        if self.record is None:
            return f"{self.blended_of}; nothing to test it on yet, so the ranges are the models' own"
        one = self.record
        said = (
            f"{self.blended_of}; of the first {one.first} foretold on {one.day} for {one.days} days, {one.came_true} "
            f'came true ("{PLAIN}" {one.plain}); 80% ranges held {self.held or 0:.0%}'
        )
        return said if self.season_seen else f"{said}; season not seen"

    def serves(self, as_of: date, horizon_days: int, people: int) -> bool:
        """Is it still the one to use? Not before its own days, a quarter later, or for twice the people."""
        age = (as_of - self.trained_upto).days
        return 0 <= age <= 92 and horizon_days == self.horizon_days and people <= 2 * max(self.people, FEWEST_PEOPLE)  # noqa: PLR2004

    def scored(self, window: Window, blended: Floats) -> list[Score]:
        """How the blend, its median and its ranges did on a window."""
        if self.ranges is None:
            return [score(window, BLEND, blended)]
        low, median, high = self.ranges.of_people(Places.of(blended)(blended), blended)
        held = coverage(window.spent, low, high)
        return [score(window, BLEND, blended, held), score(window, f"{BLEND}, median", median)]

    @property
    def models(self) -> set[str]:
        """The purchase models that it asks for, by name."""
        return {structural(name) for name in (PLAIN_REFERENCE, *self.weights)} - {""}

    def predict(self, fitted: Fitted, rows: Rows, days: float, outlook: Outlook | None = None) -> dict[str, Floats]:
        """Spend by candidate that is part of the blend, and by the reference, each at its own level."""
        names = {PLAIN_REFERENCE, fitted.reference, *self.weights} - {LEARNED}
        return _predicted(fitted, rows, days, names, self.learned if LEARNED in self.weights else None, outlook)

    def blended(self, fitted: Fitted, predicted: Mapping[str, Floats]) -> Floats:
        """The blend of candidates' predictions, at the policy's level, shape (people,)."""
        return blend(times(predicted, levelled(fitted, predicted, self.level)), self.weights)


def default(as_of: date, horizon_days: int, people: int) -> Policy:
    """Where nothing was seen yet: the best single model on every shop tried."""
    return Policy(as_of, horizon_days, 0, people, {PLAIN_REFERENCE: 1.0})


def levelled(fitted: Fitted, predicted: Mapping[str, Floats], level: float) -> dict[str, float]:
    """By what to multiply each candidate so that all have the reference's total, times a level."""
    reference = fitted.reference if fitted.reference in predicted else PLAIN_REFERENCE
    total = float(predicted[reference].sum())
    return {name: level * total / (float(values.sum()) or 1.0) for name, values in predicted.items()}


def choose(past: Past, as_of: date, horizon_days: int) -> Policy:
    """Choose on earlier windows of the company's own history.

    Args:
        past: where the windows are read.
        as_of: the last day that may be seen.
        horizon_days: what is to be predicted.

    Returns:
        The policy; `default` where the history is too short or the people are too few.
    """
    span = (as_of - past.first).days + 1
    seen = min(horizon_days, span // 2)
    windows = earlier(past, as_of, seen)
    if not windows:
        return default(as_of, horizon_days, past.people)
    models = [Fitted.on(window.rows, window.day, past.daily) for window in windows]
    predicted, learned = _out_of_sample(windows, models)
    at_one_level = [times(each, levelled(fitted, each, 1.0)) for fitted, each in zip(models, predicted, strict=True)]
    chosen = _chosen(at_one_level, windows)
    blended = [blend(window, chosen) for window in at_one_level]
    level, level_sd = _level(windows, blended, seen)
    expected = [level * one for one in blended]
    places = [Places.of(one)(one) for one in expected]
    ranges = Ranges.of(
        np.concatenate(places), np.concatenate(expected), np.concatenate([window.spent for window in windows])
    )
    months = earlier(past, as_of, min(MONTH, span // 2), apart=(0, MONTH, 2 * MONTH))
    policy = Policy(
        trained_upto=as_of,
        horizon_days=horizon_days,
        seen_days=seen,
        people=past.people,
        weights=chosen,
        level=level,
        level_sd=level_sd,
        season_seen=season_seen(past.first, as_of, horizon_days),
        ranges=ranges,
        year=Tops.of([(place, window.spent) for place, window in zip(places, windows, strict=True)]),
        learned=learned,
        calibration=calibration(windows[0], expected[0]),
        record=record(windows[0], expected[0], predicted[0], held_out=False),
    )
    scores: list[Score] = []
    for window, each, one in zip(windows, predicted, expected, strict=True):
        scores += [score(window, name, values) for name, values in each.items()]
        scores += policy.scored(window, one)
    return _with_month(replace(policy, scores=tuple(scores)), months, past)


def _chosen(predicted: Sequence[Mapping[str, Floats]], windows: Sequence[Window]) -> dict[str, float]:
    """Weights of the candidates, with the trees only where they earn their place: they cost as much as all others."""
    spent = [window.spent[:_MOST] for window in windows]
    some = [{name: values[:_MOST] for name, values in one.items()} for one in predicted]
    plain = [{name: values for name, values in one.items() if name != LEARNED} for one in some]
    without = weights(plain, spent)
    if LEARNED not in some[0]:
        return without
    every = weights(some, spent)
    gained = np.mean(
        [
            gini(actual, blend(one, every)) - gini(actual, blend(one, without))
            for actual, one in zip(spent, some, strict=True)
        ]
    )
    return every if gained > _EARNED else without


def _with_month(policy: Policy, windows: Sequence[Window], past: Past) -> Policy:
    seen = []
    for window in windows:
        fitted = Fitted.on(window.rows, window.day, past.daily, policy.models)
        # A calendar or a channel may not have been known yet.
        if not set(policy.weights) <= {LEARNED, *fitted.names}:
            continue
        predicted = policy.predict(fitted, window.rows, window.days)
        blended = policy.blended(fitted, predicted)
        seen.append((Places.of(blended)(blended), window.spent))
    return replace(policy, month=Tops.of(seen)) if seen else policy


def _predicted(
    fitted: Fitted,
    rows: Rows,
    days: float,
    names: set[str] | list[str],
    learned: Learned | None,
    outlook: Outlook | None = None,
) -> dict[str, Floats]:
    ordered = [name for name in fitted.names if name in names]
    found = (outlook or fitted.outlook(rows)).expected_spend(days, ordered)
    if learned:
        found[LEARNED] = learned.expected_spend(rows)
    return found


def _out_of_sample(
    windows: Sequence[Window], models: Sequence[Fitted]
) -> tuple[list[dict[str, Floats]], Learned | None]:
    """Each candidate's prediction of people and days that it did not see; and the trees trained on everything.

    Purchase models see only what was before the window's day. The trees need windows to learn from: two halves of the
    people, each predicted by the trees of the other half.
    """
    # A calendar that only the newest window knows cannot be compared over all of them.
    names = [name for name in models[0].names if all(name in fitted.names for fitted in models)]
    found = [
        _predicted(fitted, window.rows, window.days, names, None)
        for fitted, window in zip(models, windows, strict=True)
    ]
    if min(len(window.rows) for window in windows) < FEWEST:
        return found, None
    halves = [[window.place % 2 == half for window in windows] for half in (0, 1)]
    for predicted in found:
        predicted[LEARNED] = np.zeros(len(next(iter(predicted.values()))))
    for half, other in (halves, halves[::-1]):
        trees = learn([(window.rows[part], window.spent[part]) for window, part in zip(windows, other, strict=True)])
        for window, part, predicted in zip(windows, half, found, strict=True):
            predicted[LEARNED][part] = trees.expected_spend(window.rows[part])
    return found, learn([(window.rows, window.spent) for window in windows])


def _level(windows: Sequence[Window], blended: Sequence[Floats], seen: int) -> tuple[float, float]:
    """The windows' error of level, drawn toward none by as much as one window would tell; and what is still unsure."""
    logs = np.log(
        [
            max(float(window.spent.sum()), 1e-9) / max(float(one.sum()), 1e-9)
            for window, one in zip(windows, blended, strict=True)
        ]
    )
    spread = (windows[0].day - min(window.day for window in windows)).days
    independent = 1 + spread / seen
    mean = float(logs.mean())
    known = independent / (independent + 1)
    variance = (2 * _LEVEL_SD**2 + float(((logs - mean) ** 2).sum())) / (1 + independent)
    return float(np.exp(known * mean)), float(np.sqrt(variance * (1 + 1 / (independent + 1))))


def times(predicted: Mapping[str, Floats], level: Mapping[str, float]) -> dict[str, Floats]:
    """Each candidate brought to its level."""
    return {name: values * level[name] for name, values in predicted.items()}


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value))
