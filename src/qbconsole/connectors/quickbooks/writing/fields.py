"""The fields that an update may set: how each is read from Intuit's JSON, and how it is written in a sparse update.

A field is a text on our side (`operations.UPDATABLE`), read as the mirror reads it, since that is what a decision saw.
To clear one, an empty text is sent: a null would count as "not sent" (quickbooks.md 7.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qbconsole.connectors.quickbooks.translate import Home, read_customer
from qbconsole.connectors.quickbooks.writing.texts import (
    COMPANY_NAME,
    EMAIL,
    MESSAGE,
    NAME,
    NUMBER,
    PHONE,
    PRIVATE_NOTE,
    checked_name,
    within,
)
from qbconsole.domain.errors import Conflict, Fatal, NeedsPerson
from qbconsole.domain.operations import address_of, address_text
from qbconsole.domain.records import Address
from qbconsole.domain.text import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Row = dict[str, Any]
STATUSES = ("pending", "accepted", "closed", "rejected", "converted")
"""Of estimates (quickbooks.md 8.9)."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in words, what a row holds of it, and the part of a body that sets it."""

    words: str
    read: Callable[[Row], str]
    write: Callable[[str], Row]


def _plain(words: str, name: str, limit: int) -> Field:
    return Field(words, lambda row: str(row.get(name) or ""), lambda text: {name: within(words, text, limit)})


def _inner(words: str, name: str, inner: str, limit: int) -> Field:
    return Field(
        words,
        lambda row: str((row.get(name) or {}).get(inner) or ""),
        lambda text: {name: {inner: within(words, text, limit)}},
    )


def _of_customer(words: str, field: str, write: Callable[[str], Row]) -> Field:
    def read(row: Row) -> str:
        value = getattr(read_customer(row, Home()), field)
        return address_text(value) if isinstance(value, Address) else str(value)

    return Field(words, read, write)


def _address(words: str, field: str, name: str) -> Field:
    """An address that was edited in the browser lies flat in its lines (trap 34): all of them are set."""

    def write(text: str) -> Row:
        address = address_of(text)
        return {
            name: {
                "Line1": address.street, "Line2": "", "Line3": "", "Line4": "", "Line5": "", "City": address.city,
                "CountrySubDivisionCode": address.state, "PostalCode": address.postcode, "Country": address.country,
            }
        }  # fmt: skip

    return _of_customer(words, field, write)


def _status(text: str) -> Row:
    if text not in STATUSES:
        raise NeedsPerson(
            f"QuickBooks knows no estimate that is {text!r}.", next_step=f"One of: {', '.join(STATUSES)}."
        )
    return {"TxnStatus": text.capitalize()}


FIELDS: dict[str, dict[str, Field]] = {
    "update_customer": {
        "name": _of_customer("name", "name", lambda text: {"DisplayName": checked_name(text)}),
        "company_name": _of_customer(
            "company name", "company_name", _plain("company name", "CompanyName", COMPANY_NAME).write
        ),
        "email": _inner("e-mail address", "PrimaryEmailAddr", "Address", EMAIL),
        "phone": _of_customer(
            "phone number", "phone", _inner("phone number", "PrimaryPhone", "FreeFormNumber", PHONE).write
        ),
        "term_id": _inner("payment term", "SalesTermRef", "value", NAME),
        "address": _address("billing address", "address", "BillAddr"),
        "ship_address": _address("shipping address", "ship_address", "ShipAddr"),
    },
    "update_document": {
        "due_on": _plain("due date", "DueDate", 10),
        "email": _inner("e-mail address", "BillEmail", "Address", EMAIL),
        "message": _inner("message to the customer", "CustomerMemo", "value", MESSAGE),
        "number": _plain("number", "DocNumber", NUMBER),
        "private_note": _plain("private note", "PrivateNote", PRIVATE_NOTE),
        "status": Field("status", lambda row: str(row.get("TxnStatus") or "").lower(), _status),
    },
}
"""By kind of operation and by the names of `operations.UPDATABLE`."""


def differing(kind: str, row: Row, wanted: Mapping[str, str]) -> dict[str, str]:
    """The wanted fields that a row does not hold yet."""
    return {name: text for name, text in wanted.items() if not _same(_field(kind, name).read(row), text)}


def change(kind: str, wanted: Mapping[str, str]) -> Row:
    """The part of a sparse body that sets fields.

    Raises:
        NeedsPerson: QuickBooks takes no such value.
    """
    body: Row = {}
    for name, text in wanted.items():
        body |= _field(kind, name).write(text)
    return body


def refuse_if_moved(kind: str, row: Row, seen: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Compare a record with what the decision rests on; a field that is as it shall be has not moved.

    Raises:
        Conflict: a field is neither as it was seen nor as wanted; each is named, with both values.
    """
    moved = [
        f"its {field.words} is {_shown(now)}, not {_shown(text)}"
        for name, text in seen.items()
        if not _same(now := (field := _field(kind, name)).read(row), text)
        and not (name in wanted and _same(now, wanted[name]))
    ]
    if moved:
        words = f"it is not as it was when it was decided: {', '.join(moved)}."
        raise Conflict(words, next_step="Look at both values and decide again.")


def _field(kind: str, name: str) -> Field:
    try:
        return FIELDS[kind][name]
    except KeyError:
        raise Fatal(f"No {kind.replace('_', ' ')} sets {name!r}.") from None


def _shown(text: str) -> str:
    return repr(str(safe_text(text, limit=100))) if text else "empty"


def _same(one: str, other: str) -> bool:
    """QuickBooks trims texts and writes line breaks in its own way."""
    return "\n".join(one.split("\r\n")).strip() == "\n".join(other.split("\r\n")).strip()
