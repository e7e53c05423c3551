"""What to believe of this company's customers: chosen on its own earlier windows, kept until the next choice.

A window is an earlier day: the candidates see what was known then, and are held against what was spent after it. From
the windows come the blend's weights, its level, the ranges, the chances of being among the best, and the record.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from byname.value.blend import weights
from byname.value.candidates import LEARNED, PLAIN, Fitted
from byname.value.learned import FEWEST, Learned, learn
from byname.value.ranges import Places, Ranges, Tops, coverage
from byname.value.scores import came_true, capture, gini, mean_absolute_error, total_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from byname.value.rows import Floats, Ints, Rows

    type Read = Callable[[date, date], tuple[Rows, Floats, Ints]]

__all__ = ["REFERENCE", "Policy", "Record", "Score", "Window", "choose", "default", "levelled"]

# Its level is the blend's: a rule's or the trees' is that of other months, this one knows that people leave.
REFERENCE = "Pareto/NBD, all orders"
BLEND = "blend"
MONTH, YEAR = 30, 365
_FEWEST = 30  # people, for a window to say anything
_SHORTEST = 14  # days
_APART = (0, 14, 28)  # days before the newest window
_MOST = 20_000  # people on which weights are chosen
_FIRST = 50
_TENTH = 10
# How wrong a shop's total tends to be where nothing else is known of it.
_LEVEL_SD = 0.15


@dataclass(frozen=True)
class Window:
    """Buyers at an earlier day, and what each spent in the days after it."""

    day: date
    days: int
    span_days: float
    rows: Rows
    spent: Floats
    place: Ints


@dataclass(frozen=True)
class Score:
    """How one candidate did on one window; units in `byname.value.scores`."""

    day: str
    days: int
    candidate: str
    people: int
    gini: float
    capture: float
    mae: float
    total_error: float
    coverage: float | None = None


@dataclass(frozen=True)
class Record:
    """Of the first people by prediction at an earlier day, how many were among as many real first ones.

    Attributes:
        day: the day of the prediction.
        days: the days that were predicted.
        first: how many first people.
        came_true: of the blend's.
        plain: of the plain rule's, past spend.
        held_out: the weights were chosen without these days.
    """

    day: str
    days: int
    first: int
    came_true: int
    plain: int
    held_out: bool


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
        learned: the trees, where they are part of the blend.
        scores: of every candidate, and of the blend, on the windows.
        calibration: by twenty places from the least: people, expected and real spend, on the newest window.
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
    calibration: tuple[tuple[int, float, float], ...] = ()
    record: Record | None = None

    def to_json(self) -> str:
        """As text; `from_json` gives the same policy back, to the last digit."""
        return json.dumps(asdict(self), default=_plain)

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

    def serves(self, as_of: date, horizon_days: int, people: int) -> bool:
        """Is it still the one to use? Not before its own days, a quarter later, or for twice the people."""
        age = (as_of - self.trained_upto).days
        return 0 <= age <= 92 and horizon_days == self.horizon_days and people <= 2 * max(self.people, _FEWEST)  # noqa: PLR2004

    def predict(self, fitted: Fitted, rows: Rows, days: float) -> dict[str, Floats]:
        """Spend by candidate that is part of the blend, and by the reference, each at its own level."""
        return _predicted(fitted, rows, days, {REFERENCE, *self.weights} - {LEARNED}, self.learned)


def default(as_of: date, horizon_days: int, people: int) -> Policy:
    """Where nothing was seen yet: the best single model on every shop tried."""
    return Policy(as_of, horizon_days, 0, people, {REFERENCE: 1.0})


def levelled(predicted: Mapping[str, Floats], level: float) -> dict[str, float]:
    """By what to multiply each candidate so that all have the reference's total, times a level."""
    total = float(predicted[REFERENCE].sum())
    return {name: level * total / (float(values.sum()) or 1.0) for name, values in predicted.items()}


