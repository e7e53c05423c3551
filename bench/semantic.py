"""What the semantic reader adds, and what it costs: with few labels, with and without, on people that were not seen.

python bench/semantic.py --data DIR [--times N] [--labels 50 100 …]      airline tweets, in DIR/airline_tweets
"""

from __future__ import annotations

import argparse
import csv
import gzip
import tempfile
import time
from pathlib import Path

import numpy as np

from byname.voice.learning import Learned, learned
from byname.voice.measures import calibration_error, macro_f1
from byname.voice.reader import Reader
from byname.voice.reading import FEELINGS, read
from byname.voice.semantic import available, embed

_SPEED = 1_000  # texts that are read to see how long it takes
_MEDIUM = "post"


def tweets(folder: Path) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Words, labels -1, 0, 1, and who wrote each, as a number."""
    with gzip.open(folder / "airline_tweets" / "Tweets.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    number = {name: place for place, name in enumerate(sorted({row["name"] for row in rows}))}
    label = np.array([FEELINGS.index(row["airline_sentiment"]) - 1 for row in rows])
    return [row["text"] for row in rows], label, np.array([number[row["name"]] for row in rows])


def tried(words: list[str], label: np.ndarray, shares_of: Reader) -> tuple[float, float]:
    """Macro-F1 and calibration error of a reader."""
    table = read(words, [_MEDIUM] * len(words), shares_of)
    shares = np.stack([table[name].to_numpy() for name in FEELINGS], axis=1)
    return macro_f1(label + 1, shares.argmax(axis=1)), calibration_error(label + 1, shares)


def taught(words: list[str], label: np.ndarray, who: np.ndarray, cache: Path | None) -> Learned:
    return learned(words, [_MEDIUM] * len(words), label.tolist(), who.tolist(), semantic=cache)


def few_labels(data: Path, cache: Path, times: int, labels: list[int]) -> None:
    words, label, who = tweets(data)
    print(
        f"macro-F1 on 1,500 texts of people that were not seen (calibration error); means of {times} draws ± their spread\n"
    )
    print(
        "| labels | rules | words, where they win | words, and what they mean where it wins | gain, pairwise | kept |"
    )
    print("|---|---|---|---|---|---|")
    for count in labels:
        found = []
        for seed in range(times):
            rng = np.random.default_rng(seed)
            taken = (rng.permutation(who.max() + 1) < who.max() // 2)[who]
            at = rng.permutation(np.flatnonzero(taken))[:count]
            other = rng.permutation(np.flatnonzero(~taken))[:1_500]
            row = [*tried([words[place] for place in other], label[other], Reader.cold())]
            for folder in (None, cache):
                of = taught([words[place] for place in at], label[at], who[at], folder)
                reader = of.reader or Reader.cold()
                row += tried([words[place] for place in other], label[other], reader)
            found.append([*row, float(reader.model is not None and reader.model.semantic)])
        mean, spread, gain = (
            np.mean(found, axis=0),
            np.std(found, axis=0),
            np.array(found) @ np.array([0, 0, -1, 0, 1, 0, 0]),
        )
        print(
            f"| {count:,} | {mean[0]:.3f} | {mean[2]:.3f} ± {spread[2]:.3f} ({mean[3]:.3f}) | {mean[4]:.3f} ± {spread[4]:.3f} ({mean[5]:.3f})"
            f" | {gain.mean():+.3f} ± {gain.std():.3f} | {mean[6] * times:.0f} of {times} |",
            flush=True,
        )


def speed(data: Path, cache: Path) -> None:
    words, label, who = tweets(data)
    at = np.random.default_rng(0).permutation(len(words))
    some, others = at[:200], [words[place] for place in at[200 : 200 + _SPEED]]
    embed(others[:8], cache)  # opened before the clock runs
    print("\n| CPU time | texts a second |\n|---|---|")
    start = time.process_time()
    embed(others, cache)
    print(f"| embeddings alone | {_SPEED / (time.process_time() - start):,.0f} |")
    for name, folder in (("reading, words", None), ("reading, words and meaning", cache)):
        reader = taught([words[place] for place in some], label[some], who[some], folder).reader or Reader.cold()
        read(others[:8], [_MEDIUM] * 8, reader)
        start = time.process_time()
        read(others, [_MEDIUM] * _SPEED, reader)
        kept = "" if folder is None or (reader.model is not None and reader.model.semantic) else " (was not kept)"
        print(f"| {name}{kept} | {_SPEED / (time.process_time() - start):,.0f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--labels", type=int, nargs="+", default=[50, 100, 200, 1_000])
    of = parser.parse_args()
    if not available():
        raise SystemExit("Install the extra first: pip install 'byname[semantic]'")
    with tempfile.TemporaryDirectory() as folder:
        few_labels(of.data, Path(folder), of.times, of.labels)
        speed(of.data, Path(folder))


if __name__ == "__main__":
    main()
