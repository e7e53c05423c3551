"""Texts in, readings out (S0.4, S0.27): probabilities, intents, spans, masks; and every kind of bad input."""

import json
import pickle
import time

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.voice.intents import INTENTS
from byname.voice.reader import Reader
from byname.voice.reading import READING, read

COLD = Reader.cold(("Dana Reed", "Omar Wells"), frozenset({"Carla Weber"}))


def one(words: str | None, reader: Reader = COLD) -> dict:
    return read([words], ["ticket"], reader).to_pylist()[0]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.one_of(st.none(), st.text(max_size=200)), max_size=6))
def test_there_is_one_row_for_each_text_and_what_it_says_holds_together(texts: list[str | None]) -> None:
    table = read(texts, [None] * len(texts), COLD)
    assert table.schema == READING
    assert table.num_rows == len(texts)
    for words, row in zip(texts, table.to_pylist(), strict=True):
        feelings = [row["negative"], row["neutral"], row["positive"]]
        if row["negative"] is None:
            assert feelings == [None] * 3
            assert all(row[name] is None for name in INTENTS)
            assert row["masked"] is None
        else:
            assert sum(feelings) == pytest.approx(1.0, abs=1e-9)
            assert all(0 <= row[name] <= 1 for name in INTENTS)
        assert not row["calibrated"]
        assert row["model"] == "lexicon and rules"
        for start, end, reading in json.loads(row["spans"]):
            assert 0 <= start < end <= len(words or "")
            assert reading in {*INTENTS, "negative", "positive"}


def test_a_text_is_read_the_same_alone_and_among_others() -> None:
    texts = ["I love it", None, "My lamp is broken!", "", "When will it come?"]
    together = read(texts, ["post"] * 5, COLD).to_pylist()
    assert together == [read([text], ["post"], COLD).to_pylist()[0] for text in texts]


@pytest.mark.parametrize("words", [None, "", "   \n\t ", "\x00\x01", "> quoted\n> only\n", "<p></p>"])
def test_where_nothing_is_said_nothing_is_read(words: str | None) -> None:
    row = one(words)
    assert row["negative"] is None
    assert row["intents"] == ""
    assert row["quote"] is None


def test_a_complaint_is_negative_and_thanks_are_positive_and_a_question_is_neutral() -> None:
    complaint, thanks, question = (
        one("My order arrived broken and nobody answers."), one("Thank you, great service!"), one("When do you open on Sunday?"),
    )  # fmt: skip
    assert complaint["negative"] > 0.7
    assert thanks["positive"] > 0.7
    assert question["neutral"] > 0.5
    assert complaint["intents"].split(", ") == ["complaint"]
    assert set(thanks["intents"].split(", ")) == {"thanks", "praise"}


def test_words_and_their_places_are_those_of_the_original() -> None:
    words = "<p>Hello &amp; good day,</p><p>my order is <b>broken</b>.</p>"
    spans = [(words[start:end], reading) for start, end, reading in json.loads(one(words)["spans"])]
    assert ("is <b>broken", "complaint") in spans
    assert ("broken", "negative") in spans


def test_personal_data_is_in_no_quote_and_not_in_what_is_shown() -> None:
    row = one("I am Carla Weber and I love your wonderful service. Call +49 30 1234567 or carla@mail.example.")
    for shown in (row["masked"], row["quote"]):
        assert "Weber" not in shown
        assert "1234567" not in shown
        assert "carla@" not in shown
    assert row["quote"] == "I am [name] and I love your wonderful service."


def test_a_text_of_a_special_category_is_neither_quoted_nor_shown() -> None:
    row = one("I love your wonderful shop, but I am in a wheelchair and cannot enter.")
    assert row["sensitive"]
    assert row["topic"] == "sensitive"
    assert row["quote"] is None
    assert row["masked"] is None


def test_staff_are_named_with_praise_and_blamed_by_name_nowhere_else() -> None:
    row = one("Dana Reed was wonderful, she solved it at once. But Omar was rude to me.")
    assert json.loads(row["employees"]) == [
        {"name": "Dana Reed", "praised": True},
        {"name": "Omar Wells", "praised": False},
    ]
    assert "Omar" not in row["masked"]
    assert "Dana" in row["masked"]