def choose(read: Read, *, first: date, as_of: date, horizon_days: int, people: int) -> Policy:
    """Choose on earlier windows of the company's own history.

    Args:
        read: buyers at the end of a day, what each spent after it until another day, and a number of each person.
        first: the day of the first purchase.
        as_of: the last day that may be seen.
        horizon_days: what is to be predicted.
        people: buyers in all; `read` may give a sample of them.

    Returns:
        The policy; `default` where the history is too short or the people are too few.
    """
    span = (as_of - first).days + 1
    seen = min(horizon_days, span // 2)
    windows = _windows(read, first, as_of, seen)
    if not windows:
        return default(as_of, horizon_days, people)
    predicted, learned = _out_of_sample(windows)
    at_one_level = [_times(window, levelled(window, 1.0)) for window in predicted]
    few = [slice(0, _MOST)] * len(windows)
    chosen = weights(
        [
            {name: values[part] for name, values in window.items()}
            for window, part in zip(at_one_level, few, strict=True)
        ],
        [window.spent[part] for window, part in zip(windows, few, strict=True)],
    )
    blended = [_sum(window, chosen) for window in at_one_level]
    level, level_sd = _level(windows, blended, seen)
    expected = [level * one for one in blended]
    places = [Places.of(one)(one) for one in expected]
    ranges = Ranges.of(
        np.concatenate(places), np.concatenate(expected), np.concatenate([window.spent for window in windows])
    )
    months = _windows(read, first, as_of, min(MONTH, span // 2), apart=(0, MONTH, 2 * MONTH))
    policy = Policy(
        trained_upto=as_of,
        horizon_days=horizon_days,
        seen_days=seen,
        people=people,
        weights=chosen,
        level=level,
        level_sd=level_sd,
        season_seen=_season_seen(first, as_of, horizon_days),
        ranges=ranges,
        year=Tops.of([(place, window.spent) for place, window in zip(places, windows, strict=True)]),
        learned=learned if LEARNED in chosen else None,
        scores=_scores(windows, predicted, expected, ranges),
        calibration=_calibration(windows[0], expected[0]),
        record=_record(windows[0], expected[0], predicted[0], held_out=False),
    )
    return _with_month(policy, months)


def _with_month(policy: Policy, windows: Sequence[Window]) -> Policy:
    if not windows:
        return policy
    seen = []
    for window in windows:
        fitted = Fitted.on(window.rows, window.span_days)
        predicted = policy.predict(fitted, window.rows, window.days)
        blended = _sum(_times(predicted, levelled(predicted, 1.0)), policy.weights)
        seen.append((Places.of(blended)(blended), window.spent))
    return replace(policy, month=Tops.of(seen))


def _windows(
    read: Read,
    first: date,
    as_of: date,
    days: int,
    apart: Sequence[int] = _APART,
) -> list[Window]:
    """The newest windows of that length, the same season a year ago, and the one before, as far as history goes."""
    if days < _SHORTEST:
        return []
    newest = as_of - timedelta(days=days)
    wanted = [newest - timedelta(days=back) for back in apart]
    for day in (newest - timedelta(days=days), as_of - timedelta(days=YEAR)):
        if (day - first).days >= days and day + timedelta(days=days) <= as_of and day not in wanted:
            wanted.append(day)
    found = []
    for day in wanted:
        if (day - first).days < _SHORTEST:
            continue
        rows, spent, place = read(day, day + timedelta(days=days))
        if len(rows) >= _FEWEST and int((spent > 0).sum()) >= _TENTH:
            found.append(Window(day, days, (day - first).days + 1.0, rows, spent, place))
    return found


def _predicted(
    fitted: Fitted, rows: Rows, days: float, names: set[str] | list[str], learned: Learned | None
) -> dict[str, Floats]:
    ordered = [name for name in fitted.names if name in names]
    found = fitted.expected_spend(rows, days, ordered)
    if learned:
        found[LEARNED] = learned.expected_spend(rows)
    return found


def _out_of_sample(windows: Sequence[Window]) -> tuple[list[dict[str, Floats]], Learned | None]:
    """Each candidate's prediction of people and days that it did not see; and the trees trained on everything.

    Purchase models see only what was before the window's day. The trees need windows to learn from: two halves of the
    people, each predicted by the trees of the other half.
    """
    found = []
    for window in windows:
        fitted = Fitted.on(window.rows, window.span_days)
        found.append(_predicted(fitted, window.rows, window.days, fitted.names, None))
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


def _season_seen(first: date, as_of: date, horizon_days: int) -> bool:
    def months(begin: date, days: int) -> set[int]:
        return {(begin + timedelta(days=one)).month for one in range(min(days, 366))}

    return months(as_of + timedelta(days=1), horizon_days) <= months(first, (as_of - first).days + 1)


def _scores(
    windows: Sequence[Window], predicted: Sequence[Mapping[str, Floats]], expected: Sequence[Floats], ranges: Ranges
) -> tuple[Score, ...]:
    found = []
    for window, each, blended in zip(windows, predicted, expected, strict=True):
        found += [_score(window, name, values) for name, values in each.items()]
        low, median, high = ranges.of_people(Places.of(blended)(blended), blended)
        found.append(_score(window, BLEND, blended, coverage(window.spent, low, high)))
        found.append(_score(window, f"{BLEND}, median", median))
    return tuple(found)


def _score(window: Window, name: str, values: Floats, held: float | None = None) -> Score:
    spent = window.spent
    return Score(
        window.day.isoformat(),
        window.days,
        name,
        len(spent),
        gini(spent, values),
        capture(spent, values),
        mean_absolute_error(spent, values),
        total_error(spent, values),
        held,
    )


def _calibration(window: Window, expected: Floats) -> tuple[tuple[int, float, float], ...]:
    order = np.argsort(expected, kind="stable")
    parts = np.array_split(order, min(20, max(1, len(order) // _TENTH)))
    return tuple((len(part), float(expected[part].mean()), float(window.spent[part].mean())) for part in parts)


def _record(window: Window, expected: Floats, predicted: Mapping[str, Floats], *, held_out: bool) -> Record:
    first = min(_FIRST, max(1, len(expected) // _TENTH))
    return Record(
        window.day.isoformat(),
        window.days,
        first,
        came_true(window.spent, expected, first),
        came_true(window.spent, predicted[PLAIN], first),
        held_out,
    )


def _times(predicted: Mapping[str, Floats], level: Mapping[str, float]) -> dict[str, Floats]:
    return {name: values * level[name] for name, values in predicted.items()}


def _sum(predicted: Mapping[str, Floats], chosen: Mapping[str, float]) -> Floats:
    total: Floats = np.sum([weight * predicted[name] for name, weight in chosen.items()], axis=0)
    return total


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value))
