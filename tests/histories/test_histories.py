"""Seeded histories: nothing is doubled, lost or unequal, whatever fails; and the same seed is the same history."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.histories.campaign import Campaign
from tests.histories.history import History, Report
from tests.histories.world import Home

if TYPE_CHECKING:
    from collections.abc import Iterator

SEEDS = range(1, 31)


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    made = Home.make()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def reports(home: Home) -> list[Report]:
    return [History(home, seed).play() for seed in SEEDS]


def test_no_history_violates_anything(reports: list[Report]) -> None:
    bad = [(one.seed, one.violations) for one in reports if one.violations]
    assert bad == [], "replay one: python -m tests.histories --replay SEED"


def test_the_histories_come_to_what_is_dangerous(reports: list[Report]) -> None:
    campaign = Campaign()
    for one in reports:
        campaign.add(one)
    wanted = {"operations found", "operations unknown", "operations parked", "book was busy", "answer lost"}
    assert wanted <= {name for name, count in campaign.states.items() if count}


def test_a_seed_tells_the_same_history_in_every_process(home: Home) -> None:
    here = History(home, 7).play()
    command = [sys.executable, "-m", "tests.histories", "--replay", "7"]
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()
    assert json.loads(told[-1])["digest"] == here.digest
    assert tuple(told[:-1]) == here.trace
