"""VADER's numbers, by our sums."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from byname.voice.lexicon import sound

ANALYZER = SentimentIntensityAnalyzer()
WORDS = (
    "good BAD not no never so this very VERY kind of but without doubt least at the shit bomb bad ass bus stop yeah right :) :-( ! ?? isn't great awful "
    "love hate cannot or nor just enough sort happy 😀 💔 word WORD 'quoted' (bad) hardly more, good. useless"
).split()


@pytest.mark.parametrize(
    ("text", "compound"),
    [
        # As printed in the documentation of vaderSentiment.
        ("VADER is smart, handsome, and funny.", 0.8316),
        ("VADER is smart, handsome, and funny!", 0.8439),
        ("VADER is VERY SMART, handsome, and FUNNY!!!", 0.9342),
        ("VADER is not smart, handsome, nor funny.", -0.7424),
        ("At least it isn't a horrible book.", 0.431),
        ("Today SUX!", -0.5461),
        ("Not bad at all", 0.431),
    ],
)
def test_published_scores_are_found(text: str, compound: float) -> None:
    assert sound(text).compound == compound


@settings(deadline=None, max_examples=400)
@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join))
@example("no so good but not bad but good")
@example("")
def test_the_package_finds_the_same(text: str) -> None:
    ours, theirs = sound(text), ANALYZER.polarity_scores(text)
    found = [ours.negative, ours.neutral, ours.positive, ours.compound]
    # To their own rounding; half a thousandth may fall to either side.
    assert (
        found == pytest.approx([theirs["neg"], theirs["neu"], theirs["pos"], theirs["compound"]], abs=1.1e-3)
        or not text
    )


def test_it_says_which_letters_carried_it() -> None:
    text = "  It is (awful), but 😀 I love it!"
    assert [text[start:end] for start, end, _ in sound(text).words] == ["awful", "😀", "love"]
