"""Words that sell: found in seven languages, and not where they mean something else."""

from __future__ import annotations

import pytest

from byname.playbooks.offers import holds_offer


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Thank you. Here is 20% off your next order.", ["20% off"]),
        ("Use the code FRIEND today.", ["use the code"]),
        ("A voucher, and a discount too.", ["voucher", "discount"]),
        ("Our sale ends soon.", ["sale ends"]),
        ("Only today, and while stocks last.", ["only today", "while stocks last"]),
        ("Buy now.", ["buy now"]),
        ("Free delivery for you.", ["free delivery"]),
        ("It costs 5 € off.", ["5 € off"]),
        ("DIS\u00adCOUNT", ["discount"]),
        ("\uff44iscount", ["discount"]),
        ("Danke! Mit 10 % Rabatt und Gutscheincode.", ["10 % rabatt", "gutscheincode"]),
        ("Nur heute: jetzt kaufen.", ["nur heute", "jetzt kaufen"]),
        ("Merci : une réduction et la livraison gratuite.", ["réduction", "livraison gratuite"]),
        ("Gracias. Solo hoy, envío gratis y un descuento.", ["solo hoy", "envío gratis", "descuento"]),
        ("Bedankt! Kortingscode en gratis verzending.", ["kortingscode", "gratis"]),
        ("Grazie: uno sconto e la spedizione gratuita.", ["sconto", "spedizione gratuita"]),
        ("Obrigado: um desconto e frete grátis.", ["desconto", "frete grátis"]),
    ],
)
def test_what_sells_is_found(text: str, found: list[str]) -> None:
    assert all(one in holds_offer(text) for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "I offer my thanks for all that you did.",
        "Feel free to write to us; it is free of worry.",
        "Your postcode, the code of conduct, and your offer of help.",
        "Our sales team was glad. The book has been on the shelf for years.",
        "You answered 90% of the questions, between 10 - 20% of all.",
        "You were there at a reduced hour, for a good price of effort.",
        "Congratulations on your promotion.",
        "Thank you for your order of 5 euros and for the deal that you made with us.",
        "Danke für Ihr Angebot, uns zu helfen. Das kostenlose WLAN war nur ein Zufall.",
        "Merci d'avoir profité du beau temps, et pour la remise en état.",
        "Gracias por su oferta de ayuda.",
        "Bedankt voor de actie en de prijs die u won.",
        "Grazie per la sua offerta di aiuto.",
        "Obrigado pela sua oferta de ajuda.",
    ],
)
def test_words_with_another_meaning_are_no_offer(text: str) -> None:
    assert holds_offer(text) == []
