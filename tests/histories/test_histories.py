"""Seeded histories: nothing is doubled, lost or unequal, whatever fails; and the same seed is the same history."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from tests.histories.accounting import Quickbooks
from tests.histories.campaign import Campaign
from tests.histories.history import History, Plan, Report
from tests.histories.ledger import Ledger
from tests.histories.world import Home

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from qbconsole.domain.records import Record

SEEDS = range(1, 21)


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
    wanted = {"operations found", "operations unknown", "book was busy", "answer lost"}
    assert wanted <= {name for name, count in campaign.states.items() if count}


# --- a campaign that cannot fail proves nothing: with one guard off it does -------------------------------------------

LOSING = Plan(
    rates={"crm": {}, "accounting": {"answer lost": 0.3}}, lag=0.0, memory=1e6, skew=timedelta(0), crash=0.0, runners=1,
    people=3.0, hands=1e6, restores=False, stops=False, jumps=False,
)  # fmt: skip
FORGETFUL = replace(LOSING, memory=1.0, lag=0.5)
"""A request id is forgotten before an operation is sent again: the look-up for its tag is what is left."""
LAGGING = replace(LOSING, lag=30.0)
"""Lists do not show what was made until long after it is sent again: the request id is what is left."""


async def _sees_nothing(_self: Quickbooks, _operation: object, *, since: datetime) -> None:
    _ = since


def _never_remembers(_self: Ledger, _request_id: str, effect: Callable[[], Record]) -> Record:
    return effect()


@pytest.mark.parametrize(
    ("plan", "guard"),
    [
        pytest.param(FORGETFUL, patch.object(Quickbooks, "find", _sees_nothing), id="look-up by tag"),
        pytest.param(LAGGING, patch.object(Ledger, "once", _never_remembers), id="request id"),
    ],
)
def test_a_guard_that_is_off_doubles_invoices_and_one_that_is_on_does_not(home: Home, plan: Plan, guard: Any) -> None:
    def doubled(seed: int) -> bool:
        report = History(home, seed, aimed=plan).play()
        return any(words.startswith("double: invoices") for words in report.violations)

    seeds = range(1, 41)
    with guard:
        bad = next((seed for seed in seeds if doubled(seed)), None)
    assert bad is not None, "no history met what the guard is for"
    assert not doubled(bad)


def test_a_seed_tells_the_same_history_in_every_process(home: Home) -> None:
    here = History(home, 7).play()
    command = [sys.executable, "-m", "tests.histories", "--replay", "7"]
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()
    assert json.loads(told[-1])["digest"] == here.digest
    assert tuple(told[:-1]) == here.trace
