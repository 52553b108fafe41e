"""Theme files: those that ship are right, those that are not say why, and none can end the console."""

from __future__ import annotations

from pathlib import Path

import pytest

from qbconsole.books.home import bundled
from qbconsole.tui.themes import ThemeError, read_all, read_theme

SHIPPED = {"qbconsole-dark", "qbconsole-light", "high-contrast", "deuteranopia"}


def test_the_shipped_themes_are_right() -> None:
    themes, problems = read_all(bundled("themes"))
    assert {theme.name for theme in themes} == SHIPPED
    assert problems == []


def test_a_theme_is_named_as_its_file() -> None:
    for path in bundled("themes").glob("*.toml"):
        assert read_theme(path).name == path.stem


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('primary = "#12"', "primary: '#12' is no colour"),
        ('primary = ""', "primary: '' is no colour"),
        ('primary = "red"\ncolour = "blue"', "unknown keys: colour"),
        ("dark = true", "primary is missing"),
        ('primary = "red"\ndark = "yes"', "dark is no bool"),
        ('primary = "red"\n[variables]\nborder = "nonsense"', "variables.border: 'nonsense' is no colour"),
        ("primary = ", "theme.toml: "),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "theme.toml"
    path.write_text(text)
    with pytest.raises(ThemeError, match=r"theme\.toml") as error:
        read_theme(path)
    assert says in str(error.value)


def test_one_wrong_file_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('primary = "red"')
    (tmp_path / "b.toml").write_text('primary = "nonsense"')
    themes, problems = read_all(tmp_path)
    assert [theme.name for theme in themes] == ["a"]
    assert len(problems) == 1
