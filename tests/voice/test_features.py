"""Texts as numbers: the batch finds what a reader of one text at a time would."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.voice.features import HIDDEN, terms, vocabulary, weigh

TEXTS = ["the lamp is broken", "the lamp is fine", "the lamp is late 12", "nothing", "", HIDDEN * 5 + " the lamp"]


def by_text(texts: list[str]) -> list[Counter[int]]:
    found = terms(texts)
    counted: list[Counter[int]] = [Counter() for _ in texts]
    for text, term, count in zip(found.text.tolist(), found.hash.tolist(), found.count.tolist(), strict=True):
        counted[text][term] += int(count)
    return counted


@settings(deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=40), min_size=1, max_size=8))
def test_a_text_has_the_same_terms_alone_and_in_a_batch(texts: list[str]) -> None:
    assert by_text(texts) == [by_text([text])[0] for text in texts]


def test_terms_are_as_many_as_counted_by_hand() -> None:
    # " ab cd ": the words ab and cd, the pair, and within each word and its edges runs of 2, 3 and 4 letters: 3 + 2 + 1.
    found = terms(["ab cd"])
    assert len(found.hash) == 3 + 2 * 6
    assert np.count_nonzero(found.letters) == 2 * 6


def test_case_digits_and_drawn_out_letters_are_no_difference() -> None:
    assert by_text(["Soooo GOOD on 12"])[0] == by_text(["soo good on 98"])[0]


def test_a_term_of_digits_alone_is_none() -> None:
    assert not terms(["12345 678"]).hash.size


def test_only_terms_of_three_people_are_kept() -> None:
    found = terms(TEXTS)
    known = vocabulary(found, np.array([1, 2, 2, 3, 4, 5]))
    lamp = terms(["lamp"]).hash
    assert np.isin(lamp, known.hashes).all()
    assert not np.isin(terms(["broken"]).hash[~terms(["broken"]).letters], known.hashes).any()
    two = vocabulary(found, np.array([1, 1, 2, 2, 2, 2]))
    assert not len(two.hashes)


def test_weights_are_tf_idf_of_length_one_by_block() -> None:
    """Second implementation: scikit-learn's, on the words alone."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = ["lamp lamp glass", "lamp wood", "glass wood wood", "lamp glass wood"]
    found = terms(texts)
    known = vocabulary(found, np.arange(4), least=1)
    ours = weigh(found, known).toarray()
    theirs = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit_transform(texts).toarray()
    words = ours[:, ~known.letters]
    assert sorted(np.round(words, 4).T.tolist()) == [
        pytest.approx(column, abs=2e-4) for column in sorted(np.round(theirs, 4).T.tolist())
    ]
    assert np.linalg.norm(ours[:, known.letters], axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_half_letters_and_signs_beyond_the_common_ones_are_taken() -> None:
    assert len(terms(["\ud800 😀 \U0001d49c\U0001d4b7 ok"]).hash)
