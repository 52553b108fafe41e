"""Switches: their values, what is refused, where they are kept, and that the page about them is true."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from qbconsole.simulator.database import Database
from qbconsole.simulator.switches import NUMBER, SWITCHES, Switches, parse

PAGE = Path(__file__).parents[2] / "docs" / "simulator.md"
ROW = re.compile(r"\| `(?P<name>\w+)` \| (?P<values>[^|]+) \| `(?P<default>[^`|]+)` \| (?P<meaning>[^|]+) \|")


def test_the_page_and_the_registry_agree() -> None:
    section = PAGE.read_text().partition("## Switches")[2].partition("\n## ")[0]
    rows = [match.groupdict() for match in map(ROW.fullmatch, section.splitlines()) if match]

    assert rows == [
        {
            "name": switch.name,
            "values": ", ".join(f"`{value}`" for value in switch.values),
            "default": switch.default,
            "meaning": switch.meaning,
        }
        for switch in SWITCHES
    ]


def test_every_default_is_a_value_and_every_name_is_given_once() -> None:
    assert all(switch.takes(switch.default) and switch.default != NUMBER for switch in SWITCHES)
    assert len({switch.name for switch in SWITCHES}) == len(SWITCHES)


def test_what_was_turned_outlives_a_restart_and_the_rest_stands_on_its_default(tmp_path: Path) -> None:
    database = Database(tmp_path / "simulator.db")
    Switches(database).turn({"access_token_seconds": "5"})
    database.close()

    database = Database(tmp_path / "simulator.db")
    switches = Switches(database)
    assert switches.number("access_token_seconds") == 5
    assert switches["refresh_token_rotation"] == "every_24h"
    assert switches.document()["access_token_seconds"]["value"] == "5"
    database.close()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("acces_token_seconds=5", "no switch is called 'acces_token_seconds'"),
        ("access_token_seconds=soon", "access_token_seconds is a whole number, not 'soon'"),
        ("access_token_seconds=-1", "access_token_seconds is a whole number, not '-1'"),
        ("access_token_seconds", "access_token_seconds is a whole number, not ''"),
        ("refresh_token_rotation=never", "refresh_token_rotation is every_24h or every_call, not 'never'"),
    ],
)
def test_a_wrong_switch_is_named_and_nothing_is_turned(text: str, words: str) -> None:
    database = Database(None)
    switches = Switches(database)
    name, _, value = text.partition("=")
    with pytest.raises(ValueError, match="switches: ") as raised:
        parse(["refresh_token_rotation=every_call", text])
    assert words in str(raised.value)

    with pytest.raises(ValueError, match="switches: "):
        switches.turn({"refresh_token_rotation": "every_call", name: value})
    assert switches["refresh_token_rotation"] == "every_24h"
    database.close()


def test_a_name_that_is_no_switch_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(KeyError):
        Switches(Database(None))["nothing"]


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("90", 90), ("1h", 3600), ("2d", 172_800), ("forever", math.inf)]
)
def test_spans_are_read_in_seconds(text: str, seconds: float) -> None:
    database = Database(None)
    database.collection("switches").put("access_token_seconds", {"value": text})

    assert Switches(database).seconds("access_token_seconds") == seconds
    database.close()
