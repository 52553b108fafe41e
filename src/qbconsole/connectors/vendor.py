"""What the private models of vendor JSON share: strict on the fields we use, blind to the others, calm about nulls."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from qbconsole.connectors.payload import exact
from qbconsole.domain.errors import NeedsPerson
from qbconsole.domain.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable

Made = TypeVar("Made")
UNREADABLE = (ValidationError, ValueError, ArithmeticError)
"""What a translation may raise when a value is not what it should be."""


def _day(value: object) -> object:
    return value[:10] if isinstance(value, str) else value


def _aware(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = datetime.fromisoformat(value)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _number(value: object) -> object:
    """Numbers come as JSON numbers or as text; what is not finite is no number."""
    msg = "not a number"
    if not isinstance(value, str | int | Decimal) or isinstance(value, bool):
        raise ValueError(msg)  # noqa: TRY004 - pydantic takes ValueError for "not valid"
    return exact(value)


Day = Annotated[date, BeforeValidator(_day)]
"""A calendar day; a time behind it is left out."""
Moment = Annotated[datetime, BeforeValidator(_aware)]
"""An instant in UTC, from any ISO form."""
Number = Annotated[Decimal, BeforeValidator(_number)]
"""An exact number."""


class VendorModel(BaseModel):
    """A part of a vendor's record. Null means absent; unknown fields are no concern of ours."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return {key: value for key, value in data.items() if value is not None}
        return data


def unreadable(label: str, error: Exception) -> str:
    """The sentence for a record of which a field that we use could not be read."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        shown = safe_text(str(first["input"]), limit=60)
        return f"{label}: {where} could not be read ({shown!r}); the rest of the record is kept."
    return f"{label}: a value could not be read ({safe_text(str(error), limit=100)}); the record is kept as it came."


def readable(label: str, make: Callable[[], Made]) -> Made:
    """What `make` makes, for records that we cannot go on without.

    Raises:
        NeedsPerson: a field that we use could not be read.
    """
    try:
        return make()
    except UNREADABLE as error:
        raise NeedsPerson(
            unreadable(label, error), next_step="Correct the value there, or report it, then press R."
        ) from error