def test_staff_named_without_praise_or_blame_are_not_listed_and_small_letters_are_no_name() -> None:
    assert json.loads(one("I spoke with Dana on Monday.")["employees"]) == []
    assert json.loads(one("the reed basket is wonderful, i love it")["employees"]) == []


@pytest.mark.parametrize(
    "words",
    [
        "Oh great, another delay. Thanks for ruining my day!",
        "Yeah right, excellent service, broken again #sarcasm",
        "I love waiting for hours",
        "Danke für nichts!",
        "Ich bin sehr zufrieden und das ist auch nicht teuer, but the delivery was late and you were not there with this box",
        "the service is отлично спасибо",
        "😀😀😀",
    ],
)
def test_irony_two_languages_and_emoji_alone_are_uncertain_and_not_sure(words: str) -> None:
    assert one(words)["uncertain"]


def test_irony_is_not_read_as_thanks_or_praise() -> None:
    row = one("Thanks for ruining my day, great job losing my bag!")
    assert row["positive"] < 0.5
    assert "thanks" not in row["intents"]


def test_a_plain_text_is_not_uncertain_but_one_in_another_language_is_until_learned() -> None:
    assert not one("The delivery was quick and the lamp works well.")["uncertain"]
    assert one("Die Lieferung war schnell und die Lampe leuchtet gut.")["uncertain"]


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("The delivery was quick and the lamp works well.", "en"),
        ("Die Lieferung war schnell und die Lampe leuchtet.", "de"),
        ("La livraison a été rapide et la lampe marche bien.", "fr"),
        ("La entrega fue rápida y la lámpara funciona bien.", "es"),
        ("THE DELIVERY WAS QUICK AND THE LAMP WORKS", "en"),
        ("ok", None),
        ("12345 !!!", None),
    ],
)
def test_the_language_is_said_where_there_are_words_enough(words: str, language: str | None) -> None:
    assert one(words)["language"] == language


@pytest.mark.parametrize(
    "words",
    [
        "a\x00b\x07c good",
        "\ud800 broken \udfff lamp",
        "שירות מצוין תודה רבה לכם",
        "الخدمة ممتازة شكرا جزيلا لكم",
        "\u202eevil\u202c text",
        "İstanbul'da ŞİKAYET ẞ ﬁ broken",
        "e\u0301" * 300,
        "👨‍👩‍👧‍👦" * 200,
    ],
)
def test_odd_signs_are_read_and_written_as_text(words: str) -> None:
    row = one(words)
    row["masked"].encode()
    for start, end, _ in json.loads(row["spans"]):
        assert 0 <= start < end <= len(words)


@pytest.mark.parametrize(
    "words",
    [
        "word " * 200_000, "a" * 1_000_000, "<" * 1_000_000, "never again " * 80_000, "1" * 1_000_000, "?" * 1_000_000,
        "😀" * 250_000, "@a " * 300_000, "But no good. " * 80_000, "> x\n" * 250_000, "A. " * 300_000, "ab@" * 300_000,
    ],
)  # fmt: skip
def test_a_megabyte_is_cut_and_read_in_bounded_time(words: str) -> None:
    one("warm")
    begin = time.process_time()
    row = one(words)
    assert time.process_time() - begin < 2.0
    assert len(row["masked"] or "") <= 2_000


def test_a_reader_goes_to_other_processes_and_reads_there_alike() -> None:
    again = pickle.loads(pickle.dumps(COLD))  # noqa: S301 - as Spark does
    assert again.version == COLD.version
    assert one("I love it", again) == one("I love it")


def test_no_texts_give_an_empty_table() -> None:
    assert read([], [], COLD).schema == READING


def test_texts_without_media_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        read(["a", "b"], ["post"], COLD)


def test_more_than_a_batch_keeps_its_order() -> None:
    table = read(["I love it", "It is broken"] * 6_000, ["post"] * 12_000, COLD)
    assert isinstance(table, pa.Table)
    assert table["intents"].to_pylist() == ["praise", "complaint"] * 6_000
