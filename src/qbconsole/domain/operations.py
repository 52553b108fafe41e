"""The operations that desks enqueue and connectors apply: one write to one remote each, in our own words.

An operation is stored whole with the decision. `customer_id` may be empty when the customer is still being made: the
operation then depends on the one that makes it, and the deliverer fills the id in from that one's receipt.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal

from qbconsole.domain.canonical import as_json
from qbconsole.domain.records import Address, DocumentLine

System = Literal["crm", "accounting"]


@dataclass(frozen=True, slots=True)
class CreateCustomer:
    """Make a customer in accounting for a CRM company; `notes` is our tag line. With `parent_id` it is a job.

    `taxable` None leaves the choice to accounting.
    """

    kind: ClassVar[str] = "create_customer"
    system: ClassVar[System] = "accounting"
    name: str
    notes: str
    currency: str
    company_name: str = ""
    email: str = ""
    phone: str = ""
    address: Address = dataclasses.field(default_factory=Address)
    ship_address: Address = dataclasses.field(default_factory=Address)
    parent_id: str = ""
    bill_with_parent: bool = False
    term_id: str = ""
    taxable: bool | None = None


@dataclass(frozen=True, slots=True)
class UpdateCustomer:
    """Set fields of a customer or job: `seen` are those that the decision rests on, `values` what they shall be.

    Both are (field, text) by the names of `UPDATABLE`; an empty text clears the field. A field that is neither as it
    was seen nor as it shall be is a conflict.
    """

    kind: ClassVar[str] = "update_customer"
    system: ClassVar[System] = "accounting"
    customer_id: str
    revision: str
    seen: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TagCustomer:
    """Add our tag line to a customer's notes, or (`remove`) take exactly that line away; nothing else is changed."""

    kind: ClassVar[str] = "tag_customer"
    system: ClassVar[System] = "accounting"
    customer_id: str
    tag: str
    remove: bool = False


@dataclass(frozen=True, slots=True)
class DeactivateCustomer:
    """Make a customer inactive; refused unless its balance is zero and it has no transactions."""

    kind: ClassVar[str] = "deactivate_customer"
    system: ClassVar[System] = "accounting"
    customer_id: str


@dataclass(frozen=True, slots=True)
class CreateDocument:
    """Make an invoice, estimate or credit memo. `private_note` is our tag, one line for each event it bills.

    `before_tax` is the sum of the lines. A credit memo names the document it takes back in `reverses`; before it is
    made the deliverer looks whether that one still stands as `reverses_balance` says. An invoice made from an estimate
    names it in `estimate_id`. `custom_fields` are (id, value); `number` is for companies that number by themselves;
    `tax_code_id` for those that choose the tax of a document by hand.
    """

    kind: ClassVar[str] = "create_document"
    system: ClassVar[System] = "accounting"
    type: str
    customer_id: str
    posted_on: date
    currency: str
    lines: tuple[DocumentLine, ...]
    private_note: str
    due_on: date | None = None
    term_id: str = ""
    email: str = ""
    bill_address: Address = dataclasses.field(default_factory=Address)
    ship_address: Address = dataclasses.field(default_factory=Address)
    reverses: str = ""
    reverses_balance: Decimal | None = None
    estimate_id: str = ""
    number: str = ""
    message: str = ""
    email_copies: tuple[str, ...] = ()
    class_id: str = ""
    location_id: str = ""
    custom_fields: tuple[tuple[str, str], ...] = ()
    tax_code_id: str = ""

    @property
    def before_tax(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.amount for line in self.lines), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class VoidDocument:
    """Void a document that still is as the decision saw it: `revision`, and the figures that the decision rests on.

    A newer revision is no conflict if balance, payments linked and e-mail status are the same (invariant 3).
    """

    kind: ClassVar[str] = "void_document"
    system: ClassVar[System] = "accounting"
    type: str
    document_id: str
    revision: str
    balance: Decimal
    emailed: bool
    payments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DeleteDocument:
    """Delete a document that still is as the decision saw it, by the rules of `VoidDocument`. It leaves no trace."""

    kind: ClassVar[str] = "delete_document"
    system: ClassVar[System] = "accounting"
    type: str
    document_id: str
    revision: str
    balance: Decimal
    emailed: bool
    payments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class UpdateDocument:
    """Set fields of a document that names and money do not hang on, by the rules of `UpdateCustomer`.

    The fields are those of `UPDATABLE`; for an estimate also its status.
    """

    kind: ClassVar[str] = "update_document"
    system: ClassVar[System] = "accounting"
    type: str
    document_id: str
    revision: str
    seen: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SendDocument:
    """Have accounting e-mail a document; refused if its total is no longer the one that was seen."""

    kind: ClassVar[str] = "send_document"
    system: ClassVar[System] = "accounting"
    type: str
    document_id: str
    email: str
    total: Decimal


@dataclass(frozen=True, slots=True)
class ApplyCredit:
    """Use `amount` of a credit memo for an invoice: a payment of zero that links both (its tag in `private_note`).

    No money is received. A capability of its own, refused unless the book allows it (S64).
    """

    kind: ClassVar[str] = "apply_credit"
    system: ClassVar[System] = "accounting"
    credit_id: str
    invoice_id: str
    customer_id: str
    currency: str
    amount: Decimal
    posted_on: date
    private_note: str


