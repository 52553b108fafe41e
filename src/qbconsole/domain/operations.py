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
    """Make a customer in accounting for a CRM company; `notes` is our tag line."""

    kind: ClassVar[str] = "create_customer"
    system: ClassVar[System] = "accounting"
    name: str
    notes: str
    currency: str
    company_name: str = ""
    email: str = ""
    phone: str = ""
    address: Address = dataclasses.field(default_factory=Address)


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

    `expected_before_tax` is the sum of the lines. A credit memo names the document it takes back in `reverses`; before
    it is made the deliverer looks whether that one still stands as `reverses_balance` says.
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


Operation = (
    CreateCustomer
    | TagCustomer
    | DeactivateCustomer
    | CreateDocument
    | VoidDocument
    | StampDeal
    | StampCompany
    | CreateTask
)

OPERATIONS: dict[str, type[Operation]] = {operation.kind: operation for operation in typing.get_args(Operation)}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the remote answered: the id and revision of the record written, its new state, the server's words.

    `record` is the record as the remote returned it, for the mirror; `found` is True when the work was found done by
    its tag rather than done now. `payload` is the remote's own JSON text.
    """

    remote_id: str
    revision: str = ""
    number: str = ""
    record: Any = None
    payload: str = ""
    found: bool = False
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
