"""The guards that can be switched off, each with the fault that it exists for.

A guard is switched off from outside, in the children: the program knows no such switch. Its faults and acts are added
to every round, so that a run with the guard on, and nothing found, shows that the guard is what keeps them harmless.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.faults.campaign.plan import Act

from qbconsole.connectors.base import Send
from qbconsole.connectors.quickbooks.writing import takeback
from qbconsole.domain.failpoints import failpoint
from qbconsole.outbox import deliver
from qbconsole.outbox.sending import sendable
from qbconsole.store import outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Guard:
    """One guard: what it keeps from happening, and how that shows without it."""

    name: str
    faults: str
    """What is added to the faults of every round."""
    observable: str
    """A regular expression: what the checker must find without it."""
    off: Callable[[], None] = lambda: None
    """Switches it off in a runner."""
    dropped: tuple[str, ...] = ()
    """SQL that switches it off in the book."""
    acts: tuple[Act, ...] = ()
    """What is added to every round."""
    without: tuple[str, ...] = field(default=())
    """Faults that are left out: with them another guard is needed, too."""


def _fresh_request_ids() -> None:
    """A new request id for every attempt."""

    def fresh(operation: Any, request_id: str, **rest: Any) -> Send:
        return Send(operation, f"{request_id[:4]}{uuid.uuid4().hex}"[:36], **rest)

    deliver.Send = fresh  # type: ignore[attr-defined, assignment]


def _no_look_up() -> None:
    """An operation whose outcome is not known is sent again unlooked."""

    async def unlooked(_self: Any, _connector: Any, row: dict[str, Any], _total: Any) -> dict[str, Any]:
        return row

    deliver.Deliverer._look = unlooked  # type: ignore[method-assign, assignment]


@dataclass
class _Answered:
    """A connector that has its answers already."""

    outcomes: Sequence[Any]

    async def apply_many(self, _sends: Sequence[Any]) -> Sequence[Any]:
        return self.outcomes


def _claim_after_sending() -> None:
    """Post, then mark the row."""
    send = deliver.Deliverer._send

    async def post_then_mark(self: Any, connector: Any, group: Sequence[dict[str, Any]], total: Any) -> None:
        with self.book.store.reading() as connection:
            sends = [Send(sendable(connection, row), row["request_id"]) for row in group]
        outcomes = await connector.apply_many(sends)
        failpoint("sent")
        await send(self, _Answered(outcomes), group, total)  # type: ignore[arg-type]

    deliver.Deliverer._send = post_then_mark  # type: ignore[method-assign]


def _no_fence() -> None:
    """Whoever writes is taken for the holder of the lease."""
    change = outbox.change

    def unfenced(connection: Any, operation_id: int, from_state: str, values: Any, _fence: int | None) -> bool:
        return change(connection, operation_id, from_state, values, None)

    outbox.change = unfenced  # type: ignore[assignment]


def _no_comparison() -> None:
    """A document is taken back under whatever token it has now, whatever happened to it since."""
    takeback.refuse_if_touched = lambda *_: None


GUARDS: dict[str, Guard] = {
    one.name: one
    for one in (
        Guard(
            "request_id",
            "delay=0.4:2@create_invoice",
            r"^double: .*is billed by invoices",
            off=_fresh_request_ids,
            without=("forget_requestids",),
        ),
        Guard(
            "tag_look_up",
            "drop_response=0.4@create_invoice,forget_requestids=0.6@create_invoice",
            r"^double: .*is billed by invoices",
            off=_no_look_up,
            without=("late",),
        ),
        Guard(
            "claim_commit",
            "forget_requestids=0.6@create_invoice",
            r"^unequal: .*was claimed \d+ times, sent \d+",
            off=_claim_after_sending,
            acts=(Act("failpoint", {"point": "sent", "passage": 1}),),
            without=("late",),
        ),
        Guard(
            "unique_key",
            "forget_requestids=0.6@create_invoice",
            r"^(double: .*is billed by invoices|unequal: .*made what operation)",
            dropped=(
                "DROP INDEX ix_operation_request",
                "DROP INDEX ix_billed_document_remote",
                "DROP TRIGGER allocation_within_event",
            ),
            acts=(Act("twice"), Act("sync")),
            without=("late",),
        ),
        Guard(
            "fencing",
            "delay=0.5:0.4",
            r"^unequal: a stale runner wrote",
            off=_no_fence,
            acts=(Act("stopped", {"overlap": 0.2}), Act("stopped", {"overlap": 0.4})),
            without=("forget_requestids",),
        ),
        Guard(
            "sync_token",
            "",
            r"^unequal: invoice \S+ was paid and then voided by us",
            off=_no_comparison,
            acts=(Act("taken_back", {"by": "pay"}), Act("taken_back", {"by": "pay"})),
        ),
    )
}
