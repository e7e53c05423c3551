"""Invented people: names as in many countries, addresses that nobody has, and how each system misspells them.

E-mail addresses are of example.com, example.org and example.net, which nobody owns.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from byname.demo.simulated.people import BULK, COMPANY

if TYPE_CHECKING:
    from byname.demo.simulated.people import Nature

__all__ = ["Face", "invent", "slip"]

# Language, country, share; given names; family names; towns; streets; calling code.
_LANDS: tuple[tuple[str, str, float, str, str, str, str, str], ...] = (
    ("en", "GB", 0.34,
     "Ada Alfie Amber Bridget Callum Cora Darcy Edgar Elsie Finlay Flora Gwen Harriet Imran Isla Jasper Keira Lewis Mabel "
     "Nadia Nell Oscar Poppy Rhys Ruby Seth Tilda Una Wilf Zara Anwen Barnaby Cecily Dexter Esme Fergus Greta Hector",
     "Ashdown Barrow Cawley Denholm Eastwick Farrow Garside Holloway Ingham Jessop Kettle Larkin Marlowe Nuttall Oakden "
     "Pemberton Quill Rowntree Sedgley Thackeray Umber Venning Whitlock Yardley Adeyemi Bhatt Chowdhury Dhillon Eze Okoro",
     "Leeds Bristol Norwich York Exeter Dundee Cardiff Bath Derby Perth Truro Ripon", "Mill Lane,Harbour Street,"
     "Chapel Road,Orchard Way,Station Road,Bridge Street,Garden Row,Market Square,Elm Grove,Quarry Hill", "+44"),
    ("en", "IE", 0.06,
     "Aoife Ciara Cormac Declan Eimear Fionn Grainne Niamh Oisin Orla Padraig Roisin Saoirse Sinead Tadhg Una",
     "Brannigan Cassidy Devlin Fallon Gormley Hanratty Keogh Lavelle Mulcahy Nolan Quirke Rafferty Scanlon Tierney",
     "Cork Galway Sligo Ennis Tralee", "Strand Road,Abbey Street,Quay Lane,Castle View", "+353"),
    ("de", "DE", 0.2,
     "Anke Bastian Carla Dirk Elke Frieda Gesine Henrik Ilka Jost Katrin Lennart Mareike Norbert Ortrud Paula Ragna Sven "
     "Tilman Ute Volker Wiebke Yasemin Cem Emre Aylin Bjarne Dorothea Eike Falk",
     "Ackermann Brinkmann Clasen Dierks Ebeling Fuhrmann Grothe Hinrichs Imhoff Jessen Kuhlmann Lohse Mertens Niehaus "
     "Ostermann Petersen Quante Rademacher Steffens Thiele Uhlig Voss Wieland Zimmer Yildirim Aksoy Nowak",
     "Bremen Kassel Jena Freiburg Halle Trier Münster Passau Lübeck Görlitz",
     "Lindenweg,Gartenstraße,Am Markt,Mühlgasse,Bahnhofstraße,Ringstraße,Schulweg", "+49"),
    ("fr", "FR", 0.12,
     "Adèle Baptiste Céline Damien Élodie Fabrice Gaëlle Hélène Inès Jérôme Karim Léonie Maëlys Nora Océane Pascal Quentin "
     "Rémi Solène Théo Yasmine Zoé",
     "Aubry Besson Chauvin Delorme Evrard Fauvel Gosselin Hamon Imbert Joubert Lacombe Mercier Nivelle Ollivier Poirier "
     "Renaudin Sauvage Tessier Vasseur Benali Traoré",
     "Nantes Lille Dijon Tours Angers Rennes", "rue des Lilas,avenue de la Gare,rue du Moulin,place du Marché", "+33"),
    ("es", "ES", 0.1,
     "Alba Beatriz Celia Diego Elena Fermín Gonzalo Hugo Iker Jimena Lorena Marcos Nerea Óscar Pilar Raúl Sergio Tamara "
     "Valeria Ximena",
     "Aguirre Barrios Calvo Domínguez Escudero Fuertes Gallardo Hidalgo Iglesias Jurado Lozano Montero Nieto Olmedo Pardo "
     "Quintana Robledo Salinas Toledo Vidal",
     "Burgos Cádiz Gijón Huelva León Murcia", "calle Mayor,calle del Río,avenida del Parque,plaza Nueva", "+34"),
    ("nl", "NL", 0.08,
     "Anouk Bram Femke Gijs Hanneke Jelle Koen Lieke Maarten Nienke Pieter Roos Sanne Teun Wouter Yvonne",
     "Aalders Boersma Coster Dijkstra Elzinga Fokkema Groot Haverkamp Jongsma Kuiper Leenders Molenaar Nijland Postma "
     "Reinders Schouten Terpstra Wiersma",
     "Gouda Zwolle Breda Leiden Assen", "Dorpsstraat,Kerkweg,Molenlaan,Singel", "+31"),
    ("it", "IT", 0.05,
     "Agnese Bianca Carlo Dario Elisa Fabio Ginevra Iacopo Livia Matteo Noemi Ornella Pietro Rita Silvia Tommaso",
     "Amato Bellini Caruso Donati Esposito Fabbri Galli Landi Marchetti Neri Orlando Parisi Ricci Sartori Testa Vitale",
     "Lucca Parma Trento Lecce", "via Roma,via dei Mille,piazza Garibaldi,via Verdi", "+39"),
    ("en", "IN", 0.05,
     "Aarav Bhavna Chitra Devika Farhan Gauri Harish Ishaan Jaya Kavya Lakshmi Manoj Nandini Omkar Priya Rohan Sunita",
     "Acharya Banerjee Chandran Desai Fernandes Goswami Hegde Iyer Joshi Kulkarni Mehta Naidu Patel Rao Sengupta Varma",
     "Pune Mysuru Kochi Jaipur", "Temple Road,Lake View,Gandhi Marg,Station Road", "+91"),
)  # fmt: skip
_FIRMS = "Bakery Studio Hotel Clinic Workshop Garage Nursery Library Theatre Café Logistics Print".split()
_TEN_DIGITS = ("+44", "+91")
_TWO_ACCOUNTS = 0.05
_OTHER_ADDRESS = 0.06
_SAME_ROOF = 0.1


@dataclass(frozen=True)
class Face:
    """How a person is known.

    Attributes:
        customer_id: the number in the shop.
        given, family: names.
        email: the address they mostly use.
        other_email: one used with the help desk; the same for most.
        phone: with the country's code; "" where they gave none.
        street, city, postcode, country, language: where they live.
        company: for which they buy, or "".
        handle: on the community's site.
        second: the number of their second account in the shop, or "": another address, a misspelt name.
        second_email: the address of that account.
        user_id: in the app.
    """

    customer_id: str
    given: str
    family: str
    email: str
    other_email: str
    phone: str
    street: str
    city: str
    postcode: str
    country: str
    language: str
    company: str
    handle: str
    second: str
    second_email: str
    user_id: str


def invent(rng: np.random.Generator, nature: Nature) -> list[Face]:
    """A face for each person; every tenth lives with the one before."""
    size = len(nature)
    lands = rng.choice(len(_LANDS), size, p=np.array([land[2] for land in _LANDS]))
    picks = rng.integers(0, 1 << 30, (size, 8))
    chances = rng.random((size, 6))
    faces: list[Face] = []
    for number in range(size):
        land = _LANDS[lands[number]]
        face = _one(number, land, picks[number].tolist(), chances[number].tolist(), int(nature.kind[number]))
        if faces and chances[number, 0] < _SAME_ROOF:
            before = faces[-1]
            same_name = chances[number, 1] < 0.7  # noqa: PLR2004 - most of those who live together share a name
            face = replace(
                face, street=before.street, city=before.city, postcode=before.postcode, country=before.country,
                language=before.language, family=before.family if same_name else face.family,
            )  # fmt: skip
        faces.append(face)
    return faces


def _one(
    number: int, land: tuple[str, str, float, str, str, str, str, str], pick: list[int], chance: list[float], kind: int
) -> Face:
    language, country, _, given_names, family_names, towns, streets, code = land
    given, family, city, street = (
        one[at % len(one)]
        for one, at in zip(
            (given_names.split(), family_names.split(), towns.split(), streets.split(",")), pick, strict=False
        )
    )
    plain = _plain(f"{given}.{family}")
    host = ("example.com", "example.com", "example.com", "example.org", "example.net")[pick[4] % 5]
    email = f"{(plain, plain.replace('.', ''), plain[0] + plain[plain.index('.') :])[pick[5] % 3]}{number}@{host}"
    two = chance[2] < _TWO_ACCOUNTS
    firm = f"{family} {_FIRMS[pick[6] % len(_FIRMS)]}" if kind in (COMPANY, BULK) else ""
    return Face(
        customer_id=str(7_010_000_000 + number),
        given=given,
        family=family,
        email=email,
        other_email=f"{plain.split('.')[0]}.{number}@work.example" if chance[3] < _OTHER_ADDRESS else email,
        phone=f"{code} {_digits(number, code)}" if chance[4] < 0.7 else "",  # noqa: PLR2004 - most give one
        street=f"{1 + pick[7] % 140} {street}",
        city=city,
        postcode=f"{10_000 + (pick[2] * 37 + pick[3]) % 89_000}",
        country=country,
        language=language,
        company=firm,
        handle=f"{plain.split('.')[0]}_{number}",
        second=str(7_090_000_000 + number) if two else "",
        second_email=f"{plain.split('.')[1]}.{number}@example.net" if two else "",
        user_id=f"u{number:06d}",
    )


def _digits(number: int, code: str) -> str:
    """A number with zeros where no exchange has them, one for each person, of the country's length."""
    return f"20 00{number:06d}" if code in _TEN_DIGITS else f"20 0{number:06d}"


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def slip(text: str, pick: int) -> str:
    """The text with two neighbouring letters changed about, as in haste; short texts stay."""
    if len(text) < 4:  # noqa: PLR2004 - a short name is hardly misspelt
        return text
    at = 1 + pick % (len(text) - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
