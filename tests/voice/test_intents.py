"""What people want to say, by rules (S0.27, S0.4): threats to leave, thanks, complaints, praise, ideas, questions."""

import time

import pytest

from byname.voice.intents import CUTS, INTENTS, find_intents, folded, words_of
from byname.voice.sensitive import is_sensitive


def said(text: str) -> set[str]:
    low = folded(text)
    found = find_intents(low, words_of(low))
    return {name for name, score in zip(INTENTS, found.scores, strict=True) if score >= CUTS[name]}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("I will never buy from you again.", "leaving"),
        ("Never again!", "leaving"),
        ("This was the worst trip. Last time I book with you.", "leaving"),
        ("You just lost a loyal customer.", "leaving"),
        ("We are taking our business elsewhere.", "leaving"),
        ("I want to cancel my subscription", "leaving"),
        ("I'm done with you", "leaving"),
        ("Next year I will be choosing another provider.", "leaving"),
        ("Hiermit kündige ich meinen Vertrag.", "leaving"),
        ("Plus jamais chez vous", "leaving"),
        ("Nunca más volveré a comprar aquí", "leaving"),
        ("Thanks for your quick help!", "thanks"),
        ("thx, that works", "thanks"),
        ("I really appreciate the fast reply", "thanks"),
        ("Vielen Dank für die Hilfe", "thanks"),
        ("Muchas gracias por todo", "thanks"),
        ("Merci beaucoup", "thanks"),
        ("Hartelijk dank!", "thanks"),
        ("Grazie mille", "thanks"),
        ("Muito obrigada", "thanks"),
        ("My parcel arrived broken.", "complaint"),
        ("I have been on hold for 2 hours", "complaint"),
        ("Nobody answers my mails", "complaint"),
        ("You still haven't refunded me", "complaint"),
        ("Der Service ist sehr schlecht", "complaint"),
        ("Le service est inadmissible", "complaint"),
        ("No funciona y nadie contesta", "complaint"),
        ("Excellent service and a lovely team", "praise"),
        ("I love this shop", "praise"),
        ("Ich bin sehr zufrieden", "praise"),
        ("I would highly recommend them", "recommends"),
        ("Absolut empfehlenswert", "recommends"),
        ("When will my order arrive?", "question"),
        ("Wie lange dauert der Versand?", "question"),
        ("¿Cuándo llega mi pedido?", "question"),
        ("It would be great if you could add a search", "idea"),
        ("Mein Vorschlag: mehr Farben", "idea"),
        ("Sería bueno que abrieran los domingos", "idea"),
    ],
)
def test_an_intent_is_found(text: str, intent: str) -> None:
    assert intent in said(text)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("I never had a better lamp", "leaving"),
        ("I will never use anyone else", "leaving"),
        ("You lost my bag", "leaving"),
        ("Please cancel my order", "leaving"),
        ("Can I switch to another flight?", "leaving"),
        ("The last time I bought shoes they fitted", "leaving"),
        ("Why did you cancel my account?", "leaving"),
        ("Thanks for nothing", "thanks"),
        ("thx for nothing", "thanks"),
        ("Thanks for ruining my holiday", "thanks"),
        ("Thanks to you I missed the concert", "thanks"),
        ("No thanks", "thanks"),
        ("A reply would be appreciated", "thanks"),
        ("Danke für nichts", "thanks"),
        ("No problem at all, not bad", "complaint"),
        ("I was not disappointed", "complaint"),
        ("It would be great to have more", "praise"),
        ("not a great service", "praise"),
        ("I would not recommend it", "recommends"),
        ("Can you recommend a size?", "recommends"),
        ("Are you kidding?", "question"),
        ("I have no idea what happened", "idea"),
        ("Any suggestions?", "idea"),
    ],
)
def test_what_only_looks_like_an_intent_is_none(text: str, intent: str) -> None:
    assert intent not in said(text)


def test_the_words_that_carried_it_are_said() -> None:
    low = folded("Hello. I want to CANCEL MY CONTRACT today")
    found = find_intents(low, words_of(low))
    assert ("cancel my contract", "leaving") in [(low[a:b], intent) for a, b, intent in found.spans]


@pytest.mark.parametrize(
    "text",
    [
        "I am in a wheelchair",
        "I was in hospital",
        "we are a muslim family",
        "I voted for them",
        "I am pregnant",
        "I lost my job and can't pay my rent",
        "Ich bin schwanger",
        "je suis enceinte",
        "estoy embarazada",
        "sono disabile",
        "because we're black",
        "my trade union",
        "ik ben zwanger",
        "estou grávida",
        "two gay men",
    ],
)
def test_special_categories_are_told(text: str) -> None:
    low = folded(text)
    assert is_sensitive(low, words_of(low))


@pytest.mark.parametrize(
    "text", ["I am sick of waiting", "a party of four", "it broke", "a healthy profit for you", "the race was late"]
)
def test_ordinary_words_are_not_special_categories(text: str) -> None:
    low = folded(text)
    assert not is_sensitive(low, words_of(low))


@pytest.mark.parametrize(
    "text",
    [
        "never " * 700, "i will never never buy " * 200, "what " * 800 + "?", "?" * 4000, "thanks for " * 400, "recommend " * 400,
        "would would would highly " * 150, "lost a loyal long time " * 170, "i really really " * 250, "why " * 1000, "is so very " * 350,
        "still still waiting two " * 160, "you should " * 350, "could be so really " * 200, "a, " * 1300, "i'll tell my friends and " * 150,
    ],
)  # fmt: skip
def test_a_text_made_to_be_slow_takes_no_time(text: str) -> None:
    low = folded(text[:4000])
    begin = time.process_time()
    find_intents(low, words_of(low))
    assert time.process_time() - begin < 0.5
