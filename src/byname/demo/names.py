"""Invented people for customer numbers that name nobody: always the same name for the same number."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass

__all__ = ["Invented", "invent"]

_GIVEN = (
    "Rosa Jonas Mei Ines Samuel Aisha Lukas Priya Tomas Yara Emil Noor Clara Diego Hana Oskar Leila Marta Kofi "
    "Ewa Anton Zoe Ravi Freya Hugo Amina Felix Sofia Idris Elin Mateo Ruth Viktor Dalia Otto Naomi Stefan Alma "
    "Tariq Greta Pablo Ida Rafael Miriam Nils Carmen Ali Judith Marek Selma Bruno Ada Omar Vera Kenji Irma Levi "
    "Astrid Pedro Salma Erik Lucia Hassan Edith Milan Frida Joao Esther Karim Nadia Paul Layla Simon Olga Yusuf "
    "Agnes Ivan Teresa Cem Helga Daniel Maja Farid Linnea Marco Fatima Arne Julia Hakim Elsa Andre Sana Peter "
    "Lotte Musa Hilde Adam Zeynep Rolf Camila Amir Britta Luis Dora Bilal Sigrid"
).split()
_FAMILY = (
    "Haddad Virtanen Sato Moreira Lindqvist Okafor Novak Sharma Keller Costa Brandt Yilmaz Petrov Jansen Dubois "
    "Fischer Rossi Nakamura Hansen Mbeki Kowalski Silva Berger Rahman Larsson Ivanova Ferrari Lund Nagy Castro "
    "Weber Chen Dahl Aydin Moreau Popov Visser Romano Ito Nilsson Mensah Horvath Gomez Vogel Khan Eriksen Sokolov "
    "Conti Vega Maier Tanaka Bakker Adeyemi Svoboda Ortiz Huber Malik Olsen Kuznetsov Greco Rivera Schmid Wang "
    "Holm Demir Lefevre Smit Marino Mori Strand Diallo Varga Herrera Winkler Ansari Berg Lebedev Bruno Navarro "
    "Lang Park Friis Sahin Girard Vos Gallo Kimura Ek Traore Farkas Molina Wolf Iqbal Moen Orlov Leone Campos "
    "Braun Zhang Thorsen Kaya Fontaine Mulder Costantini Ueda Sundberg Owusu Szabo Pena Roth Hussain Haugen "
    "Volkov Serra Fuentes Kraus Lin Krog Polat Blanc Dekker Fabbri Abe Norling Asante Toth Soto Pohl Siddiqui "
    "Bakke Morozov"
).split()
_STREETS = (
    "Mill Lane", "Harbour Street", "Chapel Road", "Orchard Way", "Station Road", "Bridge Street", "Garden Row",
    "Market Square",
)  # fmt: skip
_STEP = 7919  # a prime: steps of it visit every pair of names before one comes back


@dataclass(frozen=True)
class Invented:
    """Somebody who does not exist."""

    given_name: str
    family_name: str
    email: str
    street: str


def invent(number: str) -> Invented:
    """The invented person behind a customer number.

    Two numbers less than 10,000 apart never get the same name. E-mail addresses are of example.com, which nobody owns.
    """
    place = int(number) * _STEP % (len(_GIVEN) * len(_FAMILY))
    given, family = _GIVEN[place % len(_GIVEN)], _FAMILY[place // len(_GIVEN)]
    plain = unicodedata.normalize("NFKD", f"{given}.{family}").encode("ascii", "ignore").decode().lower()
    seed = int.from_bytes(hashlib.sha256(number.encode()).digest()[:4])
    street = f"{1 + seed % 180} {_STREETS[seed // 180 % len(_STREETS)]}"
    return Invented(given, family, f"{plain}.{number}@example.com", street)
