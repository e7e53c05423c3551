"""Every reader gives for its samples exactly the facts and refusals that stand beside them (S0.19, S3.18)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from byname.facts.reader import FOLDER, load, recognise, shipped

from .reader_case import expected_of, given, in_order

READERS = sorted(path.parent for path in FOLDER.glob("*/reader.toml"))
SAMPLES = sorted(path for folder in READERS for path in folder.glob("sample*"))


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("sample", SAMPLES, ids=name_of)
def test_a_sample_gives_the_facts_and_refusals_beside_it(sample: Path) -> None:
    expected = json.loads(expected_of(sample).read_text("utf-8"))
    assert in_order(given(sample)) == in_order(expected)


@pytest.mark.parametrize("folder", READERS, ids=lambda folder: folder.name)
def test_a_reader_has_a_sample_and_a_refused_row(folder: Path) -> None:
    samples = sorted(folder.glob("sample*"))
    assert samples
    assert any(json.loads(expected_of(sample).read_text("utf-8"))["refused"] for sample in samples)


@pytest.mark.parametrize("folder", READERS, ids=lambda folder: folder.name)
def test_a_reader_names_a_purpose_for_each_table(folder: Path) -> None:
    assert set(load(folder).purpose.values()) <= {"contract", "service", "feedback", "marketing", "public"}


def test_no_reader_takes_a_header_that_it_does_not_know() -> None:
    assert recognise("unknown.csv", ["some", "columns"]) is None
    assert len({reader.name for reader in shipped()}) == len(READERS)
