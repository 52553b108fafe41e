"""What Intuit's objects have in common."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator

from qbconsole.connectors.vendor import Moment, VendorModel

ZERO = Decimal(0)


def _many(value: Any) -> Any:
    """Where the documents say a list, some answers have the one object itself (quickbooks.md 4)."""
    return [value] if isinstance(value, dict) else value


Many = BeforeValidator(_many)
"""Marks a list that may come as its one entry."""


class Ref(VendorModel):
    """A reference by id."""

    value: str = ""


class Times(VendorModel):
    """When it was made and changed."""

    CreateTime: Moment | None = None
    LastUpdatedTime: Moment | None = None


class Entity(VendorModel):
    """What every object has."""

    Id: str
    SyncToken: str = ""
    Active: bool = True
    MetaData: Times = Times()


class Link(VendorModel):
    """A link to another transaction."""

    TxnId: str
    TxnType: str


Links = Annotated[list[Link], Many]
