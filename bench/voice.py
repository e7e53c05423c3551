"""How well and how fast texts are read: with no labels, with two hundred, with all.

python bench/voice.py --data DIR [--million]

DIR holds `airline_tweets/Tweets.csv.gz` (labelled by people; a writer is never in both parts), and as far as they are
there `banking77/train.csv.gz`, `decide_madrid/*.csv.gz` and `stackexchange_coffee_posts/Posts.xml.gz`. None of it is ours
to hand on. `--million` reads a million texts and says what memory that took.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import re
import resource
import time
from pathlib import Path

import numpy as np

from byname.voice.learning import learned
from byname.voice.measures import calibration_error, macro_f1
from byname.voice.reader import Reader
from byname.voice.reading import FEELINGS, read

_FEW, _DRAWS, _MOST_READ = 200, 5, 2_500


def rows_of(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shares(texts: list[str], reader: Reader) -> np.ndarray:
    table = read(texts, ["post"] * len(texts), reader)
    return np.stack([table[name].to_numpy() for name in FEELINGS], axis=1)


def said(what: str, figure: str, aim: str = "") -> None:
    print(f"{what:66}{figure:>28}   {aim}", flush=True)


def per_second(texts: list[str], reader: Reader) -> float:
    read(texts[:10], ["post"] * 10, reader)
    begin = time.process_time()
    read(texts, ["post"] * len(texts), reader)
    return len(texts) / (time.process_time() - begin)


def tweets(folder: Path) -> tuple[list[str], np.ndarray, list[str]]:
    rows = rows_of(folder / "airline_tweets" / "Tweets.csv.gz")
    label = np.array([FEELINGS.index(row["airline_sentiment"]) for row in rows])
    return [row["text"] for row in rows], label, [row["name"] for row in rows]


def cold(texts: list[str], label: np.ndarray) -> None:
    reader = Reader.cold()
    found = shares(texts, reader).argmax(axis=1)
    said("no labels: macro-F1 over three classes", f"{macro_f1(label, found):.3f}")
    for place, name in enumerate(FEELINGS):
        right = np.sum((found == place) & (label == place))
        figures = f"P {right / np.sum(found == place):.3f} R {right / np.sum(label == place):.3f}"
        said(f"no labels: {name}", figures, "P .88" if name == "negative" else "")
    table = read(texts, ["post"] * len(texts), reader)
    for name in ("leaving", "thanks", "complaint", "praise"):
        here = np.array([name in one.split(", ") for one in table["intents"].to_pylist()])
        bad, good = np.mean(label[here] == 0), np.mean(label[here] == 2)
        said(f"no labels: {name}: texts, of them labelled negative, positive", f"{here.sum():,}, {bad:.3f}, {good:.3f}")
    said("no labels: texts a CPU second", f"{per_second(texts, reader):,.0f}", "1,500")


def all_labels(texts: list[str], label: np.ndarray, people: list[str]) -> None:
    found = learned(texts, ["post"] * len(texts), (label - 1).tolist(), people)
    said("all labels, by person in five parts: macro-F1", f"{found.f1:.3f}", ".76")
    said("all labels, by person in five parts: calibration error", f"{found.calibration_error:.3f}", ".03")
    if found.reader:
        said("all labels: texts a CPU second", f"{per_second(texts, found.reader):,.0f}", "1,500")
        said("all labels: letters of the model", f"{len(found.reader.to_json()):,}")


def half(texts: list[str], label: np.ndarray, people: list[str]) -> None:
    """Four fifths of the people teach, the others try: all through JSON, as it is in use."""
    every = sorted(set(people))
    random.Random(1).shuffle(every)
    teachers = set(every[: len(every) * 4 // 5])
    a = [place for place, who in enumerate(people) if who in teachers]
    b = [place for place, who in enumerate(people) if who not in teachers]
    reader = learned([texts[i] for i in a], ["post"] * len(a), (label[a] - 1).tolist(), [people[i] for i in a]).reader
    if reader:
        found = shares([texts[i] for i in b], Reader.from_json(reader.to_json()))
        said(
            "four fifths of the people teach: macro-F1 on the others", f"{macro_f1(label[b], found.argmax(axis=1)):.3f}"
        )
        said("four fifths of the people teach: calibration error", f"{calibration_error(label[b], found):.3f}")


def few(texts: list[str], label: np.ndarray, people: list[str]) -> None:
    who = np.unique(people, return_inverse=True)[1]
    scores, errors, kept = [], [], 0
    for draw in range(_DRAWS):
        order = np.random.default_rng(draw).permutation(len(texts))
        a, b = order[:_FEW], order[_FEW:]
        b = b[~np.isin(who[b], who[a])][:_MOST_READ]
        teach = [texts[i] for i in a]
        found = learned(teach, ["post"] * _FEW, (label[a] - 1).tolist(), [people[i] for i in a])
        kept += found.reader is not None
        read_as = shares([texts[i] for i in b], found.reader or Reader.cold())
        scores.append(macro_f1(label[b], read_as.argmax(axis=1)))
        if found.reader:
            errors.append(calibration_error(label[b], read_as))
    said(f"{_FEW} labels, {_DRAWS} draws: macro-F1, mean and least", f"{np.mean(scores):.3f}, {min(scores):.3f}", ".65")
    said(f"{_FEW} labels: kept, calibration error", f"{kept} of {_DRAWS}, {np.mean(errors or [np.nan]):.3f}")


def questions(folder: Path) -> None:
    rows = rows_of(folder / "banking77" / "train.csv.gz")
    table = read([row["text"] for row in rows], ["ticket"] * len(rows), Reader.cold())
    intents = [one.split(", ") for one in table["intents"].to_pylist()]
    ends = np.array([row["category"] == "terminate_account" for row in rows])
    leaving = np.array(["leaving" in one for one in intents])
    asks = np.array(["question" in one for one in intents])
    said(
        "bank: of texts with a question mark, read as a question",
        f"{np.mean(asks[['?' in row['text'] for row in rows]]):.3f}",
    )
    said("bank: wishes to end the account, read as leaving", f"{leaving[ends].mean():.3f} of {ends.sum()}")
    said("bank: all others, read as leaving", f"{leaving[~ends].mean():.4f} of {(~ends).sum():,}")


def spanish(folder: Path) -> None:
    rows = rows_of(folder / "decide_madrid" / "comments.csv.gz")
    texts = [row["text"] for row in rows if len(row["text"]) >= 40]
    table = read(texts, ["community"] * len(texts), Reader.cold())
    said(
        "Madrid: comments of 40 letters or more said to be Spanish",
        f"{np.mean([one == 'es' for one in table['language'].to_pylist()]):.3f}",
    )
    said("Madrid: of these, not said to be sure", f"{np.mean(table['uncertain'].to_pylist()):.3f}")
    said(
        "Madrid: read as leaving, thanks",
        ", ".join(
            f"{np.mean([name in one.split(', ') for one in table['intents'].to_pylist()]):.4f}"
            for name in ("leaving", "thanks")
        ),
    )


def posts(folder: Path) -> None:
    import html

    with gzip.open(folder / "stackexchange_coffee_posts" / "Posts.xml.gz", "rt", encoding="utf-8-sig") as file:
        rows = [dict(re.findall(r'(\w+)="([^"]*)"', line)) for line in file if "<row" in line]
    for kind, name in (("1", "questions"), ("2", "answers")):
        texts = [
            f"{html.unescape(row.get('Title', ''))}\n{html.unescape(row['Body'])}"
            for row in rows
            if row["PostTypeId"] == kind
        ]
        table = read(texts, ["community"] * len(texts), Reader.cold())
        asks = np.mean(["question" in one for one in table["intents"].to_pylist()])
        said(f"coffee: {name}, read as a question", f"{asks:.3f} of {len(texts)}")


def million(texts: list[str]) -> None:
    reader, some = Reader.cold(), (texts * (10_000 // len(texts) + 1))[:10_000]
    for count in range(1, 101):
        read(some, ["post"] * len(some), reader)
        if count in {5, 100}:
            said(
                f"peak memory after {count * 10_000:,} texts",
                f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB",
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--million", action="store_true")
    asked = parser.parse_args()
    texts, label, people = tweets(asked.data)
    cold(texts, label)
    few(texts, label, people)
    all_labels(texts, label, people)
    half(texts, label, people)
    for folder, part in (("banking77", questions), ("decide_madrid", spanish), ("stackexchange_coffee_posts", posts)):
        if (asked.data / folder).is_dir():
            part(asked.data)
    if asked.million:
        million(texts)


if __name__ == "__main__":
    main()
