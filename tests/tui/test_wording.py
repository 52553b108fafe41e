"""Cells of a terminal: widths, money, ages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from qbconsole.tui import wording


@given(st.text(), st.integers(0, 60), st.booleans())
def test_text_fills_exactly_its_cells_and_nothing_moves_the_cursor(text: str, width: int, right: bool) -> None:
    shown = wording.fit(text, width, right=right)
    assert cell_len(shown) == width
    assert not any(ord(char) < 0x20 or char == "\x7f" for char in shown)


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("Harbor Point", 6, "Harbo…"),
        ("株式会社山田", 5, "株式…"),
        ("ok", 4, "ok  "),
        ("bad [/] tag", 11, "bad [/] tag"),
    ],
)
def test_what_is_too_long_ends_in_an_ellipsis(text: str, width: int, shown: str) -> None:
    assert wording.fit(text, width) == shown


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (Decimal("6420.00"), "USD", "$6,420.00"),
        (Decimal("-6420.5"), "USD", "($6,420.50)"),
        (Decimal(1200), "JPY", "¥1,200"),
        (None, "USD", ""),
    ],
)
def test_money(monkeypatch: pytest.MonkeyPatch, amount: Decimal | None, currency: str, shown: str) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    wording._formatter.cache_clear()
    assert wording.money(amount, currency) == shown
    wording._formatter.cache_clear()


def test_a_total_keeps_currencies_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    wording._formatter.cache_clear()
    amounts = [(Decimal("1.10"), "USD"), (Decimal(7), "CAD"), (None, "USD"), (Decimal("2.20"), "USD")]
    assert wording.total(amounts) == "CA$7.00 + $3.30"
    assert wording.total([]) == ""
    wording._formatter.cache_clear()


@pytest.mark.parametrize(("age", "shown"), [(0, "today"), (3, "3d"), (-2, "in 2d"), (None, "")])
def test_days(age: int | None, shown: str) -> None:
    today = date(2026, 11, 24)
    assert wording.days(None if age is None else today - timedelta(days=age), today) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(12, "12 s ago"), (90, "1 min ago"), (7300, "2 h ago"), (200000, "2 d ago")]
)
def test_ago(seconds: int, shown: str) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert wording.ago(now - timedelta(seconds=seconds), now) == shown
