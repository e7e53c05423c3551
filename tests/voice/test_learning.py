"""A company's own labels teach the reader (S0.27); it is kept only where it wins on people that it has not seen."""

import json

import numpy as np
import pytest

from byname.errors import BynameError
from byname.voice.intents import INTENTS
from byname.voice.learning import LEAST, Correction, Learned, learn, learned
from byname.voice.measures import calibration_error, macro_f1
from byname.voice.reader import Reader
from byname.voice.reading import read

# A shop's own words, which no lexicon knows: that is what ratings teach.
GOOD = "glimmery", "sturdo", "fluffel", "brisky"
BAD = "wobblish", "scrumply", "leakaway", "grindle"
PLAIN = "lamp", "shade", "parcel", "box", "cord", "switch", "wood", "glass"


def made(count: int, seed: int = 0, *, per_person: int = 2) -> tuple[list[str], list[int], list[str]]:
    """Texts of a world that is known: a class by its own words, nine times in ten."""
    rng = np.random.default_rng(seed)
    texts, labels, people = [], [], []
    for number in range(count):
        label = int(rng.choice([-1, 0, 1], p=[0.4, 0.2, 0.4]))
        told = label if rng.random() < 0.9 else int(rng.choice([-1, 0, 1]))
        own = {1: GOOD, -1: BAD, 0: PLAIN}[told]
        words = [*rng.choice(PLAIN, 5), *rng.choice(own, 2)]
        texts.append("the " + " ".join(rng.permutation(words)))
        labels.append(label)
        people.append(f"p{number // per_person}")
    return texts, labels, people


def shares(reader: Reader, texts: list[str], medium: str = "review") -> np.ndarray:
    table = read(texts, [medium] * len(texts), reader)
    return np.stack([table[name].to_numpy() for name in ("negative", "neutral", "positive")], axis=1)


@pytest.fixture(scope="module")
def taught() -> Learned:
    texts, labels, people = made(600)
    return learned(texts, ["review"] * len(texts), labels, people)


def test_what_was_put_into_a_simulated_company_is_found_on_its_other_people(taught: Learned) -> None:
    texts, labels, _ = made(1000, seed=1)
    assert taught.reader is not None
    found = shares(taught.reader, texts)
    label = np.array(labels) + 1
    # Nine in ten are told by their words: the best there is has an F1 of about .93.
    assert macro_f1(label, found.argmax(axis=1)) > 0.88
    assert calibration_error(label, found) < 0.06


def test_figures_on_held_out_people_are_those_of_new_people(taught: Learned) -> None:
    texts, labels, _ = made(2000, seed=2)
    assert taught.reader is not None
    assert taught.f1 == pytest.approx(
        macro_f1(np.array(labels) + 1, shares(taught.reader, texts).argmax(axis=1)), abs=0.04
    )
    assert taught.f1_cold is not None
    assert taught.f1 > taught.f1_cold + 0.3


def test_a_reader_that_learned_says_so_and_is_calibrated_where_it_learned_alone(taught: Learned) -> None:
    assert taught.reader is not None
    table = read(["the glimmery lamp"] * 2, ["review", "ticket"], taught.reader)
    assert table["calibrated"].to_pylist() == [True, False]
    assert table["model"][0].as_py() == f"trained on 600 texts ({taught.reader.version[:8]})"
    assert taught.media == ("review",)


def test_a_medium_with_few_rated_texts_is_not_calibrated() -> None:
    texts, labels, people = made(300)
    media = ["survey"] * 20 + ["review"] * 280
    assert learned(texts, media, labels, people).media == ("review",)


def test_below_fifty_texts_nothing_is_learned_and_it_is_said_why() -> None:
    texts, labels, people = made(LEAST - 1)
    found = learned(texts, ["review"] * len(texts), labels, people)
    assert found.reader is None
    assert found.why == f"{LEAST - 1} labelled texts; it takes {LEAST}"
    assert learn(texts, ["review"] * len(texts), labels, people) is None


def test_labels_that_say_nothing_are_not_kept_and_the_figures_are_there() -> None:
    rng = np.random.default_rng(3)
    texts = ["thank you, great service"] * 100 + ["broken, awful, nobody answers"] * 100
    labels = [*rng.choice([1, 1, 1, 0], 100).tolist(), *rng.choice([-1, -1, -1, 0], 100).tolist()]
    found = learned(texts, ["review"] * 200, labels, [f"p{n}" for n in range(200)])
    assert found.reader is None
    assert found.f1 is not None
    assert found.why.startswith("not kept: macro-F1")


def test_one_sort_of_label_alone_teaches_nothing() -> None:
    texts, _, people = made(100)
    assert learned(texts, ["review"] * 100, [1] * 100, people).reader is None


def test_two_sorts_of_label_are_enough() -> None:
    texts, labels, people = made(400)
    two = [place for place, label in enumerate(labels) if label]
    found = learned([texts[i] for i in two], ["review"] * len(two), [labels[i] for i in two], [people[i] for i in two])
    assert found.f1 is not None
    assert found.f1 > 0.85


def test_one_person_of_fifty_thousand_messages_does_not_outweigh_the_others() -> None:
    texts, labels, people = made(300)
    many = 50_000
    flood = ["the glimmery sturdo lamp"] * many
    reader = learn(texts + flood, ["review"] * (300 + many), labels + [-1] * many, people + ["one"] * many)
    assert reader is not None
    new, right, _ = made(500, seed=5)
    assert macro_f1(np.array(right) + 1, shares(reader, new).argmax(axis=1)) > 0.85


