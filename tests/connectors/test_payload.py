"""Vendor JSON in and out without loss."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qbconsole.connectors.payload import UnreadableError, _dump_slowly, dump, exact, parse


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


_NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9)
_LEAVES = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text() | _NUMBERS
_PAYLOADS = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)


@given(_PAYLOADS)
@example({"a": "\ue0001.5\ue000", "b": Decimal("1.50")})
def test_a_payload_is_written_the_same_fast_or_slowly_and_read_back_whole(payload: object) -> None:
    text = dump(payload)
    assert text == _dump_slowly(payload)
    assert parse(text.encode()) == payload
