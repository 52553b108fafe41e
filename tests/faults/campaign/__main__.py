"""`python -m tests.faults.campaign --seed 1 --rounds 200`: plays rounds, says what was wrong, and with which seed.

The last line is one JSON object: `rounds`, how many findings were `double`, `lost` and `unequal`, and `states`, the
counts of what was reached. It ends with 1 if anything was found, or if 200 rounds or more left something unreached.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.faults.campaign.children import Child, start
from tests.faults.campaign.coverage import ENOUGH
from tests.faults.campaign.guards import GUARDS
from tests.faults.campaign.plan import ROUNDS_A_SEASON, plan
from tests.faults.campaign.season import Played, Season

import qbconsole.tui.app  # noqa: F401 - so that a console that is forked need not

WORKERS = 4
"""Seasons at once: much of a round is waiting for deadlines."""
LONGEST_SEASON = 1800.0
"""Seconds."""


@dataclass(frozen=True)
class Wanted:
    """What is played: with which seed, how many at once, with which guard's faults, and whether that guard is on."""

    seed: int
    guard: str = ""
    guarded: bool = True
    workers: int = WORKERS


def season(wanted: Wanted, number: int, last: int) -> Played:
    """Play the rounds of one season up to `last`; it ends with the first round that finds anything."""
    first = number * ROUNDS_A_SEASON
    folder = Path(tempfile.mkdtemp(prefix="campaign-"))
    played = Played()
    try:
        one = Season(folder, f"{wanted.seed}/season {number}", GUARDS.get(wanted.guard), guarded=wanted.guarded)
        played = one.played
        try:
            for round_number in range(first, last):
                if one.play(plan(wanted.seed, round_number)):
                    break
            one.end()
        finally:
            one.close()
    finally:
        if wanted.guard or not played.found:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            played.trace.append(f"kept in {folder}")
    return played


def campaign(wanted: Wanted, rounds: range) -> Played:
    """Play rounds, several seasons at once; what they found together."""
    total = Played()
    seasons = sorted({number // ROUNDS_A_SEASON for number in rounds})
    running: list[tuple[int, Child]] = []
    while seasons or running:
        while seasons and len(running) < wanted.workers:
            number = seasons.pop(0)
            last = min((number + 1) * ROUNDS_A_SEASON, rounds.stop)
            running.append((number, start(partial(season, wanted, number, last))))
        number, child = running.pop(0)
        ended = child.wait(LONGEST_SEASON)
        if ended.error or ended.result is None:
            raise SystemExit(f"Season {number} of seed {wanted.seed} broke: {ended.error or ended.signal}")
        _tell(wanted.seed, ended.result)
        total.rounds += ended.result.rounds
        total.found += ended.result.found
        total.coverage.merge(ended.result.coverage)
        if wanted.guard and total.found:
            seasons = []
    return total


def _tell(seed: int, played: Played) -> None:
    for number, (category, words) in played.found:
        sys.stdout.write(f"{category}: {words}\n  replay: --seed {seed} --replay {number}\n")
    if played.found:
        sys.stdout.write("".join(f"  {line}\n" for line in played.trace[-4:]))
    sys.stdout.flush()


def selftest(seed: int) -> int:
    """Each guard off, with its faults on: the campaign must fail by that guard's own observable. With it on, not."""
    missed: dict[str, Any] = {}
    for guard in GUARDS.values():
        off = campaign(Wanted(seed, guard.name, guarded=False, workers=1), range(ROUNDS_A_SEASON))
        said = [f"{category}: {words}" for _, (category, words) in off.found]
        own = [one for one in said if re.search(guard.observable, one)]
        on = campaign(Wanted(seed, guard.name, workers=1), range(off.rounds))
        missed[guard.name] = {"off": own[:1], "rounds": off.rounds, "on": len(on.found)}
        sys.stdout.write(
            f"{guard.name}: off, round {off.rounds}: {own[:1] or said[:1]}; on: {len(on.found)} findings\n"
        )
        sys.stdout.flush()
    sys.stdout.write(json.dumps(missed) + "\n")
    return int(not all(one["off"] and not one["on"] for one in missed.values()))


def main() -> int:
    """Play what the command line asks for."""
    parser = argparse.ArgumentParser(prog="tests.faults.campaign", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--replay", type=int, default=None, metavar="ROUND", help="its season, up to this round")
    parser.add_argument("--guard-off", choices=sorted(GUARDS), default="", help="play it with one guard missing")
    parser.add_argument("--selftest", action="store_true", help="each guard off in turn: every one must be missed")
    parser.add_argument("--workers", type=int, default=WORKERS)
    given = parser.parse_args()
    if given.selftest:
        return selftest(given.seed)
    rounds = range(given.rounds) if given.replay is None else range(given.replay, given.replay + 1)
    wanted = Wanted(given.seed, given.guard_off, guarded=not given.guard_off, workers=given.workers)
    total = campaign(wanted, rounds)
    unreached = total.coverage.unreached() if total.rounds >= ENOUGH else []
    for one in unreached:
        sys.stdout.write(f"never reached: {one}\n")
    kinds = Counter(category for _, (category, _) in total.found)
    document = {"rounds": total.rounds, **{name: kinds[name] for name in ("double", "lost", "unequal")}}
    sys.stdout.write(json.dumps({**document, "states": total.coverage.document()}) + "\n")
    return int(bool(total.found or unreached))


if __name__ == "__main__":
    sys.exit(main())
