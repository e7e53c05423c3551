"""What a lifetime value is counted under, and histories counted (S2.12, S4.4)."""

from typing import Any

import numpy as np
import pytest

from byname.value import Terms, Triples


def test_of_people_counts_each_history_and_says_whose_it_is() -> None:
    triples, inverse = Triples.of_people([1, 0, 1, 1], [5, 0, 5, 6], [9, 9, 9, 9])
    assert triples.people.tolist() == [1, 2, 1]
    assert triples.repeat_orders[inverse].tolist() == [1, 0, 1, 1]
    assert triples.recency_days[inverse].tolist() == [5, 0, 5, 6]


@pytest.mark.parametrize(
    "wrong",
    [
        {"horizon_days": -1},
        {"horizon_days": 9, "annual_discount_rate": -0.1},
        {"horizon_days": 9, "margin": np.nan},
    ],
)
def test_terms_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"expected a finite"):
        Terms(**wrong)
