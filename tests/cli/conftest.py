"""A home with one synced book on a small simulated business, for all tests of the commands."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from tests.cli.command import run, simulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Office:
    """A home, its only book's folder, and the simulator's first line."""

    home: Path
    book: Path
    served: dict[str, Any]


@pytest.fixture(scope="session")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Made once; tests that change something take a copy: `office`."""
    home = tmp_path_factory.mktemp("home")
    with simulator(tmp_path_factory.mktemp("simulator"), "--size", "0.2") as served:
        added = run("book", "add", "ridgeline", "--simulator", served["control_url"], home=home)
        assert added.code == 0, added.err
        assert run("sync", home=home).code == 3  # rows wait for a person
        yield Office(home, home / "books" / "ridgeline", served)


@pytest.fixture
def office(synced: Office, tmp_path: Path) -> Office:
    home = tmp_path / "home"
    shutil.copytree(synced.home, home)
    return Office(home, home / "books" / "ridgeline", synced.served)
