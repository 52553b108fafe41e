"""Vendor JSON in and out without loss."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qbconsole.connectors.payload import UnreadableError, dump, exact, parse


def test_amounts_are_decimals_and_keep_their_digits() -> None:
    value = parse(b'{"b": 337.50, "a": 0, "c": [1.10, true, null, "x\\u00e9"]}')
    assert value["b"] == Decimal("337.50")
    assert dump(value) == '{"a":0,"b":337.50,"c":[1.10,true,null,"xé"]}'
    assert parse(dump(value).encode()) == value


@pytest.mark.parametrize(
    "body", [b"", b'{"a": 1', b"<html>", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"\xff\xfe", b"[" * 100_000]
)
def test_damaged_bodies_are_refused(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        parse(body)


@pytest.mark.parametrize("value", ["1e999999999", "1e-999999999", "NaN", "-Infinity", "", "1,000", "0x10"])
def test_a_number_is_finite_and_of_a_believable_size(value: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        exact(value)


def test_a_long_binary_fraction_is_a_number() -> None:
    assert exact("0.40000000000000002220446049250313080847263336181640625") > Decimal("0.4")
