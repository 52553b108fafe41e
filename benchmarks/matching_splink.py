"""Splink on the data of `matching.py`, at the settings that its guide proposes: prints its figures as JSON.

Jaro-Winkler levels on the name, exact levels with term frequencies elsewhere, blocking by each signal, `u` from random
pairs, `m` by expectation and maximisation; then its customary threshold of 0.95, raw and with one-to-one assignment.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
import warnings
from typing import Any

import numpy as np
import pandas as pd
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink import comparison_library as cl

from matching import best_f1, read
from qbconsole.matching.engine.assignment import best_assignment
from qbconsole.matching.engine.signals import signals

EXACT = ("email", "domain", "phone", "street", "postcode", "reference")
BLOCKS = ("name", "email", "domain", "phone", "street", "reference")
THRESHOLD = 0.95


def frame(parties: list[Any]) -> pd.DataFrame:
    """A list as Splink reads it: the same folded values that the engine compares."""
    rows = []
    for party in parties:
        found = signals(party)
        parts = {
            "name": found.names, "email": found.emails, "domain": found.domains, "phone": found.phones,
            "street": found.street, "postcode": found.postcode, "city": found.city, "reference": found.references,
        }  # fmt: skip
        rows.append({"unique_id": party.id, **{name: values[0] if values else None for name, values in parts.items()}})
    return pd.DataFrame(rows)


def main() -> None:
    """Measure the data that the first argument names."""
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    data = read(sys.argv[1])
    started = time.perf_counter()
    frames = [frame(data.left)] + ([frame(data.right)] if data.right else [])
    used = [name for name in frames[0].columns if any(one[name].notna().any() for one in frames)]
    settings = SettingsCreator(
        link_type="link_only" if data.right else "dedupe_only",
        blocking_rules_to_generate_predictions=[block_on(name) for name in BLOCKS if name in used],
        comparisons=[
            cl.JaroWinklerAtThresholds("name", [0.95, 0.88]).configure(term_frequency_adjustments=True),
            *(cl.ExactMatch(name).configure(term_frequency_adjustments=True) for name in EXACT if name in used),
        ],
    )
    database = DuckDBAPI()
    lists = [database.register(one) for one in frames]
    linker = Linker(lists if data.right else lists[0], settings, logging.ERROR)
    linker.training.estimate_probability_two_random_records_match([block_on("name")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for name in ("name", *(name for name in ("street", "email", "postcode") if name in used)):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(name))
    pairs = linker.inference.predict(threshold_match_probability=0.01).as_pandas_dataframe()
    seconds = time.perf_counter() - started
    here, there = (pd.factorize(pairs[name])[0] for name in ("unique_id_l", "unique_id_r"))
    probability = pairs["match_probability"].to_numpy(dtype=float)
    ids = zip(pairs["unique_id_l"], pairs["unique_id_r"], strict=True)
    true = np.array([pair in data.truth or pair[::-1] in data.truth for pair in ids], dtype=bool)
    kept = best_assignment(here, there, probability) if data.right else np.ones(len(probability), dtype=bool)
    total = max(len(data.truth), 1)
    figures = {"f1_raw": best_f1(probability, true, total), "f1": best_f1(probability[kept], true[kept], total)}
    for name, shown in (("raw", np.ones(len(kept), dtype=bool)), ("", kept)):
        sure = shown & (probability >= THRESHOLD)
        ending = f"_{name}" if name else ""
        figures[f"precision{ending}"] = float(true[sure].mean()) if sure.any() else 1.0
        figures[f"recall{ending}"] = float(true[sure].sum()) / total
    figures |= {"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
