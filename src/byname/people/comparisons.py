"""What two groups of records are compared by: fields, levels of agreement, and what each level is worth.

Three things may lie behind two groups: one person (m), two people of one household (h), or two strangers (u). A
surname, a postcode, an address and a landline are shared by a household, so that they say little about the person;
Fellegi and Sunter's two-way model adds them up all the same (TERMS: "a higher threshold does not cure that"). The
third column is what cures it.

`m` and `u` are shipped for companies with too few records, and are learned from the company's own otherwise
(`linkage`); `h` is shipped, from how households are: a surname in common, an address in common, a birth date by chance
or as twins.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BLOCKS", "FIELDS", "WEAK", "Field", "Level"]

EXACT, ELSE = "exact", "else"


@dataclass(frozen=True)
class Level:
    """One degree of agreement of a field; the first that holds counts.

    Args:
        when: DuckDB SQL over {field}_l and {field}_r, or EXACT, or ELSE.
        m: how often one person's records agree so.
        u: how often two strangers' do.
        h: how often two people of one household do.
        says: in words, for the reason of a link.
    """

    when: str
    m: float
    u: float
    h: float
    says: str


@dataclass(frozen=True)
class Field:
    """A field and its levels, the best first.

    Args:
        name: the column.
        levels: ends with ELSE.
        by_frequency: a rare value in common says more than a frequent one (Splink's term frequencies).
        silent_when: SQL; where it holds, the field says nothing.
    """

    name: str
    levels: tuple[Level, ...]
    by_frequency: bool = False
    silent_when: str = ""


def _like(field: str, least: float) -> str:
    return f"jaro_winkler_similarity({field}_l, {field}_r) >= {least}"


def _edits(field: str, most: int) -> str:
    return f"damerau_levenshtein({field}_l, {field}_r) <= {most}"


_SWAPPED = "given_l = family_r and family_l = given_r"
_SHORT = (
    "(length(given_l) <= 3 and starts_with(given_r, given_l)) or "
    "(length(given_r) <= 3 and starts_with(given_l, given_r))"
)
_LOCAL = "split_part(email_l, '@', 1) = split_part(email_r, '@', 1)"
_YEAR = "abs(date_diff('day', try_cast(born_l as date), try_cast(born_r as date))) <= 400"

FIELDS: tuple[Field, ...] = (
    Field(
        "given",
        (
            Level(EXACT, 0.6, 0.01, 0.02, "same first name"),
            Level(_SWAPPED, 0.02, 0.0001, 0.0002, "first and last name swapped"),
            Level(f"{_like('given', 0.92)} or {_SHORT}", 0.2, 0.008, 0.03, "first name nearly the same"),
            Level(_like("given", 0.8), 0.06, 0.02, 0.04, "first name alike"),
            Level(ELSE, 0.12, 0.96, 0.91, "first name differs"),
        ),
        by_frequency=True,
    ),
    Field(
        "family",
        (
            Level(EXACT, 0.8, 0.005, 0.85, "same surname"),
            Level(_edits("family", 1), 0.08, 0.001, 0.04, "surname differs by one letter"),
            Level(_like("family", 0.88), 0.03, 0.005, 0.01, "surname alike"),
            Level(ELSE, 0.07, 0.99, 0.1, "surname differs"),
        ),
        by_frequency=True,
        silent_when=_SWAPPED,  # the first name has said so already: one slip is not two proofs
    ),
    Field(
        "born",
        (
            Level(EXACT, 0.85, 0.0001, 0.02, "same date of birth"),
            Level(_edits("born", 1), 0.08, 0.002, 0.004, "date of birth differs by one digit"),
            Level(f"{_edits('born', 2)} or born_l[1:7] = born_r[1:7]", 0.03, 0.02, 0.02, "date of birth nearly equal"),
            Level(_YEAR, 0.01, 0.03, 0.04, "date of birth within a year"),
            Level(ELSE, 0.03, 0.95, 0.92, "date of birth differs"),
        ),
    ),
    Field(
        "postcode",
        (
            Level(EXACT, 0.75, 0.001, 0.9, "same postcode"),
            Level(_edits("postcode", 1), 0.05, 0.001, 0.03, "postcode differs by one character"),
            Level(ELSE, 0.2, 0.998, 0.07, "postcode differs"),
        ),
        by_frequency=True,
    ),
    Field(
        "street",
        (
            Level(EXACT, 0.65, 0.0005, 0.8, "same street and number"),
            Level(_like("street", 0.92), 0.12, 0.002, 0.1, "street nearly the same"),
            Level(_like("street", 0.8), 0.03, 0.01, 0.02, "street alike"),
            Level(ELSE, 0.2, 0.99, 0.08, "street differs"),
        ),
        by_frequency=True,
    ),
    Field(
        "city",
        (
            Level(EXACT, 0.8, 0.02, 0.93, "same town"),
            Level(f"{_edits('city', 1)} or {_like('city', 0.92)}", 0.05, 0.004, 0.03, "town nearly the same"),
            Level(_like("city", 0.8), 0.02, 0.01, 0.01, "town alike"),
            Level(ELSE, 0.13, 0.97, 0.03, "town differs"),
        ),
        by_frequency=True,
    ),
    Field(
        "email",
        (
            Level(EXACT, 0.5, 0.00002, 0.1, "same e-mail"),
            Level(_LOCAL, 0.1, 0.0005, 0.01, "e-mail equal before the @"),
            Level(_edits("email", 2), 0.08, 0.00005, 0.005, "e-mail differs by a letter or two"),
            Level(_like("email", 0.88), 0.07, 0.002, 0.08, "e-mail alike"),
            Level(ELSE, 0.25, 0.997, 0.8, "another e-mail"),
        ),
    ),
    Field(
        "phone",
        (
            Level(EXACT, 0.5, 0.00002, 0.25, "same phone"),
            Level(_edits("phone", 1), 0.05, 0.00005, 0.01, "phone differs by one digit"),
            Level(ELSE, 0.45, 0.999, 0.74, "another phone"),
        ),
    ),
    Field(
        "number",
        (
            Level(EXACT, 0.85, 0.00001, 0.02, "same personal number"),
            Level(ELSE, 0.15, 0.999, 0.98, "another personal number"),
        ),
    ),
)

# What a household has in common, or a whole town: these find a few more pairs where records are few, and little but
# households where they are many; some are looked at all the same, to tell how many households there are.
WEAK = frozenset(("swapped", "family", "street", "born", "family_postcode", "street_family", "born_family"))

# Which groups are compared at all: those that have one of these in common. Columns that it needs → DuckDB SQL.
# `bones` is what is left of a surname when vowels and sounds that are heard alike are gone.
BLOCKS: dict[str, tuple[tuple[str, ...], str]] = {
    "name": (("given", "family"), "given || ' ' || family"),
    "swapped": (("given", "family"), "least(given, family) || ' ' || greatest(given, family)"),
    "bones_postcode": (("family", "postcode"), "bones(family) || ' ' || postcode"),
    "initial_postcode": (("given", "postcode"), "given[1:1] || ' ' || postcode"),
    "family_postcode": (("family", "postcode"), "family || ' ' || postcode[1:3]"),
    "born_initial": (("born", "given"), "born || ' ' || given[1:1]"),
    "born_family": (("born", "family"), "born || ' ' || family[1:1]"),
    "born": (("born",), "born"),
    "street_initial": (("street", "given"), "street || ' ' || given[1:1]"),
    "street_family": (("street", "family"), "street || ' ' || family[1:3]"),
    "street": (("street",), "street"),
    "town_bones": (("family", "given", "city"), "bones(family) || ' ' || given[1:2] || ' ' || city"),
    "town_given": (("given", "city"), "given || ' ' || city"),
    "family": (("family",), "family"),
    "mailbox": (("email",), "split_part(email, '@', 1)"),
    "email": (("email",), "email"),
    "phone": (("phone",), "phone"),
    "number": (("number",), "number"),
}
