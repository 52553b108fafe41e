"""A world for each scenario, and this process's waits at the pace of a simulator that is near."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from tests.faults.world import Seed, World, grown, sow
from tests.faults.zygote import Zygote

from qbconsole.outbox import deliver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Seed:
    return sow(tmp_path_factory.mktemp("seed"))


@pytest.fixture(scope="session")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    one = Zygote(tmp_path_factory.mktemp("zygote"))
    yield one
    one.end()


@pytest.fixture
def world(seed: Seed, zygote: Zygote, tmp_path: Path) -> Iterator[World]:
    with grown(seed, tmp_path, zygote) as one:
        yield one


@pytest.fixture(autouse=True)
def _lists_hardly_lag(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look-up that finds nothing is believed soon: no read of these scenarios is stale."""
    monkeypatch.setattr(deliver, "STALENESS", timedelta(seconds=0.2))
