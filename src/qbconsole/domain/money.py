"""Money: `Decimal` in the currency's minor unit, integers in the store. A float never touches it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")

_MINOR_DIGITS = {"BHD": 3, "CLP": 0, "ISK": 0, "JOD": 3, "JPY": 0, "KRW": 0, "KWD": 3, "OMR": 3, "TND": 3, "VND": 0}


def minor_digits(currency: str) -> int:
    """Digits behind the point in a currency (ISO 4217); 2 unless listed otherwise."""
    return _MINOR_DIGITS.get(currency, 2)


def rounded(amount: Decimal, currency: str = "USD") -> Decimal:
    """The amount in whole minor units, halves away from zero, as QuickBooks rounds."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), rounding=ROUND_HALF_UP)


def to_minor(amount: Decimal, currency: str = "USD") -> int:
    """Whole minor units.

    Raises:
        ValueError: the amount has more digits than the currency: it was not rounded where it was made.
    """
    scaled = amount.scaleb(minor_digits(currency))
    if scaled != scaled.to_integral_value():
        msg = f"{amount} is not a whole number of minor units of {currency}"
        raise ValueError(msg)
    return int(scaled)


def from_minor(units: int, currency: str = "USD") -> Decimal:
    """The amount for a number of minor units."""
    return Decimal(units).scaleb(-minor_digits(currency))


def within_percent(one: Decimal, other: Decimal, percent: Decimal) -> bool:
    """Whether two amounts differ by at most that percentage of the larger one."""
    return abs(one - other) * 100 <= max(abs(one), abs(other)) * percent


def spoken(amount: Decimal, currency: str = "USD") -> str:
    """The amount as a sentence says it: `6,420.00`, negative in parentheses."""
    text = f"{abs(amount):,.{minor_digits(currency)}f}"
    return f"({text})" if amount < 0 else text
