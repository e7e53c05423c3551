"""Splink alone, on all records: what the second step is held against.

python bench/splink_alone.py PEOPLE.parquet

Trained, predicted and clustered on one row a record, with its own library of comparisons; F1 at several thresholds.
"""

from __future__ import annotations

import logging
import sys
import time
import warnings

import duckdb
import splink.comparison_library as compare
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from identity import said, scores


def main() -> None:
    warnings.simplefilter("ignore")
    logging.getLogger("splink").setLevel(logging.CRITICAL)
    con = duckdb.connect(config={"threads": 2})
    con.execute(
        "create table people as select unique_id, cluster, lower(first_name) as first_name, lower(surname) as surname, dob, "
        "nullif(lower(trim(email)), 'noreply@shop.example') as email, "
        "nullif(regexp_replace(regexp_replace(phone, '[^0-9]', '', 'g'), '^44', '0'), '00000000000') as phone, "
        f"postcode, address from '{sys.argv[1]}'"
    )
    begun = time.process_time()
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            compare.NameComparison("first_name").configure(term_frequency_adjustments=True),
            compare.NameComparison("surname").configure(term_frequency_adjustments=True),
            compare.LevenshteinAtThresholds("dob", 1),
            compare.LevenshteinAtThresholds("email", 2),
            compare.LevenshteinAtThresholds("phone", 1),
            compare.LevenshteinAtThresholds("postcode", 1),
            compare.JaroWinklerAtThresholds("address", 0.9),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("email"), block_on("phone"), block_on("first_name", "surname"), block_on("surname", "postcode"),
            block_on("first_name", "postcode"), block_on("dob", "first_name"),
        ],
        retain_matching_columns=False,
    )  # fmt: skip
    linker = Linker(DuckDBAPI(con).register("people"), settings, log_level=logging.CRITICAL)
    linker.training.estimate_probability_two_random_records_match([block_on("email"), block_on("phone")], recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for columns in (("first_name", "surname"), ("email",), ("dob",)):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))
    trained = time.process_time()
    pairs = linker.inference.predict(threshold_match_probability=0.5)
    predicted = time.process_time()
    print(f"training {trained - begun:.1f} CPU s, predict {predicted - trained:.1f} CPU s", flush=True)
    for threshold in (0.9, 0.99, 0.9999):
        before = time.process_time()
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold)
        con.execute(
            "create or replace table found as select people.unique_id as id, people.cluster as truth, "
            f"c.cluster_id as found from people join {clusters.physical_name} c using (unique_id)"
        )
        print(f"clusters at {threshold}: {time.process_time() - before:.1f} CPU s")
        said(f"Splink alone at {threshold}", scores("found", con))


if __name__ == "__main__":
    main()
