"""Where everything lies: `QBCONSOLE_HOME`, or the platform's data folder. No other module knows a directory."""

from __future__ import annotations

import os
import re
from pathlib import Path

import platformdirs

from qbconsole.domain.errors import Configuration

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def home() -> Path:
    """The root of all books."""
    override = os.environ.get("QBCONSOLE_HOME", "")
    return Path(override).expanduser() if override else platformdirs.user_data_path("qbconsole")


def book_folder(root: Path, name: str) -> Path:
    """The folder of a book.

    Raises:
        Configuration: the name is not one that a folder and a command line both take.
    """
    if not _NAME.fullmatch(name):
        step = "Use small letters, digits and hyphens, at most 40, such as ridgeline-mechanical."
        raise Configuration(f"{name!r} is no name for a book.", next_step=step)
    return root / "books" / name


def book_names(root: Path) -> list[str]:
    """The books there are, by name."""
    folder = root / "books"
    return sorted(path.parent.name for path in folder.glob("*/book.toml")) if folder.is_dir() else []


def bundled(folder: str) -> Path:
    """A data folder that ships with the package (`themes`, `sample_data`), in a wheel or a checkout."""
    package = Path(__file__).parent.parent
    inside = package / folder
    return inside if inside.is_dir() else package.parent.parent / folder
