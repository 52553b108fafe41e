"""`python -m tests.histories --count 5000 --seed 1`; the last line is one JSON object. `--replay SEED` tells one."""

from __future__ import annotations

import argparse
import json
import sys

from tests.histories.campaign import Campaign, play
from tests.histories.history import History
from tests.histories.world import Home


def main() -> int:
    """Play; 1 if something was violated, or was to be reached and was not."""
    parser = argparse.ArgumentParser(prog="python -m tests.histories", description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="histories")
    parser.add_argument("--seed", type=int, default=1, help="the first one's seed; the others follow")
    parser.add_argument("--workers", type=int, default=0, help="processes; one a core if 0")
    parser.add_argument("--replay", type=int, help="one seed, with all that happened")
    given = parser.parse_args()
    if given.replay is not None:
        return _replay(given.replay)
    campaign = Campaign()
    for report in play(range(given.seed, given.seed + given.count), given.workers):
        campaign.add(report)
        for words in report.violations:
            print(f"seed {report.seed}: {words[:400]}", flush=True)
    if campaign.bad:
        print("\n".join(campaign.bad[0].trace))
        print(f"Replay it: python -m tests.histories --replay {campaign.bad[0].seed}")
    for name in campaign.unreached:
        print(f"never reached: {name}")
    print(json.dumps(campaign.figures()))
    return 1 if campaign.bad or campaign.unreached else 0


def _replay(seed: int) -> int:
    home = Home.make()
    try:
        report = History(home, seed).play()
    finally:
        home.remove()
    print("\n".join((*report.trace, *(f"violated: {words}" for words in report.violations))))
    print(json.dumps({"seed": seed, "digest": report.digest, "violations": len(report.violations)}))
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
