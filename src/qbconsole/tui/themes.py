"""Themes: one TOML file each, checked before Textual sees them (it dies later of what is wrong in them)."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COLOURS = (
    "primary", "secondary", "accent", "warning", "error", "success", "foreground", "background", "surface", "panel",
    "boost",
)  # fmt: skip
PLAIN = {"name": str, "dark": bool, "luminosity_spread": float, "text_alpha": float, "variables": dict}
DEFAULTS = {"dim": "#8b93a3", "env-production": "#d06c75", "env-sandbox": "#d2a45c", "env-demo": "#7ba7bc"}
"""What a theme may leave out: secondary text, and the colours of the environments."""


class ThemeError(ValueError):
    """A theme file is wrong; the message names the file and the key."""


def read_theme(path: Path) -> Theme:
    """Read and check one theme.

    Raises:
        ThemeError: the file is no TOML, holds an unknown key, or a colour that is none.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ThemeError(f"{path.name}: {error}") from error
    unknown = sorted(set(data) - set(COLOURS) - set(PLAIN))
    if unknown:
        raise ThemeError(f"{path.name}: unknown keys: {', '.join(unknown)}")
    for name, kind in PLAIN.items():
        if name in data and not isinstance(data[name], kind):
            raise ThemeError(f"{path.name}: {name} is no {kind.__name__}")
    if "primary" not in data:
        raise ThemeError(f"{path.name}: primary is missing")
    for name, value in _colours(data):
        try:
            Color.parse(str(value).split()[0] if str(value).split() else "")
        except ColorParseError as error:
            raise ThemeError(f"{path.name}: {name}: {value!r} is no colour") from error
    return Theme(**{"name": path.stem, **data})


def _colours(data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((name, data[name]) for name in COLOURS if name in data)
    variables = data.get("variables", {})
    yield from ((f"variables.{name}", value) for name, value in variables.items() if not name.endswith("-style"))


def read_all(folder: Path) -> tuple[list[Theme], list[str]]:
    """All themes of a folder, and the plain sentence for each file that is wrong."""
    themes: list[Theme] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            themes.append(read_theme(path))
        except ThemeError as error:
            problems.append(str(error))
    return themes, problems