UPDATABLE: dict[str, tuple[str, ...]] = {
    "update_customer": ("name", "company_name", "email", "phone", "term_id", "address", "ship_address"),
    "update_document": ("due_on", "email", "message", "number", "private_note", "status"),
}
"""The fields that an update may set. An address is one text: see `address_text`."""


def address_text(address: Address) -> str:
    """An address as one text for an update: street, city, state, postcode and country, joined by line breaks."""
    parts = (address.street, address.city, address.state, address.postcode, address.country)
    return "\n".join(part.replace("\n", ", ") for part in parts) if any(parts) else ""


def address_of(text: str) -> Address:
    """The address that `address_text` wrote; parts that are missing at its end are empty."""
    return Address(*text.split("\n", 4))


@dataclass(frozen=True, slots=True)
class StampDeal:
    """Set our properties (`qbc_*`, absolute values, empty clears) on a deal."""

    kind: ClassVar[str] = "stamp_deal"
    system: ClassVar[System] = "crm"
    deal_id: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class StampCompany:
    """Set the customer id (`qbc_customer_id`, empty clears) on a company."""

    kind: ClassVar[str] = "stamp_company"
    system: ClassVar[System] = "crm"
    company_id: str
    customer_id: str


@dataclass(frozen=True, slots=True)
class CreateTask:
    """Make a task for a salesperson; `tag` is a line of its body that is looked up before any second try."""

    kind: ClassVar[str] = "create_task"
    system: ClassVar[System] = "crm"
    subject: str
    body: str
    tag: str
    due_at: datetime
    owner_id: str = ""
    deal_id: str = ""
    company_id: str = ""


@dataclass(frozen=True, slots=True)
class CreateNote:
    """Write a note on a deal or company; `tag` is a line of it that is looked up before any second try."""

    kind: ClassVar[str] = "create_note"
    system: ClassVar[System] = "crm"
    body: str
    tag: str
    at: datetime
    deal_id: str = ""
    company_id: str = ""


@dataclass(frozen=True, slots=True)
class MergeCompanies:
    """Let one company of the CRM swallow another. It cannot be undone."""

    kind: ClassVar[str] = "merge_companies"
    system: ClassVar[System] = "crm"
    company_id: str
    swallowed_id: str


Operation = (
    CreateCustomer
    | UpdateCustomer
    | TagCustomer
    | DeactivateCustomer
    | CreateDocument
    | UpdateDocument
    | SendDocument
    | ApplyCredit
    | VoidDocument
    | DeleteDocument
    | StampDeal
    | StampCompany
    | CreateTask
    | CreateNote
    | MergeCompanies
)

OPERATIONS: dict[str, type[Operation]] = {operation.kind: operation for operation in typing.get_args(Operation)}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the remote answered: the id and revision of the record written, its new state, the server's words.

    `record` is the record as the remote returned it, for the mirror; `found` is True when the work was found done by
    its tag rather than done now; `gone` that the record is there no more. `payload` is the remote's own JSON text.
    `notice` is what somebody should know although it was done: a cent that differs, say.
    """

    remote_id: str
    revision: str = ""
    number: str = ""
    record: Any = None
    payload: str = ""
    found: bool = False
    gone: bool = False
    notice: str = ""
    server_reference: str = ""


def to_json(operation: Operation) -> dict[str, Any]:
    """The operation as plain JSON, without its kind."""
    result: dict[str, Any] = as_json(operation)
    return result


def from_json(kind: str, body: dict[str, Any]) -> Operation:
    """The operation that `to_json` wrote.

    Raises:
        KeyError: no operation has that kind.
    """
    operation: Operation = rebuild(OPERATIONS[kind], body)
    return operation


def rebuild(wanted: Any, value: Any) -> Any:
    """A dataclass (or a part of one) from the plain JSON that `canonical.as_json` made of it."""
    return builder(wanted)(value)


@functools.cache
def builder(wanted: Any) -> Callable[[Any], Any]:
    """What makes values of a type from plain JSON; put together once for each type, since a mirror is read often."""
    origin = typing.get_origin(wanted)
    if origin is typing.Annotated:
        return builder(typing.get_args(wanted)[0])
    if origin in (typing.Union, types.UnionType):
        inner = builder(next(part for part in typing.get_args(wanted) if part is not type(None)))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        return _tuple_builder(typing.get_args(wanted))
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        hints = typing.get_type_hints(wanted)
        fields = {field.name: builder(hints[field.name]) for field in dataclasses.fields(wanted)}
        return lambda value: wanted(**{name: fields[name](part) for name, part in value.items()})
    plain: dict[Any, Callable[[Any], Any]] = {
        Decimal: Decimal,
        datetime: datetime.fromisoformat,
        date: date.fromisoformat,
    }
    return plain.get(wanted, _as_it_is)


def _tuple_builder(parts: tuple[Any, ...]) -> Callable[[Any], Any]:
    builders = [builder(part) for part in parts if part is not Ellipsis]
    if len(parts) == 2 and parts[1] is Ellipsis:
        (one,) = builders
        return tuple if one is _as_it_is else lambda value: tuple(map(one, value))
    return lambda value: tuple(make(entry) for make, entry in zip(builders, value, strict=True))


def _as_it_is(value: Any) -> Any:
    return value
