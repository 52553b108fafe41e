"""docs/rules.md names every key of rules.toml with its default section."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from qbconsole.books.rules import Rules

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("section", Rules.model_fields)
def test_every_key_is_on_the_page(section: str) -> None:
    assert f"## [{section}]" in PAGE
    text = PAGE.split(f"## [{section}]")[1].split("\n## ")[0]
    model = Rules.model_fields[section].annotation
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)
    for key in model.model_fields:
        assert f"| `{key}` |" in text
