"""Only the new part of a message is read, and every letter of it knows where it stood (S0.27)."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.voice.clean import MOST_LETTERS, clean


@pytest.mark.parametrize(
    "above",
    [
        "On Mon, 3 Feb 2020 at 10:00, Support Team <help@shop.example> wrote:",
        "On Mon, 3 Feb 2020 at 10:00, Support Team\n<help@shop.example> wrote:",
        "Am 03.02.2020 um 10:00 schrieb Support Team <help@shop.example>:",
        "Le lun. 3 févr. 2020 à 10:00, Support <help@shop.example> a écrit :",
        "El lun, 3 feb 2020 a las 10:00, Soporte (<help@shop.example>) escribió:",
        "Il giorno lun 3 feb 2020 alle ore 10:00 Supporto <help@shop.example> ha scritto:",
        "Op ma 3 feb. 2020 om 10:00 schreef Support <help@shop.example>:",
        "Em seg., 3 de fev. de 2020 às 10:00, Suporte <help@shop.example> escreveu:",
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "----- Mensaje original -----",
        "________________________________",
        "From: Support <help@shop.example>\nSent: Monday\nTo: Ann\nSubject: Re: lamp",
        "Von: Support <help@shop.example>\nGesendet: Montag\nAn: Ann\nBetreff: Lampe",
        "De : Support <help@shop.example>\nEnvoyé : lundi\nÀ : Ann\nObjet : lampe",
    ],
)
def test_what_a_mail_program_quotes_is_not_read(above: str) -> None:
    assert clean(f"The lamp is broken.\n\n{above}\nWe are sorry.\n").text.strip() == "The lamp is broken."


def test_an_answer_below_and_between_quoted_lines_is_read() -> None:
    words = "On Mon, 3 Feb 2020, Support wrote:\n> When did you order?\nLast week.\n> In which colour?\nBlue.\n"
    assert clean(words).text.split() == ["Last", "week.", "Blue."]


def test_signatures_and_the_telephones_advertising_are_not_read() -> None:
    assert clean("It works.\nSent from my phone\n-- \nAnn\nDirector").text == "It works.\n"
    assert clean("Es geht.\nVon meinem iPhone gesendet").text == "Es geht.\n"


def test_of_html_only_the_new_words_are_read() -> None:
    words = (
        "<html><head><style>p {color: red}</style></head><body><p>Too&nbsp;late &amp; <b>wet</b></p>"
        '<div class="gmail_quote">On Monday Support wrote:<blockquote>We are sorry</blockquote></div></body></html>'
    )
    assert clean(words).text.split() == ["Too", "late", "&", "wet"]


def test_words_after_a_quoted_block_are_read() -> None:
    assert clean(
        "<div>one</div><blockquote>old<blockquote>older</blockquote></blockquote><div>two</div>"
    ).text.split() == [
        "one",
        "two",
    ]


def test_a_letter_after_markup_knows_where_it_stood() -> None:
    words = "<p>Not <b>good</b> &amp; late</p>"
    cleaned = clean(words)
    start = cleaned.text.index("late")
    a, b = cleaned.original(start, start + 4)
    assert words[a:b] == "late"
    start = cleaned.text.index("&")
    assert cleaned.original(start, start + 1)[0] == words.index("&amp;")


def test_signs_that_are_no_markup_stay() -> None:
    assert clean("I <3 it, 2 < 3 and 5 > 4").text == "I <3 it, 2 < 3 and 5 > 4"


def test_control_signs_null_bytes_and_half_letters_become_spaces_and_keep_places() -> None:
    cleaned = clean("a\x00b\ud800c\u202ed")
    assert cleaned.text == "a b c d"
    assert cleaned.original(6, 7) == (6, 7)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<blockquote>",
                "</blockquote>",
                "&amp;",
                "&#65;",
                "\n",
                "> ",
                "word ",
                "On x wrote:",
                "-- ",
                "é",
                "😀",
                "<",
                "&",
                "From: a\n",
                "Sent: b\n",
            ]
        ),
        max_size=30,
    )
)
def test_every_plain_letter_that_is_read_stands_in_the_original_where_it_is_said_to(parts: list[str]) -> None:
    words = "".join(parts)
    cleaned = clean(words)
    for place, letter in enumerate(cleaned.text):
        start, end = cleaned.original(place, place + 1)
        assert 0 <= start < end <= len(words)
        if letter in "wordé😀":
            assert words[start] == letter


@pytest.mark.parametrize(
    "words",
    [
        "<" * 1_000_000,
        "<p " * 300_000,
        "On " * 300_000,
        "On a\n" * 200_000,
        "&" * 1_000_000,
        ">\n" * 500_000,
        "<!--" * 250_000,
        "From: x\n" * 100_000,
        " " * 1_000_000,
    ],
)
def test_a_text_of_a_megabyte_made_to_be_slow_takes_no_time(words: str) -> None:
    begin = time.process_time()
    assert len(clean(words).text) <= MOST_LETTERS
    assert time.process_time() - begin < 1.0