def test_a_correction_takes_the_place_of_a_rating_and_weighs_more() -> None:
    texts, labels, people = made(200)
    odd = ["the zorbing lamp"] * 12
    words, marks, who = texts + odd, labels + [1] * 12, people + [f"q{n}" for n in range(12)]
    plain = learn(words, ["review"] * 212, marks, who)
    mended = learn(
        words, ["review"] * 212, marks, who, corrections=[Correction(200 + n, "negative") for n in range(12)]
    )
    assert plain is not None
    assert mended is not None
    assert shares(plain, ["a zorbing lamp"])[0].argmax() == 2
    assert shares(mended, ["a zorbing lamp"])[0].argmax() == 0


def test_ratings_teach_no_complaint_but_corrections_do() -> None:
    texts, labels, people = made(300)
    rated = learn(texts, ["review"] * 300, labels, people)
    assert rated is not None
    complaint = "the wobblish leakaway lamp"
    assert read([complaint], ["review"], rated)["complaint"][0].as_py() == 0
    corrections = [Correction(n, "complaint" if labels[n] < 0 else "not complaint") for n in range(300)]
    found = learned(texts, ["review"] * 300, labels, people, corrections=corrections)
    assert found.intents == ("complaint",)
    assert found.reader is not None
    assert read([complaint], ["review"], found.reader)["complaint"][0].as_py() > 0.6


def test_a_label_that_is_none_is_refused() -> None:
    texts, labels, people = made(60)
    with pytest.raises(ValueError, match="found label 5"):
        learn(texts, ["review"] * 60, [5, *labels[1:]], people)
    with pytest.raises(ValueError, match="found label 'sad'"):
        learn(texts, ["review"] * 60, labels, people, corrections=[Correction(0, "sad")])


def test_learning_twice_gives_the_same(taught: Learned) -> None:
    texts, labels, people = made(600)
    again = learn(texts, ["review"] * 600, labels, people)
    assert again is not None
    assert taught.reader is not None
    assert again.version == taught.reader.version


def test_a_model_holds_nobodys_words_and_no_term_of_fewer_than_three_people() -> None:
    texts, labels, people = made(300)
    reader = learn(
        [f"{text} anneliese" if who == "p1" else text for text, who in zip(texts, people, strict=True)],
        ["review"] * 300,
        labels,
        people,
    )
    assert reader is not None
    assert "anneliese" not in reader.to_json()
    assert reader.model is not None
    from byname.voice.features import terms

    own = terms(["anneliese"])
    assert not np.isin(own.hash[~own.letters], reader.model.vocabulary.hashes).any()


def test_a_reader_comes_back_from_its_text_and_reads_alike(taught: Learned) -> None:
    assert taught.reader is not None
    again = Reader.from_json(taught.reader.to_json())
    texts, _, _ = made(50, seed=4)
    assert again.version == taught.reader.version
    assert read(texts, ["review"] * 50, again).equals(read(texts, ["review"] * 50, taught.reader))


def test_names_are_no_part_of_the_version_nor_of_the_text() -> None:
    plain, named = Reader.cold(("Dana Reed",)), Reader.cold(("Dana Reed",), frozenset({"Carla Weber"}))
    assert plain.version == named.version
    assert "arla" not in named.to_json()
    assert plain.version != Reader.cold().version


def damaged(text: str, key: str, value: object) -> str:
    written = json.loads(text)
    written["model"][key] = value
    return json.dumps(written)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hashes", "AAAA"), ("hashes", "!"), ("hashes", None), ("hashes", "AAAAAAAAAAAAAAAAAAAAAA=="), ("idf", ""), ("idf", 5),
        ("numbers", ["a"]), ("sentiment", {}), ("sentiment", []), ("texts", "many"), ("texts", -1), ("scales", []),
        ("scales", {"review": [1, 2]}), ("scales", {"review": [1, 0, 0, 1e300]}), ("other", [float("nan"), 0, 0, 0]), ("other", ["1", 0, 0, 0]),
        ("intents", {"murder": {}}), ("intents", {"complaint": {"terms": ""}}),
    ],
)  # fmt: skip
def test_a_damaged_model_is_refused_with_what_to_do(taught: Learned, key: str, value: object) -> None:
    assert taught.reader is not None
    with pytest.raises(BynameError, match="Remove models/voice"):
        Reader.from_json(damaged(taught.reader.to_json(), key, value))


def test_weights_that_are_not_finite_are_refused(taught: Learned) -> None:
    import base64

    assert taught.reader is not None
    written = json.loads(taught.reader.to_json())
    size = len(base64.b64decode(written["model"]["sentiment"]["bias"])) // 4
    written["model"]["sentiment"]["bias"] = base64.b64encode(np.full(size, np.nan, dtype="<f4").tobytes()).decode()
    with pytest.raises(BynameError, match="not finite"):
        Reader.from_json(json.dumps(written))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{",
        '{"version": 99}',
        '{"version": 1}',
        '{"version": 1, "employees": [5], "model": null}',
        "[" * 100_000,
    ],
)
def test_what_is_no_reader_is_refused(text: str) -> None:
    with pytest.raises(BynameError, match="reader of texts"):
        Reader.from_json(text)


def test_measures_are_those_worked_out_by_hand() -> None:
    label = np.array([0, 0, 1, 2])
    # F1: 2/3 (one of two found, none wrong), 2/3 (found, one wrong), 1.
    assert macro_f1(label, np.array([0, 1, 1, 2])) == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    sure = np.array([[0.9, 0.1, 0.0], [0.9, 0.05, 0.05], [0.95, 0.05, 0.0], [0.0, 0.0, 1.0]])
    # Bins: two at .9 (both right: .1 too little), one at .95 and one at 1 in the last (one right of two: .975 - .5).
    assert calibration_error(label, sure) == pytest.approx((2 * 0.1 + 2 * 0.475) / 4)
    assert set(INTENTS) >= {"complaint", "leaving"}
